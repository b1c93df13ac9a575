"""The words by which a figure is about certified high-tech firms, and what kind of money it is.

Held as data: a county that says it another way needs a word here, no code. 高新技术企业 are the firms certified under
《高新技术企业认定管理办法》(国科发火〔2016〕32号); other grades have their own rules and are never mixed in.
"""

from __future__ import annotations

import re

from fiscal_analysis.metrics._inputs import Stated

# The certified firm by its names, and the wider field that funds are named after.
FIRM_NAMES = ("高新技术企业", "高新企业", "国高新", "国高", "高企")
FIELD_NAMES = ("高新技术", "高新产业", "高新")
# A development zone carries the field in its name and is neither.
ZONE_NAMES = ("高新技术产业开发区", "高新技术开发区", "高新技术产业园区", "高新区", "高新园区")
# Other grades of firms: another rule, another certificate.
OTHER_GRADES = (
    "省级高新技术企业", "省高新技术企业", "省级高新企业", "省级高企", "省高企", "市级高新技术企业",
    "市级高企", "市高企",
    "自治区级高新技术企业", "自治区高新技术企业", "县级高新技术企业", "区级高新技术企业",
    "村镇高新技术企业", "中关村高新技术企业",
    "科技型中小企业", "科技型中小微企业", "科技型小微企业", "专精特新", "小巨人", "创新型中小企业",
    "单项冠军", "瞪羚", "独角兽",
    "雏鹰", "技术先进型服务企业", "民营科技企业",
)  # fmt: skip
# Steps on the way to a certificate that are none yet.
NOT_CERTIFIED = ("培育库", "入库", "出库", "备案", "后备", "储备")
# Firms whose first and whose renewed certificate are paid apart. The longer word stands first.
CERTIFICATION_KINDS = {
    "first": ("首次认定", "首次申请认定", "首次申报", "首次通过", "初次认定", "新认定", "首次"),
    "repeated": ("重新认定", "再次认定", "复审通过", "复审认定", "连续认定", "重新申请认定", "复审"),
}
# What the money buys. The last such word of a Chinese name is its head, so the later of two decides.
REWARD_WORDS = ("奖励", "奖补", "奖金", "奖资", "补助", "补贴", "配套奖", "兑现", "兑付", "认定奖")
REVIEW_WORDS = (
    "评审", "认定服务", "认定管理", "认定工作", "认定审核", "审核", "预审", "申报服务", "申报辅导",
    "认定辅导", "咨询服务",
    "认定经费", "培训服务",
)  # fmt: skip
# What a review service may comprise beside the review, and the words that list what a project comprises.
OTHER_SERVICES = ("预审", "监测", "培育", "培训", "宣传", "辅导", "咨询")
LISTING = re.compile(r"包括|包含|用于|内容为|分为")
FUND_WORDS = (
    "引导资金", "引导基金", "专项资金", "产业资金", "扶持资金", "发展资金", "产业发展基金", "若干措施",
    "若干政策", "扶持政策",
    "扶持办法",
)  # fmt: skip
# Money that a programme spends on its own running: no subsidy, so never above a number of supported firms.
FEE_WORDS = ("服务费", "评审费", "审计费", "工作经费", "管理费", "手续费", "第三方")
# A project's money by who pays: a part of the same money, no programme of its own.
PAYER_WORDS = (
    "中央",
    "级资金",
    "财政资金",
    "财政拨款",
    "其他资金",
    "单位资金",
    "自筹",
    "上年结转",
    "结转资金",
    "上级资金",
    "本级资金",
    "转移支付",
)
# Cue words just before an amount: money that reached those supported, or the programme's grand total.
SUPPORT_CUES = (
    "支持金额",
    "支持资金",
    "支持项目",
    "奖励",
    "奖补",
    "补助",
    "补贴",
    "兑现",
    "兑付",
    "发放",
    "拨付",
)
TOTAL_CUES = ("合计", "总计", "安排", "预算")
# Words that may stand in the item of a count of all firms. A count whose item says more is of a part of them.
WHOLE_WORDS = (
    "国家级", "国家", "高新技术企业", "高新企业", "国高新", "高企", "认定", "专家评审", "评审", "申报",
    "申请", "受理", "新增", "新",
    "全区", "全县", "全市", "全年", "年度", "合计", "总计", "总数", "数量", "企业", "家次", "家数",
    "情况", "取得", "资质", "通过",
)  # fmt: skip
# Words of which an item may consist without naming any programme: 批复资金, 共支持项目, 每年安排.
GENERIC_WORDS = (
    "单个", "每个", "每家", "最高",
    "支持", "资助", "扶持", "涉及", "惠及", "覆盖", "共计", "合计", "总计", "累计", "安排", "批复",
    "下达", "拨付", "兑现", "兑付", "发放", "支出", "使用", "执行", "投入", "全年", "每年", "本年",
    "年度", "项目", "企业", "金额", "资金", "预算", "经费", "规模", "奖励", "奖补", "补助", "补贴",
    "获得", "领取", "申报", "总额", "总", "共", "本", "该", "拟", "已", "款", "的", "了", "为",
)  # fmt: skip
FIRM_COUNTERS = ("家", "户")
PROJECT_COUNTERS = ("个", "项")
TIMES_COUNTERS = ("家次", "户次", "次", "件", "人次", "批次", "场次")

