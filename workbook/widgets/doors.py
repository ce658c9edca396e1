"""How views of loaders and devices are called. Like the rest of this package they load their module on first use."""


def conveyor(loader, /):
    """Return a view of how a DataLoader makes batches: `conveyor(DataLoader(dataset, batch_size=4))`.

    A real loader reads the data set: the batches as they come, in which order, which worker read each of them and when; and what the
    transform of the data set does to one picture, with the range of its numbers. The reader changes the batch size, shuffles, leaves
    the last batch out, and gives it workers. Up to eight batches of an epoch are read. Nothing of yours is changed.

    Raises TypeError for what is no DataLoader; ValueError for an IterableDataset, a loader without batches or an empty data set;
    whatever the data set raises; ImportError without anywidget.

    >>> from workbook.utils.data import DataLoader
    >>> conveyor(DataLoader(range(10), batch_size=4)).state["sentence"][:64]
    '10 samples in batches of 4 make 3 batches, the last one of 2. Ba'
    """
    from .conveyor_view import ConveyorView

    return ConveyorView(loader)


def bill(before, after=None, /):
    """Return a view of what simulated GPUs were asked for by a function, or by two beside each other: `bill(slow, fast)`.

    Each runs once. Every copy and every wait has a bar, how often, how many bytes, and the line of your code that it came from.

    Raises TypeError for what is no function; RuntimeError where no GPUs are simulated; what the functions raise; ImportError without
    anywidget.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(1):
    ...     bill(lambda: [torch.ones(()).cuda().item() for _ in range(10)])
    Bill: Your code: 20 copies, 10 waits.
    """
    from .bill_view import BillView

    return BillView(before, after)


def replicas(model, *inputs):
    """Return a view of one step of a DataParallel network: what stands on each GPU after each part of it: `replicas(model, batch)`.

    A copy of the network runs once, forward and backward: the shapes of the parts, the results, and the gradient of each copy with their
    sum. The reader goes through the steps and chooses a parameter. Nothing of yours is changed.

    Raises TypeError for what is no DataParallel on GPUs; ValueError for one GPU or more than four, a network without parameters that
    learn, or one that does not return a Tensor; what the network raises; ImportError without anywidget.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(2):
    ...     view = replicas(torch.nn.DataParallel(torch.nn.Linear(5, 2).cuda()), torch.ones(30, 5))
    >>> [row[1] for row in view.state["table"]["rows"]]
    ['[15, 5] its part', '[15, 5] its part']
    """
    from .replicas_view import ReplicasView

    return ReplicasView(model, inputs)
