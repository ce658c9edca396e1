"""Records torch's answers to examples of the table in recorded.json, for machines without torch: `python -m tests.ops.record`.

Each row of the table gives two examples of values and, where it has derivatives,
        one of gradients. The choice depends on nothing
but the row, so a test can see whether table and record belong together.
"""

import json
import random
from dataclasses import astuple
from pathlib import Path

import numpy as np

from tests.ops.both import FLOATS, gradients, outcome
from tests.ops.table import NAMED

RECORDED = Path(__file__).with_name("recorded.json")


def examples(name, row):
    """Return the examples of a row: a list of (kind, text, inputs), kind being "value" or "gradient"."""
    chance = random.Random(name)

    def pick(options):
        return options[int(chance.random() * len(options))]

    kinds = ["value", "value"] + ["gradient"] * bool(row.derivatives)
    return [(kind, *row.example(pick)) for kind in kinds]


def answer(engine, kind, text, inputs, lies=True):
    """Return what `engine` answers, as the record keeps it: of gradients the first ones only, of errors the type."""
    found = outcome(engine, text, inputs, lies) if kind == "value" else gradients(engine, text, inputs, order=1)
    found.pop("node", None)
    return {"raises": found["raises"]} if "raises" in found else found


def main():
    """Write recorded.json."""
    record = {}
    for name, row in NAMED.items():
        record[name] = [
            {"kind": kind, "text": text, "inputs": [astuple(put) for put in inputs], "torch": shortened(answer("torch", kind, text, inputs, row.lies))}
            for kind, text, inputs in examples(name, row)]
    lines = [f"{json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in record.items()]
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")


def shortened(answer):
    """Write each number with the digits that its dtype needs, and no more."""
    if isinstance(answer, dict) and "numbers" in answer:
        kind = answer["dtype"].removeprefix("torch.")
        if kind in FLOATS:
            answer = answer | {"numbers": [float(str(np.dtype(kind).type(number))) for number in answer["numbers"]]}
        return answer
    if isinstance(answer, dict):
        return {key: shortened(part) for key, part in answer.items()}
    return [shortened(part) for part in answer] if isinstance(answer, list) else answer


if __name__ == "__main__":
    main()
