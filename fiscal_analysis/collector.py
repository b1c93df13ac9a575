"""The cycle collector, kept from running while many small objects without cycles are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collector_paused"]


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the cycle collector from running.

    Reading makes many small objects and no cycles; each run of the collector in between would walk the whole
    vocabulary again, and whatever else the process holds, which takes a third of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
