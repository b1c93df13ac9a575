"""Old word processor files: read where LibreOffice is installed, else refused with the remedy."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import docx
import pytest

from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers import read
from fiscal_analysis.readers.limits import DEFAULT, Limits
from fiscal_analysis.readers.office import old_word

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
OLD = b"\xd0\xcf\x11\xe0" + b"\x00" * 600 + "WordDocument".encode("utf-16-le") + b"\x00" * 600


def test_without_the_program_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceError, match=r"LibreOffice, which was not found\. Install it .* save the file as \.docx"):
        old_word.read_content(OLD, "x.doc", DEFAULT)


def program(folder: Path, script: str) -> str:
    """Write a stand-in for the program."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(folder)


def test_a_conversion_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, "while :; do :; done"))
    with pytest.raises(SourceError, match=r"did not convert the file in 0\.5 seconds"):
        old_word.read_content(OLD, "x.doc", Limits(seconds=0.5))


def test_a_conversion_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, "echo source file could not be loaded; exit 1"))
    with pytest.raises(SourceError, match=r"could not read the file \(source file could not be loaded\)\. Open it"):
        old_word.read_content(OLD, "x.doc", DEFAULT)


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_an_old_file_reads_as_a_new_one(tmp_path: Path) -> None:
    assert OFFICE is not None
    book = docx.Document()
    book.add_paragraph("一、收入总计12.30万元。")
    table = book.add_table(2, 2)
    for y, row in enumerate((("项目", "金额"), ("会议费", "12.30"))):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    book.add_paragraph("二、其他情况")
    book.save(str(tmp_path / "x.docx"))
    subprocess.run(
        [OFFICE, f"-env:UserInstallation={(tmp_path / 'p').as_uri()}", "--headless", "--convert-to", "doc", "x.docx"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    document = read(tmp_path / "x.doc")
    assert document.format == "doc"
    assert document.text == "一、收入总计12.30万元。\n项目\t金额\n会议费\t12.30\n二、其他情况\n"
