"""Recurrent networks, step by step: what a cell does, and how cells are strung along a sequence and stacked in layers.

A step is a function `(given, state, weights) -> state`: `given` is what the input gives to the gates, computed for all steps at
once; a state is a tuple, `(h,)` or `(h, c)`, whose first part is the output.
"""

import warnings

from workbook.dtypes import float32
from workbook.errors import explain
from workbook.ops.autocasting import in_half
from workbook.ops.axes import T, Transpose, transpose
from workbook.ops.inplace import dropout
from workbook.ops.joining import Split, cat, stack, unbind
from workbook.ops.linalg import linear, matmul
from workbook.ops.lstm import LstmLayer
from workbook.ops.parts import narrow
from workbook.ops.pointwise import relu, sigmoid, tanh
from workbook.ops.shape import view
from workbook.ops.strided import TransposeInPlace
from workbook.threads import thread


class UnsafeSplit(Split):
    """out = pieces of the given lengths along `axis`, not known as views: who makes them never writes to them"""

    is_view = False


def _parts(gates, count):
    size = gates.shape[1] // count
    return UnsafeSplit.apply(gates, lengths=[size] * count, axis=1)


# ---- the steps ------------------------------------------------------------------------------------------------------------


def lstm_step(given, state, w_hh, b_hh=None, w_hr=None):
    """Long short-term memory (Hochreiter and Schmidhuber 1997): i, f, o say what is stored, kept and shown of the cell c."""
    h, c = state
    i, f, g, o = _parts(linear(h, w_hh, b_hh) + given, 4)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    h = sigmoid(o) * tanh(c)
    return (h if w_hr is None else matmul(h, T.apply(w_hr))), c


def gru_step(given, state, w_hh, b_hh=None):
    """The gated recurrent unit (Cho et al. 2014): r says what of h is looked at, z what of it stays, n is what is new."""
    (h,) = state
    given_r, given_z, given_n = _parts(given, 3)
    r, z, n = _parts(linear(h, w_hh, b_hh), 3)
    r, z = sigmoid(r + given_r), sigmoid(z + given_z)
    n = tanh(given_n + n * r)
    return ((h - n) * z + n,)


def tanh_step(given, state, w_hh, b_hh=None):
    """A network of Elman 1990: h = tanh(W_ih x + W_hh h + b)."""
    return (tanh(linear(state[0], w_hh, b_hh) + given),)


def relu_step(given, state, w_hh, b_hh=None):
    """The same with relu in the place of tanh."""
    return (relu(linear(state[0], w_hh, b_hh) + given),)


GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}  # a row of the weights for each, times hidden_size
STEPS = {"LSTM": lstm_step, "GRU": gru_step, "RNN_TANH": tanh_step, "RNN_RELU": relu_step}


def meet(input, weight):
    """Whether an input is of the dtype of a weight, or autocast chooses one for both."""
    choice = thread.state.autocast
    return input.dtype is weight.dtype or choice is not None and input.device.type in choice.kinds


def cell(mode, input, state, w_ih, w_hh, b_ih=None, b_hh=None):
    """One step of the kind `mode`, for a batch: `input` (N, I), each part of `state` (N, H). Return the new state, a tuple.

    Raises RuntimeError where the sizes do not fit.

    >>> import workbook as torch
    >>> (h,) = cell("RNN_RELU", torch.ones(1, 2), (torch.zeros(1, 1),), torch.tensor([[1., 2.]]), torch.zeros(1, 1))
    >>> h
    tensor([[3.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.LSTMCell.html
    """
    if input.is_cuda:
        input, state, w_ih, w_hh, b_ih, b_hh = in_half(input, state, w_ih, w_hh, b_ih, b_hh)
    if input.shape[1] != w_ih.shape[1]:
        raise RuntimeError(explain(f"input has inconsistent input_size: got {input.shape[1]} expected {w_ih.shape[1]}",
                                   f"each row that arrives has {input.shape[1]} numbers, and the cell was built for {w_ih.shape[1]}",
                                   f"build the cell with input_size={input.shape[1]}, or give it rows of {w_ih.shape[1]}"))
    for place, part in enumerate(state):
        if part.shape[0] != input.shape[0]:
            raise RuntimeError(explain(f"Input batch size {input.shape[0]} doesn't match hidden{place} batch size {part.shape[0]}",
                                       "each example has its own state", f"give a state of {input.shape[0]} rows"))
        if part.shape[1] != w_hh.shape[1]:
            raise RuntimeError(explain(f"hidden{place} has inconsistent hidden_size: got {part.shape[1]}, expected {w_hh.shape[1]}",
                                       f"the cell keeps {w_hh.shape[1]} numbers an example",
                                       f"give a state of ({input.shape[0]}, {w_hh.shape[1]})"))
    return STEPS[mode](linear(input, w_ih, b_ih), state, w_hh, b_hh)


# ---- along a sequence -----------------------------------------------------------------------------------------------------


def _along(mode, input, state, weights, reverse):
    """One layer in one direction over `input` (L, N, I): the outputs (L, N, H), and the state at the end."""
    w_ih, w_hh, b_ih, b_hh, w_hr = weights
    if mode == "LSTM" and w_hr is None and all(x is None or x.dtype is float32 for x in (input, *weights, *state)):
        out, *state = LstmLayer.apply(input, w_ih, w_hh, b_ih, b_hh, *state, reverse=reverse)
        return out, tuple(state)
    more = () if w_hr is None else (w_hr,)
    outs, steps = [], unbind(linear(input, w_ih, b_ih), 0)
    for given in reversed(steps) if reverse else steps:
        state = STEPS[mode](given, state, w_hh, b_hh, *more)
        outs.append(state[0])
    return stack(outs[::-1] if reverse else outs, 0), state


