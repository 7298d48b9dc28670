"""Command line: `python -m autoencoder`."""
