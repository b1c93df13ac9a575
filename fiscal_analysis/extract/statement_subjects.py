"""What the rows of a statement table are of: a code's line, a total, a balance, a body, a project, a part of these.

A row is read with what the rows above it have opened: parts of 年初结转和结余 stand below it, 行政单位 stands below
机关运行经费, the lines of a body below its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from fiscal_analysis.document import Cell, fold
from fiscal_analysis.extract.lexicon import functional_names
from fiscal_analysis.extract.statement_codes import Codes, doubted, economic_class, is_economic, item_code
from fiscal_analysis.extract.statement_columns import StatementColumn, Title, measure_of
from fiscal_analysis.extract.statement_rows import Entry
from fiscal_analysis.extract.table_cells import clean
from fiscal_analysis.readers.header_words import StatementWord, statement_column, statement_label, statement_row

__all__ = ["CARRYOVER", "Subject", "Subjects", "is_functional"]

CARRYOVER = ("carryover_opening", "carryover_closing")
_TOTALS = ("total", "grand_total", "sum_revenue", "sum_expenditure")
_BODY = re.compile(
    r"^[^0-9]{2,}(?:局|站|中心|[大支总]队|所|办公室|委员会|委|厅|处|院|学校|[小中大]学|幼儿园|馆|机关|政府|街道办?|联合?会|协会|镇|乡)"
    r"[(（]?(?:本级|机关|本部)?[)）]?$"
)  # a body under a department
_YEAR = re.compile(r"((?:19|20)[0-9]{2})年")
_NUMBERING = re.compile(
    r"^(?:其中[:：]|[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十0-9]+[)）]|[0-9]{1,2}[、.．])+"
)
_COUNTER = re.compile(r"[(（][个批次人辆台套元万、，,]{1,6}[)）]$")
# Families whose rows are entries of a list, and the concept of an entry.
_LISTS = {"services": "purchased_services", "procurement": "procurement"}
_PROJECT_COLUMNS = frozenset(("项目名称", "项目", "项目内容", "专项名称", "具体项目"))


class Subject(NamedTuple):
    """What a row is of.

    `kind` is ``functional``, ``economic``, ``total``, ``unit`` (a body), ``entry`` (of a list) or ``label``.
    `functional` is the functional code of an economic line that has one; `measured` says how, where the row and not the
    column does.
    """

    kind: str
    concept: str = ""
    code: str | None = None
    name: str | None = None
    fund: str | None = None
    scope: str | None = None
    item: str | None = None
    functional: str | None = None
    measured: StatementColumn | None = None


class Subjects:
    """Tells what rows are of, from top to bottom of a table or of a part of it under a header of its own."""

    def __init__(
        self, title: Title, columns: Sequence[StatementColumn], kind: str | None, year: int | None, grid: bool
    ) -> None:
        self.title = title
        self.kind = kind
        self.columns = columns
        self.year = year
        self.grid = grid
        self.codes = Codes()
        self._orphan = False  # the row above is a code without name and figure
        self._code: str | None = None  # of the row above
        self._unit: str | None = None  # the body that the rows above are of
        self._names: dict[int, str] = {}  # column -> name, in a table whose rows are named by several columns
        self._group: tuple[int, Subject | None] = (0, None)  # the row behind a name that spans rows, and what it is
        self._carried: dict[str, str] = {}  # place -> the carry-over that parts below belong to
        self._carry_seen: set[str] = set()
        self._last: dict[str, Subject] = {}  # place -> what the label above is of

    @property
    def projects(self) -> bool:
        """Whether the rows are projects."""
        return (
            self.title.scope == "project"
            and self.kind in ("final_accounts", "budget")
            and any(column.role == "label" and column.name in _PROJECT_COLUMNS for column in self.columns)
        )

    def of(self, entry: Entry, cells: Sequence[Cell], side: str) -> tuple[Subject | None, bool]:
        """Return what a row (or a panel of it) is of, and whether its code is another row's, so that nothing holds."""
        code = self.codes.of(entry.panel, entry.codes, entry.label)
        name = clean(entry.label).strip('“”"') or None
        if code is None and any(entry.codes) and self.title.family == "":
            code = item_code(entry.codes[-1], name or "")
        if code is not None and len(code) <= 5 and name and not _classified(name) and _BODY.search(name):
            self.codes.close(entry.panel)  # a body's code looks like a class
            self._unit = name
            return Subject("unit", item=name), False
        orphan, self._orphan = self._orphan, bool(code) and not entry.label and not entry.figures
        if code is not None and doubted(code, name or "", self.year, orphan):
            return self._subject(entry, None, name, cells, side), True
        return self._grouped(self._subject(entry, code, name, cells, side), entry, name, cells), False

    def _grouped(
        self, subject: Subject | None, entry: Entry, name: str | None, cells: Sequence[Cell]
    ) -> Subject | None:
        """Return what a row is of that stands beside a name which spans rows (一般公共预算资金: 小计, 专项收入)."""
        labels = [i for i, column in enumerate(self.columns) if column.role == "label"]
        if len(labels) < 2 or not self.grid or not cells or entry.panel or self.title.family == "procurement":
            return subject
        first = next((cell for cell in cells if cell.column == labels[0]), None)
        if first is not None:
            self._group = (first.row + first.down, subject)
            return subject
        end, whole = self._group
        if whole is None or whole.kind != "label" or cells[0].row >= end or not name:
            return subject
        if subject is None or (subject.concept, subject.fund) == (whole.concept, whole.fund):
            return whole._replace(item=_unnumbered(name))
        return subject

    def _subject(
        self, entry: Entry, code: str | None, name: str | None, cells: Sequence[Cell], side: str
    ) -> Subject | None:
        above, self._code = self._code, code or self._code
        unit = clean(entry.unit) or None
        if code is not None:
            listed = self.projects or (self.title.scope == "project" and code == above)
            if listed and name and code[0] == "2" and not is_functional(name, code):
                return Subject("entry", "project_funding", code=code, item=name)
            self._unit = unit or self._unit
            kind = "functional" if code[0] == "2" else "economic"
            item = name if any(column.role == "label" for column in self.columns) else None
            economic = next((part for part in entry.codes if len(part) == 5 and part[0] == "3"), None)
            if kind == "functional" and economic is not None:
                return Subject("economic", code=economic, item=item or self._unit, functional=code)
            return Subject(kind, code=code, name=_unnumbered(name), item=self._unit)
        path = self._path(cells) if self.title.family == "procurement" else None
        if path is not None:
            return Subject("label", "procurement", item=path)
        if unit is not None and name is None:
            self._unit = unit
            return Subject("unit", item=unit)
        if not entry.label:
            alone = all(column.role == "value" for column in self.columns)
            whole = len(entry.figures) == len(self.columns) or self.grid
            return Subject("total") if alone and whole else None
        word = statement_row(entry.label)
        if any(column.role == "unit" for column in self.columns):
            if word.role in ("total", "grand_total"):
                self._unit = None if unit is None else unit
                return Subject("unit", item=unit) if unit is not None else Subject("total")
            if not any(column.role in ("code", "name", "label") for column in self.columns):
                return Subject("unit", item=name)
        return self._labelled(name or "", entry.panel, side)

    def _path(self, cells: Sequence[Cell]) -> str | None:
        """Return the name of a part (``A/B``) in a table whose rows are named by several columns, each within the last.

        None where the table has a single such column, or the row is a whole of its first one.
        """
        columns = [i for i, column in enumerate(self.columns) if column.role in ("name", "label")]
        if len(columns) < 2 or not self.grid:
            return None
        here = {cell.column: clean(cell.text) for cell in cells if cell.column in columns}
        if not here:
            return None
        first = min(here)
        self._names = {column: name for column, name in self._names.items() if column < first} | here
        if max(here) == columns[0]:
            return None
        return "/".join(self._names[column] for column in sorted(self._names) if column > columns[0])

    def _labelled(self, label: str, panel: int, side: str) -> Subject | None:
        """Return what a row without a code is of."""
        bare = statement_label(label)
        word = statement_row(label)
        coded = any(column.role in ("code", "part") for column in self.columns)
        said = measured(label) if word.role in ("", "skip") else None
        if said is not None and not any(column.measure for column in self.columns):
            return Subject("total", measured=said)
        if word.role in _TOTALS:
            self.codes.close(panel)
            if coded or self.projects:
                return Subject("total")
        if self.title.family not in ("three_public", "procurement", "services") and side != "revenue":
            codes = functional_names().classes.get(bare)
            if codes and (side == "expenditure" or bare not in ("其他支出", "其他")):
                self._carried.pop(side, None)
                self.codes.open_class(panel, codes[0])
                return Subject("functional", code=codes[0], name=_unnumbered(label))
            economic = economic_class(bare)
            if economic is not None:
                self.codes.open_class(panel, economic)
                return Subject("economic", code=economic, name=_unnumbered(label))
            if not coded and self.title.side != "both" and word.role not in _TOTALS:
                below = self.codes.named(panel, bare)
                if below is not None:
                    kind = "functional" if below[0] == "2" else "economic"
                    return Subject(kind, code=below, name=_unnumbered(label))
        place = side or f"panel {panel}"
        subject = self._balance(word, label, bare, place, side) if word.role not in ("", "skip") else None
        if coded and word.role == "" and _BODY.search(label) and not _classified(label):
            self._unit = label
            return Subject("unit", item=label)
        if subject is None and word.role == "" and bare and not coded:
            if self.projects:
                return Subject("entry", "project_funding", item=_unnumbered(label))
            if self.title.family == "services":
                return Subject("entry", "purchased_services", item=_unnumbered(label))
        if subject is not None:
            self._last[place] = subject
        return subject

    def _balance(self, word: StatementWord, label: str, bare: str, place: str, side: str) -> Subject | None:
        """Return what a row of a total, a fund, a balance, or a part of one is of."""
        title = self.title
        appropriation = title.appropriation and title.family == ""
        whole = "appropriation_grand_total" if appropriation else "grand_total"
        above = self._last.get(place, Subject(""))
        if word.role in _TOTALS:
            return self._total(word.role, bare, place, side, whole, above)
        if word.role in ("fund", "scope"):
            parent = self._carried.get(side)
            if parent is not None:
                return Subject("label", parent, fund=word.fund, scope=word.scope)
            if word.role == "scope" or not side:
                return None
            concept = "revenue_appropriation" if side == "revenue" else "appropriation_expenditure"
            return Subject("label", concept, fund=word.fund)
        if word.role == "part":
            return Subject("label", word.concept, item=_unnumbered(label)) if above.concept == word.concept else None
        if word.role == "procurement":
            known = title.family == "procurement" or "采购" in bare or above.concept.startswith("procurement")
            return Subject("label", word.concept) if known else None
        if word.code:
            return Subject("economic", code=word.code, name=_unnumbered(label))
        if word.concept in CARRYOVER:
            self._carry_seen.add(side)
        if word.concept in CARRYOVER or word.concept == "revenue_appropriation":
            self._carried[side] = word.concept
        else:
            self._carried.pop(side, None)
        if word.concept in CARRYOVER and appropriation:
            # a body carries over other money too: this is not what the statement of all its funds calls by that name
            return Subject("label", word.concept, fund=word.fund, scope=word.scope, item="财政拨款")
        if word.concept == above.concept == "revenue_appropriation" and above.fund and label.startswith("其中"):
            return Subject("label", word.concept, fund=above.fund, item=_unnumbered(label))
        item = _unnumbered(label) if word.part or bare in ("其他资金", "单位资金") else None
        return Subject("label", word.concept, fund=word.fund, scope=word.scope, item=item)

    def _total(self, role: str, bare: str, place: str, side: str, whole: str, above: Subject) -> Subject:
        """Return what a total is of: a family's, of what stands above, or of a side of the table."""
        family = self.title.family
        appropriation = whole != "grand_total"
        if family == "three_public" and role != "grand_total":
            return Subject("label", "three_public")
        if role == "grand_total" or (role == "total" and side in self._carry_seen):
            return Subject("label", whole)
        if role == "total":
            if family in _LISTS:
                return Subject("label", _LISTS[family])
            return Subject("total") if side or family else Subject("label", whole)
        if side in self._carry_seen and "本年" not in bare and "当年" not in bare:
            return Subject("label", whole)
        if role == "sum_revenue":
            return Subject("label", "revenue_appropriation" if appropriation else "revenue")
        return Subject("label", "appropriation_expenditure" if appropriation else "expenditure")


def _classified(name: str) -> bool:
    """Tell whether a name is of the functional or the economic classification."""
    names = functional_names()
    return is_economic(statement_label(name)) or any(
        fold(name) in level for level in (names.items, names.groups, names.classes)
    )


def measured(label: str) -> StatementColumn | None:
    """Return what a row's label says as a column's header would, where it only names a measure (2023年决算数)."""
    measure = measure_of(label) if statement_column(label).role == "total" else ""
    year = _YEAR.search(fold(label))
    return StatementColumn("value", measure=measure, year=int(year[1]) if year else 0) if measure else None


def is_functional(name: str, code: str) -> bool:
    """Tell whether `name` is the functional code's own."""
    names = functional_names()
    return any(code in level.get(fold(name), ()) for level in (names.items, names.groups, names.classes))


def _unnumbered(name: str | None) -> str | None:
    """Return a row's name without the number before it and the unit behind it."""
    return None if name is None else _COUNTER.sub("", _NUMBERING.sub("", name)).strip()
