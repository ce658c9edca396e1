"""The workers of a loader, seen from the loader's process: start them, send orders, wait for answers, and leave nothing behind.

Whatever happens, in the end no worker runs: they are closed when the iterator ends or goes (a finalizer), when the interpreter ends
(atexit), and each ends by itself when the loader's process is gone and its end of the pipe with it.
"""

import atexit
import contextlib
import multiprocessing
import os
import pickle
import shutil
import signal
import sys
import tempfile
import threading
import time
import types
import weakref
from multiprocessing import connection

from workbook.errors import explain
from workbook.utils.data.messages import WHERE, short
from workbook.utils.data.shared import NAMELESS, Channel
from workbook.utils.data.workers import work

PATIENCE = 5.0  # seconds that a worker may take to end the sample that it is reading


class Pool:
    """`num_workers` processes that all do `job`, and the way to each of them."""

    def __init__(self, job, num_workers, context):
        self._owner = os.getpid()
        self._open = True
        self._folder = None if NAMELESS else tempfile.mkdtemp(prefix="workbook-batches-")
        self.processes, self._channels, self._resting = [], [], set()
        self._context = multiprocessing.get_context(context) if context is None or isinstance(context, str) else context
        self._pending = [{} for _ in range(num_workers)]  # of each worker: the batches it was ordered, by (epoch, number)
        _all.add(self)
        try:
            self._start(job, num_workers)
        except BaseException:
            self.close(patient=False)
            raise

    def _start(self, job, num_workers):
        if self._context.get_start_method() != "fork":
            job = _pickled(job, self._context.get_start_method())
        try:
            for worker in range(num_workers):
                here, there = self._context.Pipe()
                self._channels.append(Channel(here, self._folder))
                process = self._context.Process(target=work, args=(there, job, worker, self._folder), daemon=True,
                                                name=f"DataLoader worker {worker}")
                with there:
                    process.start()
                self.processes.append(process)
        except OSError as error:
            raise OSError(error.errno, explain(f"{error.strerror}: only {len(self.processes)} of {num_workers} DataLoader workers could be started",
                                               "each takes a process and a few open files, and the system has no more for this program",
                                               "load with fewer workers, or close files that are open")) from error

    @property
    def usable(self):
        """Whether all workers are there."""
        return self._open and all(process.is_alive() for process in self.processes)

    def order(self, worker, order):
        """Send an order to a worker. One that has died is told by `receive`."""
        self._pending[worker][order.epoch, order.number] = order.index
        with contextlib.suppress(OSError):
            self._channels[worker].connection.send(order)

    def send_home(self, worker):
        """Tell a worker that there is nothing more to do."""
        self._resting.add(worker)
        with contextlib.suppress(OSError):
            self._channels[worker].connection.send(None)

    def receive(self, timeout):
        """Wait for what a worker sends and return (worker, Answer); None after `timeout` seconds, if that is not None.

        Raises RuntimeError where a worker has died.
        """
        try:
            return self._receive(timeout)
        except Exception:
            if _ending.is_set():  # and only a thread that nobody waits for can still be here
                threading.Event().wait()
            raise

    def _receive(self, timeout):
        if not self._open:
            raise RuntimeError(explain("this iterator's DataLoader workers are gone", "they end with an error or Ctrl-C, and are those of one process only: a fork of it has none",
                                       "begin anew: for batch in loader"))
        working = [worker for worker in range(len(self.processes)) if worker not in self._resting]
        ways = {self._channels[worker].connection: worker for worker in working}
        ends = {self.processes[worker].sentinel: worker for worker in working}
        ready = connection.wait([*ways, *ends], timeout)
        for worker in [*(ways[way] for way in ready if way in ways), *(ends[end] for end in ready if end in ends)]:
            try:
                if not self._channels[worker].connection.poll():
                    raise EOFError  # it has ended, and has sent nothing more
                answer = self._channels[worker].receive()
            except (EOFError, OSError):
                raise self._death(worker) from None
            except Exception as error:
                raise RuntimeError(explain(
                    f"Caught {type(error).__name__} while the batch of DataLoader worker process {worker} was unpacked: {error}",
                    f"it had to read {self._pending_of(worker)}, and what it sent cannot be put together here by pickle",
                    "return tensors, arrays, numbers, text, lists and dicts")) from error
            self._pending[worker].pop(answer.order, None)
            return worker, answer
        return None

    def _death(self, worker):
        process = self.processes[worker]
        process.join(1)
        code = process.exitcode
        how = f"ended with exit code {code}"
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                how = f"is killed by signal: {signal.strsignal(-code)} ({signal.Signals(-code).name})"
        fix = "it may have needed more memory than there is; load with num_workers=0 to look closer"
        if self._context.get_start_method() != "fork":
            fix += ', and in a script let what starts the loader stand under `if __name__ == "__main__":`'
        return RuntimeError(explain(f"DataLoader worker (pid(s) {process.pid}) exited unexpectedly",
                                    f"worker {worker} {how} while it had to read {self._pending_of(worker)}", fix))

    def _pending_of(self, worker):
        pending = list(self._pending[worker].values())
        return f"the batch {short(pending[0])}" if pending else "nothing"

    def late(self, timeout):
        """Return the error for workers that have sent nothing for `timeout` seconds; it says where they stand."""
        asked = [worker for worker in range(len(self.processes)) if self._pending[worker] and worker not in self._resting]
        found = {}
        for worker in asked:
            with contextlib.suppress(OSError):
                self._channels[worker].connection.send(WHERE)
        deadline = time.monotonic() + 1
        with contextlib.suppress(RuntimeError):
            while len(found) < len(asked) and (seen := self.receive(max(0, deadline - time.monotonic()))):
                worker, answer = seen
                if answer.order == WHERE:
                    found[worker] = answer.thing
        lines = []
        for worker in asked:
            doing, stack = found.get(worker, (f"busy with {self._pending_of(worker)} and does not answer", ""))
            lines.append(f"worker {worker} (pid {self.processes[worker].pid}) is {doing}" + (f", at\n{stack}".rstrip() if stack else ""))
        return RuntimeError(explain(f"DataLoader timed out after {timeout} seconds", "\n       ".join(lines),
                                    "give it more time (timeout=...), or look at what the data set waits for"))

    def close(self, patient=True):
        """End all workers and give back what they were reached by; a patient end lets each finish the sample that it is reading."""
        if not self._open or os.getpid() != self._owner:  # a copy of this process has nothing to close
            return
        self._open = False
        try:
            if patient:
                self._say_goodbye()
        finally:
            with no_interrupts():
                self._end()

    def _end(self):
        for end in ("terminate", "kill"):
            for process in self.processes:
                getattr(process, end)()
            for process in self.processes:
                process.join(1)
        for process in self.processes:
            with contextlib.suppress(ValueError):
                process.close()
        for channel in self._channels:
            channel.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _say_goodbye(self):
        for worker in range(len(self.processes)):
            self.send_home(worker)
        deadline = time.monotonic() + PATIENCE
        ways = {channel.connection: channel for channel in self._channels}
        ends = {process.sentinel for process in self.processes}
        while ends and (ready := connection.wait([*ways, *ends], max(0, deadline - time.monotonic()))):
            for thing in ready:
                ends.discard(thing)
                if thing in ways:  # a worker may be waiting to get rid of a batch that nobody wants
                    try:
                        ways[thing].receive()
                    except (EOFError, OSError):
                        del ways[thing]

    def _forget(self):
        """In a process that was forked from the loader's: give up the ways to the workers, so that their ends are noticed."""
        self._open = False
        for channel in self._channels:
            channel.close()


