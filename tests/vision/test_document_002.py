"""Document 002 runs under `workbook run` from its first line to its last and prints what torch and torchvision printed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.parity.documents import assert_agree
from tests.vision.document_002 import PROGRAM, write_data
from tests.vision.truth import recorded

ROOT = Path(__file__).parents[2]


def test_the_program_whole(tmp_path):
    write_data(tmp_path)
    shutil.copy(PROGRAM, tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", "workbook", "run", PROGRAM.name], cwd=tmp_path, env=environment,
                          capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert_agree(done.stdout, recorded()["document 002"])
    assert sorted(os.listdir(tmp_path)) == ["data", PROGRAM.name]
