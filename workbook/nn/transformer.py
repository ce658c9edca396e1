"""The layers of a Transformer: attention and a small network in turn, each added to what came in, and normalised."""

import copy
import warnings

from workbook.autograd.modes import is_grad_enabled
from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn import init
from workbook.nn.activation import GELU, ReLU
from workbook.nn.container import ModuleList
from workbook.nn.dropout import Dropout
from workbook.nn.linear import Linear
from workbook.nn.module import Module
from workbook.nn.multihead import MultiheadAttention
from workbook.nn.normalization import LayerNorm
from workbook.ops.axes import unsqueeze
from workbook.ops.creation import full
from workbook.ops.heads import additive_mask
from workbook.ops.logic import logical_not
from workbook.ops.placing import masked_fill
from workbook.ops.triangles import triu


def _of_name(activation):
    """An activation as a function."""
    named = {"relu": F.relu, "gelu": F.gelu}
    if isinstance(activation, str) and activation not in named:
        raise RuntimeError(explain(f"activation should be relu/gelu, not {activation}", "by name there are two",
                                   "pass the function itself: activation=F.silu"))
    return named[activation] if isinstance(activation, str) else activation


class _Layer(Module):
    """What an encoder layer and a decoder layer share: attention of a sequence to itself, and the small network."""

    norm_first = False

    def _self_attention(self, x, mask, padding, is_causal):
        x = self.self_attn(x, x, x, attn_mask=mask, key_padding_mask=padding, need_weights=False, is_causal=is_causal)[0]
        return self.dropout1(x)

    def _small_network(self, x):
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_Layer):
    """Attention of a sequence to itself, then a network of two Linears: `(L, N, d_model) -> (L, N, d_model)`.

    Each adds to what came in and is normalised after that; with `norm_first`, before. With `batch_first` N stands first. `activation`:
    "relu", "gelu" or a function. Raises RuntimeError for another name, AssertionError for sizes that do not divide.

    >>> import workbook as torch
    >>> torch.nn.TransformerEncoderLayer(8, 2, 16)(torch.zeros(5, 1, 8)).shape
    torch.Size([5, 1, 8])

    Source: Vaswani et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.TransformerEncoderLayer.html
    """

    torch_name = "torch.nn.modules.transformer.TransformerEncoderLayer"

    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=F.relu, layer_norm_eps=1e-5, batch_first=False,
                 norm_first=False, bias=True, device=None, dtype=None):
        super().__init__()
        place = {"device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **place)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **place)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **place)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, **place)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, **place)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        self.activation = _of_name(activation)
        self.activation_relu_or_gelu = (1 if self.activation is F.relu or isinstance(self.activation, ReLU) else
                                        2 if self.activation is F.gelu or isinstance(self.activation, GELU) else 0)

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        """Return the new sequence; the masks are those of MultiheadAttention."""
        padding = additive_mask(src_key_padding_mask, "src_key_padding_mask", src_mask, "src_mask", src.dtype)
        mask, x = additive_mask(src_mask, "src_mask", None, "", src.dtype), src
        if self.norm_first:
            x = x + self._self_attention(self.norm1(x), mask, padding, is_causal)
            return x + self.dropout2(self._small_network(self.norm2(x)))
        x = self.norm1(x + self._self_attention(x, mask, padding, is_causal))
        return self.norm2(x + self.dropout2(self._small_network(x)))


class TransformerDecoderLayer(_Layer):
    """Attention of a sequence to itself, attention to the encoder's output, `memory`, and a network of two Linears.

    `(L, N, d_model), (S, N, d_model) -> (L, N, d_model)`; the rest as TransformerEncoderLayer.

    >>> import workbook as torch
    >>> torch.nn.TransformerDecoderLayer(8, 2, 16)(torch.zeros(5, 1, 8), torch.zeros(3, 1, 8)).shape
    torch.Size([5, 1, 8])

    Source: Vaswani et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.TransformerDecoderLayer.html
    """

    torch_name = "torch.nn.modules.transformer.TransformerDecoderLayer"

    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=F.relu, layer_norm_eps=1e-5, batch_first=False,
                 norm_first=False, bias=True, device=None, dtype=None):
        super().__init__()
        place = {"device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **place)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **place)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **place)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **place)
        self.norm_first = norm_first
        for number in (1, 2, 3):
            setattr(self, f"norm{number}", LayerNorm(d_model, layer_norm_eps, bias=bias, **place))
        for number in (1, 2, 3):
            setattr(self, f"dropout{number}", Dropout(dropout))
        self.activation = _of_name(activation)

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None,
                tgt_is_causal=False, memory_is_causal=False):
        """Return the new sequence; the masks of `tgt` and of `memory` are those of MultiheadAttention."""
        own, others, x = (tgt_mask, tgt_key_padding_mask, tgt_is_causal), (memory_mask, memory_key_padding_mask, memory_is_causal), tgt
        if self.norm_first:
            x = x + self._self_attention(self.norm1(x), *own)
            x = x + self._attention_to(memory, self.norm2(x), *others)
            return x + self.dropout3(self._small_network(self.norm3(x)))
        x = self.norm1(x + self._self_attention(x, *own))
        x = self.norm2(x + self._attention_to(memory, x, *others))
        return self.norm3(x + self.dropout3(self._small_network(x)))

    def __setstate__(self, state):
        # PyTorch looks for the activation among plain attributes, where a Module does not stand: in a copy of such a layer it is relu.
        self.__dict__.update({"activation": F.relu} | state)

    def _attention_to(self, memory, x, mask, padding, is_causal):
        x = self.multihead_attn(x, memory, memory, attn_mask=mask, key_padding_mask=padding, is_causal=is_causal, need_weights=False)[0]
        return self.dropout2(x)


