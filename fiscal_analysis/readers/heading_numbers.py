"""The numbers that headings begin with, by rank: 第一部分, 一、, （一）, 1., (1), ①, bullets, and their defects."""

from __future__ import annotations

import re

__all__ = ["FIRST", "MARKER", "RANK", "marker_rank"]

_CN = "一二三四五六七八九十"
# Folded text; ．stands as it is in text that was not folded.
MARKER = re.compile(
    rf"(?P<r1>第[{_CN}]+(?:部分|章|篇|节)[、:. ]*)"
    rf"|(?P<r2>[{_CN}]{{1,3}} ?(?:、|[.．](?! ?[0-9])))"
    rf"|(?P<r3>[(（]?[{_CN}]{{1,3}}[)）][、.]?)"
    r"|(?P<r4>[0-9]{1,2} ?[、.．](?![0-9]))"
    r"|(?P<r5>[(（][0-9]{1,2}[)）]|[0-9]{1,2}[)）])"
    r"|(?P<r6>[①-⑳])"
    r"|(?P<r7>[•■●◆▪] *)"
    r"|(?P<r8>[0-9]{1,2}(?=[一-鿿]{4}))"
)
FIRST = frozenset(f"第(（•■●◆▪0123456789{_CN}①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
RANK = {"r1": 1, "r2": 2, "r3": 3, "r4": 4, "r5": 5, "r6": 6, "r7": 2, "r8": 4}


def marker_rank(line: str) -> int:
    """Return the rank of the heading number that a stripped line begins with, 0 where it begins with none.

    A number that lost its delimiter (``2部门收支``) is not counted: a line that is no heading may begin like that.
    """
    if not line or line[0] not in FIRST:
        return 0
    match = MARKER.match(line)
    return 0 if match is None or match.lastgroup == "r8" else RANK[match.lastgroup or ""]
