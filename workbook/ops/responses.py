"""Local response norm: each number divided by the size of its neighbours in the channels around it."""

from workbook.errors import explain
from workbook.ops.arithmetic import add, div, mul
from workbook.ops.creation import zeros
from workbook.ops.elementwise import not_implemented
from workbook.ops.joining import cat
from workbook.ops.parts import narrow
from workbook.ops.powers import pow
from workbook.ops.shape import expand


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """Return `input / (k + alpha * m) ** beta`, m the mean square of `size` channels around each, zeros beyond the first and last.

    `(N, C, *)`, three axes at least. Raises ValueError for fewer, RuntimeError for a size below 1.

    >>> import workbook as torch
    >>> torch.nn.functional.local_response_norm(torch.ones(1, 2, 1), 2, alpha=1.0, beta=1.0)
    tensor([[[0.6667],
             [0.5000]]])

    Source: Krizhevsky et al. 2012, section 3.3; https://pytorch.org/docs/2.13/generated/torch.nn.functional.local_response_norm.html
    """
    if input.ndim < 3:
        raise ValueError(explain(f"Expected 3D or higher dimensionality                          input (got {input.ndim} dimensions)",
                                 "it takes a batch of channels with places, (N, C, *)", "add the missing axes: x.unsqueeze(0)"))
    if size < 1 and input.numel():
        raise RuntimeError(explain(f"kernel size should be greater than zero, but got kT: {size} kH: 1 kW: 1",
                                   "size is how many channels are averaged", "write at least 1"))
    if not input.numel():
        return input
    if input.is_complex():
        raise not_implemented("avg_pool2d_out_frame" if input.ndim == 3 else "avg_pool3d_out_frame", input._array)
    around = div(_around(input, size // 2, (size - 1) // 2), size)
    return div(input, pow(add(mul(around, alpha), k), beta))


def cross_map_lrn(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """Return `input / (k + alpha / size * s) ** beta`, s the sum of squares of the channels within (size - 1) // 2 of each: Torch 7's form.

    As in PyTorch, the first channel counts for all that lie beyond its reach, too; but the derivative is the slope of that, which PyTorch's is
    not. `(N, C, H, W)`. Raises ValueError for another number of axes.

    >>> import workbook as torch
    >>> cross_map_lrn(torch.ones(1, 2, 1, 1), 3, alpha=3.0, beta=1.0).flatten()
    tensor([0.3333, 0.3333])

    Source: Krizhevsky et al. 2012, section 3.3; https://pytorch.org/docs/2.13/generated/torch.nn.CrossMapLRN2d.html
    """
    if input.ndim != 4:
        raise ValueError(explain(f"CrossMapLRN2d: Expected input to be 4D, got {input.ndim}D instead.", "it takes images, (N, C, H, W)",
                                 "add the missing axes: x.unsqueeze(0)"))
    reach = (size - 1) // 2
    around = _around(input, reach, reach)
    far = max(input.shape[1] - reach - 1, 0)  # channels that the first one does not reach; PyTorch counts it in all the same
    if far:
        first = expand(pow(narrow(input, 1, 0, 1), 2), (input.shape[0], far, *input.shape[2:]))
        around = add(around, cat([zeros((input.shape[0], reach + 1, *input.shape[2:]), dtype=input.dtype, device=input.device), first], 1))
    return mul(input, pow(add(mul(around, alpha / size), k), -beta))


def _around(input, before, after):
    """The sum of squares, for each channel, of those from `before` channels ahead of it to `after` behind."""
    squares, channels = mul(input, input), input.shape[1]

    def none(count):
        return zeros((input.shape[0], count, *input.shape[2:]), dtype=input.dtype, device=input.device)

    padded = cat([none(before), squares, none(after)], 1)
    total = narrow(padded, 1, 0, channels)
    for start in range(1, before + after + 1):
        total = add(total, narrow(padded, 1, start, channels))
    return total
