"""Transformer layers against torch's: masks, activations, norms before and after, evaluation, first weights, warnings, errors."""

import copy
import warnings

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.nn.sides import ENGINES, close, leaf, nodes, numbers, same
from workbook.nn.transformer import _is_causal as is_causal

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 4)
DTYPES = st.sampled_from(["float32", "float32", "float64"])
QUIET = pytest.mark.filterwarnings("ignore:enable_nested_tensor", "ignore:Support for mismatched", "ignore:The PyTorch API of nested")
ACTIVATIONS = {"relu": lambda engine: "relu", "gelu": lambda engine: "gelu", "function": lambda engine: engine.tanh,
               "layer": lambda engine: engine.nn.GELU()}


@st.composite
def layers(draw):
    """The settings of a layer, by name; the activation by a key of ACTIVATIONS."""
    return {"dim_feedforward": draw(SIZES), "dropout": draw(st.sampled_from([0.0, 0.0, 0.3])), "activation": draw(st.sampled_from(sorted(ACTIVATIONS))),
            "batch_first": draw(st.booleans()), "norm_first": draw(st.booleans()), "bias": draw(st.booleans())}


def settled(nn, options):
    """The settings with this engine's activation."""
    engine = workbook if nn is workbook.nn else torch
    return options | {"activation": ACTIVATIONS[options["activation"]](engine)}


def sequence(engine, seed, dtype, options, batch, length, features):
    return leaf(engine, seed, dtype, *((batch, length) if options["batch_first"] else (length, batch)), features)


def masks(engine, seed, dtype, draw_kinds, batch, length, seen):
    """An attention mask and a padding mask; every query may look at the first key, so that no row is NaN."""
    found = []
    for offset, (kind, shape) in enumerate(zip(draw_kinds, ((length, seen), (batch, seen)))):
        if kind == "causal":
            found.append(engine.nn.Transformer.generate_square_subsequent_mask(length, dtype=getattr(engine, dtype)))
            continue
        mask = engine.from_numpy(numbers(seed + offset, *shape))
        mask = mask > 0.7 if kind == "bool" else mask.to(getattr(engine, dtype))
        mask[..., 0] = 0
        found.append(None if kind is None else mask)
    return found


KINDS = st.tuples(st.sampled_from([None, "bool", "numbers", "causal"]), st.sampled_from([None, "bool", "numbers"]))


@QUIET
@given(SEEDS, layers(), KINDS, st.integers(1, 2), SIZES, SIZES, st.integers(3, 4), DTYPES, st.booleans(), st.integers(0, 2), st.booleans())
def test_encoders(seed, options, kinds, heads, batch, length, size, dtype, train, count, normed):
    features = heads * size

    def build(nn):
        layer = nn.TransformerEncoderLayer(features, heads, **settled(nn, options))
        return nn.TransformerEncoder(layer, count, nn.LayerNorm(features) if normed else None) if count else layer

    def run(engine, layer):
        layer.train(train)
        x = sequence(engine, seed, dtype, options, batch, length, features)
        mask, padding = masks(engine, seed + 1, dtype, kinds, batch, length, length)
        engine.manual_seed(seed)
        return [x], [layer(x, mask, src_key_padding_mask=padding)]

    same(build, run, seed, dtype, slack=20)


@QUIET
@given(SEEDS, layers(), KINDS, KINDS, st.integers(1, 2), SIZES, SIZES, SIZES, st.integers(3, 4), DTYPES, st.booleans(), st.integers(0, 2))
def test_decoders(seed, options, own, others, heads, batch, length, seen, size, dtype, train, count):
    features = heads * size
    others = (None if others[0] == "causal" else others[0], others[1])

    def build(nn):
        layer = nn.TransformerDecoderLayer(features, heads, **settled(nn, options))
        return nn.TransformerDecoder(layer, count, nn.LayerNorm(features)) if count else layer

    def run(engine, layer):
        layer.train(train)
        x, memory = (sequence(engine, seed + i, dtype, options, batch, steps, features) for i, steps in enumerate((length, seen)))
        (mask, padding), (others_mask, others_padding) = (masks(engine, seed + 2, dtype, own, batch, length, length),
                                                          masks(engine, seed + 4, dtype, others, batch, length, seen))
        engine.manual_seed(seed)
        return [x, memory], [layer(x, memory, mask, others_mask, padding, others_padding)]

    same(build, run, seed, dtype, slack=20)


