"""The random stream against PyTorch itself, bit for bit: whatever is drawn, in whatever order."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook import random
from workbook.random.generator import STATE

torch = pytest.importorskip("torch", minversion="2.13", reason="compares with PyTorch 2.13, which is not installed")
if torch.__version__.split("+")[0] != "2.13.0":
    pytest.skip(f"the stream is that of PyTorch 2.13.0, installed is {torch.__version__}", allow_module_level=True)
if torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"):
    pytest.skip("PyTorch's kernels for this processor round otherwise than those for AVX2", allow_module_level=True)

EXAMPLES = 10 * settings().max_examples
SIZES = st.sampled_from([0, 1, 2, 3, 7, 15, 16, 17, 18, 31, 32, 33, 47, 48, 100, 1000]) | st.integers(0, 400)
SHAPES = st.builds(lambda n: (n,), SIZES) | st.lists(st.integers(0, 6), max_size=4).map(tuple)
SEEDS = st.integers(0, 100) | st.integers(-2**63, 2**64 - 1)
FLOATS = st.sampled_from(["float32", "float64", "float16"])
REALS = st.floats(-100, 100, width=32) | st.sampled_from([0.0, 1.0, -1.0, 0.1, 0.3, 1e-45, 1e-40])


@st.composite
def places(draw, dtypes):
    """A blank NumPy array and the same as a Tensor, plain, permuted or a slice."""
    shape, dtype = draw(SHAPES), draw(dtypes)
    base = [n + draw(st.sampled_from([0, 0, 2])) for n in shape]
    axes = draw(st.just(list(range(len(shape)))) | st.permutations(range(len(shape))))
    array = np.zeros(base, dtype)
    tensor = torch.from_numpy(array.copy())
    window = (..., *(slice(0, n) for n in shape))  # the ellipsis keeps a 0-d array an array
    return array[window].transpose(axes), tensor[window].permute(tuple(axes))


@st.composite
def calls(draw):
    """One call on both sides: two functions of a generator."""
    name = draw(st.sampled_from(["uniform", "normal", "integers", "random", "bernoulli", "bernoulli tensor", "exponential",
                                 "permutation", "base seed"]))
    if name == "permutation":
        n = draw(st.integers(0, 200) | st.integers(4090, 20000))
        return lambda g: random.permutation(n, g), lambda g: torch.randperm(n, generator=g)
    if name == "base seed":
        return (lambda g: np.array(random.random_int64(g)),
                lambda g: torch.empty((), dtype=torch.int64).random_(generator=g))
    if name == "uniform":
        (a, t), bounds = draw(places(FLOATS | st.sampled_from(["complex64", "complex128"]))), sorted([draw(REALS), draw(REALS)])
        return lambda g: random.fill_uniform(a, *bounds, g), lambda g: t.uniform_(*bounds, generator=g)
    if name == "normal":
        (a, t), mean, std = draw(places(FLOATS | st.sampled_from(["complex64"]))), draw(REALS), abs(draw(REALS))
        if a.dtype.kind == "c":
            mean = 0.0
        return lambda g: random.fill_normal(a, mean, std, g), lambda g: t.normal_(mean, std, generator=g)
    if name == "integers":
        a, t = draw(places(st.sampled_from(["int64", "float64"])))
        low = draw(st.integers(-2**40, 2**40))
        high = low + draw(st.integers(1, 20) | st.integers(2**28 - 2, 2**28 + 2) | st.integers(1, 2**50))
        return lambda g: random.fill_integers(a, low, high, g), lambda g: t.random_(low, high, generator=g)
    any_kind = st.sampled_from(["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"])
    if name == "random":
        a, t = draw(places(any_kind))
        return lambda g: random.fill_integers(a, generator=g), lambda g: t.random_(generator=g)
    if name == "bernoulli":
        (a, t), p = draw(places(any_kind)), draw(st.floats(0, 1))
        return lambda g: random.fill_bernoulli(a, p, g), lambda g: t.bernoulli_(p, generator=g)
    if name == "bernoulli tensor":
        a, t = draw(places(any_kind))
        p = random.fill_uniform(np.empty(a.shape, draw(FLOATS)), generator=random.Generator())
        return lambda g: random.fill_bernoulli(a, p, g), lambda g: t.bernoulli_(torch.from_numpy(p), generator=g)
    (a, t), rate = draw(places(FLOATS)), draw(st.floats(0.01, 100))
    return lambda g: random.fill_exponential(a, rate, g), lambda g: t.exponential_(rate, generator=g)


def assert_same_bits(ours, theirs):
    theirs = theirs.numpy()
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
    assert ours.tobytes() == theirs.tobytes(), f"\nours {ours}\ntorch {theirs}"


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS, sequence=st.lists(calls(), min_size=1, max_size=8))
def test_any_sequence_of_calls(seed, sequence):
    ours, theirs = random.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    assert ours.initial_seed() == theirs.initial_seed()
    for call, torch_call in sequence:
        assert_same_bits(call(ours), torch_call(theirs))

    # A state goes over in both directions, the normal that waits in it included
    back, forth = random.Generator(), torch.Generator()
    back.load_state_array(theirs.get_state().numpy())
    forth.set_state(torch.from_numpy(ours.state_array()))
    for generator, torch_generator in ((back, theirs), (ours, forth)):
        assert generator.initial_seed() == torch_generator.initial_seed()
        assert_same_bits(random.fill_normal(np.empty(5), generator=generator),
                         torch.empty(5, dtype=torch.float64).normal_(generator=torch_generator))


@pytest.mark.parametrize("dtype, size", [("float32", 300_007), ("float16", 100_007), ("float64", 50_007)])
@pytest.mark.parametrize("mean, std", [(0.0, 1.0), (0.3, 0.7), (1e-40, 1e-40)])
def test_many_normals(dtype, size, mean, std):
    ours = random.fill_normal(np.empty(size, dtype), mean, std, random.Generator().manual_seed(1))
    theirs = torch.empty(size, dtype=getattr(torch, dtype)).normal_(mean, std, generator=torch.Generator().manual_seed(1))
    assert_same_bits(ours, theirs)


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
@pytest.mark.parametrize("low, high", [(-1.0, 1.0), (0.1, 0.2), (-0.0123, 0.0123), (5.0, 1000.0), (1e-40, 3e-40)])
def test_many_uniforms(dtype, low, high):
    ours = random.fill_uniform(np.empty(200_000, dtype), low, high, random.Generator().manual_seed(1))
    theirs = torch.empty(200_000, dtype=getattr(torch, dtype)).uniform_(low, high, generator=torch.Generator().manual_seed(1))
    assert_same_bits(ours, theirs)


@pytest.mark.parametrize("mean, std", [(0.0, 1.0), (0.0, 0.5), (0.25, 0.5)])
def test_arguments_of_the_float32_kernel_near_its_joints(mean, std):
    # Where the logarithm changes its mantissa's range and the sine its octant, the first and the last uniforms there are
    edges = [round(2**24 * (1 - 0.70710678 * 2.0**-k)) for k in range(4)] + [round(2**24 * k / 16) for k in range(17)]
    near = np.unique(np.clip(np.add.outer(edges, range(-3, 4)).reshape(-1), 0, 2**24 - 1))
    grid = np.stack([np.repeat(near, len(near)), np.tile(near, len(near))], axis=1)
    grid = np.resize(grid, (len(grid) // 8 * 8, 2))
    # 608 chosen outputs at a time: one state of the twister holds 624
    for start in range(0, len(grid), 8 * 38):
        blocks = grid[start:start + 8 * 38].reshape(-1, 8, 2).transpose(0, 2, 1).reshape(-1)
        state = random.Generator().state_array()
        fields = state.view(STATE)
        fields["key"][0, :len(blocks)], fields["next"], fields["left"] = untempered(blocks), 1, 624
        fields["key"][0] = np.roll(fields["key"][0], 1)
        ours, theirs = random.Generator(), torch.Generator()
        ours.load_state_array(state)
        assert (ours.uniform32(len(blocks)) * 2**24 == blocks).all()
        ours.load_state_array(state)
        theirs.set_state(torch.from_numpy(state))
        assert_same_bits(random.fill_normal(np.empty(len(blocks), np.float32), mean, std, ours),
                         torch.empty(len(blocks)).normal_(mean, std, generator=theirs))


def untempered(outputs):
    """The words of a Mersenne Twister's state that it turns into these outputs."""
    y = outputs.astype(np.uint64)
    y ^= y >> np.uint64(18)
    y ^= (y << np.uint64(15)) & np.uint64(0xEFC60000)
    undone = y
    for _ in range(5):
        undone = y ^ (undone << np.uint64(7)) & np.uint64(0x9D2C5680)
    y = undone & np.uint64(0xFFFFFFFF)
    undone = y
    for _ in range(3):
        undone = y ^ (undone >> np.uint64(11))
    return undone


