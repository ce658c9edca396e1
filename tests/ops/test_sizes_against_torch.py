"""Sizes and axes given in every way that comes to mind: what torch takes, workbook takes, with the same result; what torch refuses,
workbook refuses, by the same type of error.
"""

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

from tests.ops import both

GIVEN = """2 | (2, 3) | [2, 3] | (6,) | [6] | () | [] | torch.Size([2, 3]) | range(2, 4) | -1 | (2, -1) | np.int64(2) | np.int32(6) | np.float64(2.) |
(np.int64(2), np.int32(3)) | [np.int64(2), 3] | torch.tensor(2) | torch.tensor([6]) | torch.tensor([[6]]) | torch.tensor([2, 3]) |
torch.tensor([2, 3], dtype=torch.int32) | torch.tensor(2, dtype=torch.uint8) | torch.tensor(2.) | torch.tensor([2.]) | torch.tensor([]) |
(torch.tensor(2), torch.tensor(3)) | [2, torch.tensor([3])] | (torch.tensor([2]), 3) | (torch.tensor([2]),) | (torch.tensor(2.), 3) |
(2, torch.tensor(3.)) | np.array([2, 3]) | np.array([6]) | np.array(2) | np.array(2.) | np.array([]) | np.array([2., 3.]) | (np.array(2), 3) |
(2, np.array(3)) | (np.array([2]), 3) | (2, np.array([3])) | 2. | 2.5 | [2., 3.] | [2, 3.] | True | False | (True, 2) | (2, True) | [True] |
np.bool_(True) | (2, np.bool_(True)) | None | (None, 2) | (2, None) | 'a' | ('a',) | (2, 'a') | (2, [3]) | [[2, 3]] | ((2, 3),) | {2: 3} | {2, 3} |
iter([2, 3]) | dict | 1j | torch.tensor(1j) | 10**20 | (2, 10**20) | b'ab' | slice(2)"""
GIVEN = [word.strip() for word in GIVEN.replace("\n", " ").split(" | ")]

# a is six numbers, b one of shape (1, 1), c six of shape (2, 3).
DOORS = """torch.zeros({}) | torch.zeros(size={}) | torch.zeros(2, {}) | torch.zeros({}, 3) | torch.ones({}) | torch.empty({}).shape | torch.rand({}) |
torch.rand(2, {}) | torch.randn({}) | torch.full({}, 1.) | torch.full(size={}, fill_value=1.) | torch.randint(3, {}) | torch.randint(0, 3, {}) |
torch.normal(0., 1., {}) | torch.eye({}) | torch.eye(2, {}) | torch.randperm({}) | torch.tril_indices({}, 3) | torch.linspace(0, 1, {}) |
a.new_zeros({}) | a.new_zeros(2, {}) | a.new_zeros(size={}) | a.new_ones({}) | a.new_empty({}).shape | a.new_full({}, 1.) | a.view({}) | a.view(2, {}) |
a.view({}, 3) | a.view(size={}) | a.reshape({}) | a.reshape(2, {}) | a.reshape({}, 3) | a.reshape(shape={}) | torch.reshape(a, {}) |
torch.reshape(a, shape={}) | b.expand({}) | b.expand({}, 3) | b.expand(size={}) | b.broadcast_to({}) | torch.broadcast_to(b, {}) |
b.sum_to_size({}) | a.unflatten(0, {}) | a.as_strided({}, (3, 1)) | a.as_strided((2, 2), {}) | a.resize_({}).shape | torch.empty_strided({}, (3, 1)).shape |
torch.empty_permuted({}, (0, 1)).shape | c.repeat({}) | c.repeat(2, {}) | c.tile({}) | torch.tile(c, {}) | c.permute({}) | c.permute(0, {}) |
torch.permute(c, {}) | torch.permute(c, dims={}) | c.flip({}) | c.flip(0, {}) | torch.flip(c, {}) | torch.roll(c, {}) | torch.roll(c, {}, (0, 1)) |
torch.roll(c, (1, 2), {}) | c.movedim({}, 0) | torch.movedim(c, {}, (1, 0)) | c.rot90(1, {}) | c.split({}) | torch.split_with_sizes(a, {}) |
c.chunk({}) | c.tensor_split({}) | torch.hsplit(c, {}) | a.hsplit({}) | c.vsplit({}) | c.narrow(0, {}, 1) | c.narrow(0, 0, {}) | c.narrow({}, 0, 1) |
a.unfold(0, {}, 1) | a.unfold(0, 2, {}) | c.select(0, {}) | c.select({}, 0) | c.topk({}, 0)[0] | c.kthvalue({}, 0)[0] | a.repeat_interleave({}) |
c.sum({}) | c.sum(dim={}) | c.squeeze({}) | c.unsqueeze({}) | c.transpose({}, 1) | c.flatten({}) | c.unbind({}) | c.size({}) | c.diagonal({}) |
torch.combinations(a, {}) | torch.diff(a, {}) | torch.matrix_power(torch.eye(2), {}) | torch.vander(a, {}) | torch.Size({}) | torch.Tensor({}).shape |
F.pad(c, {}) | F.layer_norm(c, {}).shape | F.adaptive_avg_pool2d(torch.zeros(1, 1, 4, 4), {}) | F.max_pool2d(torch.zeros(1, 1, 4, 4), {}) |
F.avg_pool2d(torch.zeros(1, 1, 4, 4), {}) | F.unfold(torch.zeros(1, 1, 4, 4), {}) | F.fold(torch.zeros(1, 4, 1), {}, (2, 2)) |
F.interpolate(torch.zeros(1, 1, 4, 4), {})"""
DOORS = [word.strip() for word in DOORS.replace("\n", " ").split(" | ")]

