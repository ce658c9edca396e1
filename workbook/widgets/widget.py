"""What the smaller live views have in common: a widget that draws what Python says, and brings its still picture with it."""

from html import escape

import traitlets

from workbook.errors import explain

from .still import image_html

try:
    import anywidget
except ImportError as missing:
    raise ImportError(explain(
        f"a live view needs the package {missing.name}", "it is a widget of JupyterLab", "pip install anywidget, or python lab.py")) from None


class View(anywidget.AnyWidget):
    """A widget with a `state` that says everything but the drawings. A view has `_act(action, ...)` and `still()`."""

    state = traitlets.Dict().tag(sync=True)
    seq = traitlets.Int(0).tag(sync=True)  # counts finished updates, for tests

    def __init__(self, **shown):
        super().__init__(**shown)
        self.on_msg(lambda _, message, __: self._act(**message))

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        data["text/plain"], data["text/html"] = repr(self), self.still()._repr_html_()
        return data, metadata


class Still:
    """A picture that needs no kernel: an image with its text, and a table. A notebook shows it; `svg` is its text.

    A `note` stands under the picture, and the table is then folded away until somebody wants it.
    """

    def __init__(self, svg, told, head, rows, note=""):
        self.svg, self._told, self._head, self._rows, self._note = svg, told, head, rows, note

    def __repr__(self):
        return f"Picture of {self._told}"

    def _repr_html_(self):
        head = "".join(f"<th>{escape(title)}</th>" for title in self._head)
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self._rows)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        if self._note:
            table = f"<p>{escape(self._note)}</p><details><summary>The same as a table</summary>{table}</details>"
        return image_html(self.svg, self._told) + table
