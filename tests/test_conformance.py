"""The conformance suite: how well excerpts in other provinces' wording are read, theme by theme.

The floors are what the reader reaches; raise them when it gets better. ``python -m tests.conformance_cases --misses``
shows what is missed or wrong.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.conformance_cases import cases, is_negative, judge, judge_rows, read_case

# theme: (share of the expected facts found, share of the stated facts right)
FLOORS = {
    "budget_documents": (0.96, 0.96),
    "carryover_staff": (0.98, 1.00),
    "composition": (0.99, 1.00),
    "economic": (0.94, 0.94),
    "eighteenth_mixed": (1.00, 1.00),
    "eighth_mixed": (1.00, 1.00),
    "eleventh_mixed": (1.00, 1.00),
    "execution": (0.95, 0.96),
    "fifteenth_mixed": (1.00, 1.00),
    "sixteenth_mixed": (0.99, 0.99),
    "twentyfirst_mixed": (0.96, 0.97),
    "fifth_mixed": (0.99, 1.00),
    "forms_flattened": (1.00, 1.00),
    "forms_mixed": (1.00, 0.97),
    "fourteenth_mixed": (1.00, 1.00),
    "fourth_mixed": (1.00, 1.00),
    "functional": (0.96, 0.97),
    "hightech": (0.96, 0.95),
    "nineteenth_mixed": (1.00, 1.00),
    "ninth_mixed": (1.00, 1.00),
    "outcomes": (1.00, 0.98),
    "performance_tables": (1.00, 0.99),
    "procurement_assets": (0.98, 0.99),
    "programmes": (0.93, 0.94),
    "scores": (0.91, 0.96),
    "second_accounts": (0.98, 1.00),
    "second_budget": (0.98, 0.98),
    "second_functional": (1.00, 1.00),
    "second_hightech": (0.99, 1.00),
    "second_programmes": (0.97, 1.00),
    "second_scores": (0.95, 0.97),
    "second_tables": (0.98, 0.97),
    "second_totals": (1.00, 1.00),
    "second_traps": (1.00, 1.00),
    "seventeenth_mixed": (1.00, 1.00),
    "seventh_mixed": (1.00, 1.00),
    "sixth_mixed": (1.00, 1.00),
    "tenth_mixed": (1.00, 1.00),
    "third_accounts": (1.00, 1.00),
    "third_performance": (1.00, 1.00),
    "third_traps": (1.00, 0.93),
    "thirteenth_mixed": (1.00, 1.00),
    "three_public": (0.99, 1.00),
    "totals": (0.99, 0.99),
    "twentieth_mixed": (1.00, 1.00),
    "twelfth_mixed": (1.00, 1.00),
    "twentysecond_mixed": (0.99, 0.99),
    "twentythird_mixed": (0.99, 0.99),
    "twentyfourth_mixed": (0.94, 0.98),
    "twentyfifth_mixed": (1.00, 1.00),
    "twentysixth_mixed": (0.93, 0.94),
    "twentyseventh_mixed": (0.97, 0.97),
    "twentyeighth_mixed": (0.99, 0.99),
    "twentyninth_mixed": (0.98, 0.98),
    "thirtieth_mixed": (0.99, 0.99),
    "thirtyfirst_mixed": (0.99, 0.99),
    "thirtysecond_mixed": (0.99, 0.99),
    "thirtythird_mixed": (1.00, 0.99),
    "thirtyfourth_mixed": (0.98, 1.00),
    "thirtyfifth_mixed": (0.99, 0.99),
    "thirtysixth_mixed": (0.99, 0.99),
    "thirtyseventh_mixed": (0.99, 0.99),
    "thirtyeighth_mixed": (1.00, 0.99),
    "thirtyninth_mixed": (0.99, 0.99),
    "fortieth_mixed": (1.00, 1.00),
    "fortyfirst_mixed": (0.99, 0.99),
    "parts_and_wholes": (1.00, 1.00),
    "traps_accounts": (0.96, 0.96),
    "traps_performance": (0.87, 0.96),
}
NEGATIVES_CLEAN = 0.98
ROWS_FOUND = 0.99
CASES = list(cases())


@pytest.mark.parametrize("theme", sorted({theme for theme, _ in CASES}))
def test_facts_are_found_and_right(theme: str) -> None:
    outcomes = [judge(case) for name, case in CASES if name == theme]
    found = sum(o.found for o in outcomes) / sum(o.expected for o in outcomes)
    right = sum(o.right for o in outcomes) / sum(o.stated for o in outcomes)
    least_found, least_right = FLOORS[theme]
    assert found >= least_found, [line for o in outcomes for line in o.missed]
    assert right >= least_right, [line for o in outcomes for line in o.wrong]


def test_parts_of_a_score_and_of_a_list_carry_their_names() -> None:
    for theme, case in CASES:
        if theme != "parts_and_wholes":
            continue
        stated = {(fact.raw, fact.measure): fact.item for fact in read_case(case)[1].facts}
        for row in case["facts"]:
            if "item" in row:
                assert stated[row["raw"], row["measure"]] == row["item"], case["id"]


def test_nothing_is_claimed_where_nothing_is_stated() -> None:
    negatives = [(case["id"], judge(case)) for _, case in CASES if is_negative(case)]
    broken = {name: outcome.wrong for name, outcome in negatives if outcome.stated}
    assert len(broken) <= (1 - NEGATIVES_CLEAN) * len(negatives), broken


def test_rows_of_performance_tables_are_found() -> None:
    judged = [judge_rows(case) for _, case in CASES]
    expected = sum(rows for rows, _, _ in judged)
    missed = [line for _, lines, _ in judged for line in lines]
    assert expected > 100
    assert len(missed) <= (1 - ROWS_FOUND) * expected, missed


def test_the_suite_is_broad() -> None:
    styles = Counter(case["style"] for _, case in CASES)
    traps = sum(1 for _, case in CASES if case.get("trap") or is_negative(case))
    assert len(CASES) >= 300
    assert len(styles) >= 20
    assert traps >= len(CASES) / 4
    assert len({case["id"] for _, case in CASES}) == len(CASES)


def test_expected_figures_stand_in_their_excerpts() -> None:
    for _, case in CASES:
        for row in case.get("facts", []):
            assert row["raw"] in case["text"], (case["id"], row["raw"])
        for raw in case.get("unclaimed", []):
            assert re.sub(r"\s", "", raw) in re.sub(r"\s", "", case["text"]), (case["id"], raw)
