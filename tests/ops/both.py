"""One expression, computed by workbook or by torch: what goes in, what comes out, and whether two outcomes are the same."""

import contextlib
import importlib
import itertools
import math
import random
import re
import warnings
from dataclasses import dataclass, replace

import numpy as np
import pytest

# Elementary functions (exp, sin, tanh, powers, roots, the sums of softmax and var) are rounded by each library on its own:
# NumPy's own tests allow its float32 kernels 4 units in the last place, PyTorch's are documented with 1. So a result may differ
# by 6 units of its own dtype, and by 6 units of 1 next to zero, where terms cancel. Everything else agrees to the last bit.
ROUNDED_UNITS = 6
# Derivatives chain several such functions, in float64, and are sums in which terms as large as the largest element cancel: there a
# unit is one of the largest element.
GRADIENT_UNITS = 64

LAYOUTS = ("plain", "transposed", "sliced", "expanded")
FLOATS = ("float16", "float32", "float64")
COMPLEX = {"complex64": "float32", "complex128": "float64"}  # and what their parts are
# Kinds of numbers that are all different, and away from multiples of 1/16, where functions have kinks: (low, high, step).
APART = {
    "apart": (-50, 50, 1 / 16), "apart positive": (4, 104, 1 / 16), "apart unit": (5, 95, 1 / 100)}
# What these ask for is the CPU's alone, or names the device, or is how copies lie in memory; or two numbers go to one place, and
# which of them stays is nobody's to say on a GPU: tests/simulated/test_devices.py scatters to places of their own.
OF_THE_CPU = ("np.", "numpy()", ".stride()", ".type()", ".type('torch.", "typename", "get_device", "get_default_device", "storage", "apply_",
              "map_", "map2_", "dlpack", "is_shared", ".cpu()", "'cpu'", "pin_memory()", "scatter(", "scatter_(", "torch.Tensor(a)", "tensor_split(a, torch.tensor")
SPECIAL = (math.nan, math.inf, -math.inf, -0.0, 1e30)


@dataclass(frozen=True)
class Input:
    """A Tensor to be made: `values` names the kind of numbers, `layout` how they lie in memory."""

    shape: tuple
    dtype: str = "float32"
    layout: str = "plain"
    values: str = "any"
    seed: int = 0

    def memory(self):
        """Return the NumPy array whose part, seen through `laid`, is the input."""
        shape = self.shape
        if self.layout == "transposed":
            shape = shape[::-1]
        elif self.layout == "sliced":
            shape = (*shape[:-1], 2 * shape[-1] + 1) if shape else (3,)
        elif self.layout == "expanded":
            shape = tuple(min(side, 1) if axis == 0 else side for axis, side in enumerate(shape))
        numbers = numbers_of(self.values, self.dtype, math.prod(shape), random.Random(self.seed))
        with np.errstate(over="ignore"):  # 1e30 is infinite in float16
            return np.array(numbers, self.dtype).reshape(shape)

    def laid(self, whole):
        """Return the input as a view of a Tensor on `memory()`."""
        if self.layout == "transposed":
            return whole.permute(*reversed(range(len(self.shape)))) if self.shape else whole
        if self.layout == "sliced":
            return whole[..., 1::2] if self.shape else whole[1]
        return whole.expand(self.shape) if self.layout == "expanded" else whole


