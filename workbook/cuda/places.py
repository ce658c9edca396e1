"""What names a GPU: a number, a device, a string, or nothing for the current one."""

from workbook.devices import device
from workbook.errors import explain


def backend():
    """Return what stands behind the device `cuda`."""
    return device("cuda").backend


def number_of(given=None, optional=True):
    """Return the number of a GPU. Raises ValueError for what names none, RuntimeError for one that is not there.

    `optional`: nothing, or "cuda" without a number, is the current one.
    """
    given = getattr(given, "idx", given)  # of a block, torch.cuda.device(1)
    place = device(given) if isinstance(given, (str, int, device)) and not isinstance(given, bool) else device("cuda") if given is None and optional else None
    if place is not None and place.type != "cuda":
        raise ValueError(explain(f"Expected a cuda device, but got: {place}", "it is asked of a GPU", "write 'cuda' or 'cuda:0'"))
    if place is None or place.index is None and not optional:
        raise ValueError(explain(f"Expected a torch.device with a specified index or an integer, but got:{given}", "GPUs are counted", "write 0, or 'cuda:0', for the first"))
    backend().require(place.index)
    return backend().current_index() if place.index is None else place.index
