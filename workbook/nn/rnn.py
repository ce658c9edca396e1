"""Recurrent layers over whole sequences: RNN, LSTM, GRU. What they compute stands in `ops.recurrent`."""

import math
import numbers
import warnings

from workbook.errors import explain
from workbook.nn import init
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.nn.utils.rnn import PackedSequence
from workbook.ops.axes import squeeze, unsqueeze
from workbook.ops.creation import empty, zeros
from workbook.ops.picks import index_select
from workbook.ops.recurrent import GATES, meet, recurrent
from workbook.tensor import Tensor


class RNNBase(Module):
    """What RNN, LSTM and GRU share: the weights of each layer and direction, and the way of a sequence through them.

    Weights: `weight_ih_l0` (gates * hidden_size, input_size), `weight_hh_l0` (gates * hidden_size, hidden_size), `bias_ih_l0`,
    `bias_hh_l0`; `_reverse` at the end for the other direction, `l1` for the next layer. All start as U(-b, b) with
    b = 1 / sqrt(hidden_size).

    Input (L, N, input_size), or (N, L, input_size) with `batch_first`, (L, input_size) without a batch, or a PackedSequence.
    Raises ValueError, TypeError for settings that make no layer, and for an input of another dtype; RuntimeError for sizes that
    do not fit.

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.RNNBase.html
    """

    torch_name = "torch.nn.modules.rnn.RNNBase"
    states = 1  # how many Tensors a state is: h, or h and c

    def __init__(self, mode, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, proj_size=0, device=None, dtype=None):
        super().__init__()
        _check_settings(mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size)
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        self._flat_weights_names, self._all_weights = [], []
        rows, shown, directions = GATES[mode] * hidden_size, proj_size or hidden_size, 2 if bidirectional else 1
        for layer in range(num_layers):
            arriving = shown * directions if layer else input_size
            for suffix in ("", "_reverse")[:directions]:
                shapes = {"weight_ih": (rows, arriving), "weight_hh": (rows, shown)}
                if bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                names = [f"{kind}_l{layer}{suffix}" for kind in shapes]
                for name, shape in zip(names, shapes.values()):
                    setattr(self, name, Parameter(empty(shape, device=device, dtype=dtype)))
                self._flat_weights_names += names
                self._all_weights.append(names)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw all weights anew, in the order of their names."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def flatten_parameters(self):
        """Do nothing: PyTorch puts the weights into one memory here, for a GPU."""

    @property
    def all_weights(self):
        """The weights, a list for each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights(self):
        return [getattr(self, name) for name in self._flat_weights_names]

    def forward(self, input, hx=None):
        """Return the outputs of all steps and the state after the last one."""
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        self._check_axes(input)
        batched, batch_dim = input.dim() == 3, 0 if self.batch_first else 1
        if not batched:
            input = unsqueeze(input, batch_dim)
        state = self._begin(input, input.shape[batch_dim]) if hx is None else self._given(hx, batched)
        self._check_input(input)
        self._check_state(state, input.shape[batch_dim])
        output, state = recurrent(self.mode, input, state, self._flat_weights, self.bias, self.num_layers, self.dropout,
                                  self.training, self.bidirectional, self.batch_first)
        if not batched:
            output, state = squeeze(output, batch_dim), tuple(squeeze(part, 1) for part in state)
        return output, self._handed(state)

    def _forward_packed(self, packed, hx):
        data, batch_sizes, order, back = packed
        sizes = batch_sizes.tolist()
        if hx is None:
            state = self._begin(data, sizes[0])
        else:
            state = (hx,) if self.states == 1 else tuple(hx)
            self._check_state(state, sizes[0])  # before the order is changed: a short state has no such places
            state = state if order is None else tuple(index_select(part, 1, order) for part in state)
        self._check_input(data, packed=True)
        output, state = recurrent(self.mode, data, state, self._flat_weights, self.bias, self.num_layers, self.dropout,
                                  self.training, self.bidirectional, batch_sizes=sizes)
        state = state if back is None else tuple(index_select(part, 1, back) for part in state)
        return PackedSequence(output, batch_sizes, order, back), self._handed(state)

    def _begin(self, input, batch):
        """The state before the first step: zeros."""
        return tuple(zeros(size[0], batch, size[2], dtype=input.dtype, device=input.device) for size in self._state_sizes(batch))

    def _state_sizes(self, batch):
        count = self.num_layers * (2 if self.bidirectional else 1)
        return [(count, batch, self.proj_size or self.hidden_size), (count, batch, self.hidden_size)][:self.states]

    def _given(self, hx, batched):
        """The state that a student gave, as a tuple, with its batch axis."""
        if hx.dim() != (3 if batched else 2):
            raise RuntimeError(explain(
                f"For {'batched 3-D' if batched else 'unbatched 2-D'} input, hx should also be {3 if batched else 2}-D but got "
                f"{hx.dim()}-D tensor", f"input and state both have a batch axis, or neither; the state has shape {tuple(hx.shape)}",
                "write h.unsqueeze(1)" if batched else "write h.squeeze(1)"))
        return (hx if batched else unsqueeze(hx, 1),)

    def _handed(self, state):
        return state if self.states > 1 else state[0]

    def _check_axes(self, input):
        kind = type(self).__name__ if self.mode in ("LSTM", "GRU") else "RNN"
        if not isinstance(input, Tensor):
            raise AttributeError(explain(f"'{type(input).__name__}' object has no attribute 'dim'",
                                         f"{kind} reads a Tensor of (steps, batch, features)", "join the steps: torch.stack(steps)"))
        if input.dim() not in (2, 3):
            raise ValueError(explain(
                f"{self.mode.split('_')[0]}: Expected input to be 2D or 3D, got {input.dim()}D "
                f"{'tensor ' if kind == 'RNN' else ''}instead",
                f"what arrived has shape {tuple(input.shape)}; a sequence is "
                f"{'(batch, steps' if self.batch_first else '(steps, batch'}, features)",
                "take out axes of length 1: x.squeeze(1)" if 1 in input.shape[1:-1] else "give each step one row of features: x.flatten(2)"))

    def _check_input(self, input, packed=False):
        weight = self._flat_weights[0]
        if not meet(input, weight):
            raise ValueError(explain(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight.dtype}). Convert input: input.to({weight.dtype}), "
                f"or convert model: model.to({input.dtype})", "numbers of one dtype meet here", f"write x.to({weight.dtype})"))
        if input.dim() != (2 if packed else 3):
            raise RuntimeError(explain(f"input must have {2 if packed else 3} dimensions, got {input.dim()}",
                                       "each row holds the features of one step", "pack sequences of (steps, features)"))
        if input.shape[-1] != self.input_size:
            raise RuntimeError(explain(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.shape[-1]}",
                f"each step has {input.shape[-1]} features, and the layer was built for {self.input_size}",
                "exchange the last two axes: x.transpose(-1, -2)" if self.input_size in input.shape[-2:-1]
                else f"build it with input_size={input.shape[-1]}, or give it {self.input_size} features a step"))

    def _check_state(self, state, batch):
        for place, (part, size) in enumerate(zip(state, self._state_sizes(batch))):
            if tuple(part.shape) != size:
                name = "hidden" if self.states == 1 else f"hidden[{place}]"
                raise RuntimeError(explain(
                    f"Expected {name} size {size}, got {list(part.shape)}",
                    "a state is (layers * directions, batch, hidden_size), also with batch_first=True",
                    "is batch_first missing? the batch has another length than was meant" if part.shape[:1] == size[:1]
                    and part.shape[2:] == size[2:] else f"begin with torch.zeros{size}"))

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        for name, usual in (("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0),
                            ("bidirectional", False)):
            if getattr(self, name) != usual:
                text += f", {name}={getattr(self, name)}"
        return text


class RNN(RNNBase):
    """A network of Elman: h = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu in the place of tanh.

    `(L, N, input_size) -> (L, N, directions * hidden_size)` and the last h, (layers * directions, N, hidden_size); see RNNBase.
    Raises ValueError for another nonlinearity.

    >>> import workbook as torch
    >>> output, h = torch.nn.RNN(3, 4, num_layers=2)(torch.zeros(5, 1, 3))
    >>> output.shape, h.shape
    (torch.Size([5, 1, 4]), torch.Size([2, 1, 4]))

    Source: Elman 1990; https://pytorch.org/docs/2.13/generated/torch.nn.RNN.html
    """

    torch_name = "torch.nn.modules.rnn.RNN"

    def __init__(self, *args, **kwargs):
        _refuse_projection(kwargs)
        if len(args) > 3:  # PyTorch's fourth argument is the nonlinearity
            nonlinearity, args = args[3], args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(explain(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.",
                                     "the network knows two", "write nonlinearity='tanh'"))
        super().__init__(f"RNN_{nonlinearity.upper()}", *args, **kwargs)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory: gates say what a cell stores, keeps and shows.

    `(L, N, input_size) -> (L, N, directions * hidden_size)`, and the last (h, c), each (layers * directions, N, hidden_size); see
    RNNBase. With `proj_size` h has that many numbers. Raises what RNNBase raises.

    >>> import workbook as torch
    >>> output, (h, c) = torch.nn.LSTM(3, 4, batch_first=True)(torch.zeros(2, 5, 3))
    >>> output.shape, h.shape
    (torch.Size([2, 5, 4]), torch.Size([1, 2, 4]))

    Source: Hochreiter and Schmidhuber 1997; https://pytorch.org/docs/2.13/generated/torch.nn.LSTM.html
    """

    torch_name = "torch.nn.modules.rnn.LSTM"
    states = 2

    def __init__(self, *args, **kwargs):
        super().__init__("LSTM", *args, **kwargs)

    def _given(self, hx, batched):
        h, c = hx[0], hx[1]
        wanted = 3 if batched else 2
        if h.dim() != wanted or c.dim() != wanted:
            raise RuntimeError(explain(
                f"For {'batched 3-D' if batched else 'unbatched 2-D'} input, hx and cx should also be {wanted}-D but got "
                f"({h.dim()}-D, {c.dim()}-D) tensors", "input and state both have a batch axis, or neither",
                "write (h.unsqueeze(1), c.unsqueeze(1))" if batched else "write (h.squeeze(1), c.squeeze(1))"))
        return (h, c) if batched else (unsqueeze(h, 1), unsqueeze(c, 1))


