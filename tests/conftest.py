"""Kernels that the tests start find the project's packages, wherever pytest was called from."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

os.environ["PYTHONPATH"] = str(ROOT)
