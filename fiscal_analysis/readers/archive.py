"""Archives of documents: what is in a .zip, and the bytes of one member. Nothing is written to disk.

An archive is input from outside like any other. The sizes that it states may be lies, so bytes are counted while they
are inflated; names may lead anywhere, which does no harm where nothing is written, but such a name cannot be said in a
table; and names of Chinese Windows are in GB18030, although the format has no word for that.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.formats import PACKINGS, SUFFIXES, directory_bytes, is_document_name, packed_format
from fiscal_analysis.readers.limits import Limits

__all__ = ["Archives", "Listing", "documents_in", "find_member", "member_name", "read_member"]

_STEP = 1 << 18  # bytes that are inflated before they are counted
_NAME = 1024  # bytes that an entry of a directory may take on average; a name of 300 Chinese characters does
_UTF8 = 0x800
_ENCRYPTED = 0x1
_HAN = re.compile("[㐀-鿿豈-﫿]")
_DRIVE = re.compile(r"[A-Za-z]:")
_SHOWN = 10  # names that a message lists


class Listing(NamedTuple):
    """The documents of an archive, and by name the members that cannot be read and why.

    What leads to a document are the names in each archive on the way, its own last.
    """

    members: list[tuple[str, ...]]
    refused: list[tuple[str, str]]


class _Account:
    """What an archive and those within it come to so far."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.members = 0
        self.bytes = 0

    def enter(self, infos: list[zipfile.ZipInfo]) -> str | None:
        """Count the members of one more archive; or say why it is too much, and count nothing."""
        members, size = self.members + len(infos), self.bytes + sum(info.file_size for info in infos)
        if members > self.limits.members:
            return f"holds more than {self.limits.members:,} members. Raise the limit `members`, or unpack it."
        if size > self.limits.unpacked_bytes:
            return (
                f"would unpack to {size:,} bytes, more than {self.limits.unpacked_bytes:,}. "
                "Raise the limit `unpacked_bytes`, or leave it out."
            )
        self.members, self.bytes = members, size
        return None


