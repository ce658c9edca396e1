"""What made a result: the name of the node, for every function of networks, inputs of one to five axes, each way of calling it."""

import contextlib
import functools
import warnings

import pytest
import torch

import workbook

SHAPES = ((6,), (4, 6), (2, 4, 6), (2, 4, 6, 6), (1, 2, 4, 4, 4))
REDUCED = ("mean", "sum", "none")
# `x`: the input, which is a computed Tensor that wants a gradient; `y` beside it, `t` classes, `s` signs, `p` probabilities, of its shape
# or of what belongs to it; `w{n}`: weights of a convolution over n axes; `c`: a number a channel.
CALLS = {
    "activations": [f"F.{name}(x)" for name in (
        "celu elu gelu glu hardshrink hardsigmoid hardswish hardtanh leaky_relu logsigmoid mish relu relu6 rrelu selu sigmoid silu softplus "
        "softshrink softsign tanh tanhshrink").split()] + [
        "F.gelu(x, approximate='tanh')", "F.threshold(x, 0.1, 0.)", "F.rrelu(x, training=True)", "F.prelu(x, c[:1])", "F.prelu(x, c)",
        "F.softmax(x, -1)", "F.log_softmax(x, -1)", "F.softmin(x, -1)", "F.gumbel_softmax(x)", "F.gumbel_softmax(x, hard=True)", "F.softmax(x, 0, dtype=torch.float64)",
        *[f"F.{name}(x.clone(), inplace=True)" for name in (
            "celu elu hardsigmoid hardswish hardtanh leaky_relu mish relu relu6 rrelu selu silu").split()], "F.threshold(x.clone(), 0.1, 0., inplace=True)",
        *[f"F.{name}_(x.clone())" for name in "celu elu hardtanh leaky_relu relu rrelu selu".split()], "F.threshold_(x.clone(), 0.1, 0.)"],
    "dropouts": [f"F.{name}(x, {p}, training={train})" for name in "dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout".split()
                 for p in (0.5, 0, 1) for train in (True, False)] + ["F.dropout(x.clone(), 0.5, inplace=True)"],
    "losses": [f"F.{call}, reduction='{way}')" for way in REDUCED for call in (
        "mse_loss(x, y", "mse_loss(x, y, weight=p", "l1_loss(x, y", "smooth_l1_loss(x, y", "smooth_l1_loss(x, y, beta=0.0", "huber_loss(x, y",
        "huber_loss(x, y, delta=0.5, weight=p", "kl_div(x, p", "kl_div(x, y, log_target=True", "poisson_nll_loss(x, p", "poisson_nll_loss(x, p, False, True",
        "gaussian_nll_loss(x, y, p", "binary_cross_entropy(x.sigmoid(), p", "binary_cross_entropy(x.sigmoid(), p, weight=p",
        "binary_cross_entropy_with_logits(x, p", "binary_cross_entropy_with_logits(x, p, pos_weight=p",
        "binary_cross_entropy_with_logits(x, p, weight=p", "soft_margin_loss(x, s", "hinge_embedding_loss(x, s", "margin_ranking_loss(x, y, s",
        "cross_entropy(x, t", "cross_entropy(x, t, label_smoothing=0.1", "cross_entropy(x, t, weight=c.detach()", "cross_entropy(x, t, ignore_index=0",
        "cross_entropy(x, p", "cross_entropy(x, p, label_smoothing=0.1", "cross_entropy(x, p, weight=c.detach()", "cross_entropy(x, t, weight=c.detach(), label_smoothing=0.1",
        "nll_loss(x, t", "nll_loss(x, t, weight=c.detach()", "nll_loss(x, t, ignore_index=0", "multi_margin_loss(x, t", "multilabel_margin_loss(x, labels",
        "multilabel_soft_margin_loss(x, p", "cosine_embedding_loss(x, y, s.select(-1, 0)", "triplet_margin_loss(x, y, p", "triplet_margin_loss(x, y, p, swap=True",
        "triplet_margin_with_distance_loss(x, y, p", "ctc_loss(x, t1, (2, 2, 2, 2)[:n], (1, 1, 1, 1)[:n]")],
    "pools": [f"F.{kind}{n}d({args})" for n in (1, 2, 3) for kind, args in (
        ("max_pool", "x, 2"), ("max_pool", "x, 2, return_indices=True"), ("avg_pool", "x, 2"), ("adaptive_avg_pool", "x, 1"), ("adaptive_avg_pool", "x, 2"),
        ("adaptive_max_pool", "x, 2"), ("adaptive_max_pool", "x, 2, return_indices=True"), ("adaptive_max_pool", "x, 1"), ("lp_pool", "x, 2, 2"),
        *([("fractional_max_pool", "x, 2, 2")] if n > 1 else []), ("max_unpool", f"*F.max_pool{n}d(x, 2, return_indices=True), 2"))],
    "convolutions": [f"F.conv{way}{n}d(x, W{args})".replace("W", f"w{n}") for n in (1, 2, 3) for way, args in (
        ("", ""), ("", ", padding='same'"), ("", ", torch.ones(len(W)), stride=2, padding=1"), ("_transpose", ""), ("_transpose", ", stride=2"))] + [
        "F.conv_tbc(x, torch.ones(2, 6, 3), torch.ones(3))"],
    "norms": ["F.batch_norm(x, None, None, training=True)", "F.batch_norm(x, c.detach(), c.detach(), c, c)", "F.instance_norm(x)", "F.instance_norm(x, weight=c, bias=c)",
              "F.layer_norm(x, x.shape[-1:])", "F.layer_norm(x, x.shape[-1:], y[(0,) * (x.ndim - 1)])", "F.group_norm(x, 2)", "F.group_norm(x, 1, c, c)", "F.rms_norm(x, x.shape[-1:])",
              "F.rms_norm(x, x.shape[-1:], y[(0,) * (x.ndim - 1)])", "F.local_response_norm(x, 2)", "F.normalize(x, dim=0)", "F.normalize(x, 1.0, -1)"],
    "shapes": [*[f"F.pad(x, {pad}, mode='{mode}')" for mode in ("constant", "reflect", "replicate", "circular") for pad in ("(1, 1)", "(1, 0, 2, 1)", "(1,) * 6", "(0, 0)", "(0, 0, 0, 0)")],
               *[f"F.interpolate(x, scale_factor=2, mode='{mode}')" for mode in ("nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area")],
               "F.interpolate(x, scale_factor=2., mode='bilinear', antialias=True)", "F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=True)",
               "F.upsample(x, scale_factor=2)", "F.upsample_nearest(x, scale_factor=2)", "F.upsample_bilinear(x, scale_factor=2)",
               "F.pixel_shuffle(x, 2)", "F.pixel_shuffle(x, 1)", "F.pixel_unshuffle(x, 2)", "F.channel_shuffle(x, 2)", "F.native_channel_shuffle(x, 2)", "F.unfold(x, 2)", "F.fold(x, (4, 3), (2, 2))", "F.fold(x[:, :4], (4, 3), (2, 2))",
               "F.grid_sample(x, x[:, :2].movedim(1, -1).sigmoid(), align_corners=False)", "F.affine_grid(x[:, :2, :3], (2, 1, 3, 3), align_corners=False)"],
    "products": ["F.linear(x, y)", "F.linear(x, wl)", "F.linear(x, wl, wl[:, 0])", "F.bilinear(x, y, wb)", "F.bilinear(x, y, wb, c[:2])", "F.cosine_similarity(x, y, -1)",
                 "F.pairwise_distance(x, y)", "F.pairwise_distance(x, y, 1.0)", "F.pairwise_distance(x, y, keepdim=True)", "F.pdist(x)", "F.embedding(t, x)", "F.embedding(t, x, 0)", "F.embedding_bag(t, x)",
                 *[f"F.embedding_bag(torch.zeros(2, 2, dtype=torch.long), x, mode='{mode}')" for mode in ("sum", "mean", "max")],
                 "F.scaled_dot_product_attention(x, y, y)", "F.scaled_dot_product_attention(x, y, y, is_causal=True)", "F.scaled_dot_product_attention(x, y, y, x.detach()[..., :1] > 0)"],
}
# Calls whose last step is another one here, and why it is left so.
LEFT = {"F.conv_tbc(x, torch.ones(2, 6, 3), torch.ones(3))": "conv1d between two exchanges of axes",
        "F.pdist(x)": "the length of the rows' differences, in two steps which can be differentiated twice",
        "F.native_channel_shuffle(x, 2)": "has a derivative here, and none in PyTorch"}


