"""What an audit returns: every relation that was tried, and every disagreement that was found."""

from __future__ import annotations

from decimal import Decimal
from hashlib import blake2b
from typing import NamedTuple

__all__ = ["CHECK_STATES", "SEVERITIES", "AuditResult", "Check", "Finding", "stable_id"]

_EMPTY = blake2b(digest_size=6)
CHECK_STATES = ("holds", "broken", "skipped", "not_applicable")
SEVERITIES = ("error", "warning", "note")


class Check(NamedTuple):
    """One relation that was tried. Columns as in the checks table; numbers are the float64 nearest to exact ones.

    Attributes
    ----------
    check_id, doc_id : str
        Stable hash of rule and facts; the document (for relations between documents, the later one).
    rule : str
        The relation's name, as in ``taxonomy/relations.csv`` where it is an identity of that table.
    state : str
        ``holds``, ``broken``, ``skipped`` (a figure is missing, qualified or a base is 0: see `reason`) or
        ``not_applicable``.
    lhs, rhs : float or None
        The stated side and the side computed from the other figures, in base units.
    residual : float or None
        ``lhs - rhs``.
    slack : float or None
        The largest residual that the printed digits allow (to first order where figures are divided).
    unit : str
        ``CNY``, ``ratio``, ``score`` or ``count``.
    fact_ids : str
        The facts of the relation, stated side first, joined by ``;``.
    reason : str
        Why a relation was skipped, or what makes it hold or fail; empty where the numbers say it all.
    """

    check_id: str
    doc_id: str
    rule: str
    state: str
    lhs: float | None
    rhs: float | None
    residual: float | None
    slack: float | None
    unit: str
    fact_ids: str
    reason: str


class Finding(NamedTuple):
    """One disagreement between figures. Columns as in the findings table.

    `fact_ids` are joined by ``;``, the suspects first; `suspects` names these alone: the figures of which one corrected
    value would repair what is broken (the message says which value), or of which one must be wrong. `stated`,
    `expected_low` and `expected_high` are of the suspect where there is one, else of the stated side of the relation.
    """

    finding_id: str
    doc_id: str
    rule: str
    severity: str
    message_zh: str
    message_en: str
    stated: Decimal | None
    expected_low: Decimal | None
    expected_high: Decimal | None
    unit: str
    fact_ids: str
    quote: str
    source_start: int | None
    source_end: int | None
    suspects: str


class AuditResult(NamedTuple):
    """Checks in the order of the document, findings in the order of their severity and place."""

    checks: list[Check]
    findings: list[Finding]


def stable_id(rule: str, doc_id: str, fact_ids: str) -> str:
    """Return 12 hexadecimal digits that depend on the rule, the document and the facts only."""
    digest = _EMPTY.copy()  # half the work of a new one
    digest.update(f"{rule}|{doc_id}|{fact_ids}".encode())
    return digest.hexdigest()
