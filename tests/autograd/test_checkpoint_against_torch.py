"""Checkpoints: the values, gradients, nodes, random numbers and refusals of torch's, and values that are really let go of."""

import contextlib
import importlib
import io
import warnings

import pytest
import torch as theirs  # without it this file is skipped, with the reason
from hypothesis import given
from hypothesis import strategies as st

import workbook as ours
from tests.ops.both import of_no_device
from workbook.threads import thread


def tool(engine):
    return importlib.import_module(f"{engine.__name__}.utils.checkpoint")


LAYERS = ["nn.Linear(6, 6)", "nn.Tanh()", "nn.Dropout(0.4)", "nn.ReLU()", "nn.LayerNorm(6)", "nn.GELU()", "nn.Softmax(-1)", "nn.Sigmoid()"]


@given(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=6), st.integers(1, 4), st.booleans(), st.booleans(), st.integers(0, 99))
def test_a_network_in_parts(layers, segments, use_reentrant, preserve, seed):
    """What the parts return and hand back, and which random numbers come afterwards."""
    segments = min(segments, len(layers))

    def run(engine):
        engine.manual_seed(seed)
        net = engine.nn.Sequential(*[eval(layer, {"nn": engine.nn}) for layer in layers]).double()
        x = engine.randn(3, 6, dtype=engine.float64, requires_grad=True)
        y = tool(engine).checkpoint_sequential(net, segments, x, use_reentrant=use_reentrant, preserve_rng_state=preserve)
        y.backward(engine.arange(18.0, dtype=engine.float64).view(3, 6) / 9 - 1)
        return y.grad_fn.name(), [y.tolist(), x.grad.tolist(), *(p.grad.tolist() for p in net.parameters()), engine.rand(2).tolist()]

    (name, found), (expected_name, expected) = run(ours), run(theirs)
    assert name == expected_name
    for a, b in zip(found, expected, strict=True):
        theirs.testing.assert_close(*(theirs.tensor(numbers, dtype=theirs.float64) for numbers in (a, b)), rtol=1e-9, atol=1e-11)


def test_what_is_inside_is_let_go_of_and_the_gradients_are_those_of_the_plain_call():
    """How many numbers are held between forward and backward: those of the input, and none of the twenty steps."""
    kept = []

    def count(tensor):
        kept.append(tensor.numel())
        return tensor

    def part(x):
        for _ in range(20):
            x = x.exp().sin()
        return x

    slopes = []
    for run in (part, lambda x: tool(ours).checkpoint(part, x, use_reentrant=False), lambda x: tool(ours).checkpoint(part, x, use_reentrant=True)):
        x = ours.linspace(0, 1, 5, dtype=ours.float64, requires_grad=True)
        kept.clear()
        with ours.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            y = run(x)
        y.sum().backward()
        slopes.append((sum(kept), x.grad))
    (all_of_it, plain), (nothing, first), (one, second) = slopes
    assert (all_of_it, nothing, one) == (200, 0, 5)
    assert ours.equal(plain, first) and ours.equal(plain, second)


@pytest.mark.parametrize("use_reentrant", [True, False])
def test_what_is_inside_takes_no_memory_before_backward_and_none_after_it(use_reentrant, monkeypatch):
    def part(x):
        for _ in range(20):
            x = x.exp().sin()
        return x

    monkeypatch.setattr(thread.state, "observer", None)  # a live view keeps what every step was given
    with ours.cuda.simulate(1):
        before = ours.cuda.memory_allocated()  # of what other tests keep
        x = ours.ones(1000, device="cuda", requires_grad=True)
        y = tool(ours).checkpoint(part, x, use_reentrant=use_reentrant)
        assert ours.cuda.memory_allocated() - before == 2 * 4000  # x and y
        y.sum().backward(retain_graph=True)
        assert ours.cuda.memory_allocated() - before == 3 * 4000  # and the gradient, while y, with what it remembers, is there


def told(engine, text):
    """What a program prints, and of what it refuses the type and the first line."""
    out, names = io.StringIO(), {"torch": engine, "checkpoint": tool(engine).checkpoint, "checkpoint_sequential": tool(engine).checkpoint_sequential,
                                 "nn": engine.nn, "contextlib": contextlib}
    with contextlib.redirect_stdout(out), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            exec(text, names)
        except Exception as problem:
            print(type(problem).__name__, str(problem).split("\n")[0][:90], file=out)
    return out.getvalue(), [str(warning.message)[:75] for warning in warned]


