"""The table of what PyTorch's functions take: names, order and kinds of their arguments, in all forms that each has.

A line names functions and, after the colon, their forms, divided by ` | `. Arguments after `*` are given by name. Of an argument
`=` says that it may be left out, `?` that it may be None, `!` that it is asked before the function computes, because much else would pass
for it in silence, and `:` names its kind where that is not the one that KIND knows by its name.
`...` stands for what every function that makes a Tensor takes. `ints|int` is several whole numbers, or one for all of them; `Tensors2`
are two Tensors, `sizes` whole numbers or None, `pair` two of them or one;
`int` names one axis or counts, `length` counts places, for which PyTorch takes more (`numbers.is_whole` and `is_length`). `@4` is the place in which PyTorch hands an argument on to its inner function, where that is
another one; `@0` is by its name. The first form that fits is the one that is meant; of `old` ones no error speaks.

Who reads this: `ops/reading.py`; and when: `ops/arguments.py`.
"""

import functools
from typing import NamedTuple

from workbook.ops.method_signatures import METHODS, METHODS_BY_HAND
from workbook.ops.network_signatures import NETWORKS

MAKING = "dtype?=, layout?=, device?=, pin_memory?=, requires_grad?="
# The kind of an argument by its name. What is not here is a Tensor.
KINDS = {
    "int": "N axis0 axis1 bins chunks col compute_mode decimals destination diagonal dim dim0 dim1 dim2 dimension downscale_factor "
        "edge_order end_dim from ind k n num_layers num_groups divisor_override offset pad r row start_dim step steps to "
        "upscale_factor",
    "length": "groups length m minlength num_samples padding_idx output_size sections split_size storage_offset high low",
    "str": "UPLO driver equation indexing interpolation mode reduce rounding_mode side",
    "bool": "as_tuple copy non_blocking accumulate adjoint assume_unique batch_first bidirectional ceil_mode compute_uv count_include_pad density align_corners log_input full swap use_input_stats log_target scale_grad_by_freq "
        "sparse include_last_offset enable_gqa is_causal "
        "descending equal_nan full_matrices has_biases hermitian implicit include_self increasing invert keepdim "
        "largest left out_int32 pin_memory pivot replacement requires_grad return_counts return_inverse right some "
        "sorted sparse_grad stable train training transpose unbiased unitriangular unpack_data unpack_pivots upper "
        "with_replacement wrap",
    "number": "alpha beta correction dx element end fill_value lambd lower max maxnorm min ord p s scalar scalar1 scalar2 "
        "self spacing start test_element threshold value",
    "float": "atol base dropout dropout_p eps mean median nan neginf posinf rcond rtol sigma std",
    "device": "device",
    "ints|int": "dilation kernel_size output_padding padding shifts stride",
    "ints": "dims dims_other dims_self indices path physical_layout shape size sizes split_sizes",
    "dtype": "dtype from_ out_dtype type1 type2",
    "Generator": "generator",
    "layout": "layout",
    "Tensors": "matrices params tensors",
    "memory_format": "memory_format",
    "floats": "range",
}
KIND = {name: kind for kind, names in KINDS.items() for name in names.split()}
NUMPY_NAMES = {"dim": ("axis",), "keepdim": ("keepdims",), "input": ("x", "a", "x1"), "other": ("x2",), "train": ("training",), "indices": ("input",)}  # other names of an argument


class Form(NamedTuple):
    """One way of calling a function. `old` ones still work, but no error speaks of them."""

    arguments: tuple
    old: bool


class Argument(NamedTuple):
    """One argument of a form."""

    name: str
    kind: str
    optional: bool
    none: bool
    by_name: bool
    asked: bool
    handed: int | None = None


