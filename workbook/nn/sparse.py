"""Embedding and EmbeddingBag: tables of vectors that are learned, one for each word, item or class."""

from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn import init
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.ops.creation import empty


class Embedding(Module):
    """A table of `num_embeddings` vectors of width `embedding_dim`; the input names rows.

    Shapes: whole numbers `(*)` -> `(*, embedding_dim)`. The table starts as N(0, 1), its row `padding_idx` as 0, which also gets no gradient.
    `max_norm`, `norm_type` and `scale_grad_by_freq` are those of `functional.embedding`; `sparse` is accepted, and the gradient is dense all
    the same. Raises IndexError for a number that is no row, AssertionError for a `padding_idx` outside the table.

    >>> import workbook as torch
    >>> torch.nn.Embedding(10, 3)(torch.tensor([[1, 2], [4, 5]])).shape
    torch.Size([2, 2, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Embedding.html
    """

    torch_name = "torch.nn.modules.sparse.Embedding"

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False,
                 _weight=None, _freeze=False, device=None, dtype=None):
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = _row(padding_idx, num_embeddings)
        self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse = max_norm, norm_type, scale_grad_by_freq, sparse
        _table(self, _weight, _freeze, device, dtype)

    def reset_parameters(self):
        """Draw the table anew."""
        init.normal_(self.weight)
        _zero_padding(self)

    def forward(self, input):
        return F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse)

    def extra_repr(self):
        return f"{self.num_embeddings}, {self.embedding_dim}" + "".join(
            f", {name}={getattr(self, name)}" for name, default in (
                ("padding_idx", None), ("max_norm", None), ("norm_type", 2), ("scale_grad_by_freq", False), ("sparse", False))
            if getattr(self, name) != default)

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
        """Return an Embedding whose table is `embeddings`, a matrix; it is not trained unless `freeze=False`.

        Raises AssertionError for what is no matrix.

        >>> import workbook as torch
        >>> torch.nn.Embedding.from_pretrained(torch.tensor([[1., 2.], [3., 4.]]))(torch.tensor(1))
        tensor([3., 4.])

        Source: https://pytorch.org/docs/2.13/generated/torch.nn.Embedding.html
        """
        rows, width = _sides(embeddings)
        return cls(rows, width, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, _weight=embeddings, _freeze=freeze)


class EmbeddingBag(Module):
    """A table as Embedding's, of whose rows each bag makes one vector: their sum, mean or max.

    Shapes: `(bags, n)` -> `(bags, embedding_dim)`; or one vector of all bags and `offsets`, where each begins. Raises ValueError where the
    bags cannot be told apart, RuntimeError for a number that is no row.

    >>> import workbook as torch
    >>> torch.nn.EmbeddingBag(10, 3)(torch.tensor([[1, 2], [4, 5]])).shape
    torch.Size([2, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.EmbeddingBag.html
    """

    torch_name = "torch.nn.modules.sparse.EmbeddingBag"

    def __init__(self, num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode="mean", sparse=False,
                 _weight=None, include_last_offset=False, padding_idx=None, device=None, dtype=None):
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        self.padding_idx = _row(padding_idx, num_embeddings)
        self.mode, self.sparse, self.include_last_offset = mode, sparse, include_last_offset
        _table(self, _weight, False, device, dtype)

    def reset_parameters(self):
        """Draw the table anew."""
        init.normal_(self.weight)
        _zero_padding(self)

    def forward(self, input, offsets=None, per_sample_weights=None):
        return F.embedding_bag(input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode, self.sparse,
                               per_sample_weights, self.include_last_offset, self.padding_idx)

    def extra_repr(self):
        shown = {"max_norm": None, "norm_type": 2, "scale_grad_by_freq": False}
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        text += "".join(f", {name}={getattr(self, name)}" for name, default in shown.items() if getattr(self, name) != default)
        return f"{text}, mode={self.mode!r}" + ("" if self.padding_idx is None else f", padding_idx={self.padding_idx}")

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode="mean", sparse=False,
                        include_last_offset=False, padding_idx=None):
        """Return an EmbeddingBag whose table is `embeddings`, a matrix; it is not trained unless `freeze=False`.

        Raises AssertionError for what is no matrix.

        >>> import workbook as torch
        >>> torch.nn.EmbeddingBag.from_pretrained(torch.tensor([[1., 2.], [3., 4.]]))(torch.tensor([[0, 1]]))
        tensor([[2., 3.]])

        Source: https://pytorch.org/docs/2.13/generated/torch.nn.EmbeddingBag.html
        """
        rows, width = _sides(embeddings)
        bag = cls(rows, width, max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings, include_last_offset, padding_idx)
        bag.weight.requires_grad = not freeze
        return bag


def _row(padding_idx, rows):
    """Return the row of padding, counted from 0, or None."""
    if padding_idx is None:
        return None
    if not -rows <= padding_idx < rows:
        raise AssertionError(explain("Padding_idx must be within num_embeddings", f"the table has {rows} rows, and {padding_idx} is none of them",
                                     f"choose one from 0 to {rows - 1}"))
    return padding_idx % rows


def _table(layer, weight, freeze, device, dtype):
    """Give a layer its table: drawn, or the one that is there."""
    sides = (layer.num_embeddings, layer.embedding_dim)
    if weight is None:
        layer.weight = Parameter(empty(sides, device=device, dtype=dtype), requires_grad=not freeze)
        layer.reset_parameters()
        return
    if tuple(weight.shape) != sides:
        raise AssertionError(explain("Shape of weight does not match num_embeddings and embedding_dim",
                                     f"the table has shape {list(weight.shape)}, the layer {list(sides)}", "give the sides of the table"))
    layer.weight = Parameter(weight, requires_grad=not freeze)


def _zero_padding(layer):
    if layer.padding_idx is not None:
        init.zeros_(layer.weight.detach()[layer.padding_idx])


def _sides(embeddings):
    if embeddings.ndim != 2:
        raise AssertionError(explain("Embeddings parameter is expected to be 2-dimensional", "it holds one vector a row", "give a matrix"))
    return embeddings.shape
