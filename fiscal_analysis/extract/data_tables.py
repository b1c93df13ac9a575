"""Read other small tables that carry figures: counts and rates by batch, staff by unit, money by programme.

A figure's meaning is its column's header word (``table_headers.csv``); its item is the row's label. A header that the
vocabulary does not know gives an ``outcome`` whose item is ``row / column``. Units are taken from the cell, the header
or the caption; a figure whose unit is stated nowhere and that is no whole number is left unclaimed, with the reason.

Statement tables of final accounts (收入支出决算总表 and its kin) are not read here: a reader of statements, which knows
them by title and headers, is to be asked before this one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from fiscal_analysis.document import Cell, Document, Table, fold
from fiscal_analysis.extract.table_cells import (
    Reading,
    clean,
    has_digit,
    kind_of,
    new_reading,
    quantities_of,
    quantity_of,
    with_unit,
)
from fiscal_analysis.facts import Fact
from fiscal_analysis.quantity import Quantity
from fiscal_analysis.readers.header_words import (
    TableWord,
    plain,
    printed_unit,
    statement_column,
    statement_row,
    table_word,
)

__all__ = ["read"]

_HIGHTECH = re.compile("高新技术企业|高企|国高新")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})年?度?")
_STATEMENT = re.compile("(?:决算|预算)(?:总|明细)?表|经费支出(?:决|预)算表")
_RATE = re.compile("率$|占比$|比例$|比重$|同比$")
_COUNT = re.compile("数$|数量$|家数|户数|人数|个数|[人家户个]次$")
_MONEY_WORD = re.compile("金额|资金|经费|收入|支出|产值|预算|决算|利润|税")
_GROWTH = re.compile("增长|增幅|同比")
_CODE = re.compile(r"[235][0-9]{2}(?:[0-9]{2}){0,2}|0[0-9]")
_STATEMENT_ROLES = frozenset(("code", "part", "revenue_side", "expenditure_side"))
_HEADERS = 3  # rows of header that are looked at


class _Column(NamedTuple):
    name: str
    group: str
    word: TableWord
    unit: str | None
    year: int | None
    counts: bool  # a bare whole number is a count
    grows: bool


def read(table: Table, doc: Document, context_text: str = "") -> Reading | None:
    """Read the figures of a small data table.

    Parameters
    ----------
    table : Table
        A table of `doc` that is no performance form.
    doc : Document
        The document that holds it; facts take its fiscal year, or the year that a column's header names.
    context_text : str
        What stands around the table (outline path, sentence before it): it tells of what firms 通过评审 is.

    Returns
    -------
    Reading or None
        None where the table has no header row above rows of figures, or is a statement of the accounts. Facts carry
        ``extractor="tables"`` and no id.
    """
    if _STATEMENT.search(table.caption):
        return None
    rows = [row for row in table.rows if any(cell.text for cell in row)]
    top = _header_rows(rows)
    if not top or top == len(rows):
        return None
    body = rows[top:]
    columns = _columns(rows[:top], body, table)
    if columns is None or any(column.word.role == "statement" for column in columns):
        return None
    heads = [statement_column(cell.text) for row in rows[:top] for cell in row if cell.text]
    several = max(sum(bool(head.fund) for head in heads), sum(h.concept.startswith("three_public_") for h in heads)) > 1
    if several or any(head.role in _STATEMENT_ROLES for head in heads):
        return None  # a statement that its own reader could not settle
    labelled = [statement_row(label).role for row in body if (label := next((c.text for c in row if c.text), ""))]
    if sum(role not in ("", "skip", "total") for role in labelled) * 2 > len(labelled):
        return None  # most rows are lines of a statement
    columns = _numbered(columns, body)
    around = f"{table.caption} {context_text} {doc.section_path(table.section) if table.section >= 0 else ''}"
    hightech = _HIGHTECH.search(around) is not None
    passed = hightech and any(c.word.concept == "hightech_passed" and c.word.context == "hightech" for c in columns)
    labels = [i for i, c in enumerate(columns) if c.word.role == "label"] or _label_columns(columns, body)
    reading = new_reading()
    for row in body:
        cells = _aligned(row, columns)
        filled = [cell for cell in row if cell.text]
        if cells is None:
            if any(kind_of(cell.text) in ("number", "percent", "figure") for cell in filled):
                reading.unparsed.append((filled[0].start, filled[-1].end, "cells of the row match no columns"))
            continue
        label = next((clean(c.text) for i in labels if (c := cells[i]) is not None and kind_of(c.text) != "number"), "")
        first_cell = cells[0]
        if not label and first_cell is not None and kind_of(first_cell.text) == "text":
            label = clean(first_cell.text)
        for i, column in enumerate(columns):
            cell = cells[i]
            if cell is None or i in labels or column.word.role == "text":
                continue
            if column.word.role == "index":
                reading.claimed.extend((q.start, q.end, "index") for q in quantities_of(cell))
                continue
            if kind_of(cell.text) not in ("number", "percent", "figure") and not has_digit(cell.text):
                continue
            quantity = _figure(cell, column)
            if quantity is None:
                if kind_of(cell.text) == "number":
                    reading.unparsed.append((cell.start, cell.end, "no unit is stated for the figure"))
                continue
            _state(reading, doc, table, filled, cell, column, quantity, label, hightech, passed)
    return reading if reading.facts else None


# -- shape ----------------------------------------------------------------------------------------------------------


def _header_rows(rows: Sequence[Sequence[Cell]]) -> int:
    """Return how many rows at the top are headers: rows without figures, the last with two words or more."""
    top = 0
    for row in rows[: _HEADERS + 1]:
        kinds = [kind_of(cell.text) for cell in row if cell.text]
        years = sum(_is_year(cell.text) for cell in row)
        if any(k in ("number", "percent") for k in kinds) and not (years and years * 2 >= len(kinds)):
            break
        if "figure" in kinds and not years:
            break
        if any(table_word(cell.text).role == "" and len(cell.text) > 30 for cell in row):
            break
        if top and len(kinds) >= 2 and kinds[0] == "text" and _like_data(row, rows[0]):
            break
        top += 1
    if top > _HEADERS or not top or sum(bool(cell.text) for cell in rows[top - 1]) < 2:
        return 0
    return top


def _is_year(text: str) -> bool:
    """Tell whether a cell is a year (``2023年``)."""
    return text[:2] in ("19", "20") and _YEAR.fullmatch(plain(text)) is not None


def _like_data(row: Sequence[Cell], header: Sequence[Cell]) -> bool:
    """Tell whether a row without bare figures is data all the same (``1家`` beside words)."""
    known = sum(bool(table_word(cell.text).role) for cell in row if cell.text)
    known_above = sum(bool(table_word(cell.text).role) for cell in header if cell.text)
    return known == 0 and known_above >= 2 and len(row) == len(header)


def _columns(top: Sequence[Sequence[Cell]], body: Sequence[Sequence[Cell]], table: Table) -> list[_Column] | None:
    last = list(top[-1])
    width = max(len(row) for row in body)
    names = [clean(cell.text) for cell in last]
    groups = [""] * len(names)
    if len(top) > 1:
        upper = list(top[-2])
        if len(upper) == len(last):
            at = ""
            for i, cell in enumerate(upper):
                at = clean(cell.text) or (at if names[i] else "")
                groups[i] = at if at != names[i] else ""
                if not names[i]:
                    names[i], groups[i] = at, ""
        else:
            heads = [clean(cell.text) for cell in upper if cell.text]
            lead = len(upper) - len(heads) if not upper[0].text else 0
            if len(names) < width and not lead and heads:
                # the row label's header spans both rows and stands in the upper one
                names, groups = [heads[0], *names], ["", *groups]
                heads = heads[1:]
                groups[1:] = _grouped(names[1:], heads)
            else:
                groups = _grouped(names, heads)
    if len(names) < width:
        names, groups = [""] * (width - len(names)) + names, [""] * (width - len(groups)) + groups
    if len(names) > 40:
        return None
    result = []
    captioned = printed_unit(table.caption)
    for name, group in zip(names, groups, strict=True):
        found = table_word(name)
        if not found.role and group:
            found = table_word(group)._replace(role="value") if table_word(group).role == "value" else found
        year = _YEAR.fullmatch(fold(name).replace(" ", "")) or _YEAR.fullmatch(fold(group).replace(" ", ""))
        unit = printed_unit(name) or printed_unit(group)
        name = plain(name) or name
        rate = _RATE.search(name) is not None
        counts = _COUNT.search(name) is not None or found.concept.startswith(
            ("hightech", "staff", "programme_recipients")
        )
        if unit is None and captioned is not None and not rate and not (counts and captioned.endswith("元")):
            unit = captioned
        counts = not rate and (counts or _MONEY_WORD.search(name) is None)
        grows = _GROWTH.search(name) is not None
        result.append(_Column(name, group, found, unit, int(year[1]) if year else None, counts, grows))
    return result


def _grouped(names: list[str], heads: list[str]) -> list[str]:
    """Return the upper header of each column, where one row of headers spans another.

    A column that shares two characters with the next upper header, or repeats a name of the present one, opens it.
    Without such a sign nothing is assigned.
    """
    groups = [""] * len(names)
    if not heads:
        return groups
    at, seen, opened = 0, set[str](), {0}
    for i, name in enumerate(names):
        if at + 1 < len(heads) and (_shares(name, heads[at + 1]) or name in seen):
            at += 1
            seen = set()
            opened.add(at)
        seen.add(name)
        groups[i] = heads[at]
    return groups if len(opened) == len(heads) else [""] * len(names)


def _shares(name: str, head: str) -> bool:
    bare, other = plain(name), plain(head)
    return any(bare[i : i + 2] in other for i in range(len(bare) - 1))


def _numbered(columns: Sequence[_Column], body: Sequence[Sequence[Cell]]) -> list[_Column]:
    """Return the columns with those before the rows' names that hold codes or the rows' numbers marked as such."""
    result = list(columns)
    full = [row for row in body if len(row) == len(columns)]
    for i, column in enumerate(columns[:-1]):
        texts = [row[i].text for row in full if row[i].text]
        named = any(kind_of(row[j].text) == "text" for row in full for j in range(i + 1, len(row)))
        if column.word.role or not named or len(texts) < 2 or any(kind_of(text) != "number" for text in texts):
            break
        if all(_CODE.fullmatch(t) for t in texts) or texts == [str(n) for n in range(1, len(texts) + 1)]:
            result[i] = column._replace(word=TableWord("index"))
    return result


def _label_columns(columns: Sequence[_Column], body: Sequence[Sequence[Cell]]) -> list[int]:
    """Return the first column that holds words in all full rows."""
    full = [row for row in body if len(row) == len(columns)]
    for i, column in enumerate(columns):
        if column.word.role in ("index", "value"):
            continue
        if full and all(kind_of(row[i].text) in ("text", "empty") or _is_year(row[i].text) for row in full):
            return [i]
    return []


def _aligned(row: Sequence[Cell], columns: Sequence[_Column]) -> list[Cell | None] | None:
    """Return the row's cell per column; a shorter row only where labels and figures leave no choice."""
    if len(row) == len(columns):
        return [cell if cell.text else None for cell in row]
    filled = [cell for cell in row if cell.text]
    if len(filled) == len(columns):
        return list(filled)
    if len(row) < len(columns) and columns[0].word.role == "index" and len(row) == len(columns) - 1:
        return [None, *(cell if cell.text else None for cell in row)]  # 合计 spans the number's column
    return None


