"""Every kind of tensor and every wrong argument: a picture, or an error that says what, why and what to change. Never another one."""

import math

import numpy as np
import pytest
import workbook as torch
from workbook.widgets import broadcasting, functions, indexing, inspector, memory_map, reductions, reshaping
from workbook.widgets.function_table import REDUCTIONS

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")
SMALL = {
    "0-d": torch.tensor(3.0), "0-d bool": torch.tensor(True), "empty": torch.zeros(0), "empty inside": torch.zeros(2, 0, 3),
    "not finite": torch.tensor([math.nan, math.inf, -math.inf, 1.0]), "all nan": torch.full((2, 2), math.nan),
    "bool": torch.tensor([[True, False], [False, True]]), "complex": torch.tensor([1 + 2j, 3 - 1j]),
    "leaf": torch.ones(2, 3, requires_grad=True), "result": torch.ones(2, 3, requires_grad=True) * 2, "parameter": torch.nn.Parameter(torch.ones(2)),
    "turned": torch.arange(12).view(3, 4).t(), "expanded": torch.arange(3.0).view(3, 1).expand(3, 4), "of one number": torch.tensor(5.0).expand(2, 3),
    "part": torch.arange(24.0).view(2, 3, 4)[1, :, 2], "half": torch.tensor([1.5, 65504.0]).half(), "uint8": torch.tensor([0, 255], dtype=torch.uint8),
    "wide range": torch.tensor([1e-40, 1e38]), "large integers": torch.tensor([2**62, -(2**62)]), "int8": torch.tensor([[-128, 127]], dtype=torch.int8),
    "three axes": torch.arange(24).view(2, 3, 4)}
LARGE = {"large": torch.zeros(200, 100), "many axes": torch.zeros(1, 1, 1, 1, 1, 1, 1, 2)}
NO_TENSOR = {"list": [1, 2], "None": None, "text": "x", "number": 3, "objects": np.array([1, "a"], object), "dates": np.array(["2020-01-01"], "M8[D]")}
INDICES = ["x[0]", "x[x > 0]", "x[...]", "x[None]", "x[[0, -1]]", "x[5:1:-1]", "", "x", "x[1.5]", "x[True]", "y[0]", "x[", "x[0] = 3", "x[::0]",
           "x[9999999999999999999999]", "x[~x]", "x[()]", "x[[]]", "x[0][0][0][0]", "(" * 150, "x" * 300, "\x00", "x[0]\n+1"]
STEPS = ["x.t()", "x.unsqueeze(5)", "x.unsqueeze()", "torch.stack([x, x])", "torch.cat([x, x], dim=7)", "torch.cat([])", "x.expand(3, 2, 3)",
         "x.permute(1)", "x.squeeze(9)", "x.reshape(0)", "x.reshape(None)", "x.reshape(99999999999999999999)", "x.repeat(10000000000, 1000, 1000)",
         "x.narrow(0, 0, 99)", "x.select(0)", "x.flatten(9)", "x.transpose()", "x.view()", "x.foo()", "x.contiguous(1, 2)", "x.reshape(a=3)", "x.mT"]
WRITES = ["3", "2.5", "1+2j", "inf", "x", "", "1e999", "True", "9" * 30]


def parts_of(text):
    """Return which of Why and Fix an error's text has."""
    return [word for word in ("Why:", "Fix:") if word in text]


def drawn(view):
    """Every form of a view can be made."""
    assert view.state["sentence"] and repr(view) and "<svg" in view.drawing
    assert "<img" in view._repr_mimebundle_()[0]["text/html"]
    return view


@pytest.mark.parametrize("name", [*SMALL, *LARGE])
def test_the_inspector_shows_every_tensor(name):
    view = drawn(inspector({**SMALL, **LARGE}[name]))
    for act in (("end",), ("on",), ("up",), ("place", 3), ("along", -1), ("cell", "9,9"), ("cell", ""), ("reset",)):
        view._act(*act)
        drawn(view)


@pytest.mark.parametrize("name", SMALL)
def test_a_write_to_every_tensor_is_done_or_refused_in_three_parts(name):
    view = drawn(memory_map(x=SMALL[name]))
    for typed in WRITES:
        view._act("write", number=typed)
        refused = drawn(view).state["refused"]
        leaf = "leaf Variable" in refused
        assert not refused or leaf or parts_of(refused) == ["Why:", "Fix:"], typed
    for action in ("back", "start", "end", "reset"):
        view._act(action)
        drawn(view)


