"""Helpers for networks, under the names of torch.nn.utils."""

from workbook.nn.utils import rnn

__all__ = ["rnn"]
