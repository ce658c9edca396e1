"""The gates of an LSTM: computed again they give what the module gives, the cell is the sum of what was added and kept, and slopes are autograd's."""

import copy
import math
import xml.etree.ElementTree as ET
from itertools import product

import pytest

import workbook as torch
from tests.widgets.page import click, press, settle
from workbook import nn
from workbook.nn.utils.rnn import pack_sequence
from workbook.widgets import gates
from workbook.widgets.board import alone_style
from workbook.widgets.numbers import short


def made(*sizes, seed=0, **settings):
    torch.manual_seed(seed)
    return nn.LSTM(*sizes, **settings)


def rows(steps=6, features=3, *batch, seed=1):
    torch.manual_seed(seed)
    return torch.randn(*batch, steps, features)


def drawn(view, name):
    return [part for part in ET.fromstring(view.drawing).iter() if name in (part.get("class") or "").split()]


def texts(view):
    return ["".join(part.itertext()) for part in ET.fromstring(view.drawing).iter() if part.tag.endswith("text")]


SETTINGS = [dict(zip(("num_layers", "bidirectional", "bias", "proj_size"), each)) for each in product((1, 2), (False, True), (False, True), (0, 2))]


@pytest.mark.parametrize(("settings", "dtype"), [(each, (torch.float32, torch.float64)[sum(map(bool, each.values())) % 2]) for each in SETTINGS],
                         ids=lambda part: "-".join(map(str, part.values())) if isinstance(part, dict) else None)
def test_the_gates_give_what_the_module_gives(settings, dtype):
    lstm, x = made(3, 4, **settings).to(dtype), rows().to(dtype)
    ways = settings["num_layers"] * (2 if settings["bidirectional"] else 1)
    state = torch.randn(ways, settings["proj_size"] or 4, dtype=dtype), torch.randn(ways, 4, dtype=dtype)
    for start in (None, state):
        view = gates(lstm, x, state=start)
        own, (h, c) = lstm(x, start)
        assert view.agrees and view.reading.difference <= (1e-6 if dtype is torch.float32 else 1e-14)
        assert len(view.reading.ways) == ways
        for number, way in enumerate(view.reading.ways):
            last = way.steps[way.order()[-1]]
            assert torch.allclose(last.c, c[number], atol=1e-6) and torch.allclose(last.h, h[number], atol=1e-6)
        shown = torch.cat([way.steps[2].h for way in view.reading.ways[-(2 if settings["bidirectional"] else 1):]])
        assert torch.allclose(shown, own[2], atol=1e-6)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_cell_is_what_was_added_and_never_forgotten(bidirectional):
    lstm, x = made(3, 4, bidirectional=bidirectional), rows()
    view = gates(lstm, x, state=(torch.zeros(1 + bidirectional, 4), torch.randn(1 + bidirectional, 4)))
    for way, step, unit in product(view.reading.ways, range(6), range(4)):
        still = way.still(step, unit)
        assert sum(still.values()) == pytest.approx(way.numbers["c"][step, unit], abs=1e-6)
        assert set(still) == {*way.order()[:way.order().index(step) + 1], None}
        assert way.numbers["kept"][step, unit] + way.numbers["added"][step, unit] == pytest.approx(way.numbers["c"][step, unit], abs=1e-6)


@pytest.mark.parametrize("step", [0, 3, 5])
def test_a_slope_reaches_as_far_as_autograd_says(step):
    lstm, x = made(3, 4, num_layers=2), rows()
    view = gates(lstm, x)
    view.act("choose", None, step)
    nets = [lstm]
    torch.manual_seed(0)
    nets += [nn.RNN(3, 4, 2), nn.GRU(3, 4, 2)]
    view.act("set", "way", "layer 1")
    for net, (_, sizes) in zip(nets, view.reaches(), strict=True):
        leaf = x.clone().requires_grad_()
        net(leaf)[0][step].sum().backward()
        assert sizes == pytest.approx({place: size for place, size in enumerate(leaf.grad.norm(dim=1).tolist()) if place <= step}, rel=1e-4)
    view.act("set", "way", "layer 0")  # of the lower layer: a net of that one layer
    first = nn.LSTM(3, 4)
    first.load_state_dict({name: value for name, value in lstm.state_dict().items() if name.endswith("l0")})
    leaf = x.clone().requires_grad_()
    first(leaf)[0][step].sum().backward()
    assert list(view.reaches()[0][1].values()) == pytest.approx(leaf.grad.norm(dim=1).tolist()[:step + 1], rel=1e-4)


