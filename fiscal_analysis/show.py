"""A document as a web page: its outline and text, every quantity marked as claimed or unclaimed.

It shows at a glance what the package has understood: hovering over a claimed quantity tells its meaning. Everything
that comes from the document is escaped, and the page loads nothing from elsewhere.
"""

from __future__ import annotations

import base64
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape
from importlib import resources
from itertools import product
from typing import TYPE_CHECKING

from fiscal_analysis.document import Heading, Table

if TYPE_CHECKING:
    from fiscal_analysis.document import Document
    from fiscal_analysis.extract import Extraction
    from fiscal_analysis.facts import Fact, Indicator

__all__ = ["document_page"]

_UNITS = {"CNY": "yuan", "ratio": "", "score": "points", "count": ""}
_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.7 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Fiscal Sans SC", sans-serif; }
header, nav, main { padding: 0.8rem 1.2rem; }
header { border-bottom: 1px solid #8886; }
h1 { font-size: 1.3rem; margin: 0 0 0.3rem; }
dl { display: flex; flex-wrap: wrap; gap: 0.1rem 1.4rem; margin: 0; font-size: 0.9rem; }
dt { display: inline; opacity: 0.7; } dd { display: inline; margin: 0; } dl > div { white-space: nowrap; }
.page { display: grid; grid-template-columns: minmax(12rem, 20rem) minmax(0, 1fr); }
nav { font-size: 0.85rem; position: sticky; top: 0; max-height: 100vh; overflow: auto; box-sizing: border-box; }
nav a { display: block; color: inherit; text-decoration: none; padding: 0.1rem 0; } nav a:hover { color: #1f6fb2; }
main { white-space: pre-wrap; overflow-wrap: anywhere; max-width: 56rem; tab-size: 4; }
.heading { font-weight: 700; scroll-margin-top: 1rem; } .heading:target { outline: 2px solid #1f6fb2; }
mark { color: inherit; border-radius: 2px; padding: 0 1px; }
mark.claimed { background: #2e9e5b40; cursor: help; }
mark.unclaimed { background: #e0562b66; outline: 1px solid #e0562b; }
mark.outside { background: #8883; }
body:has(#only:checked) mark.claimed, body:has(#only:checked) mark.outside { background: none; }
main table { border-collapse: collapse; font-size: 0.85rem; line-height: 1.4; margin: 0.3rem 0; }
main td { border: 1px solid #8888; padding: 0.1rem 0.4rem; vertical-align: middle; }
.turn { display: block; border-top: 1px dashed #888a; margin: 0.6rem 0 0; }
.turn::before { content: "page " attr(data-page); font-size: 0.75rem; opacity: 0.7; }
label { font-size: 0.9rem; }
@media (max-width: 48rem) { .page { display: block; } nav { position: static; max-height: 14rem; } }
"""


def document_page(document: Document, extraction: Extraction, *, embed_font: bool = False) -> str:
    """Return a document as an HTML page on which every quantity is marked.

    Parameters
    ----------
    document : Document
        The document as read.
    extraction : Extraction
        What was extracted from it.
    embed_font : bool, optional
        Put the package's Chinese font into the page (3 MB), for machines that have none of their own.

    Returns
    -------
    str
        A whole page. A claimed quantity tells concept, measure, subject and value in its ``title``; an unclaimed
        one is marked as such, more faintly outside sections of fiscal or performance content.
    """
    meta = document.metadata
    title = escape(meta.title or document.doc_id)
    claimed = [
        fact_id is not None or indicator_id is not None
        for fact_id, indicator_id in zip(extraction.claims, extraction.indicator_claims, strict=True)
    ]
    fiscal = [is_claimed for is_claimed, inside in zip(claimed, extraction.fiscal, strict=True) if inside]
    about = {
        "document": document.doc_id,
        "file": document.file,
        "issuer": meta.issuer,
        "division": meta.division_code,
        "year": meta.fiscal_year,
        "kind": meta.kind,
        "published": meta.published,
        "pages": len(document.pages) or None,
        "characters": f"{len(document.text):,}",
        "quantities": f"{len(claimed):,}, {sum(claimed):,} claimed",
        "coverage": f"{sum(fiscal) / len(fiscal):.1%} of {len(fiscal):,} in fiscal sections" if fiscal else None,
    }
    facts = "".join(
        f"<div><dt>{name}</dt> <dd>{escape(str(value))}</dd></div>" for name, value in about.items() if value
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
    style = (_font_face() if embed_font else "") + _STYLE
    unread = "".join(f"<li>{escape(reason)}. {escape(remedy)}</li>" for reason, remedy in document.unread)
    return (
        '<!doctype html>\n<html lang="zh"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>{title}</title><style>{style}</style></head>\n<body><header><h1>{title}</h1><dl>{facts}</dl>"
        f"{f'<p>Not read:</p><ul>{unread}</ul>' if unread else ''}"
        '<label><input type="checkbox" id="only"> show only what no extractor claimed</label></header>'
        f'<div class="page"><nav aria-label="outline">{"".join(_links(document.outline))}</nav>\n'
        f"<main>{''.join(_body(document, extraction, claimed))}</main></div></body></html>\n"
    )


def _font_face() -> str:
    font = resources.files("fiscal_analysis").joinpath("fonts", "FiscalSansSC-Regular.ttf").read_bytes()
    encoded = base64.b64encode(font).decode("ascii")
    return f'@font-face {{ font-family: "Fiscal Sans SC"; src: url(data:font/ttf;base64,{encoded}); }}'


def _links(outline: Sequence[Heading]) -> Iterator[str]:
    for place, heading in enumerate(outline):
        text = escape(f"{heading.number} {heading.title}".strip())
        yield f'<a href="#s{place}" style="padding-left:{heading.level - 1}em">{text}</a>'


def _body(document: Document, extraction: Extraction, claimed: Sequence[bool]) -> Iterator[str]:
    """Yield the text in pieces: plain, headings and tables with their cells, and marks in all of them."""
    text = document.text
    marks = sorted(
        (quantity.start, quantity.end, tag)
        for quantity, tag in zip(extraction.quantities, _tags(extraction, claimed), strict=True)
    )
    starts, ends = [mark[0] for mark in marks], [mark[1] for mark in marks]  # both rise: marks do not overlap
    position = place = 0
    for start, end, number, piece in _pieces(document):
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        inside = marks[first:last]
        crosses = bool(inside) and (inside[0][0] < start or inside[-1][1] > end)
        if start < position or crosses:
            if isinstance(piece, Heading):
                # A quantity runs across the heading's edge: keep the link's aim, not the style.
                yield f'<a id="s{number}"></a>'
            continue
        yield from _marked(text, position, start, marks[place:first])
        if isinstance(piece, Table):
            yield from _table(document, piece, inside)
        elif isinstance(piece, Heading):
            yield f'<span class="heading" id="s{number}">'
            yield from _marked(text, start, end, inside)
            yield "</span>"
        else:
            yield f'<span class="turn" data-page="{number}"></span>'
        place, position = last, end
    yield from _marked(text, position, len(text), marks[place:])


def _pieces(document: Document) -> list[tuple[int, int, int, Heading | Table | None]]:
    """Return what interrupts the text, in order: headings, tables with cells of their own, and page ends (None)."""
    pieces: list[tuple[int, int, int, Heading | Table | None]] = []
    pieces += [(heading.start, heading.end, number, heading) for number, heading in enumerate(document.outline)]
    pieces += [(table.start, table.end, table.index, table) for table in document.tables if table.layout == "grid"]
    pieces += [(start, start, page, None) for page, start in enumerate(document.pages, 1)]
    return sorted(pieces, key=lambda piece: piece[:2])


def _table(document: Document, table: Table, marks: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    """Yield a table with its spans; the page of each row that begins one stands in a row of its own."""
    starts, ends = [mark[0] for mark in marks], [mark[1] for mark in marks]
    covered: set[tuple[int, int]] = set()
    page = document.page_at(table.start)
    yield "<table>"
    for row in table.rows:
        if row and document.page_at(row[0].start) != page:
            page = document.page_at(row[0].start)
            yield f'<tr><td colspan="{len(row)}"><span class="turn" data-page="{page}"></span></td></tr>'
        yield "<tr>"
        for cell in row:
            if (cell.row, cell.column) in covered:
                continue
            below, beside = range(cell.row, cell.row + cell.down), range(cell.column, cell.column + cell.across)
            covered.update(product(below, beside))
            yield f'<td rowspan="{cell.down}" colspan="{cell.across}">'
            inside = marks[bisect_right(ends, cell.start) : bisect_left(starts, cell.end)]
            yield from _marked(document.text, cell.start, cell.end, inside)
            yield "</td>"
        yield "</tr>"
    yield "</table>"


def _marked(text: str, start: int, end: int, marks: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    for begin, stop, tag in marks:
        yield escape(text[start:begin])
        yield f"{tag}{escape(text[begin:stop])}</mark>"
        start = stop
    yield escape(text[start:end])


def _tags(extraction: Extraction, claimed: Sequence[bool]) -> Iterator[str]:
    """Yield the opening tag of each quantity's mark."""
    by_place: dict[tuple[int, int], list[Fact]] = {}
    for fact in extraction.facts:
        by_place.setdefault((fact.source_start, fact.source_end), []).append(fact)
    by_id = {fact.fact_id: fact for fact in extraction.facts}
    indicators = {indicator.indicator_id: indicator for indicator in extraction.indicators}
    for quantity, fact_id, indicator_id, is_claimed, inside in zip(
        extraction.quantities,
        extraction.claims,
        extraction.indicator_claims,
        claimed,
        extraction.fiscal,
        strict=True,
    ):
        if not is_claimed:
            yield f'<mark class="{"unclaimed" if inside else "outside"}" title="not claimed">'
            continue
        here = list(by_place.get((quantity.start, quantity.end), ()))
        if fact_id is not None and all(fact.fact_id != fact_id for fact in here):
            here.insert(0, by_id[fact_id])
        meanings = [_fact_words(fact) for fact in here]
        if indicator_id is not None:
            meanings.append(_indicator_words(indicators[indicator_id]))
        meaning = escape("\n".join(meanings))
        yield f'<mark class="claimed" title="{meaning}">'


def _fact_words(fact: Fact) -> str:
    subject = " ".join(filter(None, (fact.subject_code or fact.economic_code, fact.subject_name, fact.item)))
    of = "" if fact.base is None else f" of {fact.base}"
    words = (
        f"{fact.concept}, {fact.measure}{of}",
        subject,
        ", ".join(filter(None, (fact.fund, fact.scope, fact.period))),
        "" if fact.fiscal_year is None else str(fact.fiscal_year),
        _value_words(fact),
    )
    return " · ".join(word for word in words if word)


def _value_words(fact: Fact) -> str:
    value = _plain(fact.value)
    if fact.high_digits is not None:
        value += f" to {_plain(Decimal(fact.high_digits).scaleb(fact.exponent))}"
    unit = fact.counted if fact.unit == "count" and fact.counted else _UNITS.get(fact.unit, fact.unit)
    return " ".join(filter(None, (fact.comparator, value, unit)))


def _plain(value: Decimal) -> str:
    """Return an exact number with thousands separated and no trailing zeros of a power of ten."""
    whole = value == value.to_integral_value()
    return f"{value.to_integral_value():,f}" if whole else f"{value.normalize():,f}"


def _indicator_words(indicator: Indicator) -> str:
    path = " / ".join(filter(None, (indicator.level1, indicator.level2, indicator.level3)))
    return "indicator · " + " · ".join(filter(None, (path, indicator.item)))
