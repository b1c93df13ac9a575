"""Replace the files of a folder as one set: whoever looks sees all of the old ones or all of the new ones.

The new set is written into a folder beside the target. Where the system can exchange two folders in one step
(Linux, macOS), that is all. Elsewhere, and for a folder that must keep its identity (the current folder, a mount
point), the new set is first marked complete by a rename, then moved file by file; a run that is killed in between is
finished by whoever comes next (`recover`).
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fiscal_analysis.errors import SourceError

__all__ = ["exchange_folders", "recover", "replaced_folder"]

_STALE_SECONDS = 3600.0
_AT_FDCWD = -100
_EXCHANGE_LINUX = 2  # RENAME_EXCHANGE of renameat2(2)
_EXCHANGE_MACOS = 2  # RENAME_SWAP of renamex_np(2)


def _staging(target: Path) -> Path:
    return target.with_name(f".{target.name}.new-{os.getpid()}-{time.monotonic_ns():x}")


def _complete(target: Path) -> Path:
    return target.with_name(f".{target.name}.complete")


def exchange_folders(new: Path, old: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return bool(libc.renamex_np(os.fsencode(new), os.fsencode(old), _EXCHANGE_MACOS) == 0)
        return bool(libc.renameat2(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _EXCHANGE_LINUX) == 0)
    except (OSError, AttributeError, TypeError):
        return False


def _move_in(source: Path, target: Path) -> None:
    """Move every entry of a complete set into the target folder, then remove the emptied one."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir()):
        try:
            entry.replace(target / entry.name)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # The target is a mounted volume: bring the file over first, then let it take its place.
            copied = shutil.copy2(entry, target / f".{entry.name}.new")
            Path(copied).replace(target / entry.name)
            entry.unlink()
    source.rmdir()


def _give_back(old: Path, target: Path, ours: frozenset[str]) -> None:
    """Return what was not of the set (a README, a folder of the user's) to the target, and drop the old set."""
    for entry in sorted(old.iterdir()):
        if entry.name not in ours and not (target / entry.name).exists():
            entry.replace(target / entry.name)
    shutil.rmtree(old)


def recover(target: Path, ours: frozenset[str]) -> None:
    """Finish what a killed run has left beside the folder `target`: a complete set goes in, a partial one goes.

    Parameters
    ----------
    target : Path
        The folder.
    ours : frozenset of str
        The names of the files that make up the set; others in the folder are the user's and are kept.
    """
    target = target.resolve()
    if not target.parent.is_dir():
        return
    complete = _complete(target)
    if complete.is_dir():
        _move_in(complete, target)
    for left in target.parent.glob(f".{target.name}.new-*"):
        with suppress(FileNotFoundError):  # another run may be cleaning up, too
            foreign = target.is_dir() and any(entry.name not in ours for entry in left.iterdir())
            # A young one may belong to a run that is writing now.
            if foreign or time.time() - left.stat().st_mtime > _STALE_SECONDS:
                _give_back(left, target, ours) if foreign else shutil.rmtree(left)


@contextmanager
def replaced_folder(target: Path, ours: frozenset[str]) -> Iterator[Path]:
    """Give an empty folder to write a set of files into; on leaving, the set replaces the one in `target`.

    Parameters
    ----------
    target : Path
        The folder whose set is replaced; created where missing.
    ours : frozenset of str
        The names that the set may have; a file of these names that the new set lacks is removed.

    Yields
    ------
    Path
        The folder to write into. If the body raises, `target` is untouched and the folder is removed.

    Raises
    ------
    SourceError
        If the folder cannot be written.
    """
    target = target.resolve()
    recover(target, ours)
    if target.exists() and not target.is_dir():
        raise SourceError(f"{target}: is a file, a folder for the tables is expected. Choose another name.")
    new = _staging(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        new.mkdir()
    except OSError as error:
        raise SourceError(
            f"{target.parent}: cannot be written ({error.strerror}). Choose another folder, or get write permission."
        ) from error
    try:
        yield new
        if not target.exists():
            new.rename(target)
        elif target != Path.cwd() and exchange_folders(new, target):
            _give_back(new, target, ours)
        else:
            complete = _complete(target)
            new.rename(complete)
            _move_in(complete, target)
    finally:
        if new.exists():
            shutil.rmtree(new, ignore_errors=True)
