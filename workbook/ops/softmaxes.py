"""Relatives of softmax: most for the smallest, and a softmax that draws."""

import warnings

from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.formats import contiguous_format
from workbook.ops.alike import empty_like, zeros_like
from workbook.ops.arithmetic import add, div, neg, sub
from workbook.ops.elementwise import expect_tensors
from workbook.ops.extremes import argmax
from workbook.ops.inplace import exponential_
from workbook.ops.losses import Softmax, softmax, softmax_axis
from workbook.ops.pointwise import log
from workbook.ops.scatter import scatter


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """Return the softmax of `-input`: most for the smallest. Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.softmin(torch.tensor([0., 1.]), 0)
    tensor([0.7311, 0.2689])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.softmin.html
    """
    axis = softmax_axis("softmin", input, dim)
    return Softmax.apply(neg(input if dtype is None else input.to(dtype=dtype)), axis=axis)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """Return the softmax of `(logits + g) / tau` along `dim`, with Gumbel's noise g, drawn anew; `hard`: 1 for the largest, 0 for the others.

    The hard form has the derivative of the soft one. `eps` has no effect. Raises RuntimeError for what holds no floats.

    >>> import workbook as torch
    >>> torch.nn.functional.gumbel_softmax(torch.zeros(2, 3), hard=True).sum(-1)
    tensor([1., 1.])

    Source: Jang et al. 2017, Maddison et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.functional.gumbel_softmax.html
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    expect_tensors("gumbel_softmax", logits=logits)
    if not logits.is_floating_point():
        raise RuntimeError(explain("Exponential distribution is a continuous probability distribution. dtype must be a floating point but you "
                                   f"specified {logits.dtype.legacy}", "logits are floats", "write logits.float()"))
    with no_grad():
        noise = neg(log(exponential_(empty_like(logits, memory_format=contiguous_format))))
    soft = softmax(div(add(logits, noise), tau), dim)
    if not hard:
        return soft
    with no_grad():
        largest = argmax(soft, dim, True)
        one_hot = scatter(zeros_like(logits, memory_format=contiguous_format), dim, largest, 1.0)
    return add(sub(one_hot, soft.detach()), soft)
