"""Pruning: a mask of 0 and 1 over a parameter, put on before each forward by a hook.

The parameter becomes `weight_orig`, the mask is the buffer `weight_mask`, and `weight` is their product. A parameter that is pruned
again keeps what was pruned: the next method sees only what is left.
"""

import numbers
from abc import ABC, abstractmethod
from collections.abc import Iterable

from workbook.errors import explain
from workbook.nn.utils.convert_parameters import parameters_to_vector
from workbook.ops.alike import ones_like, rand_like, zeros_like
from workbook.ops.draws import rand
from workbook.ops.lengths import norm
from workbook.ops.ordering import topk
from workbook.ops.pointwise import abs
from workbook.ops.sorting import kthvalue


class BasePruningMethod(ABC):
    """A way of pruning: `compute_mask(t, default_mask)` returns the mask for the importance `t`. It is the hook as well.

    PRUNING_TYPE: "unstructured" (single numbers), "structured" (whole slices along `dim`) or "global" (given from outside).

    >>> import workbook as torch
    >>> class Negative(BasePruningMethod):
    ...     PRUNING_TYPE = "unstructured"
    ...     def compute_mask(self, t, default_mask):
    ...         return default_mask * (t >= 0)
    >>> layer = torch.nn.Linear(2, 2)
    >>> _ = Negative.apply(layer, "weight")
    >>> bool((layer.weight >= 0).all())
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.BasePruningMethod.html
    """

    _tensor_name = None

    def __call__(self, module, inputs):
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t, default_mask):
        """Return the mask: 1 for what stays."""

    def apply_mask(self, module):
        """Return the parameter times its mask."""
        if self._tensor_name is None:
            raise AssertionError(explain(f"Module {module} has to be pruned", "this method belongs to no parameter yet",
                                         "call its apply(module, name)"))
        original = getattr(module, f"{self._tensor_name}_orig")
        return getattr(module, f"{self._tensor_name}_mask").to(original.dtype) * original

    @classmethod
    def apply(cls, module, name, *args, importance_scores=None, **kwargs):
        """Prune `module.name` by this method, after those that pruned it before. Returns the hook."""
        method, tensor = cls(*args, **kwargs), getattr(module, name)
        method._tensor_name = name
        if importance_scores is not None and importance_scores.shape != tensor.shape:
            raise AssertionError(explain(f"importance_scores should have the same shape as parameter {name} of {module}, got "
                                         f"{importance_scores.shape} vs {tensor.shape}", "each number has its own", "give one for each"))
        earlier = [(number, hook) for number, hook in _hooks(module) if hook._tensor_name == name]
        before = getattr(module, f"{name}_mask").detach().clone() if earlier else ones_like(tensor).detach()
        chosen = PruningContainer(*(earlier[0][1] if earlier else ()), method) if earlier else method
        mask = chosen.compute_mask(tensor if importance_scores is None else importance_scores, before)  # first, so that it may refuse
        for number, _ in earlier:
            del module._forward_pre_hooks[number]
        if not earlier:
            module.register_parameter(f"{name}_orig", tensor)
            del module._parameters[name]
        module.register_buffer(f"{name}_mask", mask)
        setattr(module, name, chosen.apply_mask(module))
        module.register_forward_pre_hook(chosen)
        return chosen

    def __iter__(self):
        return iter((self,))

    def prune(self, t, default_mask=None, importance_scores=None):
        """Return a pruned copy of a Tensor."""
        if importance_scores is not None and importance_scores.shape != t.shape:
            raise AssertionError(explain("importance_scores should have the same shape as tensor t, got "
                                         f"{importance_scores.shape} vs {t.shape}", "each number has its own", "give one for each"))
        return t * self.compute_mask(t if importance_scores is None else importance_scores,
                                     ones_like(t) if default_mask is None else default_mask)

    def remove(self, module):
        """Make the pruned tensor the parameter."""
        name, value = self._tensor_name, self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        original = module._parameters.pop(f"{name}_orig")
        original.data = value.data
        del module._buffers[f"{name}_mask"]
        setattr(module, name, original)


