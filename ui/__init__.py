"""Streamlit code that pages share. Imports point one way: pages -> ui -> autoencoder."""
