"""The published texts set as pages: wrapped, indented or not, with page numbers; they state what the texts state."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import fiscal_analysis as fa
from fiscal_analysis.readers import read_bytes
from tests.drawn_pages import set_as_pages

RAW = sorted((Path(__file__).parents[1] / "data" / "raw").glob("*.txt"))
MEANING = ("concept", "measure", "fund", "subject_code", "economic_code", "scope", "item", "value", "unit", "base")


@pytest.mark.parametrize(("size", "pitch", "indent"), [(16, 28, 2), (10.5, 16, 2), (12, 20, 0)])
@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
def test_a_text_set_as_pages_states_the_same(path: Path, size: float, pitch: float, indent: float) -> None:
    text = path.read_text(encoding="utf-8")
    data = set_as_pages(text, size, pitch, indent)
    document = read_bytes(data, file="set.pdf", doc_id="set", suffix=".pdf")
    facts = fa.extract(document)
    expected = fa.extract(fa.read(path))
    lost = Counter(expected.select(MEANING).iter_rows()) - Counter(facts.select(MEANING).iter_rows())
    new = Counter(facts.select(MEANING).iter_rows()) - Counter(expected.select(MEANING).iter_rows())
    assert not new, new
    assert sum(lost.values()) <= len(expected) // 200, lost
    assert facts["page"].is_between(1, len(document.pages)).all()
