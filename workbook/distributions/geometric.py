"""The geometric distribution: how often one fails before the first success."""

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import ProbsOrLogits, broadcast_all
from workbook.errors import explain
from workbook.nn.functional import binary_cross_entropy_with_logits


class Geometric(ProbsOrLogits, Distribution):
    """The number of failures before the first success of probability p: probability (1 - p)^k p.

    `probs` or `logits` is given, a Tensor or a number. Raises ValueError for a probability of 0, or outside of 0 to 1.

    >>> import workbook as torch
    >>> Geometric(torch.tensor(0.25)).mean
    tensor(3.)

    Source: https://pytorch.org/docs/2.13/distributions.html#geometric
    """

    torch_name = "torch.distributions.geometric.Geometric"
    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._set(probs, logits)
        super().__init__(self._param.size(), validate_args=validate_args)
        if self._validate_args and probs is not None and not (self.probs > 0).all():
            raise ValueError(explain(
                f"Expected parameter probs ({type(self.probs).__name__} of shape {tuple(self.probs.shape)}) of distribution {self!r} to be "
                f"positive but found invalid values:\n{self.probs.detach()[~(self.probs > 0)]}",
                "what never succeeds fails without end", "give a probability above 0"))

    mean = property(lambda self: 1.0 / self.probs - 1.0, doc="1 / p - 1.")
    mode = property(lambda self: torch.zeros_like(self.probs), doc="0.")
    variance = property(lambda self: (1.0 / self.probs - 1.0) / self.probs, doc="(1 / p - 1) / p.")

    def sample(self, sample_shape=torch.Size()):
        with torch.no_grad():
            drawn = torch.empty(self._extended_shape(sample_shape), dtype=self.probs.dtype, device=self.probs.device)
            drawn.uniform_(torch.finfo(drawn.dtype).tiny, 1)
            return (drawn.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value):
        self._validate_sample(value)
        value, probs = broadcast_all(value, self.probs)
        certain = (probs == 1) & (value == 0)  # 0 times the logarithm of 0 is 0 here
        return value * (-torch.where(certain, torch.zeros_like(probs), probs)).log1p() + self.probs.log()

    def entropy(self):
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs
