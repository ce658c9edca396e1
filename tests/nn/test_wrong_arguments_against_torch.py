"""Arguments of a wrong kind, in both engines: the same exception, the same phrase first, and three parts; nothing passes silently."""

import pytest
import torch

import workbook
from workbook.ops import layer_norm

REFUSED = """
cross_entropy(x, None)
cross_entropy(x, [0, 1])
cross_entropy(None, classes)
cross_entropy(x, classes.int())
cross_entropy(x, classes, weight=[1., 1., 1.])
cross_entropy(x, classes, weight=torch.ones(3).double())
cross_entropy(x, classes, ignore_index=1.5)
cross_entropy(x, classes, label_smoothing="0.1")
cross_entropy(x, x / 3, ignore_index=0)
nll_loss(x, None)
nll_loss(x, classes.short())
nll_loss(x[0], classes[1].int())
nll_loss(x[0, 0], classes[0])
nll_loss(torch.ones(2, 3, 2, 2), torch.zeros(2, 2, 3).long())
nll_loss(torch.ones(2, 3, 2, 2), torch.zeros(2, 2).long())
binary_cross_entropy(x / 2, x, weight=torch.ones(2))
binary_cross_entropy_with_logits(x, x.long())
binary_cross_entropy_with_logits(x, x, weight=2.)
binary_cross_entropy_with_logits(x, x, pos_weight=2.)
binary_cross_entropy_with_logits(x, x, pos_weight=torch.ones(2))
binary_cross_entropy_with_logits(x, x, weight=torch.ones(2))
ctc_loss(logs, labels, (5., 5.), (2, 2))
ctc_loss(logs, labels, torch.tensor([5., 5.]), torch.tensor([2, 2]))
ctc_loss(logs, labels, (5, -5), (2, 2))
ctc_loss(logs, labels, (5, 5), (2, -2))
pairwise_distance(x, 2.)
kl_div(x, 2., reduction="sum")
kl_div(2., x, reduction="sum")
huber_loss(x, x, delta="1")
smooth_l1_loss(x, x, beta="1")
embedding(classes, x, max_norm="1")
embedding(classes, x, max_norm=1., norm_type="2")
embedding(x, classes)
pad(classes, (0, 1), value=torch.nan)
pad(classes.int(), (1, 1), value=1e20)
pad(classes.byte(), (1, 0), value=300)
pad(classes.byte(), (1, 0), value=-1)
leaky_relu(x, "0.1")
leaky_relu(2.)
leaky_relu_(x, "0.1")
silu(2.)
gelu(2.)
threshold(x, "1", 2)
threshold(x, 1, "2")
elu(x, "1")
softplus(x, "1")
softplus(x, 1, "20")
hardshrink(x, "1")
softshrink(x, "1")
rrelu(x, "0.1")
rrelu(x, 0.1, "0.3")
dropout(2.)
dropout(x.long())
dropout(x.bool())
dropout(x.long(), 0.5, True, True)
dropout2d(torch.ones(1, 2, 2, 2).long())
linear(x, x, "bias")
linear(x, x, 2.)
linear(x, torch.ones(4, 3), torch.ones(3))
linear(x[0], torch.ones(4, 3), torch.ones(3))
linear(x[None], torch.ones(4, 3), torch.ones(3))
conv2d(torch.ones(1, 3, 4, 4), torch.ones(2, 3, 0, 0))
conv1d(torch.ones(1, 3, 4), torch.ones(2, 3, 0))
conv_transpose2d(torch.ones(1, 3, 4, 4), torch.ones(3, 2, 0, 0))
binary_cross_entropy_with_logits(x.long(), x)
binary_cross_entropy_with_logits(x.long(), x.long())
binary_cross_entropy_with_logits(x.bool(), x)
pairwise_distance(x, x, "2")
pairwise_distance(x, x, None)
pairwise_distance(x[:, :0], x[:, :0], float("inf"))
adaptive_avg_pool2d(x, 2)
adaptive_avg_pool2d(x[0], 1)
rms_norm(x.long(), (3,))
leaky_relu(x, torch.tensor(0.1, requires_grad=True))
leaky_relu(x, torch.ones(1))
leaky_relu_(x, torch.tensor(0.1, requires_grad=True))
elu(x, x)
elu_(x, torch.ones(1))
celu(x, "1")
celu_(x, torch.tensor(0.1, requires_grad=True))
hardtanh(x, torch.ones(1))
hardshrink(x, x)
softshrink(x, x)
threshold_(x, 1, "1")
softplus(x, torch.ones(1))
rrelu(x, torch.ones(1))
dropout(x, torch.tensor(0.1, requires_grad=True))
scaled_dot_product_attention(x, x, x, scale=torch.tensor(0.1, requires_grad=True))
scaled_dot_product_attention(x, x, x, dropout_p="0.1")
huber_loss(x, x, delta=torch.ones(1))
multi_margin_loss(x, classes, margin="1")
multi_margin_loss(x, "classes")
multilabel_margin_loss(x, x)
multilabel_margin_loss(x, "classes")
margin_ranking_loss(x, x, x, margin=torch.tensor(0.1, requires_grad=True))
cosine_embedding_loss(x, x, classes, margin=torch.ones(1))
triplet_margin_loss(x, x, x, margin=torch.ones(1))
hinge_embedding_loss(x, x, margin="1")
hinge_embedding_loss(x, "1")
soft_margin_loss(x, "1")
soft_margin_loss(torch.ones(4, 1), torch.ones(4))
layer_norm(x, (3,), eps="1")
layer_norm(x.double(), (3,), torch.ones(3))
layer_norm(x, (3,), torch.ones(3), torch.ones(3).double())
layer_norm(x.long(), (3,), torch.ones(3))
group_norm(x, 1, eps=torch.ones(1))
group_norm(x, 1, torch.ones(3).double())
batch_norm(x, None, None, training=True, eps=torch.ones(1))
batch_norm(x.double(), torch.zeros(3), torch.ones(3))
pdist(5)
pdist(x, "2")
relu(5)
relu(torch.nn.ReLU())
relu_(5)
elu_(5)
celu([1.])
hardtanh_([1.])
selu_(None)
threshold_(5, 1, 1)
rrelu_(5)
leaky_relu_(5)
alpha_dropout(5)
alpha_dropout(x, torch.ones(1), True)
feature_alpha_dropout([1.])
interpolate(torch.ones(1, 1, 4, 4), size=(2, 2, 2))
interpolate(torch.ones(1, 1, 4, 4), scale_factor=(2, 2, 2))
grid_sample(torch.ones(1, 1, 2, 2), torch.ones(1, 2, 2, 2).double(), align_corners=False)
grid_sample(torch.ones(1, 1, 2, 2), torch.ones(1, 2, 2, 2), mode="x")
grid_sample(torch.ones(1, 1, 2, 2), torch.ones(1, 2, 2, 2), padding_mode="x")
cross_entropy(x)
cross_entropy(x, classes, label_smoothing=2.0)
""".strip().splitlines()


