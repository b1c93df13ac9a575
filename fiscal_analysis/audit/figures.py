"""The facts of one document as integers on one scale, indexed by what they are of and where they stand.

All figures of a document are brought to one exponent, so that intervals are pairs of integers: the value ``v`` and
half the last printed digit ``h``. ``v`` and ``h`` times ``10**exponent`` is the figure in its base unit. A ratio is
compared with money by cross-multiplication, never by dividing.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
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


class Placed(Protocol):
    """A block of a document: where it starts."""

    @property
    def start(self) -> int:
        """Offset of the block in the text."""


class Figure:
    """A fact on the document's scale. `h` is half its last printed digit; `usable` says that it stands for a value.

    `measure` is the fact's, but ``final`` for ``actual``; `sent` and `block` number the sentence and the block.
    """

    __slots__ = ("block", "fact", "fid", "h", "key", "measure", "pos", "sent", "usable", "v")

    fact: Fact
    fid: str
    v: int
    h: int
    key: Key
    measure: str
    pos: int
    sent: int
    block: int
    usable: bool


_start = attrgetter("source_start")
_block = attrgetter("block")
_sentence = attrgetter("sent")
_value = attrgetter("v")
_OF_TOTALS = frozenset(("appropriation", "expenditure", "revenue"))
# A dictionary: an exponent below the scale is no key, where a list would give its last entry.
_POWERS = {n: 10**n for n in range(96)}
_FAR = 1 << 62
_YEAR_END = re.compile("12月|十二月|年[底末]|全年")
_TOTAL = re.compile(r"^(?:总计|合计|总数|小计|全区|全县|全市|合 计|总 计)(?:[ /／-]*)")
_GENERIC = re.compile(
    r"^(?:预算|批复|部门|单位|全部|所有|实施|完成|开展|执行|安排|本年|当年|财政|金额|支出|的|本|各|项目)+$"
)
# What these two patterns can begin with: most items begin otherwise.
_HEADS = frozenset("总合小全预批部单所实完开执安本当财金支的各项")


def _plain_item(item: str) -> tuple[str | None, bool]:
    """Return an item without the word for a total, and whether it only says "all projects"."""
    if item[:1] not in _HEADS:
        return item or None, False
    plain = _TOTAL.sub("", item) or None
    return (None, True) if plain is not None and _GENERIC.match(plain) else (plain, False)


class Book:
    """The figures of one document.

    Attributes
    ----------
    figures : list of Figure
        In reading order.
    at : dict
        ``at[key]`` lists the statements of one figure, by whatever measure.
    by_concept, by_measure : dict
        The figures of a concept; the figures of a measure other than ``final``.
    rates, tabular, unusable, generic : list of Figure
        The ratios; those in cells of tables; those that stand for no single value; amounts of "all projects" and the
        like, which are in no index.
    exponent, one : int
        The document's scale, and 1 on it (``10**-exponent``).
    """

    __slots__ = (
        "_totals", "at", "by_concept", "by_measure", "doc_id", "exponent", "figures", "generic", "one", "quote",
        "rates", "tables", "tabular", "text", "unusable",
    )  # fmt: skip

    def __init__(
        self,
        doc_id: str,
        facts: Iterable[Fact],
        text: str,
        blocks: Sequence[Placed],
        quote: Callable[[Fact], str],
        exponent: int = -6,
    ) -> None:
        self.doc_id = doc_id
        self.text = text
        self.quote = quote
        self.tables: list[Table] = [b for b in blocks if isinstance(b, Table)]
        self._totals: list[Figure] | None = None
        ordered = sorted(facts, key=_start)
        starts = [b.start for b in blocks]
        while not self._fill(ordered, starts, exponent):
            exponent -= 2

    def _fill(self, ordered: list[Fact], starts: list[int], exponent: int) -> bool:
        """Fill the indexes; False where a figure is finer than the scale."""
        self.exponent, self.one = exponent, 10**-exponent
        at: defaultdict[Key, list[Figure]] = defaultdict(list)
        by_concept: defaultdict[str, list[Figure]] = defaultdict(list)
        by_measure: defaultdict[str, list[Figure]] = defaultdict(list)
        figures: list[Figure] = []
        rates: list[Figure] = []
        tabular: list[Figure] = []
        unusable: list[Figure] = []
        generics: list[Figure] = []
        items: dict[str, tuple[str | None, bool]] = {}
        make, new, find, powers = object.__new__, tuple.__new__, self.text.find, _POWERS
        sent, end, block = 0, 0, -1
        following = starts[0] if starts else _FAR
        for fact in ordered:
            start = fact.source_start
            if start >= following:
                block = bisect_right(starts, start) - 1
                following = starts[block + 1] if block + 1 < len(starts) else _FAR
                sent += 1
            elif find("。", end, start) >= 0:
                sent += 1
            end = fact.source_end
            decimals, unit, item, measure, concept = fact.decimals, fact.unit, fact.item, fact.measure, fact.concept
            power = powers.get(fact.exponent - exponent)
            if power is None:
                return False
            if decimals is None or (decimals >= 0 and (unit == "count" or unit == "score")):
                h = 0
            else:
                half = powers.get(-decimals - 1 - exponent)
                if half is None:
                    return False
                h = 5 * half
            generic = False
            if item is not None:
                known = items.get(item)
                if known is None:
                    known = items[item] = _plain_item(item)
                item, generic = known
            code = fact.subject_code or fact.economic_code or fact.subject_name
            period = fact.period
            if period is not None and _YEAR_END.search(period) is not None:
                period = None  # what is stated up to the end of the year is the year's
            key = new(Key, (concept, fact.fund, code, fact.scope, item, period, fact.fiscal_year))
            if measure == "actual":
                measure = "final"
            usable = fact.comparator is None and fact.high_digits is None and fact.flag != "malformed"
            # Written out: an __init__ would take a third of the time of this loop.
            figure = make(Figure)
            figure.fact = fact
            figure.fid = fact.fact_id or f"at{start}"
            figure.v = fact.digits * power
            figure.h = h
            figure.key = key
            figure.measure = measure
            figure.pos = start
            figure.sent = sent
            figure.block = block
            figure.usable = usable
            figures.append(figure)
            if not usable:
                unusable.append(figure)
            if unit == "ratio":
                rates.append(figure)
            if fact.table is not None:
                tabular.append(figure)
            if generic:
                # An amount of "all projects" is no second statement of the total until it is compared with it.
                generics.append(figure)
                continue
            at[key].append(figure)
            by_concept[concept].append(figure)
            if measure != "final":
                by_measure[measure].append(figure)
        self.at, self.by_concept, self.by_measure = dict(at), dict(by_concept), dict(by_measure)
        self.figures = figures
        self.rates, self.tabular, self.unusable, self.generic = rates, tabular, unusable, generics
        return True

    def find(self, key: Key, measure: str) -> list[Figure]:
        """Return the usable statements of one figure, in reading order."""
        found = self.at.get(key)
        return [f for f in found if f.measure == measure and f.usable] if found else []

    def stated(self, key: Key, measure: str) -> list[Figure]:
        """Return all statements of one figure, also those that stand for no single value."""
        found = self.at.get(key)
        return [f for f in found if f.measure == measure] if found else []

    def totals_near(self, figure: Figure) -> list[Figure]:
        """Return the amounts of revenue, expenditure or appropriation that may be the same amount as `figure`."""
        totals = self._totals
        if totals is None:
            totals = self._totals = sorted(
                [f for f in self.figures if f.fact.unit == "CNY" and f.key.concept.partition("_")[0] in _OF_TOTALS],
                key=_value,
            )
        reach = figure.h + max([f.h for f in totals], default=0)
        low = bisect_left(totals, figure.v - reach, key=_value)
        high = bisect_right(totals, figure.v + reach, key=_value)
        return [f for f in totals[low:high] if abs(f.v - figure.v) <= f.h + figure.h]

    def of_block(self, block: int) -> list[Figure]:
        """Return the figures of a paragraph or table."""
        figures = self.figures
        return figures[bisect_left(figures, block, key=_block) : bisect_right(figures, block, key=_block)]

    def of_sentence(self, sentence: int) -> list[Figure]:
        """Return the figures of a sentence."""
        figures = self.figures
        return figures[bisect_left(figures, sentence, key=_sentence) : bisect_right(figures, sentence, key=_sentence)]


def nearest(figures: Sequence[Figure], to: Figure) -> Figure | None:
    """Return the figure that stands nearest: same sentence before same block before same section before distance."""
    if len(figures) < 2:
        return figures[0] if figures else None
    best, best_rank = None, (True, True, True, 0)
    for figure in figures:
        if figure is to:
            continue
        rank = (
            figure.sent != to.sent,
            figure.block != to.block,
            figure.fact.section != to.fact.section,
            abs(figure.pos - to.pos),
        )
        if best is None or rank < best_rank:
            best, best_rank = figure, rank
    return best
