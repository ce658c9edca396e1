"""GPUs asked for wrongly: by numbers that none has, from threads and copies of the process, in the middle of a capture. Each is told, and
leaves everything as it was."""

import copy
import os
import pickle
import select
import threading

import pytest

import workbook as torch
from workbook import nn
from workbook.nn import parallel

cuda = torch.cuda


@pytest.fixture(autouse=True)
def gpus():
    with cuda.simulate(2, memory=10**8) as simulation:
        yield simulation
        assert not cuda.is_current_stream_capturing() and cuda.current_stream() == cuda.default_stream() and cuda.current_device() == 0 and torch.ones(1, device="cuda:1").item() == 1


def x(place="cuda"):
    return torch.ones(1, device=place)


def net():
    return nn.Linear(2, 2).cuda()


def elsewhere(call):
    """Call in another thread; raise what it raises."""
    found = []

    def run():
        try:
            found.append((call(), None))
        except Exception as problem:
            found.append((None, problem))

    thread = threading.Thread(target=run)
    thread.start(), thread.join(10)
    if found[0][1] is not None:
        raise found[0][1]
    return found[0][0]


def captured():
    g, static = cuda.CUDAGraph(), x()
    with cuda.graph(g):
        static * 2
    return g


def inside(*calls, **settings):
    """Capture what is called."""
    g = cuda.CUDAGraph()
    with cuda.graph(g, **settings):
        for call in calls:
            call()
    return g


def begun(*calls):
    """Begin a capture by hand, call, and end it."""
    g = cuda.CUDAGraph()
    with cuda.stream(cuda.Stream()):
        g.capture_begin()
        try:
            for call in calls:
                call(g)
        finally:
            g.capture_end()
    return g


