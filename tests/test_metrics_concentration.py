"""The concentration index: its arithmetic, and bounds that hold for every amount behind the printed digits."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiscal_analysis as fa
from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import spending_concentration, spending_coverage, spending_structure
from fiscal_analysis.metrics.concentration import largest, smallest
from tests.metrics_rows import FENGTAI, MENTOUGOU, PROCESSED, fact, frame, published

GENERAL = "general_public_budget"
BOXES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda ends: tuple(map(Fraction, sorted(ends)))),
    min_size=1,
    max_size=5,
)


def index(values: list[Fraction]) -> Fraction:
    return sum((v * v for v in values), Fraction(0)) / sum(values) ** 2


@given(BOXES)
def test_no_corner_is_above_the_upper_bound(boxes: list[tuple[Fraction, Fraction]]):
    corners = [index(list(corner)) for corner in itertools.product(*boxes) if sum(corner) > 0]
    if corners:
        bound = largest(boxes)
        assert bound is not None
        assert max(corners) <= bound <= 1


@given(BOXES, st.data())
def test_no_point_is_below_the_lower_bound(boxes: list[tuple[Fraction, Fraction]], data: st.DataObject):
    point = [low + (high - low) * Fraction(data.draw(st.integers(0, 10)), 10) for low, high in boxes]
    if sum(point) > 0:
        bound = smallest(boxes)
        assert bound is not None
        assert Fraction(1, len(boxes)) <= bound <= index(point)


@given(st.lists(st.integers(1, 1000).map(Fraction), min_size=1, max_size=8))
def test_exact_amounts_leave_nothing_open(values: list[Fraction]):
    boxes = [(value, value) for value in values]
    assert smallest(boxes) == largest(boxes) == index(values)


def lines(*values: float, whole: float | None = None, **more: Any) -> list[dict[str, Any]]:
    facts = [
        fact("functional_expenditure", "final", value, fund=GENERAL, subject_code=str(201 + at), **more)
        for at, value in enumerate(values)
    ]
    if whole is not None:
        facts.append(fact("appropriation_expenditure", "final", whole, fund=GENERAL))
    return facts


def concentration(*facts: dict[str, Any]) -> dict[str, Any]:
    [row] = spending_concentration(spending_structure(frame(facts))).to_dicts()
    return row


def test_four_equal_lines_are_a_quarter():
    row = concentration(*lines(50000, 50000, 50000, 50000, whole=200000, decimals=0))
    assert (row["hhi"], row["equivalent_lines"], row["lines"]) == (0.25, 4, 4)
    assert (row["coverage"], row["status"], row["largest"]) == ("whole", "computed", None)
    assert 0.25 <= row["hhi_low"] <= row["hhi"] <= row["hhi_high"]


def test_three_lines_by_hand():
    # 60 + 30 + 10 of 100: 0.36 + 0.09 + 0.01 = 0.46
    row = concentration(*lines(60000000, 30000000, 10000000, whole=100000000))
    assert row["hhi"] == 0.46
    assert row["largest"] == "201"
    assert row["hhi_low"] < 0.46 < row["hhi_high"]
    assert row["hhi_high"] - row["hhi_low"] < 1e-5


def test_missing_lines_leave_bounds_only():
    # 60 and 30 of 100: the rest of 10 is one line (0.01) or very many (0).
    row = concentration(*lines(60000000, 30000000, whole=100000000))
    assert (row["hhi"], row["coverage"], row["status"]) == (None, "part", "bounded")
    assert row["hhi_low"] == pytest.approx(0.45, abs=1e-5)
    assert row["hhi_high"] == pytest.approx(0.46, abs=1e-5)


def test_lines_beyond_the_whole_are_no_composition():
    row = concentration(*lines(60000000, 50000000, whole=100000000))
    assert (row["hhi"], row["coverage"], row["status"]) == (None, "exceeds", "not_computed")


def test_an_ambiguous_line_leaves_bounds_only():
    row = concentration(*lines(60000, 40000), fact("functional_expenditure", "final", 90000.0, fund=GENERAL,
                                                   subject_code="201"))  # fmt: skip
    assert (row["hhi"], row["status"], row["coverage"]) == (None, "bounded", "unknown")
    # 201 is 60,000 or 90,000, 202 is 40,000: 0.52 or 0.574
    assert row["hhi_low"] <= 0.52
    assert row["hhi_high"] >= (81 + 16) / 169


@pytest.mark.parametrize(("values", "reason"), [((0.0, 0.0), "all amounts are 0"), ((-50000.0, 60000.0), "negative")])
def test_amounts_without_shares_have_no_index(values: tuple[float, ...], reason: str):
    row = concentration(*lines(*values))
    assert (row["hhi"], row["hhi_low"], row["status"]) == (None, None, "not_computed")
    assert reason in row["note"]


def test_an_open_amount_has_no_index():
    row = concentration(*lines(50000, 60000), fact("functional_expenditure", "final", 500.0, comparator=">=",
                                                   fund=GENERAL, subject_code="229"))  # fmt: skip
    assert (row["status"], row["hhi_high"]) == ("not_computed", None)


def test_a_frame_that_is_no_structure_is_refused():
    with pytest.raises(ContractError, match="structure lacks"):
        spending_concentration(pl.DataFrame({"doc_id": ["a"]}))


def test_the_published_classes_recomputed():
    structure = spending_structure(fa.load(PROCESSED))
    found = spending_concentration(structure)
    for doc_id, expected in ((FENGTAI, 0.8533), (MENTOUGOU, 0.5915)):
        classes = {
            row["subject_code"]: Decimal(row["value"])
            for row in published("facts", doc_id=doc_id, concept="functional_expenditure", measure="final")
            if len(row["subject_code"]) == 3
        }
        total = sum(classes.values())
        plain = sum((value / total) ** 2 for value in classes.values())
        [row] = found.filter(
            (pl.col("doc_id") == doc_id) & (pl.col("view") == "function_class") & (pl.col("measure") == "final")
        ).to_dicts()
        assert row["hhi"] == pytest.approx(float(plain), rel=1e-12)
        assert round(row["hhi"], 4) == expected
        assert row["hhi_low"] <= row["hhi"] <= row["hhi_high"]
        assert row["largest"] == "206"
    assert spending_concentration(structure.to_pandas()).equals(found)


def test_the_number_of_equal_lines_has_bounds():
    row = concentration(*lines(60000000, 30000000, whole=100000000))
    # HHI between 0.45 and 0.46: 2.17 to 2.22 equal lines
    assert row["equivalent_lines"] is None
    assert row["equivalent_low"] == pytest.approx(1 / 0.46, abs=1e-4)
    assert row["equivalent_high"] == pytest.approx(1 / 0.45, abs=1e-4)
    row = concentration(*lines(60000000, 30000000, 10000000, whole=100000000))
    assert row["equivalent_low"] <= row["equivalent_lines"] <= row["equivalent_high"]


def coverage(*facts: dict[str, Any]) -> dict[str, Any]:
    [row] = spending_coverage(spending_structure(frame(facts))).to_dicts()
    return row


def test_lines_that_make_the_whole_cover_it():
    row = coverage(*lines(60000000, 40000000, whole=100000000))
    assert (row["coverage"], row["status"], row["lines"]) == ("whole", "computed", 2)
    assert (row["covered"], row["sum_yuan"], row["rest_yuan"]) == (1, 100000000, 0)
    # each amount to ±50 yuan
    assert (row["rest_low"], row["rest_high"]) == (-150, 150)
    assert row["covered_low"] == pytest.approx(99999900 / 100000050)


def test_what_stands_on_no_line_is_told():
    row = coverage(*lines(60000000, 30000000, whole=100000000))
    assert (row["coverage"], row["covered"], row["rest_yuan"]) == ("part", 0.9, 10000000)
    assert coverage(*lines(60000000, 50000000, whole=100000000))["coverage"] == "exceeds"


def test_lines_without_a_whole_or_with_two_cover_nothing_certain():
    row = coverage(*lines(60000000, 40000000))
    assert (row["coverage"], row["status"], row["covered"]) == ("unknown", "no_whole", None)
    two = fact("appropriation_expenditure", "final", 125000000.0, fund=GENERAL)
    row = coverage(*lines(60000000, 40000000, whole=100000000), two)
    assert (row["whole_yuan"], row["covered"], row["status"]) == (None, None, "ambiguous")
    assert row["covered_low"] == pytest.approx(0.8, abs=1e-5)
    assert row["covered_high"] == pytest.approx(1, abs=1e-5)
    assert "the whole is stated as" in row["note"]


def test_a_whole_of_0_is_divided_by_nothing():
    row = coverage(*lines(0.0, whole=0.0))
    assert (row["covered"], row["covered_low"], row["coverage"]) == (None, None, "whole")
