"""Numbers that are no figures: bounds of grades, of asset classes, of rules and instructions."""

from __future__ import annotations

import re

from fiscal_analysis.quantity import Quantity
from fiscal_analysis.wordlist import longest_of

__all__ = ["cites_rule", "instructs", "is_threshold", "regulates", "states_rule"]

_GRADE_WORDS = ("在", "(", "良好", "优秀", "一般", "较差", "、", "(含", "-")
_INSTRUCTION = re.compile(
    "未达到?$|个别[一-鿿]{0,6}率$|部分[一-鿿]{0,6}率$|少数[一-鿿]{0,6}率$|需超|应达|率应|控制在|应当|不得|必须|原则上|应不|需列|减按|得满分|每降低|每提高|处以|加计扣除"
)
_RULE_WORDS = (
    "申报条件", "的须", "企业须", "须经", "须具备", "须符合", "须提供", "的罚款", "税率征收", "国务院要求",
    "以上为优", "以下为差", "一律",
    "予以取消", "不予补助", "方可", "申请单位", "申报单位", "申请企业", "申报主体", "限报", "必须", "严禁", "下列条件",
    "以下条件", "合同签订后", "合同价款", "无息退还", "按满分计", "×分值", "计0分", "下列情形", "计算公式", "不得申报",
    "合同金额超过",
    "指标权重", "办法》规定", "须集体", "综合定额", "工作餐", "陪餐", "须注册", "须满足", "执行标准",
    "。建议", ";建议", ",建议", "是建议", "建议将", "建议对", "建议进一步",
    "划分标准", "评分标准", "的得满分", "则得满分", "以上得满分", "得满分,", "得满分;",
    "不得分", "扣完为止", "个等级", "个等次", "的为优", "的为良", "的为中",
    "的为差", "的为合格", "的为不", "减按", "税前加计扣除", "%加计扣除", "加计扣除比例", "处以", "四舍五入",
    "加计抵减", "填列", "采购人有权", "包干使用", "违约金", "保证金按中标", "标准上岗", "进度款按", "预付款比例",
    "的实行公开招标", "的采用竞争性", "自行采购;", "由单位自行采购", "原则上", "逾期不再", "逾期不予", "无息返还",
    "工程款按月", "支付至合同", "支付至结算", "价格扣除", "评标采用", "评标委员会", "价格分值", "技术分值",
    "商务分值", "的项目进行预警", "的项目予以预警", "倒扣分", "每符合", "每发现", "每延期", "每延误", "应于每",
    "人应在", "商应在", "位应在", "室应在", "投标截止", "递交投标", "比例抽验",
    "合理确定分值", "合理确定得分",
)  # fmt: skip
_REGULATING = ("采购人有权", "包干使用", "违约金", "保证金按中标", "标准上岗")
_RULE_OF_SCORES = frozenset(("评分标准", "得满分,", "得满分;", "按满分计", "不得分"))
_SCORED = re.compile("得(?:分[为:]?)?[0-9]")
_CITES = re.compile("《[^》]+》(?:[(][^()]*[)])?[^,。;]{0,16}(?:规定|要求|通知)")
_BOUND_IN_RULE = re.compile("预留|报价|限额|不得|应当|应由|可以|适宜|原则上|接待对象|陪餐")
_APPLIED = re.compile("(?:根据|依据|按照?|对照)[一-鿿]{0,8}评分标准")
_RULE = re.compile(longest_of(_RULE_WORDS))
_DEDUCTED = re.compile(r'(?:价格|报价|技术|商务|资信)(?:部分|评审)?分?$|扣[分除减]?$|每题$|考核$|差异|[”"]计$|采用$')
_THRESHOLD_AFTER = re.compile(r" ?(?:\(含|\(不含|含\)|\)?以上|\)?以下|\(?含)")
_OF_CLASS = re.compile(r"(?<=以[上下内])的?[一-鿿]{0,4}(?:项目|企业|单位|工程)")
_GRADED_BY = re.compile(r" ?(?:的(?:项目)?(?:有|共)?|项目)(?: ?[0-9]|$|[,、;。])| ?[0-9]+ ?[个项]")
_CONDITION = re.compile(
    r"的(?:[^,。;0-9]{0,12}(?:企业|单位|项目|机构|平台|团队|个人|农户|家庭|商户)|,(?:按|给予|予以))"
)
_THEN = re.compile("的,?(?:退回|扣|不予|予以|视为|取消|停止|给予|应|须|一律|由|按)")
_CONDITION_OF = re.compile(r"(?:达到?|超过?|满|在|突破)$")
_THRESHOLD_OF = re.compile(r"(?:单位价值|单价|价值)\|?|\|\)?(?:以上)?的?(?:[通专大][用型])?设备")