def given(engine, shape):
    """Return the names that a call may use, for the engine's own `torch`."""
    count, channels = 1, shape[1] if len(shape) > 1 else shape[0]
    for side in shape:
        count *= side
    leaf = (engine.arange(float(count)).reshape(shape) * 0.7).sin().requires_grad_()
    x, beside = leaf * 1, (engine.arange(float(count)).reshape(shape) * 0.3).cos()
    of_classes = engine.zeros((shape[0], *shape[2:]) if len(shape) > 1 else (), dtype=engine.int64)
    return {"torch": engine, "F": engine.nn.functional, "x": x, "y": beside, "p": beside.abs() * 0.9 + 0.05, "s": beside.sign(), "t": of_classes + 1,
            "labels": engine.zeros(shape, dtype=engine.int64), "c": engine.ones(channels, requires_grad=True), "n": channels,
            "t1": engine.ones((channels, 1), dtype=engine.int64), "wl": engine.ones(3, shape[-1]), "wb": engine.ones(2, shape[-1], shape[-1]),
            **{f"w{axes}": engine.ones((channels if len(shape) > axes + 1 else shape[0], channels if len(shape) > axes + 1 else shape[0], *(2,) * axes))
               for axes in (1, 2, 3)}}


def node(engine, call, shape):
    """Return the name of the node that a call ends with, None where it does not work."""
    names = given(engine, shape)
    engine.manual_seed(0)
    with warnings.catch_warnings(), contextlib.suppress(RuntimeError, ValueError, IndexError, TypeError, NotImplementedError, AssertionError):
        warnings.simplefilter("ignore")
        result = eval(call, names)
        result = result[0] if isinstance(result, tuple) else result
        return result.grad_fn and result.grad_fn.name()
    return None


