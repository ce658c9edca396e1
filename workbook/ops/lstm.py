"""A layer of an LSTM as one step of the graph: fast. The same in small steps, one node each, is `recurrent.lstm_step`.

Of all steps at once are computed: what the inputs give to the gates, the slopes of the gates, and the gradients to the weights.
Only what needs the step before stands in a loop.
"""

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.ops.alike import ones_like
from workbook.ops.axes import T, unsqueeze
from workbook.ops.joining import Cat, stack
from workbook.ops.linalg import Mm, linear
from workbook.ops.parts import narrow
from workbook.ops.pointwise import sigmoid, tanh
from workbook.ops.rearranging import flip
from workbook.ops.shape import reshape
from workbook.tensor import Tensor


class LstmLayer(Operation, name="MkldnnRnnLayerBackward0"):
    """out = the hidden states of all steps, then the last hidden state and the last cell

    x: (L, N, I), w_ih: (4H, I), w_hh: (4H, H), b_ih and b_hh: (4H) or None, h and c: (N, H); `reverse`: from the last step on.
    The rows of the weights belong to the gates i, f, g, o. Source: Hochreiter and Schmidhuber 1997; Gers et al. 2000.
    """

    dtype_rule = staticmethod(dtypes.as_given)

    def forward(ctx, x, w_ih, w_hh, b_ih, b_hh, h, c, *, reverse):
        xp, (length, batch, features), hidden = ctx.xp, x.shape, w_hh.shape[1]
        begin, cell = h, c
        weight = xp.zeros((4, features + hidden + 1, hidden), x.dtype)  # of the gates i, f, o, g
        weight[:, :features], weight[:, features:-1] = _by_gate(w_ih), _by_gate(w_hh)
        if b_ih is not None:
            weight[:, -1] = _by_gate(b_ih + b_hh)
        weight[:3] *= 0.5  # sigmoid(z) = (1 + tanh(z / 2)) / 2: so all four gates come from one tanh
        # what each step sees: the input, the hidden state before it, and 1
        seen = xp.empty((length + 1, batch, features + hidden + 1), x.dtype)
        seen[:-1, :, :features], seen[0, :, features:-1], seen[:, :, -1] = x[::-1] if reverse else x, h, 1
        gates, cells = xp.empty((length, 4, batch, hidden), x.dtype), xp.empty((length, batch, hidden), x.dtype)
        part = xp.empty((batch, hidden), x.dtype)
        for t in range(length):
            z = xp.matmul(seen[t], weight, out=gates[t])
            xp.tanh(z, out=z)
            sigmoids = z[:3]
            sigmoids *= 0.5
            sigmoids += 0.5
            i, f, o, g = z
            c = xp.multiply(f, c, out=cells[t])
            c += xp.multiply(i, g, out=part)
            xp.multiply(o, xp.tanh(c, out=part), out=seen[t + 1, :, features:-1])
        out = seen[1:, :, features:-1]
        last = out[-1].copy()
        out = (out[::-1] if reverse else out).copy()
        ctx.save(x, w_ih, w_hh, b_ih, b_hh, begin, cell, out)
        ctx.keep(seen[:-1], gates, cells)
        ctx.reverse = reverse
        return out, last, c.copy()

    def backward(ctx, to_out, to_h, to_c):
        x, w_ih, w_hh, b_ih, b_hh, h, c, out = ctx.saved
        if isinstance(to_out, Tensor):
            return lstm_slopes(x, w_ih, w_hh, b_ih, b_hh, h, c, out, to_out, to_h, to_c, ctx.reverse)
        return ctx._in_one_go(w_ih, w_hh, c, to_out[::-1] if ctx.reverse else to_out, to_h, to_c)

    def _in_one_go(ctx, w_ih, w_hh, begin, to_out, to_h, to_c):
        """The same as `lstm_slopes`, with all that does not need the step after it computed of all steps at once."""
        xp, (seen, gates, cells) = ctx.xp, ctx.kept
        length, batch, hidden = cells.shape
        (i, f, o, g), squashed = gates.swapaxes(0, 1), xp.tanh(cells)
        # by how much each gate moves the cell, or o the hidden state: times what arrives there, it becomes the gradient to the gate
        to_gates = xp.empty((4, length, batch, hidden), cells.dtype)  # of i, f, g, o, as the rows of the weights
        for to_gate, sigmoid_of, factor in ((to_gates[0], i, g), (to_gates[3], o, squashed), (to_gates[1, 1:], f[1:], cells[:-1]), (to_gates[1, :1], f[:1], begin)):
            xp.multiply(sigmoid_of, sigmoid_of, out=to_gate)
            xp.subtract(sigmoid_of, to_gate, out=to_gate)
            to_gate *= factor
        to_gates[2] = i - i * g * g
        through = o - o * squashed * squashed
        by_gate, parts = w_hh.reshape(4, hidden, hidden), xp.empty((4, batch, hidden), cells.dtype)
        for t in reversed(range(length)):
            to_h = to_h + to_out[t]
            to_c = to_c + to_h * through[t]
            of_cell, of_output = to_gates[:3, t], to_gates[3, t]
            of_cell *= to_c
            of_output *= to_h
            to_h, to_c = xp.matmul(to_gates[:, t], by_gate, out=parts).sum(0), to_c * f[t]
        to_gates = to_gates.reshape(4, length * batch, hidden)
        to_x = to_w_ih = to_w_hh = to_bias = None
        if ctx.needs_input_grad[0]:
            to_x = xp.matmul(to_gates, w_ih.reshape(4, hidden, -1)).sum(0).reshape(length, batch, -1)
            to_x = to_x[::-1] if ctx.reverse else to_x
        if any(ctx.needs_input_grad[1:5]):
            to_weight = xp.matmul(to_gates.swapaxes(1, 2), seen.reshape(length * batch, -1)).reshape(4 * hidden, -1)
            to_w_ih, to_w_hh, to_bias = to_weight[:, :-hidden - 1], to_weight[:, -hidden - 1:-1], to_weight[:, -1]
        return to_x, to_w_ih, to_w_hh, to_bias, to_bias, to_h, to_c


