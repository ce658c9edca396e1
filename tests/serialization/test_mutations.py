"""Checkpoints in which bytes were changed are loaded or refused, and nothing else: `python -m tests.serialization.mutations` tries more."""

import tracemalloc

import pytest

from tests.serialization import mutations

MANY = 5_000


@pytest.mark.filterwarnings("ignore")
def test_thousands_of_damaged_files_are_loaded_or_refused():
    tracemalloc.start()
    try:
        found, _ = mutations.run(500, seed=2)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 64 << 20, "a small file made the engine take much memory"
    more, _ = mutations.run(MANY - 500)
    found += more
    assert set(found) == {"loaded", "refused"}
    assert found["loaded"] > MANY / 20 and found["refused"] > MANY / 3, "the changes are too small, or too large, to try anything"
