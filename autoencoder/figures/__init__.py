"""Plotly figures and pictures that several experiments share."""
