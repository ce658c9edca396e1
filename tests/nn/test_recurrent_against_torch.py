"""Recurrent layers, cells and packed sequences against torch's: text, first weights, outputs, gradients, nodes, errors, warnings."""

import warnings

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.nn.sides import ENGINES, close, flat, leaf, nodes, numbers, same
from workbook.ops.lstm import LstmLayer
from workbook.ops.recurrent import recurrent

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def settings(draw):
    kind = draw(st.sampled_from(["RNN", "LSTM", "LSTM", "GRU"]))
    options = {"num_layers": draw(st.integers(1, 3)), "bias": draw(st.booleans()), "bidirectional": draw(st.booleans()),
               "batch_first": draw(st.booleans()), "dropout": draw(st.sampled_from([0.0, 0.0, 0.4, 1.0]))}
    hidden = draw(st.integers(1, 6))
    if kind == "RNN":
        options["nonlinearity"] = draw(st.sampled_from(["tanh", "relu"]))
    if kind == "LSTM" and hidden > 1 and draw(st.booleans()):
        options["proj_size"] = draw(st.integers(1, hidden - 1))
    return kind, draw(st.integers(1, 4)), hidden, options


def state_of(engine, seed, dtype, kind, hidden, options, *batch):
    count = options["num_layers"] * (1 + options["bidirectional"])
    parts = [leaf(engine, seed, dtype, count, *batch, options.get("proj_size") or hidden),
             leaf(engine, seed + 1, dtype, count, *batch, hidden)]
    return parts if kind == "LSTM" else parts[:1]


@given(SEEDS, settings(), st.integers(1, 5), st.integers(1, 4), st.booleans(), st.booleans(), st.booleans(),
       st.sampled_from(["float32", "float32", "float64"]))
@pytest.mark.filterwarnings("ignore:dropout option", "ignore:LSTM with projections")
def test_layers(seed, drawn, length, batch, batched, begun, train, dtype):
    kind, features, hidden, options = drawn

    def run(engine, layer):
        layer.train(train)
        lead = ((batch, length) if options["batch_first"] else (length, batch)) if batched else (length,)
        leaves = [leaf(engine, seed, dtype, *lead, features)]
        if begun:
            leaves += state_of(engine, seed + 2, dtype, kind, hidden, options, *([batch] if batched else []))
        engine.manual_seed(seed)
        state = leaves[1:] and (tuple(leaves[1:]) if kind == "LSTM" else leaves[1])
        return leaves, flat(layer(leaves[0], state) if begun else layer(leaves[0]))

    same(lambda nn: getattr(nn, kind)(features, hidden, **options), run, seed, dtype)


@given(SEEDS, settings(), st.lists(st.integers(1, 5), min_size=1, max_size=4), st.booleans(), st.sampled_from(["float32", "float64"]))
@pytest.mark.filterwarnings("ignore:dropout option", "ignore:LSTM with projections")
def test_layers_over_packed_sequences(seed, drawn, lengths, begun, dtype):
    kind, features, hidden, options = drawn

    def run(engine, layer):
        tools = engine.nn.utils.rnn
        leaves = [leaf(engine, seed, dtype, max(lengths), len(lengths), features)]
        packed = tools.pack_padded_sequence(leaves[0], lengths, enforce_sorted=False)
        if begun:
            leaves += state_of(engine, seed + 2, dtype, kind, hidden, options, len(lengths))
        engine.manual_seed(seed)
        state = leaves[1:] and (tuple(leaves[1:]) if kind == "LSTM" else leaves[1])
        out, last = layer(packed, state) if begun else layer(packed)
        padded, counted = tools.pad_packed_sequence(out, batch_first=options["batch_first"], total_length=max(lengths) + 1)
        assert counted.tolist() == lengths
        return leaves, [out.data, padded, *flat(last)]

    same(lambda nn: getattr(nn, kind)(features, hidden, **options), run, seed, dtype)


