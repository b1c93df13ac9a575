"""The pictures of the READMEs: parts of real pages, photographed in a headless Chromium.

``make readme`` calls this. Without a Chromium the pictures in ``docs/`` stay as they are.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from click import ClickException

DOCS = Path(__file__).resolve().parents[1] / "docs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
STUDY, SECTION = "subsidy_cost", "Reward"
SHOWN = "mentougou-2023-final-accounts"
LINES_AROUND = 2
WIDTH = 820
SHARPNESS = 1.25

_HEIGHT = re.compile(r'data-height="([0-9]+)"')
# Of a report, one section stays: from its heading to the next.
_ONE_SECTION = """
<style>
  .bar, .contents, .contents-small, .foot, .skip { display: none !important; }
  body { background: #fff; } .frame { display: block; max-width: none; padding: .2rem 1.4rem .6rem; }
  #content > :first-child h2 { margin-top: .6rem; border: 0; padding-top: 0; }
  #content > :last-child { margin-bottom: .4rem; }
</style>
<script>
  const parts = [...document.querySelectorAll("#content > *")];
  const first = parts.findIndex((part) => part.querySelector("h2[id='%s']"));
  const next = parts.findIndex((part, i) => i > first && part.querySelector("h2"));
  parts.forEach((part, i) => { if (first >= 0 && (i < first || i >= next)) part.remove(); });
</script>
"""
_MEASURE = """
<script>
  document.fonts.ready.then(() => {
    document.documentElement.dataset.height = Math.ceil(document.body.getBoundingClientRect().height);
  });
</script>
"""


def draw(place: Path) -> Iterator[str]:
    """Draw the pictures from the reports and documents below `place`; yield what was done."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        yield f"docs/: left as they are: no Chromium found ({', '.join(BROWSERS)})."
        return
    report = place / "reports" / f"{STUDY}.html"
    page = report.read_text(encoding="utf-8")
    if f'<h2 id="{SECTION}"' not in page:
        raise ClickException(f"{report.name} has no section {SECTION}. Name another in tools/pictures.py.")
    page = page.replace("</body>", _ONE_SECTION % SECTION + _MEASURE + "</body>")
    yield photograph(browser, page, report.parent, DOCS / "study.png")
    page = _excerpt(place / "data" / "raw" / f"{SHOWN}.txt")
    yield photograph(browser, page, place, DOCS / "show.png")


def _excerpt(source: Path) -> str:
    """Return the page of ``fiscal show``, cut down to the lines around the first quantity that nobody claimed."""
    from fiscal_analysis import read
    from fiscal_analysis.extract import extract_document
    from fiscal_analysis.show import document_page

    document = read(source)
    page = document_page(document, extract_document(document), embed_font=True)
    head = page[: page.index("<body>")].replace("color-scheme: light dark", "color-scheme: light")
    head = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", head)
    lines = page[page.index("<main") : page.index("</main>")].split("\n")
    marked = [number for number, line in enumerate(lines) if 'class="unclaimed"' in line]
    at = marked[0] if marked else next(n for n, line in enumerate(lines) if line.count('class="claimed"') > 3)
    kept = "\n".join(lines[max(1, at - LINES_AROUND) : at + LINES_AROUND + 1])
    return f'{head}<body style="background: #fff"><main style="max-width: none">{kept}</main>{_MEASURE}</body></html>'


def photograph(browser: str, page: str, folder: Path, target: Path) -> str:
    """Photograph a whole page, which is laid into `folder` for the while; return what was written."""
    copy = folder / "picture.html"
    copy.write_text(page, encoding="utf-8")
    with tempfile.TemporaryDirectory() as profile:

        def chromium(*arguments: str, height: int) -> str:
            call = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            call += ["--no-first-run", f"--user-data-dir={profile}", "--hide-scrollbars", "--virtual-time-budget=5000"]
            call += [f"--window-size={WIDTH},{height}", *arguments, copy.as_uri()]
            return subprocess.run(call, check=True, capture_output=True, encoding="utf-8", timeout=120).stdout

        found = _HEIGHT.search(chromium("--dump-dom", height=900))
        if found is None:
            raise ClickException(f"{target.name}: the browser did not tell the height of the page.")
        target.parent.mkdir(exist_ok=True)
        chromium(f"--force-device-scale-factor={SHARPNESS}", f"--screenshot={target}", height=int(found[1]))
    copy.unlink()
    return f"docs/{target.name}: {target.stat().st_size / 1000:.0f} kB"
