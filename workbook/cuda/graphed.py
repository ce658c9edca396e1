"""Parts of a network, captured once each, forward and backward, that stand in a loop of training as they were.

    net = torch.cuda.make_graphed_callables(net, (torch.randn(32, 10, device="cuda"),))
    loss = criterion(net(x), y)         # net(x) is one replay, and its part of loss.backward() another
"""

from workbook.autograd import grad
from workbook.autograd.function import Function, once_differentiable
from workbook.cuda import device, graph, stream, synchronize
from workbook.cuda.graphs import CUDAGraph
from workbook.cuda.streams import Stream
from workbook.errors import explain, kind_of, shape_text
from workbook.nn.module import Module
from workbook.ops.alike import empty_like
from workbook.tensor import Tensor


def make_graphed_callables(callables, sample_args, num_warmup_iters=3, allow_unused_input=False, pool=None):
    """Return a function or module of which forward and backward are captured, and replayed at each call; of a tuple of them a tuple.

    sample_args: a tuple of Tensors on a GPU, of the shapes, dtypes and requires_grad of all that will come; for a tuple of callables
    a tuple of such tuples. A module is captured in the mode that it is in, training or not; in the other it runs as before. Results
    are a Tensor, or a tuple or list of Tensors, in memory that the next call writes again: copy what shall stay.
    Raises AssertionError for modules with hooks, for buffers that require gradients and for sample_args that are no Tensors,
    RuntimeError where the work cannot be captured, and later for Tensors of other shapes.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.make_graphed_callables.html
    """
    several = isinstance(callables, tuple)
    pairs = list(zip(callables, sample_args)) if several else [(callables, sample_args)]
    if several and len(callables) != len(sample_args):
        raise ValueError(explain(f"make_graphed_callables() got {len(callables)} callables and {len(sample_args)} sample_args", "each has its own",
                                 "give a tuple of Tensors for each"))
    for function, samples in pairs:
        _check(function, samples)
    with device(pairs[0][1][0].device):
        parts = [_Part(function, samples, allow_unused_input) for function, samples in pairs]
        synchronize()
        with stream(Stream()):
            for part in parts:
                for _ in range(num_warmup_iters):
                    part.gradients(part.run(), empty_like)
        synchronize()
        for part in parts:  # in the order in which they will run, forward and back
            part.capture_forward()
        for part in reversed(parts):
            part.capture_backward()
    made = tuple(_placed(function, part) for (function, _), part in zip(pairs, parts))
    return made if several else made[0]


def _check(function, samples):
    if isinstance(function, Module):
        if function._backward_hooks or function._forward_hooks or function._forward_pre_hooks:
            raise AssertionError(explain("Modules must not have hooks registered at the time they are passed. However, registering hooks on modules "
                                         "after passing them through make_graphed_callables is allowed.",
                                         "a hook is Python, which is not part of what is captured", "register the hook afterwards"))
        if any(buffer.requires_grad for buffer in function.buffers()):
            raise AssertionError(explain("In any :class:`~torch.nn.Module` passed to :func:`~make_graphed_callables`, only parameters may be trainable. "
                                         "All buffers must have ``requires_grad=False``.", "gradients are captured for parameters and arguments",
                                         "make it an nn.Parameter"))
    if not isinstance(samples, (tuple, list)) or not samples or not all(isinstance(sample, Tensor) for sample in samples):
        given = kind_of(samples) if not isinstance(samples, (tuple, list)) else ", ".join(map(kind_of, samples)) or "nothing"
        raise AssertionError(explain("In the beta API, sample_args for each callable must contain only Tensors. Other types are not allowed.",
                                     f"what is captured reads its arguments in the memory of a GPU, and there is {given}", "write (x,), a tuple of Tensors"))
    if not all(sample.is_cuda for sample in samples):
        raise RuntimeError(explain("make_graphed_callables() captures the work of a GPU, and a sample lies on the CPU",
                                   "nothing of the CPU's work is captured", "write x.cuda()"))


