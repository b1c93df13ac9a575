"""Parts and wholes: the identities of the table, classes and their items, economic classes, named parts of an item."""

from __future__ import annotations

from functools import cache

from fiscal_analysis.audit.figures import Book, Figure, Key, nearest
from fiscal_analysis.audit.identities import MONEY_MEASURES, Identity, identities
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


_new = tuple.__new__


@cache
def _by_whole() -> dict[str, tuple[Identity, ...]]:
    found: dict[str, list[Identity]] = {}
    for identity in identities():
        found.setdefault(identity.whole.concept, []).append(identity)
    return {concept: tuple(rows) for concept, rows in found.items()}


def try_identities(book: Book, trial: Trial) -> None:
    """Try every sum and subset relation of the table around every statement of its whole."""
    stated = book.by_concept
    for concept, rows in _by_whole().items():
        if concept not in stated:
            continue
        possible = [row for row in rows if any(part.concept in stated for part in row.parts)]
        for whole in stated[concept] if possible else ():
            key, measure = whole.key, whole.measure
            if whole.fact.unit == "ratio":
                continue
            end = -1
            for identity in possible:
                fund, scope = identity.whole.fund, identity.whole.scope
                if measure not in identity.measures or key.scope != scope:
                    continue
                if key.fund is None or fund == "=" or key.fund == fund:
                    if end < 0 and identity.reach == "passage":
                        end = _end_of_passage(book, whole)
                    _try_identity(book, trial, identity, whole, end)


def _end_of_passage(book: Book, whole: Figure) -> int:
    """Return where the parts of a whole end at the latest: where it is stated again, or out of reach."""
    start = whole.pos
    end = start + _REACH
    for other in book.at[whole.key]:
        if start < other.pos < end and other.sent != whole.sent and other.measure == whole.measure:
            return other.pos
    return end


def _try_identity(book: Book, trial: Trial, identity: Identity, whole: Figure, end: int) -> None:
    (_, whole_fund, code, _, item, period, year), measure = whole.key, whole.measure
    parts: list[Figure] = []
    signs: list[int] = []
    complete = True
    at, by_concept = book.at, book.by_concept
    for concept, fund, scope, other_measure, shift, sign, optional in identity.parts:
        found = None
        if concept in by_concept:
            fund = whole_fund if fund == "=" else fund
            then = year + shift if shift and year is not None else year
            listed = at.get(_new(Key, (concept, fund, code, scope, item, period, then)))
            if listed:
                wanted = other_measure or measure
                # A budget and its outturn are read together: the second part is sought beside the first.
                beside = parts[0] if parts and other_measure is not None else whole
                listed = [f for f in listed if f.measure == wanted]
                found = _choose(identity.reach, beside, listed, end)
        if found is None:
            complete = complete and optional
        else:
            parts.append(found)
            signs.append(sign)
    if not parts:
        return
    figures = (whole, *parts)
    name, severity = identity.name, identity.severity
    if identity.form == "subset":
        if complete:
            trial.add(Bound(name, "part_exceeds_whole", severity, figures))
    elif complete and len(parts) >= identity.at_least:
        trial.add(Linear(name, "sum_mismatch", severity, figures, None if identity.plain else tuple(signs)))
    elif identity.reach != "document":
        if identity.plain and measure in _LEVELS:
            trial.add(Bound(name, "part_exceeds_whole", severity, figures))
        else:
            trial.skip(name, figures, "missing")


def _choose(reach: str, whole: Figure, listed: list[Figure], end: int) -> Figure | None:
    """Choose the statement of a part that goes with this statement of the whole; None where none does."""
    if reach == "document":
        return nearest(listed, whole)
    if reach == "sentence":
        return nearest([f for f in listed if f.sent == whole.sent], whole)
    table = whole.fact.table
    if table is not None:
        return nearest([f for f in listed if f.fact.table == table], whole)
    start = whole.pos
    for figure in listed:
        if start < figure.pos < end and figure.fact.table is None:
            return figure
    return next((f for f in reversed(listed) if f.sent == whole.sent), None)


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
        else:
            trial.add(Linear("class_items", "sum_mismatch", "error", figures))


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
        if level > 3 and not _covers(whole, seen, {line.code for line in listed if len(line.code) == 3}):
            trial.skip("fund_classes", figures, "partial")
            continue
        trial.add(Linear("fund_classes", "sum_mismatch", "error", figures))
        # The lines come twice, as a composition and one by one: a class that is not explained is missed out there.
        detailed = {
            line.code: line.measures[whole.measure] for line in listed if line.below and whole.measure in line.measures
        }
        if len(seen) > 2 and len(detailed) == len(seen) - 1 and detailed.keys() < seen.keys():
            trial.relations.append(Linear("explained_classes", "sum_mismatch", "warning", (whole, *detailed.values())))


def _covers(whole: Figure, seen: dict[str, Figure], classes: set[str]) -> bool:
    """Tell whether a list of groups or items is all of a fund: it has some of each class, or nearly adds up."""
    if classes:
        return classes <= {code[:3] for code in seen}
    return 5 * abs(whole.v - sum(figure.v for figure in seen.values())) <= abs(whole.v)


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
            else:
                trial.add(Linear("economic_classes", "sum_mismatch", "error", figures))


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
            _, fund, code, scope, _, period, year = figure.key
            key = _new(Key, (concept, fund, code, scope, above.strip() or None, period, year))
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
