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
from functools import lru_cache
from typing import NamedTuple

from fiscal_analysis.document import Cell, Document, Table, fold
from fiscal_analysis.extract.statement_codes import is_code, known_class
from fiscal_analysis.extract.statement_columns import (
    SUBJECTS,
    StatementColumn,
    Title,
    columns_of,
    columns_of_grid,
    heads_a_column,
    panels_of,
    parse_title,
    with_words,
)
from fiscal_analysis.extract.statement_rows import Entry, cell_kind, entries, sole_choice
from fiscal_analysis.extract.statement_subjects import CARRYOVER, Subject, Subjects, is_functional
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
    printed_unit,
    statement_column,
    statement_label,
    statement_row,
)

__all__ = ["Frame", "interpret", "read"]

_UNIT = re.compile(r"单位[:：]?\s*(?:人民币)?\s*(亿元|万元|千元|元)")
_NOTE = re.compile("注|备注|说明|本表|此表|(?:部门|编制单位|单位|编制部门|预算单位|填报单位)(?:名称)?[:：]|公开[0-9]")
_PAGE_MARK = re.compile(r"[\s0-9第页共/—–─·-]{0,40}")  # what may stand between the parts of a table on two pages
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
        "project_funding",
    ]
)
_FAMILY_CONCEPTS = {
    "procurement": "procurement", "services": "purchased_services", "operating": "agency_operating_cost",
}  # fmt: skip
_LISTED = ("project_funding", "purchased_services")
_HALVES = {"人员经费": "personnel_cost", "公用经费": "operating_cost", "日常公用经费": "operating_cost"}
_SCOPED = {"basic": "expenditure_basic", "project": "expenditure_project"}


class Frame(NamedTuple):
    """What a table's surroundings tell: title candidates, the fiscal year, the kind of document, its default unit."""

    titles: tuple[str, ...] = ()
    fiscal_year: int | None = None
    kind: str | None = None
    unit: str | None = None


class _Split(NamedTuple):
    """A row of total, basic and project expenditure; `open` is its second figure where one of the two is blank."""

    code: str
    figures: tuple[Decimal, Decimal, Decimal]
    open: Cell | None
    subject: Subject
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
        return _read_continued(table, doc)
    printed = _UNIT.search("".join(table.caption.split()))
    unit = printed[1] if printed is not None else _only_unit(doc.folded)
    return interpret(table, doc.text, Frame(titles, doc.metadata.fiscal_year, doc.metadata.kind, unit))


def _read_continued(table: Table, doc: Document) -> Reading | None:
    """Read a grid without title and header that goes on with the rows of the grid right before it."""
    parts = [table]
    while not (parts[0].caption or _looks_like_one(parts[0])):
        before = doc.tables[parts[0].index - 1] if parts[0].index else None
        if (
            before is None
            or {before.layout, parts[0].layout} != {"grid"}
            or len(before.rows[0]) != len(table.rows[0])
            or _PAGE_MARK.fullmatch(doc.folded, before.end, parts[0].start) is None
        ):
            return None
        parts.insert(0, before)
    first = parts[0]
    rows = tuple(row for part in parts for row in part.rows)
    whole = Table(rows, first.start, table.end, first.section, first.layout, first.caption, first.page, first.index)
    found = read(whole, doc) if len(parts) > 1 else None
    if found is None:
        return None
    own = new_reading()
    own.facts.extend(fact for fact in found.facts if fact.source_start >= table.start)
    own.claimed.extend(claim for claim in found.claimed if claim[0] >= table.start)
    own.unparsed.extend(left for left in found.unparsed if left[0] >= table.start)
    own.codes.extend(cell for cell in found.codes if cell.start >= table.start)
    for fact in own.facts:
        fact.table, fact.page, fact.section = table.index, table.page, table.section
    return own if own.facts else None


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
    _drop_contrary(reading)
    if table.layout == "lines":
        _mend_names(reading, table)
    stated, left = len(reading.facts), len(reading.unparsed)
    coded = any(fact.subject_code or fact.economic_code for fact in reading.facts)
    if statement.scrambled:
        return None  # columns were written out one below the other: which name a figure belongs to is not known
    if not stated or (stated * 2 < left if coded else stated <= left or not statement.titled):
        return None  # a list of projects with a total, say: what most figures are of is not known here
    return reading


def _mend_names(reading: Reading, table: Table) -> None:
    """Put together the names of codes that the lines above or below a row's figures begin or end."""
    parts = {row[0].row: clean(row[0].text) for row in table.rows if len(row) == 1 and cell_kind(row[0].text) == "text"}
    for fact in reading.facts if parts else ():
        if fact.subject_code is None or fact.row is None:
            continue
        own = fact.subject_name or ""
        above, below = parts.get(fact.row - 1, ""), parts.get(fact.row + 1, "")
        whole = (own, above + own + below, own + below, above + own)
        fact.subject_name = next((name for name in whole if is_functional(name, fact.subject_code)), fact.subject_name)


