"""Money and percentages without a concept of the accounts: projects, programmes, rates per firm, results."""

from __future__ import annotations

import re

from fiscal_analysis.extract.around import clause_noun, funded_name, read_before
from fiscal_analysis.extract.context import ASIDE, DIVISIBLE, GRANTS, TOTALS, Section, State, Subject
from fiscal_analysis.extract.phrase import Reading
from fiscal_analysis.quantity import Quantity

__all__ = ["is_average", "name_amount", "name_ratio"]

_AVERAGE = re.compile("(?:人|车|户|次|批)均|平均(?:每|补助|奖励|资助|支持)")
_EXCLUDED = frozenset(("glossary", "contents", "furniture", "duties", "outlook", "profile"))
_PROJECT = re.compile(r"项目(?!个|数|支出|经费结)|工程(?=$|预算|(?:20[0-9]{2}年度?)?(?:年初|全年|安排))")
_PROGRAMME = re.compile(
    r"奖励|奖补|补助|补贴|扶持|资助|支持|基金|专项|引导资金|资金|配套|匹配|科技券|创新券|经费|服务费|政策|措施|规模|兑|贴息|消费券|保障金|优待金|慰问金|助学金|低保金|供养金|救助金|抚恤金|补贴金|津贴"
)
_PROGRAMME_OWN = re.compile("奖励|奖补|补助|补贴")
_RATE_LEFT = re.compile(r"给予|同一(?:企业|单位|项目)|每家|每户|每个|单个|单户|一次性|最高|标准|每企")
_PART_OF = re.compile("^按[^,]{2,14}的$")
_RATE_SHARE = re.compile("按[^,]{1,16}$")
_RATE_EACH = re.compile(
    r"(?:每家|每户|每项|每个|每企|每家次|单家|单户)[一-鿿]{0,8}$|每[人户]每[年月天日]$|(?:标准|按|补助|补贴|奖励)[为是按]?每[村站馆所校户人生](?:每[年月天日])?$"
    r"|每(?:新?净?增加?|培育|引进|认定)[^,;。]{0,8}$|每(?:亩|吨|人|头|台|村|校|站|馆|所|镇|乡|班|生)[一-鿿]{0,4}(?:补贴|补助|奖励)$|标准[^,;。]{0,14}每[亩吨人头台户村个]$|(?:补贴|补助|奖励)(?:标准)?[为是按]?每[亩吨人头台]$|单个(?:企业|项目|单位)(?:奖励|补助|补贴|奖补|支持)(?:金额|标准|额度)?$|给予(?:一次性)?(?:奖励|补助|补贴|资助)?$|^、(?:[市区县省]级)$|最低$|一次性(?:给予|奖励|奖补|补助|补贴|资助)+$|(?:奖励|补助|补贴|资助)(?:标准|上限|额度)(?:为|是)?(?:每[一-鿿]{1,3})?$|上限$"
)
_EACH_OF = re.compile("每[亩吨人头台户家个]$")
_STANDARD_OF = re.compile("(?:奖励|奖补|补助|补贴|资助)标准$")
_REACHED = frozenset(("实际", "实际完成", "实际完成值", "完成值"))
_STANDARD = re.compile("[^,。;]{0,24}”的?标准")  # “首次认定奖励20万元、重新认定奖励10万元”的标准
_CAPPED_THEN = re.compile("[、,]?(?:最高|不超过)[^,;。]{2,12}(?:给予|奖补|奖励|补助|补贴|资助)")
_OWN_AIM = re.compile("对[^,;。]{2,24}的")  # 对整体迁入的企业最高给予50万元
_GIVEN_THEM = re.compile("(?:一次性)?(?:给予)?(?:奖励|奖补|补助|补贴|资助)")  # 重新认定的,奖补10万元
_RATE_NEXT = re.compile(
    r"^(?:对[一-鿿]{2,30}|[一-鿿]{0,8}认定的?[一-鿿]{0,6}"
    "|(?!.{0,20}(?:[共计]|全年|实际|发放|兑[现付]|支付|拨付|核定|资金))[一-鿿“”]{2,22})(?:给予)?(?:奖励|奖补|补助|补贴|资助)$"
)  # behind a rate, the next group's
_OF_RATES = re.compile(",?按?照?每[户家个]")
_RATE_RIGHT = re.compile(r"[一-鿿]{0,6}(?:奖励|奖补|补助|补贴|资助|支持|资金支持)")
_OUTCOME = re.compile(
    r"营收|收入|产值|成交额|投资|投入|贷款|销售|利润|税收|增加值|融资|交易|出口|总额|(?<=[一-鿿])(?<![金助励贴补])额|规模|增量|速"
)
_PART_OF_PROJECT = re.compile(
    r"(?:区级|县级|市级|省级|中央|本级|上级|其他|财政|自筹)[一-鿿]{0,4}资金(?:支出)?$|该项支出|此次支出"
)
_ABOUT_EVALUATED = re.compile(r"(?:共?涉及)?[一-鿿]{0,10}(?:资金|金额|支出)(?:合计|共计|共)?$")
_SHORT = 3
_PAID_FOR = re.compile("(?:支付|拨付)(?:工程|进度|合同|征地|补偿|设备)[一-鿿]{0,2}款$")
_NEXT_CLAUSE = 24
_SPENDING = re.compile("(?:实际|累计|共|已)*(?:支出|拨付|支付|执行)(?:资金)?(?:为|共|约)*$")
_DELIVERED = re.compile(
    "(?:截[至止][^,]{0,8})?(?:已|共|累计|实际|全年|当年|通过[^,]{1,12}?)*(?:发放|兑付|兑现|拨付|支付)(?:到位|资金|[至到]企业)?(?:为|共)?"
)
_SPENT = ("支出", "拨付", "支付", "执行")
_BUDGETS = frozenset(("initial_budget", "adjusted_budget", "open_budget"))  # what has a budget is no result
_GRANTED = GRANTS | {"programme_rate"}
_SIZE_OF_FUND = re.compile("的[一-鿿]{0,14}(?:基金|资金池)")
_SHARE_OF_GRANT = re.compile(
    "(?:其中:?)?(?:(?:中央|省级?|市级?|区级?|县级?|地方|上级|本级|自筹)(?:财政|配套|匹配|奖补|补助|资金|衔接|承担|预算内|投资|部分)*|第[一二三四五六]批次?(?:于[0-9]{1,2}月(?:[0-9]{1,2}日)?)?(?:拨付|下达|兑付|发放)?)"
)
_PART = re.compile(r"(?:区级|县级|市级|省级|中央|本级|上级|其他|财政|自筹)[一-鿿]{0,4}资金")
_OF_THE_MONEY = re.compile("(?:^|[0-9一-鿿]{0,14})(?:实际|已|全部|累计|资金)(?:到位|完成投资)$")
_ARRIVED = re.compile("(?:当年|本年|全年|累计|实际|实际使用|其中)?到位(?:外资|内资|资金)")
_ATTRACTED = re.compile("招商引资|引进[一-鿿]{0,4}资|(?:利用|引进|到位)[一-鿿]{0,2}[内外]资")
_PAID_OUT = ("经费", "奖励", "专项资金", "补助资金", "奖补资金")
_YEAR_OF = re.compile("其中:?(?:20[0-9]{2}年|当年|本年)")
_CERTIFICATION = re.compile("(首次|重新)(?:通过|申请|获得)?认定")
_NAMED_RATE = re.compile("率(?:仅|只有|只|为|达|达到)*$")
_BY_RULE = re.compile("(?:统一|一律)按照?$|不(?:超过|低于|高于|少于)[^,。;]{2,14}的$")  # 统一按10%的比例压减
_RANGE_GOES_ON = re.compile("[0-9.]+ ?%(?:[(][含不]+[)])?[-—–~至][0-9]")  # 100%-80%: what a rule sets
_POINTS = re.compile("[0-9.]+ ?个?百分点")
_ABOVE = frozenset("高低快慢")  # 较目标值90%高7.2个百分点
_INVESTED = frozenset(
    ("总投资", "总投资额", "计划总投资", "计划投资", "投资总额", "协议投资", "协议总投资", "签约投资", "协议引资")
)
_OF_EVALUATION = re.compile("绩效(?:自评|评价)的?(?:资金|金额)(?:总额|规模|量)?(?:为|共|达)?$")
_OF_OTHERS = re.compile("止付|冻结资金|账面(?:原值|净值|价值)$|涉案|被骗|罚没|追回|挽回|追缴|拖欠")
_NO_SUM = ("的尾差", "尾差", "的误差", "误差")
_THEN_BUDGET = re.compile("追加[^,]*后")
_EXTREME = re.compile("最[高低]的(?:企业|项目|单位|为)?$")
_USED_FOR = re.compile("(?:主要)?用于[一-鿿]{2,16}$")
_LEVERED = re.compile(
    "(?:带动|撬动|引导)[^,;。]{0,14}(?:投入|投资|贷款|融资|产值|消费|自筹资金|社会资本)[^,;。]{0,8}$"
)  # what others put in
_RESEARCH = re.compile("(?:全社会|研究与试验发展|研究与实验发展|R&D)[^,;。]{0,10}(?:经费|投入|支出)[^,;。]{0,4}$")
_BEYOND = re.compile("[高低快慢](?:出|于)|[较比超][^,]{0,6}目标")  # 高于全市平均0.8个百分点: no change of its own


