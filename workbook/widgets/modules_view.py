"""The tree of a network: its layers and their parameters, what each step of forward uses, and what was never registered, dashed."""

from workbook.errors import explain
from workbook.nn.module import Module
from workbook.nn.traversal import hidden_in
from workbook.tensor import Tensor

from .board import Board, first_lines
from .cells import Picture, shape_text
from .ruler_view import measured

MOST = 36                # lines of the tree that are drawn
LEFT, TOP, ROW, INDENT = 20, 50, 30, 22
TREE, STEPS = 400, 250   # widths of the tree and of the steps beside it
GAP = 64


class Line:
    """A line of the tree: a module, a parameter, a buffer, or something that was never registered.

    `name` is its path, `owner` the path of the module that it belongs to; `why` says why it was not registered.
    """

    def __init__(self, kind, name, owner, depth, text, shape=None, why=""):
        self.kind, self.name, self.owner, self.depth, self.text, self.shape, self.why = kind, name, owner, depth, text, shape, why


class ModulesView(Board):
    """The widget behind `modules`: the tree of a net beside the steps of its forward."""

    def __init__(self, net, shape):
        if isinstance(net, type) and issubclass(net, Module):
            raise TypeError(explain(f"modules() needs a network, and got the class {net.__name__}", "a class has no layers yet", f"write modules({net.__name__}())"))
        if not isinstance(net, Module):
            raise TypeError(explain(f"modules() needs a network, and got {type(net).__name__}", "it draws the layers of a Module", "write modules(net)"))
        self.net, self.shape = net, tuple(shape)
        if not all(type(side) is int and 0 < side <= 1024 for side in self.shape):
            raise ValueError(explain(f"modules() got {shape} for the shape of one example", "it is whole numbers, without the batch", "write modules(net, 1, 32, 32)"))
        self.chosen = 0
        self._look()
        super().__init__()

    def __repr__(self):
        return f"Module tree: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self.chosen = 0
        elif action == "choose":
            self.chosen = min(max(int(value), 0), len(self.lines) - 1)
        elif action == "update":
            self._look()
            self.chosen = min(self.chosen, len(self.lines) - 1)
        self.show()

    def _look(self):
        """Read the net as it is now, and send one example through a copy of it."""
        self.lines = lines_of(self.net)
        self.hidden = len(self.lines) - len(self.lines[:MOST])
        self.lines = self.lines[:MOST]
        self.steps, self.problem, _ = measured(self.net, (1, *self.shape)) if self.shape else ([], None, None)

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _lit(self, line):
        """Whether a line belongs to what is chosen: the module itself, all inside it, and their parameters."""
        chosen = self.lines[self.chosen]
        if self.chosen == 0:
            return False
        inside = line.name == chosen.name or line.name.startswith(chosen.name + ".")
        return inside if chosen.kind == "module" else line is chosen or line.kind == "module" and line.name == chosen.owner

    def _step_lit(self, step):
        chosen = self.lines[self.chosen]
        name = chosen.name if chosen.kind == "module" else chosen.owner
        return self.chosen > 0 and chosen.kind != "lost" and name != "" and (step.name == name or step.name.startswith(name + "."))

    def _picture(self, style):
        picture = Picture()
        picture.text(LEFT, 22, "layers and parameters", "note")
        lit = {}
        for number, line in enumerate(self.lines):
            y = TOP + number * ROW
            if self._lit(line):
                lit[line.name] = y
            self._line(picture, y, number, line)
        right = LEFT + TREE + GAP
        if self.steps:
            picture.text(right, 22, "what forward runs", "note")
        for number, step in enumerate(self.steps[:MOST]):
            y = TOP + number * ROW
            on = self._step_lit(step)
            picture.parts.append(f'<g class="cell {"chosen" if on else "off"}"><rect class="face" x="{right}" y="{y - 19}" width="{STEPS}" height="{ROW - 5}" rx="5"/></g>')
            picture.text(right + 10, y - 2, step.name, "title" if on else "number")
            picture.text(right + STEPS - 10, y - 2, shape_text(step.shape), "code", "end")
            if number:
                picture.parts.append(f'<path class="arrow" d="M{right + STEPS / 2} {y - 24}v4"/>')
            if on and step.name in lit:
                picture.parts.append(f'<path class="stride" d="M{LEFT + TREE} {lit[step.name] - 7:.1f}C{LEFT + TREE + GAP / 2} {lit[step.name] - 7:.1f} {LEFT + TREE + GAP / 2} {y - 7} {right} {y - 7}"/>')
        picture.width = right + STEPS - 10 if self.steps else LEFT + TREE
        picture.height = TOP + max(len(self.lines), len(self.steps[:MOST])) * ROW - 20
        return picture.svg(self._told(), style)

    def _line(self, picture, y, number, line):
        x, here = LEFT + line.depth * INDENT, number == self.chosen
        look = "copy" if line.kind == "lost" else "chosen" if self._lit(line) else "s2" if line.kind == "parameter" else "s0" if line.kind == "buffer" else ""
        wide = TREE - line.depth * INDENT
        dashed = " chosen" if here and line.kind == "lost" else ""
        picture.parts.append(
            f'<g class="cell {look}{dashed}" data-choose="{number}" role="button" tabindex="{0 if here else -1}" aria-pressed="{"true" if here else "false"}" '
            f'aria-label="{line.kind} {line.name or "the whole net"}: {line.text}{", not registered" if line.kind == "lost" else ""}">'
            f'<rect class="face" x="{x}" y="{y - 19}" width="{wide}" height="{ROW - 5}" rx="5"/></g>')
        title = line.name.rpartition(".")[2] or type(self.net).__name__
        picture.text(x + 10, y - 2, title, "title" if line.kind == "module" else "number")
        picture.text(LEFT + TREE - 10, y - 2, f"{line.text} {'✗ not registered' if line.kind == 'lost' else ''}".strip(), "code", "end")

    def _told(self):
        line, lost = self.lines[self.chosen], [each for each in self.lines if each.kind == "lost"]
        if line.kind == "lost":
            return f"{line.name} is not registered: {line.why}. parameters() does not give it, so no optimizer moves it, and state_dict() does not keep it."
        if self.chosen and line.kind == "module":
            own = dict(self.net.get_submodule(line.name).named_parameters())
            count = sum(p.numel() for p in own.values())
            return f"{line.name}, a {line.text}: {count:,} numbers in {len(own)} parameter{'s' * (len(own) != 1)}" + (f" ({', '.join(own)})." if 0 < len(own) <= 4 else ".")
        if self.chosen:
            what = "a buffer: kept in state_dict(), and moved by no optimizer" if line.kind == "buffer" else "a parameter: it asks for a gradient, and the optimizer moves it"
            return f"{line.name} has shape {shape_text(line.shape)}. It is {what}."
        count = sum(p.numel() for p in self.net.parameters())
        said = f"{type(self.net).__name__}: {count:,} numbers in {sum(1 for _ in self.net.parameters())} registered parameters."
        return said + (f" {len(lost)} part{'s are' if len(lost) > 1 else ' is'} not registered: {', '.join(each.name for each in lost)}." if lost else "")

    def _state(self):
        lost = [line for line in self.lines if line.kind == "lost"]
        rows = [[line.name or type(self.net).__name__, {"lost": "not registered"}.get(line.kind, line.kind), line.text] for line in self.lines]
        panels = [{"heading": "parameters()", "table": {"head": ["name", "shape"], "classes": ["", "wb-number"],
                                                       "rows": [[name, shape_text(tuple(p.shape))] for name, p in list(self.net.named_parameters())[:12]] or [["none", ""]]}}]
        if lost:
            panels.append({"heading": "Not registered", "lines": [f"{line.name}: {line.why}" for line in lost]})
        if self.problem is not None:
            panels.append({"heading": "forward stops", "lines": [first_lines(self.problem)]})
        if self.hidden:
            panels.append({"heading": "More", "lines": [f"{self.hidden} more lines are not drawn."]})
        return {
            "label": "module tree", "title": type(self.net).__name__, "status": f"{sum(p.numel() for p in self.net.parameters()):,} numbers registered",
            "sentence": self._told(), "panels": panels,
            "nav": [["update", "Update", "update: read the net as it is now", True], ["reset", "Reset", "reset: choose nothing", self.chosen > 0]],
            "controls": [], "table": {"head": ["name", "", "what"], "rows": rows}}


