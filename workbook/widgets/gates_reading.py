"""What an LSTM did with one sequence: its gates, computed again by the formulas from its weights and its input, and how far back a slope reaches."""

import functools
import warnings

import workbook as torch
from workbook import nn
from workbook.nn.functional import linear

GATES = "ifgo"  # in the order of the rows of the weights
SEED = 0        # of the plain networks that are drawn for comparison


class Step:
    """One step of one layer. As tensors: what arrived, the four gates, what was kept and added, the cell `c`, what is shown `h`."""

    def __init__(self, x, state, weights):
        """Compute the step by its formulas from x, the (h, c) before it, and the weights by their names."""
        h, self.before = state
        self.from_x = linear(x, weights["weight_ih"], weights.get("bias_ih"))
        self.from_h = linear(h, weights["weight_hh"], weights.get("bias_hh"))
        i, f, g, o = (self.from_x + self.from_h).chunk(4)
        self.gates = i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        self.kept, self.added = f * self.before, i * g
        self.c = self.kept + self.added
        self.squashed = o * self.c.tanh()
        self.h = self.squashed if "weight_hr" not in weights else weights["weight_hr"] @ self.squashed


class Way:
    """The way of a sequence through one layer, in one direction: its Steps, by their place in the sequence."""

    def __init__(self, lstm, layer, reverse, arriving, h, c):
        self.layer, self.reverse, self.hidden = layer, reverse, lstm.hidden_size
        self.name = f"layer {layer}{', from the end' if reverse else ''}"
        weights = {kind: getattr(lstm, name) for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
                   if hasattr(lstm, name := f"{kind}_l{layer}{'_reverse' * reverse}")}
        self.steps, self.begin = [None] * len(arriving), c
        for place in self.order():
            self.steps[place] = step = Step(arriving[place], (h, c), weights)
            h, c = step.h, step.c

    def order(self):
        """The places of the sequence, in the order in which this direction reads them."""
        return list(range(len(self.steps)))[::-1 if self.reverse else 1]

    @functools.cached_property
    def numbers(self):
        """All of the way as arrays (steps, hidden_size), by name: i, f, g, o, before, kept, added, c, squashed."""
        gates = dict(zip(GATES, zip(*(step.gates for step in self.steps))))
        others = {name: [getattr(step, name) for step in self.steps] for name in ("before", "kept", "added", "c", "squashed")}
        return {name: torch.stack(list(tensors)).detach()._host() for name, tensors in {**gates, **others}.items()}

    def still(self, place, unit):
        """Return {place: number}: what was added to the cell of a unit at each step so far and is still in it after the step at `place`.

        Every later step multiplies it by its forget gate. With what is left of the first cell, under None, the numbers add up to the cell.
        """
        left, found, read = 1.0, {}, self.order()
        for each in read[read.index(place)::-1]:
            found[each] = float(self.numbers["added"][each, unit]) * left
            left *= float(self.numbers["f"][each, unit])
        return {**found, None: self.begin[unit].item() * left}


class Reading:
    """One sequence, read by an LSTM: a Way for each layer and direction, and the largest difference from the module's own output."""

    def __init__(self, lstm, rows, state):
        self.rows, self.ways = rows.detach().clone().requires_grad_(), []
        arriving = list(self.rows.unbind(0))
        for layer in range(lstm.num_layers):
            both = []
            for reverse in range(1 + lstm.bidirectional):
                number = len(self.ways)
                both.append(Way(lstm, layer, reverse, arriving, state[0][number], state[1][number]))
                self.ways += both[-1:]
            arriving = [torch.cat([way.steps[place].h for way in both]) for place in range(len(arriving))]
        own, _ = as_it_is(lstm, self.rows.detach(), state)
        self.largest, self.difference = own.detach().abs().max().item(), (torch.stack(arriving).detach() - own).abs().max().item()

    def reach(self, way, place):
        """Return the size of the slope of the sum of a layer's h at `place` with respect to each row that arrived."""
        return slopes(way.steps[place].h.sum(), self.rows)


class Beside:
    """Another recurrent network that reads the same rows: how far back its slope reaches."""

    def __init__(self, name, net, rows, half=None):
        self.name, self.rows = name, rows.detach().clone().requires_grad_()
        shown, _ = as_it_is(net, self.rows)
        self.shown = shown if half is None else shown.chunk(2, 1)[half]

    def reach(self, place):
        """Return the size of the slope of the sum of the last layer's h at `place` with respect to each row that arrived."""
        return slopes(self.shown[place].sum(), self.rows)


def plain_ones(lstm, way, rows):
    """Return a new RNN and a new GRU of the sizes of this LSTM, up to the layer and direction of `way`, as Besides."""
    torch.manual_seed(SEED)
    made = [kind(lstm.input_size, lstm.hidden_size, way.layer + 1, bidirectional=lstm.bidirectional).to(rows.dtype).to(rows.device)
            for kind in (nn.RNN, nn.GRU)]
    return [Beside(type(net).__name__, net, rows, int(way.reverse) if lstm.bidirectional else None) for net in made]


def slopes(number, rows):
    """Return the length of the gradient of a number to each row, as a list; 0 where it does not depend on it."""
    grad, = torch.autograd.grad(number, rows, retain_graph=True, materialize_grads=True)
    return grad.double().pow(2).sum(1).sqrt().tolist()


def as_it_is(net, rows, state=None):
    """Return what a recurrent module itself gives for one sequence, without dropout and without calling the student's hooks."""
    training, net.training = net.training, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the student's own call has said it
            return net.forward(rows, state)
    finally:
        net.training = training
