"""Views of the page Train."""
