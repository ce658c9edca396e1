"""Files made to do harm: each is refused with one error type, and nothing of it was run, imported, read or written."""

import collections
import io
import os
import pickle
import struct
import sys
import warnings
import zipfile

import pytest

import workbook as torch
from tests.serialization.hostile import EMPTY, archive, call, name, number, row, storage, tensor, text
from workbook.serialization import CheckpointError, reading, storages

BIG = 2**40


def nested(depth):
    """Lists in lists, by stacking them up."""
    return b"]" * depth + b"a" * (depth - 1)


def nested_from_inside(depth):
    """Tuples in tuples, from the inside to the outside, so that the stack stays low."""
    return b")" + b"\x85" * depth


ALIKE = b"".join(number(i * (2**61 - 1)) + b"|" for i in range(1, 60))


ATTACKS = {
    "a function of the system": call(name("os", "system"), text("echo harm")),
    "the same under its other name": call(name("posix", "system"), text("echo harm")),
    "eval": call(name("builtins", "eval"), text("1 + 1")),
    "eval in Python 2": call(name("__builtin__", "eval"), text("1 + 1")),
    "a method of a known class": call(name("collections", "OrderedDict.fromkeys"), row(text("a"))),
    "an attribute of PyTorch": call(name("torch", "load"), text("x.pt")),
    "an attribute of this engine": call(name("workbook.serialization", "load"), text("x.pt")),
    "a module that nobody imported": name("this", "s"),
    "a name in two parts": name("torch", "os.system"),
    "a name of no letters": b"c\x00\n\xff\n",
    "a name without an end": b"cos",
    "INST": b"(X\x01\x00\x00\x00aios\nsystem\n",
    "OBJ": b"(" + name("collections", "OrderedDict") + b"o",
    "NEWOBJ": name("collections", "OrderedDict") + b")\x81",
    "EXT1": b"\x82\x01", "STACK_GLOBAL": b"\x8c\x02os\x8c\x06system\x93", "FRAME": b"\x95" + bytes(8), "MEMOIZE": b"]\x94", "DUP": b"N2", "POP": b"NN0",
    "PERSID": b"Pstorage\n", "STRING": b"S'a'\n", "INT": b"I1\n", "BINBYTES": b"B\x01\0\0\0a", "LONG4": b"\x8b" + struct.pack("<i", 2**31 - 1),
    "a call of a class that is a value": call(name("torch", "Tensor"), number(2**30)),
    "REDUCE of a number": b"K\x01)R", "REDUCE of a dictionary": b"})R", "REDUCE of a result": EMPTY + b")R", "REDUCE without a tuple": name("torch", "Size") + b"NR",
    "NEWOBJ of a class that is a value": name("torch", "Tensor") + b")\x81",
    "BUILD of a function": name("torch._utils", "_rebuild_tensor_v2") + b"}" + text("makes_tensors") + b"K\x00sb",
    "BUILD that hides a method": EMPTY + b"}" + text("clear") + b"K\x07sb",
    "BUILD that is no dictionary": EMPTY + b"]b", "BUILD of a class": EMPTY + b"}" + text("__class__") + b"Nsb",
    "BUILD of a tensor": tensor() + b"}" + text("_array") + b"K\x00sb",
    "_metadata that is no dictionary": EMPTY + b"}" + text("_metadata") + b"K\x05sb",
    "attributes that hide a method": call(name("torch._tensor", "_rebuild_from_type_v2"), name("torch._utils", "_rebuild_tensor_v2"), name("torch", "Tensor"),
                                          row(storage(), number(0), row(number(4)), row(number(1)), b"\x89", EMPTY), b"}" + text("backward") + b"K\x01s"),
    "attributes of the engine's own": call(name("torch._utils", "_rebuild_parameter_with_state"), tensor(), b"\x88", EMPTY, b"}" + text("_array") + b"Ns"),
    "a tensor of a class that is none": call(name("torch._tensor", "_rebuild_from_type_v2"), name("torch._utils", "_rebuild_tensor_v2"), name("torch", "float32"), row(), b"N"),
    "a tensor made by another function": call(name("torch._tensor", "_rebuild_from_type_v2"), name("builtins", "set"), name("torch", "Tensor"), row(b"]"), b"N"),
    "a shape past the end": tensor(shape=(5,)), "an offset past the end": tensor(offset=1), "strides past the end": tensor(shape=(2, 2), steps=(3, 1)),
    "an offset far past the end": tensor(offset=BIG, shape=(0,)), "a negative offset": tensor(offset=-1, shape=(1,)),
    "a negative stride": tensor(offset=3, steps=(-1,)), "a negative side": tensor(shape=(-1,)), "sides whose product wraps around": tensor(shape=(2**32, 2**32), steps=(0, 0)),
    "numbers of 2000 bits": tensor(shape=(2**2000,), steps=(0,)), "a shape of a bool": tensor(shape=(1,)).replace(row(number(1)), b"(\x88t", 1),
    "more strides than sides": tensor(steps=(1, 1)), "a shape that is a list": tensor().replace(row(number(4)), b"](" + number(4) + b"e"),
    "70 axes": tensor(shape=(1,) * 70, steps=(1,) * 70), "40 TB by a stride of 0": tensor(shape=(10**6, 10**7), steps=(0, 0)),
    "a stride as long as memory": tensor(shape=(1,), steps=(2**62,)),
    "more numbers than bytes": tensor(storage(count=5)), "fewer numbers than bytes": tensor(storage(count=3), shape=(3,)), "a storage of minus one": tensor(storage(count=-1)),
    "a storage of another dtype": tensor(storage("DoubleStorage")), "two dtypes on one storage": row(storage(), storage("IntStorage")),
    "two lengths of one storage": row(storage(), storage(count=2)), "a storage that is not there": tensor(storage(key="1")),
    "a key that leaves the folder": tensor(storage(key="../../etc/passwd")), "a key of an absolute path": tensor(storage(key="/etc/passwd")),
    "a key in other digits": tensor(storage(key="\u0660")), "a key with an end of line": tensor(storage(key="0\n")),
    "a kind that is no storage": tensor(storage("float32")), "another persistent id": row(text("module"), text("x")) + b"Q", "a number as persistent id": b"K\x01Q",
    "a device that nobody knows": tensor(storage(location="mars")), "a device with a pattern": tensor(storage(location="cuda:" + "9" * 50)),
    "a tensor on a number": tensor(b"K\x01"), "a tensor of too few parts": call(name("torch._utils", "_rebuild_tensor_v2"), storage()),
    "hooks": tensor(hooks=b"}" + text("a") + b"K\x01s"), "gradients of integers": tensor(storage("IntStorage"), requires_grad=b"\x88"), "gradients by a number": tensor(requires_grad=b"K\x01"),
    "a Parameter of a number": call(name("torch._utils", "_rebuild_parameter"), b"K\x01", b"\x88", EMPTY),
    "a Parameter of integers": call(name("torch._utils", "_rebuild_parameter"), tensor(storage("IntStorage")), b"\x88", EMPTY),
    "100,000 nested lists": nested(100_000), "100,000 nested tuples from the inside": nested_from_inside(100_000), "201 nested lists": nested(201),
    "a list in itself": b"]q\x00h\x00a", "a dictionary in itself": b"}q\x00" + text("a") + b"h\x00s", "two lists in each other": b"]q\x00]q\x01h\x00aa",
    "a depth in two halves": b"]" + nested(150) + b"q\x00" + b"\x85" * 150 + b"ah\x00a",
    "a depth hidden in attributes": EMPTY + b"q\x00}" + text("x") + b"h\x00sb",
    "a key that is a list": b"}]Ns", "a key that is a tensor": b"}" + tensor() + b"Ns", "a key of keys": b"}" + b")" + b"\x85" * 60 + b"Ns",
    "a key whose sum takes for ever": b"})" + b"".join(b"q\x00h\x00\x86" for _ in range(60)) + b"Ns",
    "a set of lists": call(name("builtins", "set"), b"](]e"), "a set of a number": call(name("builtins", "set"), b"K\x05"),
    "a Counter of a list": call(name("collections", "Counter"), b"]"), "an OrderedDict of numbers": call(name("collections", "OrderedDict"), b"](K\x01K\x02e"),
    "copies of copies": b"(X" + struct.pack("<I", 10**6) + b"a" * 10**6 + b"q\x00" + b"".join(call(name("_codecs", "encode"), b"h\x00") for _ in range(200)) + b"t",
    "encoding by another name": call(name("_codecs", "encode"), text("a"), text("zlib")), "a complex of text": call(name("builtins", "complex"), text("1"), text("2")),
    "bytes of a number": call(name("builtins", "bytearray"), number(2**31 - 1)), "a size of text": call(name("torch", "Size"), row(text("a"))),
    "a device of a list": call(name("torch", "device"), b"]"), "a layout of its own": call(name("torch.serialization", "_get_layout"), text("torch.sparse_coo")),
    "APPEND to a tuple": b")Na", "SETITEM of a list": b"]K\x00Ns", "SETITEMS of an odd number": b"}(K\x00u", "APPENDS without a mark": b"]e", "TUPLE3 of two": b"NN\x87",
    "a memo that nobody wrote": b"h\x07", "nothing": b"", "more than one value": b"NN", "a mark left behind": b"N(N", "text longer than the program": b"X\xff\xff\xff\x7fa", "text that is none": b"X\x01\0\0\0\xff",
    "the end in the middle of a number": b"J\x01", "a function as a value": name("collections", "OrderedDict"), "a function in a list": b"]" + name("torch", "Size") + b"a",
    "a storage's kind as a value": b"}" + text("a") + name("torch", "FloatStorage") + b"s",
    "a place in memory for NumPy, on a dictionary": EMPTY + b"}" + text("__array_interface__") + b"}sb",
    "a place in memory for NumPy, on a tensor": call(name("torch._utils", "_rebuild_parameter_with_state"), tensor(), b"\x88", EMPTY, b"}" + text("__array_struct__") + b"Ns"),
    "numbers of one hash as keys": b"}(" + ALIKE.replace(b"|", b"N") + b"u", "a set of numbers of one hash": call(name("builtins", "set"), b"](" + ALIKE.replace(b"|", b"") + b"e"),
    "pairs of numbers of one hash": call(name("collections", "OrderedDict"), b"](" + ALIKE.replace(b"|", b"N\x86") + b"e"),
    "long keys again and again": b"}((" + b"N" * 10_000 + b"tq\x00N" + b"h\x00N" * 1000 + b"u",
    "a set of a long key again and again": call(name("builtins", "set"), b"]((" + b"N" * 10_000 + b"tq\x00" + b"h\x00" * 1000 + b"e"),
    "attributes again and again": EMPTY + b"}(" + b"".join(text(f"a{i}") + b"N" for i in range(1000)) + b"uq\x00b" + b"h\x00b" * 140,
    "a tensor's attributes again and again": b"}(" + b"".join(text(f"a{i}") + b"N" for i in range(1000)) + b"uN\x86q\x00" + tensor() + b"q\x01" + b"".join(
        call(name("torch._utils", "_rebuild_parameter_with_state"), b"h\x01", b"\x88", EMPTY, b"h\x00") for _ in range(140)),
    "_metadata again and again": EMPTY + b"}" + text("_metadata") + b"}(" + b"".join(text(f"a{i}") + b"}" for i in range(3000)) + b"usq\x00b" + b"h\x00b" * 2700,
}


