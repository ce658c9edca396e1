"""A batch norm taken into the layer before it: in evaluation both only multiply and add."""

import copy

from workbook.errors import explain
from workbook.nn.parameter import Parameter
from workbook.ops.alike import ones_like, zeros_like
from workbook.ops.exponentials import rsqrt


def fuse_conv_bn_eval(conv, bn, transpose=False):
    """Return a copy of a convolution that computes what it and the batch norm behind it compute. `transpose`: of a transposed one.

    Raises AssertionError in training, and for a batch norm without statistics.

    >>> import workbook as torch
    >>> conv, bn = torch.nn.Conv2d(1, 2, 3).eval(), torch.nn.BatchNorm2d(2).eval()
    >>> fuse_conv_bn_eval(conv, bn)
    Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.fuse_conv_bn_eval.html
    """
    _check(conv, bn)
    fused = copy.deepcopy(conv)
    fused.weight, fused.bias = fuse_conv_bn_weights(fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias,
                                                    transpose)
    return fused


def fuse_conv_bn_weights(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, transpose=False):
    """Return the weight and the bias of a convolution and the batch norm behind it together, as Parameters. Raises nothing of its own.

    >>> import workbook as torch
    >>> w, b = fuse_conv_bn_weights(torch.ones(1, 1, 1), None, torch.ones(1), torch.ones(1), 0.0, None, None)
    >>> w.item(), b.item()
    (1.0, -1.0)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.fuse_conv_bn_weights.html
    """
    kind = conv_w.dtype if conv_b is None else conv_b.dtype
    conv_b = zeros_like(bn_rm) if conv_b is None else conv_b
    scale, shift = ones_like(bn_rm) if bn_w is None else bn_w, zeros_like(bn_rm) if bn_b is None else bn_b
    narrow = rsqrt(bn_rv + bn_eps)
    shape = [1, -1] if transpose else [-1, 1]
    weight = conv_w * (scale * narrow).reshape(shape + [1] * (conv_w.dim() - 2))
    bias = (conv_b - bn_rm) * narrow * scale + shift
    return Parameter(weight.detach().to(conv_w.dtype), conv_w.requires_grad), Parameter(bias.detach().to(kind), conv_b.requires_grad)


def fuse_linear_bn_eval(linear, bn):
    """Return a copy of a Linear that computes what it and the batch norm behind it compute.

    Raises AssertionError in training, for a batch norm without statistics, and for one of another number of features.

    >>> import workbook as torch
    >>> fuse_linear_bn_eval(torch.nn.Linear(3, 2).eval(), torch.nn.BatchNorm1d(2).eval())
    Linear(in_features=3, out_features=2, bias=True)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.fuse_linear_bn_eval.html
    """
    _check(linear, bn)
    if bn.num_features not in (1, linear.out_features):
        raise AssertionError(explain(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got "
            f"linear.out_features={linear.out_features} and bn.num_features={bn.num_features}",
            "the batch norm scales what the layer gives", "take the batch norm that stands behind the layer"))
    fused = copy.deepcopy(linear)
    fused.weight, fused.bias = fuse_linear_bn_weights(fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    return fused


def fuse_linear_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b):
    """Return the weight and the bias of a Linear and the batch norm behind it together, as Parameters. Raises nothing of its own.

    >>> import workbook as torch
    >>> one = torch.ones(1)
    >>> w, b = fuse_linear_bn_weights(torch.ones(1, 1), None, one, one, 0.0, 2 * one, one)
    >>> w.item(), b.item()
    (2.0, -1.0)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.fuse_linear_bn_weights.html
    """
    kind = linear_w.dtype if linear_b is None else linear_b.dtype
    linear_b = zeros_like(bn_rm) if linear_b is None else linear_b
    scale = bn_w * rsqrt(bn_rv + bn_eps)
    weight, bias = linear_w * scale.unsqueeze(-1).to(linear_w.dtype), (linear_b - bn_rm) * scale + bn_b
    return Parameter(weight.detach(), linear_w.requires_grad), Parameter(bias.detach().to(kind), linear_b.requires_grad)


def _check(layer, bn):
    if layer.training or bn.training:
        raise AssertionError(explain("Fusion only for eval!", "in training a batch norm follows its batches", "call net.eval() first"))
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError(explain("bn.running_mean and bn.running_var must not be None", "without them it follows its batches also in eval",
                                     "build it with track_running_stats=True"))
