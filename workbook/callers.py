"""Where the student's code is: the frames of a call that are neither the engine's nor a library's."""

import functools
import linecache
import os
import sys
from pathlib import Path

PACKAGE = str(Path(__file__).resolve().parent)
INSIDE = PACKAGE + os.sep  # a student's folder beside the package may begin with the same letters


def where_called():
    """Return (file, line) of the innermost frame outside this package, or None.

    The engine's own frames are of no use to a reader: the line to show is the student's.
    """
    frame = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(INSIDE):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None


@functools.cache
def _libraries():
    """The folders of Python's own library and of what is installed beside it."""
    import sysconfig  # which is dear, and wanted only where something went wrong

    return tuple(sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib"))


def calls_of_student():
    """Return the student's frames, the innermost last, as (file, line, function)."""
    frame, found = sys._getframe(1), []
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((INSIDE, *_libraries())) and not file.startswith("<frozen "):
            found.append((file, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return found[::-1]


def name_of(thing):
    """Return the name that the student's innermost call has for an object, or None.

    >>> picture = [1]
    >>> name_of(picture)
    'picture'
    """
    frame = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith((INSIDE, *_libraries())):
            for variables in (frame.f_locals, frame.f_globals):
                for name, value in list(variables.items()):
                    if value is thing and not name.startswith("_"):
                        return name
        frame = frame.f_back
    return None


def place_text(place):
    """Return a place, (file, line) or longer, in words for an error: `train.py, line 7: y = x.exp()`.

    >>> place_text(("nowhere.py", 3))
    'nowhere.py, line 3'
    """
    file, line = place[:2]
    code = linecache.getline(file, line).strip()
    cell = "this cell" if file == _running_cell() else _cell_of(file)
    return f"{cell or os.path.basename(file)}, line {line}" + (f": {code}" if code else "")


def _cell_of(file):
    """Return what IPython's tracebacks call the cell that a file was compiled from, such as `cell In[5]`; None for other files."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    name = shell.compile.format_code_name(file) if shell is not None else None
    return name and f"{name[0].lower()} {name[1]}"


def _running_cell():
    """Return the file that the cell which is running was compiled from, None outside of a notebook."""
    frame, found = sys._getframe(1), None
    while frame is not None:
        if _cell_of(frame.f_code.co_filename):
            found = frame.f_code.co_filename
        frame = frame.f_back
    return found


def traceback_text(calls):
    """Return calls as Python's traceback writes them."""
    lines = []
    for file, line, function in calls:
        place = _cell_of(file) or f'File "{file}"'
        lines.append(f"  {place}, line {line}, in {function}")
        code = linecache.getline(file, line).strip()
        if code:
            lines.append(f"    {code}")
    return "\n".join(lines)
