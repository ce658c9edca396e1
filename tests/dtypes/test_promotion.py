"""The dtype of a result: the whole table, the three ranks, and what Python's own types mean."""

import pytest

import workbook as torch
from workbook import dtypes

ALL = [d for d in dtypes.ALL if d is not dtypes.bfloat16]
NAMES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128"]
# Row by row, the dtype in which the row's and the column's meet (PyTorch 2.13.0), in the order of NAMES.
TABLE = """
bool uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128
uint8 uint8 int16 int16 int32 int64 float16 float32 float64 complex64 complex128
int8 int16 int8 int16 int32 int64 float16 float32 float64 complex64 complex128
int16 int16 int16 int16 int32 int64 float16 float32 float64 complex64 complex128
int32 int32 int32 int32 int32 int64 float16 float32 float64 complex64 complex128
int64 int64 int64 int64 int64 int64 float16 float32 float64 complex64 complex128
float16 float16 float16 float16 float16 float16 float16 float32 float64 complex64 complex128
float32 float32 float32 float32 float32 float32 float32 float32 float64 complex64 complex128
float64 float64 float64 float64 float64 float64 float64 float64 float64 complex128 complex128
complex64 complex64 complex64 complex64 complex64 complex64 complex64 complex64 complex128 complex64 complex128
complex128 complex128 complex128 complex128 complex128 complex128 complex128 complex128 complex128 complex128 complex128
"""
PAIRS = [(a, b, met) for a, row in zip(NAMES, TABLE.split("\n")[1:-1]) for b, met in zip(NAMES, row.split())]


@pytest.mark.parametrize("a, b, met", PAIRS)
def test_two_dtypes_meet(a, b, met):
    assert torch.promote_types(getattr(torch, a), getattr(torch, b)) is getattr(torch, met)
    left, right = (torch.ones(2, dtype=getattr(torch, name)) for name in (a, b))
    if not (a == b == "bool"):
        assert (left * right).dtype is getattr(torch, met)


RANKS = [
    ("int64", 1, 1.5, "float32"), ("float16", 1, 1.5, "float16"), ("uint8", 1, 3, "uint8"), ("bool", 1, 3, "int64"),
    ("bool", 1, True, "bool"), ("float64", 1, 2, "float64"), ("float32", 1, 1j, "complex64"), ("float64", 1, 1j, "complex128"),
    ("int8", 0, 2.0, "float32"), ("int32", 0, 7, "int32"), ("float16", 0, 1.0, "float16"),
]


@pytest.mark.parametrize("name, ndim, number, met", RANKS)
def test_a_python_number_matters_only_by_its_kind(name, ndim, number, met):
    tensor = torch.ones((2,) * ndim, dtype=getattr(torch, name))
    assert torch.result_type(tensor, number) is getattr(torch, met)
    if not isinstance(number, complex):
        assert (tensor + number).dtype is getattr(torch, met)


@pytest.mark.parametrize("wide, single, met", [
    ("float32", "float64", "float32"), ("int64", "float64", "float64"), ("int8", "int64", "int8"), ("bool", "int8", "int8"),
    ("float16", "float32", "float16"), ("int64", "float16", "float16"),
])
def test_a_tensor_without_axes_gives_way_within_its_kind(wide, single, met):
    result = torch.ones(2, dtype=getattr(torch, wide)) + torch.ones((), dtype=getattr(torch, single))
    assert result.dtype is getattr(torch, met)


def test_integers_divide_to_the_default_float():
    assert (torch.ones(2, dtype=torch.int64) / 2).dtype is torch.float32
    torch.set_default_dtype(torch.float64)
    try:
        assert (torch.ones(2, dtype=torch.int64) / 2).dtype is torch.float64
        assert torch.tensor([1.5]).dtype is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("given, meant", [(float, "float64"), (int, "int64"), (bool, "bool"), (complex, "complex128")])
def test_pythons_own_types_name_dtypes(given, meant):
    assert torch.zeros(1, dtype=given).dtype is getattr(torch, meant)
    assert torch.zeros(1).to(given).dtype is getattr(torch, meant)


def test_what_is_no_dtype_is_refused():
    with pytest.raises(TypeError, match="argument 'dtype' must be torch.dtype, not str"):
        torch.zeros(1, dtype="float32")
    with pytest.raises(TypeError, match="bfloat16 is known by name only\n  Why: "):
        torch.zeros(1, dtype=torch.bfloat16)
    with pytest.raises(TypeError, match="bfloat16 is known by name only\n  Why: .*\n  Fix: use torch.float16 or torch.float32"):
        torch.zeros(1).bfloat16()


def test_each_dtype_is_one_object_that_says_what_it_is():
    assert [repr(d) for d in ALL] == [f"torch.{name}" for name in NAMES]
    assert [d.is_floating_point for d in ALL] == ["float" in name for name in NAMES]
    assert [d.itemsize for d in ALL] == [1, 1, 1, 2, 4, 8, 2, 4, 8, 8, 16]
    assert torch.float is torch.float32 and torch.long is torch.int64 and torch.half is torch.float16
