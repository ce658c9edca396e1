"""Data sets, samplers and collating beside PyTorch's, for whatever they are given, refusals included."""

import collections
import dataclasses
import types
import warnings

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

import workbook
import workbook.utils.data
from tests.ops.both import of_no_device

ENGINES = (torch, workbook)


def outcome(act, engine):
    """What comes out, or the error: its class and PyTorch's own line of it."""
    try:
        found = act(engine)
        return f"{type(found).__name__} {found!r}".replace("workbook", "torch")
    except Exception as error:
        return type(error).__name__, str(error).partition("\n")[0].strip()


def alike(act):
    theirs, mine = (of_no_device(outcome(act, engine)) for engine in ENGINES)
    assert mine == theirs
    return theirs


# ---- samplers


@given(st.lists(st.floats(0, 4) | st.integers(0, 3), max_size=12), st.integers(-1, 14), st.booleans(), st.booleans())
def test_weighted_random_sampler(weights, count, replacement, own_generator):
    assume(replacement or sum(weight > 0 for weight in weights) >= count)  # else PyTorch takes any of weight 0

    def draw(engine):
        engine.manual_seed(1)
        generator = engine.Generator().manual_seed(2) if own_generator else None
        sampler = engine.utils.data.WeightedRandomSampler(weights, count, replacement, generator)
        return [list(sampler), list(sampler), len(sampler), engine.rand(1).item()]

    alike(draw)


@pytest.mark.parametrize("options", [{"weights": [[1.0]], "num_samples": 1}, {"weights": [1.0], "num_samples": True},
                                     {"weights": [1.0], "num_samples": 2.0}, {"weights": [1.0], "num_samples": 1, "replacement": 1},
                                     {"weights": 3.0, "num_samples": 1}])
def test_weighted_random_sampler_refuses(options):
    alike(lambda engine: list(engine.utils.data.WeightedRandomSampler(**options)))


@given(st.integers(0, 20), st.integers(1, 5), st.booleans(), st.booleans(), st.integers(0, 3), st.integers(0, 9))
def test_distributed_sampler(size, replicas, shuffle, drop_last, epoch, seed):
    def shares(engine):
        found = []
        for rank in range(replicas):
            sampler = engine.utils.data.distributed.DistributedSampler(range(size), replicas, rank, shuffle, seed, drop_last)
            sampler.set_epoch(epoch)
            found.append((list(sampler) if size else None, len(sampler), sampler.total_size))
        return found

    alike(shares)


def test_distributed_sampler_refuses():
    for rank in (-1, 2):
        alike(lambda engine: engine.utils.data.DistributedSampler(range(3), 2, rank))
    for given in ({}, {"rank": 0}, {"num_replicas": 2}):  # the rest is the world's, and there is none
        alike(lambda engine: engine.utils.data.distributed.DistributedSampler(range(3), **given))


# ---- data sets


class Together(list):
    """A list that is asked for a whole batch at once."""

    def __getitems__(self, indices):
        return [f"at once {self[index]}" for index in indices]


DATASETS = st.lists(st.sampled_from(["list", "together"]), min_size=1, max_size=3)


def made(kinds, size):
    return [(Together if kind == "together" else list)(range(10 * place, 10 * place + size)) for place, kind in enumerate(kinds)]


@given(DATASETS, st.integers(1, 5), st.booleans(), st.lists(st.integers(-6, 6), max_size=4))
def test_stack_dataset(kinds, size, named, indices):
    def read(engine):
        parts = made(kinds, size)
        stacked = (engine.utils.data.StackDataset(**dict(zip("abc", parts))) if named else engine.utils.data.StackDataset(*parts))
        return [len(stacked), stacked.__getitems__(indices), [stacked[index] for index in indices]]

    alike(read)


def test_stack_dataset_refuses():
    for args, options in [((), {}), (([1],), {"a": [1]}), (([1], [1, 2]), {}), ((), {"a": [1], "b": []}), ((3,), {})]:
        alike(lambda engine: len(engine.utils.data.StackDataset(*args, **options)))

    class Short(list):
        def __getitems__(self, indices):
            return [0]

    alike(lambda engine: engine.utils.data.StackDataset(Short([1, 2])).__getitems__([0, 1]))


