"""The table that gives Tensor its methods: the only place that installs anything on a class.

Every name stands beside the room of `ops/` or `autograd/` where its function lives. One function has up to three doors:
`torch.name`, the method `x.name`, and an operator; an in-place form `x.name_` and `out=` are made from it.
"""

import warnings

from workbook import dtypes
from workbook.autograd import hooks, views, walk
from workbook.autograd.levels import Lift
from workbook.errors import explain
from workbook.ops import (activation, added, alike, arithmetic, axes, bessel, blocks, bounds, buffers, chains, chances, choices,
                          closeness, comparison, complexes, conversion, creation, differences, distances, dlpack, draws, einsum, elements, entropies,
                          exponentials, extremes, factors, fractions, from_data, gamma, histograms, incomplete, inplace, integers,
                          inverses, joining, lengths, likes, linalg, logic, losses, lu, memories, mixing, normal, norms, ordering, part_writes,
                          parts, picks, placing, pointwise, powers, products, pseudo, questions, quotients, ranges, rearranging, reduction,
                          removed, scans, scatter, searching, shape, signs, solving, sorting, spectra, stacking, statistics,
                          strided, sums, takes, triangles, trigonometry)
from workbook.ops.arguments import asking, door
from workbook.ops.operators import INPLACE_OPERATORS, OPERATORS, in_place
from workbook.ops.out import with_out
from workbook.ops.spellings import spelt
from workbook.tensor import Tensor

# Functions of `torch` that are methods, too.
BOTH = {
    shape: "reshape flatten clone",
    axes: "permute transpose t squeeze unsqueeze",
    joining: "split chunk unbind",
    parts: "select narrow",
    picks: "index_select masked_select gather",
    linalg: "mm mv dot bmm matmul",
    products: "outer inner vdot cross kron",
    chains: "matrix_power matrix_exp",
    chances: "multinomial",
    inverses: "det slogdet logdet inverse",
    factors: "cholesky qr",
    spectra: "svd",
    pseudo: "pinverse",
    removed: "symeig eig lstsq solve",
    reduction: "sum mean var std all any",
    extremes: "max min amax amin aminmax argmax argmin",
    ordering: "sort argsort msort topk",
    losses: "softmax log_softmax",
    choices: "maximum minimum",
    comparison: "isnan isinf isfinite",
    arithmetic: "positive",
    closeness: "isclose allclose equal",
    exponentials: "logaddexp logaddexp2 float_power",
    signs: "signbit isposinf isneginf",
    bounds: "fmax fmin",
    complexes: "conj angle isreal",
    rearranging: "movedim unflatten ravel flip fliplr flipud roll rot90 tile repeat_interleave broadcast_to adjoint",
    stacking: "tensor_split hsplit vsplit dsplit",
    strided: "as_strided",
    triangles: "diagonal diag diag_embed diagflat trace",
    takes: "take take_along_dim",
    part_writes: "select_scatter slice_scatter diagonal_scatter",
    scans: "prod cummax cummin logcumsumexp",
    sums: "logsumexp nansum nanmean count_nonzero",
    norms: "dist",
    lengths: "norm",
    sorting: "median nanmedian mode kthvalue",
    searching: "nonzero argwhere unique unique_consecutive",
    statistics: "quantile nanquantile cov corrcoef bincount histc",
    differences: "diff",
    inplace: "bernoulli",
    conversion: "detach",
    histograms: "histogram",
    fractions: "frexp",
    questions: "is_same_size is_signed is_conj is_neg resolve_conj resolve_neg",
    lu: "lu lu_solve",
    solving: "cholesky_solve cholesky_inverse triangular_solve",
}

