"""The numbers and the words of every step, on the documents' own graphs."""

import math

import numpy as np
import pytest
import workbook as torch
from tests.widgets.graphs import cubes, leaf, lenet, mean_of_squares, sum_of_squares
from workbook.widgets.folding import Folding
from workbook.widgets.moment import moment_of
from workbook.widgets.names import Names
from workbook.widgets.origin import Recorded
from workbook.widgets.replay import Run
from workbook.widgets.rules import with_numbers
from workbook.widgets.scene import build
from workbook.widgets.telling import Telling
from workbook.widgets.words import Words


class View:
    """A graph without a widget: its Recorded origin, its Run, and what it says at a step."""

    def __init__(self, result, opened=None, **named):
        self.origin = Recorded(result, None)
        for name, tensor in named.items():
            self.origin.names.add(name, tensor)
        self.origin.names.give(self.origin.trace)
        trace = self.origin.trace
        self.folding = Folding(trace, Names(None).of_module)
        self.scene = build(trace, Words(trace), self.folding)
        self.run = Run(trace)

    def at(self, step, number=1, place=()):
        self.run.go_to(max(step, 0))
        return moment_of(self.scene, Words(self.run.trace), self.run, step, number, place)

    def titles(self):
        return [box.title for box in self.scene.boxes]

    def said(self, moment, title):
        return moment.boxes[next(box.key for box in self.scene.boxes if box.title == title)]


def squares():
    z, x, y = sum_of_squares()
    return View(z, z=z, x=x, y=y)


def test_the_boxes_speak_mathematics():
    view = squares()
    assert view.scene.title == "z = 3x² + 2y²"
    assert view.titles() == ["x", "y", "x²", "× 3", "y²", "× 2", "z = +"]
    out, x = mean_of_squares()
    view = View(out, out=out, x=x)
    assert view.scene.title == "out = mean(3(x + 2)²)"
    assert [title for title in view.titles() if title not in ("y = + 2",)] == ["x", "+ 2", "(x + 2)²", "× 3", "out = mean"]
    q, a, b = cubes()
    assert View(q, Q=q, a=a, b=b).scene.title == "Q = 3a³ − b²"


@pytest.mark.parametrize("compute, formula", [
    (lambda x, w: x * w + 1, "x × w + 1"),
    (lambda x, w: (x + w) * 2, "2(x + w)"),
    (lambda x, w: (x + w) * (x - w), "(x + w) × (x − w)"),
    (lambda x, w: (x + w) / w, "(x + w) ÷ w"),
    (lambda x, w: 2 * x, "2x"),
    (lambda x, w: x * -3, "−3x"),
    (lambda x, w: x - (w - 1), "x − (w − 1)"),
    (lambda x, w: x - w - 1, "x − w − 1"),
    (lambda x, w: x / (w * 2), "x ÷ (2w)"),
    (lambda x, w: -(x + w), "−(x + w)"),
    (lambda x, w: 1 - x, "1 − x"),
    (lambda x, w: 1 / x, "1 ÷ x"),
    (lambda x, w: 3 / (x + w), "3 ÷ (x + w)"),
    (lambda x, w: 2 - x * w, "2 − x × w"),
    (lambda x, w: x.sin() * w.exp(), "sin(x) × exp(w)"),
    (lambda x, w: (x ** 2 + w ** 2).sqrt(), "sqrt(x² + w²)"),
    (lambda x, w: 2 ** x, "2 ^ x"),
    (lambda x, w: x ** -2, "x⁻²"),
    (lambda x, w: -x ** 2, "−x²"),
    (lambda x, w: (-x) ** 2, "(−x)²"),
])
def test_formulas_mean_what_they_say(compute, formula):
    x, w = leaf(2.0), leaf(3.0)
    view = View(compute(x, w), x=x, w=w)
    assert view.scene.title == formula


