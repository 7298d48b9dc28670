"""Views of the page Few labels."""
