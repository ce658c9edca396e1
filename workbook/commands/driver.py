"""What NVIDIA's driver says of itself: which GPUs there are, and which CUDA it knows. CuPy has to be built for that or an older one."""

import re
import shutil
import subprocess
from dataclasses import dataclass

OLDEST = 12  # of CUDA, that CuPy 14 is built for
NEWEST = 13


@dataclass
class Driver:
    """A driver that is installed."""

    version: str
    cuda: int  # the newest major version of CUDA that it knows
    gpus: list  # their names

    @property
    def extra(self):
        """The extra whose CuPy fits; None where the driver is too old for all."""
        return None if self.cuda < OLDEST else f"cuda{min(self.cuda, NEWEST)}"


def driver():
    """Return the Driver, or None and why there is none."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return None, "no NVIDIA driver is installed (there is no nvidia-smi)"
    try:
        said = subprocess.run([command], capture_output=True, text=True, timeout=20)
        gpus = subprocess.run([command, "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return None, f"nvidia-smi does not answer: {problem}"
    found = re.search(r"Driver Version: *([\d.]+) .*CUDA Version: *(\d+)", said.stdout)
    if said.returncode or not found:
        lines = (said.stdout + said.stderr).strip().splitlines()
        return None, f"the NVIDIA driver does not work: {lines[0] if lines else 'nvidia-smi said nothing'}"
    return Driver(found[1], int(found[2]), gpus.stdout.split("\n")[:-1]), ""
