"""Live views of a computation. Importing this package begins to record what this thread computes."""

import sys

from . import recording
from .doors import bill, conveyor, replicas
from .of_networks import convolution, gates, match_keys, modules, ruler
from .still import picture

__all__ = ["accumulation", "big_table", "bill", "broadcasting", "conveyor", "convolution", "dashboard", "descent", "fitting", "functions", "gates", "graph", "indexing", "inspector", "match_keys", "memory_map", "modules", "operation",
           "pairing", "per_class_accuracy", "picture", "race", "recording", "reductions", "replicas", "reshaping", "ruler", "scores", "show_pictures", "training", "weights"]

recording.start()


def graph(result, /, *others, **arguments):
    """Return the live graph of a computation: sliders on its leaves, and the backward pass one step at a time.

    `graph(loss)` follows a Tensor of one element; a slider runs its recorded steps again. `graph(f, x=3., w=2.)` calls the
    function `f`, or a module, anew for every move, so that its branches are decided anew; where it fails, the graph shows what was
    computed until then, the step that failed, and why. `graph(loss, other)` shows two runs side by side, with a mark on what differs.
    The view's `save("x.svg")` writes its picture. Nothing of yours is changed: no tensor, no `.grad`, no random number.

    Raises TypeError for what is no Tensor or function, or for a function with several results; RuntimeError for a Tensor
    without a history or of more than one element; ImportError without anywidget.

    >>> import workbook as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> graph(x * x)
    Live graph of x × x: x is 3.0000; × is 9.0000
    """
    from .live import LiveGraph
    from .origin import origin_of

    if others:
        return _two(result, others, arguments, sys._getframe(1))
    return LiveGraph(origin_of(result, arguments, sys._getframe(1), partial=True))


def _two(result, others, arguments, frame):
    """Return two graphs side by side."""
    from .comparison import Comparison
    from .origin import runnable

    return Comparison(*runnable([result, *others], arguments, frame))


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


def dashboard(net, optimizer, loss_fn, test=None, classes=None, writer=None):
    """Return what lets a training loop of your own be watched and held: one line before it, and its loader in `watch(...)`.

    It shows loss and accuracy, the weights and gradients of each layer, units that are dead, the learning rate, pictures with what the
    network says of them, and what was taken for what; in a terminal a bar, and a line for each round. Buttons pause the loop, step, resume and
    stop it; the learning rate may be moved while it runs. With `test`, a DataLoader, each round ends in a test. `classes` are names;
    `writer` is a SummaryWriter that is told everything. Numbers are what they would be without it: it draws no random number.

    A loop that computes its loss in a way of its own says it: `watch.step(loss, outputs, labels)`, after `optimizer.step()`.

    Raises TypeError for what is no network, optimizer, loss function or loader; ValueError for the optimizer of another network.

    >>> import workbook as torch
    >>> from workbook import nn
    >>> net, data = nn.Linear(1, 2), [(torch.ones(4, 1), torch.tensor([0, 1, 0, 0]))]
    >>> optimizer, loss_fn = torch.optim.SGD(net.parameters(), lr=0.1), nn.CrossEntropyLoss()
    >>> watch = dashboard(net, optimizer, loss_fn)
    >>> for inputs, labels in watch(data):
    ...     optimizer.zero_grad()
    ...     loss = loss_fn(net(inputs), labels)
    ...     loss.backward()
    ...     _ = optimizer.step()
    round 1: 1 batch, loss ...
    """
    from .watching import Dashboard

    return Dashboard(net, optimizer, loss_fn, test, classes, writer)


def indexing(expression, /, *unnamed, axes=None, **tensor):
    """Return a view in which an index lights up the cells that it takes: `indexing("x[1, :, None]", x=x)`.

    The reader types other indices: numbers, slices, None, ..., lists and masks such as `x > 3`. The text is read, never run; what
    the engine refuses is shown with its reason. `axes` names the axes: `axes={"x": ("row", "column")}`.

    Raises TypeError for an expression that is no text, and for anything but one Tensor; ValueError for a tensor of more than 120
    numbers; ImportError without anywidget.

    >>> import workbook as torch
    >>> indexing("x[1, :, None]", x=torch.arange(6).view(2, 3))
    Index view: x[1, :, None] takes 3 of the 6 numbers of x. Its shape is (3, 1): dim 0 is x's dim 1, whole; dim 1 is new, made by None. It is a view: it shares the memory of x.
    """
    from .indexing_view import IndexView
    from .given import given_tensors, only

    return IndexView(only("indexing", given_tensors("indexing", expression, axes, tensor, unnamed)), expression)


