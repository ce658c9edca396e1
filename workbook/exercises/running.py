"""Running a notebook from the top, and taking out of it what belongs to one run or one machine."""

import hashlib
import json
import os
import re
import sys
import tempfile
from pathlib import Path

from workbook.cores import ONE_THREAD
from workbook.exercises import notebooks

KEPT_OF_CELL = ("jupyter", "slideshow", "tags", "workbook")
KEPT_OF_NOTEBOOK = ("title", "workbook")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SECONDS_A_CELL = 120
SECONDS_TO_START = 240  # of a kernel: a machine that is busy with other work takes its time
NO_NETWORK = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https", "all", "HTTP", "HTTPS", "ALL")}
NO_NETWORK |= {"no_proxy": "", "NO_PROXY": ""}


class NotebookError(Exception):
    """A notebook cannot be run or written down; the message says where and why."""


def executed(notebook, name, after_each=lambda: None):
    """Return the notebook, run from the top in a new kernel of this Python, in an empty folder, without a network.

    `after_each` is called when a cell of code has run.
    Raises NotebookError naming the cell and the error where a cell raises; a cell tagged `raises-exception` may.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    runnable, started = nbformat.from_dict(_ready(notebook)), []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        def run():
            NotebookClient(
                runnable, km=_kernel(), timeout=SECONDS_A_CELL, startup_timeout=SECONDS_TO_START, record_timing=False, resources={"metadata": {"path": folder}},
                on_cell_start=lambda cell, cell_index: started.append(cell_index), on_cell_complete=lambda cell, cell_index: after_each(),
            ).execute(env=_environment(folder))  # fmt: skip

        try:
            _despite_taken_ports(run, started)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            number = started[-1] + 1
            first = runnable.cells[started[-1]].source.strip().splitlines()[0]
            what = {CellTimeoutError: f"not done after {SECONDS_A_CELL} seconds", DeadKernelError: "the kernel died"}.get(type(error))
            raise NotebookError(f"{name}, cell {number} (`{first}`): {what or f'{error.ename}: {error.evalue}'}") from None
        here = os.path.realpath(folder)
    result = json.loads(nbformat.writes(runnable))
    _keep_outputs_that_differ_by_nature(notebook, result)
    for cell in result["cells"]:
        for output in cell.get("outputs", []):
            _without_machine(output, {folder, here})
    return result


def _despite_taken_ports(run, started, tries=3):
    """Run; again where the kernel died before its first cell: another program may have taken a port that was just free."""
    for attempt in range(1, tries + 1):
        try:
            return run()
        except RuntimeError as error:
            if started or attempt == tries or "Kernel died before replying" not in str(error):
                raise


def _ready(notebook):
    """A copy without outputs in which every cell has an id of its own."""
    cells, ids = [], set()
    for number, cell in enumerate(notebook["cells"], start=1):
        id = cell.get("id") or f"cell-{number}"
        id = id if id not in ids else f"{id}-{number}"
        ids.add(id)
        outputs = {"outputs": []} if cell["cell_type"] == "code" else {}
        cells.append({**cell, "id": id, "source": notebooks.source(cell), **outputs})
    return {**notebook, "cells": cells, "nbformat_minor": 5}


def _kernel():
    from ipykernel.kernelspec import make_ipkernel_cmd
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class ThisPython(KernelSpecManager):
        """Whatever kernels the machine has, the one of this environment runs."""

        def get_kernel_spec(self, kernel_name):
            return KernelSpec(argv=make_ipkernel_cmd(extra_arguments=["--log-level=40"]), display_name=KERNEL["display_name"], language="python")

    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())


def _environment(folder):
    package = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    own = {"PYTHONPATH": path, "PYTHONHASHSEED": "0", "IPYTHONDIR": str(Path(folder, ".ipython")), "COLUMNS": "80", "NO_COLOR": "1"}
    return {**os.environ, **NO_NETWORK, **dict.fromkeys(ONE_THREAD, "1"), **own}


def _keep_outputs_that_differ_by_nature(before, after):
    """Where outputs cannot be the same twice and the source has not changed since they were written, the old ones stay."""
    earlier = {cell.get("id"): cell for cell in before["cells"]}
    for cell in after["cells"]:
        if cell["cell_type"] == "code" and "nbval-ignore-output" in notebooks.tags(cell):
            was, ran = earlier.get(cell["id"]), hashlib.sha256(notebooks.source(cell).encode()).hexdigest()[:12]
            if was and notebooks.note(was, "ran") == ran:
                cell["outputs"] = was["outputs"]
            cell["metadata"].setdefault("workbook", {})["ran"] = ran


def normalised(notebook, name):
    """Return the notebook with nothing in it that belongs to one run or one machine. NotebookError where an output cannot be cleaned."""
    cells, count = [], 0
    for number, cell in enumerate(notebook["cells"], start=1):
        metadata = {key: value for key, value in cell["metadata"].items() if key in KEPT_OF_CELL}
        clean = {"cell_type": cell["cell_type"], "id": cell["id"], "metadata": metadata, "source": _lines(notebooks.source(cell))}
        if cell["cell_type"] == "code":
            count += 1
            clean["execution_count"] = count
            clean["outputs"] = [_clean_output(output, count) for output in _joined(cell["outputs"])]
            if machine := _machine_text(clean["outputs"]):
                raise NotebookError(f"{name}, cell {number} shows a folder of this machine: {machine}")
        cells.append(clean)
    metadata = {key: value for key, value in notebook["metadata"].items() if key in KEPT_OF_NOTEBOOK}
    metadata |= {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _clean_output(output, count):
    clean = {key: value for key, value in output.items() if key != "transient"}
    if "execution_count" in clean:
        clean["execution_count"] = count
    if "data" in clean:
        # a widget's view means nothing without its state, and hides the picture that stands beside it in the bundle
        clean["data"] = {kind: value for kind, value in clean["data"].items() if kind != WIDGET_VIEW}
        clean["metadata"] = {}
    return clean


def _joined(outputs):
    """Neighbouring pieces of streams as one piece of each, stdout first: how they were cut, and how they were mixed, depends on time."""
    joined, streams = [], {}
    for output in outputs:
        if output["output_type"] != "stream":
            joined, streams = [*joined, *_in_order(streams), output], {}
        else:
            text = "".join(streams[output["name"]]["text"]) if output["name"] in streams else ""
            streams[output["name"]] = {**output, "text": _lines(text + "".join(output["text"]))}
    return [*joined, *_in_order(streams)]


def _in_order(streams):
    return [streams[name] for name in sorted(streams, reverse=True)]


def _without_machine(output, folders):
    """Take folders and addresses out of what a traceback or a warning shows; other outputs must not hold any."""
    if output["output_type"] == "error":
        output["traceback"] = [_relative(line, folders) for line in output["traceback"]]
        output["evalue"] = _relative(output["evalue"], folders)
    if output.get("name") == "stderr":
        output["text"] = _lines(_relative("".join(output["text"]), folders))


def _relative(text, folders):
    root = Path(__file__).resolve().parents[2]
    for folder in sorted({*folders, str(root)}, key=len, reverse=True):
        for written in {folder, folder.replace(str(Path.home()), "~", 1)}:
            text = text.replace(written + os.sep, "").replace(written, "")
    text = re.sub(r"(?:~|[A-Za-z]:)?[^\s\"'(]*[\\/]ipykernel_\d+[\\/]\d+\.py", "<cell>", text)
    text = re.sub(r"(?:~|[A-Za-z]:)?[^\s\"'(]*[\\/](?:site-packages|lib[\\/]python3\.\d+)[\\/]", "", text)
    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)


def _machine_text(outputs):
    text = json.dumps(outputs, ensure_ascii=False)
    root = str(Path(__file__).resolve().parents[2])
    folders = {root, str(Path.home()), tempfile.gettempdir(), sys.prefix} - {os.sep}
    return next((folder for folder in sorted(folders) if json.dumps(folder)[1:-1] + json.dumps(os.sep)[1:-1] in text), None)


def _lines(text):
    return text.splitlines(keepends=True)
