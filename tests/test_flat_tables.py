"""Tables flattened in plain text: what is one, where it ends, how its rows are cut, and what is prose."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal_analysis.document import Table, fold
from fiscal_analysis.readers.plain.flat_tables import find_tables
from tests.layouts import LAYOUTS, rows_of

BEFORE = "该项目组织实施规范有序，总体实现年度绩效目标。\n"
AFTER = "\n下一步将继续加强预算绩效管理，提高资金使用效益。\n"


def find(text: str) -> list[Table]:
    tables = find_tables(text, fold(text))
    for table in tables:
        for row in table.rows:
            for cell in row:
                assert text[cell.start : cell.end] == cell.text
                assert table.start <= cell.start <= cell.end <= table.end
    return tables


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


BATCHES = """
批次 | 受理数量 | 参与评审 | 通过评审 | 通过率
第一批 | 80 | 78 | 70 | 89.74%
第二批 | 120 | 115 | 100 | 86.96%
合计 | 200 | 193 | 170 | 88.08%
"""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_table_of_counts_is_found_in_every_layout(layout: str):
    tables = find(BEFORE + LAYOUTS[layout](rows_of(BATCHES)) + AFTER)
    assert [texts(t) for t in tables] == [rows_of(BATCHES)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_span_holds_the_table_and_no_prose(layout: str):
    text = BEFORE + LAYOUTS[layout](rows_of(BATCHES)) + AFTER
    (table,) = find(text)
    assert text[: table.start].strip() == BEFORE.strip()
    assert text[table.end :].strip() == AFTER.strip()


def test_cells_with_a_bar_each_and_rows_closed_by_runs_of_bars():
    text = (
        "共受理两批。\n项目资金 |\n|\n年初预算数 |\n全年预算数 |\n全年执行数 |\n|||\n"
        "年度资金总额 |\n60 |\n50 |\n45.5 |\n||||\n"
        "其他资金 |\n|\n|\n|\n||||\n以上为资金情况。\n"
    )
    (table,) = find(text)
    assert table.layout == "pipes"
    assert texts(table) == [
        ["项目资金", "", "年初预算数", "全年预算数", "全年执行数"],
        ["年度资金总额", "60", "50", "45.5"],
        ["其他资金", "", "", ""],
    ]


def test_full_rows_without_a_closing_run_are_cut_at_the_width_of_the_merged_ones():
    text = (
        "统计。\n|\n企业情况 |\n||||\n家数 |\n产值 |\n占比 |\n||\n"
        "东区 |\n12 |\n3.5 |\n40% |\n西区 |\n18 |\n6.5 |\n60% |\n说明如上。\n"
    )
    (table,) = find(text)
    assert texts(table)[2:] == [["东区", "12", "3.5", "40%"], ["西区", "18", "6.5", "60%"]]


def test_markdown_rows_without_outer_bars_and_with_a_rule():
    text = "见下表。\n批次 | 受理数 | 通过数\n---|---|---\n一 | 12 | 10\n二 | 15 | 11\n完毕。\n"
    assert texts(find(text)[0]) == [["批次", "受理数", "通过数"], ["一", "12", "10"], ["二", "15", "11"]]


def test_a_cell_that_goes_on_without_a_tab_is_one_cell():
    text = "指标如下\n\t序号\n\t三级指标\n\t指标\n性质\n\t指标值\n\n\t1\n\t发放补助\n\t定量\n\t30家\n\n\n下文。\n"
    assert texts(find(text)[0]) == [["序号", "三级指标", "指标\n性质", "指标值"], ["1", "发放补助", "定量", "30家"]]


def test_a_running_number_cuts_one_cell_a_line():
    text = (
        "具体如下:\n\n序号\n\n单位名称\n\n经费形式\n\n年末在职\n\n"
        "1\n\n甲局(本级)\n\n财政拨款\n\n12人\n\n2\n\n乙中心\n\n财政补助\n\n7人\n\n3、资产情况\n\n资产总额18万元。\n"
    )
    (table,) = find(text)
    assert table.layout == "lines"
    assert texts(table)[1:] == [["1", "甲局(本级)", "财政拨款", "12人"], ["2", "乙中心", "财政补助", "7人"]]
    assert text[table.end :].strip().startswith("3、资产情况")


def test_rows_with_single_blanks_need_a_line_of_header_words():
    text = (
        "一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分\n"
        "产出指标 数量指标 培训人数 ≥100人 120人 10 10\n质量指标 合格率 ≥95% 98% 10 10\n综上所述，任务完成。\n"
    )
    text = "自评如下。\n" + text
    (table,) = find(text)
    assert texts(table)[1] == ["产出指标", "数量指标", "培训人数", "≥100人", "120人", "10", "10"]
    assert len(table.rows) == 3


@pytest.mark.parametrize(
    ("before", "after", "caption"),
    [
        ("表3 评审情况表\n", "", "表3 评审情况表"),
        ("", "\n表 2评审情况表", "表 2评审情况表"),
        ("评审情况表\n单位：万元\n", "", "评审情况表 单位：万元"),
        ("上文说明如此。\n", "", ""),
    ],
)
def test_captions_before_and_after_and_units(before: str, after: str, caption: str):
    text = BEFORE + before + LAYOUTS["pipes"](rows_of(BATCHES)) + after + AFTER
    assert find(text)[0].caption == caption


def test_a_caption_belongs_to_one_table_only():
    one = LAYOUTS["pipes"](rows_of(BATCHES))
    text = BEFORE + one + "\n表1 甲情况表\n" + one + "\n表2 乙情况表\n" + AFTER
    assert [t.caption for t in find(text)] == ["表1 甲情况表", "表2 乙情况表"]
    assert [t.index for t in find(text)] == [0, 1]


@pytest.mark.parametrize(
    "prose",
    [
        "首页 | 政务公开 | 政务服务 | 互动交流\n信息公开指南 | 信息公开目录\n",
        "\t2024年，我局完成收入120万元。\n\t全年支出118万元，比上年增加3万元，增长2.61%。\n\t其中：基本支出60万元。\n",
        "目 录\n一、部门概况\t1\n二、收支情况\t3\n三、绩效情况\t12\n",
        "序号\n见附件。\n项目名称\n以批复为准。\n",
        "1\n2\n3\n4\n5\n6\n",
        "主要职责\n\n贯彻方针\n\n拟订规划\n\n组织实施\n\n完成其他工作\n",
        "发布时间:2024-05-16 | 来源:某局 | 浏览次数:12\n",
        "年初预算120万元 支出决算118万元 完成预算的98.33%\n",
    ],
)
def test_prose_navigation_and_contents_are_no_tables(prose: str):
    assert find(BEFORE + prose + AFTER) == []


def test_empty_text_and_lone_marks_hold_no_table():
    for text in ("", "|", "\t", "\n", "|\n|", "\t\n\t"):
        assert find(text) == []


@given(st.text(alphabet="序号一级指标项目名称得分值\n\t| 0123456789.%，。", max_size=300))
def test_any_text_gives_exact_cells_and_disjoint_tables(text: str):
    tables = find(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(tables))


def test_the_tables_number_and_the_body_may_share_a_line_below_the_title() -> None:
    lines = [
        "收入决算表",
        "公开02表部门：某某局",
        "单位：万元",
        "项目\t金额",
        "会议费\t3.00",
        "培训费\t4.00",
        "合计\t7.00",
    ]
    text = "\n".join(lines)
    (table,) = find(text)
    assert table.caption == "收入决算表 单位：万元"
