"""`workbook release`: a notebook that runs is written down, the same every time; one that does not is left alone and named."""

import argparse
import http.server
import json
import re
import sys
import threading
from pathlib import Path

import pytest

from tests.exercises import example
from workbook.commands import Refused, release
from workbook.exercises import notebooks, running


def released(*arguments):
    parser = argparse.ArgumentParser()
    release.add_arguments(parser)
    return release.main(parser.parse_args([str(argument) for argument in arguments]))


def write(notebook, name="98-example.ipynb"):
    path = Path(name)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def lesson(lesson_98):
    return write(example.notebook())


def test_a_release_runs_a_notebook_and_a_second_one_changes_nothing(lesson, monkeypatch, capsys):
    with monkeypatch.context() as terminal:  # here it counts the cells
        terminal.setitem(sys.modules, "tqdm.auto", None)
        terminal.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        assert released(lesson) == 0
    many = sum(cell["cell_type"] == "code" for cell in read(lesson)["cells"])
    assert capsys.readouterr().err.splitlines()[-1] == f"98-example.ipynb: {many} cells of {many} cells (100%)"
    first = lesson.read_bytes()
    cells = read(lesson)["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert code[1]["outputs"] == [{"name": "stdout", "output_type": "stream", "text": ["3.0\n"]}]
    assert [cell["id"] for cell in cells] == [f"c{number}" for number in range(len(cells))]
    assert "".join(cells[6]["source"]).startswith("### Exercise 98.1: A slope\n\n*predict · level 1 · 2 min*\n\nGive the slope")
    assert "".join(cells[12]["source"]).count("<details>") == 3
    assert released("--check", lesson) == 0  # also the cell that shows the clock: its source has not changed
    assert released(lesson) == 0
    assert lesson.read_bytes() == first
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["98-example.ipynb"]  # nothing else was left behind


def test_check_writes_nothing_and_says_what_would_change(lesson, capsys):
    before = lesson.read_bytes()
    assert released("--check", lesson) == 1
    assert lesson.read_bytes() == before
    assert "would change 98-example.ipynb" in capsys.readouterr().err


def test_an_output_that_cannot_be_the_same_is_made_anew_when_its_source_changes(lesson):
    released(lesson)
    notebook = read(lesson)
    notebook["cells"][13]["source"] = "import time\n-time.time()"
    write(notebook)
    assert released("--check", lesson) == 1
    released(lesson)
    assert read(lesson)["cells"][13]["outputs"][0]["data"]["text/plain"][0].startswith("-")
    assert released("--check", lesson) == 0


def test_the_solved_copy_passes_every_check(lesson):
    assert released("--solved", "solved", lesson) == 0
    solved = read(Path("solved", lesson.name))
    cells = dict(notebooks.exercise_cells(solved))
    assert "".join(cells["98.1"]["source"]) == 'answer = 6 * x.detach()\ncheck("98.1", answer)'
    for id, cell in cells.items():
        assert cell["outputs"][0]["data"]["text/plain"][0].startswith(f"{id} passed")
    assert notebooks.source(read(lesson)["cells"][7]) == 'answer = ...\ncheck("98.1", answer)'  # the source stays empty


def test_a_solution_that_does_not_pass_stops_the_solved_copy(lesson, monkeypatch):
    # in the notebook x is another one than in the exercise
    write(json.loads(json.dumps(example.notebook()).replace("torch.tensor(3.0,", "torch.tensor(4.0,")))
    with pytest.raises(Refused, match="98-example.ipynb: the solution of 98.1 is not accepted. 98.1 not yet"):
        released("--solved", "solved", lesson)
    assert not Path("solved").exists()


def test_in_the_hand_out_no_solution_can_be_found(lesson, lesson_98):
    notebook = example.notebook()
    notebook["cells"][7]["source"] = 'answer = 6 * x.detach()\ncheck("98.1", answer)'  # an author left the answer there
    write(notebook)
    assert released("--without-answers", "out", lesson) == 0
    text = Path("out", lesson.name).read_text(encoding="utf-8")
    squeezed = re.sub(r"\s+|\\n", "", text)
    for exercise in lesson_98.values():
        assert re.sub(r"\s+", "", exercise.reason) not in squeezed
        assert re.sub(r"\s+", "", exercise.solution) not in squeezed
    hand_out = json.loads(text)
    assert not [cell for cell in hand_out["cells"] if "solution" in notebooks.tags(cell)]
    assert [notebooks.source(cell) for _, cell in notebooks.exercise_cells(hand_out)] == [
        f'answer = ...\ncheck("{id}", answer)' for id in lesson_98
    ]


@pytest.mark.parametrize(
    "left",
    [
        {**example.markdown("x"), "source": "It is\n\n    def answer(t):\n        squares = t * t\n        return squares.mean()\n"},
        example.markdown("Squaring comes first, and the mean is taken of what it gives."),
        {**example.markdown("Look."), "metadata": {"workbook": {"key": "6 * x.detach()"}}},
        example.code("print('6 * ' + 'x.detach()')"),
    ],
)
def test_a_hand_out_that_gives_a_solution_away_is_not_written(lesson, left):
    notebook = example.notebook()
    notebook["cells"].insert(3, {**left, "id": "left"})
    write(notebook)
    with pytest.raises(Refused, match="without answers: .* can be found"):
        released("--without-answers", "out", lesson)
    assert not Path("out").exists()


def test_a_cell_that_raises_is_named_and_the_file_left_alone(lesson):
    notebook = example.notebook()
    notebook["cells"][2]["source"] += "\nx.reshape(7)"
    write(notebook)
    before = lesson.read_bytes()
    with pytest.raises(Refused, match=r"^98-example.ipynb, cell 3 \(`x = torch.tensor\(3.0, requires_grad=True\)`\): RuntimeError: "):
        released(lesson)
    assert lesson.read_bytes() == before


def test_a_cell_that_never_ends_is_named(lesson, monkeypatch):
    monkeypatch.setattr(running, "SECONDS_A_CELL", 2)
    notebook = example.notebook()
    notebook["cells"][2]["source"] = "import time\ntime.sleep(60)"
    write(notebook)
    with pytest.raises(Refused, match=r"cell 3 \(`import time`\): not done after 2 seconds"):
        released(lesson)


def test_a_kernel_that_dies_is_named(lesson):
    notebook = example.notebook()
    notebook["cells"][2]["source"] = "import os\nos._exit(1)"
    write(notebook)
    with pytest.raises(Refused, match=r"cell 3 \(`import os`\): the kernel died"):
        released(lesson)


def test_a_lesson_cannot_reach_the_network(lesson):
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        notebook = example.notebook()
        notebook["cells"][2]["source"] = f"import urllib.request\nurllib.request.urlopen('http://127.0.0.1:{server.server_port}')"
        write(notebook)
        with pytest.raises(Refused, match="cell 3 .*: URLError"):
            released(lesson)
        server.shutdown()


def test_an_output_with_a_folder_of_this_machine_is_refused(lesson):
    notebook = example.notebook()
    notebook["cells"][2]["source"] = "import os\nos.__file__"
    write(notebook)
    with pytest.raises(Refused, match="cell 3 shows a folder of this machine"):
        released(lesson)


def test_a_traceback_and_a_warning_hold_no_folder(lesson):
    notebook = example.notebook()
    notebook["cells"][2] = {
        **example.code("import json, warnings\nwarnings.warn('old')\njson.loads('{', cls=object)", "raises-exception"), "id": "c2"
    }
    notebook["cells"][4]["source"] = "torch.tensor([1.0, 2.0]).reshape(7)"
    notebook["cells"][4]["metadata"]["tags"] = ["raises-exception"]
    write(notebook)
    assert released(lesson) == 0
    text = lesson.read_text(encoding="utf-8")
    assert "old" in text and "json/__init__.py" in text
    assert str(Path.home()) + "/" not in text and "ipykernel_" not in text and "/tmp/" not in text and "0x" not in text
    assert released("--check", lesson) == 0


def test_however_streams_were_mixed_each_stands_in_one_piece(lesson):
    def pieces(*said):
        return [{"output_type": "stream", "name": name, "text": [text]} for name, text in said]

    mixed = [("stderr", "b"), ("stdout", "1\n"), ("stderr", "c"), ("stdout", "2\n")]
    later = {"output_type": "display_data", "data": {"text/plain": ["x"]}, "metadata": {}}
    notebook = read(lesson)
    notebook["cells"][2]["outputs"] = [*pieces(*mixed), later, *pieces(("stderr", "d"))]
    clean = running.normalised({**notebook, "cells": notebook["cells"][1:3]}, "98")
    assert clean["cells"][1]["outputs"] == [
        {"output_type": "stream", "name": "stdout", "text": ["1\n", "2\n"]},
        {"output_type": "stream", "name": "stderr", "text": ["bc"]}, later, {"output_type": "stream", "name": "stderr", "text": ["d"]}]


def test_what_belongs_to_one_run_is_taken_out(lesson):
    notebook = example.notebook()
    notebook["metadata"] = {
        "widgets": {"x": 1}, "kernelspec": {"name": "mine"}, "language_info": {"version": "3.99"}, "title": "Slopes", "author": "me"
    }
    notebook["cells"][2]["metadata"] = {"collapsed": True, "execution": {"iopub": "now"}, "slideshow": {"slide_type": "slide"}}
    notebook["cells"][2]["execution_count"] = 77
    notebook["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "old\n"}]
    notebook["cells"][4]["id"] = "c2"  # two cells of one id
    del notebook["cells"][5]["id"]
    notebook["cells"][1]["source"] += "\nimport ipywidgets\nprint(1, end='', flush=True)\nprint(2)\nipywidgets.IntSlider()"
    write(notebook)
    assert released(lesson) == 0
    clean = read(lesson)
    assert clean["metadata"] == {
        "title": "Slopes", "language_info": {"name": "python"},
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    }
    assert clean["cells"][2]["metadata"] == {"slideshow": {"slide_type": "slide"}}
    assert clean["cells"][2]["outputs"][0]["text"] == ["3.0\n"]
    stream, widget = clean["cells"][1]["outputs"]
    assert stream["text"] == ["12\n"] and list(widget["data"]) == ["text/plain"]
    ids = [cell["id"] for cell in clean["cells"]]
    assert ids[:7] == ["c0", "c1", "c2", "c3", "c2-5", "cell-6", "c6"]
    assert released("--check", lesson) == 0


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda n: n["cells"][7]["metadata"]["workbook"].update(exercise="98.7"), "names exercises that its lesson does not have: 98.7"),
        (lambda n: n["cells"][12]["metadata"]["workbook"].update(exercises=["98.1", "97.1"]), "does not have: 97.1"),
        (lambda n: n["cells"][7].update(source='check("98.1", 3)'), r"exercise 98.1: an exercise cell begins `answer = \.\.\.`"),
        (lambda n: n["cells"][7].update(source="answer = = 3"), "exercise 98.1: invalid syntax"),
        (lambda n: n["cells"][2].update(source=" \n"), "cell 3 is empty"),
        (lambda n: n.update(nbformat=3), "is not a notebook of format 4"),
    ],
)
def test_a_notebook_that_breaks_the_conventions_is_refused_before_it_runs(lesson, break_it, message):
    notebook = example.notebook()
    break_it(notebook)
    write(notebook)
    before = lesson.read_bytes()
    with pytest.raises(Refused, match=message):
        released(lesson)
    assert lesson.read_bytes() == before


