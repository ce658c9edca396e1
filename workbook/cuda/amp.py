"""`torch.cuda.amp`: the older names of `torch.amp`, for GPUs."""

import warnings

from workbook import amp

__all__ = ["GradScaler", "autocast"]


class autocast(amp.autocast):
    """`torch.amp.autocast("cuda", ...)` under its older name, with PyTorch's FutureWarning. Raises what that raises.

    Source: https://pytorch.org/docs/2.13/amp.html#torch.cuda.amp.autocast
    """

    def __init__(self, enabled=True, dtype=None, cache_enabled=True):
        warnings.warn("`torch.cuda.amp.autocast(args...)` is deprecated. Please use `torch.amp.autocast('cuda', args...)` instead.",
                      FutureWarning, stacklevel=2)
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(amp.GradScaler):
    """`torch.amp.GradScaler("cuda", ...)` under its older name, with PyTorch's FutureWarning. Raises what that raises.

    Source: https://pytorch.org/docs/2.13/amp.html#torch.cuda.amp.GradScaler
    """

    def __init__(self, *args, **kwargs):
        warnings.warn("`torch.cuda.amp.GradScaler(args...)` is deprecated. Please use `torch.amp.GradScaler('cuda', args...)` instead.",
                      FutureWarning, stacklevel=2)
        super().__init__("cuda", *args, **kwargs)
