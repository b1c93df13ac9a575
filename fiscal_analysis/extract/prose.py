"""Prose to facts: the readings of phrases, composed with what the sentence, the list and the heading say.

The walk goes figure by figure. Each figure's phrase is read on its own (:mod:`fiscal_analysis.extract.phrase`); what
it leaves open is inherited: the subject from the figure before in the paragraph, else from the heading; the base of a
change from the change before; the role in a 其中 list from the list's total; fund and scope from the total above.
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from fiscal_analysis.document import Document, Paragraph, fold
from fiscal_analysis.extract.around import GIVEN, clause_noun, words_behind
from fiscal_analysis.extract.context import (
    ASIDE,
    COUNTED,
    DIVISIBLE,
    GRANTS,
    RATES,
    TOTALS,
    Section,
    State,
    Subject,
    Walk,
)
from fiscal_analysis.extract.counts import read_count
from fiscal_analysis.extract.lexicon import find_firms, section_kinds, tokens
from fiscal_analysis.extract.measures import COMPLETIONS, measure_figure
from fiscal_analysis.extract.money import name_amount, name_ratio
from fiscal_analysis.extract.naming import ACCOUNTS, NARRATIVE, name_concept, name_line, name_subject
from fiscal_analysis.extract.phrase import INTENDED, Reading, read_phrase
from fiscal_analysis.extract.sections import NO_DATA, TOP
from fiscal_analysis.extract.thresholds import cites_rule, is_threshold, states_rule
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


_PERIOD = re.compile(
    r"(?<![于在])(?:20[0-9]{2}年)?([0-9]{1,2}[-至—–~][0-9]{1,2}月份?|前[一二三]季度|上半年|下半年|第?[一二三四]季度"
    r"|截[至止]到?(?:20[0-9]{2}年)?(?:[0-9]{1,2}月(?:[0-9]{1,2}日|底|末)?|年?[底末])|前[一二三四五六七八九十]{1,2}个?月)"
)
_PERIODS = re.compile(
    "第?([一二三四](?:[、和及][一二三四])+)季度|第?[一二三四]季度|前[一二三]季度|上半年|下半年|全年"
    "|[0-9]{1,2}月(?:[0-9]{1,2}日|末|底|份)?"
)
_PROJECT_NAME = re.compile(r"项目名称:\s*([^,。;]{4,60})$")
_LISTED = frozenset(("、", ",", "和", "及", "与"))
_EVALUATION_TITLE = re.compile(
    r"(?:[一-鿿]{2,20}(?:局|委员会|委))?(?:20[0-9]{2}年度?)?(.{4,40}?)(?:项目)?(?:支出)?(?:绩效|自评)"
)
_GENERIC_TITLE = re.compile("(?:部门|单位|本级|整体|项目|财政|专项|资金|支出|预算|重点|年度|重点项目)+")
_LIST_ITEM = re.compile(r"\(?[0-9一二三四五六七八九十]{1,3}[.、)]")
_TEMPLATE = re.compile(r"(?:[X×]{2,}|\*{2,})(?:部门|单位|局|委|县|市|区|镇|项目)")
_AMOUNTS = re.compile(r"[0-9]\.[0-9]+ ?(?:[万亿]?元|%)")
_MASKS = re.compile(r"[X×]{2,}|\*{2,}")
_ATTACHED = re.compile("附(?:[件表][0-9一二三四五六七八九十]{0,2})?:|附[件表][0-9]|详见附[件表]")
_FORM_NOTE = re.compile(r"[(（]?(?:填报|填表|填写|编制)说明|注:")
_INSTRUCTION_BEGINS = re.compile("[(](?:例|此处|示例|样例|填|注:请|注:此)")
_INSTRUCTIONS = re.compile(
    "[(](?:例|此处|示例|样例|填|注:请|注:此)[^()]*(?:[(][^()]*[)][^()]*)*[)]"
)  # what a form's author says
_LEADERS = re.compile(r"(?:[.…·]{4,}|…{2,}) *[0-9]+$")
_FURNITURE = re.compile(
    r"下载(?:次数|量)|\.(?:pdf|xlsx?|docx?|wps|zip|rar|ofd)|浏览(?:次数|量)?:|浏览次数|索引号|字号:"
    "|点击(?:率|量|数)|阅读(?:次数|量)?:|阅读次数"
)
_ARTICLE = re.compile("第[一二三四五六七八九十百零]{1,4}条")
_PAGE = re.compile(r"(?:第 ?[0-9]+ ?页)?[ ,]*(?:共 ?[0-9]+ ?页)?|[-—─– ]*[0-9]+[-—─– ]*")
_NOTE_BEGINS = frozenset("(（填编注")
_DIGITS = frozenset("0123456789")
_SHORT = 16
_NEAR = 40  # the words behind a number that may say what it is
_LINE_WIDTH = 120
_WORDS = re.compile("[一-鿿%]")
_PLACES = re.compile(r"\.([0-9]+)")
_SCORED = re.compile("(?:自评|评价|综合)*(?:得分|满分|分值|权重|总分|得)*$")
_PART_OF_SCORE = re.compile("(?:投入|过程|产出|效益|效果|决策|满意度|预算执行率?|执行率|成本)(?:类|方面)?(?:指标)?$")
_HALVES = frozenset(("personnel_cost", "operating_cost", "expenditure_basic", "expenditure_project"))
_MET_GOALS = re.compile("目标[一-鿿]{0,4}(?:完成|实现|达成)")
_OF_YEAR = re.compile(r"\((20[0-9]{2})年(?:度|数|数据)?\)")
_GOALS_LISTED = re.compile("绩效目标(?:为|是|如下|包括)?:")
_CAUSE = re.compile("原因[^,;。]{0,12}$")
_IN_STOCK = re.compile("累计|总数|总量|保有|有效期内")
_STOCK_OF = {"hightech_certified": "hightech_stock", "firms_added": "firms_stock"}
_GROSS = frozenset(("总收入", "总支出"))
_PARTS_OF_TOTAL = frozenset(
    ("revenue", "expenditure", "carryover_opening", "carryover_closing", "nonappropriation_surplus_used")
)
_ANNOUNCED = NO_DATA - {"furniture"} | {"duties", "rules", "outlook"} | ASIDE
_LABELLED = re.compile(r"(?:\([一二三四五六七八九十0-9]{1,3}\)|[一二三四五六七八九十0-9]{1,3}[、.])?([^,。;:]{2,10}):")
_UNSTATED = frozenset(("duties", "glossary", "contents"))
_LONGEST_HEAD = 12
_ANNEX = re.compile("^[^。;]{0,40}(?:绩效|自评|评价)[^。;]{0,8}报告$")
_BULLETS = frozenset("•●■◆◇▪▲➢※☆√")
_SPACED = re.compile("^[•●■◆◇▪▲➢※☆√] *|(?<=[一-鿿“”(),:;。、]) +(?=[0-9])|(?<=[0-9%]) +(?=[一-鿿%“),;。、])")
_TAKEN = ("措施:", "采取措施:", "解决措施:")  # in a chapter on problems, what was done about them
_UNREAD = NO_DATA | {"duties", "outlook"}
_LONGEST_TITLE = 48
_LEVELS = frozenset(("actual", "final", "initial_budget", "adjusted_budget", "prior_year", "target"))
_MONEY_ONLY = (
    "programme_funding",
    "project_funding",
    "revenue_",
    "expenditure_",
    "functional_",
    "economic_",
    "appropriation_",
    "three_public",
    "procurement",
)
_PLAIN = frozenset(("CNY", "ratio"))
_ROLE_ALONE = re.compile(
    r"[,、;: ]*(?:(?:预算)?执行率?(?:情况|方面)?:)?"
    r"(?:[(][一二三四五六七八九十0-9]{1,2}[)]|[0-9]{1,2}[.、])?(?:20[0-9]{2}年度?)?"
    "(?:年初编制)?(?P<body>(?:本|我)?(?:部门|单位|局|委)整?体?)?"
    "(?:全年|年初|年度|当年|调整后?|实际)?(?:预算|执行|决算|到位)(?:数|金额|总额)?(?:为|是|共|共计|达)?[: ]*"
)
_WORTH = re.compile("(?:满分|分值|权重)[0-9.]+分?$")
_REQUIRED = re.compile(
    "(?:不得|不应|不能|必须|须在|(?<![供相响对效反适感])应(?![急用对收付届纳税战变聘邀约诉征该]))[^,;。]{0,14}[0-9]"
    "|(?:^|[,;。(])(?:如果?|若|凡)[^,;。]{0,20}[0-9]|可能存在[0-9]"
)
_AT_LEAST = re.compile("(?:不少于|不低于|不高于|不大于|不小于|至少)[^,;。]{0,4}[0-9]")
_ASKING = frozenset(("method", "problems", "rules", "duties"))
_BOUNDS = frozenset((">=", "<=", ">", "<"))
_VISITS = frozenset(("reception_persons", "reception_batches", "overseas_persons", "overseas_groups"))
_EACH_MORE = ("每户增加", "每家增加", "每个增加", "每户再增加", "每家再增加")
_AT_MOST = re.compile("最高(?:不超过)?(?:给予|奖励|补助|补贴|资助|支持)*$")
_SAVED = ("节约资金", "节约采购资金", "节约财政资金")
_QUOTED = re.compile("“([^“”]{3,40})”")
# 改造提升21个, 年中增加8个项目: what was done in the year, not how it differs from the last
_DONE_ANEW = (
    "改造提升",
    "提质提升",
    "整治提升",
    "品质提升",
    "技能提升",
    "能力提升",
    "年中增加",
    "年中追加",
    "年中新增",
)
_THEN_ACTUAL = re.compile("(?:的?[一-鿿]{0,2}目标[一-鿿]{0,6})?,实际")  # ≥95%的目标已实现,实际达到98.2%
_RATE_OF_GOAL = re.compile("^[,(、](?:指标|目标|任务|计划)?完成率(?:为|达到?|:)?$")
_OUGHT = re.compile("[应须需要]|不得|原则|力争|确保|必须|目标|建议")  # else 失业率控制在2.5%以内 is a result
_NO_NAME = re.compile(
    "(?:.*权重|超额|达到?年初|年初设定|提前完成|较|比(?![例重赛])|按照?(?![时期])|仅?占(?!地|补)|分别|每[家户个亩吨人]$|其余$|不足|同比|以[上下内]|[高低多少快慢]于|超(?:过|出)?$|[0-9]+$)"
)
_BUDGETS = frozenset(("initial_budget", "adjusted_budget", "open_budget"))
# 其中某某项目全年预算数X; 某某项目,2024年预算安排X
_OWN_PROJECT = re.compile(
    "(?:^|[,;:])(?:其中:?)?(?![一-鿿]{0,4}[各全该本])([一-鿿“”()]{3,30}?)(?:建设)?项目,?(?:20[0-9]{2}年度?)?(?:年初|全年|当年|年度|调整后?)?"
    "预算(?:数|安排|金额|批复)?(?:为|是|共)?$"
)
_BASIC_OF_IT = re.compile("[,。;:(]其中[,:]?基本支出")
_OF_BODIES = frozenset(("profile", "performance", "open"))
_ELSEWHERE = re.compile("(?:^|[,。;:])(?:20[0-9]{2}年度?,?|目前,?|当前,?|据统计,?)?(?:全国|我国)(?!排)[^,。;]*$")
_AND_MONEY = (",资金", ",金额", ",共计资金", ",涉及资金")
_ALLOTS = re.compile("关于(?:提前)?(?:下达|分配|拨付|安排|拟)[^,。;\n]{0,60}(?:通知|计划|公示|方案)")
_TITLE_LINES = 300  # the beginning of a document, where its title stands
_DONE_THEN = re.compile("[,、;](?:已|共|实际)?完成(?:投资)?")
# 技术合同成交额、高新技术产业增加值分别达36.5亿元、128.6亿元
_NAMES_APART = re.compile(
    "(?:^|[,。;:])([^,。;:分]{3,24}(?:[、和及与][^,。;:分]{3,24})+)(?<!权重)(?<!占比)(?<!比例)(?:同比)?分别(?:增长|下降|完成|实现|达到?|为)*$"
)
_LIST_MARKS = re.compile("[、和及与]")
_LEVEL_MARKS = ("类)", "款)", "项)")
_BARE = r"(?:[-+]?[0-9][0-9,]*(?:\.[0-9]+)?%?|[-—]{1,2})"
_FIGURES = re.compile(rf"(?:^|(?<= )){_BARE}(?: +{_BARE}){{2,}}(?: |$)")
_LABELLED_FIGURES = re.compile(rf"(?:(?:[^-—+0-9,;: ][^0-9,;: ]* +)+{_BARE}(?: +{_BARE})*(?: +|$)){{2,}}")


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
        if (" " in line or line[0] in _BULLETS) and _SPACED.search(line) is not None:
            paragraph = _closed_up(paragraph)
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
                aside = _unnumbered(line, section)
            titled = ")" in line and len(line) <= _LONGEST_TITLE and any(mark in line for mark in _LEVEL_MARKS)
            walk.title = line if titled else ""
            continue
        if aside is not None:
            section = replace(section, kind=aside)
        elif section.kind == "problems" and line.startswith(_TAKEN):
            section = replace(section, kind="performance")
        reason = _unread(line, section)
        if reason == "duties" and section.kind != reason:
            section = replace(section, kind=reason)
        first, count = len(found.reasons), len(places)
        found.quantities.extend(places)
        found.sections.extend([at] * count)
        found.reasons.extend([reason] * count)
        if (reason is None or reason == "duties") and not (count > 1 and " " in line and _is_row(line)):
            for index in _read_paragraph(walk, paragraph, quantities, places, shift, section):
                found.reasons[first + index] = "threshold"
    return found


def _unnumbered(line: str, section: Section) -> str | None:
    """Return the kind that a short line announces that is a heading without a number, where that is no data."""
    if section.kind in _UNREAD or line[-1:] in "。,;、":
        return None
    kind = next((name for name, words in section_kinds() if words.search(line)), "")
    return kind if kind in _ANNOUNCED else None


def _closed_up(paragraph: Paragraph) -> Paragraph:
    """Return a paragraph without its bullet and the blanks that word processors put around numbers."""
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


def _placed(paragraph: Paragraph, text: str, quantity: Quantity) -> Quantity:
    """Return a quantity of a joined paragraph at its place in the document's text."""
    start, end = paragraph.offset(quantity.start), paragraph.offset(quantity.end - 1) + 1
    return quantity._replace(start=start, end=end, raw=text[start:end])


