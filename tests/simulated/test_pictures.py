"""Images that lie on a GPU while new Tensors lie on the CPU: every transform computes there, what the CPU computes."""

import warnings

import pytest

import workbook as torch
from tests.vision import truth
from workbook import vision
from workbook.vision import transforms
from workbook.vision.io import decode_image, encode_jpeg, encode_png

WANTED = truth.recorded()["on images"]
NAMES = {"T": transforms, "F": transforms.functional, "M": transforms.InterpolationMode, "torch": torch}


def places_of(found):
    parts = found if isinstance(found, (tuple, list)) else [found]
    return {str(part.device) for part in parts if isinstance(part, torch.Tensor)}


@pytest.mark.parametrize("row", truth.rows("on_images"))
def test_transforms(gpu, row):
    for number, kind in enumerate(truth.images(torch)):
        if kind not in ("bytes", "floats", "batch"):
            continue
        image, places = truth.images(torch)[kind].to(gpu), set()

        def kept(found, places=places):
            places |= places_of(found)
            return found

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mine = truth.answer(row, NAMES, image, kept)
        assert truth.agree(mine, WANTED[row][number]), f"{kind}: {mine}\nand not\n{WANTED[row][number]}"
        assert places <= {gpu}, kind


def test_a_displacement_that_lies_elsewhere_than_the_image(gpu):
    picture, moved = truth.images(torch)["floats"], torch.full((1, 13, 17, 2), 0.125)
    wanted = transforms.functional.elastic_transform(picture, moved)
    for there, other in ((gpu, "cpu"), ("cpu", gpu)):
        found = transforms.functional.elastic_transform(picture.to(there), moved.to(other))
        assert str(found.device) == there and torch.allclose(found.cpu(), wanted, atol=1e-6)


def test_a_picture_moved_by_a_displacement_on_a_gpu(gpu):
    picture, moved = truth.images(torch)["rgb"], torch.full((1, 13, 17, 2), 0.125)
    found = transforms.functional.elastic_transform(picture, moved.to(gpu))
    assert found.tobytes() == transforms.functional.elastic_transform(picture, moved).tobytes()


def test_what_is_drawn_and_written(gpu):
    picture = truth.images(torch)["bytes"]
    masks = picture[:1] > 100
    painted = vision.utils.draw_segmentation_masks(picture.to(gpu), masks.to(gpu), colors="red")
    assert str(painted.device) == gpu and torch.equal(painted.cpu(), vision.utils.draw_segmentation_masks(picture, masks, colors="red"))
    assert torch.equal(encode_png(picture.to(gpu)), encode_png(picture))
    assert torch.equal(encode_jpeg(picture.to(gpu)), encode_jpeg(picture))
    assert torch.equal(decode_image(encode_png(picture).to(gpu)), picture)
