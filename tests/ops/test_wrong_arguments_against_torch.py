"""Good calls with one argument spoilt, in both libraries: both refuse, by the same type of error and the same argument, or both compute.

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
        "Tensor.is_pinned:refuses+type Tensor.lu:argument Tensor.map2_:argument Tensor.new_tensor:type Tensor.resize:type "
        "Tensor.split:argument Tensor.type:type Tensor.unique:argument+type Tensor.unique_consecutive:argument+type "
        "torch.as_tensor:type torch.atleast_1d:argument torch.atleast_2d:argument torch.atleast_3d:argument "
        "torch.broadcast_shapes:refuses+type torch.cdist:argument torch.einsum:argument+type torch.lu:argument "
        "torch.meshgrid:argument torch.norm:type torch.ones:argument torch.split:type torch.tensor:type "
        "torch.tensordot:argument+type torch.typename:value torch.unique:argument+type torch.unique_consecutive:argument+type "
        "torch.unravel_index:type",
    "these methods stand behind no door, which would cost a tenth of their time: the error names the argument, not its place in the method":
        "Tensor.size:argument Tensor.stride:argument Tensor.add:argument Tensor.mul:argument Tensor.sub:argument+type Tensor.div:type",
    "a legacy constructor, or type(), given a Tensor, takes its numbers; PyTorch refuses a Tensor of another dtype":
        "Tensor.new:passes Tensor.type:passes torch.BoolTensor:passes torch.ByteTensor:passes torch.CharTensor:passes "
        "torch.DoubleTensor:passes torch.FloatTensor:passes torch.HalfTensor:passes torch.IntTensor:passes torch.LongTensor:passes "
        "torch.ShortTensor:passes",
    "an in-place operator says itself what it does not take; PyTorch leaves the TypeError to Python":
        "Tensor.__iadd__:refuses Tensor.__ifloordiv__:refuses Tensor.__ilshift__:refuses Tensor.__imod__:refuses "
        "Tensor.__imul__:refuses Tensor.__ipow__:refuses Tensor.__irshift__:refuses Tensor.__isub__:refuses "
        "Tensor.__itruediv__:refuses",
    "out=: a result is computed first, and then converted; PyTorch computes in the dtype of out, or looks at out first":
        "torch.abs:refuses torch.addr:passes torch.bitwise_not:type torch.clamp_max:passes+type torch.clamp_min:passes "
        "torch.cummax:type torch.cummin:type torch.cumsum:value torch.frac:type torch.histc:type torch.igammac:value "
        "torch.index_copy:type torch.index_reduce:type torch.linspace:type+value torch.log_softmax:passes+refuses+type "
        "torch.logcumsumexp:passes+type torch.mvlgamma:type torch.nanmean:passes torch.nansum:passes torch.prod:passes "
        "torch.round:passes torch.softmax:passes+refuses+type torch.std:passes torch.var:passes torch.where:passes",
    "PyTorch takes a number for out= here, and the result is lost":
        "torch.floor_divide:refuses+type torch.mul:refuses+type torch.sub:refuses+type",
    "a number in front of a Tensor, or in place of one, is computed with as behind it":
        "torch.bitwise_and:passes torch.bitwise_left_shift:passes torch.bitwise_or:passes torch.bitwise_right_shift:passes "
        "torch.eq:passes torch.greater_equal:passes torch.ne:passes torch.not_equal:passes torch.remainder:passes torch.rsub:passes "
        "torch.special.ndtr:passes torch.special.zeta:passes",
    "keepdim, stable and reduce are taken without what they belong to, None where it stands for what is left out, and True "
    "for 1":
        "Tensor.argsort:passes Tensor.clamp:passes Tensor.expand_as:passes Tensor.log_softmax:passes Tensor.max:passes "
        "Tensor.mean:passes Tensor.median:passes Tensor.nanmedian:passes Tensor.scatter:passes Tensor.scatter_:passes "
        "Tensor.split:passes Tensor.squeeze:passes Tensor.std:passes Tensor.sum:passes Tensor.sum_to_size:passes Tensor.var:passes "
        "torch.frombuffer:passes torch.gradient:passes torch.histogram:passes torch.linalg.matrix_rank:passes "
        "torch.linalg.pinv:passes torch.numel:passes torch.rand:passes torch.randn:passes torch.special.log_softmax:passes "
        "torch.special.softmax:passes torch.split:passes torch.squeeze:passes torch.std_mean:passes torch.tensor_split:passes "
        "torch.trapezoid:passes torch.var_mean:passes",
    "PyTorch looks at the first length only, so that True passes for a later 1":
        "Tensor.flip:refuses Tensor.permute:refuses+type Tensor.repeat:refuses Tensor.squeeze:refuses torch.ones:refuses "
        "torch.roll:type torch.unravel_index:refuses torch.zeros:refuses",
    "the second way of giving these arguments, which no document names, is not there":
        "Tensor.count_nonzero:refuses Tensor.hsplit:refuses Tensor.log_softmax:refuses Tensor.sub_:refuses Tensor.vsplit:refuses "
        "torch.special.softmax:refuses",
    "two things are wrong, and the other one is told first":
        "Tensor.clamp:type Tensor.clamp_max:type Tensor.clamp_min:type Tensor.clamp_min_:type Tensor.clip:type "
        "Tensor.index_add:type Tensor.index_add_:type Tensor.narrow:type torch.addbmm:type torch.addmv:type torch.baddbmm:type "
        "torch.clamp_:type torch.clamp_max_:type torch.clamp_min_:type torch.diff:type torch.histogram:type torch.index_add:type "
        "torch.logspace:type torch.mode:type torch.narrow:type torch.nuclear_norm:type torch.randint_like:type "
        "torch.repeat_interleave:type torch.special.zeta:type",
    "a numeric corner: an eps of 1, a complex exponent of 0, axes that do not meet":
        "Tensor.logit:value Tensor.logit_:value Tensor.pow:value torch.cumulative_trapezoid:value torch.logit:value "
        "torch.logit_:value torch.special.logit:value",
    "it knows what PyTorch does not: whole numbers are round already, complex ones are looked for by no order, a word is "
    "checked":
        "torch.searchsorted:passes torch.set_float32_matmul_precision:refuses torch.special.round:passes",
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
