"""How the classes of the engine print: as PyTorch's, while keeping their real module."""

import abc
import types


class PrintsAsTorch(type):
    """A metaclass: a class that names `torch_name` in its own body prints under that name.

    The class keeps its real `__module__`, so that `inspect.getsource`, pickling and worker processes find it. A student's
    subclass does not name one and prints as any Python class does.

    >>> class Linear(metaclass=PrintsAsTorch):
    ...     torch_name = "torch.nn.modules.linear.Linear"
    >>> Linear
    <class 'torch.nn.modules.linear.Linear'>
    >>> str(Linear()).partition(" at ")[0]
    '<torch.nn.modules.linear.Linear object'
    >>> class Mine(Linear): pass
    >>> Mine.__name__ in repr(Mine)
    True
    """

    def __init__(cls, name, bases, namespace, **options):
        super().__init__(name, bases, namespace, **options)
        shared = getattr(cls.__init__, "__qualname__", "")
        if "torch_name" in namespace and "__init__" not in namespace and shared.startswith("_") and not name.startswith("_"):
            cls.__init__ = _renamed(cls.__init__, f"{name}.__init__")
        if "torch_name" in namespace and cls.__repr__ in (object.__repr__, _object_of_torch):
            own = (base.__dict__["__repr__"] for base in cls.__mro__[:-1] if "__repr__" in base.__dict__)
            cls.__repr__ = next((words for words in own if words is not _object_of_torch), _object_of_torch)

    def __repr__(cls):
        name = cls.__dict__.get("torch_name")
        return f"<class '{name}'>" if name else super().__repr__()

    def __dir__(cls):
        return [name for name in super().__dir__() if hasattr(cls, name)]  # without `missing.Absent`


def _object_of_torch(self):
    """What Python prints of an object that has no words of its own, with PyTorch's name of its class."""
    name = type(self).__dict__.get("torch_name")
    return f"<{name} object at {id(self):#x}>" if name else object.__repr__(self)


def _renamed(function, name):
    """The same function by another name: Python's own error for a missing argument then speaks of Conv2d, not of what all convolutions share."""
    own = types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
    own.__kwdefaults__, own.__doc__, own.__module__, own.__qualname__ = function.__kwdefaults__, function.__doc__, function.__module__, name
    return own


class PrintsAsTorchABC(PrintsAsTorch, abc.ABCMeta):
    """The same for classes that students derive from, so that they may derive from `abc.ABC` as well.

    >>> class Module(metaclass=PrintsAsTorchABC):
    ...     torch_name = "torch.nn.modules.module.Module"
    >>> class Mine(Module, abc.ABC): pass
    >>> Module, isinstance(Mine(), Module)
    (<class 'torch.nn.modules.module.Module'>, True)
    """
