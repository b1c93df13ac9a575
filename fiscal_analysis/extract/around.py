"""The words right before and right after a number, read once for each wording.

Counts and unnamed amounts get their meaning from nouns and verbs near the number: who is counted, what happened to
them, what the money is. What these words say depends on nothing but the words, so the readings are remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fiscal_analysis.extract.lexicon import find_firms, firm_patterns, idle_words

__all__ = [
    "GIVEN",
    "After",
    "Before",
    "clause_noun",
    "counted_noun",
    "counts_nothing",
    "funded_name",
    "read_after",
    "read_before",
    "words_behind",
]


@dataclass(slots=True)
class Before:
    """What a phrase says in front of a count.

    `clause` is its last clause; `noun` what that names; `kind` and `name` the firms of the last clause, `earlier_kind`
    and `earlier_name` those of the clauses before; `event` what happens to firms that the clause names, `topic_event`
    what happens where it names none; `foreign` tells that the clause names something else than firms.
    `supported`, `grants` and `benefits`: the clause speaks of support, of a grant, of who benefits; `certification` is
    first or repeated; `grade` the grade that evaluated projects have, `graded_words` that the phrase is about an
    evaluation; `batch` the batch; `grew_to` that the number is what something grew to; `standing` that nothing but a
    place or a date stands before the firms, so that the number is their stock; `idle` that the clause names what is
    no result (访问量, 注册资本).
    """

    clause: str
    noun: str | None
    kind: str
    name: str
    earlier_kind: str
    earlier_name: str
    event: str
    topic_event: str
    foreign: bool
    supported: bool
    grants: bool
    benefits: bool
    certification: str | None
    grade: str | None
    graded_words: bool
    batch: str | None
    grew_to: bool
    standing: bool
    idle: bool


@dataclass(slots=True)
class After:
    """What stands behind a count, up to the end of its clause.

    `kind_at` are the firms that follow at once, `kind` the first ones named; `event` what happens to them; `leads`
    tells that the words behind the number, not those before it, say what is counted; `idle` that what follows at once
    is no result (3个阶段); `graded` that projects get a grade; `goal` that the number was a goal (120家的目标).
    """

    kind_at: str
    name_at: str
    kind: str
    name: str
    event: str
    leads: bool
    supported: bool
    evaluated: bool
    certification: str | None
    selected: bool
    idle: bool
    graded: bool
    goal: bool


_MEMO_SIZE = 20000
_before: dict[str, Before] = {}
_after: dict[str, After] = {}
_GRANT = re.compile("奖补|奖励|补助|兑付|补贴")
_BENEFITED = re.compile("惠及|受惠|服务企业|涉及|受益|覆盖")
_CERTIFICATION = re.compile("首次(?:申请)?认定|重新认定|重复申报")
_GRADE = re.compile(
    '[“"]?(优秀|优良|优|良好|良|(?<!其)中|一般|差|较差|合格|不合格)[”"]?(?:等次|等级)?的?(?:项目|单位)?(?:有|共)?$'
)
_BATCH = re.compile("(第?[一二三四五六七八九十0-9]+批次?)$")
_GREW_TO = re.compile("(?:增至|增加到|增长到|发展到|提高到|提升到|减少到|降至)(?:20[0-9]{2}年)?[^,]{0,2}的?$")
_STOOD = re.compile("^(?!.*(?:全年|年内|本年|当年)).*累计.*达到?$")
_SELECTED = re.compile("获得|入选|完成|开展")
_STANDING = re.compile(
    "(?:共?[拥]?有|截[至止]到?|20[0-9]{2}年?[度末底初]*|全[省市县区州旗]|全地区|全自治[区州县]|我[县区市省]|本[县区市]|辖区|[县区]内|年末|目前|现|其中|(?:完成|实际|实际完成)情况:|实际:|完成:"
    "|[0-9]{1,2}月[末底]?|\\s)*"
)
_LONGEST_STANDING = 24
_CLAUSES = re.compile("[,;。]")
_SUPPORT = re.compile(
    "(?:共|拟|累计)?(?:支持|资助|奖励|奖补|扶持|补贴|补助)(?!资金|金额|办法|政策|措施|类)|涉及|兑付|兑现(?!资金|金额|奖)|发放"
)
_SUPPORTED = re.compile(
    r"[一-鿿]{0,14}(?:(?:获得|给予)[一-鿿]{0,12}(?:支持|资助|补助|奖励|奖补|补贴)|发放[一-鿿]{0,8}(?:奖励|补助|补贴|资金)|享受|领取|申报该项奖励|兑现|符合(?:奖励|奖补|补助)?条件)"
)
GIVEN = re.compile(
    "获得|给予|发放|享受|领取|申报该项奖励|兑现|符合"
)  # one of them stands in whatever _SUPPORTED matches
_EVALUATED = re.compile(
    "绩效(?:运行)?监控|绩效自评|绩效评价|开展[一-鿿]{0,8}(?:评价|自评)|自评结果|^项目[一-鿿]{0,4}自评"
)
_GRADED = re.compile('项目[一-鿿]{0,6}(?:全部|均|都)?(?:被?评)?为[“"]?(?:优|良|中|差|合格)')
_OF_A_GOAL = re.compile("的?(?:年度|年初|全年|既定|预期)?(?:目标|任务)(?!的)")
_IN_ALL = ("共", "共计", "合计", "总计")
_BODIES = ("企业", "公司")  # 注册资本亿元以上企业9家
_ORGANS = ("行政单位", "参公单位", "事业单位")  # 行政单位1家,事业单位4家: what a department consists of
_LEADING = ("企业", "首次", "重新", "公示", "通过", "申报")
_CONNECTIVE = re.compile(
    r"第[一二三四五六七八九十0-9]+批次?|计划|20[0-9]{2}年度?|当年|本年|期满|到期|复审|推荐|年[末底初]|年内|今年|全年|其中|截[至止]到?(?:目前|年底|年末)?|目前|共|已|有|达到?|为|和|与|及|等|的|家|个|户|企业"
    r"|累计|后|[0-9]+|[^一-鿿]|力争|争取|实现|完成|超过了?|制定|目标|排除|线上|本年度|[至到](?:[省市县区]|国家)|实际|首次|重新|最终|区级|市级|省级|自治区|专家|[参组]与|其余|新|由|上年|去年|增至|增加|发展|提高|提升|减少|[0-9]+年"
)
_NOUN_SPLIT = re.compile(r"(?<![0-9]),|,(?![0-9]{3})|[、:;。]")  # not within 1,500万元
_AMOUNT_END = re.compile(r"[0-9][0-9,.]*(?:[万亿千]?元|[万亿]|[家个项户人名件台套座处场期辆](?:次)?)$")
_NOISE = re.compile(
    r"^(?:[①-⑳]|(?:主要)?原因(?:主要)?[是为系]|(?:年初|年度|全年)(?:设定|制定|确定)?的?目标[为是]|年初(?:设定|制定|确定)的?|[共现拥]有|全[省州旗盟]|全[市县区](?![场域])|实现(?=[一-鿿]{2})|拟对?|[一二三四五六七八九十]是|同时|此外|其中|并|且|共|已|和|与|及|等|以及|主要(?:成效|成果|效果)[是为]|通过(?!率)|对(?![外口公])|将|为|的|(?:本(?:单位|部门|级)|我(?:局|单位|部门|委|[市县区省]))(?![及和])|[(（]?[0-9一二三四五六七八九十]+[.、)）])+"
)
_VERBS = re.compile(
    r"(?:累计|总共|已|共|达到|达|为|约|实现|完成|有|近|新增|同比|增长|下降|增加|减少|预计|计|合计|提升|至|到|的|了|由上年|由去年|[由从]$|(?<=[一-鿿]{2})[较比](?:上年|去年|上一年)(?:度|末|底)?(?:同期)?|控制在|平均|(?:年初|全年|调整)?预算数?)+$"
)
_IN_THE_YEAR = re.compile(
    "^(?:20[0-9]{2}年[度末底初]?|全年|年内|当年|本年|今年|前三季度|上半年|[0-9]{1,2}-[0-9]{1,2}月份?)+"
)
_OPENING = re.compile(
    "^(?:计划(?!生育)|设定|累计|完成了?(?!及时|率|时|度|情况|质量)|开展|举办|召开|确保|力争|本次|含)+"
)
_GIVEN_OUT = re.compile(
    "^[一-鿿0-9]{0,8}?(?:共计|共|计|累计|实际|拟)?(?:安排|下达|拨付|兑现|兑付|发放|设立|投入|落实)+(?:我[市县区省])?(?:20[0-9]{2}年度?)?(?=[一-鿿“《]{4})"
)
_AMOUNT_WORDS = re.compile(
    "(?:20[0-9]{2}年度?)?(?:年初|全年|年度|财政)?(?:预算(?:安排|数|资金|批复)?|资金总额|总投资|到账|到位|批复(?:资金)?|共?下达?(?:我[市县区省州旗])?|实际(?:支付|支出|到位))*"
    "[(（]?[AB]?$"
)
_PROJECT_OF = re.compile("^(.{2,40}?)[”》]?(?:建设)?项目")
_OF_INDICATOR = re.compile("(?:数量|质量|时效|成本|效益|满意度)指标“([^”]+)”$")
_OF_TARGET = re.compile("(.{2,}?)(?:年度|年初|预期)?(?:设定)?的?(?:目标|指标|计划)值$")
_DEED = re.compile(
    "(?:[一二三四五六七八九十]是|同时|此外|其中:?|并|共|已|累计|先后|全年|当年|本年|年内|20[0-9]{2}年度?|我(?:局|单位|部门|委|[市县区省])"
    "|本(?:单位|部门|年度)|全[省市县区州旗镇]|辖区|共?有|牵头|积极|成功|及时|联合|新|再|又|目前|现|[ :、(])*"
    "(实施|资助|补助|奖励|奖补|招引|开展|组织|举办|召开|承办|参加|建成|新建|建设|建立|设立|成立|打造|创建|获批|获评|获得|荣获|推荐|引进|引育|培育|培养|支持|服务|走访"
    "|检查|抽检|办理|受理|审批|发放|推动|推进|指导|协助|邀请|遴选|选派|选聘|派出|征集|立项|入选|评选|处理|处置|查处|整治|改造|维修|维护"
    "|购置|采购|配备|种植|审核|评审|接待|帮助|解决|协调|帮扶|扶持|储备|谋划|签约|开工|竣工|投产|制定|修订|编制|出台|印发|发布|报送|刊发|采集"
    "|归集|覆盖|带动|转化|登记|申报|安置|救助|慰问|排查|整改|化解|调解|监测|更新|安装|完成|实现|形成|涉及|为|对|向|与|将)?"
    "(?:20[0-9]{2}年度?|全年|完成|了|好|过|共|各|近|约|超|出)*"
)
_COUNTED = re.compile(
    "(?!以[上下内]|左右|上下|的?(?:年度)?目标|的?任务|的?水平|的?标准|的?比例|增[加长至到]|减少|提[高升]|下降|为|是|和|及|与|占|等|达|到|较|比|同比|中的?|均|都|全部|已|未"
    "|被|因|由|在|以|按|经|后|内|前|左|其|并|且|仅)[一-鿿“”A-Za-z]{2,24}"
)
_NAMELESS = frozenset(  # of what, they do not say
    [
        "目标", "目标值", "年初目标", "年度目标", "全年目标", "目标任务", "年度任务", "年初目标值", "年度目标值",
        "指标值", "年度指标值", "预期", "预期目标", "预期指标", "计划值", "实际", "实际完成",
    ]
)  # fmt: skip
_YEARS = re.compile(r"^20[0-9]{2}年[度末底初]?")
_LONGEST_NOUN = 48
_BEHIND = re.compile(r"[^,。;:!?\n]{0,40}")


def _kind_of(match: re.Match[str]) -> str:
    return (match.lastgroup or "").rsplit("_", 1)[0]


def _without(text: str, matches: Iterable[re.Match[str]]) -> str:
    """Return a text without what was matched in it."""
    kept = []
    at = 0
    for match in matches:
        kept.append(text[at : match.start()])
        at = match.end()
    return "".join(kept) + text[at:]


def read_before(phrase: str) -> Before:
    """Return what a folded phrase says in front of a count."""
    known = _before.get(phrase)
    if known is not None:
        return known
    events = firm_patterns().events
    clause = _CLAUSES.split(phrase)[-1]
    cut = len(phrase) - len(clause)
    kind = name = earlier_kind = earlier_name = ""
    for match in find_firms(phrase):
        if match.end() > cut:
            kind, name = _kind_of(match), match[0]
        else:
            earlier_kind, earlier_name = _kind_of(match), match[0]
    event = topic_event = ""
    happenings = list(events.finditer(clause))
    if not happenings and clause in _IN_ALL:
        happenings = list(events.finditer(_CLAUSES.split(phrase)[-2])) if cut else []  # 申报企业三批,共41家
    for match in happenings:
        found = match.lastgroup or ""
        if match[0] == "数量" and event == "certified":
            continue  # 新增高新技术企业数量: of the new ones
        event = found
        if match[0] == "受理":
            topic_event = found
            break
        if found != "certified" or len(clause) - match.end() <= 6:
            topic_event = found
    if event and _STOOD.search(clause) is not None:
        event = topic_event = "stock"  # 累计认定高新技术企业达到203家
    ahead = clause[: -len(name)] if name and clause.endswith(name) else "-"
    standing = len(ahead) <= _LONGEST_STANDING and _STANDING.fullmatch(ahead) is not None
    certification = _CERTIFICATION.search(phrase[-8:])
    grade = _GRADE.search(phrase)
    batch = _BATCH.search(clause)
    foreign = len(_CONNECTIVE.sub("", _without(clause, happenings))) >= 2
    known = Before(
        clause, _noun(phrase), kind, name, earlier_kind, earlier_name, event, topic_event, foreign,
        _SUPPORT.search(clause) is not None, _GRANT.search(clause) is not None, _BENEFITED.search(clause) is not None,
        certification[0] if certification is not None else None, grade[1] if grade is not None else None,
        "评" in phrase, batch[1] if batch is not None else None, _GREW_TO.search(clause) is not None, standing,
        (clause.rstrip().endswith(_ORGANS))
        or (not clause.endswith(_BODIES)
        and idle_words()[0].search(phrase if clause in ("共", "计", "约", "共计") else clause) is not None),
    )  # fmt: skip
    if len(_before) >= _MEMO_SIZE:
        _before.clear()
    _before[phrase] = known
    return known


def read_after(right: str) -> After:
    """Return what the words behind a count say."""
    known = _after.get(right)
    if known is not None:
        return known
    events = firm_patterns().events
    first = next(find_firms(right), None)
    at = first if first is not None and not first.start() else None
    certification = _CERTIFICATION.search(right[:6]) if right[:1] not in ("、", "(") else None
    found = list(events.finditer(right[:24]))
    last = found[-1] if found else None
    if last is not None and last.lastgroup == "nurtured" and found[0].lastgroup in ("passed", "certified"):
        last = found[0]  # 83家企业通过评审并完成备案
    if last is not None and last[0] == "认定" and found[0].lastgroup == "applied":
        last = found[0]  # 8家企业申请高新技术企业认定
    known = After(
        _kind_of(at) if at is not None else "",
        at[0] if at is not None else "",
        _kind_of(first) if first is not None else "",
        first[0] if first is not None else "",
        (last.lastgroup or "") if last is not None else "",
        right.startswith(_LEADING),
        GIVEN.search(right) is not None and _SUPPORTED.match(right) is not None,
        _EVALUATED.search(right) is not None,
        certification[0] if certification is not None else None,
        _SELECTED.search(right[:20]) is not None,
        idle_words()[1].match(right.replace(" ", "")) is not None,
        _GRADED.match(right) is not None,
        _OF_A_GOAL.match(right) is not None,
    )
    if len(_after) >= _MEMO_SIZE:
        _after.clear()
    _after[right] = known
    return known


def _noun(text: str) -> str | None:
    for clause in reversed(_NOUN_SPLIT.split(text)):
        noun = _AMOUNT_END.sub("", clause.strip(' “”"()'))
        noun = _VERBS.sub("", _NOISE.sub("", noun))
        if noun.endswith("值") and (named := _OF_TARGET.match(noun)) is not None:
            noun = named[1]  # 孵化企业数目标值
        if noun.endswith("”") and (named := _OF_INDICATOR.match(noun)) is not None:
            noun = named[1]  # 数量指标“开展服务次数”
        if noun.endswith("目标") and len(noun) > 5:
            noun = noun.removesuffix("目标")
        if noun.endswith("”指标"):
            noun = noun[:-3].lstrip("“")  # “技术合同成交额”指标
        noun = _YEARS.sub("", noun).strip()
        if "”" in noun and noun.count("“") < noun.count("”"):
            noun = f"“{noun}"  # “三公”经费控制率: the mark went with those around the noun
        noun = _NOISE.sub("", _IN_THE_YEAR.sub("", noun))
        opened = _OPENING.sub("", noun)
        noun = _IN_THE_YEAR.sub("", opened if len(opened) >= 3 else noun)  # 举办科技下乡活动: what was held
        if len(noun) >= 2 and not noun.isdigit():
            return noun[-_LONGEST_NOUN:]
    return None


def words_behind(text: str, end: int) -> str:
    """Return the words between a number that ends at `end` and the end of its clause."""
    match = _BEHIND.match(text, end)
    return match[0] if match is not None else ""


def funded_name(noun: str | None) -> str | None:
    """Return the name of a project or programme without the words around it (``安排X专项资金``, ``“X”项目预算数``)."""
    if noun is None:
        return None
    project = _PROJECT_OF.match(noun)
    if project is not None and len(project[1]) < 4:
        return noun
    name = project[1] if project is not None else noun
    name = _GIVEN_OUT.sub("", name)
    if project is None:
        short = _AMOUNT_WORDS.sub("", name)
        name = short if len(short) >= 4 else name
    name = name.strip('"《》() ').rstrip("“").lstrip("”")
    if name.count("”") > name.count("“"):
        name = name[:-1] if name.endswith("”") else f"“{name}"  # the first one was left of the noun
    elif name.count("“") > name.count("”"):
        name = name.replace("“", "", 1)
    return name or noun


def counts_nothing(phrase: str, text: str, end: int) -> bool:
    """Tell whether the words around a count say that it is no result: how many offices a body has, say."""
    return read_before(phrase).idle or read_after(words_behind(text, end)).idle


def counted_noun(phrase: str, right: str) -> str | None:
    """Return what is counted where the words behind the number name it (``开展了59个项目``): the verb and these words.

    None where the words before the number name it, or nothing behind it does.
    """
    tail = _COUNTED.match(right)
    if tail is None:
        return None
    clause = read_before(phrase).clause.rpartition(":")[2]
    verb = _DEED.fullmatch(clause.rstrip())
    if verb is None and not clause.endswith("、"):
        return None
    return (verb[1] or "" if verb is not None else "") + tail[0].removeprefix("批次").rstrip("及和与获的共达约超为")


def clause_noun(phrase: str, text: str, start: int) -> str | None:
    """Return the nouns that name a figure: the last clause of its phrase that holds any, without its verbs.

    Where the phrase has none, the text before it is asked.
    """
    noun = read_before(phrase).noun
    if noun in _NAMELESS:
        noun = (
            _noun(phrase[: max(0, phrase.rfind(","), phrase.rfind(":"))])
            or _noun(text[max(0, start - 80) : start - len(phrase)])
            or noun
        )
    return noun or _noun(text[max(0, start - 80) : start])
