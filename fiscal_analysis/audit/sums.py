"""Parts and wholes: the identities of the table, classes and their items, economic classes, named parts of an item."""

from __future__ import annotations

from functools import cache

from fiscal_analysis.audit.figures import Book, Figure, Key, nearest
from fiscal_analysis.audit.identities import MONEY_MEASURES, Identity, Term, identities
from fiscal_analysis.audit.relation import Bound, Linear
from fiscal_analysis.audit.trial import Trial

__all__ = ["try_classes", "try_economic_classes", "try_identities", "try_named_parts"]

_LEVELS = frozenset(("final", "initial_budget", "adjusted_budget", "prior_year", "target"))
# Further than this from its whole, in characters, a part belongs to another passage.
_REACH = 4000
# Concepts whose items are parts of the same concept without an item.
_ADDITIVE = (
    "three_public_vehicle_operation",
    "fixed_assets",
    "assets",
    "project_funding",
    "programme_funding",
    "programme_recipients",
    "evaluated_projects",
    "evaluated_amount",
    "staff",
    "carryover_closing",
    "carryover_opening",
    "revenue_other",
    "purchased_services",
)


@cache
def _by_whole() -> dict[str, tuple[Identity, ...]]:
    found: dict[str, list[Identity]] = {}
    for identity in identities():
        found.setdefault(identity.whole.concept, []).append(identity)
    return {concept: tuple(rows) for concept, rows in found.items()}


def try_identities(book: Book, trial: Trial) -> None:
    """Try every sum and subset relation of the table around every statement of its whole."""
    for concept, rows in _by_whole().items():
        for whole in book.by_concept.get(concept, ()):
            for identity in rows:
                if whole.measure in identity.measures and _fits(whole, identity.whole):
                    _try_identity(book, trial, identity, whole)


def _fits(whole: Figure, term: Term) -> bool:
    key = whole.key
    return (
        key.scope == term.scope
        and (key.fund is None or term.fund == "=" or key.fund == term.fund)
        and whole.fact.unit != "ratio"
    )


def _part_key(whole: Key, term: Term) -> Key:
    _, fund, code, _, item, period, year = whole
    if term.shift and year is not None:
        year += term.shift
    return Key(term.concept, fund if term.fund == "=" else term.fund, code, term.scope, item, period, year)


def _try_identity(book: Book, trial: Trial, identity: Identity, whole: Figure) -> None:
    key, measure = whole.key, whole.measure
    parts: list[Figure] = []
    signs: list[int] = []
    complete = True
    at = book.at
    for term in identity.parts:
        group = at.get(_part_key(key, term))
        found = None
        if group is not None:
            listed = group.get(term.measure or measure)
            if listed:
                # A budget and its outturn are read together: the second part is sought beside the first.
                beside = parts[0] if parts and term.measure is not None else whole
                found = _choose(book, identity.reach, beside, listed)
        if found is None:
            complete = complete and term.optional
        else:
            parts.append(found)
            signs.append(term.sign)
    if not parts or (identity.plain and not complete and len(parts) < 1):
        return
    figures = (whole, *parts)
    for figure in figures:
        if not figure.usable:
            trial.skip(identity.name, figures, "qualified")
            return
    if identity.form == "subset":
        if complete:
            trial.relations.append(Bound(identity.name, "part_exceeds_whole", identity.severity, figures))
    elif complete and len(parts) >= identity.at_least:
        trial.relations.append(
            Linear(identity.name, "sum_mismatch", identity.severity, figures, None if identity.plain else tuple(signs))
        )
    elif identity.plain and measure in _LEVELS and identity.reach != "document":
        trial.relations.append(Bound(identity.name, "part_exceeds_whole", identity.severity, figures))
    elif identity.reach != "document":
        trial.skip(identity.name, figures, "missing")


