"""PDF files: what stands where on a page becomes lines, paragraphs and tables, whatever the text layer's order."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pdfplumber
import polars as pl
import pytest

import fiscal_analysis as fa
from fiscal_analysis.document import Document
from fiscal_analysis.errors import SourceError
from fiscal_analysis.extract import extract_document
from fiscal_analysis.readers import read_bytes
from fiscal_analysis.readers.limits import Limits
from tests.drawn_pages import Drawing

TITLE = ["甲县财政局2024年度部门决算", "支出决算表", "单位：万元"]
XS = [60.0, 100.0, 140.0, 180.0, 320.0, 400.0, 470.0, 540.0]
ROWS = [
    ["项目", "<", "<", "<", "本年支出合计", "基本支出", "项目支出"],
    ["功能分类科目编码", "<", "<", "科目名称", "^", "^", "^"],
    ["类", "款", "项", "^", "^", "^", "^"],
    ["合计", "<", "<", "<", "1,250.50", "900.40", "350.10"],
    ["206", "", "", "科学技术支出", "1,250.50", "900.40", "350.10"],
    ["206", "01", "", "科学技术管理事务", "1,250.50", "900.40", "350.10"],
    ["206", "01", "01", "行政运行", "900.40", "900.40", ""],
    ["206", "01", "99", "其他科学技术管理\n事务支出", "350.10", "", "350.10"],
]
YS = [120.0 + 30 * i for i in range(len(ROWS) + 1)]


def read(data: bytes, limits: Limits | None = None) -> Document:
    document = read_bytes(data, file="drawn.pdf", doc_id="drawn", suffix=".pdf", limits=limits or Limits())
    for table in document.tables:
        for row in table.rows:
            assert all(document.text[cell.start : cell.end] == cell.text for cell in row)
    return document


def stated(document: Document) -> set[tuple[object, ...]]:
    facts = fa.extract(document)
    for start, end, raw in facts.select("source_start", "source_end", "raw").iter_rows():
        assert document.text[start:end] == raw
    columns = ("concept", "subject_code", "scope", "value", "page")
    return set(facts.select(columns).iter_rows())


STATED = {
    ("expenditure", None, None, 12505000.0, 1),
    ("expenditure_basic", None, None, 9004000.0, 1),
    ("expenditure_project", None, None, 3501000.0, 1),
    ("functional_expenditure", "206", None, 12505000.0, 1),
    ("functional_expenditure", "206", "basic", 9004000.0, 1),
    ("functional_expenditure", "206", "project", 3501000.0, 1),
    ("functional_expenditure", "20601", None, 12505000.0, 1),
    ("functional_expenditure", "20601", "basic", 9004000.0, 1),
    ("functional_expenditure", "20601", "project", 3501000.0, 1),
    ("functional_expenditure", "2060101", None, 9004000.0, 1),
    ("functional_expenditure", "2060101", "basic", 9004000.0, 1),
    ("functional_expenditure", "2060199", None, 3501000.0, 1),
    ("functional_expenditure", "2060199", "project", 3501000.0, 1),
}


@pytest.mark.parametrize("style", ["lines", "boxes", "bars", "path"])
def test_a_ruled_table_however_its_lines_are_drawn(style: str) -> None:
    document = read(Drawing().lines(60, 60, TITLE).table(XS, YS, ROWS, style=style).page().done())
    assert len(document.tables) == 1
    table = document.tables[0]
    assert table.caption.startswith("支出决算表")
    assert [cell.text for cell in table.rows[7]] == [
        "206",
        "01",
        "99",
        "其他科学技术管理事务支出",
        "350.10",
        "",
        "350.10",
    ]
    header = table.rows[0][0]
    assert (header.text, header.down, header.across) == ("项目", 1, 4)
    assert (table.rows[0][4].down, table.rows[1][3].down) == (3, 2)
    assert stated(document) == STATED


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_turned_page_reads_as_a_person_sees_it(rotate: int) -> None:
    drawing = Drawing(842, 595) if rotate % 180 == 0 else Drawing(595, 842)
    drawing.rotate = rotate
    canvas = drawing.canvas
    # turned so that the page's own turn sets it upright again
    if rotate == 90:
        canvas.rotate(90)
        canvas.translate(0, -595)
        drawing.height = 595
    elif rotate == 180:
        canvas.translate(842, 595)
        canvas.rotate(180)
    elif rotate == 270:
        canvas.rotate(-90)
        canvas.translate(-842, 0)
        drawing.height = 595
    drawing.lines(60, 60, TITLE).table(XS, YS, ROWS)
    assert stated(read(drawing.page().done())) == STATED


def test_text_set_sideways_on_an_upright_page_reads_too() -> None:
    drawing = Drawing(595, 842)
    drawing.canvas.rotate(90)
    drawing.canvas.translate(0, -595)
    drawing.height = 595
    drawing.lines(60, 60, TITLE).table(XS, YS, ROWS)
    assert stated(read(drawing.page().done())) == STATED


def test_a_watermark_across_the_page_is_no_text() -> None:
    drawing = Drawing().lines(60, 60, TITLE).table(XS, YS, ROWS)
    canvas = drawing.canvas
    canvas.saveState()
    canvas.translate(150, 400)
    canvas.rotate(45)
    drawing.height = 0
    drawing.text(0, 0, "甲县财政局2024公开", 40)
    canvas.restoreState()
    document = read(drawing.page().done())
    assert "公开" not in document.text
    assert stated(document) == STATED


def test_a_table_open_at_its_sides() -> None:
    drawing = Drawing().lines(60, 60, TITLE)
    for y in YS:
        drawing.rule(XS[0], y, XS[-1], y)
    for x in XS[1:-1]:
        drawing.rule(x, YS[2 if x < XS[3] else 1 if x < XS[4] else 0], x, YS[-1])
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            if text not in ("<", "^"):
                drawing.text(XS[c] + 3, YS[r] + 13, text.replace("\n", ""), 8)
    document = read(drawing.page().done())
    assert [cell.text for cell in document.tables[0].rows[6]][:4] == ["206", "01", "01", "行政运行"]
    assert ("functional_expenditure", "2060101", "basic", 9004000.0, 1) in stated(document)


def test_a_figure_wider_than_its_column_stays_whole() -> None:
    rows = [
        ["科目编码", "科目名称", "金额", "备注"],
        ["206", "科学技术支出", "1,234,567.89", ""],
        ["合计", "<", "", ""],
    ]
    xs, ys = [60.0, 110.0, 200.0, 240.0, 300.0], [120.0, 145.0, 170.0, 195.0]
    document = read(Drawing().lines(60, 60, ["支出预算表", "单位：万元"]).table(xs, ys, rows).page().done())
    figures = [cell.text for row in document.tables[0].rows for cell in row if cell.text[:1] == "1"]
    assert figures == ["1,234,567.89"]


def test_a_table_goes_on_over_the_pages_end_and_its_facts_have_their_page() -> None:
    more = [
        ["207", "", "", "文化旅游体育与传媒支出", "10.00", "10.00", ""],
        ["合计", "<", "<", "<", "1,260.50", "910.40", "350.10"],
    ]
    drawing = Drawing().lines(60, 60, TITLE).table(XS, YS, [*ROWS[:3], *ROWS[4:], ROWS[3]][:7])
    drawing.text(290, 825, "- 1 -", 9).page()
    drawing.table(XS, [60.0, 90.0, 120.0], more).text(290, 825, "- 2 -", 9).page()
    document = read(drawing.done())
    assert len(document.tables) == 1
    assert "- 1 -" not in document.text
    facts = fa.extract(document).filter(pl.col("subject_code") == "207")
    assert facts.select("value", "scope", "page", "row", "column").rows() == [
        (100000.0, None, 2, 7, 4),
        (100000.0, "basic", 2, 7, 5),
    ]
    assert ("expenditure", None, None, 12605000.0, 2) in stated(document)


def test_the_order_of_the_text_layer_does_not_matter() -> None:
    lines = ["本年支出合计2940.05万元，其中：", "基本支出2336.91万元，", "项目支出603.14万元。"]
    drawing = Drawing()
    for i in (2, 0, 1):
        drawing.text(72, 200 + 20 * i, lines[i])
    drawing.text(72, 150, "乙区科技局2023年度部门决算")
    text = read(drawing.page().done()).text
    assert [line for line in text.split("\n") if line] == ["乙区科技局2023年度部门决算", *lines]


WRAPPED = [
    "  2023年度一般公共预算财政拨款支出年初预算为2,364.88万元，支出决算为1,",
    "992.27万元，完成年初预算的84.24%，主要原因是厉行节约，压减了一般性支出",
    "（项目支出）。",
    "  2022年度无此项支出。",
]


def test_lines_that_the_page_wraps_become_one_paragraph() -> None:
    drawing = Drawing().text(200, 80, "丙市丁县科技局2023年度部门决算", 16)
    drawing.text(96, 130, WRAPPED[0].strip()).text(72, 150, WRAPPED[1]).text(72, 170, WRAPPED[2])
    drawing.text(96, 190, WRAPPED[3].strip())
    document = read(drawing.page().done())
    assert document.text.split("\n")[1:3] == ["".join(WRAPPED[:3]).strip(), WRAPPED[3].strip()]
    facts = fa.extract(document)
    assert facts.filter(pl.col("measure") == "final")["raw"].to_list() == ["1,992.27万元"]


def test_a_line_set_at_the_right_does_not_run_into_the_next() -> None:
    drawing = Drawing().text(200, 80, "支出决算总表", 16).text(520, 110, "公开03表", 10, right=True)
    drawing.text(72, 130, "部门：丁县科技局", 10).text(520, 150, "单位：万元", 10, right=True)
    drawing.text(72, 200, "  2023年度一般公共预算财政拨款支出年初预算为236.48万元，支出决算为二百万元左右")
    text = read(drawing.page().done()).text
    assert text.split("\n")[:4] == ["支出决算总表", "公开03表", "部门：丁县科技局", "单位：万元"]


def test_a_paragraph_goes_on_over_the_pages_end() -> None:
    drawing = Drawing().text(96, 740, "（一）支出情况。2023年度支出决算总体完成较好，其中一般公共服务支出完成88")
    drawing.text(290, 820, "7", 9).page()
    drawing.text(72, 80, "0.55万元，占全年支出的一半以上，主要用于人员经费和日常公用经费的安排使用。")
    drawing.text(290, 820, "8", 9).page()
    document = read(drawing.done())
    assert "完成880.55万元" in document.text
    assert document.page_at(document.text.index("人员经费")) == 2
    assert document.page_at(document.text.index("支出情况")) == 1


def test_headers_and_footers_are_left_out_and_said() -> None:
    drawing = Drawing()
    for page in range(1, 5):
        drawing.text(230, 40, "戊县部门决算公开", 9).text(72, 120, f"第{page}项支出{page}0.5万元。").text(
            290, 820, f"第 {page} 页 共 4 页", 9
        )
        drawing.page()
    document = read(drawing.done())
    assert document.text.split() == [f"第{page}项支出{page}0.5万元。" for page in range(1, 5)]
    assert any("戊县部门决算公开" in note for note in document.metadata.notes)


def test_a_lone_figure_at_a_pages_end_is_no_page_number() -> None:
    drawing = Drawing()
    for page in range(1, 4):
        drawing.text(72, 120, f"第{page}项支出{page}0.5万元。").text(290, 820, str(page), 9)
        if page == 2:
            drawing.text(72, 790, "总分").text(72, 800, "100")
        drawing.page()
    text = read(drawing.done()).text.split("\n")
    assert "100" in text
    assert not {"1", "2", "3"} & set(text)


def test_a_table_without_lines_and_names_wrapped_around_their_figures() -> None:
    drawing = Drawing().lines(60, 60, ["己县民政局2024年度部门决算", "一般公共预算财政拨款支出决算表", "单位：万元"])
    drawing.text(60, 130, "科目编码", 10).text(130, 130, "科目名称", 10).text(330, 130, "合计", 10)
    drawing.text(410, 130, "基本支出", 10).text(490, 130, "项目支出", 10)
    body = [
        ("208", "社会保障和就业支出", "760.10", "700.10", "60.00"),
        ("20805", "行政事业单位养老支出", "700.10", "700.10", "0.00"),
    ]
    y = 160.0
    for code, name, *figures in body:
        drawing.text(60, y, code, 10).text(130, y, name, 10)
        for x, figure in zip((370, 450, 530), figures, strict=True):
            drawing.text(x, y, figure, 10, right=True)
        y += 30
    drawing.text(130, y - 7, "机关事业单位基本养老", 10).text(130, y + 7, "保险缴费支出", 10).text(60, y, "2080505", 10)
    for x, figure in zip((370, 450, 530), ("699.30", "699.30", "0.00"), strict=True):
        drawing.text(x, y, figure, 10, right=True)
    document = read(drawing.page().done())
    assert len(document.tables) == 1
    assert [cell.text for cell in document.tables[0].rows[-1]] == [
        "2080505", "机关事业单位基本养老保险缴费支出", "699.30", "699.30", "0.00",
    ]  # fmt: skip
    facts = stated(document)
    assert ("functional_expenditure", "2080505", "basic", 6993000.0, 1) in facts
    assert ("functional_expenditure", "208", "project", 600000.0, 1) in facts


def test_a_list_of_contents_is_no_table() -> None:
    drawing = Drawing().text(270, 80, "目录", 16)
    for i, title in enumerate(
        ["第一部分 部门概况", "第二部分 部门决算表", "第三部分 决算情况说明", "第四部分 名词解释"]
    ):
        drawing.text(72, 120 + 25 * i, title).text(520, 120 + 25 * i, str(2 + 3 * i), right=True)
    document = read(drawing.page().done())
    assert not document.tables


def test_what_the_reader_makes_of_cells_is_what_pdfplumber_makes() -> None:
    drawing = Drawing().lines(60, 60, TITLE).table(XS, YS, ROWS).page()
    drawing.lines(60, 60, ["收入决算表", "单位：万元"]).table(XS, YS, ROWS, style="boxes").page()
    data = drawing.done()
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        theirs = [
            [cell.replace("\n", "") for row in table for cell in row if cell]
            for page in pdf.pages
            for table in page.extract_tables()
        ]
    ours = [[cell.text for row in table.rows for cell in row if cell.text] for table in read(data).tables]
    assert ours == theirs


# -- what cannot be read ---------------------------------------------------------------------------------------------


def test_an_encrypted_file_is_refused_with_a_remedy() -> None:
    data = Drawing(password="secret").text(72, 100, "庚县财政局").page().done()
    with pytest.raises(SourceError, match="encrypted"):
        read(data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_refused_or_read_but_never_empty(share: float) -> None:
    data = Drawing().lines(60, 60, TITLE).table(XS, YS, ROWS).page().done()
    try:
        document = read(data[: int(len(data) * share)])
    except SourceError as error:
        message = str(error)
    else:
        message = f"drawn.pdf: {document.text.strip()}"
    assert message.removeprefix("drawn.pdf: ")


def test_more_pages_than_the_limit_are_refused() -> None:
    drawing = Drawing()
    for _ in range(4):
        drawing.text(72, 100, "辛县财政局").page()
    with pytest.raises(SourceError, match="4 pages, more than 3"):
        read(drawing.done(), Limits(pages=3))


def test_a_blank_page_is_no_defect_and_has_its_number() -> None:
    drawing = (
        Drawing()
        .text(72, 100, "壬县财政局2024年度部门决算")
        .page()
        .page()
        .text(72, 100, "本年支出合计12.50万元。")
        .page()
    )
    document = read(drawing.done())
    assert document.unread == ()
    assert [document.page_at(document.text.index(word)) for word in ("壬县", "本年")] == [1, 3]


# -- pages that are pictures -----------------------------------------------------------------------------------------


def pictured(data: bytes) -> bytes:
    """The same pages as pictures, as a scanner gives them."""
    import pypdfium2
    from reportlab.lib.utils import ImageReader

    drawing = Drawing()
    for page in pypdfium2.PdfDocument(data):
        picture = ImageReader(page.render(scale=200 / 72).to_pil())
        drawing.canvas.drawImage(picture, 0, 0, *page.get_size())
        drawing.page()
    return drawing.done()


def test_a_page_that_is_a_picture_is_recognised_and_its_facts_say_so() -> None:
    drawing = Drawing().text(72, 100, "甲县财政局2024年度部门决算").page()
    scanned = pictured(drawing.lines(60, 60, TITLE).table(XS, YS, ROWS).page().done())
    document = read(scanned)
    assert document.recognised == {1, 2}
    facts = fa.extract(document)
    assert set(facts["extractor"]) == {"ocr:statements"}
    assert {(*rest, page - 1) for *rest, page in stated(document)} == STATED


def test_a_picture_without_the_engine_is_listed_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fiscal_analysis.readers.pdf.file._recognise", lambda page: None)
    mixed = Drawing().lines(60, 60, TITLE).table(XS, YS, ROWS).page()
    scan = pictured(Drawing().text(72, 100, "本年收入合计12.50万元").page().done())
    with pytest.raises(SourceError, match="All of its pages are pictures"):
        read(scan)
    from reportlab.lib.utils import ImageReader

    picture = io.BytesIO(next(iter_pictures(scan)))
    mixed.canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
    document = read(mixed.page().done())
    assert stated(document) == STATED
    assert [reason for reason, _ in document.unread] == ["page 2 is a picture without text"]
    assert "fiscal-analysis[ocr]" in document.unread[0][1]


def iter_pictures(data: bytes) -> Iterator[bytes]:
    import pypdfium2

    for page in pypdfium2.PdfDocument(data):
        buffer = io.BytesIO()
        page.render(scale=1).to_pil().save(buffer, "PNG")
        yield buffer.getvalue()


def test_codes_and_row_numbers_are_no_quantities() -> None:
    rows = [["序号", "单位名称", "备注"], ["1", "甲县财政局", ""], ["2", "甲县国库中心", "未单列"]]
    drawing = Drawing().lines(60, 60, TITLE).table(XS, YS, ROWS)
    document = read(drawing.table([60.0, 110.0, 300.0, 400.0], [500.0, 530.0, 560.0, 590.0], rows).page().done())
    found = extract_document(document).quantities
    assert {quantity.raw for quantity in found} == {"1,250.50", "900.40", "350.10"}


def test_a_line_that_ends_early_goes_on_where_the_next_word_had_no_room() -> None:
    drawing = Drawing().text(200, 80, "丙市丁县科技局2023年度工作总结", 16)
    for i, line in enumerate(
        (
            "2023年全县共有省级“专精特新”中小企业34家,比上年增加5家,当年新增国家级",
            "“小巨人”企业4家,组织申报创新型中小企业、科技型中小企业,其中“专精特",
            "新”企业12家,支出决算合计170.50万",
            "元,2024年计划支出180.00万元。",
        )
    ):
        drawing.text(96 if i == 0 else 72, 130 + 20 * i, line)
    drawing.text(72, 300, "此行写满以定右边界此行写满以定右边界此行写满以定右边界此行写满以")
    text = read(drawing.page().done()).text
    assert "当年新增国家级“小巨人”企业4家" in text
    assert "其中“专精特新”企业12家" in text


def test_rows_whose_columns_are_open_state_nothing() -> None:
    drawing = Drawing().lines(60, 60, ["支出决算表", "单位：万元"])
    rows = [
        [(60, "2060101"), (130, "行政运行"), (300, "2,00"), (360, "1,95")],
        [(300, "0.50"), (360, "0.00")],
        [(60, "2060199"), (130, "其他科学技术管理事务支出"), (300, "790."), (360, "780.")],
        [(300, "50"), (360, "00")],
    ]
    for i, row in enumerate(rows):
        for x, text in row:
            drawing.text(x, 130 + 12 * i, text, 10)
    document = read(drawing.page().done())
    assert fa.extract(document).is_empty()
    assert len(extract_document(document).quantities) >= 6
