"""Find every number with its unit in a text: exact value, interval, comparator, range, counter, offsets.

A *quantity* is a number as written at one place: ``13,941.32万元``, ``142.54%``, ``500余家``, ``≤120万元``,
``约100-200家``. Dates, document numbers, heading numbers and codes are none. The value is exact: an integer times a
power of ten in the base unit (yuan, 1, points); no float enters.

Patterns run over folded text (see :func:`fiscal_analysis.document.fold`), start at a digit and look left only where
one was found, so time grows linearly with the text, hostile text included.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from fiscal_analysis import taxonomy
from fiscal_analysis.document import fold
from fiscal_analysis.wordlist import longest_of

__all__ = ["Interval", "Quantity", "find_quantities", "unit_of"]


class Interval(NamedTuple):
    """A closed interval of exact numbers; ``None`` is an open end."""

    low: Decimal | None
    high: Decimal | None


class Quantity(NamedTuple):
    """A number with its unit, as written at one place of a text.

    Attributes
    ----------
    start, end : int
        Offsets: ``text[start:end] == raw``. A qualifier that touches the number belongs to `raw`.
    raw : str
        As printed.
    digits, exponent : int
        The value is ``digits * 10**exponent`` in the base unit.
    unit : str or None
        ``CNY`` (yuan), ``ratio``, ``score``, ``count``; None for a bare number, whose unit only the context can tell.
    counted : str or None
        What is counted, as printed (``家``, ``人次``); for money per head, the "per".
    comparator : str or None
        ``>=``, ``<=``, ``>``, ``<`` or ``~``.
    high_digits : int or None
        Upper end of a range, at the same exponent.
    decimals : int or None
        The value is known to ±0.5·10^-decimals in the base unit; None where the number is exact.
    flag : str
        Empty, or what is odd about the printed form: ``malformed`` (misplaced comma), ``bare_multiple`` (万 or 亿
        without 元, read as money), ``wrapped`` (broken by a line end), ``spaced`` (a stray blank inside).
    """

    start: int
    end: int
    raw: str
    digits: int
    exponent: int
    unit: str | None
    counted: str | None
    comparator: str | None
    high_digits: int | None
    decimals: int | None
    flag: str = ""

    @property
    def value(self) -> Decimal:
        """The printed value in the base unit, exact."""
        return Decimal(self.digits).scaleb(self.exponent)

    @property
    def value_high(self) -> Decimal | None:
        """The upper end of a range in the base unit, exact; None where no range is printed."""
        return None if self.high_digits is None else Decimal(self.high_digits).scaleb(self.exponent)

    @property
    def interval(self) -> Interval:
        """The values that the printed form allows: rounding at the last printed digit, and the comparator."""
        half = Decimal(0) if self.decimals is None else Decimal(5).scaleb(-self.decimals - 1)
        low: Decimal | None = self.value - half
        high: Decimal | None = (
            self.value if self.high_digits is None else Decimal(self.high_digits).scaleb(self.exponent)
        ) + half
        if self.comparator in (">=", ">"):
            high = None
        elif self.comparator in ("<=", "<"):
            low = None
        return Interval(low, high)


class Unit(NamedTuple):
    """What a printed unit means: base unit, power of ten, what is counted."""

    base: str | None
    exponent: int
    counted: str | None
    exact: bool


# Counters that follow a number in running text mostly as part of a name, a date or an ordinal, not as a counter.
_BEHIND_MULTIPLE = frozenset(("斤", "方", "口"))  # counters in 21.5亿斤 and 3万方, not behind a bare number
_NO_COUNTER = frozenset(
    [
        "月",
        "日",
        "号",
        "度",
        "时",
        "点",
        "站",
        "村",
        "社区",
        "街道",
        "乡镇",
        "县",
        "市",
        "区",
        "省",
        "课",
        "案",
        "面",
        "列",
        "线",
        "道",
        "层",
        "字",
        "版",
        "W",
        "m",
        "斤",
        "方",
        "口",
        "井",
        "成",
        "折",
        "星",
        "分值",
        "年度",
        "半年",
        "角",
        "克",
        "升",
    ]
)
_MULTIPLES = {"万亿": 12, "个亿": 8, "千万": 7, "百万": 6, "十万": 5, "亿": 8, "万": 4, "千": 3, "百": 2}
_INDENT = 24  # a heading number stands no further from its line's beginning
_SHORTEST_LABEL = 4  # digits of a year, or of what else may be no quantity by itself
_LONGEST = 30  # more digits than any amount has: a code, or hostile input


@cache
def _units() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for row in taxonomy.table("counters"):
        printed = row["printed_unit"].replace("（", "(").replace("）", ")").replace("％", "%")
        if (printed in _NO_COUNTER and printed not in _BEHIND_MULTIPLE) or printed[0] in "萬億" or not row["factor"]:
            continue
        sign, digits, exponent = Decimal(row["factor"]).normalize().as_tuple()
        if sign or digits != (1,) or not isinstance(exponent, int):
            continue
        base = row["base_unit"] or "count"
        counted = None
        if base == "count":
            counted = (printed.lstrip("万亿千百") if exponent else printed) or printed
        elif row["kind"] == "rate":
            counted = row["counted"]
        units[printed] = Unit(base, exponent, counted, base in ("count", "score"))
    units["百分比"] = units["%"]
    return units


_COMMON = "年元家个人分项次名户"  # first characters of common units: the engine tries them in this order
# The pattern begins with a character class, so that the engine skips to the next digit at full speed.
# An empty alternative, unlike an optional group, costs the engine nothing where the next character cannot begin it.
_GROUP = ",[0-9]{3}(?![0-9])"  # of a thousand
_NUMBER = rf"[0-9][0-9]{{0,2}}+(?:[0-9]+|{_GROUP}(?:{_GROUP})*|)(?:\.[0-9]+|)"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return (number with its unit, the tail of a number taken apart)."""
    names = [u for u in _units() if u not in _MULTIPLES and u != "%"]
    names.sort(key=lambda name: (_COMMON + name[0]).index(name[0]))
    units = longest_of([name for name in names if name not in _BEHIND_MULTIPLE])
    multiplied = longest_of(names)
    multiple = "万亿|个亿|千万|百万|十万|亿|万|千(?=[元家人户名余多])|百(?=[元家人户名余多])"
    alone = "口(?=[,、;。.)(和及与]|$)"  # 蓄水池24口, where 3口人 counts no things
    tail = rf"%|\s?[余多几]?(?:(?:{multiple})[余多几]?(?:{multiplied}|)|{units}|{alone})"
    number = re.compile(rf"({_NUMBER})(?:( ?%|{tail})|)")
    apart = re.compile(rf"\s?([余多几])?({multiple})?([余多几])?({multiplied}|%)?")
    return number, apart


