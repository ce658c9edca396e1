"""The benchmark of GPUs: its work runs, and no speed is read off a simulated one."""

import pytest

import workbook as torch
from benchmarks import gpu


def test_a_simulated_gpu_is_not_measured(capsys):
    with torch.cuda.simulate(1):
        assert gpu.main([]) == 2
    assert capsys.readouterr().out == "not measured: the GPU is simulated, and its speed says nothing\n"


def test_without_a_gpu_the_reason_is_told(capsys):
    with torch.cuda.simulate(0):
        if torch.cuda.is_available():
            pytest.skip("there is a GPU here")
        assert gpu.main([]) == 2
    assert capsys.readouterr().out.startswith("not measured: CuPy is not installed") or "CuPy" in torch.devices.report()[1][2]


@pytest.mark.parametrize("prepare", [gpu.lenet(2), gpu.wide(16, 3), gpu.cifar(2), gpu.chain(100)], ids=["lenet", "wide", "cifar", "chain"])
def test_the_work_computes_on_a_gpu_what_it_computes_on_the_cpu(prepare):
    with torch.cuda.simulate(1) as gpus:
        with gpu.on_the_gpu(torch):
            work = prepare(torch)
        work()
        gpus.clear()
        results = [work() for _ in range(2)]
        assert gpus.bill() == []
        assert all(value.is_cuda for result in results for value in result.values())
        assert torch.isfinite(results[1]["loss"] if "loss" in results[1] else results[1]["some"]).all()


def test_a_line_says_what_is_not_met():
    row = gpu.Row("a step", None, 1.3)
    assert gpu.figures(row, 0.002, 0.001, torch).endswith("2.00 (1.3 NOT)") and gpu.figures(row, 0.001, 0.001, torch).endswith("1.00 (1.3)")
    assert gpu.figures(row, 0.002, None, torch).endswith("2.000 ms")
    assert "560 GB/s" in gpu.figures(gpu.Row("a chain", None, 0.7, 7), 0.005, None, torch)
