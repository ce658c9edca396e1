"""What several random models need: parameters of one shape, and probabilities and their logarithms, each made from the other.

Source: https://pytorch.org/docs/2.13/distributions.html
"""

import functools
from numbers import Number

import workbook as torch
from workbook.errors import explain

euler_constant = 0.57721566490153286060


def broadcast_all(*values):
    """Return Tensors of one shape. A number becomes a Tensor like the first one, or of the default dtype where all are numbers.

    Raises ValueError for what is neither.

    >>> broadcast_all(0, torch.ones(2))
    (tensor([0., 0.]), tensor([1., 1.]))
    """
    tensors = [value for value in values if isinstance(value, torch.Tensor)]
    wrong = [value for value in values if not isinstance(value, (torch.Tensor, Number))]
    if wrong:
        raise ValueError(explain("Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__.",
                                 f"a parameter is of type {type(wrong[0]).__name__}", "give a number, or torch.tensor(...)"))
    like = {"dtype": tensors[0].dtype, "device": tensors[0].device} if tensors else {"dtype": torch.get_default_dtype()}
    return torch.broadcast_tensors(*[value if isinstance(value, torch.Tensor) else torch.tensor(value, **like) for value in values])


def clamp_probs(probs):
    """Return probabilities that are neither 0 nor 1, by the smallest step of their dtype, so that logarithms are finite."""
    step = torch.finfo(probs.dtype).eps
    return probs.clamp(min=step, max=1 - step)


def probs_to_logits(probs, is_binary=False):
    """Return log p, or log(p / (1 - p)) where there are two outcomes.

    >>> probs_to_logits(torch.tensor([0.5, 0.25]), is_binary=True)
    tensor([ 0.0000, -1.0986])
    """
    inner = clamp_probs(probs)
    return torch.log(inner) - torch.log1p(-inner) if is_binary else torch.log(inner)


def logits_to_probs(logits, is_binary=False):
    """Return the probabilities: the softmax along the last axis, or the sigmoid where there are two outcomes.

    >>> logits_to_probs(torch.tensor([0., 0.]))
    tensor([0.5000, 0.5000])
    """
    return torch.sigmoid(logits) if is_binary else torch.softmax(logits, -1)


class lazy_property:
    """An attribute that is computed when it is first read, with its history for autograd, and then stays."""

    def __init__(self, wrapped):
        self.wrapped = wrapped
        functools.update_wrapper(self, wrapped)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        with torch.enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


class ProbsOrLogits:
    """For models with the parameter `probs` or `logits`: what was not given is computed from the other when it is read."""

    is_binary = True

    @lazy_property
    def logits(self):
        """log(p / (1 - p)) of two outcomes, log p of several."""
        return probs_to_logits(self.probs, self.is_binary)

    @lazy_property
    def probs(self):
        """The probabilities."""
        return logits_to_probs(self.logits, self.is_binary)

    @property
    def _param(self):
        """What was given."""
        return self.__dict__[self._given]

    @property
    def param_shape(self):
        """The shape of what was given."""
        return self._param.size()

    def _set(self, probs, logits):
        """Keep the one that is given, a Tensor or a number."""
        name, given = self._take_one(probs, logits)
        self.__dict__[name], = broadcast_all(given)

    def _take_one(self, probs, logits):
        """Return the name of the one that is given, and its value. Raise ValueError where both are, or none."""
        if (probs is None) == (logits is None):
            raise ValueError(explain("Either `probs` or `logits` must be specified, but not both.", "each can be computed from the other",
                                     "leave one of them out"))
        self._given = "logits" if probs is None else "probs"
        return self._given, logits if probs is None else probs


def standard_normal(shape, like):
    """Return numbers of mean 0 and deviation 1, in the dtype and on the device of `like`."""
    return torch.empty(shape, dtype=like.dtype, device=like.device).normal_()


def sum_rightmost(value, dim):
    """Return the sum over the last `dim` axes."""
    return value.reshape(value.shape[:-dim] + (-1,)).sum(-1) if dim else value
