"""Tables of vectors: rows looked up by their numbers, alone or in bags."""

import numpy as np

from workbook import dtypes
from workbook.autograd.modes import no_grad
from workbook.autograd.operation import Operation
from workbook.devices.checks import refuse_outside
from workbook.errors import explain, not_a_tensor, refused_dtype, shape_text
from workbook.formats import of_numpy
from workbook.ops.axes import unsqueeze
from workbook.ops.elementwise import as_number, in_float32
from workbook.ops.picks import ScatterAdd
from workbook.ops.reduction import sum
from workbook.ops.shape import reshape
from workbook.tensor import Tensor, memory_of, wrap


class Embedding(Operation):
    """out = the rows of `weight` that `index` names; `share` is by how much each place of the index counts in the derivative"""

    def forward(ctx, weight, index, *, share=None):
        ctx.save(index)
        ctx.rows, ctx.share = len(weight), share
        return weight[index]

    def backward(ctx, grad):
        (index,) = ctx.saved
        return EmbeddingDense.apply(grad, index, rows=ctx.rows, share=ctx.share), None


class EmbeddingDense(Operation, name="EmbeddingDenseBackwardBackward0"):
    """out = zeros of `rows` rows, to which each vector of `a`, times its share, is added in the row that `index` names"""

    def forward(ctx, a, index, *, rows, share):
        ctx.save(index)
        ctx.share = share
        a = a.reshape(index.size, a.shape[-1])
        if share is not None:
            a = a * ctx.xp.asarray(share, a.dtype)[:, None]
        return add_rows(ctx.xp, in_float32(a), index.reshape(-1), rows).astype(a.dtype, copy=False)

    def backward(ctx, grad):
        (index,) = ctx.saved
        return _shared(Embedding.apply(grad, index), index, ctx.share), None


def _shared(rows, index, share):
    return rows if share is None else rows * reshape(_like(share, rows), (*index.shape, 1))


def _like(numbers, like):
    """Numbers that lie where `like` does, an array or a Tensor, in its kind and its dtype."""
    if isinstance(like, Tensor):
        with like._device.entered():
            return wrap(numbers.astype(like.dtype.numpy), like._device)
    return numbers.astype(like.dtype)


