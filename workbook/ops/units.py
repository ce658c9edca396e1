"""Activations with a curve: exponential, smooth and gated units."""

from workbook.axes import axis_of
from workbook.errors import explain, not_a_tensor, refused_dtype
from workbook.ops.arguments import door
from workbook.ops.arithmetic import div, sub
from workbook.ops.choices import where
from workbook.ops.elementwise import Elementwise, as_number, in_float32
from workbook.ops.inplace import inplace
from workbook.ops.joining import Cat
from workbook.ops.pointwise import abs, exp, sigmoid, tanh
from workbook.tensor import Tensor


def floats_only(name, kernel, input):
    """Raise for what is no Tensor, and for numbers that PyTorch's kernel of this name does not know: all but real floats."""
    if not isinstance(input, Tensor):
        raise not_a_tensor(name, "input", 1, input)
    if not input.is_floating_point():
        raise refused_dtype(kernel, input.dtype)


def into_input(name, function, sentence):
    """Return the in-place form `name`, with a docstring of its own."""
    form = inplace(function, name)
    del form.__wrapped__  # what it says of itself is not what the function says
    form.__doc__ = f"""{sentence} into the memory of `input`, and return it. Raises what `{name[:-1]}` raises, and RuntimeError for a leaf that wants a gradient.

    >>> import workbook as torch
    >>> torch.nn.functional.{name}(torch.tensor([2.]){", 0.0, 1.0" if name == "threshold_" else ""}).shape
    torch.Size([1])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.{name}.html
    """
    return form


class Elu(Elementwise):
    """out = scale * a where a > 0, scale * alpha * (exp(steep * a) - 1) elsewhere"""

    def forward(ctx, a, *, alpha, scale=1.0, steep=1.0):
        ctx.save(a)
        ctx.factors = alpha, scale, steep
        x = in_float32(a)
        below = (alpha * scale) * ctx.xp.expm1(ctx.xp.minimum(0, x) * steep)
        return ctx.xp.where(x > 0, x * scale, below).astype(a.dtype, copy=False)

    def backward(ctx, grad):
        (a,) = ctx.saved
        alpha, scale, steep = ctx.factors
        return (grad * where(a > 0, scale, exp(where(a < 0, a, 0.0) * steep) * (alpha * scale * steep)),)


class Celu(Elu):
    """out = a where a > 0, alpha * (exp(a / alpha) - 1) elsewhere"""

    backward = Elu.backward


class EluOfOutput(Elu, name="EluBackward1"):
    """The form that writes into its input: the derivative comes from the output, which tells what the input was where alpha is positive"""

    def forward(ctx, a, *, alpha, scale=1.0, steep=1.0):
        out = Elu.forward(ctx, a, alpha=alpha, scale=scale, steep=steep)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        alpha, scale, steep = ctx.factors
        if alpha < 0:
            raise negative_slope("elu", "elu")
        return (grad * where(out > 0, scale, (out + alpha * scale) * steep),)


class CeluOfOutput(EluOfOutput, name="CeluBackward1"):
    """The same for celu"""

    backward = EluOfOutput.backward


def negative_slope(name, function):
    return RuntimeError(explain(
        f"In-place {name} backward calculation is triggered with a negative slope which is not supported. This is caused by calling in-place "
        "forward function with a negative slope, please call out-of-place version instead.",
        "the input was written over, and the output no longer tells on which side of 0 it lay", f"write F.{function}(x, ...) without inplace"))


def elu(input, alpha=1.0, inplace=False):
    """Return x where it is positive and `alpha * (exp(x) - 1)` elsewhere; with `inplace` write it into `input`.

    Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.elu(torch.tensor([-1., 2.]))
    tensor([-0.6321,  2.0000])

    Source: Clevert et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.functional.elu.html
    """
    floats_only("elu", "elu_cpu", input)
    alpha = as_number("elu", "alpha", 2, alpha)
    return elu_(input, alpha) if inplace else Elu.apply(input, alpha=alpha)


