"""Prose to facts: the readings of phrases, composed with what the sentence, the list and the heading say.

The walk goes figure by figure. Each figure's phrase is read on its own (:mod:`fiscal_analysis.extract.phrase`); what
it leaves open is inherited: the subject from the figure before in the paragraph, else from the heading; the base of a
change from the change before; the role in a 其中 list from the list's total; fund and scope from the total above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from fiscal_analysis.document import Document, Paragraph
from fiscal_analysis.extract.counts import Count, read_count
from fiscal_analysis.extract.lexicon import firm_patterns, section_kinds, tokens
from fiscal_analysis.extract.money import clause_noun, name_money
from fiscal_analysis.extract.phrase import Reading, read_phrase
from fiscal_analysis.extract.subjects import FunctionalLine, resolve_lines
from fiscal_analysis.facts import Fact
from fiscal_analysis.quantity import Quantity, scan

__all__ = ["Section", "Subject", "extract_prose", "read_sections"]


class Subject(NamedTuple):
    """What a figure is of: the dimensions of a fact that several figures share."""

    concept: str
    fund: str | None = None
    subject_code: str | None = None
    subject_name: str | None = None
    economic_code: str | None = None
    scope: str | None = None
    item: str | None = None
    note: str = ""


class Section(NamedTuple):
    """What a heading tells about the text below it."""

    kind: str
    fund: str | None
    subject: Subject | None
    goal: bool
    hightech: bool
    start: int
    item: str | None = None


@dataclass(slots=True)
class _State:
    """What is remembered while a paragraph is read."""

    subject: Subject | None
    sentence: int = -1
    role: str = ""
    list_role: str = ""
    base: str | None = None
    base_kind: str = ""
    relation: str = ""
    direction: int = 0
    goal: bool = False
    reason: bool = False
    completed: str = ""
    firm_kind: str = ""
    firm_name: str = ""
    year: int | None = None
    period: str | None = None
    count_item: str | None = None
    head: Subject | None = None
    list_parent: Subject | None = None


@dataclass(slots=True)
class _Walk:
    """What is remembered over paragraphs."""

    document: Document
    year: int | None
    default_role: str
    facts: list[Fact] = field(default_factory=list)
    class_code: str | None = None
    group_code: str | None = None
    parent: Subject | None = None
    item: str | None = None
    section: int = -2
    thresholds: list[int] = field(default_factory=list)


_NO_DATA = frozenset(("glossary", "contents", "furniture"))
_NARRATIVE = frozenset(("performance", "goals"))
_PERIOD = re.compile(
    r"(?:20[0-9]{2}年)?([0-9]{1,2}-[0-9]{1,2}月份?|前[一二三]季度|上半年|下半年|第?[一二三四]季度|截[至止到](?:20[0-9]{2}年)?[0-9]{1,2}月(?:[0-9]{1,2}日|底|末)?|前[一二三四五六七八九十]{1,2}个?月)"
)
_PROJECT_NAME = re.compile(r"项目名称:\s*([^,。;]{4,60})$")
_ENUMERATED = frozenset(("、", ",", "和", "及", "、、", "与"))
_THRESHOLD_AFTER = re.compile(r" ?(?:\(含|\(不含|含\)|\)?以上|\)?以下|\(?含)")
_THRESHOLD_OF = re.compile(r"(?:单位价值|单价|价值)\|?|\|\)?(?:以上)?的?(?:[通专大][用型])?设备")
_WORDS = re.compile("[一-鿿%]")
_RIGHT = re.compile(r"[^,。;:!?\n]{0,40}")
_GOAL_RIGHT = re.compile(r"目标")
_EVALUATION_TITLE = re.compile(r"^(?:[一-鿿]{2,20}(?:局|委员会|委))?(?:20[0-9]{2}年度?)?(.{4,40}?)(?:项目)?(?:支出)?(?:绩效|自评)")
_LIST_ITEM = re.compile(r"^\(?[0-9一二三四五六七八九十]{1,3}[.、)]")
_TEMPLATE = re.compile(r"[XX×]{2,}|XX|＊＊|\*\*")
_RATES = frozenset(("execution_rate", "carryover_rate", "budget_deviation_rate"))
_SCOPES = {"expenditure_basic": "basic", "expenditure_project": "project"}
_COUNT_CONTEXT = {
    ("three_public_overseas", "persons"): "overseas_persons",
    ("three_public_overseas", "groups"): "overseas_groups",
    ("three_public_reception", "persons"): "reception_persons",
    ("three_public_reception", "groups"): "reception_batches",
}
_PERSONS = frozenset(("人", "人次", "名", "位"))
_GROUPS = frozenset(("个", "批", "批次", "次", "团", "团组", "个批次"))


def read_sections(document: Document, projects: Sequence[tuple[int, str]] = ()) -> list[Section]:
    """Return what each heading of the outline tells: kind of section, fund, subject, goal, high-tech topic, project.

    `projects` are (offset, name) of the projects that evaluation tables are of: their chapter is about them.
    """
    current: str | None = None
    sections: list[Section] = []
    outline = document.outline
    kinds = section_kinds()
    hightech = firm_patterns().kinds
    stack: list[tuple[int, int]] = []
    folded = document.folded
    ends = [h.start for h in outline[1:]] + [len(folded)]
    for index, heading in enumerate(outline):
        while stack and stack[-1][0] >= heading.level:
            stack.pop()
        parent = sections[stack[-1][1]] if stack else None
        stack.append((heading.level, index))
        title = heading.title
        kind = next((name for name, words in kinds if words.search(title)), "")
        if not kind or (parent is not None and parent.kind in _NO_DATA):
            kind = parent.kind if parent is not None else "accounts"
        elif kind == "profile" and "部门" not in title and "单位" not in title and "资产" not in title and "人员" not in title:
            about_project = parent is not None and re.search("项目|绩效", outline[stack[-2][1]].title) is not None
            if about_project or document.metadata.kind == "project_evaluation":
                kind = "performance"
        found = tokens(title)
        fund = next((t.value for t in reversed(found) if t.role == "fund"), None)
        concept = next(
            (t.concept for t in reversed(found) if t.role == "concept" and t.concept and t.concept.note != "bare"), None
        )
        if fund is None:
            fund = concept.fund if concept is not None and concept.fund else parent.fund if parent is not None else None
        subject = Subject(concept.concept, concept.fund, economic_code=concept.economic_code) if concept is not None else None
        end = next((h.start for h in outline[index + 1 :] if h.level <= heading.level), ends[-1]) if heading.level <= 2 else 0
        topical = bool(parent and parent.hightech)
        if heading.level == 2 and not topical:
            topical = folded.count("高新技术企业", heading.start, end) + folded.count("高企", heading.start, end) >= 15
        topical = topical or hightech.search(title) is not None
        goal = kind == "goals"
        named = _PROJECT_NAME.search(title)
        if named is not None:
            current = named[1].strip()
        elif heading.level <= 2:
            inside = {name for offset, name in projects if heading.level == 2 and heading.start <= offset < end}
            current = inside.pop() if len(inside) == 1 else None
        topical = topical or (current is not None and hightech.search(current) is not None)
        sections.append(Section(kind, fund, subject, goal, topical, heading.start, current))
    return sections


class Located(NamedTuple):
    """A quantity of the prose: its section, and why it is no data where that is known."""

    quantity: Quantity
    section: int
    reason: str | None


def extract_prose(document: Document, sections: list[Section], item: str | None = None) -> tuple[list[Fact], list[Located]]:
    """Read the paragraphs of a document.

    Returns
    -------
    facts : list of Fact
        In reading order; ``Fact.quantity`` is the index in the second list.
    quantities : list of Located
        Every quantity of the paragraphs, offsets into ``Document.text``.
    """
    meta = document.metadata
    default = "initial_budget" if meta.kind == "budget" else "final"
    walk = _Walk(document, meta.fiscal_year, default)
    if meta.kind == "project_evaluation":
        walk.item = item or _project_of_title(meta.title)
    found: list[Located] = []
    text = document.text
    for paragraph in document.paragraphs:
        line = paragraph.text
        quantities = scan(line)
        section = sections[paragraph.section] if paragraph.section >= 0 else _TOP
        if paragraph.section != walk.section:
            _enter(walk, paragraph.section, section)
        if "项目名称" in line and (named := _PROJECT_NAME.search(line)) is not None:
            walk.item = named[1].strip()
        if not quantities:
            continue
        if _WORDS.search(line) is None:
            quantities = []  # a lone running number or page number
        first = len(found)
        reason = section.kind if section.kind in _NO_DATA or section.kind in ("duties", "outlook") else None
        for quantity in quantities:
            start = paragraph.offset(quantity.start)
            end = paragraph.offset(quantity.end - 1) + 1
            found.append(Located(quantity._replace(start=start, end=end, raw=text[start:end]), paragraph.section, reason))
        if section.kind in _NO_DATA or _TEMPLATE.search(line) is not None:
            continue
        _read_paragraph(walk, paragraph, quantities, section, first)
        for index in walk.thresholds:
            found[index] = found[index]._replace(reason="threshold")
        walk.thresholds.clear()
    return walk.facts, found


_TOP = Section("performance", None, None, False, False, 0)


def read_cell(document: Document, sections: list[Section], text: str, start: int, section: int, measure: str, item: str | None) -> list[Fact]:
    """Read the prose inside a table cell (annual goal, what was achieved) as a paragraph of its own."""
    walk = _Walk(document, document.metadata.fiscal_year, "final", item=item)
    around = sections[section] if section >= 0 else _TOP
    inside = Section("goals" if measure == "target" else "performance", around.fund, None, measure == "target", around.hightech, start)
    paragraph = Paragraph(start, start + len(text), text, section)
    quantities = scan(text)
    _read_paragraph(walk, paragraph, quantities, inside, 0)
    return walk.facts


def _project_of_title(title: str) -> str | None:
    match = _EVALUATION_TITLE.match(title)
    return match[1] if match is not None else None


def document_is_of_project(walk: _Walk) -> bool:
    """Tell whether the whole document evaluates one project."""
    return walk.document.metadata.kind == "project_evaluation"


def _enter(walk: _Walk, index: int, section: Section) -> None:
    walk.section = index
    walk.parent = None
    if document_is_of_project(walk):
        walk.item = section.item or walk.item
    else:
        walk.item = section.item
    if section.kind == "accounts" and section.subject is None:
        walk.class_code = walk.group_code = None


# -- one paragraph -----------------------------------------------------------------------------------------------------


def _read_paragraph(walk: _Walk, paragraph: Paragraph, quantities: list[Quantity], section: Section, first: int) -> None:
    text = paragraph.text
    state = _State(section.subject)
    state.goal = section.goal
    if walk.parent is not None and not _LIST_ITEM.match(text):
        walk.parent = walk.parent if text[0] in "“\"" or section.subject is None else None
    previous_end = 0
    sentence = 0
    boundary = 0
    for index, quantity in enumerate(quantities):
        stop = text.rfind("。", previous_end, quantity.start) + 1
        semi = text.rfind(";", previous_end, quantity.start) + 1
        if stop or semi:
            boundary = max(stop, semi)
            sentence += 1
            state.goal = section.goal
            state.completed = ""
            if stop:
                state.list_role = ""
                state.reason = False
                state.period = None
            state.role = ""
            state.year = None
            if stop:
                if state.head is not None:
                    state.subject = state.head
                state.head = state.list_parent = None
        start = max(previous_end, boundary)
        if boundary > previous_end and boundary - previous_end <= 48:
            _title_sentence(walk, state, section, text[previous_end : boundary - 1])
        phrase = text[start : quantity.start]
        previous_end = quantity.end
        period = _PERIOD.search(phrase) if "月" in phrase or "季" in phrase or "半年" in phrase else None
        if period is not None:
            state.period = period[1]
        if _is_threshold(text, phrase.strip(), quantity):
            walk.thresholds.append(first + index)
            continue
        fact = _read_figure(walk, state, section, text, phrase, quantities, index)
        if fact is None:
            continue
        quote_start = max(text.rfind("。", 0, quantity.start), text.rfind(";", 0, quantity.start)) + 1
        stops = [at for at in (text.find("。", quantity.end), text.find(";", quantity.end)) if at >= 0]
        quote_end = min(stops) if stops else len(text)
        fact.source_start = paragraph.offset(quantity.start)
        fact.source_end = paragraph.offset(quantity.end - 1) + 1
        fact.raw = walk.document.text[fact.source_start : fact.source_end]
        fact.quote_start = paragraph.offset(quote_start)
        fact.quote_end = paragraph.offset(quote_end - 1) + 1
        fact.section = paragraph.section
        fact.quantity = first + index
        walk.facts.append(fact)
    if text.rstrip().endswith("其中:") and walk.facts and state.subject is not None:
        walk.parent = state.subject


def _is_threshold(text: str, phrase: str, quantity: Quantity) -> bool:
    """Tell whether a number is the bound of a grade, of an asset class or of an instruction, not a figure."""
    right = text[quantity.end : quantity.end + 8]
    if quantity.unit == "score" or (quantity.unit is None and right.lstrip().startswith("(含")):
        return phrase.endswith(_GRADE_WORDS) or _THRESHOLD_AFTER.match(text, quantity.end) is not None
    if quantity.unit == "CNY" and (quantity.comparator or right.startswith("以")):
        return _THRESHOLD_OF.search(phrase[-8:] + "|" + right) is not None
    return quantity.unit == "ratio" and _INSTRUCTION.search(phrase[-16:]) is not None


_GRADE_WORDS = ("在", "(", "良好", "优秀", "一般", "较差", "满分", "、", "(含", "-")
_INSTRUCTION = re.compile("需超|应当|不得|必须|原则上|应不|需列")


def _title_sentence(walk: _Walk, state: _State, section: Section, sentence: str) -> None:
    """Take the subject from a sentence without figures that is a title (``1.公务接待费。``)."""
    reading = read_phrase(sentence)
    if reading.concept is not None and not reading.concept.note and not reading.reason and reading.relation == "":
        state.subject = _named(walk, state, section, reading)


def _read_figure(
    walk: _Walk, state: _State, section: Section, text: str, phrase: str, quantities: list[Quantity], index: int
) -> Fact | None:
    quantity = quantities[index]
    right = _right(text, quantity.end)
    stripped = phrase.strip()
    repeated = stripped in _ENUMERATED and index > 0 and quantities[index - 1].unit in (quantity.unit, None)
    reading = read_phrase(phrase)
    if reading.reason:
        state.reason = True
    if "制定" in phrase or state.relation == "completion":
        state.goal = section.goal
    goal_here = reading.goal and reading.relation != "completion"
    if goal_here and "制定" not in phrase:
        state.goal = True
    if reading.year is not None:
        state.year = reading.year
    if reading.part and state.subject is not None:
        state.list_parent = state.subject
    goal = state.goal or goal_here or (quantity.unit != "score" and _GOAL_RIGHT.search(right) is not None)
    unit = quantity.unit
    if unit is None and index + 1 < len(quantities) and text[quantity.end : quantities[index + 1].start] in ("、", ","):
        following = quantities[index + 1]
        if following.unit is not None and reading.concept is not None:
            unit = following.unit
            shift = following.exponent + (following.decimals or 0) if following.unit != "CNY" else 0
            scale = _scale_of(following)
            quantity = quantity._replace(
                unit=unit, exponent=quantity.exponent + scale, counted=following.counted,
                decimals=None if following.decimals is None else (quantity.decimals or 0) - scale,
            )  # fmt: skip
            del shift
    subject = _subject(walk, state, section, reading, quantity, unit, right, repeated)
    count: Count | None = None
    if unit in ("count", None) and (subject is None or subject.concept not in _RATES) and not (subject and subject.concept == "evaluation_score" and unit is None):
        count = read_count(phrase, right, text[: quantity.start], quantity, reading, state, section, walk.item)
        if count is None:
            return None
        subject = Subject(count.concept, item=count.item)
        unit = "count"
    elif subject is None:
        subject = _unnamed(walk, state, section, phrase, right, text, quantity, reading, repeated)
        if subject is None:
            return None
    assert subject is not None
    if "中," in phrase and reading.concept is not None and subject.concept in _DIVISIBLE:
        state.list_parent = subject
        subject = subject._replace(item=clause_noun(phrase, text, quantity.start))
    if state.head is None and unit == "CNY":
        state.head = subject
    fact = _state_fact(walk, state, section, subject, reading, quantity, unit, right, goal, repeated, count, phrase)
    return fact


def _scale_of(quantity: Quantity) -> int:
    """Return the power of ten of a quantity's printed unit."""
    return quantity.exponent + (quantity.decimals + quantity.exponent if False else _printed_places(quantity.raw))


