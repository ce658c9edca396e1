"""`jvp`, `linearize`, `jacrev`, `jacfwd` and `hessian`: derivatives along a direction, and matrices of all of them.

PyTorch computes `jvp` and `jacfwd` forward, beside the function. Here two backward passes stand for a forward one: the product of a
vector u with the Jacobian is linear in u, so its derivative by u, in the direction v, is the Jacobian times v. The numbers are the
same; the cost is that of a few more passes. So `jacrev` is the cheaper one here, wherever a function has fewer outputs than inputs
or about as many.

Source: J. Townsend, A new trick for calculating Jacobian vector products, 2017
"""

import functools

from workbook.errors import explain
from workbook.func.gradients import called, lowered, pulled_back
from workbook.func.trees import flatten, text, unflatten
from workbook.ops.alike import zeros_like
from workbook.ops.creation import zeros
from workbook.ops.joining import stack
from workbook.ops.shape import reshape
from workbook.tensor import Tensor


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """Return `func(*primals)` and its Jacobian times the vector `tangents`: how the output moves when the inputs move so.

    `primals` and `tangents`: tuples of the same structure. With `strict` an output that no primal reaches is refused. With
    `has_aux` the third result is what `func` returned besides its value. Raises RuntimeError where primals and tangents are no
    tuples of Tensors of the same shapes.

    >>> import workbook as torch
    >>> torch.func.jvp(lambda x: x ** 2, (torch.tensor([1., 2.]),), (torch.tensor([1., 10.]),))
    (tensor([1., 4.]), tensor([ 2., 40.]))

    Source: https://pytorch.org/docs/2.13/generated/torch.func.jvp.html
    """
    if not isinstance(primals, tuple):
        raise RuntimeError(explain("jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be valid to call "
                                   "f(*primals).", "it holds the arguments, in order", "write (x,) for one argument"))
    for leaf in flatten(primals)[0] or [None]:
        if not isinstance(leaf, Tensor):
            what = "contain at least one Tensor." if leaf is None else f"only contain Tensors, got {type(leaf)}"
            raise RuntimeError(explain(f"jvp(f, primals, tangents): Expected primals to {what}", "a Tensor moves along a Tensor",
                                       "wrap it: torch.tensor(...)"))
    along = _Along("jvp", func, primals, None, has_aux)
    directions = along.directions(tangents, "primals", primals)
    if strict and not all(output.requires_grad for output in along.outputs):
        raise RuntimeError(explain("jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not "
                                   "allowed with strict=True.", "its derivative is zero, which may be a mistake", "leave strict out"))
    moved = along.move(directions)
    return (*along.value, moved, along.aux) if has_aux else (*along.value, moved)


