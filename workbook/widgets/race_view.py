"""A race of optimizers down one valley: the same loss, the same start, and what each of them keeps from step to step."""

import inspect
import math

import workbook as torch
from workbook import optim
from workbook.errors import explain
from workbook.tensor import Tensor

from .beside import names_beside
from .board import Board, alone_style, first_lines
from .cells import Picture
from .contours import level_lines
from .numbers import four, plain, short
from .plane import LEFT, Plane, one_number
from .replay import unseen
from .widget import Still

WIDTH, HEIGHT, UNDER = 700, 400, 172
RATES = [0.01, 1.2, 0.01]
LONGEST = 300          # steps that a race can have
COLUMN = 168           # width of a runner's part under the map
BAR, ROW = 86, 21
LOW = 1e-3             # a loss as near to the least one as this has arrived


class Valley:
    """A loss of two numbers, the part of the plane that shows it, where a race begins, and with which learning rates."""

    def __init__(self, title, loss, across, up, start, text, rates=None):
        self.title, self.loss, self.across, self.up, self.start, self.text = title, loss, across, up, start, text
        self.rates = {runner.name: runner.rate for runner in RUNNERS} | (rates or {})


class Runner:
    """An optimizer in the race: how it is made, its first learning rate, and the shape and dashes that stand for it."""

    def __init__(self, name, made, rate, shape, dashes, code):
        self.name, self.made, self.rate, self.shape, self.dashes, self.code = name, made, rate, shape, dashes, code


RUNNERS = (
    Runner("SGD", lambda leaves, lr: optim.SGD(leaves, lr=lr), 0.5, "circle", "", "torch.optim.SGD(params, lr={lr})"),
    Runner("momentum", lambda leaves, lr: optim.SGD(leaves, lr=lr, momentum=0.8), 0.1, "square", "9 4", "torch.optim.SGD(params, lr={lr}, momentum=0.8)"),
    Runner("RMSprop", lambda leaves, lr: optim.RMSprop(leaves, lr=lr), 0.1, "diamond", "2 4", "torch.optim.RMSprop(params, lr={lr})"),
    Runner("Adam", lambda leaves, lr: optim.Adam(leaves, lr=lr), 0.3, "triangle", "9 3 2 3", "torch.optim.Adam(params, lr={lr})"),
)
VALLEYS = (
    Valley("a long valley", lambda x, y: x ** 2 / 20 + y ** 2, (-8, 8), (-3, 3), (-7.0, 2.0), "x ** 2 / 20 + y ** 2"),
    Valley("a bend", lambda x, y: (1 - x) ** 2 / 4 + (y - x ** 2 / 2) ** 2, (-3, 3), (-1, 4), (-2.0, 3.0), "(1 - x) ** 2 / 4 + (y - x ** 2 / 2) ** 2",
           {"SGD": 0.1, "momentum": 0.05}),
    Valley("a saddle", lambda x, y: x ** 2 / 4 - y ** 2 / 4 + y ** 4 / 16, (-4, 4), (-3, 3), (-3.0, 0.02), "x ** 2 / 4 - y ** 2 / 4 + y ** 4 / 16"),
)
KEPT = {"momentum_buffer": "velocity", "square_avg": "mean of g²", "exp_avg": "mean of g", "exp_avg_sq": "mean of g²"}


class Run:
    """The way of one runner: its places, their losses, and what its optimizer keeps after the last step."""

    def __init__(self, places, losses, kept, problem=None):
        self.places, self.losses, self.kept, self.problem = places, losses, kept, problem

    @property
    def lost(self):
        """Whether the numbers have run away."""
        return not all(map(math.isfinite, (*self.places[-1], self.losses[-1])))


