"""Exact intervals: what a printed number allows, and what follows from it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics.intervals import Range, exact, printed, ratio_to_base


@pytest.mark.parametrize(
    ("value", "decimals", "comparator", "value_high", "low", "high"),
    [
        (1083300.0, -2, None, None, 1083250, 1083350),  # 108.33万元
        (17400000, -4, None, None, 17395000, 17405000),  # 1740万元
        (0.9954, 4, None, None, Fraction("0.99535"), Fraction("0.99545")),  # 99.54%
        (1083, None, None, None, 1083, 1083),  # 1083家: a count is exact
        (500, None, ">", None, 500, None),  # 500余家
        (1200000, -4, "<=", None, None, 1200000),  # ≤120万元
        (100, None, "~", 200, 100, 200),  # 约100-200家
        (600, None, "~", None, None, None),  # 约600家
    ],
)
def test_what_a_printed_number_allows(value, decimals, comparator, value_high, low, high):
    assert printed(value, decimals, comparator, value_high) == Range(low, high)


def test_a_float_is_the_decimal_number_that_it_prints_as():
    assert exact(0.1) == Fraction(1, 10)
    assert exact(113684009.05) == Fraction(11368400905, 100)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_missing_figure_is_no_number(value):
    with pytest.raises(ContractError, match="leave a missing figure null"):
        exact(value)


def test_an_interval_runs_upwards():
    with pytest.raises(ContractError, match="swap its ends"):
        Range(Fraction(2), Fraction(1))


def test_a_unit_cost_runs_from_least_money_over_most_firms_to_most_money_over_least_firms():
    cost = printed(1083300, -2) / printed(1083)
    assert cost == Range(Fraction(1083250, 1083), Fraction(1083350, 1083))
    wide = printed(10, 0) / printed(100, None, "~", 200)  # [9.5, 10.5] over [100, 200]
    assert wide == Range(Fraction("0.0475"), Fraction("0.105"))


def span(low: int | None, high: int | None) -> Range:
    return Range(*(None if end is None else Fraction(end) for end in (low, high)))


@pytest.mark.parametrize(
    ("numerator", "divisor", "expected"),
    [
        (span(1, 2), span(500, None), (None, Fraction(2, 500))),  # 超500家: the cost has no lower bound
        (span(1, 2), span(None, 4), (Fraction(1, 4), None)),  # 不足4家: unknown, but more than none
        (span(1, 2), span(0, 4), (Fraction(1, 4), None)),  # 0 is possible: no upper bound
        (span(0, 0), span(-1, 4), (None, None)),  # the divisor may have either sign
        (span(-2, 1), span(2, 4), (-1, Fraction(1, 2))),
        (span(2, 4), span(-2, -1), (-4, -1)),
        (span(None, None), span(1, 2), (None, None)),
    ],
)
def test_open_ends_stay_open(numerator, divisor, expected):
    quotient = numerator / divisor
    assert (quotient.low, quotient.high) == expected


def test_sums_differences_and_products():
    a, b = Range(Fraction(1), Fraction(3)), Range(Fraction(-2), Fraction(5))
    assert a + b == Range(-1, 8)
    assert a - b == Range(-4, 5)
    assert a * b == Range(-6, 15)
    assert Range(Fraction(2), None) * Range(Fraction(3), Fraction(4)) == Range(6, None)
    assert Range(None, Fraction(1)) * b == Range(None, None)


def test_statements_agree_when_some_value_fits_both():
    assert printed(0.9954, 4).overlaps(Range.point(Fraction(15104, 15174)))
    assert not printed(0.9133, 4).overlaps(Range.point(Fraction(1140, 1249)))
    assert Range(None, Fraction(3)).contains(-100)
    assert not Range(None, Fraction(3)).contains(4)


def test_an_outturn_over_its_own_base_is_tighter_than_two_loose_intervals():
    # 决算 100±0.5, 比年初预算增加 50±0.5: the least is 99.5 ÷ (99.5 - 49.5) or 100.5 ÷ (100.5 - 49.5), not 99.5 ÷ 51.
    final, change = printed(100, 0), printed(50, 0)
    rate = ratio_to_base(final, change)
    assert rate == Range(Fraction("100.5") / 51, Fraction("99.5") / 49)
    loose = final / (final - change)
    assert loose.low < rate.low
    assert loose.high > rate.high


def test_a_base_that_may_be_nothing_has_no_ratio():
    assert ratio_to_base(printed(100, 0), printed(100, 0)) == Range(None, None)
    assert ratio_to_base(printed(100, 0), Range(Fraction(1), None)) == Range(None, None)


ends = st.fractions(min_value=-1000, max_value=1000, max_denominator=100)
shares = st.fractions(min_value=0, max_value=1, max_denominator=50)


@st.composite
def ranges_with_a_point(draw):
    low, high = sorted((draw(ends), draw(ends)))
    return Range(low, high), low + (high - low) * draw(shares)


@given(ranges_with_a_point(), ranges_with_a_point())
def test_whatever_the_operands_are_inside_the_result_is_inside(left, right):
    (a, x), (b, y) = left, right
    assert (a + b).contains(x + y)
    assert (a - b).contains(x - y)
    assert (a * b).contains(x * y)
    if b.low > 0 or b.high < 0:
        quotient = a / b
        assert quotient.contains(x / y)
        corners = [p / q for p in (a.low, a.high) for q in (b.low, b.high)]
        assert (quotient.low, quotient.high) == (min(corners), max(corners))


@given(ranges_with_a_point(), ranges_with_a_point())
def test_a_ratio_to_a_derived_base_holds_every_possible_one(final, change):
    (a, x), (b, y) = final, change
    if a.low - b.high > 0:
        assert ratio_to_base(a, b).contains(x / (x - y))
