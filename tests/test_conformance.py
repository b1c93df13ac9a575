"""The conformance suite: how well excerpts in other provinces' wording are read, theme by theme.

The floors are what the reader reaches; raise them when it gets better. ``python -m tests.conformance_cases --misses``
shows what is missed or wrong.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.conformance_cases import cases, judge

# theme: (share of the expected facts found, share of the stated facts right)
FLOORS = {
    "budget_documents": (0.95, 0.95),
    "carryover_staff": (0.96, 0.98),
    "composition": (0.97, 0.98),
    "economic": (0.94, 0.94),
    "execution": (0.93, 0.95),
    "functional": (0.96, 0.96),
    "hightech": (0.96, 0.95),
    "outcomes": (0.94, 0.92),
    "performance_tables": (1.00, 0.99),
    "procurement_assets": (0.98, 0.99),
    "programmes": (0.88, 0.87),
    "scores": (0.88, 0.93),
    "three_public": (0.98, 1.00),
    "totals": (0.97, 0.97),
    "traps_accounts": (0.96, 0.96),
    "traps_performance": (0.78, 0.76),
}
NEGATIVES_CLEAN = 0.96
CASES = list(cases())


@pytest.mark.parametrize("theme", sorted({theme for theme, _ in CASES}))
def test_facts_are_found_and_right(theme: str) -> None:
    outcomes = [judge(case) for name, case in CASES if name == theme]
    found = sum(o.found for o in outcomes) / sum(o.expected for o in outcomes)
    right = sum(o.right for o in outcomes) / sum(o.stated for o in outcomes)
    least_found, least_right = FLOORS[theme]
    assert found >= least_found, [line for o in outcomes for line in o.missed]
    assert right >= least_right, [line for o in outcomes for line in o.wrong]


def test_nothing_is_claimed_where_nothing_is_stated() -> None:
    negatives = [(case["id"], judge(case)) for _, case in CASES if not case.get("facts")]
    broken = {name: outcome.wrong for name, outcome in negatives if outcome.stated}
    assert len(broken) <= (1 - NEGATIVES_CLEAN) * len(negatives), broken


def test_the_suite_is_broad() -> None:
    styles = Counter(case["style"] for _, case in CASES)
    traps = sum(1 for _, case in CASES if case.get("trap") or not case.get("facts"))
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
