"""Functions of networks that `torch` itself has: what `torch.nn.functional` is written on in PyTorch.

Many are the functions of `torch.nn.functional` themselves. The others take their arguments as PyTorch's inner functions do: all in a row,
a reduction by its number, nothing `inplace`. Each is a line that calls the function which stands in another room. Beside its arguments
stand their kinds, to which `native` holds a call.
"""

from workbook.errors import explain
from workbook.numbers import length_of
from workbook.ops import (adaptive, batch_norm as batch_norms, bends, binary, ctc, embedding as tables, grids, layer_norm as layer_norms,
                          margins, masks, padding, pooling, regressions, units)
from workbook.ops.adaptive import adaptive_avg_pool1d  # noqa: F401 - for the door `torch.name`, as all imports marked so
from workbook.ops.arguments import door
from workbook.ops.averages import avg_pool1d  # noqa: F401
from workbook.ops.bends import hardshrink, prelu, rrelu_, threshold_  # noqa: F401
from workbook.ops.bilinear import bilinear  # noqa: F401
from workbook.ops.convolution import (conv1d, conv2d, conv3d, conv_tbc, conv_transpose1d, conv_transpose2d,  # noqa: F401
                                      conv_transpose3d)
from workbook.ops.inplace import dropout as plain_dropout
from workbook.ops.kinds import Ints, Length, Number, native
from workbook.ops.pixels import channel_shuffle, native_channel_shuffle, pixel_shuffle, pixel_unshuffle  # noqa: F401
from workbook.ops.similarity import cosine_similarity, pairwise_distance, pdist  # noqa: F401
from workbook.ops.units import celu_, selu_  # noqa: F401
from workbook.tensor import Tensor

# Those that are the functions of torch.nn.functional. A wrong argument is PyTorch's error.
SHARED = ("adaptive_avg_pool1d avg_pool1d bilinear channel_shuffle conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d "
          "cosine_similarity native_channel_shuffle pairwise_distance pdist pixel_shuffle pixel_unshuffle").split()
globals().update({name: door(globals()[name]) for name in SHARED})
# Every other number reduces nothing, as in PyTorch; and its inner losses reduce nothing unless asked, whatever their signatures say.
REDUCTIONS = {1: "mean", 2: "sum"}


# ---- norms ----------------------------------------------------------------------------------------------------------------


@native
def batch_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None,
               training: bool, momentum: float, eps: float, cudnn_enabled: bool):
    """As `torch.nn.functional.batch_norm`, weight and bias first. Raises as that does, but not for one value a channel."""
    return batch_norms.unchecked(input, running_mean, running_var, weight, bias, training, momentum, eps)


@native
def instance_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None,
                  use_input_stats: bool, momentum: float, eps: float, cudnn_enabled: bool):
    """As `torch.nn.functional.instance_norm`, weight and bias first. Raises as that does, but not for one place a channel."""
    return batch_norms.unchecked_instances(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)


@native
def layer_norm(input: Tensor, normalized_shape: Ints, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5,
               cudnn_enable: bool = True):
    """As `torch.nn.functional.layer_norm`. Raises what that raises."""
    return layer_norms.layer_norm(input, normalized_shape, weight, bias, eps)


@native
def group_norm(input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5,
               cudnn_enabled: bool = True):
    """As `torch.nn.functional.group_norm`. Raises as that does, but not for one value a group."""
    return layer_norms.unchecked_groups(input, num_groups, weight, bias, eps)


@native
def rms_norm(input: Tensor, normalized_shape: Ints, weight: Tensor | None = None, eps=None):
    """As `torch.nn.functional.rms_norm`. Raises what that raises."""
    return layer_norms.rms_norm(input, normalized_shape, weight, eps)


# ---- dropouts -------------------------------------------------------------------------------------------------------------


def _probability(p):
    if not 0 <= p <= 1:
        raise RuntimeError(explain(f"dropout probability has to be between 0 and 1, but got {p:g}", "p is the part that is set to 0",
                                   "write 0.5 for half"))
    return p


