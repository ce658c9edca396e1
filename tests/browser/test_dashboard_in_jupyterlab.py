"""The training dashboard in JupyterLab: its buttons, its learning rate and an interrupt while the cell with the loop runs."""

import pytest

from tests.browser.view import Live

pytestmark = pytest.mark.timeout(240)
CELLS = [
    "import workbook as torch\nfrom workbook import nn\nfrom workbook.widgets import dashboard",
    "from workbook.utils.data import DataLoader, TensorDataset\n"
    "data = TensorDataset(torch.rand(64, 1, 8, 8), torch.arange(64) % 4)\nloader = DataLoader(data, batch_size=4)",
    "net = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 4))\nloss_fn = nn.CrossEntropyLoss()",
    "optimizer = torch.optim.SGD(net.parameters(), lr=0.01)\nready = False",
    "if ready:\n    watch = dashboard(net, optimizer, loss_fn, test=loader)\n    for epoch in range(100_000):\n        for inputs, labels in watch(loader):\n"
    "            optimizer.zero_grad()\n            loss = loss_fn(net(inputs), labels)\n            loss.backward()\n            _ = optimizer.step()\n"
    "    print('the line after the loop')",
    "ready = True\nprint(optimizer.param_groups[0]['lr'], len(net._forward_hooks))",
]
LOOP, AFTER = 4, 5
OUTPUT = """place => jupyterapp.shell.currentWidget.content.widgets[place].model.outputs.toJSON()
    .map((out) => out.text ?? out.ename ?? "").join("")"""
RUNS = "place => jupyterapp.shell.currentWidget.content.widgets[place].model.executionState === 'running'"  # the kernel is busy with messages, too


@pytest.fixture(scope="module", params=["light", pytest.param("dark", marks=pytest.mark.full("the same in the other theme"))])
def notebook(request, once):
    return once("dashboard.ipynb", request.param, CELLS)


def begin(notebook, place=LOOP):
    """Run the cell of the loop, and return its dashboard; the cell goes on running."""
    notebook.page.evaluate("""place => { jupyterapp.shell.currentWidget.content.activeCellIndex = place; jupyterapp.commands.execute("notebook:run-cell"); }""", place)
    notebook.page.wait_for_selector(".wb-dashboard[data-seq]")
    return Live(notebook.page.locator(".wb-dashboard").first)


def ended(page):
    """Wait until the cell of the loop has ended."""
    page.wait_for_function(f"place => !({RUNS})(place)", arg=LOOP)


def step_of(dashboard):
    return int(dashboard.text(".wb-status").rpartition("step ")[2])


def state_of(dashboard):
    return dashboard.text(".wb-status").partition(" ·")[0]


def test_a_loop_is_held_stepped_steered_and_stopped_while_its_cell_runs(notebook):
    page = notebook.page
    dashboard = begin(notebook)
    dashboard.until(lambda: state_of(dashboard), "running")
    dashboard.root.locator("[data-action=pause]").focus()
    page.keyboard.press("Enter")
    dashboard.until(lambda: state_of(dashboard), "paused")
    held = step_of(dashboard)
    dashboard.press("one")
    dashboard.until(lambda: step_of(dashboard), held + 1)
    assert state_of(dashboard) == "paused" and page.evaluate(RUNS, LOOP)  # the cell has not ended

    rate = dashboard.root.locator("input[type=number]")
    rate.fill("0.2")
    dashboard.after(lambda: rate.press("Enter"))
    dashboard.until(lambda: dashboard.cells("learning rate", ".wb-now"), ["0.2"])
    assert "From step" in dashboard.text(".wb-sentence") and page.locator(".wb-dashboard [data-panel=loss] .moved").count() == 1
    slider = dashboard.root.locator("input[type=range]")
    slider.focus()
    dashboard.after(lambda: page.keyboard.press("ArrowLeft"))
    dashboard.until(lambda: dashboard.cells("learning rate", ".wb-now"), ["0.18"])

    dashboard.press("resume")
    dashboard.until(lambda: state_of(dashboard) == "running" and step_of(dashboard) > held + 1, True)
    dashboard.root.locator("[data-action=stop]").click()
    ended(page)
    dashboard.until(lambda: state_of(dashboard), "stopped")
    assert page.evaluate(OUTPUT, LOOP) == "the line after the loop\n"
    page.evaluate("place => { jupyterapp.shell.currentWidget.content.activeCellIndex = place; }", AFTER)
    notebook.command("notebook:run-cell")
    assert page.evaluate(OUTPUT, AFTER) == "0.18 0\n"
    assert page.locator(".wb-saved").count() == 1 and not page.locator(".wb-saved").is_visible()  # the picture for a notebook without a kernel


def test_an_interrupt_ends_the_loop_and_the_dashboard_says_so(notebook):
    dashboard = begin(notebook)
    dashboard.until(lambda: state_of(dashboard), "running")
    notebook.command("notebook:interrupt-kernel")
    ended(notebook.page)
    dashboard.until(lambda: state_of(dashboard), "interrupted")
    assert dashboard.text(".wb-sentence").startswith("Interrupted after ") and "KeyboardInterrupt" in notebook.page.evaluate(OUTPUT, LOOP)
    assert [dashboard.root.locator(f"[data-action={name}]").get_attribute("aria-disabled") for name in ("pause", "one", "resume", "stop")] == ["true"] * 4
    assert notebook.page.problems == [] and notebook.page.refused == []
