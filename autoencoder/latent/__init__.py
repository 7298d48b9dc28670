"""Geometry of a latent space: projections, paths, support of the data; numpy arrays only."""
