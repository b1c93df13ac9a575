"""The study of the structure of spending: its figures computed anew from the facts, and by hand; what it does where
figures are missing, ambiguous or 0."""

from __future__ import annotations

import csv
import re
import statistics
from collections import defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

import fiscal_analysis as fa
from fiscal_analysis.charts import wording
from tests.metrics_rows import FENGTAI, MENTOUGOU, ZHENGDING, bounds, document, fact, published
from tests.study_runs import run, saved, seen
from tests.study_tables import number
from tests.study_tables import published as tables

STUDY = "spending_structure"
DOCUMENTS = {"丰台区 2024": FENGTAI, "门头沟区 2023": MENTOUGOU, "正定县 2023": ZHENGDING}
CODES = {label: code for code, label in wording.labels()["en"].items()}
FUNDS = ("general_public_budget", "government_fund", "state_capital")
Key = tuple[str, str, str, str, str]


@cache
def stated() -> dict[Key, list[dict[str, str]]]:
    """Outturns of money without an item, by document, concept, fund, scope and code, the most precise print first."""
    found: dict[Key, list[dict[str, str]]] = defaultdict(list)
    for row in published("facts", measure="final", unit="CNY", item=""):
        if row["period"] and "12月31日" not in row["period"]:  # a period up to the last day is the whole year
            continue
        key = (row["doc_id"], row["concept"], row["fund"], row["scope"], row["economic_code"] or row["subject_code"])
        found[key].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: -int(row["decimals"] or 9))
    return dict(found)


def values(key: Key) -> list[Decimal]:
    """The values stated that no rounding reconciles; one where all are of one figure."""
    distinct: list[dict[str, str]] = []
    for row in stated().get(key, []):
        low, high = bounds(row)
        if not any(low <= Decimal(other["value"]) <= high for other in distinct):
            distinct.append(row)
    return [Decimal(row["value"]) for row in distinct]


def ends(key: Key) -> tuple[Decimal, Decimal]:
    """The lowest and the highest value behind the print of all values stated."""
    some = [bounds(row) for row in stated()[key] if Decimal(row["value"]) in values(key)]
    narrow = [min((b for b in some if b[0] <= v <= b[1]), key=lambda b: b[1] - b[0]) for v in values(key)]
    return min(low for low, _ in narrow), max(high for _, high in narrow)


def keys_of(row: dict[str, str]) -> tuple[Key, Key]:
    """The keys of a row of a table of lines: of the line, and of what it is a share of."""
    place, *further = row["group"].split(", ")
    doc = DOCUMENTS[place]
    fund = next((CODES[word] for word in further if CODES.get(word) in FUNDS), "")
    scope = {"Basic expenditure": "basic", "Project expenditure": "project"}.get(further[-1] if further else "", "")
    code = re.search(r" (\d{3,7})$", row["Line"])
    whole = CODES[row["Share of"]]
    if code:
        concept = "economic_expenditure" if scope else "functional_expenditure"
        return (doc, concept, fund, scope, code[1]), (doc, whole, fund, "", "")
    concept = CODES[row["Line"]]
    # The tables of procurement and three public expenses do not tell the fund where only one is stated.
    found = [key for key in stated() if key[:2] == (doc, concept) and (not further or key[2] == fund)]
    return found[0], (doc, whole, fund, "", "")


LINES = [(name, row) for name in ("kinds", "functions", "economic", "operations", "procurement")
         for row in tables(STUDY)[name].rows]  # fmt: skip


@pytest.mark.parametrize(("name", "row"), LINES, ids=[f"{n}-{r['group']}-{r['Line']}" for n, r in LINES])
def test_a_share_is_that_of_the_facts(name: str, row: dict[str, str]) -> None:
    line, whole = keys_of(row)
    parts, wholes = values(line), values(whole)
    amounts = [Decimal(text.replace(",", "")) for text in row["Amount, 万元"].split(" or ")]
    assert sorted(amounts) == sorted(round(part / 10000, 2) for part in parts)
    (low, high), (whole_low, whole_high) = ends(line), ends(whole)
    printed = row["Interval"].removesuffix("\u00a0%").split(" to ")
    shown_low, shown_high = (Decimal(end.replace("−", "-")) for end in printed)
    step = Decimal("0.0001")
    assert shown_low <= low / whole_high * 100 + Decimal("1e-9")
    assert low / whole_high * 100 - shown_low <= step
    assert shown_high >= high / whole_low * 100 - Decimal("1e-9")
    assert shown_high - high / whole_low * 100 <= step
    if len(parts) == len(wholes) == 1:
        assert number(row["Share"]) == round(parts[0] / wholes[0], 4)
    else:
        assert row["Share"] == "–"