def is_average(text: str) -> bool:
    """Tell whether words name money a head, a car or a visit."""
    return "均" in text and _AVERAGE.search(text) is not None


def name_ratio(phrase: str, right: str, text: str, start: int, state: State, section: Section) -> Subject | None:
    """Return what a percentage without a concept is of: a stock of firms, or a stated result."""
    if section.kind in _EXCLUDED:
        return None
    if section.kind in ASIDE and (
        _NAMED_RATE.search(phrase) is None or (section.kind == "method" and "满意" not in phrase)
    ):
        return None
    if state.reason and section.kind == "accounts":
        return None
    before = read_before(phrase)
    if _PART_OF.search(before.clause) is not None and _RATE_RIGHT.match(right) is None:
        return None  # 按合同价的3%预留
    if (
        before.idle
        or _BY_RULE.search(before.clause) is not None
        or before.clause == "-"
        or _RANGE_GOES_ON.match(text, start) is not None
        or "权重" in before.clause
        or (
            _POINTS.match(text, start) is not None
            and (_BEYOND.search(before.clause) is not None or before.clause.strip() in _ABOVE)
        )
    ):
        return None
    clause = before.clause.strip()
    held = state.subject.concept if state.subject is not None else ""
    named = clause.rstrip("达到为")
    if (held.startswith("hightech") or state.firm_kind == "hightech") and named.endswith(("通过率", "认定率")):
        state.subject = Subject("hightech_passed" if named.endswith("通过率") else "hightech_certified")
        return state.subject
    if _RATE_SHARE.search(clause) and (_RATE_RIGHT.match(right) or _CAPPED_THEN.match(right)) is not None:
        aimed = _AIMED.findall(text[max(0, start - 60) : start])
        return Subject("programme_rate", item=aimed[-1] if aimed else clause_noun(phrase, text, start), measure="rate")
    money = state.money
    if money is not None and money.concept in _GRANTED and _SHARE_OF_GRANT.fullmatch(clause.strip("、 ")) is not None:
        return Subject("programme_funding", item=f"{money.item}/{before.noun}", measure="share")
    if before.kind and before.event == "stock":
        hightech = before.kind == "hightech"
        state.subject = Subject("hightech_stock") if hightech else Subject("firms_stock", item=before.name)
    else:
        state.subject = Subject("outcome", item=clause_noun(phrase, text, start))
    return state.subject


