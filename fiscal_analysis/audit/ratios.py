"""Stated rates against the amounts they are of: shares, growth, completion, execution, carry-over, changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from fiscal_analysis.audit.figures import Book, Figure, Key, nearest
from fiscal_analysis.audit.identities import base_words, natural_totals
from fiscal_analysis.audit.relation import Linear, Ratio
from fiscal_analysis.audit.trial import Trial

__all__ = ["try_rates"]

_Finder = Callable[[Book, Figure], Figure | None]
_LEVELS = ("final", "adjusted_budget", "initial_budget", "prior_year", "target")
_COUNT_CONCEPTS = ("hightech_", "programme_recipients", "firms_", "outcome", "evaluated_projects", "staff")


def try_rates(book: Book, trial: Trial) -> None:
    """Try every stated rate and every stated change against the amounts around it."""
    counted: dict[int, list[Figure]] = {}
    for figure in book.rates:
        measure = figure.measure
        if measure == "share":
            if not _share_of_base(book, trial, figure):
                counted.setdefault(figure.sent, []).append(figure)
        elif measure in _GROWTH:
            _growth(book, trial, figure, *_GROWTH[measure])
        elif measure.startswith("completion_of_"):
            _completion(book, trial, figure)
        elif measure == "final":
            if figure.key.item is not None and figure.key.item.endswith("率"):
                _named_rate(book, trial, figure)
            elif figure.key.concept in _NAMED:
                _NAMED[figure.key.concept](book, trial, figure)
    for figure in book.by_measure.get("change_on_prior_year", ()):
        if figure.fact.unit != "ratio":
            _change(book, trial, figure, _prior(book, figure))
    for figure in book.by_measure.get("change_on_initial_budget", ()):
        if figure.fact.unit != "ratio":
            _change(book, trial, figure, nearest(book.find(figure.key, "initial_budget"), figure))
    for shares in counted.values():
        _counted_shares(book, trial, shares)


def _same(book: Book, figure: Figure, measure: str) -> Figure | None:
    """Return the statement of the same subject by another measure that goes with `figure`."""
    listed = book.stated(figure.key, measure)
    if not listed:
        return None
    found: Figure | None = listed[0]
    if len(listed) > 1:
        near = [f for f in listed if f.fact.unit != "ratio"]
        before = [f for f in near if f.sent == figure.sent and f.pos < figure.pos]
        found = before[-1] if before else nearest(near, figure)
    if found is None or found is figure or (found.fact.unit == "ratio" and measure != "target"):
        return None
    table = figure.fact.table
    if table is not None and (found.fact.table != table or found.fact.row != figure.fact.row):
        return next((f for f in listed if _same_row(f, figure) and f.fact.unit != "ratio"), None)
    if figure.key.concept == "outcome" and found.block != figure.block:
        return None
    return found


def _prior(book: Book, figure: Figure) -> Figure | None:
    concept, fund, code, scope, item, period, year = figure.key
    if year is None:
        return None
    before = Key(concept, fund, code, scope, item, period, year - 1)
    for measure in ("prior_year", "final"):
        listed = [f for f in book.find(before, measure) if f.fact.unit != "ratio"]
        if listed:
            return nearest(listed, figure)
    return None


def _severity(figure: Figure) -> str:
    return "warning" if figure.key.concept.startswith(_COUNT_CONCEPTS) else "error"


def _growth(book: Book, trial: Trial, rate: Figure, change_measure: str, prior: _Finder) -> None:
    """Try growth = change / (final - change), and growth = final / earlier - 1 where no change stands beside it."""
    rule, severity = rate.measure, _severity(rate)
    final = _same(book, rate, "final")
    if final is None:
        trial.skip(rule, (rate,), "missing")
        return
    change, earlier = _same(book, rate, change_measure), prior(book, rate)
    if change is not None and change.sent == rate.sent and change.v and rate.v and (change.v > 0) != (rate.v > 0):
        trial.remark(
            "direction_mismatch",
            "error",
            (rate, change),
            f"增减额{change.fact.raw}与增减幅{rate.fact.raw}方向相反",
            f"change {change.fact.raw} and growth {rate.fact.raw} point in opposite directions",
        )
    on_budget = rule == "growth_on_initial_budget"
    beside = change is not None and (on_budget or change.block == rate.block)
    if earlier is not None and (earlier.block == rate.block if beside and on_budget else not beside):
        trial.add(Ratio(rule, "growth_mismatch", severity, (rate, final, earlier), "growth"))
    elif not beside:
        trial.skip(rule, (rate, final), "missing")
    if change is not None and beside:
        trial.add(Ratio(rule, "growth_mismatch", severity, (rate, change, final), "change"))


def _budget(book: Book, figure: Figure) -> Figure | None:
    return _same(book, figure, "initial_budget")


_GROWTH: dict[str, tuple[str, _Finder]] = {
    "growth_on_prior_year": ("change_on_prior_year", _prior),
    "growth_on_initial_budget": ("change_on_initial_budget", _budget),
}


def _change(book: Book, trial: Trial, figure: Figure, base: Figure | None) -> None:
    """Try change = final - base."""
    final = _same(book, figure, "final")
    if final is not None and base is not None:
        trial.add(Linear(figure.measure, "change_mismatch", _severity(figure), (figure, final, base), (1, -1)))


def _named_rate(book: Book, trial: Trial, figure: Figure) -> None:
    """Try a rate named after its count: 审核通过率 = 审核通过 / the count that it is taken from, in one sentence."""
    item = (figure.key.item or "").removesuffix("率")
    part = whole = None
    for other in book.of_sentence(figure.sent):
        name = other.key.item
        if other.fact.unit != "count" or not name or not other.usable or other.key.concept != figure.key.concept:
            continue
        if name == item:
            part = other
        elif item.startswith(name):
            whole = other
    if part is not None and whole is not None and part.fact.table is None and part.fact.counted == whole.fact.counted:
        trial.add(Ratio("named_rate", "rate_mismatch", "warning", (figure, part, whole), "quotient"))


def _completion(book: Book, trial: Trial, figure: Figure) -> None:
    rule, base_measure = figure.measure, figure.measure.removeprefix("completion_of_")
    final = _same(book, figure, "final")
    base = None if final is None else _same(book, figure, base_measure)
    if final is None or base is None:
        trial.skip(rule, (figure,) if final is None else (figure, final), "missing")
    elif base_measure != "target":
        trial.add(Ratio(rule, "completion_mismatch", "error", (figure, final, base), "quotient"))
    elif final.fact.unit == base.fact.unit and figure.usable and final.usable:
        # A target is met or missed as printed: "10% or more" is completed by 8.6 / 10.
        trial.relations.append(Ratio(rule, "completion_mismatch", "warning", (figure, final, base), "quotient"))


def _execution(book: Book, trial: Trial, figure: Figure) -> None:
    """Try execution rate = executed / budget, with the budget that the text names (the adjusted one by default)."""
    key = figure.key
    budgets = ("adjusted_budget", "initial_budget")
    if "年初" in (figure.fact.base or ""):
        budgets = ("initial_budget", "adjusted_budget")
    paid = [("project_funding", key.fund), ("programme_funding", key.fund)]
    if key.item is None:
        paid = [("expenditure", key.fund), ("appropriation_expenditure", key.fund)]
        paid.append(("appropriation_expenditure", "general_public_budget"))
    for concept, fund in paid:
        other = key._replace(concept=concept, fund=fund)
        final = nearest([f for f in book.find(other, "final") if _same_row(f, figure)], figure)
        if final is None:
            continue
        for measure in budgets:
            base = nearest([f for f in book.find(other, measure) if _same_row(f, figure)], final)
            if base is not None:
                trial.add(Ratio("execution_rate", "rate_mismatch", "error", (figure, final, base), "quotient"))
                return
    if key.item is None and figure.fact.table is None:
        # A rate that names nothing is of the money that its sentence speaks of.
        named = [f for f in book.of_sentence(figure.sent) if f.pos < figure.pos and f.usable and f.key.item]
        finals = [
            f for f in named if f.measure == "final" and f.key.concept in ("project_funding", "programme_funding")
        ]
        planned = [f for f in named if f.measure in budgets and any(f.key == final.key for final in finals)]
        if len(planned) == 1:
            final = next(f for f in finals if f.key == planned[0].key)
            trial.add(Ratio("execution_rate", "rate_mismatch", "warning", (figure, final, planned[0]), "quotient"))
            return
    trial.skip("execution_rate", (figure,), "missing")


def _pass_rate(book: Book, trial: Trial, figure: Figure) -> None:
    """Try pass rate = passed / reviewed (or / applied, where the sentence counts no reviews) in prose."""
    if figure.fact.table is not None:
        return
    counts = [f for f in book.of_sentence(figure.sent) if f.fact.unit == "count" and f.usable and f.measure == "final"]
    passed = [f for f in counts if f.key.concept == "hightech_passed" and f.key.item == figure.key.item]
    if len(passed) != 1:
        return
    wholes = [
        f
        for concept in ("hightech_reviewed", "hightech_applications")
        for f in counts
        if f.key.concept == concept and f.fact.counted == passed[0].fact.counted and f.v >= passed[0].v
    ]
    tries = [Ratio("named_rate", "rate_mismatch", "warning", (figure, passed[0], f), "quotient") for f in wholes]
    if tries:
        trial.add(next((r for r in tries if r.judge(book.one).state == "holds"), tries[0]))


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
    trial.add(next((r for r in tries if r.judge(book.one).state == "holds"), tries[0]))


def _deviation(book: Book, trial: Trial, figure: Figure) -> None:
    """Try 预决算差异率 = (final - initial) / initial where both totals are printed; its base is a matter of habit."""
    for concept, fund in (("expenditure", None), ("appropriation_expenditure", "general_public_budget")):
        key = figure.key._replace(concept=concept, fund=fund)
        final = nearest(book.find(key, "final"), figure)
        base = nearest(book.find(key, "initial_budget"), figure)
        if final is not None and base is not None:
            trial.add(Ratio("budget_deviation_rate", "base_unstated", "note", (figure, final, base), "growth"))
            return
    trial.skip("budget_deviation_rate", (figure,), "unstated_base")


_NAMED: dict[str, Callable[[Book, Trial, Figure], None]] = {
    "execution_rate": _execution,
    "carryover_rate": _carryover,
    "budget_deviation_rate": _deviation,
    "hightech_passed": _pass_rate,
}


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
    trial.add(Ratio("share", "share_mismatch", "error", (share, part, total), "quotient"))
    return True


def _give_up(trial: Trial, share: Figure, part: Figure) -> bool:
    trial.skip("share", (share, part), "no_total")
    return True


def _part_of(book: Book, share: Figure) -> Figure | None:
    """Return the amount that a share is of: the last one before it of the same subject."""
    best: Figure | None = None
    finals: list[Figure] = []
    for figure in book.at.get(share.key, ()):
        if figure.measure not in _LEVELS or figure.fact.unit == "ratio":
            continue
        if figure.sent == share.sent and figure.pos < share.pos:
            best = figure
        if figure.measure == "final" and figure.block == share.block:
            finals.append(figure)
    return nearest(finals, share) if best is None else best


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
    counts = [
        f for f in book.of_sentence(shares[0].sent) if f.fact.unit == "count" and f.usable and f.measure == "final"
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