@native
def dropout(input: Tensor, p: float, train: bool):
    """As `torch.nn.functional.dropout`. Raises RuntimeError for a p outside 0 to 1."""
    return plain_dropout(input, _probability(p), train)


@native
def dropout_(input: Tensor, p: float, train: bool):
    """As `torch.nn.functional.dropout`, written into `input`. Raises RuntimeError for a p outside 0 to 1."""
    return plain_dropout(input, _probability(p), train, True)


@native
def feature_dropout(input: Tensor, p: float, train: bool):
    """As `torch.nn.functional.dropout2d`, for any number of places. Raises RuntimeError for a p outside 0 to 1, and for one axis."""
    return masks.feature_dropout(input, _probability(p), train, False)


@native
def feature_dropout_(input: Tensor, p: float, train: bool):
    """As `torch.nn.functional.dropout2d`, written into `input`. Raises RuntimeError for a p outside 0 to 1, and for one axis."""
    return masks.feature_dropout(input, _probability(p), train, True)


@native
def alpha_dropout(input: Tensor, p: float, train: bool):
    """As `torch.nn.functional.alpha_dropout`. Raises RuntimeError for a p outside 0 to 1."""
    return masks.alpha_dropout(input, _probability(p), train)


@native
def alpha_dropout_(input: Tensor, p: float, train: bool):
    """As `torch.nn.functional.alpha_dropout`, written into `input`. Raises RuntimeError for a p outside 0 to 1."""
    return masks.alpha_dropout(input, _probability(p), train, True)


@native
def feature_alpha_dropout(input: Tensor, p: float, train: bool):
    """As `torch.nn.functional.feature_alpha_dropout`. Raises RuntimeError for a p outside 0 to 1, and for one axis."""
    return masks.feature_alpha_dropout(input, _probability(p), train)


@native
def feature_alpha_dropout_(input: Tensor, p: float, train: bool):
    """As `torch.nn.functional.feature_alpha_dropout`, written into `input`. Raises RuntimeError for a p outside 0 to 1, and for one axis."""
    return masks.feature_alpha_dropout(input, _probability(p), train, True)


# ---- activations, pools, images, tables -----------------------------------------------------------------------------------


@native
def celu(input: Tensor, alpha: Number = 1.0):
    """As `torch.nn.functional.celu`. Raises what that raises."""
    return units.celu(input, alpha)


@native
def selu(input: Tensor):
    """As `torch.nn.functional.selu`. Raises what that raises."""
    return units.selu(input)


@native
def threshold(input: Tensor, threshold: Number, value: Number):
    """As `torch.nn.functional.threshold`. Raises what that raises."""
    return bends.threshold(input, threshold, value)


@native
def rrelu(input: Tensor, lower: Number = 1 / 8, upper: Number = 1 / 3, training: bool = False, generator=None):
    """As `torch.nn.functional.rrelu`, drawn by `generator`. Raises what that raises."""
    return bends.drawn_rrelu(input, lower, upper, training, generator)


@native
def max_pool1d(input: Tensor, kernel_size, stride=(), padding=0, dilation=1, ceil_mode: bool = False):
    """As `torch.nn.functional.max_pool1d`. Raises what that raises."""
    return pooling.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode)


@native
def max_pool1d_with_indices(input: Tensor, kernel_size, stride=(), padding=0, dilation=1, ceil_mode: bool = False):
    """As `torch.nn.functional.max_pool1d`, always with the places of the largest. Raises what that raises."""
    return pooling.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


@native
def max_pool2d(input: Tensor, kernel_size, stride=(), padding=0, dilation=1, ceil_mode: bool = False):
    """As `torch.nn.functional.max_pool2d`. Raises what that raises."""
    return pooling.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode)


@native
def max_pool3d(input: Tensor, kernel_size, stride=(), padding=0, dilation=1, ceil_mode: bool = False):
    """As `torch.nn.functional.max_pool3d`. Raises what that raises."""
    return pooling.max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode)


@native
def adaptive_max_pool1d(input: Tensor, output_size):
    """As `torch.nn.functional.adaptive_max_pool1d`, always with the places of the largest. Raises what that raises."""
    return adaptive.adaptive_max_pool1d(input, output_size, True)


