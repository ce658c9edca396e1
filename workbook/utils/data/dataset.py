"""Data sets: things that give a sample for a number."""

import bisect
import math
import warnings
from itertools import accumulate

from workbook import random
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.naming import PrintsAsTorchABC
from workbook.tensor import Tensor


class Dataset(metaclass=PrintsAsTorchABC):
    """The base of data sets: a subclass defines `__getitem__`, which gives one sample, and `__len__`.

    >>> class Squares(Dataset):
    ...     def __getitem__(self, index): return index**2
    ...     def __len__(self): return 5
    >>> Squares()[3], len(Squares())
    (9, 5)

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.Dataset
    """

    torch_name = "torch.utils.data.dataset.Dataset"

    def __class_getitem__(cls, sample_type):  # `Dataset[Tensor]` in a student's type hints
        return cls

    def __getitem__(self, index):
        name = type(self).__name__
        raise NotImplementedError(explain("Subclasses of Dataset should implement __getitem__.",
                                          f"{name} does not say what sample it gives for a number",
                                          f"define `def __getitem__(self, index):` in {name}"))

    def __add__(self, other):
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """The base of data sets that are read from the front only: a subclass defines `__iter__`.

    In a DataLoader with workers each worker reads a copy of its own: `get_worker_info()` says which one, so that they can share
    the samples out. Raises TypeError where there is no `__iter__`.

    >>> class Countdown(IterableDataset):
    ...     def __iter__(self): return iter([3, 2, 1])
    >>> list(Countdown())
    [3, 2, 1]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.IterableDataset
    """

    torch_name = "torch.utils.data.dataset.IterableDataset"

    def __new__(cls, *args, **options):
        if cls.__iter__ is IterableDataset.__iter__:
            raise TypeError(explain(f"Can't instantiate abstract class {cls.__name__} with abstract method __iter__",
                                    "its samples are what a loop over it gives", "write def __iter__(self): ... with yield"))
        return super().__new__(cls)

    def __iter__(self):
        raise NotImplementedError

    def __add__(self, other):
        return ChainDataset([self, other])


class TensorDataset(Dataset):
    """Tensors side by side: sample i is the tuple of each tensor's row i.

    Raises AssertionError, as PyTorch does, where the tensors differ in length.

    >>> import workbook as torch
    >>> TensorDataset(torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([0, 1]))[1]
    (tensor([3., 4.]), tensor(1))

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.TensorDataset
    """

    torch_name = "torch.utils.data.dataset.TensorDataset"

    def __init__(self, *tensors):
        for place, tensor in enumerate(tensors, 1):
            if not isinstance(tensor, Tensor):
                raise not_a_tensor("TensorDataset", "tensors", place, tensor)
        if any(tensor.size(0) != tensors[0].size(0) for tensor in tensors):
            raise AssertionError(explain("Size mismatch between tensors",
                                         f"the shapes are {', '.join(shape_text(tensor.shape) for tensor in tensors)}: "
                                         "the first axis counts the samples", "give every tensor one row for each sample"))
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self):
        if not self.tensors:
            raise IndexError(explain("tuple index out of range: this TensorDataset has no tensor", "its samples are the rows of its tensors", "write TensorDataset(x, y)"))
        return self.tensors[0].size(0)


class Subset(Dataset):
    """The samples of `dataset` at `indices`, in that order.

    >>> Subset("abcde", [3, 1])[0]
    'd'

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.Subset
    """

    torch_name = "torch.utils.data.dataset.Subset"

    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, indices
        kind = type(self)
        if kind.__getitem__ is not Subset.__getitem__ and kind.__getitems__ is Subset.__getitems__:
            raise NotImplementedError(explain(
                f"{kind.__name__} overrides __getitem__ but not __getitems__.", "a DataLoader asks a Subset for a whole batch at once",
                "add def __getitems__(self, indices): return [self[i] for i in indices]"))

    def __getitem__(self, index):
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices):
        """Return the samples of a whole batch, as a list."""
        return _samples(self.dataset, [self.indices[i] for i in indices])

    def __len__(self):
        return len(self.indices)


class ConcatDataset(Dataset):
    """Data sets one after the other.

    Raises AssertionError for an empty list or an IterableDataset, ValueError beyond the ends from behind.

    >>> ConcatDataset(["ab", "cde"])[3]
    'd'

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.ConcatDataset
    """

    torch_name = "torch.utils.data.dataset.ConcatDataset"

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError(explain("datasets should not be an empty iterable",
                                         "nothing can be joined", "give a list of data sets"))
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise AssertionError(explain("ConcatDataset does not support IterableDataset", "it asks for samples by their number",
                                         "write ChainDataset([...])"))
        self.cumulative_sizes = list(accumulate(len(dataset) for dataset in self.datasets))

    def __len__(self):
        return self.cumulative_sizes[-1]

    @property
    def cummulative_sizes(self):
        """An older, misspelt name of `cumulative_sizes`."""
        warnings.warn("`cummulative_sizes` attribute is renamed to `cumulative_sizes`", FutureWarning, stacklevel=2)
        return self.cumulative_sizes

    def __getitem__(self, index):
        if index < 0:
            if -index > len(self):
                raise ValueError(explain("absolute value of index should not exceed dataset length",
                                         f"the data sets hold {len(self)} samples together", "count from -len to len - 1"))
            index += len(self)
        which = bisect.bisect_right(self.cumulative_sizes, index)
        if which == len(self.datasets):
            raise IndexError(explain(f"index {index} is out of range: the data sets hold {len(self)} samples together",
                                     "samples are counted from 0", "ask for one of them"))
        return self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]


