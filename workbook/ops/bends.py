"""Activations of straight pieces: hard units, shrinking ones, and leaky ones whose slope is learned or drawn."""

import numpy as np

from workbook import random
from workbook.errors import explain, not_a_tensor
from workbook.formats import copied, in_order
from workbook.ops.arguments import door
from workbook.ops.activation import LeakyRelu
from workbook.ops.choices import no_clamp, straight_pieces, where
from workbook.numbers import computed_in
from workbook.ops.elementwise import Elementwise, as_number, in_float32, not_implemented
from workbook.ops.inplace import inplace, on_host
from workbook.ops.shape import reshape
from workbook.ops.units import floats_only, into_input, negative_slope
from workbook.tensor import Tensor


class Hardtanh(Elementwise):
    """out = a, cut to between `low` and `high`"""

    def forward(ctx, a, *, low, high):
        ctx.save(a)
        ctx.ends = low, high
        out = copied(ctx.xp, a)  # which lies as the input does
        ctx.xp.maximum(a.dtype.type(low), out, out=out)  # of 0.0 and -0.0 the second is taken
        return ctx.xp.minimum(a.dtype.type(high), out, out=out)

    @straight_pieces
    def backward(ctx, grad):
        (a,) = ctx.saved
        low, high = ctx.ends
        return (where((a <= low) | (a >= high), 0.0, grad),)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """Return x cut to between `min_val` and `max_val`; with `inplace` write it into `input`.

    Raises ValueError for ends in the wrong order, RuntimeError for bools, NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.nn.functional.hardtanh(torch.tensor([-3., 0.5, 2.]))
    tensor([-1.0000,  0.5000,  1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.hardtanh.html
    """
    min_val, max_val = _ends("hardtanh", min_val, max_val)
    if min_val > max_val:
        raise ValueError(explain("min_val cannot be greater than max_val", f"{min_val} lies above {max_val}", "exchange them"))
    return hardtanh_(input, min_val, max_val) if inplace else _hardtanh(input, min_val, max_val)


def _ends(name, min_val, max_val):
    return as_number(name, "min_val", 2, min_val), as_number(name, "max_val", 3, max_val)


def _hardtanh(input, min_val=-1.0, max_val=1.0, name="hardtanh"):
    if not isinstance(input, Tensor):
        raise not_a_tensor(name, "input", 1, input)
    if input._array.dtype.kind == "b":
        raise RuntimeError(explain("Bool inputs not supported for hardtanh", "True and False lie on no line", "convert it: x.float()"))
    if input.is_complex():
        raise no_clamp()
    low, high = _ends(name, min_val, max_val)
    if input._array.dtype.kind == "u" and min(low, high) < 0:
        raise RuntimeError(explain("cannot do hardtanh on an unsigned type with negative limits",
                                   f"{input.dtype} holds no number below 0", "convert it: x.float()"))
    return Hardtanh.apply(input, low=low, high=high)


hardtanh_ = into_input("hardtanh_", _hardtanh, "Write hardtanh")


def relu6(input, inplace=False):
    """Return x cut to between 0 and 6; with `inplace` write it into `input`.

    Raises RuntimeError for bools, NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.nn.functional.relu6(torch.tensor([-3., 0.5, 8.]))
    tensor([0.0000, 0.5000, 6.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.relu6.html
    """
    return hardtanh_(input, 0.0, 6.0) if inplace else _hardtanh(input, 0.0, 6.0, "relu6")


class Threshold(Elementwise):
    """out = a where a > edge, `value` elsewhere"""

    def forward(ctx, a, *, edge, value):
        if a.dtype.kind in "bc":
            raise not_implemented("threshold_cpu", a)
        ctx.save(a)
        ctx.edge, value = (np.asarray(number).astype(kind)[()] for number, kind in ((edge, computed_in(a.dtype)), (value, a.dtype)))
        return ctx.xp.where(a <= ctx.edge, value, a)  # so that a NaN passes

    @straight_pieces
    def backward(ctx, grad):
        (a,) = ctx.saved
        return (where(a <= float(ctx.edge), 0.0, grad),)


