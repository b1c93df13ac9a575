"""One figure of a paragraph: its phrase, what the sentence before it leaves open, and what it then states.

The order of the questions matters: who the figure is of (dealt out, named, inherited, counted, unnamed money or rate),
then whether it is a figure at all (a bound, a rule, of somebody else), then how it measures its subject.
"""

from __future__ import annotations

import re
from dataclasses import replace

from fiscal_analysis.extract.around import GIVEN, clause_noun, funded_name, words_behind
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
from fiscal_analysis.extract.lexicon import find_firms, tokens
from fiscal_analysis.extract.listings import (
    QUOTED,
    back_to_whole,
    count_listed,
    deal_out,
    dealt_subject,
    ends_list,
    figures_listed,
    listed_subjects,
    lists_all,
    name_all,
    named_result,
    periods_of,
    raise_above,
    raise_to_total,
    scored_apart,
    subject_of,
    with_unit_of_next,
)
from fiscal_analysis.extract.measures import COMPLETIONS, measure_figure
from fiscal_analysis.extract.money import name_amount, name_ratio
from fiscal_analysis.extract.naming import ACCOUNTS, NARRATIVE, name_subject
from fiscal_analysis.extract.phrase import INTENDED, Reading
from fiscal_analysis.extract.thresholds import cites_rule
from fiscal_analysis.facts import Fact
from fiscal_analysis.quantity import Quantity

__all__ = ["GENERIC_TITLE", "read_figure", "sentence_around"]

