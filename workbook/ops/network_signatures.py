"""The part of the table of arguments for functions of torch.nn.functional that hand theirs on to inner functions: see `ops/signatures.py`."""

# Functions of torch.nn.functional that are doors to inner functions: what these check is not their kind alone.
NETWORKS = """
adaptive_avg_pool2d adaptive_avg_pool3d: input, output_size:sizes!
adaptive_max_pool1d: input, output_size:ints|int!, return_indices:any=
adaptive_max_pool2d adaptive_max_pool3d: input, output_size:sizes!, return_indices:any=
affine_grid_generator: theta, size:any, align_corners!?=
alpha_dropout dropout feature_alpha_dropout feature_dropout: input, p:any=, train!=, inplace:any=
batch_norm: input, running_mean@4?, running_var@5?, weight@2?=, bias@3?=, training@6!=, momentum@7:float=, eps@8:float=
col2im: input, output_size:pair!, kernel_size:pair!, dilation:pair!=, padding:pair!=, stride:pair!=
cosine_embedding_loss: input1, input2, target, margin:float=, size_average:any=, reduce:any=, reduction:any=
ctc_loss: log_probs, targets, input_lengths:any, target_lengths:any, blank:int=, reduction:any=, zero_infinity:bool!=
one_hot: input, num_classes:int!=
embedding: indices@2:Tensor, weight@1, padding_idx!?=, max_norm:any=, norm_type:any=, scale_grad_by_freq@4!=, sparse@5!=
embedding_bag: input, weight, offsets:any=, max_norm:any=, norm_type:any=, scale_grad_by_freq@4!=, mode:any=, sparse@6!=, per_sample_weights:any=,
    include_last_offset@8!=, padding_idx:any=
glu: input, dim!=
grid_sampler: input, grid, mode:any=, padding_mode:any=, align_corners!?=
group_norm: input, num_groups!, weight?=, bias?=, eps=
im2col: input, kernel_size:pair!, dilation:pair!=, padding:pair!=, stride:pair!=
instance_norm: input, running_mean@4?=, running_var@5?=, weight@2?=, bias@3?=, use_input_stats@6!=, momentum@7:float=, eps@8:float=
kl_div: input, target, size_average:any=, reduce:any=, reduction:any=, log_target@0!=
layer_norm: input, normalized_shape:ints!, weight?=, bias?=, eps=
max_pool1d max_pool2d max_pool3d: input, kernel_size!, stride!?=, padding!=, dilation!=, ceil_mode!=, return_indices:any=
poisson_nll_loss: input!, target!, log_input!=, full!=, size_average:any=, eps@5=, reduce:any=, reduction:any=
pad: input, pad:ints!, mode!=, value?=
relu6: input, inplace:any=
rms_norm: input, normalized_shape:ints!, weight?=, eps!?=
rrelu: input, lower=, upper:number=, training!=, inplace:any=
threshold: input!, threshold, value, inplace:any=
triplet_margin_loss: anchor, positive, negative, margin:float=, p:float=, eps=, swap!=, size_average:any=, reduce:any=, reduction:any=
cross_entropy_loss nll_loss_nd: input, target, weight?=, size_average:any=, ignore_index:int!=, reduce:any=, reduction:any=, label_smoothing:any=
celu elu elu_: input, alpha=, inplace:any=
hardtanh_: input, min_val:number=, max_val:number=
gelu: input, approximate@0:str!=
leaky_relu leaky_relu_: input, negative_slope:number=, inplace:any=
relu silu: input, inplace:any=
softplus: input, beta=, threshold=
"""
