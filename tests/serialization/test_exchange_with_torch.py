"""Checkpoints go both ways between torch and workbook: every network of tests/parity, trained, with its optimiser's state."""

import inspect
import io
import itertools
import struct
import warnings

import numpy as np
import pytest
import torch

import workbook
from tests.ops.both import on_a_gpu
from tests.parity.networks import NETWORKS

ENGINES = (torch, workbook)
STEPS = 2


def trained(engine, name, by, replayed):
    """Train for a few steps; return the network and its optimiser."""
    program, _ = NETWORKS[name]
    made = []

    def optimizer(parameters, **settings):
        made.append(by.of(engine)(parameters, **settings))
        return made[-1]

    for net, _ in itertools.islice(program(engine, optimizer, *replayed), STEPS):
        pass
    return net, made[0]


def checkpoint(net, optimizer):
    return {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "best": 0.25, "name": "étude",
            "history": [(1, 0.5), (2, 0.25)], "scheduler": None}


def saved(engine, value, **settings):
    buffer = io.BytesIO()
    engine.save(value, buffer, **settings)
    buffer.seek(0)
    return buffer


def read(engine, file, **how):
    """engine.load; what was saved from a GPU is brought to the CPU, as this torch has no other place for it."""
    return engine.load(file, **({"map_location": "cpu"} if on_a_gpu() else {}) | how)


def plain(value):
    """Return a checkpoint as plain values, with all that makes two tensors the same file."""
    if hasattr(value, "numpy"):
        value_ = value.detach()
        return ("tensor", type(value).__name__, str(value.dtype), tuple(value.shape), value.stride(), value.storage_offset(), value.requires_grad,
                np.array(value_.numpy(), copy=True).tobytes())
    if isinstance(value, dict):
        return (type(value).__name__, [(key, plain(part)) for key, part in value.items()], plain(getattr(value, "_metadata", None)))
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, [plain(part) for part in value])
    return type(value).__name__, value


def up_to_the_list(buffer):
    """Return an archive's bytes without what stands at the end: torch's own number of the file, and the list of members."""
    data = buffer.getvalue()
    place = data.rfind(b"PK\6\6")
    first, = struct.unpack_from("<Q", data, place + 48)
    return data[:data.find(b"PK\3\4", data.find(b"/version") + 8) if b"serialization_id" in data else first]


CASES = [pytest.param(name, by, id=f"{name}-{by.name}", marks=() if number == 0 else (pytest.mark.full("more optimisers for each network"),))
         for name, (_, optimisers) in NETWORKS.items() for number, by in enumerate(optimisers)]


@pytest.mark.parametrize("name, by", CASES)
def test_every_network_and_its_optimiser_go_both_ways(name, by, tmp_path):
    replayed = [[]] if "actions" in inspect.signature(NETWORKS[name][0]).parameters else []
    (their_net, their_optimizer), (net, optimizer) = (trained(engine, name, by, replayed) for engine in ENGINES)

    theirs = saved(torch, checkpoint(their_net, their_optimizer))
    path = tmp_path / "net.pt"
    workbook.save(checkpoint(net, optimizer), path)
    for how in ({}, {"weights_only": False}, {"mmap": True}, {"map_location": "cpu"}):
        assert plain(read(torch, path, **how)) == plain(checkpoint(net, optimizer)), how
    assert plain(workbook.load(path, mmap=True)) == plain(checkpoint(net, optimizer))
    back = read(torch, path)
    assert str(their_net.load_state_dict(back["net"])) == "<All keys matched successfully>"
    their_optimizer.load_state_dict(back["optimizer"])
    assert plain(their_optimizer.state_dict()) == plain(optimizer.state_dict())

    found = workbook.load(theirs)
    assert plain(found) == plain(torch.load(io.BytesIO(theirs.getvalue())))
    assert plain(workbook.load(io.BytesIO(theirs.getvalue()), weights_only=False)) == plain(found)
    assert up_to_the_list(saved(workbook, found)) == up_to_the_list(theirs), "saved again it is another file than torch's"
    assert str(net.load_state_dict(found["net"])) == "<All keys matched successfully>"
    optimizer.load_state_dict(found["optimizer"])
    assert plain(optimizer.state_dict()) == plain(found["optimizer"])


