"""From what the extractors state to the rows of the processed tables.

Whole columns are built at once, over all documents of a chunk: a table of a thousand rows takes a millisecond so, and
ten if each row were a dictionary. Values are exact until the one division that makes the float64 of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain, repeat
from operator import and_, lt
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from fiscal_analysis.store import empty, polars_schema, schemas

if TYPE_CHECKING:
    from fiscal_analysis.audit import Finding
    from fiscal_analysis.document import Document
    from fiscal_analysis.extract import Extraction
    from fiscal_analysis.facts import Fact, Indicator
    from fiscal_analysis.quantity import Quantity

__all__ = [
    "Part",
    "by_place",
    "documents_frame",
    "facts_frame",
    "indicators_frame",
    "name_apart",
    "quantities_frame",
    "records_frame",
]

_FLOATS = frozenset((float, type(None)))
_TENS = tuple(10**power for power in range(64))


class Part(NamedTuple):
    """A document and what was extracted from it."""

    document: Document
    extraction: Extraction


def number(digits: int, exponent: int) -> float:
    """Return ``digits * 10**exponent`` as the nearest float64 (a division of integers rounds once, correctly)."""
    if exponent < 0:
        return digits / _TENS[-exponent] if exponent > -64 else float(Decimal(digits).scaleb(exponent))
    return float(digits * _TENS[exponent]) if exponent < 64 else float(digits * 10**exponent)


def numbers(digits: Iterable[int], exponents: Iterable[int]) -> list[float]:
    """Return each ``digits * 10**exponent`` as the nearest float64; see :func:`number`."""
    tens = _TENS
    return [
        value / tens[-power] if -64 < power < 0 else number(value, power)
        for value, power in zip(digits, exponents, strict=True)
    ]


def _decimal(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _frame(name: str, columns: Mapping[str, Sequence[Any]], *, ordered: bool = False) -> pl.DataFrame:
    """Return the table `name` from whole columns; its rows are sorted unless they are known to be `ordered`."""
    series = [pl.Series(column, columns[column], dtype=dtype) for column, dtype in polars_schema(name).items()]
    frame = pl.DataFrame(series)
    return frame if ordered else frame.sort(schemas()[name].order, maintain_order=True)


def _in_order(parts: Iterable[tuple[Sequence[int], Sequence[int]]]) -> bool:
    """Tell whether the places (starts, ends) of each document rise, as extractors give them: then no sort is needed."""
    return all(
        all(map(lt, starts, starts[1:])) or (places := list(zip(starts, ends, strict=True))) == sorted(places)
        for starts, ends in parts
    )


def _places(records: Sequence[Fact] | Sequence[Indicator]) -> tuple[list[int], list[int]]:
    """Return the starts and the ends of some facts or indicators."""
    return [each.source_start for each in records], [each.source_end for each in records]


def _columns(name: str, rows: Iterable[tuple[Any, ...]]) -> dict[str, Sequence[Any]]:
    """Return the columns of the table `name` from its rows."""
    return dict(zip(polars_schema(name), zip(*rows, strict=True), strict=True))


def _per_document(counts: Sequence[int], values: Iterable[Any]) -> list[Any]:
    """Return one value per document, repeated for each of its rows."""
    return list(chain.from_iterable(map(repeat, values, counts)))


class _Sections(dict[int, str]):
    """The outline paths of a document by section, made when first asked for."""

    def __init__(self, document: Document) -> None:
        self._path = document.section_path

    def __missing__(self, section: int) -> str:
        path = self[section] = self._path(section)
        return path


def _quote(text: str, start: int, end: int) -> str:
    """Return a piece of the text on one line: a line end inside is a blank, runs of blanks are one."""
    piece = text[start:end]
    return " ".join(piece.split()) if "\n" in piece or "\r" in piece else piece.strip()


def _quotes(document: Document, facts: Sequence[Fact]) -> list[str]:
    text = document.text
    known: dict[tuple[int, int], str] = {}  # the figures of a sentence share one
    quotes = []
    for fact in facts:
        place = (fact.quote_start, fact.quote_end)
        quote = known.get(place)
        if quote is None:
            quote = known[place] = _quote(text, *place)
        quotes.append(quote)
    return quotes


def name_apart(facts: Sequence[Fact]) -> None:
    """Give facts that share an identifier, as two meanings of one number may, identifiers of their own.

    The first keeps its own, the next get ``-2``, ``-3`` ... in the order of the extraction, so that names are stable.
    """
    names = [fact.fact_id for fact in facts]
    if len(set(names)) < len(names):
        for fact, name in zip(facts, _apart(names), strict=True):
            fact.fact_id = name


def _apart(names: Iterable[str]) -> list[str]:
    seen: dict[str, int] = {}
    told_apart = []
    for name in names:
        count = seen[name] = seen.get(name, 0) + 1
        told_apart.append(name if count == 1 else f"{name}-{count}")
    return told_apart


def facts_frame(parts: Sequence[Part]) -> pl.DataFrame:
    """Return the facts table of some documents, which stand in the order of their `doc_id`."""
    facts = [fact for part in parts for fact in part.extraction.facts]
    if not facts:
        return empty("facts")
    counts = [len(part.extraction.facts) for part in parts]
    sections: list[str] = []
    quotes: list[str] = []
    for document, extraction in parts:
        paths = _Sections(document)
        sections += [paths[fact.section] for fact in extraction.facts]
        quotes += _quotes(document, extraction.facts)
    exponents = [fact.exponent for fact in facts]
    columns: dict[str, Sequence[Any]] = {
        "fact_id": [fact.fact_id for fact in facts],
        "doc_id": _per_document(counts, (part.document.doc_id for part in parts)),
        "division_code": _per_document(counts, (part.document.metadata.division_code for part in parts)),
        "issuer": _per_document(counts, (part.document.metadata.issuer for part in parts)),
        "fiscal_year": [fact.fiscal_year for fact in facts],
        "concept": [fact.concept for fact in facts],
        "measure": [fact.measure for fact in facts],
        "fund": [fact.fund for fact in facts],
        "subject_code": [fact.subject_code for fact in facts],
        "economic_code": [fact.economic_code for fact in facts],
        "subject_name": [fact.subject_name for fact in facts],
        "scope": [fact.scope for fact in facts],
        "item": [fact.item for fact in facts],
        "period": [fact.period for fact in facts],
        "value": numbers([fact.digits for fact in facts], exponents),
        "unit": [fact.unit for fact in facts],
        "counted": [fact.counted for fact in facts],
        "base": [fact.base for fact in facts],
        "comparator": [fact.comparator for fact in facts],
        "value_high": [None if fact.high_digits is None else number(fact.high_digits, fact.exponent) for fact in facts],
        "decimals": [fact.decimals for fact in facts],
        "raw": [fact.raw for fact in facts],
        "source_start": [fact.source_start for fact in facts],
        "source_end": [fact.source_end for fact in facts],
        "page": [fact.page for fact in facts],
        "table": [fact.table for fact in facts],
        "row": [fact.row for fact in facts],
        "column": [fact.column for fact in facts],
        "section": sections,
        "quote": quotes,
        "extractor": [fact.extractor for fact in facts],
        "flag": [fact.flag or None for fact in facts],
        "corrected": [fact.printed is not None for fact in facts],
        "printed_value": [None if fact.printed is None else number(*fact.printed) for fact in facts],
    }
    return _frame("facts", columns, ordered=_in_order(_places(part.extraction.facts) for part in parts))


def indicators_frame(parts: Sequence[Part]) -> pl.DataFrame:
    """Return the indicators table of some documents."""
    indicators = [indicator for part in parts for indicator in part.extraction.indicators]
    if not indicators:
        return empty("indicators")
    counts = [len(part.extraction.indicators) for part in parts]
    columns: dict[str, Sequence[Any]] = {
        "doc_id": _per_document(counts, (part.document.doc_id for part in parts)),
        "item": [each.item or None for each in indicators],
        "level1": [each.level1 or None for each in indicators],
        "level2": [each.level2 or None for each in indicators],
        "level3": [each.level3 or None for each in indicators],
        "target_text": [each.target_text or None for each in indicators],
        "target": [_quantity_value(each.target) for each in indicators],
        "actual_text": [each.actual_text or None for each in indicators],
        "actual": [_quantity_value(each.actual) for each in indicators],
        "unit": [_indicator_unit(each) for each in indicators],
        "comparator": [None if each.target is None else each.target.comparator for each in indicators],
        "weight": [_decimal(each.weight) for each in indicators],
        "score": [_decimal(each.score) for each in indicators],
        "deviation_note": [each.deviation_note or None for each in indicators],
        "source_start": [each.source_start for each in indicators],
        "source_end": [each.source_end for each in indicators],
        "indicator_id": [each.indicator_id for each in indicators],
    }
    return _frame("indicators", columns, ordered=_in_order(_places(part.extraction.indicators) for part in parts))


def _quantity_value(quantity: Quantity | None) -> float | None:
    return None if quantity is None else number(quantity.digits, quantity.exponent)


def _indicator_unit(indicator: Indicator) -> str | None:
    """Return the unit of target and actual; where the two differ, no single unit is true."""
    units = {q.unit for q in (indicator.target, indicator.actual) if q is not None and q.unit is not None}
    return units.pop() if len(units) == 1 else None


def quantities_frame(parts: Sequence[Part]) -> pl.DataFrame:
    """Return the quantities table of some documents."""
    extractions = [part.extraction for part in parts]
    quantities = [quantity for extraction in extractions for quantity in extraction.quantities]
    if not quantities:
        return empty("quantities")
    starts, ends, raws, digits, exponents, units, counted, comparators, highs, decimals, _ = map(
        list, zip(*quantities, strict=True)
    )
    fact_ids = [fact_id for extraction in extractions for fact_id in extraction.claims]
    sections: list[str] = []
    facts: dict[str, Fact] = {}
    for document, extraction in parts:
        paths = _Sections(document)
        sections += [paths[section] for section in extraction.sections]
        facts |= {fact.fact_id: fact for fact in extraction.facts}
    for place, (unit, fact_id) in enumerate(zip(units, fact_ids, strict=True)):
        if unit is None and fact_id is not None:
            # A bare number in a table gets its unit from the table's head: the fact that claims it knows it.
            fact = facts[fact_id]
            units[place], counted[place], decimals[place] = fact.unit, fact.counted, fact.decimals
            value, exponents[place] = fact.printed or (fact.digits, fact.exponent)
            digits[place] = -abs(value) if digits[place] < 0 else abs(value)
            highs[place] = None if fact.printed else fact.high_digits
    columns: dict[str, Sequence[Any]] = {
        "doc_id": _per_document(
            [len(extraction.quantities) for extraction in extractions], (part.document.doc_id for part in parts)
        ),
        "source_start": starts,
        "source_end": ends,
        "raw": raws,
        "value": numbers(digits, exponents),
        "value_high": [
            None if high is None else number(high, power) for high, power in zip(highs, exponents, strict=True)
        ],
        "unit": units,
        "counted": counted,
        "comparator": comparators,
        "decimals": decimals,
        "section": sections,
        "fact_id": fact_ids,
        "indicator_id": [each for extraction in extractions for each in extraction.indicator_claims],
        "fiscal": [each for extraction in extractions for each in extraction.fiscal],
    }
    ordered = _in_order(
        ([quantity[0] for quantity in extraction.quantities], [quantity[1] for quantity in extraction.quantities])
        for extraction in extractions
    )
    return _frame("quantities", columns, ordered=ordered)


def documents_frame(parts: Sequence[Part]) -> pl.DataFrame:
    """Return the documents table of some documents."""
    rows = [_document_row(document, extraction) for document, extraction in parts]
    if not rows:
        return empty("documents")
    # few rows, many columns: making a column costs more than its values
    return pl.DataFrame(rows, schema=polars_schema("documents"), orient="row")


def _document_row(document: Document, extraction: Extraction) -> tuple[Any, ...]:
    meta = document.metadata
    claimed = [
        fact_id is not None or indicator_id is not None
        for fact_id, indicator_id in zip(extraction.claims, extraction.indicator_claims, strict=True)
    ]
    fiscal = sum(extraction.fiscal)
    fiscal_claimed = sum(map(and_, claimed, extraction.fiscal))
    return (
        document.doc_id,
        document.file,
        document.sha256,
        document.format,
        meta.title or None,
        meta.issuer,
        meta.division_code,
        meta.province,
        meta.prefecture,
        meta.county,
        meta.level,
        meta.fiscal_year,
        meta.kind,
        meta.published,
        len(document.text),
        len(extraction.quantities),
        sum(claimed),
        fiscal_claimed / fiscal if fiscal else None,
        fiscal,
        fiscal_claimed,
        "; ".join(meta.notes) or None,
    )


def by_place(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order of the findings table; an audit gives the worst first."""
    return sorted(findings, key=_place_of_finding)


def _place_of_finding(finding: Finding) -> tuple[str, int, int]:
    start, end = finding.source_start, finding.source_end
    return (finding.doc_id, -1 if start is None else start, -1 if end is None else end)


def records_frame(name: str, records: Sequence[tuple[Any, ...]], *, ordered: bool = False) -> pl.DataFrame:
    """Return a table from named tuples that have its columns: checks, findings, failures.

    Decimals become the nearest float64, empty texts null; records that share an identifier are told apart.
    """
    if not records:
        return empty(name)
    schema = polars_schema(name)
    columns = _columns(name, records)
    for column, values in columns.items():
        if schema[column] == pl.Float64:
            if not _FLOATS.issuperset(map(type, values)):
                columns[column] = [None if value is None else float(value) for value in values]
        elif schema[column] == pl.String and "" in values:
            columns[column] = [value or None for value in values]
    for key in schemas()[name].key:
        if key.endswith("_id") and len(set(columns[key])) < len(records):
            columns[key] = _apart(columns[key])
    return _frame(name, columns, ordered=ordered)