ORDINAL, ID, NONE = "CUDA error: invalid device ordinal", "Invalid device id", "Expected a torch.device with a specified index or an integer, but got:"
CAPTURING = "CUDA error: operation not permitted when stream is capturing"
WRONG = {
    # no such GPU
    "ones on cuda:5": (lambda: torch.ones(1, device="cuda:5"), RuntimeError, ORDINAL), "ones on 7": (lambda: torch.ones(1, device=7), RuntimeError, ORDINAL),
    "to 5": (lambda: torch.ones(1).to(5), RuntimeError, ORDINAL), "cuda(5)": (lambda: torch.ones(1).cuda(5), RuntimeError, ORDINAL), "cuda(-1)": (lambda: torch.ones(1).cuda(-1), RuntimeError, "must not be negative"),
    "set_device(2)": (lambda: cuda.set_device(2), RuntimeError, ORDINAL), "a thread's set_device(9)": (lambda: elsewhere(lambda: cuda.set_device(9)), RuntimeError, ORDINAL),
    "device(2)": (lambda: cuda.device(2), RuntimeError, ORDINAL), "name 3": (lambda: cuda.get_device_name(3), AssertionError, ID), "name -1": (lambda: cuda.get_device_name(-1), AssertionError, ID),
    "capability 2": (lambda: cuda.get_device_capability(2), AssertionError, ID), "peer 2": (lambda: cuda.can_device_access_peer(0, 2), AssertionError, "Invalid peer device id"),
    "peer of -1": (lambda: cuda.can_device_access_peer(-1, 0), AssertionError, ID), "rng 5": (lambda: cuda.get_rng_state(5), RuntimeError, ORDINAL),
    "memory of 9": (lambda: cuda.memory_allocated(9), RuntimeError, ORDINAL), "stats of 9": (lambda: cuda.memory_stats(9), RuntimeError, ORDINAL), "a part of 9": (lambda: cuda.set_per_process_memory_fraction(0.5, 9), RuntimeError, ORDINAL),
    "wait for 9": (lambda: cuda.synchronize(9), RuntimeError, ORDINAL), "stream of 9": (lambda: cuda.Stream(9), RuntimeError, ORDINAL), "current stream of 9": (lambda: cuda.current_stream(9), RuntimeError, ORDINAL),
    "generator of 9": (lambda: torch.Generator("cuda:9"), RuntimeError, ORDINAL), "default device 9": (lambda: torch.set_default_device("cuda:9"), RuntimeError, ORDINAL),
    "accelerator 9": (lambda: torch.accelerator.set_device_index(9), RuntimeError, ORDINAL),
    # no GPU at all
    "cuda('cpu')": (lambda: torch.ones(1).cuda("cpu"), RuntimeError, "Invalid device, must be cuda device"), "cuda(1.5)": (lambda: torch.ones(1).cuda(1.5), TypeError, "must be str, not float"),
    "ones on True": (lambda: torch.ones(1, device=True), TypeError, r"ones\(\): argument 'device' must be torch.device, not bool"), "set_device(1.0)": (lambda: cuda.set_device(1.0), ValueError, NONE + "1.0"),
    "set_device(None)": (lambda: cuda.set_device(None), ValueError, NONE + "None"), "set_device('cuda')": (lambda: cuda.set_device("cuda"), ValueError, NONE + "cuda"),
    "set_device([0])": (lambda: cuda.set_device([0]), ValueError, NONE), "properties of 1.5": (lambda: cuda.get_device_properties(1.5), ValueError, NONE + "1.5"),
    "memory of cpu": (lambda: cuda.memory_allocated("cpu"), ValueError, "Expected a cuda device, but got: cpu"), "peer of cpu": (lambda: cuda.can_device_access_peer("cpu", 0), ValueError, "Expected a cuda device"),
    "states of 5": (lambda: cuda.set_rng_state_all(5), TypeError, "'int' object is not iterable"), "priority a": (lambda: cuda.Stream(priority="a"), TypeError, "argument 'priority' must be int, not str"),
    # copies of what stands for something in this process
    "pickled stream": (lambda: pickle.dumps(cuda.Stream()), TypeError, "cannot pickle 'Stream' object"), "pickled event": (lambda: pickle.dumps(cuda.Event()), TypeError, "cannot pickle 'Event' object"),
    "copied graph": (lambda: copy.deepcopy(captured()), TypeError, "cannot pickle 'CUDAGraph' object"),
    # captures
    "a capture in a capture": (lambda: inside(lambda: inside(x)), RuntimeError, CAPTURING + "\n  Why: work is captured here already, and another capture"), "a replay in a capture": (lambda: inside(captured().replay), RuntimeError, CAPTURING + "\n  Why: .*replay"),
    "a wait in a capture": (lambda: inside(cuda.synchronize), RuntimeError, CAPTURING), "item in a capture": (lambda: inside(x().item), RuntimeError, CAPTURING),
    "dropout in a capture": (lambda: inside(lambda: nn.functional.dropout(x())), RuntimeError, CAPTURING), "another GPU in a capture": (lambda: inside(lambda: x("cuda:1")), RuntimeError, CAPTURING + "\n  Why: the work of cuda:0 is captured, and this is work of cuda:1"),
    "a copy to another GPU in a capture": (lambda: inside(lambda: one.to("cuda:1")) if (one := x()) is not None else None, RuntimeError, CAPTURING),
    "too much in a capture": (lambda: inside(lambda: torch.zeros(10**9, device="cuda")), torch.OutOfMemoryError, "Tried to allocate 4,000,000,000"), "an error in a capture": (lambda: inside(lambda: 1 / 0), ZeroDivisionError, "division by zero"),
    "the default stream": (lambda: inside(x, stream=cuda.default_stream()), RuntimeError, "must be captured on a non-default stream"), "begun in the default stream": (lambda: cuda.CUDAGraph().capture_begin(), RuntimeError, "must be captured on a non-default stream"),
    "begun twice": (lambda: begun(lambda g: g.capture_begin()), RuntimeError, CAPTURING), "captured twice": (lambda: (g := captured(), cuda.graph(g).__enter__()), RuntimeError, "already owns a captured graph"),
    "ended in another thread": (lambda: begun(lambda g: elsewhere(g.capture_end)), RuntimeError, "attempt to terminate a thread-local capture sequence from another thread"),
    "ended before it began": (lambda: cuda.CUDAGraph().capture_end(), RuntimeError, "illegal state"), "left without being entered": (lambda: cuda.graph(cuda.CUDAGraph()).__exit__(None, None, None), RuntimeError, "illegal state"),
    "replayed empty": (lambda: cuda.CUDAGraph().replay(), RuntimeError, "without a preceding successful capture"), "replayed after reset": (lambda: (g := captured(), g.reset(), g.replay()), RuntimeError, "without a preceding successful capture"),
    "a pool of nothing": (lambda: cuda.CUDAGraph().pool(), RuntimeError, "without a preceding successful capture"), "a graph that is none": (lambda: cuda.graph(3), TypeError, "must be CUDAGraph, not int"),
    "the class of graphs": (lambda: cuda.graph(cuda.CUDAGraph), TypeError, "must be CUDAGraph, not type"), "a stream that is none": (lambda: cuda.graph(cuda.CUDAGraph(), stream=3), TypeError, "argument 'stream' must be torch.cuda.Stream, not int"),
    "GPUs simulated in a capture": (lambda: inside(x, lambda: cuda.simulate(2)), RuntimeError, "the capture could not be ended"),
    # parts of a batch
    "parallel on a word": (lambda: nn.DataParallel(net(), "cuda"), TypeError, "'device_ids' must be a list of GPUs"), "parallel on a number": (lambda: nn.DataParallel(net(), 1), TypeError, "'device_ids' must be a list of GPUs"),
    "parallel on 5": (lambda: nn.DataParallel(net(), [0, 5]), RuntimeError, ORDINAL), "parallel to 9": (lambda: nn.DataParallel(net(), output_device=9), RuntimeError, ORDINAL), "parallel of a number": (lambda: nn.DataParallel(3), AttributeError, "'int' object has no attribute 'parameters'\n  Why"),
    "parallel on the cpu": (lambda: nn.DataParallel(nn.Linear(2, 2))(torch.ones(2, 2)), RuntimeError, "found one of them on device: cpu"), "parallel along 5": (lambda: nn.DataParallel(net(), dim=5)(torch.ones(2, 2)), IndexError, "Dimension out of range"),
    "parallel in parallel": (lambda: nn.DataParallel(nn.DataParallel(net()))(torch.ones(4, 2)), RuntimeError, "(?s)in replica 0 on device 0.*in replica 1 on device 1.*at least two devices, cuda:0 and cuda:1"),
    "scattered over a number": (lambda: parallel.scatter(torch.ones(4), 0), TypeError, "'target_gpus' must be a list of GPUs"), "gathered nothing": (lambda: parallel.gather([], 0), IndexError, "list index out of range\n  Why"),
    "gathered a number": (lambda: parallel.gather([x(), 3], 0), TypeError, "expected Tensor as element 1 in argument 0, but got int\n  Why: replica 0 returned a Tensor"),
    # others
    "a name that is none": (lambda: cuda.nvtx.range_end("a"), TypeError, "must be int, not str"), "no GPUs to simulate": (lambda: cuda.simulate(-1), ValueError, "from 0 to 64, not -1"),
    "a tensor of a GPU that went": (lambda: gone() + 1, RuntimeError, "invalid device ordinal\n  Why: there are 2 simulated GPUs, and cuda:3 is none of them"),
}


