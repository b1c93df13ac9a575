"""Who published what, when: title, issuer, division, fiscal year, kind, date, from a document's own words.

The first lines say most of it; the text is looked at only where they are silent. Nothing is guessed: what stays open is
None, and a note says why.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from fiscal_analysis import taxonomy
from fiscal_analysis.document import Document, Metadata
from fiscal_analysis.readers.divisions import Division, find_division, leading_places
from fiscal_analysis.readers.heading_numbers import MARKER, marker_rank

__all__ = ["find_division", "find_metadata"]

_HEAD = 1500  # characters in which a title stands
_HEAD_LINES = 14
_LONGEST_TITLE = 70
_TEXT = 6000  # characters in which a body introduces itself
_NAMES = 20

# How the names of public bodies end; 委员会办公室, say, ends with 办公室 and is not listed.
_BODY_ENDS = (
    "政治协商会议",
    "委员会",
    "人民政府",
    "管委会",
    "办公室",
    "研究室",
    "局",
    "厅",
    "联合会",
    "工商联",
    "红十字会",
    "联合社",
    "科协",
    "协会",
    "工会",
    "妇联",
    "残联",
    "文联",
    "宣传部",
    "组织部",
    "统战部",
    "武装部",
    "社会工作部",
    "党校",
    "大学",
    "中学",
    "小学",
    "幼儿园",
    "学校",
    "中心",
    "支队",
    "大队",
    "总队",
    "站",
    "院",
    "馆",
    "处",
    "所",
    "委",
    "办",
)
_BODY_CHARACTERS = re.compile("[一-鿿·、()]{3,40}")
_NAMED = re.compile(r"([一-鿿·]{4,40})\((?:以下)?$")
_INTRODUCED = re.compile(r"\n[ \t]*([一-鿿·]{4,34})(?=是|为|系|共有|\(本级\)|内设|下设)")
_SUBJECT = re.compile("决算|预算|绩效|评价|自评")
_YEAR = re.compile("(20[0-9]{2}) ?(年度|年)(?!第| ?[0-9]{1,2} ?月)")
_CN_YEAR = re.compile("二[〇○零O0]([〇○零一二三四五六七八九O0])([〇○零一二三四五六七八九])年")
_CN_DIGITS = dict(zip("〇○零O0一二三四五六七八九", "00000123456789", strict=True))
_YEAR_ONLY = re.compile("20[0-9]{2} ?年度?")
_YEARS = re.compile("(20[0-9]{2}) ?年度")
_PUBLISHED = re.compile(
    r"(?:时间|日期)(?<=发布..|公开..|发文..|成文..|公布..|发表..|更新..)[: ]*"
    r"(20[0-9]{2}) ?[-年./] ?([0-9]{1,2}) ?[-月./] ?([0-9]{1,2})"
)
_SIGNED = re.compile(r"^ *(20[0-9]{2}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日 *$", re.MULTILINE)
_NOISE = re.compile(
    "当前位置|发布时间|发布日期|信息来源|来源[::]|字体|字号|打印|浏览|索引号|分享|首页|>|监督电话|联系电话"
)
_CONTENTS = frozenset(("目录", "目次"))
_KIND_WORDS = re.compile("(?:部门|单位|整体|支出|项目|财政|汇总|关于)+$")
_SENTENCE_END = frozenset("。;,:")


def find_metadata(document: Document) -> Metadata:
    """Read a document's metadata from its first lines and, where these are silent, from its text."""
    folded = document.folded
    head = _head(folded)
    meta = Metadata()
    title, bodies = _title(head)
    meta.title = title
    meta.kind = _kind(title, head, document)
    meta.published = _published(folded)
    meta.fiscal_year = _fiscal_year(title, head, folded, meta)
    meta.issuer = _issuer(title, bodies, head, folded)
    if title and meta.issuer and marker_rank(title):
        meta.title = title = f"{meta.issuer}{_unmarked(title)}"
    elif marker_rank(title):
        meta.title = title = _unmarked(title)
    division, note = find_division(meta.issuer or "", title, folded, meta.fiscal_year)
    if division is not None:
        _place(meta, division)
    if note:
        meta.notes.append(note)
    return meta


