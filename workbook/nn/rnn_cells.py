"""One step of a recurrent network, for loops that are written by hand: RNNCell, LSTMCell, GRUCell."""

import math

from workbook.errors import explain
from workbook.nn import init
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.ops.axes import squeeze, unsqueeze
from workbook.ops.creation import empty, zeros
from workbook.ops.recurrent import cell


class RNNCellBase(Module):
    """What the cells share: weight_ih (gates * hidden_size, input_size), weight_hh (gates * hidden_size, hidden_size), two biases.

    All start as U(-b, b) with b = 1 / sqrt(hidden_size). Raises ValueError for an input that is no row and no batch of rows,
    RuntimeError for sizes that do not fit.

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.RNNCell.html
    """

    torch_name = "torch.nn.modules.rnn.RNNCellBase"

    def __init__(self, input_size, hidden_size, bias, num_chunks, device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(empty((rows, hidden_size), device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(rows, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw the weights anew, in the order of their names."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _step(self, mode, input, state, parts):
        """The new state of `input`, a batch of rows or one row; `state`: a tuple, or None for zeros."""
        if input.dim() not in (1, 2):
            raise self._no_rows("input", input)
        for place, part in enumerate(state or ()):
            if part.dim() not in (1, 2):
                raise self._no_rows("hidden" if parts == 1 else f"hx[{place}]", part)
        batched = input.dim() == 2
        if not batched:
            input = unsqueeze(input, 0)
        if state is None:
            state = (zeros(input.shape[0], self.hidden_size, dtype=input.dtype, device=input.device),) * parts
        elif not batched:
            state = tuple(unsqueeze(part, 0) for part in state)
        state = cell(mode, input, state, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return state if batched else tuple(squeeze(part, 0) for part in state)

    def _no_rows(self, name, given):
        kind = type(self).__name__
        return ValueError(explain(f"{kind}: Expected {name} to be 1D or 2D, got {given.dim()}D instead",
                                  "a cell takes one step: a row for each example", f"loop over the steps, or use nn.{kind[:-4]}"))

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        return text + (f", nonlinearity={self.nonlinearity}" if getattr(self, "nonlinearity", "tanh") != "tanh" else "")


class RNNCell(RNNCellBase):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu: `(N, input_size), (N, hidden_size) -> (N, hidden_size)`.

    Raises RuntimeError for another nonlinearity, when it is called; and what RNNCellBase raises.

    >>> import workbook as torch
    >>> torch.nn.RNNCell(3, 4)(torch.zeros(2, 3)).shape
    torch.Size([2, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.RNNCell.html
    """

    torch_name = "torch.nn.modules.rnn.RNNCell"

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(explain(f"Unknown nonlinearity: {self.nonlinearity}", "the cell knows 'tanh' and 'relu'",
                                       "write nonlinearity='tanh'"))
        return self._step(f"RNN_{self.nonlinearity.upper()}", input, None if hx is None else (hx,), 1)[0]


class LSTMCell(RNNCellBase):
    """One step of long short-term memory: `(N, input_size), (h, c) -> (h', c')`, each part of the state (N, hidden_size).

    Raises TypeError for a state that is no pair; and what RNNCellBase raises.

    >>> import workbook as torch
    >>> h, c = torch.nn.LSTMCell(3, 4)(torch.zeros(2, 3))
    >>> h.shape
    torch.Size([2, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.LSTMCell.html
    """

    torch_name = "torch.nn.modules.rnn.LSTMCell"

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input, hx=None):
        if hx is not None and not isinstance(hx, (tuple, list)):
            raise TypeError(explain(f"lstm_cell(): argument 'hx' (position 2) must be tuple of Tensors, not {type(hx).__name__}",
                                    "the state of an LSTM is a pair: the hidden state and the cell", "write cell(x, (h, c))"))
        return self._step("LSTM", input, hx, 2)


class GRUCell(RNNCellBase):
    """One step of a gated recurrent unit: `(N, input_size), (N, hidden_size) -> (N, hidden_size)`.

    Raises what RNNCellBase raises.

    >>> import workbook as torch
    >>> torch.nn.GRUCell(3, 4)(torch.zeros(3)).shape
    torch.Size([4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.GRUCell.html
    """

    torch_name = "torch.nn.modules.rnn.GRUCell"

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input, hx=None):
        return self._step("GRU", input, None if hx is None else (hx,), 1)[0]