@QUIET
@given(SEEDS, layers(), st.integers(1, 2), SIZES, SIZES, SIZES, DTYPES, st.booleans(), st.integers(1, 2), st.integers(1, 2))
def test_whole_transformers(seed, options, heads, batch, length, seen, dtype, masked, encoders, decoders):
    def build(nn):
        chosen = settled(nn, options)
        return nn.Transformer(4, heads, encoders, decoders, chosen.pop("dim_feedforward"), **chosen)

    def run(engine, model):
        src, tgt = (sequence(engine, seed + i, dtype, options, batch, steps, 4) for i, steps in enumerate((seen, length)))
        mask = model.generate_square_subsequent_mask(length, dtype=getattr(engine, dtype)) if masked else None
        engine.manual_seed(seed)
        return [src, tgt], [model(src, tgt, tgt_mask=mask)]

    same(build, run, seed, dtype, slack=20)


@QUIET
def test_sequences_without_a_batch():
    found = []
    for engine in ENGINES:
        engine.manual_seed(0)
        model = engine.nn.Transformer(4, 2, 1, 1, 8, dropout=0.0)
        found.append(model(leaf(engine, 0, "float32", 3, 4), leaf(engine, 1, "float32", 5, 4)))
    close(*found[::-1], "float32")


def test_a_model_as_it_is_by_default_starts_as_torchs():
    weights = []
    for engine in ENGINES:
        engine.manual_seed(5)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = engine.nn.Transformer(16, 2, 1, 1)
        weights.append([repr(model), *((name, weight.detach().numpy().tobytes()) for name, weight in model.state_dict().items())])
    assert weights[1] == weights[0]


@QUIET
@pytest.mark.parametrize("padding", [[[0, 0, 0, 1], [0, 0, 1, 1]], [[0, 1, 0, 1], [0, 0, 1, 1]], [[0, 0, 0, 0], [0, 0, 0, 0]]])
@pytest.mark.parametrize("options", [{}, {"enable_nested_tensor": False}, {"mask_check": False}])
@pytest.mark.parametrize("recorded", [False, True])
def test_evaluation_puts_0_where_torch_skips_padding(padding, options, recorded):
    if options.get("mask_check") is False and padding[0][1]:
        pytest.skip("torch refuses what it was told not to check")
    found = []
    for engine in ENGINES:
        engine.manual_seed(0)
        layer = engine.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        encoder = engine.nn.TransformerEncoder(layer, 2, engine.nn.LayerNorm(8), **options).eval()
        with engine.set_grad_enabled(recorded):
            found.append(encoder(engine.from_numpy(numbers(0, 2, 4, 8)), src_key_padding_mask=engine.tensor(padding, dtype=engine.bool)))
    close(*found[::-1], "float32")


def test_the_warning_of_nested_tensors_comes_once(monkeypatch):
    monkeypatch.setattr("workbook.nn.transformer._warned", [])
    encoder = workbook.nn.TransformerEncoder(workbook.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 1).eval()
    with warnings.catch_warnings(record=True) as caught, workbook.no_grad():
        warnings.simplefilter("always")
        for _ in range(2):
            encoder(workbook.zeros(1, 2, 8), src_key_padding_mask=workbook.tensor([[False, True]]))
    assert len(caught) == 1 and str(caught[0].message).startswith("The PyTorch API of nested tensors is in prototype stage")


WARNED = {
    "batch second": lambda nn: nn.TransformerEncoderLayer(8, 2),
    "norm first": lambda nn: nn.TransformerEncoderLayer(8, 2, norm_first=True, batch_first=True),
    "no bias": lambda nn: nn.TransformerEncoderLayer(8, 2, bias=False, batch_first=True),
    "another activation": lambda nn: nn.TransformerEncoderLayer(8, 2, activation=nn.functional.silu, batch_first=True),
    "odd heads": lambda nn: nn.TransformerEncoderLayer(9, 3, batch_first=True),
    "another layer": lambda nn: nn.Linear(2, 2),
    "nothing": lambda nn: nn.TransformerEncoderLayer(8, 2, activation="gelu", batch_first=True),
}