class RaceView(Board):
    """The widget behind `race`: the valley, the learning rates, and how many steps have been made."""

    def __init__(self, loss, start, across, up):
        self.valleys = {valley.title: valley for valley in VALLEYS}
        self._first = VALLEYS[0].title
        if loss is not None:
            if not callable(loss) or isinstance(loss, Tensor):
                raise TypeError(explain(f"race() needs a function of two numbers, and got {type(loss).__name__}", "it is computed anew at every place",
                                        "write race(lambda x, y: x ** 2 + y ** 2)"))
            self._first = "your own"
            self.valleys = {self._first: Valley(self._first, loss, _ends("across", across), _ends("up", up), _ends("start", start, ordered=False), "your function")} | self.valleys
        self._lines, self._runs = {}, {}
        self._begin()
        self.run(RUNNERS[0])  # a function that fails where the race begins fails before there is a picture
        if self._runs[RUNNERS[0].name][1].problem is not None:
            raise self._runs[RUNNERS[0].name][1].problem
        super().__init__()

    def __repr__(self):
        return f"Race of optimizers: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action in ("on", "ten"):
            self.steps = min(self.steps + (1 if action == "on" else 10), LONGEST)
        elif action == "back":
            self.steps = max(self.steps - 1, 0)
        elif action == "set" and id == "valley":
            self.valley, self.steps, self.rates = self.valleys[value], 0, dict(self.valleys[value].rates)
        elif action == "set":
            self.rates = {**self.rates, id: float(value)}
        self.show()

    def _begin(self):
        self.valley, self.steps = self.valleys[self._first], 0
        self.rates = dict(self.valley.rates)

    def run(self, runner):
        """Return the way of a runner from the start, as far as the race has come: the engine's own optimizer on two leaves."""
        asked = self.valley.title, self.rates[runner.name], self.steps
        found = self._runs.get(runner.name)
        if found is None or found[0] != asked:
            found = self._runs[runner.name] = asked, self._raced(runner)
        return found[1]

    def _raced(self, runner):
        with unseen():
            leaves = [torch.tensor(float(each), requires_grad=True) for each in self.valley.start]
            optimizer, places, losses = runner.made(leaves, self.rates[runner.name]), [], []
            for step in range(self.steps + 1):
                try:
                    loss = one_number(self.valley.loss(*leaves), "x ** 2 + y ** 2")
                except Exception as problem:  # the student's function may not like where a step has led
                    return Run(places or [self.valley.start], losses or [math.nan], {}, problem)
                places.append(tuple(leaf.item() for leaf in leaves))
                losses.append(loss.item())
                if step == self.steps or not math.isfinite(losses[-1]):
                    break
                for leaf, slope in zip(leaves, torch.autograd.grad(loss, leaves, materialize_grads=True)):  # and no .grad of the student's
                    leaf.grad = slope
                optimizer.step()
            kept = {name: [optimizer.state.get(leaf, {}).get(name) for leaf in leaves] for name in KEPT}
        return Run(places, losses, {name: [each.item() for each in pair] for name, pair in kept.items() if None not in pair})

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    @property
    def plane(self):
        """The part of the plane that the valley is drawn in."""
        return Plane(self.valley.across, self.valley.up, WIDTH, HEIGHT)

    def still(self):
        """Return the view as a picture; before the first step, one of thirty, since nobody can press a button in it."""
        if self.steps:
            return super().still()
        self.steps = 30
        state, drawn = self._state(), self._picture(alone_style())
        self.steps = 0
        note = f"An example: thirty steps. {state['sentence']}"
        return Still(drawn, f"{state['title']}. {note}", state["table"]["head"], state["table"]["rows"], note=note)

    def _picture(self, style):
        picture, plane = Picture(), self.plane
        plane.begin(picture, "across")
        if self.valley.title not in self._lines:
            self._lines[self.valley.title] = self._levels(plane)
        picture.parts += self._lines[self.valley.title]
        for runner in RUNNERS:
            picture.parts.append(_trail(plane, runner, self.run(runner)))
        at = [plane.clipped(*self.run(runner).places[-1]) for runner in RUNNERS]
        picture.parts += names_beside(plane, [(_said(plane, runner, self.run(runner)), *place) for runner, place in zip(RUNNERS, at)])
        picture.parts += [_shape(runner.shape, *place) for runner, place in zip(RUNNERS, at)]
        for number, runner in enumerate(RUNNERS):
            picture.parts += self._under(LEFT - 26 + number * COLUMN, HEIGHT + 8, runner)
        picture.height = HEIGHT + UNDER - 14
        return picture.svg(self._told(), style)

    def _levels(self, plane):
        """Lines of equal loss, closer together where it is steep; the least place that was seen wears a cross."""
        with unseen(), torch.no_grad():
            lines, lowest = level_lines(lambda x, y: float(one_number(self.valley.loss(torch.tensor(x), torch.tensor(y)), "x ** 2 + y ** 2").item()), self.valley.across, self.valley.up)
        path = "".join(f"M{ax:.1f} {ay:.1f}L{bx:.1f} {by:.1f}" for (ax, ay), (bx, by) in ((plane.at(*a), plane.at(*b)) for a, b in lines))
        x, y = plane.at(*lowest)
        return [f'<path class="contour" d="{path}"/>', f'<path class="axis" d="M{x - 6:.1f} {y:.1f}h12M{x:.1f} {y - 6:.1f}v12"/>',
                f'<text class="note label" x="{x + 8:.1f}" y="{y + 16:.1f}">lowest</text>']

    def _under(self, x, y, runner):
        """A runner's name, its loss, and a pair of bars for each thing that its optimizer keeps."""
        run = self.run(runner)
        yield _shape(runner.shape, x + 8, y + 9)
        yield f'<text class="title" x="{x + 22}" y="{y + 14}">{runner.name}</text>'
        yield f'<path class="way" stroke-dasharray="{runner.dashes}" d="M{x + 116} {y + 9}h34"/>'
        yield f'<text class="code" x="{x}" y="{y + 34}">loss {four(run.losses[-1])}</text>'
        if not run.kept:
            yield f'<text class="note" x="{x}" y="{y + 56}">{"keeps nothing" if self.steps else "no step yet"}</text>'
        for number, (name, pair) in enumerate(run.kept.items()):
            top = y + 46 + number * (2 * ROW + 20)
            yield f'<text class="note" x="{x}" y="{top + 10}">{KEPT[name]}</text>'
            far = max((abs(each) for each in pair if math.isfinite(each)), default=0.0) or 1.0
            for row, (axis, number_of) in enumerate(zip("xy", pair)):
                bottom = top + 16 + row * ROW
                middle = x + 14 + BAR / 2
                long = min(abs(number_of) / far, 1.0) * BAR / 2 if math.isfinite(number_of) else 0.0
                yield f'<text class="tick" x="{x}" y="{bottom + 13}">{axis}</text><path class="axis" d="M{middle} {bottom + 2}v{ROW - 6}"/>'
                yield f'<rect class="pull" x="{middle - long if number_of < 0 else middle:.1f}" y="{bottom + 4}" width="{long:.1f}" height="{ROW - 10}"/>'
                yield f'<text class="slope tick" x="{x + 18 + BAR}" y="{bottom + 12}">{short(number_of)}</text>'

    def _told(self):
        runs = {runner.name: self.run(runner) for runner in RUNNERS}
        broken = next(((name, run) for name, run in runs.items() if run.problem is not None), None)
        if broken:
            return f"{broken[0]} came where the loss could not be computed. {first_lines(broken[1].problem)}"
        if not self.steps:
            return f"Four optimizers stand at ({', '.join(map(short, self.valley.start))}), where the loss {self.valley.text} is {short(runs['SGD'].losses[0])}. Press step."
        lost = [name for name, run in runs.items() if run.lost or run.losses[-1] > 1e6]
        going = {name: run.losses[-1] for name, run in runs.items() if name not in lost}
        said = f"After {self.steps} step{'s' * (self.steps > 1)} "
        if going:
            best = min(going, key=going.get)
            said += f"{best} is lowest, with loss {short(going[best])}"
            others = [f"{name} {short(loss)}" for name, loss in going.items() if name != best]
            said += f"; {', '.join(others)}." if others else "."
        else:
            said += "nobody is left."
        return said + (f" {' and '.join(lost)} ran away: a smaller learning rate keeps {'them' if len(lost) > 1 else 'it'}." if lost else "")

    def _state(self):
        rows = []
        for runner in RUNNERS:
            run = self.run(runner)
            kept = "; ".join(f"{KEPT[name]} ({', '.join(map(short, pair))})" for name, pair in run.kept.items()) or "nothing"
            rows.append([runner.name, short(self.rates[runner.name]), *map(four, run.places[-1]), four(run.losses[-1]), kept])
        code = [runner.code.format(lr=plain(self.rates[runner.name])) for runner in RUNNERS]
        changed = self.steps or self.valley.title != self._first or self.rates != self.valley.rates
        return {
            "label": "race of optimizers", "title": f"loss = {self.valley.text}", "status": f"step {self.steps}",
            "sentence": self._told(),
            "panels": [
                {"heading": "Where they are", "table": {"head": ["", "x", "y", "loss"], "classes": ["", "wb-number", "wb-number", "wb-number"],
                                                        "rows": [[name, short(float(x)), short(float(y)), short(float(loss))] for name, _, x, y, loss, _ in
                                                                 ([each[0], each[1], *self.run(runner).places[-1], self.run(runner).losses[-1], each[5]]
                                                                  for each, runner in zip(rows, RUNNERS))]}},
                {"heading": "Where the numbers come from", "lines": ["The optimizers are the engine's own, on two leaves x and y."],
                 "code": ["As they are written", "\n".join(code) + "\n\n# workbook/optim/rmsprop.py\n" + inspect.getsource(optim.RMSprop.rule).rstrip()]}],
            "nav": [["back", "◀", "back: one step less", self.steps > 0], ["on", "▶ step", "one step", self.steps < LONGEST],
                    ["ten", "▶▶ ten", "ten steps", self.steps < LONGEST], ["reset", "Reset", "reset: no step, first learning rates", bool(changed)]],
            "controls": [{"id": "valley", "kind": "select", "label": "loss", "options": [[title, title] for title in self.valleys], "value": self.valley.title},
                         *({"id": runner.name, "kind": "range", "label": f"lr of {runner.name}", "range": RATES, "value": plain(self.rates[runner.name])}
                           for runner in RUNNERS)],
            "table": {"head": ["optimizer", "lr", "x", "y", "loss", "keeps"], "rows": rows}}


