"""The functions of networks without layers, under the names of torch.nn.functional: gathered from `ops/`.

`inplace` is an option here and a method there, so the activations are wrapped.
"""

from workbook import missing
from workbook.ops import activation, native, pointwise
from workbook.ops.activation import gelu
from workbook.ops.adaptive import (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d, adaptive_max_pool1d,
                                   adaptive_max_pool1d_with_indices, adaptive_max_pool2d, adaptive_max_pool2d_with_indices,
                                   adaptive_max_pool3d, adaptive_max_pool3d_with_indices)
from workbook.ops.arguments import door
from workbook.ops.attention import scaled_dot_product_attention
from workbook.ops.averages import avg_pool1d, avg_pool2d, avg_pool3d, lp_pool1d, lp_pool2d, lp_pool3d
from workbook.ops.batch_norm import batch_norm, instance_norm
from workbook.ops.bends import (hardshrink, hardsigmoid, hardswish, hardtanh, hardtanh_, leaky_relu_, prelu, relu6, rrelu, rrelu_, softshrink, threshold,
                                threshold_)
from workbook.ops.bilinear import bilinear
from workbook.ops.binary import binary_cross_entropy, binary_cross_entropy_with_logits
from workbook.ops.conversion import one_hot
from workbook.ops.convolution import conv1d, conv2d, conv3d, conv_tbc, conv_transpose1d, conv_transpose2d, conv_transpose3d
from workbook.ops.ctc import ctc_loss
from workbook.ops.embedding import embedding, embedding_bag
from workbook.ops.fractional import (fractional_max_pool2d, fractional_max_pool2d_with_indices, fractional_max_pool3d,
                                     fractional_max_pool3d_with_indices)
from workbook.ops.grids import affine_grid, grid_sample
from workbook.ops.heads import multi_head_attention_forward
from workbook.ops.inplace import dropout
from workbook.ops.inplace import inplace as inplace_form
from workbook.ops.interpolation import interpolate, upsample, upsample_bilinear, upsample_nearest
from workbook.ops.layer_norm import group_norm, layer_norm, rms_norm
from workbook.ops.linalg import linear
from workbook.ops.losses import cross_entropy, l1_loss, log_softmax, mse_loss, nll_loss, softmax
from workbook.ops.margins import (cosine_embedding_loss, hinge_embedding_loss, margin_ranking_loss, multi_margin_loss, multilabel_margin_loss,
                                  multilabel_soft_margin_loss, soft_margin_loss, triplet_margin_loss, triplet_margin_with_distance_loss)
from workbook.ops.masks import alpha_dropout, dropout1d, dropout2d, dropout3d, feature_alpha_dropout
from workbook.ops.padding import pad
from workbook.ops.patches import fold, unfold
from workbook.ops.pixels import channel_shuffle, native_channel_shuffle, pixel_shuffle, pixel_unshuffle
from workbook.ops.pointwise import sigmoid, tanh
from workbook.ops.pooling import (max_pool1d, max_pool1d_with_indices, max_pool2d, max_pool2d_with_indices, max_pool3d,
                                  max_pool3d_with_indices)