def test_the_shares_of_the_four_documents_by_hand() -> None:
    shares = {(row["group"], row["Line"]): row["Share"].removesuffix("\u00a0%") for _, row in LINES}
    # 丰台区 2024: 基本支出2245.08万元 of 本年支出合计15104.10万元; of the general public budget 15102.74万元.
    assert f"{2245.08 / 15104.10:.2%}" == "14.86%"
    assert shares["丰台区 2024, all funds", "Basic expenditure"] == "14.86"
    assert f"{13941.32 / 15102.74:.2%}" == "92.31%"
    assert shares["丰台区 2024, general public budget", "科学技术支出 206"] == "92.31"
    # Project expenditure is stated twice, as 12859.02万元 and as 6347.74万元: no share, 42.03 % to 85.14 %.
    assert shares["丰台区 2024, all funds", "Project expenditure"] == "–"
    assert (f"{6347.74 / 15104.10:.2%}", f"{12859.02 / 15104.10:.2%}") == ("42.03%", "85.14%")
    # 政府采购2279.96万元, of it 1623.31万元 from small and medium firms, 1613.11万元 from small and micro firms.
    assert f"{1623.31 / 2279.96:.2%}" == "71.20%"
    assert shares["丰台区 2024", "Procurement from small and medium firms"] == "71.20"
    assert f"{1613.11 / 2279.96:.2%}" == "70.75%"
    assert shares["丰台区 2024", "Procurement from small and micro firms"] == "70.75"
    # 门头沟区 2023: two totals are stated, 106,400,029.75元 and 10571.99万元; the general public budget has one.
    assert shares["门头沟区 2023, all funds", "Basic expenditure"] == "–"
    assert f"{27177385.21 / 105719924.04:.2%}" == "25.71%"
    assert shares["门头沟区 2023, general public budget", "Basic expenditure"] == "25.71"
    assert f"{212385.00 / 252358.35:.2%}" == "84.16%"
    assert shares["门头沟区 2023", "Procurement from small and medium firms"] == "84.16"
    # 正定县 2023: 703.96万元 basic and 6573.48万元 project of 7277.44万元.
    assert round(703.96 + 6573.48, 2) == 7277.44
    assert f"{703.96 / 7277.44:.2%}" == "9.67%"
    assert shares["正定县 2023, all funds", "Basic expenditure"] == "9.67"
    assert shares["正定县 2023, all funds", "Project expenditure"] == "90.33"


def test_a_document_without_expenditure_by_line_is_told() -> None:
    [row] = [row for row in tables(STUDY)["coverage"].rows if row["group"].startswith("朝阳区")]
    assert row["Breakdown"] == "no expenditure by line"
    for name in ("kinds", "functions", "economic", "operations", "procurement", "cofog"):
        assert any("No such figures: 朝阳区 2024" in note for note in tables(STUDY)[name].notes), name


def test_what_the_lines_cover_is_the_sum_of_the_facts() -> None:
    rows = {(row["group"], row["Breakdown"]): row for row in tables(STUDY)["coverage"].rows}
    for place, level, length in (
        ("丰台区 2024", "class (类)", 3),
        ("丰台区 2024", "group (款)", 5),
        ("门头沟区 2023", "class (类)", 3),
        ("门头沟区 2023", "group (款)", 5),
    ):
        row = rows[f"{place}, general public budget", f"By function: {level}"]
        doc, fund = DOCUMENTS[place], "general_public_budget"
        lines = [key for key in stated() if key[:3] == (doc, "functional_expenditure", fund) and len(key[4]) == length]
        total = sum((values(key)[0] for key in lines if key[3] == ""), Decimal(0))
        [whole] = values((doc, "appropriation_expenditure", fund, "", ""))
        assert number(row["Sum, 万元"]) == round(total / 10000, 2)
        assert number(row["Whole, 万元"]) == round(whole / 10000, 2)
        assert number(row["Covered"]) == round(total / whole, 4)
        if length == 3:
            assert row["Result"] == "complete"
        else:
            assert row["Result"].startswith("not on any line: ")
            assert number(row["Result"].partition(": ")[2]) == round((whole - total) / 10000, 2)
    # 15102.74万元 - 15047.73万元 = 55.01万元 stand on no group of 丰台区.
    assert rows["丰台区 2024, general public budget", "By function: group (款)"]["Result"].endswith("55.01\u00a0万元")
    two = rows["门头沟区 2023, all funds", "Kinds of expenditure"]
    assert two["Whole, 万元"] == "10,571.98 to 10,640.01"
    notes = " ".join(tables(STUDY)["coverage"].notes)
    assert "the whole is stated as 106,400,029.75元、10571.99万元" in notes


