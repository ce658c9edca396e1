"""The loader's order, batch by batch, and where every generator stands while it runs, for whatever options."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import workbook
import workbook.utils.data
from tests.ops.both import of_no_device


def epochs(engine, size, options, own_generator, sampler, peek):
    """Two epochs of a loader, with a number drawn from each generator after every batch where `peek`."""
    engine.manual_seed(1)
    data = engine.utils.data
    generator = engine.Generator().manual_seed(2) if own_generator else None
    dataset = data.TensorDataset(engine.arange(size), engine.arange(size) * 0.5)
    options = dict(options)
    if sampler == "with replacement":
        options.pop("shuffle")
        options["sampler"] = data.RandomSampler(dataset, replacement=True, num_samples=size + 3, generator=generator)
    elif sampler == "twice":
        options.pop("shuffle")
        options["sampler"] = data.RandomSampler(dataset, num_samples=2 * size + 1, generator=generator)
    elif sampler == "subset":
        options.pop("shuffle")
        options["sampler"] = data.SubsetRandomSampler(list(range(0, size, 2)), generator=generator)
    loader = data.DataLoader(dataset, generator=generator, **options)
    seen = [len(loader)]
    for _ in range(2):
        for batch in loader:
            seen.append([(column.tolist(), str(column.dtype)) for column in batch])
            if peek:
                seen.append(engine.rand(1).item())
                seen.append(engine.rand(1, generator=generator).item() if own_generator else None)
    seen.append([engine.rand(2).tolist(), generator and engine.rand(2, generator=generator).tolist()])
    return seen


@settings(max_examples=max(150, settings().max_examples))  # few draws hit an own generator, shuffling and no sampler at once
@given(st.integers(1, 40),
       st.fixed_dictionaries({"batch_size": st.integers(1, 9), "shuffle": st.booleans(), "drop_last": st.booleans()}),
       st.booleans(), st.sampled_from([None, "with replacement", "twice", "subset"]), st.booleans())
def test_the_order_and_the_streams(size, options, own_generator, sampler, peek):
    theirs, mine = (epochs(engine, size, options, own_generator, sampler, peek) for engine in (torch, workbook))
    assert mine == theirs


@given(st.integers(1, 30), st.lists(st.integers(0, 10), min_size=1, max_size=4), st.booleans())
def test_random_split(rest, lengths, own_generator):
    results = []
    for engine in (torch, workbook):
        engine.manual_seed(5)
        generator = engine.Generator().manual_seed(6) if own_generator else None
        options = {"generator": generator} if own_generator else {}
        parts = engine.utils.data.random_split(range(sum(lengths) + rest), [*lengths, rest], **options)
        results.append([list(part.indices) for part in parts] + [engine.rand(1).item()])
    assert results[0] == results[1]


SAMPLES = st.recursive(
    st.sampled_from(["int", "float", "bool", "text", "array", "tensor"]),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(tuple) | st.lists(inner, min_size=1, max_size=3)
    | st.dictionaries(st.sampled_from("abc"), inner, min_size=1), max_leaves=6)


def sample(engine, kind, number):
    if isinstance(kind, (tuple, list)):
        return type(kind)(sample(engine, k, number) for k in kind)
    if isinstance(kind, dict):
        return {key: sample(engine, k, number) for key, k in kind.items()}
    return {"int": number, "float": number / 2, "bool": number % 2 == 0, "text": str(number),
            "array": np.full(2, number, np.int16), "tensor": engine.full((2, 1), number * 1.5)}[kind]


@given(SAMPLES, st.integers(1, 4))
def test_collating(kind, count):
    texts = [of_no_device(repr(engine.utils.data.default_collate([sample(engine, kind, n) for n in range(count)])))
             for engine in (torch, workbook)]
    assert texts[0] == texts[1]
