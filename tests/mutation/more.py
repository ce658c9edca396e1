"""Examples beside the table, for steps that only a program has: writes to views, a student's Functions, derivatives in derivatives.

`test_mutation` holds each against finite differences; `ONCE` has a first derivative alone. `REFUSED` are those whose derivative is an
error, and has to stay one.
"""

import workbook as torch
from tests.ops.both import uneven
from workbook import linalg, nn
from workbook.devices import CPU
from workbook.nn import functional as F
from workbook.ops.conversion import ToDevice
from workbook.ops.lstm import LstmLayer
from workbook.ops.packing import PackPaddedSequence
from workbook.ops.weight_norm import weight_norm


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
    base[:, 1].mul_(base[:, 0].clone())
    return (base * base,)


def cast(x, y):
    return x.to(torch.complex128) * (1 + 2j) * y, (y * x).to(torch.complex128).real * y


def moved(x, y):
    """To another device: this machine has one, and so the way leads back to it."""
    return ToDevice.apply(x * y, source=CPU, target=CPU) * x


def winners(x, y):
    """The slope of a pool is linear in what arrives: of third order in the pool, and of first order here."""
    image = x.detach().reshape(1, 1, 2, 3).requires_grad_()
    pooled = F.max_pool2d(image, 2, 1)
    return torch.autograd.grad(pooled, image, y[:2].reshape(pooled.shape), create_graph=True)[0] * x


def conv_to_image(x, y):
    """The slope of a convolution to its image, which is linear in the kernel and in what arrives; here one of both may be fixed."""
    image = x.detach().reshape(1, 1, 2, 3).requires_grad_()
    made = F.conv2d(image, y.reshape(1, 1, 1, 3), padding=(0, 1))
    return torch.autograd.grad(made, image, x.reshape(made.shape) * 2, create_graph=True)[0]


def conv_to_kernel(x, y):
    kernel = y.detach().reshape(1, 1, 1, 3).requires_grad_()
    made = F.conv2d(x.reshape(1, 1, 2, 3), kernel)
    return torch.autograd.grad(made, kernel, y[:2].reshape(made.shape) * 2, create_graph=True)[0]


class Scaled(torch.autograd.Function):
    """A Function in the old style: a number and a flag among the arguments, two outputs, of which one has no slope."""

    @staticmethod
    def forward(ctx, x, factor, y, keep):
        ctx.save_for_backward(x, y)
        ctx.factor = factor
        sign = x.sign()
        ctx.mark_non_differentiable(sign)
        return x * factor * y, sign, x * x

    @staticmethod
    def backward(ctx, grad, to_sign, to_square):
        x, y = ctx.saved_tensors
        return grad * ctx.factor * y + to_square * 2 * x, None, grad * ctx.factor * x, None


class Cubed(torch.autograd.Function):
    """A Function in the new style, whose derivative is called vjp."""

    @staticmethod
    def forward(x):
        return x * x * x

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)
        ctx.set_materialize_grads(False)

    @staticmethod
    def vjp(ctx, grad):
        (x,) = ctx.saved_tensors
        return None if grad is None else 3 * grad * x * x


class Repeated(torch.autograd.Function):
    """A Function that broadcasts its input: what it returns has more axes, and is summed over them."""

    @staticmethod
    def forward(ctx, x, times):
        ctx.save_for_backward(times)
        return x * times

    @staticmethod
    def backward(ctx, grad):
        (times,) = ctx.saved_tensors
        return grad * times, None


class Both(torch.autograd.Function):
    """A Function of two outputs that is told when nothing arrives at one."""

    @staticmethod
    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        return x * 2, x * 3

    @staticmethod
    def backward(ctx, grad, other):
        if grad is None or other is None:
            return other * 3 if grad is None and other is not None else None if grad is None else grad * 2
        return grad * 2 + other * 3


def scaled(x, y):
    first, _, square = Scaled.apply(x, 2.5, y, True)
    return first * y, square


def cubed(x, y):
    return Cubed.apply(x * y)


