"""PyTorch's CPU random stream: the same seed gives the same numbers, bit for bit.

A `Generator` deals 32-bit numbers; each `fill_...` function turns them into one distribution and writes it into an array. Later
floors wrap these in Tensors. Two habits of PyTorch show in the results and so are kept: an array is filled in the order of its
memory, not of its indices, and a multiplication with an addition is in places rounded once, not twice.
"""

import contextlib
import math
import operator
import os
import threading

import numpy as np

from workbook import dtypes
from workbook.errors import explain
from workbook.naming import PrintsAsTorch


class Generator(metaclass=PrintsAsTorch):
    """A stream of random numbers: the Mersenne Twister MT19937, as PyTorch's CPU generator runs it, for every device.

    A new one has the seed 67280421310721. Draws from several threads never overlap: whoever draws holds `lock`.

    >>> g = Generator().manual_seed(0)
    >>> g.random32(2)
    array([2357136044, 2546248239], dtype=uint32)
    >>> g.initial_seed()
    0

    Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html; Matsumoto and Nishimura, Mersenne Twister, 1998
    """

    torch_name = "torch._C.Generator"

    def __init__(self, device="cpu"):
        self.device = device
        self.lock = threading.RLock()
        self._twister = np.random.MT19937()
        self._many = np.random.Generator(self._twister).integers  # from the same state
        self.manual_seed(67280421310721)

    def manual_seed(self, seed):
        """Start the stream that belongs to `seed`, an integer from -2**63 to 2**64 - 1, and return the generator.

        Only the low 32 bits choose the stream, as in PyTorch. Raises RuntimeError for what is no integer, ValueError beyond the
        range.

        >>> Generator().manual_seed(-1).initial_seed() == 2**64 - 1
        True

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        if not hasattr(seed, "__index__"):
            raise RuntimeError(explain(f"manual_seed expected a long, but got {type(seed).__name__}",
                                       "a stream is chosen by a whole number",
                                       f"write manual_seed(0), not manual_seed({seed!r})"))
        seed = operator.index(seed)
        if not -2**63 <= seed < 2**64:
            raise ValueError(explain("Overflow when unpacking long long", f"the seed {seed} does not fit 64 bits",
                                     "choose a seed from -2**63 to 2**64 - 1"))
        with self.lock:
            self._seed = seed % 2**64
            self._twister._legacy_seeding(self._seed & 0xFFFFFFFF)  # Knuth's; NumPy's public constructor hashes seeds
            self._spare_normal = None
        return self

    def seed(self):
        """Choose a seed that nobody can foresee, start its stream, and return it.

        >>> g = Generator()
        >>> g.seed() == g.initial_seed()
        True

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        return self.manual_seed(int.from_bytes(os.urandom(8), "little") >> 11).initial_seed()

    def initial_seed(self):
        """Return the seed with which the stream began, from 0 to 2**64 - 1.

        >>> Generator().initial_seed()
        67280421310721

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        return self._seed

    def state_array(self):
        """Return the state of the stream as a new uint8 array of 5056 bytes, in PyTorch's own layout.

        >>> g = Generator()
        >>> before = g.state_array(); first = g.random32(3)
        >>> g.load_state_array(before); bool((g.random32(3) == first).all())
        True

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        with self.lock:
            twister = self._twister.state["state"]
            state = np.zeros(1, STATE)
            state["seed"], state["seeded"], state["key"] = self._seed, 1, twister["key"]
            state["left"], state["next"] = 625 - twister["pos"], twister["pos"]  # NumPy counts only what is spent
            if self._spare_normal is not None:
                state["spare"], state["has_spare"] = self._spare_normal, 1
        return state.view(np.uint8)

    def load_state_array(self, state):
        """Continue the stream from `state`, a uint8 array that `state_array` made, or PyTorch's `get_state().numpy()`.

        Raises RuntimeError for an array that is no such state.

        >>> a, b = Generator().manual_seed(3), Generator()
        >>> b.load_state_array(a.state_array()); b.initial_seed()
        3

        Source: https://pytorch.org/docs/2.13/generated/torch.Generator.html
        """
        how = "use what get_state() returned, unchanged"
        if state.nbytes != STATE.itemsize:
            raise RuntimeError(explain("Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be "
                                       f"{state.nbytes}", "these bytes are not the state of a generator", how))
        fields = np.frombuffer(state.tobytes(), STATE)[0]
        if not (fields["seeded"] and 1 <= fields["left"] <= 624 and fields["next"] <= 624):
            raise RuntimeError(explain("Invalid mt19937 state", "its counters are out of range", how))
        with self.lock:
            self._seed = int(fields["seed"])
            self._twister.state = {"bit_generator": "MT19937",
                                   "state": {"key": fields["key"].astype(np.uint32), "pos": 625 - int(fields["left"])}}
            self._spare_normal = float(fields["spare"]) if fields["has_spare"] else None

    def __reduce__(self):
        return _restore, (self.device, self.state_array())

    # What a distribution is made of

    def random32(self, n):
        """Return the next `n` outputs, uint32."""
        with self.lock:
            if n < 4096:
                return self._twister.random_raw(n).astype(np.uint32)
            return self._many(0, 2**32, n, np.uint32)  # the same numbers: slower to begin, a third faster in the end

    def random64(self, n):
        """Return `n` numbers of 64 bits, two outputs each, the first being the high half."""
        pairs = self.random32(2 * n).astype("<u4", copy=False).view("<u8")  # one number, its halves in the wrong order
        return pairs << np.uint64(32) | pairs >> np.uint64(32)

    def uniform32(self, n):
        """Return `n` float32 from [0, 1): the low 24 bits of an output each."""
        return (self.random32(n) & np.uint32(2**24 - 1)).astype(np.float32) * np.float32(2**-24)

    def uniform64(self, n):
        """Return `n` float64 from [0, 1): the low 53 bits of two outputs each."""
        return (self.random64(n) & np.uint64(2**53 - 1)) * 2.0**-53

    def below64(self, n, p):
        """Return `uniform64(n) < p`, from the whole numbers that a uniform is made of: the first output decides nearly always."""
        first, second = self.random32(2 * n).reshape(n, 2).T
        high, low = divmod(math.ceil(p * 2**53), 2**32)
        first = first & np.uint32(2**21 - 1)
        below = first < high
        if low:
            below |= (first == high) & (second < low)
        return below

    def normals(self, n):
        """Return `n` standard normals in float64, one after the other, by Box and Muller's pairs.

        The second of a pair waits for whoever draws a normal next, in this call or a later one.
        """
        with self.lock:
            waiting = [] if self._spare_normal is None or n == 0 else [self._spare_normal]
            u1, u2 = self.uniform64((n - len(waiting) + 1) // 2 * 2).reshape(-1, 2).T
            radius = np.sqrt(-2.0 * _each(math.log1p, -u2))
            angle = 2.0 * math.pi * u1
            pairs = np.stack([radius * _each(math.cos, angle), radius * _each(math.sin, angle)], axis=1)
            values = np.concatenate([waiting, pairs.reshape(-1)])
            if n:
                self._spare_normal = float(values[n]) if len(values) > n else None
            return values[:n]


# The generator's state as PyTorch lays it out, so that a state can travel between the two.
STATE = np.dtype([("seed", "<u8"), ("left", "<i4"), ("seeded", "<i4"), ("next", "<u8"), ("key", "<u8", 624), ("", "<f8"),
                  ("spare", "<f8"), ("", "<f8"), ("has_spare", "<i4"), ("", "<i4"), ("", "<f8")])


def _restore(device, state):
    generator = Generator(device)
    generator.load_state_array(state)
    return generator


default_generator = Generator()  # the one that is meant when none is named; PyTorch, too, starts it from a seed of chance
default_generator.seed()


# Distributions. Each fills an array of any shape and strides, in the order of its memory, and returns it.


def fill_uniform(array, low=0.0, high=1.0, generator=None):
    """Fill `array` with uniform numbers from [low, high).

    Floating-point and complex dtypes; a complex number is a real one, then an imaginary one. Raises NotImplementedError for
    other dtypes, RuntimeError for a range that is empty or wider than the dtype holds.

    >>> fill_uniform(np.empty(3, np.float32), generator=Generator().manual_seed(0))
    array([0.4962566 , 0.7682218 , 0.08847743], dtype=float32)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.uniform_.html
    """
    reals, compute = _as_reals(array, "check_uniform_bounds")
    if not low <= high:
        raise RuntimeError(explain(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}",
                                   "no number lies between them", "give the smaller bound first"))
    if high - low > float(np.finfo(reals.dtype).max):
        raise RuntimeError(explain(
            f"uniform_ expects to-from <= std::numeric_limits<{_dtype(reals).legacy}>::max(), but found to={high:g} and "
            f"from={low:g} which result in to-from to exceed the limit", "the width of the range overflows",
            "choose a smaller range"))
    low, high = compute(low), compute(high)

    def draw(source, n):
        values = _scale_and_shift(_uniform(source, n, compute), high - low, low).astype(reals.dtype, copy=False)
        values[values == high.astype(reals.dtype)] = low  # rounding may reach `high`, which is outside
        return values

    _fill(reals, generator, draw)
    return array


