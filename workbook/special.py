"""`torch.special`: functions of statistics and physics, some of them functions of `torch` under their mathematical names.

Source: https://pytorch.org/docs/2.13/special.html
"""

from workbook import missing
from workbook.ops import methods
from workbook.ops.arguments import door
from workbook.ops.bessel import i0e, i1, i1e
from workbook.ops.entropies import entr, xlog1py
from workbook.ops.incomplete import zeta
from workbook.ops.normal import erfcx, log_ndtr, ndtr, ndtri

_OF_TORCH = methods.functions()
_NAMES = {"expit": "sigmoid", "gammaln": "lgamma", "psi": "digamma", "multigammaln": "mvlgamma", "gammainc": "igamma",
          "gammaincc": "igammac",
          **{name: name for name in "digamma erf erfc erfinv exp2 expm1 i0 log1p log_softmax logit logsumexp polygamma round sinc "
             "softmax xlogy".split()}}
globals().update({name: _OF_TORCH[other] for name, other in _NAMES.items() if other in _OF_TORCH})

__all__ = sorted([*(name for name in _NAMES if name in globals()), "entr", "erfcx", "i0e", "i1", "i1e", "log_ndtr", "ndtr", "ndtri", "xlog1py", "zeta"])
globals().update({name: door(globals()[name], f"special_{name}") for name in __all__})


def __getattr__(name):
    raise missing.of_module("special", name)