_PERIOD = re.compile(
    r"(?<![于在])(?:20[0-9]{2}年)?([0-9]{1,2}[-至—–~][0-9]{1,2}月份?|前[一二三]季度|上半年|下半年|第?[一二三四]季度"
    r"|截[至止]到?(?:20[0-9]{2}年)?(?:[0-9]{1,2}月(?:[0-9]{1,2}日|底|末)?|年?[底末])|前[一二三四五六七八九十]{1,2}个?月)"
)
GENERIC_TITLE = re.compile("(?:部门|单位|本级|整体|项目|财政|专项|资金|支出|预算|重点|年度|重点项目)+")
_NEXT_CLAUSE = 16  # the words behind a number that may say what became of it
_NEAR = 40  # the words behind a number that may say what it is
_SCORED = re.compile("(?:自评|评价|综合)*(?:得分|满分|分值|权重|总分|得)*$")
_PART_OF_SCORE = re.compile(
    "(?:项目|资金|部门|年度)*(?:投入|过程|产出|效益|效果|决策|满意度|预算执行率?|执行率|成本)(?:类|方面)?(?:指标)?$"
)
_MET_GOALS = re.compile("目标[一-鿿]{0,4}(?:完成|实现|达成)")
_OF_YEAR = re.compile(r"\((20[0-9]{2})年(?:度|数|数据)?\)")
_OPENS = re.compile("(20[0-9]{2})年度?,")
_OF_PLAN = re.compile(" ?的(?:年度|年初|全年)?(?:指标值|计划标准|计划值|预期值)")  # 达到≥90%的年度指标值
_EVALUATED = re.compile("对“([^”]{3,40})”(?:项目)?(?:支出)?(?:开展|进行|实施)[^,。;]{0,8}评价")
_SOURCES = ("资金", "配套", "财政", "补助")  # 市级资金、区级资金分别为
_GOALS_LISTED = re.compile("绩效目标(?:为|是|如下|包括)?:")
_CAUSE = re.compile("原因[^,;。]{0,12}$")
_IN_STOCK = re.compile("累计|总数|总量|保有|有效期内")
_STOCK_OF = {"hightech_certified": "hightech_stock", "firms_added": "firms_stock"}
_GROSS = frozenset(("总收入", "总支出", "收入总预算", "支出总预算"))
_PARTS_OF_TOTAL = frozenset(
    ("revenue", "expenditure", "carryover_opening", "carryover_closing", "nonappropriation_surplus_used")
)
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
_ROLE_ALONE = re.compile(
    r"[,、;: ]*(?:[0-9]{1,2}[.、])?(?:(?:预算)?执行率?(?:情况|方面)?[:。])?"
    r"(?:[(][一二三四五六七八九十0-9]{1,2}[)]|[0-9]{1,2}[.、])?(?:20[0-9]{2}年度?)?"
    "(?:年初编制)?(?P<body>(?:本|我)?(?:部门|单位|局|委)整?体?)?"
    "(?:全年|年初|年度|当年|调整后?|实际)?(?:预算|执行|决算|到位)(?:数|金额|总额)?(?:为|是|共|共计|达)?[: ]*"
)
_BODYS_OWN = re.compile(  # 2023年某县某局部门预算年初安排, 年中追加某资金后全年预算为
    "(?:[^,]{2,20}后)?(?:20[0-9]{2}年度?)?(?:(?![^,]*(?:项目|资金|工程|专项|补[助贴]|经费|奖励|服务费))[一-鿿]{1,20}"
    "(?:局|委|办|院|中心|站|所|队|镇|乡|处|政府|会|校|园|馆|部|社|台|库|集团|团|厂|学|[县区])|(?:本|我)?(?:部门|单位))?(?:20[0-9]{2}年度?)?"
    "(?:部门|单位|整体|总体|支出|收入|全年|年初|年度|当年|调整后?|批复|实际|预算|执行|决算|安排|数|总额|金额|共|计|为|是|达|的|:"
    "|[(][^()]*[)])+"
)
_GOT = re.compile("[,(、 ]*(?:自评|实际|评价|实)?得分?[为:]?")
_WORTH = re.compile("(?:满分|分值|权重)[0-9.]+分?$")
_REQUIRED = re.compile(
    "(?:不得|不应|不能|必须|须在|(?<![供相响对效反适感])应(?![急用对收付届纳税战变聘邀约诉征该]))[^,;。]{0,14}[0-9]"
    "|(?:^|[,;。(])(?:如果?|若|凡)[^,;。]{0,20}[0-9]|可能存在[0-9]"
)
_AT_LEAST = re.compile("(?:不少于|不低于|不高于|不大于|不小于|至少)[^,;。]{0,4}[0-9]")
_DEMANDS = ("不低于", "不少于", "不高于", "不大于", "不小于", "至少")
_ASKING = frozenset(("method", "problems", "rules", "duties"))
_BOUNDS = frozenset((">=", "<=", ">", "<"))
_VISITS = frozenset(("reception_persons", "reception_batches", "overseas_persons", "overseas_groups"))
_EACH_MORE = ("每户增加", "每家增加", "每个增加", "每户再增加", "每家再增加")
_AT_MOST = re.compile("最高(?:不超过)?(?:给予|奖励|补助|补贴|资助|支持)*$")
_SAVED = ("节约资金", "节约采购资金", "节约财政资金")
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
_EACH_YIELD = re.compile("均[一-鿿]{0,2}[增减]产$")  # 亩均增产65公斤
_THEN_ACTUAL = re.compile("(?:的?[一-鿿]{0,2}目标[一-鿿]{0,6})?,实际")  # ≥95%的目标已实现,实际达到98.2%
_SET = re.compile("计划[^,。;]{0,14}$|(?:^|[,;。、])(?:年初|年度|全年|绩效)?目标[^,。;]{2,16}$")
_THAN_LAST_YEAR = re.compile("(?:超过|高于|多于)(?:上年|去年)[^,。;]{0,8}$")
_KEPT_TO = re.compile("控制在目标[一-鿿]{0,4}$")
_RATE_OF_GOAL = re.compile("^[,(、](?:指标|目标|任务|计划)?完成率(?:为|达到?|:)?$")
_NO_NAME = re.compile(
    "(?:.*权重|控制在|超额|已?超(?:过|出)(?:年初|全年|目标|任务|上年|去年)|达到?年初|年初设定|提前完成|较|比(?![例重赛])|按照?(?![时期])|仅?占(?!地|补)|分别|每[家户个亩吨人]$|其余$|不足|同比|以[上下内]|[高低多少快慢]于|超(?:过|出)?$|[0-9]+$)"
)
_BUDGETS = frozenset(("initial_budget", "adjusted_budget", "open_budget"))
# 其中某某项目全年预算数X; 某某项目,2024年预算安排X
_OWN_PROJECT = re.compile(
    "(?:^|[,;:])(?:其中:?)?(?![一-鿿]{0,4}[各全该本])([一-鿿“”()]{3,30}?)(?:建设)?项目,?(?:20[0-9]{2}年度?)?(?:年初|全年|当年|年度|调整后?)?"
    "预算(?:数|安排|金额|批复)?(?:为|是|共)?$"
)
_BASIC_OF_IT = re.compile("[,。;:(]其中[,:]?基本支出")
_HALVES = frozenset(("expenditure_basic", "expenditure_project"))
_USES = re.compile("用于[^,。;]*等[^,。;]*支出(?:为|共|合计)*$")
_ALL_OF_IT = re.compile("[,(](?:均|全部|全)为(?:(基本)|项目)支出")  # 住房公积金X元,均为基本支出
_OF_BODIES = frozenset(("profile", "performance", "open"))
_ELSEWHERE = re.compile("(?:^|[,。;:])(?:20[0-9]{2}年度?,?|目前,?|当前,?|据统计,?)?(?:全国|我国)(?!排)[^,。;]*$")
_OF_REGION = re.compile("全[国省市县区州]")
_AND_MONEY = (",资金", ",金额", ",共计资金", ",涉及资金")
_DONE_THEN = re.compile("[,、;](?:已|共|实际)?完成(?:投资)?")
# 技术合同成交额、高新技术产业增加值分别达36.5亿元、128.6亿元
_NAMES_APART = re.compile(
    "(?:^|[,。;:])([^,。;:分]{3,24}(?:[、和及与][^,。;:分]{3,24})+)(?<!权重)(?<!占比)(?<!比例)(?:同比)?分别(?:增长|下降|完成|实现|达到?|为)*$"
)
_LIST_MARKS = re.compile("[、和及与]")


