"""Statement tables of final accounts and budgets in every flattened layout: cells to facts, nothing guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiscal_analysis.document import Cell, Table
from fiscal_analysis.extract import statements
from fiscal_analysis.extract.statement_columns import Title, parse_title
from fiscal_analysis.extract.statements import Frame, interpret
from fiscal_analysis.extract.table_cells import Reading
from fiscal_analysis.facts import Fact
from fiscal_analysis.readers.plain.text import read_text

ACCOUNTS = "2024年度部门决算公开"
BUDGET = "2024年部门预算公开"


def read_all(text: str, head: str = ACCOUNTS) -> list[Reading | None]:
    """Read the tables of a text under a document's title."""
    document = read_text(f"{head}\n{text.strip()}\n", doc_id="x")
    return [statements.read(table, document) for table in document.tables]


def read_one(text: str, head: str = ACCOUNTS) -> Reading:
    (reading,) = read_all(text, head)
    assert reading is not None
    return reading


def grid(rows: str, titles: tuple[str, ...], unit: str | None = None) -> Reading:
    """Read a table with a grid that is a statement."""
    found = read_grid(rows, titles, unit)
    assert found is not None
    return found


def read_grid(rows: str, titles: tuple[str, ...], unit: str | None = None, layout: str = "grid") -> Reading | None:
    """Read a table as a workbook or a page gives it (or flattened in text): `|` between cells, empty cells kept."""
    lines = [[part.strip() for part in line.split("|")] for line in rows.strip().split("\n")]
    width = max(len(line) for line in lines)
    text, table = "", []
    for y, line in enumerate(lines):
        row = []
        for x, part in enumerate(line + [""] * (width - len(line))):
            row.append(Cell(part, len(text), len(text) + len(part), y, x))
            text += part + "\n"
        table.append(tuple(row))
    frame = Frame(titles, 2024, "final_accounts", unit)
    return interpret(Table(tuple(table), 0, len(text), -1, layout, "", 3, 5), text, frame)


def brief(fact: Fact) -> tuple[object, ...]:
    return fact.concept, fact.subject_code or fact.economic_code, fact.fund, fact.scope, fact.value


def d(text: str) -> Decimal:
    return Decimal(text)


G, F, S = "general_public_budget", "government_fund", "state_capital"

SUMMARY_CELLS = """
收入 | | 支出 |
项目 | 决算数 | 项目 | 决算数
栏次 | 1 | 栏次 | 2
一、一般公共预算财政拨款收入 | 1,200.50 | 一、一般公共服务支出 |
二、政府性基金预算财政拨款收入 | 30.00 | 十二、农林水支出 | 1,180.00
八、其他收入 | 2.10 | 十九、住房保障支出 | 60.20
 | | 二十三、其他支出 | 30.00
本年收入合计 | 1,232.60 | 本年支出合计 | 1,270.20
使用非财政拨款结余（含专用结余） | | 结余分配 | 0.00
年初结转和结余 | 50.00 | 年末结转和结余 | 12.40
总计 | 1,282.60 | 总计 | 1,282.60
"""
SUMMARY = [
    ("revenue_appropriation", None, G, None, d("12005000")),
    ("revenue_appropriation", None, F, None, d("300000")),
    ("functional_expenditure", "213", None, None, d("11800000")),
    ("revenue_other", None, None, None, d("21000")),
    ("functional_expenditure", "221", None, None, d("602000")),
    ("functional_expenditure", "229", None, None, d("300000")),
    ("revenue", None, None, None, d("12326000")),
    ("expenditure", None, None, None, d("12702000")),
    ("surplus_distribution", None, None, None, d("0")),
    ("carryover_opening", None, None, None, d("500000")),
    ("carryover_closing", None, None, None, d("124000")),
    ("grand_total", None, None, None, d("12826000")),
    ("grand_total", None, None, None, d("12826000")),
]


def as_text(cells: str, layout: str) -> str:
    lines = [[part.strip() for part in line.split("|")] for line in cells.strip("\n").split("\n")]
    if layout == "pipes":
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)
    if layout == "ragged":
        return "\n".join(" | ".join(line) for line in lines)
    if layout == "tabs":
        return "\n".join("\t".join(line) for line in lines)
    if layout == "lines":
        return "\n".join(part for line in lines for part in line if part)
    return "\n".join("  ".join(part for part in line if part) for line in lines)


@pytest.mark.parametrize("layout", ["pipes", "ragged", "tabs"])
def test_two_sided_summary_with_its_unit_and_table_number_above(layout: str) -> None:
    text = "收入支出决算总表\n公开01表\n部门：临江区水务局 单位：万元\n" + as_text(SUMMARY_CELLS, layout)
    reading = read_one(text)
    assert [brief(fact) for fact in reading.facts] == SUMMARY
    assert not reading.unparsed
    fact = reading.facts[0]
    assert (fact.measure, fact.fiscal_year, fact.decimals, fact.extractor) == ("final", 2024, -2, "statements")


