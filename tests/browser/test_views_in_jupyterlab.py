"""The live views of lessons 01 to 12 in JupyterLab: by keyboard alone and by mouse, in light and in dark, and what they say."""

import re

import pytest

from tests.browser.view import View, leaves_commands_alone, wear_the_colours

pytestmark = pytest.mark.timeout(240)
CELLS = [
    "import numpy as np\nimport workbook as torch\n"
    "from workbook.widgets import accumulation, broadcasting, descent, functions, gates, indexing, inspector, memory_map, operation\n"
    "from workbook.widgets import convolution, modules, pairing, race, reductions, reshaping, ruler, scores, weights",
    "x = torch.arange(15).view(3, 5)\nt = x.t()\nn = np.arange(6.)\na = torch.from_numpy(n)\nv = a.view(2, 3)\nc = a.clone()",
    "t.show()",
    "inspector()",
    "memory_map(n=n, a=a, v=v, c=c)",
    'indexing("x[1, ::2]", x=x)',
    'reshaping("x.t().reshape(15)", x=x)',
    "broadcasting((3, 1), (4,))",
    'functions("square", points=[-1.0, 2.0])',
    'reductions("sum", x=x, dim=1)',
    "accumulation(lambda w: (w - 5) ** 2, w=2.)",
    "p = torch.tensor([2., 3.], requires_grad=True)\nQ = 3 * p ** 3\nweights(Q)",
    "operation(torch.exp, 1.)",
    "descent(lambda w: w ** 2, 4.)",
    "scores([2., 0., 0.], target=0)",
    "pairing([0., 1., 2., 3.], [0., 1., 2., 3.])",
    "race()",
    "convolution()",
    "net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(72, 5))\nnet.spare = [torch.nn.Linear(5, 1)]\nruler(net, 1, 8, 8)",
    "modules(net, 1, 8, 8)",
    "torch.manual_seed(0)\nlstm = torch.nn.LSTM(3, 4)\ngates(lstm, torch.randn(6, 3), names='boats.')",
]
TENSOR, MADE, MEMORY = ".wb-inspector >> nth=0", ".wb-inspector >> nth=1", ".wb-memorymap"
INDEX, PIPELINE, SHAPES = (f'[aria-label="shape lab: {name}"]' for name in ("indexing", "pipeline", "broadcasting"))
CURVE, COLLAPSE = '[aria-label="function explorer"]', '[aria-label="function explorer: reductions"]'
PILE, WEIGHED = '[aria-label="accumulation of gradients"]', '[aria-label="weights of a vector output"]'
CARD, BALL = '[aria-label="operation card"]', '[aria-label="descent on a curve"]'
SCORES, PAIRS = '[aria-label="scores and cross-entropy"]', '[aria-label="pairs of a loss"]'
RACE, KERNEL = '[aria-label="race of optimizers"]', '[aria-label="convolution stepper"]'
RULER, TREE, GATES = '[aria-label="shape ruler"]', '[aria-label="module tree"]', '[aria-label="gates of an LSTM"]'
ALL = [TENSOR, MADE, MEMORY, INDEX, PIPELINE, SHAPES, CURVE, COLLAPSE, PILE, WEIGHED, CARD, BALL, SCORES, PAIRS, RACE, KERNEL, RULER, TREE, GATES]


# In CI the dark is tried by the lessons below and by the graph; the contrast of every colour by tests/widgets/test_style.py.
@pytest.fixture(scope="module", params=["light", pytest.param("dark", marks=pytest.mark.full("every view a second time, in the dark"))])
def notebook(request, once):
    """A notebook that holds every view, open in both themes; the views stay what the tests before made of them."""
    return once(f"views_{request.param}.ipynb", request.param, CELLS)


@pytest.fixture
def view(notebook):
    """A function that brings a view to its first state and returns it. Afterwards nothing may have failed, left or been deleted."""
    cells = notebook.counts()

    def shown(selector):
        found = View(notebook, selector)
        if not found.disabled("reset"):
            found.press("reset")
        return found

    yield shown
    assert notebook.page.refused == [] and notebook.page.problems == []
    assert notebook.errors() == [] and notebook.counts() == cells


