"""The steps of random programs: each a small thing that a student might write, on Tensors `x` and `y` and with two small numbers.

A step takes `(run, x, y, i, j)`, run being the engine in the middle of its program, and returns a Tensor that it made, several,
or None. What does not fit the shapes at hand is refused, and must be refused by both engines.
"""


def _shape_after(x, i):
    """A shape into which `x` fits, mostly."""
    return ((-1,), x.shape, (1, *x.shape), tuple(reversed(x.shape)), (3, -1), (*x.shape, 1))[i % 6]


def _axis(x, i):
    return i % x.ndim - (x.ndim if i > 5 else 0) if x.ndim else 0


def _order(x, i):
    axes = list(range(x.ndim))
    return tuple(reversed(axes)) if i % 2 else tuple(axes[i % max(1, x.ndim):] + axes[:i % max(1, x.ndim)])


def _rows(run, x, i):
    """Indices into the first axis, one of them twice."""
    side = x.shape[0] if x.ndim else 1
    return run.torch.tensor([i % side, 0, i % side])


def _mask(run, x, i):
    """Every other element; the first or the second."""
    return (run.torch.arange(x.numel()) % 2 == i % 2).reshape(x.shape)


def key_of(run, x, i, j):
    """An index of any kind."""
    return (
        lambda: j % 2, lambda: -1, lambda: slice(j % 2, None), lambda: slice(None, None, 2), lambda: Ellipsis,
        lambda: (Ellipsis, slice(None, 1 + j % 3)), lambda: None, lambda: [0, j % 2], lambda: _rows(run, x, j),
        lambda: _mask(run, x, j) if x.ndim else Ellipsis, lambda: (slice(None), [j % 2, 0]), lambda: (Ellipsis, j % 2), lambda: (j % 2, slice(1, None)),
        lambda: ([0, j % 2], [1, 0]), lambda: (None, Ellipsis, None), lambda: run.torch.tensor(j % 3),
        lambda: [j % 2 == 0] * (x.shape[0] if x.ndim else 1), lambda: (slice(-2, None), slice(None, -1)), lambda: j,
    )[i % 19]()


def _set(run, x, y, i, j):
    key = key_of(run, x, i, j)
    if (i + j) % 3 == 0:
        x[key] = 0.5
    else:
        x[key] = run.fitting(y, x.detach()[key], j)


def _write(change, **options):
    """A step that writes into `x` and reads `y`, which is mostly one that fits."""
    def run_it(run, x, y, i, j):
        return change(x, run.fitting(y, x, j))

    return run_it


def _add_at(run, x, y, i, j):
    axis, index = _axis(x, j), run.torch.tensor([0, i % 2, 0])
    source = run.fitting(y, x, 0).expand(x.shape).index_select(axis, index) if x.ndim else y
    return x.index_add_(axis, index, source.to(x.dtype), alpha=(1, 0.5)[i % 2])


def _copy_at(run, x, y, i, j):
    axis, index = _axis(x, j), run.torch.tensor([i % 2])
    return x.index_copy_(axis, index, run.fitting(y, x, 0).expand(x.shape).index_select(axis, index).to(x.dtype))


def _scatter(run, x, y, i, j):
    index = (run.torch.arange(x.numel()) % max(1, min(x.shape or (1,)))).reshape(x.shape)
    source = run.fitting(y, x, 0).expand(x.shape).to(x.dtype)
    return x.scatter_add_(_axis(x, i), index, source) if j % 2 else x.scatter_add(_axis(x, i), index, source)


def _change_shape(run, x, y, i, j):
    axis = _axis(x, j)
    if x.retains_grad:
        return  # torch then fills no .grad where backward(inputs=[x]) asks for it, and does where backward() goes everywhere
    (lambda: x.t_(), lambda: x.unsqueeze_(axis), lambda: x.squeeze_(), lambda: x.transpose_(axis, -1))[i % 4]()


def _moved(run, x, y, i, j):
    return (lambda: x.transpose(_axis(x, i), _axis(x, j)), lambda: x.permute(_order(x, j)), lambda: x.T, lambda: x.mT, lambda: x.t(),
            lambda: x.movedim(0, -1), lambda: x.swapaxes(0, -1))[i % 7]()


def _piece(run, x, y, i, j):
    axis = _axis(x, j)
    return (lambda: x.chunk(2, axis), lambda: x.split(1 + i % 2, axis), lambda: x.unbind(axis), lambda: x.tensor_split(2, axis),
            lambda: x.split([1, x.shape[axis] - 1], axis))[i % 5]()[j % 2]


