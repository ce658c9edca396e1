"""Memory shared by DLPack: what is shared, copied and refused, here and in torch, in both directions and between the two."""

import warnings

import numpy as np
import pytest
import torch as theirs

import workbook as mine
import workbook.utils.dlpack

pytestmark = pytest.mark.cpu_only("NumPy and PyTorch without a GPU show the CPU's memory")
BOTH = [mine, theirs]
KINDS = ["float16", "float32", "float64", "int8", "uint8", "int16", "int32", "int64", "bool", "complex64", "complex128"]


class Old:
    """An array of a library of before DLPack 1.0."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, stream=None):
        return self.array.__dlpack__()

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


class Elsewhere(Old):
    """One whose memory is said to be of another kind of device."""

    kind = 2

    def __dlpack_device__(self):
        return self.kind, 0


def read_only():
    array = np.arange(3.0)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("torch", BOTH)
@pytest.mark.parametrize("kind", KINDS)
def test_numpy_and_torch_show_one_memory(torch, kind):
    array = np.arange(6).reshape(2, 3).astype(kind).T
    x = torch.from_dlpack(array)
    assert str(x.dtype) == f"torch.{kind}" and x.stride() == (1, 3) and x.tolist() == array.tolist()
    array[2, 1] = 0
    assert x[2, 1].item() == 0
    back = np.from_dlpack(x)
    assert back.dtype == kind and back.strides == array.strides and back.flags.writeable
    x[0, 0] = 1
    assert back[0, 0] == 1 and array[0, 0] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_torch_and_workbook_show_one_memory(kind):
    x = theirs.arange(4).to(getattr(theirs, kind))
    y = mine.from_dlpack(x)
    z = theirs.from_dlpack(y)
    y[1] = 0
    assert x[1].item() == z[1].item() == 0 and x.data_ptr() == y.data_ptr() == z.data_ptr() and str(y) == str(z)


@pytest.mark.parametrize("torch", BOTH)
@pytest.mark.parametrize("make", [lambda t: t.ones(()), lambda t: t.ones(0, 3), lambda t: t.arange(6)[::2], lambda t: t.arange(6)[1:], lambda t: t.ones(3).expand(2, 3),
                                  lambda t: t.ones(2, 1, 3)[:, :, :1]])
def test_shapes_and_steps_stay(torch, make):
    x = make(torch)
    there, back = np.from_dlpack(x), torch.from_dlpack(x)
    assert there.shape == tuple(x.shape) and back.shape == x.shape and back.tolist() == x.tolist()
    assert not x.numel() or back.stride() == x.stride() and back.data_ptr() == x.data_ptr() and back.storage_offset() == 0


@pytest.mark.parametrize("torch", BOTH)
@pytest.mark.parametrize(("copy", "shared"), [(None, True), (False, True), (True, False)])
def test_copy_says_whether_memory_is_shared(torch, copy, shared):
    for x in (torch.arange(4.0), np.arange(4.0)):
        y = torch.from_dlpack(x, copy=copy, device="cpu")
        y[0] = 9
        assert (x[0] == 9) == shared


@pytest.mark.parametrize("torch", BOTH)
def test_writes_are_counted_apart(torch):
    x = torch.arange(4.0)
    torch.from_dlpack(x).add_(1)
    assert x.tolist() == [1, 2, 3, 4] and x._version == 0


@pytest.mark.parametrize("torch", BOTH)
@pytest.mark.parametrize("lend", [lambda t, x: Old(np.from_dlpack(x)), lambda t, x: t.utils.dlpack.to_dlpack(x), lambda t, x: x.__dlpack__(),
                                  lambda t, x: x.__dlpack__(max_version=(1, 0)), lambda t, x: t.to_dlpack(x.requires_grad_())])
def test_what_capsules_of_both_kinds_hold_is_written(torch, lend):
    source = torch.arange(3.0)
    x = torch.from_dlpack(lend(torch, source))
    x[0] = 5
    assert source.tolist() == [5, 1, 2] and not x.requires_grad


def test_an_array_that_is_only_for_reading_is_copied():
    """torch shares it and writes into it."""
    array = read_only()
    with pytest.warns(UserWarning, match="not writable.*\n.*copy") as caught:
        x = mine.from_dlpack(array)
    x[0] = 7
    assert array[0] == 0 and caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mine.from_dlpack(array, copy=True).tolist() == [0, 1, 2]
    with pytest.raises(BufferError, match="not writable(.|\n)*leave copy out"):
        mine.from_dlpack(array, copy=False)


def slope(torch):
    return torch.func.grad(lambda x: torch.from_dlpack(x).sum())(torch.ones(2))


def used(torch):
    capsule = torch.to_dlpack(torch.ones(2))
    torch.from_dlpack(capsule)
    return torch.from_dlpack(capsule)


REFUSED = {
    "a leaf": lambda t: np.from_dlpack(t.ones(2, requires_grad=True)), "a result": lambda t: np.from_dlpack(t.ones(2, requires_grad=True) * 2),
    "a parameter": lambda t: t.from_dlpack(t.nn.Parameter(t.ones(2))), "inside func.grad": slope, "a used capsule": used,
    "a list": lambda t: t.from_dlpack([1, 2]), "nothing": lambda t: t.from_dlpack(None), "a number": lambda t: t.from_dlpack(3.0),
    "letters": lambda t: t.from_dlpack(np.array(["a"])), "objects": lambda t: t.from_dlpack(np.array([None])), "bytes the other way": lambda t: t.from_dlpack(np.arange(3, dtype=">i4")),
    "a GPU that is not there": lambda t: t.from_dlpack(t.ones(2), device="cuda"), "a device that is a number": lambda t: t.from_dlpack(t.ones(2), device=3),
    "a capsule and a device": lambda t: t.from_dlpack(t.to_dlpack(t.ones(2)), device="cpu"), "a stream of the CPU": lambda t: t.ones(2).__dlpack__(stream=1),
    "a stream in words": lambda t: t.ones(2).__dlpack__(stream="a"), "a version in words": lambda t: t.ones(2).__dlpack__(max_version="a"),
    "by place": lambda t: t.ones(2).__dlpack__(3), "no tensor": lambda t: t.utils.dlpack.to_dlpack([1.0]), "vmap": lambda t: t.vmap(t.from_dlpack)(t.ones(2, 3)),
}
OWN_WORDS = {"a version in words", "by place", "vmap"}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_refused_alike(case):
    said = []
    for torch in BOTH:
        with pytest.raises(Exception) as caught:
            REFUSED[case](torch)
        said.append((type(caught.value), str(caught.value).partition("\n")[0]))
    assert said[0][0] is said[1][0]
    assert case in OWN_WORDS or said[0][1] == said[1][1]


def test_what_torch_cannot_name_is_refused_with_words():
    with pytest.raises(ValueError, match=r"negative(.|\n)*copy\(\)"):  # torch ends the process
        mine.from_dlpack(np.arange(3)[::-1])
    with pytest.raises(TypeError, match=r"Unsupported dtype in DLTensor.\n.*bfloat16\n.*float\(\)"):
        mine.from_dlpack(theirs.ones(2, dtype=theirs.bfloat16))
    with pytest.raises(TypeError, match="uint16(.|\n)*astype"):
        mine.from_dlpack(np.uint16([1, 2]))
    with pytest.raises(AssertionError, match="CUDA(.|\n)*simulate"):
        mine.from_dlpack(Elsewhere(np.ones(2)))
    with pytest.raises(BufferError, match="Unsupported device_type: 8(.|\n)*the CPU first"):
        mine.from_dlpack(type("OfMetal", (Elsewhere,), {"kind": 8})(np.ones(2)))


@pytest.mark.parametrize("torch", BOTH)
def test_the_names(torch):
    assert torch.utils.dlpack.from_dlpack is torch.from_dlpack and torch.utils.dlpack.__all__ == ["DLDeviceType", "from_dlpack"]
    assert torch.ones(1).__dlpack_device__() == (torch.utils.dlpack.DLDeviceType.kDLCPU, 0) == (1, 0)
    assert {kind.name: int(kind) for kind in torch.utils.dlpack.DLDeviceType} == {kind.name: int(kind) for kind in workbook.utils.dlpack.DLDeviceType}


def test_memory_that_others_show_does_not_grow():
    x = mine.arange(3.0)
    shown = np.from_dlpack(x)
    with pytest.raises(RuntimeError, match="resize"):
        x.resize_(5)
    assert shown.tolist() == [0, 1, 2]


def test_a_tensor_of_a_simulated_gpu_is_not_lent(gpu):
    x = mine.ones(2, device=gpu)
    assert x.__dlpack_device__() == (2, x.device.index)
    if not mine.cuda.get_device_name().startswith("Simulated"):
        assert mine.from_dlpack(x).data_ptr() == x.data_ptr() and mine.from_dlpack(mine.to_dlpack(x)).data_ptr() == x.data_ptr()
        return
    for lend in (x.__dlpack__, lambda: np.from_dlpack(x), lambda: mine.from_dlpack(x), lambda: mine.to_dlpack(x), lambda: mine.from_dlpack(Elsewhere(np.ones(2)))):
        with pytest.raises(BufferError, match=r"simulated GPU(.|\n)*x\.cpu\(\)"):
            lend()
    moved = mine.from_dlpack(np.arange(2.0), device=gpu)
    assert str(moved.device) == gpu and moved.tolist() == [0, 1]
    with pytest.raises(ValueError, match="cannot move DLPack tensor"):
        mine.from_dlpack(np.arange(2.0), device=gpu, copy=False)
