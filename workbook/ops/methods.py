"""The table that gives Tensor its methods: the only place that installs anything on a class.

Every row is a function of `ops/` or `autograd/`. One function has up to three doors: `torch.name`, the method `x.name`, and an
operator; an in-place form `x.name_` is made from it.
"""

from workbook import dtypes
from workbook.autograd import hooks, views, walk
from workbook.errors import explain
from workbook.ops import (activation, arithmetic, comparison, conversion, creation, extremes, indexing, inplace, joining, linalg,
                          losses, pointwise, reduction, shape)
from workbook.tensor import Tensor

# Functions that are methods and functions of `torch`; those of the second table have an in-place form, too.
METHODS = (
    shape.reshape, shape.flatten, shape.permute, shape.transpose, shape.t, shape.squeeze, shape.unsqueeze,
    shape.clone, joining.split, joining.chunk, joining.unbind, indexing.select, indexing.narrow, indexing.index_select,
    indexing.masked_select, indexing.gather, linalg.mm, linalg.mv, linalg.dot, linalg.bmm, linalg.matmul, linalg.addmm,
    reduction.sum, reduction.mean, reduction.var, reduction.std, reduction.all, reduction.any,
    extremes.max, extremes.min, extremes.argmax, extremes.argmin, extremes.sort, extremes.argsort, extremes.topk,
    losses.softmax, losses.log_softmax, comparison.maximum, comparison.minimum, comparison.isnan, comparison.isinf,
    comparison.isfinite, arithmetic.positive,
)
WITH_INPLACE = (
    arithmetic.add, arithmetic.sub, arithmetic.mul, arithmetic.div, arithmetic.pow, arithmetic.neg, arithmetic.reciprocal,
    arithmetic.square, arithmetic.floor_divide, arithmetic.remainder, pointwise.exp, pointwise.log, pointwise.sqrt,
    pointwise.sin, pointwise.cos, pointwise.tanh, pointwise.sigmoid, pointwise.relu, pointwise.abs, pointwise.sign,
    pointwise.floor, pointwise.ceil, pointwise.round, comparison.clamp, comparison.eq, comparison.ne, comparison.lt,
    comparison.le, comparison.gt, comparison.ge, comparison.logical_and, comparison.logical_or, comparison.logical_not,
    comparison.bitwise_and, comparison.bitwise_or, comparison.bitwise_xor, comparison.bitwise_not, activation.erf,
)

# Methods that are not functions of `torch`.
ONLY_METHODS = {
    "view": shape.view, "view_as": shape.view_as, "expand": shape.expand, "expand_as": shape.expand_as, "contiguous": shape.contiguous,
    "repeat": joining.repeat, "to": conversion.to, "cpu": conversion.cpu, "cuda": conversion.cuda, "type": conversion.type_,
    "type_as": conversion.type_as, "copy_": conversion.copy_, "fill_": conversion.fill_, "zero_": conversion.zero_,
    "detach": conversion.detach, "detach_": conversion.detach_, "requires_grad_": conversion.requires_grad_,
    "uniform_": inplace.uniform_, "normal_": inplace.normal_, "bernoulli_": inplace.bernoulli_, "random_": inplace.random_,
    "exponential_": inplace.exponential_,
    "backward": walk.backward, "retain_grad": hooks.retain_grad, "register_hook": hooks.register_hook,
}

# Other names for the same function, as PyTorch has them.
ALIASES = {"multiply": "mul", "divide": "div", "subtract": "sub", "true_divide": "div", "negative": "neg", "absolute": "abs",
           "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le", "not_equal": "ne", "clip": "clamp",
           "swapaxes": "transpose", "swapdims": "transpose", "concat": "cat", "concatenate": "cat"}

OPERATORS = {
    "__add__": arithmetic.add, "__radd__": arithmetic.add, "__sub__": arithmetic.sub, "__rsub__": arithmetic.rsub,
    "__mul__": arithmetic.mul, "__rmul__": arithmetic.mul, "__truediv__": arithmetic.div, "__rtruediv__": arithmetic.rdiv,
    "__floordiv__": arithmetic.floor_divide, "__rfloordiv__": arithmetic.rfloor_divide, "__mod__": arithmetic.remainder,
    "__rmod__": arithmetic.rremainder, "__pow__": arithmetic.pow,
    "__rpow__": arithmetic.rpow, "__neg__": arithmetic.neg, "__pos__": arithmetic.positive, "__abs__": pointwise.abs, "__matmul__": linalg.matmul,
    **{f"__{function.__name__}__": comparison.operator(function) for function in (
        comparison.eq, comparison.ne, comparison.lt, comparison.le, comparison.gt, comparison.ge)},
    "__and__": comparison.bitwise_and, "__or__": comparison.bitwise_or,
    "__xor__": comparison.bitwise_xor, "__invert__": comparison.invert, "__getitem__": indexing.getitem,
    "__setitem__": indexing.setitem,
}
INPLACE_OPERATORS = {"__iadd__": "add_", "__isub__": "sub_", "__imul__": "mul_", "__itruediv__": "div_", "__ipow__": "pow_",
                     "__ifloordiv__": "floor_divide_", "__imod__": "remainder_"}

