"""Processes that are there at once: forked from one that has imported everything, and has done nothing else.

A notebook that begins in a fresh interpreter spends most of its time on imports. Here one process makes them, once;
each notebook then gets a fork of it, which is as empty as a new interpreter, and is thrown away with all that the
notebook has changed: modules, variables, the working directory, the environment.

- The process that is forked is a plain ``python -c``, not a fork of the caller: threads of the tables' library may hold
  locks, and the drawing of charts starts an engine with threads of its own. It imports and waits. It
  has no threads of its own; polars starts one at its import that looks after files which only large queries write.
- It is asked for a fork by a socket that is handed on to the fork: no address, no name, nothing on the disk.
- Its end does not hang on ours. It ends when its input does, which is when this process ends, however it ends, and
  takes its forks with it.

Where a system cannot fork safely (Windows has no such call, on macOS libraries of the system may have threads), there
are none: `available` says so.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pickle
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

__all__ = ["Died", "Fork", "Forks", "available", "shared"]

_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from fiscal_analysis.studies.forks import _wait; _wait()"
)
# The allocator of polars starts two threads, unless told; polars itself tells it to where nobody has said anything.
_QUIET = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:500,muzzy_decay_ms:-1,background_thread:false"}
_MODULES = (
    "altair",
    "great_tables",
    "polars",
    "vl_convert",
    "fiscal_analysis",
    "fiscal_analysis.charts.plots",
    "fiscal_analysis.charts.renderer",
    "fiscal_analysis.charts.tables",
    "fiscal_analysis.charts.wording",
    "fiscal_analysis.metrics",
    "fiscal_analysis.studies.engine",
    "fiscal_analysis.studies.reading",
    "fiscal_analysis.studies.shell",
)


class Died(Exception):  # noqa: N818 - it is no error of the caller's
    """The process ended before it answered."""


def available() -> bool:
    """Return whether this system can have such processes."""
    return sys.platform.startswith(("linux", "freebsd")) and bool(sys.executable) and not getattr(sys, "frozen", False)


class Fork:
    """A process that does what it is asked, one call after the other; throw it away with :meth:`end`."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self.connection = connection
        self.pid: int | None = None

    def fileno(self) -> int:
        """Return what to wait for, with ``multiprocessing.connection.wait``."""
        return self.connection.fileno()

    def ask(self, function: str, *arguments: Any) -> None:
        """Ask for ``function(told, *arguments)``; `function` is written ``package.module:name``.

        `told` is a callable, whose arguments reach the caller as answers of the kind ``told``.
        """
        with contextlib.suppress(OSError):  # whoever has died says so by not answering
            self.connection.send((function, arguments))

    def answer(self) -> tuple[str, Any]:
        """Return the next answer: ``told`` and what, ``returned`` and what, or ``raised`` and the error.

        Raises
        ------
        Died
            If the process has ended.
        """
        try:
            kind, content = self.connection.recv()
            if kind == "pid":
                self.pid = content
                kind, content = self.connection.recv()
        except (EOFError, OSError) as error:
            raise Died from error
        return str(kind), content

    def end(self) -> None:
        """Have the process end by itself, as it does when nobody asks any more."""
        with contextlib.suppress(OSError):
            self.connection.close()

    def kill(self) -> None:
        """End the process at once."""
        # The process has not gone as long as it holds its end of the connection, so its number is still its own.
        if self.pid is not None and not self._gone():
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)
        self.end()

    def _gone(self) -> bool:
        try:
            return self.connection.poll(0) and self.connection.recv() is None
        except (EOFError, OSError):
            return True


class Forks:
    """The process that forks; it is started by the first that is asked for, and ends with :meth:`end`."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, json.dumps(sys.path), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=dict(os.environ) | _QUIET,
                # The terminal's interrupt is ours to deal with, and all of them can be killed by one name.
                start_new_session=True,
            )
        self._control = ours
        self._lock = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether it can fork."""
        return self._process.poll() is None

    def new(self) -> Fork:
        """Return a new process.

        Raises
        ------
        Died
            If there can be none any more.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                with self._lock:
                    socket.send_fds(self._control, [b"f"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise Died from error
        return Fork(Connection(ours.detach()))

    def end(self) -> None:
        """End it, and all processes that it has forked."""
        self._control.close()
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


_shared: Forks | None = None
_lock = threading.Lock()


def shared() -> Forks:
    """Return the forks of this process, which are kept for its lifetime."""
    global _shared
    with _lock:
        if _shared is None or not _shared.alive:
            _shared = Forks()
        return _shared


@atexit.register
def _end() -> None:
    if _shared is not None:
        _shared.end()


def _forget() -> None:
    """Leave the forks to the process that this one was forked from."""
    global _shared
    _shared = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


# --- the process that forks, and its forks --------------------------------------------------------------------------


def _wait() -> None:
    """Import, then fork whenever a socket comes in, until no more can come."""
    from fiscal_analysis import exhibits

    control = socket.socket(fileno=int(sys.argv[2]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks but by their connections
    modules = [f"fiscal_analysis.exhibits.{each.name}" for each in pkgutil.iter_modules(exhibits.__path__)]
    for module in [*_MODULES, *modules]:
        importlib.import_module(module)
    from fiscal_analysis.studies.shell import prepare

    prepare()
    gc.collect()
    gc.freeze()  # what is imported stays shared between the forks
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            os.killpg(0, signal.SIGKILL)
        if os.fork() == 0:
            control.close()
            _serve(Connection(descriptors[0]))
        os.close(descriptors[0])


def _serve(connection: Connection[Any, Any]) -> None:
    """Do what is asked; never returns, so that nothing of the process that forked is done again."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if (random := sys.modules.get("numpy.random")) is not None:
        random.seed()
    status = 1
    try:
        connection.send(("pid", os.getpid()))
        while True:
            function, arguments = connection.recv()
            connection.send(_done(function, arguments, lambda *what: connection.send(("told", what))))
    except (EOFError, OSError):
        status = 0
    finally:
        with contextlib.suppress(BaseException):
            atexit._run_exitfuncs()
        os._exit(status)


def _done(function: str, arguments: tuple[Any, ...], told: Callable[..., None]) -> tuple[str, Any]:
    try:
        module, _, name = function.partition(":")
        return "returned", getattr(importlib.import_module(module), name)(told, *arguments)
    except BaseException as error:  # noqa: BLE001 - it is raised again where it was asked for
        error.__traceback__ = error.__cause__ = error.__context__ = None
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:  # noqa: BLE001 - the words are what matters
            error = RuntimeError(f"{type(error).__name__}: {error}")
        return "raised", error