def test_the_other_direction_reaches_to_the_other_end():
    view = gates(made(3, 4, bidirectional=True), rows())
    view.act("set", "way", "layer 0, from the end")
    view.act("choose", None, 2)
    assert [sorted(sizes) for _, sizes in view.reaches()] == [[2, 3, 4, 5]] * 3 and all(size > 0 for _, sizes in view.reaches() for size in sizes.values())
    assert "Back at step 5 the slope of h" in view.state["sentence"] and "← read from the end" in texts(view)
    leaf = rows().requires_grad_()
    view.lstm(leaf)[0][2, 4:].sum().backward()
    assert list(view.reaches()[0][1].values())[::-1] == pytest.approx(leaf.grad.norm(dim=1).tolist()[2:], rel=1e-4)


def test_a_step_is_told_in_numbers():
    lstm = nn.LSTM(1, 1)
    for weight in lstm.parameters():
        nn.init.constant_(weight, 0.5)
    view = gates(lstm, torch.tensor([[1.0], [0.0]]), state=(torch.zeros(1, 1), torch.full((1, 1), 2.0)))
    view.act("start")
    gate, new = 1 / (1 + math.exp(-1.5)), math.tanh(1.5)
    cell = gate * 2 + gate * new
    row = view.state["table"]["rows"][0]
    assert [float(text.replace("−", "-")) for text in row[1:9]] == pytest.approx([gate, gate, new, gate, gate * 2 - 2, gate * new, cell, gate * math.tanh(cell)], abs=1e-4)
    assert view.state["sentence"] == (f"Step 0: unit 0 keeps {short(gate)} × 2 = {short(2 * gate)} of its cell and adds {short(gate)} × {short(new)} = {short(gate * new)}: the cell is {short(cell)}, "
                                      f"and o × tanh(c) shows {short(gate * math.tanh(cell))}. It is the first step that this direction reads.")
    assert view.state["panels"][1]["table"]["rows"][0] == ["i", "1.0000", "0.5000", f"{gate:.4f}"]


def test_steps_units_layers_and_sequences_are_chosen():
    view = gates(made(3, 4, num_layers=2, batch_first=True), rows(6, 3, 5))
    assert view.set == {"sample": 0, "way": 0, "unit": 0, "step": 5} and [able for *_, able in view.state["nav"]] == [True, True, False, False, False]
    for act in (("back",), ("set", "unit", 3), ("set", "way", "layer 1"), ("set", "sample", 4)):
        view.act(*act)
    assert view.set == {"sample": 4, "way": 1, "unit": 3, "step": 4}
    assert view.way.numbers["squashed"][4, 3] == pytest.approx(view.lstm(rows(6, 3, 5))[0][4, 4, 3].item(), abs=1e-6)
    for step in range(9):
        view.act("on")
    assert view.set["step"] == 5
    view.act("start")
    view.act("back")
    assert view.set["step"] == 0
    for value in (99, -7, float("nan"), 2.7, "3"):
        for id in ("step", "unit", "sample"):
            view.act("set", id, value)
    assert view.set == {"sample": 3, "way": 1, "unit": 3, "step": 3}
    view.act("reset")
    assert view.set == view._first


def test_sequences_of_different_lengths():
    lstm = made(3, 4)
    sequences = [rows(5), rows(2, seed=2), rows(4, seed=3)]
    view = gates(lstm, pack_sequence(sequences, enforce_sorted=False))
    for number, sequence in enumerate(sequences):
        view.act("set", "step", 99)
        view.act("set", "sample", number)
        assert view.last == len(sequence) - 1
        view.act("end")
        assert view.way.numbers["squashed"][view.last] == pytest.approx(lstm(sequence)[0][-1].detach().numpy(), abs=1e-6)


