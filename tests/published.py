"""One invented final-accounts disclosure: its words, its nine tables, and the facts that they state.

The facts are written out here from the figures and from what each row and column is said to be, never by a reader.
`tests/published_writers.py` writes the same disclosure in each format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

BODY = "临川县科学技术局"
YEAR = 2024
TITLE = f"{BODY}{YEAR}年度部门决算公开"
UNIT = "万元"

G, F = "general_public_budget", "government_fund"


class Stated(NamedTuple):
    """A fact without its place. `value` is in yuan, or a share of one."""

    concept: str
    measure: str
    fund: str | None
    subject_code: str | None
    economic_code: str | None
    scope: str | None
    value: Decimal
    unit: str
    decimals: int


class Cell(NamedTuple):
    """A cell as a writer needs it: words, an amount of money in `UNIT`, or a code; and what it spans."""

    content: str | Decimal | None = None
    down: int = 1
    across: int = 1
    code: bool = False


@dataclass(frozen=True)
class Statement:
    """A table with what stands around it. A cell that another covers is left out of its row."""

    title: str
    number: str
    width: int
    head: list[list[Cell]]
    rows: list[list[Cell]]
    note: str = ""
    facts: list[Stated] = field(default_factory=list)


Meaning = tuple[str, str, str | None, str | None, str | None, str | None]


def money(text: str | None) -> Decimal | None:
    return None if not text else Decimal(text)


def stated(meaning: Meaning, amount: Decimal) -> Stated:
    return Stated(*meaning, amount * 10_000, "CNY", -2)


def final(
    concept: str, fund: str | None = None, subject: str | None = None, economic: str | None = None,
    scope: str | None = None,
) -> Meaning:  # fmt: skip
    return concept, "final", fund, subject, economic, scope


# -- the figures ----------------------------------------------------------------------------------------------------

NAMES = {
    "206": "科学技术支出",
    "20601": "科学技术管理事务",
    "2060101": "行政运行",
    "2060199": "其他科学技术管理事务支出",
    "20604": "技术研究与开发",
    "2060404": "科技成果转化与扩散",
    "208": "社会保障和就业支出",
    "20805": "行政事业单位养老支出",
    "2080505": "机关事业单位基本养老保险缴费支出",
    "212": "城乡社区支出",
    "21208": "国有土地使用权出让收入安排的支出",
    "2120899": "其他国有土地使用权出让收入安排的支出",
    "221": "住房保障支出",
    "22102": "住房改革支出",
    "2210201": "住房公积金",
}
# Code -> money in the columns of the table, in their order; an empty text is an empty cell.
INCOME = {
    "": "2000.50 1950.00  40.00   10.50",
    "206": "1640.50 1590.00  40.00   10.50",
    "20601": "790.50 780.00     10.50",
    "2060101": "690.50 680.00     10.50",
    "2060199": "100.00 100.00     ",
    "20604": "850.00 810.00  40.00   ",
    "2060404": "850.00 810.00  40.00   ",
    "208": "120.30 120.30     ",
    "20805": "120.30 120.30     ",
    "2080505": "120.30 120.30     ",
    "212": "150.00 150.00     ",
    "21208": "150.00 150.00     ",
    "2120899": "150.00 150.00     ",
    "221": "89.70 89.70     ",
    "22102": "89.70 89.70     ",
    "2210201": "89.70 89.70     ",
}
SPENDING = {
    "": "2000.00 900.00 1100.00   ",
    "206": "1640.00 690.00 950.00   ",
    "20601": "790.00 690.00 100.00   ",
    "2060101": "690.00 690.00    ",
    "2060199": "100.00  100.00   ",
    "20604": "850.00  850.00   ",
    "2060404": "850.00  850.00   ",
    "208": "120.30 120.30    ",
    "20805": "120.30 120.30    ",
    "2080505": "120.30 120.30    ",
    "212": "150.00  150.00   ",
    "21208": "150.00  150.00   ",
    "2120899": "150.00  150.00   ",
    "221": "89.70 89.70    ",
    "22102": "89.70 89.70    ",
    "2210201": "89.70 89.70    ",
}
APPROPRIATED = {
    "": "1800.00 890.00 910.00",
    "206": "1590.00 680.00 910.00",
    "20601": "780.00 680.00 100.00",
    "2060101": "680.00 680.00 0.00",
    "2060199": "100.00 0.00 100.00",
    "20604": "810.00 0.00 810.00",
    "2060404": "810.00 0.00 810.00",
    "208": "120.30 120.30 0.00",
    "20805": "120.30 120.30 0.00",
    "2080505": "120.30 120.30 0.00",
    "221": "89.70 89.70 0.00",
    "22102": "89.70 89.70 0.00",
    "2210201": "89.70 89.70 0.00",
}
FUND_SPENDING = {
    "": " 150.00 150.00  150.00 ",
    "212": " 150.00 150.00  150.00 ",
    "21208": " 150.00 150.00  150.00 ",
    "2120899": " 150.00 150.00  150.00 ",
}
# Row by row: personnel on the left, operating on the right.
ECONOMIC = (
    (("301", "工资福利支出", "700.00"), ("302", "商品和服务支出", "120.00")),
    (("30101", "基本工资", "300.00"), ("30201", "办公费", "50.00")),
    (("30102", "津贴补贴", "250.00"), ("30207", "邮电费", "30.00")),
    (("30108", "机关事业单位基本养老保险缴费", "120.30"), ("30231", "公务用车运行维护费", "40.00")),
    (("30113", "住房公积金", "29.70"), ("310", "资本性支出", "10.00")),
    (("303", "对个人和家庭的补助", "60.00"), ("31002", "办公设备购置", "10.00")),
    (("30302", "退休费", "60.00"), None),
)
THREE_PUBLIC = ("45.00 0.00 42.00 0.00 42.00 3.00", "41.20 0.00 40.00 0.00 40.00 1.20")


def amounts(text: str) -> list[Decimal | None]:
    return [money(part) for part in text.split(" ")]


def row(*cells: Cell | str | Decimal | None) -> list[Cell]:
    return [cell if isinstance(cell, Cell) else Cell(cell) for cell in cells]


def coded_facts(
    table: dict[str, str], totals: Sequence[Meaning | None], coded: Sequence[tuple[str, str | None, str | None]]
) -> Iterator[Stated]:
    """Yield the facts of a table of functional codes: what each column of its total and of its other rows is."""
    for code, line in table.items():
        for at, amount in enumerate(amounts(line)):
            if amount is None:
                continue
            total = totals[at]
            if code:
                concept, fund, scope = coded[at]
                yield stated(final(concept, fund, code, None, scope), amount)
            else:
                assert total is not None
                yield stated(total, amount)


# -- the tables -----------------------------------------------------------------------------------------------------


def summary() -> Statement:
    left = (
        ("一、一般公共预算财政拨款收入", "1800.00", final("revenue_appropriation", G)),
        ("二、政府性基金预算财政拨款收入", "150.00", final("revenue_appropriation", F)),
        ("三、国有资本经营预算财政拨款收入", "", None),
        ("五、事业收入", "40.00", final("revenue_institutional")),
        ("八、其他收入", "10.50", final("revenue_other")),
        ("本年收入合计", "2000.50", final("revenue")),
        ("使用非财政拨款结余（含专用结余）", "", None),
        ("年初结转和结余", "99.50", final("carryover_opening")),
        ("总计", "2100.00", final("grand_total")),
    )
    right = (
        ("六、科学技术支出", "1640.00", final("functional_expenditure", None, "206")),
        ("八、社会保障和就业支出", "120.30", final("functional_expenditure", None, "208")),
        ("十一、城乡社区支出", "150.00", final("functional_expenditure", None, "212")),
        ("十九、住房保障支出", "89.70", final("functional_expenditure", None, "221")),
        ("", "", None),
        ("本年支出合计", "2000.00", final("expenditure")),
        ("结余分配", "", None),
        ("年末结转和结余", "100.00", final("carryover_closing")),
        ("总计", "2100.00", final("grand_total")),
    )
    both = [*left, *right]
    return Statement(
        "收入支出决算总表", "公开01表", 4,
        [row(Cell("收入", across=2), Cell("支出", across=2)), row("项目", "决算数", "项目", "决算数")],
        [row(a, money(x), b or None, money(y)) for (a, x, _), (b, y, _) in zip(left, right, strict=True)],
        "注：本表反映部门本年度的总收支和年末结转结余情况。",
        [stated(meaning, Decimal(text)) for _, text, meaning in both if meaning is not None],
    )  # fmt: skip


def income() -> Statement:
    kinds = ("revenue", "revenue_appropriation", "revenue_superior_subsidy", "revenue_institutional",
             "revenue_operating", "revenue_affiliate_remittance", "revenue_other")  # fmt: skip
    heads = ("本年收入合计", "财政拨款收入", "上级补助收入", "事业收入", "经营收入", "附属单位上缴收入", "其他收入")
    body = []
    for code, line in INCOME.items():
        if code:
            body.append(row(Cell(code, across=3, code=True), NAMES[code], *amounts(line)))
        else:
            body.append(row(Cell("合计", across=4), *amounts(line)))
    return Statement(
        "收入决算表", "公开02表", 11,
        [
            row(Cell("项目", across=4), *(Cell(head, down=3) for head in heads)),
            row(Cell("功能分类科目编码", across=3), Cell("科目名称", down=2)),
            row("类", "款", "项"),
        ],
        body,
        "注：本表反映部门本年度取得的各项收入情况。",
        list(coded_facts(INCOME, [final(kind) for kind in kinds], [(kind, None, None) for kind in kinds])),
    )  # fmt: skip


def spending() -> Statement:
    heads = ("本年支出合计", "基本支出", "项目支出", "上缴上级支出", "经营支出", "对附属单位补助支出")
    body = []
    for code, line in SPENDING.items():
        if code:
            body.append(row(Cell(code, code=True), NAMES[code], *amounts(line)))
        else:
            body.append(row(Cell("合计", across=2), *amounts(line)))
    return Statement(
        "支出决算表", "公开03表", 8,
        [
            row(Cell("项目", across=2), *(Cell(head, down=2) for head in heads)),
            row("科目编码", "科目名称"),
        ],
        body,
        "注：本表反映部门本年度各项支出情况。",
        list(
            coded_facts(
                SPENDING,
                [final("expenditure"), final("expenditure_basic"), final("expenditure_project"), None, None, None],
                [("functional_expenditure", None, scope) for scope in (None, "basic", "project", None, None, None)],
            )
        ),
    )  # fmt: skip


def appropriation_summary() -> Statement:
    spent, closing = "appropriation_expenditure", "carryover_closing"
    functional, whole = "functional_expenditure", "appropriation_grand_total"
    lines: tuple[tuple[str, str, Meaning | None, str, str, str, str | None], ...] = (
        ("一、一般公共预算财政拨款", "1800.00", final("revenue_appropriation", G),
         "六、科学技术支出", "1590.00 1590.00  ", functional, "206"),
        ("二、政府性基金预算财政拨款", "150.00", final("revenue_appropriation", F),
         "八、社会保障和就业支出", "120.30 120.30  ", functional, "208"),
        ("三、国有资本经营预算财政拨款", "", None, "十一、城乡社区支出", "150.00  150.00 ", functional, "212"),
        ("", "", None, "十九、住房保障支出", "89.70 89.70  ", functional, "221"),
        ("本年收入合计", "1950.00", final("revenue_appropriation"),
         "本年支出合计", "1950.00 1800.00 150.00 ", spent, None),
        ("年初财政拨款结转和结余", "20.00", final("carryover_opening"),
         "年末财政拨款结转和结余", "20.00 20.00  ", closing, None),
        ("一、一般公共预算财政拨款", "20.00", final("carryover_opening", G), "", "   ", "", None),
        ("总计", "1970.00", final(whole), "总计", "1970.00 1820.00 150.00 ", whole, None),
    )  # fmt: skip
    facts = []
    for _, text, meaning, _, right, concept, code in lines:
        if meaning is not None:
            facts.append(stated(meaning, Decimal(text)))
        for fund, amount in zip((None, G, F, "state_capital"), amounts(right), strict=True):
            if amount is not None:
                facts.append(stated(final(concept, fund, code), amount))
    return Statement(
        "财政拨款收入支出决算总表", "公开04表", 7,
        [
            row(Cell("收入", across=2), Cell("支出", across=5)),
            row(Cell("项目", down=2), Cell("金额", down=2), Cell("项目", down=2), Cell("决算数", across=4)),
            row("合计", "一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款"),
        ],
        [row(a or None, money(x), b or None, *amounts(y)) for a, x, _, b, y, _, _ in lines],
        "注：本表反映部门本年度财政拨款的总收支和年末结转结余情况。",
        facts,
    )  # fmt: skip


def appropriated_spending() -> Statement:
    body = []
    for code, line in APPROPRIATED.items():
        parts = [code[:3], code[3:5], code[5:]]
        if code:
            body.append(row(*(Cell(part or None, code=bool(part)) for part in parts), NAMES[code], *amounts(line)))
        else:
            body.append(row(Cell("合计", across=4), *amounts(line)))
    return Statement(
        "一般公共预算财政拨款支出决算表", "公开05表", 7,
        [
            row(Cell("项目", across=4), Cell("本年支出", across=3)),
            row(Cell("科目编码", across=3), Cell("科目名称", down=2), Cell("小计", down=2), Cell("基本支出", down=2),
                Cell("项目支出", down=2)),
            row("类", "款", "项"),
        ],
        body,
        "注：本表反映部门本年度一般公共预算财政拨款支出情况。",
        list(
            coded_facts(
                APPROPRIATED,
                [final("appropriation_expenditure", G), final("expenditure_basic", G), final("expenditure_project", G)],
                [("functional_expenditure", G, scope) for scope in (None, "basic", "project")],
            )
        ),
    )  # fmt: skip


def basic_spending() -> Statement:
    body, facts = [], []
    for pair in ECONOMIC:
        cells: list[Cell] = []
        for part in pair:
            if part is None:
                cells += row(None, None, None)
            else:
                code, name, text = part
                cells += row(Cell(code, code=True), name, Decimal(text))
                facts.append(stated(final("economic_expenditure", G, None, code, "basic"), Decimal(text)))
        body.append(cells)
    body.append(
        row(Cell("人员经费合计", across=2), Decimal("760.00"), Cell("公用经费合计", across=2), Decimal("130.00"))
    )
    facts.append(stated(final("personnel_cost", G, scope="basic"), Decimal("760.00")))
    facts.append(stated(final("operating_cost", G, scope="basic"), Decimal("130.00")))
    return Statement(
        "一般公共预算财政拨款基本支出决算表", "公开06表", 6,
        [
            row(Cell("人员经费", across=3), Cell("公用经费", across=3)),
            row("科目编码", "科目名称", "决算数", "科目编码", "科目名称", "决算数"),
        ],
        body,
        "注：本表反映部门本年度一般公共预算财政拨款基本支出明细情况。",
        facts,
    )  # fmt: skip


def three_public() -> Statement:
    kinds = ("three_public", "three_public_overseas", "three_public_vehicle", "three_public_vehicle_purchase",
             "three_public_vehicle_operation", "three_public_reception")  # fmt: skip
    parts = row(
        Cell("合计", down=2), Cell("因公出国（境）费", down=2), Cell("公务用车购置及运行费", across=3),
        Cell("公务接待费", down=2),
    )  # fmt: skip
    leaves = row("小计", "公务用车购置费", "公务用车运行费")
    facts = [
        stated((kind, measure, None, None, None, None), Decimal(text))
        for measure, line in zip(("initial_budget", "final"), THREE_PUBLIC, strict=True)
        for kind, text in zip(kinds, line.split(), strict=True)
    ]
    return Statement(
        "财政拨款“三公”经费支出决算表", "公开07表", 12,
        [row(Cell("预算数", across=6), Cell("决算数", across=6)), [*parts, *parts], [*leaves, *leaves]],
        [row(*(Decimal(text) for line in THREE_PUBLIC for text in line.split()))],
        "注：本表反映部门本年度“三公”经费支出预决算情况。",
        facts,
    )  # fmt: skip


def fund_spending() -> Statement:
    body = []
    for code, line in FUND_SPENDING.items():
        if code:
            body.append(row(Cell(code, code=True), NAMES[code], *amounts(line)))
        else:
            body.append(row(Cell("合计", across=2), *amounts(line)))
    return Statement(
        "政府性基金预算财政拨款收入支出决算表", "公开08表", 8,
        [
            row(Cell("项目", across=2), Cell("年初结转和结余", down=2), Cell("本年收入", down=2),
                Cell("本年支出", across=3), Cell("年末结转和结余", down=2)),
            row("科目编码", "科目名称", "小计", "基本支出", "项目支出"),
        ],
        body,
        "注：本表反映部门本年度政府性基金预算财政拨款收入、支出及结转和结余情况。",
        list(
            coded_facts(
                FUND_SPENDING,
                [None, final("revenue_appropriation", F), final("appropriation_expenditure", F), None,
                 final("expenditure_project", F), None],
                [("carryover_opening", F, None), ("revenue_appropriation", F, None),
                 ("functional_expenditure", F, None), ("functional_expenditure", F, "basic"),
                 ("functional_expenditure", F, "project"), ("carryover_closing", F, None)],
            )
        ),
    )  # fmt: skip


def capital_spending() -> Statement:
    return Statement(
        "国有资本经营预算财政拨款支出决算表", "公开09表", 5,
        [
            row(Cell("项目", across=2), Cell("本年支出", across=3)),
            row("科目编码", "科目名称", "合计", "基本支出", "项目支出"),
        ],
        [row(Cell("合计", across=2), None, None, None)],
        f"注：本部门{YEAR}年度没有国有资本经营预算财政拨款支出，故本表无数据。",
    )  # fmt: skip


STATEMENTS = (
    summary(), income(), spending(), appropriation_summary(), appropriated_spending(), basic_spending(), three_public(),
    fund_spending(), capital_spending(),
)  # fmt: skip

# -- the words ------------------------------------------------------------------------------------------------------

HEADINGS = (f"第一部分 {YEAR}年度部门决算表", f"第二部分 {YEAR}年度部门决算情况说明")
PROSE = (
    "一、收入支出决算总体情况说明",
    f"{YEAR}年度收入总计2,100.00万元，支出总计2,100.00万元。与上年相比，收、支总计各增加60.00万元，增长2.94%。",
    "二、收入决算情况说明",
    f"{YEAR}年度本年收入合计2,000.50万元，其中：财政拨款收入1,950.00万元，占97.48%；事业收入40.00万元，占2.00%；"
    "其他收入10.50万元，占0.52%。",
    "三、支出决算情况说明",
    f"{YEAR}年度本年支出合计2,000.00万元，其中：基本支出900.00万元，占45.00%；项目支出1,100.00万元，占55.00%。",
)


def told(concept: str, measure: str, text: str, unit: str = "CNY") -> Stated:
    value = Decimal(text)
    return (
        Stated(concept, measure, None, None, None, None, value * 10_000, unit, -2)
        if unit == "CNY"
        else Stated(concept, measure, None, None, None, None, value / 100, unit, 4)
    )


PROSE_FACTS = (
    told("grand_total", "final", "2100.00"),
    told("grand_total", "final", "2100.00"),
    told("grand_total", "change_on_prior_year", "60.00"),
    told("grand_total", "growth_on_prior_year", "2.94", "ratio"),
    told("revenue", "final", "2000.50"),
    told("revenue_appropriation", "final", "1950.00"),
    told("revenue_appropriation", "share", "97.48", "ratio"),
    told("revenue_institutional", "final", "40.00"),
    told("revenue_institutional", "share", "2.00", "ratio"),
    told("revenue_other", "final", "10.50"),
    told("revenue_other", "share", "0.52", "ratio"),
    told("expenditure", "final", "2000.00"),
    told("expenditure_basic", "final", "900.00"),
    told("expenditure_basic", "share", "45.00", "ratio"),
    told("expenditure_project", "final", "1100.00"),
    told("expenditure_project", "share", "55.00", "ratio"),
)
FACTS = [fact for statement in STATEMENTS for fact in statement.facts] + list(PROSE_FACTS)
