"""What a training loop has shown so far, as numbers: curves that stay short, counts of each class, histograms, dead units."""

import math
from dataclasses import dataclass

import numpy as np

LONGEST = 400     # points of a curve; beyond, neighbours are put together
BINS = 31         # of a histogram, the middle one around zero
MOST_CLASSES = 1000  # that a confusion table holds: of the words of a language it would be larger than the network
SAMPLED = 1 << 15  # numbers of a larger array that a histogram looks at, evenly spread


class Curve:
    """The steps of a loop, at most `LONGEST` points of them: each point holds `width` steps, their loss and how many were right.

    >>> curve = Curve()
    >>> for loss in (4.0, 2.0, 3.0):
    ...     curve.add(loss, right=1, of=2)
    >>> curve.losses(), curve.accuracies(), curve.steps
    ([4.0, 2.0, 3.0], [0.5, 0.5, 0.5], 3)
    """

    def __init__(self):
        self.width, self.steps = 1, 0
        self._points = []  # [steps, sum of losses, right, of]

    def add(self, loss, right=0, of=0):
        """Note one step."""
        if self.steps == self.width * LONGEST:
            self._points = [[a + b for a, b in zip(*pair)] for pair in zip(self._points[::2], self._points[1::2])]
            self.width *= 2
        if self.steps % self.width == 0:
            self._points.append([0, 0.0, 0, 0])
        last = self._points[-1]
        last[0] += 1
        last[1] += loss
        last[2] += right
        last[3] += of
        self.steps += 1

    def losses(self):
        """Return the mean loss of each point."""
        return [total / steps for steps, total, _, _ in self._points]

    def accuracies(self):
        """Return the share of right answers of each point; nan where there were none to count."""
        return [right / of if of else math.nan for *_, right, of in self._points]


def recent(numbers, many):
    """Return for each number the mean of it and those before it, `many` in all.

    >>> recent([2.0, 4.0, 9.0], 2)
    [2.0, 3.0, 6.5]
    """
    return [sum(part) / len(part) for part in (numbers[max(0, place - many + 1):place + 1] for place in range(len(numbers)))]


class Confusion:
    """How often class `row` was taken for class `column`. It grows with the classes that it meets.

    >>> table = Confusion()
    >>> table.add(np.array([0, 1, 1]), np.array([0, 0, 1]))
    >>> table.counts.tolist(), table.right, table.of
    ([[1, 0], [1, 1]], 2, 3)
    """

    def __init__(self):
        self._counts, self._new, self._right, self._of = np.zeros((2, 2), dtype=np.int64), [], 0, 0

    def add(self, labels, said):
        """Count right classes and what the network said, two arrays of the same size."""
        self._new.append((labels, said))  # counted when somebody looks: a step is to cost little

    @property
    def counts(self):
        """The table as an array, of the first `MOST_CLASSES` classes."""
        self._count()
        return self._counts

    def _count(self):
        if self._new:
            labels, said = map(np.concatenate, zip(*self._new))
            self._new = []
            self._right, self._of = self._right + int(np.count_nonzero(labels == said)), self._of + labels.size
            held = (labels < MOST_CLASSES) & (said < MOST_CLASSES)
            labels, said = labels[held], said[held]
            missing = max(int(labels.max(initial=0)), int(said.max(initial=0))) + 1 - len(self._counts)
            if missing > 0:
                self._counts = np.pad(self._counts, (0, missing))
            np.add.at(self._counts, (labels, said), 1)

    @property
    def right(self):
        """How many were right."""
        self._count()
        return self._right

    @property
    def of(self):
        """How many were counted."""
        self._count()
        return self._of

    def each(self):
        """Return the share of right answers of each class; nan for a class that did not come."""
        came = self.counts.sum(1)
        return [right / all if all else math.nan for right, all in zip(self.counts.diagonal().tolist(), came.tolist())]

    def most_mistaken(self):
        """Return (right class, said class, how often) of the mistake that was made most often; None where there is none."""
        mistakes = self.counts.copy()
        np.fill_diagonal(mistakes, 0)
        if not mistakes.any():
            return None
        row, column = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
        return int(row), int(column), int(mistakes[row, column])


@dataclass
class Histogram:
    """The numbers of an array in `BINS` bins from -reach to reach; `size` is the root of their mean square, `broken` counts nan and inf."""
    counts: list
    reach: float
    size: float
    broken: int