@pytest.mark.parametrize("layout", ["lines", "spaces"])
def test_two_sided_summary_whose_empty_cells_are_lost(layout: str) -> None:
    kept = "\n".join(line for line in SUMMARY_CELLS.split("\n") if not line.startswith("栏次"))
    text = "一、收入支出决算总表\n单位：万元\n" + as_text(kept, layout) + "\n二、收入决算情况说明"
    reading = read_one(text)

    def order(row: tuple[object, ...]) -> tuple[str, ...]:
        return tuple(str(part) for part in row[:3])

    assert sorted(map(brief, reading.facts), key=order) == sorted(SUMMARY, key=order)


def test_grid_keeps_page_table_row_and_column() -> None:
    reading = grid(SUMMARY_CELLS, ("收入支出决算总表", "单位：万元"), unit="万元")
    assert [brief(fact) for fact in reading.facts] == SUMMARY
    places = [(fact.page, fact.table, fact.row, fact.column) for fact in reading.facts[:3]]
    assert places == [(3, 5, 3, 1), (3, 5, 4, 1), (3, 5, 4, 3)]


def test_rows_of_the_revenue_table_carry_the_columns_concept_and_the_rows_class() -> None:
    reading = read_one("""
收入决算表
单位：元
项目 | | 本年收入合计 | 财政拨款收入 | 上级补助收入 | 事业收入 | 经营收入 | 附属单位上缴收入 | 其他收入
科目编码 | 科目名称 | | | | | | |
合计 | | 1,050.25 | 1,000.00 | 0.00 | 50.25 | | |
213 | 农林水支出 | 1,050.25 | 1,000.00 | 0.00 | 50.25 | | |
""")
    assert [brief(fact) for fact in reading.facts] == [
        ("revenue", None, None, None, d("1050.25")),
        ("revenue_appropriation", None, None, None, d("1000")),
        ("revenue_superior_subsidy", None, None, None, d("0")),
        ("revenue_institutional", None, None, None, d("50.25")),
        ("revenue", "213", None, None, d("1050.25")),
        ("revenue_appropriation", "213", None, None, d("1000")),
        ("revenue_superior_subsidy", "213", None, None, d("0")),
        ("revenue_institutional", "213", None, None, d("50.25")),
    ]
    assert {fact.subject_name for fact in reading.facts[4:]} == {"农林水支出"}


EXPENDITURE_CELLS = """
项目 | | | | 本年支出合计 | 基本支出 | 项目支出 | 上缴上级支出 | 经营支出 | 对附属单位补助支出
支出功能分类科目编码 | | | 科目名称 | | | | | |
类 | 款 | 项 | | | | | | |
合计 | | | | 90.00 | 60.00 | 30.00 | | |
213 | | | 农林水支出 | 90.00 | 60.00 | 30.00 | | |
213 | 03 | | 水利 | 90.00 | 60.00 | 30.00 | | |
213 | 03 | 1 | 行政运行 | 60.00 | 60.00 | | | |
"""


def test_codes_in_three_columns_with_a_lost_leading_zero() -> None:
    reading = grid(EXPENDITURE_CELLS, ("支出决算表",), unit="万元")
    assert [brief(fact) for fact in reading.facts] == [
        ("expenditure", None, None, None, d("900000")),
        ("expenditure_basic", None, None, None, d("600000")),
        ("expenditure_project", None, None, None, d("300000")),
        ("functional_expenditure", "213", None, None, d("900000")),
        ("functional_expenditure", "213", None, "basic", d("600000")),
        ("functional_expenditure", "213", None, "project", d("300000")),
        ("functional_expenditure", "21303", None, None, d("900000")),
        ("functional_expenditure", "21303", None, "basic", d("600000")),
        ("functional_expenditure", "21303", None, "project", d("300000")),
        ("functional_expenditure", "2130301", None, None, d("600000")),
        ("functional_expenditure", "2130301", None, "basic", d("600000")),
    ]


def test_blank_parents_of_a_code_are_carried_down() -> None:
    reading = grid(
        """
        类 | 款 | 项 | 科目名称 | 合计
        213 | | | 农林水支出 | 90.00
         | 03 | | 水利 | 90.00
         | | 05 | 水利工程建设 | 90.00
        """,
        ("支出决算表",),
        unit="万元",
    )
    assert [fact.subject_code for fact in reading.facts] == ["213", "21303", "2130305"]


