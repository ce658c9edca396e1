"""Norms against torch's: text, weights, outputs, gradients, and what the running statistics are after each step."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.ops.both import of_no_device, outcome
from tests.nn.test_layers_against_torch import SEEDS, both, normal
from workbook.ops import batch_norm

PLACES = {1: [(), (3,)], 2: [(3, 2)], 3: [(2, 3, 2)]}
MOMENTUM = st.sampled_from([0.1, 0.0, 1.0, 0.7, None])


def running(nn, layer, batches):
    """Train a layer on batches, then return it in evaluation."""
    engine = workbook if nn is workbook.nn else torch
    for batch in batches:
        layer(engine.from_numpy(batch.copy()))
    return layer.eval()


@given(SEEDS, st.sampled_from([1, 2, 3]), MOMENTUM, st.booleans(), st.booleans(), st.booleans(), st.data())
def test_batch_norm(seed, axes, momentum, affine, track, bias, data):
    places = data.draw(st.sampled_from(PLACES[axes]))
    channels, count = data.draw(st.integers(1, 5)), data.draw(st.integers(2, 4))

    def build(nn):
        return getattr(nn, f"BatchNorm{axes}d")(channels, 0.1, momentum, affine, track, bias=bias)

    batches = [1 + 2 * normal(seed + step, count, channels, *places) for step in range(3)]
    both(build, seed, batches[0])
    both(lambda nn: running(nn, build(nn), batches[:2]), seed, batches[2])


@given(SEEDS, st.integers(1, 20), st.tuples(st.integers(2, 5), st.integers(1, 5), st.integers(1, 4), st.integers(1, 20)), st.booleans())
def test_batch_norm_in_several_blocks(seed, block, shape, training):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_norm, "BLOCK", block)
        both(lambda nn: nn.BatchNorm2d(shape[1]).train(training), seed, 1 + 2 * normal(seed, *shape))


@given(SEEDS, st.sampled_from([1, 2, 3]), MOMENTUM, st.booleans(), st.booleans(), st.booleans(), st.data())
def test_instance_norm(seed, axes, momentum, affine, track, single, data):
    places, channels = data.draw(st.sampled_from([(3,) * axes, (1, 2, 4)[-axes:]])), data.draw(st.integers(1, 4))

    def build(nn):
        return getattr(nn, f"InstanceNorm{axes}d")(channels, 0.1, momentum, affine, track)

    batches = [1 + 2 * normal(seed + step, *(() if single else (2,)), channels, *places) for step in range(3)]
    both(build, seed, batches[0])
    both(lambda nn: running(nn, build(nn), batches[:2]), seed, batches[2])


@given(SEEDS, st.lists(st.integers(1, 4), min_size=1, max_size=3), st.lists(st.integers(1, 5), min_size=1, max_size=2), st.booleans(), st.booleans())
def test_layer_and_rms_norm(seed, lead, shape, affine, bias):
    x = 1 + 2 * normal(seed, *lead, *shape)
    both(lambda nn: nn.LayerNorm(shape, 0.5, affine, bias), seed, x)
    both(lambda nn: nn.RMSNorm(shape if len(shape) > 1 else shape[0], 0.01, affine), seed, x)


@given(SEEDS, st.integers(1, 3), st.integers(1, 3), st.integers(2, 3), st.booleans(), st.booleans(), st.sampled_from([(), (3,), (2, 3)]))
def test_group_norm(seed, groups, each, count, affine, bias, places):
    both(lambda nn: nn.GroupNorm(groups, groups * each, 0.5, affine, bias=bias), seed, normal(seed, count, groups * each, *places))


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_local_response_norm(size):
    both(lambda nn: nn.LocalResponseNorm(size, 0.5), 0, normal(0, 2, 4, 3, 2))
    both(lambda nn: nn.LocalResponseNorm(size, 0.1, 0.5, 2.0), 0, normal(1, 2, 4, 3))


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_cross_map_lrn_gives_torchs_values(size):
    """Its derivative is the slope here (tests/ops/test_derivatives asks so of the same parts); PyTorch's is not."""
    outs = [engine.nn.CrossMapLRN2d(size, 0.5)(engine.from_numpy(normal(0, 2, 4, 3, 2))) for engine in (torch, workbook)]
    np.testing.assert_allclose(outs[1].numpy(), outs[0].numpy(), rtol=2e-6)
    assert repr(workbook.nn.CrossMapLRN2d(size)) == repr(torch.nn.CrossMapLRN2d(size))


