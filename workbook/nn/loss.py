"""Losses as layers: how far a prediction is from its target, as one number."""

from workbook.nn import functional as F
from workbook.nn.module import Module
from workbook.ops.losses import modern


class _Loss(Module):
    """What the losses share. `reduction` is "mean", "sum", or "none" for one number an element."""

    def __init__(self, size_average=None, reduce=None, reduction="mean"):
        super().__init__()
        self.reduction = modern(size_average, reduce, reduction, level=4)


class MSELoss(_Loss):
    """The mean of (input - target)**2 over all elements.

    Shapes: input and target alike; the result is `()` unless `reduction="none"`.

    >>> import workbook as torch
    >>> torch.nn.MSELoss()(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 0.0]))
    tensor(2.5000)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MSELoss.html
    """

    torch_name = "torch.nn.modules.loss.MSELoss"

    def forward(self, input, target):
        return F.mse_loss(input, target, reduction=self.reduction)


class L1Loss(_Loss):
    """The mean of |input - target| over all elements.

    >>> import workbook as torch
    >>> torch.nn.L1Loss()(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 0.0]))
    tensor(1.5000)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.L1Loss.html
    """

    torch_name = "torch.nn.modules.loss.L1Loss"

    def forward(self, input, target):
        return F.l1_loss(input, target, reduction=self.reduction)


class _WeightedLoss(_Loss):
    """A loss whose classes or elements may have weights; they are saved and moved with the module."""

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class NLLLoss(_WeightedLoss):
    """The negative log-likelihood: minus the mean of the log-probabilities of the right classes.

    Shapes: log-probabilities `(N, C)` and class numbers `(N,)`, or `(C,)` and `()`. Targets equal to `ignore_index` do not
    count.

    >>> import workbook as torch
    >>> torch.nn.NLLLoss()(torch.tensor([[-0.5, -1.0]]), torch.tensor([1]))
    tensor(1.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.NLLLoss.html
    """

    torch_name = "torch.nn.modules.loss.NLLLoss"

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input, target):
        return F.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class CrossEntropyLoss(_WeightedLoss):
    """NLLLoss of log_softmax: takes the raw outputs of the last layer (logits).

    Shapes: logits `(N, C)` with class numbers `(N,)` or probabilities `(N, C)`; further axes after C are allowed in both.

    >>> import workbook as torch
    >>> torch.nn.CrossEntropyLoss()(torch.zeros(1, 4), torch.tensor([2]))
    tensor(1.3863)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.CrossEntropyLoss.html
    """

    torch_name = "torch.nn.modules.loss.CrossEntropyLoss"

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input, target):
        return F.cross_entropy(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction,
                               label_smoothing=self.label_smoothing)


class BCELoss(_WeightedLoss):
    """Binary cross-entropy of probabilities: the mean of -(y*log(p) + (1-y)*log(1-p)).

    Shapes: input and target alike. Raises RuntimeError for an input outside 0..1.

    >>> import workbook as torch
    >>> torch.nn.BCELoss()(torch.tensor([0.5]), torch.tensor([1.0]))
    tensor(0.6931)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.BCELoss.html
    """

    torch_name = "torch.nn.modules.loss.BCELoss"

    def forward(self, input, target):
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """BCELoss of the sigmoid of the input, computed without leaving the range of floats.

    `pos_weight` weighs the positive class.

    >>> import workbook as torch
    >>> torch.nn.BCEWithLogitsLoss()(torch.tensor([0.0]), torch.tensor([1.0]))
    tensor(0.6931)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.BCEWithLogitsLoss.html
    """

    torch_name = "torch.nn.modules.loss.BCEWithLogitsLoss"

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input, target):
        return F.binary_cross_entropy_with_logits(input, target, weight=self.weight, pos_weight=self.pos_weight,
                                                  reduction=self.reduction)
