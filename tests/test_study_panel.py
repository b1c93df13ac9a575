"""The study of several years of one body: growth computed anew from the facts, by hand, and over invented years."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

import fiscal_analysis as fa
from fiscal_analysis.charts import wording
from fiscal_analysis.charts.renderer import SPEC_MIME
from tests.metrics_rows import FENGTAI, MENTOUGOU, ZHENGDING, bounds, document, fact
from tests.metrics_rows import published as facts_with
from tests.study_runs import run, saved, seen
from tests.study_tables import ROOT, number
from tests.study_tables import published as tables

STUDY = "panel"
DOCUMENTS = {"丰台区": FENGTAI, "门头沟区": MENTOUGOU, "正定县": ZHENGDING}
CODES = {label: code for code, label in wording.labels()["en"].items()}


@cache
def stated(doc: str, concept: str, measure: str) -> list[dict[str, str]]:
    """The figures without an item that a document states, one for each value that no rounding reconciles."""
    rows = facts_with("facts", doc_id=doc, concept=concept, measure=measure, item="")
    rows = [row for row in rows if not row["subject_code"] and not row["scope"]]
    rows.sort(key=lambda row: -int(row["decimals"] or 9))
    distinct: list[dict[str, str]] = []
    for row in rows:
        low, high = bounds(row)
        if not any(low <= Decimal(other["value"]) <= high for other in distinct):
            distinct.append(row)
    return distinct


TOTALS = tables(STUDY)["totals"].rows


@pytest.mark.parametrize("row", TOTALS, ids=[f"{row['group']}-{row['Line']}" for row in TOTALS])
def test_a_growth_is_that_of_the_facts(row: dict[str, str]) -> None:
    body, _ = row["group"].split(" ")
    doc, concept = DOCUMENTS[body], CODES[row["Line"].partition(", ")[0]]
    values = stated(doc, concept, "final")
    [change] = stated(doc, concept, "change_on_prior_year")
    assert row["From"] == "implied"
    by = Decimal(change["value"])
    growths = [Decimal(v["value"]) / (Decimal(v["value"]) - by) - 1 for v in values]
    low, high = (number(end + "%") for end in row["Interval"].removesuffix("\u00a0%").split(" to "))
    # The bounds of what is printed: the largest growth has the smallest figure where it rises.
    ends = [v / (v - c) - 1 for value in values for v in bounds(value) for c in bounds(change)]
    assert low <= min(ends) <= max(ends) <= high
    assert min(ends) - low <= Decimal("0.0001")
    assert high - max(ends) <= Decimal("0.0001")
    if len(values) == 1:
        assert number(row["Amount, 万元"]) == round(Decimal(values[0]["value"]) / 10000, 2)
        assert number(row["Before, 万元"]) == round((Decimal(values[0]["value"]) - by) / 10000, 2)
        assert number(row["Growth"]) == round(growths[0], 4)
    else:
        assert row["Growth"] == "–"
    printed = stated(doc, concept, "growth_on_prior_year")
    if not printed:
        assert (row["Printed"], row["Agree"]) == ("–", "–")
        return
    assert number(row["Printed"]) == Decimal(printed[0]["value"])
    at_least, at_most = bounds(printed[0])
    agrees = at_least <= max(ends) and min(ends) <= at_most
    assert row["Agree"] == ("open" if len(values) > 1 and agrees else "yes" if agrees else "no")


def test_the_growth_of_the_documents_by_hand() -> None:
    growth = {(row["group"], row["Line"]): row for row in TOTALS}
    # 丰台区: 本年支出合计15104.10万元, 比上年增加5385.17万元, 增长55.41 %.
    assert round(15104.10 - 5385.17, 2) == 9718.93
    assert f"{15104.10 / 9718.93 - 1:+.2%}" == "+55.41%"
    row = growth["丰台区 2024", "Total expenditure"]
    assert (row["Before, 万元"], row["Growth"], row["Printed"], row["Agree"]) == (
        "9,718.93", "+55.41\u00a0%", "+55.41\u00a0%", "yes",
    )  # fmt: skip
    # 收、支总计15173.38万元, 比上年减少1322.75万元, 下降8.02 %.
    assert f"{15173.38 / (15173.38 + 1322.75) - 1:+.2%}" == "-8.02%"
    assert growth["丰台区 2024", "Total of revenue and expenditure"]["Growth"] == "−8.02\u00a0%"
    # 机关运行经费71.29万元, 比上年减少7.04万元, no growth is printed.
    assert f"{71.29 / 78.33 - 1:+.2%}" == "-8.99%"
    assert growth["丰台区 2024", "Operating cost of agencies"]["Growth"] == "−8.99\u00a0%"
    # 门头沟区: two totals; 106,400,029.75元 has grown by 40.57 %, 10571.99万元 by 40.94 %; 40.6 % is printed.
    assert f"{106400029.75 / (106400029.75 - 30709718.13) - 1:.2%}" == "40.57%"
    assert f"{105719900 / (105719900 - 30709718.13) - 1:.2%}" == "40.94%"
    row = growth["门头沟区 2023", "Total expenditure"]
    assert (row["Growth"], row["Interval"], row["Agree"]) == ("–", "40.57 to 40.95\u00a0%", "open")
    assert f"{112078856.26 / (112078856.26 - 39551070.89) - 1:+.2%}" == "+54.53%"
    assert growth["门头沟区 2023", "Revenue of the year"]["Growth"] == "+54.53\u00a0%"
    # 朝阳区 and 正定县 state no amount of the year before.
    assert any(note == "No figure of the year before: 朝阳区, 正定县." for note in tables(STUDY)["totals"].notes)


def test_growths_without_amounts_are_shown_as_printed() -> None:
    rows = {(row["group"], row["Result"]): row for row in tables(STUDY)["printed"].rows}
    assert rows["正定县", "Liabilities"]["Printed growth"] == "−51\u00a0%"
    assert rows["丰台区", "规上单位实现营收"]["Year"] == "2024, 1-11月"
    printed = {(row["doc_id"], row["value"]) for row in facts_with("facts", measure="growth_on_prior_year")}
    for (body, _), row in rows.items():
        for text in row["Printed growth"].split(" or "):
            values = {Decimal(value) for doc, value in printed if doc == DOCUMENTS[body]}
            assert number(text) in values
    # What stands here stands not in the table of tested growths, and nothing is lost.
    shown = sum(len(row["Printed growth"].split(" or ")) for row in rows.values())
    tested = sum(row["Printed"] != "–" for row in TOTALS)
    facts = {(f["doc_id"], f["concept"], f["item"], f["period"], f["value"])
             for f in facts_with("facts", measure="growth_on_prior_year")}  # fmt: skip
    assert shown + tested == len(facts)


def test_one_year_is_said_to_be_one_year() -> None:
    rows = {row["Published by"]: row for row in tables(STUDY)["years"].rows}
    assert rows["丰台区"]["Own documents"] == "2024"
    assert rows["丰台区"]["Implied by changes only"] == "2023"
    assert rows["正定县"]["Result"] == "one year only: growth as printed or implied"
    assert rows["朝阳区"]["Result"] == "no outturn, count or rate"
    text = (ROOT / "notebooks" / "panel.ipynb").read_text(encoding="utf-8")
    assert "49 lines of the functional and economic classification are stated for one year only" in text
    assert "nothing can be compared" in text
    assert "No deflator was given" in text


# -- several years ---------------------------------------------------------------------------------------------------


def year(at: int, concept: str, measure: str, value: float, **more: Any) -> dict[str, Any]:
    return fact(concept, measure, value, **({"doc_id": f"qinghe-{at}", "fiscal_year": at} | more))


def three_years(tmp_path: Path) -> Path:
    """One bureau in 2021, 2022 and 2024, its restated figures, a part of a year; and another without any figure."""
    line = {"fund": "general_public_budget", "subject_code": "20604", "subject_name": "技术研究与开发"}
    facts = [
        year(2021, "expenditure", "final", 1000000.0),
        year(2022, "expenditure", "final", 1320000.0),
        year(2022, "expenditure", "prior_year", 1100000.0, fiscal_year=2021),
        year(2022, "expenditure", "growth_on_prior_year", 0.25),
        year(2024, "expenditure", "final", 1500000.0),
        year(2022, "expenditure", "final", 600000.0, period="1-6月"),
        year(2021, "expenditure", "final", 500000.0, period="1-6月"),
        year(2021, "functional_expenditure", "final", 200000.0, **line),
        year(2022, "functional_expenditure", "final", 300000.0, **line),
        year(2021, "three_public", "final", 0.0),
        year(2022, "three_public", "final", 10000.0),
        year(2024, "procurement", "final", 400000.0),
        year(2024, "procurement", "final", 450000.0),
        year(2024, "procurement", "change_on_prior_year", 100000.0),
    ]
    documents = [document(f"qinghe-{at}", at) for at in (2021, 2022, 2024)]
    documents.append(document("yunshan-2024", county="云山县", division_code="999902", issuer="云山县科技局"))
    return saved(tmp_path / "data", facts, documents)


def specification(tmp_path: Path, title: str) -> dict[str, Any]:
    [path] = (tmp_path / "reports").glob("*.ipynb")
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            spec = output.get("data", {}).get(SPEC_MIME)
            if spec and title in str(spec["title"]["text"]):
                return dict(spec)
    raise AssertionError(f"no chart {title}")


def test_several_years_of_a_body(tmp_path: Path) -> None:
    found, page = run(STUDY, tmp_path, {"processed": str(three_years(tmp_path))})
    rows = {(row["group"], row["Line"], row["From"]): row for row in found["totals"].rows}
    # 132万元 on 100万元 as first published, on 110万元 as restated; a printed 25 % is neither.
    first, restated = (rows["清河区 2022", "Total expenditure", base] for base in ("first", "restated"))
    assert (first["Before, 万元"], first["Growth"], first["Agree"]) == ("100.00", "+32.00\u00a0%", "no")
    assert (restated["Before, 万元"], restated["Growth"], restated["Agree"]) == ("110.00", "+20.00\u00a0%", "no")
    # Half-years are set against half-years.
    assert rows["清河区 2022", "Total expenditure, 1-6月", "first"]["Growth"] == "+20.00\u00a0%"
    # Nothing divides by 0; 2023 is missing, so 2024 has no growth.
    assert rows["清河区 2022", "Three public expenses", "first"]["Growth"] == "–"
    assert not any(group == "清河区 2024" and line == "Total expenditure" for group, line, _ in rows)
    # 40万元 or 45万元, 10万元 more than the year before: 33.3 % (40 ÷ 30) or 28.6 % (45 ÷ 35).
    several = rows["清河区 2024", "Government procurement", "implied"]
    assert (round(40 / 30 - 1, 4), round(45 / 35 - 1, 4)) == (0.3333, 0.2857)
    assert several["Growth"] == "–"
    low, high = (Decimal(end) for end in several["Interval"].removesuffix("\u00a0%").split(" to "))
    assert low <= Decimal("28.57")
    assert high >= Decimal("33.33")
    [line] = found["lines"].rows
    assert (line["Line"], line["Growth"]) == ("技术研究与开发 20604", "+50.00\u00a0%")
    [change] = found["restatements"].rows
    assert (change["First, 万元"], change["Later, 万元"]) == ("100.00", "110.00")
    assert (change["Change, 万元"], change["Relative"]) == ("+10.00", "+10.00\u00a0%")
    years = {row["Published by"]: row for row in found["years"].rows}
    assert years["清河区"]["Own documents"] == "2021, 2022, 2024"
    assert years["清河区"]["Result"] == "3 years"
    assert years["云山县"]["Result"] == "no outturn, count or rate"
    assert not re.findall(r"\b(?:nan|inf|None)\b", re.sub(r"<[^>]+>", " ", page))


def test_the_line_over_years_has_gaps_and_joins_no_part_of_a_year(tmp_path: Path) -> None:
    run(STUDY, tmp_path, {"processed": str(three_years(tmp_path))})
    spec = specification(tmp_path, "Total expenditure over the years")
    segments = [row for rows in spec["datasets"].values() for row in rows if "segment" in row]
    # 2021 and 2022 are joined; 2023 is missing, and the two half-years are not joined to anything.
    assert sorted((row["of"], row["at"], row["to"]) for row in segments) == [
        ("清河区", 2021, 100.0),
        ("清河区", 2022, 132.0),
    ]
    points = [row for rows in spec["datasets"].values() for row in rows if "series" in row]
    assert {(row["series"], row["fiscal_year"]) for row in points} == {
        ("清河区", 2021), ("清河区", 2022), ("清河区", 2024), ("清河区, 1-6月", 2021), ("清河区, 1-6月", 2022)
    }  # fmt: skip


def test_real_terms_with_a_deflator(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("year,index\n2021,100\n2022,102\n2024,105\n", encoding="utf-8")
    given = {"processed": str(three_years(tmp_path)), "deflator": str(path), "base_year": 2021}
    found, _ = run(STUDY, tmp_path, given)
    rows = {(row["Line"], row["Year"]): row for row in found["real"].rows}
    row = rows["Total expenditure", "2022"]
    # 132万元 ÷ 1.02 = 129.41万元; on the restated 110万元 of 2021: 129.41 ÷ 110 - 1 = 17.65 %.
    assert (round(132 / 1.02, 2), round((132 / 1.02 / 110 - 1) * 100, 2)) == (129.41, 17.65)
    assert (row["Prices of 2021, 万元"], row["Real growth"]) == ("129.41", "+17.65\u00a0%")
    assert row["Growth"] == "+20.00\u00a0%"
    assert specification(tmp_path, "in prices of 2021")


def test_the_base_year_is_the_last_of_the_deflator_where_none_is_given(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("year,index\n2022,102\n2024,105\n2021,100\n", encoding="utf-8")
    found, page = run(STUDY, tmp_path, {"processed": str(three_years(tmp_path)), "deflator": str(path)})
    assert "Prices of 2024, 万元" in found["real"].headings
    assert "prices.csv" in page
    assert str(tmp_path) not in re.sub(r"<[^>]+>", " ", page)


def test_a_base_year_without_a_deflator_and_a_wrong_deflator_are_refused(tmp_path: Path) -> None:
    with pytest.raises(fa.errors.FiscalAnalysisError, match="a base year needs a deflator"):
        run(STUDY, tmp_path, {"base_year": 2023})
    path = tmp_path / "prices.csv"
    path.write_text("year,prices\n2023,100\n", encoding="utf-8")
    with pytest.raises(fa.errors.FiscalAnalysisError, match=r"prices\.csv: no column index; it has year, prices"):
        run(STUDY, tmp_path, {"deflator": str(path)})


LATIN = {
    "PEFA", "CSV", "fiscal_analysis", "line", "deflator", "base_year", "year", "index",
}  # fmt: skip


def test_a_chinese_report_holds_no_english_words(tmp_path: Path) -> None:
    found, page = run(STUDY, tmp_path, {"language": "zh", "unit": "亿元"})
    assert set(re.findall(r"[A-Za-z_]{3,}", seen(page))) - LATIN == set()
    rows = {(row["group"], row["项目"]): row for row in found["totals"].rows}
    # 15104.10万元 is 1.5104亿元, and 71.29万元 0.007129亿元.
    assert rows["丰台区 2024", "支出合计"]["本年（亿元）"] == "1.5104"
    assert rows["丰台区 2024", "机关运行经费"]["本年（亿元）"] == "0.007129"


def test_an_english_report_holds_chinese_for_names_and_printed_terms_only() -> None:
    name = re.compile(r"朝阳区|丰台区|门头沟区|正定县")
    for table, found in tables(STUDY).items():
        if table in ("evidence", "documents"):
            continue
        cells = [cell for row in found.rows for heading, cell in row.items() if heading not in ("Result", "Year")]
        for text in [found.title, *found.headings, *found.notes, *cells]:
            left = re.sub(r"\([^()]*\)|[\d,.]+万?元|、|万元|1-11月", "", name.sub("", text))
            assert not re.search(r"[\u4e00-\u9fff]", left), (table, text)
