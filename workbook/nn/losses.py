"""More losses as layers: of counts, sequences and distributions, and those with a margin."""

import warnings

from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn.distance import PairwiseDistance
from workbook.nn.loss import NLLLoss, _Loss, _WeightedLoss


class SmoothL1Loss(_Loss):
    """The mean of half the squared error over `beta` where it is below `beta`, and of the absolute error elsewhere.

    >>> import workbook as torch
    >>> torch.nn.SmoothL1Loss()(torch.tensor([0.5, 3.0]), torch.tensor([0.0, 0.0]))
    tensor(1.3125)

    Source: Girshick 2015; https://pytorch.org/docs/2.13/generated/torch.nn.SmoothL1Loss.html
    """

    torch_name = "torch.nn.modules.loss.SmoothL1Loss"

    def __init__(self, size_average=None, reduce=None, reduction="mean", beta=1.0):
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input, target):
        return F.smooth_l1_loss(input, target, beta=self.beta, reduction=self.reduction)


class HuberLoss(_Loss):
    """The mean of half the squared error up to `delta`, and of `delta * (|error| - delta / 2)` beyond.

    >>> import workbook as torch
    >>> torch.nn.HuberLoss()(torch.tensor([0.5, 3.0]), torch.tensor([0.0, 0.0]))
    tensor(1.3125)

    Source: Huber 1964; https://pytorch.org/docs/2.13/generated/torch.nn.HuberLoss.html
    """

    torch_name = "torch.nn.modules.loss.HuberLoss"

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input, target):
        return F.huber_loss(input, target, delta=self.delta, reduction=self.reduction)


class KLDivLoss(_Loss):
    """The Kullback-Leibler divergence of the input, logarithms of probabilities, from the target. Take reduction="batchmean".

    >>> import workbook as torch
    >>> torch.nn.KLDivLoss(reduction="batchmean")(torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[1.0, 0.0]]))
    tensor(0.6931)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.KLDivLoss.html
    """

    torch_name = "torch.nn.modules.loss.KLDivLoss"

    def __init__(self, size_average=None, reduce=None, reduction="mean", log_target=False):
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input, target):
        return F.kl_div(input, target, log_target=self.log_target, reduction=self.reduction)


class PoissonNLLLoss(_Loss):
    """The negative log-likelihood of counts under Poisson's distribution of mean exp(input).

    >>> import workbook as torch
    >>> torch.nn.PoissonNLLLoss()(torch.tensor([0.0]), torch.tensor([2.0]))
    tensor(1.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.PoissonNLLLoss.html
    """

    torch_name = "torch.nn.modules.loss.PoissonNLLLoss"

    def __init__(self, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, log_input, target):
        return F.poisson_nll_loss(log_input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction)


class GaussianNLLLoss(_Loss):
    """The negative log-likelihood of the target under a normal distribution of mean `input` and variance `var`.

    >>> import workbook as torch
    >>> torch.nn.GaussianNLLLoss()(torch.tensor([1.0]), torch.tensor([0.0]), torch.tensor([1.0]))
    tensor(0.5000)

    Source: Nix and Weigend 1994; https://pytorch.org/docs/2.13/generated/torch.nn.GaussianNLLLoss.html
    """

    torch_name = "torch.nn.modules.loss.GaussianNLLLoss"

    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(reduction=reduction)
        self.full, self.eps = full, eps

    def forward(self, input, target, var):
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class CTCLoss(_Loss):
    """The negative log-likelihood of label sequences, whatever the times at which the labels stand.

    >>> import workbook as torch
    >>> torch.nn.CTCLoss()(torch.full((2, 1, 2), 0.5).log(), torch.tensor([[1]]), (2,), (1,))
    tensor(0.2877)

    Source: Graves et al. 2006; https://pytorch.org/docs/2.13/generated/torch.nn.CTCLoss.html
    """

    torch_name = "torch.nn.modules.loss.CTCLoss"

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(self, log_probs, targets, input_lengths, target_lengths):
        return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=self.blank, zero_infinity=self.zero_infinity, reduction=self.reduction)


