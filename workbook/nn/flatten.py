"""Layers that change the shape and nothing else."""

from workbook.errors import explain
from workbook.nn.module import Module


class Flatten(Module):
    """Join the axes from `start_dim` to `end_dim` into one; by default all but the batch's.

    >>> import workbook as torch
    >>> torch.nn.Flatten()(torch.zeros(4, 16, 5, 5)).shape
    torch.Size([4, 400])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Flatten.html
    """

    torch_name = "torch.nn.modules.flatten.Flatten"

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Split axis `dim` into axes of the sizes `unflattened_size`.

    Raises TypeError unless `unflattened_size` is a tuple or list of ints.

    >>> import workbook as torch
    >>> torch.nn.Unflatten(1, (16, 5, 5))(torch.zeros(4, 400)).shape
    torch.Size([4, 16, 5, 5])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Unflatten.html
    """

    torch_name = "torch.nn.modules.flatten.Unflatten"

    def __init__(self, dim, unflattened_size):
        super().__init__()
        if not isinstance(unflattened_size, (tuple, list)):
            raise TypeError(explain(f"unflattened_size must be a tuple of ints, but found type {type(unflattened_size).__name__}",
                                    "one axis becomes several, each with its length", "write (2, 3)"))
        for place, size in enumerate(unflattened_size):
            if not isinstance(size, int):
                raise TypeError(explain("unflattened_size must be tuple of ints, "
                                        f"but found element of type {type(size).__name__} at pos {place}",
                                        "a length is a whole number", "write (2, 3)"))
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