@functools.cache
def forms_of(name, method=False):
    """Return the forms of a function under PyTorch's name for it; () for one that is not in the table.

    A method has the forms of its function without the Tensor before the dot and without `out`, if it has no line of its own; so has
    an in-place form.

    >>> [[argument.name for argument in form.arguments] for form in forms_of("max", method=True)]
    [[], ['other'], ['dim', 'keepdim']]
    """
    own, texts = _line(name, method)
    forms = map(_read, texts)
    return tuple(forms) if own else tuple(dict.fromkeys(
        Form(tuple(argument for argument in arguments if argument.name not in ("input", "self", "out")), old)
        for arguments, old in forms if any(argument.name in ("input", "self") for argument in arguments)))


def marks_of(name, method=False):
    """Return whether a function needs a door, the first place of an argument that is asked first, None where there is none, and how many
    arguments it takes at least.

    A method without arguments needs none: Python itself refuses what is too much. The lines are not read here: every function is looked
    up when the engine is imported.
    """
    own, texts = _line(name, method)
    places = [text.partition("!")[0].count(", ") for text in texts if "!" in text]
    takes = [len([word for word in text.removeprefix("old ").partition("*")[0].split(", ") if word]) for text in texts]
    least = min((len([word for word in text.removeprefix("old ").split(", ") if word not in ("*", "out", "...") and "=" not in word and
                      not word.startswith("out:")]) for text in texts), default=0)
    return (max(takes, default=-1) >= (0 if not method else 1 if own else 2), min(places) + (own and method) if places else None,
            least + (own and method))


def is_handed_on(name):
    """Return whether a function of torch.nn.functional hands its arguments on to PyTorch's function of this name, each in its place."""
    return name in _lines(NETWORKS)


def _line(name, method):
    """Return the texts of a function's forms, and whether they are those of the door itself, not of the function of a method."""
    if not method:
        return True, _lines(BY_HAND + FUNCTIONS + NETWORKS).get(name, ())
    for known in (name, name.removesuffix("_")):
        if known in _lines(METHODS_BY_HAND + METHODS):
            return True, _lines(METHODS_BY_HAND + METHODS)[known]
    functions = _lines(FUNCTIONS)
    return False, functions.get(name) or functions.get(name.removesuffix("_"), ())


def _read(text):
    arguments, by_name = [], False
    for word in filter(None, text.removeprefix("old ").replace("...", MAKING).split(", ")):
        if word == "*":
            by_name = True
            continue
        name, _, kind = word.rstrip("!?=").partition(":")
        name, _, handed = name.partition("@")
        mark, out = word[len(word.rstrip("!?=")):], name == "out"
        arguments.append(Argument(name, kind or KIND.get(name, "Tensor"), out or "=" in mark, out or "?" in mark, by_name, "!" in mark,
                                  int(handed) if handed else None))
    return Form(tuple(arguments), text.startswith("old "))


@functools.cache
def _lines(text):
    """Return `{name: texts of its forms}` of a table."""
    table = {}
    for line in text.replace("\n    ", " ").strip().splitlines():
        names, _, forms = line.partition(":")
        table.update(dict.fromkeys(names.split(), [form.strip() for form in forms.split(" | ")]))
    return table


