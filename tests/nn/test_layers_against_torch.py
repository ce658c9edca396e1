"""Every layer and loss against torch's: the same text, the same first weights bit for bit, the same outputs and gradients."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

import workbook

SEEDS = st.integers(0, 2**32 - 1)


def both(build, seed, *inputs, exact=False):
    """Build the same layer in both engines from one seed; hold text, weights, outputs and gradients against each other."""
    layers = []
    for engine in (torch, workbook):
        engine.manual_seed(seed)
        layers.append(build(engine.nn))
    theirs, mine = layers
    assert repr(mine) == repr(theirs)
    for a, b in zip(mine.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_array_equal(a.detach().numpy(), b.detach().numpy())
    results = []
    for engine, layer in ((torch, theirs), (workbook, mine)):
        given_ = [_tensor(engine, array) for array in inputs]
        engine.manual_seed(seed + 1)
        out = layer(*given_)
        upstream = np.random.default_rng(seed).standard_normal(tuple(out.shape)).astype(np.float32)
        if out.requires_grad:
            out.backward(engine.from_numpy(upstream))
        results.append([out.detach(), *(t.grad for t in given_ if t.grad is not None), *(p.grad for p in layer.parameters()), *layer.buffers()])
    for a, b in zip(results[1], results[0], strict=True):
        assert tuple(a.shape) == tuple(b.shape) and str(a.dtype) == str(b.dtype)
        if exact:
            np.testing.assert_array_equal(a.numpy(), b.numpy())
        else:
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-5,
                                       atol=2e-6 * max(1.0, float(np.abs(b.numpy()).max(initial=0))))
    return results


def _tensor(engine, array):
    tensor = engine.from_numpy(array.copy())
    return tensor.requires_grad_() if array.dtype.kind == "f" else tensor


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@given(SEEDS, st.lists(st.integers(1, 4), max_size=3), st.integers(1, 30), st.integers(1, 30), st.booleans())
def test_linear(seed, lead, inputs, outputs, bias):
    both(lambda nn: nn.Linear(inputs, outputs, bias), seed, normal(seed, *lead, inputs))


@given(SEEDS, st.data())
def test_conv2d(seed, data):
    draw = data.draw
    groups, kernel = draw(st.sampled_from([1, 1, 2, 3])), (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    into, out = groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 3))
    stride, dilation = draw(st.integers(1, 3)), draw(st.sampled_from([1, 1, 2]))
    padding = draw(st.sampled_from([0, 1, (2, 1), "valid", "same"]))
    if padding == "same":
        stride = 1
    image = (draw(st.integers(7, 12)), draw(st.integers(7, 12)))
    shape = (into, *image) if draw(st.booleans()) else (draw(st.integers(1, 3)), into, *image)
    bias = draw(st.booleans())
    both(lambda nn: nn.Conv2d(into, out, kernel, stride, padding, dilation, groups, bias), seed, normal(seed, *shape))


@given(SEEDS, st.data())
def test_max_pool2d(seed, data):
    kernel, stride = data.draw(st.integers(1, 3)), data.draw(st.none() | st.integers(1, 3))
    padding, dilation = data.draw(st.integers(0, kernel // 2)), data.draw(st.integers(1, 2))
    ceil_mode = data.draw(st.booleans())
    shape = data.draw(st.sampled_from([(2, 3, 8, 7), (3, 9, 8)]))
    both(lambda nn: nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil_mode), seed, normal(seed, *shape))


@given(SEEDS, st.integers(1, 3), st.none() | st.integers(1, 3), st.data())
def test_avg_pool2d(seed, kernel, stride, data):
    padding = data.draw(st.integers(0, kernel // 2))
    both(lambda nn: nn.AvgPool2d(kernel, stride, padding), seed, normal(seed, 2, 3, 8, 7))


@pytest.mark.parametrize("build", [
    lambda nn: nn.ReLU(), lambda nn: nn.LeakyReLU(), lambda nn: nn.LeakyReLU(0.3), lambda nn: nn.GELU(),
    lambda nn: nn.GELU("tanh"), lambda nn: nn.Sigmoid(), lambda nn: nn.Tanh(), lambda nn: nn.Softmax(1),
    lambda nn: nn.Softmax(0), lambda nn: nn.LogSoftmax(-1), lambda nn: nn.Identity(1, a=2),
    lambda nn: nn.Flatten(), lambda nn: nn.Flatten(0, 1), lambda nn: nn.Unflatten(-1, (2, 3)),
    lambda nn: nn.Unflatten(1, (-1, 2)),
])
def test_layers_without_weights(build):
    for seed in range(5):
        both(build, seed, 3 * normal(seed, 3, 4, 6))


@pytest.mark.parametrize("build", [lambda nn: nn.ReLU(inplace=True), lambda nn: nn.LeakyReLU(0.2, inplace=True),
                                   lambda nn: nn.Dropout(0.4, inplace=True)])
def test_layers_that_write_into_their_input(build):
    for engine in (torch, workbook):
        engine.manual_seed(0)
        x = engine.from_numpy(normal(0, 4, 5))
        out = build(engine.nn)(x)
        assert out is x
        if engine is torch:
            wanted = out.numpy().copy()
    np.testing.assert_array_equal(out.numpy(), wanted)


@given(SEEDS, st.floats(0, 1), st.sampled_from([(7,), (3, 5), (2, 3, 4, 5)]))
def test_dropout_draws_torchs_mask(seed, p, shape):
    both(lambda nn: nn.Dropout(p), seed, normal(seed, *shape), exact=True)
    both(lambda nn: nn.Dropout(p).eval(), seed, normal(seed, *shape), exact=True)


REDUCTIONS = st.sampled_from(["mean", "sum", "none"])


@given(SEEDS, REDUCTIONS, st.sampled_from([(4,), (3, 2), (2, 3, 4)]))
def test_losses_of_two_alike(seed, reduction, shape):
    a, b = normal(seed, *shape), normal(seed + 1, *shape)
    probabilities, targets = 1 / (1 + np.exp(-a)), (b > 0).astype(np.float32)
    both(lambda nn: nn.MSELoss(reduction=reduction), seed, a, b)
    both(lambda nn: nn.L1Loss(reduction=reduction), seed, a, b)
    both(lambda nn: nn.BCELoss(reduction=reduction), seed, probabilities, targets)
    both(lambda nn: nn.BCEWithLogitsLoss(reduction=reduction), seed, a, targets)


CLASSES = (SEEDS, REDUCTIONS, st.sampled_from([(4, 3), (2, 5, 3), (2, 3, 2, 2)]), st.booleans())


@given(*CLASSES)
def test_losses_of_classes(seed, reduction, shape, weighted):
    scores, targets, build = _classes(seed, reduction, shape, weighted)
    both(build("NLLLoss", ignore_index=1), seed, scores, targets)
    both(build("CrossEntropyLoss"), seed, scores, targets)
    both(build("CrossEntropyLoss", ignore_index=2), seed, scores, targets)


@given(*CLASSES, st.floats(0, 0.5), st.sampled_from([-100, 0, 2]))
def test_cross_entropy_with_label_smoothing(seed, reduction, shape, weighted, smoothing, ignored):
    scores, targets, build = _classes(seed, reduction, shape, weighted)
    both(build("CrossEntropyLoss", label_smoothing=smoothing, ignore_index=ignored), seed, scores, targets)


def _classes(seed, reduction, shape, weighted):
    """Scores, targets that hold class 0 at least once, and what builds a loss by name with these settings."""
    rng = np.random.default_rng(seed)
    classes = shape[1]
    targets = rng.integers(0, classes, (shape[0], *shape[2:]))
    targets.reshape(-1)[0] = 0
    weight = np.linspace(0.5, 2, classes, dtype=np.float32) if weighted else None
    scores = normal(seed, *shape)

    def build(name, **options):
        def make(nn):
            engine = workbook if nn is workbook.nn else torch
            return getattr(nn, name)(None if weight is None else engine.from_numpy(weight), reduction=reduction, **options)
        return make

    return scores, targets, build


@pytest.mark.parametrize("name", ["BCELoss", "BCEWithLogitsLoss"])
def test_weighted_losses_of_yes_and_no(name):
    def build(nn):
        engine = workbook if nn is workbook.nn else torch
        weights = {"weight": engine.tensor([0.5, 2.0, 1.0])}
        if name == "BCEWithLogitsLoss":
            weights["pos_weight"] = engine.tensor([3.0, 1.0, 0.25])
        return getattr(nn, name)(**weights)

    both(build, 0, np.abs(np.sin(normal(0, 4, 3))), (normal(1, 4, 3) > 0).astype(np.float32))


@given(SEEDS)
def test_cross_entropy_of_probabilities(seed):
    probabilities = np.abs(normal(seed, 4, 3))
    probabilities /= probabilities.sum(1, keepdims=True)
    both(lambda nn: nn.CrossEntropyLoss(label_smoothing=0.1), seed, normal(seed + 1, 4, 3), probabilities)


@given(SEEDS, st.lists(st.integers(1, 5), min_size=2, max_size=4), st.sampled_from(["fan_in", "fan_out"]),
       st.sampled_from(["linear", "relu", "tanh", "leaky_relu", "selu", "sigmoid"]), st.floats(0, 2, width=16))
def test_initialisers_bit_for_bit(seed, shape, mode, nonlinearity, a):
    filled = []
    for engine in (torch, workbook):
        init = engine.nn.init
        engine.manual_seed(seed)
        filled.append([t.numpy() for t in (
            init.kaiming_uniform_(engine.empty(*shape), a, mode, nonlinearity),
            init.kaiming_normal_(engine.empty(*shape), a, mode, nonlinearity),
            init.xavier_uniform_(engine.empty(*shape), 1 + a), init.xavier_normal_(engine.empty(*shape), 1 + a),
            init.uniform_(engine.empty(*shape), -a, a + 1), init.normal_(engine.empty(*shape), a, 2),
            init.constant_(engine.empty(*shape), a))])
    for mine, theirs in zip(filled[1], filled[0], strict=True):
        np.testing.assert_array_equal(mine, theirs)


@given(SEEDS, st.lists(st.integers(1, 12), min_size=2, max_size=5))
def test_a_whole_network_and_where_it_leaves_the_stream(seed, sizes):
    assume(len(sizes) > 1)

    def build(nn):
        return nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                             nn.Linear(2 * 4 * 4, sizes[0]), *(layer for a, b in zip(sizes, sizes[1:])
                                                               for layer in (nn.Tanh(), nn.Dropout(0.2), nn.Linear(a, b))))

    both(build, seed, normal(seed, 3, 1, 8, 8))
    after = []
    for engine in (torch, workbook):
        engine.manual_seed(seed)
        build(engine.nn)(engine.zeros(1, 1, 8, 8))
        after.append(engine.rand(3).tolist())
    assert after[0] == after[1]
