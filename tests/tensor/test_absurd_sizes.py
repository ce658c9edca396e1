"""A slip of a few zeros is an error that says how much memory it asked for, before any of it is taken."""

import sys

import pytest

import workbook as torch
from workbook.nn import functional as F  # noqa: F401  named in the texts below

TOO_MUCH = """
torch.zeros(10**12)
torch.ones(10**6, 10**6)
torch.empty(10**6, 10**6, 10**6)
torch.full((10**12,), 1.)
torch.eye(10**6)
torch.arange(10**12)
torch.arange(0, 1, 1e-12)
torch.range(0, 1e12)
torch.linspace(0, 1, 10**12)
torch.logspace(0, 1, 10**12)
torch.rand(10**12)
torch.randn(10**12)
torch.randint(0, 2, (10**12,))
torch.normal(0., 1., (10**12,))
torch.multinomial(torch.ones(3), 10**12, True)
torch.zeros(3).new_zeros(10**12)
torch.zeros(3).resize_(10**12)
torch.Tensor(10**12)
torch.FloatTensor(10**12)
torch.zeros(3).expand(10**12, 3).reshape(-1)
torch.zeros(3).repeat_interleave(10**12)
torch.tril_indices(10**7, 10**7)
torch.combinations(torch.zeros(10**5), 3)
torch.cartesian_prod(torch.zeros(10**5), torch.zeros(10**5), torch.zeros(10**5))
torch.zeros(3).tensor_split(10**12)
torch.mvlgamma(torch.ones(2), 10**12)
F.one_hot(torch.tensor([10**12]))
""".strip().splitlines()
# Here the array library asks the system, which must say no: not every system does.
TOO_MUCH_TO_COMPUTE = """
torch.zeros(10**6, 1) + torch.zeros(10**6)
torch.zeros(10**6, 1) @ torch.zeros(1, 10**6)
torch.outer(torch.zeros(10**6), torch.zeros(10**6))
torch.zeros(3).expand(10**12, 3) + 1
torch.zeros(3).expand(10**12, 3).clone()
torch.zeros(3).repeat(10**12)
torch.diag(torch.zeros(10**6))
torch.bincount(torch.tensor([10**12]))
torch.histc(torch.ones(3), bins=10**12)
torch.cdist(torch.zeros(10**6, 1), torch.zeros(10**6, 1))
""".strip().splitlines()
# Not even a number of 64 bits counts these.
BEYOND_NUMBERS = [
    ("torch.zeros(10**30)", TypeError, "Overflow when unpacking long long"),
    ("torch.zeros(3).reshape(10**30)", TypeError, "Overflow when unpacking long long"),
    ("torch.zeros(3).expand(10**30, 3)", TypeError, "Overflow when unpacking long long"),
    ("torch.zeros(3).repeat(10**30)", TypeError, "Overflow when unpacking long long"),
    ("torch.empty(2**62)", RuntimeError, "Storage size calculation overflowed with sizes=[4611686018427387904]"),
    ("torch.zeros([10**12] * 70)", RuntimeError, "Storage size calculation overflowed"),
    ("torch.eye(10**10)", RuntimeError, "numel: integer multiplication overflow"),
    ("torch.zeros(3).expand(2**62, 3)", RuntimeError, "numel: integer multiplication overflow"),
    ("torch.arange(1e20)", RuntimeError, "invalid size, possible overflow?"),
    ("torch.arange(float('inf'))", RuntimeError, "unsupported range: 0 -> inf"),
    ("torch.arange(float('nan'))", RuntimeError, "unsupported range: 0 -> nan"),
    ("torch.range(0, float('inf'))", RuntimeError, "unsupported range: 0 -> inf"),
]


@pytest.mark.parametrize("code", [*TOO_MUCH, *(pytest.param(code, marks=pytest.mark.skipif(
    sys.platform != "linux", reason="this system promises more memory than there is")) for code in TOO_MUCH_TO_COMPUTE)])
