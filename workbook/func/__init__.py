"""`torch.func`: functions of functions. `grad(f)` is the function that computes the gradient of f; they nest.

Read `gradients.py` first, with `autograd/levels.py` below it; then `jacobians.py` and `batches.py`.
"""

from workbook.func.gradients import grad, grad_and_value, vjp
from workbook.func.jacobians import hessian, jacfwd, jacrev, jvp, linearize

__all__ = ["grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "vjp"]
