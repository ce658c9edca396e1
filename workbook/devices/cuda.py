"""NVIDIA GPUs through CuPy, which is imported on first use."""

from workbook.devices.backend import Backend
from workbook.errors import explain


class CudaBackend(Backend):
    """CuPy. `import cupy` succeeds without a driver, so being available means that a small kernel ran."""

    def __init__(self):
        self._cupy = self._reason = None

    def _look(self):
        if self._cupy is None and self._reason is None:
            try:
                import cupy

                if not cupy.is_available():
                    self._reason = "CuPy is installed, but finds no NVIDIA GPU with a working driver"
                elif int(cupy.arange(3).sum()) == 3:
                    self._cupy = cupy
            except ImportError:
                self._reason = "CuPy is not installed"
            except Exception as problem:  # the driver's own errors have no common base
                self._reason = f"CuPy is installed, but a first small kernel failed: {problem}"

    def status(self):
        self._look()
        return (True, f"CuPy {self._cupy.__version__}") if self._cupy else (False, self._reason)

    def require(self):
        available, reason = self.status()
        if not available:
            raise AssertionError(explain(
                "Torch not compiled with CUDA enabled", f"there is no cuda device here: {reason}",
                "device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')"))

    def count(self):
        return self._cupy.cuda.runtime.getDeviceCount() if self.status()[0] else 0

    @property
    def xp(self):
        self.require()
        return self._cupy

    def current_index(self):
        self.require()
        return self._cupy.cuda.Device().id

    def using(self, index):
        return self.xp.cuda.Device(index)

    def from_host(self, array, index):
        with self.using(index):
            return self.xp.asarray(array)

    def to_host(self, array):
        return self.xp.asnumpy(array)
