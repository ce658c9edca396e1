"""Gradients of several processes, averaged in buckets while the backward pass still runs.

One collective for each parameter would cost its latency each time; one for all of them could start only at the end. So gradients
are put into buckets, flat arrays of a few megabytes, in the order in which backward passes fill them: the last layers' first. A
bucket goes on its way when its last gradient has come.

Source: Li and others, PyTorch Distributed: Experiences on Accelerating Data Parallel Training, VLDB 2020
"""

import weakref

import numpy as np

from workbook.devices import CPU
from workbook.distributed import ReduceOp, all_reduce
from workbook.distributed.buffers import on_host
from workbook.distributed.work import advance
from workbook.errors import explain
from workbook.tensor import wrap

FIRST_BYTES = 1 << 20  # the first bucket is small, so that something is on its way soon


class Bucket:
    """Some parameters, and the flat array that their gradients travel in, one after the other."""

    def __init__(self, numbers, params):
        self.numbers = numbers  # of the parameters, among all
        ends = np.cumsum([param.numel() for param in params])
        self.flat = np.zeros(ends[-1], params[0]._array.dtype)
        self.parts = {number: self.flat[end - param.numel():end].reshape(param._array.shape) for number, param, end in zip(numbers,
                                                                                                                           params,
                                                                                                                           ends)}
        self.lacking, self.work = set(), None

    def start(self, group):
        """Add this bucket up over all ranks."""
        self.work = all_reduce(wrap(self.flat), ReduceOp.SUM, group, async_op=True)


def fill_buckets(params, cap, first_cap):
    """Return the parameters' numbers in lists, the last parameter first, each list of one dtype and up to `cap` bytes, or a single
    parameter.

    >>> import workbook as torch
    >>> fill_buckets([torch.zeros(3), torch.zeros(2), torch.zeros(2)], cap=16, first_cap=16)
    [[2, 1], [0]]
    """
    full, open_ones = [], {}
    for number in reversed(range(len(params))):
        param = params[number]
        kind = param._array.dtype, param._device
        numbers, size = open_ones.pop(kind, ([], 0))
        bytes_ = param._array.nbytes
        if numbers and size + bytes_ > (cap if full else first_cap):
            full.append(numbers)
            numbers, size = [], 0
        open_ones[kind] = numbers + [number], size + bytes_
    return sorted(full + [numbers for numbers, _ in open_ones.values()], key=lambda numbers: -numbers[0])


class Arrival:
    """The hook that tells a Reducer of a parameter's new gradient, as long as the Reducer is there. A copy of the parameter tells nobody."""

    def __init__(self, reducer, number):
        self.reducer, self.number = reducer, number

    def __call__(self, leaf):
        reducer = self.reducer()
        if reducer is not None:
            reducer.arrived(self.number)

    def __reduce__(self):
        return Arrival, (_nobody, self.number)


def _nobody():
    return None


class Reducer:
    """Watches the gradients of `params` arrive and makes each the mean over the ranks of `group`.

    `names`: what the parameters are called. With `find_unused` some of them may take no part in a pass.
    """

    def __init__(self, params, names, group, cap, first_cap, find_unused, as_views):
        self.params, self.names, self.group = params, names, group
        self.find_unused, self.as_views, self.share = find_unused, as_views, 1 / group.size()
        self.buckets = [Bucket(numbers, [params[number] for number in numbers]) for numbers in fill_buckets(params, cap, first_cap)]
        self.bucket_of = {number: bucket for bucket in self.buckets for number in bucket.numbers}
        self.expecting = False  # whether gradients that arrive now are to be averaged
        self.begun = False  # whether one has
        self.unused = set()  # parameters that this forward pass did not use; known where `find_unused`
        for number, param in enumerate(params):
            param.register_post_accumulate_grad_hook(Arrival(weakref.ref(self), number))

    def check_finished(self):
        """Raise where the last backward pass has not brought the gradient of every parameter."""
        if not self.begun:
            return
        names = [self.names[number] for bucket in self.buckets for number in bucket.lacking]
        if not names:
            names = [self.names[number] for number in self.unused]
        raise RuntimeError(explain(
            "Expected to have finished reduction in the prior iteration before starting a new one. This error indicates that your "
            "module has "
            "parameters that were not used in producing loss.",
            f"the last backward pass brought no gradient for {', '.join(sorted(names))}, and the other ranks wait for it",
            "use every parameter and every output in the loss, or wrap with DistributedDataParallel(net, "
            "find_unused_parameters=True)"))

    def expect(self, used=None):
        """From now on gradients are averaged. `used`: the numbers of the parameters that will get one; None is all."""
        self.expecting, self.begun, self.unused = True, False, set()
        if used is not None:
            self.unused = set(range(len(self.params))) - used
        self.got_one = np.zeros(len(self.params), np.int32)
        for bucket in self.buckets:
            bucket.lacking, bucket.work = set(bucket.numbers), None

    def arrived(self, number):
        """Take over a gradient that a backward pass has just added to its parameter's."""
        if not self.expecting:
            return
        if not self.begun:
            self.begun = True
            for unused in sorted(self.unused):
                self.mark(unused, used=False)
        self.mark(number, used=self.params[number]._grad is not None)
        advance(self.group)
        if all(bucket.work is not None for bucket in self.buckets):
            self.finish()

    def mark(self, number, used):
        """Put a gradient, or zeros where there is none, into its bucket; start the buckets that are full, in their order."""
        bucket, param = self.bucket_of[number], self.params[number]
        if number not in bucket.lacking:
            raise RuntimeError(explain(
                f"Expected to mark a variable ready only once. The parameter {self.names[number]} got a second gradient before the "
                "next forward pass.", "a backward pass over a part of the outputs has averaged it already",
                                       "add the losses up and call backward() once for each forward pass"))
        self.got_one[number] = used
        if param._grad is None:
            bucket.parts[number][...] = 0
        else:
            np.multiply(on_host(param._grad), self.share, out=bucket.parts[number], casting="same_kind")
        bucket.lacking.discard(number)
        for bucket in self.buckets:  # the ranks' collectives go in one order
            if bucket.lacking:
                return
            if bucket.work is None:
                bucket.start(self.group)

    def finish(self):
        """Wait for the buckets and hand the means to the parameters."""
        if self.find_unused:
            by_any = wrap(self.got_one)
            all_reduce(by_any, ReduceOp.MAX, self.group)
        for bucket in self.buckets:
            bucket.work.wait()
            for number, mean in bucket.parts.items():
                if self.got_one[number]:
                    self._hand_over(self.params[number], mean)
        self.expecting = self.begun = False

    def _hand_over(self, param, mean):
        device = param._device
        if device is not CPU:
            mean = device.backend.from_host(mean, device.index)
        with device.entered():
            if param._grad is None or self.as_views:
                param._grad = wrap(mean if self.as_views else mean.copy(), device)
            else:
                param._grad._array[...] = mean
