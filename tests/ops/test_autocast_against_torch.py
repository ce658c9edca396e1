"""Under autocast every row of the table has results of torch's dtypes, from float32 and from float16."""

import importlib
import itertools
import random
from dataclasses import replace

import numpy as np
import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

from tests.ops.both import names_of, quiet, whole
from tests.ops.table import NAMED

pytestmark = pytest.mark.cpu_only("torch's lists for GPUs are not followed by a torch that has none")
SECTIONS = {section: list(names) for section, names in itertools.groupby(sorted(NAMED), key=lambda name: name.split()[0])}
# where torch's dtypes are others, and why
OTHERWISE = {
    "out=": "forms that write into a Tensor that is there are left alone; torch lets some of those for matrices reach the others' lists",
    "local_response_norm": "of images torch computes it by avg_pool3d, which is in its list",
    "l1_loss(a, b, weight=": "with weights torch's is another function, of which half precision stays half",
    "complex(a, b)": "complex numbers of half precision are not there", "complex(a,b)": "complex numbers of half precision are not there",
    "view_as_real(a * (1 + 0.5j))": "complex numbers of half precision are not there", "a+0j": "complex numbers of half precision are not there",
}


def dtypes(engine, text, inputs, on):
    """Return the dtypes of what a row gives, or None where it is refused."""
    library, names = importlib.import_module(engine), names_of(engine)
    given = dict(zip("abcd", [put.laid(whole(library, put.memory())) for put in inputs]))
    library.manual_seed(0)

    def told(value):
        return str(value.dtype) if isinstance(value, library.Tensor) else [told(part) for part in value] if isinstance(value, (tuple, list)) else type(value).__name__

    try:
        with quiet(), np.errstate(all="ignore"), library.autocast("cpu", dtype=library.float16, enabled=on):
            return told(eval(text, given | names))
    except Exception:
        return None


@pytest.mark.parametrize("section", SECTIONS)
def test_results_have_the_same_dtypes(section):
    """Where torch refuses half precision the engine may know it, and where the engine refuses what torch knows, autocast changes nothing."""
    wrong, compared = [], 0
    for name in SECTIONS[section]:
        chance = random.Random(name)
        text, inputs = NAMED[name].example(lambda choices: chance.choice(list(choices)))
        if any(part in text for part in OTHERWISE):
            continue
        for kind in ("float32", "float16"):
            as_kind = [replace(put, dtype=kind) if put.dtype.startswith("float") else put for put in inputs]
            mine, theirs = (dtypes(engine, text, as_kind, True) for engine in ("workbook", "torch"))
            compared += theirs is not None
            if theirs is not None and mine != theirs:
                plain = None if mine is not None else [dtypes(engine, text, as_kind, False) for engine in ("workbook", "torch")]
                if plain is None or plain[0] is not None or plain[1] is None:
                    wrong.append((text, kind, mine, theirs))
    assert wrong == [] and (compared or section == "out")