def repeated(x, y):
    return Repeated.apply(x * y, torch.from_numpy(uneven((4, 1, 3), 2)))


def repeated_along_an_axis(x, y):
    return Repeated.apply(x[:1] * y, torch.from_numpy(uneven((2, 3), 2)))


def one_of_both(x, y):
    return Both.apply(x * y)[1] * y


class Pair(nn.Module):
    def forward(self, a, b):
        return a, b


def hooked(x, y):
    """Hooks of a module of two inputs, which hand on what they are shown: of a module that does nothing, either is the gradient."""
    of_outputs, of_inputs = Pair(), Pair()
    of_outputs.register_full_backward_hook(lambda module, to_inputs, to_outputs: to_outputs)
    of_inputs.register_full_backward_hook(lambda module, to_inputs, to_outputs: to_inputs)
    first, second = of_inputs(*of_outputs(x * y, y * x.sum()))
    return first * first, second * second


def rrelu(x, y):
    torch.manual_seed(3)
    return F.rrelu((x * x.flip(0) - y * y) * 0.25, training=True)


def slope_in_a_slope(x, y):
    """Levels of torch.func, one within the other, and a Tensor from outside."""
    inner = torch.func.grad(lambda v: (v * v * v * y).sum())
    return torch.func.grad(lambda v: (inner(v) * x).sum())(x * 1), inner(x) * y


def of_a_batch(x, y):
    """A slope that is taken among the slices of a batch, and one that is taken after it of what was captured."""
    slopes = torch.func.vmap(torch.func.grad(lambda v: (v * v * y).sum()))(x)
    return slopes * 2, torch.func.vmap(lambda v: v * y)(x) * x


PROGRAMS = [written_view, written_base, written_window, written_twice, cast, moved, winners, conv_to_image, conv_to_kernel, scaled, cubed,
            repeated, repeated_along_an_axis, one_of_both, hooked, rrelu, slope_in_a_slope, of_a_batch]
MORE = [(function, [leaf(2, 3), leaf(3, seed=4)]) for function in PROGRAMS]


def lstm(*leaves):
    return LstmLayer.apply(*leaves, reverse=False)


def lstm_from_the_end(*leaves):
    return LstmLayer.apply(*(leaf * 0.5 for leaf in leaves), reverse=True)


def packed(x):
    return PackPaddedSequence.apply(x * x, sizes=[3, 3, 1, 1])


