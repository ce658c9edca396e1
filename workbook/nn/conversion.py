"""The half of Module that moves its numbers: to another dtype, another device, into other memory."""

import warnings

from workbook.autograd.modes import no_grad
from workbook.dtypes import dtype as Dtype
from workbook.errors import explain
from workbook.nn.parameter import is_lazy
from workbook.ops.alike import empty_like
from workbook.tensor import Tensor


class Conversion:
    """Everything here works in place, on parameters, their gradients and buffers, and returns the module."""

    def to(self, device=None, dtype=None, non_blocking=False, *, memory_format=None):
        """Move parameters and buffers to a device, or floating-point ones to a dtype; in place. Returns the module.

        Takes a device, a dtype, both, or a tensor to be like. `non_blocking` is accepted and changes nothing.
        `memory_format` is that of parameters with 4 or 5 axes. Raises TypeError for an integer dtype.

        >>> import workbook as torch
        >>> torch.nn.Linear(1, 1).to(torch.float64).weight.dtype
        torch.float64
        """
        if isinstance(device, Tensor):
            device, dtype = device.device, device.dtype
        elif isinstance(device, Dtype):
            device, dtype = None, device
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(explain("nn.Module.to only accepts floating point or complex dtypes, "
                                    f"but got desired dtype={dtype}", "parameters need gradients, and integers have none",
                                    "use torch.float32 or torch.float64"))
        if dtype is not None and dtype.is_complex:
            warnings.warn("Complex modules are a new feature under active development whose design may change, and some modules might not "
                          "work as expected when using complex tensors as parameters or buffers. Please file an issue at "
                          "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml if a complex module does not work as "
                          "expected.", stacklevel=2)

        def convert(tensor):
            if device is not None:
                tensor = tensor.to(device)
            if dtype is not None and (tensor.is_floating_point() or tensor.is_complex()):
                tensor = tensor.to(dtype)
            return tensor.to(memory_format=memory_format) if memory_format is not None and tensor.dim() in (4, 5) else tensor

        return self._apply(convert)

    def type(self, dst_type):
        """Turn every parameter and buffer, also of integers, into another dtype. Returns the module."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self):
        """Turn every floating-point parameter and buffer into float32. Returns the module."""
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self):
        """Turn every floating-point parameter and buffer into float64. Returns the module."""
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def half(self):
        """Turn every floating-point parameter and buffer into float16. Returns the module."""
        return self._apply(lambda t: t.half() if t.is_floating_point() else t)

    def bfloat16(self):
        """Raise TypeError: NumPy has no such numbers."""
        return self._apply(lambda t: t.bfloat16() if t.is_floating_point() else t)

    def cpu(self):
        """Move every parameter and buffer to the CPU. Returns the module."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device=None):
        """Move every parameter and buffer to a GPU. Returns the module."""
        return self._apply(lambda t: t.cuda(device))

    def to_empty(self, *, device, recurse=True):
        """Give every parameter and buffer memory on `device` that nobody has filled. Returns the module."""
        return self._apply(lambda t: empty_like(t, device=device), recurse=recurse)

    def _apply(self, fn, recurse=True):
        """Replace the memory of every parameter and its gradient, and every buffer, here and, with `recurse`, below."""
        if recurse:
            for child in self.children():
                child._apply(fn)
        for param in self._parameters.values():
            if param is not None:
                with no_grad():
                    param.data = fn(param.data)
                    if param.grad is not None:
                        param.grad = fn(param.grad.detach())
        for name, buffer in self._buffers.items():
            if is_lazy(buffer):
                buffer.data = fn(buffer.data)
            elif buffer is not None:
                self._buffers[name] = fn(buffer)
        return self
