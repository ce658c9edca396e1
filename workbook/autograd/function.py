"""`autograd.Function`: a step of the student's own, whose value and derivative are written with Tensors.

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad):
            x, = ctx.saved_tensors
            return grad * 2 * x

    y = Square.apply(x)

Every Function has an Operation of its own, `SquareBackward`: it passes the gate with the Tensors among the arguments, and its instance
is the node, and the `ctx` that both methods see. So here as in the engine, value and derivative are one step of one graph.
"""

import functools
import inspect
import types
import warnings

import numpy as np

from workbook.autograd.elsewhere import made
from workbook.autograd import views
from workbook.autograd.broadcast import comes_from, invalid
from workbook.autograd.complaints import of_inference
from workbook.autograd.modes import no_grad, thread
from workbook.autograd.operation import Operation, edge_of
from workbook.autograd.saved import pack
from workbook.errors import explain, shape_text
from workbook.naming import PrintsAsTorch
from workbook.tensor import Tensor, memory_of

_HERE = object()  # in the arguments that a step remembers, the place of a Tensor
_NO_TENSOR = np.zeros(0, bool)  # among the results of a step, the place of what is no Tensor


class FunctionCtx:
    """What `forward` and `backward` of a Function tell each other: the methods of `ctx`, besides any attribute set on it.

    Source: https://pytorch.org/docs/2.13/autograd.html#context-method-mixins
    """

    __slots__ = ()

    def save_for_backward(self, *tensors):
        """Remember Tensors, or None, for `backward`, which finds them in `ctx.saved_tensors`; to be called once, in `forward`.

        They come back with their place in the graph, and are refused if they were written in between. Raises TypeError for anything
        that is no Tensor: numbers, shapes and names are kept as attributes of `ctx`.

        Source: https://pytorch.org/docs/2.13/generated/torch.autograd.function.FunctionCtx.save_for_backward.html
        """
        self.to_save = tensors

    def save_for_forward(self, *tensors):
        """Accepted for derivatives in forward mode, which the engine does not have: nothing is kept.

        Source: https://pytorch.org/docs/2.13/generated/torch.autograd.function.FunctionCtx.save_for_forward.html
        """

    def mark_dirty(self, *tensors):
        """Say which inputs `forward` has written in place; each must be returned. They take the step's place in the graph.

        Source: https://pytorch.org/docs/2.13/generated/torch.autograd.function.FunctionCtx.mark_dirty.html
        """
        self.dirty_tensors = tensors

    def mark_non_differentiable(self, *tensors):
        """Say which outputs have no gradient; `backward` is still given one for each output, zeros for these.

        Source: https://pytorch.org/docs/2.13/generated/torch.autograd.function.FunctionCtx.mark_non_differentiable.html
        """
        self.non_differentiable = tensors

    def set_materialize_grads(self, value):
        """Say whether `backward` is given zeros, or None, for an output from which no gradient came. The default is zeros.

        Source: https://pytorch.org/docs/2.13/generated/torch.autograd.function.FunctionCtx.set_materialize_grads.html
        """
        self.materialize_grads = value