def reshaping(expression, /, *unnamed, axes=None, **tensors):
    """Return a view of a pipeline, step by step: `reshaping("x.t().reshape(6)", x=x)`, `reshaping("torch.stack([a, b])", a=a, b=b)`.

    Every step shows where each number goes, what becomes of the axes, and whether memory is shared or copied. The text is read,
    never run. `axes` names the axes: `axes={"x": ("row", "column")}`.

    Raises TypeError for an expression that is no text and for what is no Tensor; ValueError for a tensor of more than 120 numbers;
    ImportError without anywidget.

    >>> import workbook as torch
    >>> reshaping("x.t().reshape(6)", x=torch.arange(6).view(2, 3))
    Pipeline: x (2, 3) → .t() (3, 2), shared → .reshape(6) (6,), copied
    """
    from .reshaping_view import PipelineView
    from .given import given_tensors

    return PipelineView(given_tensors("reshaping", expression, axes, tensors, unnamed), expression)


def broadcasting(a, b):
    """Return a view of how two shapes are aligned: which axis is repeated, or why they do not fit.

    Raises TypeError for what is no shape; ImportError without anywidget.

    >>> broadcasting((3, 1), (4,)).result.shape
    torch.Size([3, 4])
    """
    from .broadcasting_view import BroadcastView

    return BroadcastView(a, b)


def inspector(tensor=None):
    """Return a view of a tensor: its cells, what can be asked of it, and where each cell lies in memory.

    Without a tensor, the view makes one by a call of `zeros`, `arange`, `tensor` and others, whose argument is edited in it.
    `x.show()` is `inspector(x)`. The view's `update()` looks again after a write; its `still()` is a picture without controls.

    Raises TypeError for what is no Tensor; ImportError without anywidget.

    >>> import workbook as torch
    >>> inspector(torch.tensor([[1, 2], [3, 4]]))
    Inspector of x: shape [2, 2], torch.int64, strides (2, 1), offset 0; x[0, 0] is 1, x[0, 1] is 2, x[1, 0] is 3, x[1, 1] is 4
    """
    from .inspector_view import Inspector

    return Inspector(tensor, sys._getframe(1))


def functions(name="exp", /, points=(-2.0, 0.5, 2.0), **arguments):
    """Return a view of the curve of a function of one number, with points to move and the slope that autograd finds at each.

    `name` is one of `exp log sqrt sigmoid tanh relu abs round floor ceil clamp ...`; `points` are places on the x axis;
    `clamp` takes `min=` and `max=`, too. All numbers come from the engine.

    Raises ValueError for a function that it does not draw, and for points that cannot be drawn; ImportError without anywidget.

    >>> functions("relu")
    Function explorer: Point A: relu of −2 is 0. The slope there is 0: a small step changes nothing. Left of 0 value and slope are 0; at 0 the engine takes slope 0.
    """
    from .functions_view import FunctionView

    return FunctionView(name, points, arguments)


def reductions(name="sum", /, *unnamed, dim=None, keepdim=False, axes=None, **tensor):
    """Return a view of a reduction: which cells of a tensor collapse into which cell of the result, `reductions("sum", x=x, dim=1)`.

    `name` is one of `sum mean max min argmax argmin std var all any`, or goes along an axis as `sort` and `softmax` do. The reader
    chooses function, `dim` and `keepdim`, and a cell of the result. `axes` names the axes: `axes={"x": ("row", "column")}`.

    Raises TypeError for anything but one Tensor; ValueError for a function that it does not show, for an axis that does not exist
    and for a tensor of more than 120 numbers; ImportError without anywidget.

    >>> import workbook as torch
    >>> reductions("sum", x=torch.arange(6).view(2, 3), dim=1)
    Reduction: x.sum(dim=1) has shape (2,): dim 1 (column) goes, 3 numbers into each cell. Cell [0]: 0 + 1 + 2 = 3.
    """
    from .reductions_view import ReductionView
    from .given import given_tensors, only

    return ReductionView(name, only("reductions", given_tensors("reductions", name, axes, tensor, unnamed)), dim, keepdim)


def big_table(search="", /):
    """Return the big table of lesson 03, to be searched: calls, what each gives, what it does, and the engine's lines behind it.

    `search` are words that stand in a row: a name, a misspelling, a word of its meaning, a result. Every row is run by the engine
    when the table is made.

    Raises TypeError for a search that is no text; ImportError without anywidget.

    >>> big_table("sigmod")
    Big table: 1 of 90 rows. torch.sigmoid(x) gives tensor([0.1824, 0.6225, 0.9241]): 1 / (1 + exp(-x)), between 0 and 1.
    """
    from .big_table_view import BigTable

    return BigTable(search)


