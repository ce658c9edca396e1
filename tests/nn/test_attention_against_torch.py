"""Attention against torch's: every argument, masks of both kinds, gradients, first weights, nodes, errors."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.nn.sides import ENGINES, close, flat, leaf, nodes, numbers, same
from workbook.nn.attention.flex_attention import create_block_mask, flex_attention
from workbook.ops.attention import Attention, attend

SEEDS = st.integers(0, 2**32 - 1)
DTYPES = st.sampled_from(["float32", "float32", "float64"])
SIZES = st.integers(1, 4)


def mask_of(engine, kind, seed, dtype, *shape):
    """A mask of bools or of numbers with -inf among them; None where there is none."""
    if kind is None:
        return None
    drawn = numbers(seed, *shape)
    if kind == "bool":
        return engine.from_numpy(drawn > -0.8)
    mask = engine.from_numpy(drawn).to(getattr(engine, dtype))
    return mask.masked_fill(mask < -0.8, float("-inf")) if kind == "numbers" else mask.requires_grad_()


@given(SEEDS, SIZES, SIZES, SIZES, SIZES, SIZES, SIZES, st.sampled_from([2, 3, 4, 4, 4]), DTYPES, st.data())
def test_scaled_dot_product_attention(seed, batch, heads, length, seen, features, width, axes, dtype, data):
    kind = data.draw(st.sampled_from([None, None, "bool", "numbers", "leaf"]))
    width = data.draw(st.sampled_from([features, width]))
    causal = kind is None and data.draw(st.booleans())
    dropout, scale = data.draw(st.sampled_from([0.0, 0.0, 0.5])), data.draw(st.sampled_from([None, 0.3, 2.0]))
    shared = axes == 4 and data.draw(st.booleans())
    turned = data.draw(st.booleans())
    lead, served = (batch, heads * (2 if shared else 1))[4 - axes:], (batch, heads)[4 - axes:]
    spread = data.draw(st.sampled_from([(length, seen), (*lead, length, seen)]))
    found = []
    for engine in ENGINES:
        if turned and axes == 4:  # as a GPT does: (N, L, H, E), exchanged
            q = leaf(engine, seed, dtype, lead[0], length, lead[1], features)
            leaves, query = [q], q.transpose(1, 2)
        else:
            query = leaf(engine, seed, dtype, *lead, length, features)
            leaves = [query]
        leaves += [leaf(engine, seed + 1, dtype, *served, seen, features), leaf(engine, seed + 2, dtype, *served, seen, width)]
        mask = mask_of(engine, kind, seed + 3, dtype, *spread)
        engine.manual_seed(seed)
        out = engine.nn.functional.scaled_dot_product_attention(query, *leaves[1:], mask, dropout, causal, scale=scale, enable_gqa=shared)
        (out * engine.from_numpy(numbers(seed, *out.shape))).sum().backward()
        found.append((out.stride(), nodes(out)[:1] if shared else nodes(out), [out, *(x.grad for x in leaves), *([mask.grad] if kind == "leaf" else [])]))
    assert found[1][:2] == found[0][:2]
    for mine, theirs in zip(found[1][2], found[0][2], strict=True):
        close(mine, theirs, dtype)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("factor", [1.0, 59.0, 100.0, 1e4, -1e4])
def test_scores_of_any_size(factor, causal):
    """Small ones need no shift before the exponential, large ones do; also in a row of which all are very small."""
    found = []
    for engine in ENGINES:
        query = engine.tensor([[[[factor, 0.0], [0.0, 1.0], [1.0, -1.0]]]], requires_grad=True)
        key = engine.tensor([[[[1.0, -1.0], [0.9, 1.0], [-1.0, 0.5]]]], requires_grad=True)
        value = engine.from_numpy(numbers(0, 1, 1, 3, 2)).requires_grad_()
        out = engine.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=causal, scale=1.0)
        out.pow(2).sum().backward()
        found.append([out, query.grad, key.grad, value.grad])
    for mine, theirs in zip(*found[::-1], strict=True):
        close(mine, theirs, "float32")


@given(SEEDS, SIZES, SIZES, SIZES, st.sampled_from([None, "bool", "numbers"]), st.booleans(), st.booleans())
def test_attention_at_once_is_attention_in_small_steps(seed, length, seen, features, kind, causal, shared):
    found = []
    for at_once in (True, False):
        q, k, v = (leaf(workbook, seed + i, "float64", 2, 2 if i and shared else 4, seen if i else length, features) for i in range(3))
        mask = mask_of(workbook, kind, seed, "float64", length, seen)
        if at_once:
            out = Attention.apply(q, k, v, mask, causal=causal, scale=0.7)
        else:
            if causal:
                before = workbook.full((length, seen), float("-inf"), dtype=workbook.float64).triu(1)
                mask = before if mask is None else before + (workbook.where(mask, 0.0, float("-inf")) if kind == "bool" else mask)
            repeats = (2,) if shared else ()
            out = attend(q, *(x.repeat_interleave(*repeats, 1) if repeats else x for x in (k, v)), mask, 0.0, 0.7)
        slopes = workbook.autograd.grad((out * workbook.from_numpy(numbers(seed, *out.shape))).sum(), (q, k, v), create_graph=True)
        curve = workbook.autograd.grad(sum((slope ** 2).sum() for slope in slopes), (q, k, v))
        found.append([out, *slopes, *curve])
    for mine, theirs in zip(*found, strict=True):
        close(mine, theirs, "float64")


@pytest.mark.parametrize("causal", [False, True])
def test_slopes_of_attention_at_once(causal):
    q, k, v = leaf(workbook, 0, "float64", 1, 2, 3, 2), leaf(workbook, 1, "float64", 1, 1, 2, 2), leaf(workbook, 2, "float64", 1, 1, 2, 2)

    def run(q, k, v):
        return Attention.apply(q, k, v, None, causal=causal, scale=0.5)

    assert workbook.autograd.gradcheck(run, (q, k, v)) and workbook.autograd.gradgradcheck(run, (q, k, v))


def test_a_query_that_may_look_at_nothing_gets_zeros_and_no_slope():
    for axes in (3, 4):
        found = []
        for engine in ENGINES:
            q, k = leaf(engine, 0, "float32", *(1, 2)[:axes - 2], 3, 4), leaf(engine, 1, "float32", *(1, 2)[:axes - 2], 2, 4)
            out = engine.nn.functional.scaled_dot_product_attention(q, k, k, engine.tensor([[True, True], [False, False], [True, False]]))
            out.sum().backward()
            found.append([out, q.grad, k.grad])
        for mine, theirs in zip(*found[::-1], strict=True):
            close(mine, theirs, "float32")


@given(SEEDS, SIZES, SIZES, SIZES, st.integers(1, 3), st.integers(1, 3), DTYPES, st.data())
@pytest.mark.filterwarnings("ignore:Support for mismatched")
def test_multihead_attention(seed, batch, length, seen, heads, size, dtype, data):
    draw, features = data.draw, heads * size
    options = {"bias": draw(st.booleans()), "add_bias_kv": draw(st.booleans()), "add_zero_attn": draw(st.booleans()),
               "batch_first": draw(st.booleans()), "dropout": draw(st.sampled_from([0.0, 0.0, 0.3]))}
    way = draw(st.sampled_from(["self", "self", "memory", "three", "other sizes"]))
    if way == "other sizes":
        options |= {"kdim": draw(SIZES), "vdim": draw(SIZES)}
    batched, train = draw(st.booleans()), draw(st.booleans())
    seen = length if way == "self" else seen
    need, average = draw(st.booleans()), draw(st.booleans())
    masked, padded = draw(st.sampled_from([None, "bool", "numbers"])), draw(st.sampled_from([None, "bool", "numbers"]))
    by_head = draw(st.booleans())
    causal = draw(st.booleans()) and masked is not None

    def run(engine, layer):
        layer.train(train)

        def sequence(offset, steps, width):
            shape = ((batch, steps) if options["batch_first"] else (steps, batch)) if batched else (steps,)
            return leaf(engine, seed + offset, dtype, *shape, width)

        query = sequence(0, length, features)
        key = query if way == "self" else sequence(1, seen, options.get("kdim", features))
        value = key if way in ("self", "memory") else sequence(2, seen, options.get("vdim", features))
        shape = ((batch * heads if batched else heads), length, seen) if by_head else (length, seen)
        mask, padding = (None if kind is None else mask_of(engine, kind, seed + 3, dtype, *size) for kind, size in
                         ((masked, shape), (padded, (batch, seen) if batched else (seen,))))
        if mask is not None and mask.dtype is engine.bool:
            mask = mask & False if causal else mask.logical_not()
        if padding is not None:  # a query that sees nothing is NaN in torch where weights are wanted
            padding = padding.logical_not() if padding.dtype is engine.bool else padding.nan_to_num(neginf=-2.0)
            padding[..., 0] = 0
        if mask is not None:
            mask[..., 0] = 0
        engine.manual_seed(seed)
        outs = layer(query, key, value, padding, need, mask, average, causal)
        assert (outs[1] is None) == (not need)
        return [query, *([] if key is query else [key]), *([] if value is key else [value])], [out for out in outs if out is not None]

    same(lambda nn: nn.MultiheadAttention(features, heads, **options), run, seed, dtype)


def test_the_graph_of_multihead_attention_is_torchs():
    graphs = []
    for engine in ENGINES:
        layer, x = engine.nn.MultiheadAttention(4, 2), leaf(engine, 0, "float32", 3, 2, 4)
        memory = leaf(engine, 1, "float32", 5, 2, 4)
        graphs.append([nodes(layer(x, x, x, need_weights=False)[0]), nodes(layer(x, memory, memory, need_weights=False)[0])])
    assert graphs[1] == graphs[0]


def test_keys_and_values_may_be_given_by_head():
    found = []
    for engine in ENGINES:
        engine.manual_seed(0)
        layer, x = engine.nn.MultiheadAttention(4, 2, add_bias_kv=False), leaf(engine, 0, "float32", 3, 2, 4)
        static = leaf(engine, 1, "float32", 4, 5, 2)
        found.append(flat(engine.nn.functional.multi_head_attention_forward(
            x, x, x, 4, 2, layer.in_proj_weight, layer.in_proj_bias, None, None, False, 0.0, layer.out_proj.weight, layer.out_proj.bias,
            static_k=static, static_v=static)))
    for mine, theirs in zip(*found[::-1], strict=True):
        close(mine, theirs, "float32")


def test_masks_of_two_kinds_are_warned_of():
    for engine in ENGINES:
        layer, x = engine.nn.MultiheadAttention(4, 2), engine.zeros(3, 2, 4)
        with pytest.warns(UserWarning, match="Support for mismatched key_padding_mask and attn_mask is deprecated"):
            layer(x, x, x, key_padding_mask=engine.zeros(2, 3, dtype=engine.bool), attn_mask=engine.zeros(3, 3))


def heads(t, *shape, embed=4, count=2, **options):
    x = t.zeros(*shape)
    return t.nn.MultiheadAttention(embed, count)(x, x, x, **options)


def dot(t, **changed):
    sizes = {"q": (2, 4, 3, 8), "k": (2, 4, 5, 8), "v": (2, 4, 5, 8)} | {name: size for name, size in changed.items() if name in "qkv"}
    options = {name: given_ for name, given_ in changed.items() if name not in "qkv"}
    return t.nn.functional.scaled_dot_product_attention(*(t.zeros(*sizes[name]) for name in "qkv"), **options)


REFUSED = {
    "a list": lambda t: t.nn.functional.scaled_dot_product_attention([1.0], t.zeros(1, 1), t.zeros(1, 1)),
    "dtypes": lambda t: t.nn.functional.scaled_dot_product_attention(t.zeros(2, 2), t.zeros(2, 2).double(), t.zeros(2, 2)),
    "vectors": lambda t: dot(t, q=(8,), k=(8,), v=(8,)),
    "features": lambda t: dot(t, k=(2, 4, 5, 7)),
    "heads": lambda t: dot(t, k=(2, 2, 5, 8), v=(2, 2, 5, 8)),
    "a mask of whole numbers": lambda t: dot(t, attn_mask=t.ones(3, 5).long()),
    "a mask of doubles": lambda t: dot(t, attn_mask=t.ones(3, 5).double()),
    "dropout": lambda t: dot(t, dropout_p=1.5),
    "two masks": lambda t: dot(t, q=(4, 3, 8), k=(4, 5, 8), v=(4, 5, 8), attn_mask=t.ones(3, 5), is_causal=True),
    "whole numbers": lambda t: t.nn.functional.scaled_dot_product_attention(*(t.zeros(1, 1, 2, 2, dtype=t.long),) * 3),
    "embedding": lambda t: heads(t, 3, 2, 5),
    "not divisible": lambda t: t.nn.MultiheadAttention(5, 2),
    "no heads": lambda t: t.nn.MultiheadAttention(4, 0),
    "axes of the query": lambda t: heads(t, 3, 2, 4, 1),
    "axes of the key": lambda t: t.nn.MultiheadAttention(4, 2)(t.zeros(3, 2, 4), t.zeros(3, 4), t.zeros(3, 2, 4)),
    "values of other length": lambda t: t.nn.MultiheadAttention(4, 2)(t.zeros(3, 2, 4), t.zeros(3, 2, 4), t.zeros(2, 2, 4)),
    "values of other length, apart": lambda t: t.nn.MultiheadAttention(4, 2, kdim=3)(t.zeros(3, 2, 4), t.zeros(3, 2, 3), t.zeros(2, 2, 4)),
    "a mask of other size": lambda t: heads(t, 3, 2, 4, attn_mask=t.zeros(3, 4)),
    "a mask by head of other size": lambda t: heads(t, 3, 2, 4, attn_mask=t.zeros(2, 3, 3)),
    "a mask of four axes": lambda t: heads(t, 3, 2, 4, attn_mask=t.zeros(1, 1, 3, 3)),
    "a mask of one head": lambda t: heads(t, 3, 4, attn_mask=t.zeros(1, 3, 3)),
    "padding of other size": lambda t: heads(t, 3, 2, 4, key_padding_mask=t.zeros(3, 2)),
    "padding of other length": lambda t: heads(t, 3, 2, 4, key_padding_mask=t.zeros(2, 4)),
    "padding of three axes": lambda t: heads(t, 3, 2, 4, key_padding_mask=t.zeros(2, 3, 1)),
    "padding of whole numbers": lambda t: heads(t, 3, 2, 4, key_padding_mask=t.zeros(2, 3).long()),
    "causal without a mask": lambda t: heads(t, 3, 2, 4, is_causal=True),
    "a kernel": lambda t: t.nn.attention.sdpa_kernel("math").__enter__(),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_in_torchs_words(what):
    with pytest.raises(Exception) as theirs:  # noqa: PT011
        REFUSED[what](torch)
    with pytest.raises(theirs.type) as mine:
        REFUSED[what](workbook)
    assert str(mine.value).split("\n")[0] == str(theirs.value).split("\n")[0]
    assert "\n  Why: " in str(mine.value) and "\n  Fix: " in str(mine.value)


def test_heads_that_do_not_share_are_refused():
    for engine in ENGINES:
        with pytest.raises(RuntimeError, match="Number of heads in key and value must divide the number of heads in"):
            dot(engine, k=(2, 3, 5, 8), v=(2, 3, 5, 8), enable_gqa=True)


def test_a_choice_of_kernels_is_accepted():
    for engine in ENGINES:
        kernels, out = engine.nn.attention.SDPBackend, []
        for chosen in (kernels.MATH, [kernels.MATH, kernels.FLASH_ATTENTION]):
            with engine.nn.attention.sdpa_kernel(chosen):
                out.append(dot(engine))
        assert repr(kernels.FLASH_ATTENTION) == "<SDPBackend.FLASH_ATTENTION: 1>" and str(kernels.MATH) == "SDPBackend.MATH"


@pytest.mark.parametrize("function", [flex_attention, create_block_mask])
def test_compiled_attention_says_what_to_write(function):
    with pytest.raises(NotImplementedError, match="write F.scaled_dot_product_attention"):
        function(1, 2, 3, 4, 5)
