"""Many runs of one study: isolated, resumed, skipped where nothing has changed, and never half written."""

from __future__ import annotations

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import openpyxl
import polars as pl
import pytest

from fiscal_analysis import studies
from fiscal_analysis.batch import Outcome, run_batch
from fiscal_analysis.errors import ContractError
from fiscal_analysis.studies import catalogue, engine, forks, plan, report

ROOT = Path(__file__).resolve().parent.parent
PARAMETERS = 'processed = "data/processed"\ndivision_codes: list[str] = []\nyear: int | None = None\nfail = ""\n'
WORK = """\
import os
with open("runs.log", "a", encoding="utf-8") as log:
    log.write(f"{division_codes} {year}\\n")
if fail:
    raise ValueError(fail)
"""
TABLE = """\
import polars as pl
from fiscal_analysis import charts
charts.reading_table(
    pl.DataFrame({"place": ["=丰台区", "正定县"], "rate": [0.123456789, None], "n": [1, 2]}),
    {"place": "District", "rate": "Rate", "n": "Lines"},
    name="rates", title="Table 1. Rates", stub="place",
    formats={"rate": lambda rate: f"{rate:.1%}"},
)
"""
CHART = """\
import altair as alt
charts.enable()
charts.strip_chart(
    pl.DataFrame({"place": ["丰台区", "正定县"], "rate": [0.5, 1.5], "said": ["“一”", "“二”"]}),
    group="place", value="rate", description="said", limit=2.0, axis_title="rate", title="Figure 1. Rates",
)
"""


def write_notebook(path: Path, *sources: str) -> None:
    made = nbformat.v4.new_notebook()
    made.cells.append(nbformat.v4.new_markdown_cell("# Rates of carry-over\n\nWhat was left (年末结转和结余)."))
    for number, source in enumerate(sources):
        cell = nbformat.v4.new_code_cell(source)
        if number == 0:
            cell.metadata["tags"] = ["parameters"]
        made.cells.append(cell)
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"
    nbformat.write(made, path)


def make_project(root: Path, *more: str) -> Path:
    (root / "notebooks").mkdir(parents=True)
    (root / "data" / "processed").mkdir(parents=True)
    rows = {
        "doc_id": ["a", "b", "c"],
        "division_code": ["110106", "110106", "130123"],
        "county": ["丰台区", "丰台区", "正定县"],
        "fiscal_year": [2023, 2024, 2023],
    }
    for name in ("documents", "facts"):
        pl.DataFrame(rows).write_parquet(root / "data" / "processed" / f"{name}.parquet")
    write_notebook(root / "notebooks" / "carryover.ipynb", PARAMETERS, WORK, TABLE, *more)
    return root


def live_in(root: Path, patch: Callable[[object, str, Callable[[], Path]], object]) -> None:
    """Have the package take a folder for its project."""
    for module in (catalogue, engine, plan):
        patch(module, "project_root", lambda: root)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path / "project")
    live_in(root, monkeypatch.setattr)
    return root


