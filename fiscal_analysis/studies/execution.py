"""Running a notebook with parameters, and making its stored form depend on nothing but its content."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from fiscal_analysis.errors import FiscalAnalysisError, SourceError

__all__ = ["StudyError", "execute", "inject", "stable"]

INJECTED = "injected-parameters"
TIMEOUT = 600
"""Seconds that one cell may take: far more than any study needs, so that a hung kernel is told from a slow one."""

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class StudyError(FiscalAnalysisError):
    """A notebook stopped with an error; the message names the cell and what it said."""


def execute(path: Path, parameters: Mapping[str, Any], *, folder: Path) -> nbformat.NotebookNode:
    """Execute a notebook in a process of its own and return it with its outputs.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed.
    parameters : mapping
        Checked parameters; they are injected below the cell tagged ``parameters``, as papermill does it.
    folder : Path
        The working directory of the notebook's process.

    Returns
    -------
    nbformat.NotebookNode
        In its stable form, see :func:`stable`.

    Raises
    ------
    StudyError
        If a cell fails, or the process dies or hangs.
    SourceError
        If the file cannot be read as a notebook.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: cannot be read as a notebook ({error})") from error
    notebook = inject(notebook, parameters)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        # Several kernels must not wait for each other at the one history database.
        extra_arguments=["--HistoryManager.enabled=False", "--log-level=40"],
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise StudyError(
            f"study “{path.stem}” stopped in {_failing(notebook)}: {error.ename}: {error.evalue}"
        ) from error
    except (CellTimeoutError, DeadKernelError) as error:
        said = _ANSI.sub("", str(error)).strip().splitlines()
        raise StudyError(
            f"study “{path.stem}” stopped in {_failing(notebook)}: {said[0] if said else error}"
        ) from error
    return stable(notebook)


def _failing(notebook: nbformat.NotebookNode) -> str:
    """Return which cell failed, in words, with its first line."""
    last = "its first cell"
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and cell.source.strip():
            if any(output.output_type == "error" for output in cell.outputs):
                return f"cell {number} ({cell.source.strip().splitlines()[0]})"
            if cell.execution_count is not None:
                last = f"or after cell {number} ({cell.source.strip().splitlines()[0]})"
    return last


def inject(notebook: nbformat.NotebookNode, parameters: Mapping[str, Any]) -> nbformat.NotebookNode:
    """Return a copy of `notebook` with a cell that sets `parameters`, below the one tagged ``parameters``."""
    filled = copy.deepcopy(notebook)
    cells = [cell for cell in filled.cells if INJECTED not in cell.metadata.get("tags", [])]
    if parameters:
        source = "\n".join(["# Parameters", *(f"{name} = {value!r}" for name, value in parameters.items())])
        cell = nbformat.v4.new_code_cell(source, metadata={"tags": [INJECTED]})  # type: ignore[no-untyped-call]
        cell["id"] = INJECTED
        places = [i for i, c in enumerate(cells) if "parameters" in c.metadata.get("tags", [])]
        cells.insert(places[0] + 1 if places else 0, cell)
    filled.cells = cells
    return filled


def stable(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return `notebook` without what changes from run to run: times, durations, transient ids, the machine's version.

    Two executions over the same data then are the same file, byte for byte.
    """
    kept = copy.deepcopy(notebook)
    kept.metadata = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            **(
                {"fiscal_analysis": notebook.metadata["fiscal_analysis"]}
                if "fiscal_analysis" in notebook.metadata
                else {}
            ),
        }
    )
    for number, cell in enumerate(kept.cells, start=1):
        cell.metadata = nbformat.from_dict({"tags": list(cell.metadata["tags"])} if cell.metadata.get("tags") else {})  # type: ignore[no-untyped-call]
        if not cell.get("id"):
            cell["id"] = f"cell-{number}"
        if cell.cell_type == "code":
            for output in cell.outputs:
                output.pop("transient", None)
                if "metadata" in output:
                    output.metadata = nbformat.from_dict({})  # type: ignore[no-untyped-call]
    return kept
