"""Every transform gives what torchvision gave: values, random draws, printed forms, errors."""

import warnings

import pytest

import workbook
from tests.vision import truth
from workbook.vision import transforms

WANTED = truth.recorded()
NAMES = {"T": transforms, "F": transforms.functional, "M": transforms.InterpolationMode, "torch": workbook}
OWN = "TypeError: img should be Tensor Image. Got <class 'PIL.Image.Image'>"  # RandomErasing of a picture, where torchvision has no words


@pytest.mark.parametrize("row", truth.rows("alone"))
def test_how_it_prints_and_what_is_refused(row):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mine = truth.answer(row, NAMES)
    assert truth.agree(mine, WANTED["alone"][row]), f"{mine}\nand not\n{WANTED['alone'][row]}"


@pytest.mark.parametrize("row", truth.rows("on_images"))
def test_on_pictures_and_tensors(row):
    for (kind, image), wanted in zip(truth.images(workbook).items(), WANTED["on images"][row], strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mine = truth.answer(row, NAMES, image)
        if "RandomErasing" in row and kind in ("rgb", "grey") and mine == OWN:
            continue
        assert truth.agree(mine, wanted), f"{kind}: {mine}\nand not\n{wanted}"


def test_every_transform_is_held_against_torchvision():
    text = "\n".join(truth.rows("alone") + truth.rows("on_images"))
    assert [name for name in transforms.__all__ if f"T.{name}" not in text] == ["RandomTransforms", "functional"]
    assert [name for name in transforms.functional.__all__ if f"F.{name}(" not in text] == ["InterpolationMode"]


def test_agreement_is_strict():
    assert not truth.agree("TypeError: a", "TypeError: b")
    assert not truth.agree("torch.float32 (1, 2) 1 1 1", "torch.float32 (1, 2) 1 1 1.001")
    assert not truth.agree("torch.uint8 (1, 2) 1 1 3", "torch.uint8 (1, 2) 1 1 1")
    assert not truth.agree("torch.float32 (1, 2) 1", "torch.float64 (1, 2) 1")
    assert not truth.agree("torch.float32 (2, 2) 1", "torch.float32 (1, 2) 1")
    assert not truth.agree("torch.uint8 (2, 2) 1", "torch.uint8 (1, 2) 1")
    assert not truth.agree(["L (1, 1) 0 0 0123456789", "next 0.5 0.5"], ["L (1, 1) 0 0 0123456789", "next 0.6 0.5"])
    assert truth.agree("torch.uint8 (1, 2) 1 1 2", "torch.uint8 (1, 2) 1 1 1")
