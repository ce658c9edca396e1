"""In-place forms, made from the operations themselves, and the random fills."""

import functools
import inspect

import numpy as np

from workbook import dtypes, random
from workbook.autograd import views
from workbook.autograd.modes import thread
from workbook.autograd.operation import Operation
from workbook.devices import CPU
from workbook.errors import explain, kind_of
from workbook.formats import empty_as, of_numpy
from workbook.ops.alike import empty_like, zeros_like
from workbook.ops.arithmetic import mul
from workbook.ops.autocasting import without
from workbook.ops.choices import flat
from workbook.ops.elementwise import as_number, broadcast_shape, expect_tensors, is_number, not_implemented
from workbook.ops.parts import Overwrite
from workbook.tensor import Tensor, memory_of, wrap


# In-place forms that may read memory which they write, as PyTorch's do; and those that may not even read it where they write it.
_READ_FIRST = frozenset("addmm_ addmv_ addbmm_ baddbmm_ masked_scatter_ masked_fill_ index_fill_".split())
_READ_WHILE_WRITING = frozenset("scatter_ scatter_add_ scatter_reduce_ index_add_ index_copy_ index_put_ index_reduce_ put_".split())


def inplace(function, name):
    """Return the in-place form of `function`: the same computation, written into its first argument."""

    in_own_dtype = "dtype" in inspect.signature(function).parameters

    @functools.wraps(function, assigned=("__module__",))
    def form(input, *args, **options):
        __tracebackhide__ = True
        views.may_write(input, name, any(isinstance(other, Tensor) and other.requires_grad for other in args))
        if name not in _READ_FIRST:
            for other in args:
                if isinstance(other, Tensor):
                    views.refuse_overlap(input, other, name in _READ_WHILE_WRITING)
        if in_own_dtype:
            options["dtype"] = _own_dtype(input, options.get("dtype"))
        try:
            result = function(input, *args, **options) if thread.state.autocast is None else without(function, input, *args, **options)
        except NotImplementedError:
            if not in_own_dtype and len(args) == 1 and (isinstance(args[0], Tensor) or is_number(args[0])):
                _refuse_what_does_not_fit(input, args[0], name)
            raise
        result = _held(input, result, name)
        return views.adopt(input, result, name)

    form.__name__ = form.__qualname__ = name
    form.__doc__ = f"""As `{function.__name__}`, written into the memory of `input`, which is returned.

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.{name}.html
    """
    return form


def _own_dtype(input, asked):
    """Return the dtype of `input`, in which the sums and products that stay in its memory are computed. Raise where another is asked."""
    if asked is not None and dtypes.asked(asked) is not input.dtype:
        raise RuntimeError(explain(
            f"Bad in-place call: input tensor dtype {input.dtype.in_c} and output tensor dtype {dtypes.asked(asked).in_c} should "
            "match",
            "the result is written into memory that is there", "use the out-of-place form"))
    return input.dtype


def _refuse_what_does_not_fit(input, other, name):
    """Raise for a result that would not fit into `input`: PyTorch sees this before it sees that it has no such result."""
    arrays = [input._array, other._array if isinstance(other, Tensor) else other]
    shape = broadcast_shape(*map(np.shape, arrays))
    with input._device.entered():
        result = wrap(input._device.xp.zeros(shape, dtypes.result_type(arrays).numpy), input._device)
    views.refuse_larger(input, _held(input, result, name)._array.shape, name)


def _held(input, result, name):
    """Return a result as the memory of `input` will hold it. Raise where its kind of number does not fit."""
    if result.dtype is not input.dtype:
        if result.dtype.category > input.dtype.category:
            views.refuse_larger(input, result._array.shape, name)  # which PyTorch looks at first
            names = [d.legacy for d in (result.dtype, input.dtype)]
            raise RuntimeError(explain(
                f"result type {names[0]} can't be cast to the desired output type {names[1]}",
                f"the tensor holds {input.dtype}, which has no room for the result",
                "use the out-of-place form, or convert first: x = x.float()"))
        if input.is_complex() and result.is_floating_point():
            raise RuntimeError(explain(f"In-place {name[:-1]} is not supported for complex tensors.",
                                       "the result is real, and the tensor stays complex", f"use {name[:-1]}()"))
        if input.requires_grad and not result.is_floating_point():
            return Overwrite.apply(input, result)  # the yes or no of a comparison is flat
    return result


def _untrained(given):
    """The number in a Tensor without axes that requires no gradient, or of NumPy, as Python's; anything else as it is."""
    if isinstance(given, np.number):
        return given.item()
    return given.item() if isinstance(given, Tensor) and not given.ndim and not given.requires_grad else given


def random_fill(name, fill, sentence, raised):
    """Return the method `name`, which writes random numbers into the memory of `input`."""

    def form(input, *args, generator=None, **options):
        __tracebackhide__ = True
        views.may_write(input, name)
        if name != "bernoulli_":  # whose chances may be a Tensor of many
            args, options = [_untrained(given) for given in args], {key: _untrained(given) for key, given in options.items()}
        for given in (*args, *options.values()):
            if not isinstance(given, (int, float, *((Tensor,) if name == "bernoulli_" else ()))) or name == "random_" and isinstance(given, bool):
                raise TypeError(explain(f"{name}(): argument must be float, not {kind_of(given)}",
                                        "numbers name the distribution",
                                        f"write x.{name}(...) with numbers"))
        random.check_generator(generator, input._device)
        if name == "bernoulli_" and input.is_complex() and input.numel():
            raise not_implemented("bernoulli_scalar_cpu_", input._array)
        here = input._device is CPU and not (thread.state.grad_enabled and input.requires_grad)
        array = input._array if here else empty_as(np, input._array, input._array.dtype)
        fill(array, *args, generator=generator, **options)
        if here:
            memory_of(input).wrote(name)
            return input
        drawn = wrap(input._device.backend.from_host(array, input._device.index), input._device)
        return views.adopt(input, Overwrite.apply(input, drawn), name)

    form.__name__ = form.__qualname__ = name
    form.__doc__ = f"""{sentence}; return `input`. Raises RuntimeError for a leaf that requires a gradient, and {raised}.

    >>> import workbook as torch
    >>> torch.zeros(2).{name}({"0.5" if name == "geometric_" else ""}).shape
    torch.Size([2])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.{name}.html
    """
    return form


