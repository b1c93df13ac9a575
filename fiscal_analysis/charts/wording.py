"""How codes and numbers are written for a reader: labels in two languages, rounded money, intervals, places.

Labels are data (``labels.csv``): a study changes its language by one argument.
"""

from __future__ import annotations

import csv
import math
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    Frame = pl.DataFrame | pd.DataFrame

__all__ = [
    "LANGUAGES",
    "UNITS",
    "MoneyUnit",
    "column_decimals",
    "interval_text",
    "label",
    "labelled",
    "labels",
    "money_unit",
    "percent_decimals",
    "percent_interval",
    "percent_text",
    "printed_percent",
    "section_text",
    "with_document_name",
    "with_place",
    "words_of",
]

LANGUAGES = ("en", "zh")


@cache
def labels() -> dict[str, dict[str, str]]:
    """Return what every code is called, by language: the table ``labels.csv`` beside this module."""
    path = resources.files("fiscal_analysis.charts").joinpath("labels.csv")
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {language: {row["code"]: row[language] for row in rows} for language in LANGUAGES}


def label(code: str | None, language: str = "en") -> str:
    """Return what a code is called in a language; a code without a label is returned with blanks for underscores.

    Raises
    ------
    ContractError
        If there are no labels in that language.
    """
    if language not in LANGUAGES:
        raise ContractError(f"there are no labels in “{language}”; languages: {', '.join(LANGUAGES)}")
    if code is None:
        return ""
    return labels()[language].get(code, code.replace("_", " "))


def labelled(column: str, missing: str = "–", language: str = "en") -> pl.Expr:
    """Return a column of codes as labels, null as `missing`."""
    return pl.col(column).map_elements(lambda code: label(code, language), return_dtype=pl.String).fill_null(missing)


class MoneyUnit(NamedTuple):
    """A unit that amounts are written in: its printed name and its size in yuan."""

    name: str
    yuan: int


UNITS = {unit.name: unit for unit in (MoneyUnit("元", 1), MoneyUnit("万元", 10_000), MoneyUnit("亿元", 100_000_000))}
"""The units that amounts can be written in: yuan, ten thousand and a hundred million of them."""


def money_unit(largest: float | None) -> MoneyUnit:
    """Return the unit in which amounts up to `largest` yuan read well: 元 (yuan), 万元 (10,000) or 亿元 (10⁸)."""
    size = abs(largest or 0.0)
    if size >= 1e9:
        return UNITS["亿元"]
    return UNITS["万元" if size >= 20_000 else "元"]


def _most(unit: MoneyUnit, *amounts: float | None) -> int:
    """Return how many decimals amounts in `unit` have at most: a yuan is told in 万元 and 亿元, parts of it in 元.

    What is less than one unit has as many as make five digits, if it has them: 859.8 元 are 0.08598 万元, not 0.0860.
    """
    largest = max((abs(amount) for amount in amounts if amount is not None), default=0.0)
    leading = 4 - math.floor(math.log10(largest)) if 0 < largest < 1 else 0
    return max(4, len(str(unit.yuan)) - 1, leading)


def _decimals(low: float | None, high: float | None, most: int = 4) -> int:
    """Return the fewest decimals at which the ends of an interval differ, two where they do not."""
    if low is None or high is None or low == high:
        return 2
    return next((d for d in range(1, most) if round(low, d) != round(high, d)), most)


def _certain(value: float, low: float | None, high: float | None, most: int) -> int:
    """Return the decimals that a number is told with: the last is of the size of its interval.

    What is exact has two, or as many as three of its digits need: 0.0123 亿元 is not 0.01.
    """
    if low is None or high is None or low == high:
        leading = math.floor(math.log10(abs(value))) if value else 0
        return min(most, max(2, 2 - leading))
    return min(most, max(0, round(-math.log10(high - low))))


def _written(number: float, decimals: int, *, certain: bool = False) -> str:
    """Return a number; zeros at its end stay where they are digits of an interval, and go where it is exact."""
    text = f"{number:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if certain and "." in text else text


