"""A step of DataParallel: the shapes and gradients are those of a real run, and the student's network stays as it was."""

import xml.etree.ElementTree as ET

import pytest

import workbook as torch
from tests.widgets.page import settle
from workbook import nn
from workbook.widgets import replicas


@pytest.fixture
def model():
    with torch.cuda.simulate(2):
        torch.manual_seed(0)
        yield nn.DataParallel(nn.Sequential(nn.Linear(5, 3), nn.Tanh(), nn.Linear(3, 2)).cuda())


def rows(view):
    return [row[1:] for row in view.state["table"]["rows"]]


def test_shapes_and_gradients_are_those_of_the_run(model):
    batch = torch.linspace(-1, 1, 35).reshape(7, 5)
    view = replicas(model, batch)
    assert [row[:4] for row in rows(view)] == [["[4, 5] its part", "4 tensors own memory", "→ [4, 2] of [4, 5]", "[7, 2] all together"],
                                               ["[3, 5] its part", "4 tensors copied", "→ [3, 2] of [3, 5]", "sent to cuda:0"]]
    assert all(parameter.grad is None for parameter in model.parameters()) and "scatter" not in model.__dict__
    model(batch).pow(2).mean().backward()
    for name, parameter in model.module.named_parameters():
        assert view.run.total[name] == pytest.approx(parameter.grad.reshape(-1)[0].item(), rel=1e-5)
        assert sum(view.run.firsts[name]) == pytest.approx(view.run.total[name], rel=1e-5)
    model.zero_grad()
    (model(batch[:4].cuda()).pow(2).sum() / 14).backward()  # what the first copy sees, weighed as in the whole batch
    assert view.run.firsts["0.weight"][0] == pytest.approx(model.module[0].weight.grad[0, 0].item(), rel=1e-5)


def test_steps_come_one_by_one(model):
    view = replicas(model, torch.ones(4, 5, device="cpu"))
    for _ in range(7):
        view.act("back")
    assert view.state["sentence"].startswith("A batch of shape [4, 5] lies on cpu.") and rows(view) == [[""] * 6] * 2
    view.act("on")
    assert view.state["sentence"].startswith("scatter: ") and rows(view)[1] == ["[2, 5] its part", "", "", "", "", ""]
    view.act("end")
    view.act("set", "parameter", "2.bias")
    assert "The first number of 2.bias.grad is" in view.state["sentence"] and view.state["nav"][3][3]
    view.act("reset")
    assert view.name == "0.weight" and not view.state["nav"][3][3]


def test_a_sum_that_its_rounded_parts_do_not_make_is_told_as_near(model):
    view = replicas(model, torch.ones(4, 5))
    view.run.firsts["0.weight"], view.run.total["0.weight"] = [-0.18388, -0.33608], -0.51996
    view.show()
    assert view.state["sentence"].endswith("(−0.1839) + (−0.3361) = −0.52.")
    view.run.firsts["0.weight"], view.run.total["0.weight"] = [-0.18386, -0.33606], -0.51992
    view.show()
    assert view.state["sentence"].endswith("(−0.1839) + (−0.3361) ≈ −0.5199.")


def test_a_cell_is_as_wide_as_what_stands_in_it_so_that_it_can_be_read(model):
    for batch, most in ((torch.ones(4, 5), 740), (torch.ones(4, 10, 10, 10, 5), 1200)):
        drawn = ET.fromstring(replicas(model, batch).drawing)
        wide = float(next(part.get("width") for part in drawn.iter() if part.get("class") == "face"))
        said = [part.text for part in drawn.iter() if part.get("class") in ("number", "slope")]
        assert len(said) == 12 and max(map(len, said)) * 7.6 <= wide - 14 and float(drawn.get("width")) < most


def test_a_batch_too_small_leaves_a_gpu_idle(model):
    view = replicas(model, torch.ones(1, 5).cuda())
    assert "too small for 1 of the GPUs" in view.state["sentence"] and rows(view)[1] == [""] * 6


@pytest.mark.parametrize("call, kind, text", [
    (lambda model: replicas(model.module, torch.ones(4, 5)), TypeError, "needs a DataParallel network on GPUs, and got Sequential"),
    (lambda model: replicas(nn.DataParallel(model.module, [0]), torch.ones(4, 5)), ValueError, "draws 2 to 4 GPUs, and got 1"),
    (lambda model: replicas(nn.DataParallel(nn.Flatten()), torch.ones(4, 5, requires_grad=True)), ValueError, "without parameters that learn"),
    (lambda model: replicas(nn.DataParallel(nn.LSTM(5, 2).cuda()), torch.ones(4, 2, 5)), ValueError, "returns one Tensor"),
    (lambda model: replicas(model, torch.ones(4, 6)), RuntimeError, "Caught RuntimeError in replica 0"),
    (lambda model: replicas(model), TypeError, "forward"),
])
def test_wrong_use_is_told(model, call, kind, text):
    with pytest.raises(kind, match=text):
        call(model)


def test_on_a_narrow_page_the_step_that_is_told_is_in_sight(model, show):
    page = show(replicas(model, torch.ones(4, 5)), width=430)
    for presses in (0, 5):  # the last of six, then the first
        for _ in range(presses):
            page.click("[data-action=back]")
            settle(page)
        left, right, least, most = page.evaluate(
            "() => ['.cell.on .face', '.wb-canvas'].flatMap((part) => { const { left, right } = document.querySelector(part).getBoundingClientRect(); return [left, right]; })")
        assert least <= left and right <= most


def test_it_is_worked_by_keyboard(model, show):
    page = show(replicas(model, torch.ones(4, 5)))
    page.focus("[data-action=back]")
    page.keyboard.press("Enter")
    settle(page)
    assert page.inner_text(".wb-status") == "step 5 of 6" and page.inner_text(".wb-sentence").startswith("backward: ")