class _Tail(NamedTuple):
    """What stands behind a number: unit with the multiple folded in, "and more", what is odd; `plain`: nothing is."""

    base: str | None
    exponent: int
    counted: str | None
    exact: bool
    more: bool
    flag: str
    multiplied: bool
    plain: bool


_NO_TAIL = _Tail(None, 0, None, exact=False, more=False, flag="", multiplied=False, plain=False)
_tails: dict[str, _Tail] = {}


def _tail(printed: str) -> _Tail:
    known = _tails.get(printed)
    if known is None:
        match = _patterns()[1].fullmatch(printed.strip())
        if match is None:  # pragma: no cover - the two patterns are built from the same parts
            return _NO_TAIL
        before, multiple, after, name = match.groups()
        unit = _units()[name] if name else Unit("CNY", 0, None, exact=False)
        exponent = unit.exponent + (_MULTIPLES[multiple] if multiple else 0)
        known = _Tail(
            unit.base,
            exponent,
            unit.counted,
            unit.exact,
            bool(before or after),
            "" if name else "bare_multiple",
            exponent > 0,
            bool(name) and not before and not after and printed not in _SUSPECT_TAILS,
        )
        if len(_tails) < 4096:
            _tails[printed] = known
    return known


_AFTER = re.compile(r" ?(?:\(含\))?(及?以上|及?以下|以内|左右|上下)")
_AFTER_FIRST = frozenset("以及左上(")
_COMPARATORS_AFTER = {
    "以上": ">=", "及以上": ">=", "以下": "<=", "及以下": "<=", "以内": "<=", "左右": "~", "上下": "~",
}  # fmt: skip
_COMPARATOR_WORDS = {
    ">=": "不低于 不少于 不小于 大于等于 至少 ≥ ≧ ⩾ >=",
    "<=": "未超过 未突破 没有超过 不超过 不高于 不多于 不大于 小于等于 至多 最高 ≤ ≦ ⩽ <=",
    ">": "超过 突破 大于 高于 多于 超 逾 >",
    "<": "小于 低于 少于 不足 不到 <",
    "~": "大约 约为 约 近",
}
_BEFORE: dict[str, list[tuple[str, str]]] = {}
for _sign, _words in _COMPARATOR_WORDS.items():
    for _word in _words.split():
        _BEFORE.setdefault(_word[-1], []).append((_word, _sign))