def column_decimals(
    values: Iterable[float | None], lows: Iterable[float | None], highs: Iterable[float | None], unit: MoneyUnit
) -> tuple[int, int]:
    """Return the decimals with which a column of amounts in `unit`, and the column of their intervals, are written.

    Amounts get the fewest decimals that any interval leaves certain, so that no digit of the column is uncertain, and
    intervals the most that any of them needs. Where all amounts are exact, both are what these need.
    """
    size = unit.yuan
    exact: list[float] = []
    certain: list[int] = []
    needed: list[int] = []
    for value, low, high in zip(values, lows, highs, strict=True):
        if low is not None and high is not None and low != high:
            # A range that is stated as such has no value, but an interval.
            ends = (low / size, high / size)
            needed.append(_decimals(*ends, _most(unit, *ends)))
            if value is not None:
                certain.append(_certain(value / size, *ends, _most(unit, value / size, *ends)))
        elif value is not None:
            exact.append(value / size)
    if not certain:
        written = [
            _written(amount, _certain(amount, None, None, _most(unit, amount)), certain=True) for amount in exact
        ]
        certain = [max((len(text.partition(".")[2]) for text in written), default=0)]
    return min(certain), max(needed or certain)


def words_of(
    value: float | None, low: float | None, high: float | None, unit: MoneyUnit, decimals: int | None = None
) -> str:
    """Return an amount of yuan in `unit`, with `decimals`, else with as many as its interval leaves certain."""
    if value is None:
        return "–"
    amount = value / unit.yuan
    if decimals is not None:
        return f"{_written(amount, decimals)}\u00a0{unit.name}".replace("-", "−")
    ends = (None if low is None else low / unit.yuan, None if high is None else high / unit.yuan)
    text = _written(amount, _certain(amount, *ends, _most(unit, amount, *ends)), certain=None in ends or low == high)
    return f"{text}\u00a0{unit.name}".replace("-", "−")


def interval_text(
    low: float | None, high: float | None, unit: MoneyUnit, decimals: int | None = None, language: str = "en"
) -> str:
    """Return an interval of yuan in `unit`; its ends are rounded outwards, so that it still holds all values."""
    ends = (None if low is None else low / unit.yuan, None if high is None else high / unit.yuan)
    return _interval(*ends, exactly=low == high, decimals=decimals, most=_most(unit, *ends), language=language)


def percent_interval(low: float | None, high: float | None, decimals: int | None = None, language: str = "en") -> str:
    """Return an interval of ratios as percentages; its ends are rounded outwards."""
    return _interval(
        None if low is None else low * 100,
        None if high is None else high * 100,
        exactly=low == high,
        sign="\u00a0%",
        decimals=decimals,
        language=language,
    )


def percent_decimals(lows: Iterable[float | None], highs: Iterable[float | None]) -> int:
    """Return the decimals with which a column of intervals of ratios is written: the most that any of them needs."""
    needed = [
        _decimals(low * 100, high * 100)
        for low, high in zip(lows, highs, strict=True)
        if low is not None and high is not None and low != high
    ]
    return max(needed, default=1)


_INTERVALS = {
    "en": {"open": "open", "exact": "exact", "high": "at most {}", "low": "at least {}", "both": "{} to {}"},
    "zh": {"open": "不定", "exact": "精确", "high": "不大于{}", "low": "不小于{}", "both": "{}至{}"},
}


def _interval(
    low: float | None,
    high: float | None,
    *,
    exactly: bool,
    sign: str = "",
    decimals: int | None = None,
    most: int = 4,
    language: str = "en",
) -> str:
    words = _INTERVALS[language]
    if low is None and high is None:
        return words["open"]
    if exactly:
        return words["exact"]
    decimals = _decimals(low, high, most) if decimals is None else decimals
    power = 10**decimals
    # A quotient such as 0.3 / 0.1 must not be rounded away by its last binary digit, hence the inner rounding.
    below = None if low is None else _written(math.floor(round(low * power, 6)) / power, decimals).replace("-", "−")
    above = None if high is None else _written(math.ceil(round(high * power, 6)) / power, decimals).replace("-", "−")
    if below is None:
        return words["high"].format(f"{above}{sign}")
    if above is None:
        return words["low"].format(f"{below}{sign}")
    return words["both"].format(below, f"{above}{sign}")


