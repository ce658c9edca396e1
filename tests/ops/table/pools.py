"""Pooling, and its way back: the largest, the mean, the p-norm of windows, of fixed size, adaptive, or at random distances."""

from tests.ops.table.row import KEEP, REAL, Row, each, shapes

SIGNALS = shapes("2x2x7 | 2x5 | 1x1x4 | 1x6 | 0x2x4 | 5 | 2x0x4")
PICTURES = shapes("2x2x5x4 | 2x4x5 | 1x1x4x4 | 1x2x3x6 | 0x2x4x4 | 2x0x4x4")
VOLUMES = shapes("1x2x3x4x3 | 2x3x3x4 | 1x1x2x2x4 | 0x2x3x3x3 | 2x4x4")
LARGER = {2: shapes("2x2x5x4 | 2x4x5 | 1x1x4x6 | 0x2x4x4 | 2x2"), 3: shapes("1x2x4x5x4 | 2x4x4x5 | 0x2x4x4x4 | 2x2x2")}
OF = {1: SIGNALS, 2: PICTURES, 3: VOLUMES}
KERNELS = {1: ("2", "(3,)", "1", "4", "9", "0"), 2: ("2", "(3, 2)", "(1, 3)", "4", "9", "-1"), 3: ("2", "(2, 1, 3)", "3", "5")}
STRIDES = ("None", "1", "2", "3")
EVEN = ("float32", "float64", "int64", "uint8")
POOLS = [
    *[Row(f"F.max_pool{d}d(a, {{kernel}}, {{stride}}, {{padding}}, {{dilation}}, {{ceil}}, {{both}})", OF[d], REAL,
          words={"kernel": KERNELS[d], "stride": STRIDES, "padding": ("0", "1", "0"), "dilation": ("1", "2"), "ceil": KEEP, "both": KEEP})
      for d in (1, 2, 3)],
    *[Row(f"F.max_pool{d}d_with_indices(a, {{kernel}}, padding={{padding}})", OF[d][:4], REAL, values="finite",
          words={"kernel": KERNELS[d], "padding": ("0", "1")}) for d in (1, 2, 3)],
    *[Row(f"F.max_pool{d}d(a, 2)", OF[d][:3], derivatives=0) for d in (2, 3)],
    Row("F.avg_pool1d(a, {kernel}, {stride}, {padding}, {ceil}, {count})", SIGNALS, REAL, values="finite", rounded=True,
        words={"kernel": KERNELS[1], "stride": STRIDES, "padding": ("0", "1", "-1"), "ceil": KEEP, "count": KEEP}),
    *[Row(f"F.avg_pool{d}d(a, {{kernel}}, {{stride}}, {{padding}}, {{ceil}}, {{count}}, {{divisor}})", OF[d], REAL, values="finite",
          rounded=True, words={"kernel": KERNELS[d], "stride": STRIDES, "padding": ("0", "1", "0"), "ceil": KEEP, "count": KEEP,
                               "divisor": ("None", "None", "3", "-2", "0")}) for d in (2, 3)],
    *[Row(f"F.avg_pool{d}d(a, 2, 1)", OF[d][:3], EVEN, derivatives=0) for d in (1, 2, 3)],
    *[Row(f"F.lp_pool{d}d(a, {{p}}, {{kernel}}, {{stride}}, {{ceil}})", OF[d][:4], REAL, values="positive", rounded=True,
          words={"p": ("1", "2", "3.0", "float('inf')", "-float('inf')"), "kernel": (KERNELS[d][0], KERNELS[d][2]), "stride": STRIDES, "ceil": KEEP})
      for d in (1, 2, 3)],
    Row("F.adaptive_avg_pool2d(a, {size})", PICTURES, REAL, values="finite", rounded=True, derivatives=0,
        words={"size": ("0", "(0, 2)", "3")}),
    *[Row(f"F.adaptive_avg_pool{d}d(a, {{size}})", OF[d][:5 if d < 3 else 4], REAL, values="finite", rounded=True, words={"size": sizes})
      for d, sizes in ((1, ("1", "2", "3", "(4,)", "9", "-1", "None")),
                       (2, ("1", "2", "(3, 2)", "(None, 3)", "(1, None)", "9", "-1", "None", "(1,)")),
                       (3, ("1", "2", "(3, 2, 1)", "(None, 3, 2)", "5", "-1")))],
    *[Row(f"F.adaptive_max_pool{d}d(a, {{size}}, {{both}})", OF[d], REAL, words={"size": sizes, "both": KEEP})
      for d, sizes in ((1, ("1", "2", "3", "(4,)", "9", "None")), (2, ("1", "2", "(3, 2)", "(None, 3)", "(1, None)", "9")),
                       (3, ("1", "2", "(3, 2, 1)", "(None, 3, 2)", "5")))],
    *[Row(f"F.adaptive_max_pool{d}d_with_indices(a, {{size}})", OF[d][:4], REAL, words={"size": ("1", "2")}) for d in (1, 2, 3)],
    *[Row(f"F.adaptive_{kind}_pool2d(a, 2)", PICTURES[:2], EVEN, rounded=True, derivatives=0) for kind in ("avg", "max")],
    *[Row(f"(torch.manual_seed({{seed}}), F.fractional_max_pool{d}d(a, {{kernel}}, {{size}}, {{ratio}}, {{both}}))[1]", LARGER[d], REAL,
          words={"seed": ("1", "2", "3"), "kernel": KERNELS[d][:3], "size": ("2", "1", "3", "None"),
                 "ratio": ("None", f"({', '.join(['0.5'] * d)})"), "both": KEEP}) for d in (2, 3)],
    *[Row(f"(torch.manual_seed(4), F.fractional_max_pool{d}d_with_indices(a, {{kernel}}, 2))[1]", LARGER[d], REAL,
          words={"kernel": KERNELS[d][:3]}) for d in (2, 3)],
    *[Row(f"F.max_unpool{d}d(a, {places}.expand_as(a), {{kernel}}, {{stride}}, {{padding}}, {{size}})", shapes(text), REAL,
          words={"kernel": ("2", "3"), "stride": ("None", "2"), "padding": ("0", "1" if d < 3 else "(0, 1, 1)"), "size": ("None", size)})
      for d, places, text, size in (
          (1, "torch.tensor([3, 0, 1])", "2x2x3 | 1x3 | 1x2x3 | 3 | 2x4", "(6,)"),
          (2, "torch.tensor([[3, 0], [4, 1], [7, 5]])", "2x2x3x2 | 1x3x2 | 1x1x3x2 | 3x2", "(7, 4)"),
          (3, "torch.tensor([[[3, 0], [4, 1]]])", "1x2x1x2x2 | 2x1x2x2 | 1x1x1x2x2", "(3, 5, 4)"))],
    Row("F.max_unpool2d(a, torch.tensor({places}).reshape(1, 1, 1, 2), 2)", shapes("1x1x1x2"), REAL,
        words={"places": ("[0, 7]", "[8, 0]", "[-1, 0]", "[0., 1.]")}, derivatives=0),
]
