"""The random stream against what was recorded from PyTorch (record_random.py), and by itself. Needs no PyTorch."""

import copy
import hashlib
import json
import pickle
import platform
import threading
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import workbook as torch
from workbook import random
from workbook.random import box_muller, filling, once

RECORDS = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))["records"]

FILLS = {"uniform": random.fill_uniform, "normal": random.fill_normal, "integers": random.fill_integers,
         "bernoulli": random.fill_bernoulli, "exponential": random.fill_exponential}


def blank(shape, dtype, layout):
    if layout == "transposed":
        return np.zeros(shape[::-1], dtype).T
    if layout == "sliced":
        return np.zeros([*shape[:-1], shape[-1] + 3], dtype)[..., 1:-2]
    return np.zeros(shape, dtype)


def run(call, generator):
    if call["name"] == "permutation":
        return random.permutation(call["shape"][0], generator)
    return FILLS[call["name"]](blank(call["shape"], call["dtype"], call["layout"]), *call["arguments"], generator=generator)


def depends_on_the_c_library(call, array):
    scattered = array.size < 16 or call["layout"] != "plain"
    return call["name"] == "exponential" or call["name"] == "normal" and (scattered or array.dtype.char in "dD")


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"seed {record['seed']}: {record['calls'][0]['name']}")
def test_recorded_streams(record):
    generator = random.Generator().manual_seed(record["seed"])
    for call in record["calls"]:
        array = run(call, generator)
        data = array.tobytes()
        if call["result"].startswith("sha256 "):
            assert hashlib.sha256(data).hexdigest() == call["result"][7:], call
        elif depends_on_the_c_library(call, array) and platform.libc_ver()[0] != "glibc":
            # log, sin and cos of another C library than the recording's may differ in their last bit
            expected = np.frombuffer(bytes.fromhex(call["result"]), array.dtype).reshape(array.shape)
            close = 8 * np.finfo(array.dtype).eps
            np.testing.assert_allclose(array, expected, rtol=close, atol=close, err_msg=str(call))
        else:
            assert data.hex() == call["result"], call


def test_a_new_generator_has_pytorchs_seed_and_the_default_one_a_seed_of_chance():
    assert random.Generator().initial_seed() == 67280421310721
    assert random.default_generator.initial_seed() != 67280421310721
    assert random.Generator().seed() != random.Generator().seed()


@pytest.mark.parametrize("seed, same_as", [(-1, 2**64 - 1), (-2**63, 2**63), (5, 2**32 + 5)])
def test_which_seeds_share_a_stream(seed, same_as):
    a, b = random.Generator().manual_seed(seed), random.Generator().manual_seed(same_as)
    assert a.random32(5).tolist() == b.random32(5).tolist()
    assert a.initial_seed() == seed % 2**64


def test_a_seed_may_be_a_numpy_integer_and_manual_seed_returns_its_generator():
    generator = random.Generator()
    assert generator.manual_seed(np.int64(3)) is generator
    assert generator.initial_seed() == 3 and type(generator.initial_seed()) is int


def test_manual_seed_forgets_the_waiting_normal():
    generator = random.Generator().manual_seed(0)
    first = generator.normals(1)
    assert generator.manual_seed(0).normals(1) == first


def test_the_second_of_a_pair_waits_for_a_later_small_draw_and_a_large_one_leaves_it_alone():
    whole = random.Generator().manual_seed(4).normals(2)
    generator = random.Generator().manual_seed(4)
    assert generator.normals(1)[0] == whole[0]
    assert generator.normals(0).shape == (0,)
    random.fill_normal(np.empty(0), generator=generator)
    random.fill_normal(np.empty(16), generator=generator)
    random.fill_uniform(np.empty(3), generator=generator)
    assert random.fill_normal(np.empty(1), generator=generator)[0] == whole[1]


def test_state_continues_the_stream_with_its_waiting_normal():
    generator = random.Generator().manual_seed(6)
    for draws in (0, 1, 623, 1, 5, 700):  # across the twister's 624
        generator.random32(draws)
        generator.normals(1)
        state = generator.state_array()
        expected = generator.normals(2).tolist() + generator.random32(3).tolist()
        for other in (random.Generator(), generator):
            other.load_state_array(state)
            assert other.initial_seed() == 6
            assert other.normals(2).tolist() + other.random32(3).tolist() == expected


