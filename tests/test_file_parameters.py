"""Parameters that name a file: they must be there, their content counts, and a report does not carry their folder."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import polars as pl
import pytest

from fiscal_analysis import studies
from fiscal_analysis.batch import Outcome, read_batch, run_batch
from fiscal_analysis.errors import ContractError
from fiscal_analysis.studies import engine, forks, report
from fiscal_analysis.studies.parameters import read_parameters
from tests.test_batches import live_in, make_project, write_notebook

IMPORTS = "from typing import Annotated"
PARAMETERS = """\
processed = "data/processed"
year: int | None = None
deflator: Annotated[str | None, "file"] = None  # price indices by year
"""
USES_IT = """\
import html
from IPython.display import HTML
text = open(deflator, encoding="utf-8").read() if deflator else "current prices"
print(deflator, text)
HTML(f"<p>{html.escape(str(deflator))}</p>")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path / "project")
    write_notebook(root / "notebooks" / "panel.ipynb", IMPORTS, PARAMETERS, USES_IT)
    made = nbformat.read(root / "notebooks" / "panel.ipynb", as_version=4)
    made.cells[1].metadata["tags"], made.cells[2].metadata["tags"] = [], ["parameters"]
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, root / "notebooks" / "panel.ipynb")
    live_in(root, monkeypatch.setattr)
    (tmp_path / "prices & more").mkdir()
    (tmp_path / "prices & more" / "cpi.csv").write_text("2023,1.002", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return root


def run(project: Path, deflator: str | Path, *, force: bool = False) -> studies.StudyResult:
    return studies.run_study("panel", {"deflator": deflator}, out=project / "reports", force=force)


def test_a_file_is_declared_beside_the_type() -> None:
    known = read_parameters(PARAMETERS, "x.ipynb")
    assert (known["deflator"].type, known["deflator"].optional) == ("file", True)
    assert known["deflator"].default is None
    assert known["deflator"].help == "price indices by year"
    for wrong in ('deflator: Annotated[list[str], "file"] = []', 'deflator: Annotated[str | None, "folder"] = None'):
        with pytest.raises(ContractError, match=r'`deflator`: .*`Annotated\[str \| None, "file"\]`'):
            read_parameters(wrong, "x.ipynb")


@pytest.mark.parametrize("engine_used", ["forks", "kernels"])
def test_a_report_tells_the_file_and_not_the_folder(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine_used: str
) -> None:
    if engine_used == "kernels":
        monkeypatch.setattr(forks, "available", lambda: False)
    done = run(project, "prices & more/cpi.csv")
    assert done.html.name == "panel--deflator-cpi.csv.html"
    assert done.parameters == {"deflator": "cpi.csv"}
    page = done.html.read_text(encoding="utf-8")
    assert "cpi.csv 2023,1.002" in page
    assert "<p>cpi.csv</p>" in page
    executed = nbformat.read(done.notebook, as_version=4)
    assert executed.cells[3].source == "# Parameters\ndeflator = 'cpi.csv'"
    for path in (project / "reports").rglob("*"):
        if path.is_file() and path.suffix in (".html", ".ipynb", ".json"):
            text = path.read_text(encoding="utf-8")
            assert str(tmp_path) not in text
            assert "prices &" not in text


def test_the_content_of_the_file_counts_and_its_folder_does_not(project: Path, tmp_path: Path) -> None:
    here = tmp_path / "prices & more" / "cpi.csv"
    assert not run(project, here).skipped
    assert run(project, here).skipped
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "cpi.csv").write_bytes(here.read_bytes())
    assert run(project, Path("elsewhere/cpi.csv")).skipped
    here.write_text("2023,1.003", encoding="utf-8")
    done = run(project, here)
    assert not done.skipped
    assert "1.003" in done.html.read_text(encoding="utf-8")


