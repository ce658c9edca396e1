"""The version: the PyTorch release whose behaviour this engine has, then its own."""

__version__ = "2.13.0+workbook.0.1"
cuda = hip = None  # a GPU is computed on by CuPy, which brings the CUDA that it was built for
debug = False
