"""Numbers of a workbook as its cells show them: ``1234.5`` under ``#,##0.00`` is printed as ``1,234.50``.

What is printed, not what is stored, is what a body disclosed: its digits say how precise a figure is. The grammar of
formats is that of ECMA-376 part 1, 18.8.31 (``numFmts``); colours, fills and conditions on the locale leave no trace.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

__all__ = ["BUILT_IN", "displayed"]

_RED = "#,##0.00;[Red]-#,##0.00"
# Formats that a file names by number only; dates as a Chinese system shows them.
BUILT_IN: dict[int, str] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"¥"#,##0;-"¥"#,##0', 6: '"¥"#,##0;-"¥"#,##0',
    7: '"¥"#,##0.00;-"¥"#,##0.00', 8: '"¥"#,##0.00;-"¥"#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"',
    30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0", 38: "#,##0;[Red]-#,##0", 39: "#,##0.00;-#,##0.00", 40: _RED, 41: '#,##0;-#,##0;"-"',
    42: '"¥"#,##0;-"¥"#,##0;"-"', 43: '#,##0.00;-#,##0.00;"-"', 44: '"¥"#,##0.00;-"¥"#,##0.00;"-"', 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip

_STORED = Context(prec=15, rounding=ROUND_HALF_UP)  # digits of a stored number that a workbook shows at most
_GENERAL = Context(prec=11, rounding=ROUND_HALF_UP)
_EXACT = Context(prec=1000)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
_DATE = re.compile(
    r"yyyy|yy|y|e+|mmmmm|mmmm|mmm|mm|m|dddd|ddd|dd|d|aaaa|aaa|hh|h|ss|s|AM/PM|A/P|上午/下午", re.IGNORECASE
)
_LONGEST = 255  # characters of a format, and digits that one may ask for
_PRINTED = frozenset(("general", "text", "percent"))
_WEEKDAYS = "一二三四五六日"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Token(NamedTuple):
    """A piece of a format.

    `kind` is ``digit``, ``point``, ``comma``, ``percent``, ``power``, ``slash``, ``date``, ``general`` or ``text``.
    """

    kind: str
    text: str


class _Section(NamedTuple):
    tokens: tuple[_Token, ...]
    condition: tuple[str, Decimal] | None


def displayed(value: Decimal, code: str, *, since_1904: bool = False) -> str:
    """Return a number as a cell of a given number format shows it.

    Parameters
    ----------
    value : Decimal
        The stored number; of a date the days since the workbook's first day.
    code : str
        The number format: ``#,##0.00``, ``0.00%``, ``yyyy"年"m"月"d"日"``, ``General``.
    since_1904 : bool
        The workbook counts days from 1904.

    Returns
    -------
    str
        Without outer blanks; empty where the format hides the number. A negative number keeps its sign even where
        the format shows it by colour only.
    """
    if not value.is_finite():
        return ""
    value = _STORED.plus(value)
    sections = _sections(code[:_LONGEST])
    section, absolute = _chosen(sections, value)
    if section is None:
        return "-" + _general(-value) if value < 0 else _general(value)
    kinds = {token.kind for token in section.tokens}
    if "date" in kinds:
        moment = _moment(value, since_1904)
        return _dated(section.tokens, moment, value) if moment is not None else _general(value)
    shown = _numbered(section.tokens, kinds, abs(value))
    if value < 0 and any(c in "123456789" for c in shown):
        signed = any(t.kind == "text" and ("-" in t.text or "(" in t.text or "−" in t.text) for t in section.tokens)
        if not absolute or not signed:
            return "-" + shown.strip()
    return shown.strip()


def _chosen(sections: tuple[_Section, ...], value: Decimal) -> tuple[_Section | None, bool]:
    """Return the part of a format that a number takes, and whether that part stands for negative numbers only."""
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or _holds(value, *section.condition):
                return section, section.condition is not None and value < 0
        return None, False
    numeric = sections[:3]
    if value < 0 and len(numeric) > 1:
        return numeric[1], True
    if value == 0 and len(numeric) > 2:
        return numeric[2], False
    return numeric[0], False


def _holds(value: Decimal, sign: str, bound: Decimal) -> bool:
    if sign == "<>":
        return value != bound
    return ("=" in sign and value == bound) or (sign[0] == "<" and value < bound) or (sign[0] == ">" and value > bound)


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[_Section, ...]:
    """Part a format at its semicolons, each part into tokens."""
    found: list[_Section] = []
    tokens: list[_Token] = []
    condition: tuple[str, Decimal] | None = None
    at = 0
    while at < len(code):
        c = code[at]
        following = code[at + 1 : at + 2]
        step = 1
        if c == ";":
            found.append(_Section(tuple(tokens), condition))
            tokens, condition = [], None
        elif c == '"':
            end = code.find('"', at + 1)
            end = len(code) if end < 0 else end
            tokens.append(_Token("text", code[at + 1 : end]))
            step = end + 1 - at
        elif c == "[":
            end = code.find("]", at)
            end = len(code) if end < 0 else end
            inside = code[at + 1 : end]
            match = _CONDITION.fullmatch(inside.strip())
            if match is not None:
                condition = (match[1], Decimal(match[2])) if match[2].count(".") <= 1 else None
            elif inside.startswith("$"):
                tokens.append(_Token("text", inside[1:].partition("-")[0]))
            elif inside.lower().strip("hms") == "" and inside:
                tokens.append(_Token("date", f"[{inside.lower()}]"))
            step = end + 1 - at
        elif c in "\\_*":  # an escaped character; the width of one; a fill
            if c == "\\":
                tokens.append(_Token("text", following))
            elif c == "_":
                tokens.append(_Token("text", " "))
            step = 2
        elif code[at : at + 7].lower() == "general" or code[at : at + 4] == "G/通用":
            tokens.append(_Token("general", ""))
            step = 7 if code[at] in "Gg" and code[at + 1 : at + 2] != "/" else len("G/通用格式")
        elif c in "0#?":
            tokens.append(_Token("digit", c))
        elif c in ".,%/":
            tokens.append(_Token({".": "point", ",": "comma", "%": "percent", "/": "slash"}[c], c))
        elif c in "Ee" and following and following in "+-":
            tokens.append(_Token("power", following))
            step = 2
        elif (match := _DATE.match(code, at)) is not None:
            tokens.append(_Token("date", match[0].lower()))
            step = len(match[0])
        elif c != "@":
            tokens.append(_Token("text", c))
        at += step
    found.append(_Section(tuple(tokens), condition))
    return tuple(found)


def _general(value: Decimal) -> str:
    """Return a number without a format of its own: eleven digits at most, whole numbers in full."""
    if value == value.to_integral_value() and abs(value) < Decimal(10) ** 15:
        return str(int(value))
    rounded = _GENERAL.plus(value)
    if rounded == 0 or abs(rounded) >= Decimal("1e-9"):
        text = f"{rounded:f}" if abs(rounded) < Decimal(10) ** 15 else f"{rounded.normalize():E}"
        return text.rstrip("0").rstrip(".") if "." in text and "E" not in text else text
    return f"{rounded.normalize():E}"


def _numbered(tokens: tuple[_Token, ...], kinds: set[str], value: Decimal) -> str:
    """Return a number that is not negative under the tokens of a format."""
    if "slash" in kinds:  # fractions are printed as decimals
        return _general(value)
    if "digit" not in kinds:
        return "".join(_general(value) if t.kind == "general" else t.text for t in tokens if t.kind in _PRINTED)
    value *= Decimal(100) ** sum(token.kind == "percent" for token in tokens)
    point = next((i for i, token in enumerate(tokens) if token.kind in ("point", "power")), len(tokens))
    places = 0
    for token in tokens[point:]:
        if token.kind == "power":
            break
        places += token.kind == "digit"
    power = 0
    if "power" in kinds and value:
        power = value.adjusted()
        value = value.scaleb(-power)
    digits = [i for i, token in enumerate(tokens[:point]) if token.kind == "digit"]
    last = digits[-1] if digits else -1
    scaled = sum(token.kind == "comma" for token in tokens[last + 1 : point]) if digits else 0
    grouped = any(token.kind == "comma" for token in tokens[digits[0] : last]) if digits else False
    rounded = value.scaleb(-3 * scaled).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
    whole, _, part = f"{rounded:f}".partition(".")
    before = _whole(tokens[:point], whole.lstrip("0"), grouped)
    if places and part and not any(c.isdigit() for c in before):
        before += "0"  # `#.00` prints .50, which reads as no number
    after: list[str] = []
    at = 0
    open_end = len(part)
    optional = [token.text for token in _until_power(tokens[point:]) if token.kind == "digit"]
    while open_end and optional[open_end - 1] != "0" and part[open_end - 1] == "0":
        open_end -= 1
    powered = False
    for token in tokens[point:]:
        if token.kind == "power":
            powered = True
            after.append(f"E{'-' if power < 0 else '+' if token.text == '+' else ''}{abs(power):02d}")
        elif token.kind == "point":
            after.append(".")
        elif token.kind == "digit" and not powered:
            after.append(part[at] if at < open_end else " " if token.text == "?" else "")
            at += 1
        elif token.kind in ("text", "percent"):
            after.append(token.text)
    return before + "".join(after)


def _until_power(tokens: tuple[_Token, ...]) -> tuple[_Token, ...]:
    at = next((i for i, token in enumerate(tokens) if token.kind == "power"), len(tokens))
    return tokens[:at]


def _whole(tokens: tuple[_Token, ...], digits: str, grouped: bool) -> str:
    """Put the digits before the point into their places, from the right; the first place takes all that are left."""
    first = next((i for i, token in enumerate(tokens) if token.kind == "digit"), -1)
    out: list[str] = []
    taken = 0
    for i in range(len(tokens) - 1, -1, -1):
        token = tokens[i]
        if token.kind in ("text", "percent"):
            out.append(token.text)
        if token.kind != "digit":
            continue
        rest = digits[: len(digits) - taken] if taken < len(digits) else ""
        run = list(reversed(rest)) if i == first and rest else [rest[-1]] if rest else []
        if not run:
            run = [{"0": "0", "?": " "}.get(token.text, "")]
        for digit in run:
            if grouped and taken and taken % 3 == 0 and digit.strip():
                out.append(",")
            out.append(digit)
            taken += bool(digit)
    return "".join(reversed(out))


def _moment(value: Decimal, since_1904: bool) -> datetime | None:
    if not 0 <= value < 2958466:
        return None
    first = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30 if value >= 60 else 31)
    return first + timedelta(seconds=int((value * 86400).quantize(Decimal(1), ROUND_HALF_UP)))


def _dated(tokens: tuple[_Token, ...], moment: datetime, value: Decimal) -> str:
    """Return a date or a time under the tokens of a format."""
    halved = any(token.kind == "date" and "/" in token.text for token in tokens)
    parts = [token.text for token in tokens if token.kind == "date"]
    out: list[str] = []
    at = -1
    for token in tokens:
        if token.kind != "date":
            if token.kind in ("text", "slash", "comma", "point"):
                out.append(token.text)
            continue
        at += 1
        text = token.text
        beside = (parts[at - 1] if at else "", parts[at + 1] if at + 1 < len(parts) else "")
        if text[0] in "ye":
            out.append(f"{moment.year % 100:02d}" if text in ("yy", "y") else str(moment.year))
        elif text[0] == "m" and len(text) <= 2 and (beside[0].strip("[]").startswith("h") or beside[1].startswith("s")):
            out.append(f"{moment.minute:0{len(text)}d}")
        elif text[0] == "m":
            out.append(f"{moment.month:0{len(text)}d}" if len(text) <= 2 else _MONTHS[moment.month - 1])
        elif text[0] == "d" and len(text) <= 2:
            out.append(f"{moment.day:0{len(text)}d}")
        elif text[0] == "d" or (text[0] == "a" and "/" not in text):
            out.append(("星期" if len(text) == 4 else "周") + _WEEKDAYS[moment.weekday()])
        elif text[0] == "h":
            hour = (moment.hour + 11) % 12 + 1 if halved else moment.hour
            out.append(f"{hour:0{len(text)}d}")
        elif text[0] == "s":
            out.append(f"{moment.second:0{len(text)}d}")
        elif text.startswith("[h"):
            out.append(str(int(value * 24)))
        elif text.startswith("["):
            out.append(str(int(value * (1440 if text[1] == "m" else 86400))))
        else:
            morning, _, later = text.partition("/")
            out.append((morning if moment.hour < 12 else later).upper())
    return "".join(out).strip()
