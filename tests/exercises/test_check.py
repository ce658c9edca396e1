"""check: it never raises on a student's mistake, never passes one, says the same twice and leaves no trace."""

import itertools
import os
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbook as torch
from workbook.autograd import modes
from workbook.exercises import check
from workbook.exercises.checking import undisturbed
from workbook.exercises.verdict import Box


class Hostile:
    """An object that raises whatever one does with it."""

    def _no(self, *_):
        raise RuntimeError("do not look")

    __eq__ = __ne__ = __len__ = __iter__ = __bool__ = __float__ = __repr__ = __str__ = __getattr__ = __call__ = __array__ = _no
    __hash__ = None


class Liar:
    """An object that raises when it is asked for its class."""

    @property
    def __class__(self):
        raise ValueError("no class")


class Meta(type):
    @property
    def __module__(cls):
        raise ValueError("no module")

    __name__ = __module__


def bad_class():
    """Return a class that raises when it is asked for its name."""
    return Meta("Bad", (), {})


class Own(BaseException):
    """A student's exception that `except Exception` lets through."""


class EqualToAll:
    """An object that says it equals everything."""

    shape, dtype = (), None
    __eq__ = lambda self, other: True  # noqa: E731
    __hash__ = object.__hash__
    __float__ = lambda self: 18.0  # noqa: E731
    item = __float__


class SlyNumber(float):
    __eq__ = lambda self, other: True  # noqa: E731
    __sub__ = __rsub__ = lambda self, other: 0.0  # noqa: E731
    __hash__ = float.__hash__


class SlyText(str):
    __eq__ = lambda self, other: True  # noqa: E731
    __hash__ = str.__hash__


def endless(*_):
    return itertools.count()


def deep(*_):
    return deep()


def own(*_):
    raise Own("mine")


def leaves(*_):
    raise SystemExit


