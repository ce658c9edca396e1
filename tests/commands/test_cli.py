"""The command `workbook` itself, `doctor` and the search for a browser."""

import errno
import os
import subprocess
import sys

import pytest

import workbook
from workbook import cli, devices
from workbook.commands import chromium, doctor, places


@pytest.mark.parametrize("command", cli.EXAMPLES)
def test_every_command_explains_itself_with_an_example(command, capsys):
    with pytest.raises(SystemExit) as exit:
        cli.main([command, "--help"])
    assert exit.value.code == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"usage: workbook {command}")
    assert printed.rstrip().endswith(f"example:  {cli.EXAMPLES[command]}")


@pytest.mark.parametrize("command", cli.EXAMPLES)
def test_every_example_is_understood(command):
    program, *arguments = cli.EXAMPLES[command].split()
    assert program == "workbook" and arguments[0] == command
    assert callable(cli.parser_for(command).parse_args(arguments).main)


def test_all_commands_are_listed(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    printed = capsys.readouterr().out
    for command in cli.EXAMPLES:
        assert f"\n    {command} " in printed


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["lab", "--nonsense"]])
def test_what_is_not_understood_is_exit_code_2_with_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as exit:
        cli.main(arguments)
    assert exit.value.code == 2
    assert "usage: workbook" in capsys.readouterr().err


def test_the_module_is_the_command():
    done = subprocess.run([sys.executable, "-m", "workbook", "--version"], capture_output=True, text=True)
    assert done.stdout == f"workbook {workbook.__version__}\n"


def test_a_command_imports_no_other_command():
    program = "import sys; from workbook import cli; cli.parser_for('doctor'); print([n for n in sys.modules if 'commands.' in n])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "workbook.commands.doctor" in done.stdout
    assert not any(f"workbook.commands.{name}'" in done.stdout for name in set(cli.EXAMPLES) - {"doctor"})


@pytest.mark.parametrize(("number", "sentence"), [
    (errno.ENOSPC, "The disk is full (notes could not be written): free some space and try again. Nothing of yours was changed."),
    (errno.EROFS, "There is no permission to write notes: choose a folder of your own, for `workbook lab` with --folder."),
    (errno.EACCES, "There is no permission to write notes: choose a folder of your own, for `workbook lab` with --folder."),
    (errno.EIO, f"The computer refused: [Errno 5] {os.strerror(errno.EIO)}: 'notes'."),
])  # fmt: skip
def test_what_the_computer_refuses_is_one_sentence_and_no_traceback(monkeypatch, capsys, number, sentence):
    def refuse(*_):
        raise OSError(number, os.strerror(number), "notes")

    monkeypatch.setattr(doctor, "versions", refuse)
    assert cli.main(["doctor"]) == 1
    assert capsys.readouterr().err == sentence + "\n"


# doctor ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def diagnose(capsys, monkeypatch, tmp_path):
    """Run the doctor with these packages only; return its exit code and its report."""

    def diagnose(without=(), folder=tmp_path):
        monkeypatch.setattr(doctor, "version_of", lambda name: None if name in without else "2.13.0")
        code = cli.main(["doctor", "--folder", str(folder)])
        return code, capsys.readouterr().out

    return diagnose


def line(report, what):
    (found,) = [line for line in report.splitlines() if line[8:].startswith(what + " ")]
    return found.split()


def test_where_everything_is_there_the_doctor_says_so(diagnose):
    code, report = diagnose()
    assert code == 0
    assert report.rstrip().endswith("Everything that the lessons need is there.")
    for name in (*doctor.PACKAGES, "torch", "cupy"):
        assert line(report, name)[:3] == ["ok", name, "2.13.0"]


@pytest.mark.parametrize("name", [name for name, (purpose, _) in doctor.PACKAGES.items() if purpose in doctor.MUST])
def test_what_the_lessons_need_is_missing_with_its_fix_and_exit_code_1(diagnose, name):
    code, report = diagnose(without=[name])
    assert code == 1
    assert line(report, name)[0] == "missing"
    assert f"  {name}: {places.pip()} install" in report
    assert report.rstrip().endswith(f"The lessons cannot run without: {name}.")


@pytest.mark.parametrize("name", ["pytest", "hypothesis", "playwright", "torch", "cupy"])
def test_what_the_lessons_do_without_is_absent_with_its_fix_and_exit_code_0(diagnose, name):
    code, report = diagnose(without=[name, "cupy-cuda12x", "cupy-cuda13x"])
    assert code == 0
    assert line(report, name)[0] == "absent"
    if not (name == "cupy" and sys.platform == "darwin"):
        assert f"  {name}: " in report


def test_another_torch_than_2_13_is_named(diagnose, monkeypatch):
    diagnose()
    monkeypatch.setattr(doctor, "version_of", lambda name: "2.12.1")
    found = next(iter(doctor.others()))
    assert (found.state, found.found) == ("absent", "2.12.1 is another version than 2.13")
    assert found.fix.endswith("-m pip install torch==2.13.0")


def test_every_device_is_named_with_the_reason_why_it_is_not_there(diagnose):
    _, report = diagnose()
    for kind, available, reason in devices.report():
        assert line(report, f"device {kind}")[0] == ("ok" if available else "absent")
        assert reason in report


def test_a_folder_that_cannot_be_written_is_missing(diagnose, monkeypatch, tmp_path):
    def refuse(**_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "NamedTemporaryFile", refuse)
    code, report = diagnose(folder=tmp_path / "not" / "there yet")
    assert code == 1
    assert f"{tmp_path / 'not' / 'there yet'} cannot be written: Permission denied" in report
    assert "your folder: workbook lab --folder FOLDER" in report


def test_the_doctor_writes_nothing(diagnose, tmp_path):
    assert diagnose(folder=tmp_path / "my-lessons")[0] == 0
    assert list(tmp_path.iterdir()) == []


# the browser -----------------------------------------------------------------------------------------------------------


def test_the_browser_that_is_named_is_the_only_candidate(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBOOK_CHROMIUM", str(tmp_path / "mine"))
    assert chromium.find_chromium() is None
    (tmp_path / "mine").touch()
    assert chromium.find_chromium() == tmp_path / "mine"


@pytest.mark.skipif(os.name != "posix", reason="a program on Windows' PATH is told by its file's ending")
def test_a_browser_on_the_path_is_found(monkeypatch, tmp_path):
    monkeypatch.delenv("WORKBOOK_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "google-chrome"
    program.touch(mode=0o755)
    assert chromium.find_chromium() == program


def test_a_browser_in_its_usual_place_is_found(monkeypatch, tmp_path):
    monkeypatch.delenv("WORKBOOK_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path))
    edge = tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    monkeypatch.setattr(chromium.Path, "is_file", lambda path: path == edge)
    assert chromium.find_chromium() == edge


# places ----------------------------------------------------------------------------------------------------------------


def test_in_a_checkout_the_lessons_and_the_students_copy_are_beside_the_package():
    assert places.project() == places.PACKAGE.parent
    assert places.lessons_folder() == places.PACKAGE.parent / "lessons"
    assert places.student_folder() == places.PACKAGE.parent / "my-lessons"


def test_from_a_wheel_the_lessons_are_inside_and_the_copy_is_made_where_one_stands(monkeypatch, tmp_path):
    monkeypatch.setattr(places, "PACKAGE", tmp_path / "site-packages" / "workbook")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site-packages" / "lessons").mkdir(parents=True)  # somebody else's
    assert places.project() is None
    assert places.lessons_folder() == tmp_path / "site-packages" / "workbook" / "lessons"
    assert places.student_folder() == tmp_path / "my-lessons"
