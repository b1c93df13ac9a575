"""Known errors of sources, mended in the open: ``data/corrections.yml``.

Each entry locates one printed number, says what the source prints there, what is to be done, why, by whom and since
when. Entries are applied to the facts after the extraction and before the audit. The printed value is kept, and an
entry that no longer finds what it expects stops its document: a source that was mended must not be mended twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.quantity import find_quantities

if TYPE_CHECKING:
    from fiscal_analysis.document import Document
    from fiscal_analysis.extract import Extraction
    from fiscal_analysis.facts import Fact

__all__ = ["ACTIONS", "Correction", "apply_corrections", "read_corrections"]

ACTIONS = ("override", "drop", "scale", "flag")
_REQUIRED = ("document", "expect", "action", "reason", "who", "date")
_KEYS = (*_REQUIRED, "quote", "fact", "value")
# What a fact that is flagged by hand says of its printed form.
DISPUTED = "disputed"
_BARE = re.compile(r"[+-]?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")
_PLACES = re.compile(r"\.([0-9]+)")


class Correction(NamedTuple):
    """An entry of the corrections file.

    Attributes
    ----------
    place : str
        File and number of the entry, for messages.
    document : str
        The `doc_id`.
    quote, fact : str or None
        Where: a piece of the sentence or row that says it, or the `fact_id`. One of the two is given.
    expect : str
        The number as the source prints it (`raw`).
    action : str
        ``override`` (the figure is `value`), ``scale`` (times `value`, a power of ten: a unit slip), ``drop`` (no fact
        any more; the quantity stays listed as unclaimed), ``flag`` (kept as it is, with the flag ``disputed``).
    value : str or None
        As it should be printed, ``1740万元``, or without a unit for the printed one; the factor of ``scale``.
    reason, who : str
        Why, and who says so.
    date : datetime.date
        Since when.
    """

    place: str
    document: str
    quote: str | None
    fact: str | None
    expect: str
    action: str
    value: str | None
    reason: str
    who: str
    date: date


def read_corrections(path: str | Path) -> tuple[Correction, ...]:
    """Read a corrections file.

    Parameters
    ----------
    path : str or Path
        A YAML file in UTF-8: a list of entries, empty where nothing is corrected.

    Returns
    -------
    tuple of Correction
        In the order of the file.

    Raises
    ------
    SourceError
        If the file cannot be read.
    ContractError
        If an entry does not have the form that it must have, or two entries correct one place.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}). Check the name of the file.") from error
    except (yaml.YAMLError, ValueError) as error:  # a date such as 2026-02-30 is a ValueError
        said = " ".join(str(error).split())
        raise ContractError(f"{path}: is no YAML in UTF-8 ({said}). Mend that line.") from error
    if content is None:
        return ()
    if not isinstance(content, list):
        raise ContractError(f"{path}: a list of corrections is expected. Begin each with `- document: ...`.")
    entries = tuple(_entry(f"{path}, entry {number}", each) for number, each in enumerate(content, start=1))
    seen: dict[tuple[str, ...], str] = {}
    for entry in entries:
        where = (entry.document, entry.fact or "", entry.quote or "", "" if entry.fact else entry.expect)
        if where in seen:
            raise ContractError(f"{entry.place}: corrects the same figure as {seen[where]}. Keep one of the two.")
        seen[where] = entry.place
    return entries


def _entry(place: str, content: Any) -> Correction:
    if not isinstance(content, dict):
        raise ContractError(f"{place}: keys and values are expected: {', '.join(_REQUIRED)}, quote or fact.")
    unknown = sorted(str(key) for key in content if key not in _KEYS)
    if unknown:
        raise ContractError(f"{place}: unknown key {', '.join(unknown)}. The keys are {', '.join(_KEYS)}.")
    lacking = [key for key in _REQUIRED if content.get(key) in (None, "")]
    if lacking:
        raise ContractError(f"{place}: {', '.join(lacking)} is missing. Every correction says {', '.join(_REQUIRED)}.")
    for key, value in content.items():
        if key != "date" and not isinstance(value, str) and not (key == "value" and content["action"] == "scale"):
            raise ContractError(f"{place}: {key}: {value!r} is no text. Put it between quotes.")
    if (content.get("quote") is None) == (content.get("fact") is None):
        raise ContractError(f"{place}: either quote or fact locates the figure. Give one of the two.")
    action, value = content["action"], content.get("value")
    if action not in ACTIONS:
        raise ContractError(f"{place}: action {action!r} is unknown. It is one of {', '.join(ACTIONS)}.")
    if (value is not None) != (action in ("override", "scale")):
        needs = "needs a value" if value is None else "takes no value"
        raise ContractError(f"{place}: action {action} {needs}. override and scale have one, drop and flag none.")
    if action == "scale":
        _power_of_ten(place, value)
    if isinstance(content["date"], datetime) or not isinstance(content["date"], date):
        raise ContractError(f"{place}: date: {content['date']!r} is no date. Write it as 2026-03-31, without quotes.")
    return Correction(
        place,
        content["document"],
        content.get("quote"),
        content.get("fact"),
        content["expect"],
        action,
        None if value is None else str(value),
        content["reason"],
        content["who"],
        content["date"],
    )


