"""Losses made larger before backward, so that small gradients are not lost in float16, and gradients made smaller again after it.

    scaler.scale(loss).backward()
    scaler.step(optimizer)          # gradients divided by the scale; no step where one is infinite or NaN
    scaler.update()                 # then a smaller scale; after many good steps a larger one
"""

import enum
import warnings
from collections.abc import Iterable

from workbook import dtypes
from workbook.autograd.modes import no_grad
from workbook.cuda import is_available
from workbook.errors import explain, kind_of
from workbook.ops.choices import where
from workbook.ops.comparison import isfinite
from workbook.ops.creation import full
from workbook.tensor import Tensor


class OptState(enum.Enum):
    """How far an optimizer is in this iteration.

    Source: https://pytorch.org/docs/2.13/amp.html#gradient-scaling
    """

    READY = 0
    UNSCALED = 1
    STEPPED = 2


class GradScaler:
    """A factor for losses that finds its own size: as large as gradients allow without overflow.

    device: "cuda" or "cpu". The scale begins at init_scale; after growth_interval steps in a row without an infinite gradient it is
    multiplied by growth_factor (> 1), after a step with one by backoff_factor (< 1), and that step is left out. enabled=False leaves
    losses and steps as they are; so does "cuda" where there is no GPU, with a warning. Raises AssertionError for factors that do not fit.

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer, scaler = torch.optim.SGD([w], lr=0.5), torch.amp.GradScaler("cpu", init_scale=4.0)
    >>> scaler.scale((w * w).sum()).backward()
    >>> w.grad
    tensor([8.])
    >>> scaler.step(optimizer); scaler.update()
    >>> w, scaler.get_scale()
    (tensor([0.], requires_grad=True), 4.0)

    Source: https://pytorch.org/docs/2.13/amp.html#torch.amp.GradScaler
    """

    def __init__(self, device="cuda", init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        if enabled and device == "cuda" and not is_available():
            warnings.warn("torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2)
            enabled = False
        self._device, self._enabled = device, enabled
        if not enabled:
            return
        if growth_factor <= 1.0:
            raise AssertionError(explain("The growth factor must be > 1.0.", f"the scale is to grow, and {growth_factor} would not let it", "write growth_factor=2.0"))
        if backoff_factor >= 1.0:
            raise AssertionError(explain("The backoff factor must be < 1.0.", f"the scale is to shrink, and {backoff_factor} would not let it", "write backoff_factor=0.5"))
        self._init_scale, self._init_growth_tracker = init_scale, 0
        self._growth_factor, self._backoff_factor, self._growth_interval = growth_factor, backoff_factor, growth_interval
        self._scale = self._growth_tracker = None  # Tensors without axes, made beside the first loss
        self._states = {}  # id of an optimizer: [its OptState, device: whether a gradient there was not finite]

    def is_enabled(self):
        """Return whether it scales."""
        return self._enabled

    def scale(self, outputs):
        """Return the loss times the scale; of a list, a tuple or an iterator of losses the same. Raises ValueError for what holds no Tensors."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._scale = full((), self._init_scale, dtype=dtypes.float32, device=outputs.device)
                self._growth_tracker = full((), self._init_growth_tracker, dtype=dtypes.int32, device=outputs.device)
            return outputs * self._scale.to(outputs.device)
        if not isinstance(outputs, Iterable) or isinstance(outputs, str):
            raise ValueError(explain("outputs must be a Tensor or an iterable of Tensors", f"the loss is multiplied, and this is {kind_of(outputs)}",
                                     "scale the loss before loss.item()"))
        scaled = map(self.scale, outputs)
        return type(outputs)(scaled) if isinstance(outputs, (list, tuple)) else scaled

    def unscale_(self, optimizer):
        """Divide the gradients of the optimizer's parameters by the scale, so that they can be clipped. `step` does it where it was not done.

        Raises RuntimeError where it was done since `update`, ValueError for gradients of float16, AssertionError where nothing was scaled.
        """
        if not self._enabled:
            return
        self._check("unscale_")
        state = self._state(optimizer)
        if state[0] is not OptState.READY:
            raise RuntimeError(explain("unscale_() has already been called on this optimizer since the last update()." if state[0] is OptState.UNSCALED else
                                       "unscale_() is being called after step().", "the gradients are divided by the scale already",
                                       "call it once, before scaler.step(optimizer), and scaler.update() at the end of the iteration"))
        inverse = self._scale.reciprocal()
        found = {}
        with no_grad():
            for grad in [parameter.grad for group in optimizer.param_groups for parameter in group["params"] if parameter.grad is not None]:
                if grad.dtype is dtypes.float16:
                    raise ValueError(explain("Attempting to unscale FP16 gradients.", "divided by the scale, small ones would be lost again",
                                             "keep the parameters in float32: leave out net.half()"))
                wrong = isfinite(grad).all().logical_not()
                found[grad.device] = wrong | found[grad.device] if grad.device in found else wrong
                grad.mul_(inverse.to(grad.device))
        state[:] = OptState.UNSCALED, found

    def step(self, optimizer, *args, **kwargs):
        """Return `optimizer.step(*args, **kwargs)`; None, without a step, where a gradient is infinite or NaN. It waits for a GPU.

        Raises RuntimeError for a closure and for a second step since `update`, AssertionError where there are no gradients, or nothing was scaled.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError(explain("Closure use is not currently supported if GradScaler is enabled.",
                                       "the optimizer calls a closure itself, and its gradients would be scaled", "take an optimizer without closure"))
        self._check("step")
        state = self._state(optimizer)
        if state[0] is OptState.STEPPED:
            raise RuntimeError(explain("step() has already been called since the last update().", "the gradients were used already",
                                       "call scaler.update() at the end of the iteration"))
        if state[0] is OptState.READY:
            self.unscale_(optimizer)
        if not state[1]:
            raise AssertionError(explain("No inf checks were recorded for this optimizer.", "none of its parameters has a gradient",
                                         "call scaler.scale(loss).backward() before, and give the optimizer the parameters of the network"))
        result = None if any(wrong.item() for wrong in state[1].values()) else optimizer.step(*args, **kwargs)
        state[0] = OptState.STEPPED
        return result

    def update(self, new_scale=None):
        """Make the scale smaller where a gradient was not finite, larger after growth_interval steps where all were; or make it `new_scale`.

        Raises AssertionError where no step was tried, or nothing was scaled, and for what is no scale.
        """
        if not self._enabled:
            return
        self._check("update")
        if isinstance(new_scale, float):
            self._scale.fill_(new_scale)
        elif new_scale is not None:
            if not isinstance(new_scale, Tensor) or new_scale.device.type != self._device or new_scale.numel() != 1 or new_scale.requires_grad:
                raise AssertionError(explain("new_scale should be a float or a 1-element torch.cuda.FloatTensor or torch.FloatTensor with requires_grad=False.",
                                             "it is the factor for the next losses", "write scaler.update(1024.0)"))
            self._scale.copy_(new_scale.reshape(()))
        else:
            found = [wrong.to(self._scale.device) for _, where_found in self._states.values() for wrong in where_found.values()]
            if not found:
                raise AssertionError(explain("No inf checks were recorded prior to update.", "no optimizer has looked at its gradients",
                                             "call scaler.step(optimizer) before"))
            for wrong in found[1:]:
                found[0] = found[0] | wrong
            self._follow(found[0])
        self._states = {}

    def _follow(self, wrong):
        """Set the scale by whether a gradient was wrong: on the device, so that nothing waits for it."""
        scale, good = self._scale.double(), self._growth_tracker + 1
        due, grown = good == self._growth_interval, (scale * self._growth_factor).float()
        kept = where(due & isfinite(grown), grown, self._scale)
        self._scale.copy_(where(wrong, (scale * self._backoff_factor).float(), kept))
        self._growth_tracker.copy_(where(wrong | due, good * 0, good))

    def _state(self, optimizer):
        return self._states.setdefault(id(optimizer), [OptState.READY, {}])

    def _check(self, name):
        if self._scale is None:
            raise AssertionError(explain(f"Attempted {name} but _scale is None.  This may indicate your script did not use scaler.scale(loss or outputs) "
                                         "earlier in the iteration.", "there is no scale before there is a loss", "write scaler.scale(loss).backward()"))

    def get_scale(self):
        """Return the scale as a Python float; 1.0 where it is off. It waits for a GPU."""
        return 1.0 if not self._enabled else self._init_scale if self._scale is None else self._scale.item()

    def get_growth_factor(self):
        """Return the factor for a scale that grows."""
        return self._growth_factor

    def set_growth_factor(self, new_factor):
        """Set the factor for a scale that grows, from the next `update` on."""
        self._growth_factor = new_factor

    def get_backoff_factor(self):
        """Return the factor for a scale that shrinks."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor):
        """Set the factor for a scale that shrinks, from the next `update` on."""
        self._backoff_factor = new_factor

    def get_growth_interval(self):
        """Return after how many good steps the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval):
        """Set after how many good steps the scale grows, from the next `update` on."""
        self._growth_interval = new_interval

    def _get_growth_tracker(self):
        return 0 if not self._enabled else self._init_growth_tracker if self._growth_tracker is None else self._growth_tracker.item()

    def state_dict(self):
        """Return the scale, its three settings, and how many good steps there were: for a checkpoint, after `update`. It is empty where it is off."""
        if not self._enabled:
            return {}
        return {"scale": self.get_scale(), "growth_factor": self._growth_factor, "backoff_factor": self._backoff_factor,
                "growth_interval": self._growth_interval, "_growth_tracker": self._get_growth_tracker()}

    def load_state_dict(self, state_dict):
        """Go on from what `state_dict` gave. Raises RuntimeError for the empty one of a scaler that was off."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(explain("The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler.",
                                       "it says nothing of a scale", "make the scaler with enabled=False, or begin with a new one"))
        self._init_scale, self._init_growth_tracker = state_dict["scale"], state_dict["_growth_tracker"]
        if self._scale is not None:
            self._scale.fill_(self._init_scale)
            self._growth_tracker.fill_(self._init_growth_tracker)
        self._growth_factor, self._backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]

    def __getstate__(self):
        state = self.__dict__.copy()
        if self._enabled:
            if self._states:
                raise AssertionError(explain("A GradScaler instance may only be pickled at the beginning of an iteration, or at the end after scaler.update().",
                                             "what it knows of gradients belongs to this iteration", "call scaler.update() before"))
            state |= {"_init_scale": self.get_scale(), "_init_growth_tracker": self._get_growth_tracker(), "_scale": None, "_growth_tracker": None}
        return state
