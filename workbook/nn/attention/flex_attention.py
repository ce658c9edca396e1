"""PyTorch's compiled attention, which this engine has not: its names say what to write instead."""

from workbook.errors import explain

__all__ = ["flex_attention", "create_block_mask"]


def flex_attention(query, key, value, score_mod=None, block_mask=None, scale=None, enable_gqa=False, return_lse=False,
                   kernel_options=None, *, return_aux=None):
    """Raise NotImplementedError: functions of single scores are compiled in PyTorch, and nothing is compiled here.

    Source: https://pytorch.org/docs/2.13/nn.attention.flex_attention.html
    """
    raise _not_here("flex_attention")


def create_block_mask(mask_mod, B, H, Q_LEN, KV_LEN, device=None, BLOCK_SIZE=128, _compile=False):
    """Raise NotImplementedError: block masks belong to `flex_attention`.

    Source: https://pytorch.org/docs/2.13/nn.attention.flex_attention.html
    """
    raise _not_here("create_block_mask")


def _not_here(name):
    return NotImplementedError(explain(
        f"{name} is not implemented", "it compiles a function of each single score, and this engine compiles nothing",
        "compute a mask of (queries, keys), and write F.scaled_dot_product_attention(query, key, value, attn_mask=mask)"))
