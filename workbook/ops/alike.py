"""New Tensors with the shape, dtype and device of another, which lie in memory as it does: `torch.zeros_like(x)`."""

import functools

import numpy as np

from workbook import random
from workbook.devices import CPU, settle
from workbook.errors import explain, shape_text
from workbook.formats import asked_format, check_storage, empty_as, preserve_format
from workbook.numbers import fill_with
from workbook.ops.creation import finish, leaf, numpy_dtype, stored
from workbook.ops.elementwise import as_number
from workbook.settings import unfilled
from workbook.tensor import Tensor


def _like(fill, random=False):
    def like(input, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, memory_format=None):
        check_storage(like.__name__, layout, pin_memory)
        place = settle(device or input._device)
        if place is CPU or random:
            array = memory_like(like.__name__, input, dtype, memory_format)
            fill(array)
            return finish(array, place, requires_grad)
        with place.entered():
            array = memory_like(like.__name__, input, dtype, memory_format, place.xp)
            fill(array)
            return leaf(array, place, requires_grad)

    return like


def _random_like(fill):
    def like(input, *, generator=None, **options):
        random.check_generator(generator, settle(options.get("device") or input._device))
        return _like(functools.partial(fill, generator=generator), random=True)(input, **options)

    return like


def memory_like(name, input, dtype, memory_format, xp=np):
    """Return new memory of a library, of the shape of `input`, its dtype or another, and in its order of axes or in a format."""
    kind, array = numpy_dtype(dtype, input.dtype), input._array
    return empty_as(xp, array, kind, preserve_format if memory_format is None else asked_format(name, memory_format))


def _named(function, name, sentence, raised, example, shown):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Return {sentence}, with the shape, dtype and device of `input`. Raises {raised}.

    >>> import workbook as torch
    >>> {example}
    {shown}

    Source: https://pytorch.org/docs/2.13/generated/torch.{name}.html
    """
    return function


_NOTHING, _NO_FLOATS = "nothing of its own", "NotImplementedError where it holds no floats"
zeros_like = _named(_like(lambda array: array.fill(0)), "zeros_like", "a Tensor of zeros", _NOTHING,
                    "torch.zeros_like(torch.tensor([1, 2]))", "tensor([0, 0])")
ones_like = _named(_like(lambda array: array.fill(1)), "ones_like", "a Tensor of ones", _NOTHING,
                   "torch.ones_like(torch.tensor([1, 2]))", "tensor([1, 1])")
empty_like = _named(_like(unfilled), "empty_like", "a Tensor whose memory is not filled", _NOTHING,
                    "torch.empty_like(torch.zeros(2, 3)).shape", "torch.Size([2, 3])")
rand_like = _named(_random_like(random.fill_uniform), "rand_like", "uniform random numbers from [0, 1)", _NO_FLOATS,
                   "torch.rand_like(torch.zeros(2, 3)).shape", "torch.Size([2, 3])")
randn_like = _named(_random_like(random.fill_normal), "randn_like", "normal random numbers with mean 0 and deviation 1", _NO_FLOATS,
                    "torch.randn_like(torch.zeros(2, 3)).shape", "torch.Size([2, 3])")


@stored
def full_like(input, fill_value, *, dtype=None, device=None, requires_grad=False, memory_format=None):
    """Return a Tensor filled with `fill_value`, with the shape, dtype and device of `input`.

    Raises RuntimeError for a number that the dtype does not hold.

    >>> import workbook as torch
    >>> torch.full_like(torch.zeros(2), 7.)
    tensor([7., 7.])

    Source: https://pytorch.org/docs/2.13/generated/torch.full_like.html
    """
    fill_value = as_number("full_like", "fill_value", 2, fill_value)
    place = settle(device or input._device)
    with place.entered():
        array = memory_like("full_like", input, dtype, memory_format, place.xp)
        fill_with(array, fill_value)
        return leaf(array, place, requires_grad)


def randint_like(input, low=0, high=None, *, generator=None, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False,
                 memory_format=None):
    """Return random whole numbers from `low` (0 when it is left out) up to, not including, `high`, in the shape of `input`.

    Raises RuntimeError where `high` is not above `low`, and for a range that the dtype does not hold.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randint_like(torch.zeros(3), 10)
    tensor([4., 9., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.randint_like.html
    """
    if high is None:
        low, high = 0, low
    for given in (low, high):
        if isinstance(given, Tensor) and given.ndim:
            raise RuntimeError(explain("high must be a scalar tensor and on CPU", f"one number bounds them all, and this Tensor has shape "
                                       f"{shape_text(given.shape)}", "write high.item(), or a whole number"))
    check_storage("randint_like", layout, pin_memory)
    random.check_generator(generator, settle(device or input._device))
    array = memory_like("randint_like", input, dtype, memory_format)
    random.fill_integers(array, low, high, generator=generator)
    return finish(array, device or input.device, requires_grad)


# ---- one class a dtype ----------------------------------------------------------------------------------------------------