def _printed_places(raw: str) -> int:
    match = re.search(r"\.([0-9]+)", raw)
    return len(match[1]) if match is not None else 0


def _right(text: str, end: int) -> str:
    match = _RIGHT.match(text, end)
    return match[0] if match is not None else ""


# -- subject -----------------------------------------------------------------------------------------------------------


def _subject(
    walk: _Walk, state: _State, section: Section, reading: Reading, quantity: Quantity, unit: str | None, right: str, repeated: bool
) -> Subject | None:
    """Return the subject that the phrase names, or that it inherits; None where it names something unknown."""
    if reading.lines:
        line = resolve_lines(reading.lines, walk.group_code if reading.lines[-1].level == "项" else walk.class_code)
        state.subject = _functional(walk, section, line, reading.fund)
        return state.subject
    if reading.class_code is not None:
        line = FunctionalLine("class", reading.class_code, reading.class_name)
        state.subject = _functional(walk, section, line, reading.fund)
        return state.subject
    concept = reading.concept
    if concept is not None and concept.note == "bare" and section.kind in _NARRATIVE:
        concept = None
    if concept is not None and unit == "ratio" and reading.relation == "" and concept.concept not in _RATES:
        concept = None
    if concept is not None and unit == "CNY" and _AVERAGE.search(reading.head) is not None:
        return None
    if concept is not None and concept.note == "weak" and state.subject is not None and not reading.part:
        concept = None if not reading.head.startswith(concept.alias) else concept
    if concept is not None:
        state.subject = _named(walk, state, section, reading)
        return state.subject
    if repeated:
        return state.subject
    if reading.fund is not None and state.subject is not None and unit == "CNY" and reading.relation == "":
        if state.subject.concept.startswith("revenue"):
            state.subject = Subject("revenue_appropriation", reading.fund)
            return state.subject
        if state.subject.concept in ("expenditure", "appropriation_expenditure"):
            state.subject = Subject("appropriation_expenditure", reading.fund)
            return state.subject
    if _pure(reading) and not state.reason:
        if unit == "CNY" and state.subject is not None and state.subject.concept in _COUNTED | {"outcome"}:
            parent = state.list_parent
            if parent is not None and parent.concept in _DIVISIBLE:
                return parent._replace(item=state.count_item or state.subject.item)
            if state.subject.concept in _COUNTED:
                return None
        if state.subject is None and unit == "CNY" and section.kind == "accounts" and reading.role and walk.item is None:
            state.subject = Subject("expenditure")
        return state.subject
    return None


