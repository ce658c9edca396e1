"""The stream of random numbers itself: a `Generator` deals 32-bit numbers, and its state can travel to PyTorch and back."""

import math
import operator
import os
import threading

import numpy as np

from workbook import devices, dtypes
from workbook.errors import explain
from workbook.naming import PrintsAsTorch
from workbook.tensor import Tensor, wrap


def each(function, values):
    """Apply a function of the C library to each float64: NumPy's own vectorised ones differ from it in the last bit."""
    return np.fromiter(map(function, values.tolist()), np.float64, len(values))


class Generator(metaclass=PrintsAsTorch):
    """A stream of random numbers: the Mersenne Twister MT19937, as PyTorch's CPU generator runs it, for every device.

    A new one has the seed 67280421310721. Draws from several threads never overlap: whoever draws holds `lock`.

    Raises RuntimeError for a device that is not there.

    >>> g = Generator().manual_seed(0)
    >>> g.random32(2)
    array([2357136044, 2546248239], dtype=uint32)
    >>> g.initial_seed()
    0

    Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html; Matsumoto and Nishimura, Mersenne Twister, 1998
    """

    torch_name = "torch._C.Generator"

    def __init__(self, device="cpu"):
        self.device = devices.device(device)
        if self.device.type != "cpu":
            available, reason = self.device.backend.status()
            if not available:
                raise RuntimeError(explain("Cannot get CUDA generator without ATen_cuda library.", f"there is no cuda device here: {reason}",
                                           "write torch.Generator(), or torch.Generator(device=x.device)"))
            self.device.backend.require(self.device.index)
        self.lock = threading.RLock()
        self._twister = np.random.MT19937()
        self._many = np.random.Generator(self._twister).integers  # from the same state
        self.manual_seed(67280421310721)

    def manual_seed(self, seed):
        """Start the stream that belongs to `seed`, an integer from -2**63 to 2**64 - 1, and return the generator.

        Only the low 32 bits choose the stream, as in PyTorch. Raises RuntimeError for what is no integer, ValueError beyond the
        range.

        >>> Generator().manual_seed(-1).initial_seed() == 2**64 - 1
        True

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        if not hasattr(seed, "__index__"):
            raise RuntimeError(explain(f"manual_seed expected a long, but got {type(seed).__name__}",
                                       "a stream is chosen by a whole number",
                                       f"write manual_seed(0), not manual_seed({seed!r})"))
        seed = operator.index(seed)
        if not -2**63 <= seed < 2**64:
            raise ValueError(explain("Overflow when unpacking long long", f"the seed {seed} does not fit 64 bits",
                                     "choose a seed from -2**63 to 2**64 - 1"))
        with self.lock:
            self._seed = seed % 2**64
            self._twister._legacy_seeding(self._seed & 0xFFFFFFFF)  # Knuth's; NumPy's public constructor hashes seeds
            self._spare_normal = None
        return self

    def seed(self):
        """Choose a seed that nobody can foresee, start its stream, and return it.

        >>> g = Generator()
        >>> g.seed() == g.initial_seed()
        True

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        return self.manual_seed(int.from_bytes(os.urandom(8), "little") >> 11).initial_seed()

    def initial_seed(self):
        """Return the seed with which the stream began, from 0 to 2**64 - 1.

        >>> Generator().initial_seed()
        67280421310721

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        return self._seed

    def state_array(self):
        """Return the state of the stream as a new uint8 array of 5056 bytes, in PyTorch's own layout.

        >>> g = Generator()
        >>> before = g.state_array(); first = g.random32(3)
        >>> g.load_state_array(before); bool((g.random32(3) == first).all())
        True

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        with self.lock:
            twister = self._twister.state["state"]
            state = np.zeros(1, STATE)
            state["seed"], state["seeded"], state["key"] = self._seed, 1, twister["key"]
            state["left"], state["next"] = 625 - twister["pos"], twister["pos"]  # NumPy counts only what is spent
            if self._spare_normal is not None:
                state["spare"], state["has_spare"] = self._spare_normal, 1
        return state.view(np.uint8)

    def load_state_array(self, state):
        """Continue the stream from `state`, a uint8 array that `state_array` made, or PyTorch's `get_state().numpy()`.

        Raises RuntimeError for an array that is no such state.

        >>> a, b = Generator().manual_seed(3), Generator()
        >>> b.load_state_array(a.state_array()); b.initial_seed()
        3

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        how = "use what get_state() returned, unchanged"
        if state.nbytes != STATE.itemsize:
            raise RuntimeError(explain("Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be "
                                       f"{state.nbytes}", "these bytes are not the state of a generator", how))
        fields = np.frombuffer(state.tobytes(), STATE)[0]
        if not (fields["seeded"] and 1 <= fields["left"] <= 624 and fields["next"] <= 624):
            raise RuntimeError(explain("Invalid mt19937 state", "its counters are out of range", how))
        with self.lock:
            self._seed = int(fields["seed"])
            self._twister.state = {"bit_generator": "MT19937",
                                   "state": {"key": fields["key"].astype(np.uint32), "pos": 625 - int(fields["left"])}}
            self._spare_normal = float(fields["spare"]) if fields["has_spare"] else None

    def get_state(self):
        """Return the state of the stream as a new uint8 Tensor of 5056 bytes, PyTorch's own.

        >>> Generator().get_state().shape
        torch.Size([5056])

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        return wrap(self.state_array(), devices.CPU)

    def set_state(self, new_state):
        """Continue the stream from a state that `get_state` returned; return nothing.

        Raises TypeError for what is no uint8 Tensor, RuntimeError for one that is no such state.

        >>> a, b = Generator().manual_seed(3), Generator()
        >>> b.set_state(a.get_state()); b.initial_seed()
        3

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        if not isinstance(new_state, Tensor):
            raise TypeError(explain(f"set_state(): argument 'new_state' (position 1) must be Tensor, not {type(new_state).__name__}",
                                    "a state is a Tensor of bytes", "use what get_state() returned, unchanged"))
        if new_state.dtype is not dtypes.uint8:
            raise TypeError(explain("RNG state must be a torch.ByteTensor", f"this one holds {new_state.dtype}",
                                    "use what get_state() returned, unchanged"))
        self.load_state_array(np.ascontiguousarray(new_state._host()))

    def clone_state(self):
        """Return a new generator that goes on as this one does.

        >>> g = Generator().manual_seed(3)
        >>> g.clone_state().initial_seed()
        3

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        return _restore(self.device, self.state_array())

    def __reduce__(self):
        return _restore, (self.device, self.state_array())

    # What a distribution is made of

    def random32(self, n):
        """Return the next `n` outputs, uint32."""
        with self.lock:
            if n < 4096:
                return self._twister.random_raw(n).astype(np.uint32)
            return self._many(0, 2**32, n, np.uint32)  # the same numbers: slower to begin, a third faster in the end

    def random64(self, n):
        """Return `n` numbers of 64 bits, two outputs each, the first being the high half."""
        pairs = self.random32(2 * n).astype("<u4", copy=False).view("<u8")  # one number, its halves in the wrong order
        return pairs << np.uint64(32) | pairs >> np.uint64(32)

    def uniform32(self, n):
        """Return `n` float32 from [0, 1): the low 24 bits of an output each."""
        return (self.random32(n) & np.uint32(2**24 - 1)).astype(np.float32) * np.float32(2**-24)

    def uniform64(self, n):
        """Return `n` float64 from [0, 1): the low 53 bits of two outputs each."""
        return (self.random64(n) & np.uint64(2**53 - 1)) * 2.0**-53

    def below64(self, n, p):
        """Return `uniform64(n) < p`, from the whole numbers that a uniform is made of: the first output decides nearly always."""
        pairs = self.random32(2 * n).astype("<u4", copy=False).view("<u8")  # the low half of each is what was drawn first
        high, low = divmod(math.ceil(p * 2**53), 2**32)
        first = pairs.astype(np.uint32)
        first &= np.uint32(2**21 - 1)
        below = first < high
        if low and (equal := first == high).any():
            below |= equal & (pairs >> np.uint64(32) < low)
        return below

    def normals(self, n):
        """Return `n` standard normals in float64, one after the other, by Box and Muller's pairs.

        The second of a pair waits for whoever draws a normal next, in this call or a later one.
        """
        with self.lock:
            waiting = [] if self._spare_normal is None or n == 0 else [self._spare_normal]
            u1, u2 = self.uniform64((n - len(waiting) + 1) // 2 * 2).reshape(-1, 2).T
            radius = np.sqrt(-2.0 * each(math.log1p, -u2))
            angle = 2.0 * math.pi * u1
            pairs = np.stack([radius * each(math.cos, angle), radius * each(math.sin, angle)], axis=1)
            values = np.concatenate([waiting, pairs.reshape(-1)])
            if n:
                self._spare_normal = float(values[n]) if len(values) > n else None
            return values[:n]


# The generator's state as PyTorch lays it out, so that a state can travel between the two.
STATE = np.dtype([("seed", "<u8"), ("left", "<i4"), ("seeded", "<i4"), ("next", "<u8"), ("key", "<u8", 624), ("", "<f8"),
                  ("spare", "<f8"), ("", "<f8"), ("has_spare", "<i4"), ("", "<i4"), ("", "<f8")])


def _restore(device, state):
    generator = Generator(device)
    generator.load_state_array(state)
    return generator


default_generator = Generator()  # the one that is meant when none is named; PyTorch, too, starts it from a seed of chance
default_generator.seed()

if hasattr(os, "register_at_fork"):  # a thread that draws while another one forks would leave the lock closed in the new process
    os.register_at_fork(before=default_generator.lock.acquire, after_in_parent=default_generator.lock.release,
                        after_in_child=default_generator.lock.release)


def check_generator(generator, place):
    """Raise RuntimeError where a generator is given that was made for another kind of device than `place`, as PyTorch does."""
    if isinstance(generator, Generator) and generator.device.type != place.type:
        raise RuntimeError(explain(f"Expected a '{place.type}' device type for generator but found '{generator.device.type}'",
                                   "in PyTorch each kind of device has streams of its own", f"make it there: torch.Generator(device='{place.type}')"))
