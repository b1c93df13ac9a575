"""The four documents in data/raw against facts that were read and checked by hand."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from fiscal_analysis.document import Document
from fiscal_analysis.extract import Extraction, extract_document
from fiscal_analysis.readers import read
from tests.scoring import gold, score

RAW = Path(__file__).parents[1] / "data" / "raw"
DOCUMENTS = {
    "chaoyang-2024": "chaoyang-2024-project-evaluation.txt",
    "fengtai-2024": "fengtai-2024-final-accounts.txt",
    "mentougou-2023": "mentougou-2023-final-accounts.txt",
    "zhengding-2023": "zhengding-2023-overall-evaluation.txt",
}


@cache
def extraction(name: str) -> tuple[Document, Extraction]:
    document = read(RAW / DOCUMENTS[name])
    return document, extract_document(document)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_checked_facts_are_found_and_stated_facts_are_right(name: str) -> None:
    result = score(extraction(name)[1].facts, gold(name))
    assert result.core >= 0.99, result.missed
    assert result.all >= 0.98, result.missed
    assert result.right >= 0.98, result.wrong


@pytest.mark.parametrize("name", DOCUMENTS)
def test_offsets_lead_to_the_printed_figure(name: str) -> None:
    document, found = extraction(name)
    for fact in found.facts:
        assert document.text[fact.source_start : fact.source_end] == fact.raw
        assert fact.raw in document.text[fact.quote_start : fact.quote_end]
    for quantity in found.quantities:
        assert document.text[quantity.start : quantity.end] == quantity.raw


@pytest.mark.parametrize("name", DOCUMENTS)
def test_identifiers_are_unique(name: str) -> None:
    ids = [fact.fact_id for fact in extraction(name)[1].facts]
    assert len(ids) == len(set(ids))


NUMBER = re.compile(r"(?<![0-9.,])[0-9][0-9,]*(?:\.[0-9]+)?\s*(?:亿元|万元|元|%|％|家次|家|个|分|户|人次|人)")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_number_with_a_unit_is_listed(name: str) -> None:
    document, found = extraction(name)
    covered = [(q.start, q.end) for q in found.quantities]
    lost = [
        match[0]
        for match in NUMBER.finditer(document.text)
        if not any(start <= match.start() < end for start, end in covered)
    ]
    assert lost == []


# Quantities of fiscal and performance sections that no fact or indicator claims, with the reason.
UNCLAIMED = {
    "chaoyang-2024": [],
    "fengtai-2024": [],
    "mentougou-2023": [
        ("0", "a form's blank filled with 0 where a reason was asked for (主要增（减）原因0)"),
        (
            "2717.74万元",
            "本支出: the document lost a character of 基本支出; the figure is claimed where it is printed whole",
        ),
    ],
    "zhengding-2023": [
        ("1", "running number of a table row"),
        ("2", "running number of a table row"),
    ],
}


# Counts of bodies and offices: how a body is organised, no result of its own.
ORGANISATION = {"mentougou-2023": ["4个", "5个", "1个", "0个", "5个", "5个"], "zhengding-2023": ["2\xa0个"]}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_counts_of_bodies_and_offices_are_known_as_such(name: str) -> None:
    _, found = extraction(name)
    known = [q.raw for q, why in zip(found.quantities, found.reasons, strict=True) if why == "organisation"]
    assert known == ORGANISATION.get(name, [])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_left_unclaimed_is_known_and_explained(name: str) -> None:
    _, found = extraction(name)
    left = [
        quantity.raw
        for quantity, claim, row, fiscal in zip(
            found.quantities, found.claims, found.indicator_claims, found.fiscal, strict=True
        )
        if fiscal and claim is None and row is None
    ]
    assert left == [raw for raw, _ in UNCLAIMED[name]]
    assert len(left) <= 0.03 * sum(found.fiscal)


def test_no_extractor_names_a_place_or_a_document() -> None:
    package = RAW.parents[1] / "fiscal_analysis"
    names = re.compile("丰台|门头沟|正定|朝阳|fengtai|mentougou|zhengding|chaoyang")
    for path in package.rglob("*.py"):
        assert names.search(path.read_text(encoding="utf-8")) is None, path
