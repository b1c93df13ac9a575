"""Run a function over chunks of work: here, in processes, or on a Dask cluster; always in order, nothing lost."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType
from typing import TypeVar

from fiscal_analysis.errors import ContractError, SourceError

__all__ = ["CHUNK", "chunked", "run_chunks"]

Item = TypeVar("Item")
Result = TypeVar("Result")

# One task a document spends more on the way than on the work; some fifty are at the ideal.
CHUNK = 50


def chunked(items: Sequence[Item], jobs: int, size: int = CHUNK) -> list[list[Item]]:
    """Cut `items` into chunks of at most `size`, and into as many as there are jobs where there are few items."""
    size = max(1, min(size, -(-len(items) // max(1, jobs))))
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def run_chunks(
    work: Callable[[list[Item]], Result],
    chunks: Sequence[list[Item]],
    *,
    lost: Callable[[Item], Result],
    jobs: int = 1,
    scheduler: str | None = None,
    advance: Callable[[int], None] = lambda steps: None,
) -> list[Result]:
    """Return ``work(chunk)`` of every chunk, in order.

    Parameters
    ----------
    work : callable
        A function of a module (processes import it), which does not raise.
    chunks : sequence of lists
        The work, cut up.
    lost : callable
        The result of an item whose process died (out of memory, crash of a native library).
    jobs : int
        Number of processes; 1 runs in this one.
    scheduler : str, optional
        Address of a Dask scheduler (``tcp://host:8786``), whose workers see the same files.
    advance : callable
        Told the number of items done.

    Returns
    -------
    list
        A chunk during which a process died is done again in halves, and gives one result per half.

    Raises
    ------
    ContractError
        If `jobs` is no positive number, or Dask is asked for and not installed.
    SourceError
        If the scheduler does not answer.
    """
    if jobs < 1:
        raise ContractError(f"jobs: {jobs} given, a number of processes from 1 is expected. Pass jobs=1 or more.")
    if scheduler is not None:
        return _on_cluster(work, chunks, scheduler, advance)
    if jobs == 1 or len(chunks) < 2:
        results = []
        for chunk in chunks:
            results.append(work(chunk))
            advance(len(chunk))
        return results
    # Not fork: threads of the tables' library may hold locks that a forked process would wait for for ever.
    context = multiprocessing.get_context("spawn")
    done: dict[int, list[Result]] = {}
    with ProcessPoolExecutor(min(jobs, len(chunks)), mp_context=context) as pool:
        futures: dict[Future[Result], int] = {}
        try:
            for place, chunk in enumerate(chunks):
                with _main_left_alone():
                    futures[pool.submit(work, chunk)] = place
        except BrokenProcessPool:
            pass
        for future in as_completed(futures):
            try:
                done[futures[future]] = [future.result()]
            except BrokenProcessPool:
                continue
            advance(len(chunks[futures[future]]))
    for place, chunk in enumerate(chunks):
        if place not in done:
            done[place] = _alone(work, chunk, lost)
            advance(len(chunk))
    return [result for place in range(len(chunks)) for result in done[place]]


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """Start processes that do not run the user's script again: it may call us without asking for its own name."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _alone(work: Callable[[list[Item]], Result], chunk: list[Item], lost: Callable[[Item], Result]) -> list[Result]:
    """Do a chunk in a process of its own; halve it where the process dies, until the culprit stands alone."""
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            with _main_left_alone():
                future = pool.submit(work, chunk)
            return [future.result()]
    except BrokenProcessPool:
        if len(chunk) == 1:
            return [lost(chunk[0])]
        middle = len(chunk) // 2
        return _alone(work, chunk[:middle], lost) + _alone(work, chunk[middle:], lost)


def _on_cluster(
    work: Callable[[list[Item]], Result],
    chunks: Sequence[list[Item]],
    address: str,
    advance: Callable[[int], None],
) -> list[Result]:
    try:
        import distributed  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise ContractError(
            f"scheduler {address}: dask.distributed is not installed here. "
            "Install it with `pip install 'fiscal-analysis[cluster]'`, or use jobs (--jobs) instead."
        ) from error
    try:
        client = distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise SourceError(
            f"scheduler {address}: does not answer ({error}). "
            "Check the address (tcp://host:8786) and that `dask scheduler` runs there."
        ) from error
    with client:
        futures = client.map(work, chunks, pure=False)
        places = {future.key: place for place, future in enumerate(futures)}
        for future in distributed.as_completed(futures, loop=client.loop):
            advance(len(chunks[places[future.key]]))
        return list(client.gather(futures))
