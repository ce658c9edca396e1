"""Where a live graph gets its computation from: a recorded one that is run again, or a function that is called anew."""

from inspect import signature

import numpy as np

from workbook import random
from workbook.autograd.elsewhere import made
from workbook.autograd.modes import no_grad, thread
from workbook.devices import settle
from workbook.errors import explain
from workbook.nn.module import Module
from workbook.tensor import Tensor

from .broken import Broken
from .names import Names
from .numbers import brief
from .recording import collecting
from .replay import Run, departure, numeric_slope, result_of, unseen
from .sources import names_from_lines
from .trace import Trace
from .words import Words

ONE_BY_ONE = 16  # a leaf of at most so many elements can be moved, element by element


def origin_of(result, arguments, frame, partial=False):
    """Return what a live graph of `result` gets its numbers from; `partial`: also of a function that fails, as far as it came."""
    if callable(result) and not isinstance(result, Tensor):
        if not arguments:
            raise TypeError(explain(
                "graph(f) needs a number for each argument of f", "it calls f with them, and makes a slider for each",
                "write graph(f, x=3.)"))
        return Called(result, arguments, frame, partial)
    check_single(result)
    if arguments:
        raise TypeError(explain(
            f"graph(tensor) takes no {next(iter(arguments))}=", "the values of a tensor's graph are in its leaves",
            "give a function: graph(f, x=3.)"))
    return Recorded(result, frame)


def runnable(results, arguments, frame):
    """Return what two graphs side by side get their numbers from."""
    if len(results) != 2 or arguments:
        more = f"{len(results)} tensors" if len(results) != 2 else f"{next(iter(arguments))}="
        raise TypeError(explain(f"graph(loss, other) compares two tensors, but got {more}", "two runs stand side by side",
                                "give it the two results, such as graph(loss1, loss2)"))
    origins = []
    for result in results:
        check_single(result)
        origins.append(Recorded(result, frame))
        if why := origins[-1].why_still():
            raise RuntimeError(explain("these runs cannot be compared step by step", why.rstrip("."), "compute both again, with workbook.widgets imported"))
    return origins


class Recorded:
    """The steps that led to a tensor. They are run again, in the same order, with other numbers in the leaves."""

    broken = None  # what was recorded has been computed
    note = ("A slider runs the recorded steps again. Python's if and for are not decided anew, and what came from a comparison, "
            "detach() or no_grad() stays as it was: graph(f, x=3.) calls the function again instead.")

    def __init__(self, result, frame, single=True):
        check_result(result, single)
        self.trace = Trace(result)
        self.names = Names(frame)
        self.names.give(self.trace)
        names_from_lines(self.trace)
        self.values = {part.key: part.value for part in self.trace.leaves}
        called = Words(self.trace).called
        self.movable = {part.key: called(part) for part in self.trace.leaves if _can_move(part.value)}
        written = [f"{called(part)} ({part.written})" for part in self.trace.leaves if part.written]
        if written:
            self.note += f" Written since this was computed, and drawn as they are now: {', '.join(written)}."

    def why_still(self):
        """Return why this computation cannot be run again, or '' where it can."""
        if not self.trace.recorded:
            return ("The values are missing: nobody watched when this was computed. "
                    "Import workbook.widgets first (another thread calls workbook.widgets.recording.start()), and run the computation once more.")
        if any(part.value is None for part in [*self.trace.leaves, *self.trace.constants]):
            return "The values stand still: an array in this computation is too large to be kept, so it cannot be run again."
        return self._outside()

    def _outside(self):
        """Return where the recorded steps lead elsewhere than the student's own tensors; '' where they agree.

        Then something was written that no step knows of, through `.data`, `detach()`, NumPy or inside no_grad(): a slider
        would show numbers that the student's program never had.
        """
        found = departure(self.trace)
        if found is None:
            return ""
        part, again = found
        words = Words(self.trace)
        name = words.called(part)
        return (f"The values are those of your program, and they stand still: by the recorded steps {name} would be {brief(again)}, "
                f"but it is {brief(part.value)}. Something was written outside the graph, through .data, detach(), NumPy or "
                "inside no_grad(): running the steps again would not give your numbers.")

    def run(self, values, grads, cuts=None, like=None):
        """Return the Run of these steps on `values`, its leaves having accumulated `grads`."""
        return Run(self.trace, values, grads, cuts, like)

    def slope(self, values, key, place):
        """Return the slope of the result at one element of a leaf, by differences."""
        return numeric_slope(lambda moved: result_of(self.trace, moved), values, key, place)


