"""Exact interval arithmetic for figures derived from printed numbers.

A printed number stands for every value that rounds to it, ``108.33万元`` for [1,083,250, 1,083,350] yuan. A figure
derived from printed numbers therefore is an interval too: the set of values that it takes when each operand runs
through its own interval. Everything inside is :class:`fractions.Fraction`; floats appear only when a result enters
an output table.

References
----------
Moore, R. E., Kearfott, R. B., Cloud, M. J. (2009): Introduction to Interval Analysis. SIAM, chapters 2 and 3.
XBRL International (2023): Calculations 1.1, section 4 (a reported value as the interval of its ``decimals``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from fiscal_analysis.errors import ContractError

__all__ = ["Range", "as_float", "exact", "printed", "ratio_to_base"]

_HALF = Fraction(1, 2)
_ZERO = Fraction(0)


def exact(value: int | float | str | Decimal | Fraction) -> Fraction:
    """Return `value` as a fraction; a float counts as the decimal number that it prints as.

    The tables hold amounts as float64. ``repr`` gives back the printed amount up to 15 significant digits, which
    a binary expansion (``Fraction(0.1)``) would not.

    Raises
    ------
    ContractError
        If `value` is not finite.
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ContractError(f"a figure must be a finite number, got {value!r}: leave a missing figure null")
        return Fraction(Decimal(repr(value)))
    return Fraction(value)


def as_float(value: Fraction | None) -> float | None:
    """Return `value` as float64 for an output table; None (unknown, open) stays None."""
    return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Range:
    """A closed interval of exact numbers; None is an open end (nothing is known on that side).

    Sums, differences, products and quotients are the tightest intervals for operands that vary independently.
    """

    low: Fraction | None
    high: Fraction | None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ContractError(f"an interval runs upwards, got [{self.low}, {self.high}]: swap its ends")

    @classmethod
    def point(cls, value: int | float | str | Decimal | Fraction) -> Range:
        """Return the interval of an exact number (a count, a score, a rate fixed by a regulation)."""
        at = exact(value)
        return cls(at, at)

    def __add__(self, other: Range) -> Range:
        return Range(_sum(self.low, other.low), _sum(self.high, other.high))

    def __neg__(self) -> Range:
        return Range(_minus(self.high), _minus(self.low))

    def __sub__(self, other: Range) -> Range:
        return self + -other

    def __mul__(self, other: Range) -> Range:
        if self.low is not None and other.low is not None and self.low >= 0 and other.low >= 0:
            open_end = self.high is None or other.high is None
            high = None if open_end else (self.high or _ZERO) * (other.high or _ZERO)
            return Range(self.low * other.low, high)
        ends = (self.low, self.high, other.low, other.high)
        if any(end is None for end in ends):
            return Range(None, None)
        a, b, c, d = (end or _ZERO for end in ends)
        corners = (a * c, a * d, b * c, b * d)
        return Range(min(corners), max(corners))

    def __truediv__(self, other: Range) -> Range:
        """Divide by a quantity that is positive by nature (a count, a budget).

        A divisor whose lower end is open is unknown but positive; one that may be 0 leaves the quotient unbounded
        on the side where it would grow. A divisor that is negative throughout is turned round.
        """
        if other.high is not None and other.high < 0:
            return -self / -other
        small = None if other.low is None or other.low <= 0 else other.low
        large = other.high if other.high is None or other.high > 0 else None
        if other.low is not None and other.low < 0:
            large = None  # the divisor changes its sign: no end of the quotient is known
        return Range(
            _quotient(self.low, large if self.low is not None and self.low >= 0 else small),
            _quotient(self.high, small if self.high is not None and self.high >= 0 else large),
        )

    def overlaps(self, other: Range) -> bool:
        """Tell whether some value lies in both, that is whether two statements can both be true."""
        below = self.high is not None and other.low is not None and self.high < other.low
        above = self.low is not None and other.high is not None and self.low > other.high
        return not (below or above)

    def contains(self, value: int | float | str | Decimal | Fraction) -> bool:
        """Tell whether `value` lies inside, ends included."""
        return self.overlaps(Range.point(value))


def _sum(left: Fraction | None, right: Fraction | None) -> Fraction | None:
    return None if left is None or right is None else left + right


def _minus(value: Fraction | None) -> Fraction | None:
    return None if value is None else -value


def _quotient(value: Fraction | None, divisor: Fraction | None) -> Fraction | None:
    return None if value is None or divisor is None else value / divisor


def printed(
    value: int | float | str | Decimal | Fraction,
    decimals: int | None = None,
    comparator: str | None = None,
    value_high: int | float | str | Decimal | Fraction | None = None,
) -> Range:
    """Return the values that a printed number allows.

    Parameters
    ----------
    value, value_high
        The number in its base unit, and the upper end where a range is printed (``约100-200家``).
    decimals : int, optional
        Precision as in the facts table: known to ±0.5·10^-decimals; None where the number is exact.
    comparator : {">=", "<=", ">", "<", "~"}, optional
        What the text says of the number. A bound is taken at its word: ``超500家`` begins at 500, ``不超过120万元``
        ends at 1,200,000 yuan. ``~`` (约, 左右) says no width, so both ends are open, unless a range is printed.

    Returns
    -------
    Range
        Closed ends; None where the text leaves an end open.

    Examples
    --------
    >>> r = printed("1083300", -2)
    >>> (float(r.low), float(r.high))
    (1083250.0, 1083350.0)
    """
    low = exact(value)
    half = _ZERO if decimals is None else _HALF * Fraction(10) ** -decimals
    if value_high is not None:
        return Range(low - half, exact(value_high) + half)
    if comparator in (">=", ">"):
        return Range(low, None)
    if comparator in ("<=", "<"):
        return Range(None, low)
    if comparator == "~":
        return Range(None, None)
    return Range(low - half, low + half)


def ratio_to_base(final: Range, change: Range) -> Range:
    """Return final ÷ (final - change): the outturn on a base of which only the change is printed.

    The outturn stands above and below the line, so that dividing two independent intervals would give a wider one
    than the figures allow. The quotient is monotone in each operand, hence its extremes are at the corners.
    """
    ends = (final.low, final.high, change.low, change.high)
    if any(end is None for end in ends):
        return Range(None, None)
    a, b, c, d = (end or _ZERO for end in ends)
    if a - d <= 0:
        return Range(None, None)
    corners = [x / (x - y) for x in (a, b) for y in (c, d)]
    return Range(min(corners), max(corners))
