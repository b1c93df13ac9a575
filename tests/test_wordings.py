"""Excerpts written another way state the same: blanks, marks, line ends and words that mean the same change no fact.

The limits are what the reader reaches, as shares of the facts; lower them when it gets better.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import pytest

from tests.conformance_cases import cases, read_case

CASES = [case for _, case in cases() if not case.get("indicators")]
HALF = str.maketrans("，：；（）％", ",:;()%")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def wrapped(text: str, width: int) -> str:
    return "\n".join(
        "\n".join(line[i : i + width] for i in range(0, max(1, len(line)), width)) for line in text.split("\n")
    )


def bulleted(text: str) -> str:
    return "\n".join(f"• {line}" if re.match("[一-鿿“]", line) else line for line in text.split("\n"))


# name: (what is done to the text, the share of facts that may change)
CHANGES: dict[str, tuple[Callable[[str], str], float]] = {
    "blanks around numbers": (lambda s: re.sub("(?<=[一-鿿])([0-9][0-9,.]*)(?=[一-鿿])", r" \1 ", s), 0.001),
    "half-width marks": (lambda s: s.translate(HALF), 0.0),
    "full-width digits": (lambda s: s.translate(WIDE), 0.006),
    "no commas in numbers": (lambda s: re.sub("(?<=[0-9]),(?=[0-9]{3})", "", s), 0.002),
    "carriage returns": (lambda s: s.replace("\n", "\r\n"), 0.0),
    "indents": (lambda s: "\n".join("　　" + line for line in s.split("\n")), 0.0),
    "bullets": (bulleted, 0.02),
    "straight quotes": (lambda s: s.replace("“", '"').replace("”", '"'), 0.005),
    "lines of 38 characters": (lambda s: wrapped(s, 38), 0.01),
    "lines of 26 characters": (lambda s: wrapped(s, 26), 0.02),
    "a sentence a line": (lambda s: s.replace("。", "。\n"), 0.02),
    "较 for 比": (lambda s: s.replace("比上年", "较上年"), 0.0),
    "去年 for 上年": (lambda s: s.replace("上年", "去年"), 0.0),
    "降低 for 下降": (lambda s: s.replace("下降", "降低"), 0.002),
    "上升 for 增长": (lambda s: re.sub("增长(?=[0-9])", "上升", s), 0.002),
    "增加 for 增长": (lambda s: re.sub("增长(?=[0-9][0-9,.]* ?%)", "增加", s), 0.002),
    "年 for 年度": (lambda s: re.sub("(20[0-9]{2})年度", r"\1年", s), 0.002),
    "我局 for 本部门": (lambda s: s.replace("本部门", "我局").replace("本单位", "我局"), 0.002),
    "amounts without 为": (lambda s: re.sub("(预算|决算|收入|支出|合计|总计|总额)为(?=[0-9])", r"\1", s), 0.0),
    "reasons by 由于": (lambda s: s.replace("主要原因是", "主要是由于"), 0.002),
}


def stated(case: dict[str, Any], text: str) -> Counter[tuple[str, str, float, str, str | None]]:
    _, found = read_case({**case, "text": text})
    return Counter((fact.concept, fact.measure, float(fact.value), fact.unit, fact.fund) for fact in found.facts)


_NUMBER = re.compile(
    "^(?:第[一二三四五六七八九十]+部分:? ?|[一二三四五六七八九十]{1,3}、|[\uff08(][一二三四五六七八九十]{1,3}[)\uff09]"
    "|[0-9]{1,2}[.、] ?)"
)


@cache
def as_written(index: int) -> Counter[tuple[str, str, float, str, str | None]]:
    return stated(CASES[index], CASES[index]["text"])


def assert_the_same(others: Iterable[tuple[int, dict[str, Any]]], limit: float, least: int) -> None:
    """Compare cases, by their numbers, with what they become when written another way."""
    facts = different = 0
    changed = []
    for index, other in others:
        before, after = as_written(index), stated(other, other["text"])
        facts += before.total()
        here = max((before - after).total(), (after - before).total())
        different += here
        if here:
            changed.append(other["id"])
    assert facts > least
    assert different <= limit * facts, (different, facts, changed)


def test_headings_that_lost_their_numbers_tell_the_same() -> None:
    """Word processors count headings by themselves, and copies lose these numbers."""
    bare = []
    for index, case in enumerate(CASES):
        heading = case.get("heading")
        above = [heading] if isinstance(heading, str) else list(heading or [])
        if above and _NUMBER.match(above[-1]) is not None:
            bare.append((index, {**case, "heading": [*above[:-1], _NUMBER.sub("", above[-1])]}))
    assert_the_same(bare, 0.005, least=5000)


@pytest.mark.parametrize("name", CHANGES)
def test_another_way_of_writing_states_the_same(name: str) -> None:
    change, limit = CHANGES[name]
    others = ((index, {**case, "text": change(case["text"])}) for index, case in enumerate(CASES))
    assert_the_same(((i, case) for i, case in others if case["text"] != CASES[i]["text"]), limit, least=500)
