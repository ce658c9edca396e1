"""Training that can be watched: what goes around the loader of a student's own loop, looks at each step, and can hold it.

Everything that it knows comes by PyTorch's own hooks: of the network's forward, of the loss and of the optimizer's step. They are
there while the loop runs, and not longer. What they do was measured at 17 microseconds a step, 0.8 % of a LeNet step on four pictures; a
look at everything takes a few milliseconds, and the next one waits `SHARE` times as long.
"""

import math
import time
from contextlib import contextmanager

import numpy as np

from workbook import random
from workbook.autograd.elsewhere import made
from workbook.autograd.modes import is_grad_enabled, no_grad
from workbook.errors import explain
from workbook.nn import Module
from workbook.optim import Optimizer
from workbook.tensor import Tensor

from .faces import face_here
from .pictures import seen_of
from .reins import Reins
from .watched import Confusion, Curve, Layer, came_from, histogram, relus, said_and_right

OFTEN = 0.25       # seconds between two looks, at the least
SHARE = 50         # and so many times as long as the last look took: looking costs at most 1/50 of the time
MANY, LARGE = 64, 1 << 16  # steps that are counted together, and numbers of an output that is counted at once


class Round:
    """One pass through the loader: where it began, its mean loss and accuracy, and what the test after it said."""

    def __init__(self, number, step, batches):
        self.number, self.first, self.batches = number, step, batches
        self.batch, self.loss, self.items, self.table = 0, 0.0, 0, Confusion()
        self.test_loss, self.test, self.ended = None, None, False

    def mean(self):
        """The mean loss of an item so far."""
        return self.loss / self.items if self.items else math.nan