def _uniform(array, from_=0.0, to=1.0, generator=None, **named):
    random.fill_uniform(array, named.get("from", named.get("a", from_)), to, generator=generator)


uniform_ = random_fill("uniform_", _uniform, "Fill with uniform random numbers from [from, to)", "where `from` lies above `to`")
normal_ = random_fill("normal_", random.fill_normal, "Fill with normal random numbers of the given mean and std",
                      "for a negative std")
bernoulli_ = random_fill(
    "bernoulli_", lambda array, p=0.5, generator=None: random.fill_bernoulli(
        array, p._array if isinstance(p, Tensor) else p, generator=generator),
    "Fill with 1, with probability p, and 0", "for a p outside 0 to 1")
exponential_ = random_fill(
    "exponential_", lambda array, lambd=1.0, generator=None: random.fill_exponential(array, lambd, generator=generator),
    "Fill with exponential random numbers of rate lambd", "for a rate of 0 or below")


def _integers(array, low=None, high=None, generator=None):
    if high is None and low is not None:
        low, high = 0, low
    random.fill_integers(array, low, high, generator=generator)


random_ = random_fill("random_", _integers, "Fill with random whole numbers from [low, high)", "where there are none")


class Bernoulli(Operation):
    """out = 1 with the probability that each element gives, 0 otherwise: drawn, so it has no slope"""

    def forward(ctx, a, *, generator):
        return on_host(ctx.xp, lambda p: random.fill_bernoulli(np.empty_like(p, order="C"), p, generator=generator), a)

    def backward(ctx, grad):
        return flat(grad)


class BernoulliOf(Bernoulli, name="NotImplemented"):
    """out = 1 with one probability, in the shape of the input"""

    prefix = "torch::autograd::"

    def forward(ctx, a, *, p, generator):
        return ctx.xp.asarray(random.fill_bernoulli(np.empty(a.shape, a.dtype), p, generator=generator))

    def backward(ctx, grad):
        raise RuntimeError(explain("derivative for aten::bernoulli is not implemented",
                                   "the result does not come from the input's numbers",
                                   "draw outside the graph: torch.bernoulli(x.detach(), p)"))


def on_host(xp, draw, *arrays):
    """Return what `draw` makes of NumPy arrays, as an array of `xp`: random numbers are drawn on the CPU, for every device."""
    return xp.asarray(draw(*(of_numpy(xp, array) for array in arrays)))


def bernoulli(input, p=None, *, generator=None):
    """Return 1 with the probability that each element of `input` gives, and 0 otherwise; or all with one probability `p`.

    Raises NotImplementedError for what holds no floats, RuntimeError for a probability outside 0 to 1.

    >>> import workbook as torch
    >>> torch.bernoulli(torch.tensor([0., 1.])), torch.bernoulli(torch.zeros(2), 1.0)
    (tensor([0., 1.]), tensor([1., 1.]))

    Source: https://pytorch.org/docs/2.13/generated/torch.bernoulli.html
    """
    if generator is not None:
        random.check_generator(generator, input._device)
    if p is not None:
        return BernoulliOf.apply(input, p=p, generator=generator)
    return Bernoulli.apply(input, generator=generator)


def dropout(input, p=0.5, training=True, inplace=False):
    """Return `input` with elements set to 0 with probability `p`, and the others divided by 1 - p; itself when not training.

    Raises ValueError for p outside 0 to 1.

    >>> import workbook as torch
    >>> torch.nn.functional.dropout(torch.ones(3), p=0.5, training=False)
    tensor([1., 1., 1.])

    Source: Srivastava et al., Dropout, JMLR 15, 2014; https://pytorch.org/docs/2.13/generated/torch.nn.functional.dropout.html
    """
    expect_tensors("dropout", input=input)
    p = as_number("dropout", "p", 2, p, "float")
    check_probability(p)
    if not training or p == 0:
        return input
    noise = zeros_like(input) if p == 1 else bernoulli_(empty_like(input), 1 - p)
    if p < 1:
        scale_kept(noise, p)
    return input.mul_(noise) if inplace else mul(input, noise)


def check_probability(p):
    """Raise ValueError for what is no probability."""
    if not 0 <= p <= 1:
        raise ValueError(explain(f"dropout probability has to be between 0 and 1, but got {p}", "p is the part of the elements that is set to 0",
                                 "write 0.5 for half of them"))


def scale_kept(noise, p):
    """Divide `noise`, of ones and zeros, by 1 - p, so that the mean stays. Raises RuntimeError for whole numbers."""
    if noise._array.dtype.kind not in "fc":
        raise RuntimeError(explain(f"result type Float can't be cast to the desired output type {noise.dtype.legacy}",
                                   f"what is kept is divided by {1 - p:g}, which gives no whole numbers", "convert the data: x.float()"))
    with noise._device.entered():
        noise._array[...] /= noise._array.dtype.type(1 - p)
