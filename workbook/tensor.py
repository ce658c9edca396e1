"""Tensor: an array, a gradient, and the step that made it."""

import copy
import sys
import warnings

import numpy as np

from workbook import dtypes, formats, missing
from workbook.axes import axis_there_is
from workbook.callers import where_called
from workbook.devices import CPU, settle
from workbook.errors import explain, shape_text
from workbook.naming import PrintsAsTorch
from workbook.numbers import real_number
from workbook.printing import tensor_text
from workbook.refusals import CONTROL, DATA, ITEM, one_slice_only, refuse_flag, refuse_gradient
from workbook.size import Size
from workbook.strides import steps_of
from workbook.threads import thread


class Memory:
    """What all Tensors on one piece of memory share: how often it was written, and by what."""

    version = 0
    written_by = written_at = None
    reshaped = False  # whether a Tensor that is no view took another shape in place, as with t_()
    lent = False  # whether NumPy shows it, too: then it cannot grow
    pinned = False  # whether pin_memory() made it
    added = 0  # how many of the writes added a gradient to it

    def wrote(self, writer):
        """Count one more write, by the operation called `writer`."""
        self.version += 1
        self.written_by = writer
        self.written_at = where_called() if thread.state.anomaly else None  # (file, line), where anomaly detection is on


class UncountedMemory(Memory):
    """What Tensors made inside inference_mode share: nobody counts the writes, so no backward pass can be sure of the values."""

    version = None

    def wrote(self, writer):
        """Count nothing."""


_tuple = tuple.__new__


