"""Writes an object as the program of opcodes that a checkpoint holds: pickle's protocol 2, in PyTorch's names, by hand.

A tensor is the call of a function of PyTorch's, `_rebuild_tensor_v2`, on a storage, whose numbers stand beside the program. Objects
of other classes are written as pickle writes them: their class by its name, and their attributes. The bytes are those of `torch.save`.

Source: https://docs.python.org/3/library/pickle.html#object.__reduce_ex__
"""

import _compat_pickle
import codecs
import copyreg
import functools
import itertools
import struct
import sys
import types
import warnings
from collections import OrderedDict
from pickle import PicklingError, encode_long

from workbook import dtypes, formats
from workbook.devices import device
from workbook.errors import explain
from workbook.formats import address, whole_memory
from workbook.nn.parameter import Parameter, is_lazy
from workbook.ops.strided import TypedStorage, UntypedStorage
from workbook.size import Size
from workbook.strides import steps_of
from workbook.tensor import Tensor, wrap

DEEPEST = 200  # of containers in containers: reading goes no deeper, either
BATCH = 1000  # as many elements are handed over at once
PROTOCOL, STOP = b"\x80\x02", b"."


class Name:
    """A name of PyTorch's that stands in the file; nothing of that name has to be here."""

    def __init__(self, module, name):
        self.line = f"c{module}\n{name}\n".encode()


TENSOR, PARAMETER = Name("torch._utils", "_rebuild_tensor_v2"), Name("torch._utils", "_rebuild_parameter")
PARAMETER_WITH_STATE, OF_TYPE = Name("torch._utils", "_rebuild_parameter_with_state"), Name("torch._tensor", "_rebuild_from_type_v2")
SIZE, DEVICE, LAYOUT = Name("torch", "Size"), Name("torch", "device"), Name("torch.serialization", "_get_layout")
CLASSES = {Tensor: Name("torch", "Tensor"), Parameter: Name("torch.nn.parameter", "Parameter"), Size: SIZE, device: DEVICE}
DTYPES = {d: Name("torch", d.name) for d in dtypes.ALL}
STORAGES = {d: Name("torch", f"{d.legacy}Storage") for d in dtypes.ALL}
UNTYPED = Name("torch.storage", "UntypedStorage")


class Written:
    """The storages that tensors lie on, each once, in the order in which they were met."""

    def __init__(self):
        self._keys, self.contents = {}, []  # what is to be written, as tensors of one axis

    def key(self, tensor, kind):
        """Return the key of the memory of `tensor`, and that memory. Raises RuntimeError where it was met in another dtype."""
        whole = whole_memory(tensor._array)
        key, known = self._keys.setdefault(address(whole), (str(len(self.contents)), kind))
        if known is not kind and whole.size:
            raise RuntimeError(explain("Cannot save multiple tensors or storages that view the same data as different types",
                                       f"one of them is {known}, and another one on the same memory is {kind}",
                                       "clone() one of them before saving"))
        if key == str(len(self.contents)):
            self.contents.append(wrap(whole, tensor._device))
        return key, whole


