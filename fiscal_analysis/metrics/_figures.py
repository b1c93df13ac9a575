"""A figure that a document states more than once is one figure, with several sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from fiscal_analysis.metrics._inputs import Stated


class Figure(NamedTuple):
    """One figure, however often stated: the most precise statement first."""

    facts: tuple[Stated, ...]

    @property
    def best(self) -> Stated:
        """The most precise statement."""
        return self.facts[0]


def group_figures(facts: Iterable[Stated]) -> list[Figure]:
    """Group statements that can be of one value; the most precise one leads each group."""
    groups: list[list[Stated]] = []
    for fact in sorted(facts, key=_width):
        for group in groups:
            if group[0].range.overlaps(fact.range) and fact.range.contains(group[0].value):
                group.append(fact)
                break
        else:
            groups.append([fact])
    return [Figure(tuple(group)) for group in groups]


def _width(fact: Stated) -> tuple[Fraction, int]:
    low, high = fact.range.low, fact.range.high
    width = Fraction(10) ** 18 if low is None or high is None else high - low
    return width, fact.start or 0


def _gap(one: Figure, other: Figure) -> int:
    """Return the smallest distance in the text between statements of two figures; the same sentence is none."""
    gaps = [
        0 if a.quote and a.quote == b.quote else abs(a.start - b.start)
        for a in one.facts
        for b in other.facts
        if a.start is not None and b.start is not None
    ]
    return min(gaps, default=10**9)


def nearest(finals: Sequence[Figure], bases: Sequence[Figure]) -> tuple[Figure | None, Figure | None]:
    """Return the outturn and the budget (or change) that stand nearest to each other."""
    if not finals or not bases:
        return (finals[0] if finals else None), (bases[0] if bases else None)
    return min(((f, b) for f in finals for b in bases), key=lambda pair: _gap(*pair))


def closest(figures: Sequence[Figure], anchor: Stated) -> Figure | None:
    """Return the figure that stands nearest to `anchor`."""
    return min(figures, key=lambda f: _gap(f, Figure((anchor,))), default=None)
