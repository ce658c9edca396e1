"""Picture files as tensors. torchvision.io is compiled, so its figures could not be recorded: Pillow's are the truth here."""

import io
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import workbook as torch
import workbook.vision.transforms.v2
from tests.vision.truth import pixels
from workbook import vision
from workbook.vision.io import ImageReadMode, decode_image, encode_jpeg, encode_png, read_file, read_image, write_file, write_jpeg, write_png
from workbook.vision.utils import save_image


@pytest.fixture
def path(tmp_path):
    Image.fromarray(pixels()[0]).save(tmp_path / "x.png")
    return str(tmp_path / "x.png")


def test_a_file_and_its_bytes_are_read_alike(path):
    image = read_image(path)
    assert image.dtype is torch.uint8 and image.is_contiguous()
    np.testing.assert_array_equal(image.numpy(), pixels()[0].transpose(2, 0, 1))
    assert torch.equal(decode_image(read_file(path)), image)


@pytest.mark.parametrize("mode, channels", [("rgb", 3), (ImageReadMode.GRAY, 1), ("GRAY_ALPHA", 2), (ImageReadMode.RGB_ALPHA, 4), ("RGBA", 4), ("unchanged", 3)])
def test_modes(path, mode, channels):
    assert read_image(path, mode).shape == (channels, 13, 17)


def test_a_palette_is_turned_into_colours(tmp_path):
    Image.fromarray(pixels()[0]).convert("P").save(tmp_path / "p.png")
    assert read_image(tmp_path / "p.png").shape[0] == 3


def test_turned_as_the_camera_noted(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4, 2)).save(tmp_path / "e.jpg", exif=exif)
    assert read_image(tmp_path / "e.jpg").shape == (3, 2, 4)
    assert read_image(tmp_path / "e.jpg", apply_exif_orientation=True).shape == (3, 4, 2)


def test_what_is_written_is_read_again(tmp_path):
    image = torch.from_numpy(pixels()[0].transpose(2, 0, 1).copy())
    write_png(image, str(tmp_path / "w.png"))
    assert torch.equal(read_image(tmp_path / "w.png"), image.cpu())
    write_jpeg(image[:1], str(tmp_path / "w.jpg"), quality=100)
    assert (read_image(tmp_path / "w.jpg").float() - image[:1].cpu().float()).abs().mean() < 3  # JPEG keeps a picture nearly
    assert len(encode_jpeg(image, 5)) < len(encode_jpeg(image, 95))
    save_image(image / 255, tmp_path / "s.png")
    assert torch.equal(read_image(tmp_path / "s.png"), image.cpu())


@pytest.mark.parametrize("act, error, words", [
    (lambda p: read_image("nowhere.png"), FileNotFoundError, "No such file or directory: 'nowhere.png'"),
    (lambda p: decode_image(torch.zeros(3, 3, dtype=torch.uint8)), ValueError, "Expected a non empty 1-dimensional tensor"),
    (lambda p: decode_image(torch.zeros(0, dtype=torch.uint8)), ValueError, "Expected a non empty 1-dimensional tensor"),
    (lambda p: decode_image(torch.zeros(9, dtype=torch.uint8)), RuntimeError, "Unsupported image file"),
    (lambda p: decode_image(read_file(p)[:90]), RuntimeError, "Unsupported image file"),
    (lambda p: read_image(p, "purple"), ValueError, "Unknown mode: purple. Available modes: UNCHANGED, GRAY"),
    (lambda p: encode_png(torch.zeros(3, 2, 2)), RuntimeError, "Input tensor dtype should be uint8, got torch.float32"),
    (lambda p: encode_png(torch.zeros(4, 2, 2, dtype=torch.uint8)), RuntimeError, "with 1 or 3 channels"),
    (lambda p: encode_png(np.zeros(3)), TypeError, "Expected a torch tensor, got ndarray"),
    (lambda p: encode_jpeg(torch.zeros(3, 2, 2, dtype=torch.uint8), 0), ValueError, "between 1 and 100"),
    (lambda p: save_image(torch.zeros(3, 2, 2), io.BytesIO(), format="nothing"), (ValueError, KeyError), "(?i)nothing"),
    (lambda p: save_image(torch.zeros(3, 2, 2), p + ".nothing"), ValueError, "unknown file extension: .nothing"),
    (lambda p: save_image(torch.zeros(3, 2, 2), p + "s/x.png"), FileNotFoundError, "No such file or directory"),
    (lambda p: save_image(torch.zeros(4, 2, 2), p + ".jpg"), OSError, "cannot write mode RGBA as JPEG"),
    (lambda p: write_file(p, [1]), TypeError, "Expected a torch tensor, got list"),
    (lambda p: write_file(p, torch.zeros(2)), RuntimeError, "Input tensor dtype should be uint8, got torch.float32"),
    (lambda p: write_file(p, torch.zeros(2, 2, dtype=torch.uint8)), RuntimeError, "Input data should be 1-dimensional"),
    (lambda p: write_png(torch.zeros(3, 2, 2, dtype=torch.uint8), p + "s/x.png"), RuntimeError, "Parent directory .* does not exist"),
    (lambda p: save_image(torch.zeros(0, 3, 2, 2), io.BytesIO(), format="png"), ValueError, "make_grid got no image"),
    (lambda p: vision.ops.nms, AttributeError, "module 'torchvision.ops' has no attribute 'nms'(.|\n)*finding objects"),
    (lambda p: vision.nothing, AttributeError, "module 'torchvision' has no attribute 'nothing'"),
    (lambda p: vision.datasets.CocoDetection, AttributeError, "has no attribute 'CocoDetection'(.|\n)*ImageFolder"),
    (lambda p: vision.transforms.AutoAugment, AttributeError, "has no attribute 'AutoAugment'(.|\n)*TrivialAugmentWide"),
    (lambda p: vision.transforms.ToTensro, AttributeError, "has no attribute 'ToTensro'(.|\n)*there are CenterCrop"),
    (lambda p: vision.transforms.v2.ToImage, AttributeError, "transforms.v2' has no attribute 'ToImage'(.|\n)*ToTensor"),
    (lambda p: vision.transforms.v2.Resize, AttributeError, "torchvision.transforms.Resize does it for images"),
    (lambda p: vision.set_image_backend("accimage"), ValueError, "Invalid backend 'accimage'"),
])
def test_what_is_refused(path, act, error, words):
    before = read_file(path)
    with pytest.raises(error, match=words):
        act(path)
    assert torch.equal(read_file(path), before) and len(os.listdir(os.path.dirname(path))) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
@pytest.mark.parametrize("name", ["write.png", "save.png"])
def test_sixty_programs_killed_while_they_write_pictures_leave_a_whole_one(tmp_path, name):
    """In a process of its own, which forks."""
    code = ("import sys, pathlib; from tests.serialization import kills;"
            "found, rounds = kills.run(60, pathlib.Path(sys.argv[1]), sync=False, name=sys.argv[2]); assert rounds > 0")
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path), name], cwd=pathlib.Path(__file__).parents[2], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr


def test_the_rest_of_the_package_loads_when_it_is_asked_for():
    assert vision.io.read_image is read_image and vision.get_image_backend() == "PIL" and vision.__version__.startswith("0.28")