class ThresholdInPlace(Threshold, name="ThresholdBackward1"):
    """The same, written into the input: the derivative comes from the output"""

    def forward(ctx, a, *, edge, value):
        out = Threshold.forward(ctx, a, edge=edge, value=value)
        ctx.save(out)
        return out


def threshold(input, threshold, value, inplace=False):
    """Return x where it lies above `threshold`, and `value` elsewhere; with `inplace` write it into `input`.

    Raises NotImplementedError for bools and complex numbers.

    >>> import workbook as torch
    >>> torch.nn.functional.threshold(torch.tensor([0.1, 2.]), 1.0, 20.0)
    tensor([20.,  2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.threshold.html
    """
    return threshold_(input, threshold, value) if inplace else _threshold("threshold", Threshold, input, threshold, value)


def _threshold(name, step, input, threshold, value):
    return step.apply(input, edge=as_number(name, "threshold", 2, threshold), value=as_number(name, "value", 3, value))


threshold_ = door(into_input("threshold_", lambda input, threshold, value: _threshold("threshold_", ThresholdInPlace, input, threshold, value),
                         "Write threshold"))


class Hardsigmoid(Elementwise):
    """out = a / 6 + 1 / 2, cut to between 0 and 1"""

    def forward(ctx, a):
        ctx.save(a)
        return (ctx.xp.clip(in_float32(a) + 3, 0, 6) / 6).astype(a.dtype, copy=False)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (where((a > -3.0) & (a < 3.0), grad * _SIXTH, 0.0),)


_SIXTH = 0.1666666716337204  # 1 / 6, which PyTorch keeps as a float32


def hardsigmoid(input, inplace=False):
    """Return `x / 6 + 1 / 2`, cut to between 0 and 1; with `inplace` write it into `input`. Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.hardsigmoid(torch.tensor([-4., 0., 1.5]))
    tensor([0.0000, 0.5000, 0.7500])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.hardsigmoid.html
    """
    floats_only("hardsigmoid", "hardsigmoid_cpu", input)
    return _hardsigmoid_(input) if inplace else Hardsigmoid.apply(input)


_hardsigmoid_ = inplace(Hardsigmoid.apply, "hardsigmoid_")


class Hardswish(Elementwise):
    """out = a * hardsigmoid(a)"""

    def forward(ctx, a):
        ctx.save(a)
        x = in_float32(a)
        return (x * ctx.xp.clip(x + 3, 0, 6) / 6).astype(a.dtype, copy=False)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (where(a <= -3.0, 0.0, where(a < 3.0, grad * (a / 3 + 0.5), grad)),)


def hardswish(input, inplace=False):
    """Return `x * hardsigmoid(x)`; with `inplace` write it into `input`. Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.hardswish(torch.tensor([-4., 1.5, 4.]))
    tensor([-0.0000, 1.1250, 4.0000])

    Source: Howard et al. 2019; https://pytorch.org/docs/2.13/generated/torch.nn.functional.hardswish.html
    """
    floats_only("hardswish", "hardswish_cpu", input)
    return _hardswish_(input) if inplace else Hardswish.apply(input)


_hardswish_ = inplace(Hardswish.apply, "hardswish_")


class Hardshrink(Elementwise):
    """out = a, and 0 where |a| <= width"""

    def forward(ctx, a, *, width):
        ctx.save(a)
        ctx.width = width
        return ctx.xp.where(ctx.xp.abs(a) <= a.dtype.type(width), a.dtype.type(0), a)

    @straight_pieces
    def backward(ctx, grad):
        return _beyond(ctx, grad)


def _beyond(ctx, grad):
    """The gradient where a lies further from 0 than `width`."""
    (a,) = ctx.saved
    return (where((a >= -ctx.width) & (a <= ctx.width), 0.0, grad),)


