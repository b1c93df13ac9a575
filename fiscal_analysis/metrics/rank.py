"""Whether scores follow the execution of the budget: rank correlation, exact at any number of points."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from typing import Any

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics._inputs import Source
from fiscal_analysis.metrics._readings import table
from fiscal_analysis.metrics.scores import evaluation_scores

__all__ = ["rank_correlation", "score_against_execution"]

_EXACT_UP_TO = 8  # 8! = 40,320 orders are all tried


def score_against_execution(
    corpus: Source, documents: Source | None = None, *, draws: int = 20_000, seed: int = 0
) -> pl.DataFrame:
    """Return the rank correlation of evaluation scores with execution rates, by kind and denominator.

    Parameters
    ----------
    corpus, documents
        As in :func:`evaluation_scores`.
    draws, seed : int
        As in :func:`rank_correlation`.

    Returns
    -------
    polars.DataFrame
        One row per ``kind`` (``project``, ``department``) and ``denominator``: the columns of
        :func:`rank_correlation`, ``fact_ids``, and ``note``, ``note_zh``.

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have.

    Notes
    -----
    The execution rate is a part of the score by rule (10 of 100 points as a rule), so some correlation is arithmetic,
    and none would be the finding. Scores or rates that are ambiguous or missing are left out. Projects are not
    compared with departments, nor rates on initial with rates on adjusted budgets.

    References
    ----------
    财政部：《项目支出绩效评价管理办法》，财预〔2020〕10号.
    """
    scores = evaluation_scores(corpus, documents)
    pairs = scores.filter(pl.col("score_rate").is_not_null() & pl.col("execution_rate").is_not_null())
    rows: list[dict[str, Any]] = []
    for part in pairs.sort("kind", "denominator", maintain_order=True).partition_by(
        "kind", "denominator", maintain_order=True
    ):
        found = rank_correlation(part["score_rate"].to_list(), part["execution_rate"].to_list(), draws=draws, seed=seed)
        head = {"kind": part["kind"][0], "denominator": part["denominator"][0]}
        ids = list(dict.fromkeys(fact_id for some in part["fact_ids"].to_list() for fact_id in some))
        rows.append(head | found | {"fact_ids": ids})
    schema: dict[str, Any] = {"kind": pl.String, "denominator": pl.String, "n": pl.Int64, "rho": pl.Float64}
    schema |= {"p_value": pl.Float64, "method": pl.String, "orders": pl.Int64, "status": pl.String}
    return table(rows, schema | {"fact_ids": pl.List(pl.String), "note": pl.String, "note_zh": pl.String})


def rank_correlation(
    first: Sequence[float], second: Sequence[float], *, draws: int = 20_000, seed: int = 0
) -> dict[str, Any]:
    """Return Spearman's rank correlation of two series with a permutation p-value.

    Parameters
    ----------
    first, second : sequence of float
        Of one length, without missing values.
    draws : int
        Random orders, where there are more than 8 points; up to 8 all orders are tried.
    seed : int
        Of the random orders; the same seed gives the same p-value.

    Returns
    -------
    dict
        ``n``; ``rho`` in [-1, 1], ranks of equal values averaged; ``p_value``, two-sided: the share of orders with a
        correlation at least as far from 0; ``method`` (``exact``, ``permutation``); ``orders`` tried; ``status``
        (``computed``, or ``not_computed`` with ``note`` and ``note_zh``: fewer than 3 points, or one series without
        any variation).

    Raises
    ------
    ContractError
        If the series differ in length or `draws` is below 1.

    Notes
    -----
    With n points the smallest exact p-value is 2 ÷ n!: four points cannot give less than 1/12. For random orders
    p = (hits + 1) ÷ (draws + 1), which is never 0.

    References
    ----------
    Spearman, C. (1904): The proof and measurement of association between two things. American Journal of Psychology
    15(1), 72-101.
    Phipson, B., Smyth, G. K. (2010): Permutation p-values should never be zero. Statistical Applications in Genetics
    and Molecular Biology 9(1), article 39.
    """
    if len(first) != len(second) or draws < 1:
        raise ContractError(f"two series of one length and draws >= 1 are expected, got {len(first)}, {len(second)}")
    n = len(first)
    x, y = _doubled_ranks(first), _doubled_ranks(second)
    empty = {"n": n, "rho": None, "p_value": None, "method": None, "orders": None, "status": "not_computed"}
    if n < 3:
        return empty | {"note": "fewer than 3 pairs", "note_zh": "不足3对"}
    if len(set(x)) == 1 or len(set(y)) == 1:
        return empty | {"note": "one of the two does not vary", "note_zh": "其中一列没有变化"}
    # Ranks are doubled and centred (n + 1 is the doubled mean): integers, so equal correlations are equal.
    a, b = [r - n - 1 for r in x], [r - n - 1 for r in y]
    cross = _dot(a, b)
    if n <= _EXACT_UP_TO:
        sums = [_dot(a, order) for order in itertools.permutations(b)]
        hits, orders, method = sum(abs(each) >= abs(cross) for each in sums), len(sums), "exact"
        p = hits / orders
    else:
        source, order = random.Random(seed), list(b)
        hits = 0
        for _ in range(draws):
            source.shuffle(order)
            hits += abs(_dot(a, order)) >= abs(cross)
        orders, method, p = draws, "permutation", (hits + 1) / (draws + 1)
    rho = cross / math.sqrt(_dot(a, a) * _dot(b, b))
    found = {"n": n, "rho": rho, "p_value": p, "method": method, "orders": orders, "status": "computed"}
    return found | {"note": None, "note_zh": None}


def _dot(a: Sequence[int], b: Sequence[int]) -> int:
    return sum(map(int.__mul__, a, b))


def _doubled_ranks(values: Sequence[float]) -> list[int]:
    """Return twice the ranks from 1 on, equal values sharing the mean of theirs."""
    ordered = sorted(values)
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for place, value in enumerate(ordered, start=1):
        first.setdefault(value, place)
        last[value] = place
    return [first[value] + last[value] for value in values]