def _cut(run, x, y, i, j):
    axis = _axis(x, j)
    return (lambda: x.select(axis, i % 3), lambda: x.narrow(axis, i % 2, 1 + j % 2), lambda: x.diagonal(i % 3 - 1),
            lambda: x.unfold(axis, 1 + i % 2, 1), lambda: x[i % 2:], lambda: x[..., ::2], lambda: x[i % 3], lambda: x[..., 1:, None])[i % 8]()


def _strided(run, x, y, i, j):
    if not x.numel():
        return None  # NumPy does not say where nothing begins
    size, stride = (((2,), (1,)), ((2, 2), (1, 1)), ((3,), (0,)), ((2, 1), (1, 2)), ((), ()))[i % 5]
    return x.as_strided(size, stride, j % 2) if j % 3 else x.as_strided(size, stride)


def _shaped(run, x, y, i, j):
    shape = _shape_after(x, i)
    return (lambda: x.view(shape), lambda: x.reshape(shape), lambda: x.flatten(), lambda: x.ravel(), lambda: x.view_as(x),
            lambda: x.contiguous(), lambda: x.unflatten(0, (1, -1)), lambda: x.reshape(-1, 2))[j % 8]()


def _stretched(run, x, y, i, j):
    return (lambda: x.expand(2, *x.shape), lambda: x.expand_as(y), lambda: x.broadcast_to((2, *x.shape)), lambda: x.expand(*(-1,) * x.ndim),
            lambda: x.unsqueeze(_axis(x, j)), lambda: x.squeeze(), lambda: x.squeeze(_axis(x, j)), lambda: x[None], lambda: x.expand(2, 3))[i % 9]()


def _set_requires_grad(run, x, y, i, j):
    x.requires_grad_(i % 3 != 0)


def _set_grad(run, x, y, i, j):
    if x.grad is None or i % 4 == 3:
        x.grad = None
    elif i % 4 == 0:
        x.grad.zero_()
    elif i % 4 == 1:
        x.grad.detach_()
    else:
        return alone(run, x.grad)


def _set_data(run, x, y, i, j):
    """(Where dtypes meet, what is saved here is a copy in the dtype of the result, and no write past the engine's eyes reaches it.
    Not `x.data = y`: what a step has saved of a leaf stays what it was. torch reads the leaf again, and its gradient is that of nothing.)"""
    if run.coarse:
        return
    if i % 2:
        x.data.mul_(0.5)
    else:
        x.data[...] = run.fitting(y, x, 0).detach().clone()


def _without_recording(run, x, y, i, j):
    with run.torch.no_grad():
        return (lambda: x.add_(0.25), lambda: x.mul_(0.5), lambda: x[0], lambda: x.view(-1), lambda: x * 2, lambda: x.detach(),
                lambda: x.copy_(run.fitting(y, x, 0)), lambda: x.zero_(), lambda: x.unbind()[0])[i % 9]()


def _enter(run, x, y, i, j):
    mode = run.torch.no_grad() if i % 3 else run.torch.enable_grad()
    mode.__enter__()
    run.modes.append(mode)


def _leave(run, x, y, i, j):
    if run.modes:
        run.modes.pop().__exit__(None, None, None)


def _out(run, x, y, i, j):
    if not x.numel():
        return None  # NumPy does not say where nothing begins, and so not where it grows
    if i % 3 == 0:
        return run.torch.mul(run.fitting(y, x, 0).expand(x.shape), 0.5, out=x)  # not of another shape: it may be a leaf
    return run.torch.mul(run.fitting(y, x, 0).detach() if i % 4 else y, 0.5, out=x.detach())


# ---- backward passes -----------------------------------------------------------------------------------------------------


def _weights(run, x, i):
    """A gradient that differs from place to place, or None where PyTorch makes one itself."""
    if x.ndim == 0 and i % 2:
        return None
    numbers = [(0.5, -1.25, 2.0, 0.75)[place % 4] for place in range(x.numel())]
    return run.torch.tensor(numbers, dtype=x.dtype).reshape(x.shape)


def _backward(run, x, y, i, j):
    x.backward(_weights(run, x, i), retain_graph=(None, True)[j % 2], create_graph=(i, j % 4) == (4, 3))


def _backward_of_sum(run, x, y, i, j):
    run.torch.autograd.backward([x.sum(), (y * 0.5).sum()] if i % 3 == 2 else [x.sum()], retain_graph=bool(j % 2))


def _backward_into(run, x, y, i, j):
    x.sum().backward(retain_graph=bool(i % 2), inputs=[y] if j % 2 else [y, run.tensors[0]])