_COUNTED = frozenset(
    "programme_recipients hightech_applications hightech_reviewed hightech_passed hightech_certified hightech_stock firms_stock"
    " firms_added staff evaluated_projects vehicles large_equipment".split()
)
_AVERAGE = re.compile("(?:人|车|户|次|批)均|平均每")
_FILLER = re.compile(
    r"20[0-9]{2}年(?:度|末|底|初)?|[年度]|全年|本年|当年|年末|年底|年初|本(?:部门|单位|级)|我(?:局|单位|部门|委)|部门|单位|全部|合计|共计|总共|总计|总数|总额|金额|资金|数额|累计"
    r"|其中|分别|各|均|达到|达|为|是|共|约|有|的|了|数|额|计|和|与|比|较|于|在|其|即|以及|及|实现|同|幅|率|一般公共预算|财政拨款|使用|安排|由|将|后|、|,|:|\(|\)|“|”|;|。|\s|[0-9.]+|目标|左右|占|完成|持平|保持"
)


def _pure(reading: Reading) -> bool:
    """Tell whether a phrase holds cue words only, so that its subject is the one before."""
    head = reading.head
    if reading.relation:
        head = head[head.rfind(",") + 1 :]
    if not head:
        return True
    rest = head
    for token in reversed(tokens(head)):
        rest = rest[: token.start] + rest[token.end :]
    return not _FILLER.sub("", rest)


