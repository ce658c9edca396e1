"""Attention: each query looks at all keys and takes from their values. Source: Vaswani et al. 2017, section 3.2."""

import math

import numpy as np

from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.formats import empty_as
from workbook.ops.alike import zeros_like
from workbook.ops.arithmetic import add
from workbook.ops.axes import transpose
from workbook.ops.creation import ones
from workbook.ops.elementwise import as_number, in_float32
from workbook.ops.inplace import dropout
from workbook.ops.linalg import matmul
from workbook.ops.logic import logical_not
from workbook.ops.losses import SMALL, Softmax
from workbook.ops.placing import masked_fill
from workbook.ops.rearranging import repeat_interleave
from workbook.ops.reduction import sum
from workbook.ops.shape import reshape
from workbook.ops.totals import row_products, total
from workbook.ops.triangles import tril
from workbook.tensor import Tensor


def _softmax(xp, scores, small=False):
    """exp(scores) divided by its sum along the last axis, in place; 0 where nothing may be looked at. `small`: all are, or are -inf; of a GPU nobody asks."""
    if scores.shape[-1] and not small:
        top = scores.max(-1, keepdims=True)  # so that no exponential overflows
        top[top == -xp.inf] = 0
        scores -= top
    xp.exp(scores, out=scores)
    whole = total(scores, (scores.ndim - 1,), True)
    whole[whole == 0] = 1
    scores /= whole
    return scores


class SafeSoftmax(Softmax):
    """out = softmax along the last axis, 0 in rows that are -inf everywhere"""

    def forward(ctx, a):
        ctx.axis = -1
        out = _softmax(ctx.xp, in_float32(a).copy()).astype(a.dtype, copy=False)
        ctx.save(out)
        return out


class MulByNumber(Operation, name="MulBackward1"):
    """out = a * factor, for a number"""

    def forward(ctx, a, *, factor):
        ctx.factor = factor
        return a * factor

    def backward(ctx, grad):
        return (grad * ctx.factor,)