# ---- the tensor inspector -------------------------------------------------------------------------------------------------


def test_a_cell_of_a_tensor_is_followed_into_memory(view):
    tensor = view(TENSOR)
    tensor.after(tensor.find('.wb-grid .cell[data-at="2,1"]').click)
    assert tensor.find(".wb-memory .now").get_attribute("data-place") == "7"
    assert tensor.spoken() == "t[2, 1] is 7. It lies at place 0 + 2 × 1 + 1 × 5 = 7 of the memory."
    tensor.press("reset")
    tensor.find("[data-action=reset]").focus()
    tensor.tab_to('.wb-grid .cell[data-at="0,0"]')
    tensor.keys("ArrowDown", "ArrowRight")
    assert tensor.spoken().startswith("t[1, 1] is 6.") and tensor.find(".wb-grid .now").get_attribute("data-at") == "1,1"
    tensor.tab_to('.wb-memory .cell[data-place="6"]')
    tensor.keys("ArrowRight")
    assert tensor.find(".wb-grid .now").get_attribute("data-at") == "2,1"


def test_an_edited_constructor_makes_another_tensor(view):
    made = view(MADE)
    made.tab_to("select")
    made.keys("ArrowDown")
    assert made.text("header b").startswith("x = torch.ones(2, 3)")
    made.tab_to('input[aria-label="its arguments"]')
    made.write("2, 2, dtype=torch.int64")
    made.until(lambda: made.text("header b"), "x = torch.ones(2, 2, dtype=torch.int64)")
    assert made.count(".wb-grid .cell") == 4 and made.root.locator(".wb-grid .value").all_text_contents() == ["1"] * 4
    made.write("2, three")
    made.until(lambda: made.count(".wb-refused:visible"), 1)
    made.until(lambda: made.spoken().startswith("torch.ones(2, three) is refused. SyntaxError: "), True)
    assert re.fullmatch(r"SyntaxError: .+\n +Why: .+\n +Fix: .+", made.text(".wb-refused"))
    assert made.count(".wb-grid .cell") == 2  # what stood there before the first letter that cannot be read
    made.after(lambda: made.find("select").select_option("zeros"))  # by mouse: the list, and a click into the line
    made.find('input[aria-label="its arguments"]').click(click_count=3)
    made.after(lambda: made.page.keyboard.type("5"))
    made.until(lambda: made.count(".wb-grid .cell"), 5)


