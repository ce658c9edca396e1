"""The race: every place is the one that the real optimizer reaches, in torch as here, and what it keeps is drawn as long as it is."""

import importlib
import importlib.util
import math
import xml.etree.ElementTree as ET

import pytest

import workbook
import workbook as torch
from workbook.widgets import race, recording
from workbook.widgets.contours import level_lines
from workbook.widgets.race_view import BAR, LONGEST, RUNNERS, VALLEYS


def parts(view, name):
    return [part for part in ET.fromstring(view.drawing).iter() if name in (part.get("class") or "").split()]


def made(torch, name, leaves, lr):
    return {"SGD": lambda: torch.optim.SGD(leaves, lr=lr), "momentum": lambda: torch.optim.SGD(leaves, lr=lr, momentum=0.8),
            "RMSprop": lambda: torch.optim.RMSprop(leaves, lr=lr), "Adam": lambda: torch.optim.Adam(leaves, lr=lr)}[name]()


def engines():
    return [workbook] + ([importlib.import_module("torch")] if importlib.util.find_spec("torch") else [])


@pytest.mark.parametrize("valley", VALLEYS, ids=lambda valley: valley.title)
@pytest.mark.parametrize("runner", RUNNERS, ids=lambda runner: runner.name)
def test_every_place_is_the_optimizer_s(valley, runner):
    view = race()
    view.act("set", "valley", valley.title)
    view.act("set", runner.name, 0.07)
    view.act("ten")
    view.act("on")
    run = view.run(runner)
    for engine in engines():
        leaves = [engine.tensor(each, requires_grad=True) for each in valley.start]
        optimizer = made(engine, runner.name, leaves, 0.07)
        for _ in range(11):
            optimizer.zero_grad()
            valley.loss(*leaves).backward()
            optimizer.step()
        assert run.places[-1] == pytest.approx([leaf.item() for leaf in leaves], rel=1e-4, abs=1e-6) and len(run.places) == 12
        assert run.losses[-1] == pytest.approx(valley.loss(*leaves).item(), rel=1e-4, abs=1e-6)
        for name, pair in run.kept.items():
            assert pair == pytest.approx([optimizer.state[leaf][name].item() for leaf in leaves], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(("runner", "names"), zip(RUNNERS, ([], ["momentum_buffer"], ["square_avg"], ["exp_avg", "exp_avg_sq"])))
def test_what_each_keeps(runner, names):
    view = race()
    assert list(view.run(runner).kept) == []
    view.act("on")
    assert list(view.run(runner).kept) == names


def test_a_learning_rate_runs_the_same_steps_again():
    view = race()
    view.act("ten")
    before = view.run(RUNNERS[3]).places
    view.act("set", "Adam", 0.05)
    after = view.run(RUNNERS[3]).places
    assert len(after) == len(before) == 11 and after[0] == before[0] and after[-1] != before[-1] and view.steps == 10
    assert "torch.optim.Adam(params, lr=0.05)" in view.state["panels"][1]["code"][1]


def test_bars_are_as_long_as_what_is_kept():
    view = race()
    view.act("ten")
    kept = [pair for runner in RUNNERS for pair in view.run(runner).kept.values()]
    bars = [float(bar.get("width")) for bar in parts(view, "pull")]
    assert bars == pytest.approx([abs(each) / max(map(abs, pair)) * BAR / 2 for pair in kept for each in pair], abs=0.06) and len(bars) == 8


def test_the_lowest_is_named_first():
    view = race()
    for _ in range(3):
        view.act("ten")
    losses = {runner.name: view.run(runner).losses[-1] for runner in RUNNERS}
    assert view.state["sentence"].startswith(f"After 30 steps {min(losses, key=losses.get)} is lowest")
    view.act("back")
    assert view.state["status"] == "step 29"


def test_who_runs_away_is_told_and_drawn_at_the_edge():
    view = race()
    view.act("set", "SGD", 1.2)
    for _ in range(12):
        view.act("ten")
    assert "SGD ran away" in view.state["sentence"] and "SGD" not in view.state["sentence"].partition("is lowest")[0]
    numbers = [part.get(name) or "" for part in ET.fromstring(view.drawing).iter() for name in ("x", "y", "cx", "cy", "d", "width")]
    assert not any("nan" in each or "inf" in each for each in numbers) and "SGD (beyond)" in "".join(ET.fromstring(view.drawing).itertext())
    view.act("set", "SGD", 0.5)
    assert "ran away" not in view.state["sentence"]


def test_a_race_ends_somewhere_and_begins_anew():
    view = race()
    for _ in range(LONGEST // 10 + 2):
        view.act("ten")
    assert view.steps == LONGEST and [able for *_, able in view.state["nav"]] == [True, False, False, True]
    view.act("reset")
    assert view.steps == 0 and view.rates == {runner.name: runner.rate for runner in RUNNERS} and not view.state["nav"][3][3]
    view.act("set", "valley", "a bend")
    assert view.rates["SGD"] == 0.1 and view.state["nav"][3][3] and "Four optimizers stand at (−2, 3)" in view.state["sentence"]


def test_a_loss_of_your_own():
    view = race(lambda x, y: (x - 1) ** 2 / 2 + (y + 1) ** 2, start=(3.0, 2.0), across=(-5, 5), up=(-4, 4))
    assert view.state["controls"][0]["options"][0] == ["your own", "your own"] and "where the loss your function is 11" in view.state["sentence"]
    for _ in range(6):
        view.act("ten")
    assert view.run(RUNNERS[0]).places[-1] == pytest.approx((1.0, -1.0), abs=1e-3)


def test_a_loss_that_fails_where_a_step_leads_says_so():
    def loss(x, y):
        if x.item() < 1:
            raise ArithmeticError("x is below 1")
        return x ** 2 + y ** 2

    view = race(loss, start=(3.0, 2.0))
    view.act("ten")
    assert "came where the loss could not be computed. ArithmeticError: x is below 1" in view.state["sentence"]
    view.act("reset")
    assert "Four optimizers stand at (3, 2)" in view.state["sentence"]


def test_nothing_of_the_student_s_is_touched():
    weight = torch.tensor(2.0, requires_grad=True)
    view = race(lambda x, y: (x - weight) ** 2 + y ** 2)
    view.act("ten")
    assert weight.grad is None


def test_it_works_where_nobody_records():
    recording.stop()
    try:
        view = race()
        view.act("on")
        assert len(view.run(RUNNERS[0]).places) == 2
    finally:
        recording.start()


def test_the_still_picture_shows_thirty_steps_and_leaves_the_view_at_its_start():
    view = race()
    still = view.still()
    assert "thirty steps" in still._told and view.steps == 0 and "var(--wb" not in still.svg and len(still._rows) == 4


@pytest.mark.parametrize(("arguments", "options", "kind", "said"), [
    ((3.0,), {}, TypeError, "needs a function of two numbers"),
    ((lambda x, y: 3.0,), {}, TypeError, "and is a float"),
    ((lambda x, y: x * torch.ones(2),), {}, TypeError, "a Tensor of shape (2,)"),
    ((lambda x, y: x,), {"start": 3}, TypeError, "two numbers for start"),
    ((lambda x, y: x,), {"across": (2, 1)}, ValueError, "the smaller one first"),
    ((lambda x, y: x,), {"up": (0, math.inf)}, ValueError, "two finite numbers"),
])
def test_wrong_use_is_refused_with_what_to_write(arguments, options, kind, said):
    with pytest.raises(kind) as caught:
        race(*arguments, **options)
    assert said in str(caught.value)


# ---- contours -------------------------------------------------------------------------------------------------------------


def test_lines_run_where_the_height_is_the_same():
    def height(x, y):
        return x * x + 3 * y * y + x * y

    segments, lowest = level_lines(height, (-2, 3), (-1, 2))
    assert len(segments) > 300 and all(abs(height(*a) - height(*b)) < 0.02 for a, b in segments)
    assert height(*lowest) < 0.01
    distinct = {round(height(*a), 1) for a, _ in segments}
    assert 8 < len(distinct)


def test_there_are_no_lines_where_there_is_no_number():
    segments, lowest = level_lines(lambda x, y: math.log(x) ** 2 + y * y if x > 0 else 1 / 0, (-2, 2), (-1, 1))
    assert segments and min(x for pair in segments for x, _ in pair) > 0 and lowest[0] == pytest.approx(1.0, abs=0.08)
    assert level_lines(lambda x, y: math.nan, (0, 1), (0, 1)) == ([], (0.5, 0.5))


@pytest.mark.parametrize("tens", [0, 1, 3, 10])
@pytest.mark.parametrize("valley", VALLEYS, ids=lambda valley: valley.title)
def test_no_name_covers_a_runner_or_another_name(valley, tens):
    view = race()
    view.act("set", "valley", valley.title)
    view.act("set", "SGD", 1.2)
    for _ in range(tens):
        view.act("ten")
    shapes = [view.plane.clipped(*view.run(runner).places[-1]) for runner in RUNNERS]
    names = [(float(part.get("x")), float(part.get("y")), 8.4 * len(part.text)) for part in parts(view, "label") if "title" in part.get("class")]
    assert len(names) == 4
    for place, (left, line, wide) in enumerate(names):
        assert not any(left < x < left + wide and line - 13 < y < line + 4 for x, y in shapes), "a name covers a runner"
        assert not any(left < other + far and other < left + wide and abs(line - down) < 15 for other, down, far in names[:place]), "two names cover each other"
        assert left > 0 and left + wide < view.plane.right
