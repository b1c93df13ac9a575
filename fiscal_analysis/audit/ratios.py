"""Stated rates against the amounts they are of: shares, growth, completion, execution, carry-over, changes."""

from __future__ import annotations

from functools import cache

from fiscal_analysis.audit.figures import Book, Figure, Key, nearest
from fiscal_analysis.audit.identities import base_words, natural_totals
from fiscal_analysis.audit.relation import Linear, Ratio
from fiscal_analysis.audit.trial import Remark, Trial

__all__ = ["try_rates"]

_LEVELS = ("final", "adjusted_budget", "initial_budget", "prior_year", "target")
_COUNT_CONCEPTS = ("hightech_", "programme_recipients", "firms_", "outcome", "evaluated_projects", "staff")


def try_rates(book: Book, trial: Trial) -> None:
    """Try every stated rate and every stated change against the amounts around it."""
    shares: dict[int, list[Figure]] = {}
    for figure in book.figures:
        measure = figure.measure
        ratio = figure.fact.unit == "ratio"
        if measure == "share" and ratio:
            if not _share_of_base(book, trial, figure):
                shares.setdefault(figure.sent, []).append(figure)
        elif measure == "growth_on_prior_year" and ratio:
            _growth_on_prior_year(book, trial, figure)
        elif measure == "change_on_prior_year" and not ratio:
            _change(book, trial, figure, _prior(book, figure), "change_on_prior_year")
        elif measure == "growth_on_initial_budget" and ratio:
            _growth_on_budget(book, trial, figure)
        elif measure == "change_on_initial_budget" and not ratio:
            budgets = book.find(figure.key, "initial_budget")
            _change(book, trial, figure, nearest(budgets, figure), "change_on_initial_budget")
        elif measure.startswith("completion_of_") and ratio:
            _completion(book, trial, figure, measure)
        elif measure == "final" and ratio:
            concept = figure.key.concept
            if concept == "execution_rate":
                _execution(book, trial, figure)
            elif concept == "carryover_rate":
                _carryover(book, trial, figure)
            elif concept == "budget_deviation_rate":
                _deviation(book, trial, figure)
            elif figure.key.item is not None and figure.key.item.endswith("率"):
                _named_rate(book, trial, figure)
    for sentence in shares.values():
        _counted_shares(book, trial, sentence)


def _same(book: Book, figure: Figure, measure: str) -> Figure | None:
    """Return the statement of the same subject by another measure that goes with `figure`."""
    group = book.at.get(figure.key)
    listed = None if group is None else group.get(measure)
    if not listed:
        return None
    if len(listed) == 1:
        found: Figure | None = listed[0]
    else:
        near = [f for f in listed if f.fact.unit != "ratio"]
        before = [f for f in near if f.sent == figure.sent and f.pos < figure.pos]
        found = before[-1] if before else nearest(near, figure)
    if found is None or found is figure or (found.fact.unit == "ratio" and measure != "target"):
        return None
    table = figure.fact.table
    if table is not None and (found.fact.table != table or found.fact.row != figure.fact.row):
        row = [f for f in listed if f.fact.table == table and f.fact.row == figure.fact.row and f.fact.unit != "ratio"]
        return row[0] if row else None
    if figure.key.concept == "outcome" and found.block != figure.block:
        return None
    return found


def _prior(book: Book, figure: Figure) -> Figure | None:
    key = figure.key
    if key.year is None:
        return None
    before = key._replace(year=key.year - 1)
    for measure in ("prior_year", "final"):
        listed = [f for f in book.find(before, measure) if f.fact.unit != "ratio"]
        if listed:
            return nearest(listed, figure)
    return None


def _ratio(trial: Trial, rule: str, kind: str, figures: tuple[Figure, ...], form: str, severity: str = "error") -> None:
    for figure in figures:
        if not figure.usable:
            trial.skip(rule, figures, "qualified")
            return
    trial.relations.append(Ratio(rule, kind, severity, figures, form))


def _severity(figure: Figure) -> str:
    return "warning" if figure.key.concept.startswith(_COUNT_CONCEPTS) else "error"


def _growth_on_prior_year(book: Book, trial: Trial, figure: Figure) -> None:
    final = _same(book, figure, "final")
    if final is None:
        trial.skip("growth_on_prior_year", (figure,), "missing")
        return
    change = _same(book, figure, "change_on_prior_year")
    _directions(trial, figure, change)
    prior = _prior(book, figure)
    if change is not None and change.block == figure.block:
        _ratio(trial, "growth_on_prior_year", "growth_mismatch", (figure, change, final), "change", _severity(figure))
    elif prior is not None:
        _ratio(trial, "growth_on_prior_year", "growth_mismatch", (figure, final, prior), "growth", _severity(figure))
    else:
        trial.skip("growth_on_prior_year", (figure, final), "missing")


