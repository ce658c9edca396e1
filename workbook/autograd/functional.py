"""`torch.autograd.functional`: derivatives of a function at a point: Jacobians, Hessians and their products with vectors.

Each function here calls `func` on new Tensors that show the numbers of `inputs`, and asks `grad` for what it needs. `inputs` is one
Tensor or a tuple of them, and so is what `func` returns; results are nested as these are. `strict=True` refuses what would be zero
because nothing depends on it. A row of a Jacobian is one backward pass: the number of passes is the number of outputs.

`torch.func` has the same derivatives as functions of functions.
"""

from workbook.autograd.modes import enable_grad
from workbook.autograd.strict import ENTRY, ENTRY_OF_HESSIAN, INPUT, INPUT_OF_HESSIAN, demand, fill, refuse_constant
from workbook.autograd.walk import grad
from workbook.errors import explain
from workbook.ops.alike import zeros_like
from workbook.ops.joining import stack
from workbook.ops.shape import reshape, view_as
from workbook.tensor import Tensor

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

MODES = ("forward-mode", "reverse-mode")
FORWARD, REVERSE = (f'strategy="{mode}"' for mode in MODES)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """Return the derivative of every element of the output with respect to every element of the input.

    For an output of shape A and an input of shape B its shape is A + B; of several a tuple of them, outputs first.
    `create_graph`: it can be differentiated again. `vectorize` and `strategy` change how PyTorch computes, and nothing here.
    Raises TypeError where `inputs` or what `func` returns is neither a Tensor nor a tuple of Tensors; RuntimeError for what
    `strict` refuses.

    >>> import workbook as torch
    >>> torch.autograd.functional.jacobian(lambda x: x ** 2, torch.tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.functional.jacobian.html
    """
    if strategy not in MODES:
        raise AssertionError(explain(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".',
            "a Jacobian is computed by rows or by columns", "leave strategy out"))
    if strategy == "forward-mode":
        _refuse_with_forward_mode(create_graph, strict, vectorize)
    with enable_grad():
        call = _Call("jacobian", func, inputs, create_graph, strict)
        if strict and vectorize:
            raise RuntimeError(_not_together("strict=True", "vectorized=True", "strict=False", "vectorize=False"))
        rows = tuple(_rows_of(call, place, output) for place, output in enumerate(call.outputs))
    rows = tuple(_handed_out(row, create_graph) for row in rows)
    if strategy == "forward-mode" and call.several_inputs:
        return _unpacked([list(row) for row in rows], call.several_outputs)  # lists, as PyTorch's
    return _unpacked(tuple(_unpacked(row, call.several_inputs) for row in rows), call.several_outputs)


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """Return the second derivatives of a function whose output is one number: the Jacobian of its gradient.

    For an input of shape A its shape is A + A; of a tuple of inputs a tuple of tuples. The options are those of `jacobian`. Raises
    TypeError for inputs that are no Tensors, RuntimeError for an output that is not one number.

    >>> import workbook as torch
    >>> torch.autograd.functional.hessian(lambda x: (x ** 3).sum(), torch.tensor([1., 2.]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.functional.hessian.html
    """
    several, _ = _tuple_of(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in MODES:
        raise AssertionError(explain('Expected strategy to be either "forward-mode" or "reverse-mode".',
                                     "a Jacobian is computed by rows or by columns", "leave strategy out"))

    def number(*inputs):
        output = func(*inputs)
        _single_number("hessian", output, strict)
        return reshape(output, ())

    def gradient(*inputs):
        found = jacobian(number, inputs, create_graph=True)
        demand(found, "jacobian", strict)
        return found if several else found[0]

    return jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """Return what `func` returns, and the vector `v` times its Jacobian: one backward pass that begins with `v`.

    `v`: a Tensor of the output's shape, or a tuple of them; it may be left out where the output is one number. Raises TypeError for
    inputs that are no Tensors, RuntimeError for a `v` of another shape.

    >>> import workbook as torch
    >>> torch.autograd.functional.vjp(lambda x: x ** 2, torch.tensor([1., 2.]), torch.tensor([1., 10.]))
    (tensor([1., 4.]), tensor([ 2., 40.]))

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.functional.vjp.html
    """
    with enable_grad():
        call = _Call("vjp", func, inputs, create_graph, strict)
        v = call.vector(v, call.outputs, call.several_outputs)
        if v is None and (len(call.outputs) != 1 or call.outputs[0].numel() != 1):
            raise RuntimeError(_no_vector("user-provided function returns"))
        found = _gradients(call.outputs, call.inputs, v, create_graph)
        found = fill(found, call.inputs, INPUT, strict, create_graph)
    return call.results(found, call.several_inputs)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """Return what `func` returns, and its Jacobian times the vector `v`: how the outputs move when the inputs move along `v`.

    A backward pass is linear in the vector u that it begins with, so the derivative of `u J` by u, in the direction `v`, is `J v`:
    two backward passes stand for a forward one. `v`: a Tensor of the input's shape, or a tuple of them; it may be left out where
    the input is one number. Raises TypeError for inputs that are no Tensors, RuntimeError for a `v` of another shape.

    >>> import workbook as torch
    >>> torch.autograd.functional.jvp(lambda x: x ** 2, torch.tensor([1., 2.]), torch.tensor([1., 10.]))
    (tensor([1., 4.]), tensor([ 2., 40.]))

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.functional.jvp.html; J. Townsend, A new trick for calculating
    Jacobian vector products, 2017
    """
    with enable_grad():
        call = _Call("jvp", func, inputs, create_graph, strict, vector_of_inputs=True, v=v)
        anything = tuple(zeros_like(output, requires_grad=True) for output in call.outputs)  # u: no derivative by it depends on it
        pulled_back = _gradients(call.outputs, call.inputs, anything, True)
        demand(pulled_back, "grad_inputs", strict)
        found = _gradients(pulled_back, anything, call.v, create_graph)
        found = fill(found, call.outputs, ENTRY, strict, create_graph)
    return call.results(found, call.several_outputs)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """Return what `func` returns, one number, and the vector `v` times its Hessian: the gradient of the gradient along `v`.

    `v`: a Tensor of the input's shape, or a tuple of them; it may be left out where the input is one number. Raises TypeError for
    inputs that are no Tensors, RuntimeError for an output that is not one number and a `v` of another shape.

    >>> import workbook as torch
    >>> torch.autograd.functional.vhp(lambda x: (x ** 3).sum(), torch.tensor([1., 2.]), torch.tensor([1., 10.]))
    (tensor(9.), tensor([  6., 120.]))

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.functional.vhp.html
    """
    with enable_grad():
        call = _Call("vhp", func, inputs, create_graph, strict, vector_of_inputs=True, v=v)
        first = call.gradient_of_number(strict)
        found = _gradients(first, call.inputs, call.v, create_graph)
        found = fill(found, call.inputs, INPUT_OF_HESSIAN, strict, create_graph)
    return call.results(found, call.several_inputs)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """Return what `func` returns, one number, and its Hessian times the vector `v`, by the way of `jvp`.

    A Hessian is symmetric, so `vhp` gives the same for less work. Raises TypeError for inputs that are no Tensors, RuntimeError for
    an output that is not one number and a `v` of another shape.

    >>> import workbook as torch
    >>> torch.autograd.functional.hvp(lambda x: (x ** 3).sum(), torch.tensor([1., 2.]), torch.tensor([1., 10.]))
    (tensor(9.), tensor([  6., 120.]))

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.functional.hvp.html
    """
    with enable_grad():
        call = _Call("hvp", func, inputs, create_graph, strict, vector_of_inputs=True, v=v)
        first = call.gradient_of_number(strict)
        anything = tuple(zeros_like(x, requires_grad=True) for x in call.inputs)
        pulled_back = _gradients(first, call.inputs, anything, True)
        found = _gradients(pulled_back, anything, call.v, create_graph)
        found = fill(found, call.inputs, ENTRY_OF_HESSIAN, strict, create_graph)
    return call.results(found, call.several_inputs)


class _Call:
    """One call of the student's function: new inputs, and the outputs that were computed from them, both as tuples."""

    def __init__(self, name, func, inputs, create_graph, strict, vector_of_inputs=False, v=None):
        self.name, self.create_graph, self.strict = name, create_graph, strict
        self.several_inputs, inputs = _tuple_of(inputs, "inputs", name)
        self.inputs = tuple(_anew(x, create_graph, True) for x in inputs)
        if vector_of_inputs:
            self.v = self.vector(v, self.inputs, self.several_inputs)
            if v is None and (len(inputs) != 1 or inputs[0].numel() != 1):
                raise RuntimeError(_no_vector("input to the user-provided function is"))
        self.several_outputs, self.outputs = _tuple_of(func(*self.inputs), "outputs of the user-provided function", name)
        demand(self.outputs, "outputs", strict)

    def vector(self, v, like, several):
        """Return `v` as a tuple, one Tensor for each of `like`; None where none is given."""
        if v is None:
            return None
        _, v = _tuple_of(v, "v", self.name)
        v = tuple(_anew(x, self.create_graph, False) for x in v)
        _check_vector(v, like, several)
        return v

    def gradient_of_number(self, strict):
        """Return the gradient of the only output, which has to be one number, recorded."""
        _single_number(self.name, self.outputs if self.several_outputs else self.outputs[0], False)
        first = _gradients(self.outputs, self.inputs, None, True)
        demand(first, "jacobian", strict)
        return first

    def results(self, found, several):
        """Return the outputs, and what was found, as the student gets them."""
        return (_unpacked(_handed_out(self.outputs, self.create_graph), self.several_outputs),
                _unpacked(_handed_out(found, self.create_graph), several))


def _rows_of(call, place, output):
    """Return the Jacobian of one output, with respect to each input."""
    rows = []
    flat = reshape(output, (-1,))
    for j in range(output.numel()):
        row = _gradients((flat[j],), call.inputs, None, call.create_graph, retain_graph=True)
        refuse_constant(row, place, call.strict, call.create_graph)
        rows.append([zeros_like(x) if g is None else g for x, g in zip(call.inputs, row)])
    return tuple(reshape(stack(column), output.shape + x.shape) for column, x in zip(zip(*rows), call.inputs))


def _gradients(outputs, inputs, vector, create_graph, retain_graph=None):
    """As `grad`; None for an input that nothing depends on. Outputs without a graph count as constants."""
    pairs = [(output, None if vector is None else vector[place]) for place, output in enumerate(outputs)
             if output is not None and output.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    outputs, vector = zip(*pairs)
    return grad(outputs, inputs, vector, retain_graph=retain_graph, create_graph=create_graph, allow_unused=True)


def _anew(tensor, create_graph, requires_grad):
    """A new Tensor on the same numbers, so that the function's argument is told apart from the same Tensor used in its body."""
    if create_graph and tensor.requires_grad:
        return view_as(tensor, tensor)
    return tensor.detach().requires_grad_(requires_grad)


def _tuple_of(given, what, name):
    """Return whether a tuple was given, and what was given as a tuple. Raises TypeError for what is no Tensor."""
    several = isinstance(given, tuple)
    for place, value in enumerate(given if several else (given,)):
        if not isinstance(value, Tensor):
            which = f"value at index {place}" if several else f"given {what}"
            raise TypeError(explain(f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {which} "
                                    f"has type {type(value)}.", "only a Tensor has a derivative",
                                    "write torch.tensor(...), and a tuple, no list, of several"))
    return several, given if several else (given,)


def _handed_out(tensors, create_graph):
    return tensors if create_graph else tuple(tensor.detach() for tensor in tensors)


def _unpacked(values, several):
    return values if several else values[0]


def _single_number(name, output, strict):
    """Raise where the output of a function is not one Tensor of one number."""
    several, outputs = _tuple_of(output, "outputs of the user-provided function", name)
    demand(outputs, "outputs", strict)
    if several:
        raise RuntimeError(explain(f"The function given to {name} should return a single Tensor",
                                   "second derivatives are arranged for one number", "add the outputs up, or call it for each"))
    if output.numel() != 1:
        raise RuntimeError(explain(f"The Tensor returned by the function given to {name} should contain a single element",
                                   f"it has shape {list(output.shape)}", "make it one number, with sum() or mean()"))


def _check_vector(v, like, several):
    if len(v) != len(like):
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}." if several else
                           "The given v should contain a single Tensor.")
    for place, (given, wanted) in enumerate(zip(v, like)):
        if given.shape != wanted.shape:
            entry = f"Entry {place} in " if several else ""
            raise RuntimeError(explain(f"{entry}v has invalid size: should be {wanted.shape} but got {given.shape}.",
                                       "v holds one weight for each element", "make it with torch.ones_like"))


def _no_vector(of_whom):
    return explain(f"The vector v can only be None if the {of_whom} a single Tensor with a single element.",
                   "of one number the vector is 1, of more only you can say what it is", "give v, a Tensor of that shape")


def _refuse_with_forward_mode(create_graph, strict, vectorize):
    if create_graph:
        raise NotImplementedError(_not_together("create_graph=True", FORWARD, "create_graph=False", REVERSE))
    if strict:
        raise RuntimeError(_not_together("strict=True", FORWARD, "strict=False", REVERSE))
    if not vectorize:
        raise NotImplementedError(explain(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for "
            "`vectorize=True`.",
            "the way forward is computed by vectors at once", "give vectorize=True, or leave strategy out"))


def _not_together(one, other, without_one, without_other):
    yet = "" if other.startswith("vec") else " (yet)"
    return (f"torch.autograd.functional.jacobian: `{one}` and `{other}` are not supported together{yet}. "
            f"Please either set `{without_one}` or `{without_other}`.")
