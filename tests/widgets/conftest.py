"""Every test of this room watches the engine, as a notebook that has imported workbook.widgets does."""

import pytest

from tests.widgets.page import browser as opened_browser
from tests.widgets.page import shown
from workbook.commands.chromium import FIX, find_chromium
from workbook.widgets import live, recording


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.cpu_only("a browser draws what was computed, wherever that was"))


@pytest.fixture(autouse=True)
def watched():
    with recording.recording():
        yield


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """No run counts as slow, however busy this machine is: what is shown must not depend on it."""
    monkeypatch.setattr(live, "SLOW", 3600)


@pytest.fixture(scope="module")
def chromium():
    """A Chromium of this machine; skipped, with the reason, where there is none."""
    pytest.importorskip("playwright", reason="a browser is driven with playwright: pip install workbook[test]")
    found = find_chromium()
    if found is None:
        pytest.skip(f"no browser was found: {FIX}")
    with opened_browser(found) as opened:
        yield opened


@pytest.fixture
def show(chromium):
    """A function that shows a widget in a page; afterwards nothing may have failed or left the page."""
    pages = []

    def opened(widget, **settings):
        context = shown(chromium, widget, **settings)
        pages.append((context, context.__enter__()))
        return pages[-1][1]

    yield opened
    found = [(page.problems, page.refused) for _, page in pages]
    for context, _ in pages:
        context.__exit__(None, None, None)
    assert found == [([], [])] * len(pages)
