"""Training as a view: the loss curve, the learning rate under the finger, and the graph of any single step."""

import numbers
import sys
from html import escape

import anywidget
import ipywidgets
import traitlets

from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.nn import Module
from workbook.random import Generator
from workbook.tensor import Tensor
from workbook.utils.data import DataLoader

from .files import script, styles
from .live import LiveGraph
from .numbers import four, short
from .origin import Recorded
from .replay import unseen
from .still import image_html
from .training_curve import curve

MOST = 2000  # steps of one run: each keeps the network's numbers, so that it can be looked at again


class Course:
    """One training run: `losses[k]` is the loss of batch k before step k; `go_to(k)` stands before it again."""

    def __init__(self, make_net, loss_fn, data, batch_size, test):
        if isinstance(make_net, Module) or not callable(make_net):
            raise TypeError(explain(
                f"training() needs a function that makes a network, and got a {type(make_net).__name__}",
                "every run has to begin with the same new network", "write def make_net(): ... and pass make_net"))
        for name, items in (("data", data), ("test", test)):
            if items is not None and not len(items):
                raise ValueError(explain(
                    f"training() got no items in {name}=", "there is nothing to take a loss or a count of",
                    "give a data set of at least one (input, class), or leave test out"))
        self.make_net, self.loss_fn = make_net, loss_fn
        with unseen():
            self.batches = list(DataLoader(data, batch_size, shuffle=True, generator=Generator().manual_seed(0)))
            self.test = next(iter(DataLoader(test, len(test)))) if test is not None else None
            self.net = make_net()
        if not isinstance(self.net, Module):
            raise TypeError(explain(
                f"training() needs a network from make_net(), and got {type(self.net).__name__}",
                "the view moves the numbers of a Module", "end make_net with return net"))
        self.numbers = sum(p.numel() for p in self.net.parameters())
        self.begin()

    def begin(self):
        """Forget the run; stand before step 0 with the first weights."""
        with unseen():
            self.net = self.make_net()
        self.weights, self.losses, self.rates = [self._copy()], [], []

    @property
    def step(self):
        """How many steps have been taken."""
        return len(self.losses)

    def batch(self, k):
        """Return the inputs and classes of step k, where the network lies."""
        return self._moved(self.batches[k % len(self.batches)])

    def _moved(self, batch):
        place = next(self.net.parameters()).device
        return [part.to(place) if isinstance(part, Tensor) else part for part in batch]

    def loss(self, k, weights):
        """Return the loss of batch k under the given weights, with its graph."""
        with no_grad():
            for parameter, kept in zip(self.net.parameters(), weights):
                with parameter.device.entered():
                    parameter._array[...] = kept
        inputs, classes = self.batch(k)
        return self.loss_fn(self.net(inputs), classes)

    def take(self, rate):
        """Take one step with learning rate `rate`; False where the run is as long as it may be."""
        if self.step >= MOST:
            return False
        with unseen():
            loss = self.loss(self.step, self.weights[-1])
            self.net.zero_grad()
            loss.backward()
            with no_grad():
                for parameter in self.net.parameters():
                    with parameter.device.entered():
                        parameter._array[...] -= parameter._array.dtype.type(rate) * parameter.grad._array
        self.losses.append(loss.item())
        self.rates.append(rate)
        self.weights.append(self._copy())
        return True

    def go_back(self, k):
        """Stand before step k again; what came after is forgotten."""
        del self.losses[k:], self.rates[k:], self.weights[k + 1:]

    def same_batch_now(self):
        """Return the loss, under the present weights, of the batch of the last step."""
        with unseen(), no_grad():
            return self.loss(self.step - 1, self.weights[-1]).item()

    def right(self):
        """Return how many of the held-out items the present weights get right, and how many there are."""
        with unseen(), no_grad():
            inputs, classes = self._moved(self.test)
            self.loss(0, self.weights[-1])
            return int((self.net(inputs).argmax(1) == classes).sum().item()), len(classes)

    def _copy(self):
        return [parameter.detach().clone()._array for parameter in self.net.parameters()]


class Panel(anywidget.AnyWidget):
    """The page's half of the view: draws what `state` says, and reports buttons, the learning rate and the chosen step."""

    _esm = script("training.js")
    _css = styles("training.css")
    drawing = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    rate = traitlets.Float(0.5).tag(sync=True)
    seq = traitlets.Int(0).tag(sync=True)


