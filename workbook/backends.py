"""`torch.backends`: switches of the libraries that PyTorch calls. They are accepted, and remembered, and change nothing here.

This engine computes with NumPy and CuPy, whose ways are fixed: every sum is done in one order, so a run with the same seed gives the
same numbers whether or not `torch.backends.cudnn.deterministic` is set.
"""

import contextlib

from workbook.errors import explain

__all__ = ["cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]


class Switches:
    """The switches of one library, each with the value that PyTorch begins with. Raises AttributeError for a name that is no switch."""

    def __init__(self, name, available, **switches):
        self.__dict__.update(switches, _name=name, _available=available, _beginning=switches)

    def is_available(self):
        """Return whether the library is here. Raises nothing."""
        return self._available

    is_built = is_available

    def version(self):
        """Return None: there is no such library here. Raises nothing."""

    @contextlib.contextmanager
    def flags(self, enabled=False, **switches):
        """Within the block these switches have these values and the others those that PyTorch begins with. Raises AttributeError for other names.

        >>> with cudnn.flags(enabled=False):
        ...     cudnn.enabled
        False
        >>> cudnn.enabled
        True

        Source: https://pytorch.org/docs/2.13/backends.html
        """
        earlier = {name: self.__dict__[name] for name in self._beginning}
        try:
            for name, value in (self._beginning | {"enabled": enabled} | switches).items():
                setattr(self, name, value)
            yield
        finally:
            self.__dict__.update(earlier)

    def __setattr__(self, name, value):
        if name not in self.__dict__:
            raise AttributeError(explain(f"torch.backends.{self._name} has no switch '{name}'", "a name that nobody reads would do nothing",
                                         f"its switches are {', '.join(n for n in self.__dict__ if n[0] != '_') or 'none'}"))
        self.__dict__[name] = value

    def __repr__(self):
        return f"<torch.backends.{self._name}>"


cudnn = Switches("cudnn", False, enabled=True, benchmark=False, deterministic=False, allow_tf32=True, benchmark_limit=10)
cuda = Switches("cuda", False, matmul=Switches("cuda.matmul", False, allow_tf32=False))
mkldnn = Switches("mkldnn", False, enabled=True)
mps, mkl, openmp = (Switches(name, False) for name in ("mps", "mkl", "openmp"))