_MARKS = re.compile(r"[\s“”\"'‘’《》〈〉「」()（）\[\]【】]")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}年?(?:度)?")
_KIND_OF = {word: kind for kind, some in CERTIFICATION_KINDS.items() for word in some}
# The longest word first: 重新认定 holds 新认定.
_KIND = re.compile("|".join(sorted(_KIND_OF, key=len, reverse=True)))
_SUPPORTED = re.compile(r"[拟共已]*(?:支持|资助|扶持)(?:项目|企业)?|^[拟共已]+")
CLAUSE_ENDS = "，,；;。：:、\n\t"
SENTENCE_ENDS = "；;。\n"


def norm(item: str | None) -> str:
    """Return an item's name without blanks, quotes and brackets."""
    return _MARKS.sub("", item or "")


def split_item(item: str | None) -> tuple[str, str | None]:
    """Return the root and the part of an item ``A/B``."""
    root, _, part = (item or "").partition("/")
    return root.strip(), part.strip() or None


def before(fact: Stated, ends: str = CLAUSE_ENDS) -> str:
    """Return what stands before the figure in its clause (or, by `ends`, in its sentence)."""
    at = fact.quote.find(fact.raw) if fact.raw else -1
    head = fact.quote[:at] if at >= 0 else ""
    cut = max((head.rfind(mark) for mark in ends), default=-1)
    return head[cut + 1 :]


def after(fact: Stated) -> str:
    """Return what stands after the figure in its clause."""
    at = fact.quote.find(fact.raw) if fact.raw else -1
    tail = fact.quote[at + len(fact.raw) :] if at >= 0 else ""
    cuts = [tail.find(mark) for mark in CLAUSE_ENDS if mark in tail]
    return tail[: min(cuts)] if cuts else tail


def grade(text: str) -> str:

    rest = text
    other = False
    for word in OTHER_GRADES:
        if word in rest:
            other = True
            rest = rest.replace(word, "")
    for word in ZONE_NAMES:
        rest = rest.replace(word, "")
    if any(word in rest for word in FIRM_NAMES):
        return "mixed" if other else "national"
    if other:
        return "other"
    return "field" if any(word in rest for word in FIELD_NAMES) else "none"


def money_kind(text: str) -> str | None:

    whose = grade(text)
    if whose in ("none", "other"):
        return None
    reward = max(text.rfind(word) for word in REWARD_WORDS)
    review = max(text.rfind(word) for word in REVIEW_WORDS)
    if whose != "field" and max(reward, review) >= 0:
        return "reward" if reward > review else "review_service"
    if review >= 0:
        return None  # running cost of a fund: neither a service for certification nor a subsidy
    return "guidance_fund" if any(word in text for word in FUND_WORDS) else None


def is_generic(item: str | None) -> bool:
    """Tell whether an item names no programme: it is missing, or holds general words only."""
    rest = _YEAR.sub("", norm(item))
    for word in GENERIC_WORDS:
        rest = rest.replace(word, "")
    return not rest


def field_of_support(text: str) -> str | None:
    """Return what is supported, of a text such as ``拟支持软件业企业``; None where it only says that something is."""
    rest = _SUPPORTED.sub("", _YEAR.sub("", norm(text)))
    rest = rest.removesuffix("企业")
    return None if is_generic(rest) else rest


def without_years(name: str) -> tuple[str, frozenset[str]]:
    """Return a name without the years in it, and those years."""
    return _YEAR.sub("", name), frozenset(year[:4] for year in _YEAR.findall(name))


def is_fee(text: str) -> bool:
    """Tell whether money named `text` pays the running of a programme and no firm."""
    return any(word in text for word in FEE_WORDS)


def is_payer(part: str | None) -> bool:
    """Tell whether a part of an item names who pays."""
    return part is not None and any(word in part for word in PAYER_WORDS)


def certification_kind(fact: Stated) -> str | None:

    root, part = split_item(fact.item)
    # A rate may stand a comma away from the kind that it is for; a count stands beside it.
    head = before(fact, SENTENCE_ENDS if fact.unit == "CNY" else CLAUSE_ENDS)
    # After the figure only the very next word counts: 55家首次认定.
    follows = _KIND.match(after(fact))
    for text in (part or "", head, follows[0] if follows else "", root):
        found = _KIND.findall(text)
        if found:
            return _KIND_OF[found[-1]]
    return None


def is_bare_kind(item: str) -> bool:
    """Tell whether an item only names a kind of certification, without a programme."""
    rest = _KIND.sub("", norm(item))
    for word in (*REWARD_WORDS, "给予", "一次性", "的"):
        rest = rest.replace(word, "")
    return bool(item) and not _rest(rest)


def is_whole(item: str | None, programmes: list[str]) -> bool:
    """Tell whether a count's item stands for all firms of the year, not for a batch, a kind or a subset."""
    name = norm(item)
    if any(name and (name in programme or programme in name) for programme in programmes) and "/" not in (item or ""):
        return not _KIND.search(name)
    return not _rest(name)


def _rest(name: str) -> str:
    rest = _YEAR.sub("", name)
    for word in WHOLE_WORDS:
        rest = rest.replace(word, "")
    return rest
