"""Words to tokens: where the concepts, cue words and class names of the vocabulary stand in a phrase.

One pattern holds all words of ``concepts.csv``, ``cues.csv`` and the functional classes; it is built once. A token is
``(role, value, start, end)``; for a concept the value is its :class:`Concept`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from fiscal_analysis import taxonomy
from fiscal_analysis.document import fold
from fiscal_analysis.wordlist import longest_of

__all__ = [
    "Concept",
    "FunctionalNames",
    "Token",
    "economic_groups",
    "find_firms",
    "firm_patterns",
    "functional_names",
    "fund_of_code",
    "idle_words",
    "needed_words",
    "section_kinds",
    "tokens",
]


@dataclass(slots=True)
class Concept:
    """What an alias means.

    `note` is ``bare`` or ``weak`` where the word alone proves little, ``item`` where it names a part; `role` is set
    where the alias says budget or outturn as well.
    """

    concept: str
    fund: str | None
    economic_code: str | None
    note: str
    role: str
    alias: str


@dataclass(slots=True)
class Token:
    """A word of the vocabulary at a place of a phrase."""

    role: str
    value: str
    start: int
    end: int
    concept: Concept | None


_OTHERS = frozenset(  # of the groups that begin with 其他, those whose names say of what
    ("其他社会保障缴费", "其他工资福利支出", "其他交通费用", "其他商品和服务支出", "其他对个人和家庭的补助")
)
_REPEATED = r"(?:[?*+]\??|\{[^}]*\}\??)?"  # what may stand behind a part of a pattern
_NOT_FUNCTIONAL = frozenset(("其他支出", "预备费", "转移性支出"))


@cache
def _vocabulary() -> tuple[re.Pattern[str], dict[str, tuple[str, str, Concept | None]]]:
    words: dict[str, tuple[str, str, Concept | None]] = {}
    for row in taxonomy.table("functional_classes"):
        if row["level"] == "class":
            for name in (row["name"], *filter(None, row["former_names"].split("|"))):
                if name not in _NOT_FUNCTIONAL and len(name) > 3:
                    words.setdefault(fold(name), ("class", row["code"], None))
    for row in taxonomy.table("cues"):
        if row["role"] == "idle":
            continue
        words[fold(row["cue"])] = (row["role"], row["value"], None)
    for row in taxonomy.table("concepts"):
        alias = fold(row["alias"])
        concept = Concept(
            row["concept"], row["fund"] or None, row["code"] or None, row["note"], row["role"] or "", alias
        )
        words[alias] = ("concept", row["concept"], concept)
    return re.compile(longest_of(words)), words


def tokens(phrase: str) -> list[Token]:
    """Return the tokens of a folded phrase, longest word first, left to right, never overlapping."""
    pattern, words = _vocabulary()
    found = []
    for match in pattern.finditer(phrase):
        role, value, concept = words[match[0]]
        start, end = match.span()
        found.append(Token(role, value, start, end, concept))
    return found


class FunctionalNames(NamedTuple):
    """Functional classification by name: name -> codes, at each level."""

    classes: dict[str, list[str]]
    groups: dict[str, list[str]]
    items: dict[str, list[str]]
    codes: dict[str, str]


@cache
def functional_names() -> FunctionalNames:
    """Return the names (present, former, with and without a final 支出) of the functional classes and their codes."""
    levels: dict[str, dict[str, list[str]]] = {"class": {}, "group": {}, "item": {}}
    codes: dict[str, str] = {}
    for row in taxonomy.table("functional_classes"):
        codes[row["code"]] = row["name"]
        for name in (row["name"], *filter(None, row["former_names"].split("|"))):
            name = fold(name)
            short = name.removesuffix("支出")
            for form in {name, short, short + "支出"} if len(short) > 1 else {name}:
                known = levels[row["level"]].setdefault(form, [])
                if row["code"] not in known:
                    known.append(row["code"])
    return FunctionalNames(levels["class"], levels["group"], levels["item"], codes)


@cache
def economic_groups() -> dict[str, str]:
    """Return the names of the 款 of economic classification (departments' budgets) and their codes."""
    found: dict[str, str] = {}
    for row in taxonomy.table("economic_classes"):
        if row["system"] == "department" and row["level"] == "group" and not row["last_year"]:
            for name in (row["name"], *filter(None, row["former_names"].split("|"))):
                if len(name) > 1 and (not name.startswith("其他") or name in _OTHERS):
                    found.setdefault(fold(name), row["code"])
    return found


@cache
def fund_of_code() -> dict[str, str]:
    """Return the fund that a functional code belongs to, by the annual classification."""
    funds = {"general": "general_public_budget", "fund": "government_fund", "state_capital": "state_capital"}
    return {r["code"]: funds[r["fund"]] for r in taxonomy.table("functional_classes") if r["fund"] in funds}


@cache
def idle_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of words before and behind a number that say that it is no result."""
    sides: dict[str, list[str]] = {"before": [], "after": []}
    for row in taxonomy.table("cues"):
        if row["role"] == "idle":
            sides[row["value"]].append(fold(row["cue"]))
    return re.compile(longest_of(sides["before"])), re.compile(longest_of(sides["after"]))


class FirmPatterns(NamedTuple):
    """Patterns for kinds of firms and for what happens to them; every name of a firm holds one of `words`."""

    kinds: re.Pattern[str]
    events: re.Pattern[str]
    words: re.Pattern[str]


@cache
def firm_patterns() -> FirmPatterns:
    """Return the patterns of ``firms.csv`` and ``firm_events.csv``; the matched group's name tells kind and event."""
    firms = taxonomy.table("firms")
    kinds = "|".join(f"(?P<{row['kind']}_{i}>{row['pattern']})" for i, row in enumerate(firms))
    events = "|".join(f"(?P<{row['event']}>{row['pattern']})" for row in taxonomy.table("firm_events"))
    words = [word for row in firms for word in needed_words(row["pattern"])]
    return FirmPatterns(re.compile(kinds), re.compile(events), re.compile(longest_of(words) if all(words) else ""))


def needed_words(pattern: str) -> list[str]:
    """Return words one of which stands in whatever a pattern matches; the empty one where that cannot be told."""
    bare = re.sub(rf"\[[^\]]*\]{_REPEATED}", " ", pattern)
    inner = 1
    while inner:
        bare, inner = re.subn(rf"\([^()]*\){_REPEATED}", " ", bare)
    if "|" in bare:
        return [""]
    words = re.findall("[一-鿿]+", re.sub(rf"[^ ]{_REPEATED[:-1]}", " ", bare))
    choice = re.search(r"\(\?:([一-鿿|]+)\)(?:\(\?!.*\))?$", pattern)
    return [max(words, key=len)] if words else choice[1].split("|") if choice is not None else [""]


def find_firms(text: str) -> Iterator[re.Match[str]]:
    """Yield where a text names firms of some kind; see :func:`firm_patterns`."""
    patterns = firm_patterns()
    if patterns.words.search(text) is not None:
        yield from patterns.kinds.finditer(text)


@cache
def section_kinds() -> list[tuple[str, re.Pattern[str]]]:
    """Return (kind, words) of headings, in order of precedence."""
    return [(row["kind"], re.compile(row["words"])) for row in taxonomy.table("section_kinds")]
