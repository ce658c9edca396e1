"""Whose memory a Tensor shows, `set_`, `range(out=)`, unsigned numbers of NumPy, and True where it is no axis: as in torch."""

import numpy as np
import pytest
import torch

import workbook
from tests.ops import both

EXPRESSIONS = """
a._base | a._is_view() | a[0]._base | a[0]._is_view() | a[0][1:]._base | a.view(6)._base is a | a[0][1:]._base is a | a.t()._base is a
a.detach()._base | a.detach()._is_view() | a.data._base | a[0].data._base | a.detach().view(6)._base | a.clone()._base | a[:1].clone()._base
a.expand(2, 2, 3)._base is a | a.unbind()[0]._base is a | a.contiguous()._base | a.t().contiguous()._base | a.reshape(6)._base is a
a.as_strided((2,), (1,))._base is a | torch.nn.Parameter(a)._base | torch.nn.Parameter(a).view(6)._base.requires_grad | a.is_shared()
a.set_() | a.set_(b) | a.set_(b, 1, (2,)) | a.set_(b, 1, (2,), (2,)) | a.set_(b, 1) | a.set_(b, 1, 2) | a.set_(5) | a.set_('a')
a.set_(b.long()) | a.set_(source=b) | a.set_(b.untyped_storage()) | a.set_(b.untyped_storage(), 1, (2,)) | a.set_(b[2:].untyped_storage())
a.set_(b[2:]) | a.set_(b.storage()) | a.set_(b.storage(), 0, (2, 2), (1, 1)) | a.long().set_(b.storage()) | a.int().set_(b.untyped_storage())
a[0].set_(b) | (a.set_(b), a.add_(1), b) | (a.set_(b), b.add_(1), a) | (lambda v: (a.set_(b), v, a))(a[0]) | (a.set_(b), a._version)
(lambda x: x.set_(b))(torch.ones(2, requires_grad=True)) | a.set_(b, 0, (2, True)) | a.set_(b, -1, (2,))
torch.range(0, 3, out=torch.zeros(4)) | torch.range(0, 3, out=torch.zeros(0)) | torch.range(0, 3, out=torch.zeros(2, 2)) | torch.range(1, 2, 0.5, out=torch.zeros(8)[::2])
torch.range(0, 3, out=torch.zeros(2)) | torch.range(0, 3, out=torch.zeros(4, dtype=torch.int64)) | torch.range(0, 3, out=torch.zeros(4, dtype=torch.bool))
torch.arange(0, 3, out=torch.zeros(3, dtype=torch.bool)) | torch.arange(0, 5, 2.5, out=torch.zeros(2, dtype=torch.int64)) | torch.linspace(0, 3, 4, out=torch.zeros(4, dtype=torch.bool))
torch.arange(3, out=torch.zeros(3), dtype=torch.float64) | torch.arange(3, out=torch.zeros(3, dtype=torch.complex64)) | torch.range(1, 4, 1.5, out=torch.zeros(4, dtype=torch.int64))
torch.linspace(0, 1, 7, out=torch.zeros(7, dtype=torch.float64)) | torch.full((2,), 2, out=torch.zeros(2, dtype=torch.float64)) | torch.arange(3, out=torch.zeros(3, requires_grad=True))
torch.range(0, 3, out=5) | torch.range(0, 3, out=torch.zeros(2, requires_grad=True))
torch.std_mean(a, True, correction=1) | torch.var_mean(a, True, correction=1) | torch.std(a, True, correction=1) | a.var(False, correction=0)
torch.std_mean(a, unbiased=True, correction=1) | torch.std_mean(a, unbiased=True, keepdim=True) | torch.std_mean(a, True) | torch.var(a, 0, correction=None)
torch.std_mean(a, None, True, True) | torch.var_mean(a, dim=None, unbiased=False, keepdim=True) | a.std(unbiased=False) | a.std(keepdim=True, correction=0)
a.tensor_split((True,)) | a.tensor_split((1, True)) | torch.tensor_split(a, [True]) | a.tensor_split((None, 1)) | a.hsplit((True,))
torch.tensor(np.array([1, 65535], np.uint16), dtype=torch.float32) | torch.tensor(np.array([1, 65535], np.uint16), dtype=torch.int16)
torch.as_tensor(np.array([1, 2**63 + 5], np.uint64), dtype=torch.int64) | torch.tensor([np.uint16(3), np.uint64(2**63)], dtype=torch.float32)
torch.asarray(np.ones(2, np.uint32), dtype=torch.uint8) | torch.Tensor(np.ones(2, np.uint16)) | torch.LongTensor(np.ones(2, np.uint16))
torch.tensor([np.float32(1.5)], dtype=torch.int64) | torch.tensor([np.float64(1.5)], dtype=torch.int64) | torch.tensor([torch.tensor(1.5)], dtype=torch.int64)
torch.tensor([np.bool_(True)], dtype=torch.int64) | torch.tensor([1j], dtype=torch.int64) | torch.tensor([1j], dtype=torch.float32) | torch.tensor([1 + 0j], dtype=torch.float32)
torch.tensor([torch.tensor(1.5), 2], dtype=torch.bool) | torch.LongTensor([np.float32(1.5)]) | torch.tensor([np.bool_(True)], dtype=torch.bool)"""
EXPRESSIONS = [word.strip() for line in EXPRESSIONS.strip().splitlines() for word in line.split(" | ")]


@pytest.mark.parametrize("text", [
    pytest.param(text, marks=[pytest.mark.cpu_only("memory of a GPU is always shared")] * ("is_shared" in text)) for text in EXPRESSIONS])
