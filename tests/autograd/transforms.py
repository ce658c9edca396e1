"""What functions of functions give, described so that two libraries can be compared: values, nesting, and whether a graph hangs on."""

import warnings

import numpy as np


def described(value, graph=True):
    """Return nested Tensors as plain data of the same nesting; without `graph` nothing is said of what hangs on them."""
    if hasattr(value, "grad_fn"):
        return {"numbers": value.numpy(force=True)} | ({"graph": value.requires_grad, "leaf": value.is_leaf} if graph else {})
    if isinstance(value, dict):
        return {key: described(part, graph) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value).__name__, [described(part, graph) for part in value]
    return value


def outcome(function, *arguments):
    """Return what a call gives, or the type of its error and the first line that it says."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*arguments)
    except Exception as problem:
        return type(problem).__name__, str(problem).splitlines()[0].strip() if str(problem) else ""


def same(theirs, ours):
    """Tell whether two outcomes are the same: numbers up to rounding, errors by type and by PyTorch's first words."""
    if isinstance(theirs, np.ndarray):
        return isinstance(ours, np.ndarray) and (theirs.shape, theirs.dtype) == (ours.shape, ours.dtype) and np.allclose(
            theirs, ours, 1e-12 if theirs.dtype.itemsize > 4 else 1e-5, 1e-12 if theirs.dtype.itemsize > 4 else 1e-6, equal_nan=True)
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and theirs.keys() == ours.keys() and all(same(theirs[key], ours[key]) for key in theirs)
    if isinstance(theirs, str) and isinstance(ours, str):
        return ours.startswith(theirs[:60])
    if isinstance(theirs, (tuple, list)):
        return type(ours) is type(theirs) and len(ours) == len(theirs) and all(map(same, theirs, ours))
    return theirs == ours
