"""Putting samples together into a batch."""

from collections.abc import Mapping, Sequence

import numpy as np

from workbook import dtypes
from workbook.errors import explain
from workbook.ops.from_data import as_tensor, tensor
from workbook.ops.joining import stack
from workbook.tensor import Tensor


def default_collate(batch):
    """Return the samples of a list as one batch: tensors, arrays and numbers get a new first axis, whatever holds them is kept.

    A list of tuples becomes a list of batches, of dicts a dict of batches; text stays as it is. Python floats become float64.
    Raises TypeError for anything else, RuntimeError where the samples differ in shape or length.

    >>> default_collate([(1, "a"), (2, "b")])
    [tensor([1, 2]), ('a', 'b')]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.default_collate
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(list(batch), 0)
    if isinstance(first, np.ndarray) and first.dtype.kind not in "OSU":
        return stack([as_tensor(sample) for sample in batch], 0)
    if isinstance(first, np.generic) and first.dtype.kind not in "OSU":
        return as_tensor(np.array(batch))
    if isinstance(first, float):
        return tensor(batch, dtype=dtypes.float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _of_kind(first, {key: default_collate([sample[key] for sample in batch]) for key in first})
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError(explain("each element in list of batch should be of equal size",
                                       f"the samples have lengths {sorted({len(sample) for sample in batch})}",
                                       "make the samples equally long, or give the DataLoader a collate_fn that pads them"))
        columns = [default_collate(column) for column in zip(*batch)]
        return columns if type(first) is tuple else _of_kind(first, columns)
    found = first.dtype if isinstance(first, (np.ndarray, np.generic)) else type(first)
    ending = ": does it end with `return`?" if first is None else ""
    raise TypeError(explain("default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
                            f"found {found}", f"the data set's __getitem__ returned it{ending}",
                            "return tensors or numbers, or give the DataLoader a collate_fn"))


def default_convert(data):
    """Return a sample with its NumPy arrays and numbers turned into tensors, and nothing else changed. Raises nothing.

    >>> default_convert([np.ones(2), "a"])
    [tensor([1., 1.], dtype=torch.float64), 'a']

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.default_convert
    """
    if isinstance(data, (np.ndarray, np.generic)) and data.dtype.kind not in "OSU":
        return as_tensor(data)
    if isinstance(data, Mapping):
        return _of_kind(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        converted = [default_convert(value) for value in data]
        return converted if type(data) is tuple else _of_kind(data, converted)
    return data


def _of_kind(example, content):
    """`content`, a dict or list, as the type of `example` where that type can be made from it."""
    kind = type(example)
    if hasattr(example, "_fields"):
        return kind(*content)
    try:
        return kind(content)
    except TypeError:  # a range, or a container with a constructor of its own
        return content
