"""The inspector and the memory map for tensors whose memory NumPy cannot reach."""

from types import SimpleNamespace

import numpy as np
import pytest

import workbook as torch
from tests.devices.test_seam import Box, Elsewhere
from workbook import devices
from workbook.tensor import wrap
from workbook.widgets import inspector, memory_map

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")


class Placed(Box):
    """A Box that knows its address and its owner, as arrays of a device do."""

    data = property(lambda self: SimpleNamespace(ptr=self.inner.__array_interface__["data"][0]))
    nbytes = property(lambda self: self.inner.nbytes)
    base = property(lambda self: None if self.inner.base is None else Placed(self.inner.base))

    def reshape(self, *shape, order="C"):
        return Placed(self.inner.reshape(*shape, order=order))


@pytest.fixture
def on_the_device():
    earlier = devices.register("cuda", Elsewhere())
    device = torch.device("cuda", 0)
    yield lambda array: wrap(Placed(array), device)
    devices.register("cuda", earlier)


def test_cells_and_places_of_another_device(on_the_device):
    base = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    view = inspector(on_the_device(base.T[1:]))
    view._act("end")
    assert view.state["sentence"] == "x[1, 1] is 5. It lies at place 1 + 1 × 1 + 1 × 3 = 5 of the memory."
    assert ["device", "cuda:0"] == [view.state["facts"][2][0].strip("."), view.state["facts"][2][1]]


def test_the_map_of_another_device(on_the_device):
    base = np.arange(6.0, dtype=np.float32)
    view = memory_map(whole=on_the_device(base), part=on_the_device(base[2:4]), host=torch.zeros(2))
    assert view.state["shares"] == ["whole and part share memory A.", "host has memory B for itself."]
    view._act("choose", "part", "1")
    view._act("write", number="9")
    assert "It is seen at once as whole[3]" in view.state["sentence"] and base[3] == 3
