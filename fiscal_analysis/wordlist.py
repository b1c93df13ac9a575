"""One pattern for many words: the longest word that begins at a place, found by its first character."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["longest_of"]


def longest_of(words: Iterable[str]) -> str:
    """Return a pattern for the longest of `words` at a place.

    Words are grouped by their first character, so that the engine rejects a place after one look at it.
    """
    groups: dict[str, list[str]] = {}
    for word in words:
        groups.setdefault(word[0], []).append(word[1:])
    parts = []
    for first, rests in groups.items():
        tails = sorted({rest for rest in rests if rest}, key=lambda rest: (-len(rest), rest))
        if not tails:
            parts.append(re.escape(first))
            continue
        body = "(?:" + "|".join(map(re.escape, tails)) + ")"
        parts.append(re.escape(first) + (body + "?" if "" in rests else body))
    return "|".join(parts)