class TransformerEncoder(Module):
    """`num_layers` copies of an encoder layer, one after the other, and a norm after the last: `(L, N, E) -> (L, N, E)`.

    Where PyTorch would skip padding in evaluation, the padded places become 0 before the norm, as there; `enable_nested_tensor=False`
    keeps them. Raises what the layer raises.

    >>> import workbook as torch
    >>> layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    >>> torch.nn.TransformerEncoder(layer, num_layers=2)(torch.zeros(1, 5, 8)).shape
    torch.Size([1, 5, 8])

    Source: Vaswani et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.TransformerEncoder.html
    """

    torch_name = "torch.nn.modules.transformer.TransformerEncoder"

    def __init__(self, encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True):
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(encoder_layer) for _ in range(num_layers)])
        self.num_layers, self.norm, self.mask_check = num_layers, norm, mask_check
        why_not = _why_not_nested(encoder_layer)
        if enable_nested_tensor and why_not:
            warnings.warn(f"enable_nested_tensor is True, but self.use_nested_tensor is False because {why_not}", stacklevel=2)
        self.enable_nested_tensor, self.use_nested_tensor = enable_nested_tensor, enable_nested_tensor and not why_not

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        """Return the sequence after all layers."""
        padding = additive_mask(src_key_padding_mask, "src_key_padding_mask", mask, "mask", src.dtype)
        mask, output = additive_mask(mask, "mask", None, "", src.dtype), src
        is_causal = _is_causal(mask, is_causal, src, self.layers[0].self_attn.batch_first)
        for layer in self.layers:
            output = layer(output, src_mask=mask, is_causal=is_causal, src_key_padding_mask=padding)
        if self._skips_padding(src, mask, padding):
            output = masked_fill(output, unsqueeze(padding != 0, -1), 0.0)
        return output if self.norm is None else self.norm(output)

    def _skips_padding(self, src, mask, padding):
        """Whether PyTorch would run on a nested tensor here, which has no padding: it gives 0 there."""
        if not self.use_nested_tensor or self.layers[0].training or src.dim() != 3 or padding is None or mask is not None:
            return False
        if self.mask_check and not _left_aligned(padding):
            return False
        if is_grad_enabled() and (src.requires_grad or any(weight.requires_grad for weight in self.layers[0].parameters())):
            return False
        _warn_of_nested()
        return True


class TransformerDecoder(Module):
    """`num_layers` copies of a decoder layer, one after the other, and a norm after the last.

    `(L, N, E), (S, N, E) -> (L, N, E)`. Raises what the layer raises.

    >>> import workbook as torch
    >>> layer = torch.nn.TransformerDecoderLayer(8, 2, 16)
    >>> torch.nn.TransformerDecoder(layer, num_layers=2)(torch.zeros(5, 1, 8), torch.zeros(3, 1, 8)).shape
    torch.Size([5, 1, 8])

    Source: Vaswani et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.TransformerDecoder.html
    """

    torch_name = "torch.nn.modules.transformer.TransformerDecoder"

    def __init__(self, decoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(decoder_layer) for _ in range(num_layers)])
        self.num_layers, self.norm = num_layers, norm

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None,
                tgt_is_causal=None, memory_is_causal=False):
        """Return the sequence after all layers."""
        tgt_is_causal = _is_causal(tgt_mask, tgt_is_causal, tgt, self.layers[0].self_attn.batch_first)
        output = tgt
        for layer in self.layers:
            output = layer(output, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask,
                           memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
                           memory_is_causal=memory_is_causal)
        return output if self.norm is None else self.norm(output)


