"""Twenty networks as courses write them, each once, for either engine. `NETWORKS` lists them."""

from tests.parity.networks import attention, codes, numbers, pictures, sequences  # noqa: F401  they put themselves on the list
from tests.parity.networks.rows import NETWORKS, STEPS

__all__ = ["NETWORKS", "STEPS"]
