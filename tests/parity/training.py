"""Trains the same networks in torch and in workbook, from the same seed, and measures how far apart the losses are.

`python -m tests.parity.training` prints the table; `--full` trains each network with every optimiser that is listed for it; names
of networks print only those. The bounds are what is written below, or three times what torch differs from itself when it computes
with oneDNN and without it, whichever is larger. `--float64` trains the same programs in float64: there a difference that is
rounding shrinks to nothing, and one that is a wrong rule stays as it is.
"""

import inspect
import sys
from dataclasses import dataclass

from tests.parity.networks import NETWORKS, STEPS

BOUNDS = {"step 1": 1e-6, "step 10": 1e-4, "step 100": 1e-2, "gradient": 1e-5}
FLOAT64 = {"step 1": 1e-13, "step 10": 1e-12, "step 100": 1e-10, "gradient": 1e-12}
TIMES_ITSELF = 3


@dataclass
class Row:
    """How far one network, trained by one optimiser, is from torch's."""

    name: str
    optimiser: str
    parameters: int
    losses: list  # torch's
    found: dict  # of workbook against torch, by what BOUNDS names
    itself: dict  # of torch without oneDNN against torch with it
    worst: str  # the parameter whose gradient differs most
    given: dict  # BOUNDS, or FLOAT64

    @property
    def bounds(self):
        return {what: max(bound, TIMES_ITSELF * self.itself[what]) for what, bound in self.given.items()}

    @property
    def broken(self):
        return [what for what, bound in self.bounds.items() if not self.found[what] <= bound]


def cases(full=False):
    """Return (name, optimiser) of what is trained; only the first optimiser of a network unless `full`."""
    return [(name, by) for name, (_, optimisers) in NETWORKS.items() for by in (optimisers if full else optimisers[:1])]


def measure(name, by, float64=False):
    """Train in torch twice and in workbook, and return the Row."""
    import torch

    import workbook

    program, _ = NETWORKS[name]
    replayed = [[]] if "actions" in inspect.signature(program).parameters else []  # torch fills it, and all do the same
    theirs = trained(torch, program, by, replayed, float64)
    with torch.backends.mkldnn.flags(enabled=False, allow_tf32=None):
        without = trained(torch, program, by, replayed, float64)
    mine = trained(workbook, program, by, replayed, float64)
    assert list(mine.gradients) == list(theirs.gradients), "the parameters have other names or another order"
    gradients = apart(mine.gradients, theirs.gradients)
    count = sum(gradient.size for gradient in theirs.gradients.values())
    return Row(name, str(by), count, theirs.losses, deviations(mine, theirs), deviations(without, theirs),
               max(gradients, key=gradients.get), FLOAT64 if float64 else BOUNDS)


@dataclass
class Trained:
    """The losses of a run, and the gradient of every parameter at its first step, as arrays."""

    losses: list
    gradients: dict


def trained(engine, program, by, replayed, float64=False):
    losses, gradients, before = [], None, engine.get_default_dtype()
    engine.set_default_dtype(engine.float64 if float64 else engine.float32)
    try:
        for net, loss in program(engine, by.of(engine), *replayed):
            losses.append(loss.item())
            if gradients is None:
                gradients = {name: parameter.grad.numpy(force=True).copy() for name, parameter in net.named_parameters()}
    finally:
        engine.set_default_dtype(before)
    assert len(losses) == STEPS
    return Trained(losses, gradients)


def deviations(run, other):
    """Return what BOUNDS names: the largest relative deviation of all losses up to a step, and of the first gradients."""
    each = [abs(loss - wanted) / abs(wanted) for loss, wanted in zip(run.losses, other.losses)]
    losses = {f"step {step}": max(each[:step]) for step in (1, 10, 100)}
    return losses | {"gradient": max(apart(run.gradients, other.gradients).values())}


def apart(gradients, others):
    """Return for each parameter the largest difference of its gradient, relative to the gradient's largest number."""
    return {name: float(abs(gradients[name] - other).max() / abs(other).max()) for name, other in others.items()}


# The table ------------------------------------------------------------------------------------------------------------


def table(rows):
    """Return the table as text: of each deviation the bound beside it."""
    head = ["network", "optimiser", "parameters", "loss", *(part for what in BOUNDS for part in (what, "bound"))]
    lines = [head] + [
        [row.name.replace("_", " "), row.optimiser, str(row.parameters), f"{row.losses[0]:.3f} to {row.losses[-1]:.3f}",
         *(part for what in BOUNDS for part in (f"{row.found[what]:.1e}" + "!" * (what in row.broken), f"{row.bounds[what]:.0e}"))]
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(" | ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def main(arguments):
    names = [argument for argument in arguments if not argument.startswith("-")]
    unknown = [name for name in names if name not in NETWORKS]
    if unknown:
        print(f"no such network: {', '.join(unknown)}. There are {', '.join(NETWORKS)}")
        return 2
    rows = [measure(name, by, "--float64" in arguments) for name, by in cases("--full" in arguments) if not names or name in names]
    print(table(rows))
    return int(any(row.broken for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
