"""Views of networks and their layers. Each loads what draws it when it is asked for."""


def match_keys(module, state_dict):
    """Return a view of the keys that a network asks for beside those of a state: lines join what fits, the rest is missing or unexpected.

    The reader renames the keys: takes `module.` away, or puts something in front; the line of code that does it stands beside, and
    what the engine says of loading it into a copy. Nothing of yours is changed.

    Raises TypeError for what is no network, and for what is no dictionary with names as keys; ImportError without anywidget.

    >>> from workbook import nn
    >>> net = nn.Linear(2, 1)
    >>> match_keys(net, {f"module.{key}": value for key, value in net.state_dict().items()})
    Key matcher: 0 of 2 keys match. Missing: weight, bias. Unexpected: module.weight, module.bias. Try to take 'module.' away.
    """
    from .keys_view import KeysView

    return KeysView(module, state_dict)


def convolution(picture=None, kernel=None, *, stride=1, padding=0, dilation=1):
    """Return a view of a kernel that slides over a small picture: the window, the products, and the output so far.

    `picture` and `kernel` are matrices of your own, up to 8 and 4 on a side; the reader may choose others, a photograph too, and stride,
    padding, dilation.

    Raises TypeError for what is no matrix; ValueError for one that is too large, or settings that are not drawn; ImportError without
    anywidget.

    >>> convolution([[1., 2., 3.], [4., 5., 6.]], [[1., 0.], [0., -1.]])
    Convolution stepper: Output[0, 0] = 1 × 1 + 5 × (−1) = −4 (what the kernel has 0 for is left out).
    """
    from .convolution_view import ConvolutionView

    return ConvolutionView(picture, kernel, stride, padding, dilation)


def ruler(net, /, *shape):
    """Return a view of the shape of a batch after every layer of `net`, up to the layer that does not fit: `ruler(net, 1, 32, 32)`.

    `shape` is that of one example, without the batch. The reader changes it. Your net stays as it is: a copy is measured.

    Raises TypeError for what is no network; ValueError for a shape that is none; ImportError without anywidget.

    >>> from workbook import nn
    >>> ruler(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), 1, 8, 8)
    Shape ruler: A batch of shape (1, 1, 8, 8) becomes (1, 10). 650 parameters are on the way.
    """
    from .ruler_view import RulerView

    return RulerView(net, shape)


def modules(net, /, *shape):
    """Return a view of the layers and parameters of `net`, and of what was never registered, dashed: `modules(net, 1, 32, 32)`.

    With the `shape` of one example, the steps of forward stand beside the tree; what a layer runs and owns lights up together. After the
    net has changed, *Update* reads it anew. Your net stays as it is.

    Raises TypeError for what is no network; ValueError for a shape that is none; ImportError without anywidget.

    >>> from workbook import nn
    >>> modules(nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)))
    Module tree: Sequential: 23 numbers in 4 registered parameters.
    """
    from .modules_view import ModulesView

    return ModulesView(net, shape)


def gates(lstm, x, /, state=None, names=None, beside=None):
    """Return a view of what an `nn.LSTM` did with a sequence, step by step: its gates, its cell, and how far back a gradient reaches.

    `x` is what the LSTM reads, (steps, features) or a batch; `state` the (h, c) that it begins with. Step, unit, layer and sequence are
    chosen in the view. The gates are computed again from the weights and held against the module's own output. `names` are texts for
    the steps of one sequence: its letters. `beside` are recurrent networks that read the same; without it a new RNN and a new GRU.

    Raises TypeError for what is no LSTM or no Tensor; ValueError for more than 400 steps, or names that do not fit; what the LSTM
    raises for an input that does not fit it; ImportError without anywidget.

    >>> import workbook as torch
    >>> from workbook import nn
    >>> lstm = nn.LSTM(1, 1)
    >>> _ = [nn.init.ones_(weight) for weight in lstm.parameters()]
    >>> gates(lstm, torch.zeros(1, 1))
    Gates view: Step 0: unit 0 keeps 0.8808 × 0 = 0 of its cell and adds 0.8808 × 0.964 = 0.8491: the cell is 0.8491, and o × tanh(c) shows 0.6083. It is the first step that this direction reads.
    """
    from .gates_view import GatesView

    return GatesView(lstm, x, state, names, beside)
