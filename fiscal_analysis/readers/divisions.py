"""Which county, prefecture or province a body belongs to, from its name and the words around it (GB/T 2260).

Nothing is guessed. A county's name that several provinces have is decided by the names above it that the document
gives; where none decides, the answer is None and a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from fiscal_analysis import taxonomy

__all__ = ["Division", "find_division", "leading_places"]


class Division(NamedTuple):
    """A county, prefecture or province in force or abolished, with the names above it."""

    code: str
    name: str
    level: str
    province: str
    prefecture: str | None
    valid_until: int | None = None


_LONGEST = 15
_NAME = re.compile("[一-鿿]{1,11}?(?:自治县|自治旗|自治州|自治区|地区|新区|林区|特区|省|市|区|县|旗|盟|州)")
_BEFORE = re.compile("^(?:关于|中共|中国共产党|政协|中国人民政治协商会议|公示|附件[0-9]*|[0-9]{4}年度?|[^一-鿿]+)+")
_GENERIC = frozenset(("城区", "矿区", "郊区", "东区", "西区", "市区"))  # words of any town before they are names
_RANKS = {"county": 3, "prefecture": 2, "province": 1}
_MAJORITY = 3  # so many times as often as the next must a name be mentioned to decide


@cache
def _divisions() -> dict[str, tuple[Division, ...]]:
    rows = taxonomy.table("divisions")
    names = {row["code"]: row["name"] for row in rows}
    found: dict[str, list[Division]] = {}
    for row in rows:
        code = row["code"]
        province = names.get(code[:2] + "0000", "")
        prefecture = names.get(code[:4] + "00") if row["level"] == "county" else None
        until = int(row["valid_until"]) if row["valid_until"] else None
        division = Division(code, row["name"], row["level"], province, prefecture, until)
        for name in (row["name"], *filter(None, row["former_names"].split("|"))):
            found.setdefault(name, []).append(division)
    return {name: tuple(divisions) for name, divisions in found.items()}


def leading_places(text: str) -> list[str]:
    """Return the divisions' names that a body's name begins with, from the left: 云南省, 昆明市, 嵩明县."""
    known = _divisions()
    before = _BEFORE.match(text)
    at = before.end() if before is not None else 0
    places: list[str] = []
    while True:
        name = next(
            (text[at:end] for end in range(min(len(text), at + _LONGEST), at + 1, -1) if text[at:end] in known), ""
        )
        if not name:
            return places
        places.append(name)
        at += len(name)


def find_division(
    issuer: str, title: str, folded: str = "", fiscal_year: int | None = None
) -> tuple[Division | None, str]:
    """Return the division that an issuer, a title or a text names, and a note where it is left open.

    Parameters
    ----------
    issuer, title : str
        Where the division is looked for first.
    folded : str
        The document's text: context for ambiguous names, and the last place to look.
    fiscal_year : int, optional
        Tells which of two divisions of one name existed.

    Returns
    -------
    (Division or None, str)
        The note is empty where the division is certain.
    """
    known = _divisions()
    for text in (issuer, title):
        names = leading_places(text) or [n for n in _names_in(text, known) if n not in _GENERIC]
        if names:
            return _decide(names, issuer + "\n" + title, folded, fiscal_year)
    names = [name for name in _names_in(folded[:4000], known) if name not in _GENERIC and len(name) > 2]
    counties = [name for name in names if any(d.level == "county" for d in known[name])]
    names = [max(dict.fromkeys(counties), key=counties.count)] if counties else names[:1]
    if names:
        return _decide(names, issuer + "\n" + title, folded, fiscal_year)
    return None, "no administrative division is named in the issuer, the title or the first pages"


def _decide(names: list[str], head: str, folded: str, year: int | None) -> tuple[Division | None, str]:
    """Return the lowest division of a chain of names; the others, the head and the text decide between namesakes."""
    known = _divisions()
    rank = max(_RANKS[d.level] for name in names for d in known[name])
    chosen = next(name for name in reversed(names) if any(_RANKS[d.level] == rank for d in known[name]))
    candidates = _in_force([d for d in known[chosen] if _RANKS[d.level] == rank], year)
    if len(candidates) > 1:
        candidates = _above(candidates, [name for name in names if name != chosen]) or candidates
    if len(candidates) > 1:
        candidates = _mentioned(candidates, head, 1) or _mentioned(candidates, folded[:20000], _MAJORITY) or candidates
    if len(candidates) == 1:
        return candidates[0], ""
    places = ", ".join(f"{d.province}{d.prefecture or ''} ({d.code})" for d in candidates[:4])
    return None, f"{chosen}: several divisions have this name: {places}; the document names none above it that decides"


def _in_force(candidates: list[Division], year: int | None) -> list[Division]:
    """Return the divisions that existed in the fiscal year; of two codes of one place, the later."""
    current = [d for d in candidates if d.valid_until is None]
    if year is not None:
        then = [d for d in candidates if d.valid_until is not None and year < d.valid_until]
        return [*current, *then] if current or then else candidates
    return current or candidates


def _above(candidates: list[Division], names: Iterable[str]) -> list[Division]:
    named = set(names)
    for part in ("prefecture", "province"):
        found = [d for d in candidates if getattr(d, part) in named]
        if found:
            return found
    return []


def _mentioned(candidates: list[Division], text: str, majority: int) -> list[Division]:
    """Return the one candidate whose prefecture or province a text names, far more often than any other's."""
    counts = []
    for division in candidates:
        names = {division.prefecture or division.province, division.province}
        counts.append(sum(text.count(name) for name in names if name))
    if not any(counts):
        counts = [
            text.count(_short(d.province)) + (text.count(_short(d.prefecture)) if d.prefecture else 0)
            for d in candidates
        ]
    best = max(counts)
    if not best or any(count * majority > best for count in counts if count != best) or counts.count(best) > 1:
        return []
    return [candidates[counts.index(best)]]


def _short(name: str) -> str:
    """Return a name without its rank: 北京市 is written 北京 too."""
    bare = name.rstrip("省市")
    return bare if len(bare) > 1 else name


def _names_in(text: str, known: dict[str, tuple[Division, ...]]) -> list[str]:
    """Return the divisions' names in a text, in order."""
    found: list[str] = []
    for match in _NAME.finditer(text):
        word = match[0]
        for begin in range(len(word) - 1):
            if word[begin:] in known:
                found.append(word[begin:])
                break
    return found
