"""Cross-entropy of one example: the scores of its classes, the probabilities that softmax makes of them, and the slope of each score."""

import math

import workbook as torch
from workbook.errors import explain
from workbook.nn import functional as F
from workbook.tensor import Tensor

from .board import Board
from .cells import Picture
from .numbers import four, in_brackets, plain, short
from .replay import unseen
from .sources import engine_lines

CLASSES = (2, 6)             # how few and how many can be drawn
REACH = (-10, 10, 0.1)       # of a slider
LEFT, TOP, HIGH, GAP = 20, 58, 44, 8
NAME, SCORE, CHANCE, SLOPE, SPACE, NUMBER = 92, 132, 132, 132, 24, 72   # widths of the columns, of the gaps, of a number beside a bar
ROOM = 24                     # of the longest slope, as in ∇ −0.2130, behind its column
SURE = 0.999                 # from here on a probability counts as certain


class ScoresView(Board):
    """The widget behind `scores`: the logits, the right class, and whether softmax is applied once too often."""

    def __init__(self, logits, target):
        self._first = _checked(logits), target
        count = len(self._first[0])
        if isinstance(target, bool) or not isinstance(target, int) or not 0 <= target < count:
            raise ValueError(explain(f"scores() got the target {target!r} for {count} scores", f"the right class is one of 0 to {count - 1}",
                                     "write scores([2., 0., 0.], target=0)"))
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Scores view: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "set" and id == "target":
            self.target = int(value)
        elif action == "set" and id == "twice":
            self.twice = bool(value)
        elif action == "set" and id == "try":
            self.logits = self._tries()[value]
        elif action == "set":
            self.logits = [float(value) if f"z{number}" == id else logit for number, logit in enumerate(self.logits)]
        self.show()

    def _begin(self):
        logits, self.target = self._first
        self.logits, self.twice = list(logits), False

    def _tries(self):
        """Scores under the names of what they say."""
        count, others = len(self.logits), [each for each in range(len(self.logits)) if each != self.target]
        return {"all equal": [0.0] * count,
                "right and sure": [8.0 if each == self.target else 0.0 for each in range(count)],
                "wrong and sure": [8.0 if each == others[0] else 0.0 for each in range(count)],
                "each one more": [min(logit + 1, REACH[1]) for logit in self.logits]}

    def measured(self):
        """Return the loss, the probabilities that it is computed from, the slope of each score, and the step that was recorded."""
        with unseen():
            z = torch.tensor([self.logits], requires_grad=True)
            fed = z.softmax(1) if self.twice else z
            loss = F.cross_entropy(fed, torch.tensor([self.target]))
            slopes, = torch.autograd.grad(loss, z)
            chances = fed.softmax(1)
        return loss.item(), chances._array[0].tolist(), slopes._array[0].tolist(), loss.grad_fn

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _picture(self, style):
        loss, chances, slopes, _ = self.measured()
        picture = Picture()
        score = LEFT + NAME
        chance, slope = score + SCORE + NUMBER + SPACE, score + SCORE + CHANCE + 2 * (NUMBER + SPACE)
        picture.text(score, 22, "score z", "title")
        picture.text(chance, 22, "softmax(softmax(z))" if self.twice else "probability softmax(z)", "title")
        picture.text(slope, 22, "slope of the loss to z", "title")
        picture.text(score, 40, "any number", "note")
        picture.text(chance, 40, "between 0 and 1, sum 1", "note")
        picture.text(slope, 40, "" if self.twice else "probability, for the right class less 1", "note")
        far = max(map(abs, self.logits), default=0.0)
        scale = next(each for each in (2, 5, 10, 20, 50, 1e9) if far <= each)
        for number, (z, p, g) in enumerate(zip(self.logits, chances, slopes)):
            y, right = TOP + number * (HIGH + GAP), number == self.target
            if right:
                picture.parts.append(f'<rect class="column" x="8" y="{y - 3}" width="{slope + SLOPE + NUMBER + ROOM - 16}" height="{HIGH + 4}" rx="6"/>')
            picture.text(LEFT, y + 20, f"class {number}", "title")
            if right:
                picture.text(LEFT, y + 36, "the right one", "note")
            picture.parts += [*_bar(score, y, SCORE, z / scale, short(z), "move", middle=True), *_bar(chance, y, CHANCE, p, four(p), "move"),
                              *_bar(slope, y, SLOPE, g, four(g), "pull", middle=True)]
        picture.width, picture.height = slope + SLOPE + NUMBER + ROOM, TOP + len(self.logits) * (HIGH + GAP) - 8
        return picture.svg(self._told(), style)

    def _told(self):
        loss, chances, slopes, _ = self.measured()
        p = chances[self.target]
        loss_of = f"The loss is −log({four(p)}) = {short(loss)}: −log of the probability of class {self.target}, the right one."
        if self.twice:
            count = len(chances)
            best = -math.log(math.e / (math.e + count - 1))
            return (f"{loss_of} cross_entropy applies softmax itself, so here it is applied twice. Probabilities lie between 0 and 1, so as scores they differ by 1 at "
                    f"most: with {count} classes the loss can never fall below {short(best)}, however sure the network is, and the slopes are smaller.")
        if p > SURE:
            return f"{loss_of} The network is right and sure, so the slopes are nearly 0: there is nothing left to learn from this example."
        if max(chances) > SURE:
            return f"{loss_of} The network is sure, and wrong: the loss is large, and it grows with every point of score."
        return f"{loss_of} Its score pulls with slope {in_brackets(slopes[self.target])}: a step against the slopes raises it and lowers the others."

    def code(self):
        """Return the call, as a student writes it."""
        z = f"torch.tensor([{[float(plain(each)) for each in self.logits]}])"
        return f"F.cross_entropy({z}{'.softmax(1)' if self.twice else ''}, torch.tensor([{self.target}]))"

    def _state(self):
        loss, chances, slopes, node = self.measured()
        rows = [[f"{number}{' (right)' if number == self.target else ''}", four(z), four(p), f"∇ {four(g)}"]
                for number, (z, p, g) in enumerate(zip(self.logits, chances, slopes))]
        where, lines = engine_lines(node)
        exps = [math.exp(z - max(self.logits)) for z in self.logits]
        told = "softmax: exp(z) of each class, divided by their sum. " + ("Only differences of scores count: adding 1 to each changes nothing."
                                                                        if max(exps) - min(exps) > 1e-9 else "Equal scores, equal probabilities.")
        return {
            "label": "scores and cross-entropy", "title": self.code(), "status": f"loss {four(loss)}",
            "sentence": self._told(),
            "panels": [
                {"heading": "The loss", "table": {"head": ["", ""], "classes": ["", "wb-number"], "rows": [
                    ["probability of the right class", four(chances[self.target])], ["loss: −log of it", four(loss)],
                    ["guessing evenly would cost", four(math.log(len(chances)))]]}},
                {"heading": "What softmax does", "lines": [told]},
                {"heading": "Where the numbers come from", "lines": ["slopes: autograd, by loss.backward()"],
                 "code": [f"The engine's own lines: {where}", lines]}],
            "nav": [["reset", "Reset", "reset: the first scores", (tuple(self.logits), self.target, self.twice) != (tuple(self._first[0]), self._first[1], False)]],
            "controls": [*({"id": f"z{number}", "kind": "range", "label": f"score of class {number}", "range": list(REACH), "value": plain(z)}
                           for number, z in enumerate(self.logits)),
                         {"id": "target", "kind": "select", "label": "right class", "value": str(self.target),
                          "options": [[str(number), f"class {number}"] for number in range(len(self.logits))]},
                         {"id": "twice", "kind": "check", "label": "softmax before the loss (a mistake)", "value": self.twice},
                         {"id": "try", "kind": "chips", "label": "try", "options": list(self._tries())}],
            "table": {"head": ["class", "score", "probability", "slope"], "rows": rows}}


