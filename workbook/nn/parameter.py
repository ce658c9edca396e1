"""Parameter and Buffer: the tensors of a Module, trained and untrained; and their forms whose shape is not known yet."""

from workbook.devices import settle
from workbook.errors import explain
from workbook.naming import PrintsAsTorch
from workbook.ops.creation import empty, get_default_device
from workbook.refusals import needs_floats
from workbook.tensor import Tensor, memory_of, wrap


class Parameter(Tensor):
    """A Tensor that is registered as a parameter when it is set as an attribute of a Module. It shares memory with `data`;
    without data it is empty.

    Raises AttributeError when `data` is no Tensor, RuntimeError when `requires_grad` is wanted of integers.

    >>> import workbook as torch
    >>> torch.nn.Parameter(torch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.parameter.Parameter.html
    """

    torch_name = "torch.nn.parameter.Parameter"

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            data = empty(0)
        if not isinstance(data, Tensor):
            raise AttributeError(explain(f"'{type(data).__name__}' object has no attribute 'detach'",
                                    "a Parameter is a Tensor that a Module trains",
                                    "nn.Parameter(torch.tensor(...))"))
        if requires_grad and not (data.is_floating_point() or data.is_complex()):
            raise RuntimeError("O" + needs_floats(data.dtype)[1:])  # PyTorch writes it with a capital here
        self = wrap(data._array, data.device, cls)
        self._memory = memory_of(data)
        self._requires_grad = bool(requires_grad)
        return self

    def __deepcopy__(self, memo):
        """A Parameter of the same numbers; its gradient, hooks and attributes stay behind, as in PyTorch."""
        memo[id(self)] = twin = type(self)(self.detach().clone(), self.requires_grad)
        return twin

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()


class _BufferKind(PrintsAsTorch):
    def __instancecheck__(cls, value):
        return isinstance(value, Tensor) and "_is_buffer" in value.__dict__ or super().__instancecheck__(value)


class Buffer(Tensor, metaclass=_BufferKind):
    """A Tensor that is registered as a buffer when it is set as an attribute of a Module. It shares memory with `data`.

    It is a plain Tensor that is marked; with `persistent=False` it is not part of the state_dict. Raises what its data raises.

    >>> import workbook as torch
    >>> net = torch.nn.Module()
    >>> net.mean = torch.nn.Buffer(torch.zeros(2))
    >>> net.state_dict()
    OrderedDict([('mean', tensor([0., 0.]))])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.parameter.Buffer.html
    """

    torch_name = "torch.nn.parameter.Buffer"

    def __new__(cls, data=None, *, persistent=True):
        made = (empty(0) if data is None else data).detach().requires_grad_(data is not None and data.requires_grad)
        made.persistent, made._is_buffer = persistent, True
        return made


class _Uninitialized:
    """A Tensor without a shape: all that is known is its dtype and its device. `materialize` gives it memory."""

    __slots__ = ()

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        self = wrap(empty(0, device=device, dtype=dtype)._array, settle(device if device is not None else get_default_device()), cls.becomes)
        self._requires_grad = bool(requires_grad) and cls.becomes is Parameter
        self.__class__ = cls
        return self

    def materialize(self, shape, device=None, dtype=None):
        """Become a Parameter, or a Tensor, of this shape, whose memory nobody has filled. Raises what `empty` raises."""
        made = empty(shape, device=self.device if device is None else device, dtype=self.dtype if dtype is None else dtype)
        self.__class__ = self.becomes
        self._array, self._device = made._array, made._device

    @property
    def _array(self):
        raise ValueError(explain(
            "Attempted to use an uninitialized parameter. This error happens when you are using a `LazyModule` or explicitly manipulating "
            "`torch.nn.parameter.UninitializedParameter` objects. When using LazyModules Call `forward` with a dummy batch to initialize "
            "the parameters before calling torch functions", "its shape follows from the first input, and there was none yet",
            "call the network once with a batch: net(x)"))

    @property
    def shape(self):
        """Raise RuntimeError: the shape is not known yet."""
        raise RuntimeError(explain(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying to "
            "load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before accessing their "
            "attributes.", "the shape follows from the first input", "call the network once with a batch: net(x)"))

    @property
    def data(self):
        """A Tensor without numbers, in its dtype and on its device; setting it changes the two."""
        return wrap(Tensor._array.__get__(self), self._device)

    @data.setter
    def data(self, new):
        Tensor._array.__set__(self, new._array)
        self._device = new._device

    @property
    def dtype(self):
        """The kind of number that it will hold."""
        return self.data.dtype

    def is_floating_point(self):
        """Return whether it will hold floating-point numbers."""
        return self.data.is_floating_point()

    def is_complex(self):
        """Return whether it will hold complex numbers."""
        return self.data.is_complex()

    def __repr__(self):
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo):
        twin = memo[id(self)] = type(self)(self._requires_grad, self.device, self.dtype)
        return twin

    def __reduce_ex__(self, protocol):
        return type(self), (self._requires_grad, str(self.device), self.dtype)


class UninitializedParameter(_Uninitialized, Parameter):
    """A Parameter whose shape is not known yet, as lazy layers have them. Raises RuntimeError for its shape, ValueError for its numbers.

    >>> import workbook as torch
    >>> w = torch.nn.UninitializedParameter()
    >>> w
    <UninitializedParameter>
    >>> w.materialize((2, 3))
    >>> type(w), w.shape
    (<class 'torch.nn.parameter.Parameter'>, torch.Size([2, 3]))

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.parameter.UninitializedParameter.html
    """

    torch_name = "torch.nn.parameter.UninitializedParameter"
    becomes = Parameter


class UninitializedBuffer(_Uninitialized, Tensor):
    """A buffer whose shape is not known yet. Raises RuntimeError for its shape, ValueError for its numbers.

    >>> import workbook as torch
    >>> torch.nn.UninitializedBuffer()
    <UninitializedBuffer>

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.parameter.UninitializedBuffer.html
    """

    torch_name = "torch.nn.parameter.UninitializedBuffer"
    becomes = Tensor


def is_lazy(tensor):
    """Return whether the shape of a Parameter or buffer is not known yet. Raises nothing.

    >>> is_lazy(UninitializedParameter())
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.parameter.UninitializedParameter.html
    """
    return isinstance(tensor, _Uninitialized)
