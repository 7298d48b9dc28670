"""File formats of figures; for what must not wait for matplotlib."""

FORMATS = ("png", "svg", "pdf")
