"""Lets tests import what they share, such as sample_runs.py: importlib mode adds no path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
