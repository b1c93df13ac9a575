"""Who published what, when: title, issuer, division, fiscal year, kind, date, from a document's own words.

Nothing is guessed. A county name that several provinces have is resolved by a province or prefecture that the document
names; where none decides, the code stays empty and a note says so.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import NamedTuple

from fiscal_analysis import taxonomy
from fiscal_analysis.document import Document, Metadata

__all__ = ["find_division", "find_metadata"]


class Division(NamedTuple):
    """A county, prefecture or province in force or abolished, with the names above it."""

    code: str
    name: str
    level: str
    province: str
    prefecture: str | None


@cache
def _divisions() -> dict[str, list[Division]]:
    rows = taxonomy.table("divisions")
    names = {row["code"]: row["name"] for row in rows}
    found: dict[str, list[Division]] = {}
    for row in rows:
        code = row["code"]
        province = names.get(code[:2] + "0000", "")
        prefecture = names.get(code[:4] + "00") if row["level"] == "county" else None
        division = Division(code, row["name"], row["level"], province, prefecture)
        current = not row["valid_until"]
        for name in (row["name"], *filter(None, row["former_names"].split("|"))):
            known = found.setdefault(name, [])
            known.insert(0, division) if current else known.append(division)
    return found


@cache
def _kinds() -> list[tuple[str, re.Pattern[str]]]:
    return [(row["kind"], re.compile("|".join(map(re.escape, row["words"].split("|"))))) for row in taxonomy.table("document_kinds")]


_NAME = re.compile("[一-鿿]{1,11}?(?:自治县|自治旗|自治州|自治区|地区|新区|林区|特区|省|市|区|县|旗|盟|州)")
_BODY = re.compile(
    "(?:[一-鿿]{2,11}?(?:省|市|区|县|旗|盟|州))+[一-鿿·]{2,24}?(?:局(?!长)|委员会(?!议)|办公室|委(?=[(\n,]|$)|管委会|中心(?=[(\n,是]|$)|法院|检察院|街道办事处|人民政府|联合会|研究所|学校|院(?=[(\n]|$)|支队|总队|馆(?=[(\n]|$)|站(?=[(\n]|$))"
)
_TITLE = re.compile("决算|预算|绩效|评价|自评")
_YEAR = re.compile("(20[0-9]{2}) ?年(?!第)")
_PUBLISHED = re.compile(r"(?:发布|公开|发文|成文|公布)(?:时间|日期)[: ]*(20[0-9]{2})[-年./](\d{1,2})[-月./](\d{1,2})")
_SIGNED = re.compile(r"^(20[0-9]{2}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日$", re.M)
_NOISE = re.compile("当前位置|发布时间|来源|字体|打印|浏览|索引号|分享|首页")


def find_metadata(document: Document) -> Metadata:
    """Read a document's metadata from its first lines and, where these are silent, from its text."""
    folded = document.folded
    head = [line for line in (raw.strip() for raw in folded[:1500].split("\n")) if line][:14]
    meta = Metadata()
    meta.title = _title(head)
    meta.fiscal_year = _fiscal_year(meta.title, head, folded)
    meta.kind = _kind(meta.title, head, document)
    meta.issuer = _issuer(head, folded)
    meta.published = _published(folded)
    division, note = find_division(meta.issuer or "", meta.title, folded)
    if division is not None:
        meta.division_code = division.code
        meta.level = division.level
        meta.province = division.province or None
        meta.prefecture = division.prefecture or (division.name if division.level == "prefecture" else None)
        meta.county = division.name if division.level == "county" else None
    if note:
        meta.notes.append(note)
    return meta


def _title(head: list[str]) -> str:
    lines = [line for line in head if _NOISE.search(line) is None and len(line) <= 70]
    for index, line in enumerate(lines):
        if _TITLE.search(line) and _YEAR.search(line) and line[-1] not in "。;":
            before = lines[index - 1] if index else ""
            if before and _BODY.fullmatch(before.replace(" ", "")) and before not in line:
                return f"{before.replace(' ', '')}{line.replace(' ', '')}"
            return line.replace(" ", "")
    for line in lines:
        if _TITLE.search(line) and line[-1] not in "。;":
            return line.replace(" ", "")
    return ""


def _fiscal_year(title: str, head: list[str], folded: str) -> int | None:
    for text in (title, *head):
        match = _YEAR.search(text)
        if match is not None and _TITLE.search(text):
            return int(match[1])
    years = Counter(match[1] for match in re.finditer("(20[0-9]{2}) ?年度", folded[:20000]))
    return int(years.most_common(1)[0][0]) if years else None


def _kind(title: str, head: list[str], document: Document) -> str | None:
    for text in (title, *head, *(heading.title for heading in document.outline[:12])):
        for kind, words in _kinds():
            if words.search(text):
                return kind
    return None


def _issuer(head: list[str], folded: str) -> str | None:
    for line in head:
        match = _BODY.match(line.replace(" ", ""))
        if match is not None and (match.end() == len(line.replace(" ", "")) or _TITLE.search(line)):
            return match[0]
    bodies: Counter[str] = Counter()
    order: dict[str, int] = {}
    for match in re.finditer(r"(?:^|[。\n(,:;共 ])(" + _BODY.pattern + r")(?=[(\n]|是|(?:共有))", folded):
        bodies[match[1]] += 1
        order.setdefault(match[1], match.start())
    if not bodies:
        return None
    return min(bodies, key=lambda name: (-bodies[name], order[name]))


def _published(folded: str) -> str | None:
    match = _PUBLISHED.search(folded[:3000])
    if match is None:
        for match in _SIGNED.finditer(folded[-600:]):
            pass
    return None if match is None else f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"


def find_division(issuer: str, title: str, folded: str = "") -> tuple[Division | None, str]:
    """Return the division that an issuer, a title or a text names, and a note where the name is ambiguous.

    Parameters
    ----------
    issuer, title : str
        Where the division is looked for first.
    folded : str
        The document's text: context for ambiguous names, and the last place to look.
    """
    known = _divisions()
    for text in (issuer, title, folded[:6000]):
        names = _names_in(text, known)
        if not names:
            continue
        counties = [name for name in names if any(d.level == "county" for d in known[name])]
        chosen = counties[0] if counties else names[-1] if text is not folded else names[0]
        candidates = known[chosen]
        if len(candidates) == 1:
            return candidates[0], ""
        context = _names_in(issuer + "\n" + title, known) + _names_in(folded[:20000], known)
        above = [d for d in candidates if d.province in context or (d.prefecture and d.prefecture in context)]
        short = [d for d in candidates if d.province and d.province.rstrip("省市") in issuer + title]
        for narrowed in (above, short):
            codes = {d.code for d in narrowed}
            if len(codes) == 1:
                return narrowed[0], ""
        places = ", ".join(f"{d.province}{d.prefecture or ''} ({d.code})" for d in candidates[:4])
        return None, f"{chosen}: several divisions have this name: {places}; the document names no province that decides"
    return None, "no administrative division is named in the issuer, the title or the first pages"


def _names_in(text: str, known: dict[str, list[Division]]) -> list[str]:
    found: list[str] = []
    for match in _NAME.finditer(text):
        word = match[0]
        for begin in range(len(word) - 1):
            if word[begin:] in known:
                found.append(word[begin:])
                break
    return found
