"""The functions of networks without layers, under the names of torch.nn.functional: gathered from `ops/`.

`inplace` is an option here and a method there, so the activations are wrapped.
"""

from workbook.errors import explain
from workbook.ops import activation, pointwise, pooling
from workbook.ops.activation import gelu, silu
from workbook.ops.attention import scaled_dot_product_attention
from workbook.ops.conversion import one_hot
from workbook.ops.convolution import conv2d
from workbook.ops.heads import multi_head_attention_forward
from workbook.ops.inplace import dropout
from workbook.ops.inplace import inplace as inplace_form
from workbook.ops.linalg import linear
from workbook.ops.losses import (binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, l1_loss, log_softmax,
                                 mse_loss, nll_loss, softmax)
from workbook.ops.pointwise import sigmoid, tanh

__all__ = [
    "avg_pool2d", "binary_cross_entropy", "binary_cross_entropy_with_logits", "conv2d", "cross_entropy", "dropout", "gelu",
    "l1_loss", "leaky_relu", "linear", "log_softmax", "max_pool2d", "mse_loss", "multi_head_attention_forward", "nll_loss", "one_hot",
    "relu", "relu_", "scaled_dot_product_attention", "sigmoid", "silu", "softmax", "tanh",
]


def relu(input, inplace=False):
    """Return max(0, x), elementwise; with `inplace` write it into `input`.

    Raises RuntimeError for bools, NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.relu.html
    """
    return input.relu_() if inplace else pointwise.relu(input)


def relu_(input):
    """Write max(0, x) into `input` and return it. Raises RuntimeError for bools, and for a leaf that requires a gradient.

    >>> import workbook as torch
    >>> relu_(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.relu_.html
    """
    return input.relu_()


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """Return x where it is positive and negative_slope * x elsewhere; with `inplace` write it into `input`.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> leaky_relu(torch.tensor([-1.0, 2.0]), 0.5)
    tensor([-0.5000,  2.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.leaky_relu.html
    """
    return _leaky_relu_(input, negative_slope) if inplace else activation.leaky_relu(input, negative_slope)


_leaky_relu_ = inplace_form(activation.leaky_relu, "leaky_relu_")


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Return the largest number of each window, `(N, C, H, W) -> (N, C, H_out, W_out)`; see `ops.pooling.max_pool2d`.

    Raises NotImplementedError for `return_indices`.

    >>> import workbook as torch
    >>> max_pool2d(torch.arange(16.0).reshape(1, 1, 4, 4), 2).flatten()
    tensor([ 5.,  7., 13., 15.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool2d.html
    """
    _refuse(return_indices, "max_pool2d with return_indices=True", "leave it out")
    return pooling.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode)


def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    """Return the mean of each window, `(N, C, H, W) -> (N, C, H_out, W_out)`; see `ops.pooling.avg_pool2d`.

    Raises NotImplementedError for `ceil_mode`, `divisor_override`, and for padding that does not count.

    >>> import workbook as torch
    >>> avg_pool2d(torch.arange(16.0).reshape(1, 1, 4, 4), 2).flatten()
    tensor([ 2.5000,  4.5000, 10.5000, 12.5000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.avg_pool2d.html
    """
    _refuse(ceil_mode, "avg_pool2d with ceil_mode=True", "pad the image instead")
    _refuse(not count_include_pad and padding not in (0, (0, 0)), "avg_pool2d with count_include_pad=False", "use padding=0")
    _refuse(divisor_override, "avg_pool2d with divisor_override", "multiply the result instead")
    return pooling.avg_pool2d(input, kernel_size, stride, padding)


def _refuse(wanted, what, instead):
    if wanted:
        raise NotImplementedError(explain(f"{what} is not implemented", "this engine has the options that the lessons use",
                                          instead))
