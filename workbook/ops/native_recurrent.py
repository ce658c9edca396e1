"""Recurrent layers and cells under `torch` itself, with their weights as arguments: what `torch.nn.LSTM` and its kin call in PyTorch."""

from workbook.dtypes import int64
from workbook.errors import explain
from workbook.ops.kinds import native
from workbook.ops.recurrent import GATES, cell, recurrent
from workbook.tensor import Tensor


def _step(function, mode, input, state, w_ih, w_hh, b_ih, b_hh):
    for given in (input, *state):
        if given.ndim < 2:
            raise IndexError(explain("Dimension out of range (expected to be in range of [-1, 0], but got 1)",
                                     f"{function} takes a batch: a row for each example", "write x.unsqueeze(0)"))
    if state[0].shape[1] == w_hh.shape[-1]:
        _check_rows(GATES[mode], state[0].shape[1], w_ih, w_hh)
    return cell(mode, input, state, w_ih, w_hh, b_ih, b_hh)


def _check_rows(gates, hidden, w_ih, w_hh):
    for name, weight in (("weight_ih", w_ih), ("weight_hh", w_hh)):
        if weight.ndim != 2 or weight.shape[0] != gates * hidden:
            raise RuntimeError(explain(
                f"{name} first dim must be {gates} * hidden_size = {gates * hidden}, but got {weight.shape[0] if weight.ndim else 'a single number'}",
                f"each of {gates} gates has a row for every number that is kept", f"give a matrix of {gates * hidden} rows"))


@native
def lstm_cell(input: Tensor, hx: tuple, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None):
    """As `torch.nn.LSTMCell`, its weights as arguments. Raises RuntimeError where the sizes do not fit."""
    if len(hx) != 2:
        raise RuntimeError(explain("lstm_cell expects two hidden states", "the hidden state and the cell", "write (h, c)"))
    return _step("lstm_cell", "LSTM", input, tuple(hx), w_ih, w_hh, b_ih, b_hh)


@native
def gru_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None):
    """As `torch.nn.GRUCell`, its weights as arguments. Raises RuntimeError where the sizes do not fit."""
    return _step("gru_cell", "GRU", input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]


@native
def rnn_tanh_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None):
    """As `torch.nn.RNNCell`, its weights as arguments. Raises RuntimeError where the sizes do not fit."""
    return _step("rnn_tanh_cell", "RNN_TANH", input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]


@native
def rnn_relu_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None):
    """As `torch.nn.RNNCell` with relu, its weights as arguments. Raises RuntimeError where the sizes do not fit."""
    return _step("rnn_relu_cell", "RNN_RELU", input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]


def _layers(name, mode, layer):
    """The function `name`: layers of recurrent steps, their weights as arguments, over a Tensor or over packed rows."""
    alone = "input hx params has_biases num_layers dropout train bidirectional batch_first".split()
    of_packed = "data batch_sizes hx params has_biases num_layers dropout train bidirectional".split()
    kind_of_state = (tuple, list) if mode == "LSTM" else Tensor
    kinds = {"input": Tensor, "data": Tensor, "batch_sizes": Tensor, "hx": kind_of_state, "params": (tuple, list), "num_layers": int,
             "dropout": (float, int)} | dict.fromkeys(("has_biases", "train", "bidirectional", "batch_first"), bool)

    def function(*args, **options):
        for names in (alone, of_packed):
            given = dict(zip(names, args)) | options
            if len(args) + len(options) == len(names) and given.keys() == set(names) and all(
                    isinstance(value, kinds[argument]) for argument, value in given.items()):
                return run(given, names)
        got = [type(each).__name__ for each in args] + [f"{argument}={type(each).__name__}" for argument, each in options.items()]
        raise TypeError(explain(f"{name}() received an invalid combination of arguments - got ({', '.join(got)})",
                                f"it is {name}({', '.join(alone)}), or {name}({', '.join(of_packed)})",
                                f"use torch.nn.{layer}, which keeps its weights itself"))

    def run(given, names):
        packed = names[0] == "data"
        state = tuple(given["hx"]) if mode == "LSTM" else (given["hx"],)
        _check_numbers(name, mode, state, given)
        if packed and given["batch_sizes"].dtype is not int64:
            raise RuntimeError(explain(f"expected scalar type Long but found {given['batch_sizes'].dtype.legacy}", "batch_sizes counts rows",
                                       "write batch_sizes.long()"))
        if given[names[0]].ndim != (2 if packed else 3):
            raise IndexError(explain(
                f"Dimension out of range (expected to be in range of [{-max(given[names[0]].ndim, 1)}, {max(given[names[0]].ndim, 1) - 1}], but got "
                f"{1 if packed else 2})", f"{name} reads " + ("packed rows" if packed else "(steps, batch, features)"), f"or use torch.nn.{layer}"))
        sizes = {"batch_sizes": given["batch_sizes"].tolist()} if packed else {"batch_first": given["batch_first"]}
        out, state = recurrent(mode, given[names[0]], state, *[given[argument] for argument in (
            "params", "has_biases", "num_layers", "dropout", "train", "bidirectional")], **sizes)
        return (out, *state)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""As `torch.nn.{layer}`, its weights as arguments; the parts of the last state stand beside the output.

    Raises TypeError for other arguments, RuntimeError where their sizes or numbers do not fit.

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.{layer}.html
    """
    return function


def _check_numbers(name, mode, state, given):
    """Raise where there are more or fewer states and weights than the layers ask for, or of other sizes."""
    if mode == "LSTM" and len(state) != 2:
        raise RuntimeError(explain("lstm expects two hidden states", f"there are {len(state)}", "write (h, c)"))
    directions = given["num_layers"] * (2 if given["bidirectional"] else 1)
    projects = mode == "LSTM" and state[0].shape[-1:] != state[1].shape[-1:]
    each = (4 if given["has_biases"] else 2) + projects
    weights = given["params"]
    for place, weight in enumerate(weights):
        if not isinstance(weight, Tensor):
            raise TypeError(explain(f"expected Tensor as element {place} in argument 2, but got {type(weight).__name__}",
                                    "the weights are Tensors", "pass net._flat_weights, or a list of your own"))
    if len(weights) != directions * each or not weights:
        raise RuntimeError(explain(f"{name}() got {len(weights)} weights for {directions} layers and directions",
                                   f"each has {each} of its own", "give them one layer after the other: w_ih, w_hh, b_ih, b_hh"))
    if any(part.ndim != 3 or part.shape[0] < directions for part in state):
        raise RuntimeError(explain("Expected more hidden states in stacked_rnn", f"there are {directions} layers and directions, and each "
                                   "begins with a state of its own", "give states of (layers * directions, batch, hidden_size)"))
    for place in range(0, len(weights), each):
        _check_rows(GATES[mode], state[-1].shape[2], *weights[place:place + 2])


lstm, gru = _layers("lstm", "LSTM", "LSTM"), _layers("gru", "GRU", "GRU")
rnn_tanh, rnn_relu = _layers("rnn_tanh", "RNN_TANH", "RNN"), _layers("rnn_relu", "RNN_RELU", "RNN")
