"""Who a figure is about: the subject that its phrase names, or that sentence, list and heading hand down.

A phrase names a concept, a classification line with its level or code, or a bare line name where the context lists
lines. A phrase of cue words only inherits: from the figure before, from the list's total, from the heading.
"""

from __future__ import annotations

import re

from fiscal_analysis.extract.context import COUNTED, DIVISIBLE, GRANTS, RATES, TOTALS, Section, State, Subject, Walk
from fiscal_analysis.extract.lexicon import functional_names, fund_of_code
from fiscal_analysis.extract.money import is_average
from fiscal_analysis.extract.phrase import Reading
from fiscal_analysis.extract.subjects import FunctionalLine, resolve_lines

__all__ = ["ACCOUNTS", "NARRATIVE", "OF_FUNDS", "name_concept", "name_line", "name_subject"]

ACCOUNTS = frozenset(("accounts", "open"))
NARRATIVE = frozenset(("performance", "goals"))
_DIVIDED = frozenset(("expenditure_basic", "expenditure_project", "appropriation_expenditure"))
_EVALUATED = frozenset(("evaluated_projects", "evaluated_amount"))
_PAID = re.compile("(?:发放|兑付|兑现|拨付)[一-鿿]{0,12}(?:金|补贴|补助|奖励)$")
_OF_BODY = re.compile("部门|单位|整体|采购")
_OF_APPROPRIATION = {"revenue": "revenue_appropriation", "expenditure": "appropriation_expenditure"}
_EVALUATED_MONEY = re.compile("(?:^|,)(?:共?涉及)?[一-鿿]{0,6}(?:资金|金额)(?:合计|共计|共)?$")
_SUMS = TOTALS | RATES
_SCOPES = {"expenditure_basic": "basic", "expenditure_project": "project"}
_OPENING = re.compile("(?:年初(?!预算)|上年(?!末|度?末))[^,]{0,12}结[转余][^,]{0,8}$")
_SCORED_PART = re.compile("([一-鿿]{2,12}?)(?:类|方面)?(?:指标)?得分率(?:为|达到?|:)*$")
_KIND_OF_ASSETS = re.compile("(?:其他|新增|处置|报废|出租)(?:固定)?资产")
_OTHER_RATE = re.compile("(?:指标|任务|工程|目标|工作|计划|培训|建设|改造)完成率")
_IN_TIME = re.compile("(?:工程|按期|按时|及时)[一-鿿]{0,3}完成率|(?:足额|及时|按时)(?:拨付|到位|支付|发放|兑付)率")
_HELD_TO = re.compile("(?:控制|变动|调整|偏离)率(?:为|:)?$")
_USED_FOR = re.compile("项目支出(?:主要)?(?:用于|包括|包含|为|是):?([一-鿿“”]{3,24})$")
_QUOTED = re.compile("“([^“”]{4,40})”(?:专项|项目)")
_OWN_RATE = re.compile("率(?:为|达到?|约|:)*$")
_BUDGETED = frozenset(("initial_budget", "adjusted_budget", "open_budget"))
_FUNDED = re.compile("(?:安排|下达|拨付|给予|落实)[一-鿿]{0,6}(?:经费|资金|补助)(?:共|共计|合计)?$")
_OF_WHOLE_BODY = re.compile("(?:20[0-9]{2}年度?)?(?:本|我)(?:部门|单位|局|委)(?:20[0-9]{2}年度?)?收入")
_CONSISTS_OF = re.compile("收入(?:预算|决算)?(?:主要)?(?:包括|包含|构成为?|其中)")
_BARE_NAME = re.compile(
    r"^(?:其中:?)?[(（]?[0-9一二三四五六七八九十]{0,3}[.、)]?\s*|(?:支出)?(?:决算|年初预算|预算)?数?(?:为|共)?[:\s]*$"
)


