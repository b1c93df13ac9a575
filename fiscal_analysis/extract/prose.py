"""Prose to facts: the readings of phrases, composed with what the sentence, the list and the heading say.

The walk goes figure by figure. Each figure's phrase is read on its own (:mod:`fiscal_analysis.extract.phrase`); what
it leaves open is inherited: the subject from the figure before in the paragraph, else from the heading; the base of a
change from the change before; the role in a 其中 list from the list's total; fund and scope from the total above.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from fiscal_analysis.document import Document, Paragraph
from fiscal_analysis.extract.around import counts_nothing
from fiscal_analysis.extract.context import Section, State, Subject, Walk
from fiscal_analysis.extract.figure import GENERIC_TITLE, read_figure, sentence_around
from fiscal_analysis.extract.listings import shared_facts, subject_of
from fiscal_analysis.extract.naming import OF_FUNDS, name_concept, name_line
from fiscal_analysis.extract.paragraphs import announced_kind, closed_up, is_row, reason_unread
from fiscal_analysis.extract.phrase import Reading, read_phrase
from fiscal_analysis.extract.sections import TOP
from fiscal_analysis.extract.thresholds import is_threshold, regulates, states_rule
from fiscal_analysis.facts import Fact
from fiscal_analysis.quantity import Quantity, scan

__all__ = ["Prose", "extract_prose", "project_of_title", "read_cell"]


class Prose(NamedTuple):
    """What the paragraphs of a document hold, in reading order.

    `quantities`, `sections` and `reasons` run in parallel: every quantity at its place in ``Document.text``, its
    section, and why it is no data where that is known.
    """

    facts: list[Fact]
    quantities: list[Quantity]
    sections: list[int]
    reasons: list[str | None]


_PROJECT_NAME = re.compile(r"项目名称:\s*([^,。;]{4,60})$")
_EVALUATION_TITLE = re.compile(
    r"(?:[一-鿿]{2,20}(?:局|委员会|委))?(?:20[0-9]{2}年度?)?(.{4,40}?)(?:项目)?(?:支出)?(?:绩效|自评)"
)
_LIST_ITEM = re.compile(r"\(?[0-9一二三四五六七八九十]{1,3}[.、)]")
_INSTRUCTION_BEGINS = re.compile("[(](?:例|此处|示例|样例|填|注:请|注:此)")
_INSTRUCTIONS = re.compile(
    "[(](?:例|此处|示例|样例|填|注:请|注:此)[^()]*(?:[(][^()]*[)][^()]*)*[)]"
)  # what a form's author says
_LONGEST_HEAD = 12
_ANNEX = re.compile("^[^。;]{0,40}(?:绩效|自评|评价)[^。;]{0,8}报告$")
_TAKEN = ("措施:", "采取措施:", "解决措施:")  # in a chapter on problems, what was done about them
_LONGEST_TITLE = 48
_TROUBLES = re.compile("(?:存在的?|发现的)(?:主要)?(?:问题|不足)(?:及其?原因)?(?:[:是有]|主要)")
_RESULTS = frozenset(("count", "ratio"))
_PLAIN = frozenset(("CNY", "ratio"))
_OUGHT = re.compile("[应须需要]|不得|原则|力争|确保|必须|目标|建议")  # else 失业率控制在2.5%以内 is a result
_ALLOTS = re.compile("关于(?:提前)?(?:下达|分配|拨付|安排|拟)[^,。;\n]{0,60}(?:通知|计划|公示|方案)")
_LIST_AHEAD = (":", "方面", "方面。", "如下", "如下。")
_TITLE_LINES = 300  # the beginning of a document, where its title stands
_LEVEL_MARKS = ("类)", "款)", "项)")


def extract_prose(document: Document, sections: list[Section], project: str | None = None) -> Prose:
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
    Prose
        The facts, and every quantity of the paragraphs.
    """
    meta = document.metadata
    walk = Walk(meta.fiscal_year, "initial_budget" if meta.kind == "budget" else "final")
    walk.one_project = meta.kind == "project_evaluation"
    walk.whole_body = meta.kind == "overall_evaluation"
    walk.granting = _ALLOTS.search(document.folded, 0, _TITLE_LINES) is not None
    if walk.one_project:
        walk.project = project or project_of_title(meta.title)
    found = Prose(walk.facts, [], [], [])
    text = document.text
    aside: str | None = None  # the kind of text that a line of its own announces
    for paragraph in document.paragraphs:
        start, _, line, at, breaks = paragraph
        section = sections[at] if at >= 0 else TOP
        if at != walk.section:
            _enter(walk, at, section)
            aside = None
        if "项目名称" in line and (named := _PROJECT_NAME.search(line)) is not None:
            walk.project = named[1].strip()
        paragraph = closed_up(paragraph)
        breaks = paragraph.breaks
        if breaks:
            shift, quantities = 0, scan(paragraph.text)
            places = [_placed(paragraph, text, quantity) for quantity in quantities]
        else:
            shift = start
            places = quantities = scan(line, text, shift)
        if not quantities:
            if section.kind == "furniture" and _ANNEX.search(line) is not None:
                aside = "performance"  # 附件: a report stands below its title
            elif len(line) <= _LONGEST_HEAD:
                aside = announced_kind(line, section)
            if line.endswith(_LIST_AHEAD):
                _introduce(walk, section, line)
            titled = ")" in line and len(line) <= _LONGEST_TITLE and any(mark in line for mark in _LEVEL_MARKS)
            walk.title = line if titled else ""
            continue
        if aside is not None:
            section = replace(section, kind=aside)
        elif section.kind == "problems" and line.startswith(_TAKEN):
            section = replace(section, kind="performance")
        reason = reason_unread(line, section)
        if reason == "duties" and section.kind != reason:
            section = replace(section, kind=reason)
        first, count = len(found.reasons), len(places)
        found.quantities.extend(places)
        found.sections.extend([at] * count)
        found.reasons.extend([reason] * count)
        if (reason is None or reason == "duties") and not (count > 1 and " " in line and is_row(line)):
            for index, why in _read_paragraph(walk, paragraph, quantities, places, shift, section):
                found.reasons[first + index] = why
    return found


