"""What a file is, by its bytes: suffixes lie, and what is not read is refused with a remedy."""

from __future__ import annotations

import pytest

from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers import read_bytes
from fiscal_analysis.readers.formats import recognise
from tests import published_writers as writers

PAGE = "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><body><table><tr><td>项目</td><td>金额</td></tr></table>"


@pytest.mark.parametrize("suffix", [".txt", ".xls", ".pdf", ".docx"])
def test_a_suffix_that_lies_does_not_mislead(suffix: str) -> None:
    assert recognise(writers.as_workbook(), suffix, "x") == "xlsx"
    assert recognise(writers.as_word(), suffix, "x") == "docx"
    assert recognise(writers.as_old_workbook(), suffix, "x") == "xls"
    assert recognise(writers.as_page(), suffix, "x") == "html"
    # systems hand out pages under the name of workbooks
    document = read_bytes(PAGE.encode(), file=f"x{suffix}", doc_id="x", suffix=suffix)
    assert (document.format, document.text) == ("html", "项目\t金额\n")


@pytest.mark.parametrize(
    ("data", "suffix", "message"),
    [
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html>", ".doc", r"web archive .*\. Save it as"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            ".xls",
            r"Office XML file of 2003\. Open it, save it as \.xlsx",
        ),
        (b"{\\rtf1 abc}", ".doc", r"rich-text file, not what .*\. Save it as \.docx"),
        (b"Rar!\x1a\x07", ".xlsx", r"RAR archive.*\. Unpack it"),
        (b"abc", ".xlsx", r"no xlsx file.*\. Download it again"),
    ],
)
def test_what_is_not_read_is_refused_with_a_remedy(data: bytes, suffix: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        recognise(data, suffix, "x")
