"""How a view hears the page while a cell is running.

A kernel handles messages one after the other, and a running cell is the message that it handles: what a button sends waits behind
it. So the loop itself looks now and then whether something for its view has come. Everything else that is found on the way (the
next cell, a question of the editor) is handed to the kernel again, in the order in which it came, and waits for the cell's end.
Where several views listen, whoever looks first gives the others what is theirs.
"""

import sys
import threading
import time
import weakref

EVERY = 0.05  # seconds between two looks: a button answers at once, and looking costs nothing that counts

HEADER, CONTENT = 1, 4  # where they stand in a message, behind the addresses (jupyter-client.readthedocs.io, the wire protocol)


class Listener:
    """Looks for messages to a widget, and to those of all other listeners."""

    _all = weakref.WeakSet()

    def __init__(self, widget):
        self._widget, self._next = widget, 0.0
        Listener._all.add(self)

    def listen(self):
        """Give the widgets what the page has sent them. Outside a kernel's main thread there is nothing to do: the kernel itself listens."""
        now = time.monotonic()
        if now < self._next or threading.current_thread() is not threading.main_thread():
            return
        self._next = now + EVERY
        kernel = _kernel()
        stream = _requests(kernel)
        if stream is None:
            return
        import zmq

        while True:  # to the end: what is left unread would not wake the kernel again
            try:
                message = stream.socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.ZMQError:
                return
            if not _given(kernel, message):
                kernel.io_loop.add_callback(stream._recv_callback, message)


def _given(kernel, message):
    """Give a message to the widget that it is for, if that listens. Others are only looked at: a kernel takes no message a second time."""
    try:
        _, parts = kernel.session.feed_identities(message, copy=False)
        kind, content = kernel.session.unpack(parts[HEADER].bytes)["msg_type"], kernel.session.unpack(parts[CONTENT].bytes)
    except (ValueError, TypeError, KeyError, IndexError):  # what is no message: the kernel says so
        return False
    if kind != "comm_msg":
        return False
    for comm in [listener._widget.comm for listener in Listener._all]:
        if comm is not None and content.get("comm_id") == comm.comm_id:
            comm.handle_msg(kernel.session.deserialize(parts, content=True, copy=False))
            return True
    return False


def _kernel():
    """The kernel that runs this; None where there is none."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None)


def _requests(kernel):
    """The stream by which requests reach the kernel's main thread; None where this kernel has none that is known.

    Up to ipykernel 6 it is the shell's own, from 7 on a pair of sockets between two threads.
    """
    manager = getattr(getattr(kernel, "shell_channel_thread", None), "manager", None)
    pair = getattr(manager, "_shell_channel_to_main", None)
    stream = getattr(kernel, "shell_stream", None) if manager is None else getattr(pair, "to_stream", None)
    return stream if getattr(stream, "_recv_callback", None) is not None else None