_all = weakref.WeakSet()


_ending = threading.Event()


@atexit.register
def _close_all():
    _ending.set()
    for pool in list(_all):
        pool.close(patient=False)


def _forget_all():
    for pool in list(_all):
        pool._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


@contextlib.contextmanager
def no_interrupts():
    """Ctrl-C waits until the block ends; a process that is started within begins with it waiting, and takes it when it is ready.

    So no worker is started of which nobody knows.
    """
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = []
    before = signal.signal(signal.SIGINT, lambda *given: pressed.append(given))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, before)
        if pressed and callable(before):
            before(*pressed[0])


def _pickled(job, method):
    """The job in bytes, for processes that begin empty and import what they need."""
    file = []
    pickler = _JobPickler(types.SimpleNamespace(write=file.append), protocol=5)
    pickler.method = method
    try:
        pickler.dump(job)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        error.args = explain(
            str(error), f"a worker that is started by '{method}' begins empty: the data set and the functions go to it by pickle, which takes "
            "no lambda, no function inside of a function, and nothing that is open",
            "write a def at the top of the file in place of a lambda, and open files in worker_init_fn or at the first sample"),
        raise
    return b"".join(file)


class _JobPickler(pickle.Pickler):
    def reducer_override(self, thing):
        main = sys.modules["__main__"]
        if (isinstance(thing, (type, types.FunctionType)) and thing.__module__ == "__main__" and not hasattr(main, "__file__")
                and getattr(main, "__spec__", None) is None):
            choice = ', or pass multiprocessing_context="fork"' if "fork" in multiprocessing.get_all_start_methods() else ""
            raise RuntimeError(explain(
                f"a worker that is started by '{self.method}' cannot find {thing.__qualname__}: it was defined in a notebook",
                "such a worker begins empty and imports what it needs, and a notebook cannot be imported",
                f"put {thing.__qualname__} into a file beside the notebook, say datasets.py, and write "
                f"`from datasets import {thing.__qualname__}`{choice}"))
        return NotImplemented
