"""What every lesson keeps to. Each rule is a function of (notebook, exercises) that yields a sentence for each breach."""

import ast
import re

from workbook.exercises.notebooks import EMPTY, answer_statement, exercise_cells, note, prompt_text, rendered, source, tags
from workbook.exercises.running import KEPT_OF_CELL, WIDGET_VIEW, normalised

ACTIVITIES = {"exercise", "predict", "widget", "raises-exception"}  # an error made on purpose is there to be repaired
KNOWN_TAGS = {*ACTIVITIES, "prompt", "solution", "engine", "nbval-ignore-output", "workbook-only"}
PICTURES = {"image/png", "image/jpeg", "image/svg+xml"}


def one_title_and_no_skipped_heading(notebook, exercises):
    levels = [len(level) for level, _ in headings(notebook)]
    if levels.count(1) != 1 or levels[:1] != [1]:
        yield f"one H1, at the top: {levels}"
    for (before, after), (_, title) in zip(zip(levels, levels[1:]), headings(notebook)[1:]):
        if after > before + 1:
            yield f"heading {title!r} skips a level"


def a_time_is_stated(notebook, exercises):
    first = source(notebook["cells"][0])
    stated = re.search(r"(\d+) minutes", first)
    if not stated:
        yield "the first cell states the time in minutes"
    elif int(stated[1]) < sum(exercise.minutes for exercise in exercises):
        yield "the exercises alone take longer than the time that is stated"


def at_most_25_cells(notebook, exercises):
    if len(notebook["cells"]) > 25:
        yield f"{len(notebook['cells'])} cells"


def at_most_15_lines_a_code_cell(notebook, exercises):
    for number, cell in code_cells(notebook):
        lines = [line for line in source(cell).splitlines() if line.strip()]
        if len(lines) > 15:
            yield f"cell {number} has {len(lines)} lines"


def every_code_cell_was_run(notebook, exercises):
    """nbval does not compare a cell without a count, so a cleared notebook would be green for ever."""
    counts = [cell.get("execution_count") for _, cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}"
    for number, cell in code_cells(notebook):
        if {"exercise", "predict"} & set(tags(cell)) and not cell["outputs"]:
            yield f"cell {number} shows nothing"


def no_widget_state(notebook, exercises):
    if "widgets" in notebook["metadata"]:
        yield "metadata holds widget state"
    for number, cell in code_cells(notebook):
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell["outputs"]):
            yield f"cell {number} holds a widget's view"


def something_to_do_every_three_code_cells(notebook, exercises):
    run = 0
    for number, cell in code_cells(notebook):
        run = 0 if ACTIVITIES & set(tags(cell)) else run + 1
        if run == 4:
            yield f"cell {number} is the fourth code cell in a row without something to do"


def every_picture_has_a_text(notebook, exercises):
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] == "markdown":
            yield from (f"cell {number}: an image without a text" for _ in re.findall(r"!\[\s*\]\(", source(cell)))
            yield from (f"cell {number}: {tag}" for tag in _images_without_alt(source(cell)))
            continue
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            shown = "".join(data.get("text/html", ""))
            yield from (f"cell {number}: {tag}" for tag in _images_without_alt(shown))
            if PICTURES & set(data) and "alt=" not in shown and not note(cell, "alt"):
                yield f"cell {number} shows a picture; say in metadata['workbook']['alt'] what it shows"


def every_tag_is_known(notebook, exercises):
    for number, cell in enumerate(notebook["cells"], start=1):
        if unknown := set(tags(cell)) - KNOWN_TAGS:
            yield f"cell {number} has unknown tags {sorted(unknown)}"


def what_is_left_out_has_a_reason(notebook, exercises):
    for number, cell in code_cells(notebook):
        if {"nbval-ignore-output", "workbook-only"} & set(tags(cell)) and len(note(cell, "why", "")) < 10:
            yield f"cell {number} is left out of a comparison; say why in metadata['workbook']['why']"