# The same, with an in-place form.
WITH_INPLACE = {
    arithmetic: "add sub mul div neg reciprocal",
    powers: "pow square",
    quotients: "floor_divide remainder",
    pointwise: "exp log sqrt sin cos tanh sigmoid relu abs sign sgn floor ceil round",
    choices: "clamp",
    comparison: "eq ne lt le gt ge",
    logic: "logical_and logical_or logical_xor logical_not bitwise_and bitwise_or bitwise_xor bitwise_not",
    activation: "erf",
    trigonometry: "tan asin acos atan atan2 sinh cosh asinh acosh atanh hypot sinc deg2rad rad2deg",
    exponentials: "exp2 expm1 log2 log10 log1p rsqrt logit ldexp",
    fractions: "trunc frac fmod",
    signs: "copysign heaviside nan_to_num nextafter",
    bounds: "clamp_min clamp_max",
    mixing: "lerp addcmul addcdiv",
    integers: "gcd lcm bitwise_left_shift bitwise_right_shift",
    normal: "erfc erfinv",
    gamma: "lgamma digamma mvlgamma",
    bessel: "i0",
    entropies: "xlogy",
    triangles: "tril triu",
    scatter: "scatter scatter_add scatter_reduce index_reduce",
    placing: "index_add index_copy index_fill index_put masked_fill masked_scatter",
    takes: "put",
    scans: "cumsum cumprod",
    added: "addmm addmv addr addbmm baddbmm",
    incomplete: "igamma igammac",
    lengths: "renorm",
}

# Functions of `torch` that are not methods.
ONLY_FUNCTIONS = {
    from_data: "tensor as_tensor from_numpy",
    dlpack: "from_dlpack to_dlpack",
    creation: "empty zeros ones full eye",
    ranges: "arange linspace logspace",
    draws: "rand randn randint randperm",
    alike: "zeros_like ones_like empty_like full_like rand_like randn_like randint_like",
    joining: "cat stack",
    choices: "where",
    shape: "numel",
    arithmetic: "rsub",
    complexes: "real imag complex polar view_as_real view_as_complex",
    gamma: "polygamma",
    rearranging: "broadcast_tensors broadcast_shapes",
    stacking: "atleast_1d atleast_2d atleast_3d hstack vstack dstack column_stack meshgrid cartesian_prod combinations",
    triangles: "tril_indices triu_indices",
    searching: "searchsorted bucketize isin unravel_index",
    statistics: "std_mean var_mean",
    differences: "trapezoid cumulative_trapezoid gradient",
    chances: "normal poisson binomial",
    einsum: "einsum",
    products: "tensordot",
    chains: "chain_matmul",
    distances: "cdist",
    removed: "matrix_rank",
    buffers: "asarray frombuffer scalar_tensor empty_strided empty_permuted",
    blocks: "block_diag vander",
    conversion: "fill",
    questions: "get_device",
    lengths: "nuclear_norm frobenius_norm",
    lu: "lu_unpack",
}

# Methods that are not functions of `torch`.
ONLY_METHODS = {
    shape: "view view_as expand expand_as contiguous",
    joining: "repeat",
    conversion: "to cpu cuda is_pinned pin_memory type_as copy_ fill_ zero_ detach_ requires_grad_",
    inplace: "uniform_ normal_ bernoulli_ random_ exponential_",
    exponentials: "float_power_",
    strided: "unfold storage_offset untyped_storage storage resize resize_ resize_as_",
    likes: "new new_tensor new_zeros new_ones new_full new_empty",
    chances: "cauchy_ log_normal_ geometric_",
    walk: "backward",
    hooks: "retain_grad register_hook register_post_accumulate_grad_hook",
    blocks: "fill_diagonal_",
    buffers: "new_empty_strided",
    elements: "apply_ map_ map2_",
    questions: "is_set_to ndimension dim_order reshape_as sum_to_size",
    dlpack: "__dlpack__ __dlpack_device__",
    memories: "_is_view is_shared set_",
}

# In-place forms that are functions of `torch`, too: torch.relu_(x).
ALSO_FUNCTIONS = (
    "abs_ acos_ acosh_ addmv_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ asin_ asinh_ atan_ atanh_ ceil_ clamp_ clamp_max_ "
    "clamp_min_ clip_ cos_ cosh_ deg2rad_ detach_ erf_ erfc_ exp2_ exp_ expm1_ fill_ fix_ floor_ frac_ gcd_ i0_ index_put_ lcm_ ldexp_ "
    "log10_ log1p_ log2_ log_ logit_ nan_to_num_ neg_ negative_ rad2deg_ reciprocal_ relu_ resize_as_ round_ rsqrt_ sigmoid_ sin_ "
    "sinc_ sinh_ sqrt_ square_ tan_ tanh_ trunc_ xlogy_ zero_")

