"""Workbooks: cells as they are shown, lines around tables, spans, hidden parts, and what is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlwt

from fiscal_analysis.document import Document, Table
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers import read_bytes
from fiscal_analysis.readers.limits import Limits
from fiscal_analysis.readers.office.number_formats import displayed


def read(data: bytes, suffix: str = ".xlsx", limits: Limits | None = None) -> Document:
    document = read_bytes(data, file=f"x{suffix}", doc_id="x", suffix=suffix, limits=limits or Limits())
    for table in document.tables:
        for row in table.rows:
            for cell in row:
                assert document.text[cell.start : cell.end] == cell.text
    return document


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def spans(table: Table) -> dict[str, tuple[int, int]]:
    return {c.text: (c.down, c.across) for row in table.rows for c in row if (c.down, c.across) != (1, 1)}


def written(fill: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def patched(data: bytes, part: str, change: Callable[[bytes], bytes], **more: bytes) -> bytes:
    """Change one part of a zip archive, and add others."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
        for name, content in more.items():
            new.writestr(f"xl/{name}.xml", content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("1234.5", "#,##0.00", "1,234.50"),
        ("0.9954", "0.00%", "99.54%"),
        ("101", "0000000", "0000101"),
        ("1234.5600000001", "General", "1234.56"),
        ("1234.5600000000001", "0.00########", "1234.56"),
        ("12345678901234", "General", "12345678901234"),
        ("-12.5", "#,##0.00;[Red]#,##0.00", "-12.50"),
        ("-1234", "#,##0.00_);(#,##0.00)", "(1,234.00)"),
        ("0", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        ("-1234.5", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-1,234.50"),
        ("0", "0.00;-0.00;;@", ""),
        ("0.285", "0.00", "0.29"),
        ("-0.001", "0.00", "0.00"),
        ("0.5", "#.00", "0.50"),
        ("1234567", "#,##0,", "1,235"),
        ("2070101", "000-0000", "207-0101"),
        ("12", '0"家"', "12家"),
        ("5", "[>=10]0.0;[<10]0", "5"),
        ("123456.789", "[$¥-804]#,##0.00", "¥123,456.79"),
        ("45658", 'yyyy"年"m"月"d"日"', "2025年1月1日"),
        ("45658.5", "yyyy/m/d h:mm", "2025/1/1 12:00"),
        ("3.25", "# ?/?", "3.25"),
        ("0.00012345", "0.00E+00", "1.23E-04"),
    ],
)
def test_a_number_is_what_its_cell_shows(value: str, code: str, shown: str) -> None:
    assert displayed(Decimal(value), code) == shown


def summary(book: Any) -> None:
    sheet = book.active
    sheet.title = "收入决算表"
    sheet["A1"] = "收入决算表"
    sheet.merge_cells("A1:F1")
    sheet["F2"] = "公开02表"
    sheet["A3"] = "部门：某某局"
    sheet["F3"] = "金额单位：万元"
    sheet["A4"], sheet["D4"], sheet["E4"] = "项目", "本年收入合计", "财政拨款收入"
    sheet["F4"] = "其他\n收入"
    sheet.merge_cells("A4:C4")
    sheet.merge_cells("D4:D5")
    sheet.merge_cells("E4:E5")
    sheet.merge_cells("F4:F5")
    sheet["A5"], sheet["C5"] = "功能分类科目编码", "科目名称"
    sheet.merge_cells("A5:B5")
    sheet["C6"], sheet["D6"], sheet["E6"], sheet["F6"] = "合计", 1234.5, 1200, 34.5
    sheet["A7"], sheet["C7"], sheet["D7"], sheet["E7"] = 206, "科学技术支出", 1234.5, 1200
    sheet.merge_cells("A7:B7")
    for cell in ("D6", "E6", "F6", "D7", "E7"):
        sheet[cell].number_format = "#,##0.00"
    sheet["A9"] = "注：本表反映部门本年度取得的各项收入情况。"


def test_lines_around_a_table_are_lines_and_merged_cells_span() -> None:
    document = read(written(summary))
    assert document.text.split("\n")[:4] == ["收入决算表", "公开02表", "部门：某某局", "金额单位：万元"]
    (table,) = document.tables
    assert texts(table) == [
        ["项目", "", "本年收入合计", "财政拨款收入", "其他收入"],
        ["功能分类科目编码", "科目名称", "", "", ""],
        ["", "合计", "1,234.50", "1,200.00", "34.50"],
        ["206", "科学技术支出", "1,234.50", "1,200.00", ""],
    ]
    assert spans(table) == {"项目": (1, 2), "本年收入合计": (2, 1), "财政拨款收入": (2, 1), "其他收入": (2, 1)}
    assert table.caption == "收入决算表 公开02表 金额单位：万元"
    assert table.page == 1
    assert document.text.rstrip().endswith("注：本表反映部门本年度取得的各项收入情况。")


def test_two_tables_of_a_sheet_are_two_grids() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        for row in (
            ["表一 经费表"], ["单位：元"], ["项目", "金额"], ["会议费", 5], ["培训费"], [], ["表二 人员情况表"],
            ["单位：人"], ["项目", "人数"], ["在职", 20], [], ["离退休", 3],
        ):  # fmt: skip
            sheet.append(row)

    document = read(written(fill))
    assert [texts(table) for table in document.tables] == [
        [["项目", "金额"], ["会议费", "5"], ["培训费", ""]],
        [["项目", "人数"], ["在职", "20"], ["离退休", "3"]],
    ]
    assert [table.caption for table in document.tables] == ["表一 经费表 单位：元", "表二 人员情况表 单位：人"]


def test_sheets_are_pages_and_their_names_are_lines_where_they_say_something_new() -> None:
    def fill(book: Any) -> None:
        book.active.title = "GK01 经费表"
        book.active.append(["经费表"])
        book.active.append(["项目", "金额"])
        book.active.append(["会议费", 5])
        second = book.create_sheet("三公经费")
        second.append(["项目", "金额"])
        second.append(["接待费", 7])
        book.create_sheet("Sheet3").append(["空"])

    document = read(written(fill))
    assert document.text == "经费表\n项目\t金额\n会议费\t5\n三公经费\n项目\t金额\n接待费\t7\n空\n"
    assert [document.page_at(document.text.index(word)) for word in ("经费表", "会议费", "接待费", "空")] == [
        1,
        1,
        2,
        3,
    ]
    assert [table.page for table in document.tables] == [1, 2]


def test_hidden_parts_are_read_and_noted() -> None:
    def fill(book: Any) -> None:
        summary(book)
        book.active.row_dimensions[7].hidden = True
        book.active.row_dimensions[20].hidden = True
        book.active.column_dimensions["E"].hidden = True
        other = book.create_sheet("底稿")
        other.sheet_state = "hidden"
        other.append(["会议费", 12])

    document = read(written(fill))
    assert "1,200.00" in document.text
    assert "会议费\t12" in document.text
    assert [note for note in document.metadata.notes if "hidden" in note] == [
        "hidden rows of sheet 收入决算表 were read: 7",
        "hidden columns of sheet 收入决算表 were read: E",
        "hidden sheet 底稿 was read",
    ]


def test_a_formula_without_a_stored_value_is_listed_as_unread() -> None:
    def fill(book: Any) -> None:
        book.active.append(["项目", "金额", "日期"])
        book.active.append(["会议费", 12, date(2024, 5, 6)])
        book.active.append(["合计", "=SUM(B2:B2)"])

    document = read(written(fill))
    ((part, remedy),) = document.unread
    assert part == "sheet Sheet: 1 formulas without a stored value (B3)"
    assert remedy.startswith("Open the file in a spreadsheet program")
    assert texts(document.tables[0])[1] == ["会议费", "12", "2024-05-06"]


def test_a_million_formatted_rows_cost_no_cells() -> None:
    def rows(sheet: bytes) -> bytes:
        empty = b"".join(b'<row r="%d" s="1"><c r="A%d" s="1"/></row>' % (r, r) for r in range(100, 200_100))
        return sheet.replace(b"</sheetData>", empty + b"</sheetData>")

    document = read(patched(written(summary), "xl/worksheets/sheet1.xml", rows), limits=Limits(cells=100))
    assert len(document.tables[0].rows) == 4


def test_texts_in_runs_and_escapes() -> None:
    def fill(book: Any) -> None:
        book.active.append(["项目", "金额"])
        book.active.append([7, 1])

    data = patched(
        written(fill),
        "xl/worksheets/sheet1.xml",
        lambda part: part.replace(b't="n"><v>7<', b't="s"><v>1<'),
        sharedStrings='<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>甲</t></si><si>'
        "<r><t>会议</t></r><r><t>费_x000A_用</t></r><rPh><t>hui</t></rPh></si></sst>".encode(),
    )
    assert texts(read(data).tables[0]) == [["项目", "金额"], ["会议费用", "1"]]


def test_what_is_refused() -> None:
    data = written(summary)
    with pytest.raises(SourceError, match=r"damaged or incomplete .*\. Download it again"):
        read(patched(data, "xl/worksheets/sheet1.xml", lambda part: part[: len(part) // 2]))
    with pytest.raises(SourceError, match="limit `unpacked_bytes`"):
        read(data, limits=Limits(unpacked_bytes=1000))
    with pytest.raises(SourceError, match="limit `members`"):
        read(data, limits=Limits(members=3))
    with pytest.raises(SourceError, match="cells"):
        read(data, limits=Limits(cells=5))
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(SourceError, match="declares entities"):
        read(patched(data, "xl/styles.xml", lambda part: bomb))


def test_a_grid_that_is_mostly_empty_is_refused_before_it_is_laid_out() -> None:
    def fill(book: Any) -> None:
        for i in range(1, 400):
            book.active.cell(i, i, "甲")
            book.active.cell(i, i + 1, "乙")

    with pytest.raises(SourceError, match="limit `cells`"):
        read(written(fill), limits=Limits(cells=10_000))


def old_book() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("支出表")
    money = xlwt.easyxf(num_format_str="#,##0.00")
    rate = xlwt.easyxf(num_format_str="0.00%")
    code = xlwt.easyxf(num_format_str="0000000")
    day = xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"')
    sheet.write_merge(0, 0, 0, 3, "支出决算表")
    sheet.write(1, 0, "部门：某某局")
    sheet.write(1, 3, "单位：元")
    sheet.write_merge(2, 3, 0, 0, "科目编码")
    sheet.write_merge(2, 2, 1, 3, "支出")
    sheet.write(3, 1, "合计")
    sheet.write(3, 2, "完成率")
    sheet.write(3, 3, "日期")
    sheet.write(4, 0, 2060101, code)
    sheet.write(4, 1, 1234.5, money)
    sheet.write(4, 2, 0.9954, rate)
    sheet.write(4, 3, 45658, day)
    sheet.row(4).hidden = True
    hidden = book.add_sheet("底稿")
    hidden.write(0, 0, "会议费")
    hidden.write(0, 1, 1.1 + 2.2)
    hidden.visibility = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_old_workbook_reads_alike() -> None:
    document = read(old_book(), ".xls")
    first, second = document.tables
    assert document.format == "xls"
    assert texts(first) == [
        ["科目编码", "支出", "", ""],
        ["", "合计", "完成率", "日期"],
        ["2060101", "1,234.50", "99.54%", "2025年1月1日"],
    ]
    assert spans(first) == {"科目编码": (2, 1), "支出": (1, 3)}
    assert first.caption == "支出决算表 单位：元"
    assert texts(second) == [["会议费", "3.3"]]
    assert [note for note in document.metadata.notes if "hidden" in note] == [
        "hidden rows of sheet 支出表 were read: 5",
        "hidden sheet 底稿 was read",
    ]


@pytest.mark.parametrize("cut", [600, 1500, 3000])
def test_a_damaged_old_workbook_is_refused(cut: int) -> None:
    data = old_book()
    with pytest.raises(SourceError, match=r"\. "):
        read(data[:cut] + data[-600:], ".xls")