@native
def embedding(weight: Tensor, indices: Tensor, padding_idx: Length = -1, scale_grad_by_freq: bool = False, sparse: bool = False):
    """As `torch.nn.functional.embedding`, the table first; a `padding_idx` that is no row pads nothing. Raises what that raises."""
    rows, padding_idx = len(weight) if weight.ndim else 0, length_of(padding_idx)
    return tables.embedding(indices, weight, padding_idx if 0 <= padding_idx < rows else None, None, 2.0, scale_grad_by_freq, sparse)


@native
def constant_pad_nd(input: Tensor, pad: Ints, value: Number = 0):
    """As `torch.nn.functional.pad` with mode "constant". Raises what that raises."""
    return padding.pad(input, pad, value=value)


def _named(names, name, number):
    if not 0 <= number < len(names):
        raise RuntimeError(explain(f"grid_sampler(): {name} {number} is none", ", ".join(f"{place} is {text!r}" for place, text in enumerate(names)),
                                   "use torch.nn.functional.grid_sample, which knows them by name"))
    return names[number]


@native
def grid_sampler(input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool):
    """As `torch.nn.functional.grid_sample`, its modes by their numbers. Raises what that raises."""
    return grids.grid_sample(input, grid, _named(("bilinear", "nearest", "bicubic"), "interpolation_mode", interpolation_mode),
                             _named(("zeros", "border", "reflection"), "padding_mode", padding_mode), align_corners)


grid_sampler_2d = grid_sampler_3d = grid_sampler


@native
def affine_grid_generator(theta: Tensor, size: Ints, align_corners: bool):
    """As `torch.nn.functional.affine_grid`. Raises what that raises."""
    return grids.affine_grid(theta, size, align_corners)


# ---- losses ---------------------------------------------------------------------------------------------------------------


def _word(reduction):
    return REDUCTIONS.get(int(reduction), "none")


@native
def binary_cross_entropy_with_logits(input: Tensor, target: Tensor, weight: Tensor | None = None, pos_weight: Tensor | None = None,
                                     reduction: int = 0):
    """As `torch.nn.functional.binary_cross_entropy_with_logits`. Raises what that raises."""
    return binary.binary_cross_entropy_with_logits(input, target, weight, reduction=_word(reduction), pos_weight=pos_weight)


@native
def kl_div(input: Tensor, target: Tensor, reduction: int = 0, *, log_target: bool = False):
    """As `torch.nn.functional.kl_div`. Raises what that raises."""
    return regressions.kl_div(input, target, reduction=_word(reduction), log_target=log_target)


@native
def poisson_nll_loss(input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int):
    """As `torch.nn.functional.poisson_nll_loss`. Raises what that raises."""
    return regressions.poisson_nll_loss(input, target, log_input, full, eps=eps, reduction=_word(reduction))


@native
def hinge_embedding_loss(input: Tensor, target: Tensor, margin: float = 1.0, reduction: int = 0):
    """As `torch.nn.functional.hinge_embedding_loss`. Raises what that raises."""
    return margins.hinge_embedding_loss(input, target, margin, reduction=_word(reduction))


@native
def margin_ranking_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0):
    """As `torch.nn.functional.margin_ranking_loss`. Raises what that raises."""
    return margins.margin_ranking_loss(input1, input2, target, margin, reduction=_word(reduction))


@native
def cosine_embedding_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0):
    """As `torch.nn.functional.cosine_embedding_loss`. Raises what that raises."""
    return margins.cosine_embedding_loss(input1, input2, target, margin, reduction=_word(reduction))


@native
def triplet_margin_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6,
                        swap: bool = False, reduction: int = 0):
    """As `torch.nn.functional.triplet_margin_loss`. Raises what that raises."""
    return margins.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction=_word(reduction))


@native
def ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths, target_lengths, blank: int = 0, reduction: int = 0,
             zero_infinity: bool = False):
    """As `torch.nn.functional.ctc_loss`. Raises what that raises."""
    return ctc.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, _word(reduction), zero_infinity)
