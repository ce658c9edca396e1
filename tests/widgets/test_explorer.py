"""The function explorer: the engine's own values and slopes, and the cells that collapse."""

import math
import re
import xml.etree.ElementTree as ET

import pytest

import workbook as torch
from workbook.widgets import functions, reductions
from workbook.widgets.function_table import ALONG, FUNCTIONS, REDUCTIONS

SVG = "{http://www.w3.org/2000/svg}"
X = torch.tensor([[3., 1, 4, 1], [5, 9, 2, 6], [5, 3, 5, 8]])
PLACES = [-2.0, -0.5, 0.0, 0.5, 1.5, 2.5]


def parts(view, name):
    return [part for part in ET.fromstring(view.drawing).iter() if name in (part.get("class") or "").split()]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_slopes_are_the_engines(name):
    view = functions(name, points=PLACES)
    x = torch.tensor(PLACES, requires_grad=True)
    y = getattr(torch, name)(x, **view.arguments)
    y.sum().backward()
    found, _ = view.measured()
    wanted = list(zip(PLACES, y.tolist(), x.grad.tolist()))
    assert repr(found) == repr(wanted)  # nan is nan
    assert len(parts(view, "point")) == 6
    visible = [at for at in wanted if math.isfinite(at[1]) and math.isfinite(at[2]) and view.function.up[0] <= at[1] <= view.function.up[1]]
    assert len(parts(view, "tangent")) == len(visible)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_curve_is_drawn_inside_its_picture(name):
    view = functions(name)
    path = parts(view, "curve")[0].get("d")
    numbers = [float(each) for each in re.findall(r"-?\d+\.?\d*", path)]
    assert len(numbers) > 200 and "nan" not in path and "inf" not in path
    assert 40 <= min(numbers[::2]) and max(numbers[::2]) <= 740 and 10 <= min(numbers[1::2]) and max(numbers[1::2]) <= 400


def test_the_points_stand_on_the_curve():
    view = functions("sigmoid", points=[0.0])
    centre = parts(view, "reach")[0]
    assert (float(centre.get("cx")), float(centre.get("cy"))) == pytest.approx(view.plane.at(0.0, 0.5), abs=0.06)


def test_a_jump_shows_on_which_side_its_value_is():
    """Halves go to the even neighbour: at 0.5 the full dot is at 0 and the ring at 1; at 1.5 both dots' value is 2."""
    view = functions("round")
    dots = {(round(float(dot.get("cx")), 1), round(float(dot.get("cy")), 1)) for dot in parts(view, "dot")}
    ends = {(round(float(dot.get("cx")), 1), round(float(dot.get("cy")), 1)) for dot in parts(view, "end")}
    at = lambda x, y: tuple(round(each, 1) for each in view.plane.at(x, y))  # noqa: E731
    assert at(0.5, 0) in dots and at(0.5, 1) in ends and at(1.5, 2) in dots and at(1.5, 1) in ends and at(-0.5, 0) in dots


def test_a_point_is_moved_by_keys_by_mouse_and_by_number():
    view = functions("square", points=[1.0, 2.0])
    view.act("nudge", id=1, value=1)
    assert view.points == [1.0, pytest.approx(2.05)]
    view.act("nudge", id=1, value=-10)
    assert view.points[1] == pytest.approx(1.55)
    view.act("drag", id=0, value=0.5)
    assert view.points[0] == 0.0
    view.act("drag", id=0, value=7.0)
    assert view.points[0] == 3.0  # the edge
    view.act("nudge", id=0, value=10)
    assert view.points[0] == 3.0
    view.act("set", id="A", value=-1.234)
    assert view.points[0] == -1.234 and view.state["panels"][0]["table"]["rows"][0] == ["A", "−1.2340", "1.5228", "∇ −2.4680"]
    view.act("reset")
    assert view.points == [1.0, 2.0] and not view.state["nav"][0][3]