def test_a_state_is_a_copy():
    generator = random.Generator().manual_seed(6)
    state = generator.state_array()
    assert (state.dtype, state.shape) == (np.uint8, (5056,))
    before = state.copy()
    generator.random32(1000)
    assert (state == before).all()
    generator.load_state_array(state)
    state[:] = 0
    assert generator.initial_seed() == 6


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))], ids=["deepcopy", "pickle"])
def test_a_generator_travels(duplicate):
    with torch.cuda.simulate(1):
        generator = random.Generator("cuda").manual_seed(8)
        generator.normals(3)
        other = duplicate(generator)
    assert other.device == generator.device and other.device.type == "cuda" and other is not generator
    assert other.normals(4).tolist() == generator.normals(4).tolist()


def test_a_generator_prints_as_pytorchs():
    assert repr(random.Generator) == "<class 'torch._C.Generator'>"


class Watched(random.Generator):
    """A generator that notices draws by someone who does not hold the lock."""

    def random32(self, n):
        assert self.lock._is_owned()
        return super().random32(n)

    def random64(self, n):
        assert self.lock._is_owned()
        return super().random64(n)


@pytest.mark.parametrize("call", [
    lambda g: random.fill_uniform(np.empty(3), generator=g), lambda g: random.fill_normal(np.empty(3), generator=g),
    lambda g: random.fill_normal(np.empty(33, np.float32), generator=g),
    lambda g: random.fill_integers(np.empty(3), generator=g),
    lambda g: random.fill_bernoulli(np.empty(3), 0.5, g), lambda g: random.fill_bernoulli(np.empty(3), np.full(3, 0.5), g),
    lambda g: random.fill_exponential(np.empty(3), generator=g), lambda g: random.permutation(3, g), random.random_int64])
def test_every_draw_holds_the_lock(call):
    call(Watched())


def test_threads_share_a_stream_without_drawing_a_number_twice():
    generator = random.Generator().manual_seed(0)
    drawn = []

    def work():
        for _ in range(50):
            drawn.append(random.fill_integers(np.empty(200, np.int64), 0, 2**40, generator))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    serial = random.fill_integers(np.empty(40000, np.int64), 0, 2**40, random.Generator().manual_seed(0))
    stretches = {tuple(part) for part in serial.reshape(-1, 200).tolist()}
    assert len(drawn) == 200 and {tuple(array.tolist()) for array in drawn} == stretches  # each fill got one unbroken stretch


def test_another_thread_waits_while_a_fill_holds_the_lock():
    generator = random.Generator().manual_seed(0)
    thread = threading.Thread(target=random.fill_uniform, args=(np.empty(3),), kwargs={"generator": generator})
    with generator.lock:
        before = generator.state_array()
        thread.start()
        thread.join(0.05)
        assert thread.is_alive() and (generator.state_array() == before).all()
    thread.join()
    assert (generator.state_array() != before).any()


@pytest.mark.parametrize("fill", [random.fill_uniform, random.fill_normal, random.fill_integers, random.fill_exponential,
                                  random.fill_bernoulli, lambda array: random.fill_bernoulli(array, np.full(array.shape, 0.5))])
def test_without_a_generator_the_default_one_is_drawn_from(fill):
    random.default_generator.manual_seed(5)
    first = fill(np.empty(40)).tolist()
    assert fill(np.empty(40)).tolist() != first
    random.default_generator.manual_seed(5)
    assert fill(np.empty(40)).tolist() == first


@pytest.mark.parametrize("fill", [random.fill_uniform, random.fill_exponential, random.fill_integers])
@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_memory_is_filled_in_its_own_order(fill, axes):
    plain = fill(np.empty((3, 4, 5)), generator=random.Generator().manual_seed(1))
    permuted = fill(np.empty((3, 4, 5)).transpose(axes), generator=random.Generator().manual_seed(1))
    assert (permuted == plain.transpose(axes)).all()


