"""Quantiles, the empirical distribution and bunching, exact at four points as at four thousand."""

from __future__ import annotations

import polars as pl
import pytest

from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import binomial_interval, bunching_at, ecdf, quantiles


def test_the_median_of_four_is_between_the_middle_two_and_has_no_interval():
    [row] = quantiles([0.2, 0.8, 0.4, 1.0], [0.5]).to_dicts()
    assert row == {"n": 4, "probability": 0.5, "value": 0.6, "low": None, "high": None}


def test_six_points_carry_an_interval_of_the_median_at_95_percent():
    # P(all six on one side) = 2 ÷ 64 = 3.1 %
    [row] = quantiles([1, 2, 3, 4, 5, 6], [0.5]).to_dicts()
    assert (row["value"], row["low"], row["high"]) == (3.5, 1.0, 6.0)


def test_quantiles_by_group_leave_out_what_is_missing():
    frame = pl.DataFrame(
        {"denominator": ["initial_budget"] * 3 + ["adjusted_budget"], "computed_rate": [0.5, 0.7, None, 1.0]}
    )
    found = quantiles(frame, [0.0, 1.0], by=["denominator"])
    assert found.select("denominator", "n", "value").rows() == [
        ("adjusted_budget", 1, 1.0),
        ("adjusted_budget", 1, 1.0),
        ("initial_budget", 2, 0.5),
        ("initial_budget", 2, 0.7),
    ]


def test_quantiles_agree_with_the_default_of_polars_linear():
    values = [((7 * k) % 31) / 10 for k in range(23)]
    found = quantiles(values, [0.1, 0.33, 0.9])
    series = pl.Series(values)
    assert found["value"].to_list() == pytest.approx(
        [series.quantile(p, interpolation="linear") for p in (0.1, 0.33, 0.9)], rel=1e-12
    )


def test_the_distribution_climbs_by_the_points_at_each_value():
    assert ecdf([1.0, 0.5, 1.0, 2.0]).rows() == [
        (4, 0.5, 1, 1, 0.25),
        (4, 1.0, 2, 3, 0.75),
        (4, 2.0, 1, 4, 1.0),
    ]


def test_bunching_counts_the_window_and_its_neighbours():
    rates = [1.0, 1.0, 0.995, 1.005, 0.9949, 0.985, 0.98, 1.0051, 1.2]
    [row] = bunching_at(rates, width=0.005).to_dicts()
    assert (row["n"], row["exactly"], row["within"], row["below"], row["above"]) == (9, 2, 4, 3, 2)
    assert (row["beside_below"], row["beside_above"]) == (2, 1)
    assert row["share"] == 4 / 9
    assert (row["share_low"], row["share_high"]) == binomial_interval(4, 9)
    assert row["compatible"] is None


def test_rates_whose_printed_digits_allow_the_point_are_counted():
    frame = pl.DataFrame(
        {"computed_rate": [0.9999, 0.98], "computed_low": [0.9998, 0.97], "computed_high": [1.0001, 0.99]}
    )
    [row] = bunching_at(frame).to_dicts()
    assert (row["exactly"], row["compatible"]) == (0, 1)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(0, 4, 0.0, 0.6024), (2, 4, 0.0676, 0.9324), (4, 4, 0.3976, 1.0), (1, 10, 0.0025, 0.4450), (0, 0, 0.0, 1.0)],
)
def test_the_published_clopper_pearson_limits(successes, n, low, high):
    assert binomial_interval(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_the_limits_are_where_the_tails_are_thin_also_at_a_hundred_thousand():
    low, high = binomial_interval(30_000, 100_000)
    # the normal approximation is good here: 0.3 ± 1.96 · √(0.3 · 0.7 / 100000) = 0.3 ± 0.00284
    assert low == pytest.approx(0.3 - 0.00284, abs=1e-5)
    assert high == pytest.approx(0.3 + 0.00284, abs=2e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: quantiles([1.0], [1.5]), "between 0 and 1"),
        (lambda: bunching_at([1.0], width=-1), "cannot be negative"),
        (lambda: binomial_interval(5, 4), "0 <= successes <= n"),
        (lambda: ecdf(pl.DataFrame({"rate": [1.0]})), "lacks the columns computed_rate; it has rate"),
    ],
)
def test_wrong_input_is_refused_with_what_was_expected(call, message):
    with pytest.raises(ContractError, match=message):
        call()


def test_no_points_no_rows():
    assert quantiles([]).is_empty()
    assert bunching_at([float("nan")]).is_empty()
