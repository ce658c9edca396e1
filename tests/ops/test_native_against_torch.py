"""Functions of networks under `torch` itself: PyTorch's arguments, numbers, nodes and refusals."""

import ast
import inspect
from pathlib import Path

import pytest
import torch

import workbook
from tests.ops.both import GRADIENT_UNITS, ROUNDED_UNITS, Input, difference, gradients, outcome, told_by_a_gpu
from workbook.ops import methods

NAMES = [name for names in methods.NETWORKS.values() for name in names.split()]


def signatures():
    """Return PyTorch's own signatures, {name: [the arguments of one form, ...]}."""
    stub = ast.parse(Path(torch._C.__file__).with_name("_C").joinpath("_VariableFunctions.pyi").read_text(encoding="utf-8"))
    found = {}
    for node in stub.body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(node.args)
    return found


SIGNATURES = signatures()
OWN = [name for name in NAMES if getattr(torch, name) is not getattr(torch.nn.functional, name, None)]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OWN])
def test_it_is_the_function_of_networks_where_it_is_in_torch(name):
    assert getattr(workbook, name) is getattr(workbook.nn.functional, name)


@pytest.mark.parametrize("name", OWN)
def test_it_has_the_arguments_of_torch(name):
    function = getattr(workbook, name)
    if name in methods.NETWORKS["native_recurrent"] and not name.endswith("cell"):
        return  # two forms of nine arguments: the examples below hold both
    mine = inspect.signature(inspect.unwrap(function)).parameters.values()
    theirs = SIGNATURES[name][0]
    positional = [argument.arg for argument in theirs.args]
    assert [parameter.name for parameter in mine if parameter.kind is not parameter.KEYWORD_ONLY] == positional
    assert [parameter.name for parameter in mine if parameter.kind is parameter.KEYWORD_ONLY] == [
        argument.arg for argument in theirs.kwonlyargs if argument.arg != "out"]
    needed = positional[:len(positional) - len(theirs.defaults)]
    assert [parameter.name for parameter in mine if parameter.default is parameter.empty] == needed


def shaped(text):
    """The inputs that a text names: `2x3 4`."""
    return [Input(tuple(map(int, shape.split("x"))), values="unit", seed=place) for place, shape in enumerate(text.split())]


