"""Paragraphs before their figures are read: which ones are no data, and what their line adds to the words."""

from __future__ import annotations

import re

from fiscal_analysis.document import Paragraph
from fiscal_analysis.extract.context import ASIDE, Section
from fiscal_analysis.extract.lexicon import section_kinds
from fiscal_analysis.extract.sections import NO_DATA

__all__ = ["announced_kind", "closed_up", "is_row", "reason_unread"]

_TEMPLATE = re.compile(r"(?:[X×]{2,}|\*{2,})(?:部门|单位|局|委|县|市|区|镇|项目)")
_AMOUNTS = re.compile(r"[0-9]\.[0-9]+ ?(?:[万亿]?元|%)")
_MASKS = re.compile(r"[X×]{2,}|\*{2,}")
_ATTACHED = re.compile("附(?:[件表][0-9一二三四五六七八九十]{0,2})?:|附[件表][0-9]|详见附[件表]")
_FORM_NOTE = re.compile(r"[(（]?(?:填报|填表|填写|编制)说明|注:")
_LEADERS = re.compile(r"(?:[.…·]{4,}|…{2,}) *[0-9]+(?: ?页)?(?:$|[;。、])")
_FURNITURE = re.compile(
    r"下载(?:次数|量)|\.(?:pdf|xlsx?|docx?|wps|zip|rar|ofd)|浏览(?:次数|量)?:|浏览次数 ?(?=[0-9(]|$)|索引号|字号:"
    "|点击(?:率|量|数)|阅读(?:次数|量)?:|阅读次数 ?(?=[0-9(]|$)"
)
_ARTICLE = re.compile("第[一二三四五六七八九十百零]{1,4}条")
_PAGE = re.compile(r"(?:第 ?[0-9]+ ?页)?[ ,]*(?:共 ?[0-9]+ ?页)?|[-—─– ]*[0-9]+[-—─– ]*")
_NOTE_BEGINS = frozenset("(（填编注")
_DIGITS = frozenset("0123456789")
_SHORT = 16
_LINE_WIDTH = 120
_WORDS = re.compile("[一-鿿%]")
_ANNOUNCED = NO_DATA - {"furniture"} | {"duties", "rules", "outlook"} | ASIDE
_LABELLED = re.compile(r"(?:\([一二三四五六七八九十0-9]{1,3}\)|[一二三四五六七八九十0-9]{1,3}[、.])?([^,。;:]{2,10}):")
_DEFINES = re.compile("[^,。;:]{2,40}:(?:是|即)?指(?!标)")  # 资本性支出:指单位购置...(单项100万元以上)
_UNSTATED = frozenset(("duties", "glossary", "contents"))
_BULLETS = frozenset("•●■◆◇▪▲➢※☆√")
_SPACED = re.compile("^[•●■◆◇▪▲➢※☆√] *|(?<=[一-鿿“”(),:;。、]) +(?=[0-9])|(?<=[0-9%]) +(?=[一-鿿%“),;。、])")
_UNREAD = NO_DATA | {"duties", "outlook"}
_BARE = r"(?:[-+]?[0-9][0-9,]*(?:\.[0-9]+)?%?|[-—]{1,2})"
_FIGURES = re.compile(rf"(?:^|(?<= )){_BARE}(?: +{_BARE}){{2,}}(?: |$)")
_LABELLED_FIGURES = re.compile(rf"(?:(?:[^-—+0-9,;: ][^0-9,;: ]* +)+{_BARE}(?: +{_BARE})*(?: +|$)){{2,}}")


def announced_kind(line: str, section: Section) -> str | None:
    """Return the kind that a short line announces that is a heading without a number, where that is no data."""
    if section.kind in _UNREAD or line[-1:] in "。,;、":
        return None
    kind = next((name for name, words in section_kinds() if words.search(line)), "")
    return kind if kind in _ANNOUNCED else None


def closed_up(paragraph: Paragraph) -> Paragraph:
    """Return a paragraph without its bullet and the blanks that word processors put around numbers."""
    if (" " not in paragraph.text and paragraph.text[0] not in _BULLETS) or _SPACED.search(paragraph.text) is None:
        return paragraph
    starts = [0, *(match.end() for match in _SPACED.finditer(paragraph.text))]
    ends = [*(match.start() for match in _SPACED.finditer(paragraph.text)), len(paragraph.text)]
    breaks: list[tuple[int, int]] = []
    length = 0
    for start, end in zip(starts, ends, strict=True):
        breaks.append((length, paragraph.offset(start)))
        breaks += [(length + at - start, source) for at, source in paragraph.breaks if start < at < end]
        length += end - start
    closed = "".join([paragraph.text[start:end] for start, end in zip(starts, ends, strict=True)])
    return paragraph._replace(text=closed, breaks=tuple(breaks))


def reason_unread(line: str, section: Section) -> str | None:
    """Return why a paragraph's numbers are no data, None where they may be."""
    if section.kind in _UNREAD:
        return section.kind
    if len(line) < _SHORT:
        if _WORDS.search(line) is None:
            return "running number"
        if _PAGE.fullmatch(line) is not None:
            return "furniture"
    if len(line) < _LINE_WIDTH:
        if (line[-1] in _DIGITS or "…" in line) and _LEADERS.search(line) is not None:
            return "furniture"
        if (
            "次数" in line or "号" in line or "点击" in line or "浏览" in line or "阅读" in line or "附件" in line
        ) and _FURNITURE.search(line) is not None:
            return "furniture"
        if line[0] in "附详" and _ATTACHED.match(line) is not None:
            return "furniture"
    if "索引号:" in line[:_LINE_WIDTH]:
        return "furniture"
    if line[0] == "第" and _ARTICLE.match(line) is not None:
        return "rule"
    if "三级指标" in line and "一级指标" in line:
        return "form"  # a form whose cells stand on one line, or what the form is made of
    if "指" in line[:48] and _DEFINES.match(line) is not None:
        return "glossary"
    if ":" in line[:16] and (label := _LABELLED.match(line)) is not None:
        kind = next((name for name, words in section_kinds() if words.search(label[1])), "")
        if kind in _UNSTATED:
            return kind  # (一)主要职责:负责...
    if line[0] in _NOTE_BEGINS and _FORM_NOTE.match(line) is not None:
        return "template"
    if ("X" in line or "×" in line or "**" in line) and _TEMPLATE.search(line) is not None:
        if len(_AMOUNTS.findall(line)) <= len(_MASKS.findall(line)):
            return "template"  # else only a name is masked: ××县科技局机关运行经费支出41.25万元
    return None


def is_row(line: str) -> bool:
    """Tell whether a line is a row of cells with blanks between them: its figures have columns, not words."""
    return "。" not in line and (_FIGURES.search(line) is not None or _LABELLED_FIGURES.fullmatch(line) is not None)
