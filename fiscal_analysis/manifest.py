"""The manifest of a folder of documents: who published each file, and the hash that it must have.

``manifest.csv`` stands in the folder and has a row per file: `file` (relative to the folder), `sha256`, and where
known `doc_id`, `publisher`, `title`, `source_note`. Raw documents are evidence: a file whose bytes are not those
that the manifest was written for is refused.
"""

from __future__ import annotations

import csv
import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from fiscal_analysis.errors import SourceError

__all__ = ["MANIFEST", "Entry", "check_hash", "file_hash", "read_manifest"]

MANIFEST = "manifest.csv"
_HASH = re.compile(r"[0-9a-f]{64}")


class Entry(NamedTuple):
    """One row of a manifest; None where the manifest leaves a cell empty or has no such column."""

    file: str
    sha256: str | None = None
    doc_id: str | None = None
    publisher: str | None = None
    title: str | None = None


def read_manifest(path: str | Path) -> dict[str, Entry]:
    """Read a manifest.

    Parameters
    ----------
    path : str or Path
        The CSV file (UTF-8, with or without BOM), or the folder that holds ``manifest.csv``.

    Returns
    -------
    dict of str to Entry
        By file, relative to the manifest's folder, with ``/`` between folders.

    Raises
    ------
    SourceError
        If it cannot be read, lacks the column `file`, names a file twice or holds something that is no SHA-256.
    """
    path = Path(path)
    if path.is_dir():
        path = path / MANIFEST
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = reader.fieldnames or []
            rows = [(reader.line_num, row) for row in reader]
    except FileNotFoundError as error:
        raise SourceError(f"{path}: no such manifest. Write one with the columns file, sha256.") from error
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}). Check the name and its permissions.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path}: is no CSV in UTF-8 ({error}). Save it again as CSV UTF-8.") from error
    if "file" not in columns:
        raise SourceError(
            f"{path}, line 1: the column 'file' is missing (columns: {', '.join(columns) or 'none'}). "
            "A manifest has at least the columns file and sha256."
        )
    entries: dict[str, Entry] = {}
    for line, row in rows:
        cells = {key: (value or "").strip() or None for key, value in row.items() if isinstance(key, str)}
        file = cells.get("file")
        if file is None:
            raise SourceError(f"{path}, line {line}: the cell 'file' is empty. Name the file or remove the row.")
        file = Path(file).as_posix()
        if file in entries:
            raise SourceError(f"{path}, line {line}: {file} is listed twice. Remove one of the two rows.")
        sha256 = cells.get("sha256")
        if sha256 is not None:
            sha256 = sha256.lower()
            if not _HASH.fullmatch(sha256):
                raise SourceError(
                    f"{path}, line {line}: {sha256!r} is no SHA-256 (64 hexadecimal digits). "
                    f"Write the output of `sha256sum {file}`."
                )
        entries[file] = Entry(file, sha256, cells.get("doc_id"), cells.get("publisher"), cells.get("title"))
    return entries


def file_hash(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_hash(path: str | Path, expected: str | None, actual: str | None = None) -> None:
    """Raise where a file is not the one that the manifest was written for.

    Parameters
    ----------
    path : str or Path
        The file.
    expected : str or None
        The SHA-256 of the manifest; None where it states none, and nothing is checked.
    actual : str, optional
        The SHA-256 of the file's bytes, if already known.

    Raises
    ------
    SourceError
        If they differ; the message names the file and says what to do.
    """
    if expected is None:
        return
    if actual is None:
        actual = file_hash(path)
    if actual != expected:
        raise SourceError(
            f"{path}: its bytes have changed since the manifest was written (SHA-256 is {actual[:12]}…, "
            f"{MANIFEST} says {expected[:12]}…). Restore the published file, or, if the change is meant, "
            f"write {actual} into the row of {Path(path).name} in {MANIFEST}."
        )
