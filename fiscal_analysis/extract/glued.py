"""Split figures that lost their separators, where arithmetic leaves exactly one way.

``310.2154.741050%5`` under the columns budget, outturn, weight, rate, score can only be 310.2 | 154.74 | 10 | 50% | 5:
no other cut gives rate = outturn / budget and score = weight x rate. Where more than one cut fits, or none, nothing is
split.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

__all__ = ["rate_fits", "score_fits", "split_figures", "split_scores"]

_LONGEST = 48
_GLUED = re.compile(r"[0-9][0-9.]*(?:%[0-9.]*)?")
_ONE = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]{1,6})?")
_MONEY = frozenset(("initial", "adjusted", "final"))


def rate_fits(rate: Decimal, places: int, base: Decimal, outturn: Decimal) -> bool:
    """Tell whether a printed percentage (100 for 100 %) of `places` decimals is outturn / base, rounded or cut."""
    if not base:
        return False
    exact = outturn * 100 / base
    step = Decimal(1).scaleb(-places)
    return abs(exact - rate) < step


def score_fits(score: Decimal, weight: Decimal, rate: Decimal) -> bool:
    """Tell whether a score is weight x rate (rate 100 for 100 %, full above it), to its printed digits."""
    exact = weight * min(rate, Decimal(100)) / 100
    exponent = score.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    step = Decimal(1).scaleb(-places)
    return exact.quantize(step, ROUND_HALF_UP) == score or (abs(exact - score) < step and places > 0)


def split_figures(text: str, roles: Sequence[str]) -> list[tuple[int, int]] | None:
    """Cut glued figures of a fund row into the columns `roles`.

    Parameters
    ----------
    text : str
        Digits, points and at most one percent sign, nothing else.
    roles : sequence of str
        Columns in order, of ``initial``, ``adjusted``, ``final``, ``weight``, ``rate``, ``score``; the rate carries the
        percent sign.

    Returns
    -------
    list of (start, end) or None
        One span per column; None where not exactly one cut satisfies rate = outturn / budget and
        score = weight x rate.
    """
    if len(text) > _LONGEST or _GLUED.fullmatch(text) is None or "rate" not in roles or "final" not in roles:
        return None
    if not ({"initial", "adjusted"} & set(roles)) or "%" not in text:
        return None
    found: list[list[tuple[int, int]]] = []
    for cut in _cuts(text, 0, list(roles), {}):
        if _holds(text, roles, cut):
            found.append(cut)
            if len(found) > 1:
                return None
    return found[0] if found else None


def _cuts(text: str, at: int, roles: list[str], known: dict[str, Decimal]) -> Iterator[list[tuple[int, int]]]:
    if not roles:
        if at == len(text):
            yield []
        return
    role = roles[0]
    percent = text.find("%", at)
    if role == "rate":
        if percent < 0:
            return
        ends: Sequence[int] = (percent,)
    else:
        limit = percent if percent >= 0 else len(text)
        ends = range(at + 1, min(limit, at + 14) + 1) if len(roles) > 1 else (len(text),)
    for end in ends:
        if _ONE.fullmatch(text, at, end) is None:
            continue
        value = Decimal(text[at:end])
        if role == "weight" and value > 100:
            break
        if role == "score" and value > known.get("weight", Decimal(100)):
            continue
        if role == "rate" and not _rate_holds(text[at:end], value, known):
            continue
        for rest in _cuts(text, end + (role == "rate"), roles[1:], {**known, role: value}):
            yield [(at, end + (role == "rate")), *rest]


def _rate_holds(printed: str, rate: Decimal, known: dict[str, Decimal]) -> bool:
    outturn = known.get("final")
    places = len(printed.partition(".")[2])
    bases = [known[role] for role in ("adjusted", "initial") if role in known]
    return outturn is not None and any(rate_fits(rate, places, base, outturn) for base in bases[:1])


def _holds(text: str, roles: Sequence[str], cut: list[tuple[int, int]]) -> bool:
    values = {role: Decimal(text[start:end].rstrip("%")) for role, (start, end) in zip(roles, cut, strict=True)}
    if "score" in values and "weight" in values and not score_fits(values["score"], values["weight"], values["rate"]):
        return False
    return not ("initial" in values and "adjusted" in values and not values["initial"] and values["adjusted"])


def split_scores(text: str) -> int | None:
    """Cut a glued pair of weight and score (``1010``, ``2019.5``): score not above weight, weight at most 100.

    Return the place of the cut; None where the text may be one number, or the cut is not unique.
    """
    if len(text) > 12 or re.fullmatch(r"[0-9.]+", text) is None:
        return None
    if _ONE.fullmatch(text) is not None and Decimal(text) <= 100:
        return None
    cuts = []
    for at in range(1, len(text)):
        if _ONE.fullmatch(text, 0, at) is None or _ONE.fullmatch(text, at) is None:
            continue
        weight, score = Decimal(text[:at]), Decimal(text[at:])
        if score <= weight <= 100 and weight:
            cuts.append(at)
    return cuts[0] if len(cuts) == 1 else None
