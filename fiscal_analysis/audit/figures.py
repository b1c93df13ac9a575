"""The facts of one document as integers on one scale, indexed by what they are of and where they stand.

All figures of a document are brought to one exponent, so that intervals are pairs of integers: the value ``v`` and
half the last printed digit ``h``. ``v`` and ``h`` times ``10**exponent`` is the figure in its base unit. A ratio is
compared with money by cross-multiplication, never by dividing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from fiscal_analysis.document import Table
from fiscal_analysis.facts import Fact

__all__ = ["Book", "Figure", "Key", "Placed", "nearest"]


class Key(NamedTuple):
    """What a figure is of, without how it is measured. `code` is the functional or economic class."""

    concept: str
    fund: str | None
    code: str | None
    scope: str | None
    item: str | None
    period: str | None
    year: int | None


_POWERS = tuple(10**n for n in range(96))
_TOTAL = re.compile(r"^(?:总计|合计|总数|小计|全区|全县|全市|合 计|总 计)(?:[ /／-]*)")
_GENERIC = re.compile(
    r"^(?:预算|批复|部门|单位|全部|所有|实施|完成|开展|执行|安排|本年|当年|财政|金额|支出|的|本|各|项目)+$"
)


class Placed(Protocol):
    """A block of a document: where it starts."""

    @property
    def start(self) -> int:
        """Offset of the block in the text."""


def _start(fact: Fact) -> int:
    return fact.source_start


def _plain_item(item: str) -> tuple[str | None, bool]:
    """Return an item without the word for a total, and whether it only says "all projects"."""
    plain = _TOTAL.sub("", item) or None
    return (None, True) if plain is not None and _GENERIC.match(plain) else (plain, False)


class Figure:
    """A fact on the document's scale. `h` is half its last printed digit; `usable` says that it stands for a value."""

    __slots__ = ("block", "fact", "fid", "h", "key", "measure", "pos", "sent", "usable", "v")

    def __init__(
        self,
        fact: Fact,
        fid: str,
        v: int,
        h: int,
        key: Key,
        measure: str,
        pos: int,
        sent: int,
        block: int,
        usable: bool,
    ) -> None:
        self.fact = fact
        self.fid = fid
        self.v = v
        self.h = h
        self.key = key
        self.measure = measure
        self.pos = pos
        self.sent = sent
        self.block = block
        self.usable = usable


class Book:
    """The figures of one document.

    Attributes
    ----------
    figures : list of Figure
        In reading order.
    at : dict
        ``at[key][measure]`` lists the statements of one figure; ``actual`` counts as ``final``.
    by_concept : dict
        ``by_concept[concept]`` lists its figures.
    generic : list of Figure
        Amounts of "all projects" and the like; not in `at`.
    exponent, one : int
        The document's scale, and 1 on it (``10**-exponent``).
    """

    __slots__ = ("at", "by_concept", "doc_id", "exponent", "figures", "generic", "one", "quote", "tables", "text")

    def __init__(
        self,
        doc_id: str,
        facts: Iterable[Fact],
        text: str,
        blocks: Sequence[Placed],
        quote: Callable[[Fact], str],
        exponent: int = -6,
    ) -> None:
        ordered = sorted(facts, key=_start)
        for fact in ordered:
            low = fact.exponent if fact.decimals is None else min(fact.exponent, -fact.decimals - 1)
            if low < exponent:
                exponent = low
        self.doc_id = doc_id
        self.text = text
        self.quote = quote
        self.exponent = exponent
        self.one = 10**-exponent
        self.tables: list[Table] = [b for b in blocks if isinstance(b, Table)]
        self.figures: list[Figure] = []
        self.generic: list[Figure] = []
        self.at: dict[Key, dict[str, list[Figure]]] = {}
        self.by_concept: dict[str, list[Figure]] = {}
        self._fill(ordered, [b.start for b in blocks])

    def _fill(self, ordered: list[Fact], starts: list[int]) -> None:
        text, exponent = self.text, self.exponent
        powers = _POWERS
        doc_id = self.doc_id
        at, by_concept, figures = self.at, self.by_concept, self.figures
        items: dict[str, tuple[str | None, bool]] = {}
        new, find = tuple.__new__, text.find
        sent, end, block = 0, 0, -1
        starts = [*starts, 1 << 62]
        following = starts[0]
        for number, fact in enumerate(ordered):
            start = fact.source_start
            if start >= following:
                while start >= following:
                    block += 1
                    following = starts[block + 1]
                sent += 1
            elif find("。", end, start) >= 0:
                sent += 1
            end = fact.source_end
            decimals, unit, item = fact.decimals, fact.unit, fact.item
            v = fact.digits * powers[fact.exponent - exponent]
            if decimals is None or (decimals >= 0 and (unit == "count" or unit == "score")):
                h = 0
            else:
                h = 5 * powers[-decimals - 1 - exponent]
            generic = False
            if item is not None:
                known = items.get(item)
                if known is None:
                    known = items[item] = _plain_item(item)
                item, generic = known
            concept, measure = fact.concept, fact.measure
            code = fact.subject_code or fact.economic_code or fact.subject_name
            key = new(Key, (concept, fact.fund, code, fact.scope, item, fact.period, fact.fiscal_year))
            if measure == "actual":
                measure = "final"
            usable = fact.comparator is None and fact.high_digits is None and fact.flag != "malformed"
            figure = Figure(fact, fact.fact_id or f"{doc_id}:{number}", v, h, key, measure, start, sent, block, usable)
            figures.append(figure)
            if generic:
                # An amount of "all projects" is no second statement of the total until it is compared with it.
                self.generic.append(figure)
                continue
            group = at.get(key)
            if group is None:
                at[key] = {measure: [figure]}
            elif measure in group:
                group[measure].append(figure)
            else:
                group[measure] = [figure]
            if concept in by_concept:
                by_concept[concept].append(figure)
            else:
                by_concept[concept] = [figure]

    def find(self, key: Key, measure: str) -> list[Figure]:
        """Return the usable statements of one figure, in reading order."""
        group = self.at.get(key)
        found = None if group is None else group.get(measure)
        if found is None:
            return []
        if len(found) == 1:
            return found if found[0].usable else []
        return [f for f in found if f.usable]


def nearest(figures: Sequence[Figure], to: Figure) -> Figure | None:
    """Return the figure that stands nearest: same sentence before same block before same section before distance."""
    if len(figures) < 2:
        return figures[0] if figures else None
    best, best_rank = None, (9, 9, 9, 0)
    for figure in figures:
        if figure is to:
            continue
        rank = (
            0 if figure.sent == to.sent else 1,
            0 if figure.block == to.block else 1,
            0 if figure.fact.section == to.fact.section else 1,
            abs(figure.pos - to.pos),
        )
        if rank < best_rank:
            best, best_rank = figure, rank
    return best