class _Part:
    """One function: the memory of its arguments, results and gradients, and what writes it."""

    def __init__(self, function, samples, allow_unused):
        self._function, self._samples, self._allow_unused = function, tuple(samples), allow_unused
        self._parameters = tuple(function.parameters()) if isinstance(function, Module) else ()
        self._inputs = (*self._samples, *self._parameters)
        self._forward, self._backward = CUDAGraph(), CUDAGraph()

    def run(self):
        """Return all results of the function, as a tuple."""
        found = self._function(*self._samples)
        self._kind = type(found)
        results = tuple(found) if isinstance(found, (tuple, list)) else (found,)
        if not all(isinstance(result, Tensor) for result in results):
            raise TypeError(explain(f"make_graphed_callables() takes functions that return Tensors, not {kind_of(found)}",
                                    "their memory is written by each replay", "return a Tensor, or a tuple of Tensors"))
        return results

    def gradients(self, results, arriving):
        """Return a gradient, or None, an input; `arriving(result)` is the gradient of a result."""
        wanted, from_ = [x for x in self._inputs if x.requires_grad], [result for result in results if result.requires_grad]
        found = iter(grad(from_, wanted, [arriving(result) for result in from_], allow_unused=self._allow_unused) if from_ and wanted else [None] * len(wanted))
        return [next(found) if x.requires_grad else None for x in self._inputs]

    def capture_forward(self):
        with graph(self._forward):
            self._results = self.run()

    def capture_backward(self):
        self._arriving = {result: empty_like(result) for result in self._results if result.requires_grad}
        self._gradients = [None] * len(self._inputs)
        if self._arriving and any(x.requires_grad for x in self._inputs):
            with graph(self._backward):
                self._gradients = self.gradients(self._results, self._arriving.__getitem__)

    def __call__(self, *args):
        if len(args) != len(self._samples):
            raise TypeError(explain(f"it was captured with {len(self._samples)} arguments, and {len(args)} are given",
                                    "what is captured does the same each time", "give as many as in sample_args"))
        for place, (given, sample) in enumerate(zip(args, self._samples)):
            if not isinstance(given, Tensor) or given.shape != sample.shape or given.dtype is not sample.dtype:
                what = f"{shape_text(given.shape)}, {given.dtype}" if isinstance(given, Tensor) else kind_of(given)
                raise RuntimeError(explain(f"argument {place} is {what}, and was captured as {shape_text(sample.shape)}, {sample.dtype}",
                                           "what is captured does the same each time, in the same memory", "call the function itself, or capture it anew"))
        found = _Replayed.apply(self, *args, *self._parameters)
        return found if not issubclass(self._kind, (tuple, list)) else self._kind(*found) if hasattr(self._kind, "_fields") else self._kind(
            found if isinstance(found, tuple) else (found,))


class _Replayed(Function):
    """Both graphs of a part as one step."""

    @staticmethod
    def forward(ctx, part, *inputs):
        ctx.part = part
        for sample, given in zip(part._samples, inputs):
            if sample.data_ptr() != given.data_ptr():
                sample.copy_(given)
        part._forward.replay()
        results = tuple([result.detach() for result in part._results])
        ctx.mark_non_differentiable(*[shown for shown, result in zip(results, part._results) if not result.requires_grad])
        return results[0] if len(results) == 1 else results

    @staticmethod
    @once_differentiable
    def backward(ctx, *grads):
        part = ctx.part
        for result, arrived in zip(part._results, grads):
            if result in part._arriving:
                part._arriving[result].copy_(arrived)
        if part._backward.captured:
            part._backward.replay()
        return None, *[gradient if gradient is None else gradient.detach() for gradient in part._gradients]


def _placed(function, part):
    """Return what stands for the function from now on: the module itself, with another way forward in the mode that was captured."""
    if not isinstance(function, Module):
        return part
    captured, otherwise = function.training, function.forward
    function.forward = lambda *args, **named: (part if function.training == captured else otherwise)(*args, **named)
    return function
