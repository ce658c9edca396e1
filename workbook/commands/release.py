"""`workbook release`: run the lessons and write them down, the same on every machine; the one tool that writes notebooks.

Without options every notebook is run in place, with its exercises as they are. A second run changes nothing. A notebook is replaced
whole, once all of its cells have run, or not at all.
"""

import json
import sys
from pathlib import Path

from workbook.commands import Refused
from workbook.commands.places import find_lesson, lessons_folder
from workbook.exercises import notebooks
from workbook.exercises.running import NotebookError, executed, normalised
from workbook.exercises.store import replace_file
from workbook.utils.progress import progress

HELP = "run the lessons and write them down: in place, with solutions, or without answers"


def add_arguments(parser):
    """Add the options of `workbook release`."""
    parser.add_argument("notebooks", nargs="*", help="notebooks, or numbers of lessons such as 05; all lessons where none is given")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a notebook would change")
    kind.add_argument("--solved", metavar="DIR", type=Path, help="write copies with every exercise solved, for instructors")
    kind.add_argument("--without-answers", metavar="DIR", type=Path, help="write copies in which no solution can be found")


def main(args):
    """Release the notebooks. Return 0; with --check, 1 where one would change. Refused says why one cannot be."""
    try:
        changed = [path for path in chosen(args.notebooks) if _one(path, args)]
    except NotebookError as error:
        raise Refused(str(error)) from None
    if args.check and changed:
        print("`workbook release` would change " + ", ".join(path.name for path in changed), file=sys.stderr)
        return 1
    return 0


def chosen(names):
    """Return the notebooks of the names: files, or lessons by number or name; all lessons where there is no name."""
    folder = lessons_folder()
    if not names:
        return sorted(folder.glob("[0-9][0-9]*.ipynb"))
    return [Path(name) if Path(name).is_file() else folder / find_lesson(name, folder) for name in names]


def _one(path, args):
    """Release one notebook. Return whether its file changed, or would."""
    lesson, exercises = notebooks.lesson_and_exercises(path)
    before = _read(path)
    _hold_to_registry(path, before, exercises)
    notebook = notebooks.rendered(before, exercises)
    target = path
    if args.solved:
        notebook, target = notebooks.filled(notebook, exercises), args.solved / path.name
    if args.without_answers:
        notebook, target = notebooks.emptied(notebook), args.without_answers / path.name
    released = normalised(_run(notebook, path.name), path.name)
    if args.solved:
        _hold_to_passed(path, released)
    if args.without_answers and (found := notebooks.leaks(released, exercises)):
        raise NotebookError(f"{path.name} without answers: " + "; ".join(found))
    text = json.dumps(released, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    changed = not target.is_file() or target.read_text(encoding="utf-8") != text
    if changed and not args.check:
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, text)
    print(f"{target}: " + (("would change" if args.check else "written") if changed else "unchanged"), flush=True)
    return changed


def _run(notebook, name):
    """Run a notebook; in a terminal a bar shows how many of its cells have run."""
    if not sys.stderr.isatty():
        return executed(notebook, name)
    with progress(name, sum(cell["cell_type"] == "code" for cell in notebook["cells"]), unit=" cells", leave=False) as bar:
        return executed(notebook, name, lambda: bar.update(1))


def _read(path):
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise NotebookError(f"{path.name} is not a notebook: {error}") from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4 or "cells" not in notebook:
        raise NotebookError(f"{path.name} is not a notebook of format 4.")
    for cell in notebook["cells"]:
        cell.setdefault("metadata", {})
        cell["source"] = notebooks.source(cell)
    return notebook


def _hold_to_registry(path, notebook, exercises):
    known, cells = [exercise.id for exercise in exercises], notebooks.exercise_cells(notebook)
    named = {id for cell in notebook["cells"] for id in (notebooks.note(cell, "exercise"), *notebooks.note(cell, "exercises", []))}
    if unknown := sorted(str(id) for id in named - {None, *known}):
        raise NotebookError(f"{path.name} names exercises that its lesson does not have: {', '.join(unknown)}")
    for number, cell in enumerate(notebook["cells"], start=1):
        if not cell["source"].strip() and not {"prompt", "solution"} & set(notebooks.tags(cell)):
            raise NotebookError(f"{path.name}, cell {number} is empty. Remove it.")
    for id, cell in cells:
        try:
            notebooks.answer_statement(notebooks.source(cell))
        except (SyntaxError, ValueError) as error:
            raise NotebookError(f"{path.name}, exercise {id}: {error}") from None


def _hold_to_passed(path, notebook):
    for id, cell in notebooks.exercise_cells(notebook):
        said = "".join(text for output in cell["outputs"] for text in output.get("data", {}).get("text/plain", []))
        if not said.startswith(f"{id} passed"):
            raise NotebookError(f"{path.name}: the solution of {id} is not accepted. {said}")
