"""The inspector and the memory map for tensors whose memory NumPy cannot reach."""

import pytest

import workbook as torch
from workbook.widgets import inspector, memory_map

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")


@pytest.fixture(autouse=True)
def gpu():
    with torch.cuda.simulate(1):
        yield


def test_cells_and_places_of_another_device():
    view = inspector(torch.arange(6.0, device="cuda").reshape(2, 3).T[1:])
    view._act("end")
    assert view.state["sentence"] == "x[1, 1] is 5. It lies at place 1 + 1 × 1 + 1 × 3 = 5 of the memory."
    assert ["device", "cuda:0"] == [view.state["facts"][2][0].strip("."), view.state["facts"][2][1]]


def test_the_map_of_another_device():
    base = torch.arange(6.0, device="cuda")
    view = memory_map(whole=base, part=base[2:4], host=torch.zeros(2))
    assert view.state["shares"] == ["whole and part share memory A.", "host has memory B for itself."]
    view._act("choose", "part", "1")
    view._act("write", number="9")
    assert "It is seen at once as whole[3]" in view.state["sentence"] and base[3].item() == 3
