"""The columns of a statement table: what stands in each, told by the stack of header words above it.

A header may span columns (收入 over 项目 and 决算数) and rows (科目名称 beside 类 款 项). A source with a grid keeps
empty cells for the spanned ones; flattened text often drops them, and then the words tell which header spans which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from fiscal_analysis.document import Cell, fold
from fiscal_analysis.extract.header_stacks import CARRYOVER, measure_of, nestings, side_of, stacks_of
from fiscal_analysis.extract.statement_codes import economic_class, economic_item, is_code, is_economic
from fiscal_analysis.extract.table_cells import kind_of
from fiscal_analysis.readers.header_words import (
    StatementWord,
    printed_unit,
    statement_column,
    statement_label,
)

__all__ = [
    "SUBJECTS",
    "StatementColumn",
    "Title",
    "columns_of",
    "columns_of_grid",
    "heads_a_column",
    "measure_of",
    "panels_of",
    "parse_title",
    "with_words",
]

# Roles of columns that name the row.
SUBJECTS = frozenset(("code", "part", "name", "label", "unit"))
_HEADING_CONCEPTS = frozenset(
    ("", "revenue", "expenditure", "revenue_appropriation", "appropriation_expenditure", "three_public")
)
_PARTS = re.compile("[^一-鿿]+")
_HAN = re.compile("[一-鿿]{2}")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})年")
_TITLE = re.compile(
    "(?:决算|预算|收支|收入|支出|经费|拨款|采购|机构运行|购买服务|国有资产|相关统?计?信息)[^。;|]{0,24}表(?!明|示|现|彰|外)"
)
_PLAIN = frozenset(("事业收入", "其他收入", "经营收入", "上级补助收入"))  # what their concepts are called
_MEASURED = re.compile("(?:预算|决算|支出|执行|统计)?(?:数|金额|额)$|(?:预算|决算)$")
_NEUTRAL = re.compile(
    "(?:本年|上年|年初|全年|当年|年度|调整后?|批复|实际|执行|决算|预算|统计|支出|合计)*(?:数|额|金额)?"
)
_MOST_NESTINGS = 2000
_YEAR_ALONE = re.compile(r"(?:19|20)[0-9]{2} ?年度?数?")
_FUND_NAMES = re.compile("一般公共预算|公共财政预算|政府性?基金预算|国有资本经营预算")
_FAMILIES = (
    ("三公", "three_public"), ("采购", "procurement"), ("机构运行", "three_public"), ("运行经费", "operating"),
    ("相关信息", "three_public"), ("相关统计", "three_public"), ("购买服务", "services"), ("国有资产", "assets"),
)  # fmt: skip
_HALVES = ("人员经费", "公用经费", "日常公用经费")  # of basic expenditure
_SPLIT = ("项目支出结转", "项目支出结余")  # of 项目支出结转和结余
_FUNDS = (
    ("general_public_budget", re.compile("一般公共预算|公共财政预算")),
    ("government_fund", re.compile("政府性?基金")),
    ("state_capital", re.compile("国有资本经营")),
)


class Title(NamedTuple):
    """What a statement's title says of all its figures.

    `side` is ``revenue``, ``expenditure`` or ``both``; `family` is ``three_public``, ``procurement``, ``operating``
    (机关运行经费), ``services`` (政府购买服务), ``assets`` or empty; `scope` is ``basic`` or ``project`` where
    everything in the table is of one; `code` is the economic class that the title ends in (工资福利支出).
    """

    text: str = ""
    side: str = ""
    appropriation: bool = False
    fund: str | None = None
    scope: str | None = None
    measure: str = ""
    family: str = ""
    code: str = ""


class StatementColumn(NamedTuple):
    """A column and what its figures are.

    `role` is ``code``, ``part`` (of a code), ``name``, ``label``, ``unit`` (a body), ``value``, ``skip`` or empty;
    `name` is the bare word of its lowest header; `item` names the part of a concept that its figures are of;
    `half` is 人员经费 or 公用经费 where it heads the column's panel.
    """

    role: str = ""
    concept: str = ""
    fund: str | None = None
    scope: str | None = None
    measure: str = ""
    year: int = 0
    side: str = ""
    code: str = ""
    item: str | None = None
    unit: str | None = None
    name: str = ""
    half: str = ""


def panels_of(columns: Sequence[StatementColumn]) -> list[list[int]]:
    """Return the columns' indexes by panel: a panel begins at a column that names rows, behind figures."""
    panels: list[list[int]] = [[]]
    valued = False
    for i, column in enumerate(columns):
        if column.role in SUBJECTS and valued:
            panels.append([])
            valued = False
        panels[-1].append(i)
        valued = valued or column.role == "value"
    return panels