def histogram(array):
    """Return the Histogram of an array; of a large one, that of `SAMPLED` numbers evenly spread over it.

    >>> found = histogram(np.array([-1.0, 0.0, 0.0, 1.0, np.nan]))
    >>> found.counts[0], found.counts[15], found.counts[30], found.reach, round(found.size, 4), found.broken
    (1, 2, 1, 1.0, 0.7071, 1)
    """
    flat = array.reshape(-1)
    if flat.size > SAMPLED:
        flat = flat[::-(-flat.size // SAMPLED)]
    if flat.dtype.kind == "c":
        flat = np.abs(flat)
    flat = flat.astype(np.float32, copy=False)
    reach = float(np.abs(flat).max(initial=0.0))
    broken = 0
    if not math.isfinite(reach):
        sound = np.isfinite(flat)
        broken = int(flat.size - sound.sum())
        flat = flat[sound]
        reach = float(np.abs(flat).max(initial=0.0))
    if not flat.size or reach == 0.0:
        counts = [0] * BINS
        counts[BINS // 2] = int(flat.size)
        return Histogram(counts, 0.0, 0.0, broken)
    places = ((flat.astype(np.float64) / reach + 1.0) * (BINS / 2)).astype(np.intp)
    counts = np.bincount(np.minimum(places, BINS - 1), minlength=BINS).tolist()
    return Histogram(counts, reach, float(np.sqrt(np.mean(np.square(flat, dtype=np.float64)))), broken)


@dataclass
class Layer:
    """A parameter as it was seen last: its weights, their gradient (None where there was none yet), and how many there are."""
    name: str
    shape: tuple
    weights: Histogram
    gradient: Histogram | None


@dataclass
class Dead:
    """The units behind a ReLU that were 0 for every item of the batch: `dead` of `of`; `behind` names the layer before it."""
    behind: str
    dead: int
    of: int


def dead_units(array):
    """Return (how many units were 0 for the whole batch, how many there are). A unit of pictures is a channel.

    >>> dead_units(np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]]))
    (1, 3)
    """
    if array.ndim < 2:
        return int(not array.any()), 1
    alive = array.any(axis=(0, *range(2, array.ndim)))
    return int(alive.size - alive.sum()), int(alive.size)


def came_from(node, earlier):
    """Whether a step of the graph was computed from an earlier one. What is older than that one is not looked at."""
    reached, waiting = set(), [node]
    while waiting:
        node = waiting.pop()
        if node is earlier:
            return True
        if node is not None and node not in reached and node.sequence > earlier.sequence:
            reached.add(node)
            waiting += [edge[0] for edge in node.edges if edge is not None]
    return False


def relus(outputs, names):
    """Return the Dead behind each ReLU in the graph of `outputs`, in the order of the forward pass, while what they saved is there.

    `names` maps the id of a parameter to its layer's name: a ReLU is named by the layer whose parameters are the nearest before it.
    """
    found, reached, waiting = [], set(), [outputs.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in reached:
            continue
        reached.add(node)
        waiting += [edge[0] for edge in node.edges if edge is not None]
        if node.name() == "ReluBackward0":
            found.append(node)
    behind = []
    for node in sorted(found, key=lambda node: node.sequence):
        try:
            result = node._saved_result
        except RuntimeError:  # it was let go, or written over: nothing can be said of it
            continue
        behind.append(Dead(_layer_before(node, names), *dead_units(result._host())))
    return behind


def _layer_before(node, names):
    """The name of the layer whose parameter is reached first on the way back from a node."""
    reached, waiting = set(), [node]
    while waiting:
        waiting = [edge[0] for each in waiting for edge in each.edges if edge is not None and edge[0] not in reached]
        reached.update(waiting)
        for each in waiting:
            name = names.get(id(getattr(each, "variable", None)))
            if name is not None:
                return name
    return "the inputs"


def said_and_right(outputs, labels):
    """Return (what the network says, the labels) as two flat arrays of classes; None where these are no scores of classes.

    >>> said, right = said_and_right(np.array([[1.0, 5.0], [4.0, 2.0]]), np.array([1, 1]))
    >>> said.tolist(), right.tolist()
    ([1, 0], [1, 1])
    """
    if outputs.ndim < 2 or labels.dtype.kind not in "iu" or outputs.shape[1] < 2 or labels.shape != (outputs.shape[0], *outputs.shape[2:]):
        return None
    said, labels = outputs.argmax(1).reshape(-1), labels.reshape(-1)
    if labels.size and labels.min() < 0:  # classes that the loss was told to leave out
        said, labels = said[labels >= 0], labels[labels >= 0]
    return said, labels


def top(scores, many=3):
    """Return [(class, probability)] of the highest scores of one item, the highest first.

    >>> [(place, round(share, 3)) for place, share in top(np.array([0.0, 2.0, 1.0]), 2)]
    [(1, 0.665), (2, 0.245)]
    """
    scores = scores.astype(np.float64)
    with np.errstate(invalid="ignore"):  # inf - inf: a network that ran away shows nan
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
    return [(int(place), float(shares[place])) for place in np.argsort(-scores, kind="stable")[:many]]
