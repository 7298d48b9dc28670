"""Checkpoints: a trained model with its settings, codes and training frames, in memory and on disk."""
