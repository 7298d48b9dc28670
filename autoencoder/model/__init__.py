"""Networks in torch, and the autoencoder that the rest of the program sees as numpy."""
