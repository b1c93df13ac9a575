"""The audit of four whole documents, from their checked facts: what it finds, and that it finds nothing else."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from fiscal_analysis.audit import audit_document
from fiscal_analysis.audit.identities import identities
from fiscal_analysis.document import Document
from fiscal_analysis.facts import Fact, Indicator

sys.path.insert(0, str(Path(__file__).parent))
from gold_loader import load_document, load_facts, load_indicators

ROOT = Path(__file__).parent.parent
FILES = {
    "fengtai-2024": "fengtai-2024-final-accounts.txt",
    "chaoyang-2024": "chaoyang-2024-project-evaluation.txt",
    "mentougou-2023": "mentougou-2023-final-accounts.txt",
    "zhengding-2023": "zhengding-2023-overall-evaluation.txt",
}
# Severity, rule and the figures as printed, worst first. What stands in the findings lists beside these is text
# (a name, a missing counter) or needs a table of the source that the checked facts do not carry.
EXPECTED = {
    "fengtai-2024": [
        ("error", "sum_mismatch", "9780.32万元"),
        ("error", "sum_mismatch", "13941.32万元"),
        ("error", "score_mismatch", "0"),
        ("error", "weight_sum", "100"),
        ("error", "score_sum", "98"),
        ("error", "rate_mismatch", "91.33%"),
        ("warning", "growth_mismatch", "44.0%"),
        ("warning", "cross_reference", "6347.74万元"),
        ("warning", "cross_reference", "1260家次"),
        ("warning", "sum_mismatch", "14"),
    ],
    "chaoyang-2024": [],
    "mentougou-2023": [
        ("error", "growth_mismatch", "16.3 %"),
        ("error", "sum_mismatch", "8,083,965.07元"),
        ("error", "growth_mismatch", "19.5%"),
        ("error", "malformed_number", "353,18.18元"),
        ("error", "unit_slip", "1740元"),
        ("warning", "sum_mismatch", "105,719,924.04元"),
        ("warning", "sum_mismatch", "113,684,009.05元"),  # less what was spent: the closing carry-over
        ("warning", "sum_mismatch", "113,684,009.05元"),  # less what was received: the opening one
        ("warning", "cross_reference", "10571.99万元"),
        ("warning", "cross_reference", "7854.25万元"),
        ("warning", "cross_reference", "55个"),
        ("warning", "cross_reference", "7949.41万元"),
    ],
    "zhengding-2023": [("error", "sum_mismatch", "4553.53万元"), ("warning", "sum_mismatch", "2723.91万元")],
}


@cache
def load(doc_id: str) -> tuple[Document, list[Fact], list[Indicator]]:
    document = load_document(ROOT / "data" / "raw" / FILES[doc_id], doc_id)
    gold = ROOT / "tests" / "gold"
    rows = gold / f"{doc_id}.indicators.csv"
    indicators = load_indicators(rows, document) if rows.exists() else []
    return document, load_facts(gold / f"{doc_id}.facts.csv", document), indicators


@pytest.mark.parametrize("doc_id", FILES)
def test_every_disagreement_is_found_and_no_identity_that_holds_is_reported(doc_id: str) -> None:
    document, facts, indicators = load(doc_id)
    found = []
    for finding in audit_document(document, facts, indicators).findings:
        if finding.severity != "note":
            assert finding.source_start is not None
            stated = document.text[finding.source_start : finding.source_end]
            at_place = next((f.raw for f in facts if f.source_start == finding.source_start), None)
            printed = at_place or (f"{finding.stated:.0f}" if finding.rule == "score_mismatch" else stated)
            found.append((finding.severity, finding.rule, printed))
    assert sorted(found) == sorted(EXPECTED[doc_id])


@pytest.mark.parametrize("doc_id", FILES)
def test_findings_carry_their_place_their_quote_and_stable_ids(doc_id: str) -> None:
    document, facts, indicators = load(doc_id)
    first = audit_document(document, facts, indicators)
    assert first == audit_document(document, list(reversed(facts)), indicators)
    assert len({c.check_id for c in first.checks}) == len(first.checks)
    assert len({f.finding_id for f in first.findings}) == len(first.findings)
    for finding in first.findings:
        assert finding.message_zh
        assert finding.message_en
        assert finding.quote in finding.message_zh
        assert finding.fact_ids
    for check in first.checks:
        assert check.state in ("holds", "broken", "skipped", "not_applicable")
        assert check.reason or check.state in ("holds", "broken")


def _mutants(fact: Fact) -> Iterator[Fact]:
    """Change the first digit of a printed number, a step far beyond its rounding."""
    match = re.search(r"[0-9][0-9,]*(?:\.[0-9]+)?", fact.raw)
    if match is None or not fact.digits:
        return
    printed = match[0]
    digit = int(printed[0])
    changed = digit + 1 if digit < 9 else 7
    after = len(re.sub(r"[^0-9]", "", printed)) - 1
    last = -fact.decimals if fact.decimals is not None else min(fact.exponent, 0)
    power = after + last - fact.exponent
    step = (changed - digit) * 10**power if power >= 0 else 0
    value = abs(fact.digits) + step
    if step and len(str(abs(fact.digits))) == after + 1 + (last - fact.exponent):
        raw = fact.raw[: match.start()] + str(changed) + fact.raw[match.start() + 1 :]
        yield dataclasses.replace(fact, digits=value if fact.digits > 0 else -value, raw=raw)


# Relations of inequality: a wrong digit need not break them.
_UNEQUAL = {i.name for i in identities() if i.form == "subset"} | {"named_parts", "stock_growth", "evaluated_amount"}


def test_a_wrong_digit_in_a_figure_that_takes_part_in_a_relation_is_reported() -> None:
    """Every figure of an equality relation, one at a time."""
    mutants = reported = suspected = 0
    for doc_id in FILES:
        document, facts, indicators = load(doc_id)
        base = audit_document(document, facts, indicators)
        known = {f.finding_id for f in base.findings}
        members = {
            fact_id
            for check in base.checks
            if check.state == "holds" and check.rule not in _UNEQUAL
            for fact_id in check.fact_ids.split(";")
        }
        for place, fact in enumerate(facts):
            if fact.fact_id not in members or fact.comparator:
                continue
            for mutant in _mutants(fact):
                changed = [*facts[:place], mutant, *facts[place + 1 :]]
                new = [f for f in audit_document(document, changed, indicators).findings if f.finding_id not in known]
                mutants += 1
                reported += bool(new)
                suspected += any(fact.fact_id in f.fact_ids.split(";") for f in new)
    assert mutants > 350
    assert reported / mutants >= 0.95
    assert suspected / mutants >= 0.80
