"""The view of `gradient=`: rows of slopes, their weights, and what is added up, against the engine's own backward."""

import xml.etree.ElementTree as ET

import pytest

import workbook as torch
from tests.widgets.page import press
from workbook.widgets import recording, weights


def made():
    a = torch.tensor([2.0, 3.0], requires_grad=True)
    b = torch.tensor([6.0, 4.0], requires_grad=True)
    Q = 3 * a**3 - b**2
    return a, b, Q


def sums(view):
    return [row[1] for row in view.state["panels"][0]["table"]["rows"]]


def test_the_documents_own_example():
    a, b, Q = made()
    view = weights(Q)
    assert [row[2:] for row in view.state["table"]["rows"][:2]] == [["1", "36", "0", "−12", "0"], ["1", "0", "81", "0", "−8"]]
    assert sums(view) == ["∇ 36.0000", "∇ 81.0000", "∇ −12.0000", "∇ −8.0000"]
    assert view.state["title"] == "Q.backward(gradient=torch.tensor([1.0, 1.0]))"
    assert view.state["sentence"] == "The gradient of a[0] is 1 × 36 + 1 × 0 = 36. It is the slope of one number, 1 × Q[0] + 1 × Q[1]."


def mixed():
    x, w = torch.tensor([[1.0, 2.0, 3.0], [0.5, 1.0, -1.0]]), torch.tensor([1.0, 0.5, -1.0], requires_grad=True)
    return w, torch.tanh(x @ w)


@pytest.mark.parametrize("given", [[1.0, 1.0], [0.5, 0.5], [0.0, 1.0], [-2.0, 0.3], [0.0, 0.0]])
def test_the_sums_are_what_backward_leaves(given):
    w, y = mixed()
    view = weights(y)
    for number, weight in enumerate(given):
        view.act("set", f"v{number}", weight)
    y.backward(gradient=torch.tensor(given))
    assert view.graded(view.weights) == pytest.approx(w.grad.tolist(), abs=1e-6)
    for column in range(3):
        weighed = sum(weight * row[column] for weight, row in zip(given, view.rows))
        assert weighed == pytest.approx(w.grad[column].item(), abs=1e-6)


def test_a_matrix_of_outputs_keeps_its_shape():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * x
    view = weights(y)
    view.act("set", "v2", -0.5)
    assert view.state["title"] == "y.backward(gradient=torch.tensor([[1.0, 1.0], [-0.5, 1.0]]))"
    assert sums(view) == ["∇ 2.0000", "∇ 4.0000", "∇ −3.0000", "∇ 8.0000"] and view.outputs[2] == "y[1, 0]"


def test_presets_choice_and_reset():
    a, b, Q = made()
    view = weights(Q)
    view.act("set", "preset", "1/2 each: as mean()")
    assert sums(view) == ["∇ 18.0000", "∇ 40.5000", "∇ −6.0000", "∇ −4.0000"]
    view.act("set", "preset", "only Q[1]")
    view.act("choose", value=99)
    assert view.state["sentence"].startswith("The gradient of b[1] is 0 × 0 + 1 × (−8) = −8.")
    view.act("reset")
    assert view.weights == [1.0, 1.0] and view.chosen == 0 and not view.state["nav"][0][3]


def test_one_number_as_one_output():
    x = torch.tensor(3.0, requires_grad=True)
    y = x * x
    view = weights(y)
    assert view.outputs == ["y"] and view.state["title"] == "y.backward(gradient=torch.tensor(1.0))" and sums(view) == ["∇ 6.0000"]


def test_bars_are_as_long_as_what_they_weigh():
    a, b, Q = made()
    view = weights(Q)
    bars = [float(part.get("width")) for part in ET.fromstring(view.drawing).iter() if part.get("class") == "added"]
    assert bars[1] == bars[4] == 0 and bars[0] / bars[5] == pytest.approx(36 / 81, abs=0.01)
    view.act("set", "v1", 0.0)
    bars = [float(part.get("width")) for part in ET.fromstring(view.drawing).iter() if part.get("class") == "added"]
    assert bars[4:8] == [0.0] * 4 and bars[9] == 0.0


