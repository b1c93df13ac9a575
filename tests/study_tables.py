"""The tables of a study as its reader sees them, for tests that compute the same figures in another way."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat

ROOT = Path(__file__).resolve().parent.parent

_TABLE = re.compile(
    r'<div id="([^"]+)"[^>]*>\s*(?:<style>.*?</style>\s*)?<table class="gt_table".*?</table>', re.DOTALL
)
_ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[hd]\b([^>]*)>(.*?)</t[hd]>", re.DOTALL)
_HEADING = re.compile(r'<th class="gt_col_heading[^"]*"[^>]*>(.*?)</th>', re.DOTALL)


class Table(NamedTuple):
    """Title, headings, rows as dictionaries by heading (``group`` is the heading of the group of rows), notes."""

    title: str
    headings: list[str]
    rows: list[dict[str, str]]
    notes: list[str]


def words(markup: str) -> str:
    """What a cell says, no-break spaces as they are."""
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br\s*/?>", " ", markup))).strip()


def tables_of(notebook: nbformat.NotebookNode) -> dict[str, Table]:
    """The tables of an executed notebook by name."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for match in _TABLE.finditer("".join(output.get("data", {}).get("text/html", ""))):
                found[match[1]] = _table(match[0])
    return found


@cache
def published(study: str) -> dict[str, Table]:
    """The tables of a published notebook by name, as they are stored in it."""
    return tables_of(nbformat.read(ROOT / "notebooks" / f"{study}.ipynb", as_version=4))


def _table(markup: str) -> Table:
    title = re.search(r'class="gt_heading gt_title[^"]*"[^>]*>(.*?)</td>', markup, re.DOTALL)
    headings = [words(each) for each in _HEADING.findall(markup)]
    body = markup.partition("<tbody")[2].partition("</tbody>")[0]
    rows: list[dict[str, str]] = []
    group = ""
    for row in _ROW.findall(body):
        cells = _CELL.findall(row)
        if len(cells) == 1 and "gt_group_heading" in cells[0][0]:
            group = words(cells[0][1])
            continue
        # The name of a row stands before the columns that have headings, or has one of its own.
        told = [words(cell) for _, cell in cells]
        rows.append({"group": group} | dict(zip(headings[len(headings) - len(told) :], told, strict=False)))
    notes = [words(each) for each in re.findall(r'class="gt_sourcenote"[^>]*>(.*?)</td>', markup, re.DOTALL)]
    return Table(words(title[1]) if title else "", headings, rows, notes)


def number(text: str) -> Decimal:
    """The number that a cell begins with: ``−793.50 万元`` is -793.50; a percentage is divided by 100."""
    match = re.match(r"[<>]?([−+-]?[0-9,]+(?:\.[0-9]+)?)\s*(%?)", text.replace("\u00a0", " "))
    assert match, text
    value = Decimal(match[1].replace(",", "").replace("−", "-"))
    return value / 100 if match[2] else value