def test_what_is_no_number_is_said():
    view = functions("log", points=[-0.5, 0.0, 1.0])
    assert view.state["sentence"] == "Point A: log of −0.5 is nan, no number. Left of 0 there is no number: nan, and no error."
    view.act("nudge", id=1, value=0)
    assert view.state["sentence"].startswith("Point B: log of 0 is −∞, and the slope there is ∞.")
    assert ": no number" in "".join(part.text or "" for part in parts(view, "label"))


def test_another_function_and_its_arguments():
    view = functions("clamp", points=[3.0], max=2.5)
    assert view.state["title"] == "torch.clamp(x, min=-1, max=2.5)" and view.measured()[0] == [(3.0, 2.5, 0.0)]
    view.act("set", id="max", value=4)
    assert view.measured()[0] == [(3.0, 3.0, 1.0)]
    view.act("set", id="function", value="tanh")
    assert view.state["title"] == "torch.tanh(x)" and [each["id"] for each in view.state["controls"]] == ["function", "A"]
    assert "class Tanh" in view.state["panels"][-1]["code"][1]


@pytest.mark.parametrize("given, error, told", [
    ({"name": "foo"}, ValueError, "no curve for 'foo'"), ({"points": 3}, TypeError, "needs a list of numbers"), ({"points": []}, ValueError, "1 to 6"),
    ({"points": [math.nan]}, ValueError, "1 to 6"), ({"points": ["a"]}, TypeError, "functions() needs a list of numbers"), ({"min": 1}, TypeError, "exp takes no min=")])
def test_what_cannot_be_drawn_is_explained(given, error, told):
    name = given.pop("name", "exp")
    with pytest.raises(error, match=re.escape(told)):
        functions(name, **given)


# ---- reductions ---------------------------------------------------------------------------------------------------------


def lit(view):
    drawn = parts(view, "cell")[:view.source.tensor.numel()]
    return [int(cell.get("data-cell")) for cell in drawn if "on" in cell.get("class").split()]


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [None, 0, 1, 2, "(0, 1)", "(0, 2)", "(1, 2)"])
def test_the_lit_cells_are_those_that_the_result_depends_on(dim, keepdim):
    """Autograd is the witness: the derivative of one cell of a sum is 1 for what went into it, and 0 elsewhere."""
    view = reductions("sum", x=torch.arange(24.).view(2, 3, 4), dim=None if isinstance(dim, str) else dim, keepdim=keepdim)
    if isinstance(dim, str):
        view.act("set", id="dim", value=dim)
    x = torch.arange(24.).view(2, 3, 4).requires_grad_()
    result = x.sum(**view.arguments)
    assert view.result.shape == result.shape
    for place in range(result.numel()):
        view.act("choose", value=place)
        went, = torch.autograd.grad(result.reshape(-1)[place], x, retain_graph=True)
        assert lit(view) == [number for number, slope in enumerate(went.flatten().tolist()) if slope]
        assert view.state["table"]["rows"][place][2].count("x[") == len(lit(view))


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("dim", [None, 0, 1])
def test_every_function_shows_the_engines_result(name, dim):
    view = reductions(name, x=X, dim=dim)
    assert view.problem is None
    given = view.arguments
    result = getattr(X.cpu(), name)(**given)
    values = result.values if isinstance(result, tuple) else result
    assert torch.equal(view.result, values) and view.state["status"] == f"(3, 4) becomes {tuple(values.shape)}"
    for place in range(values.numel()):
        view.act("choose", value=place)
        winner = view.winner(place)
        if winner is not None and not name.startswith("arg"):
            assert X.flatten()[winner].item() == values.flatten()[place].item()
        assert view.state["sentence"].startswith(view.code() + " has shape ") and "None" not in view.state["sentence"]
    assert ("keepdim" in {each["id"] for each in view.state["controls"]}) == (given.get("dim") is not None and name not in ALONG)


