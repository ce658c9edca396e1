"""The same work on workbook and on PyTorch, in one run: `python -m benchmarks`."""