def read_figure(
    walk: Walk, state: State, section: Section, text: str, phrase: str, reading: Reading,
    quantities: list[Quantity], index: int, start: int, end: int, shift: int,
) -> Fact | None:  # fmt: skip
    """Return what a figure states, None where it is not understood; `start` and `end` are its positions in `text`."""
    quantity = quantities[index]
    if section.kind == "duties" and quantity.comparator is not None:
        return None  # 100万元以下项目的审批
    repeated = reading.joins and index > 0 and quantities[index - 1].unit in (quantity.unit, None)
    goal = _note_words(walk, state, section, text, phrase, reading, quantities, index, end, shift, repeated)
    _note_list(state, phrase, reading, quantity)
    if quantity.unit is None and reading.relation == "change" and state.relation == "change" and reading.pure:
        if quantity.exponent < 0:  # 增加154.25万元,增长13.95。: the second lost its sign
            quantity = quantity._replace(
                unit="ratio", exponent=quantity.exponent - 2, decimals=2 - quantity.exponent, flag="lost_percent"
            )
    elif quantity.unit is None and reading.concept is not None:
        quantity = with_unit_of_next(text, quantities, index, shift)
    unit = quantity.unit
    if "国" in phrase and _ELSEWHERE.search(phrase) is not None:
        state.unknown = "amount" if unit == "CNY" else ""
        return None
    if "平均" in phrase and reading.concept is not None and reading.concept.concept in RATES:
        if _OF_REGION.search(phrase) is not None:
            return None  # 全市平均支出进度
    if unit == "CNY" and state.count_role and not reading.role and not reading.relation:
        if "," not in phrase or phrase in _AND_MONEY:
            reading = replace(reading, role=state.count_role)  # 批复预算8个项目985万元; 安排项目23个,资金X
    counts_budget = unit == "count" and reading.role in _BUDGETS and "评" not in phrase
    state.count_role = reading.role if counts_budget else "adjusted_budget" if phrase.endswith("核定") else ""
    if reading.fund is not None and ("自评" in phrase or "评价" in phrase):
        state.evaluated_fund = reading.fund
    if (
        unit == "count"
        and reading.relation == "change"
        and not reading.base_kind
        and (phrase.endswith(_DONE_ANEW) or _EACH_YIELD.search(phrase) is not None)
    ):
        reading = replace(reading, relation="", direction=0)
    if unit == "CNY" and phrase.endswith(_EACH_MORE) and state.last is not None:
        if state.last.concept == "programme_rate":
            reading = replace(reading, relation="", direction=0)  # 每户20万元,规上企业每户增加5万元
    _deal(walk, state, section, text, phrase, reading, quantities, index, shift, unit, repeated)
    if phrase.endswith("超额完成") and unit in ("CNY", "count"):
        right = words_behind(text, end)
        if "目标" not in right and "任务" not in right:
            return None  # 较目标任务8亿元超额完成1.86亿元: by how much
    if unit == "CNY" and phrase.endswith(("共", "合计", "共计")) and len(listed_subjects(state, section, phrase)) > 1:
        state.unknown = "amount"  # 上缴上级支出、经营支出共0元: of none of them alone
        return None
    told = _told_by_list(walk, state, text, phrase, reading, unit, end, repeated)
    subject, repeated, by_name, dealt = told
    if unit == "CNY" and reading.relation == "share" and reading.base is not None and subject is None:
        whole = next((t.concept for t in reversed(tokens(reading.base)) if t.concept is not None), None)
        if whole is not None:
            # 占本年支出合计X万元的Y%: the amount is the whole's
            state.share_base, subject = reading.base, Subject(whole.concept, whole.fund)
            reading = replace(reading, relation="", base=None, concept=whole)
    elif unit == "ratio" and state.share_base is not None and phrase.strip() == "的":
        subject = state.subject
        reading, state.share_base = replace(reading, relation="share", base=state.share_base), None
    if unit == "CNY" and subject is None and not reading.relation and "项目" in phrase and "预算" in phrase[-8:]:
        named = _OWN_PROJECT.search(phrase)
        among = reading.concept is not None and named is not None and reading.concept.alias in named[0]
        if named is not None and not among and GENERIC_TITLE.fullmatch(named[1]) is None:
            subject = state.subject = Subject("project_funding", item=named[1])
    if subject is None and unit == "CNY" and reading.concept is None and not reading.relation:
        if _BASIC_OF_IT.match(text, end) is not None and section.fund is None and section.kind in _OF_BODIES:
            subject = state.subject = Subject("expenditure")  # 全年实际支出X,其中基本支出Y
        elif section.subject is not None and section.subject.concept in _HALVES and _USES.search(phrase) is not None:
            if not walk.facts or walk.facts[-1].section != walk.section:
                subject = state.subject = section.subject  # 用于开展甲、乙等专项工作的支出X: all of the chapter's
    if subject is None:
        subject = name_subject(walk, state, section, reading, unit, repeated)
    if reading.concept is not None and subject is not None and state.raised and reading.concept.alias in _GROSS:
        subject = state.subject = subject._replace(concept=state.raised)  # 总收入X,其中本年收入Y。总收入较上年增加
    if unit == "CNY" and reading.concept is None and subject is not None:
        if subject.concept == "revenue" and walk.whole_body and reading.pure and "收入" not in phrase:
            if (state.head is None and reading.role in _BUDGETS) or "全年预算" in phrase or "调整" in phrase:
                subject = state.subject = Subject("expenditure")  # 预算收入X,支出Y。年初预算数Z
        if reading.goal and reading.pure and subject.measure == "actual" and subject.concept == "outcome":
            subject = subject._replace(measure="target")  # 成交额9.86亿元,较目标任务8亿元...
        if phrase.endswith(_SAVED):
            return None  # what procurement saved is no procurement
        if subject.concept == "revenue" and phrase.endswith(("决算支出", "实际支出")):
            subject = Subject("expenditure")  # 全年预算收入X,决算支出Y
    if unit == "ratio" and phrase.rstrip("为:").endswith("权重"):
        quoted = QUOTED.search(phrase)
        subject = Subject(
            "evaluation_score", item=quoted[1] if quoted is not None else clause_noun(phrase, text, start)
        )
    if unit == "score":
        if reading.apart:
            state.scored = scored_apart(text, quantities, index, shift, start)
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
            and (subject.concept not in RATES or unit == "count")
            and not (unit is None and subject.concept == "evaluation_score")
        )
    ):
        right = words_behind(text, end)
        subject = read_count(phrase, right, text, start, quantity, reading, state, section, walk.project)
        unit = "count"
    elif subject is None:
        if unit == "CNY":
            subject = _unnamed_money(walk, state, section, text, phrase, reading, quantity, start, end, goal)
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
    if not goal and _is_demanded(section, subject, text, phrase, reading, quantity, unit, start):
        return None
    if subject.concept == "evaluated_amount" and subject.fund is None and state.evaluated_fund is not None:
        subject = subject._replace(fund=state.evaluated_fund)
    if subject.concept == "outcome" and (subject.item is None or _NO_NAME.match(subject.item) is not None):
        if not goal and reading.relation != "change" and subject.measure != "prior_year":
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
    _keep(walk, state, section, subject, reading, quantity, unit)
    if subject.concept == "outcome" and subject.measure in ("", "actual") and walk.default_role == "initial_budget":
        if not reading.role and not reading.relation and section.kind != "profile" and reading.base_kind == "":
            subject = subject._replace(measure="target")  # of a budget document: what is planned
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
    if subject.concept == "functional_expenditure" and subject.scope is None and unit == "CNY":
        if (halved := _ALL_OF_IT.match(text, end)) is not None:
            subject = subject._replace(scope="basic" if halved[1] else "project")
    return Fact(
        subject.concept, measured.measure, measured.digits, measured.exponent, measured.unit, measured.fiscal_year,
        quantity.raw, 0, 0, measured.decimals, quantity.high_digits,
        quantity.comparator or (_capped(phrase) if subject.concept == "programme_rate" else None),
        quantity.counted if counted else None, subject.fund, subject.subject_code, subject.economic_code,
        subject.subject_name, subject.scope, subject.item,
        state.period, measured.base,
        -1, 0, 0, "prose", measured.flag,
    )  # fmt: skip