class Function(FunctionCtx, metaclass=PrintsAsTorch):
    """The class from which a step of the student's own derives: `forward` computes, `backward` says what to do with a gradient.

    `forward(ctx, *args)` is given what `apply` is given, Tensors and anything else, and runs unrecorded. It may be written in two
    methods instead: `forward(*args)`, and `setup_context(ctx, inputs, output)`, which saves. `backward(ctx, *grads)` is given one gradient
    for each output and returns one for each argument, None where there is none. Under `create_graph=True` its own computation is
    recorded, and has a derivative in turn. Raises RuntimeError, in the backward pass, where what it returned does not fit the arguments.

    >>> import workbook as torch
    >>> class Square(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         x, = ctx.saved_tensors
    ...         return grad * 2 * x
    >>> x = torch.tensor(3., requires_grad=True)
    >>> y = Square.apply(x); y.backward()
    >>> y, x.grad
    (tensor(9., grad_fn=<SquareBackward>), tensor(6.))

    Source: https://pytorch.org/docs/2.13/autograd.html#function
    """

    torch_name = "torch.autograd.function.Function"
    generate_vmap_rule = False

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        name = cls.__name__ + "Backward"
        cls._backward_cls = types.new_class(name, (StepOfFunction,), {"name": name}, lambda body: body.update(function=cls))

    def __init__(self, *args, **options):
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should invoke them on the "
            "class itself. Instantiating an autograd function will raise an error in a future version of PyTorch.",
            DeprecationWarning, stacklevel=2)

    def __call__(self, *args, **options):
        raise RuntimeError(explain(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function with static "
            "forward method.", "since PyTorch 1.5 a Function is never made into an object", f"call {type(self).__name__}.apply(...)"))

    @classmethod
    def apply(cls, *args, **options):
        """Compute this step, and record it where one of the Tensors among `args` needs a gradient. Returns what `forward` returns.

        Source: https://pytorch.org/docs/2.13/generated/torch.autograd.Function.html
        """
        if has_setup(cls):
            bound = inspect.signature(cls.forward).bind(*args, **options)
            bound.apply_defaults()
            args, options = bound.args, {}
        tensors = [given for given in args if isinstance(given, Tensor)]
        others = tuple([_HERE if isinstance(given, Tensor) else given for given in args])
        return cls._backward_cls.apply(*tensors, args=others, named=options)

    @staticmethod
    def forward(*args, **options):
        """Compute the value from Tensors and other arguments, after `ctx` where there is no `setup_context`; unrecorded."""
        raise NotImplementedError(explain("You must implement the forward function for custom autograd.Function.",
                                          "a step has a value", "add @staticmethod def forward(ctx, x): ..."))

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Save what `backward` needs, where `forward` is written without `ctx`: `inputs` is the tuple of its arguments."""
        raise NotImplementedError(explain("setup_context is not implemented.",
                                          "forward is written without ctx, so nothing says what backward needs",
                                          "write def setup_context(ctx, inputs, output), or def forward(ctx, ...)"))

    @staticmethod
    def backward(ctx, *grads):
        """Return one gradient for each argument of `forward`, given one for each output."""
        raise NotImplementedError(explain(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.",
            "only forward is written, and a value does not tell its derivative", "add @staticmethod def backward(ctx, grad): ..."))

    vjp = backward  # another name for it, which a class may use instead

    @staticmethod
    def jvp(ctx, *tangents):
        """The derivative in forward mode, which the engine does not ask for."""
        raise NotImplementedError(explain(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD.",
            "derivatives are computed backwards here", "write backward"))

    @staticmethod
    def vmap(info, in_dims, *args):
        """A rule for torch.vmap, which the engine does not ask for."""
        raise NotImplementedError(explain(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
            "generate_vmap_rule=True.",
            "functions are not mapped over axes here", "write a loop, or let the axes broadcast"))


def has_setup(function):
    """Return whether a Function's `forward` is written without `ctx`."""
    return function.setup_context is not Function.setup_context


def once_differentiable(backward):
    """Decorate a `backward` whose own computation cannot be differentiated: it runs unrecorded, and a second derivative is refused.

    Raises RuntimeError where a second derivative is asked for.

    >>> import numpy as np
    >>> import workbook as torch
    >>> class Sine(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.slope = np.cos(x.detach().numpy())
    ...         return torch.from_numpy(np.sin(x.detach().numpy()))
    ...     @staticmethod
    ...     @torch.autograd.function.once_differentiable
    ...     def backward(ctx, grad):
    ...         return grad * torch.from_numpy(ctx.slope)
    >>> x = torch.zeros(2, requires_grad=True)
    >>> Sine.apply(x).sum().backward(); x.grad
    tensor([1., 1.])

    Source: https://github.com/pytorch/pytorch/blob/v2.13.0/torch/autograd/function.py
    """

    @functools.wraps(backward)
    def once(ctx, *grads):
        with no_grad():
            handed = backward(ctx, *grads)
        if not (thread.state.grad_enabled and any(isinstance(grad, Tensor) and grad.requires_grad for grad in grads)):
            return handed
        several = handed if isinstance(handed, tuple) else (handed,)
        refusing = tuple([None if grad is None else NoSecond.apply(grad, grads[0]) for grad in several])
        return refusing if isinstance(handed, tuple) else refusing[0]

    return once


class NoSecond(Operation, name="DelayedError"):
    """The first input, at the place in the graph from which no derivative leads on"""

    prefix = "torch::autograd::"
    holomorphic = False

    def forward(ctx, a, b):
        return a

    def backward(ctx, grad):
        raise RuntimeError(explain("trying to differentiate twice a function that was marked with @once_differentiable",
                                   "its backward was not recorded", "write backward with Tensors, and leave the decorator out"))