@pytest.fixture(params=["forks", "kernels"])
def engines(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of running notebooks, the one of systems without fork too."""
    if request.param == "kernels":
        monkeypatch.setattr(forks, "available", lambda: False)
    elif not forks.available():
        pytest.skip("this system has no safe fork")
    return str(request.param)


def batch(project: Path, *sets: dict[str, str], jobs: int = 2, force: bool = False) -> list[Outcome]:
    return run_batch(
        "carryover", sets, out=project / "reports", processed=project / "data" / "processed", jobs=jobs, force=force
    )


def runs(project: Path) -> list[str]:
    log = project / "runs.log"
    return log.read_text(encoding="utf-8").splitlines() if log.is_file() else []


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# -- failures and skipping ---------------------------------------------------------------------------------------------


def test_a_run_that_fails_is_told_with_its_cell_and_the_others_are_done(project: Path, engines: str) -> None:
    jobs = 1 if engines == "kernels" else 2  # workers of their own do not know this test's project
    done = batch(project, {"year": "2023"}, {"fail": "no second year"}, {"year": "2024"}, jobs=jobs)
    assert [outcome.report is not None for outcome in done] == [True, False, True]
    assert done[1].reason is not None
    assert re.search(r"stopped in cell 3 \(import os\): ValueError: no second year", done[1].reason)
    assert Path(done[0].report or "").name == "carryover--year-2023.html"
    assert sorted(path.name for path in (project / "reports").glob("*.html")) == [
        "carryover--year-2023.html",
        "carryover--year-2024.html",
        "index-zh.html",
        "index.html",
    ]


def test_both_engines_write_the_same_bytes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not forks.available():
        pytest.skip("this system has no safe fork")
    batch(project, {"year": "2023"})
    before = bytes_of(project / "reports")
    monkeypatch.setattr(forks, "available", lambda: False)
    batch(project, {"year": "2023"}, jobs=1, force=True)
    assert len(runs(project)) == 2
    assert bytes_of(project / "reports") == before


def test_what_is_unchanged_is_not_run_again(project: Path) -> None:
    sets = [{"year": "2023"}, {"year": "2024", "division_codes": "110106"}]
    assert [outcome.skipped for outcome in batch(project, *sets)] == [False, False]
    before = bytes_of(project / "reports")
    again = batch(project, *sets, {"division_codes": "130123"})
    assert [outcome.skipped for outcome in again] == [True, True, False]
    assert all(outcome.report and Path(outcome.report).is_file() for outcome in again)
    assert len(runs(project)) == 3
    assert {name: data for name, data in before.items() if not name.startswith("index")}.items() <= bytes_of(
        project / "reports"
    ).items()
    assert [outcome.skipped for outcome in batch(project, *sets, force=True)] == [False, False]
    assert len(runs(project)) == 5


def change_notebook(project: Path) -> None:
    path = project / "notebooks" / "carryover.ipynb"
    write_notebook(path, PARAMETERS, WORK, TABLE, "'another cell'")


def change_data(project: Path) -> None:
    path = project / "data" / "processed" / "facts.parquet"
    pl.read_parquet(path).with_columns(value=1.0).write_parquet(path)


def change_page(project: Path) -> None:
    path = project / "reports" / "carryover--year-2023.html"
    path.write_text(path.read_text(encoding="utf-8")[:-200], encoding="utf-8")


def change_figures(project: Path) -> None:
    (project / "reports" / "carryover--year-2023_files" / "tables.xlsx").unlink()


def change_module(project: Path) -> None:
    (project / "notebooks" / "rules.py").write_text("LIMIT = 1.5", encoding="utf-8")


def change_package_of_modules(project: Path) -> None:
    (project / "notebooks" / "shared").mkdir()
    (project / "notebooks" / "shared" / "words.py").write_text("LIMIT = 1.5", encoding="utf-8")


def change_module_of_the_project(project: Path) -> None:
    (project / "rules.py").write_text("LIMIT = 1.5", encoding="utf-8")


def change_corrections(project: Path) -> None:
    (project / "data" / "corrections.yml").write_text("- {document: a}", encoding="utf-8")


CHANGES = [
    change_notebook,
    change_data,
    change_page,
    change_figures,
    change_module,
    change_package_of_modules,
    change_module_of_the_project,
    change_corrections,
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_is_run_again(project: Path, change: Callable[[Path], None]) -> None:
    batch(project, {"year": "2023"})
    change(project)
    assert [outcome.skipped for outcome in batch(project, {"year": "2023"})] == [False]
    assert [outcome.skipped for outcome in batch(project, {"year": "2023"})] == [True]


def test_what_does_not_enter_a_report_does_not_make_it_anew(project: Path) -> None:
    batch(project, {"year": "2023"})
    for name in ("README.md", "notebooks/other.ipynb", "notebooks/.ipynb_checkpoints/rules.py", "data/notes.txt"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("{}", encoding="utf-8")
    write_notebook(project / "notebooks" / "other.ipynb", PARAMETERS, "1")
    assert [outcome.skipped for outcome in batch(project, {"year": "2023"})] == [True]


def test_a_notebook_imports_what_lies_beside_it_and_runs_again_when_that_changes(project: Path, engines: str) -> None:
    jobs = 1 if engines == "kernels" else 2
    write_notebook(project / "notebooks" / "carryover.ipynb", PARAMETERS, "import rules", "print(rules.LIMIT)")
    for limit in ("fifteen", "twenty-five"):
        (project / "notebooks" / "rules.py").write_text(f"LIMIT = {limit!r}", encoding="utf-8")
        (done,) = batch(project, {"year": "2023"}, jobs=jobs)
        assert done.reason is None
        assert not done.skipped
        assert limit in Path(done.report or "").read_text(encoding="utf-8")


def test_another_package_makes_reports_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch(project, {"year": "2023"})
    monkeypatch.setattr(plan, "_package", lambda: "another version")
    assert [outcome.skipped for outcome in batch(project, {"year": "2023"})] == [False]


def test_a_single_run_is_skipped_only_where_it_may_be(project: Path) -> None:
    out = project / "reports"
    assert not studies.run_study("carryover", {"year": "2023"}, out=out).skipped
    assert not studies.run_study("carryover", {"year": "2023"}, out=out).skipped
    assert studies.run_study("carryover", {"year": "2023"}, out=out, force=False).skipped


def test_sets_that_say_the_same_are_one_run(project: Path) -> None:
    done = batch(project, {"year": "2023"}, {"year": " 2023"}, {"year": "2023"})
    assert len({outcome.report for outcome in done}) == 1
    assert len(runs(project)) == 1


def test_a_set_without_documents_fails_alone_and_a_mistyped_one_stops_all(
    tmp_path: Path,
) -> None:
    sets = [{"division_codes": "999999"}]
    done = run_batch("subsidy_cost", sets, out=tmp_path, processed=ROOT / "data" / "processed")
    assert done[0].reason is not None
    assert "there is no document of 999999" in done[0].reason
    with pytest.raises(ContractError, match="whole number"):
        run_batch("subsidy_cost", [{}, {"year_from": "x"}], out=tmp_path / "no", processed=ROOT / "data" / "processed")
    assert not (tmp_path / "no").exists()


def test_a_run_does_not_know_of_the_one_before(project: Path) -> None:
    source = (
        "import os, sys\nprint(os.environ.get('LEFT'), getattr(sys, 'left', None), os.path.basename(os.getcwd()))\n"
    )
    source += "os.environ['LEFT'] = '1'; sys.left = 1; os.chdir('/')"
    write_notebook(project / "notebooks" / "carryover.ipynb", PARAMETERS, source)
    batch(project, {"year": "2022"}, {"year": "2023"}, {"year": "2024"}, jobs=1)
    for path in (project / "reports").glob("*.ipynb"):
        executed = nbformat.read(path, as_version=4)
        assert executed.cells[-1].outputs[0].text == "None None project\n"


# -- killed at any moment --------------------------------------------------------------------------------------------

SETS = 12
SCRIPT = """
import sys
from pathlib import Path
from tests.test_batches import batch, live_in
if __name__ == "__main__":
    root = Path(sys.argv[1])
    live_in(root, setattr)
    done = batch(root, *({"year": str(2000 + number)} for number in range(int(sys.argv[2]))))
    print(sum(outcome.skipped for outcome in done), sum(outcome.reason is not None for outcome in done))
"""


def start(project: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT, str(project), str(SETS)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def complete_reports(project: Path) -> int:
    """How many reports there are; each one is whole, down to the last byte of the last file."""
    out = project / "reports"
    count = 0
    for page in out.glob("carryover--*.html"):
        text = page.read_text(encoding="utf-8")
        assert text.rstrip().endswith("</html>"), page
        nbformat.validate(nbformat.read(page.with_suffix(".ipynb"), as_version=4))
        for name in re.findall(r'href="([^"#:]+)"', text):
            assert name == "index.html" or (out / name).is_file(), f"{page.name} lacks {name}"
        assert openpyxl.load_workbook(out / f"{page.stem}_files" / "tables.xlsx").sheetnames[0] == "Contents"
        count += report.read_report(out, page.stem) is not None
    return count


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills in another way")
def test_a_batch_that_is_killed_leaves_whole_reports_and_goes_on_with_the_rest(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", CHART)
    seed = int(os.environ.get("KILL_SEED", "1"))
    moments = random.Random(seed)
    for turn in range(5):
        before = complete_reports(project)
        process = start(project)
        # Wait until it works, so that every kill meets another moment of the work; a first one before that.
        wanted = len(runs(project)) + (1 if turn else 0)
        deadline = time.monotonic() + 60
        while len(runs(project)) < wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(moments.uniform(0.0, 1.5))
        process.kill()
        # All processes of the batch hold on to its error stream: its end is theirs.
        process.communicate(timeout=60)
        assert complete_reports(project) >= before
    ready = complete_reports(project)
    counted = len(runs(project))
    process = start(project)
    said, trouble = process.communicate(timeout=300)
    assert process.returncode == 0, trouble
    assert said.split() == [str(ready), "0"]
    assert len(runs(project)) - counted == SETS - ready
    assert complete_reports(project) == SETS
    # Nothing is left of what was killed.
    assert [path.name for path in (project / "reports").rglob(".*")] == []
    assert len(list((project / "reports").iterdir())) == 3 * SETS + 3


def test_an_interrupted_batch_ends_its_processes_and_lists_what_is_done(tmp_path: Path) -> None:
    if not forks.available():
        pytest.skip("this system has no safe fork")
    project = make_project(tmp_path / "project")
    process = start(project)
    while not list((project / "reports").glob("*_files/report.json")) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    listed = (project / "reports" / "index.html").read_text(encoding="utf-8")
    assert listed.count("<tr data-study") == complete_reports(project) >= 1


# -- what a report has beside its page ---------------------------------------------------------------------------------


def test_charts_and_tables_are_there_as_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path / "project", CHART)
    live_in(project, monkeypatch.setattr)
    out = project / "reports"
    studies.run_study("carryover", {"year": "2023"}, out=out)
    files = out / "carryover--year-2023_files"
    assert sorted(path.name for path in files.iterdir()) == [
        "figure-1.png",
        "figure-1.svg",
        "report.json",
        "table-1-rates.csv",
        "tables.xlsx",
    ]
    assert (files / "figure-1.png").read_bytes().startswith(b"\x89PNG")
    svg = (files / "figure-1.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert "Fiscal Sans SC" in svg
    # Numbers are not rounded, nothing is a formula, and what is absent is empty.
    assert (files / "table-1-rates.csv").read_bytes() == (
        b"\xef\xbb\xbf" + "District,Rate,Lines\n'=丰台区,0.123456789,1\n正定县,,2\n".encode()
    )
    book = openpyxl.load_workbook(io.BytesIO((files / "tables.xlsx").read_bytes()))
    assert [list(row) for row in book["Contents"].values] == [["Sheet", "Table"], ["1 rates", "Table 1. Rates"]]
    assert [list(row) for row in book["1 rates"].values] == [
        ["District", "Rate", "Lines"],
        ["=丰台区", 0.123456789, 1],
        ["正定县", None, 2],
    ]
    assert {cell.data_type for cell in book["1 rates"]["A"]} == {"s"}
    # The notebook holds what a notebook by hand would hold, the chart drawn and no data beside the table.
    executed = nbformat.read(out / "carryover--year-2023.ipynb", as_version=4)
    kinds = [set(output.data) for cell in executed.cells for output in cell.get("outputs", [])]
    assert kinds == [
        {"text/html", "text/plain"},
        {"application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"},
    ]
    page = (out / "carryover--year-2023.html").read_text(encoding="utf-8")
    assert 'href="carryover--year-2023_files/tables.xlsx"' in page
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", page)


class Rows(HTMLParser):
    """The rows of the index, each with what its search goes by."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tr" and "data-study" in given:
            self.rows.append(given)


def test_the_index_can_be_searched_by_district_study_and_year(project: Path) -> None:
    batch(project, {"division_codes": "110106", "year": "2024"}, {"division_codes": "130123"})
    studies.run_study("carryover", out=project / "reports")
    text = (project / "reports" / "index.html").read_text(encoding="utf-8")
    assert [(row["data-study"], row["data-districts"], row["data-years"]) for row in Rows(text).rows] == [
        ("carryover", "丰台区 110106", "2024"),
        ("carryover", "正定县 130123", "2023"),
    ]
    for choice in ("丰台区 110106", "正定县 130123", "2023", "2024"):
        assert f"<option>{choice}</option>" in text
    assert '<option value="carryover">Rates of carry-over</option>' in text
    assert text.count('<article class="card">') == 1
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", text)


def test_what_a_parameter_says_does_not_become_markup_in_the_index(project: Path) -> None:
    write_notebook(project / "notebooks" / "carryover.ipynb", PARAMETERS, "1")
    batch(project, {"fail": '"><script>alert(1)</script>'})
    assert "<script>alert" not in (project / "reports" / "index.html").read_text(encoding="utf-8")


def test_a_report_says_what_it_was_made_from(project: Path) -> None:
    batch(project, {"year": "2023"})
    about = json.loads((project / "reports" / "carryover--year-2023_files" / "report.json").read_text(encoding="utf-8"))
    assert re.fullmatch("[0-9a-f]{64}", about["inputs"])
    assert about["parameters"] == {"year": 2023}
    assert about["years"] == [2023]
    assert str(project) not in json.dumps(about)