def _directions(trial: Trial, growth: Figure, change: Figure | None) -> None:
    """Remark where a change and its growth rate point in opposite directions."""
    if change is None or change.sent != growth.sent or not change.v or not growth.v or (change.v > 0) == (growth.v > 0):
        return
    trial.remarks.append(
        Remark(
            "direction_mismatch",
            "error",
            (growth, change),
            f"增减额{change.fact.raw}与增减幅{growth.fact.raw}方向相反",
            f"change {change.fact.raw} and growth {growth.fact.raw} point in opposite directions",
        )
    )


def _growth_on_budget(book: Book, trial: Trial, figure: Figure) -> None:
    rule = "growth_on_initial_budget"
    final = _same(book, figure, "final")
    if final is None:
        trial.skip(rule, (figure,), "missing")
        return
    budget = _same(book, figure, "initial_budget")
    change = _same(book, figure, "change_on_initial_budget")
    _directions(trial, figure, change)
    tried = False
    if budget is not None and (change is None or budget.block == figure.block):
        _ratio(trial, rule, "growth_mismatch", (figure, final, budget), "growth", _severity(figure))
        tried = True
    if change is not None:
        _ratio(trial, rule, "growth_mismatch", (figure, change, final), "change", _severity(figure))
        tried = True
    if not tried:
        trial.skip(rule, (figure, final), "missing")


def _change(book: Book, trial: Trial, figure: Figure, base: Figure | None, rule: str) -> None:
    """Try change = final - base."""
    final = _same(book, figure, "final")
    if final is None or base is None:
        return
    figures = (figure, final, base)
    if all(f.usable for f in figures):
        trial.relations.append(Linear(rule, "change_mismatch", _severity(figure), figures, (1, -1)))
    else:
        trial.skip(rule, figures, "qualified")


def _named_rate(book: Book, trial: Trial, figure: Figure) -> None:
    """Try a rate named after its count: 审核通过率 = 审核通过 / the count that it is taken from, in one sentence."""
    item = (figure.key.item or "").removesuffix("率")
    part = whole = None
    for other in book.by_concept.get(figure.key.concept, ()):
        name = other.key.item
        if other.sent != figure.sent or other.fact.unit != "count" or not name or not other.usable:
            continue
        if name == item:
            part = other
        elif item.startswith(name):
            whole = other
    if part is not None and whole is not None and part.fact.table is None and part.fact.counted == whole.fact.counted:
        _ratio(trial, "named_rate", "rate_mismatch", (figure, part, whole), "quotient", "warning")


def _completion(book: Book, trial: Trial, figure: Figure, measure: str) -> None:
    final = _same(book, figure, "final")
    base_measure = measure.removeprefix("completion_of_")
    if final is None:
        trial.skip(measure, (figure,), "missing")
        return
    base = _same(book, figure, base_measure)
    if base is None:
        trial.skip(measure, (figure, final), "missing")
    elif base_measure == "target":
        # A target is met or missed as printed: "10% or more" is completed by 8.6 / 10.
        if final.fact.unit == base.fact.unit and figure.usable and final.usable:
            trial.relations.append(Ratio(measure, "completion_mismatch", "warning", (figure, final, base), "quotient"))
    else:
        _ratio(trial, measure, "completion_mismatch", (figure, final, base), "quotient")


def _execution(book: Book, trial: Trial, figure: Figure) -> None:
    """Try execution rate = executed / budget, with the budget that the text names (the adjusted one by default)."""
    key = figure.key
    words = figure.fact.base or ""
    budgets = ("initial_budget", "adjusted_budget") if "年初" in words else ("adjusted_budget", "initial_budget")
    concepts = (
        ("expenditure", "appropriation_expenditure") if key.item is None else ("project_funding", "programme_funding")
    )
    for concept in concepts:
        for fund in (key.fund, "general_public_budget") if concept == "appropriation_expenditure" else (key.fund,):
            other = key._replace(concept=concept, fund=fund)
            finals = [f for f in book.find(other, "final") if _same_row(f, figure)]
            final = nearest(finals, figure)
            if final is None:
                continue
            for measure in budgets:
                base = nearest([f for f in book.find(other, measure) if _same_row(f, figure)], final)
                if base is not None:
                    _ratio(trial, "execution_rate", "rate_mismatch", (figure, final, base), "quotient")
                    return
    trial.skip("execution_rate", (figure,), "missing")


def _same_row(other: Figure, figure: Figure) -> bool:
    table = figure.fact.table
    return other.fact.table == table and (table is None or other.fact.row == figure.fact.row)


def _carryover(book: Book, trial: Trial, figure: Figure) -> None:
    key = figure.key
    carried = nearest(book.find(key._replace(concept="carryover_closing"), "final"), figure)
    bases = [
        base
        for concept, measure in (("expenditure", "adjusted_budget"), ("grand_total", "final"))
        if (base := nearest(book.find(key._replace(concept=concept), measure), figure)) is not None
    ]
    if carried is None or not bases:
        trial.skip("carryover_rate", (figure,), "missing")
        return
    tries = [Ratio("carryover_rate", "rate_mismatch", "error", (figure, carried, base), "quotient") for base in bases]
    if not figure.usable:
        trial.skip("carryover_rate", tries[0].figures, "qualified")
        return
    trial.relations.append(next((r for r in tries if r.judge(book.one).state == "holds"), tries[0]))


