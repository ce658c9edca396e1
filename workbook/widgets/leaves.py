"""The leaves of a live graph: their present values, the sliders on them, and the slope that each should find."""

from math import ceil, log10

import numpy as np

from .numbers import four, gradient_lines, lines

NOT_NUDGED = "–"
WHY_NOT = "A dash under “by nudging”: the leaf is too large to be nudged number by number, or a run takes too long."


class Leaves:
    """The values of an origin's leaves by key. `place(key)` is the element of an array that its slider moves."""

    def __init__(self, origin):
        self._origin = origin
        self._chosen, self._slopes = {}, {}
        self.values = {}
        self.reset()

    def reset(self):
        """Return to the first values."""
        self.values = {key: value.copy() for key, value in self._origin.values.items() if value is not None}

    def move(self, key, number):
        """Set one leaf, or its chosen element."""
        self.values[key][self.place(key)] = number

    def choose(self, key, number):
        """Let the slider of `key` move element `number`, counted along the rows."""
        self._chosen.pop(key, None)
        self._chosen[key] = tuple(int(at) for at in np.unravel_index(number, self.values[key].shape))

    def place(self, key):
        """Return the index of the element that the slider of `key` moves."""
        return self._chosen.get(key, (0,) * self.values[key].ndim)

    @property
    def followed(self):
        """The element that was chosen last, whose numbers are told."""
        return next(reversed(self._chosen.values()), ())

    def measure(self, wanted=True):
        """Find the slopes by differences; none if not `wanted`."""
        self._slopes = {}
        for key in self._origin.movable if wanted else ():
            try:
                self._slopes[key] = self._origin.slope(self.values, key, self.place(key))
            except (Exception, SystemExit) as problem:  # the student's function may fail beside a point where it does not
                self._slopes[key] = type(problem).__name__

    def sliders(self):
        """Return what the page needs to know of each slider."""
        rows = []
        for key, name in self._origin.movable.items():
            value, place = self.values[key], self.place(key)
            reach = reach_of(float(self._origin.values[key][place]))
            elements = [f"{name}{list(each)}" for each in np.ndindex(value.shape)] if value.ndim else []
            rows.append({"id": key, "name": f"{name}{list(place)}" if place else name, "least": -reach, "most": reach,
                         "grain": reach / 100, "value": float(value[place]), "elements": elements,
                         "chosen": int(np.ravel_multi_index(place, value.shape)) if place else 0})
        return rows

    def rows(self, run, words):
        """Return (name, value, gradient so far, slope by differences) of every leaf; of one with a slider, for its element."""
        rows = []
        for part in self._origin.trace.leaves:
            part = part if run is None else run.twin(part)
            name, value, grad = words.called(part), part.value, None if run is None else run.grad(part.key)
            if part.key in self._origin.movable and value is not None:
                place = self.place(part.key)
                name = f"{name}{list(place)}" if place else name
                value, grad = value[place], None if grad is None else grad[place]
            slope = self._slopes.get(part.key, NOT_NUDGED)
            rows.append([name, "" if value is None else "\n".join(lines(value)),
                         "None" if grad is None else "\n".join(gradient_lines(grad)),
                         four(slope) if isinstance(slope, float) else slope])
        return rows


def reach_of(value):
    """Return how far a slider goes to both sides: 1, 2, 5, 10, 20, 50 ... and well beyond its first value.

    >>> reach_of(0.5), reach_of(3.0), reach_of(-70.0), reach_of(float("nan"))
    (1.0, 5.0, 100.0, 1.0)
    """
    wanted = max(1.0, 1.2 * abs(value)) if np.isfinite(value) else 1.0
    power = 10.0 ** (ceil(log10(wanted)) - 1)
    return next(step * power for step in (1, 2, 5, 10) if step * power >= wanted)
