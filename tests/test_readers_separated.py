"""Files of separated values: marks, encodings, lines around the table."""

from __future__ import annotations

import pytest

from fiscal_analysis.document import Document
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers import read_bytes
from fiscal_analysis.readers.limits import Limits

ROWS = [
    ["收入决算表"],
    ["部门：某某局", "", "单位：万元"],
    ["科目名称", "本年收入合计", "财政拨款收入"],
    ["科学技术支出", '"1,234.50"', '"1,200.00"'],
    ["合计", '"1,234.50"', ""],
    ["注：本表反映收入情况。"],
]


def read(data: bytes, limits: Limits | None = None) -> Document:
    document = read_bytes(data, file="x.csv", doc_id="x", suffix=".csv", limits=limits or Limits())
    for table in document.tables:
        for row in table.rows:
            for cell in row:
                assert document.text[cell.start : cell.end] == cell.text
    return document


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_encodings(mark: str, encoding: str, end: str) -> None:
    document = read(end.join(mark.join(row) for row in ROWS).encode(encoding))
    (table,) = document.tables
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["科目名称", "本年收入合计", "财政拨款收入"],
        ["科学技术支出", "1,234.50", "1,200.00"],
        ["合计", "1,234.50", ""],
    ]
    assert table.caption == "收入决算表 单位：万元"
    assert document.text.endswith("注：本表反映收入情况。\n")


def test_values_of_several_lines_and_guarded_codes() -> None:
    document = read('编码,名称,金额\n"=""0101""","工资\n福利",3\n'.encode())
    assert [cell.text for cell in document.tables[0].rows[1]] == ["0101", "工资福利", "3"]


def test_what_is_refused() -> None:
    with pytest.raises(SourceError, match="limit `cells`"):
        read("项目,金额\n会议费,3\n".encode() * 100, limits=Limits(cells=50))
    with pytest.raises(SourceError, match="not readable as text"):
        read(bytes(range(128, 256)) * 20)
    with pytest.raises(SourceError, match=r"damaged: a value has no end .*\. Save it again"):
        read('项目,金额\n"会议费,3\n'.encode() + "培训费,4\n".encode() * 200_000)
