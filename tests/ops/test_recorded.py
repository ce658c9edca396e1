"""What torch answered to examples of the whole table, where torch is not installed: two values and a gradient of each row."""

import json

import pytest

from tests.ops.both import GRADIENT_UNITS, ROUNDED_UNITS, Input, difference
from tests.ops.record import RECORDED, answer, examples
from tests.ops.table import NAMED

RECORD = json.loads(RECORDED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMED)
def test_answers_are_those_of_torch(name):
    for example in RECORD[name]:
        inputs = [Input(tuple(shape), *rest) for shape, *rest in example["inputs"]]
        units = GRADIENT_UNITS if example["kind"] == "gradient" else ROUNDED_UNITS if NAMED[name].rounded else 0
        found = difference(answer("workbook", example["kind"], example["text"], inputs, NAMED[name].lies), example["torch"], units)
        assert not found, f"{example['kind']} of {example['text']} of {inputs}: {found}"


def test_the_record_belongs_to_the_table():
    """Red: `python -m tests.ops.record`, with torch installed."""
    wanted = {name: [(kind, text, inputs) for kind, text, inputs in examples(name, row)] for name, row in NAMED.items()}
    have = {name: [(entry["kind"], entry["text"], [Input(tuple(shape), *rest) for shape,
            *rest in entry["inputs"]]) for entry in entries]
            for name, entries in RECORD.items()}
    assert have == wanted
