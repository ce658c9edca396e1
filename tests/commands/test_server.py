"""JupyterLab as `workbook lab` and `workbook present` start it: the port, the address, the pages, the end."""

import argparse
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from workbook import cli
from workbook.commands import Refused, places, server

needs_jupyterlab = pytest.mark.skipif(not server.importlib.util.find_spec("jupyterlab"), reason="jupyterlab is not installed")


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_is_asked_for_and_taken_is_refused(taken):
    with pytest.raises(Refused, match=f"Port {taken} is taken by another program: leave --port out"):
        server.choose_port(taken)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(Refused, match="ports go from 1 to 65535"):
        server.choose_port(port)


def test_without_a_port_the_next_free_one_is_taken_and_named(taken, monkeypatch, capsys):
    monkeypatch.setattr(server, "FIRST_PORT", taken)
    port = server.choose_port(None)
    assert taken < port < taken + server.PORTS
    assert capsys.readouterr().out == f"Port {taken} is taken by another program, so JupyterLab uses {port}.\n"


def test_where_every_port_is_taken_it_is_said(taken, monkeypatch):
    monkeypatch.setattr(server, "FIRST_PORT", taken)
    monkeypatch.setattr(server, "PORTS", 1)
    with pytest.raises(Refused, match="are all taken"):
        server.choose_port(None)


def test_without_jupyterlab_the_fix_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(server.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=r"JupyterLab is missing: start with  python lab.py , or install it:  .*\[lab\]"):
        server.serve(tmp_path, "lab", "lessons", argparse.Namespace(port=None, no_browser=True), {}, tmp_path / "log")


def test_a_jupyterlab_that_fails_shows_its_last_line_and_where_the_rest_is(monkeypatch, tmp_path):
    monkeypatch.setattr(server.sys, "executable", failing_python(tmp_path))
    with pytest.raises(Refused, match=r"JupyterLab ended with exit code 3\. Its last line: out of luck\n(?s:.)*log"):
        server.serve(tmp_path, "lab", "lessons", argparse.Namespace(port=None, no_browser=True), {}, tmp_path / "log")
    assert (tmp_path / "log").read_text().split("\n") == ["first", "out of luck", ""]


def failing_python(tmp_path):
    if os.name != "posix":
        pytest.skip("a program made of two lines of shell is a thing of POSIX")
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho first\necho out of luck >&2\nexit 3\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize("settings", ["lessons", "projector"])
def test_the_settings_are_json_that_keeps_jupyterlab_from_asking_the_network(settings):
    overrides = json.loads((server.SETTINGS / settings / "overrides.json").read_text())
    assert overrides["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false", "checkForUpdates": False}


@pytest.fixture
def one_lesson(tmp_path):
    """A folder with one lesson in the place of the real ones, for the process that the test starts too."""
    folder = tmp_path / "the project" / "lessons"
    folder.mkdir(parents=True)
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    (folder / "05 the graph.ipynb").write_text(json.dumps(notebook))
    return folder


def start(command, one_lesson, tmp_path):
    """Start the command on these lessons; return the process, its address and what it printed until it was ready."""
    program = (
        "import sys; from pathlib import Path; from workbook import cli; from workbook.commands import places;"
        f"places.lessons_folder = lambda: Path({str(one_lesson)!r}); sys.exit(cli.main(sys.argv[1:]))"
    )
    own = {f"JUPYTER_{what}_DIR": str(tmp_path / "jupyter") for what in ("CONFIG", "DATA", "RUNTIME")}
    process = subprocess.Popen([sys.executable, "-c", program, *command, "--no-browser"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, env=os.environ | own, start_new_session=True)  # fmt: skip
    printed = ""
    for line in process.stdout:
        printed += line
        if found := re.search(r"http://\S+", line):
            return process, urlsplit(found[0]), printed
    pytest.fail(f"it ended without an address:\n{printed}")


def ctrl_c(process):
    """What Ctrl+C does: the signal goes to the command and to the server that it started."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.terminate()


def get(address, path, token=True):
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    headers = {"Authorization": f"token {address.query.removeprefix('token=')}"} if token else {}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


@needs_jupyterlab
def test_lab_serves_the_students_copy_to_this_computer_with_a_token_and_ends_on_ctrl_c(one_lesson, tmp_path):
    mine = tmp_path / "my copy"
    process, address, printed = start(["lab", "05", "--folder", str(mine)], one_lesson, tmp_path)
    try:
        assert f"Your own copy of the lessons is in {mine}" in printed
        assert (address.hostname, address.path) == ("127.0.0.1", "/lab/tree/05%20the%20graph.ipynb")
        assert get(address, "/api/contents/05%20the%20graph.ipynb?content=0")[0] == 200
        assert get(address, "/api/contents/05%20the%20graph.ipynb?content=0", token=False)[0] == 403
        assert get(address, address.path)[0] == 200
        if sys.platform == "linux":  # where 127.0.0.2 is this computer too, as any address of its own would be
            with pytest.raises(ConnectionRefusedError):
                get(address._replace(netloc=f"127.0.0.2:{address.port}"), address.path)
        settings = json.loads(get(address, "/lab/api/settings/@jupyterlab/apputils-extension:notification")[1])
        assert settings["schema"]["properties"]["fetchNews"]["default"] == "false"
    finally:
        ctrl_c(process)
        process.wait(timeout=30)
        rest = process.stdout.read()
    assert rest == "Leave this window open while you work. Ctrl+C in it ends JupyterLab; what you saved stays saved.\n"
    assert "ServerApp" in (mine / ".workbook" / "jupyterlab.log").read_text()
    if os.name == "posix":
        assert process.returncode == 0


@needs_jupyterlab
def test_present_serves_a_copy_alone_on_the_screen_and_throws_it_away(one_lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    process, address, printed = start(["present", "5"], one_lesson, tmp_path)
    try:
        assert address.path == "/doc/tree/05%20the%20graph.ipynb"
        assert "This is a copy for showing" in printed
        assert get(address, address.path)[0] == 200
        settings = json.loads(get(address, "/lab/api/settings/@jupyterlab/apputils-extension:themes")[1])
        assert json.loads(settings["raw"])["overrides"]["code-font-size"] == "22px"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    if os.name == "posix":
        assert list((tmp_path / "scratch").glob("workbook-present-*")) == []


@pytest.mark.parametrize("asked", ["5", "05", "05 the graph", "05 the graph.ipynb"])
def test_a_lesson_is_found_by_its_number_or_name(one_lesson, asked):
    assert places.find_lesson(asked, one_lesson) == "05 the graph.ipynb"


@pytest.mark.parametrize("asked", ["0", "7", "50", "nonsense", ""])
def test_a_lesson_that_there_is_not_is_refused_and_the_others_named(one_lesson, asked, capsys):
    with pytest.raises(Refused, match="The lessons are: 05 the graph."):
        places.find_lesson(asked, one_lesson)


def test_lab_tells_a_lesson_that_there_is_not_in_one_sentence(capsys):
    assert cli.main(["lab", "99"]) == 1
    assert re.fullmatch(r"There is no lesson 99\. The lessons are: .*\.\n", capsys.readouterr().err)


def test_a_misspelt_command_is_taken_for_a_lesson_and_told_so(capsys):
    assert cli.main(["lab", "tset"]) == 1
    assert capsys.readouterr().err.endswith(" And no command: did you mean test?\n")