def test_sync_batch_norm_is_batch_norm_in_one_process():
    both(lambda nn: nn.SyncBatchNorm(3), 0, normal(0, 4, 3, 2))
    for engine in (torch, workbook):
        net = engine.nn.Sequential(engine.nn.BatchNorm1d(2), engine.nn.Sequential(engine.nn.BatchNorm2d(3, affine=False)), engine.nn.Linear(1, 1))
        text = repr(engine.nn.SyncBatchNorm.convert_sync_batchnorm(net))
        assert text.count("SyncBatchNorm") == 2
        if engine is torch:
            wanted = text
    assert text == wanted


def test_first_state_and_how_it_is_kept():
    for name, size in (("BatchNorm1d", (3,)), ("InstanceNorm2d", (3, 1e-5, 0.1, True, True)), ("GroupNorm", (3, 6)), ("LayerNorm", ([2, 3],)), ("RMSNorm", (4,))):
        mine, theirs = (getattr(engine.nn, name)(*size).state_dict() for engine in (workbook, torch))
        assert [(key, of_no_device(str(value))) for key, value in mine.items()] == [(key, of_no_device(str(value))) for key, value in theirs.items()]


def test_resetting_the_statistics():
    layer = workbook.nn.BatchNorm1d(2)
    layer(workbook.ones(3, 2))
    assert layer.num_batches_tracked.item() == 1
    layer.reset_running_stats()
    assert (layer.running_mean.tolist(), layer.running_var.tolist(), layer.num_batches_tracked.item()) == ([0, 0], [1, 1], 0)


@pytest.mark.parametrize("shape", [(2, 3, 2, 2), (4, 2, 2)])
def test_other_channels_warn_where_nothing_is_learned(shape):
    for engine in (torch, workbook):
        with pytest.warns(UserWarning, match="size at dim=. does not match num_features"):
            engine.nn.InstanceNorm2d(5)(engine.ones(shape))


def test_running_statistics_are_counted_without_a_gradient():
    layer = workbook.nn.BatchNorm1d(2)
    layer(workbook.ones(3, 2, requires_grad=True))
    assert layer.running_mean.grad_fn is None and not layer.running_mean.requires_grad
    first = layer(workbook.tensor([[1.0, 2.0], [3.0, 5.0]]))
    layer(workbook.ones(3, 2))  # what a GAN does: two batches before one backward pass
    first.sum().backward()


@given(SEEDS)
def test_half_precision_is_computed_in_float32(seed):
    x = normal(seed, 4, 3, 2).astype(np.float16)
    outs = [engine.nn.functional.batch_norm(engine.from_numpy(x), engine.zeros(3), engine.ones(3), engine.ones(3), engine.ones(3), True)
            for engine in (torch, workbook)]
    np.testing.assert_allclose(outs[1].numpy(), outs[0].numpy(), rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("call", [
    "F.batch_norm(torch.ones(1, 3), torch.zeros(3), torch.ones(3), training=True, momentum={})", "F.batch_norm(torch.ones(1, 3, 1), None, None, training=True, momentum={})",
    "F.batch_norm(torch.ones(4, 3), torch.zeros(3), torch.ones(3), training=True, momentum={})", "F.batch_norm(torch.ones(1, 3), torch.zeros(2), torch.ones(3), training=True, eps={})",
    "F.batch_norm(torch.ones(1, 3), torch.zeros(3), torch.ones(3), {}, training=True)", "F.batch_norm(torch.ones(4, 3), torch.zeros(3), torch.ones(3), momentum={})",
    "F.instance_norm(torch.ones(1, 3, 1), momentum={})", "F.instance_norm(torch.ones(1, 3, 2), eps={})", "torch.nn.BatchNorm1d(3, eps={})(torch.ones(1, 3))"])
@pytest.mark.parametrize("given", ["None", "'a'", "5", "-1."])
def test_of_two_mistakes_torchs_first_is_told(call, given):
    mine, theirs = (outcome(engine, f"{call.format(given)}.shape", []) for engine in ("workbook", "torch"))
    if "raises" in theirs:
        assert (mine["raises"], mine["message"].splitlines()[0][:40]) == (theirs["raises"], theirs["message"].splitlines()[0][:40])
    else:
        assert mine == theirs
