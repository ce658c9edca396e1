"""Sequences of several lengths in one Tensor: padded to the longest, or packed without padding, as recurrent layers take them."""

import collections

from workbook.dtypes import int64
from workbook.errors import explain, shape_text
from workbook.naming import PrintsAsTorch
from workbook.ops.alike import empty_like
from workbook.ops.axes import transpose
from workbook.ops.creation import full
from workbook.ops.from_data import as_tensor, tensor
from workbook.ops.ordering import sort
from workbook.ops.packing import PackPaddedSequence
from workbook.ops.parts import narrow, select
from workbook.ops.picks import index_select
from workbook.ops.ranges import arange
from workbook.tensor import Tensor

__all__ = ["PackedSequence", "invert_permutation", "pack_padded_sequence", "pad_packed_sequence", "pad_sequence", "unpad_sequence",
           "pack_sequence", "unpack_sequence"]

_Parts = collections.namedtuple("PackedSequence_", "data batch_sizes sorted_indices unsorted_indices")


class PackedSequence(_Parts, metaclass=PrintsAsTorch):
    """Sequences without padding: `data` holds the first steps of all, then the second steps of all that have one, and so on.

    `batch_sizes`: how many sequences have a first, a second ... step. `sorted_indices`: how the sequences were put in order of
    length, None where they were in order; `unsorted_indices`: the way back. Made by `pack_sequence` and `pack_padded_sequence`.
    Raises ValueError for batch sizes on another device than the CPU.

    >>> import workbook as torch
    >>> packed = pack_sequence([torch.tensor([1, 2, 3]), torch.tensor([4])])
    >>> packed.data, packed.batch_sizes
    (tensor([1, 4, 2, 3]), tensor([2, 1, 1]))

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.rnn.PackedSequence.html
    """

    torch_name = "torch.nn.utils.rnn.PackedSequence"

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        if batch_sizes is None:  # PackedSequence((data, batch_sizes))
            if not isinstance(data, (list, tuple)) or len(data) != 2:
                raise AssertionError(explain("Expected data to be a list or tuple of length 2",
                                             "data and batch sizes belong together", "let pack_sequence make it"))
            data, batch_sizes = data
        if batch_sizes.device.type != "cpu":
            raise ValueError(explain("batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. "
                                     "They should be instantiated by functions like pack_sequence and pack_padded_sequences in "
                                     "nn.utils.rnn.", "they are read, number by number", "let pack_sequence make it"))
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args, **kwargs):
        """Bring `data` to a dtype or a device, and the order to that device; itself where nothing changes."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        order, back = (None if index is None else index.to(data.device) for index in (self.sorted_indices, self.unsorted_indices))
        return type(self)(data, self.batch_sizes, order, back)

    def cpu(self):
        """Bring it to the CPU."""
        return self.to("cpu")

    def cuda(self, device="cuda"):
        """Bring it to a GPU."""
        return self.to(device)

    def _as(kind):  # PyTorch's names for dtypes
        def convert(self):
            return self.to(getattr(self.data, kind)().dtype)

        convert.__name__, convert.__doc__ = kind, f"Bring `data` to the dtype of `x.{kind}()`."
        return convert

    double, float, half, long, int, short, char, byte = map(_as, "double float half long int short char byte".split())

    @property
    def is_cuda(self):
        """Whether `data` is on a GPU."""
        return self.data.is_cuda

    def is_pinned(self):
        """Whether `data` lies in pinned memory: never here."""
        return False

    def pin_memory(self):
        """Return itself: memory is not pinned here."""
        return self


def invert_permutation(permutation):
    """Return the permutation that undoes `permutation`, a vector of places; None for None. Raises nothing of its own.

    >>> import workbook as torch
    >>> invert_permutation(torch.tensor([2, 0, 1]))
    tensor([1, 2, 0])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.rnn.invert_permutation.html
    """
    if permutation is None:
        return None
    return empty_like(permutation).scatter_(0, permutation, arange(permutation.numel(), device=permutation.device))


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """Pack the sequences of a padded batch (L, N, ...), or (N, L, ...) with `batch_first`, of these lengths.

    With `enforce_sorted` the longest comes first; without, they are sorted here, and recurrent layers give them back in their
    own order. Raises RuntimeError for lengths that do not fit the batch.

    >>> import workbook as torch
    >>> batch = torch.tensor([[1, 2, 0], [4, 5, 6]])
    >>> pack_padded_sequence(batch, [2, 3], batch_first=True, enforce_sorted=False).data
    tensor([4, 1, 5, 2, 6])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.rnn.pack_padded_sequence.html
    """
    lengths = lengths.to(dtype=int64) if isinstance(lengths, Tensor) else as_tensor(lengths, dtype=int64, device="cpu")
    order = None
    if not enforce_sorted:
        lengths, order = sort(lengths, descending=True)
        order = order.to(input.device)
        input = index_select(input, 0 if batch_first else 1, order)
    if batch_first:
        input = transpose(input, 0, 1)
    counts = _checked_lengths(input, lengths)
    sizes = [sum(length > t for length in counts) for t in range(counts[0])]
    return PackedSequence(PackPaddedSequence.apply(input, sizes=sizes), tensor(sizes, device="cpu"), order, None)


def _checked_lengths(input, lengths):
    """The lengths as a list. Raise where they are not those of the columns of `input`, (L, N, ...)."""
    if lengths.dim() != 1:
        raise RuntimeError(explain(
            f"'lengths' argument should be a 1D CPU int64 tensor, but got {lengths.dim()}D {lengths.device.type} {lengths.dtype.legacy} "
            "tensor", "each sequence has one length", "give a list: [5, 3, 2]"))
    if not input.numel():
        raise RuntimeError(explain("Cannot pack empty tensors.", f"the batch has shape {shape_text(input.shape)}", "leave it out"))
    counts, steps, batch = lengths.tolist(), input.size(0), input.size(1)
    if len(counts) != batch:
        raise RuntimeError(explain(f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} (batch_size={batch})",
                                   f"the batch has shape {shape_text(input.shape)}, steps first",
                                   "does the batch come first? write batch_first=True" if len(counts) == steps
                                   else "give each sequence its length"))
    if counts != sorted(counts, reverse=True):
        raise RuntimeError(explain(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to "
            "pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.",
            f"the lengths are {counts}", "write enforce_sorted=False"))
    if min(counts) <= 0:
        raise RuntimeError(explain("Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
                                   f"the lengths are {counts}", "leave empty sequences out"))
    if counts[0] > steps:
        raise RuntimeError(explain(f"a sequence of length {counts[0]} was asked for in a batch of {steps} steps",
                                   f"the batch has shape {shape_text(input.shape)}, steps first", "count the steps again"))
    return counts


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """Return the padded batch (L, N, ...), or (N, L, ...) with `batch_first`, of a PackedSequence, and the lengths.

    Raises ValueError for a `total_length` below the longest sequence.

    >>> import workbook as torch
    >>> pad_packed_sequence(pack_sequence([torch.tensor([1, 2, 3]), torch.tensor([4])]), batch_first=True)
    (tensor([[1, 2, 3],
            [4, 0, 0]]), tensor([3, 1]))

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.rnn.pad_packed_sequence.html
    """
    data, sizes, back = sequence.data, sequence.batch_sizes.tolist(), sequence.unsorted_indices
    steps = len(sizes)
    if total_length is not None:
        if total_length < steps:
            raise ValueError(explain(
                f"Expected total_length to be at least the length of the longest sequence in input, but got total_length={total_length} "
                f"and max sequence length being {steps}", "nothing is cut off here", f"write total_length={steps} or more"))
        steps = total_length
    padded = full((steps, sizes[0], *data.shape[1:]), padding_value, dtype=data.dtype, device=data.device)
    start = first = 0
    while first < len(sizes):  # steps of one size are written at once
        size = sizes[first]
        count = sizes.count(size)
        rows = narrow(data, 0, start, count * size).view(count, size, *data.shape[1:])
        narrow(narrow(padded, 0, first, count), 1, 0, size).copy_(rows)
        start, first = start + count * size, first + count
    lengths = tensor([sum(size > place for size in sizes) for place in range(sizes[0])])
    axis = 1
    if batch_first:
        padded, axis = transpose(padded, 0, 1), 0
    return (padded, lengths) if back is None else (index_select(padded, axis, back), lengths[back.cpu()])


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Return a list of sequences (L, ...) as one batch (L_max, N, ...), or (N, L_max, ...) with `batch_first`, padded at one side.

    Raises RuntimeError for what is no list of Tensors, for sequences of other sizes, and for a side that is neither left nor right.

    >>> import workbook as torch
    >>> pad_sequence([torch.tensor([1, 2, 3]), torch.tensor([4])], batch_first=True, padding_side="left")
    tensor([[1, 2, 3],
            [0, 0, 4]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.rnn.pad_sequence.html
    """
    if not hasattr(sequences, "__iter__"):
        raise RuntimeError(explain(f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}",
                                   "it joins several", "give a list: [x, y]"))
    sequences = tuple(sequences)
    _check_sequences(sequences, padding_side)
    first, longest = sequences[0], max(sequence.size(0) for sequence in sequences)
    lead = (len(sequences), longest) if batch_first else (longest, len(sequences))
    padded = full((*lead, *first.shape[1:]), padding_value, dtype=first.dtype, device=first.device)
    for place, sequence in enumerate(sequences):
        length = sequence.size(0)
        row = select(padded, 0 if batch_first else 1, place)
        narrow(row, 0, longest - length if padding_side == "left" else 0, length).copy_(sequence)
    return padded


