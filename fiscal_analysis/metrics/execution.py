"""How much of a budget was spent: execution rates of departments, classification lines and projects."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import polars as pl

from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._figures import Figure, closest, group_figures, nearest
from fiscal_analysis.metrics._inputs import (
    Body,
    Source,
    Stated,
    bodies_of,
    fact_ids,
    facts_of,
    money_text,
    printed_money,
    quotes,
    statements,
)
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics.intervals import Range, as_float, ratio_to_base

__all__ = ["comparable_rates", "execution_rates"]

SCHEMA: dict[str, Any] = {
    "doc_id": pl.String,
    "division_code": pl.String,
    "county": pl.String,
    "issuer": pl.String,
    "fiscal_year": pl.Int64,
    "period": pl.String,
    "level": pl.String,
    "concept": pl.String,
    "fund": pl.String,
    "scope": pl.String,
    "subject_code": pl.String,
    "subject_name": pl.String,
    "item": pl.String,
    "denominator": pl.String,
    "budget_yuan": pl.Float64,
    "budget_low": pl.Float64,
    "budget_high": pl.Float64,
    "budget_source": pl.String,
    "executed_yuan": pl.Float64,
    "stated_rate": pl.Float64,
    "stated_denominator": pl.String,
    "stated_growth": pl.Float64,
    "computed_rate": pl.Float64,
    "computed_low": pl.Float64,
    "computed_high": pl.Float64,
    "agrees": pl.Boolean,
    "zero_budget": pl.Boolean,
    "formula": pl.String,
    "quotes": pl.List(pl.String),
    "fact_ids": pl.List(pl.String),
    "note": pl.String,
    "note_zh": pl.String,
}

# Whole departments, and the parts of one that have a budget of their own.
_DEPARTMENT = ("expenditure",)
_DEPARTMENT_PARTS = (
    "expenditure_basic",
    "expenditure_project",
    "expenditure_operating",
    "expenditure_superior_remittance",
    "expenditure_affiliate_subsidy",
    "expenditure_other",
    "appropriation_expenditure",
)
_PROJECTS = ("project_funding", "programme_funding")
_CODE_LEVELS = {3: "class", 5: "group", 7: "item"}
_PRINTED_LEVELS = {"类": "class", "款": "group", "项": "item"}
_BUDGETS = ("initial_budget", "adjusted_budget")
_COMPLETIONS = {"completion_of_initial_budget": "initial_budget", "completion_of_adjusted_budget": "adjusted_budget"}
# Which budget the words after "执行" or "完成" name.
_BASES = (
    (re.compile(r"年初|批复的?部门预算|期初"), "initial_budget"),
    (re.compile(r"全年预算|调整|预算安排|安排资金|追加后|年度预算"), "adjusted_budget"),
)
_OPEN = "open"
# What the rows of one line share; a null is a value like any other here.
_LINE = [
    "doc_id",
    "fiscal_year",
    "period",
    "level",
    "concept",
    "fund",
    "scope",
    pl.coalesce("subject_code", "subject_name", "item"),
]


class _Line(NamedTuple):
    """What an outturn and a budget must share to be of one line."""

    doc_id: str
    fiscal_year: int | None
    period: str | None
    kind: str
    fund: str | None
    scope: str | None
    name: str


def execution_rates(corpus: Source, documents: Source | None = None) -> pl.DataFrame:
    """Return the execution rates of a corpus, one row per line and denominator.

    A line is a department, a functional line (类, 款, 项), or a project. Its execution rate is what was spent of its
    budget. A document prints the rate, or the two amounts, or the outturn and its change on the initial budget; each
    is used, and the printed rate is tested against the computed one.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `facts` and `documents` are used) or the facts table alone.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table; it gives the counties.

    Returns
    -------
    polars.DataFrame
        Lines with a budget and an outturn, or with a printed rate; a budget without an outturn is no observation. A
        line of which both budgets are known has two rows: filter by `denominator` before counting or averaging.

        - ``doc_id, division_code, county, issuer, fiscal_year``; ``period`` where the figures are of a part of
          the year
        - ``level``: ``department``; ``department_part`` (basic, project and other expenditure, one fund's
          expenditure); ``class``, ``group``, ``item`` (类, 款, 项; null where neither code nor text
          tells); ``project``; ``project_part`` (a payer or a part, ``A/B`` in `item`)
        - ``concept, fund, scope, subject_code, subject_name, item``: as in the facts table
        - ``denominator``: ``initial_budget`` (年初预算), ``adjusted_budget`` (全年预算, 调整预算), or null where
          the text leaves it open and no budget is stated
        - ``budget_yuan``, ``budget_low``, ``budget_high``: yuan; ``budget_source``: ``stated``, or ``derived``
          as outturn minus printed change; null where no budget is known
        - ``executed_yuan``: yuan
        - ``stated_rate``: the printed rate (1.0073 is 100.73 %); ``stated_denominator``: the denominator that
          its words name, null where they leave it open; ``stated_growth``: the printed growth on the initial budget
        - ``computed_rate``, ``computed_low``, ``computed_high``: executed ÷ budget, and the interval that the
          printed digits allow
        - ``agrees``: whether the printed rate (or 1 + printed growth, where no rate is printed) and the computed one
          can both be true; null where that cannot be tested
        - ``zero_budget``: the budget is 0: there is no rate, whatever is printed
        - ``formula``, ``quotes``, ``fact_ids``: what it rests on, every place where a figure stands
        - ``note``, ``note_zh``: other figures that the document states for the line, and what is odd

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have.

    Notes
    -----
    Formula: rate = outturn ÷ budget. Where the budget is derived, rate = outturn ÷ (outturn - change), its interval
    taken over both figures at once. Rates above 1 are legal: an initial budget is amended in the year.

    A rate whose words name no denominator is compared with the adjusted budget where one is stated, which is the
    ratio that 财预〔2020〕10号 scores (全年执行数 ÷ 全年预算数), else with the only budget stated;
    `stated_denominator` then is null. Where a line has several outturns or budgets that no rounding reconciles, those
    that stand nearest to each other in the text are taken, and `note` names the others. Targets, weights and scores of
    an execution-rate indicator are never rates. An outturn of a part of the year is never set against a budget of the
    whole year.

    Not comparable: rates on initial with rates on adjusted budgets (the second is close to 1 by construction, since
    money that cannot be spent is cut from the budget before the year ends); lines of different levels (a 类 contains
    its 款); a department's rate with those of its lines. 资金到位率 (money received of money planned) is no
    execution rate.

    References
    ----------
    《中华人民共和国预算法》 (2018 amendment), articles 52-58 (approved budget and its execution) and 67 (adjustment).
    财政部：《项目支出绩效评价管理办法》，财预〔2020〕10号, annex 1: 预算执行率, 10 points as a rule.
    PEFA (2016): Framework for Assessing Public Financial Management, PI-1 and PI-2 (outturn against the original
    budget).
    """
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    amounts = [*_BUDGETS, "final", "change_on_initial_budget"]
    concepts = [*_DEPARTMENT, *_DEPARTMENT_PARTS, *_PROJECTS, "functional_expenditure"]
    rates = [*_COMPLETIONS, "growth_on_initial_budget"]
    wanted = facts.filter(
        (
            pl.col("concept").is_in(concepts)
            & (
                (pl.col("measure").is_in(amounts) & (pl.col("unit") == "CNY"))
                | (pl.col("measure").is_in(rates) & (pl.col("unit") == "ratio"))
            )
        )
        | ((pl.col("concept") == "execution_rate") & (pl.col("measure").is_in(["actual", "final"])))
    )
    lines: dict[_Line, list[Stated]] = defaultdict(list)
    for fact in statements(wanted):
        if fact.concept in (*_DEPARTMENT, *_DEPARTMENT_PARTS) and fact.item:
            continue  # a part that the vocabulary has no line for: its budget would be another's
        lines[_line_of(fact, bodies[fact.doc_id])].append(fact)
    order = {doc_id: at for at, doc_id in enumerate(bodies)}
    rows: list[dict[str, Any]] = []
    for line in sorted(lines, key=lambda key: order[key.doc_id]):
        rows += _rows(bodies[line.doc_id], line, lines[line])
    return pl.DataFrame(rows, schema=SCHEMA)


def comparable_rates(rates: Source) -> pl.DataFrame:
    """Return execution rates with the one rate of each row, and whether it may enter a distribution.

    Parameters
    ----------
    rates : polars.DataFrame or pandas.DataFrame
        As :func:`execution_rates` returns them.

    Returns
    -------
    polars.DataFrame
        `rates` with ``rate`` (computed where the amounts are printed, else as stated; 1 is 100 %), ``misprinted``
        (computed and stated disagree by a factor of ten or more: a unit was misprinted, these are no pair of figures
        of one line), ``convention`` (a printed rate without amounts, of a line whose initial budget is 0:
        完成预算安排资金的100% then only says that the line was not budgeted), ``printed_rate`` (the stated rate; on the
        row with the budget of 0, the one printed by convention) and ``usable`` (there is a rate, it is neither
        misprinted nor a convention, and the budget is not 0).
    """
    frame = as_polars(rates).with_columns(pl.coalesce("computed_rate", "stated_rate").alias("rate"))
    apart = (pl.col("computed_rate") / pl.col("stated_rate")).log10().abs() > 1
    frame = frame.with_columns((apart & ~pl.col("agrees")).fill_null(False).alias("misprinted"))
    zero = pl.col("zero_budget").fill_null(False)
    unbudgeted = (zero & (pl.col("denominator") == "initial_budget")).any().over(_LINE)
    bare = pl.col("stated_rate").is_not_null() & pl.col("budget_yuan").is_null() & unbudgeted
    frame = frame.with_columns(bare.fill_null(False).alias("convention"))
    beside = pl.col("stated_rate").filter(pl.col("convention")).first().over(_LINE)
    frame = frame.with_columns(
        pl.coalesce("stated_rate", pl.when(zero & (pl.col("denominator") == "initial_budget")).then(beside)).alias(
            "printed_rate"
        )
    )
    sound = ~pl.col("misprinted") & ~zero & ~pl.col("convention")
    return frame.with_columns((pl.col("rate").is_not_null() & sound).alias("usable"))


def _line_of(fact: Stated, body: Body) -> _Line:
    """Return the line that a fact is of.

    An execution rate is of its line or project; without a name, of what the document is about: the project of a
    project evaluation, else the department.
    """
    head = (fact.doc_id, fact.fiscal_year, fact.period)
    if fact.concept == "functional_expenditure" or (fact.concept == "execution_rate" and fact.subject_code):
        name = fact.subject_code or fact.subject_name or ""
        return _Line(*head, "functional_expenditure", fact.fund, fact.scope, name)
    if fact.concept in _PROJECTS or fact.item or body.kind == "project_evaluation":
        return _Line(*head, "project", None, None, re.sub(r"[\s“”\"《》]", "", fact.item or ""))
    kind = "expenditure" if fact.concept == "execution_rate" else fact.concept
    if fact.concept == "execution_rate" and fact.scope:
        kind = f"expenditure_{fact.scope}"
    return _Line(*head, kind, fact.fund, None, "")


# -- one line -------------------------------------------------------------------------------------------------------


def _rows(body: Body, line: _Line, facts: Sequence[Stated]) -> list[dict[str, Any]]:
    """Return the observations of one line, one per denominator."""
    by_measure: dict[str, list[Stated]] = defaultdict(list)
    for fact in facts:
        measure = fact.measure
        if fact.concept == "execution_rate":
            measure = _rate_measure(fact, facts)
        by_measure[measure].append(fact)
    figures = {measure: group_figures(some) for measure, some in by_measure.items()}
    stated = {
        "initial_budget": figures.get("completion_of_initial_budget", []),
        "adjusted_budget": figures.get("completion_of_adjusted_budget", []),
        _OPEN: figures.get(_OPEN, []),
    }
    budgets = {name: figures.get(name, []) for name in _BUDGETS}
    finals = figures.get("final", [])
    changes = figures.get("change_on_initial_budget", [])
    growths = figures.get("growth_on_initial_budget", [])
    known = {
        "initial_budget": bool(budgets["initial_budget"] or (finals and changes)),
        "adjusted_budget": bool(budgets["adjusted_budget"]),
    }
    # A rate with an open base belongs beside the budget that the evaluation rule divides by.
    home = "adjusted_budget" if known["adjusted_budget"] else "initial_budget" if known["initial_budget"] else _OPEN
    rows: list[dict[str, Any]] = []
    for denominator in (*_BUDGETS, _OPEN):
        printed = [*stated[denominator]] if denominator != _OPEN else []
        if denominator == home:
            printed += stated[_OPEN]
        rates = group_figures(fact for figure in printed for fact in figure.facts)
        derived = changes if denominator == "initial_budget" and not budgets["initial_budget"] else []
        some = budgets.get(denominator, [])
        growth = growths if denominator == "initial_budget" else []
        testable = bool(finals and (some or derived))
        if not (testable or rates):
            continue
        rows.append(_row(body, line, denominator, finals, some, derived, rates, growth, stated[_OPEN]))
    return rows


def _rate_measure(fact: Stated, facts: Sequence[Stated]) -> str:
    """Tell which budget an execution rate is of: by its base, else by the one budget that its sentence states."""
    for pattern, name in _BASES:
        if fact.base and pattern.search(fact.base):
            return f"completion_of_{name}"
    beside = {f.measure for f in facts if f.measure in _BUDGETS and fact.quote and f.quote == fact.quote}
    if "adjusted_budget" in beside:  # a form with both prints 执行率 as 全年执行数 over 全年预算数
        return "completion_of_adjusted_budget"
    return "completion_of_initial_budget" if beside else _OPEN


def _row(
    body: Body,
    line: _Line,
    denominator: str,
    finals: Sequence[Figure],
    budgets: Sequence[Figure],
    changes: Sequence[Figure],
    rates: Sequence[Figure],
    growths: Sequence[Figure],
    open_rates: Sequence[Figure],
) -> dict[str, Any]:
    notes: list[Text] = []
    final, base = nearest(finals, budgets or changes)
    anchor = (base or final or rates[0]).best
    rate = closest(rates, anchor)
    growth = closest(growths, anchor)
    budget: Fraction | None = None
    span: Range | None = None
    computed: Fraction | None = None
    bounds: Range | None = None
    source = formula = None
    if base is not None and budgets:
        source, budget, span = "stated", base.best.value, base.best.range
    elif base is not None and final is not None:
        source, budget = "derived", final.best.value - base.best.value
        span = final.best.range - base.best.range
    zero = budget == 0
    if budget is not None and final is not None:
        spent = printed_money(final.best)
        if budget > 0:
            computed = final.best.value / budget
            if source == "stated" and span is not None:
                bounds, formula = final.best.range / span, f"{spent} ÷ {printed_money(anchor)}"
            elif base is not None:
                bounds = ratio_to_base(final.best.range, base.best.range)
                formula = f"{spent} ÷ ({spent} {_signed(base.best)})"
        elif budget < 0:
            notes.append(
                Text(
                    f"the printed change exceeds the outturn: the initial budget would be {money_text(budget)}",
                    f"增减额大于决算数，推出的年初预算为负：{money_text(budget)}",
                )
            )
    expected: Range | None = None
    if rate is not None:
        expected = rate.best.range
    elif growth is not None and denominator == "initial_budget":
        expected = growth.best.range + Range.point(1)
    agrees = bounds.overlaps(expected) if bounds is not None and expected is not None else None
    if agrees is False and computed is not None and rate is not None and _unit_slip(computed, rate.best.value):
        notes.append(
            Text(
                "a unit slip (元 for 万元) in one of the amounts would explain it",
                "可能是其中一个金额的单位误写（元、万元）",
            )
        )
    openly = [fact for figure in open_rates for fact in figure.facts]
    is_open = rate is not None and all(fact in openly for fact in rate.facts)
    if is_open and denominator != _OPEN:
        notes.append(Text("the text names no denominator for the printed rate", "原文未说明执行率以哪个预算数为分母"))
    for name, chosen, some in (
        (Text("outturn", "决算数"), final, finals),
        (Text("budget", "预算数"), base if budgets else None, budgets),
        (Text("rate", "执行率"), rate, rates),
    ):
        others = [f for f in some if f is not chosen]
        if chosen is not None and others:
            text = "、".join(f.best.raw or str(float(f.best.value)) for f in others)
            notes.append(Text(f"also stated as {name.en}, not used: {text}", f"{name.zh}还有其他表述，未采用：{text}"))
    used = [f for figure in (base, final, rate, growth) if figure is not None for f in figure.facts]
    level, code, name_text, item = _labels(line, used)
    return dict.fromkeys(SCHEMA) | {
        "doc_id": body.doc_id,
        "division_code": body.division_code,
        "county": body.county,
        "issuer": body.issuer,
        "fiscal_year": line.fiscal_year,
        "period": line.period,
        "level": level,
        "concept": (final or base or rate or Figure((used[0],))).best.concept,
        "fund": line.fund,
        "scope": line.scope,
        "subject_code": code,
        "subject_name": name_text,
        "item": item,
        "denominator": None if denominator == _OPEN else denominator,
        "budget_yuan": as_float(budget),
        "budget_low": as_float(span.low) if span is not None else None,
        "budget_high": as_float(span.high) if span is not None else None,
        "budget_source": source,
        "executed_yuan": as_float(final.best.value) if final is not None else None,
        "stated_rate": as_float(rate.best.value) if rate is not None else None,
        "stated_denominator": None if rate is None or is_open or denominator == _OPEN else denominator,
        "stated_growth": as_float(growth.best.value) if growth is not None else None,
        "computed_rate": as_float(computed),
        "computed_low": as_float(bounds.low) if bounds is not None else None,
        "computed_high": as_float(bounds.high) if bounds is not None else None,
        "agrees": agrees,
        "zero_budget": zero,
        "formula": formula,
        "quotes": quotes(used),
        "fact_ids": fact_ids(used),
        "note": "; ".join(n.en for n in notes) or None,
        "note_zh": "；".join(n.zh for n in notes) or None,
    }


def _unit_slip(computed: Fraction, stated: Fraction) -> bool:
    """Tell whether two rates differ by the 10,000 between 元 and 万元, to within one part in a hundred."""
    if computed <= 0 or stated <= 0:
        return False
    larger, smaller = max(computed, stated), min(computed, stated)
    return abs(larger / smaller / 10_000 - 1) <= Fraction(1, 100)


def _labels(line: _Line, used: Sequence[Stated]) -> tuple[str | None, str | None, str | None, str | None]:
    """Return level, subject code, subject name and item of a line."""
    if line.kind == "functional_expenditure":
        code = next((f.subject_code for f in used if f.subject_code), None)
        name = next((f.subject_name for f in used if f.subject_name), None)
        level = _CODE_LEVELS.get(len(code)) if code else _printed_level(used)
        return level, code, name, None
    if line.kind == "project":
        item = next((f.item for f in used if f.item), None)
        return "project_part" if item and "/" in item else "project", None, None, item
    return "department" if line.kind in _DEPARTMENT and line.fund is None else "department_part", None, None, None


def _printed_level(used: Sequence[Stated]) -> str | None:
    """Return the level that stands in brackets behind a line's name: ``“科学技术普及”(款)``."""
    for fact in used:
        found = re.search(rf"{re.escape(fact.subject_name or '')}[”\"’]?\s*[(（]([类款项])", fact.quote)
        if fact.subject_name and found:
            return _PRINTED_LEVELS[found[1]]
    return None


def _signed(change: Stated) -> str:
    """Return a change as it is taken off the outturn: an increase is subtracted, a decrease added."""
    positive = printed_money(change).lstrip("-")
    return f"- {positive}" if change.value >= 0 else f"+ {positive}"
