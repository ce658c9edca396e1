"""What the tests of the commands share: lab.py in a folder of its own, and a folder of lessons with a student's copy."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.copies import LESSON, notebook

SOURCE = Path(__file__).parents[2] / "lab.py"


def load(root):
    """Return lab.py as a module that works on `root`."""
    spec = importlib.util.spec_from_file_location("lab_under_test", root / "lab.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """lab.py in a folder whose name has spaces, with nothing installed yet; whatever it starts is noted, not started."""
    root = tmp_path / "my own folder"
    root.mkdir()
    shutil.copy(SOURCE, root)
    (root / "pyproject.toml").write_text("[project]\n")
    lab = load(root)
    lab.started = []
    monkeypatch.setattr(lab, "start", lambda command: lab.started.append(command) or 0)
    monkeypatch.setattr(lab.shutil, "which", lambda name: None)  # no uv
    return lab


@pytest.fixture
def installer(lab, monkeypatch):
    """Real environments, made without pip to be quick; an installer that notes what it is asked for and always succeeds."""
    asked = []

    def follow(self, command):
        asked.append(command)
        if "venv" in command:
            subprocess.run([*command[:3], "--without-pip", command[-1]], check=True)
        return 0, ""

    monkeypatch.setattr(lab.Steps, "follow", follow)
    return asked


@pytest.fixture
def said(capsys):
    """Return a function that returns what stands on the error stream, where no traceback may stand."""

    def said():
        text = capsys.readouterr().err.strip()
        assert "Traceback" not in text
        return text

    return said


@pytest.fixture
def lessons(tmp_path):
    """A folder with one lesson, as it comes."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    (folder / LESSON).write_bytes(notebook("version one"))
    return folder


@pytest.fixture
def mine(tmp_path):
    """Where the student's copy will be."""
    return tmp_path / "my lessons"