# The same for Tensors: a number of an operation that is trained would get no gradient.
NUMBERS = """
torch.nn.functional.hardtanh_(x, -1, trained)
torch.add(x, x, alpha=trained)
torch.sub(x, x, alpha=trained)
x.add_(x, alpha=torch.ones(1))
torch.addmm(x, x[:, :2], x, alpha=trained)
torch.addmm(x, x[:, :2], x, beta=torch.tensor(1., requires_grad=True))
torch.addmv(x[:, 0], x, x[0], alpha=trained)
torch.baddbmm(x[None], x[None, :, :2], x[None], beta=trained)
torch.addcmul(x, x, x, value=trained)
torch.addcdiv(x, x, x, value=torch.ones(1))
torch.full((2,), trained)
x.normal_(0, trained)
torch.nn.Linear(2.5, 2)
torch.nn.Linear("3", 2)
torch.nn.Conv2d(1, 6, 5.)
torch.zeros(2.5)
torch.zeros((2., 3))
torch.zeros(2, None)
""".strip().splitlines()


def refused(engine, call):
    names = {"torch": engine, "x": engine.ones(2, 3), "classes": engine.tensor([0, 1]), "labels": engine.tensor([[1, 2], [3, 1]]),
             "logs": engine.zeros(5, 2, 4).log_softmax(-1), "trained": engine.tensor(0.5, requires_grad=True)}
    with pytest.raises(Exception) as caught:
        eval(call if call.startswith(("torch.", "x.")) else f"torch.nn.functional.{call}", names)
    return caught.value


