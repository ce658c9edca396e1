"""Which kernel computes attention, under the names of torch.nn.attention. Here there is one, which `ops.attention` shows."""

import contextlib
import enum

from workbook.errors import explain

__all__ = ["SDPBackend", "sdpa_kernel"]


class SDPBackend(enum.Enum):
    """PyTorch's kernels for attention.

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.attention.SDPBackend.html
    """

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextlib.contextmanager
def sdpa_kernel(backends, set_priority=False):
    """Accept a choice of kernels for attention inside a `with`; it changes nothing here: all give the same numbers.

    Raises AssertionError for what is no SDPBackend and no list of them.

    >>> with sdpa_kernel(SDPBackend.MATH):
    ...     pass

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.attention.sdpa_kernel.html
    """
    if not isinstance(backends, (list, SDPBackend)):
        raise AssertionError(explain(
            f"Backend must be an instance of SDPBackend or a list of SDPBackend instances, got {type(backends).__name__}",
            "kernels are named by SDPBackend", "write sdpa_kernel(SDPBackend.MATH)"))
    yield
