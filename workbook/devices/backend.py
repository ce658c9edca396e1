"""What the engine asks of an array library, and NumPy's answer."""

import contextlib
import functools
import os

import numpy


class Backend:
    """One kind of device: its array library `xp` and the ways in and out of its memory."""

    xp = None

    def status(self):
        """Return `(available, reason)`; never raises."""
        raise NotImplementedError

    def require(self, index=None):
        """Raise, with the reason, when the device of that number cannot be used."""
        raise NotImplementedError

    def count(self):
        """The number of devices of this kind."""
        raise NotImplementedError

    def current_index(self):
        """The index of this thread's current device."""
        return 0

    def using(self, index):
        """A context in which operations run on device `index`."""
        return contextlib.nullcontext()

    def from_host(self, array, index):
        """Copy a NumPy array into the device's memory."""
        raise NotImplementedError

    def to_host(self, array):
        """Copy one of the device's arrays into a NumPy array."""
        raise NotImplementedError


class CpuBackend(Backend):
    """NumPy."""

    xp = numpy

    def status(self):
        return True, "NumPy"

    def require(self, index=None):
        pass

    def count(self):
        return 1

    @functools.cached_property
    def memory(self):
        """The bytes of this computer's memory; None where it does not tell."""
        try:
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (AttributeError, ValueError, OSError):
            return None

    def from_host(self, array, index):
        return array.copy("K")

    def to_host(self, array):
        return array.copy("K")
