"""A deep-learning engine that can be read in an afternoon, under PyTorch's names: `import workbook as torch`."""

import importlib
import math
import warnings

from workbook import dtypes, missing
from workbook.autograd.anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled, set_anomaly_enabled
from workbook.autograd.modes import (enable_grad, inference_mode, is_grad_enabled, is_inference_mode_enabled, no_grad,
                                     set_grad_enabled)
from workbook.devices import device
from workbook.dtypes import dtype, get_default_dtype, promote_types, set_default_dtype
from workbook.formats import channels_last, channels_last_3d, contiguous_format, layout, memory_format, preserve_format, strided
from workbook.limits import can_cast, finfo, iinfo
from workbook.ops import likes, methods
from workbook.ops.creation import get_default_device, set_default_device
from workbook.ops.likes import set_default_tensor_type
from workbook.printing import set_printoptions
from workbook.queries import is_complex, is_floating_point, is_inference, is_nonzero, is_tensor, result_type, typename
from workbook.random import Generator, default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state
from workbook.settings import (are_deterministic_algorithms_enabled, get_float32_matmul_precision,
                               is_deterministic_algorithms_warn_only_enabled, set_float32_matmul_precision, set_flush_denormal,
                               use_deterministic_algorithms)
from workbook.tensor import Size, Tensor
from workbook.version import __version__

globals().update(methods.functions())
globals().update(likes.CLASSES)
globals().update({d.name: d for d in dtypes.ALL})
float, double, half, long, int, short = (
    dtypes.float32, dtypes.float64, dtypes.float16, dtypes.int64, dtypes.int32, dtypes.int16)
cfloat, cdouble = dtypes.complex64, dtypes.complex128
pi, e, inf, nan = math.pi, math.e, math.inf, math.nan
newaxis = None

# Overflow, division by zero and NaN are values here, as in PyTorch. NumPy warns of them in our code; a student's own NumPy code
# keeps its warnings.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"workbook\.((ops|autograd|optim|nn)\.|formats$)")

_SUBMODULES = ("autograd", "nn", "optim", "special", "utils", "vision", "widgets", "exercises", "cuda", "accelerator", "backends", "devices", "linalg", "random",
               "func", "serialization", "safetensors", "distributed", "distributions", "amp")
_NETWORKS = {name: room for room, names in methods.NETWORKS.items() for name in names.split()}
# Rooms that load when one of their names is asked for.
_BY_NAME = {"OutOfMemoryError": "cuda", "autocast": "amp", "GradScaler": "amp", "is_autocast_enabled": "amp.autocast_mode", "vmap": "func", "save": "serialization", "load": "serialization", "get_num_threads": "cores",
            "set_num_threads": "cores"}


def __getattr__(name):
    if name in _SUBMODULES:
        return importlib.import_module(f"workbook.{name}")
    if name in _NETWORKS:
        found = globals()[name] = getattr(importlib.import_module(f"workbook.ops.{_NETWORKS[name]}"), name)
        return found
    if name in _BY_NAME:
        return getattr(importlib.import_module(f"workbook.{_BY_NAME[name]}"), name)
    raise missing.of_torch(name, None if name.startswith("_") else _elsewhere(name))


def _elsewhere(name):
    """Return how a name is written that `torch` itself does not have, but one of its rooms or every Tensor; None where nobody has it."""
    for room in ("nn.functional", "nn", "optim", "utils.data"):
        if name in importlib.import_module(f"workbook.{room}").__all__:
            return f"torch.{room}.{name}"
    return f"x.{name}" if hasattr(Tensor, name) and name not in ("show", "torch_name") else None  # which PyTorch's Tensors have not


def __dir__():
    return sorted({*globals(), *_SUBMODULES, *_NETWORKS, *_BY_NAME})
