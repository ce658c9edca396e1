"""`torch.autocast`: a context in which each operation computes in the dtype that suits it. The lists are in `ops/autocasting`.

Half precision is float16 here: NumPy and CuPy have no bfloat16.
"""

import functools
import warnings

from workbook import dtypes
from workbook.cuda import is_available
from workbook.devices import device
from workbook.errors import explain
from workbook.ops.autocasting import Choice
from workbook.threads import Blocks, thread

__all__ = ["autocast", "custom_bwd", "custom_fwd", "is_autocast_available", "is_autocast_enabled"]
_DEFAULT = {"cpu": dtypes.bfloat16, "cuda": dtypes.float16}


class autocast:
    """A context, or a decorator, in which products of matrices and convolutions compute in float16, and what is sensitive in float32.

    device_type: "cuda" or "cpu", whose Tensors it is for. dtype: torch.float16, by default on "cuda"; on "cpu" PyTorch's default is
    bfloat16, which NumPy has not, so that it has to be named. Parameters stay float32, and so do their gradients. `cache_enabled` changes
    nothing. `autocast("cuda")` where there is no GPU, and a dtype that is none of the two, warn and leave it off, as in PyTorch.
    Raises RuntimeError for bfloat16 and for a kind of device that is unknown, ValueError for what is no str.

    >>> import workbook as torch
    >>> with torch.autocast("cpu", dtype=torch.float16):
    ...     (torch.ones(2, 2) @ torch.ones(2, 2)).dtype, torch.ones(2).exp().dtype
    (torch.float16, torch.float32)

    Source: https://pytorch.org/docs/2.13/amp.html#torch.autocast
    """

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        _check_kind(device_type)
        self.device = device(device_type).type  # "cuda:0" is taken, too
        self.fast_dtype = _DEFAULT[self.device] if dtype is None else dtype
        if enabled and self.device == "cuda" and not is_available():
            warnings.warn("CUDA is not available. Disabling autocast.", stacklevel=2)
            enabled = False
        if enabled and self.fast_dtype is dtypes.bfloat16:
            raise RuntimeError(explain(
                f"Current {'CUDA Device' if self.device == 'cuda' else 'CPU'} does not support bfloat16. Please switch dtype to float16.",
                f"NumPy and CuPy have no numbers of bfloat16{'' if dtype else ', which is the default of the CPU'}",
                f"write torch.autocast('{self.device}', dtype=torch.float16)"))
        if enabled and self.fast_dtype is not dtypes.float16:
            name = self.device.upper()
            warnings.warn(f"In {name} autocast, but the target dtype is not supported. Disabling autocast.\n{name} Autocast only supports dtypes of "
                          "torch.bfloat16, torch.float16 currently.", stacklevel=2)
            enabled = False
        self._enabled = bool(enabled)
        self._blocks = Blocks()

    def __enter__(self):
        earlier = thread.state.autocast
        self._blocks.earlier.append(earlier)
        kinds = {} if earlier is None else {kind: chosen for kind, chosen in earlier.kinds.items() if kind != self.device}
        if self._enabled:
            kinds[self.device] = self.fast_dtype
        thread.state.autocast = Choice(kinds) if kinds else None
        return self

    def __exit__(self, *problem):
        thread.state.autocast = self._blocks.earlier.pop()
        return False

    def __call__(self, function):
        if not callable(function):
            raise TypeError(explain(f"autocast()(func) requires a callable, but got {type(function).__name__}. Did you mean to use autocast as a "
                                    "context manager?", "a decorator stands before a function", "write with torch.autocast(device_type): around what it is for"))

        @functools.wraps(function)
        def inside(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return inside


def is_autocast_enabled(device_type="cuda"):
    """Return whether autocast is on in this thread for a kind of device. Raises nothing.

    >>> import workbook as torch
    >>> torch.is_autocast_enabled("cpu")
    False

    Source: https://pytorch.org/docs/2.13/amp.html
    """
    choice = thread.state.autocast
    return choice is not None and device_type in choice.kinds


def is_autocast_available(device_type):
    """Return whether a kind of device has it: "cpu" and "cuda" do. Raises nothing.

    >>> import workbook as torch
    >>> torch.amp.is_autocast_available("cpu")
    True

    Source: https://pytorch.org/docs/2.13/amp.html#torch.amp.autocast_mode.is_autocast_available
    """
    return device_type in _DEFAULT


def custom_fwd(fwd=None, *, device_type, cast_inputs=None):
    """Mark `forward` of an autograd.Function: with `cast_inputs` it gets floats in that dtype and computes without autocast, where that is on.

    Raises ValueError for a kind of device that is no str.

    Source: https://pytorch.org/docs/2.13/amp.html#torch.amp.custom_fwd
    """
    _check_kind(device_type)
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def forward(ctx, *args, **kwargs):
        ctx._fwd_used_autocast = is_autocast_enabled(device_type) and cast_inputs is None
        if cast_inputs is None or not is_autocast_enabled(device_type):
            return fwd(ctx, *args, **kwargs)
        with autocast(device_type, enabled=False):
            return fwd(ctx, *_in(args, device_type, cast_inputs), **_in(kwargs, device_type, cast_inputs))

    return forward


def custom_bwd(bwd=None, *, device_type):
    """Mark `backward` of an autograd.Function: autocast is on there where it was in `forward`, which `custom_fwd` has marked.

    Raises ValueError for a kind of device that is no str.

    Source: https://pytorch.org/docs/2.13/amp.html#torch.amp.custom_bwd
    """
    _check_kind(device_type)
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def backward(ctx, *grads):
        with autocast(device_type, dtypes.float16, enabled=ctx._fwd_used_autocast):
            return bwd(ctx, *grads)

    return backward


def _check_kind(device_type):
    if not isinstance(device_type, str):
        raise ValueError(explain(f"Expected `device_type` of type `str`, got: `{type(device_type)}`", "it names a kind of device",
                                 "write 'cpu' or 'cuda': device.type has it"))


def _in(value, device_type, kind):
    if isinstance(value, dict):
        return {key: _in(part, device_type, kind) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([_in(part, device_type, kind) for part in value])
    floats = hasattr(value, "is_floating_point") and value.is_floating_point() and value.dtype is not dtypes.float64
    return value.to(kind) if floats and value.device.type == device_type else value
