"""The views of a notebook that nobody runs: the pictures and words that stand in their place on a page without a kernel and without scripts."""

from pathlib import Path

import pytest

LESSONS = Path(__file__).parents[2] / "lessons"
WIDTHS = (1280, 700)


def page_of(lessons):
    """Return the cells with views of these lessons, as nbconvert makes a page of a notebook."""
    nbformat = pytest.importorskip("nbformat", reason="reads notebooks: pip install workbook[lab]")
    exporter = pytest.importorskip("nbconvert", reason="makes pages of notebooks: pip install workbook[lab]").HTMLExporter()
    cells = [cell for number in lessons for cell in nbformat.read(next(LESSONS.glob(f"{number}_*.ipynb")), 4).cells if cell.cell_type == "code"
             and any("data:image/svg+xml" in output.get("data", {}).get("text/html", "") for output in cell.outputs)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    return exporter.from_notebook_node(notebook)[0], len(cells)


def test_pictures_with_their_words_stand_where_the_views_were(browser):
    text, cells = page_of(("13", "14", "15"))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked = []
    page.route("**/*", lambda route: (asked.append(route.request.url), route.abort()) if route.request.url.startswith("http") else route.continue_())
    page.set_content(text)
    pictures = page.locator('img[src^="data:image/svg+xml"]')
    assert pictures.count() >= cells >= 3
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for picture in pictures.all():
            natural, shown, words = picture.evaluate("img => [img.naturalWidth, img.getBoundingClientRect().right, img.alt]")
            assert natural > 300 and shown <= width and len(words) > 60, words
    told = [picture.get_attribute("alt") for picture in pictures.all()]
    for begins in ("DataLoader(dataset, batch_size=4). 10 samples in batches of 4", "training. Loss. ", "net.load_state_dict(state). 0 of 4 keys match."):
        assert [words for words in told if words.startswith(begins)], begins
    assert page.locator("summary", has_text="The same as a table").count() >= 2 and asked == []
    context.close()
