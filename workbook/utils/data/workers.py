"""What runs in a worker, the process that reads samples for a DataLoader: read `work` first.

A worker has two threads. The main one reads samples and sends batches. The other one listens to the loader: it takes orders, answers
where the main thread stands, and ends the process at once when the loader is gone.
"""

import contextlib
import os
import pickle
import queue
import random as python_random
import shutil
import signal
import sys
import threading
import time
import traceback

import numpy as np

from workbook import cores, random
from workbook.utils.data.dataset import IterableDataset
from workbook.utils.data.fetching import reader
from workbook.utils.data.info import WorkerInfo, become
from workbook.utils.data.messages import WHERE, Answer, Ended, failure_of, words_of
from workbook.utils.data.shared import Channel, NoRoom, packed

HERE = os.path.dirname(os.path.abspath(__file__))


def work(connection, job, worker, folder):
    """Read batches until the loader has no more orders. The target of the process; `job` is a Job, or one that was pickled."""
    if threading.current_thread() is threading.main_thread():
        signal.set_wakeup_fd(-1)  # a notebook's, inherited: a signal to the worker must not wake the notebook
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is for the loader to report; a worker just ends
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    channel = Channel(connection, folder)
    desk = Desk(channel, folder)
    try:
        _serve(channel, desk, job, worker)
    except (OSError, KeyboardInterrupt):
        pass  # the way to the loader is closed, or the data set wants an end: the loader says so


def _serve(channel, desk, job, worker):
    failure = None
    try:
        job = pickle.loads(job) if isinstance(job, bytes) else job
        _begin(job, worker, desk)
    except Exception as error:
        failure = failure_of(error, worker, desk.doing)
    reading = Reading(job, worker, desk)
    while (order := desk.next_order()) is not None:
        began = time.monotonic()
        try:
            thing = failure or reading.of(order)
        except Obsolete:
            continue
        answer = Answer((order.epoch, order.number), thing, began, time.monotonic())
        _send(answer, order.index, worker, channel, desk)
        del answer, thing  # the batch is not kept while the next one is read


def _send(answer, index, worker, channel, desk):
    """Send an answer; what pickle does not write, or what there is no room for, is a Failure of the worker's."""
    def failed(error):
        answer.thing = failure_of(error, worker, ("send", None, index))
        return pickle.dumps(answer), []  # all of it through the pipe

    try:
        parcel = packed(answer)
    except Exception as error:
        parcel = failed(error)
    with desk.sending:
        try:
            channel.send(parcel)
        except NoRoom as error:
            channel.send(failed(error))


def _begin(job, worker, desk):
    cores.set_num_threads(1)  # the workers are many already
    seed = job.base_seed + worker
    python_random.seed(seed)
    random.manual_seed(seed)
    # For NumPy a hash of both numbers: its stream and that of Python's `random` are one for one seed.
    np.random.seed(np.random.SeedSequence([worker, job.base_seed & 0xFFFFFFFF, job.base_seed >> 32, 0]).generate_state(4))
    become(WorkerInfo(worker, job.num_workers, seed, job.dataset))
    if job.init_fn is not None:
        desk.doing = ("init", worker, None)
        job.init_fn(worker)


class Reading:
    """Reads the batches of one epoch after the other."""

    def __init__(self, job, worker, desk):
        self._job, self._worker, self._desk = job, worker, desk
        self._epoch = self._read = None

    def of(self, order):
        """Return the batch that is ordered, Ended, or a Failure."""
        job, desk = self._job, self._desk
        try:
            if self._epoch != order.epoch:
                desk.doing = ("iter", None, None)
                self._read = reader(job.dataset, job.in_batches, job.collate_fn, job.drop_last, desk.note)
                self._epoch = order.epoch
            desk.doing = ("batch", None, order.index)
            return self._read(order.index)
        except Exception as error:
            if isinstance(error, StopIteration) and isinstance(job.dataset, IterableDataset):
                return Ended()
            return failure_of(error, self._worker, desk.doing)


class Obsolete(BaseException):
    """Nobody wants the batch that is being read."""


class Desk:
    """Where orders come in, by a thread of its own, and where it is noted what the worker is about."""

    def __init__(self, channel, folder):
        self.doing = ("begin", None, None)  # step, what, the whole batch
        self.sending = threading.Lock()
        self._channel, self._folder = channel, folder
        self._orders = queue.SimpleQueue()
        self._epoch = self._epoch_of_main = 0
        self._reader = threading.get_ident()
        threading.Thread(target=self._listen, daemon=True).start()

    def next_order(self):
        """Wait for an order that is not void, and return it; None where the worker may go home."""
        while True:
            order = self._orders.get()
            if order is None:
                return None
            if order.epoch >= self._epoch:
                self._epoch_of_main = order.epoch
                return order

    def note(self, step, what):
        """Note what is done next. Raises Obsolete where it is no longer wanted."""
        index = self.doing[2]
        self.doing = (step, what, index)
        if self._epoch_of_main < self._epoch:
            raise Obsolete

    def _listen(self):
        while True:
            try:
                order = self._channel.connection.recv()
            except BaseException:  # the loader is gone: nothing that the main thread does is of use
                if self._folder:
                    shutil.rmtree(self._folder, ignore_errors=True)
                os._exit(1)
            if order == WHERE:
                self._tell()
                continue
            self._epoch = sys.maxsize if order is None else order.epoch
            self._orders.put(order)

    def _tell(self):
        frames = traceback.extract_stack(sys._current_frames()[self._reader])
        own = [place for place, frame in enumerate(frames) if frame.filename.startswith(HERE)]
        stack = "".join(traceback.format_list(frames[own[-1] + 1:] if own else frames))
        with self.sending, contextlib.suppress(OSError):
            self._channel.send(packed(Answer(WHERE, (words_of(self.doing)[0], stack))))
