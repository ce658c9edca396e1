"""Update rules: how gradients change parameters. Read `sgd.py` first, then `adam.py`; `optimizer.py` is what they share."""

import importlib

from workbook import missing
from workbook.optim.adadelta import Adadelta
from workbook.optim.adagrad import Adagrad
from workbook.optim.adam import Adam, AdamW
from workbook.optim.adamax import Adamax
from workbook.optim.asgd import ASGD
from workbook.optim.lbfgs import LBFGS
from workbook.optim.nadam import NAdam
from workbook.optim.optimizer import Optimizer
from workbook.optim.radam import RAdam
from workbook.optim.rmsprop import RMSprop
from workbook.optim.rprop import Rprop
from workbook.optim.sgd import SGD

__all__ = ["ASGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "NAdam", "Optimizer", "RAdam", "RMSprop", "Rprop",
           "SGD", "lr_scheduler", "swa_utils"]
_SUBMODULES = ("lr_scheduler", "swa_utils")


def __getattr__(name):
    if name in _SUBMODULES:
        return importlib.import_module(f"workbook.optim.{name}")
    raise missing.of_module("optim", name)
