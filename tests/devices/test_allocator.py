"""Memory that arrays have let go waits for the next arrays: it is not given back to the system and asked for anew."""

import platform
import subprocess
import sys

import pytest

STEPS = """
import resource
import workbook as torch

def faults_of_a_step():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    arrays = [torch.ones(1_000_000) for _ in range(8)]
    del arrays
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults_of_a_step()
print(min(faults_of_a_step() for _ in range(3)))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other systems have other allocators")
def test_a_step_that_makes_the_same_arrays_asks_for_no_new_pages():
    found = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 1000  # of the 8,000 pages that the arrays fill
