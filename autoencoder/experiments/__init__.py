"""Measurements, one folder a question, named like its page."""
