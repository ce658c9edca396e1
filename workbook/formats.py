"""How a Tensor's numbers lie in memory, under PyTorch's names. The engine has one way: in strides."""

from workbook.errors import explain
from workbook.naming import PrintsAsTorch


class layout(metaclass=PrintsAsTorch):
    """A way to store a Tensor, such as `torch.strided`.

    >>> strided
    torch.strided

    Source: https://pytorch.org/docs/2.13/tensor_attributes.html#torch.layout
    """

    torch_name = "torch.layout"

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"torch.{self.name}"


class memory_format(layout):
    """An order of the elements in memory, such as `torch.contiguous_format`.

    >>> contiguous_format
    torch.contiguous_format

    Source: https://pytorch.org/docs/2.13/tensor_attributes.html#torch.memory_format
    """

    torch_name = "torch.memory_format"


strided = layout("strided")
contiguous_format, preserve_format, channels_last, channels_last_3d = map(
    memory_format, ("contiguous_format", "preserve_format", "channels_last", "channels_last_3d"))


def check_storage(function, layout_=None, pin_memory=False):
    """Raise for a layout that is not strided, and for pinned memory, which only an accelerator has."""
    if layout_ is not None and layout_ is not strided:
        raise TypeError(f"{function}(): argument 'layout' must be torch.layout, not {type(layout_).__name__}")
    if pin_memory:
        raise RuntimeError(explain(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is available on this system.",
            "pinned memory makes copies to a GPU faster; here the array library moves the data itself", "leave pin_memory out"))


def ordered(function, asked, preserving=True):
    """Return whether a copy is to lie in the order of its shape; else it keeps the order that it finds.

    Raises RuntimeError for the order in which the channels of images lie last, TypeError for what is no order.
    """
    if asked is None:
        asked = preserve_format if preserving else contiguous_format
    if not isinstance(asked, memory_format):
        raise TypeError(f"{function}(): argument 'memory_format' must be torch.memory_format, not {type(asked).__name__}")
    if asked not in (contiguous_format, preserve_format):
        raise RuntimeError(explain(f"{function}(): {asked} is not there", "the engine keeps images in the order of their shape, (N, C, H, W): "
                                   "the numbers are the same, only their places in memory differ", "leave memory_format out"))
    return asked is contiguous_format
