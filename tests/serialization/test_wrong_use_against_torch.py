"""Wrong calls of save and load raise what torch raises, with its first words, and say why and what to change."""

import io
import pathlib
import pickle
import re
import warnings

import pytest
import torch

import workbook

ENGINES = (torch, workbook)


def a_file(t):
    buffer = io.BytesIO()
    t.save(t.nn.Linear(2, 2).state_dict(), buffer)
    buffer.seek(0)
    return buffer


class Forwards(io.RawIOBase):
    """A stream that cannot go back."""

    def readable(self):
        return True

    def seekable(self):
        return False


# what is called, and what both errors begin with or have in them
CALLS = {
    "save without a file": (lambda t: t.save(1), "missing 1 required positional argument: 'f'"),
    "save with the arguments turned": (lambda t: t.save("x.pt", t.ones(2)), "expected 'f' to be string, path, or a file-like object with a 'write' attribute"),
    "save to a number": (lambda t: t.save(1, 5), "expected 'f' to be string, path"), "save to nothing": (lambda t: t.save(1, None), "expected 'f' to be string, path"),
    "save to text": (lambda t: t.save(1, io.StringIO()), "string argument expected, got 'memoryview'"),
    "save into a folder that is not there": (lambda t: t.save(1, "nowhere/x.pt"), "Parent directory .*nowhere does not exist."),
    "save to a folder": (lambda t: t.save(1, "folder.pt"), "open file failed with strerror: Is a directory"),
    "save a function of the moment": (lambda t: t.save(lambda: 1, io.BytesIO()), "Can't pickle local object"), "save a generator": (lambda t: t.save((i for i in range(3)), io.BytesIO()), "cannot pickle 'generator' object"),
    "save the parameters' generator": (lambda t: t.save(t.nn.Linear(1, 1).parameters(), io.BytesIO()), "cannot pickle 'generator' object"),
    "save an open file": (lambda t: t.save({"log": open("here.txt")}, io.BytesIO()), "cannot pickle '_io.TextIOWrapper' object"),
    "save a module of Python": (lambda t: t.save(pickle, io.BytesIO()), "cannot pickle 'module' object"),
    "save one memory in two dtypes": (lambda t: (lambda x: t.save([x, x.view(t.int32)], io.BytesIO()))(t.ones(2)), "Cannot save multiple tensors or storages that view the same data as different types"),
    "save what is too deep": (lambda t: t.save(deep(5000), io.BytesIO()), "maximum recursion depth exceeded"),
    "load nothing": (lambda t: t.load(), "missing 1 required positional argument: 'f'"), "load what is not there": (lambda t: t.load("nothing.pt"), "[Errno 2] No such file or directory: 'nothing.pt'"),
    "load a path that is not there": (lambda t: t.load(pathlib.Path("nothing.pt")), "[Errno 2] No such file or directory: 'nothing.pt'"), "load a folder": (lambda t: t.load("."), "[Errno 21] Is a directory: '.'"),
    "load a number": (lambda t: t.load(5), "'int' object has no attribute 'seek'. You can only torch.load from a file that is seekable."), "load None": (lambda t: t.load(None), "'NoneType' object has no attribute 'seek'"),
    "load a state": (lambda t: t.load({"a": 1}), "'dict' object has no attribute 'seek'"), "load bytes": (lambda t: t.load(b"PK"), "'bytes' object has no attribute 'seek'"),
    "load a network": (lambda t: t.load(t.nn.Linear(1, 1)), "'Linear' object has no attribute 'seek'"), "load a stream": (lambda t: t.load(Forwards()), "seek|tell"),
    "load an empty file": (lambda t: t.load(io.BytesIO()), ""), "load a file open as text": (lambda t: t.load(open("here.txt")), "Expected bytes, got str"),
    "load the first half": (lambda t: t.load(io.BytesIO(a_file(t).getvalue()[:300])), "PytorchStreamReader failed reading zip archive: failed finding central directory"),
    "load a whole network": (lambda t: t.load(saved(t, t.nn.Linear(1, 1))), "Weights only load failed."), "load a pickle": (lambda t: t.load(io.BytesIO(pickle.dumps(1)), weights_only=False), "Invalid magic number; corrupt file?"),
    "load to a device that is none": (lambda t: t.load(a_file(t), map_location="gpu"), "don't know how to restore data location of torch.storage.UntypedStorage (tagged with gpu)"),
    "load to a GPU that is not there": (lambda t: t.load(a_file(t), map_location="cuda"), "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on a CPU-only machine, "
                                        "please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."),
    "load to a GPU by a dictionary": (lambda t: t.load(a_file(t), map_location={"cpu": "cuda:0"}), "Attempting to deserialize object on a CUDA device"),
    "load to a number": (lambda t: t.load(a_file(t), map_location=0), "'int' object is not callable"), "load by a function that returns text": (lambda t: t.load(a_file(t), map_location=lambda s, l: "cpu"), ""),
    "map an open file": (lambda t: t.load(a_file(t), mmap=True), "f must be a file path in order to use the mmap argument"),
    "load with two safeties": (lambda t: t.load(a_file(t), pickle_module=pickle, weights_only=True), "Can not safely load weights when explicit pickle_module is specified"),
    "load with a word that nobody knows": (lambda t: t.load(a_file(t), foo=1, weights_only=False), "'foo' is an invalid keyword argument for Unpickler()"),
    "a flag of mapping that is none": (lambda t: t.serialization.set_default_mmap_options(77), "Invalid argument in function set_default_mmap_options, expected mmap.MAP_PRIVATE or mmap.MAP_SHARED, but got 77"),
    "load a NumPy number": (lambda t: t.load(saved(t, __import__("numpy").float64(1))), "Weights only load failed."),
    "load os.system": (lambda t: t.load(saved(t, __import__("os").getcwd)), "Weights only load failed."),
}


