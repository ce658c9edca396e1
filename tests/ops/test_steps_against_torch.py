"""How results lie in memory, step for step: chains of views of Tensors with axes of length 1 or of nothing, and what is computed of them."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook

pytestmark = pytest.mark.cpu_only("how results lie in memory is its library's on a GPU")
SIDES = st.sampled_from((0, 1, 1, 2, 2, 3, 4))
SHAPES = st.lists(SIDES, min_size=1, max_size=4)
RESULTS = ("x.clone()", "x.contiguous()", "x.double()", "torch.zeros_like(x)", "-x", "x + 1", "1 - x", "x ** 2", "x > 0", "x.clamp(0)", "x + y",
           "y - x", "x.double() + y", "y > x.long()", "torch.where(x > y, y, x)", "torch.addcmul(x, y, x)", "x.maximum(y)", "x.nan_to_num()",
           "x.isinf()", "x.long().isinf()", "x.rad2deg()", "torch.cat([x, x], -1)", "torch.stack([x, x])", "torch.stack([x, x], -1)",
           "x.sum(0, keepdim=True)", "x.argsort(0)", "x.sort(-1).values", "x.cumsum(0)", "x.masked_fill(x > 0, 1)", "x.tile(1)", "x.roll(1, 0)",
           "x.nonzero()", "x.nonzero(as_tuple=True)[0]", "torch.where(x > 0)[0]", "x.select_scatter(x.select(0, 0), 0, 0)",
           "x.slice_scatter(x[:1], 0, 0, 1)", "torch.kron(x, y)", "x.frexp().mantissa")


@st.composite
def views(draw):
    """Return a shape and expressions, each a view of the one before, `x`."""
    shape = draw(SHAPES)
    sides, chain = list(shape), []
    for _ in range(draw(st.integers(0, 4))):
        axes, kind = len(sides), draw(st.sampled_from("permute unsqueeze cut step expand select images".split()))
        axis = draw(st.integers(0, axes - 1)) if axes else 0
        if kind == "permute":
            order = draw(st.permutations(range(axes)))
            chain.append(f"x.permute({order})")
            sides = [sides[i] for i in order]
        elif kind == "unsqueeze" and axes < 5:
            axis = draw(st.integers(0, axes))
            chain.append(f"x.unsqueeze({axis})")
            sides.insert(axis, 1)
        elif kind == "cut" and axes and sides[axis]:
            chain.append(f"x.narrow({axis}, 0, {sides[axis] - 1})")
            sides[axis] -= 1
        elif kind == "step" and axes:
            chain.append(f"x[{':, ' * axis}::2]")
            sides[axis] = (sides[axis] + 1) // 2
        elif kind == "expand" and axes and 1 in sides:
            sides = [2 if side == 1 else side for side in sides]
            chain.append(f"x.expand({sides})")
        elif kind == "select" and axes > 1 and sides[axis]:
            chain.append(f"x.select({axis}, {sides[axis] - 1})")
            del sides[axis]
        elif kind == "images" and axes == 4 and 0 not in sides:
            chain.append("x.contiguous(memory_format=torch.channels_last)")
    return shape, chain, sides


def steps(engine, shape, chain, expression, other=None):
    """Return the steps of every view of the chain, and of what an expression of the last one gives; or the type of its error."""
    x = engine.zeros(shape)
    found = [x.stride()]
    for view in chain:
        x = eval(view, {"x": x, "torch": engine})
        found.append(x.stride())
    y = x if other is None else engine.zeros(other[0]).permute(other[1])
    try:
        return found, tuple(eval(expression, {"x": x, "y": y, "torch": engine}).stride())
    except (RuntimeError, IndexError, ValueError, TypeError) as problem:
        return found, type(problem)


def repeated_nothing(shape, found):
    """Whether there are no elements, in memory that is new or has no steps at all: NumPy does not tell the two apart."""
    return 0 in shape and (len(found[0]) == 1 or any(not any(each) for each in found[0]))


@given(views(), st.sampled_from(RESULTS), st.data())
def test_results(program, expression, data):
    shape, chain, sides = program
    other = None
    if sides:
        order = data.draw(st.permutations(range(len(sides))))
        smaller = [data.draw(st.sampled_from((side, side, 1))) for side in sides]
        other = [smaller[i] for i in order], [order.index(i) for i in range(len(sides))]
    theirs = steps(torch, shape, chain, expression, other)
    if not repeated_nothing(sides, theirs):
        assert steps(workbook, shape, chain, expression, other) == theirs, f"{expression} of {shape} {chain} with {other}"


@given(views(), st.data())
def test_another_shape(program, data):
    """What `view` gives or refuses, and where `reshape` copies."""
    shape, chain, sides = program
    count, wanted = 1, []
    for side in sides:
        count *= side
    while count > 1:
        side = data.draw(st.sampled_from([part for part in range(2, count + 1) if count % part == 0]))
        wanted.append(side)
        count //= side
    wanted += [0] * (count == 0)
    for _ in range(data.draw(st.integers(0, 2))):
        wanted.insert(data.draw(st.integers(0, len(wanted))), 1)
    for form in ("view", "reshape"):
        theirs = steps(torch, shape, chain, f"x.{form}({wanted})")
        if not repeated_nothing(sides, theirs):
            assert steps(workbook, shape, chain, f"x.{form}({wanted})") == theirs, f"{form}({wanted}) of {shape} {chain}"
