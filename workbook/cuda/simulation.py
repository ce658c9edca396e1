"""Simulated GPUs, switched on in the program."""

from workbook.cuda.places import backend
from workbook.errors import explain


def simulate(count=1, memory=None):
    """Put `count` simulated GPUs, computed by NumPy, in the place of real ones; 0 takes them away. Return the Simulation.

    `memory`: the bytes of each. Tensors that lie on earlier ones do not fit the new ones. As a context, `with simulate(2):`, it ends
    with it. Raises ValueError for what is no number from 0 to 64, and for no number of bytes.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(2) as gpus:
    ...     x = torch.ones(3, device="cuda:1")
    ...     print(x * 2, torch.cuda.get_device_name(), gpus.copies("host to device"))
    tensor([2., 2., 2.], device='cuda:1') Simulated GPU (NumPy) 0

    Source: https://docs.cupy.dev/en/stable/user_guide/index.html, of which it is a stand-in
    """
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= 64:
        raise ValueError(explain(f"simulate() takes a number of GPUs from 0 to 64, not {count!r}", "each is a place of its own for arrays",
                                 "write torch.cuda.simulate(2)"))
    if memory is not None and (not isinstance(memory, int) or isinstance(memory, bool) or memory <= 0):
        raise ValueError(explain(f"simulate() takes memory as a number of bytes above 0, not {memory!r}", "it is how much each GPU holds",
                                 "write torch.cuda.simulate(2, memory=10**9)"))
    earlier = backend().simulation()
    return Simulation(backend().simulate(count, memory), earlier)


class Simulation:
    """What simulated GPUs did: every copy between memories, and every time the program had to wait.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(1) as gpus:
    ...     loss = torch.ones(3, device="cuda").sum().item()
    ...     gpus
    <1 simulated GPU: 1 copy, 1 wait>

    On a real GPU these are what makes a program slow, and nothing shows them. `torch.cuda.simulate` returns one.

    Source: https://docs.cupy.dev/en/stable/user_guide/performance.html
    """

    def __init__(self, machine, earlier):
        self._machine, self._earlier = machine, earlier

    def bill(self):
        """Return all entries, the most frequent first: each has `kind`, `cause`, `place` (file and line), `times` and `bytes`."""
        return sorted(self._machine.bill.values(), key=lambda entry: -entry.times)

    def copies(self, kind=None):
        """Return how many copies there were: all, or those of one kind, such as "device to host"."""
        kinds = ("host to device", "device to host", "device to device") if kind is None else (kind,)
        return sum(map(self._machine.times, kinds))

    def waits(self):
        """Return how often the program waited for a GPU."""
        return self._machine.times("wait")

    def launches(self):
        """Return how many pieces of work were given to the GPUs, as if each function of the array library were one kernel.

        A real GPU takes some microseconds to begin each of them, so small networks run as fast as their launches are few.
        """
        return self._machine.launches

    def clear(self):
        """Begin a new bill."""
        self._machine.bill.clear()
        self._machine.launches = 0

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        backend().simulate(*self._earlier)
        return False

    def __repr__(self):
        counts = (self._machine.count, "simulated GPU", "s"), (self.copies(), "cop", "ies"), (self.waits(), "wait", "s")
        gpus, copies, waits = (f"{n} {word}{('y' if word == 'cop' else '') if n == 1 else many}" for n, word, many in counts)
        return f"<{gpus}: {copies}, {waits}>"