def test_appropriation_summary_by_fund_and_the_parts_of_its_carry_over() -> None:
    reading = grid(
        """
        收入 | | 支出 | | | |
        项目 | 金额 | 项目 | 合计 | 一般公共预算财政拨款 | 政府性基金预算财政拨款 | 国有资本经营预算财政拨款
        一、一般公共预算财政拨款 | 100.00 | 一、农林水支出 | 95.00 | 95.00 | |
        二、政府性基金预算财政拨款 | 10.00 | 二、其他支出 | 10.00 | | 10.00 |
        本年收入合计 | 110.00 | 本年支出合计 | 105.00 | 95.00 | 10.00 |
        年初财政拨款结转和结余 | 5.00 | 年末财政拨款结转和结余 | 10.00 | 10.00 | |
        一、一般公共预算财政拨款 | 5.00 | | | | |
        总计 | 115.00 | 总计 | 115.00 | 105.00 | 10.00 |
        """,
        ("财政拨款收入支出决算总表",),
        unit="元",
    )
    assert [brief(fact) for fact in reading.facts] == [
        ("revenue_appropriation", None, G, None, 100),
        ("functional_expenditure", "213", None, None, 95),
        ("functional_expenditure", "213", G, None, 95),
        ("revenue_appropriation", None, F, None, 10),
        ("functional_expenditure", "229", None, None, 10),
        ("functional_expenditure", "229", F, None, 10),
        ("revenue_appropriation", None, None, None, 110),
        ("appropriation_expenditure", None, None, None, 105),
        ("appropriation_expenditure", None, G, None, 95),
        ("appropriation_expenditure", None, F, None, 10),
        ("carryover_opening", None, None, None, 5),
        ("carryover_closing", None, None, None, 10),
        ("carryover_closing", None, G, None, 10),
        ("carryover_opening", None, G, None, 5),
        ("appropriation_grand_total", None, None, None, 115),
        ("appropriation_grand_total", None, None, None, 115),
        ("appropriation_grand_total", None, G, None, 105),
        ("appropriation_grand_total", None, F, None, 10),
    ]


def test_economic_classes_side_by_side_and_their_halves() -> None:
    reading = grid(
        """
        人员经费 | | | 公用经费 | | | | |
        科目编码 | 科目名称 | 决算数 | 科目编码 | 科目名称 | 决算数 | 科目编码 | 科目名称 | 决算数
        301 | 工资福利支出 | 300.00 | 302 | 商品和服务支出 | 40.00 | 310 | 资本性支出 | 5.00
        30101 | 基本工资 | 100.00 | 30201 | 办公费 | 4.00 | 31002 | 办公设备购置 | 5.00
        人员经费合计 | | 300.00 | 公用经费合计 | | | | | 45.00
        """,
        ("一般公共预算财政拨款基本支出决算明细表",),
        unit="万元",
    )
    assert [brief(fact) for fact in reading.facts] == [
        ("economic_expenditure", "301", G, "basic", d("3000000")),
        ("economic_expenditure", "302", G, "basic", d("400000")),
        ("economic_expenditure", "310", G, "basic", d("50000")),
        ("economic_expenditure", "30101", G, "basic", d("1000000")),
        ("economic_expenditure", "30201", G, "basic", d("40000")),
        ("economic_expenditure", "31002", G, "basic", d("50000")),
        ("personnel_cost", None, G, "basic", d("3000000")),
        ("operating_cost", None, G, "basic", d("450000")),
    ]


def test_personnel_and_operating_columns_split_the_economic_classes() -> None:
    reading = read_one(
        """
2024年部门一般公共预算基本支出部门预算经济分类预算表
编制部门：滨湖街道办事处 单位：元
项目 一般公共预算基本支出
部门预算经济分类科目编码 经济分类科目名称 合计 人员经费 公用经费
类 款
301 工资福利支出 88,282,511 88,282,511 0
301 2 津贴补贴 16,623,810 16,623,810 0
302 商品和服务支出 11,168,569 0 11,168,569
合计 99,451,080 88,282,511 11,168,569
""",
        BUDGET,
    )
    assert [(f.concept, f.economic_code, f.scope, f.item, f.value) for f in reading.facts[3:6]] == [
        ("economic_expenditure", "30102", "basic", None, 16623810),
        ("economic_expenditure", "30102", "basic", "人员经费", 16623810),
        ("economic_expenditure", "30102", "basic", "公用经费", 0),
    ]
    assert [(f.concept, f.measure, f.fund, f.value) for f in reading.facts[-3:]] == [
        ("expenditure_basic", "initial_budget", G, 99451080),
        ("personnel_cost", "initial_budget", G, 88282511),
        ("operating_cost", "initial_budget", G, 11168569),
    ]


def test_three_public_budget_and_outturn_over_their_parts() -> None:
    parts = "合计 | 因公出国（境）费 | 公务用车购置及运行费 | | | 公务接待费"
    leaves = " | | 小计 | 公务用车购置费 | 公务用车运行费 |"
    reading = grid(
        f"""
        预算数 | | | | | | 决算数 | | | | |
        {parts} | {parts}
        {leaves} | {leaves}
        10.00 | 0.00 | 8.00 | 0.00 | 8.00 | 2.00 | 7.50 | 0.00 | 6.50 | 0.00 | 6.50 | 1.00
        """,
        ("财政拨款“三公”经费支出决算表",),
        unit="万元",
    )
    names = ["", "_overseas", "_vehicle", "_vehicle_purchase", "_vehicle_operation", "_reception"]
    assert [(f.concept, f.measure) for f in reading.facts] == [
        (f"three_public{name}", measure) for measure in ("initial_budget", "final") for name in names
    ]
    budget, outturn = [10, 0, 8, 0, 8, 2], [d("7.5"), 0, d("6.5"), 0, d("6.5"), 1]
    assert [f.value / 10000 for f in reading.facts] == [*budget, *outturn]


