"""Views of the page Outliers."""
