"""Headings to sections: kind of content, fund, subject, goals or results, project, high-tech topic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from fiscal_analysis.document import Document
from fiscal_analysis.extract.context import Section, Subject
from fiscal_analysis.extract.lexicon import Concept, find_firms, fund_of_code, section_kinds, tokens
from fiscal_analysis.extract.phrase import GENERIC, Line, read_phrase
from fiscal_analysis.extract.subjects import resolve_lines

__all__ = ["NO_DATA", "TOP", "read_sections"]

TOP = Section("open")
NO_DATA = frozenset(("glossary", "contents", "furniture", "procedures"))
_PROJECT_NAME = re.compile(r"项目名称:\s*([^,。;]{4,60})$")
_SURVEYED = re.compile("([一-鿿“”]{3,40}?)(?:项目)?(?:支出)?(?:绩效)?自评综述$")
_ANNEXED = frozenset(("accounts", "performance"))  # 附件: 部门整体支出绩效评价报告
_LEVEL_ENDS = ("(款)", "(项)", "(类)", "款)", "项)", "类)")
_ABOUT_BODY = re.compile("部门|单位|资产|人员")
_ABOUT_PROJECT = re.compile("项目|绩效")
_CONCLUDED = re.compile("结论|结果|得分|目标|完成|成效|分析|综合|履职|产出|效益|效果|绩效情况|满意度(?!调查)")
_OF_A_FUND = frozenset(
    (
        "expenditure_basic",
        "expenditure_project",
        "personnel_cost",
        "operating_cost",
        "appropriation_expenditure",
        "three_public",
        "three_public_overseas",
        "three_public_reception",
        "three_public_vehicle",
        "three_public_vehicle_purchase",
        "three_public_vehicle_operation",
    )
)
_TOPIC_WORDS = ("高新技术企业", "高企")
_TOPIC_MENTIONS = 15  # a chapter that names them so often is about them


class _Title(NamedTuple):
    """What a heading's words say on their own."""

    kind: str
    fund: str | None
    concept: Concept | None
    hightech: bool
    about_body: bool
    about_project: bool
    project: str | None
    class_code: str | None
    appropriation: bool
    lines: tuple[Line, ...]


_titles: dict[str, _Title] = {}


def _read_title(title: str) -> _Title:
    known = _titles.get(title)
    if known is not None:
        return known
    kind = next((name for name, words in section_kinds() if words.search(title)), "")
    found = tokens(title)
    fund = next((t.value for t in reversed(found) if t.role == "fund"), None)
    named = [t.concept for t in reversed(found) if t.concept is not None and t.concept.note != "bare"]
    # “三公”经费财政拨款支出: the total behind the name is no other subject
    concept = next((c for c in named if c.concept not in GENERIC), named[0] if named else None)
    if concept is not None and ("绩效" in title or "自评" in title) and not concept.concept.startswith("evaluat"):
        concept = None  # 项目支出绩效自评结果: of the evaluation, not of the expenditure
    lines = read_phrase(title).lines if title.endswith(_LEVEL_ENDS) else ()
    project = _PROJECT_NAME.search(title) or _SURVEYED.match(title)
    known = _Title(
        kind, fund, concept, _names_firms(title), _ABOUT_BODY.search(title) is not None,
        _ABOUT_PROJECT.search(title) is not None, project[1].strip() if project is not None else None,
        next((t.value for t in found if t.role == "class"), None), "财政拨款" in title or "一般公共预算" in title,
        lines,
    )  # fmt: skip
    if len(_titles) >= 20000:
        _titles.clear()
    _titles[title] = known
    return known


@lru_cache(maxsize=1024)
def _names_firms(name: str) -> bool:
    """Tell whether the name of a project or a heading names firms."""
    return next(find_firms(name), None) is not None


def _mentions(folded: str, start: int, end: int) -> int:
    """Return how often a chapter names high-tech firms."""
    return sum([folded.count(word, start, end) for word in _TOPIC_WORDS])


def _ends(document: Document) -> list[int]:
    """Return for each heading of the outline where its chapter ends: at the next heading of its rank or above."""
    ends = [len(document.folded)] * len(document.outline)
    open_: list[tuple[int, int]] = []  # level and index of the headings whose chapters go on
    for index, (level, _, _, start, _, _) in enumerate(document.outline):
        while open_ and open_[-1][0] >= level:
            ends[open_.pop()[1]] = start
        open_.append((level, index))
    return ends


def read_sections(document: Document, projects: Sequence[tuple[int, str]] = ()) -> list[Section]:
    """Return what each heading of the outline tells.

    Parameters
    ----------
    document : Document
    projects : sequence of (offset, name)
        The projects that evaluation tables are of; the chapter around such a table is about its project.

    Returns
    -------
    list of Section
        In parallel to ``document.outline``.
    """
    outline, folded = document.outline, document.folded
    one_project = document.metadata.kind == "project_evaluation"
    sections: list[Section] = []
    stack: list[tuple[int, int]] = []
    ends = _ends(document)
    project: str | None = None
    for index, heading in enumerate(outline):
        level = heading.level
        while stack and stack[-1][0] >= level:
            stack.pop()
        above = stack[-1][1] if stack else -1
        parent = sections[above] if above >= 0 else None
        stack.append((level, index))
        title = _read_title(heading.title)
        kind = title.kind
        annexed = parent is not None and parent.kind == "furniture" and kind in _ANNEXED
        if not kind or (parent is not None and parent.kind in NO_DATA and not annexed):
            kind = parent.kind if parent is not None else "performance" if one_project else "accounts"
        elif kind == "profile" and not title.about_body:
            # 基本情况 of a project is about the project, not about the body
            if one_project or (above >= 0 and _read_title(outline[above].title).about_project):
                kind = "performance"
        elif kind == "performance" and parent is not None and parent.kind == "method":
            if _CONCLUDED.search(heading.title) is None:
                kind = "method"  # 评价实施, 满意度调查情况: in a chapter on how the evaluation was done
        concept, fund = title.concept, title.fund
        if fund is None:
            fund = concept.fund if concept is not None and concept.fund else parent.fund if parent is not None else None
        subject = None
        class_code = title.class_code or (parent.class_code if parent is not None else None)
        if title.lines:
            # the title is the line itself, the text below gives its figures
            line = resolve_lines(title.lines, class_code)
            if line.code is not None:
                class_code = line.code[:3]
            if line.level != "class":
                code_fund = fund or (fund_of_code().get(line.code) if line.code is not None else None)
                subject = Subject("functional_expenditure", code_fund, line.code, line.name)
        elif concept is not None:
            own = concept.fund or (fund if concept.concept in _OF_A_FUND else None)
            subject = Subject(concept.concept, own, economic_code=concept.economic_code)
        hightech = title.hightech or (parent is not None and parent.hightech)
        if level <= 2:
            end = ends[index]
            if level == 2 and not hightech:
                hightech = _mentions(folded, heading.start, end) >= _TOPIC_MENTIONS
            inside = {name for offset, name in projects if level == 2 and heading.start <= offset < end}
            project = inside.pop() if len(inside) == 1 else None
        if title.project is not None:
            project = title.project
        if project is not None and not hightech:
            hightech = _names_firms(project)
        appropriation = title.appropriation or (parent is not None and parent.appropriation)
        sections.append(Section(kind, fund, subject, kind == "goals", hightech, project, class_code, appropriation))
    return sections
