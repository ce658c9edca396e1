"""What slides over axes: convolutions of every number of axes, padding, pooling, patches, sizes changed."""

from tests.ops.table.row import REAL, Row, each, shapes

FEW = ("float32", "float64", "int64")
STEPS = {"stride": ("1", "2", "(2,)"), "padding": ("0", "1", "'same'", "'valid'"), "dilation": ("1", "2")}
CONVOLUTIONS = [
    Row("F.conv1d(a, b, None, {stride}, {padding}, {dilation})",
        shapes("2x2x7 4x2x3 | 2x6 3x2x2 | 1x1x5 1x1x1 | 0x2x5 3x2x2 | 2x3x7 4x2x3 | 2 1x1x1 | 2x2x3 2x2x4"), REAL, alike=True,
        values="finite", words=STEPS),
    Row("F.conv1d(a, b, c, {stride}, padding=1, groups={groups})", shapes("2x4x5 6x2x3 6 | 1x2x4 2x1x3 2 | 2x4x5 4x4x2 3 | 2x4x5 3x2x3 3"), REAL,
        alike=True, values="finite", words={"stride": ("1", "2"), "groups": ("2", "1", "0")}),
    Row("F.conv3d(a, b, None, {stride}, {padding}, {dilation})",
        shapes("1x2x4x3x3 2x2x2x1x2 | 2x3x4x3 2x2x1x2x2 | 1x1x3x3x4 1x1x3x3x2 | 2x3x4 1x1x1x1x1"), REAL, alike=True, values="finite",
        words={"stride": ("1", "(2, 1, 1)"), "padding": ("0", "(1, 0, 1)", "'same'"), "dilation": ("1", "(1, 1, 2)")}),
    Row("F.conv3d(a, b, c, groups=2)", shapes("1x4x3x3x3 2x2x2x2x1 2 | 2x2x2x2x3 4x1x1x2x2 4"), REAL, alike=True, values="finite"),
    Row("F.conv_transpose1d(a, b, None, {stride}, {padding}, {extra}, 1, {dilation})",
        shapes("2x3x4 3x2x3 | 3x4 3x2x2 | 1x1x1 1x2x2 | 2x2x4 3x2x3"), REAL, alike=True, values="finite",
        words={"stride": ("1", "2", "(3,)"), "padding": ("0", "1"), "extra": ("0", "1"), "dilation": ("1", "2")}),
    Row("F.conv_transpose2d(a, b, c, {stride}, {padding}, {extra}, {groups}, {dilation})",
        shapes("2x4x2x3 4x1x2x3 2 | 4x3x2 4x2x2x1 4 | 1x2x1x4 2x1x3x2 2 | 2x4x2x3 4x1x2x3 3"), REAL, alike=True, values="finite",
        words={"stride": ("1", "2", "(1, 2)", "0"), "padding": ("0", "1", "-1"), "extra": ("0", "(0, 1)"), "groups": ("2", "2", "2", "1"),
               "dilation": ("1", "2")}),
    Row("F.conv_transpose3d(a, b, None, {stride}, {padding})", shapes("1x2x2x1x3 2x2x2x1x2 | 2x2x2x1 2x1x1x2x2"), REAL, alike=True,
        values="finite", words={"stride": ("1", "(1, 2, 1)"), "padding": ("0", "(0, 0, 1)")}),
    Row("F.conv_tbc(a, b, c, {pad})", shapes("4x2x3 2x3x2 2 | 1x2x3 1x3x1 1 | 4x2x3 2x2x2 2 | 4x2x3 2x3x2 1 | 4x2 2x3x2 2"), REAL,
        alike=True, values="finite", named=False, layouts=("plain", "sliced"), words={"pad": ("0", "1")}),
]
PADS = ("(1, 2)", "(2, 0, 1, 1)", "(-1, 2)", "(0, -1, 1, 0)", "(3, 3)", "(0, 0)", "(1,)", "(1, 0, 0, 1, 1, 1)", "(-2, 2)", "(4, 1)", "()", "1")
PADDED = [
    Row("F.pad(a, {pad}, value={value})", shapes("2x3 | 3 | 1x2x4 | 0x3 | . | 2x1x3x2"), words={"pad": PADS, "value": ("None", "2.5", "0", "True")}),
    *each("F.pad(a, {pad}, 'NAME')", "reflect replicate", shapes("2x3x4 | 1x3 | 1x2x4x3 | 4 | 1x2x3x4x3 | 2x0x3"), values="finite",
          words={"pad": PADS}),
    # torch fills an axis of several rows with itself where less is kept than is to be filled, and refuses it for one row alone
    Row("F.pad(a, {pad}, 'circular')", shapes("2x3x4 | 1x3 | 1x2x4x3 | 4 | 1x2x3x4x3 | 2x0x3"), values="finite", named=False,
        words={"pad": tuple("(-1, 1)" if pad == "(-2, 2)" else pad for pad in PADS)}),
    Row("F.pad(a, (1, 1), {mode}, {value})", shapes("2x3 | 1x2x4"), REAL, words={"mode": ("'reflect'", "'mirror'", "'constant'"),
        "value": ("0", "1.0", "None", "1j", "'a'")}),
]
WINDOWS = CONVOLUTIONS + PADDED
