"""The accumulation view: what is added to .grad by each call, what a step makes of it, and what the picture shows of both."""

import math
import re
import xml.etree.ElementTree as ET

import pytest

import workbook as torch
from tests.widgets.page import click, press
from workbook.widgets import accumulation, recording
from workbook.widgets.accumulation_view import BACKWARD, LONGEST, ROUND, SHOWN, STEP, ZERO


def miss(w, b):
    return ((w * 2.0 + b - 5.0) ** 2).sum()


def called(view, *calls):
    for call in calls:
        view.act("set", "do", call)
    return view


def grads(view, name="w"):
    """Return .grad of a leaf after each call, as the table has it."""
    return [row[4] for row in view.state["table"]["rows"] if row[2] == name]


def parts(view, name):
    return [part for part in ET.fromstring(view.drawing).iter() if name in (part.get("class") or "").split()]


def test_blocks_pile_up_until_they_are_cleared():
    view = called(accumulation(lambda w: w * w, w=3.0), BACKWARD, BACKWARD, ZERO, BACKWARD)
    assert grads(view) == ["6.0000", "12.0000", "None", "6.0000"]
    first, second, third = parts(view, "added")
    bottom = [float(block.get("y")) + float(block.get("height")) for block in (first, second, third)]
    assert bottom[1] == pytest.approx(float(first.get("y")), abs=0.11) and bottom[2] == bottom[0]  # the second stands on the first
    assert view.state["sentence"] == "w.grad was None; 6 arrived and stays." and view.state["status"] == "in .grad: 1 backward call"
    assert len(parts(view, "cleared")) == 1


def test_a_step_takes_what_is_there_and_clears_nothing():
    view = called(accumulation(lambda w: w * w, w=3.0), BACKWARD, BACKWARD, STEP)
    assert view.state["sentence"] == "w moved by −0.1 × 12 = −1.2, from 3 to 1.8. The step took the sum of 2 backward() calls. step() clears nothing."
    assert grads(view)[-1] == "12.0000"
    called(view, BACKWARD)
    assert view.state["sentence"].startswith("3.6 was added to w.grad: 12 + 3.6 = 15.6. 3 backward() calls")
    view.act("set", "lr", 0.5)
    assert "−0.1 ×" not in called(view, STEP).state["sentence"] and "−0.5 × 15.6 = −7.8" in view.state["sentence"]
    view.act("set", "lr", 9.0)
    assert "−0.5 × 15.6" in view.state["sentence"]  # of the call that was made


def test_a_step_without_gradients_changes_nothing():
    view = called(accumulation(lambda w: w * w, w=3.0), STEP)
    assert view.state["sentence"] == "w stays 3: w.grad is None."


@pytest.mark.parametrize("zeroing", [True, False])
def test_rounds_are_those_of_a_training_loop(zeroing):
    view = accumulation(miss, w=0.5, b=0.0)
    view.act("set", "zero", zeroing)
    view.act("set", "lr", 0.05)
    called(view, *[ROUND] * 4)
    w, b = torch.tensor(0.5, requires_grad=True), torch.tensor(0.0, requires_grad=True)
    optimizer, seen = torch.optim.SGD([w, b], lr=0.05), []
    for _ in range(4):
        if zeroing:
            optimizer.zero_grad()
        miss(w, b).backward()
        optimizer.step()
        seen.append((f"{w.item():.4f}", f"{b.grad.item():.4f}".replace("-", "−")))
    rows = [row for row in view.state["table"]["rows"] if row[1] == STEP]
    assert [(one[5], two[4]) for one, two in zip(rows[::2], rows[1::2])] == seen
    calls = list(dict.fromkeys((row[0], row[1]) for row in view.state["table"]["rows"]))
    assert [call for _, call in calls] == ([ZERO] * zeroing + [BACKWARD, STEP]) * 4


def test_steps_grow_where_nobody_clears():
    lengths = {}
    for zeroing in (True, False):
        view = accumulation(lambda w: 2.0 * w, w=0.0)
        view.act("set", "zero", zeroing)
        called(view, *[ROUND] * 3)
        lengths[zeroing] = [float(bar.get("height")) for bar in parts(view, "move")]
    assert lengths[True] == [18.0] * 3 and lengths[False] == [6.0, 12.0, 18.0]