def fill_normal(array, mean=0.0, std=1.0, generator=None):
    """Fill `array` with normal numbers of this mean and standard deviation.

    Floating-point and complex dtypes; the two parts of a complex number share the variance. Sixteen numbers or more that lie
    side by side in memory come from another recipe than fewer or scattered ones, and so from other draws, as in PyTorch. Raises
    NotImplementedError for other dtypes, RuntimeError for a negative std.

    >>> fill_normal(np.empty(3, np.float32), generator=Generator().manual_seed(0))
    array([ 1.5409961, -0.2934289, -2.1787894], dtype=float32)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.normal_.html; Box and Muller, 1958
    """
    reals, compute = _as_reals(array, "normal_kernel_cpu")
    if not std >= 0:
        raise RuntimeError(explain(f"normal expects std >= 0.0, but found std {std:g}", "a standard deviation is a distance",
                                   "pass its absolute value, or check how it was computed"))
    if array.dtype.kind == "c":
        std = std / math.sqrt(2)

    if reals.size < 16 or not reals.flags.c_contiguous:
        _fill(reals, generator, lambda source, n: _scale_and_shift(source.normals(n), std, mean))
        return array

    mean, std = compute(mean), compute(std)
    box_muller = {np.float32: _box_muller32, np.float64: _box_muller64}[compute]

    def draw(source, n):
        return _scale_and_shift(box_muller(_uniform(source, n, compute)), std, mean)

    flat, rest = reals.reshape(-1), reals.size % 16
    with _lock(generator) as source:
        _fill(flat[:flat.size - rest], source, draw)
        if rest:  # the last sixteen are drawn anew
            if reals.dtype != np.float16:
                _uniform(source, rest, compute)  # PyTorch draws these for the rest, and then does without them
            flat[-16:] = draw(source, 16)
    return array


