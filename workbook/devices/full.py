"""The error of a memory that is full."""


class OutOfMemoryError(RuntimeError):
    """A device has no room for an array: `torch.OutOfMemoryError`, of which PyTorch's handlers of RuntimeError catch, too.

    Source: https://pytorch.org/docs/2.13/generated/torch.OutOfMemoryError.html
    """
