"""The identities of budget execution as data: ``taxonomy/relations.csv``, read once.

A row says which figures must add up. ``form`` is ``sum`` (the parts make the whole), ``subset`` (the parts are at
most the whole), ``base`` / ``natural`` (which total the printed base of a share means; which total a concept's share
is of where no base is printed), or ``name`` (what a relation that the code tries is called in findings).

A part is ``concept``, with ``@fund`` (``@=``: the whole's fund), ``#scope``, ``:measure``, ``~-1`` (of the year
before), a leading ``-`` (subtracted) and a trailing ``?`` (need not be stated).
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from fiscal_analysis import taxonomy
from fiscal_analysis.errors import ContractError

__all__ = ["MONEY_MEASURES", "Identity", "Term", "base_words", "identities", "natural_totals"]

MONEY_MEASURES = (
    "final",
    "initial_budget",
    "adjusted_budget",
    "prior_year",
    "change_on_initial_budget",
    "change_on_prior_year",
)

_TERM = re.compile(
    r"(?P<sign>-?)(?P<concept>[a-z_]+)(?:@(?P<fund>=|[a-z_]+))?(?:\#(?P<scope>[a-z]+))?(?::(?P<measure>[a-z_]+))?"
    r"(?:~(?P<shift>-?[0-9]+))?(?P<optional>\??)"
)


class Term(NamedTuple):
    """One side or part of an identity."""

    concept: str
    fund: str | None
    scope: str | None
    measure: str | None
    shift: int
    sign: int
    optional: bool


class Identity(NamedTuple):
    """A row of ``relations.csv``. `reach` is ``sentence``, ``passage`` (up to the next whole) or ``document``."""

    name: str
    form: str
    whole: Term
    parts: tuple[Term, ...]
    at_least: int
    measures: tuple[str, ...]
    reach: str
    severity: str
    zh: str
    en: str
    plain: bool


def _term(text: str, row: str) -> Term:
    match = _TERM.fullmatch(text.strip())
    if match is None:
        raise ContractError(
            f"taxonomy/relations.csv, relation {row!r}: {text!r} is no term; "
            "write concept[@fund][#scope][:measure][~-1][?]"
        )
    return Term(
        match["concept"],
        match["fund"],
        match["scope"],
        match["measure"],
        int(match["shift"] or 0),
        -1 if match["sign"] else 1,
        bool(match["optional"]),
    )


@cache
def identities() -> tuple[Identity, ...]:
    """Return the sum and subset relations of ``taxonomy/relations.csv``, in its order."""
    found = []
    for row in taxonomy.table("relations"):
        if row["form"] not in ("sum", "subset"):
            continue
        name = row["relation"]
        parts = tuple(_term(t, name) for t in row["parts"].split("|"))
        measures = MONEY_MEASURES if row["measures"] == "money" else tuple(row["measures"].split("|"))
        found.append(
            Identity(
                name,
                row["form"],
                _term(row["whole"], name),
                parts,
                int(row["at_least"]),
                measures,
                row["reach"],
                row["severity"],
                row["zh"],
                row["en"],
                all(p.sign == 1 and p.measure is None for p in parts),
            )
        )
    return tuple(found)


@cache
def base_words() -> tuple[tuple[str, str], ...]:
    """Return (printed words, concept) for the base of a share, the longest words first."""
    pairs = [
        (word, row["whole"])
        for row in taxonomy.table("relations")
        if row["form"] == "base"
        for word in row["parts"].split("|")
    ]
    return tuple(sorted(pairs, key=lambda p: -len(p[0])))


@cache
def natural_totals() -> tuple[tuple[str, str], ...]:
    """Return (beginning of a concept, concept of its total) for shares that name no base."""
    return tuple((row["parts"], row["whole"]) for row in taxonomy.table("relations") if row["form"] == "natural")
