"""Workbooks of the old format (.xls): the same content as of .xlsx, read with xlrd."""

from __future__ import annotations

import io
import struct
from decimal import Decimal
from typing import Any

from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.content import Content
from fiscal_analysis.readers.limits import Limits
from fiscal_analysis.readers.office.number_formats import BUILT_IN, displayed
from fiscal_analysis.readers.office.sheets import refuse_cells
from fiscal_analysis.readers.office.workbook import Merge, SheetCells, add_sheet

__all__ = ["read_content"]

_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = 1, 2, 3, 4, 5
# What the file's own words for built-in formats do not settle: dates as a Chinese system shows them.
_OWN = frozenset((14, 22, *range(27, 37), *range(50, 59)))


def read_content(data: bytes, shown: str, limits: Limits) -> Content:
    """Read an old workbook; see :func:`fiscal_analysis.readers.workbook.read_content`."""
    import xlrd
    from xlrd.compdoc import CompDocError

    broken = (
        xlrd.XLRDError, CompDocError, struct.error, IndexError, KeyError, ValueError, AssertionError, TypeError,
        AttributeError, OverflowError, MemoryError,
    )  # fmt: skip
    content = Content([])
    cells = 0
    try:
        # sheets are loaded one by one, so that one without end does not cost the memory of all
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        )
        content.page_count = book.nsheets
        for number in range(book.nsheets):
            sheet = book.sheet_by_index(number)
            found = _cells(book, sheet, limits.cells - cells)
            if found is None:
                raise refuse_cells(shown, limits)
            cells += len(found.texts)
            state = "visible" if sheet.visibility == 0 else "hidden"
            add_sheet(content, found, number + 1, sheet.name, state, shown, limits)
            book.unload_sheet(number)
    except SourceError:
        raise
    except broken as error:
        if "encrypted" in str(error):
            raise SourceError(
                f"{shown}: the file is encrypted. Save it without a password, and give that file."
            ) from error
        raise SourceError(
            f"{shown}: the file is damaged or incomplete ({error}). Download it again, or open it and save it as .xlsx."
        ) from error
    return content


def _cells(book: Any, sheet: Any, most: int) -> SheetCells | None:
    """Return what a sheet holds; None where it is more than `most` cells."""
    found = SheetCells({}, [], [], [], [])
    since_1904 = book.datemode == 1
    codes: dict[int, str] = {}
    for row in range(sheet.nrows):
        kinds, values = sheet.row_types(row), sheet.row_values(row)
        for column, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            text = ""
            if kind == _TEXT:
                text = value
            elif kind in (_NUMBER, _DATE):
                style = sheet.cell_xf_index(row, column)
                code = codes.get(style)
                if code is None:
                    code = codes[style] = _format(book, style)
                text = displayed(Decimal(repr(value)), code, since_1904=since_1904)
            elif kind == _BOOLEAN:
                text = "TRUE" if value else "FALSE"
            elif kind == _ERROR:
                text = _error_text(value)
            if text.strip():
                found.texts[row, column] = text
        if len(found.texts) > most:
            return None
    for first, end, left, right in sheet.merged_cells:
        found.merges.append(Merge(first, left, end - first, right - left))
    found.hidden_rows.extend(row for row, info in sheet.rowinfo_map.items() if info.hidden)
    found.hidden_columns.extend((column, column) for column, info in sheet.colinfo_map.items() if info.hidden)
    return found


def _format(book: Any, style: int) -> str:
    if not 0 <= style < len(book.xf_list):
        return "General"
    key = book.xf_list[style].format_key
    if key in _OWN:
        return BUILT_IN.get(key, "General")
    known = book.format_map.get(key)
    return str(known.format_str) if known is not None and known.format_str else BUILT_IN.get(key, "General")


def _error_text(code: int) -> str:
    from xlrd.biffh import error_text_from_code

    return str(error_text_from_code.get(code, "#ERROR!"))
