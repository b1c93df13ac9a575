"""Relations between documents of one body: restated prior years, stated changes, carry-over from year to year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from fiscal_analysis.audit.document import judge_trial
from fiscal_analysis.audit.figures import Book, Figure, Key
from fiscal_analysis.audit.model import AuditResult
from fiscal_analysis.audit.relation import Linear, Ratio, Relation
from fiscal_analysis.audit.repeats import is_hard
from fiscal_analysis.audit.trial import Trial
from fiscal_analysis.document import Metadata
from fiscal_analysis.facts import Fact

__all__ = ["AuditedDocument", "audit_years"]


class AuditedDocument(Protocol):
    """What the audit needs to know of a document: a :class:`fiscal_analysis.document.Document` has it."""

    @property
    def doc_id(self) -> str:
        """The document's name."""

    @property
    def text(self) -> str:
        """The document's text, for quotes; may be empty."""

    @property
    def metadata(self) -> Metadata:
        """Who published it, for which year."""


def audit_years(documents: Sequence[tuple[AuditedDocument, Sequence[Fact]]]) -> AuditResult:
    """Return checks and findings between the documents of each body and those of its year before."""
    bodies: dict[tuple[str | None, str], dict[int, list[tuple[AuditedDocument, Sequence[Fact]]]]] = {}
    for document, facts in documents:
        meta = document.metadata
        if meta.issuer and meta.fiscal_year is not None:
            years = bodies.setdefault((meta.division_code, meta.issuer), {})
            years.setdefault(meta.fiscal_year, []).append((document, facts))
    checks, findings = [], []
    for years in bodies.values():
        for year in sorted(years):
            for later in years[year]:
                for earlier in years.get(year - 1, ()):
                    result = _audit_pair(later, earlier, year)
                    checks += result.checks
                    findings += result.findings
    return AuditResult(checks, findings)


def _quotes(documents: Sequence[AuditedDocument]) -> Callable[[Fact], str]:
    texts = [d.text for d in documents]

    def quote(fact: Fact) -> str:
        return " ".join(texts[0][fact.quote_start : fact.quote_end].split())

    return quote


def _audit_pair(
    later: tuple[AuditedDocument, Sequence[Fact]], earlier: tuple[AuditedDocument, Sequence[Fact]], year: int
) -> AuditResult:
    document, facts = later
    before, old_facts = earlier
    old = Book(before.doc_id, old_facts, "", (), _quotes((before,)))
    new = Book(document.doc_id, facts, "", (), _quotes((document,)), old.exponent)
    if new.exponent != old.exponent:
        old = Book(before.doc_id, old_facts, "", (), _quotes((before,)), new.exponent)
    trial = Trial()
    for key in new.at:
        if not is_hard(key):
            continue
        if key.year == year - 1:
            stated = old.find(key, "final")
            for measure in ("prior_year", "final"):
                for figure in new.find(key, measure)[:1]:
                    _compare(trial, "restated", figure, stated)
        elif key.year == year:
            own = old.find(key._replace(year=year - 1), "final")
            _changes(trial, new, key, own)
    _carry_over(trial, new, old, year)
    return judge_trial(new, trial)


def _compare(trial: Trial, rule: str, figure: Figure, stated: list[Figure]) -> None:
    if stated and stated[0].fact.unit == figure.fact.unit:
        trial.relations.append(Linear(rule, "restated", "warning", (figure, stated[0])))


def _changes(trial: Trial, new: Book, key: Key, own: list[Figure]) -> None:
    """Try this document's change and growth against last year's own figure."""
    finals = new.find(key, "final")
    if not finals or not own or own[0].fact.unit != finals[0].fact.unit:
        return
    changes = new.find(key, "change_on_prior_year")
    for change in changes[:1]:
        if change.fact.unit == finals[0].fact.unit:
            trial.relations.append(Linear("restated", "restated", "warning", (change, finals[0], own[0]), (1, -1)))
    for growth in new.find(key, "growth_on_prior_year")[:1]:
        if growth.fact.unit == "ratio" and not changes:
            trial.relations.append(Ratio("restated", "restated", "warning", (growth, finals[0], own[0]), "growth"))


def _carry_over(trial: Trial, new: Book, old: Book, year: int) -> None:
    """Try the opening carry-over against last year's closing one, also where it is only implied."""
    closing = [f for f in old.by_concept.get("carryover_closing", ()) if f.key.year == year - 1 and f.usable]
    for figure in closing:
        key = figure.key._replace(concept="carryover_opening", year=year)
        opening = new.find(key, "final")
        relation: Relation | None = None
        if figure.measure != "final" or figure.key.item is not None:
            continue
        if opening:
            relation = Linear("carried_over", "restated", "warning", (opening[0], figure))
        elif figure.key.scope is None:
            total = new.find(key._replace(concept="grand_total"), "final")
            revenue = new.find(key._replace(concept="revenue"), "final")
            if total and revenue:
                relation = Linear("carried_over", "restated", "warning", (total[0], revenue[0], figure))
        if relation is not None:
            trial.relations.append(relation)