def test_a_recorded_loss_and_the_student_s_own_tensors_stay_as_they_are():
    w = torch.tensor([1.0, -2.0], requires_grad=True)
    w.grad = torch.tensor([7.0, 7.0])
    loss = (w * w * 3.0).sum()
    view = called(accumulation(loss), BACKWARD, STEP, BACKWARD)
    assert grads(view, "w[0]") == ["6.0000", "6.0000", "8.4000"] and grads(view, "w[1]")[0] == "−12.0000"
    assert w.grad.tolist() == [7.0, 7.0] and w.tolist() == [1.0, -2.0] and w._version == 0
    loss.backward()  # its graph was not used up
    assert w.grad.tolist() == [13.0, -5.0]


def test_back_and_reset():
    view = called(accumulation(miss, w=1.0, b=0.0), BACKWARD, STEP)
    view.act("back")
    assert [row[1] for row in view.state["table"]["rows"]] == [BACKWARD] * 2
    view.act("reset")
    assert view.events == [] and view.state["table"]["rows"][0][1] == "no call yet" and [able for *_, able in view.state["nav"]] == [False, False]
    view.act("back")
    assert view.events == []


def test_the_last_calls_are_drawn_and_the_first_blocks_stand_where_they_belong():
    view = called(accumulation(lambda w: 2.0 * w, w=0.0), *[BACKWARD] * (SHOWN + 5))
    blocks = parts(view, "added")
    assert len(blocks) == SHOWN and grads(view)[-1] == f"{2.0 * (SHOWN + 5):.4f}"
    axis = float(re.match(r"M\S+ (\S+?)h", parts(view, "axis")[0].get("d"))[1])
    assert axis - float(blocks[0].get("y")) - float(blocks[0].get("height")) > 10  # it stands on blocks that are out of sight


def test_calls_end_somewhere():
    view = called(accumulation(lambda w: 2.0 * w, w=0.0), *[BACKWARD] * (LONGEST + 9))
    assert len(view.events) == LONGEST and "Reset begins anew" in view.state["sentence"]


def test_a_number_that_leaves_every_scale_is_still_told():
    view = accumulation(lambda w: w ** 4, w=30.0)
    called(view, *[ROUND] * 12)
    assert math.isinf(float(view.now.values["w"])) or math.isnan(float(view.now.values["w"]))
    drawn = [(part.get(name) or "") for part in ET.fromstring(view.drawing).iter() for name in ("x", "y", "width", "height", "d")]
    assert len(parts(view, "added")) >= 3 and not any("nan" in place or "inf" in place for place in drawn)


def test_a_function_that_fails_somewhere_says_so_and_the_calls_so_far_stay():
    def loss(w):
        if w.item() < 2.0:
            raise ArithmeticError("w is below 2")
        return w * w

    view = called(accumulation(loss, w=3.0), BACKWARD, BACKWARD, STEP, BACKWARD)
    assert len(view.events) == 3 and "ArithmeticError: w is below 2" in view.state["sentence"]
    view.act("back")
    assert len(called(view, BACKWARD).events) == 3 and "could not" not in view.state["sentence"]


def test_a_branch_that_leaves_a_leaf_out_adds_nothing_to_it():
    view = accumulation(lambda w, b: w * w + b if w.item() > 2 else w * w, w=3.0, b=1.0)
    called(view, BACKWARD, BACKWARD, STEP, BACKWARD)
    assert grads(view, "b") == ["1.0000", "2.0000", "2.0000", "2.0000"] and "Nothing arrived at b." in view.state["sentence"]


def test_only_the_first_numbers_of_many_are_drawn():
    view = called(accumulation(lambda w: (w * w).sum(), w=torch.arange(1.0, 10.0).view(3, 3)), BACKWARD)
    assert len(view.numbers) == 6 and "3 more numbers have gradients, too." in view.state["panels"][0]["lines"]
    assert view.state["sentence"].endswith("The others in the same way.")