def test_the_recorded_figures_are_those_of_this_pytorch():
    recorder = runpy.run_path(str(Path(__file__).with_name("record_random.py")))
    recorded = json.loads(recorder["RECORDED"].read_text(encoding="utf-8"))["records"]
    assert len(recorded) > 50
    for record in recorded:
        generator = torch.Generator().manual_seed(record["seed"])
        for call in record["calls"]:
            assert recorder["kept"](recorder["run"](call, generator)) == call["result"], call


@pytest.mark.cpu_only("the state of a generator is a tensor of the CPU")
def test_states_are_exchanged_as_tensors():
    import workbook

    theirs, ours = torch.Generator().manual_seed(5), random.Generator().manual_seed(5)
    torch.randn(3, generator=theirs), workbook.randn(3, generator=ours)
    assert ours.get_state().numpy().tobytes() == theirs.get_state().numpy().tobytes()
    back, copied = random.Generator(), ours.clone_state()
    back.set_state(workbook.from_numpy(theirs.get_state().numpy()))
    for generator in (back, copied):
        assert_same_bits(workbook.randn(5, generator=generator).numpy(), torch.randn(5, generator=theirs.clone_state()))
    with pytest.raises(RuntimeError, match="Expected a CPUGeneratorImplState of size 5056"):
        ours.set_state(workbook.zeros(3, dtype=workbook.uint8))
    with pytest.raises(TypeError, match="RNG state must be a torch.ByteTensor"):
        ours.set_state(workbook.zeros(5056))
