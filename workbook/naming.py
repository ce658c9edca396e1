"""How the classes of the engine print: as PyTorch's, while keeping their real module."""

import abc


class PrintsAsTorch(type):
    """A metaclass: a class that names `torch_name` in its own body prints under that name.

    The class keeps its real `__module__`, so that `inspect.getsource`, pickling and worker processes find it. A student's
    subclass does not name one and prints as any Python class does.

    >>> class Linear(metaclass=PrintsAsTorch):
    ...     torch_name = "torch.nn.modules.linear.Linear"
    >>> Linear
    <class 'torch.nn.modules.linear.Linear'>
    >>> class Mine(Linear): pass
    >>> Mine.__name__ in repr(Mine)
    True
    """

    def __repr__(cls):
        name = cls.__dict__.get("torch_name")
        return f"<class '{name}'>" if name else super().__repr__()


class PrintsAsTorchABC(PrintsAsTorch, abc.ABCMeta):
    """The same for classes that students derive from, so that they may derive from `abc.ABC` as well.

    >>> class Module(metaclass=PrintsAsTorchABC):
    ...     torch_name = "torch.nn.modules.module.Module"
    >>> class Mine(Module, abc.ABC): pass
    >>> Module, isinstance(Mine(), Module)
    (<class 'torch.nn.modules.module.Module'>, True)
    """