def _note_words(
    walk: Walk, state: State, section: Section, text: str, phrase: str, reading: Reading, quantities: list[Quantity],
    index: int, end: int, shift: int, repeated: bool,
) -> bool:  # fmt: skip
    """Note what a phrase says of period, year, project and cause; tell whether its figure is a goal."""
    _note_period(state, text, phrase, reading, quantities, index, shift, repeated)
    if reading.reason:
        state.reason = True
    elif state.reason and reading.base_kind == "prior_year" and reading.relation == "change" and reading.pure:
        state.reason = False  # 主要原因是厉行节约,与上年相比减少X: a comparison of its own follows the explanation
    goal = _note_goal(walk, state, section, text, phrase, reading, quantities[index], end)
    if reading.year is not None:
        inside = phrase.rfind("(") > max(phrase.rfind(")"), phrase.rfind(","))  # (含2023年转列的5个)
        if reading.year != reading.base_year and not inside:  # else the year of what is compared with
            state.year = reading.year
    elif phrase.startswith("20") and (opened := _OPENS.match(phrase)) is not None:
        state.year = int(opened[1]) if int(opened[1]) == walk.fiscal_year else state.year  # 2022年度,首次认定奖励X
    elif text.startswith("(20", end) and (told := _OF_YEAR.match(text, end)) is not None:
        state.year = int(told[1])  # 27.43亿元(2022年数)
    if reading.surveyed is not None:
        state.project = reading.surveyed
    elif "评价" in phrase and (evaluated := _EVALUATED.search(phrase)) is not None:
        state.project = evaluated[1]
    return goal


