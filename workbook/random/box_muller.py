"""Normal numbers from uniform ones, to PyTorch's last bit."""

import math

import numpy as np

from workbook.random.generator import each
from workbook.random.once import Hasty, fma32

# Box and Muller: two uniforms make two normals. PyTorch takes them from the two halves of each block of sixteen.


def box_muller64(uniforms):
    return _box_muller(uniforms, 2 * math.pi, lambda x: each(math.log, x), lambda x: (each(math.sin, x), each(math.cos, x)))


def box_muller32(uniforms):
    if uniforms.size <= FEW:
        fma = Hasty()
        normals = _box_muller32(uniforms, fma)
        if fma.sure():
            return normals
    return _box_muller32(uniforms, fma32)


FEW = 4096  # numbers, for which looking at each sum for itself would take longer than the sums


def _box_muller32(uniforms, fma):
    return _box_muller(uniforms, np.float32(2 * math.pi), lambda x: _log32(x, fma), lambda x: _sin_cos32(x, fma))


def _box_muller(uniforms, two_pi, log, sin_cos):
    halves = uniforms.reshape(-1, 2, 8)
    u1, u2 = 1 - halves[:, 0].reshape(-1), halves[:, 1].reshape(-1)
    radius = np.sqrt(-2 * log(u1))
    sin, cos = sin_cos(two_pi * u2)
    normals = np.empty_like(halves)
    normals[:, 0], normals[:, 1] = (radius * cos).reshape(-1, 8), (radius * sin).reshape(-1, 8)
    return normals.reshape(-1)


# The logarithm, sine and cosine that PyTorch's float32 kernel uses, to the last bit. Polynomials: Moshier, Cephes (logf, sinf,
# cosf). Order of operations: Pommier, sse_mathfun, with a multiplication and an addition in one rounding where the compiler of
# PyTorch's releases fuses them. A plain product below is one that is exact, or that PyTorch rounds by itself.

_f32 = np.float32
LOG = [_f32(c) for c in (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                         -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)]
LOG_2 = _f32(0.693359375), _f32(-2.12194440e-4)  # log(2) in two parts; the first has so few bits that e * it is exact
SIN = [_f32(c) for c in (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)]
COS = [_f32(c) for c in (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)]
MINUS_QUARTER_PI = _f32(-0.78515625), _f32(-2.4187564849853515625e-4), _f32(-3.77489497744594108e-8)  # the first two: as LOG_2


def _log32(x, fma=fma32):
    bits = x.view(np.int32)
    mantissa = (bits & 0x7FFFFF | 0x3F000000).view(_f32)  # x = mantissa * 2**exponent, mantissa in [0.5, 1)
    low = mantissa < _f32(0.70710678)
    exponent = ((bits >> 23) - 126 - low).astype(_f32)
    r = mantissa - 1 + np.where(low, mantissa, _f32(0))
    z = r * r
    y = _polynomial(LOG, r, fma) * r
    y = fma(y, z, exponent * LOG_2[1]) - _f32(0.5) * z
    return exponent * LOG_2[0] + (r + y)


def _sin_cos32(x, fma=fma32):
    octant = ((x * _f32(4 / math.pi)).astype(np.int32) + 1) & ~1
    steps = octant.astype(_f32)
    x = x + steps * MINUS_QUARTER_PI[0] + steps * MINUS_QUARTER_PI[1]
    x = fma(steps, MINUS_QUARTER_PI[2], x)
    z = x * x
    near_zero = fma(_polynomial(SIN, z, fma) * z, x, x)
    near_peak = fma(_polynomial(COS, z, fma) * z, z, _f32(-0.5) * z) + 1
    swap = octant & 2 != 0
    sin, cos = np.where(swap, near_peak, near_zero), np.where(swap, near_zero, near_peak)
    sin.view(np.int32)[...] ^= (octant & 4) << 29  # flips the sign bit
    cos.view(np.int32)[...] ^= (~(octant - 2) & 4) << 29
    return sin, cos


def _polynomial(coefficients, x, fma):
    x = x.astype(np.float64)
    y = coefficients[0]
    for c in coefficients[1:]:
        y = fma(y, x, c)
    return y