def percent_text(value: float | None, decimals: int = 1, *, fixed: bool = False) -> str:
    """Return a ratio as a percentage, ``0.9954`` as ``99.5 %``; what is nearly 100 % gets digits that tell it apart.

    In a column of `fixed` decimals it gets a sign instead: ``<100.0 %``.
    """
    if value is None:
        return "–"
    whole = f"{100:.{decimals}f}"
    text = f"{value * 100:,.{decimals}f}"
    if text == whole and value != 1 and fixed:
        text = f"{'<' if value < 1 else '>'}{text}"
    elif text == whole and value != 1:
        finer = f"{value * 100:,.{decimals + 2}f}"
        text = text if finer == f"{100:.{decimals + 2}f}" else finer
    return f"{text}\u00a0%".replace("-", "−")


def printed_percent(value: float | None, *, signed: bool = False) -> str:
    """Return a printed rate with the digits that it was printed with (at most four), ``1.163`` as ``116.3 %``.

    A growth is written with its sign (`signed`).
    """
    if value is None:
        return "–"
    sign = "+" if signed and value >= 0 else ""
    return f"{sign}{_written(value * 100, 4, certain=True)}\u00a0%".replace("-", "−")


def with_place(frame: Frame, documents: Frame | None = None, language: str = "en") -> pl.DataFrame:
    """Add the column ``place``: the district or county and the year, ``某某区 2024``.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        Rows with ``doc_id`` and ``fiscal_year``, and ``county`` and ``issuer`` where there are any.
    documents : polars or pandas DataFrame, optional
        The documents table: its prefecture is put before a county name that occurs in two of them.
    language : str
        For rows without a place.

    Returns
    -------
    polars.DataFrame
    """
    rows = as_polars(frame)
    for column in ("county", "issuer", "prefecture"):
        if column not in rows.columns:
            rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias(column))
    if documents is not None:
        known = as_polars(documents).select("doc_id", pl.col("prefecture").alias("of prefecture"))
        rows = rows.join(known, on="doc_id", how="left", maintain_order="left")
        rows = rows.with_columns(pl.coalesce("prefecture", "of prefecture").alias("prefecture")).drop("of prefecture")
    shared = pl.col("prefecture").n_unique().over("county") > 1
    name = (
        pl.when(pl.col("county").is_not_null() & shared)
        .then(pl.concat_str(pl.col("prefecture").fill_null(""), pl.col("county")))
        .otherwise(pl.coalesce("county", "issuer", pl.lit(label("unknown place", language))))
    )
    year = pl.col("fiscal_year").cast(pl.String).fill_null("")
    return rows.with_columns(pl.concat_str(name, year, separator=" ").str.strip_chars().alias("place"))


def with_document_name(frame: Frame, language: str = "en") -> pl.DataFrame:
    """Add ``place`` to the documents table such that no two documents share one.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        The documents table, or rows of it.
    language : str
        For kinds of documents.

    Returns
    -------
    polars.DataFrame
        As of `with_place`; where a place and year have several documents, their kinds stand behind it, and where that
        does not tell them apart, their names.
    """
    rows = with_place(frame, language=language)
    kind = labelled("kind", "", language)
    name = pl.col("place")
    for further in (kind, pl.col("doc_id")):
        several = pl.len().over("place") > 1
        rows = rows.with_columns(
            pl.when(several & (further != "")).then(pl.concat_str(name, further, separator=", ")).otherwise(name)
        )
    return rows


def section_text(section: str | None) -> str:
    """Return the innermost two headings of an outline path."""
    return " / ".join((section or "").split(" / ")[-2:])
