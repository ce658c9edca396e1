"""What arrays of a GPU do where they differ from NumPy's: asked of the stand-in, and of CuPy where there is a GPU.

One table of questions with one column of answers. What a probe cannot ask without a GPU is asked of nobody here: it is skipped with
that reason, and the stand-in is held to the same answers all the same.
"""

import threading

import numpy as np
import pytest

from workbook import devices
from workbook.devices import simulated
from workbook.devices.simulated import lacks


@pytest.fixture(params=["the stand-in", "cupy"])
def xp(request):
    backend = devices.device("cuda").backend
    if request.param == "cupy":
        if not backend.status()[0] or backend.simulated:
            pytest.skip("no GPU for CuPy here: the stand-in gives the recorded answers")
        yield backend.xp
        return
    earlier = backend.simulation()
    backend.simulate(2)
    yield simulated
    backend.simulate(*earlier)


@pytest.fixture
def machine():
    """Two simulated GPUs."""
    backend = devices.device("cuda").backend
    earlier = backend.simulation()
    yield backend.simulate(2)
    backend.simulate(*earlier)


def raises(kind, phrase="."):
    return kind, phrase


# the question, and the answer: a value (arrays as lists), or an error and a phrase of its text
PROBES = {
    "NumPy's functions do not take it": (lambda xp: np.asarray(xp.ones(2)), raises(TypeError, "Implicit conversion")),
    "it does not meet NumPy's arrays": (lambda xp: xp.ones(2) + np.ones(2), raises(TypeError, "Unsupported type")),
    "nor does one of NumPy's meet it": (lambda xp: np.ones(2) + xp.ones(2), raises(TypeError)),
    "functions do not take NumPy's arrays": (lambda xp: xp.exp(np.ones(2)), raises(TypeError, "Unsupported type")),
    "nor lists": (lambda xp: xp.exp([1.0]), raises(TypeError, "Unsupported type")),
    "Python numbers meet it": (lambda xp: xp.ones(2) + 1, [2.0, 2.0]),
    "and NumPy's single numbers": (lambda xp: xp.ones(2, "float32") * np.float32(2), [2.0, 2.0]),
    "Python numbers keep its dtype": (lambda xp: (xp.ones(2, "float32") * 2.0).dtype, "float32"),
    "a sum of all is an array without axes": (lambda xp: (type(xp.ones(3).sum()) is xp.ndarray, xp.ones(3).sum().shape), (True, ())),
    "so is one element": (lambda xp: (type(xp.ones(3)[0]) is xp.ndarray, xp.ones(3)[0].shape), (True, ())),
    "an index past the end wraps around": (lambda xp: xp.arange(4)[xp.array([4, 5])], [0, 1]),
    "and one before the beginning": (lambda xp: xp.arange(4)[xp.array([-5])], [3]),
    "take wraps": (lambda xp: xp.arange(4).take(xp.array([7])), [3]),
    "take_along_axis wraps": (lambda xp: xp.take_along_axis(xp.arange(4), xp.array([6]), 0), [2]),
    "a written index wraps": (lambda xp: written(xp.zeros(3), xp.array([3]), 1.0), [1.0, 0.0, 0.0]),
    "one whole number is looked at": (lambda xp: xp.arange(4)[4], raises(IndexError)),
    "of two writers one wins": (lambda xp: written(xp.zeros(2), xp.array([0, 0]), xp.array([1.0, 2.0])).tolist()[0] in (1.0, 2.0), True),
    "a[index] += loses what falls together": (lambda xp: added(xp.zeros(2), xp.array([0, 0])), [1.0, 0.0]),
    "add.at does not": (lambda xp: at(xp, xp.zeros(2), xp.array([0, 0])), [2.0, 0.0]),
    "subtract.at is there for 32-bit integers": (lambda xp: xp.subtract.at(xp.zeros(2), xp.array([0]), 1.0), raises((TypeError, NotImplementedError))),
    "add reduces": (lambda xp: xp.add.reduce(xp.ones((2, 3)), 1), [3.0, 3.0]),
    "maximum does not": (lambda xp: xp.maximum.reduce(xp.ones(2)), raises((NotImplementedError, AttributeError, TypeError))),
    "sum has no where": (lambda xp: xp.sum(xp.ones(2), where=True), raises(TypeError, "unexpected keyword argument")),
    "max has no initial": (lambda xp: xp.ones(2).max(initial=0), raises(TypeError, "unexpected keyword argument")),
    "var has no correction": (lambda xp: xp.var(xp.ones(2), correction=1), raises(TypeError, "unexpected keyword argument")),
    "clip has no min": (lambda xp: xp.clip(xp.ones(2), min=0), raises(TypeError)),
    "errstate is missing": (lambda xp: xp.errstate, raises(AttributeError)),
    "insert is missing": (lambda xp: xp.insert, raises(AttributeError)),
    "a view shares its memory": (lambda xp: shared(xp.zeros((2, 3))), [[5.0, 5.0, 5.0], [0.0, 0.0, 0.0]]),
    "reshape of what lies in order is a view": (lambda xp: xp.may_share_memory(*twice(xp.zeros((2, 3)))), True),
    "objects are no numbers": (lambda xp: xp.array([None]), raises((ValueError, TypeError))),
    "a thread begins on device 0": (lambda xp: current_in_a_thread(xp), 0),
    "asnumpy copies to the host": (lambda xp: type(xp.asnumpy(xp.ones(2))) is np.ndarray, True),
    "asarray of its own array is the array": (lambda xp: xp.may_share_memory(*asarray_twice(xp)), True),
    "iteration gives arrays": (lambda xp: [type(row) is xp.ndarray for row in xp.ones(2)], [True, True]),
    "it says how it lies": (lambda xp: [xp.ones((2, 3)).T.flags.c_contiguous, xp.ones((2, 3)).T.flags.f_contiguous], [False, True]),
    "but not whether it may be written": (lambda xp: xp.ones(2).flags.writeable, raises(AttributeError)),
    "it has no hash": (lambda xp: hash(xp.ones(1)), raises(TypeError)),
    "sort puts NaN last": (lambda xp: [str(x) for x in xp.sort(xp.array([float("nan"), 1.0])).tolist()], ["1.0", "nan"]),
    "a mask chooses": (lambda xp: xp.arange(4)[xp.array([True, False, True, False])], [0, 2]),
    "a fused function is computed": (lambda xp: xp.fuse(lambda x, y: x * y + 1)(xp.ones(2), xp.ones(2)), [2.0, 2.0]),
    "and may write into what it is given": (lambda xp: fused_write(xp, xp.zeros(2)), [2.0, 2.0]),
    "a fused function asks no number": (lambda xp: xp.fuse(lambda x: x if x > 0 else -x)(xp.ones(2)), raises(TypeError, "bool")),
    "nor of a number whether it is 0": (lambda xp: xp.fuse(lambda x, y: x * y if y else x)(xp.ones(2), 2.0), raises(TypeError, "bool")),
    "two numbers of a kernel meet in half precision": (lambda xp: xp.fuse(lambda x, y: x * (1 - y))(xp.ones(1, "float32"), 0.999),
                                                       [float(1 - np.float16(0.999))]),
    "a number meets an array in its dtype": (lambda xp: xp.fuse(lambda x, y: x * y)(xp.ones(1, "float32"), 0.999).dtype, "float32"),
    "where takes numbers": (lambda xp: xp.where(xp.array([True, False]), 1.0, 0.0), [1.0, 0.0]),
}


