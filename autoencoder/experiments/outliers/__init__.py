"""Outlier detection: trials, scores, thresholds, figures and sentences."""