def deep(count):
    value = []
    for _ in range(count):
        value = [value]
    return value


def saved(t, value):
    buffer = io.BytesIO()
    t.save(value, buffer)
    buffer.seek(0)
    return buffer


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("call", [
    pytest.param(call, marks=[pytest.mark.cpu_only("it tells that there is no GPU")] * ("to a GPU" in call)) for call in CALLS])
def test_the_error_is_torchs(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.txt").write_text("hello")
    (tmp_path / "folder.pt").mkdir()
    make, words = CALLS[call]
    told = []
    for t in ENGINES:
        with pytest.raises(Exception) as error:
            make(t)
        told.append(error)
    theirs, mine = told
    assert isinstance(mine.value, theirs.type), f"torch raises {theirs.type.__name__}: {theirs.value}"
    for error in told:
        assert words in str(error.value) or re.search(words, str(error.value)), error.value
    if not str(mine.value).endswith("required positional argument: 'f'") and "Unpickler()" not in words:
        assert "\n  Why: " in str(mine.value) and "\n  Fix: " in str(mine.value)


def test_the_environment_decides_as_in_torch(monkeypatch):
    for t in ENGINES:
        file = saved(t, range(3))
        monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
        with pytest.warns(UserWarning, match="TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD detected"):
            assert t.load(file) == range(3)
        monkeypatch.setenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1")
        file.seek(0)
        with pytest.raises(RuntimeError, match="Only one of"):
            t.load(file)
        monkeypatch.delenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD")
        with pytest.raises(pickle.UnpicklingError):
            t.load(file, weights_only=False)
        monkeypatch.delenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD")


def test_what_this_engine_does_not_write_it_says(tmp_path):
    with pytest.raises(RuntimeError, match="that was PyTorch's format before 1.6"):
        workbook.save(1, tmp_path / "x.pt", _use_new_zipfile_serialization=False)
    with pytest.raises(RuntimeError, match="leave pickle_module out"):
        workbook.save(1, tmp_path / "x.pt", pickle_module=io)
    with pytest.raises(ValueError, match="pickle protocol must be between 2 and"):
        workbook.save(1, tmp_path / "x.pt", pickle_protocol=99)
    with pytest.warns(UserWarning, match="written in protocol 2"):
        workbook.save(1, tmp_path / "x.pt", pickle_protocol=4)
    with pytest.warns(UserWarning, match="pickle_load_args only works if"):
        assert workbook.load(tmp_path / "x.pt", encoding="ascii") == 1
    with warnings.catch_warnings(action="error"):
        assert torch.load(tmp_path / "x.pt") == 1
    with pytest.raises(AttributeError, match="has no attribute 'skip_data'\n  Fix: "):
        workbook.serialization.skip_data
    assert issubclass(workbook.serialization.SourceChangeWarning, Warning)


def test_a_name_that_is_nearly_right_is_shown(tmp_path):
    workbook.save(1, tmp_path / "weights.pt")
    with pytest.raises(FileNotFoundError) as told:
        workbook.load(tmp_path / "weigths.pt")
    assert "Fix: there is weights.pt" in str(told.value) and told.value.errno == 2
