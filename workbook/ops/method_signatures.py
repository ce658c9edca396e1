"""The part of the table of arguments for methods that are no functions, or take others: see `ops/signatures.py`."""

# Methods that PyTorch wrote by hand. What an argument of the kind `any` may be, the method knows itself.
METHODS_BY_HAND = """
contiguous is_contiguous: *, memory_format=
cpu float double half bool byte char short int long cfloat cdouble bfloat16: *, memory_format?=
copy_: other, non_blocking!=
nonzero: *, as_tuple!=
unique: sorted!=, return_inverse!=, return_counts!=, dim?=
unique_consecutive: return_inverse!=, return_counts!=, dim?=
lu: pivot!=, get_infos:any=
size stride: dim?=
numel nelement storage_offset element_size dim ndimension item tolist get_device:
type: dtype:any?=, non_blocking!=, *, memory_format?=
to: device?=, dtype?=, non_blocking!=, copy!=, *, memory_format?= | dtype, non_blocking!=, copy!=, *, memory_format?= |
    tensor, non_blocking!=, copy!=, *, memory_format?=
new_tensor: data:any, *, dtype?=, device?=, requires_grad=
_is_view is_shared:
set_: source:any=, storage_offset:any=, size:any=, stride:any=
map_: other, callable:any
map2_: x, y, callable:any
apply_: callable:any
where: condition!, other | condition!, other:number
"""

# Methods that are not functions, and those whose forms are others.
METHODS = """
addmm addmm_: old beta, alpha, mat1, mat2 | old beta, mat1, mat2 | mat1, mat2, *, beta=, alpha=
baddbmm baddbmm_: old beta, alpha, batch1, batch2 | old beta, batch1, batch2 | batch1, batch2, *, beta=, alpha=
bernoulli_: p:Tensor, *, generator?= | p:float=, *, generator?=
bmm mm: mat2
cauchy_: median=, sigma=, *, generator?=
expand: size!, *, implicit!=
expand_as: other!
reshape_as type_as view_as: other
exponential_: lambd:float=, *, generator?=
fill_diagonal_: fill_value, wrap!=
geometric_: p:float, *, generator?=
is_pinned pin_memory: device?=
is_set_to: tensor
log_normal_ normal_: mean=, std=, *, generator?=
new_empty new_ones new_zeros: size!, *, ...
new_empty_strided: size, stride:ints, *, ...
new_full: size!, fill_value, *, ...
random_: *, generator?= | from, to?, *, generator?= | to, *, generator?=
repeat: repeats:ints
resize_: size, *, memory_format?=
retain_grad:
reshape: shape
broadcast_to: size
sum_to_size: size!
unfold: dimension, size:int!, step!
uniform_: from:float=, to:float=, *, generator?=
view: size | dtype
"""
