"""Half precision beside numbers and Tensors without axes, in both libraries: the same to the last bit, with their gradients.

Of 32 elements: PyTorch computes what is left over behind whole blocks of 16 in other steps.
"""

import numpy as np
import pytest
from hypothesis import given, strategies as st

import workbook

torch = pytest.importorskip("torch", reason="compares with PyTorch 2.13, which is not installed")

BINARY = ("add", "sub", "mul", "div", "floor_divide", "fmod", "remainder", "maximum", "minimum", "fmax", "fmin", "copysign", "eq", "lt", "ge")
EXPRESSIONS = [f"torch.{name}({pair})" for name in BINARY for pair in ("x, s", "s, x", "x, y")] + [
    "x * n", "x / n", "x // n", "x % n", "x + n", "x - n", "n - x", "torch.add(x, y, alpha=n)", "torch.add(x, s, alpha=n)",
    "torch.sub(s, x, alpha=n)", "torch.div(x, s, rounding_mode='trunc')", "torch.div(x, n, rounding_mode='floor')",
    "torch.div(x, y, rounding_mode='trunc')", "torch.div(s, x, rounding_mode='trunc')", "torch.where(x > y, x, s)", "torch.where(x > y, s, x)",
    "torch.clamp(x, min=s)", "torch.clamp(x, s, s + 1)", "torch.addcmul(x, y, s)", "torch.addcmul(s, x, y)", "torch.addcdiv(x, y, s)",
    "torch.lerp(x, y, abs(s) / 99)", "torch.lerp(x, y, abs(n) / 99)", "x ** 3", "x ** -2", "x.clone().mul_(s)", "x.clone().div_(s)", "x.clone().add_(y, alpha=n)",
    "F.leaky_relu(x, n)", "F.softshrink(x, abs(n))", "F.threshold(x, n, 0.7)", "F.huber_loss(x, y, delta=abs(n) + 0.1, reduction='none')",
    "F.hardtanh(x, -abs(n) - 0.1, abs(n))"]
KINDS = ("float32", "float64", "int64", "float16")


@given(text=st.sampled_from(EXPRESSIONS), number=st.floats(-99, 99).map(lambda n: n or 0.3), kind=st.sampled_from(KINDS),
       scale=st.sampled_from((1, 30, 900)), seed=st.integers(0, 999))
def test_half_precision_meets_a_number_as_in_torch(text, number, kind, scale, seed):
    chance = np.random.default_rng(seed)
    x, y = (chance.normal(0, scale, 32).astype(np.float16) for _ in "xy")
    found = []
    for library in (workbook, torch):
        names = {"torch": library, "F": library.nn.functional, "n": number, "s": library.tensor(number).to(getattr(library, kind)),
                 "x": library.tensor(x), "y": library.tensor(y)}
        try:
            out = eval(text, names)
        except (RuntimeError, NotImplementedError) as problem:
            found.append(type(problem))
        else:
            found.append((str(out.dtype), out.numpy()))
    mine, theirs = found
    if isinstance(theirs, tuple):
        assert mine[0] == theirs[0]
        np.testing.assert_array_equal(mine[1], theirs[1])
    else:
        assert mine is theirs


@given(text=st.sampled_from(["x * s", "x / s", "x * n", "x / n"]), number=st.floats(0.1, 99), seed=st.integers(0, 999))
def test_their_gradients(text, number, seed):
    grads = []
    for library in (workbook, torch):
        x = library.tensor(np.random.default_rng(seed).normal(0, 3, 33).astype(np.float16), requires_grad=True)
        eval(text, {"x": x, "s": library.tensor(number), "n": number}).backward(library.ones(33, dtype=library.float16) / 3)
        grads.append(x.grad.numpy())
    np.testing.assert_array_equal(*grads)