class PruningContainer(BasePruningMethod):
    """Several methods that pruned one parameter, one after the other. Raises ValueError for methods of several parameters.

    >>> len(PruningContainer(Identity(), Identity()))
    2

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.PruningContainer.html
    """

    def __init__(self, *methods):
        self._pruning_methods = ()
        if methods:
            self._tensor_name = getattr(methods[0], "_tensor_name", None)
        for method in methods:
            self.add_pruning_method(method)

    def add_pruning_method(self, method):
        """Add one at the end."""
        if method is not None and not isinstance(method, BasePruningMethod):
            raise TypeError(explain(f"{type(method)} is not a BasePruningMethod subclass", "it holds ways of pruning",
                                    "give one, such as L1Unstructured(0.5)"))
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(explain(
                f"Can only add pruning methods acting on the parameter named '{self._tensor_name}' to PruningContainer {self}. Found "
                f"'{method._tensor_name}'", "it prunes one parameter", "use another container"))
        self._pruning_methods += (method,)

    def __len__(self):
        return len(self._pruning_methods)

    def __iter__(self):
        return iter(self._pruning_methods)

    def __getitem__(self, at):
        return self._pruning_methods[at]

    def compute_mask(self, t, default_mask):
        """Let the last method prune what the others have left."""
        method, mask = self._pruning_methods[-1], default_mask.to(t.dtype).clone()
        if method.PRUNING_TYPE == "unstructured":
            left = default_mask == 1
        elif method.PRUNING_TYPE == "structured":
            if not hasattr(method, "dim"):
                raise AttributeError(explain('Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.',
                                             "they prune slices along an axis", "set self.dim"))
            dim = _axis(t, method.dim)
            left = [slice(None)] * t.dim()
            left[dim] = default_mask.sum([axis for axis in range(t.dim()) if axis != dim]) != 0
            left = tuple(left)
        elif method.PRUNING_TYPE == "global":
            left = (slice(None),) * t.dim()
        else:
            raise ValueError(explain(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}", "it says what is pruned together",
                                     "write 'unstructured', 'structured' or 'global'"))
        mask[left] = method.compute_mask(t[left], default_mask[left]).to(mask.dtype)
        return mask


class Identity(BasePruningMethod):
    """Nothing is pruned: the parameter gets a mask of 1.

    >>> import workbook as torch
    >>> Identity.apply(torch.nn.Linear(2, 2), "weight").PRUNING_TYPE
    'unstructured'

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.Identity.html
    """

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        return default_mask


class _ByAmount(BasePruningMethod):
    def __init__(self, amount):
        if not isinstance(amount, numbers.Real):
            raise TypeError(explain(f"Invalid type for amount: {amount}. Must be int or float.", "it is a share, or a number of them",
                                    "write 0.5 or 10"))
        if amount < 0 or not isinstance(amount, numbers.Integral) and amount > 1:
            raise ValueError(explain(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer",
                                     "it is a share, or a number of them", "write 0.5 or 10"))
        self.amount = amount

    def _number(self, size):
        number = self.amount if isinstance(self.amount, numbers.Integral) else round(self.amount * size)
        if number > size:
            raise ValueError(explain(f"amount={number} should be smaller than the number of parameters to prune={size}",
                                     "there are not so many", "write a share, such as 0.5"))
        return number

    def _without(self, places, default_mask):
        mask = default_mask.clone()
        mask.view(-1)[places] = 0
        return mask


class RandomUnstructured(_ByAmount):
    """Prune numbers by chance: `amount` of them, a share or a count. Raises ValueError for more than there are.

    >>> import workbook as torch
    >>> (RandomUnstructured(0.5).prune(torch.ones(4)) == 0).sum()
    tensor(2)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.RandomUnstructured.html
    """

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        number = self._number(t.numel())
        return self._without(topk(rand_like(t).view(-1), number).indices, default_mask) if number else default_mask.clone()