def test_a_state_belongs_to_its_sequence():
    lstm, x = made(3, 4, batch_first=True), rows(2, 3, 3)
    state = torch.randn(1, 3, 4), torch.randn(1, 3, 4)
    view = gates(lstm, x, state=state)
    view.act("set", "sample", 2)
    assert view.way.numbers["before"][0] == pytest.approx(state[1][0, 2].numpy()) and view.agrees
    assert torch.allclose(view.way.steps[1].h, lstm(x, state)[0][2, 1], atol=1e-6)


def test_nothing_of_the_students_is_changed():
    lstm, x = made(3, 4, num_layers=2, dropout=0.5), rows().requires_grad_()
    lstm(x)[0].sum().backward()
    called = []
    lstm.register_forward_hook(lambda *given: called.append(1))
    before = copy.deepcopy(lstm.state_dict()), [p.grad.clone() for p in lstm.parameters()], x.grad.clone()
    torch.manual_seed(5)
    expected = torch.rand(1).item()
    torch.manual_seed(5)
    view = gates(lstm, x)
    view.act("back")
    assert torch.rand(1).item() == expected and lstm.training and called == []
    assert all(torch.equal(value, before[0][name]) for name, value in lstm.state_dict().items())
    assert all(torch.equal(p.grad, grad) for p, grad in zip(lstm.parameters(), before[1])) and torch.equal(x.grad, before[2])
    assert view.agrees  # the gates are those without dropout


def test_a_module_that_computes_something_else_is_told():
    class Doubled(nn.LSTM):
        def forward(self, x, state=None):
            out, state = super().forward(x, state)
            return out * 2, state

    view = gates(Doubled(3, 4), rows())
    assert not view.agrees and view.state["sentence"].startswith("This module is not what its weights say")


def test_numbers_that_are_none_are_drawn():
    lstm = made(3, 4)
    for x in (torch.full((4, 3), math.nan), torch.full((4, 3), math.inf), torch.zeros(4, 3), torch.tensor([[1e30, 0.0, -1e30]] * 2)):
        view = gates(lstm, x)
        for act in ("start", "end", "back"):
            view.act(act)
        assert "<svg" in view.drawing and "nan" not in "".join(part.get("d") or "" for part in ET.fromstring(view.drawing).iter())
    with torch.no_grad():
        lstm.bias_ih_l0[4:8] = -200.0  # a forget gate that is shut: no slope goes through the cell
    view = gates(lstm, rows())
    assert view.way.still(5, 0)[0] == 0.0 and "<svg" in view.drawing
    with torch.no_grad():
        lstm.weight_hh_l0.fill_(math.nan)
    assert gates(lstm, rows()).state["sentence"].startswith("Step 5: unit 0 keeps nan")


def test_names_long_sequences_and_many_features():
    view = gates(made(3, 4), rows(6), names="ab c\nd")
    assert view.state["sentence"].startswith("Step 5 (d): ") and "␣" in texts(view) and "\\n" in texts(view)
    assert view.state["table"]["rows"][3][0] == "3 c"
    view = gates(made(3, 4), rows(100))
    assert len(drawn(view, "ruled")) == 48 and any("52 more steps" in text for text in texts(view)) and len(view.state["table"]["rows"]) == 100
    for step in (0, 60, 99):
        view.act("choose", None, step)
        chosen, = [part for part in drawn(view, "ruled") if part.get("tabindex") == "0"]
        assert chosen.get("data-choose") == str(step)
    assert "arrives: 60 numbers" in texts(gates(made(60, 4), rows(3, 60)))


def test_other_networks_beside_it():
    view = gates(made(3, 4), rows(), beside={"mine": nn.RNN(3, 9), "open": made(3, 2)})
    assert [name for name, _ in view.reaches()] == ["this LSTM", "mine", "open"] and "∇ mine" in texts(view)
    assert [name for name, _ in gates(made(3, 4), rows(), beside=nn.GRU(3, 4)).reaches()] == ["this LSTM", "GRU"]
    assert [name for name, _ in gates(made(3, 4), rows(), beside=[]).reaches()] == ["this LSTM"]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.out = nn.LSTM(3, 4), nn.Linear(4, 2)


