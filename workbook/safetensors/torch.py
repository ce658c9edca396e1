"""Tensors by name in a file with no code in it: the safetensors format, under the names of its own library.

The file is a length, a JSON text that says of each tensor its dtype, shape and place, and the numbers. It knows no tied tensors, no
nesting and no Python numbers: for the weights of a network it is the safest file to exchange; for the rest there is `torch.save`.

Source: https://huggingface.co/docs/safetensors/index
"""

import json
import math

import numpy as np

from workbook import dtypes
from workbook.devices import settle
from workbook.errors import explain
from workbook.formats import address
from workbook.serialization.complaints import CheckpointError
from workbook.serialization.files import opened, replaced, write_errors
from workbook.tensor import Tensor, wrap

__all__ = ["load", "load_file", "save", "save_file"]

NAMES = {  # the format's dtypes, in the order in which it writes them, which is from the narrowest to the widest
    "BOOL": dtypes.bool_, "U8": dtypes.uint8, "I8": dtypes.int8, "I16": dtypes.int16, "F16": dtypes.float16, "BF16": dtypes.bfloat16,
    "I32": dtypes.int32, "F32": dtypes.float32, "C64": dtypes.complex64, "F64": dtypes.float64, "I64": dtypes.int64}
CODES = {kind: code for code, kind in NAMES.items()}
ORDER = {code: place for place, code in enumerate(NAMES)}
LONGEST_HEADER, MOST_TENSORS = 100_000_000, 100_000


def save_file(tensors, filename, metadata=None):
    """Write a dictionary of Tensors by their names to a file, whole or not at all; `metadata` is a dictionary of text.

    Raises ValueError for what is no Tensor, or not contiguous, RuntimeError for Tensors that share memory, and where it cannot be written.

    >>> import os, tempfile, workbook as torch
    >>> from workbook.safetensors.torch import load_file, save_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     name = os.path.join(folder, "net.safetensors")
    ...     save_file({"weight": torch.ones(2)}, name)
    ...     load_file(name)
    {'weight': tensor([1., 1.])}

    Source: https://huggingface.co/docs/safetensors/api/torch#safetensors.torch.save_file
    """
    head, parts = _prepared(tensors, metadata)
    with write_errors(filename), replaced(filename) as file:
        file.write(head)
        for part in parts:
            file.write(part)


def save(tensors, metadata=None):
    """Return what `save_file` writes, as bytes. Raises as `save_file` does.

    >>> import workbook as torch
    >>> from workbook.safetensors.torch import load, save
    >>> load(save({"bias": torch.zeros(1)}))
    {'bias': tensor([0.])}

    Source: https://huggingface.co/docs/safetensors/api/torch#safetensors.torch.save
    """
    head, parts = _prepared(tensors, metadata)
    return b"".join([head, *parts])


def load_file(filename, device="cpu"):
    """Return the dictionary of Tensors that a file of safetensors holds, on a device. bfloat16 comes as float32, without any loss.

    Raises FileNotFoundError, and CheckpointError for a file that is damaged, or another one.

    >>> import os, tempfile, workbook as torch
    >>> from workbook.safetensors.torch import load_file, save_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     name = os.path.join(folder, "net.safetensors")
    ...     save_file(torch.nn.Linear(1, 1).state_dict(), name)
    ...     list(load_file(name))
    ['bias', 'weight']

    Source: https://huggingface.co/docs/safetensors/api/torch#safetensors.torch.load_file
    """
    with opened(filename) as source:
        return _read(source.size, source.at, source.fill, device)


