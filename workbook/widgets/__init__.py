"""Live views of a computation. Importing this package begins to record what this thread computes."""

import sys

from . import recording
from .still import picture

__all__ = ["graph", "picture", "recording"]

recording.start()


def graph(result, /, **arguments):
    """Return the live graph of a computation: sliders on its leaves, and the backward pass one step at a time.

    `graph(loss)` follows a Tensor of one element; a slider runs its recorded steps again. `graph(f, x=3., w=2.)` calls the
    function `f` anew for every move, so that its branches are decided anew. Nothing of yours is changed: no tensor, no `.grad`,
    no random number.

    Raises TypeError for what is no Tensor or function, or for a function with several results; RuntimeError for a Tensor
    without a history or of more than one element; ImportError without anywidget.

    >>> import workbook as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> graph(x * x)
    Live graph of x × x: x 3.0000; × 9.0000
    """
    from .live import LiveGraph, origin_of

    return LiveGraph(origin_of(result, arguments, sys._getframe(1)))