@pytest.mark.parametrize("content", ["", "{", "[]", "no", '{"nbformat": 4}'])
def test_a_file_that_is_no_notebook_is_refused(lesson, content):
    lesson.write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match="98-example.ipynb is not a notebook"):
        released(lesson)


def test_a_write_that_fails_leaves_the_notebook_whole(lesson, monkeypatch):
    before = lesson.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbook.exercises.store.os.replace", full)
    monkeypatch.setattr(release, "executed", lambda notebook, name: notebook)
    with pytest.raises(OSError, match="No space left"):
        released(lesson)
    assert lesson.read_bytes() == before
    assert [path.name for path in Path.cwd().iterdir()] == ["98-example.ipynb"]


def test_lessons_are_chosen_by_number_by_name_or_as_files(lesson, monkeypatch):
    monkeypatch.setattr(release, "lessons_folder", lambda: Path("lessons"))
    Path("lessons").mkdir()
    for name in ("00-start.ipynb", "05-autograd.ipynb", "notes.ipynb"):
        Path("lessons", name).write_text("{}")
    assert [path.name for path in release.chosen([])] == ["00-start.ipynb", "05-autograd.ipynb"]
    assert release.chosen(["05", str(lesson)]) == [Path("lessons", "05-autograd.ipynb"), lesson]
    with pytest.raises(Refused, match="There is no lesson 07"):
        release.chosen(["07"])


