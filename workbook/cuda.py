"""What `torch.cuda` answers: whether there are GPUs, and how many."""

from workbook.devices import device


def is_available():
    """Return whether a GPU can be used. Never raises.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.is_available.html
    """
    return device("cuda").backend.status()[0]


def device_count():
    """Return how many GPUs there are. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.device_count.html
    """
    return device("cuda").backend.count()
