"""Read the statement tables of final accounts and budgets: 收入支出决算总表, 支出决算表 and their kin.

A table is known by its title and header words (``statement_headers.csv``), never by its number or position, so that a
province's own names and order read as well. What a figure is comes from its row (a functional or economic code, a
class's name, a balance) and its column (a kind of revenue, a fund, basic or project expenditure, budget or outturn).

The tables are those that 《地方预决算公开操作规程》 (财预〔2016〕143号) asks for. This module knows nothing of files:
a grid from a workbook or a page and a table flattened in text go the same way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from fiscal_analysis import taxonomy
from fiscal_analysis.document import Cell, Document, Table, fold
from fiscal_analysis.extract.lexicon import functional_names
from fiscal_analysis.extract.statement_columns import (
    SUBJECTS,
    StatementColumn,
    Title,
    columns_of,
    columns_of_grid,
    parse_title,
)
from fiscal_analysis.extract.statement_rows import Entry, cell_kind, entries, is_code, panels_of, sole_choice
from fiscal_analysis.extract.table_cells import (
    Reading,
    clean,
    has_digit,
    new_reading,
    number_of,
    quantities_of,
    quantity_of,
    with_unit,
)
from fiscal_analysis.facts import Fact
from fiscal_analysis.quantity import Quantity
from fiscal_analysis.readers.header_words import (
    StatementWord,
    printed_unit,
    statement_column,
    statement_label,
    statement_row,
)

__all__ = ["Frame", "interpret", "read"]

_UNIT = re.compile(r"单位[:：]?\s*(?:人民币)?\s*(亿元|万元|千元|元)")
_NOTE = re.compile("注|备注|说明|本表|此表|(?:部门|编制单位|单位|编制部门|预算单位|填报单位)(?:名称)?[:：]|公开[0-9]")
_COUNTED = {
    "overseas_groups": "个", "overseas_persons": "人次", "vehicles_purchased": "辆", "vehicles_held": "辆",
    "reception_batches": "批次", "reception_persons": "人次", "vehicles": "辆", "large_equipment": "台",
}  # fmt: skip
# What carries the fund of the title.
_OF_FUND = frozenset(
    [
        "revenue_appropriation",
        "appropriation_expenditure",
        "functional_expenditure",
        "economic_expenditure",
        "expenditure_basic",
        "expenditure_project",
        "personnel_cost",
        "operating_cost",
        "carryover_opening",
        "carryover_closing",
    ]
)
_PRESENT_CLASSES = 2018  # the year from which the economic classification has its present codes
_CARRYOVER = ("carryover_opening", "carryover_closing")
_SCOPED = {"basic": "expenditure_basic", "project": "expenditure_project"}


class Frame(NamedTuple):
    """What a table's surroundings tell: title candidates, the fiscal year, the kind of document, its default unit."""

    titles: tuple[str, ...] = ()
    fiscal_year: int | None = None
    kind: str | None = None
    unit: str | None = None


class _Subject(NamedTuple):
    """What a row is of. `kind` is ``functional``, ``economic``, ``total``, ``unit`` or ``label``."""

    kind: str
    concept: str = ""
    code: str | None = None
    name: str | None = None
    fund: str | None = None
    scope: str | None = None
    item: str | None = None


class _Split(NamedTuple):
    """A row of total, basic and project expenditure; `open` is its second figure where one of the two is blank."""

    code: str
    figures: tuple[Decimal, Decimal, Decimal]
    open: Cell | None
    subject: _Subject
    label: str
    cells: tuple[Cell, ...]
    columns: tuple[StatementColumn, ...]


def read(table: Table, doc: Document) -> Reading | None:
    """Read a statement table of a document.

    Parameters
    ----------
    table : Table
        A table of `doc`, in any layout.
    doc : Document
        The document that holds it: its outline, fiscal year, kind, and the unit that it prints elsewhere.

    Returns
    -------
    Reading or None
        None where neither title nor headers say that this is a statement. Facts carry ``extractor="statements"``, the
        row as quote, and page, table, row and column.
    """
    titles = (table.caption, doc.outline[table.section].title if table.section >= 0 else "")
    if not any("表" in title and parse_title(title) for title in titles) and not _looks_like_one(table):
        return None
    printed = _UNIT.search(table.caption)
    unit = printed[1] if printed is not None else _only_unit(doc.folded)
    return interpret(table, doc.text, Frame(titles, doc.metadata.fiscal_year, doc.metadata.kind, unit))


