"""What a student types is read into a closed set of steps; nothing of it is run; the axes are told rightly."""

import ast
import itertools
from pathlib import Path

import numpy as np
import pytest

import workbook as torch
from workbook.widgets import expressions
from workbook.widgets.axes import of_index, of_step, regrouped
from workbook.widgets.expressions import NotUnderstood, parse

pytestmark = pytest.mark.cpu_only("a board computes with its own copies on the CPU, wherever the tensors lie: test_shape_lab.py")

X = torch.arange(24).view(2, 3, 4)
Y = torch.arange(24).view(2, 3, 4) + 100


def run(text):
    values = {"x": X, "y": Y}
    return parse(text, ["x", "y"]).run(values, values)


@pytest.mark.parametrize("text", [
    "x", "x[0]", "x[-1, 1:]", "x[..., None]", "x[:, None, ::2]", "x[[0, 1], [2, 0]]", "x[:, [0, 2]]", "x[[[0, 1], [1, 0]]]", "x[[[0]]]", "x[[None, 0]]", "x[[[[0, 1]]], 0]", "x[x > 6]",
    "x[(x > 3) & (x % 2 == 0) | (x == 0)]", "x[~(x <= 20)]", "x[x[:, :, 0] > 4]", "x[torch.tensor([1, 0])]", "x[[True, False]]",
    "x[1][2][-1]", "x[1:][:, 0]", "x[+1]", "x[()]", "x[[]]", "x.T", "x.mT", "x.permute(2, 0, 1)", "x.permute((2, 0, 1))",
    "torch.permute(x, (1, 0, 2))", "x.transpose(-1, 0).reshape(-1)", "x.unsqueeze(dim=1).squeeze(1)",
    "x[0].t().contiguous().view(2, 6)", "x.expand(5, -1, -1, -1)", "x.narrow(1, 0, 2).select(2, 3)", "torch.cat([x, y], dim=1)",
    "torch.stack((x, y), 0).flatten(1)", "torch.cat([x[None], y[None]])", "torch.concat([x, x.clone()], -1)", " x [ 0 ] ",
])
def test_what_it_reads_is_what_python_computes(text):
    ours, plain = run(text), eval(text.strip(), {"x": X, "y": Y, "torch": torch})  # the tests' own texts: eval is safe here, and only here
    assert ours.shape == plain.shape and torch.equal(ours, plain)


@pytest.mark.parametrize("text", [
    "", "   ", "x[", "x[1,,2]", "z[0]", "1", "x + 1", "x[0] + x[1]", "x > 3", "print(x)", "x.tolist()", "x.fill_(0)", "x.data", "x.__class__",
    "x._array", "x.T.__class__", "__import__('os').system('true')", "x[__import__('os').getpid()]", "x[open('f')]", "x[lambda: 0]",
    "x[[i for i in range(2)]]", "x[(y := 1)]", "x['a']", "x[b'a']", "x[f'{x}']", "x[1.5]", "x[2 ** 3]", "x[1 + 1]", "x[1 < 2 < 3]",
    "x[x > y]", "x[x > 'a']", "x[x in x]", "x[not x]", "x[x and x]", "x.reshape(10 ** 10)", "x.reshape(*[24])", "x.reshape(**{})",
    "x.sum()", "torch.zeros(3)", "torch.cat(x)", "torch.cat([])", "torch.cat()", "torch.reshape()", "torch.tensor([1])", "os.remove('f')",
    "x if x else x", "x\nx", "x; x", "import os", "await x", "x[0]" * 100, "(" * 150, "-" * 190 + "1", "x[" + "-" * 180 + "1]", "x\0", "x[\ud800]",
])
def test_everything_else_is_refused_in_words(text):
    if text == "x[" + "-" * 180 + "1]":
        with pytest.raises(IndexError):  # -1 180 times over is 1, a place; whatever it is, it ends
            parse(text.replace("1]", "9]"), ["x"]).run({"x": X}, {"x": X})
        return
    with pytest.raises(NotUnderstood) as refused:
        parse(text, ["x", "y"])
    assert str(refused.value).strip()


