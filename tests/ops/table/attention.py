"""Attention: queries that look for keys. What lies in the layer around it is held in tests/nn.

The numbers are small: exponentials of large ones leave no digits to compare. torch's fast kernel has no second derivative.
"""

from tests.ops.table.row import KEEP, REAL, Row, shapes

ATTENDED = shapes("2x3 4x3 4x3 | 2x2x3 2x4x3 2x4x5 | 2x1x2x3 2x1x4x3 2x1x4x1 | 1x1 1x1 1x1 | 0x2x3 0x4x3 0x4x3 | "
                  "2x3 4x2 4x3 | 3 3 3")
SHARED = shapes("1x4x2x3 1x2x3x3 1x2x3x3 | 1x2x2x3 1x2x3x3 1x2x3x3 | 1x3x2x3 1x2x3x3 1x2x3x3")
MASKED = shapes("2x3 4x3 4x3 2x4 | 2x2x3 2x4x3 2x4x5 2x4 | 2x2x3 2x4x3 2x4x5 2x2x4 | 2x3 4x3 4x3 4 | 2x3 4x3 4x3 2x3")
FORWARD = ("F.multi_head_attention_forward(a, b, b, 4, {heads}, c, None, None, None, {zeros}, 0.0, d, None, "
           "need_weights={weights}, average_attn_weights={average})")

ATTENTION = [
    Row("F.scaled_dot_product_attention(a, b, c, is_causal={causal})", ATTENDED, REAL, alike=True, values="unit", rounded=True,
        named=False, derivatives=1, words={"causal": KEEP}),
    Row("F.scaled_dot_product_attention(a, b, c, scale={scale})", ATTENDED[:4], REAL, alike=True, values="unit", rounded=True,
        named=False, derivatives=1, words={"scale": ("0.5", "1", "None")}),
    Row("F.scaled_dot_product_attention(a, b, c, d)", MASKED, REAL, alike=True, values="unit", rounded=True, named=False),
    Row("F.scaled_dot_product_attention(a, b, c, torch.tensor({mask}))", ATTENDED[:1], REAL, alike=True, values="unit",
        rounded=True, named=False,
        words={"mask": ("[[True, False, True, True]]", "[[True], [False]]", "[True, False]", "[[1, 0, 1, 1]]")}),
    Row("F.scaled_dot_product_attention(a, b, c, enable_gqa={shared})", SHARED, REAL, alike=True, values="unit", rounded=True,
        named=False, derivatives=1, words={"shared": KEEP}),
    Row("F.scaled_dot_product_attention(a, b, c)", shapes("2x3 4x3 4x3"), (*REAL, "int64"), values="unit", rounded=True,
        named=False, derivatives=0),
    Row(FORWARD, shapes("3x2x4 5x2x4 12x4 4x4 | 3x4 5x4 12x4 4x4 | 1x1x4 1x1x4 12x4 4x4"), REAL, alike=True,
        values="unit", rounded=True, named=False, derivatives=1,
        words={"heads": ("2", "1", "4"), "zeros": KEEP, "weights": KEEP, "average": KEEP}),
    Row(FORWARD, shapes("3x2x4 5x1x4 12x4 4x4 | 3x2x3 3x2x3 12x4 4x4 | 4 4 12x4 4x4 | 3x4 5x4 12x4 4x4"), REAL, alike=True,
        values="unit", rounded=True, named=False, derivatives=0,
        words={"heads": ("2", "1", "3"), "zeros": KEEP, "weights": KEEP, "average": KEEP}),
]
