"""The views of lessons 13 and 15 in JupyterLab, by keyboard alone and by mouse: the conveyor of batches and the key matcher."""

import pytest

from tests.browser.view import View, leaves_commands_alone, wear_the_colours

pytestmark = pytest.mark.timeout(400)
CELLS = [
    "import workbook as torch\nfrom workbook import nn\nfrom workbook.utils.data import DataLoader\nfrom workbook.vision import transforms\n"
    "from workbook.vision.datasets import Digits\nfrom workbook.widgets import conveyor, match_keys",
    "steps = transforms.Compose([transforms.ToTensor(), transforms.RandomRotation(20), transforms.Normalize((0.5,), (0.5,))])\n"
    "belt = conveyor(DataLoader(Digits(transform=steps), batch_size=4))",
    "belt",
    "belt",
    "conveyor(DataLoader(range(10), batch_size=4))",
    "net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))\nwrapped = {f'module.{key}': value for key, value in net.state_dict().items()}",
    "match_keys(net, wrapped)",
    "match_keys(net, net.state_dict())",
]
BELT, SAME, NUMBERS = (f'[aria-label="conveyor of batches"] >> nth={place}' for place in range(3))
WRAPPED, FITTING = (f'[aria-label="key matcher"] >> nth={place}' for place in range(2))
ALL = [BELT, SAME, NUMBERS, WRAPPED, FITTING]
NUMBERS_CELL = 4
CUT = """root => [root, ...root.querySelectorAll("header, .wb-controls, aside, footer")]
    .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.tagName + part.className)"""
NAMELESS = """root => [...root.querySelectorAll("button, input, select, summary, [role=button]")]
    .filter((part) => !(part.getAttribute("aria-label") ?? part.closest("label")?.textContent ?? part.textContent).trim()).length"""


# In CI the light is tried by the lessons, and by the pages of tests/widgets.
@pytest.fixture(scope="module", params=["dark", pytest.param("light", marks=pytest.mark.full("the same in the other theme"))])
def notebook(request, once):
    return once(f"data_views_{request.param}.ipynb", request.param, CELLS)


@pytest.fixture
def view(notebook):
    """A function that brings a view to its first state and returns it. Afterwards nothing may have failed, left or been deleted."""
    cells = len(notebook.counts())

    def shown(selector):
        found = View(notebook, selector)
        if found.find("[data-action=reset]").get_attribute("aria-disabled") != "true":
            found.press("reset")
        return found

    yield shown
    assert notebook.page.refused == [] and notebook.page.problems == []
    assert notebook.errors() == [] and len(notebook.counts()) == cells


def order(view):
    """The samples that have come, batch by batch, by the table that says the same as the picture."""
    return view.root.locator("details tbody tr td:nth-child(2)").all_text_contents()


# ---- the conveyor ---------------------------------------------------------------------------------------------------------


def test_batches_come_by_keyboard_and_one_sample_is_followed(view):
    belt = view(BELT)
    belt.find("[data-action=back]").focus()
    belt.keys("Enter", "Space", "Space")
    assert belt.text(".wb-status") == "5 of 360 batches" and belt.count(".copy") == 12
    belt.tab_to("[data-action=on]")
    belt.keys("Enter")
    assert "Batch 5 holds samples 20, 21, 22, 23: your loop read it in " in belt.spoken() and belt.count(".cell.on") == 4
    belt.tab_to('[data-choose][tabindex="0"]')
    assert belt.ringed()
    belt.keys("ArrowDown", "ArrowRight", "ArrowRight")
    assert belt.spoken().startswith("Sample 6 is at place 2 of batch 1, which your loop read from ") and " after Normalize." in belt.spoken()
    chosen = belt.find(".cell.chosen")
    assert (chosen.get_attribute("aria-label"), chosen.get_attribute("aria-pressed")) == ("sample 6, place 2 of batch 1", "true")
    assert belt.count("image") == 4 and belt.find('[data-control="sample"]').input_value() == "6"
    assert belt.root.evaluate("root => root.getAnimations({ subtree: true }).length") == 0  # this reader asked for no movement
    seq = belt.live.seq
    belt.page.keyboard.press("Escape")  # is JupyterLab's: nothing of the view changes
    assert belt.page.evaluate("() => jupyterapp.shell.currentWidget.content.mode") == "command" and belt.live.seq == seq


def test_a_choice_is_made_by_enter_too_and_what_is_set_is_what_the_loader_does(view):
    belt = view(NUMBERS)
    assert order(belt) == ["0, 1, 2, 3", "4, 5, 6, 7", "8, 9"]
    belt.tab_to('[data-choose][tabindex="0"]')
    belt.keys("Enter")
    assert belt.spoken().startswith("Sample 0 is at place 0 of batch 0, which your loop read from ")
    belt.find('[data-control="batch_size"]').focus()
    belt.keys("ArrowRight")
    belt.tab_to('[data-control="drop_last"]')
    belt.keys("Space")
    assert order(belt) == ["0, 1, 2, 3, 4", "5, 6, 7, 8, 9"] and belt.text("header b") == "DataLoader(dataset, batch_size=5, drop_last=True)"


