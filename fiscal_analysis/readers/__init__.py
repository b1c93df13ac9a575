"""Readers: from bytes to text, outline and tables. They know nothing of budgets.

``read`` picks the reader by what the file is, not by what it is called.
"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from fiscal_analysis.document import Document
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.formats import SUFFIXES, recognise
from fiscal_analysis.readers.limits import DEFAULT, Limits
from fiscal_analysis.readers.plain.text import decode, read_text

__all__ = ["SUFFIXES", "Limits", "read", "read_bytes"]

_HEAD = 1024  # bytes that tell nearly every file from an empty one


def read(
    path: str | Path, *, doc_id: str | None = None, limits: Limits = DEFAULT, isolate: bool | None = None
) -> Document:
    """Read one disclosure.

    Parameters
    ----------
    path : str or Path
        A PDF, web page, .docx, .doc, .xlsx, .xls or .csv file, or text (UTF-8 with or without BOM, UTF-16 with BOM, or
        GB18030). Of a .zip archive its one document, or the one that the path names (``bundle.zip/name.pdf``).
    doc_id : str, optional
        The document's identifier; by default the file's stem.
    limits : Limits, optional
        What the file may cost at most.
    isolate : bool, optional
        Whether a file that is no text is read in a process beside this one, where a hang, a crash or too much memory
        can be cut off. By default only a long or unsound one is: such a process takes 0.15 s to get up, once.

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
    file, shown = path.name, str(path)
    try:
        if path.suffix.lower() == ".zip" or not path.exists():
            from fiscal_analysis.readers.archive import find_member, read_member

            found = find_member(path, limits)
            if found is not None:
                archive, inside = found
                file = "/".join((archive.name, *inside))
                return read_bytes(
                    read_member(archive, inside, limits),
                    file=file,
                    doc_id=doc_id or PurePosixPath(file).stem,
                    suffix=PurePosixPath(file).suffix.lower(),
                    shown="/".join((str(archive), *inside)),
                    limits=limits,
                    isolate=isolate,
                )
        if path.is_file() and path.stat().st_size > limits.file_bytes:
            raise SourceError(
                f"{path}: is larger than {limits.file_bytes:,} bytes. Raise the limit `file_bytes`, or leave it out."
            )
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(f"{path}: no such file. Check the path; inputs usually lie in data/raw.") from None
    except IsADirectoryError:
        raise SourceError(f"{path}: is a folder, a file was expected. Pass folders to `fiscal parse`.") from None
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened ({error.strerror}). Check the permissions.") from error
    suffix = path.suffix.lower()
    return read_bytes(
        data, file=file, doc_id=doc_id or path.stem, suffix=suffix, shown=shown, limits=limits, isolate=isolate
    )


def read_bytes(
    data: bytes,
    *,
    file: str,
    doc_id: str,
    suffix: str = ".txt",
    shown: str | None = None,
    limits: Limits = DEFAULT,
    isolate: bool | None = None,
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
        text = decode(data, shown)
        if len(text) > limits.characters:
            raise SourceError(
                f"{shown}: holds more than {limits.characters:,} characters. "
                "Raise the limit `characters`, or leave the file out."
            )
        return read_text(text, doc_id=doc_id, file=file, sha256=sha256)
    if format == "zip":
        remedy = "Pass it to `fiscal parse`, or unpack it." if suffix == ".zip" else "Rename it to .zip, or unpack it."
        raise SourceError(f"{shown}: is an archive of several documents. {remedy}")
    from fiscal_analysis.readers.apart import read_format

    return read_format(
        data, format, shown=shown, limits=limits, isolate=isolate, doc_id=doc_id, file=file, sha256=sha256
    )