def test_a_truth_is_written_as_python_writes_it():
    view = memory_map(x=torch.tensor([False, False]))
    view._act("write", number="True")
    assert view.state["sentence"].startswith("x[0] = True wrote place 0 of memory A, where False stood")


@pytest.mark.parametrize("name", SMALL)
def test_whatever_index_is_typed(name):
    view = drawn(indexing("x[0]", x=SMALL[name]))
    for text in [*INDICES, *view.examples]:
        view.act("set", "text", text)
        drawn(view)
        assert view.problem is None or parts_of(str(view.problem)), text
    assert not any("nan" in example or "inf" in example for example in view.examples)


@pytest.mark.parametrize("name", SMALL)
def test_whatever_pipeline_is_typed(name):
    view = drawn(reshaping("x.reshape(-1)", x=SMALL[name]))
    for text in [*STEPS, *view.examples]:
        view.act("set", "text", text)
        view.act("end")
        drawn(view)
    view.act("set", "text", "x.unsqueeze()")
    assert str(view.problem).endswith("Why: it is unsqueeze(dim)\n  Fix: give what is missing")


@pytest.mark.parametrize("name", SMALL)
def test_every_reduction_of_every_tensor(name):
    view = drawn(reductions(x=SMALL[name]))
    for function in REDUCTIONS:
        for dim in ("all", "0"):
            view.act("set", "function", function)
            view.act("set", "dim", dim)
            view.act("choose", value=99)
            assert view.state["sentence"]
    drawn(view)


def test_complex_numbers_are_written_whole():
    assert indexing("x[1]", x=SMALL["complex"]).state["table"]["rows"] == [["[]", "x[1]", "3 − 1i"]]


def test_the_largest_of_truths_is_found():
    view = reductions("max", x=torch.tensor([False, True, True]))
    assert view.state["sentence"].endswith("The one cell: the largest of False, True, True is True, at x[1].")


@pytest.mark.parametrize("name", NO_TENSOR)
@pytest.mark.parametrize("make", [inspector, lambda x: memory_map(x=x), lambda x: indexing("x[0]", x=x), lambda x: reshaping("x", x=x),
                                  lambda x: reductions(x=x)])
def test_what_is_no_tensor_is_refused_in_three_parts(make, name):
    if make is inspector and name == "None":
        return  # inspector(None) makes a tensor, as inspector() does
    with pytest.raises((TypeError, ValueError)) as refused:
        make(NO_TENSOR[name])
    assert parts_of(str(refused.value)) == ["Why:", "Fix:"]


X = torch.arange(6.0).view(2, 3)


@pytest.mark.parametrize("call", [
    lambda: functions(["exp"]), lambda: functions(None), lambda: functions("exp", points="abc"), lambda: functions("exp", points=[10**400]),
    lambda: functions("exp", points=[None]), lambda: functions("clamp", min=None), lambda: functions("clamp", max="a"),
    lambda: reductions(3, x=X), lambda: reductions("sum", X), lambda: reductions("sum", x=X, dim="a"), lambda: reductions("sum", x=X, axes=["a", "b"]),
    lambda: reductions("sum", x=X, axes={"x": 3}), lambda: reductions("sum", x=X, axes={"y": ("a", "b")}), lambda: reductions("cumsum", x=X, dim=7),
    lambda: indexing("x[0]", X), lambda: indexing(3, x=X), lambda: indexing("x[0]", x=X, axes=3), lambda: reshaping("x.t()", X),
    lambda: memory_map(X), lambda: memory_map(x=torch.zeros(5000)), lambda: broadcasting("3", (4,)), lambda: broadcasting((1.5,), (4,)),
    lambda: broadcasting(X, X), lambda: indexing("x[0]", x=torch.zeros(50, 50))])
def test_wrong_arguments_are_refused_in_three_parts(call):
    with pytest.raises((TypeError, ValueError)) as refused:
        call()
    assert parts_of(str(refused.value)) == ["Why:", "Fix:"]


def test_an_axis_is_asked_for_where_there_is_none():
    view = reductions(x=torch.tensor(1.0))
    view.act("set", "function", "cumsum")
    assert parts_of(str(view.problem)) == ["Why:", "Fix:"] and "has none" in view.state["sentence"]
