"""Performance forms of many families in every layout: indicators, fund block, total, goals; nothing is guessed."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal_analysis.document import Document, Heading, Metadata, Table, fold
from fiscal_analysis.extract import performance
from fiscal_analysis.extract.glued import split_figures, split_scores
from fiscal_analysis.extract.table_cells import Reading
from fiscal_analysis.facts import Fact, Indicator
from fiscal_analysis.readers import read_bytes
from fiscal_analysis.readers.plain.flat_tables import find_tables
from tests.conformance_cases import read_case
from tests.layouts import LAYOUTS, Rows, as_pipes, as_tabs, rows_of

RAW = Path(__file__).parent.parent / "data" / "raw"

BEFORE = "该项目组织实施规范有序，总体实现年度绩效目标。\n"
AFTER = "\n下一步将继续加强预算绩效管理，提高资金使用效益。\n"


def document(text: str, *, year: int | None = 2024, kind: str | None = None, heading: str = "") -> Document:
    """A document of `text`, its tables found, without paragraphs."""
    folded = fold(text)
    outline = [Heading(1, "一、", heading, 0, 0, (heading,))] if heading else []
    tables = [
        Table(t.rows, t.start, t.end, 0 if heading else -1, t.layout, t.caption, None, t.index)
        for t in find_tables(text, folded)
    ]
    return Document("d", text, folded, Metadata(fiscal_year=year, kind=kind), outline, list(tables))


def read_form(text: str, item: str | None = None, **options: object) -> Reading:
    """The reading of the only performance table of `text`."""
    doc = document(text, **options)  # type: ignore[arg-type]
    readings = [r for table in doc.tables if (r := performance.read(table, doc, item)) is not None]
    assert len(readings) == 1, [[[c.text for c in row] for row in t.rows] for t in doc.tables]
    for start, end, _ in readings[0].claimed:
        assert doc.text[start:end].strip()
    return readings[0]


GENERAL_WITH_UNITS = """
项目名称 | 科技创新券补助
主管部门 | 青溪县科学技术局 | 实施单位 | 青溪县科技服务中心
项目资金(元) | | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分
 | 年度资金总额 | 500000.00 | 480000.00 | 456000.00 | 10 | 95.00% | 9.50
 | 其中:当年财政拨款 | 500000.00 | 480000.00 | 456000.00 | — | 95.00% | —
 | 上年结转资金 | | | | — | | —
 | 其他资金 | — | — | — | — | — | —
年度总体目标 | 预期目标 | 实际完成情况
 | 发放创新券不少于50万元，支持企业40家。 | 发放创新券45.6万元，支持企业38家。
一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 | 实际完成值 | 分值 | 得分 | 偏差原因分析及改进措施
产出指标 | 数量指标 | 支持企业数 | ≧ | 40 | 家 | 38 | 20 | 19 | 两家企业放弃兑付
 | 质量指标 | 兑付准确率 | ═ | 100 | % | 100 | 30 | 30 | 无
效益指标 | 社会效益指标 | 企业创新意识 | 定性 | 增强 |  | 有所增强 | 30 | 30 |
满意度指标 | 服务对象满意度指标 | 企业满意度 | ≧ | 90 | % | 93.5 | 10 | 10 |
总分 | 100 | 98.50 | 优
"""

WITH_WEIGHTS = """
项目名称 | 科普场馆运行经费
预算单位 | 云岭区科学技术协会
项目资金(万元) | 年初预算 | 调整后预算数 | 预算执行数 | 预算执行率 | 权重 | 得分 | 原因
总额 | 60.00 | 55.20 | 50.00 | 90.58% | 10 | 9.06 | 部分合同跨年支付
其中:财政资金 | 60.00 | 55.20 | 50.00 | 90.58% | / | / |
财政专户管理资金 | 0.00 | 0.00 | 0.00 | | / | / |
单位资金 | 0.00 | 0.00 | 0.00 | | / | / |
一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 | 完成值 | 权重 | 得分 | 未完成原因分析
产出指标 | 数量指标 | 开放天数 | ≥ | 260 | 天 | 271 | 40 | 40 |
产出指标 | 时效指标 | 资金支付进度 | ≥ | 95 | % | 90.58 | 20 | 19 | 合同跨年
效益指标 | 社会效益指标 | 参观人次 | ≥ | 20000 | 人次 | 23810 | 20 | 20 |
满意度指标 | 满意度指标 | 观众满意度 | ≥ | 95 | % | 97 | 10 | 10 |
合计 | 100 | 98.06
"""

TWENTY_POINTS = """
项目名称 | 高企培育奖补 | |
预算执行情况(万元) | 预算数(A) | 执行数(B) | 执行率(B/A) | 得分(20分*执行率)
年度财政资金总额 | 300 | 270 | 90% | 18
一级指标 | 二级指标 | 三级指标 | 年初目标值(A) | 实际完成值(B) | 得分
产出指标 | 数量指标 | 奖补企业家数 | 30家 | 27家 | 36
效益指标 | 经济效益指标 | 带动研发投入 | ≥5000万元 | 5230.5万元 | 40
总分 | 94
"""

WEIGHT_BEFORE_TARGET = """
项目名称 | 科技孵化器支持
项目资金(万元) | | 年初预算数(A) | 全年执行数(B) | 分值(10分) | 执行率(B/A) | 得分 | 得分计算方法
 | 年度资金总额 | 800 | 784 | 10 | 98% | 9.8 | 执行率*该指标分值