@given(SEEDS, st.sampled_from(["RNNCell", "LSTMCell", "GRUCell"]), st.integers(1, 4), st.integers(1, 5), st.booleans(), st.booleans(),
       st.booleans(), st.sampled_from(["float32", "float64"]), st.sampled_from(["tanh", "relu"]))
def test_cells(seed, kind, features, hidden, bias, batched, begun, dtype, nonlinearity):
    options = {"nonlinearity": nonlinearity} if kind == "RNNCell" else {}

    def run(engine, layer):
        lead = (3,) if batched else ()
        leaves = [leaf(engine, seed, dtype, *lead, features)]
        if begun:
            leaves += [leaf(engine, seed + 1 + i, dtype, *lead, hidden) for i in range(2 if kind == "LSTMCell" else 1)]
        state = leaves[1:] and (tuple(leaves[1:]) if kind == "LSTMCell" else leaves[1])
        return leaves, flat(layer(leaves[0], state) if begun else layer(leaves[0]))

    same(lambda nn: getattr(nn, kind)(features, hidden, bias, **options), run, seed, dtype)


@pytest.mark.parametrize("kind, dtype", [("RNN", "float32"), ("GRU", "float32"), ("GRU", "float64"), ("LSTM", "float64")])
def test_the_graph_of_unrolled_layers_is_torchs(kind, dtype):
    graphs = []
    for engine in ENGINES:
        layer = getattr(engine.nn, kind)(2, 3, 2, bidirectional=True).to(getattr(engine, dtype))
        graphs.append(nodes(layer(leaf(engine, 0, dtype, 3, 2, 2))[0]))
    assert graphs[1] == graphs[0]


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_the_graph_of_a_cell_is_torchs(kind):
    graphs = []
    for engine in ENGINES:
        layer, out = getattr(engine.nn, kind)(2, 3), None
        for _ in range(3):
            out = layer(leaf(engine, 0, "float32", 2, 2), out)
        graphs.append(nodes(flat(out)[0]))
    assert graphs[1] == graphs[0]


# ---- the fast LSTM beside the composed one ----------------------------------------------------------------------------------


def layer_inputs(seed, length, batch, features, hidden, bias):
    shapes = [(length, batch, features), (4 * hidden, features), (4 * hidden, hidden), *[(4 * hidden,)] * 2 * bias,
              (batch, hidden), (batch, hidden)]
    made = [workbook.from_numpy(numbers(seed + i, *shape)).double().requires_grad_() for i, shape in enumerate(shapes)]
    return made if bias else [*made[:3], None, None, *made[3:]]


def fused(x, w_ih, w_hh, b_ih, b_hh, h, c, reverse):
    return LstmLayer.apply(x, w_ih, w_hh, b_ih, b_hh, h, c, reverse=reverse)


def composed(x, w_ih, w_hh, b_ih, b_hh, h, c, reverse):
    """The same in small steps; backwards, the second of two directions is what is asked for."""
    weights = [w for w in (w_ih, w_hh, b_ih, b_hh) if w is not None]
    both = [*weights, *weights] if reverse else weights
    out, (h, c) = recurrent("LSTM", x, tuple(workbook.stack([part] * (1 + reverse)) for part in (h, c)), both, b_ih is not None, 1, 0.0,
                            False, reverse)
    return out[..., -w_hh.shape[1]:], h[-1], c[-1]


@given(SEEDS, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.booleans(), st.booleans())
def test_the_layer_in_one_step_is_the_layer_in_many(seed, length, batch, features, hidden, bias, reverse):
    found = []
    for layer in (fused, composed):
        inputs = layer_inputs(seed, length, batch, features, hidden, bias)
        leaves = [x for x in inputs if x is not None]
        outs = layer(*inputs, reverse)
        loss = sum((out * workbook.from_numpy(numbers(seed + i, *out.shape))).sum() for i, out in enumerate(outs))
        at_once = workbook.autograd.grad(loss, leaves, retain_graph=True)  # on arrays, by another formula than under create_graph
        slopes = workbook.autograd.grad(loss, leaves, create_graph=True)
        curve = workbook.autograd.grad(sum((slope ** 2).sum() for slope in slopes), leaves)
        found.append([*outs, *at_once, *slopes, *curve])
    for mine, theirs in zip(*found, strict=True):
        close(mine, theirs, "float64")


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_slopes_of_the_layer_in_one_step(reverse, bias):
    inputs = layer_inputs(0, 3, 2, 2, 2, bias)

    def run(*leaves):
        given_ = iter(leaves)
        return fused(*(None if x is None else next(given_) for x in inputs), reverse)

    leaves = [x for x in inputs if x is not None]
    assert workbook.autograd.gradcheck(run, leaves) and workbook.autograd.gradgradcheck(run, leaves)