for _list in _BEFORE.values():
    _list.sort(key=lambda pair: -len(pair[0]))

_LISTS = frozenset("、和与及")
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_@#&")
_DIGITS = frozenset("0123456789")
_DASHES = frozenset("-~—至到")
_UPPER = re.compile(r"[-~—至到] ?[0-9]")
_CAPTION = re.compile("[图表件] ?$")
_CAPTION_ENDS = frozenset("图表件 \n")
_CODE_LEVELS = frozenset(("类", "款", "项"))
_LABEL_AFTER = frozenset("年月日号时期版届末") | _LATIN
_LABEL_BEFORE = frozenset("〔[【第") | _LATIN
_JOINT = frozenset("-/:·+*.")
_SPANS = frozenset("-~—–至到")
_SPAN_OF_DATES = re.compile("[-~—–至到] ?[0-9]{1,2} ?[月日号时]")
_NUMBERED = frozenset(("目标", "指标", "任务", "问题", "措施", "要求", "项目", "子项", "内容"))
_BROKEN = frozenset(",.\n ")  # behind these a number may go on: a misplaced comma, a stray blank, a line end
_HAN_LETTER = re.compile("[一-鿿]")
_TABLE_NUMBER = re.compile(r"(?:^|[\s附见(《:、,。])表$")
_SUSPECT = frozenset("*×前(-~—至到表:") | _LABEL_BEFORE
_CODE_LENGTHS = frozenset((5, 7))
_CODE_TAILS = frozenset((None, "组", "人", "户", "户次", "项", "名", "家"))  # 20132组织事务
_YEAR_TAILS = frozenset(("年", " 年"))
_SUSPECT_TAILS = _YEAR_TAILS | {"项"}
_NOTABLE = _SUSPECT | frozenset(_BEFORE) | {" "}
_NOTABLE_AFTER = _DASHES | _AFTER_FIRST | _DIGITS | {" "}
_MINUS_AFTER = frozenset(",:降少长加为(是 \t|率")
_EMPTY = frozenset(" \t(")
_STOPS = frozenset(("", ",", "、", "。", ";", "(", ")", "\n", "和", "及"))
_BEHIND_MONEY = frozenset("的多余元整等")  # an amount in 万 that has lost its 元 may end in one of these


def unit_of(printed: str) -> Unit | None:
    """Return what a printed unit means (``万元`` in a caption, ``家`` in a cell), or None."""
    return _units().get(fold(printed).strip())


def _comparator_before(text: str, start: int, floor: int) -> tuple[str | None, int]:
    """Return the comparator that ends at `start` (blanks between allowed) and where it begins."""
    at = start
    while at > floor and text[at - 1] == " ":
        at -= 1
    if at > floor:
        for word, sign in _BEFORE.get(text[at - 1], ()):
            if text.endswith(word, floor, at):
                begin = at - len(word)
                if sign == "~" and begin > 0 and text[begin - 1] in "附合节公条契最将相邻":
                    return None, start
                return sign, begin
    return None, start


def may_hold_quantity(text: str, start: int, end: int) -> bool:
    """Tell whether a part of a folded text holds a digit or a Chinese numeral, as every quantity does."""
    return _DIGIT_OR_NUMERAL.search(text, start, end) is not None


