"""Networks that train on several devices of one machine, or in several processes: torch.nn.parallel.

`distributed.py` is for processes (DistributedDataParallel).
"""