def name_subject(
    walk: Walk, state: State, section: Section, reading: Reading, unit: str | None, repeated: bool
) -> Subject | None:
    """Return the subject that the phrase names, or that it inherits; None where it names something unknown."""
    if reading.lines or reading.class_code is not None:
        state.subject = name_line(walk, state, section, reading)
        return state.subject
    last = state.last
    if last is not None and last.concept in _EVALUATED:
        fund, head = reading.fund, reading.head
        if (
            unit == "CNY"
            and last.concept == "evaluated_projects"
            and _EVALUATED_MONEY.search(head.rstrip()) is not None
        ):
            return Subject("evaluated_amount", fund, item=last.item)  # 对2个项目开展自评,资金X
        if unit == "CNY" and (last.concept == "evaluated_amount" or head.rfind("涉及") > head.rfind(",")):
            if last.concept == "evaluated_projects" or (fund is not None and not reading.relation and not reading.role):
                # 开展了部门评价,涉及一般公共预算支出X万元,政府性基金预算支出Y万元
                return Subject("evaluated_amount", fund, item=last.item)
            if last.concept == "evaluated_amount" and reading.pure and reading.role and not reading.relation:
                return last  # 涉及预算金额X,实际执行Y
        elif unit == "CNY" and last.concept == "evaluated_projects" and reading.pure and not reading.relation:
            if reading.role in _BUDGETED:
                return Subject("evaluated_amount", fund, item=last.item)  # 绩效评价项目7个,全年预算数X,全年执行数Y
        elif unit == "ratio" and reading.relation == "share" and last.concept == "evaluated_amount" and reading.pure:
            return last
    concept = reading.concept
    if concept is not None and reading.tail is not None and last is not None and last.concept == "economic_expenditure":
        if concept.concept.startswith("three_public"):
            concept = None  # 办公费X、公务接待费Y: one of the economic lines that are listed
    if concept is not None and reading.tail is not None and concept.concept in _ECONOMIC_CONTEXT:
        if _SPENT_ON.search(reading.head) is not None:  # 机关运行经费主要用于办公费X
            state.subject = state.list_parent = Subject(concept.concept, concept.fund or section.fund)
            concept = None
    if concept is not None and concept.concept == "expenditure_project" and unit == "CNY" and reading.within:
        state.in_list, state.list_parent = True, Subject("project_funding")
        state.subject = Subject("project_funding", item=reading.head.rpartition("中,")[2].strip("“”: ") or None)
        return state.subject  # 项目支出中,义务兵家庭优待金X、烈士纪念设施维护Y
    if concept is not None and concept.concept == "expenditure_project" and unit == "CNY" and not reading.relation:
        if (use := _USED_FOR.search(reading.head)) is not None:
            state.in_list, state.list_parent = True, Subject("project_funding")
            return Subject("project_funding", item=use[1])  # 项目支出主要用于科技成果转化300万元
    above = state.list_parent
    if concept is not None and state.in_list and above is not None and above.concept in GRANTS:
        if concept.concept == "carryover_opening":
            return above._replace(item=f"{above.item}/{concept.alias}" if above.item else concept.alias, measure="")
    if concept is not None and concept.concept in RATES and unit == "CNY":
        concept = None  # 执行率情况:年初预算X万元
    if concept is not None:
        held = state.subject.concept if state.subject is not None else ""
        if concept.note == "bare" and concept.concept == "revenue" and _OF_WHOLE_BODY.match(reading.head) is not None:
            pass  # 本部门收入X, wherever it stands
        elif concept.note == "bare" and held and held.split("_")[0] == concept.concept:
            concept = None  # 支出决算为X: of the line that the text is at
        elif concept.note == "bare" and held.startswith("carryover") and unit == "CNY":
            if section.fund is not None and not reading.relation:  # 年初结转和结余X;收入Y;支出Z: flows beside the stock
                name = "revenue_appropriation" if concept.concept == "revenue" else "appropriation_expenditure"
                state.subject = Subject(name, section.fund)
                return state.subject
        elif (concept.note == "bare" and held == "appropriation_expenditure" and concept.concept == "expenditure") or (
            concept.note == "bare"
            and (
                (section.kind in NARRATIVE and not (concept.concept == "expenditure" and held == "revenue"))
                or walk.one_project
                or (held and held not in _SUMS and not held.startswith("revenue"))
            )
        ):
            concept = None
        elif concept.note == "bare" and reading.relation == "change" and held.endswith("grand_total"):
            concept = None  # 与上年相比,收入增加: of the totals that were just stated
        elif unit == "ratio" and not reading.relation and concept.concept not in RATES:
            if concept.concept == "evaluation_score" and (part := _SCORED_PART.search(reading.head)) is not None:
                return Subject("evaluation_score", item=part[1])  # 项目决策得分率92%
            if concept.concept != "evaluation_score" and _OWN_RATE.search(reading.head) is not None:
                return None  # “三公”经费控制率: a result of its own
            concept = None
        elif unit == "CNY" and is_average(reading.head):
            return None
        elif concept.alias == "一般公共预算收入" and section.kind in NARRATIVE and not reading.role:
            return None  # of the place, among what became of its economy
        elif concept.note == "weak" and concept.concept.startswith("revenue"):
            around = state.list_parent or state.subject
            head = reading.head.removeprefix("其中").lstrip(":,")
            if around is None or not around.concept.startswith("revenue") or not head.startswith(concept.alias):
                concept = None
        elif concept.concept in RATES and _IN_TIME.search(reading.head) is not None:
            return None  # 工程按期完成率, 资金足额拨付率: results of their own
        elif concept.note == "weak" and concept.concept in RATES and last is not None and _reached(last):
            return last._replace(measure="completion_of_target")  # 新增8家(目标值6家),完成率133%
        elif concept.note == "weak" and concept.concept in RATES and _OTHER_RATE.search(reading.head) is not None:
            return None  # 指标完成率, 工程完成率: of no budget
        elif concept.note == "weak" and concept.concept.startswith("three_public"):
            beside = held or (last.concept if last is not None else "")
            if not beside.startswith(("three_public", "vehicles")):
                concept = None  # 运行维护费 of anything but cars
        elif concept.note == "weak" and concept.concept == held:
            pass
        elif (
            concept.note == "weak" and concept.concept.startswith("procurement_") and not held.startswith("procurement")
        ):
            concept = None
        elif concept.note == "weak" and state.subject is not None and not reading.part:
            concept = concept if reading.head.startswith(concept.alias) else None
    if concept is not None:
        named = name_concept(walk, state, section, reading)
        if concept.concept not in RATES:  # behind a rate the text goes on about the money
            state.subject = named
        return named
    if unit == "ratio" and reading.relation == "completion" and reading.base_kind == "target" and reading.pure:
        if last is not None and (last.concept in COUNTED or last.concept == "outcome"):
            return last  # 目标15家,实际支持18家,完成目标的120%
    subject = state.subject
    if subject is None and walk.carried is not None and len(walk.facts) == state.first:
        if reading.relation == "change" and reading.pure and reading.base_kind:
            subject = state.subject = walk.carried  # 与上年相比,增加X, in a paragraph of its own
    if subject is None and unit == "CNY" and section.kind in NARRATIVE and len(walk.facts) == state.first:
        granted = state.money is not None and state.money.concept in GRANTS
        if granted and reading.role and reading.pure and not reading.relation:
            subject = state.subject = state.money  # 实际拨付X, behind a paragraph on a programme's money
    if repeated:
        return subject
    if unit == "ratio" and not reading.relation and (reading.staff or _HELD_TO.search(reading.head) is not None):
        return None  # 在职人员控制率
    if unit == "ratio" and reading.pure and last is not None and last.concept in RATES:
        if reading.relation == "change" or (state.met and not reading.relation):
            return last  # 执行率X%,较上年提高Y个百分点; 兑付率目标值X%,完成值Y%
    explained = state.reason and reading.relation == "change"  # 水电费减少2.1万元, why the whole went down
    if (
        unit == "CNY"
        and not explained
        and reading.relation in ("", "change")
        and (reading.tail is not None or not reading.pure)
    ):
        line = _bare_line(walk, state, section, reading)
        if line is not None:
            state.subject = line
            return line
    if reading.fund is not None and subject is not None and unit == "CNY" and not reading.relation:
        if subject.concept.startswith("revenue"):
            state.subject = Subject("revenue_appropriation", reading.fund)
            return state.subject
        if subject.concept.endswith("grand_total") and not reading.role and "支出" not in reading.head:
            state.subject = Subject("revenue_appropriation", reading.fund)  # 收入包括:一般公共预算拨款X
            return state.subject
        if subject.concept in ("expenditure", "appropriation_expenditure"):
            state.subject = Subject("appropriation_expenditure", reading.fund)
            return state.subject
    if unit == "CNY" and reading.head.startswith("(含") and last is not None and last.concept.startswith("revenue_"):
        return last._replace(
            item=reading.head.removeprefix("(含").strip(":为") or None, measure=""
        )  # 事业收入X(含教育收费Y)
    if unit == "CNY" and reading.head.endswith("调整为") and subject is not None and not state.reason:
        return subject  # 年初预算X,年中根据审核结果调整为Y
    if not reading.pure or (state.reason and not reading.base_kind):
        return None
    if unit == "CNY" and reading.counted and state.list_parent is not None and state.list_parent.concept in DIVISIBLE:
        return state.list_parent._replace(item=reading.head.removeprefix("其中").strip(":,、 ") or None)  # 车辆X万元
    if unit == "CNY" and subject is not None and subject.concept == "evaluation_score":
        project = subject.item or state.project
        if project is None and reading.role and state.body_scored:
            state.subject = Subject("expenditure")  # 部门整体支出自评得分X分。全年预算数Y万元
            return state.subject
        if project is None or not reading.role:
            return None
        subject = state.subject = Subject("project_funding", item=project)  # 自评得分X分。全年预算数Y万元,执行数Z万元
    if subject is not None and subject.concept in RATES and (unit == "CNY" or (unit == "ratio" and reading.relation)):
        subject = state.subject = state.money
    if state.in_list and not reading.part and reading.role in ("final", "adjusted_budget") and not reading.relation:
        if unit == "CNY" and state.list_parent is not None and state.role == "" and state.list_parent.concept in TOTALS:
            subject = state.subject = state.list_parent  # behind the list, the total again
            state.in_list = False
    whole = state.list_parent
    if state.in_list and not reading.part and reading.role == "final" and not reading.relation and unit == "CNY":
        if whole is not None and whole.concept in GRANTS and state.list_role in ("initial_budget", "adjusted_budget"):
            subject = state.subject = whole  # 安排X,其中...;实际拨付Y: of the whole again
            state.in_list = False
    if unit == "CNY":
        if subject is not None and subject.concept == "programme_rate" and reading.role:
            subject = state.subject = Subject("programme_funding", item=walk.project)  # 每家20万元。全年预算X
        last = state.last
        if last is not None and last.concept == "programme_recipients" and not reading.role:
            state.subject = Subject("programme_funding", item=last.item)  # 补助37户、296万元
            return state.subject
        if (
            last is not None
            and last.concept == "programme_rate"
            and reading.head.endswith(("计", "共"))
            and not reading.role
        ):
            before = walk.facts[-2] if len(walk.facts) > 1 else None
            if before is not None and before.concept == "programme_recipients":
                return Subject("programme_funding", item=before.item)  # 认定企业24家、每家8万元计192万元
        if subject is not None and (subject.concept in COUNTED or subject.concept == "outcome"):
            parent = state.list_parent
            if parent is not None and parent.concept in DIVISIBLE:
                return parent._replace(item=state.count_item or subject.item)
            if _FUNDED.search(reading.head) is not None and subject.item is not None:
                state.subject = Subject("programme_funding", item=subject.item)  # 下达科技计划项目30项,安排项目经费X
                return state.subject
            if subject.concept == "outcome" and "预算" in reading.head and "项目" in (subject.item or ""):
                state.subject = Subject("project_funding", item=walk.project or state.project)
                return state.subject  # 实施项目共12个,年初批复预算X: of all of them
            if subject.concept == "outcome" and reading.head in ("", "计", "共", "共计") and subject.measure == "":
                if _PAID.search(subject.item or "") is not None and last is not None and last.concept == "outcome":
                    state.subject = Subject("programme_funding", item=subject.item)  # 发放优待金320人、386.5万元
                    return state.subject
            if subject.concept == "outcome" and state.met:
                return subject._replace(measure="actual")  # 造价不超过38万元,实际37.2万元
            if subject.concept == "outcome" and state.money is not None and state.money.concept in GRANTS:
                if reading.role and walk.project is None:
                    state.subject = state.money
                    return state.money  # 到位率100%,累计支出X: of the project's money
            if subject.concept == "outcome" and reading.appropriated and state.money is None:
                return None  # 下达资金X: no more of the result that was counted before
            if subject.concept in COUNTED or (walk.project is not None and reading.role and not reading.relation):
                return None  # 到位率100%;实际支出X: of the project, not of the result before it
            return subject
        alone = state.last is None or state.last.concept in TOTALS or state.last.concept in RATES
        if (
            subject is None
            and section.kind in ACCOUNTS
            and reading.role
            and not reading.appropriated
            and walk.project is None
            and alone
        ):
            # 全年预算数X万元 on its own: the body's total
            if state.project is not None:
                state.subject = Subject("project_funding", item=state.project)  # 某项目自评综述:...全年预算数X
            elif walk.one_project:
                state.subject = Subject("project_funding")
            elif reading.fund is not None:
                state.subject = Subject("appropriation_expenditure", reading.fund)
            else:
                state.subject = Subject("expenditure")
    return state.subject