def heads_a_column(text: str) -> bool:
    """Tell whether a text is a header's word, a year, or the name of an economic class or item."""
    return bool(_word(text).role) or is_economic(statement_label(text))


def _word(text: str) -> StatementWord:
    """Return what a header's word is: as known, with a measure behind it, or a year or a measure alone."""
    found = statement_column(text)
    if found.role:
        return found
    label = statement_label(text)
    measured = _MEASURED.search(label)
    if measured is not None and measure_of(text):
        stem = statement_column(label[: measured.start()])
        if stem.concept or _NEUTRAL.fullmatch(label) is not None:
            return stem if stem.concept else StatementWord("total")
    return StatementWord("total") if _YEAR_ALONE.fullmatch(fold(text).strip()) else found


def parse_title(text: str) -> Title | None:
    """Return what the title of a statement says; None where `text` is no such title.

    The title is read by its parts, so that a province's own name for a table reads as well as 收入支出决算总表.
    """
    folded = "".join(fold(text).split())
    match = _TITLE.search(folded)
    if match is None:
        return None
    bare = folded[: match.end()]
    revenue, expenditure = "收入" in bare, "支出" in bare
    side = "expenditure" if expenditure else "revenue" if revenue else ""
    if "收支" in bare or (revenue and expenditure and "总" in bare):
        side = "both"
    funds = [fund for fund, pattern in _FUNDS if pattern.search(bare)]
    family = next((name for word, name in _FAMILIES if word in bare), "")
    scope = "basic" if "基本支出" in bare else "project" if "项目支出" in bare else None
    measure = "final" if "决算" in bare else "initial_budget" if "预算" in _FUND_NAMES.sub("", bare) else ""
    appropriation = "拨款" in bare or bool(funds)
    fund = funds[0] if len(funds) == 1 else None
    code = next((code for part in _PARTS.split(folded[match.end() :]) if (code := economic_class(part))), "")
    return Title(text.strip(), side, appropriation, fund, scope, measure, family, code)


def columns_of(
    header: Sequence[Sequence[Cell]],
    width: int,
    figures: int = 0,
    within: str = "",
    full: Sequence[Sequence[Decimal]] = (),
) -> list[StatementColumn]:
    """Return the columns under some header rows; empty where the words do not tell them.

    Parameters
    ----------
    header : sequence of rows
        The header's rows, top to bottom.
    width : int
        The number of cells of a full row below.
    figures : int
        The number of figures of a full row, where the source drops empty cells; 0 where it keeps them.
    within : str
        The economic class that the whole table is of; empty where it is of none.
    full : sequence of rows of Decimal
        The figures of some rows that have all of them: where the words leave a choice, sums decide.
    """
    texts = [[cell.text for cell in row] for row in header]
    if not figures:  # empty cells are kept, but not always those at a row's end
        texts = [row + [""] * (width - len(row)) if "" in row else row for row in texts]
    rows = [part for row in texts for part in _unstacked(row)]
    if figures:
        rows = _mended(rows)
        rows = _beheaded(rows[0]) if len(rows) == 1 else rows
    columns = _sided([_column(stack, within) for stack in stacks_of(rows, width)])
    values = sum(column.role == "value" for column in columns)
    named = [[role for text in row if (role := statement_column(text).role) in ("code", "label")] for row in rows]
    several = any(row.count("code") > 1 or ("code" not in row and row.count("label") > 1) for row in named)
    if not figures:
        return columns
    panels = [[columns[i] for i in panel] for panel in panels_of(columns)]
    if several and len(rows) > 1 and values == figures and all(map(_sound, panels)) and all(map(_differ, panels)):
        return columns
    nested = _nested(rows, figures, within, full)
    if nested:
        return nested
    if nested is not None and not several:
        return _leaves(rows, figures) if len(rows) == 1 else []
    if several and (len(rows) > 1 or all(map(_sound, panels))):
        return columns
    if values == figures and _sound(columns):
        return columns
    return _leaves(rows, figures) or (columns if values > figures and _sound(columns) else [])


