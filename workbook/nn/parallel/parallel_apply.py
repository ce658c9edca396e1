"""Networks on several GPUs, run at the same time: each in a thread of its own."""

import threading
import traceback

from workbook.autograd.modes import thread
from workbook.cuda.places import number_of
from workbook.devices import device
from workbook.errors import explain, raised_again, shape_text
from workbook.tensor import Tensor


def parallel_apply(modules, inputs, kwargs_tup=None, devices=None):
    """Call each of `modules` with the input of the same place, each in its own thread and on its own device. Returns the list of results.

    An input is a tuple or list of arguments, or one argument. A device is current in its thread, and whether steps are recorded is as
    it is here. An error in a thread is raised here, of the same class; its text names the replica. Raises AssertionError for lists of
    different lengths.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(2):
    ...     parts = torch.nn.parallel.scatter(torch.arange(4), [0, 1])
    ...     torch.nn.parallel.parallel_apply([torch.neg, torch.square], parts, devices=[0, 1])
    [tensor([ 0, -1], device='cuda:0'), tensor([4, 9], device='cuda:1')]

    Source: https://github.com/pytorch/pytorch/blob/v2.13.0/torch/nn/parallel/parallel_apply.py
    """
    for name, others in (("inputs", inputs), ("kwargs_tup", kwargs_tup), ("devices", devices)):
        if others is not None and len(others) != len(modules):
            raise AssertionError(explain(f"The number of modules {len(modules)} is not equal to the number of {name} {len(others)}",
                                         "each module runs with the one of its place", "scatter the batch over as many GPUs as there are modules"))
    places = [device("cuda", number_of(each)) for each in devices or [None] * len(modules)]
    runs = [_Run(*given) for given in zip(range(len(modules)), modules, inputs, kwargs_tup or [{}] * len(modules), places)]
    if len(runs) == 1:
        runs[0].compute()
    else:
        threads = [threading.Thread(target=run.alone, args=(thread.state,)) for run in runs]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    return [run.result() for run in runs]


class _Run:
    """One replica's forward."""

    def __init__(self, number, module, input, kwargs, place):
        self.number, self.module, self.kwargs, self.place = number, module, kwargs, place
        self.args = input if isinstance(input, (list, tuple)) else (input,)
        self.output = self.problem = None

    def alone(self, caller):
        """Compute in a thread of its own, in which nothing is switched on that `caller`, the State of the thread that waits, has on."""
        here = thread.state
        here.grad_enabled, here.modules, here.observer = caller.grad_enabled, [*caller.modules], caller.observer
        here.autocast = caller.autocast
        self.compute()

    def compute(self):
        try:
            with self.place.entered():
                self.output = self.module(*self.args, **self.kwargs)
        except BaseException as problem:  # sys.exit() in a thread would end the thread, and nobody would know
            self.problem = problem

    def result(self):
        """Return what was computed, or raise the error in the words of the thread that waited."""
        if self.problem is None:
            return self.output
        if not isinstance(self.problem, Exception):
            raise self.problem
        kind, trace = type(self.problem), "".join(traceback.format_exception(self.problem))
        shapes = ", ".join(shape_text(given.shape) for given in (*self.args, *self.kwargs.values()) if isinstance(given, Tensor))
        said = explain(f"Caught {kind.__name__} in replica {self.number} on device {self.place.index}.",
                       f"it was given {f'a part of the batch, {shapes}' if shapes else 'no tensor'}; the error itself stands at the end",
                       "call the network without DataParallel, on one device, to look closer")
        raise raised_again(kind, f"{said}\nOriginal {trace}") from None
