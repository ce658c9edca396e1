"""The benchmarks' own rules: what they refuse, which rows they take, and how they count. Nothing here measures a speed."""

import json
import math
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import report, timing
from benchmarks.timing import Disagreement, Measured, measure
from benchmarks.workloads import LINEAR, WORKLOADS, Workload, chosen

# Two stand-ins for the libraries: `number` is what a workload computes with.
TORCH, WORKBOOK, WRONG = (types.SimpleNamespace(number=number) for number in (2.0, 2.0, 2.5))


class Calls:
    """A workload's `prepare` that counts what is called."""

    def __init__(self, result=lambda library, call: library.number):
        self.result, self.count = result, 0

    def __call__(self, library):
        calls = 0

        def work():
            nonlocal calls
            calls += 1
            self.count += 1
            return {"loss": np.float32(self.result(library, calls))}

        return work


def workload(prepare, **settings):
    return Workload("planted", "a planted workload", prepare, **settings)


def test_equal_sides_are_timed_in_every_round():
    measured = measure(workload(Calls()), TORCH, WORKBOOK, rounds=7)
    assert len(measured.torch) == len(measured.workbook) == 7
    assert measured.tenth == [] and measured.growth is None
    assert min(measured.torch + measured.workbook) > 0


def test_a_difference_is_refused_before_anything_is_timed():
    prepare = Calls()
    with pytest.raises(Disagreement, match=r"planted is not timed: the results differ. 'loss' at \(\) is 2.0 on torch and 2.5 on workbook"):
        measure(workload(prepare), TORCH, WRONG, rounds=7)
    assert prepare.count == 2


def test_a_difference_that_shows_in_the_third_step_is_refused():
    prepare = Calls(lambda library, call: library.number if call == 3 else 1.0)
    with pytest.raises(Disagreement):
        measure(workload(prepare), TORCH, WRONG, rounds=7)
    assert prepare.count == 6


def test_a_tenth_is_timed_on_workbook_only():
    prepared_for = []

    def tenth(library):
        prepared_for.append(library)
        return Calls()(library)

    measured = measure(workload(Calls(), tenth=tenth), TORCH, WORKBOOK, rounds=7)
    assert len(measured.tenth) == 7 and measured.growth > 0
    assert [library is WORKBOOK for library in prepared_for] == [True]


@pytest.mark.parametrize("theirs, ours, complaint", [
    ({"loss": np.ones(2)}, {"loss": np.ones(3)}, "the shape of 'loss' is (2,) on torch and (3,) on workbook"),
    ({"loss": np.ones(2)}, {"loss": np.ones(2, np.float32)}, "the dtype of 'loss' is float64 on torch and float32 on workbook"),
    ({"loss": np.ones(2)}, {"grad": np.ones(2)}, "torch gives loss, workbook gives grad"),
    ({"order": np.array([1, 2])}, {"order": np.array([2, 1])}, "'order' at (0,) is 1 on torch and 2 on workbook; 2 of 2 numbers differ"),
    ({"loss": np.array([1.0, 100.0])}, {"loss": np.array([1.002, 100.0])}, "'loss' at (0,) is 1.0 on torch and 1.002 on workbook; 1 of 2"),
    ({"loss": np.array([1.0])}, {"loss": np.array([math.nan])}, "'loss' at (0,) is 1.0 on torch and nan on workbook"),
    ({"loss": np.array([math.nan])}, {"loss": np.array([math.nan])}, "'loss' at (0,) is nan on torch"),
    ({"loss": np.array([0.0])}, {"loss": np.array([1e-9])}, "'loss' at (0,) is 0.0 on torch and 1e-09 on workbook"),
], ids=["shape", "dtype", "names", "integers", "one number", "nan", "nan twice", "zero"])
def test_what_is_refused(theirs, ours, complaint):
    with pytest.raises(Disagreement) as refusal:
        timing.refuse_differences("row", theirs, ours)
    assert str(refusal.value).startswith("row is not timed: ")
    assert complaint in str(refusal.value)


def test_the_last_digits_of_a_sum_may_differ():
    timing.refuse_differences("row", {"loss": np.array([1.0, 100.0])}, {"loss": np.array([1.0009, 100.0])})


@given(st.lists(st.tuples(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3), st.floats(1e-6, 1e3)), min_size=1))
def test_figures_come_from_pairs_of_one_round(rounds):
    measured = Measured(*(list(side) for side in zip(*rounds)))
    ratios = sorted(ours / theirs for theirs, ours, _ in rounds)
    low, high = measured.spread
    assert (low, high) == (ratios[0], ratios[-1])
    assert low <= measured.ratio <= high
    assert sum(ratio <= measured.ratio for ratio in ratios) >= len(ratios) / 2
    assert sum(ratio >= measured.ratio for ratio in ratios) >= len(ratios) / 2
    assert min(ours / tenth for _, ours, tenth in rounds) <= measured.growth <= max(ours / tenth for _, ours, tenth in rounds)


