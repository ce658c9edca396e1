"""One JupyterLab, one Chromium and one page of it for all browser tests, with a gate that nothing leaves the machine by.

The page stays: a notebook is opened in it in place of the one before, in a kernel of its own, and serves all tests of it that follow each
other. Tests of one lesson are brought together for that. After a test that failed the page is loaded anew.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from workbook.commands.chromium import FIX, find_chromium

ROOT = Path(__file__).parents[2]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
PATIENCE = 180_000  # milliseconds for what a slow machine needs long for: starting a kernel, running a whole lesson


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a copy of the lessons, with settings and a kernel of its own."""
    home = tmp_path_factory.mktemp("lab")
    lessons = home / "lessons"
    shutil.copytree(ROOT / "lessons", lessons, ignore=shutil.ignore_patterns(".ipynb_checkpoints", ".workbook"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    scratch = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    scratch |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
                "IPYTHONDIR": str(home / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1",
                "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", f"--ServerApp.root_dir={lessons}",
               "--IdentityProvider.token=", "--ServerApp.password=", "--LabApp.expose_app_in_browser=True",
               "--LabApp.news_url=", "--ServerApp.disable_check_xsrf=True",
               "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--allow-root"]
    log = (home / "lab.log").open("w+", encoding="utf-8")
    server = subprocess.Popen(command, env={**os.environ, **scratch}, stdout=log, stderr=subprocess.STDOUT, cwd=home)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, log)
        yield address
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(15)
        server.kill()
        log.close()


def _wait_for(address, server, log, seconds=240):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            log.seek(0)
            pytest.fail(f"JupyterLab ended with code {server.returncode}:\n{log.read()[-3000:]}")
        try:
            urllib.request.urlopen(address + "/api", timeout=2).close()
            return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not answer within {seconds} s")


@pytest.fixture(scope="session")
def browser():
    """A Chromium of this machine; skipped, with the reason, where there is none."""
    found = find_chromium()
    if found is None:
        pytest.skip(f"no browser was found: {FIX}")
    playwright = pytest.importorskip("playwright.sync_api", reason="drives the browser: pip install playwright")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(found), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(params=["light", "dark"])
def theme(request):
    """The look of JupyterLab."""
    return request.param


def pytest_collection_modifyitems(items):
    """Bring the tests of one lesson together, in the order of the lessons, so that each lesson is opened once."""
    places = [place for place, item in enumerate(items) if item.get_closest_marker("lesson")]
    for place, item in zip(places, sorted((items[place] for place in places), key=lambda item: item.get_closest_marker("lesson").args[0])):
        items[place] = item


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
        Desk.spoiled = True
    return (yield)


@pytest.fixture(scope="session")
def desk(browser, lab):
    """The page of JupyterLab in which notebooks are opened one after the other."""
    context = browser.new_context(viewport={"width": 1360, "height": 1000}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.refused, page.problems = [], []

    def gate(route):
        address = route.request.url
        if address.startswith((lab, lab.replace("http", "ws", 1), "data:", "blob:", "about:")):
            route.continue_()
        else:
            page.refused.append(address)
            route.abort()

    context.route("**/*", gate)
    page.on("pageerror", lambda problem: page.problems.append(str(problem)))
    yield Desk(page, lab)
    context.close()


@pytest.fixture(scope="session")
def page(desk):
    """The page. `page.refused` lists the requests that wanted to leave this machine: each was refused."""
    return desk.page


@pytest.fixture(scope="session")
def once(desk):
    """A function that returns a lesson, or a notebook of (name, sources of its cells), open in a kernel of its own, all cells run."""
    return desk.opened


class Desk:
    """One page of JupyterLab, and the notebook that is open in it."""

    spoiled = True  # nothing is loaded yet, or a test failed and may have left a dialog or half a drag behind

    def __init__(self, page, lab):
        self.page, self.lab, self.name, self.lesson = page, lab, None, None

    def opened(self, name, theme="light", cells=None):
        if Desk.spoiled or name != self.name:
            end_kernels(self.lab)
            if cells is not None:
                put_notebook(self.lab, name, cells)
            self.page.refused.clear()
            self.page.problems.clear()
            self.name, self.lesson = name, Lesson(self.page, self.lab, name, anew=Desk.spoiled)
            Desk.spoiled = False
        self.lesson.wear(theme)
        return self.lesson


def put_notebook(lab, name, cells):
    """Let JupyterLab store a notebook of code cells."""
    cells = [{"cell_type": "code", "id": f"cell-{place}", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
             for place, source in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    body = json.dumps({"type": "notebook", "content": notebook}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{lab}/api/contents/{name}", body, method="PUT"), timeout=30).close()


def end_kernels(lab):
    """End what earlier tests left running."""
    with urllib.request.urlopen(lab + "/api/sessions", timeout=10) as answer:
        for session in json.load(answer):
            urllib.request.urlopen(urllib.request.Request(f"{lab}/api/sessions/{session['id']}", method="DELETE"), timeout=30).close()


class Lesson:
    """An open lesson whose cells have all run."""

    def __init__(self, page, lab, name, anew):
        self.page = page
        if anew:
            page.goto(f"{lab}/lab?reset")
            page.wait_for_function("window.jupyterapp?.shell?.currentWidget")
        page.evaluate("""() => { for (const widget of [...jupyterapp.shell.widgets("main")].filter((widget) => widget.context)) {
                           widget.context.model.dirty = false; widget.dispose(); } }""")
        self.command("docmanager:open", {"path": name, "factory": "Notebook"})
        page.wait_for_function("name => jupyterapp.shell.currentWidget?.context?.path === name && jupyterapp.shell.currentWidget.context.isReady "
                               "&& jupyterapp.shell.currentWidget.content.widgets.length > 5", arg=name)
        page.wait_for_function("jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === 'idle'")
        self.command("notebook:run-all-cells")  # ends at the first error, also at one that is made on purpose
        page.wait_for_function(
            """() => jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model)
                 .every((model) => model.type !== "code" || model.executionCount !== null && model.executionState !== "running")
                 && jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === "idle" """)

    def wear(self, theme):
        """Change the look of JupyterLab, which the server remembers from an earlier test.

        JupyterLab draws a curtain over each change, and fails to take it away twice where the next change comes before it is gone.
        """
        light, gone = str(theme == "light").lower(), "() => !document.getElementById('jupyterlab-splash')"
        self.page.wait_for_function(gone)
        if self.page.evaluate("() => document.body.dataset.jpThemeLight") != light:
            self.command("apputils:change-theme", {"theme": f"JupyterLab {theme.title()}"})
            self.page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=light)
            self.page.wait_for_function(gone)

    def command(self, name, options=None):
        """Run a command of JupyterLab, for at most as long as patience lasts."""
        done = self.page.evaluate(
            """([name, options, limit]) => Promise.race([
                 jupyterapp.commands.execute(name, options ?? {}).then(() => "done"),
                 new Promise((resolve) => setTimeout(resolve, limit, "late"))])""", [name, options, PATIENCE])
        assert done == "done", f"{name} did not end within {PATIENCE} ms"

    def show(self, selector):
        """Scroll a part of the page into view and return it, once it is there."""
        part = self.page.locator(selector).first
        place = None
        for _ in range(150):  # JupyterLab draws cells as they come into view, and what stood there moves
            part.scroll_into_view_if_needed()
            earlier, place = place, part.bounding_box()
            if place is not None and place == earlier:
                return part
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{selector} did not come to rest")

    def errors(self):
        """Return the cells that ended in an error although they are not tagged for it."""
        return self.page.evaluate(
            """() => jupyterapp.shell.currentWidget.content.widgets.map((cell, place) => [place, cell.model])
                 .filter(([_, model]) => model.type === "code" && !(model.getMetadata("tags") ?? []).includes("raises-exception"))
                 .flatMap(([place, model]) => model.outputs.toJSON().filter((out) => out.output_type === "error")
                   .map((out) => `cell ${place}: ${out.ename}: ${out.evalue}`))""")

    def counts(self):
        """Return the execution counts of the code cells."""
        return self.page.evaluate(
            """() => jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model)
                 .filter((model) => model.type === "code").map((model) => model.executionCount)""")