class Writer:
    """Writes one program. What was met before is not written again: the memo has its number."""

    def __init__(self):
        self.out, self.memo, self.storages, self.trail = bytearray(PROTOCOL), {}, Written(), []
        self.depth = 0

    def program(self, value):
        """Return the program that makes `value`. Raises as pickle does for what cannot be written."""
        self.save(value)
        return bytes(self.out) + STOP

    def save(self, value):
        """Write one value."""
        if id(value) in self.memo:
            index, _ = self.memo[id(value)]
            self.out += b"h" + bytes([index]) if index < 256 else b"j" + struct.pack("<I", index)
            return
        self.depth += 1
        if self.depth > DEEPEST:
            raise RecursionError(explain("maximum recursion depth exceeded while pickling an object",
                                         f"containers lie in containers, more than {DEEPEST} deep",
                                         "save the parts side by side, in one list"))
        write = WRITERS.get(type(value))
        if write is not None:
            write(self, value)
        elif isinstance(value, Tensor) and not is_lazy(value):
            self.tensor(value)
        elif isinstance(value, type):
            self.class_(value)
        else:
            self.object_(value)
        self.depth -= 1

    def remember(self, value):
        """Give `value` the next number of the memo."""
        index = len(self.memo)
        self.memo[id(value)] = index, value
        self.out += b"q" + bytes([index]) if index < 256 else b"r" + struct.pack("<I", index)

    # ---- values

    def integer(self, value):
        if 0 <= value < 256:
            self.out += b"K" + bytes([value])
        elif 0 <= value < 65536:
            self.out += b"M" + struct.pack("<H", value)
        elif -2**31 <= value < 2**31:
            self.out += b"J" + struct.pack("<i", value)
        else:
            digits = encode_long(value)
            if len(digits) > 255:
                raise OverflowError(self.unsaved(f"a whole number of {8 * len(digits)} bits does not fit into a checkpoint",
                                                 "the format has 255 bytes for it", "save it as text: hex(number)"))
            self.out += b"\x8a" + bytes([len(digits)]) + digits

    def text(self, value):
        data = value.encode("utf-8", "surrogatepass")
        self.out += b"X" + struct.pack("<I", len(data)) + data
        self.remember(value)

    def bytes_(self, value):
        self.call(codecs.encode, (str(value, "latin1"), "latin1"), value)

    def bytearray_(self, value):
        self.call(bytearray, (bytes(value),) if value else (), value)

    def tuple_(self, value):
        if not value:
            self.out += b")"
            return
        if len(value) > 3:
            self.out += b"("
        for index, part in enumerate(value):
            self.trail.append(index)
            self.save(part)
            self.trail.pop()
        if id(value) in self.memo:  # it lies in itself, and was written inside
            self.out += b"0" * len(value) if len(value) <= 3 else b"1"
            self.save(value)
            return
        self.out += (b"\x85", b"\x86", b"\x87")[len(value) - 1] if len(value) <= 3 else b"t"
        self.remember(value)

    def list_(self, value):
        self.out += b"]"
        self.remember(value)
        self.batches(enumerate(value), b"a", b"e")

    def dict_(self, value):
        self.out += b"}"
        self.remember(value)
        self.batches(value.items(), b"s", b"u", keys=True)

    def batches(self, items, one, many, keys=False):
        """Write elements, each under a key or a number, a thousand at a time, and the opcode that hands them over."""
        items = iter(items)
        while batch := list(itertools.islice(items, BATCH)):
            self.out += b"(" if len(batch) > 1 else b""
            for name, value in batch:
                if keys:
                    self.save(name)
                self.trail.append(name)
                self.save(value)
                self.trail.pop()
            self.out += many if len(batch) > 1 else one

    # ---- tensors

    def tensor(self, value):
        if value._device.is_batch:
            value.tolist()  # which refuses, and says why
        warn_of_hooks(value)
        if isinstance(value, Parameter):
            self.parameter(value)
            return
        arguments = self.arguments(value)
        attributes = attributes_of(value)
        if type(value) is Tensor and not attributes:
            self.call(TENSOR, arguments, value)
        else:
            self.call(OF_TYPE, (TENSOR, type(value), arguments, attributes), value)

    def arguments(self, value):
        key, whole = self.storages.key(value, value.dtype)
        array = value._array
        storage = Stored(STORAGES[value.dtype], key, str(value._device), whole.size)
        offset = (address(array) - address(whole)) // array.itemsize
        return storage, offset, tuple(array.shape), tuple(steps_of(array)), value.requires_grad, OrderedDict()

    def parameter(self, value):
        data = wrap(value._array, value._device)
        attributes = attributes_of(value)
        if type(value) is not Parameter:  # of a student's own class
            self.call(OF_TYPE, (TENSOR, type(value), self.arguments(value), attributes), value)
        elif attributes:
            self.call(PARAMETER_WITH_STATE, (data, value.requires_grad, OrderedDict(), attributes), value)
        else:
            self.call(PARAMETER, (data, value.requires_grad, OrderedDict()), value)

    def stored(self, value):
        """Write the name of a storage: the five things by which `torch.load` finds it."""
        self.save(("storage", value.kind, value.key, value.location, value.count))
        self.out += b"Q"

    def storage(self, value):
        whole = value._memory
        kind = dtypes.of(whole)
        key, _ = self.storages.key(value._tensor, kind)
        self.stored(Stored(UNTYPED if type(value) is UntypedStorage else STORAGES[kind], key, str(value.device), whole.size))

    # ---- names, and objects of other classes

    def name(self, value):
        self.out += value.line
        self.remember(value)

    def class_(self, value):
        if value in CLASSES:
            self.save(CLASSES[value])
        elif value in (type(None), type(...), type(NotImplemented)):
            self.call(type, ({type(None): None, type(...): ..., type(NotImplemented): NotImplemented}[value],), value)
        else:
            self.global_(value)

    def global_(self, value, name=None):
        """Write the name of a class or a function, by which it is found again where it is loaded."""
        name = name or getattr(value, "__qualname__", None) or value.__name__
        module = _module_of(value, name)
        *parents, last = name.split(".")
        found = sys.modules.get(module)
        for part in name.split("."):
            if part == "<locals>":
                raise AttributeError(self.unsaved(f"Can't pickle local object {name!r}", "a file has only the names of functions and classes, and one that was "
                                                  "made inside a function has no name to find it by", "write it at the top of the file, with def or class"))
            parent, found = found, getattr(found, part, None)
        if found is not value:
            raise PicklingError(self.unsaved(
                f"Can't pickle {value!r}: attribute lookup {name} on {module} failed" if found is None else
                f"Can't pickle {value!r}: it's not the same object as {module}.{name}",
                "a file has only the name, and under that name there is something else", "give it, in its module, the name that it was made with"))
        if parents:
            self.call(getattr, (parent, last), value)
            return
        self.out += f"c{_in_python_2(module, name)}\n".encode("ascii")
        self.remember(value)

    def object_(self, value):
        """Write an object as it says of itself that it can be made again: see `object.__reduce_ex__`."""
        reduce = copyreg.dispatch_table.get(type(value))
        try:
            parts = reduce(value) if reduce else value.__reduce_ex__(2)
        except TypeError as error:
            raise TypeError(self.unsaved(str(error), f"a {type(value).__name__} lives in this process only",
                                         "save what it was made from: numbers, text, tensors")) from None
        if isinstance(parts, str):
            self.global_(value, parts)
            return
        make, arguments, state, elements, items, setter = (*parts, *[None] * (6 - len(parts)))
        self.call(make, arguments, value)
        self.batches(enumerate(elements or ()), b"a", b"e")
        self.batches(items or (), b"s", b"u", keys=True)
        if state is not None and setter is not None:
            self.save(setter)
            self.save(value)
            self.save(state)
            self.out += b"\x86R0"
        elif state is not None:
            self.save(state)
            self.out += b"b"

    def call(self, make, arguments, value):
        """Write the call that makes `value`."""
        kind = getattr(make, "__name__", "")
        if kind == "__newobj__":
            self.save(arguments[0])
            self.save(arguments[1:])
            code = b"\x81"
        elif kind == "__newobj_ex__":
            made, positional, named = arguments
            self.save(functools.partial(made.__new__, made, *positional, **named))
            self.save(())
            code = b"R"
        else:
            self.save(make)
            self.save(arguments)
            code = b"R"
        self.out += code
        if id(value) in self.memo:  # its arguments hold it, so it was written inside
            self.out += b"0"
            self.save(value)
        else:
            self.remember(value)

    def unsaved(self, what, why, fix):
        """The text of the error for something that cannot be written; the trail says where it lies."""
        where = "".join(f"[{name!r}]" for name in self.trail if isinstance(name, (str, int)))
        return explain(what + (f" (it lies at {where} of what is saved)" if where else ""), why, fix)


