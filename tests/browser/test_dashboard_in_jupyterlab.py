"""The training dashboard in JupyterLab, while the cell with the loop runs: by keyboard, by mouse, two at once, an interrupt and an error."""

import pytest

from tests.browser.view import View

pytestmark = pytest.mark.timeout(240)
STEP = "            optimizer.zero_grad()\n            loss_fn(net(inputs), labels).backward()\n            _ = optimizer.step()\n"
CELLS = [
    "import workbook as torch\nfrom workbook import nn\nfrom workbook.utils.data import DataLoader, TensorDataset\nfrom workbook.widgets import dashboard",
    "data = TensorDataset(torch.rand(64, 1, 8, 8), torch.arange(64) % 4)\nloader = DataLoader(data, batch_size=4)\nloss_fn = nn.CrossEntropyLoss()",
    "def made():\n    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 4))\n    return net, torch.optim.SGD(net.parameters(), lr=0.01)",
    "net, optimizer = made()\n_ = net[1].bias.data.fill_(-100.)  # all of its units are dead\nready = False",
    "if ready:\n    optimizer.param_groups[0]['lr'] = 0.01\n    watch = dashboard(net, optimizer, loss_fn, test=loader)\n    for epoch in range(100_000):\n        for inputs, labels in watch(loader):\n"
    + STEP + "    print('the line after the loop')",
    "if ready:\n    one, two = (net, optimizer), made()\n    first, second = (dashboard(*each, loss_fn) for each in (one, two))\n    for epoch in range(100_000):\n"
    "        for (inputs, labels), _ in zip(first(loader), second(loader)):\n            for net, optimizer in (one, two):\n    " + STEP.replace("\n", "\n    ") + "print('both')",
    "if ready:\n    watch = dashboard(net, optimizer, loss_fn)\n    for epoch in range(2):\n        for inputs, labels in watch(loader):\n"
    + STEP + "            if watch.steps == 20:\n                net(inputs[:, :, :4])",
    "ready = True\nprint(optimizer.param_groups[0]['lr'], len(net._forward_hooks))",
]
LOOP, BOTH, BREAKS, AFTER = 4, 5, 6, 7
OUTPUT = """place => jupyterapp.shell.currentWidget.content.widgets[place].model.outputs.toJSON()
    .map((out) => out.text ?? out.ename ?? "").join("")"""
RUNS = "place => jupyterapp.shell.currentWidget.content.widgets[place].model.executionState === 'running'"  # the kernel is busy with messages, too
BUTTONS = ("pause", "one", "resume", "stop")


@pytest.fixture(scope="module", params=["light", pytest.param("dark", marks=pytest.mark.full("the same in the other theme"))])
def notebook(request, once):
    return once("dashboard.ipynb", request.param, CELLS)


@pytest.fixture
def cell(notebook):
    """A function that runs a cell and does not wait for its end. Afterwards no cell runs any more, and nothing may have failed or left."""
    page = notebook.page

    def run(place):
        page.evaluate("""place => { jupyterapp.shell.currentWidget.content.activeCellIndex = place; jupyterapp.commands.execute("notebook:run-cell"); }""", place)

    yield run
    assert not any(page.evaluate(RUNS, place) for place in (LOOP, AFTER, BOTH, BREAKS))
    assert page.refused == [] and page.problems == []
    notebook.command("notebook:clear-all-cell-outputs")


class Watched(View):
    """A dashboard in the page."""

    def state(self):
        return self.text(".wb-status").partition(" ·")[0]

    def step(self):
        return int(self.text(".wb-status").rpartition("step ")[2])

    def rate(self):
        return self.live.cells("learning rate", ".wb-now")

    def disabled(self):
        return [self.find(f"[data-action={name}]").get_attribute("aria-disabled") == "true" for name in BUTTONS]

    def runs(self):
        """Wait until it runs and has moved on."""
        before = self.step()
        self.until(lambda: self.state() == "running" and self.step() > before, True)

    def lives(self, *panels):
        """Wait until the curves of these panels have been drawn anew."""
        curves = [self.find(f"[data-panel={panel}] .mean") for panel in panels]
        before = [curve.get_attribute("d") for curve in curves]
        self.until(lambda: all(curve.get_attribute("d") != was for curve, was in zip(curves, before)), True)


def begun(notebook, cell, place, which=0):
    """Run the cell of a loop, and return its dashboard, which runs."""
    if which == 0:
        cell(place)
    notebook.page.wait_for_function("which => document.querySelectorAll('.wb-dashboard[data-seq]').length > which", arg=which)
    dashboard = Watched(notebook, f".wb-dashboard >> nth={which}")
    dashboard.runs()
    return dashboard


def ended(page, place):
    """Wait until a cell has ended, and return what it printed, or the name of its error."""
    page.wait_for_function(f"place => !({RUNS})(place)", arg=place)
    return page.evaluate(OUTPUT, place)