class GRU(RNNBase):
    """Gated recurrent units: an LSTM without a cell, of three gates.

    `(L, N, input_size) -> (L, N, directions * hidden_size)` and the last h, (layers * directions, N, hidden_size); see RNNBase.
    Raises what RNNBase raises.

    >>> import workbook as torch
    >>> output, h = torch.nn.GRU(3, 4, bidirectional=True)(torch.zeros(5, 3))
    >>> output.shape, h.shape
    (torch.Size([5, 8]), torch.Size([2, 4]))

    Source: Cho et al. 2014; https://pytorch.org/docs/2.13/generated/torch.nn.GRU.html
    """

    torch_name = "torch.nn.modules.rnn.GRU"

    def __init__(self, *args, **kwargs):
        _refuse_projection(kwargs)
        super().__init__("GRU", *args, **kwargs)


def _refuse_projection(kwargs):
    if "proj_size" in kwargs:
        raise ValueError(explain("proj_size argument is only supported for LSTM, not RNN or GRU", "only the LSTM shows less than it keeps",
                                 "leave it out, or put a Linear after the layer"))


def _check_settings(mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size):
    """Raise for settings that make no recurrent layer; warn of a dropout that would stand nowhere."""
    if not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):
        raise ValueError(explain("dropout should be a number in range [0, 1] representing the probability of an element being zeroed",
                                 f"it is {dropout!r}", "write 0.2 for a fifth"))
    if dropout > 0 and num_layers == 1:
        warnings.warn("dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                      f"num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}", stacklevel=4)
    for name, given, kind in (("bias", bias, bool), ("batch_first", batch_first, bool), ("input_size", input_size, int),
                              ("hidden_size", hidden_size, int)):
        if not isinstance(given, kind):
            raise TypeError(explain(f"{name} should be of type {kind.__name__}, got: {type(given).__name__}",
                                    "the arguments are input_size, hidden_size, num_layers, and then yes or no" if kind is bool
                                    else "it counts numbers", f"write {name}=..., by name"))
        if kind is int and given <= 0:
            raise ValueError(explain(f"{name} must be greater than zero", f"it is {given}", "give at least 1"))
    if num_layers <= 0:
        raise ValueError(explain("num_layers must be greater than zero", f"it is {num_layers}", "give at least 1"))
    if proj_size < 0:
        raise ValueError(explain("proj_size should be a positive integer or zero to disable projections", f"it is {proj_size}",
                                 "leave it out"))
    if proj_size >= hidden_size:
        raise ValueError(explain("proj_size has to be smaller than hidden_size", f"{proj_size} is not smaller than {hidden_size}",
                                 "a projection shows less than is kept: make it smaller, or leave it out"))
    if mode not in GATES:
        raise ValueError(explain(f"Unrecognized RNN mode: {mode}", f"there are {', '.join(GATES)}", "use nn.RNN, nn.LSTM or nn.GRU"))
