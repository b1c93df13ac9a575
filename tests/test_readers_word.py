"""Word processor files: order, merged cells, tracked changes, numbers of headings, notes, and what is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml

from fiscal_analysis.document import Document, Table
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers import read_bytes
from fiscal_analysis.readers.limits import Limits
from fiscal_analysis.readers.office.list_numbers import _shown

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(data: bytes, limits: Limits | None = None) -> Document:
    document = read_bytes(data, file="x.docx", doc_id="x", suffix=".docx", limits=limits or Limits())
    for table in document.tables:
        for row in table.rows:
            for cell in row:
                assert document.text[cell.start : cell.end] == cell.text
    return document


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def written(fill: Callable[[Any], None], **parts: str) -> bytes:
    """Write a file; `parts` replace or add parts of the folder ``word``."""
    book = docx.Document()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    changed = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name.removeprefix("word/").removesuffix(".xml") not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(f"word/{name}.xml", content)
    return changed.getvalue()


def body(*blocks: str) -> Callable[[Any], None]:
    """Put raw blocks in front of the body."""

    def fill(book: Any) -> None:
        for i, block in enumerate(blocks):
            root = parse_xml(
                f'<w:x {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">{block}</w:x>'
            )
            book.element.body.insert(i, root[0])

    return fill


def test_paragraphs_and_tables_in_order_with_spans() -> None:
    def fill(book: Any) -> None:
        book.add_heading("某某局2024年度部门决算公开", 0)
        book.add_paragraph("一、收入支出情况")
        run = book.add_paragraph("收入总计1,234.50").add_run("万元。")
        run.add_break()
        run.add_text("支出总计1,234.50万元。")
        table = book.add_table(6, 4)
        rows = (
            ("收入决算表",), ("部门：某某局", "", "", "单位：万元"), ("项目", "", "本年收入合计", "财政\n拨款收入"),
            ("编码", "名称", "", ""), ("", "合计", "1,234.50", "1,200.00"), ("206", "科学技术支出", "1,234.50", ""),
        )  # fmt: skip
        for y, row in enumerate(rows):
            for x, text in enumerate(row):
                table.cell(y, x).text = text
        table.cell(0, 0).merge(table.cell(0, 3))
        table.cell(2, 0).merge(table.cell(2, 1))
        table.cell(2, 2).merge(table.cell(3, 2))
        table.cell(2, 3).merge(table.cell(3, 3))
        book.add_paragraph("二、其他情况")
        book.sections[0].header.paragraphs[0].text = "页眉"

    document = read(written(fill))
    assert document.text.split("\n")[:7] == [
        "某某局2024年度部门决算公开",
        "一、收入支出情况",
        "收入总计1,234.50万元。",
        "支出总计1,234.50万元。",
        "收入决算表",
        "部门：某某局",
        "单位：万元",
    ]
    assert document.text.endswith("\n二、其他情况\n")
    (table,) = document.tables
    assert texts(table) == [
        ["项目", "", "本年收入合计", "财政拨款收入"],
        ["编码", "名称", "", ""],
        ["", "合计", "1,234.50", "1,200.00"],
        ["206", "科学技术支出", "1,234.50", ""],
    ]
    assert [(c.down, c.across) for c in table.rows[0] if c.text] == [(1, 2), (2, 1), (2, 1)]
    assert table.caption == "收入决算表 单位：万元"


def test_deleted_text_is_left_out_and_inserted_text_kept() -> None:
    document = read(
        written(
            body(
                "<w:p><w:r><w:t>收入</w:t></w:r><w:del><w:r><w:delText>10</w:delText></w:r></w:del>"
                "<w:ins><w:r><w:t>12</w:t></w:r></w:ins><w:r><w:t>万元。</w:t></w:r></w:p>",
                "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>支出</w:t></w:r></w:p>",
                "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>约</w:t></w:r><w:r><w:t>7万元。</w:t></w:r></w:p>",
                "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>会议费</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p>"
                "</w:tc></w:tr><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>",
            )
        )
    )
    assert document.text == "收入12万元。\n支出7万元。\n会议费\t1\n"


def test_text_boxes_nested_tables_and_fields() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    cell = "<w:tc>{}</w:tc>"
    paragraph = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    cells = cell.format(paragraph.format("甲")) + cell.format(paragraph.format("3"))
    inner = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl><w:p/>"
    document = read(
        written(
            body(
                "<w:p><w:r><w:t>正文</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>"
                + box.format("框中")
                + "</mc:Choice><mc:Fallback>"
                + box.format("框中")
                + "</mc:Fallback></mc:AlternateContent></w:r></w:p>",
                "<w:p><w:r><w:fldChar/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>第5页</w:t></w:r></w:p>",
                "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
                "<w:sdtContent><w:p><w:r><w:t>目录</w:t></w:r></w:p></w:sdtContent></w:sdt>",
                "<w:sdt><w:sdtContent><w:p><w:r><w:t>控件</w:t></w:r></w:p></w:sdtContent></w:sdt>",
                "<w:tbl><w:tr>"
                + cell.format("<w:p><w:r><w:t>项目</w:t></w:r></w:p>")
                + cell.format(inner)
                + "</w:tr></w:tbl>",
            )
        )
    )
    assert document.text == "正文\n框中\n第5页\n控件\n项目\t甲 3\n"


NUMBERS = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:pStyle w:val="Heading1"/>
<w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="japaneseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="9"/><w:numFmt w:val="chineseCountingThousand"/>
<w:lvlText w:val="第%1部分"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/>
<w:lvlOverride w:ilvl="2"><w:startOverride w:val="5"/></w:lvlOverride></w:num>
</w:numbering>"""