REASONS = {  # where two walls stand one behind the other, the first one is to hold
    "a shape past the end": "reaches to number 5 of a storage of 4", "an offset past the end": "reaches to number 5", "strides past the end": "reaches to number 5",
    "a negative stride": "no row of numbers from 0 on", "a shape of a bool": "no row of numbers from 0 on", "a stride as long as memory": "no row of numbers from 0 on", "70 axes": "do not belong together",
    "text longer than the program": "and the program has not so many", "a depth in two halves": "containers lie in containers", "copies of copies": "does not end",
    "a key that leaves the folder": "a storage is named by something else", "NEWOBJ of a class that is a value": "Can only create new object",
    "long keys again and again": "does not end", "a set of a long key again and again": "does not end", "attributes again and again": "does not end",
    "a tensor's attributes again and again": "does not end", "_metadata again and again": "does not end",
    "numbers of one hash as keys": "to have one hash", "a set of numbers of one hash": "to have one hash", "pairs of numbers of one hash": "to have one hash",
    "a place in memory for NumPy, on a dictionary": "'__array_interface__' would be a word of Python",
    "a call of a class that is a value": "Trying to call reduce for unrecognized function",
}


def state_of_the_world():
    """What an attack might change: what is imported, the environment, the working folder, and the engine's own functions."""
    return (set(sys.modules), dict(os.environ), os.getcwd(), sorted(os.listdir()), torch.load.__defaults__, dict(vars(collections.OrderedDict)), {*vars(torch.Tensor)})


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_refused_and_changes_nothing(attack, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file, before = archive(ATTACKS[attack]), state_of_the_world()
    with pytest.raises(CheckpointError) as told:
        torch.load(file)
    assert state_of_the_world() == before
    assert REASONS.get(attack, "") in str(told.value)
    assert "\n  Why: " in str(told.value) and "\n  Fix: " in str(told.value)


def test_the_error_is_of_both_types_that_pytorch_raises():
    assert issubclass(CheckpointError, pickle.UnpicklingError) and issubclass(CheckpointError, RuntimeError)
    with pytest.raises(EOFError):
        torch.load(io.BytesIO())


def test_what_looks_like_an_attack_and_is_none_is_read():
    wide = torch.load(archive(tensor(offset=1, shape=(1000, 1000), steps=(0, 0))))
    assert wide.shape == (1000, 1000) and wide.stride() == (0, 0) and wide[5, 5].item() == 2
    assert torch.load(archive(nested(200))) is not None
    assert torch.load(archive(tensor(offset=4, shape=(0, 3), steps=(3, 1)))).shape == (0, 3)
    assert len(torch.load(archive(b")" + b"q\x00h\x00\x86" * 150))) == 2  # two of each, 150 deep: printing it would take for ever


def test_tensors_that_show_little_memory_often_are_counted_together(monkeypatch):
    monkeypatch.setattr(storages, "ROOM", 10_000)
    once = tensor(shape=(1000,), steps=(0,))
    assert len(torch.load(archive(row(once, once)))) == 2
    with pytest.raises(CheckpointError, match="more than this computer has"):
        torch.load(archive(row(once, once, once)))


def test_tensors_that_are_computed_are_counted_together(monkeypatch):
    monkeypatch.setattr(storages, "ROOM", 40)
    marked = call(name("torch._utils", "_rebuild_tensor_v2"), storage(), number(0), row(number(4)), row(number(1)), b"\x89", EMPTY, b"}" + text("neg") + b"\x88s")
    assert [found.tolist() for found in torch.load(archive(row(marked, marked)))] == [[-1, -2, -3, -4]] * 2
    with pytest.raises(CheckpointError, match="copies would take 48 bytes"):
        torch.load(archive(row(marked, marked, marked)))


def test_a_container_that_is_met_often_is_looked_through_once(monkeypatch):
    looked = []
    parts = reading._parts
    monkeypatch.setattr(reading, "_parts", lambda value: looked.append(1) or parts(value))
    found = torch.load(archive(b"](" + b"](" + b"]" * 100 + b"eq\x00" + b"h\x00" * 100 + b"e"))
    assert len(found) == 101 and len(looked) == 102


def test_many_keys_that_nobody_chose_are_read():
    keys = b"".join(b"G" + struct.pack(">d", i + 0.5) + b"N" + row(number(i), number(i + 1)) + b"N" + number(i) + b"N" + number(2**64 + i) + b"N" for i in range(2000))
    assert len(torch.load(archive(b"}(" + keys + b"u"))) == 8000


def test_a_program_that_takes_too_many_steps_is_stopped(monkeypatch):
    assert len(torch.load(archive(b"](" + b"N" * 1000 + b"e"))) == 1000
    monkeypatch.setattr(reading, "MOST_STEPS", 1000)
    with pytest.raises(CheckpointError, match="more than 1,000 steps are not taken"):
        torch.load(archive(b"](" + b"N" * 1000 + b"e"))


def test_a_bool_may_be_any_byte():
    found = torch.load(archive(tensor(storage("BoolStorage")), {"0": bytes([0, 1, 2, 255])}))
    assert found.tolist() == [False, True, True, True] and found._array.tobytes() == bytes([0, 1, 1, 1])


def test_a_blocked_module_cannot_be_declared_safe(tmp_path):
    with torch.serialization.safe_globals([(print, "os.system")]), pytest.raises(CheckpointError, match="whose module os is blocked"):
        torch.load(archive(ATTACKS["a function of the system"]))


# ---- the archive -----------------------------------------------------------------------------------------------------------

GOOD = tensor()


def changed(find, put, data=None):
    """Return an archive in which bytes were changed."""
    data = archive(GOOD).getvalue() if data is None else data
    assert find in data
    return io.BytesIO(data.replace(find, put))


def with_two_of_one_name():
    with warnings.catch_warnings(action="ignore"):
        return archive(GOOD, extra=[("archive/data/0", bytes(16))])


def where_members_overlap():
    """The list of members says of the program that it reaches into what lies behind it."""
    data = bytearray(archive(GOOD).getvalue())
    entry = data.index(b"PK\1\2")
    size, = struct.unpack_from("<I", data, entry + 24)
    struct.pack_into("<2I", data, entry + 20, size + 20, size + 20)
    return io.BytesIO(bytes(data))


def with_a_field(offset, form, value):
    """Change a field of the first entry in the list of members."""
    data = bytearray(archive(GOOD).getvalue())
    struct.pack_into(form, data, data.index(b"PK\1\2") + offset, value)
    return io.BytesIO(bytes(data))


def with_an_end(offset, form, value):
    data = bytearray(archive(GOOD).getvalue())
    struct.pack_into(form, data, data.index(b"PK\5\6") + offset, value)
    return io.BytesIO(bytes(data))


ARCHIVES = {
    "a bomb": lambda: archive(tensor(storage(count=10**7), shape=(10**7,)), {"0": bytes(4 * 10**7)}, packed=zipfile.ZIP_DEFLATED),
    "two members of one name": with_two_of_one_name, "members over each other": where_members_overlap,
    "another name in front of the content": lambda: changed(b"archive/data/0" + struct.pack("<4f", 1, 2, 3, 4), b"archive/data/9" + struct.pack("<4f", 1, 2, 3, 4)),
    "a member outside the folder": lambda: archive(GOOD, extra=[("other/data/1", b"")]), "a member of no folder": lambda: archive(GOOD, extra=[("x", b"")]),
    "a path that leaves the folder": lambda: archive(GOOD, extra=[("../x", b"")]), "a name that is no text": lambda: changed(b"archive/version", b"archive/\xff\xff\xff\xff\xff\xff\xff"),
    "no version": lambda: archive(GOOD, version=None), "a version of the future": lambda: archive(GOOD, version=b"99\n"), "a version that is none": lambda: archive(GOOD, version=b"three"),
    "no program": lambda: changed(b"archive/data.pkl", b"archive/data.pkx"), "an order of bytes that is none": lambda: archive(GOOD, extra=[("archive/byteorder", b"middle")]),
    "TorchScript": lambda: archive(GOOD, extra=[("archive/constants.pkl", b"")]),
    "a length past the end": lambda: with_a_field(24, "<I", 2**31), "a place past the end": lambda: with_a_field(42, "<I", 2**31),
    "a secret": lambda: with_a_field(8, "<H", 1), "a method of packing": lambda: with_a_field(10, "<H", 8), "a length of 64 bits that is missing": lambda: with_a_field(42, "<I", 2**32 - 1),
    "a list of members elsewhere": lambda: with_an_end(16, "<I", 7), "a list of members past the end": lambda: with_an_end(16, "<I", 2**31), "a long list of few": lambda: with_an_end(12, "<I", 2**31),
    "more members than there are": lambda: with_an_end(10, "<H", 60000), "a longer end that is not there": lambda: with_an_end(16, "<I", 2**32 - 1),
    "the first half": lambda: io.BytesIO(archive(GOOD).getvalue()[:200]), "all but the last byte": lambda: io.BytesIO(archive(GOOD).getvalue()[:-1]),
    "four letters": lambda: io.BytesIO(b"PK\3\4"), "an empty archive": lambda: io.BytesIO(b"PK\5\6" + bytes(18)),
}


@pytest.mark.parametrize("attack", ARCHIVES)
def test_an_archive_that_lies_is_refused(attack):
    with pytest.raises(CheckpointError) as told:
        torch.load(ARCHIVES[attack]())
    assert "\n  Why: " in str(told.value) and "\n  Fix: " in str(told.value)


def test_an_archive_of_very_many_members_is_refused_before_they_are_listed():
    data = bytearray(archive(GOOD).getvalue())
    place = data.index(b"PK\5\6")
    wide = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 0, 0, 0, 0, 10**9, 10**9, 46 * 10**9, 0) + struct.pack("<4sIQI", b"PK\6\7", 0, place, 1)
    data[place:place] = wide
    struct.pack_into("<2H", data, place + len(wide) + 8, 0xFFFF, 0xFFFF)
    with pytest.raises(CheckpointError, match="1000000000 members, and more than 100000 are not read"):
        torch.load(io.BytesIO(bytes(data)))


