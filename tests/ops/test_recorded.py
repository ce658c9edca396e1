"""What torch answered to examples of the whole table, where torch is not installed: two values and a gradient of each row."""

import json

import pytest

from tests.ops.both import GRADIENT_UNITS, ROUNDED_UNITS, Input, difference, of_the_cpu, on_a_gpu
from tests.ops.record import RECORDED, answer, examples
from tests.ops.table import NAMED

RECORD = json.loads(RECORDED.read_text(encoding="utf-8"))
PARTS = 24  # of the table, each one test: thousands of tests of a few milliseconds cost as much again as what they do


@pytest.mark.parametrize("part", range(PARTS))
def test_answers_are_those_of_torch(part):
    found = [line for name in [*NAMED][part::PARTS] for line in differences(name)]
    assert not found, "\n".join(found)


def differences(name):
    for example in RECORD[name]:
        if on_a_gpu() and of_the_cpu(example["text"]):
            continue
        inputs = [Input(tuple(shape), *rest) for shape, *rest in example["inputs"]]
        units = GRADIENT_UNITS if example["kind"] == "gradient" else ROUNDED_UNITS if NAMED[name].rounded else 0
        mine = answer("workbook", example["kind"], example["text"], inputs, NAMED[name].lies)
        if on_a_gpu() and "raises" in example["torch"] and mine.get("raises") == "RuntimeError":
            continue  # by which type a GPU tells of a wrong number, test_against_torch knows; the record keeps no words
        found = difference(mine, example["torch"], units)
        if found:
            yield f"{name}: {example['kind']} of {example['text']} of {inputs}: {found}"


def test_the_record_belongs_to_the_table():
    """Red: `python -m tests.ops.record`, with torch installed."""
    wanted = {name: [(kind, text, inputs) for kind, text, inputs in examples(name, row)] for name, row in NAMED.items()}
    have = {name: [(entry["kind"], entry["text"], [Input(tuple(shape), *rest) for shape,
            *rest in entry["inputs"]]) for entry in entries]
            for name, entries in RECORD.items()}
    assert have == wanted