def _functional(walk: _Walk, section: Section, line: FunctionalLine, fund: str | None) -> Subject:
    if line.level == "class":
        walk.class_code, walk.group_code = line.code, None
    elif line.level == "group":
        walk.group_code = line.code
        if line.code is not None and walk.class_code is None:
            walk.class_code = line.code[:3]
            _fill_class(walk, line.code[:3])
    return Subject("functional_expenditure", fund or section.fund, line.code, line.name)


def _fill_class(walk: _Walk, code: str) -> None:
    """Give a class line whose name is in no table the code that the group under it proves."""
    name = None
    for fact in reversed(walk.facts):
        if fact.concept != "functional_expenditure":
            break
        if fact.subject_code is None and (name is None or fact.subject_name == name):
            name = fact.subject_name
            fact.subject_code = code
        else:
            break


def _named(walk: _Walk, state: _State, section: Section, reading: Reading) -> Subject:
    concept = reading.concept
    assert concept is not None
    name = concept.concept
    fund = reading.fund
    scope = None
    economic = concept.economic_code
    item = None
    parent = walk.parent or state.subject
    if name == "economic_expenditure" or (name == "expenditure_other" and parent is not None and _economic(walk, state)):
        name = "economic_expenditure"
        economic = economic or "399"
        if walk.parent is not None:
            fund = fund or walk.parent.fund
            scope = _SCOPES.get(walk.parent.concept) or walk.parent.scope
        return Subject(name, fund or section.fund, None, concept.alias, economic, scope)
    if name == "expenditure_other" and state.subject is not None and state.subject.concept == "functional_expenditure":
        return Subject("functional_expenditure", fund or section.fund, "229", concept.alias)
    if section.subject is not None and section.subject.concept == "agency_operating_cost" and name == "operating_cost":
        name = "agency_operating_cost"
    if name in ("appropriation_expenditure", "revenue_appropriation", "appropriation_grand_total"):
        fund = fund or (section.fund if name == "appropriation_expenditure" else None)
    if name == "carryover_closing" and reading.head:
        if "基本支出" in reading.head:
            scope = "basic"
        elif "项目" in reading.head:
            scope = "project"
    if concept.note == "item":
        item = concept.alias
    if name in _RATES or name in ("evaluation_score", "project_funding"):
        item = walk.item
    return Subject(name, fund, None, None, economic, scope, item)


