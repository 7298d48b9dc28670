"""Views of the page Interpolation."""
