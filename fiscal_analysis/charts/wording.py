"""How codes and numbers are written for a reader: labels in two languages, rounded money, intervals, places.

Labels are data: one dictionary a language, so that a study changes its language by one argument.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    Frame = pl.DataFrame | pd.DataFrame

__all__ = [
    "LABELS",
    "MoneyUnit",
    "column_decimals",
    "interval_text",
    "label",
    "labelled",
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

LABELS: dict[str, dict[str, str]] = {
    "en": {
        # kinds of money for high-tech firms
        "review_service": "Review service",
        "reward": "Reward",
        "guidance_fund": "Guidance fund",
        # what money is divided by
        "applications": "per application",
        "reviewed": "per review",
        "certified": "per firm certified in the year (first and repeated)",
        "recipients": "per firm paid",
        "projects": "per project supported",
        "first": "first certification",
        "repeated": "repeated certification",
        # levels of an execution rate
        "department": "Department",
        "department_part": "Part of a department",
        "class": "Class (类)",
        "group": "Group (款)",
        "item": "Item (项)",
        "project": "Project",
        "project_part": "Part of a project",
        # parts of expenditure, and funds
        "expenditure": "Total expenditure",
        "expenditure_basic": "Basic expenditure",
        "expenditure_project": "Project expenditure",
        "expenditure_operating": "Operating expenditure",
        "expenditure_superior_remittance": "Remittances to superiors",
        "expenditure_affiliate_subsidy": "Subsidies to affiliates",
        "expenditure_other": "Other expenditure",
        "appropriation_expenditure": "Expenditure of appropriations",
        "general_public_budget": "general public budget",
        "government_fund": "government funds",
        "state_capital": "state capital",
        # denominators
        "initial_budget": "initial budget",
        "adjusted_budget": "adjusted budget",
        # how a relation between figures comes out
        "holds": "holds",
        "broken": "broken",
        "skipped": "skipped",
        "not_applicable": "not applicable",
        # how sure a finding is
        "error": "Error",
        "warning": "Warning",
        "note": "Note",
        # kinds of relations between figures
        "sums": "Sums and balances (加总、平衡)",
        "bounds": "Part within whole (部分不大于整体)",
        "ratios": "Shares and rates (占比、比率)",
        "changes": "Change and growth (增减、增幅)",
        "repeats": "Repeated figures (重复表述)",
        "products": "Number times rate (数量乘标准)",
        "scores": "Scores and weights (得分、分值)",
        "sense": "Writing and sense (书写、合理性)",
        "other": "Other relations (其他)",
        # what a derived figure rests on
        "suspect": "on a suspect",
        "involved": "on another figure of a finding",
        "clear": "on none of these",
        # kinds of documents
        "final_accounts": "Final accounts (决算)",
        "overall_evaluation": "Evaluation of the department (部门整体绩效评价)",
        "project_evaluation": "Evaluation of a project (项目绩效评价)",
        "budget": "Budget (预算)",
        "unknown place": "Place not stated",
    },
    "zh": {
        "review_service": "认定评审服务",
        "reward": "认定奖励",
        "guidance_fund": "引导资金",
        "applications": "每件申报",
        "reviewed": "每家次评审",
        "certified": "当年每家认定企业（含首次和重新认定）",
        "recipients": "每家获奖励企业",
        "projects": "每个支持项目",
        "first": "首次认定",
        "repeated": "重新认定",
        "department": "部门",
        "department_part": "部门支出构成",
        "class": "类",
        "group": "款",
        "item": "项",
        "project": "项目",
        "project_part": "项目资金构成",
        "expenditure": "支出合计",
        "expenditure_basic": "基本支出",
        "expenditure_project": "项目支出",
        "expenditure_operating": "经营支出",
        "expenditure_superior_remittance": "上缴上级支出",
        "expenditure_affiliate_subsidy": "对附属单位补助支出",
        "expenditure_other": "其他支出",
        "appropriation_expenditure": "财政拨款支出",
        "general_public_budget": "一般公共预算",
        "government_fund": "政府性基金预算",
        "state_capital": "国有资本经营预算",
        "initial_budget": "年初预算",
        "adjusted_budget": "全年预算",
        "holds": "成立",
        "broken": "不成立",
        "skipped": "未检验",
        "not_applicable": "不适用",
        "error": "错误",
        "warning": "警告",
        "note": "提示",
        "sums": "加总、平衡",
        "bounds": "部分不大于整体",
        "ratios": "占比、比率",
        "changes": "增减、增幅",
        "repeats": "重复表述",
        "products": "数量乘标准",
        "scores": "得分、分值",
        "sense": "书写、合理性",
        "other": "其他",
        "suspect": "含存疑数字",
        "involved": "含不一致的数字",
        "clear": "均不涉及",
        "final_accounts": "部门决算",
        "overall_evaluation": "部门整体绩效评价",
        "project_evaluation": "项目绩效评价",
        "budget": "部门预算",
        "unknown place": "地区不详",
    },
}


def label(code: str | None, language: str = "en") -> str:
    """Return what a code is called in a language; a code without a label is returned with blanks for underscores.

    Raises
    ------
    ContractError
        If there are no labels in that language.
    """
    if language not in LABELS:
        raise ContractError(f"there are no labels in “{language}”; languages: {', '.join(LABELS)}")
    if code is None:
        return ""
    return LABELS[language].get(code, code.replace("_", " "))


def labelled(column: str, missing: str = "–", language: str = "en") -> pl.Expr:
    """Return a column of codes as labels, null as `missing`."""
    return pl.col(column).map_elements(lambda code: label(code, language), return_dtype=pl.String).fill_null(missing)


class MoneyUnit(NamedTuple):
    """A unit that amounts are written in: its printed name and its size in yuan."""

    name: str
    yuan: int


def money_unit(largest: float | None) -> MoneyUnit:
    """Return the unit in which amounts up to `largest` yuan read well: 元 (yuan), 万元 (10,000) or 亿元 (10⁸)."""
    size = abs(largest or 0.0)
    if size >= 1e9:
        return MoneyUnit("亿元", 100_000_000)
    return MoneyUnit("万元", 10_000) if size >= 20_000 else MoneyUnit("元", 1)


def _decimals(low: float | None, high: float | None, most: int = 4) -> int:
    """Return the fewest decimals at which the ends of an interval differ."""
    if low is None or high is None or low == high:
        return 2
    return next((d for d in range(1, most) if round(low, d) != round(high, d)), most)


def _written(number: float, decimals: int, *, certain: bool = False) -> str:
    """Return a number; zeros at its end stay where they are digits of an interval, and go where it is exact."""
    text = f"{number:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if certain and "." in text else text


def column_decimals(
    values: Iterable[float | None], lows: Iterable[float | None], highs: Iterable[float | None], unit: MoneyUnit
) -> tuple[int, int]:
    """Return the decimals with which a column of amounts in `unit`, and the column of their intervals, are written.

    Amounts get the fewest decimals that any interval leaves certain, so that no digit of the column is uncertain, and
    intervals the most that any of them needs. Where all amounts are exact, both are what these need, two at most.
    """
    rows = list(zip(values, lows, highs, strict=True))
    needed = [_decimals(low / unit.yuan, high / unit.yuan) for _, low, high in rows
              if low is not None and high is not None and low != high]  # fmt: skip
    if not needed:
        written = [_written(value / unit.yuan, 2, certain=True) for value, _, _ in rows if value is not None]
        most = max((len(text.partition(".")[2]) for text in written), default=0)
        return most, most
    return min(needed), max(needed)


def words_of(
    value: float | None, low: float | None, high: float | None, unit: MoneyUnit, decimals: int | None = None
) -> str:
    """Return an amount of yuan in `unit`, with `decimals`, else with as many as its interval leaves certain."""
    if value is None:
        return "–"
    if decimals is not None:
        return f"{_written(value / unit.yuan, decimals)}\u00a0{unit.name}"
    ends = (None if low is None else low / unit.yuan, None if high is None else high / unit.yuan)
    certain = low is None or low == high
    return f"{_written(value / unit.yuan, _decimals(*ends), certain=certain)}\u00a0{unit.name}"


def interval_text(low: float | None, high: float | None, unit: MoneyUnit, decimals: int | None = None) -> str:
    """Return an interval of yuan in `unit`; its ends are rounded outwards, so that it still holds all values."""
    return _interval(
        None if low is None else low / unit.yuan,
        None if high is None else high / unit.yuan,
        exactly=low == high,
        decimals=decimals,
    )


def percent_interval(low: float | None, high: float | None, decimals: int | None = None) -> str:
    """Return an interval of ratios as percentages; its ends are rounded outwards."""
    return _interval(
        None if low is None else low * 100,
        None if high is None else high * 100,
        exactly=low == high,
        sign="\u00a0%",
        decimals=decimals,
    )


def percent_decimals(lows: Iterable[float | None], highs: Iterable[float | None]) -> int:
    """Return the decimals with which a column of intervals of ratios is written: the most that any of them needs."""
    needed = [
        _decimals(low * 100, high * 100)
        for low, high in zip(lows, highs, strict=True)
        if low is not None and high is not None and low != high
    ]
    return max(needed, default=1)


def _interval(
    low: float | None, high: float | None, *, exactly: bool, sign: str = "", decimals: int | None = None
) -> str:
    if low is None and high is None:
        return "open"
    if exactly:
        return "exact"
    decimals = _decimals(low, high) if decimals is None else decimals
    power = 10**decimals
    # A quotient such as 0.3 / 0.1 must not be rounded away by its last binary digit, hence the inner rounding.
    below = None if low is None else _written(math.floor(round(low * power, 6)) / power, decimals)
    above = None if high is None else _written(math.ceil(round(high * power, 6)) / power, decimals)
    if below is None:
        return f"at most {above}{sign}"
    if above is None:
        return f"at least {below}{sign}"
    return f"{below} to {above}{sign}"


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
    return f"{text}\u00a0%"


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
