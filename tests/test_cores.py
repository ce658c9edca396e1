"""set_num_threads and get_num_threads speak to NumPy's matrix library, as PyTorch's speak to its own; workers take one thread."""

import subprocess
import sys

import pytest
import torch as pytorch

import workbook as torch
from workbook import cores
from workbook.utils.data import DataLoader, Dataset


@pytest.fixture(autouse=True)
def as_before():
    before = torch.get_num_threads(), pytorch.get_num_threads()
    yield
    torch.set_num_threads(before[0])
    pytorch.set_num_threads(before[1])


@pytest.mark.parametrize("count", (1, 2, 3))
def test_what_is_set_is_what_is_told(count):
    for engine in (pytorch, torch):
        assert engine.set_num_threads(count) is None and engine.get_num_threads() == count


@pytest.mark.parametrize("count", (0, -1, 1.0, "2", None, True))
def test_what_is_no_number_of_threads_is_refused_as_in_torch(count):
    with pytest.raises(RuntimeError) as theirs:
        pytorch.set_num_threads(count)
    with pytest.raises(RuntimeError) as mine:
        torch.set_num_threads(count)
    assert str(mine.value).startswith(str(theirs.value).splitlines()[0]) and "\n  Fix: " in str(mine.value)


def test_a_library_that_cannot_be_told_is_told_of(monkeypatch):
    monkeypatch.setattr(cores, "_library", lambda: (None, None))
    count = torch.get_num_threads()
    assert count >= 1
    torch.set_num_threads(count)  # what is so already needs no word
    with pytest.warns(UserWarning, match=r"set_num_threads\(%d\) changes nothing: .*OMP_NUM_THREADS" % (count + 1)):
        torch.set_num_threads(count + 1)


class Threads(Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return torch.get_num_threads()


def test_a_worker_takes_one_thread():
    torch.set_num_threads(2)
    assert [batch.item() for batch in DataLoader(Threads(), num_workers=2)] == [1, 1]
    assert torch.get_num_threads() == 2


def test_nobody_looks_for_the_library_before_somebody_asks():
    code = "import workbook, sys; sys.exit('workbook.cores' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