@lru_cache(maxsize=4)
def _only_unit(folded: str) -> str | None:
    """Return the unit of money that a document prints over its tables, where it prints one only."""
    units = set(_UNIT.findall(folded))
    return units.pop() if len(units) == 1 else None


def interpret(table: Table, text: str, frame: Frame) -> Reading | None:
    """Read a statement table; see :func:`read`. `text` is what the cells' offsets refer to."""
    statement = _Statement(table, text, frame)
    for row in table.rows:
        statement.take(row)
    statement.settle()
    reading = statement.reading
    stated, left = len(reading.facts), len(reading.unparsed)
    coded = any(fact.subject_code or fact.economic_code for fact in reading.facts)
    if statement.scrambled:
        return None  # columns were written out one below the other: which name a figure belongs to is not known
    if not stated or (stated * 2 < left if coded else stated <= left or not statement.titled):
        return None  # a list of projects with a total, say: what most figures are of is not known here
    return reading


def _looks_like_one(table: Table) -> bool:
    """Tell whether the first rows hold a statement's title or the header of its codes."""
    return any(
        statement_column(cell.text).role == "code" or ("表" in cell.text and parse_title(cell.text) is not None)
        for row in table.rows[:6]
        for cell in row
        if cell.text
    )


@cache
def _economic_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in taxonomy.table("economic_classes"):
        if row["system"] == "department" and row["level"] == "class" and row["name"] != "其他支出":
            for name in (row["name"], *filter(None, row["former_names"].split("|"))):
                found.setdefault(fold(name), row["code"])
    return found


@cache
def _economic_items() -> dict[str, frozenset[str]]:
    """Return the codes of five digits that each name of an economic item stands for."""
    found: dict[str, set[str]] = {}
    for row in taxonomy.table("economic_classes"):
        if row["system"] == "department" and row["level"] == "group":
            for name in (row["name"], *filter(None, row["former_names"].split("|"))):
                found.setdefault(clean(name), set()).add(row["code"])
    return {name: frozenset(codes) for name, codes in found.items()}


def _item_code(part: str, name: str) -> str | None:
    """Return the economic code that ends in `part`, where its class is lost and the name leaves one choice."""
    codes = [code for code in _economic_items().get(name, ()) if len(part) == 2 and code.endswith(part)]
    return codes[0] if len(codes) == 1 else None


def _several(header: Sequence[Sequence[Cell]]) -> bool:
    """Tell whether a header names more than one kind of figures."""
    words = {
        statement_label(cell.text)
        for row in header
        for cell in row
        if statement_column(cell.text).role in ("value", "total", "fund")
    }
    return len(words) > 1


def _heads_a_figure(cells: Sequence[Cell]) -> bool:
    """Tell whether a column's header (决算数) stands where a row's name should: columns below one another."""
    word = statement_column(cells[0].text)
    if statement_row(cells[0].text).role or not any(cell_kind(cell.text) == "number" for cell in cells[1:]):
        return False
    return word.role in ("label", "code", "name", "part") or (
        word.role == "total" and statement_label(cells[0].text).endswith(("决算数", "预算数", "金额"))
    )


def _heads_alone(cells: Sequence[Cell]) -> bool:
    """Tell whether a row is one word that heads a column of a two-sided table (项目名称, 金额)."""
    role = statement_column(cells[0].text).role
    return len(cells) == 1 and (
        role in ("revenue_side", "expenditure_side", "label")
        or (role == "total" and statement_label(cells[0].text).endswith(("决算数", "预算数", "金额")))
    )


