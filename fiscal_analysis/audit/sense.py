"""What the figures say together, beyond sums and rates: money per recipient, stock and additions, targets, units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from fiscal_analysis.audit.figures import Book, Figure, Key, nearest
from fiscal_analysis.audit.relation import Average, Bound, GrowthCap, Linear, Product
from fiscal_analysis.audit.trial import Trial

__all__ = ["try_sense"]

_ALL_MET = re.compile(
    r"(?:总体|整体|全部|均|圆满|全面)(?:已|按期|顺利|已经){0,2}(?:实现|完成|达到|达成)了?"
    r"[^。；;,，、\n]{0,8}(?:目标|任务|指标)(?!情况|完成|实现)"
)
_NOT_MET = re.compile(r"未(?:能)?(?:完成|达到|达成|实现)(?!原因)")
_PROGRAMME_MONEY = ("project_funding", "programme_funding")
# Counts beside money: none of the things, yet money for them.
_COUNTED_MONEY = (
    ("three_public_vehicle_purchase", "vehicles_purchased"),
    ("three_public_reception", "reception_persons"),
)
# Printed averages: words of the item, what is divided, by what.
_AVERAGES = (
    ("车均运行", "three_public_vehicle_operation", "vehicles_held"),
    ("车均购置", "three_public_vehicle_purchase", "vehicles_purchased"),
    ("人均因公出国", "three_public_overseas", "overseas_persons"),
    ("人均接待", "three_public_reception", "reception_persons"),
)


def try_sense(book: Book, trial: Trial) -> None:
    """Try the relations of meaning, and remark on what is wrong with a single figure."""
    _malformed(book, trial)
    _rates_of_recipients(book, trial)
    _rates_of_passage(book, trial)
    _stock_growth(book, trial)
    _averages(book, trial)
    _counts_beside_money(book, trial)
    _targets(book, trial)
    _unit_slips(book, trial)
    _establishment(book, trial)
    _all_projects(book, trial)


def _malformed(book: Book, trial: Trial) -> None:
    for figure in book.unusable:
        if figure.fact.flag == "malformed":
            raw = figure.fact.raw
            trial.remark(
                "malformed_number", "error", (figure,), f"数字“{raw}”的千分位逗号有误", f"misplaced comma in {raw}"
            )


def _tail(item: str | None) -> str:
    return (item or "").rpartition("/")[2].strip()


def _head(item: str | None) -> str:
    return (item or "").partition("/")[0].strip()


def _rates_of_recipients(book: Book, trial: Trial) -> None:
    """Try programme money = sum of recipients times the fixed rate, as in 55 x 20 + 64 x 10 = 1740."""
    rates: dict[str, dict[str, Figure]] = {}
    for figure in book.by_concept.get("programme_rate", ()):
        if figure.usable and figure.key.item and figure.fact.unit == "CNY":
            rates.setdefault(_head(figure.key.item), {}).setdefault(_tail(figure.key.item), figure)
    for head, kinds in rates.items():
        if not any("/" in (f.key.item or "") for f in kinds.values()):
            continue
        counts: dict[str, Figure] = {}
        for figure in book.by_concept.get("programme_recipients", ()):
            if (
                figure.usable
                and figure.measure == "final"
                and _head(figure.key.item) == head
                and "/" in (figure.key.item or "")
            ):
                counts.setdefault(_tail(figure.key.item), figure)
        if set(counts) != set(kinds):
            continue
        first = next(iter(counts.values()))
        # Every kind has its rate: the kinds are all there are.
        everyone = [f for f in book.find(first.key._replace(item=head), "final") if f.sent == first.sent]
        if everyone and len(counts) > 1 and everyone[0].fact.counted == first.fact.counted:
            whole = (everyone[0], *counts.values())
            trial.relations.append(Linear("recipients_by_kind", "sum_mismatch", "warning", whole))
        money = [
            f
            for concept in _PROGRAMME_MONEY
            for f in book.find(first.key._replace(concept=concept, item=head), "final")
            if f.v
        ]
        # The amount is stated time and again; a part of it that lost its name is not.
        usual = Counter(f.v for f in money).most_common(1)
        total = nearest([f for f in money if f.v == usual[0][0]], first) if usual else None
        if total is None:
            trial.skip("recipients_times_rate", tuple(counts.values()), "missing")
            continue
        pairs = [f for kind, count in counts.items() for f in (count, kinds[kind])]
        trial.relations.append(Product("recipients_times_rate", "product_mismatch", "error", (total, *pairs)))


def _rates_of_passage(book: Book, trial: Trial) -> None:
    """Try the same where a passage names kinds but no programme: rates, recipients and one amount in one paragraph."""
    passages: dict[int, dict[str, Figure]] = {}
    for rate in book.by_concept.get("programme_rate", ()):
        if rate.usable and rate.key.item and "/" not in rate.key.item and rate.fact.unit == "CNY":
            passages.setdefault(rate.block, {}).setdefault(rate.key.item, rate)
    for block, kinds in passages.items():
        figures = [f for f in book.of_block(block) if f.usable and f.measure == "final" and f.fact.table is None]
        pairs: list[Figure] = []
        for kind, rate in kinds.items():
            named = [f for f in figures if f.key.concept == "programme_recipients" and kind in (f.key.item or "")]
            if len(named) == 1:
                pairs += (named[0], rate)
        totals = [f for f in figures if f.key.concept in _PROGRAMME_MONEY and f.fact.unit == "CNY"]
        if len(kinds) > 1 and len(pairs) == 2 * len(kinds) and len({f.v for f in totals}) == 1:
            trial.add(Product("recipients_times_rate", "product_mismatch", "warning", (totals[0], *pairs)))


def _stock_growth(book: Book, trial: Trial) -> None:
    for stock_of, added_of in (("firms_stock", "firms_added"), ("hightech_stock", "hightech_certified")):
        for stock in book.by_concept.get(stock_of, ()):
            if stock.measure != "final" or not stock.usable or stock.fact.unit != "count":
                continue
            growth = nearest([g for g in book.find(stock.key, "growth_on_prior_year") if g.sent == stock.sent], stock)
            added = nearest(
                [
                    a
                    for a in book.find(stock.key._replace(concept=added_of), "final")
                    if a.sent == stock.sent and a.fact.unit == "count"
                ],
                stock,
            )
            if growth is not None and added is not None and added.v < stock.v:
                trial.relations.append(GrowthCap("stock_growth", "growth_mismatch", "warning", (growth, added, stock)))


def _averages(book: Book, trial: Trial) -> None:
    for figure in book.by_concept.get("outcome", ()):
        item = figure.key.item
        if item is None or figure.fact.unit != "CNY" or not ("车均" in item or "人均" in item) or not figure.usable:
            continue
        for words, money_of, count_of in _AVERAGES:
            if words not in item:
                continue
            blank = figure.key._replace(item=None)
            money = nearest(
                [
                    f
                    for fund in (None, "general_public_budget")
                    for f in book.find(blank._replace(concept=money_of, fund=fund), "final")
                ],
                figure,
            )
            count = nearest(book.find(blank._replace(concept=count_of), "final"), figure)
            if money is not None and count is not None and count.v:
                trial.relations.append(Average("average", "rate_mismatch", "error", (figure, money, count), "quotient"))


def _counts_beside_money(book: Book, trial: Trial) -> None:
    for money_of, count_of in _COUNTED_MONEY:
        for count in book.by_concept.get(count_of, ()):
            if count.v or not count.usable or count.measure != "final":
                continue
            money = nearest(
                [
                    f
                    for f in book.by_concept.get(money_of, ())
                    if f.measure == "final" and f.key.item is None and f.key.year == count.key.year
                ],
                count,
            )
            if money is not None and money.v > money.h and money.usable:
                trial.remark(
                    "count_against_money",
                    "warning",
                    (count, money),
                    f"支出{money.fact.raw}，而对应数量为{count.fact.raw}",
                    f"{money.fact.raw} spent on {count.fact.raw}",
                )


def _targets(book: Book, trial: Trial) -> None:
    """Set targets beside what was reached, and both beside the words."""

    @cache
    def all_met() -> re.Match[str] | None:
        return _ALL_MET.search(book.text)

    of_key: dict[Key, list[Figure]] = {}
    for target in book.by_measure.get("target", ()):
        if target.key.concept not in ("execution_rate", "evaluation_score"):
            of_key.setdefault(target.key, []).append(target)
    for key, targets in of_key.items():
        actuals = book.find(key, "final")
        if not actuals and key.concept.startswith("hightech_") and key.item is not None:
            actuals = [f for f in book.find(key._replace(item=None), "final") if f.fact.table is None or f.fact.item]
        for target in targets:
            alike = [f for f in actuals if f.fact.unit == target.fact.unit]
            if not alike or target.fact.comparator not in (None, ">=", ">"):
                continue
            best = max(alike, key=lambda f: f.v)
            if best.v + best.h < target.v - target.h:
                _missed(book, trial, target, best, all_met)
            elif best.v - best.h >= target.v and _NOT_MET.search(_sentence(book, best)):
                trial.remark(
                    "target_met",
                    "warning",
                    (best, target),
                    f"实际{best.fact.raw}已达目标{target.fact.raw}，文字却称未完成",
                    f"actual {best.fact.raw} meets the target {target.fact.raw}, yet the text says it was missed",
                )


def _sentence(book: Book, figure: Figure) -> str:
    return book.quote(figure.fact)


def _missed(
    book: Book, trial: Trial, target: Figure, best: Figure, all_met: Callable[[], re.Match[str] | None]
) -> None:
    # A target of a form (年度总体目标) is what the conclusion speaks of; a target in prose may be of several years.
    if target.fact.table is not None or any(t.start <= target.pos < t.end for t in book.tables):
        claimed = all_met()
        if claimed is not None:
            trial.remark(
                "target_missed",
                "warning",
                (target, best),
                f"目标{target.fact.raw}，实际最多{best.fact.raw}，文中却称“{claimed[0].strip()}”",
                f"target {target.fact.raw}, at most {best.fact.raw} reached, yet the text says all are met",
            )
    elif best.sent == target.sent and re.search("超额|圆满|超过了|超出了", _sentence(book, best)):
        trial.remark(
            "target_missed",
            "warning",
            (target, best),
            f"目标{target.fact.raw}，实际{best.fact.raw}，文字却称超额或圆满完成",
            f"target {target.fact.raw}, actual {best.fact.raw}, yet the text says it was exceeded",
        )


def _unit_slips(book: Book, trial: Trial) -> None:
    """Remark on money printed in 元 that has the digits of the same item's money in 万元."""
    groups: dict[tuple[str, int | None], list[Figure]] = {}
    for concept in _PROGRAMME_MONEY:
        for figure in book.by_concept.get(concept, ()):
            if figure.usable and figure.v and figure.fact.unit == "CNY" and figure.key.item:
                groups.setdefault((_head(figure.key.item), figure.key.year), []).append(figure)
    for figures in groups.values():
        if len(figures) < 2:
            continue
        for figure in figures:
            factors = [other for other in figures if other.v == figure.v * 10**4 or other.v == figure.v * 10**8]
            if factors and not any(o.v == figure.v for o in figures if o is not figure):
                other = factors[0]
                trial.remark(
                    "unit_slip",
                    "error",
                    (figure, other),
                    f"{figure.fact.raw}应与{other.fact.raw}同单位",
                    f"{figure.fact.raw} must be in the unit of {other.fact.raw}",
                    other.v - other.h,
                    other.v + other.h,
                )