@given(DATASETS, st.integers(1, 5), st.integers(-16, 16))
def test_concat_dataset_and_subset(kinds, size, index):
    joined = [outcome(lambda engine: engine.utils.data.Subset(engine.utils.data.ConcatDataset(made(kinds, size)), [index, 0])[0], engine)
              for engine in ENGINES]
    assert joined[0] == joined[1] or joined[0][0] == joined[1][0] == "IndexError"  # which here says how many samples there are
    alike(lambda engine: engine.utils.data.Subset(made(kinds, size)[0], [2, 0, 1]).__getitems__([0, 1]))


def streams(engine):
    class Stream(engine.utils.data.IterableDataset):
        def __init__(self, size):
            self.size = size

        def __iter__(self):
            return iter(range(self.size))

        def __len__(self):
            return self.size

    return Stream


def test_chained_streams():
    alike(lambda engine: [list(streams(engine)(3) + streams(engine)(2)), len(streams(engine)(3) + streams(engine)(2))])
    alike(lambda engine: [batch.tolist() for batch in engine.utils.data.DataLoader(streams(engine)(3) + streams(engine)(2), 2)])
    alike(lambda engine: list(engine.utils.data.ChainDataset([streams(engine)(1), [2]])))
    alike(lambda engine: engine.utils.data.ConcatDataset([streams(engine)(1)]))
    alike(lambda engine: type("Empty", (engine.utils.data.IterableDataset,), {})())


def test_a_subset_that_reads_otherwise_has_to_read_batches_otherwise():
    for engine in ENGINES:
        with pytest.raises(NotImplementedError, match="Mine overrides __getitem__ but not __getitems__."):
            type("Mine", (engine.utils.data.Subset,), {"__getitem__": lambda self, index: index})([1], [0])


def test_the_misspelt_name_of_the_sizes_is_told():
    for engine in ENGINES:
        with pytest.warns(FutureWarning, match="`cummulative_sizes` attribute is renamed to `cumulative_sizes`"):
            assert engine.utils.data.ConcatDataset([[1], [2, 3]]).cummulative_sizes == [1, 3]


# ---- the loader's options


OF_NO_GPU = pytest.mark.cpu_only("it warns that there is no GPU")


class Plain:
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return index


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # PyTorch's own, where it refuses prefetch_factor=0
@pytest.mark.parametrize("options", [
    {"num_workers": -1}, {"prefetch_factor": 2}, {"num_workers": 1, "prefetch_factor": -1}, {"num_workers": 1, "prefetch_factor": 0},
    {"persistent_workers": True}, {"timeout": -1}, {"timeout": 3}, {"multiprocessing_context": "spawn"},
    {"num_workers": 1, "multiprocessing_context": "x"}, {"num_workers": 1, "multiprocessing_context": 3}, {"batch_size": 0},
    {"batch_size": 2.5}, {"drop_last": "yes"}, {"batch_size": None, "drop_last": True}, {"sampler": [1], "shuffle": True},
    {"batch_sampler": [[1]], "batch_size": 2}, {"num_workers": True}, {"num_workers": 1, "in_order": False},
    pytest.param({"pin_memory": True}, marks=OF_NO_GPU), pytest.param({"pin_memory": True, "pin_memory_device": "cuda"}, marks=OF_NO_GPU), {"num_workers": 500}, {"num_workers": 1}, {"sampler": 3}, {"batch_sampler": [3]},
    {"collate_fn": 3}, {"worker_init_fn": 3},
])
def test_options_and_warnings(options):
    def read(engine):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            loader = engine.utils.data.DataLoader(Plain(), **options)
            if options.get("num_workers") != 500:
                batches = [batch.tolist() for batch in loader]
            return [batches if options.get("num_workers") != 500 else None, loader.prefetch_factor, [str(w.message) for w in told]]

    alike(read)