def test_every_step_of_3x2_plus_2y2():
    view = squares()
    sentences = [view.at(step).sentence for step in range(8)]
    assert sentences == [
        "Forward is done: z is 59. Next: backward begins at z with the gradient 1, the slope of the result by itself.",
        "Step 1 of 7: z received 1 and hands 1 to × 3 and 1 to × 2. Next: × 2, by its rule grad × 2.",
        "Step 2 of 7: × 2 received 1 and hands 1 × 2 = 2 to y². Next: y², by its rule grad × 2 × y.",
        "Step 3 of 7: y² received 2 and hands 2 × 2 × 4 = 16 to y. Next: y, a leaf, adds what arrives to y.grad.",
        "Step 4 of 7: y is a leaf: 16 is added to y.grad, which is now 16. Next: × 3, by its rule grad × 3.",
        "Step 5 of 7: × 3 received 1 and hands 1 × 3 = 3 to x². Next: x², by its rule grad × 2 × x.",
        "Step 6 of 7: x² received 3 and hands 3 × 2 × 3 = 18 to x. Next: x, a leaf, adds what arrives to x.grad.",
        "Step 7 of 7: x is a leaf: 18 is added to x.grad, which is now 18. Backward is done; one more step begins a second pass, "
        "which adds to every .grad.",
    ]


def test_complex_numbers_are_conjugated_in_the_rule_and_written_as_two_parts():
    z, w = (torch.tensor(number, requires_grad=True) for number in (1 + 2j, 3 - 1j))
    view = View((z * w).abs(), z=z, w=w)
    assert view.at(-1).sentence == "Forward step 1 of 2: × computed 5 + 5i = (1 + 2i) × (3 − 1i). Next: the result."
    assert view.at(1).sentence == ("Step 1 of 4: the result received 1 and hands 0.7071 + 0.7071i to ×. Next: ×, by its rule "
                                   "grad × conj(w) and grad × conj(z).")
    assert view.at(3).sentence.startswith("Step 3 of 4: w is a leaf: 2.1213 − 0.7071i is added to w.grad")


def test_the_forward_pass_step_by_step():
    view = squares()
    assert view.at(-5).sentence == "Only the leaves have values. Next: x²."
    third = view.at(-2)
    assert third.sentence == "Forward step 3 of 5: y² computed 16 = 4². Next: × 2."
    assert third.status == "forward, step 3 of 5"
    assert view.said(third, "y²").state == "now"
    assert view.said(third, "y²").value == ["16.0000"]
    assert view.said(third, "z = +").value == ["·"]
    assert [wire for wire in third.wires.values() if wire[1] == "flow"] == [("", "flow")]


def test_the_picture_of_a_step_in_the_middle():
    view = squares()
    moment = view.at(5)
    gradients = {box.title: moment.boxes[box.key].gradient for box in view.scene.boxes}
    assert gradients == {"x": ["∇ –"], "y": ["∇ 16.0000"], "x²": ["∇ 3.0000"], "× 3": ["∇ 1.0000"], "y²": ["∇ 2.0000"],
                         "× 2": ["∇ 1.0000"], "z = +": ["∇ 1.0000"]}
    assert [box.title for box in view.scene.boxes if moment.boxes[box.key].state == "now"] == ["× 3"]
    assert sorted(wire for wire in moment.wires.values() if wire[1] == "now") == [("1 × 3 = 3", "now")]
    assert sorted(text for text, state in moment.wires.values() if state == "done") == ["1", "16", "2"]
    assert [text for text, state in moment.wires.values() if state == "came"] == ["1"]  # it arrived at this step
    assert moment.panel["heading"] == "This step: × 3"
    assert moment.panel["computed"] == "27 = 9 × 3"
    assert moment.panel["arrives"] == "1.0000"
    assert moment.panel["hands"] == [{"to": "What it hands to x²:", "rule": "grad × 3", "numbers": "1 × 3 = 3.0000"}]
    assert ("× 3", "x²", "27.0000", "1.0000") in moment.table


def test_the_mean_follows_the_chosen_element():
    out, x = mean_of_squares()
    with torch.no_grad():
        x[0, 1] = 2.0
    y = x + 2
    out = (3 * y**2).mean()
    view = View(out, out=out, x=x, y=y)
    assert view.at(1).sentence.startswith("Step 1 of 5: out received 1 and hands 1 ÷ 4 = 0.25 to each element of × 3.")
    first, second = view.at(3), view.at(3, place=(0, 1))
    assert first.sentence.startswith("Step 3 of 5: At [0, 0], y² received 0.75 and hands 0.75 × 2 × 3 = 4.5 to y.")
    assert second.sentence.startswith("Step 3 of 5: At [0, 1], y² received 0.75 and hands 0.75 × 2 × 4 = 6 to y.")
    view.run.go_to(5)
    assert view.run.grad("leaf1").tolist() == [[4.5, 6.0], [4.5, 4.5]]
    assert view.said(view.at(5), "x").gradient == ["∇ 4.5000\u00a0\u00a06.0000", "\u00a0\u00a04.5000\u00a0\u00a04.5000"]