@pytest.mark.parametrize("call, told", [
    (lambda: reductions("sum", x=X, dim=1), "3 + 1 + 4 + 1 = 9"), (lambda: reductions("mean", x=X, dim=0), "(3 + 5 + 5) ÷ 3 = 4.3333"),
    (lambda: reductions("sum", x=X), "3 + 1 + 4 + … + 8 = 52"), (lambda: reductions("max", x=X, dim=1), "the largest of 3, 1, 4, 1 is 4, at x[0,2]"),
    (lambda: reductions("sum", x=-X, dim=1), "−3 + (−1) + (−4) + (−1) = −9"),
    (lambda: reductions("argmax", x=X), "of 3, 1, 4, …, 8 the largest is 9, at place 5 counted row by row"),
    (lambda: reductions("std", x=torch.tensor([1., 2, 3, 4]), dim=0),
     "the squared distances from the mean 2.5 add up to 5; √(5 ÷ 3) = 1.291 (n is 4, 4 − 1)"),
    (lambda: reductions("all", x=X > 1, dim=1), "is every one of True, False, True, False other than 0? False"),
    (lambda: reductions("sum", x=torch.zeros(0, 3), dim=0), "there is nothing to take, and sum of nothing is 0")])
def test_the_working_stands_in_words_and_numbers(call, told):
    assert call().workings() == told


def test_the_spread_with_n():
    view = reductions("std", x=torch.tensor([1., 2, 3, 4]), dim=0)
    view.act("set", id="population", value=True)
    assert view.state["title"] == "x.std(dim=0, correction=0)" and "√(5 ÷ 4) = 1.118 (n is 4)" in view.state["sentence"]


def test_keepdim_keeps_an_axis_of_size_one():
    view = reductions("sum", x=X, dim=1)
    view.act("set", id="keepdim", value=True)
    assert view.result.shape == (3, 1) and "dim 1 (column) stays with size 1" in view.state["sentence"]
    view.act("set", id="dim", value="all")
    assert view.result.shape == ()
    view.act("set", id="function", value="softmax")
    assert view.dim == "0" and view.result.shape == (3, 4)  # softmax always goes along one axis


def test_what_the_engine_refuses_is_shown():
    view = reductions("mean", x=torch.arange(3))
    assert view.state["sentence"].startswith("x.mean(): RuntimeError: mean(): could not infer output dtype.")
    assert view.state["panels"][0]["heading"] == "Not like this" and view.state["table"]["rows"] == []
    view.still()


@pytest.mark.parametrize("call, error, told", [
    (lambda: reductions("foo", x=X), ValueError, "does not show 'foo'"), (lambda: reductions("sum", x=X, dim=2), ValueError, "x has no axis 2"),
    (lambda: reductions("sum", x=X, dim="0"), ValueError, "x has no axis '0'"), (lambda: reductions("sum"), TypeError, "got no tensor"),
    (lambda: reductions("sum", x=X, y=X), TypeError, "shows one tensor"), (lambda: reductions(3, x=X), TypeError, "as a text")])
def test_what_makes_no_reduction_is_explained(call, error, told):
    with pytest.raises(error, match=re.escape(told)):
        call()


def test_the_students_tensor_is_left_alone():
    x = X.clone().requires_grad_()
    view = reductions("sum", x=x, dim=0)
    view.act("choose", value=2)
    assert x.grad is None and x.requires_grad and x._version == 0 and not X.requires_grad
    whole = X.clone()
    reductions("max", x=whole)
    assert not whole.requires_grad


@pytest.mark.parametrize("view", [lambda: functions("round"), lambda: reductions("max", x=X, dim=1), lambda: reductions("mean", x=torch.arange(3))])
def test_text_and_fallback_need_no_kernel(view):
    data, _ = view()._repr_mimebundle_()
    assert data["text/html"].startswith('<img alt="') and "var(--wb" not in data["text/html"] and "<svg" not in data["text/html"]
    assert data["text/plain"] == repr(view()) and "\n" not in data["text/plain"]
    assert view().still()._repr_html_() == data["text/html"]
