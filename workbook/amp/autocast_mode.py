"""`torch.autocast`, switched off: programs that say `enabled=False`, or ask for a GPU where there is none, run as in PyTorch.

The engine computes in the dtype that it is given, and NumPy has no bfloat16; so switching it on is refused, with what to write instead.
"""

import functools
import warnings

from workbook.cuda import is_available
from workbook.devices import device
from workbook.errors import explain


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


def is_autocast_available(device_type):
    """Return False: no kind of device has it here. Raises nothing.

    Source: https://pytorch.org/docs/2.13/amp.html#torch.amp.autocast_mode.is_autocast_available
    """
    return False
