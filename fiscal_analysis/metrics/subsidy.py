"""What a high-tech firm (高新技术企业) costs the public purse: per firm reviewed or rewarded, per project funded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from fiscal_analysis.metrics import _hightech as words
from fiscal_analysis.metrics._inputs import (
    Body,
    Source,
    Stated,
    bodies_of,
    fact_ids,
    facts_of,
    money_text,
    printed_count,
    printed_money,
    statements,
)
from fiscal_analysis.metrics._messages import WHAT, Text, refusal
from fiscal_analysis.metrics._naming import MONEY, one_sentence
from fiscal_analysis.metrics._observations import (
    SCHEMA,
    amount_columns,
    blank_row,
    choice_notes,
    count_columns,
    distinct,
    figures_text,
    kinds_note,
    rate_columns,
    unit_cost,
)
from fiscal_analysis.metrics._programmes import MEASURES, Programme, find_programmes
from fiscal_analysis.metrics.intervals import as_float

__all__ = ["subsidy_costs"]

_REVIEWED = {
    "applications": "hightech_applications",
    "reviewed": "hightech_reviewed",
    "certified": "hightech_certified",
}
_PAID = ("programme_recipients", "programme_rate")
_COUNTS = (*_REVIEWED.values(), "hightech_stock", "hightech_passed")


def subsidy_costs(corpus: Source, documents: Source | None = None) -> pl.DataFrame:
    """Return the cost per unit of the programmes for high-tech firms, one row per observation.

    A unit cost is the money of a programme divided by what it was spent on, in one document and fiscal year. Three
    kinds of money are told apart by what the programme's name and sentence say, and never mixed or averaged:

    ``review_service``
        A project that organises the certification (认定, 评审): money ÷ applications, ÷ reviewed, ÷ firms certified in
        the year, for the first time or again. What it buys is the review of all applications, so the three are three
        views of one cost; `note` says where the document lists other services that it pays as well.
    ``reward``
        Money for certified firms (奖励, 奖补, 兑现): money ÷ rewarded firms; and by kind of certification (first,
        repeated) the money of that kind, or the fixed rate × recipients where only the rate is printed.
    ``guidance_fund``
        A fund or a policy package (引导资金, 专项资金): money that reached projects ÷ supported projects or firms, for
        the programme and, in an evaluation of that one programme, for each of its parts.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `facts` and `documents` are used) or the facts table alone.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table: gives counties and titles, and makes documents without
        any fact appear.

    Returns
    -------
    polars.DataFrame
        Every document has at least one row. Money is in yuan (CNY, current prices), `unit_cost_*` in yuan per unit.

        - ``doc_id, division_code, county, issuer, fiscal_year``: whose figures; ``period`` where they are of a part of
          the year
        - ``kind``: as above; null where the document has no such programme
        - ``programme``: as printed; ``part_of``: the programme that an evaluated part belongs to
        - ``denominator``: ``applications``, ``reviewed``, ``certified``, ``recipients`` (firms) or ``projects``;
          ``counted``: the counter as printed (``家`` firms, ``家次`` cases)
        - ``kind_of_certification``: ``first`` (首次认定), ``repeated`` (重新认定), null for all
        - ``amount_yuan``, ``amount_measure``: the money and which statement it is: ``final``, ``actual``,
          ``adjusted_budget``, or ``rate_times_recipients``
        - ``count``: what it is divided by
        - ``unit_cost_yuan``, ``unit_cost_low``, ``unit_cost_high``: the quotient, and the interval that the printed
          digits and qualifiers allow; null where an end is open (``500余家`` leaves the lower end open)
        - ``rate_yuan``, ``cap_yuan``: money per recipient fixed by the policy, and its upper limit (不超过)
        - ``formula``: with the printed numbers, ``108.33万元 ÷ 1083家``; a fixed rate stands for itself, ``20万元/家``
        - ``amount_quote``, ``count_quote``, ``fact_ids``: the sentences and facts that it rests on
        - ``status``: ``computed`` or ``not_computed``, then ``reason_code``, ``reason``, ``reason_zh`` say why not
        - ``note``, ``note_zh``: which rule chose among several figures, and what else is stated

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have.

    Notes
    -----
    Formula: unit cost = amount ÷ count, with [low, high] = [amount low ÷ count high, amount high ÷ count low].

    Rules where a document states more than one figure: an outturn (final) goes before an allocation (adjusted
    budget); an initial budget alone computes nothing. Money is the amount in the sentence that counts the
    recipients, if there is one, and money that reached them (支持金额, 奖励) before a grand total, which contains the
    running cost. Different counts of one thing (1260家次 accepted, 1189家 after removing repeats) are each an
    observation. Counts of batches and of subsets, and targets, are never used for the money of the whole; fewer
    applications or reviews than certificates can only be of a part, and `note` says so. A figure whose item names no
    programme (支持金额, 拟支持项目) is of what its sentence counts, or of the programme that the document evaluates.

    Not comparable: kinds with each other; a cost per case (家次) with one per firm (家); a cost per project (个) with
    one per firm; rewards paid in a year with certificates won in that year (rewards follow a year later as a rule);
    the money of a district with programmes at the prefecture's or the province's cost, which stand in other
    budgets. Provincial or municipal grades and 科技型中小企业 are other certificates: excluded, and money that pays
    both without a split computes nothing.

    References
    ----------
    科技部、财政部、国家税务总局：《高新技术企业认定管理办法》，国科发火〔2016〕32号: what a high-tech firm is; a
    certificate holds for three years (article 9), hence the repeated certification.
    IMF (2014): Government Finance Statistics Manual 2014, chapter 6: rewards and fund money are payments to
    enterprises (subsidies, or capital transfers where they pay for assets), a review service is the government's
    own use of goods and services.

    Examples
    --------
    >>> costs = subsidy_costs(fa.load("data/processed"))                     # doctest: +SKIP
    >>> costs.filter(pl.col("status") == "computed").group_by("kind").len()  # doctest: +SKIP
    """
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    wanted = facts.filter(pl.col("concept").is_in([*MONEY, *_PAID, *_COUNTS]) & pl.col("unit").is_in(["CNY", "count"]))
    by_document: dict[str, list[Stated]] = {doc_id: [] for doc_id in bodies}
    for fact in statements(wanted):
        by_document[fact.doc_id].append(fact)
    rows: list[dict[str, Any]] = []
    for doc_id, stated in by_document.items():
        rows += _document_rows(bodies[doc_id], stated)
    return pl.DataFrame(rows, schema=SCHEMA)


def _document_rows(body: Body, stated: Sequence[Stated]) -> list[dict[str, Any]]:
    """Return the observations of one document, or the one row that says why there are none."""
    rows: list[dict[str, Any]] = []
    money_years = {f.fiscal_year for f in stated if f.concept in MONEY}

    def paid(year: int | None) -> int | None:
        # A reward is paid for certificates of the year before: its recipients may carry that year.
        return next(iter(money_years)) if len(money_years) == 1 else year

    for year in sorted({f.fiscal_year for f in stated}, key=lambda y: (y is None, y)):
        of_year = [f for f in stated if (paid(f.fiscal_year) if f.concept in _PAID else f.fiscal_year) == year]
        programmes, orphans = find_programmes(body, of_year)
        named = [words.norm(p.name) for p in programmes]
        for programme in programmes:
            if programme.kind == "review_service":
                found = _review_rows(programme, of_year, named)
            else:
                found = _recipient_rows(programme)
            rows += [blank_row(body, year) | row for row in found]
        if orphans:
            reason = refusal("no_recipient_money", what=figures_text(orphans))
            rows.append(blank_row(body, year) | {"denominator": "recipients"} | count_columns(orphans) | reason)
    if rows:
        return rows
    counts = [f for f in stated if f.concept in _COUNTS and f.measure == "actual" and f.unit == "count"]
    if not counts:
        return [blank_row(body, body.fiscal_year) | refusal("no_figures")]
    best = next(([f for f in counts if f.concept == c] for c in reversed(_REVIEWED.values())
                 if any(f.concept == c for f in counts)), counts)  # fmt: skip
    denominator = {concept: name for name, concept in _REVIEWED.items()}.get(best[0].concept)
    row = blank_row(body, best[0].fiscal_year) | {"denominator": denominator} | count_columns(best)
    return [row | refusal("no_money", what=figures_text(counts))]


# -- the money and the counts of one programme ----------------------------------------------------------------------


def _money(programme: Programme, counts: Sequence[Stated] = ()) -> tuple[list[list[Stated]], list[list[Stated]]]:
    """Return the amounts that serve best above `counts`, and the others that the document states for the programme."""

    def rank(fact: Stated) -> tuple[int, int, int]:
        beside = any(one_sentence(fact, count) for count in counts)
        clause = words.before(fact, ends=words.CLAUSE_ENDS)
        paid = any(cue in clause for cue in words.SUPPORT_CUES) or words.norm(fact.item).endswith(words.SUPPORT_CUES)
        total = any(cue in clause for cue in words.TOTAL_CUES)
        return (0 if beside and not (total and not paid) else 1, 0 if paid else 1, MEASURES[fact.measure])

    usable = [f for f in programme.money if f.measure != "initial_budget"]
    if not counts:
        order = {id(f): (0, 0, MEASURES[f.measure]) for f in usable}
    else:
        order = {id(f): rank(f) for f in usable}
        if all(r[0] for r in order.values()):  # no amount stands beside the count: the outturn goes first
            order = {key: (0, r[2], r[1]) for key, r in order.items()}
    best = min(order.values(), default=None)
    chosen = distinct(f for f in usable if order[id(f)] == best)
    values = {group[0].value for group in chosen}
    for group in chosen:  # the same amount stated again elsewhere is further evidence
        group += [f for f in usable if f.value == group[0].value and f.period == group[0].period and f not in group]
    others = distinct(f for f in programme.money if f.value not in values)
    return chosen, others


def _money_missing(programme: Programme) -> dict[str, Any]:
    initial = [f for f in programme.money if f.measure == "initial_budget"]
    if initial:
        return amount_columns(initial[:1]) | refusal("only_initial")
    return amount_columns(programme.payers[:1], value=False) | refusal("only_payers")


def _refused(programme: Programme) -> dict[str, Any] | None:
    """Return the reason why the money of a programme is none of certified firms alone."""
    name = words.norm(programme.name)
    if words.grade(name) == "mixed":
        return refusal("mixed_grades")
    if programme.kind == "reward" and any(word in name for word in words.NOT_CERTIFIED):
        return refusal("not_certification")
    return None


def _review_rows(programme: Programme, facts: Sequence[Stated], named: list[str]) -> list[dict[str, Any]]:
    base = {"kind": programme.kind, "programme": programme.name or None}
    refused = _refused(programme)
    amounts, others = _money(programme)
    rows: list[dict[str, Any]] = []
    for denominator, concept in _REVIEWED.items():
        row = base | {"denominator": denominator}
        if not amounts:
            rows.append(row | (refused or _money_missing(programme)))
            continue
        if refused is not None:
            rows.append(row | amount_columns(amounts[0]) | refused)
            continue
        stated = [f for f in facts if f.concept == concept and f.unit == "count" and _certificate(f)]
        actual = [f for f in stated if f.measure in ("actual", "final")]
        whole = [f for f in actual if words.is_whole(f.item, named)]
        what = WHAT[denominator]
        if not whole:
            if actual:
                why = refusal("only_parts", what=what, figures=figures_text(actual))
            elif stated:
                why = refusal("only_target", what=what, figures=figures_text(stated))
            else:
                why = refusal("no_count", what=what)
            rows += [row | amount_columns(amount) | why for amount in amounts]
            continue
        whole, partial = _whole_counts(whole, denominator, facts, named)
        counts = distinct(whole)
        notes = choice_notes(amounts, others, counts, what) + partial + _other_services(facts)
        if denominator == "certified":
            notes += _first_and_repeated(facts, named)
        rows += [row | unit_cost(amount, count, denominator, notes) for amount in amounts for count in counts]
    return rows


def _whole_counts(
    counts: list[Stated], denominator: str, facts: Sequence[Stated], named: list[str]
) -> tuple[list[Stated], list[Text]]:
    """Return the counts that can be of all firms: no fewer apply, or are reviewed, than are certified."""
    certified = [
        f.value
        for f in facts
        if f.concept == _REVIEWED["certified"] and f.measure == "actual" and f.unit == "count"
        if f.comparator is None and f.period is None and _certificate(f) and words.is_whole(f.item, named)
    ]
    floor = max(certified, default=None)
    large = [f for f in counts if floor is None or f.value >= floor]
    small = [f for f in counts if f not in large]
    if denominator == "certified" or not large or not small:
        return counts, []
    figures = figures_text(small)
    return large, [
        Text(
            f"fewer than the firms certified, hence of a part of them, not used: {figures}",
            f"少于取得资质的企业数，只能是部分企业，未采用：{figures}",
        )
    ]


def _first_and_repeated(facts: Sequence[Stated], named: list[str]) -> list[Text]:
    """Return the counts of first and repeated certification that the document states, as a note on their sum."""
    notes: list[Text] = []
    for denominator, concept in _REVIEWED.items():
        of_kind: dict[str, list[Stated]] = {"first": [], "repeated": []}
        for fact in facts:
            if fact.concept != concept or fact.measure != "actual" or fact.unit != "count" or not _certificate(fact):
                continue
            kind = words.certification_kind(fact)
            if kind is not None and not words.is_whole(fact.item, named):
                of_kind[kind].append(fact)
        if all(of_kind.values()):
            first, repeated = (figures_text(of_kind[kind]) for kind in ("first", "repeated"))
            what = WHAT[denominator]
            notes.append(
                Text(
                    f"the {what.en} are stated by kind: {first} for a first, {repeated} for a repeated certification",
                    f"{what.zh}按类型列示：首次认定{first}，重新认定{repeated}",
                )
            )
    return notes


def _other_services(facts: Sequence[Stated]) -> list[Text]:
    """Return what else the money of a review service pays, where a sentence lists what the project comprises."""
    found: dict[str, None] = {}
    for fact in facts:
        listing = words.LISTING.search(fact.quote)
        if listing is None or words.grade(fact.quote) not in ("national", "mixed"):
            continue
        listed = fact.quote[listing.end() :]
        if any(word in listed for word in words.REVIEW_WORDS):
            found |= dict.fromkeys(word for word in words.OTHER_SERVICES if word in listed)
    if not found:
        return []
    services = "、".join(found)
    return [
        Text(
            f"the project comprises more than the review ({services}), its money is not split",
            f"项目内容不止评审（还有{services}），金额未分列",
        )
    ]


def _certificate(fact: Stated) -> bool:
    """Tell whether a count is of national certificates, judged by the words that stand before it."""
    clause = words.before(fact) + words.norm(fact.item)
    if words.grade(clause) == "other":
        return False
    return fact.concept != "hightech_certified" or not any(word in clause for word in words.NOT_CERTIFIED)


def _recipient_rows(programme: Programme) -> list[dict[str, Any]]:
    base: dict[str, Any] = {
        "kind": programme.kind,
        "programme": programme.name or None,
        "part_of": programme.part_of,
        "kind_of_certification": None,
    }
    if programme.kind == "reward" and programme.name:
        base["kind_of_certification"] = words.certification_kind(_blank(programme))
    whole_rates = [f for f in programme.rates if words.certification_kind(f) == base["kind_of_certification"]]
    base |= rate_columns(whole_rates)
    refused = _refused(programme)
    if refused is not None:
        amounts, _ = _money(programme)
        return [base | {"denominator": "recipients"} | (amount_columns(amounts[0]) if amounts else {}) | refused]
    rows: list[dict[str, Any]] = []
    if programme.recipients:
        by_count: dict[Fraction, list[Stated]] = defaultdict(list)
        for fact in programme.recipients:
            by_count[fact.value].append(fact)
        for group in by_count.values():
            amounts, others = _money(programme, group)
            counts = distinct(group)
            if not amounts:
                rows.append(
                    base | {"denominator": _denominator(group[0])} | count_columns(group) | _money_missing(programme)
                )
                continue
            notes = choice_notes(amounts, others, distinct(programme.recipients), WHAT["recipients"])
            notes += kinds_note(programme, amounts)
            for amount in amounts:
                rows += [
                    base
                    | {"denominator": _denominator(count[0])}
                    | unit_cost(amount, count, _denominator(count[0]), notes)
                    for count in counts
                ]
    elif programme.money or programme.payers:
        amounts, _ = _money(programme)
        what = WHAT["recipients"]
        if programme.parts:
            why = refusal("only_parts", what=what, figures=figures_text(programme.parts))
        elif programme.targets:
            why = refusal("only_target", what=what, figures=figures_text(programme.targets))
        else:
            why = refusal("no_count", what=what)
        row = base | {"denominator": "recipients"}
        rows.append(row | (amount_columns(amounts[0]) | why if amounts else _money_missing(programme)))
    kinds = {*programme.recipients_by_kind, *programme.by_kind} - {""}
    for kind in sorted(kinds):
        rows += [base | row for row in _kind_rows(programme, kind)]
    return rows


def _kind_rows(programme: Programme, kind: str) -> list[dict[str, Any]]:
    """Return the cost per firm of one kind of certification: its money, else its fixed rate × its recipients."""
    rates = [f for f in programme.rates if words.certification_kind(f) == kind]
    base: dict[str, Any] = {"denominator": "recipients", "kind_of_certification": kind} | rate_columns(rates)
    counts = distinct(programme.recipients_by_kind[kind])
    amounts = distinct(f for f in programme.by_kind[kind] if f.measure != "initial_budget")
    if not counts:
        return [base | amount_columns(a) | refusal("no_count", what=WHAT["recipients"]) for a in amounts]
    if amounts:
        notes = choice_notes(amounts, [], counts, WHAT["recipients"])
        return [base | unit_cost(a, c, "recipients", notes) for a in amounts for c in counts]
    fixed = distinct(f for f in rates if f.comparator is None)
    rows: list[dict[str, Any]] = []
    for count in counts:
        row = base | count_columns(count)
        if len(fixed) == 1 and count[0].value > 0 and (count[0].counted or "家") in words.FIRM_COUNTERS:
            rate = fixed[0][0]
            amount = rate.value * count[0].value
            fixed_rate = f"{printed_money(rate)}/{count[0].counted or '家'}"
            product = f"{fixed_rate} × {printed_count(count[0])} = {money_text(amount)}"
            note = Text(
                "the rate is fixed by the policy and taken as exact; "
                f"the amount is rate × recipients, not printed: {product}",
                f"奖励标准由政策规定，按精确值计；金额为标准×数量，原文未列：{product}",
            )
            rows.append(
                row
                | {
                    "amount_yuan": as_float(amount),
                    "amount_measure": "rate_times_recipients",
                    "unit_cost_yuan": as_float(rate.value),
                    "unit_cost_low": as_float(rate.value),
                    "unit_cost_high": as_float(rate.value),
                    "formula": fixed_rate,
                    "amount_quote": rate.quote or None,
                    "fact_ids": fact_ids([*fixed[0], *count]),
                    "status": "computed",
                    "note": note.en,
                    "note_zh": note.zh,
                }
            )
        elif len(fixed) > 1:
            rows.append(row | refusal("several_rates", figures=figures_text(f[0] for f in fixed)))
        elif count[0].value == 0:
            rows.append(row | refusal("zero_count"))
        elif fixed:
            rows.append(row | refusal("times_not_firms", figures=printed_count(count[0])))
        else:
            rows.append(row | refusal("only_cap" if rates else "no_rate"))
    return rows


def _denominator(fact: Stated) -> str:
    """Tell whether a programme's recipients are counted as projects or as firms."""
    around = words.before(fact) + words.after(fact)[:4]
    return "projects" if (fact.counted or "") in words.PROJECT_COUNTERS and "企业" not in around else "recipients"


def _blank(programme: Programme) -> Stated:
    """Return a statement that carries the programme's name only."""
    some = (programme.money or programme.payers or [f for group in programme.by_kind.values() for f in group])[0]
    return some._replace(item=programme.name, quote="", raw="")