class Dashboard(Reins):
    """What `dashboard` returns. Called with a loader it goes through it, and watches what the loop does with each batch."""

    def __init__(self, net, optimizer, loss_fn, test=None, classes=None, writer=None):
        _refuse(net, optimizer, loss_fn, test, classes, writer)
        super().__init__(optimizer)
        self.net, self.loss_fn, self.test, self.writer = net, loss_fn, test, writer
        self.classes = [str(name) for name in (classes or _names_in(test) or [])]
        self._new = []                                 # the steps that are not counted yet
        self.curve, self.rounds = Curve(), []
        self.layers, self.dead, self.pictures = [], [], None
        self.ended_by = ""                             # the error that ended the cell
        self.began_to_break = ""                       # where nan or inf was seen first
        self._names = {id(param): name.rpartition(".")[0] or name for name, param in net.named_parameters()}
        self._loss = self._outputs = self._inputs = self._labels = self._made_by = None
        self._broken = ""                              # of this batch: where nan or inf came from
        self._stepped = self._by_hand = False          # this batch: whether the weights moved, whether the loop said its loss itself
        self._look_at, self._due, self._looked = 0.0, False, None
        self._look_at_end = 0.0                        # rounds may be shorter than a reader can look: then not every end is shown
        self._face, self._going, self._handles = None, None, []

    # ---- the loop --------------------------------------------------------------------------------------------------------------

    def __call__(self, loader):
        """Go through a loader's batches. A stopped dashboard gives none, so that the loop around it comes to its end, too."""
        if not hasattr(loader, "__iter__"):
            raise TypeError(explain(f"watch() goes through a loader, and got a {type(loader).__name__}", "it gives the batches on to the loop", "write for inputs, labels in watch(train_loader):"))
        if self._stop:
            return
        if self.state == "running":
            raise RuntimeError(explain("this dashboard goes through a loader already", "it watches one loop at a time", "make a second dashboard for a loop inside the loop"))
        self._face = self._face or face_here(self)
        now = Round(len(self.rounds) + 1, self.steps, _length(loader))
        self.rounds.append(now)
        self.state, self._going = "running", now
        self._face.opened()
        self._hook()
        try:
            for batch in loader:
                if not self._may_go_on():
                    break
                self._inputs, self._labels = _parts(batch)
                self._outputs = self._loss = self._made_by = None
                self._broken = ""
                self._due = time.perf_counter() >= self._look_at or now.batch + 1 == now.batches and self._end_is_shown()
                try:
                    yield batch
                except GeneratorExit:  # beside another loader, in zip(): that one has ended, and this one may have, too
                    now.batch += self._stepped or self._by_hand
                    now.ended = now.batch == now.batches
                    raise
                now.batch += 1
                self._after_a_batch()
            else:
                now.ended = True
            if now.ended and self.test is not None:
                self._measure()
        finally:
            if self._going is now:  # else the cell is over, and the loop with it: an error keeps this frame alive for a while
                self._note_what_was_seen()
                self._count()
                self._let_go()
                self.state = "stopped" if self._stop else "between" if now.ended else "left"
                if self._end_is_shown() or self._stop:
                    self.layers = self._look_at_layers() if self.steps else []
                    self._look()
                    self._look_at_end = time.perf_counter() + OFTEN
                self._face.closed(now)

    def ended(self, problem=None):
        """The cell that ran the loop has ended, by itself or by an error: a loop that is begun now is a new one."""
        self._stop = self._paused = self._one_step = False
        if self._going is not None:
            self._note_what_was_seen()
            self._count()
            self._let_go()
        self.layers = self._look_at_layers() if self.steps else []
        if self.state == "stopped":
            return
        if problem is None:
            self.state = "done" if self.rounds else "ready"
        else:
            self.state, self.ended_by = ("interrupted", "") if isinstance(problem, KeyboardInterrupt) else ("failed", type(problem).__name__)

    def _let_go(self):
        """The loop has left the loader: nothing of it is watched or kept any more."""
        for handle in self._handles:
            handle.remove()
        self._handles = []
        self._going = self._inputs = self._labels = self._outputs = self._loss = self._made_by = self._looked = None

    def step(self, loss, outputs=None, labels=None):
        """Say what this step's loss was, where the loop computes it in a way of its own: `watch.step(loss, outputs, labels)`.

        It is called after `optimizer.step()`. Where `loss_fn` and `net` are called in the loop it is not needed.
        """
        try:
            loss = _number(loss)
        except (TypeError, ValueError):
            raise TypeError(explain(f"watch.step() needs the loss first, and got {loss!r}", "it draws a number", "write watch.step(loss, outputs, labels)")) from None
        self._by_hand = True
        self._note(loss, outputs, labels)

    def _after_a_batch(self):
        self._note_what_was_seen()
        if self._due:
            self._look()
        self._face.stepped()

    # ---- what each step was -----------------------------------------------------------------------------------------------------

    def _hook(self):
        """From now on the network, the loss and the optimizer tell what they do."""
        self._handles = [self.net.register_forward_hook(self._after_forward), self.optimizer.register_step_post_hook(self._after_step)]
        if isinstance(self.loss_fn, Module):
            self._handles.append(self.loss_fn.register_forward_hook(self._after_loss))

    def _after_forward(self, net, inputs, outputs):
        if self.state != "running" or not is_grad_enabled() or not isinstance(outputs, Tensor):
            return
        self._outputs, self._made_by = outputs._host(), outputs._node
        if outputs.numel() == 0:
            self._broken = "It began in the data: this batch holds nothing, and the mean of nothing is nan."
        elif not self.began_to_break and outputs.is_floating_point() and not np.isfinite(self._outputs).all():
            self._broken = self._where_it_broke()
        if self._due:
            self._looked = relus(outputs, self._names)  # now: backward lets go of what is saved

    def _after_loss(self, loss_fn, inputs, loss):
        if self.state != "running" or not is_grad_enabled() or not isinstance(loss, Tensor):
            return
        if self._made_by is None or came_from(loss._node, self._made_by):  # a network beside this one may share the loss function
            self._loss = _number(loss)
            if len(inputs) > 1 and isinstance(inputs[1], Tensor):
                self._labels = inputs[1]

    def _after_step(self, optimizer, args, kwargs):
        """The weights have moved: their gradients are looked at now, a loop may clear them before it asks for the next batch."""
        if self.state == "running":
            self._stepped = True
            if self._looked is not None:
                self.dead, self.layers, self._looked = self._looked, self._look_at_layers(), None

    def _note_what_was_seen(self):
        """Note the step that the loop has made with this batch, unless it said its loss itself."""
        if self._stepped and not self._by_hand:
            loss = self._loss
            if loss is None and self._outputs is not None and self._labels is not None and not isinstance(self.loss_fn, Module):
                with no_grad():
                    outputs = made(self._labels.device, lambda xp: xp.asarray(self._outputs))
                    loss = _number(self.loss_fn(outputs, self._labels))
            if loss is not None:
                self._note(loss, self._outputs, self._labels)
        self._stepped = self._by_hand = False

    def _note(self, loss, outputs, labels):
        """Note a step. What takes longer than a glance is done for many steps together, in `_count`."""
        if not self.rounds:
            self.rounds.append(Round(1, 0, None))
        self._new.append((loss, outputs, labels))
        self.steps += 1
        if not math.isfinite(loss) and not self.began_to_break:
            where = self._broken or "It began in the loss itself: the network's outputs are finite. Look for a log of 0 or a division by 0 in it."
            self.began_to_break = f"The loss is {loss:g} since step {self.steps}. {where}"
        if len(self._new) >= MANY or self.writer is not None or outputs is not None and math.prod(outputs.shape) > LARGE:
            self._count()

    def _count(self):
        """Count what the steps since the last count were: their losses, and which items were taken for which class."""
        if not self._new:
            return
        now, new, self._new = self.rounds[-1], self._new, []
        arrays = [(_array(outputs), _array(labels)) for _, outputs, labels in new]
        answers = [None if outputs is None or labels is None else said_and_right(outputs, labels) for outputs, labels in arrays]
        for (loss, *_), (outputs, _), answer in zip(new, arrays, answers):
            right = of = 0
            if answer is not None:
                now.table.add(answer[1], answer[0])
                right, of = int(np.count_nonzero(answer[0] == answer[1])), answer[0].size
            items = len(outputs) if outputs is not None and outputs.ndim else 1
            now.loss += loss * items
            now.items += items
            self.curve.add(loss, right, of)
            if self.writer is not None:
                self._write(loss, right, of)

    def _look_at_layers(self):
        """Return the Layer of each parameter; where the loop has cleared a gradient, the one that was seen last stands for it."""
        layers, before = [], {layer.name: layer.gradient for layer in self.layers}
        for name, param in self.net.named_parameters():
            gradient = before.get(name) if param.grad is None else histogram(param.grad.detach()._host())
            layers.append(Layer(name, tuple(param.shape), histogram(param.detach()._host()), gradient))
        return layers

    def _where_it_broke(self):
        """Say in which of inputs and weights the first number that is none was, now that the outputs hold one. The step has not moved them yet."""
        inputs = _array(self._inputs)
        if inputs is not None and inputs.dtype.kind == "f" and not np.isfinite(inputs).all():
            return "It began in the data: this batch's inputs hold nan or inf."
        broken = [name for name, param in self.net.named_parameters() if not np.isfinite(param.detach()._host()).all()]
        where = f"{broken[0]} is the first parameter that holds nan or inf" if broken else "the network's outputs are the first to hold nan or inf; its weights do not"
        return f"It began in the network: {where}. Often the learning rate is too large: begin anew with a smaller one."

    def _write(self, loss, right, of):
        self.writer.add_scalar("loss/train", loss, self.steps)
        self.writer.add_scalar("lr", self.rate, self.steps)
        if of:
            self.writer.add_scalar("accuracy/train", right / of, self.steps)

    # ---- looks ------------------------------------------------------------------------------------------------------------------

    def _look(self):
        """Show how things stand; the next look waits long enough to cost little."""
        began = time.perf_counter()
        self._count()
        if self.test is None and self._outputs is not None:
            self.pictures = seen_of(self._inputs, self._labels, self._outputs)
        self._face.show()
        now = time.perf_counter()
        self._look_at = now + max(OFTEN, SHARE * (now - began))

    def _end_is_shown(self):
        """Whether the end of this round is shown: what stays on the screen is the last batch, but for rounds too short to be looked at."""
        return time.perf_counter() >= self._look_at_end

    def _measure(self):
        """Run the test: the network in eval mode, no step recorded, and everything put back as it was, random numbers, too."""
        now, total, items = self.rounds[-1], 0.0, 0
        now.test = Confusion()
        self.state = "testing"
        self._count()
        if self._end_is_shown():
            self._face.show()
        with in_use(self.net), no_grad():
            for place, batch in enumerate(self.test):
                inputs, labels = _parts(batch)
                outputs = self.net(inputs)
                total += _number(self.loss_fn(outputs, labels)) * len(labels)
                items += len(labels)
                answers = said_and_right(_array(outputs), _array(labels))
                if answers is not None:
                    now.test.add(answers[1], answers[0])
                if place == 0:
                    self.pictures = seen_of(inputs, labels, _array(outputs))
                self._face.listen()
                if self._stop:  # half a test says nothing
                    now.test = None
                    return
        now.test_loss = total / items if items else math.nan
        if self.writer is not None:
            self.writer.add_scalar("loss/test", now.test_loss, self.steps)
            if now.test.of:
                self.writer.add_scalar("accuracy/test", now.test.right / now.test.of, self.steps)

    # ---- how it shows -----------------------------------------------------------------------------------------------------------

    @property
    def view(self):
        """The widget that shows this dashboard in a notebook."""
        from .dashboard_view import DashboardView

        if not isinstance(self._face, DashboardView):
            self._face = DashboardView(self)
        return self._face

    def still(self):
        """Return a picture of how things stand, which a notebook shows without a kernel."""
        return self.view.still()

    def _ipython_display_(self):
        self.view.open_here()

    def __repr__(self):
        from .dashboard_words import sentence

        return f"Dashboard: {sentence(self)}"


