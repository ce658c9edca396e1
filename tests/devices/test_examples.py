"""The examples of devices run by themselves, without the rest of the suite."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_examples_of_one_room_run_alone():
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--doctest-modules", "workbook/devices/full.py"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout
