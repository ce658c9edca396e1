"""lab.py: one clear sentence, and no traceback, for everything that can be in the way."""

import ast
import errno
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import SOURCE


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


def test_an_old_python_is_shown_the_newer_one_beside_it(lab, monkeypatch, said):
    monkeypatch.setattr(lab, "OLDEST", (99, 0))
    monkeypatch.setattr(lab, "starts", lambda name: name == "python3.12")
    assert lab.main([]) == 1
    assert said().endswith("start it with  python3.12 lab.py")


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
def test_trouble_of_the_installer_becomes_one_sentence(lab, installer, monkeypatch, said, trouble):
    output, sentence = TROUBLES[trouble]
    follow = lab.Steps.follow
    monkeypatch.setattr(lab.Steps, "follow", lambda self, command: (1, output) if "-e" in command else follow(self, command))
    assert lab.main([]) == 1
    text = said()
    assert sentence in text
    assert len(text.splitlines()) == 1
    assert lab.started == []


def test_unknown_trouble_shows_its_last_lines_and_where_the_rest_is(lab, installer, monkeypatch, said):
    monkeypatch.setattr(lab.Steps, "follow", lambda self, command: (3, "one\ntwo\n\nthree\nfour\n"))
    assert lab.main([]) == 1
    text = said()
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
def test_a_folder_that_takes_no_environment_is_one_sentence(lab, installer, monkeypatch, said, number, sentence):
    def refuse(path):
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr(lab.os, "mkdir", refuse)
    assert lab.main([]) == 1
    assert said().startswith(sentence)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full, a disk that is always full, is a thing of Linux")
def test_a_disk_that_is_really_full_is_one_sentence(lab, monkeypatch, said):
    os.mkdir(lab.VENV)
    monkeypatch.setattr(lab, "venv_python", lambda: sys.executable)
    monkeypatch.setattr(lab, "LOG", "/dev/full")
    assert lab.main([]) == 1
    assert said().startswith("The disk is full")


def test_a_real_pip_without_a_network_ends_in_one_sentence(lab, monkeypatch, said):
    with socket.socket() as nobody:  # a port of this computer that refuses every connection
        nobody.bind(("127.0.0.1", 0))
        for name in [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:%d/" % nobody.getsockname()[1])
        Path(lab.ROOT, "pyproject.toml").write_text('[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n')
        assert lab.main([]) == 1
    assert said().startswith("The package index could not be reached")
    assert "NewConnectionError" in Path(lab.LOG).read_text()
    pip = subprocess.run([lab.venv_python(), "-m", "pip", "--version"], capture_output=True, text=True)
    assert pip.stdout.startswith("pip "), "the environment always has pip"