def _choose(book: Book, reach: str, whole: Figure, listed: list[Figure]) -> Figure | None:
    """Choose the statement of a part that goes with this statement of the whole; None where none does."""
    if reach == "sentence":
        near = [f for f in listed if f.sent == whole.sent]
        return nearest(near, whole)
    if reach == "document":
        return nearest(listed, whole)
    table = whole.fact.table
    if table is not None:
        return nearest([f for f in listed if f.fact.table == table], whole)
    start = whole.pos
    group = book.at[whole.key][whole.measure] if whole.key in book.at else []
    end = start + _REACH
    if len(group) > 1:
        for other in group:
            if start < other.pos < end and other.sent != whole.sent:
                end = other.pos
    for figure in listed:
        if start < figure.pos < end and figure.fact.table is None:
            return figure
    for figure in reversed(listed):
        if figure.sent == whole.sent:
            return figure
    return None


class _Line:
    """One statement of a functional class: its figures by measure, and the lines below it."""

    __slots__ = ("below", "code", "measures", "place")

    def __init__(self, code: str, place: tuple[int, int | None]) -> None:
        self.code = code
        self.place = place
        self.measures: dict[str, Figure] = {}
        self.below: dict[str, _Line] = {}


_Group = tuple[str | None, str | None, str | None, str | None, int | None, int | None]


def try_classes(book: Book, trial: Trial) -> None:
    """Try that each class 类 is the sum of its groups 款, each group of its items 项, each fund of its classes."""
    figures = book.by_concept.get("functional_expenditure")
    if not figures:
        return
    current: dict[tuple[_Group, str], _Line] = {}
    lines: list[_Line] = []
    tops: dict[_Group, list[_Line]] = {}
    for figure in figures:
        key = figure.key
        code = key.code
        if code is None or not code.isdigit() or figure.measure not in MONEY_MEASURES:
            continue
        fact = figure.fact
        group = (key.fund, key.scope, key.item, key.period, key.year, fact.table)
        place = (figure.sent if fact.table is None else -1, fact.row)
        line = current.get((group, code))
        if line is None or line.place != place:
            line = _Line(code, place)
            current[group, code] = line
            lines.append(line)
            above = None
            if len(code) == 7:
                above = current.get((group, code[:5])) or current.get((group, code[:3]))
            elif len(code) == 5:
                above = current.get((group, code[:3]))
            if above is not None:
                above.below.setdefault(code, line)
            tops.setdefault(group, []).append(line)
        line.measures.setdefault(figure.measure, figure)
    for line in lines:
        if line.below:
            _try_line(trial, line)
    _try_funds(book, trial, tops)


def _try_line(trial: Trial, line: _Line) -> None:
    for measure, whole in line.measures.items():
        parts = [below.measures[measure] for below in line.below.values() if measure in below.measures]
        if not parts:
            continue
        figures = (whole, *parts)
        if len(parts) < len(line.below):
            trial.skip("class_items", figures, "missing")
        elif not all(f.usable for f in figures):
            trial.skip("class_items", figures, "qualified")
        else:
            trial.relations.append(Linear("class_items", "sum_mismatch", "error", figures))


def _try_funds(book: Book, trial: Trial, tops: dict[_Group, list[_Line]]) -> None:
    """Try that a fund's expenditure is the sum of the classes listed after it."""
    wholes = [f for f in book.by_concept.get("appropriation_expenditure", ()) if f.key.item is None]
    for whole in wholes:
        key = whole.key
        if whole.measure not in MONEY_MEASURES or not whole.usable or whole.fact.table is not None:
            continue
        end = min((f.pos for f in wholes if f.pos > whole.pos and f.sent != whole.sent), default=1 << 60)
        seen: dict[str, Figure] = {}
        listed = tops.get((key.fund, key.scope, None, key.period, key.year, None), ())
        level = 0
        for line in listed:
            figure = line.measures.get(whole.measure)
            if figure is None or figure.pos < whole.pos:
                continue
            if figure.pos > end or line.code in seen or figure.pos - whole.pos > 4 * _REACH:
                break
            level = level or len(line.code)
            if len(line.code) == level:
                seen[line.code] = figure
        if len(seen) < 2:
            continue
        figures = (whole, *seen.values())
        if all(f.usable for f in figures):
            trial.relations.append(Linear("fund_classes", "sum_mismatch", "error", figures))
        else:
            trial.skip("fund_classes", figures, "qualified")
        # The lines come twice, as a composition and one by one: a class that is not explained is missed out there.
        detailed = {
            line.code: line.measures[whole.measure] for line in listed if line.below and whole.measure in line.measures
        }
        if len(seen) > 2 and len(detailed) == len(seen) - 1 and detailed.keys() < seen.keys():
            trial.relations.append(Linear("explained_classes", "sum_mismatch", "warning", (whole, *detailed.values())))