def test_a_program_of_very_many_bytes_is_refused(monkeypatch):
    import workbook.serialization as room

    monkeypatch.setattr(room, "MOST_BYTES", 1000)
    with pytest.raises(CheckpointError, match="bytes, and more than 1000 are not read"):
        torch.load(archive(b"X" + struct.pack("<I", 2000) + b"a" * 2000))


KINDS = {"a NumPy file": (b"\x93NUMPY\x01\0", "torch.from_numpy"), "an HDF5 file": (b"\x89HDF\r\n\x1a\n", "h5py"), "gzip": (b"\x1f\x8b\x08", "gzip.open"), "a web page": (b"<!DOCTYPE html>", "download the file itself"),
         "a note of git": (b"version https://git-lfs.github.com/spec/v1", "git lfs pull"), "a pickle": (pickle.dumps({"a": 1}), "pickle.load"), "text": (b"hello", "look at the name"),
         "safetensors": (struct.pack("<Q", 2) + b"{}", "load_file"), "nothing": (b"", "buffer.seek(0)")}


def test_a_buffer_that_is_read_a_second_time_is_told_to_go_back():
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(2)}, buffer)
    buffer.seek(0)
    torch.load(buffer)
    with pytest.raises(CheckpointError, match=r"(?s)from its middle.*file\.seek\(0\)"):
        torch.load(buffer)
    buffer.seek(0)
    assert torch.load(buffer)["a"].tolist() == [0, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_another_kind_is_refused_with_what_reads_it(kind):
    data, fix = KINDS[kind]
    with pytest.raises(CheckpointError) as told:
        torch.load(io.BytesIO(data))
    assert fix in str(told.value)
