"""The names under `import workbook as torch`: what is there, what is PyTorch's, what is refused, and with which words."""

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import workbook as torch
from workbook import missing
from workbook.ops import methods

ROOT = Path(__file__).parents[1]
PLAIN = ("Tensor", "Size", "device", "dtype", "Generator", "float32", "int64", "bool", "pi", "inf", "nan", "manual_seed",
         "no_grad")


@pytest.mark.parametrize("name", [*PLAIN, *sorted(methods.functions())])
def test_the_name_is_there(name):
    assert getattr(torch, name) is not None


@pytest.mark.parametrize("name", ["autograd", "nn", "optim", "utils", "cuda", "vision", "random"])
def test_submodules_load_by_name(name):
    assert getattr(torch, name) is importlib.import_module(f"workbook.{name}")


def test_submodules_load_on_first_use_in_a_fresh_process():
    code = ("import sys, workbook as torch; early = 'workbook.optim' in sys.modules; torch.optim.SGD;"
            "torch.utils.data.DataLoader; torch.nn.functional.relu; print(early, 'workbook.optim' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("module, name", [(module, name) for module, names in missing.MISSPELT_OF_MODULE.items() for name in names])
def test_a_misspelt_name_of_a_module_gets_the_right_one(module, name):
    with pytest.raises(AttributeError, match=f"^module 'torch.{module}' has no attribute '{name}'. Did you mean: '(.+)'") as caught:
        getattr(importlib.import_module(f"workbook.{module}"), name)
    right = str(caught.value).rpartition("'")[0].rpartition("'")[2]
    assert right == missing.MISSPELT_OF_MODULE[module][name] and hasattr(importlib.import_module(f"workbook.{module}"), right)


def test_nesterov_is_a_flag():
    with pytest.raises(AttributeError, match="nesterov=True"):
        torch.optim.NesterovSGD


@pytest.mark.parametrize("name, hint", [("sigmod", "sigmoid"), ("non_zero", "nonzero"), ("tenser", "tensor")])
def test_a_slip_of_the_old_tutorials_is_answered_with_the_right_name(name, hint):
    with pytest.raises(AttributeError, match=f"module 'torch' has no attribute '{name}'. Did you mean: '{hint}'"):
        getattr(torch, name)


@pytest.mark.parametrize("name, advice", [("view", "x.view"), ("expand", "broadcast_to"), ("uniform", "uniform_"), ("stft", "scipy"), ("sparse_coo_tensor", "dense")])
def test_a_name_that_torch_has_not_is_answered_with_what_to_write(name, advice):
    with pytest.raises(AttributeError, match=f"module 'torch' has no attribute '{name}'(.|\n)*{advice}"):
        getattr(torch, name)
    assert not hasattr(torch, name)


@pytest.mark.parametrize("name, advice", [("sigmod", "sigmoid"), ("creator", "grad_fn"), ("to_sparse", "as it is"), ("nothing_like_this", "")])
def test_a_name_that_a_tensor_has_not_is_answered_with_what_to_write(name, advice):
    with pytest.raises(AttributeError, match=f"'Tensor' object has no attribute '{name}'(.|\n)*{advice}"):
        getattr(torch.ones(1), name)
    assert not hasattr(torch.ones(1), name)


def test_an_unknown_name_is_an_attribute_error_in_pytorchs_words():
    with pytest.raises(AttributeError, match="module 'torch' has no attribute 'nothing_like_this'"):
        torch.nothing_like_this
    assert not hasattr(torch, "nothing_like_this")


def test_dir_shows_functions_and_submodules_and_nothing_private_of_the_engine():
    shown = dir(torch)
    assert {"ones", "nn", "optim", "no_grad", "float32"} <= set(shown)
    assert sorted(shown) == shown


@pytest.mark.parametrize("alias, name", methods.ALIASES.items())
def test_an_alias_is_the_same_function(alias, name):
    """Behind doors of their own, which know how they are called."""
    assert inspect.unwrap(getattr(torch, alias)) is inspect.unwrap(getattr(torch, name))
    if hasattr(torch.Tensor, name):
        assert inspect.unwrap(getattr(torch.Tensor, alias)) is inspect.unwrap(getattr(torch.Tensor, name))


@pytest.mark.parametrize("name, function", [*methods.named(methods.BOTH, True).items(), *methods.named(methods.WITH_INPLACE, True).items()])
def test_a_function_and_its_method_are_one(name, function):
    assert inspect.unwrap(getattr(torch.Tensor, name)) is inspect.unwrap(function)
    assert inspect.unwrap(function) is inspect.unwrap(getattr(torch, name))


def test_methods_are_installed_by_one_table_only():
    """Whatever Tensor has is written in its class, or installed by `ops/methods`, or in-place forms made from the table."""
    written = {name for name, value in vars(torch.Tensor).items() if not isinstance(value, missing.Absent)}
    allowed = {name for part in (methods.BOTH, methods.WITH_INPLACE, methods.ONLY_METHODS) for name in methods.named(part)}
    allowed |= {name + "_" for part in (methods.WITH_INPLACE, methods.RESHAPED) for name in methods.named(part)}
    allowed |= {*methods.OPERATORS, *methods.INPLACE_OPERATORS, *methods.CASTS, *methods.ALIASES}
    allowed |= {alias + "_" for alias in methods.ALIASES}
    source = inspect.getsource(sys.modules["workbook.tensor"]) + inspect.getsource(methods)
    assert [name for name in written - allowed if name not in source and not name.startswith("__")] == []


def test_the_version_is_pytorchs_with_the_engines_own():
    assert torch.__version__.startswith("2.13.0+workbook.")