class StepOfFunction(FunctionCtx, Operation):
    """The Operation behind a Function, whose `function` it is; each has a subclass. See the top of this file."""

    function = None
    holomorphic = False  # the student's formula is one for PyTorch's gradient of complex numbers, as it is
    by_student = True
    to_save = dirty_tensors = non_differentiable = ()

    @classmethod
    def apply(cls, *tensors, args, named, run=None):
        """Compute the step. `args`: what the student gave besides the `tensors`, with `_HERE` in the place of each of them."""
        run = _Run(cls, tensors)
        made = super().apply(*tensors, args=args, named=named, run=run) if tensors else cls.forward(None, args=args, named=named, run=run)
        return run.finished(made)

    def forward(ctx, *arrays, args, named, run):
        if not isinstance(ctx, Operation):  # nothing is recorded, and the student's code may still write on ctx
            ctx = run.cls()
            ctx.edges = [None] * len(run.tensors)
        given = iter(run.tensors)
        ctx.args = tuple([value is _HERE for value in args])
        args = tuple([next(given) if value is _HERE else value for value in args])
        ctx._wants = tuple([isinstance(value, Tensor) and value.requires_grad for value in args])
        function = run.cls.function
        with no_grad():
            if has_setup(function):
                run.outcome = function.forward(*args)
                function.setup_context(ctx, args, run.outcome)
            else:
                run.outcome = function.forward(ctx, *args, **named)
        run.ctx = ctx
        ctx.no_tensors = frozenset(place for place, item in enumerate(run.items()) if not isinstance(item, Tensor))
        return tuple([_NO_TENSOR if place in ctx.no_tensors else item._array for place, item in enumerate(run.items())])

    def backward(ctx, *grads):
        function, here = ctx.function, thread.state
        if function.backward is Function.backward:
            derivative = function.vjp
        elif function.vjp is Function.vjp:
            derivative = function.backward
        else:
            raise RuntimeError(explain(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement "
                "one of them.",
                "both are names of the same derivative", "delete one of them"))
        on_arrays, here.on_arrays = here.on_arrays, False  # the student computes with Tensors
        try:
            handed = derivative(ctx, *[ctx._shown(place, grad) for place, grad in enumerate(grads)])
        finally:
            here.on_arrays = on_arrays
        handed = ctx._one_an_edge(handed if isinstance(handed, tuple) else (handed,))
        return tuple([grad._array if on_arrays and grad is not None else grad for grad in handed])

    def _shown(ctx, place, grad):
        """The gradient of one output as the student sees it: a Tensor, or None."""
        if grad is None or isinstance(grad, Tensor) or place in ctx.no_tensors:
            return None if place in ctx.no_tensors else grad
        device = ctx.meta[place][2]
        return made(device, lambda xp: xp.asarray(grad))

    def _one_an_edge(ctx, handed):
        """Of what `backward` returned, what belongs to the Tensors among the arguments. Raise where it does not fit them."""
        name, wanted = type(ctx).__name__, len(ctx.args)
        if len(handed) < wanted or any(grad is not None for grad in handed[wanted:]):
            raise RuntimeError(explain(
                f"function {name} returned an incorrect number of gradients (expected {wanted}, got {len(handed)})",
                f"forward was given {wanted} argument{'s' * (wanted != 1)}, and each gets a gradient, in their order",
                "return None for an argument that needs none"))
        kept = []
        for place, (grad, is_tensor) in enumerate(zip(handed, ctx.args)):
            if grad is not None and not isinstance(grad, Tensor):
                raise RuntimeError(explain(f"expected Variable or None (got {type(grad).__name__})",
                                           f"{name} returned it at position {place + 1}", "compute gradients with Tensors"))
            if is_tensor:
                kept.append(grad)
            elif grad is not None:
                raise RuntimeError(explain(
                    f"function {name} returned a gradient different than None at position {place + 1}, but the corresponding "
                    "forward input was not a Variable", "only a Tensor has a gradient", "return None in that place"))
        for place, (grad, edge) in enumerate(zip(kept, ctx.edges)):
            if grad is None or edge is None:
                continue
            have, (expected, _, home) = grad._array.shape, edge[0].meta[edge[1]]
            if not comes_from(have, expected):  # also where nobody asked for it
                raise invalid(ctx, place, have, expected, "print both shapes in backward; where forward broadcasts, the walk sums")
            if grad._device.plain is not home.plain:
                if have:
                    raise RuntimeError(explain(
                        f"Function {ctx.name()} returned an invalid gradient at index {place} - expected device {home.plain} but got {grad._device.plain}",
                        "a gradient lives where its tensor lives", f"return grad.to('{home.plain}')"))
                kept[place] = grad.to(home)  # one number may come from anywhere, as in PyTorch
        return kept

    @classmethod
    def called(cls):
        return cls.function.__name__

    @property
    def needs_input_grad(self):
        """For each argument of `forward`, whether it is a Tensor that needs a gradient."""
        return self._wants

    @needs_input_grad.setter
    def needs_input_grad(self, edges):  # the gate speaks of the Tensors among the arguments only
        pass

    @property
    def saved_tensors(self):
        """What `save_for_backward` was given, as a tuple. Raises RuntimeError for one that was written since, or was freed."""
        return tuple(self.saved)

    def __repr__(self):
        return f"<torch.autograd.function.{type(self).__name__} object at {hex(id(self))}>"


