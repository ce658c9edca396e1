"""`workbook test`: every test, kind by kind, and a table of what happened.

A test file's kind is read off its place: the folder it lies in, or that it imports the real torch. Each kind is a pytest run of its
own, so that a browser or a kernel that hangs cannot take the others with it.
"""

import ast
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import tomllib
import xml.etree.ElementTree as xml
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from workbook.commands import Refused, chromium, places
from workbook.cores import ONE_THREAD

HELP = "run the tests: units, doctests, lessons, the browser, and parity with PyTorch"

KINDS = ("unit", "parity", "simulated cuda", "doctests", "lessons", "notebooks", "browser", "commands")
ON_CUDA = "all on cuda"  # with --full: units and parity once more, with the examples of every day, where every new Tensor lies on a GPU
KIND_OF_FOLDER = {
    "browser": "browser", "commands": "commands", "lessons": "lessons", "release": "lessons", "simulated": "simulated cuda",
}  # fmt: skip
OPTIONS = {
    "doctests": ["--doctest-modules", "-o", "python_functions=", "-o", "python_classes="],
    "notebooks": ["--nbval", "--nbval-current-env", "--dist", "loadscope"],
}
# pytest would load every plugin that is installed, in each process of each kind; nbval alone takes more than two seconds.
PLUGINS = ("xdist.plugin", "pytest_timeout", "_hypothesis_pytestplugin")
MORE_PLUGINS = {"notebooks": ("nbval.plugin",), ON_CUDA: ("tests.on_cuda",)}
DEVICES = ("cpu", "simulated cuda", "cuda")  # a test says by the property "device" where it ran: tests/conftest.py, tests/on_cuda.py
ONE_AT_A_TIME = {"browser"}  # one server and one browser serve the whole run
WORTH_TWO_WORKERS = 4  # files; with fewer, starting the workers takes longer than they save
EXAMPLES = 250  # that hypothesis generates for each test of a full run
SECONDS_A_TEST = 120  # as in pyproject.toml
NO_TESTS_COLLECTED = 5  # pytest's exit code


