"""Readers: from bytes to text, outline and tables. They know nothing of budgets.

``read`` picks the reader by what the file is, not by what it is called.
"""

from __future__ import annotations

import hashlib
from importlib import import_module
from pathlib import Path

from fiscal_analysis.document import Document
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.formats import READERS, SUFFIXES, recognise
from fiscal_analysis.readers.limits import DEFAULT, Limits
from fiscal_analysis.readers.text import decode, read_text

__all__ = ["SUFFIXES", "read", "read_bytes"]

_HEAD = 1024  # bytes that tell nearly every file from an empty one


def read(path: str | Path, *, doc_id: str | None = None, limits: Limits = DEFAULT) -> Document:
    """Read one disclosure.

    Parameters
    ----------
    path : str or Path
        A PDF, web page, .docx, .doc, .xlsx, .xls or .csv file, or text (UTF-8 with or without BOM, UTF-16 with BOM, or
        GB18030).
    doc_id : str, optional
        The document's identifier; by default the file's stem.
    limits : Limits, optional
        What the file may cost at most.

    Returns
    -------
    Document
        Text, outline, paragraphs, tables and metadata.

    Raises
    ------
    SourceError
        The file is missing, empty, damaged, encrypted, over a limit, or of no supported kind; the message names the
        remedy.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > limits.file_bytes and path.is_file():
            raise SourceError(
                f"{path}: is larger than {limits.file_bytes:,} bytes. Raise the limit `file_bytes`, or leave it out."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"{path}: no such file. Check the path; inputs usually lie in data/raw.") from None
    except IsADirectoryError:
        raise SourceError(f"{path}: is a folder, a file was expected. Pass folders to `fiscal parse`.") from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened ({error.strerror}). Check the permissions.") from error
    suffix = path.suffix.lower()
    return read_bytes(data, file=path.name, doc_id=doc_id or path.stem, suffix=suffix, shown=str(path), limits=limits)


def read_bytes(
    data: bytes,
    *,
    file: str,
    doc_id: str,
    suffix: str = ".txt",
    shown: str | None = None,
    limits: Limits = DEFAULT,
) -> Document:
    """Read a disclosure from bytes; see :func:`read`. `shown` is what error messages call the file."""
    shown = shown or file
    if not data[:_HEAD].strip() and not data.strip():
        raise SourceError(f"{shown}: the file is empty. Download it again, or leave it out.")
    format = recognise(data, suffix, shown)
    sha256 = hashlib.sha256(data).hexdigest()
    if format == "txt":
        if suffix not in SUFFIXES:
            raise SourceError(
                f"{shown}: files of type {suffix or '(no suffix)'} are not read. Supported: {', '.join(SUFFIXES)}."
            )
        return read_text(decode(data, shown), doc_id=doc_id, file=file, sha256=sha256)
    if format == "zip":
        raise SourceError(f"{shown}: is an archive of several documents. Pass it to `fiscal parse`, or unpack it.")
    from fiscal_analysis.readers.content import assemble

    module = import_module(f"fiscal_analysis.readers.{READERS[format]}")
    content = module.read_content(data, shown, limits)
    return assemble(content, doc_id=doc_id, file=file, sha256=sha256, format=format, limits=limits)
