"""What the transforms do, as functions, under the names of torchvision.transforms.functional."""

from workbook.vision.transforms.colour import (adjust_brightness, adjust_contrast, adjust_gamma, adjust_hue, adjust_saturation,
                                               adjust_sharpness, gaussian_blur, rgb_to_grayscale, to_grayscale)
from workbook.vision.transforms.conversion import convert_image_dtype, normalize, pil_to_tensor, to_pil_image, to_tensor
from workbook.vision.transforms.erasing import erase
from workbook.vision.transforms.geometry import center_crop, crop, five_crop, hflip, pad, resize, resized_crop, ten_crop, vflip
from workbook.vision.transforms.kinds import get_dimensions, get_image_num_channels, get_image_size
from workbook.vision.transforms.levels import autocontrast, equalize, invert, posterize, solarize
from workbook.vision.transforms.modes import InterpolationMode
from workbook.vision.transforms.warping import affine, elastic_transform, perspective, rotate

__all__ = ["InterpolationMode", "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue", "adjust_saturation",
           "adjust_sharpness", "affine", "autocontrast", "center_crop", "convert_image_dtype", "crop", "elastic_transform", "equalize",
           "erase", "five_crop", "gaussian_blur", "get_dimensions", "get_image_num_channels", "get_image_size", "hflip", "invert",
           "normalize", "pad", "perspective", "pil_to_tensor", "posterize", "resize", "resized_crop", "rgb_to_grayscale", "rotate",
           "solarize", "ten_crop", "to_grayscale", "to_pil_image", "to_tensor", "vflip"]
