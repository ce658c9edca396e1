"""Exercises of lesson 17: sequences, the LSTM."""

from functools import partial

from workbook.exercises.compare import as_lists, as_number, close, describe, difference, show
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, not_a_function, written
from workbook.exercises.judges import function, tensor

_step = partial(written, "z, c")
_GIVEN = ("torch.linspace(-2., 2., 8), torch.tensor([0.5, -1.5])", "torch.tensor([0.3, -1., 2., 0.7, -0.4, 1.5, 0.1, -2., 1.2, 0.9, -0.6, 2.2]), torch.tensor([1., -2., 0.5])")
_RIGHT_STEP = _step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c")

STEP = Exercise(
    id="17.1",
    title="Three slips in one step",
    kind="fix the bug",
    level=2,
    minutes=6,
    prompt="`z` has one axis and holds four gates one after the other, before sigmoid and tanh, **in the order in which PyTorch keeps them**; `c` is the cell. This function is to return the new `h` and "
    "the new `c`. Three things are wrong with it. Repair it.\n\n```python\ndef answer(z, c):\n    i, f, o, g = z.chunk(4)\n    c = f.sigmoid() * c + i.sigmoid() * g.sigmoid()\n    return o.sigmoid() * c, c\n```",
    judge=function(
        _RIGHT_STEP,
        _GIVEN,
        known={
            _step("i, f, o, g = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.sigmoid()", "return o.sigmoid() * c, c"): "That is the function as it was given: the order of the gates, a tanh for g and a tanh of the cell are wrong or missing.",
            _step("i, f, o, g = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c"): "The order of the gates is another one: i, f, g, o. The lesson's formulas stand in that order.",
            _step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.sigmoid()", "return o.sigmoid() * c.tanh(), c"): "The new value g has to go up and down: it goes through tanh, from −1 to 1. Only the three gates are shares.",
            _step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c, c"): "The cell can grow beyond 1. What is shown of it is o × tanh(c).",
            _step("i, f, g, o = z.chunk(4)", "c = i.sigmoid() * c + f.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c"): "The old cell is multiplied by the forget gate f, the new value by the input gate i; here it is the other way round.",
            _step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return c, o.sigmoid() * c.tanh()"): "The right two tensors, in the wrong order: h comes first, then c.",
            _step("i, f, g, o = z.chunk(4)", "new = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), new"): "What is shown is taken from the new cell, not from the old one.",
            _step("i, f, g, o = z.chunk(4)", "c = f * c + i * g", "return o * c.tanh(), c"): "z holds sums. Each gate is the sigmoid of its sum, and g the tanh.",
            _step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c.tanh()"): "The cell is handed on as it is; tanh belongs to what is shown of it.",
        },
        learns=2,
    ),
    right=(
        _RIGHT_STEP,
        _step("n = len(c)", "i, f, o = (z[k * n:k * n + n].sigmoid() for k in (0, 1, 3))", "c = f * c + i * torch.tanh(z[2 * n:3 * n])", "return o * torch.tanh(c), c"),
        _step("i, f, g, o = torch.split(z, len(z) // 4)", "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)", "return [torch.sigmoid(o) * torch.tanh(c), c]"),
        _step("n = len(c)", "cell = torch.nn.LSTMCell(4 * n, n, bias=False)", "with torch.no_grad():", "    cell.weight_ih.copy_(torch.eye(4 * n))", "    cell.weight_hh.zero_()",
              "h, c = cell(z[None], (torch.zeros(1, n), c[None]))", "return h[0], c[0]"),
    ),
    wrong=(
        (_step("i, f, o, g = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.sigmoid()", "return o.sigmoid() * c, c"), "as it was given"),
        (_step("i, f, o, g = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c"), "order of the gates"),
        (_step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.sigmoid()", "return o.sigmoid() * c.tanh(), c"), "up and down"),
        (_step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c, c"), "beyond 1"),
        (_step("i, f, g, o = z.chunk(4)", "c = i.sigmoid() * c + f.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c"), "the other way round"),
        (_step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return c, o.sigmoid() * c.tanh()"), "in the wrong order"),
        (_step("i, f, g, o = z.chunk(4)", "new = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), new"), "not from the old one"),
        (_step("i, f, g, o = z.chunk(4)", "c = f * c + i * g", "return o * c.tanh(), c"), "z holds sums"),
        (_step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh()"), "a tuple is asked for"),
        (_step("i, f, g, o = z.chunk(4)", "c.mul_(f.sigmoid()).add_(i.sigmoid() * g.tanh())", "return o.sigmoid() * c.tanh(), c"), "changes what it is given"),
        (_step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()"), "Is there a `return`?"),
        ("torch.nn.LSTMCell", "a function is asked for"),
        (_step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return (o.sigmoid() * c.tanh()).detach(), c.detach()"), "cut from the graph"),
        (_step("with torch.no_grad():", "    i, f, g, o = z.chunk(4)", "    c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c"), "cut from the graph"),
        (_step("c = c.detach()", "i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c"), "is not: a part"),
        (_step("i, f, g, o = z.data.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c"), "is not: a part"),
        (_step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c.detach()"), "cut from the graph"),
        (_step("f, i, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c"), "the other way round"),
        (_step("i, f, g, o = z.chunk(4)", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c.tanh()"), "handed on as it is"),
        (_step("i, f, g, o = z.reshape(-1, 4).T", "c = f.sigmoid() * c + i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c"), "not the number asked for"),
        (_step("i, f, g, o = z.chunk(4)", "c *= f.sigmoid()", "c += i.sigmoid() * g.tanh()", "return o.sigmoid() * c.tanh(), c"), "changes what it is given"),
        ("{}", "a function is asked for"),
    ),
    hints=("Compare the order of the four names, and each sigmoid, with the formulas of section 2.", "i, f, g, o. Three of them are shares between 0 and 1. One is not, and neither is the cell."),
    solution=_RIGHT_STEP,
    reason="i, f and o are shares, so they go through sigmoid. What is written, g, and what is read, c, go through tanh. Weights of another order are read without any error, and mean nothing.",
)


def _shape(answer):
    """An answer as a tuple of whole numbers; None where it is no shape."""
    found = as_lists(answer)
    return tuple(found) if type(found) is list and all(type(entry) is int for entry in found) else None


_WRONG_SHAPES = (
    {(10, 4, 64): "The output has the batch in front, as the input has: batch_first=True.", (4, 64): "That is the output of one step. The output holds all ten.", (4, 10, 28): "28 numbers go in at each step; hidden_size come out.",
     (1, 4, 64): "That is the shape of h. The output holds all ten steps."},
    {(4, 1, 64): "batch_first does not touch h: its axes are always layers, batch, hidden_size.", (4, 64): "h has an axis for the layers, also where there is one.", (1, 10, 64): "h is the state after the last step, for each of the four sequences. It has no axis of steps.",
     (4, 10, 64): "That is the shape of the output, with all steps. h is what is left after the last one."},
    {(64, 28): "These are the rows of one gate. Four stand below each other.", (28, 256): "A weight has a row for each number that comes out, as in Linear.", (192, 28): "Three gates has a GRU.", (28, 64): "A weight has a row for each number that comes out, and four gates come out.",
     (256, 64): "That is weight_hh_l0, which is multiplied by h. weight_ih_l0 is multiplied by what arrives.",
     (256, 92): "One weight for what arrives and h together, 28 and 64: PyTorch keeps two. weight_ih_l0 is multiplied by what arrives.",
     (128, 28): "Two gates; there are four.", (64, 64): "That is one gate of weight_hh_l0, which is multiplied by h."},
)


def _three_shapes(answer, names):
    if type(answer) not in (tuple, list) or len(answer) != 3:
        return f"The answer is {describe(answer)}; three shapes are asked for: answer = (...), (...), (...)"
    right = (4, 10, 64), (1, 4, 64), (256, 28)
    for name, given, wanted, known in zip(("out", "h", "lstm.weight_ih_l0"), answer, right, _WRONG_SHAPES):
        shape = _shape(given)
        if shape is None:
            return f"For {name} stands {describe(given)}; a shape is asked for, in whole numbers, as in (4, 10)."
        if shape != wanted:
            return known.get(shape) or (f"{name} has {len(wanted)} axes, and {shape} {len(shape)}." if len(shape) != len(wanted) else f"{shape} is not the shape of {name}.")
    return None


SHAPES = Exercise(
    id="17.2",
    title="Three shapes",
    kind="predict",
    level=1,
    minutes=4,
    prompt="```python\nlstm = nn.LSTM(28, 64, batch_first=True)\nout, (h, c) = lstm(torch.zeros(4, 10, 28))\n```\n\nWhich shapes have `out`, `h` and `lstm.weight_ih_l0`? Give the three: `answer = (...), (...), (...)`.",
    setup="from workbook import nn\nlstm = nn.LSTM(28, 64, batch_first=True)\nout, (h, c) = lstm(torch.zeros(4, 10, 28))",
    judge=_three_shapes,
    right=("(4, 10, 64), (1, 4, 64), (256, 28)", "out.shape, h.shape, lstm.weight_ih_l0.shape", "[(4, 10, 64), [1, 4, 64], (4 * 64, 28)]"),
    wrong=(
        ("(10, 4, 64), (1, 4, 64), (256, 28)", "the batch in front"),
        ("(4, 64), (1, 4, 64), (256, 28)", "of one step"),
        ("(4, 10, 28), (1, 4, 64), (256, 28)", "hidden_size come out"),
        ("h.shape, out.shape, lstm.weight_ih_l0.shape", "the shape of h"),
        ("(4, 10, 64), (4, 1, 64), (256, 28)", "does not touch h"),
        ("(4, 10, 64), (4, 64), (256, 28)", "an axis for the layers"),
        ("(4, 10, 64), (1, 10, 64), (256, 28)", "no axis of steps"),
        ("out.shape, out.shape, lstm.weight_ih_l0.shape", "the shape of the output"),
        ("(4, 10, 64), (1, 4, 64), (64, 28)", "of one gate"),
        ("(4, 10, 64), (1, 4, 64), (28, 256)", "as in Linear"),
        ("(4, 10, 64), (1, 4, 64), (192, 28)", "Three gates has a GRU"),
        ("out.shape, h.shape, lstm.weight_hh_l0.shape", "multiplied by h"),
        ("(4, 10, 64), (1, 4, 64), (256,)", "has 2 axes"),
        ("(4.0, 10.0, 64.0), (1, 4, 64), (256, 28)", "whole numbers"),
        ("(4, 10, 64), (1, 4, 64), (256, 92)", "what arrives and h"),
        ("(4, 10, 64), (2, 4, 64), (256, 28)", "is not the shape of h"),
        ("(4, 10, 64)", "For out stands"),
        ("out, h, lstm.weight_ih_l0", "a shape is asked for"),
        ("out.shape, (h.shape, c.shape), lstm.weight_ih_l0.shape", "For h stands"),
        ("'(4, 10, 64)', '(1, 4, 64)', '(256, 28)'", "For out stands text"),
        ("torch.zeros(4, 10, 64)", "three shapes are asked for"),
    ),
    hints=("out has a row for every step; h is what is left after the last one, for each layer.", "batch_first turns the input and the output. The four gates stand in one weight, one below the other."),
    solution="(4, 10, 64), (1, 4, 64), (256, 28)",
    reason="batch_first=True moves the batch of the input and of out to the front, and of nothing else. 256 rows are 4 gates of 64.",
)

_SEQUENCE = "from workbook import nn\ntorch.manual_seed(0)\no, (h, c) = nn.LSTM(28, 64, batch_first=True)(torch.randn(4, 10, 28))"

LAST = Exercise(
    id="17.3",
    title="The last step of each",
    kind="fill in",
    level=1,
    minutes=2,
    prompt="`o`, of shape (4, 10, 64), is the output for four sequences of ten steps, batch first. Give what the layer put out at the last step of each of the four sequences.",
    setup=_SEQUENCE,
    judge=tensor("o[:, -1]", known={"o[-1]": "That is the last sequence, with all its steps. The batch is in front.", "o[:, :, -1]": "That is the last of the 64 numbers, at every step.", "o[:, 0]": "That is the first step: nothing has been read yet but one row.",
                                    "c[0]": "That is the cell. The layer puts out h.", "h": "These are the right numbers, with an axis for the layers in front. Take the layer out.", "o[:, -1:]": "The step is still an axis, of length 1. A number in place of the slice takes it away.",
                                    "o.sum(1)": "That is the sum over the steps.", "o.mean(1)": "That is the mean over the steps.", "o[:, -2]": "That is the step before the last.", "o[:, 9:]": "The step is still an axis, of length 1. A number in place of the slice takes it away."}),
    right=("o[:, -1]", "o[:, -1, :]", "o.select(1, 9)", "h[0]", "h.squeeze(0)", "o[:, 9].detach()"),
    wrong=(
        ("o[-1]", "the last sequence"),
        ("o[:, :, -1]", "of the 64 numbers"),
        ("o[:, 0]", "the first step"),
        ("h", "an axis for the layers"),
        ("c[0]", "That is the cell"),
        ("o[:, -1:]", "still an axis"),
        ("o.mean(1)", "the mean over the steps"),
        ("o.sum(1)", "the sum over the steps"),
        ("o[:, -2]", "before the last"),
        ("o", "has shape (4, 10, 64)"),
        ("o[0, -1]", "one axis"),
        ("o[:, -1].double()", "another dtype"),
        ("o[:, -1].tolist()", "a tensor is asked for"),
        ("o.shape", "a tensor is asked for"),
    ),
    hints=("Three axes: sequence, step, number. Which of them is the one of the steps?", "A colon for the first axis, −1 for the second."),
    solution="o[:, -1]",
    reason="For one layer in one direction that is h[0] as well: h is the output after the last step. Without batch_first=True it would be o[-1], and the wrong one raises no error.",
)

_last = partial(written, "out, lengths")
_PADDED = "torch.arange(24.).reshape(3, 4, 2).sin(), torch.tensor([2, 4, 1])", "torch.linspace(1, -1, 30).reshape(2, 5, 3), torch.tensor([3, 2])", "torch.arange(12.).reshape(4, 3, 1).cos(), torch.tensor([1, 3, 2, 3])"

REAL_LAST = Exercise(
    id="17.4",
    title="The last step that was real",
    kind="write it",
    level=3,
    minutes=7,
    prompt="Sequences of unequal lengths were filled up with zeros to the longest, and read by an LSTM. `out` has shape (N, T, H), batch first; `lengths`, a tensor of N whole numbers, says how many steps of each "
    "were real. Write a function of the two that returns what came out after the last **real** step of each sequence: shape (N, H).",
    judge=function(
        _last("return out[torch.arange(len(lengths)), lengths - 1]"),
        _PADDED,
        known={
            _last("return out[:, -1]"): "After the last column most of the sequences have read zeros: the padding. Each has a last step of its own.",
            _last("return out[torch.arange(len(lengths)), lengths - 2]"): "That is one step too early: lengths − 1 is the place of the last one.",
            _last("return out[:, lengths.min() - 1]"): "That is the place of the shortest, for all. Each has a last step of its own.",
            _last("return out[:, 0]"): "That is the first step.",
            _last("return out.sum(1)"): "That is the sum over the steps, with the padding in it.",
            _last("return out[:, lengths - 1]"): "out[:, lengths - 1] takes every one of these steps from every sequence: shape (N, N, H). Sequence i and step lengths[i] − 1 belong together.",
            _last("return out[torch.arange(len(lengths)), lengths - 1].unsqueeze(1)"): "The right numbers, with an axis for the step that is not needed any more.",
            _last("return out.gather(1, (lengths - 1).reshape(-1, 1, 1))"): "gather takes one number where the index has one: the index needs all H columns, by expand.",
        },
        learns=True,
    ),
    right=(
        _last("return out[torch.arange(len(lengths)), lengths - 1]"),
        _last("return torch.stack([row[n - 1] for row, n in zip(out, lengths.tolist())])"),
        _last("index = (lengths - 1).reshape(-1, 1, 1).expand(-1, 1, out.shape[2])", "return out.gather(1, index).squeeze(1)"),
        _last("steps = torch.arange(out.shape[1])", "return (out * (steps == lengths[:, None] - 1)[..., None]).sum(1)"),
    ),
    wrong=(
        (_last("return out[:, -1]"), "the padding"),
        (_last("return out[torch.arange(len(lengths)), lengths]"), "raises IndexError"),
        (_last("return out[torch.arange(len(lengths)), lengths - 2]"), "one step too early"),
        (_last("return out[:, lengths - 1]"), "belong together"),
        (_last("return out[lengths - 1]"), "raises IndexError"),
        (_last("return out[:, lengths.min() - 1]"), "the shortest"),
        (_last("return out[:, 0]"), "the first step"),
        (_last("return out.sum(1)"), "the sum over the steps"),
        (_last("return out.gather(1, (lengths - 1).reshape(-1, 1, 1))"), "by expand"),
        (_last("return out[torch.arange(len(lengths)), lengths - 1].unsqueeze(1)"), "an axis for the step"),
        (_last("return [row[n - 1] for row, n in zip(out, lengths.tolist())]"), "a tensor is asked for"),
        (_last("lengths -= 1", "return out[torch.arange(len(lengths)), lengths]"), "changes what it is given"),
        (_last("out[torch.arange(len(lengths)), lengths - 1]"), "Is there a `return`?"),
        ("torch.zeros(3, 2)", "a function is asked for"),
        (_last("return out[torch.arange(len(lengths)), lengths - 1].detach()"), "cut from the graph"),
        (_last("return torch.tensor([out[k, n - 1].tolist() for k, n in enumerate(lengths.tolist())])"), "cut from the graph"),
        (_last("return torch.stack([row[:n].max(0).values for row, n in zip(out, lengths)])"), "not the number asked for"),
        (_last("return torch.stack([row[:n].mean(0) for row, n in zip(out, lengths)])"), "not the number asked for"),
        (_last("lengths = lengths.sort(descending=True).values", "return out[torch.arange(len(lengths)), lengths - 1]"), "not the number asked for"),
        (_last("for k, n in enumerate(lengths.tolist()):", "    out[k, 0] = out[k, n - 1]", "return out[:, 0]"), "changes what it is given"),
        (_last("return out[range(3), lengths - 1]"), "raises"),
    ),
    hints=("For sequence 0 it is out[0, lengths[0] - 1]. Two lists of places, for two axes, go through step by step together.",
           "torch.arange(len(lengths)) is the list for the first axis. Counted from 0, the last real step stands at lengths - 1."),
    solution=_last("return out[torch.arange(len(lengths)), lengths - 1]"),
    reason="out[:, -1] would be what the LSTM said after reading padding, and nothing warns of it. With pack_sequence the padding is never read, and h holds these rows already.",
)

_STREAM = """from workbook import nn
import workbook.nn.functional as F

class Writer(nn.Module):
    def __init__(self, steepness):
        super().__init__()
        self.steepness = steepness
        self.embedding, self.gru, self.head = nn.Embedding(5, 4), nn.GRU(4, 6, batch_first=True), nn.Linear(6, 5)

    def forward(self, x, state=None):
        out, state = self.gru(self.embedding(x), state)
        return self.steepness * self.head(out), state

def made(seed, steepness):
    torch.manual_seed(seed)
    writer, letters = Writer(steepness), torch.randint(0, 5, (2, 13))
    pieces = list(zip(letters[:, :-1].split(4, 1), letters[:, 1:].split(4, 1)))
    return writer, torch.optim.SGD(writer.parameters(), lr=0.5), pieces
"""
_stream = partial(written, "writer, optimizer, pieces")
_HEAD = ("state = None", "for x, y in pieces:")
_FORWARD = ("    scores, state = writer(x, state)", "    loss = F.cross_entropy(scores.flatten(0, 1), y.flatten())", "    optimizer.zero_grad()")
_CLIP = "    nn.utils.clip_grad_norm_(writer.parameters(), 1.0)"
_BACK, _STEP, _ON = "    loss.backward()", "    optimizer.step()", "    state = state.detach()"


def _loop(*lines, forward=_FORWARD):
    """The source of a loop over the pieces, with these lines after the loss."""
    return _stream(*_HEAD, *forward, *lines, "return loss.item()")


_SCALED = ("    total = sum(p.grad.pow(2).sum() for p in writer.parameters()).sqrt()", "    for p in writer.parameters():", "        p.grad.mul_(1 / total.item())")
_ANEW = ("    scores, _ = writer(x)", *_FORWARD[1:])
_RIGHT_STREAM = _loop(_BACK, _CLIP, _STEP, _ON)
_KNOWN_STREAMS = {
    _loop(_BACK, _CLIP, _STEP, forward=_ANEW): "Every piece begins with an empty state here. What was read before is to be remembered: hand the state on, without its history.",
    _loop(_BACK, _STEP, forward=_ANEW): "Every piece begins with an empty state here, and the gradients are not clipped.",
    _loop(_BACK, _STEP, _ON): "The state is carried as it should be. The gradients are not clipped to the norm 1 before the step.",
    _loop(_BACK, _CLIP.replace("norm", "value"), _STEP, _ON): "clip_grad_value_ cuts every number by itself, which turns the gradient. Asked for is clip_grad_norm_, which shortens it as a whole.",
    _loop(_BACK, *_SCALED, _STEP, _ON): "A gradient that is shorter than 1 is left as it is. Yours is made longer, up to 1.",
    _loop(_BACK, _CLIP, _STEP, _ON, forward=_FORWARD[:2]): "The gradients of all pieces pile up: zero_grad() is missing.",
}


def _streamed(answer, names):
    """Judge a training loop over the pieces of a stream, by the weights that it leaves and the loss that it returns."""
    if not callable(answer):
        return not_a_function(answer)
    for start in ((1, 20), (4, 20), (2, 1)):  # every gradient of the first two is longer than 1, none of the third
        wanted, loss = _trained(names.evaluate(_RIGHT_STREAM), names, start)
        writer, optimizer, pieces = names["made"](*start)
        got, problem = called(answer, writer, optimizer, pieces, case="a network, its optimizer and three pieces")
        if problem and "second time" in problem:
            return "Your function raises PyTorch's RuntimeError: backward a second time. The state still hangs on the graph of the piece before, which is gone. Carry its numbers on, without their history."
        if problem:
            return problem
        left = _flat(writer, names)
        if found := difference(left, wanted, 1e-4):
            return next((message for source, message in _KNOWN_STREAMS.items() if difference(left, _trained(names.evaluate(source), names, start)[0], 1e-4) is None),
                        "The weights at the end are not those of the loop that is asked for." if "shape" not in found else found)
        number = as_number(got)
        if number is None:
            return f"The function returns {describe(got)}; the last loss is asked for, as a number: loss.item()."
        if not close(number, loss, 1e-4):
            return f"The weights are right. The function returns {show(number)}, which is not the loss of the last piece."
    return None


def _trained(function, names, start):
    """The weights that a loop leaves, in one row, and what it returns."""
    writer, optimizer, pieces = names["made"](*start)
    got = function(writer, optimizer, pieces)
    return _flat(writer, names), got


def _flat(writer, names):
    return names["torch"].cat([weight.detach().flatten() for weight in writer.parameters()])


CARRIED = Exercise(
    id="17.5",
    title="A state that is carried, and its history that is not",
    kind="fix the bug",
    level=3,
    minutes=9,
    prompt="This writer has a **GRU**, whose state is one tensor. A stream is read in pieces; what was read before a piece is to be remembered. The loop fails at its second piece. Repair it, and let it clip the gradients "
    "to the norm 1 before each step. It returns the loss of the last piece.\n\n```python\ndef answer(writer, optimizer, pieces):\n    state = None\n    for x, y in pieces:\n        scores, state = writer(x, state)\n"
    "        loss = F.cross_entropy(scores.flatten(0, 1), y.flatten())\n        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n    return loss.item()\n```",
    setup=_STREAM,
    judge=_streamed,
    right=(
        _RIGHT_STREAM,
        _stream("state = None", "for x, y in pieces:", "    optimizer.zero_grad()", "    scores, state = writer(x, state if state is None else state.detach())", "    loss = F.cross_entropy(scores.transpose(1, 2), y)", "    loss.backward()",
                "    nn.utils.clip_grad_norm_(writer.parameters(), max_norm=1)", "    optimizer.step()", "return float(loss)"),
        _stream(*_HEAD, *_FORWARD, "    loss.backward()", "    total = sum(p.grad.pow(2).sum() for p in writer.parameters()).sqrt()", "    for p in writer.parameters():", "        p.grad.mul_(min(1.0, 1.0 / (total.item() + 1e-6)))",
                "    optimizer.step()", "    state = state.data", "return loss.item()"),
    ),
    wrong=(
        (_loop(_BACK, _STEP), "backward a second time"),
        (_loop("    loss.backward(retain_graph=True)", _CLIP, _STEP), "raises RuntimeError"),
        (_loop(_BACK, _CLIP, _STEP, forward=_ANEW), "an empty state here. What"),
        (_loop(_BACK, _STEP, forward=_ANEW), "and the gradients are not clipped"),
        (_loop(_BACK, _STEP, _ON), "are not clipped to the norm 1"),
        (_loop(_BACK, _STEP, _CLIP, _ON), "not clipped"),
        (_loop(_CLIP, _BACK, _STEP, _ON), "not clipped"),
        (_loop(_BACK, _CLIP.replace("norm", "value"), _STEP, _ON), "cuts every number by itself"),
        (_loop(_BACK, _CLIP, _STEP, _ON, forward=_FORWARD[:2]), "pile up"),
        (_loop(_BACK, _CLIP, _STEP, "    state = tuple(part.detach() for part in state)"), "raises AttributeError"),
        (_loop(_BACK, _CLIP, _STEP, "    state.detach()"), "backward a second time"),
        (_loop(_BACK, _CLIP, _STEP, "    state = None"), "an empty state here. What"),
        (_loop(_BACK, _CLIP, _ON), "are not those of the loop"),
        (_loop(_BACK, *_SCALED, _STEP, _ON), "shorter than 1 is left as it is"),
        (_loop(_BACK, _CLIP, _STEP, _ON, forward=(_FORWARD[0], _FORWARD[1][:-1] + ", reduction='sum')", _FORWARD[2])), "not the loss of the last piece"),
        (_loop(_BACK, _CLIP.replace("1.0", "0.1"), _STEP, _ON), "are not those of the loop"),
        (_stream(*_HEAD, *_FORWARD, _BACK, _CLIP, _STEP, _ON, "return loss.item() / len(pieces)"), "not the loss of the last piece"),
        (_stream(*_HEAD, *_FORWARD, _BACK, _CLIP, _STEP, _ON, "return [loss.item()]"), "as a number"),
        (_stream(*_HEAD, *_FORWARD, _BACK, _CLIP, _STEP, _ON, "loss.item()"), "Is there a `return`?"),
        ("3.5", "a function is asked for"),
    ),
    hints=("The state came out of the last piece's graph, and backward has freed that graph. What takes a tensor out of its graph (lesson 06)?",
           "state = state.detach() at the end of each round. Clipping stands between backward() and step(): nn.utils.clip_grad_norm_(writer.parameters(), 1.0)."),
    solution=_RIGHT_STREAM,
    reason="The numbers of the state go on, its history ends: a gradient goes back as far as the piece begins, and no farther. That is truncated backpropagation through time.",
)

EXERCISES = (STEP, SHAPES, LAST, REAL_LAST, CARRIED)
