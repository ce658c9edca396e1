"""Attention with several heads: projections into each head, attention in each, and one projection of all that they found.

Written with Tensors, in the order (steps, batch, features). Source: Vaswani et al. 2017, section 3.2.2.
"""

import math
import warnings

from workbook.dtypes import bool as boolean
from workbook.errors import explain
from workbook.ops.alike import zeros_like
from workbook.ops.added import baddbmm
from workbook.ops.attention import scaled_dot_product_attention
from workbook.ops.axes import permute, squeeze, transpose, unsqueeze
from workbook.ops.creation import zeros
from workbook.ops.inplace import dropout
from workbook.ops.joining import cat, chunk, split
from workbook.ops.linalg import bmm, linear
from workbook.ops.losses import softmax
from workbook.ops.rearranging import unflatten
from workbook.ops.reduction import mean
from workbook.ops.shape import contiguous, expand, reshape, view


def multi_head_attention_forward(query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v,
                                 add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None,
                                 need_weights=True, attn_mask=None, use_separate_proj_weight=False, q_proj_weight=None,
                                 k_proj_weight=None, v_proj_weight=None, static_k=None, static_v=None, average_attn_weights=True,
                                 is_causal=False):
    """Return the output (L, N, E) of attention with several heads, and its weights (N, L, S), None without `need_weights`.

    `query`: (L, N, E), `key` and `value`: (S, N, E), or all without N. The rows of `in_proj_weight` project queries, keys and
    values; or there are three weights, with `use_separate_proj_weight`. Masks are True where nobody may look, or numbers to add:
    `key_padding_mask` (N, S), `attn_mask` (L, S) or (N * heads, L, S). Raises AssertionError, RuntimeError for what does not fit.

    >>> import workbook as torch
    >>> x, eye = torch.ones(2, 1, 2), torch.eye(2)
    >>> out, weights = torch.nn.functional.multi_head_attention_forward(
    ...     x, x, x, 2, 1, torch.cat([eye, eye, eye]), None, None, None, False, 0.0, eye, None)
    >>> weights
    tensor([[[0.5000, 0.5000],
             [0.5000, 0.5000]]])

    Source: Vaswani et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.MultiheadAttention.html
    """
    batched = _check_axes(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        alike = key is query, value is key  # self-attention is known by this, and projects once
        query = unsqueeze(query, 1)
        key = query if alike[0] else unsqueeze(key, 1)
        value = key if alike[1] else unsqueeze(value, 1)
        key_padding_mask = None if key_padding_mask is None else unsqueeze(key_padding_mask, 0)
    length, batch, features = query.shape
    key_padding_mask = additive_mask(key_padding_mask, "key_padding_mask", attn_mask, "attn_mask", query.dtype)
    if is_causal and attn_mask is None:
        raise RuntimeError(explain("Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
                                   "`generate_square_subsequent_mask` to create this mask.", "is_causal says of the mask what it is",
                                   "give both: attn_mask=mask, is_causal=True"))
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None
    else:
        attn_mask = additive_mask(attn_mask, "attn_mask", None, "", query.dtype)
        is_causal = is_causal and key_padding_mask is None
    _check_features(features, embed_dim_to_check, num_heads, key, value, use_separate_proj_weight)
    if use_separate_proj_weight:
        biases = (None,) * 3 if in_proj_bias is None else chunk(in_proj_bias, 3)
        q, k, v = (linear(x, weight, bias) for x, weight, bias in
                   zip((query, key, value), (q_proj_weight, k_proj_weight, v_proj_weight), biases))
    else:
        q, k, v = _projected(query, key, value, in_proj_weight, in_proj_bias)
    attn_mask = _with_batch(attn_mask, batch * num_heads, length, key.shape[0])
    if bias_k is not None:
        k, v = cat((k, bias_k.repeat(1, batch, 1))), cat((v, bias_v.repeat(1, batch, 1)))
        attn_mask, key_padding_mask = _longer(attn_mask), _longer(key_padding_mask)
    q, k, v = (_by_head(q, batch, num_heads), _by_head(k, batch, num_heads) if static_k is None else static_k,
               _by_head(v, batch, num_heads) if static_v is None else static_v)
    if add_zero_attn:
        nothing = zeros(batch * num_heads, 1, features // num_heads, dtype=k.dtype, device=k.device)
        k, v = cat((k, nothing), 1), cat((v, nothing), 1)
        attn_mask, key_padding_mask = _longer(attn_mask), _longer(key_padding_mask)
    seen = k.shape[1]
    attn_mask = _merged(attn_mask, key_padding_mask, batch, num_heads, seen)
    dropout_p = dropout_p if training else 0.0
    if not need_weights:
        out = _attended(q, k, v, attn_mask, dropout_p, is_causal, batch, num_heads)
        out = linear(reshape(permute(out, 2, 0, 1, 3), (batch * length, features)), out_proj_weight, out_proj_bias)
        out = view(out, length, batch, out.shape[1])
        return (out if batched else squeeze(out, 1)), None
    q = q * math.sqrt(1.0 / q.shape[2])
    turned = transpose(k, -2, -1)
    weights = softmax(bmm(q, turned) if attn_mask is None else baddbmm(attn_mask, q, turned), -1)
    if dropout_p > 0:
        weights = dropout(weights, dropout_p)
    out = linear(reshape(transpose(bmm(weights, v), 0, 1), (length * batch, features)), out_proj_weight, out_proj_bias)
    out, weights = view(out, length, batch, out.shape[1]), view(weights, batch, num_heads, length, seen)
    if average_attn_weights:
        weights = mean(weights, 1)
    return (out, weights) if batched else (squeeze(out, 1), squeeze(weights, 0))


def additive_mask(mask, name, other, other_name, dtype):
    """Return a mask as numbers to add: -inf where a mask of bools is True. Warn where `other`, another mask, has another dtype.

    Raises AssertionError for a mask that is neither.

    >>> import workbook as torch
    >>> additive_mask(torch.tensor([True, False]), "mask", None, "", torch.float32)
    tensor([-inf, 0.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MultiheadAttention.html
    """
    if mask is None:
        return None
    if mask.dtype is not boolean and not mask.is_floating_point():
        raise AssertionError(explain(f"only bool and floating types of {name} are supported", f"it holds {mask.dtype}",
                                     "write mask.bool(): True where nobody may look"))
    if other is not None and other.dtype is not mask.dtype:
        warnings.warn(f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.", stacklevel=3)
    return mask if mask.is_floating_point() else zeros_like(mask, dtype=dtype).masked_fill_(mask, float("-inf"))


def _projected(query, key, value, weight, bias):
    """Queries, keys and values; what they are projected from together is projected at once."""
    size = query.shape[-1]
    if key is value and query is key:
        return _apart(linear(query, weight, bias), 3)
    if key is value:
        w_q, w_kv = split(weight, [size, 2 * size])
        b_q, b_kv = (None, None) if bias is None else split(bias, [size, 2 * size])
        return (linear(query, w_q, b_q), *_apart(linear(key, w_kv, b_kv), 2))
    biases = (None,) * 3 if bias is None else chunk(bias, 3)
    return tuple(linear(x, w, b) for x, w, b in zip((query, key, value), chunk(weight, 3), biases))


def _apart(projected, count):
    """(L, N, count * E) as `count` Tensors of (L, N, E), each in order."""
    parts = unsqueeze(unflatten(projected, -1, (count, projected.shape[-1] // count)), 0)
    parts = contiguous(squeeze(transpose(parts, 0, -2), -2))
    return tuple(parts[number] for number in range(count))


def _by_head(x, batch, heads):
    """(L, N, E) as (N * heads, L, E / heads)."""
    return transpose(view(x, x.shape[0], batch * heads, x.shape[2] // heads), 0, 1)


def _with_batch(mask, count, length, seen):
    """An attention mask of three axes. Raise where it does not fit."""
    if mask is None:
        return None
    wanted = (length, seen) if mask.dim() == 2 else (count, length, seen)
    if tuple(mask.shape) != wanted:
        raise RuntimeError(explain(f"The shape of the {mask.dim()}D attn_mask is {mask.shape}, but should be {wanted}.",
                                   "it has a row for each query and a column for each key", "build it for this length"))
    return unsqueeze(mask, 0) if mask.dim() == 2 else mask


def _longer(mask):
    """A mask with one more column, of a key that all may see."""
    return None if mask is None else cat((mask, zeros_like(mask[..., :1])), -1)


def _merged(mask, padding, batch, heads, seen):
    """The attention mask and the padding mask, added."""
    if padding is None:
        return mask
    if padding.shape[0] != batch or padding.shape[1] != seen:
        place, size = (0, batch) if padding.shape[0] != batch else (1, seen)
        raise AssertionError(explain(f"Expected key_padded_mask.shape[{place}] to be {size}, but got {padding.shape[place]}",
                                     "it has a row for each example and a column for each key", "build it as (batch, keys)"))
    padding = reshape(expand(view(padding, batch, 1, 1, seen), -1, heads, -1, -1), (batch * heads, 1, seen))
    return padding if mask is None else mask + padding


def _attended(q, k, v, mask, dropout_p, is_causal, batch, heads):
    if mask is not None:
        mask = unsqueeze(mask, 0) if mask.shape[0] == 1 else view(mask, batch, heads, -1, k.shape[1])
    q, k, v = (view(x, batch, heads, *x.shape[1:]) for x in (q, k, v))
    return scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal)


def _check_axes(query, key, value, padding, mask, heads):
    """Whether there is a batch. Raise where axes do not go together."""
    axes = query.dim()
    if axes not in (2, 3):
        raise AssertionError(explain(f"query should be unbatched 2D or batched 3D tensor but received {axes}-D query tensor",
                                     "a sequence is (steps, batch, features)", "flatten what is too much, or give it its steps"))
    kind = "batched (3-D)" if axes == 3 else "unbatched (2-D)"
    if key.dim() != axes or value.dim() != axes:
        raise AssertionError(explain(f"For {kind} `query`, expected `key` and `value` to be {axes}-D but found {key.dim()}-D and "
                                     f"{value.dim()}-D tensors respectively", "all three have a batch axis, or none",
                                     "unsqueeze what lacks it"))
    if padding is not None and padding.dim() != axes - 1:
        raise AssertionError(explain(f"For {kind} `query`, expected `key_padding_mask` to be `None` or {axes - 1}-D but found "
                                     f"{padding.dim()}-D tensor instead", "it is True for the keys that are padding",
                                     "give (batch, keys)"))
    if mask is not None and mask.dim() not in (2, 3):
        raise AssertionError(explain(f"For {kind} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {mask.dim()}-D tensor "
                                     "instead", "it has a row for each query and a column for each key", "give (queries, keys)"))
    if mask is not None and axes == 2 and mask.dim() == 3:
        wanted = (heads, query.shape[0], key.shape[0])
        if tuple(mask.shape) != wanted:
            raise AssertionError(explain(f"Expected `attn_mask` shape to be {wanted} but got {mask.shape}",
                                         "a mask of three axes has one for each head", "give (queries, keys) for all heads"))
    return axes == 3


def _check_features(features, wanted, heads, key, value, separate):
    if features != wanted:
        raise AssertionError(explain(f"was expecting embedding dimension of {wanted}, but got {features}",
                                     f"each step has {features} features, and the layer was built for {wanted}",
                                     "is the batch first? write batch_first=True; else change embed_dim"))
    if features // heads * heads != features:
        raise AssertionError(explain(f"embed_dim {features} not divisible by num_heads {heads}", "each head gets the same part",
                                     "choose a divisor"))
    if separate and key.shape[:2] != value.shape[:2]:
        raise AssertionError(explain(f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}",
                                     "each key has one value", "give as many values as keys"))
    if not separate and key.shape != value.shape:
        raise AssertionError(explain(f"key shape {key.shape} does not match value shape {value.shape}", "each key has one value",
                                     "give as many values as keys, of the same size"))