def _economic(walk: _Walk, state: _State) -> bool:
    for fact in reversed(walk.facts):
        return fact.concept == "economic_expenditure"
    return False


_DIVISIBLE = frozenset(
    "three_public_overseas three_public_reception three_public_vehicle three_public_vehicle_purchase"
    " three_public_vehicle_operation fixed_assets assets liabilities net_assets carryover_opening carryover_closing".split()
)


def _stock_named(phrase: str) -> Subject | None:
    """Return the stock of firms that a percentage's phrase names (``高企保有量同比增长``)."""
    kinds, events = firm_patterns()
    clause = phrase[phrase.rfind(",") + 1 :]
    firm = kinds.search(clause)
    if firm is None:
        return None
    event = events.search(clause, firm.end())
    if event is None or event.lastgroup != "stock":
        return None
    hightech = (firm.lastgroup or "").startswith("hightech")
    return Subject("hightech_stock") if hightech else Subject("firms_stock", item=firm[0])


def _unnamed(
    walk: _Walk, state: _State, section: Section, phrase: str, right: str, text: str, quantity: Quantity, reading: Reading, repeated: bool
) -> Subject | None:
    """Name a figure whose phrase holds no concept: a project's or programme's money, or a stated result."""
    if quantity.unit == "score":
        if section.kind in _NARRATIVE or section.kind == "accounts":
            return Subject("evaluation_score", item=walk.item)
        return None
    if quantity.unit == "ratio":
        stock = _stock_named(phrase)
        if stock is not None:
            state.subject = stock
            return stock
    if quantity.unit == "CNY" and _AVERAGE.search(phrase) is not None:
        return Subject("outcome", item=clause_noun(phrase, text, quantity.start), note="actual")
    parent = state.list_parent
    if quantity.unit == "CNY" and parent is not None and section.kind == "accounts" and parent.concept in _DIVISIBLE and not state.reason:
        noun = clause_noun(phrase, text, quantity.start)
        return Subject(parent.concept, parent.fund, item=noun, scope=parent.scope)
    named = name_money(phrase, right, text, quantity, reading, state, section, walk.item)
    if named is None:
        return None
    subject = Subject(named.concept, item=named.item, scope=named.scope, note=named.measure)
    if named.inherit:
        state.subject = subject
    return subject


