"""Latent map with its layers and its t-SNE job."""
