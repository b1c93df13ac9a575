"""One wrong digit at a time: the audit finds it and points at it; see ``benchmarks/mutations.py``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.mutations import Score, score
from tests.disclosures import WORDINGS, disclosure

RAW = Path(__file__).parents[1] / "data" / "raw"


def published() -> Score:
    path = RAW / "zhengding-2023-overall-evaluation.txt"
    return score(path.read_text(encoding="utf-8"), path.stem)


def invented() -> Score:
    return score(disclosure(3), "invented-3", every=2)


def other_wording() -> Score:
    return score(WORDINGS["henan"], "henan", every=2)


@pytest.mark.parametrize("scored", [published, invented, other_wording])
def test_a_wrong_digit_is_reported_and_pointed_at(scored: Callable[[], Score]) -> None:
    found = scored()
    assert found.mutants >= 20
    assert found.reported >= 0.95 * found.mutants, found.missed
    assert found.suspected >= 0.80 * found.mutants


def test_a_last_digit_that_rounding_explains_is_never_reported() -> None:
    scores = [score(disclosure(seed), f"invented-{seed}", every=4) for seed in range(3)]
    assert sum(each.within for each in scores) >= 5
    assert sum(each.within_reported for each in scores) == 0
