"""Warnings of mistakes that raise no error. The lessons switch them on; `workbook.advice.off()` switches them off.

PyTorch is silent about mistakes that most beginners make. Six of them are warned of. Each is warned of on evidence that right code does not give:

- **A step on gradients of earlier steps.** `step()` used a gradient; nothing but `backward()` has written to it since; and the same
  optimizer's `step()` uses it again. Adding up the gradients of several parts of a batch is right code: there, what a step has used
  is cleared before the next one. Nor is it enough that `step()` is called twice, or that something else wrote to the gradient in between.
- **Losses kept with their graphs.** Of 20 different steps of one optimizer the loss is still there, although `backward()` has used up
  its graph. Many losses before one step, losses that are dropped later, and graphs that were to be kept (`retain_graph=True`) are right code.
- **A write through `.data` under a saved value.** A derivative is about to use a value that it saved before somebody wrote over it
  through `.data`, where autograd does not see it. The same write before the forward computation or after `backward()` is right code.
- **Softmax before cross-entropy.** The scores of a cross-entropy were made by softmax, which the loss applies itself.
- **No eval().** A network with dropout or batch norm runs in training mode where nothing is recorded, as in a test. Who wants dropout in use,
  or gathers statistics on purpose, switches this off.
- **A step with nan or inf in a gradient.** Every number that the step reaches becomes nan.

No warning does not mean that all is well: a loop that moves its weights by hand, a write through NumPy's arrays, or losses added up
without any `backward()` give no such evidence. A warning is shown once for each optimizer, and once for each write.

The engine asks `thread.state.adviser`, which is None while advice is off: once in a backward pass, in a step, at `.data`, in a cross-entropy, and in
the layers that differ in use; never at an operation.
"""

import warnings
import weakref

import numpy as np

from workbook.autograd.complaints import plain_name
from workbook.autograd.operation import moment
from workbook.callers import where_called
from workbook.devices import CPU
from workbook.errors import explain, shape_text
from workbook.tensor import Memory, memory_of
from workbook.threads import thread

MANY = 20  # losses of so many steps: a few may have good reasons to live on
OFF = "import workbook.advice; workbook.advice.off() ends this advice"


class Advice(UserWarning):
    """What the engine warns of although PyTorch does not. `warnings.filterwarnings("ignore", category=Advice)` silences it, too."""


def on():
    """Give advice in this thread from now on. The lessons do so by themselves.

    >>> on()
    >>> off()
    """
    if thread.state.adviser is None:
        thread.state.adviser = Adviser()


def off():
    """Give no advice in this thread any more."""
    thread.state.adviser = None


