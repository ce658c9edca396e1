"""Data sets: things that give a sample for a number."""

import bisect
import math
import warnings
from itertools import accumulate

from workbook import random
from workbook.errors import explain, shape_text
from workbook.naming import PrintsAsTorchABC


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

    >>> class Countdown(IterableDataset):
    ...     def __iter__(self): return iter([3, 2, 1])
    >>> list(Countdown())
    [3, 2, 1]

    Source: https://pytorch.org/docs/2.13/data.html#torch.utils.data.IterableDataset
    """

    torch_name = "torch.utils.data.dataset.IterableDataset"

    def __iter__(self):
        raise NotImplementedError(explain(
            f"Subclasses of IterableDataset should implement __iter__: {type(self).__name__} does not.",
            "its samples are what a loop over it gives", "write def __iter__(self): ... with yield"))


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
        if any(tensor.size(0) != tensors[0].size(0) for tensor in tensors):
            raise AssertionError(explain("Size mismatch between tensors",
                                         f"the shapes are {', '.join(shape_text(tensor.shape) for tensor in tensors)}: "
                                         "the first axis counts the samples", "give every tensor one row for each sample"))
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self):
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

    def __getitem__(self, index):
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __len__(self):
        return len(self.indices)


class ConcatDataset(Dataset):
    """Data sets one after the other. Raises AssertionError for an empty list, ValueError beyond the ends from behind.

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
        self.cumulative_sizes = list(accumulate(len(dataset) for dataset in self.datasets))

    def __len__(self):
        return self.cumulative_sizes[-1]

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
