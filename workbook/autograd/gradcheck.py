"""`gradcheck` and `gradgradcheck`: is the derivative that a backward pass claims the slope that the values show?"""

import warnings

import numpy as np

from workbook import random
from workbook.autograd.elsewhere import made
from workbook.autograd.operation import Operation
from workbook.autograd.quotients import Quotients, as_tuple, direction, wants_gradient
from workbook.autograd.walk import grad
from workbook.errors import explain
from workbook.tensor import Tensor, wrap

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """What `gradcheck` raises where the derivative that a backward pass claims is not the slope that the values show.

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.gradcheck.gradcheck.html
    """


def gradcheck(func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0, check_undefined_grad=True,
              check_grad_dtypes=False, check_batched_grad=False, check_batched_forward_grad=False, check_forward_ad=False,
              check_backward_ad=True, fast_mode=False, masked=None):
    """Return True where the gradients of `func` at `inputs` are the slopes of its values; raise GradcheckError where not.

    The slope along one number is (f(x + eps) - f(x - eps)) / 2 eps. Claimed and shown may differ by `atol + rtol * |shown|`; with
    numbers of 64 bits, for others round more coarsely than these steps. Looked at are the inputs that require a gradient.
    `raise_exception=False`: return False instead of raising. `nondet_tol`: by how much two backward passes may differ.
    `check_undefined_grad`: also where no gradient arrives at an output. `fast_mode`: one random direction instead of each.
    `masked` changes nothing here. Raises NotImplementedError for checks of forward mode and of batches.

    >>> import workbook as torch
    >>> x = torch.tensor([0.5, 2.], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradcheck(torch.sin, x)
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.gradcheck.gradcheck.html
    """
    if not (check_forward_ad or check_backward_ad):
        raise _contradiction("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise _contradiction("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise _contradiction("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    if check_forward_ad or check_batched_grad:
        raise NotImplementedError(explain(
            "gradcheck(check_forward_ad=True) and gradcheck(check_batched_grad=True) are not there",
            "there is no forward mode here, and a batch of gradients is one pass each", "leave them out: the backward pass is checked"))
    inputs = as_tuple(inputs)
    _check_inputs(inputs)
    try:
        _Check(func, inputs, eps, atol, rtol, nondet_tol, check_grad_dtypes, fast_mode).run(check_undefined_grad)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(func, inputs, grad_outputs=None, *, eps=1e-6, atol=1e-5, rtol=1e-3, gen_non_contig_grad_outputs=False,
                  raise_exception=True, nondet_tol=0.0, check_undefined_grad=True, check_grad_dtypes=False, check_batched_grad=False,
                  check_fwd_over_rev=False, check_rev_over_rev=True, fast_mode=False, masked=False):
    """As `gradcheck`, for the gradients of the gradients: `func` and its backward pass are one function of inputs and `grad_outputs`.

    `grad_outputs`: the gradient that arrives at each output; random numbers where none are given. With
    `gen_non_contig_grad_outputs` these do not lie side by side in memory. The other options are those of `gradcheck`.
    Raises what that raises, and ValueError where no output requires a gradient.

    >>> import workbook as torch
    >>> x = torch.tensor([0.5, 2.], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradgradcheck(torch.sin, x)
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.gradcheck.gradgradcheck.html
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise _contradiction("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    for name, asked in (("check_undefined_grad", check_undefined_grad), ("check_batched_grad", check_batched_grad)):
        if asked and not check_rev_over_rev:
            raise _contradiction(f"Setting {name}=True requires check_rev_over_rev to be True")
    inputs = as_tuple(inputs)
    if grad_outputs is None:
        outputs = differentiable(func(*inputs))
        if not outputs:
            raise ValueError(explain("gradgradcheck: no output of the function requires a gradient", "there is no backward pass to look at",
                                     "look for a detach() or a no_grad() on the way"))
        weights = tuple(_random_like(output, gen_non_contig_grad_outputs) for output in outputs)
    else:
        weights = as_tuple(grad_outputs)

    def gradients(*given):
        outputs = differentiable(func(*given[:len(inputs)]))
        wanted = [x for x in given[:len(inputs)] if wants_gradient(x)]
        return tuple(g for g in grad(outputs, wanted, given[len(inputs):], create_graph=True, allow_unused=True) if g is not None)

    return gradcheck(gradients, inputs + weights, eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception, nondet_tol=nondet_tol,
                     check_undefined_grad=check_undefined_grad, check_grad_dtypes=check_grad_dtypes, check_batched_grad=check_batched_grad,
                     check_forward_ad=check_fwd_over_rev, check_backward_ad=check_rev_over_rev, fast_mode=fast_mode, masked=masked)


class _Check:
    """One comparison of claimed and shown derivatives."""

    def __init__(self, func, inputs, eps, atol, rtol, nondet_tol, check_grad_dtypes, fast_mode):
        self.func, self.inputs, self.eps, self.atol, self.rtol = func, inputs, eps, atol, rtol
        self.nondet_tol, self.check_grad_dtypes, self.fast_mode = nondet_tol, check_grad_dtypes, fast_mode
        self.places = [place for place, x in enumerate(inputs) if wants_gradient(x)]
        self.wanted = [inputs[place] for place in self.places]

    def run(self, check_undefined_grad):
        found = as_tuple(self.func(*self.inputs))
        self.outputs = differentiable(found)
        self.kept = [place for place, output in enumerate(found) if output.requires_grad]
        for part in ("imaginary", "real") if any(output.is_complex() for output in found) else ("real",):
            shown = Quotients(self.func, self.inputs, self.eps, part)
            if not self.outputs:
                self._expect_no_slope(shown)
            elif self.fast_mode:
                self._compare_directions(shown, part)
            else:
                self._compare_jacobians(shown, part)
        if self.outputs:
            self._expect_zero_from_zero()
            if check_undefined_grad:
                self._expect_nothing_from_nothing()

    def _expect_no_slope(self, shown):
        for place in self.places:
            if any(slope.any() for slope in shown.jacobian(place) or ()):
                raise GradcheckError(explain("Numerical gradient for function expected to be zero",
                                             "no output requires a gradient, and yet the values move with the input",
                                             "look for a detach(), a no_grad() or a NumPy function on the way"))

    def _compare_jacobians(self, shown, part):
        jacobians = [shown.jacobian(place) for place in self.places]
        for number, (output, kept) in enumerate(zip(self.outputs, self.kept)):
            rows = [self._claimed(output, unit, part) for unit in np.eye(output.numel(), dtype=output._array.real.dtype)]
            for position, columns in enumerate(zip(*rows)):
                claimed, numbers = np.stack(columns, -1), jacobians[position]
                if numbers is not None and not self._near(claimed, numbers[kept], self.atol):
                    raise GradcheckError(self._mismatch(number, position, _tensor(claimed), _tensor(numbers[kept]), part))

    def _compare_directions(self, shown, part):
        """Compare v J u, computed from v J and from J u, for a random u and v."""
        generator = random.Generator()
        us = [[direction(x._array, generator) for _ in range(1 + x.is_complex())] for x in self.wanted]
        vs = [direction(output._array, generator) for output in self.outputs]
        for position, (place, x, u) in enumerate(zip(self.places, self.wanted, us)):
            if not x.numel():
                continue
            slopes = shown.along(place, *[self.eps * step.reshape(x.shape) for step in (u * 2)[:2]])
            for number, (output, kept, v) in enumerate(zip(self.outputs, self.kept, vs)):
                number_shown = (v * slopes[kept]).sum()
                back = self._claimed(output, v, part)[position]
                number_claimed = back.real @ u[0] + 1j * (back.imag @ u[1]) if x.is_complex() else back @ u[0]
                if not self._near(number_claimed, number_shown, self.atol * sum(step.sum() for step in u) * v.sum()):
                    raise GradcheckError(self._mismatch(number, position, number_claimed, number_shown, part) + self._in_full(
                        shown, output, kept, place, position, part))

    def _in_full(self, shown, output, kept, place, position, part):
        rows = [self._claimed(output, unit, part)[position] for unit in np.eye(output.numel(), dtype=output._array.real.dtype)]
        claimed, numbers = np.stack(rows, -1), shown.jacobian(place)[kept]
        return ("\nThe above quantities relating the numerical and analytical jacobians are computed \nin fast mode. Below, we recompute "
                f"numerical and analytical jacobians in slow mode:\n\nNumerical:\n {_tensor(numbers)}\nAnalytical:\n{_tensor(claimed)}\n\n"
                f"The max per-element difference (slow mode) is: {np.abs(numbers - claimed).max()}.\n")

    def _claimed(self, output, weight, part):
        """Return the gradient of a weighted sum of an output's real, or imaginary, parts to each input, flat."""
        if output.is_complex():
            weight = weight * (1j if part == "imaginary" else 1)
        seed = made(output._device, lambda xp: xp.asarray(weight.reshape(output.shape).astype(output._array.dtype)))
        first, again = ([self._flat(g, x) for g, x in zip(grad([output], self.wanted, [seed], retain_graph=True, allow_unused=True), self.wanted)]
                        for _ in range(2))
        if any(a.size and np.abs(a - b).max() > self.nondet_tol for a, b in zip(first, again)):
            raise GradcheckError(explain(
                "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different values, "
                "although analytical gradient matches numerical gradient.The tolerance for nondeterminism was "
                f"{self.nondet_tol}.", "a formula draws random numbers, or remembers the last pass", "allow it with nondet_tol, or repair the formula"))
        return first

    def _flat(self, gradient, x):
        if gradient is None:
            return np.zeros(x.numel(), x._array.dtype)
        if self.check_grad_dtypes and gradient.dtype is not x.dtype:
            raise GradcheckError(explain("Gradient has dtype mismatch", f"it holds {gradient.dtype}, and the input {x.dtype}",
                                         "return the gradient in its input's dtype"))
        return gradient._host().reshape(-1)

    def _near(self, claimed, shown, atol):
        return bool(np.isclose(claimed, shown, self.rtol, atol).all())

    def _mismatch(self, number, position, claimed, shown, part):
        of_part = f"While considering the {part} part of complex outputs only, " if self.outputs[number].is_complex() else ""
        return explain(f"{of_part}Jacobian mismatch for output {number} with respect to input {position},\n"
                       f"numerical:{shown}\nanalytical:{claimed}", "the formula of a backward does not give the slope that the values show",
                       "check each factor of it by hand, for one number") + "\n"

    def _expect_zero_from_zero(self):
        zeros = [made(output._device, lambda xp: xp.zeros_like(output._array)) for output in self.outputs]
        for gradient in grad(self.outputs, self.wanted, zeros, retain_graph=True, allow_unused=True):
            if gradient is not None and gradient._host().any():
                raise GradcheckError(explain("backward not multiplied by grad_output", "zeros arrived, and something else was handed on",
                                             "multiply by the gradient that arrives"))

    def _expect_nothing_from_nothing(self):
        """Where no gradient arrives at one of the outputs, or at any, a backward pass has nothing to say of them, and says nothing."""
        count = len(self.outputs)
        for silent in [range(count), *([place] for place in range(count) if count > 1)]:
            outputs = differentiable(self.func(*self.inputs))
            outputs = [Silent.apply(output) if place in silent else output for place, output in enumerate(outputs)]
            zeros = [made(output._device, lambda xp: xp.zeros_like(output._array)) for output in outputs]
            try:
                found = grad(outputs, self.wanted, zeros, allow_unused=True)
            except RuntimeError as problem:
                raise GradcheckError(explain(f"Expected backward function to handle undefined output grads. {_NOTES}",
                                             "no gradient arrived at an output, and the formula failed",
                                             "answer None with None, or let ctx.set_materialize_grads(True) put zeros there")) from problem
            if any(gradient is not None and gradient._host().any() for gradient in found):
                raise GradcheckError(explain(
                    f"Expected all input grads to be undefined or zero when all output grads are undefined or zero. {_NOTES}",
                    "no gradient arrived at an output, and one was handed on", "multiply by the gradient that arrives"))


def differentiable(value):
    """Return the Tensors that a function returned and that require a gradient."""
    for output in as_tuple(value):
        if not isinstance(output, Tensor):
            raise AttributeError(explain(f"'{type(output).__name__}' object has no attribute 'requires_grad'",
                                         "only Tensors have gradients, and the function returned something else",
                                         "return a Tensor, or a tuple of them"))
    return [output for output in as_tuple(value) if output.requires_grad]


_NOTES = 'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'


class Silent(Operation):
    """out = a, through which no gradient comes back: the step before it is visited all the same, and finds None"""

    by_student = True

    def forward(ctx, a):
        return a[...]

    def backward(ctx, grad):
        return None


def _contradiction(what):
    return AssertionError(explain(what, "the options ask for a check, and forbid it", "leave them out: the backward pass is checked"))


def _check_inputs(inputs):
    for number, x in enumerate(inputs):
        if not wants_gradient(x):
            continue
        if x._array.dtype not in (np.float64, np.complex128):
            warnings.warn(f"Input #{number} requires gradient and is not a double precision floating point or complex. This check will "
                          "likely fail if all the inputs are not of double precision floating point or complex. ", stacklevel=3)
        if any(step == 0 and side > 1 for step, side in zip(x.stride(), x._array.shape)):
            raise RuntimeError(explain(
                f"The {number}th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping to be able to "
                "compute the numerical gradients correctly. You should call .contiguous on the input before passing it to gradcheck.",
                "one number in memory stands for several elements, which cannot move one by one", "pass x.contiguous()"))
    if not any(map(wants_gradient, inputs)):
        raise ValueError(explain(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True.",
            "there is nothing to compare", "make the input with requires_grad=True, and dtype=torch.float64"))


def _random_like(output, every_second):
    """A gradient for an output: random numbers from [-1, 1), in float64 for what is no float."""
    array = output._array
    kind = array.dtype if array.dtype.kind in "fc" else np.dtype(np.float64)
    drawn = random.fill_uniform(np.empty(array.shape, kind), -1, 1)
    if every_second and array.size > 1:
        drawn = drawn.repeat(2, -1)[..., ::2]
    made = wrap(output._device.backend.from_host(drawn, output._device.index), output._device)
    made.requires_grad = True
    return made


def _tensor(array):
    return wrap(np.asarray(array))
