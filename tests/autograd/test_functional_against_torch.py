"""`torch.autograd.functional`: the same derivatives, nested the same, that carry a graph or not as torch's do; the same refusals."""

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

import workbook
from tests.autograd.transforms import described, outcome, same
from tests.ops.both import uneven

# Functions of one to three inputs, of shapes 2x3, 3 and none; the last ones depend on nothing, on a part, or are linear.
OF_MANY = ("x * x", "(x * y, y.sum())", "x @ y", "(x.sin().sum(0), x.T * z)", "(x * z).exp()", "x[:, 1:] * y[1:]", "x.sum(1, keepdim=True) * y",
           "y * 2", "x.detach() * 2", "(x * 3, y.detach())", "torch.ones(2)", "x > 0", "[x]", "(x, 3.)", "z")
OF_ONE = ("(x * x * y).sum()", "(x ** 3).sum() * z ** 2 + y.sum()", "x[1, 2] * y[0] * z", "torch.exp(x @ y).sum().reshape(1, 1)", "(x * 2).sum()",
          "(x * x).sum() + y.sum()", "(x.sum(), z)", "x * x", "x.detach().sum()", "z.sin()", "(x * x * x).sum() + (y.detach() * x[0]).sum()",
          "y.prod() * x.detach().sum()")
SHAPES = {"x": (2, 3), "y": (3,), "z": ()}


def points(library, count, wants):
    """Return the first `count` of x, y, z in float64, numbers near 1; `wants` says which require a gradient."""
    return [library.from_numpy(np.asarray(1 + uneven(shape, place) / 8)).requires_grad_(wants[place])
            for place, shape in enumerate([*SHAPES.values()][:count])]


def called(library, name, body, count, alone, wants, v, options):
    """Return what one of the functions gives of `body`, described."""
    names = "xyz"[:count]
    rest = dict(zip("xyz", points(library, 3, wants)))  # what is no argument is captured
    function = eval(f"lambda {', '.join(names)}: {body}", {"torch": library, **rest})
    inputs = points(library, count, wants)
    vectors = {"inputs": lambda: [x.detach() * 0 + library.from_numpy(uneven(tuple(x.shape), 2)) for x in inputs],
               "outputs": lambda: vector_of_outputs(library, function, inputs), "wrong": lambda: [library.ones(2, 2)] * 2, None: lambda: None}
    given = vectors[v]()
    if isinstance(given, list):
        given = given[0] if len(given) == 1 else tuple(given)
    given = {} if v is None else {"v": given}
    found = getattr(library.autograd.functional, name)(function, inputs[0] if alone else tuple(inputs), **given, **options)
    # torch's rows come from one pass, and all carry a graph where one does; its forward mode cannot be asked to leave it
    more_graph = options.get("vectorize") and options.get("create_graph") or options.get("strategy") == "forward-mode"
    return described(found, graph=not more_graph), [described(x.grad) for x in inputs]


def vector_of_outputs(library, function, inputs):
    outputs = function(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return [library.from_numpy(uneven(tuple(x.shape), 1)) if hasattr(x, "shape") else x for x in outputs]


def compared(*arguments):
    theirs, ours = (outcome(called, library, *arguments) for library in (torch, workbook))
    assert same(theirs, ours), (arguments, theirs, ours)


CALLS = st.tuples(st.integers(1, 3), st.booleans(), st.tuples(st.booleans(), st.booleans(), st.booleans()))
FLAGS = st.fixed_dictionaries({}, optional={"create_graph": st.booleans(), "strict": st.booleans()})
VECTORS = st.sampled_from((None, "inputs", "outputs", "wrong"))


@given(st.sampled_from(OF_MANY + OF_ONE), CALLS, FLAGS, st.booleans(), st.sampled_from((None, "forward-mode", "reverse-mode", "sideways")))
@example("x * x", (1, True, (False, False, False)), {"strict": True}, True, "reverse-mode")
def test_jacobians(body, call, flags, vectorize, strategy):
    count, alone, wants = call
    if strategy == "forward-mode" and body in ("torch.ones(2)", "x > 0", "[x]", "(x, 3.)"):  # zeros in the output's dtype; an error that names "None"
        strategy = "reverse-mode"
    options = flags | {"vectorize": vectorize} | ({} if strategy is None else {"strategy": strategy})
    compared("jacobian", body, count, alone and count == 1, wants, None, options)


@given(st.sampled_from(OF_ONE), CALLS, FLAGS, st.booleans(), st.sampled_from((None, "reverse-mode", "sideways")))
def test_hessians(body, call, flags, vectorize, strategy):
    count, alone, wants = call
    options = flags | {"vectorize": vectorize} | ({} if strategy is None else {"outer_jacobian_strategy": strategy})
    compared("hessian", body, count, alone and count == 1, wants, None, options)


@pytest.mark.parametrize("name", ["vjp", "jvp"])
@given(st.sampled_from(OF_MANY + OF_ONE), CALLS, FLAGS, VECTORS)
def test_products_with_jacobians(name, body, call, flags, v):
    count, alone, wants = call
    compared(name, body, count, alone and count == 1, wants, v, flags)


@pytest.mark.parametrize("name", ["vhp", "hvp"])
@given(st.sampled_from(OF_ONE), CALLS, FLAGS, VECTORS)
def test_products_with_hessians(name, body, call, flags, v):
    count, alone, wants = call
    compared(name, body, count, alone and count == 1, wants, v, flags)


@pytest.mark.parametrize("name", ["jacobian", "hessian", "vjp", "jvp", "vhp", "hvp"])
@pytest.mark.parametrize("inputs", [3., [1., 2.], "x", (3., 4.), None])
def test_what_is_no_tensor_is_refused(name, inputs):
    problems = []
    for library in (torch, workbook):
        with pytest.raises(TypeError) as problem:
            getattr(library.autograd.functional, name)(lambda *x: x[0], inputs)
        problems.append(str(problem.value).splitlines()[0])
    assert problems[0] == problems[1]


def test_a_forward_mode_hessian_has_the_same_numbers():
    for library in (torch, workbook):
        found = library.autograd.functional.hessian(lambda x: (x ** 3).sum(), library.tensor([1., 2.]), vectorize=True,
                                                    outer_jacobian_strategy="forward-mode")
        assert found.tolist() == [[6, 0], [0, 12]]


def test_derivatives_of_derivatives():
    """With create_graph the results are differentiated again, and the gradients arrive at the tensors that were given."""
    slopes = []
    for library in (torch, workbook):
        x = library.tensor([[1., 2., 3.]], dtype=library.float64, requires_grad=True)
        functional = library.autograd.functional
        for found in (functional.jacobian(library.sin, x, create_graph=True), functional.hessian(lambda x: (x ** 4).sum(), x, create_graph=True),
                      functional.vjp(library.sin, x, x * 2, create_graph=True)[1], functional.jvp(library.sin, x, x * 2, create_graph=True)[1],
                      functional.vhp(lambda x: (x ** 4).sum(), x, x, create_graph=True)[1],
                      functional.hvp(lambda x: (x ** 4).sum(), x, x, create_graph=True)[1]):
            slopes.append(library.autograd.grad(found.sum(), x)[0].detach().numpy())
    half = len(slopes) // 2
    for theirs, ours in zip(slopes[:half], slopes[half:]):
        assert abs(theirs - ours).max() < 1e-12
