"""What a figure without a telling name is of: the sentence, and the programme that a document evaluates, say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fiscal_analysis.metrics import _hightech as words
from fiscal_analysis.metrics._inputs import Body, Stated

MONEY = ("project_funding", "programme_funding")
_RECIPIENTS = "programme_recipients"


class Subject(NamedTuple):
    """The one programme that a project evaluation is about."""

    kind: str
    name: str


def evaluated_programme(body: Body) -> Subject | None:
    """Return the high-tech programme that the title of a project evaluation names, if it does."""
    if body.kind != "project_evaluation" or not body.title:
        return None
    title = words.norm(body.title)
    kind = words.money_kind(title)
    if kind is None:
        return None
    ends = [title.find(word) + len(word) for word in words.FUND_WORDS if word in title]
    name = title[: min(ends)] if ends else title.partition("项目支出")[0].partition("绩效")[0]
    return Subject(kind, name.lstrip("0123456789年度"))


def resolve_items(facts: Sequence[Stated], subject: Subject | None) -> list[Stated]:
    """Return the facts with items that name a programme wherever the text does.

    A count such as ``拟支持项目97个`` carries no name. In the evaluation of one programme it is the programme's, or of
    the field that its clause names (``支持18家企业加大研发投入``). Money without a name (``支持金额``) is of what its
    sentence counts.
    """
    named = [_named_count(f, subject) if f.concept == _RECIPIENTS else f for f in facts]
    counts = [f for f in named if f.concept == _RECIPIENTS]
    return [
        _named_money(f, counts, subject)
        if f.concept in MONEY
        else f._replace(item=subject.name)
        if subject is not None and f.concept == "programme_rate" and words.is_generic(f.item)
        else f
        for f in named
    ]


def _named_count(fact: Stated, subject: Subject | None) -> Stated:
    root, part = words.split_item(fact.item)
    generic = words.is_generic(root) and part is None
    if subject is None:
        return fact._replace(item=None) if generic else fact
    if part is None and words.money_kind(words.norm(root)) == subject.kind:
        return fact._replace(item=subject.name)
    if generic:
        field = words.field_of_support(words.before(fact) + words.after(fact))
        return fact._replace(item=field or subject.name)
    if part is None and words.grade(root) == "none":
        return fact._replace(item=words.field_of_support(root) or fact.item)
    return fact


def _named_money(fact: Stated, counts: Sequence[Stated], subject: Subject | None) -> Stated:
    root, part = words.split_item(fact.item)
    if part is not None:
        return fact
    if subject is not None and words.money_kind(words.norm(root)) == subject.kind and not words.is_fee(root):
        return fact._replace(item=subject.name)
    if not words.is_generic(root):
        return fact
    beside = [c for c in counts if one_sentence(fact, c)]
    near = min(beside, key=lambda c: abs((c.start or 0) - (fact.start or 0)), default=None)
    item = near.item if near is not None else None
    return fact._replace(item=item or (subject.name if subject is not None else None))


def one_sentence(one: Stated, other: Stated) -> bool:
    """Tell whether two figures stand in one sentence, or one in a clause that the other's quote holds."""
    if not one.quote or not other.quote or not (one.quote in other.quote or other.quote in one.quote):
        return False
    near = max(len(one.quote), len(other.quote)) + 20
    return one.start is None or other.start is None or abs(one.start - other.start) <= near
