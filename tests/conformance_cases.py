"""The conformance suite: excerpts in many provinces' wording, with the facts that a careful reader takes from them.

``python -m tests.conformance_cases`` prints the score by theme; ``--misses [THEME]`` lists what is missed or wrong.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from fiscal_analysis.document import Document, fold
from fiscal_analysis.extract import Extraction, extract_document
from fiscal_analysis.facts import Fact, Indicator
from fiscal_analysis.readers.plain.text import read_text

FOLDER = Path(__file__).parent / "conformance"
_TITLES = {
    "final_accounts": "{year}年度部门决算公开",
    "overall_evaluation": "{year}年度部门整体支出绩效自评报告",
    "project_evaluation": "{year}年度项目支出绩效评价报告",
    "budget": "{year}年部门预算公开",
}
_MARKS = "一二三四五六七八九十"
_SAME_MEASURES = [{"final", "actual", "rate", "score"}]
_SAME_CONCEPTS = [{"project_funding", "programme_funding"}, {"firms_added", "outcome", "firms_stock"}]
_DIMENSIONS = ("fund", "subject_code", "economic_code", "scope", "fiscal_year", "comparator")


class Outcome(NamedTuple):
    """What became of a case: expected facts found, stated facts right, quantities claimed that are none."""

    expected: int
    found: int
    stated: int
    right: int
    claimed: list[str]
    missed: list[str]
    wrong: list[str]


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (theme, case)."""
    for path in sorted(FOLDER.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            yield path.stem, case


def is_negative(case: dict[str, Any]) -> bool:
    """Tell whether an excerpt holds no data at all."""
    return not case.get("facts") and not case.get("indicators")


def read_case(case: dict[str, Any]) -> tuple[Document, Extraction]:
    """Read a case's excerpt as a small document under its headings."""
    head = case.get("title") or _TITLES[case["kind"]].format(year=case["year"])
    headings = case.get("heading", [])
    headings = [headings] if isinstance(headings, str) else headings
    text = "\n".join([head, *headings, case["text"].strip("\n")]) + "\n"
    document = read_text(text, doc_id=case["id"])
    return document, extract_document(document)


def _alike(left: str, right: str, groups: list[set[str]]) -> bool:
    return left == right or any(left in group and right in group for group in groups)


def _agrees(fact: Fact, row: dict[str, Any]) -> bool:
    value = float(row["value"])
    if not (
        _alike(fact.concept, row["concept"], _SAME_CONCEPTS)
        and _alike(fact.measure, row["measure"], _SAME_MEASURES)
        and fact.unit == row["unit"]
        and abs(float(fact.value) - value) <= 1e-9 * max(1.0, abs(value))
    ):
        return False
    return all(getattr(fact, name) == row[name] for name in _DIMENSIONS if row.get(name) not in (None, ""))


def judge(case: dict[str, Any]) -> Outcome:
    """Read a case and compare; of one that lists nothing but the rows of a form, no fact is judged."""
    if "facts" not in case and case.get("indicators"):
        return Outcome(0, 0, 0, 0, [], [], [])
    _, found = read_case(case)
    left = list(found.facts)
    missed, right = [], 0
    rows = case.get("facts", [])
    for row in rows:
        hit = next((fact for fact in left if _agrees(fact, row)), None)
        if hit is None:
            missed.append(f"{row['concept']}/{row['measure']} {row['raw']}")
        else:
            left.remove(hit)
            right += 1
    wrong = [
        f"{f.concept}/{f.measure} {f.raw} {f.subject_code or f.subject_name or f.item or ''} {f.fund or ''}"
        for f in left
    ]
    unclaimed = set(case.get("unclaimed", []))
    claimed = [fact.raw for fact in left if fact.raw in unclaimed]
    return Outcome(len(rows), right, len(found.facts), right, claimed, missed, wrong)


_CELLS = ("level1", "level2", "level3", "target_text", "actual_text")


def judge_rows(case: dict[str, Any]) -> tuple[int, list[str], int]:
    """Read a case's performance table: (rows expected, rows missed, rows stated)."""
    rows = case.get("indicators", [])
    if not rows:
        return 0, [], 0
    _, found = read_case(case)
    left = list(found.indicators)
    missed = []
    for row in rows:
        hit = next((one for one in left if _same_row(one, row)), None)
        if hit is None:
            missed.append(" | ".join(str(value) for value in row.values()))
        else:
            left.remove(hit)
    return len(rows), missed, len(found.indicators)


def _same_row(one: Indicator, row: dict[str, Any]) -> bool:
    if any(_plain(getattr(one, name)) != _plain(row.get(name, "")) for name in _CELLS if name != "level1"):
        return False
    if row.get("level1") and _plain(one.level1) != _plain(row["level1"]):
        return False
    for name in ("weight", "score"):
        value, expected = getattr(one, name), row.get(name)
        if (value is None) != (expected is None) or (value is not None and float(value) != float(expected)):
            return False
    return True


def _plain(text: str) -> str:
    return "".join(fold(text).split())


def main(arguments: list[str]) -> None:
    """Print the score by theme."""
    misses = "--misses" in arguments
    only = [a for a in arguments if not a.startswith("--")]
    totals: dict[str, list[int]] = {}
    rows = [0, 0, 0]
    for theme, case in cases():
        if only and theme not in only:
            continue
        outcome = judge(case)
        row = totals.setdefault(theme, [0, 0, 0, 0, 0, 0, 0])
        negative = is_negative(case)
        for index, value in enumerate(
            (
                1,
                outcome.expected,
                outcome.found,
                outcome.stated,
                outcome.right,
                int(negative),
                int(negative and outcome.stated > 0),
            )
        ):
            row[index] += value
        expected, missed_rows, stated = judge_rows(case)
        rows[0] += expected
        rows[1] += expected - len(missed_rows)
        rows[2] += stated
        if misses and missed_rows:
            print(f"\n## {case['id']} rows of the table")
            for line in missed_rows:
                print("   MISSED", line)
        if misses and (outcome.missed or outcome.wrong):
            print(f"\n## {case['id']} [{case.get('style')}] {case.get('heading', '')}\n{case['text'].strip()}")
            for line in outcome.missed:
                print("   MISSED", line)
            for line in outcome.wrong:
                print("   STATED", line)
    print(f"\n{'theme':22} cases  found        right        negatives with a claim")
    for theme, (n, expected, found, stated, right, negatives, broken) in [
        *totals.items(),
        ("all", [sum(c) for c in zip(*totals.values(), strict=True)]),
    ]:
        print(
            f"{theme:22} {n:5}  {found:4}/{expected:4} {found / max(1, expected):6.1%}"
            f"  {right:4}/{stated:4} {right / max(1, stated):6.1%}  {broken}/{negatives}"
        )
    print(f"rows of performance tables: {rows[1]}/{rows[0]} found, {rows[2]} stated")


if __name__ == "__main__":
    main(sys.argv[1:])