class _Run:
    """One call of a Function, from the Tensors that the gate is given to what the student gets back."""

    def __init__(self, cls, tensors):
        self.cls, self.tensors, self.ctx, self.outcome = cls, tensors, None, None

    def items(self):
        """What `forward` returned, one by one."""
        return self.outcome if isinstance(self.outcome, tuple) else (self.outcome,)

    def finished(self, made):
        """Return what `forward` returned, in its place in the graph. `made`: the gate's own Tensors on the same arrays."""
        ctx, items = self.ctx, self.items()
        for place, tensor in enumerate(ctx.dirty_tensors):
            if not isinstance(tensor, Tensor):
                raise RuntimeError(explain(
                    f"mark_dirty can only accept variables, but argument {place} is of type {type(tensor).__name__}",
                    "it names inputs that were written in place", "give it the Tensors that forward was given"))
            if not _among(tensor, items):
                raise RuntimeError(explain(
                    "Some elements marked as dirty during the forward method were not returned as output. The inputs that are modified "
                    "inplace must all be outputs of the Function.", f"mark_dirty() was given a tensor of shape {shape_text(tensor.shape)}",
                    "return the very tensor that was written"))
        outputs = [self._placed(item, new) if isinstance(item, Tensor) else item for item, new in zip(items, made)]
        saved = [self._tied(tensor, place, items) for place, tensor in enumerate(ctx.to_save)]
        if hasattr(ctx, "meta"):  # it is recorded
            ctx.meta = tuple([(shape, kind, item._device if isinstance(item, Tensor) else device)  # a student may compute anywhere
                              for (shape, kind, device), item in zip(ctx.meta, items)])
            ctx._saved = saved
            for tensor in ctx.to_save:
                if tensor is not None and tensor.is_inference():
                    raise RuntimeError(of_inference(tensor, ctx))
            if thread.state.packing:
                pack(ctx, ctx.to_save)
        for name in ("to_save", "dirty_tensors", "non_differentiable"):  # a node holds no Tensor of its own graph: that would be a circle
            ctx.__dict__.pop(name, None)
        outcome = tuple(outputs) if isinstance(self.outcome, tuple) else outputs[0]
        self.tensors = self.ctx = self.outcome = None  # nor does a record, which keeps this object
        return outcome

    def _placed(self, item, new):
        """Return one output at its place in the graph: the student's own Tensor where that is new, a view of it where it is not."""
        node = new._node if isinstance(new, Tensor) else None
        given = _among(item, self.tensors)
        if given and _among(item, self.ctx.dirty_tensors):
            if node is not None and item.requires_grad and item.is_leaf:
                raise RuntimeError(explain(
                    "a leaf Variable that requires grad has been used in an in-place operation.",
                    f"{self.cls.called()} wrote over a leaf of shape {shape_text(item.shape)}", "apply it to a copy: x.clone()"))
            return views.adopt(item, new, self.cls.called())
        if node is None or _among(item, self.ctx.non_differentiable):
            return views.detached(item) if given or item.requires_grad else item
        if given or item._view is not None:
            return views.stand_in(item, new, self.cls)
        item._node, item._index = node, new._index
        return item

    def _tied(self, tensor, place, items):
        """What the node keeps of a saved Tensor: see `operation._tie`."""
        if tensor is None:
            return None, None, 0, None
        if not isinstance(tensor, Tensor):
            raise TypeError(explain(
                f"save_for_backward can only save variables, but argument {place} is of type {type(tensor).__name__}",
                "what it saves is guarded against writes, and has a place in the graph", "keep it as an attribute: ctx.k = ..."))
        memory = memory_of(tensor)
        return tensor._array, memory, memory.version, self._origin(tensor, items)

    def _origin(self, tensor, items):
        """Where a saved Tensor came from: an output (-1, -2, ...), an input (0, 1, ...), or an edge of its own; None outside the graph."""
        for place, item in enumerate(items):
            if item is tensor:
                return -1 - place
        for place, given in enumerate(self.tensors):
            if given is tensor:
                return place
        return edge_of(tensor) if tensor.requires_grad else None


def _among(tensor, several):
    return any(other is tensor for other in several)
