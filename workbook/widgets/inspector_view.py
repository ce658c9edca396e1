"""The tensor inspector: the cells of a tensor, the facts about it, and where each cell lies in memory."""

import traitlets

from workbook.errors import explain
from workbook.tensor import Tensor

from . import constructors
from .files import script, styles
from .inspection import Inspection
from .inspector_drawing import CSS, both, grid, strip
from .widget import Still, View


class Inspector(View):
    """The widget behind `inspector` and `x.show()`. Without a tensor it makes one, by a call whose argument is edited."""

    _esm = script("inspector.js")
    _css = styles(CSS.name)
    drawing = traitlets.Unicode().tag(sync=True)
    strip = traitlets.Unicode().tag(sync=True)
    form = traitlets.Dict().tag(sync=True)  # the call that is edited; empty for a tensor of the student's

    def __init__(self, tensor, frame=None):
        super().__init__()
        self._constructor, self._typed, self._refused = None, "", ""
        if tensor is None:
            self._begin("zeros")
            return
        if not isinstance(tensor, Tensor):
            kind = type(tensor).__name__
            fix = {"ndarray": "torch.from_numpy(n)", "list": "torch.tensor(data)"}.get(kind, "inspector(), which makes one")
            raise TypeError(explain(f"inspector() needs a Tensor, and got {kind}", "it shows how a tensor lies in memory", f"write {fix}"))
        self._seen = Inspection(tensor, name_of(tensor, frame))
        self._show(redraw=True)

    def __repr__(self):
        return f"Inspector of {self._seen.told()}"

    def still(self):
        """Return the picture that stays when there is no kernel, to be shown in a cell of its own."""
        return Still(both(self._seen), self._seen.told(), ("asked", "answer"), self._seen.facts())

    def update(self):
        """Look at the tensor again, after something was written into it."""
        self._look(self._seen.tensor)

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def _act(self, action, key=None):
        """Do what a button, a key or a click asks for."""
        if action == "cell":
            self._seen.choose(int(at) for at in key.split(",") if at)
        elif action == "place":
            self._seen.choose_place(key)
        elif action == "along":
            self._seen.choose_place(self._seen.place + key)
        elif action == "constructor":
            return self._begin(key)
        elif action == "edit":
            return self._make(key)
        elif action == "reset":
            return self._begin(self._constructor) if self._constructor else self._look(self._seen.tensor, keep=False)
        else:
            self._seen.move(action)
        self._show()

    def _begin(self, constructor):
        """Take up one constructor with its first argument."""
        self._constructor = constructor
        self._make(constructors.FIRST[constructor])

    def _make(self, typed):
        """Show what the call makes; where it is refused, say why and leave the picture as it was."""
        self._typed = typed
        try:
            made = constructors.make(self._constructor, typed)
        except Exception as problem:  # the engine's own words, whatever was typed
            self._refused = f"{type(problem).__name__}: {problem}"
            return self._show()
        self._refused = ""
        self._call = f"torch.{self._constructor}({typed})"
        self._seen = Inspection(made, "x")
        return self._show(redraw=True)

    def _look(self, tensor, keep=True):
        index = self._seen.chosen if keep else None
        self._seen = Inspection(tensor, self._seen.name)
        if index is not None:
            self._seen.choose(index)
        self._show(redraw=True)

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _show(self, redraw=False):
        seen = self._seen
        with self.hold_sync():
            if redraw:
                self.drawing = grid(seen)
            self.strip = strip(seen)
            if self._constructor:
                self.form = {"names": list(constructors.FIRST), "name": self._constructor, "typed": self._typed, "refused": self._refused}
            self.state = {
                "title": f"x = {self._call}" if self._constructor else seen.name, "status": self._status(),
                "sentence": self._sentence(), "facts": [list(row) for row in seen.facts()], "where": [list(row) for row in seen.where()],
                "heading": f"Where {seen.called(seen.chosen)} lies" if seen.chosen is not None else "",
                "memory": seen.memory_title(), "notes": seen.notes(), "text": repr(seen.tensor),
                "chosen": None if seen.chosen is None else ",".join(map(str, seen.chosen)), "place": seen.place,
                "same": [",".join(map(str, index)) for index in seen.same()], "can": self._can()}
            self.seq += 1

    def _status(self):
        return f"shape {list(self._seen.values.shape)}, {self._seen.tensor.dtype}"

    def _sentence(self):
        if self._refused:
            first = self._refused.splitlines()[0].rstrip(".")
            return f"torch.{self._constructor}({self._typed}) is refused. {first}. The picture still shows {self._call}."
        return self._seen.sentence()

    def _can(self):
        seen = self._seen
        first, last = (seen.indices[0], seen.indices[-1]) if seen.indices else (None, None)
        back, on = seen.indices and seen.chosen != first, seen.indices and seen.chosen != last
        return {"start": bool(back), "back": bool(back), "on": bool(on), "end": bool(on), "reset": True}


def name_of(tensor, frame):
    """Return the variable of `frame` that holds `tensor`, a local one first; `x` where none does."""
    variables = {**frame.f_locals, **{k: v for k, v in frame.f_globals.items() if k not in frame.f_locals}} if frame is not None else {}
    return next((name for name, value in variables.items() if value is tensor and not name.startswith("_")), "x")
