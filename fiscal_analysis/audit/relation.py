"""Relations between figures, decided by intervals.

Each relation can be *judged* (is there any choice of values inside the printed intervals that satisfies it?) and
*solved* for one of its figures (which values of it would satisfy the relation, the others as printed?). Judging uses
integers only; so does solving, which is right to a unit of the document's scale, a tenth of the finest printed digit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from fiscal_analysis.audit.figures import Figure

__all__ = [
    "FAR",
    "Average",
    "Bound",
    "GrowthCap",
    "Linear",
    "Outcome",
    "Product",
    "Range",
    "Ratio",
    "Relation",
    "Substitute",
]

Substitute = tuple[Figure, int, int]
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
    reason: str = ""


class Relation:
    """A relation that can be judged; `figures` has the stated side first."""

    __slots__ = ("figures", "kind", "rule", "severity")

    def __init__(self, rule: str, kind: str, severity: str, figures: tuple[Figure, ...]) -> None:
        self.rule = rule
        self.kind = kind
        self.severity = severity
        self.figures = figures

    def judge(self, one: int, sub: Substitute | None = None) -> Outcome:
        """Return how the relation comes out, `sub` standing in for one figure's value and half digit."""
        raise NotImplementedError

    def solve(self, target: Figure, one: int) -> Range | None:
        """Return the values of `target` (document's scale) that satisfy the relation; None where undefined."""
        raise NotImplementedError


def _value(figure: Figure, sub: Substitute | None) -> tuple[int, int]:
    if sub is not None and sub[0] is figure:
        return sub[1], sub[2]
    return figure.v, figure.h


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

    def judge(self, one: int, sub: Substitute | None = None) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        figures, signs = self.figures, self.signs
        lhs: int
        slack: int
        rhs: int
        if sub is None:
            whole = figures[0]
            lhs, slack, rhs, zeros = whole.v, whole.h, 0, 0
            finest = whole.h if whole.v else -1
            if signs is None:
                for figure in figures[1:]:
                    if figure.v:
                        rhs += figure.v
                        h = figure.h
                        slack += h
                        if finest < 0 or h < finest:
                            finest = h
                    else:
                        zeros += 1
            else:
                for figure, sign in zip(figures[1:], signs, strict=True):
                    if figure.v:
                        rhs += figure.v if sign > 0 else -figure.v
                        h = figure.h
                        slack += h
                        if finest < 0 or h < finest:
                            finest = h
                    else:
                        zeros += 1
            if zeros:
                for figure in figures[1:]:
                    if not figure.v:
                        slack += figure.h if finest < 0 or figure.h < finest else finest
        else:
            lhs, slack = _value(figures[0], sub)
            rhs = 0
            for place, figure in enumerate(figures[1:]):
                v, h = _value(figure, sub)
                rhs += v if signs is None or signs[place] > 0 else -v
                slack += h
        residual = lhs - rhs
        if -slack <= residual <= slack:
            return Outcome("holds", lhs, rhs, 1, slack)
        truncated = sub is None and self._truncated(residual, slack)
        return Outcome("broken", lhs, rhs, 1, slack, "truncation" if truncated else "")

    def _truncated(self, residual: int, slack: int) -> bool:
        """Tell whether the relation holds where every figure was cut off after its last digit instead of rounded."""
        if len(self.figures) < 3:
            return False
        shift = 0
        for place, figure in enumerate(self.figures):
            sign = 1 if place == 0 or self.signs is None else self.signs[place - 1]
            half = figure.h if figure.v > 0 else -figure.h if figure.v < 0 else 0
            shift += sign * half if place == 0 else -sign * half
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

    def judge(self, one: int, sub: Substitute | None = None) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        lhs, slack = _value(self.figures[0], sub)
        rhs: int = 0
        for figure in self.figures[1:]:
            v, h = _value(figure, sub)
            rhs += v
            slack += h
        return Outcome("holds" if rhs <= lhs + slack else "broken", lhs, rhs, 1, slack)

    def solve(self, target: Figure, one: int) -> Range | None:
        """Solve for one figure; see :meth:`Relation.solve`."""
        if target is self.figures[0]:
            return (sum(f.v - f.h for f in self.figures[1:]), FAR)
        others = sum(f.v - f.h for f in self.figures[1:] if f is not target)
        return (-FAR, self.figures[0].v + self.figures[0].h - others)


