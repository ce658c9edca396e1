"""What two ranks get from every collective and from DistributedDataParallel, beside what two processes of PyTorch get with gloo."""

import pytest

from tests.distributed import jobs

pytest.importorskip("torch", reason="compares with PyTorch")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """What the ranks of both engines have written down, name by name: (theirs, mine)."""
    theirs, mine = tmp_path_factory.mktemp("torch"), tmp_path_factory.mktemp("workbook")
    jobs.run_with_torch(2, "collectives.py", theirs)
    done = jobs.run(2, "collectives.py", mine)
    assert done.returncode == 0, done.stderr
    return jobs.told(theirs, 2), jobs.told(mine, 2)


@jobs.needs_mpi
@pytest.mark.parametrize("rank", [0, 1])
def test_every_rank_gets_what_it_gets_in_pytorch(both, rank):
    theirs, mine = (found[rank] for found in both)
    assert mine.keys() == theirs.keys() and len(mine) > 50
    assert {name: found for name, found in mine.items() if found != theirs[name]} == {}
