"""Which header of a flattened table stands over which: the rows of its header as a stack of words for each column.

A source with a grid keeps a cell for each column; flattened text drops the empty ones, and then the words tell which
header spans which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from fiscal_analysis import taxonomy
from fiscal_analysis.extract.statement_codes import is_economic
from fiscal_analysis.readers.header_words import StatementWord, statement_column, statement_label

__all__ = ["CARRYOVER", "measure_of", "nestings", "side_of", "stacks_of"]

CARRYOVER = ("carryover_opening", "carryover_closing")
_SPANS = frozenset(("revenue_side", "expenditure_side", "label", "code", "value", "total", "fund"))
_BALANCE = re.compile("(?:上年|年初)(?:财政拨款)?结[转余]")
_OF_FUNDS = frozenset(("revenue", "expenditure", "revenue_appropriation", "appropriation_expenditure"))
_SUMS = ("合计", "小计", "总计")
_UNSPANNED = 4  # what a word costs that nothing above spans
_MOST_WORDS = 26


def stacks_of(rows: list[list[str]], width: int) -> list[list[str]]:
    """Return the header texts of each column, top to bottom."""
    stacks: list[list[str]] = []
    for row in reversed(rows):
        trimmed = list(row)
        while len(trimmed) > width and not trimmed[-1]:
            trimmed.pop()
        if not stacks:
            stacks = [[text] for text in trimmed]
        elif len(trimmed) == len(stacks) and (len(stacks) >= width or "" in trimmed):
            _spread(trimmed, stacks)
        else:
            filled = [text for text in trimmed if text]
            children = [stack for stack in stacks if any(stack)]
            stacks = _spanned(filled, children)
    return stacks


def _spread(upper: list[str], stacks: list[list[str]]) -> None:
    """Put a header row of full width above `stacks`; an empty cell over a header is spanned from its left."""
    left = ""
    for text, stack in zip(upper, stacks, strict=True):
        if text:
            left = text
        elif not any(stack):
            left = ""
        stack.insert(0, text or left)


def _spanned(upper: list[str], children: list[list[str]]) -> list[list[str]]:
    """Put a shorter header row above `children`: each of its words takes the children that belong to it."""
    each, rest = divmod(len(children), len(upper)) if upper else (0, 1)
    if each > 1 and not rest and len(upper) > 1 and children[:each] * len(upper) == children:
        return [[upper[i // each], *stack] for i, stack in enumerate(children)]  # 预算数 | 决算数 over the same parts
    result: list[list[str]] = []
    at = 0
    for i, text in enumerate(upper):
        taken = 0
        labels = 0
        while at + taken < len(children) and _belongs(text, children[at + taken][0], labels, taken):
            if taken and statement_label(children[at + taken][0]) == "小计":
                break  # a subtotal begins what the next header spans
            if not taken and at + 1 < len(children) and statement_label(children[at][0]) in ("小计", "合计"):
                if not _belongs(text, children[at + 1][0], labels, 1):
                    break  # no header spans its subtotal alone: that is another's
            labels += statement_column(children[at + taken][0]).role == "label"
            taken += 1
        left = len(upper) - i - 1
        if not left and statement_column(text).role in _SPANS and at < len(children):
            taken = len(children) - at  # the last header spans what is left
        if taken:
            result.extend([text, *stack] for stack in children[at : at + taken])
            at += taken
        else:
            result.append([text])
    result.extend(children[at:])
    return result


def _belongs(head: str, child: str, labels: int, taken: int) -> bool:
    """Tell whether the header `child` may stand under `head`."""
    above, below = statement_column(head), statement_column(child)
    if above.role == "code":
        return below.role == "part"
    if above.role == "label":
        return below.role in ("code", "name", "part")
    if above.role in ("revenue_side", "expenditure_side") or (side_of(above) and (below.role == "label" or labels)):
        return (below.role == "label" and not labels and not taken) or (
            bool(labels) and below.role in ("total", "value", "fund", "skip")
        )
    if above.role in ("name", "part", "skip", "unit") or not above.role:
        return False
    if statement_label(child) in ("小计", "合计") and not taken:
        return above.role == "value"
    if above.concept.startswith("three_public"):
        return below.role == "total" or (below.concept.startswith(above.concept) and below.concept != above.concept)
    if above.concept in ("expenditure", "revenue", "revenue_appropriation"):
        return below.role == "total" or (
            (
                below.role in ("value", "fund")
                and below.concept.startswith(("", "expenditure") if above.concept == "expenditure" else "revenue")
                and below.concept != "expenditure_other"
                and not below.concept.startswith("carryover")
            )
            and bool(taken)
        )
    return below.role == "total" and measure_of(child) != ""


def nestings(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, list[list[str]]]]:
    """Yield the ways in which the words of some header rows may stand over one another.

    A word spans words of the row below that it may head, or is a column of its own; a word that nothing spans is a
    column too. A header of one row may be several rows written on, one word a line.

    Yields
    ------
    int, list of list of str
        How little the way is to be expected, and each column's words, top to bottom.
    """
    if sum(map(len, rows)) > _MOST_WORDS:
        return
    for parted in _partings(rows):
        for cost, stacks in _nested(list(parted)):
            yield cost + len(parted) - len(rows), stacks


def _partings(rows: Sequence[Sequence[str]]) -> Iterator[Sequence[Sequence[str]]]:
    yield rows
    if len(rows) == 1:
        words = rows[0]
        for cut in range(1, len(words)):
            yield words[:cut], words[cut:]
            for second in range(cut + 1, len(words)):
                yield words[:cut], words[cut:second], words[second:]


def _nested(rows: list[Sequence[str]]) -> Iterator[tuple[int, list[list[str]]]]:
    if len(rows) == 1:
        yield 0, [[text] for text in rows[0]]
        return
    for cost, below in _nested(rows[1:]):
        for more, stacks in _assigned(rows[0], below):
            yield cost + more, stacks


def _assigned(upper: Sequence[str], below: Sequence[list[str]]) -> Iterator[tuple[int, list[list[str]]]]:
    """Yield the ways in which a row's words, in their order, may span the columns below, and what each costs."""
    if not upper:
        yield _UNSPANNED * len(below), [list(stack) for stack in below]
        return
    head, rest = upper[0], upper[1:]
    for cost, stacks in _assigned(rest, below):
        yield cost, [[head], *stacks]
    for skipped in range(len(below)):
        labels = 0
        own = _UNSPANNED * skipped
        for taken, stack in enumerate(below[skipped:]):
            more = _spans(head, stack[0], labels, taken)
            if more is None:
                break
            own += more
            labels += statement_column(stack[0]).role == "label"
            end = skipped + taken + 1
            alone = _UNSPANNED if not taken and _is_alone(head, stack[0]) else 0
            front = [*map(list, below[:skipped]), *([head, *one] for one in below[skipped:end])]
            for cost, stacks in _assigned(rest, below[end:]):
                yield own + alone + cost, [*front, *stacks]