def test_by_keyboard_a_loop_is_held_stepped_steered_and_stopped_and_what_is_asked_meanwhile_comes_after(notebook, cell):
    page, dashboard = notebook.page, begun(notebook, cell, LOOP)
    cell(AFTER)  # the kernel takes it, and runs it when the loop is over
    dashboard.lives("loss", "accuracy")
    dashboard.tab_to("[data-action=pause]")
    page.keyboard.press("Enter")
    dashboard.until(dashboard.state, "paused")
    held = dashboard.step()
    assert dashboard.ringed() and dashboard.disabled() == [True, False, False, False]
    dashboard.tab_to("[data-action=one]")
    dashboard.keys("Space")
    dashboard.until(dashboard.step, held + 1)
    assert dashboard.state() == "paused" and page.evaluate(RUNS, LOOP)  # the cell has not ended
    assert [dashboard.count(f"[data-panel=layers] .{kind}") for kind in ("weights", "gradient", "dead")] == [2, 2, 1]
    assert "16 of 16 units" in dashboard.text("[data-panel=layers]") and dashboard.count("[data-panel=pictures] image") == 4
    assert (dashboard.count("[data-panel=confusion] .hit"), dashboard.count("[data-panel=confusion] .miss")) == (4, 12)

    dashboard.tab_to("input[type=range]")
    dashboard.keys("ArrowLeft")
    dashboard.until(dashboard.rate, ["0.0089"])
    dashboard.tab_to("input[type=number]")
    page.keyboard.press("Control+A")
    page.keyboard.type("0.2")
    dashboard.keys("Enter")
    dashboard.until(dashboard.rate, ["0.2"])
    assert "From step" in dashboard.spoken() and dashboard.count("[data-panel=loss] .moved") >= 1

    dashboard.tab_to("[data-action=resume]")
    page.keyboard.press("Space")
    dashboard.runs()
    assert page.evaluate(OUTPUT, AFTER) == "", "the cell that waits has not run yet"
    dashboard.tab_to("[data-action=stop]")
    page.keyboard.press("Enter")
    assert ended(page, LOOP) == "the line after the loop\n" and dashboard.disabled() == [True] * 4
    dashboard.until(dashboard.state, "stopped")
    dashboard.until(lambda: page.evaluate(OUTPUT, AFTER), "0.2 0\n")
    assert page.locator(".wb-saved").count() == 1 and not page.locator(".wb-saved").is_visible()  # the picture for a notebook without a kernel


def test_by_mouse_it_is_held_and_steered_and_an_interrupt_ends_it(notebook, cell):
    page, dashboard = notebook.page, begun(notebook, cell, LOOP)
    dashboard.press("pause")
    dashboard.until(dashboard.state, "paused")
    held = dashboard.step()
    dashboard.press("one")
    dashboard.until(dashboard.step, held + 1)
    slider = dashboard.find("input[type=range]")
    box = slider.bounding_box()
    dashboard.after(lambda: slider.click(position={"x": box["width"] * 2 / 3, "y": box["height"] / 2}))
    dashboard.until(lambda: 0.07 < float(dashboard.rate()[0]) < 0.15, True)
    dashboard.press("resume")
    dashboard.runs()
    page.locator('[data-command="notebook:interrupt-kernel"]').first.click()
    assert "KeyboardInterrupt" in ended(page, LOOP)
    dashboard.until(dashboard.state, "interrupted")
    assert dashboard.spoken().startswith("Interrupted after ") and dashboard.disabled() == [True] * 4


def test_two_dashboards_in_one_loop_each_hear_their_own_buttons(notebook, cell):
    page, first = notebook.page, begun(notebook, cell, BOTH)
    second = begun(notebook, cell, BOTH, 1)
    for one, other in ((first, second), (second, first)):
        one.lives("loss")
        one.press("pause")
        one.until(one.state, "paused")
        assert other.state() == "running", "it waits for the other one"
        one.press("resume")
        one.runs()
        other.runs()
    assert first.find("[data-panel=loss] .mean").get_attribute("d") != second.find("[data-panel=loss] .mean").get_attribute("d")
    assert (first.count(".dead"), second.text("[data-panel=layers]").count("16 of 16 units")) == (1, 0)
    first.press("stop")
    assert ended(page, BOTH) == "both\n"
    first.until(first.state, "stopped")
    second.until(second.state, "done")


def test_an_error_in_the_loop_is_told_and_lets_the_network_go(notebook, cell):
    cell(BREAKS)
    dashboard = Watched(notebook, ".wb-dashboard[data-seq]")
    assert ended(notebook.page, BREAKS) == "RuntimeError"
    dashboard.until(dashboard.state, "failed")
    assert dashboard.spoken().startswith("The cell ended with RuntimeError after 21 steps.") and dashboard.disabled() == [True] * 4
    cell(AFTER)
    ended(notebook.page, AFTER)
    dashboard.until(lambda: notebook.page.evaluate(OUTPUT, AFTER).endswith(" 0\n"), True)
