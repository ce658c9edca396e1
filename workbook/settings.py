"""Settings of PyTorch that change little here, because the engine has one way: they are taken, so that programs run as they stand."""

import numpy as np

from workbook.errors import explain, not_a_bool

_PRECISIONS = ("highest", "high", "medium")
_now = {"precision": "highest", "deterministic": False, "warn_only": False}


def set_float32_matmul_precision(precision):
    """Take one of "highest", "high" and "medium". Products are exact to float32 in every case: the others only allow less.

    Raises ValueError for anything else.

    >>> import workbook as torch
    >>> torch.set_float32_matmul_precision("high"); torch.get_float32_matmul_precision()
    'high'
    >>> torch.set_float32_matmul_precision("highest")

    Source: https://pytorch.org/docs/2.13/generated/torch.set_float32_matmul_precision.html
    """
    if not isinstance(precision, str):
        raise RuntimeError(explain(f"set_float32_matmul_precision expects a str, but got {type(precision).__name__}",
                                   "it is the name of a precision", f"write one of {', '.join(_PRECISIONS)}"))
    if precision not in _PRECISIONS:
        raise ValueError(explain(f"precision must be one of {', '.join(_PRECISIONS)}, not {precision!r}",
                                 "it says how exact products of float32 have to be", "write 'high'"))
    _now["precision"] = precision


def get_float32_matmul_precision():
    """Return what `set_float32_matmul_precision` was given. Raises nothing.

    >>> import workbook as torch
    >>> torch.get_float32_matmul_precision()
    'highest'

    Source: https://pytorch.org/docs/2.13/generated/torch.get_float32_matmul_precision.html
    """
    return _now["precision"]


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Take the wish that each run give the same numbers: here every one does, and memory that nobody filled then shows NaN.

    Raises TypeError for what is neither True nor False.

    >>> import workbook as torch
    >>> torch.use_deterministic_algorithms(True); torch.are_deterministic_algorithms_enabled()
    True
    >>> torch.use_deterministic_algorithms(False)

    Source: https://pytorch.org/docs/2.13/generated/torch.use_deterministic_algorithms.html
    """
    for place, (name, given) in enumerate((("mode", mode), ("warn_only", warn_only)), start=1):
        if not isinstance(given, bool):
            raise not_a_bool("_set_deterministic_algorithms", name, place, given)
    _now.update(deterministic=mode, warn_only=warn_only)


def unfilled(array):
    """Return new memory that nobody filled: as it is, or with NaN, True or the largest number in it where each run is to be the same."""
    if _now["deterministic"]:
        kind = array.dtype.kind
        array.fill(True if kind == "b" else np.iinfo(array.dtype).max if kind in "iu" else np.nan)
    return array


def are_deterministic_algorithms_enabled():
    """Return what `use_deterministic_algorithms` was given; False before. Raises nothing.

    >>> import workbook as torch
    >>> torch.are_deterministic_algorithms_enabled()
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.are_deterministic_algorithms_enabled.html
    """
    return _now["deterministic"]


def is_deterministic_algorithms_warn_only_enabled():
    """Return the `warn_only` that `use_deterministic_algorithms` was given; False before. Raises nothing.

    >>> import workbook as torch
    >>> torch.is_deterministic_algorithms_warn_only_enabled()
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.is_deterministic_algorithms_warn_only_enabled.html
    """
    return _now["deterministic"] and _now["warn_only"]


def set_flush_denormal(mode):
    """Return False: numbers next to zero are never flushed here. PyTorch returns whether the processor can. Raises nothing.

    >>> import workbook as torch
    >>> torch.set_flush_denormal(False)
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.set_flush_denormal.html
    """
    return False