def written(array, index, value):
    array[index] = value
    return array


def fused_write(xp, array):
    def write(x, y):
        x += y
        x[...] = x * 2

    xp.fuse(write)(array, 1.0)
    return array


def added(array, index):
    array[index] += 1
    return array


def at(xp, array, index):
    xp.add.at(array, index, 1.0)
    return array


def shared(array):
    array[0][...] = 5
    return array


def twice(array):
    return array, array.reshape(-1)


def asarray_twice(xp):
    array = xp.ones(2)
    return array, xp.asarray(array)


def current_in_a_thread(xp):
    seen = []
    with xp.cuda.Device(xp.cuda.runtime.getDeviceCount() - 1):
        thread = threading.Thread(target=lambda: seen.append(xp.cuda.Device().id))
        thread.start()
        thread.join()
    return seen[0]


@pytest.mark.parametrize("question", PROBES)
def test_probe(xp, question):
    ask, answer = PROBES[question]
    if isinstance(answer, tuple) and answer and (isinstance(answer[0], type) or isinstance(answer[0], tuple) and answer[0] and isinstance(answer[0][0], type)):
        with pytest.raises(answer[0], match=answer[1]):
            ask(xp)
        return
    found = ask(xp)
    assert (found.tolist() if isinstance(found, xp.ndarray) else found) == answer


def test_arrays_of_two_devices_do_not_meet(machine):
    """Of CuPy's this depends on the machine: with peer access it computes on the current device, wherever the arrays are."""
    with simulated.cuda.Device(1):
        there = simulated.ones(2)
    with pytest.raises(ValueError, match="Array device must be same as the current device"):
        there + 1
    moved = simulated.array(there)
    assert (moved + 1).tolist() == [2.0, 2.0] and (moved.device.id, there.device.id) == (0, 1)


def test_the_bill_names_each_copy_and_each_wait(machine):
    array = simulated.asarray(np.ones(4, "float32"))
    assert [(e.kind, e.bytes) for e in machine.bill.values()] == [("host to device", 16)]
    bool(array[0] > 0), simulated.nonzero(array), array.get()
    assert machine.times("wait") == 3 and machine.times("device to host") == 2
    assert all(entry.place[0] == __file__ for entry in machine.bill.values())


def test_memory_is_given_back_with_the_last_array_that_shows_it(machine):
    before = machine.used.get(0, 0)
    array = simulated.zeros((2, 3), "float32")
    view = array[0]
    del array
    assert machine.used[0] - before == 24
    del view
    assert machine.used[0] == before and machine.peak[0] >= before + 24


def test_the_stand_in_has_no_name_that_cupy_lacks():
    cupy = pytest.importorskip("cupy", reason="CuPy is not installed; its names were read off 14.2")
    for name in dir(np):
        function = getattr(np, name)
        if name.startswith("_") or not callable(function) or isinstance(function, type):
            continue
        assert hasattr(simulated, name) <= hasattr(cupy, name), name
        if name in lacks.NAMES:
            assert not hasattr(cupy, name), name
    for name in dir(np.linalg):
        if not name.startswith("_") and callable(getattr(np.linalg, name)):
            assert hasattr(simulated.linalg, name) <= hasattr(cupy.linalg, name), name
    assert [name for name in lacks.METHODS if not hasattr(cupy.ndarray, name)] == []