# The forms of a ratio r of x and y, each as (numerator, denominator) of r.
#   quotient  r = x / y             share, completion, execution
#   growth    r = x / y - 1         on the earlier figure y
#   change    r = x / (y - x)       x is the change, y the later figure
#   split     r = x / (x + y)       x and y are the two parts of the whole
class Ratio(Relation):
    """``figures[0]`` is a stated rate, computed from ``figures[1]`` and ``figures[2]`` by `form`."""

    __slots__ = ("form",)

    def __init__(self, rule: str, kind: str, severity: str, figures: tuple[Figure, ...], form: str) -> None:
        self.rule = rule
        self.kind = kind
        self.severity = severity
        self.figures = figures
        self.form = form

    def judge(self, one: int, sub: Substitute | None = None) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        rate, left, right = self.figures
        form = self.form
        if sub is None:
            r, rh, x, xh, y, yh = rate.v, rate.h, left.v, left.h, right.v, right.h
        else:
            (r, rh), (x, xh), (y, yh) = _value(rate, sub), _value(left, sub), _value(right, sub)
        if form == "quotient":
            top, base = x, y
        elif form == "change":
            top, base = x, y - x
        elif form == "growth":
            top, base = x - y, y
        else:
            top, base = x, x + y
        if base > 0:
            # The printed values themselves agree: no need to look at the corners.
            miss = top * one - r * base
            if -rh * base <= miss <= rh * base:
                return Outcome("holds", r, top, base, rh)
        wide = xh + yh if form in ("change", "split") else yh
        if -wide <= base <= wide:
            return Outcome("skipped", r, top, base, rh, "zero_base")
        if base < 0:
            return Outcome("broken", r, top, base, rh, "negative_base")
        below = above = False
        for a in (x - xh, x + xh):
            for b in (y - yh, y + yh):
                if form == "quotient":
                    n, d = a, b
                elif form == "change":
                    n, d = a, b - a
                elif form == "growth":
                    n, d = a - b, b
                else:
                    n, d = a, a + b
                if d <= 0:
                    return Outcome("skipped", r, top, base, rh, "zero_base")
                if n * one <= (r + rh) * d:
                    below = True
                if n * one >= (r - rh) * d:
                    above = True
        slack = rh + (abs(xh * one) + abs(yh * one)) // base if sub is None else rh
        if below and above:
            return Outcome("holds", r, top, base, slack)
        # A rate cut off after its last digit lies up to a whole digit above what is printed.
        cut = 2 * rh if top >= 0 else -2 * rh
        low, high = (r, r + cut) if cut >= 0 else (r + cut, r)
        truncated = rh and low * base <= top * one <= high * base
        return Outcome("broken", r, top, base, slack, "truncation" if truncated else "")

    def solve(self, target: Figure, one: int) -> Range | None:
        """Solve for one figure; see :meth:`Relation.solve`."""
        rate, left, right = self.figures
        place = 0 if target is rate else 1 if target is left else 2
        solution = _SOLUTIONS[self.form][place]
        rs = (0,) if place == 0 else (rate.v - rate.h, rate.v + rate.h)
        xs = (0,) if place == 1 else (left.v - left.h, left.v + left.h)
        ys = (0,) if place == 2 else (right.v - right.h, right.v + right.h)
        try:
            values = [solution(one, r, x, y) for r in rs for x in xs for y in ys]
        except ZeroDivisionError:
            return None
        return (min(values), max(values))


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

    def judge(self, one: int, sub: Substitute | None = None) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        (r, rh), (added, _), (stock, _) = (_value(f, sub) for f in self.figures)
        base = stock - added
        if base <= 0:
            return Outcome("skipped", r, added, 1, rh, "zero_base")
        state = "holds" if (r - rh) * base <= added * one else "broken"
        return Outcome(state, r, added, base, rh)


class Average(Ratio):
    """``figures``: money a head, money, heads. Money on the document's scale, not a rate."""

    __slots__ = ()

    def judge(self, one: int, sub: Substitute | None = None) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        (r, rh), (money, mh), (heads, _) = (_value(f, sub) for f in self.figures)
        miss = r * heads - money * one
        state = "holds" if abs(miss) <= rh * heads + mh * one else "broken"
        return Outcome(state, r, money, heads, rh)


class Product(Relation):
    """``figures[0] = figures[1]*figures[2] + figures[3]*figures[4] + ...``: money = recipients times rate."""

    __slots__ = ()

    def judge(self, one: int, sub: Substitute | None = None) -> Outcome:
        """Judge by intervals; see :meth:`Relation.judge`."""
        v, h = _value(self.figures[0], sub)
        rhs: int = 0
        slack: int = h * one
        for number, rate in zip(self.figures[1::2], self.figures[2::2], strict=True):
            a, ah = _value(number, sub)
            b, bh = _value(rate, sub)
            rhs += a * b
            slack += abs(a) * bh + abs(b) * ah
        # A fixed rate (20万元 a firm) is a norm, printed exactly: only the total is rounded.
        exact = h * one
        return Outcome("holds" if abs(v * one - rhs) <= exact else "broken", v, rhs, one, exact // one)

    def solve(self, target: Figure, one: int) -> Range | None:
        """Solve for one figure; see :meth:`Relation.solve`."""
        total = self.figures[0]
        rest = factor = 0
        for number, rate in zip(self.figures[1::2], self.figures[2::2], strict=True):
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
