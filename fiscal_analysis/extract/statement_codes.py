"""Codes of the functional and the economic classification in statement tables: joined from parts, or told by names.

A row prints its code whole, in three parts, in parts whose class stands in a row above, without leading zeros, or not
at all: then the name tells it, within the class and the group that the rows above have opened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from fiscal_analysis import taxonomy
from fiscal_analysis.document import fold
from fiscal_analysis.extract.lexicon import functional_names
from fiscal_analysis.extract.table_cells import clean
from fiscal_analysis.readers.header_words import statement_label

__all__ = ["Codes", "doubted", "economic_class", "economic_item", "is_code", "is_economic", "item_code", "known_class"]

_CODE = re.compile(r"[235][0-9]{2}(?:[0-9]{2}){0,2}")
_PRESENT_CLASSES = 2018  # the year from which the economic classification has its present codes


def is_code(text: str) -> bool:
    """Tell whether a text is a functional or economic code of three, five or seven digits."""
    return _CODE.fullmatch(text) is not None


@cache
def _classes() -> frozenset[str]:
    economic = {row["code"] for row in taxonomy.table("economic_classes") if row["level"] == "class"}
    return frozenset(economic | {code for code in functional_names().codes if len(code) == 3})


def known_class(code: str) -> bool:
    """Tell whether a code begins with a class of the functional or economic classification."""
    return code[:3] in _classes()


@cache
def _economic_classes() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in taxonomy.table("economic_classes"):
        if row["system"] == "department" and row["level"] == "class" and row["name"] != "其他支出":
            for name in (row["name"], *filter(None, row["former_names"].split("|"))):
                found.setdefault(fold(name), row["code"])
    return found


def economic_class(label: str) -> str | None:
    """Return the code of an economic class by its bare name (工资福利支出: 301), if it is one."""
    return _economic_classes().get(label)


@cache
def _economic_items() -> dict[str, frozenset[str]]:
    """Return the codes of five digits that each name of an economic item stands for."""
    found: dict[str, set[str]] = {}
    for row in taxonomy.table("economic_classes"):
        if row["system"] == "department" and row["level"] == "group":
            for name in (row["name"], *filter(None, row["former_names"].split("|"))):
                found.setdefault(clean(name), set()).add(row["code"])
    return {name: frozenset(codes) for name, codes in found.items()}


@cache
def _items_by_label() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, codes in _economic_items().items():
        label = statement_label(name)
        found[label] = found.get(label, frozenset()) | codes
    return found


def is_economic(label: str) -> bool:
    """Tell whether a bare name is that of an economic class or item."""
    return label in _economic_classes() or label in _items_by_label()


def economic_item(above: str, label: str) -> str | None:
    """Return the code of the economic item with the bare name `label` under the class `above`, if there is one."""
    codes = [code for code in _items_by_label().get(label, ()) if above and code.startswith(above)]
    return codes[0] if len(codes) == 1 else None


def _functional_item(above: Sequence[str], label: str) -> str | None:
    """Return the code named `label` below a class and a group: an item of the group, else a group of the class."""
    names = functional_names()
    for known, parent in ((names.items, "".join(above[:2])), (names.groups, above[0])):
        codes = [code for code in known.get(label, ()) if code.startswith(parent) and len(parent) == len(code) - 2]
        if len(codes) == 1:
            return codes[0]
    return None


class Codes:
    """The codes of a table's rows, read from top to bottom, panel by panel."""

    def __init__(self) -> None:
        self._parents: dict[int, list[str]] = {}

    def of(self, panel: int, printed: Sequence[str], label: str) -> str | None:
        """Return the row's full code: parts joined, lost leading zeros put back, absent parents carried down."""
        parts = [part for text in printed for part in (text.split() or [""])]
        if not any(parts):
            return None
        full = next((part for part in parts if is_code(part) and len(part) > 3), None)
        if full is not None:
            self._open(panel, full)
            return full
        above = self._parents.get(panel, [])
        if len(parts) == 1 and len(parts[0]) < 3:
            return self._below(panel, above, parts[0].zfill(2), label)
        last = max(i for i, part in enumerate(parts) if part)
        joined = []
        for i in range(last + 1):
            part = parts[i] or (above[i] if i < len(above) else "")
            if not part or (i == 0) != (len(part) == 3):
                return None
            joined.append(part if i == 0 else part.zfill(2))
        while len(joined) > 1 and joined[-1] == "00" and label in ("", joined[0]):
            joined.pop()
        self._parents[panel] = joined
        code = "".join(joined)
        return code if is_code(code) else None

    def _below(self, panel: int, above: Sequence[str], part: str, label: str) -> str | None:
        """Return the code that ends in `part`, of a group or of an item, where its name leaves one choice."""
        names = functional_names()
        codes = [
            code
            for level, parents in ((names.groups, above[:1]), (names.items, above[:2]))
            if (code := "".join(parents) + part) in level.get(label, ()) and len(code) == 3 + 2 * len(parents)
        ]
        if len(codes) != 1:
            return None
        self._open(panel, codes[0])
        return codes[0]

    def named(self, panel: int, label: str) -> str | None:
        """Return the code that a bare name stands for below the rows above it in its panel."""
        above = self._parents.get(panel)
        if not above:
            return None
        code = _functional_item(above, label) if above[0][0] == "2" else economic_item(above[0], label)
        if code is not None:
            self._open(panel, code)
        return code

    def open_class(self, panel: int, code: str) -> None:
        """Take note of a class that was told by its name."""
        self._open(panel, code)

    def close(self, panel: int) -> None:
        """Take note of a total: names below it belong to no class."""
        self._parents.pop(panel, None)

    def _open(self, panel: int, code: str) -> None:
        self._parents[panel] = [part for part in (code[:3], code[3:5], code[5:]) if part]


def item_code(part: str, name: str) -> str | None:
    """Return the economic code that ends in `part`, where its class is lost and the name leaves one choice."""
    codes = [code for code in _economic_items().get(name, ()) if len(part) == 2 and code.endswith(part)]
    return codes[0] if len(codes) == 1 else None


def doubted(code: str, name: str, year: int | None, orphan: bool) -> bool:
    """Tell whether a code may belong to another row: its name is another code's, or a code stands alone above."""
    known = _economic_items().get(name, frozenset())
    if code[0] != "2" and len(code) == 5 and known and (year or 0) >= _PRESENT_CLASSES:
        return code not in known
    return orphan