def _establishment(book: Book, trial: Trial) -> None:
    """More staff than posts 编制: legal only in passing, worth a note."""
    staff = [f for f in book.by_concept.get("staff", ()) if f.usable and f.key.item]
    posts = {f.key.item: f for f in staff if f.key.item and f.key.item.endswith("编制")}
    for figure in staff:
        item = figure.key.item or ""
        post = next(
            (p for name, p in posts.items() if name and item != name and item.startswith(name) and "实" in item), None
        )
        if post is not None and post.sent == figure.sent and figure.v > post.v:
            trial.remark(
                "over_establishment",
                "note",
                (figure, post),
                f"实有{figure.fact.raw}多于编制{post.fact.raw}",
                f"{figure.fact.raw} in post, {post.fact.raw} posts",
            )


def _all_projects(book: Book, trial: Trial) -> None:
    """Two counts that are each said to be 100 % of the projects, and the money of all projects."""
    wholes: list[Figure] = []
    for share in book.rates:
        if share.measure == "share" and share.v == book.one and "项目" in (share.fact.base or "") and share.usable:
            parts = [f for f in book.find(share.key, "final") if f.fact.unit == "count" and f.sent == share.sent]
            part = nearest(parts, share)
            if part is not None:
                wholes.append(part)
    for first, second in pairwise(wholes):
        if first.key.year == second.key.year and first.fact.counted == second.fact.counted:
            trial.relations.append(Linear("all_projects", "cross_reference", "warning", (second, first)))
    covered = {f.sent for f in wholes}
    for figure in book.by_concept.get("evaluated_amount", ()):
        if figure.measure != "final" or not figure.usable or figure.key.year is None:
            continue
        wanted = Key("expenditure_project", None, None, None, None, None, figure.key.year)
        totals = book.find(wanted, "final")
        if not totals:
            continue
        if figure.sent in covered:
            if not any(abs(f.v - figure.v) <= f.h + figure.h for f in totals):
                trial.relations.append(Linear("evaluated_amount", "cross_reference", "warning", (figure, totals[0])))
            return
        if all(figure.v - figure.h > f.v + f.h for f in totals):
            trial.relations.append(Bound("evaluated_amount", "part_exceeds_whole", "note", (totals[0], figure)))
            return