class Transformer(Module):
    """An encoder that reads `src`, and a decoder that writes `tgt` with a look at it: `(S, N, E), (L, N, E) -> (L, N, E)`.

    Weights with more than one axis start as xavier_uniform_. With `batch_first` N stands first. Raises RuntimeError for batches or
    features that do not fit.

    >>> import workbook as torch
    >>> model = torch.nn.Transformer(8, 2, 1, 1, 16)
    >>> model(torch.zeros(3, 1, 8), torch.zeros(5, 1, 8), tgt_mask=model.generate_square_subsequent_mask(5)).shape
    torch.Size([5, 1, 8])

    Source: Vaswani et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.Transformer.html
    """

    torch_name = "torch.nn.modules.transformer.Transformer"

    def __init__(self, d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1,
                 activation=F.relu, custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-5, batch_first=False, norm_first=False,
                 bias=True, device=None, dtype=None):
        super().__init__()
        place = {"device": device, "dtype": dtype}
        settings = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)
        if custom_encoder is None:
            layer, norm = TransformerEncoderLayer(*settings, **place), LayerNorm(d_model, layer_norm_eps, bias=bias, **place)
            custom_encoder = TransformerEncoder(layer, num_encoder_layers, norm)
        self.encoder = custom_encoder
        if custom_decoder is None:
            layer, norm = TransformerDecoderLayer(*settings, **place), LayerNorm(d_model, layer_norm_eps, bias=bias, **place)
            custom_decoder = TransformerDecoder(layer, num_decoder_layers, norm)
        self.decoder = custom_decoder
        self._reset_parameters()
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def _reset_parameters(self):
        for weight in self.parameters():
            if weight.dim() > 1:
                init.xavier_uniform_(weight)

    def forward(self, src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None, tgt_key_padding_mask=None,
                memory_key_padding_mask=None, src_is_causal=None, tgt_is_causal=None, memory_is_causal=False):
        """Return what the decoder makes of `tgt`."""
        axis = 0 if self.batch_first else 1
        if src.dim() == 3 and src.size(axis) != tgt.size(axis):
            raise RuntimeError(explain("the batch number of src and tgt must be equal", f"src has shape {tuple(src.shape)} and tgt "
                                       f"{tuple(tgt.shape)}, and axis {axis} is the batch",
                                       "does the batch come first? write batch_first=True" if axis else "give each source its target"))
        if src.size(-1) != self.d_model or tgt.size(-1) != self.d_model:
            raise RuntimeError(explain("the feature number of src and tgt must be equal to d_model",
                                       f"they have {src.size(-1)} and {tgt.size(-1)} features, and d_model is {self.d_model}",
                                       "embed both in d_model features"))
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask,
                            memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
                            memory_is_causal=memory_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(sz, device=None, dtype=None):
        """Return a mask of (sz, sz) to add: 0 up to the diagonal, -inf after it, so that no place looks at later ones."""
        return triu(full((sz, sz), float("-inf"), dtype=dtype, device=device), diagonal=1)


def _is_causal(mask, given, sequence, batch_first):
    """What was said of a mask, or whether it is the square subsequent one."""
    if given is not None or mask is None:
        return given is True
    length = sequence.shape[0 if sequence.dim() == 2 or not batch_first else 1]
    if tuple(mask.shape) != (length, length):
        return False
    return bool((mask == Transformer.generate_square_subsequent_mask(length, mask.device, mask.dtype)).all())


def _why_not_nested(layer):
    """Why PyTorch would not skip padding in these layers; empty where it would."""
    if not isinstance(layer, TransformerEncoderLayer):
        return "encoder_layer was not TransformerEncoderLayer"
    attention = layer.self_attn
    reasons = {
        "encoder_layer.norm_first was True": layer.norm_first,
        "encoder_layer.self_attn.batch_first was not True(use batch_first for better inference performance)": not attention.batch_first,
        "encoder_layer.self_attn._qkv_same_embed_dim was not True": not attention._qkv_same_embed_dim,
        "encoder_layer.self_attn was passed bias=False": attention.in_proj_bias is None,
        "encoder_layer.activation_relu_or_gelu was not True": not layer.activation_relu_or_gelu,
        "encoder_layer.norm1.eps was not equal to encoder_layer.norm2.eps": layer.norm1.eps != layer.norm2.eps,
        "encoder_layer.self_attn.num_heads is odd": attention.num_heads % 2 == 1,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _left_aligned(padding):
    """Whether no place after padding is real."""
    real = logical_not(padding)
    return bool((real[:, 1:] <= real[:, :-1]).all())


_warned = []  # PyTorch says it once a process


def _warn_of_nested():
    if not _warned:
        _warned.append(True)
        warnings.warn("The PyTorch API of nested tensors is in prototype stage and will change in the near future. We recommend "
                      "specifying layout=torch.jagged when constructing a nested tensor, as this layout receives active development, "
                      "has better operator coverage, and works with torch.compile.", UserWarning, stacklevel=5)
