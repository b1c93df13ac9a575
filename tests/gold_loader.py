"""Turn the checked facts of a document into what the audit takes: facts with exact digits and places, and a document.

The checked tables name no table, row or base: a row of a table is a quote that does not stand in the text as one
piece, and the base of a share is read from the characters before it.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

from fiscal_analysis.document import Document, Metadata, Paragraph, Table, fold
from fiscal_analysis.facts import Fact, Indicator
from fiscal_analysis.quantity import find_quantities

_BASE = re.compile(r"占([^,，。;；\d]{0,20}?)的?\s*$")
_BARE = re.compile(r"[\d.,%\s]+")


def load_document(path: Path, doc_id: str) -> Document:
    """Read a text with one paragraph a line and no outline."""
    text = path.read_bytes().decode("utf-8")
    blocks: list[Paragraph | Table] = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            blocks.append(Paragraph(start, start + len(line), fold(line), -1))
        start += len(line) + 1
    return Document(doc_id, text, fold(text), Metadata(), [], blocks)


def load_facts(path: Path, doc: Document) -> list[Fact]:
    """Read checked facts, in reading order."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda r: int(r["source_start"]))
    facts: list[Fact] = []
    quotes: list[str] = []
    table, row = -1, 0
    for number, given in enumerate(rows):
        start, end = int(given["source_start"]), int(given["source_end"])
        decimals = int(given["decimals"]) if given["decimals"] else None
        value = Decimal(given["value"]).normalize()
        unit = given["unit"]
        if unit in ("count", "score"):
            decimals = None if decimals is None or decimals >= 0 else decimals
        sign, digits, exponent = value.as_tuple()
        exponent = int(exponent)
        number_digits = int("".join(map(str, digits))) * (-1 if sign else 1)
        printed = -decimals if decimals is not None else min(exponent, 0)
        if exponent > printed:
            number_digits, exponent = number_digits * 10 ** (exponent - printed), printed
        quote_start = doc.folded.rfind(given["quote"][:12], 0, start + 1)
        quote_start = start if quote_start < 0 else quote_start
        in_row = _BARE.fullmatch(given["raw"]) is not None and doc.text.find(given["quote"], start - 200) not in range(
            start - 200, end
        )
        if in_row:
            if not quotes or facts[-1].table is None or start - facts[-1].source_end > 60:
                table, row = table + 1, 0
            elif quotes[-1] != given["quote"]:
                row += 1
            column = 0 if not facts or facts[-1].table != table or facts[-1].row != row else facts[-1].column + 1
        _BASE.search(doc.folded, max(0, start - 30), start)
        base_text = _BASE.search(doc.folded[max(0, start - 30) : start])
        facts.append(
            Fact(
                given["concept"],
                given["measure"],
                number_digits,
                exponent,
                unit,
                int(given["fiscal_year"]) if given["fiscal_year"] else None,
                given["raw"],
                start,
                end,
                decimals,
                comparator=given["comparator"] or None,
                high_digits=None if not given["value_high"] else int(Decimal(given["value_high"]).scaleb(-exponent)),
                counted=given["counted"] or None,
                fund=given["fund"] or None,
                subject_code=given["subject_code"] or None,
                economic_code=given["economic_code"] or None,
                subject_name=given["subject_name"] or None,
                scope=given["scope"] or None,
                item=given["item"] or None,
                base=base_text[1] or None if base_text and given["measure"] == "share" else None,
                quote_start=quote_start,
                quote_end=max(end, min(len(doc.text), quote_start + len(given["quote"]))),
                flag="malformed" if re.search(r"\d,\d{1,2}(?!\d)", given["raw"]) else "",
                table=table if in_row else None,
                row=row if in_row else None,
                column=column if in_row else None,
                fact_id=f"{doc.doc_id}-{number:03d}",
            )
        )
        quotes.append(given["quote"])
    return facts


def load_indicators(path: Path, doc: Document) -> list[Indicator]:
    """Read checked indicator rows; the place is found by the words of the row."""
    indicators = []
    place = 0
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            words = row["level3"] or "年度资金总额"
            found = doc.text.find(words, place)
            place = found if found >= 0 else place
            target = find_quantities(row["target_text"])
            actual = find_quantities(row["actual_text"])
            indicators.append(
                Indicator(
                    row["item"] or None,
                    row["level1"],
                    row["level2"],
                    row["level3"],
                    row["target_text"],
                    target[0] if target else None,
                    row["actual_text"],
                    actual[0] if actual else None,
                    Decimal(row["weight"]) if row["weight"] else None,
                    Decimal(row["score"]) if row["score"] else None,
                    row["deviation_note"],
                    place,
                    place + len(words) + 20,
                    row=number,
                    indicator_id=f"{doc.doc_id}-i{number:02d}",
                )
            )
    return indicators