class Called:
    """A function of named numbers or tensors, which is called again whenever one of them moves."""

    note = "A slider calls the function again, so Python's if and for are decided anew."

    def __init__(self, function, arguments, frame, partial=False):
        self.function, self.names = function, Names(frame)
        _check_arguments(function, arguments)
        self.arguments = {name: _as_tensor(name, given) for name, given in arguments.items()}
        self.movable = {name: name for name, tensor in self.arguments.items()
                        if tensor.is_floating_point() and _can_move(tensor._array)}
        self.values = {name: tensor._host() for name, tensor in self.arguments.items()}
        self._stream = random.default_generator.state_array()
        self.broken = None  # what is known of a failure, where the first call failed
        try:
            self.trace = self._call(self.values)
        except Failed as failed:
            if not partial:
                raise failed.__cause__
            self._show_failure(failed)

    def why_still(self):
        """Return '': a function can always be called again."""
        return ""

    def run(self, values, grads, cuts=None, like=None):
        """Return the Run of one more call on `values`."""
        try:
            self.trace = self._call(values)
        except Failed as failed:
            if self.broken is not None:  # it never worked: the picture is that of the newest failure
                self._show_failure(failed)
            raise failed.__cause__
        self.broken = None
        return Run(self.trace, None, grads, cuts, like)

    def slope(self, values, key, place):
        """Return the slope of the result at one element of an argument, by differences of whole calls."""
        def compute(moved):
            with unseen(), no_grad():
                self._same_chance()
                return float(check_single(self.function(**self._tensors(moved, exact=True)))._host().reshape(-1)[0])

        return numeric_slope(compute, {name: values[name] for name in self.arguments}, key, place)

    def _call(self, values):
        tensors = self._tensors(values)
        for name, tensor in tensors.items():
            self.names.add(name, tensor)
        with unseen(), collecting() as nodes:
            self._same_chance()
            try:
                result = self.function(**tensors)
            except Exception as problem:
                broken = Broken(problem, nodes)
                if not broken.told:  # it was not even called: wrong arguments, say
                    raise
                self._keep_keys(broken.trace, tensors)
                raise Failed(broken) from problem
        check_result(result)
        trace = Trace(result)
        self._name(trace)
        called = getattr(self.function, "__name__", "<lambda>")
        if trace.root.kind == "op" and called != "<lambda>":
            trace.root.name = called
        self._keep_keys(trace, tensors)
        return trace

    def _show_failure(self, failed):
        self.broken, self.trace = failed.broken, failed.broken.trace
        self._name(self.trace)

    def _name(self, trace):
        self.names.give(trace)
        names_from_lines(trace)

    def _keep_keys(self, trace, tensors):
        by_tensor = {id(tensor): name for name, tensor in tensors.items()}
        for part in trace.leaves:  # a leaf keeps its key, whatever branch is taken
            part.key = by_tensor.get(id(part.node.variable), part.key)

    def _tensors(self, values, exact=False):
        tensors = {}
        for name, given in self.arguments.items():
            array = np.array(values[name])
            floats = array.dtype.kind == "f"
            kind = np.float64 if exact and floats else given._array.dtype
            tensors[name] = made(given._device, lambda xp, array=array, kind=kind: xp.asarray(array.astype(kind)))
            if floats:
                tensors[name].requires_grad = True
        return tensors

    def _same_chance(self):
        """Every call draws the same random numbers, so that only the slider changes the picture; `unseen` puts them back."""
        random.default_generator.load_state_array(self._stream)


class Failed(Exception):
    """The student's function raised an exception, which is the cause of this one; `broken` tells how far it came."""

    def __init__(self, broken):
        super().__init__(broken.what)
        self.broken = broken


def _check_arguments(function, arguments):
    """Raise TypeError where `function` could not even be called with these names."""
    module = isinstance(function, Module)
    try:
        takes = signature(function.forward if module else function)
    except (TypeError, ValueError):  # written in C: nobody knows
        return
    try:
        takes.bind_partial(**arguments)  # first what it does not know, then what it lacks
        takes.bind(**arguments)
    except TypeError as problem:
        name = getattr(function, "__name__", "<lambda>")
        said, typed = ("the module", "net") if module else ("the function", "f") if name == "<lambda>" else (name, name)
        raise TypeError(explain(
            f"graph() cannot call {said} with {', '.join(f'{given}=' for given in arguments)}: {problem}",
            f"it calls {said} with the names that you give, and {said} takes {takes}",
            f"write graph({', '.join([typed, *(f'{taken}=...' for taken in takes.parameters)])})")) from None


def check_result(result, single=True):
    """Raise what a beginner needs to read where `result` has no history or, if it must be `single`, is not one number."""
    check_single(result)
    if not result.requires_grad:
        raise RuntimeError(explain(
            "element 0 of tensors does not require grad and does not have a grad_fn",
            "this tensor was computed from tensors without requires_grad=True, or inside no_grad(): no step was recorded",
            "make a leaf with requires_grad=True and compute again"))
    if single and result._array.size != 1:
        raise RuntimeError(explain(
            "grad can be implicitly created only for scalar outputs",
            f"this tensor has shape {list(result.shape)}: backward would not know which of its {result._array.size} numbers is meant",
            "draw one number, such as y.sum() or y.mean(); picture(y) draws y without gradients"))


def check_single(result):
    """Raise TypeError where `result` is no Tensor; return it otherwise."""
    if isinstance(result, (tuple, list)):
        raise TypeError(explain(
            f"graph() follows one Tensor, but got a {type(result).__name__} of {len(result)}",
            "backward begins at one number", "give it, or let your function return, the one to be drawn, such as the loss"))
    if not isinstance(result, Tensor):
        raise TypeError(explain(
            f"graph() needs a Tensor or a function, but got {type(result).__name__}",
            "only a Tensor remembers how it was computed; item(), float() and numpy() forget it",
            "give it the Tensor itself, such as graph(loss)"))
    return result


def _can_move(array):
    return array is not None and array.dtype.kind == "f" and 0 < array.size <= ONE_BY_ONE and array.ndim <= 2


def _as_tensor(name, given):
    if isinstance(given, Tensor):
        return made(given._device, lambda xp: given._array.copy())
    array = np.array(given)
    if array.dtype.kind not in "biuf":
        raise TypeError(explain(
            f"graph() got {type(given).__name__} for {name}", "an argument is a number, a list of numbers or a Tensor",
            f"write {name}=3."))
    return made(settle(thread.state.device), lambda xp: xp.asarray(array.astype(np.float32) if array.dtype.kind in "iuf" else array))
