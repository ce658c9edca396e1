"""Transforms under torchvision's names."""

import sys

import numpy as np
import pytest
from PIL import Image

import workbook as torch
from workbook.vision import transforms


def test_to_tensor_moves_channels_and_scales_bytes_only():
    picture = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    out = transforms.ToTensor()(picture)
    assert out.shape == (3, 2, 4) and out.dtype is torch.float32
    np.testing.assert_array_equal(out.numpy(), picture.transpose(2, 0, 1).astype(np.float32) / np.float32(255))
    floats = np.array([[0.5, 7.0]])
    out = transforms.ToTensor()(floats)
    assert out.shape == (1, 1, 2) and out.dtype is torch.float64 and out.tolist() == [[[0.5, 7.0]]]


def test_to_tensor_copies_no_view_of_another_order():
    assert transforms.ToTensor()(np.zeros((4, 5, 3), np.uint8)).is_contiguous()


def test_normalize_by_channel():
    image = torch.ones(2, 3, 1, 2)
    out = transforms.Normalize((1.0, 0.0, -1.0), (1.0, 2.0, 4.0))(image)
    assert out[0, :, 0, 0].tolist() == [0.0, 0.5, 0.5] and image.sum().item() == 12.0
    assert transforms.Normalize((1.0,), (2.0,), inplace=True)(image) is image and image.sum().item() == 0.0
    assert transforms.Normalize(1.0, 2.0)(torch.ones(1, 1, 1)).item() == 0.0


def test_compose_in_order_and_how_it_prints():
    both = transforms.Compose([lambda x: x + 1, lambda x: x * 2])
    assert both(1) == 4
    assert repr(transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])) == (
        "Compose(\n    ToTensor()\n    Normalize(mean=(0.5,), std=(0.5,))\n)")


@pytest.mark.parametrize("error, act, words", [
    (TypeError, lambda: transforms.ToTensor()(torch.ones(1, 1, 1)), "pic should be PIL Image or ndarray."),
    (TypeError, lambda: transforms.ToTensor()([1]), "pic should be PIL Image or ndarray."),
    (ValueError, lambda: transforms.ToTensor()(np.zeros(3)), "pic should be 2/3 dimensional. Got 1 dimensions."),
    (TypeError, lambda: transforms.Normalize(0, 1)(np.zeros(3)), "put ToTensor() before it"),
    (TypeError, lambda: transforms.Normalize(0, 1)(torch.zeros(1, 1, 1, dtype=torch.uint8)),
     "Input tensor should be a float tensor. Got torch.uint8."),
    (ValueError, lambda: transforms.Normalize(0, 1)(torch.zeros(2, 2)),
     "(..., C, H, W). Got tensor.size() = torch.Size([2, 2])"),
    (ValueError, lambda: transforms.Normalize((0,), (0,))(torch.zeros(1, 2, 2)), "std evaluated to zero"),
])
def test_messages(error, act, words):
    with pytest.raises(error) as caught:
        act()
    assert words in str(caught.value)


def test_four_points_that_span_no_area_bend_nothing():
    with pytest.raises(torch.linalg.LinAlgError, match="does not have full rank"):
        transforms.functional.perspective(torch.ones(3, 4, 4), [[0, 0]] * 4, [[0, 0]] * 4)


def test_pictures_of_every_mode():
    """Bits, palettes, greys of 16 and 32 bits, transparency: each mode's channels and range."""
    picture = Image.fromarray(np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10)
    for mode, channels, dtype in (("1", 1, torch.float32), ("L", 1, torch.float32), ("LA", 2, torch.float32), ("P", 1, torch.float32), ("RGBA", 4, torch.float32),
                                  ("CMYK", 4, torch.float32), ("I", 1, torch.int32), ("I;16", 1, torch.int16), ("F", 1, torch.float32)):
        out = transforms.ToTensor()(picture.convert(mode))
        assert out.shape == (channels, 2, 4) and out.dtype is dtype and out.max() > 0, mode
        back = transforms.ToPILImage()(out)
        assert back.size == (4, 2)
    assert transforms.ToTensor()(picture.convert("1")).unique().tolist() in ([1.0], [0.0, 1.0])


def test_pictures_without_a_pixel_and_arrays_that_run_backwards():
    assert transforms.ToTensor()(Image.new("RGB", (0, 0))).shape == (3, 0, 0) and transforms.ToTensor()(Image.new("L", (0, 4))).shape == (1, 4, 0)
    assert transforms.functional.equalize(torch.zeros(3, 0, 4, dtype=torch.uint8)).shape == (3, 0, 4)
    with pytest.raises(ValueError, match="At least one stride in the given numpy array is negative"):
        transforms.ToTensor()(np.ones((2, 3, 3), np.uint8)[::-1])
    with pytest.raises(TypeError, match="Tensor is not a torch image"):
        transforms.Normalize((0.5,), (0.5,))(torch.zeros(5))
    with pytest.raises(RuntimeError, match="value cannot be converted to type uint8_t without overflow"):
        transforms.Pad(1, fill=float("nan"))(torch.zeros(3, 2, 2, dtype=torch.uint8))


def test_a_picture_needs_pillow_and_says_so(monkeypatch):
    for name in [name for name in sys.modules if name == "PIL" or name.startswith("PIL.")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError, match="No module named 'PIL'(.|\n)*pip install pillow"):
        transforms.ToPILImage()(torch.ones(3, 2, 2))
    assert transforms.RandomCrop(2)(torch.ones(3, 4, 4)).shape == (3, 2, 2)  # tensors do without


def test_gradients_pass_through():
    image = torch.ones(3, 4, 4, requires_grad=True)
    out = transforms.Compose([transforms.Normalize((0.5,) * 3, (0.5,) * 3), transforms.Pad(1), transforms.CenterCrop(4)])(image)
    out.sum().backward()
    assert image.grad.tolist() == torch.full((3, 4, 4), 2.0).tolist()