@pytest.mark.cpu_only("a GPU has a memory of its own, and words of its own for one that is full")
def test_more_than_the_memory_of_the_computer(code):
    with pytest.raises(RuntimeError) as caught:
        eval(code)
    what, _, rest = str(caught.value).partition("\n  Why: ")
    assert what.startswith("DefaultCPUAllocator: can't allocate memory: you tried to allocate ") and what.endswith(" bytes.")
    assert " GB\n  Fix: " in rest


@pytest.mark.parametrize("code, error, phrase", BEYOND_NUMBERS)
def test_more_than_numbers_count(code, error, phrase):
    with pytest.raises(error) as caught:
        eval(code)
    assert phrase in str(caught.value) and "\n  Why: " in str(caught.value) and "\n  Fix: " in str(caught.value)


@pytest.mark.parametrize("code", ["torch.zeros(*[1] * 70)", "torch.zeros(3).view(*[1] * 70, 3)", "torch.zeros(3)[(None,) * 70]"])
def test_more_axes_than_the_array_library_knows(code):
    with pytest.raises(RuntimeError, match="a tensor of .* axes is more than NumPy holds"):
        eval(code)


def test_what_takes_no_memory_is_made():
    assert torch.zeros(3).expand(10**12, 3).shape == (10**12, 3)
    assert torch.zeros(0, 10**12).shape == (0, 10**12)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here, so nothing is refused for want of one")
def test_a_gpu_that_is_not_there_is_said_before_the_memory():
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        torch.zeros(10**12, device="cuda")


def nested(depth):
    data = [1.0]
    for _ in range(depth):
        data = [data]
    return data


def endless():
    data = []
    data.append(data)
    return data


@pytest.mark.parametrize("make", [torch.tensor, torch.as_tensor, torch.asarray, torch.Tensor, torch.zeros(2, 3).__getitem__])
@pytest.mark.parametrize("data", [endless(), nested(5000)], ids=["a list that holds itself", "5000 lists"])
def test_lists_without_end(make, data):
    with pytest.raises(ValueError, match="too many dimensions 'list'\n  Why: .*\n  Fix: .*"):
        make(data)


def test_a_generator_is_one():
    for draw in (torch.rand, torch.randn, torch.randperm):
        with pytest.raises(TypeError, match="argument 'generator' must be torch.Generator, not int"):
            draw(3, generator=1)


@pytest.mark.parametrize("code", [
    "torch.polygamma(400, torch.ones(2))", "torch.lgamma(torch.tensor([1e308, -1e308], dtype=torch.float64))", "torch.digamma(torch.tensor([1e308, -1e308]))",
    "torch.special.zeta(torch.tensor([1e30, 3, 2]), torch.tensor([.5, -1e6, -1e30]))", "torch.igamma(torch.tensor([1e10, 1e30, 1e-30]), torch.tensor([1e10, 1e30, 1e-30]))",
    "torch.special.i0e(torch.tensor([1e30, -1e30]))", "torch.special.erfcx(torch.tensor([1e30, -1e30]))", "torch.poisson(torch.tensor([float('inf'), 1e30]))",
    "torch.binomial(torch.tensor([float('inf'), float('nan'), 1e30]), torch.tensor([.5, .5, 1e-30]))"])
def test_numbers_at_the_edge_are_computed(code):
    assert isinstance(eval(code), torch.Tensor)


@pytest.mark.parametrize("ask", ("size(0)", "size(-1)", "size(dim=5)", "stride(0)", "stride(-1)"))
def test_a_single_number_has_no_axis_to_ask_about(ask):
    pytorch = pytest.importorskip("torch", minversion="2.13")
    told = []
    for engine in (pytorch, torch):
        with pytest.raises(IndexError) as error:
            eval(f"x.{ask}", {"x": engine.tensor(1.0)})
        told.append(str(error.value).splitlines())
    assert told[1][0] == told[0][0] and len(told[1]) == 3
