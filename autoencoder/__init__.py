"""Latent spaces of small convolutional autoencoders: data, models, training and measures.

Nothing in this package knows Streamlit. Shapes are written with the same letters everywhere:
N or B images, H and W pixels (28 each), D latent dimensions.
"""