def test_concentration_is_that_of_the_amounts() -> None:
    rows = {(row["group"], row["Breakdown"]): row for row in tables(STUDY)["concentration"].rows}
    for place in ("丰台区 2024", "门头沟区 2023"):
        doc = DOCUMENTS[place]
        for level, length in (("class (类)", 3), ("group (款)", 5)):
            keys = [key for key in stated() if key[1] == "functional_expenditure" and key[0] == doc and not key[3]]
            amounts = [values(key)[0] for key in keys if len(key[4]) == length]
            row = rows[f"{place}, general public budget", f"By function: {level}"]
            low, high = (Decimal(end) for end in row["Interval"].split(" to "))
            assert int(row["Lines above 0"]) == sum(amount > 0 for amount in amounts)
            if length == 3:
                index = sum(a * a for a in amounts) / sum(amounts) ** 2
                assert Decimal(row["HHI"]) == round(index, 4)
                assert Decimal(row["Effective lines (1 ÷ HHI)"]) == round(1 / index, 2)
                assert low <= index <= high
            else:
                # Part of the whole stands on no line: it may be one line, or very many.
                [whole] = values((doc, "appropriation_expenditure", "general_public_budget", "", ""))
                many = sum(a * a for a in amounts) / whole**2
                one = many + ((whole - sum(amounts)) / whole) ** 2
                assert row["HHI"] == "–"
                assert low <= many <= one <= high
                assert one - many <= high - low <= one - many + Decimal("0.0001")
    # 丰台区: (172.30² + 13941.32² + 284.40² + 169.56² + 128.89² + 332.99² + 73.28²) ÷ 15102.74² = 0.8533
    squares = sum(a * a for a in (172.30, 13941.32, 284.40, 169.56, 128.89, 332.99, 73.28))
    assert (round(squares / 15102.74**2, 4), round(15102.74**2 / squares, 2)) == (0.8533, 1.17)
    assert rows["丰台区 2024, general public budget", "By function: class (类)"]["HHI"] == "0.8533"


@cache
def cofog_map() -> dict[str, str]:
    path = Path(fa.__file__).parent / "taxonomy" / "cofog_map.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {row["functional_code"]: row["cofog_code"] for row in csv.DictReader(stream)}


def test_functions_of_government_are_the_sums_of_the_mapped_lines() -> None:
    rows = tables(STUDY)["cofog"].rows
    for place in ("丰台区 2024", "门头沟区 2023"):
        keys = [k for k in stated() if k[0] == DOCUMENTS[place] and k[1] == "functional_expenditure" and not k[3]]
        lines = {key[4]: values(key)[0] for key in keys}
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for code, value in lines.items():
            below = sum(v for c, v in lines.items() if len(c) == len(code) + 2 and c.startswith(code))
            home = next(cofog_map()[code[:size]] for size in (7, 5, 3) if code[:size] in cofog_map())
            if abs(value - below) > 500:  # what rounding leaves of a class is no line
                sums[home[:2]] += value - below
        told = {row["Function"][:2]: row for row in rows if row["group"].startswith(place)}
        whole = sum(lines[code] for code in lines if len(code) == 3)
        for code, total in sums.items():
            assert number(told[code]["Assigned, 万元"]) == round(total / 10000, 2), (place, code)
            assert abs(number(told[code]["Share"]) - total / whole) <= Decimal("0.00006")
        assert {code for code, row in told.items() if row["Assigned, 万元"] not in ("–", "0")} <= set(sums)
    # 丰台区, 01: 20132 166.62 + 20135 5.68 + 20601 4799.78 + 20602 1500.00 = 6472.08万元, 42.85 % of 15102.74万元;
    # at least 166.62 + 5.68 + 1500.00 = 1672.30: 20601 may be 04, which the map names as well.
    assert round(166.62 + 5.68 + 4799.78 + 1500.00, 2) == 6472.08
    assert f"{6472.08 / 15102.74:.2%}" == "42.85%"
    assert rows[0]["Assigned, 万元"] == "6,472.08"
    assert rows[0]["Share"] == "42.85\u00a0%"
    assert rows[0]["Lowest to highest"].startswith("1,672.28 to ")


