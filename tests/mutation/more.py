"""Examples beside the table, for the steps that only a program has: writes to views, and views of what was written."""

import workbook as torch
from tests.ops.both import uneven


def leaf(*shape, seed=0):
    return torch.from_numpy(uneven(shape, seed) * 0.75 + 0.1).requires_grad_()


def written_view(x, y):
    base = x * 1.5
    view = base[0]
    view.mul_(y)
    return base * base, view * 2


def written_base(x, y):
    base = x * 1.5
    view, window = base.t()[1:], base.unfold(1, 2, 1)
    base.mul_(y)
    return view * view, window * window


def written_window(x, y):
    base = x * 1.5
    base.as_strided((2, 2), (1, 2), 1).mul_(y[:2])
    return base * base


def written_twice(x, y):
    base = x * 1.5
    base[0].copy_(y)
    base[:, 1].mul_(base[:, 0])
    return (base * base,)


def cast(x, y):
    return (x.float() * 2).double() * x, y.float() * y.double()


MORE = [(function, [leaf(2, 3), leaf(3, seed=4)]) for function in (written_view, written_base, written_window, written_twice, cast)]