def the_exercises_are_those_of_the_registry(notebook, exercises):
    ids = [id for id, _ in exercise_cells(notebook)]
    if ids != [exercise.id for exercise in exercises]:
        yield f"the notebook has exercises {ids}"
    for number, cell in code_cells(notebook):
        if re.search(r"\bcheck\(", source(cell)) and "exercise" not in tags(cell):
            yield f"cell {number} checks, and is not tagged `exercise`"
        if re.search(r"\b(?:predict|reveal)\(", source(cell)) and "predict" not in tags(cell):
            yield f"cell {number} predicts, and is not tagged `predict`"


def exercises_are_empty(notebook, exercises):
    for id, cell in exercise_cells(notebook):
        lines, (first, last) = source(cell).splitlines(), answer_statement(source(cell))
        if lines[first:last] != [EMPTY]:
            yield f"the cell of {id} holds an answer"
        if not re.fullmatch(rf'check\("{re.escape(str(id))}", answer\)', lines[-1]):
            yield f'the cell of {id} ends with check("{id}", answer)'


def every_exercise_is_introduced(notebook, exercises):
    """Its text, kind, level and time stand above it, word for word as in the registry."""
    above = ""
    texts = {exercise.id: prompt_text(exercise) for exercise in exercises}
    for cell in notebook["cells"]:
        id = note(cell, "exercise")
        if cell["cell_type"] == "markdown":
            above += source(cell) + "\n"
        elif "exercise" in tags(cell) and id in texts and texts[id] not in above:
            yield f"the text of exercise {id} does not stand above it as the registry has it"


def written_cells_are_up_to_date(notebook, exercises):
    for cell, fresh in zip(notebook["cells"], rendered(notebook, exercises)["cells"]):
        if source(cell) != source(fresh):
            yield f"cell {cell['id']} is not what `workbook release` writes"
    shown = [id for cell in notebook["cells"] if "solution" in tags(cell) for id in note(cell, "exercises", [])]
    if sorted(shown) != sorted(exercise.id for exercise in exercises):
        yield f"solutions are shown of {shown}"


def what_happened_is_calculated(notebook, exercises):
    """The cell that reveals is in sight while the student still predicts: the answer does not stand in its source."""
    for number, cell in code_cells(notebook):
        calls = ast.walk(ast.parse(source(cell))) if "predict" in tags(cell) else ()
        for call in calls:
            named = isinstance(call, ast.Call) and getattr(call.func, "id", None) == "reveal"
            if named and len(call.args) == 2 and isinstance(call.args[1], ast.Constant):
                yield f"cell {number} gives away {call.args[1].value!r}"


def nothing_shows_a_student_s_progress(notebook, exercises):
    for number, cell in code_cells(notebook):
        if re.search(r"\b(?:hint|solution|progress)\(", source(cell)):
            yield f"cell {number} shows what depends on the student's progress"


def written_by_release(notebook, exercises):
    """Nothing of one run or one machine: what `workbook release` would take out is not there."""
    if notebook != normalised(notebook, "the notebook"):
        yield "it was not written by `workbook release`"
    for number, cell in enumerate(notebook["cells"], start=1):
        if extra := set(cell["metadata"]) - set(KEPT_OF_CELL):
            yield f"cell {number} holds {sorted(extra)}"


def headings(notebook):
    """Return [(marks, title)] of the headings of the markdown cells; what stands in code blocks is none."""
    text = "\n".join(source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    return re.findall(r"^(#{1,6}) +(.+?)\s*$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), flags=re.M)


def code_cells(notebook):
    """Return [(number in the notebook, cell)] of the code cells."""
    return [(number, cell) for number, cell in enumerate(notebook["cells"], start=1) if cell["cell_type"] == "code"]


def _images_without_alt(text):
    return [tag[:60] for tag in re.findall(r"<img\b[^>]*>", text) if not re.search(r"""\balt=["'][^"']+["']""", tag)]


RULES = [
    one_title_and_no_skipped_heading, a_time_is_stated, at_most_25_cells, at_most_15_lines_a_code_cell, every_code_cell_was_run,
    no_widget_state, something_to_do_every_three_code_cells, every_picture_has_a_text, every_tag_is_known, what_is_left_out_has_a_reason,
    the_exercises_are_those_of_the_registry, exercises_are_empty, every_exercise_is_introduced, written_cells_are_up_to_date,
    what_happened_is_calculated,
    nothing_shows_a_student_s_progress, written_by_release,
]  # fmt: skip
