"""Views of the page Generate."""
