"""Every figure that the published study of the audit shows, counted and computed anew from the processed tables."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

from fiscal_analysis import studies, taxonomy
from fiscal_analysis.exhibits import audit
from fiscal_analysis.studies import View
from tests.metrics_rows import CHAOYANG, FENGTAI, MENTOUGOU, ZHENGDING, bounds, document, fact
from tests.metrics_rows import published as rows_of
from tests.study_corpora import charts_of, chinese_left, corpus_of, drawn, english_left, links_of, said_in, table_of
from tests.study_tables import Table, number, published, tables_of

ROOT = Path(__file__).resolve().parent.parent
PLACES = {"朝阳区 2024": CHAOYANG, "丰台区 2024": FENGTAI, "门头沟区 2023": MENTOUGOU, "正定县 2023": ZHENGDING}
STATES = ("holds", "broken", "skipped", "not_applicable")

# What each rule of the checks and findings is, by hand; sums and inequalities that are declared stand in the taxonomy.
KINDS = {
    "Sums and balances (加总、平衡)": "class_items economic_classes explained_classes fund_classes named_parts "
    "recipients_by_kind sum_mismatch table_partition table_row_sum table_total",
    "Shares and rates (占比、比率)": "average budget_deviation_rate carryover_rate completion_of_adjusted_budget "
    "completion_of_initial_budget completion_of_target execution_rate rate_mismatch share table_rate",
    "Change and growth (增减、增幅)": "change_on_initial_budget growth_mismatch growth_on_initial_budget "
    "growth_on_prior_year stock_growth",
    "Repeated figures (重复表述)": "all_projects cross_reference evaluated_amount repeat table_prose",
    "Number times rate (数量乘标准)": "recipients_times_rate",
    "Scores and weights (得分、分值)": "execution_score indicator_score score_mismatch score_sum weight_sum",
    "Writing and sense (书写、合理性)": "malformed_number target_missed unit_slip zero_base",
}
FORMS = {"sum": "Sums and balances (加总、平衡)", "subset": "Part within whole (部分不大于整体)"}


@cache
def kinds() -> dict[str, str]:
    declared = {row["relation"]: FORMS[row["form"]] for row in taxonomy.table("relations") if row["form"] in FORMS}
    return declared | {rule: kind for kind, rules in KINDS.items() for rule in rules.split()}


def tables() -> dict[str, Table]:
    return published("disclosure_audit")


def percent(value: Decimal | None, decimals: int = 1) -> str:
    if value is None:
        return "–"
    text = f"{value * 100:,.{decimals}f}"
    sign = ("<" if value < 1 else ">") if text == f"{100:.{decimals}f}" and value != 1 else ""
    return f"{sign}{text}\u00a0%"


def ids(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def chart(number_: int) -> list[dict[str, Any]]:
    [rows] = [rows for title, rows in drawn("disclosure_audit").items() if title.startswith(f"Figure {number_}.")]
    return rows


# -- relations and findings -------------------------------------------------------------------------------------------


def outcomes(**of: str) -> Counter[str]:
    found = [row for row in rows_of("checks") if of.get("doc_id", row["doc_id"]) == row["doc_id"]]
    return Counter(row["state"] for row in found if of.get("kind", kinds()[row["rule"]]) == kinds()[row["rule"]])


def test_relations_are_counted_by_document_and_kind() -> None:
    rows = tables()["relations"].rows
    expected = {(row["doc_id"], kinds()[row["rule"]]) for row in rows_of("checks")}
    expected |= {(doc_id, "All kinds") for doc_id in PLACES.values()}
    assert {(PLACES[row["group"]], row["Kind of relation"]) for row in rows} == expected
    assert len(rows) == len(expected)
    for row in rows:
        of = {"doc_id": PLACES[row["group"]]}
        if row["Kind of relation"] != "All kinds":
            of["kind"] = row["Kind of relation"]
        found = outcomes(**of)
        told = [int(row[heading]) for heading in ("Tried", "Hold", "Broken", "Not tested", "Not appl.")]
        assert told == [found.total(), *(found[state] for state in STATES)], row
        judged = found["holds"] + found["broken"]
        assert row["Hold, of tried"] == percent(Decimal(found["holds"]) / found.total())
        assert row["of judged"] == percent(Decimal(found["holds"]) / judged if judged else None)


def test_relations_by_hand() -> None:
    rows = {row["group"]: row for row in tables()["relations"].rows if row["Kind of relation"] == "All kinds"}
    # Fengtai: 151 + 11 + 13 + 5 = 180 tried; 151 / 180 = 83.9 %; of 151 + 11 = 162 judged 151 / 162 = 93.2 %.
    assert 151 + 11 + 13 + 5 == 180
    assert percent(Decimal(151) / 180) == rows["丰台区 2024"]["Hold, of tried"] == "83.9\u00a0%"
    assert percent(Decimal(151) / 162) == rows["丰台区 2024"]["of judged"] == "93.2\u00a0%"
    # Mentougou: 130 of 142; Zhengding: 18 of 21; Chaoyang: all 12.
    assert percent(Decimal(130) / 142) == rows["门头沟区 2023"]["of judged"] == "91.5\u00a0%"
    assert percent(Decimal(18) / 21) == rows["正定县 2023"]["of judged"] == "85.7\u00a0%"
    assert rows["朝阳区 2024"]["of judged"] == "100.0\u00a0%"
    # All: 151 + 130 + 18 + 12 = 311 of 162 + 142 + 21 + 12 = 337.
    said = next(text for _, text in said_in(read(), "en") if "relations tried" in text)
    assert percent(Decimal(151 + 130 + 18 + 12) / (162 + 142 + 21 + 12)) == "92.3\u00a0%"
    assert re.findall(r"[0-9][0-9,.]*", said) == ["4", "393", "92.3", "337", "12", "33"]


@pytest.mark.parametrize("figure", [1, 2])
def test_charts_of_relations_draw_the_counts(figure: int) -> None:
    pieces = [row for row in chart(figure) if "state" in row]
    assert pieces
    for row in pieces:
        found = outcomes(doc_id=PLACES[row["name"]]) if figure == 1 else outcomes(kind=row["name"])
        state = {"holds": "holds", "broken": "broken", "not tested": "skipped", "not applicable": "not_applicable"}
        assert row["to"] - row["from"] == row["number"] == found[state[row["state"]]]
        judged = found["holds"] + found["broken"]
        assert row["beside"] == f"{percent(Decimal(found['holds']) / judged)} hold"
    names = {row["name"] for row in chart(figure) if "beside" in row}
    assert names == (set(PLACES) if figure == 1 else {kinds()[row["rule"]] for row in rows_of("checks")})


def levels(doc_id: str | None = None, kind: str | None = None) -> Counter[str]:
    return Counter(
        row["severity"]
        for row in rows_of("findings")
        if doc_id in (None, row["doc_id"]) and kind in (None, "All kinds", kinds()[row["rule"]])
    )


def test_findings_are_counted_and_set_against_the_figures_read() -> None:
    figures = Counter(row["doc_id"] for row in rows_of("facts"))
    rows = tables()["findings"].rows
    expected = {(row["doc_id"], kinds()[row["rule"]]) for row in rows_of("findings")}
    expected |= {(doc_id, "All kinds") for doc_id in PLACES.values()}
    assert {(PLACES[row["group"]], row["Kind of relation"]) for row in rows} == expected
    assert len(rows) == len(expected)
    for row in rows:
        doc_id = PLACES[row["group"]]
        found = levels(doc_id, row["Kind of relation"])
        told = [int(row[heading]) for heading in ("Errors", "Warnings", "Notes", "Findings", "Figures read")]
        assert told == [*(found[level] for level in ("error", "warning", "note")), found.total(), figures[doc_id]]
        assert row["Per 100 figures"] == f"{Decimal(found.total()) / figures[doc_id] * 100:.2f}"
    # Fengtai by hand: 13 / 315 = 4.13 %; Mentougou 17 / 324 = 5.25 %; Zhengding 3 / 79 = 3.80 %.
    totals = {row["group"]: row["Per 100 figures"] for row in rows if row["Kind of relation"] == "All kinds"}
    by_hand = [Decimal(100) * n / of for n, of in ((0, 39), (13, 315), (17, 324), (3, 79))]
    assert list(totals.values()) == [f"{each:.2f}" for each in by_hand] == ["0.00", "4.13", "5.25", "3.80"]


@pytest.mark.parametrize(("figure", "value"), [(3, "per_100"), (4, "one")])
def test_charts_of_findings_have_a_piece_for_each(figure: int, value: str) -> None:
    name = "place" if figure == 3 else "kind"
    pieces = [row for row in chart(figure) if value in row and row[value] > 0]
    assert len(pieces) == len(rows_of("findings")) == 33
    figures = Counter(row["doc_id"] for row in rows_of("facts"))
    of = defaultdict(list)
    for row in pieces:
        of[row[name]].append(row)
    for key, found in of.items():
        counted = levels(PLACES[key]) if figure == 3 else levels(kind=key)
        assert Counter(row["level"].lower() for row in found) == counted
        per = Decimal(100) / figures[PLACES[key]] if figure == 3 else Decimal(1)
        assert math.isclose(sum(row["to"] - row["from"] for row in found), float(per * len(found)), rel_tol=1e-9)
    beside = {row[name]: row["beside"] for row in chart(figure) if "beside" in row}
    if figure == 3:
        assert beside == {"朝阳区 2024": "0.0 (0)", "丰台区 2024": "4.1 (13)", "门头沟区 2023": "5.2 (17)",
                          "正定县 2023": "3.8 (3)"}  # fmt: skip
    else:
        assert beside == {kind: str(levels(kind=kind).total()) for kind in of}


# -- the worst cases --------------------------------------------------------------------------------------------------


def gap(row: dict[str, str]) -> Decimal | None:
    """How far the stated figure is from the nearest value that would fit, relative to it."""
    stated = Decimal(row["stated"])
    if not stated or not (row["expected_low"] or row["expected_high"]):
        return None
    low, high = Decimal(row["expected_low"] or row["stated"]), Decimal(row["expected_high"] or row["stated"])
    return abs(stated - min(max(stated, low), high)) / abs(stated)


def test_the_worst_cases_are_the_errors_that_are_farthest_apart() -> None:
    order = {"error": 0, "warning": 1, "note": 2}
    ranked = sorted(rows_of("findings"), key=lambda row: (order[row["severity"]], -(gap(row) or 0)))
    table = tables()["cases"]
    assert table.title == "Table 3. The worst 12 of 33 findings"
    assert len(table.rows) == 12
    facts = {row["fact_id"]: row for row in rows_of("facts")}
    for row, expected in zip(table.rows, ranked, strict=False):
        assert PLACES[row["District, year"]] == expected["doc_id"]
        assert row["group"].lower() == expected["severity"]
        told = row["What does not fit, and the sentence that states the figure"]
        assert expected["quote"] in told
        assert expected["message_en"].startswith(told.partition(" “")[0][:40])
        apart = gap(expected)
        if apart is None:
            assert row["Apart"] == "–"
        elif apart >= 10:
            assert row["Apart"] == f"{apart:,.0f}\u00a0times"
        else:
            assert row["Apart"] == percent(apart)
        suspects = ids(expected["suspects"])
        if len(suspects) == 1 and suspects[0] in facts:
            assert row["Suspect → value that would repair it"].startswith(facts[suspects[0]]["raw"])
        assert len(row["Sources"].split(", ")) == min(6, max(1, sum(f in facts for f in ids(expected["fact_ids"]))))


def test_the_worst_cases_by_hand() -> None:
    rows = {row["Suspect → value that would repair it"]: row["Apart"] for row in tables()["cases"].rows}
    # 1740元 for 1740万元, known to 5,000 yuan: the nearest is 17,395,000: (17,395,000 - 1,740) / 1,740 = 9,996 times.
    assert round((Decimal(17395000) - 1740) / 1740) == 9996
    assert rows["1740元 → 1740万元"] == "9,996\u00a0times"
    # An increase of 8,083,965.07 where the outturn, 149,000 yuan, is also the increase: 1 - 149000.5/8083965.07.
    assert percent(1 - Decimal("149000.5") / Decimal("8083965.07")) == "98.2\u00a0%"
    assert rows["8,083,965.07元 → 148999.5元 to 149000.5元"] == "98.2\u00a0%"
    # 595,509.17 / (4,276,060.24 - 595,509.17) = 16.18 %, printed as 16.3 %: (16.3 - 16.18) / 16.3 = 0.7 %.
    growth = Decimal("595509.17") / (Decimal("4276060.24") - Decimal("595509.17"))
    assert percent(growth, 2) == "16.18\u00a0%"
    assert percent(1 - growth / Decimal("0.163")) == rows["16.3 % → 16.18%"] == "0.7\u00a0%"
    # 476,749.18 / (2,932,428.14 - 476,749.18) = 19.414 %, printed as 19.5 %.
    growth = Decimal("476749.18") / (Decimal("2932428.14") - Decimal("476749.18"))
    assert percent(growth, 3) == "19.414\u00a0%"
    assert percent(1 - growth / Decimal("0.195")) == rows["19.5% → 19.414%"] == "0.4\u00a0%"
    # 1140 / 1249 = 91.273 %, printed as 91.33 %.
    assert percent(Decimal(1140) / 1249, 3) == "91.273\u00a0%"
    assert rows["91.33% → 91.273%"] == "0.1\u00a0%"
    # 660.29 + 3393.24 = 4053.53万元, stated 4553.53万元: 500 / 4553.53 = 11.0 %, and no suspect.
    assert Decimal("660.29") + Decimal("3393.24") == Decimal("4553.53") - 500
    assert rows["not told by the arithmetic"] == percent((500 - Decimal("0.01")) / Decimal("4553.53")) == "11.0\u00a0%"
    # Scores: 10 + 20 + 18 + 10 + 20 + 10 + 0 = 88, stated 98: 10 / 98 = 10.2 %.
    assert sum((10, 20, 18, 10, 20, 10, 0)) == 88
    assert percent(Decimal(10) / 98) == "10.2\u00a0%"
    assert rows["one of: 98 → 88分, 10 → 20分, 20 → 30分, 18 → 28分, 0 → 10分"] == "10.2\u00a0%"
    # Weights: 10 + 20 + 18 + 10 + 20 + 10 + 2 = 90, stated 100: the total may be 10 too high, or a part 10 too low.
    assert sum((10, 20, 18, 10, 20, 10, 2)) == 90
    assert rows["one of: 100 → 90分, 10 → 20分, 20 → 30分, 18 → 28分, 2 → 12分"] == "10.0\u00a0%"
    # Budgets: 9780.32 - 7634.46 - 1317.01 - 425.85 = 403.00 for a line of 0, and 4 × 0.005 to either side.
    assert Decimal("9780.32") - Decimal("7634.46") - Decimal("1317.01") - Decimal("425.85") == 403
    assert rows["one of: 0万元 → 402.98万元 to 403.02万元"] == percent((403 - Decimal("0.02")) / Decimal("9780.32"))
    # Outturns: 13941.32 - 13886.31 = 55.01 is missing; 6530 is known to 0.5, the four others and the total to 0.005.
    total = sum(map(Decimal, ("4799.78", "1500.00", "6530", "741.55", "314.98")))
    assert Decimal("13941.32") - total == Decimal("55.01")
    ends = [Decimal(line) + Decimal("55.01") + sign * slack for line, slack in
            (("1500.00", Decimal("0.52")), ("6530", Decimal("0.025"))) for sign in (-1, 1)]  # fmt: skip
    assert list(map(str, ends)) == ["1554.49", "1555.53", "6584.985", "6585.035"]
    assert "one of: 1500.00万元 → {}万元 to {}万元, 6530万元 → {}万元 to {}万元".format(*ends) in rows
    # 90 % reached where more than 85 % were aimed at, and 0 of 2 points given.
    assert rows["as stated → 2 points"] == "–"


# -- what rests on figures in doubt -----------------------------------------------------------------------------------


@cache
def doubts() -> tuple[frozenset[str], frozenset[str]]:
    """The suspects of errors and warnings, and all figures of them."""
    serious = [row for row in rows_of("findings") if row["severity"] in ("error", "warning")]
    return tuple(frozenset(f for row in serious for f in ids(row[name])) for name in ("suspects", "fact_ids"))  # type: ignore[return-value]


def standing(fact_ids: set[str]) -> str:
    suspects, all_of_them = doubts()
    return "suspect" if fact_ids & suspects else "involved" if fact_ids & all_of_them else "clear"


class Rate(NamedTuple):
    """A rate of one line, department or project, and the figures that it rests on."""

    denominator: str
    level: str
    rate: Decimal
    fact_ids: frozenset[str]


LINE = {"final", "initial_budget", "change_on_initial_budget", "completion_of_initial_budget",
        "growth_on_initial_budget"}  # fmt: skip


def line_rates() -> list[Rate]:
    """Lines with an outturn and an initial budget, printed or the outturn less the printed change."""
    lines: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows_of("facts", concept="functional_expenditure"):
        if row["measure"] in LINE:
            lines[row["doc_id"], row["subject_code"]].append(row)
    found = []
    for (_, code), rows in lines.items():
        of = {row["measure"]: row for row in rows}
        if "final" not in of or not {"initial_budget", "change_on_initial_budget"} & of.keys():
            continue
        spent = Decimal(of["final"]["value"])
        if "initial_budget" in of:
            budget = Decimal(of["initial_budget"]["value"])
        else:
            budget = spent - Decimal(of["change_on_initial_budget"]["value"])
        if budget > 0:
            level = {3: "Class (类)", 5: "Group (款)"}[len(code)]
            found.append(Rate("initial budget", level, spent / budget, frozenset(row["fact_id"] for row in rows)))
    return found


REVIEW = "国家高新技术企业认定专家评审管理"
REWARD = "高新技术产业培育扶持政策-2022年高新技术企业认定资质奖励资金项目/区级财政资金"

# The other rates by hand: whose, of what, outturn and budget (or change) as printed.
OTHERS: list[tuple[str, str, str, str, str, str, str, str]] = [
    # denominator, level, document, concept, fund, item, outturn, budget (a change has its sign)
    ("adjusted budget", "Department", FENGTAI, "expenditure", "", "", "151041000", "151733800"),
    ("adjusted budget", "Part of a department", FENGTAI, "expenditure_basic", "", "", "22450800", "23018700"),
    ("adjusted budget", "Part of a department", FENGTAI, "expenditure_project", "", "", "128590200", "128715200"),
    ("initial budget", "Project", FENGTAI, "project_funding", "", REVIEW, "1083300", "1200000"),
    ("adjusted budget", "Project", FENGTAI, "project_funding", "", REVIEW, "1083300", "1083300"),
    ("initial budget", "Part of a project", FENGTAI, "project_funding", "", f"{REVIEW}/当年财政拨款", "1083300",
     "1200000"),
    ("adjusted budget", "Part of a project", FENGTAI, "project_funding", "", f"{REVIEW}/当年财政拨款", "1083300",
     "1083300"),
    ("adjusted budget", "Department", MENTOUGOU, "expenditure", "", "", "105719900", "105719900"),
    ("adjusted budget", "Part of a department", MENTOUGOU, "expenditure_basic", "", "", "27177385.21", "27177400"),
    ("adjusted budget", "Part of a department", MENTOUGOU, "expenditure_project", "", "", "78542500", "78542500"),
    ("initial budget", "Part of a department", MENTOUGOU, "expenditure_basic", "general_public_budget", "",
     "27177385.21", "+2026928.69"),
    ("initial budget", "Part of a department", MENTOUGOU, "expenditure_project", "general_public_budget", "",
     "78542538.83", "+60970968.83"),
    ("adjusted budget", "Part of a project", MENTOUGOU, "project_funding", "", REWARD, "17400000", "17400000"),
    ("initial budget", "Part of a department", ZHENGDING, "expenditure_basic", "", "", "7039600", "6602900"),
    ("initial budget", "Part of a department", ZHENGDING, "expenditure_project", "", "", "65734800", "33932400"),
]  # fmt: skip


def other_rates() -> list[Rate]:
    found = []
    for denominator, level, doc_id, concept, fund, item, spent, budget in OTHERS:
        measures = {"final": spent, denominator.replace(" ", "_"): budget}
        if budget.startswith("+"):
            measures = {"final": spent, "change_on_initial_budget": budget}
        used = set()
        for measure, value in measures.items():
            same = [row for row in rows_of("facts", doc_id=doc_id, concept=concept, fund=fund, item=item,
                                           measure=measure)
                    if Decimal(row["value"]) == Decimal(value)]  # fmt: skip
            assert same, (doc_id, concept, measure, value)
            used |= {row["fact_id"] for row in same}
        base = Decimal(spent) - Decimal(budget) if budget.startswith("+") else Decimal(budget)
        found.append(Rate(denominator, level, Decimal(spent) / base, frozenset(used)))
    return found


def all_rates() -> list[Rate]:
    return line_rates() + other_rates()


def test_rows_that_rest_on_figures_in_doubt_are_counted() -> None:
    rates, costs = tables()["touched"].rows
    found = Counter(standing(set(rate.fact_ids)) for rate in all_rates())
    told_headings = ("Rows", "Rest on a suspect", "on another figure of a finding", "on none of these")
    told = [int(rates[heading]) for heading in told_headings]
    assert told == [found.total(), found["suspect"], found["involved"], found["clear"]] == [42, 5, 10, 27]
    assert rates["Touched"] == percent(Decimal(5 + 10) / 42) == "35.7\u00a0%"
    assert [int(costs[heading]) for heading in told_headings] == [15, 1, 1, 13]
    assert costs["Touched"] == percent(Decimal(2) / 15) == "13.3\u00a0%"
    assert len(repairs()) == 8
    assert "one value that would repair it: 8." in tables()["touched"].notes[0]


def repairs() -> dict[str, Decimal]:
    """The figures that are the only suspect of an error or a warning and have one value that would fit."""
    wanted: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows_of("findings"):
        suspects = ids(row["suspects"])
        if row["severity"] != "note" and len(suspects) == 1 and row["expected_low"] and row["expected_high"]:
            wanted[suspects[0]].add((row["expected_low"], row["expected_high"]))
    facts = {row["fact_id"] for row in rows_of("facts")}
    return {f: (Decimal(low) + Decimal(high)) / 2 for f, spans in wanted.items() if len(spans) == 1 and f in facts
            for low, high in spans}  # fmt: skip


def quantile(found: list[Decimal], p: str) -> Decimal:
    """Type 7: at (n - 1) p, between its neighbours."""
    at = (len(found) - 1) * Decimal(p)
    below = int(at)
    return found[below] + (at - below) * (found[min(below + 1, len(found) - 1)] - found[below])


def median_interval(found: list[Decimal]) -> str:
    """The k-th from below and from above, with the largest k such that fewer than k of n heads have 2.5 % at most."""
    n, k, tail = len(found), 0, Decimal(0)
    while k < n:
        tail += Decimal(math.comb(n, k)) / 2**n
        if tail > Decimal("0.025"):
            break
        k += 1
    if k == 0:
        return "open"
    low, high = math.floor(found[k - 1] * 1000) / 10, math.ceil(found[n - k] * 1000) / 10
    return f"{low:.1f} to {high:.1f}\u00a0%"


def variants(rates: list[Rate]) -> dict[str, list[Decimal]]:
    keep = {
        "as published": {"suspect", "involved", "clear"},
        "without suspects": {"involved", "clear"},
        "without findings": {"clear"},
        "repaired": {"suspect", "involved", "clear"},
    }
    return {name: sorted(rate.rate for rate in rates if standing(set(rate.fact_ids)) in kept)
            for name, kept in keep.items()}  # fmt: skip


def groups() -> dict[str, dict[str, list[Decimal]]]:
    """The rates of each level that has one in doubt, in the four variants."""
    found: dict[str, list[Rate]] = defaultdict(list)
    for rate in all_rates():
        found[f"{rate.level} on the {rate.denominator}"].append(rate)
    touched = {name for name, rates in found.items() if any(standing(set(r.fact_ids)) != "clear" for r in rates)}
    # The project of Mentougou whose budget is misprinted (1740元) has a rate that enters nothing.
    touched.add("Project on the adjusted budget")
    return {name: variants(rates) for name, rates in found.items() if name in touched}


def test_no_repair_changes_an_amount_that_a_rate_is_computed_from() -> None:
    """Hence the repaired rates are those as published: printed growths and shares are repaired, and two amounts."""
    facts = {row["fact_id"]: row for row in rows_of("facts")}
    amounts = {f for rate in all_rates() for f in rate.fact_ids if facts[f]["unit"] == "CNY"}
    assert not amounts & repairs().keys()
    told = sorted((facts[f]["raw"], facts[f]["concept"]) for f in repairs() if facts[f]["unit"] == "CNY")
    assert told == [
        ("1740元", "project_funding"),
        ("7949.41万元", "evaluated_amount"),
        ("8,083,965.07元", "functional_expenditure"),
    ]


def test_every_quantile_with_and_without_figures_in_doubt() -> None:
    rows = tables()["rates"].rows
    expected = groups()
    assert [row["group"] for row in rows[::4]] == [
        "Part of a department on the initial budget",
        "Class (类) on the initial budget",
        "Group (款) on the initial budget",
        "Department on the adjusted budget",
        "Part of a department on the adjusted budget",
        "Project on the adjusted budget",
        "Part of a project on the adjusted budget",
    ]
    assert {row["group"] for row in rows} == set(expected)
    assert len(rows) == 4 * len(expected)
    for row in rows:
        found = expected[row["group"]][row["Computed"]]
        assert int(row["Rates"]) == len(found), row
        for heading, p in (("25 %", "0.25"), ("Median", "0.5"), ("75 %", "0.75")):
            assert row[heading] == percent(quantile(found, p)), (row, found)
        assert row["95 % interval"] == median_interval(found), row
        moved = quantile(found, "0.5") - quantile(expected[row["group"]]["as published"], "0.5")
        text = f"{moved * 100:+.1f}".replace("-", "−")
        told = "–" if row["Computed"] == "as published" else "0.0" if text in ("+0.0", "−0.0") else text
        assert row["Median moves by"] == told, row


def test_medians_of_classes_by_hand() -> None:
    # The initial budgets of nine classes: 78.3, 82.7, 91.8, 95.3, 100.7, 111.3, 123.7, 142.5, 319.6 %; the fifth is
    # 172.30 / 171.05. Five of them rest on no figure of a finding: 78.3, 82.7, 91.8, 95.3, 100.7 %; the third is
    # 73.28 / 79.86.
    rows = {
        row["Computed"]: row for row in tables()["rates"].rows if row["group"] == "Class (类) on the initial budget"
    }
    all_nine, five = Decimal("172.30") / Decimal("171.05"), Decimal("73.28") / Decimal("79.86")
    assert rows["as published"]["Median"] == percent(all_nine) == "100.7\u00a0%"
    assert rows["without findings"]["Median"] == percent(five) == "91.8\u00a0%"
    assert rows["without findings"]["Median moves by"] == f"{(five - all_nine) * 100:.1f}".replace("-", "−") == "−9.0"
    # Of nine, the second and the eighth hold the median: 332.99 / 402.69 and 13941.32 / 9780.32.
    assert rows["as published"]["95 % interval"] == "82.6 to 142.6\u00a0%"
    assert percent(Decimal("332.99") / Decimal("402.69"), 2) == "82.69\u00a0%"
    assert percent(Decimal("13941.32") / Decimal("9780.32"), 2) == "142.54\u00a0%"


def test_the_chart_draws_levels_of_five_rates_and_more() -> None:
    expected = groups()
    rows = chart(5)
    names = [f"{group}: {variant} (n = {len(found)})" for group, of in expected.items() for variant, found in of.items()
             if len(of["as published"]) >= 5]  # fmt: skip
    assert sorted(row["name"] for row in rows) == sorted(names)
    assert len(rows) == 8
    for row in rows:
        group, _, rest = row["name"].partition(": ")
        found = expected[group][rest.partition(" (n")[0]]
        for column, p in (("value_25", "0.25"), ("value_50", "0.5"), ("value_75", "0.75")):
            assert math.isclose(row[column], float(quantile(found, p) * 100), rel_tol=1e-12)
        assert row["text"] == percent(quantile(found, "0.5"))


def test_unit_costs_in_doubt_are_those_of_the_reviews_that_disagree() -> None:
    [money] = {row["value"] for row in rows_of("facts", doc_id=FENGTAI, concept="project_funding", item=REVIEW,
                                               measure="final")}  # fmt: skip
    reviews = [row for row in rows_of("facts", doc_id=FENGTAI, concept="hightech_reviewed", measure="actual",
                                      unit="count") if row["item"] in ("", "总计")]  # fmt: skip
    by_standing = {standing({row["fact_id"]}): row for row in reviews}
    assert {key: row["value"] for key, row in by_standing.items()} == {
        "suspect": "1260.0", "involved": "1249.0", "clear": "1189.0",
    }  # fmt: skip
    assert repairs()[by_standing["suspect"]["fact_id"]] == 1249
    # 108.33 / 1260 = 0.085976, / 1249 = 0.086733, / 1189 = 0.091110; 1260 repaired to 1249 leaves two counts.
    told = {count: f"{Decimal(money) / 10_000 / count:.5f}\u00a0万元" for count in (1260, 1249, 1189)}
    assert told == {1260: "0.08598\u00a0万元", 1249: "0.08673\u00a0万元", 1189: "0.09111\u00a0万元"}
    rows = tables()["costs"].rows
    assert [(row["Cost"], row["Computed as"], row["Rests"]) for row in rows] == [
        ("Review service, per review", "108.33万元 ÷ 1260家次", "on a suspect"),
        ("Review service, per review", "108.33万元 ÷ 1249", "on another figure of a finding"),
    ]
    for row, count in zip(rows, (1260, 1249), strict=True):
        cost, interval = row["As published (interval)"].split(" (")
        assert cost == told[count]
        low, high = (end / 10_000 / count for end in bounds(next(r for r in rows_of(
            "facts", doc_id=FENGTAI, concept="project_funding", item=REVIEW, measure="final"))))  # fmt: skip
        ends = [number(end) for end in interval.removesuffix(")").split(" to ")]
        assert ends[0] <= low < ends[0] + Decimal("0.00001")
        assert ends[1] - Decimal("0.00001") < high <= ends[1]
        assert row["Without findings"] == told[1189]
        assert row["Repaired"] == f"{told[1249]} or {told[1189]}"
    assert tables()["costs"].notes[-1] == "All other unit costs (13 of 15) stay as they are."


# -- small corpora ----------------------------------------------------------------------------------------------------


def line(code: str, final: float, budget: float, n: int) -> list[dict[str, Any]]:
    of = {"subject_code": code, "fund": "general_public_budget", "quote": f"决算{final:g}元，年初预算{budget:g}元"}
    return [
        fact("functional_expenditure", "final", final, fact_id=f"o{n}", **of),
        fact("functional_expenditure", "initial_budget", budget, fact_id=f"b{n}", **of),
    ]


def finding(number_: int, severity: str = "error", **more: Any) -> dict[str, Any]:
    base = {
        "finding_id": f"n{number_}", "doc_id": "qinghe-2024", "rule": "sum_mismatch", "severity": severity,
        "message_zh": "合计：1 + 2 = 3万元，文中为4万元。疑为4万元有误，应为3万元。原文：“共4万元”",
        "message_en": "the sum: 1 + 2 = 3万元, stated 4万元. Suspect: 4万元, which should be 3万元. Source: “共4万元”",
        "stated": 40_000.0, "expected_low": 30_000.0, "expected_high": 30_000.0, "unit": "CNY",
        "fact_ids": "o1", "quote": "共4万元", "suspects": "o1",
    }  # fmt: skip
    return base | more


def check(rule: str, state: str, n: int, doc_id: str = "qinghe-2024") -> dict[str, Any]:
    return {"check_id": f"c{n}", "doc_id": doc_id, "rule": rule, "state": state, "fact_ids": "o1"}


def seen(language: str = "en", **tables_: Any) -> tuple[View, audit.Audit]:
    view = View(corpus_of(**{"documents": [document()], **tables_}), language=language)
    return view, audit.observe(view)


def test_a_document_without_relations_or_findings_appears_with_nothing() -> None:
    rest = document("shahe-2024", division_code="999902", county="沙河区", issuer="沙河区科技局")
    view, found = seen(
        documents=[document(), rest],
        facts=line("20601", 40_000, 50_000, 1),
        checks=[check("class_items", "broken", 1), check("share", "skipped", 2)],
        findings=[finding(1)],
    )
    rows = table_of(audit.outcomes_table(view, found)).rows
    assert [tuple(row.values()) for row in rows if row["group"] == "沙河区 2024"] == [
        ("沙河区 2024", "All kinds", "0", "0", "0", "0", "0", "–", "–"),
    ]
    rows = table_of(audit.findings_table(view, found)).rows
    assert [tuple(row.values()) for row in rows if row["group"] == "沙河区 2024"] == [
        ("沙河区 2024", "All kinds", "0", "0", "0", "0", "0", "–"),
    ]
    assert [tuple(row.values())[1:] for row in rows if row["group"] == "清河区 2024"] == [
        ("Sums and balances (加总、平衡)", "1", "0", "0", "1", "2", "50.00"),
        ("All kinds", "1", "0", "0", "1", "2", "50.00"),
    ]
    drawn_ = [row for rows_ in audit.findings_by_document(view, found).to_dict()["datasets"].values() for row in rows_]
    beside = {row["place"]: row["beside"] for row in drawn_ if "beside" in row}
    assert beside == {"清河区 2024": "50.0 (1)", "沙河区 2024": "–"}
    drawn_ = [row for rows_ in audit.outcomes_by_document(view, found).to_dict()["datasets"].values() for row in rows_]
    assert {row["beside"] for row in drawn_ if row["name"] == "沙河区 2024"} == {"none judged"}


def test_a_corpus_of_which_the_audit_says_nothing_shows_sentences() -> None:
    for language, sentence in (("en", "No relation between figures"), ("zh", "所选文件没有可检验的关系")):
        view, found = seen(language)
        assert sentence in audit.outcomes_by_document(view, found).data
        shown = [
            audit.outcomes_by_kind(view, found), audit.outcomes_table(view, found),
            audit.findings_by_document(view, found), audit.findings_by_kind(view, found),
            audit.findings_table(view, found), audit.cases(view, found, 12), audit.rates_chart(view, found),
            audit.rates_table(view, found), audit.costs_table(view, found), audit.evidence(view, found),
        ]  # fmt: skip
        assert all(each.data.startswith("*") and each.data.endswith("*") for each in shown)
        rows = table_of(audit.touched(view, found)).rows
        assert [list(row.values())[2:] for row in rows] == [["0", "0", "0", "0", "–"]] * 2
        assert "0" in audit.headline(view, found)


def test_a_suspect_is_left_out_and_repaired_and_a_budget_of_nothing_divides_nothing() -> None:
    amounts = [(40_000, 50_000), (45_000, 50_000), (50_000, 50_000), (0, 50_000), (10_000, 0)]
    facts = [row for n, (spent, budget) in enumerate(amounts, 1) for row in line(f"2060{n}", spent, budget, n)]
    view, found = seen(facts=facts, findings=[finding(1), finding(2, "note", fact_ids="o2", suspects="o2")])
    rows = {row["Computed"]: row for row in table_of(audit.rates_table(view, found)).rows}
    # 80, 90, 100, 0 %: the median is 85 %; without the suspect 90 %; with 30,000 for 40,000 it is (60 + 90) / 2 = 75 %.
    assert {name: (row["Rates"], row["Median"]) for name, row in rows.items()} == {
        "as published": ("4", "85.0\u00a0%"),
        "without suspects": ("3", "90.0\u00a0%"),
        "without findings": ("3", "90.0\u00a0%"),
        "repaired": ("4", "75.0\u00a0%"),
    }
    assert [rows[name]["Median moves by"] for name in rows] == ["–", "+5.0", "+5.0", "−10.0"]
    # Of four rates no chart is drawn, and a sentence says so.
    assert "5 rates or more" in audit.rates_chart(view, found).data
    [rates, _] = table_of(audit.touched(view, found)).rows
    assert (rates["Rows"], rates["Rest on a suspect"], rates["on none of these"]) == ("4", "1", "3")
    [worst, _] = table_of(audit.cases(view, found, 12)).rows
    assert worst["Suspect → value that would repair it"] == "40000 → 3万元"
    assert worst["Apart"] == "25.0\u00a0%"


def test_severities_that_are_not_chosen_count_nowhere() -> None:
    view = View(corpus_of(documents=[document()], facts=line("20601", 4e4, 5e4, 1), findings=[finding(1)]))
    found = audit.observe(view, ["warning"])
    assert found.findings.is_empty()
    assert "a figure of a warning" in audit.rates_chart(view, found).data
    assert "an error or a warning (none was chosen)" in audit.costs_table(view, audit.observe(view, ["note"])).data
    both = audit.observe(view)
    assert "number of cases to show is 0" in audit.cases(view, both, 0).data


def test_more_documents_and_findings_than_a_chart_holds_are_said() -> None:
    documents = [document(f"d{n}", county=f"第{n}区", division_code=str(900_000 + n)) for n in range(40)]
    facts = [fact("expenditure", "final", 1.0, doc_id=f"d{n}", fact_id=f"x{n}") for n in range(40)]
    checks = [check("share", "holds", n, f"d{n}") for n in range(40)]

    def drawn_of(findings: int) -> list[dict[str, Any]]:
        many = [finding(n, doc_id=f"d{n % 40}", fact_ids="", suspects="") for n in range(findings)]
        view, found = seen(documents=documents, facts=facts, findings=many, checks=checks)
        spec = audit.findings_by_document(view, found).to_dict()
        assert "The first 30 of 40 documents are drawn; the table has more." in " ".join(spec["title"]["subtitle"])
        assert "Table 3. The worst 300 of" in table_of(audit.cases(view, found, 300)).title
        return [row for rows_ in spec["datasets"].values() for row in rows_ if "told" in row]

    each = drawn_of(400)
    assert len(each) == 400 // 40 * 30
    assert {row["link"] for row in each} == {"#The-worst-cases"}  # no figure of them has a sentence
    # Too many to be shown one by one: one piece for each severity of a document.
    together = drawn_of(1_000)
    assert len(together) == 30
    assert {row["told"] for row in together} == {"25 findings"}
    assert {row["per_100"] for row in together} == {2_500.0}


# -- both languages ---------------------------------------------------------------------------------------------------


def read() -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "notebooks" / "disclosure_audit.ipynb", as_version=4)


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    done = studies.run_study("disclosure_audit", {"language": "zh", "unit": "元"}, out=tmp_path_factory.mktemp("zh"))
    return nbformat.read(done.notebook, as_version=4)


def test_the_chinese_report_shows_the_same_figures(chinese: nbformat.NotebookNode) -> None:
    ours, theirs = tables(), tables_of(chinese)
    assert ours.keys() == theirs.keys()
    figure = re.compile(r"^[<>]?[−+]?[0-9][0-9,.]*(?:\u00a0%)?$|^–$")
    for name in ("relations", "findings", "touched", "rates"):
        numbers = [
            [[cell for cell in row.values() if figure.match(cell)] for row in found[name].rows]
            for found in (ours, theirs)
        ]
        # Kinds stand in the same order in both languages.
        assert numbers[0] == numbers[1], name
        assert any(numbers[0])
    told = [row["存疑数字 → 可使其一致的值"] for row in theirs["cases"].rows]
    assert told[1] == "8,083,965.07元 → 148999.5元至149000.5元"
    assert [row["相差"].replace("倍", "\u00a0times") for row in theirs["cases"].rows] == [
        row["Apart"] for row in ours["cases"].rows
    ]
    # 1,083,300 / 1260 = 859.8 yuan
    assert theirs["costs"].rows[0]["按原文（区间）"] == "859.8\u00a0元 （859.7至859.9）"
    assert theirs["costs"].rows[0]["更正后"] == "867.3\u00a0元或 911.1\u00a0元"
    assert len(charts_of(chinese)) == 5


def test_every_link_of_the_chinese_report_leads_somewhere(chinese: nbformat.NotebookNode) -> None:
    links, anchors = links_of(chinese, "zh")
    assert len(links) > 20
    assert links - anchors == set()


def test_the_chinese_report_has_no_english_word(chinese: nbformat.NotebookNode) -> None:
    assert len(said_in(chinese, "zh")) > 300
    assert english_left(chinese) == []


def test_the_english_report_has_no_chinese_but_what_is_printed() -> None:
    assert chinese_left(read()) == []
