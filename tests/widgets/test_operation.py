"""The operation card: its numbers against the engine's and against differences taken here, and what a reader does with it."""

import math

import pytest

import workbook as torch
from tests.widgets.page import press
from workbook.widgets import operation
from workbook.widgets.operation_view import OPERATIONS, OperationView, _size


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, wrong=0):
        ctx.save_for_backward(x)
        ctx.power = 3
        return x**3

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * ctx.power * x**2


class WrongCube(Cube):
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * 2 * x**2


def column(view, number):
    return [row[number] for row in view.state["table"]["rows"]]


def test_a_product_says_what_it_saves_and_hands_on():
    view = operation(torch.mul, 3.0, 2.0)
    assert view.state["title"] == "y = torch.mul(a, b)" and view.state["status"] == "MulBackward0, in float64"
    assert column(view, 2) == ["∇ 2.0000", "∇ 3.0000"] and column(view, 3) == ["2.0000", "3.0000"]
    assert view.state["sentence"].startswith("By its rule ∇a = g × b = 1 × 2 = 2. Nudging a by 0.1 to both sides gives 2: the error is ")
    rules, saved = view.state["panels"][1]["lines"], view.state["panels"][2]
    assert rules == ["forward: y = a × b = 3 × 2 = 6", "backward: ∇a = g × b", "backward: ∇b = g × a"]
    assert saved["lines"] == ["a, an input: 3", "b, an input: 2"] and "def backward(ctx, grad)" in saved["code"][1]
    assert saved["code"][0].startswith("The engine's own lines: workbook/ops/arithmetic.py, line")


