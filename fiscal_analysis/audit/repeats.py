"""The same figure stated twice: in two sections, in two units, in a table and in prose."""

from __future__ import annotations

from fiscal_analysis.audit.figures import Book, Figure, Key, nearest
from fiscal_analysis.audit.relation import Linear
from fiscal_analysis.audit.trial import Trial
from fiscal_analysis.extract.statement_columns import parse_title

__all__ = ["is_hard", "try_repeats"]

_MEASURES = frozenset(
    (
        "final",
        "initial_budget",
        "adjusted_budget",
        "prior_year",
        "change_on_prior_year",
        "change_on_initial_budget",
        "growth_on_prior_year",
        "growth_on_initial_budget",
        "score",
    )
)
# Results in free words: two statements under one name need not be of one thing.
_SOFT = (
    "outcome",
    "firms_",
    "programme_",
    "project_funding",
    "staff",
    "hightech_",
    "evaluated_",
    "evaluation_score",
    "vehicles",
    "large_",
)


_SHORTEST_ITEM = 3


def is_hard(key: Key) -> bool:
    """Tell whether a figure has one value a year in a document (a total, a class, a three-public figure).

    What an item names in free words need not be one thing.
    """
    return key.item is None and not key.concept.startswith(_SOFT)


def try_repeats(book: Book, trial: Trial) -> None:
    """Try that all statements of one figure agree, each with the one before it."""
    for key, figures in book.at.items():
        if len(figures) < 2 or key.year is None:
            continue
        if key.concept == "outcome" and len(key.item or "") < _SHORTEST_ITEM:
            continue  # 组织3批 and 组织2批: a verb names nothing that two sentences share
        by_measure: dict[str, list[Figure]] = {}
        for figure in figures:
            by_measure.setdefault(figure.measure, []).append(figure)
        for measure, listed in by_measure.items():
            if len(listed) < 2 or measure not in _MEASURES:
                continue
            for alike in _of_one_money(book, listed, key):
                _try_statements(trial, alike, is_hard(key), key.concept)
    for figure in book.generic:
        whole = nearest([f for f in book.find(figure.key, figure.measure) if f.fact.unit == figure.fact.unit], figure)
        if whole is None or not figure.usable or figure.measure not in _MEASURES:
            continue
        if whole.fact.counted == figure.fact.counted:
            trial.relations.append(Linear("repeat", "cross_reference", "warning", (figure, whole)))


def _of_one_money(book: Book, figures: list[Figure], key: Key) -> list[list[Figure]]:
    """Part figures of a class over all funds: a table of appropriations leaves out what other income pays."""
    if key.concept != "functional_expenditure" or key.fund is not None:
        return [figures]
    appropriated = {
        table.index
        for table in book.tables
        if (title := parse_title(table.caption)) is not None and title.appropriation
    }
    whole = [figure for figure in figures if figure.fact.table not in appropriated]
    return [whole, [figure for figure in figures if figure.fact.table in appropriated]]


def _try_statements(trial: Trial, figures: list[Figure], hard: bool, concept: str) -> None:
    for place in range(1, len(figures)):
        figure = figures[place]
        if not figure.usable:
            continue
        fact = figure.fact
        for other in reversed(figures[:place]):
            if not other.usable or other.fact.unit != fact.unit or other.fact.counted != fact.counted:
                continue
            if concept.startswith("hightech_") and (other.fact.table is None) != (fact.table is None):
                continue
            if not hard and not (other.v and figure.v):
                continue  # nothing was paid from one of several sources, say
            if other.sent == figure.sent or (other.fact.table is not None and other.fact.table == fact.table):
                break
            severity = "error" if hard else "warning"
            if concept == "outcome":
                severity = "note"
            trial.relations.append(Linear("repeat", "cross_reference", severity, (figure, other)))
            break
    if concept.startswith("hightech_"):
        _try_table_against_prose(trial, figures)


def _try_table_against_prose(trial: Trial, figures: list[Figure]) -> None:
    """Set the total row of a table of batches beside what the text says; the rows seldom say what they count."""
    table = [f for f in figures if f.usable and f.fact.table is not None and f.fact.unit == "count"]
    if not table:
        return
    for figure in figures:
        if figure.usable and figure.fact.table is None and figure.fact.unit == "count":
            trial.relations.append(Linear("table_prose", "cross_reference", "warning", (figure, table[0])))