REDUCTIONS = ("", ", reduction=0", ", reduction=1", ", reduction=2", ", reduction=3")
SIZES = "torch.tensor([3, 2, 2])"
GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
EXAMPLES = [(text, shaped(inputs)) for text, inputs in (
    ("torch.batch_norm(a, b, c, None, None, True, 0.1, 0.1, True)", "2x3x4 3 3"),
    ("torch.batch_norm(a, b, c, None, None, True, 0.1, 0.1, False)", "1x3x1 3 3"),
    ("torch.batch_norm(a, None, None, b.detach(), c.detach() + 1, False, 0.1, 0.1, True)", "2x3 3 3"),
    ("torch.instance_norm(a, b, c, None, None, True, 0.1, 0.1, True)", "2x3x4 3 3"),
    ("torch.instance_norm(a, b, c, None, None, use_input_stats=True, momentum=0.1, eps=0.1, cudnn_enabled=True)", "2x3x1 3 3"),
    ("torch.layer_norm(a, (3,), b, c, 0.1)", "2x3 3 3"), ("torch.layer_norm(a, [2, 3], cudnn_enable=False)", "4x2x3"),
    ("torch.group_norm(a, 2, b, c, 0.1, True)", "3x4 4 4"), ("torch.group_norm(a * 0, 4, b)", "1x4 4"),
    ("torch.rms_norm(a, (3,), b)", "2x3 3"), ("torch.rms_norm(a, [3], eps=0.1)", "2x3"),
    ("torch.celu(a - 0.5, 0.5)", "2x3"), ("torch.celu(a - 0.5)", "3"), ("torch.celu(a - 0.5, torch.tensor(2.))", "3"), ("torch.selu(a - 0.5)", "2x3"),
    ("torch.threshold(a, 0.5, 2)", "2x3"), ("torch.rrelu(a - 0.5, 0.1, 0.3)", "2x3"), ("torch.rrelu(a - 0.5, training=True)", "2x3"),
    ("torch.rrelu(a - 0.5, training=True, generator=torch.Generator().manual_seed(5))", "2x3"),
    ("torch.rrelu_(a - 0.5, 0.1, 0.3, True, torch.Generator().manual_seed(5))", "2x3"),
    ("torch.max_pool1d(a, 2, 1)", "2x3x4"), ("torch.max_pool1d(a, 3, (), 1, 1, True)", "2x5"), ("torch.max_pool1d_with_indices(a, 2)[0]", "2x4"),
    ("torch.max_pool1d_with_indices(a, 2)[1]", "2x4"), ("torch.max_pool2d(a, 2, padding=1)", "1x2x4x4"), ("torch.max_pool3d(a, 2)", "1x2x4x2"),
    ("torch.adaptive_max_pool1d(a, 2)[0]", "2x5"), ("torch.adaptive_max_pool1d(a, 2)[1]", "2x5"),
    ("torch.embedding(a, torch.tensor([[2, 0], [2, 1]]))", "3x2"), ("torch.embedding(a, torch.tensor([2, 0, 2]), 2, True)", "3x2"),
    ("torch.embedding(a, torch.tensor([2, 0]), padding_idx=-1, sparse=False)", "3x2"), ("torch.embedding(a, torch.tensor([2, 0]), 7)", "3x2"),
    ("torch.constant_pad_nd(a, (1, 2), 0.5)", "2x3"), ("torch.constant_pad_nd(a, [1, -1, 0, 2])", "2x3"),
    ("torch.affine_grid_generator(a, (2, 1, 3, 2), False)", "2x2x3"),
    *[(f"torch.{name}(a, b - 0.5, {mode}, {padding}, {corners})", "1x2x3x3 1x2x2x2") for name in ("grid_sampler", "grid_sampler_2d")
      for mode, padding, corners in ((0, 0, True), (1, 1, False), (0, 2, False))],
    ("torch.grid_sampler_3d(a, b - 0.5, 0, 1, True)", "1x1x2x2x3 1x1x2x2x3"),
    *[(f"torch.{name}(a, {p}, {train})", "2x3x4") for name in ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout")
      for p, train in ((0.5, True), (0.25, True), (0.5, False), (1, True), (0, True))],
    *[(f"torch.{name}_(a * 1, 0.5, True)", "2x3x4") for name in ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout")],
    *[(f"torch.{text}{reduction})", inputs) for reduction in REDUCTIONS for text, inputs in (
        ("binary_cross_entropy_with_logits(a, b", "2x3 2x3"), ("binary_cross_entropy_with_logits(a, b, c, d", "2x3 2x3 3 3"),
        ("kl_div(a, b + 0.5", "2x3 2x3"), ("hinge_embedding_loss(a, torch.tensor([1., -1., 1.]), 0.5", "3"), ("kl_div(a, b, log_target=True", "3 3"),
        ("margin_ranking_loss(a, b, torch.tensor([1., -1., 1.]), 0.5", "3 3"), ("triplet_margin_loss(a, b, c, 1.0, 2, 1e-6, True", "2x3 2x3 2x3"),
        ("cosine_embedding_loss(a, b, torch.tensor([1., -1.]), 0.1", "2x3 2x3"))],
    *[(f"torch.poisson_nll_loss(a, b, {log}, {full}, 1e-8, {number})", "2x3 2x3") for log, full, number in ((True, False, 1), (False, True, 0))],
    *[(f"torch.ctc_loss(a.log_softmax(2), torch.tensor([[1, 2], [2, 2]]), {lengths}, 0, {number}, True)", "5x2x3") for number in (0, 1, 2) for lengths in (
        "(5, 5), (2, 1)", "torch.tensor([5, 4]), torch.tensor([2, 1])")],
    ("torch.lstm_cell(a, (b, b * 2), c, d)[0]", "2x3 2x4 16x3 16x4"), ("torch.lstm_cell(a, [b, b * 2], c, d, c[:, 0], d[:, 0])[1]", "2x3 2x4 16x3 16x4"),
    ("torch.gru_cell(a, b, c, d, c[:, 0], d[:, 0])", "2x3 2x4 12x3 12x4"),
    *[(f"torch.rnn_{kind}_cell(a, b, c, d, c[:, 0], d[:, 0])", "2x3 2x4 4x3 4x4") for kind in ("tanh", "relu")],
    *[(f"torch.{name}(a, {'(b, b)' if name == 'lstm' else 'b'}, [c, d], False, 1, 0.0, True, False, {first})[{part}]",
       f"2x3x3 1x{2 if first else 3}x2 {2 * gates}x3 {2 * gates}x2") for name, gates in GATES.items() for first in (False, True) for part in (0, 1)],
    *[(f"torch.{name}(a, {SIZES}, {'(b, b)' if name == 'lstm' else 'b'}, (c, d, c[:, 0], d[:, 0]), True, 1, 0.0, False, False)[0]",
       f"7x3 1x3x2 {2 * gates}x3 {2 * gates}x2") for name, gates in GATES.items()],
    *[(f"torch.{name}(input=a, hx={'(b, b)' if name == 'lstm' else 'b'}, params=[c, d, c, d], has_biases=False, num_layers=1, dropout=0.5, train=True, "
       "bidirectional=True, batch_first=False)[0]", f"3x2x3 2x2x2 {2 * gates}x3 {2 * gates}x2") for name, gates in GATES.items()],
)]


@pytest.mark.parametrize("text, inputs", EXAMPLES, ids=[text for text, _ in EXAMPLES])
def test_it_gives_what_torch_gives(text, inputs):
    """Numbers, and in float64 their derivatives and the node's name."""
    seeded = f"(torch.manual_seed(3), {text})[1]"
    mine, theirs = (outcome(engine, seeded, inputs, lies=False) for engine in ("workbook", "torch"))
    assert "raises" not in theirs and not difference(mine, theirs, ROUNDED_UNITS)
    mine, theirs = (gradients(engine, seeded, inputs, 1) for engine in ("workbook", "torch"))
    assert not difference(mine, theirs, GRADIENT_UNITS)


def test_every_name_has_an_example():
    told = " ".join(text for text, _ in EXAMPLES)
    assert [name for name in OWN if f"torch.{name}(" not in told] == []


A, M, S = "torch.ones(2, 3)", "torch.ones(12, 3)", "torch.ones(1, 2, 3)"
REFUSED = (
    f"torch.dropout({A}, 0.5)", "torch.dropout()", f"torch.dropout({A}, 0.5, True, 1)", f"torch.dropout({A}, 0.5, True, p=1)",
    f"torch.dropout({A}, 0.5, training=True)", f"torch.dropout({A}, 2, True)", f"torch.dropout({A}, '0.5', True)", f"torch.dropout({A}, 1j, True)",
    f"torch.dropout({A}, 0.5, 1)", f"torch.dropout({A}, 0.5, train=1)", f"torch.dropout({A}, 0.5, np.bool_(True))", "torch.dropout([1.], 0.5, True)",
    "torch.dropout(torch.tensor([1, 2]), 0.5, True)", "torch.dropout_(torch.ones(3, requires_grad=True), 0.5, True)",
    "torch.feature_dropout(torch.ones(3), 0.5, True)", "torch.feature_alpha_dropout(torch.ones(3), 0.5, True)",
    f"torch.batch_norm({A}, None, None, None, None, 1, 0.1, 1e-5, True)", f"torch.batch_norm({A}, None, None, None, None, True, None, 1e-5, True)",
    f"torch.batch_norm({A}, None, None, None, None, False, 0.1, 1e-5, True)", f"torch.batch_norm({A}, 1, None, None, None, True, 0.1, 1e-5, True)",
    f"torch.batch_norm({A}, None, None, None, None, True, 0.1, 1e-5)", f"torch.batch_norm({A}, torch.ones(2), None, None, None, True, 0.1, 1e-5, True)",
    f"torch.instance_norm({A}, None, None, None, None, False, 0.1, 1e-5, True)",
    f"torch.layer_norm({A}, 3)", f"torch.layer_norm({A}, [3.])", f"torch.layer_norm({A}, ('a',))", f"torch.layer_norm({A}, (3,), cudnn_enable=1)",
    f"torch.layer_norm({A}, (2,))", f"F.layer_norm({A}, [3.])", f"F.layer_norm({A}, (True,))", f"torch.rms_norm({A}, 3)",
    f"torch.group_norm({A}, 'a')", f"torch.group_norm({A}, 0)", f"torch.group_norm({A}, -1)", f"torch.group_norm({A}, 2)", "torch.group_norm(torch.ones(3), 3)",
    f"torch.kl_div({A}, {A}, 'mean')", f"torch.kl_div({A}, {A}, reduction='mean')", f"torch.kl_div({A}, {A}, True)", f"torch.kl_div({A}, {A}, 1.0)",
    f"torch.hinge_embedding_loss({A}, {A}, 1.0, 'sum')", f"torch.binary_cross_entropy_with_logits({A}, {A}, reduction='sum')",
    f"torch.poisson_nll_loss({A}, {A})", f"torch.triplet_margin_loss({A}, {A}, [1.])",
    f"torch.embedding({A}, {A})", "torch.embedding(torch.tensor([0, 2]), torch.ones(3, 2))", f"torch.embedding({A}, torch.tensor([0, 5]))",
    f"torch.embedding({A}, torch.tensor([0]), padding_idx=1.0)", f"torch.embedding({A}, torch.tensor([0]), padding_idx=None)",
    f"torch.selu({A}, True)", "torch.selu(1)", f"torch.celu({A}, None)", f"torch.celu({A}, alpha='1')", f"torch.threshold({A}, 'a', 1)",
    f"torch.rrelu({A}, 0.1, 0.3, 1)", f"torch.max_pool2d({A}[None], 2, return_indices=True)", f"torch.max_pool1d({A}, 2, 1, 0, 1, 1)",
    f"torch.max_pool1d({A}, 9)", *[f"F.max_pool1d({A}, {wrong})" for wrong in (
        "3, dilation=2", "0", "-2", "2, -1", "2, 0", "2, padding=2", "2, padding=-1", "2, dilation=0", "9, 1, 1, 1, True", "2, padding=2, return_indices=True")], f"torch.constant_pad_nd({A}, 1)", f"torch.constant_pad_nd({A}, (1, 1), None)", f"torch.constant_pad_nd({A}, (0.5, 1))",
    "torch.grid_sampler(torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 1, 2), 'bilinear', 'zeros', False)", "torch.affine_grid_generator(torch.ones(1, 2, 3), (1, 1, 2, 2))",
    f"torch.lstm_cell({A}, {A}, {M}, {M})", f"torch.lstm_cell({A}, ({A},), {M}, {M})", f"torch.gru_cell({A}, [{A}], {M}, {M})", f"torch.gru_cell({A}, {A})",
    f"torch.gru_cell({A}, {A}, {M}, {M})", "torch.gru_cell(torch.ones(3), torch.ones(3), torch.ones(9, 3), torch.ones(9, 3))",
    f"torch.rnn_tanh_cell({A}, torch.ones(3, 3), torch.ones(3, 3), torch.ones(3, 3))", f"torch.rnn_tanh_cell({A}, {A}, torch.ones(3, 2), torch.ones(3, 3))",
    f"torch.rnn_tanh_cell({A}, {A}, torch.ones(3, 3), torch.ones(9, 3))",
    f"torch.lstm({A})", f"torch.lstm({S}, torch.zeros(1, 2, 3), [], True, 1, 0.0, False, False, False)", "torch.gru(1)",
    f"torch.lstm({S}, ({S},), [{M}, {M}], False, 1, 0.0, False, False, False)", f"torch.gru({S}, {S}, [1, 2], False, 1, 0.0, False, False, False)",
    f"torch.gru({S}, {S}, [{M}, {M}], False, 1, 0.0, False, False, 1)", f"torch.gru({S}, {S}, [{M}, {M}], False, 1, 0.0, False, False, False, False)",
    f"torch.gru({A}, torch.tensor([2.]), {S}, [torch.ones(9, 3), torch.ones(9, 3)], False, 1, 0.0, False, False)",
)


@pytest.mark.parametrize("text", REFUSED)
def test_it_refuses_what_torch_refuses(text):
    mine, theirs = (outcome(engine, text, []) for engine in ("workbook", "torch"))
    phrase = theirs["message"].splitlines()[0].partition(", but expected one of")[0]
    if told_by_a_gpu(mine.get("message", "")):
        return
    assert mine.get("raises") == theirs["raises"] and mine["message"].startswith(phrase)
    assert "\n  Why: " in mine["message"]


# Torch computes with memory that is not its own here, or words it otherwise: what the engine says.
OWN_WORDS = {
    f"torch.lstm({S}, ({S}, {S}), [torch.ones(9, 3), torch.ones(9, 3)], False, 1, 0.0, False, False, False)": "weight_ih first dim must be 4 * hidden_size = 12",
    f"torch.gru({S}, {S}, [{M}, {M}], True, 1, 0.0, False, False, False)": "gru() got 2 weights for 1 layers and directions",
    f"torch.gru({S}, {S}, [], True, 0, 0.0, False, False, False)": "gru() got 0 weights for 0 layers",
    "torch.grid_sampler(torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 1, 2), 3, 0, False)": "grid_sampler(): interpolation_mode 3 is none",
    "torch.grid_sampler_2d(torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 1, 2), 0, -1, False)": "grid_sampler(): padding_mode -1 is none",
}


@pytest.mark.parametrize("text, phrase", OWN_WORDS.items())
def test_it_refuses_where_torch_reads_what_is_not_there(text, phrase):
    found = outcome("workbook", text, [])
    assert found["raises"] == "RuntimeError" and found["message"].startswith(phrase)


def test_only_bags_of_rows_are_left_out_of_what_both_namespaces_of_torch_have():
    both = [name for name in dir(torch) if name in dir(torch.nn.functional) and callable(getattr(torch, name)) and not name.startswith("_")]
    assert [name for name in both if not hasattr(workbook, name)] == ["embedding_bag"]
    with pytest.raises(AttributeError, match="(?s)four results.*torch.nn.functional.embedding_bag"):
        workbook.embedding_bag
