"""Whether time grows with length alone, on text that invites a reader to go over it again and again."""

from collections.abc import Callable

from benchmarks.measure import Measured, seconds

LIMIT = 2.0
NUMBERS = (
    "9,", "一", "9", "1\n", "亿", "约", "1-", " ", "1.1.", " 5", "5 \n", "两", "千", "9-9", "(1)", "1,1.", "≥", "9,9.",
)  # fmt: skip
TABLES = ("|", "\t", "\n", "|\n", "\ta\n", "a|b\n", "序号\n", "一级指标\n", "项目名称\n", "| |", "1|\n")
TEXTS = (
    "一、", "(", "\n", "第", "1、", "其中:", "全", "占", "比上年", "(一)\n", "。", "“", "1.\n",
    "县市区财政局", "— 5 —\n\n", "（简称", "收\t1\n", "財政撥款收入決算", "一、概况\n",
)  # fmt: skip


def _worst(name: str, pieces: tuple[str, ...], work: Callable[[str], object], size: int) -> Measured:
    """Return the piece whose time a character grows most from a text of `size` to one four times as long."""
    worst: Measured | None = None
    for piece in pieces:
        short, long = piece * (size // len(piece)), piece * (4 * size // len(piece))
        work(short)
        base = min(seconds(lambda: work(short)) for _ in range(3))  # noqa: B023 - called at once
        spent = min(seconds(lambda: work(long)) for _ in range(2)) / 4  # noqa: B023
        base = max(base, 1e-4)  # below a tenth of a millisecond there is nothing to compare
        measured = Measured(f"{name}, worst of {len(pieces)}: {piece!r}", spent, "a quarter of it", base, LIMIT)
        if worst is None or measured.ratio > worst.ratio:
            worst = measured
    assert worst is not None
    return worst


def hostile(size: int = 60_000) -> list[Measured]:
    """Measure numbers, tables and whole documents on hostile text."""
    from fiscal_analysis.extract import extract_document
    from fiscal_analysis.quantity import find_quantities
    from fiscal_analysis.readers.plain.flat_tables import find_tables
    from fiscal_analysis.readers.plain.text import read_text

    return [
        _worst("numbers", NUMBERS, find_quantities, size),
        _worst("tables", TABLES, lambda text: find_tables(text, text), size),
        _worst("documents", TEXTS, lambda text: extract_document(read_text(text, doc_id="hostile")), size),
    ]
