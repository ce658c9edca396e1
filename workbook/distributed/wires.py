"""What carries arrays between the ranks of a group: MPI, or nothing at all where the group is one process.

Both wires have the same methods. Each starts something and returns at once a *request*, whose `Test()` says whether it is done.
Arrays are NumPy's and lie in one piece. What is only moved travels as bytes, so that every dtype does.
"""

import numpy as np

from workbook.distributed.reduce_ops import ReduceOp


class Done:
    """The request of what was done at once."""

    def Test(self, status=None):
        return True


class Alone:
    """The wire of a group of one: everything arrives where it came from."""

    size = 1

    def reduce_all(self, array, op):
        return Done()

    def reduce(self, array, op, root):
        return Done()

    def broadcast(self, array, root):
        return Done()

    def barrier(self):
        return Done()

    def gather_all(self, mine, every):
        every[...] = mine.reshape(every.shape)
        return Done()

    def gather(self, mine, every, root):
        return self.gather_all(mine, every)

    def scatter(self, every, mine, root):
        return self.gather_all(every, mine)

    def reduce_scatter(self, every, mine, op):
        return self.gather_all(every, mine)

    def exchange(self, every, mine, sent, received):
        return self.gather_all(every, mine)

    def part(self, ranks):
        return self


class Mpi:
    """A communicator of MPI."""

    def __init__(self, comm):
        from mpi4py import MPI

        self.mpi, self.comm, self.size = MPI, comm, comm.size
        names = {ReduceOp.PRODUCT: "PROD"}
        self.ops = {op: getattr(MPI, names.get(op, op.name)) for op in ReduceOp if op is not ReduceOp.AVG}

    def reduce_all(self, array, op):
        return self.comm.Iallreduce(self.mpi.IN_PLACE, array, self.ops[op])

    def reduce(self, array, op, root):
        if self.comm.rank == root:
            return self.comm.Ireduce(self.mpi.IN_PLACE, array, self.ops[op], root)
        return self.comm.Ireduce(array, None, self.ops[op], root)

    def broadcast(self, array, root):
        return self.comm.Ibcast(in_bytes(array), root)

    def barrier(self):
        return self.comm.Ibarrier()

    def gather_all(self, mine, every):
        return self.comm.Iallgather(in_bytes(mine), in_bytes(every))

    def gather(self, mine, every, root):
        return self.comm.Igather(in_bytes(mine), None if every is None else in_bytes(every), root)

    def scatter(self, every, mine, root):
        return self.comm.Iscatter(None if every is None else in_bytes(every), in_bytes(mine), root)

    def reduce_scatter(self, every, mine, op):
        return self.comm.Ireduce_scatter_block(every, mine, self.ops[op])

    def exchange(self, every, mine, sent, received):
        """Send `sent[i]` bytes of `every` to rank i, and put `received[i]` bytes from there into `mine`."""
        return self.comm.Ialltoallv([in_bytes(every), sent], [in_bytes(mine), received])

    def send(self, array, to, tag):
        return self.comm.Isend(in_bytes(array), to, tag)

    def receive(self, array, source, tag):
        return self.comm.Irecv(in_bytes(array), self.mpi.ANY_SOURCE if source is None else source, tag)

    def say_goodbye(self):
        """Tell every other rank that this one will neither send nor receive any more."""
        self.goodbyes = [self.comm.Isend(np.empty(0, np.uint8), other) for other in range(self.size) if other != self.comm.rank]

    def has_left(self, rank):
        """Return whether a rank has said so; None asks whether all others have."""
        return all(self.comm.Iprobe(other) for other in (range(self.size) if rank is None else [rank]) if other != self.comm.rank)

    def status(self):
        """Return what `Test` notes the sender and the length of a message in."""
        return self.mpi.Status()

    def part(self, ranks):
        """Return the wire between some ranks of this one; None in a rank that is not among them. All ranks call it."""
        place = ranks.index(self.comm.rank) if self.comm.rank in ranks else None
        comm = self.comm.Split(self.mpi.UNDEFINED if place is None else 0, place or 0)
        return None if place is None else Mpi(comm)


def in_bytes(array):
    """Return the memory of an array as bytes.

    >>> in_bytes(np.zeros(2, np.float32)).shape
    (8,)
    """
    return array.reshape(-1).view(np.uint8)