from workbook.ops.regressions import gaussian_nll_loss, huber_loss, kl_div, poisson_nll_loss, smooth_l1_loss
from workbook.ops.responses import local_response_norm
from workbook.ops.similarity import cosine_similarity, normalize, pairwise_distance, pdist
from workbook.ops.softmaxes import gumbel_softmax, softmin
from workbook.ops.units import (celu, celu_, elu, elu_, glu, logsigmoid, mish, selu, selu_, softplus, softsign, tanhshrink)
from workbook.ops.unpooling import max_unpool1d, max_unpool2d, max_unpool3d

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d", "adaptive_max_pool2d_with_indices", "adaptive_max_pool3d",
    "adaptive_max_pool3d_with_indices", "affine_grid", "avg_pool1d", "avg_pool2d", "avg_pool3d", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "channel_shuffle", "conv1d", "conv2d", "conv3d", "conv_tbc", "conv_transpose1d",
    "conv_transpose2d", "conv_transpose3d", "cross_entropy", "dropout", "fold", "fractional_max_pool2d",
    "fractional_max_pool2d_with_indices", "fractional_max_pool3d", "fractional_max_pool3d_with_indices", "gelu", "grid_sample",
    "interpolate", "l1_loss", "leaky_relu", "linear", "log_softmax", "lp_pool1d", "lp_pool2d", "lp_pool3d", "max_pool1d",
    "max_pool1d_with_indices", "max_pool2d", "max_pool2d_with_indices", "max_pool3d", "max_pool3d_with_indices", "max_unpool1d",
    "max_unpool2d", "max_unpool3d", "mse_loss", "multi_head_attention_forward", "nll_loss", "one_hot", "pad", "pixel_shuffle",
    "pixel_unshuffle", "relu", "relu_", "scaled_dot_product_attention", "sigmoid", "silu", "softmax", "tanh", "unfold",
    "upsample", "upsample_bilinear", "upsample_nearest",
]
__all__ += "batch_norm instance_norm layer_norm group_norm rms_norm local_response_norm embedding embedding_bag bilinear".split()
__all__ += ("alpha_dropout celu celu_ dropout1d dropout2d dropout3d elu elu_ feature_alpha_dropout glu gumbel_softmax hardshrink hardsigmoid hardswish "
            "hardtanh hardtanh_ leaky_relu_ logsigmoid mish prelu relu6 rrelu rrelu_ selu selu_ softmin softplus softshrink softsign tanhshrink "
            "threshold threshold_ native_channel_shuffle").split()
__all__ += ("cosine_embedding_loss cosine_similarity ctc_loss gaussian_nll_loss hinge_embedding_loss huber_loss kl_div margin_ranking_loss "
            "multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss normalize pairwise_distance pdist poisson_nll_loss "
            "smooth_l1_loss soft_margin_loss triplet_margin_loss triplet_margin_with_distance_loss").split()


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
    return leaky_relu_(input, negative_slope) if inplace else activation.leaky_relu(input, negative_slope)


def silu(input, inplace=False):
    """Return `x * sigmoid(x)`; with `inplace` write it into `input`. Raises NotImplementedError for integers and bools.

    >>> import workbook as torch
    >>> silu(torch.tensor([0., 1.]))
    tensor([0.0000, 0.7311])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.silu.html
    """
    return _silu_(input) if inplace else activation.silu(input)


_silu_ = inplace_form(activation.silu, "silu_")

# A wrong argument is PyTorch's error, with the name of its inner function.
_INSIDE = {"cross_entropy": "cross_entropy_loss", "nll_loss": "nll_loss_nd", "affine_grid": "affine_grid_generator", "grid_sample": "grid_sampler",
           "fold": "col2im", "unfold": "im2col", "dropout1d": "feature_dropout", "dropout2d": "feature_dropout", "dropout3d": "feature_dropout",
           **{f"{kind}_pool{axes}d_with_indices": f"{kind}_pool{axes}d" for kind in ("max", "adaptive_max") for axes in (1, 2, 3)}}
_OPEN = (
    "adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d alpha_dropout avg_pool2d "
    "avg_pool3d batch_norm celu cosine_embedding_loss ctc_loss dropout elu elu_ embedding embedding_bag feature_alpha_dropout gelu "
    "glu group_norm hardtanh_ instance_norm kl_div layer_norm leaky_relu leaky_relu_ max_pool1d max_pool2d max_pool3d one_hot pad "
    "poisson_nll_loss relu relu6 relu_ rms_norm rrelu scaled_dot_product_attention silu softplus threshold triplet_margin_loss").split()
globals().update({name: door(globals()[name], _INSIDE.get(name)) for name in (*_OPEN, *_INSIDE)} | {name: getattr(native, name) for name in native.SHARED})


def __getattr__(name):
    raise missing.of_module("nn.functional", name)
