"""Facts against checked facts: which are found, and which of the stated ones are right."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from fiscal_analysis.facts import Fact

GOLD = Path(__file__).parent / "gold"
# A reasonable reader may differ between these: they count as one. The wording of `item` is not compared.
_MEASURES = [{"final", "actual", "rate", "score"}]
_CONCEPTS = {
    "outcome": [
        {"project_funding", "programme_funding", "evaluated_amount"},
        {"firms_added", "outcome", "firms_stock"},
        {"staff", "outcome"},
        {"assets", "outcome"},
        {"hightech_certified", "hightech_passed"},
    ],
    "core": [{"project_funding", "programme_funding"}],
}


class Score(NamedTuple):
    """Shares found, of the core facts and of all; the share of stated facts that are right; what was missed."""

    core: float
    all: float
    right: float
    missed: list[str]
    wrong: list[str]


def gold(name: str) -> list[dict[str, str]]:
    """Return the checked facts of a document."""
    with (GOLD / f"{name}.facts.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _same_kind(left: str, right: str, groups: list[set[str]]) -> bool:
    return left == right or any(left in group and right in group for group in groups)


def _agrees(fact: Fact, row: dict[str, str]) -> bool:
    overlap = fact.source_start < int(row["source_end"]) and int(row["source_start"]) < fact.source_end
    return (
        overlap
        and _same_kind(fact.concept, row["concept"], _CONCEPTS[row["tier"]])
        and _same_kind(fact.measure, row["measure"], _MEASURES)
        and fact.unit == row["unit"]
        and abs(float(fact.value) - float(row["value"])) <= 1e-9 * max(1.0, abs(float(row["value"])))
        and (not row["subject_code"] or fact.subject_code == row["subject_code"])
        and (not row["fund"] or fact.fund == row["fund"])
        and (not row["economic_code"] or fact.economic_code == row["economic_code"])
        and (not row["scope"] or fact.scope == row["scope"])
        and (not row["fiscal_year"] or fact.fiscal_year == int(row["fiscal_year"]))
    )


def score(facts: Sequence[Fact], rows: Sequence[dict[str, str]]) -> Score:
    """Compare facts with checked facts by place, meaning, value and dimensions."""
    missed = [row for row in rows if not any(_agrees(fact, row) for fact in facts)]
    wrong = [fact for fact in facts if not any(_agrees(fact, row) for row in rows)]
    core = [row for row in rows if row["tier"] == "core"]
    core_missed = [row for row in missed if row["tier"] == "core"]
    return Score(
        1 - len(core_missed) / len(core),
        1 - len(missed) / len(rows),
        1 - len(wrong) / max(1, len(facts)),
        [f"{row['concept']}/{row['measure']} {row['raw']} at {row['source_start']}" for row in missed],
        [f"{fact.concept}/{fact.measure} {fact.raw} at {fact.source_start}" for fact in wrong],
    )