def _told_by_list(
    walk: Walk, state: State, text: str, phrase: str, reading: Reading, unit: str | None, end: int, repeated: bool
) -> tuple[Subject | None, bool, bool, bool]:
    """Return whom a list gives the figure to; whether it repeats the figure before; by a name; dealt out by 分别."""
    subject = dealt_subject(state, reading, repeated) if state.queue else None
    dealt = subject is not None and (subject.concept in COUNTED or subject.concept == "outcome")
    if dealt and subject is not None and subject.concept in _STOCK_OF and _IN_STOCK.search(phrase) is not None:
        subject = subject._replace(concept=_STOCK_OF[subject.concept])  # 新认定53家,新增126家,累计分别达到387家和...
    by_name = bool(state.named) and (reading.apart or reading.joins)
    if by_name:
        name = state.named.pop(0)
        subject = state.subject = named_result(name)
        grant = state.money
        if unit == "CNY" and grant is not None and grant.concept in GRANTS and name.endswith(_SOURCES):
            root = grant.item.partition("/")[0] if grant.item else ""
            return grant._replace(item=f"{root}/{name}".strip("/"), measure=""), repeated, by_name, dealt
        if unit == "CNY" and not state.relation and not reading.relation:
            subject = subject._replace(measure="actual")
    if unit == "ratio" and phrase == "(" and state.relation == "change" and text.startswith(")", end):
        # 增加10.00万元(9.05%): the same change, as a rate
        if walk.facts and walk.facts[-1].measure.startswith("change_on_") and walk.facts[-1].unit == "CNY":
            subject, repeated = subject_of(walk.facts[-1])._replace(measure=""), True
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
            subject = subject_of(walk.facts[-1])._replace(measure="completion_of_target")
    if subject is None and unit == "ratio" and state.completed and len(phrase) < 5 and phrase.endswith("的"):
        subject = state.subject  # 占计划40个村的92.5%
    return subject, repeated, by_name, dealt


