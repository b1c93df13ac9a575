"""What the study of the corpus says was read, counted anew from the published tables by other means."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis import store, taxonomy
from fiscal_analysis.charts import wording
from fiscal_analysis.charts.renderer import SPEC_MIME
from fiscal_analysis.studies.execution import execute
from tests.metrics_rows import CHAOYANG, FENGTAI, MENTOUGOU, ZHENGDING, document, fact
from tests.metrics_rows import published as rows_of
from tests.study_tables import ROOT, Table, number, published, tables_of

NOTEBOOK = ROOT / "notebooks" / "corpus_overview.ipynb"
PLACES = {CHAOYANG: "朝阳区 2024", FENGTAI: "丰台区 2024", MENTOUGOU: "门头沟区 2023", ZHENGDING: "正定县 2023"}


def tables() -> dict[str, Table]:
    return published("corpus_overview")


def run(**parameters: Any) -> nbformat.NotebookNode:
    executed = execute(NOTEBOOK, parameters, folder=ROOT)
    kinds = {output.output_type for cell in executed.cells for output in cell.get("outputs", [])}
    assert kinds <= {"execute_result", "display_data"}  # nothing warns, nothing prints
    return executed


def markup_of(notebook: nbformat.NotebookNode) -> str:
    outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return " ".join("".join(data.get(kind, "")) for data in outputs for kind in ("text/html", "text/markdown"))


def key_figures(notebook: nbformat.NotebookNode) -> list[str]:
    return re.findall(r"<dd[^>]*>([^<]*)</dd>", markup_of(notebook))


def charts(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return [data[SPEC_MIME] for data in outputs if SPEC_MIME in data]


def understood(doc_id: str, *, fiscal: bool | None = None) -> tuple[int, int]:
    """How many numbers of a document were understood, and how many were found."""
    found = [row for row in rows_of("quantities", doc_id=doc_id) if fiscal is None or row["fiscal"] == "true"]
    return sum(bool(row["fact_id"] or row["indicator_id"]) for row in found), len(found)


def test_the_documents_recounted() -> None:
    told = {row["District, year"]: row for row in tables()["read"].rows}
    assert set(told) == set(PLACES.values())
    for doc_id, place in PLACES.items():
        some, every = understood(doc_id)
        assert told[place]["Understood"] == f"{some} of {every}"
        some, every = understood(doc_id, fiscal=True)
        assert told[place]["Coverage"] == f"{some / every * 100:.1f}\u00a0%"
        assert told[place]["Figures"] == str(len(rows_of("facts", doc_id=doc_id)))
        severities = Counter(row["severity"] for row in rows_of("findings", doc_id=doc_id))
        assert told[place]["Findings"] == " / ".join(str(severities[each]) for each in ("error", "warning", "note"))
    # By hand: 330 of 332 = 99.40 %, 79 of 81 = 97.53 % in fiscal sections.
    assert understood(MENTOUGOU, fiscal=True) == (330, 332)
    assert understood(ZHENGDING, fiscal=True) == (79, 81)
    assert (told["门头沟区 2023"]["Coverage"], told["正定县 2023"]["Coverage"]) == ("99.4\u00a0%", "97.5\u00a0%")


def test_the_key_figures_recounted() -> None:
    fiscal = [understood(doc_id, fiscal=True) for doc_id in PLACES]
    every = sum(understood(doc_id)[1] for doc_id in PLACES)
    claimed, found = sum(some for some, _ in fiscal), sum(each for _, each in fiscal)
    # (66 + 340 + 330 + 79) ÷ (66 + 340 + 332 + 81) = 815 ÷ 819 = 99.5 %; of 4 + 14 + 14 + 4 core figures 3 are missing.
    assert (claimed, found) == (815, 819)
    assert key_figures(nbformat.read(NOTEBOOK, as_version=4)) == [
        "4",
        "0",
        "4",
        str(every),
        f"{claimed / found * 100:.1f}\u00a0%",
        "3 of 36",
    ]


def test_the_chart_has_a_bar_for_each_document_with_what_was_understood_and_what_not() -> None:
    [spec] = charts(nbformat.read(NOTEBOOK, as_version=4))
    pieces = [row for rows in spec["datasets"].values() for row in rows if "part" in row]
    told = {(row["place"], row["part"]): row["count"] for row in pieces}
    for doc_id, place in PLACES.items():
        (some, fiscal), (_, every) = understood(doc_id, fiscal=True), understood(doc_id)
        assert told[place, "understood, in fiscal sections"] == some
        assert told.get((place, "not understood, in fiscal sections"), 0) == fiscal - some
        assert told.get((place, "in other sections"), 0) == every - fiscal


def test_figures_by_concept_recounted() -> None:
    facts = rows_of("facts")
    names = {wording.label(row["concept"]): row["concept"] for row in facts}
    assert {row["Figure"] for row in tables()["concepts"].rows} == set(names)
    for row in tables()["concepts"].rows:
        of_concept = [each for each in facts if each["concept"] == names[row["Figure"]]]
        assert row["Figures"] == str(len(of_concept))
        assert row["Documents"] == f"{len({each['doc_id'] for each in of_concept})} of 4"
        years = sorted({each["fiscal_year"] for each in of_concept if each["fiscal_year"]})
        assert row["Years"] in (f"{years[0]} to {years[-1]}", years[0])
    groups = dict.fromkeys(row["group"] for row in tables()["concepts"].rows)
    assert next(iter(groups)) == "Totals of revenue and expenditure"
    assert list(groups)[-1] == wording.label("other")


def test_core_figures_and_gaps_by_hand() -> None:
    core = {(row["group"], row["Core figure"]): row for row in tables()["core"].rows}
    assert len(core) == sum(
        row["kind"] in {each["kind"] for each in rows_of("documents")} for row in taxonomy.table("core_concepts")
    )
    economic = core["Final accounts (决算)", "Expenditure by economic class, outturn"]
    assert (economic["Documents that state it"], economic["Missing in"]) == ("1 of 2", "丰台区 2024")
    assert not rows_of("facts", doc_id=FENGTAI, concept="economic_expenditure")
    assert rows_of("facts", doc_id=MENTOUGOU, concept="economic_expenditure", measure="final")
    told = [
        (row["group"], row["Missing figure"], row["Stated only as"], row["Others of the kind that state it"])
        for row in tables()["gaps"].rows
    ]
    assert told == [
        ("丰台区 2024", "Expenditure by economic class, outturn", "–", "1 of 1"),
        ("正定县 2023", "Total expenditure, adjusted budget or initial budget", "outturn", "–"),
        ("正定县 2023", "Execution rate", "–", "–"),
    ]
    # Zhengding prints what was spent, and budgets of basic and project expenditure only.
    assert {row["measure"] for row in rows_of("facts", doc_id=ZHENGDING, concept="expenditure")} == {"final"}


def test_what_was_not_understood_recounted() -> None:
    missed = [row for row in rows_of("quantities") if not row["fact_id"] and not row["indicator_id"]]
    shown = tables()["unclaimed"]
    told = Counter()  # type: ignore[var-annotated]
    for row in shown.rows:
        told[row["District, year"], row["Counts in coverage"]] += int(number(row["Not understood"]))
    assert told == Counter((PLACES[row["doc_id"]], "yes" if row["fiscal"] == "true" else "no") for row in missed)
    sections: dict[tuple[str, str, str], list[bool]] = {}
    for row in rows_of("quantities"):
        at = (PLACES[row["doc_id"]], row["section"], row["fiscal"])
        sections.setdefault(at, []).append(not row["fact_id"] and not row["indicator_id"])
    expected = Counter((at[0], f"{sum(some)} of {len(some)}") for at, some in sections.items() if any(some))
    assert Counter((row["District, year"], row["Not understood"]) for row in shown.rows) == expected
    counted = sum(row["fiscal"] == "true" for row in missed)
    assert f"{len(missed)} numbers, {counted} of them in sections that count in the coverage" in shown.notes[0]
    [amount] = [row for row in shown.rows if "2717.74万元" in row["As printed"]]
    assert amount["District, year"] == "门头沟区 2023"


# -- corpora of every sort ---------------------------------------------------------------------------------------------


def saved(folder: Path, documents: list[dict[str, Any]], facts: list[dict[str, Any]], failures: Any = ()) -> str:
    """Write tables of invented documents."""

    def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
        schema = store.polars_schema(name)
        return pl.DataFrame([{column: row.get(column) for column in schema} for row in rows], schema=schema)

    counts = {"characters": 10, "quantities": 20, "claimed": 10, "coverage": 0.5}
    counts |= {"fiscal_quantities": 16, "fiscal_claimed": 8, "format": "txt"}
    rows = [counts | row | {"file": f"{row['doc_id']}.txt", "sha256": f"{at:064x}"} for at, row in enumerate(documents)]
    tables = {name: store.empty(name) for name in store.TABLES}
    tables["documents"] = table("documents", rows)
    tables["facts"] = table("facts", [row | {"quote": f"甲{row['raw']}", "extractor": "x"} for row in facts])
    tables["failures"] = table("failures", list(failures))
    fa.Corpus(tables).save(folder)
    return str(folder)


def test_inputs_that_failed_stand_with_their_reason_and_what_helps(tmp_path: Path) -> None:
    failed = {"file": "scan.pdf", "error": "SourceError", "reason": "scan.pdf: has no text", "remedy": "Recognise it"}
    notebook = run(processed=saved(tmp_path, [document()], [fact("expenditure", "final", 1e6)], [failed]))
    [row] = tables_of(notebook)["failures"].rows
    assert (row["File"], row["Reason"], row["What helps"]) == ("scan.pdf", "scan.pdf: has no text", "Recognise it")
    assert key_figures(notebook)[:2] == ["1", "1"]
    assert "Every input was read whole." in markup_of(run())


def test_a_document_without_figures_or_of_an_unknown_kind_does_not_vanish(tmp_path: Path) -> None:
    empty = {"quantities": 0, "claimed": 0, "fiscal_quantities": 0, "fiscal_claimed": 0, "coverage": None}
    notebook = run(processed=saved(tmp_path, [document(kind=None) | empty], []))
    found = tables_of(notebook)
    [row] = found["read"].rows
    assert (row["Document"], row["Understood"], row["Coverage"], row["Figures"]) == (
        "kind not told",
        "0 of 0",
        "–",
        "0",
    )
    markup = markup_of(notebook)
    for said in (
        "No document has a number.",
        "No document states a figure.",
        "no core figures are laid down",
        "No document leaves out a core figure.",
        "Every number was understood.",
        "No document states a core figure.",
    ):
        assert said in markup, said


def test_many_documents_are_dots_by_kind_and_their_number_stands_beside_each_figure(tmp_path: Path) -> None:
    documents = [document(f"d{at:02d}", division_code=f"9999{at:02d}", county=f"第{at}区") for at in range(40)]
    facts = [fact("expenditure", "final", 1e6, doc_id=f"d{at:02d}", division_code=f"9999{at:02d}") for at in range(30)]
    notebook = run(processed=saved(tmp_path, documents, facts))
    [spec] = charts(notebook)
    dots = [row for rows in spec["datasets"].values() for row in rows if "coverage" in row]
    assert len(dots) == 40
    assert {row["kind"] for row in dots} == {"Final accounts (决算)"}
    found = tables_of(notebook)
    [row] = found["concepts"].rows
    assert (row["Figure"], row["Documents"]) == ("Total expenditure", "30 of 40")
    core = {row["Core figure"]: row for row in found["core"].rows}["Total expenditure, outturn"]
    assert core["Documents that state it"] == "30 of 40"
    assert core["Missing in"].endswith("; 第35区 2024 and 4 more")
    links, ids = re.findall(r'href="#(fact-[^"]+)"', markup_of(notebook)), markup_of(notebook)
    assert len(links) == 30
    assert all(f'id="{link}"' in ids for link in links)


def test_districts_and_years_are_chosen() -> None:
    found = tables_of(run(division_codes=["110109", "130123"], year_from=2023))
    assert [row["District, year"] for row in found["read"].rows] == ["门头沟区 2023", "正定县 2023"]
    assert {row["District, year"] for row in found["unclaimed"].rows} == {"门头沟区 2023", "正定县 2023"}
    assert {row["Documents"] for row in found["concepts"].rows} <= {"1 of 2", "2 of 2"}


def test_the_chinese_report_says_the_same_in_chinese() -> None:
    executed = run(language="zh")
    theirs, ours = tables_of(executed), tables()
    assert theirs.keys() == ours.keys()
    for name, table in theirs.items():
        assert len(table.rows) == len(ours[name].rows), name
        if name == "documents":  # file names and hashes
            continue
        said = [table.title, *table.headings, *table.notes]
        said += [cell for row in table.rows for column, cell in row.items() if column not in ("文件", "原文")]
        assert not re.search(r"[A-Za-z]{3,}", " ".join(said).replace("fiscal show", "")), name
    assert {row["通常所在位置"] for row in theirs["gaps"].rows} == {
        "公开06表：一般公共预算财政拨款基本支出（按经济分类）",
        "部门资金情况：预算数",
        "预算执行情况",
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_prose_of_a_language_is_in_that_language(language: str) -> None:
    cells = [c for c in nbformat.read(NOTEBOOK, as_version=4).cells if language in c.metadata.get("tags", [])]
    assert len(cells) > 5
    for cell in cells:
        chinese = len(re.findall(r"[一-鿿]", cell.source)) > len(re.findall(r"[a-z]", cell.source))
        assert chinese == (language == "zh"), cell.source
