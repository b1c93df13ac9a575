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
from fiscal_analysis.metrics import performance_dimensions, performance_evaluation
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
