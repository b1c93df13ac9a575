"""The renderer: a chart becomes an SVG, its specification, and one line of text that names both.

Altair's own renderers put random ids into the output or load scripts from the network (or need half a megabyte a
chart not to). Here the SVG is drawn at once, with the font of the package; it is the same, byte for byte, wherever
it is drawn. JupyterLab shows the specification (interactive), everything else the SVG.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from functools import lru_cache
from typing import Any

from fiscal_analysis.charts.font import register_font, text_width
from fiscal_analysis.charts.report_mode import for_report
from fiscal_analysis.charts.theme import theme

__all__ = ["SPEC_MIME", "draw", "enable", "mime_bundle", "narrow_svg_of", "png_of", "spec_hash", "svg_of"]

# The newest type that both nbformat and JupyterLab accept; Vega-Lite 6 specifications show in it.
SPEC_MIME = "application/vnd.vegalite.v5+json"

NARROW = 356
"""Width in pixels of a chart on a phone."""

_HREF = re.compile(r'xlink:href="[^"#]*(#[^"]*)"')
_HAN = re.compile("[⺀-鿿豈-﫿，。、；：（）《》“”]")
_CLIP = re.compile(r'(id="|url\(#)(clip|gradient_|gradient|pattern)(_?[0-9]+)')
_MARK = re.compile(r'<(path|line|rect|text|circle)\b([^>]*?aria-label="([^"]*)"[^>]*?)(?:/>|>([^<]*)</\1>)')


def enable() -> None:
    """Make every Altair chart of this process show itself in the theme, font and form of this package."""
    import altair as alt

    register_font()
    # `enable` takes names only; registering under the same name again replaces it, so this may be called twice.
    alt.theme.register("fiscal_analysis", enable=True)(lambda: alt.theme.ThemeConfig(**theme()))  # type: ignore[typeddict-item]
    alt.renderers.register("fiscal_analysis", _render)
    alt.renderers.enable("fiscal_analysis")
    # A chart of all lines of all counties is large on purpose.
    alt.data_transformers.disable_max_rows()


def _render(spec: dict[str, Any], **_options: Any) -> dict[str, Any]:
    return mime_bundle(spec)


def mime_bundle(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a chart's MIME bundle.

    Parameters
    ----------
    spec : dict
        A Vega-Lite specification (``chart.to_dict()``).

    Returns
    -------
    dict
        ``image/svg+xml``, the specification under `SPEC_MIME`, and ``text/plain`` with the chart's title and hash.
        Where the notebook runs for a report, the drawing is left to :func:`draw`.
    """
    bundle = {SPEC_MIME: spec, "text/plain": _said(spec)}
    return bundle if for_report() else bundle | {"image/svg+xml": svg_of(spec)}


def draw(bundle: dict[str, Any]) -> None:
    """Add the drawing to a bundle of :func:`mime_bundle` that has none; any other is left as it is."""
    spec = bundle.get(SPEC_MIME)
    if spec is None or "image/svg+xml" in bundle:
        return
    said = bundle.get("text/plain", "")
    if (said if isinstance(said, str) else "".join(said)) == _said(spec):
        bundle["image/svg+xml"] = svg_of(spec)


def png_of(svg: str) -> bytes:
    """Return a drawing of :func:`svg_of` as PNG, two pixels for one, on white."""
    import vl_convert

    register_font()
    png: bytes = vl_convert.svg_to_png(svg, scale=2)
    return png


def _said(spec: dict[str, Any]) -> str:
    return f"Chart {spec_hash(spec)}: {_title(spec)}".rstrip(": ")


