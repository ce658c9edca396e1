"""Every test of this room watches the engine, as a notebook that has imported workbook.widgets does."""

import pytest

from workbook.widgets import recording


@pytest.fixture(autouse=True)
def watched():
    with recording.recording():
        yield
