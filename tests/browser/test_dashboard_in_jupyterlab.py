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
    "if ready:\n    _ = net[1].bias.data.fill_(-100.)  # all of its units are dead\n    twice = dashboard(net, optimizer, loss_fn)\n    display(twice)",
    "if ready:\n    display(twice)",
    "if ready:\n    for epoch in range(100_000):\n        for inputs, labels in twice(loader):\n"
    "            optimizer.zero_grad()\n            loss = loss_fn(net(inputs), labels)\n            loss.backward()\n            _ = optimizer.step()\n"
    "    print('the line after it')",
]
LOOP, AFTER, SHOWN, AGAIN, LOOP_OF_BOTH = 4, 5, 6, 7, 8
OUTPUT = """place => jupyterapp.shell.currentWidget.content.widgets[place].model.outputs.toJSON()
    .map((out) => out.text ?? out.ename ?? "").join("")"""
RUNS = "place => jupyterapp.shell.currentWidget.content.widgets[place].model.executionState === 'running'"  # the kernel is busy with messages, too


@pytest.fixture(scope="module", params=["light", pytest.param("dark", marks=pytest.mark.full("the same in the other theme"))])
def notebook(request, once):
    return once("dashboard.ipynb", request.param, CELLS)


def begin(notebook, place=LOOP):
    """Run the cell of the loop, and return its dashboard; the cell goes on running."""
    ask(notebook, place)
    notebook.page.wait_for_selector(".wb-dashboard[data-seq]")
    return Live(notebook.page.locator(".wb-dashboard").first)


def ask(notebook, place):
    """Ask for a cell to run, and do not wait for it."""
    notebook.page.evaluate("""place => { jupyterapp.shell.currentWidget.content.activeCellIndex = place; jupyterapp.commands.execute("notebook:run-cell"); }""", place)


def ended(page, place=LOOP):
    """Wait until the cell of the loop has ended."""
    page.wait_for_function(f"place => !({RUNS})(place)", arg=place)


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


def test_two_sights_of_one_dashboard_show_everything_live_and_what_is_asked_meanwhile_comes_after(notebook):
    page = notebook.page
    notebook.page.evaluate("place => { jupyterapp.shell.currentWidget.content.activeCellIndex = place; }", LOOP)
    notebook.command("notebook:clear-cell-output")
    for place in (AFTER, SHOWN, AGAIN):
        ask(notebook, place)
    page.wait_for_function("() => document.querySelectorAll('.wb-dashboard[data-seq]').length === 2")
    ask(notebook, LOOP_OF_BOTH)
    one, other = (Live(page.locator(f".wb-dashboard >> nth={place}")) for place in range(2))
    one.until(lambda: state_of(one) == "running" and step_of(one) > 2, True)
    ask(notebook, AFTER)  # the kernel takes it, and runs it when the loop is over
    curve = one.root.locator("[data-panel=loss] .mean")
    before = curve.get_attribute("d")
    one.until(lambda: curve.get_attribute("d") != before and other.root.locator("[data-panel=loss] .mean").get_attribute("d") != before, True)
    panels = {name: one.root.locator(f"[data-panel={name}]") for name in ("accuracy", "layers", "pictures", "confusion")}
    one.until(lambda: [panels["layers"].locator(f".{kind}").count() for kind in ("weights", "gradient", "dead")], [2, 2, 1])
    assert "16 of 16 units" in panels["layers"].text_content() and panels["accuracy"].locator(".mean").count() == 1
    assert panels["pictures"].locator("image").count() == 4 and panels["pictures"].locator(".share").count() == 12
    assert panels["confusion"].locator(".hit").count() == 4 and panels["confusion"].locator(".miss").count() == 12
    assert page.evaluate(OUTPUT, AFTER) == "", "the cell that waits has not run yet"

    page.set_viewport_size({"width": 700, "height": 900})
    assert one.root.evaluate("root => [root, ...root.querySelectorAll('header, footer, .wb-rate')].every((part) => part.scrollWidth <= part.clientWidth + 1)")
    page.set_viewport_size({"width": 1360, "height": 1000})
    other.root.locator("[data-action=pause]").focus()  # in one of the two, by keyboard; both show it
    page.keyboard.press("Space")
    for each in (one, other):
        each.until(lambda: state_of(each), "paused")
    for action, key in (("one", "Enter"), ("resume", "Space"), ("stop", "Enter")):
        other.root.locator(f"[data-action={action}]").focus()
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"{action}: its focus is not seen"
        page.keyboard.press(key)
        one.until(lambda: state_of(one), {"one": "paused", "resume": "running", "stop": "stopped"}[action])
    ended(page, LOOP_OF_BOTH)
    page.wait_for_function(f"place => !({RUNS})(place)", arg=AFTER)
    assert page.evaluate(OUTPUT, LOOP_OF_BOTH).startswith("the line after it") and page.evaluate(OUTPUT, AFTER).endswith(" 0\n")
    assert page.problems == [] and page.refused == []