# Functions of `torch` that networks are made of: their rooms load when one of them is first asked for.
NETWORKS = {
    "native": "adaptive_avg_pool1d adaptive_max_pool1d affine_grid_generator alpha_dropout alpha_dropout_ avg_pool1d batch_norm bilinear "
              "binary_cross_entropy_with_logits celu celu_ channel_shuffle constant_pad_nd conv1d conv2d conv3d conv_tbc conv_transpose1d "
              "conv_transpose2d conv_transpose3d cosine_embedding_loss cosine_similarity ctc_loss dropout dropout_ embedding "
              "feature_alpha_dropout feature_alpha_dropout_ feature_dropout feature_dropout_ grid_sampler grid_sampler_2d grid_sampler_3d "
              "group_norm hardshrink hinge_embedding_loss instance_norm kl_div layer_norm margin_ranking_loss max_pool1d "
              "max_pool1d_with_indices max_pool2d max_pool3d native_channel_shuffle pairwise_distance pdist pixel_shuffle pixel_unshuffle "
              "poisson_nll_loss prelu rms_norm rrelu rrelu_ selu selu_ threshold threshold_ triplet_margin_loss",
    "native_recurrent": "gru gru_cell lstm lstm_cell rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell",
}

# Functions of `torch` that take `out=`, by what an out Tensor of another dtype gets: see ops/out.py.
OUT = {
    "cast": "outer kron addr cholesky add sub mul div pow reciprocal floor_divide remainder exp log sqrt sin cos tanh sigmoid square maximum minimum erf "
            "bitwise_and bitwise_or bitwise_xor mean var std "
            "tan asin acos atan atan2 sinh cosh asinh acosh atanh hypot sinc deg2rad rad2deg exp2 expm1 log2 log10 log1p rsqrt xlogy "
            "logit ldexp logaddexp logaddexp2 fmod copysign nextafter fmax fmin clamp_min clamp_max lerp addcmul addcdiv gcd lcm "
            "bitwise_left_shift bitwise_right_shift erfc erfinv lgamma digamma i0 mvlgamma polygamma angle igamma igammac cholesky_solve "
            "cholesky_inverse",
    "joined": "cat stack hstack vstack dstack column_stack",
    "equal": "diag tril triu take take_along_dim scatter scatter_add scatter_reduce index_add index_copy "
             "mm mv dot bmm matmul addmm addmv addbmm baddbmm inner vdot cross matrix_power inverse qr svd tensordot "
             "max min argmax argmin sort topk index_select gather masked_select abs neg sign floor ceil "
             "round clamp bitwise_not softmax log_softmax all any where trunc frac sgn heaviside nan_to_num signbit isposinf isneginf float_power complex polar "
             "cummax cummin amax amin aminmax norm median nanmedian mode kthvalue msort nonzero quantile nanquantile histc "
             "searchsorted bucketize diff isin frexp histogram renorm index_reduce nuclear_norm frobenius_norm lu_solve logcumsumexp",
    "any": "sum eq ne lt le gt ge logical_and logical_or logical_xor logical_not zeros ones full eye arange linspace logspace rand randn randint "
           "randperm empty range bernoulli prod cumsum cumprod logsumexp nansum nanmean",
}

# Functions that also take NumPy's `axis=` and `keepdims=`: see ops/spellings.py.
NUMPY_NAMES = (
    "sum mean var std all any max min amax amin aminmax argmax argmin sort argsort topk prod cumsum cumprod cummax cummin logcumsumexp "
    "logsumexp nansum nanmean count_nonzero norm softmax log_softmax cat stack split chunk unbind squeeze unsqueeze select narrow "
    "tensor_split take_along_dim index_add index_copy index_fill scatter scatter_add gather index_select median nanmedian mode "
    "kthvalue quantile nanquantile std_mean var_mean unique unique_consecutive diff trapezoid "
    "cumulative_trapezoid")

# Methods that take so little time that a door would be felt.
WITHOUT_DOOR = ("add", "sub", "mul", "div")