def numbers_of(values, dtype, count, chance):
    """Return `count` numbers. Those of kind "any" are quarters: their sums and products are exact in every order."""
    def whole(low, high):
        return low + int(chance.random() * (high - low + 1))

    if dtype in COMPLEX:
        parts = numbers_of(values, COMPLEX[dtype], 2 * count, chance)
        return [complex(x, y) for x, y in zip(parts[:count], parts[count:])]
    if dtype == "bool":
        return [chance.random() < 0.5 for _ in range(count)]
    if dtype not in FLOATS:
        low = 1 if values == "positive" else 0 if dtype == "uint8" or values == "unit" else -4
        return [whole(low, 1 if values == "unit" else 8 if dtype == "uint8" else 4) for _ in range(count)]
    if values in APART:
        low, high, step = APART[values]
        places = sorted([*range(low, high)] * (1 + count // (high - low)), key=lambda _: chance.random())[:count]
        return [(place + 0.5 + 0.2 * (chance.random() - 0.5)) * step for place in places]
    quarters = {"any": (-16, 16, 4), "positive": (1, 16, 4), "unit": (0, 16, 16), "special": (-16, 16, 4),
                "finite": (-16, 16, 4)}
    low, high, parts = quarters[values]
    numbers = [whole(low, high) / parts for _ in range(count)]
    if values == "special":
        numbers = [SPECIAL[whole(0, 4)] if chance.random() < 0.4 else number for number in numbers]
    return numbers


def on_a_gpu():
    """Tell whether this is the repetition of the tests on a GPU (tests/on_cuda.py)."""
    return importlib.import_module("workbook").get_default_device().type != "cpu"


def of_the_cpu(text):
    """Tell whether an expression asks for what is the CPU's alone."""
    return any(word in text for word in OF_THE_CPU)


def rows_of(rows):
    """Return the rows of a table of cases, {name: row}, as the parameters of a test, each under its name."""
    marks = [pytest.mark.cpu_only("it names the device or its memory, or which of two writers wins there is open")]
    return [pytest.param(row, id=name, marks=marks if of_the_cpu(row.text) else []) for name, row in rows.items()]


# ---- computing ------------------------------------------------------------------------------------------------------------


def names_of(engine):
    """Return the names that an expression may use, for `engine` "workbook" or "torch"."""
    return {"torch": importlib.import_module(engine), "F": importlib.import_module(f"{engine}.nn.functional"), "np": np}


def outcome(engine, text, inputs, lies=True):
    """Return what an expression of `a`, `b`, ... gives, and what it leaves in them where it writes; or its error.

    On a GPU how results lie in memory is its library's.
    """
    lies = lies and not on_a_gpu()
    names = names_of(engine)
    given = [put.laid(whole(names["torch"], put.memory())) for put in inputs]
    before = described(given, lies)
    try:
        with quiet():
            result = eval(text, dict(zip("abcd", given)) | names)
    except (SyntaxError, NameError):
        raise  # a slip of the table, not of an engine
    except Exception as problem:
        return {"raises": type(problem).__name__, "message": str(problem)}
    after = described(given, lies)
    return {"result": described(result, lies)} | ({"after": after} if difference(after, before) else {})


def whole(torch, array):
    """Return a Tensor on an array. An array without elements has no steps, so of those the library makes one of its own."""
    tensor = torch.from_numpy(array)
    return tensor if array.size else tensor.new_zeros(array.shape)


@contextlib.contextmanager
def quiet():
    """No warnings: of overflow and NaN, which are values here, and of torch's deprecated forms."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def described(value, lies=False):
    """Return a result as plain data: Tensors with dtype, shape and numbers, of complex ones both parts, sequences of them as lists.

    `lies`: of Tensors also how they lie in memory, their steps.
    """
    if hasattr(value, "grad_fn"):
        numbers = np.ascontiguousarray(value.numpy(force=True).reshape(-1))
        numbers = (numbers.view(numbers.real.dtype) if numbers.dtype.kind == "c" else numbers).tolist()
        steps = {"steps": list(value.stride())} if lies else {}
        return {"dtype": str(value.dtype), "shape": list(value.shape), "numbers": numbers} | steps
    if isinstance(value, (tuple, list)):
        return [described(part, lies) for part in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return repr(value)


def gradients(engine, text, inputs, order=2):
    """Return the derivatives of an expression up to `order`, weighted unevenly, and the name of its node.

    The first are computed twice: by a backward pass that is not recorded, and by one that is.
    Each input is taken in float64 or complex128, as a view of a computed Tensor, so that in-place forms may write into it.
    """
    inputs = [replace(put, dtype="complex128" if put.dtype in COMPLEX else "float64") for put in inputs]
    names = names_of(engine)
    torch = names["torch"]
    leaves = [torch.from_numpy(put.memory()).requires_grad_() for put in inputs]
    given = [put.laid(leaf * 1) for put, leaf in zip(inputs, leaves)]
    try:
        with quiet():
            outputs = [part for part in tensors_of(eval(text, dict(zip("abcd", given)) | names)) if part.requires_grad]
            found = {"node": [part.grad_fn.name() for part in outputs],
                     "first": described(pulled_back(torch, outputs, leaves, create_graph=False))}
            if order == 2:
                first = pulled_back(torch, outputs, leaves)
                found["recorded"] = described(first)
                second = pulled_back(torch, [g for g in first if g is not None and g.requires_grad], leaves)
                found["second"] = [described(torch.zeros_like(leaf) if g is None else g) for g, leaf in zip(second, leaves)]
    except Exception as problem:
        return {"raises": type(problem).__name__, "message": str(problem)}
    return found


def tensors_of(value):
    """Return all Tensors of a result, in order."""
    if hasattr(value, "grad_fn"):
        return [value]
    return [t for part in value for t in tensors_of(part)] if isinstance(value, (tuple, list)) else []


def pulled_back(torch, outputs, leaves, create_graph=True):
    if not outputs:
        return [None] * len(leaves)
    weights = [torch.from_numpy(uneven(tuple(part.shape), place, part.is_complex())) for place, part in enumerate(outputs)]
    return list(torch.autograd.grad(outputs, leaves, weights, retain_graph=True, create_graph=create_graph, allow_unused=True))


def uneven(shape, seed=0, of_complex=False):
    """Return numbers that differ from place to place: a gradient that arrives evenly hides mistakes."""
    if of_complex:
        return np.asarray(uneven(shape, seed) + 1j * uneven(shape, seed + 2))
    numbers = itertools.islice(itertools.cycle([0.5, -1.25, 2.0, 0.75, -0.5, 1.5, -2.25]), seed, seed + math.prod(shape))
    return np.array(list(numbers), np.float64).reshape(shape)


# ---- comparing ------------------------------------------------------------------------------------------------------------


def difference(mine, theirs, units=0):
    """Return where two outcomes differ, in words; "" where they are the same. Texts of errors are not compared.

    `units`: by how many units in the last place floats may differ.
    """
    if isinstance(theirs, dict) and "raises" in theirs:
        if isinstance(mine, dict) and (mine.get("raises") == theirs["raises"] or told_by_a_gpu(mine.get("message", ""))):
            return ""
        return _instead(mine, theirs)
    if isinstance(theirs, dict) and "numbers" in theirs:
        return _difference_of_tensors(mine, theirs, units)
    if isinstance(theirs, dict) and isinstance(mine, dict):
        if mine.keys() != theirs.keys():
            return _instead(mine, theirs)
        return "; ".join(filter(None, (difference(mine[key], theirs[key], units) for key in theirs)))
    if isinstance(theirs, list) and isinstance(mine, list):
        if len(mine) != len(theirs):
            return _instead(mine, theirs)
        return "; ".join(filter(None, (difference(x, y, units) for x, y in zip(mine, theirs))))
    return "" if mine == theirs or mine != mine and theirs != theirs else _instead(mine, theirs)


def of_no_device(value):
    """Return a result without what its texts say of the GPU on which it was computed, in a printed tensor or type, and where lines end.

    It is for both sides of a comparison, and on the CPU it changes nothing.
    """
    if isinstance(value, str) and on_a_gpu():
        return re.sub(r"\s+", " ", re.sub(r",?\s+device='cuda:0'| \(cuda:0\)", "", value)).replace("torch.cuda.", "torch.")
    if type(value) in (list, tuple):
        return type(value)(map(of_no_device, value))
    return {key: of_no_device(part) for key, part in value.items()} if type(value) is dict else value


def told_by_a_gpu(message):
    """Whether an error is the one by which a GPU tells that a number among others is wrong, whatever is wrong with it."""
    return on_a_gpu() and message.startswith("CUDA error: device-side assert triggered")


def _difference_of_tensors(mine, theirs, units):
    no_steps = 0 in theirs["shape"] and not any(theirs.get("steps", ()))  # an array of NumPy's without elements, which stands still
    if not isinstance(mine, dict) or any(mine.get(key) != theirs[key] for key in ("dtype", "shape", "steps")[:2 if no_steps or on_a_gpu() else 3]
                                         if key in theirs):
        return _instead(mine, theirs)
    kind = theirs["dtype"].removeprefix("torch.")
    kind = COMPLEX.get(kind, kind)
    x, y = (np.array(side["numbers"], kind) for side in (mine, theirs))
    if units and kind in FLOATS:
        near = units * np.finfo(kind).eps
        finite = np.abs(y[np.isfinite(y)])
        least = near * max(1, finite.max(initial=0)) if units >= GRADIENT_UNITS else near
        same = np.isclose(x.astype(np.float64), y.astype(np.float64), near, least, equal_nan=True)
    else:
        same = (x == y) | (x != x) & (y != y)
    return "" if same.all() else f"{x[~same].tolist()} instead of {y[~same].tolist()} in {theirs['dtype']} {theirs['shape']}"


def _instead(mine, theirs):
    return f"{_brief(mine)} instead of {_brief(theirs)}"


def _brief(outcome):
    if isinstance(outcome, dict) and "raises" in outcome:
        return f"{outcome['raises']}({outcome.get('message', '').splitlines()[:1]})"
    return str(outcome["result"] if isinstance(outcome, dict) and "result" in outcome else outcome)
