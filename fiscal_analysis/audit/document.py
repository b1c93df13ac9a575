"""The audit of one document: try every rule, judge every relation, report what cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from fiscal_analysis.audit.causes import Cause, Judged, find_causes, rank, weigh
from fiscal_analysis.audit.figures import Book, Figure, Placed
from fiscal_analysis.audit.grids import try_tables
from fiscal_analysis.audit.messages import amount, describe, name_of
from fiscal_analysis.audit.model import AuditResult, Check, Finding, stable_id
from fiscal_analysis.audit.performance import try_indicators
from fiscal_analysis.audit.ratios import try_rates
from fiscal_analysis.audit.relation import FAR, Outcome, Range, Ratio, Relation
from fiscal_analysis.audit.repeats import try_repeats
from fiscal_analysis.audit.sense import try_sense
from fiscal_analysis.audit.sums import try_classes, try_economic_classes, try_identities, try_named_parts
from fiscal_analysis.audit.trial import REASONS, Remark, Trial
from fiscal_analysis.facts import Fact, Indicator

__all__ = ["audit_book", "judge_trial"]

# Rates whose base of 0 is worth a word; a carry-over rate of nothing on nothing is not.
_ZERO_BASE = frozenset(("growth_on_prior_year", "growth_on_initial_budget", "completion_of_initial_budget"))
# Lists of lines, which may leave one out.
_LISTS = frozenset(("class_items", "fund_classes", "explained_classes", "economic_classes"))
# Which of several broken relations names the finding: the narrowest first.
_NARROW = {"sum_mismatch": 0, "change_mismatch": 1, "product_mismatch": 1, "cross_reference": 4}
_new = tuple.__new__


def audit_book(
    doc_id: str,
    facts: Sequence[Fact],
    indicators: Sequence[Indicator],
    text: str,
    blocks: Sequence[Placed],
    quote: Callable[[Fact], str],
) -> AuditResult:
    """Return checks and findings for the facts of one document."""
    book = Book(doc_id, facts, text, blocks, quote)
    trial = Trial()
    try_identities(book, trial)
    try_classes(book, trial)
    try_economic_classes(book, trial)
    try_named_parts(book, trial)
    try_rates(book, trial)
    try_repeats(book, trial)
    try_tables(book, trial)
    if indicators:
        try_indicators(book, trial, indicators)
    try_sense(book, trial)
    return judge_trial(book, trial)


def judge_trial(book: Book, trial: Trial) -> AuditResult:
    """Judge every relation of a trial; each gives a check, the broken ones findings."""
    one, doc_id = book.one, book.doc_id
    checks: list[Check] = []
    broken: list[Judged] = []
    undefined: set[int] = set()
    for relation in trial.relations:
        outcome = relation.judge(one)
        state, _, _, _, _, reason = outcome
        if state == "broken":
            judged = weigh(book, relation, outcome)
            if judged is None:
                state, reason = "not_applicable", "different"
            else:
                broken.append(judged)
                reason = judged.reason
        elif reason == "zero_base":
            rate = relation.figures[0]
            if relation.rule in _ZERO_BASE and rate.v and id(rate) not in undefined:
                undefined.add(id(rate))
                _remark_zero_base(trial, relation)
        checks.append(_check(doc_id, one, relation, outcome, state, reason))
    for rule, figures, reason, state in trial.skipped:
        ids = ";".join([f.fid for f in figures])
        unit, why = figures[0].fact.unit, REASONS[reason] if reason else ""
        checks.append(
            _new(Check, (stable_id(rule, doc_id, ids), doc_id, rule, state, None, None, None, None, unit, ids, why))
        )
    return AuditResult(checks, _findings(book, trial, broken) if broken or trial.remarks else [])


def _check(doc_id: str, one: int, relation: Relation, outcome: Outcome, state: str, reason: str) -> Check:
    """Return the row of a relation. A division of integers gives the float64 nearest to the exact number."""
    figures, rule = relation.figures, relation.rule
    ids = ";".join([f.fid for f in figures])
    _, stated, computed, divisor, slack, _ = outcome
    rhs: float | None
    residual: float | None
    if divisor == 1:
        rhs, residual = computed / one, (stated - computed) / one
    elif reason == "zero_base":
        rhs = residual = None
    else:
        if not isinstance(relation, Ratio):
            divisor *= one
        rhs, residual = computed / divisor, (stated * divisor - computed * one) / (one * divisor)
    check_id, unit, why = stable_id(rule, doc_id, ids), figures[0].fact.unit, REASONS[reason] if reason else ""
    return _new(Check, (check_id, doc_id, rule, state, stated / one, rhs, residual, slack / one, unit, ids, why))


def _remark_zero_base(trial: Trial, relation: Relation) -> None:
    raw = relation.figures[0].fact.raw
    zh, en = name_of(relation.rule)
    trial.remark("zero_base", "note", relation.figures, f"{zh}：基数为0，“{raw}”无意义", f"{en}: {raw} on a base of 0")


def _findings(book: Book, trial: Trial, broken: list[Judged]) -> list[Finding]:
    wrong = {id(r.figures[0]) for r in trial.remarks if r.kind == "unit_slip"}
    if wrong:
        broken = [j for j in broken if not any(id(f) in wrong for f in j.relation.figures)]
    found = [_of_cause(book, cause) for cause in find_causes(book, broken, trial.relations)]
    explained = {id(f) for j in broken for f in j.relation.figures if j.severity != "note"}
    found += [
        _of_remark(book, remark)
        for remark in trial.remarks
        if remark.kind != "direction_mismatch" or not any(id(f) in explained for f in remark.figures)
    ]
    found.sort(key=lambda pair: pair[0])
    return [finding for _, finding in found]


def _finding(
    book: Book,
    kind: str,
    severity: str,
    said: tuple[str, str],
    subject: Figure,
    expected: tuple[int | None, int | None],
    suspects: Sequence[Figure],
    figures: Sequence[Figure],
) -> tuple[tuple[int, int], Finding]:
    """Return a finding and what it is sorted by."""
    fact = subject.fact
    quote = book.quote(fact)
    zh, en = said
    ids = ";".join(dict.fromkeys([f.fid for f in (*suspects, *figures)]))
    low, high = (None if end is None or abs(end) == FAR else Decimal(end).scaleb(book.exponent) for end in expected)
    finding = Finding(
        stable_id(kind, book.doc_id, ids),
        book.doc_id,
        kind,
        severity,
        f"{zh}。原文：“{quote}”" if quote else f"{zh}。",
        f"{en}. Source: “{quote}”" if quote else f"{en}.",
        Decimal(subject.v).scaleb(book.exponent),
        low,
        high,
        fact.unit,
        ids,
        quote,
        fact.source_start,
        fact.source_end,
        ";".join(dict.fromkeys([f.fid for f in suspects])),
    )
    return (rank(severity), subject.pos), finding


def _of_cause(book: Book, cause: Cause) -> tuple[tuple[int, int], Finding]:
    one, suspects = book.one, cause.suspects
    first = min(cause.broken, key=lambda j: (rank(j.severity), _NARROW.get(j.relation.kind, 5)))
    relation = first.relation
    told = [first, *(j for j in cause.broken if j is not first)]
    texts = [describe(j.relation, j.outcome, one) for j in told[:3]]
    zh, en = ("；".join(t[0] for t in texts), "; ".join(t[1] for t in texts))
    if len(told) > 3:
        zh += f"；另有{len(told) - 3}处"
        en += f"; and {len(told) - 3} more"
    subject = relation.figures[0]
    expected: tuple[int | None, int | None]
    figures = [f for f, _ in suspects]
    if len(suspects) == 1:
        subject, expected = suspects[0]
        repair = _span(suspects[0][1], one, subject)
        zh += f"。疑为{subject.fact.raw}有误，应为{repair}"
        en += f". Suspect: {subject.fact.raw}, which should be {repair}"
    else:
        expected = relation.solve(subject, one) or (None, None)
        if relation.rule in _LISTS and first.outcome.lhs > first.outcome.rhs:
            zh += "。可能漏列一项"
            en += ". A line may be missing"
        if suspects:
            repairs = {f.fact.raw: _span(interval, one, f) for f, interval in suspects}
            zh += f"。改正其一即可一致：{'、'.join(f'{raw}→{repair}' for raw, repair in repairs.items())}"
            en += f". Correcting one would repair it: {', '.join(f'{raw} → {r}' for raw, r in repairs.items())}"
        elif relation.kind == "cross_reference":
            figures = list(relation.figures)
    if first.reason == "truncation":
        zh += "。截尾（不四舍五入）时成立"
        en += ". Holds if the digits were cut off instead of rounded"
    elif first.reason == "equals_other":
        zh += "。与另一口径的数字相同，口径可能不同"
        en += ". It equals a figure of another scope"
    involved = [f for j in cause.broken for f in j.relation.figures]
    return _finding(book, relation.kind, first.severity, (zh, en), subject, expected, figures, involved)


def _of_remark(book: Book, remark: Remark) -> tuple[tuple[int, int], Finding]:
    figures = remark.figures
    suspects = figures if remark.kind in _EITHER else figures[:1]
    said = (remark.zh, remark.en)
    return _finding(book, remark.kind, remark.severity, said, figures[0], (remark.low, remark.high), suspects, figures)


# Remarks of two figures that contradict each other, neither more than the other.
_EITHER = frozenset(("direction_mismatch", "count_against_money", "target_met", "target_missed", "score_mismatch"))


def _span(interval: Range, one: int, like: Figure) -> str:
    low, high = interval
    if high == FAR:
        return "≥" + amount(low, one, like)
    if low == -FAR:
        return "≤" + amount(high, one, like)
    if like.fact.unit == "count" and -(-low // one) <= high // one:
        low, high = -(-low // one) * one, high // one * one
    a, b = amount(low, one, like), amount(high, one, like)
    return a if a == b else f"{a}～{b}"
