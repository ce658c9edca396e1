"""MultiheadAttention: several heads look at a sequence, each in its own projection. What it computes stands in `ops.heads`."""

from workbook.errors import explain
from workbook.nn import init
from workbook.nn.linear import Linear
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.ops.axes import transpose
from workbook.ops.creation import empty
from workbook.ops.heads import additive_mask, multi_head_attention_forward


class NonDynamicallyQuantizableLinear(Linear):
    """A Linear; under this name PyTorch prints the last projection of attention. Raises what Linear raises.

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MultiheadAttention.html
    """

    torch_name = "torch.nn.modules.linear.NonDynamicallyQuantizableLinear"


class MultiheadAttention(Module):
    """Attention of queries (L, N, embed_dim) to keys (S, N, kdim) and values (S, N, vdim), in `num_heads` heads.

    Returns the output (L, N, embed_dim) and the weights (N, L, S), averaged over the heads; (N, heads, L, S) with
    `average_attn_weights=False`, None with `need_weights=False`. With `batch_first` N stands first; all may come without N.
    A mask is True where nobody may look. Raises ValueError, AssertionError for sizes that do not divide or fit.

    >>> import workbook as torch
    >>> x = torch.zeros(5, 2, 4)
    >>> output, weights = torch.nn.MultiheadAttention(4, 2)(x, x, x)
    >>> output.shape, weights.shape
    (torch.Size([5, 2, 4]), torch.Size([2, 5, 5]))

    Source: Vaswani et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.MultiheadAttention.html
    """

    torch_name = "torch.nn.modules.activation.MultiheadAttention"

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None,
                 batch_first=False, device=None, dtype=None):
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(explain(f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} "
                                     "instead", "there has to be something to look at", "give at least 1"))
        super().__init__()
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim, self.vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError(explain("embed_dim must be divisible by num_heads",
                                         f"{embed_dim} features do not divide among {num_heads} heads",
                                         "choose a divisor"))
        place = {"device": device, "dtype": dtype}
        shapes = {"q_proj_weight": (embed_dim, embed_dim), "k_proj_weight": (embed_dim, self.kdim),
                  "v_proj_weight": (embed_dim, self.vdim)}
        if self._qkv_same_embed_dim:
            self.in_proj_weight = Parameter(empty((3 * embed_dim, embed_dim), **place))
            for name in shapes:
                self.register_parameter(name, None)
        else:
            for name, shape in shapes.items():
                self.register_parameter(name, Parameter(empty(shape, **place)))
            self.register_parameter("in_proj_weight", None)
        self.register_parameter("in_proj_bias", Parameter(empty(3 * embed_dim, **place)) if bias else None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, **place)
        if add_bias_kv:
            self.bias_k, self.bias_v = Parameter(empty((1, 1, embed_dim), **place)), Parameter(empty((1, 1, embed_dim), **place))
        else:
            self.bias_k = self.bias_v = None
        self._reset_parameters()

    def _reset_parameters(self):
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True,
                is_causal=False):
        """Return the output and the weights."""
        key_padding_mask = additive_mask(key_padding_mask, "key_padding_mask", attn_mask, "attn_mask", query.dtype)
        attn_mask = additive_mask(attn_mask, "attn_mask", None, "", query.dtype)
        turn = self.batch_first and query.dim() == 3
        if turn:  # what is one Tensor stays one: attention then projects it once
            turned = {id(x): transpose(x, 1, 0) for x in (query, key, value)}
            query, key, value = (turned[id(x)] for x in (query, key, value))
        output, weights = multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias, self.bias_k, self.bias_v,
            self.add_zero_attn, self.dropout, self.out_proj.weight, self.out_proj.bias, self.training, key_padding_mask, need_weights,
            attn_mask, not self._qkv_same_embed_dim, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight,
            average_attn_weights=average_attn_weights, is_causal=is_causal)
        return (transpose(output, 1, 0) if turn else output), weights
