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
from fiscal_analysis.audit.relation import FAR, Outcome, Ratio, Relation
from fiscal_analysis.audit.repeats import try_repeats
from fiscal_analysis.audit.sense import try_sense
from fiscal_analysis.audit.sums import try_classes, try_economic_classes, try_identities, try_named_parts
from fiscal_analysis.audit.trial import REASONS, Remark, Trial
from fiscal_analysis.facts import Fact, Indicator

__all__ = ["audit_book", "judge_trial"]

# Rates whose base of 0 is worth a word; a carry-over rate of nothing on nothing is not.
_ZERO_BASE = frozenset(("growth_on_prior_year", "growth_on_initial_budget", "completion_of_initial_budget"))


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
    scale = Decimal(1).scaleb(book.exponent)
    checks: list[Check] = []
    broken: list[Judged] = []
    undefined: dict[int, Figure] = {}
    for relation in trial.relations:
        outcome = relation.judge(one)
        state, reason = outcome.state, outcome.reason
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
                undefined[id(rate)] = rate
                trial.remarks.append(_zero_base(relation))
        checks.append(_check(doc_id, scale, relation, outcome, state, reason))
    for rule, figures, reason, state in trial.skipped:
        ids = ";".join([f.fid for f in figures])
        checks.append(
            Check(
                stable_id(rule, doc_id, ids),
                doc_id,
                rule,
                state,
                None,
                None,
                None,
                None,
                figures[0].fact.unit,
                ids,
                REASONS.get(reason, reason),
            )
        )
    if not broken and not trial.remarks:
        return AuditResult(checks, [])
    return AuditResult(checks, _findings(book, trial, broken))


def _check(doc_id: str, scale: Decimal, relation: Relation, outcome: Outcome, state: str, reason: str) -> Check:
    figures = relation.figures
    ids = ";".join([f.fid for f in figures])
    _, stated, computed, divisor, slack, _ = outcome
    lhs = stated * scale
    rhs: Decimal | None
    if isinstance(relation, Ratio):
        rhs = None if reason == "zero_base" else Decimal(computed) / divisor
    elif divisor == 1:
        rhs = computed * scale
    else:
        rhs = computed * scale * scale
    return Check(
        stable_id(relation.rule, doc_id, ids),
        doc_id,
        relation.rule,
        state,
        lhs,
        rhs,
        None if rhs is None else lhs - rhs,
        slack * scale,
        figures[0].fact.unit,
        ids,
        REASONS[reason] if reason else "",
    )


def _zero_base(relation: Relation) -> Remark:
    raw = relation.figures[0].fact.raw
    zh, en = name_of(relation.rule)
    return Remark("zero_base", "note", relation.figures, f"{zh}：基数为0，“{raw}”无意义", f"{en}: {raw} on a base of 0")


def _findings(book: Book, trial: Trial, broken: list[Judged]) -> list[Finding]:
    slipped = [r for r in trial.remarks if r.kind == "unit_slip"]
    if slipped:
        wrong = {id(r.figures[0]) for r in slipped}
        broken = [j for j in broken if not any(id(f) in wrong for f in j.relation.figures)]
    found: list[tuple[tuple[int, int], Finding]] = []
    for cause in find_causes(book, broken, trial.relations):
        finding, severity, position = _of_cause(book, cause)
        found.append(((rank(severity), position), finding))
    explained = {id(f) for j in broken for f in j.relation.figures if j.severity != "note"}
    for remark in trial.remarks:
        if remark.kind == "direction_mismatch" and any(id(f) in explained for f in remark.figures):
            continue
        found.append(((rank(remark.severity), remark.figures[0].pos), _of_remark(book, remark)))
    found.sort(key=lambda pair: pair[0])
    return [finding for _, finding in found]


def _decimal(value: int | None, exponent: int) -> Decimal | None:
    return None if value is None or abs(value) == FAR else Decimal(value).scaleb(exponent)


