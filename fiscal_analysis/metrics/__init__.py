"""Economic measures from the processed tables: pure functions from frames to tidy frames, one row per observation.

Nothing here reads a file. Each function takes a corpus, or the tables of ``data/processed`` as polars or pandas
frames, and states its formula, its units, its source and what its figures cannot be compared with.
"""

from __future__ import annotations

from fiscal_analysis.metrics.agreement import (
    check_counts,
    finding_counts,
    kind_of_rule,
    rank_findings,
)
from fiscal_analysis.metrics.distribution import binomial_interval, bunching_at, ecdf, quantiles
from fiscal_analysis.metrics.doubt import mark_rows, quantile_shifts, repaired_facts
from fiscal_analysis.metrics.execution import comparable_rates, execution_rates
from fiscal_analysis.metrics.subsidy import subsidy_costs

__all__ = [
    "binomial_interval",
    "bunching_at",
    "check_counts",
    "comparable_rates",
    "ecdf",
    "execution_rates",
    "finding_counts",
    "kind_of_rule",
    "mark_rows",
    "quantile_shifts",
    "quantiles",
    "rank_findings",
    "repaired_facts",
    "subsidy_costs",
]