def spanned_grid(rows: list[list[tuple[str, int, int]]], titles: tuple[str, ...]) -> Reading:
    """Read a table whose source says what each cell spans: text, rows, columns; covered cells are left out."""
    places: dict[tuple[int, int], tuple[str, int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (y, x) in covered:
                x += 1
            places[y, x] = cell
            covered |= {(y + i, x + j) for i in range(cell[1]) for j in range(cell[2])}
    width = 1 + max(x for _, x in covered)
    text, table = "", []
    for y in range(len(rows)):
        line = []
        for x in range(width):
            part, down, across = places.get((y, x), ("", 1, 1))
            line.append(Cell(part, len(text), len(text) + len(part), y, x, down, across))
            text += part + "\n"
        table.append(tuple(line))
    found = interpret(
        Table(tuple(table), 0, len(text), -1, "grid"), text, Frame(titles, 2024, "final_accounts", "万元")
    )
    assert found is not None
    return found


def test_headers_that_span_rows_are_not_headed_by_their_neighbour() -> None:
    reading = spanned_grid(
        [
            [
                ("科目编码", 3, 1), ("科目名称", 3, 1), ("一般公共预算财政拨款", 1, 2),
                ("政府性基金预算财政拨款", 2, 1),
            ],
            [("基本支出", 1, 1), ("项目支出", 1, 1)],
            [("决算数", 1, 1), ("决算数", 1, 1), ("决算数", 1, 1)],
            [("206", 1, 1), ("科学技术支出", 1, 1), ("3.00", 1, 1), ("2.00", 1, 1), ("7.00", 1, 1)],
        ],
        ("财政拨款支出决算表",),
    )  # fmt: skip
    assert [(f.fund, f.scope, f.value) for f in reading.facts] == [
        (G, "basic", 30000),
        (G, "project", 20000),
        (F, None, 70000),
    ]


def test_headers_of_which_only_some_are_merged() -> None:
    reading = spanned_grid(
        [
            [("科目编码", 2, 1), ("科目名称", 2, 1), ("本年支出合计", 2, 1), ("其中", 1, 1), ("", 1, 1)],
            [("基本支出", 1, 1), ("项目支出", 1, 1)],
            [("206", 1, 1), ("科学技术支出", 1, 1), ("9.00", 1, 1), ("2.00", 1, 1), ("7.00", 1, 1)],
        ],
        ("支出决算表",),
    )
    assert [(f.scope, f.value) for f in reading.facts] == [(None, 90000), ("basic", 20000), ("project", 70000)]


def test_headers_copied_from_a_page_without_what_merged_cells_cover() -> None:
    reading = read_one("""
政府性基金预算财政拨款收入支出决算表
单位：万元
项目\t年初结转和结余\t本年收入\t本年支出\t年末结转和结余
科目编码\t科目名称\t小计\t基本支出\t项目支出
合计\t\t15.00\t14.00\t\t14.00\t1.00
212\t城乡社区支出\t\t15.00\t14.00\t\t14.00\t1.00
""")
    total = [("revenue_appropriation", None), ("appropriation_expenditure", None), ("expenditure_project", None)]
    coded = [("revenue_appropriation", None), ("functional_expenditure", None), ("functional_expenditure", "project")]
    closing = ("carryover_closing", None)
    assert [(f.concept, f.scope) for f in reading.facts] == [*total, closing, *coded, closing]
    assert [f.value for f in reading.facts] == [150000, 140000, 140000, 10000] * 2
    assert {f.fund for f in reading.facts} == {F}


def test_a_whole_code_over_its_three_columns() -> None:
    reading = read_one("""
收入决算表
单位：万元
项目\t本年收入合计\t财政拨款收入\t其他收入
功能分类科目编码\t科目名称
类\t款\t项
合计\t9.00\t\t9.00
206\t科学技术支出\t9.00\t\t9.00
2060101\t行政运行\t9.00\t\t9.00
""")
    assert [(f.concept, f.subject_code) for f in reading.facts] == [
        (concept, code) for code in (None, "206", "2060101") for concept in ("revenue", "revenue_other")
    ]


def test_three_public_copied_from_a_page() -> None:
    parts = "合计\t因公出国（境）费\t公务用车购置及运行费\t公务接待费"
    leaves = "小计\t公务用车购置费\t公务用车运行费"
    figures = "10.00\t0.00\t8.00\t0.00\t8.00\t2.00\t7.50\t0.00\t6.50\t0.00\t6.50\t1.00"
    reading = read_one(f"""
财政拨款“三公”经费支出决算表
单位：万元
预算数\t决算数
{parts}\t{parts}
{leaves}\t{leaves}
{figures}
""")
    names = ["", "_overseas", "_vehicle", "_vehicle_purchase", "_vehicle_operation", "_reception"]
    assert [(f.concept, f.measure) for f in reading.facts] == [
        (f"three_public{name}", measure) for measure in ("initial_budget", "final") for name in names
    ]
    assert [f.raw for f in reading.facts] == figures.split("\t")


def test_empty_cells_at_the_end_of_header_rows_may_be_lost() -> None:
    reading = grid(
        """
        预算数 | | 决算数
        合计 | 公务用车购置及运行费 | 合计 | 公务用车购置及运行费
        4.00 | 3.00 | 2.00 | 1.00
        """,
        ("财政拨款“三公”经费支出决算表",),
        unit="万元",
    )
    assert [(f.concept, f.measure) for f in reading.facts] == [
        (f"three_public{part}", measure) for measure in ("initial_budget", "final") for part in ("", "_vehicle")
    ]


def test_three_public_of_two_years_with_their_change() -> None:
    reading = read_one(
        """
“三公”经费支出情况表
单位：万元
| 项目 | 2023年预算数 | 2024年预算数 | 增减额 | 增减% |
| 合计 | 12.00 | 10.00 | -2.00 | -16.67 |
| 2.公务接待费 | 4.00 | 3.00 | -1.00 | -25% |
| 其中：（1）公务用车运行维护费 | 8.00 | 7.00 | -1.00 | -12.5 |
""",
        BUDGET,
    )
    assert [(f.concept, f.measure, f.fiscal_year, f.value) for f in reading.facts[:4]] == [
        ("three_public", "prior_year", 2023, 120000),
        ("three_public", "initial_budget", 2024, 100000),
        ("three_public", "change_on_prior_year", 2024, -20000),
        ("three_public", "growth_on_prior_year", 2024, d("-0.1667")),
    ]
    assert [f.concept for f in reading.facts[4::4]] == ["three_public_reception", "three_public_vehicle_operation"]


def test_fund_table_with_carry_over_and_an_empty_table_behind_it() -> None:
    reading = read_one("""
政府性基金预算财政拨款收入支出决算表
单位：万元
| 项目 | | 年初结转和结余 | 本年收入 | 本年支出 | | | 年末结转和结余 |
| 科目编码 | 科目名称 | | | 小计 | 基本支出 | 项目支出 | |
| 212 | 城乡社区支出 | 1.00 | 10.00 | 9.00 | 0.00 | 9.00 | 2.00 |
国有资本经营预算财政拨款支出决算表
单位：万元
| 科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出 |
| | | | | |
注：本部门没有国有资本经营预算财政拨款支出，故本表无数据。
""")
    assert [brief(fact) for fact in reading.facts] == [
        ("carryover_opening", "212", F, None, 10000),
        ("revenue_appropriation", "212", F, None, 100000),
        ("functional_expenditure", "212", F, None, 90000),
        ("functional_expenditure", "212", F, "basic", 0),
        ("functional_expenditure", "212", F, "project", 90000),
        ("carryover_closing", "212", F, None, 20000),
    ]


def test_counts_beside_money_in_a_table_of_two_halves_with_line_numbers() -> None:
    reading = grid(
        """
        项目 | 行次 | 预算数 | 决算数 | 项目 | 行次 | 决算数
        栏次 | | 1 | 2 | 栏次 | | 3
        （一）支出合计 | 2 | 10.00 | 7.50 | 四、机关运行经费 | 20 | 33.30
        3．公务接待费 | 7 | 2.00 | 1.00 | （一）车辆数合计（辆） | 22 | 2
        6．国内公务接待批次（个） | 12 | — | 12 | | |
        """,
        ("机构运行信息表",),
        unit="万元",
    )
    assert [(f.concept, f.measure, f.value, f.unit, f.counted) for f in reading.facts] == [
        ("three_public", "initial_budget", 100000, "CNY", None),
        ("three_public", "final", 75000, "CNY", None),
        ("agency_operating_cost", "final", 333000, "CNY", None),
        ("three_public_reception", "initial_budget", 20000, "CNY", None),
        ("three_public_reception", "final", 10000, "CNY", None),
        ("vehicles", "final", 2, "count", "辆"),
        ("reception_batches", "final", 12, "count", "个"),
    ]


def test_rows_of_bodies_name_them_as_items() -> None:
    reading = grid(
        """
        单位名称 | 合计 | 基本支出 | 项目支出
        合计 | 100 | 60 | 40
        安河县科技馆 | 20 | 12 | 8
        """,
        ("部门支出总表",),
        unit="元",
    )
    assert [(f.concept, f.item, f.value) for f in reading.facts] == [
        ("expenditure", None, 100),
        ("expenditure_basic", None, 60),
        ("expenditure_project", None, 40),
        ("expenditure", "安河县科技馆", 20),
        ("expenditure_basic", "安河县科技馆", 12),
        ("expenditure_project", "安河县科技馆", 8),
    ]


def test_budget_against_the_year_before_keeps_years_and_changes_apart() -> None:
    reading = grid(
        """
        科目编码 | 科目名称 | 2023年执行数 | 2024年预算数 | | | 2024年预算数比2023年执行数 |
         | | | 小计 | 基本支出 | 项目支出 | 增减额 | 增减%
        206 | 科学技术支出 | 90.00 | 100.00 | 60.00 | 40.00 | 10.00 | 11.11%
        """,
        ("一般公共预算支出表",),
        unit="元",
    )
    assert [(f.measure, f.fiscal_year, f.scope, f.value) for f in reading.facts] == [
        ("prior_year", 2023, None, 90),
        ("initial_budget", 2024, None, 100),
        ("initial_budget", 2024, "basic", 60),
        ("initial_budget", 2024, "project", 40),
        ("change_on_prior_year", 2024, None, 10),
        ("growth_on_prior_year", 2024, None, d("0.1111")),
    ]


def test_budget_summary_in_tabs_takes_its_title_for_the_measure() -> None:
    reading = read_one(
        "部门收支总表\n单位：元\n收入\t支出\n项目\t2024年预算数\t项目\t2024年预算数\n"
        "一、财政拨款收入\t1000000\t一、科学技术支出\t900000\n"
        "（一）一般公共预算\t1000000\t二、社会保障和就业支出\t100000\n"
        "收入总计\t1000000\t支出总计\t1000000",
        BUDGET,
    )
    assert [brief(fact) for fact in reading.facts] == [
        ("revenue_appropriation", None, None, None, 1000000),
        ("functional_expenditure", "206", None, None, 900000),
        ("revenue_appropriation", None, G, None, 1000000),
        ("functional_expenditure", "208", None, None, 100000),
        ("grand_total", None, None, None, 1000000),
        ("grand_total", None, None, None, 1000000),
    ]
    assert {fact.measure for fact in reading.facts} == {"initial_budget"}


def test_rows_that_lost_an_empty_cell_give_their_total_and_report_the_rest() -> None:
    reading = read_one("""
一般公共预算财政拨款支出决算表
单位：万元
科目编码 科目名称 合计 基本支出 项目支出
206 科学技术支出 640.00 380.00 260.00
2060101 行政运行 380.00 380.00
""")
    assert [(f.subject_code, f.scope, f.value) for f in reading.facts] == [
        ("206", None, d("6400000")),
        ("206", "basic", d("3800000")),
        ("206", "project", d("2600000")),
        ("2060101", None, d("3800000")),
    ]
    assert [reason for _, _, reason in reading.unparsed] == ["the figure's column is open"]


def test_a_figure_without_any_unit_is_not_taken() -> None:
    assert read_grid("科目编码 | 科目名称 | 合计\n206 | 科学技术支出 | 640.00", ("支出决算表",)) is None
    assert grid("科目编码 | 科目名称 | 合计（元）\n206 | 科学技术支出 | 640.00", ("支出决算表",)).facts[0].value == 640


def test_the_documents_only_unit_holds_for_a_table_without_one_and_two_units_for_none() -> None:
    table = "| 科目编码 | 科目名称 | 合计 |\n| 206 | 科学技术支出 | 640 |\n"
    first = "收入支出决算总表\n单位：万元\n| 总计 | 700 | 总计 | 700 |\n\n"
    bare = "支出决算表\n" + table
    alone = [reading.facts[-1].value for reading in read_all(first + "另见下表。\n\n" + bare) if reading is not None]
    assert alone[-1] == 6400000
    mixed = "“三公”经费支出决算表\n单位：元\n| 合计 | 公务接待费 |\n| 20 | 20 |\n\n另见下表。\n\n"
    assert read_all(first + "另见下表。\n\n" + mixed + bare)[-1] is None


@pytest.mark.parametrize(
    "text",
    [
        "表一 收入支出决算总表\n行次 | 项目 | 栏次\n注：1栏=2栏+3栏。",
        "一、收入支出决算总表\n二、收入决算表\n三、支出决算表\n四、财政拨款收入支出决算总表",
        "重点工作进展表\n| 项目 | 预算数（万元） | 决算数（万元） |\n| 科普经费 | 20 | 18 |\n| 合计 | 20 | 18 |",
        "各镇收入情况表\n| 镇 | 农户 | 增幅 |\n| 上坪镇 | 1200 | 3.5% |\n| 下坪镇 | 800 | 2.5% |",
        "国有资本经营预算财政拨款支出决算表\n| 科目编码 | 科目名称 | 合计 |\n| | | |\n注：故本表无数据。",
    ],
)
def test_what_is_no_statement_or_holds_no_figures_gives_nothing(text: str) -> None:
    assert [reading for reading in read_all(text) if reading is not None] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("表三 支出决算表（单位：万元）", ("expenditure", False, None, None, "final", "")),
        ("2024年部门一般公共预算支出功能分类预算表", ("expenditure", True, G, None, "initial_budget", "")),
        ("一般公共预算财政拨款基本支出决算表", ("expenditure", True, G, "basic", "final", "")),
        ("收 入 支 出 决 算 总 表", ("both", False, None, None, "final", "")),
        ("财政拨款“三公”经费支出决算表", ("expenditure", True, None, None, "final", "three_public")),
        ("国有资本经营预算财政拨款支出表", ("expenditure", True, S, None, "", "")),
        ("部门收支总表", ("both", False, None, None, "", "")),
    ],
)
def test_titles_are_read_by_their_parts(text: str, expected: tuple[object, ...]) -> None:
    title = parse_title(text)
    assert isinstance(title, Title)
    assert tuple(title)[1:7] == expected