def _of_cause(book: Book, cause: Cause) -> tuple[Finding, str, int]:
    judged = min(cause.broken, key=lambda j: (rank(j.severity), _NARROW.get(j.relation.kind, 5)))
    relation, outcome, one = judged.relation, judged.outcome, book.one
    severity = judged.severity
    texts = [describe(j.relation, j.outcome, one) for j in (judged, *(j for j in cause.broken if j is not judged))]
    zh = "；".join(t[0] for t in texts[:3]) + (f"；另有{len(texts) - 3}处" if len(texts) > 3 else "")
    en = "; ".join(t[1] for t in texts[:3]) + (f"; and {len(texts) - 3} more" if len(texts) > 3 else "")
    subject = relation.figures[0]
    low: int | None
    high: int | None
    if len(cause.suspects) == 1:
        subject, (low, high) = cause.suspects[0]
        repair = _span(low, high, one, subject)
        zh += f"。疑为{subject.fact.raw}有误，应为{repair}"
        en += f". Suspect: {subject.fact.raw}, which should be {repair}"
    else:
        interval = relation.solve(subject, one)
        low, high = interval if interval is not None else (None, None)
        if _one_may_lack(relation, outcome):
            zh += "。可能漏列一项"
            en += ". A line may be missing"
        elif len(cause.suspects) > 1:
            names = "、".join(dict.fromkeys(f.fact.raw for f, _ in cause.suspects))
            zh += f"。改正{names}中任一个即可一致"
            en += f". Correcting any one of {names} would repair it"
    if judged.reason == "truncation":
        zh += "。截尾（不四舍五入）时成立"
        en += ". Holds if the digits were cut off instead of rounded"
    elif judged.reason == "equals_other":
        zh += "。与另一口径的数字相同，口径可能不同"
        en += ". It equals a figure of another scope"
    figures = [f for f, _ in cause.suspects]
    figures += [f for j in cause.broken for f in j.relation.figures]
    ids = ";".join(dict.fromkeys(f.fid for f in figures))
    kind = judged.relation.kind
    exponent = book.exponent
    quote = book.quote(subject.fact)
    return (
        Finding(
            stable_id(kind, book.doc_id, ids),
            book.doc_id,
            kind,
            severity,
            _quoted(zh, quote),
            _quoted_en(en, quote),
            Decimal(subject.v).scaleb(exponent),
            _decimal(low, exponent),
            _decimal(high, exponent),
            subject.fact.unit,
            ids,
            quote,
            subject.fact.source_start,
            subject.fact.source_end,
        ),
        severity,
        subject.pos,
    )


def _one_may_lack(relation: Relation, outcome: Outcome) -> bool:
    return relation.rule in _LISTS and outcome.lhs > outcome.rhs


# Lists of lines, which may leave one out.
_LISTS = frozenset(("class_items", "fund_classes", "explained_classes", "economic_classes"))
# Which of several broken relations names the finding: the narrowest first.
_NARROW = {"sum_mismatch": 0, "change_mismatch": 1, "product_mismatch": 1, "cross_reference": 4}


def _span(low: int, high: int, one: int, like: Figure) -> str:
    if high == FAR:
        return "≥" + amount(low, one, like)
    if low == -FAR:
        return "≤" + amount(high, one, like)
    a, b = amount(low, one, like), amount(high, one, like)
    return a if a == b else f"{a}～{b}"


def _of_remark(book: Book, remark: Remark) -> Finding:
    first = remark.figures[0]
    fact = first.fact
    ids = ";".join(dict.fromkeys(f.fid for f in remark.figures))
    exponent = book.exponent
    quote = book.quote(fact)
    return Finding(
        stable_id(remark.kind, book.doc_id, ids),
        book.doc_id,
        remark.kind,
        remark.severity,
        _quoted(remark.zh, quote),
        _quoted_en(remark.en, quote),
        Decimal(first.v).scaleb(exponent),
        _decimal(remark.low, exponent),
        _decimal(remark.high, exponent),
        fact.unit,
        ids,
        quote,
        fact.source_start,
        fact.source_end,
    )


def _quoted(text: str, quote: str) -> str:
    return f"{text}。原文：“{quote}”" if quote else f"{text}。"


def _quoted_en(text: str, quote: str) -> str:
    return f"{text}. Source: “{quote}”" if quote else f"{text}."