def find_quantities(text: str) -> list[Quantity]:
    """Find the quantities of a text.

    Parameters
    ----------
    text : str
        Any text, half-width or full-width.

    Returns
    -------
    list of Quantity
        In order of their place; they never overlap, and ``text[q.start:q.end] == q.raw`` for each.

    Examples
    --------
    >>> [(str(q.value), q.unit) for q in find_quantities("完成年初预算的142.54%,计1亿2千万元")]
    [('1.4254', 'ratio'), ('1.2E+8', 'CNY')]
    """
    return scan(fold(text), text)


def scan(text: str, source: str | None = None, shift: int = 0) -> list[Quantity]:
    """Return the quantities of folded text.

    Offsets are moved by `shift`; ``raw`` is cut from `source`, the text that the moved offsets belong to (by default
    `text` itself).
    """
    if source is None:
        source = text
    found: list[Quantity] = []
    append, new, tails = found.append, tuple.__new__, _tails
    size = len(text)
    floor = label_end = 0
    pattern = _patterns()[0]
    for match in pattern.finditer(text):
        start, end = match.span()
        if start < floor:
            continue
        number, printed_tail = match.groups()
        length = len(number)
        if length >= _SHORTEST_LABEL:
            if (length == 4 and printed_tail in _YEAR_TAILS) or (
                length in _CODE_LENGTHS and printed_tail in _CODE_TAILS and number in _codes()
            ):
                label_end = end
                continue
            if length > _LONGEST:
                continue
        before = text[start - 1] if start else "\n"
        after = text[end] if end < size else "\n"
        if printed_tail is not None and before not in _NOTABLE and after not in _NOTABLE_AFTER:
            base, exponent, counted, exact, _, _, multiplied, plain = tails.get(printed_tail) or _tail(printed_tail)
            if plain:
                # the plain case: nothing around the number that could belong to it
                floor = end
                begin, end = start + shift, end + shift
                raw = source[begin:end]
                if "." in number:
                    exponent += number.index(".") + 1 - length
                    number = number.replace(".", "")
                    exact = exact and not multiplied
                digits = int(number.replace(",", "") if "," in number else number)
                decimals = None if exact else -exponent
                append(new(Quantity, (begin, end, raw, digits, exponent, base, counted, None, None, decimals, "")))
                continue
        high: str | None = None
        if printed_tail is None:
            if after in _LABEL_AFTER or before in _LABEL_BEFORE:
                label_end = end
                continue
            if after in _BROKEN and (odd := _odd_number(text, start, number, before, after)) is not None:
                quantity, floor = odd
                if quantity is not None:
                    raw = source[quantity.start + shift : quantity.end + shift]
                    append(quantity._replace(start=quantity.start + shift, end=quantity.end + shift, raw=raw))
                continue
            if after in _DASHES and before not in _LABEL_BEFORE and (ahead := _UPPER.match(text, end)) is not None:
                other = _patterns()[0].match(text, ahead.end() - 1)
                if other is not None and other[2] is not None and _is_range(number, other[1], other[2]):
                    high, printed_tail, end = other[1], other[2], other.end()
                    after = text[end] if end < size else "\n"
        if printed_tail is None:
            if _is_label(text, start, end, number, before, after):
                label_end = end
                continue
            tail = _NO_TAIL
        else:
            tail = tails.get(printed_tail) or _tail(printed_tail)
            if before in _SUSPECT or printed_tail in _SUSPECT_TAILS:
                years = len(number) == 4 or (high is not None and len(high) == 4)
                if (
                    _is_part_of_name(text, start, before, after, printed_tail)
                    or (before in _DASHES and label_end == start - 1 and start > 1)
                    or (years and printed_tail in _YEAR_TAILS)
                ):
                    label_end = end
                    continue
        # -- value: an integer times a power of ten ---------------------------------------------------------------
        whole, dot, part = number.partition(".")
        digits = int((whole.replace(",", "") if "," in whole else whole) + part)
        base, exponent = tail.base, tail.exponent - len(part)
        flag = tail.flag
        high_digits: int | None = None
        if high is not None:
            digits, exponent, high_digits = _range(digits, exponent, high, tail.exponent)
        elif after in _DASHES and base is not None and (ahead := _UPPER.match(text, end)) is not None:
            other = _patterns()[0].match(text, ahead.end() - 1)
            if other is not None and other[2] == printed_tail:
                digits, exponent, high_digits = _range(digits, exponent, other[1], tail.exponent)
                if high_digits is not None:
                    end = other.end()
        elif flag and after in _DIGITS and tail.exponent == 8:
            digits, exponent, end, flag = _compound(text, end, digits, exponent, flag)
        elif flag and "一" <= after <= "鿿" and after not in _BEHIND_MONEY and text[end + 1 : end + 2] in _STOPS:
            base, flag = None, ""  # 1.2万 and a counter that is not known: no money
        # -- qualifiers --------------------------------------------------------------------------------------------
        comparator: str | None = None
        begin = start
        if before in _BEFORE or before == " ":
            comparator, begin = _comparator_before(text, start, floor)
        elif before == "-" and (start < 2 or text[start - 2] in _MINUS_AFTER):
            digits, begin = -digits, start - 1
        if tail.more:
            comparator = comparator or ">"
        if end < size and text[end] in _AFTER_FIRST and (qualifier := _AFTER.match(text, end)) is not None:
            comparator = comparator or _COMPARATORS_AFTER[qualifier[1]]
            end = qualifier.end()
        decimals = None if tail.exact and not (tail.multiplied and dot) else -exponent
        floor = end
        append(
            new(
                Quantity,
                (
                    begin + shift,
                    end + shift,
                    source[begin + shift : end + shift],
                    digits,
                    exponent,
                    base,
                    tail.counted,
                    comparator,
                    high_digits,
                    decimals,
                    flag,
                ),
            )
        )
    if _HAN.search(text) is not None:
        return _with_han(text, found, source, shift)
    if "个百分点" in text:
        _spread_points(found, text, shift)
    return found


