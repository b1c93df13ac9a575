"""Print the measurements as a table; exit with 1 where a limit is exceeded."""

import argparse
import sys
from pathlib import Path

from benchmarks.batch import batch
from benchmarks.hostile import hostile
from benchmarks.measure import Measured, growth, import_time, whole_parse
from benchmarks.pdf import reading_pdf

RAW = Path(__file__).parents[1] / "data" / "raw"


def line(measured: Measured) -> str:
    """Return one line of the table."""
    factor, unit = (1e3, "ms") if measured.unit == "s" else (1, measured.unit)
    limit = "" if measured.limit is None else f"{measured.limit:g}"
    verdict = "" if measured.limit is None else "ok" if measured.within else "TOO MUCH"
    return (
        f"{measured.what:<32}{measured.seconds * factor:>11.2f} {unit}  {measured.yardstick:<18}"
        f"{measured.base * factor:>10.2f} {unit}{measured.ratio:>9.2f}{limit:>8}  {verdict}"
    )


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="rounds of the parse; medians are shown (default 30)")
    parser.add_argument("--megabytes", type=float, nargs="+", default=[0.5, 1, 2, 4], help="lengths for growth")
    parser.add_argument("--study", default="execution_rates", help="study of the batch (default execution_rates)")
    parser.add_argument("--runs", type=int, default=24, help="runs of the batch; 0 leaves it out (default 24)")
    arguments = parser.parse_args()
    print(f"{'measured':<32}{'median':>14}  {'against':<18}{'median':>13}{'ratio':>9}{'limit':>8}")
    exceeded = False
    for part in (
        lambda: whole_parse(RAW, arguments.rounds),
        lambda: import_time(max(3, arguments.rounds // 3)),
        lambda: growth(RAW, tuple(sorted(arguments.megabytes)), 3),
        lambda: reading_pdf(max(3, arguments.rounds // 3)),
        hostile,
        lambda: batch(arguments.study, arguments.runs) if arguments.runs else [],
    ):
        for measured in part():
            print(line(measured), flush=True)
            exceeded |= not measured.within
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
