"""The classes and functions that a student has declared safe for `torch.load`, beside those that it knows."""

from workbook.errors import explain

_declared = {}  # what was given (an object, or a pair of it and the path it has in files): a dict for its order

BLOCKED = {"sys", "os", "posix", "nt"}  # whose functions nobody can declare safe


def add_safe_globals(safe_globals):
    """Declare classes and functions safe: `torch.load` may call them and fill their objects when a file names them.

    Each stands in files under its module and name; a pair `(object, "path.in.files")` gives another path. Raises TypeError for what
    has no name.

    >>> import workbook as torch
    >>> torch.serialization.add_safe_globals([range])
    >>> torch.serialization.get_safe_globals()
    [<class 'range'>]
    >>> torch.serialization.clear_safe_globals()

    Source: https://pytorch.org/docs/2.13/notes/serialization.html#torch.serialization.add_safe_globals
    """
    for declared in safe_globals:
        _path_of(declared)  # raises where there is none
    _declared.update(dict.fromkeys(safe_globals))


def get_safe_globals():
    """Return the list of what was declared safe. Raises nothing.

    >>> import workbook as torch
    >>> torch.serialization.get_safe_globals()
    []

    Source: https://pytorch.org/docs/2.13/notes/serialization.html#torch.serialization.get_safe_globals
    """
    return list(_declared)


def clear_safe_globals():
    """Declare nothing safe any more. Raises nothing.

    >>> import workbook as torch
    >>> torch.serialization.clear_safe_globals()

    Source: https://pytorch.org/docs/2.13/notes/serialization.html#torch.serialization.clear_safe_globals
    """
    _declared.clear()


class safe_globals:
    """Within it, these classes and functions are safe for `torch.load`; see `add_safe_globals`. Raises TypeError for what has no name.

    >>> import workbook as torch
    >>> with torch.serialization.safe_globals([range]):
    ...     torch.serialization.get_safe_globals()
    [<class 'range'>]

    Source: https://pytorch.org/docs/2.13/notes/serialization.html#torch.serialization.safe_globals
    """

    def __init__(self, safe_globals):
        self.safe_globals = list(safe_globals)

    def __enter__(self):
        add_safe_globals(self.safe_globals)

    def __exit__(self, *exception):
        for declared in self.safe_globals:
            _declared.pop(declared, None)


def declared_by_path():
    """Return what was declared safe by the path that it has in files."""
    return dict(map(_path_of, _declared))


def _path_of(declared):
    """Return (path, object)."""
    if isinstance(declared, tuple):
        if len(declared) != 2:
            raise ValueError(explain(
                f"Expected tuple of length 2 (global, str of callable full path), but got tuple of length: {len(declared)}",
                "a pair gives an object the path that it has in files", "write (Net, '__main__.Net')"))
        if type(declared[1]) is not str:
            raise TypeError(explain(f"Expected second item in tuple to be str of callable full path, but got: {type(declared[1])}",
                                    "the path says under which name files have it", "write (Net, '__main__.Net')"))
        return declared[1], declared[0]
    if not hasattr(declared, "__qualname__") or not hasattr(declared, "__module__"):
        raise TypeError(explain(f"{declared!r} is no class and no function", "files name classes and functions, by their module and name",
                                "write add_safe_globals([Net])"))
    return f"{declared.__module__}.{declared.__qualname__}", declared
