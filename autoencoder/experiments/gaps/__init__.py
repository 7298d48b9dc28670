"""Gaps between classes: the gap statistic, its study, figures and sentences."""
