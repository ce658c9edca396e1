"""Layers whose windows slide over axes, against torch's: convolutions of every kind, padding, pooling and its way back."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.nn.test_layers_against_torch import SEEDS, both, normal

AXES = st.integers(1, 3)
NUMBERS = st.sampled_from([0, 1])


def per_axis(draw, axes, numbers):
    """One number for all axes, or one an axis."""
    return draw(numbers) if draw(st.booleans()) else tuple(draw(numbers) for _ in range(axes))


def image(draw, axes, channels, least=4, most=6):
    """The shape of a batch of images, or of one image."""
    sides = [draw(st.integers(least, most)) for _ in range(axes)]
    return (channels, *sides) if draw(st.booleans()) else (draw(st.integers(1, 3)), channels, *sides)


@given(SEEDS, AXES, st.data())
def test_convolutions(seed, axes, data):
    draw = data.draw
    groups = draw(st.sampled_from([1, 1, 2]))
    into, out = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel, stride = per_axis(draw, axes, st.integers(1, 3)), per_axis(draw, axes, st.integers(1, 2))
    mode = draw(st.sampled_from(["zeros", "zeros", "reflect", "replicate", "circular"]))
    padding = draw(st.sampled_from([0, 1, (1,) * axes, "valid", "same"]))
    if padding == "same":
        stride = 1
    dilation, bias = draw(st.sampled_from([1, 1, 2])), draw(st.booleans())
    both(lambda nn: getattr(nn, f"Conv{axes}d")(into, out, kernel, stride, padding, dilation, groups, bias, mode), seed,
         normal(seed, *image(draw, axes, into, 5, 6)))


@given(SEEDS, AXES, st.data())
def test_transposed_convolutions(seed, axes, data):
    draw = data.draw
    groups = draw(st.sampled_from([1, 1, 2]))
    into, out = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel, stride = per_axis(draw, axes, st.integers(1, 3)), draw(st.integers(1, 3))
    padding, dilation = draw(NUMBERS), draw(st.sampled_from([1, 1, 2]))
    extra, bias = draw(st.integers(0, max(stride, dilation) - 1)), draw(st.booleans())
    both(lambda nn: getattr(nn, f"ConvTranspose{axes}d")(into, out, kernel, stride, padding, extra, groups, bias, dilation), seed,
         normal(seed, *image(draw, axes, into, 3, 4)))


@pytest.mark.parametrize("axes, size", [(1, (12,)), (2, (11, 12)), (2, (2, 4, 12, 11)), (3, (11, 11, 12)), (2, (10, 12)), (2, (12,)), (2, (13, 11))])
def test_the_size_of_a_transposed_convolution(axes, size):
    found = []
    for engine in (torch, workbook):
        engine.manual_seed(0)
        layer = getattr(engine.nn, f"ConvTranspose{axes}d")(3, 4, 3, stride=2)
        try:
            found.append(layer(engine.from_numpy(normal(1, 2, 3, *[5] * axes)), output_size=size).detach().numpy())
        except ValueError as problem:
            found.append(str(problem)[:40])
    if isinstance(found[0], str):
        assert found[1] == found[0]
    else:
        np.testing.assert_allclose(found[1], found[0], rtol=2e-5, atol=2e-6)


@given(SEEDS, AXES, st.sampled_from(["ConstantPad", "ZeroPad", "ReflectionPad", "ReplicationPad", "CircularPad"]), st.data())
def test_padding(seed, axes, kind, data):
    draw = data.draw
    padding = draw(st.integers(0, 2)) if draw(st.booleans()) else tuple(draw(st.integers(-1, 2)) for _ in range(2 * axes))
    value = (draw(st.sampled_from([2.5, -1])),) if kind == "ConstantPad" else ()
    both(lambda nn: getattr(nn, f"{kind}{axes}d")(padding, *value), seed, normal(seed, *image(draw, axes, 2)))


def windows(draw, axes):
    kernel = draw(st.integers(1, 3))
    return kernel, draw(st.none() | st.integers(1, 3)), draw(st.integers(0, kernel // 2))


@given(SEEDS, AXES, st.data())
def test_max_pools(seed, axes, data):
    kernel, stride, padding = windows(data.draw, axes)
    dilation, ceil_mode = data.draw(st.integers(1, 2)), data.draw(st.booleans())
    x = normal(seed, *image(data.draw, axes, 2, 5, 7))
    both(lambda nn: getattr(nn, f"MaxPool{axes}d")(kernel, stride, padding, dilation, ceil_mode=ceil_mode), seed, x)
    places = [getattr(engine.nn, f"MaxPool{axes}d")(kernel, stride, padding, dilation, True, ceil_mode)(engine.from_numpy(x))[1]
              for engine in (torch, workbook)]
    np.testing.assert_array_equal(places[1].numpy(), places[0].numpy())


@given(SEEDS, AXES, st.data())
def test_the_way_back_of_max_pools(seed, axes, data):
    kernel = data.draw(st.integers(1, 3))
    x, found = normal(seed, *image(data.draw, axes, 2, 5, 7)), []
    for engine in (torch, workbook):
        pool = getattr(engine.nn, f"MaxPool{axes}d")(kernel, return_indices=True)
        back = getattr(engine.nn, f"MaxUnpool{axes}d")(kernel)
        leaf = engine.from_numpy(x).requires_grad_()
        out = back(*pool(leaf), output_size=leaf.shape[-axes:])
        (out * out).sum().backward()
        found.append((repr(back), out.detach().numpy(), leaf.grad.numpy()))
    assert found[1][0] == found[0][0]
    for mine, theirs in zip(found[1][1:], found[0][1:]):
        np.testing.assert_array_equal(mine, theirs)


@given(SEEDS, AXES, st.booleans(), st.booleans(), st.data())
def test_average_pools(seed, axes, ceil_mode, count, data):
    kernel, stride, padding = windows(data.draw, axes)
    divisor = () if axes == 1 else (data.draw(st.none() | st.integers(1, 5)),)
    x = normal(seed, *image(data.draw, axes, 2, 5, 7))
    both(lambda nn: getattr(nn, f"AvgPool{axes}d")(kernel, stride, padding, ceil_mode, count, *divisor), seed, x)
    both(lambda nn: getattr(nn, f"LPPool{axes}d")(2, kernel, stride, ceil_mode), seed, np.abs(x) + 0.1)


@given(SEEDS, AXES, st.data())
def test_adaptive_pools(seed, axes, data):
    sizes = st.integers(1, 6) if axes == 1 else st.none() | st.integers(1, 6)
    size = data.draw(st.integers(1, 6)) if axes == 1 or data.draw(st.booleans()) else tuple(data.draw(sizes) for _ in range(axes))
    x = normal(seed, *image(data.draw, axes, 2, 4, 8))
    both(lambda nn: getattr(nn, f"AdaptiveAvgPool{axes}d")(size), seed, x)
    both(lambda nn: getattr(nn, f"AdaptiveMaxPool{axes}d")(size), seed, x)
    places = [getattr(engine.nn, f"AdaptiveMaxPool{axes}d")(size, return_indices=True)(engine.from_numpy(x))[1]
              for engine in (torch, workbook)]
    np.testing.assert_array_equal(places[1].numpy(), places[0].numpy())


@given(SEEDS, st.integers(2, 3), st.data())
def test_fractional_pools_draw_torchs_windows(seed, axes, data):
    size = {"output_size": data.draw(st.integers(1, 3))} if data.draw(st.booleans()) else {"output_ratio": data.draw(st.floats(0.3, 0.6))}
    both(lambda nn: getattr(nn, f"FractionalMaxPool{axes}d")(2, **size), seed, normal(seed, *image(data.draw, axes, 3, 5, 7)))


@pytest.mark.parametrize("build", [
    lambda nn: nn.Conv1d(3, 4, 2, padding="a"), lambda nn: nn.Conv3d(3, 4, 2, groups=2), lambda nn: nn.Conv2d(3, 4, 2, groups=0),
    lambda nn: nn.Conv1d(3, 4, 2, 2, "same"), lambda nn: nn.Conv1d(3, 4, 2, padding_mode="mirror"),
    lambda nn: nn.ConvTranspose2d(3, 4, 2, padding_mode="reflect"), lambda nn: nn.FractionalMaxPool2d(2),
    lambda nn: nn.FractionalMaxPool2d(2, 2, 0.5), lambda nn: nn.FractionalMaxPool3d(2, output_ratio=1.5),
])
def test_settings_that_do_not_fit_together(build):
    words = []
    for nn in (torch.nn, workbook.nn):
        with pytest.raises(ValueError) as caught:
            build(nn)
        words.append(str(caught.value).split("\n")[0])
    assert words[1][:30] == words[0][:30]


def test_what_is_pickled_and_named_is_torchs():
    import pickle

    for name in ("Conv1d", "ConvTranspose3d"):
        mine, theirs = (getattr(engine.nn, name)(2, 4, 3, stride=2, groups=2) for engine in (workbook, torch))
        assert list(mine.state_dict()) == list(theirs.state_dict()) and repr(type(mine)) == repr(type(theirs))
        assert repr(pickle.loads(pickle.dumps(mine))) == repr(theirs)
    assert "_random_samples" not in workbook.nn.FractionalMaxPool2d(2, 3).state_dict()


@given(SEEDS, st.sampled_from([(1, "nearest"), (2, "nearest"), (3, "nearest"), (1, "linear"), (2, "bilinear"), (2, "bicubic"), (3, "trilinear")]),
       st.data())
def test_upsampling(seed, kind, data):
    axes, mode = kind
    given_ = {"size": data.draw(st.integers(1, 9))} if data.draw(st.booleans()) else {"scale_factor": data.draw(st.sampled_from([2, 3, 1.5, 0.7]))}
    if mode != "nearest":
        given_["align_corners"] = data.draw(st.sampled_from([None, True, False]))
    x = normal(seed, 2, 2, *[data.draw(st.integers(2, 5)) for _ in range(axes)])
    both(lambda nn: nn.Upsample(mode=mode, **given_), seed, x)
    if axes == 2:
        both(lambda nn: nn.UpsamplingNearest2d(scale_factor=2), seed, x)
        both(lambda nn: nn.UpsamplingBilinear2d((3, 7)), seed, x)


@given(SEEDS, st.integers(1, 3), st.integers(1, 3), st.integers(0, 1), st.integers(1, 2), st.integers(1, 2), st.booleans())
def test_patches_pixels_and_channels(seed, high, wide, padding, stride, dilation, batch):
    x = normal(seed, *[2] * batch, 4, 7, 8)
    both(lambda nn: nn.Unfold((high, wide), dilation, padding, stride), seed, x)
    patches = workbook.nn.Unfold((high, wide), dilation, padding, stride)(workbook.from_numpy(x)).numpy()
    both(lambda nn: nn.Fold((7, 8), (high, wide), dilation, padding, stride), seed, patches)
    both(lambda nn: nn.PixelShuffle(2), seed, x)
    both(lambda nn: nn.PixelUnshuffle(stride), seed, x[..., :6, :])
    both(lambda nn: nn.ChannelShuffle(high if high != 3 else 4), seed, x if batch else x[None])


def test_padding_that_is_uneven_warns_in_torchs_words():
    """torch says it once a process, so that it may have been said here before."""
    x, weight = workbook.ones(1, 1, 5), workbook.ones(1, 1, 4)
    with pytest.warns(UserWarning, match="Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy"):
        workbook.nn.functional.conv1d(x, weight, padding="same")


@pytest.mark.parametrize("act", [
    lambda F: F.adaptive_avg_pool2d(workbook.ones(1, 4, 4), ("a", 1)), lambda F: F.affine_grid(workbook.ones(1, 2, 3), 4, False),
    lambda F: F.max_unpool2d(workbook.ones(1, 1, 1), workbook.zeros(1, 1, 1).long(), 2, output_size=5),
    lambda F: F.unfold(workbook.ones(1, 4, 4), "ab"), lambda F: F.pad(workbook.ones(2), ("a", "b")),
    lambda F: F.conv1d(workbook.ones(1, 1, 4), workbook.ones(1, 1, 2), stride="a"), lambda F: F.interpolate(workbook.ones(1, 1, 4), size="a"),
    lambda F: F.max_pool3d(workbook.ones(1, 4, 4, 4), 2.5), lambda F: F.pixel_shuffle([1.0], 2), lambda F: F.grid_sample(1, 2),
])
def test_arguments_of_another_kind_are_refused_in_three_parts(act):
    with pytest.raises(TypeError) as caught:
        act(workbook.nn.functional)
    assert "\n  Why: " in str(caught.value) and "\n  Fix: " in str(caught.value)


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_a_grid_that_looks_nowhere(mode, padding):
    seen = []
    for engine in (torch, workbook):
        grid = engine.tensor([float("nan"), float("inf"), -float("inf"), 1e30, 0.25]).reshape(1, 5, 1, 1).expand(1, 5, 1, 2)
        image = engine.tensor([[[[1., 2.], [3., 4.]]]])
        seen.append(engine.nn.functional.grid_sample(image, grid, mode, padding, False).numpy())
    np.testing.assert_allclose(seen[1], seen[0], rtol=1e-5)


@pytest.mark.parametrize("kernel", [(2, 1), (1, 1), (1, 2)])
def test_patches_do_not_share_memory_with_each_other(kernel):
    theirs, mine = [library.nn.functional.unfold(library.arange(16.).reshape(1, 1, 4, 4), kernel) for library in (torch, workbook)]
    assert mine.stride() == theirs.stride()
    theirs[0, -1, 0] = mine[0, -1, 0] = 50
    assert mine.tolist() == theirs.tolist()