def fill_integers(array, low=None, high=None, generator=None):
    """Fill `array` with whole numbers from [low, high), each as likely as the others.

    Without bounds: from 0 to the largest of an integer dtype, or as far as a floating-point dtype counts without gaps. Raises
    RuntimeError for bounds that are empty or that the dtype does not hold, NotImplementedError for complex dtypes.

    >>> fill_integers(np.empty(5, np.int64), 0, 10, Generator().manual_seed(0))
    array([4, 9, 3, 0, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.random_.html
    """
    kind = _dtype(array)
    if kind.is_complex:
        raise _not_implemented("random_kernel_cpu", kind)
    if kind.is_floating_point:
        last = 2 ** (np.finfo(array.dtype).nmant + 1)
        first = -last
    else:
        first, last = (0, 1) if kind is dtypes.bool else (np.iinfo(array.dtype).min, np.iinfo(array.dtype).max)

    if low is None and high is None:
        low, span, wide = 0, last + 1, kind.itemsize == 8
    else:
        low, high = 0 if low is None else operator.index(low), last + 1 if high is None else operator.index(high)
        if not low < high:
            raise RuntimeError(explain(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}",
                                       "the upper bound is left out, so no number is between them", "raise the upper bound"))
        for name, bound in (("from", low), ("to - 1", high - 1)):
            if not first <= bound <= last:
                limits = C_NAMES.get(kind) or f"[-(2^{last.bit_length() - 1}), 2^{last.bit_length() - 1}]"
                raise RuntimeError(explain(f"{name} is out of bounds {'for ' * (kind in C_NAMES)}{limits}",
                                           f"{kind} does not hold every whole number up to {bound}",
                                           f"stay between {first} and {last}, or choose a larger dtype"))
        span = high - low
        wide = span >= 2**28

    def draw(source, n):
        numbers = source.random64(n) if wide else source.random32(n)
        if span < 2**64:
            numbers = numbers % numbers.dtype.type(span)
        return (numbers.astype(np.uint64) + np.uint64(low % 2**64)).view(np.int64)  # wraps round, so `low` may be negative

    return _fill(array, generator, draw)


