"""Readers of image files from outside, with limits checked before memory is used."""