# Other names for the same function, as PyTorch has them.
ALIASES = {"multiply": "mul", "divide": "div", "subtract": "sub", "true_divide": "div", "negative": "neg", "absolute": "abs",
           "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le", "not_equal": "ne", "clip": "clamp",
           "swapaxes": "transpose", "swapdims": "transpose", "concat": "cat", "concatenate": "cat", "fix": "trunc", "ger": "outer",
           **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "tan2", "sinh", "cosh", "tanh")},
           "moveaxis": "movedim", "conj_physical": "conj", "split_with_sizes": "split", "row_stack": "vstack", "trapz": "trapezoid"}

# Forms that change the shape of the Tensor itself.
RESHAPED = {axes: "squeeze unsqueeze t transpose"}

CASTS = {"float": dtypes.float32, "double": dtypes.float64, "half": dtypes.float16, "long": dtypes.int64, "int": dtypes.int32,
         "short": dtypes.int16, "char": dtypes.int8, "byte": dtypes.uint8, "bool": dtypes.bool,
         "cfloat": dtypes.complex64, "cdouble": dtypes.complex128, "bfloat16": dtypes.bfloat16}


def functions():
    """Return every function of the namespace `torch` by its name."""
    table = {name: function for part in (BOTH, WITH_INPLACE, ONLY_FUNCTIONS) for name, function in named(part).items()}
    table = {name: opened(function, name) for name, function in table.items()} | {
        alias: opened(table[name], name, alias) for alias, name in ALIASES.items()}
    table["range"] = opened(ranges.range_, "range")
    table.update({name: door(getattr(Tensor, name), name) for name in ALSO_FUNCTIONS.split()})
    return table


_OUT = {name: kind for kind, names in OUT.items() for name in names.split()}


def opened(function, name, door_name=None):
    """Return the door to a function: with `out` if it has that, and with PyTorch's errors for arguments that it cannot take."""
    return with_out(function, _OUT[name], door_name) if name in _OUT else door(function, door_name)


def named(part, method=False):
    """Return the functions of a part of the table by their names; or the methods, which count arguments without the Tensor itself."""
    also_numpy = NUMPY_NAMES.split()
    functions = {name: getattr(room, name) for room, names in part.items() for name in names.split()}
    return {name: door(function, method=method, spelt=spelt) if name in also_numpy else asking(function) if not method else
            function if name in WITHOUT_DOOR else door(function, method=True) for name, function in functions.items()}


def install():
    """Give Tensor its methods."""
    for part in (BOTH, WITH_INPLACE, ONLY_METHODS):
        for name, function in named(part, method=True).items():
            setattr(Tensor, name, function)
    Tensor.type = door(conversion.type_, "type", method=True)
    for name, function in named(WITH_INPLACE).items():
        setattr(Tensor, name + "_", door(inplace.inplace(function, name + "_"), name + "_", method=True))
    for name, function in named(RESHAPED).items():
        setattr(Tensor, name + "_", strided.reshaping(function, name + "_"))
    for alias, name in ALIASES.items():
        if hasattr(Tensor, name):
            setattr(Tensor, alias, door(getattr(Tensor, name), alias, method=True))
            if hasattr(Tensor, name + "_"):
                setattr(Tensor, alias + "_", door(getattr(Tensor, name + "_"), alias + "_", method=True))
    for name, function in OPERATORS.items():
        setattr(Tensor, name, function)
    for name, (symbol, form) in INPLACE_OPERATORS.items():
        setattr(Tensor, name, in_place(symbol, getattr(Tensor, form)))
    for name, dtype in CASTS.items():
        setattr(Tensor, name, conversion.caster(name, dtype))
    Tensor.__iter__ = _iterate
    Tensor.__reversed__ = lambda self: rearranging.flip(self, 0) if self.ndim else self
    Tensor.__delitem__ = _delete
    Tensor.real = property(complexes.real, doc="The real parts, a view; a real Tensor itself.")
    Tensor.imag = property(complexes.imag, doc="The imaginary parts, a view.")
    Tensor.polygamma, Tensor.where = door(_polygamma, "polygamma", method=True), door(_where, "where", method=True)
    Tensor.polygamma_ = door(inplace.inplace(_polygamma, "polygamma_"), "polygamma_", method=True)
    Tensor.T = property(_mirrored, doc="A view with the axes in reverse order.")
    Tensor.H = property(_conjugate_mirrored, doc="A matrix with its axes exchanged, of complex numbers the conjugates.")
    Tensor.mH = property(_conjugate_last_two, doc="A view with the last two axes exchanged, of complex numbers the conjugates.")
    Tensor.mT = property(_last_two_exchanged, doc="A view with the last two axes exchanged.")
    Tensor.grad_fn = property(_grad_fn, doc="The operation that made the Tensor; None for a leaf.")
    Tensor._base = property(memories.base_of, doc="The Tensor whose memory a view shows; None for what is no view.")
    Tensor.data = property(views.data_of, _set_data, doc="The same memory outside the graph; writes to it go unseen.")


