"""Printed text against what was recorded from PyTorch (record_printing.py), and the print options. Needs no PyTorch."""

import base64
import json
import math
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest

from workbook import dtypes, printing

RECORDS = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))["records"]
DEFAULTS = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}


def text(array, **named):
    return printing.tensor_text(array, dtype=dtypes.OF_NUMPY[array.dtype], **named)


@pytest.fixture(autouse=True)
def options_stay_as_they_were():
    yield
    assert printing.get_printoptions() == DEFAULTS


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record['code'][:50]} {record['options'] or ''}")
def test_recorded_texts(record):
    data = zlib.decompress(base64.b64decode(record["data"]))
    array = np.frombuffer(data, record["dtype"]).reshape(record["shape"])
    options = dict(record["options"])
    default_dtype = getattr(dtypes, options.pop("default_dtype", "float32"))
    with printing.printoptions(**options):
        assert text(array, default_dtype=default_dtype, requires_grad=record["requires_grad"], grad_fn_name=record["grad_fn"],
                    prefix=record["prefix"]) == record["text"]


def test_there_are_enough_recorded_texts_and_no_two_alike():
    assert len({(record["code"], str(record["options"])) for record in RECORDS}) == len(RECORDS) >= 120


def test_suffixes_stand_in_pytorchs_order():
    assert text(np.zeros((2, 0)), device_text="cuda:0", requires_grad=True) == (
        "tensor([], device='cuda:0', size=(2, 0), dtype=torch.float64,\n       requires_grad=True)")
    assert text(np.ones(2, np.float32), device_text="cuda:1", grad_fn_name="MulBackward0", requires_grad=True) == (
        "tensor([1., 1.], device='cuda:1', grad_fn=<MulBackward0>)")


def test_the_dtype_named_is_the_tensors_not_the_arrays():
    assert printing.tensor_text(np.ones(2, np.float32), dtype=dtypes.bfloat16) == "tensor([1., 1.], dtype=torch.bfloat16)"


def test_an_array_that_is_not_contiguous_prints_by_its_indices():
    array = np.arange(12).reshape(3, 4)
    assert text(array.T) == text(array.T.copy())
    assert text(array[:, ::2]) == "tensor([[ 0,  2],\n        [ 4,  6],\n        [ 8, 10]])"
    assert text(np.broadcast_to(np.float32(1.5), (2, 2))) == "tensor([[1.5000, 1.5000],\n        [1.5000, 1.5000]])"


def test_only_what_is_shown_decides_the_format():
    array = np.ones(2000, np.float32)
    array[1000] = 1e30
    assert text(array) == "tensor([1., 1., 1.,  ..., 1., 1., 1.])"


def test_an_array_is_not_changed():
    array = np.array([3.0, np.nan, -np.inf, 1e-9])
    before = array.tobytes()
    text(array)
    assert array.tobytes() == before


def test_a_large_array_costs_no_more_than_what_is_shown_of_it():
    large = np.broadcast_to(np.float32(1), (10**6, 10**6))  # four terabytes, were they looked at
    assert text(large).count("1.") == 36


def test_options_are_pytorchs():
    assert printing.get_printoptions() == DEFAULTS


@pytest.mark.parametrize("told, changed", [
    ([{"precision": 2, "sci_mode": True}], {"precision": 2, "sci_mode": True}),
    ([{"precision": 2, "sci_mode": True}, {"threshold": 5}], {"precision": 2, "threshold": 5}),
    ([{"profile": "short"}], {"precision": 2, "edgeitems": 2}),
    ([{"profile": "full"}], {"threshold": math.inf}),
    ([{"linewidth": 40}, {"profile": "full", "precision": 7}], {"precision": 7, "threshold": math.inf}),
    ([{"profile": "short"}, {"linewidth": 40}], {"precision": 2, "edgeitems": 2, "linewidth": 40}),
    ([{"precision": 9}, {"profile": "default"}], {}),
])
def test_what_set_printoptions_leaves_and_replaces(told, changed):
    with printing.printoptions():
        for options in told:
            printing.set_printoptions(**options)
        assert printing.get_printoptions() == {**DEFAULTS, **changed}


def test_printoptions_puts_the_old_options_back_after_an_error_too():
    with pytest.raises(ZeroDivisionError), printing.printoptions(precision=1):
        assert text(np.array([1.25], np.float32)) == "tensor([1.2])"
        1 / 0
    assert printing.get_printoptions() == DEFAULTS


def test_an_unknown_profile_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match="unknown profile 'shrt'") as caught:
        printing.set_printoptions(profile="shrt")
    assert "'default', 'short', 'full'" in str(caught.value)


def test_a_thread_that_prints_sees_one_set_of_options():
    # Two settings that differ in two things; a text with one of each would be neither's
    array = np.full((30, 40), 1 / 3, np.float32)
    allowed = set()
    for profile in ("default", "short"):
        with printing.printoptions(profile=profile):
            allowed.add(text(array))
    stop = threading.Event()

    def switch():
        while not stop.is_set():
            printing.set_printoptions(profile="short")
            printing.set_printoptions(profile="default")

    thread = threading.Thread(target=switch)
    thread.start()
    try:
        seen = {text(array) for _ in range(300)}
    finally:
        stop.set()
        thread.join()
    assert seen <= allowed
