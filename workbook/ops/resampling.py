"""Numbers taken anew along axes: each place of the result is a weighted sum of a few places of the input, axis by axis.

Padding by reflection and enlarging by cubic curves are both of this kind, and so are their derivatives: the transpose of such a
step along an axis is one again.
"""

import numpy as np

from workbook.autograd.operation import Operation


class Taps:
    """What one axis of the result sees: place j is the sum over k of weights[k, j] times the input's place index[k, j].

    `weights` may be None: then each place is a copy of one (or the sum of several), and NaN and infinity stay what they are.
    """

    def __init__(self, index, size, weights=None):
        self.index, self.weights, self.size = index, weights, size
        self._transposed = None

    @property
    def transposed(self):
        """The Taps of the derivative: which places of the result each place of the input went to."""
        if self._transposed is None:
            self._transposed = Taps.of_pairs(self)
        return self._transposed

    @classmethod
    def of_pairs(cls, taps):
        """Put the pairs (from, to) of `taps` in the order of `from`, and give each place as many taps as the busiest has."""
        count = taps.index.shape[1]
        source, target = taps.index.ravel(), np.tile(np.arange(count), len(taps.index))
        weights = np.ones(source.size) if taps.weights is None else taps.weights.ravel()
        source, target, weights = (part[weights != 0] for part in (source, target, weights))
        order = np.argsort(source, kind="stable")
        source, target, weights = source[order], target[order], weights[order]
        counts = np.bincount(source, minlength=taps.size)
        place = np.arange(source.size) - (np.cumsum(counts) - counts)[source]  # the how-manyth of its source
        shape = (max(1, counts.max(initial=0)), taps.size)
        index, weight = np.zeros(shape, np.intp), np.zeros(shape, np.float64)
        index[place, source], weight[place, source] = target, weights
        return cls(index, count, None if (weight == 1).all() else weight)

    def of(self, xp, x, axis):
        """Return `x` as it is seen through these taps along `axis`."""
        if self.size == 0:
            return xp.zeros((*x.shape[:axis], self.index.shape[1], *x.shape[axis + 1:]), x.dtype)
        weights, total = self.weights, None
        if weights is not None:
            weights = xp.asarray(weights.astype(x.real.dtype)).reshape(*weights.shape, *[1] * (x.ndim - axis - 1))
        for number, tap in enumerate(xp.asarray(self.index)):
            part = xp.take(x, tap, axis)
            if weights is not None:
                part *= weights[number]
            total = part if total is None else xp.add(total, part, out=total)
        return total


class Resample(Operation):
    """out = x, seen anew along some axes; `taps`: the Taps of each such axis, which are counted from the last"""

    def forward(ctx, x, *, taps):
        ctx.taps = taps
        kind = x.dtype
        if kind == "float16":
            x = x.astype("float32")  # as PyTorch does: sums of half precision are rounded once
        for axis in sorted(taps, reverse=True):  # the innermost first: PyTorch's order, which rounds alike
            x = taps[axis].of(ctx.xp, x, x.ndim + axis)
        return x.astype(kind, copy=False)

    def backward(ctx, grad):
        return (Resample.apply(grad, taps={axis: tap.transposed for axis, tap in ctx.taps.items()}),)


def resampling(name):
    """Return Resample under the name of a node: "UpsampleNearest2D" makes UpsampleNearest2DBackward0."""
    return type(name, (Resample,), {"__doc__": Resample.__doc__, "__module__": __name__}, name=f"{name}Backward0")
