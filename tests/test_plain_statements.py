"""Statements in plain text: rows with single blanks, a cell a line, TABs and bars; what is no statement stays unread.

The floors are what the reader reaches; raise them when it gets better.
"""

from __future__ import annotations

import pytest

from fiscal_analysis.extract import extract_document
from fiscal_analysis.readers.plain.text import read_text
from tests.plain_statement_cases import LAYOUTS, cases, judge, layouts_of, write
from tests.statement_cases import cases as drawn_cases

# layout: (share of the figures read rightly, share of the stated facts right)
FLOORS = {"blanks": (0.99, 0.99), "cells": (0.95, 0.99), "tabs": (0.98, 0.98), "pipes": (0.99, 0.99)}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_figures_are_found_and_right(layout: str) -> None:
    outcomes = [judge(case, layout) for _, case in cases() if layout in layouts_of(case)]
    expected, right, stated = (sum(outcome[i] for outcome in outcomes) for i in range(3))
    found, correct = FLOORS[layout]
    lines = [line for o in outcomes for line in (*o.missed, *o.wrong, *o.unexpected)]
    assert right >= found * expected, lines
    assert right >= correct * stated, lines


@pytest.mark.parametrize("layout", ["blanks", "cells"])
def test_tables_that_lost_their_empty_cells_state_nothing_wrong(layout: str) -> None:
    """The tables drawn for files, with what merged and empty cells told taken away: much is open, little is wrong."""
    drawn = [{**case, "rows": case["rows"].replace("--- page\n", "")} for _, case in drawn_cases()]
    outcomes = [judge(case, layout) for case in drawn]
    right, stated = (sum(outcome[i] for outcome in outcomes) for i in (1, 2))
    assert right >= {"blanks": 1150, "cells": 940}[layout]
    assert right >= 0.99 * stated, [line for o in outcomes for line in (*o.wrong, *o.unexpected)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_digits_of_full_width_state_the_same(layout: str) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    for _, case in cases():
        if layout not in layouts_of(case):
            continue
        text, _ = write(case, layout)
        facts, others = (
            [
                (f.source_start, f.source_end, f.concept, f.measure, f.fund, f.subject_code, f.economic_code, f.scope)
                for f in extract_document(read_text(printed, doc_id="x")).facts
            ]
            for printed in (text, text.translate(wide))
        )
        assert facts == others, case["id"]


def stated(*lines: str) -> list[tuple[str, str, str]]:
    document = read_text("\n".join(["临江县水务局2023年度部门决算公开", "", *lines, ""]), doc_id="x")
    return [(fact.raw, fact.concept, fact.extractor) for fact in extract_document(document).facts]


def test_names_cut_by_the_ends_of_lines_are_put_together() -> None:
    text = (
        "临江县水务局2023年度部门决算公开\n支出决算表\n公开03表\n单位：万元\n"
        "科目编码 科目名称 合计 基本支出 项目支出\n合计 99.30 99.30 0.00\n"
        "机关事业单位基本养老保险缴费\n2080505 69.30 69.30 0.00\n支出\n"
        "2080506 机关事业单位职业年金 30.00 30.00 0.00\n缴费支出\n"
    )
    names = {f.subject_code: f.subject_name for f in extract_document(read_text(text, doc_id="x")).facts}
    assert names["2080505"] == "机关事业单位基本养老保险缴费支出"
    assert names["2080506"] == "机关事业单位职业年金缴费支出"


def test_rows_about_as_long_as_one_another_are_no_wrapped_prose() -> None:
    facts = stated(
        "第五部分 附表", "一般公共预算财政拨款支出决算表", "公开07表", "部门：临江县水务局 单位：万元",
        "科目编码 科目名称 合计 基本支出 项目支出", "合计 575.24 360.94 214.30",
        "206 科学技术支出 512.90 298.60 214.30",
        "20607 科学技术普及 512.90 298.60 214.30", "2060701 机构运行 298.60 298.60 0.00",
        "2060702 科普活动 214.30 0.00 214.30", "208 社会保障和就业支出 62.34 62.34 0.00",
    )  # fmt: skip
    assert len(facts) == 18
    assert {extractor for *_, extractor in facts} == {"statements"}


def test_words_of_the_header_cut_apart_belong_together() -> None:
    facts = stated(
        "收入决算表", "公开02表", "单位：万元", "项 目",
        "本年收入合计 财政拨款收入 上级补助 事业收入 经营收入 附属单位 其他收入",
        "功能分类 收入 上缴收入", "科目名称", "科目编码", "栏次 1 2 3 4 5 6 7",
        "合计 820.50 790.00 3.00 20.50 1.00 2.00 4.00",
        "213 农林水支出 820.50 790.00 3.00 20.50 1.00 2.00 4.00",
    )  # fmt: skip
    assert [concept for _, concept, _ in facts[:7]] == [
        "revenue", "revenue_appropriation", "revenue_superior_subsidy", "revenue_institutional", "revenue_operating",
        "revenue_affiliate_remittance", "revenue_other",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        # which of the kinds of expenditure the second figure is of, nothing tells
        ["科目编码 科目名称 本年支出合计 基本支出 项目支出 经营支出", "213 农林水支出 80.00 30.00"],
        # which header spans the sum and its parts, nothing tells
        [
            "科目编码 科目名称 2022年决算数 2023年决算数",
            "小计 基本支出 项目支出",
            "213 农林水支出 160.00 80.00 80.00 0.00",
        ],
    ],
)
def test_figures_whose_column_is_open_are_not_taken(rows: list[str]) -> None:
    assert stated("支出决算表", "公开03表", "单位：万元", *rows) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["年度资金总额 18.00 18.00 18.00 10 100.00% 10"],
        ["甲类 12.00 - 100.00% 某某 3.00"],
        ["本年收入合计 1,770.10 本年支出合计 1,778.00 1,778.00"],
        ["收入决算表", "支出决算表", "三公经费支出决算表"],
        ["一般公共预算财政拨款支出决算表", "本表为空表。"],
    ],
)
def test_rows_of_cells_that_no_table_takes_are_no_prose(lines: list[str]) -> None:
    assert stated("一、项目情况", *lines) == []


def test_prose_below_a_title_is_read_as_prose() -> None:
    facts = stated(
        "第三部分 情况说明",
        "下列支出表",
        "2023年度支出合计 500.00 万元，其中基本支出 300.00 万元，项目支出 200.00 万元。",
    )
    assert facts == [
        ("500.00 万元", "expenditure", "prose"),
        ("300.00 万元", "expenditure_basic", "prose"),
        ("200.00 万元", "expenditure_project", "prose"),
    ]


def test_a_table_ends_before_the_prose_behind_it() -> None:
    facts = stated(
        "支出决算表", "公开03表", "单位：万元",
        "科目名称 本年支出合计 基本支出 项目支出", "合计 50.00 30.00 20.00",
        "农林水支出 50.00 30.00 20.00", "二、支出说明", "项目支出20.00万元，主要用于水库维护。",
    )  # fmt: skip
    assert [extractor for *_, extractor in facts] == ["statements"] * 6 + ["prose"]