class L1Unstructured(_ByAmount):
    """Prune the smallest numbers: `amount` of them, a share or a count. Raises ValueError for more than there are.

    >>> import workbook as torch
    >>> L1Unstructured(2).prune(torch.tensor([0.1, -3., 0.2, 5.]))
    tensor([ 0., -3.,  0.,  5.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.L1Unstructured.html
    """

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        number = self._number(t.numel())
        return self._without(topk(abs(t).reshape(-1), number, largest=False).indices, default_mask) if number else default_mask.clone()


class _BySlices(_ByAmount):
    PRUNING_TYPE = "structured"

    def compute_mask(self, t, default_mask):
        if t.dim() <= 1:
            raise ValueError(explain("Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
                                     f"{t.shape} with {t.dim()} dims", "it prunes whole slices", "use l1_unstructured"))
        if self.dim >= t.dim():
            raise IndexError(explain(f"Invalid index {self.dim} for tensor of size {t.shape}", f"it has {t.dim()} axes", "choose one of them"))
        size = t.shape[self.dim]
        number = self._number(size)
        chosen = [slice(None)] * t.dim()
        chosen[self.dim] = self._kept(t, size, number) if number else slice(None)
        mask = zeros_like(t)
        mask[tuple(chosen)] = 1
        return mask * default_mask.to(mask.dtype)


class RandomStructured(_BySlices):
    """Prune slices along `dim` by chance. Raises ValueError for a vector, IndexError for an axis that is not there.

    >>> import workbook as torch
    >>> (RandomStructured(1, dim=0).prune(torch.ones(3, 2)) == 0).sum()
    tensor(2)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.RandomStructured.html
    """

    def __init__(self, amount, dim=-1):
        super().__init__(amount)
        self.dim = dim

    def _kept(self, t, size, number):
        chances = rand(size)
        return chances > kthvalue(chances, number).values


class LnStructured(_BySlices):
    """Prune the slices along `dim` whose `n`-norm is smallest. Raises ValueError for a vector, IndexError for an axis that is not there.

    >>> import workbook as torch
    >>> LnStructured(1, n=2, dim=0).prune(torch.tensor([[1., 1.], [3., 4.]]))
    tensor([[0., 0.],
            [3., 4.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.LnStructured.html
    """

    def __init__(self, amount, n, dim=-1):
        super().__init__(amount)
        self.n, self.dim = n, dim

    def _kept(self, t, size, number):
        axes = [axis for axis in range(t.dim()) if axis != _axis(t, self.dim)]
        return topk(norm(t, self.n, axes), size - number).indices


class CustomFromMask(BasePruningMethod):
    """Prune by a mask that is given. Raises AssertionError for one of another shape.

    >>> import workbook as torch
    >>> CustomFromMask(torch.tensor([1, 0])).prune(torch.ones(2))
    tensor([1., 0.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.CustomFromMask.html
    """

    PRUNING_TYPE = "global"

    def __init__(self, mask):
        self.mask = mask

    def compute_mask(self, t, default_mask):
        if default_mask.shape != self.mask.shape:
            raise AssertionError(explain(f"default_mask shape {default_mask.shape} must match self.mask shape {self.mask.shape}",
                                         "each number of the parameter has its own", "give a mask of that shape"))
        return default_mask * self.mask.to(default_mask.dtype)


def _function(kind, text, example):
    """The function of a method: it prunes a parameter of a module, and returns the module."""
    def pruned(module, name, *args, **kwargs):
        kind.apply(module, name, *args, **kwargs)
        return module

    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__)[1:]
    pruned.__name__ = pruned.__qualname__ = name
    pruned.__doc__ = (f"{text} Returns the module. Raises what `{kind.__name__}` raises.\n\n    >>> import workbook as torch\n"
                      f"    >>> {name}(torch.nn.Linear(4, 4), 'weight'{example}).weight_mask.sum()\n    tensor({_LEFT[name]})\n\n"
                      f"    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.{name}.html\n    ")
    return pruned