class Adviser:
    """What one thread's backward passes, steps and writes through `.data` have been, as far as advice needs to know."""

    def __init__(self):
        self._used = weakref.WeakKeyDictionary()  # optimizer -> {id of a parameter: Used}; None once it was warned of
        self._roots = weakref.WeakSet()           # where the backward passes since the last step began, as far as it is still there
        self._losses = weakref.WeakKeyDictionary()  # optimizer -> one of these sets for each step; None once it was warned of
        self.unseen = weakref.WeakKeyDictionary()  # Memory -> its last Unseen write
        self._told = weakref.WeakSet()            # networks and optimizers that were warned of: no eval(), no finite gradient
        self._told_of_softmax = False

    def walks(self, roots, retain_graph):
        """A backward pass begins at these nodes."""
        if self.unseen:
            self._look_for_stale_values(roots)
        if not retain_graph:
            self._roots.update(roots)

    def stepped(self, optimizer):
        """An optimizer is about to use the gradients that its parameters have."""
        if self._used.setdefault(optimizer, {}) is not None:
            self._look_for_used_gradients(optimizer)
        if self._losses.setdefault(optimizer, []) is not None:
            self._look_for_kept_losses(optimizer)
        if optimizer not in self._told:
            self._look_for_numbers_that_are_none(optimizer)
        self._roots = weakref.WeakSet()

    def memory_beside(self, memory):
        """Return the Memory of a `.data`, whose writes the Tensor's own `memory` does not count."""
        return type(memory)() if memory.version is None else UnseenMemory(memory)  # made in inference_mode: nobody counts

    def scores(self, scores):
        """A cross-entropy is about to be computed from these scores."""
        made = scores.grad_fn
        if made is not None and made.name() == "SoftmaxBackward0" and not self._told_of_softmax:
            self._told_of_softmax = True
            _warn("cross_entropy was given probabilities that softmax made",
                  "the loss applies softmax itself, so here it is applied twice: the loss stops falling far above 0, and the gradients are small",
                  "give it the scores: leave softmax out of forward, and take it where you want to see probabilities")

    def unrecorded(self, layer, network):
        """A layer that behaves differently in use runs in training mode, and nothing is recorded. `network` is the outermost that runs."""
        if network not in self._told:
            self._told.add(network)
            kind = type(layer).__name__
            what = "drops numbers at random" if "Dropout" in kind else "takes its statistics from this batch, and changes what it keeps of them"
            _warn(f"{type(network).__name__} runs in training mode while no step is recorded",
                  f"its {kind} {what}: results of a test come out different, and worse",
                  "call net.eval() before the test, and net.train() before training goes on")

    # ---- a step on gradients of earlier steps ----------------------------------------------------------------------------

    def _look_for_used_gradients(self, optimizer):
        used, stacked = self._used[optimizer], []
        for group in optimizer.param_groups:
            for number, param in enumerate(group["params"]):
                before, now = used.get(id(param)), None if param._grad is None else Used(param._grad)
                if before is not None and now is not None and now.only_added_to(before) and memory_of(param._grad) not in self.unseen:
                    stacked.append((group, number, param))
                used[id(param)] = now
        if stacked:
            self._used[optimizer] = None
            group, number, param = stacked[0]
            name = group["param_names"][number] if "param_names" in group else f"parameter {number}, of shape {shape_text(param.shape)},"
            _warn(f"{type(optimizer).__name__}.step() uses gradients that an earlier step has used already",
                  f"backward() adds to .grad, and nobody cleared it since that step. {len(stacked)} of the gradients hold an old one, too: "
                  f"{name} is the first",
                  "call optimizer.zero_grad() in every round, before backward() or after step()")

    # ---- a step with nan or inf in a gradient ----------------------------------------------------------------------------

    def _look_for_numbers_that_are_none(self, optimizer):
        for group in optimizer.param_groups:
            for number, param in enumerate(group["params"]):
                grad = param._grad
                if grad is None or grad._device is not CPU or np.isfinite(grad._array).all():
                    continue  # to look at numbers on a GPU, the host would have to wait
                self._told.add(optimizer)
                name = group["param_names"][number] if "param_names" in group else f"parameter {number}, of shape {shape_text(param.shape)},"
                _warn(f"the gradient of {name} holds nan or inf, and {type(optimizer).__name__}.step() is about to use it",
                      "the weights become nan with it, and so does every loss from here on. Often the steps were too long and the numbers ran away",
                      "begin anew with a smaller learning rate; torch.autograd.detect_anomaly() names the line where a nan comes up")
                return

    # ---- losses kept with their graphs -----------------------------------------------------------------------------------

    def _look_for_kept_losses(self, optimizer):
        losses = [nodes for nodes in (*self._losses[optimizer], self._roots) if nodes]
        self._losses[optimizer] = losses
        if len(losses) >= MANY:
            self._losses[optimizer] = None
            _warn(f"the losses of {len(losses)} steps are still there, each with the graph behind it",
                  "a list, a dict or a running total keeps them. Their graphs have served, but are not let go: the memory grows with every step",
                  "keep the number alone: losses.append(loss.item()), total += loss.item()")

    # ---- a write through .data under a saved value -----------------------------------------------------------------------

    def _look_for_stale_values(self, roots):
        for node in _behind(roots):
            for memory, version in getattr(node, "saved_memories", ()):
                write = self.unseen.get(memory)
                if write is not None and memory.version == version and node.sequence < write.moment and not write.told:
                    write.told = True
                    where = f" in line {write.where[1]}" if write.where else ""
                    _warn(f"the derivative of {plain_name(node.name())} uses numbers that were written over",
                          f"{plain_name(node.name())} saved a value; then {write.writer}{where} wrote into its memory through .data, where autograd "
                          "does not look. The gradient belongs to other numbers than the result",
                          "write to the tensor itself inside torch.no_grad(), which autograd notices; and do it before the forward computation "
                          "or after backward()")


class Used:
    """A gradient as a step found it: its array, how often that was written, and how many of these writes added to it."""

    def __init__(self, grad):
        memory = memory_of(grad)
        self._array, self._memory = weakref.ref(grad._array), weakref.ref(memory)
        self._version, self._added = memory.version, memory.added
        self._sure = memory.version is not None and not memory.lent  # all writes are counted

    def only_added_to(self, before):
        """Whether this is the gradient of `before`, to which backward passes have added, and nothing else has written."""
        added = self._added - before._added
        same = self._memory() is before._memory() and self._array() is before._array()
        return same and self._sure and added > 0 and added == self._version - before._version


class UnseenMemory(Memory):
    """The Memory of a `.data`: it counts by itself, and tells the thread's adviser of its writes."""

    def __init__(self, memory=None):
        self._seen = memory._seen if isinstance(memory, UnseenMemory) else weakref.ref(memory) if memory is not None else lambda: None

    def wrote(self, writer):
        super().wrote(writer)
        memory, adviser = self._seen(), thread.state.adviser
        if memory is not None and adviser is not None:
            adviser.unseen[memory] = Unseen(writer)


class Unseen:
    """A write through `.data`: by what, on which line of the student's, and when: between which nodes."""

    def __init__(self, writer):
        self.writer, self.where, self.moment, self.told = writer, where_called(), moment(), False


def _behind(nodes):
    """Return all nodes that these lead back to, themselves included."""
    reached, waiting = set(nodes), list(nodes)
    while waiting:
        for edge in waiting.pop().edges:
            if edge is not None and edge[0] not in reached:
                reached.add(edge[0])
                waiting.append(edge[0])
    return sorted(reached, key=lambda node: node.sequence)


def _warn(what, why, fix):
    file, line = where_called() or ("workbook", 1)
    if "ipykernel_" in file:  # a cell of a notebook: the file that holds it says nothing to a reader
        file = "<cell>"
    warnings.warn_explicit(f"{explain(what, why, fix)}\n  ({OFF})", Advice, file, line)