def test_the_ratio_is_the_median_of_ratios_and_not_the_ratio_of_medians():
    assert Measured([1.0, 2.0, 8.0], [8.0, 2.0, 4.0]).ratio == 1.0


def test_words_choose_rows():
    def names(*words):
        return [row.name for row in chosen(words, WORKLOADS)]

    assert names() == [row.name for row in WORKLOADS]
    assert names("tiny", "lenet") == ["lenet", "tiny-add", "tiny-mul", "tiny-matmul", "tiny-relu"]
    assert names("conv-1") == ["conv-1"]
    assert names("conv-1", "conv") == [row.name for row in WORKLOADS if row.name.startswith("conv-")]


@pytest.mark.parametrize("word", ["lenett", "lene", "tiny-", ""])
def test_a_word_that_names_no_row_is_refused(word):
    with pytest.raises(ValueError, match=f"there is no workload '{word}'; the names are import, memory, lenet"):
        chosen(["lenet", word], WORKLOADS)


def test_names_tell_rows_apart():
    assert len({row.name for row in WORKLOADS}) == len({row.title for row in WORKLOADS}) == len(WORKLOADS)


@pytest.mark.parametrize("row, measured, goal, verdict", [
    (workload(None, goal=0.7), Measured([1.0], [0.7]), "<= 0.7", "met"),
    (workload(None, goal=0.7), Measured([1.0], [0.71]), "<= 0.7", "NOT MET"),
    (workload(None), Measured([1.0], [9.0]), "none", "no goal"),
    (workload(None, tenth=Calls()), Measured([1.0], [2.0], [0.2]), "linear", "met: 10.0 times the time of a tenth"),
    (workload(None, tenth=Calls()), Measured([1.0], [2.0], [2.0 / (LINEAR + 1)]), "linear",
     f"NOT MET: {LINEAR + 1}.0 times the time of a tenth"),
])
def test_a_row_says_in_words_whether_its_goal_was_met(row, measured, goal, verdict):
    assert report.goal(row) == goal
    assert report.verdict(row, measured) == verdict
    assert report.line(row, measured).endswith(verdict)


@pytest.mark.parametrize("seconds, unit, text", [
    (0.0019, "ms", "1.90 ms"), (0.0456, "ms", "45.6 ms"), (2.424, "ms", "2424 ms"), (3.6e-6, "us", "3.60 us"), (0.123456, "ms", "123 ms"),
])
def test_amounts_have_three_digits_and_a_unit(seconds, unit, text):
    assert report.amount(workload(None, unit=unit), [seconds]) == text


@pytest.mark.parametrize("unit, text", [("MB", "313 MB"), ("ms", "313 ms")])
def test_a_fresh_process_measures_in_its_unit(unit, text):
    assert report.amount(workload(None, unit=unit, fresh=True), [313.4]) == text


def test_a_row_of_the_table_stands_under_its_columns():
    row = report.line(workload(None, goal=0.7), Measured([0.002] * 3, [0.001, 0.0011, 0.0012]))
    assert row.split() == ["a", "planted", "workload", "2.00", "ms", "1.10", "ms", "0.55", "0.50", "-", "0.60", "<=", "0.7", "met"]
    for column in ("spread", "goal", "goal met?"):
        assert row[report.COLUMNS.index(column) - 1] == " " and row[report.COLUMNS.index(column)] != " "


def test_the_file_holds_every_round(tmp_path):
    row = workload(None, goal=0.7)
    about = report.machine(*(types.SimpleNamespace(__version__=version) for version in ("2.13.0", "2.13.0+workbook.1")))
    report.write(tmp_path / "speed.json", about, 3, [report.figures(row, Measured([0.002] * 3, [0.001, 0.0011, 0.0012]))])
    stored = json.loads((tmp_path / "speed.json").read_text(encoding="utf-8"))
    assert stored["rounds"] == 3
    assert stored["machine"]["processor"] and stored["machine"]["workbook"] == "2.13.0+workbook.1"
    (found,) = stored["rows"]
    assert found["torch"] == pytest.approx([2.0] * 3) and found["workbook"] == pytest.approx([1.0, 1.1, 1.2])
    assert found["ratio"] == pytest.approx(0.55) and found["spread"] == pytest.approx([0.5, 0.6])
    assert found["verdict"] == "met" and found["goal"] == 0.7