def test_a_box_has_as_many_lines_at_every_step_so_that_nothing_moves():
    out, x = mean_of_squares()
    view = View(out, out=out, x=x)
    moments = [view.at(step) for step in range(-4, view.run.total + 1)]
    for key in moments[0].boxes:
        assert len({(len(moment.boxes[key].value), len(moment.boxes[key].gradient)) for moment in moments}) == 1
    assert [len(moments[0].boxes[key].value) for key in ("leaf1", "op1", "op4")] == [2, 2, 1]


def test_what_arrives_twice_is_added():
    x = leaf(3.0)
    y = x + 1
    view = View(y * y, x=x, y=y)
    assert view.said(view.at(1), "y = + 1").gradient == ["∇ 8.0000"]
    assert view.at(1).sentence.endswith("Next: y, which hands on what arrives as it is.")


def test_cubes():
    q, a, b = cubes()
    view = View(q, Q=q, a=a, b=b)
    view.run.go_to(view.run.total)
    assert (view.run.grad("leaf1").item(), view.run.grad("leaf2").item()) == (36.0, -12.0)
    told = [view.at(step).sentence for step in range(1, view.run.total + 1)]
    assert any("a³ received 3 and hands 3 × 3 × 2² = 36 to a" in sentence for sentence in told)
    assert any("Q received 1 and hands 1 to × 3 and −1 to b²" in sentence for sentence in told)


def test_a_value_that_is_used_three_times():
    x = leaf(3.0)
    view = View(x * x + x, x=x)
    assert len(view.scene.wires) == 4
    assert view.at(1).sentence.startswith("Step 1 of 3: the result received 1 and hands 1 to × and 1 to x.")
    assert view.at(2).sentence.startswith("Step 2 of 3: × received 1 and hands 1 × 3 = 3 to x and 1 × 3 = 3 to x.")
    assert view.at(3).sentence.startswith("Step 3 of 3: x is a leaf: 1 + 3 + 3 = 7 is added to x.grad, which is now 7.")


def test_broadcasting_is_summed_in_the_rule_and_in_the_number():
    w, b = torch.tensor([1.0, 2.0, 3.0], requires_grad=True), leaf(0.5)
    view = View((w * b).sum(), w=w, b=b)
    moment = view.at(2)
    assert moment.panel["hands"] == [
        {"to": "What it hands to w:", "rule": "grad × b", "numbers": "at [0]: 1 × 0.5 = 0.5000"},
        {"to": "What it hands to b:", "rule": "grad × w, summed where it was broadcast", "numbers": "6.0000"}]
    view.run.go_to(view.run.total)
    assert view.run.grad("leaf2").item() == 6.0


def test_each_output_of_a_step_has_its_own_numbers():
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    first, second = x.unbind(0)
    view = View(first * second, x=x)
    assert view.at(1).panel["computed"] == "6 = 2 × 3"
    assert [hand["numbers"] for hand in view.at(1).panel["hands"]] == ["1 × 3 = 3.0000", "1 × 2 = 2.0000"]


def test_leaves_add_up_over_passes():
    x = leaf(3.0)
    trace = Recorded(x * x, None).trace
    first = Run(trace)
    first.go_to(first.total)
    second = Run(trace, grads={"leaf1": first.grad("leaf1")})
    assert second.grad("leaf1").item() == 6.0
    second.go_to(second.total)
    assert second.grad("leaf1").item() == 12.0
    second.go_to(0)
    assert second.grad("leaf1").item() == 6.0
    assert first.grad("leaf1").item() == 6.0


def test_a_step_back_is_the_same_moment_again():
    view = squares()
    seen = [view.at(step) for step in range(8)]
    for step in (6, 3, 5, 1, 0):
        assert view.at(step) == seen[step]


