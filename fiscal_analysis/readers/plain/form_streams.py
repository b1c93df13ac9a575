"""Performance forms that reach us as a stream of cells: the ends of lines say nothing of where a row begins.

Copied web pages print a whole form on one line, let cells run over the ends of lines, or set a cell and its bar on
lines of their own. The rows are found again from header words, labels and levels, and within a branch of the indicator
tree from what its columns hold. A branch that can be cut in no way, or in several, stays one cell: it is listed, not
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fiscal_analysis.readers.header_words import plain, word
from fiscal_analysis.readers.plain.line_cells import (
    Lines,
    Span,
    cell_at,
    continued,
    header_length,
    is_figure,
    is_number,
)

__all__ = ["forms_on_one_line", "stream_between_bars", "streams_of_bars_alone"]

_LEVELS = ("level1", "level2", "level3", "name")
_OPTIONAL = frozenset(("nature", "unit", "note", "source", "method", "audit_score", "target_adjusted"))
_REMARKS = frozenset(("note", "source", "method"))
_POINTS = frozenset(("weight", "score", "audit_score"))
_VALUES = frozenset(("target", "target_adjusted", "actual", "weight", "score"))
_KNOWN = frozenset((*_LEVELS, *_OPTIONAL, *_VALUES, "content", "coefficient"))
_SPANNED = frozenset(("nature", "unit", "target"))
_SIGNS = frozenset(("≥", "≤", "≧", "≦", "⩾", "⩽", ">", "<", "=", "═", ">=", "<=", "定性", "定量"))
_DASHES = frozenset(("-", "—", "——", "--", "/"))
_HAN = re.compile("[一-鿿][^一-鿿]*[一-鿿]")
_BOUNDED = re.compile("[≥≤≧≦⩾⩽><=]")
_HEADER = re.compile("一级 ?(?:绩效)?指标|三级 ?指标|指标 ?名称|年度资金总额")
_FORM_LABELS = frozenset(("project", "body", "meta", "fund_head", "fund_total", "fund_part", "goal", "grade", "total"))
_GOALS = frozenset(("goal", "goal_target", "goal_actual"))
_REST = 120  # characters beside a form on its line
_NAME = 60
_LEVEL = 14
_SHORT = 2
_LONGEST_CELL = 1200
_OFTEN = 4  # columns that may be empty in a row
_LONGEST_BRANCH = 28  # cells of a branch that may go on behind a level's word


class _Stream(NamedTuple):
    """Cells in the order of the text.

    `gaps` tells before which of them empty cells stand (0 none, 1 some, 2 not known), where the source keeps any.
    `whole` tells that no cell is a part of one: blanks part words too.
    """

    folded: str
    cells: list[Span]
    gaps: list[int] | None
    whole: bool


def rows_of_cells(folded: str, cells: Sequence[Span]) -> list[list[Span]] | None:
    """Return the rows of a form whose cells stand one a line without any mark; None where it is none."""
    return _rows(_Stream(folded, list(cells), None, True))


# -- sources of streams ---------------------------------------------------------------------------------------------


def forms_on_one_line(folded: str) -> Iterator[Lines]:
    """Yield the forms whose header and rows stand on one line with blanks between the cells."""
    done = -1
    for match in _HEADER.finditer(folded):
        if match.start() < done:
            continue
        start = folded.rfind("\n", 0, match.start()) + 1
        end = folded.find("\n", match.end())
        done = end = len(folded) if end < 0 else end
        line = folded[start:end]
        if "|" in line or "\t" in line or " " not in line:
            continue
        cells: list[Span] = []
        for token in re.finditer(r"[^ ]+", line):
            cell = Span(token[0], start + token.start(), start + token.end())
            if cell.text[0] == "(" and cells and word(cells[-1].text).label:
                cells[-1] = Span(folded[cells[-1].start : cell.end], cells[-1].start, cell.end)  # 项目资金 (万元)
            else:
                cells.append(cell)
        if not _is_unbroken(cells):
            continue
        cells = _joined(folded, cells)
        rows = _rows(_Stream(folded, cells, None, False))
        if rows is None and end - start <= _LONGEST_CELL:
            rows = [[Span(line.strip(" "), start + len(line) - len(line.lstrip(" ")), start + len(line.rstrip(" ")))]]
        if rows is not None:
            yield Lines(rows, start, end, "lines")


def stream_between_bars(folded: str, run: Sequence[tuple[int, int]]) -> Lines | None:
    """Return the form of a run of lines with bars whose rows its lines do not tell; None where they do."""
    start, end = run[0][0], run[-1][1]
    if _HEADER.search(folded, start, end) is None:
        return None
    filled_lines = [(low, high) for low, high in run if folded[low:high].strip()]
    single = sum(folded[low:high].strip("| \t").find("|") < 0 for low, high in filled_lines) * 2 > len(filled_lines)
    cells: list[Span] = []
    gaps: list[int] = []
    gap = 0
    lines: list[int] = []
    held = -1
    for number, (low, high) in enumerate(filled_lines):
        if single and folded.find("|", low, high) < 0:
            held = low if held < 0 else held  # the cell goes on up to the next bar
            continue
        at, held = (held if held >= 0 else low), -1
        before = len(cells)
        edge = False  # a bar opens the line: of a row, or of a cell
        while at <= high:
            stop = folded.find("|", at, high)
            last = stop < 0
            cell = cell_at(folded, at, high if last else stop)
            at = high + 1 if last else stop + 1
            if cell.text:
                first = len(cells) == before and not gap and not edge
                whole = continued(folded, cells[-1], cell, False) if first and cells else None
                if whole is not None:
                    cells[-1] = whole
                    continue
                cells.append(cell)
                gaps.append(1 if gap else 2 if edge else 0)
                lines.append(number)
                gap, edge = 0, False
            elif not last:
                if len(cells) == before and not edge and not single and at < high:
                    edge = True
                else:
                    gap += 1
    if not single and not _runs_over(cells, lines):
        return None
    rows = _rows(_Stream(folded, cells, gaps if 1 in gaps else None, True))
    return None if rows is None else Lines(rows, start, end, "pipes")


_BAR_ALONE = re.compile(r"\n[ ]*\|[ |]*(?=\n|$)")


def streams_of_bars_alone(folded: str) -> Iterator[Lines]:
    """Yield the forms of one cell a line with a bar alone on the line between two cells."""
    done = 0
    for match in _BAR_ALONE.finditer(folded):
        if match.start() < done:
            continue
        start = folded.rfind("\n", 0, match.start()) + 1
        at, size = start, len(folded)
        cells: list[Span] = []
        gaps: list[int] = []
        bars = 1
        while at < size:
            stop = folded.find("\n", at)
            stop = size if stop < 0 else stop
            cell = cell_at(folded, at, stop)
            if "|" in cell.text:
                if cell.text.strip("| "):
                    break
                bars += cell.text.count("|")
            elif cell.text:
                if not bars or len(cell.text) > _LONGEST_CELL:
                    break
                cells.append(cell)
                gaps.append(int(bars > 1))
                bars = 0
            done = stop
            at = stop + 1
        done = max(done, match.end())
        rows = _rows(_Stream(folded, cells, gaps if 1 in gaps else None, True)) if len(cells) > 6 else None
        if rows is not None:
            yield Lines(rows, start, done, "pipes")


def _runs_over(cells: Sequence[Span], lines: Sequence[int]) -> bool:
    """Tell whether rows run over the ends of lines.

    What stands below a header follows it on its line, or a level follows the figures of another row.
    """
    line = -1
    named = valued = False
    skip = 0
    for i, cell in enumerate(cells):
        if lines[i] != line:
            line, named, valued = lines[i], False, False
        entry = word(cell.text)
        if i >= skip and entry.header and (length := _headed(cells, i)):
            skip = i + length
            if skip < len(cells) and lines[skip] == lines[skip - 1] and _stands_below(cells, skip, length):
                return True
        if entry.level and named and valued and plain(cell.text).endswith("指标"):
            return True
        valued = valued or (named and is_figure(cell.text))
        named = named or not (entry.level or entry.label or entry.header or is_figure(cell.text))
    return False


def _stands_below(cells: Sequence[Span], at: int, width: int) -> bool:
    """Tell whether a cell behind a header of `width` cells begins what stands below it."""
    entry = word(cells[at].text)
    if entry.level or entry.label in _FORM_LABELS:
        return True
    row = cells[at : at + width]  # a name without levels
    return len(row) > 2 and not entry.header and any(_bears_figure(cell.text) for cell in row[1:])


def _is_unbroken(cells: Sequence[Span]) -> bool:
    """Tell whether a header of a form and the rows below it are cells of one line."""
    for i, cell in enumerate(cells):
        length = _headed(cells, i) if word(cell.text).header else 0
        if length and i + length < len(cells) and _stands_below(cells, i + length, length):
            return True
    return False


# -- a form ---------------------------------------------------------------------------------------------------------


def _rows(stream: _Stream) -> list[list[Span]] | None:
    """Return the rows of a stream; None where it is no form, or one of a kind that is not known."""
    cells = stream.cells
    blanks = not stream.whole
    rows: list[list[Span]] = []
    size = len(cells)
    at = 0
    found = money = scored = False
    while at < size:
        cell = cells[at]
        entry = word(cell.text)
        length = 0 if entry.label in _GOALS and not entry.header else _headed(cells, at)
        if length:
            header = cells[at : at + length]
            roles = [word(c.text).header for c in header]
            at += length
            if any(role in _LEVELS for role in roles):
                columns = _columns(header)
                if columns is None:
                    return None
                stop = _body_end(cells, at)
                lead = rows.pop() if rows and len(rows[-1]) == 1 and len(rows[-1][0].text) <= _SHORT else []
                rows.append([*lead, *(c for c, _ in columns)])
                rows += _body(stream, at, stop, ["" for _ in lead] + [role for _, role in columns])
                found, scored, at = True, False, stop
            else:
                if not stream.whole and ("" in roles or len(set(roles)) < len(roles)):
                    # a header word is broken: which figure stands below which is not known
                    while at < size and not _headed(cells, at) and _is_money(cells, at):
                        at += 1
                    rows.append([_glued(stream.folded, [*header, *cells[at - 1 : at]])])
                    continue
                if rows and len(rows[-1]) == 1 and word(rows[-1][0].text).label == "fund_head":
                    header = [*rows.pop(), *header]
                rows.append(header)
                following = word(cells[at].text).label if at < size else ""
                money = money or (following == "fund_total" and "rate" in roles)
                stop = at
                while stop < size and not _headed(cells, stop) and _is_money(cells, stop):
                    stop += 1
                rows += _money(cells[at:stop])
                at = stop
            continue
        if entry.label in _GOALS:
            at = _goal(rows, stream, at)
            continue
        if entry.label in _FORM_LABELS:
            stop = at + 1
            while stop < size and not _opens(cells, stop):
                stop += 1
            if entry.label == "total":
                stop = min(stop, at + 1 + _total_length(cells[at + 1 : stop]))
            values = cells[at + 1 : stop]
            if blanks and entry.label in ("project", "body", "meta") and values:
                joined = Span(stream.folded[values[0].start : values[-1].end], values[0].start, values[-1].end)
                values = [joined] if len(joined.text) <= _NAME else values
            if entry.label == "total" and not found:
                rows.append([_glued(stream.folded, [cell, *values])])
            elif entry.label == "meta" and rows and word(rows[-1][0].text).label == "meta":
                rows[-1] = [*rows[-1], cell, *values]
            else:
                rows.append([cell, *values])
            scored = entry.label == "total"
            at = stop
            continue
        # what stands before the form, or behind it
        stop = at + 1
        while stop < size and not _opens(cells, stop):
            stop += 1
        if blanks:
            rest = Span(stream.folded[cell.start : cells[stop - 1].end], cell.start, cells[stop - 1].end)
            if len(rest.text) > _REST:
                return None
            rows.append([rest])
        elif scored:
            rows += [[c] for c in cells[at:stop]]
        else:
            rows.append(cells[at:stop])
        at = stop
    return rows if found or money else None


def _glued(folded: str, cells: Sequence[Span]) -> Span:
    """Return cells as one: they are listed, not read."""
    return Span(folded[cells[0].start : cells[-1].end], cells[0].start, cells[-1].end)


def _joined(folded: str, tokens: Sequence[Span]) -> list[Span]:
    """Join the parts of a word of forms that blanks part (``社会效益 指标``)."""
    cells: list[Span] = []
    at = 0
    while at < len(tokens):
        count = 1
        for many in (3, 2):
            if at + many <= len(tokens) and tokens[at + many - 1].end - tokens[at].start <= _LEVEL + many:
                text = folded[tokens[at].start : tokens[at + many - 1].end]
                parts = tokens[at : at + many]
                known = all(any(word(cell.text)) for cell in parts) and parts[-1].text != "指标"
                broken = not known and not any(map(_figured, parts))
                if broken and any(word(text)):
                    count = many
                    break
        cells.append(_glued(folded, tokens[at : at + count]))
        at += count
    return cells


def _opens(cells: Sequence[Span], at: int) -> bool:
    entry = word(cells[at].text)
    return entry.label in _FORM_LABELS or entry.label in _GOALS or (bool(entry.header) and _headed(cells, at) > 0)


def _headed(cells: Sequence[Span], at: int) -> int:
    """Return how many cells from `at` on are a header, with the second line of one that is two deep."""
    if not word(cells[at].text).header:
        return 0
    length = header_length(cells, at)
    end = at + length
    while length and end < min(len(cells), at + length + len(_SPANNED)) and word(cells[end].text).header in _SPANNED:
        end += 1
    return end - at


def _columns(header: Sequence[Span]) -> list[tuple[Span, str]] | None:
    """Return the columns of an indicator block from left to right: the second line of a header stands below its first.

    None where a column is not known, or stands twice.
    """
    columns = [(cell, word(cell.text).header or ("actual" if word(cell.text).label == "goal_actual" else ""))
               for cell in header]  # fmt: skip
    roles = [role for _, role in columns]
    if "level1" in roles and any(role in _VALUES for role in roles[: roles.index("level1")]):
        at = roles.index("level1")  # 绩效指标 | 年度指标值 | ... above 一级指标 | 二级指标 | ...
        end = at
        while end < len(roles) and roles[end] in _LEVELS:
            end += 1
        first = [column for column in columns[:at] if column[1] != "name"]
        columns = [*columns[at:end], *first, *columns[end:]]
    elif roles[0] == "name" and "level3" in roles:
        columns = columns[1:]
    roles = [role for _, role in columns]
    if roles.count("target") == 2:
        above = roles.index("target")
        low = high = roles.index("target", above + 1)
        while low - 1 > above and roles[low - 1] in _SPANNED:
            low -= 1
        while high + 1 < len(roles) and roles[high + 1] in _SPANNED:
            high += 1
        if high + 1 == len(roles) and low > above + 1:
            columns = [*columns[:above], *columns[low:], *columns[above + 1 : low]]
        else:
            columns = [*columns[:above], *columns[above + 1 :]]
        roles = [role for _, role in columns]
    if len(set(roles)) < len(roles) or not set(roles) <= _KNOWN or sum(role in _OPTIONAL for role in roles) > _OFTEN:
        return None
    return columns if ("level3" in roles) != ("name" in roles) else None


def _body_end(cells: Sequence[Span], at: int) -> int:
    """Return where the rows of indicators end: at the total, at what else a form prints, or at the next header."""
    while at < len(cells):
        entry = word(cells[at].text)
        if not entry.level and (entry.label in ("total", "grade", "project", "body", "meta") or _headed(cells, at)):
            break
        at += 1
    return at


def _is_money(cells: Sequence[Span], at: int) -> bool:
    """Tell whether a cell belongs to the rows of the money: a label of it, or a figure."""
    entry = word(cells[at].text)
    if entry.label:
        return entry.label in ("fund_total", "fund_part", "total")
    if is_figure(cells[at].text) or is_number(cells[at].text):
        return True
    return at + 1 < len(cells) and is_figure(cells[at + 1].text) and not entry.level


def _money(cells: Sequence[Span]) -> list[list[Span]]:
    rows: list[list[Span]] = []
    for cell in cells:
        if rows and (is_figure(cell.text) or is_number(cell.text)):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return rows


def _goal(rows: list[list[Span]], stream: _Stream, at: int) -> int:
    """Add the rows of the general goal: its labels, then what was planned and what was done."""
    cells = stream.cells
    stop = at
    while stop < len(cells) and word(cells[stop].text).label in _GOALS and (stop == at or not _headed(cells, stop)):
        stop += 1
    end = stop
    while end < len(cells) and not _opens(cells, end):
        end += 1
    labels, texts = cells[at:stop], cells[stop:end]
    if len(labels) == 1:
        rows.append([*labels, *texts])
    else:
        rows.append(labels)
        goals = sum(word(cell.text).label != "goal" for cell in labels)
        if len(texts) > goals and all(len(cell.text) <= _SHORT for cell in texts[goals:]):
            rows += [texts[:goals], texts[goals:]]  # what is left of a label set upright
        elif texts:
            rows.append(texts)
    return end


def _total_length(cells: Sequence[Span]) -> int:
    """Return how many cells behind 总分 belong to it: its figures, and the grade."""
    count = 0
    while count < len(cells) and is_number(cells[count].text):
        count += 1
    return count + (count < len(cells) and len(cells[count].text) <= 2)


# -- the rows of indicators -----------------------------------------------------------------------------------------


def _body(stream: _Stream, at: int, stop: int, roles: Sequence[str]) -> list[list[Span]]:
    """Cut the cells between two offsets into rows of the columns `roles`, branch by branch."""
    cells = stream.cells
    starts: list[int] = []
    heads = 0
    for i in range(at, stop):
        if word(cells[i].text).level and (not starts or i > starts[-1] + heads):
            starts.append(i)
            heads = 1
        elif not starts:
            starts.append(i)
            heads = 0
        elif word(cells[i].text).level and i == starts[-1] + heads and heads < 3:
            heads += 1
    rows: list[list[Span]] = []
    begin = -1
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else stop
        begin = start if begin < 0 else begin
        valued = any(_bears_figure(cells[i].text) for i in range(start, end))
        if not valued and end - begin <= _LONGEST_BRANCH and number + 1 < len(starts):
            made = _cut(stream, begin, end, roles)
            if made is None:
                continue  # a level's word inside a name: the branch goes on
        else:
            made = _cut(stream, begin, end, roles)
        if made is None and end == stop and stop - begin > 3 and not any(map(_figured, cells[stop - 2 : stop])):
            made = _cut(stream, begin, stop - 2, roles)  # what stands between the last row and the total
            if made is not None:
                rest = Span(
                    stream.folded[cells[stop - 2].start : cells[stop - 1].end],
                    cells[stop - 2].start,
                    cells[stop - 1].end,
                )
                made.append([rest])
        rows += _unsettled(stream.folded, cells[begin:end], roles) if made is None else made
        begin = -1
    return rows


def _figured(cell: Span) -> bool:
    return _bears_figure(cell.text)


def _bears_figure(text: str) -> bool:
    return is_figure(text) or is_number(text) or _BOUNDED.match(text) is not None


def _unsettled(folded: str, cells: Sequence[Span], roles: Sequence[str]) -> list[list[Span]]:
    """Return a branch that cannot be cut: its levels, which the rows below inherit, and the rest as one cell."""
    head = 0
    while head < min(2, len(cells) - 1) and word(cells[head].text).level not in ("", "rate"):
        head += 1
    rows = []
    levels = [role for role in ("level1", "level2") if role in roles]
    if head and len(levels) == 2:
        first = word(cells[0].text).level
        row = [Span("", cells[0].start, cells[0].start)] * len(roles)
        if head == 2:
            row[roles.index("level1")], row[roles.index("level2")] = cells[0], cells[1]
        else:
            row[roles.index("level1" if first[0] == "1" else "level2")] = cells[0]
        rows.append(row)
    rest = cells[head:]
    if rest:
        start, end = rest[0].start, rest[-1].end
        rows.append([Span(folded[start:end], start, end)])
    return rows


class _Way(NamedTuple):
    """The best way to cut the cells from a place on: its cost, how many ways cost as much, and its first row."""

    cost: int
    ways: int
    row: tuple[int, ...]
    end: int


def _cut(stream: _Stream, start: int, stop: int, roles: Sequence[str]) -> list[list[Span]] | None:
    """Return the rows of one branch, each as wide as the header; None where no way, or no single way, cuts it."""
    cells = stream.cells
    if word(cells[start].text).level == "rate":
        return [list(cells[start:stop])] if stop - start <= len(roles) else None
    best: list[_Way | None] = [None] * (stop - start + 1)
    best[-1] = _Way(0, 1, (), stop)
    for at in range(stop - 1, start - 1, -1):
        chosen: _Way | None = None
        for end, cost, row in _one_row(stream, at, stop, roles, at == start):
            rest = best[end - start]
            if rest is None:
                continue
            total = cost + rest.cost
            if chosen is None or total < chosen.cost:
                chosen = _Way(total, rest.ways, row, end)
            elif total == chosen.cost:
                chosen = chosen._replace(ways=chosen.ways + rest.ways)
        best[at - start] = chosen if chosen is None or chosen.ways < 2 else chosen._replace(ways=2)
    way = best[0]
    if way is None or way.ways > 1:
        return None
    rows: list[list[Span]] = []
    at = start
    worded = 0
    while at < stop:
        way = best[at - start]
        if way is None:
            return None
        values = [cells[i] for role, i in zip(roles, way.row, strict=True) if i >= 0 and role and role not in _LEVELS]
        worded += not any(_bears_figure(cell.text) for cell in values)
        blank = Span("", cells[at].start, cells[at].start)
        if stream.gaps is None and "target_adjusted" in roles and way.row[roles.index("target_adjusted")] < 0:
            rows.append(list(cells[at : way.end]))  # which of the values is missing is for arithmetic to say
        else:
            rows.append([cells[i] if i >= 0 else blank for i in way.row])
        at = way.end
    if not stream.whole and worded and (len(rows) > 1 or _remarked(rows[0], roles)) and "weight" not in roles:
        return None  # words only, with blanks between: any of them may be the rest of a name
    return rows


def _remarked(row: Sequence[Span], roles: Sequence[str]) -> bool:
    return any(cell.text and role in _REMARKS for cell, role in zip(row, roles, strict=True))


def _one_row(
    stream: _Stream, at: int, stop: int, roles: Sequence[str], first: bool
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Yield the ways to fill one row from a cell on: (where it ends, its cost, the cell of each column or -1)."""
    cells, gaps = stream.cells, stream.gaps
    name = "level3" if "level3" in roles else "name"
    states: list[tuple[int, int, tuple[int, ...], bool]] = [(at, 0, (), False)]  # skipped: a column was left empty
    for role in roles:
        following: list[tuple[int, int, tuple[int, ...], bool]] = []
        for place, cost, row, skipped in states:
            inside = place < stop
            gap = gaps[place] if gaps is not None and inside else 2
            level = role in ("level1", "level2")
            if inside and role and (not level or first):
                suits = _suits(role, name, cells[place].text, bool(row) and row[-1] >= 0, stream.whole)
                if not stream.whole and role in _REMARKS and suits is not None and _is_full(cells, roles, row, place):
                    suits = None
                if suits is not None and _unproven(stream, roles, row, role, cells[place].text):
                    suits = None
                if suits is not None and not (role == "score" and not _within(cells, roles, row, place)):
                    amiss = place > at and name in roles[: len(row)] and gap != 2 and bool(gap) != skipped
                    following.append((place + 1, cost + suits + amiss, (*row, place), False))
            if not role:
                following.append((place, cost, (*row, -1), skipped))
                continue
            if level or role in _OPTIONAL:
                following.append((place, cost + 2 * (role in ("nature", "unit")), (*row, -1), True))
            elif gap == 1 and role != name and place > at:
                following.append((place, cost + 1, (*row, -1), True))
        states = following
    for place, cost, row, skipped in states:
        if gaps is not None and place < stop:
            cost += skipped and gaps[place] == 0  # a column left empty at the end of the row shows as an empty cell
        yield place, cost, row