def _power_of_ten(place: str, value: Any) -> int:
    try:
        factor = Decimal(str(value))
        power = factor.adjusted()
        exact = factor == Decimal(1).scaleb(power) and power != 0
    except InvalidOperation:
        exact = False
    if not exact:
        raise ContractError(f"{place}: value: {value!r} is no power of ten but 1. Write 10000 or 0.0001.")
    return power


def apply_corrections(document: Document, extraction: Extraction, corrections: Sequence[Correction]) -> None:
    """Apply the corrections of a document to its facts, in place.

    Parameters
    ----------
    document : Document
        As read.
    extraction : Extraction
        Its facts, with `fact_id` set. Corrected ones get new values; `Fact.printed` keeps what the source prints.
    corrections : sequence of Correction
        Of this and of other documents.

    Raises
    ------
    ContractError
        If the figure of a correction is not found, is not unique, or is not what the correction expects.
    """
    for entry in corrections:
        if entry.document != document.doc_id:
            continue
        facts = _located(document, extraction.facts, entry)
        if entry.action == "drop":
            dropped = {fact.fact_id for fact in facts}
            extraction.facts[:] = [fact for fact in extraction.facts if fact.fact_id not in dropped]
            others = {fact.quantity: fact.fact_id for fact in reversed(extraction.facts)}
            for at, fact_id in enumerate(extraction.claims):
                if fact_id in dropped:
                    extraction.claims[at] = others.get(at)
        for fact in facts:
            if entry.action == "flag":
                fact.flag = DISPUTED
            elif entry.action == "scale":
                fact.printed = (fact.digits, fact.exponent)
                power = _power_of_ten(entry.place, entry.value)
                fact.exponent += power
                fact.decimals = None if fact.decimals is None else fact.decimals - power
            elif entry.action == "override":
                _override(fact, entry)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _located(document: Document, facts: Sequence[Fact], entry: Correction) -> list[Fact]:
    """Return the facts that an entry is of: one number, which may have more than one meaning."""
    if entry.fact is not None:
        found = [fact for fact in facts if fact.fact_id == entry.fact]
        if not found:
            raise ContractError(
                f"{entry.place}: {document.doc_id} has no fact {entry.fact}, expected to print {entry.expect}. "
                "The document or its reading has changed: look the figure up again, or locate it by a quote."
            )
        printed = found
    else:
        words = _one_line(entry.quote or "")
        text = document.text
        printed = [fact for fact in facts if words in _one_line(text[fact.quote_start : fact.quote_end])]
        found = [fact for fact in printed if _one_line(fact.raw) == _one_line(entry.expect)]
    wrong = [fact for fact in found if _one_line(fact.raw) != _one_line(entry.expect)]
    if wrong or not found:
        now = "、".join(dict.fromkeys(_one_line(fact.raw) for fact in printed)) or "no such passage"
        raise ContractError(
            f"{entry.place}: {document.doc_id} was expected to print {entry.expect}, it prints {now} now. "
            "Check the source: remove the entry if it was mended there, else correct expect, quote or fact."
        )
    if len({fact.source_start for fact in found}) > 1:
        raise ContractError(
            f"{entry.place}: {document.doc_id} prints {entry.expect} at {len({f.source_start for f in found})} places "
            "that the quote fits. Quote more of the sentence, or give the fact by its fact_id."
        )
    return found


def _override(fact: Fact, entry: Correction) -> None:
    text = (entry.value or "").strip()
    sign = -1 if fact.digits < 0 else 1
    if _BARE.fullmatch(text):
        # In the unit of the printed number: a table's head, say, has told it.
        places = _PLACES.search(fact.raw)
        power = fact.exponent + (len(places[1]) if places else 0)
        number = Decimal(text.replace(",", ""))
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)  # the pattern admits finite numbers only
        digits, exponent = int(number.scaleb(-exponent)), exponent + power
        comparator, high, decimals = None, None, None if fact.decimals is None else -exponent
    else:
        found = find_quantities(text)
        if len(found) != 1 or found[0].raw != text or found[0].flag or found[0].unit != fact.unit:
            raise ContractError(
                f"{entry.place}: value: {text!r} is no number of the unit of {fact.raw}. "
                "Write it as the document should print it, such as 1740万元."
            )
        quantity = found[0]
        digits, exponent, decimals = quantity.digits, quantity.exponent, quantity.decimals
        comparator, high = quantity.comparator, quantity.high_digits
        if fact.decimals is None and quantity.unit in ("count", "score"):
            decimals = None
    fact.printed = (fact.digits, fact.exponent)
    fact.digits = digits * sign if digits > 0 else digits
    fact.high_digits = None if high is None else high * sign
    fact.exponent, fact.decimals, fact.comparator = exponent, decimals, comparator
    fact.flag = ""