def test_the_order_is_shuffled_with_the_mouse(view):
    belt = view(NUMBERS)
    belt.after(belt.find('[data-control="shuffle"]').click)
    first = order(belt)
    belt.press("epoch")
    second = order(belt)
    assert first != second and sorted(", ".join(second).split(", "), key=int) == [str(number) for number in range(10)]
    belt.after(belt.find('.cell[data-choose="5"] text').click)  # on the number itself
    assert belt.spoken().startswith(f"Sample {second[1].split(', ')[1]} is at place 1 of batch 1")
    belt.press("back")
    assert belt.text(".wb-status") == "2 of 3 batches"


def test_two_workers_read_ahead_on_lanes_of_their_own(view):
    belt = view(NUMBERS)
    belt.find('[data-control="num_workers"]').focus()
    belt.keys("ArrowDown", "ArrowDown")
    lanes = belt.root.locator(".wb-canvas .note").all_text_contents()
    assert {"worker 0", "worker 1", "your loop"} <= set(lanes) and belt.count(".wb-canvas .way") == 3
    assert belt.root.locator("details tbody td:nth-child(4)").all_text_contents() == ["worker 0", "worker 1", "worker 0"] and order(belt) == ["0, 1, 2, 3", "4, 5, 6, 7", "8, 9"]
    assert "2 workers read ahead, and the batches come in the order of the sampler all the same." in belt.spoken()


def test_a_view_that_is_shown_twice_is_one_and_a_cell_that_runs_again_makes_a_new_one(view, notebook):
    belt, same, other = view(BELT), View(notebook, SAME), View(notebook, NUMBERS)
    at, untouched = same.live.seq, other.live.seq
    belt.press("back")
    same.until(lambda: same.live.seq > at, True)
    assert same.text(".wb-status") == belt.text(".wb-status") == "7 of 360 batches" and other.live.seq == untouched
    other.press("back")
    old = other.root.element_handle()
    notebook.page.evaluate("place => { jupyterapp.shell.currentWidget.content.activeCellIndex = place; }", NUMBERS_CELL)
    notebook.command("notebook:run-cell")
    same.until(lambda: old.evaluate("root => root.isConnected"), False)
    again = View(notebook, NUMBERS)
    assert again.text(".wb-status") == "3 of 3 batches" and notebook.page.locator(".wb").count() == len(ALL)
    again.press("back")
    assert again.text(".wb-status") == "2 of 3 batches"


# ---- the key matcher ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["keyboard", "mouse"])
def test_a_prefix_is_taken_away_and_a_key_is_followed_to_the_other_side(view, way):
    keys = view(WRAPPED)
    assert keys.text(".wb-status") == "0 of 4 keys match" and keys.spoken().endswith("Try to take 'module.' away.")
    assert keys.root.locator(".wb-canvas .note").all_text_contents().count("missing") == 4
    if way == "keyboard":
        keys.find('[data-control="away"]').focus()
        keys.page.keyboard.type("module.")
        keys.until(lambda: keys.text(".wb-status"), "4 of 4 keys match")
        keys.tab_to('[data-choose][tabindex="0"]')
        assert keys.ringed()
        keys.keys("Enter", "ArrowDown", "ArrowRight")
    else:
        keys.after(keys.root.locator(".wb-chips button", has_text="take 'module.' away").click)
        keys.after(keys.root.locator("[data-choose] text", has_text="0.bias").last.click)
    assert keys.spoken() == "0.bias is on both sides, with the shape (3,): it fits." and keys.count(".chosen") == 2
    assert keys.find('[data-choose][tabindex="0"]').get_attribute("data-choose") == "5"  # of the state
    assert keys.text("aside p") == "net.load_state_dict({key.removeprefix('module.'): value for key, value in state.items()})"
    assert "<All keys matched successfully>" in keys.text("aside") and keys.count("aside p") == 2


# ---- both -----------------------------------------------------------------------------------------------------------------


def test_nothing_is_cut_off_in_a_narrow_window_and_every_part_has_a_name(view, notebook):
    shown = [view(name) for name in (BELT, WRAPPED)]
    notebook.page.set_viewport_size({"width": 700, "height": 900})
    try:
        for each in shown:
            assert each.root.evaluate(CUT) == [] and each.root.evaluate(NAMELESS) == 0
            assert each.root.bounding_box()["width"] <= 700
    finally:
        notebook.page.set_viewport_size({"width": 1360, "height": 1000})


def test_keys_never_become_commands_of_jupyterlab(view, notebook):
    leaves_commands_alone(notebook, ((name, view(name)) for name in (BELT, WRAPPED)))


def test_views_wear_the_colours_of_jupyterlab(notebook, request):
    assert wear_the_colours(notebook, "dark" in request.node.name) == len(ALL)
