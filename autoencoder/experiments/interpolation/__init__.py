"""Interpolation: measures of a path, and the sentences they give."""
