"""How much of a file is read before it is refused: limits that a user can set."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass

from fiscal_analysis.errors import ContractError

__all__ = ["DEFAULT", "Limits"]

_TIMES = ("seconds", "picture_seconds")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a single input may cost. A file over a limit is refused, with the limit's name in the message.

    Attributes
    ----------
    file_bytes : int
        Size of a file, and of a member of an archive once unpacked.
    unpacked_bytes : int
        Size of all members of an archive, or of the parts of a .docx or .xlsx, once unpacked.
    members : int
        Number of members of an archive, those of archives within it included.
    nesting : int
        How deep archives may lie within an archive; 0 for not at all.
    pages : int
        Pages of a PDF.
    cells : int
        Cells of all tables of a document, empty ones included.
    characters : int
        Characters of a document's text.
    seconds : float
        Time for reading one file.
    picture_seconds : float
        Time beside `seconds` for a file with pages that are pictures, where the engine is there to recognise them: it
        takes some seconds a page.
    memory_bytes : int
        Memory of the process that reads a long or unsound file: its address space, which is about twice of what it
        uses (pages recognised from pictures take 2.1 GB of it). Not enforced on Windows and macOS, whose processes
        cannot be bounded from within.

    Raises
    ------
    ContractError
        If a limit is no number above 0 (`nesting`: from 0).
    """

    file_bytes: int = 200_000_000
    unpacked_bytes: int = 500_000_000
    members: int = 2_000
    nesting: int = 1
    pages: int = 2_000
    cells: int = 2_000_000
    characters: int = 20_000_000
    seconds: float = 120.0
    picture_seconds: float = 1800.0
    memory_bytes: int = 4_000_000_000

    def __post_init__(self) -> None:
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            if each.name in _TIMES:
                fits, expected = number and value > 0, "a number above 0"
            else:
                least = 0 if each.name == "nesting" else 1
                fits, expected = isinstance(value, int) and number and value >= least, f"a whole number from {least}"
            if not fits:
                raise ContractError(f"limit {each.name}: {value!r} given, {expected} is expected.")

    @classmethod
    def from_words(cls, words: Iterable[str]) -> Limits:
        """Return the limits that words such as ``seconds=60`` set; the others are the defaults.

        Raises
        ------
        ContractError
            If a word names no limit, or one twice, or its value is no number that the limit can have; the message
            lists the limits.
        """
        defaults = {each.name: each.default for each in dataclasses.fields(cls)}
        given: dict[str, int | float] = {}
        for word in words:
            name, equals, value = (part.strip() for part in word.partition("="))
            if not equals or name not in defaults:
                said = f"there is no limit {name!r}" if equals else "NAME=VALUE is expected, such as seconds=60"
                valid = ", ".join(f"{each}={default}" for each, default in defaults.items())
                raise ContractError(f"limit {word!r}: {said}. Limits and their defaults: {valid}.")
            if name in given:
                raise ContractError(f"limit {name}: is given more than once. Give it once.")
            try:
                given[name] = float(value) if name in _TIMES else int(value)
            except ValueError:
                what = "a number of seconds" if name in _TIMES else "a whole number"
                raise ContractError(f"limit {name}: {value!r} given, {what} is expected.") from None
        return cls(**given)  # type: ignore[arg-type]


DEFAULT = Limits()