def fill_bernoulli(array, p=0.5, generator=None):
    """Fill `array` with ones, each with probability `p`, and zeros: `p` is a number, or an array that broadcasts to its shape.

    Any dtype of `array`. A number is compared with 53 random bits, an array of p with as many as its own dtype draws. Raises
    RuntimeError for p outside [0, 1], NotImplementedError for an array of p that is not floating-point.

    >>> fill_bernoulli(np.empty(6, np.float32), 0.5, Generator().manual_seed(0))
    array([0., 0., 1., 0., 0., 0.], dtype=float32)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.bernoulli_.html
    """
    why, fix = "a probability lies between 0 and 1", "put scores through sigmoid or softmax first"
    if not isinstance(p, np.ndarray):
        if not 0 <= p <= 1:
            raise RuntimeError(explain(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}", why, fix))
        return _fill(array, generator, lambda source, n: source.below64(n, p))
    if not _dtype(p).is_floating_point:
        raise _not_implemented("bernoulli_tensor_cpu_p_", _dtype(p))
    if not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError(explain("Expected p_in >= 0 && p_in <= 1 to be true, but got false.", why, fix))
    axes = _memory_axes(array)
    p_in_order = np.broadcast_to(p, array.shape).transpose(axes)
    with _lock(generator) as source:
        uniforms = _uniform(source, array.size, np.float64 if p.dtype == np.float64 else np.float32)
    array.transpose(axes)[...] = uniforms.reshape(p_in_order.shape) < p_in_order
    return array


def fill_exponential(array, rate=1.0, generator=None):
    """Fill `array` with exponential numbers of this rate (PyTorch's `lambd`); their mean is 1 / rate.

    Floating-point dtypes. Raises RuntimeError for other dtypes and for a rate that is not positive.

    >>> fill_exponential(np.empty(3, np.float32), generator=Generator().manual_seed(0))
    array([3.5083263, 1.2303847, 0.6150441], dtype=float32)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.exponential_.html
    """
    if not _dtype(array).is_floating_point:
        raise RuntimeError(explain(
            "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {_dtype(array).legacy}", "its numbers lie between the whole ones", "choose float32"))
    if not rate > 0:
        raise RuntimeError(explain(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}", "the mean is 1 / lambda",
                                   "choose a positive rate"))
    return _fill(array, generator, lambda source, n: -1.0 / rate * _each(math.log1p, -source.uniform64(n)))


def permutation(n, generator=None):
    """Return the numbers 0 to n - 1 in random order, int64 of shape (n,).

    Raises RuntimeError for a negative n, NotImplementedError from 2**32 // 20 on, where PyTorch draws by another scheme.

    >>> permutation(5, Generator().manual_seed(0))
    array([4, 0, 1, 3, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.randperm.html; Fisher and Yates's shuffle
    """
    if n < 0:
        raise RuntimeError(explain(f"Trying to create tensor with negative dimension {n}: [{n}]",
                                   "n counts the numbers to shuffle", "pass n >= 0"))
    if n >= 2**32 // 20:
        raise NotImplementedError(explain(f"randperm is not written for n = {n}", "PyTorch changes its scheme at 2**32 // 20",
                                          "shuffle fewer numbers"))
    with _lock(generator) as source:
        steps = source.random32(max(n - 1, 0)) % np.arange(n, 1, -1, dtype=np.uint32)
    order, places = list(range(n)), np.arange(max(n - 1, 0)) + steps
    for i, j in enumerate(places.tolist()):
        order[i], order[j] = order[j], order[i]
    return np.array(order, dtype=np.int64)


