"""How a batch travels from a worker to its loader: what is small through the pipe, what is large through memory that both see.

A batch is pickled, and large arrays are left out of the pickle (protocol 5 hands them over as buffers). They are written into a
piece of memory, one a batch, and the loader reads them from there into arrays of its own. So a worker never waits until the loader
has time to read, a batch that is kept keeps no file open, and a small tensor of a batch keeps no large one alive.

On Linux that memory has no name: it is handed over by its number (memfd_create), and nothing can stay behind, whoever is killed.
Elsewhere it is a temporary file in a folder that the loader removes.
"""

import contextlib
import os
import pickle
import socket
import tempfile

import numpy as np

from workbook.errors import explain
from workbook.tensor import Tensor

LARGE = 4096  # bytes; below, a pipe is faster
NAMELESS = hasattr(os, "memfd_create")


class NoRoom(RuntimeError):
    """A batch does not fit into the memory by which it travels."""


class Channel:
    """One end of the way between a loader and one of its workers.

    `folder` is where the memory has a name; None where it needs none.
    """

    def __init__(self, connection, folder):
        self.connection, self._folder = connection, folder
        self._socket = None
        if folder is None:
            self._socket = socket.fromfd(connection.fileno(), socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.settimeout(None)  # also where a student has set a time for all sockets

    def fileno(self):
        """The number by which the operating system waits for what arrives."""
        return self.connection.fileno()

    def send(self, parcel):
        """Send what `packed` made. Raises NoRoom, before anything is sent, where it does not fit into memory that both see."""
        head, buffers = parcel
        try:
            file, path = self._written(buffers) if buffers else (None, None)
        except OSError as error:  # nothing has been sent yet: the worker can still say so
            raise NoRoom(explain(f"a batch of {sum(buffer.nbytes for buffer in buffers):,} bytes cannot be handed to the loader's process: {error}",
                                 "it travels through memory that both see, or a temporary file, and there is no room for it",
                                 "make the batch smaller, or load with num_workers=0")) from error
        with file or contextlib.nullcontext():
            self.connection.send_bytes(pickle.dumps((head, [buffer.nbytes for buffer in buffers], path)))
            if file and path is None:
                socket.send_fds(self._socket, [b"."], [file.fileno()])

    def _written(self, buffers):
        """Return the file of large buffers, open, and its path where it has one."""
        path = None
        if self._folder is None:
            file = open(os.memfd_create("workbook-batch"), "w+b")
        else:
            file = tempfile.NamedTemporaryFile(dir=self._folder, delete=False)
            path = file.name
        try:
            for buffer in buffers:
                file.write(buffer)
            file.flush()
        except OSError:
            with contextlib.suppress(OSError):  # what is left does not fit in a second time, either
                file.close()
            if path:
                os.unlink(path)
            raise
        return file, path

    def receive(self):
        """Wait for what the other end has sent, and return it. Raises EOFError where the other end is gone."""
        head, sizes, path = pickle.loads(self.connection.recv_bytes())
        buffers = [np.empty(size, np.uint8) for size in sizes]
        if buffers:
            file = open(path or self._received_file(), "rb")
            with file:
                file.seek(0)
                if not all(file.readinto(buffer) == len(buffer) for buffer in buffers):
                    raise EOFError
            if path:
                os.unlink(path)
        return _unpacked(head, buffers)

    def _received_file(self):
        _, numbers, _, _ = socket.recv_fds(self._socket, 1, 1)
        if not numbers:
            raise EOFError
        return numbers[0]

    def close(self):
        """Give the way up; the other end meets an EOFError."""
        self.connection.close()
        if self._socket:
            self._socket.close()


def packed(thing):
    """Return `thing` as (bytes, large buffers), ready to be sent.

    Raises RuntimeError for a Tensor that was computed under autograd, and whatever pickle raises for what it cannot write.
    """
    file = _Bytes()
    buffers = []

    def stays_inside(buffer):
        with contextlib.suppress(BufferError):  # the array does not lie in one piece
            raw = buffer.raw()
            if raw.nbytes >= LARGE:
                buffers.append(raw)
                return False
        return True

    _Pickler(file, protocol=5, buffer_callback=stays_inside).dump(thing)
    head = b"".join(file)
    return (head, buffers) if len(head) < LARGE else (None, [memoryview(head), *buffers])


def _unpacked(head, buffers):
    if head is None:
        head, *buffers = buffers
    return pickle.loads(head, buffers=buffers)


class _Bytes(list):
    write = list.append


class _Pickler(pickle.Pickler):
    def reducer_override(self, thing):
        if isinstance(thing, Tensor) and thing._node is not None:
            raise RuntimeError(explain(
                "Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support crossing process "
                "boundaries.", "the batch was computed from a tensor that requires a gradient, in another process",
                "return x.detach() from the data set, or load with num_workers=0"))
        return NotImplemented