def test_a_kernel_computes_with_one_thread_and_has_time_to_start(monkeypatch, tmp_path):
    """Beside other work the threads of a matrix product spin: a lesson took ten times as long, and a cell ran past its limit."""
    import nbclient

    from workbook.exercises import running

    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    assert {running._environment(str(tmp_path))[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")} == {"1"}
    given = {}

    class Client:
        def __init__(self, notebook, **options):
            given.update(options)

        def execute(self, env):
            given["env"] = env

    monkeypatch.setattr(nbclient, "NotebookClient", Client)
    running.executed({"cells": [], "metadata": {}, "nbformat": 4}, "a lesson")
    assert given["startup_timeout"] > 60 and given["env"]["OPENBLAS_NUM_THREADS"] == "1"


def test_a_kernel_that_dies_before_its_first_cell_is_started_again():
    from workbook.exercises.running import _despite_taken_ports

    tries = []

    def dies_twice():
        tries.append(len(tries))
        if len(tries) < 3:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return "done"

    assert _despite_taken_ports(dies_twice, []) == "done" and len(tries) == 3
    with pytest.raises(RuntimeError, match="died"):
        _despite_taken_ports(lambda: (_ for _ in ()).throw(RuntimeError("Kernel died before replying to kernel_info")), [])
    with pytest.raises(RuntimeError, match="died"):  # a cell had begun: its effects are not repeated
        _despite_taken_ports(lambda: (_ for _ in ()).throw(RuntimeError("Kernel died before replying to kernel_info")), [0])
