"""What the tests ask of derivatives: that they are slopes, with gradients that arrive unevenly, and that each stands alone."""

import numpy as np

import workbook as torch
from tests.conftest import FULL
from tests.ops.both import tensors_of, uneven

STEP = 1e-5
NEAR = 1e-6  # a central difference errs by STEP**2 times the third derivative, and by what rounding takes from the values


def check_slopes(function, leaves, in_full=FULL):
    """Raise where the gradients of `function`, or the gradients of these, are not the slopes that the values show.

    `in_full`: along each number. Otherwise along one random direction, which costs as much as a few calls.
    """
    def tracked(*leaves):
        return tuple(part for part in tensors_of(function(*leaves)) if part.requires_grad)

    outputs = tracked(*leaves)
    if not outputs or not any(leaf.requires_grad for leaf in leaves):
        return
    largest = max((abs(part.detach().numpy()).max(initial=0) for part in outputs), default=0)
    options = {"eps": STEP, "rtol": 10 * NEAR, "fast_mode": not in_full, "atol": NEAR + 4 * np.finfo(np.float64).eps * largest / STEP}
    torch.autograd.gradcheck(tracked, leaves, **options)
    torch.autograd.gradgradcheck(tracked, leaves, weights_of(outputs), **options)


def check_alone(function, leaves):
    """Raise AssertionError where a gradient depends on whether other inputs want theirs: formulas save work where nobody asks."""
    for position, together in enumerate(gradients(function, leaves)):
        only = [leaf if place == position else leaf.detach() for place, leaf in enumerate(leaves)]
        alone = gradients(function, only, of=[position])[0]
        assert (alone is None) == (together is None), f"the gradient of input {position} alone"
        if alone is not None:
            np.testing.assert_array_equal(alone.numpy(), together.numpy(), f"the gradient of input {position} alone")


def gradients(function, leaves, of=None):
    """Return the gradient of the unevenly weighted outputs to each leaf, or to the leaves at places `of`; None where there is none."""
    outputs = [part for part in tensors_of(function(*leaves)) if part.requires_grad]
    leaves = list(leaves) if of is None else [leaves[place] for place in of]
    if not outputs:
        return [None] * len(leaves)
    return list(torch.autograd.grad(outputs, leaves, weights_of(outputs), allow_unused=True))


def weights_of(outputs):
    """Return a gradient for each output, no number of it like its neighbour, and recorded."""
    return [torch.from_numpy(uneven(tuple(part.shape), place, part.is_complex())).requires_grad_() for place, part in enumerate(outputs)]
