"""Names and writing of report files."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["owner_of", "owner_words", "report_name", "write_atomically"]

_LONGEST = 100


def report_name(study: str, parameters: Mapping[str, Any]) -> str:
    """Return a file stem that tells a study and its parameters apart from all others and is safe on every system.

    Letters and digits stay (Chinese ones too), other characters become ``-``; where that or the length loses
    something, a hash of the parameters follows. So it does where a system that does not tell capitals apart, or one
    that writes letters in parts, would take two names for one.
    """
    if not parameters:
        return study
    written = [f"{key}-{_words(value)}" for key, value in sorted(parameters.items())]
    plain = "--".join([study, *written])
    safe = re.sub(r"[^\w.-]+", "-", plain).strip("-.")
    told = "--".join(written)
    folded = unicodedata.normalize("NFC", told).lower() != told
    if safe != plain or folded or len(safe.encode()) > _LONGEST:
        digest = hashlib.sha256(repr(sorted(parameters.items())).encode()).hexdigest()[:8]
        safe = safe.encode()[: _LONGEST - 10].decode(errors="ignore").rstrip("-.") + f"--{digest}"
    return safe


def _words(value: Any) -> str:
    return "+".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def owner_words() -> str:
    """Return what a temporary file or folder of this process has in its name: whose it is, once it is left behind."""
    return f"{socket.gethostname()}-{os.getpid()}-"


def owner_of(name: str) -> int | None:
    """Return the process on this machine that a temporary file or folder is of; None where it is of another one's."""
    found = re.search(re.escape(socket.gethostname()) + r"-(\d+)-", name)
    return int(found[1]) if found else None


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that nobody ever sees half of it: into a temporary file beside it, then renamed over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.{owner_words()}", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
