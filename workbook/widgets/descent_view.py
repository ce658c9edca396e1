"""A ball on the curve of a loss: each step moves it by learning rate times slope, down the curve or, with the wrong sign, up."""

import inspect
import math

import workbook as torch
from workbook.errors import explain
from workbook.optim import sgd
from workbook.tensor import Tensor

from .board import Board, alone_style, first_lines
from .cells import Picture
from .numbers import four, in_brackets, plain, short
from .plane import LEFT, Plane, one_number
from .replay import unseen
from .widget import Still

WIDTH, HEIGHT = 700, 430
SAMPLES = 161
GRAIN = 0.1            # the ball moves by this much under a key; ten times as much with Page Up and Page Down
RATES = [0.01, 1.2, 0.01]
LONGEST = 200          # steps that can be made before Reset
LISTED = 6             # steps that stand in the table beside the picture
REACH = 46             # length of a tangent to either side
FLAT = 1e-3            # a slope as near to 0 as this hardly moves anything
MINUS, PLUS = "minus", "plus"
SIGNS = {MINUS: "w −= lr · w.grad", PLUS: "w += lr · w.grad"}


class DescentView(Board):
    """The widget behind `descent`: the loss, where the ball began, and every place it has been at since."""

    def __init__(self, loss, start, lr, across):
        self.loss, self.across = loss, _checked_range(across)
        if not callable(loss) or isinstance(loss, Tensor):
            raise TypeError(explain(f"descent() needs a function of one number, and got {type(loss).__name__}",
                                    "it computes the loss anew at every place of the ball", "write descent(lambda w: w ** 2, 4.)"))
        self._first = _number("start", start), _number("lr", lr)
        self.measured_at(self._first[0])  # a function that fails here fails before there is a picture
        self._curve = self._sampled()
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Descent view: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "back" and len(self.places) > 1:
            self.places.pop()
            self.problem = None
        elif action == "on":
            self._step()
        elif action == "ten":
            for _ in range(10):
                self._step()
        elif action == "set" and id == "lr":
            self.lr = float(value)
        elif action == "set" and id == "sign":
            self.sign = value
        elif action == "set" and id == "start":
            self._put(float(value))
        elif action == "nudge":
            self._put(round((self.now[0] + GRAIN * value) / GRAIN) * GRAIN)
        elif action == "drag":
            least, most = self.across
            self._put(round((least + (most - least) * min(max(value, 0.0), 1.0)) / GRAIN) * GRAIN)
        self.show()

    def _begin(self):
        start, self.lr = self._first
        self.sign = MINUS
        self._put(start)

    def _put(self, w):
        """Begin anew at w."""
        self.problem = None
        try:
            self.places = [self.measured_at(w)]
        except Exception as problem:  # the student's function may not like this place
            self.problem = problem

    @property
    def now(self):
        """Where the ball is: (w, loss, slope)."""
        return self.places[-1]

    @property
    def next(self):
        """Where the next step puts w."""
        w, _, slope = self.now
        with torch.no_grad():
            moved = torch.tensor(w) - (1 if self.sign == MINUS else -1) * self.lr * torch.tensor(slope)
        return moved.item()

    def _step(self):
        if len(self.places) <= LONGEST and all(map(math.isfinite, self.now)):
            self.problem = None
            try:
                self.places.append(self.measured_at(self.next))
            except Exception as problem:  # or where a step has led
                self.problem = problem

    def measured_at(self, w):
        """Return (w, loss, slope): the student's loss, and what its backward() leaves in w.grad."""
        with unseen():
            leaf = torch.tensor(float(w), requires_grad=True)
            loss = self.loss(leaf)
            loss = one_number(loss, "(w - 5) ** 2")
            slope, = torch.autograd.grad(loss, leaf, materialize_grads=True) if loss.requires_grad else (torch.tensor(0.0),)
        return leaf.item(), float(loss.item()), slope.item()

    def _sampled(self):
        """Return (w, loss) along the picture; where the loss fails or is no number, nothing."""
        least, most = self.across
        points = []
        with unseen(), torch.no_grad():
            for number in range(SAMPLES):
                w = least + (most - least) * number / (SAMPLES - 1)
                try:
                    height = float(self.loss(torch.tensor(w)).item())
                except Exception:  # the ball tells why, where it comes there; the curve has a gap
                    height = math.nan
                points.append((w, height))
        return points

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    @property
    def plane(self):
        """The part of the plane that holds the curve: all of it, or its lower part where it is very steep."""
        heights = sorted(height for _, height in self._curve if math.isfinite(height)) or [0.0, 1.0]
        low, high = heights[0], heights[-1]
        room = (high - low) * 0.08 or 1.0
        return Plane(self.across, (low - room, high + room), WIDTH, HEIGHT, ("w", "loss"))

    def still(self):
        """Return the view as a picture; before the first step, one of five, since nobody can press a button in it."""
        if len(self.places) > 1:
            return super().still()
        for _ in range(5):
            self._step()
        state, drawn = self._state(), self._picture(alone_style())
        self.places, self.problem = self.places[:1], None
        note = f"An example: five steps with learning rate {short(self.lr)}. {state['sentence']}"
        return Still(drawn, f"{state['title']}. {note}", state["table"]["head"], state["table"]["rows"], note=note)

    def _picture(self, style):
        picture, plane = Picture(), self.plane
        plane.begin(picture, "across")
        picture.parts += [_path(plane, self._curve), *self._trail(plane), *self._stride(plane), self._ball(plane)]
        return picture.svg(self._told(), style)

    def _trail(self, plane):
        """The places before this one, each with the number of its step, and the way between them."""
        inside = [plane.clipped(w, loss) for w, loss, _ in self.places]
        if len(inside) > 1:
            yield f'<path class="trail" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in inside)}"/>'
        last = None
        for number, (x, y) in enumerate(inside[:-1]):
            yield f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
            if last is None or math.hypot(x - last[0], y - last[1]) > 16:
                beside = y - 9 if y > 24 else y + 18  # at the upper edge there is no room over it
                yield f'<text class="tick label" x="{x:.1f}" y="{beside:.1f}" text-anchor="middle">{number}</text>'
                last = x, y

    def _stride(self, plane):
        """The tangent at the ball, and the arrow from w to where the next step puts it."""
        w, loss, slope = self.now
        if not all(map(math.isfinite, (w, loss, slope))) or not self.across[0] <= w <= self.across[1] or not plane.holds(loss):
            return
        (px, py), (qx, qy) = plane.at(w, loss), plane.at(w + 1, loss + slope)
        length = math.hypot(qx - px, qy - py)
        dx, dy = (qx - px) * REACH / length, (qy - py) * REACH / length
        yield f'<path class="tangent" d="M{px - dx:.1f} {py - dy:.1f}L{px + dx:.1f} {py + dy:.1f}"/>'
        ahead = self.next
        least, most = self.across
        end, _ = plane.at(min(max(ahead, least), most), loss)
        if abs(end - px) < 1 or ahead != ahead:
            return
        way = 1 if end > px else -1
        tip = f"M{end:.1f} {py:.1f}l{-9 * way} -5v10z"
        yield f'<path class="stride" d="M{px:.1f} {py:.1f}H{end - 6 * way:.1f}"/><path class="slope" d="{tip}"/>'
        landing = self._height(ahead)
        if landing is not None:
            _, down = plane.clipped(ahead, landing)
            yield f'<path class="level" d="M{end:.1f} {py:.1f}V{down:.1f}"/>'
        beside = py - 9 if self.sign == MINUS else py + 20  # down the curve the tangent runs under the arrow, up the curve over it
        yield (f'<text class="slope label" x="{px + 16 * way:.1f}" y="{beside:.1f}" text-anchor="{"start" if way > 0 else "end"}">'
               f'{"−" if self.sign == MINUS else "+"} {short(self.lr)} × {in_brackets(slope)} = {short(ahead - w)}</text>')

    def _height(self, w):
        """The loss at w, read off the samples; None outside of them."""
        least, most = self.across
        if not least <= w <= most:
            return None
        height = self._curve[round((w - least) / (most - least) * (SAMPLES - 1))][1]
        return height if math.isfinite(height) else None

    def _ball(self, plane):
        w, loss, slope = self.now
        least, most = self.across
        x, y = plane.clipped(w, loss)
        beyond = not (least <= w <= most and plane.holds(loss))
        words = f"w {short(w)}, loss {short(loss)}, slope {short(slope)}"
        text = f"beyond the picture: w = {short(w)}" if beyond else f"w = {short(w)}"
        wide, down = len(text) * 8.4 + 14, self.sign == MINUS
        left = (slope < 0) == down  # beside the ball where the arrow does not go, and off the curve
        left = x - wide > LEFT if left else x + wide > plane.right
        low = down and not beyond and y > plane.bottom - 34 and LEFT + wide / 2 < x < plane.right - wide / 2
        line = y + 40 if beyond else y - 28 if low else y - 14 if not down or y > plane.bottom - 34 else y + 24  # low: over the numbers of the steps
        place, anchor = (x, "middle") if low else (x - 14, "end") if left else (x + 14, "start")
        return (f'<g class="point chosen" data-point="0" role="slider" tabindex="0" aria-label="w, where the ball is" aria-valuemin="{least:g}" '
                f'aria-valuemax="{most:g}" aria-valuenow="{min(max(w, least), most) if w == w else least:.4f}" aria-valuetext="{words}">'
                f'<title>{words}; drag it, or use the arrow keys</title><circle class="reach" cx="{x:.1f}" cy="{y:.1f}" r="18"/>'
                f'<circle class="face" cx="{x:.1f}" cy="{y:.1f}" r="8"/>'
                f'<text class="title label" x="{place:.1f}" y="{line:.1f}" text-anchor="{anchor}">{text}</text></g>')

    def _formula(self):
        """Return the next step with its numbers in it."""
        w, _, slope = self.now
        return (f"w {'−' if self.sign == MINUS else '+'} lr × slope = {short(w)} {'−' if self.sign == MINUS else '+'} "
                f"{short(self.lr)} × {in_brackets(slope)} = {short(self.next)}")

    def _told(self):
        if self.problem is not None:
            return f"The loss could not be computed there. {first_lines(self.problem)}"
        w, loss, slope = self.now
        if not all(map(math.isfinite, (w, loss, slope))):
            return (f"After {len(self.places) - 1} steps w is {short(w)} and the loss {short(loss)}: the steps have run away. "
                    "No later step brings such a number back. Begin anew with a smaller learning rate.")
        if len(self.places) > LONGEST:
            return f"{LONGEST} steps were made, and no more are kept. Reset begins anew."
        if len(self.places) == 1:
            return f"At w = {short(w)} the loss is {short(loss)} and its slope {short(slope)}. The next step: {self._formula()}."
        before, was, steep = self.places[-2]
        moved = f"w went from {short(before)} to {short(w)}, the loss from {short(was)} to {short(loss)}."
        return f"{moved} {_comment(before, was, steep, w, loss, slope)}"

    def code(self):
        """Return the step, as a student writes it."""
        return ["loss.backward()", "with torch.no_grad():", f"    w {'-' if self.sign == MINUS else '+'}= {plain(self.lr)} * w.grad", "w.grad = None"]

    def _state(self):
        w, loss, slope = self.now
        rows = [[str(number), four(w), four(loss), f"∇ {four(slope)}"] for number, (w, loss, slope) in enumerate(self.places)]
        going = all(map(math.isfinite, self.now)) and len(self.places) <= LONGEST
        changed = len(self.places) > 1 or self.sign != MINUS or (self.now[0], self.lr) != self._first
        return {
            "label": "descent on a curve", "title": SIGNS[self.sign], "status": f"step {len(self.places) - 1}, loss {four(loss)}",
            "sentence": self._told(),
            "panels": [
                {"heading": "The next step", "lines": [self._formula() if going else "none"]},
                {"heading": "The steps so far" if len(self.places) <= LISTED else f"The last {LISTED} places",
                 "table": {"head": ["", "w", "loss", "slope"], "classes": ["", "wb-number", "wb-number", "wb-slope"], "rows": rows[-LISTED:]}},
                {"heading": "Where the numbers come from", "lines": ["slope: autograd, by loss.backward(). The step, as it is written by hand:"],
                 "code": ["The step by hand, and what torch.optim.SGD does",
                          "\n".join(self.code()) + "\n\n# " + "workbook/optim/sgd.py" + "\n" + inspect.getsource(sgd.SGD).rstrip()]}],
            "nav": [["back", "◀", "back: take the last step back", len(self.places) > 1], ["on", "▶ step", "one step", going],
                    ["ten", "▶▶ ten", "ten steps", going], ["reset", "Reset", "reset: the first place and learning rate", changed]],
            "controls": [{"id": "lr", "kind": "range", "label": "learning rate", "range": RATES, "value": plain(self.lr)},
                         {"id": "sign", "kind": "select", "label": "sign", "options": [[MINUS, "− (down)"], [PLUS, "+ (up)"]], "value": self.sign},
                         {"id": "start", "kind": "number", "label": "put w at", "value": plain(self.places[0][0])}],
            "table": {"head": ["step", "w", "loss", "slope"], "rows": rows}}