def test_classes_of_one_function_and_of_several_are_told_apart() -> None:
    told = {row["Functional class"]: row for row in tables(STUDY)["cofog-map"].rows}
    assert told["基础研究 20602"]["group"] == "One function: follows from the definitions"
    assert told["技术研究与开发 20604"]["group"] == "One function: a judgement of the map"
    assert told["科学技术管理事务 20601"]["group"] == "Could be of several functions"
    assert told["科学技术管理事务 20601"]["Could also be"] == "04 Economic affairs"


def test_the_spread_over_documents_is_that_of_the_shares() -> None:
    rows = {row["Line"]: row for row in tables(STUDY)["spread"].rows if row["group"] == "Kinds of expenditure"}
    # Each document once: all funds where they have a share, else the fund that has.
    basic = [Decimal("2245.08") / Decimal("15104.10"), Decimal("27177385.21") / Decimal("105719924.04"),
             Decimal("703.96") / Decimal("7277.44")]  # fmt: skip
    assert number(rows["Basic expenditure"]["Median"]) == round(statistics.median(basic), 4)
    assert number(rows["Basic expenditure"]["Lowest"]) == round(min(basic), 4)
    assert number(rows["Basic expenditure"]["Highest"]) == round(max(basic), 4)
    assert rows["Basic expenditure"]["Documents"] == "3"
    assert rows["Basic expenditure"]["95 % interval of the median"] == "open"


def share(doc: str, group: str, line: str) -> Decimal | None:
    """The share of a line of the table of spreads, from the facts: of all funds, else of the general public budget."""
    code = line.rpartition(" ")[2] if line[-1].isdigit() else ""
    concept = "functional_expenditure" if code else CODES[line]
    for fund in ("", "general_public_budget"):
        kinds = group in ("Kinds of expenditure", "By function: class (类)")
        whole = ("appropriation_expenditure" if fund else "expenditure") if kinds else CODES[WHOLES[group]]
        parts, wholes = values((doc, concept, fund, "", code)), values((doc, whole, fund if kinds else "", "", ""))
        if len(parts) == len(wholes) == 1 and wholes[0] > 0:
            return parts[0] / wholes[0]
    return None


WHOLES = {
    "Shares of total expenditure": "Total expenditure",
    "Government procurement": "Government procurement",
    "Procurement by supplier": "Government procurement",
}


@pytest.mark.parametrize("row", tables(STUDY)["spread"].rows, ids=lambda row: f"{row['group']}-{row['Line']}")
def test_a_spread_is_that_of_the_shares_of_the_facts(row: dict[str, str]) -> None:
    shares = [share(doc, row["group"], row["Line"]) for doc in DOCUMENTS.values()]
    known = [each for each in shares if each is not None]
    assert int(row["Documents"]) == len(known)
    for heading, expected in (("Lowest", min(known)), ("Median", statistics.median(known)), ("Highest", max(known))):
        assert abs(number(row[heading]) - expected) <= Decimal("0.00005"), heading


# -- other runs ------------------------------------------------------------------------------------------------------