def test_the_default_is_a_file_of_the_project_and_its_content_counts(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "notebooks" / "panel.ipynb"
    made = nbformat.read(path, as_version=4)
    made.cells[2].source = PARAMETERS.replace('"file"] = None', '"file"] = "data/cpi.csv"')
    nbformat.write(made, path)

    def default() -> studies.StudyResult:
        return studies.run_study("panel", out=project / "reports", force=False)

    with monkeypatch.context() as patch:
        patch.setattr(engine, "execute", lambda *_, **__: pytest.fail("it ran"))
        with pytest.raises(ContractError, match=r"“panel”: .*“deflator”.*data/cpi\.csv"):
            default()
    (project / "data" / "cpi.csv").write_text("2023,1.01", encoding="utf-8")
    assert [default().skipped, default().skipped] == [False, True]
    # The same file by another path is the default.
    assert run(project, "project/data/cpi.csv").html.name == "panel.html"
    (project / "data" / "cpi.csv").write_text("2023,1.02", encoding="utf-8")
    assert not default().skipped
    assert run(project, "none").parameters == {"deflator": None}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("cpi.csv", r"“deflator” is to be a file .*got 'cpi\.csv': .*/cpi\.csv: No such file.* current directory"),
        ("prices & more", r"“deflator” is to be a file .*[Dd]irectory"),
        (2023, r"“deflator” is to be a file or nothing \(by default None\), got 2023 \(int\)"),
        ("a\0b", "“deflator” is to be a file"),
        ("x" * 5000, "“deflator” is to be a file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_before_anything_runs(
    project: Path, monkeypatch: pytest.MonkeyPatch, given: str, said: str
) -> None:
    monkeypatch.setattr(engine, "execute", lambda *_, **__: pytest.fail("it ran"))
    with pytest.raises(ContractError, match=said):
        run(project, given)
    assert not (project / "reports").exists()


def test_papermill_runs_a_notebook_with_such_a_parameter(project: Path, tmp_path: Path) -> None:
    import papermill

    executed = papermill.execute_notebook(
        project / "notebooks" / "panel.ipynb",
        None,
        parameters={"deflator": str(tmp_path / "prices & more" / "cpi.csv")},
        progress_bar=False,
    )
    assert "1.002" in executed.cells[-1].outputs[0].text


def batch(project: Path, content: str, folder: Path) -> list[Outcome]:
    path = folder / "batch.yaml"
    path.write_text(content, encoding="utf-8")
    processed = project / "data" / "processed"
    sets = read_batch(path, pl.read_parquet(processed / "documents.parquet"), studies.parameters_of("panel"))
    return run_batch("panel", sets, out=project / "reports", processed=processed)


def test_a_file_in_a_batch_file_is_relative_to_that(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "prices & more"
    absolute = folder / "cpi.csv"
    lists = f"- {{deflator: cpi.csv, year: 2023}}\n- {{deflator: none}}\n- {{deflator: '{absolute}', year: 2024}}\n"
    assert [outcome.reason for outcome in batch(project, lists, folder)] == [None] * 3
    grid = "parameters: {year: 2022}\ngrid: {deflator: [cpi.csv, '']}\n"
    assert [outcome.reason for outcome in batch(project, grid, folder)] == [None] * 2
    for year in (2022, 2023, 2024):
        found = report.read_report(project / "reports", f"panel--deflator-cpi.csv--year-{year}")
        assert found is not None
        assert found.parameters == {"year": year, "deflator": "cpi.csv"}
    with pytest.raises(ContractError, match=re.escape(str(folder / "gdp.csv"))):
        batch(project, "- {deflator: gdp.csv}\n", folder)


def test_two_files_of_one_name_are_not_taken_for_one(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "prices & more"
    (folder / "old").mkdir()
    (folder / "old" / "cpi.csv").write_text("2023,0.9", encoding="utf-8")
    with pytest.raises(ContractError, match=r"panel--deflator-cpi\.csv.*old/cpi\.csv.*[Rr]ename one"):
        batch(project, "grid: {deflator: [cpi.csv, old/cpi.csv]}\n", folder)
    assert not (project / "reports").exists()
    (folder / "old" / "cpi.csv").write_bytes((folder / "cpi.csv").read_bytes())
    first, second = batch(project, "grid: {deflator: [cpi.csv, old/cpi.csv]}\n", folder)
    assert first.report == second.report