@pytest.mark.parametrize("wanted", ["x", "weight_hh_l0", "bias_hh_l0", "h"])
def test_one_gradient_alone(wanted):
    found = []
    for engine in ENGINES:
        engine.manual_seed(0)
        layer = engine.nn.LSTM(3, 4).requires_grad_(False)
        x, h = engine.from_numpy(numbers(0, 5, 2, 3)), engine.from_numpy(numbers(1, 1, 2, 4))
        target = {"x": x, "h": h}.get(wanted) if wanted in "xh" else getattr(layer, wanted)
        target.requires_grad_()
        layer(x, (h, h.detach()))[0].pow(2).sum().backward()
        found.append(target.grad)
    close(found[1], found[0], "float32")


def test_the_float32_lstm_differentiates_twice():
    found = []
    for engine in ENGINES:
        engine.manual_seed(3)
        layer, x = engine.nn.LSTM(3, 4, 2, bidirectional=True), leaf(engine, 0, "float32", 5, 2, 3)
        slope, = engine.autograd.grad(layer(x)[0].pow(2).sum(), x, create_graph=True)
        slope.pow(2).sum().backward()
        found.append([x.grad, *(p.grad for p in layer.parameters())])
    for mine, theirs in zip(*found[::-1], strict=True):
        close(mine, theirs, "float32")


def test_a_written_output_is_refused_at_the_backward_pass():
    for engine in ENGINES:
        out, _ = engine.nn.LSTM(3, 4)(engine.zeros(5, 2, 3))
        out.add_(1)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            out.sum().backward()


# ---- what a layer is ----------------------------------------------------------------------------------------------------------


def test_all_weights_are_the_parameters_by_layer_and_direction():
    for engine in ENGINES:
        layer = engine.nn.LSTM(3, 4, 2, bidirectional=True, proj_size=2)
        assert [len(part) for part in layer.all_weights] == [5] * 4
        assert layer.all_weights[1][4] is layer.weight_hr_l0_reverse
        assert layer._flat_weights_names[5] == "weight_ih_l0_reverse"
        layer.flatten_parameters()
        assert all(a is b for a, b in zip(layer._flat_weights, layer.parameters(), strict=True))


def test_a_replaced_weight_is_used():
    for engine in ENGINES:
        layer = engine.nn.RNN(2, 2, bias=False)
        layer.weight_ih_l0 = engine.nn.Parameter(engine.zeros(2, 2))
        assert layer(engine.ones(3, 1, 2))[0].abs().sum().item() == 0


def test_constructors_by_position():
    for build in (lambda nn: nn.RNN(3, 4, 2, "relu", False, True), lambda nn: nn.LSTM(3, 4, 2, False, True, 0.5, True, 2),
                  lambda nn: nn.GRU(3, 4, 2, True, False, 0.5, True), lambda nn: nn.RNNCell(3, 4, False, "relu"),
                  lambda nn: nn.LSTM(3, 4).double().half().float()):
        assert repr(build(workbook.nn)) == repr(build(torch.nn))
    assert workbook.nn.RNN(3, 4).mode == "RNN_TANH" and workbook.nn.LSTM(3, 4).mode == "LSTM"


# ---- sequences of several lengths --------------------------------------------------------------------------------------------


