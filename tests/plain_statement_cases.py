"""Statement tables as plain text hands them down, with the facts that a careful reader takes from each figure.

``python -m tests.plain_statement_cases`` prints the score case by case; ``--misses [CASE]`` lists what is missed or
wrong; ``--text CASE`` shows a case as the reader gets it.

A case of ``tests/plain_statements/*.toml`` is written as those of :mod:`tests.statement_cases`: ``|`` between cells,
``<`` and ``^`` where a cell runs on, ``// ...`` what the figures of a row are. Here it becomes text, in each of the
case's ``layouts``: ``blanks`` (a row a line, one blank between cells, empty cells gone), ``cells`` (a cell a line),
``tabs`` and ``pipes`` (a row a line, empty cells kept).
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fiscal_analysis.document import Document
from fiscal_analysis.extract import extract_document
from fiscal_analysis.facts import Fact
from fiscal_analysis.readers.plain.text import read_text
from tests.statement_cases import Outcome, Stated, differences, said, stated_by

FOLDER = Path(__file__).parent / "plain_statements"
LAYOUTS = ("blanks", "cells", "tabs", "pipes")
_HEADS = {"final_accounts": "{body}{year}年度部门决算公开", "budget": "{body}{year}年部门预算公开"}
_BEFORE = "第一部分 部门概况\n负责全县水利工程的建设和管理，组织实施水资源调度。\n\n第二部分 附表\n"
_AFTER = "\n第三部分 情况说明\n本部门严格执行预算管理制度，收支管理规范。\n"


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (theme, case)."""
    for path in sorted(FOLDER.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            yield path.stem, case


def layouts_of(case: dict[str, Any]) -> tuple[str, ...]:
    """Return the layouts that a case is written in."""
    return tuple(case.get("layouts", LAYOUTS))


def write(case: dict[str, Any], layout: str) -> tuple[str, dict[int, Stated]]:
    """Return a case as text, and what the figures state by their offsets."""
    body = case.get("body", "临江县水务局")
    head = case.get("document", _HEADS[case["kind"]].format(body=body, year=case["year"]))
    text = "\n".join([head, "", _BEFORE + "\n".join(case.get("title", ())), ""])
    stated: dict[int, Stated] = {}
    for y, line in enumerate(case["rows"].strip("\n").split("\n")):
        written, mark, note = line.partition("//")
        if written.startswith("#"):
            text += written[1:].strip() + "\n"
            continue
        cells = [cell.strip() for cell in written.split("|")]
        known = {one.column: one for one in stated_by(case, 0, y, cells, note.strip(), 1)} if mark else {}
        line_start = text
        text += "| " if layout == "pipes" else ""
        filled = 0
        for x, cell in enumerate(cells):
            shown = "" if cell in ("<", "^") else cell
            if layout in ("blanks", "cells"):
                if not shown:
                    continue
                text += {"blanks": " ", "cells": "\n"}[layout] if filled else ""
            elif x:
                text += "\t" if layout == "tabs" else " | "
            filled += 1
            if x in known:
                stated[len(text)] = known[x]
            text += shown
        text = text + (" |\n" if layout == "pipes" else "\n") if filled else line_start
    return text + "\n".join(case.get("after", ())) + _AFTER, stated


def read(case: dict[str, Any], layout: str) -> tuple[Document, dict[int, Stated]]:
    """Return the document of a case, and what its figures state by their offsets."""
    text, stated = write(case, layout)
    document = read_text(text, doc_id=case["id"])
    document.metadata.fiscal_year, document.metadata.kind = case["year"], case["kind"]
    if document.unwrapped is not None:
        document.unwrapped.metadata.fiscal_year, document.unwrapped.metadata.kind = case["year"], case["kind"]
    return document, stated


def judge(case: dict[str, Any], layout: str) -> Outcome:
    """Read a case in a layout and compare figure by figure."""
    document, stated = read(case, layout)
    facts = extract_document(document).facts
    by_place: dict[int, list[Fact]] = {}
    for fact in facts:
        by_place.setdefault(fact.source_start, []).append(fact)
    missed, wrong, unexpected, right, expected = [], [], [], 0, 0
    for start, one in stated.items():
        here = by_place.pop(start, [])
        where = f"{one.row},{one.column} {one.raw}"
        if not here:
            if not one.maybe:
                expected += 1
                missed.append(f"{where} {one.known['concept']}")
            continue
        expected += 1
        known = one.known | {"page": None}
        found = differences(known, said(here[0]))
        if found:
            wrong.append(f"{where} {'; '.join(found)}")
        else:
            right += 1
        unexpected += [f"{where} once more as {fact.concept}" for fact in here[1:]]
    for left in by_place.values():
        unexpected += [f"{f.raw} {f.concept} {f.measure} {f.item or f.subject_code or ''} {f.extractor}" for f in left]
    return Outcome(expected, right, len(facts), missed, wrong, unexpected)


def main(arguments: list[str]) -> None:
    """Print the score case by case and by layout."""
    only = [a for a in arguments if not a.startswith("--")]
    sums: dict[str, list[int]] = {layout: [0, 0, 0] for layout in LAYOUTS}
    for theme, case in cases():
        if only and not any(word in case["id"] or word in (theme, *LAYOUTS) for word in only):
            continue
        scores = []
        for layout in layouts_of(case):
            if set(only) & set(LAYOUTS) and layout not in only:
                continue
            if "--text" in arguments:
                print(write(case, layout)[0])
            outcome = judge(case, layout)
            for index, value in enumerate(outcome[:3]):
                sums[layout][index] += value
            scores.append(f"{layout} {outcome.right}/{outcome.expected} of {outcome.stated}")
            if "--misses" in arguments:
                for name in ("missed", "wrong", "unexpected"):
                    scores += [f"\n    {layout:6s} {name:10s} {line}" for line in getattr(outcome, name)]
        print(f"{theme:10s} {case['id']:34s}", "; ".join(scores))
    for layout, (expected, right, stated) in sums.items():
        print(f"{layout}: {right}/{expected} = {right / max(1, expected):.4f} of the figures; ", end="")
        print(f"{right}/{stated} = {right / max(1, stated):.4f} of the facts")


if __name__ == "__main__":
    main(sys.argv[1:])