DTYPES = "bool uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128".split()


def tensors(engine):
    """Tensors that lie in memory in every way, most of them on one storage. Where an empty part begins, a GPU's library says for itself."""
    x = engine.arange(24.0).view(2, 3, 4)
    marked = engine.ones(2)
    marked.note = "mine"
    w = engine.nn.Parameter(engine.ones(3))
    w.rate = 0.5
    tied = engine.nn.Parameter(engine.zeros(2, 2))
    return {"whole": x, "part": x[1, ::2, 1:], "turned": x.transpose(0, 2), "one": x[0, 0, 0], "number": engine.tensor(2.5), "nothing": engine.zeros(0, 3),
            **({} if on_a_gpu() else {"none of it": x[2:]}), "wide": engine.ones(1).expand(4, 5), "wants": engine.ones(2, requires_grad=True), "marked": marked, "parameter": w,
            "tied": [tied, tied], "same memory": [tied.detach(), tied.t()], "images": engine.ones(1, 2, 3, 3).contiguous(memory_format=engine.channels_last),
            **{dtype: engine.tensor([0, 1, 1, 0]).to(getattr(engine, dtype)) for dtype in DTYPES}}


def values(engine):
    """What stands beside tensors in a checkpoint."""
    import collections
    return [None, True, False, 0, -1, 255, 256, 65_536, -2**31, 2**40, 2**200, -2**70, 0.1, float("inf"), 1e300, "", "é", "\ud800", "a" * 300, b"\xff\0", bytearray(b"x"),
            bytearray(), 1j, (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [[[1]]], {}, {"a": {"b": {}}}, {1, 2}, set(), {0.5: 1, (1, "a"): 2, None: 3},
            collections.Counter("aab"), collections.OrderedDict(a=1), engine.Size([2, 3]), engine.Size([]), engine.float32, engine.int64, engine.bfloat16,
            engine.device("cuda:1"), engine.strided, list(range(2500)), {str(i): i for i in range(1200)}]


def plain_value(value):
    return str(value) if type(value).__name__ in ("dtype", "device", "layout", "Counter", "Size", "torch.Size") else plain(value)


@pytest.mark.parametrize("what", (tensors, values), ids=lambda what: what.__name__)
def test_every_kind_of_value_goes_both_ways(what, tmp_path):
    theirs, mine = saved(torch, what(torch)), saved(workbook, what(workbook))
    as_theirs = saved(torch, read(torch, mine)) if on_a_gpu() and what is tensors else mine  # without the names of GPUs
    assert up_to_the_list(as_theirs) == up_to_the_list(theirs), "the file is another one than torch's"
    parts = (lambda found: found.values()) if what is tensors else list
    for buffer in (theirs, mine):
        for how in ({}, {"weights_only": False}):
            expected, found = (read(engine, io.BytesIO(buffer.getvalue()), **how) for engine in ENGINES)
            assert [plain_value(part) for part in parts(found)] == [plain_value(part) for part in parts(expected)]
    (tmp_path / "mine.pt").write_bytes(mine.getvalue())
    assert [plain_value(part) for part in parts(read(torch, tmp_path / "mine.pt", mmap=True))] == [plain_value(part) for part in parts(found)]


def test_no_bytes_at_all_are_written_so_that_torch_reads_them_by_default():
    """What torch itself writes for b"" it refuses to read."""
    assert torch.load(saved(workbook, [b""])) == [b""]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
def test_ties_hold_on_both_sides(engine):
    found = engine.load(saved(workbook, tensors(workbook)), map_location="cpu" if engine is torch else None)
    assert found["tied"][0] is found["tied"][1]
    with engine.no_grad():
        found["whole"][1, 0, 1] = -7
        found["tied"][0][0, 1] = 5
    assert found["part"][0, 0].item() == -7 and found["turned"][1, 0, 1].item() == -7
    assert found["same memory"][1][1, 0].item() == 5
    assert found["marked"].note == "mine" and found["parameter"].rate == 0.5


@pytest.mark.parametrize("numbers", ([1.5, -3e30, float("inf"), 2**-130], []), ids=("numbers", "none"))
def test_bfloat16_becomes_float32_without_loss_and_with_a_word(numbers):
    theirs = torch.tensor(numbers).bfloat16()
    with pytest.warns(UserWarning, match="torch.bfloat16, of which NumPy knows nothing: they are torch.float32"):
        found, again = workbook.load(saved(torch, [theirs, theirs[:1]]))
    assert found.dtype is workbook.float32 and found.tolist() == theirs.float().tolist()
    assert found.data_ptr() == again.data_ptr()


@pytest.mark.parametrize("make, fix", [
    (lambda: torch.ones(2, dtype=torch.uint16), "its dtype is torch.uint16, "), (lambda: torch.uint16, "save the name: str(dtype)"), (lambda: torch.ones(2).to(torch.float8_e5m2), "x.float()"),
    (lambda: torch.uint32, "x.float()"), (lambda: torch.eye(2).to_sparse(), "x.to_dense()"), (lambda: torch.eye(2).to_sparse_csr(), "x.to_dense()"),
    (lambda: torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8), "x.dequantize()"),
    (lambda: torch.nn.Linear(2, 2), "net.state_dict()")])
