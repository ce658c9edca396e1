"""Derivatives against finite differences: a slope that a formula claims, and the slope that the numbers show.

Of complex numbers both parts take steps: the gradient of a real number L is dL/dx + i dL/dy.
"""

import numpy as np

import workbook as torch
from tests.ops.both import tensors_of, uneven

STEP = 1e-5
NEAR = 1e-6  # a central difference errs by STEP**2 times the third derivative, and by what rounding takes from the values


def gradcheck(function, leaves):
    """Raise AssertionError where the gradients of `function` at `leaves`, in float64 or complex128, are not the slopes of its values."""
    compare(function, leaves, gradients(function, leaves))


def gradgradcheck(function, leaves):
    """As gradcheck, for the gradients of the gradients."""

    def slopes(*leaves):
        return gradients(function, leaves, create_graph=True)

    compare(slopes, leaves, gradients(slopes, leaves))


def check_alone(function, leaves):
    """Raise AssertionError where a gradient depends on whether other inputs want theirs: formulas save work where nobody asks."""
    for position, together in enumerate(gradients(function, leaves)):
        only = [leaf if place == position else leaf.detach() for place, leaf in enumerate(leaves)]
        alone = gradients(function, only, of=[position])[0]
        assert (alone is None) == (together is None), f"the gradient of input {position} alone"
        if alone is not None:
            np.testing.assert_array_equal(alone.numpy(), together.numpy(), f"the gradient of input {position} alone")


def compare(function, leaves, claimed):
    for position, (leaf, gradient) in enumerate(zip(leaves, claimed)):
        shown, rounding = difference_quotients(function, leaves, position)
        gradient = np.zeros(leaf.shape) if gradient is None else gradient.detach().numpy()
        np.testing.assert_allclose(gradient, shown, NEAR, NEAR + rounding, err_msg=f"the gradient of input {position}")


def gradients(function, leaves, create_graph=False, of=None):
    """Return the gradient of the unevenly weighted outputs to each leaf, or to the leaves at places `of`; None where there is none."""
    outputs = [part for part in tensors_of(function(*leaves)) if part.requires_grad]
    leaves = list(leaves) if of is None else [leaves[place] for place in of]
    if not outputs:
        return [None] * len(leaves)
    weights = [torch.from_numpy(uneven(tuple(part.shape), place, part.is_complex())) for place, part in enumerate(outputs)]
    return list(torch.autograd.grad(outputs, leaves, weights, create_graph=create_graph, allow_unused=True))


def difference_quotients(function, leaves, position):
    """Return the slope of the weighted outputs along each element of one leaf, by central differences, and what rounding may add."""
    tracked = [part.requires_grad for part in tensors_of(function(*leaves))]

    def weighted(array, of_sizes=False):
        moved = [torch.from_numpy(array).requires_grad_() if i == position else leaf for i, leaf in enumerate(leaves)]
        outputs = [part for part, counts in zip(tensors_of(function(*moved)), tracked) if counts]
        terms = [part.detach().numpy() * np.conj(uneven(tuple(part.shape), place, part.is_complex())) for place, part in enumerate(outputs)]
        return sum(float((np.abs(term) if of_sizes else term.real).sum()) for term in terms)

    here = leaves[position].detach().numpy()
    slopes = np.zeros(here.shape, here.dtype)
    for place in np.ndindex(here.shape):
        for direction in (1, 1j) if here.dtype.kind == "c" else (1,):
            up, down = here.copy(), here.copy()
            up[place] += STEP * direction
            down[place] -= STEP * direction
            slopes[place] += direction * (weighted(up) - weighted(down)) / (2 * STEP)
    return slopes, np.finfo(np.float64).eps * weighted(here.copy(), of_sizes=True) / STEP