class Tensor(metaclass=PrintsAsTorch):
    """An n-dimensional array of one dtype on one device that can record what is computed from it.

    Its operators, its methods and `grad_fn` come from the table in `ops/methods.py`. `torch.tensor(data)` makes one from numbers.
    The old constructor `torch.Tensor(2, 3)` makes a float32 Tensor of that shape
    whose memory is not filled; `torch.Tensor([2, 3])` one with that data.

    >>> import workbook as torch
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])

    Source: https://pytorch.org/docs/2.13/tensors.html
    """

    torch_name = "torch.Tensor"
    __array_priority__ = 1000  # NumPy leaves `array * tensor` to the Tensor

    # Slots are read four times faster than other attributes, and every operation reads them.
    __slots__ = (
        "_array", "_device",
        "_memory",  # Memory, made when somebody asks
        "_node", "_index",  # the operation that made this Tensor (None for a leaf), and which of its outputs it is
        "_requires_grad", "_grad",  # of a leaf
        "_view",  # views.View: the Tensor whose memory this one shows, and how
        "_accumulator",  # weak reference to the leaf's AccumulateGrad
        "__dict__", "__weakref__")
    _hooks = _hooks_after = None  # of a leaf: before its gradient is added, and after
    _retains_grad = False

    def __new__(cls, *data, device=None):
        from workbook.ops.from_data import legacy_tensor

        return wrap(legacy_tensor(*data), CPU, cls)

    # ---- what it is ------------------------------------------------------------------------------------------------------

    @property
    def shape(self):
        """The lengths of its axes, as a `torch.Size`."""
        return _tuple(Size, self._array.shape)  # what stands there is checked already

    def size(self, dim=None):
        """Return the shape, or the length of axis `dim`. Raises IndexError for an axis that is not there."""
        return _tuple(Size, self._array.shape) if dim is None else self._array.shape[axis_there_is(dim, self._array.shape, "size")]

    @property
    def dtype(self):
        """The kind of number it holds."""
        return dtypes.OF_NUMPY[self._array.dtype]

    @property
    def device(self):
        """The device its memory is on."""
        return self._device.plain

    @property
    def ndim(self):
        """The number of axes."""
        return self._array.ndim

    def dim(self):
        """Return the number of axes."""
        return self._array.ndim

    def numel(self):
        """Return the number of elements."""
        return self._array.size

    nelement = numel

    def element_size(self):
        """Return the bytes of one element."""
        return self._array.itemsize

    def stride(self, dim=None):
        """Return, for each axis or for axis `dim`, how many elements of memory one step along it passes.

        Raises IndexError for an axis that is not there.
        """
        steps = steps_of(self._array)
        return steps if dim is None else steps[axis_there_is(dim, self._array.shape, "stride")]

    def is_contiguous(self, memory_format=formats.contiguous_format):
        """Return whether the elements lie in memory in the order of the shape, or in that of another format.

        Raises TypeError for what is no memory format.
        """
        if memory_format is formats.contiguous_format:
            return self._array.flags.c_contiguous
        return formats.lies_in(self._array, formats.asked_format("is_contiguous", memory_format))

    def data_ptr(self):
        """Return the address of the first element."""
        return formats.address(self._array)

    def is_floating_point(self):
        """Return whether the dtype is a floating point one."""
        return self._array.dtype.kind == "f"

    def is_complex(self):
        """Return whether the dtype is a complex one."""
        return self._array.dtype.kind == "c"

    @property
    def itemsize(self):
        """The bytes of one element."""
        return self._array.itemsize

    @property
    def nbytes(self):
        """The bytes of all elements."""
        return self._array.nbytes

    @property
    def layout(self):
        """How it lies in memory: always `torch.strided`."""
        return formats.strided

    @property
    def name(self):
        """None: PyTorch keeps this place for names that nobody gives."""
        return None

    def get_device(self):
        """Return the number of its GPU; -1 on the CPU."""
        return -1 if self._device.type == "cpu" else self._device.index

    def is_same_size(self, other):
        """Return whether another Tensor has the same shape."""
        return self._array.shape == other._array.shape

    def is_inference(self):
        """Return whether it was made inside `inference_mode`, or shows the memory of one that was."""
        return self._memory.__class__ is UncountedMemory

    def is_nonzero(self):
        """Return whether the only element differs from 0. Raises RuntimeError where there are more."""
        return bool(self)

    is_xpu = is_sparse = is_quantized = is_mps = is_meta = is_nested = is_mkldnn = is_sparse_csr = False
    is_xla = is_mtia = is_vulkan = is_ipu = is_maia = volatile = False
    output_nr = property(lambda self: self._index, doc="Which of the outputs of its operation it is.")
    retains_grad = property(lambda self: self._retains_grad, doc="Whether a computed Tensor keeps its gradient: see retain_grad().")
    is_cpu = property(lambda self: self._device.type == "cpu", doc="Whether its memory is the CPU's.")

    def __dir__(self):
        return [name for name in super().__dir__() if name not in missing.OF_TENSOR]

    @property
    def is_cuda(self):
        """Whether its memory is on a GPU."""
        return self._device.type == "cuda"

    @property
    def _version(self):
        """How often its memory was written in place. Raises RuntimeError for a Tensor made inside inference_mode."""
        if self.is_inference():
            raise RuntimeError(explain("Inference tensors do not track version counter.",
                                       "no backward pass will ever ask whether one was written", "clone() it for a tensor that counts"))
        return 0 if self._memory is None else self._memory.version

    @property
    def is_leaf(self):
        """Whether no recorded operation made it: a parameter, an input, or anything that needs no gradient."""
        return self.grad_fn is None

    @property
    def requires_grad(self):
        """Whether operations on it are recorded. Set it on a leaf. A view of what requires a gradient requires it, too."""
        return (self._node is not None or self._requires_grad
                or self._view is not None and self._view.base.requires_grad)

    @requires_grad.setter
    def requires_grad(self, wanted):
        refuse_flag(self, wanted)
        if wanted and self.is_inference() and not thread.state.inference:
            raise RuntimeError(explain("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.",
                                       "it was made inside torch.inference_mode(), so nothing computed from it is recorded",
                                       "clone() it: y = x.clone().requires_grad_(), or compute it inside torch.no_grad()"))
        self._requires_grad = wanted

    @requires_grad.deleter
    def requires_grad(self):
        raise RuntimeError(explain("requires_grad must be a bool", "it cannot be taken away, only set", "write x.requires_grad = False"))

    @property
    def grad(self):
        """The gradient that backward passes have added up here; None before the first. Only leaves get one."""
        if self._node is not None and self._grad is None and not self._retains_grad:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
                "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
                "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access "
                "the leaf Tensor instead.", UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, new):
        if new is not None:
            refuse_gradient(self, new, isinstance(new, Tensor))
        self._grad = new

    @grad.deleter
    def grad(self):
        self._grad = None

    # ---- out to Python and NumPy -----------------------------------------------------------------------------------------

    def item(self):
        """Return the only element as a Python number. Raises RuntimeError where there are more."""
        if self._array.size != 1:
            raise RuntimeError(explain(
                f"a Tensor with {self._array.size} elements cannot be converted to Scalar",
                f"its shape is {shape_text(self._array.shape)}, and only one number can become a Python number",
                "reduce it first with mean() or sum(), or use tolist()"))
        if self._device.is_batch:
            raise one_slice_only(ITEM)
        return self._host().item()

    def tolist(self):
        """Return the elements as nested Python lists; a Python number for a 0-d Tensor."""
        if self._device.is_batch:
            raise one_slice_only(DATA)
        return self._host().tolist()

    def numpy(self, *, force=False):
        """Return its memory as a NumPy array, shared. `force` makes a copy outside the graph where sharing is not possible.

        Raises RuntimeError on a Tensor that requires grad, TypeError on one that is not on the CPU.
        """
        if force:
            return self._host()
        if self.requires_grad:
            raise RuntimeError(explain(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
                "NumPy would change its values without autograd seeing it",
                "write .detach().numpy(), for a plot or for NumPy functions"))
        if self._device.is_batch:
            raise one_slice_only(DATA)
        if self._device.type != "cpu":
            raise TypeError(explain(
                f"can't convert {self._device} device type tensor to numpy. "
                "Use Tensor.cpu() to copy the tensor to host memory first.", "NumPy sees only the CPU's memory", ".cpu().numpy()"))
        memory_of(self).lent = True
        return self._array.view()  # an array of its own, so that n.shape = ... stays without effect here

    def _host(self):
        return self._array if self._device is CPU else self._device.backend.to_host(self._array)

    def __array__(self, dtype=None, copy=None):
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def __array_wrap__(self, array, context=None, return_scalar=False):
        """Make what a NumPy function computed from Tensors a Tensor: np.sqrt(x), x + np.ones(3). NumPy asks for it."""
        if array.dtype not in dtypes.OF_NUMPY:
            raise TypeError(explain(f"can't convert np.ndarray of type numpy.{array.dtype}.",
                                    "a tensor holds numbers", "convert the array first: array.astype(float)"))
        return wrap(array.view(np.uint8) if array.dtype == bool else array)  # PyTorch's yes or no before it had bool

    def __bool__(self):
        if self._array.size != 1:
            raise RuntimeError(explain(
                f"Boolean value of Tensor with {'no values' if self._array.size == 0 else 'more than one value'} is ambiguous",
                f"its shape is {shape_text(self._array.shape)}: some elements may be true and others not",
                "ask for all(), any(), or torch.equal(a, b)"))
        if self._device.is_batch:
            raise one_slice_only(CONTROL)
        return bool(self._host().item())

    def __float__(self):
        return float(real_number(self._only(), dtypes.float64.numpy))

    def __int__(self):
        return int(real_number(self._only(), dtypes.int64.numpy))

    def __complex__(self):
        return complex(self._only())

    def _only(self):
        if self._array.size != 1:
            raise ValueError(explain(
                "only one element tensors can be converted to Python scalars",
                f"this tensor of shape {shape_text(self._array.shape)} has {self._array.size} elements",
                "reduce it first with mean() or sum(), or use tolist()"))
        if self._device.is_batch:
            raise one_slice_only(ITEM)
        return self._host().item()

    def __index__(self):
        if self._array.dtype.kind not in "iub" or self._array.size != 1:
            raise TypeError(explain("only integer tensors of a single element can be converted to an index",
                                    "a place in a list is one whole number", "write x.int(), or x.item() of a single element"))
        return int(self.item())

    def __len__(self):
        if self._array.ndim == 0:
            raise TypeError(explain("len() of a 0-d tensor", "its shape is []: it holds one number and has no axis",
                                    "use .item() for the number"))
        return self._array.shape[0]

    def __contains__(self, element):
        if not isinstance(element, (Tensor, int, float, bool, complex)):
            raise RuntimeError(explain(
                f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.",
                "a tensor holds numbers", "look for a number, or ask (x == other).any()"))
        return bool((self == element)._array.any())

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return self._text("tensor(")

    def _text(self, prefix):
        node = self.grad_fn
        return tensor_text(
            self._host(), dtype=self.dtype, default_dtype=dtypes.get_default_dtype(), prefix=prefix,
            device_text=None if self._device.type == "cpu" else str(self._device),
            grad_fn_name=None if node is None else type(node).__name__, requires_grad=self.requires_grad)

    def show(self):
        """Return a live view of its cells, its facts and its memory, for a notebook. Needs anywidget, which `python lab.py` brings."""
        from workbook.widgets.inspector_view import Inspector

        return Inspector(self, sys._getframe(1))

    def __format__(self, spec):
        if self._array.ndim == 0 and type(self) is Tensor:
            return format(self.item(), spec)
        if spec:
            raise TypeError(explain(
                "unsupported format string passed to Tensor.__format__",
                f"a format like '{spec}' is for one number; this tensor has shape {shape_text(self._array.shape)}",
                "format single elements: f'{t[0].item():.2f}'"))
        return repr(self)

    def __deepcopy__(self, memo):
        if self._node is not None:
            raise RuntimeError(explain(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.",
                "this tensor belongs to a recorded computation", "copy tensor.detach().clone()"))
        with self._device.entered():
            array = formats.copied_with_its_memory(self._array, memo, self._device.xp)
        twin = memo[id(self)] = wrap(array, self._device, type(self))
        twin._requires_grad, twin._grad = self.requires_grad, copy.deepcopy(self._grad, memo)
        if self._memory is not None:
            twin._memory = memo.setdefault(id(self._memory), Memory())
        twin.__dict__.update(copy.deepcopy(self._attributes(), memo))
        return twin

    def __reduce_ex__(self, protocol):
        return _unpickle, (type(self), self._host(), str(self._device), self.requires_grad), self._attributes() or None

    def _attributes(self):
        """What a student has set on this Tensor. Hooks are not: they belong to this one."""
        return {name: value for name, value in self.__dict__.items() if name != "_hooks"}


missing.tell_of(Tensor)


def wrap(array, device=CPU, cls=Tensor):
    """Return a Tensor on `array`, which it does not copy."""
    made = _new(cls)
    made._array, made._device = array, device
    made._memory = made._node = made._grad = made._view = made._accumulator = None
    made._index, made._requires_grad = 0, False
    if thread.state.inference:
        made._memory = UncountedMemory()
    return made


_new = object.__new__


def memory_of(tensor):
    """Return the Memory that `tensor` shares with its views."""
    memory = tensor._memory
    if memory is None:
        memory = tensor._memory = Memory()
    return memory


def _unpickle(cls, array, where, requires_grad):
    place = settle(where)
    made = wrap(array if place is CPU else place.backend.from_host(array, place.index), place, cls)
    made._requires_grad = requires_grad
    return made
