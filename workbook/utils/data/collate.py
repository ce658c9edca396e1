"""Putting samples together into a batch."""

import copy
import dataclasses
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence

import numpy as np

from workbook import dtypes
from workbook.errors import explain, shape_text
from workbook.ops.from_data import as_tensor, tensor
from workbook.ops.joining import stack
from workbook.tensor import Tensor


def default_collate(batch):
    """Return the samples of a list as one batch: tensors, arrays and numbers get a new first axis, whatever holds them is kept.

    A list of tuples becomes a list of batches, of dicts a dict of batches, of named tuples a named tuple; text stays as it is.
    Python floats become float64. Raises TypeError for anything else, RuntimeError where the samples differ in shape or length.

    >>> default_collate([(1, "a"), (2, "b")])
    [tensor([1, 2]), ('a', 'b')]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.default_collate
    """
    batch = _list_of_samples(batch)
    first = batch[0]
    for kind, collate in _BY_KIND.items():
        if isinstance(first, kind):
            return collate(batch)
    if isinstance(first, Mapping):
        return _of_kind(first, {key: default_collate([sample[key] for sample in batch]) for key in first})
    if isinstance(first, Sequence):
        for entry, sample in enumerate(batch):
            if len(sample) != len(first):
                raise uneven("each element in list of batch should be of equal size", entry, f"length {len(first)}",
                             f"length {len(sample)}")
        columns = [default_collate(column) for column in zip(*batch)]
        return columns if _is_plain_tuple(first) else _of_kind(first, columns)
    raise _unknown(first)


def default_convert(data):
    """Return a sample with its NumPy arrays and numbers turned into tensors, and nothing else changed, as a masked array. Raises nothing.

    >>> default_convert([np.ones(2), "a"])
    [tensor([1., 1.], dtype=torch.float64), 'a']

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.default_convert
    """
    if isinstance(data, (np.ndarray, np.generic)) and data.dtype.kind not in "OSU" and not isinstance(data, np.ma.MaskedArray):
        return as_tensor(data)
    if isinstance(data, Mapping):
        return _of_kind(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        converted = [default_convert(value) for value in data]
        return converted if _is_plain_tuple(data) else _of_kind(data, converted)
    return data


def names_samples(collate):
    """Return `collate` with the numbers of the samples as a second argument, so that an error can name them."""
    def named(samples, numbers):
        try:
            return collate(samples)
        except RuntimeError as problem:
            if hasattr(problem, "uneven"):
                what, entry, first, other = problem.uneven
                problem.args = uneven(what, entry, first, other, numbers).args
            raise

    return named


def uneven(what, entry, first, other, numbers=None):
    """The error for samples of different size: the `first` sample of the batch and the `other` one, at `entry`."""
    names = ("entry 0", f"entry {entry}") if numbers is None else (f"sample {numbers[0]} of the data set", f"sample {numbers[entry]}")
    error = RuntimeError(explain(what, f"{names[0]} has {first} and {names[1]} has {other}, and a batch lays them side by side",
                                 "make the samples equally large, or give the DataLoader a collate_fn that pads them"))
    error.uneven = what, entry, first, other
    return error


def _list_of_samples(batch):
    if isinstance(batch, np.ndarray):
        batch = list(batch)
    if isinstance(batch, Sequence) and len(batch):
        return batch
    error, found = (IndexError, "an empty one") if isinstance(batch, Sequence) else (TypeError, type(batch).__name__)
    raise error(explain(f"default_collate takes a list of samples, and got {found}",
                        "the first sample says what the batch is made of", "call it with [dataset[0], dataset[1]]"))


def _tensors(batch):
    first = batch[0]
    for entry, sample in enumerate(batch):
        if isinstance(sample, Tensor) and sample.shape != first.shape:
            raise uneven(f"stack expects each tensor to be equal size, but got {shape_text(first.shape)} at entry 0 and "
                         f"{shape_text(sample.shape)} at entry {entry}", entry, f"shape {shape_text(first.shape)}",
                         f"shape {shape_text(sample.shape)}")
    return stack(list(batch), 0)


def _arrays(batch):
    if batch[0].dtype.kind in "OSUaV":
        raise _unknown(batch[0].dtype)
    return default_collate([as_tensor(sample) for sample in batch])


# What is made of samples of one kind. NumPy's numbers stand before Python's: np.float64 is both.
_BY_KIND = {
    Tensor: _tensors,
    np.ndarray: _arrays,
    (np.bool_, np.number): lambda batch: as_tensor(np.array(batch)),
    float: lambda batch: tensor(batch, dtype=dtypes.float64),
    int: tensor,
    (str, bytes): lambda batch: batch,
}


def _unknown(found):
    kind = found if isinstance(found, np.dtype) else type(found)
    fix = "return tensors or numbers, or give the DataLoader a collate_fn"
    if dataclasses.is_dataclass(found):
        fix = "return dataclasses.asdict(sample), or give the DataLoader a collate_fn"
    return TypeError(explain("default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
                             f"found {kind}", "the data set's __getitem__ returned it"
                             + (": does it end with `return`?" if found is None else ""), fix))


def _is_plain_tuple(sample):
    return isinstance(sample, tuple) and not hasattr(sample, "_fields")


def _of_kind(example, content):
    """`content`, a dict or list, as the type of `example` where that type can be made from it."""
    kind = type(example)
    if isinstance(example, tuple) and hasattr(example, "_fields"):
        return kind(*content)
    try:
        if isinstance(example, (MutableMapping, MutableSequence)):  # a copy keeps what else it holds
            made = copy.copy(example)
            for key, value in content.items() if isinstance(content, dict) else enumerate(content):
                made[key] = value
            return made
        return kind(content)
    except TypeError:  # a range, or a container with a constructor of its own
        return content
