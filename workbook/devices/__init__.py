"""Where arrays live: device objects, and the array library behind each kind of device.

A kind of device is one `Backend`. `cpu` is NumPy. `cuda` is CuPy, imported on first use. A simulated cuda stands in for a GPU
where there is none, and registers itself through `register`.
"""

import math

from workbook.devices.allocator import keep_freed_memory
from workbook.devices.backend import Backend, CpuBackend
from workbook.devices.cuda import CudaBackend
from workbook.errors import explain, no_memory
from workbook.naming import PrintsAsTorch
from workbook.threads import thread


MOST = 128  # devices of a kind: PyTorch's numbers of them have 8 bits


class device(metaclass=PrintsAsTorch):
    """The place of a Tensor's memory, as `torch.device("cuda", 0)`. One object for each place: compare with `is` or `==`.

    Raises RuntimeError for an unknown kind of device.

    >>> device("cpu")
    device(type='cpu')
    >>> device("cuda:0").index
    0

    Source: https://pytorch.org/docs/2.13/tensor_attributes.html#torch.device
    """

    torch_name = "torch.device"
    _known = {}
    depth = 0  # inside how many calls of vmap: devices/batch.py
    is_batch = False

    def __new__(cls, type, index=None):
        if isinstance(type, cls):
            return type
        if isinstance(type, int) and not isinstance(type, bool):
            type, index = "cuda", type
        if not isinstance(type, str):
            raise TypeError(explain(f"device(): argument 'type' must be str, not {type.__class__.__name__}", "a device is named, or counted",
                                    "write 'cpu', 'cuda' or 'cuda:0', or a whole number for a GPU"))
        if index is not None and (isinstance(index, bool) or not isinstance(index, int)):
            raise TypeError(explain(f"device(): argument 'index' (position 2) must be int, not {index.__class__.__name__}",
                                    "devices are counted", "write a whole number"))
        if index is not None and index < 0:
            raise RuntimeError(explain("Device index must not be negative", f"devices are counted from 0, and {index} was given", "write 0 for the first"))
        if not type:
            raise RuntimeError(explain("Device string must not be empty", "a device is named", "write 'cpu', 'cuda' or 'cuda:0'"))
        kind, colon, number = type.partition(":")
        if colon:
            if index is not None:
                raise RuntimeError(explain(f"type (string) must not include an index because index was passed explicitly: {type}", "it would have two",
                                           f"write torch.device('{type}'), or torch.device('{kind}', {index})"))
            if not number.isdecimal() or number != "0" and number[0] == "0":
                raise RuntimeError(explain(f"Invalid device string: '{type}'", "a device is a kind, or a kind and a number",
                                           "write 'cpu', 'cuda' or 'cuda:0'"))
            index = int(number)
        if index is not None and index >= MOST:
            raise RuntimeError(explain(f"Could not parse device index '{index}'" + f" in device string '{type}'" * bool(colon),
                                       f"devices are counted from 0 to {MOST - 1}", "write 0 for the first"))
        if kind not in _backends:
            raise RuntimeError(explain(
                f"Expected one of {', '.join(_backends)} device type at start of device string: {kind}",
                f"there is no kind of device called '{kind}'" if kind != "meta" else "a Tensor has its numbers here; none is a shape alone",
                "write 'cpu', 'cuda' or 'cuda:0'" if kind != "meta" else "leave 'meta' out, and build the network where it runs"))
        key = (kind, index)
        if key not in cls._known:
            self = super().__new__(cls)
            self.type, self.index, self.backend, self.plain = kind, index, _backends[kind], self
            cls._known[key] = self
        return cls._known[key]

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return hash((self.type, self.index))

    def __repr__(self):
        return f"device(type='{self.type}')" if self.index is None else f"device(type='{self.type}', index={self.index})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __reduce__(self):
        return device, (self.type, self.index)

    def __enter__(self):
        """Inside `with torch.device("cuda"):` new Tensors lie here where no device is named."""
        here = thread.state
        here.devices.append(here.device)
        try:
            here.device = settle(self)
        except BaseException:
            here.devices.pop()
            raise
        return self

    def __exit__(self, *problem):
        thread.state.device = thread.state.devices.pop()
        return False

    @property
    def xp(self):
        """The array library of this device: `numpy`, or `cupy`."""
        return self.backend.xp

    def entered(self):
        """A context in which this thread computes here: what `xp` makes lies on this device."""
        return self.backend.using(self.index)


_backends = {"cpu": CpuBackend(), "cuda": CudaBackend()}


def register(kind, backend):
    """Put `backend` behind the kind of device called `kind`; return the one that stood there."""
    earlier, _backends[kind] = _backends[kind], backend
    for known in device._known.values():
        if known.type == kind:
            known.backend = backend
    return earlier


def report():
    """Return `(kind, available, reason)` for every kind of device, for a person to read.

    >>> report()[0]
    ('cpu', True, 'NumPy')
    """
    return [(kind, *backend.status()) for kind, backend in _backends.items()]


def settle(where):
    """Return the device that `where` (a device, a string, a number, or None for the default) names, ready to be used."""
    if where is None:
        return CPU
    place = device(where)
    if place.index is None and place.type != "cpu":
        place = device(place.type, place.backend.current_index())
    if place.type != "cpu":
        place.backend.require(place.index)
    return place


CPU = device("cpu")
keep_freed_memory()


def check_memory(shape, itemsize=8):
    """Raise RuntimeError where numbers of that shape, of so many bytes each, are more than the memory of this computer."""
    room = CPU.backend.memory
    if room is not None and math.prod(shape) * itemsize > room:
        raise no_memory(shape, itemsize)