一级指标 | 二级指标 | 三级指标 | 分值 | 年度指标值(A) | 全年实际值(B) | 得分计算方法 | 得分
产出指标 | 数量指标 | 支持孵化器数量 | 20 | ≥8家 | 9家 | 完成值达到指标值得满分 | 20
产出指标 | 时效指标 | 资金拨付时间 | 20 | 12月底前 | 11月拨付 | 按时得满分 | 20
效益指标 | 社会效益指标 | 新增就业岗位 | 40 | ≥500个 | 612个 | 比率计分 | 40
总分 | 90 | 89.8
"""

TWO_SCORES = """
项目名称 | 乡村振兴科技特派员
年初预算数 | 调整预算数(A) | 执行数(B) | 执行率(B/A)
年度资金总额 | 200 | 180 | 171 | 95%
一级指标 | 分值 | 二级指标 | 分值 | 三级指标 | 参考分值 | 自评得分 | 财政审核评分
项目决策 | 10 | 项目立项 | 5 | 立项依据充分性 | 5 | 5 | 4
 |  | 绩效目标 | 5 | 目标明确性 | 5 | 4 | 4
项目产出 | 30 | 产出数量 | 30 | 选派特派员人数完成情况 | 30 | 29 | 28
合计 | 40 | 38
"""

NO_SCORES = """
项目名称 | 县级科技专项
资金情况(万元) | 全年预算数(A) | 全年执行数(B) | 执行率(B/A)
年度资金总额 | 120 | 96 | 80%
一级指标 | 二级指标 | 三级指标 | 年度指标值 | 全年完成值 | 未完成原因和改进措施
产出指标 | 数量指标 | 立项项目数 | ≥12个 | 13个 |
产出指标 | 质量指标 | 验收合格率 | 100% | 92% | 一个项目延期验收
效益指标 | 可持续影响指标 | 持续提升创新能力 | 效果明显 | 效果明显 |
"""

WHOLE_DEPARTMENT = """
整体支出绩效自评表
部门(单位)名称 | 巴渝县科技局
年度部门整体支出(万元) | 年初预算数 | 全年(调整)预算数 | 全年执行数 | 执行率(%) | 执行率权重 | 执行率得分
年度总额 | 1000 | 1250 | 1200 | 96 | 10 | 9.6
一级指标|二级指标|三级指标|计量单位|指标性质|年初指标值|调整指标值|全年完成值|得分系数|指标权重|指标得分|是否核心指标
产出指标 | 数量指标 | 科技型企业入库数 | 家 | ≥ | 100 | 120 | 126 | 100 | 50 | 50 | 是
效益指标 | 经济效益指标 | 技术合同成交额 | 万元 | ≥ | 3000 | | 3500 | 100 | 40 | 40 | 否
"""

DECLARATION = """
项目名称 | 农业科技推广
年度目标 | 推广新品种6个，培训农户1200人次。
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 推广新品种 | ≥6个
产出指标 | 质量指标 | 培训合格率 | ≥95%
满意度指标 | 服务对象满意度指标 | 农户满意度 | ≥90%
"""


def read_rows(form: str, layout: str = "pipes", **options: object) -> Reading:
    return read_form(BEFORE + LAYOUTS[layout](rows_of(form)) + AFTER, **options)


def figure(indicator: Indicator, side: str) -> tuple[object, ...]:
    quantity = getattr(indicator, side)
    return () if quantity is None else (quantity.value, quantity.unit, quantity.comparator)


def brief(indicator: Indicator) -> tuple[object, ...]:
    return (
        indicator.level1, indicator.level2, indicator.level3, indicator.target_text, indicator.actual_text,
        indicator.weight, indicator.score,
    )  # fmt: skip


def money(fact: Fact) -> tuple[object, ...]:
    return fact.concept, fact.measure, fact.item, fact.value


def d(text: str) -> Decimal:
    return Decimal(text)


every_layout = pytest.mark.parametrize("layout", LAYOUTS)


@every_layout
def test_general_form_with_nature_and_unit_columns(layout: str):
    reading = read_rows(GENERAL_WITH_UNITS, layout)
    assert [brief(i) for i in reading.indicators] == [
        ("预算执行率", "", "", "", "95.00%", d("10"), d("9.50")),
        ("产出指标", "数量指标", "支持企业数", "≧40家", "38", d("20"), d("19")),
        ("产出指标", "质量指标", "兑付准确率", "═100%", "100", d("30"), d("30")),
        ("效益指标", "社会效益指标", "企业创新意识", "增强", "有所增强", d("30"), d("30")),
        ("满意度指标", "服务对象满意度指标", "企业满意度", "≧90%", "93.5", d("10"), d("10")),
    ]
    first, quality, quiet = reading.indicators[1:4]
    assert figure(first, "target") == (d("40"), "count", ">=")
    assert figure(first, "actual") == (d("38"), "count", None)
    assert first.deviation_note == "两家企业放弃兑付"
    assert figure(quality, "actual") == (d("1"), "ratio", None)
    assert (quiet.target, quiet.actual) == (None, None)
    assert {i.item for i in reading.indicators} == {"科技创新券补助"}
    assert reading.unparsed == []


@every_layout
def test_fund_block_in_yuan_with_a_part_of_the_money(layout: str):
    facts = read_rows(GENERAL_WITH_UNITS, layout).facts
    assert [money(f) for f in facts[:4]] == [
        ("project_funding", "initial_budget", "科技创新券补助", d("500000")),
        ("project_funding", "adjusted_budget", "科技创新券补助", d("480000")),
        ("project_funding", "final", "科技创新券补助", d("456000")),
        ("execution_rate", "actual", "科技创新券补助", d("0.95")),
    ]
    assert facts[3].base == "全年预算数"
    assert facts[4].item == "科技创新券补助/当年财政拨款"
    assert [money(f) for f in facts[8:]] == [
        ("evaluation_score", "weight", "科技创新券补助", d("100")),
        ("evaluation_score", "score", "科技创新券补助", d("98.5")),
    ]
    assert {f.unit for f in facts[8:]} == {"score"}
    assert {f.fiscal_year for f in facts} == {2024}


@every_layout
def test_goals_are_given_back_as_prose(layout: str):
    prose = read_rows(GENERAL_WITH_UNITS, layout).prose
    assert [(cell.text[:4], kind) for cell, kind in prose] == [("发放创新", "target"), ("发放创新", "actual")]
    assert "不少于" in prose[0][0].text


@every_layout
def test_form_with_weights_and_reasons(layout: str):
    reading = read_rows(WITH_WEIGHTS, layout)
    assert [brief(i) for i in reading.indicators] == [
        ("预算执行率", "", "", "", "90.58%", d("10"), d("9.06")),
        ("产出指标", "数量指标", "开放天数", "≥260天", "271", d("40"), d("40")),
        ("产出指标", "时效指标", "资金支付进度", "≥95%", "90.58", d("20"), d("19")),
        ("效益指标", "社会效益指标", "参观人次", "≥20000人次", "23810", d("20"), d("20")),
        ("满意度指标", "满意度指标", "观众满意度", "≥95%", "97", d("10"), d("10")),
    ]
    totals = [money(f) for f in reading.facts[:4]]
    assert totals == [
        ("project_funding", "initial_budget", "科普场馆运行经费", d("600000")),
        ("project_funding", "adjusted_budget", "科普场馆运行经费", d("552000")),
        ("project_funding", "final", "科普场馆运行经费", d("500000")),
        ("execution_rate", "actual", "科普场馆运行经费", d("0.9058")),
    ]
    assert (reading.facts[1].decimals, reading.facts[3].decimals) == (-2, 4)
    # a printed zero is a zero, an empty cell is nothing
    zeros = [f for f in reading.facts if f.item == "科普场馆运行经费/单位资金"]
    assert [(f.measure, f.value) for f in zeros] == [("initial_budget", 0), ("adjusted_budget", 0), ("final", 0)]


@every_layout
def test_points_of_the_execution_rate_stand_in_the_header(layout: str):
    reading = read_rows(TWENTY_POINTS, layout)
    assert brief(reading.indicators[0]) == ("预算执行率", "", "", "", "90%", d("20"), d("18"))
    assert brief(reading.indicators[1]) == ("产出指标", "数量指标", "奖补企业家数", "30家", "27家", None, d("36"))
    assert figure(reading.indicators[2], "target") == (d("50000000"), "CNY", ">=")
    assert [money(f) for f in reading.facts] == [
        ("project_funding", "adjusted_budget", "高企培育奖补", d("3000000")),
        ("project_funding", "final", "高企培育奖补", d("2700000")),
        ("execution_rate", "actual", "高企培育奖补", d("0.9")),
        ("evaluation_score", "score", "高企培育奖补", d("94")),
    ]


@every_layout
def test_weight_before_target_and_a_column_of_methods(layout: str):
    reading = read_rows(WEIGHT_BEFORE_TARGET, layout)
    assert [brief(i) for i in reading.indicators] == [
        ("预算执行率", "", "", "", "98%", d("10"), d("9.8")),
        ("产出指标", "数量指标", "支持孵化器数量", "≥8家", "9家", d("20"), d("20")),
        ("产出指标", "时效指标", "资金拨付时间", "12月底前", "11月拨付", d("20"), d("20")),
        ("效益指标", "社会效益指标", "新增就业岗位", "≥500个", "612个", d("40"), d("40")),
    ]
    rate = next(f for f in reading.facts if f.concept == "execution_rate")
    assert (rate.value, rate.base) == (d("0.98"), "年初预算数")


@every_layout
def test_points_of_levels_and_a_second_score_stay_out(layout: str):
    reading = read_rows(TWO_SCORES, layout)
    assert [brief(i) for i in reading.indicators] == [
        ("预算执行率", "", "", "", "95%", None, None),
        ("项目决策", "项目立项", "立项依据充分性", "", "", d("5"), d("5")),
        ("项目决策", "绩效目标", "目标明确性", "", "", d("5"), d("4")),
        ("项目产出", "产出数量", "选派特派员人数完成情况", "", "", d("30"), d("29")),
    ]
    rate = next(f for f in reading.facts if f.concept == "execution_rate")
    assert (rate.value, rate.base) == (d("0.95"), "调整预算数")


@every_layout
def test_form_without_weights_and_scores(layout: str):
    reading = read_rows(NO_SCORES, layout)
    assert [brief(i) for i in reading.indicators] == [
        ("预算执行率", "", "", "", "80%", None, None),
        ("产出指标", "数量指标", "立项项目数", "≥12个", "13个", None, None),
        ("产出指标", "质量指标", "验收合格率", "100%", "92%", None, None),
        ("效益指标", "可持续影响指标", "持续提升创新能力", "效果明显", "效果明显", None, None),
    ]
    assert reading.indicators[2].deviation_note == "一个项目延期验收"


@pytest.mark.parametrize("layout", ["pipes", "closed_cells", "tabs", "tab_rows"])
def test_a_whole_department_is_no_project(layout: str):
    reading = read_rows(WHOLE_DEPARTMENT, layout)
    assert [brief(i) for i in reading.indicators] == [
        ("预算执行率", "", "", "", "96", d("10"), d("9.6")),
        ("产出指标", "数量指标", "科技型企业入库数", "≥120家", "126", d("50"), d("50")),
        ("效益指标", "经济效益指标", "技术合同成交额", "≥3000万元", "3500", d("40"), d("40")),
    ]
    assert [money(f) for f in reading.facts] == [
        ("expenditure", "initial_budget", None, d("10000000")),
        ("expenditure", "adjusted_budget", None, d("12500000")),
        ("expenditure", "final", None, d("12000000")),
        ("execution_rate", "actual", None, d("0.96")),
    ]


def test_a_vanished_cell_that_two_columns_may_miss_is_reported_not_guessed():
    reading = read_rows(WHOLE_DEPARTMENT, "lines")
    assert [i.level3 for i in reading.indicators] == ["", "科技型企业入库数"]
    assert len(reading.unparsed) == 1


@every_layout
def test_a_declaration_of_goals_has_targets_only(layout: str):
    reading = read_rows(DECLARATION, layout)
    assert [brief(i) for i in reading.indicators] == [
        ("产出指标", "数量指标", "推广新品种", "≥6个", "", None, None),
        ("产出指标", "质量指标", "培训合格率", "≥95%", "", None, None),
        ("满意度指标", "服务对象满意度指标", "农户满意度", "≥90%", "", None, None),
    ]
    assert all(i.actual is None for i in reading.indicators)
    assert reading.facts == []


@every_layout
def test_several_forms_in_one_table_keep_their_projects(layout: str):
    form = """
    项目名称 | 甲项目
    一级指标 | 二级指标 | 三级指标 | 指标值 | 完成值 | 分值 | 得分
    产出指标 | 数量指标 | 支持数 | 5个 | 6个 | 50 | 50
    总分 | 100 | 99
    """
    two = rows_of(form) + rows_of(form.replace("甲", "乙").replace("99", "97"))
    text = BEFORE + LAYOUTS[layout](two) + AFTER
    doc = document(text)
    readings = [r for t in doc.tables if (r := performance.read(t, doc)) is not None]
    assert [i.item for r in readings for i in r.indicators] == ["甲项目", "乙项目"]
    scores = [(f.item, f.value) for r in readings for f in r.facts if f.measure == "score"]
    assert scores == [("甲项目", 99), ("乙项目", 97)]


def test_levels_that_a_merged_cell_dropped_are_carried_down():
    form = """
    一级 指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因分析
    产出 指标 | 数量指标 | 培训期数 | 4期 | 4期 | 10 | 10 |
    发放手册 | 500册 | 480册 | 10 | 9.6 | 印刷延期
    质量指标 | 合格率 | ≥90% | 92% | 10 | 10 |
    效益指标 | 社会效益 指标 | 科学素质 | 提升 | 提升 | 10 | 10 |
    """
    rows = [(i.level1, i.level2, i.level3, i.score) for i in read_rows(form, "closed_cells").indicators]
    assert rows == [
        ("产出指标", "数量指标", "培训期数", d("10")),
        ("产出指标", "数量指标", "发放手册", d("9.6")),
        ("产出指标", "质量指标", "合格率", d("10")),
        ("效益指标", "社会效益指标", "科学素质", d("10")),
    ]


def test_execution_rate_as_last_row_gives_facts():
    form = """
    一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
    满意度指标 | 服务对象满意度指标 | 满意度 | ≥90% | 95% | 10 | 10
     |  | 执行率得分 | 100% | 98.2% | 10 | 9.82
    总分 | 100 | 97.82 |
    """
    reading = read_rows(form, "tabs", item="引导资金")
    last = reading.indicators[-1]
    assert (last.level1, last.level2, last.level3) == ("预算执行率", "", "执行率得分")
    assert [(f.concept, f.measure, f.item, f.value) for f in reading.facts] == [
        ("execution_rate", "target", "引导资金", d("1")),
        ("execution_rate", "actual", "引导资金", d("0.982")),
        ("evaluation_score", "weight", "引导资金", 100),
        ("evaluation_score", "score", "引导资金", d("97.82")),
    ]


def test_execution_rate_under_a_chapter_of_process_is_an_indicator_like_others():
    form = """
    一级指标 | 二级指标 | 三级指标 | 分值 | 得分
    过程 | 资金管理 | 资金到位率 | 5 | 5
     |  | 预算执行率 | 5 | 4
    """
    reading = read_rows(form)
    assert [(i.level1, i.level2, i.level3) for i in reading.indicators] == [
        ("过程", "资金管理", "资金到位率"),
        ("过程", "资金管理", "预算执行率"),
    ]


@pytest.mark.parametrize(
    ("target", "actual", "value", "unit"),
    [
        ("≥90%", "95", "0.95", "ratio"),
        ("100%", "1", "1", "ratio"),
        ("≥50个", "52", "52", "count"),
        ("≤100万元", "98.5", "985000", "CNY"),
        ("20", "21", "21", None),
    ],
)
def test_a_bare_actual_takes_the_unit_of_its_target(target: str, actual: str, value: str, unit: str | None):
    form = f"""
    一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
    产出指标 | 数量指标 | 某指标 | {target} | {actual} | 10 | 10
    """
    done = read_rows(form).indicators[0].actual
    assert done is not None
    assert (done.value, done.unit) == (d(value), unit)


def test_a_bare_actual_far_from_a_percentage_keeps_no_unit():
    form = """
    一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
    产出指标 | 数量指标 | 某指标 | ≥5% | 1 | 10 | 10
    """
    done = read_rows(form).indicators[0].actual
    assert done is not None
    assert done.unit is None


def test_columns_of_a_table_under_a_heading_take_its_levels():
    form = """
    序号 | 绩效指标 | 计划值 | 完成值 | 偏差原因
    1 | 保障运行 | 足额保障 | 已足额保障 | 无
    """
    text = BEFORE + as_tabs(rows_of(form)) + AFTER
    row = read_form(text, heading="产出数量").indicators[0]
    assert (row.level1, row.level2, row.level3) == ("产出指标", "数量指标", "保障运行")
    assert (row.target_text, row.actual_text, row.deviation_note) == ("足额保障", "已足额保障", "无")


def test_glued_figures_are_cut_where_arithmetic_leaves_one_way():
    form = """
    项目名称 | 甲项目
    项目资金 | 全年预算数(A) | 全年执行数(B) | 分值 | 执行率(B/A) | 得分
    年度资金总额 | 310.2154.741049.88%4.99
    一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分
    产出指标 | 数量指标 | 培训 | 100人 | 120人 | 1010
    产出指标 | 数量指标 | 巡展 | 5场 | 3场 | 98.5
    """
    reading = read_rows(form)
    assert [f.raw for f in reading.facts] == ["310.2", "154.74", "49.88%"]
    assert [(i.level3, i.weight, i.score) for i in reading.indicators] == [
        ("", d("10"), d("4.99")),
        ("培训", d("10"), d("10")),
    ]
    assert [reason for _, _, reason in reading.unparsed] == [
        "cells of the indicator row cannot be assigned to the columns"
    ]


@pytest.mark.parametrize(
    ("text", "roles", "parts"),
    [
        ("310.2154.741050%5", "adjusted final weight rate score", ["310.2", "154.74", "10", "50%", "5"]),
        ("202010100.00%10", "adjusted final weight rate score", ["20", "20", "10", "100.00%", "10"]),
        ("64.864.864.8100%", "initial adjusted final rate", ["64.8", "64.8", "64.8", "100%"]),
        ("202010100.00%10", "initial adjusted final weight rate score", None),
        ("1111100%", "initial adjusted final rate", None),
        ("310.2154.741050%7", "adjusted final weight rate score", None),
        ("9" * 60 + "%", "adjusted final rate", None),
        ("abc", "adjusted final rate", None),
    ],
)
def test_split_figures(text: str, roles: str, parts: list[str] | None):
    cut = split_figures(text, roles.split())
    assert (None if cut is None else [text[a:b] for a, b in cut]) == parts


@pytest.mark.parametrize(
    ("text", "at"),
    [("1010", 2), ("2018", 2), ("109.5", 2), ("98.5", None), ("55", None), ("100", None), ("1212.5", None)],
)
def test_split_scores(text: str, at: int | None):
    assert split_scores(text) == at


def test_a_total_above_its_full_marks_is_reported():
    form = """
    一级指标 | 二级指标 | 三级指标 | 指标值 | 完成值 | 分值 | 得分
    产出指标 | 数量指标 | 支持数 | 5个 | 6个 | 50 | 50
    总分 | 98 | 100
    """
    reading = read_rows(form)
    assert reading.facts == []
    assert len(reading.unparsed) == 1


@pytest.mark.parametrize(
    "form",
    [
        "批次 | 受理数量 | 通过评审\n一 | 12 | 10\n二 | 15 | 11",
        "序号 | 单位名称 | 在职\n1 | 甲局 | 12人\n2 | 乙中心 | 7人",
        "项目 | 年初预算数 | 全年预算数 | 决算数\n“三公”经费合计 | 12.5 | 12.5 | 3.1\n公务接待费 | 2 | 2 | 0.4",
        "项目 | 预算数 | 决算数 | 执行率\n合计 | 12.5 | 3.1 | 24.8%\n公务接待费 | 2 | 0.4 | 20%",
    ],
)
def test_other_tables_are_no_performance_forms(form: str):
    doc = document(BEFORE + as_pipes(rows_of(form)) + AFTER)
    assert [performance.read(t, doc) for t in doc.tables] == [None]


@every_layout
@pytest.mark.parametrize("form", [GENERAL_WITH_UNITS, WITH_WEIGHTS, WEIGHT_BEFORE_TARGET, NO_SCORES, TWO_SCORES])
def test_every_claimed_place_and_quote_stands_in_the_text(form: str, layout: str):
    text = BEFORE + LAYOUTS[layout](rows_of(form)) + AFTER
    reading = read_form(text)
    for fact in reading.facts:
        assert text[fact.source_start : fact.source_end] == fact.raw
        assert fact.raw in text[fact.quote_start : fact.quote_end]
    for indicator in reading.indicators:
        for quantity in (indicator.target, indicator.actual):
            if quantity is not None:
                assert text[quantity.start : quantity.end] == quantity.raw
                assert indicator.source_start <= quantity.start < quantity.end <= indicator.source_end
    claimed = {(start, end) for start, end, _ in reading.claimed}
    assert {(f.source_start, f.source_end) for f in reading.facts} <= claimed


def raw_readings(name: str, item: str | None) -> list[Reading]:
    text = (RAW / name).read_text(encoding="utf-8")
    doc = document(text)
    return [r for t in doc.tables if (r := performance.read(t, doc, item)) is not None]


def test_a_real_form_of_cells_with_bars():
    (reading,) = raw_readings("fengtai-2024-final-accounts.txt", None)
    assert [brief(i) for i in reading.indicators] == [
        ("预算执行率", "", "", "", "100%", d("10"), d("10")),
        ("产出指标", "数量指标", "高新技术企业认定数量", "1000家", "1083家", d("20"), d("20")),
        ("产出指标", "质量指标", "符合高新技术企业认定管理办法的要求", "符合", "符合", d("18"), d("18")),
        ("产出指标", "时效指标", "按时拨付项目资金", "11个月", "11个月", d("10"), d("10")),
        ("效益指标", "社会效益指标", "年度高新技术企业存量增加", "10%", "17%", d("20"), d("20")),
        ("成本指标", "经济成本指标", "项目支持资金", "≤120万元", "108.33万元", d("10"), d("10")),
        ("满意度指标", "服务对象满意度标", "服务对象满意度", ">85%", "90%", d("2"), d("0")),
    ]
    assert figure(reading.indicators[5], "target") == (d("1200000"), "CNY", "<=")
    assert [(f.concept, f.measure, f.value) for f in reading.facts] == [
        *[
            ("project_funding", "initial_budget", d("1200000")),
            ("project_funding", "adjusted_budget", d("1083300")),
            ("project_funding", "final", d("1083300")),
            ("execution_rate", "actual", d("1")),
        ]
        * 2,
        ("evaluation_score", "weight", d("100")),
        ("evaluation_score", "score", d("98")),
    ]
    assert [kind for _, kind in reading.prose] == ["target", "actual"]


def test_a_real_form_of_tab_led_cells():
    (reading,) = raw_readings("chaoyang-2024-project-evaluation.txt", "引导资金")
    assert [(i.level1, i.level2, i.target_text, i.actual_text, i.weight, i.score) for i in reading.indicators] == [
        ("产出指标", "数量指标", "100家", "97家", d("15"), d("14.55")),
        ("产出指标", "质量指标", "优", "优", d("15"), d("15")),
        ("产出指标", "时效指标", "优", "优", d("10"), d("10")),
        ("成本指标", "经济成本指标", "≤1000万元", "≤1000万元", d("10"), d("10")),
        ("效益指标", "经济效益指标", "≥4%", "7.8%", d("15"), d("15")),
        ("效益指标", "社会效益指标", "优", "优", d("15"), d("15")),
        ("满意度指标", "服务对象满意度指标", "≥90%", "＞90%", d("10"), d("10")),
        ("预算执行率", "", "100%", "100%", d("10"), d("10")),
    ]
    assert [(f.concept, f.measure, f.value) for f in reading.facts] == [
        ("execution_rate", "target", d("1")),
        ("execution_rate", "actual", d("1")),
        ("evaluation_score", "weight", d("100")),
        ("evaluation_score", "score", d("99.55")),
    ]


WORDS = st.sampled_from(
    [
        "项目名称",
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因",
        "产出指标",
        "数量指标",
        "满意度指标",
        "总分",
        "合计",
        "项目资金",
        "年初预算数",
        "全年执行数",
        "执行率",
        "年度资金总额",
        "年度总体目标",
        "预期目标",
        "实际完成情况",
        "执行率得分",
        "120",
        "108.33",
        "100%",
        "≥90%",
        "10",
        "9.5",
        "—",
        "优",
        "培训人数",
        "310.2154.741050%5",
        "1010",
        "2024年",
        "120万元",
        "约100-200家",
        ",",
        ".",
        "%",
        "353,18.18元",
    ]
) | st.just("")


@given(st.lists(st.lists(WORDS, min_size=1, max_size=9), min_size=2, max_size=9), st.sampled_from(sorted(LAYOUTS)))
def test_no_arrangement_of_cells_raises_or_loses_its_place(rows: Rows, layout: str):
    doc = document(BEFORE + LAYOUTS[layout](rows) + AFTER)
    for table in doc.tables:
        reading = performance.read(table, doc)
        if reading is None:
            continue
        for fact in reading.facts:
            assert doc.text[fact.source_start : fact.source_end] == fact.raw
        for start, end, _ in [*reading.claimed, *reading.unparsed]:
            assert table.start <= start < end <= table.end


TRANSFER = """
转移支付名称 | 引导地方科技发展资金
资金情况(万元) | | 全年预算数(A) | 全年执行数(B) | 预算执行率(B/A)
 | 年度资金总额 | 500 | 450 | 90%
 | 其中:中央补助 | 400 | 380 | 95%
