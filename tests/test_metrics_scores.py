"""Scores near the full mark, and rank correlation with execution rates without asymptotics."""

from __future__ import annotations

import itertools
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fiscal_analysis as fa
from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics import (
    binomial_interval,
    evaluation_scores,
    rank_correlation,
    score_against_execution,
    score_compression,
    score_grades,
)
from tests.metrics_rows import FENGTAI, PROCESSED, document, fact, frame, published


def score(value: float, **more: Any) -> dict[str, Any]:
    return fact("evaluation_score", "score", value, unit="score", decimals=None, **more)


def project(name: str, points: float, budget: float, spent: float) -> list[dict[str, Any]]:
    money = {"item": name, "quote": f"{name}{budget}{spent}"}
    return [
        score(points, item=name),
        fact("project_funding", "adjusted_budget", budget, **money),
        fact("project_funding", "final", spent, **money),
    ]


def test_a_score_stands_beside_the_rate_of_its_project():
    [row] = evaluation_scores(frame(project("科普场馆", 95.0, 1000000.0, 900000.0))).to_dicts()
    assert (row["kind"], row["item"], row["score"], row["score_rate"]) == ("project", "科普场馆", 95, 0.95)
    assert (row["full_mark"], row["full_mark_source"]) == (100, "assumed")
    assert (row["execution_rate"], row["denominator"]) == (0.9, "adjusted_budget")
    assert row["execution_low"] == pytest.approx(899950 / 1000050)
    assert len(row["fact_ids"]) == 3


def test_the_printed_full_mark_counts():
    facts = [score(45.0), fact("evaluation_score", "weight", 50.0, unit="score", decimals=None)]
    [row] = evaluation_scores(frame(facts)).to_dicts()
    assert (row["kind"], row["full_mark"], row["full_mark_source"], row["score_rate"]) == (
        "department",
        50,
        "stated",
        0.9,
    )


def test_two_scores_of_one_project_are_ambiguous():
    facts = [score(98.0, item="甲"), score(88.0, item="甲")]
    [row] = evaluation_scores(frame(facts)).to_dicts()
    assert (row["status"], row["score"], row["score_rate"], row["candidates"]) == ("ambiguous", None, None, [98, 88])
    top = score_compression(frame(facts)).to_dicts()[0]
    assert (top["n"], top["ambiguous"], top["share"]) == (0, 1, None)


def test_a_document_without_a_score_appears():
    found = evaluation_scores(frame([score(90.0)]), frame([document(), document("baihe-2024")]))
    assert found["status"].to_list() == ["stated", "no_data"]


def test_compression_by_hand():
    facts = [score(value, item=name) for name, value in zip("甲乙丙丁", (100.0, 96.0, 95.0, 89.0), strict=True)]
    at90, at95, full = score_compression(frame(facts)).to_dicts()
    assert (at90["at_or_above"], at95["at_or_above"], full["at_or_above"]) == (3, 3, 1)
    assert (at95["n"], at95["share"], at95["median"]) == (4, 0.75, 0.955)
    assert (at95["lowest"], at95["highest"], at95["spread"]) == (0.89, 1.0, 0.11)
    assert (at95["share_low"], at95["share_high"]) == binomial_interval(3, 4)
    assert len(at95["ids"]) == 4


def test_grades_begin_at_their_limits():
    names = "甲乙丙丁戊己"
    facts = [score(v, item=name) for name, v in zip(names, (100.0, 90.0, 89.99, 80.0, 60.0, 59.9), strict=True)]
    found = score_grades(frame(facts)).to_dicts()
    assert [(r["grade"], r["count"], r["n"]) for r in found] == [
        ("excellent", 2, 6),
        ("good", 2, 6),
        ("fair", 1, 6),
        ("poor", 1, 6),
    ]
    assert (found[0]["share_low"], found[0]["share_high"]) == binomial_interval(2, 6)
    assert sum(r["share"] for r in found) == pytest.approx(1)
    # 45 of 50 is 90 of 100; two values are no score.
    half = [score(45.0), fact("evaluation_score", "weight", 50.0, unit="score", decimals=None)]
    assert score_grades(frame(half)).to_dicts()[0]["count"] == 1
    assert score_grades(frame([score(98.0, item="甲"), score(88.0, item="甲")])).is_empty()


def test_equal_scores_are_one_value():
    facts = [score(value, item=name) for name, value in zip("甲乙丙", (98.0, 98.0, 99.0), strict=True)]
    assert score_compression(frame(facts))["distinct"].to_list() == [2, 2, 2]


def test_scores_of_indicators_are_a_kind_of_their_own():
    columns = {"doc_id": "qinghe-2024", "level1": "产出指标", "target": None, "actual": None}
    table = frame([columns | {"indicator_id": str(s), "weight": 15.0, "score": s} for s in (14.55, 14.25, 7.5)])
    corpus = SimpleNamespace(facts=frame([score(99.0)]), indicators=table, documents=frame([document()]))
    found = score_compression(corpus, thresholds=[0.95])
    assert found["kind"].to_list() == ["department", "indicator"]
    assert found["at_or_above"].to_list() == [1, 2]  # 14.25 is 95 % of 15
    with pytest.raises(ContractError, match="threshold"):
        score_compression(corpus, thresholds=[95])
    with pytest.raises(ContractError, match="by may name"):
        score_compression(corpus, by=["issuer"])