def test_nothing_of_the_student_s_changes():
    a, b, Q = made()
    view = weights(Q)
    view.act("set", "v0", 2.0)
    assert a.grad is None and b.grad is None
    Q.sum().backward()  # the graph was not used up
    assert a.grad.tolist() == [36.0, 81.0]


def test_it_can_be_seen_without_a_kernel():
    a, b, Q = made()
    still = weights(Q)._repr_mimebundle_()[0]["text/html"]
    assert "The gradient of a[0] is 1 × 36" in still and "<td>weighed and added up</td>" in still and "--wb-" not in weights(Q).still().svg


@pytest.mark.parametrize(("call", "error", "phrase"), [
    (lambda: weights([1.0]), TypeError, "weights() needs a Tensor, and got list"),
    (lambda: weights(torch.ones(2)), RuntimeError, "does not require grad"),
    (lambda: weights(torch.ones(2, requires_grad=True)), RuntimeError, "got a leaf"),
    (lambda: weights(torch.ones(7, requires_grad=True) * 2), ValueError, "has 7 numbers and depends on 7"),
    (lambda: weights(torch.ones(9, requires_grad=True).sum()), ValueError, "depends on 9"),
    (lambda: weights(torch.ones(1, requires_grad=True).to(torch.complex64) * 1j), TypeError, "complex")])
def test_what_cannot_be_weighed_is_refused_in_three_parts(call, error, phrase):
    with pytest.raises(error) as refused:
        call()
    assert phrase in str(refused.value) and "Why:" in str(refused.value) and "Fix:" in str(refused.value)


def test_what_nobody_watched_cannot_be_computed_again():
    recording.stop()
    a, b, Q = made()
    recording.start()
    with pytest.raises(RuntimeError, match="cannot compute this result again"):
        weights(Q)


# ---- in a page ---------------------------------------------------------------------------------------------------------------

def test_a_weight_is_slid_with_the_keyboard(show):
    a, b, Q = made()
    view = weights(Q)
    page = show(view)
    page.focus('[data-control="v0"]')
    press(page, view, "ArrowLeft", "ArrowLeft")
    assert view.weights == [pytest.approx(0.8), 1.0] and page.inner_text("header b") == "Q.backward(gradient=torch.tensor([0.8, 1.0]))"
    assert page.inner_text(".wb-sentence").startswith("The gradient of a[0] is 0.8 × 36 + 1 × 0 = 28.8.")
    assert page.input_value('[aria-label="weight of Q[0], as a number"]') == "0.8" and page.evaluate("document.activeElement.type") == "range"


def test_a_weight_is_dragged_and_the_last_place_counts(show):
    a, b, Q = made()
    view = weights(Q)
    page = show(view)
    box = page.locator('[data-control="v1"]').bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.74, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 2, y, steps=15)
    page.mouse.up()
    page.wait_for_function("document.querySelector('header b').textContent.includes('-2.0')", timeout=5000)
    assert view.weights == [1.0, -2.0]


def test_a_weight_is_typed_and_a_column_is_chosen(show):
    a, b, Q = made()
    view = weights(Q)
    page = show(view)
    page.fill('[aria-label="weight of Q[1], as a number"]', "10")
    press(page, view, "Enter")
    assert view.weights == [1.0, 10.0]
    page.focus('[data-choose="0"]')
    press(page, view, "ArrowRight")
    assert page.inner_text(".wb-sentence").startswith("The gradient of a[1] is 1 × 0 + 10 × 81 = 810.")
    assert page.locator('[data-choose][tabindex="0"]').count() == 1


@pytest.mark.parametrize("width", [420, 700, 1120])
def test_nothing_hangs_over_the_edge(show, width):
    page = show(weights(made()[2]), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
