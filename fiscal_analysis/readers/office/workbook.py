"""Workbooks (.xlsx): the cells of each sheet as the program shows them.

The parts are read as a stream, cell by cell: a library's model of a sheet holds an object for each formatted cell, a
million rows of which cost gigabytes, and its light form knows neither merged cells nor hidden rows.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from lxml import etree

from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.content import Box, Content
from fiscal_analysis.readers.limits import Limits
from fiscal_analysis.readers.office.number_formats import BUILT_IN, displayed
from fiscal_analysis.readers.office.packed import Package, local_name
from fiscal_analysis.readers.office.sheets import refuse_cells, sheet_blocks, sheet_title

__all__ = ["Merge", "SheetCells", "read_content", "sheet_notes", "spanned"]

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_TRUE = ("1", "true", "on")
_NAMED = 5  # places that a message names
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


class Merge(NamedTuple):
    """A merged range: first row and column from 0, and how many of each."""

    row: int
    column: int
    down: int
    across: int


class SheetCells(NamedTuple):
    """What a sheet holds: texts by (row, column), merged ranges, hidden rows and columns, formulas without a value."""

    texts: dict[tuple[int, int], str]
    merges: list[Merge]
    hidden_rows: list[int]
    hidden_columns: list[tuple[int, int]]
    unstored: list[str]


class _Sheet(NamedTuple):
    name: str
    part: str
    state: str


def read_content(data: bytes, shown: str, limits: Limits) -> Content:
    """Read a workbook.

    Parameters
    ----------
    data : bytes
        The file.
    shown : str
        What messages call it.
    limits : Limits
        Bounds on parts, unpacked size and cells.

    Returns
    -------
    Content
        One sheet after another; the page of a line or row is its sheet's number.

    Raises
    ------
    SourceError
        The file is damaged, encrypted or over a limit.
    """
    package = Package(data, shown, limits)
    sheets, since_1904 = _sheets(package)
    formats = _formats(package)
    shared = _shared_strings(package, limits)
    content = Content([], page_count=len(sheets))
    cells = 0
    for number, sheet in enumerate(sheets, 1):
        if sheet.part not in package.names:
            if sheet.part:
                content.unread.append((f"sheet {sheet.name}", "Its part is missing: open the file and save it anew."))
            continue
        found = _cells(package, sheet.part, formats, shared, since_1904, limits.cells - cells)
        cells += len(found.texts)
        add_sheet(content, found, number, sheet.name, sheet.state, shown, limits)
    return content


def add_sheet(
    content: Content, found: SheetCells, number: int, name: str, state: str, shown: str, limits: Limits
) -> None:
    """Add what a sheet holds to the content of its workbook."""
    blocks = sheet_blocks(spanned(found), shown=shown, limits=limits, page=number)
    if not blocks:
        return
    content.blocks += sheet_title(name, blocks, number)
    content.blocks += blocks
    content.notes += sheet_notes(name, state, found)
    if found.unstored:
        more = ", ..." if len(found.unstored) > _NAMED else ""
        places = ", ".join(found.unstored[:_NAMED]) + more
        content.unread.append(
            (
                f"sheet {name}: {len(found.unstored)} formulas without a stored value ({places})",
                "Open the file in a spreadsheet program, save it there, and read it again.",
            )
        )


def spanned(found: SheetCells) -> Iterator[Box]:
    """Yield the cells of a sheet with what they span, by row and column; what a merged cell covers is not shown."""
    merges = sorted(found.merges)
    spans: dict[tuple[int, int], Merge] = {}
    over: list[tuple[int, int, int]] = []  # ranges over the present row: first column, column behind, row behind
    at = 0
    present = -1
    for (row, column), text in sorted(found.texts.items()):
        if row > present:
            present = row
            over = [each for each in over if each[2] > row]
            while at < len(merges) and merges[at].row <= row:
                merge = merges[at]
                at += 1
                place = bisect_left(over, (merge.column,))
                clear = place == 0 or over[place - 1][1] <= merge.column
                clear = clear and (place == len(over) or over[place][0] >= merge.column + merge.across)
                if clear and merge.row + merge.down > row:
                    over.insert(place, (merge.column, merge.column + merge.across, merge.row + merge.down))
                    spans[merge.row, merge.column] = merge
        here = spans.get((row, column))
        if here is not None:
            yield Box(text, row, column, here.down, here.across)
            continue
        place = bisect_left(over, (column + 1,))
        if place == 0 or over[place - 1][1] <= column:
            yield Box(text, row, column)


def sheet_notes(name: str, state: str, found: SheetCells) -> list[str]:
    """Return what a user should know of a sheet: that it, or rows and columns with text, were hidden, and read."""
    if state != "visible":
        return [f"hidden sheet {name} was read"]
    notes = []
    filled_rows = {row for row, _ in found.texts}
    rows = [row + 1 for row in found.hidden_rows if row in filled_rows]
    if rows:
        notes.append(f"hidden rows of sheet {name} were read: {_listed(rows)}")
    if found.hidden_columns:
        filled = {column for _, column in found.texts}
        columns = sorted({c for c in filled for first, last in found.hidden_columns if first <= c <= last})
        if columns:
            notes.append(f"hidden columns of sheet {name} were read: {_listed([_letters(c) for c in columns])}")
    return notes


def _listed(places: list[int] | list[str]) -> str:
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    return ", ".join(map(str, places[:_NAMED])) + more


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# -- the parts of the file ------------------------------------------------------------------------------------------


def _sheets(package: Package) -> tuple[list[_Sheet], bool]:
    root = package.root("xl/workbook.xml")
    if root is None:
        raise package.damaged("the part xl/workbook.xml is missing")
    relations = package.relations("xl/workbook.xml")
    sheets: list[_Sheet] = []
    since_1904 = False
    for element in root.iter(etree.Element):
        name = local_name(element)
        if name == "workbookPr":
            since_1904 = element.get("date1904", "0") in _TRUE
        elif name == "sheet":
            reference = next((v for k, v in element.attrib.items() if str(k).endswith("}id")), "")
            relation = relations.get(str(reference))
            is_sheet = relation is not None and relation.kind == "worksheet"  # charts have sheets of their own
            part = relation.target if relation is not None and is_sheet else ""
            sheets.append(_Sheet(element.get("name") or "", part, element.get("state") or "visible"))
    return sheets, since_1904


def _formats(package: Package) -> list[str]:
    """Return the number format of each cell style."""
    root = package.root("xl/styles.xml")
    if root is None:
        return []
    own: dict[int, str] = {}
    found: list[str] = []
    for element in root:
        name = local_name(element)
        if name == "numFmts":
            for each in element:
                own[_whole(each.get("numFmtId"))] = each.get("formatCode") or "General"
        elif name == "cellXfs":
            numbers = [_whole(each.get("numFmtId")) for each in element if local_name(each) == "xf"]
            found = [own.get(number) or BUILT_IN.get(number, "General") for number in numbers]
    return found


def _shared_strings(package: Package, limits: Limits) -> list[str]:
    relations = package.relations("xl/workbook.xml").values()
    part = next((r.target for r in relations if r.kind == "sharedStrings"), "xl/sharedStrings.xml")
    if part not in package.names:
        return []
    found: list[str] = []
    for element in package.stream(part, ["si"]):
        if len(found) >= limits.cells:
            raise refuse_cells(package.shown, limits)
        found.append(_rich_text(element))
    return found


def _rich_text(element: etree._Element) -> str:
    """Return a text in runs; what tells the pronunciation is left out."""
    parts: list[str] = []
    for child in element:
        name = local_name(child)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [each.text or "" for each in child if local_name(each) == "t"]
    text = "".join(parts)
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _cells(
    package: Package, part: str, formats: list[str], shared: list[str], since_1904: bool, most: int
) -> SheetCells:
    found = SheetCells({}, [], [], [], [])
    row = -1
    for element in package.stream(part, ["row", "mergeCell", "col"]):
        name = local_name(element)
        if name == "row":
            row = _whole(element.get("r"), row + 2) - 1
            if not 0 <= row < _LAST_ROW:
                raise package.damaged(f"{part}: row {row + 1}")
            if element.get("hidden") in _TRUE:
                found.hidden_rows.append(row)
            if len(element):
                _row(element, row, found, formats, shared, since_1904)
                if len(found.texts) > most:
                    raise SourceError(
                        f"{package.shown}: holds more cells than the limit `cells` allows. "
                        "Raise the limit, or leave the file out."
                    )
        elif name == "mergeCell":
            merge = _range(element.get("ref") or "")
            if merge is not None:
                found.merges.append(merge)
        elif element.get("hidden") in _TRUE:
            first, last = _whole(element.get("min"), 1), _whole(element.get("max"), 1)
            found.hidden_columns.append((first - 1, last - 1))
    return found


def _row(
    element: etree._Element, row: int, found: SheetCells, formats: list[str], shared: list[str], since_1904: bool
) -> None:
    column = -1
    for cell in element:
        if local_name(cell) != "c":
            continue
        place = cell.get("r")
        match = _PLACE.fullmatch(place) if place else None
        column = _number(match[1]) if match is not None else column + 1
        if not len(cell) or column >= _LAST_COLUMN:
            continue
        style = _whole(cell.get("s"))
        text = _text(cell, formats[style] if 0 <= style < len(formats) else "General", shared, since_1904)
        if text is None:
            found.unstored.append(f"{_letters(column)}{row + 1}")
        elif text.strip():
            found.texts[row, column] = text


def _text(cell: etree._Element, code: str, shared: list[str], since_1904: bool) -> str | None:
    """Return what a cell shows; None where it is a formula whose value is not stored."""
    kind = cell.get("t") or "n"
    value: str | None = None
    formula = False
    for child in cell:
        name = local_name(child)
        if name == "v":
            value = child.text
        elif name == "f":
            formula = True
        elif name == "is":
            return _rich_text(child)
    if not value:
        return None if formula and kind != "str" else ""
    if kind == "s":
        at = _whole(value, -1)
        return shared[at] if 0 <= at < len(shared) else ""
    if kind == "b":
        return "TRUE" if value in _TRUE else "FALSE"
    if kind == "d":
        return _iso(value)
    if kind != "n":  # a formula's text, an error
        return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value
    try:
        return displayed(Decimal(value.strip()), code, since_1904=since_1904)
    except InvalidOperation:
        return value


def _iso(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{moment.year}/{moment.month}/{moment.day}"


def _whole(text: str | None, default: int = 0) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _range(reference: str) -> Merge | None:
    first, _, last = reference.partition(":")
    begin, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last or first)
    if begin is None or end is None:
        return None
    row, column = int(begin[2]) - 1, _number(begin[1])
    return Merge(row, column, max(1, int(end[2]) - row), max(1, _number(end[1]) + 1 - column))
