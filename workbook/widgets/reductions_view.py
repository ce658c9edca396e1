"""Reductions in the function explorer: which cells collapse into which, along `dim`, with and without `keepdim`."""

from itertools import combinations
from math import prod

import workbook as torch
from workbook.devices import CPU
from workbook.errors import explain

from .board import Board, first_lines, lines_of
from .cells import ROW, Grid, Picture, index_text, indices, room_for, shade, shape_text
from .function_table import ABOUT, ALONG, NEEDS_AXIS, NO_PAIRS, REDUCTIONS, SPREADS
from .numbers import short
from .replay import unseen
from .given import WIDEST, apart, texts_of
from .sources import engine_lines

ALL = "all"
WRITTEN = 8   # numbers that a sentence names one by one


class ReductionView(Board):
    """The widget behind `reductions`: a function, an axis, and the cells that collapse into the chosen cell of the result."""

    def __init__(self, name, source, dim, keepdim):
        if name not in REDUCTIONS:
            raise ValueError(explain(f"reductions() does not show {name!r}", f"it shows {', '.join(REDUCTIONS)}", "use one of these names"))
        self.source = source
        ndim = len(source.shape)
        if dim is not None and (type(dim) is not int or not -ndim <= dim < ndim):
            raise ValueError(explain(f"{source.name} has no axis {dim!r}", f"its shape is {shape_text(source.shape)}",
                                     "give dim=0 or another of its axes, or leave dim out for all of them"))
        self._first = name, ALL if dim is None else str(dim % ndim), bool(keepdim)
        self._begin()
        self._compute()
        super().__init__()

    def __repr__(self):
        return f"Reduction: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "choose":
            self.chosen = int(value)
        elif id == "function":
            self.name = value
        elif id == "dim":
            self.dim = value
        elif id == "keepdim":
            self.keepdim = bool(value)
        elif id == "population":
            self.population = bool(value)
        self._compute()
        self.show()

    def _begin(self):
        self.name, self.dim, self.keepdim = self._first
        self.population, self.chosen = False, 0

    def _axes_offered(self):
        """Return the values that dim can have here."""
        ndim = len(self.source.shape)
        offered = [] if self.name in NEEDS_AXIS else [ALL]
        offered += [str(dim) for dim in range(ndim)]
        if ndim > 2 and self.name not in NO_PAIRS:
            offered += [f"({a}, {b})" for a, b in combinations(range(ndim), 2)]
        return offered

    def _arguments(self):
        """Return the keyword arguments of the call."""
        given = {} if self.dim == ALL else {"dim": self.dims if len(self.dims) > 1 else self.dims[0]}
        if self.keepdim and self._keeps():
            given["keepdim"] = True
        if self.population and self.name in SPREADS:
            given["correction"] = 0
        return given

    def _keeps(self):
        """Whether keepdim can be chosen."""
        return self.name not in ALONG and self.dim != ALL

    def _compute(self):
        """Let the engine compute the result."""
        offered = self._axes_offered()
        if self.dim not in offered:
            self.dim = offered[0] if offered else ALL
        self.dims = tuple(range(len(self.source.shape))) if self.dim == ALL else tuple(int(each) for each in self.dim.strip("()").split(","))
        self.arguments, self.problem = self._arguments(), None
        self.result = self.found = None
        if not offered:
            self.problem = ValueError(explain(f"{self.name} goes along an axis", f"{self.source.name} is one number and has none",
                                              "show a tensor that has axes"))
            return
        try:
            with unseen(), CPU:
                tensor = self.source.tensor.detach()
                result = getattr(tensor.requires_grad_(tensor.is_floating_point()), self.name)(**self.arguments)
                if isinstance(result, tuple):
                    result, self.found = result.values, result.indices
                self.result = result
        except Exception as problem:
            self.problem = problem
            return
        self.chosen = max(0, min(self.chosen, result.numel() - 1))

    def code(self):
        """Return the call, as a student writes it."""
        return f"{self.source.name}.{self.name}({', '.join(f'{name}={value}' for name, value in self.arguments.items())})"

    def collapsed(self, place):
        """Return the places of x that go into one place of the result."""
        shape = self.source.shape
        index = indices(self.result.shape)[place]
        if self.name not in ALONG and not self.arguments.get("keepdim"):
            rest = iter(index)
            index = tuple(0 if dim in self.dims else next(rest) for dim in range(len(shape)))
        upto = self.name in ("cumsum", "cumprod")
        return [number for number, each in enumerate(indices(shape))
                if all(dim in self.dims or a == b for dim, (a, b) in enumerate(zip(each, index)))
                and not (upto and each[self.dims[0]] > index[self.dims[0]])]

    def winner(self, place):
        """Return the one place of x that a result's value was taken from, where it was; else None."""
        sources = self.collapsed(place)
        if self.name in ("sort", "argsort", "max", "min", "median", "argmax", "argmin"):
            where = self.found if self.found is not None else self.result if self.name.startswith("arg") else None
            if where is None:  # the largest of all: the engine names its place
                if self.name == "median":
                    return None
                with apart():
                    tensor = self.source.tensor
                    return int(getattr(tensor.int() if tensor.dtype == torch.bool else tensor, f"arg{self.name}")())
            return sources[int(where._array.reshape(-1)[place])]
        return None

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _names(self):
        if self.name in ALONG:
            return self.source.axes
        if self.arguments.get("keepdim"):
            return self.source.axes
        return [name for dim, name in enumerate(self.source.axes) if dim not in self.dims]

    def _picture(self, style):
        source, picture = self.source, Picture()
        some = self.result is not None and self.result.numel()
        lit = set(self.collapsed(self.chosen)) if some else set()
        winner = self.winner(self.chosen) if some else None
        numbers = texts_of(source.tensor)
        results = texts_of(self.result) if self.result is not None else []
        wide = room_for([*numbers, *results])
        cells = [{"text": text, "key": place, "told": f"{source.name}[{index_text(index)}]",
                  "classes": (f"on {shade(source.shape, place)}" if place in lit else "off") + (" chosen" if place == winner else "")}
                 for place, (text, index) in enumerate(zip(numbers, indices(source.shape)))]
        right, bottom = picture.tensor(20, 10, source.name, source.shape, source.axes, Grid(source.shape, wide), cells)
        if self.result is None:
            return picture.svg(self._told(), style)
        shape = tuple(self.result.shape)
        grid = Grid(shape, wide)
        beside = right + 96 + grid.width <= WIDEST
        x, y = (right + 96, 10) if beside else (20, bottom + 56)
        if beside:
            picture.arrow(right + 24, ROW, 46)
        else:
            picture.arrow(40, bottom + 14, 30, down=True)
        title = self.code() if self.found is None else f"{self.code()}.values"
        chosen = [self._choice(place, text, results) for place, text in enumerate(results)]
        _, bottom = picture.tensor(x, y, title, shape, self._names(), grid, chosen)
        if self.found is not None:
            cells = [{"text": text, "classes": "chosen" if place == self.chosen else ""} for place, text in enumerate(texts_of(self.found))]
            picture.text(x, bottom + 30, ".indices: the places along dim", "note")
            picture.grid(x, bottom + 36, Grid(shape, wide), cells)
        return picture.svg(self._told(), style)

    def _choice(self, place, text, results):
        index = index_text(indices(self.result.shape)[place])
        mine = place == self.chosen
        extra = (f' data-choose="{place}" role="button" tabindex="{0 if mine else -1}" aria-pressed="{"true" if mine else "false"}" '
                 f'aria-label="result [{index}], {text}"')
        return {"text": text, "key": f"r{place}", "classes": "s1 on chosen" if mine else "s1", "extra": extra,
                "told": f"[{index}]: which cells go into it?"}

    def workings(self):
        """Return how the chosen number comes about, in words or as a sum with the numbers in it."""
        places = self.collapsed(self.chosen)
        numbers = texts_of(self.source.tensor)
        given = [numbers[place] for place in places]
        behind = [f"({text})" if text.startswith("−") else text for text in given]
        few = len(given) <= WRITTEN
        listed = ", ".join(given if few else [*given[:3], "…", given[-1]])
        joined = {sign: f" {sign} ".join([given[0], *behind[1:]] if few else [given[0], *behind[1:3], "…", behind[-1]]) for sign in "+×"} if given else {}
        found = texts_of(self.result)[self.chosen]
        name, winner = self.name, self.winner(self.chosen) if given else None
        where = f"{self.source.name}[{index_text(indices(self.source.shape)[winner])}]" if winner is not None else ""
        if not given:
            return f"there is nothing to take, and {name} of nothing is {found}"
        if name in ("sum", "cumsum"):
            return f"{joined['+']} = {found}"
        if name in ("prod", "cumprod"):
            return f"{joined['×']} = {found}"
        if name == "mean":
            return f"({joined['+']}) ÷ {len(given)} = {found}"
        if name in SPREADS:
            return self._spread(places, found)
        if name.startswith("arg") and name != "argsort":
            along = "row by row" if self.dim == ALL else f"along dim {self.dims[0]}"
            return f"of {listed} the {'largest' if name == 'argmax' else 'smallest'} is {numbers[winner]}, at place {found} counted {along}"
        if name in ("sort", "argsort"):
            return f"{listed} in order; here comes {numbers[winner]}, which stood at {where}"
        if name in ("max", "min", "amax", "amin"):
            return f"the {'largest' if 'max' in name else 'smallest'} of {listed} is {found}" + (f", at {where}" if where else "")
        if name == "median":
            return f"the middle of {listed} is {found}"
        if name in ("all", "any"):
            return f"{'is every one' if name == 'all' else 'is any one'} of {listed} other than 0? {found}"
        if name == "softmax":
            mine = numbers[self.chosen]
            return f"exp({mine}) as a share of the sum of exp over {listed} is {found}"
        return f"{name} of {listed} is {found}"

    def _spread(self, places, found):
        with apart():
            part = self.source.tensor.reshape(-1)[places]
            mean = part.mean()
            squares = ((part - mean) ** 2).sum()
        count = len(places) - (0 if self.population else 1)
        under = f"{short(squares.item())} ÷ {count}"
        less = "" if self.population else f", {len(places)} − 1"
        root = f"√({under})" if self.name == "std" else under
        return f"the squared distances from the mean {short(mean.item())} add up to {short(squares.item())}; {root} = {found} (n is {len(places)}{less})"

    def _told(self):
        if self.problem:
            return f"{self.code()}: {first_lines(self.problem)}"
        source, result = self.source, self.result
        head = f"{self.code()} has shape {shape_text(result.shape)}"
        if not result.numel():
            return f"{head}: there is no cell in it."
        count = prod(source.shape[dim] for dim in self.dims)
        names = ", ".join(f"dim {dim} ({source.axes[dim]})" for dim in self.dims)
        many = "" if len(self.dims) > 1 else "s"
        how = f"stay{many}" if self.name in ALONG else f"stay{many} with size 1" if self.arguments.get("keepdim") else "goes" if many else "go"
        axis = f": {names} {how}" if self.dims else ""
        place = f"Cell [{index_text(indices(result.shape)[self.chosen])}]" if result.dim() else "The one cell"
        into = "" if self.name in ALONG else f", {count} number{'s' * (count != 1)} into each cell"
        return f"{head}{axis}{into}. {place}: {self.workings()}."

    def _state(self):
        source = self.source
        panels = []
        if self.problem:
            panels.append({"heading": "Not like this", "lines": lines_of(self.problem)})
        elif self.result.numel():
            panels.append({"heading": f"The chosen cell: [{index_text(indices(self.result.shape)[self.chosen])}]" if self.result.dim() else "The one cell", "lines": [self.workings()]})
        shapes = [[source.name, shape_text(source.shape)]]
        if self.result is not None:
            shapes.append([self.code(), shape_text(self.result.shape)])
            panels.append({"heading": "Shapes", "table": {"head": ["", "shape"], "rows": shapes}})
            step = self.result.grad_fn
            panels.append({"heading": "dtype and engine", "lines": [f"{source.tensor.dtype} becomes {self.result.dtype}"],
                           "code": ["The engine's own lines: " + engine_lines(step)[0], engine_lines(step)[1]] if step else []})
        if self.name in ABOUT:
            panels.append({"heading": "Look", "lines": [ABOUT[self.name]]})
        rows = []
        if self.result is not None:
            for place, (index, text) in enumerate(zip(indices(self.result.shape), texts_of(self.result))):
                cells = [source.name + f"[{index_text(indices(source.shape)[each])}]" for each in self.collapsed(place)]
                rows.append([f"[{index_text(index)}]", text, " ".join(cells)])
        label = {ALL: "all axes"} | {str(dim): f"{dim}: {name}" for dim, name in enumerate(source.axes)}
        controls = [
            {"id": "function", "kind": "select", "label": "function", "value": self.name, "options": [[name, name] for name in REDUCTIONS]},
            {"id": "dim", "kind": "select", "label": "dim", "value": self.dim,
             "options": [[each, label.get(each, each)] for each in self._axes_offered() or [ALL]]}]
        if self._keeps():
            controls.append({"id": "keepdim", "kind": "check", "label": "keepdim", "value": self.keepdim})
        if self.name in SPREADS:
            controls.append({"id": "population", "kind": "check", "label": "correction=0: divide by n", "value": self.population})
        return {
            "label": "function explorer: reductions", "title": self.code(),
            "status": f"{shape_text(source.shape)} becomes {shape_text(self.result.shape)}" if self.result is not None else "",
            "sentence": self._told(), "panels": panels, "controls": controls,
            "nav": [["reset", "Reset", "reset: the first function and axis",
                     (self.name, self.dim, self.keepdim) != self._first or self.population or self.chosen > 0]],
            "table": {"head": ["result", "value", "from"], "rows": rows}}