def _comment(before, was, steep, w, loss, slope):
    """Say what the last step did."""
    if abs(slope) < FLAT:
        return "The slope is nearly 0 here, so a step hardly moves w: this is the bottom of a valley, or a flat place."
    if loss > was:
        across = slope * steep < 0
        return ("The step went across the valley and ended higher than it began: it was too long." if across
                else "The loss grew: this step went uphill.")
    if slope * steep < 0:
        return "The slope has changed its sign: the step went across the bottom, and ended lower all the same."
    return "The loss fell, and the slope points the same way as before." + (" It is less steep: the next step is shorter." if abs(slope) < abs(steep) else "")


def _path(plane, points):
    """The path of the curve, broken where there is no number."""
    path, drawing = [], False
    for w, height in points:
        if not math.isfinite(height):
            drawing = False
            continue
        x, y = plane.at(w, height)
        path.append(f"{'L' if drawing else 'M'}{x:.1f} {y:.1f}")
        drawing = True
    return f'<path class="curve" d="{"".join(path)}"/>'


def _number(name, given):
    given = given.item() if isinstance(given, Tensor) and given.numel() == 1 else given
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given):
        raise TypeError(explain(f"descent() needs a finite number for {name}, and got {given!r}", None, "write descent(loss, start=4., lr=0.1)"))
    return float(given)


def _checked_range(across):
    try:
        least, most = map(float, across)
    except (TypeError, ValueError):
        raise TypeError(explain(f"descent() needs two numbers for across, and got {across!r}", "they are the ends of the picture",
                                "write across=(-5, 5)")) from None
    if not (math.isfinite(least) and math.isfinite(most) and least < most):
        raise ValueError(explain(f"descent() cannot draw from {least:g} to {most:g}", "the left end has to be less than the right one",
                                 "write across=(-5, 5)"))
    return least, most