def _drop_contrary(reading: Reading) -> None:
    """Take back facts that give one meaning different values in many rows: what tells these rows apart was not read."""
    by_meaning: dict[tuple[object, ...], list[Fact]] = {}
    for fact in reading.facts:
        if fact.concept not in ("grand_total", "appropriation_grand_total"):
            meaning = (
                fact.concept, fact.measure, fact.fiscal_year, fact.fund, fact.subject_code, fact.economic_code,
                fact.subject_name, fact.scope, fact.item,
            )  # fmt: skip
            by_meaning.setdefault(meaning, []).append(fact)
    contrary = [
        fact
        for facts in by_meaning.values()
        if len({fact.row for fact in facts}) > 1 and len({fact.value for fact in facts}) > 1
        for fact in facts
    ]
    if len(contrary) <= 2 or len(contrary) * 4 <= len(reading.facts):
        contrary = [fact for fact in contrary if fact.economic_code]  # 工资福利支出 below basic, and below project
    if contrary:
        places = {id(fact) for fact in contrary}
        reading.facts[:] = [fact for fact in reading.facts if id(fact) not in places]
        for fact in contrary:
            reading.unparsed.append((fact.source_start, fact.source_end, "what tells the row from others is not known"))


def _looks_like_one(table: Table) -> bool:
    """Tell whether the first rows hold a statement's title, the header of its codes, or the three public outlays."""
    outlays = 0
    for cell in (cell for row in table.rows[:6] for cell in row if cell.text):
        word = statement_column(cell.text)
        if word.role == "code" or ("表" in cell.text and parse_title(cell.text) is not None):
            return True
        outlays += word.concept.startswith("three_public_")
    labels = [next((cell.text for cell in row if cell.text), "") for row in table.rows]
    return outlays > 2 or sum(statement_row(label).concept.startswith("three_public_") for label in labels) > 2


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
        self.heads: set[tuple[str, ...]] = set()  # the rows of headers met so far
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
        self.open = False  # a header names several kinds of figures, and which column is which is not known
        self.above: Sequence[Cell] = ()  # words right above the header: the upper half of one that a page's end cuts
        self.header: list[Sequence[Cell]] = []
        self.columns: list[StatementColumn] = []
        self.subjects = self._new_subjects()
        self.before: tuple[list[StatementColumn], Subjects, list[Sequence[Cell]]] = [], self.subjects, []

    def _new_subjects(self) -> Subjects:
        frame = self.frame
        return Subjects(self.title, self.columns, frame.kind, frame.fiscal_year, self.table.layout == "grid")

    # -- rows -------------------------------------------------------------------------------------------------------

    def take(self, row: tuple[Cell, ...]) -> None:
        """Read one row in the state that the rows before it left."""
        cells = [cell for cell in row if cell.text]
        if not cells or self._banner(cells):
            return
        if self.header and not self.columns and self._parts_and_numbers(cells):
            # 类 | 款 | 项 | 栏次 | 1 | 2: the parts belong to the header
            for cell in cells:
                self._claim(quantities_of(cell), "index")
            parts = [statement_column(cell.text).role == "part" for cell in row]
            row = tuple(cell if part else cell._replace(text="") for cell, part in zip(row, parts, strict=True))
            self.header.append(row)
            return
        if self._is_header(cells):
            if self.columns:
                before = self.columns, self.subjects, self.header
                self._begin()
                self.before = before
            if not self.header and self.above:
                self.header.append(self.above)
            self.header.append(row)
            return
        words = not self.begun and len(cells) > 2 and all(cell_kind(cell.text) == "text" for cell in cells)
        self.above = row if words else ()
        if self.header and not self.columns:
            if any(cell.across > 1 or cell.down > 1 for cells in self.header for cell in cells):
                self.columns = columns_of_grid(self.header, len(row), self.title.code)
            else:
                width, figures = self._width()
                figures = 0 if self.keeps_blanks else figures
                self.columns = columns_of(self.header, width, figures, self.title.code, self._full_rows(figures))
            if self.table.layout == "grid":
                self.columns = with_words(self.columns, self.table.rows[row[0].row :])
            if not any(column.role == "value" for column in self.columns):
                self.open = self.open or _several(self.header)
                self.columns = []
                self.header = []
            texts = [tuple(cell.text for cell in row if cell.text) for row in self.header]
            columns, subjects, header = self.before
            if columns and texts == [tuple(c.text for c in row if c.text) for row in header[-len(texts) :]]:
                # the header of the page before, or its last rows
                self.columns, self.subjects, self.header = columns, subjects, header
            else:
                self.subjects = self._new_subjects()
            self.heads.update(text for text in texts if len(text) > 1)
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
            text = "".join(cell.text.split())  # 单 位：万元
            if "单位" in text and (printed := printed_unit(text)) is not None and printed.endswith("元"):
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
        if tuple(cell.text for cell in cells) in self.heads:
            return True  # repeated at the top of a page
        if self.header and not self.columns and not self.begun and self._stands_below(cells):
            return True
        if self.header and not self.begun and not self.columns and len(cells) > 2:
            if all(is_code(cell.text) and cell.text[0] != "2" for cell in cells):
                self.reading.codes.extend(cells)
                return True  # economic codes over the columns
        for cell in cells:
            kind = cell_kind(cell.text)
            if kind != "text":
                return False
            role = statement_column(cell.text).role
            known += heads_a_column(cell.text)
            subjects += role in ("code", "part", "name", "label")
        if (self.columns or self.begun) and not (subjects and known == len(cells) and len(cells) > 1):
            return False
        return known * 2 >= len(cells) and (len(cells) > 1 or (not self.columns and subjects + known > 1))

    def _stands_below(self, cells: Sequence[Cell]) -> bool:
        """Tell whether words stand below headers that span several columns."""
        spanned = {
            at
            for cell in self.header[-1]
            if cell.text and cell.across > 1
            for at in range(cell.column, cell.column + cell.across)
        }
        return all(cell.column in spanned and cell_kind(cell.text) == "text" for cell in cells)

    def _width(self) -> tuple[int, int]:
        """Return the number of cells of most rows, and the most figures that a row of them holds."""
        lengths: dict[int, int] = {}
        figures = 0  # of a row at most
        for row in self.table.rows:
            count = _count_figures(row)
            if count:
                lengths[len(row)] = lengths.get(len(row), 0) + 1
                figures = max(figures, count)
        numbers = sum(statement_label(cell.text) == "行次" for row in self.header for cell in row)
        figures = figures - numbers if figures > numbers else figures
        return (max(lengths, key=lambda n: (lengths[n], n)) if lengths else 0), figures

    def _full_rows(self, figures: int) -> list[list[Decimal]]:
        """Return the figures of some rows that have `figures` of them, in rows that add up or do not."""
        found: list[list[Decimal]] = []
        for row in self.table.rows if figures > 2 else ():
            cells = [cell for cell in row if cell.text][-figures:]
            numbers = [number_of(cell) for cell in cells]
            if _count_figures(row) == figures and not self._numbers_columns(cells):
                values = [Decimal(n.digits).scaleb(n.exponent) if n is not None else Decimal(0) for n in numbers]
                found.append(values)
        return found

    def _parts_and_numbers(self, cells: Sequence[Cell]) -> bool:
        """Tell whether a row holds the parts of a code and the numbers of the columns."""
        known = [statement_column(cell.text).role for cell in cells if cell_kind(cell.text) == "text"]
        figures = [cell for cell in cells if cell_kind(cell.text) != "text"]
        numbers = [cell.text for cell in figures] == [str(i + 1) for i in range(len(figures))]
        return "part" in known and set(known) <= {"part", "skip", "name"} and bool(figures) and numbers

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
        subject, doubtful = self.subjects.of(entry, cells, self._side(entry))
        if doubtful or (self.open and not self.columns):
            entry = entry._replace(figures=tuple((cell, None) for cell, _ in entry.figures))
        if subject is not None and subject.kind == "total" and not self.titled:
            # the total of what, only the title tells, but for columns that say it themselves
            own = [column for _, column in entry.figures if column and column.concept.startswith("three_public_")]
            subject = subject if len(own) > 1 else None
        held = self._split(entry, subject, cells)
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

    def _split(self, entry: Entry, subject: Subject | None, cells: Sequence[Cell]) -> Cell | None:
        """Keep a row of total, basic and project expenditure; return its figure that may be of either, if any."""
        columns = [column for column in self.columns if column.role == "value"]
        scoped = [column.scope for column in columns] == [None, "basic", "project"]
        halved = [column.item in _HALVES for column in columns] == [False, True, True]
        if not (scoped or halved) or subject is None:
            return None
        code = subject.code if subject.kind in ("functional", "economic") else None
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

    # -- what a figure is -------------------------------------------------------------------------------------------

    def _concept(self, subject: Subject, column: StatementColumn) -> tuple[str, str | None]:
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
                return self._revenue(column), column.scope
            if concept in ("", "expenditure", "appropriation_expenditure"):
                return "functional_expenditure", scope
            return concept, scope
        if subject.kind == "entry":
            return subject.concept, None
        if subject.kind == "label":
            if subject.concept in ("expenditure", "appropriation_expenditure") and scope is not None:
                return _SCOPED[scope], None
            return subject.concept, scope
        return self._of_whole(column, scope)

    def _of_whole(self, column: StatementColumn, scope: str | None) -> tuple[str, str | None]:
        """Return concept and scope of a figure in a row that is a total or of a body: its column tells."""
        title, concept = self.title, column.concept
        if not self.titled and not concept.startswith("three_public"):
            return "", None
        if title.family == "three_public" and concept in ("", "expenditure"):
            # beside a column of its own for them, a total is of more than the three (meetings, training)
            own = any(other.concept == "three_public" for other in self.columns)
            return ("" if own else "three_public"), None
        if title.family in _FAMILY_CONCEPTS and (not concept or concept == "expenditure" or _is_source(column)):
            return _FAMILY_CONCEPTS[title.family], None
        if self.subjects.projects and _is_source(column):
            return "", None
        half = column.item if column.item in _HALVES else column.half
        if half:
            return _HALVES[half], None
        revenue_side = title.side == "revenue" or column.side == "revenue"
        if concept == "revenue" or (not concept and revenue_side):
            return self._revenue(column), column.scope
        if concept in ("", "expenditure", "appropriation_expenditure"):
            scope = scope or title.scope
            if title.family == "assets":
                return "", None
            if scope is not None:
                return _SCOPED[scope], None
            return ("appropriation_expenditure" if title.appropriation or column.fund else "expenditure"), None
        return concept, scope or (title.scope if concept == "economic_expenditure" else None)

    def _revenue(self, column: StatementColumn) -> str:
        """Return what a column of revenue is: of a fund, or the sum of all, with or without what was carried over."""
        if column.fund:
            return "revenue_appropriation"
        whole = column.name == "总计" or any(other.concept == "carryover_opening" for other in self.columns)
        if whole and not column.concept:
            return "appropriation_grand_total" if self.title.appropriation else "grand_total"
        return "revenue_appropriation" if self.title.appropriation else "revenue"

    def _item(self, subject: Subject, column: StatementColumn, concept: str) -> str | None:
        """Return the item of a figure: of the row, and of the part or the source that the column is of."""
        if subject.kind == "economic" and self.title.family == "operating":
            return "机关运行经费"
        part = column.item if concept not in ("personnel_cost", "operating_cost") else None
        if _is_source(column) and (concept in _LISTED or concept.startswith("procurement")):
            part = column.name
        return "/".join(filter(None, (subject.item, part))) or None

    def _measure(self, column: StatementColumn) -> tuple[str, int | None]:
        """Return measure and fiscal year of a column."""
        year = self.frame.fiscal_year
        if column.year and year is not None and column.year < year:
            return "prior_year", column.year
        if column.measure == "prior_year":
            return "prior_year", None if year is None else year - 1
        default = "initial_budget" if self.frame.kind == "budget" else "final"
        return column.measure or self.title.measure or default, year

    def _state(self, cell: Cell, column: StatementColumn, subject: Subject, label: str, cells: Sequence[Cell]) -> None:
        """Add the fact that one cell states."""
        concept, scope = self._concept(subject, column)
        if not concept:
            self.reading.unparsed.append((cell.start, cell.end, "neither row nor column tells what the figure is"))
            return
        measure, year = self._measure(subject.measured or column)
        quantity = self._figure(cell, column, label, concept, measure)
        if quantity is None:
            self.reading.unparsed.append((cell.start, cell.end, "no unit is stated for the figure"))
            return
        fund = column.fund or subject.fund or (self.title.fund if concept in _OF_FUND else None)
        coded = subject.code if subject.kind != "economic" else subject.functional
        item = self._item(subject, column, concept)
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
        if measure.startswith(("growth_", "completion_")):
            return quantity._replace(unit="ratio", exponent=quantity.exponent - 2, decimals=2 - quantity.exponent)
        counted = _COUNTED.get(concept)
        own = printed_unit(label)
        if counted is not None:
            return quantity._replace(
                unit="count", counted=own if own and not own.endswith("元") else counted, decimals=None
            )
        return with_unit(quantity, unit) if (unit := column.unit or own or self.unit) else None


def _is_source(column: StatementColumn) -> bool:
    """Tell whether a column is of money from one source that is no fund (其他资金), or carried over."""
    return column.concept.startswith("revenue_") or column.concept in CARRYOVER


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
    if count == len(cells):
        if all(_short_code(cell.text) for cell in cells):
            return 0
        count -= len(cells) > 1 and len(cells[0].text) > 3 and is_code(cells[0].text) and known_class(cells[0].text)
    return count


def _short_code(text: str) -> bool:
    """Tell whether a number may be a code or a part of one."""
    return text.isdigit() and (len(text) <= 2 or is_code(text))
