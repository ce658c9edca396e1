"""How many numbers lie in each part of a range, with the edges of the parts."""

import math

from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.ops.elementwise import not_implemented
from workbook.ops.extremes import named_result
from workbook.ops.ranges import linspace
from workbook.ops.shape import reshape
from workbook.tensor import Tensor

histogram_result = named_result("histogram", "hist", "bin_edges")


class Histogram(Operation):
    """out = how many elements of a lie between neighbouring edges, or the sum of their weights; the last part holds its end, too"""

    differentiable = False

    def forward(ctx, a, edges, weight, *, density):
        xp = ctx.xp
        inside = (a >= edges[0]) & (a <= edges[-1])
        places = xp.minimum(xp.searchsorted(edges, a[inside], "right") - 1, edges.size - 2)
        if edges[0] == edges[-1]:  # of a number so large that no edge differs from it: PyTorch then counts into the second part
            places = xp.minimum(places, 1)
        out = xp.bincount(places, None if weight is None else weight[inside], edges.size - 1).astype(a.dtype)
        return out / out.sum() / xp.diff(edges) if density else out


def histogram(input, bins=100, *, range=None, weight=None, density=False):
    """Return how many elements lie in each part, and the edges of the parts, as `(hist, bin_edges)`.

    `bins`: how many equal parts of `range`, or from the smallest to the largest element; or a Tensor of rising edges, of the same
    dtype. Elements outside are not counted. `weight` adds up weights instead; `density` makes the area 1. Floats only. Raises
    NotImplementedError for what holds no floats, RuntimeError for no parts and for a range that runs backwards.

    >>> import workbook as torch
    >>> torch.histogram(torch.tensor([0., 1., 1., 2.]), bins=2)
    torch.return_types.histogram(
    hist=tensor([1., 3.]),
    bin_edges=tensor([0., 1., 2.]))

    Source: https://pytorch.org/docs/2.13/generated/torch.histogram.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("histogram", "input", 1, input)
    if isinstance(bins, bool) or not isinstance(bins, (int, Tensor)) or isinstance(bins, Tensor) and range is not None:
        raise TypeError(explain(
            f"histogram() received an invalid combination of arguments - got (Tensor, {type(bins).__name__})",
            "bins is a number of parts, or a Tensor of all the edges, which leaves no range",
            "write bins=10, or bins=torch.linspace(0, 1, 11)"))
    if not input.is_floating_point():
        raise not_implemented("histogramdd", input._array)
    if weight is not None:
        if weight.shape != input.shape:
            raise RuntimeError(explain(
                "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its "
                "innermost "
                f"dimension, but got input with shape {shape_text((*input.shape, 1))} and weight with shape "
                f"{shape_text(weight.shape)}",
                "each element has one weight", "make the shapes equal"))
        if weight.dtype is not input.dtype:
            raise RuntimeError(explain(
                "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, but "
                "got "
                f"input({input.dtype.in_c}), and weight({weight.dtype.in_c})", "sums are taken in one dtype",
                f"write weight.to({input.dtype})"))
        weight = reshape(weight, (-1,))
    edges = _given_edges(input, bins) if isinstance(bins, Tensor) else _equal_parts(input, bins, range)
    return histogram_result(Histogram.apply(reshape(input, (-1,)), edges, weight, density=bool(density)), edges)


def _given_edges(input, edges):
    if edges.ndim != 1:
        raise RuntimeError(explain(
            f"torch.histogramdd: bins tensor should have one dimension, but got {edges.ndim} dimensions in the bins tensor for "
            "dimension 0",
            "edges are one row of numbers", "flatten it"))
    if edges.dtype is not input.dtype:
        raise RuntimeError(explain(
            "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
            f"{input.dtype.in_c} and bins for dimension 0 with dtype {edges.dtype.in_c}", "they are compared",
            f"write bins.to({input.dtype})"))
    _some(edges.numel() - 1)
    return edges


def _some(parts):
    if parts <= 0:
        raise RuntimeError(explain(f"torch.histogram(): bins must be > 0, but got {parts} for dimension 0",
                                   "there is nothing to count into",
                                   "ask for at least one part"))


def _equal_parts(input, parts, ends):
    _some(parts)
    if ends is None:
        ends = (float(input._host().min()), float(input._host().max())) if input.numel() else (0.0, 1.0)
    if len(ends) != 2:
        raise RuntimeError(explain(f"torch.histogramdd: for a 1-dimensional histogram range should have 2 elements, but got {len(ends)}",
                                   "it goes from one number to another", "write range=(low, high)"))
    low, high = ends
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(explain(f"torch.histogramdd: dimension 0's range [{low:g}, {high:g}] is not finite",
                                   "its parts have no size",
                                   "give range=(low, high), and leave out NaN and inf"))
    if low > high:
        raise RuntimeError(explain(f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for dimension "
                                   "0",
                                   "no number lies between them", "give the smaller end first"))
    if low == high:
        low, high = low - 0.5, high + 0.5
    return linspace(low, high, parts + 1, dtype=input.dtype, device=input.device)