def _reached(subject: Subject) -> bool:
    """Tell whether a subject is a result, whose 完成率 is that of its target."""
    return subject.concept == "outcome" or (subject.concept in COUNTED and subject.concept != "evaluated_projects")


def name_line(walk: Walk, state: State, section: Section, reading: Reading) -> Subject:
    """Return the functional line that a phrase names with 类, 款, 项, a code or a class name."""
    if reading.lines:
        above = walk.group_code if reading.lines[-1].level == "项" else walk.class_code
        line = resolve_lines(reading.lines, above or walk.class_code)
    else:
        line = FunctionalLine("class", reading.class_code, reading.class_name)
    if line.level == "item" and line.code is not None and len(reading.lines) > 1 and reading.lines[-2].level == "款":
        walk.class_code, walk.group_code = line.code[:3], line.code[:5]  # what follows may name the 项 alone
    return _functional(walk, section, line, reading.fund or _fund_above(walk, state))


OF_FUNDS = frozenset(
    (
        "appropriation_expenditure",
        "functional_expenditure",
        "revenue_appropriation",
        "expenditure_basic",
        "expenditure_project",
    )
)


def _fund_above(walk: Walk, state: State) -> str | None:
    """Return the fund of the appropriation that the sentence's list, or the paragraphs below a total, divide."""
    head = state.head or state.subject or walk.parent
    return head.fund if head is not None and head.concept in OF_FUNDS else None


