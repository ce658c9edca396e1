"""One pass over a DataLoader: `InThisProcess` reads each batch when it is asked for, `InWorkers` has workers read ahead."""

import contextlib
import itertools
import warnings
import weakref

from workbook import cuda, random
from workbook.errors import explain
from workbook.naming import PrintsAsTorch
from workbook.utils.data.fetching import reader
from workbook.utils.data.messages import Ended, Failure, Job, Order


class Batches(metaclass=PrintsAsTorch):
    """What both have in common: the order of the samples, and the numbers that PyTorch draws for it."""

    torch_name = "torch.utils.data.dataloader._BaseDataLoaderIter"

    def __init__(self, loader):
        if loader.pin_memory:
            _tell_of_pinning(loader)
        self._dataset, self._numbers = loader.dataset, loader._index_sampler
        self._order = iter(self._numbers)
        self._base_seed = random.random_int64(loader.generator)  # for the workers, and drawn also where there are none
        self._watch_length(loader)

    def __iter__(self):
        return self

    def __len__(self):
        return len(self._numbers)

    def __next__(self):
        batch = self._next()
        if isinstance(batch, Failure):
            error = batch.error()
            del self  # who keeps the error, as a notebook does, keeps this frame, and must not keep the workers
            raise error
        if self._promised is not None:
            self._given += 1
            if self._given > self._promised:
                self._tell_of_length()
        return batch

    def _watch_length(self, loader):
        self._given, self._promised = 0, loader._promised_length

    def _tell_of_length(self):
        words = (f"Length of IterableDataset {self._dataset} was reported to be {self._promised}(when accessing len(dataloader)), "
                 f"but {self._given} samples have been fetched. ")
        if isinstance(self, InWorkers):
            words += ("For multiprocessing data-loading, this could be caused by not properly configuring the IterableDataset replica "
                      "at each worker. Please see https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for "
                      "examples.")
        warnings.warn(words, stacklevel=3)


class InThisProcess(Batches):
    """Reads a batch when it is asked for."""

    torch_name = "torch.utils.data.dataloader._SingleProcessDataLoaderIter"

    def __init__(self, loader):
        super().__init__(loader)
        if loader.timeout != 0:
            raise AssertionError(explain("_SingleProcessDataLoaderIter requires timeout == 0", "without workers nobody is waited for",
                                         "leave timeout out, or set num_workers"))
        self._read = reader(loader.dataset, loader._auto_collation, loader.collate_fn, loader.drop_last)

    def _next(self):
        return self._read(next(self._order))


class InWorkers(Batches):
    """Has workers read ahead: each is ordered the next batch in turn, and the batches are given in the order of the sampler.

    `watch`, where somebody sets it, is called with (number, worker, began, ended) for each batch that has come: times of
    time.monotonic.
    """

    torch_name = "torch.utils.data.dataloader._MultiProcessingDataLoaderIter"
    watch = _pool = None

    def __init__(self, loader):
        from workbook.utils.data.pool import Pool, no_interrupts  # asks for multiprocessing, which takes its time

        if loader.prefetch_factor <= 0:
            raise AssertionError(explain("prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter",
                                         "it says how many batches each worker reads ahead; with none, none ever comes",
                                         "leave prefetch_factor out"))
        super().__init__(loader)
        self._workers, self._timeout, self._in_order = loader.num_workers, loader.timeout, loader.in_order
        self._most_under_way = loader.prefetch_factor * loader.num_workers
        self._persistent, self._epoch = loader.persistent_workers, 0
        job = Job(loader.dataset, loader._auto_collation, loader.collate_fn, loader.drop_last, loader.worker_init_fn, self._base_seed,
                  loader.num_workers)
        with self._closing():
            with no_interrupts():
                self._pool = Pool(job, loader.num_workers, loader.multiprocessing_context)
                self._close = weakref.finalize(self, self._pool.close)
                self._close.atexit = False  # the pool sees to that itself
            self._begin(loader)

    def __getstate__(self):
        raise NotImplementedError(explain("_MultiProcessingDataLoaderIter cannot be pickled", "its workers are processes of this program",
                                          "pickle the DataLoader, and call iter() on it where it arrives"))

    def begin(self, loader):
        """Begin an epoch: order as many batches as may be under way."""
        with self._closing():
            self._begin(loader)

    def _begin(self, loader):
        self._order = iter(self._numbers)
        self._watch_length(loader)
        self._epoch += 1
        self._sent = self._due = self._outstanding = 0  # batches ordered; the number of the next one to give; those under way
        self._reader_of, self._arrived = {}, {}  # by the number of a batch
        self._at_work = [True] * self._workers
        self._loads = [0] * self._workers
        self._turns = itertools.cycle(range(self._workers))
        for _ in range(self._most_under_way):
            self._order_next()

    @property
    def usable(self):
        """Whether another epoch can begin with these workers."""
        return self._pool.usable

    def _order_next(self):
        """Order the batch that the sampler gives next from the worker whose turn it is."""
        try:
            index = next(self._order)
        except StopIteration:
            return
        fair_share = self._most_under_way // max(1, sum(self._at_work))
        for _ in range(self._workers):
            worker = next(self._turns)
            if self._at_work[worker] and (self._in_order or self._loads[worker] < fair_share):
                break
        else:
            return
        self._pool.order(worker, Order(self._epoch, self._sent, index))
        self._reader_of[self._sent] = worker
        self._loads[worker] += 1
        self._outstanding += 1
        self._sent += 1

    def _next(self):
        with self._closing():
            return self._next_batch()

    @contextlib.contextmanager
    def _closing(self):
        """Within it, Ctrl-C and any error (of a worker that died, of the sampler) end the workers."""
        try:
            yield
        except StopIteration:
            raise
        except BaseException:  # a notebook keeps the error, and the error this iterator
            if self._pool:
                self._pool.close(patient=False)
            raise

    def _next_batch(self):
        while self._find_due():
            if self._due in self._arrived:
                return self._give(self._due, self._arrived.pop(self._due))
            worker, answer = self._receive()
            epoch, number = answer.order
            if epoch != self._epoch:
                continue  # of an epoch that was broken off
            self._outstanding -= 1
            if isinstance(answer.thing, Ended):
                self._at_work[worker] = False
                if not self._persistent:
                    self._pool.send_home(worker)
                self._order_next()
                continue
            if self.watch:
                self.watch(number, worker, answer.began, answer.ended)
            if number == self._due or not self._in_order:
                return self._give(number, answer.thing)
            self._arrived[number] = answer.thing
        if not self._persistent:
            self._close()
        raise StopIteration

    def _find_due(self):
        """Pass over batches that were given before their turn and those whose worker had no more samples; return if one is left."""
        while self._due < self._sent:
            worker = self._reader_of.get(self._due)
            if self._due in self._arrived or (worker is not None and self._at_work[worker]):
                return True
            self._reader_of.pop(self._due, None)
            self._due += 1
        return False

    def _receive(self):
        got = self._pool.receive(self._timeout or None)
        if got is None:
            raise self._pool.late(self._timeout)
        return got

    def _give(self, number, thing):
        self._loads[self._reader_of.pop(number)] -= 1
        if number == self._due:
            self._due += 1
        self._order_next()
        return thing


def _tell_of_pinning(loader):
    if loader.pin_memory_device:
        warnings.warn("pin_memory_device is deprecated, the current accelerator will be used as the device,ignore "
                      f"pin_memory_device='{loader.pin_memory_device}'.", stacklevel=5)
    if not cuda.is_available():
        warnings.warn("'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
                      stacklevel=5)
