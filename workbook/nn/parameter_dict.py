"""ParameterDict: tensors that are trained, by name."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from workbook.errors import Unquoted, explain
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.tensor import Tensor


class ParameterDict(Module):
    """Values by name, in the order in which they were added: a Tensor that is put in becomes a Parameter, and is trained.

    Raises TypeError for a name that is no string, and when it is called.

    >>> import workbook as torch
    >>> weights = torch.nn.ParameterDict({"left": torch.ones(2), "right": torch.zeros(1)})
    >>> weights
    ParameterDict(
        (left): Parameter containing: [torch.FloatTensor of size 2]
        (right): Parameter containing: [torch.FloatTensor of size 1]
    )

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ParameterDict.html
    """

    torch_name = "torch.nn.modules.container.ParameterDict"

    def __init__(self, parameters=None):
        super().__init__()
        self._keys = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key):
        return getattr(self, _checked(key))

    def __setitem__(self, key, value):
        setattr(self, _checked(key), Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value)
        self._keys[key] = None

    def __delitem__(self, key):
        if key not in self._keys:
            raise KeyError(Unquoted(explain(repr(key), f"the names are {', '.join(self._keys) or 'none'}", "choose one of them")))
        del self._keys[key]
        delattr(self, key)

    def __len__(self):
        return len(self._keys)

    def __iter__(self):
        return iter(self._keys)

    def __reversed__(self):
        return reversed(self._keys)

    def __contains__(self, key):
        return key in self._keys

    def copy(self):
        """Return another ParameterDict with the same values."""
        return ParameterDict(OrderedDict(self.items()))

    def setdefault(self, key, default=None):
        """Return the value of `key`, which is `default` from now on where there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self):
        """Take every value out."""
        for key in list(self):
            del self[key]

    def pop(self, key):
        """Take the value of `key` out and return it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self):
        """Take the last pair out and return it."""
        key = next(reversed(self))
        return key, self.pop(key)

    def get(self, key, default=None):
        """Return the value of `key`, or `default` where there is none."""
        return self[key] if key in self else default

    def fromkeys(self, keys, default=None):
        """Return another ParameterDict, with `default` for each of the keys."""
        return ParameterDict((key, default) for key in keys)

    def keys(self):
        """The names."""
        return self._keys.keys()

    def items(self):
        """The pairs of name and value."""
        return ((key, self[key]) for key in self._keys)

    def values(self):
        """The values."""
        return (self[key] for key in self._keys)

    def update(self, parameters):
        """Add the values of another ParameterDict, of a dictionary (sorted by name, but for an OrderedDict), or of pairs."""
        if not isinstance(parameters, Iterable):
            raise TypeError(explain("ParametersDict.update should be called with an iterable of key/value pairs, but got "
                                    f"{type(parameters).__name__}", "each value needs a name", "write {'name': tensor}, or a list of pairs"))
        if isinstance(parameters, (OrderedDict, ParameterDict)):
            parameters = parameters.items()
        elif isinstance(parameters, Mapping):
            parameters = sorted(parameters.items())
        for place, pair in enumerate(parameters):
            if not isinstance(pair, Iterable):
                raise TypeError(explain(f"ParameterDict update sequence element #{place} should be Iterable; is{type(pair).__name__}",
                                        "each value needs a name", "write pairs: (name, tensor)"))
            if len(pair) != 2:
                raise ValueError(explain(f"ParameterDict update sequence element #{place} has length {len(pair)}; 2 is required",
                                         "each value needs a name", "write pairs: (name, tensor)"))
            self[pair[0]] = pair[1]

    def __or__(self, other):
        both = self.copy()
        both.update(other)
        return both

    def __ror__(self, other):
        both = other.copy()
        both.update(self)
        return both

    def __ior__(self, other):
        self.update(other)
        return self

    def __call__(self, input):
        raise RuntimeError(explain("ParameterDict should not be called.", "it holds parameters and computes nothing",
                                   "use them in the forward of your own Module"))

    def extra_repr(self):
        return "\n".join(f"  ({key}): {_described(value)}" for key, value in self.items())


def _checked(key):
    if not isinstance(key, str):
        raise TypeError(explain(f"Index given to ParameterDict cannot be used as a key as it is not a string (type is '{type(key).__name__}'). "
                                "Open an issue on github if you need non-string keys.", "the names are attributes", f"write '{key}'"))
    return key


def _described(value):
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    size, place = "x".join(map(str, value.shape)), f" ({value.device})" if value.is_cuda else ""
    return f"Parameter containing: [{value.type()} of size {size}{place}]"
