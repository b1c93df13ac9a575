"""Running a notebook with parameters, and making its stored form depend on nothing but its content."""

from __future__ import annotations

import copy
import html
import json
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import nbformat

from fiscal_analysis.charts.report_mode import VARIABLE
from fiscal_analysis.errors import FiscalAnalysisError, SourceError
from fiscal_analysis.studies import forks

__all__ = ["Running", "StudyError", "execute", "inject", "stable", "without_folders"]

INJECTED = "injected-parameters"
TIMEOUT = 600
"""Seconds that one cell may take: far more than any study needs, so that a hung kernel is told from a slow one."""

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class StudyError(FiscalAnalysisError):
    """A notebook stopped with an error; the message names the cell and what it said."""


def execute(path: Path, parameters: Mapping[str, Any], *, folder: Path) -> nbformat.NotebookNode:
    """Execute a notebook in a process of its own and return it with its outputs.

    The process is a fork of one that has imported everything, where the system can have such processes (see
    ``forks.py``), else a Jupyter kernel. It begins empty either way, and ends with the notebook.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed.
    parameters : mapping
        Checked parameters; they are injected below the cell tagged ``parameters``, as papermill does it.
    folder : Path
        The working directory of the notebook's process. Modules there can be imported, and those in the notebook's own
        folder, as where it is opened in Jupyter.

    Returns
    -------
    nbformat.NotebookNode
        In its stable form, see :func:`stable`; charts are not drawn yet, and tables carry their data.

    Raises
    ------
    StudyError
        If a cell fails, or the process dies or hangs.
    SourceError
        If the file cannot be read as a notebook.
    """
    if not forks.available():
        return _execute_in_kernel(path, parameters, folder=folder)
    try:
        running = Running(forks.shared(), path, parameters, folder=folder)
    except forks.Died:
        return _execute_in_kernel(path, parameters, folder=folder)
    try:
        while True:
            wait([running.fork], running.patience)  # type: ignore[list-item]
            if (executed := running.step()) is not None:
                return executed
    finally:
        running.fork.kill()


class Running:
    """A notebook that runs in a fork; ask :meth:`step` whenever its fork has something to tell, or patience is over."""

    def __init__(self, source: forks.Forks, path: Path, parameters: Mapping[str, Any], *, folder: Path) -> None:
        self.path = path
        self._notebook = inject(_read(path), parameters)
        self._place: int | None = None
        self._since: float | None = None
        self.fork = source.new()
        environment = dict(os.environ) | {VARIABLE: "1"}
        beside = str(path.parent.absolute())
        self.fork.ask(f"{__name__}:_run", json.dumps(self._notebook), str(folder), environment, beside)

    @property
    def patience(self) -> float | None:
        """Seconds that the cell may still take."""
        return None if self._since is None else max(0.0, self._since + TIMEOUT - time.monotonic())

    def step(self) -> nbformat.NotebookNode | None:
        """Take one answer; return the executed notebook if it is that.

        Raises
        ------
        StudyError
            If a cell has failed or takes too long, or the process has died.
        """
        try:
            if not self.fork.connection.poll(0):
                if self.patience == 0:
                    raise self._stopped(f"the cell took longer than {TIMEOUT} seconds")
                return None
            kind, content = self.fork.answer()
        except forks.Died:
            raise self._stopped("the process died (out of memory, or a crash of a library)") from None
        if kind == "told":
            (self._place,) = content
            self._since = time.monotonic()
            return None
        if kind == "raised":
            raise self._stopped(f"{type(content).__name__}: {content}")
        executed = nbformat.from_dict(json.loads(content))  # type: ignore[no-untyped-call]
        failed = [each for cell in executed.cells if _stopping(cell) for each in cell.outputs if "ename" in each]
        if failed:
            said = f"{failed[-1].ename}: {failed[-1].evalue}"
            raise StudyError(f"study “{self.path.stem}” stopped in {_failing(executed)}: {said}")
        return stable(executed)

    def _stopped(self, reason: str) -> StudyError:
        where = "its first cell"
        if self._place is not None:
            where = _cell_words(self._notebook, self._place)
        return StudyError(f"study “{self.path.stem}” stopped in {where}: {reason}")


def _run(told: Any, notebook: str, folder: str, environment: Mapping[str, str], beside: str = "") -> str:
    """Run a notebook in this process, which is a fork; modules in the folder `beside` can be imported, if any."""
    from fiscal_analysis.studies.shell import run_cells

    if beside:
        sys.path.insert(0, beside)
    return json.dumps(run_cells(json.loads(notebook), folder=folder, environment=environment, told=told))


def _stopping(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", [])


def _read(path: Path) -> nbformat.NotebookNode:
    try:
        notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: cannot be read as a notebook ({error})") from error
    return notebook


def _execute_in_kernel(path: Path, parameters: Mapping[str, Any], *, folder: Path) -> nbformat.NotebookNode:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = inject(_read(path), parameters)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        # Several kernels must not wait for each other at the one history database.
        extra_arguments=["--HistoryManager.enabled=False", "--log-level=40"],
    )
    places = [str(path.parent.absolute()), os.environ.get("PYTHONPATH", "")]
    environment = dict(os.environ) | {VARIABLE: "1", "PYTHONPATH": os.pathsep.join(filter(None, places))}
    try:
        client.execute(env=environment)
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
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.source.strip():
            if _stopping(cell) and any(output.output_type == "error" for output in cell.outputs):
                return _cell_words(notebook, place)
            if cell.execution_count is not None:
                last = f"or after {_cell_words(notebook, place)}"
    return last


def _cell_words(notebook: nbformat.NotebookNode, place: int) -> str:
    """Return a cell's number and first line; it is counted in the notebook as it lies in its folder."""
    before = [cell for cell in notebook.cells[:place] if INJECTED not in cell.metadata.get("tags", [])]
    return f"cell {len(before) + 1} ({notebook.cells[place].source.strip().splitlines()[0]})"


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


def without_folders(notebook: nbformat.NotebookNode, paths: Sequence[str]) -> nbformat.NotebookNode:
    """Return `notebook` with the names of files in place of their paths, in the injected parameters and all outputs."""
    if not paths:
        return notebook
    names: dict[str, str] = {}
    for path in paths:
        for written in (str, lambda text: repr(text)[1:-1], html.escape):
            names[written(path)] = written(Path(path).name)
    # The longest first: one path may be the beginning of another.
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))

    def told(content: Any) -> Any:
        if isinstance(content, str):
            return pattern.sub(lambda found: names[found[0]], content)
        if isinstance(content, dict):
            return {key: told(value) for key, value in content.items()}
        return [told(each) for each in content] if isinstance(content, list) else content

    kept = copy.deepcopy(notebook)
    for cell in kept.cells:
        if cell.cell_type == "code":
            cell["outputs"] = nbformat.from_dict(told(cell.outputs))  # type: ignore[no-untyped-call]
            if INJECTED in cell.metadata.get("tags", []):
                cell["source"] = told(cell.source)
    return kept
