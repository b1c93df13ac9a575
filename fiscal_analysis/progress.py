"""A progress bar that costs nothing where it is not asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress_bar"]


@contextmanager
def progress_bar(total: int, description: str, *, show: bool, unit: str = "it") -> Iterator[Callable[[int], None]]:
    """Show a bar on the error stream while the body runs.

    Parameters
    ----------
    total : int
        How many steps there are.
    description : str
        What is going on.
    show : bool
        Whether to show it at all.
    unit : str, optional
        What one step is.

    Yields
    ------
    callable
        Call it with the number of steps done since the last call.
    """
    if not show:
        yield lambda steps: None
        return
    from tqdm import tqdm

    with tqdm(total=total, desc=description, unit=unit, dynamic_ncols=True) as bar:

        def advance(steps: int) -> None:
            bar.update(steps)

        yield advance