def _grad(run, x, y, i, j):
    found = run.torch.autograd.grad(
        x, [y, run.tensors[j % 3]] if j % 2 else [y], _weights(run, x, i), retain_graph=bool(i % 3), allow_unused=bool(i % 2),
        create_graph=i % 3 == 2)
    return [alone(run, part) for part in found if part is not None]


def _second(run, x, y, i, j):
    if not x.numel():
        return None  # whether the gradient of nothing is recorded depends on torch's way to it
    (first,) = run.torch.autograd.grad(x.sin().sum(), [y], create_graph=True)
    found = run.torch.autograd.grad((first * first).sum(), [y] if i % 2 else [y, run.tensors[0]], create_graph=bool(j % 2), allow_unused=bool(i % 3))
    return [alone(run, part) for part in found if part is not None]


def alone(run, gradient):
    """A copy: whether a gradient is a view, how it lies in memory and how often it was written, is torch's own affair."""
    return gradient.clone(memory_format=run.torch.contiguous_format)


def _hook(run, x, y, i, j):
    number = len(run.hooks)
    x.is_leaf  # torch dies where nobody has asked a view since its base came to need a gradient

    def hook(grad):
        run.log.append((number, grad.detach().numpy().copy(), grad.requires_grad))
        return (None, grad * 2, grad * grad, -grad)[i % 4]

    run.hooks.append(x.register_hook(hook))


def _hook_after(run, x, y, i, j):
    number = len(run.hooks)

    def hook(leaf):
        run.log.append((number, None, None) if leaf.grad is None else (number, leaf.grad.detach().numpy().copy(), leaf.grad.requires_grad))
        if i % 2 and leaf.grad is not None:
            with run.torch.no_grad():
                leaf.sub_(0.125 * leaf.grad.tanh())
            leaf.grad = None

    run.hooks.append(x.register_post_accumulate_grad_hook(hook))
    run.writing_hooks |= i % 2 == 1


def _unhook(run, x, y, i, j):
    if run.hooks:
        run.hooks[i % len(run.hooks)].remove()


# ---- the table -----------------------------------------------------------------------------------------------------------