def _nested(
    rows: list[list[str]], figures: int, within: str, full: Sequence[Sequence[Decimal]]
) -> list[StatementColumn] | None:
    """Return the columns that the words of a header nest to in one way for `figures` figures.

    Empty where several ways are as good as one another, None where there is none.
    """
    best = _likeliest(tuple(map(tuple, rows)), figures, within)
    if len(best) > 1:
        best = tuple(columns for columns in best if _adds_up(columns, full))
        return list(best[0]) if len(best) == 1 else []
    return list(best[0]) if best else None


@lru_cache(maxsize=256)
def _likeliest(rows: tuple[tuple[str, ...], ...], figures: int, within: str) -> tuple[tuple[StatementColumn, ...], ...]:
    """Return the columns of the ways to nest a header that are most to be expected; none where there are too many."""
    best: list[tuple[StatementColumn, ...]] = []
    least = -1
    for tried, (cost, stacks) in enumerate(nestings(rows)):
        if tried > _MOST_NESTINGS:
            return ()
        if 0 <= least < cost or sum(_of_figures(stack[-1]) for stack in stacks) != figures or not _summed(stacks):
            continue
        columns = tuple(_sided([_column(stack, within) for stack in stacks]))
        values = [column for column in columns if column.role == "value"]
        if len(values) != figures or any(not column.role for column in columns):
            continue
        panels = [[columns[i] for i in panel] for panel in panels_of(columns)]
        if not all(_sound(panel) and _differ(panel) for panel in panels) or not _repeated(panels):
            continue
        if cost != least:
            best, least = [], cost
        if columns not in best:
            best.append(columns)
    return tuple(best)


def _repeated(panels: Sequence[Sequence[StatementColumn]]) -> bool:
    """Tell whether panels side by side begin alike."""
    firsts = [panel[0] for panel in panels]
    return all(one.role == "label" or (one.role, one.name) == (firsts[0].role, firsts[0].name) for one in firsts)


def _of_figures(text: str) -> bool:
    role = statement_column(text).role
    return role not in SUBJECTS and role != "skip"


def _summed(stacks: Sequence[Sequence[str]]) -> bool:
    """Tell whether each sum of parts (小计) is the first of several columns under one header, or the first of all."""
    labels = [statement_label(stack[-1]) for stack in stacks]
    for at, stack in enumerate(stacks):
        if labels[at] == "小计" and at and _of_figures(stacks[at - 1][-1]):
            above = stack[:-1]
            if not above or at + 1 == len(stacks) or list(stacks[at + 1][: len(above)]) != list(above):
                return False
            if list(stacks[at - 1][: len(above)]) == list(above):
                return False
    return True


def _adds_up(columns: Sequence[StatementColumn], rows: Sequence[Sequence[Decimal]]) -> bool:
    """Tell whether total, basic and project expenditure stand under `columns` and add up in all rows."""
    sums: dict[tuple[str, int], dict[str, int]] = {}
    values = [column for column in columns if column.role == "value"]
    for at, column in enumerate(values):
        if column.concept in ("", "expenditure") and not column.fund and not column.code and column.item is None:
            sums.setdefault((column.measure, column.year), {}).setdefault(column.scope or "", at)
    found = [[places[scope] for scope in ("", "basic", "project")] for places in sums.values() if len(places) == 3]
    slack = Decimal("0.015")
    return bool(found and rows) and all(abs(row[a] - row[b] - row[c]) <= slack for row in rows for a, b, c in found)


def columns_of_grid(header: Sequence[Sequence[Cell]], width: int, within: str = "") -> list[StatementColumn]:
    """Return the columns under some header rows of a grid, whose cells say what they span; see :func:`columns_of`.

    Where only some cells are merged, a header of one column over empty cells is taken to span them, as far as there
    are headers below them.
    """
    lowest = [
        max((y for y, row in enumerate(header) if x < len(row) and row[x].text), default=-1) for x in range(width)
    ]
    stacks: list[list[str]] = [[] for _ in range(width)]
    covered = [-1] * width  # the last row that a header takes
    for y, row in enumerate(header):
        left = ""
        for x, cell in enumerate(row[:width]):
            if cell.text:
                for at in range(x, min(x + cell.across, width)):
                    stacks[at].append(cell.text)
                    covered[at] = max(covered[at], y + cell.down - 1)
                left = cell.text if cell.across == cell.down == 1 else ""
            elif covered[x] >= y:
                left = ""
            elif left and lowest[x] > y:
                stacks[x].append(left)
    return _distinct(_sided([_column(stack, within) for stack in stacks]), stacks)