def hardshrink(input, lambd=0.5):
    """Return x, and 0 where |x| is at most `lambd`. Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.hardshrink(torch.tensor([-1., 0.3]))
    tensor([-1.,  0.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.hardshrink.html
    """
    floats_only("hardshrink", "hardshrink_cpu", input)
    return Hardshrink.apply(input, width=as_number("hardshrink", "lambd", 2, lambd))


class Softshrink(Elementwise):
    """out = a moved towards 0 by `width`, and 0 where that would pass it"""

    def forward(ctx, a, *, width):
        ctx.save(a)
        ctx.width = width
        x, width = in_float32(a), computed_in(a.dtype).type(width)
        return ctx.xp.where(x > width, x - width, ctx.xp.where(x < -width, x + width, x * x.dtype.type(0))).astype(a.dtype, copy=False)

    @straight_pieces
    def backward(ctx, grad):
        return _beyond(ctx, grad)


def softshrink(input, lambd=0.5):
    """Return x moved towards 0 by `lambd`, and 0 where |x| is less. Raises RuntimeError for a negative `lambd`, NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.softshrink(torch.tensor([-1., 0.3]))
    tensor([-0.5000,  0.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.softshrink.html
    """
    floats_only("softshrink", "softshrink_check", input)
    lambd = as_number("softshrink", "lambd", 2, lambd)
    if not lambd >= 0:
        largest = {"float16": "65504", "float32": "3.40282e+38", "float64": "1.79769e+308"}[input.dtype.name]
        raise RuntimeError(explain(f"lambda must be in range [0, {largest}] for input dtype {input.dtype.legacy}, but found {lambd:g}",
                                   "it is a distance", "write 0.5"))
    return Softshrink.apply(input, width=lambd)


class PreluKernel(Elementwise):
    """out = a where a > 0, weight * a elsewhere"""

    def forward(ctx, a, weight):
        ctx.save(a, weight)
        return ctx.xp.where(a > 0, a, a * weight)

    @straight_pieces
    def backward(ctx, grad):
        a, weight = ctx.saved
        return where(a > 0, grad, grad * weight), where(a > 0, 0.0, grad * a)


def prelu(input, weight):
    """Return x where it is positive and `weight * x` elsewhere; `weight`, which is learned, holds one number, or one a channel (axis 1).

    Raises RuntimeError for other sizes and for another dtype, NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.prelu(torch.tensor([-1., 2.]), torch.tensor([0.25]))
    tensor([-0.2500,  2.0000])

    Source: He et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.functional.prelu.html
    """
    for position, (name, given) in enumerate((("input", input), ("weight", weight)), start=1):
        if not isinstance(given, Tensor):
            raise not_a_tensor("prelu", name, position, given)
    if input.dtype is not weight.dtype:
        raise RuntimeError(explain(f"prelu: Type promoting not supported. Got {input.dtype.legacy} and {weight.dtype.legacy}",
                                   "input and weight have one dtype", f"write weight.to({input.dtype})"))
    if weight.ndim > 1:
        raise RuntimeError(explain(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}",
                                   "it holds one slope, or one a channel", "weight.flatten()"))
    if weight.numel() != 1:
        if not input.ndim:
            raise RuntimeError(explain("Not allow zero-dim input tensor.", "several slopes belong to several channels", "give one slope"))
        channels = input.shape[1] if input.ndim > 1 else 1
        if channels != weight.numel():
            raise RuntimeError(explain(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {weight.numel()} and channel size = {channels}.",
                "the channels are axis 1 of the input, and each has one slope", f"build the layer with num_parameters={channels}, or 1"))
    floats_only("prelu", "prelu_cpu", input)
    if weight.ndim or input.ndim:
        weight = reshape(weight, (-1,) + (1,) * max(input.ndim - 2, 0) if input.ndim > 1 and weight.numel() > 1 else (1,) * input.ndim)
    return PreluKernel.apply(input, weight)


