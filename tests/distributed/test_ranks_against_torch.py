"""What two ranks get from every collective and from DistributedDataParallel, beside what two processes of PyTorch get with gloo.

Two processes of PyTorch take long to start, so what they found stands in `recorded.json`; a full run looks whether it is still
true. `python -m tests.distributed.test_ranks_against_torch` records it anew.
"""

import json
import tempfile
from pathlib import Path

import pytest

from tests.distributed import jobs

RECORDED = Path(__file__).with_name("recorded.json")
COUNT = 2


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What each rank has written down, name by name."""
    folder = tmp_path_factory.mktemp("ranks")
    done = jobs.run(COUNT, "collectives.py", folder)
    assert done.returncode == 0, done.stderr
    return jobs.told(folder, COUNT)


@jobs.needs_mpi
@pytest.mark.parametrize("rank", range(COUNT))
def test_every_rank_gets_what_it_gets_in_pytorch(found, rank):
    theirs = json.loads(RECORDED.read_text())[rank]
    assert found[rank].keys() == theirs.keys() and len(theirs) > 50
    assert {name: value for name, value in found[rank].items() if value != theirs[name]} == {}


def in_torch(folder):
    jobs.run_with_torch(COUNT, "collectives.py", folder)
    return jobs.told(folder, COUNT)


@pytest.mark.full("two processes of PyTorch take ten seconds to start")
def test_what_is_recorded_is_what_pytorch_does(tmp_path):
    pytest.importorskip("torch", reason="asks PyTorch")
    assert in_torch(tmp_path) == json.loads(RECORDED.read_text())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        ranks = ["{\n" + ",\n".join(f" {json.dumps(case)}: {json.dumps(value)}" for case,
                                    value in rank.items()) + "\n}" for rank in in_torch(Path(name))]
    RECORDED.write_text("[\n" + ",\n".join(ranks) + "\n]\n")
