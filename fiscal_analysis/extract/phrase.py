"""What the words in front of a number say about it: subject, role, base, direction.

A *phrase* is the text between the figure before (or the beginning of the sentence) and the figure. Reading it depends
on nothing but the phrase, so readings are remembered: disclosures repeat the same few hundred phrases. What the phrase
leaves open (``Reading.concept is None``, no base) the context decides, see :mod:`fiscal_analysis.extract.figure`.

The grammar, from the number leftwards: ``[subject] [comparison: 比 base] [relation: 占 base | 完成 base | direction]
[role: 年初预算 | 决算 ...] number``. Each part may be missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from fiscal_analysis.extract.lexicon import Concept, Token, economic_groups, tokens
from fiscal_analysis.extract.thresholds import instructs
from fiscal_analysis.wordlist import longest_of

__all__ = ["GENERIC", "INTENDED", "Line", "Reading", "read_phrase"]


class Line(NamedTuple):
    """A functional classification line as named in a phrase: (name as printed, level, code as printed)."""

    name: str
    level: str
    code: str | None


@dataclass(slots=True)
class Reading:
    """What a phrase says. A class with slots: made once for each wording, looked at dozens of times for each figure.

    `relation` is ``share``, ``completion``, ``change`` (direction word: increase or decrease) or empty. `role` is the
    last budget or outturn word: ``initial_budget``, ``adjusted_budget``, ``open_budget``, ``final``, ``prior_year`` or
    empty. `base_kind` is ``prior_year``, ``initial_budget``, ``adjusted_budget``, ``target``, ``open_budget`` or empty.
    `pure` tells that the phrase holds cue words only and names no subject of its own. `tail` is what the last words
    right at the number name, where these are a bare classification name: (name, economic code or None). `unresolved`
    tells that a form's alternative was left standing (增加(减少)). `joins`: the phrase only lists (、); `recalled`: it
    recalls a goal drawn up before (制定); `apart`: it deals figures out (分别); `within`: it names a part (X中,Y);
    `timed`: it may hold a part of the year; `surveyed`: the project that it sums up the evaluation of.
    """

    concept: Concept | None
    class_code: str | None
    class_name: str
    lines: tuple[Line, ...]
    fund: str | None
    relation: str
    direction: int
    role: str
    base: str | None
    base_kind: str
    year: int | None
    goal: bool
    reason: bool
    part: bool
    counted: str
    staff: str
    projects: bool
    appropriated: bool
    head: str
    total: bool
    pure: bool
    tail: tuple[str, str | None] | None
    unresolved: bool
    base_year: int | None
    joins: bool
    recalled: bool
    apart: bool
    within: bool
    timed: bool
    done: bool
    instructs: bool
    surveyed: str | None


_LINE = re.compile(
    r"[“\"]?([一-鿿](?:[一-鿿、]|\((?:[室境]\))?)*[一-鿿)]|[一-鿿]{2,}|)[”\"]?\((?:(\d{2,3})?(类|款|项))(?:[,、;]?(?:下同|以下同)?[,、]?)\)[”\"]?"
)
_SPLIT_CODE = re.compile(
    r"(2[0-3][0-9]) ?\(类\) ?(?:([0-9]{2}) ?\(款\))? ?(?:([0-9]{2}) ?\(项\))?[ :]*[“\"]?([一-鿿][一-鿿、]{1,28})"
)
_NAMED_CODE = re.compile(r"[“\"]?([一-鿿][一-鿿、]{1,28}?)[”\"]?\((2[0-3][0-9](?:[0-9]{2}){0,2})\)")
_DEEPER = re.compile(r"[“\"]?([一-鿿][一-鿿、()]{1,28}?)[”\"]?\(([0-9]{2})\)")
_PLAIN = re.compile(
    r"([一-鿿]{2,20}?支出)类([一-鿿、]{2,24}?)款(?:([一-鿿、]{2,24}?)项)?(?=[::,]|年初|全年|决算|支出|20|[0-9]|$)"
)
_LEADING = re.compile("^(?:其中|其余|包括|即|主要是|主要用于):?")
_LEVEL_WITH = re.compile("[^,;]{0,8}(?:持平|一致|相同|相当|无变化|无增减)")  # 与上年持平,其中...: of this year
_CODED = re.compile(
    # behind a list's number too: 1.2060101行政运行
    r"(?:(?<![0-9.,])|(?<=^,)|(?<=^, )|(?<=^[0-9]\.)|(?<=^[0-9]{2}\.)|(?<=[ 。;:][0-9]\.))"
    r"(2[0-3][0-9](?:-?[0-9]{2}){0,2})[- :]?[“\"]?([一-鿿][一-鿿、()]{1,28})"
)
_YEAR = re.compile(r"(20[0-9]{2}) ?年")
_ADDED = ("追加", "调增", "调减", "核减", "超预算", "超出预算")
INTENDED = re.compile("拟(?:对|给予|予以|奖|补|资助|支持|安排|拨付|兑|发放|下达)")
_FROM_YEAR = re.compile(r"[由从](?:上年|上一年|去年|20[0-9]{2}年)(?:度|末|底)?的?[^,]{0,6}$")
_LISTING = re.compile(r"(?:包括|包含|主要用于|用于).*等(?=[支其]|$)")
_ASIDE = re.compile(r"(?:^|,)主要(?:为|是|由于|系)[^,]*(?=,)")
_BRACKETS = re.compile(r"\([^()]*\)")
_BASE_NOISE = re.compile(r"^[的了,:]+|(?:相比|比较|相较|对比)?[,各均共分别略小幅总体了也]*$")
_PROPORTION = re.compile("(?<=[一-鿿A-Z]{2})的?(?:比例|比重)(?:为|达到?|约)?$")
_AMOUNT_OF_CHANGE = re.compile(r"(?:了|额|幅度?|率|量|值|为|约|达|近|共|数|金额|比例|分别|[、:\s]|\(.{0,6}\))*")
_AS_MUCH_AS = re.compile(r"(?<![为作])为((?:年初|全年|调整后?)?预算数?)的$")
_AS_PLANNED = re.compile(r"(?<![作认])为((?:年度|全年|年初|[省市县区]定?)?(?:目标)?(?:计划|目标|任务)[数值]?)的$")
_DONE_OF = ("完成任务的", "完成计划的")
_OUTGREW = re.compile(r"(?<!未)(大于|高于|多于|超出|小于|低于|少于)(?:[^,;]{0,10}?)(?:预算数?|上年数?|决算数?)\s*$")
_DIFFERS = re.compile("[比较]((?:上年|去年|20[0-9]{2}年)[^,;]{0,8})(?<!减)[多少]$")  # 比上年多56.10万元
# Each alternative begins with a character of its own, so that the engine skips to those; hence the second pattern.
_GOAL = re.compile(
    r"力争|争取(?!到?(?:上级|中央|省级?|市级?|国家|各类|专项|资金|支持|项目))|绩效指标:|目标值|指标值[为是:=]?$|目标任务$|任务目标$|(?:^|[,;。:])(?:年度|全年)?目标任务[:为是]?(?!完成|全面|的|圆满|执行|超额|顺利)(?=[一-鿿])|目标(?:[0-9]{1,2}:|[为是达])|(?<!效益)(?<!成本)(?<!时效)(?<!数量)(?<!质量)(?<!意度)(?<!完成的绩效)目标:|(?<!绩效)目标\(?$|(?:^|[,;。])到20[0-9]{2}年[末底]|预期目标"
    r"|年初制定|(?:^|[,;(])(?:年度|全年|年初|当年)(?:目标)?任务[为是]?$|计划(?=完成|实现|新增|培育|达到|支持)|预计(?=到|支持|新增|实现|达|完成)|确保[^,;]{0,14}(?:达到?|不低于|在)|下一步|拟对"
)
_PLANNED = re.compile(
    r"(?:^|[,;:。、(]|项目)(?:20[0-9]{2}年度?)?(?:原|年初|全年|年度|当年|本年)?计划(?:$|(?=[一-鿿]))(?!生育|安排|下达|财务|管理|单列|投资|资金|数|外|内)"
)
_FILLERS = (
    r"年[底末]前|20[0-9]{2}年(?:度|末|底|初)?|年中|期间|[0-9]{1,2}-[0-9]{1,2}月份?|[年度]|全年|本年|当年|年末|年底|年初|本(?:部门|单位|级)|我(?:局|单位|部门|委)|部门|单位|全部"
    r"|合计|共计|总共|总计|总数|总额|金额|资金|数额|累计|其中|分别|各|均|已|达到|达|为|是|共|约|有|的|了|数|额|计|值|和|与|比|较|于|在|其"
    r"|完成值|未超过|未突破|即|以及|及|实现|同|口径|幅|率|一般公共预算|财政拨款|使用|安排|由|将|后|该科目|该项|截[至止]到?|[0-9]{1,2}月|[0-9]{1,2}日|底|末"
    r"|[A-Z]|、|,|:|\(|\)|“|”|;|。|\s|[0-9.]+|调整(?=为|后$)|控制在?|目标|左右|占|完成|持平|保持|情况|具体|如下"
)
# Filler words and nothing else, one after the other; the longer of two words stands first and is never taken apart.
_FILLED = re.compile(f"(?:(?>{_FILLERS}))*+")
_SURVEY = re.compile(
    r"(?:其中:?)?([一-鿿][^,。;:、“”]{2,40}?)(?:”?(?:项目)?(?:支出)?(?:绩效)?自评综述|(?:”?项目|”):?(?:20[0-9]{2}年度?)?(?:支出)?(?:绩效)?(?:(?:自评|评价)(?:(?:总|综合|最终)?(?:得分|打分|评分|分数)|$)|(?:总|综合|最终)得分))"
)
# A comparison needs one of these: the word itself (比), last year, or a change that may be added to a budget.
_COMPARING = frozenset(("than", "prior", "direction"))
_RELATIONS = frozenset(("share", "complete", "direction", "level"))
_OF_BUSINESS = frozenset("业售收游务金政产营体农性贸民庭均济牧渔林店票租")
_BOUGHT = frozenset(("货物支出", "工程支出", "服务支出"))
_OTHER_SERVICES = re.compile("[一-鿿](?<![购和及与中为类])$")  # words that a kind's name goes on from
_SHARE_OF = re.compile("(?:占[^,]*的|(?:^|[,(])占[^,]*)(?:比重|比例)[一-鿿]{0,3}$")
_BEFORE_PERIOD = re.compile("上年|去年|上一年|20[0-9]{2}年|[比较与]")
_OF_A_BODY = ("厅", "局", "委", "部", "办", "协会", "系统")
_ADJUSTED_TO = ("调整后", *(verb + to for verb in ("调整", "调减", "调增", "核减", "压减", "追加") for to in "至为到"))
_WHOLES = frozenset(("three_public",))
_LEAD = re.compile(r"^[\s,、:;。)的]+")
_AT_NUMBER = (
    r"(?:支出|经费|费用)?(?:决算支出|预算支出|年初预算数?|全年预算数?|预算数?|决算数?|执行数?"
    r"|为|共|约|:|\(3[0-9]{2}(?:[0-9]{2})?\)|\(|\s)*$"
)
_ENUMERATED = frozenset(("、", ",", "和", "及", "与"))
_HALVES = frozenset(("expenditure_basic", "expenditure_project"))
_MEMO: dict[str, Reading] = {}
_MEMO_SIZE = 20000
_BARE_BEFORE = frozenset("年度位门,:、. 共区县市全总)局元的计比")
_BARE_AFTER = frozenset("为共是:预决合总,增减达年完 安实各均(")
# A total that follows a specific concept at once is its last word, not a new subject (机关运行经费 + 支出合计).
GENERIC = frozenset(("expenditure", "revenue", "grand_total", "expenditure_other", "appropriation_expenditure"))


def read_phrase(phrase: str) -> Reading:
    """Return the reading of a folded phrase (see the module's docstring)."""
    known = _MEMO.get(phrase)
    if known is None:
        known = _read(phrase)
        if len(_MEMO) >= _MEMO_SIZE:
            _MEMO.clear()
        _MEMO[phrase] = known
    return known


class _Relation(NamedTuple):
    """Relation of a figure to its base. The subject stands before `cut`; `skip` begins the words of the comparison."""

    relation: str
    direction: int
    base: str | None
    base_kind: str
    role: str
    cut: int
    unresolved: bool = False


def _read(phrase: str) -> Reading:
    words = tokens(phrase)
    lines, lines_end = _lines(phrase)
    roles = {token.role for token in words}
    explained = max(token.end for token in words if token.role == "reason") if "reason" in roles else -1
    told = _relate(words, phrase, roles)
    if told.relation in ("change", "") and not told.base_kind and not roles.isdisjoint(_COMPARING):
        told = _compare(words, phrase, lines_end, told)
    stop = told.cut
    # 主要原因是厉行节约,与上年相比减少X: the clause behind the explanation is a statement of its own
    anew = told.relation == "change" and told.base_kind == "prior_year" and phrase[stop - 1 : stop] == ","
    reason = explained >= 0 and not (anew and stop > explained + 1)
    aside = _LISTING.search(phrase) if "等" in phrase else None
    if aside is None and "主要" in phrase:
        aside = _ASIDE.search(phrase)
    hidden = aside.span() if aside is not None else (len(phrase), len(phrase))
    brackets = [match.span() for match in _BRACKETS.finditer(phrase)] if "(" in phrase else []
    concept: Concept | None = None
    concept_end = -1
    class_code: str | None = None
    class_name = counted = staff = ""
    fund: str | None = None
    role = told.role
    prior_end = stop
    projects = appropriated = total = False
    part = phrase.startswith(("(含", "(其中"))
    for token in words:
        kind = token.role
        if kind == "part":
            part = True
        if token.start >= stop or hidden[0] <= token.start < hidden[1]:
            continue
        if kind == "concept":
            meaning = token.concept
            assert meaning is not None
            if meaning.note == "bare" and not _stands_alone(phrase, token):
                continue
            if "《" in phrase and phrase.rfind("《", 0, token.start) > phrase.rfind("》", 0, token.start):
                continue  # 《公务接待管理办法》: the title of a rule
            role = meaning.role or role
            if meaning.concept == "fixed_assets" and phrase.startswith("投资", token.end):
                continue  # 固定资产投资 is invested, not held
            if meaning.alias in _BOUGHT and _OTHER_SERVICES.search(phrase, 0, token.start) is not None:
                continue  # 公共服务支出, 辅助性服务支出: no kind of procurement
            if token.start and meaning.alias.startswith(("收入", "总收入")) and phrase[token.start - 1] in _OF_BUSINESS:
                continue  # 营业收入合计: of firms or of the place
            if token.start and phrase[token.start - 1] == "费" and meaning.concept == "expenditure":
                continue  # 会议费支出预算: the cost that it names, not all expenditure
            if brackets and brackets[0][0] == 0 < token.start < brackets[0][1] < len(phrase):
                continue  # an aside that opens the phrase: 150.34万元(与…公用经费之和一致),比上年减少
            if concept is not None:
                if "、" in phrase and meaning.concept in _WHOLES and any(a < token.start < b for a, b in brackets):
                    concept, concept_end, class_code = meaning, token.end, None
                    continue  # 出国费、接待费、公车费(“三公”经费)决算总额: the whole of what is listed
                joined = token.start == concept_end
                if joined and concept.concept in _HALVES and meaning.concept.startswith("carryover"):
                    concept, concept_end = meaning, token.end  # 项目支出结转
                    continue
                if concept.concept.startswith("carryover") and phrase[concept_end : token.start] == "的":
                    continue  # 上年结转的一般公共预算收入
                if joined and not concept.note and meaning.concept in GENERIC:
                    concept_end, fund = token.end, fund or meaning.fund  # “三公”经费一般公共预算财政拨款支出
                    continue
                if meaning.note in ("bare", "weak") or any(a < token.start < b for a, b in brackets):
                    continue
            concept, concept_end, class_code = meaning, token.end, None
        elif kind == "class":
            if phrase.startswith(_OF_A_BODY, token.end):
                continue  # 科学技术厅: a body, no class
            fund = fund or (concept.fund if concept is not None else None)
            class_code, class_name = token.value, phrase[token.start : token.end]
            concept, concept_end = None, token.end
        elif kind == "fund":
            fund = token.value
        elif kind in ("budget", "outturn", "appropriated"):
            if kind == "appropriated" and (
                phrase.startswith("的", token.end) or any(t.start == token.end and t.role == "concept" for t in words)
            ):
                continue  # 安排基本支出: the verb of spending, not a budget
            if brackets and brackets[0][0] == 0 < token.start < brackets[0][1] < len(phrase):
                continue  # 96.49%(以调整预算数为分母),年末结转结余
            if kind == "outturn" and role == "prior_year" and "," not in phrase[prior_end : token.start]:
                continue  # 上年预算执行数, 与2022年度决算数X相比: the outturn of last year
            if kind == "budget" and role == "prior_year" and "," not in phrase[prior_end : token.start]:
                continue  # 上年“三公”经费预算: of last year
            role, appropriated = token.value, kind == "appropriated"
        elif kind == "prior":
            if phrase.startswith("同期", token.start) and _BEFORE_PERIOD.search(phrase, 0, token.start) is None:
                continue  # ;同期兑现资金X: in the same period
            if told.relation != "change" and _LEVEL_WITH.match(phrase, token.end) is None:
                role, prior_end = "prior_year", token.end
        elif kind == "counted" or (kind == "counted_weak" and not counted):
            if not phrase.endswith("不含", 0, token.start):  # 设备(不含车辆)1台
                counted = token.value
        elif kind == "staff":
            staff = phrase[token.start : token.end]
        elif kind == "projects":
            projects = True
        elif kind == "total":
            total = True
    if lines:
        if lines_end > stop or (concept_end > lines_end and concept is not None and not concept.note):
            lines = ()
        else:
            concept, class_code, class_name = None, None, ""
    if not told.relation and "拟" in phrase and role in ("", "final") and INTENDED.search(phrase) is not None:
        role, appropriated = "adjusted_budget", True  # 拟给予奖励400万元: not yet paid
    if not told.relation and phrase.endswith(_ADJUSTED_TO):
        role = "adjusted_budget"
    if not told.relation and ("由" in phrase or "从" in phrase) and _FROM_YEAR.search(phrase) is not None:
        role = "prior_year"
    year = None
    if "年" in phrase:
        for match in _YEAR.finditer(phrase, phrase.rfind(",", 0, stop) + 1, stop):
            year = int(match[1])
    if concept is not None and fund is None:
        fund = concept.fund
    head = _LEAD.sub("", phrase[:stop])
    goal = not reason and (
        _GOAL.search(phrase) is not None or ("计划" in phrase and _PLANNED.search(phrase) is not None)
    )
    return Reading(
        concept, class_code, class_name, lines, fund, told.relation, told.direction, role, told.base, told.base_kind,
        year, goal, reason, part, counted, staff, projects, appropriated, head, total,
        _pure(head, _within(words, phrase, stop - len(head), stop), told.relation, role or ("total" if total else "")),
        _tail(phrase[:stop]) if not lines else None, told.unresolved, _base_year(told.base),
        phrase.strip() in _ENUMERATED, "制定" in phrase, "分别" in phrase, -1 < concept_end <= phrase.rfind("中,"),
        "月" in phrase or "季" in phrase or "半年" in phrase or "截" in phrase, "完成" in phrase,
        instructs(phrase), _surveyed(phrase),
    )  # fmt: skip


def _surveyed(phrase: str) -> str | None:
    """Return the project that a phrase sums up the evaluation of (``某项目自评综述``, ``某项目绩效评价得分``)."""
    if "综述" in phrase or "得分" in phrase or "打分" in phrase or phrase.endswith("自评"):
        named = _SURVEY.search(phrase)
        return named[1] if named is not None else None
    return None


def _base_year(base: str | None) -> int | None:
    """Return the year that a comparison's words name."""
    match = _YEAR.search(base) if base else None
    return int(match[1]) if match is not None else None


def _relate(words: list[Token], phrase: str, roles: set[str]) -> _Relation:
    """Return the relation that stands last: a share, a completion or a change; `roles` are those of the words."""
    none = _Relation("", 0, None, "", "", len(phrase))
    outgrew = _OUTGREW.search(phrase) if "于" in phrase or "超出" in phrase else None
    if outgrew is not None:
        direction = 1 if outgrew[1] in ("大于", "高于", "多于", "超出") else -1
        inside = [t for t in words if t.start >= outgrew.start()]
        kind = _compared_with(inside, "")
        if kind == "final" and "预算" in phrase[outgrew.start() :]:
            kind = "open_budget"  # 超出预算数, where 超出预算 is a word
        return _Relation("change", direction, phrase[outgrew.end(1) :], kind, "", outgrew.start())
    measured = _AS_MUCH_AS.search(phrase) if phrase.endswith("的") and "预算" in phrase else None
    if measured is not None:
        kind = next((t.value for t in reversed(words) if t.role == "budget"), "open_budget")
        return _Relation("completion", 0, measured[1], kind, "", measured.start())
    planned = _AS_PLANNED.search(phrase) if phrase.endswith("的") and "为" in phrase else None
    if planned is not None:
        return _Relation("completion", 0, planned[1], "target", "", planned.start())  # 为年度计划的105.3%
    if phrase.endswith(_DONE_OF):
        return _Relation("completion", 0, phrase[-3:-1], "target", "", len(phrase) - 5)
    if phrase.endswith(("多", "少")) and (differs := _DIFFERS.search(phrase)) is not None:
        return _Relation("change", 1 if phrase[-1] == "多" else -1, differs[1], "prior_year", "", differs.start())
    if roles.isdisjoint(_RELATIONS):
        return none
    last = next(t for t in reversed(words) if t.role in _RELATIONS)
    if last.role == "level" and _SHARE_OF.search(phrase) is not None:
        last = next((t for t in reversed(words) if t.role == "share"), last)  # X占规上工业增加值的比重
    if last.role == "level":
        return none
    behind = [t for t in words if t.start >= last.end]
    if last.role == "direction":
        if _AMOUNT_OF_CHANGE.fullmatch(phrase, last.end) is None:
            return none
        if "拉动" in phrase and phrase.rfind("拉动", 0, last.start) > phrase.rfind(",", 0, last.start):
            return none  # 拉动行业增速2.97%: what it added to a growth
        either = "(" in phrase[last.start : last.end]
        return _Relation("change", -1 if last.value == "-" else 1, None, "", "", last.start, either)
    base = _clean(phrase[last.end :]) or None
    if last.role == "share":
        budgets = [t for t in behind if t.role == "budget"]
        at_end = bool(budgets) and len(phrase.rstrip()) - budgets[-1].end <= 2
        if at_end and not any(t.role in ("concept", "class") for t in behind):
            return _Relation("completion", 0, base, budgets[-1].value, "", last.start)
        aimed = any(t.role == "goal" for t in behind) or phrase.startswith(("计划", "全年计划", "年初计划"), last.end)
        if aimed and "," not in phrase[last.end :]:
            return _Relation("completion", 0, base, "target", "", last.start)  # 占年度目标任务3万亩的106.67%
        return _Relation("share", 0, base, "", "", last.start)
    kinds = [t for t in behind if t.role in ("budget", "goal", "appropriated")]
    if kinds and "," not in phrase[kinds[-1].end :] and ":" not in phrase[kinds[-1].end :]:
        aim = next((t for t in kinds if t.role == "goal"), kinds[0])  # 完成市下达目标任务140家
        if aim.role != "goal" or "," not in phrase[last.end : aim.start]:  # 未完成指标为某,年初目标2家
            return _Relation("completion", 0, base, _base_kind(aim), "", last.start)
    return none


def _compare(words: list[Token], phrase: str, lines_end: int, told: _Relation) -> _Relation:
    """Add what a change is measured from, or the role of a figure that is itself the base (比年初预算140,987元)."""
    than = _than(words, phrase, lines_end)
    stop = told.cut
    if told.relation == "change" and than is None and phrase.startswith(_ADDED, stop):
        told = told._replace(base_kind="initial_budget")  # 年中追加: to the budget of the beginning of the year
    if than is None:
        prior = next((t for t in words if t.role == "prior" and t.end <= stop), None)
        if told.relation == "change" and prior is not None:
            named = phrase[prior.start : prior.end]
            return told._replace(base=named, base_kind="prior_year", cut=prior.start)
        return told
    versus = next((t for t in words if t.role == "versus" and than.end <= t.start < stop), None)
    end = versus.start if versus is not None else stop
    inside = [t for t in words if than.end <= t.start < end and t.role in ("budget", "prior", "outturn")]
    kind = _compared_with(inside, phrase[than.end : end])
    if kind == "final":
        return told
    base = _clean(phrase[than.end : end]) or None
    if told.relation == "change":
        if versus is not None and phrase[versus.end : stop].strip(",各均收支、 "):
            # 与上年相比,收入合计增加: the subject stands behind the comparison
            return told._replace(base=base, base_kind=kind)
        comma = phrase.find(",", than.end, end)
        if comma >= 0 and any(t.role == "concept" and comma < t.start < stop for t in words):
            # “三公”经费较上年减少,其中公务接待费减少X: the subject stands behind the comparison
            first = next((t.start for t in words if t.role == "direction" and than.end <= t.start < comma), comma)
            return told._replace(base=_clean(phrase[than.end : first]) or None, base_kind=kind)
        return told._replace(base=base, base_kind=kind, cut=than.start)
    return told._replace(base=base, base_kind=kind, role=kind, cut=than.start if than.start > 1 else stop)


def _tail(text: str) -> tuple[str, str | None] | None:
    """Return the economic group that the words right at the number name (``办公费(9.38万元``)."""
    named, at_number = _tail_patterns()
    match = at_number.search(text) if named.search(text) is not None else None
    return (match[1], economic_groups()[match[1]]) if match is not None else None


@cache
def _tail_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of an economic group's name, and of one right at a number: few phrases hold any."""
    names = longest_of(economic_groups())
    return re.compile(names), re.compile(rf"(?:^|[,、:;(。\s费中款支度年于括含的])({names}){_AT_NUMBER}")


def _within(words: list[Token], text: str, start: int, end: int) -> list[Token]:
    """Return the tokens of a part of a text, of all of which the tokens are known; offsets are from its beginning."""
    if start == 0 and (end == len(text) or not words or words[-1].end <= end):
        return words
    found: list[Token] = []
    for token in words:
        if token.end <= start or token.start >= end:
            continue
        if token.start < start or token.end > end:
            return tokens(text[start:end])  # the part cuts a word in two: another may stand there
        found.append(Token(token.role, token.value, token.start - start, token.end - start, token.concept))
    return found


def _pure(head: str, words: list[Token], relation: str, role: str) -> bool:
    """Tell whether a phrase holds cue words only, so that its subject is the one before; `words` are its tokens."""
    bare = _ASIDE.sub("", head) if "主要" in head else head
    if bare[:1] == "(":
        bare = _BRACKETS.sub("", bare, 1)  # 150.34万元(与公用经费之和一致),比上年减少
    if len(bare) < len(head):
        words = tokens(bare)
    at = bare.rfind(",") + 1 if relation or role else 0
    if at and any(t.end <= at and t.concept is not None and not t.concept.note for t in words):
        at = 0
    rest = ""
    for token in words:
        if token.start >= at:
            rest += bare[at : token.start]
            at = token.end
    return _FILLED.fullmatch(rest + bare[at:]) is not None


def _clean(text: str) -> str:
    return _PROPORTION.sub("", _BASE_NOISE.sub("", text.strip()).strip()).removesuffix("的")


def _base_kind(token: Token) -> str:
    return "target" if token.role == "goal" else token.value


def _compared_with(inside: list[Token], text: str) -> str:
    """Return what a comparison's words name: last year or a budget of this year."""
    if any(t.role == "prior" for t in inside):
        return "prior_year"
    budgets = [t for t in inside if t.role == "budget"]
    if budgets:
        return budgets[-1].value
    return "prior_year" if _YEAR.search(text) else "final"


def _than(words: list[Token], phrase: str, lines_end: int) -> Token | None:
    """Return the word that opens a comparison (比, 较, 与), None where that character is part of another word."""
    for index in range(len(words) - 1, -1, -1):
        token = words[index]
        if token.role != "than" or token.start < lines_end:
            continue
        if _LEVEL_WITH.match(phrase, token.end) is not None:
            continue  # 与上年持平,其中...: what follows is compared no more
        reach = 10 if phrase[token.start] in "与和同" else 24
        for later in words[index + 1 : index + 4]:
            if later.role in ("budget", "prior", "outturn") and later.start - token.end <= reach:
                between = phrase[token.end : later.start]
                if "," not in between and ";" not in between:
                    return token
        if _YEAR.match(phrase, token.end) is not None or phrase.startswith((" ", "上年", "年初"), token.end):
            return token
    return None


def _stands_alone(phrase: str, token: Token) -> bool:
    """Tell whether a bare word such as 收入 is the subject itself and not part of a longer name."""
    before = phrase[token.start - 1] if token.start else ","
    after = phrase[token.end] if token.end < len(phrase) else "为"
    return before in _BARE_BEFORE and (after in _BARE_AFTER or after.isdigit())


def _lines(phrase: str) -> tuple[tuple[Line, ...], int]:
    """Return the functional lines that a phrase names with 类, 款, 项 or a code, and where the last one ends."""
    found: list[Line] = []
    end = 0
    if "(类)" in phrase and (split := _SPLIT_CODE.search(phrase)) is not None:
        return (Line(split[4], "", split[1] + (split[2] or "") + (split[3] or "")),), split.end()
    if "(" in phrase and ("类)" in phrase or "款" in phrase or "项" in phrase):
        for match in _LINE.finditer(phrase):
            if match[1] or match[2]:
                found.append(Line(_LEADING.sub("", match[1].split(":")[-1]), match[3], match[2]))
                end = match.end()
    if not found and "类" in phrase and "款" in phrase and (plain := _PLAIN.search(phrase)) is not None:
        found = [Line(plain[1], "类", None), Line(plain[2], "款", None)]
        if plain[3]:
            found.append(Line(plain[3], "项", None))
        return tuple(found), plain.end()
    if not found and "2" in phrase:
        for match in _NAMED_CODE.finditer(phrase) if "(2" in phrase else ():
            found, end = [Line(match[1], "", match[2])], match.end()
            while len(found[0].code or "") < 7 and (deeper := _DEEPER.match(phrase, end)) is not None:
                # 一般公共服务(201)商贸事务(13)招商引资(08): each level prints its own two digits
                found, end = [Line(deeper[1], "", f"{found[0].code}{deeper[2]}")], deeper.end()
        if not found:
            for match in _CODED.finditer(phrase):
                found, end = [Line(match[2], "", match[1].replace("-", ""))], match.end()
    return tuple(found), end