class Attention(Operation, name="ScaledDotProductFlashAttentionForCpuBackward0"):
    """out = softmax(q @ k.T * scale + mask) @ v, in one step; `causal`: no query looks at keys that come after it

    q: (N, H, L, E), k and v: (N, H_kv, S, E), where one key serves H / H_kv queries. `attend` is the same in small steps.
    """

    def forward(ctx, q, k, v, mask, *, causal, scale):
        xp, kind = ctx.xp, q.dtype
        heads = q.shape[1]
        ctx.causal, ctx.scale = causal, scale
        ctx.save(q, k, v, mask)
        q, k, v = (in_float32(array) for array in (q, k, v))
        weights = (q * scale) @ _for_each(xp, k, heads).swapaxes(-1, -2)
        small = xp is np and (mask is None or mask.dtype.kind == "b") and bool(weights.size) and -SMALL < weights.min() and weights.max() < SMALL
        if mask is not None:
            weights += xp.where(mask, xp.zeros((), weights.dtype), -xp.inf) if mask.dtype.kind == "b" else mask
        if causal:
            weights += _before(xp, weights)
        weights = _softmax(xp, weights, small)
        ctx.keep(weights)
        out = empty_as(xp, q, weights.dtype)
        xp.matmul(weights, _for_each(xp, v, heads), out=out)
        return out.astype(kind, copy=False)

    def backward(ctx, grad):
        q, k, v, mask = ctx.saved
        heads, groups = q.shape[1], (*k.shape[:2], q.shape[1] // k.shape[1], *k.shape[2:])
        if isinstance(grad, Tensor):
            repeats = heads // k.shape[1]
            keys, values = (repeat_interleave(x, repeats, 1) for x in (k, v))
            weights = _weights(q, keys, _causal(mask, q, k) if ctx.causal else mask, ctx.scale)
        else:
            keys, values = _for_each(ctx.xp, k, heads), _for_each(ctx.xp, v, heads)
            (weights,) = ctx.kept
        to_values = transpose(weights, -2, -1) @ grad
        to_weights = grad @ transpose(values, -2, -1)
        if isinstance(grad, Tensor):
            to_scores = weights * (to_weights - sum(to_weights * weights, -1, True))
        else:  # the same in one array
            to_scores = to_weights
            to_scores -= row_products(ctx.xp, to_weights, weights)[..., None]
            to_scores *= weights
        to_keys = transpose(to_scores, -2, -1) @ (q * ctx.scale)
        if groups[2] > 1:  # what served several queries gets the sum
            to_keys, to_values = sum(reshape(to_keys, groups), 2), sum(reshape(to_values, groups), 2)
        return to_scores @ keys * ctx.scale, to_keys, to_values


def _for_each(xp, keys, heads):
    return keys if keys.shape[1] == heads else keys.repeat(heads // keys.shape[1], 1)


def _before(xp, scores):
    """0 where a key does not come after the query, -inf elsewhere."""
    return xp.triu(xp.full(scores.shape[-2:], -xp.inf, scores.dtype), 1)


def _additive(mask, like):
    """A mask of yes and no as numbers to add: 0 and -inf."""
    return mask if mask is None or mask.is_floating_point() else masked_fill(
        zeros_like(mask, dtype=like.dtype), logical_not(mask), float("-inf"))


def _causal(mask, query, key):
    """A mask that lets no query look at keys after it, added to `mask`."""
    before = _additive(tril(ones(query.shape[-2], key.shape[-2], device=query.device)) > 0, query)
    return before if mask is None else add(_additive(mask, query), before)


def _weights(query, key, mask, scale):
    """How much each query takes of each value, in small steps."""
    root = math.sqrt(scale) if scale >= 0 else float("nan")  # half to each side, so that neither grows large
    scores = matmul(MulByNumber.apply(query, factor=root), MulByNumber.apply(transpose(key, -2, -1), factor=root))
    if mask is not None:
        scores = add(scores, _additive(mask, query))
    return SafeSoftmax.apply(scores)


def attend(query, key, value, mask, dropout_p, scale):
    """Attention in small steps, a node each: what `Attention` does at once. Raises what `matmul` raises.

    >>> import workbook as torch
    >>> attend(torch.zeros(1, 1), torch.zeros(2, 1), torch.tensor([[1.], [3.]]), None, 0.0, 1.0)
    tensor([[2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.scaled_dot_product_attention.html
    """
    weights = _weights(query, key, mask, scale)
    if dropout_p > 0:
        weights = dropout(weights, dropout_p)
    return matmul(weights, value)


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, *, scale=None, enable_gqa=False):
    """Return `softmax(query @ key.T * scale + attn_mask) @ value`, `(..., L, E), (..., S, E), (..., S, V) -> (..., L, V)`.

    `attn_mask`: True where a query may look, or numbers to add; `is_causal`: no query looks at later keys; `scale`: 1 / sqrt(E)
    if None; `enable_gqa`: a key and value may serve several heads, axis -3. Raises RuntimeError for other dtypes and sizes.

    >>> import workbook as torch
    >>> x = torch.tensor([[[1.], [3.]]])
    >>> torch.nn.functional.scaled_dot_product_attention(0 * x, x, x, is_causal=True)
    tensor([[[1.],
             [2.]]])

    Source: Vaswani et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.functional.scaled_dot_product_attention.html
    """
    _check(query, key, value, attn_mask, dropout_p)
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else as_number("scaled_dot_product_attention", "scale", None, scale, "float")
    heads = [x.shape[-3] if x.dim() > 2 else 1 for x in (query, key, value)]
    if enable_gqa and (heads[1] != heads[2] or heads[0] % heads[1]):
        raise RuntimeError(explain("Number of heads in key and value must divide the number of heads in query",
                                   f"{heads[0]} queries do not share {heads[1]} keys and {heads[2]} values evenly",
                                   "give the keys as many heads as the values, and a divisor of the queries'"))
    if _at_once(query, key, value, attn_mask, dropout_p, heads, enable_gqa):
        return Attention.apply(query, key, value, attn_mask, causal=is_causal, scale=scale)
    if is_causal:
        if attn_mask is not None:
            raise RuntimeError(explain("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True",
                                       "is_causal is a mask itself", "give one of the two"))
        attn_mask = _causal(None, query, key)
    if enable_gqa and heads[0] != heads[1]:
        key, value = (repeat_interleave(x, heads[0] // heads[1], -3) for x in (key, value))
    return attend(query, key, value, attn_mask, dropout_p, scale)


def _at_once(query, key, value, mask, dropout_p, heads, shared):
    """Whether PyTorch has one step for it on the CPU."""
    alike = query.dim() == key.dim() == value.dim() == 4 and query.shape[-1] == key.shape[-1] == value.shape[-1]
    return (alike and not dropout_p and query.shape[0] == key.shape[0] == value.shape[0] and key.shape[2] == value.shape[2]
            and 0 not in query.shape and 0 not in key.shape and (shared or heads[0] == heads[1] == heads[2])
            and (mask is None or mask.dim() in (2, 4) and not mask.requires_grad and _spreads(mask.shape, query, key)))


def _spreads(shape, query, key):
    """Whether a mask of `shape` spreads over the scores."""
    full = (query.shape[0], query.shape[1], query.shape[2], key.shape[2])
    return all(side in (1, whole) for side, whole in zip(shape[::-1], full[::-1]))


def _check(query, key, value, mask, dropout_p):
    for place, (name, given) in enumerate((("query", query), ("key", key), ("value", value)), 1):
        if not isinstance(given, Tensor):
            raise not_a_tensor("scaled_dot_product_attention", name, place, given)
    if not query.dtype is key.dtype is value.dtype:
        raise RuntimeError(explain(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {query.dtype.in_c} key.dtype: {key.dtype.in_c} "
            f"and value.dtype: {value.dtype.in_c} instead.", "numbers of one dtype meet here", "convert them: x.float()"))
    axes = [x.dim() for x in (query, key, value)]
    if min(axes) < 2:
        raise RuntimeError(explain(
            f"Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {axes[0]} key.dim: {axes[1]} and "
            f"value.dim: {axes[2]} instead.", "each has rows: one a query, one a key, one a value", "give (L, E), (S, E) and (S, V)"))
    if mask is not None and mask.dtype.category and mask.dtype is not query.dtype:
        raise RuntimeError(explain(
            f"Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: {mask.dtype.in_c} and  "
            f"query.dtype: {query.dtype.in_c} instead.", "a mask says yes or no, or is added to the scores",
            "write mask.bool()" if not mask.is_floating_point() else "write mask.to(query.dtype)"))
    dropout_p = as_number("scaled_dot_product_attention", "dropout_p", None, dropout_p, "float")
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(explain(f"dropout probability has to be between 0 and 1, but got {dropout_p}",
                                   "it is the part of the weights that is set to 0", "write 0.1 for a tenth"))
    if not query.is_floating_point():
        raise RuntimeError(explain(f"expected scalar type Float but found {query.dtype.legacy}",
                                   f"queries of shape {shape_text(query.shape)} hold {query.dtype}", "write x.float()"))