@pytest.mark.parametrize("text", ["三、收入决算情况说明", "本表反映部门本年度的总收支", "人员情况表", "预算支出表明"])
def test_other_headings_are_no_titles(text: str) -> None:
    assert parse_title(text) is None


SPLIT = """
一般公共预算财政拨款支出决算表
单位：万元
合计 基本支出 项目支出
类 款 项
206 科学技术支出 640.00 380.00 260.00
206 01 科学技术管理事务 640.00 380.00 260.00
206 01 01 行政运行 384.50 380.00 4.50
206 01 02 一般行政管理事务 75.50 75.50
206 01 99 其他科学技术管理事务支出 180.00 180.00
221 住房保障支出 52.10 52.10
合计 692.10 432.10 260.00
"""


def test_codes_in_three_columns_are_codes_where_the_header_lost_the_word_above_them() -> None:
    reading = read_one(SPLIT)
    assert {f.raw for f in reading.facts}.isdisjoint({"206", "01", "02", "99", "221"})
    assert [brief(f) for f in reading.facts if f.subject_code == "2060101"] == [
        ("functional_expenditure", "2060101", G, None, d("3845000")),
        ("functional_expenditure", "2060101", G, "basic", d("3800000")),
        ("functional_expenditure", "2060101", G, "project", d("45000")),
    ]
    assert [f.value for f in reading.facts if f.concept == "appropriation_expenditure"] == [d("6921000")]


