"""Exercise cells filled, emptied and searched for what they should not say."""

import copy

import pytest

from tests.exercises import example
from workbook.exercises.notebooks import answer_statement, emptied, exercise_cells, filled, leaks, rendered, source


def output(text, html="<b>box</b>"):
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": text, "text/html": html}}


@pytest.fixture
def hand_out(lesson_98):
    return emptied(rendered(example.notebook(), lesson_98.values()))


def test_a_hand_out_is_clean(hand_out, lesson_98):
    assert leaks(hand_out, lesson_98.values()) == []


def test_the_source_with_solutions_is_not(lesson_98):
    found = leaks(rendered(example.notebook(), lesson_98.values()), lesson_98.values())
    assert found[0] == "a cell tagged solution is left"
    assert {sentence[:4] for sentence in found[1:]} == {"98.1", "98.2", "98.3"}


@pytest.mark.parametrize(
    "left",
    [
        "answer = ...  # 18",
        "answer = ...  # 6*x.detach()",
        ["answer = ...  # 6 *\n", "x.detach()"],
    ],
)
def test_an_answer_beside_its_exercise_is_found(hand_out, lesson_98, left):
    dict(exercise_cells(hand_out))["98.1"]["source"] = left
    assert leaks(hand_out, lesson_98.values())


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("98.1 not yet: try 18.", "x"),
        ("x", "<details>it is 18</details>"),
        (["as lines: ", "18\n"], "x"),
        ("x", "6 * x.detach&#40;&#41;"),
        ("x", ["6 * x.", "detach&#40;&#41;"]),
    ],
)
def test_an_answer_in_an_output_is_found(hand_out, lesson_98, text, html):
    dict(exercise_cells(hand_out))["98.1"]["outputs"] = [output(text, html)]
    assert leaks(hand_out, lesson_98.values())


@pytest.mark.parametrize(
    ("text", "html"),
    [("98.1 not attempted yet", '<div style="padding:18 0.4em">Hint 18</div>'), ("118 and 18.5 and x18", "18em"), ("x", "y")],
)
def test_numbers_that_only_look_like_the_answer_are_not(hand_out, lesson_98, text, html):
    html = html.replace("Hint 18", "Hint 1")
    dict(exercise_cells(hand_out))["98.1"]["outputs"] = [output(text, html)]
    assert leaks(hand_out, lesson_98.values()) == []


def test_a_short_answer_may_stand_elsewhere_in_the_lesson(hand_out, lesson_98):
    hand_out["cells"][3]["source"] += "\n\nA day has 24 hours, 18 of them awake; the method is `y.t()`."
    assert leaks(hand_out, lesson_98.values()) == []


def test_filled_and_emptied_again_is_the_same(lesson_98):
    notebook = rendered(example.notebook(), lesson_98.values())
    solved = filled(notebook, lesson_98.values())
    assert source(dict(exercise_cells(solved))["98.2"]) == (
        'def answer(t):\n    squares = t * t\n    return squares.mean()\ncheck("98.2", answer)'
    )
    assert emptied(solved) == emptied(notebook)
    assert notebook == rendered(example.notebook(), lesson_98.values())  # nothing was changed in place


def test_what_stands_around_the_answer_stays(lesson_98):
    notebook = copy.deepcopy(example.notebook())
    cell = dict(exercise_cells(notebook))["98.2"]
    cell["source"] = '# your function\n\nanswer = ...\n\n# and its check\ncheck("98.2", answer)'
    assert source(dict(exercise_cells(filled(notebook, lesson_98.values())))["98.2"]) == (
        '# your function\n\ndef answer(t):\n    squares = t * t\n    return squares.mean()\n\n# and its check\ncheck("98.2", answer)'
    )


def test_an_answer_of_several_statements_is_emptied_whole():
    text = "x = 3\nanswer = x\ncheck('98.1', answer)"
    with pytest.raises(ValueError, match="begins"):
        answer_statement(text)
    assert answer_statement("answer = 3\nanswer += 1\ncheck('98.1', answer)") == (0, 2)
    assert answer_statement("def answer(t):\n    return t\n\ncheck('98.1', answer)") == (0, 2)


@pytest.mark.parametrize("text", ["", "answer = ...", 'check("98.1", 3)', "answer", "print(1)\nanswer = ...\ncheck('98.1', answer)"])
def test_a_cell_that_is_no_exercise_cell_is_refused(text):
    with pytest.raises(ValueError, match="begins `answer"):
        answer_statement(text)
