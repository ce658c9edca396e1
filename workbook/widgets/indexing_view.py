"""The shape lab's index: what is typed lights up its cells, and the result stands beside them."""

import numpy as np

from workbook.errors import explain

from .axes import consumed, of_index
from .board import Board, first_lines, lines_of
from .cells import ROW, Grid, Picture, index_text, indices, room_for, shade, shape_text
from .expressions import MOST_AXES, NotUnderstood, parse
from .given import MOST, WIDEST, apart, index_examples, texts_of

class IndexView(Board):
    """The widget behind `indexing`: an expression, the cells that it takes, and the result."""

    def __init__(self, source, text):
        self.source, self.first, self.examples = source, text, index_examples(source)
        self.hints = [self._taken(example) for example in self.examples]
        self._read(text)
        super().__init__()

    def __repr__(self):
        return f"Index view: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        self._read(self.first if action == "reset" else str(value))
        self.show()

    def _read(self, text):
        """Read what was typed; what cannot be read leaves the grid dark, and the sentence says why."""
        source, self.text = self.source, text
        self.problem = self.step = self.result = None
        values = {source.name: source.tensor}
        try:
            step = parse(text, [source.name])
            if any(each.kind not in ("name", "index") for each in step.chain()):
                raise NotUnderstood(explain("this view shows indexing only", None, f"write {source.name}[...]; reshaping() shows the rest"))
            with apart():
                result, places = step.run(values, values), step.run({source.name: source.places}, values)
                if result.numel() > MOST or result.dim() > MOST_AXES:
                    raise NotUnderstood(explain(f"the result has shape {shape_text(result.shape)}, more than can be read", None,
                                                "take fewer cells"))
                self._follow(step, values)
                self.shares = np.shares_memory(result._array, source.tensor._array) if result.numel() else None
        except Exception as problem:
            self.problem = problem
            return
        self.step, self.result, self.places = step, result, [int(place) for place in places._array.reshape(-1)]

    def _taken(self, text):
        """Return the places that an example takes; none where the engine refuses it for this tensor."""
        try:
            with apart():
                taken = parse(text, [self.source.name]).run({self.source.name: self.source.places}, {self.source.name: self.source.tensor})
            return sorted({int(place) for place in taken._array.reshape(-1)})
        except Exception:
            return []

    def _follow(self, step, values):
        """Note where the axes of the result came from, and what every part of the last index did."""
        tensor, self.axes, self.parts = self.source.tensor, self.source.axes, []
        self.told = [f"{self.source.name}'s dim {dim}, whole" for dim in range(tensor.dim())]
        for each in step.chain()[1:]:
            objects = [part.made(values) for part in each.parts]
            came = of_index(each.parts, objects, self.axes)
            self.parts = _parts(each, objects, tensor, self.source, self.axes, values, each is step.chain()[1])
            tensor = each.apply([tensor], values)
            whose = f"{self.source.name}'s dim" if each is step.chain()[1] else "the last one's dim"
            self.axes, self.told = [axis.name for axis in came], [axis.told.replace("x's dim", whose) for axis in came]

    def _picture(self, style):
        source, picture = self.source, Picture()
        numbers = texts_of(source.tensor)
        taken = set(self.places) if self.result is not None else set()
        where = indices(source.shape)
        wide = room_for([*numbers, *(index_text(index) for index in where)])
        cells = [{"text": text, "key": place, "told": f"{source.name}[{index_text(where[place])}] is {text}",
                  "classes": f"on {shade(source.shape, place)}" if place in taken else "off"}
                 for place, text in enumerate(numbers)]
        right, bottom = picture.tensor(20, 10, source.name, source.shape, source.axes, Grid(source.shape, wide), cells)
        if self.result is None:
            return picture.svg(self._told(), style)
        shape = tuple(self.result.shape)
        cells = [{"text": text, "key": place, "classes": f"on {shade(source.shape, place)}", "mark": index_text(where[place]),
                  "told": f"from {source.name}[{index_text(where[place])}]"}
                 for place, text in zip(self.places, texts_of(self.result))]
        grid = Grid(shape, wide)
        if right + 90 + grid.width <= WIDEST:
            picture.arrow(right + 24, ROW, 46)
            picture.tensor(right + 94, 10, self.step.text(), shape, self.axes, grid, cells)
        else:
            picture.arrow(40, bottom + 14, 30, down=True)
            picture.tensor(20, bottom + 50, self.step.text(), shape, self.axes, grid, cells)
        return picture.svg(self._told(), style)

    def _told(self):
        if self.problem:
            return first_lines(self.problem)
        name, count = self.source.name, len(self.places)
        different, every = len(set(self.places)), self.source.tensor.numel()
        taken = f"all {every}" if different == every else f"{different} of the {every}"
        again = f", some of them more than once: {count} cells" if count > different else ""
        sharing = {True: f"It is a view: it shares the memory of {name}.", False: "It is a copy: new memory.", None: ""}[self.shares]
        parts = f"{self.step.text()} takes {taken} numbers of {name}{again}. Its shape is {shape_text(self.result.shape)}"
        came = "; ".join(f"dim {dim} is {told}" for dim, told in enumerate(self.told))
        return f"{parts}{': ' + came if came else ', one number without an axis'}. {sharing}".strip()

    def _state(self):
        source = self.source
        rows, hints = [], []
        for text, on, does, into, cells in self.parts if self.result is not None else []:
            rows.append([text, on, does, into])
            hints.append(cells)
        panels = [{"heading": "What each part does", "table": {"head": ["part", "works on", "it", "result"], "rows": rows, "hints": hints}}
                  ] if rows else []
        if self.result is not None:
            panels.append({"heading": "The result", "lines": [
                f"shape {shape_text(self.result.shape)}, dtype {self.result.dtype}",
                {True: f"a view: same memory as {source.name}", False: "a copy: memory of its own", None: "no cells"}[self.shares],
                f"small figures: the place in {source.name}"]})
        else:
            panels.append({"heading": "Not yet", "lines": lines_of(self.problem)})
        where = indices(source.shape)
        table = [[f"[{index_text(index)}]", f"{source.name}[{index_text(where[place])}]", text] for index, place, text in zip(
            indices(self.result.shape), self.places, texts_of(self.result))] if self.result is not None else []
        return {
            "label": "shape lab: indexing", "title": f"Indexing {source.name}",
            "status": f"{source.name}.shape is {shape_text(source.shape)}" + (
                f", the result's {shape_text(self.result.shape)}" if self.result is not None else ""),
            "sentence": self._told(), "panels": panels,
            "nav": [["reset", "Reset", "reset: the first expression", self.text != self.first]],
            "controls": [{"id": "text", "kind": "text", "label": "index", "value": self.text, "wrong": self.problem is not None,
                          "hint": "numbers, slices, None, ..., lists and masks"},
                         {"id": "examples", "kind": "chips", "label": "Try", "options": self.examples, "hints": self.hints}],
            "table": {"head": ["place in the result", "from", "number"], "rows": table}}


