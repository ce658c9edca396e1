"""The student's progress: one JSON file beside the notebook, `.workbook/progress.json` in the current folder.

Every change reads the file, changes one entry and replaces the file whole, under a lock, so that two notebooks that write at once
lose nothing. A damaged file is put aside under another name. Where the folder cannot be written, the session's own memory keeps what
happened until the kernel stops.
"""

import contextlib
import json
import os
from pathlib import Path

NOT_SAVED = "Your progress could not be saved: this folder cannot be written. Everything else works."
EMPTY = {"exercises": {}, "predictions": {}}

_unsaved = {"exercises": {}, "predictions": {}}  # what this session could not write


def record_attempt(id, passed):
    """Count an attempt. Return None, or a sentence for the student where something about the file is wrong."""

    def attempt(progress):
        entry = progress["exercises"].setdefault(id, {})
        entry["attempts"] = entry.get("attempts", 0) + 1
        entry["passed"] = entry.get("passed", False) or passed

    return _change(attempt)


def record_hint(id, last):
    """Count one more hint of this exercise, `last` at most. Return (hints shown so far, sentence or None)."""
    shown = []

    def one_more(progress):
        entry = progress["exercises"].setdefault(id, {})
        entry["hints"] = min(entry.get("hints", 0) + 1, last)
        shown.append(entry["hints"])

    note = _change(one_more)
    return shown[-1], note


def record_prediction(id, prediction):
    """Keep a prediction. Return None, or a sentence for the student."""
    return _change(lambda progress: progress["predictions"].update({id: prediction}))


def read():
    """Return (progress, sentence or None): what is kept about exercises and predictions."""
    try:
        with _locked(_folder()):
            return _load()
    except OSError:
        return _merged(EMPTY), NOT_SAVED


def _change(change):
    try:
        folder = _folder()  # raises where the current folder is gone
        folder.mkdir(exist_ok=True)
        with _locked(folder):
            progress, note = _load()
            change(progress)
            replace_file(folder / "progress.json", json.dumps(progress, indent=1, sort_keys=True) + "\n")
            return note
    except OSError:
        progress, _ = read()
        change(progress)
        _unsaved.update({part: progress[part] for part in EMPTY})
        return NOT_SAVED


def _folder():
    return Path.cwd() / ".workbook"


def _load():
    path = _folder() / "progress.json"
    try:
        progress = json.loads(path.read_text(encoding="utf-8"))
        if not _sound(progress):
            raise ValueError("this is not what the course writes")
    except FileNotFoundError:
        return _merged(EMPTY), None
    except (ValueError, RecursionError):  # also broken UTF-8, broken JSON and brackets without end
        number = 1
        while (aside := path.with_name(f"progress.damaged-{number}.json")).exists():
            number += 1
        os.replace(path, aside)
        return _merged(EMPTY), f"The file of your progress was damaged. It is kept as {aside.name}, and a new one begun."
    return _merged(progress), None


def _sound(progress):
    """Whether the file has the shape that this module writes; entries of later versions may hold more."""
    if not (isinstance(progress, dict) and all(isinstance(progress.get(part), dict) for part in EMPTY)):
        return False
    if not all(isinstance(text, str) for text in progress["predictions"].values()):
        return False
    return all(
        isinstance(entry, dict)
        and all(type(entry.get(count, 0)) is int and entry.get(count, 0) >= 0 for count in ("attempts", "hints"))
        and type(entry.get("passed", False)) is bool
        for entry in progress["exercises"].values()
    )


def _merged(progress):
    """The file's progress and, where the session could not write, what it remembers."""
    merged = {**progress, **{part: dict(progress[part]) for part in EMPTY}}
    for part in EMPTY:
        merged[part].update(_unsaved[part])
    return merged


def replace_file(path, text):
    """Write the file whole or not at all: the text goes to a new file beside it, which then takes its name."""
    beside = path.with_name(f".{path.name}-{os.getpid()}.tmp")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


@contextlib.contextmanager
def _locked(folder):
    """Hold the folder's lock. The system lets go of it when a process ends, so a crash leaves nothing behind."""
    try:
        file = open(folder / "progress.lock", "a+b")
    except OSError:  # nothing there yet, or nothing may be written: then there is nobody to wait for
        yield
        return
    with file:
        lock, unlock = _lock_functions()
        with contextlib.suppress(OSError):  # some network folders have no locks: then the last writer wins, whole
            lock(file.fileno())
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                unlock(file.fileno())


def _lock_functions():
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        return (lambda file: msvcrt.locking(file, msvcrt.LK_LOCK, 1)), (lambda file: msvcrt.locking(file, msvcrt.LK_UNLCK, 1))
    return (lambda file: fcntl.flock(file, fcntl.LOCK_EX)), (lambda file: fcntl.flock(file, fcntl.LOCK_UN))