def test_a_figure_beside_a_dropped_blank_is_taken_where_the_rows_leave_one_choice() -> None:
    reading = read_one(SPLIT)
    assert [(f.subject_code, f.scope, f.raw) for f in reading.facts if f.raw in ("75.50", "180.00", "52.10")] == [
        ("2060102", None, "75.50"),
        ("2060199", None, "180.00"),
        ("221", None, "52.10"),
        ("221", "basic", "52.10"),
        ("2060102", "project", "75.50"),
        ("2060199", "project", "180.00"),
    ]
    assert reading.unparsed == []
    # two like amounts, one of them basic: the rows do not tell which
    like = SPLIT.replace("384.50 380.00 4.50", "489.00 304.50 184.50").replace("180.00 180.00", "75.50 75.50")
    assert len(read_one(like).unparsed) == 2


def test_the_first_of_two_figures_is_no_total_where_columns_are_two_years() -> None:
    text = """
支出决算表
单位：万元
科目编码 科目名称 上年决算数 本年决算数
206 科学技术支出 640.00 600.00
20601 科学技术管理事务 640.00 600.00
2060101 行政运行 380.00
2060102 一般行政管理事务 20.00 20.00
"""
    reading = read_one(text)
    assert "2060101" not in {f.subject_code for f in reading.facts}
    assert [reason for _, _, reason in reading.unparsed] == ["the figure's column is open"]


