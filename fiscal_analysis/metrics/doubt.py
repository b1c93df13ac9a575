"""What findings of the audit do to derived figures: rows that rest on doubtful facts, repaired facts, what moves."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._findings import SERIOUS, ids_of, require, table_of
from fiscal_analysis.metrics._inputs import Source
from fiscal_analysis.metrics.distribution import quantiles
from fiscal_analysis.metrics.intervals import exact

__all__ = [
    "VARIANTS",
    "costs_in_doubt",
    "mark_rows",
    "quantile_shifts",
    "quantiles_in_doubt",
    "repaired_facts",
    "standing_counts",
]

VARIANTS = ("as_published", "without_suspects", "without_findings", "repaired")
"""All rows; those that rest on no suspect; those that rest on no figure of a finding; all, from repaired facts."""

_STANDINGS = ("suspect", "involved", "clear")
# What one unit cost is of; where a document states several counts of it, several rows share this.
_COST = ("doc_id", "fiscal_year", "kind", "programme", "part_of", "denominator", "kind_of_certification", "period")


def mark_rows(rows: Source, findings: Source, severities: Sequence[str] = SERIOUS) -> pl.DataFrame:
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
    require(frame, ("fact_ids",), "rows")
    suspects: dict[str, list[str]] = defaultdict(list)
    involved: dict[str, list[str]] = defaultdict(list)
    table = table_of(findings, "findings", ("finding_id", "severity", "fact_ids"))
    for row in table.filter(pl.col("severity").is_in(list(severities))).iter_rows(named=True):
        for fact in ids_of(row.get("suspects")):
            suspects[fact].append(row["finding_id"])
        for fact in ids_of(row["fact_ids"]):
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


def repaired_facts(facts: Source, findings: Source, severities: Sequence[str] = SERIOUS) -> pl.DataFrame:
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
    require(frame, ("fact_id", "value", "decimals", "raw"), "facts")
    table = table_of(findings, "findings", ("severity", "expected_low", "expected_high", "suspects"))
    wanted: dict[str, set[tuple[float, float]]] = defaultdict(set)
    for row in table.filter(pl.col("severity").is_in(list(severities))).iter_rows(named=True):
        suspects, low, high = ids_of(row["suspects"]), row["expected_low"], row["expected_high"]
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
        ``probability``, ``value`` in the unit of `column`, ``shift``, the value less that of the first variant, and
        ``low``, ``high``, the exact 95 % interval of :func:`quantiles`. ``n`` is 0 and ``value`` null where a variant
        has no observation in the group.

    Raises
    ------
    ContractError
        If there is no variant, a column is missing or a probability lies outside [0, 1].
    """
    if not variants:
        raise ContractError("at least one variant is needed: pass a mapping of names to frames")
    found = {name: quantiles(frame, probabilities, column=column, by=by) for name, frame in variants.items()}
    values = {
        (name, *(row[key] for key in by), row["probability"]): (row["n"], row["value"], row["low"], row["high"])
        for name, table in found.items()
        for row in table.iter_rows(named=True)
    }
    first = next(iter(found))
    groups = found[first].select(list(by)).unique(maintain_order=True).rows() if by else [()]
    rows: list[dict[str, Any]] = []
    for group in groups if found[first].height else []:
        for name in found:
            for p in probabilities:
                n, value, low, high = values.get((name, *group, p), (0, None, None, None))
                reference = values[(first, *group, p)][1]
                shift = None if value is None or reference is None else float(exact(value) - exact(reference))
                rows.append(
                    dict(zip(by, group, strict=True))
                    | {"variant": name, "n": n, "probability": p, "value": value, "shift": shift}
                    | {"low": low, "high": high}
                )
    numbers = {"n": pl.Int64} | dict.fromkeys(["probability", "value", "shift", "low", "high"], pl.Float64)
    keys: dict[str, Any] = {key: as_polars(variants[first]).schema[key] for key in by}
    return pl.DataFrame(rows, schema=keys | {"variant": pl.String} | numbers)