class Archives:
    """Archives that are read from: the last one stays open for its next member. A context manager."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._at: tuple[object, ...] = ()
        self._open: zipfile.ZipFile | None = None
        self._infos: dict[str, zipfile.ZipInfo] = {}

    def __enter__(self) -> Archives:
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    def read(self, path: Path, inside: tuple[str, ...]) -> bytes:
        """Return the bytes of a member.

        Raises
        ------
        SourceError
            It is gone, damaged, encrypted, packed in a way that is not known, or larger than the limit.
        """
        if (path, *inside[:-1]) != self._at or self._open is None:
            self._close()
            self._open, shown = _opened(path, str(path), self._limits), str(path)
            for name in inside[:-1]:
                info = _by_name(self._open).get(name)
                shown = f"{shown}/{name}"
                data = _inflated(self._open, info, shown, self._limits)
                self._open.close()
                self._open = _opened(data, shown, self._limits)
            self._infos = _by_name(self._open)
            self._at = (path, *inside[:-1])
        return _inflated(self._open, self._infos.get(inside[-1]), f"{path}/{'/'.join(inside)}", self._limits)

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open, self._at = None, ()


def documents_in(archive: Path | bytes, shown: str, limits: Limits) -> Listing | None:
    """List the documents of an archive, those of archives within it included.

    Parameters
    ----------
    archive : Path or bytes
        The archive, by its path or its bytes.
    shown : str
        What messages call it.
    limits : Limits
        How many members there may be, how large, and how deep.

    Returns
    -------
    Listing or None
        In the order of the archive's directory; None where the file is no archive of documents by its bytes: it may
        be a document that is called .zip.

    Raises
    ------
    SourceError
        The archive is damaged, or over a limit.
    """
    if not _begins_as_archive(archive):
        return None
    with _opened(archive, shown, limits) as opened:
        if packed_format(set(opened.namelist()), shown) != "zip":
            return None
        account = _Account(limits)
        too_much = account.enter(opened.infolist())
        if too_much is not None:
            raise SourceError(f"{shown}: {too_much}")
        listing = Listing([], [])
        _list(opened, shown, (), account, listing)
    return listing


def find_member(path: Path, limits: Limits) -> tuple[Path, tuple[str, ...]] | None:
    """Return the archive and the member in it that a path means; None where it means no member of an archive.

    ``bundle.zip`` means its one document, ``bundle.zip/inner/name.pdf`` the one of that name.

    Raises
    ------
    SourceError
        The archive holds no document, or several, whose names the message lists, or none of the name.
    """
    for archive in (path, *path.parents):
        if archive.is_file():
            listing = documents_in(archive, str(archive), limits)
            if listing is None:
                return None
            name = "" if archive == path else path.relative_to(archive).as_posix()
            return archive, _the_one(listing, str(archive), name)
    return None


def _the_one(listing: Listing, shown: str, name: str) -> tuple[str, ...]:
    members = {"/".join(inside): inside for inside in listing.members}
    wanted = [each for each in members if name == each or (not name and _suffix(each) in SUFFIXES)]
    if len(wanted) == 1:
        return members[wanted[0]]
    for refused, reason in listing.refused:
        if name == refused or (not name and not wanted):
            raise SourceError(f"{shown}/{refused}: {reason}")
    names = wanted or list(members)
    if names:
        said = f"holds no document {name}" if name else f"is an archive of {len(names)} documents"
        listed = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
        raise SourceError(
            f"{shown}: {said}; in it: {listed}. "
            f"Name one, as in {shown}/{names[0]}, or pass the archive to `fiscal parse` to read them all."
        )
    raise SourceError(f"{shown}: is an archive without documents. Supported are files of type {', '.join(SUFFIXES)}.")


def read_member(archive: Path, inside: tuple[str, ...], limits: Limits) -> bytes:
    """Return the bytes of one member; see `Archives.read`."""
    with Archives(limits) as archives:
        return archives.read(archive, inside)


def _list(archive: zipfile.ZipFile, shown: str, above: tuple[str, ...], account: _Account, listing: Listing) -> None:
    seen: set[str] = set()
    for info in archive.infolist():
        name = member_name(info)
        if info.is_dir() or name.endswith("/") or not is_document_name(name):
            continue
        inside = (*above, name)
        reason = _why_not(info, name, account.limits)
        if name in seen:
            reason = "is in the archive twice. Pack the archive anew, with each file once."
        seen.add(name)
        if reason is None and _suffix(name) == ".zip":
            reason = _list_nested(archive, info, f"{shown}/{name}", inside, account, listing)
        elif reason is None:
            listing.members.append(inside)
        if reason is not None:
            listing.refused.append(("/".join(inside), reason))


def _list_nested(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    shown: str,
    inside: tuple[str, ...],
    account: _Account,
    listing: Listing,
) -> str | None:
    """List the documents of an archive within an archive; or say why it is refused."""
    try:
        data = _inflated(archive, info, shown, account.limits)
        if not _begins_as_archive(data):
            listing.members.append(inside)
            return None
        with _opened(data, shown, account.limits) as nested:
            if packed_format(set(nested.namelist()), shown) != "zip":
                listing.members.append(inside)
                return None
            if len(inside) > account.limits.nesting:
                return "is an archive too deep within archives. Unpack the outer one, or raise the limit `nesting`."
            too_much = account.enter(nested.infolist())
            if too_much is None:
                _list(nested, shown, inside, account, listing)
            return too_much
    except SourceError as error:
        return str(error).removeprefix(f"{shown}: ")


def _why_not(info: zipfile.ZipInfo, name: str, limits: Limits) -> str | None:
    """Say why a member is not read, where that shows from the directory."""
    parts = name.split("/")
    if ".." in parts or name.startswith("/") or _DRIVE.match(name) is not None:
        return "has a name that leads out of the archive. Pack the archive anew, with names below one folder."
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted. Unpack the archive with its password, and give the files in it."
    if info.compress_type not in PACKINGS:
        return "is packed in a way that is not supported. Unpack the archive, and give the files in it."
    if info.file_size > limits.file_bytes:
        return f"is larger than {limits.file_bytes:,} bytes. Raise the limit `file_bytes`, or leave it out."
    return None


def member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name, decoded right, with ``/`` between folders.

    The flag for UTF-8 is believed. Without it, names are in what the packer's system used: UTF-8 (macOS, Linux) where
    that gives Chinese characters, which names in GB18030 all but never do; else GB18030 (Chinese Windows); else the
    format's own code page 437.
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""  # a later Python has found the name in an extra field
        for encoding in ("utf-8", "gb18030"):
            try:
                decoded = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if _HAN.search(decoded) is not None:
                name = decoded
                break
    return name.split("\0")[0].replace("\\", "/")


def _by_name(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        infos.setdefault(member_name(info), info)
    return infos


def _begins_as_archive(archive: Path | bytes) -> bool:
    if isinstance(archive, Path):
        try:
            with archive.open("rb") as stream:
                head = stream.read(4)
        except OSError:
            return False  # who reads it says what is wrong with it
    else:
        head = archive[:4]
    return head in (b"PK\x03\x04", b"PK\x05\x06")


def _opened(archive: Path | bytes, shown: str, limits: Limits) -> zipfile.ZipFile:
    try:
        with archive.open("rb") if isinstance(archive, Path) else io.BytesIO(archive) as stream:
            size = directory_bytes(stream)
        # Before the directory is read: each of its entries becomes an object.
        if size > limits.members * _NAME + 65536:
            raise SourceError(
                f"{shown}: holds more than {limits.members:,} members. Raise the limit `members`, or unpack it."
            )
        return zipfile.ZipFile(archive if isinstance(archive, Path) else io.BytesIO(archive))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        if isinstance(error, SourceError):
            raise
        if isinstance(error, OSError) and error.strerror:
            raise SourceError(f"{shown}: cannot be opened ({error.strerror}). Check the permissions.") from error
        raise SourceError(f"{shown}: the archive is damaged ({error}). Download the file again.") from error


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo | None, shown: str, limits: Limits) -> bytes:
    """Return the bytes of a member, counted while they are inflated: the stated size may be a lie."""
    if info is None:
        raise SourceError(f"{shown}: is not in the archive any more. Do not change inputs while they are read.")
    parts: list[bytes] = []
    size = 0
    try:
        with archive.open(info) as stream:
            while part := stream.read(_STEP):
                parts.append(part)
                size += len(part)
                if size > limits.file_bytes:
                    raise SourceError(
                        f"{shown}: is larger than {limits.file_bytes:,} bytes. "
                        "Raise the limit `file_bytes`, or leave it out."
                    )
    except (RuntimeError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(
            f"{shown}: is damaged, or not of the size that the archive states ({error}). Download the archive again."
        ) from error
    return b"".join(parts)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
