"""DataLoader: a data set in batches."""

import difflib
import inspect
from itertools import islice
from operator import index as as_index

import numpy as np

from workbook import random
from workbook.devices import CPU
from workbook.errors import explain
from workbook.naming import PrintsAsTorch
from workbook.ops.from_data import from_numpy
from workbook.tensor import wrap
from workbook.utils.data.collate import default_collate, default_convert
from workbook.utils.data.dataset import IterableDataset, TensorDataset
from workbook.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler, length_of


class DataLoader(metaclass=PrintsAsTorch):
    """Iterate over a data set in batches, shuffled or not, put together by `collate_fn`.

    Each `iter(loader)` draws one 64-bit number from the generator, and shuffling a second one, exactly as PyTorch does: what is
    drawn after an epoch is what PyTorch draws. `num_workers`, `worker_init_fn`, `pin_memory` and their companions are accepted;
    all samples are read in this process, in the same order.

    Raises ValueError for options that exclude each other, TypeError for an unknown option.

    >>> import workbook as torch
    >>> [batch.tolist() for batch in DataLoader(range(5), batch_size=2)]
    [[0, 1], [2, 3], [4]]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.DataLoader
    """

    torch_name = "torch.utils.data.dataloader.DataLoader"

    def __class_getitem__(cls, sample_type):  # `DataLoader[Tensor]` in a student's type hints
        return cls

    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0, collate_fn=None,
                 pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None, multiprocessing_context=None,
                 generator=None, *, prefetch_factor=None, persistent_workers=False, pin_memory_device="", in_order=True,
                 **misspelt):
        for name in misspelt:
            raise _unknown_option(name)
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        self.dataset, self.generator = dataset, generator
        self.num_workers, self.timeout, self.worker_init_fn = num_workers, timeout, worker_init_fn
        self.prefetch_factor, self.persistent_workers, self.in_order = prefetch_factor, persistent_workers, in_order
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.multiprocessing_context = multiprocessing_context

        _check_order(dataset, batch_size, shuffle, sampler, batch_sampler, drop_last)
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        if sampler is None:
            if isinstance(dataset, IterableDataset):
                sampler = _Forever()
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size, self.drop_last, self.sampler, self.batch_sampler = batch_size, drop_last, sampler, batch_sampler
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)
        self._built = True

    def __setattr__(self, name, value):
        if name in _FIXED and "_built" in self.__dict__:
            raise ValueError(explain(f"{name} attribute should not be set after DataLoader is initialized",
                                     "the order of the samples is settled when the loader is made", "make a new DataLoader"))
        super().__setattr__(name, value)

    def __iter__(self):
        return _Batches(self)

    def __len__(self):
        """The number of batches in an epoch."""
        if isinstance(self.dataset, IterableDataset):
            size = length_of(self.dataset)
            if self.batch_size is None:
                return size
            return size // self.batch_size if self.drop_last else -(-size // self.batch_size)
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)


class _Batches:
    """One epoch of a DataLoader: gives a batch at a time and reads its samples only then."""

    def __init__(self, loader):
        self._loader = loader
        self._numbers = iter(loader.sampler if loader.batch_sampler is None else loader.batch_sampler)
        self._base_seed = random.random_int64(loader.generator)  # PyTorch's seed for workers, drawn also without them
        self._batch = _way_to_read(loader)

    def __iter__(self):
        return self

    def __next__(self):
        return self._batch(next(self._numbers))

    def __len__(self):
        return len(self._loader)


class _Forever:
    """The sampler of a data set that has no numbers: it never ends, the data set does."""

    def __iter__(self):
        while True:
            yield None


def _way_to_read(loader):
    """Return the function that turns what the sampler gives into a batch."""
    dataset, collate = loader.dataset, loader.collate_fn
    if isinstance(dataset, IterableDataset):
        samples = iter(dataset)
        if loader.batch_sampler is None:
            return lambda _: collate(next(samples))

        def read(numbers):
            batch = list(islice(samples, len(numbers)))
            if not batch or (loader.drop_last and len(batch) < len(numbers)):
                raise StopIteration
            return collate(batch)

        return read
    if loader.batch_sampler is None:
        return lambda number: collate(dataset[number])
    if type(dataset) is TensorDataset and collate is default_collate and not any(t.requires_grad for t in dataset.tensors):
        return lambda numbers: _rows(dataset.tensors, numbers)
    if callable(getattr(dataset, "__getitems__", None)):
        return lambda numbers: collate(dataset.__getitems__(numbers))
    return lambda numbers: collate([dataset[number] for number in numbers])


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


_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


def _check_workers(num_workers, timeout, prefetch_factor, persistent_workers):
    if num_workers < 0:
        raise ValueError(explain("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.",
                                 "it counts the helpers that load data", "write num_workers=0"))
    if timeout < 0:
        raise ValueError(explain("timeout option should be non-negative", "it says how many seconds are waited", "write timeout=0"))
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(explain(
            "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
            "multiprocessing, otherwise set prefetch_factor to None.",
            "nothing is loaded ahead without helpers", "leave prefetch_factor out"))
    if num_workers == 0 and persistent_workers:
        raise ValueError(explain("persistent_workers option needs num_workers > 0",
                                 "there are no helpers that could stay", "leave persistent_workers out"))


def _check_order(dataset, batch_size, shuffle, sampler, batch_sampler, drop_last):
    if isinstance(dataset, IterableDataset):
        for name, value in (("shuffle", shuffle or None), ("sampler", sampler), ("batch_sampler", batch_sampler)):
            if value is not None:
                raise ValueError(explain(f"DataLoader with IterableDataset: expected unspecified {name} option, "
                                         f"but got {name}={value}",
                                         "an IterableDataset is read from the front and has no numbers to choose by",
                                         f"leave {name} out, and shuffle in the data set itself"))
    if sampler is not None and shuffle:
        raise ValueError(explain("sampler option is mutually exclusive with shuffle", "the sampler already says in which order",
                                 "leave shuffle out"))
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise ValueError(explain("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last",
                                 "the batch_sampler already says what is in each batch", "leave the others out"))
    if batch_size is None and drop_last:
        raise ValueError(explain("batch_size=None option disables auto-batching and is mutually exclusive with drop_last",
                                 "without batches there is no last one to drop", "leave drop_last out, or give a batch_size"))


def _unknown_option(name):
    options = [option for option in inspect.signature(DataLoader.__init__).parameters if option not in ("self", "misspelt")]
    near = difflib.get_close_matches(name, options, n=1)
    return TypeError(explain(f"DataLoader.__init__() got an unexpected keyword argument '{name}'",
                             f"the options are {', '.join(options)}", f"did you mean {near[0]}?" if near else "leave it out"))