@contextmanager
def in_use(net):
    """The network in eval mode for a while; afterwards each layer is in the mode that it was in, and the random numbers go on as before."""
    modes = [(module, module.training) for module in net.modules()]
    stream = random.default_generator.state_array()
    net.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
        random.default_generator.load_state_array(stream)


def _refuse(net, optimizer, loss_fn, test, classes, writer):
    """Refuse what the dashboard cannot watch."""
    asked = "write watch = dashboard(net, optimizer, loss_fn, test=test_loader)"
    if not isinstance(net, Module):
        raise TypeError(explain(f"dashboard() needs a network first, and got a {type(net).__name__}", "it looks at the layers of a Module", asked))
    if not isinstance(optimizer, Optimizer):
        raise TypeError(explain(f"dashboard() needs an optimizer after the network, and got a {type(optimizer).__name__}",
                                "it shows and sets the learning rate of the optimizer that trains the network", asked))
    if not callable(loss_fn) or isinstance(loss_fn, type):
        raise TypeError(explain(f"dashboard() needs the loss function, and got {loss_fn!r}", "the loop and the test compute the loss with it", asked))
    own = {id(param) for param in net.parameters()}
    if not any(id(param) in own for group in optimizer.param_groups for param in group["params"]):
        raise ValueError(explain("this optimizer trains another network", "none of its parameters is one of the network's: perhaps net was made anew after the optimizer",
                                 "make the optimizer again: torch.optim.SGD(net.parameters(), lr=0.01)"))
    if test is not None and not hasattr(test, "__iter__"):
        raise TypeError(explain(f"test= needs a DataLoader, and got a {type(test).__name__}", "the test goes through its batches",
                                "write test=DataLoader(test_set, batch_size=64)"))
    if test is not None and _length(test) == 0:
        raise ValueError(explain("test= has no batches", "of nothing there is no loss and no accuracy", "look at len(test_set), or leave test= out"))
    if classes is not None and not hasattr(classes, "__iter__"):
        raise TypeError(explain(f"classes= needs the names of the classes, and got {classes!r}", "each is shown by its name", "write classes=['cat', 'dog']"))
    if writer is not None and not hasattr(writer, "add_scalar"):
        raise TypeError(explain(f"writer= needs a SummaryWriter, and got a {type(writer).__name__}", "each step is told to its add_scalar", "write writer=SummaryWriter()"))


def _names_in(loader):
    """The names of the classes that a loader's data set knows."""
    return getattr(getattr(loader, "dataset", None), "classes", None)


def _length(loader):
    """How many batches a loader has; None where it does not know."""
    try:
        return len(loader)
    except TypeError:
        return None


def _parts(batch):
    """Return (inputs, labels) of a batch; what is not there is None."""
    if isinstance(batch, (list, tuple)):
        return batch[0] if batch else None, batch[1] if len(batch) > 1 else None
    return batch, None


def _number(loss):
    """Return a loss as a float; of several numbers their mean."""
    if isinstance(loss, Tensor):
        return float(loss._host().mean()) if loss.numel() != 1 else loss.item()
    return float(loss)


def _array(value):
    """Return a Tensor as an array, an array as it is, and None of anything else."""
    return value.detach()._host() if isinstance(value, Tensor) else value if isinstance(value, np.ndarray) else None
