"""Documents to facts: quantities first, claims second; what nobody claims stays visible."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from operator import attrgetter, itemgetter
from typing import NamedTuple

from fiscal_analysis.document import Document, Places, Table, fold
from fiscal_analysis.extract import data_tables, performance, statements
from fiscal_analysis.extract.context import Section
from fiscal_analysis.extract.prose import extract_prose, project_of_title, read_cell
from fiscal_analysis.extract.sections import read_sections
from fiscal_analysis.facts import Fact, Indicator
from fiscal_analysis.quantity import Quantity, may_hold_quantity, scan

__all__ = ["Extraction", "extract_document"]

_WIDE_DIGIT = re.compile("[０-９]")


class Extraction(NamedTuple):
    """All that was found in a document. The lists from `quantities` on run in parallel.

    `fiscal` tells whether a quantity stands in fiscal or performance content; `reasons` says of an unclaimed one why
    it is no data (``duties``, ``glossary``, ``threshold``, ``organisation`` ...), None where it was not understood.
    """

    facts: list[Fact]
    indicators: list[Indicator]
    quantities: list[Quantity]
    claims: list[str | None]
    indicator_claims: list[str | None]
    sections: list[int]
    fiscal: list[bool]
    reasons: list[str | None]


def extract_document(document: Document) -> Extraction:
    """Read the facts, indicators and quantities of a document.

    Parameters
    ----------
    document : Document
        As given by :func:`fiscal_analysis.read`.

    Returns
    -------
    Extraction
        Facts and indicators with their ids; every quantity with the id of the fact or indicator row that claims it.
        Lines wrapped at a width are read whole; all places are places in the text as it stands.
    """
    if document.unwrapped is None or document.places is None:
        return _extract(document)
    return _in_source(_extract(document.unwrapped), document.text, document.places)


def _in_source(found: Extraction, text: str, places: Places) -> Extraction:
    """Return what was read from whole lines with its places in the text as it stands, wrapped."""
    for fact in found.facts:
        fact.source_start, fact.source_end = places.span(fact.source_start, fact.source_end)
        fact.quote_start, fact.quote_end = places.span(fact.quote_start, fact.quote_end)
        fact.raw = text[fact.source_start : fact.source_end]
    for indicator in found.indicators:
        indicator.source_start, indicator.source_end = places.span(indicator.source_start, indicator.source_end)
    quantities = []
    for quantity in found.quantities:
        start, end = places.span(quantity.start, quantity.end)
        quantities.append(quantity._replace(start=start, end=end, raw=text[start:end]))
    return found._replace(quantities=quantities)


def _extract(document: Document) -> Extraction:
    """Read a document whose lines are whole."""
    meta = document.metadata
    item = project_of_title(meta.title) if meta.kind == "project_evaluation" else None
    projects: list[tuple[int, str]] = []
    readings: list[tuple[Table, performance.Reading | None]] = []
    for table in document.tables:
        reading = performance.read(table, document, item)
        if reading is not None and (named := next((i.item for i in reading.indicators if i.item), None)) is not None:
            projects.append((table.start, named))
            item = item or named
        readings.append((table, reading))
    sections = read_sections(document, projects)
    readings = [
        (table, reading if reading is not None else _read_data(document, sections, table))
        for table, reading in readings
    ]
    facts, quantities, places, reasons = extract_prose(document, sections, item)
    key = document.sha256 or blake2b(document.text.encode(), digest_size=16).hexdigest()
    indicators: list[Indicator] = []
    table_facts: list[Fact] = []
    claimed: dict[tuple[int, int], str] = {}
    for table, reading in readings:
        inside = _table_quantities(document, table, reading)
        quantities += inside
        places += [table.section] * len(inside)
        reasons += [None] * len(inside)
        if reading is None:
            continue
        for indicator in reading.indicators:
            indicator.indicator_id = _identify(key, "indicator", str(indicator.source_start), indicator.level3)
            indicators.append(indicator)
        table_facts += reading.facts
        for start, end, _ in reading.claimed:
            claimed[start, end] = ""
        for cell, measure in getattr(reading, "prose", ()):
            table_facts += read_cell(document, sections, cell.start, cell.end, table.section, measure, item)
        table_facts += _caps_in_cells(document, sections, table, item)
    starts = list(map(itemgetter(0), quantities))
    if readings:
        order = sorted(range(len(quantities)), key=starts.__getitem__)
        quantities = list(map(quantities.__getitem__, order))
        places = list(map(places.__getitem__, order))
        reasons = list(map(reasons.__getitem__, order))
        starts.sort()
    facts += table_facts
    facts.sort(key=attrgetter("source_start", "source_end"))
    if document.pages:
        _place_on_pages(facts, document)
    document_id = _identify(key)[:10]
    claims: list[str | None] = [None] * len(quantities)
    indicator_claims: list[str | None] = [None] * len(quantities)
    for fact in facts:
        offset = fact.source_start
        fact_id = fact.fact_id = f"{document_id}{offset:06x}{_meaning(fact.concept, fact.measure)}"
        at = bisect_right(starts, offset) - 1
        if at >= 0 and offset < quantities[at][1]:
            fact.quantity = at
            if claims[at] is None:
                claims[at] = fact_id
    for indicator in indicators:
        low = bisect_left(starts, indicator.source_start)
        high = bisect_left(starts, indicator.source_end)
        for at in range(low, high):
            if (quantities[at].start, quantities[at].end) in claimed or claims[at] is None:
                indicator_claims[at] = indicator.indicator_id
    fiscal = [reason is None or claim is not None for reason, claim in zip(reasons, claims, strict=True)]
    return Extraction(facts, indicators, quantities, claims, indicator_claims, places, fiscal, reasons)


def _place_on_pages(facts: list[Fact], document: Document) -> None:
    """Give facts their page; those of a page that was recognised from a picture say so."""
    for fact in facts:
        fact.page = document.page_at(fact.source_start)
        if fact.page in document.recognised:
            fact.extractor = f"ocr:{fact.extractor}"


_LONG_CELL = 14
_HEADER_ROWS = 5
_ROW_NUMBERS = frozenset(("序号", "行次"))  # headers of columns that number the rows


def _caps_in_cells(document: Document, sections: list[Section], table: Table, item: str | None) -> list[Fact]:
    """Read the rates and caps that the words of an indicator state (``单个项目最高支持不超过1000万元``)."""
    found: list[Fact] = []
    for row in table.rows:
        for cell in row:
            if len(cell.text) >= _LONG_CELL and "元" in cell.text:
                facts = read_cell(document, sections, cell.start, cell.end, table.section, "actual", item)
                found += [fact for fact in facts if fact.concept == "programme_rate"]
    return found


def _read_data(document: Document, sections: list[Section], table: Table) -> performance.Reading | None:
    """Read a table that is no evaluation form; what its chapter is about tells what it counts."""
    if performance.holds_form(table):
        return None
    context = document.section_path(table.section)
    if table.section >= 0 and sections[table.section].hightech:
        context += " 高新技术企业"
    if _WIDE_DIGIT.search(document.text, table.start, table.end) is not None:
        table = _narrowed(table)
    return statements.read(table, document) or data_tables.read(table, document, context)


def _narrowed(table: Table) -> Table:
    """Return a table with digits of half width where its cells print them in full width."""
    rows = tuple(
        [
            tuple([cell._replace(text=fold(cell.text)) if _WIDE_DIGIT.search(cell.text) else cell for cell in row])
            for row in table.rows
        ]
    )
    return replace(table, rows=rows, caption=fold(table.caption))


@cache
def _meaning(concept: str, measure: str) -> str:
    """Return four hexadecimal digits for a concept and a measure."""
    return blake2b(f"{concept}\x1f{measure}".encode(), digest_size=2).hexdigest()


def _identify(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


def _table_quantities(document: Document, table: Table, reading: performance.Reading | None) -> list[Quantity]:
    """Return the quantities in a table's cells; codes of classifications and the numbers of rows are none."""
    folded, text = document.folded, document.text
    codes = {cell.start for cell in reading.codes} if reading is not None else set()
    if table.layout == "grid":
        numbered = {cell.column for row in table.rows[:_HEADER_ROWS] for cell in row if cell.text in _ROW_NUMBERS}
        codes.update(row[column].start for row in table.rows for column in numbered if row[column].text.isdigit())
    found: list[Quantity] = []
    for row in table.rows:
        for _, start, end, *_ in row:
            if start < end and may_hold_quantity(folded, start, end) and start not in codes:
                found += scan(folded[start:end], text, start)
    return found
