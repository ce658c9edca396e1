"""Logging for TensorBoard, by the writer of tensorboardX: it needs no PyTorch, and writes the same files."""

import functools
import itertools
import os

from workbook.errors import explain
from workbook.tensor import Tensor

_NUMBERS = itertools.count()

def SummaryWriter(*args, **kwargs):
    """Return tensorboardX's own SummaryWriter, with all its methods; wherever it takes an array it takes a Tensor, too.

    `tensorboard --logdir runs` then shows what was written. Raises ModuleNotFoundError where tensorboardX is not installed.

    >>> import importlib.util, tempfile
    >>> if importlib.util.find_spec("tensorboardX"):
    ...     with tempfile.TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
    ...         writer.add_scalar("loss", 0.5, 1)

    Source: https://pytorch.org/docs/2.13/tensorboard.html
    """
    if len(args) < 6:  # tensorboardX names a file by the second, and would write over that of a writer just closed; so PyTorch's are named
        kwargs.setdefault("filename_suffix", f".{os.getpid()}.{next(_NUMBERS)}")
    return _on_tensors()(*args, **kwargs)


@functools.cache
def _on_tensors():
    """tensorboardX's class, each of whose `add_` methods is handed arrays where it was given Tensors."""
    try:
        import tensorboardX
    except ImportError:
        raise ModuleNotFoundError(explain(
            "No module named 'tensorboardX'", "SummaryWriter is that package's: it writes the files that TensorBoard reads",
            "pip install tensorboardX, and tensorboard to look at what was written"), name="tensorboardX") from None
    writer = tensorboardX.SummaryWriter
    methods = {name: _handed_arrays(method) for name, method in vars(writer).items() if name.startswith("add_") and callable(method)}
    return type("SummaryWriter", (writer,), methods)


def _handed_arrays(method):
    @functools.wraps(method)
    def called(self, *args, **kwargs):
        return method(self, *map(_array, args), **{name: _array(value) for name, value in kwargs.items()})

    return called


def _array(value):
    """A Tensor as an array, also inside of a dict (add_scalars) or a list."""
    if isinstance(value, Tensor):
        return value.detach()._host()
    if isinstance(value, dict):
        return {name: _array(each) for name, each in value.items()}
    return [_array(each) for each in value] if isinstance(value, list) else value
