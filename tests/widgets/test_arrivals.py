"""What arrives on each edge and what it adds to; why newest first; how wide and of which sign a gradient's line is; cuts."""

import numpy as np
import pytest
import workbook as torch
from hypothesis import given
from hypothesis import strategies as st
from tests.widgets.graphs import leaf, mean_of_squares, sum_of_squares
from tests.widgets.test_steps import View
from workbook.widgets.cuts import Cuts
from workbook.widgets.moment import moment_of, strength
from workbook.widgets.replay import Run
from workbook.widgets.words import Words


def doubled_twice():
    a = leaf(1.0)
    b = a + a
    c = b + b
    return View(c, a=a, b=b, c=c)


def test_the_counterexample_shows_why_newest_first():
    view = doubled_twice()
    moment = view.at(2)
    assert moment.sentence.startswith("Step 2 of 3: b received 1 + 1 = 2 and hands 2 to a and 2 to a.")
    assert moment.panel["sum"] == ["  1 from c, as its input 1", "+ 1 from c, as its input 2", "= 2"]
    assert moment.panel["why"].endswith("it would have handed on for 1 and again for 2: as if 3 had arrived, not 2.")
    assert [text for text, state in moment.wires.values() if state == "came"] == ["1", "1"]
    assert view.at(3).sentence.startswith("Step 3 of 3: a is a leaf: 2 + 2 = 4 is added to a.grad, which is now 4.")


def test_who_waits_for_how_many_edges_is_told():
    x = leaf(3.0)
    y = x * 2
    view = View((y * x).exp() + y, x=x, y=y)
    assert view.at(1).panel["waits"] == ["y has 1 so far and waits for 1 more edge"]
    assert view.at(3).panel["waits"] == ["x has 3.9396e+08 so far and waits for 1 more edge"]
    assert view.at(1).panel["why"] == view.at(3).panel["why"] == "" != view.at(4).panel["why"]


def test_the_sum_of_arrays_is_told_edge_by_edge():
    v = torch.tensor([1.0, -2.0], requires_grad=True)
    w = v * 3
    view = View((w + w * w).sum(), v=v, w=w)
    panel = view.at(4).panel
    assert panel["heading"] == "This step: w = × 3"
    assert panel["sum"] == ["  1 each from +", "+ 2 from ×, as its input 1", "+ 2 from ×, as its input 2", "= 2 numbers"]
    assert panel["why"] == ""


@pytest.mark.parametrize("gradient, found", [
    (np.array(0.0), (0, "zero")), (np.array(1.0), (4, "plus")), (np.array(-99.0), (5, "minus")), (np.array(1e-30), (0, "plus")),
    (np.array([3.0, -4.0]), (4, "both")), (np.array([np.nan]), (0, "")), (np.array(1j), (0, "")), (np.zeros((0, 2)), (0, "")),
    (np.array([0.0, 0.02], dtype=np.float32), (2, "plus"))])
def test_the_width_and_the_sign_of_a_line(gradient, found):
    assert strength(gradient) == found


def test_every_wire_of_a_backward_step_has_its_width_and_sign_and_none_before():
    x = leaf(2.0)
    view = View((x * -3).tanh() * 1e-3, x=x)
    assert view.at(0).strengths == {}
    assert view.at(1).strengths == {"op1.0": (0, ""), "op2.0": (0, ""), "op3.0": (1, "plus")}
    assert [sign for _, sign in view.at(4).strengths.values()] == ["minus", "plus", "plus"]


# ---- scissors and taps ----------------------------------------------------------------------------------------------------


def cut_view(view, cuts, step=None):
    run = Run(view.origin.trace, cuts=cuts)
    run.go_to(run.total if step is None else step)
    return run, moment_of(view.scene, Words(run.trace), run, len(run.steps), 1, (), cuts)


def wire(view, key):
    return next(wire for wire in view.scene.wires if wire.key == key)


