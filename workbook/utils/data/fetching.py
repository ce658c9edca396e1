"""From the numbers that a sampler gives to a batch: read the samples, put them together."""

from itertools import islice
from operator import index as as_index

import numpy as np

from workbook.devices import CPU
from workbook.ops.from_data import from_numpy
from workbook.tensor import wrap
from workbook.utils.data.collate import default_collate, names_samples
from workbook.utils.data.dataset import IterableDataset, TensorDataset


def reader(dataset, in_batches, collate_fn, drop_last, note=None):
    """Return the function that turns what the sampler gives into a batch; it raises StopIteration where an IterableDataset ends.

    A worker passes `note`, which is told before each step what it is about: note("sample", number).
    """
    note = note or _nobody
    if isinstance(dataset, IterableDataset):
        return _from_the_front(dataset, in_batches, collate_fn, drop_last, note)
    if not in_batches:
        return _one_by_one(dataset, collate_fn, note)
    if type(dataset) is TensorDataset and collate_fn is default_collate and not any(t.requires_grad for t in dataset.tensors):
        return lambda numbers: _rows(dataset.tensors, numbers)
    together = getattr(dataset, "__getitems__", None)
    collate = names_samples(collate_fn)

    def read(numbers):
        if callable(together):
            note("samples", numbers)
            samples = together(numbers)
        else:
            samples = []
            for number in numbers:
                note("sample", number)
                samples.append(dataset[number])
        note("collate", numbers)
        return collate(samples, numbers)

    return read


def _one_by_one(dataset, collate_fn, note):
    def read(number):
        note("sample", number)
        return collate_fn(dataset[number])

    return read


def _from_the_front(dataset, in_batches, collate_fn, drop_last, note):
    samples = iter(dataset)
    if not in_batches:
        return lambda _: collate_fn(next(samples))
    ended = False

    def read(numbers):
        nonlocal ended
        if ended:  # asking an iterator again that has ended is not for every data set
            raise StopIteration
        note("next", len(numbers))
        batch = list(islice(samples, len(numbers)))
        ended = len(batch) < len(numbers)
        if not batch or (drop_last and ended):
            raise StopIteration
        note("collate", None)
        return collate_fn(batch)

    return read


def _rows(tensors, numbers):
    """What default_collate makes of these samples of a TensorDataset, taken from each tensor at once."""
    rows = np.array([*map(as_index, numbers)], np.int64)
    if all(tensor._device is CPU for tensor in tensors):
        try:
            return [wrap(tensor._array.take(rows, 0), CPU) for tensor in tensors]
        except IndexError:
            pass  # told in PyTorch's words below
    rows = from_numpy(rows)
    return [tensor[rows] for tensor in tensors]


def _nobody(step, what):
    """Listens to no note."""