def test_what_numpy_has_not_is_refused_by_name_with_what_to_do(make, fix):
    with warnings.catch_warnings(action="ignore"):
        buffer = saved(torch, {"x": make()})
    with pytest.raises(workbook.serialization.CheckpointError) as told:
        workbook.load(buffer)
    assert fix in str(told.value) and "Why:" in str(told.value)


def test_conjugated_numbers_come_computed():
    x = torch.tensor([1 + 2j])
    assert workbook.load(saved(torch, [x.conj(), 3]))[0].tolist() == [1 - 2j]
    assert workbook.load(saved(torch, x.conj().imag)).tolist() == [-2.0]


def test_a_whole_network_of_torchs_is_refused_with_what_to_do_also_from_people_one_trusts():
    with pytest.raises(workbook.serialization.CheckpointError, match="a whole object of PyTorch's class torch.nn.modules.linear.Linear") as told:
        workbook.load(saved(torch, torch.nn.Linear(2, 2)), weights_only=False)
    assert "load_state_dict(torch.load(file))" in str(told.value)


def test_other_archives_that_torch_reads_are_read():
    """Without what torch can do without; with numbers in the other order of bytes; with sums that are not right."""
    import zipfile

    source = zipfile.ZipFile(saved(torch, {"x": torch.arange(5.0)}))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in ("data.pkl", "version", "data/0"):
            target.writestr(f"archive/{name}", source.read(f"archive/{name}"))
    for engine in ENGINES:
        buffer.seek(0)
        assert engine.load(buffer)["x"].tolist() == [0, 1, 2, 3, 4]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in ("data.pkl", "version"):
            target.writestr(f"archive/{name}", source.read(f"archive/{name}"))
        target.writestr("archive/byteorder", "big")
        target.writestr("archive/data/0", np.arange(5, dtype=">f4").tobytes())
    for engine in ENGINES:
        buffer.seek(0)
        assert engine.load(buffer)["x"].tolist() == [0, 1, 2, 3, 4]
    torch.serialization.set_crc32_options(False)
    try:
        assert workbook.load(saved(torch, torch.arange(3))).tolist() == [0, 1, 2]
    finally:
        torch.serialization.set_crc32_options(True)


def test_an_old_checkpoint_of_pytorchs_is_refused_with_what_to_do():
    with pytest.raises(workbook.serialization.CheckpointError, match="Invalid magic number") as told:
        workbook.load(saved(torch, torch.ones(2), _use_new_zipfile_serialization=False))
    assert "in PyTorch, torch.save(torch.load(file), 'new.pt')" in str(told.value)
