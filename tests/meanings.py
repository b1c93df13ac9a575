"""What a fact says, without its place."""

from __future__ import annotations

from fiscal_analysis.document import fold
from fiscal_analysis.facts import Fact


def meaning(fact: Fact) -> tuple[object, ...]:
    return (
        fact.concept,
        fact.measure,
        fact.value,
        fact.unit,
        fact.fund,
        fact.subject_code,
        fact.economic_code,
        fact.scope,
        fact.fiscal_year,
        "".join(fold(fact.item or "").split()),
    )
