"""Statement tables as files of many provinces draw them, with the facts that a careful reader takes from each cell.

``python -m tests.statement_cases`` prints the score case by case; ``--misses [CASE]`` lists what is missed or wrong.

A case of ``tests/statement_tables/*.toml`` writes a table as it looks: ``|`` between cells, ``<`` where a cell runs on
from the left, ``^`` where it runs on from above. ``// ...`` behind a row says what its figures are; a row without it
states nothing. The parts of such a note stand between ``;``:

- ``s=206`` (subject code), ``e=301`` (economic code), ``i=...`` (item), ``G``, ``F``, ``S`` (fund), ``basic`` or
  ``project`` (scope), a concept, a measure, ``y=2023`` (fiscal year), ``count``, ``ratio``, ``x1`` (the factor to the
  base unit), ``none`` (states nothing), ``maybe`` (may be left open, but not be wrong);
- ``1,3-5: ...`` holds for these columns only; what has no columns holds for all figures of the row;
- ``total`` takes the case's ``totals`` for its columns instead of ``columns``.

``columns`` and ``totals`` give what the figures of a column have in common, by the column's number from 0. ``--- page``
between rows turns the page; a line that begins with ``#`` is a paragraph, after which another grid begins.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from fiscal_analysis.document import Document
from fiscal_analysis.extract import extract_document
from fiscal_analysis.facts import Fact
from fiscal_analysis.readers.content import Box, Content, Grid, Text, assemble

FOLDER = Path(__file__).parent / "statement_tables"
_TITLES = {"final_accounts": "{body}{year}年度部门决算公开", "budget": "{body}{year}年部门预算公开"}
_MEASURES = {
    "final", "actual", "initial_budget", "adjusted_budget", "prior_year", "change_on_prior_year",
    "growth_on_prior_year", "change_on_initial_budget", "growth_on_initial_budget", "completion_of_initial_budget",
    "completion_of_adjusted_budget", "share",
}  # fmt: skip
_FUNDS = {"G": "general_public_budget", "F": "government_fund", "S": "state_capital"}
_FACTORS = {"元": Decimal(1), "千元": Decimal(1000), "万元": Decimal(10000)}
_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?%?$")
_SCOPE_SAID = {"personnel_cost", "operating_cost", "expenditure_basic", "expenditure_project"}
_COMPARED = (
    "concept", "measure", "fund", "subject_code", "economic_code", "scope", "fiscal_year", "value", "unit", "page",
)  # fmt: skip


@dataclass
class Stated:
    """What a cell states: the place, and the columns of the fact."""

    grid: int
    row: int
    column: int
    raw: str
    page: int
    known: dict[str, Any] = field(default_factory=dict)
    maybe: bool = False


class Outcome(NamedTuple):
    """What became of a case: figures expected, facts right, facts stated, and what is missed, wrong, unexpected."""

    expected: int
    right: int
    stated: int
    missed: list[str]
    wrong: list[str]
    unexpected: list[str]


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (theme, case)."""
    for path in sorted(FOLDER.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            yield path.stem, case


def read_case(case: dict[str, Any], spans: bool = True) -> tuple[Document, list[Stated]]:
    """Return the document of a case and what its cells state.

    Without `spans` merged cells become a cell and empty ones, as sources have it that draw no merged cells.
    """
    body = case.get("body", "临江县水务局")
    head = case.get("document", _TITLES[case["kind"]].format(body=body, year=case["year"]))
    page = case.get("page", 1)
    blocks: list[Text | Grid] = [Text(line, page) for line in [head, *case.get("title", [])]]
    stated: list[Stated] = []
    lines: list[list[str]] = []
    notes: list[str | None] = []
    pages: list[int] = []
    grids = 0

    def close() -> None:
        nonlocal grids
        if lines:
            blocks.append(Grid(_boxes(lines, spans), list(pages)))
            for y, note in enumerate(notes):
                if note is not None:
                    stated.extend(stated_by(case, grids, y, lines[y], note, pages[y]))
            grids += 1
        lines.clear()
        notes.clear()
        pages.clear()

    for line in case["rows"].strip("\n").split("\n"):
        if line.startswith("---"):
            page += 1
        elif line.startswith("#"):
            close()
            blocks.append(Text(line[1:].strip(), page))
        elif line.strip():
            cells, mark, note = line.partition("//")
            lines.append([part.strip() for part in cells.split("|")])
            notes.append(note.strip() if mark else None)
            pages.append(page)
    close()
    blocks += [Text(line, page) for line in case.get("after", [])]
    document = assemble(Content(blocks, page_count=page), doc_id=case["id"], format="pdf")
    document.metadata.fiscal_year, document.metadata.kind = case["year"], case["kind"]
    return document, stated


def _boxes(lines: list[list[str]], spans: bool) -> list[Box]:
    width = max(map(len, lines))
    cells = [line + [""] * (width - len(line)) for line in lines]
    boxes = []
    for y, line in enumerate(cells):
        for x, text in enumerate(line):
            if text in ("<", "^"):
                continue
            across = 1
            if not spans:
                boxes.append(Box(text, y, x))
                continue
            while x + across < width and line[x + across] == "<":
                across += 1
            down = 1
            while y + down < len(cells) and all(cells[y + down][at] == "^" for at in range(x, x + across)):
                down += 1
            boxes.append(Box(text, y, x, down, across))
    return boxes


def stated_by(case: dict[str, Any], grid: int, row: int, cells: list[str], note: str, page: int) -> Iterator[Stated]:
    """Yield what the figures of a row state."""
    common, special, total = "", {}, False
    for part in note.split(";"):
        where, colon, words = part.strip().rpartition(":")
        if colon:
            for column in _numbers(where):
                special[column] = special.get(column, "") + " " + words
        else:
            total = total or "total" in words.split()
            common += " " + " ".join(word for word in words.split() if word != "total")
    columns = case.get("totals" if total else "columns", {})
    for x, raw in enumerate(cells):
        words = f"{columns.get(str(x), '')} {common} {special.get(x, '')}".split()
        if not _NUMBER.match(raw) or (str(x) not in columns and x not in special) or "none" in words:
            continue
        known, factor = _known(words, case)
        number = Decimal(raw.replace(",", "").rstrip("%"))
        known["value"] = number / 100 if known["unit"] == "ratio" else number * factor
        known["page"] = page
        yield Stated(grid, row, x, raw, page, known, "maybe" in words)


def _numbers(where: str) -> Iterator[int]:
    for part in where.split(","):
        first, dash, last = part.strip().partition("-")
        yield from range(int(first), int(last if dash else first) + 1)


def _known(words: list[str], case: dict[str, Any]) -> tuple[dict[str, Any], Decimal]:
    budget = case["kind"] == "budget"
    factor = _FACTORS[case.get("unit", "万元")]
    known: dict[str, Any] = {
        "concept": "", "measure": case.get("measure", "initial_budget" if budget else "final"), "fund": None,
        "subject_code": None, "economic_code": None, "scope": None, "unit": "CNY",
    }  # fmt: skip
    known["fund"] = _FUNDS.get(case.get("fund", ""))
    names = {"s": "subject_code", "e": "economic_code", "i": "item", "y": "fiscal_year"}
    for word in words:
        if word == "=":
            continue
        key, equals, value = word.partition("=")
        if equals:
            known[names[key]] = int(value) if key == "y" else None if value == "-" else value
        elif word in _FUNDS or word == "nofund":
            known["fund"] = _FUNDS.get(word)
        elif word in ("basic", "project"):
            known["scope"] = word
        elif word in ("count", "ratio"):
            known["unit"], factor = word, Decimal(1)
        elif re.fullmatch(r"x\d+", word):
            factor = Decimal(word[1:])
        elif word in _MEASURES:
            known["measure"] = word
        elif word != "maybe":
            known["concept"] = word
    if known["unit"] == "count" and known["measure"] == "final":
        known["measure"] = "actual"
    prior = known["measure"] == "prior_year"
    known.setdefault("fiscal_year", case["year"] - 1 if prior else case["year"])
    return known, factor


def said(fact: Fact) -> dict[str, Any]:
    """Return what of a fact is compared."""
    found = {name: getattr(fact, name) for name in (*_COMPARED, "item")}
    if fact.unit == "count" and fact.measure == "final":
        found["measure"] = "actual"
    return found


def differences(known: dict[str, Any], stated: dict[str, Any]) -> list[str]:
    """Return what differs; the scope of a concept that is of one scope by its name goes without saying."""
    names = [name for name in _COMPARED if name != "scope" or known["concept"] not in _SCOPE_SAID]
    if "item" in known:
        names.append("item")
    return [f"{name} {stated[name]} for {known[name]}" for name in names if stated[name] != known[name]]


def judge(case: dict[str, Any], spans: bool = True) -> Outcome:
    """Read a case and compare cell by cell."""
    document, stated = read_case(case, spans)
    facts = extract_document(document).facts
    grids = [table.index for table in document.tables if table.layout == "grid"]
    by_place: dict[tuple[int | None, int | None, int | None], list[Fact]] = {}
    for fact in facts:
        by_place.setdefault((fact.table, fact.row, fact.column), []).append(fact)
    missed, wrong, unexpected, right, expected = [], [], [], 0, 0
    for one in stated:
        here = by_place.pop((grids[one.grid], one.row, one.column), [])
        where = f"{one.grid}:{one.row},{one.column} {one.raw}"
        if not here:
            if not one.maybe:
                expected += 1
                missed.append(f"{where} {one.known['concept']}")
            continue
        expected += 1
        found = differences(one.known, said(here[0]))
        if found:
            wrong.append(f"{where} {'; '.join(found)}")
        else:
            right += 1
        unexpected += [f"{where} once more as {fact.concept}" for fact in here[1:]]
    for place, left in by_place.items():
        unexpected += [f"{place} {f.raw} {f.concept} {f.measure} {f.item or f.subject_code or ''}" for f in left]
    return Outcome(expected, right, len(facts), missed, wrong, unexpected)


def main(arguments: list[str]) -> None:
    """Print the score case by case."""
    only = [a for a in arguments if not a.startswith("--")]
    sums = [0, 0, 0]
    for theme, case in cases():
        if only and not any(word in case["id"] or word == theme for word in only):
            continue
        outcome = judge(case)
        for index, value in enumerate(outcome[:3]):
            sums[index] += value
        print(f"{theme:14s} {case['id']:34s} right {outcome.right}/{outcome.expected} of stated {outcome.stated}")
        if "--misses" in arguments:
            for name in ("missed", "wrong", "unexpected"):
                for line in getattr(outcome, name):
                    print(f"    {name:10s} {line}")
    print(f"all: {sums[1]}/{sums[0]} of the figures = {sums[1] / max(1, sums[0]):.4f}; ", end="")
    print(f"{sums[1]}/{sums[2]} of the facts = {sums[1] / max(1, sums[2]):.4f}")


if __name__ == "__main__":
    main(sys.argv[1:])
