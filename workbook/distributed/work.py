"""What is on its way between ranks, and the sentence by which ranks find out that they do different things."""

import datetime
import functools
import itertools
import os
import time

import numpy as np

from workbook.errors import explain
from workbook.naming import PrintsAsTorch

SENTENCE = 192  # bytes of what a rank says of what it does
PATIENCE = 1.0  # seconds of asking again and again; then a rank asks only a thousand times a second
LEAVING = "the end of its script, or destroy_process_group"


class Work(metaclass=PrintsAsTorch):
    """A communication that was started: `wait()` returns True when it is done. `async_op=True`, isend and irecv return one.

    Until then the Tensors that take part are neither read nor written. Raises RuntimeError where the ranks disagree about what they
    do, or where the time of the group is up.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.Work
    """

    torch_name = "torch.distributed.distributed_c10d.Work"

    def __init__(self, group, name, start, finish, agreed=None, results=()):
        self._group, self._name, self._start, self._finish, self._agreed = group, name, start, finish, agreed
        self._results, self._request, self._error, self._done = list(results), None, None, False
        group.on_the_way.append(self)
        advance(group)

    def is_completed(self):
        """Return whether it is done. Raises nothing: `wait` does."""
        try:
            advance(self._group)
        except RuntimeError as error:
            self._error = self._error or error
        return self._done

    def is_success(self):
        """Return whether it is done and nothing went wrong."""
        return self.is_completed() and self._error is None

    def exception(self):
        """Return the error that it ended with, or None."""
        return self._error

    def wait(self, timeout=datetime.timedelta()):
        """Wait until it is done and return True. `timeout`: a `datetime.timedelta`; none takes the group's.

        Raises RuntimeError where the ranks disagree, or the time is up.
        """
        seconds = timeout.total_seconds() or self._group.timeout.total_seconds()
        since = time.monotonic()
        for turn in itertools.count():
            if self._error is not None:
                raise self._error
            advance(self._group)
            if self._done:
                return True
            if turn % 64 == 63:
                self._look_at_clock(time.monotonic() - since, seconds)
            _give_way()

    def result(self):
        """Return the Tensors that it fills, in a list."""
        return self._results

    def source_rank(self):
        """Return the rank that a message came from."""
        return self._group.ranks[self._request.sender]

    def _advance(self, may_start):
        """Go on as far as it can now, and return whether it has started: later collectives of the group start after it, in every rank."""
        try:
            if self._request is None:
                if not may_start or self._agreed is not None and not self._agreed():
                    return False
                self._request = self._start()
            if self._request.Test():
                self._group.on_the_way.remove(self)
                self._finish()
                self._done = True
        except RuntimeError as error:
            self._error = error
            if self in self._group.on_the_way:
                self._group.on_the_way.remove(self)
            raise
        return True

    def _look_at_clock(self, passed, seconds):
        if passed > seconds:
            raise RuntimeError(explain(
                f"Timed out waiting {int(1000 * seconds)}ms for {self._name} operation to complete",
                "another rank has not called it: it is still computing, or does something else",
                "let every rank make the same calls in the same order, or allow more: init_process_group(..., "
                "timeout=timedelta(hours=2))"))
        if passed > PATIENCE:
            time.sleep(0.001)


def advance(group):
    """Let everything go on that is on its way in a group, oldest first: other ranks may be waiting for it."""
    may_start = True
    for work in list(group.on_the_way):
        may_start = work._advance(may_start) and may_start


# Where there are more ranks than cores, a rank that waits must let the others compute.
_give_way = getattr(os, "sched_yield", lambda: time.sleep(0))


class Agreement:
    """Before each collective, every rank tells the others in a sentence what it does; all read all sentences."""

    def __init__(self, wire):
        self.wire = wire

    def start(self, sentence):
        """Tell it, and return a function that says whether all have spoken; it raises RuntimeError where they say different things."""
        mine = np.zeros(SENTENCE, np.uint8)
        written = sentence.encode()[:SENTENCE]
        mine[:len(written)] = np.frombuffer(written, np.uint8)
        every = np.empty((self.wire.size, SENTENCE), np.uint8)
        return functools.partial(_agreed, self.wire.gather_all(mine, every), every, mine)


def _agreed(request, every, mine):
    """Return whether all ranks have spoken. One that leaves minds nobody."""
    if not request.Test():
        return False
    different = np.flatnonzero((every != mine).any(axis=1))
    if different.size and _read(mine) != LEAVING:
        here, other = int(np.flatnonzero((every == mine).all(axis=1))[0]), int(different[0])
        raise _disagreement({here: _read(mine), other: _read(every[other])}, other)
    return True


def _disagreement(said, other):
    gone = said[other] == LEAVING
    both = ", but ".join(f"Rank {rank} is running collective: {sentence}" for rank, sentence in sorted(said.items()))
    return RuntimeError(explain(
        f"Detected mismatch between collectives on ranks. {both}.",
        f"rank {other} will not come any more: it had less to do than the others" if gone else
        "a collective is one step of all ranks together: the same call, with tensors of the same shape and dtype",
        "give every rank the same number of batches: DistributedSampler does" if gone else
        "look for an `if rank == ...` around a call, and for a last batch that is smaller on one rank"))


def _read(sentence):
    return sentence.tobytes().rstrip(b"\0").decode(errors="replace")