@functools.cache
def differing(room):
    """Return the calls of a room whose nodes have other names, {call: {axes: (here, in torch)}}, and how many were compared."""
    found, compared = {}, 0
    for call in CALLS[room]:
        for shape in SHAPES:
            theirs = node(torch, call, shape)
            if theirs is not None:
                compared += 1
                mine = node(workbook, call, shape)
                if mine != theirs:
                    found.setdefault(call, {})[len(shape)] = (mine, theirs)
    return found, compared


@pytest.mark.parametrize("room", CALLS)
def test_the_last_step_has_torchs_name(room):
    found, compared = differing(room)
    assert compared > len(CALLS[room]) and {call: names for call, names in found.items() if call not in LEFT} == {}


def test_what_is_left_still_differs():
    found = {call for room in CALLS for call in differing(room)[0]}
    assert sorted(LEFT.keys() - found) == []


def test_every_function_is_called():
    told = " ".join(call for calls in CALLS.values() for call in calls)
    elsewhere = {"one_hot", "multi_head_attention_forward"} | {name for name in workbook.nn.functional.__all__ if name.endswith("_with_indices")}
    assert [name for name in workbook.nn.functional.__all__ if f"F.{name}(" not in told and name not in elsewhere] == []


ALSO = ("x.round()", "x.round(decimals=1)", "x.round(decimals=0)", "torch.round(x, decimals=-1)", "x.clone().round_(decimals=1)",
        "F.linear(x.mT.contiguous().mT, y, y[:, 0])", "F.linear(x, y, torch.tensor(1.))", "F.linear(x, y, y[:, 0].contiguous())",
        "F.cross_entropy(x[None], t[None])", "F.nll_loss(x.detach() * x, t)")


@pytest.mark.parametrize("call", ALSO)
def test_a_step_that_depends_on_how_it_is_called_has_torchs_name(call):
    for shape in SHAPES[:4]:
        theirs = node(torch, call, shape)
        assert node(workbook, call, shape) == theirs