def test_a_slice_is_filled_row_by_row_and_its_surroundings_are_left_alone():
    base = np.full((6, 8), -1.0)
    random.fill_uniform(base[:, 2:6], generator=random.Generator().manual_seed(1))
    assert (base[:, 2:6].reshape(-1) == random.fill_uniform(np.empty(24), generator=random.Generator().manual_seed(1))).all()
    assert (base[:, [0, 1, 6, 7]] == -1).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_fill_of_many_blocks_is_one_stream(dtype):
    size = 2 * filling.BLOCK + 7
    whole = random.fill_uniform(np.empty(size, dtype), -1, 2, random.Generator().manual_seed(2))
    generator = random.Generator().manual_seed(2)
    parts = [random.fill_uniform(np.empty(n, dtype), -1, 2, generator) for n in (5, size - 5)]
    assert (whole == np.concatenate(parts)).all()


def test_the_upper_bound_is_left_out_even_where_rounding_reaches_it():
    values = random.fill_uniform(np.empty(200_000, np.float16), 0.1, 0.2, random.Generator().manual_seed(3))
    assert values.max() < np.float16(0.2) and values.min() >= np.float16(0.1)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_certain_bernoullis(p):
    for probability in (p, np.full(1000, p, np.float32)):
        assert (random.fill_bernoulli(np.empty(1000, np.int64), probability) == p).all()


@pytest.mark.parametrize("dtype, uniform", [(np.float32, random.Generator.uniform32), (np.float16, random.Generator.uniform32),
                                            (np.float64, random.Generator.uniform64)])
def test_bernoulli_with_an_array_broadcasts_it_and_follows_the_memory_of_the_target(dtype, uniform):
    p = np.linspace(0, 1, 5, dtype=dtype)
    target = random.fill_bernoulli(np.zeros((5, 40), bool).T, p, random.Generator().manual_seed(9))
    uniforms = uniform(random.Generator().manual_seed(9), 200).reshape(5, 40).T
    assert (target == (uniforms < p)).all()


@given(n=st.integers(0, 300), seed=st.integers(-2**63, 2**64 - 1))
def test_a_permutation_has_every_number_once(n, seed):
    order = random.permutation(n, random.Generator().manual_seed(seed))
    assert order.dtype == np.int64 and sorted(order.tolist()) == list(range(n))


@pytest.mark.parametrize("seed", range(8))
def test_the_base_seed_of_a_loader_is_an_int64_without_bounds(seed):
    high, low = random.Generator().manual_seed(seed).random32(2).tolist()
    generator = random.Generator().manual_seed(seed)
    assert random.random_int64(generator) == (high * 2**32 + low) % 2**63
    generator.manual_seed(seed)
    assert random.fill_integers(np.empty((), np.int64), generator=generator) == (high * 2**32 + low) % 2**63


GENERATOR = random.Generator()
F32, I64, U8, C64 = (np.empty(3, dtype) for dtype in (np.float32, np.int64, np.uint8, np.complex64))