def fitting(x=(0, 1, 2, 3, 4), y=(1.2, 1.9, 3.4, 3.6, 4.9)):
    """Return a view of a line through points: its intercept and slope to choose, and the squares of what it misses.

    `x` and `y` are lists or vectors of 2 to 6 numbers. The points can be moved up and down. One switch lets `torch.linalg.lstsq`
    choose the line with the least sum of squares; then it follows every move.

    Raises TypeError for what is no list of numbers; ValueError for lists of different lengths, or for points that cannot be drawn;
    ImportError without anywidget.

    >>> fitting([0, 1, 2], [1, 2, 2])
    Fitting view: The squares beside the line 1.7 + 0 · x add up to 0.67. The least possible sum is 0.1667.
    """
    from .fitting_view import FittingView

    return FittingView(x, y)


def memory_map(*unnamed, **names):
    """Return a view of which names show which memory: `memory_map(a=a, n=n)`; without names, of all that stand around the call.

    Names are Tensors and NumPy arrays. A write can be tried on any element, on a copy: it is seen wherever that memory is seen.
    After your own code wrote, or gave a name to another array, the view's `update()` tells what changed. Its `still()` is a picture.

    Raises TypeError for what is neither Tensor nor array; ValueError for more than 1,024 elements or where nothing is found;
    ImportError without anywidget.

    >>> import workbook as torch
    >>> import numpy as np
    >>> n = np.zeros(3)
    >>> memory_map(n=n, t=torch.from_numpy(n), c=torch.tensor(n))
    Memory map. n and t share memory A. c has memory B for itself, with the same numbers as n: a copy.
    """
    from .memory_view import MemoryView, unnamed_refused

    unnamed_refused(unnamed)
    return MemoryView(names, sys._getframe(1))


def accumulation(result, /, **arguments):
    """Return a view of what each `backward()` adds to the `.grad` of each leaf, until somebody clears it: `accumulation(loss)`.

    The reader calls `backward()`, `step()` and `zero_grad()`, or whole rounds of training with and without `zero_grad()`.
    `accumulation(f, w=3.)` calls the function `f` anew for every backward. Nothing of yours is changed.

    Raises TypeError for what is no Tensor or function; RuntimeError for a Tensor without a history or of more than one element,
    or that cannot be computed again; ImportError without anywidget.

    >>> view = accumulation(lambda w: w * w, w=3.)
    >>> view.act("set", "do", "loss.backward()")
    >>> view.act("set", "do", "loss.backward()")
    >>> view
    Accumulation view: 6 was added to w.grad: 6 + 6 = 12. 2 backward() calls are in it now.
    """
    from .accumulation_view import AccumulationView

    return AccumulationView(result, arguments, sys._getframe(1))


def weights(result, /):
    """Return a view of `backward(gradient=...)`: a weight for each number of `result`, its slopes weighed and added up.

    `result` is a recorded Tensor of up to 6 numbers that depends on up to 8. Nothing of yours is changed.

    Raises TypeError for what is no Tensor of real numbers; ValueError for a larger one; RuntimeError for one without a history;
    ImportError without anywidget.

    >>> import workbook as torch
    >>> a = torch.tensor([2., 3.], requires_grad=True)
    >>> Q = 3 * a ** 3
    >>> weights(Q)
    Weights view: The gradient of a[0] is 1 × 36 + 1 × 0 = 36. It is the slope of one number, 1 × Q[0] + 1 × Q[1].
    """
    from .weights_view import WeightsView

    return WeightsView(result, sys._getframe(1))


def operation(function, /, *inputs):
    """Return the card of one operation: what it computes, saves and hands on, and its derivative beside a nudge, `operation(torch.mul, 3., 2.)`.

    `function` runs one step: a function of the engine, or the `apply` of a Function of your own. `inputs` are one to three numbers. The
    reader moves them, the gradient that arrives, and the nudge h, and may choose another operation.

    Raises TypeError for what is no function or no number; ValueError where the function runs several steps; RuntimeError where it
    records none; ImportError without anywidget.

    >>> import workbook as torch
    >>> operation(torch.exp, 1.)
    Operation card: By its rule ∇x = g × y = 1 × 2.7183 = 2.7183. Nudging x by 0.1 to both sides gives 2.7228: the error is 0.0045.
    """
    from .operation_view import OperationView

    return OperationView(function, inputs)


