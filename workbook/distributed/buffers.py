"""A Tensor's numbers as they travel: a NumPy array that lies in one piece, on the CPU."""

import numpy as np

from workbook.devices import CPU
from workbook.errors import explain
from workbook.tensor import Tensor, memory_of


def outgoing(tensor):
    """Return the numbers of a Tensor, in its own memory where they lie there in one piece."""
    array = on_host(tensor)
    return array if array.flags.c_contiguous else array.copy()


def on_host(tensor):
    return tensor._array if tensor._device is CPU else tensor._device.backend.to_host(tensor._array)


def put(tensor, numbers, function):
    """Write what has arrived into a Tensor, as one more write to its memory."""
    array = tensor._array
    if numbers is not array:
        device = tensor._device
        with device.entered():
            array[...] = numbers if device is CPU else device.backend.from_host(np.ascontiguousarray(numbers), device.index)
    memory_of(tensor).wrote(function)


def check_tensor(given, name):
    """Raise TypeError for what is no Tensor, in PyTorch's words."""
    if not isinstance(given, Tensor):
        raise TypeError(explain(f"Invalid function argument. Expected parameter `{name}` of type torch.Tensor but got "
                                f"{type(given)} instead.", "tensors travel between ranks",
                                f"write torch.tensor({given!r})" if isinstance(given, (int, float)) else
                                "give one tensor; objects travel by all_gather_object and broadcast_object_list"))


def check_list(given, name):
    """Raise TypeError for what is no list of Tensors."""
    if not isinstance(given, (list, tuple)):
        raise TypeError(explain(f"Invalid function argument. Expected parameter `{name}` of type List[torch.Tensor] but got "
                                f"{type(given)} instead.",
                                "it has one tensor for each rank", "write [torch.zeros_like(tensor) for _ in range(world_size)]"))
    if not all(isinstance(part, Tensor) for part in given):
        raise TypeError(explain(f"Invalid function argument. Expected parameter `{name}` of type List[torch.Tensor] but got "
                                f"{type(given)} with "
                                f"elements of type {[type(part) for part in given]}.", "it has one tensor for each rank",
                                "write [torch.zeros_like(tensor) for _ in range(world_size)]"))


def check_parts(parts, tensor, size, function, what):
    """Raise where a list has not one Tensor for each of `size` ranks, of the shape and dtype of `tensor`."""
    if len(parts) != size:
        raise RuntimeError(explain(f"{function}: Incorrect {what} list size {len(parts)}. {what.capitalize()} list size should be "
                                   f"{size}, same as "
                                   "size of the process group.", "there is one tensor for each rank",
                                   "write [torch.zeros_like(tensor) for _ in range(dist.get_world_size())]"))
    for index, part in enumerate(parts):
        check_like(part, tensor, f"{function}: invalid tensor size at index {index}")


def check_like(part, tensor, what):
    """Raise where one Tensor has not the dtype, or the shape, of the other."""
    if part.dtype is not tensor.dtype:
        raise ValueError(explain(f"Invalid usage of tensors with different dtypes. Found {part.dtype} and {tensor.dtype}",
                                 "what is sent and what is filled hold the same kind of numbers", "give torch.zeros_like(tensor)"))
    if part.shape != tensor.shape:
        raise RuntimeError(explain(f"{what} (expected {tuple(tensor.shape)}, got {tuple(part.shape)})",
                                   "what arrives has the shape of what was sent", "give torch.zeros_like(tensor)"))