def test_numbers_of_headings_are_put_back() -> None:
    def item(text: str, number: int, level: int = 0) -> str:
        return (
            f"<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{number}'/></w:numPr></w:pPr>"
            f"<w:r><w:t>{text}</w:t></w:r></w:p>"
        )

    items = [
        item("概况", 2), item("收入", 1), item("财政拨款", 1, 1), item("上年", 1, 2),
        item("本年", 1, 2),
        item("点", 1, 3), item("其他", 1, 1), item("甲", 1, 2), item("支出", 1), item("基本", 1, 1),
        item("说明", 2), item("乙", 3, 2),
        item("无", 0),
    ]  # fmt: skip
    document = read(written(body(*items), numbering=NUMBERS))
    assert document.text.rstrip().split("\n") == [
        "第九部分 概况", "一、收入", "（一）财政拨款", "1.上年", "2.本年", "点", "（二）其他", "1.甲", "二、支出",
        "（一）基本", "第十部分 说明", "5.乙", "无",
    ]  # fmt: skip
    assert [heading.level for heading in document.outline][:4] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("count", "kind", "shown"),
    [
        (12, "chineseCounting", "十二"),
        (20, "japaneseCounting", "二十"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"),
        (3, "chineseLegalSimplified", "叁"),
        (3, "decimalEnclosedCircleChinese", "③"),
        (4, "upperRoman", "IV"),
        (2, "upperLetter", "B"),
        (2, "ideographTraditional", "乙"),
        (7, "anything", "7"),
    ],
)
def test_counts_in_words(count: int, kind: str, shown: str) -> None:
    assert _shown(count, kind) == shown


def test_footnotes_stand_at_the_end_and_files_are_listed() -> None:
    notes = (
        f"<w:footnotes {W}><w:footnote w:type='separator' w:id='-1'><w:p><w:r><w:t>x</w:t></w:r></w:p></w:footnote>"
        "<w:footnote w:id='1'><w:p><w:r><w:t>含结转3万元。</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    data = written(body("<w:p><w:r><w:t>收入12万元。</w:t></w:r></w:p>"), **{"footnotes": notes, "embeddings/a": "x"})
    document = read(data)
    assert document.text == "收入12万元。\n含结转3万元。\n"
    assert document.attachments == ("word/embeddings/a.xml",)


def test_what_is_refused() -> None:
    data = written(body("<w:p><w:r><w:t>收入12万元。</w:t></w:r></w:p>"))
    with pytest.raises(SourceError, match="limit `unpacked_bytes`"):
        read(data, limits=Limits(unpacked_bytes=1000))
    with pytest.raises(SourceError, match="limit `members`"):
        read(data, limits=Limits(members=2))
    with pytest.raises(SourceError, match=r"archive is damaged .*\. Download"):
        read(data[: len(data) // 2])
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + f"<w:document {W}><w:body>&b;</w:body></w:document>"
    )
    with pytest.raises(SourceError, match="declares entities"):
        read(written(lambda book: None, document=bomb))
    deep = f"<w:document {W}><w:body>" + "<w:tbl><w:tr><w:tc>" * 5000
    with pytest.raises(SourceError, match="damaged or incomplete"):
        read(written(lambda book: None, document=deep))
    with pytest.raises(SourceError, match="holds no text"):
        read(written(lambda book: None, document=f"<w:document {W}/>"))
