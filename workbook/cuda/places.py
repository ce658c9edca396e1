"""What names a GPU: a number, a device, a string, or nothing for the current one."""

from workbook.devices import device
from workbook.errors import explain


def backend():
    """Return what stands behind the device `cuda`."""
    return device("cuda").backend


def number_of(given=None):
    """Return the number of a GPU. Raises ValueError for another kind of device, RuntimeError for one that is not there."""
    place = device("cuda" if given is None else given)
    if place.type != "cuda":
        raise ValueError(explain(f"Expected a cuda device, but got: {place}", "it is asked of a GPU", "write 'cuda' or 'cuda:0'"))
    backend().require(place.index)
    return backend().current_index() if place.index is None else place.index