class ChainDataset(IterableDataset):
    """Data sets that are read from the front, one after the other. Raises AssertionError, when it is read, for any other kind.

    >>> class Countdown(IterableDataset):
    ...     def __iter__(self): return iter([3, 2, 1])
    >>> list(Countdown() + Countdown())
    [3, 2, 1, 3, 2, 1]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.ChainDataset
    """

    torch_name = "torch.utils.data.dataset.ChainDataset"

    def __init__(self, datasets):
        self.datasets = datasets

    def __iter__(self):
        for dataset in self._checked():
            yield from dataset

    def __len__(self):
        return sum(len(dataset) for dataset in self._checked())

    def _checked(self):
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise AssertionError(explain("ChainDataset only supports IterableDataset", f"one of them is a {type(dataset).__name__}",
                                             "write ConcatDataset([...])"))
            yield dataset


class StackDataset(Dataset):
    """Data sets side by side: sample i is the tuple of their samples i or, for data sets given by name, a dict.

    Raises ValueError where they differ in length, where both ways are mixed, and where there is none.

    >>> StackDataset("ab", [1, 2])[0], StackDataset(letter="ab", number=[1, 2])[1]
    (('a', 1), {'letter': 'b', 'number': 2})

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.StackDataset
    """

    torch_name = "torch.utils.data.dataset.StackDataset"

    def __init__(self, *args, **kwargs):
        if args and kwargs:
            raise ValueError(explain(
                "Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like input/output, but both types are given.",
                "a sample is a tuple or a dict", "name all the data sets, or none"))
        if not (args or kwargs):
            raise ValueError(explain("At least one dataset should be passed", "a sample is made of theirs",
                                     "write StackDataset(images, labels)"))
        self.datasets = args or kwargs
        lengths = [len(dataset) for dataset in args or kwargs.values()]
        if len(set(lengths)) > 1:
            raise ValueError(explain("Size mismatch between datasets", f"they hold {', '.join(map(str, lengths))} samples",
                                     "give data sets of one length"))
        self._length = lengths[0]

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __getitems__(self, indices):
        """Return the samples of a whole batch, as a list."""
        named = isinstance(self.datasets, dict)
        columns = [_samples(dataset, indices) for dataset in (self.datasets.values() if named else self.datasets)]
        for column in columns:
            if len(column) != len(indices):
                raise ValueError(explain(f"Nested dataset's output size mismatch. Expected {len(indices)}, got {len(column)}",
                                         "a data set's __getitems__ gives one sample for each index", "look at what it returns"))
        rows = zip(*columns)
        return [dict(zip(self.datasets, row)) for row in rows] if named else list(rows)

    def __len__(self):
        return self._length


def random_split(dataset, lengths, generator=None):
    """Split a data set into Subsets of the given lengths, or fractions that add up to 1, by one random permutation.

    Samples that fractions leave over go to the first Subsets, one each. Raises ValueError where the lengths do not add up.

    >>> import workbook as torch
    >>> [len(part) for part in random_split(range(10), [0.8, 0.2], generator=torch.Generator().manual_seed(0))]
    [8, 2]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.random_split
    """
    size = len(dataset)
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        lengths = _lengths_of(lengths, size)
    if sum(lengths) != size:
        raise ValueError(explain("Sum of input lengths does not equal the length of the input dataset!",
                                 f"{' + '.join(map(str, lengths))} is {sum(lengths)}, and there are {size} samples",
                                 "give lengths that add up to it, or fractions that add up to 1"))
    order = random.permutation(size, generator).tolist()
    ends = list(accumulate(lengths))
    return [Subset(dataset, order[end - length : end]) for length, end in zip(lengths, ends)]


def _samples(dataset, indices):
    """The samples at these indices, at once where the data set can do that."""
    if callable(getattr(dataset, "__getitems__", None)):
        return dataset.__getitems__(indices)
    return [dataset[index] for index in indices]


def _lengths_of(fractions, size):
    for place, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueError(explain(f"Fraction at index {place} is not between 0 and 1",
                                     "each part is a share of the whole", "write [0.8, 0.2]"))
    lengths = [math.floor(size * fraction) for fraction in fractions]
    for place in range(size - sum(lengths)):
        lengths[place % len(lengths)] += 1
    for place, length in enumerate(lengths):
        if length == 0:
            warnings.warn(f"Length of split at index {place} is 0. This might result in an empty dataset.", stacklevel=3)
    return lengths
