"""Records torchvision's answers: `python -m tests.vision.record FOLDER`, where FOLDER holds its unpacked wheel.

    pip download --no-deps torchvision==0.28.0      # the build that belongs to torch 2.13, in a throwaway environment
    unzip torchvision-0.28.0-*.whl -d FOLDER

Its compiled half asks for another build of torch and does not load, so the two files that describe it to torch are replaced by
empty ones: what is computed by it (torchvision.ops, torchvision.io) cannot be recorded.
"""

import contextlib
import io
import json
import os
import runpy
import sys
import tempfile
import types
import warnings

from PIL import __version__ as PILLOW

from tests.vision import truth
from tests.vision.document_002 import PROGRAM, cifar10_of, write_data


def torchvision_from(folder):
    """Import the Python half of torchvision."""
    for name in ("torchvision._meta_registrations", "torchvision._autograd_registrations"):
        sys.modules[name] = types.ModuleType(name)
    sys.path.insert(0, folder)
    import torchvision

    assert torchvision.__version__.startswith("0.28."), torchvision.__version__
    return torchvision


def main(folder):
    vision = torchvision_from(folder)
    import torch

    warnings.simplefilter("ignore")
    found = {"torchvision": vision.__version__, "torch": torch.__version__, "pillow": PILLOW, **transforms(torch, vision.transforms)}
    names = truth.for_utils(torch, vision)
    found["utils"] = {row: truth.answer(row, names) for row in truth.rows("utils")}
    found["named"] = {name: truth.named(getattr(vision.models, name)()) for name in truth.NAMED}
    found["started"] = {name: truth.started(torch, vision.models, name) for name in truth.MODELS}
    found["document 002"] = document_002(vision)
    text = json.dumps(found, indent=0)
    truth.RECORDED.write_text(text + "\n", encoding="utf-8")
    print(f"{len(text):,} bytes")


def document_002(vision):
    """What the program prints under torch."""
    vision.datasets.CIFAR10 = cifar10_of(vision)
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as text:
        write_data(folder)
        os.chdir(folder)
        try:
            runpy.run_path(str(PROGRAM), run_name="__main__")
        finally:
            os.chdir(before)
    return text.getvalue()


def transforms(torch, transforms):
    names = {"T": transforms, "F": transforms.functional, "M": transforms.InterpolationMode, "torch": torch}
    on_images = {row: [truth.answer(row, names, image) for image in truth.images(torch).values()] for row in truth.rows("on_images")}
    return {"alone": {row: truth.answer(row, names) for row in truth.rows("alone")}, "on images": on_images}


if __name__ == "__main__":
    main(sys.argv[1])
