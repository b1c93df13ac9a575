"""How much of a file is read before it is refused: limits that a user can set."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT", "Limits"]


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
        Number of members of an archive.
    pages : int
        Pages of a PDF.
    cells : int
        Cells of all tables of a document, empty ones included.
    characters : int
        Characters of a document's text.
    seconds : float
        Time for reading one file.
    memory_bytes : int
        Memory of the process that reads a long or unsound file.
    """

    file_bytes: int = 200_000_000
    unpacked_bytes: int = 500_000_000
    members: int = 2_000
    pages: int = 2_000
    cells: int = 2_000_000
    characters: int = 20_000_000
    seconds: float = 120.0
    memory_bytes: int = 2_000_000_000


DEFAULT = Limits()