FUNCTIONS = """
abs absolute acos acosh angle arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh bitwise_not ceil conj_physical
    cos cosh deg2rad digamma erf erfc erfinv exp exp2 expm1 fix floor frac i0 inverse isneginf isposinf lgamma log log10 log1p
    log2 logical_not msort neg negative rad2deg reciprocal rsqrt sgn sigmoid sign signbit sin sinc sinh sqrt square tan tanh
    trunc linalg_eigvals special_digamma special_entr special_erf special_erfc special_erfcx special_erfinv special_exp2
    special_expit special_expm1 special_gammaln special_i0 special_i0e special_i1 special_i1e special_log1p special_log_ndtr
    special_ndtri special_psi special_sinc: input, *, out
abs_ acos_ acosh_ adjoint arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ argwhere asin_ asinh_ atan_ atanh_ ceil_ conj
    corrcoef cos_ cosh_ deg2rad_ det detach detach_ erf_ erfc_ exp2_ exp_ expm1_ fix_ fliplr flipud floor_ frac_ i0_ imag
    is_complex is_conj is_floating_point is_inference is_neg is_nonzero is_signed isfinite isinf isnan isreal log10_ log1p_
    log2_ log_ logdet matrix_exp neg_ negative_ positive rad2deg_ ravel real reciprocal_ relu relu_ resolve_conj resolve_neg
    rsqrt_ selu_ sigmoid_ sin_ sinc_ sinh_ sqrt_ square_ t tan_ tanh_ trace trunc_ view_as_complex view_as_real zero_
    linalg_matrix_exp: input
adaptive_avg_pool1d: input, output_size:ints|int!
add sub: old input, alpha, other, *, out | input, other, *, alpha=, out
addbmm: old beta, input, alpha, batch1, batch2, *, out | old beta, input, batch1, batch2, *, out | input, batch1, batch2, *,
    beta=, alpha=, out
addcdiv addcmul: old input, value, tensor1, tensor2, *, out | input, tensor1, tensor2, *, value=, out
addmm: old beta, input, alpha, mat1, mat2, *, out | old beta, input, mat1, mat2, *, out | input, mat1, mat2, *, beta=, alpha=,
    out | input, mat1, mat2, out_dtype, *, beta=, alpha=, out
addmv: old beta, input, alpha, mat, vec, *, out | old beta, input, mat, vec, *, out | input, mat, vec, *, beta=, alpha=, out
addmv_: old beta, input, alpha, mat, vec | old beta, input, mat, vec | input, mat, vec, *, beta=, alpha=
addr: old beta, input, alpha, vec1, vec2, *, out | old beta, input, vec1, vec2, *, out | input, vec1, vec2, *, beta=, alpha=,
    out
all any: input, *, out | input, dim:ints?=, keepdim!=, *, out | input, dim, keepdim!=, *, out
allclose isclose: input, other, rtol!=, atol!=, equal_nan!=
amax amin: input, dim:ints|int?=, keepdim!=, *, out
aminmax: input, *, dim?=, keepdim!=, out:Tensors2
arange: end!, *, out, ... | start!, end!, *, ... | start!, end!, step:number=, *, out, ...
arctan2 atan2 fmax fmin gcd hypot igamma igammac inner kron lcm ldexp logaddexp logaddexp2 logical_and logical_or logical_xor
    matmul maximum minimum mul nextafter vdot linalg_matmul special_gammainc special_gammaincc: input, other!, *, out
argmax argmin: input, dim?=, keepdim!=, *, out
argsort: input, *, stable!, dim=, descending!=, out | input, dim=, descending!=
as_strided: input, size!, stride:ints!, storage_offset!?=
atleast_1d atleast_2d atleast_3d: input | tensors
avg_pool1d: input, kernel_size!, stride!?=, padding!=, ceil_mode!=, count_include_pad!=
avg_pool2d avg_pool3d: input, kernel_size!, stride!?=, padding!=, ceil_mode!=, count_include_pad!=, divisor_override!?=
scaled_dot_product_attention: query, key, value:Tensor, attn_mask?=, dropout_p=, is_causal!=, *, scale:float?=, enable_gqa!=
baddbmm: old beta, input, alpha, batch1, batch2, *, out | old beta, input, batch1, batch2, *, out | input, batch1, batch2, *,
    beta=, alpha=, out | input, batch1, batch2, out_dtype, *, beta=, alpha=, out
bernoulli: input, *, generator?=, out | input, p:float, *, generator?=
bilinear: input1, input2, weight, bias?=
bincount: input, weights!?=, minlength=
binomial: count, prob, generator?=
bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor remainder: input, other, *, out | self, other | input,
    other:number, *, out
block_diag broadcast_tensors cartesian_prod: tensors
bmm mm: input, mat2, *, out | input, mat2, out_dtype, *, out
broadcast_to: input, size!
bucketize: input, boundaries, *, out_int32!=, right!=, out | self, boundaries, *, out_int32!=, right!=
can_cast: from_, to:dtype
cat concat concatenate stack: tensors, dim=, *, out
cdist: x1, x2, p:float=, compute_mode?=
celu_: input, alpha=
chain_matmul: matrices, *, out
channel_shuffle native_channel_shuffle: input, groups!
cholesky cholesky_inverse: input, upper!=, *, out
cholesky_solve: input, input2, upper!=, *, out
chunk: input, chunks!, dim=
clamp clip: input, min:Tensor?=, max:Tensor?=, *, out | input, min?=, max?=, *, out
clamp_ clip_: input, min:Tensor?=, max:Tensor?= | input, min?=, max?=
clamp_max: input, max:Tensor, *, out | input, max, *, out
clamp_max_: input, max:Tensor | input, max
clamp_min: input, min:Tensor, *, out | input, min, *, out
clamp_min_: input, min:Tensor | input, min
clone: input, *, memory_format?=
column_stack dstack hstack row_stack vstack linalg_multi_dot: tensors, *, out
combinations: input, r!=, with_replacement!=
complex: real, imag, *, out
conv1d conv2d conv3d: input, weight, bias?=, stride!=, padding!=, dilation!=, groups!= | input, weight, bias?=, stride!=,
    padding:str!=, dilation!=, groups!=
conv_tbc: input, weight, bias, pad!=
conv_transpose1d conv_transpose2d conv_transpose3d: input, weight, bias?=, stride!=, padding!=, output_padding!=, groups!=,
    dilation!=
copysign eq fmod ge greater greater_equal gt le less less_equal lt ne not_equal: input!, other, *, out | input!, other:number, *,
    out
cosine_similarity: x1, x2, dim!=, eps=
count_nonzero: input, dim?= | input, dim:ints
cov: input, *, correction:int!=, fweights?=, aweights?=
cross: input, other, dim?=, *, out
cummax cummin: input, dim, *, out:Tensors2
cumprod cumsum: input, dim, *, dtype?=, out
cumulative_trapezoid trapezoid: y, x!, *, dim= | y, *, dx!=, dim=
diag: input, diagonal!=, *, out
tril triu: input, diagonal:length!=, *, out
diag_embed diagonal: input, offset!=, dim1=, dim2=
diagflat: input, offset!=
diagonal_scatter: input, src, offset!=, dim1=, dim2=
diff: input, n!=, dim=, prepend?=, append?=, *, out
dist: input!, other!, p=
div: input, other, *, out | input, other, *, rounding_mode?, out | input, other:number, *, rounding_mode?
divide: input, other, *, out | input, other, *, rounding_mode?, out | input, other:number | input, other:number, *,
    rounding_mode?
dot: input, tensor, *, out
dsplit hsplit vsplit: input, sections:int! | input, indices
empty: size, *, memory_format?=, out, ...
empty_like ones_like zeros_like: input, *, memory_format?=, ...
empty_permuted: size, physical_layout, *, ...
empty_strided: size, stride:ints, *, ...
equal gcd_ is_same_size lcm_ ldexp_: input, other
eye: n:length, *, out, ... | n:length, m, *, out, ...
fill fill_: input, value:Tensor | input, value
flatten: input, start_dim=, end_dim=
flip permute tile: input, dims!
float_power pow: input, exponent, *, out | self, exponent, *, out | input, exponent:number, *, out
floor_divide multiply true_divide: input, other, *, out | input, other:number
frexp slogdet linalg_eig: input, *, out:Tensors2
frobenius_norm logsumexp special_logsumexp: input, dim:ints|int!, keepdim!=, *, out
full: size!, fill_value, *, out, ...
full_like: input, fill_value, *, memory_format?=, ...
gather: input, dim, index, *, sparse_grad!=, out
ger outer: input, vec2, *, out
gradient: input, *, dim:ints, edge_order!= | input, *, spacing, dim:ints, edge_order!= | input, *, spacing?=, dim?=, edge_order!= |
    input, *, spacing:numbers, dim?=, edge_order!= | input, *, spacing:numbers, dim:ints, edge_order!= | input, *,
    spacing:Tensors, dim?=, edge_order!= | input, *, spacing:Tensors, dim:ints, edge_order!=
gru rnn_relu rnn_tanh: data, batch_sizes, hx, params, has_biases!, num_layers, dropout, train!, bidirectional! | input, hx,
    params, has_biases!, num_layers, dropout, train!, bidirectional!, batch_first!
hardshrink: input, lambd=, *, out
heaviside: input, values, *, out
histc: input, bins=, min=, max=, *, out
histogram: input, bins:Tensor, *, weight?=, density!=, out:Tensors2 | input, bins=, *, range!?=, weight?=, density!=,
    out:Tensors2
index_add: input, dim, index, source, *, alpha=, out
index_copy: input, dim, index, source, *, out
index_fill: input, dim, index, value:Tensor | input, dim, index, value
index_put index_put_: input, indices:Tensors, values, accumulate!=
index_reduce: input, dim, index, source, reduce, *, include_self!=, out
index_select: input, dim, index, *, out
isin: elements, test_elements, *, assume_unique!=, invert!=, out | element, test_elements, *, assume_unique!=, invert!=, out |
    elements, test_element, *, assume_unique!=, invert!=, out
kthvalue: input, k:length, dim=, keepdim!=, *, out:Tensors2
lerp: input, end:Tensor, weight, *, out | input, end:Tensor, weight:number, *, out
linalg_cholesky: input, *, upper!=, out
linalg_cond: input, p?=, *, out | input, p:str, *, out
linalg_cross: input, other, *, dim=, out
linalg_det linalg_inv: A, *, out
linalg_diagonal: A, *, offset!=, dim1=, dim2=
linalg_eigh: input, UPLO=, *, out:Tensors2
linalg_eigvalsh: input, UPLO=, *, out
linalg_lstsq: input, b, rcond?=, *, driver?=, out:Tensors4
linalg_lu: A, *, pivot!=, out:Tensors3
linalg_lu_factor: A, *, pivot!=, out:Tensors2
linalg_lu_solve: LU, pivots, B, *, left!=, adjoint!=, out
linalg_matrix_norm: input, ord!, dim:ints=, keepdim!=, *, dtype?=, out | input, ord:str!=, dim:ints=, keepdim!=, *, dtype?=, out
linalg_matrix_rank: input, *, atol:Tensor?=, rtol:Tensor?=, hermitian!=, out | input, *, atol?=, rtol?=, hermitian!=, out |
    input, tol:Tensor!, hermitian!=, *, out | input, tol:float!, hermitian!=, *, out
linalg_norm: input, ord!?=, dim:ints|int?=, keepdim!=, *, dtype?=, out | input, ord:str!, dim:ints|int?=, keepdim!=, *, dtype?=,
    out
linalg_pinv: input, *, atol:Tensor?=, rtol:Tensor?=, hermitian!=, out | input, *, atol?=, rtol?=, hermitian!=, out | input,
    rcond:Tensor!, hermitian!=, *, out | input, rcond!, hermitian!=, *, out
linalg_qr: A, mode=, *, out:Tensors2
linalg_slogdet: A, *, out:Tensors2
linalg_solve: A, B, *, left!=, out
linalg_solve_triangular: input, B, *, upper!, left!=, unitriangular!=, out
linalg_svd: A, full_matrices!=, *, driver?=, out:Tensors3
linalg_svdvals: A, *, driver?=, out
linalg_tensorinv: input, ind=, *, out
linalg_tensorsolve: input, other, dims?=, *, out
linalg_vander: x, *, N!?=
linalg_vecdot: x, y, *, dim!=, out
linalg_vector_norm: input, ord=, dim:ints|int?=, keepdim!=, *, dtype?=, out
linspace: start:Tensor, end:Tensor, steps, *, out, ... | start, end:Tensor, steps, *, out, ... | start:Tensor, end, steps, *,
    out, ... | start, end, steps, *, out, ...
log_softmax softmax: input, dim!, dtype?=, *, out
logcumsumexp: input, dim, *, out
logit special_logit: input, eps?=, *, out
logit_: input, eps?=
logspace: start:Tensor, end:Tensor, steps, base=, *, out, ... | start, end:Tensor, steps, base=, *, out, ... | start:Tensor,
    end, steps, base=, *, out, ... | start, end, steps, base=, *, out, ...
lstm: data, batch_sizes, hx:Tensors, params, has_biases!, num_layers, dropout, train!, bidirectional! | input, hx:Tensors,
    params, has_biases!, num_layers, dropout, train!, bidirectional!, batch_first!
lu_solve: input, LU_data, LU_pivots, *, out
lu_unpack: LU_data, LU_pivots, unpack_data!=, unpack_pivots!=, *, out:Tensors3
masked_fill: input, mask, value:Tensor | input, mask, value
masked_scatter: input, mask, source
masked_select: input, mask, *, out
matrix_power linalg_matrix_power: input, n!, *, out
max min: input, *, out | input, other, *, out | input, dim!, keepdim!=, *, out:Tensors2
mean: input, *, dtype?=, out | input, dim:ints|int?, keepdim!=, *, dtype?=, out
median nanmedian: input | input, dim!, keepdim!=, *, out:Tensors2
meshgrid: tensors | tensors, *, indexing
mode: input, dim=, keepdim!=, *, out:Tensors2
moveaxis movedim: input, source:int, destination | input, source:ints, destination:ints
multinomial: input, num_samples, replacement!=, *, generator?=, out
mv: input, vec, *, out
mvlgamma special_multigammaln: input, p:int!, *, out
nan_to_num: input, nan?=, posinf?=, neginf?=, *, out
nan_to_num_: input, nan?=, posinf?=, neginf?=
nanmean nansum: input, dim:ints|int?=, keepdim!=, *, dtype?=, out
nanquantile quantile: input, q!, dim?=, keepdim!=, *, interpolation=, out | input, q:float!, dim?=, keepdim!=, *, interpolation=,
    out
narrow: input, dim, start:Tensor!, length! | input, dim, start:length!, length!
normal: mean:Tensor, std:Tensor, *, generator?=, out | mean:Tensor, std=, *, generator?=, out | mean, std:Tensor, *,
    generator?=, out | mean, std, size!, *, generator?=, out, ...
nuclear_norm: input, dim:ints|int, keepdim!=, *, out | input, keepdim!=, *, out
ones zeros: size, *, out, ...
pairwise_distance: x1, x2, p:float=, eps=, keepdim!=
pdist: input, p:float=
pinverse: input, rcond=
pixel_shuffle: input, upscale_factor!
pixel_unshuffle: input, downscale_factor!
poisson: input, generator?=
polar: abs, angle, *, out
polygamma special_polygamma: n!, input, *, out
prelu: input, weight
prod: input, *, dtype?= | input, dim!, keepdim!=, *, dtype?=, out
promote_types: type1, type2
put: input, index, source, accumulate!=
qr: input, some!=, *, out:Tensors2
rand randn: size!, *, generator?, out, ... | size!, *, out, ...
rand_like randn_like: input, *, generator?, memory_format?=, ... | input, *, memory_format?=, ...
randint: high, size, *, generator?, out, ... | high, size, *, out, ... | low, high, size, *, generator?, out, ... | low, high,
    size, *, out, ...
randint_like: input, low, high!, *, generator?, memory_format?=, ... | input, low, high!, *, memory_format?=, ... | input,
    high:Tensor!, *, generator?, memory_format?=, ... | input, high:Tensor!, *, memory_format?=, ... | input, high!, *, generator?,
    memory_format?=, ... | input, high!, *, memory_format?=, ...
randperm: n:length, *, generator?, out, ... | n:length, *, out, ...
renorm: input, p, dim, maxnorm, *, out
repeat_interleave: input, repeats, dim?=, *, output_size?= | repeats, *, output_size?= | input, repeats:length, dim?=, *,
    output_size?=
reshape: input, shape!
resize_as_: input, the_template, *, memory_format?=
result_type: tensor, other | scalar, tensor | tensor, other:number | scalar1, scalar2
roll: input, shifts!, dims:ints|int!?=
rot90: input, k!=, dims=
round: input, *, out | input, *, decimals!, out
round_: input | input, *, decimals!
rrelu_: input, lower=, upper:number=, training!=, generator?=
rsub: input!, other, *, alpha= | input!, other:number, alpha=
scalar_tensor: s, *, ...
scatter: input, dim, index, src, *, out | input, dim, index, src, *, reduce!, out | input, dim, index, value, *, out | input,
    dim, index, value, *, reduce!, out
scatter_add: input, dim, index, src, *, out
scatter_reduce: input, dim, index, src!, reduce, *, include_self!=, out
searchsorted: sorted_sequence, input, *, out_int32!=, right!=, side?=, sorter?=, out | sorted_sequence, self, *, out_int32!=,
    right!=, side?=, sorter?=, out
select: input, dim, index:length!
select_scatter: input, src, dim!, index:length!
slice_scatter: input, src, dim=, start:length!?=, end:length?=, step:length=, *, out
sort: input, *, stable!?, dim=, descending!=, out:Tensors2 | input, dim=, descending!=, *, out:Tensors2
special_log_softmax: input, dim!, *, dtype?=
special_ndtr: input!, *, out
special_round: input, *, decimals=, out
special_softmax: input, dim!, dtype?=
split: input, split_size!, dim= | input, split_size:ints!, dim=
split_with_sizes: input, split_sizes!, dim=
squeeze: input | input, dim! | input, dim:ints!
std var: input, dim:ints|int!?, unbiased!=, keepdim!=, *, out | input, dim:ints|int!?=, *, correction!?=, keepdim!=, out | input,
    unbiased!=
std_mean var_mean: input, dim:ints|int!?, unbiased!=, keepdim!= | input, dim:ints|int!?=, *, correction!?=, keepdim!= | input,
    unbiased!=
subtract: input, other, *, alpha=, out | input, other:number, alpha=
sum: input, *, dtype?= | input, dim:ints|int?, keepdim!=, *, dtype?=, out
svd: input, some!=, compute_uv!=, *, out:Tensors3
swapaxes: input, axis0, axis1
swapdims transpose: input, dim0, dim1
take: input, index, *, out
take_along_dim: input, indices:Tensor, dim?=, *, out
tensor_split: input, indices!, dim= | input, tensor_indices_or_sections!, dim= | input, sections!, dim=
threshold_: input, threshold, value
topk: input, k:length, dim=, largest!=, sorted!=, *, out:Tensors2
trapz: y, *, dx:float!=, dim= | y, x!, *, dim=
triangular_solve: input, A, upper!=, transpose!=, unitriangular!=, *, out:Tensors2
tril_indices triu_indices: row!, col!, offset!=, *, ...
unbind: input, dim=
unflatten: input, dim, sizes
unsqueeze: input, dim
vander: x, N!?=, increasing!=
where: condition! | condition!, input, other, *, out | condition!, self, other | condition!, input, other:number |
    condition!, self, other:number
xlogy special_xlog1py special_xlogy special_zeta: input, other, *, out | self, other, *, out | input, other:number, *, out
xlogy_: input, other | input, other:number
"""

# Functions that PyTorch wrote by hand. What an argument of the kind `any` may be, the function knows itself.
BY_HAND = """
tensor: data:any, *, dtype?=, device?=, pin_memory=, requires_grad=
as_tensor: data:any, *, dtype?=, device?=
asarray: obj:any, *, dtype?=, device?=, copy!?=, requires_grad=
frombuffer: buffer:any, *, dtype!, count:int!=, offset=, requires_grad=
range: start, end, step:number=, *, out, ...
nonzero: input, *, out, as_tuple!=
tensordot: input, other, dims:any=, out
unique: input, sorted!=, return_inverse!=, return_counts!=, dim?=
unique_consecutive: input, return_inverse!=, return_counts!=, dim?=
lu: A, pivot!=, get_infos:any=
numel get_device: input!
"""
