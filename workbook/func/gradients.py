"""`grad`, `grad_and_value` and `vjp`: derivatives that a backward pass gives."""

import functools

from workbook.autograd.levels import Level
from workbook.autograd.walk import grad as gradients_of
from workbook.errors import explain
from workbook.func.trees import flatten, text, tree_map, unflatten
from workbook.ops.alike import zeros_like
from workbook.tensor import Tensor


def grad(func, argnums=0, has_aux=False):
    """Return a function that computes the gradient of `func`, whose value is one number.

    `argnums`: the argument to differentiate by, or a tuple of them; an argument may be a Tensor, or tuples, lists and dicts of
    Tensors, and the gradient has its structure. `has_aux`: `func` returns (value, something else), and the gradient function
    (gradient, something else). Gradients of gradients are written `grad(grad(f))`. Raises RuntimeError where the value is not one
    number.

    >>> import workbook as torch
    >>> torch.func.grad(torch.sin)(torch.tensor(0.))
    tensor(1.)
    >>> torch.func.grad(torch.func.grad(lambda x: x ** 3))(torch.tensor(2.))
    tensor(12.)

    Source: https://pytorch.org/docs/2.13/generated/torch.func.grad.html
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def gradient(*args, **kwargs):
        found, value = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(func, argnums=0, has_aux=False):
    """Return a function that computes the gradient of `func` and its value; with `has_aux`, (gradient, (value, something else)).

    Raises RuntimeError, when called, for a value that is not one number and for argnums that are not there.

    >>> import workbook as torch
    >>> torch.func.grad_and_value(lambda x: x ** 3)(torch.tensor(2.))
    (tensor(12.), tensor(8.))

    Source: https://pytorch.org/docs/2.13/generated/torch.func.grad_and_value.html
    """

    @functools.wraps(func)
    def both(*args, **kwargs):
        level = Level()
        with level:
            lifted, inputs, structure = lift_arguments(level, args, argnums)
            value = func(*lifted, **kwargs)
            if has_aux:
                value, aux = with_aux("grad_and_value(f)(*args)", value)
            _one_number(value)
            found = pulled_back(level, [value], inputs, None, retain_graph=False)
        level.close()
        found, value = unflatten(map(level.lower, found), structure), level.lower(value)
        return found, (value, lowered(level, aux)) if has_aux else value

    return both


def vjp(func, *primals, has_aux=False):
    """Return `func(*primals)`, and a function that multiplies a vector with the Jacobian there: one backward pass a call.

    The vector has the structure of the output, the product is a tuple of one part a primal. With `has_aux` the third result is what
    `func` returned besides its value. Raises RuntimeError for an output that is no Tensor of floats, and for a vector of another
    structure.

    >>> import workbook as torch
    >>> value, pull_back = torch.func.vjp(lambda x: x ** 2, torch.tensor([1., 2.]))
    >>> pull_back(torch.tensor([1., 10.]))
    (tensor([ 2., 40.]),)

    Source: https://pytorch.org/docs/2.13/generated/torch.func.vjp.html
    """
    level, outputs, structure, inputs, form, aux = called(func, primals, None, has_aux)
    level.close()

    def pull_back(cotangents):
        vector, given = flatten(cotangents)
        if given != structure:
            raise RuntimeError(explain(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. cotangents: "
                f"{text(given)}, primal output: {text(structure)}", "each output is weighed by a vector of its own",
                "give the vectors as the function returned its outputs"))
        return unflatten(map(level.lower, pulled_back(level, outputs, inputs, vector)), form)

    value = unflatten(map(level.lower, outputs), structure)
    return (value, pull_back, lowered(level, aux)) if has_aux else (value, pull_back)


def pulled_back(level, outputs, inputs, vector, retain_graph=True, recorded=False):
    """Return the vector, one part an output, times the Jacobian of each input; zeros where nothing depends on it.

    Where it is not to be `recorded` in any case, the pass is so only if a derivative outside of this level looks through it.
    """
    weighed = [(output, vector and vector[place]) for place, output in enumerate(outputs) if output.requires_grad]
    if not weighed or not inputs:
        return [zeros_like(x) for x in inputs]
    recorded = recorded or level.is_looked_through([*outputs, *(vector or ())])
    found = gradients_of([output for output, _ in weighed], inputs, [part for _, part in weighed], retain_graph or recorded, recorded,
                         allow_unused=True)
    return [zeros_like(x) if gradient is None else gradient for x, gradient in zip(inputs, found)]


def called(func, primals, argnums, has_aux, name="vjp(f, *primals)"):
    """Call `func` in a level of its own.

    Return the level, its outputs as a list with their structure, the lifted inputs with theirs, and what `has_aux` promises.
    """
    level, aux = Level(), None
    with level:
        lifted, inputs, form = lift_arguments(level, primals, argnums)
        value = func(*lifted)
        if has_aux:
            value, aux = with_aux(name, value)
    outputs, structure = flatten(value)
    for output in outputs:
        if not isinstance(output, Tensor):
            raise RuntimeError(explain(f"{name}: expected f(*primals) to return only tensors, got unsupported type {type(output)}",
                                       "only a Tensor has a derivative", "return Tensors, in tuples, lists or dicts"))
        if name.startswith("vjp") and not (output.is_floating_point() or output.is_complex()):
            raise RuntimeError(explain("vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype "
                                       f"{output.dtype}", "whole numbers and yes or no have no slope", "return them as has_aux"))
    return level, outputs, structure, inputs, form, aux


def lift_arguments(level, args, argnums):
    """Lift the arguments that `argnums` names, None all. Return all arguments, and the lifted Tensors with their structure."""
    if argnums is None:
        lifted = tree_map(functools.partial(_lift, level), args)
        return lifted, *flatten(lifted)
    places = argnums if isinstance(argnums, tuple) else (argnums,)
    lifted = list(args)
    for place in _checked(argnums, places, len(args)):
        lifted[place] = tree_map(functools.partial(_lift, level), args[place])
    chosen = [lifted[place] for place in places]
    return lifted, *flatten(tuple(chosen) if isinstance(argnums, tuple) else chosen[0])


def with_aux(name, value):
    """Return the two parts of what a function returned that promised something besides its value."""
    if not (isinstance(value, tuple) and len(value) == 2):
        raise RuntimeError(explain(f"{name}: output of function f should be a tuple: (output, aux) if has_aux is True",
                                   "has_aux=True says that the function returns two things", "return (output, something else)"))
    return value


def lowered(level, tree):
    """What a function returned besides its value, for the world outside; all of it Tensors."""
    for leaf in flatten(tree)[0]:
        if not isinstance(leaf, Tensor):
            raise RuntimeError(explain(f"Expected tensors, got unsupported type {type(leaf)}",
                                       "what stands beside the value are Tensors, too", "return torch.tensor(...)"))
    return tree_map(level.lower, tree)


def _lift(level, leaf):
    if not isinstance(leaf, Tensor):
        raise ValueError(explain(f"Thing passed to transform API must be Tensor, got {type(leaf)}",
                                 "a derivative is taken by a Tensor", "wrap it: torch.tensor(...), or name other arguments in argnums"))
    return level.lift(leaf)


def _checked(argnums, places, count):
    """Return the places that `argnums` names, counted from the front. Raises RuntimeError for what names none."""
    if not all(type(place) is int for place in places):
        raise RuntimeError(explain(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}", "it names arguments by their place",
                                   "write 0, or (0, 1)"))
    if not places:
        raise RuntimeError(explain("argnums must be non-empty", "a derivative is taken by something", "write 0, or (0, 1)"))
    for place in places:
        if not -count <= place < count:
            raise RuntimeError(explain(f"Got argnum={place}, but only {count} positional inputs",
                                       "argnums counts the arguments that are given by their place", f"choose from 0 to {count - 1}"))
    found = [place % count for place in places]
    if len(set(found)) != len(found):
        raise RuntimeError(explain(f"argnums elements must be unique, got {places}", "one argument has one gradient", "name each once"))
    return found


def _one_number(value):
    name = "grad_and_value(f)(*args): Expected f(*args) to return a"
    if not isinstance(value, Tensor):
        raise RuntimeError(explain(f"{name} Tensor, got {type(value)}", "only a Tensor has a derivative",
                                   "return one Tensor; with has_aux=True, (value, something else)"))
    if value.ndim:
        raise RuntimeError(explain(f"{name} scalar Tensor, got tensor with {value.ndim} dims. Maybe you wanted to use the vjp or jacrev "
                                   "APIs instead?", f"its shape is {list(value.shape)}, and a gradient belongs to one number",
                                   "make it one number, with sum() or mean()"))