def _iterate(input):
    if input.ndim == 0:
        raise TypeError(explain("iteration over a 0-d tensor",
                                "it holds one number and has no axis to go along", "use .item() for the number"))
    return iter(joining.unbind(input))


def _delete(input, key):
    raise TypeError(explain("Tensor does not support deleting items", "a tensor has as many places as its shape says",
                            "index what stays, such as x[1:], or use torch.cat"))


def _conjugate_mirrored(input):
    if input.ndim not in (0, 2):
        more = ". For batches of matrices, consider using tensor.mH" if input.ndim > 2 else ""
        raise RuntimeError(explain(f"tensor.H is only supported on matrices (2-D tensors). Got {input.ndim}-D tensor.{more[1:]}",
                                   "it exchanges the two axes of a matrix", "use x.mH for batches of matrices"))
    return rearranging.adjoint(input)


def _conjugate_last_two(input):
    if input.ndim == 1:
        raise RuntimeError(explain("tensor.mH is only supported on matrices or batches of matrices. Got 1-D tensor.",
                                   "a vector has no two axes to exchange", "add an axis first: x[None]"))
    return rearranging.adjoint(input)


def _mirrored(input):
    if input.ndim == 0:
        warnings.warn("Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases.", UserWarning, stacklevel=2)
    elif input.ndim != 2:
        warnings.warn("The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error "
                      "in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, "
                      "-1))` to reverse the dimensions of a tensor.", UserWarning, stacklevel=2)
    return axes.permute(input, tuple(reversed(range(input.ndim))))


def _last_two_exchanged(input):
    if input.ndim == 1:
        raise RuntimeError(explain("tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.",
                                   "a vector has no two axes to exchange", "add an axis first: x[None]"))
    return axes.transpose(input, -2, -1) if input.ndim else input


def _polygamma(input, n):
    """As `torch.polygamma(n, input)`. Raises what that raises.

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.polygamma.html
    """
    return gamma.polygamma(n, input)


def _where(input, condition, other):
    """As `torch.where(condition, input, other)`. Raises what that raises.

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.where.html
    """
    return choices.where(condition, input, other)


def _grad_fn(input):
    node = input._node if input._view is None else views.refreshed_node(input)
    return None if node.__class__ is Lift else node


def _set_data(input, new):
    """Put `input` on the memory of `new`: both then show the same numbers, as in PyTorch.

    Each keeps its own count of writes, and views made before keep the memory that they show. A step recorded before keeps the
    values that it saved, so its gradient belongs to the numbers that it was computed with. (PyTorch's leaf shows it the new ones.)
    """
    if not isinstance(new, Tensor):
        raise TypeError(explain(f"Variable data has to be a tensor, but got {type(new).__name__}",
                                "x.data is another Tensor on the same memory", "wrap it: torch.tensor(...)"))
    if input._requires_grad and new._array.dtype.kind not in "fc":
        raise RuntimeError(explain("data set to a tensor that requires gradients must be floating point or complex dtype",
                                   f"the new data holds {new.dtype}", "write x.data = new.float()"))
    if input.is_inference() is not new.is_inference():
        views.count_anew(input, new)
    if new._array.dtype != input._array.dtype or new._device is not input._device:
        input._accumulator = None  # what is computed from now on brings gradients of another kind
    views.keep_place(input)
    input._array, input._device = new._array.view(), new._device


install()