def _unnamed_money(
    walk: Walk, state: State, section: Section, text: str, phrase: str, reading: Reading, quantity: Quantity,
    start: int, end: int, goal: bool,
) -> Subject | None:  # fmt: skip
    """Return what an amount is of that no concept names and that inherits nothing."""
    subject: Subject | None = None
    project = walk.project or state.project
    right = words_behind(text, end)
    alone = _ROLE_ALONE.fullmatch(phrase) if project is None else None
    bodys = walk.whole_body and reading.role and not reading.relation and project is None
    if (alone is not None and (alone["body"] is None or walk.whole_body)) or (
        bodys and _BODYS_OWN.fullmatch(phrase.rpartition(",")[2]) is not None
    ):
        # of the body or of the project that the document evaluates; of what else, no word says
        whole = "expenditure" if walk.whole_body else "project_funding" if walk.one_project else None
        if whole is not None:
            subject = state.subject = Subject(whole)
    else:
        subject = name_amount(phrase, right, text, start, quantity, reading, state, section, project)
        if goal and subject is not None and subject.concept == "outcome" and subject.measure == "actual":
            subject = subject._replace(measure="target")  # 超出年初设定的22亿元目标
        elif subject is not None and subject.measure == "actual" and _THAN_LAST_YEAR.search(phrase) is not None:
            subject = subject._replace(measure="prior_year")  # 已超过上年全年水平4.11亿元
        if (
            subject is not None
            and subject.concept == "outcome"
            and reading.role in _BUDGETS
            and not reading.appropriated
            and "预算内" not in phrase
        ):
            # what has a budget is no result: 年初安排设备购置X; but 争取中央预算内投资X is one
            bought = funded_name(clause_noun(phrase, text, start))
            subject = Subject("project_funding", item=project or bought)
            state.subject = subject
    return subject


def _note_period(
    state: State, text: str, phrase: str, reading: Reading, quantities: list[Quantity], index: int, shift: int,
    repeated: bool,
) -> None:  # fmt: skip
    """Note which part of the year a figure is of; where 、 lists several, each of the figures gets its own."""
    if state.periods and repeated:
        state.period = state.periods.pop(0)  # 上半年、全年执行率分别为48.2%、98.6%
    elif reading.timed and "、" in phrase and (listed := periods_of(phrase)):
        if len(listed) == count_listed(text, quantities, index, shift):
            state.period, *state.periods = listed
        else:
            state.period = None
    elif reading.timed and (period := _PERIOD.search(phrase)) is not None:
        state.period = period[1]
    elif state.period is not None and ("全年" in phrase or state.dated):
        state.period = None
    state.dated = bool(state.periods) or (state.dated and repeated)


