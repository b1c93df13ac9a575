"""Functional classification: printed names and codes to codes, with the class and group above as context."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from fiscal_analysis.extract.lexicon import functional_names
from fiscal_analysis.extract.phrase import Line

__all__ = ["FunctionalLine", "resolve_lines"]


class FunctionalLine(NamedTuple):
    """A resolved line: its level (``class``, ``group``, ``item``), its code (None where open), its printed name."""

    level: str
    code: str | None
    name: str


_FIGURE_WORDS = re.compile("(?:(?:支出)?(?:决算|年初预算|预算)数?|(?<=支出)金额)(?:为|是|共)?$")  # 行政运行支出决算为
_LEVELS = {"类": "class", "款": "group", "项": "item"}
_WIDTH = {"class": 3, "group": 5, "item": 7}


@lru_cache(maxsize=4096)
def resolve_lines(lines: tuple[Line, ...], above: str | None) -> FunctionalLine:
    """Return the last of the named lines, resolved.

    Parameters
    ----------
    lines : tuple of Line
        A chain such as (类, 款, 项), or one line, or a line with its printed code.
    above : str or None
        The code of the class or group that the text stands under.
    """
    names = functional_names()
    last = lines[-1]
    if not last.level:
        code = last.code or ""
        level = {3: "class", 5: "group", 7: "item"}[len(code)]
        return FunctionalLine(level, code, _bare(last.name))
    prefix = ""
    code_found: str | None = None
    for line in lines:
        level = _LEVELS[line.level]
        if line.code is not None:
            code_found = (prefix + line.code) if level != "class" else line.code
            prefix = code_found
            continue
        table = {"class": names.classes, "group": names.groups, "item": names.items}[level]
        candidates = table.get(_bare(line.name), [])
        under = prefix or (above or "")[: _WIDTH[level] - 2 if level != "class" else 0]
        narrowed = [code for code in candidates if code.startswith(under)] if under else candidates
        code_found = narrowed[0] if len(narrowed) == 1 else None
        if code_found is None and len(candidates) == 1 and not narrowed and not prefix:
            code_found = candidates[0]
        prefix = code_found or prefix
    return FunctionalLine(_LEVELS[last.level], code_found, _bare(last.name))


def _bare(name: str) -> str:
    return _FIGURE_WORDS.sub("", name.strip('“”"、()（）: '))
