"""One disclosure in every format states the same facts, and each figure stands where it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from shutil import which

import pytest

import fiscal_analysis as fa
from fiscal_analysis.audit import audit_document
from fiscal_analysis.document import Document
from fiscal_analysis.extract import extract_document
from fiscal_analysis.readers import read_bytes
from tests import published_writers as writers
from tests.published import FACTS, STATEMENTS, TITLE, Stated

FORMATS: dict[str, Callable[[], bytes]] = {
    ".txt": writers.as_text,
    "ragged.txt": writers.as_ragged_text,
    ".html": writers.as_page,
    ".docx": writers.as_word,
    ".xlsx": writers.as_workbook,
    ".xls": writers.as_old_workbook,
    ".pdf": writers.as_pdf,
}
if which("soffice"):
    FORMATS[".doc"] = writers.as_old_word


@cache
def document_of(name: str) -> Document:
    suffix = name[name.index(".") :]
    return read_bytes(FORMATS[name](), file=f"x{suffix}", doc_id="x", suffix=suffix)


def stated(document: Document) -> list[Stated]:
    """What the package states of a document, in the terms of the specification."""
    return [
        Stated(
            row["concept"],
            row["measure"],
            row["fund"],
            row["subject_code"],
            row["economic_code"],
            row["scope"],
            Decimal(repr(row["value"])).quantize(Decimal(1).scaleb(-max(row["decimals"], 0) - 2)),
            row["unit"],
            row["decimals"],
        )
        for row in fa.extract(document).iter_rows(named=True)
    ]


def difference(found: list[Stated], expected: list[Stated]) -> str:
    """The facts that only one side has, for the message of a test that fails."""
    lines = [f"  lost  {tuple(fact)}" for fact in (Counter(expected) - Counter(found)).elements()]
    lines += [f"  wrong {tuple(fact)}" for fact in (Counter(found) - Counter(expected)).elements()]
    return "\n".join(["", *lines])


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_states_the_facts_of_the_specification(name: str) -> None:
    found = stated(document_of(name))
    assert Counter(found) == Counter(FACTS), difference(found, FACTS)


@pytest.mark.parametrize("name", FORMATS)
def test_every_figure_stands_where_it_says(name: str) -> None:
    document = document_of(name)
    for row in fa.extract(document).iter_rows(named=True):
        assert document.text[row["source_start"] : row["source_end"]] == row["raw"]


@pytest.mark.parametrize("name", [name for name in FORMATS if not name.endswith(".txt")])
def test_tables_have_their_captions_and_the_document_its_title(name: str) -> None:
    document = document_of(name)
    assert document.title == TITLE
    captions = [table.caption for table in document.tables]
    assert [caption.split(" ")[0] for caption in captions] == [table.title for table in STATEMENTS]
    assert all("单位：万元" in caption for caption in captions)


@pytest.mark.parametrize("name", FORMATS)
def test_a_sound_disclosure_raises_no_finding(name: str) -> None:
    """A body with other income than appropriations: what is said of the two kinds of money is not set side by side."""
    document = document_of(name)
    extraction = extract_document(document)
    audited = audit_document(document, extraction.facts, extraction.indicators)
    assert [finding.message_zh for finding in audited.findings] == []
    assert sum(check.state == "holds" for check in audited.checks) > 150
