"""Files of safetensors go both ways between its own library and workbook, byte for byte, and lies in them are refused."""

import importlib
import json
import struct

import pytest

import workbook
from workbook.safetensors.torch import load, load_file, save, save_file
from workbook.serialization import CheckpointError

torch = pytest.importorskip("torch", reason="compares with the real torch, which is not installed")
library = pytest.importorskip("safetensors.torch", reason="compares with safetensors, which is not installed: pip install safetensors")


def tensors(engine):
    kinds = "bool uint8 int8 int16 int32 int64 float16 float32 float64 complex64".split()
    return {"b": engine.ones(2), "ab": engine.arange(3.0), "é\"\n": engine.tensor(2.5), "nothing": engine.zeros(0, 3), "images": engine.ones(2, 3, 1, 1),
            **{f"in.{kind}": engine.tensor([0, 1, 1]).to(getattr(engine, kind)) for kind in kinds}}


def plain(found):
    return {name: (str(value.dtype), tuple(value.shape), value.tolist()) for name, value in found.items()}


@pytest.mark.parametrize("metadata", (None, {}, {"format": "pt", "ö": "é"}))
def test_the_file_is_the_librarys_and_each_reads_the_others(metadata, tmp_path):
    data = save(tensors(workbook), metadata)
    if metadata is None or len(metadata) < 2:  # the library writes several in an order of chance
        assert data == library.save(tensors(torch), metadata)
    assert plain(load(library.save(tensors(torch)))) == plain(tensors(torch)) == plain(library.load(data))
    save_file(tensors(workbook), tmp_path / "x.safetensors", metadata)
    assert plain(library.load_file(tmp_path / "x.safetensors")) == plain(load_file(tmp_path / "x.safetensors")) == plain(tensors(workbook))
    assert plain(torch.load(tmp_path / "x.safetensors")) == plain(workbook.load(tmp_path / "x.safetensors")) == plain(tensors(workbook))


def test_a_network_goes_both_ways(tmp_path):
    path = tmp_path / "net.safetensors"
    mine, theirs = (engine.nn.Sequential(engine.nn.Linear(3, 2), engine.nn.BatchNorm1d(2)) for engine in (workbook, torch))
    save_file(mine.state_dict(), path)
    theirs.load_state_dict(library.load_file(path))
    assert theirs[0].weight.tolist() == mine[0].weight.tolist()
    library.save_file(theirs.state_dict(), path)
    assert str(mine.load_state_dict(load_file(path))) == "<All keys matched successfully>"


def test_bfloat16_comes_as_float32():
    x = torch.tensor([1.5, -3e30]).bfloat16()
    assert load(library.save({"x": x}))["x"].tolist() == x.tolist()


x = workbook.ones(2, 2)
TIED = workbook.ones(4)
REFUSED = {"tied": ({"a": TIED, "b": TIED}, RuntimeError), "overlapping": ({"a": TIED[:3], "b": TIED[2:]}, RuntimeError), "turned": ({"a": workbook.ones(2, 3).t()}, ValueError),
           "a number": ({"a": 3}, ValueError), "a list": ([x], ValueError), "a name that is none": ({1: x}, TypeError), "the name of the metadata": ({"__metadata__": x}, ValueError), "half a letter": ({"\ud800": x}, ValueError), "a network": (workbook.nn.Linear(1, 1), ValueError)}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_format_does_not_hold_is_refused_as_the_library_does(what):
    value, error = REFUSED[what]
    with pytest.raises(error) as told:
        save(value)
    assert "Fix:" in str(told.value)
    if what in ("a number", "a list", "turned"):
        theirs = {"a number": {"a": 3}, "a list": [torch.ones(1)], "turned": {"a": torch.ones(2, 3).t()}}[what]
        with pytest.raises(error) as expected:
            library.save(theirs)
        assert str(told.value).split("\n")[0].replace("workbook.", "")[:40] == str(expected.value)[:40]