def test_it_can_be_seen_without_a_kernel():
    view = called(accumulation(miss, w=1.0, b=0.0), BACKWARD)
    still = view._repr_mimebundle_()[0]["text/html"]
    assert 'alt="What each backward() adds to .grad. w.grad was None; −12 arrived and stays.' in still and "<td>−12.0000</td>" in still
    assert "--wb-" not in view.still().svg and "color-mix" not in view.still().svg


def test_before_the_first_call_the_picture_without_a_kernel_shows_an_example():
    view = accumulation(lambda w: w * w, w=3.0)
    still = view.still()
    assert "An example: loss.backward(), loss.backward(), optimizer.step()" in still._repr_html_() and still.svg.count('class="added"') == 3
    assert view.events == [] and view.state["table"]["rows"][0][1] == "no call yet"


@pytest.mark.parametrize(("call", "error", "phrase"), [
    (lambda: accumulation(3.0), TypeError, "accumulation() needs a Tensor or a function, and got float"),
    (lambda: accumulation([torch.ones(1)]), TypeError, "and got list"),
    (lambda: accumulation(lambda w: w), TypeError, "a number for each argument of f"),
    (lambda: accumulation(lambda k: torch.ones(1, requires_grad=True).sum() * k, k="a"), TypeError, "got str for k"),
    (lambda: accumulation(torch.ones(1)), RuntimeError, "does not require grad"),
    (lambda: accumulation(torch.ones(3, requires_grad=True) * 2), RuntimeError, "grad can be implicitly created only for scalar outputs")])
def test_what_has_no_gradients_is_refused_in_three_parts(call, error, phrase):
    with pytest.raises(error) as refused:
        call()
    assert phrase in str(refused.value) and "Why:" in str(refused.value) and "Fix:" in str(refused.value)


def test_what_nobody_watched_cannot_be_computed_again():
    recording.stop()
    w = torch.tensor(3.0, requires_grad=True)
    loss = w * w
    recording.start()
    with pytest.raises(RuntimeError, match="cannot compute this result again"):
        accumulation(loss)


# ---- in a page ---------------------------------------------------------------------------------------------------------------

def test_calls_are_made_by_mouse_and_by_keyboard(show):
    view = accumulation(lambda w: w * w, w=3.0)
    page = show(view)
    click(page, view, f".wb-chips button >> text={BACKWARD}")
    page.focus(f".wb-chips button >> text={BACKWARD}")
    press(page, view, "Enter", "Space")
    assert page.inner_text(".wb-sentence") == "6 was added to w.grad: 12 + 6 = 18. 3 backward() calls are in it now."
    assert page.get_attribute(".wb-sentence", "aria-live") == "polite" and page.locator(".added").count() == 3
    assert page.evaluate("document.activeElement.textContent") == BACKWARD  # it keeps the focus
    before = view.seq
    page.uncheck('[data-control="zero"]')
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
    click(page, view, f".wb-chips button >> text={ROUND}")
    assert [event.call for event in view.events][-2:] == [BACKWARD, STEP]
    click(page, view, "[data-action=back]")
    click(page, view, "[data-action=reset]")
    assert view.events == [] and page.is_checked('[data-control="zero"]')


@pytest.mark.parametrize("width", [420, 700, 1120])
def test_nothing_hangs_over_the_edge(show, width):
    page = show(called(accumulation(miss, w=1.0, b=0.0), *[ROUND] * 4), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True])
def test_gradients_are_vermillion_and_dashed_and_steps_are_blue(show, dark):
    page = show(called(accumulation(miss, w=1.0, b=0.0), ROUND), dark=dark)
    colours = page.evaluate("[getComputedStyle(document.querySelector('.added')).stroke, getComputedStyle(document.querySelector('.move')).fill]")
    assert colours == (["rgb(240, 152, 90)", "rgb(109, 183, 232)"] if dark else ["rgb(176, 74, 0)", "rgb(0, 114, 178)"])
    assert page.evaluate("getComputedStyle(document.querySelector('.added')).strokeDasharray") != "none"
