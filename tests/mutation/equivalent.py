"""Breaks that break nothing: `Break.name`, and why no gradient can move.

`test_mutation` is red where one of them is noticed after all, or is a break no more.
"""

_OF = {
    "the branch gives zeros, whatever their sign and whatever arrives": """
        ops/chains.py Identity.backward: return (grad * 0,) -> return (-(grad * 0),)
        ops/chains.py Identity.backward: grad -> grad * 0.0 + 1.0
        ops/scatter.py _share_of_prod: grad -> grad * 0.0 + 1.0 (2)
        ops/grids.py _GridSampler.backward: return (to_x, grid * 0) -> return (to_x, -(grid * 0))
        ops/choices.py flat: return Flat.apply(grad) -> return -Flat.apply(grad)
        ops/choices.py flat: grad -> grad * 0.0 + 1.0""",
    "a number that stands only where another `where` gives the answer: nothing is to be divided by 0 there": """
        ops/bessel.py I1.backward: 1.0 -> 2.0
        ops/bessel.py I1e.backward: 1.0 -> 2.0""",
    "it is multiplied and divided by the same number": """
        ops/scatter.py _share_of_prod: 1.0 -> 2.0""",
    "what is divided by it is 0 there": """
        ops/scatter.py _share_of_prod: 1.0 -> 2.0 (4)
        ops/spectra.py _apart: 1.0 -> 2.0
        ops/spectra.py Svd.backward: (unsqueeze(s, -2) - unsqueeze(s, -1)) * (unsqueeze(s, -2) + unsqueeze(s, -1)) + one -> \
(unsqueeze(s, -2) - unsqueeze(s, -1)) * (unsqueeze(s, -2) + unsqueeze(s, -1)) - one""",
    "at the origin it meets a factor 0; and the second derivative is NaN there, with it or without": """
        ops/trigonometry.py Atan2.backward: 0.0 -> 1.0""",
    "the matrix is square: both of its last sides are the same": """
        ops/chains.py MatrixExp.backward: 1 -> 2""",
    "beside an axis of length 1, before it and after it are the same place": """
        ops/inverses.py _over_matrices: 1 -> 2""",
    "broadcasting puts the axis in front by itself": """
        ops/scans.py Logcumsumexp.backward: unsqueeze(places, 0) -> places""",
    "the walk sums over what was broadcast, too": """
        ops/added.py Addr.backward: sum(scaled * unsqueeze(x, 1), 0) -> scaled * unsqueeze(x, 1)
        ops/conversion.py FilledBy.backward: sum(grad) -> grad
        ops/bilinear.py Trilinear.backward: sum(each * (b @ transpose(weight, 1, 2)), 0) -> each * (b @ transpose(weight, 1, 2))
        ops/bilinear.py Trilinear.backward: sum(each * (a @ weight), 0) -> each * (a @ weight)
        ops/layer_norm.py layer_norm_slopes: sum(grad * normal, lead) -> grad * normal
        ops/layer_norm.py layer_norm_slopes: sum(grad, lead) -> grad""",
    "the mean of (a - m)(a + m) is that of (a - m)(a - m), where m is the mean of a": """
        ops/batch_norm.py batch_norm_slopes: a - center -> a + center (2)
        ops/batch_norm.py batch_norm_slopes: a - center -> a + center (3)""",
    "of four axes, the third is the last but one": """
        ops/attention.py Attention.backward: -2 -> 2
        ops/attention.py Attention.backward: -2 -> 2 (2)
        ops/attention.py Attention.backward: -2 -> 2 (3)""",
    "it only tells whether some work can be saved": """
        ops/attention.py Attention.backward: 2 -> 3
        ops/lstm.py LstmLayer.backward: 5 -> 6""",
    "times 1 is a copy": """
        ops/scans.py Cumprod.backward: grad * (0 if ctx.options['exclusive'] else 1) -> grad
        ops/scans.py Prod.backward: grad * 1 -> grad
        ops/scans.py Logcumsumexp.backward: grad * 1 -> grad""",
    "what it adds on and above the diagonal meets an upper triangle, stays there, and is cut off": """
        ops/lu.py LuFactor.backward: -1 -> 1""",
    "what it takes away from below the diagonal would meet a lower triangle, stay there, and be cut off": """
        ops/factors.py Qr._of_tall: to_r * upper -> to_r""",
    "more lines of zeros below the image, which nobody reads": """
        ops/rows.py to_input: height + kh - 1 -> height + kh + 1""",
    "of a matrix without elements, the gradient has none, and the gradient of that is 0": """
        ops/triangles.py Trace.backward: grad -> grad * 0.0 + 1.0 (2)
        ops/triangles.py TraceOfNothing.backward: return (Trace.apply(grad),) -> return (None,)
        ops/triangles.py TraceOfNothing.backward: return (Trace.apply(grad),) -> return (-Trace.apply(grad),)
        ops/triangles.py TraceOfNothing.backward: grad -> grad * 0.0 + 1.0""",
}
EQUIVALENT = {name.strip(): why for why, names in _OF.items() for name in names.strip().splitlines()}