DOES = {"slice": "keeps the axis, some places", "new": "adds an axis of size 1", "rest": "keeps the axes",
        "list": "picks places, in the order given", "mask": "picks where it says True"}


def _parts(step, objects, tensor, source, axes, values, alone):
    """Return, for every part of an index: text, axes that it works on, what it does, the result's axes, cells that it alone takes."""
    dims, unnamed = consumed(step.parts, objects, tensor.dim())
    into, found = {}, []
    at = 0
    came = of_index(step.parts, objects, [str(dim) for dim in range(tensor.dim())])
    picked = [place for place, axis in enumerate(came) if axis.told.startswith("picked")]
    for part, on in zip(step.parts, dims):
        if part.kind in ("list", "mask"):
            into[id(part)] = picked
    free = [place for place in range(len(came)) if place not in picked]
    for part, on in zip(step.parts, dims):
        if part.kind in ("slice", "new", "rest"):
            count = len(on) if part.kind == "rest" else 1
            into[id(part)] = free[at:at + count]
            at += count
    for part, on, thing in zip(step.parts, dims, objects):
        whole = part.kind == "slice" and part.text in (":", "::")
        does = "removes the axis: one place" if part.kind == "int" else "keeps the axis, whole" if whole else DOES[part.kind]
        cells = []
        if alone and part.kind != "new":
            index = [slice(None)] * on[0] + [thing] if on and part.kind != "rest" else [Ellipsis]
            cells = [int(place) for place in source.places[tuple(index)]._array.reshape(-1)]
        found.append((part.text, _dims(on, axes), does, _dims(into.get(id(part), []), None), cells))
    for number, dim in enumerate(unnamed):
        found.append(("", _dims([dim], axes), "not named: whole", _dims([free[at + number]], None), []))
    return found


def _dims(dims, names):
    texts = [f"{dim} ({names[dim]})" if names else str(dim) for dim in dims]
    return f"dim{'s' * (len(texts) > 1)} {', '.join(texts)}" if texts else "–"
