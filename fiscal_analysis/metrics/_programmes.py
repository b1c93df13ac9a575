"""Which figures of a document belong to one programme for high-tech firms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from fiscal_analysis.metrics import _hightech as words
from fiscal_analysis.metrics._inputs import Body, Stated
from fiscal_analysis.metrics._naming import MONEY, Subject, evaluated_programme, one_sentence, resolve_items

# Which statement of a programme's money serves, best first. A target or a change never does.
MEASURES = {"final": 0, "actual": 1, "adjusted_budget": 2, "initial_budget": 3}


@dataclass(slots=True)
class Programme:
    """The figures of one programme of one document and year."""

    kind: str
    name: str
    part_of: str | None = None
    money: list[Stated] = field(default_factory=list)
    payers: list[Stated] = field(default_factory=list)
    by_kind: dict[str, list[Stated]] = field(default_factory=lambda: defaultdict(list))
    recipients: list[Stated] = field(default_factory=list)
    recipients_by_kind: dict[str, list[Stated]] = field(default_factory=lambda: defaultdict(list))
    targets: list[Stated] = field(default_factory=list)
    rates: list[Stated] = field(default_factory=list)
    parts: list[Stated] = field(default_factory=list)


def find_programmes(body: Body, facts: Sequence[Stated]) -> tuple[list[Programme], list[Stated]]:
    """Return the programmes of a document and year, and recipients of high-tech programmes without any money."""
    subject = evaluated_programme(body)
    facts = resolve_items(facts, subject)
    programmes: dict[tuple[str, str], Programme] = {}
    for fact in sorted(facts, key=lambda f: not f.item):  # money without a name joins a programme that has one
        if fact.concept in MONEY and fact.unit == "CNY" and fact.measure in MEASURES:
            _place_money(programmes, fact, subject)
    found = list(programmes.values())
    orphans: list[Stated] = []
    for fact in facts:
        if fact.concept not in ("programme_recipients", "programme_rate"):
            continue
        if fact.concept == "programme_recipients" and fact.unit != "count":
            continue
        home = _home(fact, found)
        kind = words.certification_kind(fact)
        if home is None:
            about = words.money_kind(_meaning(fact))
            if fact.measure == "actual" and about in ("reward", "guidance_fund"):
                orphans.append(fact)
        elif _is_part(fact, home):
            if fact.concept == "programme_recipients" and fact.measure in ("actual", "final"):
                home.parts.append(fact)
        elif fact.concept == "programme_rate":
            home.rates.append(fact)
        elif fact.measure == "target":
            home.targets.append(fact)
        elif fact.measure in ("actual", "final"):
            if home.kind == "reward" and kind is not None and _is_kind_part(fact, home):
                home.recipients_by_kind[kind].append(fact)
            else:
                home.recipients.append(fact)
    return [p for p in found if p.money or p.payers or p.by_kind], orphans


def _is_part(fact: Stated, home: Programme) -> bool:
    """Tell whether a figure is of a part of the programme that has no money of its own: a field, another grade."""
    part = words.split_item(fact.item)[1]
    if part is None or words.is_bare_kind(part) or words.is_payer(part):
        return False
    return words.norm(home.name).partition("/")[2] != words.norm(part)


def _is_kind_part(fact: Stated, home: Programme) -> bool:
    """Tell whether a count is of one kind of certification inside a programme that pays both."""
    whole = words.certification_kind(fact._replace(quote="", item=home.name))
    return whole is None


def _place_money(programmes: dict[tuple[str, str], Programme], fact: Stated, subject: Subject | None) -> None:
    root, part = words.split_item(fact.item)
    payer = words.is_payer(part)
    bare = words.is_bare_kind(part) if part else False
    name = root if payer or bare or part is None else f"{root}/{part}"
    if words.is_fee(name) or words.grade(part or "") == "other":
        return
    kind = words.money_kind(name) or words.money_kind(root)
    part_of = None
    if kind is None and words.grade(name) in ("none", "field"):
        kind = words.money_kind(_meaning(fact))
        if kind is None and subject is not None:
            kind, part_of = subject.kind, subject.name
    if kind is None:
        return
    alike = {known: candidate for (of_kind, known), candidate in programmes.items() if of_kind == kind}
    if name:
        programme = next((c for known, c in alike.items() if _same_programme(known, words.norm(name))), None)
    else:
        said = words.norm(fact.quote)
        programme = next((c for known, c in alike.items() if known and known in said), None)
        if programme is None and len(alike) == 1:
            programme = next(iter(alike.values()))
    if programme is not None and name and len(name) < len(programme.name):
        programme.name = name  # "…引导资金" names the programme, "…引导资金支持项目" its money
    if programme is None:
        programme = programmes.setdefault((kind, words.norm(name)), Programme(kind, name, part_of))
    if payer:
        programme.payers.append(fact)
    elif bare:
        programme.by_kind[words.certification_kind(fact) or ""].append(fact)
    else:
        programme.money.append(fact)


def _same_programme(one: str, other: str) -> bool:
    """Tell whether two names are of one programme: one holds the other, at the same depth of ``A/B``."""
    if one.count("/") != other.count("/"):
        return False
    (one, years), (other, other_years) = words.without_years(one), words.without_years(other)
    if years and other_years and years != other_years:
        return False
    return one == other or bool(one and other and (one in other or other in one))


def _meaning(fact: Stated) -> str:
    """Return what says what a figure is of: its item, and the words before it in its sentence."""
    return f"{words.before(fact, words.SENTENCE_ENDS)[-60:]}{words.after(fact)[:30]}{words.norm(fact.item)}"


def _home(fact: Stated, programmes: Sequence[Programme]) -> Programme | None:
    """Return the programme that a count or a rate belongs to: by name, else by sentence, else the only reward."""
    subsidies = [p for p in programmes if p.kind != "review_service"]
    root, part = words.split_item(fact.item)
    full = words.norm(f"{root}/{part}" if part else root)
    if words.grade(words.norm(fact.item)) == "other":
        return None
    for exactly in (True, False):
        for name in (full, words.norm(root)):
            for programme in subsidies:
                known = words.norm(programme.name)
                if name and (known == name if exactly else _same_programme(known, name)):
                    return programme
    for programme in subsidies:
        if any(one_sentence(fact, money) for money in programme.money) and not fact.item:
            return programme
    rewards = [p for p in subsidies if p.kind == "reward"]
    if len(rewards) == 1 and (words.is_bare_kind(fact.item or "") or not fact.item):
        about = words.grade(_meaning(fact))
        if about == "national" or words.is_bare_kind(fact.item or ""):
            return rewards[0]
    return None
