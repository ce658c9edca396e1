"""DataLoader: a data set in batches."""

import difflib
import inspect
import math
import os
import warnings

from workbook.errors import explain
from workbook.naming import PrintsAsTorch
from workbook.utils.data.collate import default_collate, default_convert
from workbook.utils.data.dataset import IterableDataset
from workbook.utils.data.iteration import InThisProcess, InWorkers
from workbook.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler, length_of


class DataLoader(metaclass=PrintsAsTorch):
    """Iterate over a data set in batches, shuffled or not, put together by `collate_fn`.

    Each `iter(loader)` draws one 64-bit number from the generator, and shuffling a second one, exactly as PyTorch does: what is
    drawn after an epoch is what PyTorch draws.

    With `num_workers` other processes read the samples, `prefetch_factor` batches ahead each, and the order stays the same. Worker w
    draws random numbers by the seed base + w, where the base is the 64-bit number; `worker_init_fn(w)` is called in it at the start.
    Workers end with the epoch, or stay for the next one (`persistent_workers`). `multiprocessing_context` is "fork", "spawn" or
    "forkserver"; for the latter two the data set and the functions are pickled. An error in a worker is raised here, with its
    traceback, and so is RuntimeError where a worker dies or sends nothing for `timeout` seconds. `pin_memory` changes nothing.

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
        if num_workers > 0 and prefetch_factor is None:
            prefetch_factor = 2
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
        self._promised_length = None  # what len() has said of an IterableDataset
        self._iterator = None  # with workers that stay
        self.check_worker_number_rationality()
        self._built = True

    def __setattr__(self, name, value):
        if name in _FIXED and "_built" in self.__dict__:
            raise ValueError(explain(f"{name} attribute should not be set after DataLoader is initialized",
                                     "the order of the samples is settled when the loader is made", "make a new DataLoader"))
        super().__setattr__(name, value)

    def __iter__(self):
        if self.num_workers == 0:
            return InThisProcess(self)
        if self._iterator is not None and self._iterator.usable:
            self._iterator.begin(self)
            return self._iterator
        self.check_worker_number_rationality()
        iterator = InWorkers(self)
        if self.persistent_workers:
            self._iterator = iterator
        return iterator

    @property
    def multiprocessing_context(self):
        """How workers are started: a context of `multiprocessing`; None for the operating system's usual way."""
        return self._context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context):
        self._context = _checked_context(context, self.num_workers)

    @property
    def _auto_collation(self):
        return self.batch_sampler is not None

    @property
    def _index_sampler(self):
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def check_worker_number_rationality(self):
        """Warn where there are more workers than processors. Raises nothing."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        if self.num_workers > (cores or 1):
            counted = "" if hasattr(os, "sched_getaffinity") else " (`cpuset` is not taken into account)"
            warnings.warn(
                f"This DataLoader will create {self.num_workers} worker processes in total. Our suggested max number of worker in current "
                f"system is {cores}{counted}, which is smaller than what this DataLoader is going to create. Please be aware that "
                "excessive worker creation might get DataLoader running slow or even freeze, lower the worker number to avoid potential "
                "slowness/freeze if necessary.", stacklevel=3)

    def __len__(self):
        """The number of batches in an epoch."""
        if isinstance(self.dataset, IterableDataset):
            size = self._promised_length = length_of(self.dataset)
            if self.batch_size is None:
                return size
            return size // self.batch_size if self.drop_last else -(-size // self.batch_size)
        return len(self._index_sampler)


class _Forever:
    """The sampler of a data set that has no numbers: it never ends, the data set does."""

    def __iter__(self):
        while True:
            yield None


_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


def _check_workers(num_workers, timeout, prefetch_factor, persistent_workers):
    for name, value, whole in (("num_workers", num_workers, True), ("timeout", timeout, False), ("prefetch_factor", prefetch_factor, True)):
        if not (isinstance(value, int if whole else (int, float)) or value is None and name == "prefetch_factor"):
            raise TypeError(explain(f"{name} should be a {'whole ' if whole else ''}number, but got {value!r}",
                                    f"it counts {'seconds' if name == 'timeout' else 'workers' if name == 'num_workers' else 'batches'}",
                                    f"write {name}=2"))
    if num_workers < 0:
        raise ValueError(explain("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.",
                                 "it counts the helpers that load data", "write num_workers=0"))
    if not 0 <= timeout < math.inf:
        raise ValueError(explain("timeout option should be non-negative" + (" and finite" if not timeout < 0 else ""), "it says how many seconds are waited", "write timeout=0"))
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(explain(
            "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
            "multiprocessing, otherwise set prefetch_factor to None.",
            "nothing is loaded ahead without helpers", "leave prefetch_factor out"))
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError(explain("prefetch_factor option should be non-negative", "it says how many batches each worker reads ahead",
                                 "leave prefetch_factor out"))
    if num_workers == 0 and persistent_workers:
        raise ValueError(explain("persistent_workers option needs num_workers > 0",
                                 "there are no helpers that could stay", "leave persistent_workers out"))


def _checked_context(context, num_workers):
    """Return a context of multiprocessing for what a student may give: a name, a context, or None."""
    if context is None:
        return None
    if num_workers == 0:
        raise ValueError(explain("multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
                                 "num_workers=0", "it says how workers are started", "leave it out, or set num_workers"))
    import multiprocessing  # takes its time

    methods = multiprocessing.get_all_start_methods()
    if isinstance(context, str):
        if context not in methods:
            raise ValueError(explain(f"multiprocessing_context option should specify a valid start method in {methods!r}, but got "
                                     f"multiprocessing_context={context!r}", "that is how this operating system starts processes",
                                     f"write {methods[0]!r}"))
        return multiprocessing.get_context(context)
    if not isinstance(context, multiprocessing.context.BaseContext):
        raise TypeError(explain("multiprocessing_context option should be a valid context object or a string specifying the start "
                                f"method, but got multiprocessing_context={context}", "workers are started by it",
                                f"write {methods[0]!r}"))
    return context


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
