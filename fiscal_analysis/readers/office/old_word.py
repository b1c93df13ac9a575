"""Word processor files of the old format (.doc): made .docx by LibreOffice where it is installed, then read as such."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.content import Content
from fiscal_analysis.readers.limits import Limits
from fiscal_analysis.readers.office.word import read_content as read_docx

__all__ = ["read_content"]

_PROGRAMS = ("soffice", "libreoffice")
# No macros, whatever the user's own profile says: the profile is made for this run.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
</oor:items>
"""


def read_content(data: bytes, shown: str, limits: Limits) -> Content:
    """Read a .doc file.

    Parameters
    ----------
    data : bytes
        The file.
    shown : str
        What messages call it.
    limits : Limits
        The time that its conversion may take; bounds on the result.

    Returns
    -------
    Content
        As of a .docx file.

    Raises
    ------
    SourceError
        LibreOffice is not installed, takes too long, or cannot read the file.
    """
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise SourceError(
            f"{shown}: .doc files are read through LibreOffice, which was not found. "
            "Install it (its command `soffice` must be on the PATH), or save the file as .docx."
        )
    with tempfile.TemporaryDirectory(prefix="fiscal-") as folder:
        made = _converted(program, data, Path(folder), shown, limits)
    return read_docx(made, shown, limits)


def _converted(program: str, data: bytes, folder: Path, shown: str, limits: Limits) -> bytes:
    """Return the file as .docx; all that the program writes stays in `folder`."""
    source, out, profile = folder / "source.doc", folder / "out", folder / "profile"
    source.write_bytes(data)
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    command = [
        program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck",
        "--nodefault", "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(out), str(source),
    ]  # fmt: skip
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        raise SourceError(
            f"{shown}: LibreOffice did not convert the file in {limits.seconds:g} seconds. "
            "Raise the limit `seconds`, or save the file as .docx."
        ) from None
    finally:
        _end(process)
    made = out / "source.docx"
    if not made.is_file():
        told = " ".join(said.decode("utf-8", "replace").split())[:200]
        raise SourceError(
            f"{shown}: LibreOffice could not read the file ({told or 'it gave no reason'}). "
            "Open it in a word processor, and save it as .docx."
        )
    return made.read_bytes()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started: it works in a process of its own behind a script."""
    if process.poll() is not None:
        return
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
