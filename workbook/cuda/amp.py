"""`torch.cuda.amp`: the older names of `torch.amp`, for GPUs."""

import warnings

from workbook import amp

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


class autocast(amp.autocast):
    """`torch.amp.autocast("cuda", ...)` under its older name, with PyTorch's FutureWarning. Raises what that raises.

    Source: https://pytorch.org/docs/2.13/amp.html#torch.cuda.amp.autocast
    """

    def __init__(self, enabled=True, dtype=None, cache_enabled=True):
        warnings.warn("`torch.cuda.amp.autocast(args...)` is deprecated. Please use `torch.amp.autocast('cuda', args...)` instead.",
                      FutureWarning, stacklevel=2)
        super().__init__("cuda", dtype, enabled, cache_enabled)


def custom_fwd(fwd=None, **settings):
    """`torch.amp.custom_fwd` for GPUs under its older name, with PyTorch's FutureWarning. Raises nothing of its own.

    Source: https://pytorch.org/docs/2.13/amp.html#torch.cuda.amp.custom_fwd
    """
    warnings.warn("`torch.cuda.amp.custom_fwd(args...)` is deprecated. Please use `torch.amp.custom_fwd(args..., device_type='cuda')` instead.",
                  FutureWarning, stacklevel=2)
    return amp.custom_fwd(fwd, device_type="cuda", **settings)


def custom_bwd(bwd):
    """`torch.amp.custom_bwd` for GPUs under its older name, with PyTorch's FutureWarning. Raises nothing of its own.

    Source: https://pytorch.org/docs/2.13/amp.html#torch.cuda.amp.custom_bwd
    """
    warnings.warn("`torch.cuda.amp.custom_bwd(args...)` is deprecated. Please use `torch.amp.custom_bwd(args..., device_type='cuda')` instead.",
                  FutureWarning, stacklevel=2)
    return amp.custom_bwd(bwd, device_type="cuda")


class GradScaler(amp.GradScaler):
    """`torch.amp.GradScaler("cuda", ...)` under its older name, with PyTorch's FutureWarning. Raises what that raises.

    Source: https://pytorch.org/docs/2.13/amp.html#torch.cuda.amp.GradScaler
    """

    def __init__(self, *args, **kwargs):
        warnings.warn("`torch.cuda.amp.GradScaler(args...)` is deprecated. Please use `torch.amp.GradScaler('cuda', args...)` instead.",
                      FutureWarning, stacklevel=2)
        super().__init__("cuda", *args, **kwargs)