@given(SEEDS, st.lists(st.integers(1, 5), min_size=1, max_size=5), st.lists(st.integers(1, 3), max_size=2), st.booleans(),
       st.sampled_from(["left", "right"]), st.sampled_from([0.0, 2.0, -1.5]))
def test_sequences_padded_packed_and_back(seed, lengths, rest, batch_first, side, padding):
    found = []
    for engine in ENGINES:
        tools = engine.nn.utils.rnn
        leaves = [leaf(engine, seed + i, "float32", length, *rest) for i, length in enumerate(lengths)]
        padded = tools.pad_sequence(leaves, batch_first, padding, side)
        packed = tools.pack_sequence(leaves, enforce_sorted=False)
        again, counted = tools.pad_packed_sequence(packed, batch_first, padding, max(lengths) + 2)
        turned = again.detach().clone()
        back = [*tools.unpack_sequence(packed), *tools.unpad_sequence(turned, counted, batch_first)]
        sum((x * engine.from_numpy(numbers(seed + i, *x.shape))).sum() for i, x in enumerate((padded, packed.data, again, *back))).backward()
        found.append([padded, again, packed.data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices, counted, turned, *back,
                      *(x.grad for x in leaves)])
        assert [x.grad_fn.name() for x in (padded, packed.data)] == ["torch::autograd::CopySlices", "PackPaddedSequenceBackward0"]
    for mine, theirs in zip(*found[::-1], strict=True):
        close(mine, theirs, "float32")


@pytest.mark.cpu_only("it asks for the CPU's memory, and makes lengths by itself, which lie there")
def test_a_packed_sequence_prints_and_converts_as_torchs():
    found = []
    for engine in ENGINES:
        tools = engine.nn.utils.rnn
        packed = tools.pack_padded_sequence(engine.arange(8).view(4, 2), engine.tensor([2, 4]), enforce_sorted=False)
        found.append((repr(packed), repr(packed.double()), repr(type(packed)), packed.long() is packed, packed.cpu() is packed,
                      packed.is_cuda, packed.is_pinned(), repr(packed.to(engine.float64).float()), repr(tools.invert_permutation(None)),
                      repr(tools.PackedSequence((engine.zeros(2), engine.tensor([1, 1]))))))
    assert found[1] == found[0]


def test_labels_are_packed_too():
    for engine in ENGINES:
        packed = engine.nn.utils.rnn.pack_padded_sequence(engine.tensor([[1, 2, 3], [4, 5, 0]]), [3, 2], batch_first=True)
        assert packed.data.tolist() == [1, 4, 2, 5, 3] and packed.batch_sizes.tolist() == [2, 2, 1]


# ---- what is refused -----------------------------------------------------------------------------------------------------------

