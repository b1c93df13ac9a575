"""What stands beside a study's charts and tables: the sentences behind marks, notes of which there are not too many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from fiscal_analysis.studies.view import View

__all__ = ["few", "listed", "quotes_of", "tooltip"]

_LONGEST = 160
MOST_NOTES = 24
"""How many notes of one kind stand below a table."""


def quotes_of(view: View, rows: pl.DataFrame) -> dict[str, str]:
    """Return the sentence of each fact that `rows` rest on (their ``fact_ids``), shortened where it is long."""
    used = rows["fact_ids"].explode().drop_nulls().unique()
    table = view.corpus.facts.filter(pl.col("fact_id").is_in(used.implode())).select("fact_id", "quote")
    return {fact_id: " ".join(quote.split())[:_LONGEST] for fact_id, quote in table.iter_rows() if quote}


def tooltip(said: Iterable[str], quotes: Mapping[str, str], fact_ids: Iterable[str]) -> str:
    """Return what a mark says: a line for each thing said, and the first sentence that it rests on."""
    quote = next((quotes[fact_id] for fact_id in fact_ids if fact_id in quotes), None)
    return "\n".join([*said, *([f"“{quote}”"] if quote else [])])


def few(view: View, notes: Iterable[str]) -> list[str]:
    """Return the first notes, and how many there are more: a table of hundreds of documents has as many notes."""
    some = list(notes)
    more = len(some) - MOST_NOTES
    if more <= 0:
        return some
    return [*some[:MOST_NOTES], view.t(f"Another {more:,} notes are not shown.", f"另有{more:,}条说明未列出。")]


def listed(view: View, names: Iterable[str], most: int = 12) -> str:
    """Return names as a list, and how many there are more."""
    some = list(dict.fromkeys(names))
    told = view.t(", ", "、").join(some[:most])
    if len(some) <= most:
        return told
    return view.t(f"{told} and {len(some) - most:,} more", f"{told}等{len(some):,}个")
