"""lab.py: from a bare Python to a started workbook, and one clear sentence for everything that can be in the way."""

import ast
import errno
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from workbook import cli

SOURCE = Path(__file__).parents[2] / "lab.py"


def load(root):
    """Return lab.py as a module that works on `root`."""
    spec = importlib.util.spec_from_file_location("lab_under_test", root / "lab.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """lab.py in a folder whose name has spaces, with nothing installed yet; whatever it starts is noted, not started."""
    root = tmp_path / "my own folder"
    root.mkdir()
    shutil.copy(SOURCE, root)
    (root / "pyproject.toml").write_text("[project]\n")
    lab = load(root)
    lab.started = []
    monkeypatch.setattr(lab, "start", lambda command: lab.started.append(command) or 0)
    monkeypatch.setattr(lab.shutil, "which", lambda name: None)  # no uv
    return lab


@pytest.fixture
def installer(lab, monkeypatch):
    """Real environments, made without pip to be quick; an installer that notes what it is asked for and always succeeds."""
    asked = []

    def follow(self, command):
        asked.append(command)
        if "venv" in command:
            subprocess.run([*command[:3], "--without-pip", command[-1]], check=True)
        return 0, ""

    monkeypatch.setattr(lab.Steps, "follow", follow)
    return asked


def installs(asked):
    return [command[-1] for command in asked if "-e" in command]


def said(capsys):
    """Return what stands on the error stream, which must be one paragraph and no traceback."""
    text = capsys.readouterr().err.strip()
    assert "Traceback" not in text
    return text


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


def test_an_interrupted_installation_is_made_anew(lab, installer, monkeypatch, capsys):
    follow = lab.Steps.follow

    def stop(self, command):
        if "-e" in command:
            raise KeyboardInterrupt
        return follow(self, command)

    monkeypatch.setattr(lab.Steps, "follow", stop)
    assert lab.main([]) == 130
    assert "Stopped. The same command, run again, repairs" in said(capsys)
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


def test_what_lab_py_did_not_make_is_not_removed(lab, installer, capsys):
    Path(lab.VENV).mkdir()
    thesis = Path(lab.VENV, "thesis.txt")
    thesis.write_text("years of work")
    assert lab.main([]) == 1
    assert "it is not an environment that lab.py made: rename it" in said(capsys)
    assert thesis.read_text() == "years of work"


def test_a_link_in_place_of_the_environment_is_not_followed(lab, installer, tmp_path, capsys):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "pyvenv.cfg").touch()
    try:
        os.symlink(tmp_path / "elsewhere", lab.VENV)
    except OSError as error:
        pytest.skip(f"this system lets nobody make links: {error}")
    assert lab.main([]) == 1
    assert "is in the way" in said(capsys)
    assert (tmp_path / "elsewhere" / "pyvenv.cfg").exists()


# What can be in the way ------------------------------------------------------------------------------------------------


def test_the_whole_file_is_syntax_that_old_pythons_read():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 4))
    for node in ast.walk(tree):
        assert not isinstance(node, (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal, ast.Starred)) or is_argument(node, tree)
        if isinstance(node, ast.FunctionDef):
            assert not node.args.kwonlyargs and not node.returns and not any(arg.annotation for arg in node.args.args)
    SOURCE.read_text(encoding="ascii")  # Python 2 reads no other characters without being told


def is_argument(star, tree):
    """Tell whether this `*x` hands over arguments, which every Python can, or unpacks, which only newer ones can."""
    return isinstance(star, ast.Starred) and any(isinstance(call, ast.Call) and call.args[-1:] == [star] for call in ast.walk(tree))


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.8", "3.10"])
def test_an_old_python_is_told_so(version):
    python = find_python(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this computer")
    done = subprocess.run([python, SOURCE], capture_output=True, text=True, env=os.environ | {"PATH": ""})
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"workbook needs Python 3.11 or newer, and this is Python {version}: "
        "install a newer one from python.org and start lab.py with that."
    )


def find_python(version):
    """Return a Python of this version that really starts: on the PATH, or where pyenv keeps its own."""
    kept = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions").glob(f"{version}.*/bin/python"))
    for python in [shutil.which(f"python{version}"), *kept]:
        if python and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
            return str(python)
    return None


def test_an_old_python_is_shown_the_newer_one_beside_it(lab, monkeypatch, capsys):
    monkeypatch.setattr(lab, "OLDEST", (99, 0))
    monkeypatch.setattr(lab, "starts", lambda name: name == "python3.12")
    assert lab.main([]) == 1
    assert said(capsys).endswith("start it with  python3.12 lab.py")


PIP_OFFLINE = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection"
    " object at 0x7f>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/hatchling/\n"
    "ERROR: Could not find a version that satisfies the requirement hatchling>=1.24\nERROR: No matching distribution found for hatchling\n"
)
TROUBLES = {
    "pip, no network": (PIP_OFFLINE, "The package index could not be reached: connect to the internet and start again"),
    "pip, network gone while building": (PIP_OFFLINE + "error: subprocess-exited-with-error", "The package index could not be reached"),
    "uv, no network": ("error: Request failed after 3 retries\n  Caused by: dns error: failed to lookup address", "could not be reached"),
    "pip, disk": ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full: free about"),
    "uv, disk": ("error: failed to copy file: No space left on device (os error 28)", "The disk is full"),
    "Windows, disk": ("OSError: [WinError 112] There is not enough space on the disk", "The disk is full"),
    "Debian without venv": ("The virtual environment was not created successfully because ensurepip is not available.", "sudo apt install python3"),
    "no venv at all": ("/usr/bin/python3: No module named venv", "sudo apt install python3"),
    "certificate": ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "its certificate was refused"),
    "proxy": ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407", "set HTTPS_PROXY"),
    "read-only": ("error: failed to create directory: Read-only file system (os error 30)", "There is no permission to write in"),
    "Windows, in use": ("PermissionError: [WinError 5] Access is denied", "There is no permission to write in"),
    "Windows, long path": ("HINT: This error might have occurred since this system does not have Windows Long Path support enabled.\n"
                           "[WinError 206] The filename or extension is too long", "too long for Windows"),
    "no wheel": ("  error: subprocess-exited-with-error\nERROR: Failed building wheel for pyzmq", "has no ready-made build for Python"),
    "not in the index": ("ERROR: No matching distribution found for anywidget>=0.9.13", "not found in the index"),
}  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_of_the_installer_becomes_one_sentence(lab, installer, monkeypatch, capsys, trouble):
    output, sentence = TROUBLES[trouble]
    follow = lab.Steps.follow
    monkeypatch.setattr(lab.Steps, "follow", lambda self, command: (1, output) if "-e" in command else follow(self, command))
    assert lab.main([]) == 1
    text = said(capsys)
    assert sentence in text
    assert len(text.splitlines()) == 1
    assert lab.started == []


def test_unknown_trouble_shows_its_last_lines_and_where_the_rest_is(lab, installer, monkeypatch, capsys):
    monkeypatch.setattr(lab.Steps, "follow", lambda self, command: (3, "one\ntwo\n\nthree\nfour\n"))
    assert lab.main([]) == 1
    text = said(capsys)
    assert "(exit code 3). It said: two / three / four" in text and lab.LOG in text


def test_a_disk_that_fills_while_installing_is_repaired_by_a_new_environment(lab, installer, monkeypatch):
    follow = lab.Steps.follow
    full = (1, "OSError: [Errno 28] No space left on device")
    monkeypatch.setattr(lab.Steps, "follow", lambda self, command: full if "-e" in command else follow(self, command))
    assert lab.main([]) == 1
    monkeypatch.setattr(lab.Steps, "follow", follow)
    del installer[:]
    assert lab.main([]) == 0
    assert any("venv" in command for command in installer)


@pytest.mark.parametrize(("number", "sentence"), [
    (errno.ENOSPC, "The disk is full"), (errno.EACCES, "There is no permission to write"), (errno.EROFS, "There is no permission to write"),
])  # fmt: skip
def test_a_folder_that_takes_no_environment_is_one_sentence(lab, installer, monkeypatch, capsys, number, sentence):
    def refuse(path):
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr(lab.os, "mkdir", refuse)
    assert lab.main([]) == 1
    assert said(capsys).startswith(sentence)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full, a disk that is always full, is a thing of Linux")
def test_a_disk_that_is_really_full_is_one_sentence(lab, monkeypatch, capsys):
    os.mkdir(lab.VENV)
    monkeypatch.setattr(lab, "venv_python", lambda: sys.executable)
    monkeypatch.setattr(lab, "LOG", "/dev/full")
    assert lab.main([]) == 1
    assert said(capsys).startswith("The disk is full")


def test_a_real_pip_without_a_network_ends_in_one_sentence(lab, monkeypatch, capsys):
    with socket.socket() as nobody:  # a port of this computer that refuses every connection
        nobody.bind(("127.0.0.1", 0))
        for name in [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:%d/" % nobody.getsockname()[1])
        Path(lab.ROOT, "pyproject.toml").write_text('[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n')
        assert lab.main([]) == 1
    assert said(capsys).startswith("The package index could not be reached")
    assert "NewConnectionError" in Path(lab.LOG).read_text()
    pip = subprocess.run([lab.venv_python(), "-m", "pip", "--version"], capture_output=True, text=True)
    assert pip.stdout.startswith("pip "), "the environment always has pip"


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
