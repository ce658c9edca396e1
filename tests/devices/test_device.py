"""Device objects: how they print and compare, what names them, what is no device, and what is not there."""

import builtins
import pickle
import re
import types

import pytest

import workbook as torch
from workbook import devices

# what is given, how the device prints as an object, as text, its type and index
NAMED = [
    (("cpu",), "device(type='cpu')", "cpu", "cpu", None),
    (("cpu", 0), "device(type='cpu', index=0)", "cpu:0", "cpu", 0),
    (("cuda",), "device(type='cuda')", "cuda", "cuda", None),
    (("cuda:1",), "device(type='cuda', index=1)", "cuda:1", "cuda", 1),
    (("cuda", 2), "device(type='cuda', index=2)", "cuda:2", "cuda", 2),
    ((3,), "device(type='cuda', index=3)", "cuda:3", "cuda", 3),
]

# what is given, the type of the error and the phrase in it
REFUSED = [
    (("gpu",), RuntimeError, "Expected one of cpu, cuda"),
    (("cuda:x",), RuntimeError, "Invalid device string: 'cuda:x'"),
    (("cuda:",), RuntimeError, "Invalid device string: 'cuda:'"),
    (("cuda:1", 1), RuntimeError, "must not include an index because index was passed explicitly: cuda:1"),
    (("",), RuntimeError, "Device string must not be empty"),
    (("cuda", 128), RuntimeError, "Could not parse device index '128'"),
    (("cuda:99999999999999999999",), RuntimeError, "Could not parse device index '99999999999999999999' in device string"),
    ((True,), TypeError, "must be str, not bool"),
    ((None,), TypeError, "must be str"),
    ((1.5,), TypeError, "must be str, not float"),
]


@pytest.mark.parametrize("given, shown, text, type_, index", NAMED)
def test_a_device_prints_as_pytorchs(given, shown, text, type_, index):
    place = torch.device(*given)
    assert (repr(place), str(place), place.type, place.index) == (shown, text, type_, index)


@pytest.mark.parametrize("given", [given for given, *_ in NAMED])
def test_each_place_is_one_object(given):
    place = torch.device(*given)
    assert torch.device(*given) is place and torch.device(place) is place and pickle.loads(pickle.dumps(place)) is place
    assert place == torch.device(str(place)) and hash(place) == hash(torch.device(str(place)))


def test_different_places_differ():
    assert torch.device("cuda") != torch.device("cuda:0") and torch.device("cpu") != torch.device("cuda")
    assert torch.device("cpu") != "cpu"


@pytest.mark.parametrize("given, error, phrase", REFUSED)
def test_what_names_no_device_is_refused(given, error, phrase):
    with pytest.raises(error, match=phrase):
        torch.device(*given)


def test_the_class_prints_as_pytorchs():
    assert repr(torch.device) == "<class 'torch.device'>"


@pytest.fixture
def no_gpu(monkeypatch):
    """A machine on which CuPy finds no GPU, whatever this one has."""
    backend = devices.CudaBackend()
    backend._reason = "CuPy is not installed"
    earlier = devices.register("cuda", backend)
    yield
    devices.register("cuda", earlier)


@pytest.mark.parametrize("use", [
    lambda: torch.ones(2, device="cuda"),
    lambda: torch.ones(2).cuda(),
    lambda: torch.ones(2).to("cuda:0"),
    lambda: torch.tensor([1.0], device=torch.device("cuda")),
    lambda: torch.zeros(2, device=0),
    lambda: torch.nn.Linear(1, 1).to("cuda"),
], ids=["ones", "cuda()", "to", "tensor", "index", "module"])
def test_a_missing_gpu_is_told_with_the_reason_and_the_fix(use, no_gpu):
    with pytest.raises(AssertionError) as caught:
        use()
    what, why, fix = str(caught.value).split("\n")
    assert what == "Torch not compiled with CUDA enabled"
    assert why == "  Why: there is no cuda device here: CuPy is not installed"
    assert "torch.cuda.is_available()" in fix


def test_asking_for_a_gpu_never_raises(no_gpu):
    assert torch.cuda.is_available() is False and torch.cuda.device_count() == 0
    assert devices.report()[1] == ("cuda", False, "CuPy is not installed")


def test_a_tensor_says_where_it_is():
    x = torch.ones(2)
    assert x.device is torch.device("cpu") and not x.is_cuda
    assert x.to("cpu") is x and x.cpu() is x
    assert "device" not in repr(x)


@pytest.mark.parametrize("problem, words", (
    (ModuleNotFoundError("No module named 'cupy'", name="cupy"), "CuPy is not installed"),
    (ModuleNotFoundError("No module named 'fastrlock'", name="fastrlock"), "CuPy is installed, but fastrlock, which it needs, is not"),
    (ImportError("libcudart.so.12: cannot open shared object file"), "a library that it needs cannot be loaded: libcudart.so.12"),
    ("cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version", "no NVIDIA driver, or it is too old for CuPy's CUDA: workbook doctor"),
    ("cudaErrorSystemDriverMismatch: system has unsupported display driver", "the driver says: cudaErrorSystemDriverMismatch"),
    (0, "the driver finds no NVIDIA GPU"),
    (RuntimeError("Failed to dlopen libnvrtc.so.12"), r"a first small kernel failed: Failed to dlopen libnvrtc.so.12; NVIDIA's libraries come with pip install")))
def test_why_there_is_no_gpu(monkeypatch, problem, words):
    """CuPy as it is where something is missing: it does not load, it sees no GPU, it cannot compute."""
    from workbook.devices import cuda

    class Cupy(types.ModuleType):
        def is_available(self):
            return isinstance(problem, RuntimeError)

        def arange(self, size):
            raise problem

    def count():
        if isinstance(problem, str):
            raise RuntimeError(problem)
        return problem

    cupy = Cupy("cupy")
    cupy.cuda = types.SimpleNamespace(runtime=types.SimpleNamespace(getDeviceCount=count))

    def load(name, *rest):
        if name != "cupy":
            return real(name, *rest)
        if isinstance(problem, ImportError):
            raise problem
        return cupy

    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", load)
    found, reason = cuda.found()
    assert found is None and re.search(words, reason)
