"""The package as it is handed out: what it asks for, what the conda environment says, what the wheel holds."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import workbook
from workbook.commands.doctor import PACKAGES

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]


def conda_dependencies():
    """Return the lines of environment.yml's dependencies, outside of pip's own list."""
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    return [line.strip().removeprefix("- ") for line in lines if re.match(r"  - (?!pip:)\S", line)]


def test_the_conda_environment_has_the_names_and_bounds_of_the_package_and_the_lab_extra():
    ours = PROJECT["project"]["dependencies"] + EXTRAS["lab"]
    conda = [line for line in conda_dependencies() if line not in ("conda-forge", "pip") and not line.startswith("python=")]
    assert sorted(conda) == sorted(ours)


def test_the_conda_environment_for_a_gpu_is_the_other_one_and_cupy():
    plain, gpu = ((ROOT / name).read_text(encoding="utf-8") for name in ("environment.yml", "environment-gpu.yml"))
    lines = [{line.split("#")[0].rstrip() for line in text.splitlines()} - {""} for text in (plain, gpu)]
    bound = next(name for name in EXTRAS["cuda12"]).split(">=")[1].split(";")[0]
    assert lines[1] - lines[0] == {f"  - cupy>={bound}", "name: workbook-gpu"} and lines[0] - lines[1] == {"name: workbook"}


def test_the_conda_environment_names_a_python_that_the_package_allows_and_installs_the_checkout():
    (python,) = (line.removeprefix("python=") for line in conda_dependencies() if line.startswith("python"))
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert tuple(map(int, python.split("."))) >= tuple(map(int, oldest.split(".")))
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert re.search(r"^  - pip:\n      - -e \.$", text, re.M)
    assert "cupy" not in re.sub(r"#.*", "", text)


def test_lab_py_and_the_package_ask_for_the_same_python():
    (oldest,) = re.findall(r"^OLDEST = (\(.*\))$", (ROOT / "lab.py").read_text(encoding="utf-8"), re.M)
    assert PROJECT["project"]["requires-python"] == ">=" + ".".join(map(str, ast.literal_eval(oldest)))


def test_every_requirement_has_a_lower_bound_and_no_other():
    requirements = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"] + [name for extra in EXTRAS.values() for name in extra]
    assert len(requirements) > 15
    for requirement in requirements:
        assert re.fullmatch(r"[a-z0-9-]+>=[0-9.]+(; sys_platform [!=]= '\w+')?", requirement), requirement


def test_numpy_is_all_that_is_required():
    assert [re.split("[>=]", name)[0] for name in PROJECT["project"]["dependencies"]] == ["numpy"]


def test_cupy_comes_as_ready_made_wheels_that_exclude_each_other_and_never_on_macos():
    assert [EXTRAS[extra] for extra in ("cuda12", "cuda13")] == [[f"cupy-cuda{n}x>=14; sys_platform != 'darwin'"] for n in (12, 13)]
    assert PROJECT["tool"]["uv"]["conflicts"] == [[{"extra": "cuda12"}, {"extra": "cuda13"}]]


def test_the_version_is_written_once():
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "workbook/version.py"
    assert workbook.__version__ == re.search(r'"(2\.13\.0\+workbook\.[0-9.]+)"', (ROOT / "workbook" / "version.py").read_text())[1]


def test_the_doctor_looks_for_what_the_extras_install():
    lab = [re.split("[>=]", name)[0] for name in EXTRAS["lab"]]
    assert [name for name, (_, extra) in PACKAGES.items() if extra == "lab"] == lab
    test = {re.split("[>=]", name)[0] for name in EXTRAS["test"]}
    assert {name for name, (_, extra) in PACKAGES.items() if extra == "test"} <= test


def test_importing_workbook_loads_numpy_and_the_standard_library_only():
    program = "import sys, numpy; before = set(sys.modules); import workbook; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    tops = {name.split(".")[0] for name in ast.literal_eval(done.stdout)}
    cython = {name for name in tops if "cython" in name}  # what NumPy's own compiled modules register
    assert tops - set(sys.stdlib_module_names) - cython <= {"workbook", "numpy"}


def tracked_files():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if done.returncode:
        pytest.skip("this is no git checkout, so it cannot be told which files belong to the project")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def test_no_lock_file_is_committed_and_no_address_of_a_package_index():
    files = tracked_files()
    assert not [path for path in files if path.name.endswith(".lock") or path.name in ("requirements.txt", "package-lock.json")]
    index = re.compile(rb"https?://[^\s\"')]*(?:/simple\b|pypi\.org/|pythonhosted)")
    assert not [path for path in files if path.is_file() and path.stat().st_size < 2_000_000 and index.search(path.read_bytes())]


def test_the_students_copy_and_the_environment_are_ignored_by_git():
    tracked_files()
    paths = [".venv/bin/python", "my-lessons/05.ipynb", "lessons/.workbook/progress.json", "uv.lock"]
    done = subprocess.run(["git", "check-ignore", *paths], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == paths


def test_the_wheel_holds_the_package_with_its_data_and_the_lessons(tmp_path):
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed: pip install hatchling")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    lessons = [path for path in (ROOT / "lessons").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts]
    assert {f"workbook/lessons/{path.relative_to(ROOT / 'lessons').as_posix()}" for path in lessons} <= names
    package = [path for path in tracked_files() if path.is_relative_to(ROOT / "workbook")]
    assert {path.relative_to(ROOT).as_posix() for path in package} <= names
    assert not [name for name in names if name.split("/")[0] not in ("workbook",) and ".dist-info/" not in name]
    assert not [name for name in names if "/.workbook/" in name or "checkpoints" in name]


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_file_and_picture_that_the_readme_points_to_exists():
    targets = re.findall(r"\]\(([^)#\s]+)\)|(?:src|srcset|href)=\"([^\"#]+)\"", README)
    files = [target for pair in targets for target in pair if target and not target.startswith(("http://", "https://"))]
    assert len(files) >= 9
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_the_reading_path_of_the_readme_is_five_files_that_can_be_read_in_an_afternoon():
    path = re.findall(r"^\d\. \[`([\w./]+)`\]\(([\w./]+)\)", README, re.M)
    assert len(path) == 5 and all(shown == target for shown, target in path)
    lengths = {target: len((ROOT / target).read_text(encoding="utf-8").splitlines()) for _, target in path}
    assert {target: length for target, length in lengths.items() if length > 450} == {}