def _part_item(whole: str | None, part: str) -> str | None:
    """Return the item of a part of a project's or programme's money."""
    part = _PART_LEAD.sub("", part.strip(" 、("))
    part = part.removesuffix("支出") if len(part) > 5 else part
    root = whole.partition("/")[0] if whole else None
    return f"{root}/{part}" if root and part else root or part or None


def _programme_item(state: State, parent: Subject | None, noun: str | None) -> str | None:
    """Return a programme's name; of one in a list of another's money, both names."""
    name = funded_name(noun)
    if state.in_list and parent is not None and parent.concept in GRANTS and parent.item and name:
        return _part_item(parent.item, name)
    return name


_NO_NAME = re.compile("给予|一次性|单[家个户]|每[家个户项]|同一|最[高低]|政策规定")
_AIMED = re.compile("对([^,;。对]{4,30}?)(?:,|给予|一次性|的?按)")
_PART_LEAD = re.compile("^(?:其中:?|分[一二三四]批[^:]{0,4}:|用于|主要用于|由)+")

_BOUGHT = {"货物": "procurement_goods", "工程": "procurement_works", "服务": "procurement_services"}


def name_amount(
    phrase: str, right: str, text: str, start: int, quantity: Quantity, reading: Reading, state: State,
    section: Section, project: str | None,
) -> Subject | None:  # fmt: skip
    """Return what an amount without a concept is of, or None where nothing is claimed.

    `quantity` is the amount, printed as a maximum or per firm it may be; `project` is the project that the text
    evaluates.
    """
    capped = quantity.comparator == "<="
    parent = state.list_parent
    if section.kind == "profile" and state.in_list and parent is not None and parent.concept in DIVISIBLE:
        return parent._replace(item=clause_noun(phrase, text, start))  # 固定资产X,其中房屋Y
    if section.kind in _EXCLUDED or (section.kind in ASIDE and _PROJECT.search(phrase) is None):
        return None
    before = read_before(phrase)
    if before.idle or right.startswith(_NO_SUM):
        return None
    noun = clause_noun(phrase, text, start)
    if is_average(phrase):
        state.subject = Subject("outcome", item=noun, measure="target" if state.goal else "actual")
        return state.subject
    if parent is not None and parent.concept == "procurement" and noun in _BOUGHT:
        return Subject(_BOUGHT[noun])  # 其中货物120万元、服务300万元
    accounts = section.kind == "accounts"
    if parent is not None and state.in_list and parent.concept == "expenditure_project" and noun and not state.reason:
        state.subject = Subject("project_funding", item=funded_name(noun))  # 项目支出X,其中某补助经费Y,某计划Z
        return state.subject
    if parent is not None and accounts and parent.concept in DIVISIBLE and not state.reason:
        return parent._replace(item=noun)
    if accounts and state.in_list and parent is not None and parent.concept in TOTALS and not _PROJECT.search(phrase):
        return None  # 收入合计X,其中:专项收入Y: a part that is not known
    clause = before.clause
    if _OF_OTHERS.search(clause) is not None:
        return Subject("outcome", item=noun, measure="actual")  # 冻结涉案资金
    if _EXTREME.search(clause) is not None:
        return None  # 补助金额最高的企业200万元: of one of them
    if clause.endswith("各") and state.last is not None and state.last.concept == "programme_recipients":
        return Subject("programme_rate", item=state.last.item, measure="rate")  # 甲、乙等2家企业奖励资金各100万元
    rated = state.last is not None and state.last.concept == "programme_rate"
    each = _RATE_EACH.search(clause)
    if each is None and rated and _EACH_OF.search(clause) is not None:
        each = _EACH_OF.search(clause)  # 标准为禁牧每亩7.50元、草畜平衡每亩2.50元
    if each is None and rated:
        each = _RATE_NEXT.search(clause) or (_GIVEN_THEM.fullmatch(clause) if "的," in phrase else None)
        if each is not None and _OF_RATES.match(right) is not None:
            each = None  # 重新认定企业奖励60万元,按每户5万元
    if each is not None:
        of_all = state.last is not None and state.last.concept == "programme_recipients"  # 对20家企业一次性奖励400万元
        if (each[0][0] in "、最" and not rated) or (each[0][0] == "一" and of_all):
            each = None
    per_firm = quantity.counted is not None and (
        project is not None or _PROGRAMME.search(clause) is not None or _RATE_LEFT.search(clause) is not None
    )  # 标准为20万元/家
    if (
        each is not None
        or (capped and rated and not clause.strip("、 "))  # 按5%、最高100万元给予奖补
        or (rated and not reading.relation and clause.strip("为") in _REACHED)
        or _STANDARD_OF.search(noun or "") is not None
        or per_firm
        or (
            (_PROGRAMME_OWN.search(clause) is not None or _EACH_OF.search(clause) is not None)
            and (right.startswith("的标准") or _STANDARD.match(right) is not None)
        )
        or (_RATE_LEFT.search(clause) and (_RATE_RIGHT.match(right) or "最高" in clause or capped))
    ):
        kinds = _CERTIFICATION.findall(clause)
        if not kinds and before.kind != "graded_firms" and _OWN_AIM.match(clause) is None:
            kinds = _CERTIFICATION.findall(text[max(0, start - 40) : start].rpartition("。")[2])
        certification = f"{kinds[-1]}认定" if kinds else None  # the one named last before the rate
        item = f"{project}/{certification}" if project and certification else project or certification or noun
        if item is noun and noun is not None and _NO_NAME.match(noun) is not None:
            aimed = _AIMED.findall(text[max(0, start - 60) : start])
            granted = state.money
            named = granted.item if granted is not None and granted.concept in GRANTS else None
            if state.in_list and state.last is not None and state.last.concept == "programme_recipients":
                named = state.last.item  # 其中:小巨人企业12家、每家50万元
            before_rate = state.last.item if rated and state.last is not None else None
            item = aimed[-1] if aimed else named or before_rate  # 对新认定的高新技术企业,给予30万元
        aim = reading.goal and clause.rstrip("=为").endswith(("指标值", "目标值"))
        return Subject("programme_rate", item=item, measure="target" if aim else "rate")
    if _LEVERED.search(clause) is not None or (not reading.role and _RESEARCH.search(clause) is not None):
        state.subject = Subject("outcome", item=noun, measure="target" if state.goal else "actual")
        return state.subject
    if _OF_EVALUATION.search(clause) is not None:
        return Subject("evaluated_amount")  # 纳入绩效自评的资金
    if "本项目" in clause or (project is not None and _PART_OF_PROJECT.search(clause)):
        part = _PART.search(clause)
        if part is not None and project is not None:
            return Subject("project_funding", item=f"{project}/{part[0]}")
        state.subject = Subject("project_funding", item=project)
        return state.subject
    last = state.last
    if last is not None and last.concept == "evaluated_projects" and _ABOUT_EVALUATED.match(clause.strip()) is not None:
        return Subject("evaluated_amount", item=last.item)
    left_over = clause.endswith(("剩余", "未支付", "未使用")) and "结转下年" in text[start : start + _NEXT_CLAUSE]
    if project is None and state.money is None and _PAID_FOR.search(clause) is not None and section.kind != "accounts":
        state.subject = Subject("project_funding", item=noun)
        return state.subject
    if left_over:
        return Subject("carryover_closing", item=project, measure="final")  # 剩余X为质保金,结转下年支付
    if right.startswith(("结转下年", "结转至", "结余")) and not reading.role.startswith("initial"):
        return Subject("carryover_closing", item=project, measure="final")  # 未拨付X万元结转下年使用
    if "争取" in clause or (_ATTRACTED.search(clause) is not None and not clause.endswith(_PAID_OUT)):
        state.subject = Subject("outcome", item=noun, measure="actual")
        return state.subject
    money = state.money
    if clause.endswith(("追加", "调增", "调减", "核减")) and money is not None and money.concept in GRANTS:
        return money._replace(measure="")  # 年中根据财力调减60万元
    if "追加" in clause and _THEN_BUDGET.search(clause) is None:
        return Subject("programme_funding", item=noun, measure="change_on_initial_budget")
    subject = state.subject
    money = state.money
    if money is not None and money.concept in GRANTS and _OF_THE_MONEY.search(clause) is not None:
        if not clause.endswith("投资") or "总投资" in text[:start]:
            root = money.item.partition("/")[0] if money.item else None
            state.subject = money._replace(
                item=root, measure="final"
            )  # 实际到位X, 累计完成投资Y: of the project that was funded
            return state.subject
    if last is not None and last.concept == "outcome" and project is None and not state.granted:
        if clause.rstrip("为达共") in _INVESTED:
            planned = state.goal or clause.startswith("计划投资")
            state.subject = Subject("outcome", item=noun, measure="target" if planned else "actual")
            return state.subject  # 新引进项目23个,总投资98.6亿元
    if last is not None and last.concept == "outcome" and not state.granted and _ARRIVED.fullmatch(clause.strip()):
        state.subject = Subject("outcome", item=noun, measure="actual")  # 协议引资X,到位资金Y
        return state.subject
    if "规模" in clause and _SIZE_OF_FUND.match(right) is not None:
        state.subject = Subject("programme_funding", item=noun, measure="actual")  # 设立总规模20亿元的产业引导基金
        return state.subject
    if clause.endswith(("认缴", "实缴")) and subject is not None and subject.concept == "programme_funding":
        return subject._replace(item=noun, measure="actual")
    if reading.part and parent is not None and parent.concept in GRANTS and _YEAR_OF.match(clause.strip()) is not None:
        return parent._replace(measure="")  # 累计投入X,其中2023年投入Y
    if reading.part and subject is not None and subject.concept == "carryover_closing":
        return Subject("carryover_closing", item=noun, scope=subject.scope, measure="final")
    if (
        _OUTCOME.search(clause.rstrip("为达到约共")[-3:]) is not None
        and not reading.role
        and not clause.endswith(("资金规模", "金额"))
        and "基金" not in clause
        and not (state.granted and "规模" in clause)
    ):
        measure = "change_on_prior_year" if "增量" in clause else "target" if state.goal else "actual"
        if not (_PROGRAMME_OWN.search(clause) and "总额" in clause):
            state.subject = Subject("outcome", item=noun, measure=measure)
            return state.subject
    if (
        reading.role in ("", "prior_year")
        and _OUTCOME.search(clause)
        and not _PROJECT.search(clause[-4:])
        and not _PROGRAMME.search(clause[-6:])
    ):
        measure = "change_on_prior_year" if "增量" in clause else "target" if state.goal else "actual"
        state.subject = Subject("outcome", item=noun, measure=measure)
        if reading.role == "prior_year":
            return state.subject._replace(measure="prior_year")  # 成交额由上年的32亿元增加到45亿元
        return state.subject
    if accounts and state.reason:
        return None
    if money is not None and money.concept in GRANTS and _USED_FOR.match(clause) is not None and not reading.role:
        state.in_list, state.list_parent = True, money  # 实际支出X,主要用于设备购置Y、测试Z
        return money._replace(item=_part_item(money.item, noun or ""), measure="")
    if (
        money is not None
        and money.concept in GRANTS
        and _SHARE_OF_GRANT.fullmatch(clause.rpartition(":")[2].strip(" 、("))
    ):
        return money._replace(
            item=_part_item(money.item, clause), measure=""
        )  # a payer's or a batch's part of the programme's money
    if money is not None and money.concept in GRANTS and _DELIVERED.fullmatch(clause) is not None:
        return money._replace(measure="final")  # 截至年底通过“一卡通”发放X
    spent = clause.rstrip("为共约").endswith(_SPENT)
    if spent and money is not None and money.concept in GRANTS and money.item and noun is not None:
        if len(bare := _SPENDING.sub("", noun)) > _SHORT and bare in money.item:
            state.subject = money._replace(measure="")  # 下达某服务补助资金X;某服务共支出Y
            return state.subject
    if project is not None and (reading.role or spent) and not _PROGRAMME.search(clause):
        state.subject = Subject("project_funding", item=project)
        return state.subject
    if reading.total and reading.appropriated:
        return Subject("programme_funding", item=project)
    if _PROJECT.search(clause) and not _PROGRAMME.search(clause[-4:]):
        whole = project is not None and noun is not None and project in noun
        state.subject = Subject("project_funding", item=project if whole else funded_name(noun))
    elif _PROGRAMME.search(clause) or _PROGRAMME.search(clause[-10:] + "|" + right[:6]) or reading.total:
        concept = "project_funding" if "项目" in clause[-14:] and "安排" in clause else "programme_funding"
        state.subject = Subject(concept, item=_programme_item(state, parent, noun) or project)
    elif reading.appropriated and not accounts:
        state.subject = Subject("programme_funding", item=funded_name(noun) or project)  # 省级下达375万元
    elif reading.role in _BUDGETS and not accounts and (project is not None or "财政" in clause or "资金" in clause):
        state.subject = Subject("project_funding" if project is not None else "programme_funding", item=project)
    elif state.in_list and parent is not None and parent.concept in GRANTS:
        return parent._replace(
            item=_part_item(parent.item, noun or ""), measure=""
        )  # 支出X,其中用于研发奖补Y、平台建设Z
    elif accounts:
        return None
    else:
        state.subject = Subject("outcome", item=noun, measure="target" if state.goal else "actual")
    return state.subject