CASTS = {"float": dtypes.float32, "double": dtypes.float64, "half": dtypes.float16, "long": dtypes.int64, "int": dtypes.int32,
         "short": dtypes.int16, "char": dtypes.int8, "byte": dtypes.uint8, "bool": dtypes.bool}

# Functions of `torch` that are not methods.
ONLY_FUNCTIONS = (
    creation.tensor, creation.as_tensor, creation.from_numpy, creation.empty, creation.zeros, creation.ones, creation.full,
    creation.eye, creation.arange, creation.linspace, creation.zeros_like, creation.ones_like, creation.empty_like,
    creation.full_like, creation.rand_like, creation.randn_like, creation.rand, creation.randn, creation.randint,
    creation.randperm, joining.cat, joining.stack, comparison.where, inplace.bernoulli, shape.numel,
    arithmetic.rsub,
)


def functions():
    """Return every function of the namespace `torch` by its name."""
    table = {function.__name__: function for function in METHODS + WITH_INPLACE + ONLY_FUNCTIONS}
    table["range"] = creation.range_
    table.update({alias: table[name] for alias, name in ALIASES.items()})
    return table


def install():
    """Give Tensor its methods."""
    for function in METHODS + WITH_INPLACE:
        setattr(Tensor, function.__name__, function)
    for function in WITH_INPLACE:
        name = function.__name__ + "_"
        setattr(Tensor, name, inplace.inplace(function, name))
    for alias, name in ALIASES.items():
        if hasattr(Tensor, name):
            setattr(Tensor, alias, getattr(Tensor, name))
            if hasattr(Tensor, name + "_"):
                setattr(Tensor, alias + "_", getattr(Tensor, name + "_"))
    for table in (ONLY_METHODS, OPERATORS):
        for name, function in table.items():
            setattr(Tensor, name, function)
    for name, form in INPLACE_OPERATORS.items():
        setattr(Tensor, name, getattr(Tensor, form))
    for name, dtype in CASTS.items():
        setattr(Tensor, name, conversion.caster(name, dtype))
    Tensor.__iter__ = _iterate
    Tensor.__rmatmul__ = lambda self, other: linalg.matmul(other, self)
    Tensor.T = property(_mirrored, doc="A view with the axes in reverse order.")
    Tensor.mT = property(_last_two_exchanged, doc="A view with the last two axes exchanged.")
    Tensor.grad_fn = property(_grad_fn, doc="The operation that made the Tensor; None for a leaf.")
    Tensor.data = property(views.data_of, _set_data, doc="The same memory outside the graph; writes to it go unseen.")


def _iterate(input):
    if input.ndim == 0:
        raise TypeError("iteration over a 0-d tensor")
    return iter(joining.unbind(input))


def _mirrored(input):
    return shape.permute(input, tuple(reversed(range(input.ndim))))


def _last_two_exchanged(input):
    if input.ndim == 1:
        raise RuntimeError("tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.")
    return shape.transpose(input, -2, -1) if input.ndim else input


def _grad_fn(input):
    return input._node if input._view is None else views.refreshed_node(input)


def _set_data(input, new):
    """Put `input` on the memory of `new`: both then show the same numbers, as in PyTorch.

    Each keeps its own count of writes, and views made before keep the memory that they show. A step recorded before keeps the
    values that it saved, so its gradient belongs to the numbers that it was computed with. (PyTorch's leaf shows it the new ones.)
    """
    if not isinstance(new, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type(new).__name__}")
    if input._requires_grad and new._array.dtype.kind not in "fc":
        raise RuntimeError(explain("data set to a tensor that requires gradients must be floating point or complex dtype",
                                   f"the new data holds {new.dtype}", "write x.data = new.float()"))
    input._array, input._device = new._array, new._device


install()