def standing_counts(rows: Source, by: Sequence[str] = ()) -> pl.DataFrame:
    """Return how many rows of a metric rest on figures in doubt.

    Parameters
    ----------
    rows : polars.DataFrame or pandas.DataFrame
        Rows of :func:`mark_rows`.
    by : sequence of str
        Columns to group by.

    Returns
    -------
    polars.DataFrame
        `by`, ``rows``; ``suspect``, ``involved``, ``clear``: how many of these; ``touched``: the share of rows that are
        not clear (1 is all, null where there is none). Without `by` one row, also for no rows.

    Raises
    ------
    ContractError
        If a column is missing.
    """
    frame = as_polars(rows)
    require(frame, ("standing", *by), "rows")
    counts = [
        pl.len().cast(pl.Int64).alias("rows"),
        *((pl.col("standing") == name).sum().cast(pl.Int64).alias(name) for name in _STANDINGS),
    ]
    counted = frame.group_by(list(by), maintain_order=True).agg(*counts) if by else frame.select(counts)
    touched = (pl.col("rows") - pl.col("clear")) / pl.col("rows")
    return counted.with_columns(pl.when(pl.col("rows") > 0).then(touched).alias("touched"))


def quantiles_in_doubt(
    rows: Source,
    repaired: Source,
    probabilities: Sequence[float] = (0.25, 0.5, 0.75),
    *,
    column: str = "rate",
    by: Sequence[str] = ("denominator", "level"),
) -> pl.DataFrame:
    """Return how quantiles move without the figures in doubt, and with repaired ones, where any of them is in doubt.

    Parameters
    ----------
    rows : polars.DataFrame or pandas.DataFrame
        Rows of :func:`mark_rows`; where they have a column ``usable``, as :func:`comparable_rates` gives it, the others
        enter no quantile.
    repaired : polars.DataFrame or pandas.DataFrame
        The rows of the same metric from :func:`repaired_facts`.
    probabilities, column, by
        As in :func:`quantile_shifts`. Rows without a value in `by` are left out.

    Returns
    -------
    polars.DataFrame
        As of :func:`quantile_shifts`, the variants being `VARIANTS`, for groups with a row that is not clear (be it
        usable or not: with a repaired figure it may be).

    Raises
    ------
    ContractError
        If a column is missing.
    """
    marked, mended = as_polars(rows), as_polars(repaired)
    require(marked, ("standing", column, *by), "rows")
    require(mended, (column, *by), "repaired")
    marked, mended = marked.drop_nulls(list(by)), mended.drop_nulls(list(by))
    moved = marked.filter(pl.col("standing") != "clear").select(list(by)).unique(maintain_order=True)
    used, used_mended = (frame.filter("usable") if "usable" in frame.columns else frame for frame in (marked, mended))
    variants = (
        used,
        used.filter(pl.col("standing") != "suspect"),
        used.filter(pl.col("standing") == "clear"),
        used_mended,
    )
    shifts = quantile_shifts(dict(zip(VARIANTS, variants, strict=True)), probabilities, column=column, by=by)
    return shifts.join(moved, on=list(by), how="semi", maintain_order="left") if by else shifts


def costs_in_doubt(costs: Source, repaired: Source) -> pl.DataFrame:
    """Return the unit costs that rest on figures in doubt, with what is left without them and what a repair gives.

    Parameters
    ----------
    costs : polars.DataFrame or pandas.DataFrame
        Rows of :func:`subsidy_costs` after :func:`mark_rows`.
    repaired : polars.DataFrame or pandas.DataFrame
        The rows of :func:`subsidy_costs` from :func:`repaired_facts`.

    Returns
    -------
    polars.DataFrame
        The computed rows of `costs` that are not clear, with two columns of lists, each of the distinct unit costs
        (``cost``, ``low``, ``high`` in yuan) of the same programme, denominator and kind of certification in the same
        document and year: ``without``, of the rows that are clear; ``repaired``, from repaired figures. Where a
        document states several counts, a list may have several.

    Raises
    ------
    ContractError
        If a column is missing.
    """
    marked, mended = as_polars(costs), as_polars(repaired)
    needed = (*_COST, "unit_cost_yuan", "unit_cost_low", "unit_cost_high", "status")
    require(marked, (*needed, "standing"), "costs")
    require(mended, needed, "repaired")
    computed = marked.filter(pl.col("status") == "computed")
    found = computed.filter(pl.col("standing") != "clear")
    others = {
        "without": computed.filter(pl.col("standing") == "clear"),
        "repaired": mended.filter(pl.col("status") == "computed"),
    }
    values = pl.struct(cost="unit_cost_yuan", low="unit_cost_low", high="unit_cost_high")
    for name, frame in others.items():
        listed = frame.group_by(_COST, maintain_order=True).agg(values.unique(maintain_order=True).alias(name))
        found = found.join(listed, on=_COST, how="left", nulls_equal=True, maintain_order="left")
        found = found.with_columns(pl.col(name).fill_null([]))
    return found
