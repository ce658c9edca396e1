"""Dropouts beside the plain one: of whole channels, and those that keep mean and variance of selu's numbers."""

import math
import warnings

from workbook.errors import explain
from workbook.ops.alike import empty_like
from workbook.ops.arithmetic import add, mul
from workbook.ops.axes import squeeze, unsqueeze
from workbook.ops.creation import empty
from workbook.ops.elementwise import as_number, expect_tensors
from workbook.ops.inplace import bernoulli_, check_probability, scale_kept
from workbook.ops.units import SELU_ALPHA, SELU_SCALE


def _noise(input, p, of_channels):
    """1 where numbers stay and 0 where they go: a number each, or a channel each. Drawn as PyTorch draws it."""
    if not of_channels:
        return bernoulli_(empty_like(input), 1 - p)
    if input.ndim < 2:
        raise RuntimeError(explain("Feature dropout requires at least 2 dimensions in the input", "the second axis are the channels",
                                   "add the axis of the batch: x.unsqueeze(0)"))
    return bernoulli_(empty((*input.shape[:2], *(1,) * (input.ndim - 2)), dtype=input.dtype, device=input.device), 1 - p)


def feature_dropout(input, p, training, inplace):
    """`input`, (N, C, *), with whole channels set to 0 and the others divided by 1 - p: what the dropouts of channels share."""
    if not training or p == 0 or not input.numel():
        return input
    noise = empty((), dtype=input.dtype).zero_() if p == 1 else _noise(input, p, of_channels=True)
    if p < 1:
        scale_kept(noise, p)
    return input.mul_(noise) if inplace else mul(input, noise)


def dropout1d(input, p=0.5, training=True, inplace=False):
    """Return `input`, (N, C, L) or (C, L), with whole channels set to 0 with probability `p`, and the others divided by 1 - p.

    Raises ValueError for p outside 0 to 1, RuntimeError for other axes.

    >>> import workbook as torch
    >>> torch.nn.functional.dropout1d(torch.ones(2, 3), training=False).sum()
    tensor(6.)

    Source: Tompson et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.functional.dropout1d.html
    """
    check_probability(p)
    if input.ndim not in (2, 3):
        raise RuntimeError(explain(f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input. Note that dropout1d exists to provide "
                                   "channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch "
                                   "dimension (i.e. 2D or 3D inputs).", "it sets whole channels to 0", "use dropout for single numbers"))
    return _of_one_or_many(input, p, training, inplace, input.ndim == 2)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """Return `input`, (N, C, H, W), with whole channels set to 0 with probability `p`, and the others divided by 1 - p.

    Of three axes the first is taken for the batch, and a warning says so. Raises ValueError for p outside 0 to 1.

    >>> import workbook as torch
    >>> torch.nn.functional.dropout2d(torch.ones(2, 3, 1, 1), training=False).sum()
    tensor(6.)

    Source: Tompson et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.functional.dropout2d.html
    """
    check_probability(p)
    if input.ndim not in (3, 4):
        _warn_of_axes(input.ndim, 2, "3D or 4D")
    if input.ndim == 3:
        warnings.warn("dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is "
                      "interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to interpret "
                      "the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout behavior, "
                      "please switch to using dropout1d instead.", stacklevel=2)
    return feature_dropout(input, p, training, inplace)


def dropout3d(input, p=0.5, training=True, inplace=False):
    """Return `input`, (N, C, D, H, W) or (C, D, H, W), with whole channels set to 0 with probability `p`, and the others divided by 1 - p.

    Raises ValueError for p outside 0 to 1.

    >>> import workbook as torch
    >>> torch.nn.functional.dropout3d(torch.ones(2, 3, 1, 1, 1), training=False).sum()
    tensor(6.)

    Source: Tompson et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.functional.dropout3d.html
    """
    check_probability(p)
    if input.ndim not in (4, 5):
        _warn_of_axes(input.ndim, 3, "4D or 5D")
    return _of_one_or_many(input, p, training, inplace, input.ndim not in (5,))


def _of_one_or_many(input, p, training, inplace, single):
    """Drop channels of a batch, or of one example."""
    if not single:
        return feature_dropout(input, p, training, inplace)
    if inplace:
        feature_dropout(unsqueeze(input, 0), p, training, True)
        return input
    return squeeze(feature_dropout(unsqueeze(input, 0), p, training, False), 0)


def _warn_of_axes(ndim, places, expected):
    warnings.warn(
        f"dropout{places}d: Received a {ndim}-D input to dropout{places}d, which is deprecated and will result in an error in a future release. To "
        f"retain the behavior and silence this warning, please use dropout instead. Note that dropout{places}d exists to provide channel-wise "
        f"dropout on inputs with {places} spatial dimensions, a channel dimension, and an optional batch dimension (i.e. {expected} inputs).",
        stacklevel=3)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Return `input` with elements set to selu's lowest value with probability `p`, then scaled and moved so that mean and variance stay.

    Raises ValueError for p outside 0 to 1.

    >>> import workbook as torch
    >>> torch.nn.functional.alpha_dropout(torch.ones(2))
    tensor([1., 1.])

    Source: Klambauer et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.functional.alpha_dropout.html
    """
    check_probability(p)
    return _alpha_dropout(input, p, training, inplace, of_channels=False)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """As `alpha_dropout`, of whole channels: `input` is (N, C, *).

    Raises ValueError for p outside 0 to 1, RuntimeError for fewer than two axes.

    >>> import workbook as torch
    >>> torch.nn.functional.feature_alpha_dropout(torch.ones(1, 2))
    tensor([[1., 1.]])

    Source: Klambauer et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.functional.feature_alpha_dropout.html
    """
    check_probability(p)
    return _alpha_dropout(input, p, training, inplace, of_channels=True)


def _alpha_dropout(input, p, training, inplace, of_channels):
    function = "feature_alpha_dropout" if of_channels else "alpha_dropout"
    expect_tensors(function, input=input)
    p = as_number(function, "p", 2, p, "float")
    if not training or p == 0 or not input.numel():
        return input
    if p == 1:
        nothing = empty((), dtype=input.dtype).zero_()
        return input.mul_(nothing) if inplace else mul(input, nothing)
    noise = _noise(input, p, of_channels)
    lowest = SELU_ALPHA * SELU_SCALE
    scale = 1 / math.sqrt((lowest ** 2 * p + 1) * (1 - p))
    shift = noise.add(-1).mul_(lowest * scale).add_(lowest * scale * p)
    noise.mul_(scale)
    return input.mul_(noise).add_(shift) if inplace else add(mul(input, noise), shift)