def try_economic_classes(book: Book, trial: Trial) -> None:
    """Try that basic (project) expenditure is the sum of the economic classes 301, 302, ... listed after it."""
    parts = [
        f for f in book.by_concept.get("economic_expenditure", ()) if f.key.code is not None and len(f.key.code) != 5
    ]
    if not parts:
        return
    for concept, scope, least in (("expenditure_basic", "basic", 3), ("expenditure_project", "project", 2)):
        wholes = [f for f in book.by_concept.get(concept, ()) if f.key.item is None]
        for whole in wholes:
            key, measure = whole.key, whole.measure
            if measure not in MONEY_MEASURES:
                continue
            end = min(
                (f.pos for f in wholes if f.pos > whole.pos and f.sent != whole.sent), default=whole.pos + 4 * _REACH
            )
            seen: dict[str, Figure] = {}
            codes: set[str] = set()
            table = whole.fact.table
            for part in parts:
                same = part.key
                if (
                    same.scope != scope
                    or same.year != key.year
                    or key.fund not in (None, same.fund)
                    or part.fact.table != table
                    or same.code is None
                    or not whole.pos < part.pos < end
                ):
                    continue
                codes.add(same.code)
                if part.measure == measure:
                    if same.code in seen:
                        break
                    seen[same.code] = part
            if len(seen) < least:
                continue
            figures = (whole, *seen.values())
            if len(codes) > len(seen):
                trial.skip("economic_classes", figures, "missing")
            elif all(f.usable for f in figures):
                trial.relations.append(Linear("economic_classes", "sum_mismatch", "error", figures))
            else:
                trial.skip("economic_classes", figures, "qualified")


def try_named_parts(book: Book, trial: Trial) -> None:
    """Try that the named parts ``A/B`` of an item A (or the items of a concept) are at most A, and A where complete.

    A list that ends in a residual (其他) is complete; any other list under 其中 may leave parts out.
    """
    for concept in _ADDITIVE:
        figures = book.by_concept.get(concept)
        if figures is None or len(figures) < 2:
            continue
        groups: dict[tuple[Key, str, int], dict[str, Figure]] = {}
        for figure in figures:
            item = figure.key.item
            if item is None or not figure.usable or figure.fact.unit == "ratio" or figure.fact.table is not None:
                continue
            above, _, _ = item.rpartition("/")
            key = figure.key._replace(item=above.strip() or None)
            groups.setdefault((key, figure.measure, figure.block), {}).setdefault(item, figure)
        for (key, measure, _), parts in groups.items():
            first = next(iter(parts.values()))
            wholes = [
                f
                for f in book.find(key, measure)
                if f.block == first.block and f.fact.counted == first.fact.counted and f.pos < first.pos
            ]
            whole = nearest(wholes, first)
            if whole is None:
                continue
            listed = [
                f for f in parts.values() if f.fact.counted == first.fact.counted and f.fact.unit == whole.fact.unit
            ]
            related = (whole, *listed)
            if len(listed) > 1 and any("其他" in f.key.item.rpartition("/")[2] for f in listed if f.key.item):
                trial.relations.append(Linear("named_parts", "sum_mismatch", "error", related))
            elif measure in _LEVELS and (
                whole.key.item is not None or concept not in ("staff", "project_funding", "programme_funding")
            ):
                trial.relations.append(Bound("named_parts", "part_exceeds_whole", "error", related))