def with_words(columns: Sequence[StatementColumn], rows: Sequence[Sequence[Cell]]) -> list[StatementColumn]:
    """Return the columns of a grid, those under 收入 or 支出 alone as names of the rows where they hold words."""
    found = list(columns)
    for i, column in enumerate(columns):
        if column.role == "value" and column.name in ("收入", "支出"):
            texts = [row[i].text for row in rows if i < len(row) and row[i].text]
            words = sum(kind_of(text) == "text" for text in texts)
            if words > 1 and words * 2 > len(texts):
                found[i] = StatementColumn("label", side=column.side, name=column.name)
    return found


def _distinct(columns: list[StatementColumn], stacks: Sequence[Sequence[str]]) -> list[StatementColumn]:
    """Tell columns apart that the vocabulary gives one meaning.

    The word above some of them that it does not know names a part (财政拨款 | 本年安排 over 小计). Where nothing tells
    two columns of a panel apart, what they hold is not known.
    """
    for panel in panels_of(columns):
        values = [i for i in panel if columns[i].role == "value"]
        for i, others in [(i, [j for j in values if j != i and _alike(columns[i], columns[j])]) for i in values]:
            if others:
                above = [
                    text
                    for text in stacks[i][:-1]
                    if not statement_column(text).role and not all(text in stacks[j] for j in others)
                ]
                if above:
                    name = statement_label(above[-1])
                    item = columns[i].item
                    columns[i] = columns[i]._replace(item=f"{name}/{item}" if item else name)
        for i in values:
            named = {columns[j].name for j in values if j != i and _alike(columns[i], columns[j])}
            if named and columns[i].name not in named | _PLAIN:
                columns[i] = columns[i]._replace(item=columns[i].name)  # 财政专户管理资金 beside 事业收入
        same = [i for i in values if any(j != i and _alike(columns[i], columns[j]) for j in values)]
        for i in same:
            columns[i] = columns[i]._replace(role="")
    return columns


def _differ(columns: Sequence[StatementColumn]) -> bool:
    """Tell whether no two columns of figures are of the same."""
    values = [column for column in columns if column.role == "value"]
    return not any(_alike(one, other) for at, one in enumerate(values) for other in values[:at])


def _alike(one: StatementColumn, other: StatementColumn) -> bool:
    return one._replace(name="", unit=None) == other._replace(name="", unit=None)


def _unstacked(row: list[str]) -> list[list[str]]:
    """Part the heads of the two halves (收入, 支出) from the headers below them where they stand in one row."""
    heads = next((i for i, text in enumerate(row) if not side_of(statement_column(text))), len(row))
    if 2 <= heads < len(row) - 2 and statement_column(row[heads]).role == "label":
        return [row[:heads], row[heads:]]
    return [row]


def _mended(rows: list[list[str]]) -> list[list[str]]:
    """Put together the words that a line's end cuts, where the rest stands behind the words of other columns."""
    rows = [list(row) for row in rows]
    words = [(y, x) for y, row in enumerate(rows) for x in range(len(row))]
    at = 0  # rests stand in the order of their words
    for here, (y, x) in enumerate(words):
        text = rows[y][x]
        if not text or heads_a_column(text):
            continue
        for rest in range(max(at, here + 1), len(words)):
            below, beside = words[rest]
            if rows[below][beside] and statement_column(text + rows[below][beside]).role:
                rows[y][x] += rows[below][beside]
                rows[below][beside] = ""
                at = rest + 1
                break
    return [kept for row in rows if (kept := [text for text in row if text])]


def _beheaded(row: list[str]) -> list[list[str]]:
    """Part the words that head panels (人员经费, 公用经费) from a header whose words stand in one row."""
    roles = [statement_column(text).role for text in row]
    named = [text for text, role in zip(row, roles, strict=True) if role in ("code", "label")]
    first = next((i for i, role in enumerate(roles) if role in SUBJECTS), 0)
    return [row[:first], row[first:]] if first > 1 and len(named) > len(set(named)) else [row]


def _sound(columns: Sequence[StatementColumn]) -> bool:
    """Tell whether columns that name rows stand before all figures."""
    roles = [column.role for column in columns]
    values = [i for i, role in enumerate(roles) if role == "value"]
    return bool(values) and not any(role in SUBJECTS for role in roles[values[0] :])