def random_int64(generator=None):
    """Return a whole number from [0, 2**63): the base seed that every pass over a DataLoader draws.

    >>> random_int64(Generator().manual_seed(0))
    900450186894289455

    Source: https://pytorch.org/docs/2.13/data.html#randomness-in-multi-process-data-loading
    """
    with _lock(generator) as source:
        return int(source.random64(1)[0]) % 2**63


C_NAMES = {dtypes.bool: "bool", dtypes.uint8: "unsigned char", dtypes.int8: "signed char", dtypes.int16: "short",
           dtypes.int32: "int", dtypes.int64: "long"}  # PyTorch names these in its messages
BLOCK = 2**15  # numbers made at a time: so many, with all that is computed on the way, stay in a core's cache


@contextlib.contextmanager
def _lock(generator):
    generator = default_generator if generator is None else generator
    with generator.lock, np.errstate(all="ignore"):  # a result too large for its dtype is inf, without a warning, as in PyTorch
        yield generator


def _fill(array, generator, draw):
    """Write what `draw(generator, n)` makes into `array` in the order of its memory: as its base if it is transposed."""
    in_order = array.transpose(_memory_axes(array))
    parts = [in_order]
    if in_order.flags.c_contiguous:
        flat = in_order.reshape(-1)
        parts = (flat[start:start + BLOCK] for start in range(0, flat.size, BLOCK))
    with _lock(generator) as source:
        for part in parts:
            values = draw(source, part.size).reshape(part.shape)
            # PyTorch's C++ goes from double to half by way of float
            part[...] = values.astype(np.float32) if part.dtype == np.float16 else values
    return array


def _memory_axes(array):
    return sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))


def _dtype(array):
    return dtypes.OF_NUMPY[array.dtype]


def _not_implemented(kernel, kind):
    return NotImplementedError(explain(f'"{kernel}" not implemented for \'{kind.legacy}\'', f"{kind} has no such distribution",
                                       "draw in float32, then convert"))


def _as_reals(array, kernel):
    """Return `array` as one of real numbers, and the dtype in which to compute them: float16 is drawn in float32."""
    if array.dtype.kind not in "fc":
        raise _not_implemented(kernel, _dtype(array))
    reals = array if array.dtype.kind == "f" else array[..., None].view(_dtype(array).to_real().numpy)
    return reals, np.float64 if reals.dtype == np.float64 else np.float32


def _uniform(generator, n, kind):
    return generator.uniform64(n) if kind is np.float64 else generator.uniform32(n)


def _each(function, values):
    """Apply a function of the C library to each float64: NumPy's own vectorised ones differ from it in the last bit."""
    return np.fromiter(map(function, values.tolist()), np.float64, len(values))


# Box and Muller: two uniforms make two normals. PyTorch takes them from the two halves of each block of sixteen.


def _box_muller64(uniforms):
    return _box_muller(uniforms, 2 * math.pi, lambda x: _each(math.log, x), lambda x: (_each(math.sin, x), _each(math.cos, x)))


def _box_muller32(uniforms):
    return _box_muller(uniforms, np.float32(2 * math.pi), _log32, _sin_cos32)


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


def _log32(x):
    bits = x.view(np.int32)
    mantissa = (bits & 0x7FFFFF | 0x3F000000).view(_f32)  # x = mantissa * 2**exponent, mantissa in [0.5, 1)
    low = mantissa < _f32(0.70710678)
    exponent = ((bits >> 23) - 126 - low).astype(_f32)
    r = mantissa - 1 + np.where(low, mantissa, _f32(0))
    z = r * r
    y = _polynomial(LOG, r) * r
    y = _fma32(y, z, exponent * LOG_2[1]) - _f32(0.5) * z
    return exponent * LOG_2[0] + (r + y)