def lines_of(net):
    """Return the Lines of a net: modules with their parameters and buffers, depth first, and what hides in plain attributes."""
    lines, seen = [], set()

    def walk(module, name, depth):
        lines.append(Line("module", name, name.rpartition(".")[0], depth, type(module).__name__))
        if id(module) in seen:  # shown once with what is in it
            return
        seen.add(id(module))
        path = f"{name}." if name else ""
        for key, parameter in module._parameters.items():
            if parameter is not None:
                lines.append(Line("parameter", path + key, name, depth + 1, shape_text(tuple(parameter.shape)), tuple(parameter.shape)))
        for key, buffer in module._buffers.items():
            if buffer is not None:
                lines.append(Line("buffer", path + key, name, depth + 1, f"buffer {shape_text(tuple(buffer.shape))}", tuple(buffer.shape)))
        for key, kind, parts, fix in hidden_in(module):
            for place, part in parts.items():
                called, shape = path + key + ("" if place is None else f"[{place!r}]"), tuple(part.shape) if isinstance(part, Tensor) else None
                lines.append(Line("lost", called, name, depth + 1, type(part).__name__ if shape is None else shape_text(shape), shape,
                                  f"{'it is' if place is None else 'it stands in'} a plain {kind}; make it {fix}"))
        for key, child in module._modules.items():
            if child is not None:
                walk(child, path + key, depth + 1)

    walk(net, "", 0)
    return lines