@pytest.mark.parametrize("call", REFUSED)
def test_the_same_refusal(call):
    mine, theirs = refused(workbook, call), refused(torch, call)
    assert type(mine) is type(theirs)
    first, wanted = (str(error).splitlines()[0].removeprefix("empty(): ") for error in (mine, theirs))
    assert first[:50] == wanted[:50]
    assert "\n  Why: " in str(mine)


@pytest.mark.parametrize("call", NUMBERS)
def test_what_is_no_number_or_size_is_refused(call):
    mine, theirs = refused(workbook, call), refused(torch, call)
    assert type(mine) is type(theirs) is TypeError and "\n  Why: " in str(mine) and " must be " in str(mine)


def test_what_torch_lets_pass_is_refused_too():
    """Labels that are no class: torch reads memory that is not its own. A sum over no channels: its result has no channels either."""
    logs, functional = workbook.zeros(5, 1, 4).log_softmax(-1), workbook.nn.functional
    with pytest.raises(IndexError, match="Target 9 is out of bounds.(\n|.)*there are 4 classes"):
        functional.ctc_loss(logs, workbook.tensor([[1, 9]]), (5,), (2,))
    with pytest.raises(RuntimeError, match="expected at least one input channel"):
        functional.conv2d(workbook.ones(1, 0, 4, 4), workbook.ones(2, 0, 3, 3))


def test_an_axis_that_does_not_split_is_named():
    said = []
    for engine in (torch, workbook):
        with pytest.raises(RuntimeError) as caught:
            engine.nn.Unflatten(1, (2, 5))(engine.ones(2, 9))
        said.append(str(caught.value).splitlines()[0])
    assert said[0] == said[1] == "unflatten: Provided sizes [2, 5] don't multiply up to the size of dim 1 (9) in the input tensor"


def test_weights_of_doubles_leave_a_loss_of_floats():
    for engine in (torch, workbook):
        loss = engine.nn.functional.binary_cross_entropy(engine.ones(2) / 2, engine.ones(2), weight=engine.ones(2).double())
        assert str(loss.dtype) == "torch.float32"


PRIVATE = ("Norm", "Dropout", "Uninitialized", "MaxPool", "LPPool", "Adaptive")  # whose name in torch's error is that of a private class, such as _BatchNorm


@pytest.mark.parametrize("name", [name for name in dir(torch.nn) if isinstance(getattr(torch.nn, name), type) and hasattr(workbook.nn, name)])
def test_a_missing_argument_is_asked_for_in_the_name_of_the_layer(name):
    said = []
    for engine in (torch, workbook):
        try:
            said.append(type(getattr(engine.nn, name)()))
        except Exception as problem:
            said.append((type(problem), str(problem).splitlines()[0]))
    if not any(part in name for part in PRIVATE) and isinstance(said[0], tuple):
        assert said[0] == said[1]
    elif isinstance(said[0], tuple):
        assert said[0][0] is said[1][0] and f" {name}.__" in " " + said[1][1] or "LayerNorm" in name or "GroupNorm" in name or "RMSNorm" in name


def test_a_students_own_layer_keeps_the_name_of_the_one_it_is_made_of():
    for engine in (torch, workbook):
        with pytest.raises(TypeError, match=r"^Conv2d.__init__\(\) missing 1 required positional argument: 'kernel_size'"):
            type("Mine", (engine.nn.Conv2d,), {})(1, 6)


def test_what_is_no_tensor_makes_no_parameter():
    for engine in (torch, workbook):
        for given in ([1.0], 1.0, "a"):
            with pytest.raises(AttributeError, match="^'(list|float|str)' object has no attribute 'detach'"):
                engine.nn.Parameter(given)


def test_a_mean_over_an_image_needs_no_channels():
    for shape in ((4, 6), (1, 2, 3, 4, 5)):
        mine, theirs = (engine.nn.functional.adaptive_avg_pool2d(engine.ones(shape), 1).shape for engine in (workbook, torch))
        assert tuple(mine) == tuple(theirs)


def test_a_weight_of_another_dtype_is_told_once(recwarn):
    layer_norm._warned.clear()
    for _ in range(2):
        workbook.nn.RMSNorm(3)(workbook.ones(2, 3, dtype=workbook.float64))
    assert [str(said.message)[:88] for said in recwarn] == ["Mismatch dtype between input and weight: input dtype = double, weight dtype = float, Can"]