def test_figures_keep_the_column_of_the_statement_and_not_their_place_among_filled_cells() -> None:
    facts = read_one(SPLIT).facts
    assert len({f.column for f in facts if f.scope == "basic" or f.concept == "expenditure_basic"}) == 1
    assert len({f.column for f in facts if f.scope == "project" or f.concept == "expenditure_project"}) == 1


def test_a_code_at_the_top_of_a_page_is_a_code() -> None:
    text = SPLIT.replace("206 01 01 ", "\f206 01 01 ").replace("221 住", "\f221 住")
    assert [brief(f) for f in read_one(text).facts] == [brief(f) for f in read_one(SPLIT).facts]


def test_a_code_and_its_name_in_one_cell_are_parted() -> None:
    head = "支出决算表\n单位：万元\n| 科目编码 | 科目名称 | 合计 |\n"
    text = head + "| 206 科学技术支出 | 64.00 |\n| 20601 | 管理 | 64.00 |\n"
    assert [(f.subject_code, f.value) for f in read_one(text).facts] == [("206", 640000), ("20601", 640000)]


def test_an_economic_code_without_its_class_is_told_by_its_name_and_is_never_money() -> None:
    reading = read_one("""
一般公共预算财政拨款基本支出决算表
单位：万元
科目名称 决算数
科目名称 决算数
科目编码 科目编码
302
01 办公费 21.20
302
02 印刷费 7.60
07 某项费用 3.30
因 公 出 国 （ 境 ） 费
303
13 维修（护）费 2.80
""")
    assert [brief(f) for f in reading.facts] == [
        ("economic_expenditure", "30201", G, "basic", d("212000")),
        ("economic_expenditure", "30202", G, "basic", d("76000")),
        ("economic_expenditure", "30213", G, "basic", d("28000")),
    ]