def add_rows(xp, vectors, index, rows):
    """Return the sums of the vectors of each row number, in the order in which they come; faster than `add.at`.

    The vectors are sorted by row. Where few fall on the same row, the first of every row are written at once, then the second of every
    row are added at once, and so on; where many do, each row is summed by itself.
    """
    out = xp.zeros((rows, vectors.shape[1]), vectors.dtype)
    if xp is not np:
        xp.add.at(out, index, vectors)
        return out
    if not index.size:
        return out
    order = np.argsort(index, kind="stable")
    ranked = index[order]
    first = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    counts = np.diff(first, append=index.size)
    most = counts.max()
    if most > len(first):
        vectors = vectors[order]
        for row, start, count in zip(ranked[first].tolist(), first.tolist(), counts.tolist()):
            np.add.reduce(vectors[start:start + count], 0, None, out[row])
        return out
    out[ranked[first]] = vectors[order[first]]
    for place in range(1, most):
        first, counts = first[counts > place], counts[counts > place]
        out[ranked[first]] += vectors[order[first + place]]
    return out


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Return the rows of `weight`, (rows, width), that `input` names: `(*) -> (*, width)`. `input` holds int64 or int32.

    `padding_idx`: a row that gets no gradient. `max_norm`: rows that are longer, in norm `norm_type`, are cut to that length first, in
    `weight` itself. `scale_grad_by_freq`: gradients are divided by how often a row is named. `sparse` is accepted: the gradient is dense
    all the same. Raises IndexError for a number that is no row, RuntimeError for other dtypes and a `weight` that is no matrix,
    AssertionError for a `padding_idx` outside the table.

    >>> import workbook as torch
    >>> torch.nn.functional.embedding(torch.tensor([2, 0]), torch.tensor([[1., 2.], [3., 4.], [5., 6.]]))
    tensor([[5., 6.],
            [1., 2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.embedding.html
    """
    for position, (name, given) in enumerate((("weight", weight), ("indices", input)), start=1):
        if not isinstance(given, Tensor):
            raise not_a_tensor("embedding", name, position, given)
    padding = _padding(padding_idx, weight)
    _check_table("embedding", weight, input)
    rows, index = weight.shape[0], input._array
    refuse_outside(input._device, index, 0, rows, lambda wrong: _no_row(wrong, rows))
    if max_norm is not None:
        max_norm = as_number("embedding_renorm_", "max_norm", 3, max_norm, "float")
        norm_type = as_number("embedding_renorm_", "norm_type", 4, norm_type, "float")
        _cut(weight, input._host(), max_norm, norm_type)
    with input._device.entered():
        share = _share(input._device.xp, index, rows, padding, scale_grad_by_freq)
    return Embedding.apply(weight, input, share=share)


def _padding(padding_idx, weight):
    """Return the row that is padding, counted from 0, or None."""
    if padding_idx is None:
        return None
    rows = weight.shape[0]
    if not -rows <= padding_idx < rows:
        raise AssertionError(explain("Padding_idx must be within num_embeddings", f"the table has {rows} rows, and {padding_idx} is none of them",
                                     f"choose one from 0 to {rows - 1}"))
    return padding_idx % rows


def _no_row(wrong, rows):
    return IndexError(explain("index out of range in self",
                              f"the table has {rows} rows, 0 to {rows - 1}, and the input asks for row {wrong}",
                              f"build it with num_embeddings={wrong + 1} or more, one row for every number that can occur" if wrong > 0 else
                              "a row has no negative number: look where it comes from"))


def _check_table(function, weight, input):
    if weight.ndim != 2:
        raise RuntimeError(explain("'weight' must be 2-D", f"it has shape {shape_text(weight.shape)}; it holds one vector a row",
                                   "give a matrix of shape (rows, width)"))
    if input.dtype not in (dtypes.int64, dtypes.int32):
        kind = "CPUBoolType" if input.dtype is dtypes.bool else f"torch.{input.dtype.legacy}Tensor"
        raise RuntimeError(explain(
            f"Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got {kind} instead (while "
            f"checking arguments for {function})", f"rows are named by whole numbers, and these are {input.dtype}", "write x.long()"))


def _share(xp, index, rows, padding, by_frequency):
    """How much each place of an index counts in the derivative: nothing for padding, a part where a row is named often; None for 1."""
    if padding is None and not by_frequency:
        return None
    index = index.reshape(-1)
    share = xp.ones(index.size) if padding is None else (index != padding).astype("float64")
    if by_frequency and index.size:
        times = xp.zeros(rows)
        xp.add.at(times, index, 1)
        share /= times[index]
    return share


@no_grad()
def _cut(weight, index, max_norm, norm_type):
    """Cut the rows that are named and longer than `max_norm` to that length, in the memory of `weight`."""
    table, named = of_numpy(weight._device.xp, weight._array), np.unique(index)
    lengths = np.linalg.norm(table[named].astype(np.float64), norm_type, 1)
    long = named[lengths > max_norm]
    if long.size:
        factors = (max_norm / (lengths[lengths > max_norm] + 1e-7)).astype(table.dtype)
        with weight._device.entered():
            weight._array[weight._device.xp.asarray(long)] *= weight._device.xp.asarray(factors[:, None])
    memory_of(weight).wrote("embedding_renorm_")


class EmbeddingBag(Operation):
    """out = for each bag the sum of the rows of `weight` that fall into it, each times its number of `share`"""

    def forward(ctx, weight, index, bag, share, *, bags, frequency):
        ctx.save(weight, index, bag, share)
        ctx.bags, ctx.frequency = bags, frequency
        rows = in_float32(weight[index])
        rows = rows if share is None else rows * in_float32(share)[:, None]
        return add_rows(ctx.xp, rows, bag, bags).astype(weight.dtype, copy=False)

    def backward(ctx, grad):
        weight, index, bag, share = ctx.saved
        each = Embedding.apply(grad, bag)
        to_share = sum(each * Embedding.apply(weight, index), 1) if ctx.needs_input_grad[3] else None
        if share is not None:
            each = each * unsqueeze(share, 1)
        return EmbeddingDense.apply(each, index, rows=weight.shape[0], share=ctx.frequency), None, None, to_share


class EmbeddingBagMax(Operation, name="EmbeddingBagBackward0"):
    """out = for each bag and column the largest number among its rows; 0 for an empty bag"""

    def forward(ctx, weight, index, bag, *, bags):
        out = ctx.xp.zeros((bags, weight.shape[1]), weight.dtype)
        chosen = ctx.xp.full((bags, weight.shape[1]), -1)
        for place in range(bags):
            named = index[bag == place]
            if len(named):
                rows = weight[named]
                best = rows.argmax(0)
                chosen[place] = named[best]
                out[place] = rows.max(0)
        ctx.shape = weight.shape
        ctx.keep(ctx.xp.where(chosen < 0, 0, chosen), (chosen >= 0).astype(weight.dtype))
        return out

    def backward(ctx, grad):
        chosen, there = ctx.kept
        return ScatterAdd.apply(grad * there, chosen, shape=ctx.shape, axis=0), None, None


def embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean", sparse=False,
                  per_sample_weights=None, include_last_offset=False, padding_idx=None):
    """Return the sum, mean or max (`mode`) of the rows of `weight` that each bag names: `(bags, n) -> (bags, width)`.

    `input` may also be one vector of all bags in a row; then `offsets` says where each begins, and with `include_last_offset` also where the
    last one ends. `per_sample_weights` weighs the rows of a sum. `padding_idx`: a row that counts in no bag. `max_norm`,
    `scale_grad_by_freq` and `sparse` are as in `embedding`. Raises ValueError for a mode that there is not and for bags that cannot be told
    apart, RuntimeError for a number that is no row, NotImplementedError for weights of a mean or max.

    >>> import workbook as torch
    >>> table = torch.tensor([[1., 2.], [3., 4.], [5., 6.]])
    >>> torch.nn.functional.embedding_bag(torch.tensor([0, 1, 2]), table, torch.tensor([0, 2]))
    tensor([[2., 3.],
            [5., 6.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.embedding_bag.html
    """
    for position, (name, given) in enumerate((("weight", weight), ("indices", input)), start=1):
        if not isinstance(given, Tensor):
            raise not_a_tensor("embedding_bag", name, position, given)
    _check_mode(mode, scale_grad_by_freq, sparse, input, per_sample_weights)
    starts = _starts(input, offsets, include_last_offset)
    rows = weight.shape[0]
    if padding_idx is not None and not -rows <= padding_idx < rows:
        raise RuntimeError(explain(f"padding_idx must be within the number of embeddings, {-rows} through {rows - 1}, but got {padding_idx}",
                                   f"the table has {rows} rows", f"choose one from 0 to {rows - 1}"))
    padding = _padding(padding_idx, weight)
    _check_table("embedding_bag", weight, input)
    index = input._host().reshape(-1)
    wrong = np.flatnonzero((index < 0) | (index >= rows))
    if wrong.size:
        raise RuntimeError(explain(
            f"Index {wrong[0]} of input takes value {index[wrong[0]]} which is not in the valid range [0, {rows})",
            f"the table has {rows} rows", "build it with one row for every number that can occur"))
    if per_sample_weights is not None and per_sample_weights.dtype is not weight.dtype:
        kinds = [f"torch.{given.dtype.legacy}Tensor" for given in (weight, per_sample_weights)]
        raise RuntimeError(explain(
            "Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 'per_sample_weights'; but type "
            f"{kinds[0]} does not equal {kinds[1]} (while checking arguments for embedding_bag)", "a sum is taken in one dtype",
            f"write per_sample_weights.to({weight.dtype})"))
    if not weight.is_floating_point():
        raise refused_dtype("embedding_bag", weight.dtype)
    if max_norm is not None:
        _cut(weight, index, max_norm, norm_type)
    end = starts[-1] if include_last_offset else index.size
    bags = len(starts) - bool(include_last_offset)
    bag = np.searchsorted(starts[:bags], np.arange(index.size), "right") - 1
    counted = np.arange(index.size) < end
    if padding is not None:
        counted &= index != padding
    frequency = weight.new_tensor(_share(np, index, rows, None, True)[counted])._array if scale_grad_by_freq else None
    kept = input.new_tensor(index[counted]), input.new_tensor(bag[counted])
    if mode == "max":
        return EmbeddingBagMax.apply(weight, *kept, bags=bags)
    share = per_sample_weights
    if share is not None:
        share = reshape(share, (-1,))[input.new_tensor(counted, dtype=dtypes.bool)]
    elif mode == "mean":
        share = weight.new_tensor(1 / np.maximum(np.bincount(bag[counted], minlength=bags), 1)[bag[counted]])
    return EmbeddingBag.apply(weight, *kept, share, bags=bags, frequency=frequency)


def _check_mode(mode, by_frequency, sparse, input, per_sample):
    if per_sample is not None and tuple(per_sample.shape) != tuple(input.shape):
        raise ValueError(explain(
            f"embedding_bag: If per_sample_weights ({per_sample.shape}) is not None, then it must have the same shape as the input "
            f"({input.shape})", "each row that is named has one weight", None))
    if mode not in ("sum", "mean", "max"):
        raise ValueError(explain("mode has to be one of sum, mean or max", f"{mode!r} is no way to make one vector out of many", None))
    if mode == "max" and (by_frequency or sparse):
        words = "scaling the gradient by the frequency" if by_frequency else "sparse weights"
        raise ValueError(explain(f"max mode does not support {words}", "each number comes from one row", "leave it out, or use mode='sum'"))
    if per_sample is not None and mode != "sum":
        raise NotImplementedError(explain(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' "
            f"(got mode='{mode}'). Please open a feature request on GitHub.", "only a sum is weighed", "use mode='sum'"))


def _starts(input, offsets, include_last):
    """Return where each bag begins among the numbers of all bags. Raises ValueError and RuntimeError where that is not to be told."""
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError(explain(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found "
                f"offsets of type {type(offsets)}", "each row of the input is a bag", "leave offsets out"))
        return np.arange(0, input.numel() + (input.shape[1] if include_last else 0), max(input.shape[1], 1))[:input.shape[0] + include_last]
    if input.ndim != 1:
        raise ValueError(explain(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}",
                                 "it holds one bag a row, or all bags in one row", "reshape it"))
    if offsets is None:
        raise ValueError(explain("offsets has to be a 1D Tensor but got None", "in one row the bags are not to be told apart",
                                 "pass where each begins: offsets=torch.tensor([0, ...]), or an input with one bag a row"))
    if offsets.ndim != 1:
        raise ValueError(explain("offsets has to be a 1D Tensor", f"it has shape {shape_text(offsets.shape)}", "offsets.flatten()"))
    _check_offsets(offsets)
    starts, count = offsets._host(), input.numel()
    if include_last and not starts.size:
        raise RuntimeError(explain("include_last_offset: number of offset should be at least 1", "the last one says where the bags end", None))
    if starts.size and starts[0] != 0:
        raise RuntimeError(explain("offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
                                   f"got {starts[0]}", "each number belongs to a bag", "begin with 0"))
    if starts.size and starts[-1] > count:
        raise RuntimeError(explain(f"offsets[-1] can not be greater than input's length {count} but got offsets[-1] of {starts[-1]}",
                                   "a bag begins within the input", None))
    if (np.diff(starts) < 0).any():
        raise RuntimeError(explain("Expected i < index_size to be true, but got false.", "offsets fall, so a bag would end before it begins",
                                   "sort them"))
    return starts


def _check_offsets(offsets):
    if offsets.dtype not in (dtypes.int64, dtypes.int32):
        raise RuntimeError(explain(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{offsets.dtype.legacy}Tensor instead (while checking arguments for embedding_bag)", "offsets count numbers of the input",
            "write offsets.long()"))