MATRIX = "x = torch.tensor([[1., 2.], [3., -1.]], dtype=torch.float64, requires_grad=True)\n"
PROGRAMS = [
    # how often the function runs, and what of it
    "def f(x):\n    print('in', torch.is_grad_enabled())\n    y = x.exp()\n    print('middle')\n    z = y * 2\n    print('out')\n    return z\n"
    "y = checkpoint(f, x, use_reentrant={re})\nprint(y)\ny.sum().backward()\nprint(x.grad)",
    "def f(x):\n    print('in')\n    y = x.exp().sin()\n    print('out')\n    return y\ny = checkpoint(f, x, use_reentrant=False, early_stop=False)\n"
    "y.sum().backward()\nprint(x.grad)",
    # twice backward, twice differentiated, and one in another
    "y = checkpoint(lambda x: (x * x).exp().sin(), x, use_reentrant={re})\ny.sum().backward(retain_graph=True)\ny.sum().backward()\nprint(x.grad)",
    "y = checkpoint(lambda x: (x * x).sin(), x, use_reentrant=False)\ng, = torch.autograd.grad(y.sum(), x, create_graph=True)\nprint(g)\n"
    "g.sum().backward()\nprint(x.grad)",
    "inner = lambda x: checkpoint(lambda x: x.sin().exp(), x, use_reentrant={re}).cos()\ny = checkpoint(inner, x, use_reentrant={re})\n"
    "y.sum().backward()\nprint(y, x.grad)",
    "y = checkpoint(lambda x: (x * x).exp(), x, use_reentrant={re})\nprint(torch.autograd.grad(y.sum(), x))",
    "w = torch.ones(2, requires_grad=True)\ny = checkpoint(lambda x: x * w, x, use_reentrant={re})\ny.sum().backward(inputs=[w])\nprint(x.grad, w.grad)",
    # several inputs and results, and what is no tensor
    "y, z = checkpoint(lambda a, n, b: (a ** n, a * b), x, 3, x + 1, use_reentrant={re})\n(y.sum() + (2 * z).sum()).backward()\nprint(x.grad)",
    "y, n = checkpoint(lambda a: (a.exp(), 5), x, use_reentrant={re})\ny.sum().backward()\nprint(x.grad, n)",
    "print(checkpoint(lambda a, factor: a * factor, x, factor=3, use_reentrant={re}))",
    "print(checkpoint(lambda: 5, use_reentrant=False))",
    # without gradients
    "print(checkpoint(lambda a: a.exp(), x.detach(), use_reentrant={re}))",
    "with torch.no_grad():\n    print(checkpoint(lambda a: a.exp(), x, use_reentrant={re}))",
    "checkpoint(lambda a: a.exp().detach(), x, use_reentrant={re}).sum().backward()",
    "w = torch.ones(2, requires_grad=True)\ny = checkpoint(lambda a: a * w, x.detach(), use_reentrant={re})\nprint(y)\ny.sum().backward()\nprint(w.grad)",
    # what changes in between, and wrong words
    "seen = []\ndef f(x):\n    seen.append(1)\n    return x.exp() if len(seen) == 1 else x[:1].exp()\ncheckpoint(f, x, use_reentrant=False).sum().backward()",
    "seen = []\ndef f(x):\n    seen.append(1)\n    return x.exp().sin() if len(seen) == 1 else x.exp()\ncheckpoint(f, x, use_reentrant=False).sum().backward()",
    "checkpoint(lambda x: x, x, use_reentrant=False, determinism_check='all')",
    "checkpoint(lambda x: x, x, use_reentrant=True, debug=True)",
    "print(checkpoint(lambda x: x.exp(), x))",
    "print(checkpoint_sequential([nn.Tanh(), nn.ReLU()], 2, x))",
    "checkpoint_sequential([nn.Tanh(), nn.ReLU()], 3, x, use_reentrant=False)",
    "checkpoint_sequential([nn.Tanh(), nn.ReLU()], 2, x, use_reentrant=False, factor=2)",
    "def f(x):\n    raise KeyError('inside')\ncheckpoint(f, x, use_reentrant={re})",
    "y = checkpoint(lambda a, places: a[places], x, torch.tensor([1, 1]), use_reentrant={re})\ny.sum().backward()\nprint(x.grad)",
    # random numbers, of which a part draws the same again, or others
    "torch.manual_seed(0)\ny = checkpoint(lambda x: nn.functional.dropout(x, 0.5).exp(), x, use_reentrant={re})\nprint(y, torch.rand(1))\n"
    "y.sum().backward()\nprint(x.grad, torch.rand(1))",
    "torch.manual_seed(1)\ny = checkpoint(lambda x: nn.functional.dropout(x, 0.5).exp(), x, use_reentrant={re}, preserve_rng_state=False)\nprint(y)\n"
    "y.sum().backward()\nprint(x.grad, torch.rand(1))",
    # in-place steps inside, batch norm's statistics, contexts
    "y = checkpoint(lambda x: (x * 2).mul_(3).exp_().sin(), x, use_reentrant={re})\ny.sum().backward()\nprint(x.grad)",
    "bn = nn.BatchNorm1d(2).double()\ncheckpoint(bn, x, use_reentrant={re}).sum().backward()\nprint(bn.running_mean, bn.num_batches_tracked)",
    "@contextlib.contextmanager\ndef note(name):\n    print('enter', name)\n    try:\n        yield\n    finally:\n        print('leave', name)\n"
    "y = checkpoint(lambda x: x.exp(), x, use_reentrant=False, context_fn=lambda: (note('first'), note('again')))\ny.sum().backward()",
]
CASES = [text.replace("{re}", which) for text in PROGRAMS for which in (("True", "False") if "{re}" in text else ("",))]


@pytest.mark.parametrize("text", CASES)
def test_a_program_prints_what_torch_prints(text, monkeypatch):
    monkeypatch.setattr(thread.state, "adviser", None)  # where tests of exercises ran before, advice is given
    assert of_no_device(told(ours, MATRIX + text)) == of_no_device(told(theirs, MATRIX + text))