def test_nothing_that_is_typed_can_be_run():
    called = {node.func.id for node in ast.walk(ast.parse(Path(expressions.__file__).read_text(encoding="utf-8")))
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called.isdisjoint({"eval", "exec", "compile", "__import__", "open"})


def test_what_the_engine_refuses_is_the_engines_own_error():
    for text, kind in (("x[5]", IndexError), ("x[0, 0, 0, 0]", IndexError), ("x.reshape(5, 5)", RuntimeError), ("x.view(2, 3)", RuntimeError),
                       ("torch.stack([x, x[0]])", RuntimeError), ("x.permute(0, 0, 1)", RuntimeError), ("x[::-1]", ValueError)):
        with pytest.raises(kind) as problem:
            run(text)
        assert not isinstance(problem.value, NotUnderstood)


PARTS = ["0", "-1", ":", "1:", "::2", "None", "...", "[0, 1, 0]", "[1]", "[[0, 1], [1, 0]]", "x > 9", "x[:, :, 0] > 4", "x[:, 0, 0] > 3"]


def legal(parts):
    try:
        return run(f"x[{', '.join(parts)}]")
    except Exception:
        return None


@pytest.mark.parametrize("parts", [each for n in (1, 2, 3) for each in itertools.product(PARTS, repeat=n) if each.count("...") < 2 and (
    n < 3 or "None" in each or "[0, 1, 0]" in each) and legal(each) is not None], ids=", ".join)
def test_every_axis_of_an_index_came_from_where_it_is_said(parts):
    """Along an axis that is told to be x's dim d, coordinate d of the cells' places changes, and along no other axis does."""
    step = parse(f"x[{', '.join(parts)}]", ["x"])
    objects = [part.made({"x": X}) for part in step.parts]
    axes = of_index(step.parts, objects, ["0", "1", "2"])
    result = run(step.text())
    assert len(axes) == result.dim()
    if not result.numel():
        return
    coordinates = np.unravel_index(result._array, X.shape)
    for dim in range(3):
        moved = [axis for axis in range(result.dim()) if result.shape[axis] > 1 and (np.diff(coordinates[dim], axis=axis) != 0).any()]
        said = [axis for axis, came in enumerate(axes) if str(dim) in came.name.split("·")]
        assert set(moved) <= set(said), (dim, axes)
    for axis, came in enumerate(axes):
        if came.name == "new":
            assert result.shape[axis] == 1
        elif came.told.endswith("whole"):
            assert result.shape[axis] == X.shape[int(came.name)]


@pytest.mark.parametrize("shape, result, names", [
    ((2, 3), (6,), ["a·b"]), ((2, 3), (3, 2), ["mixed", "mixed"]), ((6,), (2, 3), ["a ÷ 1", "a ÷ 2"]), ((2, 3), (2, 3), ["a", "b"]),
    ((2, 3), (2, 1, 3), ["a", "new", "b"]), ((2, 1, 3), (2, 3), ["a", "c"]), ((2, 3, 4), (6, 4), ["a·b", "c"]),
    ((2, 3, 4), (2, 12), ["a", "b·c"]), ((2, 3), (1, 6), ["new", "a·b"]), ((1, 1), (1,), ["a"]), ((), (1, 1), ["new", "new"]),
    ((4, 6), (2, 12), ["mixed", "mixed"]), ((0, 3), (3, 0), ["mixed", "mixed"])])
def test_a_reshape_keeps_merges_splits_or_mixes_axes(shape, result, names):
    assert [axis.name for axis in regrouped(shape, "abc"[:len(shape)], result)] == names


@pytest.mark.parametrize("text, names", [
    ("x.permute(2, 0, 1)", "cab"), ("x.transpose(0, -1)", "cba"), ("x.mT", "acb"), ("x[0].t()", "cb"),
    ("x.swapaxes(1, 0)", "bac"), ("x.narrow(1, 0, 2)", "abc"), ("x.select(1, 0)", "ac"), ("x.contiguous()", "abc"),
    ("x.select(index=0, dim=2)", "ab"), ("x.transpose(dim1=0, dim0=1)", "bac"), ("x[0, 0, 0].squeeze(0)", ""), ("x[:, :1].squeeze(dim=1)", "ac")])
def test_the_names_move_with_the_axes(text, names):
    step, tensor, axes = parse(text, ["x"]), X, list("abc")
    for each in step.chain()[1:]:
        result = each.apply([tensor], {})
        found = of_step(each, [(tuple(tensor.shape), axes)], tuple(result.shape), [part.made({}) for part in each.parts])
        tensor, axes = result, [axis.name for axis in found]
    assert axes == list(names)
