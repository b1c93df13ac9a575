"""Readers: from bytes to text, outline and tables. They know nothing of budgets.

``read`` picks the reader by what the file is, not by what it is called.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from fiscal_analysis.document import Document
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.text import decode, read_text

__all__ = ["SUFFIXES", "read", "read_bytes"]

SUFFIXES = (".txt", ".text", ".md")
_MAGIC = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip archive (.docx, .xlsx or .zip)"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (.doc or .xls)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"Rar!", "a RAR archive"),
    (b"\x1f\x8b", "a gzip archive"),
)


def read(path: str | Path, *, doc_id: str | None = None) -> Document:
    """Read one disclosure.

    Parameters
    ----------
    path : str or Path
        A text file (UTF-8 with or without BOM, UTF-16 with BOM, or GB18030).
    doc_id : str, optional
        The document's identifier; by default the file's stem.

    Returns
    -------
    Document
        Text, outline, paragraphs, tables and metadata.

    Raises
    ------
    SourceError
        The file is missing, empty, or not what its suffix says; the message names the remedy.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"{path}: no such file. Check the path; inputs usually lie in data/raw.") from None
    except IsADirectoryError:
        raise SourceError(f"{path}: is a folder, a file was expected. Pass folders to `fiscal parse`.") from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened ({error.strerror}). Check the permissions.") from error
    return read_bytes(data, file=path.name, doc_id=doc_id or path.stem, suffix=path.suffix.lower(), shown=str(path))


def read_bytes(data: bytes, *, file: str, doc_id: str, suffix: str = ".txt", shown: str | None = None) -> Document:
    """Read a disclosure from bytes; see :func:`read`. `shown` is what error messages call the file."""
    shown = shown or file
    if not data.strip():
        raise SourceError(f"{shown}: the file is empty. Download it again, or leave it out.")
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise SourceError(
                f"{shown}: the file is {what}, not text as {suffix or 'its name'} says. "
                "Convert it to UTF-8 text, or give it to a reader of that format."
            )
    if suffix not in SUFFIXES:
        raise SourceError(
            f"{shown}: files of type {suffix or '(no suffix)'} are not read. Supported: {', '.join(SUFFIXES)}."
        )
    text = decode(data, shown)
    return read_text(text, doc_id=doc_id, file=file, sha256=hashlib.sha256(data).hexdigest())
