"""The benchmark of the seam: its gate without devices is the gate, and computes the same. Nothing here measures a speed."""

import pytest
from benchmarks import seam

import workbook as torch


@pytest.mark.parametrize("title, call, operation, inputs", seam.rows(torch), ids=lambda part: part if isinstance(part, str) else "")
@pytest.mark.parametrize("with_seam", [True, False])
def test_both_gates_compute_what_the_gate_computes(title, call, operation, inputs, with_seam):
    found, expected = seam.through(seam.gate(with_seam), operation)(*inputs), call()
    assert torch.equal(found, expected) and found.grad_fn.name() == expected.grad_fn.name() and len(found.grad_fn.next_functions) == len(inputs)


def test_without_the_seam_nothing_is_asked_of_devices():
    assert {"_meeting_device", "elsewhere"} <= set(seam.gate(True).__func__.__code__.co_names)
    assert not {"_meeting_device", "elsewhere", "place", "xp"} & set(seam.gate(False).__func__.__code__.co_names)


def test_lines_that_are_not_in_the_gate_are_refused(monkeypatch):
    monkeypatch.setattr(seam, "SEAM", [("no such line", "")])
    with pytest.raises(ValueError, match="lines that the gate has not:\nno such line"):
        seam.gate(True)


def test_a_line_says_what_is_not_met():
    assert seam.line("add", 3e-6, 6e-8).endswith("60 ns    2.0%  (<= 3%)")
    assert seam.line("add", 3e-6, 12e-8).endswith("120 ns    4.0%  (<= 3%: NOT MET)")


def test_a_row_for_each_operation(capsys):
    seam.main(["--rounds", "1"])
    assert [row.split()[0] for row in capsys.readouterr().out.splitlines()] == ["add", "mul", "matmul", "relu"]