def gone():
    with cuda.simulate(4):
        return x("cuda:3")


@pytest.mark.parametrize("case", WRONG)
def test_it_is_told(case):
    call, error, text = WRONG[case]
    with pytest.raises(error, match=text) as caught:
        call()
    assert error is ZeroDivisionError or "Why: " in str(caught.value)


def test_what_is_allowed_is_done():
    with cuda.device(cuda.device(1)):
        assert cuda.current_device() == 1
    assert cuda.device(1).__exit__() is False and cuda.Stream().__exit__() is False and cuda.current_device() == 0  # as in PyTorch
    g, static = cuda.CUDAGraph(), x()
    with cuda.graph(g):
        y = static * 2
        elsewhere(lambda: (x("cuda:1") * 3).item())  # the work of other threads is not captured
    static.fill_(4.0)
    elsewhere(g.replay)
    assert y.item() == 8
    g.reset()
    with cuda.graph(g):
        z = static * 5
    g.replay()
    assert z.item() == 20 and cuda.Stream(priority=-1).query()


def test_a_capture_that_is_never_ended_ends_with_its_gpus():
    stream = cuda.Stream()
    with stream:
        cuda.CUDAGraph().capture_begin()
        cuda.simulate(2)
    assert inside(lambda: x() * 2).captured


def in_a_copy(call):
    """Return what a forked process says of a call."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            said = f"-> {call()!r}"
        except BaseException as problem:
            said = f"{type(problem).__name__}: {problem}"
        os.write(write, said.encode()[:4000])
        os._exit(0)
    os.close(write)
    try:
        assert select.select([read], [], [], 20)[0], "the copy hangs"
        return os.read(read, 4000).decode()
    finally:
        os.close(read)
        os.waitpid(child, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_copy_of_the_process_may_ask_and_seed_and_not_compute():
    held = x()
    asks = {"cuda.is_available()": True, "cuda.device_count()": 2, "cuda.is_initialized()": False, "cuda.manual_seed_all(0)": None, "cuda.empty_cache()": None, "cuda.memory_allocated()": 0,
            "torch.accelerator.is_available()": True, "held.shape": torch.Size([1]), "cuda.is_current_stream_capturing()": False}
    for asked, answer in asks.items():
        assert in_a_copy(lambda: eval(asked, {"cuda": cuda, "torch": torch, "held": held})) == f"-> {answer!r}", asked
    for work in (lambda: x(), lambda: held + 1, lambda: held.cpu(), lambda: repr(held), lambda: cuda.synchronize(), lambda: cuda.Stream(), lambda: pickle.dumps(held),
                 lambda: cuda.current_device(), lambda: torch.Generator("cuda")):
        assert in_a_copy(work).startswith("RuntimeError: Cannot re-initialize CUDA in forked subprocess")
    assert in_a_copy(lambda: (cuda.simulate(1), x().item())[1]) == "-> 1.0"  # GPUs of its own
    assert held.item() == 1