_FUNCTIONAL_CONTEXT = frozenset(("appropriation_expenditure", "functional_expenditure", "appropriation_grand_total"))
_OWN_SECTION = frozenset(("30215", "30216"))  # 会议费, 培训费: some provinces give them a section
_ECONOMIC_CONTEXT = frozenset(
    ("economic_expenditure", "personnel_cost", "operating_cost", "expenditure_basic", "agency_operating_cost")
)
_SPENT_ON = re.compile("(?:用于|包括|包含|其中|为):?[^,:]{2,12}$")


def _bare_line(walk: Walk, state: State, section: Section, reading: Reading) -> Subject | None:
    """Return a classification line that stands without 类, 款, 项 or code, where the context lists such lines."""
    around = {s.concept for s in (state.last, state.list_parent, section.subject, walk.parent) if s is not None}
    if walk.facts:
        around.add(walk.facts[-1].concept)
    granted = state.in_list and state.list_parent is not None and state.list_parent.concept in GRANTS
    own = reading.tail is not None and reading.tail[1] in _OWN_SECTION and not granted
    if reading.tail is not None and (around & _ECONOMIC_CONTEXT or own):
        name, code = reading.tail
        above = walk.parent or state.list_parent or section.subject
        scope = _scope_above(walk, state, section, reading)
        fund = reading.fund or (above.fund if above is not None and above.fund else section.fund)
        return Subject("economic_expenditure", fund, None, name, code, scope)
    of_fund = section.fund is not None and section.subject is None and not around & _ECONOMIC_CONTEXT
    if section.kind in ACCOUNTS and (of_fund or around & _FUNCTIONAL_CONTEXT):
        name = _BARE_NAME.sub("", reading.head).strip(" :")
        names = functional_names()
        for table, level in ((names.items, "item"), (names.groups, "group")):
            codes = table.get(name)
            if codes:
                titled = section.subject.subject_code if section.subject is not None else None
                above_code = walk.group_code or (titled if titled and len(titled) == 5 else walk.class_code) or ""
                fitting = [code for code in codes if code.startswith(above_code)] if above_code else codes
                code = fitting[0] if len(fitting) == 1 else codes[0] if len(codes) == 1 else None
                return _functional(
                    walk, section, FunctionalLine(level, code, name), reading.fund or _fund_above(walk, state)
                )
    return None