def test_a_cut_edge_hands_nothing_on_and_the_rest_goes_on():
    view = doubled_twice()
    cuts = Cuts()
    assert cuts.edge(wire(view, "op1.0").uses)
    run, moment = cut_view(view, cuts)
    assert run.grad("leaf1").item() == 2.0 and moment.wires["op1.0"] == ("✂ detach", "cut")
    assert not cuts.edge(wire(view, "op1.0").uses) and cuts.made == []
    assert cut_view(view, cuts)[0].grad("leaf1").item() == 4.0


def test_a_tap_stops_what_is_behind_it():
    z, x, y = sum_of_squares()
    view = View(z, z=z, x=x, y=y)
    cuts = Cuts()
    assert cuts.tap([view.origin.trace.ops[0]])
    run, moment = cut_view(view, cuts)
    assert run.grad("leaf1") is None and run.grad("leaf2").item() == 16.0
    gradients = {box.title: moment.boxes[box.key].gradient for box in view.scene.boxes}
    assert gradients["x"] == gradients["x²"] == gradients["× 3"] == ["∇ none"]  # no input of × 3 wants a gradient any more
    assert moment.wires["op1.0"] == ("no_grad", "cut") and moment.wires["op2.0"][1] == "wait"
    cuts.undo()
    assert cut_view(view, cuts)[0].grad("leaf1").item() == 18.0


def test_with_every_way_cut_backward_is_refused_in_pytorchs_words():
    view = doubled_twice()
    cuts = Cuts()
    cuts.tap(view.origin.trace.ops)
    run, moment = cut_view(view, cuts)
    assert run.total == 0 and "element 0 of tensors does not require grad" in moment.sentence


def test_the_code_that_would_do_it():
    x, w = leaf(2.0), leaf(3.0)
    y = x * w
    z = y + y
    view = View(z, x=x, w=w, y=y, z=z)
    words, cuts = Words(view.origin.trace), Cuts()
    cuts.edge(wire(view, "op2.1").uses)
    assert cuts.code(view.origin.trace, words) == "z = y + y.detach()"
    cuts.tap([view.origin.trace.ops[0]])
    assert cuts.code(view.origin.trace, words) == "z = y + y.detach()\nwith torch.no_grad():\n    y = x * w"
    out, v = mean_of_squares()
    view = View(out, x=v, out=out)
    cuts = Cuts()
    cuts.edge([(view.origin.trace.ops[2], 0)])
    assert cuts.code(view.origin.trace, Words(view.origin.trace)).startswith("# detach() on ")


@given(st.data())
def test_cuts_give_the_gradients_of_detach(data):
    """A program of generated steps, cut in the view and by detach() in code: the gradients are the same."""
    steps = [(data.draw(st.sampled_from("+*")), data.draw(st.integers(0, place + 1)), data.draw(st.integers(0, place + 1)))
             for place in range(data.draw(st.integers(1, 7)))]
    cut = {(number, side) for number in range(len(steps)) for side in (0, 1) if data.draw(st.integers(0, 4)) == 0}

    def compute(cut):
        leaves = [leaf(0.5), leaf(-1.5)]
        values = list(leaves)
        for number, (kind, one, other) in enumerate(steps):
            a, b = (values[place].detach() if (number, side) in cut else values[place] for side, place in enumerate((one, other)))
            values.append(a + b if kind == "+" else a * b)
        return leaves, values

    leaves, values = compute(set())
    view = View(values[-1], a=leaves[0], b=leaves[1])
    order = {id(value.grad_fn): number for number, value in enumerate(values[2:])}
    cuts = Cuts()
    for part in view.origin.trace.ops:
        for side in (0, 1):
            if (order[id(part.node)], side) in cut:
                cuts.edge([(part, side)])
    run = Run(view.origin.trace, cuts=cuts)
    run.go_to(run.total)
    found = {part.name: run.grad(part.key) for part in view.origin.trace.leaves}
    leaves, values = compute(cut)
    if values[-1].requires_grad:
        values[-1].backward()
    else:
        assert run.total == 0
    for name, tensor in zip("ab", leaves):
        assert (found.get(name) is None) == (tensor.grad is None)
        assert tensor.grad is None or found[name] == tensor.grad.item()