def celu(input, alpha=1.0, inplace=False):
    """Return x where it is positive and `alpha * (exp(x / alpha) - 1)` elsewhere; with `inplace` write it into `input`.

    Raises RuntimeError for an alpha of 0, NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.celu(torch.tensor([-1., 2.]), 2.0)
    tensor([-0.7869,  2.0000])

    Source: Barron 2017; https://pytorch.org/docs/2.13/generated/torch.nn.functional.celu.html
    """
    alpha = _no_zero("celu", alpha)
    floats_only("celu", "elu_cpu", input)
    return celu_(input, alpha) if inplace else Celu.apply(input, alpha=alpha, steep=1 / alpha)


def _no_zero(name, alpha):
    alpha = as_number(name, "alpha", 2, alpha)
    if alpha == 0:
        raise RuntimeError(explain("ZeroDivisionError: alpha cannot be 0 for CELU", "x is divided by it", "write 1.0"))
    return alpha


def selu(input, inplace=False):
    """Return elu with the alpha and the scale that keep mean 0 and variance 1; with `inplace` write it into `input`.

    Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.selu(torch.tensor([-1., 2.]))
    tensor([-1.1113,  2.1014])

    Source: Klambauer et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.functional.selu.html
    """
    floats_only("selu", "elu_cpu", input)
    return selu_(input) if inplace else Elu.apply(input, alpha=SELU_ALPHA, scale=SELU_SCALE)


SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def _elu(input, alpha=1.0):
    floats_only("elu", "elu_cpu", input)
    return EluOfOutput.apply(input, alpha=as_number("elu_", "alpha", 2, alpha))


def _celu(input, alpha=1.0):
    floats_only("celu", "elu_cpu", input)
    alpha = _no_zero("celu_", alpha)
    return CeluOfOutput.apply(input, alpha=alpha, steep=1 / alpha)


def _selu(input):
    floats_only("selu", "elu_cpu", input)
    return EluOfOutput.apply(input, alpha=SELU_ALPHA, scale=SELU_SCALE)


elu_ = into_input("elu_", _elu, "Write elu")
celu_ = door(into_input("celu_", _celu, "Write celu"))
selu_ = door(into_input("selu_", _selu, "Write selu"))


class Softplus(Elementwise):
    """out = log(1 + exp(beta * a)) / beta; a itself where beta * a > edge"""

    def forward(ctx, a, *, beta, edge):
        ctx.save(a)
        ctx.beta, ctx.edge = beta, edge
        x = in_float32(a)
        return ctx.xp.where(x * beta > edge, x, ctx.xp.log1p(ctx.xp.exp(ctx.xp.minimum(x * beta, edge))) / beta).astype(a.dtype, copy=False)

    def backward(ctx, grad):
        (a,) = ctx.saved
        x = a * ctx.beta
        # at the edge itself the slope is the curve's, and the slope of the slope the line's: 0, as in PyTorch
        return (where(x > ctx.edge, grad, grad * sigmoid(where(x < ctx.edge, x, ctx.edge))),)


def softplus(input, beta=1.0, threshold=20.0):
    """Return `log(1 + exp(beta * x)) / beta`, a smooth relu; x itself where `beta * x` lies above `threshold`.

    Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.softplus(torch.tensor([0., 30.]))
    tensor([ 0.6931, 30.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.softplus.html
    """
    floats_only("softplus", "softplus_cpu", input)
    return Softplus.apply(input, beta=as_number("softplus", "beta", 2, beta), edge=as_number("softplus", "threshold", 3, threshold))


class LogSigmoid(Elementwise):
    """out = log(1 / (1 + exp(-a))), without overflow"""

    lies_as_inputs = False

    def forward(ctx, a):
        ctx.save(a)
        x = in_float32(a)
        return (ctx.xp.minimum(0, x) - ctx.xp.log1p(ctx.xp.exp(-ctx.xp.abs(x)))).astype(a.dtype, order="C", copy=False)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (grad * sigmoid(-a),)


