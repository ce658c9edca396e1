"""No public name of torch, torch.Tensor, torch.linalg, torch.special, torch.nn and torch.optim is both absent here and unexplained."""

import importlib.util
import pkgutil
import re
from functools import reduce

import pytest

import workbook
from workbook import missing
from workbook.commands import run

EXPLAINED = {"autograd": {*missing.OF_MODULE["autograd"]}, "func": {*missing.OF_MODULE["func"]}, "functional": {"fwAD", "torch"}, "torch": {*missing.MISSPELT, *missing.INSTEAD}, "Tensor": {*missing.OF_TENSOR},
             "linalg": {*missing.OF_MODULE["linalg"]}, "special": {*missing.OF_MODULE["special"]}}
OWNERS = {"autograd": (lambda torch: torch.autograd), "func": (lambda torch: torch.func), "functional": (lambda torch: torch.autograd.functional), "torch": (lambda torch: torch), "Tensor": (lambda torch: torch.Tensor), "linalg": (lambda torch: torch.linalg),
          "special": (lambda torch: torch.special)}

OWN_OF_TORCH = {  # names that PyTorch's modules import for themselves, or tell their documents with
    "nn": {"factory_kwargs", "common_types", "grad", "qat", "quantizable", "quantized", "intrinsic", "backends", "cpp"},
    "nn.functional": {"BroadcastingList1", "BroadcastingList2", "BroadcastingList3", "GRID_SAMPLE_INTERPOLATION_MODES", "GRID_SAMPLE_PADDING_MODES", "ScalingType",
                      "SwizzleType", "TYPE_CHECKING", "Tensor", "assert_int_or_pair", "boolean_dispatch", "handle_torch_function", "has_torch_function",
                      "has_torch_function_unary", "has_torch_function_variadic", "reproducibility_notes", "sparse_support_notes", "tf32_notes", "Callable", "Optional",
                      "DType", "importlib", "math", "np", "warnings", "torch", "grad", "Any", "Union", "TypeAlias", "sym_int", "dataclasses"},
    "nn.init": {"Tensor", "Callable", "Literal", "ParamSpec", "TypeVar", "math", "torch", "warnings", "overload"}, "optim": {"adadelta", "swap_tensors"}, "nn.utils": {"memory_format"},
    "serialization": {"Any", "Callable", "Enum", "Generic", "IO", "TypeAlias", "TypeIs", "TypeVar", "cast", "T", "FileLike", "MAP_LOCATION", "STORAGE", "Storage", "closing",
                      "contextmanager", "copyreg", "difflib", "functools", "mkdtemp", "re", "shutil", "struct", "tarfile", "tempfile", "threading", "torch", "get_source_lines_and_file",
                      "DEFAULT_PROTOCOL", "INT_SIZE", "IS_WINDOWS", "LONG_SIZE", "MAGIC_NUMBER", "MAP_PRIVATE", "MAP_SHARED", "PROTOCOL_VERSION", "SHORT_SIZE",
                      "STORAGE_KEY_SEPARATOR", "UNSAFE_MESSAGE"},
    "cuda": {"Any", "Callable", "DEVICE_REQUIREMENT", "Device", "NewType", "Optional", "PYTORCH_RELEASES_CODE_CC", "TYPE_CHECKING", "cast", "classproperty", "lru_cache", "os",
             "platform", "threading", "torch", "traceback", "warnings"},
    "cuda.nvtx": {"contextmanager"}, "accelerator": {"Any", "Self", "cache", "OrderedDict", "Device", "deprecated", "torch", "device_t", "graphs", "memory"},
}
OWNERS |= {path: (lambda torch, path=path: reduce(getattr, path.split("."), torch)) for path in OWN_OF_TORCH}
EXPLAINED |= {path: {*missing.OF_MODULE.get(path, ()), *names} for path, names in OWN_OF_TORCH.items()}


@pytest.mark.parametrize("owner", OWNERS)
def test_every_name_is_there_or_explained(owner):
    theirs, mine = (OWNERS[owner](engine) for engine in (pytest.importorskip("torch", reason="compares with the real torch, which is not installed"), workbook))
    absent = [name for name in dir(theirs) if not name.startswith("_") and not hasattr(mine, name)]
    assert [name for name in absent if name not in EXPLAINED[owner]] == []