# -- figures --------------------------------------------------------------------------------------------------------


def _figure(cell: Cell, column: _Column) -> Quantity | None:
    quantity = quantity_of(quantities_of(cell))
    if quantity is None or quantity.unit is not None:
        return quantity
    if column.unit is not None:
        return with_unit(quantity, column.unit)
    if column.word.concept == "evaluation_score":
        return with_unit(quantity, "分")
    return quantity._replace(unit="count", decimals=None) if column.counts and quantity.exponent >= 0 else None


def _state(
    reading: Reading,
    doc: Document,
    table: Table,
    row: Sequence[Cell],
    cell: Cell,
    column: _Column,
    quantity: Quantity,
    label: str,
    hightech: bool,
    passed: bool,
) -> None:
    """Add the fact that one cell states."""
    word = column.word
    concept, measure = word.concept, word.measure or "actual"
    if (word.context == "hightech" and not hightech) or (word.context == "hightech_passed" and not passed):
        concept = ""
    if concept and not _unit_suits(concept, quantity.unit):
        concept = ""
    if column.year is not None and not concept:
        # columns are years: what is measured stands above them or at the row's beginning
        named = next((w for w in (table_word(column.group), table_word(label)) if w.concept), TableWord())
        suits = named.context == "" or (named.context == "hightech" and hightech)
        if suits and _unit_suits(named.concept, quantity.unit):
            concept, measure = named.concept, named.measure
    if concept and concept != "staff":
        parts = [label] if label else []
        if column.name in ("首次认定", "重新认定"):
            parts.append(column.name)
    else:
        parts = [part for part in (label, column.group, column.name if column.year is None else "") if part]
        parts = [part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1]]
    rate = quantity.unit == "ratio" and column.grows
    reading.facts.append(
        Fact(
            concept or "outcome",
            "growth_on_prior_year" if rate else measure,
            quantity.digits,
            quantity.exponent,
            quantity.unit or "",
            column.year or doc.metadata.fiscal_year,
            doc.text[quantity.start : quantity.end],
            quantity.start,
            quantity.end,
            decimals=quantity.decimals,
            high_digits=quantity.high_digits,
            comparator=quantity.comparator,
            counted=quantity.counted,
            item=" / ".join(parts) or None,
            section=table.section,
            quote_start=row[0].start,
            quote_end=row[-1].end,
            extractor="tables",
            flag=quantity.flag,
            page=table.page,
            table=table.index,
            row=cell.row,
            column=cell.column,
        )
    )
    reading.claimed.append((quantity.start, quantity.end, concept or "outcome"))


def _unit_suits(concept: str, unit: str | None) -> bool:
    if concept in ("programme_funding", "project_funding"):
        return unit == "CNY"
    if concept == "execution_rate":
        return unit == "ratio"
    if concept == "evaluation_score":
        return unit == "score"
    if concept == "hightech_passed":
        return unit in ("count", "ratio")
    return unit == "count"