def logsigmoid(input):
    """Return the logarithm of the sigmoid, computed without overflow. Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.logsigmoid(torch.tensor([0., -100.]))
    tensor([  -0.6931, -100.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.logsigmoid.html
    """
    floats_only("log_sigmoid", "log_sigmoid_cpu", input)
    return LogSigmoid.apply(input)


class Mish(Elementwise):
    """out = a * tanh(log(1 + exp(a)))"""

    def forward(ctx, a):
        ctx.save(a)
        x = in_float32(a)
        return (x * ctx.xp.tanh(ctx.xp.logaddexp(x, 0))).astype(a.dtype, copy=False)

    def backward(ctx, grad):
        (a,) = ctx.saved
        bent = tanh(softplus_of(a))
        return (grad * (bent + a * sigmoid(a) * (1 - bent * bent)),)


def softplus_of(a):
    """log(1 + exp(a)), of an array or a Tensor."""
    return Softplus.apply(a, beta=1.0, edge=20.0)


def mish(input, inplace=False):
    """Return `x * tanh(softplus(x))`; with `inplace` write it into `input`. Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.mish(torch.tensor([0., 1.]))
    tensor([0.0000, 0.8651])

    Source: Misra 2019; https://pytorch.org/docs/2.13/generated/torch.nn.functional.mish.html
    """
    floats_only("mish", "mish_cpu", input)
    return _mish_(input) if inplace else Mish.apply(input)


_mish_ = inplace(Mish.apply, "mish_")


class Glu(Elementwise):
    """out = the first half of a along `axis`, times the sigmoid of the second half"""

    lies_as_inputs = False

    def forward(ctx, a, *, axis):
        ctx.save(a)
        ctx.axis = axis
        first, second = ctx.xp.split(in_float32(a), 2, axis)
        return (first / (1 + ctx.xp.exp(-second))).astype(a.dtype, order="C", copy=False)

    def backward(ctx, grad):
        (a,) = ctx.saved
        half = a.shape[ctx.axis] // 2
        first, gate = (_part(a, ctx.axis, start, half) for start in (0, half))
        gate = sigmoid(gate)
        return (Cat.apply(grad * gate, grad * first * gate * (1 - gate), axis=ctx.axis),)


def _part(a, axis, start, length):
    return a[(slice(None),) * axis + (slice(start, start + length),)]


def glu(input, dim=-1):
    """Return the first half of `input` along `dim`, times the sigmoid of the second half.

    Raises RuntimeError for an odd side, NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.glu(torch.tensor([3., 0.]))
    tensor([1.5000])

    Source: Dauphin et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.functional.glu.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("glu", "input", 1, input)
    if not input.ndim:
        raise RuntimeError(explain("glu does not support scalars because halving size must be even", "there is nothing to halve", "give a vector"))
    axis = axis_of(dim, input.shape)
    if input.shape[axis] % 2:
        raise RuntimeError(explain(f"Halving dimension must be even, but dimension {axis} is size {input.shape[axis]}",
                                   "one half is the value, the other its gate", "give a layer before it twice the outputs"))
    floats_only("glu", "glu_cpu", input)
    return Glu.apply(input, axis=axis)


def softsign(input):
    """Return `x / (1 + |x|)`. Raises NotImplementedError for bools.

    >>> import workbook as torch
    >>> torch.nn.functional.softsign(torch.tensor([-1., 3.]))
    tensor([-0.5000,  0.7500])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.softsign.html
    """
    return div(input, abs(input) + 1)


def tanhshrink(input):
    """Return `x - tanh(x)`. Raises RuntimeError for bools.

    >>> import workbook as torch
    >>> torch.nn.functional.tanhshrink(torch.tensor([0., 1.]))
    tensor([0.0000, 0.2384])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.tanhshrink.html
    """
    return sub(input, tanh(input))