OPERATIONS = {
    "add": lambda a, b: a + b, "add alpha": lambda a, b: torch.add(a, b, alpha=3), "sub": lambda a, b: a - b,
    "sub alpha": lambda a, b: torch.sub(a, b, alpha=2), "rsub": lambda a, b: 1 - a, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "reciprocal": lambda a, b: 1 / b, "neg": lambda a, b: -a, "exp": lambda a, b: b.exp(),
    "log": lambda a, b: b.log(), "sqrt": lambda a, b: b.sqrt(), "sin": lambda a, b: a.sin(), "cos": lambda a, b: a.cos(),
    "tanh": lambda a, b: a.tanh(), "sigmoid": lambda a, b: a.sigmoid(), "relu": lambda a, b: b.relu(),
    "relu of a negative": lambda a, b: a.relu(), "abs": lambda a, b: a.abs(), "square": lambda a, b: a**2,
    "cube": lambda a, b: a**3, "power 1": lambda a, b: a**1, "inverse square": lambda a, b: b**-2, "power 2.5": lambda a, b: b**2.5,
    "power of tensors": lambda a, b: b**a, "power of a number": lambda a, b: 2**a, "mean": lambda a, b: a.mean(),
}
SUPER = {ord(raised): digit for raised, digit in zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹·", "-0123456789.")}


def value_of(told):
    """Compute a line such as `−(2) × 3 × (−1)² ÷ 4` as mathematics."""
    python, raised = "", False
    for letter in told:
        python += "**" if ord(letter) in SUPER and not raised else ""
        raised = ord(letter) in SUPER
        python += SUPER.get(ord(letter), letter)
    for sign, operator in (("−", "-"), ("×", "*"), ("÷", "/"), ("^", "**"), ("log ", "math.log"), ("cos ", "math.cos"), ("sin ", "math.sin")):
        python = python.replace(sign, operator)
    for function in ("math.log", "math.cos", "math.sin"):
        if function in python:
            head, _, tail = python.partition(function)
            python = f"{head}{function}({tail})"
    return eval(python, {"math": math})


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_rule_computes_what_the_engine_handed_on(name):
    a, b = leaf(-1.5), leaf(0.75)
    view = View(OPERATIONS[name](a, b) * -2.0, a=a, b=b)
    view.at(2)
    taken = view.run.steps[1]
    assert taken.handed
    for position, gradient in taken.handed.items():
        told, number = Telling(view.scene, Words(view.run.trace), view.run, 2).in_numbers(taken.part, position)
        assert number == gradient.item()
        assert value_of(told) == pytest.approx(gradient.item(), abs=2e-3), told


def test_a_rule_of_a_whole_array_has_no_single_line_of_numbers():
    a = torch.ones(2, 2, requires_grad=True)
    view = View((a @ a).sum(), a=a)
    assert with_numbers(view.run.trace.ops[0], 0, 1.0, (1.0, 1.0), 1.0) is None
    moment = view.at(2)
    assert [hand["rule"] for hand in moment.panel["hands"]] == ["grad @ a transposed", "a transposed @ grad"]
    assert moment.panel["hands"][0]["numbers"] == "2.0000\u00a0\u00a02.0000\n2.0000\u00a0\u00a02.0000"


def test_a_value_that_does_not_exist_is_said_calmly():
    x = leaf(-1.0)
    view = View(x.log() * 2, x=x)
    assert view.at(0).sentence == "log(−1) is nan, not a number: there is no value there. Everything computed from it is nan too."
    assert view.at(-1).sentence.startswith("log(−1) is nan")
    assert view.at(-2).sentence == "Only the leaves have values. Next: log."


def test_lenet_folds_and_its_gradients_are_the_engines_own():
    loss, net, _ = lenet()
    view = View(loss)
    assert sorted(view.titles()) == sorted([
        "data₁", "conv1", "relu", "max_pool2d", "conv2", "relu", "max_pool2d", "reshape", "fc1", "relu", "fc2", "relu", "fc3",
        "data₂", "mse_loss"])
    view.run.go_to(view.run.total)
    loss.backward()
    assert len(view.origin.trace.leaves) == 10
    for part in view.origin.trace.leaves:
        np.testing.assert_array_equal(view.run.grad(part.key), part.node.variable.grad.numpy())


def test_a_folded_module_tells_its_steps_as_one():
    loss, net, _ = lenet()
    view = View(loss)
    names = Names(None)
    for name, parameter in net.named_parameters():
        names.add(name, parameter)
    names.give(view.origin.trace)
    view.run = Run(view.origin.trace)
    moment = view.at(5)
    assert moment.sentence.startswith("Steps 2 to 5 of 26: fc3 received 1 × 10 (norm ")
    assert "to relu and adds to fc3.bias.grad and fc3.weight.grad. Next: relu" in moment.sentence
    assert moment.panel["heading"] == "These steps: fc3"
    assert [hand["to"] for hand in moment.panel["hands"]] == [
        "What it hands to relu:", "Added to fc3.bias.grad:", "Added to fc3.weight.grad:"]
