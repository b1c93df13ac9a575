"""Every rate that the published study on execution shows, computed anew from the facts by other means."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

import nbformat
import pytest

from fiscal_analysis import studies
from tests.metrics_rows import CHAOYANG, FENGTAI, MENTOUGOU, ZHENGDING, bounds
from tests.metrics_rows import published as facts_with
from tests.study_tables import number, published, tables_of

PLACES = {"朝阳区 2024": CHAOYANG, "丰台区 2024": FENGTAI, "门头沟区 2023": MENTOUGOU, "正定县 2023": ZHENGDING}
LEVELS = {"Class (类)": 3, "Group (款)": 5, "Item (项)": 7}


def tables() -> dict[str, Any]:
    return published("execution_rates")


def line(doc_id: str, code: str, measure: str) -> dict[str, str] | None:
    """The one figure that a document prints of a line; it may print it several times."""
    found = facts_with("facts", doc_id=doc_id, concept="functional_expenditure", subject_code=code, measure=measure)
    values = {row["value"] for row in found}
    assert len(values) <= 1, (doc_id, code, measure, values)
    return found[0] if found else None


def amounts(doc_id: str, code: str) -> tuple[Decimal, Decimal] | None:
    """Outturn and initial budget of a line, the budget printed or the outturn less the printed change."""
    final = line(doc_id, code, "final")
    budget, change = line(doc_id, code, "initial_budget"), line(doc_id, code, "change_on_initial_budget")
    if final is None or (budget is None and change is None):
        return None
    spent = Decimal(final["value"])
    return spent, Decimal(budget["value"]) if budget else spent - Decimal(change["value"])  # type: ignore[index]


def lines(doc_id: str, digits: int) -> dict[str, tuple[Decimal, Decimal]]:
    rows = facts_with("facts", doc_id=doc_id, concept="functional_expenditure")
    codes = dict.fromkeys(row["subject_code"] for row in rows if len(row["subject_code"]) == digits)
    return {code: found for code in codes if (found := amounts(doc_id, code)) is not None}


def rates(doc_id: str, digits: int) -> list[Decimal]:
    """The rates of the lines of a level; of a budget of 0 or less there is none."""
    return sorted(spent / budget for spent, budget in lines(doc_id, digits).values() if budget > 0)


def percent(value: Decimal, decimals: int = 1) -> str:
    return f"{value * 100:,.{decimals}f}\u00a0%"


def test_rates_of_departments_by_hand() -> None:
    # Outturn and budget as printed, in 万元 (Mentougou: the budget of its lines is the outturn less the change, in 元).
    by_hand = {
        ("丰台区 2024", "Total expenditure"): Decimal("15104.10") / Decimal("15173.38"),
        ("丰台区 2024", "Basic expenditure"): Decimal("2245.08") / Decimal("2301.87"),
        ("丰台区 2024", "Project expenditure"): Decimal("12859.02") / Decimal("12871.52"),
        ("正定县 2023", "Basic expenditure"): Decimal("703.96") / Decimal("660.29"),
    }
    told = {
        (row["group"], row["Line or project"]): row
        for row in tables()["departments"].rows
        if "fund" not in row["Line or project"]
    }
    for key, rate in by_hand.items():
        assert told[key]["Computed"] == percent(rate, 2), key
    # 15104.10 / 15173.38 = 0.995434…; the print allows 15104.095/15173.385 to 15104.105/15173.375.
    low, high = Decimal("15104.095") / Decimal("15173.385"), Decimal("15104.105") / Decimal("15173.375")
    interval = told["丰台区 2024", "Total expenditure"]["Interval"]
    assert interval == f"{math.floor(low * 10**6) / 10**4:.4f} to {math.ceil(high * 10**6) / 10**4:.4f}\u00a0%"
    # 703.96 / 660.29 - 1 = 6.61 %, and 6 % is printed.
    assert told["正定县 2023", "Basic expenditure"]["As printed"] == "+6\u00a0%"
    assert told["正定县 2023", "Basic expenditure"]["Agree"] == "no"


def test_every_computed_rate_of_a_department_is_a_quotient_of_two_printed_amounts() -> None:
    concepts = {
        "Total expenditure": "expenditure",
        "Basic expenditure": "expenditure_basic",
        "Project expenditure": "expenditure_project",
    }
    rows = tables()["departments"].rows
    assert len(rows) == 10
    for row in rows:
        name, _, fund = row["Line or project"].partition(", ")
        doc_id, concept = PLACES[row["group"]], concepts[name]
        wanted = {"doc_id": doc_id, "concept": concept, "fund": "general_public_budget" if fund else ""}
        measure = row["Denominator"].replace(" ", "_")
        spent = facts_with("facts", **wanted, measure="final")
        budgets = facts_with("facts", **wanted, measure=measure)
        changes = facts_with("facts", **wanted, measure="change_on_initial_budget")
        possible = {(a["value"], Decimal(a["value"]) / Decimal(b["value"])) for a in spent for b in budgets}
        possible |= {(a["value"], Decimal(a["value"]) / (Decimal(a["value"]) - Decimal(c["value"])))
                     for a in spent for c in changes if measure == "initial_budget"}  # fmt: skip
        told = number(row["Computed"])
        assert any(abs(told - rate) <= Decimal("0.00005") for _, rate in possible), (row, possible)
        low, high = (Decimal(end) / 100 for end in re.findall(r"[0-9.]+", row["Interval"]))
        assert any(low <= rate <= high and high - low < Decimal("0.0001") for _, rate in possible), row


@pytest.mark.parametrize("place", ["丰台区 2024", "门头沟区 2023"])
def test_quantiles_and_interval_of_the_median(place: str) -> None:
    found = rates(PLACES[place], 5)
    assert len(found) == 9
    [row] = [row for row in tables()["quantiles"].rows if row["District, year"] == place]

    def quantile(p: Decimal) -> Decimal:
        # Type 7: at (n - 1) p, between its neighbours.
        at = (len(found) - 1) * p
        below = int(at)
        return found[below] + (at - below) * (found[min(below + 1, len(found) - 1)] - found[below])

    for heading, p in (("10 %", "0.1"), ("25 %", "0.25"), ("Median", "0.5"), ("75 %", "0.75"), ("90 %", "0.9")):
        assert row[heading] == percent(quantile(Decimal(p))), heading
    # Of nine, the second and the eighth hold the median with 1 - 2 (1 + 9) / 2^9 = 96.1 %; the third and the seventh
    # would with 1 - 2 (1 + 9 + 36) / 2^9 = 82.0 %.
    ends = [Decimal(end) for end in re.findall(r"[0-9.]+", row["95 % interval of the median"])]
    assert ends[0] == Decimal(math.floor(found[1] * 1000)) / 10
    assert ends[1] == Decimal(math.ceil(found[7] * 1000)) / 10
    assert row["Median"] == percent(found[4])


def test_the_median_of_fengtai_by_hand() -> None:
    # Nine groups with an initial budget: 56.31, 62.87, 73.97, 78.29, 82.69, 91.76, 95.23, 95.35, 97.41 %.
    middle = Decimal("332.99") / Decimal("402.69")
    assert percent(middle) == "82.7\u00a0%"
    [row] = [row for row in tables()["quantiles"].rows if row["District, year"] == "丰台区 2024"]
    assert row["Median"] == "82.7\u00a0%"


def test_rates_by_level_are_counted_with_those_of_a_budget_of_nothing_apart() -> None:
    for row in tables()["coverage"].rows:
        if row["Level"] not in LEVELS or row["Denominator"] != "initial budget":
            continue
        doc_id, digits = PLACES[row["group"]], LEVELS[row["Level"]]
        found = rates(doc_id, digits)
        assert int(row["Rates"]) == int(row["computed"]) == len(found)
        empty = [code for code, (_, budget) in lines(doc_id, digits).items() if budget == 0]
        # In Fengtai the printed rates of such lines are of the adjusted budget, and have a row of their own.
        assert int(row["Budget of 0"]) == len(empty), row
        middle = (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2
        assert row["Median"] == percent(middle)


def test_medians_of_departments_are_those_of_their_rates() -> None:
    """Table 1 against Table 2, whose rates are recomputed above."""
    names = {"Department": {"Total expenditure"}, "Part of a department": {"Basic expenditure", "Project expenditure"}}
    compared = 0
    for row in tables()["coverage"].rows:
        if row["Level"] not in names:
            continue
        found = sorted(
            number(each["Computed"])
            for each in tables()["departments"].rows
            if each["group"] == row["group"]
            and each["Denominator"] == row["Denominator"]
            and each["Line or project"].partition(", ")[0] in names[row["Level"]]
        )
        assert int(row["Rates"]) == int(row["computed"]) == len(found), row
        middle = (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2
        assert abs(number(row["Median"]) - middle) <= Decimal("0.0006"), row
        compared += 1
    assert compared == 6


def test_rates_of_projects_by_hand() -> None:
    told = [(row["group"], row["Denominator"], row["Rate"]) for row in tables()["projects"].rows]
    # Fengtai's review of high-tech firms: 108.33 of an initial budget of 120, and of an adjusted one of 108.33 万元.
    # Chaoyang prints 100 % for its fund and no budget that it would be of.
    assert told == [
        ("朝阳区 2024", "budget not named", "100.00\u00a0%"),
        ("丰台区 2024", "initial budget", percent(Decimal("108.33") / 120, 2)),
        ("丰台区 2024", "adjusted budget", percent(Decimal("108.33") / Decimal("108.33"), 2)),
    ]
    budgets = {
        row["measure"]: Decimal(row["value"]) / 10000
        for row in facts_with("facts", doc_id=FENGTAI, concept="project_funding")
        if row["raw"] in ("120", "108.33") and "/" not in row["item"]
    }
    assert budgets == {"initial_budget": 120, "adjusted_budget": Decimal("108.33"), "final": Decimal("108.33")}


def test_bunching_at_full_execution_and_its_exact_interval() -> None:
    rows = {(row["group"], row["Level"]): row for row in tables()["bunching"].rows}
    for level, digits in (("Class (类)", 3), ("Group (款)", 5)):
        found = [rate for doc_id in (FENGTAI, MENTOUGOU) for rate in rates(doc_id, digits)]
        row = rows["initial budget", level]
        near = [rate for rate in found if abs(rate - 1) <= Decimal("0.005")]
        assert int(row["Rates"]) == len(found)
        assert int(row["At 100 %"]) == len(near) == 0
        assert int(row["Below"]) == sum(rate < Decimal("0.995") for rate in found)
        assert int(row["Above"]) == sum(rate > Decimal("1.005") for rate in found)
        # None of n: the upper end is 1 - (0.025)^(1/n).
        upper = 1 - 0.025 ** (1 / len(found))
        assert row["95 % interval"] == f"0.0 to {math.ceil(upper * 1000) / 10:.1f}\u00a0%"
    # Three of four parts of departments: the ends solve P(X >= 3) = 0.025 and P(X <= 3) = 0.025 for X of B(4, p).
    row = rows["adjusted budget", "Part of a department"]
    low, high = (Decimal(end) / 100 for end in re.findall(r"[0-9.]+", row["95 % interval"]))
    assert (row["Rates"], row["At 100 %"], row["Share at 100 %"]) == ("4", "3", "75\u00a0%")
    at_least_three = 4 * low**3 * (1 - low) + low**4
    assert at_least_three < Decimal("0.0255")
    assert abs(at_least_three - Decimal("0.025")) < Decimal("0.0005")
    assert abs(1 - high**4 - Decimal("0.025")) < Decimal("0.002")


def test_printed_rates_that_disagree_are_those_that_no_amounts_give() -> None:
    """Each completion and growth of a line that the facts print, tested with the ends of the printed amounts."""
    wrong = set()
    for place, doc_id in PLACES.items():
        for digits in (3, 5, 7):
            for code in lines(doc_id, digits):
                final, budget = line(doc_id, code, "final"), line(doc_id, code, "initial_budget")
                change = line(doc_id, code, "change_on_initial_budget")
                printed = line(doc_id, code, "completion_of_initial_budget")
                growth = line(doc_id, code, "growth_on_initial_budget")
                assert final is not None
                if printed is None and growth is None:
                    continue
                stated = bounds(printed or growth)  # type: ignore[arg-type]
                if printed is None:
                    stated = (stated[0] + 1, stated[1] + 1)
                ends = []
                for spent in bounds(final):
                    if budget is not None:
                        bases = list(bounds(budget))
                    else:
                        bases = [spent - by for by in bounds(change)]  # type: ignore[arg-type]
                    ends += [spent / base for base in bases if base > 0]
                # A convention of a budget of 0 has no rate to be tested.
                if ends and amounts(doc_id, code)[1] > 0 and (min(ends) > stated[1] or max(ends) < stated[0]):  # type: ignore[index]
                    wrong.add((place, code))
    told = {
        (row["group"], match[1])
        for row in tables()["disagreements"].rows
        if (match := re.search(r" (\d{3,7})$", row["Line or project"]))
    }
    assert told == wrong == {("门头沟区 2023", "20605"), ("门头沟区 2023", "21508")}
    # 4,276,060.24 / (4,276,060.24 - 595,509.17) = 1.1618, and a growth of 16.3 % is printed.
    assert percent(Decimal("4276060.24") / (Decimal("4276060.24") - Decimal("595509.17")), 2) == "116.18\u00a0%"


def test_lines_with_a_budget_of_nothing_and_a_negative_one() -> None:
    told = {(row["group"], row["Line"].split()[-1]): row["Outturn"] for row in tables()["zero-budgets"].rows}
    expected = {}
    for place, doc_id in PLACES.items():
        for digits in (3, 5, 7):
            for code, (spent, budget) in lines(doc_id, digits).items():
                if budget == 0 and spent != 0:
                    expected[place, code] = f"{spent / 10000:,.2f}\u00a0万元"
    assert told == expected
    assert len(expected) == 10
    [row] = tables()["impossible-budgets"].rows
    # 149,000 - 8,083,965.07 = -7,934,965.07 yuan
    assert Decimal(149000) - Decimal("8083965.07") == Decimal("-7934965.07")
    assert row["Budget that follows"] == "−793.50\u00a0万元"


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    done = studies.run_study("execution_rates", {"language": "zh", "unit": "亿元"}, out=tmp_path_factory.mktemp("zh"))
    return nbformat.read(done.notebook, as_version=4)


def test_the_chinese_report_says_the_same_in_chinese_and_in_its_unit(chinese: nbformat.NotebookNode) -> None:
    ours, theirs = tables(), tables_of(chinese)
    assert ours.keys() == theirs.keys()
    for name, table in theirs.items():
        assert len(table.rows) == len(ours[name].rows), name
        said = " ".join([table.title, *table.headings, *(table.notes if name != "documents" else [])])
        assert not re.search(r"[A-Za-z]{4,}", re.sub(r"Hyndman|Clopper|Pearson", "", said)), said
    outturns = [row["决算数"] for row in theirs["zero-budgets"].rows]
    # 1,500万元 are 0.15亿元.
    assert "0.1500\u00a0亿元" in outturns
    prose = [cell.source for cell in chinese.cells if cell.cell_type == "markdown"]
    assert prose
    assert all(re.search(r"[一-鿿]", text) and not re.search(r"[a-z]{4,} [a-z]{3,}", text) for text in prose)
