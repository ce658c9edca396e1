"""Update rules: how gradients change parameters."""

from workbook.optim.adam import Adam, AdamW
from workbook.optim.optimizer import Optimizer
from workbook.optim.sgd import SGD

__all__ = ["Adam", "AdamW", "Optimizer", "SGD"]