def _bar(x, y, wide, share, text, kind, middle=False):
    """A bar of a share of `wide`, from the left or from the middle, and its number behind the column."""
    share = min(max(share, -1.0), 1.0)
    zero, whole = (x + wide / 2, wide / 2) if middle else (x, wide)
    long = abs(share) * whole
    left = zero - long if share < 0 else zero
    yield f'<path class="rule" d="M{x} {y + HIGH / 2}h{wide}"/>'
    yield f'<path class="axis" d="M{zero:.1f} {y + 4}v{HIGH - 10}"/>'
    if long >= 0.05:
        yield f'<rect class="{kind}" x="{left:.1f}" y="{y + 9}" width="{long:.1f}" height="{HIGH - 20}" rx="2"/>'
    yield (f'<text class="{"slope" if kind == "pull" else "code"}" x="{x + wide + 8}" y="{y + HIGH / 2 + 4}">{"∇ " if kind == "pull" else ""}{text}</text>')


def _checked(logits):
    """Return the scores as a list of floats."""
    given = logits.tolist() if isinstance(logits, Tensor) else logits
    if isinstance(given, list) and len(given) == 1 and isinstance(given[0], list):
        given = given[0]
    try:
        numbers = [float(each) for each in given]
    except (TypeError, ValueError):
        raise TypeError(explain(f"scores() needs a list of numbers, and got {logits!r}", "there is one score for each class", "write scores([2., 0., 0.], target=0)")) from None
    least, most = CLASSES
    if not least <= len(numbers) <= most or not all(map(math.isfinite, numbers)):
        raise ValueError(explain(f"scores() got {numbers}", f"it draws {least} to {most} finite scores, one for each class", "write scores([2., 0., 0.], target=0)"))
    return numbers
