"""`workbook lab`: JupyterLab on the student's own copy of the lessons."""

from pathlib import Path

from workbook.commands import places, server
from workbook.commands.student_copy import HOUSE, StudentCopy

HELP = "open the lessons in JupyterLab, in a copy that is yours to change"


def add_arguments(parser):
    """Add the options of `workbook lab`."""
    parser.add_argument("lesson", nargs="?", help="the lesson to open, such as 05; without it the first one")
    parser.add_argument("--fresh", action="store_true", help="open a fresh copy of the lesson; the one you changed stays beside it")
    parser.add_argument("--folder", type=Path, help="where your copy is; without it my-lessons")
    server.add_server_arguments(parser)


def main(args):
    """Bring the student's copy up to date, tell what changed, and run JupyterLab on it until it ends."""
    lessons, folder = places.lessons_folder(), (args.folder or places.student_folder()).resolve()
    asked = places.find_lesson(args.lesson, lessons) if args.lesson else None
    copy = StudentCopy(lessons, folder)
    copy.update()
    path = page_to_open(copy, asked, args.fresh)
    for sentence in copy.told:
        print(sentence)
    page = f"lab/tree/{path.relative_to(folder).as_posix()}" if path else "lab"
    # Its own list of open tabs: those of another JupyterLab of the same person would not be found here.
    own = {"JUPYTERLAB_WORKSPACES_DIR": str(folder / HOUSE / "workspaces")}
    return server.serve(folder, page, "lessons", args, own, folder / HOUSE / "jupyterlab.log")


def page_to_open(copy, asked, fresh):
    """Return the notebook to open. A lesson that was asked for by its number is handed out again where it was deleted."""
    first = min((path.name for path in copy.lessons.glob("*.ipynb")), default=None)
    if fresh and (asked or first):
        return copy.fresh(asked or first)
    if asked:
        return copy.to_open(asked) or copy.fresh(asked)
    return copy.to_open(first) if first else None