def _deviation(book: Book, trial: Trial, figure: Figure) -> None:
    """Try 预决算差异率 = (final - initial) / initial where both totals are printed; its base is a matter of habit."""
    for concept, fund in (("expenditure", None), ("appropriation_expenditure", "general_public_budget")):
        key = figure.key._replace(concept=concept, fund=fund)
        final = nearest(book.find(key, "final"), figure)
        base = nearest(book.find(key, "initial_budget"), figure)
        if final is not None and base is not None:
            _ratio(trial, "budget_deviation_rate", "base_unstated", (figure, final, base), "growth", "note")
            return
    trial.skip("budget_deviation_rate", (figure,), "unstated_base")


# -- shares ------------------------------------------------------------------------------------------------------


@cache
def _total_of(base: str) -> str | None:
    """Return the concept that the printed base of a share means; None where the words name none."""
    for words, concept in base_words():
        if words in base:
            return concept
    return None


@cache
def _natural_total(concept: str) -> str | None:
    for start, total in natural_totals():
        if concept.startswith(start):
            return total
    return None


def _share_of_base(book: Book, trial: Trial, share: Figure) -> bool:
    """Try a share against the total that its base names; False where the sentence has to tell (counts)."""
    part = _part_of(book, share)
    base = share.fact.base
    concept = _total_of(base) if base else None
    if part is None:
        trial.skip("share", (share,), "missing")
        return True
    if concept is None:
        if part.fact.unit == "count":
            return False
        if base is None:
            concept = _natural_total(share.key.concept)
    if concept is None:
        return part.fact.unit != "CNY" or _give_up(trial, share, part)
    total = _stated_total(book, part, concept)
    if total is None or total.fact.unit != part.fact.unit:
        return _give_up(trial, share, part)
    _ratio(trial, "share", "share_mismatch", (share, part, total), "quotient")
    return True


def _give_up(trial: Trial, share: Figure, part: Figure) -> bool:
    trial.skip("share", (share, part), "no_total")
    return True


def _part_of(book: Book, share: Figure) -> Figure | None:
    """Return the amount that a share is of: the last one before it of the same subject."""
    group = book.at[share.key]
    best: Figure | None = None
    for measure in _LEVELS:
        for figure in group.get(measure, ()):
            if figure.fact.unit == "ratio":
                continue
            if figure.sent == share.sent and figure.pos < share.pos and (best is None or figure.pos > best.pos):
                best = figure
    if best is None:
        listed = [f for f in group.get("final", ()) if f.fact.unit != "ratio" and f.block == share.block]
        best = nearest(listed, share)
    return best


def _stated_total(book: Book, part: Figure, concept: str) -> Figure | None:
    key = part.key
    listed: list[Figure] = []
    for fund in (key.fund, None) if key.fund is not None else (None, "general_public_budget"):
        if fund == "general_public_budget" and concept != "appropriation_expenditure":
            continue
        listed += book.find(Key(concept, fund, None, None, None, key.period, key.year), part.measure)
    listed = [f for f in listed if f is not part]
    before = [f for f in listed if f.pos < part.pos and f.sent == part.sent]
    if before:
        return before[-1]
    return nearest(listed, part)


def _counted_shares(book: Book, trial: Trial, shares: list[Figure]) -> None:
    """Try shares of counts against a total of the same sentence.

    The sentence seldom names the base. Every count before the share, of the same counter and not smaller, may be it;
    where none fits, the total that another share of the sentence fits is taken, or the only one of the same concept.
    """
    sent = shares[0].sent
    counts = [
        f for f in book.figures if f.sent == sent and f.fact.unit == "count" and f.usable and f.measure == "final"
    ]
    fitting: Figure | None = None
    open_shares: list[tuple[Figure, Figure, list[Figure]]] = []
    for share in shares:
        part = _part_of(book, share)
        if part is None or not (share.usable and part.usable):
            trial.skip("share", (share,), "missing" if part is None else "qualified")
            continue
        totals = [
            f
            for f in counts
            if f is not part and f.pos < share.pos and f.v >= part.v and f.fact.counted == part.fact.counted
        ]
        tries = [Ratio("share", "share_mismatch", "warning", (share, part, total), "quotient") for total in totals]
        fit = next((r for r in reversed(tries) if r.judge(book.one).state == "holds"), None)
        if fit is not None:
            fitting = fit.figures[2]
            trial.relations.append(fit)
        else:
            open_shares.append((share, part, totals))
    for share, part, totals in open_shares:
        plain = [f for f in totals if f.key.item is None and f.key.concept == part.key.concept]
        total = fitting if fitting in totals else plain[0] if len(plain) == 1 else None
        if total is None:
            trial.skip("share", (share, part), "unstated_base")
        else:
            trial.relations.append(Ratio("share", "share_mismatch", "warning", (share, part, total), "quotient"))