def _place(meta: Metadata, division: Division) -> None:
    meta.division_code = division.code
    meta.level = division.level
    meta.province = division.province or None
    meta.prefecture = division.prefecture or (division.name if division.level == "prefecture" else None)
    meta.county = division.name if division.level == "county" else None


def _head(folded: str) -> list[str]:
    """Return the first lines with text, without blanks, up to a table of contents."""
    lines: list[str] = []
    for raw in folded[:_HEAD].split("\n"):
        line = raw.replace(" ", "").strip()
        if not line:
            continue
        if line in _CONTENTS and lines:
            break
        lines.append(line)
        if len(lines) == _HEAD_LINES:
            break
    return lines


# -- title ----------------------------------------------------------------------------------------------------------


def _title(head: list[str]) -> tuple[str, list[str]]:
    """Return the title (with its heading number where every line with one has it) and the bodies of the first lines."""
    lines = [line for line in head if len(line) <= _LONGEST_TITLE]
    titles = [
        i
        for i, line in enumerate(lines)
        if line[-1] not in _SENTENCE_END and _has_subject(line) and _NOISE.search(line) is None
    ]
    best = (
        next((i for i in titles if _year(lines[i]) and not marker_rank(lines[i])), -1),
        next((i for i in titles if not marker_rank(lines[i])), -1),
        next((i for i in titles if _year(lines[i])), -1),
        titles[0] if titles else -1,
    )
    at = next((index for index in best if index >= 0), -1)
    if at < 0:
        return "", [line for line in lines[:4] if _is_body(line)]
    title = lines[at]
    bodies: list[str] = []
    # a title often stands on two or three lines: the body, the year, the kind
    for before in range(at - 1, max(-1, at - 3), -1):
        line = lines[before]
        if _YEAR_ONLY.fullmatch(line) is not None and not _year(title):
            title = line + title
        elif _is_body(line) and _NOISE.search(line) is None:
            bodies.append(line)
            if line not in title and not marker_rank(title):
                title = line + title
            break
        else:
            break
    return title, bodies


def _has_subject(line: str) -> bool:
    return "决算" in line or "预算" in line or "绩效" in line or "评价" in line or "自评" in line


def _unmarked(title: str) -> str:
    match = MARKER.match(title)
    return title if match is None else title[match.end() :]


def _is_body(line: str) -> bool:
    """Tell whether a line is the name of a public body, with or without an aside such as （本级）."""
    bare = line[: line.rfind("(")] if line and line[-1] == ")" else line
    return bare.endswith(_BODY_ENDS) and _BODY_CHARACTERS.fullmatch(line) is not None


# -- year and kind --------------------------------------------------------------------------------------------------


def _year(text: str) -> int | None:
    """Return the year of a title: with 年度 before any other; None for none."""
    found = [(match[2] != "年度", int(match[1])) for match in _YEAR.finditer(text)]
    if found:
        return min(found, key=lambda pair: pair[0])[1]
    match = _CN_YEAR.search(text)
    return None if match is None else int(f"20{_CN_DIGITS[match[1]]}{_CN_DIGITS[match[2]]}")


def _fiscal_year(title: str, head: list[str], folded: str, meta: Metadata) -> int | None:
    year = _year(title)
    if year is None:
        year = next((y for line in head if _has_subject(line) and (y := _year(line))), None)
    published = int(meta.published[:4]) if meta.published else None
    if year is not None and not (published == year and meta.kind not in ("budget", None)):
        return year
    # no year in the title, or one that cannot be over yet: the text says what it is about
    years = Counter(int(found) for found in _YEARS.findall(folded[:20000]))
    if not years:
        if year is None:
            meta.notes.append("no fiscal year is named in the title or as 年度 in the text")
        return year
    often = years.most_common(1)[0][0]
    if year is not None and often != year:
        if often != year - 1 or years[often] < 2 * years[year]:
            return year
        meta.notes.append(f"the title says {year}, when it was published; the text is about {often}年度")
    return often