def _unread(line: str, section: Section) -> str | None:
    """Return why a paragraph's numbers are no data, None where they may be."""
    if section.kind in _UNREAD:
        return section.kind
    if len(line) < _SHORT:
        if _WORDS.search(line) is None:
            return "running number"
        if _PAGE.fullmatch(line) is not None:
            return "furniture"
    if len(line) < _LINE_WIDTH:
        if line[-1] in _DIGITS and _LEADERS.search(line) is not None:
            return "furniture"
        if (
            "次数" in line or "号" in line or "点击" in line or "浏览" in line or "阅读" in line or "附件" in line
        ) and _FURNITURE.search(line) is not None:
            return "furniture"
        if line[0] in "附详" and _ATTACHED.match(line) is not None:
            return "furniture"
    if line[0] == "第" and _ARTICLE.match(line) is not None:
        return "rule"
    if "三级指标" in line and "一级指标" in line:
        return "form"  # a form whose cells stand on one line, or what the form is made of
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


def _is_row(line: str) -> bool:
    """Tell whether a line is a row of cells with blanks between them: its figures have columns, not words."""
    return "。" not in line and (_FIGURES.search(line) is not None or _LABELLED_FIGURES.fullmatch(line) is not None)


def project_of_title(title: str) -> str | None:
    """Return the project that the title of an evaluation names."""
    match = _EVALUATION_TITLE.match(title)
    return match[1] if match is not None and _GENERIC_TITLE.fullmatch(match[1]) is None else None


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
) -> list[int]:
    """State the facts of a paragraph; return the indices of quantities that are bounds or rules, not figures.

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
    thresholds: list[int] = []
    previous_end = quote_start = 0
    following = _next_stop(text, 0)  # the first stop behind the previous figure
    quote_end = -1
    rule = False  # inside a sentence that states a rule, not a figure
    rules = section.kind != "accounts" and states_rule(text)
    asides = (
        [match.span() for match in _INSTRUCTIONS.finditer(text)]
        if "(" in text and _INSTRUCTION_BEGINS.search(text)
        else ()
    )
    for index, quantity in enumerate(quantities):
        start, end = quantity[0] - shift, quantity[1] - shift
        if asides and any(a < start < b for a, b in asides):
            thresholds.append(index)
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
            elif 1 < cut <= _LONGEST_TITLE:
                _title_sentence(walk, state, section, phrase[: cut - 1])
            phrase = phrase[cut:]
        if quote_end < end:
            quote_end = following if following >= end else _next_stop(text, end)
            if rules:
                rule = states_rule(_sentence(text, start))
        formula = phrase.endswith(("×", "="))  # 执行率=(执行数/预算数)×100%=97.5%
        if formula and phrase[-1] == "×":
            thresholds.append(index)  # a factor, what stands before it names the result
            continue
        previous_end, following = end, quote_end
        if formula and "率=" in phrase:
            phrase = phrase[: phrase.find("=")]  # what the formula makes
        reading = read_phrase(phrase)
        unit = quantity.unit
        if (rule and not (unit == "score" and phrase.endswith("自评")) and not _accounted(reading, quantity)) or (
            (reading.instructs or quantity.comparator if unit == "ratio" else unit != "count")
            # most amounts and rates have nothing about them that the bound of a rule has
            and (reading.instructs or unit not in _PLAIN or quantity.comparator or text.startswith(("以", "的"), end))
            and is_threshold(text, phrase, quantity, start, end)
            and not (phrase.endswith("控制在") and section.kind == "performance" and _OUGHT.search(phrase) is None)
        ):
            thresholds.append(index)
            continue
        fact = _read_figure(walk, state, section, text, phrase, reading, quantities, index, start, end, shift)
        if fact is None:
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
            walk.facts += _shared(walk, state, section, phrase, fact)
    if state.subject is not None and text.endswith("其中:"):
        walk.parent = state.head or state.subject
    walk.kept = state
    first = walk.facts[state.first] if len(walk.facts) > state.first else None
    walk.carried = _subject_of(first) if first is not None and first.unit == "CNY" else None
    return thresholds


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


def _read_figure(
    walk: Walk, state: State, section: Section, text: str, phrase: str, reading: Reading,
    quantities: list[Quantity], index: int, start: int, end: int, shift: int,
) -> Fact | None:  # fmt: skip
    """Return what a figure states, None where it is not understood; `start` and `end` are its positions in `text`."""
    quantity = quantities[index]
    if section.kind == "duties" and quantity.comparator is not None:
        return None  # 100万元以下项目的审批
    repeated = reading.joins and index > 0 and quantities[index - 1].unit in (quantity.unit, None)
    if state.periods and repeated:
        state.period = state.periods.pop(0)  # 上半年、全年执行率分别为48.2%、98.6%
    elif reading.timed and "、" in phrase and (listed := _periods_of(phrase)):
        if len(listed) == _count_listed(text, quantities, index, shift):
            state.period, *state.periods = listed
        else:
            state.period = None
    elif reading.timed and (period := _PERIOD.search(phrase)) is not None:
        state.period = period[1]
    elif state.period is not None and ("全年" in phrase or state.dated):
        state.period = None
    state.dated = bool(state.periods) or (state.dated and repeated)
    if reading.reason:
        state.reason = True
    elif state.reason and reading.base_kind == "prior_year" and reading.relation == "change" and reading.pure:
        state.reason = False  # 主要原因是厉行节约,与上年相比减少X: a comparison of its own follows the explanation
    drawn_up = reading.recalled  # 年初制定的…: a goal that is recalled, not set
    if drawn_up or state.relation == "completion":
        state.goal = section.goal
    goal = reading.goal and reading.relation != "completion"
    if reading.year is not None and walk.fiscal_year is not None and reading.year > walk.fiscal_year:
        goal = True
    if quantity.comparator is not None and _THEN_ACTUAL.match(text, end) is not None:
        goal = True  # 每公里造价不超过38万元,实际37.2万元
    if "拟" in phrase and INTENDED.search(phrase) is not None:
        # a public notice of whom money is to go to: no goal, and not yet paid
        given = not phrase.endswith("拟对") or GIVEN.search(words_behind(text, end)) is not None
        goal = goal and not given
        state.intended = given and "支持" not in phrase  # 拟支持项目97个,支持金额X: which were chosen, and then paid
    elif state.intended and "已" in phrase:
        state.intended = False
    if state.goal_inside and ")" in phrase:
        state.goal, state.goal_inside = section.goal, False
    if goal and not drawn_up:
        state.goal = True
        state.goal_listed = state.goal_listed or _GOALS_LISTED.search(phrase) is not None
        state.goal_inside = "(" in phrase and phrase.rfind("(") > phrase.rfind(")")  # 52.6%(目标52%),研发投入X
    state.met = False
    if state.goal and ("实际" in phrase or "目前已" in phrase or "完成值" in phrase):
        state.goal = goal = section.goal  # 目标值95%,实际完成92%
        state.goal_listed = False
        state.met = True
    elif state.goal and reading.done and walk.facts and walk.facts[-1].measure == "target":
        if _DONE_THEN.fullmatch(phrase) is not None:
            state.goal = goal = section.goal  # 计划新建棚圈120座,完成121座
            state.met = True
    if reading.year is not None:
        inside = phrase.rfind("(") > max(phrase.rfind(")"), phrase.rfind(","))  # (含2023年转列的5个)
        if reading.year != reading.base_year and not inside:  # else the year of what is compared with
            state.year = reading.year
    elif text.startswith("(20", end) and (told := _OF_YEAR.match(text, end)) is not None:
        state.year = int(told[1])  # 27.43亿元(2022年数)
    if reading.surveyed is not None:
        state.project = reading.surveyed
    if state.outside is not None and ")" in phrase:
        state.subject, state.outside = state.outside, None
        state.list_parent, state.in_list, state.list_role = state.outside_list
    elif phrase[:1] == "(" and quantity.unit == "CNY" and reading.concept is not None and ")" not in phrase:
        # 公务用车购置及运行维护费X(购置费Y,运行维护费Z),比上年减少
        state.outside = state.subject
        state.outside_list = state.list_parent, state.in_list, state.list_role
    if reading.part:
        if phrase[0] == "(" and ")" not in phrase:
            state.outside, state.outside_list = state.subject, (None, False, "")
        state.in_list = True
        if state.subject is not None:
            state.list_parent = state.subject if state.subject.concept not in RATES else state.money
        if state.last is not None and state.last.concept in COUNTED:
            state.list_parent = state.last
        granted = state.money is not None and state.money.concept in GRANTS
        if granted and not state.list_role and state.list_parent is state.money:
            state.list_role = state.money_role  # 下达资金X万元。其中:...
    if not goal:
        goal = state.goal or (
            quantity.unit != "score"
            and text.find("目标", end, end + _NEAR) >= 0
            and "目标" in (right := words_behind(text, end)).partition("(")[0]
            and _MET_GOALS.search(right) is None
        )
    if quantity.unit is None and reading.relation == "change" and state.relation == "change" and reading.pure:
        if quantity.exponent < 0:  # 增加154.25万元,增长13.95。: the second lost its sign
            quantity = quantity._replace(
                unit="ratio", exponent=quantity.exponent - 2, decimals=2 - quantity.exponent, flag="lost_percent"
            )
    elif quantity.unit is None and reading.concept is not None:
        quantity = _with_unit_of_next(text, quantities, index, shift)
    unit = quantity.unit
    if "国" in phrase and _ELSEWHERE.search(phrase) is not None:
        state.unknown = "amount" if unit == "CNY" else ""
        return None
    if unit == "CNY" and state.count_role and not reading.role and not reading.relation:
        if "," not in phrase or phrase in _AND_MONEY:
            reading = replace(reading, role=state.count_role)  # 批复预算8个项目985万元; 安排项目23个,资金X
    counts_budget = unit == "count" and reading.role in _BUDGETS and "评" not in phrase
    state.count_role = reading.role if counts_budget else ""
    if reading.fund is not None and ("自评" in phrase or "评价" in phrase):
        state.evaluated_fund = reading.fund
    if unit == "count" and reading.relation == "change" and not reading.base_kind and phrase.endswith(_DONE_ANEW):
        reading = replace(reading, relation="", direction=0)
    if unit == "CNY" and phrase.endswith(_EACH_MORE) and state.last is not None:
        if state.last.concept == "programme_rate":
            reading = replace(reading, relation="", direction=0)  # 每户20万元,规上企业每户增加5万元
    told_apart = reading.apart and (section.kind in NARRATIVE or next(find_firms(phrase), None) is not None)
    if told_apart and (reading.concept is None or reading.concept.note == "weak"):
        names = _NAMES_APART.search(phrase)
        if names is not None:
            state.names = _LIST_MARKS.split(names[1])
        state.named = list(state.names) if _figures_listed(text, quantities, index, shift) == len(state.names) else []
    if (
        not state.queue
        and not state.named
        and (reading.apart or (state.dealt and reading.relation == "change" and reading.pure))
    ):
        if reading.concept is not None:
            _name_all(state, section, phrase)
        if len(state.sequence) > 1 and (reading.concept is None or state.dealt):
            _deal_out(state, text, quantities, index, shift)
            state.dealt = state.dealt or (reading.relation == "change" and bool(state.queue))
    if unit == "CNY" and reading.pure and reading.relation == "change" and not repeated:
        if state.in_list and phrase[:1] == "," and _ends_list(text, quantities, index, shift):
            state.subject, state.in_list = state.list_parent or state.subject, False
        _back_to_whole(walk, state, reading, quantities, index)
    if phrase.endswith("超额完成") and unit in ("CNY", "count"):
        right = words_behind(text, end)
        if "目标" not in right and "任务" not in right:
            return None  # 较目标任务8亿元超额完成1.86亿元: by how much
    if unit == "CNY" and phrase.endswith(("共", "合计", "共计")) and len(_listed(state, section, phrase)) > 1:
        state.unknown = "amount"  # 上缴上级支出、经营支出共0元: of none of them alone
        return None
    subject = _dealt(state, reading, repeated) if state.queue else None
    dealt = subject is not None and (subject.concept in COUNTED or subject.concept == "outcome")
    if dealt and subject is not None and subject.concept in _STOCK_OF and _IN_STOCK.search(phrase) is not None:
        subject = subject._replace(concept=_STOCK_OF[subject.concept])  # 新认定53家,新增126家,累计分别达到387家和...
    by_name = bool(state.named) and (reading.apart or reading.joins)
    if by_name:
        subject = state.subject = _result(state.named.pop(0))
        if unit == "CNY" and not state.relation and not reading.relation:
            subject = subject._replace(measure="actual")
    if unit == "ratio" and phrase == "(" and state.relation == "change" and text.startswith(")", end):
        # 增加10.00万元(9.05%): the same change, as a rate
        if walk.facts and walk.facts[-1].measure.startswith("change_on_") and walk.facts[-1].unit == "CNY":
            subject, repeated = _subject_of(walk.facts[-1])._replace(measure=""), True
    elif (
        repeated and state.last is not None and (state.last.concept in RATES or state.last.concept == "programme_rate")
    ):
        if subject is None:
            subject = state.last  # 市、县两级分别给予10万元、5万元
    elif repeated and unit == "ratio" and subject is None and walk.facts and state.last is not None:
        if walk.facts[-1].measure == "completion_of_target":
            subject = state.last._replace(measure="completion_of_target")  # 完成率分别为100%、108.67%
    elif unit == "ratio" and reading.done and not reading.relation and _RATE_OF_GOAL.search(phrase) is not None:
        if _met_before(walk) == "completion_of_target":
            subject = _subject_of(walk.facts[-1])._replace(measure="completion_of_target")
    if subject is None and unit == "ratio" and state.completed and len(phrase) < 5 and phrase.endswith("的"):
        subject = state.subject  # 占计划40个村的92.5%
    if unit == "CNY" and subject is None and not reading.relation and "项目" in phrase and "预算" in phrase[-8:]:
        named = _OWN_PROJECT.search(phrase)
        among = reading.concept is not None and named is not None and reading.concept.alias in named[0]
        if named is not None and not among and _GENERIC_TITLE.fullmatch(named[1]) is None:
            subject = state.subject = Subject("project_funding", item=named[1])
    if subject is None and unit == "CNY" and reading.concept is None and not reading.relation:
        if _BASIC_OF_IT.match(text, end) is not None and section.fund is None and section.kind in _OF_BODIES:
            subject = state.subject = Subject("expenditure")  # 全年实际支出X,其中基本支出Y
    if subject is None:
        subject = name_subject(walk, state, section, reading, unit, repeated)
    if unit == "CNY" and reading.concept is None and subject is not None:
        if reading.goal and reading.pure and subject.measure == "actual" and subject.concept == "outcome":
            subject = subject._replace(measure="target")  # 成交额9.86亿元,较目标任务8亿元...
        if phrase.endswith(_SAVED):
            return None  # what procurement saved is no procurement
        if subject.concept == "revenue" and phrase.endswith(("决算支出", "实际支出")):
            subject = Subject("expenditure")  # 全年预算收入X,决算支出Y
    if unit == "score":
        if reading.apart:
            state.scored = _scored_apart(text, quantities, index, shift, start)
        item = state.scored.pop(0) if state.scored else _score_of(walk, state, phrase, text, start)
        subject = Subject("evaluation_score", item=item)
        goes_on = state.body_scored and reading.relation == "change"
        state.body_scored = item is None and (goes_on or "整体" in phrase)
        stated = reading.concept is not None and reading.concept.alias.endswith("得分")
        if section.kind not in NARRATIVE and section.kind not in ACCOUNTS and not (stated and section.kind in ASIDE):
            return None
    elif (unit == "count" or unit is None) and (
        subject is None
        or (
            not by_name
            and not dealt
            and subject.concept not in RATES
            and not (unit is None and subject.concept == "evaluation_score")
        )
    ):
        right = words_behind(text, end)
        subject = read_count(phrase, right, text, start, quantity, reading, state, section, walk.project)
        unit = "count"
    elif subject is None:
        if unit == "CNY":
            project = walk.project or state.project
            right = words_behind(text, end)
            alone = _ROLE_ALONE.fullmatch(phrase) if project is None else None
            if alone is not None and (alone["body"] is None or walk.whole_body):
                # of the body or of the project that the document evaluates; of what else, no word says
                whole = "expenditure" if walk.whole_body else "project_funding" if walk.one_project else None
                if whole is not None:
                    subject = state.subject = Subject(whole)
            else:
                subject = name_amount(phrase, right, text, start, quantity, reading, state, section, project)
                if (
                    subject is not None
                    and subject.concept == "outcome"
                    and reading.role in _BUDGETS
                    and not reading.appropriated
                ):
                    # what has a budget is no result: 预算总投入260万元
                    subject = Subject("project_funding", item=project) if walk.one_project else None
                    state.subject = subject
        elif unit == "ratio":
            subject = name_ratio(phrase, words_behind(text, end), text, start, state, section)
    if subject is None:
        state.unknown = (reading.relation or "amount") if unit == "CNY" and not state.reason else ""
        return None
    if state.unknown:
        # of an amount that was not understood; behind a bracket, of what stands before it
        if reading.pure and reading.concept is None and phrase[0] != ")":
            if reading.relation == "change" and (unit == "CNY" or state.unknown == "change"):
                state.unknown = "change"
                return None
            if unit == "ratio" and reading.relation in ("share", "completion"):
                return None
        state.unknown = ""
    if (quantity.comparator in _BOUNDS or quantity.high_digits is not None) and not goal:
        if subject.concept in _VISITS:
            return None  # 接待对象在10人以内的,陪餐人数不得超过3人
        if subject.concept == "outcome" and cites_rule(_sentence(text, start)):
            return None  # 根据《办法》规定,预留采购项目预算总额的30%以上
    if subject.concept == "outcome" and not goal:
        if unit != "CNY" and reading.relation != "change" and _CAUSE.search(phrase) is not None:
            return None  # 未完成原因为2条巷道涉及管线迁改
        asked = phrase[-24:] + quantity.raw
        if _REQUIRED.search(asked) is not None or (section.kind in _ASKING and _AT_LEAST.search(asked) is not None):
            return None  # 误差不得超过5%; in a chapter on rules, 问卷发放不少于200份
    if subject.concept == "evaluated_amount" and subject.fund is None and state.evaluated_fund is not None:
        subject = subject._replace(fund=state.evaluated_fund)
    if subject.concept == "outcome" and (subject.item is None or _NO_NAME.match(subject.item) is not None):
        if not goal and reading.relation != "change":
            return None  # a result that no word names
        before = next((f for f in walk.facts[:-4:-1] if f.concept == "outcome" and f.unit == unit), None)
        if before is None:
            return None
        subject = subject._replace(item=before.item)  # 占比41.6%,较年初提升2.4个百分点
    if section.kind == "rules" and subject.concept != "programme_rate":
        if not subject.concept.startswith("programme") or state.year is None or state.year != walk.fiscal_year:
            return None
    if unit == "ratio" and reading.done and reading.pure and not reading.relation and subject.concept not in RATES:
        met = _met_before(walk)
        if met:
            subject = subject._replace(measure=met)  # 目标1,200户,实际1,187户,完成98.92%
    if reading.concept is not None and subject.concept in DIVISIBLE and reading.within:
        state.list_parent = subject
        subject = subject._replace(item=clause_noun(phrase, text, start))
    if state.gross >= 0 and state.in_list and subject.concept in _PARTS_OF_TOTAL:
        _raise_to_total(walk, state, section)
    if walk.gross and unit == "CNY" and not reading.relation and subject.concept in _PARTS_OF_TOTAL:
        if (
            reading.concept is not None
            and state.first > walk.gross[-1]
            and (walk.gross_section == walk.section or reading.concept.alias.startswith("本年"))
        ):
            _raise_above(walk, section, quantity.value)
    if unit == "CNY":
        if state.head is None:
            state.head = subject
        state.money = subject
        state.granted = state.granted or subject.concept in ("programme_funding", "project_funding")
    state.last = subject
    if unit == "count":
        state.counted = quantity.counted
    measured = measure_figure(walk, state, section, subject, reading, quantity, unit, phrase, text, end, goal, repeated)
    if measured is None:
        return None
    if (
        measured.unit == "ratio"
        and measured.measure in _LEVELS
        and (subject.concept in TOTALS or subject.concept.startswith(_MONEY_ONLY))
    ):
        return None  # an amount is no ratio: a share or a rate that lost its words
    if not reading.relation or (reading.relation == "change" and reading.concept is not None):
        if not state.sequence or state.sequence[-1] != subject:
            state.sequence.append(subject)
        if reading.concept is not None and reading.concept.alias in _GROSS:
            state.gross = len(walk.facts)
            if not reading.relation and measured.measure == walk.default_role:
                walk.gross.append(state.gross)
                walk.gross_section = walk.section
    counted = measured.unit == "count"
    return Fact(
        subject.concept, measured.measure, measured.digits, measured.exponent, measured.unit, measured.fiscal_year,
        quantity.raw, 0, 0, measured.decimals, quantity.high_digits,
        quantity.comparator or (_capped(phrase) if subject.concept == "programme_rate" else None),
        quantity.counted if counted else None, subject.fund, subject.subject_code, subject.economic_code,
        subject.subject_name, subject.scope, subject.item,
        state.period, measured.base,
        -1, 0, 0, "prose", measured.flag,
    )  # fmt: skip


def _sentence(text: str, start: int) -> str:
    """Return the sentence around a place."""
    stop = text.find("。", start)
    return text[text.rfind("。", 0, start) + 1 : stop if stop >= 0 else len(text)]


def _subject_of(fact: Fact) -> Subject:
    """Return what a fact is of."""
    return Subject(
        fact.concept, fact.fund, fact.subject_code, fact.subject_name, fact.economic_code, fact.scope, fact.item
    )


def _met_before(walk: Walk) -> str:
    """Return the measure of a completion behind a target or a budget and what became of it, empty behind others."""
    aim, reached = walk.facts[-2:] if len(walk.facts) > 1 else (None, None)
    if aim is None or reached is None or reached.measure not in ("actual", "final"):
        return ""
    return COMPLETIONS.get(aim.measure, "") if (aim.concept, aim.unit) == (reached.concept, reached.unit) else ""


def _periods_of(phrase: str) -> list[str | None]:
    """Return the periods that a phrase lists (``第一、二、三季度``, ``上半年、全年``); none where there is but one."""
    found: list[str | None] = []
    for match in _PERIODS.finditer(phrase):
        if match[1]:
            found += [f"{mark}季度" for mark in match[1] if mark in "一二三四"]
        else:
            found.append(None if match[0].startswith(("全年", "年度")) else match[0])
    return found if len(found) > 1 else []


def _raise_to_total(walk: Walk, state: State, section: Section) -> None:
    """Take 总收入, whose parts turn out to be 本年收入 or 年初结转, as the grand total that it then is."""
    whole = walk.facts[state.gross]
    gross = whole.concept
    parts = [f for f in walk.facts[state.gross + 1 :] if f.unit == "CNY" and f.measure == whole.measure]
    if len(parts) > 1 and abs(sum(f.value for f in parts) - whole.value) < Decimal(5).scaleb(-(whole.decimals or 0)):
        return  # 总支出X,其中基本支出Y,项目支出Z make it up already: the carry-over stands beside
    for fact in walk.facts[state.gross :]:
        if fact.concept == gross:
            fact.concept = "appropriation_grand_total" if section.appropriation else "grand_total"
    if state.head is not None and state.head.concept == gross:
        state.head = state.head._replace(concept=whole.concept)
    state.gross = -1


def _raise_above(walk: Walk, section: Section, part: Decimal) -> None:
    """Take 总收入 and 总支出 of the paragraph above as grand totals, where those below divide the one of them further.

    ``总收入X万元,总支出X万元。`` ``1.本年收入Y万元...`` ``2.年初结转和结余Z万元``: Y is less than X.
    """
    whole = walk.facts[walk.gross[0]]
    if part < whole.value and all(walk.facts[at].value == whole.value for at in walk.gross):
        names = {walk.facts[at].concept for at in walk.gross}
        for fact in walk.facts[walk.gross[0] :]:
            if fact.concept in names:
                fact.concept = "appropriation_grand_total" if section.appropriation else "grand_total"
    walk.gross.clear()


def _capped(phrase: str) -> str | None:
    """Return the comparator of a rate whose words say that it is a maximum or a minimum."""
    if phrase.endswith("最低"):
        return ">="
    return "<=" if phrase.rstrip().endswith(("上限", "上限为")) or _AT_MOST.search(phrase) is not None else None


def _score_of(walk: Walk, state: State, phrase: str, text: str, start: int) -> str | None:
    """Return what a score is of: the project, or the part of the score that the words name (产出指标得分38分)."""
    money = state.money
    paid = money.item if money is not None and money.concept == "project_funding" else None
    whole = walk.project or state.project or paid
    noun = _SCORED.sub("", clause_noun(phrase, text, start) or "") if phrase.strip(" ,、;") else ""
    noun = _WORTH.sub("", noun)
    if noun and phrase.endswith("”") and (quoted := _QUOTED.search(phrase[phrase.rfind("“") :])) is not None:
        return quoted[1]  # “科普经费”96分
    if noun:
        if whole is None and noun.endswith("项目") and _GENERIC_TITLE.fullmatch(noun) is None:
            return noun
        if whole == paid and ("整体" in noun or "部门" in noun):
            return walk.project
        listed = state.in_list and state.last is not None and state.last.concept == "evaluation_score"
        if listed and "项目" in noun and _PART_OF_SCORE.match(noun) is None and state.project is not None:
            return state.project
        return noun if (listed or _PART_OF_SCORE.match(noun) is not None) and "项目自评" not in noun else whole
    last = state.last
    return last.item if state.in_list and last is not None and last.concept == "evaluation_score" else whole


def _listed(state: State, section: Section, phrase: str) -> list[Subject]:
    """Return the subjects that a phrase lists one beside the other, none where anything stands between them."""
    named: list[Subject] = []
    end = -1
    above = state.list_parent
    for token in tokens(phrase):
        concept = token.concept
        if concept is None or concept.note:
            continue
        if named and phrase[end : token.start].strip() not in _LISTED:
            named.clear()  # what is listed begins behind it
        fund = concept.fund
        if fund is None and concept.concept in _HALVES:
            fund = (above.fund if above is not None else None) or section.fund
        named.append(Subject(concept.concept, fund, economic_code=concept.economic_code))
        end = token.end
    return named


def _shared(walk: Walk, state: State, section: Section, phrase: str, fact: Fact) -> list[Fact]:
    """Return the facts of the other subjects that a printed number is of (``因公出国费、公务接待费均为0万元``)."""
    named = _listed(state, section, phrase)
    distinct = {(one.concept, one.economic_code) for one in named}
    if len(named) < 2 or len(distinct) != len(named) or fact.concept != named[-1].concept:
        return []
    others = []
    for one in named[:-1]:
        other = copy(fact)
        other.concept, other.fund, other.economic_code = one.concept, one.fund or fact.fund, one.economic_code
        others.append(other)
    return others


def _name_all(state: State, section: Section, phrase: str) -> None:
    """Take all the subjects that stand before 分别 (``本年收入、本年支出分别为``), so that each gets its figure."""
    named = _listed(state, section, phrase)
    if len(named) > 1:
        state.sequence[:] = named
        state.dealt = True


def _scored_apart(text: str, quantities: list[Quantity], index: int, shift: int, start: int) -> list[str]:
    """Return the projects that 分别 deals scores to: as many names in quotation marks as scores are listed."""
    listed = _count_listed(text, quantities, index, shift)
    names = _QUOTED.findall(text[:start])[-listed:]
    return names if listed == len(names) > 1 else []


def _figures_listed(text: str, quantities: list[Quantity], index: int, shift: int) -> int:
    """Return how many figures, of whatever units, are listed from this one on."""
    listed = 1
    while index + listed < len(quantities):
        between = text[quantities[index + listed - 1].end - shift : quantities[index + listed].start - shift]
        if between.strip() not in _LISTED:
            break
        listed += 1
    return listed


def _result(name: str) -> Subject:
    """Return what a name in a list of results is of."""
    firms = next(find_firms(name), None)
    if firms is not None and firms.end() >= len(name) - len("数量"):
        if (firms.lastgroup or "").startswith("hightech"):
            return Subject("hightech_stock")
        return Subject("firms_stock", item=firms[0])
    return Subject("outcome", item=name)


def _count_listed(text: str, quantities: list[Quantity], index: int, shift: int) -> int:
    """Return how many figures of a kind are listed from this one on."""
    listed = 1
    while index + listed < len(quantities):
        before = quantities[index + listed - 1]
        after = quantities[index + listed]
        between = text[before.end - shift : after.start - shift]
        if after.unit != before.unit or len(between) > 4 or between[:1] not in "、,和及" or "。" in between:
            break
        listed += 1
    return listed


def _deal_out(state: State, text: str, quantities: list[Quantity], index: int, shift: int) -> None:
    """Queue the subjects that 分别 deals figures to: as many of the last ones as figures are listed."""
    listed = _count_listed(text, quantities, index, shift)
    distinct = list(dict.fromkeys(state.sequence))
    if 1 < listed <= len(distinct):
        state.queue = distinct[-listed:]


def _dealt(state: State, reading: Reading, repeated: bool) -> Subject | None:
    """Return the subject that 分别 deals this figure to."""
    if repeated or reading.apart or reading.pure:
        return state.queue.pop(0)
    return None


def _ends_list(text: str, quantities: list[Quantity], index: int, shift: int) -> bool:
    """Tell whether the figure before is the last one of a list with 、 (其中A X、B Y,较上年增加Z: of the whole)."""
    return index > 1 and text[quantities[index - 2].end - shift] == "、"


def _back_to_whole(walk: Walk, state: State, reading: Reading, quantities: list[Quantity], index: int) -> None:
    """Give a change to the amount of the paragraph that its rate fits, where it does not fit the last subject.

    ``收入总计X,其中年初结转Y,较上年增加Z,增长V%``: Z on X - Z makes V.
    """
    held = state.subject
    whole = state.list_parent
    if held is not None and whole is not None and state.in_list and reading.direction > 0 and walk.facts:
        level = walk.facts[-1]
        if _subject_of(level) == held._replace(measure="") and level.measure in ("final", "initial_budget"):
            if 0 < level.value < quantities[index].value:
                state.subject, state.in_list = whole, False  # it cannot have grown by more than it is
                return
    if held is None or index + 1 >= len(quantities):
        return
    rate = quantities[index + 1]
    if rate.unit != "ratio" or rate.decimals is None:
        return
    growth, step, last_place = rate.value, quantities[index].value, Decimal(1).scaleb(-rate.decimals)
    stated = fits = False
    others: dict[Subject, None] = {}
    for fact in walk.facts[state.first :]:
        if fact.unit != "CNY" or fact.measure not in ("final", "initial_budget"):
            continue
        subject = _subject_of(fact)
        base = fact.value - reading.direction * step
        fitting = base > 0 and abs(step / base - growth) <= last_place
        if subject == held._replace(measure=""):
            stated, fits = True, fits or fitting
        elif fitting:
            others[subject] = None
    if stated and not fits and len(others) == 1:
        state.subject = next(iter(others))
        state.in_list = False


def _with_unit_of_next(text: str, quantities: list[Quantity], index: int, shift: int) -> Quantity:
    """Give a bare number the unit of the number that it is listed with (``各是4125.49,4143.91万元``)."""
    quantity = quantities[index]
    if index + 1 < len(quantities):
        following = quantities[index + 1]
        if following.unit == "CNY" and text[quantity.end - shift : following.start - shift].strip() in _LISTED:
            match = _PLACES.search(fold(following.raw))
            scale = following.exponent + (len(match[1]) if match is not None else 0)
            exponent = quantity.exponent + scale
            return quantity._replace(unit="CNY", exponent=exponent, decimals=-exponent)
    return quantity
