"""The structure of every lesson, and for every rule a notebook that breaks it."""

import copy
from collections import Counter

import pytest

from tests.exercises.example import code, markdown, notebook
from tests.lessons import rules
from tests.lessons.lessons import NOTEBOOKS, read
from workbook.exercises.exercise import lesson_exercises
from workbook.exercises.notebooks import rendered, tags
from workbook.exercises.running import normalised

# how many cells of a lesson nbval does not compare; each has its reason beside it
IGNORED = {"13": 1, "14": 3, "17": 1}


@pytest.mark.parametrize("lesson", NOTEBOOKS)
@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_lesson_keeps_the_rule(lesson, rule):
    assert list(rule(read(lesson), lesson_exercises(lesson))) == []


def test_the_outputs_that_are_not_compared_are_counted():
    found = Counter(lesson for lesson in NOTEBOOKS for cell in read(lesson)["cells"] if "nbval-ignore-output" in tags(cell))
    assert found == IGNORED


@pytest.fixture
def sound(lesson_98):
    """A notebook that keeps every rule."""
    made = notebook()
    for cell in made["cells"]:
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["shown\n"]}] if "outputs" in cell else []
        if cell["cell_type"] == "markdown":
            del cell["outputs"]
    made["cells"][13]["metadata"]["workbook"]["why"] = "the clock is never the same"
    return normalised(rendered(made, lesson_98.values()), "98")


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_example_keeps_the_rule(sound, lesson_98, rule):
    assert list(rule(sound, list(lesson_98.values()))) == []


PNG = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBO"}}
BREACHES = [
    (rules.one_title_and_no_skipped_heading, lambda n: n["cells"].append(markdown("# Again")), "one H1"),
    (rules.one_title_and_no_skipped_heading, lambda n: n["cells"].insert(0, markdown("## Before")), "one H1"),
    (rules.one_title_and_no_skipped_heading, lambda n: n["cells"].insert(4, markdown("#### Deep")), "'Deep' skips a level"),
    (rules.a_time_is_stated, lambda n: n["cells"][0].update(source="# Slopes"), "states the time"),
    (rules.a_time_is_stated, lambda n: n["cells"][0].update(source="# Slopes\n\n5 minutes"), "take longer"),
    (rules.at_most_25_cells, lambda n: n["cells"].extend([markdown("more")] * 11), "26 cells"),
    (rules.at_most_15_lines_a_code_cell, lambda n: n["cells"].append(code("\n\n".join(["1"] * 16))), "16 lines"),
    (rules.every_code_cell_was_run, lambda n: n["cells"][2].update(execution_count=None), "execution counts"),
    (rules.every_code_cell_was_run, lambda n: n["cells"][2].update(execution_count=9), "execution counts"),
    (rules.every_code_cell_was_run, lambda n: n["cells"][7].update(outputs=[]), "cell 8 shows nothing"),
    (rules.no_widget_state, lambda n: n["metadata"].update(widgets={}), "widget state"),
    (rules.no_widget_state, lambda n: n["cells"][2].update(outputs=[{"data": {rules.WIDGET_VIEW: {}}}]), "cell 3 holds a widget"),
    (rules.something_to_do_every_three_code_cells, lambda n: n["cells"].extend([code("1")] * 4), "fourth code cell"),
    (rules.every_picture_has_a_text, lambda n: n["cells"].append(markdown("![](a.png)")), "an image without a text"),
    (rules.every_picture_has_a_text, lambda n: n["cells"].append(markdown('<img src="a.png" alt="">')), "<img"),
    (rules.every_picture_has_a_text, lambda n: n["cells"][2].update(outputs=[{"data": {"text/html": ["<img src='x'>"]}}]), "<img"),
    (rules.every_picture_has_a_text, lambda n: n["cells"][2].update(outputs=[PNG]), "cell 3 shows a picture"),
    (rules.every_tag_is_known, lambda n: n["cells"].append(code("1", "excercise")), "excercise"),
    (rules.what_is_left_out_has_a_reason, lambda n: n["cells"].append(code("1", "nbval-ignore-output")), "say why"),
    (rules.what_is_left_out_has_a_reason, lambda n: n["cells"].append(code("1", "workbook-only", why="so")), "say why"),
    (rules.the_exercises_are_those_of_the_registry, lambda n: n["cells"].pop(9), "['98.1', '98.3']"),
    (rules.the_exercises_are_those_of_the_registry, lambda n: n["cells"][7]["metadata"].update(tags=[]), "is not tagged `exercise`"),
    (rules.the_exercises_are_those_of_the_registry, lambda n: n["cells"][4]["metadata"].update(tags=[]), "is not tagged `predict`"),
    (rules.exercises_are_empty, lambda n: n["cells"][7].update(source='answer = 18\ncheck("98.1", answer)'), "holds an answer"),
    (rules.exercises_are_empty, lambda n: n["cells"][7].update(source='answer = ...\ncheck("98.2", answer)'), 'ends with check("98.1"'),
    (rules.every_exercise_is_introduced, lambda n: n["cells"].pop(8), "the text of exercise 98.2"),
    (rules.every_exercise_is_introduced, lambda n: n["cells"].insert(12, n["cells"].pop(8)), "the text of exercise 98.2"),
    (rules.written_cells_are_up_to_date, lambda n: n["cells"][12].update(source="old"), "not what `workbook release` writes"),
    (rules.written_cells_are_up_to_date, lambda n: n["cells"].pop(12), "solutions are shown of []"),
    (rules.what_happened_is_calculated, lambda n: n["cells"][5].update(source='reveal("98.p1", "four")'), "gives away 'four'"),
    (rules.nothing_shows_a_student_s_progress, lambda n: n["cells"].append(code('hint("98.1")')), "the student's progress"),
    (rules.written_by_release, lambda n: n["cells"][2]["metadata"].update(execution={}), "holds ['execution']"),
    (rules.written_by_release, lambda n: n["metadata"].update(language_info={"name": "python", "version": "3.11"}), "not written by"),
]


@pytest.mark.parametrize(("rule", "break_it", "named"), BREACHES, ids=lambda part: getattr(part, "__name__", None))
def test_a_breach_of_the_rule_is_found(sound, lesson_98, rule, break_it, named):
    broken = copy.deepcopy(sound)
    break_it(broken)
    assert named in " | ".join(rule(broken, list(lesson_98.values())))


def test_every_rule_has_a_breach():
    assert {rule for rule, _, _ in BREACHES} == set(rules.RULES)
