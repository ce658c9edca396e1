"""Schedules of learning rates: how large the steps of an optimizer are, epoch by epoch. Read `base.py` first, then `factors.py`."""

from workbook.optim.lr_scheduler.base import LRScheduler
from workbook.optim.lr_scheduler.combined import ChainedScheduler, SequentialLR
from workbook.optim.lr_scheduler.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from workbook.optim.lr_scheduler.cycles import CyclicLR, OneCycleLR
from workbook.optim.lr_scheduler.factors import (ConstantLR, ExponentialLR, LambdaLR, LinearLR, MultiplicativeLR, MultiStepLR, PolynomialLR,
                                                 StepLR)
from workbook.optim.lr_scheduler.plateau import ReduceLROnPlateau

_LRScheduler = LRScheduler  # its name up to PyTorch 1.13

__all__ = ["ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR", "ExponentialLR",
           "LRScheduler", "LambdaLR", "LinearLR", "MultiStepLR", "MultiplicativeLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau",
           "SequentialLR", "StepLR"]
