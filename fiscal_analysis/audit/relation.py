"""Relations between figures, decided by intervals.

Each relation can be *judged* (is there any choice of values inside the printed intervals that satisfies it?) and
*solved* for one of its figures (which values of it would satisfy the relation, the others as printed?). Judging uses
integers only; so does solving, which is right to a unit of the document's scale, a tenth of the finest printed digit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import repeat
from typing import NamedTuple

from fiscal_analysis.audit.figures import Figure

__all__ = ["FAR", "Average", "Bound", "GrowthCap", "Linear", "Outcome", "Product", "Range", "Ratio", "Relation"]

Range = tuple[int, int]

# Open ends of a range: further than any figure.
FAR = 10**40


class Outcome(NamedTuple):
    """How a relation came out: state, both sides and slack on the document's scale.

    The computed side is ``rhs / rhs_divisor``; of a :class:`Ratio` it is a plain number, not on the scale.
    """

    state: str
    lhs: int
    rhs: int
    rhs_divisor: int
    slack: int
    reason: str


# Thousands are made for a document: the tuple's own constructor takes half as long as the named one.
_new = tuple.__new__
_ALL_ADDED = repeat(1)


class Relation(ABC):
    """A relation that can be judged; `figures` has the stated side first."""

    __slots__ = ("figures", "kind", "rule", "severity")

    def __init__(self, rule: str, kind: str, severity: str, figures: tuple[Figure, ...]) -> None:
        self.rule = rule
        self.kind = kind
        self.severity = severity
        self.figures = figures

    @abstractmethod
    def judge(self, one: int) -> Outcome:
        """Return how the relation comes out; `one` is 1 on the document's scale."""

    @abstractmethod
    def solve(self, target: Figure, one: int) -> Range | None:
        """Return the values of `target` (document's scale) that satisfy the relation; None where undefined."""


