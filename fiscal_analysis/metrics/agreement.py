"""Do published figures agree: the audit counted, and its findings ranked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl

from fiscal_analysis import taxonomy
from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._findings import ids_of, require, table_of
from fiscal_analysis.metrics._inputs import Source, money_text
from fiscal_analysis.metrics.intervals import exact

__all__ = [
    "check_counts",
    "finding_counts",
    "kind_of_rule",
    "rank_findings",
]

_SEVERITIES = ("error", "warning", "note")
_STATES = ("holds", "broken", "skipped", "not_applicable")

# The relations that carry checks, and the names that findings have, by kind; sums and bounds stand in the taxonomy.
_KINDS: dict[str, tuple[str, ...]] = {
    "sums": (
        "class_items",
        "economic_classes",
        "explained_classes",
        "fund_classes",
        "named_parts",
        "recipients_by_kind",
        "sum_mismatch",
        "table_partition",
        "table_row_sum",
        "table_total",
    ),
    "bounds": ("part_exceeds_whole",),
    "ratios": (
        "average",
        "budget_deviation_rate",
        "carryover_rate",
        "completion_mismatch",
        "completion_of_adjusted_budget",
        "completion_of_initial_budget",
        "completion_of_target",
        "execution_rate",
        "named_rate",
        "rate_mismatch",
        "share",
        "share_mismatch",
        "table_rate",
    ),
    "changes": (
        "change_mismatch",
        "change_on_initial_budget",
        "change_on_prior_year",
        "direction_mismatch",
        "growth_mismatch",
        "growth_on_initial_budget",
        "growth_on_prior_year",
        "stock_growth",
    ),
    "repeats": (
        "all_projects",
        "carried_over",
        "cross_reference",
        "evaluated_amount",
        "repeat",
        "restated",
        "table_prose",
    ),
    "products": ("product_mismatch", "recipients_times_rate"),
    "scores": ("execution_score", "indicator_score", "score_mismatch", "score_sum", "weight_sum"),
    "sense": (
        "base_unstated",
        "count_against_money",
        "malformed_number",
        "over_establishment",
        "target_met",
        "target_missed",
        "unit_slip",
        "zero_base",
    ),
}
_FORMS = {"sum": "sums", "subset": "bounds"}

_SUSPECT = re.compile(r"\. Suspect: (?P<raw>.+?), which should be (?P<value>.+?)(?=\. |\.$|$)")
_REPAIRS = re.compile(r"\. Correcting one would repair it: (?P<repairs>.+?)(?=\. |\.$|$)")
_SOURCE = re.compile(r"\. Source: “.*$", re.DOTALL)
_SUSPECT_ZH = re.compile(r"。疑为(?P<raw>[^。]+?)有误，应为(?P<value>[^。]+)")
_REPAIRS_ZH = re.compile(r"。改正其一即可一致：(?P<repairs>[^。]+)")
_SOURCE_ZH = re.compile(r"。原文：“.*$", re.DOTALL)


@cache
def _kinds() -> dict[str, str]:
    kinds = {row["relation"]: _FORMS[row["form"]] for row in taxonomy.table("relations") if row["form"] in _FORMS}
    return kinds | {rule: kind for kind, rules in _KINDS.items() for rule in rules}


def kind_of_rule(rule: str) -> str:
    """Return the kind that a rule of the checks or the findings table belongs to.

    Parameters
    ----------
    rule : str
        A value of the column ``rule``.

    Returns
    -------
    str
        ``sums`` (parts add up to a total, balances), ``bounds`` (a part is not larger than its whole), ``ratios``
        (shares, rates, completion), ``changes`` (change and growth), ``repeats`` (one figure stated twice),
        ``products`` (number × rate = money), ``scores`` (scores and weights), ``sense`` (how a number is written, rates
        on a base of 0, targets), or ``other`` for a rule that belongs to none of these.
    """
    return _kinds().get(rule, "other")


def check_counts(
    corpus: Source, by: Sequence[str] = ("doc_id", "kind"), documents: Source | None = None
) -> pl.DataFrame:
    """Return how many relations between figures were tried and how they came out, by group.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `checks` are used) or the checks table.
    by : sequence of str
        Columns of the checks table to group by; ``kind`` is the kind of the rule (:func:`kind_of_rule`). Without any,
        one row of all.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, for groups by ``doc_id`` alone: each document has a row then, in the order of that table,
        also one in which no relation was tried.

    Returns
    -------
    polars.DataFrame
        One row per group, in the order in which groups first occur; no row where no relation was tried.

        - `by`
        - ``tried``: relations; ``holds``, ``broken``, ``skipped``, ``not_applicable``: how many of these
        - ``judged``: those that hold or are broken
        - ``share_of_tried``, ``share_of_judged``: holds ÷ tried, holds ÷ judged (1 is all; null where none)

    Raises
    ------
    ContractError
        If a column is missing.

    Notes
    -----
    A relation is skipped where a figure of it is not stated, stands for no single value (at least, about) or is a base
    of 0; it does not apply where its figures turn out to be of different things. Neither speaks against the document,
    so the share of those judged is the one to compare; the share of those tried also tells how much could be tested.
    """
    checks = table_of(corpus, "checks", ("doc_id", "rule", "state"))
    checks = _with_kind(checks)
    require(checks, by, "checks")
    states = [(pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in _STATES]
    counts = [pl.len().cast(pl.Int64).alias("tried"), *states]
    counted = checks.group_by(list(by), maintain_order=True).agg(*counts) if by else checks.select(counts)
    if documents is not None:
        if list(by) != ["doc_id"]:
            raise ContractError(f"documents complete groups by doc_id alone, got {', '.join(by) or 'no column'}")
        order = as_polars(documents).select("doc_id").unique(maintain_order=True)
        counted = order.join(counted, on="doc_id", how="left", maintain_order="left")
        counted = counted.with_columns(pl.col("tried", *_STATES).fill_null(0))
    judged = counted.with_columns((pl.col("holds") + pl.col("broken")).alias("judged"))
    return judged.with_columns(
        pl.when(pl.col("tried") > 0).then(pl.col("holds") / pl.col("tried")).alias("share_of_tried"),
        pl.when(pl.col("judged") > 0).then(pl.col("holds") / pl.col("judged")).alias("share_of_judged"),
    )


def finding_counts(
    corpus: Source,
    facts: Source | None = None,
    documents: Source | None = None,
    by: Sequence[str] = (),
) -> pl.DataFrame:
    """Return the findings of each document, by severity, as numbers and per 100 figures that were read.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `findings`, `facts` and `documents` are used) or the findings table.
    facts, documents : polars.DataFrame or pandas.DataFrame, optional
        Their tables, where `corpus` is the findings table. Facts give the number of figures, documents make those
        without any finding appear.
    by : sequence of str
        Further columns of the findings table to group by; ``kind`` is the kind of the rule. Then only what occurs has
        a row.

    Returns
    -------
    polars.DataFrame
        One row per document, in the order of the documents table (or of the findings).

        - ``doc_id``, `by`
        - ``error``, ``warning``, ``note``: findings of that severity; ``findings``: all
        - ``figures``: figures read in the document
        - ``per_100``: findings ÷ figures × 100; null where no figure was read

    Raises
    ------
    ContractError
        If a column is missing.

    Notes
    -----
    A long document has more figures that can disagree, so numbers of findings compare documents of like length only.
    One finding may gather several broken relations that one wrong figure explains, and a malformed number is a finding
    without any relation: findings and broken relations are not the same number.
    """
    findings = _with_kind(table_of(corpus, "findings", ("doc_id", "rule", "severity")))
    require(findings, by, "findings")
    known = getattr(corpus, "facts", None) if facts is None else facts
    listed = getattr(corpus, "documents", None) if documents is None else documents
    keys = ["doc_id", *by]
    levels = [(pl.col("severity") == level).sum().cast(pl.Int64).alias(level) for level in _SEVERITIES]
    counted = findings.group_by(keys, maintain_order=True).agg(*levels, pl.len().cast(pl.Int64).alias("findings"))
    if listed is not None:
        order = as_polars(listed).select("doc_id").unique(maintain_order=True)
        how: Any = "inner" if by else "left"
        counted = order.join(counted, on="doc_id", how=how, maintain_order="left_right")
        counted = counted.with_columns(pl.col(*_SEVERITIES, "findings").fill_null(0))
    figures = (
        pl.DataFrame(schema={"doc_id": pl.String, "figures": pl.Int64})
        if known is None
        else as_polars(known).group_by("doc_id").agg(pl.len().cast(pl.Int64).alias("figures"))
    )
    counted = counted.join(figures, on="doc_id", how="left", maintain_order="left")
    counted = counted.with_columns(pl.col("figures").fill_null(0))
    return counted.with_columns(
        pl.when(pl.col("figures") > 0).then(pl.col("findings") / pl.col("figures") * 100).alias("per_100")
    )


def rank_findings(corpus: Source, facts: Source | None = None) -> pl.DataFrame:
    """Return the findings, the worst first: by severity, then by how far the figures are apart.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `findings` and `facts` are used) or the findings table.
    facts : polars.DataFrame or pandas.DataFrame, optional
        The facts table, where `corpus` is the findings table: gives the suspects as printed.

    Returns
    -------
    polars.DataFrame
        - ``finding_id, doc_id, rule, severity, quote``: as in the findings table; ``kind``: of the rule
        - ``stated, expected_low, expected_high, unit``: as there (yuan, ratio, points, count)
        - ``relative_gap``: distance of the stated figure from the nearest value that would fit ÷ stated figure (0.1 is
          a tenth of it); null where nothing is expected or 0 is stated
        - ``arithmetic``, ``arithmetic_zh``: what does not fit, with the printed figures
        - ``suspects``: the ids of the figures in doubt; ``suspect``: these as printed
        - ``repair``, ``repair_zh``: the value that would make the figures agree, in the unit of the print; ``a → b``
          for each where correcting one of several would do; null where the arithmetic names none
        - ``fact_ids``: all figures of the finding, the suspects first

    Raises
    ------
    ContractError
        If a column is missing.
    """
    needed = ("doc_id", "rule", "severity", "message_en", "stated", "expected_low", "expected_high", "fact_ids")
    findings = _with_kind(table_of(corpus, "findings", needed))
    known = getattr(corpus, "facts", None) if facts is None else facts
    raws = {} if known is None else dict(as_polars(known).select("fact_id", "raw").iter_rows())
    rows: list[dict[str, Any]] = []
    for row in findings.iter_rows(named=True):
        suspects = ids_of(row.get("suspects"))
        arithmetic, named, repair = _told(row["message_en"] or "")
        arithmetic_zh, _, repair_zh = _told_zh(row.get("message_zh") or "")
        printed = [raws[fact] for fact in suspects if raws.get(fact)]
        if len(suspects) == 1:
            expected = (row["expected_low"], row["expected_high"], row.get("unit"))
            repair = repair or _between(*expected)
            repair_zh = repair_zh or _between(*expected, "分")
        rows.append(
            {
                "finding_id": row.get("finding_id"),
                "doc_id": row["doc_id"],
                "rule": row["rule"],
                "kind": row["kind"],
                "severity": row["severity"],
                "stated": row["stated"],
                "expected_low": row["expected_low"],
                "expected_high": row["expected_high"],
                "unit": row.get("unit"),
                "relative_gap": _relative_gap(row["stated"], row["expected_low"], row["expected_high"]),
                "arithmetic": arithmetic,
                "arithmetic_zh": arithmetic_zh or arithmetic,
                "suspects": suspects,
                "suspect": printed or ([named] if named else []),
                "repair": repair,
                "repair_zh": repair_zh or repair,
                "fact_ids": ids_of(row["fact_ids"]),
                "quote": row.get("quote"),
            }
        )
    order = {severity: place for place, severity in enumerate(_SEVERITIES)}
    rows.sort(key=lambda row: (order.get(row["severity"], 9), -(row["relative_gap"] or 0.0)))
    return pl.DataFrame(rows, schema=_RANKED)


_RANKED: dict[str, Any] = {
    "finding_id": pl.String,
    "doc_id": pl.String,
    "rule": pl.String,
    "kind": pl.String,
    "severity": pl.String,
    "stated": pl.Float64,
    "expected_low": pl.Float64,
    "expected_high": pl.Float64,
    "unit": pl.String,
    "relative_gap": pl.Float64,
    "arithmetic": pl.String,
    "arithmetic_zh": pl.String,
    "suspects": pl.List(pl.String),
    "suspect": pl.List(pl.String),
    "repair": pl.String,
    "repair_zh": pl.String,
    "fact_ids": pl.List(pl.String),
    "quote": pl.String,
}


# -- one finding ------------------------------------------------------------------------------------------------------


def _with_kind(frame: pl.DataFrame) -> pl.DataFrame:
    kinds = [kind_of_rule(rule) for rule in frame["rule"].to_list()]
    return frame.with_columns(pl.Series("kind", kinds, dtype=pl.String))


def _relative_gap(stated: float | None, low: float | None, high: float | None) -> float | None:
    if not stated or (low is None and high is None):
        return None
    value = exact(stated)
    below = exact(low) - value if low is not None else -1
    above = value - exact(high) if high is not None else -1
    return float(max(below, above, 0) / abs(value))


def _told(message: str) -> tuple[str, str | None, str | None]:
    """Return a message without its source and its repair, the one suspect that it names, and the repair."""
    text = _SOURCE.sub("", message).rstrip(".")
    suspect, repairs = _SUSPECT.search(text), _REPAIRS.search(text)
    repair = suspect["value"] if suspect else repairs["repairs"] if repairs else None
    found = suspect or repairs
    if found:
        text = text[: found.start()] + text[found.end() :]
    return text, suspect["raw"] if suspect else None, None if repair is None else repair.replace("～", " to ")


def _told_zh(message: str) -> tuple[str, str | None, str | None]:
    """Return the same of a message in Chinese."""
    text = _SOURCE_ZH.sub("", message).rstrip("。")
    suspect, repairs = _SUSPECT_ZH.search(text), _REPAIRS_ZH.search(text)
    repair = suspect["value"] if suspect else repairs["repairs"] if repairs else None
    found = suspect or repairs
    if found:
        text = text[: found.start()] + text[found.end() :]
    if repair is not None:
        repair = repair.replace("～", "至").replace("→", " → ")
    return text, suspect["raw"] if suspect else None, repair


def _between(low: float | None, high: float | None, unit: str | None, points: str = " points") -> str | None:
    """Return the middle of an interval as a document would print it."""
    if low is None or high is None:
        return None
    middle = (exact(low) + exact(high)) / 2
    if unit == "CNY":
        return money_text(middle)
    if unit == "ratio":
        return f"{Decimal(round(middle * 10**4)).scaleb(-2).normalize():f}%"
    return f"{float(middle):g}" + (points if unit == "score" else "")