class TrainingView(ipywidgets.VBox):
    """The widget behind `training`: the panel, and under it the live graph of a step that was asked for."""

    def __init__(self, course, rate):
        if isinstance(rate, bool) or not isinstance(rate, numbers.Real):
            raise TypeError(explain(
                f"training() needs a number for lr, and got {type(rate).__name__}", "a step is lr times the slope", "write lr=0.5"))
        self.course, self.first_rate = course, rate
        self.looked_at, self.earlier = 0, []
        self._said = "Nothing has been learned yet: the weights are the random numbers that the network began with."
        self.panel = Panel(rate=rate)
        super().__init__([self.panel])
        self.panel.on_msg(lambda _, message, __: self.act(**message))
        self.panel.observe(lambda _: self._show(), "rate")
        self._show()

    def __repr__(self):
        return f"Training view: step {self.course.step}, learning rate {short(self.panel.rate)}"

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        data["text/plain"] = repr(self)
        data["text/html"] = image_html(
            curve(self.course.losses, self.earlier, None, alone=True),
            f"The loss curve of a training run, {self.course.step} steps long.") + _table(self._rows())
        return data

    def act(self, action, step=None):
        """Do what a button or a key asks for."""
        course = self.course
        if action in ("start", "reset"):
            self._keep_curve()
            course.begin()
            self._said = "Back at the first weights. The grey curve is the run before."
            if action == "reset":
                self.earlier, self.panel.rate = [], self.first_rate
                self.children = [self.panel]
                self._said = "Back at the first weights and the first learning rate."
        elif action == "back" and course.step:
            course.go_back(course.step - 1)
            self._said = f"One step back: the weights are those before step {course.step}."
        elif action in ("on", "round"):
            self._train(1 if action == "on" else len(course.batches))
        elif action == "look":
            self.looked_at = max(0, min(int(step), course.step - 1))
        elif action == "open" and course.step:
            self._open()
        if action in ("on", "round", "back", "start", "reset"):
            self.looked_at = max(course.step - 1, 0)
        self._show()

    def _train(self, steps):
        course = self.course
        for _ in range(steps):
            if not course.take(self.panel.rate):
                self._said = f"A run here has at most {MOST} steps. Go to the start to begin another."
                return
        last, now = course.losses[-1], course.same_batch_now()
        change = "It fell" if now < last else "It rose" if now > last else "It is no number any more" if now != now else "It stayed"
        self._said = (
            f"Step {course.step - 1}: the loss on its {len(course.batch(course.step - 1)[1])} items was {short(last)}. "
            f"w = w − {short(self.panel.rate)} × slope moved {course.numbers:,} numbers, and on the same items the loss is now "
            f"{short(now)}. {change}.")

    def _open(self):
        """Put the live graph of the step that is looked at under the panel."""
        net = self.course.net
        with unseen():
            loss = self.course.loss(self.looked_at, self.course.weights[self.looked_at])
        graph = LiveGraph(Recorded(loss, sys._getframe(0)))
        self.children = [self.panel, graph]
        self._said = (f"Below: the graph of step {self.looked_at}, whose loss was {short(self.course.losses[self.looked_at])}. "
                      f"Walk back through it; it ends in the {len(list(net.parameters()))} parameters that the step moved.")

    def _keep_curve(self):
        if self.course.losses:
            self.earlier = list(self.course.losses)

    def _rows(self):
        course = self.course
        rows = [("steps taken", str(course.step)), ("rounds through the data", f"{course.step / len(course.batches):.1f}"),
                ("learning rate", short(self.panel.rate)),
                ("loss of the last step", four(course.losses[-1]) if course.losses else "–")]
        if course.test is not None:
            right, of = course.right()
            rows.append(("held-out items read correctly", f"{right} of {of}, {right / of:.1%}"))
        return rows

    def _show(self):
        course, panel = self.course, self.panel
        with panel.hold_sync():
            panel.drawing = curve(course.losses, self.earlier, self.looked_at if course.step else None)
            panel.state = {
                "title": "Training, one step at a time", "status": f"step {course.step}", "sentence": self._said,
                "rows": [list(row) for row in self._rows()], "steps": course.step, "looked": self.looked_at,
                "round": len(course.batches),
                "loss": four(course.losses[self.looked_at]) if course.step else "",
                "used": short(course.rates[self.looked_at]) if course.step else "",
                "can": {"start": bool(course.step), "back": bool(course.step), "on": course.step < MOST,
                        "round": course.step < MOST, "reset": True, "open": bool(course.step)}}
            panel.seq += 1


def _table(rows):
    body = "".join(f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return f"<table>{body}</table>"