def _placed(paragraph: Paragraph, text: str, quantity: Quantity) -> Quantity:
    """Return a quantity of a joined paragraph at its place in the document's text."""
    start, end = paragraph.offset(quantity.start), paragraph.offset(quantity.end - 1) + 1
    return quantity._replace(start=start, end=end, raw=text[start:end])


def project_of_title(title: str) -> str | None:
    """Return the project that the title of an evaluation names."""
    match = _EVALUATION_TITLE.match(title)
    return match[1] if match is not None and GENERIC_TITLE.fullmatch(match[1]) is None else None


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
    quantities = scan(words, document.text, start)
    _read_paragraph(walk, Paragraph(start, end, words, section), quantities, quantities, start, inside)
    return walk.facts


def _introduce(walk: Walk, section: Section, line: str) -> None:
    """Keep the appropriation that a line without figures says is divided below (``财政拨款支出主要用于以下方面:``)."""
    reading = read_phrase(line)
    fund = reading.fund or section.fund
    if reading.concept is not None and reading.concept.concept == "appropriation_expenditure" and fund is not None:
        walk.parent = Subject("appropriation_expenditure", fund)


def _enter(walk: Walk, index: int, section: Section) -> None:
    walk.section = index
    walk.parent = walk.kept = walk.carried = None
    if section.project is not None or not walk.one_project:
        walk.project = section.project
    if section.class_code is not None:
        walk.class_code, walk.group_code = section.class_code, None
    elif section.kind == "accounts" and section.subject is None:
        walk.class_code = walk.group_code = None


# -- one paragraph -----------------------------------------------------------------------------------------------------