def _spread_points(found: list[Quantity], text: str, shift: int) -> None:
    """Give the first of two listed differences the unit that only the last one prints (``0.4个、1.8个百分点``)."""
    for i in range(len(found) - 2, -1, -1):
        one, other = found[i], found[i + 1]
        if one.counted == "个" and "百分点" in other.raw and text[one.end - shift : other.start - shift] in _LISTS:
            exponent = one.exponent - 2
            found[i] = one._replace(
                unit="ratio", counted=None, exponent=exponent, decimals=-exponent, flag="percentage_points"
            )


def _is_part_of_name(text: str, start: int, before: str, after: str, tail: str) -> bool:
    """Tell whether a number with a counter is part of a name, a code, a rank or a product (7*24小时)."""
    if before in "*×":
        return text[start - 2] in _DIGITS
    if before in _LABEL_BEFORE:
        return before not in _LATIN or tail != "%"
    if before == "(":
        return after == ")" and tail in _CODE_LEVELS
    if before == "前":
        return tail in ("名", "位")
    if before == ":":
        return text[start - 2 : start - 1] == "1" and text[start - 3 : start - 2] not in _DIGITS  # 1:5万, a scale
    if before == "表" and _TABLE_NUMBER.search(text, max(0, start - 2), start) is not None:
        return _HAN_LETTER.match(after) is not None  # 表3 支出决算表
    return tail == "项" and after == "目" and _CAPTION.search(text, max(0, start - 3), start) is not None


@cache
def _codes() -> dict[str, str]:
    """Return the functional classification's codes and names: in front of a line's name a code is no figure."""
    return {row["code"]: row["name"] for row in taxonomy.table("functional_classes")}


def _is_code(text: str, end: int, number: str, after: str) -> bool:
    """Tell whether a bare number is the code of the classification line whose name follows (201一般公共服务支出)."""
    code = number.rpartition(".")[2]
    name = _codes().get(code)
    return name is not None and (len(code) > 3 or text.startswith(name[:3], end))


def _is_range(low: str, high: str, tail: str) -> bool:
    """Tell whether two numbers with a dash between them are one range, not a span of dates or a code."""
    return not (_tail(tail).counted == "年" and len(high) == 4) and "," not in high and len(high) <= _LONGEST


