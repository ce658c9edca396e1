"""lab.py: from a bare Python to a started workbook, and from what was left half done to a whole environment."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbook import cli


def installs(asked):
    return [command[-1] for command in asked if "-e" in command]


# The usual way --------------------------------------------------------------------------------------------------------


def test_the_first_start_makes_the_environment_and_the_second_does_nothing(lab, installer):
    assert lab.main([]) == 0
    assert installs(installer) == [".[lab]"]
    del installer[:]
    assert lab.main(["05", "--no-browser"]) == 0
    assert installer == []
    assert lab.started == [["lab"], ["lab", "05", "--no-browser"]]


def test_every_command_passes_through_with_its_arguments(lab, installer):
    for command in cli.EXAMPLES:
        assert lab.main([command, "--help", "x y"]) == 0
    assert lab.started == [[command, "--help", "x y"] for command in cli.EXAMPLES]
    assert set(lab.COMMANDS) == set(cli.EXAMPLES)


def test_help_is_quiet_when_its_reader_leaves_early():
    reader, writer = os.pipe()
    os.close(reader)  # as `python lab.py --help | head -1` does, where head is fast
    done = subprocess.run([sys.executable, Path(__file__).parents[2] / "lab.py", "--help"], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_tests_extra_is_added_once_and_then_kept(lab, installer):
    for arguments in ([], ["test"], ["lab"], ["test", "tests/nn"]):
        lab.main(arguments)
    assert installs(installer) == [".[lab]", ".[lab,test]"]


def test_setup_only_starts_nothing(lab, installer):
    assert lab.main(["test", "--setup-only"]) == 0
    assert installs(installer) == [".[lab,test]"]
    assert lab.started == []


def test_a_changed_pyproject_is_installed_again_in_place(lab, installer):
    lab.main([])
    Path(lab.ROOT, "pyproject.toml").write_text("[project]\nname = 'new'\n")
    del installer[:]
    lab.main([])
    assert installs(installer) == [".[lab]"]
    assert not any("venv" in command for command in installer)


def test_a_moved_folder_is_installed_again_in_place(lab, installer):
    lab.main([])
    stamp = json.loads(Path(lab.STAMP).read_text())
    Path(lab.STAMP).write_text(json.dumps(stamp | {"root": "elsewhere"}))
    del installer[:]
    lab.main([])
    assert installs(installer) == [".[lab]"]


def test_uv_is_used_where_it_is_there_and_leaves_a_pip(lab, installer, monkeypatch):
    monkeypatch.setattr(lab.shutil, "which", lambda name: "uv" if name == "uv" else None)
    commands = []

    def follow(self, command):
        commands.append(command)
        if command[:2] == ["uv", "venv"]:
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", command[-1]], check=True)
        return 0, ""

    monkeypatch.setattr(lab.Steps, "follow", follow)
    assert lab.main([]) == 0
    assert commands[0][:3] == ["uv", "venv", "--seed"]
    assert commands[-1][:3] == ["uv", "pip", "install"]


def test_where_uv_fails_pip_does_it(lab, installer, monkeypatch, capsys):
    monkeypatch.setattr(lab.shutil, "which", lambda name: "uv" if name == "uv" else None)
    with_pip = lab.Steps.follow
    monkeypatch.setattr(lab.Steps, "follow", lambda self, command: (2, "error: dns error") if command[0] == "uv" else with_pip(self, command))
    assert lab.main([]) == 0
    assert installs(installer) == [".[lab]"]
    assert capsys.readouterr().out.count("uv could not do it; trying without uv.") == 2


def test_the_command_really_runs_in_the_environment(lab, installer, tmp_path):
    lab.main([])
    (tmp_path / "workbook").mkdir()
    (tmp_path / "workbook" / "__main__.py").write_text(
        "import os, sys; print(sys.prefix, sys.argv[1:], os.environ['PATH'].split(os.pathsep)[0], sep=chr(10)); sys.exit(7)"
    )
    command = [sys.executable, "lab.py", "run", "a file.py", "--epochs", "3"]
    done = subprocess.run(command, cwd=lab.ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.stdout.splitlines() == [lab.VENV, "['run', 'a file.py', '--epochs', '3']", os.path.dirname(lab.venv_python())]
    assert done.returncode == 7
    assert done.stderr == ""


# What was left half done -----------------------------------------------------------------------------------------------


def test_an_interrupted_installation_is_made_anew(lab, installer, monkeypatch, said):
    follow = lab.Steps.follow

    def stop(self, command):
        if "-e" in command:
            raise KeyboardInterrupt
        return follow(self, command)

    monkeypatch.setattr(lab.Steps, "follow", stop)
    assert lab.main([]) == 130
    assert "Stopped. The same command, run again, repairs" in said()
    marker = Path(lab.VENV, "left from the interrupted one")
    marker.touch()
    monkeypatch.setattr(lab.Steps, "follow", follow)
    assert lab.main([]) == 0
    assert not marker.exists()
    assert installs(installer) == [".[lab]"]


def test_an_environment_whose_python_is_gone_is_made_anew(lab, installer):
    lab.main([])
    os.remove(lab.venv_python())
    assert lab.main([]) == 0
    assert installs(installer) == [".[lab]", ".[lab]"]
    assert lab.venv_version()


def test_an_environment_whose_python_was_replaced_is_made_anew(lab, installer):
    lab.main([])
    stamp = json.loads(Path(lab.STAMP).read_text())
    Path(lab.STAMP).write_text(json.dumps(stamp | {"python": "3.10.1"}))
    del installer[:]
    lab.main([])
    assert any("venv" in command for command in installer)


def test_an_environment_made_by_hand_is_kept_and_completed(lab, installer):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", lab.VENV], check=True)
    own = Path(lab.VENV, "own")
    own.touch()
    assert lab.main([]) == 0
    assert own.exists()
    assert installs(installer) == [".[lab]"]


@pytest.mark.parametrize("damage", ["", "[]", "{"])
def test_a_damaged_stamp_leads_to_an_installation_in_place(lab, installer, damage):
    lab.main([])
    Path(lab.STAMP).write_text(damage)
    del installer[:]
    assert lab.main([]) == 0
    assert installs(installer) == [".[lab]"]


def test_after_a_failed_installation_the_next_start_goes_on_in_place(lab, installer, monkeypatch):
    follow = lab.Steps.follow
    monkeypatch.setattr(lab.Steps, "follow", lambda self, command: (1, "Read timed out") if "-e" in command else follow(self, command))
    assert lab.main([]) == 1
    monkeypatch.setattr(lab.Steps, "follow", follow)
    del installer[:]
    assert lab.main([]) == 0
    assert not any("venv" in command for command in installer)


def test_what_lab_py_did_not_make_is_not_removed(lab, installer, said):
    Path(lab.VENV).mkdir()
    thesis = Path(lab.VENV, "thesis.txt")
    thesis.write_text("years of work")
    assert lab.main([]) == 1
    assert "it is not an environment that lab.py made: rename it" in said()
    assert thesis.read_text() == "years of work"


def test_a_link_in_place_of_the_environment_is_not_followed(lab, installer, tmp_path, said):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "pyvenv.cfg").touch()
    try:
        os.symlink(tmp_path / "elsewhere", lab.VENV)
    except OSError as error:
        pytest.skip(f"this system lets nobody make links: {error}")
    assert lab.main([]) == 1
    assert "is in the way" in said()
    assert (tmp_path / "elsewhere" / "pyvenv.cfg").exists()


# Progress --------------------------------------------------------------------------------------------------------------


def test_the_installers_lines_become_short_news(lab):
    seen, packages = "starting", 0
    told = []
    for line in [
        "Collecting jupyterlab>=4.2 (from workbook==2.13.0)", "  Downloading jupyterlab-4.4.0-py3-none-any.whl.metadata (16 kB)",
        "     something of no interest", "Collecting numpy>=2.1", "Using cached numpy-2.3.0.whl", "Installing collected packages: a, b, c",
    ]:  # fmt: skip
        seen, packages = lab.news(line + "\n", seen, packages)
        told.append((seen, packages))
    assert told == [
        ("looking up jupyterlab", 1), ("downloading jupyterlab (16 kB)", 1), ("downloading jupyterlab (16 kB)", 1),
        ("looking up numpy", 2), ("looking up numpy", 2), ("unpacking them, the longest part", 3),
    ]  # fmt: skip


def test_a_followed_program_is_heard_logged_and_its_code_returned(lab, capsys):
    os.mkdir(lab.VENV)
    steps = lab.Steps(1)
    steps.begin("trying")
    script = "import sys; print('Collecting one'); print('Collecting two', file=sys.stderr); sys.exit(4)"
    code, output = steps.follow([sys.executable, "-u", "-c", script])
    steps.done()
    assert (code, sorted(output.split("\n"))) == (4, ["", "Collecting one", "Collecting two"])
    assert Path(lab.LOG).read_text(encoding="utf-8").endswith(output + "\n")
    assert capsys.readouterr().out.startswith("Step 1 of 1: trying\n   done in 0 s (2 packages)")