def _read_paragraph(
    walk: Walk, paragraph: Paragraph, quantities: list[Quantity], places: list[Quantity], shift: int, section: Section
) -> list[tuple[int, str]]:
    """State the facts of a paragraph; return the indices of quantities that are known to be no figures, and why.

    The positions of `quantities` in the paragraph's text are their offsets less `shift`; `places` are the same
    quantities at their offsets in the document's text.
    """
    origin, _, text, number, breaks = paragraph
    state = State(section.subject, section.goal)
    state.first = len(walk.facts)
    above = walk.kept
    if above is not None and _LIST_ITEM.match(text) is None:
        state.project, state.money, state.granted = above.project, above.money, above.granted
        state.firm_kind, state.firm_name = above.firm_kind, above.firm_name
    if walk.parent is not None and section.subject is not None and text[0] not in '“"' and not _LIST_ITEM.match(text):
        walk.parent = None
    if walk.title:
        _title_sentence(walk, state, section, walk.title)  # 某类(类)某款(款)。 on a line of its own
        walk.title = ""
    left: list[tuple[int, str]] = []
    previous_end = quote_start = 0
    following = _next_stop(text, 0)  # the first stop behind the previous figure
    quote_end = -1
    rule = False  # inside a sentence that states a rule, not a figure
    ruled = regulates if section.kind == "accounts" else states_rule
    rules = ruled(text)
    told = _TROUBLES.search(text) if "问题" in text or "不足" in text else None
    troubles = told.start() if told is not None else -1
    asides = (
        [match.span() for match in _INSTRUCTIONS.finditer(text)]
        if "(" in text and _INSTRUCTION_BEGINS.search(text)
        else ()
    )
    for index, quantity in enumerate(quantities):
        start, end = quantity[0] - shift, quantity[1] - shift
        if asides and any(a < start < b for a, b in asides):
            left.append((index, "threshold"))
            continue
        phrase = text[previous_end:start]
        if following < start:
            stop = phrase.rfind("。")
            cut = max(stop, phrase.rfind(";")) + 1
            _next_sentence(state, section, stop >= 0)
            quote_start = previous_end + cut
            if ")" in phrase and any(mark in phrase for mark in _LEVEL_MARKS):
                # 某类支出(类)某款(款)某项(项)。主要用于:...。年初预算为X
                for sentence in phrase[:cut].split("。"):
                    if any(mark in sentence for mark in _LEVEL_MARKS):
                        _title_sentence(walk, state, section, sentence)
            elif 1 < cut <= _LONGEST_TITLE and not (phrase[0] == "(" and phrase.find(")") == cut - 2):
                _title_sentence(walk, state, section, phrase[: cut - 1])
            phrase = phrase[cut:]
        if quote_end < end:
            quote_end = following if following >= end else _next_stop(text, end)
            if rules:
                rule = ruled(sentence_around(text, start))
        formula = phrase.endswith(("×", "="))  # 执行率=(执行数/预算数)×100%=97.5%
        if formula and phrase[-1] == "×":
            left.append((index, "threshold"))  # a factor, what stands before it names the result
            continue
        previous_end, following = end, quote_end
        if formula and "率=" in phrase:
            phrase = phrase[: phrase.find("=")]  # what the formula makes
        reading = read_phrase(phrase)
        unit = quantity.unit
        around = section
        if 0 <= troubles < start and unit in _RESULTS and section.kind != "accounts":
            around = replace(section, kind="problems")
        if (rule and not (unit == "score" and phrase.endswith("自评")) and not _accounted(reading, quantity)) or (
            (reading.instructs or quantity.comparator if unit == "ratio" else unit != "count")
            # most amounts and rates have nothing about them that the bound of a rule has
            and (reading.instructs or unit not in _PLAIN or quantity.comparator or text.startswith(("以", "的"), end))
            and is_threshold(text, phrase, quantity, start, end)
            and not (phrase.endswith("控制在") and section.kind == "performance" and _OUGHT.search(phrase) is None)
        ):
            left.append((index, "threshold"))
            continue
        fact = read_figure(walk, state, around, text, phrase, reading, quantities, index, start, end, shift)
        if fact is None:
            if unit == "count" and counts_nothing(phrase, text, end):
                left.append((index, "organisation"))
            continue
        place = places[index]
        fact.source_start, fact.source_end, fact.raw = place[:3]
        if not breaks:
            fact.quote_start, fact.quote_end = origin + quote_start, origin + quote_end
        else:
            fact.quote_start, fact.quote_end = paragraph.offset(quote_start), paragraph.offset(quote_end - 1) + 1
        fact.section = number
        walk.facts.append(fact)
        if unit == "CNY" and "均" in phrase[-4:] and not reading.relation:
            walk.facts += shared_facts(walk, state, section, phrase, fact)
    whole = state.head or state.subject
    if whole is not None and (
        text.endswith("其中:") or (whole.concept in OF_FUNDS and whole.fund and text.endswith(_LIST_AHEAD))
    ):
        walk.parent = whole
    walk.kept = state
    first = walk.facts[state.first] if len(walk.facts) > state.first else None
    walk.carried = subject_of(first) if first is not None and first.unit == "CNY" else None
    return left


def _accounted(reading: Reading, quantity: Quantity) -> bool:
    """Tell whether a figure is of the accounts, so that it states no rule though its sentence holds one."""
    if quantity.comparator is not None or quantity.unit not in _PLAIN:
        return False
    compared = reading.relation == "change" and bool(reading.base_kind)
    return compared or (reading.concept is not None and not reading.concept.note and quantity.unit == "CNY")


def _next_stop(text: str, start: int) -> int:
    """Return the place of the first full stop or semicolon from `start` on; the text's length where there is none."""
    stop = text.find("。", start)
    if stop < 0:
        stop = len(text)
    other = text.find(";", start, stop)
    return stop if other < 0 else other


def _next_sentence(state: State, section: Section, full: bool) -> None:
    """Forget what does not outlive a semicolon, or (`full`) a full stop."""
    state.goal = section.goal or (state.goal_listed and not full)
    state.completed = state.role = state.relation = ""
    state.year = None
    state.queue.clear()
    if full:
        state.in_list = state.goal_listed = False
        state.evaluated_fund = None
        state.budget_role = state.budget_phrase = state.unknown = ""
        state.sequence.clear()
        state.dealt = state.intended = False
        state.list_role = ""
        state.reason = False
        state.period = state.list_parent = state.outside = None
        if state.head is not None:
            state.subject = state.head  # the next sentence goes on about the first subject of this one
            state.head = None


def _title_sentence(walk: Walk, state: State, section: Section, sentence: str) -> None:
    """Take the subject from a sentence without figures that is a title (``1.公务接待费。``)."""
    sentence = sentence.partition("用于")[0]  # what it is spent on is no title
    if len(sentence) <= 2:
        return
    reading = read_phrase(sentence)
    if reading.reason or reading.relation:
        return
    if reading.lines or reading.class_code is not None:
        state.subject = name_line(walk, state, section, reading)
    elif reading.concept is not None and not reading.concept.note:
        state.subject = name_concept(walk, state, section, reading)