_LEFT = {"identity": "16.", "random_unstructured": "12.", "l1_unstructured": "8.", "random_structured": "12.", "ln_structured": "8.",
         "custom_from_mask": "4."}
identity = _function(Identity, "Give a parameter a mask of 1, as a parameter that is not pruned.", "")
random_unstructured = _function(RandomUnstructured, "Prune numbers of a parameter by chance.", ", amount=0.25")
l1_unstructured = _function(L1Unstructured, "Prune the smallest numbers of a parameter, or those of least `importance_scores`.", ", amount=0.5")
random_structured = _function(RandomStructured, "Prune slices of a parameter by chance.", ", amount=1, dim=0")
ln_structured = _function(LnStructured, "Prune the slices of a parameter that have the smallest n-norm.", ", amount=0.5, n=2, dim=0")
custom_from_mask = _function(CustomFromMask, "Prune a parameter by a mask.", ", mask=torch.eye(4)")


def global_unstructured(parameters, pruning_method, importance_scores=None, **kwargs):
    """Prune several parameters together: by `pruning_method(**kwargs)` of all their numbers in one row.

    `parameters`: pairs of a module and a name; `importance_scores`: a dict from these pairs. Raises TypeError for what is none of both,
    and for a method that is not "unstructured".

    >>> import workbook as torch
    >>> one, two = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    >>> global_unstructured([(one, "weight"), (two, "weight")], L1Unstructured, amount=3)
    >>> one.weight_mask.sum() + two.weight_mask.sum()
    tensor(5.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.global_unstructured.html
    """
    if not isinstance(parameters, Iterable):
        raise TypeError(explain("global_unstructured(): parameters is not an Iterable", "it prunes several", "give pairs: (module, name)"))
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError(explain("global_unstructured(): importance_scores must be of type dict", "it is asked for each pair",
                                "write {(module, name): scores}"))
    parameters = list(parameters)
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(explain('Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
                                f"{pruning_method} of type {method.PRUNING_TYPE}", "numbers of all parameters are compared",
                                "use L1Unstructured"))
    row = parameters_to_vector([scores.get((module, name), getattr(module, name)) for module, name in parameters])
    before = parameters_to_vector([getattr(module, f"{name}_mask", ones_like(getattr(module, name))) for module, name in parameters])
    mask, start = PruningContainer(method).compute_mask(row, before), 0
    for module, name in parameters:
        tensor = getattr(module, name)
        custom_from_mask(module, name, mask=mask[start : start + tensor.numel()].view_as(tensor))
        start += tensor.numel()


def remove(module, name):
    """Make a pruned parameter an ordinary one, with its zeros. Returns the module. Raises ValueError where it is not pruned.

    >>> import workbook as torch
    >>> layer = remove(l1_unstructured(torch.nn.Linear(2, 2), "weight", 0.5), "weight")
    >>> list(layer.state_dict()), (layer.weight == 0).sum()
    (['bias', 'weight'], tensor(2))

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.remove.html
    """
    for number, hook in _hooks(module):
        if hook._tensor_name == name:
            hook.remove(module)
            del module._forward_pre_hooks[number]
            return module
    raise ValueError(explain(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed", "no mask lies on it",
                             "is_pruned(module) tells where there is one"))


def is_pruned(module):
    """Return whether a parameter of the module, or below, is pruned. Raises nothing.

    >>> import workbook as torch
    >>> is_pruned(torch.nn.Sequential(l1_unstructured(torch.nn.Linear(2, 2), "weight", 1)))
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.prune.is_pruned.html
    """
    return any(_hooks(part) for part in module.modules())


def _hooks(module):
    return [(number, hook) for number, hook in module._forward_pre_hooks.items() if isinstance(hook, BasePruningMethod)]


def _axis(t, dim):
    if not -t.dim() <= dim:
        raise IndexError(explain(f"Index is out of bounds for tensor with dimensions {t.dim()}", f"dim is {dim}", "choose one of its axes"))
    return dim % t.dim()
