"""`torch.func`: functions of functions, one inside the other, give torch's numbers, structure and graphs; and torch's refusals."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.autograd.transforms import described, outcome, same
from tests.ops.both import uneven

# Functions of one Tensor x of any shape, through which `w`, captured, and `c`, an outer variable, may pass.
BODIES = ("x * x * x", "x.sin() * c", "(x * w).exp().sum(-1)", "x.sum() * x", "x * 2 + c", "x.detach() * x", "(x ** 2).cumsum(-1)", "w * c",
          "x.flip(-1) * x", "x.reshape(-1)[1:] * x.mean()", "torch.stack([x, c * x])", "(x * c).tanh() * w", "x[..., 0] * x.sum()", "x.softmax(-1) * w")
# What is made of a function f(x): each is again a function of x. Those with `c` inside are nested under another variable.
TRANSFORMS = (
    "T.grad(lambda y: f(y).sum())(x)", "T.grad(lambda y: (f(y) * c).sum())(x)", "T.jacrev(f)(x)", "T.jacfwd(f)(x)",
    "T.grad_and_value(lambda y: f(y).sum())(x)[1] * x", "T.vjp(f, x)[1](torch.ones_like(f(x)))[0]", "T.jvp(f, (x,), (x * 2,))[1]",
    "T.grad(lambda y: (f(y) * x).sum() if f(y).shape == x.shape else f(y).sum())(x)", "T.hessian(lambda y: f(y).sum())(x)",
    "T.jvp(f, (x,), (x.cos(),))[0]", "T.vjp(f, x)[0] * 2", "T.grad(lambda y, z: (f(y) * z).sum(), argnums=1)(x, c)", "f(x) * 2",
    "T.grad(lambda y: (f(y).sum() * y.detach().sum() + (y * x).sum()))(x)")

FORWARD = ("jvp", "jacfwd", "hessian")  # where a derivative is constant, torch's forward mode leaves a graph of zeros at it


def point(library, shape, seed, wants):
    return library.from_numpy(uneven(shape, seed) / 4).requires_grad_(wants)


def built(library, body, chain, w, c):
    """Return `body` with transforms put around it, innermost first, as a function of x."""
    names = {"torch": library, "T": library.func, "w": w, "c": c}
    function = eval(f"lambda x: {body}", names)
    for text in chain:
        function = eval(f"lambda x: {text}", names | {"f": function})
    return function


def computed(library, body, chain, shape, wants, no_grad):
    x, w, c = (point(library, part, seed, want) for seed, (part, want) in enumerate(zip((shape, shape, (1,)), wants)))
    with library.set_grad_enabled(not no_grad):
        found = built(library, body, chain, w, c)(x)
    wanted = [v for v in (x, w, c) if v.requires_grad]
    slopes = library.autograd.grad(found.sum(), wanted, allow_unused=True) if found.requires_grad else [None] * len(wanted)
    slopes = [library.zeros_like(v) if slope is None else slope for v, slope in zip(wanted, slopes)]
    forward = any(name in text for text in chain for name in FORWARD)
    return described(found, graph=not forward), described(slopes)


@given(st.sampled_from(BODIES), st.lists(st.sampled_from(TRANSFORMS), min_size=1, max_size=3), st.sampled_from(((2,), (1, 2), (2, 3))),
       st.tuples(st.booleans(), st.booleans(), st.booleans()), st.booleans())
def test_transforms_inside_each_other(body, chain, shape, wants, no_grad):
    theirs, ours = (outcome(computed, library, body, chain, shape, wants, no_grad) for library in (torch, workbook))
    assert same(theirs, ours), (theirs, ours)


# One line each: what a call gives, or refuses. x: 3 numbers; b: 2 x 3; w: 3 numbers that require a gradient.
CALLS = """grad(lambda x: x)(x) | grad(lambda x: x * 2.)(torch.tensor(1)) | grad(lambda x: 3.)(x) | grad(lambda x: (x.sum(), 1))(x)
grad(lambda x: (x.sum(), x * 2, {'a': x}), has_aux=True)(x) | grad(lambda x: (x.sum(), (x * 2, {'a': x})), has_aux=True)(x)
grad(lambda x: (x.sum(), 3), has_aux=True)(x) | grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(x, x)
grad(lambda x, y: (x * y).sum(), argnums=(1,))(x, x) | grad(lambda x, y: (x * y).sum(), argnums=(0, 2))(x, x)
grad(lambda x, y: (x * y).sum(), argnums=(0, 0))(x, x) | grad(lambda x, y: (x * y).sum(), argnums=-1)(x, x)
grad(lambda x, y: (x * y).sum(), argnums='a')(x, x) | grad(lambda x, y: (x * y).sum(), argnums=())(x, x) | grad(lambda x: x.sum(), argnums=3)(x)
grad(lambda d: (d['a'] * d['b'][0]).sum())({'a': x, 'b': [x]}) | grad(lambda d: d['a'].sum())({'a': x, 'b': [3.]})
grad(lambda d: d['a'].sum())({'a': x, 'b': (x,)}) | grad(lambda x: x.mul_(2).sum())(x.clone()) | grad(lambda x: (x * w).sum())(x)
grad(lambda x: (x * x).sum())(w) | grad(lambda x: (x * x).sum())(3.) | grad(lambda x: (x * x).sum())(x.to(torch.complex64))
grad(lambda x: (x * x).abs().sum())(x + 2j * x) | grad(lambda x: (x * x).sum().backward())(x) | grad(lambda x: x.requires_grad_().sum())(x)
grad(lambda x: torch.autograd.grad((x * x).sum(), x, create_graph=True)[0].sum())(x) | grad(lambda x: x.sum().item())(x)
grad(lambda x: x.sum() if x.sum() > 0 else -x.sum())(x) | grad(lambda x: x.numpy().sum())(x) | grad(lambda x, *, k: (x * k).sum())(x, k=w)
grad(lambda x: torch.tensor(float(x.requires_grad and x.is_leaf and x.grad_fn is None), dtype=x.dtype) * x.sum())(w)
grad_and_value(lambda x: (x.sum(), {'a': x}), has_aux=True)(x) | grad_and_value(lambda x: (x * w).sum())(x) | grad_and_value(lambda x: x)(x)
vjp(lambda x: x * 2, x)[0] | vjp(lambda x: x * 2, x)[1](x) | vjp(lambda x: x * 2, x)[1](b) | vjp(lambda x: (x * 2, {'a': x}), x)[1]((x, {'a': x}))
vjp(lambda x: (x * 2, {'a': x}), x)[1]((x, x)) | vjp(lambda x: [x * 2, 3.], x) | vjp(lambda x: 3., x) | vjp(lambda x: x, 3.) | vjp(lambda x: x)
vjp(lambda x: (x, x * 3), x, has_aux=True)[2] | vjp(lambda x: (x, 3), x, has_aux=True) | vjp(lambda x, y: x * y, x, w)[1](x)
vjp(lambda x, y: x, x, x)[1](x) | vjp(lambda d, y: d['a'] * y, {'a': x}, x)[1](w) | vjp(lambda x: x > 0, x)[1](x > 0) | vjp(lambda x: x * w, x)[0]
jvp(lambda x: x * 2, (x,), (x,)) | jvp(lambda x: x * 2, x, x) | jvp(lambda x: x * 2, (x,), (x, x)) | jvp(lambda x: x * 2, (x,), (b,))
jvp(lambda x: (x * 2, x.sum()), (x,), (x,), has_aux=True) | jvp(lambda x: (x * 2, 3.), (x,), (x,)) | jvp(lambda x: 3., (x,), (x,))
jvp(lambda x: torch.ones(2), (x,), (x,)) | jvp(lambda x: {'a': x['b'] * 2}, ({'b': x},), ({'b': x},)) | jvp(lambda x: x * 2, (), ())
jvp(lambda x: x * 2, (3.,), (3.,)) | jvp(lambda x: torch.ones(2), (x,), (x,), strict=True) | jvp(lambda x: (x, torch.ones(2)), (x,), (x,))
linearize(lambda x: x ** 2, x)[0] | linearize(lambda x: x ** 2, x)[1](x * 3) | linearize(lambda x, y: (x * y, x.sum()), x, x)[1](x, x * 2)
jacrev(lambda x: x ** 2)(x) | jacrev(lambda x: (x ** 2, {'a': x.sum()}))(x) | jacrev(lambda x, y: (x ** 2 * y.sum(), {'a': x.sum()}), argnums=(0, 1))(x, x)
jacrev(lambda x, y: x.sum(), argnums=(0,))(x, x) | jacrev(lambda x: (x ** 2, x), has_aux=True)(x) | jacrev(lambda x: 3.)(x) | jacrev(lambda x: [x, 3.])(x)
jacrev(lambda x: x ** 2)(torch.arange(3)) | jacrev(lambda d: d['a'] ** 2)({'a': x}) | jacrev(lambda x: x ** 2, chunk_size=2)(x)
jacrev(lambda x: x ** 2, chunk_size=0)(x) | jacrev(lambda x: x * w)(x) | jacrev(lambda x: x.sum())(w) | jacrev(lambda x: b @ x)(x) | jacrev(lambda x: x[:0])(x)
jacfwd(lambda x: x ** 2)(x) | jacfwd(lambda x, y: (x ** 2 * y.sum(), {'a': x.sum()}), argnums=(0, 1))(x, x) | jacfwd(lambda x: (x ** 2, x), has_aux=True)(x)
jacfwd(lambda x: 3.)(x) | jacfwd(lambda x: x ** 2, randomness='same')(x) | jacfwd(lambda d: d['a'] * d['b'])({'a': x, 'b': x})
hessian(lambda x: (x ** 3).sum())(x) | hessian(lambda x, y: (x ** 3 * y).sum(), argnums=(0, 1))(x, x) | hessian(lambda x: x ** 3)(x)
jacrev(jacrev(jacrev(lambda x: (x ** 4).sum())))(x) | grad(lambda x: x * grad(lambda y: x + y)(torch.ones(())))(torch.ones(()))
grad(lambda x: x * jacfwd(lambda y: x * y)(torch.ones(())))(torch.ones(())) | jacfwd(lambda x: x * jacfwd(lambda y: x * y)(x * 0 + 1))(torch.ones(()))
grad(lambda x: grad(lambda y: grad(lambda z: x * y * z)(x))(x) ** 2)(torch.ones(()) * 3)"""
CALLS = [call.strip() for line in CALLS.splitlines() for call in line.split(" | ")]


@pytest.mark.parametrize("call", CALLS)
def test_one_call(call):
    def value(library):
        x, w = library.tensor([1., 2., 3.]), library.tensor([2., 1., 4.], requires_grad=True)
        names = {"torch": library, "x": x, "w": w, "b": library.arange(6.).reshape(2, 3)}
        found = eval(call, names | {name: getattr(library.func, name) for name in workbook.func.__all__})
        return [found] if callable(found) else described(found, graph="jac" not in call and "jvp" not in call and "hess" not in call)

    theirs, ours = (outcome(value, library) for library in (torch, workbook))
    assert same(theirs, ours), (theirs, ours)