def lstm_slopes(x, w_ih, w_hh, b_ih, b_hh, h, c, out, to_out, to_h, to_c, reverse):
    """The gradients to x, the weights, the biases, h and c, step by step, as they are derived."""
    length, batch, features = x.shape
    if reverse:
        x, out, to_out = (flip(sequence, 0) for sequence in (x, out, to_out))
    seen, gates, cells = _again(x, w_ih, w_hh, b_ih, b_hh, h, c, out)
    squashed = tanh(cells)
    to_gates = []  # of the last step first
    for t in reversed(range(length)):
        (i, f, o, g), s, before = gates[t], squashed[t], cells[t - 1] if t else c
        to_h = to_h + to_out[t]
        to_c = to_c + to_h * (o - o * s * s)
        to_gates.append(joined((to_c * g * (i - i * i), to_c * before * (f - f * f), to_c * (i - i * g * g), to_h * s * (o - o * o)), 1))
        to_h, to_c = Mm.apply(to_gates[-1], w_hh), to_c * f
    to_gates = joined(to_gates[::-1], 0)
    to_x = reshape(Mm.apply(to_gates, w_ih), (length, batch, features))
    to_weight = Mm.apply(T.apply(to_gates), reshape(seen, (length * batch, seen.shape[2])))
    to_bias = to_weight[:, -1]
    return (flip(to_x, 0) if reverse else to_x, to_weight[:, :features], to_weight[:, features:-1], to_bias, to_bias, to_h, to_c)


def _by_gate(rows):
    """(4H, ...), the rows of the gates i, f, g, o, as (4, ..., H), of the gates i, f, o, g."""
    return rows.reshape(4, -1, *rows.shape[1:])[[0, 1, 3, 2]].swapaxes(1, -1)


def joined(parts, axis):
    return Cat.apply(*parts, axis=axis)


def _again(x, w_ih, w_hh, b_ih, b_hh, h, c, out):
    """What each step saw, its gates and its cell, as Tensors with a history: for a derivative of the derivative."""
    length, batch, features = x.shape
    hidden = w_hh.shape[1]
    before = joined((unsqueeze(h, 0), narrow(out, 0, 0, length - 1)), 0)
    z = linear(x, w_ih, b_ih) + linear(before, w_hh, b_hh)
    i, f, g, o = (narrow(z, 2, k * hidden, hidden) for k in range(4))
    i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
    cells = []
    for t in range(length):
        c = f[t] * c + i[t] * g[t]
        cells.append(c)
    return joined((x, before, ones_like(x[:, :, :1])), 2), stack((i, f, o, g), 1), stack(cells)