def add_arguments(parser):
    """Add the options of `workbook test`."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only what lies there: tests/nn, lessons, workbook/ops, a file ...")
    parser.add_argument("--full", action="store_true", help="also what takes too long for every day, more examples of the rest, "
                        "and units and parity once more on a GPU, which is simulated where there is none")
    parser.add_argument("--examples", type=int, metavar="N",
                        help="with --full: how many examples to generate for each test (250); 20000 takes most of a day")


def main(args):
    """Run the tests, print the table, and return 1 where a test failed or a kind that has files ran none of them."""
    root = places.project()
    if root is None:
        raise Refused("The tests come with the source and not with the installed package: get the project's folder and start there.")
    if importlib.util.find_spec("pytest") is None:
        raise Refused(f"pytest is missing: start with  python lab.py test , or install it:  {places.install('lab,test')}")
    if args.examples is not None and not (args.full and args.examples > 0):
        raise Refused("--examples takes a number of examples above 0 and belongs to --full:  workbook test --full --examples 20000")
    results = []
    kinds = chosen(root, args.paths)
    if args.full:
        kinds |= repeated(root, kinds)
    for kind, paths in kinds.items():
        print(f"\n{kind}\n{'=' * len(kind)}", flush=True)
        results.append(run_kind(kind, paths, root, args.full and (args.examples or EXAMPLES)))
    print("\n" + table(results, shares(root)))
    return int(any(result.bad for result in results))


@dataclass
class Result:
    """What one kind of test came to."""

    kind: str
    passed: int = 0
    failed: int = 0
    seconds: float = 0.0
    skipped: Counter = field(default_factory=Counter)  # reason: how often
    trouble: str = ""  # why the run itself is no good
    devices: Counter = field(default_factory=Counter)  # (device, "passed", "failed" or "skipped"): how often

    @property
    def bad(self):
        return bool(self.failed or self.trouble)


# Which tests there are ------------------------------------------------------------------------------------------------


def chosen(root, asked):
    """Return {kind: paths for pytest} for what is asked, or for everything; a kind without files has an empty list."""
    kinds = {kind: [] for kind in KINDS}
    for path in files_of_tests(root):
        kinds[kind_of(path, root)].append(path)
    # A folder, because pytest takes a file that is named to it for a file of tests as well.
    kinds["doctests"] = [root / "workbook"] if any((root / "workbook").rglob("*.py")) else []
    kinds["notebooks"] = sorted(path for path in (root / "lessons").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    if not asked:
        return kinds
    picked = {kind: [] for kind in KINDS}
    for wanted in asked:
        place, *inside = wanted.split("::")
        place = Path(place).resolve()
        hits = [(kind, path) for kind in KINDS for path in kinds[kind] if path == place or place in path.parents]
        if place.exists() and place.is_relative_to(root / "workbook"):
            hits = [("doctests", place)]
        if not hits:
            raise Refused(f"{wanted}: there are no tests here. Tests are in tests/, lessons/ and the docstrings of workbook/.")
        for kind, path in hits:
            picked[kind].append("::".join([str(path), *inside]))
    return {kind: paths for kind, paths in picked.items() if paths}


def repeated(root, kinds):
    """Return {ON_CUDA: what of the paths of those kinds is repeated on a GPU}; nothing where none of it is."""
    folders = tomllib.loads((root / "tests" / "on_cuda.toml").read_text(encoding="utf-8"))["repeated"]
    paths = [path for kind in ("unit", "parity") for path in kinds.get(kind, ())
             if Path(str(path).split("::")[0]).relative_to(root / "tests").parts[0] in folders]
    return {ON_CUDA: paths} if paths else {}


def files_of_tests(root):
    """Return every file of tests."""
    return sorted((root / "tests").rglob("test_*.py"))


def kind_of(path, root):
    """Return the kind of a test file, read off its place and then off its imports."""
    first = path.relative_to(root / "tests").parts[0]
    if first == "test_packaging.py":
        return "commands"
    return KIND_OF_FOLDER.get(first) or ("parity" if first == "parity" or imports_torch(path) else "unit")


def imports_torch(path, only_at_top=False):
    """Tell whether the file imports the real torch: anywhere in it, or by a statement of its top level."""
    tree = ast.parse(path.read_bytes())
    for node in tree.body if only_at_top else ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "torch" for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "torch" and not node.level:
            return True
        if isinstance(node, ast.Call) and "importorskip" in ast.unparse(node.func):
            if any(isinstance(name, ast.Constant) and name.value == "torch" for name in node.args):
                return True
    return False


# Running them ---------------------------------------------------------------------------------------------------------


def run_kind(kind, paths, root, examples):
    """Run the tests of one kind in a pytest of their own and return its Result. `examples`: as many for each test, and --full."""
    if not paths:
        return Result(kind, skipped=Counter({"there are none yet": 1}))
    if kind == "browser" and chromium.find_chromium() is None:
        reason = f"no browser was found: {chromium.FIX}"
        print(reason)
        return Result(kind, skipped=Counter({reason: len(paths)}))
    since = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="workbook-test-") as scratch:
        report = Path(scratch) / "report.xml"
        options = [*OPTIONS.get(kind, ()), "-q", "--no-header", "--color", "yes" if sys.stdout.isatty() else "no"]
        options += ["--continue-on-collection-errors", f"--junitxml={report}"]
        if len(paths) >= WORTH_TWO_WORKERS and kind not in ONE_AT_A_TIME and (os.cpu_count() or 1) > 1:
            options += ["-n", "2"]
        if examples:
            options += [f"--timeout={SECONDS_A_TEST * max(1, examples // EXAMPLES)}"]
        command = [sys.executable, "-m", "pytest", *options, *map(str, paths)]
        code = subprocess.call(command, cwd=root, env=environment(Path(scratch), examples, kind))
        result = read_report(kind, report, code)
    result.seconds = time.monotonic() - since
    return result


def environment(scratch, examples, kind):
    """Return the variables for a run: one thread a process, no settings of the person who runs it, none of the person's files."""
    changed = {name: "1" for name in ONE_THREAD}
    changed |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": ",".join(PLUGINS + MORE_PLUGINS.get(kind, ()))}
    if kind == ON_CUDA:  # the plugin lies in the project, which pytest finds only after its plugins
        changed["PYTHONPATH"] = os.pathsep.join(filter(None, (str(places.project()), os.environ.get("PYTHONPATH"))))
    changed |= {"IPYTHONDIR": scratch / "ipython", "JUPYTER_PREFER_ENV_PATH": "1"}
    changed |= {f"JUPYTER_{what}_DIR": scratch / what.lower() for what in ("CONFIG", "DATA", "RUNTIME")}
    changed |= {f"JUPYTERLAB_{what}_DIR": scratch / what.lower() for what in ("SETTINGS", "WORKSPACES")}
    if examples and kind == ON_CUDA:  # the formulas are those of the CPU: more examples say little of the device, and it is slow when simulated
        changed |= {"WORKBOOK_FULL": "tests"}
    elif examples:
        changed |= {"WORKBOOK_FULL": "1", "WORKBOOK_EXAMPLES": str(examples)}
    if browser := chromium.find_chromium():
        changed["WORKBOOK_CHROMIUM"] = browser
    return os.environ | {name: str(value) for name, value in changed.items()}


