"""The list of networks: each is a program of PyTorch, written once, that takes the engine and what makes its optimiser.

A program yields after each backward pass, before the step: what was trained, and the loss. Between two yields lies one step.
"""

from dataclasses import dataclass
from functools import partial

NETWORKS = {}  # name: (program, its optimisers)
STEPS = 100


@dataclass(frozen=True)
class By:
    """An optimiser by its name in `torch.optim`, with its arguments: By("SGD", lr=0.1)."""

    name: str
    options: dict

    def __init__(self, name, **options):
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "options", options)

    def __str__(self):
        return f"{self.name}({', '.join(f'{name}={value}' for name, value in self.options.items())})"

    def of(self, torch):
        """Return what makes the optimiser in that engine from parameters."""
        return partial(getattr(torch.optim, self.name), **self.options)


def trained_by(*optimisers):
    """Put a network on the list. The first optimiser trains it in every run of the tests, the others with `--full`."""

    def listed(program):
        NETWORKS[program.__name__] = (program, optimisers)
        return program

    return listed
