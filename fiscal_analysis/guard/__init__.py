"""Calls that can be cut off: run in a process beside this one, with a deadline and a bound on memory.

A file made to harm, or only damaged, can keep a native library busy for ever, take all memory, or crash it. None of the
three can be stopped from within the process that it happens in, so such a file is read in a child, and the child is
killed. This is a fuse and no sandbox: the child has the rights of the user.

How the child is made, and why so:

- A plain ``python -c``, not one of ``multiprocessing``. It never runs the user's script (which may not ask for its own
  name), it works where the workers are daemons, which may have no children of their own (Dask), and it shares
  nothing with a notebook's kernel but two pipes. No fork: threads of the tables' library may hold locks.
- One child serves one caller at a time and is kept for the next call: a start takes 0.15 s, a call 0.3 ms and what its
  bytes take on the way, 2 ms a megabyte. Threads that call at the same time have a child each.
- It is asked to end before it is killed, since a reader may wait for a program of its own (LibreOffice).
- Its end does not hang on ours. It ends when its input does, which is when this process ends, however it ends; a child
  that cannot notice, since it hangs, has set the alarm clock of the system (POSIX) a little behind its deadline.
- A call that failed in an unforeseen way in a child that had served before (too much memory, a crash, an error that is
  none of the package's) is tried again in a fresh one: what a file may cost must not depend on the files before it.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from fiscal_analysis.errors import FiscalAnalysisError, SourceError
from fiscal_analysis.guard.child import GRACE, PATIENCE, Ended, receive, send

__all__ = ["Elsewhere", "Unavailable", "call", "prepare"]

_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from fiscal_analysis.guard.child import serve; serve()"
)
_START = 60.0  # seconds that a child has for its imports, which a cold disk makes slow
_LARGE = 20_000_000  # bytes of a file after which a child is given up: it may hold on to many times as much


class Unavailable(Exception):  # noqa: N818 - it says that there is no guard, not that a call failed
    """No process can be started here: a program frozen into one file, a system without processes."""


class Elsewhere(Exception):  # noqa: N818 - a cause beside an error, never raised by itself
    """The cause of an error that was raised in the child: its traceback in words, and where it was raised."""

    def __init__(self, trace: str, place: str) -> None:
        super().__init__(f"\n{trace}")
        self.place = place


class _Child:
    """A process that waits for calls."""

    def __init__(self, modules: Sequence[str]) -> None:
        self.served = 0
        self.late = False
        self.given = 0.0
        self._ready = False
        # What it says on its error stream says nothing that the exit status and the message do not.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOT, json.dumps(sys.path), json.dumps(modules)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin, self.process.stdout

    def ask(self, request: tuple[object, ...], data: bytes, seconds: float) -> tuple[str, Any]:
        """Return the child's answer; raise `Ended` where it is stopped at the deadline or dies by itself."""
        if not self._ready:
            with _Deadline(self, _START):
                receive(self._out)
            self._ready = True
        self.served += 1
        self.given = seconds
        with _Deadline(self, seconds) as deadline:
            try:
                send(self._in, pickle.dumps(request, pickle.HIGHEST_PROTOCOL), data)
            except OSError as error:
                raise Ended from error
            while True:
                kind, content = pickle.loads(receive(self._out))
                if kind != "more":
                    return kind, content
                self.given += content
                deadline.put_off(content)

    def end(self) -> None:
        """End the process and forget it."""
        self._stop()
        for stream in (self._in, self._out):
            with contextlib.suppress(OSError):
                stream.close()

    def cut_off(self) -> None:
        """End the process since its time is up."""
        self.late = True
        self._stop()

    def _stop(self) -> None:
        """Ask the process to end, so that it can end what it has started itself; then kill it."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(GRACE)


class _Deadline:
    """Stops a child if the body takes longer: a child that has ended ends every wait for it, on every system."""

    def __init__(self, child: _Child, seconds: float) -> None:
        self._child = child
        self._at = time.monotonic() + seconds
        self._timer = self._started()

    def _started(self) -> threading.Timer:
        left = max(0.0, min(self._at - time.monotonic(), threading.TIMEOUT_MAX))
        timer = threading.Timer(left, self._child.cut_off)
        timer.daemon = True
        timer.start()
        return timer

    def put_off(self, seconds: float) -> None:
        """Give the body more time."""
        self._timer.cancel()
        self._at += seconds
        self._timer = self._started()

    def __enter__(self) -> _Deadline:
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()


_idle: list[_Child] = []
_unavailable = False


def _child(modules: Sequence[str] = ()) -> _Child:
    while _idle:
        with contextlib.suppress(IndexError):
            child = _idle.pop()
            if child.process.poll() is None:
                return child
            child.end()
    if _unavailable or not sys.executable or getattr(sys, "frozen", False):
        raise Unavailable
    try:
        return _Child(modules)
    except (OSError, ValueError) as error:
        _give_up()
        raise Unavailable from error


def _give_up() -> None:
    """Remember that no child can be started: it is not tried again for every file."""
    global _unavailable
    _unavailable = True


def prepare(*modules: str) -> None:
    """Start a child for calls that will come, so that it gets up beside other work.

    Parameters
    ----------
    *modules : str
        What it imports at once.
    """
    if not _idle:
        with contextlib.suppress(Unavailable):
            _idle.append(_child(modules))


def call(function: str, data: bytes, *arguments: object, shown: str, seconds: float, memory_bytes: int) -> Any:
    """Return ``function(data, *arguments)``, called in a child.

    Parameters
    ----------
    function : str
        A function of a module: ``package.module:function``.
    data : bytes
        Its first argument: a file.
    *arguments : object
        Its further arguments, which can be pickled, as its result can.
    shown : str
        What messages call the file.
    seconds : float
        When the call is cut off, from when the child has got up; `fiscal_analysis.guard.child.more_time` puts it off.
    memory_bytes : int
        Address space of the child. Not enforced on Windows, which cannot bound a process from within, nor on macOS.

    Raises
    ------
    SourceError
        The call took longer, took more memory, or crashed.
    Unavailable
        There can be no child.
    Exception
        What the function raises; where it is none of the package's own, its cause, an `Elsewhere`, holds the
        traceback.
    """
    request = (function, arguments, seconds, memory_bytes)
    while True:
        child = _child((function.partition(":")[0],))
        try:
            kind, content = child.ask(request, data, seconds)
        except Ended as ended:
            # Its status tells what became of it, once it has gone by itself.
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(GRACE)
            child.end()
            if not child.served:
                _give_up()
                raise Unavailable from ended
            if child.late or child.served == 1:
                raise _verdict(child, shown) from None
            continue
        except BaseException:
            # Whoever interrupts us leaves the child in the middle of its answer.
            child.end()
            raise
        expected = kind == "returned" or (kind == "raised" and isinstance(content[0], FiscalAnalysisError))
        if expected or (kind == "raised" and child.served == 1):
            break
        child.end()
        if child.served == 1:
            raise SourceError(
                f"{shown}: reading it took more than {memory_bytes:,} bytes of memory and was stopped. "
                "Raise the limit `memory_bytes`, or leave it out."
            )
    if child.late or len(data) > _LARGE:
        child.end()
    else:
        _idle.append(child)
    if kind == "raised":
        error, trace, place = content
        raise error from None if isinstance(error, FiscalAnalysisError) else Elsewhere(trace, place)
    return content


def _verdict(child: _Child, shown: str) -> SourceError:
    """Say why a child ended."""
    status = child.process.returncode or 0
    if child.late or status == -getattr(signal, "SIGALRM", 14):
        return SourceError(
            f"{shown}: reading it took longer than {child.given:g} seconds and was stopped. "
            "Raise the limit `seconds`, or leave it out."
        )
    if status == -getattr(signal, "SIGKILL", 9):
        return SourceError(
            f"{shown}: the process that read it was killed, most likely by the system for want of memory. "
            "Lower the limit `memory_bytes` to have such files stopped in time, or leave it out."
        )
    try:
        how = signal.Signals(-status).name
    except ValueError:
        how = f"exit status {status}"
    return SourceError(
        f"{shown}: the process that read it crashed ({how}): the file is damaged, or needs more memory than it may "
        "take. Download it again, raise the limit `memory_bytes`, or leave it out."
    )


def _forget() -> None:
    """Leave the children to the process that this one was forked from: two callers would mix up the answers."""
    _idle.clear()


@atexit.register
def _end_all() -> None:
    while _idle:
        _idle.pop().end()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
