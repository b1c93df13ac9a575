"""The published notebooks: executed, complete, readable without code, and right where one can check by hand.

Whether their outputs are what the data give today is the business of ``fiscal verify``. What it rests on passes an
empty notebook, too: hence the guard here, as there.
"""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import papermill
import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis import store, studies
from fiscal_analysis.charts.renderer import SPEC_MIME
from fiscal_analysis.studies import engine
from fiscal_analysis.studies.execution import execute
from fiscal_analysis.studies.page import page_of, study_html

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in PUBLISHED]


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: nbformat.NotebookNode) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


class Visible(HTMLParser):
    """What a reader sees of a page, the ids that it has, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.ids: list[str] = []
        self.links: set[str] = set()
        self._hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "script")
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("href", "xlink:href") and value and value.startswith("#"):
                self.links.add(value[1:])
            if name == "aria-label" and value:
                self.text.append(value)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)


def visible(name: str) -> Visible:
    notebook = read(ROOT / "notebooks" / f"{name}.ipynb")
    return Visible(study_html(page_of(notebook, name), parameters={}, notebook="x.ipynb"))


def test_the_studies_are_published() -> None:
    assert {"disclosure_audit", "execution_rates", "subsidy_cost"} <= set(NAMES)
    assert [study.name for study in studies.list_studies()] == NAMES


@pytest.mark.parametrize("path", PUBLISHED, ids=NAMES)
def test_every_cell_was_executed_in_order_and_without_error(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        kinds = {output.output_type for output in cell.outputs}
        assert "error" not in kinds, cell.id
        assert "stream" not in kinds, f"{cell.id} prints: {cell.outputs}"
        # Cells that only define things say so by a tag; every other cell shows something.
        if not {"parameters", "definitions"} & set(cell.metadata.get("tags", [])):
            assert cell.outputs, f"{cell.id} has no output: execute the notebook before publishing it"


@pytest.mark.parametrize("path", PUBLISHED, ids=NAMES)
def test_a_study_has_parameters_charts_and_tables_in_the_form_that_is_compared(path: Path) -> None:
    notebook = read(path)
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert not any("injected-parameters" in cell.metadata.get("tags", []) for cell in notebook.cells)
    outputs = [output.data for cell in code_cells(notebook) for output in cell.outputs if "data" in output]
    charts = [data for data in outputs if "image/svg+xml" in data]
    assert charts
    assert all(SPEC_MIME in data and data["text/plain"].startswith("Chart ") for data in charts)
    assert not any("image/png" in data or "application/javascript" in data for data in outputs)
    assert sum("<table" in data.get("text/html", "") for data in outputs) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_sees_words_and_rounded_figures_not_columns_and_floats(name: str) -> None:
    text = " ".join(visible(name).text)
    columns = {column for table in store.TABLES for column in store.polars_schema(table) if "_" in column}
    columns |= {"unit_cost", "computed_rate", "stated_rate", "executed_yuan", "zero_budget", "review_service"}
    assert {column for column in columns if column in text} == set()
    # Printed amounts such as 106,400,029.75元 have their separators; a run of digits like 1000.2770083102494 has not.
    assert re.findall(r"[0-9]{14,}|[0-9]+\.[0-9]{7,}", text) == []
    assert re.findall(r"\b(?:nan|None|null|inf)\b", text) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_report_leads_somewhere(name: str) -> None:
    page = visible(name)
    assert len([link for link in page.links if link.startswith("fact-")]) > 5
    assert page.links - set(page.ids) == set()
    assert len(page.ids) == len(set(page.ids))


@pytest.fixture(scope="module")
def changed_by_one_fact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The processed tables with one yuan more in one fact."""
    folder = tmp_path_factory.mktemp("changed") / "processed"
    shutil.copytree(ROOT / "data" / "processed", folder)
    facts = pl.read_parquet(folder / "facts.parquet")
    first = facts.filter(concept="expenditure", measure="final")["fact_id"][0]
    value = pl.when(pl.col("fact_id") == first).then(pl.col("value") + 1).otherwise(pl.col("value"))
    facts.with_columns(value.alias("value")).write_parquet(folder / "facts.parquet")
    return folder


@pytest.mark.parametrize("path", PUBLISHED, ids=NAMES)
def test_no_published_notebook_stays_the_same_when_one_fact_changes(path: Path, changed_by_one_fact: Path) -> None:
    def shown(executed: nbformat.NotebookNode) -> list[str]:
        # Drawings are left out where a notebook runs for a report; their specifications are named by a hash.
        outputs = [o for cell in code_cells(executed) for o in cell.outputs]
        return ["".join(o.get("data", {}).get(kind, "")) for o in outputs for kind in ("text/plain", "text/html")]

    same = execute(path, {}, folder=ROOT)
    assert shown(same) == shown(read(path))
    assert shown(execute(path, {"processed": str(changed_by_one_fact)}, folder=ROOT)) != shown(same)


@pytest.mark.parametrize("path", PUBLISHED, ids=NAMES)
def test_a_published_notebook_names_no_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(?:home|Users|root|tmp)/|[A-Z]:\\\\|site-packages", text)


def test_the_unit_costs_say_what_their_counts_are_and_claim_no_more() -> None:
    text = " ".join(" ".join(visible("subsidy_cost").text).split())
    assert "per firm certified in the year (first and repeated)" in text
    assert "497家 for a first, 692家 for a repeated certification" in text
    assert "comprises more than the review (预审、监测、培育)" in text
    assert "1260家次 is a suspect in a finding of the audit: table and prose differ: 1260家次 against 1249" in text
    assert "1249 is among the figures of a finding of the audit" in text
    assert "20万元/家 × 55家 = 1100万元" in text
    unsupported = [
        "newly certified",
        "certified long before",
        "projects of high-tech firms",
        "One observation per kind",
    ]
    assert [words for words in unsupported if words in text] == []
    assert "= 1740万元 = 1740万元" not in text


