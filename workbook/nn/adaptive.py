"""A softmax over many classes that costs little: rare ones stand in clusters, which only rows that need them look into."""

from collections import namedtuple

from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn.container import ModuleList, Sequential
from workbook.nn.linear import Linear
from workbook.nn.module import Module
from workbook.ops.creation import empty, zeros

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    """The log-probability of each row's class, classes sorted from frequent to rare; `cutoffs` says where each cluster of rare ones begins.

    The head scores the frequent classes and one entry a cluster; cluster i has its own layer, narrowed by `div_value ** (i + 1)`. Shapes:
    `(N, in_features)` and classes `(N)`, or `(in_features)` and `()`; returns `output`, log-probabilities `(N)`, and `loss`, minus their mean.
    Raises ValueError for cutoffs that do not grow within the classes, RuntimeError for inputs that do not fit.

    >>> import workbook as torch
    >>> layer = torch.nn.AdaptiveLogSoftmaxWithLoss(4, 10, [2, 5])
    >>> layer(torch.zeros(3, 4), torch.tensor([0, 3, 9])).output.shape
    torch.Size([3])

    Source: Grave et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.AdaptiveLogSoftmaxWithLoss.html
    """

    torch_name = "torch.nn.modules.adaptive.AdaptiveLogSoftmaxWithLoss"

    def __init__(self, in_features, n_classes, cutoffs, div_value=4.0, head_bias=False, device=None, dtype=None):
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError(explain("cutoffs should be a sequence of length larger than 0", "without clusters it is a softmax", "use nn.Linear"))
        if cutoffs != sorted({int(cutoff) for cutoff in cutoffs}) or cutoffs[0] <= 0 or cutoffs[-1] > n_classes - 1:
            raise ValueError(explain("cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is "
                                     "between 1 and n_classes-1", f"there are {n_classes} classes", "write such as [10, 100]"))
        self.in_features, self.n_classes, self.div_value, self.head_bias = in_features, n_classes, div_value, head_bias
        self.cutoffs = [*cutoffs, n_classes]
        self.shortlist_size, self.n_clusters = cutoffs[0], len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        place = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **place)
        self.tail = ModuleList()
        for cluster, (low, high) in enumerate(zip(self.cutoffs, self.cutoffs[1:])):
            narrow = int(in_features // div_value ** (cluster + 1))
            self.tail.append(Sequential(Linear(in_features, narrow, bias=False, **place), Linear(narrow, high - low, bias=False, **place)))

    def reset_parameters(self):
        """Draw all weights anew."""
        self.head.reset_parameters()
        for first, second in self.tail:
            first.reset_parameters()
            second.reset_parameters()

    def forward(self, input, target):
        self._check(input, target)
        single = target.ndim == 0
        rows, classes = (input.unsqueeze(0), target.unsqueeze(0)) if single else (input, target)
        head = F.log_softmax(self.head(rows), dim=1)
        entry, within = classes.clone(), zeros(len(rows), dtype=rows.dtype, device=rows.device)
        for cluster, (low, high) in enumerate(zip(self.cutoffs, self.cutoffs[1:])):
            there = ((classes >= low) & (classes < high)).nonzero().squeeze(1)
            if len(there):
                entry[there] = self.shortlist_size + cluster
                scores = F.log_softmax(self.tail[cluster](rows.index_select(0, there)), dim=1)
                within = within.index_copy(0, there, scores.gather(1, (classes[there] - low).unsqueeze(1)).squeeze(1))
        output = head.gather(1, entry.unsqueeze(1)).squeeze(1) + within
        loss = (-output).mean()
        return _ASMoutput(output.squeeze(0) if single else output, loss)

    def log_prob(self, input):
        """Return the log-probabilities of all classes, `(N, n_classes)`.

        >>> import workbook as torch
        >>> torch.nn.AdaptiveLogSoftmaxWithLoss(4, 10, [2, 5]).log_prob(torch.zeros(3, 4)).shape
        torch.Size([3, 10])
        """
        head = F.log_softmax(self.head(input), dim=1)
        out = empty((len(input), self.n_classes), dtype=head.dtype, device=head.device)
        out[:, :self.shortlist_size] = head[:, :self.shortlist_size]
        for cluster, (low, high) in enumerate(zip(self.cutoffs, self.cutoffs[1:])):
            entry = self.shortlist_size + cluster
            out[:, low:high] = F.log_softmax(self.tail[cluster](input), dim=1) + head[:, entry:entry + 1]
        return out

    def predict(self, input):
        """Return the most likely class of each row, `(N)`.

        >>> import workbook as torch
        >>> torch.nn.AdaptiveLogSoftmaxWithLoss(4, 10, [2, 5]).predict(torch.zeros(3, 4)).shape
        torch.Size([3])
        """
        return self.log_prob(input).argmax(dim=1)

    def _check(self, input, target):
        """Raise where rows and classes do not fit."""
        if target.ndim == 1:
            if len(input) != len(target):
                raise RuntimeError(explain("Input and target should have the same size in the batch dimension.",
                                           f"there are {len(input)} rows and {len(target)} classes", "check where rows were lost or added"))
            if input.ndim != 2:
                raise RuntimeError(explain(f"1D target tensor expects 2D input tensors, but found inputs with size {input.shape}",
                                           "each row has one class", "give rows"))
        elif target.ndim == 0:
            if input.ndim != 1:
                raise RuntimeError(explain(f"0D target tensor expects 1D input tensors, but found inputs with size {input.shape}",
                                           "one vector has one class", "give one class a row"))
        else:
            raise RuntimeError(explain("0D or 1D target tensor expected, multi-target not supported", f"the target has shape {list(target.shape)}",
                                       "give one class a row"))
        if bool(((target < 0) | (target >= self.n_classes)).any()):
            raise RuntimeError(explain(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range [{target.min().item()}, {target.max().item()}] were found. ",
                f"the layer was built for {self.n_classes} classes", "labels that start at 1? use target - 1"))
