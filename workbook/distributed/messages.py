"""Tensors from one rank to another: `send` and `recv`, and their forms that do not wait."""

import time

import numpy as np

from workbook.distributed.buffers import check_tensor, outgoing, put
from workbook.distributed.groups import member, root_of
from workbook.distributed.work import Work
from workbook.errors import explain


def send(tensor, dst=None, group=None, tag=0, group_dst=None):
    """Send a Tensor to rank `dst`, and wait until it is on its way. `tag`: a number by which the receiver may tell messages apart.

    Raises ValueError for this rank itself and before `init_process_group`, TypeError for what is no Tensor.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.send

    >>> send(3, dst=1)
    Traceback (most recent call last):
    TypeError: Invalid function argument. Expected parameter `tensor` of type torch.Tensor but got <class 'int'> instead.
      Why: tensors travel between ranks
      Fix: write torch.tensor(3)
    """
    work = isend(tensor, dst, group, tag, group_dst)
    if work is not None:
        work.wait()


def recv(tensor, src=None, group=None, tag=0, group_src=None):
    """Fill a Tensor with what rank `src`, or any rank, sends, and return the sender's rank; -1 where this rank is not in the group.

    Raises RuntimeError for a message of another length, and what `send` raises.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.recv

    >>> recv(3, src=1)
    Traceback (most recent call last):
    TypeError: Invalid function argument. Expected parameter `tensor` of type torch.Tensor but got <class 'int'> instead.
      Why: tensors travel between ranks
      Fix: write torch.tensor(3)
    """
    work = irecv(tensor, src, group, tag, group_src)
    if work is None:
        return -1
    work.wait()
    return work.source_rank()


def isend(tensor, dst=None, group=None, tag=0, group_dst=None):
    """Send a Tensor to rank `dst` and return a Work; until it is done, the Tensor is not written. Raises as `send`.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.isend

    >>> isend(3, dst=1)
    Traceback (most recent call last):
    TypeError: Invalid function argument. Expected parameter `tensor` of type torch.Tensor but got <class 'int'> instead.
      Why: tensors travel between ranks
      Fix: write torch.tensor(3)
    """
    check_tensor(tensor, "tensor")
    if (group := member(group, "isend")) is None:
        return None
    to = _other(group, root_of(group, dst, group_dst), "destination")
    return Work(group, "send", lambda: _Awaited(group, group.wire.send(outgoing(tensor), to, tag), to), lambda: None)


def irecv(tensor, src=None, group=None, tag=0, group_src=None):
    """Fill a Tensor with what rank `src`, or any rank, sends, and return a Work; until it is done, the Tensor is not read. Raises
    as `recv`.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.irecv

    >>> irecv(3, src=1)
    Traceback (most recent call last):
    TypeError: Invalid function argument. Expected parameter `tensor` of type torch.Tensor but got <class 'int'> instead.
      Why: tensors travel between ranks
      Fix: write torch.tensor(3)
    """
    check_tensor(tensor, "tensor")
    if (group := member(group, "irecv")) is None:
        return None
    source = None if src is None and group_src is None else _other(group, root_of(group, src, group_src), "source")
    if group.size() == 1:
        raise _nobody("source")
    numbers = np.empty(tensor._array.shape, tensor._array.dtype)
    receipt = _Receipt(group, numbers, source, tag)
    return Work(group, "recv", lambda: receipt, lambda: _arrived(receipt, tensor, numbers), results=[tensor])


