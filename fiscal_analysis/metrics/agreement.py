"""Do published figures agree: the audit counted, its findings ranked, and what they do to rates and unit costs."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl

from fiscal_analysis import taxonomy
from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._inputs import Source, money_text
from fiscal_analysis.metrics.distribution import quantiles
from fiscal_analysis.metrics.intervals import exact

__all__ = [
    "check_counts",
    "finding_counts",
    "kind_of_rule",
    "mark_rows",
    "quantile_shifts",
    "rank_findings",
    "repaired_facts",
]

_SEVERITIES = ("error", "warning", "note")
_STATES = ("holds", "broken", "skipped", "not_applicable")
_SERIOUS = ("error", "warning")

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


def check_counts(corpus: Source, by: Sequence[str] = ("doc_id", "kind")) -> pl.DataFrame:
    """Return how many relations between figures were tried and how they came out, by group.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `checks` are used) or the checks table.
    by : sequence of str
        Columns of the checks table to group by; ``kind`` is the kind of the rule (:func:`kind_of_rule`).

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
    checks = _frame(corpus, "checks", ("doc_id", "rule", "state"))
    checks = _with_kind(checks)
    _require(checks, by, "checks")
    states = [(pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in _STATES]
    counted = checks.group_by(list(by), maintain_order=True).agg(pl.len().cast(pl.Int64).alias("tried"), *states)
    judged = counted.with_columns((pl.col("holds") + pl.col("broken")).alias("judged"))
    return judged.with_columns(
        (pl.col("holds") / pl.col("tried")).alias("share_of_tried"),
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
    findings = _with_kind(_frame(corpus, "findings", ("doc_id", "rule", "severity")))
    _require(findings, by, "findings")
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
        - ``arithmetic``: what does not fit, with the printed figures
        - ``suspects``: the ids of the figures in doubt; ``suspect``: these as printed
        - ``repair``: the value that would make the figures agree, in the unit of the print; ``a → b`` for each where
          correcting one of several would do; null where the arithmetic names none
        - ``fact_ids``: all figures of the finding, the suspects first

    Raises
    ------
    ContractError
        If a column is missing.
    """
    needed = ("doc_id", "rule", "severity", "message_en", "stated", "expected_low", "expected_high", "fact_ids")
    findings = _with_kind(_frame(corpus, "findings", needed))
    known = getattr(corpus, "facts", None) if facts is None else facts
    raws = {} if known is None else dict(as_polars(known).select("fact_id", "raw").iter_rows())
    rows: list[dict[str, Any]] = []
    for row in findings.iter_rows(named=True):
        suspects = _ids(row.get("suspects"))
        arithmetic, named, repair = _told(row["message_en"] or "")
        printed = [raws[fact] for fact in suspects if raws.get(fact)]
        if repair is None and len(suspects) == 1:
            repair = _between(row["expected_low"], row["expected_high"], row.get("unit"))
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
                "suspects": suspects,
                "suspect": printed or ([named] if named else []),
                "repair": repair,
                "fact_ids": _ids(row["fact_ids"]),
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
    "suspects": pl.List(pl.String),
    "suspect": pl.List(pl.String),
    "repair": pl.String,
    "fact_ids": pl.List(pl.String),
    "quote": pl.String,
}


# -- what findings do to derived figures ----------------------------------------------------------------------------


def mark_rows(rows: Source, findings: Source, severities: Sequence[str] = _SERIOUS) -> pl.DataFrame:
    """Return rows of a metric with what the audit says of the facts that they rest on.

    Parameters
    ----------
    rows : polars.DataFrame or pandas.DataFrame
        Rows with ``fact_ids`` (lists), as :func:`execution_rates` and :func:`subsidy_costs` return them.
    findings : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `findings` are used) or the findings table.
    severities : sequence of str
        Findings of these severities count.

    Returns
    -------
    polars.DataFrame
        `rows` with ``standing``: ``suspect`` (rests on a figure in doubt), ``involved`` (rests on a figure of a finding
        that the arithmetic does not single out), ``clear``; and ``finding_ids``, the findings in question.

    Raises
    ------
    ContractError
        If a column is missing.

    Notes
    -----
    A row also rests on the rate that is printed beside its amounts. Where that alone is in doubt, the computed rate is
    sound all the same: to leave such a row out errs on the side of caution.
    """
    frame = as_polars(rows)
    _require(frame, ("fact_ids",), "rows")
    suspects: dict[str, list[str]] = defaultdict(list)
    involved: dict[str, list[str]] = defaultdict(list)
    table = _frame(findings, "findings", ("finding_id", "severity", "fact_ids"))
    for row in table.filter(pl.col("severity").is_in(list(severities))).iter_rows(named=True):
        for fact in _ids(row.get("suspects")):
            suspects[fact].append(row["finding_id"])
        for fact in _ids(row["fact_ids"]):
            involved[fact].append(row["finding_id"])
    standing: list[str] = []
    found: list[list[str]] = []
    for ids in frame["fact_ids"].to_list():
        facts = list(ids) if ids is not None else []
        doubted = [finding for fact in facts for finding in suspects.get(fact, ())]
        standing.append("suspect" if doubted else "involved" if any(fact in involved for fact in facts) else "clear")
        found.append(
            list(dict.fromkeys([*doubted, *(finding for fact in facts for finding in involved.get(fact, ()))]))
        )
    return frame.with_columns(
        pl.Series("standing", standing, dtype=pl.String), pl.Series("finding_ids", found, dtype=pl.List(pl.String))
    )


def repaired_facts(facts: Source, findings: Source, severities: Sequence[str] = _SERIOUS) -> pl.DataFrame:
    """Return the facts with every figure replaced for which the arithmetic leaves one suspect and one value.

    Parameters
    ----------
    facts : polars.DataFrame or pandas.DataFrame
        The facts table.
    findings : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `findings` are used) or the findings table.
    severities : sequence of str
        Findings of these severities count.

    Returns
    -------
    polars.DataFrame
        `facts` with ``repaired`` (bool). A repaired fact carries the middle of the interval that would fit as `value`,
        that interval's width as `decimals`, and no `raw`: it was never printed. All other rows are as they were.

    Raises
    ------
    ContractError
        If a column is missing.

    Notes
    -----
    A repair is a hypothesis for a test of robustness, never data: what makes figures agree need not be what happened. A
    figure that is the only suspect of two findings that ask for different values stays as it is.
    """
    frame = as_polars(facts)
    _require(frame, ("fact_id", "value", "decimals", "raw"), "facts")
    table = _frame(findings, "findings", ("severity", "expected_low", "expected_high", "suspects"))
    wanted: dict[str, set[tuple[float, float]]] = defaultdict(set)
    for row in table.filter(pl.col("severity").is_in(list(severities))).iter_rows(named=True):
        suspects, low, high = _ids(row["suspects"]), row["expected_low"], row["expected_high"]
        if len(suspects) == 1 and low is not None and high is not None:
            wanted[suspects[0]].add((low, high))
    values: dict[str, tuple[float, int | None]] = {}
    for fact, intervals in wanted.items():
        if len(intervals) == 1:
            low, high = next(iter(intervals))
            # The rounding that a width of 10^-d stands for; a single value is exact.
            decimals = None if low == high else math.floor(-math.log10(high - low) + 1e-9)
            values[fact] = (float((exact(low) + exact(high)) / 2), decimals)
    ids = list(values)
    mended = pl.DataFrame(
        {"fact_id": ids, "new value": [v for v, _ in values.values()], "new decimals": [d for _, d in values.values()]},
        schema={"fact_id": pl.String, "new value": pl.Float64, "new decimals": pl.Int64},
    )
    joined = frame.join(mended, on="fact_id", how="left", maintain_order="left")
    new = pl.col("new value").is_not_null()
    return joined.with_columns(
        pl.when(new).then(pl.col("new value")).otherwise(pl.col("value")).alias("value"),
        pl.when(new).then(pl.col("new decimals")).otherwise(pl.col("decimals")).cast(pl.Int64).alias("decimals"),
        pl.when(new).then(None).otherwise(pl.col("raw")).alias("raw"),
        new.alias("repaired"),
    ).drop("new value", "new decimals")


def quantile_shifts(
    variants: Mapping[str, Any],
    probabilities: Sequence[float] = (0.25, 0.5, 0.75),
    *,
    column: str,
    by: Sequence[str] = (),
) -> pl.DataFrame:
    """Return how quantiles move between variants of one set of observations.

    Parameters
    ----------
    variants : mapping of str to polars.DataFrame or pandas.DataFrame
        Names and frames; the first is what the others are compared with.
    probabilities : sequence of float
        Each in [0, 1]; 0 and 1 give the lowest and the highest observation.
    column : str
        The column of observations; missing ones are left out.
    by : sequence of str
        Columns to group by.

    Returns
    -------
    polars.DataFrame
        For each group of the first variant, each variant and each probability: `by`, ``variant``, ``n``,
        ``probability``, ``value`` in the unit of `column`, and ``shift``, the value less that of the first variant.
        ``n`` is 0 and ``value`` null where a variant has no observation in the group.

    Raises
    ------
    ContractError
        If there is no variant, a column is missing or a probability lies outside [0, 1].
    """
    if not variants:
        raise ContractError("at least one variant is needed: pass a mapping of names to frames")
    found = {name: quantiles(frame, probabilities, column=column, by=by) for name, frame in variants.items()}
    values = {
        (name, *(row[key] for key in by), row["probability"]): (row["n"], row["value"])
        for name, table in found.items()
        for row in table.iter_rows(named=True)
    }
    first = next(iter(found))
    groups = found[first].select(list(by)).unique(maintain_order=True).rows() if by else [()]
    rows: list[dict[str, Any]] = []
    for group in groups if found[first].height else []:
        for name in found:
            for p in probabilities:
                n, value = values.get((name, *group, p), (0, None))
                reference = values[(first, *group, p)][1]
                shift = None if value is None or reference is None else float(exact(value) - exact(reference))
                rows.append(
                    dict(zip(by, group, strict=True))
                    | {"variant": name, "n": n, "probability": p, "value": value, "shift": shift}
                )
    numbers = {"n": pl.Int64, "probability": pl.Float64, "value": pl.Float64, "shift": pl.Float64}
    keys: dict[str, Any] = {key: as_polars(variants[first]).schema[key] for key in by}
    return pl.DataFrame(rows, schema=keys | {"variant": pl.String} | numbers)


# -- one figure --------------------------------------------------------------------------------------------------------


def _frame(source: Source, name: str, columns: Sequence[str]) -> pl.DataFrame:
    table: Any = getattr(source, name, source)
    frame = as_polars(table)
    _require(frame, columns, name)
    return frame


def _require(frame: pl.DataFrame, columns: Sequence[str], name: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ContractError(
            f"the table {name} lacks the columns {', '.join(missing)}; it has {', '.join(frame.columns) or 'none'}"
        )


def _with_kind(frame: pl.DataFrame) -> pl.DataFrame:
    kinds = [kind_of_rule(rule) for rule in frame["rule"].to_list()]
    return frame.with_columns(pl.Series("kind", kinds, dtype=pl.String))


def _ids(joined: str | None) -> list[str]:
    return [part for part in (joined or "").split(";") if part]


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


def _between(low: float | None, high: float | None, unit: str | None) -> str | None:
    """Return the middle of an interval as a document would print it."""
    if low is None or high is None:
        return None
    middle = (exact(low) + exact(high)) / 2
    if unit == "CNY":
        return money_text(middle)
    if unit == "ratio":
        return f"{Decimal(round(middle * 10**4)).scaleb(-2).normalize():f}%"
    return f"{float(middle):g}" + (" points" if unit == "score" else "")