def _is_alone(head: str, child: str) -> bool:
    """Tell whether a header of figures that spans `child` should span more: a word cut in two is whole."""
    role = statement_column(head).role
    return role in ("value", "total", "fund") or (not role and not statement_column(head + child).role)


def _spans(head: str, child: str, labels: int, taken: int) -> int | None:
    """Return what it costs that the header `child` stands under `head`, which spans `taken` others; None if it cannot.

    What the words themselves tell costs nothing; what only the number of columns can tell costs something.
    """
    above, below = statement_column(head), statement_column(child)
    label, first = statement_label(head), statement_label(child)
    if not above.role and not taken and statement_column(head + child).role:
        return 0  # one word cut in two: 上缴上级 | 支出
    if label.endswith(_SUMS) and (above.concept.startswith("three_public") or label in _SUMS):
        return None  # the whole beside its parts
    if _belongs(head, child, labels, taken) or (above.role == "code" and below.role in ("code", "name")):
        return 0
    if taken and not below.role and (above.scope is not None or above.concept in _OF_FUNDS) and is_economic(first):
        return 1  # 基本支出 over 小计, 工资福利支出
    if below.role not in ("total", "value", "fund") or above.role not in ("total", "value", "fund", ""):
        return None
    measured = above.role == "total" and measure_of(label) != ""
    if first in _SUMS:
        return 1 if not taken or measured else None  # a sum begins what a year, a fund, a balance spans
    if not above.role and below.role == "total" and measure_of(first):
        return 1  # 本年比上年增减 over 增减额, 增减率
    if not taken:
        return 1 if measured and below.role != "total" else None
    if measured:
        return 1
    if below.role == "fund" and above.concept in _OF_FUNDS:
        return 0
    if above.concept in CARRYOVER:
        return 1 if below.scope is not None else 2 if below.role == "fund" else None
    return 1 if above.role in ("fund", "") and (below.scope is not None or below.role == "fund") else None


@cache
def _measures() -> tuple[tuple[str, str], ...]:
    return tuple((row["word"], row["role"]) for row in taxonomy.table("statement_headers") if row["kind"] == "measure")


def measure_of(text: str) -> str:
    """Return the measure that a header or a row's label names; empty where it names none."""
    bare = _BALANCE.sub("", statement_label(text))
    if "预算财政拨款" in bare or "预算拨款" in bare or bare.endswith(("公共预算", "基金预算", "经营预算")):
        return ""
    return next((measure for part, measure in _measures() if part in bare), "")


def side_of(found: StatementWord) -> str:
    """Return which half of a two-sided table a header heads."""
    if found.role.endswith("_side"):
        return found.role[:-5]
    if found.concept in ("revenue", "revenue_appropriation"):
        return "revenue"
    return "expenditure" if found.concept in ("expenditure", "appropriation_expenditure") else ""