@cache
def _kinds() -> list[tuple[str, tuple[str, ...]]]:
    return [(row["kind"], tuple(row["words"].split("|"))) for row in taxonomy.table("document_kinds")]


def _kind(title: str, head: list[str], document: Document) -> str | None:
    for text in (title, *head):
        for kind, words in _kinds():
            for word in words:
                if word in text:
                    return kind
    for heading in document.outline[:12]:
        for kind, words in _kinds():
            for word in words:
                if word in heading.title:
                    return kind
    return None


# -- issuer ---------------------------------------------------------------------------------------------------------


def _issuer(title: str, bodies: list[str], head: list[str], folded: str) -> str | None:
    """Return the body that publishes: of the title, of the lines beside it, or as the text introduces it."""
    found = _body_of_title(title) or (bodies[0] if bodies else None)
    if found is None or not leading_places(found):
        with_place = next((body for line in head if (body := _body_at_start(line)) and leading_places(body)), None)
        if with_place is not None and (found is None or with_place.endswith(found)):
            return with_place
        introduced = _introduced(folded, found)
        if introduced is not None:
            return introduced
    return found


def _body_of_title(title: str) -> str | None:
    """Return the body in a title: what stands before the year, or between the year and the kind."""
    title = _unmarked(title).removeprefix("关于")
    match = _YEAR.search(title) or _CN_YEAR.search(title)
    subject = _SUBJECT.search(title, match.end() if match is not None else 0)
    end = subject.start() if subject is not None else len(title)
    if match is None:
        part = title[:end]
    elif match.start():
        part = title[: match.start()]
    else:
        part = title[match.end() : end].removeprefix("度")
    body = _KIND_WORDS.sub("", part)
    return body if _is_body(body) else None


def _body_at_start(line: str) -> str | None:
    """Return the body that a line begins with, where nothing but a title follows."""
    line = line.split(">")[0]
    for label in (
        "当前位置:",
        "信息来源:",
        "来源:",
        "发布机构:",
        "单位名称:",
        "部门名称:",
        "预算单位:",
        "编制单位:",
        "填报单位:",
    ):
        line = line.removeprefix(label)
    run = re.match("[一-鿿·]{4,40}", line)
    if run is None:
        return None
    if run.end() == len(line) or line[run.end()] in "(（0123456789":
        return run[0] if _is_body(run[0]) else None
    return None


def _introduced(folded: str, ending: str | None) -> str | None:
    """Return the body that the text introduces (以下简称, 是…政府…部门), with the place of its name."""
    runs: list[str] = []
    at = folded.find("简称")
    while at >= 0 and len(runs) < _NAMES:
        match = _NAMED.search(folded, max(0, at - 44), at)
        if match is not None:
            runs.append(match[1])
        at = folded.find("简称", at + 2)
    runs += [match[1] for match in _INTRODUCED.finditer(folded, 0, _TEXT)]
    for run in runs:
        body = _placed_body(run)
        if body is not None and (ending is None or body.endswith(ending)):
            return body
    return None


def _placed_body(run: str) -> str | None:
    """Return the end of a run of characters that is a body's name with its place, or None."""
    if not run.endswith(_BODY_ENDS):
        return None
    for begin in range(len(run) - 4):
        name = run[begin:]
        if leading_places(name):
            return name if _is_body(name) else None
    return None


def _published(folded: str) -> str | None:
    match = _PUBLISHED.search(folded, 0, 3000)
    if match is None:
        match = next(iter([*_SIGNED.finditer(folded[-600:])][-1:]), None)
    if match is None or not (1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31):
        return None
    return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
