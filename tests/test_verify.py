"""Published notebooks run again: what has changed is told cell by cell, and a stripped notebook does not pass."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fiscal_analysis import studies
from fiscal_analysis.cli import main
from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.studies import catalogue, engine, plan
from fiscal_analysis.studies import verify as verifying
from fiscal_analysis.studies.verify import stripped, verify
from tests.test_batches import CHART, PARAMETERS, TABLE, make_project, write_notebook

CELLS = (PARAMETERS, TABLE, CHART, "print('/tmp/abc/def', object())", "20 + 3")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path / "project")
    for module in (catalogue, engine, plan, verifying):
        monkeypatch.setattr(module, "project_root", lambda: root)
    write_notebook(root / "notebooks" / "carryover.ipynb", *CELLS)
    studies.publish_study("carryover")
    return root


def change(project: Path, changed: Any) -> None:
    path = project / "notebooks" / "carryover.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    changed(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_what_was_published_is_as_published(project: Path) -> None:
    before = (project / "notebooks" / "carryover.ipynb").read_bytes()
    [verdict] = verify()
    assert (verdict.name, verdict.cells, verdict.differences) == ("carryover", 5, ())
    assert (project / "notebooks" / "carryover.ipynb").read_bytes() == before


def other_figure(notebook: dict[str, Any]) -> None:
    notebook["cells"][-1]["outputs"][0]["data"]["text/plain"] = ["24"]


def other_chart(notebook: dict[str, Any]) -> None:
    data = notebook["cells"][3]["outputs"][0]["data"]
    data["image/svg+xml"] = [line.replace("0.5", "0.6") for line in data["image/svg+xml"]]


def failing(notebook: dict[str, Any]) -> None:
    notebook["cells"][-1]["source"] = ["1 / 0"]


def no_outputs(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)


def one_without(notebook: dict[str, Any]) -> None:
    notebook["cells"][2]["outputs"] = []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (other_figure, ["cell 6 (20 + 3): the output is another one (text/plain)"]),
        (other_chart, ["cell 4 (import altair as alt): the output is another one (image/svg+xml)"]),
        (failing, ["cell 6 (1 / 0): it fails: ZeroDivisionError: division by zero"]),
        (one_without, ["cell 3 (import polars as pl): it has no output; tag it `definitions` if it is to have none"]),
    ],
)
def test_what_has_changed_is_named(project: Path, changed: Any, said: list[str]) -> None:
    change(project, changed)
    assert [list(verdict.differences) for verdict in verify()] == [said]


def test_a_notebook_without_outputs_does_not_pass(project: Path) -> None:
    change(project, no_outputs)
    result = CliRunner().invoke(main, ["verify"])
    assert result.exit_code == 1
    assert "Failed cells: 5" in result.stderr
    assert "carryover: cell 6 (20 + 3): it was not executed" in result.stderr
    assert "As published" not in result.stdout


def test_all_and_some_can_be_asked_for(project: Path) -> None:
    result = CliRunner().invoke(main, ["verify", "carryover"])
    assert (result.exit_code, result.stdout) == (0, "As published: carryover (5 cells)\n")
    with pytest.raises(ContractError, match="no study “carry”; did you mean “carryover”"):
        verify(["carry"])
    assert CliRunner().invoke(main, ["verify", "carry"]).exit_code == 2


def test_without_nbval_the_remedy_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "find_spec", lambda name: None)
    with pytest.raises(SourceError, match="pip install"):
        verify()


def test_cells_that_only_define_need_no_output() -> None:
    cell = {"cell_type": "code", "source": "x = 1", "execution_count": 1, "outputs": [], "metadata": {}}
    empty = {**cell, "source": " \n", "execution_count": None}
    tagged = copy.deepcopy(cell) | {"metadata": {"tags": ["definitions"]}}
    words = {"cell_type": "markdown", "source": "# x", "metadata": {}}
    assert stripped({"cells": [words, tagged, empty]}) == []
    assert len(stripped({"cells": [words, tagged, cell]})) == 1