def _sin_cos32(x):
    octant = ((x * _f32(4 / math.pi)).astype(np.int32) + 1) & ~1
    steps = octant.astype(_f32)
    x = x + steps * MINUS_QUARTER_PI[0] + steps * MINUS_QUARTER_PI[1]
    x = _fma32(steps, MINUS_QUARTER_PI[2], x)
    z = x * x
    near_zero = _fma32(_polynomial(SIN, z) * z, x, x)
    near_peak = _fma32(_polynomial(COS, z) * z, z, _f32(-0.5) * z) + 1
    swap = octant & 2 != 0
    sin, cos = np.where(swap, near_peak, near_zero), np.where(swap, near_zero, near_peak)
    sin.view(np.int32)[...] ^= (octant & 4) << 29  # flips the sign bit
    cos.view(np.int32)[...] ^= (~(octant - 2) & 4) << 29
    return sin, cos


def _polynomial(coefficients, x):
    x = x.astype(np.float64)
    y = coefficients[0]
    for c in coefficients[1:]:
        y = _fma32(y, x, c)
    return y


# One rounding for x * y + z, which NumPy has no function for. Boldo and Melquiond, Emulation of FMA, 2008.


def _scale_and_shift(values, scale, shift):
    """Return values * scale + shift, rounded once, in the dtype of `values`."""
    if scale == 0 or scale == 1:
        return values * scale + shift
    if shift == 0:
        return (values + shift) * scale  # the sum clears the sign of a zero, and of nothing else that underflows
    if values.dtype == np.float32:
        if abs(shift) > 2.0**-60:  # far enough from zero: what is left after cancellation is not subnormal either
            return _fma32(values, scale, shift)
        return _sum_to_odd(values * np.float64(scale), np.float64(shift)).astype(np.float32)
    if max(abs(scale), abs(shift)) > 2.0**900:  # the split below would overflow
        return _scale_and_shift(values, scale * 2.0**-200, shift * 2.0**-200) * 2.0**200
    product = values * scale
    (a, b), (c, d) = _split(values), _split(scale)
    rest = b * d - (((product - a * c) - b * c) - a * d)  # of the product: product + rest is exact
    low = shift + rest
    lost = _rounding_error(shift, rest, low)
    high = product + low
    return high + _sum_to_odd(_rounding_error(product, low, high), lost)


def _fma32(x, y, z):
    """Return x * y + z in float32, not subnormal: only a sum half-way between two float32 needs a second look."""
    total = np.multiply(x, y, dtype=np.float64)  # exact
    total += z
    halfway = total.view(np.uint64) & _BELOW_32 == _HALF_32
    if np.count_nonzero(halfway):  # as any(), in a third of its time
        exact = np.multiply(x, y, dtype=np.float64)[halfway]
        total[halfway] = _sum_to_odd(exact, np.broadcast_to(np.float64(z), total.shape)[halfway])
    return total.astype(np.float32)


_BELOW_32, _HALF_32 = np.uint64(2**29 - 1), np.uint64(2**28)  # the bits of a float64 that float32 lacks; the half of its last


def _sum_to_odd(a, b):
    """Return a + b in float64, an inexact sum rounded to the neighbour whose last bit is 1: rounding it again does no harm."""
    total = a + b
    error = _rounding_error(a, b, total)
    inexact_and_even = (error != 0) & (total.view(np.int64) & 1 == 0)
    return np.where(inexact_and_even, np.nextafter(total, np.copysign(np.inf, error)), total)


def _rounding_error(a, b, total):
    """Return what rounding took from a + b = total, exactly (Knuth's two-sum)."""
    back = total - a
    return (a - (total - back)) + (b - back)


def _split(x):
    """Return x as a sum of two numbers of 26 bits each, whose products are exact (Veltkamp)."""
    scaled = x * (2.0**27 + 1)
    high = scaled - (scaled - x)
    return high, x - high
