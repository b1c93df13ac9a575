"""The engine for papermill: what a kernel gives, from a process that is there at once and apart from all others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from fiscal_analysis.studies import forks

pytestmark = pytest.mark.skipif(not forks.available(), reason="this system has no forks")


def write(path: Path, *sources: str) -> Path:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, path)
    return path


def run(path: Path, folder: Path, **parameters: Any) -> nbformat.NotebookNode:
    return papermill.execute_notebook(
        path, None, parameters=parameters, engine_name="fiscal", cwd=folder, progress_bar=False
    )


def test_a_notebook_gives_what_a_kernel_gives(tmp_path: Path) -> None:
    source = "import os\nprint(os.path.basename(os.getcwd()))\n{'total': amount * 2}"
    path = write(tmp_path / "study.ipynb", "amount = 1", source)
    ours = run(path, tmp_path, amount=21)
    kernel = papermill.execute_notebook(path, None, parameters={"amount": 21}, cwd=tmp_path, progress_bar=False)
    assert [cell.outputs for cell in ours.cells] == [cell.outputs for cell in kernel.cells]
    assert [cell.execution_count for cell in ours.cells] == [cell.execution_count for cell in kernel.cells] == [1, 2, 3]
    assert ours.cells[2].outputs[1].data["text/plain"] == "{'total': 42}"
    assert ours.cells[2].metadata.papermill.status == "completed"


def test_nothing_of_one_run_is_left_for_the_next(tmp_path: Path) -> None:
    first = write(tmp_path / "first.ipynb", "x = 1", "import sys\nsys.left = 'behind'")
    second = write(tmp_path / "second.ipynb", "x = 1", "import sys\nprint(hasattr(sys, 'left'))")
    run(first, tmp_path)
    assert run(second, tmp_path).cells[1].outputs[0].text == "False\n"


def test_a_failing_cell_is_told_as_papermill_tells_it(tmp_path: Path) -> None:
    path = write(tmp_path / "study.ipynb", "x = 0", "1 / x", "print('never')")
    with pytest.raises(papermill.PapermillExecutionError, match="ZeroDivisionError"):
        run(path, tmp_path)
