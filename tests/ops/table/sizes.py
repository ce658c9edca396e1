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
        values="unit", rounded=True, words=CHOICES | {"mode": ("bilinear", "bicubic")}),
    Row("F.interpolate(a, {size}, mode='{mode}', align_corners={corners}, recompute_scale_factor={again})",
        shapes("2x2x4 | 1x1x7 | 1x2x1 | 2x1x2x3x2 | 1x1x3x2x3"), REAL, values="unit", rounded=True,
        words={"size": ("3, None", "None, 2", "None, 1.7", "5, None", "None, 0.6"), "corners": ("None", "True"), "again": ("None", "True"),
               "mode": ("linear", "trilinear")}),
    Row("F.interpolate(a, {size}, mode='area')", shapes("2x2x3x4 | 1x1x5x3 | 1x2x1x4 | 2x1x4 | 1x1x2x3x4"), REAL, values="finite",
        rounded=True, words={"size": ("2, None", "3, None", "None, 1.5", "None, 2")}),
    Row("F.interpolate(a, {size}, mode='{mode}', align_corners={corners}, antialias=True)", PICTURES, REAL, values="unit", rounded=True,
        words={"size": SIZES[:5] + SIZES[6:], "mode": ("bilinear", "bicubic", "lanczos"), "corners": ("None", "False", "True")}),
    Row("F.interpolate(a, {size}, {factor}, mode='{mode}')", shapes("1x2x3x4 | 1x2x5 | 1x2x3x2x3 | 1x0x2x2"), ("float32", "int64", "bool"),
        derivatives=0, words={"size": ("None", "3", "None", "2.5", "(2, 2)"), "factor": ("None", "2", "None", "-1", "'a'"),
                              "mode": ("nearest", "bilinear", "linear", "cubic", "bicubic", "trilinear")}, values="finite", rounded=True),
    Row("F.interpolate(a, 4, mode='{mode}')", shapes("1x2x3x4"), ("float16", "uint8"), derivatives=0, words={"mode": ("nearest", "nearest-exact")}),
    Row("F.upsample(a, {size}, mode='{mode}')", PICTURES[:3], REAL, values="unit", rounded=True,
        words={"size": SIZES, "mode": ("nearest", "bilinear")}),
    *each("F.NAME(a, {size})", "upsample_nearest upsample_bilinear", PICTURES[:3], REAL, values="finite", rounded=True, words={"size": SIZES}),
]
REORDERED = [
    Row("F.unfold(a, {kernel}, {dilation}, {padding}, {stride})", shapes("2x2x3x4 | 1x5x4 | 1x1x3x2 | 0x1x3x3 | 3x4 | 1x0x3x3"),
        ("float32", "float64", "bool", "int64"), words={"kernel": ("2", "(1, 3)", "(2,)", "6", "0"), "dilation": ("1", "1", "2"),
                                                "padding": ("0", "1", "(0, 2)"), "stride": ("1", "2")}),
    Row("F.fold(a, {size}, {kernel}, {dilation}, {padding}, {stride})", shapes("2x12x6 | 8x6 | 1x4x6 | 0x4x6 | 2x4x2 | 6"), REAL,
        words={"size": ("(4, 3)", "(3, 4)", "5"), "kernel": ("2", "(1, 2)"), "dilation": ("1", "1", "2"), "padding": ("0", "0", "1"),
               "stride": ("1", "1", "2")}),
    Row("F.pixel_shuffle(a, {r})", shapes("2x4x3x2 | 4x1x3 | 1x9x2x2 | 2x3x4x1x2 | 3x3"), words={"r": ("2", "1", "3", "0", "2.0")}),
    Row("F.pixel_unshuffle(a, {r})", shapes("2x1x4x6 | 2x2x4 | 1x1x3x3 | 2x3x1x2x4 | 3x3"), words={"r": ("2", "1", "3", "0", "2.0")}),
    Row("F.channel_shuffle(a, {groups})", shapes("2x6x3 | 1x4x1x2 | 1x6x2x1x2 | 0x4x2 | 4x2 | 4x2x3"), words={"groups": ("2", "3", "1", "0", "4", "2.0")}),
    Row("F.native_channel_shuffle(a, {groups})", shapes("2x6x3 | 1x4x1x2 | 0x4x2"), derivatives=0, words={"groups": ("2", "1", "3")}),  # torch has no slope of it
]
PADDINGS = ("zeros", "border", "reflection")
GRIDS = [
    Row("F.grid_sample(a * 0.25, b * 3.1 - 1.7, 'bicubic', '{padding}', {corners})", shapes("2x2x3x4 2x2x3x2 | 1x1x1x4 1x3x1x2 | 1x2x5x2 1x2x2x2"), REAL,
        alike=True, values="unit", rounded=True, words={"padding": PADDINGS, "corners": ("True", "False", "None")}),
    Row("F.grid_sample(a, b * 3.1 - 1.7, '{mode}', '{padding}', {corners})", shapes("2x2x3x4 2x2x3x2 | 1x1x1x4 1x3x1x2 | 1x2x5x2 1x2x2x2"), REAL,
        alike=True, values="unit", rounded=True, words={"mode": ("bilinear",), "padding": PADDINGS, "corners": ("True", "False", "None")}),
    Row("F.grid_sample(a, b * 3.1 - 1.7, '{mode}', '{padding}', {corners})", shapes("2x2x2x3x4 2x1x2x3x3 | 1x1x1x2x3 1x2x1x1x3"), REAL,
        alike=True, values="unit", rounded=True, words={"mode": ("bilinear",), "padding": PADDINGS, "corners": ("True", "False")}),
    Row("F.grid_sample(a, b * 0.37, 'nearest', '{padding}', {corners})", shapes("2x2x3x4 2x2x3x2 | 1x1x1x4 1x3x1x2 | 1x1x2x3x2 1x2x1x3x3"), REAL,
        alike=True, values="finite", words={"padding": PADDINGS, "corners": ("True", "False")}),
    Row("F.grid_sample(a, b, '{mode}', '{padding}')", shapes("1x2x3x4 1x5x6x3 | 1x2x3x4 2x5x6x2 | 2x3x4 1x5x6x2 | 1x2x0x4 1x2x2x2 | "
        "1x1x2x2x2 1x1x1x1x3"), ("float32", "int64"), values="finite", derivatives=0, words={"mode": ("bilinear", "bicubic", "cubic"), "padding": ("zeros", "edge")}),
    Row("F.affine_grid(a, {size}, {corners})", shapes("2x2x3 | 1x2x3 | 1x3x4 | 2x3"), ("float32", "float64", "int64"), values="finite",
        rounded=True, words={"size": ("(2, 1, 2, 3)", "(2, 2, 3, 1)", "(1, 2, 3, 1)", "(1, 1, 2, 1, 3)", "(1, 1, 0, 2)", "(1, 2, 3)"),
                             "corners": ("True", "False", "None")}),
    Row("F.affine_grid(a, (2, 1, 2, 3), {corners})", shapes("2x2x3"), REAL, values="finite", rounded=True, words={"corners": ("True", "False")}),
    Row("F.affine_grid(a, {size}, {corners})", shapes("1x2x3"), REAL, values="finite", rounded=True,
        words={"size": ("(1, 2, 3, 1)", "(1, 1, 1, 4)"), "corners": ("True", "False")}),
    Row("F.affine_grid(a, (1, 1, 2, 1, 3), {corners})", shapes("1x3x4"), REAL, values="finite", rounded=True, words={"corners": ("True", "False")}),
    Row("F.fold(a, {size}, 2)", shapes("2x12x6 | 8x6 | 1x4x6"), REAL, words={"size": ("(4, 3)", "(3, 4)")}),
    Row("F.fold(a, (4, 5), (2, 3), 1, (1, 0), (2, 1))", shapes("2x12x9 | 6x9 | 1x6x9"), REAL),
    Row("F.unfold(a, {kernel}, {dilation}, (1, 0), {stride})", shapes("2x2x3x4 | 2x5x4 | 1x1x3x3"), REAL,
        words={"kernel": ("2", "(1, 3)"), "dilation": ("1", "(2, 1)"), "stride": ("1", "(1, 2)")}),
]
RESIZED = INTERPOLATED + REORDERED + GRIDS
