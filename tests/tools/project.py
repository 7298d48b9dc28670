"""Paths of the repository, the app's main script and real data sets."""

import os
from pathlib import Path

from autoencoder.project import ROOT as PROJECT

MAIN = PROJECT / "ui" / "main.py"
REAL_DATA = Path(os.environ.get("LATENT_TEST_DATA_ROOT") or PROJECT.parent / "shared" / "data")