def _compound(text: str, end: int, digits: int, exponent: int, flag: str) -> tuple[int, int, int, str]:
    """Read on behind 亿: ``1亿2千万元`` is one amount."""
    more = _patterns()[0].match(text, end)
    if more is not None and more[2] and len(more[1]) <= _LONGEST:
        tail = _tail(more[2])
        whole, _, part = more[1].partition(".")
        if tail.base == "CNY" and tail.exponent < 8 and "," not in whole:
            low = tail.exponent - len(part)
            return digits * 10 ** (exponent - low) + int(whole + part), low, more.end(), tail.flag
    return digits, exponent, end, flag


def _with_han(text: str, found: list[Quantity], source: str, shift: int) -> list[Quantity]:
    """Add the quantities that Chinese numerals write, in order of place."""
    merged: list[Quantity] = []
    queue = iter(found)
    ahead = next(queue, None)
    floor = 0
    for match in _HAN.finditer(text):
        while ahead is not None and ahead.start - shift < match.end():
            merged.append(ahead)
            floor, ahead = ahead.end - shift, next(queue, None)
        if match.start() >= floor and (quantity := _han_quantity(text, match, floor)) is not None:
            floor = quantity.end
            start, end = quantity.start + shift, quantity.end + shift
            merged.append(quantity._replace(start=start, end=end, raw=source[start:end]))
    while ahead is not None:
        merged.append(ahead)
        ahead = next(queue, None)
    return merged


def _range(digits: int, exponent: int, upper: str, unit_exponent: int) -> tuple[int, int, int | None]:
    """Bring both ends of a range to one exponent; no upper end where it is below the lower one."""
    whole, _, part = upper.replace(",", "").partition(".")
    high = int(whole + part)
    high_exponent = unit_exponent - len(part)
    if high_exponent < exponent:
        digits, exponent = digits * 10 ** (exponent - high_exponent), high_exponent
    else:
        high *= 10 ** (high_exponent - exponent)
    return digits, exponent, high if high >= digits else None


def _is_label(text: str, start: int, end: int, number: str, before: str, after: str) -> bool:
    """Tell whether a bare number is a label: heading number, code, date, clock time, telephone number, version."""
    if before == "(" and after == ")":
        return True
    if after in ".、)．" and after != "\n" and (before == "\n" or before in _EMPTY):
        line = text.rfind("\n", max(0, start - _INDENT), start) + 1
        if (
            (line or start < _INDENT)
            and not text[line:start].strip(" \t(")
            and (after == "、" or text[end + 1 : end + 2] not in _DIGITS)
        ):
            return True
    if text.startswith(("(类)", "(款)", "(项)", " (类)"), end):
        return True
    if before in "〕]】" or (after == " " and text[end + 1 : end + 2] == "号"):
        return True
    if _is_code(text, end, number, after):
        return True
    if before in _CAPTION_ENDS and _CAPTION.search(text, max(0, start - 3), start) is not None:
        return True
    if after == "”" and "." in number:
        return True
    if after in _JOINT and text[end + 1 : end + 2] in _DIGITS and end + 1 < len(text):
        return True
    if before in _JOINT and start > 1 and text[start - 2] in _DIGITS:
        return True
    if "." not in number and "," not in number:
        size = len(number)
        if size <= 2 and (
            (after in _SPANS and _SPAN_OF_DATES.match(text, end) is not None)
            or (after in ":、" and text[start - 2 : start] in _NUMBERED)
            or (before in "。;" and after in ".、" and text[end + 1 : end + 2] not in _DIGITS)
        ):
            return True  # 1—9月, 目标1:
        if size >= 8 or (size == 7 and before not in "\t|\n ") or (size > 1 and number[0] == "0"):
            return True
        if size == 4 and number[:2] in ("19", "20") and before not in "\t|\n":
            return True
        if size == 4 and number[:2] == "20" and "一" <= after <= "鿿":
            return True
    return False