def _check_sequences(sequences, side):
    for place, sequence in enumerate(sequences):
        if not isinstance(sequence, Tensor):
            raise TypeError(explain(f"expected Tensor as element {place} in argument 0, but got {type(sequence).__name__}",
                                    "a sequence is a Tensor of steps", "wrap it: torch.tensor(...)"))
    if not sequences:
        raise RuntimeError(explain("received an empty list of sequences", "there is nothing to join", "give at least one"))
    if side not in ("left", "right"):
        raise RuntimeError(explain(f"Expected padding_side to be one of left or right, but got {side}.", "a sequence has two ends",
                                   "write padding_side='right'"))


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """Return the list of sequences of a padded batch (L, N, ...), without padding. Raises ValueError unless each has a length.

    Without `batch_first` the batch itself is turned to (N, L, ...), as PyTorch does.

    >>> import workbook as torch
    >>> unpad_sequence(torch.tensor([[1, 2, 3], [4, 0, 0]]), torch.tensor([3, 1]), batch_first=True)
    [tensor([1, 2, 3]), tensor([4])]

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.rnn.unpad_sequence.html
    """
    if not batch_first:
        padded_sequences.transpose_(0, 1)
    places = arange(padded_sequences.shape[1], device=lengths.device)
    return [sequence[places < length] for sequence, length in zip(padded_sequences, lengths, strict=True)]


def pack_sequence(sequences, enforce_sorted=True):
    """Pack a list of sequences (L, ...), the longest first unless `enforce_sorted=False`. Raises what `pad_sequence` raises.

    >>> import workbook as torch
    >>> pack_sequence([torch.tensor([1, 2]), torch.tensor([3])])
    PackedSequence(data=tensor([1, 3, 2]), batch_sizes=tensor([2, 1]), sorted_indices=None, unsorted_indices=None)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.rnn.pack_sequence.html
    """
    return pack_padded_sequence(pad_sequence(sequences), [sequence.size(0) for sequence in sequences], enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences):
    """Return the list of sequences of a PackedSequence, in the order in which they were packed. Raises nothing of its own.

    >>> import workbook as torch
    >>> unpack_sequence(pack_sequence([torch.tensor([1, 2]), torch.tensor([3])]))
    [tensor([1, 2]), tensor([3])]

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.rnn.unpack_sequence.html
    """
    return unpad_sequence(*pad_packed_sequence(packed_sequences, batch_first=True), batch_first=True)
