"""What the rules of one document have brought together: relations to judge, relations that cannot be, remarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from fiscal_analysis.audit.figures import Figure
from fiscal_analysis.audit.relation import Relation

__all__ = ["REASONS", "Remark", "Trial"]

# Why a relation is skipped, as the checks table says it.
REASONS = {
    "missing": "a figure of the relation is not stated",
    "qualified": "a figure is qualified (at least, about, a range): it stands for no single value",
    "zero_base": "the base is 0: the rate is undefined",
    "no_total": "no stated total fits the share's base",
    "partial": "the list of parts is not complete",
    "unstated_base": "the text does not say what the rate is relative to",
    "negative_base": "the figures imply a base below 0",
    "truncation": "holds if the figures were cut off instead of rounded",
    "surplus": "a use or distribution of surplus, which the text names, may explain it",
    "different": "the two figures are taken to be of different things",
    "equals_other": "equals a figure of another concept: the scope may differ",
}


class Remark(NamedTuple):
    """A finding that no relation carries: a malformed number, a rate on a base of 0, a missed target."""

    kind: str
    severity: str
    figures: tuple[Figure, ...]
    zh: str
    en: str
    low: int | None = None
    high: int | None = None


@dataclass(slots=True)
class Trial:
    """Collects what the rules try."""

    relations: list[Relation] = field(default_factory=list)
    skipped: list[tuple[str, tuple[Figure, ...], str, str]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def skip(self, rule: str, figures: tuple[Figure, ...], reason: str, state: str = "skipped") -> None:
        """List a relation that cannot be judged."""
        self.skipped.append((rule, figures, reason, state))

    def add(self, relation: Relation) -> None:
        """Try a relation, or list it as skipped where one of its figures stands for no single value."""
        for figure in relation.figures:
            if not figure.usable:
                self.skipped.append((relation.rule, relation.figures, "qualified", "skipped"))
                return
        self.relations.append(relation)

    def remark(
        self,
        kind: str,
        severity: str,
        figures: tuple[Figure, ...],
        zh: str,
        en: str,
        low: int | None = None,
        high: int | None = None,
    ) -> None:
        """Report what no relation carries; `low` and `high` are the ends of what the first figure should be."""
        self.remarks.append(Remark(kind, severity, figures, zh, en, low, high))
