"""Losses with a margin, of distributions and of sequences, against torch's: text, values, gradients, reductions, warnings."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.nn.test_layers_against_torch import SEEDS, both, normal

REDUCTIONS = st.sampled_from(["mean", "sum", "none"])
SHAPES = st.sampled_from([(4,), (3, 2), (2, 3, 4)])


def signs(seed, *shape):
    return np.where(normal(seed, *shape) > 0, 1.0, -1.0).astype(np.float32)


@given(SEEDS, REDUCTIONS, SHAPES, st.sampled_from([0.25, 1.0, 2.0]))
def test_losses_of_two_alike(seed, reduction, shape, edge):
    a, b = normal(seed, *shape), normal(seed + 1, *shape)
    both(lambda nn: nn.SmoothL1Loss(reduction=reduction, beta=edge), seed, a, b)
    both(lambda nn: nn.HuberLoss(reduction, edge), seed, a, b)
    both(lambda nn: nn.PoissonNLLLoss(reduction=reduction), seed, a, np.abs(b))
    both(lambda nn: nn.PoissonNLLLoss(False, True, reduction=reduction), seed, np.abs(a) + 0.1, np.abs(b) * 3 + 0.1)
    both(lambda nn: nn.HingeEmbeddingLoss(edge, reduction=reduction), seed, a, signs(seed, *shape).astype(np.int64))


@given(SEEDS, st.sampled_from(["mean", "sum", "none", "batchmean"]), SHAPES, st.booleans())
@pytest.mark.filterwarnings("ignore:reduction")
def test_kl_div(seed, reduction, shape, logs):
    a, b = -np.abs(normal(seed, *shape)), np.abs(normal(seed + 1, *shape)) + 0.1
    both(lambda nn: nn.KLDivLoss(reduction=reduction, log_target=logs), seed, a, np.log(b) if logs else b)


@given(SEEDS, REDUCTIONS, st.booleans(), st.sampled_from([(3, 2), (3, 1)]))
def test_gaussian_nll(seed, reduction, full, shape):
    both(lambda nn: nn.GaussianNLLLoss(full=full, reduction=reduction), seed, normal(seed, 3, 2), normal(seed + 1, 3, 2), np.abs(normal(seed + 2, *shape)) + 0.2)


@given(SEEDS, REDUCTIONS, st.sampled_from([0.0, 0.5]))
def test_losses_of_pairs(seed, reduction, margin):
    a, b, y = normal(seed, 4, 3), normal(seed + 1, 4, 3), signs(seed, 4).astype(np.int64)
    both(lambda nn: nn.CosineEmbeddingLoss(margin, reduction=reduction), seed, a, b, y)
    both(lambda nn: nn.MarginRankingLoss(margin, reduction=reduction), seed, a, b, signs(seed, 4, 3).astype(np.int64))


@given(SEEDS, REDUCTIONS, st.sampled_from([1.0, 2.0]), st.booleans(), st.sampled_from([0.5, 2.0]))
def test_triplets(seed, reduction, p, swap, margin):
    three = [normal(seed + place, 4, 3) for place in range(3)]
    both(lambda nn: nn.TripletMarginLoss(margin, p, swap=swap, reduction=reduction), seed, *three)
    both(lambda nn: nn.TripletMarginWithDistanceLoss(margin=margin, swap=swap, reduction=reduction), seed, *three)
    both(lambda nn: nn.TripletMarginWithDistanceLoss(distance_function=nn.CosineSimilarity(), margin=margin, reduction=reduction), seed, *three)


@given(SEEDS, REDUCTIONS, st.sampled_from([1, 2]), st.sampled_from([0.25, 1.0]), st.booleans())
def test_losses_of_classes(seed, reduction, p, margin, weighted):
    scores, rng = normal(seed, 4, 3), np.random.default_rng(seed)
    weight = np.linspace(0.5, 2, 3, dtype=np.float32)

    def given_(nn):
        return (workbook if nn is workbook.nn else torch).from_numpy(weight) if weighted else None

    both(lambda nn: nn.MultiMarginLoss(p, margin, given_(nn), reduction=reduction), seed, scores, rng.integers(0, 3, 4))
    both(lambda nn: nn.MultiLabelSoftMarginLoss(given_(nn), reduction=reduction), seed, scores, rng.integers(0, 2, (4, 3)))
    both(lambda nn: nn.MultiLabelMarginLoss(reduction=reduction), seed, scores, rng.integers(-1, 3, (4, 3)))
    both(lambda nn: nn.SoftMarginLoss(reduction=reduction), seed, scores, signs(seed, 4, 3).astype(np.int64))


@given(SEEDS, REDUCTIONS, st.data())
def test_ctc(seed, reduction, data):
    times, batch, classes = 6, 3, 4
    rng = np.random.default_rng(seed)
    lengths, inputs = rng.integers(0, 4, batch), rng.integers(3, times + 1, batch)
    blank, joined = data.draw(st.integers(0, classes - 1)), data.draw(st.booleans())
    targets = rng.choice([label for label in range(classes) if label != blank], (batch, 3))
    if joined:
        targets = np.concatenate([row[:length] for row, length in zip(targets, lengths)])
    if not targets.size:
        return
    scores, found = normal(seed, times, batch, classes), []
    for engine in (torch, workbook):
        x = engine.from_numpy(scores.copy()).requires_grad_()
        loss = engine.nn.CTCLoss(blank, reduction, zero_infinity=True)(x.log_softmax(2), engine.from_numpy(targets), tuple(inputs.tolist()), tuple(lengths.tolist()))
        loss.sum().backward()
        found.append((loss.detach().numpy(), x.grad.numpy()))
    for mine, theirs in zip(found[1], found[0]):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)


def test_ctc_of_one_example_and_of_what_does_not_fit():
    scores = normal(0, 5, 4)
    losses = [engine.nn.functional.ctc_loss(engine.from_numpy(scores).log_softmax(1), engine.tensor([1, 1]), engine.tensor(5), engine.tensor(2))
              for engine in (torch, workbook)]
    np.testing.assert_allclose(losses[1].numpy(), losses[0].numpy(), rtol=1e-5)
    loss = workbook.nn.functional.ctc_loss(workbook.zeros(2, 1, 3).log_softmax(2), workbook.tensor([[1, 1]]), (2,), (2,))
    assert loss.item() == float("inf")  # between two equal labels stands a blank: 2 times are too few


def test_ctc_has_no_second_derivative():
    x = workbook.zeros(3, 1, 3, requires_grad=True)
    loss = workbook.nn.functional.ctc_loss(x.log_softmax(2), workbook.tensor([[1]]), (3,), (1,))
    slope, = workbook.autograd.grad(loss, x, create_graph=True)
    with pytest.raises(NotImplementedError, match="the derivative for '_ctc_loss_backward' is not implemented"):
        slope.sum().backward()


@pytest.mark.parametrize("build", [
    lambda nn: nn.SmoothL1Loss(size_average=False), lambda nn: nn.MSELoss(reduce=False), lambda nn: nn.NLLLoss2d(),
    lambda nn: nn.functional.l1_loss(nn.Parameter(), nn.Parameter(), size_average=False).sum(),
    lambda nn: nn.functional.mse_loss(nn.Parameter(), nn.Parameter(), None, False).sum(),
    lambda nn: nn.KLDivLoss()(nn.Linear(2, 1).bias, nn.Linear(2, 1).bias.abs()),
], ids=range(6))
def test_warnings_are_torchs(build):
    said = []
    for engine in (torch, workbook):
        with pytest.warns() as caught:
            build(engine.nn)
        said.append([(each.category, str(each.message)) for each in caught])
    assert said[0] == said[1]


@pytest.mark.parametrize("build", [lambda nn: nn.MultiMarginLoss(p=3), lambda nn: nn.TripletMarginLoss(margin=-1), lambda nn: nn.TripletMarginWithDistanceLoss(margin=0)])
def test_what_losses_refuse(build):
    texts = []
    for engine in (torch, workbook):
        with pytest.raises(ValueError) as caught:
            build(engine.nn)
        texts.append(str(caught.value).split("\n")[0])
    assert texts[0] == texts[1]


@given(SEEDS, st.sampled_from([1.0, 2.0, 3.0]), st.booleans(), st.sampled_from([0, 1, -1]))
def test_distances_as_layers(seed, p, keep, dim):
    a, b = normal(seed, 4, 3), normal(seed + 1, 4, 3)
    both(lambda nn: nn.PairwiseDistance(p, keepdim=keep), seed, a, b)
    both(lambda nn: nn.CosineSimilarity(dim), seed, a, b)


@given(SEEDS, st.sampled_from([[2], [2, 5], [1, 4, 8]]), st.booleans(), st.booleans())
def test_adaptive_log_softmax(seed, cutoffs, bias, single):
    found, rng = [], np.random.default_rng(seed)
    x, y = normal(seed, *(() if single else (5,)), 16), rng.integers(0, 10, () if single else 5)
    for engine in (torch, workbook):
        engine.manual_seed(seed)
        layer = engine.nn.AdaptiveLogSoftmaxWithLoss(16, 10, cutoffs, 2.0, bias)
        rows = engine.from_numpy(x.copy()).requires_grad_()
        out = layer(rows, engine.tensor(y.tolist()))
        out.loss.backward()
        batch = rows.detach().reshape(-1, 16)
        found.append([repr(layer), out.output.detach().numpy(), out.loss.detach().numpy(), rows.grad.numpy(), layer.log_prob(batch).detach().numpy(),
                      layer.predict(batch).numpy(), *(p.grad.numpy() for p in layer.parameters() if p.grad is not None)])
    assert found[0][0] == found[1][0]
    for mine, theirs in zip(found[1][1:], found[0][1:], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("build", [lambda nn: nn.AdaptiveLogSoftmaxWithLoss(4, 10, []), lambda nn: nn.AdaptiveLogSoftmaxWithLoss(4, 10, [5, 2]),
                                   lambda nn: nn.AdaptiveLogSoftmaxWithLoss(4, 10, [2, 10])])
def test_cutoffs_grow_within_the_classes(build):
    texts = []
    for engine in (torch, workbook):
        with pytest.raises(ValueError) as caught:
            build(engine.nn)
        texts.append(str(caught.value).split("\n")[0])
    assert texts[0] == texts[1]
