"""From broken relations to findings: what belongs together, and which figure the arithmetic points at.

A figure is a suspect where one corrected value of it repairs every broken relation around it and keeps every
relation that holds. Relations that share a figure form a cluster; a cluster that one figure repairs is one finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fiscal_analysis.audit.figures import Book, Figure
from fiscal_analysis.audit.relation import Outcome, Range, Relation
from fiscal_analysis.audit.repeats import is_hard

__all__ = ["Cause", "find_causes", "weigh"]

# What else stands on the two sides of the grand total; its amounts are seldom printed in prose.
_BALANCES = frozenset(("closing_balance", "opening_balance", "prior_closing_balance"))
_SURPLUS = ("结余分配", "使用非财政拨款", "专用结余", "提取专用基金")
_RANK = {"error": 0, "warning": 1, "note": 2}
# Beyond this many relations around one figure a correction is no longer tried against all that hold.
_MANY = 60
# A cluster larger than this has no one cause; its relations are reported one by one.
_TANGLE = 40


class Judged(NamedTuple):
    """A relation and how it came out, with the severity that the outcome leaves."""

    relation: Relation
    outcome: Outcome
    severity: str
    reason: str


class Cause(NamedTuple):
    """Broken relations that are one finding, and the figures that one corrected value of would repair all of them."""

    broken: tuple[Judged, ...]
    suspects: tuple[tuple[Figure, Range], ...]


_Around = list[tuple[Relation, Judged | None]]


def weigh(book: Book, relation: Relation, outcome: Outcome) -> Judged | None:
    """Return a broken relation with its severity; None where it is taken to set two different things side by side."""
    severity, reason = relation.severity, outcome.reason
    if reason == "truncation":
        return Judged(relation, outcome, "note", reason)
    if relation.rule in _BALANCES and outcome.lhs > outcome.rhs and any(w in book.text for w in _SURPLUS):
        return Judged(relation, outcome, "note", "surplus")
    if relation.rule == "table_prose":
        prose, table = relation.figures
        # The text gives this name to what the table counts under another.
        if any(
            f.v == prose.v and f.key.concept != prose.key.concept and f.fact.table == table.fact.table
            for f in _counts(book, prose)
        ):
            return Judged(relation, outcome, "warning", "equals_other")
        return None
    if relation.rule == "repeat":
        first, second = relation.figures
        certainty = _same_thing(book, first, second)
        if certainty is None:
            return None
        if severity == "error" and any(_equals_other(book, f) for f in relation.figures):
            return Judged(relation, outcome, "warning", "equals_other")
        severity = severity if certainty or severity != "error" else "warning"
    return Judged(relation, outcome, severity, reason)


def _same_thing(book: Book, first: Figure, second: Figure) -> bool | None:
    """Tell whether two figures of one name that differ are of one thing.

    True where they are close or one digit apart, False where the scope may differ, None where they are too far apart
    to be two statements of one figure: the name is then taken to cover two things.
    """
    a, b = abs(first.v), abs(second.v)
    low, high = min(a, b), max(a, b)
    if _is_remainder(book, first, second, high - low):
        return None
    slip = _one_digit_apart(first.fact.raw, second.fact.raw) or (low > 0 and high in (low * 10**4, low * 10**8))
    near = high <= low + low // 5
    if is_hard(first.key):
        return True if slip or near else False if high <= 3 * low else None
    if not (slip or near):
        return None
    # A free name and a small number prove little: the words before the number must agree too.
    scored = first.key.concept == "evaluation_score"
    if scored and first.key.item is None and not slip:
        return None
    return True if scored or high >= 100 * book.one or _same_words(book, first, second) else None


def _is_remainder(book: Book, first: Figure, second: Figure, gap: int) -> bool:
    """Tell whether the gap is itself printed beside one of the two: then one is a total and the other its part."""
    if first.fact.unit != "CNY":
        return False
    slack = first.h + second.h
    low, high = gap - slack, gap + slack
    for block in {first.block, second.block}:
        for f in book.of_block(block):
            if low - f.h <= f.v <= high + f.h and f.v and f.fact.unit == "CNY":
                return True
    return False


def _one_digit_apart(first: str, second: str) -> bool:
    a = [ch for ch in first if ch.isdigit() or ch == "."]
    b = [ch for ch in second if ch.isdigit() or ch == "."]
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1


def _same_words(book: Book, first: Figure, second: Figure) -> bool:
    text = book.text
    a, b = first.fact.source_start, second.fact.source_start
    return bool(text) and a > 1 and b > 1 and text[a - 2 : a] == text[b - 2 : b] and not text[a - 1].isspace()


def _counts(book: Book, prose: Figure) -> list[Figure]:
    return [f for f in book.tabular if f.fact.unit == "count" and f.key.item == prose.key.item]


def _equals_other(book: Book, figure: Figure) -> bool:
    """Tell whether an amount equals one of another scope (财政拨款 for all funds, say), which would explain it."""
    if figure.fact.unit != "CNY" or not figure.v:
        return False
    key = figure.key
    return any(
        (other.key.fund is not None and key.fund is None) or other.key.concept.startswith("appropriation")
        for other in book.totals_near(figure)
        if other.measure == figure.measure and other.key.year == key.year
    )


def find_causes(book: Book, broken: Sequence[Judged], relations: Sequence[Relation]) -> list[Cause]:
    """Group broken relations into causes, in the order of the document."""
    serious = [j for j in broken if j.severity != "note"]
    causes = [Cause((j,), ()) for j in broken if j.severity == "note"]
    if serious:
        around = _around(broken, relations)
        for cluster in _clusters(serious):
            # Two statements of one figure: neither is the wrong one by arithmetic alone.
            alone = len(cluster) == 1 and cluster[0].relation.kind == "cross_reference"
            suspects = [] if alone or len(cluster) > _TANGLE else _suspects(book, cluster, around)
            if len(cluster) > _TANGLE:
                causes.extend(Cause((j,), ()) for j in cluster)
            elif suspects or len(cluster) == 1:
                causes.append(Cause(tuple(cluster), tuple(suspects)))
            else:
                causes.extend(_separate(book, cluster, around))
    return causes


def _separate(book: Book, cluster: list[Judged], around: dict[Figure, _Around]) -> list[Cause]:
    """Take, one after the other, the figure that repairs most of what is broken; what is left stands alone."""
    causes: list[Cause] = []
    rest = list(cluster)
    while rest:
        best: list[Judged] = []
        found: list[tuple[Figure, Range]] = []
        for figure in dict.fromkeys([f for j in rest for f in j.relation.figures]):
            mine = [j for j in rest if figure in j.relation.figures]
            if len(mine) > max(len(best), 1):
                suspects = _suspects(book, mine, around)
                if suspects:
                    best, found = mine, suspects
        if not best:
            causes.extend(Cause((j,), tuple(_suspects(book, [j], around))) for j in rest)
            break
        causes.append(Cause(tuple(best), tuple(found)))
        rest = [j for j in rest if not any(j is b for b in best)]
    return causes


def _around(broken: Sequence[Judged], relations: Sequence[Relation]) -> dict[Figure, _Around]:
    """Return, for each figure of a broken relation, all relations that it takes part in, judged where broken."""
    around: dict[Figure, _Around] = {f: [] for j in broken for f in j.relation.figures}
    fails = {j.relation: j for j in broken}
    for relation in relations:
        for figure in relation.figures:
            if figure in around:
                around[figure].append((relation, fails.get(relation)))
    return around


def _clusters(broken: list[Judged]) -> list[list[Judged]]:
    root: dict[int, int] = {}

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    owner: dict[int, int] = {}
    for place, judged in enumerate(broken):
        root[place] = place
        for figure in judged.relation.figures:
            first = owner.setdefault(id(figure), place)
            root[find(place)] = find(first)
    groups: dict[int, list[Judged]] = {}
    for place, judged in enumerate(broken):
        groups.setdefault(find(place), []).append(judged)
    return list(groups.values())


def _suspects(book: Book, cluster: Sequence[Judged], around: dict[Figure, _Around]) -> list[tuple[Figure, Range]]:
    found = []
    first, *others = [j.relation for j in cluster]
    for figure in first.figures:
        if all(figure in relation.figures for relation in others):
            repaired = _repair(book.one, figure, (first, *others), around[figure])
            if repaired is not None:
                found.append((figure, repaired))
    return found


def _repair(one: int, figure: Figure, cluster: tuple[Relation, ...], relations: _Around) -> Range | None:
    """Return the values of `figure` that repair the cluster and keep all that holds around it; None where none do."""
    solved = [relation.solve(figure, one) for relation in cluster]
    printed = figure.v, figure.h
    for interval in solved:
        if interval is None:
            continue
        low, high = interval
        # Solved to a unit of the scale: a unit of leeway.
        figure.v, figure.h = (low + high) // 2, (high - low) // 2 + 2
        repairs = True
        for relation, before in relations if len(relations) <= _MANY else relations[:_MANY]:
            # What held must hold, what held for digits cut off must do so, what else is broken may stay broken.
            mended = before is not None and relation in cluster
            if before is not None and before.severity != "note" and not mended:
                continue
            after = relation.judge(one)
            if after.state == "broken" and (before is None or mended or after.reason != before.reason):
                repairs = False
                break
        figure.v, figure.h = printed
        if repairs:
            for other in solved:
                if other is not None and max(low, other[0]) <= min(high, other[1]):
                    low, high = max(low, other[0]), min(high, other[1])
            return (low, high)
    return None


def rank(severity: str) -> int:
    """Return the order of a severity, the worst first."""
    return _RANK[severity]