@pytest.mark.parametrize("error, phrase, call", [
    (RuntimeError, "manual_seed expected a long, but got float", lambda: GENERATOR.manual_seed(1.5)),
    (RuntimeError, "manual_seed expected a long, but got str", lambda: GENERATOR.manual_seed("1")),
    (ValueError, "Overflow when unpacking long long", lambda: GENERATOR.manual_seed(2**64)),
    (ValueError, "Overflow when unpacking long long", lambda: GENERATOR.manual_seed(-2**63 - 1)),
    (RuntimeError, "Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 3",
     lambda: GENERATOR.load_state_array(np.zeros(3, np.uint8))),
    (RuntimeError, "Invalid mt19937 state", lambda: GENERATOR.load_state_array(np.zeros(5056, np.uint8))),
    (RuntimeError, "uniform_ expects to return a [from, to) range, but found from=2 > to=1",
     lambda: random.fill_uniform(F32, 2, 1)),
    (RuntimeError, "uniform_ expects to return a [from, to) range", lambda: random.fill_uniform(F32, float("nan"), 1)),
    (RuntimeError, "uniform_ expects to-from <= std::numeric_limits<Float>::max(), but found to=3e+38 and from=-3e+38",
     lambda: random.fill_uniform(F32, -3e38, 3e38)),
    (NotImplementedError, "\"check_uniform_bounds\" not implemented for 'Long'", lambda: random.fill_uniform(I64)),
    (RuntimeError, "normal expects std >= 0.0, but found std -1", lambda: random.fill_normal(F32, 0, -1)),
    (RuntimeError, "normal expects std >= 0.0, but found std nan", lambda: random.fill_normal(F32, 0, float("nan"))),
    (NotImplementedError, "\"normal_kernel_cpu\" not implemented for 'Long'", lambda: random.fill_normal(I64)),
    (RuntimeError, "random_ expects 'from' to be less than 'to', but got from=5 >= to=5",
     lambda: random.fill_integers(I64, 5, 5)),
    (RuntimeError, "from is out of bounds for unsigned char", lambda: random.fill_integers(U8, -1, 3)),
    (RuntimeError, "to - 1 is out of bounds for unsigned char", lambda: random.fill_integers(U8, 0, 257)),
    (RuntimeError, "to - 1 is out of bounds [-(2^24), 2^24]", lambda: random.fill_integers(F32, 0, 2**25)),
    (NotImplementedError, "\"random_kernel_cpu\" not implemented for 'ComplexFloat'", lambda: random.fill_integers(C64)),
    (RuntimeError, "bernoulli_ expects p to be in [0, 1], but got p=2", lambda: random.fill_bernoulli(F32, 2)),
    (RuntimeError, "bernoulli_ expects p to be in [0, 1], but got p=nan", lambda: random.fill_bernoulli(F32, float("nan"))),
    (RuntimeError, "Expected p_in >= 0 && p_in <= 1 to be true, but got false.",
     lambda: random.fill_bernoulli(F32, np.array([0.5, np.nan, 0.5]))),
    (NotImplementedError, "\"bernoulli_tensor_cpu_p_\" not implemented for 'Long'", lambda: random.fill_bernoulli(F32, I64)),
    (RuntimeError, "exponential_ expects lambda > 0.0, but found lambda=0", lambda: random.fill_exponential(F32, 0)),
    (RuntimeError, "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you "
     "specified Long", lambda: random.fill_exponential(I64)),
    (RuntimeError, "Trying to create tensor with negative dimension -1: [-1]", lambda: random.permutation(-1)),
    (NotImplementedError, "randperm is not written for n = 214748364", lambda: random.permutation(2**32 // 20)),
])
def test_errors_say_pytorchs_phrase_then_why_then_what_to_change(error, phrase, call):
    with pytest.raises(error) as caught:
        call()
    what, why, fix = str(caught.value).split("\n")
    assert what.startswith(phrase) and why.startswith("  Why: ") and fix.startswith("  Fix: ")


def test_a_refused_call_draws_nothing():
    generator = random.Generator().manual_seed(1)
    before = generator.state_array()
    for call in (lambda: random.fill_uniform(F32, 2, 1, generator), lambda: random.fill_bernoulli(F32, 2, generator),
                 lambda: random.permutation(-1, generator)):
        with pytest.raises(RuntimeError):
            call()
    assert (generator.state_array() == before).all()


# One rounding for a multiplication and an addition, against exact fractions


def rounded(exact, kind):
    """The nearest number of dtype `kind` to a fraction, ties to even."""
    guess = kind(float(exact))
    candidates = [np.nextafter(guess, kind(-np.inf)), guess, np.nextafter(guess, kind(np.inf))]
    even = {c: int(c.view(f"u{c.itemsize}")) % 2 for c in candidates}
    return min(candidates, key=lambda c: (abs(Fraction(float(c)) - exact), even[c]))


def number(kind, exponents):
    bits = np.finfo(kind).nmant + 1
    return st.builds(lambda m, e: kind(m * 2.0**e), st.integers(-2**bits, 2**bits), st.integers(*exponents))


@settings(max_examples=max(400, settings().max_examples))
@given(number(np.float32, (-40, 10)), number(np.float32, (-40, 10)), number(np.float32, (-60, 20)))
def test_fma32_rounds_once(x, y, z):
    exact = Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z))
    assume(exact != 0 and abs(exact) > Fraction(2) ** -126)
    assert once.fma32(np.array([x]), np.array([y]), z)[0] == rounded(exact, np.float32)
    hasty = once.Hasty()
    if hasty(np.array([x]), np.array([y]), z)[0] != rounded(exact, np.float32):
        assert not hasty.sure()