def spec_hash(spec: dict[str, Any]) -> str:
    """Return twelve hexadecimal digits that name the content of a specification."""
    canonical = json.dumps(spec, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def svg_of(spec: dict[str, Any]) -> str:
    """Draw a Vega-Lite specification.

    Parameters
    ----------
    spec : dict
        A Vega-Lite specification.

    Returns
    -------
    str
        An SVG element. Marks with a description carry it as a native ``<title>``, which browsers show on hover; links
        to ``#...`` stay within the page; ids begin with the specification's hash, so that several charts fit one page.
    """
    return _drawn(json.dumps(spec, ensure_ascii=False))


# Reports that differ in a parameter share most of their charts.
@lru_cache(maxsize=128)
def _drawn(written: str) -> str:
    import vl_convert

    register_font()
    spec = json.loads(written)
    version = re.search(r"/v(\d+\.\d+)", spec.get("$schema", ""))
    known = vl_convert.get_vegalite_versions()
    drawn: str = vl_convert.vegalite_to_svg(written, vl_version=version[1] if version and version[1] in known else None)
    prefix = spec_hash(spec)
    drawn = _HREF.sub(r'xlink:href="\1" href="\1"', drawn)
    drawn = _CLIP.sub(rf"\g<1>c{prefix}-\2\3", drawn)
    return _MARK.sub(_with_title, drawn)


def _with_title(match: re.Match[str]) -> str:
    tag, attributes, label, content = match.groups()
    return f"<{tag}{attributes}><title>{label}</title>{content or ''}</{tag}>"


def narrow_svg_of(spec: dict[str, Any], width: int = NARROW, *, wide: str | None = None) -> str:
    """Draw a specification for a phone: the plotting area shrinks and titles wrap, the text keeps its size.

    Parameters
    ----------
    spec : dict
        A Vega-Lite specification whose views have a width in pixels.
    width : int
        Width of the whole chart in pixels.
    wide : str, optional
        The specification as :func:`svg_of` draws it, where that is at hand.

    Returns
    -------
    str
        An SVG element about `width` pixels wide (a plotting area is never made smaller than 120 pixels); the drawing
        of :func:`svg_of` itself where that is narrow enough.
    """
    drawn = wide or svg_of(spec)
    excess = _drawn_width(drawn) - width
    if excess <= 0:
        return drawn
    slim = copy.deepcopy(spec)
    rewrap(slim, width - 16)
    # Entries of a legend side by side may be wider than a phone, whatever the plotting area gives up.
    slim.setdefault("config", {}).setdefault("legend", {})["columns"] = 1
    # Labels keep their width: what the drawing is too wide by, its plotting area gives up. Text beside a mark keeps it
    # as well, so a step gains less than it takes, and the next one takes more for it, to two pixels below the width.
    excess += 2
    step = excess
    for _ in range(3):
        _shrink(slim, step)
        drawn = svg_of(slim)
        gained = excess - (_drawn_width(drawn) - width + 2)
        excess -= gained
        # Drawing takes long: where a label is too wide no step helps.
        if excess <= 2 or gained < 1:
            break
        step *= excess / gained
    return drawn


def _drawn_width(svg: str) -> float:
    match = re.search(r'<svg\b[^>]*?\bwidth="([0-9.]+)"', svg)
    return float(match[1]) if match else 0.0


def _shrink(node: Any, excess: float) -> None:
    if isinstance(node, list):
        for child in node:
            _shrink(child, excess)
    elif isinstance(node, dict):
        width = node.get("width")
        if isinstance(width, int | float) and ("mark" in node or "layer" in node or "spec" not in node):
            node["width"] = max(120, round(width - excess))
        for key in ("layer", "concat", "hconcat", "vconcat", "spec"):
            if key in node:
                _shrink(node[key], excess)


def rewrap(spec: dict[str, Any], width: float) -> None:
    """Break the title and subtitle of a specification, in place, so that no line is wider than `width` pixels."""
    title = spec.get("title")
    if not isinstance(title, dict):
        return
    for key, size in (("text", 15.0), ("subtitle", 12.0)):
        if title.get(key):
            lines = title[key]
            title[key] = wrap(_joined(lines), width, size)


def _joined(lines: str | list[str]) -> str:
    """Return what was broken into lines as one: with blanks between words, none beside Chinese characters."""
    if isinstance(lines, str):
        return lines
    text = ""
    for line in lines:
        text += line if not text or _HAN.match(text[-1]) or _HAN.match(line) else f" {line}"
    return text


def wrap(text: str, width: float, size: float) -> list[str]:
    """Break text into lines of at most `width` pixels at `size` pixels: at blanks, and between Chinese characters."""
    lines: list[str] = []
    line = ""
    # A no-break space (100 %) is no blank.
    for piece in re.findall(r"[⺀-鿿豈-﫿][，。、；：）》”]*|[^ \n⺀-鿿豈-﫿]+|[ \n]+", text):
        if line and text_width(line + piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    if line.strip():
        lines.append(line.rstrip())
    return lines


def _title(spec: dict[str, Any]) -> str:
    title = spec.get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    return _joined(text)
