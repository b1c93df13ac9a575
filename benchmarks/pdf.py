"""Reading a PDF of 25 pages against the tables that pdfplumber extracts from it, and the memory of a whole parse."""

import io
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import pdfplumber
import pypdfium2

from benchmarks.measure import Measured, seconds
from tests.drawn_pages import set_as_pages
from tests.published_writers import as_pdf

RAW = Path(__file__).parents[1] / "data" / "raw"
PAGES = 25
READ_LIMIT = 0.08
PARSE_LIMIT = 0.15
MEGABYTES = 300.0

_PEAK = """
import resource, sys
import fiscal_analysis
corpus = fiscal_analysis.parse(sys.argv[1])
assert corpus.facts.height
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def disclosure() -> bytes:
    """Return final accounts of 25 pages: the statements of the tests, and pages of a published text behind them."""
    whole = pypdfium2.PdfDocument.new()
    statements = pypdfium2.PdfDocument(as_pdf())
    whole.import_pages(statements)
    text = max(RAW.glob("*final-accounts.txt"), key=lambda path: path.stat().st_size).read_text(encoding="utf-8")
    prose = pypdfium2.PdfDocument(set_as_pages(text, 12, 20, 2))
    whole.import_pages(prose, list(range(PAGES - len(statements))))
    buffer = io.BytesIO()
    whole.save(buffer)
    return buffer.getvalue()


def reading_pdf(rounds: int) -> list[Measured]:
    """Measure text and tables, and the whole parse to tables in memory, against pdfplumber; all in turn."""
    from fiscal_analysis.corpus import parse_quietly
    from fiscal_analysis.readers import read

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "disclosure.pdf"
        path.write_bytes(disclosure())

        def tables_of_pdfplumber() -> list[object]:
            with pdfplumber.open(path) as pdf:
                return [page.extract_tables() for page in pdf.pages]

        times: dict[str, list[float]] = {"plumber": [], "read": [], "parse": []}
        for turn in range(rounds + 1):
            spent = {
                "plumber": seconds(tables_of_pdfplumber),
                "read": seconds(lambda: read(path)),
                "parse": seconds(lambda: parse_quietly(path)),
            }
            if turn:  # the first one loads libraries and the vocabulary
                for name, value in spent.items():
                    times[name].append(value)
        medians = {name: statistics.median(values) for name, values in times.items()}
        found = [
            Measured(
                f"PDF, {PAGES} pages: text and tables", medians["read"], "pdfplumber", medians["plumber"], READ_LIMIT
            ),
            Measured(
                f"PDF, {PAGES} pages: whole parse", medians["parse"], "pdfplumber", medians["plumber"], PARSE_LIMIT
            ),
        ]
        if sys.platform != "win32":
            command = [sys.executable, "-c", _PEAK, str(path)]
            peak = float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
            found.append(Measured("PDF, 25 pages: peak memory", peak, "allowed", MEGABYTES, 1.0, "MB"))
    return found
