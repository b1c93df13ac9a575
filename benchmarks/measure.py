"""What is measured: a whole parse against one bare pass, the import against that of polars, and growth with length."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.floor import one_pass

PARSE_LIMIT = 15.0
IMPORT_LIMIT = 1.3
GROWTH_LIMIT = 1.5


class Measured(NamedTuple):
    """One measurement against its yardstick, both in seconds (or in `unit`); `ratio` must not exceed `limit`."""

    what: str
    seconds: float
    yardstick: str
    base: float
    limit: float | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """How many times the yardstick."""
        return self.seconds / self.base

    @property
    def within(self) -> bool:
        """Whether the limit is kept."""
        return self.limit is None or self.ratio <= self.limit


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def whole_parse(raw: Path, rounds: int) -> list[Measured]:
    """Measure the parse of a folder, files in, all tables in memory out, audit included, against one bare pass.

    Both run in turn, so that whatever else the machine does weighs on both alike. Also each stage by itself.
    """
    from fiscal_analysis.audit import audit_document
    from fiscal_analysis.corpus import parse_quietly
    from fiscal_analysis.extract import extract_document
    from fiscal_analysis.readers import read

    paths = sorted(raw.glob("*.txt"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    documents = [read(path) for path in paths]
    extractions = [extract_document(document) for document in documents]
    stages: dict[str, Callable[[], object]] = {
        "one bare pass": lambda: one_pass(texts),
        "whole parse": lambda: parse_quietly(raw),
        "  of it reading": lambda: [read(path) for path in paths],
        "  of it extraction": lambda: [extract_document(document) for document in documents],
        "  of it audit": lambda: [
            audit_document(document, found.facts, found.indicators)
            for document, found in zip(documents, extractions, strict=True)
        ],
    }
    times: dict[str, list[float]] = {name: [] for name in stages}
    for turn in range(rounds + 2):
        for name, work in stages.items():
            spent = seconds(work)
            if turn >= 2:  # the first two load the vocabulary and warm the caches
                times[name].append(spent)
    medians = {name: statistics.median(spent) for name, spent in times.items()}
    base = medians.pop("one bare pass")
    return [
        Measured(name, spent, "one bare pass", base, PARSE_LIMIT if name == "whole parse" else None)
        for name, spent in medians.items()
    ]


def import_time(rounds: int) -> list[Measured]:
    """Measure ``import fiscal_analysis`` against ``import polars``, each in fresh processes, in turn."""
    script = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    times: dict[str, list[float]] = {"polars": [], "fiscal_analysis": []}
    for _ in range(rounds):
        for module, spent in times.items():
            command = [sys.executable, "-c", script.format(module)]
            spent.append(float(subprocess.run(command, capture_output=True, check=True, text=True).stdout))
    base = statistics.median(times["polars"])
    own = statistics.median(times["fiscal_analysis"])
    return [Measured("import fiscal_analysis", own, "import polars", base, IMPORT_LIMIT)]


def growth(raw: Path, megabytes: tuple[float, ...], rounds: int) -> list[Measured]:
    """Measure one long document of repeated text; its time per megabyte against that of the shortest."""
    from fiscal_analysis.extract import extract_document
    from fiscal_analysis.readers.plain.text import read_text

    sample = "\n".join(path.read_text(encoding="utf-8") for path in sorted(raw.glob("*.txt")))
    size = len(sample.encode())
    per_megabyte = {}
    for length in megabytes:
        copies = max(1, round(length * 1e6 / size))
        text = "\n".join([sample] * copies)
        spent = [seconds(lambda: extract_document(read_text(text, doc_id="long"))) for _ in range(rounds)]  # noqa: B023
        per_megabyte[length] = statistics.median(spent) / (copies * size / 1e6)
    base = per_megabyte[megabytes[0]]
    return [
        Measured(f"1 MB of a text of {length:g} MB", spent, f"of {megabytes[0]:g} MB", base, GROWTH_LIMIT)
        for length, spent in per_megabyte.items()
    ]
