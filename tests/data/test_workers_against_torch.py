"""What comes out of a loader with workers is what comes out of PyTorch's: order, random numbers in the workers, streams, ends."""

import random
import warnings

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import workbook
import workbook.utils.data

ENGINES = (torch, workbook)
FEW = settings(max_examples=max(4, settings().max_examples // 4))  # each starts four processes and more


class Noisy:
    """Sample i with what each stream gives in the worker that reads it."""

    def __init__(self, engine, size):
        self.engine, self.size = engine, size

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        return {"index": index, "torch": self.engine.rand(2), "python": random.random(), "numpy": np.random.rand(3),
                "normal": self.engine.randn(20), "worker": self.engine.utils.data.get_worker_info().id}


def plain(thing):
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    return [plain(value) for value in thing] if isinstance(thing, (list, tuple)) else thing.tolist() if hasattr(thing, "tolist") else thing


def epochs(engine, size, options, own_generator, count, stop_after=None):
    """Epochs of a loader, with where the streams stand after each."""
    engine.manual_seed(5)
    generator = engine.Generator().manual_seed(6) if own_generator else None
    loader = engine.utils.data.DataLoader(Noisy(engine, size), generator=generator, **options)
    seen = []
    for _ in range(count):
        for number, batch in enumerate(loader):
            seen.append(plain(batch))
            if number == stop_after:
                break
        seen.append([engine.rand(1).item(), generator and engine.rand(1, generator=generator).item()])
    return seen


@FEW
@given(st.integers(1, 12),
       st.fixed_dictionaries({"batch_size": st.sampled_from([None, 1, 2, 3, 5]), "shuffle": st.booleans(), "num_workers": st.integers(1, 2),
                              "prefetch_factor": st.sampled_from([None, 1, 3]), "persistent_workers": st.booleans()}), st.booleans())
def test_order_random_numbers_and_streams(size, options, own_generator):
    theirs, mine = (epochs(engine, size, options, own_generator, 2) for engine in ENGINES)
    assert mine == theirs


def test_an_epoch_that_was_broken_off_changes_the_next_one_as_in_pytorch():
    options = {"batch_size": 1, "num_workers": 1, "prefetch_factor": 1, "shuffle": True}
    theirs, mine = (epochs(engine, 6, options, True, 3, stop_after=2) for engine in ENGINES)
    assert mine == theirs


class Stream:
    """The numbers up to `size`, a worker's share of them or all."""

    def __init__(self, engine, size, shared):
        self.engine, self.size, self.shared = engine, size, shared

    def __iter__(self):
        info = self.engine.utils.data.get_worker_info()
        for number in range(info.id, self.size, info.num_workers) if self.shared else range(self.size):
            yield number, info.id, self.engine.rand(1)

    def __len__(self):
        return self.size


class TheirStream(Stream, torch.utils.data.IterableDataset):
    pass


class OurStream(Stream, workbook.utils.data.IterableDataset):
    pass


@FEW
@given(st.integers(0, 9), st.booleans(),
       st.fixed_dictionaries({"batch_size": st.sampled_from([None, 1, 2, 3]), "num_workers": st.integers(1, 2),
                              "persistent_workers": st.booleans()}), st.booleans(), st.booleans())
def test_streams_of_samples(size, shared, options, drop_last, ask_length):
    seen = []
    for engine, kind in zip(ENGINES, (TheirStream, OurStream)):
        engine.manual_seed(9)
        drops = {"drop_last": drop_last} if options["batch_size"] else {}
        loader = engine.utils.data.DataLoader(kind(engine, size, shared), **options, **drops)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            length = len(loader) if ask_length else None
            seen.append((length, [[plain(batch) for batch in loader] for _ in range(2)],
                         [str(warning.message).partition(" was reported")[2] for warning in told]))
    assert seen[1] == seen[0]