def test_only_modules_that_pytorch_has_are_found_under_its_name():
    torch = pytest.importorskip("torch", reason="compares with the real torch, which is not installed")
    rooms = [module.name for module in pkgutil.iter_modules(workbook.__path__) if not module.name.startswith("_")]
    assert [room for room in rooms if room not in run.NOT_TORCHS and not hasattr(torch, room) and importlib.util.find_spec(f"torch.{room}") is None] == []


def test_no_name_stands_in_two_families():
    named = [name for names in missing.FAMILIES.values() for name in names.split()]
    assert sorted(name for name in {*named} if named.count(name) > 1) == []


@pytest.mark.parametrize("words", [*missing.INSTEAD.values(), *(f"write {words}" for words in missing.OF_TENSOR.values()),
                                   *missing.OF_MODULE["linalg"].values(), *missing.OF_MODULE["func"].values(), *missing.OF_MODULE["autograd"].values(), *missing.OF_MODULE["special"].values(),
                                   *missing.OF_MODULE["cuda"].values(), *missing.OF_MODULE["accelerator"].values()])
def test_what_is_to_be_written_instead_is_there(words):
    for path in re.findall(r"torch((?:\.\w+)+)", words):
        found = workbook
        for name in path.split(".")[1:]:
            found = getattr(found, name)
    for name in re.findall(r"\b[xy]\.(\w+)", words):
        assert hasattr(workbook.Tensor, name) or name == "data"


@pytest.mark.parametrize("module, name, words", [("linalg", "ldl_solve", "torch.linalg.solve"), ("special", "airy_ai", "scipy.special")])
def test_a_submodule_says_what_it_lacks(module, name, words):
    with pytest.raises(AttributeError, match=f"module 'torch.{module}' has no attribute '{name}'\n  Fix: .*{words}"):
        getattr(getattr(workbook, module), name)
    assert not hasattr(getattr(workbook, module), "nothing_like_this")


EMPTY = ("empty(2)", "Tensor(2)", "empty(2, dtype=torch.int32)", "empty(2, dtype=torch.bool)", "empty(2, dtype=torch.complex64)",
         "empty_like(torch.ones(2))", "ones(2).new_empty(2)", "empty_strided((2, 2), (1, 2))", "empty_permuted((2, 1), (1, 0))")


@pytest.mark.parametrize("made", EMPTY)
def test_memory_that_nobody_filled_shows_it_where_every_run_is_to_be_the_same(made):
    shown = []
    for torch in (pytest.importorskip("torch", reason="compares with the real torch, which is not installed"), workbook):
        torch.use_deterministic_algorithms(True)
        try:
            shown.append(str(eval(f"torch.{made}", {"torch": torch})))
        finally:
            torch.use_deterministic_algorithms(False)
    assert shown[0] == shown[1]


def test_settings_that_change_nothing_are_taken():
    assert workbook.set_flush_denormal(True) is False
    workbook.set_float32_matmul_precision("high")
    workbook.use_deterministic_algorithms(True, warn_only=True)
    assert workbook.get_float32_matmul_precision() == "high"
    assert workbook.are_deterministic_algorithms_enabled() and workbook.is_deterministic_algorithms_warn_only_enabled()
    workbook.set_float32_matmul_precision("highest")
    workbook.use_deterministic_algorithms(False)
    with pytest.raises(ValueError, match="precision must be one of highest, high, medium, not 'low'"):
        workbook.set_float32_matmul_precision("low")


@pytest.mark.parametrize("name", ["door", "sgd", "activation", "module", "fetching", "show", "torch_name"])
def test_what_is_the_engines_own_is_not_said_to_be_pytorchs(name):
    with pytest.raises(AttributeError) as caught:
        getattr(workbook, name)
    assert str(caught.value) == f"module 'torch' has no attribute '{name}'"


@pytest.mark.parametrize("name", ["one_hot", "Linear", "init", "lr_scheduler", "DataLoader", "cross_entropy", "tolist"])
def test_a_name_of_another_room_is_told_where_pytorch_has_it(name):
    theirs = pytest.importorskip("torch", reason="asks where PyTorch has a name: pip install torch==2.13.0")
    with pytest.raises(AttributeError, match="keeps this name in another place") as caught:
        getattr(workbook, name)
    where = str(caught.value).rpartition("write ")[2]
    assert reduce(getattr, where.split(".")[1:], theirs.ones(1) if where.startswith("x.") else theirs) is not None and not hasattr(theirs, name)