def test_what_is_ambiguous_zero_missing_or_of_a_part_year(tmp_path: Path) -> None:
    fund = {"fund": "general_public_budget"}
    facts = [
        fact("expenditure", "final", 1000000.0),
        fact("expenditure", "final", 1200000.0),
        fact("expenditure_basic", "final", 400000.0),
        fact("appropriation_expenditure", "final", 0.0, **fund),
        fact("functional_expenditure", "final", 0.0, subject_code="206", subject_name="科学技术支出", **fund),
        fact("procurement", "final", 300000.0, period="1-6月"),
        fact("procurement_goods", "final", 300000.0, period="1-6月"),
    ]
    documents = [document(), document("yunshan-2024", county="云山县", division_code="999902", issuer="云山县科技局")]
    folder = saved(tmp_path / "data", facts, documents)
    found, page = run(STUDY, tmp_path, {"processed": str(folder)})
    [basic] = found["kinds"].rows
    # 40万元 of 100万元 or of 120万元: 33.33 % to 40 %, and no share.
    assert (basic["Share"], basic["Amount, 万元"]) == ("–", "40.00")
    low, high = (Decimal(end) for end in basic["Interval"].removesuffix("\u00a0%").split(" to "))
    assert (round(39.995 / 120.005 * 100, 3), round(40.005 / 99.995 * 100, 3)) == (33.328, 40.007)
    assert (low, high) == (Decimal("33.3"), Decimal("40.1"))
    assert any("the whole is stated as 1e+06、1.2e+06" in note for note in found["kinds"].notes)
    rows = {(row["group"], row["Breakdown"]): row for row in found["coverage"].rows}
    assert rows["云山县 2024", "no expenditure by line"]["Covered"] == "–"
    assert rows["清河区 2024, general public budget", "By function: class (类)"]["Covered"] == "–"
    assert any("2 lines of a part of a year are left out" in note for note in found["coverage"].notes)
    assert "All such lines are stated as 0" in page
    assert "functions" not in found
    assert "inf" not in re.findall(r"\b(?:nan|inf|None)\b", re.sub(r"<[^>]+>", " ", page))


def test_money_per_resident_and_per_firm(tmp_path: Path) -> None:
    path = tmp_path / "covariates.csv"
    path.write_text(
        "division_code,year,variable,value,unit,source,decimals\n"
        "110106,2024,population,199.5,万人,统计公报,1\n"
        "110109,2023,firms,1000,家,invented,\n",
        encoding="utf-8",
    )
    found, _ = run(STUDY, tmp_path, {"covariates": str(path)})
    rows = {(row["group"], row["Per"], row["Line"]): row for row in found["per-head"].rows}
    row = rows["丰台区 2024", "resident", "Total expenditure"]
    # 151,041,000元 ÷ 1,995,000 = 75.71元 a head; at most 151,041,050 ÷ 1,994,500 = 75.7288
    assert round(151041000 / 1995000, 2) == 75.71
    assert row["Result"] == "75.71\u00a0元"
    assert row["Interval"] == f"{151040950 / 1995500:.4f} to {151041050 / 1994500:.4f}"
    assert row["Source of the divisor"] == "统计公报"
    # Two totals of 门头沟区: no figure per firm, an interval of both.
    row = rows["门头沟区 2023", "firm", "Total expenditure"]
    assert (row["Result"], row["Interval"][:11]) == ("–", "105,719.850"[:11])
    assert rows["正定县 2023", "resident", "any line"]["Source of the divisor"] == "not given"
    assert rows["朝阳区 2024", "resident", "no amount stated"]["Result"] == "–"


LATIN = {
    "HHI", "COFOG", "GFSM", "GDP", "CSV", "SHA", "Hirschman", "fiscal_analysis", "function_level", "covariates", "txt",
    "division_code", "year", "variable", "value", "unit", "source", "population", "firms", "gdp", "Python",
}  # fmt: skip


def test_a_chinese_report_holds_no_english_words(tmp_path: Path) -> None:
    found, page = run(STUDY, tmp_path, {"language": "zh", "unit": "亿元"})
    words = set(re.findall(r"[A-Za-z_]{3,}", seen(page)))
    assert words - LATIN == set()
    assert "基本支出和项目支出" in seen(page)
    rows = {(row["group"], row["项目"]): row for row in found["kinds"].rows}
    # 2245.08万元 is 0.2245亿元.
    assert rows["丰台区 2024，全部资金", "基本支出"]["金额（亿元）"] == "0.2245"


def test_an_english_report_holds_chinese_for_names_and_printed_terms_only() -> None:
    name = re.compile(r"[\u4e00-\u9fff]{1,4}[区县] 20\d\d|[\u4e00-\u9fff]+ \d{3,7}\b")
    for table, found in tables(STUDY).items():
        if table in ("evidence", "documents"):
            continue
        for text in [
            found.title,
            *found.headings,
            *found.notes,
            *(cell for row in found.rows for cell in row.values()),
        ]:
            left = re.sub(r"\([^()]*\)|[0-9,.]+\s*[万亿]?元", "", name.sub("", text))
            left = re.sub(r"[\d,.]+万?元|、|万元|rest of [\u4e00-\u9fff]+|科学技术支出", "", left)
            assert not re.search(r"[\u4e00-\u9fff]", left), (table, text)