def _trail(plane, runner, run):
    """The way of a runner, in its own dashes; what lies beyond the picture is drawn at its edge."""
    points = [plane.clipped(*place) for place in run.places]
    return f'<path class="way" stroke-dasharray="{runner.dashes}" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points if x == x)}"/>' if len(points) > 1 else ""


def _said(plane, runner, run):
    """A runner's name, and whether it has left the picture."""
    return runner.name + (" (beyond)" if run.lost or not _holds(plane, *run.places[-1]) else "")


def _shape(shape, x, y):
    """A circle, a square, a diamond or a triangle: no runner is told by its colour."""
    drawn = {"circle": f'<circle class="face" cx="{x:.1f}" cy="{y:.1f}" r="6"/>',
             "square": f'<rect class="face" x="{x - 5.5:.1f}" y="{y - 5.5:.1f}" width="11" height="11"/>',
             "diamond": f'<path class="face" d="M{x:.1f} {y - 8:.1f}l8 8l-8 8l-8 -8z"/>',
             "triangle": f'<path class="face" d="M{x:.1f} {y - 7:.1f}l7.5 13h-15z"/>'}
    return f'<g class="runner">{drawn[shape]}</g>'


def _holds(plane, x, y):
    return plane.across[0] <= x <= plane.across[1] and plane.holds(y)


def _ends(name, given, ordered=True):
    """Return two finite numbers; with `ordered` the first is less."""
    try:
        first, second = map(float, given)
    except (TypeError, ValueError):
        raise TypeError(explain(f"race() needs two numbers for {name}, and got {given!r}", None, f"write {name}=(-4, 4)")) from None
    if not (math.isfinite(first) and math.isfinite(second)) or ordered and first >= second:
        raise ValueError(explain(f"race() cannot use {name}=({first:g}, {second:g})", "two finite numbers are needed" + (", the smaller one first" if ordered else ""), f"write {name}=(-4, 4)"))
    return first, second
