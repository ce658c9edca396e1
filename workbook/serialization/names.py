"""The closed list of names that a checkpoint may use, and what each of them makes. A name is compared as text; nothing is imported."""

import re
import sys
from collections import Counter, OrderedDict

from workbook import dtypes, formats
from workbook.devices import device
from workbook.errors import explain
from workbook.nn.parameter import Parameter
from workbook.serialization import rebuilding
from workbook.serialization.complaints import CheckpointError, malformed, not_allowed, too_much
from workbook.serialization.safe import BLOCKED, declared_by_path
from workbook.serialization.storages import KINDS, UNTYPED
from workbook.size import Size
from workbook.tensor import Tensor


ATTRIBUTE = 60  # steps that the look at one attribute takes


class Maker:
    """A function of the list: what a file may call under its name, and nothing else. Its first argument are the file's Storages.

    An element of its arguments takes as long as so many `steps` of a program.
    """

    def __init__(self, make, makes_tensors=False, steps=1):
        self.make, self.makes_tensors, self.steps = make, makes_tensors, steps

    def __call__(self, storages, *arguments):
        return self.make(storages, *arguments)


def _ordered(storages, pairs=()):
    return OrderedDict(_plain_pairs(pairs))


def _counter(storages, counts=None):
    if type(counts) is not dict:
        raise malformed("a Counter is made of a dictionary")
    return Counter(counts)


def _set(storages, elements):
    if type(elements) is not list:
        raise malformed("a set is made of a list")
    keys = Keys()
    return {keys.checked(element) for element in elements}


def _plain_pairs(pairs):
    if type(pairs) not in (list, tuple) or not all(type(pair) in (list, tuple) and len(pair) == 2 for pair in pairs):
        raise malformed("an OrderedDict is made of pairs")
    keys = Keys()
    return [(keys.checked(name), value) for name, value in pairs]


def _encode(storages, text, way="latin1"):
    if type(text) is not str or way not in ("latin1", "latin-1"):
        raise malformed("bytes are made of text, by latin1")
    return text.encode("latin1")


def _bytearray(storages, content=b""):
    if type(content) is not bytes:
        raise malformed("a bytearray is made of bytes")
    return bytearray(content)


def _complex(storages, real, imaginary):
    if type(real) is not float or type(imaginary) is not float:
        raise malformed("a complex number is made of two floats")
    return complex(real, imaginary)


def _size(storages, sides):
    if type(sides) is not tuple or not all(type(side) is int for side in sides):
        raise malformed("a torch.Size is made of whole numbers")
    return Size(sides)


def _device(storages, kind, index=None):
    if type(kind) is not str or index is not None and (type(index) is not int or not 0 <= index < 10_000):
        raise malformed("a device is made of a kind and a number")
    return device(kind, index)


def _layout(storages, name):
    if name != "torch.strided":
        raise malformed(f"the layout {str(name)[:40]} is not part of this engine")
    return formats.strided


# What is called, or is a value.
NAMES = {
    "collections.OrderedDict": Maker(_ordered), "collections.Counter": Maker(_counter),
    "builtins.set": Maker(_set), "builtins.bytearray": Maker(_bytearray), "builtins.complex": Maker(_complex),
    "_codecs.encode": Maker(_encode),
    "torch.Size": Maker(_size), "torch.device": Maker(_device), "torch.serialization._get_layout": Maker(_layout),
    "torch._utils._rebuild_tensor": Maker(rebuilding.tensor, makes_tensors=True),
    "torch._utils._rebuild_tensor_v2": Maker(rebuilding.tensor, makes_tensors=True),
    "torch._utils._rebuild_parameter": Maker(rebuilding.parameter, makes_tensors=True),
    "torch._utils._rebuild_parameter_with_state": Maker(rebuilding.parameter_with_state, makes_tensors=True, steps=ATTRIBUTE),
    "torch._tensor._rebuild_from_type_v2": Maker(rebuilding.of_type, steps=ATTRIBUTE),
    "torch.Tensor": Tensor, "torch.nn.parameter.Parameter": Parameter,
    "torch.storage.UntypedStorage": UNTYPED,
} | {f"torch.{name}": kind for name, kind in KINDS.items()} | {f"torch.{d.name}": d for d in dtypes.ALL}

_NO_NUMBERS = "in PyTorch, convert the tensor before it is saved: x.float(), x.long()"
NOT_HELD = {  # PyTorch's names that it reads by default and this engine does not, and what to do
    r"torch\._utils\._rebuild_sparse_tensor|torch\.sparse\..*": "in PyTorch, save x.to_dense()",
    r"torch\._utils\._rebuild_qtensor|torch\.Q\w+Storage|torch\.q\w+|torch\.per_\w+": "in PyTorch, save x.dequantize()",
    r"torch\._utils\._rebuild_nested_tensor": "in PyTorch, save torch.nested.to_padded_tensor(x, 0.0)",
    r"torch\._utils\._rebuild_tensor_v3": f"its dtype is torch.uint16, uint32, uint64, complex32 or a float8: {_NO_NUMBERS}",
    r"torch\.(uint|int|float|bits|complex)\d\w*": f"{_NO_NUMBERS}; of a dtype alone, save the name: str(dtype)",
    r"torch\._utils\._rebuild_(device|meta|wrapper)\w*": "in PyTorch, save x.cpu()",
}


def look_up(module, name):
    """Return what stands behind a name of a file. Raises CheckpointError where it is not on the list."""
    module = "builtins" if module == "__builtin__" else module
    path = f"{module}.{name}"
    if module in BLOCKED:
        raise CheckpointError(explain(
            f"Weights only load failed. Trying to load unsupported GLOBAL {path} whose module {module} is blocked.",
            "its functions command the computer: whoever made this file meant harm", "delete the file"))
    if path in NAMES:
        return NAMES[path]
    declared = declared_by_path()
    if path in declared:
        return declared[path]
    for pattern, fix in NOT_HELD.items():
        if re.fullmatch(pattern, path):
            raise CheckpointError(explain(f"Weights only load failed. {path} is not part of this engine",
                                          "the file holds numbers, or the name, of a dtype that is not among those of this engine, or a layout of its own", fix))
    raise not_allowed(path)


def is_declared(found):
    """Return whether a student has declared an object safe."""
    return any(found is declared for declared in declared_by_path().values())


HASHED = sys.hash_info.modulus  # the hash of a smaller whole number is that number
MOST_ALIKE = 32  # keys of one dictionary that have one hash: Python compares those one by one
_PLAIN = (str, int, float, bool, type(None), bytes, complex)


class Keys:
    """The keys of one dictionary or set, each looked at before it is entered."""

    def __init__(self):
        self.alike = Counter()  # by their hash

    def checked(self, found):
        """Return what may be a key: text, a number, None, or a tuple of those. Raises CheckpointError for others, and for too many of one hash."""
        if not (type(found) in _PLAIN or type(found) is tuple and all(type(part) in _PLAIN for part in found)):
            raise malformed(f"a key is {type(found).__name__}, and keys are text or numbers")
        if type(found) not in (str, bytes) and not (type(found) is int and -HASHED < found < HASHED):  # whose hashes nobody can choose
            number = hash(found)
            self.alike[number] += 1
            if self.alike[number] > MOST_ALIKE:
                raise too_much("the keys of a dictionary were chosen to have one hash", f"more than {MOST_ALIKE} such keys are not read")
        return found