def test_a_sum_half_way_makes_a_hasty_one_unsure():
    one, half_of_last = np.ones(1, np.float32), np.float32(2.0**-24)
    hasty = once.Hasty()
    hasty(one, one, one)
    assert hasty.sure()
    hasty(one, one, half_of_last)
    hasty(one, one, one)
    assert not hasty.sure()


def test_few_normals_are_drawn_again_with_a_second_look_where_one_was_needed(monkeypatch):
    uniforms = np.random.default_rng(0).random(64, np.float32)
    sure = box_muller.box_muller32(uniforms)
    monkeypatch.setattr(once.Hasty, "__call__", lambda self, x, y, z: x * 0)
    monkeypatch.setattr(once.Hasty, "sure", lambda self: False)
    assert (box_muller.box_muller32(uniforms) == sure).all()


@pytest.mark.parametrize("kind, unit, shift", [
    (np.float32, 2.0**-24, 1 + 2.0**-23),  # a hair below 1 + 2**-23 + 2**-24, half-way between two float32
    (np.float32, 2.0**-150, 2.0**-127 + 2.0**-149),  # the same among subnormal numbers
    (np.float64, 2.0**-53, 1 + 2.0**-52),
])
@pytest.mark.parametrize("sign", [1, -1])
def test_one_rounding_where_two_would_be_wrong(kind, unit, shift, sign):
    eps = float(np.finfo(kind).eps)
    value, scale, shift = kind(sign * (1 + eps) * 2.0**-24), kind((1 - eps) * unit * 2.0**24), kind(sign * shift)
    exact = Fraction(float(value)) * Fraction(float(scale)) + Fraction(float(shift))
    twice = kind(np.float64(value) * np.float64(scale) + np.float64(shift))
    assert rounded(exact, kind) == shift != twice
    assert once.scale_and_shift(np.array([value]), scale, shift)[0] == shift


def test_a_negative_zero_becomes_zero_and_what_underflows_keeps_its_sign():
    values = np.array([-0.0, 0.0, -1e-30], np.float32)
    scaled = once.scale_and_shift(values, np.float32(1e-30), np.float32(0))
    assert (scaled == 0).all() and np.signbit(scaled).tolist() == [False, False, True]


def test_a_half_is_rounded_from_a_float_as_in_cpp():
    array = filling.fill(np.empty(1, np.float16), random.Generator(), lambda source, n: np.array([1 + 2.0**-11 + 2.0**-40]))
    assert array[0] == 1  # and not 1 + 2**-10, which is nearer


def test_what_a_dtype_cannot_hold_is_inf_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for size in (3, 40):
            assert np.isinf(random.fill_normal(np.empty(size, np.float16), 1e6)).all()


@settings(max_examples=max(300, settings().max_examples))
@given(number(np.float32, (-40, 0)), number(np.float32, (-150, 10)), number(np.float32, (-149, 20)))
def test_scale_and_shift_rounds_once_in_float32_subnormals_too(value, scale, shift):
    exact = Fraction(float(value)) * Fraction(float(scale)) + Fraction(float(shift))
    assume(exact != 0)
    assert once.scale_and_shift(np.array([value]), scale, shift)[0] == rounded(exact, np.float32)


@settings(max_examples=max(400, settings().max_examples))
@given(number(np.float64, (-60, 0)), number(np.float64, (-100, 900)), number(np.float64, (-100, 900)))
def test_scale_and_shift_rounds_once_in_float64(value, scale, shift):
    exact = Fraction(float(value)) * Fraction(float(scale)) + Fraction(float(shift))
    assume(exact != 0)
    assert once.scale_and_shift(np.array([value]), float(scale), float(shift))[0] == rounded(exact, np.float64)
