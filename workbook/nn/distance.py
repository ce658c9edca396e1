"""How near two batches of vectors are, as layers."""

from workbook.nn import functional as F
from workbook.nn.module import Module


class PairwiseDistance(Module):
    """out = the p-norm of x1 - x2 + eps, along the last axis.

    >>> import workbook as torch
    >>> torch.nn.PairwiseDistance()(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
    tensor([5.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.PairwiseDistance.html
    """

    torch_name = "torch.nn.modules.distance.PairwiseDistance"

    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1, x2):
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


class CosineSimilarity(Module):
    """out = the cosine of the angle between vectors along axis `dim`.

    >>> import workbook as torch
    >>> torch.nn.CosineSimilarity()(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]]))
    tensor([0.7071])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.CosineSimilarity.html
    """

    torch_name = "torch.nn.modules.distance.CosineSimilarity"

    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2):
        return F.cosine_similarity(x1, x2, self.dim, self.eps)