def _within(cells: Sequence[Span], roles: Sequence[str], row: tuple[int, ...], place: int) -> bool:
    """Tell whether a score is at most its weight."""
    at = roles.index("weight") if "weight" in roles else len(row)
    if at >= len(row) or row[at] < 0:
        return True
    weight, score = _points(cells[row[at]].text), _points(cells[place].text)
    return weight is None or score is None or score <= weight


def _unproven(stream: _Stream, roles: Sequence[str], row: tuple[int, ...], role: str, text: str) -> bool:
    """Tell whether words stand where the row promises a figure: the figure vanished, and what it is cannot be told."""
    if role not in ("target", "actual") or _bears_figure(text):
        return False
    if role == "target" and {"level1", "level2", "level3"} <= set(roles[: len(row)]):
        first, second, name = (row[roles.index(level)] for level in ("level1", "level2", "level3"))
        if first >= 0 > second and name >= 0 and word(stream.cells[name].text).level:
            return True  # the second level, and a name whose figure vanished
    other = "nature" if role == "target" else "target"
    at = roles.index(other) if other in roles else len(row)
    if at >= len(row) or row[at] < 0:
        return False
    beside = stream.cells[row[at]].text
    if role == "target":
        return beside in _SIGNS and not beside.startswith("定")
    return stream.gaps is None and "weight" not in roles and _bears_figure(beside)


