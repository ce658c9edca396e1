"""Batch and instance norm: layers that bring each channel to mean 0 and variance 1, and remember both while they train."""

import warnings

from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn import init
from workbook.nn.module import Module, in_training
from workbook.nn.parameter import Parameter
from workbook.ops.axes import squeeze, unsqueeze
from workbook.ops.creation import empty, ones, zeros
from workbook.ops.from_data import tensor


class _NormBase(Module):
    """What batch and instance norm share: weight and bias, running statistics, and how they print."""

    _version = 2  # since it counts its batches

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        place = {"device": device, "dtype": dtype}
        self.register_parameter("weight", Parameter(empty(num_features, **place)) if affine else None)
        self.register_parameter("bias", Parameter(empty(num_features, **place)) if affine and bias else None)
        self.register_buffer("running_mean", zeros(num_features, **place) if track_running_stats else None)
        self.register_buffer("running_var", ones(num_features, **place) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", tensor(0, device=device) if track_running_stats else None)
        self.reset_parameters()

    def reset_running_stats(self):
        """Forget what was seen: mean 0, variance 1, no batches."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self):
        """Forget the statistics; weight 1 and bias 0."""
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _check_input_dim(self, input):
        """Raise ValueError for an input of another number of axes."""
        if input.ndim not in self.takes:
            expected = " or ".join(f"{ndim}D" for ndim in self.takes)
            raise ValueError(explain(f"expected {expected} input (got {input.ndim}D input)", f"{type(self).__name__} takes {self.shapes}",
                                     "look at x.shape: is the axis of the batch there, and is it the right layer for the data?"))

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, *found):
        """Plan the loading of a state, also of one from before batches were counted, or from a plain dictionary, without their number."""
        if (local_metadata.get("version") or 1) < 2 and self.track_running_stats:
            state_dict.setdefault(prefix + "num_batches_tracked", tensor(0) if self.num_batches_tracked is None else self.num_batches_tracked)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *found)

    def extra_repr(self):
        return (f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, bias={self.bias is not None}, "
                f"track_running_stats={self.track_running_stats}")


class _BatchNorm(_NormBase):
    """Batch norm for any number of places."""

    def forward(self, input):
        self._check_input_dim(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.momentum is not None:  # without one the statistics are gathered on purpose, as swa_utils.update_bn does
            in_training(self)
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the mean of all batches so far
                momentum = 1.0 / self.num_batches_tracked.item()
        of_batch = self.training or self.running_mean is None and self.running_var is None
        stats = (self.running_mean, self.running_var) if not self.training or self.track_running_stats else (None, None)
        return F.batch_norm(input, *stats, self.weight, self.bias, of_batch, momentum, self.eps)


class BatchNorm1d(_BatchNorm):
    """Batch norm of vectors or sequences: in training, each channel of the batch gets mean 0 and variance 1, times weight plus bias.

    Shapes: `(N, C)` or `(N, C, L)`, and out the same. The running mean and variance move by the part `momentum` towards each batch's
    (None: the mean of all batches) and are what `eval()` uses. Raises ValueError for other axes, and for one value a channel in training.

    >>> import workbook as torch
    >>> torch.nn.BatchNorm1d(2)(torch.tensor([[1., 10.], [3., 30.]])).detach()
    tensor([[-1.0000, -1.0000],
            [ 1.0000,  1.0000]])

    Source: Ioffe and Szegedy 2015; https://pytorch.org/docs/2.13/generated/torch.nn.BatchNorm1d.html
    """

    torch_name = "torch.nn.modules.batchnorm.BatchNorm1d"
    takes, shapes = (2, 3), "vectors (N, C) or sequences (N, C, L)"


class BatchNorm2d(_BatchNorm):
    """Batch norm of images: as BatchNorm1d, over batch, height and width.

    Shapes: `(N, C, H, W)`, and out the same.

    >>> import workbook as torch
    >>> torch.nn.BatchNorm2d(3)(torch.zeros(2, 3, 4, 4)).shape
    torch.Size([2, 3, 4, 4])

    Source: Ioffe and Szegedy 2015; https://pytorch.org/docs/2.13/generated/torch.nn.BatchNorm2d.html
    """

    torch_name = "torch.nn.modules.batchnorm.BatchNorm2d"
    takes, shapes = (4,), "images (N, C, H, W)"


class BatchNorm3d(_BatchNorm):
    """Batch norm of volumes or films: as BatchNorm1d, over batch, depth, height and width.

    Shapes: `(N, C, D, H, W)`, and out the same.

    >>> import workbook as torch
    >>> torch.nn.BatchNorm3d(3)(torch.zeros(2, 3, 1, 4, 4)).shape
    torch.Size([2, 3, 1, 4, 4])

    Source: Ioffe and Szegedy 2015; https://pytorch.org/docs/2.13/generated/torch.nn.BatchNorm3d.html
    """

    torch_name = "torch.nn.modules.batchnorm.BatchNorm3d"
    takes, shapes = (5,), "volumes (N, C, D, H, W)"


class SyncBatchNorm(_BatchNorm):
    """Batch norm over the batches of several processes; in one process, as here, the same as batch norm.

    Shapes: `(N, C, *)`. `process_group` is kept and changes nothing. Raises ValueError for fewer than two axes.

    >>> import workbook as torch
    >>> torch.nn.SyncBatchNorm(3)(torch.zeros(2, 3, 4)).shape
    torch.Size([2, 3, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.SyncBatchNorm.html
    """

    torch_name = "torch.nn.modules.batchnorm.SyncBatchNorm"

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, process_group=None, device=None,
                 dtype=None, *, bias=True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    def _check_input_dim(self, input):
        if input.ndim < 2:
            raise ValueError(explain(f"expected at least 2D input (got {input.ndim}D input)", "it takes a batch, (N, C) or (N, C, *)",
                                     "add the axis of the batch: x.unsqueeze(0)"))

    @classmethod
    def convert_sync_batchnorm(cls, module, process_group=None):
        """Return `module` with every batch norm in it replaced by a SyncBatchNorm of the same weights and statistics.

        >>> import workbook as torch
        >>> torch.nn.SyncBatchNorm.convert_sync_batchnorm(torch.nn.BatchNorm1d(3))
        SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)

        Source: https://pytorch.org/docs/2.13/generated/torch.nn.SyncBatchNorm.html
        """
        converted = module
        if isinstance(module, _BatchNorm):
            converted = cls(module.num_features, module.eps, module.momentum, module.affine, module.track_running_stats, process_group)
            converted.weight, converted.bias = module.weight, module.bias
            for name, buffer in module._buffers.items():
                setattr(converted, name, buffer)
            converted.training = module.training
        for name, child in module.named_children():
            converted.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return converted


class _InstanceNorm(_NormBase):
    """Instance norm for any number of places."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None, *, bias=True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input):
        self._check_input_dim(input)
        single = input.ndim == self.takes[0]  # one example, without the axis of the batch
        axis = 0 if single else 1
        if input.shape[axis] != self.num_features:
            self._tell_of_other_channels(axis, input.shape[axis])
        out = F.instance_norm(unsqueeze(input, 0) if single else input, self.running_mean, self.running_var, self.weight, self.bias,
                              self.training or not self.track_running_stats, 0.0 if self.momentum is None else self.momentum, self.eps)
        return squeeze(out, 0) if single else out

    def _tell_of_other_channels(self, axis, channels):
        if self.affine:
            raise ValueError(explain(
                f"expected input's size at dim={axis} to match num_features ({self.num_features}), but got: {channels}.",
                f"the layer has {self.num_features} weights, one a channel", f"build it with num_features={channels}"))
        warnings.warn(f"input's size at dim={axis} does not match num_features. You can silence this warning by not passing in num_features, "
                      "which is not used because affine=False", stacklevel=4)


class InstanceNorm1d(_InstanceNorm):
    """Instance norm of sequences: each channel of each example gets mean 0 and variance 1; with `affine` times weight plus bias.

    Shapes: `(N, C, L)` or `(C, L)`, and out the same. With `track_running_stats` the statistics are kept, and `eval()` uses them.
    Raises ValueError for other axes, and for one place a channel.

    >>> import workbook as torch
    >>> torch.nn.InstanceNorm1d(2)(torch.tensor([[1., 3.], [10., 30.]]))
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])

    Source: Ulyanov et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.InstanceNorm1d.html
    """

    torch_name = "torch.nn.modules.instancenorm.InstanceNorm1d"
    takes, shapes = (2, 3), "sequences (N, C, L) or (C, L)"


class InstanceNorm2d(_InstanceNorm):
    """Instance norm of images: as InstanceNorm1d, over height and width.

    Shapes: `(N, C, H, W)` or `(C, H, W)`, and out the same.

    >>> import workbook as torch
    >>> torch.nn.InstanceNorm2d(3)(torch.zeros(2, 3, 4, 4)).shape
    torch.Size([2, 3, 4, 4])

    Source: Ulyanov et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.InstanceNorm2d.html
    """

    torch_name = "torch.nn.modules.instancenorm.InstanceNorm2d"
    takes, shapes = (3, 4), "images (N, C, H, W) or (C, H, W)"


class InstanceNorm3d(_InstanceNorm):
    """Instance norm of volumes or films: as InstanceNorm1d, over depth, height and width.

    Shapes: `(N, C, D, H, W)` or `(C, D, H, W)`, and out the same.

    >>> import workbook as torch
    >>> torch.nn.InstanceNorm3d(3)(torch.zeros(2, 3, 2, 4, 4)).shape
    torch.Size([2, 3, 2, 4, 4])

    Source: Ulyanov et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.InstanceNorm3d.html
    """

    torch_name = "torch.nn.modules.instancenorm.InstanceNorm3d"
    takes, shapes = (4, 5), "volumes (N, C, D, H, W) or (C, D, H, W)"
