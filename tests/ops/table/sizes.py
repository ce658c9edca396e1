"""Images in other sizes and orders: interpolation, patches, pixels, grids, and the norm over neighbouring channels."""

from tests.ops.table.row import REAL, Row, each, shapes

PICTURES = shapes("2x2x3x4 | 1x1x5x3 | 1x2x1x4 | 0x2x3x3 | 2x3x4")
SIZES = ("2, None", "(3, 5), None", "(6, 8), None", "None, 2", "None, (0.5, 1.7)", "None, 1.3", "1, None", "(7, 2), None", "None, 0.7")
CHOICES = {"size": SIZES, "corners": ("None", "True", "False"), "again": ("None", "True", "False")}
INTERPOLATED = [
    Row("F.interpolate(a, {size}, '{mode}')", shapes("2x2x3x4 | 1x1x5x3 | 1x2x1x4 | 0x2x3x3 | 2x3"), REAL,
        words={"size": SIZES, "mode": ("nearest", "nearest-exact")}),
    Row("F.interpolate(a, {size}, mode='{mode}')", shapes("2x2x4 | 1x1x7 | 1x2x1 | 2x1x2x3x2 | 1x1x3x2x3"), REAL,
        words={"size": ("3, None", "None, 2", "None, 1.7", "(5,), None", "None, 0.6"), "mode": ("nearest", "nearest-exact")}),
    Row("F.interpolate(a, {size}, mode='{mode}', align_corners={corners}, recompute_scale_factor={again})", PICTURES, REAL,
        values="finite", rounded=True, words=CHOICES | {"mode": ("bilinear", "bicubic")}),
    Row("F.interpolate(a, {size}, mode='{mode}', align_corners={corners}, recompute_scale_factor={again})",
        shapes("2x2x4 | 1x1x7 | 1x2x1 | 2x1x2x3x2 | 1x1x3x2x3"), REAL, values="finite", rounded=True,
        words={"size": ("3, None", "None, 2", "None, 1.7", "5, None", "None, 0.6"), "corners": ("None", "True"), "again": ("None", "True"),
               "mode": ("linear", "trilinear")}),
    Row("F.interpolate(a, {size}, mode='area')", shapes("2x2x3x4 | 1x1x5x3 | 1x2x1x4 | 2x1x4 | 1x1x2x3x4"), REAL, values="finite",
        rounded=True, words={"size": ("2, None", "3, None", "None, 1.5", "None, 0.6")}),
    Row("F.interpolate(a, {size}, mode='{mode}', align_corners={corners}, antialias=True)", PICTURES, REAL, values="finite", rounded=True,
        words={"size": SIZES, "mode": ("bilinear", "bicubic", "lanczos"), "corners": ("None", "False", "True")}),
    Row("F.interpolate(a, {size}, {factor}, mode='{mode}')", shapes("1x2x3x4 | 1x2x5 | 1x2x3x2x3 | 1x0x2x2"), ("float32", "int64", "bool"),
        derivatives=0, words={"size": ("None", "3", "0", "2.5", "(2, 2)"), "factor": ("None", "2", "-1", "'a'"),
                              "mode": ("nearest", "bilinear", "linear", "cubic", "bicubic", "trilinear")}),
    Row("F.interpolate(a, 4, mode='{mode}')", shapes("1x2x3x4"), ("float16", "uint8"), derivatives=0, words={"mode": ("nearest", "nearest-exact")}),
    Row("F.upsample(a, {size}, mode='{mode}')", PICTURES[:3], REAL, values="finite", rounded=True,
        words={"size": SIZES, "mode": ("nearest", "bilinear")}),
    *each("F.NAME(a, {size})", "upsample_nearest upsample_bilinear", PICTURES[:3], REAL, values="finite", rounded=True, words={"size": SIZES}),
]
RESIZED = INTERPOLATED