# -- measure -----------------------------------------------------------------------------------------------------------

_CHANGES = {
    ("prior_year", "CNY"): "change_on_prior_year",
    ("prior_year", "ratio"): "growth_on_prior_year",
    ("initial_budget", "CNY"): "change_on_initial_budget",
    ("initial_budget", "ratio"): "growth_on_initial_budget",
    ("adjusted_budget", "CNY"): "change_on_adjusted_budget",
    ("adjusted_budget", "ratio"): "growth_on_adjusted_budget",
}


def _state_fact(
    walk: _Walk, state: _State, section: Section, subject: Subject, reading: Reading, quantity: Quantity, unit: str | None,
    right: str, goal: bool, repeated: bool, count: Count | None, phrase: str,
) -> Fact | None:  # fmt: skip
    concept = subject.concept
    relation, direction, base, base_kind = reading.relation, reading.direction, reading.base, reading.base_kind
    if repeated:
        relation, direction, base, base_kind = state.relation, state.direction, state.base, state.base_kind
    stripped = phrase.strip(" ,、")
    if unit == "ratio" and relation == "" and state.completed and (stripped in ("的", "的目标", "目标的", "任务的", "的任务") or stripped == ""):
        relation, base_kind = "completion", state.completed
    if "完成" in phrase and unit != "ratio":
        inner = "target" if reading.goal or "目标" in right else "open_budget" if reading.role in ("open_budget",) else ""
        state.completed = inner or reading.role
    elif reading.relation == "share" and "完成" in phrase:
        state.completed = "target"
    digits = quantity.digits
    flag = quantity.flag
    if relation == "change":
        if base_kind in ("", "final"):
            base_kind = state.base_kind or ("initial_budget" if state.role in ("initial_budget",) else "")
            base = base or state.base
        if base_kind == "open_budget":
            base_kind = "initial_budget"
        kind = base_kind or "prior_year"
        if unit == "CNY" or unit == "ratio":
            measure = _CHANGES.get((kind, unit), "change_on_prior_year" if unit == "CNY" else "growth_on_prior_year")
        else:
            measure = "change_on_prior_year"
        if direction < 0 and digits > 0:
            digits = -digits
        if goal and concept == "outcome":
            measure = "target"
        if base_kind:
            state.base, state.base_kind = base, base_kind
    elif relation == "share" and unit == "ratio":
        measure = "share"
        if concept == "outcome" and ("比重" in phrase or "比例" in phrase) and "占比" not in phrase:
            measure = "target" if goal else "actual"
    elif relation == "completion" and unit == "ratio":
        kind = base_kind if base_kind != "open_budget" else (state.role if state.role in ("initial_budget", "adjusted_budget") else "initial_budget")
        measure = {
            "initial_budget": "completion_of_initial_budget",
            "adjusted_budget": "completion_of_adjusted_budget",
            "target": "completion_of_target",
        }.get(kind, "completion_of_initial_budget")
    elif unit == "score" or concept == "evaluation_score":
        measure = "weight" if "分值" in phrase or "权重" in phrase else "target" if goal and section.goal else "score"
        unit = "score"
    elif concept in _RATES or (unit == "ratio" and concept != "functional_expenditure"):
        measure = "target" if goal else subject.note or "actual"
    elif unit == "count":
        assert count is not None
        measure = count.measure or ("target" if goal else "actual")
    else:
        measure = subject.note or _level(walk, state, section, reading, goal, concept)
    if unit is None:
        if concept in _RATES or concept == "evaluation_score":
            unit = "score" if concept == "evaluation_score" else "ratio"
            if unit == "ratio" and abs(digits) > 2 * 10**-quantity.exponent:
                quantity = quantity._replace(exponent=quantity.exponent - 2, decimals=(quantity.decimals or 0) + 2)
                flag = "bare_percent"
            elif unit == "ratio":
                quantity = quantity._replace(decimals=None)
        else:
            return None
    if unit == "ratio" and measure == "actual" and concept not in _RATES and concept in ("functional_expenditure", "expenditure"):
        return None
    if relation in ("", "share"):
        if measure in ("initial_budget", "adjusted_budget", "final", "prior_year"):
            state.role = measure
            if reading.part or state.list_role:
                pass
            elif not state.list_role:
                state.list_role = ""
            _remember_list(state, text_after=right, measure=measure)
            if reading.base_kind and reading.relation == "":
                state.base, state.base_kind = reading.base, reading.base_kind
    state.relation, state.direction = relation, direction
    decimals = None if unit == "score" else quantity.decimals
    fact = Fact(
        concept, measure, digits, quantity.exponent, unit, _fiscal_year(walk, state, reading, measure, concept, base_kind),
        quantity.raw, 0, 0,
        decimals=decimals if unit != "count" or decimals is None or quantity.unit == "count" else None,
        high_digits=quantity.high_digits, comparator=quantity.comparator,
        counted=quantity.counted if unit == "count" else None,
        fund=subject.fund, subject_code=subject.subject_code, economic_code=subject.economic_code,
        subject_name=subject.subject_name, scope=subject.scope, item=subject.item,
        period=state.period if concept == "outcome" or concept.startswith(("firms", "hightech")) else None,
        base=base if relation or measure == "share" else None, extractor="prose", flag=flag,
    )  # fmt: skip
    return fact