def _along_packed(mode, input, sizes, state, weights, reverse):
    """The same over packed sequences: `input` (sum of sizes, I), of which each step takes as many rows as `sizes` says.

    Sequences stand in order of length, so those that have ended are the last rows of the state.
    """
    w_ih, w_hh, b_ih, b_hh, w_hr = weights
    more = () if w_hr is None else (w_hr,)
    given = linear(input, w_ih, b_ih)
    begin, outs, ended, place = state, [], [], given.shape[0] if reverse else 0
    running = sizes[-1] if reverse else sizes[0]
    state = tuple(narrow(part, 0, 0, running) for part in begin)
    for size in reversed(sizes) if reverse else sizes:
        place -= size if reverse else 0
        if size > running:  # backwards: longer sequences have begun before, shorter ones begin here
            state = tuple(cat((part, narrow(first, 0, running, size - running))) for part, first in zip(state, begin))
        elif size < running:
            ended.append(tuple(narrow(part, 0, size, running - size) for part in state))
            state = tuple(narrow(part, 0, 0, size) for part in state)
        state = STEPS[mode](narrow(given, 0, place, size), state, w_hh, b_hh, *more)
        running = size
        place += 0 if reverse else size
        outs.append(state[0])
    if not reverse:
        ended.append(state)
        state = tuple(cat(parts[::-1]) for parts in zip(*ended))
    return cat(outs[::-1] if reverse else outs), state


def _dealt(params, has_biases, projects, count):
    """A flat list of parameters as one `(w_ih, w_hh, b_ih, b_hh, w_hr)` for each layer and direction."""
    params, dealt = list(params), []
    for _ in range(count):
        first, params = params[:2], params[2:]
        biases, params = (params[:2], params[2:]) if has_biases else ((None, None), params)
        last, params = (params[:1], params[1:]) if projects else ((None,), params)
        dealt.append((*first, *biases, *last))
    return dealt


def recurrent(mode, input, state, params, has_biases, num_layers, p, train, bidirectional, batch_first=False, batch_sizes=None):
    """Run `input` through layers of recurrent steps, each in one or two directions. Return the outputs and the tuple of last states.

    `input`: (L, N, I), or (N, L, I) with `batch_first`; with `batch_sizes`, a list, the packed rows of all steps. `state`: a
    tuple of (layers * directions, N, H). `params`: the weights of each layer and direction, one after the other. Between layers
    stands a dropout of `p` while `train`. Raises RuntimeError for a sequence without steps.

    >>> import workbook as torch
    >>> weights = torch.ones(1, 1), torch.ones(1, 1)
    >>> out, (h,) = recurrent("RNN_RELU", torch.ones(3, 1, 1), (torch.zeros(1, 1, 1),), weights, False, 1, 0.0, False, False)
    >>> out.flatten(), h.flatten()
    (tensor([1., 2., 3.]), tensor([3.]))

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.RNN.html
    """
    if input.is_cuda:
        input, state, params = in_half(input, state, params)
    if batch_first and batch_sizes is None:
        input = transpose(input, 0, 1)
    if not input.shape[0]:
        raise RuntimeError(explain("Expected sequence length to be larger than 0 in RNN", "without a step there is no output",
                                   "give it at least one step"))
    directions = 2 if bidirectional else 1
    projects = mode == "LSTM" and state[0].shape[2] != state[1].shape[2]
    one_length = batch_sizes is not None and len(set(batch_sizes)) == 1
    if one_length and mode == "LSTM" and not projects and all(x.dtype is float32 for x in (input, *params, *state)):
        return _of_one_length(input, state, params, has_biases, num_layers, p, train, bidirectional, batch_sizes)
    if projects and input.dtype is float32 and batch_sizes is None:
        _warn_of_projections()
    dealt = iter(zip(_dealt(params, has_biases, projects, num_layers * directions), zip(*(unbind(part, 0) for part in state))))
    ends = []
    for layer in range(num_layers):
        outs = []
        for reverse in (False, True)[:directions]:
            weights, begin = next(dealt)
            if batch_sizes is None:
                out, end = _along(mode, input, begin, weights, reverse)
            else:
                out, end = _along_packed(mode, input, batch_sizes, begin, weights, reverse)
            outs.append(out)
            ends.append(end)
        input = cat(outs, -1) if bidirectional else outs[0]
        if p and train and layer < num_layers - 1:
            input = dropout(input, p)
    state = tuple(stack(parts, 0) for parts in zip(*ends))
    if batch_first and batch_sizes is None:
        turn = Transpose if mode == "LSTM" else TransposeInPlace  # one view or the other: the node's name is PyTorch's
        input = turn.apply(input, first=0, second=1)
    return input, state


def _of_one_length(input, state, params, has_biases, num_layers, p, train, bidirectional, batch_sizes):
    """An LSTM over packed sequences that all have one length: a plain batch, which needs one step of the graph a layer, not one a step."""
    steps, batch = len(batch_sizes), batch_sizes[0]
    rows = view(input, (steps, batch, input.shape[1]))
    output, state = recurrent("LSTM", rows, state, params, has_biases, num_layers, p, train, bidirectional)
    return view(output, (steps * batch, output.shape[2])), state


_warned = []  # PyTorch says it once a process


def _warn_of_projections():
    if not _warned:
        _warned.append(True)
        warnings.warn("LSTM with projections is not supported with oneDNN. Using default implementation.", UserWarning, stacklevel=5)
