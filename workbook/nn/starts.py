"""First values of a special form: cut off, the identity, at right angles, mostly 0. `init` has them under its name."""

import math
import warnings

from workbook.autograd.modes import no_grad
from workbook.errors import explain, shape_text
from workbook.ops.alike import empty_like
from workbook.ops.choices import where
from workbook.ops.creation import eye
from workbook.ops.draws import randperm
from workbook.ops.factors import qr


@no_grad()
def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """Fill from N(mean, std**2), with what lies outside [a, b] drawn again. Warns where the mean is far outside.

    Raises RuntimeError for a negative std.

    >>> import workbook as torch
    >>> bool((torch.nn.init.trunc_normal_(torch.empty(100)).abs() <= 2).all())
    True

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.trunc_normal_
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn("mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.",
                      stacklevel=3)
    inside = (math.erf((b - mean) / std / math.sqrt(2)) - math.erf((a - mean) / std / math.sqrt(2))) / 2
    return (_normal_inside if inside > 0.3 else _uniform_accepted)(tensor, mean, std, a, b, generator)


def _normal_inside(tensor, mean, std, a, b, generator):
    """Draw all from the normal distribution; as long as some lie outside, draw all again for these."""
    tensor.normal_(mean, std, generator=generator)
    lowest, highest = tensor.new_tensor(a), tensor.new_tensor(b)
    while (outside := (tensor < lowest) | (tensor > highest)).any():
        tensor.copy_(where(outside, empty_like(tensor).normal_(mean, std, generator=generator), tensor))
    return tensor


def _uniform_accepted(tensor, mean, std, a, b, generator):
    """Where few normal numbers would lie inside: draw all from [a, b], and again what a second draw, by the normal curve, refuses."""
    top = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    candidates, pending = empty_like(tensor).uniform_(a, b, generator=generator), None
    tensor.copy_(candidates)
    while True:
        logarithm = candidates.sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(top)
        refused = empty_like(tensor).uniform_(generator=generator).log_() > logarithm
        pending = refused if pending is None else pending & refused
        if not pending.any():
            return tensor
        candidates.uniform_(a, b, generator=generator)
        tensor.copy_(where(pending, candidates, tensor))


@no_grad()
def eye_(tensor):
    """Fill a matrix with the identity: 1 on the diagonal and 0 elsewhere. Raises ValueError unless it has two axes.

    >>> import workbook as torch
    >>> torch.nn.init.eye_(torch.empty(2, 3))
    tensor([[1., 0., 0.],
            [0., 1., 0.]])

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.eye_
    """
    _needs_axes(tensor, (2,), "Only tensors with 2 dimensions are supported")
    return tensor.copy_(eye(*tensor.shape))


@no_grad()
def dirac_(tensor, groups=1):
    """Fill the weight of a convolution so that it hands each channel on, in each of the `groups`. The kernel's middle is 1.

    Raises ValueError unless it has 3, 4 or 5 axes, and where the outputs are not divisible by groups.

    >>> import workbook as torch
    >>> torch.nn.init.dirac_(torch.empty(2, 1, 3))
    tensor([[[0., 1., 0.]],
    <BLANKLINE>
            [[0., 0., 0.]]])

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.dirac_
    """
    _needs_axes(tensor, (3, 4, 5), "Only tensors with 3, 4, or 5 dimensions are supported")
    outputs, inputs, *kernel = tensor.shape
    if outputs % groups:
        raise ValueError(explain("dim 0 must be divisible by groups", f"there are {outputs} outputs and {groups} groups", "choose other groups"))
    middle, each = tuple(side // 2 for side in kernel), outputs // groups
    tensor.zero_()
    for group in range(groups):
        for channel in range(min(each, inputs)):
            tensor[(group * each + channel, channel, *middle)] = 1
    return tensor


@no_grad()
def orthogonal_(tensor, gain=1, generator=None):
    """Fill with a matrix whose rows, or columns, are at right angles and of length `gain`; further axes are laid into the second.

    Raises ValueError for fewer than two axes.

    >>> import workbook as torch
    >>> w = torch.nn.init.orthogonal_(torch.empty(3, 3))
    >>> bool((w @ w.T - torch.eye(3)).abs().max() < 1e-5)
    True

    Source: Saxe, McClelland and Ganguli 2014; https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.orthogonal_
    """
    if tensor.dim() < 2:
        raise ValueError(explain("Only tensors with 2 or more dimensions are supported", f"this one has shape {shape_text(tensor.shape)}",
                                 "initialise a bias with zeros_"))
    if tensor.numel() == 0:
        return tensor
    rows = tensor.shape[0]
    drawn = tensor.new_empty((rows, tensor.numel() // rows)).normal_(0, 1, generator=generator)
    wide = rows < drawn.shape[1]
    q, r = qr(drawn.t() if wide else drawn)
    q = q * r.diagonal().sign()  # of all QR factors the one with a positive diagonal: then every rotation is as likely
    return tensor.copy_((q.t() if wide else q).reshape(tensor.shape)).mul_(gain)


@no_grad()
def sparse_(tensor, sparsity, std=0.01, generator=None):
    """Fill a matrix from N(0, std**2), with the part `sparsity` of each column 0. Raises ValueError unless it has two axes.

    >>> import workbook as torch
    >>> (torch.nn.init.sparse_(torch.empty(10, 2), 0.3) == 0).sum(0)
    tensor([3, 3])

    Source: Martens 2010; https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.sparse_
    """
    _needs_axes(tensor, (2,), "Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    tensor.normal_(0, std, generator=generator)
    for column in range(columns):
        tensor[randperm(rows)[: math.ceil(sparsity * rows)], column] = 0
    return tensor


def _needs_axes(tensor, wanted, phrase):
    if tensor.dim() not in wanted:
        raise ValueError(explain(phrase, f"this one has shape {shape_text(tensor.shape)}", "use another initialisation, such as normal_"))
