"""The tests of the CPU once more, on a GPU: `workbook test --full` loads this plugin, and then every new Tensor lies on `cuda`.

The tests do not know of it. Only workbook's side moves: the real torch, where a test compares with it, stays on the CPU, and what is
compared comes there, too, because in these runs `.numpy()` copies from the GPU and `from_numpy` copies onto it, for the tests: the
engine itself gets no such help. A forked process, which cannot use a GPU, computes on the CPU. A real GPU is used where there is one,
else a simulated one. `@pytest.mark.cpu_only("why")` names a test that asks for the CPU itself. Which folders are repeated, and why
others are not, stands in tests/on_cuda.toml.
"""

import contextlib
import functools
import os
import sys

import pytest

import workbook as torch
from workbook.callers import INSIDE
from workbook.tensor import Tensor

on_the_cpu, to_numpy, new_generator = torch.from_numpy, Tensor.numpy, torch.Generator.__init__


def of_the_engine():
    """Tell whether the engine itself asks, which must copy between devices by its own words, as it must anywhere."""
    return sys._getframe(2).f_code.co_filename.startswith(INSIDE)


@functools.wraps(on_the_cpu)
def from_numpy(ndarray):
    made = on_the_cpu(ndarray)
    return made if of_the_engine() else made.to(torch.get_default_device())


@functools.wraps(to_numpy)
def numpy(self, *, force=False):
    there = not (of_the_engine() or force or self.requires_grad or self._device.is_batch) and self.device.type == "cuda"
    return to_numpy(self.cpu() if there else self, force=force)


@functools.wraps(new_generator)
def generator(self, device=None):
    new_generator(self, ("cpu" if of_the_engine() else torch.get_default_device()) if device is None else device)


@contextlib.contextmanager
def by_default(device):
    """New Tensors lie on `device`, arrays of NumPy are copied there and back, and generators draw for it."""
    torch.from_numpy, Tensor.numpy, torch.Generator.__init__ = from_numpy, numpy, generator
    torch.set_default_device(device)
    try:
        yield
    finally:
        torch.set_default_device(None)
        torch.from_numpy, Tensor.numpy, torch.Generator.__init__ = on_the_cpu, to_numpy, new_generator


def pytest_configure(config):
    if not torch.cuda.is_available():
        torch.cuda.simulate(2)
    if hasattr(os, "register_at_fork"):  # a forked process cannot use a GPU, and is told so: tests/simulated/test_devices.py
        os.register_at_fork(after_in_child=lambda: torch.set_default_device(None))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    with by_default("cuda"):  # what stands at the top of a file of tests lies there, too
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol():
    with by_default("cuda"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUDA_LAUNCH_BLOCKING", "1")  # what is wrong with a number is told where it happens, as on the CPU
        return (yield)


def pytest_collection_modifyitems(items):
    device = "simulated cuda" if torch.device("cuda").backend.simulated else "cuda"
    for item in items:
        item.user_properties.append(("device", device))  # for the table of `workbook test`
        marker = item.get_closest_marker("cpu_only")
        if marker:
            item.add_marker(pytest.mark.skip(reason=f"of the CPU only: {marker.args[0]}"))


def pytest_report_header():
    return f"every new Tensor on {torch.cuda.get_device_name()}"