SAVES = {"mul": "ab", "add": "", "div": "ab", "square": "x", "exp": "y", "log": "x", "sqrt": "y", "sin": "x", "tanh": "y", "sigmoid": "y", "relu": "y",
         "abs": "x"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_to_choose_agrees_with_nudging_and_tells_what_it_saves(name):
    view = operation(torch.mul, 3.0, 2.0)
    view.act("set", "operation", name)
    view.act("set", "g", -1.5)
    part, _, _, gradients = view.measured()
    for number, gradient in enumerate(gradients):
        assert view.nudged(number, 1e-5) == pytest.approx(gradient, abs=1e-8)
    assert "".join(what[0] for what, _ in view.saved(part) if what != "a plain number") == SAVES[name]
    assert " = " in view.state["sentence"] and "At no h" not in view.state["sentence"]


def test_the_error_has_a_valley_which_is_shallower_in_float32():
    view = operation(torch.exp, 1.0)

    def best():
        power, error = min(view._errors(view.measured()[3][0]), key=lambda pair: pair[1])
        return power, error

    assert -6.5 < best()[0] < -3.5 and best()[1] < 1e-9
    view.act("set", "numbers", "float32")
    errors = dict(view._errors(view.measured()[3][0]))
    assert min(errors.values()) > 1e-8 and errors[-10.0] == pytest.approx(math.e, rel=1e-6)  # x + h is x: no difference at all
    assert view.state["status"] == "ExpBackward0, in float32"


def test_a_corner_and_a_wrong_backward_agree_at_no_h():
    assert "At no h do the two agree" in operation(torch.relu, 0.0).state["sentence"]
    assert "At no h do the two agree" in operation(WrongCube.apply, 2.0).state["sentence"]
    assert "At no h" not in operation(Cube.apply, 2.0).state["sentence"]


def test_a_function_of_the_student_s():
    view = operation(Cube.apply, 2.0)
    assert view.state["title"] == "y = Cube.apply(x)" and column(view, 2) == ["∇ 12.0000"]
    saved = view.state["panels"][2]
    assert saved["lines"] == ["x, an input: 2", "ctx.power: 3"] and "return g * ctx.power * x**2" in saved["code"][1]
    view.act("set", "operation", "tanh")
    assert view.state["title"] == "y = torch.tanh(x)"
    view.act("set", "operation", "Cube")
    assert view.state["title"] == "y = Cube.apply(x)" and view.values == [2.0]


def test_one_input_twice_is_nudged_as_a_whole():
    view = operation(lambda x: x * x, 3.0)
    assert column(view, 2) == ["∇ 6.0000"] and "∇x = g × x + g × x = 1 × 3 + 1 × 3 = 6" in view.state["sentence"]


def test_where_there_is_no_number_none_is_compared():
    assert "no slope to compare" in operation(torch.log, -1.0).state["sentence"]


def test_what_the_reader_does():
    view = operation(torch.div, 3.0, 2.0)
    view.act("choose", value=1)
    assert "∇b = −g × a ÷ b² = −1 × 3 ÷ 2² = −0.75" in view.state["sentence"]
    view.act("set", "b", 0.5)
    view.act("set", "h", -3.0)
    assert view.power == -3.0 and "by 0.001 to both sides" in view.state["sentence"]
    view.act("nudge", 0, -1)
    assert view.power == -3.1
    view.act("drag", 0, 2.0)
    assert view.power == 0.0
    view.act("choose", value=99)
    assert view.chosen == 1 and view.state["nav"][0][3]
    view.act("reset")
    assert (view.values, view.power, view.chosen) == ([3.0, 2.0], -1.0, 0) and not view.state["nav"][0][3]


def test_it_can_be_seen_without_a_kernel():
    still = operation(torch.exp, 1.0)._repr_mimebundle_()[0]["text/html"]
    assert "By its rule ∇x = g × y" in still and "<td>∇ 2.7183</td>" in still and "--wb-" not in operation(torch.exp, 1.0).still().svg


def test_nothing_of_the_student_s_changes():
    x = torch.tensor(2.0, requires_grad=True)
    view = operation(torch.exp, x)
    view.act("set", "x", 1.0)
    assert x.grad is None and x.item() == 2.0 and view.values == [1.0]


@pytest.mark.parametrize(("call", "error", "phrase"), [
    (lambda: operation(Cube, 1.0), TypeError, "got the class Cube"),
    (lambda: operation("mul", 1.0), TypeError, "needs a function, and got str"),
    (lambda: operation(torch.mul), TypeError, "got 0"),
    (lambda: operation(torch.mul, "3", 2.0), TypeError, "needs finite numbers for the inputs, and got str"),
    (lambda: operation(torch.exp, math.nan), TypeError, "got nan"),
    (lambda: operation(lambda x: 3 * x**2, 1.0), ValueError, "this function ran 2: Pow, Mul"),
    (lambda: operation(lambda x: x, 1.0), ValueError, "ran 0: none"),
    (lambda: operation(lambda x: x.detach(), 1.0), RuntimeError, "does not require grad"),
    (lambda: operation(lambda x: x.expand(3), 1.0), TypeError, "a Tensor of shape [3], torch.float64"),
    (lambda: operation(lambda x: [x], 1.0), TypeError, "returned a list")])
def test_what_has_no_card_is_refused_in_three_parts(call, error, phrase):
    with pytest.raises(error) as refused:
        call()
    assert phrase in str(refused.value) and "Why:" in str(refused.value) and "Fix:" in str(refused.value)


def test_sizes_of_nudges_and_errors():
    assert [_size(each) for each in (0.1, 1e-12, 3.2e-11, 0.0, 0.001)] == ["0.1", "1e−12", "3.2e−11", "0", "0.001"]
    assert OperationView.__name__ in repr(type(operation(torch.exp, 1.0)))


# ---- in a page ---------------------------------------------------------------------------------------------------------------

def test_the_nudge_is_moved_with_the_keyboard(show):
    view = operation(torch.exp, 1.0)
    page = show(view)
    page.focus("[data-point]")
    press(page, view, "ArrowLeft", "PageDown")
    assert view.power == -2.1 and page.evaluate("document.activeElement.dataset.point") == "0"
    assert page.inner_text(".wb-sentence").endswith(f"the error is {_size(abs(view.nudged(0, 10**-2.1) - math.e))}.")


def test_the_nudge_is_dragged(show):
    view = operation(torch.exp, 1.0)
    page = show(view)
    box, canvas = page.locator("[data-point] .face").bounding_box(), page.locator(".wb-canvas svg").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(canvas["x"] + canvas["width"] / 2, box["y"] + 5, steps=8)
    page.mouse.up()
    page.wait_for_function("Number(document.querySelector('[data-point]').ariaValueNow ?? document.querySelector('[data-point]').getAttribute('aria-valuenow')) < -5",
                           timeout=5000)
    assert view.power < -5


def test_an_input_is_chosen_and_another_operation(show):
    view = operation(torch.mul, 3.0, 2.0)
    page = show(view)
    page.focus('[data-choose="0"]')
    press(page, view, "ArrowRight")
    assert page.inner_text(".wb-sentence").startswith("By its rule ∇b = g × a = 1 × 3 = 3.")
    page.focus('[data-control="operation"]')
    press(page, view, "ArrowDown")
    assert page.inner_text("header b") == "y = torch.add(a, b)" and "nothing" in page.inner_html(".wb-canvas")


@pytest.mark.parametrize("width", [420, 700, 1120])
def test_nothing_hangs_over_the_edge(show, width):
    page = show(operation(torch.mul, 3.0, 2.0), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