总体目标 | 年初设定目标 | 全年实际完成情况
 | 支持平台5个 | 支持平台6个
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 全年完成值 | 未完成原因和改进措施
 | 产出指标 | 数量指标 | 支持平台数 | ≥5个 | 6个 |
 | | 质量指标 | 验收率 | ≥95% | 100% |
"""


@every_layout
def test_transfer_form_with_a_side_label_and_payers(layout: str):
    reading = read_rows(TRANSFER, layout)
    assert [brief(i) for i in reading.indicators] == [
        ("预算执行率", "", "", "", "90%", None, None),
        ("产出指标", "数量指标", "支持平台数", "≥5个", "6个", None, None),
        ("产出指标", "质量指标", "验收率", "≥95%", "100%", None, None),
    ]
    assert [money(f) for f in reading.facts[3:]] == [
        ("project_funding", "adjusted_budget", "引导地方科技发展资金/中央补助", d("4000000")),
        ("project_funding", "final", "引导地方科技发展资金/中央补助", d("3800000")),
        ("execution_rate", "actual", "引导地方科技发展资金/中央补助", d("0.95")),
    ]
    assert [(cell.text, kind) for cell, kind in reading.prose] == [("支持平台5个", "target"), ("支持平台6个", "actual")]


def test_amounts_inside_labels_are_reported():
    form = """
    预算单位名称 | 湘水县科技局
    年度预算申请(万元) | | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 自评得分
     | 年度资金总额 | 800 | 900 | 880 | 10 | 97.78% | 9.78
     | 按收入性质分:900 | | | | 按支出性质分:880 | |
    一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 自评得分
    产出指标 | 数量指标 | 培训次数 | 12次 | 12次 | 50 | 50
    """
    reading = read_rows(form, kind="overall_evaluation")
    assert [money(f) for f in reading.facts[:3]] == [
        ("expenditure", "initial_budget", None, d("8000000")),
        ("expenditure", "adjusted_budget", None, d("9000000")),
        ("expenditure", "final", None, d("8800000")),
    ]
    assert [reason for _, _, reason in reading.unparsed] == [
        "figures among words, or glued so that arithmetic does not part them"
    ]


def _indicator_cases() -> list[dict[str, Any]]:
    path = Path(__file__).parent / "conformance" / "performance_tables.toml"
    return [case for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"] if case.get("indicators")]


@pytest.mark.parametrize("case", _indicator_cases(), ids=lambda case: case["id"])
def test_every_family_gives_its_indicator_rows(case: dict[str, Any]) -> None:
    _, found = read_case(case)
    rows = [
        {
            "item": row.item,
            "level1": row.level1,
            "level2": row.level2,
            "level3": row.level3,
            "target_text": row.target_text,
            "actual_text": row.actual_text,
            "weight": row.weight,
            "score": row.score,
            "deviation_note": row.deviation_note,
        }
        for row in found.indicators
    ]
    expected = case["indicators"]
    shown = [{key: row[key] for key in given} for row, given in zip(rows, expected, strict=False)]
    assert len(rows) == len(expected)
    assert [{k: float(v) if isinstance(v, Decimal) else v for k, v in row.items()} for row in shown] == [
        {k: float(v) if isinstance(v, int) else v for k, v in row.items()} for row in expected
    ]


MERGED = """<html><body><p>2024年度绩效自评</p><table>
<tr><td colspan=9>项目支出绩效自评表</td></tr><tr><td colspan=9>（2024年度）</td></tr>
<tr><td>项目名称</td><td colspan=8>科技创新券补助</td></tr>
<tr><td rowspan=4>项目资金<br>（元）</td><td colspan=2></td><td>年初预算数</td><td>全年预算数</td><td>全年执行数</td>
<td>分值</td><td>执行率</td><td>得分</td></tr>
<tr><td colspan=2>年度资金总额</td><td>500000.00</td><td>480000.00</td><td>456000.00</td><td>10</td><td>95.00%</td>
<td>9.50</td></tr>
<tr><td colspan=2>其中：当年财政拨款</td><td>500000.00</td><td>480000.00</td><td>456000.00</td><td>—</td><td>95.00%</td>
<td>—</td></tr>
<tr><td colspan=2>其他资金</td><td></td><td></td><td></td><td>—</td><td></td><td>—</td></tr>
<tr><td rowspan=3>绩效指标</td><td>一级指标</td><td>二级指标</td><td colspan=2>三级指标</td><td>年度指标值</td>
<td>实际完成值</td><td>分值</td><td>得分</td></tr>
<tr><td rowspan=2>产出指标</td><td>数量指标</td><td colspan=2>支持企业数</td><td>≥40家</td><td>38家</td><td>50</td>
<td>48.5</td></tr>
<tr><td>质量指标</td><td colspan=2>兑付准确率</td><td>100%</td><td>100%</td><td>40</td><td>40</td></tr>
<tr><td colspan=7>总分</td><td>100</td><td>98.00</td></tr></table></body></html>"""


def test_a_form_with_merged_cells_of_a_page() -> None:
    doc = read_bytes(MERGED.encode(), file="x.html", doc_id="x", suffix=".html")
    (table,) = doc.tables
    reading = performance.read(table, doc, None)
    assert reading is not None
    assert not reading.unparsed
    part = "科技创新券补助/当年财政拨款"
    assert [(fact.measure, fact.item, fact.raw) for fact in reading.facts[:8]] == [
        (measure, item, raw)
        for item in ("科技创新券补助", part)
        for measure, raw in (
            ("initial_budget", "500000.00"),
            ("adjusted_budget", "480000.00"),
            ("final", "456000.00"),
            ("actual", "95.00%"),
        )
    ]
    assert [(i.level1, i.level2, i.level3, i.target_text, i.actual_text, i.weight) for i in reading.indicators] == [
        ("预算执行率", "", "", "", "95.00%", 10),
        ("产出指标", "数量指标", "支持企业数", "≥40家", "38家", 50),
        ("产出指标", "质量指标", "兑付准确率", "100%", "100%", 40),
    ]