@pytest.mark.parametrize("options", [{"num_workers": "2"}, {"num_workers": 2.5}, {"timeout": "a"}, {"num_workers": 1, "prefetch_factor": 1.5},
                                     {"num_workers": None}])
def test_what_is_no_number_is_refused(options):
    with pytest.raises(TypeError, match=r"should be a (whole )?number, but got"):
        workbook.utils.data.DataLoader(Plain(), **options)


def test_what_is_settled_cannot_be_set():
    for name in ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"):
        alike(lambda engine: setattr(engine.utils.data.DataLoader(Plain()), name, 1))
    alike(lambda engine: setattr(engine.utils.data.DataLoader(Plain()), "multiprocessing_context", "spawn"))


# ---- collating

Point = collections.namedtuple("Point", "x y")


class OwnTuple(tuple):
    pass


class OwnDict(dict):
    pass


class NeedsMore(dict):
    def __init__(self, first, **rest):
        super().__init__(**rest)


class Two(list):
    def __init__(self, a, b):
        super().__init__([a, b])


@dataclasses.dataclass
class Record:
    a: int = 1


COLLATED = {
    "named tuple": lambda T: [Point(1, Point(2, "a")), Point(3, Point(4, "b"))], "own tuple": lambda T: [OwnTuple((1, 2))] * 2,
    "own dict": lambda T: [OwnDict(a=1)] * 2, "default dict": lambda T: [collections.defaultdict(list, a=1)] * 2,
    "needs more": lambda T: [NeedsMore(1, z=1)] * 2, "two": lambda T: [Two(1, 2)] * 2, "dataclass": lambda T: [Record()],
    "read only": lambda T: [types.MappingProxyType({"a": 1})] * 2, "range": lambda T: [range(3)] * 2, "deque": lambda T: [collections.deque([1])] * 2,
    "user list": lambda T: [collections.UserList([1, 2])] * 2, "set": lambda T: [{1}], "complex": lambda T: [1j], "None": lambda T: [None],
    "int16": lambda T: [np.int16(3)] * 2, "bool_": lambda T: [np.bool_(True)] * 2, "str_": lambda T: [np.str_("a")] * 2,
    "objects": lambda T: [np.array([None])], "letters": lambda T: [np.array(["a"])], "0-d": lambda T: [np.array(3.0)] * 2,
    "bytes": lambda T: [b"x"], "bytearray": lambda T: [bytearray(b"xy")] * 2, "int and float": lambda T: [1, 2.5],
    "float and int": lambda T: [1.5, 2], "bool and int": lambda T: [True, 5], "int and text": lambda T: [1, "a"],
    "uneven tensors": lambda T: [T.ones(2), T.ones(3)], "uneven arrays": lambda T: [np.ones(2), np.ones((2, 1))],
    "uneven lists": lambda T: [[1], [1, 2]], "uneven tuples": lambda T: [(1,), (1, 2)], "dtypes": lambda T: [T.ones(2), T.ones(2).long()],
    "tensor and number": lambda T: [T.ones(2), 1.0], "key missing": lambda T: [{"a": 1}, {"b": 1}], "key too many": lambda T: [{"a": 1}, {"a": 1, "b": 2}],
    "empty lists": lambda T: [[], []], "empty dicts": lambda T: [{}, {}], "tuple of samples": lambda T: ((1, 2), (3, 4)),
    "array of samples": lambda T: np.ones((2, 3)), "too large": lambda T: [2**70], "nested": lambda T: [{"a": [1, {"b": T.ones(2)}]}] * 2,
    "masked": lambda T: [np.ma.masked_array([1, 2], [False, True])] * 2,
    "parameters": lambda T: [T.nn.Parameter(T.ones(2))] * 2, "text": lambda T: "ab",
}


@pytest.mark.parametrize("name", COLLATED)
@pytest.mark.parametrize("function", ["default_collate", "default_convert"])
def test_collating_and_converting(function, name):
    alike(lambda engine: getattr(engine.utils.data, function)(COLLATED[name](engine)))