itself = []
itself.append(itself)
MISTAKES = [
    None, "18.5", b"18", "", 17, -18, 10**500, float("nan"), float("inf"), 18 + 1j, True, [18], (18,), {18}, {"a": 18}, range(18),
    Hostile(), EqualToAll(), SlyNumber(3), SlyText("no"), object, type, torch, itertools.count(), (x for x in ()), itself, endless, deep,
    own, 18 + 0j, torch.tensor(18 + 0j), torch.tensor([[0, 3], [1, 4], [2, 5]]) + 0j,
    lambda t: (t * t).mean() + 0j, leaves, print, Hostile, lambda: 18, lambda *a: 18, lambda *a: Hostile(), lambda *a: EqualToAll(), lambda *a: itself, NotImplemented,
    torch.zeros(0), torch.zeros(2, 3), torch.zeros(3, 2), torch.ones(3, 2).double(), torch.tensor(float("nan")), torch.tensor([18.0]),
    np.zeros((3, 2)), np.float64(17), np.array([18.0]), np.array([None]), torch.float32, torch.Size([3, 2]),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("id", ["98.1", "98.2", "98.3"])
def test_no_mistake_raises_and_none_passes(lesson_98, id, mistake):
    verdict = check(id, mistake)
    assert verdict.outcome == "not yet" and len(verdict.message) > 10
    assert repr(verdict) == repr(check(id, mistake)) and verdict._repr_html_() == check(id, mistake)._repr_html_()
    assert "0x" not in repr(verdict)


# made inside the test: pytest itself cannot look at them
UNREADABLE = {"hostile": Hostile, "liar": lambda: Liar(), "bad metaclass": lambda: bad_class()(), "bad class": bad_class}


@pytest.mark.parametrize("made", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("id", ["98.1", "98.2", "98.3"])
def test_what_cannot_be_looked_at_does_not_pass(lesson_98, id, made):
    assert check(id, made()).outcome == "not yet"
    assert check(made(), 18).outcome == "unknown"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary() | st.functions(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(junk=JUNK)
def test_random_answers_do_not_pass(lesson_98, junk):
    for id in ("98.1", "98.2", "98.3"):
        passed = check(id, junk).passed
        assert passed == (id == "98.1" and type(junk) in (int, float) and abs(junk - 18) < 2e-5)


def test_the_three_verdicts(lesson_98):
    assert repr(check("98.1", 18)) == "98.1 passed\nThe slope of 3x² is 6x."
    assert repr(check("98.1", ...)) == "98.1 not attempted yet\nReplace ... by your answer and run this cell again."
    assert repr(check("98.1", 27)) == "98.1 not yet\n27 is the value there, not the slope."


def test_the_box_has_a_word_for_every_sign_and_closed_hints(lesson_98):
    shown = check("98.1", 27)._repr_html_()
    assert "98.1 not yet" in shown and '<span aria-hidden="true">△</span>' in shown
    assert shown.count("<details><summary>Hint ") == 2
    assert "<details" not in check("98.1", 18)._repr_html_()
    assert "✓" in check("98.1", 18)._repr_html_() and "○" in check("98.1", ...)._repr_html_()


def test_backticks_become_code():
    shown = Box("told", "x", ("write `x < 2`, not `y`",))._repr_html_()
    assert "write <code>x &lt; 2</code>, not <code>y</code>" in shown


def test_what_a_student_wrote_is_escaped(lesson_98):
    def answer(t):
        raise ValueError("<script>alert(1)</script>")

    shown = check("98.2", answer)._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown


@pytest.mark.parametrize("id", ["98.9", "97.1", "", "x", None, 98.1, ["98.1"], "9" * 100], ids=str)
def test_an_unknown_exercise_is_told_and_not_raised(lesson_98, id):
    assert check(id, 18).outcome == "unknown"
    assert check(id, 18).heading.startswith("There is no exercise")


def test_an_unknown_number_names_the_lesson_s_exercises(lesson_98):
    assert check("98.9", 18).message == "Lesson 98 has 98.1, 98.2, 98.3."


def test_the_words_do_not_depend_on_what_was_kept(lesson_98):
    first = [repr(check("98.1", answer)) for answer in (..., 27, 18, 27, ...)]
    assert first[1] == first[3] and first[0] == first[4]


def test_a_check_leaves_no_trace_in_the_session(lesson_98, capsys, monkeypatch):
    monkeypatch.setattr(modes.thread.state, "observer", None)
    torch.manual_seed(3)
    random.seed(3)
    np.random.seed(3)
    expected = torch.rand(3).tolist(), random.random(), np.random.random()
    torch.manual_seed(3)
    random.seed(3)
    np.random.seed(3)

    def answer(t):
        print("a student's print")
        torch.manual_seed(0)
        torch.rand(9), random.random(), np.random.random()
        modes.thread.state.observer = "mine"
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(True)
        return (t * t).mean()

    with torch.no_grad():
        assert check("98.2", answer).passed
        assert not torch.is_grad_enabled()
    assert modes.thread.state.observer is None
    assert torch.get_default_dtype() is torch.float32
    assert (torch.rand(3).tolist(), random.random(), np.random.random()) == expected
    assert capsys.readouterr().out == ""


def test_a_function_that_changes_the_folder_leaves_no_trace(lesson_98, tmp_path):
    here = Path.cwd()

    def answer(t):
        os.chdir(tmp_path)
        return (t * t).mean()

    assert check("98.2", answer).passed
    assert Path.cwd() == here and (here / ".workbook" / "progress.json").exists() and not (tmp_path / ".workbook").exists()


def test_an_exception_of_the_student_s_own_is_named(lesson_98):
    assert check("98.2", own).message == "Called with torch.tensor([1.0, 2.0, 3.0]) your function raises Own: mine"


def test_a_check_does_not_depend_on_the_session(lesson_98, monkeypatch):
    torch.set_default_dtype(torch.float64)
    monkeypatch.setattr(modes.thread.state, "observer", watched := [])
    try:
        with torch.no_grad():
            assert check("98.1", 18).passed
            seen = []
            assert check("98.2", lambda t: seen.append(t.dtype) or (t * t).mean()).passed
        assert seen == [torch.float32, torch.float32]  # as the exercise means its data
        assert modes.thread.state.observer is watched and not watched
    finally:
        torch.set_default_dtype(torch.float32)


def test_judging_records_gradients_even_inside_no_grad():
    with torch.no_grad(), undisturbed():
        x = torch.tensor(2.0, requires_grad=True)
        (x * x).backward()
    assert x.grad.item() == 4.0


def test_an_answer_cannot_change_the_exercise_s_data(lesson_98):
    assert "changes what it is given" in check("98.2", lambda t: t.zero_().mean()).message or not check("98.2", lambda t: t.zero_()).passed
    assert check("98.2", lambda t: (t * t).mean()).passed


def test_a_student_s_interrupt_goes_through(lesson_98):
    def answer(t):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("98.2", answer)