@pytest.mark.parametrize("what", WARNED)
def test_why_padding_is_not_skipped_is_said(what):
    said = []
    for engine in ENGINES:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            encoder = engine.nn.TransformerEncoder(WARNED[what](engine.nn), 1)
        said.append(([(one.category, str(one.message)) for one in caught], encoder.use_nested_tensor, encoder.enable_nested_tensor))
    assert said[1] == said[0] and (not caught or caught[0].filename == __file__)


@pytest.mark.parametrize("batch_first", [False, True])
def test_a_square_subsequent_mask_is_known(batch_first):
    x, mask = workbook.zeros(3, 3, 2)[:, :2] if not batch_first else workbook.zeros(2, 3, 2), workbook.nn.Transformer.generate_square_subsequent_mask(3)
    assert is_causal(mask, None, x, batch_first) and is_causal(None, True, x, batch_first)
    for given_, said in ((mask, False), (mask + 1, None), (mask[:2, :2], None), (None, None)):
        assert is_causal(given_, said, x, batch_first) is False


def test_a_layer_of_ones_own_is_copied():
    class Own(workbook.nn.Module):
        def __init__(self):
            super().__init__()
            self.self_attn = workbook.nn.MultiheadAttention(2, 1)

        def forward(self, x, src_mask, is_causal, src_key_padding_mask):
            return x + 1

    encoder = workbook.nn.TransformerEncoder(Own(), 3, enable_nested_tensor=False)
    assert encoder(workbook.zeros(1, 2)).tolist() == [[3, 3]] and encoder.layers[0] is not encoder.layers[1]


def test_custom_parts_are_taken():
    for engine in ENGINES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = engine.nn.Transformer(4, 2, 1, 1, 8)
            model = engine.nn.Transformer(4, 2, custom_encoder=other.encoder, custom_decoder=other.decoder)
        assert model.encoder is other.encoder and model.decoder is other.decoder and copy.deepcopy(model).d_model == 4


@QUIET
def test_the_graph_of_an_encoder_layer_is_torchs():
    graphs = []
    for engine in ENGINES:
        layer = engine.nn.TransformerEncoderLayer(4, 2, 8, 0.0, "gelu")
        graphs.append(nodes(layer(leaf(engine, 0, "float32", 3, 2, 4))))
    assert graphs[1] == graphs[0]


def transformer(t, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return t.nn.Transformer(4, 2, 1, 1, 8, **options)


REFUSED = {
    "another activation": lambda t: t.nn.TransformerEncoderLayer(4, 2, activation="tanh"),
    "another activation of a decoder": lambda t: t.nn.TransformerDecoderLayer(4, 2, activation="swish"),
    "heads": lambda t: t.nn.TransformerEncoderLayer(5, 2),
    "batches": lambda t: transformer(t)(t.zeros(3, 2, 4), t.zeros(3, 1, 4)),
    "batches first": lambda t: transformer(t, batch_first=True)(t.zeros(3, 2, 4), t.zeros(2, 2, 4)),
    "features": lambda t: transformer(t)(t.zeros(3, 2, 5), t.zeros(3, 2, 4)),
    "features of a layer": lambda t: t.nn.TransformerEncoderLayer(4, 2, 8)(t.zeros(3, 2, 6)),
    "a mask of whole numbers": lambda t: t.nn.TransformerEncoderLayer(4, 2, 8)(t.zeros(3, 2, 4), t.zeros(3, 3).long()),
    "a mask of other size": lambda t: t.nn.TransformerEncoderLayer(4, 2, 8)(t.zeros(3, 2, 4), t.zeros(4, 4)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_in_torchs_words(what):
    with pytest.raises(Exception) as theirs:  # noqa: PT011
        REFUSED[what](torch)
    with pytest.raises(theirs.type) as mine:
        REFUSED[what](workbook)
    assert str(mine.value).split("\n")[0] == str(theirs.value).split("\n")[0]
    assert "\n  Why: " in str(mine.value) and "\n  Fix: " in str(mine.value)
