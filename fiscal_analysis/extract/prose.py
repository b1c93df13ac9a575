"""Prose to facts: the readings of phrases, composed with what the sentence, the list and the heading say.

The walk goes figure by figure. Each figure's phrase is read on its own (:mod:`fiscal_analysis.extract.phrase`); what
it leaves open is inherited: the subject from the figure before in the paragraph, else from the heading; the base of a
change from the change before; the role in a 其中 list from the list's total; fund and scope from the total above.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fiscal_analysis.document import Document, Paragraph
from fiscal_analysis.extract.around import clause_noun
from fiscal_analysis.extract.context import COUNTED, DIVISIBLE, RATES, Section, State, Subject, Walk
from fiscal_analysis.extract.counts import read_count
from fiscal_analysis.extract.measures import measure_figure
from fiscal_analysis.extract.money import AVERAGE, name_amount, name_ratio
from fiscal_analysis.extract.phrase import Reading, read_phrase
from fiscal_analysis.extract.sections import NO_DATA, TOP
from fiscal_analysis.extract.subjects import FunctionalLine, resolve_lines
from fiscal_analysis.facts import Fact
from fiscal_analysis.quantity import Quantity, scan

__all__ = ["Located", "extract_prose", "project_of_title", "read_cell"]


class Located(NamedTuple):
    """A quantity of the prose: its section, and why it is no data where that is known."""

    quantity: Quantity
    section: int
    reason: str | None


_NARRATIVE = frozenset(("performance", "goals"))
_UNREAD = NO_DATA | {"duties", "outlook"}
_SCOPES = {"expenditure_basic": "basic", "expenditure_project": "project"}
_PERIOD = re.compile(
    r"(?:20[0-9]{2}年)?([0-9]{1,2}-[0-9]{1,2}月份?|前[一二三]季度|上半年|下半年|第?[一二三四]季度"
    r"|截[至止]到?(?:20[0-9]{2}年)?[0-9]{1,2}月(?:[0-9]{1,2}日|底|末)?|前[一二三四五六七八九十]{1,2}个?月)"
)
_PROJECT_NAME = re.compile(r"项目名称:\s*([^,。;]{4,60})$")
_ENUMERATED = frozenset(("、", ",", "和", "及", "与"))
_RIGHT = re.compile(r"[^,。;:!?\n]{0,40}")
_EVALUATION_TITLE = re.compile(
    r"(?:[一-鿿]{2,20}(?:局|委员会|委))?(?:20[0-9]{2}年度?)?(.{4,40}?)(?:项目)?(?:支出)?(?:绩效|自评)"
)
_LIST_ITEM = re.compile(r"\(?[0-9一二三四五六七八九十]{1,3}[.、)]")
_TEMPLATE = re.compile(r"[X×]{2,}|\*\*")
_TEMPLATE_MARKS = ("X", "×", "**")
_WORDS = re.compile("[一-鿿%]")
_PLACES = re.compile(r"\.([0-9]+)")
_GRADE_WORDS = ("在", "(", "良好", "优秀", "一般", "较差", "满分", "、", "(含", "-")
_INSTRUCTION = re.compile("需超|应当|不得|必须|原则上|应不|需列")
_THRESHOLD_AFTER = re.compile(r" ?(?:\(含|\(不含|含\)|\)?以上|\)?以下|\(?含)")
_THRESHOLD_OF = re.compile(r"(?:单位价值|单价|价值)\|?|\|\)?(?:以上)?的?(?:[通专大][用型])?设备")
_LONGEST_TITLE = 48


def extract_prose(
    document: Document, sections: list[Section], project: str | None = None
) -> tuple[list[Fact], list[Located]]:
    """Read the paragraphs of a document.

    Parameters
    ----------
    document : Document
    sections : list of Section
        What the headings tell, see :func:`fiscal_analysis.extract.sections.read_sections`.
    project : str, optional
        The project that a document of one project evaluates, as its table names it.

    Returns
    -------
    facts : list of Fact
        In reading order.
    quantities : list of Located
        Every quantity of the paragraphs, offsets into ``Document.text``.
    """
    meta = document.metadata
    walk = Walk(meta.fiscal_year, "initial_budget" if meta.kind == "budget" else "final")
    walk.one_project = meta.kind == "project_evaluation"
    if walk.one_project:
        walk.project = project or project_of_title(meta.title)
    found: list[Located] = []
    text = document.text
    same = document.folded is text
    for paragraph in document.paragraphs:
        line = paragraph.text
        section = sections[paragraph.section] if paragraph.section >= 0 else TOP
        if paragraph.section != walk.section:
            _enter(walk, paragraph.section, section)
        if "项目名称" in line and (named := _PROJECT_NAME.search(line)) is not None:
            walk.project = named[1].strip()
        quantities = scan(line)
        if not quantities or (len(line) < 8 and _WORDS.search(line) is None):
            continue  # nothing, or a lone running number
        first = len(found)
        reason = section.kind if section.kind in _UNREAD else None
        if any(mark in line for mark in _TEMPLATE_MARKS) and _TEMPLATE.search(line) is not None:
            reason = "template"
        base, breaks = paragraph.start, paragraph.breaks
        for quantity in quantities:
            if breaks:
                start, end = paragraph.offset(quantity.start), paragraph.offset(quantity.end - 1) + 1
            else:
                start, end = base + quantity.start, base + quantity.end
            raw = quantity.raw if same and not breaks else text[start:end]
            found.append(Located(Quantity(start, end, raw, *quantity[3:]), paragraph.section, reason))
        if section.kind not in NO_DATA and reason != "template":
            for index in _read_paragraph(walk, paragraph, quantities, section, found, first):
                found[index] = found[index]._replace(reason="threshold")
    return walk.facts, found


def project_of_title(title: str) -> str | None:
    """Return the project that the title of an evaluation names."""
    match = _EVALUATION_TITLE.match(title)
    return match[1] if match is not None else None


def read_cell(
    document: Document, sections: list[Section], start: int, end: int, section: int, measure: str, project: str | None
) -> list[Fact]:
    """Read the prose inside a table cell (annual goal, what was achieved) as a paragraph of its own.

    `measure` is ``target`` or ``actual``.
    """
    walk = Walk(document.metadata.fiscal_year, "final", project=project)
    around = sections[section] if section >= 0 else TOP
    goal = measure == "target"
    inside = Section("goals" if goal else "performance", around.fund, None, goal, around.hightech)
    words = document.folded[start:end]
    quantities = scan(words)
    moved = [
        Located(
            q._replace(start=start + q.start, end=start + q.end, raw=document.text[start + q.start : start + q.end]),
            section, None,
        )
        for q in quantities
    ]  # fmt: skip
    _read_paragraph(walk, Paragraph(start, end, words, section), quantities, inside, moved, 0)
    return walk.facts


def _enter(walk: Walk, index: int, section: Section) -> None:
    walk.section = index
    walk.parent = None
    if section.project is not None or not walk.one_project:
        walk.project = section.project
    if section.kind == "accounts" and section.subject is None:
        walk.class_code = walk.group_code = None


# -- one paragraph -----------------------------------------------------------------------------------------------------


def _read_paragraph(
    walk: Walk, paragraph: Paragraph, quantities: list[Quantity], section: Section, located: list[Located], first: int
) -> list[int]:
    """State the facts of a paragraph; return the indices in `located` that are bounds of grades, not figures."""
    text = paragraph.text
    state = State(section.subject, section.goal)
    if walk.parent is not None and section.subject is not None and text[0] not in "“\"" and not _LIST_ITEM.match(text):
        walk.parent = None
    thresholds: list[int] = []
    previous_end = boundary = quote_start = 0
    quote_end = -1
    for index, quantity in enumerate(quantities):
        start = quantity.start
        phrase = text[previous_end:start]
        if "。" in phrase or ";" in phrase:
            full = phrase.rfind("。") >= 0
            cut = max(phrase.rfind("。"), phrase.rfind(";")) + 1
            boundary = previous_end + cut
            _next_sentence(state, section, full)
            if 1 < cut <= _LONGEST_TITLE:
                _title_sentence(walk, state, section, phrase[: cut - 1])
            phrase = phrase[cut:]
            quote_start = boundary
        if quote_end < quantity.end:
            stops = [at for at in (text.find("。", quantity.end), text.find(";", quantity.end)) if at >= 0]
            quote_end = min(stops) if stops else len(text)
        previous_end = quantity.end
        if _is_threshold(text, phrase, quantity):
            thresholds.append(first + index)
            continue
        if ("月" in phrase or "季" in phrase or "半年" in phrase) and (found := _PERIOD.search(phrase)) is not None:
            state.period = found[1]
        fact = _read_figure(walk, state, section, text, phrase, quantities, index)
        if fact is None:
            continue
        place = located[first + index].quantity
        fact.source_start, fact.source_end, fact.raw = place.start, place.end, place.raw
        if paragraph.breaks:
            fact.quote_start, fact.quote_end = paragraph.offset(quote_start), paragraph.offset(quote_end - 1) + 1
        else:
            fact.quote_start, fact.quote_end = paragraph.start + quote_start, paragraph.start + quote_end
        fact.section = paragraph.section
        walk.facts.append(fact)
    if state.subject is not None and text.endswith("其中:"):
        walk.parent = state.subject
    return thresholds


def _next_sentence(state: State, section: Section, full: bool) -> None:
    """Forget what does not outlive a semicolon, or (`full`) a full stop."""
    state.goal = section.goal
    state.completed = state.role = state.relation = ""
    state.year = None
    if full:
        state.list_role = ""
        state.reason = False
        state.period = state.list_parent = None
        if state.head is not None:
            state.subject = state.head  # the next sentence goes on about the first subject of this one
            state.head = None


def _title_sentence(walk: Walk, state: State, section: Section, sentence: str) -> None:
    """Take the subject from a sentence without figures that is a title (``1.公务接待费。``)."""
    reading = read_phrase(sentence)
    if reading.concept is not None and not reading.concept.note and not reading.reason and not reading.relation:
        state.subject = _named(walk, state, section, reading)


def _is_threshold(text: str, phrase: str, quantity: Quantity) -> bool:
    """Tell whether a number is the bound of a grade, of an asset class or of an instruction, not a figure."""
    unit = quantity.unit
    if unit == "score" or unit is None:
        if unit == "score" or text.startswith(("(含", " (含"), quantity.end):
            return phrase.rstrip().endswith(_GRADE_WORDS) or _THRESHOLD_AFTER.match(text, quantity.end) is not None
        return False
    if unit == "CNY":
        if quantity.comparator or text.startswith("以", quantity.end):
            return _THRESHOLD_OF.search(phrase[-8:] + "|" + text[quantity.end : quantity.end + 8]) is not None
        return False
    return unit == "ratio" and _INSTRUCTION.search(phrase[-16:]) is not None


def _read_figure(
    walk: Walk, state: State, section: Section, text: str, phrase: str, quantities: list[Quantity], index: int
) -> Fact | None:
    quantity = quantities[index]
    repeated = index > 0 and phrase.strip() in _ENUMERATED and quantities[index - 1].unit in (quantity.unit, None)
    reading = read_phrase(phrase)
    if reading.reason:
        state.reason = True
    drawn_up = "制定" in phrase  # 年初制定的…: a goal that is recalled, not set
    if drawn_up or state.relation == "completion":
        state.goal = section.goal
    goal = reading.goal and reading.relation != "completion"
    if goal and not drawn_up:
        state.goal = True
    if reading.year is not None:
        state.year = reading.year
    if reading.part and state.subject is not None:
        state.list_parent = state.subject
    match = _RIGHT.match(text, quantity.end)
    right = match[0] if match is not None else ""
    goal = goal or state.goal or (quantity.unit != "score" and "目标" in right)
    if quantity.unit is None and reading.concept is not None:
        quantity = _with_unit_of_next(text, quantities, index)
    unit = quantity.unit
    subject = _subject(walk, state, section, reading, unit, repeated)
    if (unit == "count" or unit is None) and (
        subject is None or (subject.concept not in RATES and not (unit is None and subject.concept == "evaluation_score"))
    ):
        subject = read_count(phrase, right, text, quantity.start, quantity, reading, state, section, walk.project)
        unit = "count"
    elif subject is None:
        if unit == "CNY":
            capped = quantity.comparator == "<="
            subject = name_amount(
                phrase, right, text, quantity.start, capped, reading, state, section, walk.project
            )
        elif unit == "ratio":
            subject = name_ratio(phrase, text, quantity.start, state, section)
        elif section.kind in _NARRATIVE or section.kind == "accounts":
            subject = Subject("evaluation_score", item=walk.project)
    if subject is None:
        return None
    if reading.concept is not None and subject.concept in DIVISIBLE and "中," in phrase:
        state.list_parent = subject
        subject = subject._replace(item=clause_noun(phrase, text, quantity.start))
    if unit == "CNY" and state.head is None:
        state.head = subject
    measured = measure_figure(walk, state, section, subject, reading, quantity, unit, phrase, right, goal, repeated)
    if measured is None:
        return None
    counted = measured.unit == "count"
    return Fact(
        subject.concept, measured.measure, measured.digits, measured.exponent, measured.unit, measured.fiscal_year,
        quantity.raw, 0, 0, measured.decimals, quantity.high_digits, quantity.comparator,
        quantity.counted if counted else None, subject.fund, subject.subject_code, subject.economic_code,
        subject.subject_name, subject.scope, subject.item,
        state.period if counted or subject.concept == "outcome" else None, measured.base,
        extractor="prose", flag=measured.flag,
    )  # fmt: skip


def _with_unit_of_next(text: str, quantities: list[Quantity], index: int) -> Quantity:
    """Give a bare number the unit of the number that it is listed with (``各是4125.49,4143.91万元``)."""
    quantity = quantities[index]
    if index + 1 < len(quantities):
        following = quantities[index + 1]
        if following.unit == "CNY" and text[quantity.end : following.start].strip() in _ENUMERATED:
            match = _PLACES.search(following.raw)
            scale = following.exponent + (len(match[1]) if match is not None else 0)
            exponent = quantity.exponent + scale
            return quantity._replace(unit="CNY", exponent=exponent, decimals=-exponent)
    return quantity


# -- subject -----------------------------------------------------------------------------------------------------------


def _subject(
    walk: Walk, state: State, section: Section, reading: Reading, unit: str | None, repeated: bool
) -> Subject | None:
    """Return the subject that the phrase names, or that it inherits; None where it names something unknown."""
    if reading.lines:
        above = walk.group_code if reading.lines[-1].level == "项" else walk.class_code
        state.subject = _functional(walk, section, resolve_lines(reading.lines, above), reading.fund)
        return state.subject
    if reading.class_code is not None:
        line = FunctionalLine("class", reading.class_code, reading.class_name)
        state.subject = _functional(walk, section, line, reading.fund)
        return state.subject
    concept = reading.concept
    if concept is not None:
        if concept.note == "bare" and section.kind in _NARRATIVE:
            concept = None
        elif unit == "ratio" and not reading.relation and concept.concept not in RATES:
            concept = None
        elif unit == "CNY" and AVERAGE.search(reading.head) is not None:
            return None
        elif concept.note == "weak" and state.subject is not None and not reading.part:
            concept = concept if reading.head.startswith(concept.alias) else None
    if concept is not None:
        state.subject = _named(walk, state, section, reading)
        return state.subject
    subject = state.subject
    if repeated:
        return subject
    if reading.fund is not None and subject is not None and unit == "CNY" and not reading.relation:
        if subject.concept.startswith("revenue"):
            state.subject = Subject("revenue_appropriation", reading.fund)
            return state.subject
        if subject.concept in ("expenditure", "appropriation_expenditure"):
            state.subject = Subject("appropriation_expenditure", reading.fund)
            return state.subject
    if not reading.pure or state.reason:
        return None
    if unit == "CNY":
        if subject is not None and (subject.concept in COUNTED or subject.concept == "outcome"):
            parent = state.list_parent
            if parent is not None and parent.concept in DIVISIBLE:
                return parent._replace(item=state.count_item or subject.item)
            return None if subject.concept in COUNTED else subject
        if subject is None and section.kind == "accounts" and reading.role and walk.project is None:
            # 全年预算数X万元 on its own: the body's total
            state.subject = Subject("expenditure")
    return state.subject


def _functional(walk: Walk, section: Section, line: FunctionalLine, fund: str | None) -> Subject:
    if line.level == "class":
        walk.class_code, walk.group_code = line.code, None
    elif line.level == "group":
        walk.group_code = line.code
        if line.code is not None and walk.class_code is None:
            walk.class_code = line.code[:3]
            _fill_class(walk, line.code[:3])
    return Subject("functional_expenditure", fund or section.fund, line.code, line.name)


def _fill_class(walk: Walk, code: str) -> None:
    """Give a class line whose name is in no table the code that the group under it proves."""
    name = None
    for fact in reversed(walk.facts):
        if fact.concept != "functional_expenditure" or fact.subject_code is not None:
            break
        if name is not None and fact.subject_name != name:
            break
        name = fact.subject_name
        fact.subject_code = code


def _named(walk: Walk, state: State, section: Section, reading: Reading) -> Subject:
    """Return the subject of a phrase that holds a concept."""
    concept = reading.concept
    assert concept is not None
    name, fund = concept.concept, reading.fund
    if name == "expenditure_other":
        # 其他支出 is a functional class, an economic class or a kind of expenditure, by the list that it stands in
        if walk.facts and walk.facts[-1].concept == "economic_expenditure":
            name = "economic_expenditure"
        elif state.subject is not None and state.subject.concept == "functional_expenditure":
            return Subject("functional_expenditure", fund or section.fund, "229", concept.alias)
    if name == "economic_expenditure":
        scope = None
        if walk.parent is not None:
            fund = fund or walk.parent.fund
            scope = _SCOPES.get(walk.parent.concept) or walk.parent.scope
        code = concept.economic_code or "399"
        return Subject(name, fund or section.fund, None, concept.alias, code, scope)
    if name == "operating_cost" and section.subject is not None and section.subject.concept == "agency_operating_cost":
        name = "agency_operating_cost"
    scope = item = None
    if name == "appropriation_expenditure":
        fund = fund or section.fund
    elif name == "carryover_closing":
        scope = "basic" if "基本支出" in reading.head else "project" if "项目" in reading.head else None
    elif name in RATES or name in ("evaluation_score", "project_funding"):
        item = walk.project
    if concept.note == "item":
        item = concept.alias
    return Subject(name, fund, None, None, concept.economic_code, scope, item)
