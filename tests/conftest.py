"""What all tests share: the profiles of hypothesis, the tests for `--full` only, and the files that need the real torch."""

import importlib.metadata
import os

import pytest
from hypothesis import HealthCheck, settings

from workbook.commands.test import imports_torch

ASKED = os.environ.get("WORKBOOK_FULL", "0")  # "1": all of it; "tests": every test, but with the examples of every day; "0": neither
FULL = ASKED == "1"
EXAMPLES = int(os.environ.get("WORKBOOK_EXAMPLES", "250"))
TORCH = "2.13"
NEEDS_TORCH = f"compares with PyTorch {TORCH}, which is not installed: pip install torch=={TORCH}.0"

# `ci` draws the same examples every time: a red test there is a change, never luck. `full` looks for new ones, also where the
# variable CI is set, which alone would make hypothesis repeat itself.
settings.register_profile("ci", derandomize=True, max_examples=18, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("full", derandomize=False, max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("full" if FULL else "ci")


def pytest_collection_modifyitems(items):
    for item in items:
        marker = item.get_closest_marker("full")
        if marker and ASKED not in ("1", "tests"):
            item.add_marker(pytest.mark.skip(reason=f"only with `workbook test --full`: {marker.args[0]}"))


_settings = {}  # of each test function, as they were before its first case


def pytest_runtest_setup(item):
    """Hypothesis hangs new settings on the earlier ones for each case of a parametrized test, and asks down that chain: a test of a
    thousand rows would end in a RecursionError."""
    function = getattr(item.function, "__func__", item.function) if hasattr(item, "function") else None
    if hasattr(function, "_hypothesis_internal_use_settings"):
        first = _settings.setdefault(function, function._hypothesis_internal_use_settings)
        function._hypothesis_internal_use_settings = first


def pytest_pycollect_makemodule(module_path, parent):
    """A file that imports torch at its top is skipped with the reason where torch is missing, instead of failing to import."""
    if not torch_is_installed() and imports_torch(module_path, only_at_top=True):
        return NeedsTorch.from_parent(parent, path=module_path)
    return None


class NeedsTorch(pytest.Module):
    def collect(self):
        pytest.skip(NEEDS_TORCH, allow_module_level=True)


def torch_is_installed():
    try:
        return importlib.metadata.version("torch").startswith(TORCH + ".")
    except importlib.metadata.PackageNotFoundError:
        return False


@pytest.fixture(params=["simulated cuda", "cuda"])
def gpu(request):
    """Where a test's Tensors lie: on `cuda:1` of two simulated GPUs, and on `cuda:0` where there is a real one."""
    import workbook as torch

    request.node.user_properties.append(("device", request.param))  # for the table of `workbook test`
    if request.param == "cuda":
        if not torch.cuda.is_available() or torch.device("cuda").backend.simulated:
            pytest.skip("no real GPU here: the same ran on a simulated one")
        yield "cuda:0"
    else:
        with torch.cuda.simulate(2):
            yield "cuda:1"
