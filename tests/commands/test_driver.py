"""What `workbook doctor` says of an NVIDIA driver, which a script plays here."""

import sys

import pytest

from workbook.commands import doctor
from workbook.commands.driver import driver

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script that plays nvidia-smi is one of a shell")

# what nvidia-smi prints, how it ends, the extra that fits, a phrase of the doctor's finding
SAID = {
    "CUDA 12": ("| NVIDIA-SMI 550.54   Driver Version: 550.54   CUDA Version: 12.4  |", 0, "cuda12", "driver 550.54, CUDA 12"),
    "CUDA 13": ("| NVIDIA-SMI 580.1   Driver Version: 580.1   CUDA Version: 13.0  |", 0, "cuda13", "driver 580.1, CUDA 13"),
    "a later one": ("| NVIDIA-SMI 640.1   Driver Version: 640.1   CUDA Version: 15.1  |", 0, "cuda13", "CUDA 15"),
    "too old": ("| NVIDIA-SMI 470.1   Driver Version: 470.1   CUDA Version: 11.4  |", 0, None, "too old for CuPy, which needs CUDA 12"),
    "broken": ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9, None, "the NVIDIA driver does not work: NVIDIA-SMI has failed"),
}


@pytest.mark.parametrize(("text", "code", "extra", "phrase"), SAID.values(), ids=SAID)
def test_the_extra_that_fits_the_driver(monkeypatch, tmp_path, text, code, extra, phrase):
    command = tmp_path / "nvidia-smi"
    command.write_text(f'#!/bin/sh\nif [ -n "$1" ]; then echo "NVIDIA X1"; else echo "{text}"; fi\nexit {code}\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(doctor, "version_of", lambda name: None)
    found = {finding.what: finding for finding in doctor.devices()}
    assert phrase in found["gpu"].found
    if code == 0:
        assert driver()[0].extra == extra and driver()[0].gpus == ["NVIDIA X1"]
        assert extra is None or extra in found["cupy"].fix


def test_without_a_driver(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    there, why = driver()
    assert there is None and "no NVIDIA driver is installed" in why