def _remember_list(state: _State, text_after: str, measure: str) -> None:
    """Note the role of the figure that a 其中 list may divide."""
    if measure != "prior_year":
        state.list_role = state.list_role or measure


def _level(walk: _Walk, state: _State, section: Section, reading: Reading, goal: bool, concept: str) -> str:
    """Return the role of an amount that is no change, share or rate."""
    role = reading.role
    if role == "open_budget":
        if state.list_role in ("initial_budget", "adjusted_budget"):
            return state.list_role
        return "initial_budget"
    if role == "adjusted_budget" and reading.appropriated and reading.total and walk.facts and walk.facts[-1].measure == "final":
        return "final"
    if role:
        return role
    if reading.base_kind in ("initial_budget", "adjusted_budget", "prior_year"):
        return reading.base_kind
    if state.list_role:
        return state.list_role
    if goal:
        return "target"
    return walk.default_role


def _fiscal_year(walk: _Walk, state: _State, reading: Reading, measure: str, concept: str, base_kind: str) -> int | None:
    year = walk.year
    if year is None:
        return state.year
    if measure == "prior_year":
        return year - 1
    stated = reading.year or state.year
    if (
        stated is not None
        and stated < year
        and stated >= year - 3
        and concept not in ("project_funding", "programme_funding", "programme_rate")
        and (reading.year is None or reading.concept is not None or concept == "outcome" or bool(reading.lines))
    ):
        return stated
    return year
