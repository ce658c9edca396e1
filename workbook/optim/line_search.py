"""How far to go along a direction: a line search for the strong Wolfe conditions, as LBFGS uses it."""

from collections import namedtuple

Point = namedtuple("Point", ["t", "loss", "grad", "slope"])  # after t of the direction: the loss, its gradient, and the slope along it


def strong_wolfe(evaluate, start, t, longest, tolerance_change, most, c1=1e-4, c2=0.9):
    """Return a Point that lies low enough and is flat enough, and how many were looked at: at most `most` after the first.

        loss <= start.loss + c1 * t * start.slope      it is lower by a share of what the first slope promises
        |slope| <= -c2 * start.slope                   and the ground there is flatter than at the start

    `evaluate(t)` gives the Point after t of the direction; `start` is the one after 0. `longest`: the largest number in the
    direction. Raises what `evaluate` raises.

    >>> parabola = lambda t: Point(t, (t - 3.0) ** 2, None, 2 * (t - 3.0))
    >>> found, looked_at = strong_wolfe(parabola, parabola(0.0), 1.0, 1.0, 1e-9, 25)
    >>> found.t
    1.0

    Source: Nocedal and Wright 2006, algorithms 3.5 and 3.6; Schmidt's minFunc
    """
    def too_high(point):
        return point.loss > start.loss + c1 * point.t * start.slope

    def flat(point):
        return abs(point.slope) <= -c2 * start.slope

    pair, done, tried = _bracket(evaluate, start, t, most, too_high, flat)
    low, stuck = _lower(pair), False  # which of the two it is
    while not done and tried < most and not abs(pair[1].t - pair[0].t) * longest < tolerance_change:
        t, stuck = _inside(*pair, stuck)
        new = evaluate(t)
        tried += 1
        if too_high(new) or new.loss >= pair[low].loss:
            pair[1 - low] = new
            low = _lower(pair)
        else:
            if flat(new):
                done = True
            elif new.slope * (pair[1 - low].t - pair[low].t) >= 0:
                pair[1 - low] = pair[low]  # the valley lies on the other side of what was the lower one
            pair[low] = new
    return pair[low], tried + 1


def _lower(pair):
    return 0 if pair[0].loss <= pair[1].loss else 1


def _bracket(evaluate, start, t, most, too_high, flat):
    """Go on until a valley lies between two Points. Return the two, whether the second will do as it is, and the steps."""
    before, new = start, evaluate(t)
    for tried in range(most):
        if too_high(new) or (tried > 1 and new.loss >= before.loss):
            return [before, new], False, tried
        if flat(new):
            return [new, new], True, tried
        if new.slope >= 0:
            return [before, new], False, tried
        bounds = new.t + 0.01 * (new.t - before.t), new.t * 10
        before, new = new, evaluate(cubic(before, new, bounds))
    return [start, new], False, most


def _inside(a, b, stuck):
    """Return the next t to look at between two Points, and whether it lies close to one of them without being moved away."""
    t, left, right = cubic(a, b), min(a.t, b.t), max(a.t, b.t)
    margin = 0.1 * (right - left)
    if not min(right - t, t - left) < margin:
        return t, False
    if stuck or t >= right or t <= left:
        return (right - margin if abs(t - right) < abs(t - left) else left + margin), False
    return t, True


def cubic(a, b, bounds=None):
    """Return where the third-degree curve through two Points, with their slopes, is lowest, kept between `bounds`, or a and b.

    Raises nothing of its own.

    >>> cubic(Point(0.0, 1.0, None, -2.0), Point(2.0, 1.0, None, 2.0))
    1.0

    Source: Nocedal and Wright 2006, equation 3.59
    """
    smallest, largest = bounds or sorted((a.t, b.t))
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (smallest + largest) / 2.0
    d2 = square**0.5
    if a.t <= b.t:
        t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    else:
        t = a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2))
    return min(max(t, smallest), largest)