def _scope_above(walk: Walk, state: State, section: Section, reading: Reading) -> str | None:
    if "基本支出" in reading.head:
        return "basic"  # 基本支出按经济分类科目分:工资福利支出X
    for above in (walk.parent, state.list_parent, section.subject, state.last):
        if above is not None:
            scope = _SCOPES.get(above.concept) or above.scope
            if scope is not None:
                return scope
    return None


def _functional(walk: Walk, section: Section, line: FunctionalLine, fund: str | None) -> Subject:
    if line.level == "class":
        walk.class_code, walk.group_code = line.code, None
    elif line.level == "group":
        walk.group_code = line.code
        if line.code is not None and walk.class_code is None:
            walk.class_code = line.code[:3]
            _fill_class(walk, line.code[:3])
    fund = fund or section.fund
    if fund is None and section.appropriation and line.code is not None and len(line.code) > 3:
        fund = fund_of_code().get(line.code)
    return Subject("functional_expenditure", fund, line.code, line.name)


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


def name_concept(walk: Walk, state: State, section: Section, reading: Reading) -> Subject:
    """Return the subject of a phrase that holds a concept."""
    concept = reading.concept
    assert concept is not None
    name, fund = concept.concept, reading.fund
    outside = state.outside
    if outside is not None and fund is not None and name == "appropriation_expenditure":
        if outside.concept not in TOTALS:
            return outside._replace(fund=fund)  # “三公”经费X(其中:一般公共预算支出Y;政府性基金预算支出Z)
    if name == "expenditure_other":
        # 其他支出 is a functional class, an economic class or a kind of expenditure, by the list that it stands in
        if walk.facts and walk.facts[-1].concept == "economic_expenditure":
            name = "economic_expenditure"
        elif state.subject is not None and state.subject.concept == "functional_expenditure":
            return Subject("functional_expenditure", fund or section.fund, "229", concept.alias)
    above = walk.parent or state.list_parent
    held = state.subject
    if name == "expenditure" and concept.note == "bare" and held is not None and not fund:
        if held.concept == "revenue_appropriation" and held.fund is not None:
            return Subject("appropriation_expenditure", held.fund)  # 政府性基金预算财政拨款收入X,支出Y
    if name.startswith("three_public") and fund is None:
        whole = above if above is not None and above.concept.startswith("three_public") else None
        said = (f.fund for f in walk.facts[state.first :] if f.fund and f.concept.startswith("three_public"))
        fund = whole.fund if whole is not None and whole.fund else section.fund or next(said, None)
    if name == "economic_expenditure":
        if above is not None:
            fund = fund or above.fund
        code = concept.economic_code or "399"
        return Subject(
            name, fund or section.fund, None, concept.alias, code, _scope_above(walk, state, section, reading)
        )
    if name in _SCOPES and state.list_parent is not None and state.list_parent.concept == "functional_expenditure":
        if reading.part or state.in_list:
            return state.list_parent._replace(scope=_SCOPES[name])
    if name in ("personnel_cost", "operating_cost", "expenditure_basic", "expenditure_project"):
        divided = above is not None and (above.concept in _DIVIDED or above.concept == "revenue_appropriation")
        fund = fund or (above.fund if above is not None and divided else None) or section.fund
    elif name == "grand_total" and section.kind in ACCOUNTS and (section.appropriation or "财政拨款" in reading.head):
        name = "appropriation_grand_total"
    elif name == "grand_total" and "appropriation_grand_total" in (
        state.subject.concept if state.subject is not None else "",
        section.subject.concept if section.subject is not None else "",
    ):
        name = "appropriation_grand_total"  # 财政拨款收入总计X万元,支出总计X万元
    appropriated = section.appropriation or section.fund in ("government_fund", "state_capital")
    if name in _OF_APPROPRIATION and concept.alias in ("本年收入", "本年支出") and appropriated:
        if section.fund is not None:
            return Subject(_OF_APPROPRIATION[name], fund or section.fund)  # a chapter on the money of one fund
        if held is not None and held.concept in _OF_APPROPRIATION.values():
            return Subject(_OF_APPROPRIATION[name], fund or held.fund)  # 财政拨款本年收入X;本年支出Y
    if name == "operating_cost" and section.subject is not None and section.subject.concept == "agency_operating_cost":
        name = "agency_operating_cost"
    if name == "expenditure_project" and walk.one_project and concept.alias == "项目经费":
        return Subject("project_funding", item=walk.project)
    if name == "revenue" and fund is not None and _CONSISTS_OF.search(reading.head) is not None:
        return Subject("revenue_appropriation", fund)  # 收入预算包括:一般公共预算X
    scope = item = None
    if name.startswith("carryover_") and name not in RATES:
        divided = above is not None and state.in_list and above.concept.startswith("carryover_")
        fund = fund or (above.fund if divided and above is not None else None)
        fund = fund or (section.fund if appropriated else None)
    if name == "appropriation_expenditure":
        fund = fund or section.fund
    elif name == "carryover_closing":
        divided = above is not None and above.concept == "carryover_opening" and state.in_list
        if divided and not concept.alias.startswith(("年末", "结转下年")):
            name = "carryover_opening"
        elif not concept.alias.startswith("年末") and _OPENING.search(reading.head) is not None:
            name = "carryover_opening"  # 年初财政拨款结转和结余
        scope = "basic" if "基本支出" in reading.head else "project" if "项目" in reading.head else None
    elif name == "carryover_opening" and "支出结" in reading.head:
        scope = "basic" if "基本支出结" in reading.head else "project" if "项目支出结" in reading.head else None
    elif name in RATES or name in ("evaluation_score", "project_funding"):
        item = walk.project or state.project
        if "”" in reading.head and name in RATES and (quoted := _QUOTED.search(reading.head)) is not None:
            item = quoted[1]  # “某平台建设”项目执行率仅为46.2%
        money = state.money
        if item is None and name in RATES and money is not None and money.concept in GRANTS and money.item:
            if _OF_BODY.search(reading.head) is None:
                item = money.item if money.item in reading.head else money.item.partition("/")[0]
        if name == "execution_rate" and reading.head.startswith("政府采购"):
            item = "政府采购"
        if name in RATES and reading.head.endswith("率"):
            scope = "basic" if "基本支出" in reading.head else "project" if "项目支出" in reading.head else None
            if scope is None and item is None and money is not None:
                scope = _SCOPES.get(money.concept)  # 基本支出全年预算数X,执行数Y,执行率Z
    elif name == "purchased_services" and above is not None and above.concept == "procurement":
        name = "procurement_services"
    if concept.note == "item":
        item = concept.alias
    elif name in DIVISIBLE and (kind := _KIND_OF_ASSETS.search(reading.head)) is not None:
        item = kind[0]  # 其他固定资产: a part
    return Subject(name, fund, None, None, concept.economic_code, scope, item)
