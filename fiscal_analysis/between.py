"""The audit between documents of one body, on the tables of a whole corpus.

Documents are read in chunks, perhaps by several processes, so the years of a body meet only here. Its documents of
consecutive years are turned back into exact figures and audited against each other; all others are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from fiscal_analysis.document import Metadata
from fiscal_analysis.rows import by_place, records_frame
from fiscal_analysis.store import schemas

if TYPE_CHECKING:
    from fiscal_analysis.facts import Fact

__all__ = ["audit_between"]


class _Stored(NamedTuple):
    """A document as far as its tables remember it; `text` holds the quotes of its facts."""

    doc_id: str
    text: str
    metadata: Metadata


def audit_between(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the checks and findings tables with those between documents of one body added.

    Parameters
    ----------
    frames : mapping of str to polars.DataFrame
        The tables documents, facts, checks and findings.

    Returns
    -------
    dict of str to polars.DataFrame
        ``checks`` and ``findings``; empty where no body has documents of two consecutive years.
    """
    chosen = _with_neighbours(frames["documents"])
    if not chosen:
        return {}
    from fiscal_analysis.audit import audit_corpus

    facts = frames["facts"].filter(pl.col("doc_id").is_in(list(chosen)))
    result = audit_corpus(list(_restored(chosen, facts)))
    added = {
        "checks": records_frame("checks", result.checks),
        "findings": records_frame("findings", by_place(result.findings), ordered=True),
    }
    return {
        name: pl.concat([frames[name], frame]).sort(schemas()[name].order, maintain_order=True)
        for name, frame in added.items()
    }


def _with_neighbours(documents: pl.DataFrame) -> dict[str, Metadata]:
    """Return the documents whose body also published for the year before or after."""
    columns = [documents[name].to_list() for name in ("doc_id", "division_code", "issuer", "fiscal_year")]
    rows = list(zip(*columns, strict=True))
    years: dict[tuple[str | None, str], set[int]] = {}
    for _, division, issuer, year in rows:
        if issuer is not None and year is not None:
            years.setdefault((division, issuer), set()).add(year)
    return {
        doc_id: Metadata(issuer=issuer, division_code=division, fiscal_year=year)
        for doc_id, division, issuer, year in rows
        if issuer is not None and year is not None and {year - 1, year + 1} & years[division, issuer]
    }


def _restored(chosen: Mapping[str, Metadata], facts: pl.DataFrame) -> Iterator[tuple[_Stored, list[Fact]]]:
    from fiscal_analysis.audit.tables import _fact

    for (doc_id,), frame in facts.group_by("doc_id", maintain_order=True):
        name = str(doc_id)
        restored: list[Fact] = []
        places: dict[str, int] = {}  # of each quote in a text made of the quotes alone
        sections: dict[str, int] = {}
        size = 0
        for number, row in enumerate(frame.iter_rows(named=True)):
            fact = _fact(row, number, sections)
            quote = row["quote"] or ""
            if quote not in places:
                places[quote] = size
                size += len(quote) + 1
            fact.quote_start = places[quote]
            fact.quote_end = fact.quote_start + len(quote)
            restored.append(fact)
        yield _Stored(name, "\n".join(places), chosen[name]), restored