_MALFORMED = re.compile(r"([0-9]{1,3}(?:,[0-9]{1,4}){1,6}\.[0-9]{1,2})((?:万|亿)?元)")
_SPACED = re.compile(r"([0-9]{3,}|[0-9]{1,3}(?:,[0-9]{3})+)\. ([0-9]{1,2}) ?((?:万|亿)?元|%)")
_WRAPPED = re.compile(
    r"([0-9][0-9,]*)(\.?)[ \t]*\n[ \t]*([0-9][0-9,]*)?(\.[0-9]+)?[ \t]*\n?[ \t]*"
    r"((?:万|亿)?元|%|家|个|人次|项|户|分(?!钟))"
)


def _odd_number(text: str, start: int, number: str, before: str, after: str) -> tuple[Quantity | None, int] | None:
    """Read a number that a misplaced comma, a stray blank or a line end breaks; None where it is not broken."""
    end = start + len(number)
    if after == "," and (match := _MALFORMED.match(text, start)) is not None:
        return _reread(text, match, match[1].replace(",", "") + match[2], "malformed")
    if text.startswith(". ", end) and (match := _SPACED.match(text, start)) is not None:
        return _reread(text, match, f"{match[1]}.{match[2]}{match[3]}", "spaced")
    if (after == "\n" or after in ". ") and before not in "\n\t |" and "." not in number[:-1]:
        match = _WRAPPED.match(text, start)
        if match is not None and (match[3] or match[4]):
            return _reread(text, match, f"{match[1]}{match[2]}{match[3] or ''}{match[4] or ''}{match[5]}", "wrapped")
    return None


def _reread(text: str, match: re.Match[str], mended: str, flag: str) -> tuple[Quantity | None, int]:
    start, end = match.span()
    found = scan(mended)
    if len(found) != 1 or found[0].flag:
        return None, end
    return found[0]._replace(start=start, end=end, raw=text[start:end], flag=flag), end


_HAN_DIGITS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "一": 1}
_HAN_TENS = {"十": 1, "百": 2, "千": 3}
_HAN = re.compile(
    r"([两二三四五六七八九十百千亿][两二三四五六七八九十百千万亿]{0,8})(余|多)?(家次|家|户次|户|亿元|万元|元(?!/))"
)
_DIGIT_OR_NUMERAL = re.compile("[0-9两二三四五六七八九十百千亿]")


def _han_quantity(text: str, match: re.Match[str], floor: int) -> Quantity | None:
    """Read a Chinese numeral with a counter (``两家``, ``超千亿元``); None where it is an ordinal or a bare unit."""
    start, end = match.span()
    word, plus, unit_text = match.groups()
    before = text[start - 1] if start else ""
    if before in "第0123456789.一几数每" and before != "":
        return None
    comparator, begin = _comparator_before(text, start, floor)
    if not any(ch in _HAN_DIGITS or ch == "十" for ch in word) and (comparator is None or before == "不"):
        return None
    value = _han_value(word)
    if value is None:
        return None
    unit = _units()[unit_text]
    zeros = 0
    while value and value % 10 == 0:
        value //= 10
        zeros += 1
    tail = _AFTER.match(text, end)
    if plus:
        comparator = comparator or ">"
    if tail is not None:
        comparator, end = comparator or _COMPARATORS_AFTER[tail[1]], tail.end()
    exponent = unit.exponent + zeros
    rounded = unit.base == "CNY" or (comparator is not None and zeros)
    return Quantity(
        begin,
        end,
        text[begin:end],
        value,
        exponent,
        unit.base,
        unit.counted,
        comparator,
        None,
        -exponent if rounded else None,
    )


def _han_value(word: str) -> int | None:
    """Return the value of a Chinese numeral, or None where it is not well formed."""
    total = section = 0
    digit: int | None = None
    for ch in word:
        if ch in _HAN_DIGITS:
            if digit is not None:
                return None
            digit = _HAN_DIGITS[ch]
        elif ch in _HAN_TENS:
            section += (1 if digit is None else digit) * 10 ** _HAN_TENS[ch]
            digit = None
        else:
            power = 10000 if ch == "万" else 10**8
            group = section + (digit or 0)
            total = (total + (group or (0 if total else 1))) * power
            section, digit = 0, None
    return total + section + (digit or 0)
