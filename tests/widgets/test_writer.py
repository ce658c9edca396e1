"""TensorBoard's writer: tensorboardX's own where it is installed, else what to install."""

import sys
import types

import numpy as np
import pytest
import workbook as torch
from workbook.utils import tensorboard


@pytest.fixture(autouse=True)
def anew():
    tensorboard._on_tensors.cache_clear()
    yield
    tensorboard._on_tensors.cache_clear()


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ModuleNotFoundError) as caught:
        tensorboard.SummaryWriter()
    first, why, fix = str(caught.value).split("\n")
    assert first.startswith("No module named 'tensorboardX'") and "Why:" in why and "Fix: pip install tensorboardX" in fix and caught.value.name == "tensorboardX"


def test_the_writer_of_the_package_is_handed_arrays(monkeypatch):
    class Writer:
        def __init__(self, logdir=None, comment="", purge_step=None, max_queue=10, flush_secs=120, filename_suffix=""):
            self.logdir, self.suffix, self.told = logdir, filename_suffix, []

        def add_scalar(self, tag, value, step=None):
            self.told.append((tag, value, step))

        def add_scalars(self, tag, values, step=None):
            self.told.append((tag, values, step))

        def flush(self):
            self.told.append("flush")

    monkeypatch.setitem(sys.modules, "tensorboardX", types.SimpleNamespace(SummaryWriter=Writer))
    writer = tensorboard.SummaryWriter("runs/a")
    assert isinstance(writer, Writer) and writer.logdir == "runs/a"
    writer.add_scalar("loss", torch.tensor(2.0, requires_grad=True), step=3)
    writer.add_scalars("both", {"train": torch.tensor(1.0), "test": 2.0}, 4)
    writer.flush()
    (tag, value, step), (_, values, _), last = writer.told
    assert (tag, step, last) == ("loss", 3, "flush") and isinstance(value, np.ndarray) and value == 2.0
    assert isinstance(values["train"], np.ndarray) and values["test"] == 2.0
    assert tensorboard.SummaryWriter("runs/a").suffix != writer.suffix  # two in one second would write to one file
    assert tensorboard.SummaryWriter("runs/a", filename_suffix=".mine").suffix == tensorboard.SummaryWriter("r", "", None, 10, 120, ".mine").suffix == ".mine"
