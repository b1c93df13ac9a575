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
- A call that took too much memory in a child that had served before is tried again in a fresh one: what a file may
  cost must not depend on the files before it.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from fiscal_analysis.errors import FiscalAnalysisError, SourceError

__all__ = ["Elsewhere", "Unavailable", "call", "prepare"]

_BOOT = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from fiscal_analysis.guard import _serve; _serve()"
_START = 60.0  # seconds that a child has for its imports, which a cold disk makes slow
_GRACE = 2.0  # seconds between the deadline and the child's own alarm clock
_PATIENCE = 1.0  # seconds between asking a child to end and killing it
_LARGE = 20_000_000  # bytes of a file after which a child is given up: it may hold on to many times as much
_HEAD = 8  # bytes that tell the length of what follows


class Unavailable(Exception):  # noqa: N818 - it says that there is no guard, not that a call failed
    """No process can be started here: a program frozen into one file, a system without processes."""


class Elsewhere(Exception):  # noqa: N818 - a cause beside an error, never raised by itself
    """The cause of an error that was raised in the child: its traceback in words, and where it was raised."""

    def __init__(self, trace: str, place: str) -> None:
        super().__init__(f"\n{trace}")
        self.place = place


class _Ended(Exception):  # noqa: N818 - caught within the module
    """The child ended before it answered."""


class _Child:
    """A process that waits for calls."""

    def __init__(self, modules: Sequence[str]) -> None:
        self.served = 0
        self.late = False
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
        """Return the child's answer; raise `_Ended` where it is killed at the deadline or dies by itself."""
        if not self._ready:
            with self._deadline(_START):
                _receive(self._out)
            self._ready = True
        self.served += 1
        with self._deadline(seconds):
            try:
                _send(self._in, pickle.dumps(request, pickle.HIGHEST_PROTOCOL), data)
            except OSError as error:
                raise _Ended from error
            answer = _receive(self._out)
        kind, content = pickle.loads(answer)
        return kind, content

    def end(self) -> None:
        """End the process and forget it."""
        self._stop()
        for stream in (self._in, self._out):
            with contextlib.suppress(OSError):
                stream.close()

    def _stop(self) -> None:
        """Ask the process to end, so that it can end what it has started itself; then kill it."""
        self.process.terminate()
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_GRACE)

    @contextlib.contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        """Kill the child if the body takes longer: a killed child ends every wait for it, on every system."""

        def cut_off() -> None:
            self.late = True
            self._stop()

        timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), cut_off)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


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
        When the call is cut off, from when the child has got up.
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
        except _Ended as ended:
            # Its status tells what became of it, once it has gone by itself.
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(_GRACE)
            child.end()
            if not child.served:
                _give_up()
                raise Unavailable from ended
            raise _verdict(child, shown, seconds) from None
        except BaseException:
            # Whoever interrupts us leaves the child in the middle of its answer.
            child.end()
            raise
        if kind != "memory":
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


def _verdict(child: _Child, shown: str, seconds: float) -> SourceError:
    """Say why a child ended."""
    status = child.process.returncode or 0
    if child.late or status == -getattr(signal, "SIGALRM", 14):
        return SourceError(
            f"{shown}: reading it took longer than {seconds:g} seconds and was stopped. "
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


# --- what goes through the pipes ------------------------------------------------------------------------------------


def _send(stream: IO[bytes], *parts: bytes) -> None:
    for part in parts:
        stream.write(len(part).to_bytes(_HEAD, "little"))
        stream.write(part)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    head = stream.read(_HEAD)
    size = int.from_bytes(head, "little")
    content = stream.read(size) if len(head) == _HEAD else b""
    if len(head) < _HEAD or len(content) < size:
        raise _Ended
    return content


# --- the child ------------------------------------------------------------------------------------------------------


def _serve() -> None:
    """Answer calls until the input ends."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash is expected, and its image is of no use
    # The terminal sends its interrupt to us too; the caller decides what becomes of us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests: SimpleQueue[tuple[bytes, bytes]] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    for module in json.loads(sys.argv[2]):
        importlib.import_module(module)
    # What is imported stays: the collector need not walk it for every file.
    gc.freeze()
    _send(answers, b"ready")
    try:
        # Asked to end, we leave a call as by an error: a reader that waits for another program ends that first.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        while True:
            request, data = requests.get()
            answer = _answer(request, data)
            del request, data
            _send(answers, answer)
            del answer
    except SystemExit:
        os._exit(1)


def _listen(requests: SimpleQueue[tuple[bytes, bytes]]) -> None:
    """Take requests in a thread of its own, which notices in the midst of a call that the caller has gone."""
    try:
        while True:
            requests.put((_receive(sys.stdin.buffer), _receive(sys.stdin.buffer)))
    finally:
        if hasattr(signal, "pthread_kill"):
            # To the main thread, which else would not wake from what it waits for.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
            time.sleep(_PATIENCE)
        os._exit(0)


def _answer(request: bytes, data: bytes) -> bytes:
    function, arguments, seconds, memory_bytes = pickle.loads(request)
    _bound(seconds, memory_bytes)
    try:
        module, _, name = function.partition(":")
        result = getattr(importlib.import_module(module), name)(data, *arguments)
        return pickle.dumps(("returned", result), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        pass  # first leave what the traceback holds on to
    except Exception as error:  # noqa: BLE001 - it is raised again where the call was made
        return _raised(error)
    finally:
        _bound(0, None)
    return pickle.dumps(("memory", None))


def _raised(error: Exception) -> bytes:
    trace = "".join(traceback.format_exception(error))
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    error.__traceback__ = error.__cause__ = error.__context__ = None
    try:
        answer = pickle.dumps(("raised", (error, trace, place)))
        pickle.loads(answer)  # an error whose class takes more than its message comes back as no error at all
    except Exception:  # noqa: BLE001 - the words are what matters
        said = RuntimeError(f"{type(error).__name__}: {error}")
        answer = pickle.dumps(("raised", (said, trace, place)))
    return answer


def _bound(seconds: float, memory_bytes: int | None) -> None:
    """Set the alarm clock and the bound on memory, where the system has them; 0 and None take them away."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE if seconds else 0)
    try:
        import resource
    except ImportError:
        return
    unbounded = resource.RLIM_INFINITY
    with contextlib.suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = memory_bytes or unbounded
        if unbounded not in (wanted, most):
            wanted = min(wanted, most)
        elif wanted == unbounded:
            wanted = most
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