def _leaves(rows: list[list[str]], figures: int) -> list[StatementColumn]:
    """Return code, name and `figures` columns by the words alone, where the header's rows are not told apart.

    The words in front that only head others (支出预算 over 合计, 基本支出, 项目支出) are left out.
    """
    named: list[StatementColumn] = []
    values: list[StatementColumn] = []
    summed: list[bool] = []  # a total heads no other column
    for row in rows:
        for text in row:
            column = _column([text])
            if column.role in SUBJECTS and column.role != "part":
                if column.role not in [other.role for other in named]:
                    named.append(column)
            elif column.role == "value":
                values.append(column)
                summed.append(statement_column(text).role == "total")
    heads = 0
    while (
        len(values) - heads > figures
        and not summed[heads]
        and values[heads].concept in _HEADING_CONCEPTS
        and values[heads].scope is None
    ):
        heads += 1
    if len(values) - heads != figures or any(summed[heads + 1 :]) or (heads and not summed[heads]):
        return []  # a sum behind the first begins what a header before it spans
    if not any(column.role == "code" for column in named) and any(
        statement_column(text).role == "part" for row in rows for text in row
    ):
        named.append(StatementColumn("code"))  # 类 款 项 without the word above them
    return [*sorted(named, key=lambda column: column.role != "code"), *values[heads:]]


def _sided(found: Sequence[StatementColumn]) -> list[StatementColumn]:
    """Give each column the half of the table that it stands in."""
    columns = []
    side = ""
    for column in found:
        if column.side:
            side = column.side
        columns.append(column._replace(side=column.side or side))
    return columns


def _whole_words(stack: list[str]) -> list[str]:
    """Return the headers of a stack; one that a page's end cuts in two (事业 over 收入) is put together."""
    whole: list[str] = []
    for text in filter(None, stack):
        if whole and not _word(whole[-1]).role and statement_column(whole[-1] + text).role:
            whole[-1] += text
        else:
            whole.append(text)
    return whole


def _column(stack: list[str], within: str = "") -> StatementColumn:
    """Return what a column is: its role by the deepest header, its meaning by all of them."""
    words = [(text, _word(text)) for text in _whole_words(stack)]
    if not words:
        return StatementColumn()
    side = next((side for _, w in words if (side := side_of(w))), "")
    known = [(t, w) for t, w in words if w.role]
    deepest = known[-1][1] if known else StatementWord()
    if deepest.role in SUBJECTS or deepest.role == "skip":
        return StatementColumn(deepest.role, side=side, name=statement_label(words[-1][0]))
    if deepest.role.endswith("_side"):
        # 收入 | 支出 as the only header of two columns of figures
        concept = "revenue" if side == "revenue" else "expenditure"
        return StatementColumn("value", concept, side=side, name=statement_label(words[-1][0]))
    last = statement_label(words[-1][0])
    item = last if last in _HALVES or (last in _SPLIT and len(words) > 1) else None
    concept, fund, scope, code, measure, year = "", None, None, "", "", 0
    for text, found in words:
        label = statement_label(text)
        economic = (
            text
            if is_code(text)
            else economic_item((code or within)[:3], label) or ("" if found.role else economic_class(label))
        )
        if economic:
            concept, code = "economic_expenditure", economic
            known = known or [(text, found)]
        elif found.concept and concept in CARRYOVER and found.concept not in CARRYOVER:
            item = item if found.concept == "expenditure" else label  # 上年结转 over a source, over basic expenditure
        elif not (concept.startswith("revenue") and found.concept == "expenditure" and found.scope):
            concept = found.concept or concept
            code = found.code or code
        fund = found.fund or fund
        scope = found.scope or scope
        measure = measure_of(text) or measure
        match = _YEAR.search(fold(text))
        year = int(match[1]) if match is not None else year
        if found.part or (not found.role and not economic and text is words[-1][0] and _names_a_part(text)):
            item = label
    if within and known and not concept:
        concept, code = "economic_expenditure", within
    if concept == "revenue" and fund:
        concept = "revenue_appropriation"
    unit = next((u for text, _ in reversed(words) if (u := printed_unit(text))), None)
    half = next((label for text, _ in words[:-1] if (label := statement_label(text)) in _HALVES), "")
    return StatementColumn(
        "value" if known else "", concept, fund, scope, measure, year, side, code, item, unit, last, half
    )


def _names_a_part(text: str) -> bool:
    """Tell whether a header that the vocabulary does not know may name a part of what stands above it."""
    label = statement_label(text)
    return _HAN.search(label) is not None and not measure_of(text) and _YEAR.fullmatch(label) is None