class HingeEmbeddingLoss(_Loss):
    """The mean of the input where the target is 1, and of max(0, margin - input) where it is -1.

    >>> import workbook as torch
    >>> torch.nn.HingeEmbeddingLoss()(torch.tensor([0.5]), torch.tensor([-1.0]))
    tensor(0.5000)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.HingeEmbeddingLoss.html
    """

    torch_name = "torch.nn.modules.loss.HingeEmbeddingLoss"

    def __init__(self, margin=1.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input, target):
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(_Loss):
    """The mean of max(0, margin - target * (input1 - input2)), for targets of 1 and -1.

    >>> import workbook as torch
    >>> torch.nn.MarginRankingLoss()(torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([1.0]))
    tensor(2.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MarginRankingLoss.html
    """

    torch_name = "torch.nn.modules.loss.MarginRankingLoss"

    def __init__(self, margin=0.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_Loss):
    """The mean of 1 - cos where the target is 1, and of max(0, cos - margin) where it is -1.

    >>> import workbook as torch
    >>> torch.nn.CosineEmbeddingLoss()(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]), torch.tensor([1.0]))
    tensor(1.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.CosineEmbeddingLoss.html
    """

    torch_name = "torch.nn.modules.loss.CosineEmbeddingLoss"

    def __init__(self, margin=0.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(_Loss):
    """The mean of log(1 + exp(-target * input)), for targets of 1 and -1.

    >>> import workbook as torch
    >>> torch.nn.SoftMarginLoss()(torch.tensor([0.0]), torch.tensor([1.0]))
    tensor(0.6931)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.SoftMarginLoss.html
    """

    torch_name = "torch.nn.modules.loss.SoftMarginLoss"

    def forward(self, input, target):
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiLabelMarginLoss(_Loss):
    """How far wrong classes come within 1 of each right one; a row of the target lists its classes, then -1.

    >>> import workbook as torch
    >>> torch.nn.MultiLabelMarginLoss()(torch.tensor([[1.0, 0.5, 0.0]]), torch.tensor([[0, 1, -1]]))
    tensor(0.1667)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MultiLabelMarginLoss.html
    """

    torch_name = "torch.nn.modules.loss.MultiLabelMarginLoss"

    def forward(self, input, target):
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """The mean over classes of the cross-entropy of each class by itself; the target is 1 where a row belongs to a class.

    >>> import workbook as torch
    >>> torch.nn.MultiLabelSoftMarginLoss()(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))
    tensor(0.6931)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MultiLabelSoftMarginLoss.html
    """

    torch_name = "torch.nn.modules.loss.MultiLabelSoftMarginLoss"

    def forward(self, input, target):
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)


class MultiMarginLoss(_WeightedLoss):
    """How far other classes come within `margin` of the right one.

    >>> import workbook as torch
    >>> torch.nn.MultiMarginLoss()(torch.tensor([[1.0, 0.5]]), torch.tensor([0]))
    tensor(0.2500)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MultiMarginLoss.html
    """

    torch_name = "torch.nn.modules.loss.MultiMarginLoss"

    def __init__(self, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError(explain("only p == 1 and p == 2 supported", f"p is {p}", "write 1 or 2"))
        if weight is not None and weight.ndim != 1:
            raise ValueError(explain(f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.ndim}D instead",
                                     "each class has one weight", "weight.flatten()"))
        self.p, self.margin = p, margin

    def forward(self, input, target):
        return F.multi_margin_loss(input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction)


class TripletMarginLoss(_Loss):
    """The mean of max(0, margin + d(anchor, positive) - d(anchor, negative)), d the p-norm distance.

    >>> import workbook as torch
    >>> torch.nn.TripletMarginLoss()(torch.tensor([[0.0]]), torch.tensor([[2.0]]), torch.tensor([[1.0]]))
    tensor(2.)

    Source: Balntas et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.TripletMarginLoss.html
    """

    torch_name = "torch.nn.modules.loss.TripletMarginLoss"

    def __init__(self, margin=1.0, p=2.0, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        check_margin(self, margin)
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor, positive, negative):
        return F.triplet_margin_loss(anchor, positive, negative, margin=self.margin, p=self.p, eps=self.eps, swap=self.swap, reduction=self.reduction)


class TripletMarginWithDistanceLoss(_Loss):
    """TripletMarginLoss with a distance of your own: a function, or a module, of two batches of vectors.

    Raises ValueError for a margin that is not positive.

    >>> import workbook as torch
    >>> torch.nn.TripletMarginWithDistanceLoss()(torch.zeros(1, 1), torch.ones(1, 1), torch.ones(1, 1))
    tensor(1.)

    Source: Balntas et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.TripletMarginWithDistanceLoss.html
    """

    torch_name = "torch.nn.modules.loss.TripletMarginWithDistanceLoss"

    def __init__(self, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__(reduction=reduction)
        check_margin(self, margin)
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin, self.swap = margin, swap

    def forward(self, anchor, positive, negative):
        return F.triplet_margin_with_distance_loss(anchor, positive, negative, distance_function=self.distance_function, margin=self.margin,
                                                   swap=self.swap, reduction=self.reduction)


class NLLLoss2d(NLLLoss):
    """The old name of NLLLoss for images, which warns.

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.NLLLoss.html
    """

    torch_name = "torch.nn.modules.loss.NLLLoss2d"

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        warnings.warn("`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see "
                      "https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.", FutureWarning, stacklevel=2)
        super().__init__(weight, size_average, ignore_index, reduce, reduction)


def check_margin(loss, margin):
    """Raise ValueError for a margin that is not positive."""
    if margin <= 0:
        raise ValueError(explain(f"{type(loss).__name__}: expected margin to be greater than 0, got {margin} instead",
                                 "it is how far the negative has to be behind", "write 1.0"))