class Linear(Relation):
    """``figures[0] = signs[0]*figures[1] + ...``: sums, differences, and one figure stated twice.

    A printed zero among figures with decimals (``0万元`` beside ``147.09万元``) is known as well as they are.
    """

    __slots__ = ("signs",)

    def __init__(
        self, rule: str, kind: str, severity: str, figures: tuple[Figure, ...], signs: tuple[int, ...] | None = None
    ) -> None:
        self.rule = rule
        self.kind = kind
        self.severity = severity
        self.figures = figures
        self.signs = signs

    def judge(self, one: int) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        rhs = zeros = 0
        finest = -1
        whole, *parts = self.figures
        lhs, slack = whole.v, whole.h
        if lhs:
            finest = slack
        for figure, sign in zip(parts, self.signs or _ALL_ADDED, strict=False):
            v = figure.v
            if v:
                rhs += v if sign > 0 else -v
                h = figure.h
                slack += h
                if h < finest or finest < 0:
                    finest = h
            else:
                zeros += 1
        if zeros:
            for figure in parts:
                if not figure.v:
                    slack += figure.h if finest < 0 or figure.h < finest else finest
        residual = lhs - rhs
        if -slack <= residual <= slack:
            return _new(Outcome, ("holds", lhs, rhs, 1, slack, ""))
        return _new(Outcome, ("broken", lhs, rhs, 1, slack, "truncation" if self._truncated(residual, slack) else ""))

    def _truncated(self, residual: int, slack: int) -> bool:
        """Tell whether the relation holds where every figure was cut off after its last digit instead of rounded."""
        if len(self.figures) < 3:
            return False
        shift = 0
        for place, figure in enumerate(self.figures):
            half = figure.h if figure.v > 0 else -figure.h if figure.v < 0 else 0
            shift += half if place == 0 or (self.signs is not None and self.signs[place - 1] < 0) else -half
        return abs(residual + shift) < slack

    def solve(self, target: Figure, one: int) -> Range | None:
        """Solve for one figure; see :meth:`Relation.solve`."""
        v = h = factor = 0
        for place, figure in enumerate(self.figures):
            sign = 1 if place == 0 else -1 if self.signs is None else -self.signs[place - 1]
            if figure is target:
                factor += sign
            else:
                v -= sign * figure.v
                h += figure.h if figure.v else 0
        if factor == 0:
            return None
        return (v // factor - h, v // factor + h)


class Bound(Relation):
    """``figures[0] >= figures[1] + ...``: parts cannot be more than the whole."""

    __slots__ = ()

    def judge(self, one: int) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        whole, *parts = self.figures
        lhs, slack, rhs = whole.v, whole.h, 0
        for figure in parts:
            rhs += figure.v
            slack += figure.h
        return _new(Outcome, ("holds" if rhs <= lhs + slack else "broken", lhs, rhs, 1, slack, ""))

    def solve(self, target: Figure, one: int) -> Range | None:
        """Solve for one figure; see :meth:`Relation.solve`."""
        if target is self.figures[0]:
            return (sum(f.v - f.h for f in self.figures[1:]), FAR)
        others = sum(f.v - f.h for f in self.figures[1:] if f is not target)
        return (-FAR, self.figures[0].v + self.figures[0].h - others)


class Ratio(Relation):
    """``figures[0]`` is a stated rate, computed from ``figures[1]`` and ``figures[2]`` by `form`.

    ``quotient``: x / y (share, completion, execution); ``growth``: x / y - 1 on the earlier figure y; ``change``:
    x / (y - x), x the change and y the later figure; ``split``: x / (x + y), the two parts of a whole.
    """

    __slots__ = ("form",)

    def __init__(self, rule: str, kind: str, severity: str, figures: tuple[Figure, ...], form: str) -> None:
        self.rule = rule
        self.kind = kind
        self.severity = severity
        self.figures = figures
        self.form = form

    def judge(self, one: int) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        rate, left, right = self.figures
        form, r, rh, x, y = self.form, rate.v, rate.h, left.v, right.v
        xh, yh = left.h, right.h
        if form == "quotient":
            top, base, room = x, y, xh * one + yh * abs(r)
        elif form == "growth":
            top, base, room = x - y, y, xh * one + yh * abs(one + r)
        elif form == "change":
            top, base, room = x, y - x, xh * abs(one + r) + yh * abs(r)
        else:
            top, base, room = x, x + y, xh * abs(one - r) + yh * abs(r)
        slack = rh + room // base if base > 0 else rh
        if base > 0:
            # The printed values themselves agree: no need to look at the corners.
            miss = top * one - r * base
            allowed = rh * base
            if -allowed <= miss <= allowed:
                return _new(Outcome, ("holds", r, top, base, slack, ""))
        wide = xh + yh if form in ("change", "split") else yh
        if -wide <= base <= wide:
            return _new(Outcome, ("skipped", r, top, base, rh, "zero_base"))
        if base < 0:
            return _new(Outcome, ("broken", r, top, base, rh, "negative_base"))
        corners = [_FORMS[form](a, b) for a in (x - xh, x + xh) for b in (y - yh, y + yh)]
        if min(d for _, d in corners) <= 0:
            return _new(Outcome, ("skipped", r, top, base, rh, "zero_base"))
        below = any(n * one <= (r + rh) * d for n, d in corners)
        if below and any(n * one >= (r - rh) * d for n, d in corners):
            return _new(Outcome, ("holds", r, top, base, slack, ""))
        # A rate cut off after its last digit lies up to a whole digit above what is printed.
        cut = 2 * rh if top >= 0 else -2 * rh
        low, high = (r, r + cut) if cut >= 0 else (r + cut, r)
        truncated = rh and low * base <= top * one <= high * base
        return _new(Outcome, ("broken", r, top, base, slack, "truncation" if truncated else ""))

    def solve(self, target: Figure, one: int) -> Range | None:
        """Solve for one figure; see :meth:`Relation.solve`."""
        place = next(n for n, figure in enumerate(self.figures) if figure is target)
        solution = _SOLUTIONS[self.form][place]
        ends = [(0,) if figure is target else (figure.v - figure.h, figure.v + figure.h) for figure in self.figures]
        try:
            values = [solution(one, r, x, y) for r in ends[0] for x in ends[1] for y in ends[2]]
        except ZeroDivisionError:
            return None
        return (min(values), max(values))


# For each form: numerator and denominator of the rate.
_FORMS: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "quotient": lambda x, y: (x, y),
    "growth": lambda x, y: (x - y, y),
    "change": lambda x, y: (x, y - x),
    "split": lambda x, y: (x, x + y),
}
_Solution = Callable[[int, int, int, int], int]
# For each form: the rate of the two amounts, then each amount of the rate and the other; `u` is 1 on the scale.
_SOLUTIONS: dict[str, tuple[_Solution, _Solution, _Solution]] = {
    "quotient": (lambda u, r, x, y: x * u // y, lambda u, r, x, y: r * y // u, lambda u, r, x, y: x * u // r),
    "growth": (
        lambda u, r, x, y: (x - y) * u // y,
        lambda u, r, x, y: (u + r) * y // u,
        lambda u, r, x, y: x * u // (u + r),
    ),
    "change": (
        lambda u, r, x, y: x * u // (y - x),
        lambda u, r, x, y: y * r // (u + r),
        lambda u, r, x, y: x * (u + r) // r,
    ),
    "split": (
        lambda u, r, x, y: x * u // (x + y),
        lambda u, r, x, y: r * y // (u - r),
        lambda u, r, x, y: x * (u - r) // r,
    ),
}


class GrowthCap(Ratio):
    """``figures``: growth, added, stock. Members may leave: growth is at most added / (stock - added)."""

    __slots__ = ()

    def __init__(self, rule: str, kind: str, severity: str, figures: tuple[Figure, ...]) -> None:
        super().__init__(rule, kind, severity, figures, "change")

    def judge(self, one: int) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        growth, added, stock = self.figures
        base = stock.v - added.v
        if base <= 0:
            return _new(Outcome, ("skipped", growth.v, added.v, 1, growth.h, "zero_base"))
        state = "holds" if (growth.v - growth.h) * base <= added.v * one else "broken"
        return _new(Outcome, (state, growth.v, added.v, base, growth.h, ""))


class Average(Ratio):
    """``figures``: money a head, money, heads. Money on the document's scale, not a rate."""

    __slots__ = ()

    def judge(self, one: int) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        mean, money, heads = self.figures
        miss = mean.v * heads.v - money.v * one
        state = "holds" if abs(miss) <= mean.h * heads.v + money.h * one else "broken"
        return _new(Outcome, (state, mean.v, money.v, heads.v, mean.h, ""))


class Product(Relation):
    """``figures[0] = figures[1]*figures[2] + figures[3]*figures[4] + ...``: money = recipients times rate.

    A fixed rate (20万元 a firm) is a norm, printed exactly: only the total is rounded.
    """

    __slots__ = ()

    def judge(self, one: int) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        total, *factors = self.figures
        rhs = sum(number.v * rate.v for number, rate in zip(factors[::2], factors[1::2], strict=True))
        holds = abs(total.v * one - rhs) <= total.h * one
        return _new(Outcome, ("holds" if holds else "broken", total.v, rhs, one, total.h, ""))

    def solve(self, target: Figure, one: int) -> Range | None:
        """Solve for one figure; see :meth:`Relation.solve`."""
        total, *factors = self.figures
        rest = factor = 0
        for number, rate in zip(factors[::2], factors[1::2], strict=True):
            if number is target:
                factor += rate.v
            elif rate is target:
                factor += number.v
            else:
                rest += number.v * rate.v
        if target is total:
            return (rest // one - total.h, rest // one + total.h)
        if not factor:
            return None
        return (((total.v - total.h) * one - rest) // factor, ((total.v + total.h) * one - rest) // factor)
