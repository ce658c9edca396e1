"""Helpers for networks, under the names of torch.nn.utils. `prune`, `parametrize` and `rnn` are files of their own."""

from workbook import missing
from workbook.nn.utils import clip_grad, convert_parameters, fusion, init, parametrizations, parametrize, prune, rnn, stateless  # noqa: F401
from workbook.nn.utils.clip_grad import clip_grad_norm, clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm
from workbook.nn.utils.convert_parameters import parameters_to_vector, vector_to_parameters
from workbook.nn.utils.fusion import fuse_conv_bn_eval, fuse_conv_bn_weights, fuse_linear_bn_eval, fuse_linear_bn_weights
from workbook.nn.utils.init import skip_init
from workbook.nn.utils.spectral_norm import remove_spectral_norm, spectral_norm
from workbook.nn.utils.weight_norm import remove_weight_norm, weight_norm

__all__ = [
    "clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "fuse_conv_bn_eval", "fuse_conv_bn_weights",
    "fuse_linear_bn_eval", "fuse_linear_bn_weights", "get_total_norm", "parameters_to_vector", "parametrizations", "parametrize", "prune",
    "remove_spectral_norm", "remove_weight_norm", "rnn", "skip_init", "spectral_norm", "stateless", "vector_to_parameters", "weight_norm",
]


def __getattr__(name):
    raise missing.of_module("nn.utils", name)