# -- rank correlation --------------------------------------------------------------------------------------------------


def test_four_points_in_one_order():
    # rho = 1; of 4! = 24 orders the rising and the falling one are as far from 0: 2 ÷ 24.
    found = rank_correlation([1, 2, 3, 4], [10, 20, 30, 40])
    assert (found["rho"], found["p_value"], found["method"], found["orders"]) == (1.0, 2 / 24, "exact", 24)


def test_three_points_by_hand():
    # Ranks 1 2 3 and 1 3 2: d² = 0 + 1 + 1, rho = 1 - 6·2 ÷ (3·8) = 0.5; |rho| is at least 0.5 in all 6 orders.
    found = rank_correlation([1, 2, 3], [1, 3, 2])
    assert found["rho"] == pytest.approx(0.5)
    assert found["p_value"] == 1.0


def test_too_few_points_and_no_variation_are_said():
    assert rank_correlation([1, 2], [1, 2])["note"] == "fewer than 3 pairs"
    found = rank_correlation([1, 2, 3], [1, 1, 1])
    assert (found["rho"], found["p_value"], found["status"]) == (None, None, "not_computed")
    with pytest.raises(ContractError, match="one length"):
        rank_correlation([1], [1, 2])


def plain_rho(x: list[int], y: list[int]) -> float:
    """Pearson's correlation of mid-ranks, the long way."""

    def ranks(values: list[int]) -> list[float]:
        return [sum(v < w for v in values) + (sum(v == w for v in values) + 1) / 2 for w in values]

    a, b = ranks(x), ranks(y)
    mean = (len(x) + 1) / 2
    cross = sum((i - mean) * (j - mean) for i, j in zip(a, b, strict=True))
    return float(cross / (sum((i - mean) ** 2 for i in a) * sum((j - mean) ** 2 for j in b)) ** 0.5)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=6))
def test_the_exact_p_value_counts_all_orders(pairs: list[tuple[int, int]]):
    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    found = rank_correlation(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found["rho"] is None
        return
    rho = plain_rho(x, y)
    assert found["rho"] == pytest.approx(rho)
    orders = [abs(plain_rho(x, list(order))) for order in itertools.permutations(y)]
    assert found["p_value"] == pytest.approx(sum(each >= abs(rho) - 1e-9 for each in orders) / len(orders))
    assert rank_correlation(y, x)["p_value"] == pytest.approx(found["p_value"])


def test_many_points_are_drawn_and_the_draw_can_be_repeated():
    x = list(range(12))
    y = [1, 3, 2, 4, 6, 5, 8, 7, 9, 11, 10, 12]
    found = rank_correlation(x, y, draws=999, seed=3)
    assert (found["method"], found["orders"]) == ("permutation", 999)
    assert found["p_value"] == 0.001  # none of 999 orders is as far from 0: (0 + 1) ÷ (999 + 1)
    assert rank_correlation(x, y, draws=999, seed=3) == found


def test_projects_are_correlated_with_their_rates():
    facts = [
        *project("甲", 99.0, 1000000.0, 1000000.0),
        *project("乙", 95.0, 1000000.0, 900000.0),
        *project("丙", 90.0, 1000000.0, 500000.0),
        score(80.0),
    ]
    [row] = score_against_execution(frame(facts)).to_dicts()
    assert (row["kind"], row["denominator"], row["n"], row["rho"]) == ("project", "adjusted_budget", 3, 1.0)
    assert row["p_value"] == pytest.approx(2 / 6)
    assert len(row["fact_ids"]) == 9


# -- the published documents -------------------------------------------------------------------------------------------


def test_the_published_scores_recomputed():
    corpus = fa.load(PROCESSED)
    found = evaluation_scores(corpus)
    stated = {
        (r["doc_id"], r["item"], r["value"]) for r in published("facts", concept="evaluation_score", measure="score")
    }
    assert {(r["doc_id"], r["item"] or "", str(r["score"])) for r in found.to_dicts()} == stated
    assert found.height == 6
    [department] = found.filter((pl.col("doc_id") == FENGTAI) & (pl.col("kind") == "department")).to_dicts()
    assert department["execution_rate"] == pytest.approx(15104.10 / 15173.38)  # 万元, as printed in the table
    rows = {(r["kind"], r["threshold"]): r for r in score_compression(corpus).to_dicts()}
    plain = [Decimal(r["score"]) / Decimal(r["weight"]) for r in published("indicators") if r["score"] and r["weight"]]
    for threshold in (0.9, 0.95, 1.0):
        at = sum(rate >= Decimal(str(threshold)) for rate in plain)
        assert (rows["indicator", threshold]["n"], rows["indicator", threshold]["at_or_above"]) == (len(plain), at)
    assert rows["project", 1.0]["spread"] == pytest.approx(0.02)
    # 99.10, 98.5 and 95
    assert (rows["department", 0.95]["share"], rows["department", 0.95]["spread"]) == (1.0, pytest.approx(0.041))
    assert evaluation_scores(corpus.facts.to_pandas(), corpus.documents.to_pandas()).equals(found)


def test_two_departments_are_too_few_for_a_correlation():
    found = score_against_execution(fa.load(PROCESSED))
    assert found["status"].unique().to_list() == ["not_computed"]
    assert found["p_value"].null_count() == found.height
