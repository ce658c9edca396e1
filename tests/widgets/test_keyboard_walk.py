"""The views of lessons 08 to 15 by Tab alone: in and out again both ways, a name and a visible focus at every stop."""

import pytest

import workbook as torch
from tests.widgets.page import settle
from workbook.utils.data import DataLoader
from workbook.widgets import bill, conveyor, convolution, descent, match_keys, modules, pairing, race, replicas, ruler, scores


def net():
    return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(72, 5))


def photograph():
    view = convolution()
    view.act("set", "picture", "a photograph")
    return view


def on_gpus(make):
    with torch.cuda.simulate(2):
        return make()


VIEWS = {"modules": lambda: modules(net(), 1, 8, 8), "convolution": convolution, "photograph": photograph, "ruler": lambda: ruler(net(), 1, 8, 8),
         "scores": lambda: scores([2.0, 0.0, 0.0], target=0), "pairing": lambda: pairing([0.0, 1.0], [0.0, 1.0]),
         "descent": lambda: descent(lambda w: w ** 2, 4.0), "race": race, "conveyor": lambda: conveyor(DataLoader(range(10), 4)),
         "keys": lambda: match_keys(net(), {"module." + name: value for name, value in net().state_dict().items()}),
         "bill": lambda: on_gpus(lambda: bill(lambda: torch.ones(2).cuda().tolist(), lambda: torch.ones(2, device="cuda"))),
         "replicas": lambda: on_gpus(lambda: replicas(torch.nn.DataParallel(torch.nn.Linear(5, 2).cuda()), torch.ones(30, 5)))}
ENDS = """() => {
  for (const [id, put] of [["before", "prepend"], ["after", "append"]])
    document.body[put](Object.assign(document.createElement("button"), { id, textContent: id }));
  document.head.append(Object.assign(document.createElement("style"), { textContent: "* { transition: none !important; }" }));
  document.getElementById("before").focus(); }"""
STOP = """() => {
  const part = document.activeElement, face = part.querySelector?.(".face");
  const look = () => [part, face].map((each) => each && ["outline", "boxShadow", "stroke", "strokeWidth"].map((name) => getComputedStyle(each)[name]).join()).join();
  const focused = look(), name = (part.getAttribute("aria-label") ?? part.closest("label")?.innerText ?? part.innerText ?? "").trim();
  part.blur();
  const blurred = look();
  part.focus();
  return [part.id, name, focused !== blurred, Boolean(part.closest(".wb"))]; }"""


@pytest.mark.parametrize("name", VIEWS)
def test_tab_goes_in_and_out_and_every_stop_is_named_and_seen(show, name):
    page = show(VIEWS[name]())
    page.evaluate(ENDS)
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(STOP))
        if stops[-1][0] == "after":
            break
    assert stops.pop()[0] == "after" and len(stops) >= 4
    assert [stop for stop in stops if not stop[1] or not stop[2]] == []
    for _ in range(len(stops) + 1):
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "before"


# In CI one view of each kind: sliders, and cells that are chosen.
@pytest.mark.parametrize("name", [name if name in ("descent", "pairing") else pytest.param(name, marks=pytest.mark.full("the same keys in every other view"))
                                  for name in VIEWS])
def test_no_key_lets_the_focus_fall_out_of_the_view(show, name):
    page = show(VIEWS[name]())
    page.evaluate(ENDS)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "after":
            break
        for key in ("Space", "ArrowRight", "ArrowDown", "ArrowUp"):
            if key != "Space" or page.evaluate("document.activeElement.tagName") != "SELECT":  # whose list would open
                page.keyboard.press(key)
                settle(page)
                assert page.evaluate("Boolean(document.activeElement.closest('.wb'))"), key
