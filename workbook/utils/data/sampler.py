"""Samplers: in which order the samples of a data set are taken."""

from itertools import islice

import numpy as np

from workbook import dtypes, random
from workbook.errors import explain
from workbook.naming import PrintsAsTorchABC
from workbook.ops.chances import multinomial
from workbook.ops.from_data import as_tensor


class Sampler(metaclass=PrintsAsTorchABC):
    """The base of samplers: iterating one gives numbers of samples, or lists of them.

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.Sampler
    """

    torch_name = "torch.utils.data.sampler.Sampler"

    def __class_getitem__(cls, number_type):  # `Sampler[int]` in a student's type hints
        return cls

    def __iter__(self):
        raise NotImplementedError(explain(f"{type(self).__name__} defines no __iter__", "a sampler is the order of the samples",
                                          "write def __iter__(self): ... with yield"))


class SequentialSampler(Sampler):
    """0, 1, 2, ... up to the length of `data_source`.

    >>> list(SequentialSampler("abc"))
    [0, 1, 2]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.SequentialSampler
    """

    torch_name = "torch.utils.data.sampler.SequentialSampler"

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(length_of(self.data_source)))

    def __len__(self):
        return length_of(self.data_source)


class RandomSampler(Sampler):
    """The numbers in random order, or with `replacement` drawn anew each time; `num_samples` of them.

    Without a `generator`, each round draws one 64-bit seed from the default stream and permutes by a generator of its own: so
    shuffling costs the default stream the same whatever the length. Raises ValueError for an empty data source.

    >>> import workbook as torch
    >>> list(RandomSampler(range(5), generator=torch.Generator().manual_seed(0)))
    [4, 0, 1, 3, 2]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.RandomSampler
    """

    torch_name = "torch.utils.data.sampler.RandomSampler"

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        self.data_source, self.replacement, self._num_samples, self.generator = data_source, replacement, num_samples, generator
        _require_bool("replacement", replacement, TypeError)
        if generator is not None and not isinstance(generator, random.Generator):
            raise TypeError(explain(f"RandomSampler's generator is a {type(generator).__name__}", "numbers are drawn from a torch.Generator",
                                    "write torch.Generator().manual_seed(...)"))
        _require_count(self.num_samples)

    @property
    def num_samples(self):
        """How many numbers one round gives."""
        return length_of(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self):
        size, wanted = length_of(self.data_source), self.num_samples
        generator = self.generator or random.Generator().manual_seed(random.random_int64())
        if self.replacement:
            for block in [32] * (wanted // 32) + [wanted % 32]:
                yield from random.fill_integers(np.empty(block, np.int64), 0, size, generator).tolist()
            return
        for _ in range(wanted // size):
            yield from random.permutation(size, generator).tolist()
        # One permutation more, also where nothing of it is needed: PyTorch draws it, and the next round follows it.
        yield from random.permutation(size, generator).tolist()[: wanted % size]

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """The given indices in random order.

    >>> import workbook as torch
    >>> list(SubsetRandomSampler([10, 20, 30], generator=torch.Generator().manual_seed(0)))
    [30, 10, 20]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.SubsetRandomSampler
    """

    torch_name = "torch.utils.data.sampler.SubsetRandomSampler"

    def __init__(self, indices, generator=None):
        self.indices, self.generator = indices, generator

    def __iter__(self):
        for place in random.permutation(len(self.indices), self.generator).tolist():
            yield self.indices[place]

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """`num_samples` numbers, each drawn with a probability in proportion to its weight, with `replacement` or without.

    `weights` has one float64 number for each sample. Raises ValueError for weights that are no row of numbers, and for a count that
    is none; RuntimeError, when it is drawn, for a weight below zero or nothing but zeros.

    >>> import workbook as torch
    >>> list(WeightedRandomSampler([0.1, 0.9, 0.], 4, generator=torch.Generator().manual_seed(0)))
    [1, 1, 1, 1]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.WeightedRandomSampler
    """

    torch_name = "torch.utils.data.sampler.WeightedRandomSampler"

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        _require_count(num_samples if not isinstance(num_samples, bool) else str(num_samples))
        _require_bool("replacement", replacement, ValueError)
        weights = as_tensor(weights, dtype=dtypes.float64)
        if weights.ndim != 1:
            raise ValueError(explain(f"weights should be a 1d sequence but given weights have shape {tuple(weights.shape)}",
                                     "each sample has one weight", "flatten them"))
        self.weights, self.num_samples, self.replacement, self.generator = weights, num_samples, replacement, generator

    def __iter__(self):
        yield from multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator).tolist()

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler):
    """Lists of `batch_size` numbers from `sampler`; a shorter last one is left out when `drop_last`.

    >>> list(BatchSampler(range(5), 2, False))
    [[0, 1], [2, 3], [4]]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.BatchSampler
    """

    torch_name = "torch.utils.data.sampler.BatchSampler"

    def __init__(self, sampler, batch_size, drop_last):
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size <= 0:
            raise ValueError(explain(f"batch_size should be a positive integer value, but got batch_size={batch_size}",
                                     "a batch holds at least one sample", "write batch_size=32"))
        _require_bool("drop_last", drop_last, ValueError)
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self):
        numbers = iter(self.sampler)
        while batch := list(islice(numbers, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self):
        whole, rest = divmod(len(self.sampler), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)


def length_of(dataset):
    """Return `len(dataset)`; where the data set has no length, a TypeError that says what to add."""
    try:
        return len(dataset)
    except TypeError as problem:
        name = type(dataset).__name__
        if hasattr(type(dataset), "__len__"):
            raise
        if isinstance(dataset, type):
            raise TypeError(explain(f"object of type 'type' has no len(): {dataset.__name__} is a class", "a DataLoader reads an object of it",
                                    f"write {dataset.__name__}(...), with parentheses")) from None
        raise TypeError(explain(str(problem),
                                f"to take samples in order or shuffled, one must know how many there are; {name} has no length",
                                f"add `def __len__(self):` to {name}")) from None


def _require_bool(name, value, error):
    if not isinstance(value, bool):
        raise error(f"{name} should be a boolean value, but got {name}={value}")


def _require_count(count):
    if not isinstance(count, int) or count <= 0:
        raise ValueError(explain(f"num_samples should be a positive integer value, but got num_samples={count}",
                                 "the data set is empty" if count == 0 else None,
                                 "look at len(dataset)" if count == 0 else None))
