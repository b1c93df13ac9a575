"""The bank of statement tables: how many figures become facts, and how many facts are right.

The floors are what the reader reaches; raise them when it gets better. ``python -m tests.statement_cases --misses``
shows what is missed or wrong.
"""

from __future__ import annotations

import pytest

from tests.statement_cases import FOLDER, cases, judge, read_case

# theme: (share of the figures read rightly, share of the stated facts right)
FLOORS = {path.stem: (0.99, 0.99) for path in FOLDER.glob("*.toml")}
CASES = [pytest.param(theme, case, id=case["id"]) for theme, case in cases()]


@pytest.mark.parametrize("theme", sorted(FLOORS))
def test_figures_are_found_and_right(theme: str) -> None:
    outcomes = [judge(case) for name, case in cases() if name == theme]
    expected, right, stated = (sum(outcome[i] for outcome in outcomes) for i in range(3))
    found, correct = FLOORS[theme]
    lines = [line for o in outcomes for line in (*o.missed, *o.wrong, *o.unexpected)]
    assert right >= found * expected, lines
    assert right >= correct * stated, lines


def test_tables_without_merged_cells_read_nearly_as_well() -> None:
    outcomes = [judge(case, spans=False) for _, case in cases()]
    expected, right, stated = (sum(outcome[i] for outcome in outcomes) for i in range(3))
    lines = [line for o in outcomes for line in (*o.missed, *o.wrong, *o.unexpected)]
    assert right >= 0.99 * expected, lines
    assert right >= 0.99 * stated, lines


@pytest.mark.parametrize(("theme", "case"), CASES)
def test_what_a_case_expects_stands_in_its_table(theme: str, case: dict[str, object]) -> None:
    document, stated = read_case(case)
    grids = [table for table in document.tables if table.layout == "grid"]
    for one in stated:
        assert grids[one.grid].rows[one.row][one.column].text == one.raw
        assert one.maybe or one.known["concept"], (case["id"], one.row, one.column)


def test_the_bank_is_broad() -> None:
    known = [case for _, case in cases()]
    assert len(known) >= 60
    assert len({case["style"] for case in known}) >= 25
    assert len({case["year"] for case in known}) >= 8
    assert len({case["id"] for case in known}) == len(known)
    assert sum("//" not in case["rows"] for case in known) >= 8
