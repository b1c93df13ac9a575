"""Every figure that the page of a district computes, computed anew from the facts by other means."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis import store, studies
from fiscal_analysis.charts.renderer import SPEC_MIME
from fiscal_analysis.errors import ContractError
from fiscal_analysis.studies import engine
from fiscal_analysis.studies.execution import execute
from fiscal_analysis.studies.plan import plan_study
from tests.metrics_rows import CHAOYANG, FENGTAI, MENTOUGOU, ZHENGDING, document, fact
from tests.metrics_rows import published as facts_with
from tests.study_tables import ROOT, Table, number, published, tables_of

NOTEBOOK = ROOT / "notebooks" / "district_profile.ipynb"
DISTRICTS = {"110105": CHAOYANG, "110106": FENGTAI, "110109": MENTOUGOU, "130123": ZHENGDING}


def run(**parameters: Any) -> nbformat.NotebookNode:
    executed = execute(NOTEBOOK, parameters, folder=ROOT)
    kinds = {output.output_type for cell in executed.cells for output in cell.get("outputs", [])}
    assert kinds <= {"execute_result", "display_data"}  # nothing warns, nothing prints
    return executed


@pytest.fixture(scope="module")
def pages() -> dict[str, dict[str, Table]]:
    """The tables of the page of each district."""
    return {code: tables_of(run(division_code=code)) for code in DISTRICTS}


def text_of(notebook: nbformat.NotebookNode) -> str:
    """What the code cells show, as text."""
    shown = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            shown += ["".join(data.get(kind, "")) for kind in ("text/html", "text/markdown")]
            shown += [str(data[SPEC_MIME]["title"])] if SPEC_MIME in data else []
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", " ".join(shown), flags=re.DOTALL).split())


def percent(value: Decimal, decimals: int = 2) -> str:
    return f"{value * 100:,.{decimals}f}\u00a0%"


def money(doc_id: str, concept: str, **more: str) -> set[Decimal]:
    """What a document prints of a figure of the whole department and its own year."""
    wanted = {"measure": "final", "fund": "", "scope": "", "item": "", "subject_code": "", "economic_code": ""} | more
    year = re.search(r"-(\d{4})-", doc_id)[1]  # type: ignore[index]
    rows = facts_with("facts", doc_id=doc_id, concept=concept, fiscal_year=year, **wanted)
    return {Decimal(row["value"]) for row in rows}


def one(values: set[Decimal]) -> Decimal:
    [value] = values
    return value


def test_the_published_page_is_of_the_district_with_most_figures_and_says_so() -> None:
    text = text_of(nbformat.read(NOTEBOOK, as_version=4))
    assert "This page is of **北京市 门头沟区** (110109), fiscal year 2023." in text
    assert "No district was named: of the 4 districts in the data it states most figures." in text
    assert "No year was named: it is the newest of the district (years in the data: 2023)." in text
    # 收、支总计 113,684,009.05 yuan are 11,368.40万元.
    total = published("district_profile")["totals"].rows[0]
    assert one(money(MENTOUGOU, "grand_total")) == Decimal("113684009.05")
    assert "11,368.40\u00a0万元" in total.values()


def test_unit_costs_by_hand(pages: dict[str, dict[str, Table]]) -> None:
    def costs(code: str) -> list[tuple[str, str]]:
        return [(row["Computed as"], row["Cost per unit"]) for row in pages[code]["programmes"].rows]

    # 11513.2 / 97 = 118.693; 2650 / 18 = 147.2; 50 / 2 = 25; 3400 / 14 = 242.9; 530 / 4 = 132.5; 380 / 8 = 47.5 万元
    chaoyang = [("11513.2", 97), ("2650", 18), ("50", 2), ("3400", 14), ("530", 4), ("380", 8)]
    assert len(costs("110105")) == len(chaoyang)
    for (formula, cost), (amount, count) in zip(costs("110105"), chaoyang, strict=True):
        assert formula.startswith(f"{amount}万元 ÷ {count}")
        assert abs(number(cost) - Decimal(amount) / count) < Decimal("0.05")
    assert costs("110105")[0][1] == "118.693\u00a0万元"
    # 108.33 / 1260 = 0.0860, / 1189 = 0.0911, / 1249 = 0.0867, / 1083 = 0.1000 万元
    for formula, cost in costs("110106"):
        count = int(re.search(r"÷ (\d+)", formula)[1])  # type: ignore[index]
        assert abs(number(cost) - Decimal("108.33") / count) < Decimal("0.00005")
    assert {re.search(r"÷ (\d+)", formula)[1] for formula, _ in costs("110106")} == {"1260", "1189", "1249", "1083"}  # type: ignore[index]
    # 55 firms at 20万元 and 64 at 10万元: 1740 / 119 = 14.62万元
    assert [cost for _, cost in costs("110109")] == ["14.62\u00a0万元", "20\u00a0万元", "10\u00a0万元"]
    assert "programmes" not in pages["130123"]


def test_rates_by_hand(pages: dict[str, dict[str, Table]]) -> None:
    told = {
        code: {(row["Line or project"], row["Budget"]): row["Rate"] for row in page["rates"].rows}
        for code, page in pages.items()
    }
    adjusted, initial = "adjusted budget", "initial budget"
    assert told["110106"]["Total expenditure", adjusted] == percent(Decimal("15104.10") / Decimal("15173.38"))
    assert told["110106"]["Basic expenditure", adjusted] == percent(Decimal("2245.08") / Decimal("2301.87"))
    assert told["110106"]["Project expenditure", adjusted] == percent(Decimal("12859.02") / Decimal("12871.52"))
    assert told["110106"]["国家高新技术企业认定专家评审管理", initial] == percent(Decimal("108.33") / 120)
    # 703.96 less an increase of 43.67 is 660.29 万元.
    assert told["130123"]["Basic expenditure", initial] == percent(Decimal("703.96") / Decimal("660.29"))
    # The project's budget is printed as 1740元 for 1740万元: no pair of figures of one line.
    assert [rate for (name, _), rate in told["110109"].items() if "奖励" in name] == ["no usable rate"]


@pytest.mark.parametrize("code", ["110106", "110109"])
def test_rates_of_classes_recomputed(pages: dict[str, dict[str, Table]], code: str) -> None:
    shown = [row for row in pages[code]["rates"].rows if row["Level"] == "Class (类)" and "initial" in row["Budget"]]
    assert len(shown) > 2
    for row in shown:
        line = {"concept": "functional_expenditure", "subject_code": row["Line or project"].split()[-1]}
        final = one({Decimal(r["value"]) for r in facts_with("facts", doc_id=DISTRICTS[code], measure="final", **line)})
        budget = {
            Decimal(r["value"]) for r in facts_with("facts", doc_id=DISTRICTS[code], measure="initial_budget", **line)
        }
        change = facts_with("facts", doc_id=DISTRICTS[code], measure="change_on_initial_budget", **line)
        base = one(budget) if budget else final - Decimal(change[0]["value"])
        assert row["Rate"] == percent(final / base), row


@pytest.mark.parametrize("code", ["110106", "110109", "130123"])
def test_every_share_of_a_composition_recomputed(pages: dict[str, dict[str, Table]], code: str) -> None:
    doc_id, fund = DISTRICTS[code], "general_public_budget"
    spent = money(doc_id, "appropriation_expenditure", fund=fund)
    totals = {
        "Kinds of expenditure: All expenditure": money(doc_id, "expenditure"),
        "Kinds of expenditure: General public budget": spent,
        "By function: class (类): General public budget": spent,
        "By economic class (类): General public budget, basic expenditure": money(
            doc_id, "expenditure_basic", fund=fund
        ),
        "By economic class (类): General public budget, project expenditure": money(
            doc_id, "expenditure_project", fund=fund
        ),
    }
    concepts = {"Basic expenditure": "expenditure_basic", "Project expenditure": "expenditure_project"}
    groups: dict[str, list[dict[str, str]]] = {}
    for row in pages[code]["composition"].rows:
        groups.setdefault(row["group"], []).append(row)
    assert groups
    for group, rows in groups.items():
        whole = one(totals[group])
        named = Decimal(0)
        for row in rows:
            part = row["Part"]
            if part in ("smaller ones together", "on no line, or ambiguous"):
                continue
            if part in concepts:
                value = one(money(doc_id, concepts[part], fund="" if "All" in group else fund))
            elif "function" in group:
                value = one(money(doc_id, "functional_expenditure", fund=fund, subject_code=part.split()[-1]))
            else:
                scope = "basic" if "basic" in group else "project"
                value = one(
                    money(doc_id, "economic_expenditure", fund=fund, scope=scope, economic_code=part.split()[-1])
                )
            named += value
            assert row["Share"] == percent(value / whole), row
            assert row["Outturn"] == f"{value / 10000:,.2f}\u00a0万元"
            low, high = (Decimal(end) / 100 for end in re.findall(r"[0-9.]+", row["Interval"]))
            assert low <= value / whole <= high
        others = [row for row in rows if row["Part"] in ("smaller ones together", "on no line, or ambiguous")]
        if others:
            assert sum(number(row["Share"]) for row in others) == pytest.approx(
                (whole - named) / whole, abs=Decimal("0.0001")
            )
    # 13941.32 / 15102.74, 78,335,329.04 / 105,719,924.04 and 6573.48 / 7277.44 by hand
    first = {row["Part"]: row["Share"] for row in pages[code]["composition"].rows}
    assert {"110106": first.get("科学技术支出 206"), "110109": first.get("科学技术支出 206")}.get(
        code, first["Project expenditure"] if code == "130123" else None
    ) == {"110106": "92.31\u00a0%", "110109": "74.10\u00a0%", "130123": "90.33\u00a0%"}[code]


@pytest.mark.parametrize("code", ["110106", "110109"])
def test_shares_of_public_expenses_and_procurement_recomputed(pages: dict[str, dict[str, Table]], code: str) -> None:
    concepts = {
        "Three public expenses": "three_public",
        "Travel abroad": "three_public_overseas",
        "Official vehicles": "three_public_vehicle",
        "Operating cost of agencies": "agency_operating_cost",
        "Government procurement": "procurement",
        "Procurement from small and medium firms": "procurement_sme",
        "Procurement from small and micro firms": "procurement_small_micro",
        "Government purchase of services": "purchased_services",
        "Total expenditure": "expenditure",
    }
    seen = 0
    for row in pages[code]["public-expenses"].rows:
        if row["Share"] in ("–", "ambiguous"):
            continue
        whole = one(money(DISTRICTS[code], concepts[row["of"]]))
        assert row["Share"] == percent(one(money(DISTRICTS[code], concepts[row["Figure"]])) / whole), row
        seen += 1
    assert seen == {"110106": 7, "110109": 3}[code]
    told = {row["Figure"]: row["Share"] for row in pages[code]["public-expenses"].rows}
    # 1623.31 / 2279.96 = 71.20 %; 212,385 / 252,358.35 = 84.16 %
    assert told["Procurement from small and medium firms"] == {"110106": "71.20\u00a0%", "110109": "84.16\u00a0%"}[code]
    # Mentougou prints two totals of expenditure: a share of it has an interval only.
    assert told["Government procurement"] == {"110106": percent(Decimal("2279.96") / Decimal("15104.10"))}.get(
        code, "ambiguous"
    )


def test_scores_by_hand(pages: dict[str, dict[str, Table]]) -> None:
    told = {
        code: [(row["Score"], row["Share of full mark"]) for row in page["scores"].rows] for code, page in pages.items()
    }
    assert told == {
        "110105": [("99.55", "99.55\u00a0%")],
        "110106": [("99.1", "99.10\u00a0%"), ("98", "98.00\u00a0%")],
        "110109": [("98.5", "98.50\u00a0%"), ("100", "100.00\u00a0%")],
        "130123": [("95", "95.00\u00a0%")],
    }
    assert {Decimal(row["value"]) for row in facts_with("facts", concept="evaluation_score", measure="score")} == {
        Decimal(score) for rows in told.values() for score, _ in rows
    }


def test_the_worst_findings_are_those_of_the_findings_table(pages: dict[str, dict[str, Table]]) -> None:
    for code in ("110106", "110109", "130123"):
        rows = facts_with("findings", doc_id=DISTRICTS[code])
        counted = [sum(row["severity"] == level for row in rows) for level in ("error", "warning", "note")]
        shown = pages[code]["findings"]
        assert f"All findings: {counted[0]} errors, {counted[1]} warnings and {counted[2]} notes." in shown.notes[0]
        assert [row["Severity"] for row in shown.rows] == (
            ["Error"] * counted[0] + ["Warning"] * counted[1] + ["Note"] * counted[2]
        )[:5]
        messages = [row["message_en"] for row in rows]
        assert all(
            any(message.startswith(row["What does not agree"].rstrip(".")[:40]) for message in messages)
            for row in shown.rows
        )
        assert not any("Source: “" in row["What does not agree"] for row in shown.rows)
    assert "findings" not in pages["110105"]


def test_positions_recomputed(pages: dict[str, dict[str, Table]]) -> None:
    basic = {"110106": Decimal("2245.08") / Decimal("15104.10"), "130123": Decimal("703.96") / Decimal("7277.44")}
    firms = {"110106": Decimal("1623.31") / Decimal("2279.96"), "110109": Decimal(212385) / Decimal("252358.35")}
    scored = {"110106": Decimal("0.991"), "110109": Decimal("0.985"), "130123": Decimal("0.95")}
    labels = {
        "Basic expenditure, of the total": basic,
        "Small, medium firms, of procurement": firms,
        "Department score, of full mark": scored,
    }
    for code in ("110106", "110109", "130123"):
        told = {row["Figure"]: row for row in pages[code]["positions"].rows}
        for label, values in labels.items():
            if code not in values:
                assert label not in told or told[label]["This district"] == "ambiguous"
                continue
            rank = 1 + sum(value > values[code] for value in values.values())
            row = told[label]
            assert (row["This district"], row["Rank"]) == (percent(values[code]), f"{rank} of {len(values)}")
            spread = (min(values.values()), median(values.values()), max(values.values()))
            assert row["Lowest / median / highest"] == " / ".join(percent(value, 1) for value in spread)
        assert "At most 3 bodies can be compared" in pages[code]["positions"].notes[0]
    assert "positions" not in pages["110105"]


# -- districts of every sort -------------------------------------------------------------------------------------------


def saved(folder: Path, documents: list[dict[str, Any]], facts: list[dict[str, Any]]) -> str:
    """Write tables of invented documents."""

    def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
        schema = store.polars_schema(name)
        return pl.DataFrame([{column: row.get(column) for column in schema} for row in rows], schema=schema)

    counts = {"characters": 10, "quantities": 1, "claimed": 1, "coverage": 1.0}
    counts |= {"fiscal_quantities": 1, "fiscal_claimed": 1, "format": "txt", "sha256": "0" * 64}
    rows = [row | counts | {"file": f"{row['doc_id']}.txt", "sha256": f"{at:064x}"} for at, row in enumerate(documents)]
    tables = {name: store.empty(name) for name in store.TABLES}
    tables |= {
        "documents": table("documents", rows),
        "facts": table("facts", [row | {"quote": f"甲{row['raw']}", "extractor": "x"} for row in facts]),
    }
    fa.Corpus(tables).save(folder)
    return str(folder)


def test_a_district_with_a_document_without_any_figure_has_a_line_for_every_part(tmp_path: Path) -> None:
    processed = saved(tmp_path, [document("empty", kind="budget"), document("other", division_code="999902")], [])
    executed = run(processed=processed)
    text = text_of(executed)
    assert set(tables_of(executed)) == {"published", "documents"}
    for said in (
        "No document states totals of revenue or expenditure.",
        "No document states or allows an execution rate.",
        "can be computed: kinds of expenditure, by function: class (类), by economic class (类).",
        "No document states three public expenses, operating cost of agencies or procurement.",
        "No document states figures of a programme for high-tech firms.",
        "No document states the score of an evaluation.",
        "The audit found no disagreement",
        "No figure of the district can be compared",
        "There is no figure, hence no sentence.",
    ):
        assert said in text, said


def test_a_budget_of_nothing_an_ambiguous_total_and_a_document_without_a_year(tmp_path: Path) -> None:
    facts = [
        fact("expenditure", "final", 2_000_000.0),
        fact("expenditure", "initial_budget", 0.0),
        fact("expenditure_basic", "final", 500_000.0),
        fact("revenue", "final", 100_000.0),
        fact("revenue", "final", 300_000.0),
    ]
    undated = [document(year=None)]  # type: ignore[arg-type]
    tables = tables_of(run(processed=saved(tmp_path, undated, facts), unit="元"))
    totals = {row["Figure"]: row["Outturn"] for row in tables["totals"].rows}
    assert totals["Revenue of the year"] == "99,950.0 to 300,050.0\u00a0元"
    assert "the figure is stated as" in tables["totals"].notes[0]
    assert tables["published"].rows[0]["Year"] == "2024"  # that of its figures
    shares = [(row["Part"], row["Share"]) for row in tables["composition"].rows]
    assert shares == [("Basic expenditure", "25.00\u00a0%"), ("on no line, or ambiguous", "75.00\u00a0%")]
    # Nothing divides by the budget of 0.
    assert [row["Rate"] for row in tables.get("rates", Table("", [], [], [])).rows if "%" in row["Rate"]] == []


def test_a_district_with_several_documents_names_them(tmp_path: Path) -> None:
    documents = [document("a"), document("b", issuer="清河区教育局"), document("c", 2023)]
    facts = [
        fact("expenditure", "final", 2e6, doc_id="a"),
        fact("expenditure", "final", 3e6, doc_id="b", issuer="清河区教育局"),
        fact("expenditure", "final", 4e6, doc_id="c", fiscal_year=2023),
        fact("expenditure", "final", 5e6, doc_id="a", fiscal_year=2023),
    ]
    tables = tables_of(run(processed=saved(tmp_path, documents, facts)))
    told = [(row["group"].partition(",")[0], row["Outturn"]) for row in tables["totals"].rows]
    # 2023 is another page, and the prior year that a document of 2024 prints is for the study of several years.
    assert told == [("清河区科技局", "200.00\u00a0万元"), ("清河区教育局", "300.00\u00a0万元")]
    tables = tables_of(run(processed=str(tmp_path), year=2023))
    assert [row["Outturn"] for row in tables["totals"].rows] == ["400.00\u00a0万元"]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"division_code": "999999"}, "“division_code”: there is no document of 999999; codes in the data: 110105"),
        ({"division_code": "110106", "year": 2023}, "“year”: there is no document of 110106 of 2023; years .*: 2024"),
        ({"year": 1999}, "“year”: there is no document of 1999; years in the data: 2023, 2024"),
    ],
)
def test_a_district_or_year_without_documents_is_refused_before_anything_runs(
    parameters: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "execute", lambda *_, **__: pytest.fail("it ran"))
    with pytest.raises(ContractError, match=said):
        studies.run_study("district_profile", parameters, out=tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


def test_a_report_is_found_under_the_one_district_and_year_that_it_is_of() -> None:
    for parameters, districts, years in (
        ({}, ["门头沟区 110109"], [2023]),
        ({"year": 2023}, ["门头沟区 110109"], [2023]),
        ({"division_code": "130123"}, ["正定县 130123"], [2023]),
    ):
        plan = plan_study("district_profile", parameters)
        assert (plan.districts, plan.years) == (districts, years)


def test_the_chinese_page_says_the_same_in_chinese_and_in_its_unit(pages: dict[str, dict[str, Table]]) -> None:
    executed = run(division_code="110109", language="zh", unit="亿元")
    theirs, ours = tables_of(executed), pages["110109"]
    assert theirs.keys() == ours.keys()
    for name, table in theirs.items():
        assert len(table.rows) == len(ours[name].rows), name
        if name == "documents":  # file names and hashes
            continue
        said = [table.title, *table.headings, *table.notes]
        said += [cell for row in table.rows for column, cell in row.items() if column != "原文"]
        assert not re.search(r"[A-Za-z]{3,}", " ".join(said)), name
    assert "本页反映**北京市 门头沟区**（110109）2023年度的情况。" in text_of(executed)
    # 44,531.60 yuan are 0.000445 亿元, 105,719,924.04 yuan 1.0572.
    told = {row["项目"]: row["决算数"] for row in theirs["public-expenses"].rows}
    assert told["“三公”经费"] == "0.000445\u00a0亿元"
    english = {cell for table in ours.values() for row in table.rows for cell in row.values()}
    assert "4.45\u00a0万元" in english
    prose = [cell.source for cell in executed.cells if cell.cell_type == "markdown"]
    chinese = [text for cell, text in zip((c for c in executed.cells if c.cell_type == "markdown"), prose, strict=True)
               if "zh" in cell.metadata.get("tags", [])]  # fmt: skip
    assert chinese
    assert all(re.search(r"[一-鿿]", text) and not re.search(r"[a-z]{4,} [a-z]{3,}", text) for text in chinese)