def test_metadata_that_is_no_dictionary_is_refused():
    with pytest.raises(TypeError, match="Fix: "):
        save({"a": x}, ["a"])


def file(header, content=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + content


GOOD = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
LIES = {"nothing": b"", "too short": b"1234", "a header past the end": file({}, length=1000), "a header of 2 EB": file({}, length=2**61), "no JSON": file(b"{nonsense"),
        "a list": file([]), "no text": file(b"\xff\xfe{}"), "a name twice": file(b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)),
        "deep": file(b"[" * 100_000), "offsets that go back": file({"a": GOOD | {"data_offsets": [8, 0]}}, bytes(8)), "a hole": file({"a": GOOD | {"data_offsets": [8, 16]}}, bytes(16)),
        "overlapping": file({"a": GOOD, "b": GOOD}, bytes(8)), "too few bytes": file({"a": GOOD}, bytes(7)), "too many bytes": file({"a": GOOD}, bytes(9)),
        "another length than the shape's": file({"a": GOOD | {"shape": [3]}}, bytes(8)), "sides whose product wraps around": file({"a": GOOD | {"shape": [2**33, 2**31]}}, bytes(8)),
        "a negative side": file({"a": GOOD | {"shape": [-2, -1]}}, bytes(8)), "a side that is text": file({"a": GOOD | {"shape": ["2"]}}, bytes(8)), "a side that is true": file({"a": GOOD | {"shape": [True, 2]}}, bytes(8)),
        "70 axes": file({"a": GOOD | {"shape": [1] * 69 + [2]}}, bytes(8)), "three offsets": file({"a": GOOD | {"data_offsets": [0, 8, 8]}}, bytes(8)), "no dtype": file({"a": {"shape": [2], "data_offsets": [0, 8]}}, bytes(8)),
        "a dtype that is none": file({"a": GOOD | {"dtype": "F8_E5M2", "data_offsets": [0, 2]}}, bytes(2)), "a dtype that is a list": file({"a": GOOD | {"dtype": []}}, bytes(8)), "a tensor that is a number": file({"a": 3}),
        "no numbers along an axis longer than memory": file({"a": {"dtype": "F32", "shape": [0, 2**61], "data_offsets": [0, 0]}}),
        "half a letter": file(b'{"\\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)),
        "metadata that is a list": file({"__metadata__": ["a"]}), "metadata that is no text": file({"__metadata__": {"a": 1}})}


@pytest.mark.parametrize("lie", LIES)
def test_a_file_that_lies_is_refused(lie):
    with pytest.raises(CheckpointError) as told:
        load(LIES[lie])
    assert "\n  Why: " in str(told.value) and "\n  Fix: " in str(told.value)


def test_more_tensors_than_any_network_has_are_not_read(monkeypatch):
    data = save({"a": x, "b": x + 1})
    monkeypatch.setattr(importlib.import_module(save.__module__), "MOST_TENSORS", 1)
    with pytest.raises(CheckpointError, match="it holds 2 tensors, and more than 1 are not read"):
        load(data)


def test_a_header_longer_than_any_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "x.safetensors"
    with open(path, "wb") as target:
        target.write(struct.pack("<Q", 200_000_000) + b"{}")
        target.truncate(300_000_000)  # without taking room on the disk
    with pytest.raises(CheckpointError, match="header too large"):
        load_file(path)


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "x.safetensors"
    save_file({"a": x}, path)
    with pytest.raises(ValueError):
        save_file({"a": x, "b": 3}, path)
    assert load_file(path)["a"].tolist() == x.tolist()
    with pytest.raises(RuntimeError, match="Parent directory"):
        save_file({"a": x}, tmp_path / "nowhere" / "x.safetensors")
    with pytest.raises(FileNotFoundError):
        load_file(tmp_path / "nothing.safetensors")
    with pytest.raises(RuntimeError, match="dict map_location is not supported"):
        workbook.load(path, map_location={"cpu": "cpu"})