def linearize(func, *primals):
    """Return `func(*primals)`, and a function that multiplies the Jacobian there with a vector, without calling `func` again.

    Raises RuntimeError where the function is called with tangents of other shapes.

    >>> import workbook as torch
    >>> value, push_forward = torch.func.linearize(lambda x: x ** 2, torch.tensor([1., 2.]))
    >>> push_forward(torch.tensor([1., 10.]))
    tensor([ 2., 40.])

    Source: https://pytorch.org/docs/2.13/generated/torch.func.linearize.html
    """
    along = _Along("linearize", func, primals, None, False)

    def push_forward(*tangents):
        return along.move(along.directions(tangents, "primals", primals))

    return *along.value, push_forward


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error"):
    """Return a function that computes the Jacobian of `func`, one column after the other, as PyTorch does forward.

    For an output of shape A and an argument of shape B a Tensor of shape A + B; of several a tree of them, outputs first. `argnums`
    and `has_aux` as in `grad`. `randomness` is accepted: `func` runs once. Raises RuntimeError, when called, for argnums that are
    not there.

    >>> import workbook as torch
    >>> torch.func.jacfwd(lambda x: x ** 2)(torch.tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.func.jacfwd.html
    """

    @functools.wraps(func)
    def jacobian(*args):
        along = _Along("jvp", func, args, argnums, has_aux)
        sizes = [x.numel() for x in along.inputs]
        columns = [flatten(along.move(_direction(along.inputs, at, place)))[0] for at, size in enumerate(sizes) for place in range(size)]
        parts = []
        for at, output in enumerate(along.outputs):
            start, blocks = 0, []
            for x, size in zip(along.inputs, sizes):
                stretch = [column[at] for column in columns[start:start + size]]
                shape = output.shape + x.shape
                blocks.append(reshape(stack(stretch, -1), shape) if stretch else zeros(shape, dtype=x.dtype))
                start += size
            parts.append(unflatten(blocks, along.form))
        found = unflatten(parts, along.structure)
        return (found, along.aux) if has_aux else found

    return jacobian


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None, _preallocate_and_copy=False):
    """Return a function that computes the Jacobian of `func`, one row after the other: a backward pass for each number of the output.

    For an output of shape A and an argument of shape B a Tensor of shape A + B; of several a tree of them, outputs first. `argnums`
    and `has_aux` as in `grad`. `chunk_size` says how many rows PyTorch computes at once; here it is always one. Raises ValueError
    for a `chunk_size` below 1, RuntimeError, when called, for argnums that are not there.

    >>> import workbook as torch
    >>> torch.func.jacrev(lambda x: x ** 2)(torch.tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.func.jacrev.html
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(explain("jacrev: `chunk_size` should be greater than 0.", "it counts rows", "leave it out"))

    @functools.wraps(func)
    def jacobian(*args):
        level, outputs, structure, inputs, form, aux = called(func, args, argnums, has_aux)
        level.close()
        parts = []
        for at, output in enumerate(outputs):
            rows = [pulled_back(level, outputs, inputs, _direction(outputs, at, place)) for place in range(output.numel())]
            columns = zip(*rows) if rows else [()] * len(inputs)
            blocks = [reshape(stack(column), output.shape + x.shape) if column else zeros(output.shape + x.shape, dtype=x.dtype)
                      for x, column in zip(inputs, columns)]
            parts.append(unflatten(map(level.lower, blocks), form))
        found = unflatten(parts, structure)
        return (found, lowered(level, aux)) if has_aux else found

    return jacobian


def hessian(func, argnums=0):
    """Return a function that computes the second derivatives of `func`: the Jacobian of its Jacobian, `jacfwd(jacrev(func))`.

    Raises RuntimeError, when called, for argnums that are not there.

    >>> import workbook as torch
    >>> torch.func.hessian(lambda x: (x ** 3).sum())(torch.tensor([1., 2.]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.func.hessian.html
    """
    return jacfwd(jacrev(func, argnums), argnums)


class _Along:
    """A call of the student's function, and how its output moves when its inputs move."""

    def __init__(self, name, func, args, argnums, has_aux):
        self.name = f"{name}(f, primals, tangents)" if name == "jvp" else f"{name}(f, *primals)"
        self.level, self.outputs, self.structure, self.inputs, self.form, aux = called(func, args, argnums, has_aux, self.name)
        with self.level:
            self.weights = [self.level.lift(zeros_like(output)) if output.requires_grad else None for output in self.outputs]
            known = [place for place, weight in enumerate(self.weights) if weight is not None]
            self.pulled = pulled_back(self.level, [self.outputs[place] for place in known], self.inputs,
                                      [self.weights[place] for place in known], recorded=True)
        self.level.close()
        self.value = (unflatten(map(self.level.lower, self.outputs), self.structure),)
        self.aux = lowered(self.level, aux) if has_aux else None

    def directions(self, tangents, what, primals):
        """Return the tangents as a list. Raises RuntimeError where they have another structure than the primals, or other shapes."""
        found, structure = flatten(tangents)
        if structure != flatten(primals)[1]:
            raise RuntimeError(explain(
                f"{self.name}: Expected primals and tangents to have the same python structure. For example, if primals is a tuple of "
                f"3 tensors, tangents also must be. Got primals with structure {text(flatten(primals)[1])} and tangents with structure "
                f"{text(structure)}", "each primal moves along a tangent of its own", "give the tangents as the primals are given"))
        for tangent, x in zip(found, self.inputs):
            if not isinstance(tangent, Tensor):
                raise RuntimeError(explain(f"{self.name}: Expected tangents to only contain Tensors, got {type(tangent)}",
                                           "a direction is a Tensor", "wrap it: torch.tensor(...)"))
            if tangent.shape != x.shape:
                raise RuntimeError(explain(
                    "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
                    f"supported. Tensor is of size {list(x.shape)} while the given forward gradient is of size {list(tangent.shape)}.",
                    "each number moves by a number", "make the tangent with torch.ones_like(x)"))
        return found

    def move(self, directions):
        """Return the Jacobian times the directions, with the structure of the output."""
        known = [weight for weight in self.weights if weight is not None]
        moved = iter(pulled_back(self.level, self.pulled, known, directions))
        return unflatten([zeros_like(output.detach()) if weight is None else self.level.lower(next(moved))
                          for output, weight in zip(self.outputs, self.weights)], self.structure)


def _direction(tensors, at, place):
    """One zero Tensor for each of `tensors`, with a 1 at one place of one of them."""
    found = [zeros_like(x.detach()) for x in tensors]
    found[at].reshape(-1)[place] = 1
    return found
