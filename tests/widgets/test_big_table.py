"""The big table: every row is what PyTorch gives, and every search finds what it should."""

import html
import re

import pytest

import workbook
from tests.ops.both import of_no_device
from tests.widgets.page import click, press
from workbook.widgets import big_table
from workbook.widgets.big_table_rows import GIVEN, GROUPS, ROWS
from workbook.widgets.big_table_view import lines_behind, run, shown

# The names that old tutorials list, misspelt ones among them, and the Chinese words beside them.
LISTED = ("abs sqrt div exp fmod log pow cos sin asin atan2 cosh ceil round floor trunc clamp sigmod tanh lerp equal max mean sum median mode "
              "norm dist std var cumsum cumprod gt lt ge le eq ne topk sort min trace diag triu tril mm bmm addmm addbmm addmv addr badbmm t dot "
              "cross inverse svd nonzero non_zero range").split()
CHINESE = "绝对值 平方根 除法 指数 求余 求幂 三角函数 上取整 四舍五入 下取整 截断 激活函数 均值 和 中位数 众数 范数 距离 标准差 方差 累加 累乘 大于 排序 迹 对角线 上三角 转置 内积 外积 求逆矩阵 奇异值".split()


def calls(view):
    return [ROWS[number][1].call for number in view.found()]


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=lambda row: row.call)
def test_pytorch_gives_the_same(row):
    torch = pytest.importorskip("torch", reason="the rows are compared with PyTorch itself: pip install torch==2.13.0")
    names = {"torch": torch}
    exec(GIVEN, names)
    assert of_no_device(shown(run(row.call))) == of_no_device(shown_by_pytorch(eval(row.call, names)))


def shown_by_pytorch(result):
    if isinstance(result, tuple):
        names = re.findall(r"^(\w+)=", repr(result), flags=re.M)
        return "\n".join(f"{name}={tensor!r}" for name, tensor in zip(names, result, strict=True))
    return repr(result)


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=lambda row: row.call)
def test_the_engine_s_lines_stand_behind_a_row(row):
    where, lines = lines_behind(row)
    assert where.startswith("workbook/ops/") and re.match(r"(@.+\n)?(class|def) \w+", lines)


@pytest.mark.parametrize("word", LISTED + CHINESE)
def test_every_name_and_every_meaning_that_is_looked_for_is_found(word):
    found = calls(big_table(word))
    assert found
    right = {"sigmod": "sigmoid", "badbmm": "baddbmm", "cross": "linalg.cross", "non_zero": "nonzero", "range": "arange"}.get(word, word)
    if word in LISTED:
        assert any(ROWS[number][1].name == right for number in big_table(word).found())
        assert re.match(rf"torch\.(\w+\.)*{right.rpartition('.')[2]}\(", found[0]) or word in ("t", "max", "min", "sum", "abs", "le", "cos", "sin", "exp")


def test_rows_are_whole_and_different():
    assert len({row.call for _, row in ROWS}) == len(ROWS) == sum(map(len, GROUPS.values()))
    assert all(row.does and row.call.startswith("torch.") for _, row in ROWS)
    assert not any(line.endswith(".") for line in (row.does for _, row in ROWS))


def test_what_the_view_shows_is_what_was_run():
    view = big_table()
    assert view.drawing.count("<tr>") + view.drawing.count("<tr class=") == len(ROWS) + 1
    for number, (_, row) in enumerate(ROWS):
        assert view.results[number] == shown(run(row.call))
        assert html.escape(view.results[number]) in view.drawing and html.escape(row.call) in view.drawing


def test_words_are_looked_for_in_the_group_and_all_of_them_count():
    view = big_table("product")
    assert {"torch.mul(x, y)", "torch.dot(v, v)", "torch.bmm(s, s)"} <= set(calls(view))
    view.act("set", "group", "matrices")
    assert "torch.mul(x, y)" not in calls(view) and "torch.dot(v, v)" in calls(view)
    view.act("set", "search", "product INNER")
    assert calls(view) == ["torch.dot(v, v)"] and ROWS[view.chosen][1].name == "dot"
    assert view.state["status"].startswith("1 of ")
    view.act("reset")
    assert (view.search, view.group) == ("product", "all")


def test_a_name_comes_before_a_word_that_holds_it():
    assert calls(big_table("round"))[0] == "torch.round(x)"
    assert calls(big_table("max"))[0].startswith("torch.max(")


def test_nothing_found_is_said_and_nothing_breaks():
    view = big_table("<b>nothing</b>")
    assert calls(view) == [] and "Nothing in the" in repr(view) and "<b>" not in view.drawing
    assert "<b>nothing" not in view.still()._repr_html_()
    view.act("set", "search", "svd")
    assert ROWS[view.chosen][1].name == "linalg.svd"


def test_a_search_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match="searches for text, and got int"):
        big_table(3)


def test_the_still_table_holds_the_rows_that_were_found():
    view = big_table("sigmod")
    page = view.still()._repr_html_()
    assert page.count("<tr>") == 2 and "torch.sigmoid(x)" in page and repr(view.still()).startswith("Table: 1 of ")


def test_making_it_leaves_the_random_stream_and_the_names_alone():
    workbook.manual_seed(0)
    first = workbook.rand(1).item()
    workbook.manual_seed(0)
    big_table()
    assert workbook.rand(1).item() == first


# ---- in a page ---------------------------------------------------------------------------------------------------------------

def test_typing_searches_and_keys_walk_down_the_rows(show):
    view = big_table()
    page = show(view)
    before = view.seq
    page.fill('[data-control="search"]', "svd")
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
    assert page.locator(".wb-big tbody tr").count() == 3
    click(page, view, ".wb-big [data-choose] >> nth=0")
    press(page, view, "ArrowDown")
    assert ROWS[view.chosen][1].name == "svd"
    assert page.evaluate("document.activeElement.textContent") == "torch.svd(m)"
    assert page.inner_text("aside h4 >> nth=0") == "svd"
    assert not page.locator("footer details").is_visible()
    press(page, view, "ArrowUp")
    assert ROWS[view.chosen][1].name == "linalg.svd"


def test_a_row_far_down_comes_into_view(show):
    view = big_table()
    page = show(view)
    click(page, view, ".wb-big [data-choose] >> nth=0")
    for _ in range(3):
        press(page, view, "PageDown")
    assert view.chosen == 30
    inside = "([row, canvas]) => row.top >= canvas.top && row.bottom <= canvas.bottom"
    boxes = page.evaluate("['.wb-big .chosen', '.wb-canvas'].map((each) => document.querySelector(each).getBoundingClientRect().toJSON())")
    assert page.evaluate(inside, boxes)


@pytest.mark.parametrize("width", [1120, 420])
def test_nothing_is_wider_than_the_page(show, width):
    page = show(big_table(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