def _is_full(cells: Sequence[Span], roles: Sequence[str], row: tuple[int, ...], place: int) -> bool:
    """Tell whether a remark stands behind a full score, where none is to be explained: it may be a part of a name."""
    if "weight" not in roles or "score" not in roles or cells[place].text in ("无", *_DASHES):
        return False
    low, high = roles.index("weight"), roles.index("score")
    if max(low, high) >= len(row) or row[low] < 0 or row[high] < 0:
        return False
    return _points(cells[row[low]].text) == _points(cells[row[high]].text)


def _points(text: str) -> float | None:
    bare = text.removesuffix("分")
    return float(bare) if is_number(bare) and bare[-1] not in "%-—/\\－–" and "," not in bare else None


def _suits(role: str, name: str, text: str, below: bool, whole: bool) -> int | None:
    """Return what it costs to put a cell into a column (0: it suits); None where it cannot stand there.

    `below` tells that the column to the left holds a cell, `whole` that bars mark the cells: no blank parts one.
    """
    level = word(text).level
    if role in ("level1", "level2"):
        if role[-1] in level:
            return int(level[0] != role[-1])
        # a second level in words that are not known, between a first level and a name
        unknown = role == "level2" and below and not level and (whole or plain(text).endswith("指标"))
        return 3 if unknown and len(text) <= _LEVEL and _HAN.search(text) and not _BOUNDED.match(text) else None
    figure = _bears_figure(text) and _HAN.search(text) is None
    if role == name:
        if (
            figure
            or text in _SIGNS
            or _HAN.search(text) is None
            or _BOUNDED.match(text)
            or word(text).header in _LEVELS
        ):
            return None
        if level and plain(text).removesuffix("等").endswith("指标"):
            return None
        return int(bool(level) or text[0].isdecimal())
    if role in _POINTS:
        if text in _DASHES:
            return 1
        points = _points(text)
        return None if points is None or not 0 <= points <= 100 else 0
    if role == "nature":
        return 0 if text in _SIGNS else None
    if text in _SIGNS:
        return None
    if level and plain(text).endswith("指标"):
        return None
    if role == "unit":
        return 0 if len(text) <= 6 and not _bears_figure(text) and not level else None
    if role in _REMARKS:
        amount = figure or (not whole and _bears_figure(text))
        return None if level or (amount and text not in _DASHES) or plain(text).endswith("指标") else 0
    if role == "coefficient":
        return 0 if is_number(text) else None
    return 1 if level else 0
