"""Breaks that break nothing: `Break.name`, and why no gradient can move.

`test_mutation` is red where one of them is noticed after all, or is a break no more.
"""

_OF = {
    "the branch gives zeros, whatever their sign and whatever arrives": """
        ops/choices.py Flat.forward: return ctx.xp.zeros_like(grad) -> return -ctx.xp.zeros_like(grad)
        ops/choices.py Flat.forward: grad -> grad * 0.0 + 1.0
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
        ops/norms.py _slope: sgn(a) * 0.0 + 1.0 -> sgn(a) * 0.0 - 1.0
        ops/norms.py _slope: 1.0 -> 2.0
        ops/scatter.py _share_of_prod: 1.0 -> 2.0""",
    "what is divided by it is 0 there": """
        ops/scatter.py _share_of_prod: 1.0 -> 2.0 (4)
        ops/spectra.py _apart: 1.0 -> 2.0
        ops/spectra.py Svd.backward: (unsqueeze(s, -2) - unsqueeze(s, -1)) * (unsqueeze(s, -2) + unsqueeze(s, -1)) + one -> \
(unsqueeze(s, -2) - unsqueeze(s, -1)) * (unsqueeze(s, -2) + unsqueeze(s, -1)) - one""",
    "at the origin it meets a factor 0; and the second derivative is NaN there, with it or without": """
        ops/trigonometry.py Atan2.backward: 0.0 -> 1.0
        ops/norms.py _slope: 0.0 -> 1.0 (5)
        ops/norms.py _slope: 0.0 -> 1.0 (2)""",
    "any number below 0 stands for no row": """
        ops/embedding.py EmbeddingBagMax.forward: 1 -> 2""",
    "the last but two is a blank, which a step of 2 passes over": """
        ops/ctc.py _all_ways: 2 -> 3 (8)""",
    "0 becomes 0": """
        ops/embedding.py EmbeddingBagMax.forward: 0 -> 1 (4)""",
    "it is only asked for its dtype": """
        ops/averages.py SpreadOut.forward: grad -> grad * 0.0 + 1.0 (2)""",
    "a stack of equal matrices, in place of one that serves the whole stack": """
        ops/factors.py Cholesky.forward: 2 -> 3
        ops/attention.py _before: 2 -> 3
        ops/inverses.py SolveTriangular.forward: 2 -> 3
        ops/inverses.py SolveTriangular.forward: 2 -> 3 (2)""",
    "the loss itself, which its slope does not ask for: the tests of values hold it": """
        ops/ctc.py _all_ways: return (-total, ways) -> return (None, ways)
        ops/ctc.py _all_ways: return (-total, ways) -> return (--total, ways)
        ops/ctc.py _all_ways: -total -> total
        ops/ctc.py _all_ways: return (0.0 if not len(labels) else np.inf, np.zeros_like(logs)) -> return (None, np.zeros_like(logs))
        ops/ctc.py _all_ways: return (0.0 if not len(labels) else np.inf, np.zeros_like(logs)) -> \
return (-(0.0 if not len(labels) else np.inf), np.zeros_like(logs))
        ops/ctc.py _all_ways: 0.0 -> 1.0
        ops/ctc.py _all_ways: return (np.inf, np.full_like(logs, np.nan)) -> return (-np.inf, np.full_like(logs, np.nan))""",
    "the sign of NaN, or of nothing": """
        ops/ctc.py _all_ways: return (np.inf, np.full_like(logs, np.nan)) -> return (np.inf, -np.full_like(logs, np.nan))
        ops/ctc.py _all_ways: return (0.0 if not len(labels) else np.inf, np.zeros_like(logs)) -> \
return (0.0 if not len(labels) else np.inf, -np.zeros_like(logs))""",
    "the nearest number has no weight, and its place no slope": """
        ops/grids.py _along: return (slope, slope, [_inside(xp, xp.rint(at), side)]) -> return (-slope, slope, [_inside(xp, xp.rint(at), side)])
        ops/grids.py _along: return (slope, slope, [_inside(xp, xp.rint(at), side)]) -> return (slope, -slope, [_inside(xp, xp.rint(at), side)])""",
    "nothing arrives there": """
        ops/ctc.py CtcLoss.forward: 0 -> 1 (2)""",
    "so far out, the probability is 0 or 1 either way": """
        ops/activation.py _below: 2 -> 3""",
    "any place so far outside will do": """
        ops/grids.py _along: 1000000000.0 -> 1000000001.0
        ops/grids.py _along: 1000000000.0 -> 1000000001.0 (2)
        ops/grids.py _along: 100 -> 101""",
    "of one number or none, the middle is the first": """
        ops/sorting.py MedianAll.forward: 1 -> 2 (4)""",
    "a q that is not asked for has no gradient": """
        ops/factors.py Qr.forward: 0 -> 1""",
    "of nothing, the gradient has no elements": """
        ops/sorting.py MedianAll.forward: a == a -> a != a
        ops/sorting.py MedianAll.forward: 1 -> 2""",
    "the matrix is square: both of its last sides are the same": """
        ops/spectra.py Eigh.forward: 1 -> 2
        ops/spectra.py Eig.forward: 1 -> 2
        ops/chains.py MatrixExp.backward: 1 -> 2""",
    "beside an axis of length 1, before it and after it are the same place": """
        ops/inverses.py _over_matrices: 1 -> 2""",
    "broadcasting puts the axis in front by itself": """
        ops/scans.py Cumprod.backward: unsqueeze(places, 0) -> places
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
        ops/attention.py Attention.forward: -2 -> 2
        ops/attention.py _before: -2 -> 2
        ops/attention.py Attention.backward: -2 -> 2
        ops/attention.py Attention.backward: -2 -> 2 (2)
        ops/attention.py Attention.backward: -2 -> 2 (3)""",
    "what is visited looks at what it saved by itself": """
        autograd/copy_slices.py CopySlices.backward: 0 -> 1""",
    "it only tells whether some work can be saved": """
        ops/attention.py Attention.backward: 2 -> 3
        ops/lstm.py LstmLayer._in_one_go: 5 -> 6
        ops/activation.py Gelu.backward: grad.dtype == a.dtype -> grad.dtype != a.dtype
        ops/attention.py Attention.forward: -SMALL -> SMALL
        autograd/strided.py _overlaps: return True -> return -True
        autograd/strided.py _overlaps: return False -> return None
        autograd/strided.py _overlaps: return False -> return -False
        autograd/strided.py _overlaps: 1 -> 2
        autograd/strided.py _overlaps: side - 1 -> side + 1""",
    "times 1 is a copy": """
        ops/scans.py Cumprod.backward: grad * 1 -> grad
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
