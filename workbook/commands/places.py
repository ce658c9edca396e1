"""Where things are: the project, the lessons as they come, and the student's own folder."""

import difflib
import re
import sys
from pathlib import Path

from workbook.commands import COMMANDS, Refused

PACKAGE = Path(__file__).resolve().parents[1]


def project():
    """Return the folder of the checkout that this package lies in, or None where it is installed from a wheel."""
    beside = PACKAGE.parent
    return beside if (beside / "pyproject.toml").is_file() and (beside / "lessons").is_dir() else None


def lessons_folder():
    """Return the folder of the lessons as they come: beside the package in a checkout, inside it in a wheel."""
    return project() / "lessons" if project() else PACKAGE / "lessons"


def student_folder():
    """Return the folder of the student's own copies, which need not exist yet."""
    return (project() or Path.cwd()) / "my-lessons"


def find_lesson(asked, folder):
    """Return the name of the notebook in `folder` that `asked` means: `5`, `05` or the name itself, whole or begun.

    Raises Refused, naming the lessons that there are, where none is meant.
    """
    names = sorted(path.name for path in folder.glob("*.ipynb"))
    number = f"{int(asked):02d}" if asked.isdigit() else asked
    for name in names:
        if name == asked or re.match(re.escape(number) + r"(?![0-9])", name):
            return name
    there = ", ".join(name.removesuffix(".ipynb") for name in names) or "none yet"
    raise Refused(f"There is no lesson {asked}. The lessons are: {there}.{_perhaps_a_command(asked)}")


def _perhaps_a_command(asked):
    """`python lab.py tset` reads as a lesson's name; say so where it looks like a command."""
    near = difflib.get_close_matches(asked, COMMANDS, 1)
    return f" And no command: did you mean {near[0]}?" if near else ""


def pip():
    """Return how pip of this very Python is called."""
    return f'"{sys.executable}" -m pip' if " " in sys.executable else f"{sys.executable} -m pip"


def install(extras):
    """Return the command that adds these extras to what is installed here."""
    return f'{pip()} install -e "{project()}[{extras}]"' if project() else f'{pip()} install "workbook[{extras}]"'
