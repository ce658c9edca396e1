"""A lesson's engine cells print the same under PyTorch 2.13 as here; only the import lines differ."""

import ast
import contextlib
import io

import pytest
import torch

import workbook
from tests.lessons.lessons import NOTEBOOKS, read
from workbook.exercises.checking import undisturbed
from workbook.exercises.notebooks import source, tags

LEFT_OUT = {"exercise", "predict", "widget", "engine", "workbook-only"}
NOT_PYTORCH = ("workbook.exercises", "workbook.widgets")  # PyTorch has nothing of the kind


def compared(notebook):
    """Return [(number, source)] of the cells that PyTorch can run, and the import lines of predictions and views, which later cells need."""
    cells = [(number, cell, set(tags(cell))) for number, cell in enumerate(notebook["cells"], start=1) if cell["cell_type"] == "code"]
    return [(number, imports(source(cell)) if {"predict", "widget"} & kinds else source(cell)) for number, cell, kinds in cells
            if {"predict", "widget"} & kinds or not LEFT_OUT & kinds]


def imports(text):
    return "\n".join(ast.unparse(line) for line in ast.parse(text).body if isinstance(line, (ast.Import, ast.ImportFrom)))


def printed(cells, swap):
    """Return [(number, what the cell shows)], every cell in one namespace: its prints, its last value, its error's type."""
    names, shown = {"__name__": "__main__", "display": print}, []
    for number, text in cells:
        tree = ast.parse(text)
        if swap:
            tree = ast.fix_missing_locations(Swapped().visit(tree))
        last = ast.Expression(tree.body.pop().value) if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                exec(compile(tree, f"<cell {number}>", "exec"), names)
                value = eval(compile(last, f"<cell {number}>", "eval"), names) if last else None
                if value is not None:
                    print(repr(value))
            except Exception as error:
                kind = next(kind for kind in type(error).__mro__ if not kind.__module__.startswith("workbook"))  # ours may be a kind of theirs
                print(f"raises {kind.__name__}: {' '.join(str(error).split()[:3])}")
        shown.append((number, out.getvalue()))
    return shown


class Swapped(ast.NodeTransformer):
    """`import workbook as torch` becomes `import torch`; what only this course has is left out, its data translated."""

    def visit_Import(self, node):
        for alias in node.names:
            if alias.name.split(".")[0] == "workbook":
                alias.asname = alias.asname or "workbook"
                alias.name = alias.name.replace("workbook", "torch", 1)
                if alias.asname == "torch":
                    alias.asname = None
        return node

    def visit_ImportFrom(self, node):
        module = node.module or ""
        if module.startswith(NOT_PYTORCH):
            return ast.copy_location(ast.Pass(), node)
        if module.startswith("workbook.vision"):
            wrap = "\n".join(f"{a.asname or a.name} = Translated({a.asname or a.name})" for a in node.names)
            extra = ast.parse(f"from tests.lessons.test_parity_of_lessons import Translated\n{wrap}").body
            return [node, *extra]
        if module.split(".")[0] == "workbook":
            node.module = module.replace("workbook", "torch", 1)
        return node


class Translated:
    """One of our data sets, as PyTorch sees it: every tensor that it gives is PyTorch's."""

    def __init__(self, thing):
        self._thing = thing

    def __getattr__(self, name):
        return translated(getattr(self._thing, name))

    def __call__(self, *args, **kwargs):
        return translated(self._thing(*map(ours, args), **{name: ours(value) for name, value in kwargs.items()}))

    def __getitem__(self, index):
        return translated(self._thing[index])

    def __len__(self):
        return len(self._thing)


def translated(value):
    if isinstance(value, workbook.Tensor):
        return torch.from_numpy(value.detach().numpy().copy())
    if isinstance(value, (tuple, list)):
        return type(value)(translated(entry) for entry in value)
    return value if value is None or isinstance(value, (str, int, float, bool, torch.Tensor)) else Translated(value)


def ours(value):
    """What is handed to a thing of ours: itself again, and tensors as ours."""
    if isinstance(value, torch.Tensor):
        return workbook.from_numpy(value.numpy())
    if isinstance(value, (tuple, list)):
        return type(value)(ours(entry) for entry in value)
    return value._thing if isinstance(value, Translated) else value


@pytest.mark.parametrize("lesson", NOTEBOOKS)
def test_a_lesson_prints_the_same_under_pytorch(lesson):
    cells = compared(read(lesson))
    assert len(cells) >= 3
    with undisturbed():  # a lesson may start to record, and later tests must not
        mine = printed(cells, swap=False)
        assert [shown for shown in mine if "raises NameError" in shown[1]] == []  # what fails for want of a name compares nothing
        assert mine == printed(cells, swap=True)


def test_a_cell_that_prints_something_else_is_found():
    cells = [(1, "import workbook as torch"), (2, "print(torch.__name__)\ntorch.tensor([1.5])"), (3, "torch.tensor(1.0).reshape(7)")]
    ours, theirs = printed(cells, swap=False), printed(cells, swap=True)
    assert ours[1] == (2, "workbook\ntensor([1.5000])\n") and theirs[1] == (2, "torch\ntensor([1.5000])\n")
    assert ours[2] == theirs[2] and ours[2][1].startswith("raises RuntimeError")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("import workbook as torch", "import torch"),
        ("import workbook.nn as nn", "import torch.nn as nn"),
        ("from workbook.utils.data import DataLoader", "from torch.utils.data import DataLoader"),
        ("from workbook import nn", "from torch import nn"),
        ("from workbook.exercises import check", "pass"),
        ("import numpy as np", "import numpy as np"),
    ],
)
def test_only_import_lines_are_swapped(ours, theirs):
    assert ast.unparse(Swapped().visit(ast.parse(ours))) == theirs
