"""An engine for papermill: ``papermill --engine fiscal`` runs a notebook in a fork that has imported everything.

Whoever has a pipeline of papermill runs gets the speed of the package's own batches by one option; what a run writes is
papermill's own.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
from papermill.engines import Engine

from fiscal_analysis.errors import SourceError
from fiscal_analysis.studies import forks

__all__ = ["ForkEngine"]


class ForkEngine(Engine):  # type: ignore[misc]
    """Run each notebook in a process of its own that is there at once; Python notebooks on Linux and FreeBSD only."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_options: Any) -> None:
        """Run the cells up to the first that fails; papermill itself tells of the failure.

        Raises
        ------
        SourceError
            If the system has no such processes, or the one that ran the notebook has died.
        """
        if not forks.available():
            raise SourceError("papermill engine “fiscal”: needs Linux or FreeBSD. Leave out --engine on this system.")
        notebook = nb_man.nb
        fork = forks.shared().new()
        running: Any = None
        try:
            fork.ask("fiscal_analysis.studies.execution:_run", json.dumps(notebook), str(Path.cwd()), dict(os.environ))
            while True:
                kind, content = fork.answer()
                if kind == "told":
                    (place,) = content
                    if running is not None:
                        nb_man.cell_complete(running)
                    running = notebook.cells[place]
                    nb_man.cell_start(running, place)
                elif kind == "raised":
                    raise content
                else:
                    break
        except forks.Died:
            raise SourceError(
                "papermill engine “fiscal”: the notebook's process died (out of memory, or a crash of a library). "
                "Run it without --engine to see more."
            ) from None
        finally:
            fork.kill()
        for cell, executed in zip(notebook.cells, json.loads(content)["cells"], strict=True):
            if cell.cell_type == "code":
                cell.execution_count = executed["execution_count"]
                cell.outputs = [nbformat.from_dict(each) for each in executed["outputs"]]  # type: ignore[no-untyped-call]
                if any(output.output_type == "error" for output in cell.outputs):
                    nb_man.cell_exception(cell)
        if running is not None:
            nb_man.cell_complete(running)