REFUSED = {
    "features": lambda t: t.nn.LSTM(4, 6)(t.zeros(5, 3, 7)),
    "features of a rnn": lambda t: t.nn.RNN(4, 6, batch_first=True)(t.zeros(5, 4, 3)),
    "axes of an lstm": lambda t: t.nn.LSTM(28, 64, batch_first=True)(t.zeros(4, 1, 28, 28)),
    "axes of a gru": lambda t: t.nn.GRU(4, 6)(t.zeros(4)),
    "axes of a rnn": lambda t: t.nn.RNN(4, 6)(t.zeros(4)),
    "a list of steps": lambda t: t.nn.LSTM(4, 6)([t.zeros(3, 4)]),
    "no steps": lambda t: t.nn.GRU(4, 6)(t.zeros(0, 3, 4)),
    "double": lambda t: t.nn.LSTM(4, 6)(t.zeros(5, 3, 4).double()),
    "whole numbers": lambda t: t.nn.GRU(4, 6)(t.zeros(5, 3, 4).long()),
    "the batch of h": lambda t: t.nn.LSTM(4, 6)(t.zeros(5, 3, 4), (t.zeros(1, 2, 6), t.zeros(1, 3, 6))),
    "the size of c": lambda t: t.nn.LSTM(4, 6)(t.zeros(5, 3, 4), (t.zeros(1, 3, 6), t.zeros(1, 3, 5))),
    "h without a batch": lambda t: t.nn.LSTM(4, 6)(t.zeros(5, 3, 4), (t.zeros(3, 6), t.zeros(1, 3, 6))),
    "h with a batch": lambda t: t.nn.LSTM(4, 6)(t.zeros(5, 4), (t.zeros(1, 1, 6), t.zeros(1, 1, 6))),
    "layers of h": lambda t: t.nn.GRU(4, 6)(t.zeros(5, 3, 4), t.zeros(2, 3, 6)),
    "axes of h": lambda t: t.nn.GRU(4, 6)(t.zeros(5, 3, 4), t.zeros(3, 6)),
    "axes of h alone": lambda t: t.nn.RNN(4, 6)(t.zeros(5, 4), t.zeros(1, 3, 6)),
    "dtype of h": lambda t: t.nn.GRU(4, 6)(t.zeros(5, 3, 4), t.zeros(1, 3, 6).double()),
    "nonlinearity": lambda t: t.nn.RNN(4, 6, nonlinearity="sin"),
    "projection": lambda t: t.nn.GRU(4, 6, proj_size=1),
    "a large projection": lambda t: t.nn.LSTM(4, 6, proj_size=6),
    "a negative projection": lambda t: t.nn.LSTM(4, 6, proj_size=-1),
    "no hidden": lambda t: t.nn.LSTM(4, 0),
    "no input": lambda t: t.nn.LSTM(0, 4),
    "half an input": lambda t: t.nn.LSTM(4.0, 4),
    "half a hidden": lambda t: t.nn.LSTM(4, 4.0),
    "no layers": lambda t: t.nn.LSTM(4, 4, 0),
    "dropout": lambda t: t.nn.LSTM(4, 4, 2, dropout=1.5),
    "dropout as a bool": lambda t: t.nn.LSTM(4, 4, 2, dropout=True),
    "bias": lambda t: t.nn.LSTM(4, 4, 1, 1),
    "batch_first": lambda t: t.nn.LSTM(4, 4, batch_first=1),
    "mode": lambda t: t.nn.RNNBase("X", 4, 5),
    "cell: features": lambda t: t.nn.LSTMCell(4, 5)(t.zeros(3, 6)),
    "cell: hidden": lambda t: t.nn.GRUCell(4, 5)(t.zeros(3, 4), t.zeros(3, 4)),
    "cell: batch": lambda t: t.nn.RNNCell(4, 5)(t.zeros(3, 4), t.zeros(2, 5)),
    "cell: c": lambda t: t.nn.LSTMCell(4, 5)(t.zeros(3, 4), (t.zeros(3, 5), t.zeros(3, 4))),
    "cell: batch of c": lambda t: t.nn.LSTMCell(4, 5)(t.zeros(3, 4), (t.zeros(3, 5), t.zeros(1, 5))),
    "cell: no pair": lambda t: t.nn.LSTMCell(4, 5)(t.zeros(3, 4), t.zeros(3, 5)),
    "cell: axes": lambda t: t.nn.LSTMCell(4, 5)(t.zeros(2, 3, 4)),
    "cell: axes of h": lambda t: t.nn.GRUCell(4, 5)(t.zeros(3, 4), t.zeros(1, 3, 5)),
    "cell: axes of c": lambda t: t.nn.LSTMCell(4, 5)(t.zeros(3, 4), (t.zeros(3, 5), t.zeros(1, 3, 5))),
    "cell: nonlinearity": lambda t: t.nn.RNNCell(4, 5, nonlinearity="x")(t.zeros(3, 4)),
    "cell: double": lambda t: t.nn.LSTMCell(4, 5)(t.zeros(3, 4).double()),
    "lengths not in order": lambda t: t.nn.utils.rnn.pack_padded_sequence(t.zeros(5, 3, 4), [3, 4, 5]),
    "length 0": lambda t: t.nn.utils.rnn.pack_padded_sequence(t.zeros(5, 3, 4), [5, 4, 0]),
    "too few lengths": lambda t: t.nn.utils.rnn.pack_padded_sequence(t.zeros(5, 3, 4), [5, 4]),
    "lengths of two axes": lambda t: t.nn.utils.rnn.pack_padded_sequence(t.zeros(5, 3, 4), t.tensor([[5, 4, 2]])),
    "nothing to pack": lambda t: t.nn.utils.rnn.pack_padded_sequence(t.zeros(0, 3), [0, 0, 0]),
    "one length": lambda t: t.nn.utils.rnn.pack_padded_sequence(t.zeros(5, 3), 3),
    "total length": lambda t: t.nn.utils.rnn.pad_packed_sequence(t.nn.utils.rnn.pack_sequence([t.zeros(3)]), total_length=2),
    "no packed sequence": lambda t: t.nn.utils.rnn.pad_packed_sequence(t.zeros(3)),
    "no list": lambda t: t.nn.utils.rnn.pad_sequence(3),
    "an empty list": lambda t: t.nn.utils.rnn.pad_sequence([]),
    "another side": lambda t: t.nn.utils.rnn.pad_sequence([t.zeros(3)], padding_side="up"),
    "numbers": lambda t: t.nn.utils.rnn.pad_sequence([1, 2]),
    "sequences of other sizes": lambda t: t.nn.utils.rnn.pad_sequence([t.zeros(3, 2), t.zeros(2, 3)]),
    "sequences not in order": lambda t: t.nn.utils.rnn.pack_sequence([t.zeros(1), t.zeros(2)]),
    "packed data alone": lambda t: t.nn.utils.rnn.PackedSequence(t.zeros(2)),
    "packed features": lambda t: t.nn.GRU(4, 5)(t.nn.utils.rnn.pack_sequence([t.zeros(3, 6)]), t.zeros(1, 1, 5)),
}


