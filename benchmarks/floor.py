"""The yardstick for text speed: one bare pass that finds every number with a unit, with offsets, and keeps it."""

import re
from collections.abc import Iterable

_NUMBER_WITH_UNIT = re.compile(
    r"(?<![0-9.,])([0-9][0-9,]*(?:\.[0-9]+)?)\s*(亿元|万元|元|%|家次|家|个|分|户|项|人次|人)"
)


def one_pass(texts: Iterable[str]) -> list[tuple[int, int, str, str]]:
    """Return start, end, number and unit of each number with a unit, in one pass over each text."""
    return [(m.start(), m.end(), m[1], m[2]) for text in texts for m in _NUMBER_WITH_UNIT.finditer(text)]
