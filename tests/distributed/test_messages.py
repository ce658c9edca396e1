"""A message from a rank that has left: whoever waits for it is told, and does not wait for half an hour."""

import pytest

from tests.distributed import jobs

SCRIPT = """
import torch, torch.distributed as dist
dist.init_process_group("gloo")
x = torch.zeros(3)
if dist.get_rank() == 0:
    dist.recv(x, 1)
    print("first", x.tolist())
    dist.recv(x{})
else:
    dist.send(x + 1, 0)
"""


@jobs.needs_mpi
@pytest.mark.parametrize("source, words", ((", 1", "rank 1 has left: it takes part in no message any more"), pytest.param("", "every other rank has left", marks=pytest.mark.full("one more job"))))
def test_who_waits_for_a_rank_that_has_left_is_told(source, words):
    """A job, which takes a second more than it runs: as long a message may still come that was sent before."""
    done = jobs.run(2, "-c", SCRIPT.format(source))
    assert done.returncode == 1 and "first [1.0, 1.0, 1.0]" in done.stdout
    assert "RuntimeError: Connection closed by peer" in done.stderr and words in done.stderr and "[rank1]" not in done.stderr
