"""`torch.func`: functions of functions. `grad(f)` is the function that computes the gradient of f; they nest.

Read `gradients.py` first, with `autograd/levels.py` below it; then `jacobians.py` and `batches.py`.
"""

from workbook import missing
from workbook.func.batches import vmap
from workbook.func.gradients import grad, grad_and_value, vjp
from workbook.func.jacobians import hessian, jacfwd, jacrev, jvp, linearize
from workbook.func.modules import functional_call, functionalize, stack_module_state

__all__ = ["functional_call", "functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize",
           "stack_module_state", "vjp", "vmap"]


def __getattr__(name):
    raise missing.of_module("func", name)
