"""The pipeline of the shape lab: every step of an expression moves the cells, in shared memory or in a copy."""

import inspect
from itertools import product
from math import prod

import numpy as np

from workbook.errors import explain
from workbook.tensor import Tensor

from .axes import NEW, of_step
from .board import Board, first_lines, lines_of
from .cells import GAP, LINE, ROW, Grid, Picture, index_text, indices, room_for, shade, shape_text
from .expressions import MOST_AXES, NotUnderstood, parse
from .numbers import short
from .given import WIDEST, apart, pipeline_examples

MOST = 64        # cells of one station: they and their memory stand in one picture
SMALL = 30       # width of a cell of the memory strip
ACROSS = 22      # cells in a line of it


class Station:
    """A tensor between two steps: its places (numbers of the sources' cells), axes, and what the step before it did with memory."""

    def __init__(self, code, values, places, axes, told, memory, shares):
        self.code, self.values, self.places, self.axes, self.told = code, values, places, axes, told
        self.memory, self.shares = memory, shares  # `memory`: the sources' cells in the order in which they lie
        self.shape, self.stride = tuple(values.shape), tuple(values.stride())
        self.flat = [int(place) for place in places._array.reshape(-1)]


class PipelineView(Board):
    """The widget behind `reshaping`: the steps of an expression, one after the other."""

    def __init__(self, sources, text):
        self.sources, self.first, self.examples = sources, text, pipeline_examples(sources)
        self.cells = [(source, index, text) for source in sources
                      for index, text in zip(indices(source.shape), map(short, source.tensor._array.reshape(-1).tolist()))]
        self.at = 0
        self._read(text)
        super().__init__()

    def __repr__(self):
        return f"Pipeline: {' → '.join(f'{code} {note}' for code, note, _ in self.state['strip'])}" + (
            f". {first_lines(self.problem)}" if self.problem else "")

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        last = len(self.stations) - 1
        if action == "reset":
            self._read(self.first)
            self.at = 0
        elif action == "set":
            self._read(str(value))
            self.at = min(1, len(self.stations) - 1)
        else:
            self.at = {"start": 0, "back": self.at - 1, "on": self.at + 1, "end": last, "go": value}[action]
        self.at = max(0, min(int(self.at), len(self.stations) - 1))
        self.show()

    def _read(self, text):
        """Follow what was typed, step by step, as far as it goes."""
        self.text, self.problem, self.failed = text, None, ""
        values = {source.name: source.tensor for source in self.sources}
        places = {source.name: source.places for source in self.sources}
        first = self.sources[0]
        self.stations = [self._begin(first.name, [first.tensor], [first.places], [first.axes], [first.places])]
        try:
            chain = parse(text, list(values)).chain()
            with apart():
                if chain[0].kind == "join":
                    stations = [self._joined(chain[0], values, places)]
                else:
                    stations = [self._begin(chain[0].name, [values[chain[0].name]], [places[chain[0].name]],
                                            [self._source(chain[0].name).axes], [places[chain[0].name]])]
                self.stations = [each for station in stations for each in (station if isinstance(station, list) else [station])]
                for step in chain[1:]:
                    self.failed = step.code
                    self.stations.append(self._after(step, self.stations[-1], values))
        except Exception as problem:
            self.problem = problem

    def _source(self, name):
        return next(source for source in self.sources if source.name == name)

    def _begin(self, code, tensors, places, axes, memory):
        station = Station(code, tensors[0], places[0], axes[0], [""] * len(axes[0]),
                          [[int(each) for each in part._array.reshape(-1)] for part in memory], None)
        station.pieces = [(tensor, place, names) for tensor, place, names in zip(tensors, places, axes)]
        return station

    def _joined(self, step, values, places):
        """Return the stations of a join: its inputs, and what it makes of them."""
        tensors = [each.run(values, values) for each in step.inputs]
        inside = [each.run(places, values) for each in step.inputs]
        names = []
        for each in step.inputs:
            root = each.chain()[0]
            plain = each.kind == "name"
            names.append(self._source(root.name).axes if plain else [f"axis {dim}" for dim in range(tensors[len(names)].dim())])
        begin = self._begin(", ".join(each.text() for each in step.inputs), tensors, inside, names, inside)
        begin.inputs = [each.text() for each in step.inputs]
        self.stations, self.failed = [begin], step.code
        result, where = step.apply(tensors, values), step.apply(inside, values)
        _check(result)
        axes = of_step(step, [(tuple(tensor.shape), each) for tensor, each in zip(tensors, names)], tuple(result.shape))
        return [begin, Station(step.code, result, where, [axis.name for axis in axes], [axis.told for axis in axes], [_order(result, where)], False)]

    def _after(self, step, before, values):
        """Return the station behind one step."""
        _check_repeat(step, before.values)
        try:
            result, places = step.apply([before.values], values), step.apply([before.places], values)
        except TypeError as problem:
            what, why, _ = str(problem).partition("\n")
            if why and "invalid combination of arguments" not in what:
                raise  # else an argument is missing, or one too many
            called = ", ".join(list(inspect.signature(getattr(Tensor, step.name)).parameters)[1:])
            raise TypeError(explain(what, f"it is called as {step.name}({called})", "give it these arguments")) from None
        _check(result)
        objects = [part.made(values) for part in step.parts]
        axes = of_step(step, [(before.shape, before.axes)], tuple(result.shape), objects)
        shares = bool(result.numel()) and np.shares_memory(result._array, before.values._array)
        memory = before.memory if shares else [_order(result, places)]
        return Station(step.code, result, places, [axis.name for axis in axes], [axis.told for axis in axes], memory, shares)

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _cell(self, key, classes=""):
        source, index, text = self.cells[key]
        where = f"{source.name}[{index_text(index)}]"
        mine = self.sources.index(source)
        look = shade(source.shape, key - sum(prod(each.shape) for each in self.sources[:mine])) if not mine else "other"
        mark = (source.name if len(self.sources) > 1 else "") + (" " if len(self.sources) > 1 and index else "") + index_text(index)
        return {"text": text, "key": key, "mark": mark, "classes": f"{look} {classes}", "told": f"{text}, from {where}",
                "round_by": 14 if mine else 5}

    def _wide(self):
        return room_for([cell for _, index, text in self.cells for cell in (text, index_text(index) + " " * len(self.sources))])

    def _station(self, picture, x, y, station, group):
        pieces = getattr(station, "pieces", None) or [(station.values, station.places, station.axes)]
        titles = getattr(station, "inputs", None) or [station.code if len(station.code) < 34 else station.code[:32] + "…"]
        right = bottom = 0
        for title, (values, places, axes) in zip(titles, pieces):
            grid = Grid(values.shape, self._wide())
            cells = [self._cell(int(key)) for key in places._array.reshape(-1)]
            right, bottom = picture.tensor(x, y, title, tuple(values.shape), axes, grid, cells, group)
            if len(pieces) > 1:
                y = bottom + 20
        return right, bottom

    def _picture(self, style):
        picture, now = Picture(), self.stations[self.at]
        if self.at == 0:
            right, bottom = self._station(picture, 20, 10, now, "after")
        else:
            before = self.stations[self.at - 1]
            wide = Grid(now.shape, self._wide()).width
            right, bottom = self._station(picture, 20, 10, before, "before")
            if right + 80 + wide <= WIDEST:
                picture.arrow(right + 20, ROW, 46)
                right, lower = self._station(picture, right + 86, 10, now, "after")
                bottom = max(bottom, lower)
            else:
                picture.arrow(40, bottom + 12, 28, down=True)
                right, bottom = self._station(picture, 20, bottom + 46, now, "after")
        self._memory(picture, bottom + 30, now)
        return picture.svg(self._told(), style)

    def _memory(self, picture, y, now):
        """The numbers as they lie in memory, one after the other, of the tensor before a step and, where it copied, behind it."""
        if not self.at or now.shares:
            self._strip(picture, 20, y, "memory, the same before and after" if self.at else "memory", now.memory)
            return
        right, bottom = self._strip(picture, 20, y, "memory before", self.stations[self.at - 1].memory)
        wide = min(len(now.flat), ACROSS) * (self._small() + GAP)
        place = (right + 40, y) if right + 40 + wide <= WIDEST else (20, bottom + LINE)
        self._strip(picture, *place, "a copy: new memory", now.memory)

    def _small(self):
        return max(SMALL, round(max((len(text) for _, _, text in self.cells), default=0) * 7.6) + 8)

    def _strip(self, picture, x, y, title, blocks):
        """Put numbers as they lie in memory, a line for each tensor; return (right, bottom)."""
        picture.text(x, y, title, "note")
        right, y = x + 6.5 * len(title), y + 8
        for block in blocks:
            for begin in range(0, len(block), ACROSS):
                part = block[begin:begin + ACROSS]
                grid = Grid((len(part),), self._small(), 24)
                grid.ticks, grid.height, grid.places = [], 26, [(left, 0) for left, _ in grid.places]
                picture.grid(x, y, grid, [{**self._cell(key), "mark": ""} for key in part], "memory")
                right, y = max(right, x + grid.width), y + 29
        return right, y

    def _sharing(self, station):
        if station.shares is None:
            return ""
        if not prod(station.shape):
            return "There is no number in it."
        return "It shares the memory: no number was moved there, only shape and strides changed." if station.shares \
            else "It is a copy: the numbers were written into new memory."

    def _told(self):
        now = self.stations[self.at]
        stuck = f"{self.failed + ': ' if self.failed else ''}{first_lines(self.problem)}" if self.problem else ""
        if self.at == 0:
            inputs = getattr(now, "inputs", None)
            begin = f"{now.code} {'go into the join' if inputs and len(inputs) > 1 else f'has shape {shape_text(now.shape)}'}."
            if stuck:
                return f"{begin} {stuck}"
            steps = len(self.stations) - 1
            return f"{begin} {'There is no step yet.' if not steps else f'Next: {self.stations[1].code}.'}"
        before = self.stations[self.at - 1]
        came = "; ".join(f"dim {dim}{'' if name == NEW else f' ({name})'} is {told}"
                         for dim, (name, told) in enumerate(zip(now.axes, now.told)))
        shapes = f"{shape_text(before.shape)} becomes {shape_text(now.shape)}" if not hasattr(before, "inputs") else (
            f"{' and '.join(shape_text(tensor.shape) for tensor, _, _ in before.pieces)} become {shape_text(now.shape)}")
        text = f"Step {self.at} of {len(self.stations) - 1}: {now.code}: {shapes}{': ' + came if came else ''}. {self._sharing(now)}"
        return f"{text} Then: {stuck}" if stuck and self.at == len(self.stations) - 1 else text

    def _state(self):
        now, last = self.stations[self.at], len(self.stations) - 1
        strip = []
        for place, station in enumerate(self.stations):
            many = getattr(station, "inputs", None)
            shape = " and ".join(shape_text(tensor.shape) for tensor, _, _ in station.pieces) if many else shape_text(station.shape)
            strip.append([station.code, shape + {None: "", True: ", shared", False: ", copied"}[station.shares], place == self.at])
        panels = [{"heading": "The axes now", "table": {"head": ["dim", "name", "size", "from"], "rows": [
            [str(dim), name, str(size), told] for dim, (name, size, told) in enumerate(zip(now.axes, now.shape, now.told))]}}]
        if hasattr(now, "inputs"):
            panels = []
        panels.append({"heading": "Memory", "lines": [f"strides {shape_text(now.stride)}", self._sharing(now) or "where the pipeline begins"]})
        if self.problem:
            panels.insert(0, {"heading": f"Not {self.failed}" if self.failed else "Not yet", "lines": lines_of(self.problem)})
        rows = [[f"[{index_text(index)}]", f"{self.cells[key][0].name}[{index_text(self.cells[key][1])}]", self.cells[key][2]]
                for index, key in zip(indices(now.shape), now.flat)]
        return {
            "label": "shape lab: pipeline", "title": "Shapes, step by step", "status": f"step {self.at} of {last}: {shape_text(now.shape)}",
            "sentence": self._told(), "panels": panels, "strip": strip,
            "nav": [["start", "|◀", "to the start", self.at > 0], ["back", "◀", "one step back", self.at > 0],
                    ["on", "▶", "one step on", self.at < last], ["end", "▶|", "to the end", self.at < last],
                    ["reset", "Reset", "reset: the first expression", self.text != self.first or self.at > 0]],
            "controls": [{"id": "text", "kind": "text", "label": "expression", "value": self.text, "wrong": self.problem is not None,
                          "hint": "reshape, permute, unsqueeze, torch.cat ... one after the other"},
                         {"id": "examples", "kind": "chips", "label": "Try", "options": self.examples}],
            "table": {"head": ["place in the result", "from", "number"], "rows": rows}}


def _check_repeat(step, tensor):
    """Refuse a repeat beyond the picture before it takes up memory."""
    times = [each for given in step.arguments for each in (given if isinstance(given, (list, tuple)) else [given]) if isinstance(each, int)]
    if step.name == "repeat" and max(1, tensor.numel()) * prod(map(abs, times)) > MOST:
        raise NotUnderstood(explain(f"{step.code} makes more than {MOST} cells", f"a picture can be read up to {MOST} cells", "repeat less often"))


def _check(result):
    if result.numel() > MOST or result.dim() > MOST_AXES:
        raise NotUnderstood(explain(f"the result has shape {shape_text(result.shape)}", f"a picture can be read up to {MOST} cells",
                                    "use a smaller tensor"))


def _order(tensor, places):
    """Return the sources' cells in the order in which a new tensor's numbers lie in memory."""
    strides = tensor._array.strides
    offsets = [sum(i * step for i, step in zip(index, strides)) for index in product(*map(range, tensor.shape))]
    keys = [int(place) for place in places._array.reshape(-1)]
    return [key for _, key in sorted(dict(zip(offsets, keys)).items())]
