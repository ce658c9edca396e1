"""Reads the program inside a checkpoint: an interpreter of a closed list of opcodes, on a stack and a memo. No pickle, no imports.

A checkpoint's `data.pkl` is a little program for a machine with a stack. Python's own machine may call whatever the program names,
and so whoever wrote the file rules the computer. This one knows the opcodes of `torch.save` only, and the names of `names.py`.

Source: https://docs.python.org/3/library/pickletools.html
"""

import struct
from collections import Counter, OrderedDict, defaultdict

from workbook.errors import explain
from workbook.nn.parameter import Parameter
from workbook.serialization.complaints import CheckpointError, malformed, too_much
from workbook.serialization.names import ATTRIBUTE, Keys, Maker, is_declared, look_up
from workbook.serialization.rebuilding import check_attribute
from workbook.serialization.storages import Kind
from workbook.tensor import Tensor

MOST_BYTES = 64 << 20  # of a program
MOST_STEPS = 8_000_000  # of it, and of what it copies
DEEPEST = 200  # of containers in containers: Python's own functions follow them by recursion


class Machine:
    """Runs one program, once."""

    def __init__(self, program, storages):
        self.program, self.storages, self.place = program, storages, 0
        self.stack, self.below, self.memo, self.steps = [], [], {}, 0
        self.keys = defaultdict(Keys)  # of each dictionary, by its id

    def run(self):
        """Return what the program makes. Raises CheckpointError, and nothing else, where it makes nothing that may be."""
        __tracebackhide__ = True
        try:
            return self._run()
        except CheckpointError:
            raise
        except (IndexError, KeyError, struct.error) as error:
            raise malformed(f"the program of opcodes ends in the middle, or takes what is not there (byte {self.place})") from error
        except (TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError) as error:
            if error is self.storages.failed:
                raise
            raise malformed(f"the program of opcodes makes no sense at byte {self.place}: {str(error).splitlines()[0]}") from error

    def _run(self):
        if len(self.program) > MOST_BYTES:
            raise too_much(f"the program of opcodes has {len(self.program)} bytes", f"more than {MOST_BYTES} are not read")
        program = self.program
        while True:
            code = program[self.place]
            self.place += 1
            self.count(1)
            if code == STOP:
                break
            if code not in OPCODES:
                raise _unknown(code, self.place - 1)
            OPCODES[code](self)
        if len(self.stack) != 1 or self.below:
            raise malformed("the program leaves more than one value")
        return checked(self.stack.pop())

    def count(self, steps):
        """Count steps. Raises CheckpointError where there are too many."""
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise too_much("the program of opcodes does not end", f"more than {MOST_STEPS:,} steps are not taken")

    def count_all(self, values, each=1):
        """Count the elements of what one step looks through or copies, `each` as so many steps. Raises CheckpointError where there are too many."""
        self.count(each * sum(len(value) // COPIED[type(value)] for value in values if type(value) in COPIED))

    # ---- what stands behind an opcode

    def number(self, form):
        """Read a number, as `struct` calls its form."""
        found, = struct.unpack_from(form, self.program, self.place)
        self.place += struct.calcsize(form)
        return found

    def take(self, length):
        """Read so many bytes."""
        if length > len(self.program) - self.place:
            raise malformed(f"text of {length} bytes begins at byte {self.place}, and the program has not so many")
        self.place += length
        return self.program[self.place - length:self.place]

    def line(self):
        """Read a name, up to the end of its line."""
        end = self.program.find(b"\n", self.place, self.place + 500)
        if end < 0:
            raise malformed("a name has no end")
        return self.take(end + 1 - self.place)[:-1].decode()

    def push(self, value):
        self.stack.append(value)

    def pop(self):
        return self.stack.pop()

    def since_mark(self):
        """Take everything above the last mark off the stack."""
        above, self.stack = self.stack, self.below.pop()
        return above

    # ---- opcodes that are more than a value

    def mark(self):
        self.below.append(self.stack)
        self.stack = []

    def global_(self):
        self.push(look_up(self.line(), self.line()))

    def reduce(self):
        arguments, make = self.pop(), self.pop()
        if type(arguments) is not tuple:
            raise malformed("something is called with no tuple of arguments")
        each = getattr(make, "steps", 1)
        self.count_all(arguments, each)
        for argument in arguments:
            if type(argument) in (tuple, list):
                self.count_all(argument, each)
        if isinstance(make, Maker):
            self.push(make(self.storages, *arguments))
        elif is_declared(make):
            self.push(make(*arguments))
        else:
            raise malformed(f"Trying to call reduce for unrecognized function {_short(make)}")

    def new(self):
        arguments, kind = self.pop(), self.pop()
        if not (isinstance(kind, type) and is_declared(kind) and type(arguments) is tuple):
            raise malformed(f"Can only create new object for nn.Parameter or classes allowlisted via `add_safe_globals` but got {_short(kind)}")
        self.push(kind.__new__(kind, *arguments))

    def build(self):
        state, built = self.pop(), self.stack[-1]
        self.count_all([state], ATTRIBUTE)
        if type(built) is OrderedDict:
            if type(state) is not dict:
                raise malformed("the attributes of a dictionary are no dictionary")
            for name in state:
                check_attribute(OrderedDict, name)
            self.count_all([state.get("_metadata")])
            _check_metadata(state.get("_metadata", {}))
            built.__dict__.update(state)
        elif is_declared(type(built)):
            _give_state(built, state)
        else:
            raise malformed("Can only build Tensor, Parameter, OrderedDict or types allowlisted via `add_safe_globals`, "
                            f"but got {_short(type(built))}")

    def append(self):
        self._extend([self.pop()])

    def appends(self):
        self._extend(self.since_mark())

    def _extend(self, values):
        target = self.stack[-1]
        if type(target) is not list:
            raise malformed(f"Can only append to lists, but got {_short(type(target))}")
        target.extend(values)

    def set_item(self):
        value = self.pop()
        self._set([self.pop(), value])

    def set_items(self):
        self._set(self.since_mark())

    def _set(self, values):
        target = self.stack[-1]
        if type(target) not in (dict, OrderedDict, Counter) or len(values) % 2:
            raise malformed(f"Can only SETITEMS for dict, collections.OrderedDict, collections.Counter, but got {_short(type(target))}")
        keys = self.keys[id(target)]
        self.count_all(values[::2])
        for name, value in zip(values[::2], values[1::2]):
            target[keys.checked(name)] = value

    def tuple_of(self, length):
        if length > len(self.stack):
            raise malformed("a tuple is made of more than there is")
        self.stack[-length:] = [tuple(self.stack[-length:])]

    def remember(self, index):
        self.memo[index] = self.stack[-1]


COPIED = {list: 1, dict: 1, OrderedDict: 1, tuple: 1, str: 16, bytes: 16}  # what a step may go through: how many elements take as long as one step
STOP = ord(".")
OPCODES = {  # what torch.save writes, and no more. Opcodes of protocol 4, and those that make objects by name, are missing on purpose
    b"\x80": lambda m: m.number("<B"),  # PROTO: the protocol, which says nothing that the opcodes do not
    b"c": Machine.global_, b"R": Machine.reduce, b"b": Machine.build, b"\x81": Machine.new,
    b"(": Machine.mark, b"a": Machine.append, b"e": Machine.appends, b"s": Machine.set_item, b"u": Machine.set_items,
    b"t": lambda m: m.push(tuple(m.since_mark())), b")": lambda m: m.push(()),
    b"\x85": lambda m: m.tuple_of(1), b"\x86": lambda m: m.tuple_of(2), b"\x87": lambda m: m.tuple_of(3),
    b"]": lambda m: m.push([]), b"}": lambda m: m.push({}),
    b"N": lambda m: m.push(None), b"\x88": lambda m: m.push(True), b"\x89": lambda m: m.push(False),
    b"K": lambda m: m.push(m.number("<B")), b"M": lambda m: m.push(m.number("<H")), b"J": lambda m: m.push(m.number("<i")),
    b"\x8a": lambda m: m.push(int.from_bytes(m.take(m.number("<B")), "little", signed=True)),
    b"G": lambda m: m.push(m.number(">d")),
    b"X": lambda m: m.push(m.take(m.number("<I")).decode("utf-8", "surrogatepass")),
    b"Q": lambda m: m.push(m.storages.find(m.pop())),
    b"q": lambda m: m.remember(m.number("<B")), b"r": lambda m: m.remember(m.number("<I")),
    b"h": lambda m: m.push(m.memo[m.number("<B")]), b"j": lambda m: m.push(m.memo[m.number("<I")]),
}
OPCODES = {code[0]: step for code, step in OPCODES.items()}


def _unknown(code, place):
    what = f"Weights only load failed. Unsupported operand {code}"
    if code in b"\x8c\x94\x93\x95":
        return CheckpointError(explain(f"{what} at byte {place}", "it belongs to pickle's protocol 4, and checkpoints are written in protocol 2",
                                       "save it once more, without pickle_protocol"))
    return malformed(f"Unsupported operand {code} at byte {place}")


def _give_state(built, state):
    """Give an object of a declared class its state, as pickle does."""
    if hasattr(built, "__setstate__"):
        built.__setstate__(state)
        return
    slots = None
    if type(state) is tuple and len(state) == 2:
        state, slots = state
    if state:
        built.__dict__.update(state)
    for name, value in (slots or {}).items():
        setattr(built, name, value)


def _check_metadata(metadata):
    """Raise CheckpointError where the `_metadata` of a state_dict is not what load_state_dict reads: a dictionary for each module."""
    if type(metadata) not in (dict, OrderedDict) or not all(type(name) is str and type(about) is dict for name, about in metadata.items()):
        raise malformed("the _metadata of a state_dict is no dictionary of dictionaries")


def checked(root):
    """Return `root` where it holds only values, no deeper than DEEPEST, and itself nowhere. Raises CheckpointError otherwise.

    Without recursion, each container once. What lies in itself is followed until it is too deep.
    """
    depths = {}  # of each container, by its id, once all that it holds was looked at
    above = 0
    waiting = [(root, None)] if _holds(root) else []
    while waiting:
        value, parts = waiting.pop()
        if parts is not None:
            above -= 1
            depths[id(value)] = depth = 1 + max([depths.get(id(part), 0) for part in parts], default=0)
            if depth > DEEPEST:
                raise _too_deep()
        elif id(value) not in depths:
            above += 1
            if above > DEEPEST:
                raise _too_deep()
            parts = _parts(value)
            waiting.append((value, parts))
            waiting += [(part, None) for part in parts if id(part) not in depths]
    return root


PLAIN = {int, float, str, bool, type(None), bytes, complex}


def _holds(value):
    """Return whether a value may hold others. Raises CheckpointError for what is no value."""
    kind = type(value)
    if kind in PLAIN:
        return False
    if kind in (Maker, Kind):
        raise malformed("it has a name of PyTorch's own machinery where a value should be")
    return kind in (list, tuple, dict, OrderedDict, Counter) or kind in (Tensor, Parameter) and bool(value.__dict__)


def _parts(value):
    """Return those values in a container that may hold others."""
    if type(value) in (list, tuple):
        return [part for part in value if _holds(part)]
    about = value.__dict__.values() if hasattr(value, "__dict__") else ()
    return [part for part in (*(value.values() if isinstance(value, dict) else ()), *about) if _holds(part)]


def _too_deep():
    return too_much("containers lie in containers, one in the other", f"more than {DEEPEST} deep, or one in itself")


def _short(found):
    return f"an object of {type(found).__name__}" if not isinstance(found, type) else found.__name__


