"""A deep-learning engine that can be read in an afternoon, under PyTorch's names: `import workbook as torch`."""

import importlib
import math
import warnings

from workbook import dtypes
from workbook.autograd.modes import (enable_grad, inference_mode, is_grad_enabled, is_inference_mode_enabled, no_grad,
                                     set_grad_enabled)
from workbook.devices import device
from workbook.dtypes import dtype, get_default_dtype, promote_types, set_default_dtype
from workbook.ops import methods
from workbook.printing import set_printoptions
from workbook.queries import is_complex, is_floating_point, is_tensor, result_type, typename
from workbook.random import Generator
from workbook.seeding import initial_seed, manual_seed, seed
from workbook.tensor import Size, Tensor
from workbook.version import __version__

globals().update(methods.functions())
globals().update({d.name: d for d in dtypes.ALL})
float, double, half, long, int, short = (
    dtypes.float32, dtypes.float64, dtypes.float16, dtypes.int64, dtypes.int32, dtypes.int16)
cfloat, cdouble = dtypes.complex64, dtypes.complex128
pi, e, inf, nan = math.pi, math.e, math.inf, math.nan

# Overflow, division by zero and NaN are values here, as in PyTorch. NumPy warns of them in our code; a student's own NumPy code
# keeps its warnings.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"workbook\.(ops|autograd|optim|nn)\.")

# Misspelt names that the old tutorials print, with the right one.
_MISSPELT = {"sigmod": "sigmoid", "non_zero": "nonzero", "tenser": "tensor"}
_SUBMODULES = ("autograd", "nn", "optim", "special", "utils", "vision", "widgets", "exercises", "cuda", "devices", "random")


def __getattr__(name):
    if name in _SUBMODULES:
        return importlib.import_module(f"workbook.{name}")
    if name in _MISSPELT:
        raise AttributeError(f"module 'torch' has no attribute '{name}'. Did you mean: '{_MISSPELT[name]}'?")
    raise AttributeError(f"module 'torch' has no attribute '{name}'")


def __dir__():
    return sorted({*globals(), *_SUBMODULES})