@pytest.mark.parametrize("error, arguments, words", [
    (TypeError, lambda: (Net(), rows()), "gates(net.rnn, x)"), (TypeError, lambda: (nn.RNN(3, 4), rows()), "a plain RNN has no gates"),
    (TypeError, lambda: (nn.GRU(3, 4), rows()), "a GRU has other gates"), (TypeError, lambda: (nn.LSTM, rows()), "the class LSTM"),
    (TypeError, lambda: (nn.LSTMCell(3, 4), rows()), "got LSTMCell"), (TypeError, lambda: (None, rows()), "got NoneType"),
    (TypeError, lambda: (made(3, 4), [[1.0]]), "got list"), (TypeError, lambda: (made(3, 4), rows().numpy()), "got ndarray"),
    (ValueError, lambda: (made(3, 4), rows(401)), "401 steps"), (ValueError, lambda: (made(3, 4), torch.zeros(5, 3, dtype=torch.int64)), "does not match weight dtype"),
    (RuntimeError, lambda: (made(3, 4), rows(6, 5)), "Expected 3, got 5"), (ValueError, lambda: (made(3, 4), torch.zeros(3)), "2D or 3D"),
    (RuntimeError, lambda: (made(3, 4), rows(), (torch.zeros(2, 4), torch.zeros(2, 4))), "Expected hidden[0] size"),
    (RuntimeError, lambda: (made(3, 4), torch.zeros(0, 3)), ""), (ValueError, lambda: (made(3, 4), torch.zeros(5, 0, 3)), "without a sequence"), (RuntimeError, lambda: (made(3, 4), torch.zeros(0, 2, 3)), ""),
    (ValueError, lambda: (made(3, 4), rows(), None, "ab"), "2 names for 6 steps"), (TypeError, lambda: (made(3, 4), rows(), None, 3), "for names, and got int"),
    (ValueError, lambda: (made(3, 4), rows(6, 3, 2), None, "ab"), "6 sequences"), (TypeError, lambda: (made(3, 4), rows(), None, None, 3), "for beside, and got int"),
    (TypeError, lambda: (made(3, 4), rows(), None, None, [nn.Linear(3, 4)]), "a Linear"),
    (ValueError, lambda: (made(3, 4), rows(), None, None, {"x": nn.RNN(5, 4)}), "reads 5 numbers a step"),
])
def test_what_cannot_be_shown_is_told(error, arguments, words):
    lstm, x, *rest = arguments()
    with pytest.raises(error) as caught:
        gates(lstm, x, **dict(zip(("state", "names", "beside"), rest)))
    assert words in str(caught.value)


def test_the_view_keeps_its_name():
    import workbook.widgets

    assert workbook.widgets.gates is gates and callable(gates)  # no file of the room has this name


def test_a_still_picture_says_the_same():
    view = gates(made(3, 4), rows())
    still = view.still()._repr_html_()
    assert "Step 5: unit 0 keeps" in still and still.count("<tr>") == 7 and "--wb-" not in view._picture(alone_style())
    assert "<img" in view._repr_mimebundle_()[0]["text/html"]


def test_keys_and_mouse_choose_a_step(show):
    view = gates(made(3, 4), rows())
    page = show(view)
    page.locator('[data-choose="5"]').focus()
    press(page, view, "ArrowLeft", "ArrowLeft")
    assert view.set["step"] == 3 and page.evaluate("document.activeElement.dataset.choose") == "3"
    press(page, view, "ArrowDown")
    click(page, view, '[data-choose="1"]')
    assert view.set["step"] == 1 and page.locator(".wb-sentence").inner_text().startswith("Step 1: unit 0 keeps")
    page.locator('[data-control="unit"]').focus()
    press(page, view, "ArrowRight")
    assert view.set["unit"] == 1 and page.locator("header b").inner_text() == "LSTM(3, 4), unit 1"
    click(page, view, "[data-action=reset]")
    settle(page)
    assert view.set == view._first