class P2POp:
    """One `isend` or `irecv` for `batch_isend_irecv`. Raises ValueError for any other function.

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.P2POp

    >>> P2POp(print, None)
    Traceback (most recent call last):
    ValueError: Invalid ``op``. Expected ``op`` to be of type ``torch.distributed.isend`` or ``torch.distributed.irecv``.
      Why: messages are sent and received
      Fix: write dist.isend or dist.irecv, without calling it
    """

    def __init__(self, op, tensor, peer=None, group=None, tag=0, group_peer=None):
        if op not in (isend, irecv):
            raise ValueError(explain("Invalid ``op``. Expected ``op`` to be of type ``torch.distributed.isend`` or "
                                     "``torch.distributed.irecv``.",
                                     "messages are sent and received", "write dist.isend or dist.irecv, without calling it"))
        check_tensor(tensor, "tensor")
        self.op, self.tensor, self.peer, self.group, self.tag, self.group_peer = op, tensor, peer, group, tag, group_peer


def batch_isend_irecv(p2p_op_list):
    """Start all messages of a list and return their Works. Raises ValueError for what is no list of P2POp.

    >>> batch_isend_irecv([])
    []

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.batch_isend_irecv
    """
    if not isinstance(p2p_op_list, list) or not all(isinstance(op, P2POp) for op in p2p_op_list):
        raise ValueError(explain("Invalid ``p2p_op_list``. Each op is expected to to be of type ``torch.distributed.P2POp``.",
                                 "it is a list of messages", "write [dist.P2POp(dist.isend, tensor, 1)]"))
    return [op.op(op.tensor, op.peer, op.group, op.tag, op.group_peer) for op in p2p_op_list]


class _Awaited:
    """The request of a message, which ends with an error where the rank at its other end has left: it waits for nobody."""

    OFTEN = 64  # so many times it is asked between two looks at who has left
    GRACE = 1.0  # seconds in which a message may still come that was sent before

    def __init__(self, group, request, other):
        self.group, self.wire, self.request, self.other = group, group.wire, request, other
        self.turn, self.alone_since = 0, None

    def Test(self):
        return self.request.Test() or self.look()

    def look(self):
        """Raise where nobody will come; return False otherwise."""
        self.turn += 1
        if self.turn % self.OFTEN == 0 and self.group.agreement.wire.has_left(self.other):
            self.alone_since = self.alone_since or time.monotonic()
            if time.monotonic() - self.alone_since > self.GRACE:
                raise RuntimeError(explain("Connection closed by peer",
                                           "every other rank has left" if self.other is None else f"rank {self.group.ranks[self.other]} has left: it takes part in no message any more",
                                           "give each recv its send, and each send its recv: look for an `if rank == ...` around one of them"))
        return False


class _Receipt(_Awaited):
    """The request of a message that is awaited; it notes who sent it, and how long it was."""

    def __init__(self, group, numbers, source, tag):
        super().__init__(group, group.wire.receive(numbers, source, tag), source)
        self.status = self.wire.status()

    @property
    def sender(self):
        """The number in the group of the rank that it came from."""
        return self.status.Get_source()

    def Test(self):
        try:
            return self.request.Test(self.status) or self.look()
        except self.wire.mpi.Exception:
            raise RuntimeError(explain("the message is longer than the tensor that it should fill",
                                       "the sender's tensor has more numbers, or larger ones",
                                       "receive into a tensor of the sender's shape and dtype")) from None


def _arrived(receipt, tensor, numbers):
    length, room = receipt.status.Get_count(), numbers.nbytes
    if length != room:
        raise RuntimeError(explain(f"the message has {length} bytes, and the tensor that it should fill has {room}",
                                   "the sender's tensor has fewer numbers, or smaller ones",
                                   "receive into a tensor of the sender's shape and dtype"))
    put(tensor, numbers, "recv")


def _other(group, rank, kind):
    """Return the rank, which is not this one: nobody writes to himself."""
    if rank == group.rank():
        raise ValueError(explain(f"Invalid {kind} rank: {kind} rank should not be the same as the rank of the current process.",
                                 "a message goes from one rank to another", "clone() the tensor, or start more ranks"))
    return rank


def _nobody(kind):
    return ValueError(explain(f"Invalid {kind} rank: this process is alone", "a message comes from another rank",
                              "start more ranks: workbook run --ranks 2 train.py"))