@pytest.mark.parametrize("what", [pytest.param(what, marks=[pytest.mark.cpu_only("it names the device")] * (what == "lengths of two axes"))
                                  for what in REFUSED])
def test_refused_in_torchs_words(what):
    with pytest.raises(Exception) as theirs:  # noqa: PT011
        REFUSED[what](torch)
    with pytest.raises(theirs.type) as mine:
        REFUSED[what](workbook)
    assert str(mine.value).split("\n")[0] == str(theirs.value).split("\n")[0]
    if what not in ("no packed sequence", "sequences of other sizes"):
        assert "\n  Why: " in str(mine.value) and "\n  Fix: " in str(mine.value)


def test_a_length_beyond_the_batch_is_refused_where_torch_packs_what_is_not_there():
    with pytest.raises(RuntimeError, match="length 6 was asked for in a batch of 5 steps"):
        workbook.nn.utils.rnn.pack_padded_sequence(workbook.zeros(5, 3), [6, 4, 2])


def test_a_state_of_another_batch_is_explained():
    with pytest.raises(RuntimeError, match="is batch_first missing"):
        workbook.nn.LSTM(3, 4)(workbook.zeros(8, 5, 3), (workbook.zeros(1, 8, 4), workbook.zeros(1, 8, 4)))


@pytest.mark.parametrize("build", [lambda t: t.nn.LSTM(4, 5, dropout=0.25), lambda t: t.nn.GRU(4, 5, 1, dropout=1)])
def test_dropout_after_one_layer_is_warned_of(build):
    said = []
    for engine in ENGINES:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            build(engine)
        said.append([(one.category, str(one.message)) for one in caught])
    assert said[1] == said[0] and len(said[1]) == 1 and caught[0].filename == __file__


def test_the_projection_is_warned_of_once(monkeypatch):
    monkeypatch.setattr("workbook.ops.recurrent._warned", [])
    layer = workbook.nn.LSTM(4, 5, proj_size=2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        layer(workbook.zeros(2, 1, 4))
        layer(workbook.zeros(2, 1, 4))
    assert [str(one.message) for one in caught] == ["LSTM with projections is not supported with oneDNN. Using default implementation."]