def states_rule(text: str) -> bool:
    """Tell whether a text states a rule (who may apply, how points are given), not what happened."""
    if text.startswith("建议"):
        return True
    if _RULE.search(text) is None:
        return False
    word = next(word for word in _RULE_WORDS if word in text)
    if word == "指标权重":
        return _SCORED.search(text) is None
    # 根据评分标准,得9.49分: what the rule gave
    return word not in _RULE_OF_SCORES or _APPLIED.search(text) is None


def regulates(text: str) -> bool:
    """Tell whether a text among the accounts is of a contract or a regulation on spending."""
    return any(word in text for word in _REGULATING)


def cites_rule(sentence: str) -> bool:
    """Tell whether a sentence quotes what a regulation demands: its bounds are of nobody's doing."""
    return _CITES.search(sentence) is not None and _BOUND_IN_RULE.search(sentence) is not None


def instructs(phrase: str) -> bool:
    """Tell whether the words right before a percentage say what ought to be (不得超过), or end in a formula's sign."""
    return phrase.endswith("×") or _INSTRUCTION.search(phrase[-16:].rpartition(",")[2]) is not None


def is_threshold(text: str, phrase: str, quantity: Quantity, start: int, end: int) -> bool:
    """Tell whether a number is the bound of a grade, of an asset class or of a rule, not a figure."""
    unit = quantity.unit
    if start and text[start - 1] == "×":
        return True
    if unit == "score" and ("□" in text or "__" in text):
        return True
    if unit == "score" and phrase.endswith("(") and text.startswith((")得", ")自评得", ")实得"), end):
        return False  # 产出指标(50分)得48分
    if unit == "score" or unit is None:
        if "含" in quantity.raw:
            return True  # 90(含)以上
        if unit == "score" or text.startswith(("(含", " (含"), end):
            if _DEDUCTED.search(phrase) is not None:
                return True
            bound = quantity.comparator is not None or quantity.high_digits is not None
            if bound and _GRADED_BY.match(text, end) is not None:
                return True  # 得分95分以上的9个
            if text.startswith(("的项目", " 的项目", "制"), end):
                return True
            return phrase.rstrip().endswith(_GRADE_WORDS) or _THRESHOLD_AFTER.match(text, end) is not None
        return False
    if unit == "CNY":
        if phrase.endswith(("不得", "不应", "不能", "不可")):
            return True  # 工作餐每人每餐不得超过60元
        if _CONDITION.match(text, end) is not None and (
            quantity.comparator is not None or _CONDITION_OF.search(phrase) is not None
        ):
            return True  # 年纳税额超过500万元的企业: whom a rule is for
        if quantity.comparator is not None and _OF_CLASS.match(text, end) is not None:
            return True  # 100万元以上项目: which ones
        if quantity.comparator or text.startswith("以", end):
            return _THRESHOLD_OF.search(phrase[-8:] + "|" + text[end : end + 8]) is not None
        return False
    if unit == "ratio" and quantity.comparator is not None and _CONDITION.match(text, end) is not None:
        return True  # 对研发投入强度超过3%的企业
    if unit == "ratio" and quantity.comparator is not None and _THEN.match(text, end) is not None:
        return True  # 差异率超过5%的退回重填
    return (
        unit == "ratio" and instructs(phrase) and not text.startswith(("的目标", "的计划", " 的计划", " 的目标"), end)
    )
