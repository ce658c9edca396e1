"""Starts JupyterLab for this computer alone, says where it is, and ends with it."""

import http.client
import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from workbook.commands import Refused, places

HOST = "127.0.0.1"
FIRST_PORT, PORTS = 8888, 100
PATIENCE = 60  # seconds; a cold start from a slow disk takes about 20
SETTINGS = Path(__file__).parent / "settings"


def add_server_arguments(parser):
    """Add the options that every command with a JupyterLab has."""
    parser.add_argument("--port", type=int, help="the port to use; without it the first free one from 8888 on")
    parser.add_argument("--no-browser", action="store_true", help="open no browser; the address to open is printed")


def serve(folder, page, settings, args, environment, log):
    """Run JupyterLab over `folder`, opened at `page` ("lab/tree/05.ipynb"), until it ends, and return its exit code.

    `settings` names a folder of workbook/commands/settings: defaults, over which a person's own JupyterLab settings win. What
    JupyterLab and the kernels write goes to the file `log`.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise Refused(f"JupyterLab is missing: start with  python lab.py , or install it:  {places.install('lab')}")
    port, token = choose_port(args.port), secrets.token_hex(24)
    address = f"/{quote(page)}"
    command = [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={folder}", f"--ServerApp.ip={HOST}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        f"--ServerApp.open_browser={not args.no_browser}", f"--LabApp.default_url={address}",
        f"--LabApp.app_settings_dir={SETTINGS / settings}",
        "--ServerApp.answer_yes=True",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--ServerApp.allow_root=True")  # only this computer can reach it, and it asks for the token
    with open(log, "wb") as output:
        process = subprocess.Popen(command, env=os.environ | environment | {"JUPYTER_TOKEN": token}, stdout=output, stderr=output)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        if wait_until_it_answers(process, port):
            print(f"\nJupyterLab is ready:  http://{HOST}:{port}{address}?token={token}")
            print("Leave this window open while you work. Ctrl+C in it ends JupyterLab; what you saved stays saved.", flush=True)
        code = wait(process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if code:
        last = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        raise Refused(f"JupyterLab ended with exit code {code}. Its last line: {last}\nAll that it wrote is in {log}.")
    return 0


def choose_port(asked):
    """Return the port that is asked for, or the first free one, saying so where that is not the usual one."""
    if asked is not None:
        if not 1 <= asked <= 65535:
            raise Refused(f"{asked} is not a port: ports go from 1 to 65535.")
        if not is_free(asked):
            raise Refused(f"Port {asked} is taken by another program: leave --port out and a free one is found, or name another.")
        return asked
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        if is_free(port):
            if port != FIRST_PORT:
                print(f"Port {FIRST_PORT} is taken by another program, so JupyterLab uses {port}.")
            return port
    raise Refused(f"The ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are all taken: close some programs, or name a port with --port.")


def is_free(port):
    """Tell whether a server may open this port."""
    with socket.socket() as probe:
        if os.name == "posix":  # a port that a server left a moment ago is free; on Windows the option means something else
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def wait_until_it_answers(process, port):
    """Return True once the server answers, False where it ended or took too long."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", "/api")
            if connection.getresponse().status == 200:
                return True
        except OSError:
            time.sleep(0.1)
        except KeyboardInterrupt:
            return False
        finally:
            connection.close()
    return False


def wait(process):
    """Return the process's exit code. Ctrl+C usually reaches it too, and it may end in good order by itself; else it is told to."""
    patience = None
    while True:
        try:
            code = process.wait(patience)
            return 0 if code in (-signal.SIGINT, -signal.SIGTERM) else code
        except KeyboardInterrupt:
            patience = 5
        except subprocess.TimeoutExpired:
            process.terminate()
            patience = None