class LeakyReluOfOutput(LeakyRelu, name="LeakyReluBackward1"):
    """LeakyRelu, written into the input: the derivative comes from the output, which has the input's sign where the slope is positive"""

    def forward(ctx, a, *, slope):
        out = LeakyRelu.forward(ctx, a, slope=slope)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        if ctx.slope < 0:
            raise negative_slope("leakyReLu", "leaky_relu")
        return LeakyRelu.backward(ctx, grad)


def _leaky_relu(input, negative_slope=0.01):
    floats_only("leaky_relu", "leaky_relu_cpu", input)
    return LeakyReluOfOutput.apply(input, slope=as_number("leaky_relu_", "negative_slope", 2, negative_slope))


leaky_relu_ = into_input("leaky_relu_", _leaky_relu, "Write leaky_relu")


class RreluWithNoise(Elementwise):
    """out = a where a > 0, a * noise elsewhere; noise, drawn evenly, is 1 where it does not count"""

    lies_as_inputs = False

    def forward(ctx, a, *, low, high, generator):
        noise = on_host(ctx.xp, lambda a: _slopes(a, low, high, generator), a)
        ctx.save(a)  # PyTorch's derivative reads it, too, and refuses a write to it
        ctx.keep(noise)
        return in_order(ctx.xp, a * noise)

    @straight_pieces
    def backward(ctx, grad):
        ctx.look_at_saved()
        (noise,) = ctx.kept
        return (grad * noise,)


def _slopes(a, low, high, generator):
    """A slope for each number that is not positive, drawn one after the other in the order of the shape; 1 for the others."""
    noise = np.ones(a.shape, a.dtype)
    falling = np.asarray(a <= 0)
    drawn = random.fill_uniform(np.empty(int(falling.sum()), np.float64), low, high, generator=generator)
    noise[falling] = drawn
    return noise


class RreluWithNoiseInPlace(RreluWithNoise, name="RreluWithNoiseBackward1"):
    """The same, written into the input"""


class LeakyRreluInPlace(LeakyReluOfOutput, name="RreluWithNoiseBackward1"):
    """The mean slope, written into the input"""


class LeakyRrelu(LeakyRelu, name="RreluWithNoiseBackward0"):
    """The mean slope"""

    lies_as_inputs = False

    def forward(ctx, a, *, slope):
        return in_order(ctx.xp, LeakyRelu.forward(ctx, a, slope=slope))

    backward = LeakyRelu.backward


def rrelu(input, lower=1 / 8, upper=1 / 3, training=False, inplace=False):
    """Return x where it is positive and a part of it elsewhere: drawn from U(lower, upper) in training, their mean otherwise.

    With `inplace` write it into `input`. Raises RuntimeError for ends in the wrong order, NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.rrelu(torch.tensor([-6., 2.]), 0.0, 1.0)
    tensor([-3.,  2.])

    Source: Xu et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.functional.rrelu.html
    """
    return rrelu_(input, lower, upper, training) if inplace else drawn_rrelu(input, lower, upper, training)


def drawn_rrelu(input, lower, upper, training, generator=None, drawn=RreluWithNoise, even=LeakyRrelu):
    """`rrelu`, drawn by `generator`; `drawn` and `even` are its steps, in training and otherwise."""
    lower, upper = as_number("rrelu", "lower", 2, lower), as_number("rrelu", "upper", 3, upper)
    if isinstance(input, Tensor) and lower > upper:
        raise RuntimeError(explain("Lower bound should be less than or equal to the upper bound", f"{lower} lies above {upper}", "exchange them"))
    floats_only("rrelu", "rrelu_with_noise_out_cpu" if training else "leaky_relu_cpu", input)
    random.check_generator(generator, input._device)
    return drawn.apply(input, low=lower, high=upper, generator=generator) if training else even.apply(input, slope=(lower + upper) / 2)


rrelu_ = door(into_input("rrelu_", lambda input, lower=1 / 8, upper=1 / 3, training=False, generator=None: drawn_rrelu(
    input, lower, upper, training, generator, RreluWithNoiseInPlace, LeakyRreluInPlace), "Write rrelu"))
