"""Performance tables: weights, targets and what was reached of them, direction by direction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiscal_analysis as fa
from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import binomial_interval, dimension_weights, performance_dimensions, performance_evaluation
from tests.metrics_rows import CHAOYANG, FENGTAI, MENTOUGOU, PROCESSED, ZHENGDING, document, frame, published


def indicator(target: float | None, actual: float | None, **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "indicator_id": "i1",
        "doc_id": "qinghe-2024",
        "item": "科普场馆开放",
        "level1": "产出指标",
        "level2": "数量指标",
        "level3": "开放场馆",
        "target_text": None if target is None else f"{target:g}家",
        "target": target,
        "actual_text": None if actual is None else f"{actual:g}家",
        "actual": actual,
        "unit": "count",
        "comparator": None,
        "weight": 10.0,
        "score": 10.0,
    }
    return base | more


def row(*args: Any, **more: Any) -> dict[str, Any]:
    [found] = performance_evaluation(frame([indicator(*args, **more)])).to_dicts()
    return found


def test_a_lower_bound_is_fulfilled_by_more():
    found = row(80.0, 100.0, comparator=">=", target_text="≥80家")
    assert (found["direction"], found["ratio"], found["fulfilment"], found["met"]) == ("at_least", 1.25, 1.25, True)
    assert (found["ratio_low"], found["ratio_high"]) == (1.25, 1.25)  # a count is exact
    assert (found["kind"], found["score_rate"], found["status"]) == ("quantitative", 1.0, "computed")


def test_an_upper_bound_is_fulfilled_by_less():
    # ≤120万元 aimed at, 108.33万元 spent: 120 ÷ 108.33, and 108.33万元 is 1,083,250 to 1,083,350 yuan.
    found = row(1200000.0, 1083300.0, comparator="<=", unit="CNY", target_text="≤120万元", actual_text="108.33万元")
    assert found["direction"] == "at_most"
    assert found["ratio"] == pytest.approx(1083300 / 1200000)
    assert found["fulfilment"] == pytest.approx(1200000 / 1083300)
    assert found["fulfilment_low"] == pytest.approx(1200000 / 1083350)
    assert found["fulfilment_high"] == pytest.approx(1200000 / 1083250)
    assert found["met"] is True
    assert row(100.0, 110.0, comparator="<=")["met"] is False


def test_a_bare_number_says_nothing_of_the_direction():
    found = row(100.0, 97.0)
    assert (found["direction"], found["ratio"], found["fulfilment"], found["met"]) == ("unstated", 0.97, None, None)
    assert "which side" in found["note"]
    same = row(11.0, 11.0)
    assert (same["fulfilment"], same["met"]) == (1.0, True)


def test_an_actual_value_that_is_a_bound_gives_bounds():
    found = row(0.9, 0.9, comparator=">=", unit="ratio", target_text="≥90%", actual_text="＞90%")
    assert (found["ratio"], found["ratio_low"], found["ratio_high"]) == (None, 1.0, None)
    assert (found["met"], found["status"]) == (True, "bounded")


def test_a_strict_bound_is_not_met_by_its_number():
    assert row(0.85, 0.85, comparator=">", unit="ratio", target_text=">85%", actual_text="85%")["met"] is False
    assert row(0.85, 0.85, comparator=">=", unit="ratio", target_text="≥85%", actual_text="85%")["met"] is True


def test_a_range_of_targets_has_bounds_only():
    found = row(100.0, 150.0, target_text="100-200家")
    assert (found["ratio"], found["ratio_low"], found["ratio_high"]) == (None, 0.75, 1.5)


def test_a_value_whose_print_is_not_known_has_no_bounds():
    found = row(100.0, 50.0, actual_text=None)
    assert (found["ratio"], found["ratio_low"], found["ratio_high"]) == (0.5, None, None)
    assert "precision" in found["note"]


def test_nothing_is_divided_by_a_target_of_nothing():
    found = row(0.0, 3.0, comparator="<=", target_text="0家")
    assert (found["ratio"], found["fulfilment"], found["met"]) == (None, None, False)
    assert row(10.0, 0.0, comparator="<=")["fulfilment"] is None


def test_a_missing_actual_value_stays_missing():
    found = row(10.0, None)
    assert (found["actual"], found["ratio"], found["met"], found["status"]) == (None, None, None, "not_computed")


def test_what_is_no_number_is_qualitative():
    assert row(None, None, target_text="优", actual_text="优")["kind"] == "qualitative"
    assert row(None, None)["kind"] is None
    assert row(None, 1.0, level1="预算执行率")["kind"] == "execution_rate"


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_two_directions_are_each_other_turned_round(target: int, actual: int):
    low = row(float(target), float(actual), comparator=">=", target_text=f"≥{target}家", actual_text=f"{actual}家")
    high = row(float(target), float(actual), comparator="<=", target_text=f"≤{target}家", actual_text=f"{actual}家")
    assert low["ratio"] == high["ratio"]
    assert low["fulfilment"] * high["fulfilment"] == pytest.approx(1)
    assert low["met"] is (actual >= target)
    assert high["met"] is (actual <= target)


def test_dimensions_add_points_and_leave_missing_ones_missing():
    some = [
        indicator(10.0, 10.0, weight=30.0, score=30.0, indicator_id="a"),
        indicator(None, None, target_text="优", weight=20.0, score=15.0, indicator_id="b"),
        indicator(10.0, 10.0, level1="效益指标", weight=None, score=None, indicator_id="c"),
        indicator(None, 1.0, level1="预算执行率", weight=10.0, score=None, indicator_id="d"),
    ]
    first, second, third = performance_dimensions(frame(some)).to_dicts()
    assert (first["level1"], first["indicators"], first["quantitative"], first["qualitative"]) == ("产出指标", 2, 1, 1)
    assert (first["weight"], first["quantitative_weight"], first["score"], first["score_rate"]) == (50, 30, 45, 0.9)
    assert first["weight_share"] == pytest.approx(50 / 60)
    assert (first["full_marks"], first["full_share"], first["indicator_ids"]) == (1, 0.5, ["a", "b"])
    assert (second["weight"], second["unweighted"], second["score"], second["weight_share"]) == (None, 1, None, None)
    assert (third["weight"], third["score"], third["scored_weight"], third["quantitative"]) == (10, None, None, 0)


def test_a_document_without_a_table_appears():
    table = frame([indicator(10.0, 10.0)])
    documents = frame([document(), document("baihe-2024")])
    assert performance_evaluation(table, documents)["status"].to_list() == ["computed", "no_data"]
    assert performance_dimensions(table, documents)["indicators"].to_list() == [1, 0]


def test_wrong_tables_and_columns_are_refused():
    with pytest.raises(ContractError, match="indicators table lacks"):
        performance_evaluation(pl.DataFrame({"doc_id": ["a"]}))
    with pytest.raises(ContractError, match="by names columns"):
        performance_dimensions(frame([indicator(1.0, 1.0)]), by=["colour"])


def ruled(*args: Any, **more: Any) -> tuple[float | None, float | None, str | None]:
    found = row(*args, **more)
    return found["rule_low"], found["rule_high"], found["rule"]


def test_points_by_the_rule_of_proportion():
    at_least = {"comparator": ">=", "target_text": "≥100家"}
    assert ruled(100.0, 97.0, weight=15.0, score=14.55, **at_least) == (14.55, 14.55, "as_rule")  # 97 / 100 · 15
    assert ruled(100.0, 97.0, weight=15.0, score=14.9, **at_least) == (14.55, 14.55, "above_rule")
    assert ruled(100.0, 97.0, weight=15.0, score=14.0, **at_least) == (14.55, 14.55, "below_rule")
    # Whole points may be rounded ones.
    assert ruled(100.0, 97.0, weight=15.0, score=15.0, **at_least)[2] == "as_rule"
    assert ruled(100.0, 50.0, weight=15.0, score=15.0, **at_least) == (7.5, 7.5, "above_rule")
    # More than all points are not to be had.
    assert ruled(100.0, 200.0, weight=15.0, score=15.0, **at_least) == (15.0, 15.0, "as_rule")
    # An upper bound that was missed: 100 / 125 of 10 points.
    at_most = {"comparator": "<=", "target_text": "≤100家"}
    assert ruled(100.0, 125.0, score=8.0, **at_most) == (8.0, 8.0, "as_rule")


def test_the_last_digit_of_a_score_may_be_rounded():
    # 2 / 3 of 20 points is 13.33…: 13.33, 13.3 and 13 are it, 13.4 is not.
    told = {"comparator": ">=", "target_text": "≥3家", "weight": 20.0}
    verdicts = [ruled(3.0, 2.0, score=score, **told)[2] for score in (13.33, 13.3, 13.0, 13.4, 13.34)]
    assert verdicts == ["as_rule", "as_rule", "as_rule", "above_rule", "above_rule"]


def test_without_a_direction_the_points_lie_between_those_of_both():
    # 1083 of 1000: all 20 points, or 1000 / 1083 of them.
    low, high, verdict = ruled(1000.0, 1083.0, weight=20.0, score=20.0)
    assert (low, high, verdict) == (pytest.approx(20 * 1000 / 1083), 20.0, "as_rule")
    assert ruled(1000.0, 1083.0, weight=20.0, score=17.9)[2] == "below_rule"


def test_an_execution_rate_has_points_in_proportion():
    rate = {"level1": "预算执行率", "target_text": None, "unit": "ratio", "actual_text": "90.5%"}
    low, high, verdict = ruled(None, 0.905, score=9.05, **rate)
    assert (low, high, verdict) == (pytest.approx(9.045), pytest.approx(9.055), "as_rule")
    assert ruled(None, 0.905, score=10.0, **rate)[2] == "above_rule"
    assert ruled(None, 1.2, score=10.0, **(rate | {"actual_text": "120%"})) == (10.0, 10.0, "as_rule")


def test_where_there_is_no_number_no_weight_or_no_score_the_rule_says_nothing():
    assert ruled(None, None, target_text="优", actual_text="优") == (None, None, None)
    assert ruled(10.0, 10.0, weight=None)[2] is None
    assert ruled(10.0, 10.0, score=None)[2] is None
    assert ruled(10.0, 10.0, weight=0.0, score=0.0)[2] is None


@pytest.mark.parametrize(
    ("level1", "dimension"),
    [
        ("产出指标", "outputs"),
        ("项目产出", "outputs"),
        ("成本指标", "cost"),
        ("效益指标", "benefits"),
        ("项目效果", "benefits"),
        ("服务对象满意度指标", "satisfaction"),
        ("预算执行率", "execution_rate"),
        ("履职效能", "other_dimension"),
        (None, None),
    ],
)
def test_a_first_level_has_one_name_whatever_it_is_printed_as(level1: str | None, dimension: str | None):
    assert row(10.0, 10.0, level1=level1)["dimension"] == dimension


def test_weights_stand_beside_the_recommended_ones():
    some = [
        indicator(1.0, 1.0, indicator_id="a", level1="产出指标", weight=40.0),
        indicator(1.0, 1.0, indicator_id="b", level1="成本指标", weight=15.0),
        indicator(1.0, 1.0, indicator_id="c", level1="效益指标", weight=30.0),
        indicator(None, 1.0, indicator_id="d", level1="预算执行率", weight=10.0),
    ]
    found = {r["dimension"]: r for r in dimension_weights(frame(some)).to_dicts()}
    told = {name: (r["weight"], r["compared"], r["recommended"], r["difference"]) for name, r in found.items()}
    assert told == {
        "execution_rate": (10, 10, 10, 0),
        "outputs": (40, 40 + 15, 50, 5),
        "cost": (15, None, None, None),
        "benefits": (30, 30, 30, 0),
        "satisfaction": (0, 0, 10, -10),
    }
    assert found["outputs"]["weight_share"] == pytest.approx(40 / 95)
    assert found["outputs"]["note"] == "the weights of the table add up to 95, not to 100"
    assert found["satisfaction"]["indicator_ids"] == []


def test_a_table_that_names_no_dimension_is_not_compared():
    some = [indicator(1.0, 1.0, indicator_id=name, level1=None, weight=50.0) for name in "ab"]
    [found] = dimension_weights(frame(some)).to_dicts()
    assert (found["dimension"], found["weight"], found["recommended"], found["note"]) == (None, 100, None, None)
    documents = frame([document(), document("baihe-2024")])
    assert dimension_weights(frame(some), documents)["status"].to_list() == ["computed", "no_data"]
    assert dimension_weights(frame([indicator(1.0, 1.0, weight=None)]))["status"].to_list() == ["no_data"]


def test_a_share_of_full_marks_has_its_interval():
    some = [indicator(10.0, 10.0, score=score, indicator_id=str(score)) for score in (10.0, 9.0, 10.0)]
    [found] = performance_dimensions(frame(some)).to_dicts()
    assert (found["full_marks"], found["scored"]) == (2, 3)
    assert (found["full_low"], found["full_high"]) == binomial_interval(2, 3)


# -- the published documents -------------------------------------------------------------------------------------------


def test_the_published_indicators_recomputed():
    found = performance_evaluation(fa.load(PROCESSED))
    stated = published("indicators")
    assert found.filter(pl.col("status") != "no_data").height == len(stated)
    by = {r["indicator_id"]: r for r in found.to_dicts()}
    ratios = 0
    for plain in stated:
        got = by[plain["indicator_id"]]
        for column in ("weight", "score", "target", "actual"):
            assert got[column] == (float(plain[column]) if plain[column] else None)
        if plain["weight"] and plain["score"]:
            assert got["score_rate"] == pytest.approx(float(Decimal(plain["score"]) / Decimal(plain["weight"])))
        bound = plain["actual_text"][:1] in "＞>≥≤<" if plain["actual_text"] else True
        if plain["target"] and plain["actual"] and not bound:
            assert got["ratio"] == pytest.approx(float(Decimal(plain["actual"]) / Decimal(plain["target"])))
            assert got["ratio_low"] <= got["ratio"] <= got["ratio_high"]
            ratios += 1
    assert ratios == 8
    assert found.filter(pl.col("status") == "no_data")["doc_id"].to_list() == [ZHENGDING]


def test_the_published_weights_recomputed():
    corpus = fa.load(PROCESSED)
    found = performance_dimensions(corpus)
    for doc_id, item_total in ((CHAOYANG, 100), (FENGTAI, 90)):
        plain: dict[str, Decimal] = {}
        for r in published("indicators", doc_id=doc_id):
            plain[r["level1"]] = plain.get(r["level1"], Decimal(0)) + Decimal(r["weight"])
        part = {r["level1"]: r["weight"] for r in found.filter(pl.col("doc_id") == doc_id).to_dicts()}
        assert part == {level: float(weight) for level, weight in plain.items()}
        assert sum(part.values()) == item_total  # 90 of the printed 100: the audit says so too
    assert found.filter(pl.col("doc_id") == MENTOUGOU)["score"].to_list() == [None, None]
    assert performance_dimensions(corpus.indicators.to_pandas(), corpus.documents.to_pandas()).equals(found)
