"""State of a visitor's session: address, choices, caches, queues; no widget."""