class Stored:
    """A storage as a tensor's call names it."""

    def __init__(self, kind, key, location, count):
        self.kind, self.key, self.location, self.count = kind, key, location, count


def attributes_of(tensor):
    """Return what a student has set on a tensor; not what the engine keeps there."""
    return {name: value for name, value in tensor.__dict__.items() if not hasattr(Tensor, name)}


def warn_of_hooks(tensor):
    """Warn that a tensor's hooks stay behind."""
    for hook in (tensor._hooks or {}).values():
        warnings.warn(f"backward hook {hook!r} on tensor will not be serialized. If this is expected, you can decorate the function with "
                      "@torch.utils.hooks.unserializable_hook to suppress this warning", UserWarning, stacklevel=2)


def _module_of(value, name):
    """Return the name of the module in which a class or function is found."""
    module = getattr(value, "__module__", None)
    if module is not None:
        return module
    for module, found in list(sys.modules.items()):
        if module != "__main__" and found is not None and getattr(found, name, None) is value:
            return module
    return "__main__"


def _in_python_2(module, name):
    """Return a name as protocol 2 has it, which is Python 2's: `__builtin__` for `builtins`."""
    if (module, name) in _compat_pickle.REVERSE_NAME_MAPPING:
        module, name = _compat_pickle.REVERSE_NAME_MAPPING[module, name]
    return f"{_compat_pickle.REVERSE_IMPORT_MAPPING.get(module, module)}\n{name}"


def _constant(code):
    def write(self, value):
        self.out += code
    return write


def _called(make, arguments):
    def write(self, value):
        self.call(make, arguments(value), value)
    return write


def _float(self, value):
    self.out += b"G" + struct.pack(">d", value)


def _bool(self, value):
    self.out += b"\x88" if value else b"\x89"


def _no_format(self, value):
    raise TypeError(self.unsaved(f"cannot pickle 'torch.memory_format' object: {value!r}", "PyTorch has no place for it in its files", "save its name: str(memory_format)"))


WRITERS = {
    type(None): _constant(b"N"), bool: _bool, int: Writer.integer, float: _float, str: Writer.text, bytes: Writer.bytes_, bytearray: Writer.bytearray_,
    tuple: Writer.tuple_, list: Writer.list_, dict: Writer.dict_,
    Name: Writer.name, Stored: Writer.stored, Tensor: Writer.tensor, Parameter: Writer.tensor,
    UntypedStorage: Writer.storage, TypedStorage: Writer.storage,
    Size: _called(SIZE, lambda size: (tuple(size),)),
    device: _called(DEVICE, lambda place: (place.type,) if place.index is None else (place.type, place.index)),
    dtypes.dtype: lambda self, kind: self.save(DTYPES[kind]), formats.layout: _called(LAYOUT, lambda layout: (repr(layout),)),
    formats.memory_format: _no_format, types.FunctionType: Writer.global_,
}
