"""The numbers that a word processor puts before headings and list items, and does not store with their text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from fiscal_analysis.readers.office.packed import local_name

__all__ = ["Numbering", "attribute", "child", "value_of"]

_PLACE = re.compile("%([1-9])")
_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_COUNTING = frozenset(
    ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand")
)
_TIGHT = frozenset("、.．）)】〕")  # nothing stands between these and the title
_DEEPEST = 8
_LONGEST_CHAIN = 20  # styles based on styles


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """Return the element that some names lead to, one child a name; None where there is none."""
    for name in names:
        if element is None:
            return None
        element = next((each for each in element if local_name(each) == name), None)
    return element


def attribute(element: etree._Element | None, name: str) -> str | None:
    """Return an attribute by its name without namespace."""
    if element is None:
        return None
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), None)


def value_of(element: etree._Element | None, *names: str) -> str | None:
    """Return the attribute ``val`` of the element that some names lead to."""
    return attribute(child(element, *names), "val")


@dataclass(slots=True)
class _Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""
    restart: int | None = None  # the level that sets this one back; None: any above
    style: str = ""


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)  # levels that begin anew with this list
    begun: bool = False


class Numbering:
    """The lists of a document, and how far each has counted.

    Parameters
    ----------
    numbering, styles : lxml element or None
        The roots of ``numbering.xml`` and ``styles.xml``.
    """

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        abstract: dict[str, dict[int, _Level]] = {}
        linked: dict[str, str] = {}  # abstract list -> the style that it takes its levels from
        own: dict[str, str] = {}  # style -> abstract list that defines it
        self._lists: dict[str, _List] = {}
        for element in numbering if numbering is not None else ():
            name = local_name(element)
            if name == "abstractNum":
                key = attribute(element, "abstractNumId") or ""
                abstract[key] = _levels(element)
                if (style := value_of(element, "numStyleLink")) is not None:
                    linked[key] = style
                if (style := value_of(element, "styleLink")) is not None:
                    own[style] = key
        for element in numbering if numbering is not None else ():
            if local_name(element) == "num":
                key = value_of(element, "abstractNumId") or ""
                key = own.get(linked.get(key, ""), key)
                levels = dict(abstract.get(key, {}))
                found = _List(key, levels)
                for override in element:
                    if local_name(override) == "lvlOverride":
                        at = _whole(attribute(override, "ilvl"))
                        start = value_of(override, "startOverride")
                        level = child(override, "lvl")
                        if level is not None:
                            levels[at] = _level(level)
                        if start is not None:
                            found.starts[at] = _whole(start, 1)
                self._lists[attribute(element, "numId") or ""] = found
        self._counts: dict[str, dict[int, int]] = {}
        self._styles = _style_lists(styles)
        self.names = _style_names(styles)

    def number(self, paragraph: etree._Element) -> str:
        """Count a paragraph and return the number that it shows, with the blank behind it; empty where it has none."""
        properties = child(paragraph, "pPr")
        if properties is None and not self._styles:
            return ""
        style = value_of(properties, "pStyle") or self.names.get("", "")
        by_style = self._styles.get(style, ("", ""))
        found = value_of(properties, "numPr", "numId")
        level = value_of(properties, "numPr", "ilvl")
        listed = self._lists.get(found if found is not None else by_style[0])
        if listed is None or found == "0":
            return ""
        at = _whole(level if level is not None else by_style[1] or None)
        if level is None and found is None and not by_style[1]:
            at = next((i for i, each in listed.levels.items() if each.style == style), 0)
        return self._counted(listed, min(at, _DEEPEST))

    def _counted(self, listed: _List, at: int) -> str:
        level = listed.levels.get(at)
        if level is None:
            return ""
        counts = self._counts.setdefault(listed.abstract, {})
        if not listed.begun:
            listed.begun = True
            for each in listed.starts:
                counts.pop(each, None)
        counts[at] = counts[at] + 1 if at in counts else listed.starts.get(at, level.start)
        for deeper in [each for each in counts if each > at]:
            restart = listed.levels[deeper].restart if deeper in listed.levels else None
            if restart is None or at < restart:
                del counts[deeper]
        if level.kind in ("bullet", "none") or not level.text:
            return ""

        def shown(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            other = listed.levels.get(place, level)
            return _shown(counts.get(place, other.start), other.kind)

        text = _PLACE.sub(shown, level.text).strip()
        return text if text[-1:] in _TIGHT else f"{text} " if text else ""


def _levels(element: etree._Element) -> dict[int, _Level]:
    return {_whole(attribute(each, "ilvl")): _level(each) for each in element if local_name(each) == "lvl"}


def _level(element: etree._Element) -> _Level:
    restart = value_of(element, "lvlRestart")
    return _Level(
        _whole(value_of(element, "start"), 1),
        value_of(element, "numFmt") or attribute(child(element, "AlternateContent", "Fallback", "numFmt"), "val") or "",
        value_of(element, "lvlText") or "",
        None if restart is None else _whole(restart),
        value_of(element, "pStyle") or "",
    )


def _style_names(styles: etree._Element | None) -> dict[str, str]:
    """Return the name of each style in lower case; under the empty key the style of paragraphs without one."""
    found: dict[str, str] = {}
    for element in styles if styles is not None else ():
        if local_name(element) == "style" and attribute(element, "type") == "paragraph":
            key = attribute(element, "styleId") or ""
            found[key] = (value_of(element, "name") or "").lower()
            if attribute(element, "default") in ("1", "true"):
                found[""] = key
    return found


def _style_lists(styles: etree._Element | None) -> dict[str, tuple[str, str]]:
    """Return list and level of each style that numbers its paragraphs, by itself or by the one below."""
    own: dict[str, tuple[str, str]] = {}
    base: dict[str, str] = {}
    for element in styles if styles is not None else ():
        if local_name(element) != "style":
            continue
        key = attribute(element, "styleId") or ""
        base[key] = value_of(element, "basedOn") or ""
        number = value_of(element, "pPr", "numPr", "numId")
        level = value_of(element, "pPr", "numPr", "ilvl")
        if number is not None or level is not None:
            own[key] = (number or "", level or "")
    found: dict[str, tuple[str, str]] = {}
    for key in base:
        number = level = ""
        at = key
        for _ in range(_LONGEST_CHAIN):
            here = own.get(at, ("", ""))
            number, level = number or here[0], level or here[1]
            at = base.get(at, "")
            if number or not at:
                break
        if number and number != "0":
            found[key] = (number, level)
    return found


def _whole(text: str | None, default: int = 0) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default


# -- numbers in words -----------------------------------------------------------------------------------------------


def _shown(count: int, kind: str) -> str:
    """Return a count in a format of ECMA-376 part 1, 17.18.59; formats that Chinese documents do not use as digits."""
    if kind in _COUNTING:
        return _counting(count)
    if kind == "ideographDigital" or kind == "japaneseDigitalTenThousand":
        return "".join(_DIGITS[int(digit)] for digit in str(count))
    if kind == "chineseLegalSimplified":
        return _counting(count, _LEGAL, "拾佰仟")
    if kind in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= count <= 20:
        return chr(0x2460 + count - 1)
    if kind == "decimalEnclosedParen":
        return f"({count})"
    if kind == "decimalFullWidth":
        return "".join(chr(0xFF10 + int(digit)) for digit in str(count))
    if kind == "decimalZero":
        return f"{count:02d}"
    if kind == "ideographTraditional" and count >= 1:
        return _STEMS[(count - 1) % 10]
    if kind == "ideographZodiac" and count >= 1:
        return _BRANCHES[(count - 1) % 12]
    if kind in ("lowerLetter", "upperLetter") and 1 <= count <= 780:
        letters = chr(97 + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters.upper() if kind[0] == "u" else letters
    if kind in ("lowerRoman", "upperRoman") and 1 <= count < 4000:
        roman = ""
        for worth, letters in _ROMAN:
            roman += letters * (count // worth)
            count %= worth
        return roman.upper() if kind[0] == "u" else roman
    return str(count)


def _counting(count: int, digits: str = "零一二三四五六七八九", ranks: str = "十百千") -> str:
    """Return a count below ten thousand as it is spoken: 十二, 一百零五."""
    if not 0 < count < 10_000:
        return str(count)
    text = ""
    empty = False
    for rank in range(len(str(count)) - 1, -1, -1):
        digit = count // 10**rank % 10
        if not digit:
            empty = bool(text)
            continue
        text += ("零" if empty else "") + digits[digit] + (ranks[rank - 1] if rank else "")
        empty = False
    return text.removeprefix("一") if text.startswith("一十") else text
