"""`functional_call` under the name that it had first."""

import warnings

from workbook.func.modules import functional_call as call


def functional_call(module, parameters_and_buffers, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """As `torch.func.functional_call`, which replaces it; it warns. Raises what that raises.

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.stateless.functional_call.html
    """
    warnings.warn("`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future version of "
                  "PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.", FutureWarning, stacklevel=2)
    return call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)