def test_both_say_the_same(text):
    mine, theirs = (both.outcome(engine, text, [both.Input((2, 3)), both.Input((4,), seed=1)]) for engine in ("workbook", "torch"))
    if "raises" in theirs:
        assert mine.get("raises") == theirs["raises"]
        assert mine["message"].splitlines()[0][:24] == theirs["message"][:24]
        assert "Why: " in mine["message"] and "Fix: " in mine["message"]
    else:
        assert not both.difference(mine, theirs, 0), (mine, theirs)


def test_set_of_a_tensor_with_a_past_is_refused():
    """torch sets it, and refuses when the gradient comes back."""
    for library, when in ((workbook, "set_"), (torch, "backward")):
        y = library.ones(2, requires_grad=True)
        for target, source in ((library.ones(2), y), (library.ones(2), y * 2), (y * 2, library.ones(2))):
            with pytest.raises(RuntimeError, match="derivative for (aten::)?set_ is not implemented"):
                target.set_(source)
                assert when == "backward"
                target.sum().backward()
    x, y = workbook.ones(2), workbook.ones(2, requires_grad=True)
    with workbook.no_grad():
        assert y.set_(x).requires_grad and y.data_ptr() == x.data_ptr()


@pytest.mark.parametrize("kind, signed", [("uint16", "int32"), ("uint32", "int64"), ("uint64", "int64")])
def test_what_takes_the_place_of_unsigned_numbers_is_said(kind, signed):
    with pytest.raises(AttributeError, match="use torch.int32 for uint16, torch.int64 for uint32"):
        getattr(workbook, kind)
    for make in (workbook.from_numpy, workbook.tensor, workbook.as_tensor, workbook.asarray):
        with pytest.raises(TypeError, match=rf"can't convert np.ndarray of type numpy.{kind}(.|\n)*array.astype\(np.{signed}\)"):
            make(np.ones(2, kind))
    with pytest.raises(NotImplementedError, match="add_stub"):
        torch.ones(2, dtype=getattr(torch, kind)) + 1


LISTS = """torch.tensor([[], [4], [0]]) | torch.tensor([[], [4.5]]) | torch.tensor([[], ['a']]) | torch.tensor([[[]], [[1]]]) | torch.tensor([[], 4]) | torch.tensor([4, []])
torch.tensor([[], [4]], dtype=torch.float64) | torch.tensor([[1, 2], [3, 'a', 4]]) | torch.tensor([[1, 2], [3, None, 4]]) | torch.tensor([[1, 2, 3], [4, 5], ['a']])
torch.tensor([[1, 2], [3, 'a', 4]], dtype=torch.float32) | torch.tensor([[1, 2], [3, torch.tensor([1, 2])], [4]]) | torch.tensor([[1, 2, 3], [torch.tensor([1, 2]), 5]])
torch.tensor([[1, 2, 3], [np.array([1., 2.]), 5]]) | torch.tensor([1., np.array([1., 2.])]) | torch.tensor([[1, 2, 3], (4, [0, 1])]) | torch.tensor([[1, 2, 3], [4, 5, [0, 1]]])
torch.tensor([[1, 2], [{}, 3, 4]]) | torch.LongTensor([[], [4]]) | torch.tensor([[1, 2], 3]) | a[[1j, 0]] | a[[0, 10**20]] | a[[0, float('nan')]] | a[[0.5]]
torch.ones(2, requires_grad=1) | torch.tensor([1.], requires_grad=0) | torch.zeros_like(a, requires_grad=1) | torch.arange(2., requires_grad=1) | torch.rand(2, requires_grad='a')
torch.asarray([1.], requires_grad=1) | torch.scalar_tensor(1., requires_grad=1) | torch.full((2,), 1., requires_grad=0) | torch.ones(10, size=(0, 1)) | torch.rand(1, size=(2,))
a.clone().normal_(0, np.int64(2)).shape | a.clone().uniform_(np.int64(0), np.float32(2)).shape | a.clone().normal_(1j) | a.clone().random_(True) | a.clone().random_(np.int64(3)).shape
torch.randint(True, 10, (5,)).shape | torch.randint(0, True, (5,)).shape | b.reshape(1, 4).broadcast_to(3, 4) | torch.broadcast_to(b, 3, 4) | b.broadcast_to(-1)
a.view(-1, -3) | a.reshape(-3, -2) | a.view(-2) | a[:0].view(-2, 0) | torch.repeat_interleave(torch.tensor(1)) | torch.repeat_interleave(torch.ones(2, 2))
torch.repeat_interleave(torch.ones(2, 2).long()) | torch.repeat_interleave(torch.ones(2)) | a.repeat_interleave(torch.ones(2, 2), 0) | torch.cartesian_prod(np.ones(2))
a.hsplit(1, 2) | a.vsplit(1, 1) | a.count_nonzero(0, 1)
a.max(dim=torch.tensor(1)) | a.min(dim=torch.tensor(-1)) | a.max(torch.tensor(1)) | torch.max(a, torch.tensor(1.)) | a.max(a, True) | a.max(1, dim=0) | torch.max(a, 1, True, 3)
a.max(torch.tensor(1), True) | torch.max(a, other=a * 0) | a.max(dim=torch.tensor([0])) | a.max(other=5) | torch.gradient(b) | torch.gradient(b, dim=range(1))"""


@pytest.mark.parametrize("text", [word.strip() for line in LISTS.splitlines() for word in line.split(" | ")])
def test_what_variations_of_the_lessons_have_shown(text):
    mine, theirs = (both.outcome(engine, text, [both.Input((2, 3)), both.Input((4,), seed=1)]) for engine in ("workbook", "torch"))
    if "raises" in theirs:
        assert mine.get("raises") == theirs["raises"] and "Why: " in mine["message"] and "Fix: " in mine["message"]
    else:
        assert not both.difference(mine, theirs, 0), (mine, theirs)