def test_a_name_that_is_another_codes_gives_nothing() -> None:
    reading = read_one("""
一般公共预算财政拨款基本支出决算表
单位：万元
科目编码 科目名称 决算数
301 工资福利支出 500.00
30101 基本工资 210.00
30102 津贴补贴 190.00
30108 奖金 30.00
""")
    assert [f.economic_code for f in reading.facts] == ["301", "30101", "30102"]
    assert len(reading.unparsed) == 1


def test_columns_that_were_written_one_below_the_other_give_nothing() -> None:
    cells = "收入支出决算总表 单位：万元 收入 项目 一、财政拨款收入 决算数 900.00 支出 项目 一、教育支出"
    rest = " 二、科学技术支出 6.20 三、卫生健康支出 决算数 880.00 15.00 本年收入合计 906.20 本年支出合计 901.20"
    text = (cells + rest).replace(" ", "\n")
    assert [reading for reading in read_all(text) if reading is not None] == []


def test_a_title_that_a_page_centres_with_blanks_is_the_tables() -> None:
    reading = read_one("""
                      财政拨款基本支出预算表（经济科目）
部门名称： 某某市水务局                                      单位：万元
        科目编码            科目名称      金额
合计                              584.00
301            工资福利支出           460.00
302            商品和服务支出          124.00
""")
    assert reading.facts[0].concept == "expenditure_basic"
    assert {f.scope for f in reading.facts[1:]} == {"basic"}


def test_the_halves_of_a_row_do_not_mix() -> None:
    reading = read_one("""
2024年部门收支预算总表
单位：元
本年收入 本年支出
项目 预算数 项目 预算数
一、财政拨款收入 900,000 一、一般公共服务支出 20,000
1. 一般公共预算资金 900,000 二、公共安全支出 30,000
2. 政府性基金 三、教育支出 850,000
收入总计 900,000 支出总计 900,000
""")
    assert [(*brief(f)[:3], f.value) for f in reading.facts] == [
        ("revenue_appropriation", None, None, 900000),
        ("functional_expenditure", "201", None, 20000),
        ("revenue_appropriation", None, G, 900000),
        ("functional_expenditure", "204", None, 30000),
        ("functional_expenditure", "205", None, 850000),
        ("grand_total", None, None, 900000),
        ("grand_total", None, None, 900000),
    ]


def test_a_total_is_no_head_over_the_columns_behind_it_and_a_zero_is_a_figure() -> None:
    text = """
一般公共预算财政拨款支出预算表
单位：元
项目 一般公共预算支出
功能分类科目名称 合计 基本支出 项目支出
类 款 项
206 科学技术支出 64,000 0 64,000
206 01 科学技术管理事务 64,000 0 64,000
206 01 02 一般行政管理事务 64,000 0 64,000
"""
    facts = read_one(text, BUDGET).facts
    assert [(f.scope, f.value) for f in facts[:3]] == [(None, 64000), ("basic", 0), ("project", 64000)]
    blank = read_all(text.replace(" 0 ", " "), BUDGET)[0]
    assert blank is None or {f.scope for f in blank.facts} == {None}


def test_the_total_of_a_table_without_a_title_is_not_stated() -> None:
    rows = "科目编码 | 科目名称 | 金额\n206 | 科学技术支出 | 64.00\n合计 | | 64.00"
    assert [f.subject_code for f in grid(rows, (), "万元").facts] == ["206"]
    assert [f.subject_code for f in grid(rows, ("支出决算表",), "万元").facts] == ["206", None]


def test_a_header_of_the_other_half_below_the_figures_of_the_first_gives_nothing() -> None:
    rows = """
收入 | 支出 | 项目名称 | 支出用途 | 金额
一、一般公共预算 | 800.00
二、政府性基金预算
收入合计
项目名称
金额
一、基本支出 | 500.00
二、项目支出 | 200.00
三、单位预留机动经费 | 100.00
"""
    assert read_grid(rows, ("财政拨款收支预算总表",), "万元", "lines") is None
    assert read_grid(rows.replace("项目名称\n金额\n", ""), ("财政拨款收支预算总表",), "万元", "lines") is not None
