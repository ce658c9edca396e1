"""The loader and the data sets beyond what the snippets hold."""

import pytest

import workbook as torch
from workbook import random
from workbook.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset, default_collate


class Numbers(Dataset):
    def __init__(self, size):
        self.size, self.read = size, []

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        self.read.append(index)
        return index


def outputs_drawn(act):
    """How many 32-bit outputs of the default stream `act` uses up."""
    torch.manual_seed(3)
    act()
    here = random.default_generator.random32(1)[0]
    stream = random.Generator().manual_seed(3).random32(100)
    (place,) = [i for i, output in enumerate(stream) if output == here]
    return place


def test_an_epoch_costs_the_default_stream_two_outputs_and_four_when_shuffled():
    assert outputs_drawn(lambda: list(DataLoader(range(10), 3))) == 2
    assert outputs_drawn(lambda: list(DataLoader(range(10), 3, shuffle=True))) == 4
    assert outputs_drawn(lambda: iter(DataLoader(range(10), 3, shuffle=True))) == 2
    assert outputs_drawn(lambda: list(DataLoader(range(10), 3, shuffle=True, generator=torch.Generator()))) == 0


def test_samples_are_read_only_when_their_batch_is_asked_for():
    numbers = Numbers(10)
    batches = iter(DataLoader(numbers, 4))
    assert numbers.read == []
    next(batches)
    assert numbers.read == [0, 1, 2, 3]


def test_the_shortcut_for_tensors_gives_what_the_long_way_gives():
    class Plain(TensorDataset):  # a subclass may read its samples otherwise, so it takes the long way
        pass

    x, y = torch.arange(14.0).reshape(7, 2), torch.arange(7)
    for sampler in ([3, 0, 6, -1], None):
        short, long = (list(DataLoader(kind(x, y), 3, sampler=sampler)) for kind in (TensorDataset, Plain))
        assert repr(short) == repr(long)
        short[0][0].zero_()
    assert x[3].tolist() == [6.0, 7.0], "a batch shares no memory with the data set"


def test_the_shortcut_for_tensors_refuses_a_sample_that_is_not_there_as_indexing_does():
    data = TensorDataset(torch.arange(5))
    with pytest.raises(IndexError) as expected:
        data.tensors[0][torch.tensor([1, 7], device="cpu")]
    with pytest.raises(IndexError) as found:
        next(iter(DataLoader(data, batch_sampler=[[1, 7]])))
    assert str(found.value) == str(expected.value)


def test_a_subclass_that_reads_otherwise_is_asked():
    class Doubled(TensorDataset):
        def __getitem__(self, index):
            (x,) = super().__getitem__(index)
            return (x * 2,)

    assert [batch.tolist() for (batch,) in DataLoader(Doubled(torch.arange(3)), 2)] == [[0, 2], [4]]


def test_tensors_that_want_gradients_stay_in_the_graph():
    x = torch.ones(4, requires_grad=True)
    for (batch,) in DataLoader(TensorDataset(x), 2):
        assert batch.grad_fn.name() == "StackBackward0"
        batch.sum().backward()
    assert x.grad.tolist() == [1.0] * 4


def test_an_iterable_data_set_with_a_length():
    class Stream(IterableDataset):
        def __iter__(self):
            return iter(range(7))

        def __len__(self):
            return 7

    assert [len(DataLoader(Stream(), 2)), len(DataLoader(Stream(), 2, drop_last=True)),
            len(DataLoader(Stream(), batch_size=None))] == [4, 3, 7]


def test_a_subset_of_a_subset():
    assert list(Subset(Subset("abcdef", [5, 3, 1]), [2, 0])) == ["b", "f"]


def message(error, act):
    with pytest.raises(error) as caught:
        act()
    return str(caught.value)


class NoLength(Dataset):
    def __getitem__(self, index):
        return index


@pytest.mark.parametrize("error, act, words", [
    (TypeError, lambda: DataLoader([1], shuffl=True), "did you mean shuffle?"),
    (TypeError, lambda: DataLoader([1], zzz=True), "leave it out"),
    (TypeError, lambda: DataLoader(NoLength(), shuffle=True), "add `def __len__(self):` to NoLength"),
    (NotImplementedError, lambda: Dataset()[0], "define `def __getitem__(self, index):` in Dataset"),
    (AssertionError, lambda: TensorDataset(torch.ones(2, 3), torch.ones(3)), "the shapes are [2, 3], [3]"),
    (TypeError, lambda: default_collate([None]), "does it end with `return`?"),
    (RuntimeError, lambda: default_collate([[1], [1, 2]]), "entry 0 has length 1 and entry 1 has length 2"),
    (ValueError, lambda: DataLoader([1, 2], sampler=[0], shuffle=True), "leave shuffle out"),
    (ValueError, lambda: DataLoader([], shuffle=True), "the data set is empty"),
    (TypeError, lambda: DataLoader(NoLength, shuffle=True), "write NoLength(...), with parentheses"),
    (IndexError, lambda: len(TensorDataset()), "this TensorDataset has no tensor"),
])
def test_messages_say_what_to_change(error, act, words):
    assert words in message(error, act)


def test_type_hints_with_brackets_are_accepted():
    class Typed(Dataset[int]):
        pass

    assert issubclass(Typed, Dataset) and DataLoader[int] is DataLoader
