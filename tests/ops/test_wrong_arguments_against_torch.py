"""Good calls with one argument spoilt, in both libraries: both refuse, by the same type of error and the same argument, or both compute.

The calls are those of functions of torch, torch.linalg, torch.special and torch.nn.functional, and of methods of Tensors.

What differs stands in DIFFERENCES, with its reason; the test is red for what differs and is not there, and for what is there and does not
differ. A fixed share of the functions runs always, all of them with `workbook test --full`.
"""

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

from tests.conftest import FULL
from tests.ops.wrong_arguments import answers, difference, doors, good_call, spoilt

SHARE = 24  # of so many functions one runs always

# {why: the functions and in what they differ: passes, refuses, type, argument, value; see `difference`}
DIFFERENCES = {
    "PyTorch's function is written in Python: it asks the argument for a method, unpacks it, or hands it on to another "
    "function under that one's name; here the error says what this function takes":
        "F.gaussian_nll_loss:type F.huber_loss:type "
        "F.interpolate:passes+type F.l1_loss:type F.local_response_norm:refuses+type F.log_softmax:argument+refuses "
        "F.lp_pool1d:argument+passes+type F.lp_pool2d:argument+passes+type F.lp_pool3d:argument+passes+type "
        "F.max_unpool1d:refuses+type F.max_unpool2d:refuses+type F.max_unpool3d:argument+type F.mse_loss:type "
        "F.multi_head_attention_forward:passes+type F.multilabel_soft_margin_loss:refuses+type "
        "F.normalize:argument+refuses+type F.smooth_l1_loss:passes F.softmax:argument+refuses F.softmin:argument+type "
        "F.triplet_margin_with_distance_loss:argument F.upsample:type Tensor.is_pinned:refuses+type "
        "Tensor.lu:argument Tensor.map2_:argument Tensor.resize:type Tensor.split:argument Tensor.unique:argument "
        "Tensor.unique_consecutive:argument torch.atleast_1d:argument torch.atleast_2d:argument torch.atleast_3d:argument "
        "torch.broadcast_shapes:refuses+type torch.cdist:argument torch.lu:argument torch.meshgrid:argument "
        "torch.norm:type torch.ones:argument torch.tensordot:argument+type torch.typename:value "
        "torch.unique:argument torch.unique_consecutive:argument",
    "these methods stand behind no door, which would cost a tenth of their time: the error names the argument, not its "
    "place in the method":
        "Tensor.add:argument Tensor.mul:argument Tensor.sub:argument",
    "out=: a result is computed first, and then converted; PyTorch computes in the dtype of out, or looks at out first":
        "torch.abs:refuses torch.addr:passes torch.bitwise_right_shift:type torch.clamp_max:passes torch.clamp_min:passes+type torch.cumsum:value "
        "torch.igammac:value torch.index_copy:type torch.log_softmax:refuses torch.mvlgamma:type "
        "torch.nanmean:passes torch.nansum:passes torch.round:passes torch.softmax:refuses torch.std:passes torch.var:passes",
    "PyTorch takes a number for out= here, and the result is lost":
        "torch.add:refuses+type torch.floor_divide:refuses+type torch.mul:refuses+type torch.sub:refuses+type",
    "a number in front of a Tensor, or in place of one, is computed with as behind it":
        "torch.special.zeta:passes",
    "True for `unbiased` stands beside arguments that say what they are by default, and for a bound of bools":
        "Tensor.clamp:passes",
    "PyTorch takes True for the length 1":
        "torch.unravel_index:refuses",
    "the second way of giving these arguments, which no document names, is not there":
        "Tensor.log_softmax:refuses Tensor.__isub__:value Tensor.sub_:refuses "
        "torch.special.softmax:refuses",
    "two things are wrong, and the other one is told first":
        "F.adaptive_avg_pool2d:type F.adaptive_avg_pool3d:type F.adaptive_max_pool2d:type "
        "F.adaptive_max_pool2d_with_indices:type F.adaptive_max_pool3d:type F.adaptive_max_pool3d_with_indices:type "
        "F.avg_pool2d:type F.batch_norm:type F.bilinear:type F.celu_:type F.ctc_loss:type F.dropout:argument+type "
        "F.elu_:argument+type F.embedding:type F.embedding_bag:type F.group_norm:type F.hardtanh:type "
        "F.leaky_relu:type F.rms_norm:argument F.scaled_dot_product_attention:type "
        "F.triplet_margin_loss:type Tensor.clamp_max:type Tensor.clamp_min:type "
        "torch.mode:type torch.nuclear_norm:type torch.randint_like:type "
        "torch.special.zeta:type",
    "a numeric corner: where the largest of windows of nothing stands":
        "F.max_pool1d:value",
    "it knows what PyTorch does not: whole numbers are round already, complex ones are looked for by no order, a word is "
    "checked":
        "torch.searchsorted:passes torch.set_float32_matmul_precision:refuses torch.special.round:passes",
    "a Tensor of whole numbers stands for lengths, True for a number, and a bias of another dtype is converted":
        "F.conv3d:refuses F.conv_transpose1d:refuses F.conv_transpose2d:refuses F.cosine_embedding_loss:refuses "
        "F.ctc_loss:passes F.dropout2d:passes F.elu_:refuses F.pairwise_distance:refuses",
}
KNOWN = {}
for door, kinds in (word.split(":") for words in DIFFERENCES.values() for word in words.split()):
    KNOWN.setdefault(door, set()).update(kinds.split("+"))


@pytest.mark.parametrize("door", sorted(doors())[::1 if FULL else SHARE])
def test_a_spoilt_argument_is_refused_as_in_torch(door):
    good = good_call(door)
    if good is None:
        pytest.skip("no row of the table is a good call of one line")
    found = {}
    for text in spoilt(good[0]):
        mine, theirs = answers(text, good[1])
        kind = difference(door, mine, theirs)
        if kind:
            found.setdefault(kind, []).append(f"{text}: {both_said(mine, theirs)}")
    known = KNOWN.get(door, set())
    new = [line for kind, lines in found.items() if kind not in known for line in lines]
    assert not new, "\n".join([f"of {good[1]}:", *new])
    assert known <= set(found), f"in DIFFERENCES, and does not differ: {sorted(known - set(found))}"


def both_said(*answers):
    return " instead of ".join(f"{answer['raises']}({answer['message'].splitlines()[:1]})" if "raises" in answer else "a result"
                               for answer in answers)
