"""Generation: samples from sources, their scores, figures and sentences."""
