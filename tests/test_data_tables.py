"""Small tables of counts, rates, staff and money: each figure with its column's meaning and its row's label."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from fiscal_analysis.document import Document, Heading, Metadata, Table, fold
from fiscal_analysis.extract import data_tables
from fiscal_analysis.extract.table_cells import Reading
from fiscal_analysis.facts import Fact
from fiscal_analysis.readers.plain.flat_tables import find_tables

RAW = Path(__file__).parent.parent / "data" / "raw"
BEFORE, AFTER = "有关情况统计如下。\n", "\n以上情况已经核对无误，并按要求公开。\n"


def document(text: str, heading: str = "") -> Document:
    outline = [Heading(1, "一、", heading, 0, 0, (heading,))] if heading else []
    tables = [
        Table(t.rows, t.start, t.end, 0 if heading else -1, t.layout, t.caption, None, t.index)
        for t in find_tables(text, fold(text))
    ]
    return Document("d", text, fold(text), Metadata(fiscal_year=2024), outline, list(tables))


def as_pipes(form: str) -> str:
    return "\n".join("| " + line.strip() + " |" for line in form.strip().split("\n"))


def as_lines(form: str) -> str:
    return "\n\n".join(cell.strip() for line in form.strip().split("\n") for cell in line.split("|") if cell.strip())


def read_form(form: str, context: str = "", caption: str = "", heading: str = "") -> Reading | None:
    doc = document(BEFORE + caption + as_pipes(form) + AFTER, heading)
    (table,) = doc.tables
    reading = data_tables.read(table, doc, context)
    for fact in reading.facts if reading else ():
        assert doc.text[fact.source_start : fact.source_end] == fact.raw
    return reading


def brief(fact: Fact) -> tuple[object, ...]:
    return fact.concept, fact.measure, fact.item, fact.value, fact.unit


def d(text: str) -> Decimal:
    return Decimal(text)


BATCHES = """
批次 | 受理数量 | 区级核查 | 参与评审 | 通过评审 | 不通过 | 通过率
第一批 | 80 | 9 | 78 | 70 | 8 | 89.74%
合计 | 80 | 9 | 78 | 70 | 8 | 89.74%
"""


def test_batches_of_high_tech_firms_have_concepts_by_column_and_the_batch_as_item():
    reading = read_form(BATCHES, "高新技术企业认定评审")
    assert reading is not None
    assert [brief(f) for f in reading.facts[:6]] == [
        ("hightech_applications", "actual", "第一批", 80, "count"),
        ("outcome", "actual", "第一批 / 区级核查", 9, "count"),
        ("hightech_reviewed", "actual", "第一批", 78, "count"),
        ("hightech_passed", "actual", "第一批", 70, "count"),
        ("outcome", "actual", "第一批 / 不通过", 8, "count"),
        ("hightech_passed", "actual", "第一批", d("0.8974"), "ratio"),
    ]
    assert [f.item for f in reading.facts[6:8]] == ["合计", "合计 / 区级核查"]
    assert len(reading.claimed) == len(reading.facts) == 12


@pytest.mark.parametrize("where", ["caption", "heading"])
def test_what_the_table_is_of_may_stand_in_caption_or_heading(where: str):
    options = {"caption": "表1 高企认定情况表\n"} if where == "caption" else {"heading": "高新技术企业认定"}
    reading = read_form(BATCHES, **options)
    assert reading is not None
    assert reading.facts[0].concept == "hightech_applications"


def test_batches_of_something_else_are_outcomes():
    reading = read_form(BATCHES, "职称评审")
    assert reading is not None
    assert {f.concept for f in reading.facts} == {"outcome"}
    assert reading.facts[0].item == "第一批 / 受理数量"
    assert reading.facts[5].item == "第一批 / 通过率"


def test_staff_by_unit_in_one_cell_a_line():
    form = """
    序号 | 单位名称 | 经费形式 | 年底在职
    1 | 甲局(本级) | 财政拨款 | 12人
    2 | 乙服务中心 | 财政补助 | 7人
    """
    doc = document(BEFORE + as_lines(form) + "\n\n3、资产情况\n")
    reading = data_tables.read(doc.tables[0], doc, "")
    assert reading is not None
    assert [(*brief(f), f.counted) for f in reading.facts] == [
        ("staff", "actual", "甲局(本级) / 年底在职", 12, "count", "人"),
        ("staff", "actual", "乙服务中心 / 年底在职", 7, "count", "人"),
    ]
    assert [role for _, _, role in reading.claimed] == ["index", "staff", "index", "staff"]


def test_money_and_recipients_by_programme_with_the_unit_in_the_header():
    form = """
    政策名称 | 支持企业数 | 支持金额(万元)
    研发投入后补助 | 18 | 2650.5
    上市奖励 | 2 | 300
    """
    reading = read_form(form)
    assert reading is not None
    assert [brief(f) for f in reading.facts] == [
        ("programme_recipients", "actual", "研发投入后补助", 18, "count"),
        ("programme_funding", "final", "研发投入后补助", d("26505000"), "CNY"),
        ("programme_recipients", "actual", "上市奖励", 2, "count"),
        ("programme_funding", "final", "上市奖励", d("3000000"), "CNY"),
    ]
    assert reading.facts[1].decimals == -3


def test_planned_money_is_not_paid_money():
    reading = read_form("项目名称 | 拟支持金额(万元)\n甲项目 | 30\n乙项目 | 20")
    assert reading is not None
    assert {(f.concept, f.measure) for f in reading.facts} == {("programme_funding", "adjusted_budget")}


def test_a_caption_gives_the_unit_of_money_but_not_of_counts():
    reading = read_form(
        "项目名称 | 支持企业数 | 支持金额\n甲项目 | 3 | 30\n乙项目 | 2 | 20", caption="支持情况表\n单位：万元\n"
    )
    assert reading is not None
    assert [(f.value, f.unit) for f in reading.facts[:2]] == [(3, "count"), (300000, "CNY")]


def test_money_without_a_unit_is_reported_not_guessed():
    reading = read_form("项目名称 | 支持企业数 | 支持金额\n甲项目 | 3 | 30.5\n乙项目 | 2 | 20")
    assert reading is not None
    assert [f.value for f in reading.facts] == [3, 2]
    assert [reason for _, _, reason in reading.unparsed] == ["no unit is stated for the figure"] * 2


def test_a_rate_without_percent_sign_needs_it_in_the_header():
    reading = read_form("街道 | 企业数 | 占比(%) | 增长率\n东街道 | 12 | 40 | 8\n西街道 | 18 | 60 | 9")
    assert reading is not None
    assert [(f.item, f.value, f.unit) for f in reading.facts[:2]] == [
        ("东街道 / 企业数", 12, "count"),
        ("东街道 / 占比", d("0.4"), "ratio"),
    ]
    assert len(reading.unparsed) == 2


def test_columns_of_years_give_the_year_of_the_figure():
    reading = read_form("类别 | 2022年 | 2023年\n高企总数 | 310家 | 342家\n新增高企 | 40家 | 52家", "高新技术企业")
    assert reading is not None
    assert [(f.concept, f.fiscal_year, f.value, f.item) for f in reading.facts] == [
        ("hightech_stock", 2022, 310, "高企总数"),
        ("hightech_stock", 2023, 342, "高企总数"),
        ("hightech_certified", 2022, 40, "新增高企"),
        ("hightech_certified", 2023, 52, "新增高企"),
    ]


def test_two_rows_of_headers_name_group_and_column():
    form = """
    街道 | 培育情况 |  | 认定情况 |
     | 入库 | 出库 | 首次 | 复审
    东街道 | 12 | 3 | 5 | 2
    西街道 | 10 | 1 | 4 | 4
    """
    reading = read_form(form)
    assert reading is not None
    assert [f.item for f in reading.facts[:4]] == [
        "东街道 / 培育情况 / 入库",
        "东街道 / 培育情况 / 出库",
        "东街道 / 认定情况 / 首次",
        "东街道 / 认定情况 / 复审",
    ]


@pytest.mark.parametrize(
    ("form", "caption"),
    [
        ("科目编码 | 科目名称 | 本年支出合计\n20601 | 科学技术管理事务 | 120.5\n20604 | 技术研究与开发 | 80.2", ""),
        ("项目 | 决算数 | 预算数\n一、财政拨款收入 | 120 | 110\n二、其他收入 | 3 | 2", ""),
        ("项目 | 金额 | 备注\n收入 | 120 | 无\n支出 | 110 | 无", "收入支出决算总表\n"),
    ],
)
def test_statements_of_accounts_are_left_to_their_own_reader(form: str, caption: str):
    assert read_form(form, caption=caption) is None


def test_a_ragged_row_is_reported():
    reading = read_form("批次 | 受理数量 | 通过评审\n一 | 12 | 10\n二 | 15\n三 | 9 | 8", "高企")
    assert reading is not None
    assert [f.item for f in reading.facts] == ["一", "一", "三", "三"]
    assert [reason for _, _, reason in reading.unparsed] == ["cells of the row match no columns"]


def test_the_real_tables_of_batches_and_of_the_platform():
    doc = document((RAW / "fengtai-2024-final-accounts.txt").read_text(encoding="utf-8"))
    platform, batches = [
        r for t in doc.tables[1:] if (r := data_tables.read(t, doc, "国家高新技术企业认定")) is not None
    ]
    assert [(f.item, f.value) for f in platform.facts] == [
        ("预审情况 / 预审通过", 472),
        ("预审情况 / 预审不通过", 35),
        ("预审情况 / 通过率", d("0.931")),
        ("预审情况 / 不通过率", d("0.069")),
        ("预审情况 / 一键填报情况 / 填报成功", 468),
        ("预审情况 / 一键填报情况 / 未使用填报功能", 14),
        ("预审情况 / 一键填报情况 / 通过率", d("0.923")),
    ]
    assert len(batches.facts) == 35
    assert [brief(f) for f in batches.facts[-7:]] == [
        ("hightech_applications", "actual", "总计", 1260, "count"),
        ("outcome", "actual", "总计 / 区级核查", 99, "count"),
        ("hightech_reviewed", "actual", "总计", 1249, "count"),
        ("hightech_passed", "actual", "总计", 1140, "count"),
        ("outcome", "actual", "总计 / 不通过", 109, "count"),
        ("outcome", "actual", "总计 / 推荐市级核查", 50, "count"),
        ("hightech_passed", "actual", "总计", d("0.9133"), "ratio"),
    ]


def test_codes_and_row_numbers_before_the_names_are_no_figures() -> None:
    numbered = read_form("顺位 | 街区 | 检查企业数\n1 | 东街 | 40\n2 | 西街 | 30\n3 | 南街 | 20")
    coded = read_form("标识 | 用途 | 检查企业数\n201 | 东街 | 40\n205 | 西街 | 30\n206 | 南街 | 20")
    for reading in (numbered, coded):
        assert reading is not None
        assert [f.value for f in reading.facts] == [40, 30, 20]


def test_a_statement_with_codes_is_left_to_the_statements_reader() -> None:
    assert read_form("经济科目代码 | 用途 | 检查企业数\n201 | 东街 | 40\n205 | 西街 | 30") is None
