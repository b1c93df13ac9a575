"""Economic measures from the processed tables: pure functions from frames to tidy frames, one row per observation.

Each function takes a corpus, or the tables of ``data/processed`` as polars or pandas frames, and states its formula,
its units, its source and what its figures cannot be compared with. None reads a file, but for the tables of population,
firms and GDP and of prices that a user names.
"""

from __future__ import annotations

from fiscal_analysis.metrics.agreement import check_counts, finding_counts, kind_of_rule, rank_findings
from fiscal_analysis.metrics.cofog import cofog_lines, cofog_spending
from fiscal_analysis.metrics.composition import composition
from fiscal_analysis.metrics.concentration import spending_concentration, spending_coverage
from fiscal_analysis.metrics.covariates import per_covariate, read_covariates
from fiscal_analysis.metrics.distribution import binomial_interval, bunching_at, ecdf, quantiles
from fiscal_analysis.metrics.doubt import (
    costs_in_doubt,
    mark_rows,
    quantile_shifts,
    quantiles_in_doubt,
    repaired_facts,
    standing_counts,
)
from fiscal_analysis.metrics.execution import comparable_rates, execution_rates
from fiscal_analysis.metrics.overview import (
    concept_counts,
    concept_gaps,
    concept_group,
    corpus_overview,
    unclaimed_quantities,
)
from fiscal_analysis.metrics.performance import dimension_weights, performance_dimensions, performance_evaluation
from fiscal_analysis.metrics.position import comparable_figures, district_positions
from fiscal_analysis.metrics.profile import district_profile
from fiscal_analysis.metrics.rank import rank_correlation, score_against_execution
from fiscal_analysis.metrics.scores import evaluation_scores, score_compression, score_grades
from fiscal_analysis.metrics.structure import spending_structure
from fiscal_analysis.metrics.subsidy import subsidy_costs
from fiscal_analysis.metrics.years import panel, panel_levels, printed_growth, read_deflator, restatements

__all__ = [
    "binomial_interval",
    "bunching_at",
    "check_counts",
    "cofog_lines",
    "cofog_spending",
    "comparable_figures",
    "comparable_rates",
    "composition",
    "concept_counts",
    "concept_gaps",
    "concept_group",
    "corpus_overview",
    "costs_in_doubt",
    "dimension_weights",
    "district_positions",
    "district_profile",
    "ecdf",
    "evaluation_scores",
    "execution_rates",
    "finding_counts",
    "kind_of_rule",
    "mark_rows",
    "panel",
    "panel_levels",
    "per_covariate",
    "performance_dimensions",
    "performance_evaluation",
    "printed_growth",
    "quantile_shifts",
    "quantiles",
    "quantiles_in_doubt",
    "rank_correlation",
    "rank_findings",
    "read_covariates",
    "read_deflator",
    "repaired_facts",
    "restatements",
    "score_against_execution",
    "score_compression",
    "score_grades",
    "spending_concentration",
    "spending_coverage",
    "spending_structure",
    "standing_counts",
    "subsidy_costs",
    "unclaimed_quantities",
]
