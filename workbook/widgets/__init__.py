"""Live views of a computation. Importing this package begins to record what this thread computes."""

import sys

from . import recording
from .still import picture

__all__ = ["graph", "picture", "recording", "training"]

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
    Live graph of x × x: x is 3.0000; × is 9.0000
    """
    from .live import LiveGraph, origin_of

    return LiveGraph(origin_of(result, arguments, sys._getframe(1)))


def training(make_net, loss_fn, data, lr=0.5, batch_size=32, test=None):
    """Return a view in which a network is trained step by step: a loss curve, a learning rate to move, the graph of a step.

    `make_net()` returns a new network, the same each time (it sets the seed). `data` and `test` are data sets of
    `(input, class)`. Every step is one of plain gradient descent, `w = w - lr * grad`, on the next batch. The batches and their
    order are the same in every run, so that two curves differ by the learning rate alone. Nothing of yours is changed.

    Raises TypeError where `make_net` is no function that returns a network, or `lr` no number; ValueError for an empty data set;
    ImportError without anywidget.

    >>> import workbook as torch
    >>> from workbook.vision.datasets import Digits
    >>> def make_net():
    ...     _ = torch.manual_seed(0)
    ...     return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10))
    >>> training(make_net, torch.nn.CrossEntropyLoss(), Digits())
    Training view: step 0, learning rate 0.5
    """
    from .training_view import Course, TrainingView

    return TrainingView(Course(make_net, loss_fn, data, batch_size, test), lr)
