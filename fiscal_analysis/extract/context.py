"""What a reader of a disclosure keeps in mind: sections, subjects, the state of a paragraph and of the whole walk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from fiscal_analysis.facts import Fact

__all__ = ["ASIDE", "COUNTED", "DIVISIBLE", "GRANTS", "RATES", "TOTALS", "Section", "State", "Subject", "Walk"]

# Chapters about the evaluation, not about results: what they count and rate is data only where a concept names it.
ASIDE = frozenset(("method", "problems"))
RATES = frozenset(("execution_rate", "carryover_rate", "budget_deviation_rate"))
# Concepts whose parts disclosures list by name behind 其中 or 中: the parts carry the concept and an item.
DIVISIBLE = frozenset(
    [
        "three_public_overseas",
        "three_public_reception",
        "three_public_vehicle",
        "three_public_vehicle_purchase",
        "three_public_vehicle_operation",
        "fixed_assets",
        "assets",
        "liabilities",
        "net_assets",
        "carryover_opening",
        "carryover_closing",
    ]
)
GRANTS = frozenset(("programme_funding", "project_funding"))
# Concepts that are counts: an amount of money never inherits one of them.
TOTALS = frozenset(["grand_total", "appropriation_grand_total", "revenue", "expenditure", "appropriation_expenditure"])
COUNTED = frozenset(
    [
        "programme_recipients",
        "hightech_applications",
        "hightech_reviewed",
        "hightech_passed",
        "hightech_certified",
        "hightech_stock",
        "firms_stock",
        "firms_added",
        "staff",
        "evaluated_projects",
        "vehicles",
        "vehicles_held",
        "vehicles_purchased",
        "large_equipment",
    ]
)


class Subject(NamedTuple):
    """What a figure is of: the dimensions of a fact that several figures share.

    `measure` is set where the words that name the subject decide the measure as well.
    """

    concept: str
    fund: str | None = None
    subject_code: str | None = None
    subject_name: str | None = None
    economic_code: str | None = None
    scope: str | None = None
    item: str | None = None
    measure: str = ""


@dataclass(slots=True)
class Section:
    """What a heading tells about the text below it.

    `kind` is one of ``taxonomy/section_kinds.csv``; `project` is the project that the chapter evaluates; `hightech`
    tells that the chapter is about high-tech firms; `class_code` is the functional class that it is of;
    `appropriation` that its money is appropriated (财政拨款).
    """

    kind: str
    fund: str | None = None
    subject: Subject | None = None
    goal: bool = False
    hightech: bool = False
    project: str | None = None
    class_code: str | None = None
    appropriation: bool = False


@dataclass(slots=True)
class State:
    """What is remembered while a paragraph is read, figure by figure."""

    subject: Subject | None
    goal: bool
    goal_inside: bool = False  # a bracket states the goal
    goal_listed: bool = False  # a list of goals has begun (绩效目标为:), up to the full stop
    head: Subject | None = None  # the sentence's first subject
    outside: Subject | None = None  # the subject that a bracket divides, (其中:...), and that goes on behind it
    outside_list: tuple[Subject | None, bool, str] = (None, False, "")  # the list that the bracket stands in
    list_parent: Subject | None = None  # the subject that 其中 divides
    list_role: str = ""  # the role of the figure that 其中 divides
    money_role: str = ""  # the role of the last amount, over full stops
    count_role: str = ""  # the role in the words before a count (批复预算8个项目), for the amount behind it
    role: str = ""  # the role of the last amount
    base: str | None = None
    base_kind: str = ""
    relation: str = ""
    direction: int = 0
    gross: int = -1  # the place among the facts of 总收入 or 总支出, whose parts tell what it is the total of
    share_base: str | None = None  # the whole that a share is of, where its amount is told first
    raised: str = ""  # what 总收入 turned out to be the total of
    project: str | None = None  # the project that the paragraph sums up the evaluation of
    budget_role: str = ""  # which budget the sentence stated last
    budget_phrase: str = ""  # the words in front of it, which hold its name
    unknown: str = ""  # what the last amount was, where it was not understood: an amount, a change ...
    reason: bool = False  # inside an explanation (主要原因)
    completed: str = ""  # what a 完成 earlier in the sentence measures against
    completion: str = ""  # what the last completion was of
    firm_kind: str = ""
    firm_name: str = ""
    year: int | None = None
    period: str | None = None
    periods: list[str | None] = field(default_factory=list)  # what a list of figures still gets of a list of periods
    dated: bool = False  # the period is one of such a list
    count_item: str | None = None
    last: Subject | None = None  # the last figure's subject, whatever it was
    money: Subject | None = None  # the last subject that was money
    in_list: bool = False  # behind 其中
    dealt: bool = False  # the sentence has dealt figures out: a list of changes goes the same way
    first: int = 0  # the place of the paragraph's first fact among the facts
    met: bool = False  # 实际 ends a plan: what follows is what became of it
    counted: str | None = None  # what the last count counted
    body_scored: bool = False  # the last score was of all that the body spends
    evaluated_fund: str | None = None  # whose projects the sentence says were evaluated
    granted: bool = False  # programme money was stated in the paragraph
    sequence: list[Subject] = field(default_factory=list)  # the sentence's subjects, for 分别
    intended: bool = False  # money that the sentence speaks of is to be paid (拟)
    names: list[str] = field(default_factory=list)  # the results that 分别 dealt figures to
    named: list[str] = field(default_factory=list)  # those of them that still get one
    scored: list[str] = field(default_factory=list)  # the projects that 分别 still deals scores to
    queue: list[Subject] = field(default_factory=list)  # what 分别 still has to deal out


@dataclass(slots=True)
class Walk:
    """What is remembered over the paragraphs of a document."""

    fiscal_year: int | None
    default_role: str
    one_project: bool = False
    whole_body: bool = False  # the document evaluates what its body spends in all
    project: str | None = None
    facts: list[Fact] = field(default_factory=list)
    class_code: str | None = None
    group_code: str | None = None
    gross: list[int] = field(default_factory=list)  # the places of 总收入 and 总支出 among the facts
    gross_section: int = -2
    granting: bool = False  # the document allots money: what it states of programmes is allotted, not yet spent
    kept: State | None = None  # what the paragraph above in the same chapter leaves: project, money, firms
    carried: Subject | None = None  # its first subject
    title: str = ""  # a line without figures above, that names a functional line
    parent: Subject | None = None  # the total that the paragraphs below divide
    section: int = -2
