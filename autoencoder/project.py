"""Project folder: ``data/``, ``checkpoints/`` and ``.state/`` are in it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