def _note_goal(
    walk: Walk, state: State, section: Section, text: str, phrase: str, reading: Reading, quantity: Quantity, end: int
) -> bool:
    """Tell whether a figure is what was to be reached, and note where goals begin and end."""
    drawn_up = reading.recalled  # 年初制定的…: a goal that is recalled, not set
    if drawn_up or state.relation == "completion":
        state.goal = section.goal
    goal = reading.goal and reading.relation != "completion"
    if reading.year is not None and walk.fiscal_year is not None and reading.year > walk.fiscal_year:
        goal = True
    if text.find(",实际", end, end + _NEXT_CLAUSE) >= 0 and _THEN_ACTUAL.match(text, end) is not None:
        # 每公里造价不超过38万元,实际37.2万元; 计划硬化道路36公里,实际完成38.2公里
        goal = goal or quantity.comparator is not None or _SET.search(phrase) is not None
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
    if quantity.comparator == "<=" and _KEPT_TO.search(phrase) is not None:
        return True  # 维修成本614.7元,控制在目标成本650元以内
    if not goal:
        goal = state.goal or (
            quantity.unit != "score"
            and text.find("目标", end, end + _NEAR) >= 0
            and "目标" in (right := words_behind(text, end)).partition("(")[0]
            and _MET_GOALS.search(right) is None
        )
        goal = goal or (text.startswith(("的", " 的"), end) and _OF_PLAN.match(text, end) is not None)
    return goal


def _note_list(state: State, phrase: str, reading: Reading, quantity: Quantity) -> None:
    """Note where a list (其中) or a bracket that divides the figure before begins, and where a bracket ends."""
    if state.outside is not None and ")" in phrase:
        state.subject, state.outside = state.outside, None
        state.list_parent, state.in_list, state.list_role = state.outside_list
    elif phrase[:1] == "(" and quantity.unit == "CNY" and reading.concept is not None and ")" not in phrase:
        # 公务用车购置及运行维护费X(购置费Y,运行维护费Z),比上年减少
        state.outside = state.subject
        state.outside_list = state.list_parent, state.in_list, state.list_role
    listed = "包括:" in phrase and state.subject is not None and state.subject.concept in DIVISIBLE
    if reading.part or listed:
        if phrase[0] == "(" and ")" not in phrase:
            state.outside, state.outside_list = state.subject, (None, False, "")
        state.in_list = True
        held, money = state.subject, state.money
        if held is not None and money is not None and held.concept == "carryover_opening" and phrase[:2] == "其中":
            if money.concept == "carryover_closing":
                state.subject = money  # 年初结转和结余X,年末结转和结余Y。其中:基本支出结转Z
        if state.subject is not None:
            state.list_parent = state.subject if state.subject.concept not in RATES else state.money
        if state.last is not None and state.last.concept in COUNTED:
            state.list_parent = state.last
        granted = state.money is not None and state.money.concept in GRANTS
        if granted and not state.list_role and state.list_parent is state.money:
            state.list_role = state.money_role  # 下达资金X万元。其中:...


def _deal(
    walk: Walk, state: State, section: Section, text: str, phrase: str, reading: Reading, quantities: list[Quantity],
    index: int, shift: int, unit: str | None, repeated: bool,
) -> None:  # fmt: skip
    """Queue what 分别 deals the figures out to, and go back to the whole of a list where a change is of it."""
    told_apart = reading.apart and (section.kind in NARRATIVE or next(find_firms(phrase), None) is not None)
    if told_apart and (reading.concept is None or reading.concept.note == "weak"):
        names = _NAMES_APART.search(phrase)
        if names is not None:
            state.names = _LIST_MARKS.split(names[1])
        state.named = list(state.names) if figures_listed(text, quantities, index, shift) == len(state.names) else []
    if (
        not state.queue
        and not state.named
        and (reading.apart or (state.dealt and reading.relation == "change" and reading.pure))
    ):
        if reading.concept is not None:
            name_all(state, section, phrase)
        if len(state.sequence) > 1 and (reading.concept is None or state.dealt):
            deal_out(state, text, quantities, index, shift)
            state.dealt = state.dealt or (reading.relation == "change" and bool(state.queue))
    if unit == "CNY" and reading.pure and reading.relation == "change" and not repeated:
        if (
            state.in_list
            and phrase[:1] == ","
            and (ends_list(text, quantities, index, shift) or lists_all(walk, state, text, shift, quantities[index]))
        ):
            state.subject, state.in_list = state.list_parent or state.subject, False
        back_to_whole(walk, state, reading, quantities, index)


