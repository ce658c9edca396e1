"""NVIDIA GPUs through CuPy, which is imported on first use; or simulated ones, where the student asks for them."""

import os
import threading

from workbook.devices.backend import Backend
from workbook.devices.checks import forget_noted, raise_noted
from workbook.devices.full import ooms, out_of_memory
from workbook.errors import explain
from workbook.threads import thread

VARIABLE = "WORKBOOK_SIMULATED_GPUS"
CAPTURING = "CUDA error: operation not permitted when stream is capturing"


class Capture(threading.local):
    """What a thread captures, to be done again."""

    index = None  # the number of the GPU whose work it is


class CudaBackend(Backend):
    """CuPy. `import cupy` succeeds without a driver, so being available means that a small kernel ran."""

    def __init__(self):
        self._cupy = self._reason = None
        self._process = None  # the one that uses the GPUs
        self._count = None
        self.simulated, self.capture = False, Capture()

    def _look(self):
        """Find the library, once. It raises nothing in a process that cannot use it."""
        if self._cupy is None and self._reason is None:
            if os.environ.get(VARIABLE, "") not in ("", "0"):
                self.simulate(_number(os.environ[VARIABLE]))
            else:
                self._cupy, self._reason = found()
        if self._cupy is not None and self._process is None:
            self._process = os.getpid()

    def forked(self):
        """Whether the GPUs belong to a process of which this one is a copy."""
        return self._process not in (None, os.getpid())

    def ready(self):
        """Whether there are GPUs, and this process can use them. Never raises."""
        return self.status()[0] and not self.forked()

    def _use(self):
        """Find the library. Raise RuntimeError in a process that cannot use it."""
        self._look()
        if self.forked():
            raise _forked(thread.state.device)

    def simulate(self, count, memory=None):
        """Put `count` simulated GPUs in the place of real ones; 0 takes them away. Return their machine."""
        from workbook.devices import simulated

        self._process = self._count = None
        self._cupy, self._reason, self.simulated = (simulated, None, True) if count else (None, None, False)
        self.capture = Capture()
        forget_noted()
        ooms.clear()
        simulated.machine.reset(count, memory)
        return simulated.machine

    def status(self):
        self._look()
        if self._cupy is None:
            return False, self._reason
        return True, f"{self.count()} simulated, computed by NumPy" if self.simulated else f"CuPy {self._cupy.__version__}"

    def require(self, index=None):
        self._use()
        if self._cupy is None:
            raise AssertionError(explain(
                "Torch not compiled with CUDA enabled", f"there is no cuda device here: {self._reason}",
                "write device = torch.device('cuda' if torch.cuda.is_available() else 'cpu'), "
                "or let GPUs be simulated: torch.cuda.simulate(1)"))
        if index is not None and index >= self.count():
            raise RuntimeError(explain(
                "CUDA error: invalid device ordinal", f"cuda:{index} is asked for, and {_there_are(self.count())}", "write cuda:0"))

    def count(self):
        self._look()
        if self._count is None and self._cupy:
            self._count = self._cupy.cuda.runtime.getDeviceCount()
        return self._count or 0

    @property
    def xp(self):
        self._use()
        if self._cupy is None:
            self.require()
        return self._cupy

    def current_index(self):
        return self.xp.cuda.Device().id

    def make_current(self, index):
        self.xp.cuda.Device(index).use()

    def using(self, index):
        if self.capture.index is not None and index not in (None, self.capture.index):
            raise RuntimeError(explain(
                CAPTURING, f"the work of cuda:{self.capture.index} is captured, and this is work of cuda:{index}: it would not be done again",
                f"leave it out, or capture inside with torch.cuda.device({index}):"))
        return Entered(self.xp.cuda.Device(index))

    def simulation(self):
        """Return how many GPUs are simulated and the memory of each, to go back to."""
        self._look()
        from workbook.devices import simulated

        return (simulated.machine.count, simulated.machine.memory) if self.simulated else (0, None)

    def capturing(self):
        """Whether work is being captured, to be done again."""
        return bool(self.xp.cuda.get_current_stream().is_capturing())

    def peak(self, index):
        """The most bytes in use at once, where the library keeps it."""
        return self.xp.machine.peak.get(index, 0) if self.simulated else 0

    def forget_peak(self, index):
        if self.simulated:
            self.xp.machine.peak[index] = self.xp.machine.used.get(index, 0)

    def from_host(self, array, index):
        with self.using(index):
            return self.xp.asarray(array)

    def to_host(self, array):
        raise_noted()
        with self.xp.cuda.Device(array.device.id):
            return self.xp.asnumpy(array, order="A")

    def between(self, array, index):
        """Copy an array of one GPU into the memory of another."""
        with self.using(index):
            return self.xp.array(array)