class _Statement:
    """The state of reading one table: title, columns, and what rows inherit from the rows above."""

    def __init__(self, table: Table, text: str, frame: Frame) -> None:
        self.table = table
        self.text = text
        self.frame = frame
        self.reading = new_reading()
        self.unit = frame.unit
        found = [title for text in frame.titles if (title := parse_title(text)) is not None]
        self.titled = bool(found)
        self.scrambled = False
        self.splits: list[_Split] = []  # coded rows under 合计, 基本支出, 项目支出, one figure of which may be open
        self.title = found[0] if found else Title()
        blank_inside = (
            any(not cell.text for cell in row[: max(i for i, c in enumerate(row) if c.text)])
            for row in table.rows
            if any(c.text for c in row)
        )
        self.keeps_blanks = table.layout == "grid" or any(blank_inside)
        self._begin()

    def _begin(self) -> None:
        self.begun = False  # a row of figures was met
        self.orphan = False  # the row above is a code without name and figure
        self.open = False  # a header names several kinds of figures, and which column is which is not known
        self.above: Sequence[Cell] = ()  # words right above the header: the upper half of one that a page's end cuts
        self.header: list[Sequence[Cell]] = []
        self.columns: list[StatementColumn] = []
        self.parents: dict[int, list[str]] = {}
        self.names: dict[int, str] = {}  # column -> name, in a table whose rows are named by several columns
        self.carried: dict[str, str] = {}  # side -> the carry-over that parts below belong to
        self.carry_seen: set[str] = set()

    # -- rows -------------------------------------------------------------------------------------------------------

    def take(self, row: tuple[Cell, ...]) -> None:
        """Read one row in the state that the rows before it left."""
        cells = [cell for cell in row if cell.text]
        if not cells or self._banner(cells):
            return
        if self._is_header(cells):
            if self.columns:
                self._begin()
            if not self.header and self.above:
                self.header.append(self.above)
            self.header.append(row)
            return
        words = not self.begun and len(cells) > 2 and all(cell_kind(cell.text) == "text" for cell in cells)
        self.above = row if words else ()
        if self.header and not self.columns:
            if any(cell.across > 1 or cell.down > 1 for cells in self.header for cell in cells):
                self.columns = columns_of_grid(self.header, len(row))
            else:
                width, figures = self._width()
                self.columns = columns_of(self.header, width, 0 if self.keeps_blanks else figures)
            if not any(column.role == "value" for column in self.columns):
                self.open = self.open or _several(self.header)
                self.columns = []
                self.header = []
        self.begun = self.begun or any(cell_kind(cell.text) == "number" for cell in cells)
        if self.table.layout != "grid" and (
            _heads_a_figure(cells) or (self.begun and self.title.side == "both" and _heads_alone(cells))
        ):
            self.scrambled = True
        if statement_row(cells[0].text).role == "skip" or self._numbers_columns(cells):
            for cell in cells:
                self._claim(quantities_of(cell), "index")
            if not any("." in cell.text for cell in cells):
                return
        for entry in entries(self._unspanned(row), self.columns, self.keeps_blanks):
            self._entry(entry, cells)

    def _unspanned(self, row: tuple[Cell, ...]) -> tuple[Cell, ...]:
        """Put back the cells that a total's label covers, where the header shows that covered cells were dropped."""
        columns, label = self.columns, row[0]
        if self.table.layout == "grid" or not self.keeps_blanks or len(self.header) < 2:
            return row
        if len(self.header[0]) >= len(columns) or any(not cell.text for above in self.header for cell in above):
            return row
        named = next((i for i, column in enumerate(columns) if column.role not in SUBJECTS), 0)
        coded = next((i for i, column in enumerate(columns) if column.role not in ("code", "part")), 0)
        if not coded:
            return row
        if statement_row(label.text).role in ("total", "grand_total", "sum_revenue", "sum_expenditure"):
            covered = named - 1
        elif is_code(label.text) and len(row) > 1 and cell_kind(row[1].text) == "text":
            covered = coded - 1  # a whole code over 类 款 项
        else:
            return row
        if len(row) + covered > len(columns):
            return row
        return (label, *[Cell("", label.end, label.end, label.row, label.column)] * covered, *row[1:])

    def _banner(self, cells: Sequence[Cell]) -> bool:
        """Read title, unit and note rows inside the table; tell whether the row is one."""
        if len(cells) > 3 or any(cell_kind(cell.text) in ("number", "percent") for cell in cells):
            return False
        found = False
        for cell in cells:
            if "单位" in cell.text and (printed := printed_unit(cell.text)) is not None and printed.endswith("元"):
                self.unit = printed
                found = True
            if "表" in cell.text and len(cell.text) <= 60 and not _NOTE.match(cell.text):
                title = parse_title(cell.text)
                if title is not None:
                    self.title = title
                    self.titled = True
                    self._begin()
                    found = True
        return found or (len(cells) == 1 and _NOTE.match(fold(cells[0].text)) is not None)

    def _is_header(self, cells: Sequence[Cell]) -> bool:
        known = subjects = 0
        for cell in cells:
            kind = cell_kind(cell.text)
            if kind != "text":
                return False
            role = statement_column(cell.text).role
            known += bool(role)
            subjects += role in ("code", "part", "name", "label")
        if (self.columns or self.begun) and not (subjects and known == len(cells) and len(cells) > 1):
            return False
        return known * 2 >= len(cells) and (len(cells) > 1 or (not self.columns and subjects + known > 1))

    def _width(self) -> tuple[int, int]:
        """Return the number of cells of most rows, and the most figures that a row of them holds."""
        lengths: dict[int, int] = {}
        figures = 0  # of a row at most
        for row in self.table.rows:
            count = _count_figures(row)
            if count:
                lengths[len(row)] = lengths.get(len(row), 0) + 1
                figures = max(figures, count)
        return (max(lengths, key=lambda n: (lengths[n], n)) if lengths else 0), figures

    @staticmethod
    def _numbers_columns(cells: Sequence[Cell]) -> bool:
        """Tell whether a row numbers the columns (1 2 3 ...)."""
        numbers = [cell.text for cell in cells if cell_kind(cell.text) == "number"]
        return len(numbers) > 2 and numbers == [str(i + 1) for i in range(len(numbers))]

    def _claim(self, quantities: Sequence[Quantity], role: str) -> None:
        self.reading.claimed.extend((q.start, q.end, role) for q in quantities)

    # -- what a row is of -------------------------------------------------------------------------------------------

    def _entry(self, entry: Entry, cells: Sequence[Cell]) -> None:
        self.reading.codes.extend(entry.marked)
        code = self._code(entry)
        if code is None and any(entry.codes) and self.title.family == "":
            code = _item_code(entry.codes[-1], clean(entry.label))
        orphan, self.orphan = self.orphan, bool(code) and not entry.label and not entry.figures
        if code is not None and self._doubted(code, clean(entry.label), orphan):
            code = None
            entry = entry._replace(figures=tuple((cell, None) for cell, _ in entry.figures))
        if self.open and not self.columns:
            entry = entry._replace(figures=tuple((cell, None) for cell, _ in entry.figures))
        side = self._side(entry)
        item = self._path(cells) if self.title.family == "procurement" else None
        subject = self._subject(entry, code, side) if item is None else _Subject("label", "procurement", item=item)
        if subject is not None and subject.kind == "total" and not self.titled:
            subject = None  # the total of what, only the title tells
        held = self._split(entry, subject, code, cells)
        for cell, column in entry.figures:
            if cell_kind(cell.text) not in ("number", "percent", "figure") or cell is held:
                continue
            if subject is None or column is None:
                reason = "the row's label is not known" if subject is None else "the figure's column is open"
                self.reading.unparsed.append((cell.start, cell.end, reason))
                continue
            self._state(cell, column, subject, entry.label, cells)

    def _side(self, entry: Entry) -> str:
        """Return which half of a two-sided table an entry stands in; empty where that is open."""
        side = next((column.side for _, column in entry.figures if column is not None and column.side), "")
        if not side and not entry.figures and self.columns and entry.panel >= 0:
            panel = panels_of(self.columns)[entry.panel]
            side = next((self.columns[i].side for i in panel if self.columns[i].side), "")
        return side or (self.title.side if self.title.side != "both" else "")

    def _path(self, cells: Sequence[Cell]) -> str | None:
        """Return the name of a part (``A/B``) in a table whose rows are named by several columns, each within the last.

        None where the table has a single such column, or the row is a whole of its first one.
        """
        columns = [i for i, column in enumerate(self.columns) if column.role in ("name", "label")]
        if len(columns) < 2 or self.table.layout != "grid":
            return None
        here = {cell.column: clean(cell.text) for cell in cells if cell.column in columns}
        if not here:
            return None
        first = min(here)
        self.names = {column: name for column, name in self.names.items() if column < first} | here
        if max(here) == columns[0]:
            return None
        return "/".join(self.names[column] for column in sorted(self.names) if column > columns[0])

    def _split(self, entry: Entry, subject: _Subject | None, code: str | None, cells: Sequence[Cell]) -> Cell | None:
        """Keep a row of total, basic and project expenditure; return its figure that may be of either, if any."""
        columns = [column for column in self.columns if column.role == "value"]
        if [column.scope for column in columns] != [None, "basic", "project"] or subject is None:
            return None
        if (code is None and subject.kind != "total") or any(number_of(cell) is None for cell, _ in entry.figures):
            return None
        values = [Decimal(n.digits).scaleb(n.exponent) for cell, _ in entry.figures if (n := number_of(cell))]
        is_open = len(values) == 2 and entry.figures[1][1] is None and values[0] == values[1] != 0
        if len(values) != 3 and not is_open:
            return None
        held = entry.figures[1][0] if is_open else None
        figures = (values[0], Decimal(0), Decimal(0)) if is_open else (values[0], values[1], values[2])
        row = _Split(code or "", figures, held, subject, entry.label, tuple(cells), tuple(columns))
        self.splits.append(row)
        return held

    def settle(self) -> None:
        """State the open figures of rows whose siblings and the row above leave one choice of basic and project."""
        rows = {row.code: row for row in self.splits}
        if len(rows) == len(self.splits):
            for code in sorted(rows, key=len):
                whole = rows[code]
                length = len(code) + 2 if code else 3
                parts = [row for row in self.splits if len(row.code) == length and row.code.startswith(code)]
                if whole.open is not None or not any(part.open for part in parts):
                    continue
                basic = sole_choice(whole.figures, [(part.figures, part.open is not None) for part in parts])
                for part in parts if basic is not None else ():
                    if part.open is not None and basic is not None:
                        at = 1 if parts.index(part) in basic else 2
                        total = part.figures[0]
                        figures = (total, total, Decimal(0)) if at == 1 else (total, Decimal(0), total)
                        rows[part.code] = part._replace(figures=figures, open=None)
                        self._state(part.open, part.columns[at], part.subject, part.label, part.cells)
        stated = {row.code for row in rows.values() if row.open is None}
        for row in self.splits:
            if row.open is not None and (len(rows) != len(self.splits) or row.code not in stated):
                self.reading.unparsed.append((row.open.start, row.open.end, "the figure's column is open"))

    def _code(self, entry: Entry) -> str | None:
        """Return the row's full code: parts joined, lost leading zeros put back, absent parents carried down."""
        parts = [part for printed in entry.codes for part in (printed.split() or [""])]
        if not any(parts):
            return None
        full = next((part for part in parts if is_code(part) and len(part) > 3), None)
        if full is not None:
            self.parents[entry.panel] = [full[:3], full[3:5], full[5:]]
            return full
        above = self.parents.get(entry.panel, [])
        last = max(i for i, part in enumerate(parts) if part)
        joined = []
        for i in range(last + 1):
            part = parts[i] or (above[i] if i < len(above) else "")
            if not part or (i == 0) != (len(part) == 3):
                return None
            joined.append(part if i == 0 else part.zfill(2))
        while len(joined) > 1 and joined[-1] == "00" and entry.label in ("", joined[0]):
            joined.pop()
        self.parents[entry.panel] = joined
        code = "".join(joined)
        return code if is_code(code) else None

    def _doubted(self, code: str, name: str, orphan: bool) -> bool:
        """Tell whether a code may belong to another row: its name is another code's, or a code stands alone above."""
        known = _economic_items().get(name, frozenset())
        if code[0] != "2" and len(code) == 5 and known and (self.frame.fiscal_year or 0) >= _PRESENT_CLASSES:
            return code not in known
        return orphan

    def _subject(self, entry: Entry, code: str | None, side: str) -> _Subject | None:
        name = clean(entry.label).strip('“”"') or None
        if code is not None:
            return _Subject("functional" if code[0] == "2" else "economic", code=code, name=_unnumbered(name))
        if not entry.label:
            alone = all(column.role == "value" for column in self.columns)
            whole = len(entry.figures) == len(self.columns) or self.table.layout == "grid"
            return _Subject("total") if alone and whole else None
        if any(column.role == "unit" for column in self.columns):
            word = statement_row(entry.label)
            return _Subject("total") if word.role in ("total", "grand_total") else _Subject("unit", item=name)
        coded = any(column.role in ("code", "part") for column in self.columns)
        return self._labelled(name or "", side, coded)

    def _labelled(self, label: str, side: str, coded: bool) -> _Subject | None:
        """Return what a row without a code is of."""
        bare = statement_label(label)
        word = statement_row(label)
        if coded and word.role in ("total", "grand_total", "sum_revenue", "sum_expenditure"):
            return _Subject("total")
        if self.title.family not in ("three_public", "procurement") and side != "revenue":
            codes = functional_names().classes.get(bare)
            if codes and (side == "expenditure" or bare not in ("其他支出", "其他")):
                self.carried.pop(side, None)
                return _Subject("functional", code=codes[0], name=_unnumbered(label))
            economic = _economic_names().get(bare)
            if economic is not None:
                return _Subject("economic", code=economic, name=_unnumbered(label))
        if not word.role or word.role == "skip":
            return None
        return self._balance(word, label, bare, side)

    def _balance(self, word: StatementWord, label: str, bare: str, side: str) -> _Subject | None:
        """Return what a row of a total, a fund, or a balance is of."""
        appropriation = self.title.appropriation and self.title.family == ""
        whole = "appropriation_grand_total" if appropriation else "grand_total"
        revenue = "revenue_appropriation" if appropriation else "revenue"
        expenditure = "appropriation_expenditure" if appropriation else "expenditure"
        if word.role == "grand_total" or (word.role == "total" and side in self.carry_seen):
            return _Subject("label", whole)
        if word.role == "total":
            if self.title.family in ("three_public", "procurement"):
                return _Subject("label", self.title.family)
            return _Subject("total") if side else _Subject("label", whole)
        if word.role in ("sum_revenue", "sum_expenditure"):
            if self.title.family == "three_public":
                return _Subject("label", "three_public")
            if side in self.carry_seen and "本年" not in bare and "当年" not in bare:
                return _Subject("label", whole)
            return _Subject("label", revenue if word.role == "sum_revenue" else expenditure)
        if word.role in ("fund", "scope"):
            parent = self.carried.get(side)
            if parent is not None:
                return _Subject("label", parent, fund=word.fund, scope=word.scope)
            if word.role == "scope" or not side:
                return None
            concept = "revenue_appropriation" if side == "revenue" else "appropriation_expenditure"
            return _Subject("label", concept, fund=word.fund)
        if word.role == "procurement" and self.title.family != "procurement":
            return None
        if word.concept in _CARRYOVER:
            self.carry_seen.add(side)
        if word.concept in _CARRYOVER or word.concept == "revenue_appropriation":
            self.carried[side] = word.concept
        else:
            self.carried.pop(side, None)
        if word.concept in _CARRYOVER and appropriation:
            # a body carries over other money too: this is not what the statement of all its funds calls by that name
            return _Subject("label", word.concept, fund=word.fund, scope=word.scope, item="财政拨款")
        item = _unnumbered(label) if bare in ("其他资金", "单位资金") else None
        return _Subject("label", word.concept, fund=word.fund, scope=word.scope, item=item)

    # -- what a figure is -------------------------------------------------------------------------------------------

    def _concept(self, subject: _Subject, column: StatementColumn) -> tuple[str, str | None]:
        """Return concept and scope of a figure by its row and its column."""
        title = self.title
        scope = column.scope or subject.scope
        concept = column.concept
        if subject.kind in ("functional", "economic"):
            scope = scope or title.scope
            if subject.kind == "economic" and not concept.startswith("revenue"):
                return "economic_expenditure", "basic" if title.family == "operating" else scope
            if title.side == "both" and (not concept or concept.startswith("revenue")):
                return "functional_expenditure", scope
            if concept == "revenue" or (not concept and title.side == "revenue"):
                return ("revenue_appropriation" if title.fund else "revenue"), None
            if concept in ("", "expenditure", "appropriation_expenditure"):
                return "functional_expenditure", scope
            return concept, scope
        if subject.kind == "label":
            if subject.concept == "expenditure" and scope is not None:
                return _SCOPED[scope], None
            return subject.concept, scope
        if title.family == "three_public" and concept in ("", "expenditure"):
            # beside a column of its own for them, a total is of more than the three (meetings, training)
            own = any(other.concept == "three_public" for other in self.columns)
            return ("" if own else "three_public"), None
        if title.family in ("procurement", "operating") and not concept:
            return ("procurement" if title.family == "procurement" else "agency_operating_cost"), None
        if column.item is not None:
            return ("personnel_cost" if column.item == "人员经费" else "operating_cost"), None
        revenue_side = title.side == "revenue" or column.side == "revenue"
        if concept == "revenue" or (not concept and revenue_side):
            return ("revenue_appropriation" if title.appropriation else "revenue"), None
        if concept in ("", "expenditure", "appropriation_expenditure"):
            scope = scope or title.scope
            if scope is not None:
                return _SCOPED[scope], None
            return ("appropriation_expenditure" if title.appropriation or column.fund else "expenditure"), None
        return concept, scope

    def _measure(self, column: StatementColumn) -> tuple[str, int | None]:
        """Return measure and fiscal year of a column."""
        year = self.frame.fiscal_year
        if column.year and year is not None and column.year < year:
            return "prior_year", column.year
        if column.measure == "prior_year":
            return "prior_year", None if year is None else year - 1
        default = "initial_budget" if self.frame.kind == "budget" else "final"
        return column.measure or self.title.measure or default, year

    def _state(self, cell: Cell, column: StatementColumn, subject: _Subject, label: str, cells: Sequence[Cell]) -> None:
        """Add the fact that one cell states."""
        concept, scope = self._concept(subject, column)
        if not concept:
            self.reading.unparsed.append((cell.start, cell.end, "neither row nor column tells what the figure is"))
            return
        measure, year = self._measure(column)
        quantity = self._figure(cell, column, label, concept, measure)
        if quantity is None:
            self.reading.unparsed.append((cell.start, cell.end, "no unit is stated for the figure"))
            return
        fund = column.fund or subject.fund or (self.title.fund if concept in _OF_FUND else None)
        coded = subject.code if subject.kind != "economic" else None
        item = column.item if subject.kind in ("functional", "economic") else subject.item
        if subject.kind == "economic" and self.title.family == "operating":
            item = "机关运行经费"
        economic = subject.code if subject.kind == "economic" else (column.code or None)
        self.reading.facts.append(
            Fact(
                concept,
                measure,
                quantity.digits,
                quantity.exponent,
                quantity.unit or "",
                year,
                self.text[quantity.start : quantity.end],
                quantity.start,
                quantity.end,
                decimals=quantity.decimals,
                counted=quantity.counted,
                fund=None if concept.startswith("three_public") else fund,
                subject_code=coded,
                economic_code=economic,
                subject_name=subject.name,
                scope=scope,
                item=item,
                section=self.table.section,
                quote_start=cells[0].start,
                quote_end=cells[-1].end,
                extractor="statements",
                page=self.table.page,
                table=self.table.index,
                row=cell.row,
                column=self._place(cell, column),
            )
        )
        self._claim([quantity], concept)

    def _place(self, cell: Cell, column: StatementColumn) -> int | None:
        """Return a figure's column; None where blank cells were dropped and the header does not tell it."""
        at = next((i for i, known in enumerate(self.columns) if known is column), None)
        return cell.column if at is None and (self.keeps_blanks or not self.columns) else at

    def _figure(self, cell: Cell, column: StatementColumn, label: str, concept: str, measure: str) -> Quantity | None:
        """Return the cell's figure in its base unit; None where no unit is stated."""
        if not has_digit(cell.text):
            return None
        quantity = quantity_of(quantities_of(cell))
        if quantity is None or quantity.unit is not None:
            return quantity
        if measure == "growth_on_prior_year":
            return quantity._replace(unit="ratio", exponent=quantity.exponent - 2, decimals=2 - quantity.exponent)
        counted = _COUNTED.get(concept)
        own = printed_unit(label)
        if counted is not None:
            return quantity._replace(
                unit="count", counted=own if own and not own.endswith("元") else counted, decimals=None
            )
        return with_unit(quantity, unit) if (unit := column.unit or own or self.unit) else None


def _count_figures(row: Sequence[Cell]) -> int:
    """Return how many cells hold figures: codes in front of a name are none, nor are the numbers of the columns."""
    cells = [cell for cell in row if cell.text]
    if not cells or statement_row(cells[0].text).role == "skip":
        return 0
    count = 0
    named = False  # a name, or a code and a name, follows
    for cell in reversed(cells):
        kind = cell_kind(cell.text)
        named = kind == "text" or (named and _short_code(cell.text))
        count += not named and kind in ("number", "percent", "dash")
    return 0 if count == len(cells) and all(_short_code(cell.text) for cell in cells) else count


def _short_code(text: str) -> bool:
    """Tell whether a number may be a code or a part of one."""
    return text.isdigit() and (len(text) <= 2 or is_code(text))


def _unnumbered(name: str | None) -> str | None:
    """Return a class's name without the number before it."""
    if name is None:
        return None
    return re.sub(
        r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十0-9]+[)）]|[0-9]{1,2}[、.．])", "", name
    ).strip()
