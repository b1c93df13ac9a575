"""Counts that are no results: places in an order, terms, what comes every week, who took part, how an evaluation asked.

What a count is of, where it is one, :mod:`fiscal_analysis.extract.counts` tells.
"""

from __future__ import annotations

import re

from fiscal_analysis.extract.context import State
from fiscal_analysis.quantity import Quantity

__all__ = ["asks", "is_no_result"]

_PERSONS = frozenset(("人", "人次", "名", "位"))
_SENTENCE = 60
_DURATIONS = frozenset(("个月", "月", "天", "日", "工作日", "个工作日", "周", "小时"))
_ROUNDS = frozenset(("批", "批次", "次", "期"))
_SPOTS = ("乡镇", "镇", "村", "街道", "社区", "县", "区", "行政村", "园区")
_NEAR = 20
_OFTEN = frozenset(("次", "份", "期", "场", "遍"))
_EVERY = re.compile("每[0-9]*(?:天|日|周|月|季度?|半?年)[^,。;]{0,12}$")
_MOVING = frozenset("增减降提升上下压缩")
_PLACES = re.compile("(?:行政)?村|自然[村屯]|社区|居委会|街道|乡|镇|村?民?小组")
_GOVERNS = re.compile("(?:下辖|现辖|共辖|管辖|辖)[^。;]*$")
_EACH_ONE = re.compile("每(?:新?净?增加?|培育|引进|认定|建成|培养)$")
_EXCESS = ("超额", "超目标", "超出目标", "超过目标", "超任务")  # by how much
_BEYOND = re.compile("[比较][^,]{0,4}目标[值数]?[多少高低]出?$")
_TERM = re.compile("(?:实施|建设|服务|项目|合同|施工)周期")  # how long it was to last
_TOOK = re.compile(
    "天数|时间|时长|用时|时限|工时|周期|缩短|压缩|压减|减少|节约|节省|平均|提速|提前|服务|培训|授课|巡查|累计"
)
_NUMERALS = frozenset("两二三四五六七八九十")
_SAMPLED = re.compile("(?:抽[取选查]|选取|走访|访谈|回收|剔除|现场核查)[^,。;]*$")
_OF_PROJECTS = re.compile("项目(?!单位|点|现场)")
_SURVEYED = re.compile("问卷|电话回访|随机抽取|评价(?:工作)?(?:小)?组|抽样|第三方机构|调查采取")


def is_no_result(phrase: str, right: str, text: str, start: int, quantity: Quantity, clause: str, state: State) -> bool:
    """Tell whether the words around a count say that it is no result of the body.

    `clause` is the last clause of `phrase`, the others as :func:`fiscal_analysis.extract.counts.read_count` has them.
    """
    counted = quantity.counted
    ahead = text[max(0, start - _NEAR) : start]
    if counted == "年" and ("周期" not in phrase or _TERM.search(phrase) is not None):
        return True
    if (counted in ("岁", "周岁") and "年龄" not in phrase) or counted == "级":
        return True  # 主要建筑物级别5级
    if "每" in ahead and (_EACH_ONE.search(phrase) is not None or (counted in _OFTEN and _EVERY.search(ahead))):
        return True  # 每净增1家安排经费2万元; 每周召开1次例会
    if _PLACES.match(right) is not None and _GOVERNS.search(text, max(0, start - _SENTENCE), start) is not None:
        return True  # 全镇下辖11个行政村、1个社区
    if counted == "条" and phrase.endswith(("”", "章")):
        return True  # “科技兴县”30条: the name of a policy
    if phrase.rstrip().endswith("第") or (counted == "页" and phrase.rstrip().endswith(("共", "共计"))):
        return True  # 第9张表, 第1页 共3页: a place in an order
    if counted in _ROUNDS and clause.endswith("分"):
        return True  # 分3批参加评审
    if clause.endswith("在") and right.startswith(_SPOTS):
        return True  # 在9个乡镇实施
    if clause.endswith(("所属", "下属", "直属", "用于", "会同")) or right.startswith("×"):
        return True  # 机关及所属4个单位; 主要用于3个村道路硬化; 株行距2米×3米
    if counted in _PERSONS and ((clause.endswith("由") and right[:1] not in _MOVING) or "访谈" in right[:16]):
        return True  # 由2名工作人员复核
    if counted == "种" and "方法" in text[max(0, start - _SENTENCE) : start]:
        return True
    if counted == "份" and "问卷" in clause + right[:8]:
        return True  # 发放问卷120份: how an evaluation asked
    if counted in _DURATIONS and not _lasted(clause, state, counted):
        return True  # 项目建设期为18个月, 中标后30日内签订合同
    return clause.endswith(_EXCESS) or ("目标" in clause and _BEYOND.search(clause) is not None)


def asks(quantity: Quantity, right: str, text: str, start: int) -> bool:
    """Tell whether a count says how an evaluation asked (抽取4个街道、11个小区), or how many offices took part."""
    if right.startswith(("单位", "部门")) and (quantity.raw[0] in _NUMERALS or text[start - 1 : start] == "等"):
        return True  # 科技、税务、统计三家单位; 发改、财政、审计等5个部门参加
    if right.startswith(("制度", "管理办法")) and text[start - 1 : start] == "等":
        return True  # 《财务管理制度》等8项制度
    if _SAMPLED.search(text, max(0, start - _SENTENCE), start) is None or _OF_PROJECTS.match(right):
        return False
    stop = text.find("。", start)
    return _SURVEYED.search(text, text.rfind("。", 0, start) + 1, stop if stop >= 0 else len(text)) is not None


def _lasted(clause: str, state: State, counted: str | None) -> bool:
    """Tell whether a time is a result: how long something took or was given, not a term."""
    if _TOOK.search(clause) is not None:
        return _TERM.search(clause) is None
    return state.counted == counted and state.last is not None and state.last.concept == "outcome"
