"""Write the disclosure of `tests/published.py` as each format prints it."""

from __future__ import annotations

import html
import io
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import docx
import openpyxl
import xlwt

from tests.published import BODY, HEADINGS, PROSE, STATEMENTS, TITLE, UNIT, Cell, Statement

UNIT_LINE = f"部门：{BODY}", f"单位：{UNIT}"


def shown(cell: Cell) -> str:
    if isinstance(cell.content, Decimal):
        return f"{cell.content:,.2f}"
    return cell.content or ""


def placed(rows: list[list[Cell]]) -> Iterator[tuple[int, int, Cell]]:
    """Yield row, column and cell of rows that leave out what spans cover."""
    covered: set[tuple[int, int]] = set()
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (y, x) in covered:
                x += 1
            yield y, x, cell
            covered |= {(y + i, x + j) for i in range(cell.down) for j in range(cell.across)}


def paragraphs() -> tuple[list[str], list[str]]:
    """The lines before and after the tables."""
    return [TITLE, HEADINGS[0]], [HEADINGS[1], *PROSE]


# -- plain text, web page -------------------------------------------------------------------------------------------


def _as_text(rows_of: Callable[[Statement], list[list[str]]]) -> bytes:
    before, after = paragraphs()
    lines = [*before]
    for table in STATEMENTS:
        lines += ["", table.title, table.number, "\t".join(UNIT_LINE)]
        lines += ["\t".join(row) for row in rows_of(table)]
        lines += [table.note]
    return "\n".join([*lines, "", *after]).encode("utf-8")


def as_text() -> bytes:
    """As copied from a workbook: a TAB between cells, empty cells where a merged one covers others."""

    def rows_of(table: Statement) -> list[list[str]]:
        rows = [*table.head, *table.rows]
        full = [[""] * table.width for _ in rows]
        for y, x, cell in placed(rows):
            full[y][x] = shown(cell)
        return full

    return _as_text(rows_of)


def as_ragged_text() -> bytes:
    """As copied from a page: a TAB between cells, nothing for what a merged cell covers."""
    return _as_text(lambda table: [[shown(cell) for cell in row] for row in [*table.head, *table.rows]])


def as_page() -> bytes:
    before, after = paragraphs()
    parts = [
        f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>{TITLE}_部门决算_临川县人民政府门户网站</title>
<script>var total = "99,999.99万元";</script><style>td {{ border: 1px solid }}</style></head>
<body><div id="header"><div class="logo"><a href="/">临川县人民政府</a></div>
<ul class="nav"><li><a href="/1">首页</a></li>
<li><a href="/2">政务公开</a></li><li><a href="/3">办事服务</a></li></ul></div>
<div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/cz">财政信息</a> &gt;
<a href="/cz/js">部门决算</a></div>
<div class="layout"><table width="1000"><tr><td valign="top">
<h1>{TITLE}</h1>
<div class="tools">【字体：<a>大</a> <a>中</a> <a>小</a>】 <a>打印</a></div>
<div class="TRS_Editor">"""
    ]
    parts += [f"<p><span>{html.escape(line)}</span></p>" for line in before[1:]]
    for table in STATEMENTS:
        parts.append('<table border="1" cellspacing="0"><tbody>')
        parts.append(f'<tr><td colspan="{table.width}"><p align="center"><b>{table.title}</b></p></td></tr>')
        parts.append(f'<tr><td colspan="{table.width}">{table.number}</td></tr>')
        parts.append(f'<tr><td colspan="{table.width - 1}">{UNIT_LINE[0]}</td><td>{UNIT_LINE[1]}</td></tr>')
        for row in [*table.head, *table.rows]:
            cells = []
            for cell in row:
                spans = f' rowspan="{cell.down}"' * (cell.down > 1) + f' colspan="{cell.across}"' * (cell.across > 1)
                text = html.escape(shown(cell)).replace("及运行费", "<br>及运行费") or "&nbsp;"
                cells.append(f"<td{spans}><p><span>{text}</span></p></td>")
            parts.append("<tr>" + "\n".join(cells) + "</tr>")
        parts.append(f"</tbody></table>\n<p>{table.note}</p>")
    parts += [f"<p>&nbsp;&nbsp;&nbsp;&nbsp;{html.escape(line)}</p>" for line in after]
    parts.append(
        """</div></td></tr></table></div>
<div class="share">分享到：<a>微信</a> <a>微博</a></div>
<div id="footer">主办单位：临川县人民政府 网站标识码1000000001</div>
</body></html>"""
    )
    return "\n".join(parts).encode("gb18030")


# -- word processor -------------------------------------------------------------------------------------------------


def as_word() -> bytes:
    before, after = paragraphs()
    book = docx.Document()
    for line in before:
        book.add_paragraph(line)
    for table in STATEMENTS:
        for line in (table.title, table.number, "    ".join(UNIT_LINE)):
            book.add_paragraph(line)
        rows = [*table.head, *table.rows]
        made = book.add_table(len(rows), table.width)
        grid = [list(row.cells) for row in made.rows]
        for y, x, cell in placed(rows):
            target = grid[y][x]
            if cell.down > 1 or cell.across > 1:
                target = target.merge(grid[y + cell.down - 1][x + cell.across - 1])
            target.text = shown(cell)
        book.add_paragraph(table.note)
    for line in after:
        book.add_paragraph(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_old_word() -> bytes:
    """As LibreOffice saves the file in the old format."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.docx").write_bytes(as_word())
        profile = (Path(folder) / "profile").as_uri()
        subprocess.run(
            ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "doc", "x.docx"],
            cwd=folder,
            check=True,
            capture_output=True,
            timeout=120,
        )
        return (Path(folder) / "x.doc").read_bytes()


