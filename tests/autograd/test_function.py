"""What a student's own Function is to the engine: the same graph, the same derivatives, nothing left behind."""

import gc
import weakref

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbook as torch
from workbook.widgets.recording import recording
from workbook.widgets.replay import run_again
from workbook.widgets.trace import Trace


class Product(torch.autograd.Function):
    """What torch.mul is, for shapes that broadcast: the walk sums."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b

    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        return grad * b, grad * a


class Exponential(torch.autograd.Function):
    """What torch.exp is, written with setup_context, and saving its own result."""

    @staticmethod
    def forward(x):
        return x.exp()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0]


@st.composite
def factors(draw):
    """Two arrays whose shapes broadcast, one of them perhaps turned over in memory."""
    shapes = draw(arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4))
    a, b = (draw(arrays.arrays(np.float64, shape, elements=st.integers(-3, 3))) for shape in shapes.input_shapes)
    return (np.asfortranarray(a) if draw(st.booleans()) else a), b


@given(factors(), st.data())
def test_first_and_second_derivatives_are_those_of_the_engines_own_steps(pair, data):
    weights = data.draw(arrays.arrays(np.float64, np.broadcast_shapes(pair[0].shape, pair[1].shape), elements=st.integers(-3, 3)))
    seen = []
    for multiply, grow in ((torch.mul, torch.exp), (Product.apply, Exponential.apply)):
        a, b = (torch.from_numpy(array).requires_grad_() for array in pair)
        out = grow(multiply(a, multiply(b, a)))
        first = torch.autograd.grad(out, (a, b), torch.from_numpy(weights), create_graph=True)
        second = torch.autograd.grad(first[0].sum() + (first[1] * first[1]).sum(), (a, b))
        seen.append([out, *first, *second])
    for mine, theirs in zip(*seen):
        np.testing.assert_allclose(mine.detach().numpy(), theirs.detach().numpy(), rtol=1e-12, atol=1e-12)


class Keeps(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        between = x * 3
        ctx.save_for_backward(x, between, between * x)
        return between * x

    @staticmethod
    def backward(ctx, grad):
        x, between, product = ctx.saved_tensors
        return grad * (between + 3 * x)


class Returns(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        big = x * 2
        ctx.mark_non_differentiable(big)
        ctx.save_for_backward(x, big)
        return x, big, x + 1

    @staticmethod
    def backward(ctx, *grads):
        return grads[0] + grads[2]


class Writes(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx, grad):
        return grad * 2


@pytest.mark.parametrize("function", [Product, Exponential, Keeps, Returns, Writes], ids=lambda function: function.__name__)
@pytest.mark.parametrize("watched", [False, True])
def test_nothing_keeps_the_graph_after_its_last_name_is_gone(function, watched):
    x = torch.ones(3, requires_grad=True)
    gc.collect()
    gc.disable()
    try:
        with recording() if watched else torch.enable_grad():
            out = function.apply(*([x * 1] * (2 if function is Product else 1)))
        node = weakref.ref((out if isinstance(out, torch.Tensor) else out[2]).grad_fn)
        assert node() is not None
        del out
        assert node() is None
    finally:
        gc.enable()


def test_what_backward_returns_may_be_kept_by_the_student():
    class Constant(torch.autograd.Function):
        slope = torch.tensor([5., 7.])

        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            return Constant.slope

    x = torch.zeros(2, requires_grad=True)
    Constant.apply(x).sum().backward()
    x.grad.zero_()
    assert Constant.slope.tolist() == [5., 7.]


def test_a_watched_step_is_played_again_with_other_numbers():
    x = torch.tensor([2., 3.], requires_grad=True)
    with recording():
        loss = (Keeps.apply(x) * torch.tensor([1., 10.])).sum()
    trace = Trace(loss)
    leaf, = trace.leaves
    again, leaves = run_again(trace, {leaf.key: np.array([1., 2.], np.float32)})
    again.backward()
    assert (again.item(), leaves[leaf.key].grad.tolist(), x.grad) == (3 * 1 + 10 * 12, [6., 120.], None)


def test_inside_a_formula_of_the_walk_another_function_computes_and_records_nothing():
    seen = []

    class Outer(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.sin()

        @staticmethod
        def backward(ctx, grad):
            slope = Exponential.apply(ctx.saved_tensors[0])
            seen.append((type(slope), slope.requires_grad))
            return grad * slope

    x = torch.zeros(2, requires_grad=True)
    Outer.apply(x).sum().backward()
    assert (x.grad.tolist(), seen) == ([1., 1.], [(torch.Tensor, False)])


def test_an_exception_in_backward_leaves_the_thread_as_it_was():
    class Fails(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            raise KeyError("mine")

    x = torch.ones(2, requires_grad=True)
    with pytest.raises(KeyError):
        Fails.apply(x).sum().backward()
    assert (x * 2).requires_grad and isinstance(x * 2, torch.Tensor)


def test_the_student_is_told_how_a_function_is_meant():
    class Late(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

    with pytest.warns(DeprecationWarning, match="should not be instantiated"):
        Late()
    assert repr(torch.autograd.Function) == "<class 'torch.autograd.function.Function'>"
    assert repr(Late).endswith("Late'>") and "torch." not in repr(Late)
