"""True and False where an axis or a length is asked for: refused alone and in front of a list, taken for 1 and 0 behind; as in PyTorch."""

import pytest

import workbook as torch

ALONE = ["x.sum(True)", "x.sum(dim=True)", "x.mean((True, 0))", "x.std(dim=True)", "x.std(dim=False, correction=0)", "x.var(True, True)",
         "torch.var(x, dim=True)", "torch.std_mean(x, dim=True)", "x.var(False, keepdim=True)", "x.transpose(0, True)", "x.permute((True, 0))",
         "x.squeeze(True)", "x.unsqueeze(False)", "x.flip(True)", "x.amax((False,))", "torch.stack([x, x], dim=True)", "x.softmax(True)",
         "torch.zeros(True)", "torch.zeros((True, 2))", "x.as_strided((2,), (1,), True)", "x.argmax(dim=True)", "x.movedim(0, True)"]
BEHIND = ["x.sum((0, True))", "x.amax((1, False))", "x.std((0, True))", "x.permute(0, True)", "x.flip(0, True)", "x.squeeze((0, True))",
          "torch.linalg.matrix_norm(x, dim=(0, True))", "x.rot90(1, (0, True))", "x.reshape(4, True)", "x.roll((1, True), (0, True))"]


def two_by_two():
    return torch.tensor([[3., 1.], [2., 5.]])


@pytest.mark.parametrize("text", ALONE)
def test_alone_and_in_front_it_is_refused(text):
    with pytest.raises(TypeError, match="(int|ints)(, |.*)not bool|invalid combination|element of type bool"):
        eval(text, {"torch": torch, "x": two_by_two()})


@pytest.mark.parametrize("text", BEHIND)
def test_behind_the_first_it_counts(text):
    result, meant = (eval(words, {"torch": torch, "x": two_by_two()})
                     for words in (text, text.replace("True", "1").replace("False", "0")))
    assert result.shape == meant.shape and torch.equal(result, meant)


def test_the_standard_deviation_takes_it_alone():
    x = two_by_two()
    assert x.std(False) == x.std(correction=0) and x.std(True) == x.std() and x.std(unbiased=False) == x.std(False)