# -- workbooks ------------------------------------------------------------------------------------------------------

Write = Callable[[int, int, Cell, str], None]


def _fill(table: Statement, write: Write) -> None:
    """Write a sheet: title, number, body and unit, the table, its note."""
    write(0, 0, Cell(table.title, across=table.width), "")
    write(1, table.width - 1, Cell(table.number), "")
    write(2, 0, Cell(UNIT_LINE[0]), "")
    write(2, table.width - 1, Cell(UNIT_LINE[1]), "")
    rows = [*table.head, *table.rows]
    for y, x, cell in placed(rows):
        code = "#,##0.00" if isinstance(cell.content, Decimal) else "0" * len(shown(cell)) if cell.code else ""
        write(3 + y, x, cell, code)
    write(4 + len(rows), 0, Cell(table.note, across=table.width), "")


def _value(cell: Cell) -> Any:
    if isinstance(cell.content, Decimal):
        return float(cell.content)
    return int(cell.content) if cell.code and cell.content else cell.content


def as_workbook() -> bytes:
    before, after = paragraphs()
    book: Any = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "封面"
    sheet["A1"] = before[0]
    for table in STATEMENTS:
        sheet = book.create_sheet(f"{table.number} {table.title}".replace("“", "").replace("”", "")[:31])

        def write(y: int, x: int, cell: Cell, code: str, sheet: Any = sheet) -> None:
            if cell.content is not None:
                target = sheet.cell(y + 1, x + 1, _value(cell))
                if code:
                    target.number_format = code
            if cell.down > 1 or cell.across > 1:
                sheet.merge_cells(
                    start_row=y + 1, start_column=x + 1, end_row=y + cell.down, end_column=x + cell.across
                )

        _fill(table, write)
    sheet = book.create_sheet("决算说明")
    for y, line in enumerate(after):
        sheet.cell(y + 1, 1, line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_old_workbook() -> bytes:
    before, after = paragraphs()
    book = xlwt.Workbook()
    book.add_sheet("封面").write(0, 0, before[0])
    styles: dict[str, Any] = {}
    for table in STATEMENTS:
        sheet = book.add_sheet(f"{table.number} {table.title}".replace("“", "").replace("”", "")[:31])

        def write(y: int, x: int, cell: Cell, code: str, sheet: Any = sheet) -> None:
            style = styles.setdefault(code, xlwt.easyxf(num_format_str=code or "General"))
            if cell.down > 1 or cell.across > 1:
                sheet.write_merge(y, y + cell.down - 1, x, x + cell.across - 1, _value(cell), style)
            else:
                sheet.write(y, x, _value(cell), style)

        _fill(table, write)
    sheet = book.add_sheet("决算说明")
    for y, line in enumerate(after):
        sheet.write(y, 0, line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# -- pages ----------------------------------------------------------------------------------------------------------


def as_pdf() -> bytes:
    """Write pages with ruling lines; long names wrap, and a table that does not fit goes on on the next page."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

    name = "FiscalSansSC"
    with resources.as_file(resources.files("fiscal_analysis") / "fonts" / "FiscalSansSC-Regular.ttf") as path:
        pdfmetrics.registerFont(TTFont(name, str(path)))
    plain = ParagraphStyle("plain", fontName=name, fontSize=11, leading=16, wordWrap="CJK", firstLineIndent=22)
    title = ParagraphStyle("title", parent=plain, fontSize=15, leading=24, alignment=1, firstLineIndent=0)
    right = ParagraphStyle("right", parent=plain, fontSize=9, alignment=2, firstLineIndent=0)
    small = ParagraphStyle("small", parent=plain, fontSize=9, leading=12, firstLineIndent=0)
    number = ParagraphStyle("number", parent=small, alignment=2)
    before, after = paragraphs()
    page = landscape(A4)
    width = page[0] - 100
    story: list[Any] = [Paragraph(before[0], title), Paragraph(before[1], plain)]
    for table in STATEMENTS:
        rows = [*table.head, *table.rows]
        grid: list[list[Any]] = [[""] * table.width for _ in rows]
        style: list[Any] = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        widest = [3.5] * table.width
        for y, x, cell in placed(rows):
            grid[y][x] = Paragraph(shown(cell), number if isinstance(cell.content, Decimal) else small)
            if cell.down > 1 or cell.across > 1:
                style.append(("SPAN", (x, y), (x + cell.across - 1, y + cell.down - 1)))
            else:
                printed = sum(0.55 if c.isascii() else 1.0 for c in shown(cell))
                widest[x] = max(widest[x], min(printed + 1, 8.0))  # names are longer, and wrap
        story += [Paragraph(table.title, title), Paragraph(table.number, right)]
        story += [Paragraph(UNIT_LINE[0], small), Paragraph(UNIT_LINE[1], right)]
        columns = [width * each / sum(widest) for each in widest]
        story += [Table(grid, colWidths=columns, style=style, repeatRows=len(table.head)), Paragraph(table.note, small)]
        story.append(PageBreak())
    story += [Paragraph(line, plain) for line in after]
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=page, margins=50, title=TITLE, invariant=1).build(story)
    return out.getvalue()
