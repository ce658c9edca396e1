"""New Tensors: what cannot become one is refused in PyTorch's words, with the reason and what to change."""

import warnings

import numpy as np
import pytest

import workbook as torch


def parts(text):
    what, _, rest = text.rpartition("\n  Why: ")
    why, _, fix = rest.partition("\n  Fix: ")
    assert what and why and fix
    return what, why, fix


TOO_MUCH = 2**60  # numbers: more than any computer has room for, and less than PyTorch can count


@pytest.mark.parametrize("make", [
    lambda size: torch.zeros(size), lambda size: torch.ones(size), lambda size: torch.empty(size), lambda size: torch.rand(size),
    lambda size: torch.randn(size), lambda size: torch.full((size,), 1.), lambda size: torch.randint(3, (size,), dtype=torch.int32),
    lambda size: torch.Tensor(size), lambda size: torch.eye(2**30)],
    ids=["zeros", "ones", "empty", "rand", "randn", "full", "randint", "Tensor", "eye"])
@pytest.mark.cpu_only("a GPU has a memory of its own, and words of its own for one that is full")
def test_more_memory_than_there_is(make):
    with pytest.raises(RuntimeError) as caught:
        make(TOO_MUCH)
    what, why, _ = parts(str(caught.value))
    assert what == "DefaultCPUAllocator: can't allocate memory: you tried to allocate 4611686018427387904 bytes."
    assert why.endswith("numbers of 4 bytes are 4,611,686,018 GB")


def test_sizes_that_cannot_be_counted():
    with pytest.raises(RuntimeError, match=r"Storage size calculation overflowed with sizes=\[2147483648, 2147483648, 2147483648\]"):
        torch.zeros(2**31, 2**31, 2**31)
    with pytest.raises(TypeError, match="Overflow when unpacking long long"):
        torch.zeros(10**30)


def test_an_array_for_reading_is_copied_with_a_warning():
    array = np.ones(3)
    array.flags.writeable = False
    with pytest.warns(UserWarning, match="The given NumPy array is not writable"):
        made = torch.from_numpy(array)
    made[0] = 5
    assert made.tolist() == [5, 1, 1] and array.tolist() == [1, 1, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        torch.tensor(array).add_(1)
        torch.as_tensor(array).add_(1)
    assert array.tolist() == [1, 1, 1]


@pytest.mark.cpu_only("memory is shared with NumPy")
def test_an_array_for_writing_is_shared():
    array = np.ones(3)
    torch.from_numpy(array)[0] = 5
    torch.as_tensor(array)[1] = 6
    assert array.tolist() == [5, 6, 1]


@pytest.mark.parametrize("make", [torch.from_numpy, torch.tensor, torch.as_tensor], ids=["from_numpy", "tensor", "as_tensor"])
@pytest.mark.parametrize("array, words", [
    (np.arange(3)[::-1], "At least one stride in the given numpy array is negative"),
    (np.ones((2, 2))[:, ::-1], "At least one stride in the given numpy array is negative"),
    (np.ones(2, np.dtype(np.float32).newbyteorder("S")), "given numpy array has byte order different from the native byte order")],
    ids=["reversed", "reversed columns", "byte order"])
def test_arrays_that_are_read_backwards(make, array, words):
    with pytest.raises(ValueError) as caught:
        make(array)
    assert parts(str(caught.value))[0].startswith(words)


def test_the_right_way_out_works():
    assert torch.from_numpy(np.arange(3)[::-1].copy()).tolist() == [2, 1, 0]
    swapped = np.arange(2, dtype=np.dtype(np.int32).newbyteorder("S"))
    assert torch.from_numpy(swapped.astype(swapped.dtype.newbyteorder("="))).tolist() == [0, 1]


@pytest.mark.parametrize("name", ["torch.FooTensor", "foo"])
def test_an_old_style_type_that_does_not_exist_is_named(name):
    with pytest.raises(ValueError) as caught:
        torch.ones(1).type(name)
    assert parts(str(caught.value))[0] == f"invalid type: '{name}'"