# ---- the memory map -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_write_flashes_wherever_the_memory_is_seen(view, way):
    memory = view(MEMORY)
    page = memory.page
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate("""() => { window.flashed = []; window.plain ??= Element.prototype.animate;
        Element.prototype.animate = function (...given) { flashed.push(this.dataset.name ?? ""); return plain.apply(this, given); }; }""")
    if way == "mouse":
        memory.after(memory.find('.mark[data-name="v"][data-at="1,1"]').click)
        memory.find('input[aria-label="number to write"]').click(click_count=3)
        page.keyboard.type("42")
        memory.press("write")
    else:
        memory.tab_to('.mark[tabindex="0"]')
        memory.keys(*["ArrowRight"] * 4, "ArrowDown", "ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.type("42")
        memory.keys("Enter")
    assert sorted(page.evaluate("flashed")) == ["", "a", "n", "v"]  # the place, and every name that shows it; not the copy
    assert memory.spoken().startswith("v[1, 1] = 42 wrote place 4 of memory A, where 4 stood. It is seen at once as n[4] and a[4].")
    page.emulate_media(reduced_motion="reduce")
    memory.press("back")
    memory.press("on")
    assert len(page.evaluate("flashed")) == 4  # readers who asked for no movement see none
    page.evaluate("() => { Element.prototype.animate = plain; }")


# ---- the shape lab --------------------------------------------------------------------------------------------------------


def test_an_edited_index_lights_up_its_cells(view):
    index = view(INDEX)
    assert index.numbers(".on")[:3] == ["5", "7", "9"]
    index.tab_to('[data-control="text"]')
    index.write("x[1:, 0]")
    index.until(lambda: index.numbers(".on"), ["5", "10", "5", "10"])  # in x, and in the result
    assert index.spoken().startswith("x[1:, 0] takes 2 of the 15 numbers of x. Its shape is (2,)")
    index.write("x[7]")
    index.until(lambda: index.numbers(".on"), [])
    assert index.spoken() == "IndexError: index 7 is out of bounds for dimension 0 with size 3. Why: places are counted from 0. " \
                             "Fix: use an index from -3 to 2."
    assert index.find('[data-control="text"]').get_attribute("aria-invalid") == "true"
    chip = index.root.locator(".wb-chips button", has_text="x[:, 1]").first
    chip.hover()
    assert index.numbers(".hint") == ["1", "6", "11"]
    index.after(chip.click)
    assert index.numbers(".on")[:3] == ["1", "6", "11"] and index.find('[data-control="text"]').input_value() == "x[:, 1]"


def test_a_pipeline_is_walked_step_by_step(view):
    steps = view(PIPELINE)
    steps.press("on")
    assert steps.spoken().startswith("Step 1 of 2: .t(): (3, 5) becomes (5, 3)") and "shares the memory" in steps.spoken()
    steps.tab_to("[data-action=on]")
    steps.keys("Enter")
    assert steps.spoken().startswith("Step 2 of 2: .reshape(15)") and "It is a copy" in steps.spoken()
    assert steps.numbers(".after .cell") == [str(5 * row + column) for column in range(5) for row in range(3)]
    steps.tab_to('[data-step="0"]')
    steps.keys("Space")
    assert steps.text(".wb-status") == "step 0 of 2: (3, 5)"
    steps.after(steps.find('[data-step="2"]').click)
    assert steps.text(".wb-status") == "step 2 of 2: (15,)"


def test_two_shapes_that_do_not_fit_say_why(view):
    shapes = view(SHAPES)
    assert shapes.spoken().startswith("(3, 1) and (4,) fit: the result has shape (3, 4).")
    shapes.tab_to('[data-control="b"]')
    shapes.write("2, 4")
    shapes.until(lambda: shapes.count(".misfit"), 2)
    assert shapes.spoken().startswith("(3, 1) and (2, 4) do not fit. RuntimeError: The size of tensor a (3) must match the size of tensor b (2) at "
                                      "non-singleton dimension 0. Why: ")
    assert shapes.text("aside h4") == "They do not fit" and " Fix: " in shapes.spoken()
    shapes.after(shapes.root.locator(".wb-chips button", has_text="3, 4 with 3").last.click)
    assert shapes.spoken().startswith("(3, 4) and (3,) do not fit.")
    shapes.after(shapes.root.locator(".wb-chips button", has_text="3, 4 with 4").first.click)
    assert shapes.count(".misfit") == 0 and shapes.spoken().startswith("(3, 4) and (4,) fit")


# ---- the function explorer ------------------------------------------------------------------------------------------------


def test_a_moved_point_changes_value_and_slope(view):
    curve = view(CURVE)
    curve.tab_to('[data-point="0"]')
    curve.keys("ArrowRight", "PageUp")
    assert curve.live.cells("A", "aside table") == ["−0.4500", "0.2025", "∇ −0.9000"]
    assert curve.spoken().startswith("Point A: square of −0.45 is 0.2025. The slope there is −0.9:")
    let_go = curve.find('[data-point="1"] .reach').bounding_box()["x"] - 118
    curve.drag('[data-point="1"] .reach', -118)
    curve.until(lambda: curve.spoken()[:8], "Point B:")
    curve.until(lambda: curve.left('[data-point="1"] .reach') == pytest.approx(let_go, abs=3), True)
    x, y, slope = (float(text.replace("−", "-").lstrip("∇ ")) for text in curve.live.cells("B", "aside table"))
    assert 0.5 < x < 1.5 and y == pytest.approx(x * x, abs=1e-3) and slope == pytest.approx(2 * x, abs=1e-3)
    curve.tab_to('[data-control="A"]')
    curve.page.keyboard.press("Control+A")
    curve.page.keyboard.type("1.5")
    curve.keys("Enter")
    assert curve.live.cells("A", "aside table") == ["1.5000", "2.2500", "∇ 3.0000"]


def test_a_reduction_along_another_axis_and_with_keepdim(view):
    collapse = view(COLLAPSE)
    assert collapse.text("header b") == "x.sum(dim=1)" and collapse.text(".wb-status") == "(3, 5) becomes (3,)"
    collapse.tab_to('[data-control="dim"]')
    collapse.keys("ArrowUp")
    assert collapse.text("header b") == "x.sum(dim=0)" and collapse.numbers("[data-choose]") == ["15", "18", "21", "24", "27"]
    collapse.tab_to('[data-control="keepdim"]')
    collapse.keys("Space")
    assert collapse.text(".wb-status") == "(3, 5) becomes (1, 5)" and "dim 0 (row) stays with size 1" in collapse.spoken()
    collapse.tab_to('[data-choose="0"]')
    collapse.keys("ArrowRight")
    assert collapse.spoken().endswith("Cell [0,1]: 1 + 6 + 11 = 18.") and collapse.numbers(".on:not([data-choose])") == ["1", "6", "11"]
    collapse.after(collapse.find('[data-control="keepdim"]').click)
    collapse.after(collapse.find('[data-choose="4"]').click)
    assert collapse.spoken() == "x.sum(dim=0) has shape (5,): dim 0 (row) goes, 3 numbers into each cell. Cell [4]: 4 + 9 + 14 = 27."


# ---- gradients that add up, and weights of a vector ------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_gradients_pile_up_until_they_are_cleared(view, way):
    pile = view(PILE)

    def call(name):
        chip = pile.root.locator(".wb-chips button", has_text=name).first
        if way == "mouse":
            return pile.after(chip.click)
        chip.focus()
        pile.keys("Enter")

    call("loss.backward()")
    call("loss.backward()")
    assert pile.count(".added") == 2 and pile.spoken() == "−6 was added to w.grad: −6 − 6 = −12. 2 backward() calls are in it now."
    call("optimizer.step()")
    assert pile.spoken().startswith("w moved by −0.1 × (−12) = 1.2, from 2 to 3.2. The step took the sum of 2 backward() calls.")
    call("optimizer.zero_grad()")
    assert pile.live.cells("w", "aside table") == ["3.2000", "None"]
    pile.after(pile.find('[data-control="zero"]').click)  # from now on without
    for _ in range(3):
        call("one round")
    assert pile.text(".wb-status") == "in .grad: 3 backward calls"
    pile.press("back")
    assert pile.spoken().endswith("3 backward() calls are in it now.")


def test_a_weight_is_slid(view):
    weighed = view(WEIGHED)
    weighed.find("[data-action=reset]").focus()
    weighed.tab_to('[data-control="v0"]')
    weighed.keys("ArrowLeft", "ArrowLeft")
    assert weighed.text("header b") == "Q.backward(gradient=torch.tensor([0.8, 1.0]))"
    assert weighed.spoken().startswith("The gradient of p[0] is 0.8 × 36 + 1 × 0 = 28.8.")
    weighed.tab_to('[data-choose="0"]')
    weighed.keys("ArrowRight")
    assert weighed.spoken().startswith("The gradient of p[1] is 0.8 × 0 + 1 × 81 = 81.")
    weighed.after(weighed.root.locator(".wb-chips button", has_text="only Q[0]").first.click)
    assert weighed.live.cells("p[1]", "aside table") == ["∇ 0.0000"] and weighed.live.cells("p[0]", "aside table") == ["∇ 36.0000"]


# ---- what one operation knows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_nudge_is_moved_beside_the_derivative(view, way):
    card = view(CARD)
    assert card.spoken() == "By its rule ∇x = g × y = 1 × 2.7183 = 2.7183. Nudging x by 0.1 to both sides gives 2.7228: the error is 0.0045."
    if way == "mouse":
        card.drag("[data-point] .reach", -60)

        def moved():  # it is drawn several times on its way
            at, slid = card.find("[data-point]").get_attribute("aria-valuenow"), card.find('[data-control="h"]').input_value()
            return float(at) < -1.5 and float(at) == float(slid)

        card.until(moved, True)
    else:
        card.find("[data-action=reset]").focus()
        card.find("[data-point]").focus()
        card.keys("PageDown", "ArrowLeft")
        assert card.find("[data-point]").get_attribute("aria-valuenow") == "-2.1"
        card.tab_to('[data-control="x"]')
        card.keys("ArrowLeft")
        assert card.live.cells("x", "aside table") == ["∇ 2.5857", "2.5857"]
    assert "the error is" in card.spoken()


# ---- all of them ----------------------------------------------------------------------------------------------------------


def test_keys_never_become_commands_of_jupyterlab(view, notebook):
    leaves_commands_alone(notebook, ((name, view(name)) for name in ALL))


def test_the_same_keys_outside_of_a_view_are_commands(notebook):
    """What the test before this one rests on."""
    count = "() => jupyterapp.shell.currentWidget.content.widgets.length"
    before = notebook.page.evaluate(count)
    notebook.command("notebook:enter-command-mode")
    notebook.page.evaluate("() => jupyterapp.shell.currentWidget.content.activeCell.node.focus()")
    notebook.page.keyboard.press("b")
    assert notebook.page.evaluate(count) == before + 1
    notebook.page.keyboard.press("d")
    notebook.page.keyboard.press("d")
    assert notebook.page.evaluate(count) == before


def test_views_wear_the_colours_of_jupyterlab(notebook, request):
    assert wear_the_colours(notebook, "dark" in request.node.name) == len(ALL)


@pytest.mark.parametrize("way", ["keyboard", "mouse"])
def test_a_ball_goes_down_a_curve_and_up(view, way):
    ball = view(BALL)
    if way == "keyboard":
        ball.tab_to('[data-action="on"]')
        ball.keys("Enter", "Enter")
        assert ball.spoken().startswith("w went from 3.2 to 2.56, the loss from 10.24 to 6.5536.")
        ball.tab_to("[data-point]")
        ball.keys("PageDown", "ArrowLeft")
        assert ball.spoken().startswith("At w = 1.5 the loss is 2.25 and its slope 3.")
    else:
        ball.press("ten")
        assert ball.count(".dot") == 10
        ball.drag("[data-point] .reach", -60)
        assert ball.count(".dot") == 0 and ball.spoken().startswith("At w = −0.")
    ball.after(lambda: ball.find('[data-control="sign"]').select_option("plus"))
    ball.press("on")
    ball.until(lambda: "this step went uphill" in ball.spoken(), True)  # also where a place of the drag was still on its way


@pytest.mark.parametrize("way", ["keyboard", "mouse"])
def test_a_score_is_moved_and_softmax_applied_twice(view, way):
    board = view(SCORES)
    if way == "keyboard":
        board.tab_to('input[type="range"][data-control="z0"]')
        board.keys("ArrowRight", "ArrowRight")
        assert board.text(".wb-status") == "loss 0.2002"
        board.tab_to('[data-control="twice"]')
        board.keys("Space")
    else:
        board.after(board.root.locator(".wb-chips button", has_text="right and sure").click)
        assert "nothing left to learn" in board.spoken()
        board.after(board.find('[data-control="twice"]').click)
    assert "can never fall below 0.5514" in board.spoken() and ".softmax(1)" in board.text("header b")


@pytest.mark.parametrize("way", ["keyboard", "mouse"])
def test_shapes_are_made_equal_and_the_pairs_stay(view, way):
    board = view(PAIRS)
    if way == "keyboard":
        board.tab_to("[data-choose]")
        board.keys("ArrowRight", "ArrowDown")
        assert board.spoken().startswith("Prediction 0 (0) with target 2 (2), which nobody asked to compare: 4.")
    else:
        board.after(board.find('[data-choose="6"]').click)
        assert board.spoken().startswith("Prediction 1 (1) with target 2 (2), which nobody asked to compare: 1.")
    assert board.count(".unmeant") == 12
    board.after(lambda: board.find('[data-control="targets"]').select_option("column"))
    assert board.count(".unmeant") == 0 and board.text(".wb-status") == "loss 0.0000"


def test_a_race_is_run_again_with_another_learning_rate(view):
    board = view(RACE)
    board.tab_to('[data-action="ten"]')
    board.keys("Enter", "Enter", "Enter")
    assert board.spoken().startswith("After 30 steps RMSprop is lowest") and board.count(".wb-canvas .pull") == 8
    board.tab_to('input[type="range"][data-control="momentum"]')
    before = board.text("aside table")
    board.keys("PageUp")
    assert board.text("aside table") != before and board.text(".wb-status") == "step 30"
    board.after(lambda: board.find('[data-control="valley"]').select_option("a saddle"))
    assert board.spoken().startswith("Four optimizers stand at (−3, 0.02)")


@pytest.mark.parametrize("way", ["keyboard", "mouse"])
def test_a_kernel_moves_over_a_picture(view, way):
    board = view(KERNEL)
    if way == "keyboard":
        board.tab_to('[data-action="on"]')
        board.keys("Enter")
        board.tab_to("[data-choose]")
        board.keys("ArrowRight")
    else:
        board.after(board.find('[data-choose="2"]').click)
    assert board.spoken().startswith("Output[0, 2] = 0 × (−1) + 9 × 1") and board.text(".wb-status") == "place 3 of 16"
    board.after(lambda: board.find('[data-control="padding"]').select_option("1"))
    assert board.text(".wb-status") == "place 1 of 36" and "= 6" in board.text("aside")
    board.after(lambda: board.find('[data-control="picture"]').select_option("a photograph"))
    assert board.text(".wb-status") == "place 463 of 896" and board.count("image") == 2
    if way == "keyboard":
        board.tab_to("[data-choose]")
        board.keys("ArrowDown", "ArrowRight")  # the next row, the next column
        assert board.text(".wb-status") == "place 492 of 896"
    else:
        board.after(board.find('[data-choose="30"]').click)
        assert board.spoken().startswith("Output[1, 2] = ")


def test_a_picture_that_does_not_fit_is_told_with_what_would(view):
    board = view(RULER)
    assert board.text(".wb-status") == "it fits"
    board.tab_to('[data-control="height"]')
    board.page.keyboard.press("Control+A")
    board.page.keyboard.type("9")
    board.after(lambda: board.page.keyboard.press("Tab"))  # a number is sent when it is whole
    assert board.text(".wb-status") == "stops at 2" and "Pictures of side 8 fit." in board.spoken()


def test_a_layer_lights_up_its_parameters(view):
    board = view(TREE)
    board.tab_to("[data-choose]")
    board.keys("ArrowDown")
    assert board.spoken() == "spare[0] is not registered: it stands in a plain list; make it nn.ModuleList(...). parameters() does not give it, so no optimizer moves it, and state_dict() does not keep it."
    board.keys("ArrowDown")
    assert board.count(".wb-canvas .chosen") == 4 and board.spoken().startswith("0, a Conv2d: 20 numbers in 2 parameters")


@pytest.mark.parametrize("way", ["keyboard", "mouse"])
def test_gates_are_followed_step_by_step(view, way):
    board = view(GATES)
    assert board.spoken().startswith("Step 5 (.): unit 0 keeps ") and board.text(".wb-status") == "step 5, from 0 to 5"
    if way == "keyboard":
        board.tab_to("[data-choose]")
        board.keys("ArrowLeft", "ArrowUp")
        board.tab_to('input[type="range"][data-control="unit"]')
        board.keys("ArrowRight")
        assert board.text("header b") == "LSTM(3, 4), unit 1"
    else:
        board.after(board.find('[data-choose="3"]').click)
        board.press("back")
        board.press("on")
    assert board.spoken().startswith("Step 3 (t): unit ") and board.find('[data-choose="3"]').get_attribute("aria-pressed") == "true"
    kept, added = (float(number.replace("−", "-")) for number in re.findall(r"= (\S+) of its cell and adds .*? = (\S+):", board.spoken())[0])
    assert float(re.search(r"the cell is (\S+),", board.spoken())[1].replace("−", "-")) == pytest.approx(kept + added, abs=2e-4)
    assert len(board.live.cells("RNN", "aside table")) == 2 and board.count(".wb-canvas .slope") > 12
