"""Do the published figures agree with each other? Relations between facts, judged by intervals.

Every figure is the interval that its printed digits allow. A relation is broken only where no values inside the
intervals satisfy it (the reasoning of XBRL Calculations 1.1). Missing figures and bases of 0 are never treated as 0:
such relations are listed as skipped, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fiscal_analysis.audit.document import audit_book
from fiscal_analysis.audit.model import CHECK_STATES, SEVERITIES, AuditResult, Check, Finding
from fiscal_analysis.document import Document
from fiscal_analysis.facts import Fact, Indicator

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from fiscal_analysis.audit.corpus import AuditedDocument

__all__ = [
    "CHECK_STATES",
    "SEVERITIES",
    "AuditResult",
    "Check",
    "Finding",
    "audit_corpus",
    "audit_document",
    "audit_frames",
]


def audit_document(doc: Document, facts: Sequence[Fact], indicators: Sequence[Indicator] = ()) -> AuditResult:
    """Audit one document.

    Parameters
    ----------
    doc : Document
        The document as read: its text gives quotes, its blocks tell what stands together.
    facts : sequence of Fact
        The document's facts, with `fact_id` set.
    indicators : sequence of Indicator, optional
        The rows of its performance tables.

    Returns
    -------
    AuditResult
        ``checks``: every relation tried, with state ``holds``, ``broken``, ``skipped`` or ``not_applicable``, both
        sides and the slack in base units (CNY, ratio, score, count). ``findings``: the disagreements, worst first.
    """
    text = doc.text

    def quote(fact: Fact) -> str:
        return " ".join(text[fact.quote_start : fact.quote_end].split())

    return audit_book(doc.doc_id, facts, indicators, doc.folded, doc.blocks, quote)


def audit_corpus(documents: Sequence[tuple[AuditedDocument, Sequence[Fact]]]) -> AuditResult:
    """Audit the documents of one body against each other.

    Parameters
    ----------
    documents : sequence of (document, facts)
        A document needs `doc_id`, `text` (for quotes, may be empty) and `metadata` with issuer, division and year.

    Returns
    -------
    AuditResult
        Relations between consecutive years of one body: a prior-year figure against last year's own, a stated change
        against the two documents, the opening carry-over against last year's closing one.
    """
    from fiscal_analysis.audit import corpus

    return corpus.audit_years(documents)


def audit_frames(
    facts: pl.DataFrame | pd.DataFrame, indicators: pl.DataFrame | pd.DataFrame | None = None
) -> AuditResult:
    """Audit a facts table, each document by itself.

    Parameters
    ----------
    facts : polars.DataFrame or pandas.DataFrame
        The columns of the facts table. `value` and `decimals` give the exact figure again.
    indicators : polars.DataFrame or pandas.DataFrame, optional
        The columns of the indicators table.

    Returns
    -------
    AuditResult
        As of :func:`audit_document`, all documents together.

    Raises
    ------
    ContractError
        If a column that the audit needs is missing.
    """
    from fiscal_analysis.audit import tables

    return tables.audit_tables(facts, indicators)
