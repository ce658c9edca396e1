"""The timing of the live graph runs, and what it draws stays small while the graph grows. Nothing here measures a speed."""

import pytest
from benchmarks import graph_view

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")


def test_a_row_for_each_size(capsys):
    graph_view.main(["50", "200"])
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:6] == ["steps", "boxes", "letters", "open", "step", "slider"]
    assert [row.split()[0] for row in rows] == ["50", "200"] and all(len(row.split()) == 6 for row in rows)
    small, large = (int(row.split()[1]) for row in rows)
    assert large <= small + 4
