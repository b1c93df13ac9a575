"""The child's half of the guard: answers calls until its input ends, and what goes through the pipes."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from queue import SimpleQueue
from typing import IO

__all__ = ["GRACE", "PATIENCE", "Ended", "more_time", "receive", "send", "serve"]

GRACE = 2.0  # seconds between the deadline and the child's own alarm clock
PATIENCE = 1.0  # seconds between asking a child to end and killing it
_HEAD = 8  # bytes that tell the length of what follows

# Where answers go, in a child; None in any other process.
_answers: IO[bytes] | None = None


class Ended(Exception):  # noqa: N818 - caught within the guard
    """The other end of a pipe is gone."""


def more_time(seconds: float) -> None:
    """Put off the deadline of the call that runs, for work whose amount is known only now. Elsewhere nothing is done.

    Parameters
    ----------
    seconds : float
        By how much.
    """
    if _answers is None:
        return
    send(_answers, pickle.dumps(("more", seconds)))
    if hasattr(signal, "setitimer"):
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        signal.setitimer(signal.ITIMER_REAL, left + seconds)


def send(stream: IO[bytes], *parts: bytes) -> None:
    """Write parts, each with its length before it."""
    for part in parts:
        stream.write(len(part).to_bytes(_HEAD, "little"))
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Read the next part; raise `Ended` where there is none any more."""
    head = stream.read(_HEAD)
    size = int.from_bytes(head, "little")
    content = stream.read(size) if len(head) == _HEAD else b""
    if len(head) < _HEAD or len(content) < size:
        raise Ended
    return content


def serve() -> None:
    """Answer calls until the input ends."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash is expected, and its image is of no use
    # The terminal sends its interrupt to us too; the caller decides what becomes of us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library prints must not get between the answers.
    global _answers
    answers = _answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests: SimpleQueue[tuple[bytes, bytes]] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    for module in json.loads(sys.argv[2]):
        importlib.import_module(module)
    # What is imported stays: the collector need not walk it for every file.
    gc.freeze()
    send(answers, b"ready")
    try:
        # Asked to end, we leave a call as by an error: a reader that waits for another program ends that first.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        while True:
            request, data = requests.get()
            answer = _answer(request, data)
            del request, data
            send(answers, answer)
            del answer
    except SystemExit:
        os._exit(1)


def _listen(requests: SimpleQueue[tuple[bytes, bytes]]) -> None:
    """Take requests in a thread of its own, which notices in the midst of a call that the caller has gone."""
    try:
        while True:
            requests.put((receive(sys.stdin.buffer), receive(sys.stdin.buffer)))
    finally:
        if hasattr(signal, "pthread_kill"):
            # To the main thread, which else would not wake from what it waits for.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
            time.sleep(PATIENCE)
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
        signal.setitimer(signal.ITIMER_REAL, seconds + GRACE if seconds else 0)
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