def attended(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def attended_by_groups(q, k, v):
    return F.scaled_dot_product_attention(q * 0.5, k, v, enable_gqa=True)


def attended_behind_masks(q, k, v):
    """One of yes and no, and one that is added."""
    seen, added = torch.tensor([[True, False, True], [True, True, False], [False, True, True]]), torch.from_numpy(uneven((3, 3), 2))
    return [F.scaled_dot_product_attention(q * size, k, v, mask) for size, mask in ((1, seen), (1, added), (1, added * 1000))]


def attended_to_large_numbers(q, k, v):
    """All of them above, or below, what an exponential holds."""
    return [F.scaled_dot_product_attention((q * q + 1) * size, k * k + 1, v) for size in (3000, -3000)]


def shares_of_embeddings(x, y):
    """What arrives at rows that are taken more than once, each time less; linear in it."""
    rows = torch.zeros(2, 3, dtype=torch.float64, requires_grad=True)
    taken = F.embedding(torch.tensor([[1], [1]]), rows, scale_grad_by_freq=True)
    return torch.autograd.grad(taken, rows, (x * y).reshape(taken.shape), create_graph=True)[0]


def margins_of_each_row(x, y):
    """By what each row takes from its right class: other amounts arrive at other rows."""
    return F.multi_margin_loss(x * y * 3, torch.tensor([2, 0]), p=2, reduction="none")


def weighed_by_targets(x, y):
    """The slope to a target, of a loss with both of its weights."""
    weights = torch.from_numpy(uneven((3,), 2) ** 2 + 0.5)
    return F.binary_cross_entropy_with_logits(x * 2, torch.sigmoid(x * y), weights, pos_weight=weights + 1.5, reduction="sum")


def twice_as_much(x, y):
    """A factor of 2: where 1 saves work, 2 must not."""
    return torch.sub(x, y, alpha=2), torch.addcdiv(x, y, y * y + 1, value=2), torch.addmm(x, x[:, :2], x, alpha=2, beta=2)


def filled_by_a_number(x, y):
    return x.masked_fill(torch.tensor([[True, False, True]]), y.sum() * y[0]) * x


def of_other_powers(x, y):
    return tuple(linalg.vector_norm(x - y * 2, p) for p in (0.5, 1.5, 2.5))


def times_the_logarithm(x, y):
    """Of a factor 0 the slope is the logarithm, as long as there is one."""
    return torch.xlogy(x, torch.sigmoid(y))


def class_of_one(x, y):
    """Which class an example has that is ignored says nothing, and there may be but one."""
    one = (x * y)[:, :1]
    return F.nll_loss(one, torch.tensor([0, -100]), reduction="sum"), F.multilabel_margin_loss(one, torch.tensor([[0], [-1]]), reduction="sum"), F.multi_margin_loss(
        one[0, 0], torch.tensor(0), reduction="sum")


def classes_of_places(x, y):
    """Of an image, places that do not count, with weights and of one class."""
    weights, target = torch.from_numpy(uneven((3,), 2) ** 2 + 0.5), torch.tensor([[[2, -100]]])
    image = (x * y).reshape(1, 3, 1, 2)
    return tuple(F.nll_loss(image, target, weights, reduction=how) for how in ("sum", "mean")) + tuple(
        F.nll_loss(image[:, :1], target * (target < 0), reduction=how) for how in ("sum", "mean"))


def looked_at_from_nowhere(x, y):
    """A place that is no number lies outside of the image, however wide that is."""
    image = torch.cat([x.reshape(1, 1, 1, 6).repeat(1, 1, 1, 20), x[:1].reshape(1, 1, 1, 3)], -1)
    return F.grid_sample(image, torch.tensor([[[[float("nan"), 0.0], [0.25, 0.0]]]], dtype=torch.float64), "nearest", align_corners=False) * y[0]


def lengths_of_rows(v, g):
    return weight_norm(v, g, 0)


def length_of_all(v, g):
    return weight_norm(v, g[:1, :1, 0], -1)


def labels_spread_over_time(x):
    """Labels of 2 lengths in 5 and 4 times, two equal ones beside each other, and a blank that is not the first class."""
    return F.ctc_loss(F.log_softmax(x, -1), torch.tensor([[1, 1], [0, 1]]), (5, 4), (2, 1), blank=2, reduction="none")


def labels_of_no_time(x):
    """The second example has neither."""
    return F.ctc_loss(F.log_softmax(x, -1), torch.tensor([[1, 2], [0, 0]]), (5, 0), (2, 0), reduction="sum")


def four_labels(x):
    """Two of them are equal beside each other, and no way passes over the blank between these."""
    return F.ctc_loss(F.log_softmax(x, -1).reshape(10, 1, 3)[:7], torch.tensor([[0, 1, 1, 0]]), (7,), (4,), blank=2, reduction="sum")


def labels_in_one_row(x):
    return F.ctc_loss(F.log_softmax(x * x, -1), torch.tensor([1, 2, 1]), (5, 3), (2, 1), reduction="mean")


def labels_that_do_not_fit(x):
    """Of the second example, whose labels need a blank between them, the loss is 0, and so is its slope."""
    return F.ctc_loss(F.log_softmax(x, -1), torch.tensor([[1, 2], [1, 1]]), (3, 2), (2, 2), reduction="sum", zero_infinity=True)


_OF_LSTM = [leaf(*shape, seed=seed) for seed, shape in enumerate([(3, 2, 3), (8, 3), (8, 2), (8,), (8,), (2, 2), (2, 2)])]
MORE += [(lstm, _OF_LSTM), (lstm_from_the_end, _OF_LSTM), (packed, [leaf(4, 3, 2)])]
MORE += [*((function, [leaf(1, 2, 3, 4, seed=seed) for seed in (0, 2, 5)]) for function in (attended, attended_behind_masks)),
         (attended_by_groups, [leaf(2, 4, 2, 3), leaf(2, 2, 4, 3, seed=2), leaf(2, 2, 4, 3, seed=5)]),
         (shares_of_embeddings, [leaf(2, 3), leaf(3, seed=4)]), (margins_of_each_row, [leaf(2, 3), leaf(3, seed=4)])]
MORE += [(lengths_of_rows, [leaf(2, 3, 2), leaf(2, 1, 1, seed=4)]), (length_of_all, [leaf(2, 3), leaf(1, 3, 2, seed=4)])]
MORE += [(function, [leaf(2, 3), leaf(3, seed=4)]) for function in (
    weighed_by_targets, twice_as_much, filled_by_a_number, of_other_powers, class_of_one, classes_of_places, looked_at_from_nowhere)]
MORE += [(times_the_logarithm, [torch.zeros(2, 3, dtype=torch.float64, requires_grad=True), leaf(3, seed=4)])]
ONCE = [(function, [leaf(5, 2, 3)]) for function in (
    labels_spread_over_time, labels_in_one_row, labels_that_do_not_fit, labels_of_no_time, four_labels)]
def attended_in_small_steps(q, k, v):
    return [torch.softmax(((q * q + 1) * size) @ (k * k + 1).transpose(-1, -2) / 2, -1) @ v for size in (3000, -3000)]


# Too steep for a difference quotient: it has the gradient of the same in small steps.
STEEP = [(attended_to_large_numbers, attended_in_small_steps, [leaf(1, 2, 3, 4, seed=seed) for seed in (0, 2, 5)])]
# In float32 another formula computes it, and no difference quotient tells its slope: it is that in float64.
IN_FLOAT32 = [(lambda x: F.gelu(x.float() * torch.tensor([2., 3., 5.])), lambda x: F.gelu(x * torch.tensor([2., 3., 5.])), [leaf(4, 3)])]


def slope_of_straight_pieces(x):
    (slope,) = torch.autograd.grad(F.hardtanh(x * 1).sum(), x, create_graph=True)
    return slope


FLAT = [(slope_of_straight_pieces, [leaf(2, 3)])]  # their slope is 0, and not None


class Misfit(torch.autograd.Function):
    """A Function whose gradient has another shape than its input."""

    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad[:2]


def written_before_it_was_changed(a):
    """A pass that arrives at the base does not come through the write, whose factor is not what it was."""
    base, factor = torch.ones(3, 3, dtype=torch.float64), a * 2
    row = base[0]
    row.addcmul_(factor[0], factor[0])
    factor.mul_(0.5)
    row.sum().backward(inputs=[base])


def square(numbers, of_complex):
    made = uneven((3, 3), numbers) + 0.3 * uneven((3, 3), numbers + 1).T
    return torch.from_numpy(made + 1j * uneven((3, 3), numbers + 2) if of_complex else made).requires_grad_()


REFUSED = [(function, [square(numbers, True)]) for numbers in (0, 3) for function in (
    lambda a: linalg.eigh(a + a.mH)[1], lambda a: linalg.svd(a)[0], lambda a: linalg.svd(a)[2], lambda a: linalg.eig(a)[1])]
REFUSED += [(lambda a: linalg.qr(a, "r")[1], [square(0, False)]), (lambda a: linalg.qr(a[:, :2], "complete")[1], [square(0, False)])]
REFUSED += [(lambda a: linalg.eigh(a[:1, :1] + a[:1, :1].mH)[1] * 1j, [square(0, True)])]  # to the other side
REFUSED += [(function, [square(0, False)]) for function in (Misfit.apply, written_before_it_was_changed)]
