"""Views, one file or folder a page."""
