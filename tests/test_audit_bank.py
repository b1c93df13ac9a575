"""A bank of invented disclosures: awkwardly rounded ones must pass, each planted error must be found."""

from __future__ import annotations

import pytest

from fiscal_analysis.audit import AuditResult, audit_document
from fiscal_analysis.extract import extract_document
from fiscal_analysis.readers.plain.text import read_text
from tests.disclosures import ERRORS, WORDINGS, disclosure

CLEAN = 30
EACH = 2


def audited(text: str) -> AuditResult:
    document = read_text(text, doc_id="invented")
    extraction = extract_document(document)
    return audit_document(document, extraction.facts, extraction.indicators)


def serious(result: AuditResult) -> list[str]:
    return [finding.message_zh for finding in result.findings if finding.severity != "note"]


@pytest.mark.parametrize("seed", range(CLEAN))
def test_awkward_rounding_is_never_reported(seed: int) -> None:
    result = audited(disclosure(seed))
    assert serious(result) == []
    # The figures were read, and set beside each other.
    assert sum(check.state == "holds" for check in result.checks) >= 60


@pytest.mark.parametrize("wording", WORDINGS)
def test_other_provinces_wording_is_not_reported(wording: str) -> None:
    result = audited(WORDINGS[wording])
    assert serious(result) == []
    assert sum(check.state == "holds" for check in result.checks) >= 8


def test_items_that_are_not_all_of_a_fund_need_not_add_up_to_it() -> None:
    """Some items are explained, of some classes only: nothing says that they are all."""
    checks = [c for c in audited(WORDINGS["henan"]).checks if c.rule == "fund_classes"]
    assert sorted(c.state for c in checks) == ["holds", "skipped", "skipped"]


@pytest.mark.parametrize(("passed", "executed", "reported"), [("75%", "96%", 0), ("85%", "96%", 1), ("75%", "92%", 1)])
def test_rates_that_name_nothing_are_of_the_figures_before_them(passed: str, executed: str, reported: int) -> None:
    text = WORDINGS["guangdong"].replace("通过率75%", f"通过率{passed}").replace("执行率96%", f"执行率{executed}")
    assert len(serious(audited(text))) == reported


def test_planted_errors_are_found() -> None:
    missed = []
    for error, rules in ERRORS.items():
        for seed in range(EACH):
            result = audited(disclosure(seed, error))
            if not any(f.rule in rules and f.severity != "note" for f in result.findings):
                missed.append(f"{error} {seed}")
    assert len(missed) <= 0.05 * EACH * len(ERRORS), missed


def test_one_planted_error_is_one_place_to_look_at() -> None:
    """The findings about an error share its figure: a reader is not sent to figures that have nothing to do with it."""
    for seed in range(6):
        text, clean = disclosure(seed, "completion"), {f.finding_id for f in audited(disclosure(seed)).findings}
        findings = [f for f in audited(text).findings if f.finding_id not in clean]
        assert [f.rule for f in findings] == ["completion_mismatch"]
