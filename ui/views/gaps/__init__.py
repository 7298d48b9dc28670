"""Views of the page Gaps."""
