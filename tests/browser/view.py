"""A live view in the browser, and what a reader does with it."""

import time

LONG = 60  # seconds for what takes less than one on a quiet machine

COMMANDS = """() => { const { content } = jupyterapp.shell.currentWidget;
    return [content.widgets.length, content.mode, content.activeCellIndex, content.widgets.map((cell) => cell.model.type).join()]; }"""
SIGHTS = """roots => roots.map((root) => {
    const canvas = document.createElement("canvas").getContext("2d");
    const light = (colour) => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const text = root.querySelector(".wb-canvas text");
    return [light(getComputedStyle(root).backgroundColor), light(getComputedStyle(root.querySelector(".wb-sentence")).color),
      light(getComputedStyle(text).fill)]; })"""
RING = """() => {
    const part = document.activeElement, face = part.querySelector(".face") ?? part;
    const look = () => ["outline", "stroke", "strokeWidth"].map((name) => [part, face].map((each) => getComputedStyle(each)[name]).join()).join();
    const focused = look();
    part.blur();
    const blurred = look();
    part.focus({ focusVisible: true });
    return focused !== blurred; }"""


def leaves_commands_alone(notebook, views):
    """In command mode `b` makes a cell, `d` begins to delete one, and arrows go to the next one: none of it may happen in a view."""
    for name, shown in views:
        shown.find("button").focus()  # its cell is now the active one
        before = notebook.page.evaluate(COMMANDS)
        kinds = {}  # one part of each kind: they all answer alike
        for part in shown.root.locator("button, input, select, summary, pre, [tabindex='0']").element_handles():
            kinds.setdefault(part.evaluate("part => part.tagName + part.type + part.parentNode.className"), part)
        for part in kinds.values():
            if not part.evaluate("part => { part.focus(); return document.activeElement === part; }"):
                continue  # it is hidden, or letters that were typed before took it away
            for key in ("b", "d", "ArrowDown"):
                notebook.page.keyboard.press(key)
        assert notebook.page.evaluate(COMMANDS) == before, name


def wear_the_colours(notebook, dark):
    """The ground of every view is JupyterLab's, and its texts stand out from it as WCAG 2 asks for. How many views there are."""
    sights = notebook.page.locator(".wb").evaluate_all(SIGHTS)
    for ground, *inks in sights:
        assert ground < 0.1 if dark else ground > 0.9
        assert all((max(ground, ink) + 0.05) / (min(ground, ink) + 0.05) >= 4.5 for ink in inks)
    return len(sights)


class Live:
    """A live view in the page, told apart by its class; `seq` counts the updates that are on the screen."""

    def __init__(self, root):
        self.root = root

    @property
    def seq(self):
        return int(self.root.get_attribute("data-seq"))

    def after(self, action):
        """Do something, and wait until the view has answered."""
        before = self.seq
        action()
        until = time.monotonic() + LONG
        while self.seq <= before:
            assert time.monotonic() < until, f"the view did not answer within {LONG} s"
            self.root.page.wait_for_timeout(20)
        return self

    def until(self, question, answer):
        """Ask until the answer is right; a view may answer several times while something is typed or dragged."""
        end = time.monotonic() + LONG
        while (found := question()) != answer and time.monotonic() < end:
            self.root.page.wait_for_timeout(30)
        assert found == answer

    def press(self, action):
        """Press one of the buttons."""
        return self.after(self.root.locator(f"[data-action={action}]").click)

    def text(self, selector):
        return self.root.locator(selector).first.inner_text()

    def cells(self, row, table="table.wb-leaf-table"):
        """Return the texts of one row of a table, by its first cell."""
        for line in self.root.locator(f"{table} tbody tr").all():
            texts = line.locator("th, td").all_inner_texts()
            if texts and texts[0] == row:
                return texts[1:]
        raise AssertionError(f"no row {row!r}")


class View:
    """A live view, and the keys and clicks of a reader."""

    def __init__(self, notebook, selector):
        self.root, self.page = notebook.show(selector), notebook.page
        self.live = Live(self.root)
        self.press, self.after, self.text = self.live.press, self.live.after, self.live.text

    def find(self, selector):
        return self.root.locator(selector).first

    def count(self, selector):
        return self.root.locator(selector).count()

    def disabled(self, action):
        return self.find(f"[data-action={action}]").is_disabled()

    def tab_to(self, selector):
        """Reach a part of the view by Tab alone, at its end again from the first thing in it that takes the focus."""
        for _ in range(60):
            inside, there = self.root.evaluate(
                "(root, part) => [root.contains(document.activeElement), document.activeElement.matches(part)]", selector)
            if inside and there:
                return
            self.page.keyboard.press("Tab") if inside else self.find("button").focus()
        raise AssertionError(f"Tab does not reach {selector}")

    def keys(self, *keys):
        """Press keys, and wait after each until the view has answered."""
        for key in keys:
            self.after(lambda: self.page.keyboard.press(key))

    def write(self, text):
        """Type in place of what stands in the input that has the focus."""
        self.page.keyboard.press("Control+A")
        self.after(lambda: self.page.keyboard.type(text))

    def drag(self, selector, across):
        """Drag a part with the mouse, so many pixels to the right."""
        box = self.find(selector).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.after(lambda: self.page.mouse.move(x + across, y, steps=8))
        self.page.mouse.up()

    def numbers(self, selector):
        """Return the numbers of the cells that a selector finds in the picture, in their order."""
        return self.root.locator(f".wb-canvas {selector} .number").all_text_contents()

    def left(self, which):
        """Where something stands from the left; None while the page draws it anew."""
        box = self.find(which).bounding_box()
        return box and box["x"]

    def until(self, question, answer):
        self.live.until(question, answer)

    def ringed(self):
        """Whether what has the focus looks otherwise than without it."""
        return self.page.evaluate(RING)

    def spoken(self):
        """Return what a screen reader is given: the text of the one live line, as the browser's own tree of accessible parts has it."""
        line = self.find(".wb-sentence")
        line.evaluate("line => { window.line = line; }")
        tree = self.page.context.new_cdp_session(self.page)
        part = tree.send("Runtime.evaluate", {"expression": "window.line"})["result"]["objectId"]
        node = tree.send("Accessibility.getPartialAXTree", {"objectId": part, "fetchRelatives": False})["nodes"][0]
        tree.detach()
        live = {each["name"]: each["value"].get("value") for each in node["properties"]}
        assert (node["role"]["value"], live["live"], node["ignored"]) == ("status", "polite", False)
        return line.inner_text()
