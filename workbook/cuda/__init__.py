"""`torch.cuda`: which GPUs there are, which one is current, and what they do.

Real ones come with CuPy. Where there are none, `torch.cuda.simulate(2)` puts simulated ones in their place: see `devices/simulated`.
"""

import importlib
from collections import namedtuple
from collections.abc import Iterable

from workbook import missing, random
from workbook.cuda.graphs import CUDAGraph, graph, is_current_stream_capturing  # noqa: F401
from workbook.cuda.memory import (OutOfMemoryError, empty_cache, get_per_process_memory_fraction, max_memory_allocated,  # noqa: F401
                                  max_memory_cached, max_memory_reserved, mem_get_info, memory_allocated, memory_cached, memory_reserved,
                                  memory_stats, memory_summary, reset_max_memory_allocated, reset_max_memory_cached,
                                  reset_peak_memory_stats, set_per_process_memory_fraction)
from workbook.cuda.places import backend as _backend, number_of as _number_of
from workbook.cuda.simulation import Simulation, simulate  # noqa: F401
from workbook.cuda.streams import Event, Stream, current_stream, default_stream, set_stream, stream, synchronize  # noqa: F401
from workbook.errors import explain
from workbook.tensor import Tensor
from workbook.threads import Blocks as _Blocks


def is_available():
    """Return whether a GPU can be used, a simulated one included. Never raises.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.is_available.html
    """
    return _backend().status()[0]


def device_count():
    """Return how many GPUs there are. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.device_count.html
    """
    return _backend().count()


def current_device():
    """Return the number of this thread's current GPU: the one that `device="cuda"` means. Raises AssertionError where there is none.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.current_device.html
    """
    return _backend().current_index()


def set_device(device):
    """Make a GPU, given by number or device, this thread's current one; a negative number changes nothing.

    Raises ValueError for what names none, RuntimeError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.set_device.html
    """
    if not _is_none(device):
        _backend().make_current(_number_of(device, optional=False))


class device:
    """A context in which a GPU is this thread's current one: `with torch.cuda.device(1): ...`; a negative number changes nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.device.html
    """

    def __init__(self, device):
        self.idx = device if _is_none(device) else _number_of(device)
        self._blocks = _Blocks()

    def __enter__(self):
        self._blocks.earlier.append(-1 if _is_none(self.idx) else current_device())
        set_device(self.idx)

    def __exit__(self, *problem):
        earlier = self._blocks.earlier
        set_device(earlier.pop() if earlier else -1)
        return False


def _is_none(device):
    """Whether a negative number stands there: it names no GPU, and what is asked of none changes nothing."""
    return isinstance(device, int) and device < 0


class device_of(device):
    """A context in which the GPU of a Tensor is current; for a Tensor on the CPU it changes nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.device_of.html
    """

    def __init__(self, obj):
        super().__init__(obj.get_device() if isinstance(obj, Tensor) else -1)


def _there_is(device, phrase):
    """Return the number of a GPU. Raises AssertionError, in PyTorch's words, for a number that none has."""
    if isinstance(device, int) and not isinstance(device, bool) and not 0 <= device < device_count():
        _backend().require()
        raise AssertionError(explain(phrase, f"{device} is asked for, and they are counted from 0 to {device_count() - 1}", "write 0 for the first"))
    return _number_of(device)


_Properties = namedtuple("_CudaDeviceProperties", "name major minor total_memory multi_processor_count warp_size")


def get_device_properties(device=None):
    """Return name, compute capability (`major`, `minor`), `total_memory` in bytes and `multi_processor_count` of a GPU.

    Raises AssertionError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.get_device_properties.html
    """
    found = _backend().xp.cuda.runtime.getDeviceProperties(_there_is(device, "Invalid device id"))
    return _Properties(found["name"].decode(), *(found[name] for name in ("major", "minor", "totalGlobalMem", "multiProcessorCount", "warpSize")))


def get_device_name(device=None):
    """Return the name of a GPU; that of a simulated one begins with "Simulated". Raises AssertionError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.get_device_name.html
    """
    return get_device_properties(device).name


def get_device_capability(device=None):
    """Return the compute capability of a GPU as two numbers; (0, 0) is that of a simulated one.

    Raises AssertionError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.get_device_capability.html
    """
    return get_device_properties(device)[1:3]


def get_arch_list():
    """Return the architectures that kernels are made for, as `["sm_90"]`: CuPy makes them while the program runs, for the GPUs that there are.

    It is empty where there is none, and of simulated ones, for which none are made. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.get_arch_list.html
    """
    real = 0 if _backend().simulated else device_count()
    return sorted({"sm_{}{}".format(*get_device_capability(number)) for number in range(real)})


def can_device_access_peer(device, peer_device):
    """Return whether one GPU can read the memory of another by itself. Raises AssertionError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.can_device_access_peer.html
    """
    return bool(_backend().xp.cuda.runtime.deviceCanAccessPeer(_there_is(device, "Invalid device id"),
                                                                    _there_is(peer_device, "Invalid peer device id")))


def init():
    """Make the GPUs ready, which happens by itself at the first use. Raises AssertionError where there are none.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.init.html
    """
    _backend().require()


def is_initialized():
    """Return whether there are GPUs and this process can use them: one that was forked from a process that does cannot. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.is_initialized.html
    """
    return _backend().ready()


def ipc_collect():
    """Do nothing: memory of a GPU is not handed to other processes here. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.ipc_collect.html
    """


def is_bf16_supported(including_emulation=True):
    """Return False: NumPy and CuPy have no bfloat16. Raises nothing.

    Source: https://pytorch.org/docs/2.13/cuda.html
    """
    return False


# ---- random numbers: there is one stream, the CPU's, for every device -------------------------------------------------------


def manual_seed(seed):
    """Start the random stream from `seed`. Every device draws from the one stream of the CPU, so that a run on a GPU begins with the
    weights and batches of a run without; so this is `torch.manual_seed`. Raises ValueError for what is no seed.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.manual_seed.html
    """
    if is_available():
        random.manual_seed(seed)


def seed():
    """Start the stream from a seed that nobody knows. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.seed.html
    """
    if is_available():
        random.seed()


manual_seed_all, seed_all, initial_seed = manual_seed, seed, random.initial_seed


def get_rng_state(device="cuda"):
    """Return the state of the stream. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.get_rng_state.html
    """
    _backend().require(_number_of(device))
    return random.get_rng_state()


def set_rng_state(new_state, device="cuda"):
    """Go on from a state of the stream. Raises AssertionError where there is no GPU, RuntimeError for what is no state.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.set_rng_state.html
    """
    _backend().require(_number_of(device))
    random.set_rng_state(new_state)


def get_rng_state_all():
    """Return the states of all GPUs: for each the same, as there is one stream. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.get_rng_state_all.html
    """
    return [random.get_rng_state() for _ in range(device_count())]


def set_rng_state_all(new_states):
    """Go on from what `get_rng_state_all` gave. Raises TypeError for what is no state, and no list of them.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.set_rng_state_all.html
    """
    if not isinstance(new_states, Iterable):
        raise TypeError(explain(f"'{type(new_states).__name__}' object is not iterable", "it holds a state of each GPU", "give what get_rng_state_all() returned"))
    for state in list(new_states)[:1]:
        random.set_rng_state(state)


def __getattr__(name):
    if name in ("amp", "nvtx"):
        return importlib.import_module(f"workbook.cuda.{name}")
    if name == "make_graphed_callables":
        return importlib.import_module("workbook.cuda.graphed").make_graphed_callables
    raise missing.of_module("cuda", name)