STEPS = {
    # new values
    # (Products are cloned: how often torch has written them, and how it makes them of others, is its own affair.)
    "add": lambda run, x, y, i, j: x + run.fitting(y, x, i),
    "sub": lambda run, x, y, i, j: x - run.fitting(y, x, i) * 0.5,
    "mul": lambda run, x, y, i, j: x * run.fitting(y, x, i),
    "div": lambda run, x, y, i, j: run.fitting(y, x, i) / (x * x + 1),
    "numbers": lambda run, x, y, i, j: (lambda: x * 0.5, lambda: 1 - x, lambda: x / 2, lambda: -x, lambda: x + 1, lambda: 2 / (x * x + 1))[i % 6](),
    "saved": lambda run, x, y, i, j: (lambda: x.tanh(), lambda: x.sigmoid(), lambda: x.exp(), lambda: x.sin(), lambda: x.cos(),
                                      lambda: (x * x + 1).sqrt(), lambda: (x * x + 1).log(), lambda: x**2)[i % 8](),
    # (No write reaches what prod saved. Past the engine's eyes, by .data, both gradients were wrong, and not alike: here nothing is divided.)
    "sums": lambda run, x, y, i, j: (
        lambda: x.sum(), lambda: x.mean(), lambda: x.sum(_axis(x, j), keepdim=True), lambda: x.mean(_axis(x, j)),
        lambda: x.cumsum(_axis(x, j)), lambda: x.logsumexp(_axis(x, j)), lambda: x.softmax(_axis(x, j)), lambda: x.var(),
        lambda: (x + 0).prod() + 0)[i % 9](),
    "products": lambda run, x, y, i, j: (
        lambda: x @ y, lambda: x.matmul(y.transpose(-1, -2)), lambda: run.torch.outer(x.reshape(-1), y.reshape(-1)),
        lambda: run.torch.einsum("i,i->", x.reshape(-1), x.reshape(-1)), lambda: run.torch.nn.functional.linear(x, y))[i % 5]().clone(),
    "joined": lambda run, x, y, i, j: (
        lambda: run.torch.cat([x, y]), lambda: run.torch.stack([x, x]), lambda: run.torch.cat([x, x * 2], -1),
        lambda: run.torch.where(_mask(run, x, j), x, run.fitting(y, x, 0)), lambda: run.torch.stack([x, y], -1))[i % 5](),
    "copied": lambda run, x, y, i, j: (
        lambda: x.clone(), lambda: x.flip(_axis(x, j)), lambda: x.roll(1), lambda: x.repeat(*(2,) * max(1, x.ndim)), lambda: x.tril(),
        lambda: x.masked_fill(_mask(run, x, j), 0.5), lambda: x.float(), lambda: x.double())[i % 8](),
    "picked": lambda run, x, y, i, j: (
        lambda: x.index_select(_axis(x, j), run.torch.tensor([0, i % 2, 0])), lambda: x[_mask(run, x, j)], lambda: x[_rows(run, x, j)],
        lambda: x.gather(_axis(x, j), run.torch.zeros(x.shape, dtype=run.torch.int64)), lambda: x.masked_select(_mask(run, x, j)))[i % 5](),
    "index": lambda run, x, y, i, j: x[key_of(run, x, i, j)],
    "scatter_add": _scatter,
    # views
    "moved": _moved, "piece": _piece, "cut": _cut, "cut too": _cut, "strided": _strided, "shaped": _shaped, "stretched": _stretched,
    "detach": lambda run, x, y, i, j: x.detach(),
    "data": lambda run, x, y, i, j: None if run.coarse else x.data,
    # writes
    "add_": _write(lambda x, y: x.add_(y)), "sub_": _write(lambda x, y: x.sub_(y, alpha=0.5)), "mul_": _write(lambda x, y: x.mul_(y)),
    "div_": _write(lambda x, y: x.div_(y * y + 1)), "copy_": _write(lambda x, y: x.copy_(y)),
    "addcmul_": _write(lambda x, y: x.addcmul_(y, y, value=0.5)), "lerp_": _write(lambda x, y: x.lerp_(y, 0.25)),
    "numbers_": lambda run, x, y, i, j: (lambda: x.mul_(0.5), lambda: x.add_(1), lambda: x.neg_(), lambda: x.zero_(), lambda: x.fill_(0.75),
                                         lambda: x.fill_(run.tensors[2].mean()))[i % 6](),
    "saved_": lambda run, x, y, i, j: (lambda: x.tanh_(), lambda: x.sigmoid_(), lambda: x.exp_(), lambda: x.sin_(), lambda: x.pow_(2),
                                       lambda: x.square_(), lambda: x.mul_(x), lambda: run.torch.relu_(x))[i % 8](),
    "masked_fill_": lambda run, x, y, i, j: x.masked_fill_(_mask(run, x, i), 0.25),
    "index_fill_": lambda run, x, y, i, j: x.index_fill_(_axis(x, i), run.torch.tensor([j % 2]), 0.25),
    "index_add_": _add_at, "index_copy_": _copy_at, "set": _set, "set too": _set, "shape_": _change_shape, "out": _out,
    # flags and modes
    "leaf": lambda run, x, y, i, j: x.detach().clone().requires_grad_(),
    "requires_grad_": _set_requires_grad,
    "detach_": lambda run, x, y, i, j: x.detach_(),
    "set_data": _set_data, "set_grad": _set_grad, "without recording": _without_recording, "enter": _enter, "leave": _leave,
    "look": None,
    # hooks
    "hook": _hook, "hook_after": _hook_after, "unhook": _unhook, "retain_grad": lambda run, x, y, i, j: x.retain_grad(),
    # backward passes
    "backward": _backward, "backward of a sum": _backward_of_sum, "backward into": _backward_into, "grad": _grad, "second": _second,
}
NAMES = tuple(STEPS)
BACKWARD = {"backward", "backward of a sum", "backward into", "grad", "second"}
VIEWS = {"moved", "piece", "cut", "cut too", "strided", "shaped", "stretched", "detach", "data", "index", "without recording", "out"}
# Writes, and those of them that may read only what lies elsewhere. Otherwise the order in which elements are written would show.
WRITES = {"add_", "sub_", "mul_", "div_", "copy_", "addcmul_", "lerp_", "numbers_", "saved_", "masked_fill_", "index_fill_", "index_add_",
          "index_copy_", "scatter_add", "set", "set too", "out", "without recording", "set_data"}
# Those that may write where one number stands for several elements. torch's backward pass stumbles over that; here it goes through.
INTO_REPEATED = {"numbers_", "masked_fill_", "index_fill_", "set", "set too"}
READ_ELSEWHERE = {"copy_", "index_add_", "index_copy_", "scatter_add", "set", "set too", "out", "without recording"}
# Numbers stay small, so that the last digits of an engine never grow into its first: the largest element that a step may meet.
LIMITS = dict.fromkeys(("add", "sub", "mul", "div", "numbers", "joined", "scatter_add", "add_", "sub_", "mul_", "addcmul_", "lerp_", "index_add_",
                        "set", "set too", "out"), 30) | {"saved": 5, "saved_": 5, "sums": 10, "products": 10, "second": 5}