class Entered:
    """A context in which a GPU is the current one. Where its memory is full, the error says what holds it."""

    __slots__ = ("_device",)

    def __init__(self, device):
        self._device = device

    def __enter__(self):
        self._device.__enter__()

    def __exit__(self, kind, problem, trace):
        self._device.__exit__(kind, problem, trace)
        if kind is not None and issubclass(kind, MemoryError):
            raise out_of_memory(self._device, problem) from None


def _forked(default):
    why, fix = "", "let the workers return tensors of the CPU"
    if default is not None and default.type == "cuda":
        why, fix = f"; new Tensors lie on {default} here, too", "give the DataLoader worker_init_fn=lambda worker: torch.set_default_device('cpu')"
    return RuntimeError(explain(
        "Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn' start method",
        f"a GPU belongs to the process that used it first, and this is another one, such as a worker of a DataLoader{why}",
        f"{fix}, and move each batch in the loop: x = x.to(device)"))


def found():
    """Return CuPy and None where it can compute on a GPU, or None and the reason why it cannot. Never raises."""
    try:
        import cupy

        if not cupy.is_available():
            return None, _why_not(cupy)
        if int(cupy.arange(3).sum()) == 3:
            return cupy, None
        return None, "CuPy is installed, but a first small kernel computed a wrong number"
    except ModuleNotFoundError as problem:
        return None, "CuPy is not installed" if problem.name == "cupy" else f"CuPy is installed, but {problem.name}, which it needs, is not"
    except ImportError as problem:
        return None, f"CuPy is installed, but a library that it needs cannot be loaded: {problem}"
    except Exception as problem:  # the driver's own errors have no common base
        lacks = any(library in str(problem) for library in ("libnvrtc", "libcudart", "libcublas", "cuda_fp16.h", "nvrtc64", "cudart64"))
        hint = '; NVIDIA\'s libraries come with pip install "cupy-cuda12x[ctk]" (or cupy-cuda13x)' if lacks else ""
        return None, f"CuPy is installed, but a first small kernel failed: {problem}{hint}"


def _why_not(cupy):
    """Return why CuPy finds no GPU, in the driver's own words where it has some."""
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except Exception as problem:
        if "InsufficientDriver" in str(problem):
            return "CuPy is installed, but there is no NVIDIA driver, or it is too old for CuPy's CUDA: workbook doctor says which"
        return f"CuPy is installed, but the driver says: {problem}"
    return "CuPy is installed, but finds no NVIDIA GPU with a working driver" if count else "CuPy is installed, but the driver finds no NVIDIA GPU"


def _number(text):
    if not text.isdecimal() or int(text) > 64:
        raise RuntimeError(explain(f"{VARIABLE}={text}", "it is the number of GPUs to simulate",
                                   f"write a number up to 64, such as {VARIABLE}=2"))
    return int(text)


def _there_are(count):
    return "there is one GPU, cuda:0" if count == 1 else f"there are {count}, cuda:0 to cuda:{count - 1}"
