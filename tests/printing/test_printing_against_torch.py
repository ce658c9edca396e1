"""Printed text against PyTorch itself, on any numbers, shapes and options."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import workbook
from workbook import dtypes, printing

torch = pytest.importorskip("torch", minversion="2.13", reason="compares with PyTorch 2.13, which is not installed")

EXAMPLES = 20 * settings().max_examples
HELD_BY_NUMPY = [dtype for dtype in dtypes.ALL if dtype.numpy is not None]
FLOATS = (st.floats() | st.floats(-10, 10).map(lambda x: round(x, 2)) | st.integers(-2000, 2000).map(float)
          | st.sampled_from([0.0, -0.0, np.nan, np.inf, -np.inf, 1e-4, 0.99e-4, 1e-3, 1000.0, 1001.0, 1e8, 1.1e8]))
OPTIONS = st.fixed_dictionaries({}, optional={
    "precision": st.integers(0, 9), "threshold": st.integers(0, 60), "edgeitems": st.integers(0, 5),
    "linewidth": st.integers(1, 140), "sci_mode": st.booleans(), "profile": st.sampled_from(["default", "short", "full"])})


@st.composite
def arrays(draw):
    dtype = draw(st.sampled_from(HELD_BY_NUMPY)).numpy
    shape = draw(npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=8) | st.tuples(st.integers(0, 70)))
    if dtype.kind in "fc":
        # A few numbers, repeated in random order: widths and scales then go together as they do in real tensors
        pool = np.array(draw(st.lists(FLOATS, min_size=1, max_size=6)))
        picks = np.random.default_rng(draw(st.integers(0, 2**32))).integers(0, len(pool), (2, *shape))
        with np.errstate(all="ignore"):
            parts = pool[picks]
            array = np.empty(shape, dtype)
            array.real[...] = parts[0]
            if dtype.kind == "c":
                array.imag[...] = parts[1]
        return array
    return np.asarray(draw(npst.arrays(dtype, shape)))


@settings(max_examples=EXAMPLES)
@given(array=arrays(), options=st.just({}) | OPTIONS, default=st.sampled_from(["float32", "float64"]),
       grad=st.sampled_from(["none", "leaf", "node"]), name=st.text("abcdefgh", min_size=1, max_size=60))
def test_any_tensor(array, options, default, grad, name):
    tensor = torch.from_numpy(array.copy())
    named = {"dtype": dtypes.OF_NUMPY[array.dtype], "default_dtype": getattr(dtypes, default)}
    if grad != "none" and array.dtype.kind in "fc":
        tensor.requires_grad_()
        named["requires_grad"] = True
        if grad == "node":
            tensor = node(name).apply(tensor)
            named["grad_fn_name"] = name + "Backward"
    torch.set_default_dtype(getattr(torch, default))
    torch.set_printoptions(**{"profile": "default", **options})
    try:
        expected = repr(tensor)
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default")
    with printing.printoptions(**options):
        assert printing.tensor_text(array, **named) == expected


def node(name):
    """An operation of PyTorch whose grad_fn is called `name`Backward: suffixes of any length."""
    return type(name, (torch.autograd.Function,), {"forward": staticmethod(lambda ctx, x: x.view_as(x)),
                                                   "backward": staticmethod(lambda ctx, grad: grad)})


@pytest.mark.parametrize("shape", [(1001,), (1000,), (2, 501), (40, 40), (7, 1, 200), (3, 40, 40), (6, 6, 6, 6), (7, 7, 7, 7)])
@pytest.mark.parametrize("dtype", HELD_BY_NUMPY, ids=str)
def test_summaries(shape, dtype):
    array = np.random.default_rng(0).normal(0, 40, shape).astype(dtype.numpy)
    assert printing.tensor_text(array, dtype=dtype) == repr(torch.from_numpy(array))


@pytest.mark.parametrize("length", range(1, 40))
def test_suffixes_at_the_end_of_the_line(length):
    for dtype in (dtypes.float64, dtypes.int8, dtypes.float16):
        for shape in ((length,), (2, length)):
            array = np.ones(shape, dtype.numpy)
            assert printing.tensor_text(array, dtype=dtype) == repr(torch.from_numpy(array))


def test_the_options_are_those_of_pytorch():
    from torch import _tensor_str

    for told in ({}, {"profile": "short"}, {"profile": "full"}, {"precision": 3}, {"linewidth": 7, "sci_mode": False}):
        with printing.printoptions(), _tensor_str.printoptions():
            printing.set_printoptions(**told)
            torch.set_printoptions(**told)
            assert printing.get_printoptions() == _tensor_str.get_printoptions()


def test_the_recorded_texts_are_those_of_this_pytorch():
    recorder = runpy.run_path(str(Path(__file__).with_name("record_printing.py")))
    recorded = json.loads(recorder["RECORDED"].read_text(encoding="utf-8"))["records"]
    for entry in recorded:
        assert recorder["record"](entry["code"], entry["options"])["text"] == entry["text"], entry["code"]


OBJECTS = """t.utils.data.DataLoader([1])
iter(t.utils.data.DataLoader([1]))
t.utils.data.TensorDataset(t.ones(1))
t.utils.data.RandomSampler([1])
t.optim.lr_scheduler.StepLR(t.optim.SGD([t.nn.Parameter(t.ones(1))], lr=1), 1)
t.Generator()""".splitlines()


@pytest.mark.parametrize("made", OBJECTS)
def test_objects_without_words_of_their_own(made):
    texts = [str(eval(made, {"t": engine})).partition(" at 0x")[0] for engine in (torch, workbook)]
    assert texts[1] == texts[0]


def test_a_students_own_object_has_the_students_name():
    class Mine(workbook.utils.data.DataLoader):
        pass
    assert "Mine object at 0x" in str(Mine([1])) and "torch.utils" not in str(Mine([1]))


@pytest.mark.parametrize("made", ("float32", "finfo(t.float32)", "iinfo(t.int8)", "device('cpu')", "ones(1).shape", "strided"))
def test_classes_of_values(made):
    texts = [str(type(eval(f"t.{made}", {"t": engine}))) for engine in (torch, workbook)]
    assert texts[1] == texts[0]
