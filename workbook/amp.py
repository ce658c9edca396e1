"""`torch.amp`: mixed precision, switched off. Programs that say `enabled=False`, or ask for a GPU where there is none, run as in PyTorch.

The engine computes in the dtype that it is given, and NumPy has no bfloat16; so switching it on is refused, with what to write instead.
"""

import functools
import warnings

from workbook.cuda import is_available
from workbook.devices import device
from workbook.errors import explain

__all__ = ["GradScaler", "autocast", "is_autocast_available"]


class autocast:
    """A context, or a decorator, in which PyTorch chooses the dtype of each operation; here it changes nothing, and is off.

    `autocast("cuda")` where there is no GPU warns and is off, as in PyTorch. Raises RuntimeError where it would be on, or for a kind of
    device that is unknown.

    >>> import workbook as torch
    >>> with torch.autocast("cpu", enabled=False):
    ...     (torch.ones(2) @ torch.ones(2)).dtype
    torch.float32

    Source: https://pytorch.org/docs/2.13/amp.html#torch.autocast
    """

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        if not isinstance(device_type, str):
            raise ValueError(explain(f"Expected `device_type` of type `str`, got: `{type(device_type)}`", "it names a kind of device",
                                     "write 'cpu' or 'cuda': device.type has it"))
        device_type = device(device_type).type  # "cuda:0" is taken, too
        if enabled and device_type == "cuda" and not is_available():
            warnings.warn("CUDA is not available. Disabling autocast.", stacklevel=2)
            enabled = False
        if enabled:
            raise RuntimeError(explain(
                f"autocast is not there for '{device_type}'", "the engine computes in the dtype that it is given",
                "write torch.autocast(..., enabled=False), and convert where you want it: net.half(), x.half()"))
        self.device, self._enabled = device_type, False

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        return False

    def __call__(self, function):
        return functools.wraps(function)(lambda *args, **kwargs: function(*args, **kwargs))


class GradScaler:
    """What scales losses of float16; here it is off: a loss stays as it is, and `step(optimizer)` is `optimizer.step()`.

    Where there is no GPU, `GradScaler("cuda")` warns and is off, as in PyTorch. Raises RuntimeError where it would be on.

    >>> import workbook as torch
    >>> scaler = torch.amp.GradScaler("cuda", enabled=False)
    >>> scaler.scale(torch.tensor(3.)), scaler.get_scale()
    (tensor(3.), 1.0)

    Source: https://pytorch.org/docs/2.13/amp.html#torch.amp.GradScaler
    """

    def __init__(self, device="cuda", init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        if enabled and device == "cuda" and not is_available():
            warnings.warn("torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2)
            enabled = False
        if enabled:
            raise RuntimeError(explain("GradScaler is not there",
                                       "it belongs to autocast, and the engine computes in the dtype that it is given",
                                       "write GradScaler(enabled=False); for float16 multiply the loss by 1024, and divide the gradients"))

    def is_enabled(self):
        """Return False."""
        return False

    def scale(self, outputs):
        """Return the loss, or the list of losses, as it is."""
        return outputs

    def unscale_(self, optimizer):
        """Leave the gradients as they are."""

    def step(self, optimizer, *args, **kwargs):
        """Return `optimizer.step(*args, **kwargs)`."""
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale=None):
        """Do nothing: there is no scale."""

    def get_scale(self):
        """Return 1.0."""
        return 1.0

    def state_dict(self):
        """Return an empty dict."""
        return {}

    def load_state_dict(self, state_dict):
        """Take what `state_dict` gave: nothing."""


def is_autocast_available(device_type):
    """Return False: no kind of device has it here. Raises nothing.

    Source: https://pytorch.org/docs/2.13/amp.html#torch.amp.autocast_mode.is_autocast_available
    """
    return False