# {why: (doors by how their text begins, what is given)}
DIFFERENCES = {
    "PyTorch meets an assertion of its own, and asks to report it": (
        ("torch.roll", "c.sum", "F.max_pool2d", "F.avg_pool2d"), ("np.array(2)",)),
    "PyTorch makes a number of a Tensor of floats here": (("c.split",), ("torch.tensor(2.)", "torch.tensor([2.])", "torch.tensor(1j)")),
    "PyTorch asks first whether the sizes are true, and stumbles over an array": (
        ("a.unflatten",), ("torch.tensor([2, 3]", "torch.tensor([])", "np.array([2", "np.array([])", "False", "None")),
    "data, no size: NumPy's arrays of one number within lists are numbers here": (("torch.Tensor",), ("(np.array(2), 3)", "(2, np.array([3]))")),
    "what can be read only once is not read here": (("F.fold", "F.unfold"), ("iter([2, 3])",)),
    "no tensor is so large, and the error says so in other words": (
        ("F.adaptive", "F.unfold", "F.fold", "F.interpolate"), ("10**20", "(2, 10**20)"))}


def differs(door, given):
    return any(door.startswith(doors) and given.startswith(known) for doors, known in DIFFERENCES.values())


@pytest.mark.parametrize("door", [
    pytest.param(door, marks=[pytest.mark.cpu_only("where to cut is told by a tensor of the CPU")] * ("tensor_split" in door)) for door in DOORS])
def test_a_size_given_in_every_way(door):
    found = []
    for given in GIVEN:
        inputs = [both.Input((6,)), both.Input((1, 1)), both.Input((2, 3))]
        answers = []
        for engine in ("workbook", "torch"):
            both.names_of(engine)["torch"].manual_seed(0)
            answers.append(both.outcome(engine, door.format(given) if "{}" in door else door, inputs))
        mine, theirs = answers
        same = mine["raises"] == theirs["raises"] if "raises" in mine and "raises" in theirs else not both.difference(mine, theirs, 0)
        if same is differs(door, given):
            found.append(f"{given}: {mine} instead of {theirs}"[:300])
    assert not found, "\n".join([door, *found])


@pytest.mark.parametrize("call, what, fix", [
    ("torch.zeros(np.array([2, 3]))", "zeros(): argument 'size' (position 1) must be tuple of ints, not numpy.ndarray", "tuple(x.tolist())"),
    ("torch.ones(6).reshape(torch.tensor([2, 3]))", "reshape(): argument 'shape' (position 1) must be tuple of ints, not Tensor", "tuple(x.tolist())"),
    ("torch.reshape(torch.ones(15), 15)", "reshape(): argument 'shape' (position 2) must be tuple of ints, not int", "write (15,)"),
    ("torch.zeros(size=np.int64(2))", "zeros(): argument 'size' must be tuple of ints, not numpy.int64", "torch.zeros((2, 3))"),
    ("torch.rand(2, torch.tensor(True))", "Expected scalar.isIntegral( false) to be true, but got false.", "write int(...)")])
def test_what_is_wrong_with_a_size_is_said_in_three_parts(call, what, fix):
    theirs, mine = (both.outcome(engine, call, []) for engine in ("torch", "workbook"))
    first, why, last = mine["message"].split("\n  ")
    assert first == what and theirs["message"].startswith(what) and mine["raises"] == theirs["raises"]
    assert why.startswith("Why: ") and fix in last


@pytest.mark.parametrize("call", ["torch.topk(torch.ones(2), torch.tensor(True))", "torch.kthvalue(torch.ones(2), torch.tensor(True))",
                                  "torch.channel_shuffle(torch.ones(1, 2, 2, 2), torch.tensor(True))",
                                  "torch.embedding(torch.ones(3, 2), torch.tensor([1]), torch.tensor(True))"])
def test_a_tensor_of_a_yes_or_no_is_no_length(call):
    """torch meets an assertion of its own, which says so in other words."""
    theirs, mine = (both.outcome(engine, call, []) for engine in ("torch", "workbook"))
    assert mine["raises"] == theirs["raises"] == "RuntimeError" and "is a yes or no" in mine["message"]
