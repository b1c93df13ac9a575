"""Web pages: the article in order, tables with spans, without what the site adds; hostile markup bounded."""

from __future__ import annotations

import time

import pytest

from fiscal_analysis.document import Document, Table
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers import read_bytes
from fiscal_analysis.readers.limits import Limits

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8">
<title>某某局2024年度部门决算公开_某某区人民政府</title><style>.a{color:red}</style>
<script>var a = "<p>12万元</p>";</script>
</head><body>
<div class="header"><a href="/">首页</a><input value="搜索"></div>
<ul class="menu"><li><a href="/1">政务公开</a></li>
<li><a href="/2">办事服务</a></li><li><a href="/3">互动交流</a></li></ul>
<div id="breadcrumb">您现在的位置：<a href="/">首页</a> &gt; <a href="/x">财政信息</a></div>
<div class="article">
<h1>某某局2024年度部门决算公开</h1>
<div class="info">发布时间：2025-09-12　来源：某某局
<span class="share">分享到：微信</span>【字体：<a>大</a> <a>中</a> <a>小</a>】</div>
<div class="TRS_Editor"><p style="text-indent:2em">&nbsp;&nbsp;一、收入支出<b>总体</b>情况</p>
<p>2024年度收入总计<span>1,</span><span>234.50</span>万元，比上年
增加10.00万元。<br/>其中：财政拨款收入1,200.00万元。</p>
<p style="display:none">不可见 99万元</p>
<table border="1">
<tr><td colspan="4" align="center"><strong>收入决算表</strong></td></tr>
<tr><td colspan="3">部门：某某局</td><td>单位：万元</td></tr>
<tr><td colspan="2">项 目</td><td rowspan="2">本年收入合计</td><td rowspan="2">财政<br>拨款<br>收入</td></tr>
<tr><td>科目编码</td><td>科目名称</td></tr>
<tr><td></td><td>合计</td><td><p>1,234.50</p></td><td>1,200.00</td></tr>
<tr><td>206</td><td>科学技术<br>支出</td><td>1,234.50</td><td>&nbsp;</td></tr>
</table>
<p>注：本表反映收入情况。</p>
<p>附件：<a href="./P020250912.xlsx">某某局决算公开表.xlsx</a></p>
</div></div>
<div class="print"><a href="javascript:print()">打印本页</a> <a>关闭窗口</a></div>
<div class="footer">主办单位：某某区人民政府 网站标识码1101060001</div>
</body></html>"""


def read(page: str | bytes, limits: Limits | None = None) -> Document:
    data = page.encode() if isinstance(page, str) else page
    document = read_bytes(data, file="x.html", doc_id="x", suffix=".html", limits=limits or Limits())
    for table in document.tables:
        for row in table.rows:
            for cell in row:
                assert document.text[cell.start : cell.end] == cell.text
    return document


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_a_page_is_its_article() -> None:
    document = read(PAGE)
    lines = document.text.rstrip("\n").split("\n")
    assert lines[:7] == [
        "某某局2024年度部门决算公开",
        "发布时间：2025-09-12 来源：某某局",
        "一、收入支出总体情况",
        "2024年度收入总计1,234.50万元，比上年增加10.00万元。",
        "其中：财政拨款收入1,200.00万元。",
        "收入决算表",
        "部门：某某局",
    ]
    assert lines[-2:] == ["注：本表反映收入情况。", "附件：某某局决算公开表.xlsx"]
    assert len(lines) == 14
    (table,) = document.tables
    assert texts(table) == [
        ["项 目", "", "本年收入合计", "财政拨款收入"],
        ["科目编码", "科目名称", "", ""],
        ["", "合计", "1,234.50", "1,200.00"],
        ["206", "科学技术支出", "1,234.50", ""],
    ]
    assert table.caption == "收入决算表 单位：万元"
    assert [(c.down, c.across) for c in table.rows[0] if c.text] == [(1, 2), (2, 1), (2, 1)]
    assert document.attachments == ("某某局决算公开表.xlsx (./P020250912.xlsx)",)
    assert document.title == "某某局2024年度部门决算公开"
    assert [heading.title for heading in document.outline] == ["收入支出总体情况"]


def test_tables_that_only_place_things_are_no_grids() -> None:
    document = read(
        "<table><tr><td><a href='/1'>公开指南</a><br><a href='/2'>公开目录</a><br><a href='/3'>公开年报</a></td>"
        "<td><p>2024年部门决算</p><table><tr><td>项目</td><td>金额</td></tr><tr><td>会议费</td><td>3</td></tr></table>"
        "<table><tr><td>一、会议费支出3元。</td></tr></table></td></tr></table>"
    )
    assert document.text == "2024年部门决算\n项目\t金额\n会议费\t3\n一、会议费支出3元。\n"
    assert [texts(table) for table in document.tables] == [[["项目", "金额"], ["会议费", "3"]]]


def test_a_table_that_holds_an_article_is_no_grid() -> None:
    article = "".join(
        f"<p>第{i}项工作支出{i}万元，按计划完成，资金使用合规有效，达到了年初设定的目标。</p>" for i in range(1, 101)
    )
    document = read(f"<table><tr><td>相关栏目</td><td><p>决算说明</p>{article}</td></tr></table>")
    assert not document.tables
    assert document.text.count("\n") == 102


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("gb2312", "gb18030"), ("utf-8", "utf-8"), ("", "utf-8"), ("", "gb18030"), ("utf-8", "gb18030"), ("", "utf-16")],
)
def test_encodings(declared: str, encoding: str) -> None:
    meta = f"<meta http-equiv='Content-Type' content='text/html; charset={declared}'>" if declared else ""
    text = "<p>2024年度收入总计1234.50万元，支出总计1234.50万元，其中科学技术支出100.00万元。</p>" * 3
    page = f"<html><head>{meta}</head><body>{text}</body></html>"
    assert read(page.encode(encoding)).text.startswith("2024年度收入总计1234.50万元")


def test_a_stray_byte_does_not_make_a_page_unreadable() -> None:
    page = "<html><head><meta charset='utf-8'></head><body>" + "<p>收入总计1234.50万元</p>" * 200 + "</body></html>"
    data = page.encode().replace("收入".encode(), "收入".encode()[:-1] + b"<", 1)
    assert read(data).text.count("收入总计1234.50万元") == 199


def test_spans_end_with_the_table() -> None:
    document = read(
        "<table><tr><td rowspan=100000>合计</td><td colspan='9999'>金额</td></tr>"
        "<tr><td>1.00</td><td>2.00</td></tr></table>"
    )
    (table,) = document.tables
    assert texts(table) == [["合计", "金额", ""], ["", "1.00", "2.00"]]
    assert [(c.down, c.across) for c in table.rows[0][:2]] == [(2, 1), (1, 2)]


def test_hostile_markup_is_bounded() -> None:
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"nested deeper.*\. Save it as PDF"):
        read("<html><body>" + "<table><tr><td>" * 300_000)
    with pytest.raises(SourceError, match="limit `cells`"):
        read("<table>" + "<tr><td rowspan=99999>甲</td><td colspan=99999>乙</td></tr>" * 20_000)
    nested = read("<body>" + ("<table><tr><td>甲" * 80 + "</td></tr></table>" * 80) * 500)
    assert not nested.tables
    assert time.monotonic() - began < 20


def test_a_page_without_an_article_is_refused() -> None:
    with pytest.raises(SourceError, match="neither text nor tables"):
        read("<html><body><script>var a = 1</script></body></html>")


def test_pronunciations_that_a_mirror_adds_are_taken_out() -> None:
    head = "<html><head><meta charset='utf-8'></head><body>"
    page = f"{head}<p>某縣(xiàn)“三公”經(jīng)費(fèi)支出12.4萬元。</p></body></html>"
    assert "某縣“三公”經費支出12.4萬元。" in read(page).text
