"""Memory that grows: whoever shows it comes along, and nobody is looked for where nobody can be."""

import gc

import pytest

import workbook as torch


def test_memory_that_nobody_shares_grows_without_a_search(monkeypatch):
    """A search looks at every object of the process: it would take a thousand times as long as the sum."""
    monkeypatch.setattr(gc, "get_referrers", lambda *_: pytest.fail("it looks for Tensors that share the memory"))
    assert torch.add(torch.ones(3), 1, out=torch.empty(0)).tolist() == [2, 2, 2]
    assert torch.zeros(2).resize_(4).shape == (4,)


def test_all_views_come_along():
    x = torch.arange(3)
    views = x[1:], x.view(3, 1), x.detach()
    x.resize_(5).fill_(7)
    assert [view.tolist() for view in views] == [[7, 7], [[7], [7], [7]], [7, 7, 7]]
