"""Lazy layers: the number of inputs follows from the first batch; then they become the layer that they stand for."""

from workbook.autograd.modes import no_grad
from workbook.errors import explain, shape_text
from workbook.naming import PrintsAsTorchABC
from workbook.nn.batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from workbook.nn.conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from workbook.nn.linear import Linear
from workbook.nn.parameter import UninitializedBuffer, UninitializedParameter, is_lazy
from workbook.ops.from_data import tensor


class LazyModuleMixin(metaclass=PrintsAsTorchABC):
    """What makes a layer lazy: before its first forward `initialize_parameters(*args)` gives its parameters their shapes.

    A lazy layer is a class `(LazyModuleMixin, Layer)` with `cls_to_become = Layer`. Raises RuntimeError where parameters are without
    shape after that, NotImplementedError without `initialize_parameters`.

    >>> import workbook as torch
    >>> layer = torch.nn.LazyLinear(2)
    >>> layer, layer.weight
    (LazyLinear(in_features=0, out_features=2, bias=True), <UninitializedParameter>)
    >>> _ = layer(torch.zeros(4, 3))
    >>> layer
    Linear(in_features=3, out_features=2, bias=True)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.modules.lazy.LazyModuleMixin.html
    """

    torch_name = "torch.nn.modules.lazy.LazyModuleMixin"
    cls_to_become = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._load_hook = self._register_load_state_dict_pre_hook(self._lazy_load_hook)
        self._initialize_hook = self.register_forward_pre_hook(self._infer_parameters, with_kwargs=True)

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        for name, part in self._saved().items():
            destination[prefix + name] = part if keep_vars or is_lazy(part) else part.detach()

    def _lazy_load_hook(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        """Take the shapes of the state that is about to be loaded."""
        for name, part in (*self._parameters.items(), *self._buffers.items()):
            loaded = state_dict.get(prefix + name)
            if part is not None and loaded is not None and is_lazy(part) and not is_lazy(loaded):
                part.materialize(loaded.shape)

    def initialize_parameters(self, *args, **kwargs):
        """Give the parameters their shapes, from what forward is called with; every lazy layer defines its own."""
        raise NotImplementedError(explain(f"initialize_parameters is not implemented for {type(self).__name__}",
                                          "a lazy layer says how its shapes follow from its input",
                                          "write def initialize_parameters(self, input)"))

    def has_uninitialized_params(self):
        """Return whether a shape is still unknown."""
        return any(is_lazy(part) for part in (*self._parameters.values(), *self._buffers.values()))

    def _infer_parameters(self, module, args, kwargs=None):
        module.initialize_parameters(*args, **(kwargs or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(explain(f"module {self._get_name()} has not been fully initialized",
                                       "initialize_parameters left a parameter without a shape", "materialize all of them there"))
        module._initialize_hook.remove()
        module._load_hook.remove()
        del module._initialize_hook, module._load_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become

    # What the layers below share

    size = "in_channels"  # the setting that is 0 until it is known

    def reset_parameters(self):
        """Draw the parameters, once their shapes are known."""
        if not self.has_uninitialized_params() and getattr(self, self.size) != 0:
            super().reset_parameters()

    def _materialize(self, size, shapes):
        """Take `size`, and give what has no shape yet the one that `shapes` has for its name."""
        if not self.has_uninitialized_params():
            return
        setattr(self, self.size, size)
        with no_grad():
            for name, part in (*self._parameters.items(), *self._buffers.items()):
                if part is not None and is_lazy(part):
                    part.materialize(shapes[name])
            self.reset_parameters()


class LazyLinear(LazyModuleMixin, Linear):
    """A Linear whose in_features follow from the first input. Raises what Linear raises.

    >>> import workbook as torch
    >>> torch.nn.LazyLinear(2)(torch.zeros(4, 3)).shape
    torch.Size([4, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.LazyLinear.html
    """

    torch_name = "torch.nn.modules.linear.LazyLinear"
    cls_to_become, size = Linear, "in_features"

    def __init__(self, out_features, bias=True, device=None, dtype=None):
        super().__init__(0, out_features, False, device, dtype)
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def initialize_parameters(self, input):
        """Take in_features from the last axis of the input."""
        self._materialize(input.shape[-1], {"weight": (self.out_features, input.shape[-1]), "bias": (self.out_features,)})
        self.in_features = self.weight.shape[-1]  # of a state that was loaded before


class _LazyConv(LazyModuleMixin):
    """A convolution whose in_channels follow from the first input."""

    def __init__(self, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode="zeros", device=None,
                 dtype=None):
        super().__init__(0, out_channels, kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype)
        self._forget_shapes(bias, device, dtype)

    def _forget_shapes(self, bias, device, dtype):
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def initialize_parameters(self, input, *args):
        """Take in_channels from the input's axis of channels."""
        alone = self.axes + 1
        if input.dim() not in (alone, alone + 1):
            raise RuntimeError(explain(
                f"Expected {alone}D (unbatched) or {alone + 1}D (batched) input to {type(self).__name__}, but got input of size: "
                f"{input.shape}", f"its shape {shape_text(input.shape)} has {input.dim()} axes", "add the axis of the batch: x.unsqueeze(0)"))
        channels = input.shape[-alone]
        if channels % self.groups:
            raise ValueError(explain("in_channels must be divisible by groups", f"the input has {channels} channels, and there are "
                                     f"{self.groups} groups", "choose other groups"))
        ends = (channels, self.out_channels // self.groups) if self.transposed else (self.out_channels, channels // self.groups)
        self._materialize(channels, {"weight": (*ends, *self.kernel_size), "bias": (self.out_channels,)})


class _LazyConvTranspose(_LazyConv):
    """A transposed convolution whose in_channels follow from the first input."""

    def __init__(self, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
                 padding_mode="zeros", device=None, dtype=None):
        super(_LazyConv, self).__init__(0, out_channels, kernel_size, stride, padding, output_padding, groups, False, dilation,
                                        padding_mode, device, dtype)
        self._forget_shapes(bias, device, dtype)


class _LazyNorm(LazyModuleMixin):
    """A batch or instance norm whose num_features follow from the first input."""

    size = "num_features"

    def __init__(self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True):
        super().__init__(0, eps, momentum, False, False, device, dtype, bias=False)
        self.affine, self.track_running_stats = affine, track_running_stats
        place = {"device": device, "dtype": dtype}
        if affine:
            self.weight = UninitializedParameter(**place)
            if bias:
                self.bias = UninitializedParameter(**place)
        if track_running_stats:
            self.running_mean, self.running_var = UninitializedBuffer(**place), UninitializedBuffer(**place)
            self.num_batches_tracked = tensor(0, device=device)

    def initialize_parameters(self, input):
        """Take num_features from axis 1 of the input."""
        self._materialize(input.shape[1], dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (input.shape[1],)))


_TEXT = """A {layer} whose {size} follow from the first input. Raises what {layer} raises.

    >>> import workbook as torch
    >>> torch.nn.Lazy{layer}({settings})
    Lazy{layer}({shown})

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Lazy{layer}.html
    """
_SHOWN = {
    "Conv": ("8, 3", "0, 8, kernel_size=({k}), stride=({s})"),
    "BatchNorm": ("", "0, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True"),
}


def _lazy(layer, kind):
    """Return the lazy form of a layer."""
    name, axes = layer.__name__, int(layer.__name__[-2])
    settings, shown = _SHOWN["Conv" if "Conv" in name else "BatchNorm"]
    one = lambda number: ", ".join([number] * axes) + "," * (axes == 1)
    text = _TEXT.format(layer=name, size=kind.size, settings=settings, shown=shown.format(k=one("3"), s=one("1")))
    base, _, _ = layer.torch_name.rpartition(".")
    return type(layer)(f"Lazy{name}", (kind, layer), {
        "cls_to_become": layer, "__doc__": text, "__module__": __name__, "torch_name": f"{base}.Lazy{name}"})


LazyConv1d, LazyConv2d, LazyConv3d = (_lazy(layer, _LazyConv) for layer in (Conv1d, Conv2d, Conv3d))
LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d = (
    _lazy(layer, _LazyConvTranspose) for layer in (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d))
LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d = (_lazy(layer, _LazyNorm) for layer in (BatchNorm1d, BatchNorm2d, BatchNorm3d))
LazyInstanceNorm1d, LazyInstanceNorm2d, LazyInstanceNorm3d = (
    _lazy(layer, _LazyNorm) for layer in (InstanceNorm1d, InstanceNorm2d, InstanceNorm3d))

__all__ = ["LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d", "LazyConv1d", "LazyConv2d", "LazyConv3d", "LazyConvTranspose1d",
           "LazyConvTranspose2d", "LazyConvTranspose3d", "LazyInstanceNorm1d", "LazyInstanceNorm2d", "LazyInstanceNorm3d", "LazyLinear",
           "LazyModuleMixin"]