def load(data):
    """Return the dictionary of Tensors in bytes that `save` made. Raises CheckpointError for others.

    >>> import workbook as torch
    >>> from workbook.safetensors.torch import load, save
    >>> load(save({"n": torch.arange(3)}))["n"]
    tensor([0, 1, 2])

    Source: https://huggingface.co/docs/safetensors/api/torch#safetensors.torch.load
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(explain(f"load(): argument 'data' must be bytes, not {type(data).__name__}", "it reads what save() returned",
                                "load_file(name) reads a file"))
    data = memoryview(data)

    def fill(start, buffer):
        buffer[:] = data[start:start + len(buffer)]

    return _read(len(data), lambda start, count: bytes(data[start:start + count]), fill, "cpu")


# ---- writing ---------------------------------------------------------------------------------------------------------------


def _prepared(tensors, metadata):
    """Return the head of the file, and the parts behind it."""
    _check(tensors, metadata)
    header = {} if metadata is None else {"__metadata__": dict(metadata)}
    place, parts = 0, []
    for name in sorted(tensors, key=lambda name: (-ORDER[CODES[tensors[name].dtype]], name)):
        array = tensors[name]._host()
        header[name] = {"dtype": CODES[tensors[name].dtype], "shape": list(array.shape), "data_offsets": [place, place + array.nbytes]}
        place += array.nbytes
        parts.append(memoryview(np.ascontiguousarray(array).reshape(-1)).cast("B"))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text, parts


def _check(tensors, metadata):
    """Raise for what the format does not hold."""
    if not isinstance(tensors, dict):
        raise ValueError(explain(f"Expected a dict of [str, torch.Tensor] but received {type(tensors)}", "the file has a name for each tensor",
                                 "save_file(net.state_dict(), name)" if hasattr(tensors, "state_dict") else "save_file({'weight': x}, name)"))
    seen = {}
    for name, value in tensors.items():
        if not isinstance(name, str):
            raise TypeError(explain(f"argument 'tensor_dict': '{type(name).__name__}' object is not an instance of 'str'",
                                    "the file has a name for each tensor", f"write '{name}'"))
        if name == "__metadata__" or not _is_text(name):
            raise ValueError(explain(f"Key `{ascii(name)}` is invalid", "the format keeps text under __metadata__, and its names are UTF-8", "give the tensor another name"))
        if not isinstance(value, Tensor):
            raise ValueError(explain(f"Key `{name}` is invalid, expected torch.Tensor but received {type(value)}",
                                     "the format holds tensors only, under flat names", "torch.save holds numbers, lists and nested dictionaries, too"))
        if not value.is_contiguous():
            raise ValueError(explain(f"You are trying to save a non contiguous tensor: `{name}` which is not allowed.",
                                     "the format has no strides", f"save {name}.contiguous()"))
        begin = address(value._array)
        for other, (start, end) in seen.items():
            if value.numel() and start < begin + value.nbytes and begin < end:
                raise RuntimeError(explain(f"Some tensors share memory, this will lead to duplicate memory on disk and potential differences when loading "
                                           f"them again: {sorted([name, other])}.", "the format knows no tied tensors",
                                           "leave one of them out and tie them again after loading; or torch.save, which keeps them tied"))
        seen[name] = begin, begin + value.nbytes
    if metadata is not None and not (isinstance(metadata, dict) and all(isinstance(text, str) for pair in metadata.items() for text in pair)):
        raise TypeError(explain("argument 'metadata': it is to be a dictionary of 'str'", "the format keeps text there", "write str(value)"))


# ---- reading ---------------------------------------------------------------------------------------------------------------


def _read(size, at, fill, device):
    if size < 8:
        raise _refused("header too small")
    length = int.from_bytes(at(0, 8), "little")
    if length > min(LONGEST_HEADER, size - 8):
        raise _refused("header too large")
    entries = _entries(at(8, length))
    place, found = settle(device), {}
    end = 0
    for name, about in sorted(entries.items(), key=lambda entry: (entry[1][2], entry[1][3])):
        kind, shape, start, stop = about
        width = 2 if kind is dtypes.bfloat16 else kind.itemsize
        if start != end or stop - start != math.prod(shape) * width:
            raise _refused(f"invalid offset for tensor `{name[:100]}`")
        end = stop
        found[name] = (kind, shape, 8 + length + start, stop - start)
    if 8 + length + end != size:
        raise _refused("file not fully covered")
    return {name: _tensor(fill, place, *found[name]) for name in entries}


def _entries(text):
    """Return (dtype, shape, start, end) of each tensor by its name, as the header says."""
    try:
        header = json.loads(text.decode(), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise _refused(f"invalid header: {str(error).splitlines()[0]}") from error
    if type(header) is not dict:
        raise _refused("invalid header: it is no dictionary")
    metadata = header.pop("__metadata__", {})
    if type(metadata) is not dict or not all(type(text) is str for text in metadata.values()):
        raise _refused("invalid header: __metadata__ is no dictionary of texts")
    if len(header) > MOST_TENSORS:
        raise _refused(f"it holds {len(header)} tensors, and more than {MOST_TENSORS} are not read")
    found = {}
    for name, about in header.items():
        if not _is_text(name):
            raise _refused(f"invalid header: the name {ascii(name)[:100]} is no text")
        if type(about) is not dict or about.keys() != {"dtype", "shape", "data_offsets"}:
            raise _refused(f"invalid header: `{name[:100]}` has no dtype, shape and data_offsets")
        code, shape, offsets = about["dtype"], about["shape"], about["data_offsets"]
        if type(code) is not str or code not in NAMES:
            raise CheckpointError(explain(f"the tensor `{name[:100]}` is of dtype {str(code)[:20]!r}", "NumPy computes with no such numbers",
                                          "convert it where the file was made"))
        if not all(type(numbers) is list and all(type(number) is int and 0 <= number < 2**62 for number in numbers) for numbers in (shape, offsets)) \
                or len(offsets) != 2 or len(shape) > 64:
            raise _refused(f"invalid header: shape or data_offsets of `{name[:100]}`")
        found[name] = NAMES[code], shape, *offsets
    return found


def _is_text(name):
    """Whether a name can be written as UTF-8, which half of a pair of UTF-16 cannot."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def _without_doubles(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(explain("duplicate key", "a name stands twice", "give each tensor one name"))
    return found


def _tensor(fill, place, kind, shape, start, length):
    """Read one tensor. The format's numbers are little-endian."""
    in_file = np.dtype(np.uint16 if kind is dtypes.bfloat16 else np.uint8 if kind is dtypes.bool_ else kind.numpy).newbyteorder("<")
    array = np.empty(length // in_file.itemsize, in_file)
    if length:
        fill(start, memoryview(array).cast("B"))
    if kind is dtypes.bfloat16:
        array = (array.astype(np.uint32) << 16).view(np.float32)
    elif kind is dtypes.bool_:
        array = array != 0
    try:
        array = array.astype(array.dtype.newbyteorder("="), copy=False).reshape(shape)
    except ValueError as error:  # no numbers at all, along axes that are longer than memory
        raise _refused(f"invalid shape {str(shape)[:100]}: {error}") from error
    return wrap(array) if place.type == "cpu" else wrap(place.backend.from_host(array, place.index), place)


def _refused(what):
    return CheckpointError(explain(f"Error while deserializing: {what}", "the file is damaged, or is no safetensors file",
                                   "copy or download it again; torch.load reads what torch.save wrote"))