def descent(loss, /, start, lr=0.1, across=(-5, 5)):
    """Return a view of steps down the curve of a loss: a ball, its slope, and the step that learning rate and sign make of it.

    `loss` is a function of one number, `start` where the ball begins, `across` the part of the axis that is drawn. The reader makes
    steps, moves the ball, the learning rate and the sign. Slopes are autograd's.

    Raises TypeError for what is no function of one number; ValueError for a range without width; ImportError without anywidget.

    >>> view = descent(lambda w: w ** 2, 4.)
    >>> view.act("on")
    >>> view
    Descent view: w went from 4 to 3.2, the loss from 16 to 10.24. The loss fell, and the slope points the same way as before. It is less steep: the next step is shorter.
    """
    from .descent_view import DescentView

    return DescentView(loss, start, lr, across)


def scores(logits, /, target):
    """Return a view of the cross-entropy of one example: `scores([2., 0., 0.], target=0)`.

    Each of the 2 to 6 classes has its score, the probability that softmax makes of it, and its slope. The reader moves the scores, names
    the right class, and may apply softmax once too often.

    Raises TypeError for what is no list of numbers; ValueError for other counts or a target that is no class; ImportError without
    anywidget.

    >>> scores([2., 0., 0.], target=0)
    Scores view: The loss is −log(0.7870) = 0.2395: −log of the probability of class 0, the right one. Its score pulls with slope (−0.213): a step against the slopes raises it and lowers the others.
    """
    from .scores_view import ScoresView

    return ScoresView(logits, target)


def pairing(predictions, targets, /):
    """Return a view of which prediction a loss compares with which target, for shapes (N, 1) and (N,): `pairing([0., 1.], [0., 1.])`.

    Raises TypeError for what is no list of numbers; ValueError for lists of different lengths, or longer than 6; ImportError without
    anywidget.

    >>> pairing([0., 1., 2.], [0., 1., 2.]).still()
    Picture of F.mse_loss(prediction, target). Shapes (N, 1) and (N,) are stretched to (3, 3): every prediction meets every target. The mean of 9 squares is 1.3333. The 3 pairs on the diagonal were meant; their mean is 0.
    """
    from .pairing_view import PairingView

    return PairingView(predictions, targets)


def race(loss=None, /, start=(-3.0, 2.0), across=(-4, 4), up=(-3, 3)):
    """Return a view of four optimizers that go down one valley from one place: SGD, SGD with momentum, RMSprop and Adam.

    The reader makes steps, moves the learning rates, and chooses the valley. `loss` is a function of two numbers of your own, `start` where the
    race begins, `across` and `up` the part of the plane that is drawn.

    Raises TypeError for what is no function of two numbers; ValueError for a range without width; ImportError without anywidget.

    >>> view = race()
    >>> for _ in range(3):
    ...     view.act("ten")
    >>> view
    Race of optimizers: After 30 steps RMSprop is lowest, with loss 0.0243; SGD 0.1129, momentum 0.0909, Adam 0.1022.
    """
    from .race_view import RaceView

    return RaceView(loss, start, across, up)


def show_pictures(images, /, labels=None, classes=None):
    """Return a figure of the pictures of a batch, each under its label: `show_pictures(images, labels, classes=train_set.classes)`.

    `images` has shape (N, 1 or 3, height, width), or is one picture without N; at most 64 are drawn. The least number of the batch is black, the
    largest white, so that normalised pictures are seen, too. `classes` are names.

    Raises ValueError for what are no pictures, or another number of labels; ImportError without matplotlib.

    >>> import workbook as torch
    >>> show_pictures(torch.rand(2, 3, 4, 4), torch.tensor([1, 0]), classes=["cat", "dog"])
    <Figure size 260x155 with 2 Axes>
    """
    from .plots import show_pictures

    return show_pictures(images, labels, classes)


def per_class_accuracy(net, loader, /, classes=None):
    """Return a figure of the share of right answers of each class, in eval mode: `per_class_accuracy(net, test_loader)`.

    The loader gives (inputs, labels); the network a score for each class. `classes` are names; without them those of the loader's data set.
    The network's mode and the random numbers are as before.

    Raises ValueError where the network gives no scores of classes; ImportError without matplotlib.

    >>> import workbook as torch
    >>> from workbook import nn
    >>> data = [(torch.eye(3), torch.tensor([0, 1, 2]))]
    >>> per_class_accuracy(nn.Identity(), data, classes=["cat", "dog", "owl"])
    <Figure size 640x180 with 1 Axes>
    """
    from .plots import per_class_accuracy

    return per_class_accuracy(net, loader, classes)
