"""Which names show which memory: Tensors and NumPy arrays, the places of memory that each of their elements lies at, and writes.

The map works on copies of the memories, laid out as the originals are: a write that a reader tries here changes nothing of theirs.
"""

import weakref
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from workbook import dtypes
from workbook.autograd.views import may_write
from workbook.devices import CPU
from workbook.formats import address
from workbook.tensor import Tensor

from .storage import in_memory_order, root_of

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass
class Named:
    """One name: what it is bound to, the memory that it shows, and `covers`, the places of each of its elements."""

    name: str
    given: object          # the student's own Tensor or array
    array: np.ndarray      # laid out as theirs, on the copy of the memory
    memory: object = None
    covers: dict = field(default_factory=dict)
    _at: dict = field(default_factory=dict)  # the same from the other side: place -> indices

    @property
    def is_tensor(self):
        """Whether it is a Tensor; else a NumPy array."""
        return isinstance(self.given, Tensor)

    def strides(self):
        """Return its steps, counted in its own elements as Tensors count them."""
        return tuple(step // self.array.itemsize for step in self.array.strides)

    def called(self, index):
        """Return how Python names an element."""
        return f"{self.name}[{', '.join(map(str, index))}]" if index else f"{self.name}[()]"

    def at(self, place):
        """Return the indices of the elements that lie at a place of its memory."""
        return self._at.get(place, [])

    def cover(self, index, places):
        """Note the places at which an element lies."""
        self.covers[index] = places
        for place in places:
            self._at.setdefault(place, []).append(index)


@dataclass
class Memory:
    """One piece of memory, in places of `size` bytes. `copy` is a line of elements, and `letter` what it is called here."""

    letter: str
    low: int
    copy: np.ndarray
    names: list = field(default_factory=list)

    @property
    def title(self):
        """What it is, in a few words."""
        places, dtype = len(self.copy), self.copy.dtype
        dtype = dtypes.OF_NUMPY.get(dtype, dtype) if any(named.is_tensor for named in self.names) else dtype
        return f"Memory {self.letter}: {places} place{'s' * (places != 1)}, {dtype}"


class MemoryMap:
    """What some names show. `written` is the list of (name, index, number) tried on the copies; the first `done` of them count."""

    def __init__(self, named, letters=None):
        self._letters = letters if letters is not None else []
        self.given = dict(named)
        self.written, self.done = [], 0
        self.refused = ""
        self._build()
        self.chosen = self.names[0]
        self.index = next(iter(self.chosen.covers), None)
        self.before = {}  # (letter, place) -> what stood there before the last write

    # ---- what shares what ------------------------------------------------------------------------------------------------

    def _build(self):
        """Copy every memory once, and lay every name out on the copy of its own."""
        self.names, self.memories = [], []
        pieces = _pieces(self.given.values())
        for name, given in self.given.items():
            array, device = _array_of(given)
            low, roots = next((low, roots) for key, low, _, roots in pieces
                              if key == device and any(_one_owner(root_of(array), root) for root in roots))
            memory = next((memory for memory in self.memories if memory.roots is roots), None)
            if memory is None:
                memory = Memory(self._letter(roots), low, _copied(low, roots, device))
                memory.roots = roots
                self.memories.append(memory)
            self._remember(root_of(array), memory.letter)
            start = address(array) - low if array.size else 0
            twin = np.ndarray(array.shape, array.dtype, memory.copy.data, start, array.strides) if array.size else np.empty(array.shape, array.dtype)
            named = Named(name, given, twin, memory)
            size = memory.copy.itemsize
            for index in product(*map(range, array.shape)):
                first = start + sum(at * step for at, step in zip(index, array.strides))
                named.cover(index, range(first // size, (first + array.itemsize - 1) // size + 1))
            if isinstance(given, np.ndarray):
                twin.flags.writeable = given.flags.writeable
            memory.names.append(named)
            self.names.append(named)

    def _letter(self, roots):
        """Return what this piece of memory is called, the same at every look as long as it lives."""
        for known, letter in self._letters:
            if any(known() is root for root in roots):
                return letter
        number = len({letter for _, letter in self._letters})
        letter = LETTERS[number % 26] + str(number // 26 or "")
        for root in roots:
            self._remember(root, letter)
        return letter

    def _remember(self, root, letter):
        """Note what the memory of an owner is called. An array and a Tensor on it are two owners, and either may outlive the other."""
        if not any(known() is root for known, _ in self._letters):
            self._letters.append((weakref.ref(root), letter))

    def find(self, name):
        """Return what stands under a name."""
        return next(named for named in self.names if named.name == name)

    def version(self, named):
        """Return how many writes a Tensor has counted, with those tried here; None for an array, which counts none."""
        if not named.is_tensor:
            return None
        tried = sum(self.counts_with(self.find(name), named) for name, *_ in self.written[:self.done])
        return named.given._version + tried

    def counts_with(self, one, other):
        """Return whether two names are Tensors whose writes are counted together."""
        return one.is_tensor and other.is_tensor and _counter(one) == _counter(other)

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def choose(self, name, index=None):
        """Talk about one element."""
        self.chosen = self.find(name)
        index = tuple(index) if index is not None else next(iter(self.chosen.covers), None)
        self.index = index if index in self.chosen.covers else next(iter(self.chosen.covers), None)
        self.before = {}

    def move(self, way):
        """Go to the next or previous element of the name, or to the same place under the next or previous name."""
        if way in ("left", "right"):
            indices = list(self.chosen.covers)
            if indices:
                at = indices.index(self.index) + (1 if way == "right" else -1)
                self.choose(self.chosen.name, indices[max(0, min(at, len(indices) - 1))])
            return
        order = [named for memory in self.memories for named in memory.names]
        other = order[max(0, min(order.index(self.chosen) + (1 if way == "down" else -1), len(order) - 1))]
        same = other.at(self.place) if other.memory is self.chosen.memory and self.place is not None else []
        self.choose(other.name, same[0] if same else None)

    @property
    def place(self):
        """The place of memory under discussion; None where the name has no elements."""
        return None if self.index is None else self.chosen.covers[self.index][0]

    def write(self, typed):
        """Try a write of the number that was typed into the chosen element. Raises what the engine, or NumPy, raises."""
        number = number_of(typed)
        if self.chosen.is_tensor:
            may_write(self.chosen.given, "copy_")
        self._put(self.chosen, self.index, number)
        self.written[self.done:] = [(self.chosen.name, self.index, number)]
        self.done += 1

    def _put(self, named, index, number):
        places = named.covers[index]
        self.before = {(named.memory.letter, place): named.memory.copy[place].copy() for place in places}
        named.array[index] = number

    def go_to(self, done):
        """Stand after the first `done` of the writes that were tried: the copies are made anew and written again."""
        chosen, index = self.chosen.name, self.index
        self._build()
        self.before = {}
        for name, at, number in self.written[:done]:
            self._put(self.find(name), at, number)
        self.done = done
        before, (chosen, index) = self.before, self.written[done - 1][:2] if done else (chosen, index)
        self.choose(chosen, index)
        self.before = before


def number_of(typed):
    """Return the number that a text writes.

    >>> number_of("9"), number_of("2.5"), number_of("1e3"), number_of("2+1j")
    (9, 2.5, 1000.0, (2+1j))
    """
    text = str(typed).strip()
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float, complex):
        try:
            return kind(text)
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no number" if text else "no number was given")


def _array_of(given):
    return (given._array, given.device) if isinstance(given, Tensor) else (given, CPU)


def _counter(named):
    """What tells whose writes are counted together: Tensors that share a Memory; one alone counts for itself."""
    tensor = named.given
    return id(tensor._memory) if tensor._memory is not None else id(tensor)


def _pieces(values):
    """Return (device, first byte, last byte, owners) of each piece of memory: owners whose bytes overlap are one piece."""
    spans = []
    for given in values:
        array, device = _array_of(given)
        root = root_of(array)
        low = address(root)
        span = [device, low, low + max(in_memory_order(root).nbytes, 1) - 1, [root]]
        for other in [other for other in spans if other[0] == device and other[1] <= span[2] and span[1] <= other[2]]:
            if root.nbytes and other[3][0].nbytes or any(_one_owner(each, root) for each in other[3]):
                spans.remove(other)
                owners = other[3] + [each for each in span[3] if not any(_one_owner(each, known) for known in other[3])]
                span = [device, min(span[1], other[1]), max(span[2], other[2]), owners]
        spans.append(span)
    return spans


def _one_owner(one, other):
    """Return whether two owners of memory are the same, also where a library makes a new object at each question."""
    return one is other or 0 < one.nbytes == other.nbytes and address(one) == address(other)


def _copied(low, roots, device):
    """Return a copy of a piece of memory as a line of the elements of its first owner."""
    lines = [in_memory_order(root) for root in roots]
    if device is not CPU:
        lines = [device.backend.to_host(line) for line in lines]
    if len(lines) == 1:
        return lines[0].copy()
    end = max(address(root) + line.nbytes for root, line in zip(roots, lines))
    whole = np.zeros((end - low) // lines[0].itemsize, lines[0].dtype)
    for root, line in zip(roots, lines):
        whole.view(np.uint8)[address(root) - low:][:line.nbytes] = np.frombuffer(line.tobytes(), np.uint8)
    return whole