def read_report(kind, report, code):
    """Return the Result that pytest's report and exit code tell."""
    result = Result(kind)
    try:
        cases = list(xml.parse(report).iter("testcase"))
    except (OSError, xml.ParseError):
        result.trouble = f"pytest stopped with exit code {code} and left no report"
        return result
    for case in cases:
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
            came = "failed"
        elif skip is not None:
            result.skipped[reason_of(skip)] += 1
            came = "skipped"
        else:
            result.passed += 1
            came = "passed"
        result.devices[device_of(case, kind), came] += 1
    if not cases:
        result.trouble = "files are there, and not one test in them"
    elif code not in (0, 1) and not (code == NO_TESTS_COLLECTED and result.skipped):
        result.trouble = f"pytest stopped with exit code {code}"
    elif code == 1 and not result.failed:
        result.trouble = "pytest reported a failure outside of the tests"
    return result


def device_of(case, kind):
    """Return where a test's Tensors lay: what the test said last, or what goes without saying for its kind."""
    said = [told.get("value") for told in case.iter("property") if told.get("name") == "device"]
    return (said or [kind if kind in DEVICES else "cpu"])[-1]


def reason_of(skip):
    """Return why a test was skipped; for a whole file, pytest writes (file, line, "Skipped: reason") as the text."""
    message = skip.get("message") or "no reason was given"
    if message == "collection skipped" and skip.text:
        return ast.literal_eval(skip.text)[2].removeprefix("Skipped: ")
    return message


# The table ------------------------------------------------------------------------------------------------------------


def shares(root):
    """Return {kind: (name of its share, its minutes, the kinds that share it)} from tests/shares.toml."""
    entries = tomllib.loads((root / "tests" / "shares.toml").read_text(encoding="utf-8"))
    return {kind: (name, entry["minutes"], entry["kinds"]) for name, entry in entries.items() for kind in entry["kinds"]}


def table(results, shares):
    """Return the table of all kinds, under it that of the devices, and then every reason for a skip and every trouble."""
    seconds = {result.kind: result.seconds for result in results}
    lines = [f"{'kind':<16}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}   share of the time"]
    for result in results:
        name, minutes, together = shares[result.kind]
        used = sum(seconds.get(kind, 0) for kind in together) / (60 * minutes)
        lines.append(
            f"{result.kind:<16}{result.passed:>8}{result.failed:>8}{result.skipped.total():>9}{result.seconds:>9.1f}"
            f"   {used:.0%} of {minutes} min for {name}{', OVER ITS SHARE' if used > 1 else ''}"
        )
    lines.append(f"{'all':<16}{sum(r.passed for r in results):>8}{sum(r.failed for r in results):>8}"
                 f"{sum(r.skipped.total() for r in results):>9}{sum(seconds.values()):>9.1f}")  # fmt: skip
    where = sum((result.devices for result in results), Counter())
    if where:
        lines.append(f"{'device':<16}{'passed':>8}{'failed':>8}{'skipped':>9}")
        lines += [f"{device:<16}{where[device, 'passed']:>8}{where[device, 'failed']:>8}{where[device, 'skipped']:>9}" for device in DEVICES]
    for result in results:
        lines += [f"skipped, {result.kind}: {count} x {reason}" for reason, count in result.skipped.items()]
        lines += [f"TROUBLE, {result.kind}: {result.trouble}"] if result.trouble else []
    return "\n".join(lines)