def cells_of(name: str, table: str) -> list[list[str]]:
    """Return the cells of a table of a published report, row by row."""
    notebook = read(ROOT / "notebooks" / f"{name}.ipynb")
    outputs = [output.data.get("text/html", "") for cell in code_cells(notebook) for output in cell.get("outputs", [])]
    [found] = [output for output in outputs if f'<div id="{table}"' in output]
    body = found.partition("<tbody")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def test_conventions_and_impossible_budgets_have_tables_of_their_own() -> None:
    zero = {row[0]: row[-2] for row in cells_of("execution_rates", "zero-budgets") if len(row) > 2}
    assert zero["基础研究 20602"] == "100\u00a0%"
    impossible = [row for row in cells_of("execution_rates", "impossible-budgets") if len(row) > 2]
    assert [row[:1] + row[2:5] for row in impossible] == [
        ["城乡社区支出 212", "14.90\u00a0万元", "808.40\u00a0万元", "−793.50\u00a0万元"]
    ]
    # Five lines of Fengtai have a budget of 0 and a printed rate of 100 %: none of them is among these.
    rates = fa.metrics.comparable_rates(fa.metrics.execution_rates(fa.load(ROOT / "data" / "processed")))
    counted = rates.filter("usable", denominator="adjusted_budget", level="group").height
    rows = [row for row in cells_of("execution_rates", "bunching") if len(row) > 2]
    assert sum(int(row[1]) for row in rows) == rates.filter("usable").height
    assert rates.filter(level="group", denominator="adjusted_budget")["convention"].sum() == 4
    assert counted == rates.filter(level="group", denominator="adjusted_budget").height - 4


@pytest.mark.parametrize("kind", ["review-service", "reward", "guidance-fund"])
def test_a_column_of_unit_costs_has_one_number_of_decimals(kind: str) -> None:
    rows = [row for row in cells_of("subsidy_cost", f"costs-{kind}") if len(row) > 2]
    costs = [row[2].partition("\u00a0")[0].partition(".")[2] for row in rows]
    assert len({len(decimals) for decimals in costs}) == 1
    ends = [end.partition(".")[2] for row in rows for end in row[3].split(" to ") if row[3] != "exact"]
    assert len({len(decimals) for decimals in ends}) == 1


def test_columns_of_rates_have_one_number_of_decimals() -> None:
    rows = [row for row in cells_of("execution_rates", "departments") if len(row) > 2]
    assert {len(row[2].removesuffix("\u00a0%").partition(".")[2]) for row in rows} == {2}
    ends = [end for row in rows for end in row[3].removesuffix("\u00a0%").split(" to ")]
    assert len({len(end.partition(".")[2]) for end in ends if end[0].isdigit()}) == 1


def test_papermill_runs_a_study_with_other_parameters() -> None:
    executed = papermill.execute_notebook(
        ROOT / "notebooks" / "subsidy_cost.ipynb",
        None,
        parameters={"division_codes": ["130123"]},
        progress_bar=False,
    )
    text = " ".join(Visible(study_html(page_of(executed, "x"), parameters={}, notebook="x.ipynb")).text)
    assert "正定县 2023" in text
    assert "丰台区" not in text
    assert "No unit cost of this kind can be computed" in text


def audit_of(processed: Path, **parameters: Any) -> str:
    """What a reader sees of the audit of some tables; no machine, no warning, no empty cell."""
    executed = papermill.execute_notebook(
        ROOT / "notebooks" / "disclosure_audit.ipynb",
        None,
        parameters={"processed": str(processed)} | parameters,
        progress_bar=False,
    )
    page = Visible(study_html(page_of(executed, "x"), parameters={}, notebook="x.ipynb"))
    assert {link for link in page.links if link.startswith("fact-")} <= set(page.ids)
    return " ".join(" ".join(page.text).split())


def test_the_audit_runs_with_other_parameters() -> None:
    text = audit_of(ROOT / "data" / "processed", division_codes=["110109"], severities=["error"], top=2)
    assert "门头沟区 2023" in text
    assert "丰台区" not in text
    assert "The worst 2 of" in text
    assert "Warnings" not in text


def test_an_audit_without_findings_without_relations_and_of_one_document_says_so(tmp_path: Path) -> None:
    corpus = fa.load(ROOT / "data" / "processed")
    one = studies.restrict(corpus, corpus.documents["doc_id"].head(1))
    tables = {name: getattr(one, name) for name in store.TABLES}
    for names in (["findings"], ["findings", "checks"], ["findings", "checks", "facts", "quantities", "indicators"]):
        fa.Corpus(tables | {name: store.empty(name) for name in names}).save(tmp_path / str(len(names)))
        text = audit_of(tmp_path / str(len(names)))
        assert "There is no finding of the severities chosen" in text
        assert "No execution rate rests on a figure of an error or a warning" in text
        assert ("No relation between figures was tried" in text) == ("checks" in names)


def test_a_wrong_severity_is_refused_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "execute", lambda *_, **__: pytest.fail("it ran"))
    with pytest.raises(fa.ContractError, match="“severities” is to be one of error, warning, note, got 'fatal'"):
        studies.run_study("disclosure_audit", {"severities": "error, fatal"}, out=tmp_path / "reports")
    assert not (tmp_path / "reports").exists()
