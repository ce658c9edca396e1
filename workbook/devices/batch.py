"""The place where one slice of a batch lives while `torch.vmap` computes it.

It is the memory of the slice's own device under another name. Names of devices pass from the inputs of an operation to its results,
so everything that was computed from a slice carries the name, and what was not does not. That is how `vmap` can refuse, as PyTorch
does, what would be right for one slice and wrong for a batch: `item()`, an `if` that looks at a number, a write of a slice into
memory that all slices share. Nobody else sees the name: `x.device` is the slice's own device.
"""

from workbook.devices import CPU, device
from workbook.devices.backend import Backend


class Batch(device):
    """The place of the slices of one call of `vmap`; `around`: the place of the batch itself."""

    def __new__(cls, around):
        self = object.__new__(cls)
        self.type, self.index, self.plain, self.backend = around.type, around.index, around.plain, _Within(around.plain)
        self.depth, self.is_batch = around.depth + 1, True
        return self

    def close(self):
        """The slices are computed: what still bears the name is like any other Tensor."""
        self.is_batch = False


class _Within(Backend):
    """The same memory: nothing moves between a device and a place on it."""

    def __init__(self, plain):
        self._plain = plain

    xp = property(lambda self: self._plain.xp)
    current_index = property(lambda self: self._plain.backend.current_index)
    using = property(lambda self: self._plain.backend.using)

    def require(self, index=None):
        pass

    def from_host(self, array, index):
        return array if self._plain is CPU else self._plain.backend.from_host(array, index)

    def to_host(self, array):
        return array if self._plain is CPU else self._plain.backend.to_host(array)
