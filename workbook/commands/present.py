"""`workbook present`: one lesson for a projector, large and alone on the screen."""

import json
import shutil
import tempfile
from pathlib import Path

from workbook.commands import places, server

HELP = "show a lesson on a projector: large letters, nothing around it, a copy for the occasion"

# JupyterLab takes sizes from a person's own settings only, not from the defaults of settings/projector.
SIZES = {"code-font-size": "22px", "content-font-size1": "24px", "ui-font-size1": "16px"}
SIZES_FILE = "@jupyterlab/apputils-extension/themes.jupyterlab-settings"


def add_arguments(parser):
    """Add the options of `workbook present`."""
    parser.add_argument("lesson", help="the lesson to show, such as 05")
    server.add_server_arguments(parser)


def main(args):
    """Run JupyterLab on a fresh copy of the lessons that is thrown away at the end; the student's copy is not touched."""
    lessons = places.lessons_folder()
    name = places.find_lesson(args.lesson, lessons)
    with tempfile.TemporaryDirectory(prefix="workbook-present-", ignore_cleanup_errors=True) as scratch:
        copy = Path(scratch) / "lessons"
        shutil.copytree(lessons, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        print("This is a copy for showing: what is changed in it is thrown away when JupyterLab ends.")
        own = {f"JUPYTERLAB_{what}_DIR": str(Path(scratch) / what.lower()) for what in ("SETTINGS", "WORKSPACES")}
        sizes = Path(own["JUPYTERLAB_SETTINGS_DIR"], SIZES_FILE)
        sizes.parent.mkdir(parents=True)
        sizes.write_text(json.dumps({"overrides": SIZES}), encoding="utf-8")
        return server.serve(copy, f"doc/tree/{name}", "projector", args, own, Path(scratch) / "jupyterlab.log")
