"""The files that a view sends to the page: one script and one stylesheet, each with what all views share before it."""

from pathlib import Path

HERE = Path(__file__).parent


def script(*names):
    """Return page.js and a view's own scripts as one: a widget is one file for the browser, which imports no other."""
    return _joined("page.js", *names)


def styles(*names):
    """Return the one stylesheet, and what a view's own files add to it."""
    return _joined("style.css", *names)


def _joined(*names):
    return "".join((HERE / name).read_text(encoding="utf-8") for name in names)
