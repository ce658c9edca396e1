"""What the engine asks of an array library, and NumPy's answer."""

import contextlib

import numpy


class Backend:
    """One kind of device: its array library `xp` and the ways in and out of its memory."""

    xp = None

    def status(self):
        """Return `(available, reason)`; never raises."""
        raise NotImplementedError

    def require(self):
        """Raise, with the reason, when the device cannot be used."""
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

    def require(self):
        pass

    def count(self):
        return 1

    def from_host(self, array, index):
        return array.copy()

    def to_host(self, array):
        return array.copy()