def _keep(
    walk: Walk, state: State, section: Section, subject: Subject, reading: Reading, quantity: Quantity, unit: str | None
) -> None:
    """Keep a subject for the figures that follow; see whether it tells that a total above was a grand total."""
    if state.gross >= 0 and state.in_list and subject.concept in _PARTS_OF_TOTAL:
        raise_to_total(walk, state, section)
    if walk.gross and unit == "CNY" and not reading.relation and subject.concept in _PARTS_OF_TOTAL:
        if (
            reading.concept is not None
            and state.first > walk.gross[-1]
            and (walk.gross_section == walk.section or reading.concept.alias.startswith("本年"))
        ):
            raise_above(walk, section, quantity.value)
    if unit == "CNY":
        if state.head is None:
            state.head = subject
        state.money = subject
        state.granted = state.granted or subject.concept in ("programme_funding", "project_funding")
    state.last = subject
    if unit == "count":
        state.counted = quantity.counted


def _is_demanded(
    section: Section, subject: Subject, text: str, phrase: str, reading: Reading, quantity: Quantity, unit: str | None,
    start: int,
) -> bool:  # fmt: skip
    """Tell whether a figure that is no goal is what a rule demands, or stands in a cause, so that it states nothing."""
    if quantity.comparator in _BOUNDS or quantity.high_digits is not None:
        if subject.concept in _VISITS:
            return True  # 接待对象在10人以内的,陪餐人数不得超过3人
        if subject.concept == "outcome" and quantity.raw.startswith(_DEMANDS) and phrase[-1:] not in "度率":
            return True  # 抽检比例不低于5%
        if subject.concept == "outcome" and cites_rule(sentence_around(text, start)):
            return True  # 根据《办法》规定,预留采购项目预算总额的30%以上
    if subject.concept == "outcome":
        if unit != "CNY" and reading.relation != "change" and _CAUSE.search(phrase) is not None:
            return True  # 未完成原因为2条巷道涉及管线迁改
        asked = phrase[-24:] + quantity.raw
        if _REQUIRED.search(asked) is not None or (section.kind in _ASKING and _AT_LEAST.search(asked) is not None):
            return True  # 误差不得超过5%; in a chapter on rules, 问卷发放不少于200份
    return False


def sentence_around(text: str, start: int) -> str:
    """Return the sentence around a place."""
    stop = text.find("。", start)
    return text[text.rfind("。", 0, start) + 1 : stop if stop >= 0 else len(text)]


def _met_before(walk: Walk) -> str:
    """Return the measure of a completion behind a target or a budget and what became of it, empty behind others."""
    aim, reached = walk.facts[-2:] if len(walk.facts) > 1 else (None, None)
    if aim is None or reached is None or reached.measure not in ("actual", "final"):
        return ""
    return COMPLETIONS.get(aim.measure, "") if (aim.concept, aim.unit) == (reached.concept, reached.unit) else ""


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
    if noun and phrase.endswith("”") and (quoted := QUOTED.search(phrase[phrase.rfind("“") :])) is not None:
        return quoted[1]  # “科普经费”96分
    listed = state.in_list and state.last is not None and state.last.concept == "evaluation_score"
    last = state.last
    if last is not None and _GOT.fullmatch(phrase) is not None:
        weighed = last.concept == "evaluation_score" and bool(walk.facts) and walk.facts[-1].measure == "weight"
        if listed or weighed or (last.concept == "outcome" and phrase.endswith("得")):
            return last.item  # 其中:部门决策15分,得14分; 实际及时率100%,得6分
        if last.concept in RATES:
            return "预算执行率"  # 执行率96.5%,得9.65分
    if "平均" in phrase[-8:]:
        return "平均得分"  # of the projects that were evaluated, not of the body
    if noun:
        if whole is None and noun.endswith("项目") and GENERIC_TITLE.fullmatch(noun) is None:
            return noun
        if whole == paid and not listed and ("整体" in noun or "部门" in noun):
            return walk.project
        if listed and "项目" in noun and _PART_OF_SCORE.match(noun) is None and state.project is not None:
            return state.project
        return noun if (listed or _PART_OF_SCORE.match(noun) is not None) and "项目自评" not in noun else whole
    return last.item if state.in_list and last is not None and last.concept == "evaluation_score" else whole
