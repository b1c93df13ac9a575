"""What the text of a cell says of its column or row: header, label and level words of flattened tables.

The words are data: ``performance_headers.csv`` (forms of performance evaluation), ``table_headers.csv`` (other small
tables) and ``statement_headers.csv`` (statements of accounts and budgets) of the taxonomy. Readers use them to prove
that lines are a table and where its rows begin; extractors use the same words to know what a column holds.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from fiscal_analysis import taxonomy
from fiscal_analysis.document import fold

__all__ = [
    "StatementWord",
    "TableWord",
    "Word",
    "plain",
    "printed_unit",
    "statement_column",
    "statement_label",
    "statement_row",
    "table_word",
    "word",
    "word_pairs",
]

_LONGEST = 36  # printed characters; no header is longer
_REMARK = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]?")
_NO_HAN_AHEAD = re.compile(r"^[^一-鿿]+")
_PART = re.compile(r"^(?:其中|①|②|③|[0-9]\.)[:：]?")
_UNIT = re.compile(
    r"(?:单位[:：]?|[(（])\s*(?:人民币)?(亿元|万元|千元|元|%|家次|家|人次|人|户|个|项|分)\s*(?:$|[)）]|[,，;；、\s])"
)


class Word(NamedTuple):
    """What a text is in a performance form: a column's role, a row's label, a level of the indicator tree."""

    header: str = ""
    label: str = ""
    level: str = ""


class TableWord(NamedTuple):
    """What a header is in another small table: its part, and the concept and measure of its figures."""

    role: str = ""
    concept: str = ""
    measure: str = ""
    context: str = ""


_NOTHING = Word()
_NO_WORD = TableWord()


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a header's bare word: folded, without blanks, remarks in brackets, and closing colon."""
    squeezed = "".join(fold(text).split()).strip(":;,、*")
    if "(" in squeezed or "[" in squeezed or "【" in squeezed or "〔" in squeezed:
        squeezed = _REMARK.sub("", squeezed).strip(":;,、*)") or squeezed
    return squeezed


def printed_unit(text: str) -> str | None:
    """Return the unit that a caption or a header prints (``单位：万元``, ``项目资金(万元)``), or None."""
    if "单位" not in text and "(" not in text and "（" not in text:
        return None
    match = _UNIT.search(text)
    return match[1] if match else None


class _Vocabulary(NamedTuple):
    headers: dict[str, str]
    prefixes: tuple[tuple[str, str], ...]
    labels: dict[str, str]
    levels: dict[str, str]


@cache
def _vocabulary() -> _Vocabulary:
    headers: dict[str, str] = {}
    prefixes: list[tuple[str, str]] = []
    labels: dict[str, str] = {}
    levels: dict[str, str] = {}
    for row in taxonomy.table("performance_headers"):
        if row["match"] == "prefix":
            prefixes.append((row["word"], row["role"]))
        elif row["kind"] == "header":
            headers[row["word"]] = row["role"]
        elif row["kind"] == "label":
            labels[row["word"]] = row["role"]
        else:
            levels[row["word"]] = row["role"]
    return _Vocabulary(headers, tuple(prefixes), labels, levels)


@lru_cache(maxsize=4096)
def _word(text: str) -> Word:
    bare = plain(text)
    vocabulary = _vocabulary()
    header = vocabulary.headers.get(bare, "")
    if not header:
        for start, role in vocabulary.prefixes:
            if bare.startswith(start):
                header = role
                break
    label = vocabulary.labels.get(bare, "")
    if not label:
        part = _PART.sub("", _NO_HAN_AHEAD.sub("", bare))
        label = vocabulary.labels.get(part, "") if part != bare else ""
    stem = bare.removesuffix("等").removesuffix("指标")  # 服务对象满意度指标等
    level = vocabulary.levels.get(stem, "")
    return Word(header, label, level) if header or label or level else _NOTHING


def word(text: str) -> Word:
    """Return what `text` is in a performance form; all parts empty where it is no word of one."""
    return _word(text) if len(text) <= _LONGEST else _NOTHING


@cache
def _table_vocabulary() -> tuple[dict[str, TableWord], tuple[tuple[str, TableWord], ...]]:
    exact: dict[str, TableWord] = {}
    inside: list[tuple[str, TableWord]] = []
    for row in taxonomy.table("table_headers"):
        entry = TableWord(row["role"], row["concept"], row["measure"], row["context"])
        if row["match"] == "contains":
            inside.append((row["word"], entry))
        else:
            exact[row["word"]] = entry
    return exact, tuple(inside)


@lru_cache(maxsize=4096)
def _table_word(text: str) -> TableWord:
    bare = plain(text)
    exact, inside = _table_vocabulary()
    entry = exact.get(bare)
    if entry is None:
        entry = next((found for part, found in inside if part in bare), _NO_WORD)
    return entry


def table_word(text: str) -> TableWord:
    """Return what the header `text` is in a small data table; all parts empty where it is not known."""
    return _table_word(text) if len(text) <= _LONGEST else _NO_WORD


class StatementWord(NamedTuple):
    """What a header or a row's label is in a statement of the accounts or of a budget.

    `part` tells that the word names a part of its concept (流动资产 of the assets).
    """

    role: str = ""
    concept: str = ""
    fund: str | None = None
    scope: str | None = None
    code: str = ""
    part: bool = False


_NO_STATEMENT_WORD = StatementWord()
_ENUMERATED = re.compile(
    r"(?:其中[:：]?|[一二三四五六七八九十]{1,3}[、.]|[(][一二三四五六七八九十0-9]{1,3}[)]|[0-9]{1,2}[、.](?![0-9])|[-—*])+"
)
_YEARS = re.compile(r"(?:19|20)[0-9]{2}年度?")
_QUOTED = str.maketrans("", "", "“”\"'‘’《》*")
_COUNTS = frozenset(
    [
        "overseas_groups",
        "overseas_persons",
        "vehicles_purchased",
        "vehicles_held",
        "reception_batches",
        "reception_persons",
        "vehicles",
        "large_equipment",
    ]
)
_UNBRACKETED = str.maketrans("", "", "()（）")
_LONGEST_LABEL = 48


def statement_label(text: str) -> str:
    """Return a header or a row's label bare: without blanks, quotes, numbering, years, and remarks in brackets."""
    squeezed = "".join(fold(text).split()).translate(_QUOTED)
    match = _ENUMERATED.match(squeezed)
    if match is not None and match.end() < len(squeezed):
        squeezed = squeezed[match.end() :]
    if "年" in squeezed:
        squeezed = _YEARS.sub("", squeezed) or squeezed
    if "(" in squeezed or "[" in squeezed:
        squeezed = _REMARK.sub("", squeezed) or squeezed
    return squeezed.strip(":;,、)")


@cache
def _statement_vocabulary() -> tuple[dict[str, StatementWord], dict[str, StatementWord]]:
    columns: dict[str, StatementWord] = {}
    rows: dict[str, StatementWord] = {}
    for row in taxonomy.table("statement_headers"):
        if row["kind"] in ("column", "row"):
            named = row["role"] == "kind"
            role = "value" if named else row["role"]
            entry = StatementWord(role, row["concept"], row["fund"] or None, row["scope"] or None, row["code"], named)
            (columns if row["kind"] == "column" else rows)[row["word"]] = entry
    for name, entry in rows.items():
        if entry.concept in _COUNTS:  # counts head columns as well as rows
            columns.setdefault(name, entry._replace(role="value", part=entry.part or entry.role == "part"))
    for row in taxonomy.table("concepts"):
        # the vocabulary of prose serves tables too, but for words that say little alone
        if row["note"] in ("", "item") and not row["code"]:
            label = statement_label(row["alias"])
            entry = StatementWord("value", row["concept"], row["fund"] or None, None, "", row["note"] == "item")
            rows.setdefault(label, entry)
            columns.setdefault(label, entry)
    return columns, rows


@lru_cache(maxsize=4096)
def _statement_column(text: str) -> StatementWord:
    columns = _statement_vocabulary()[0]
    if "(" in text or "（" in text:
        whole = columns.get(statement_label(text.translate(_UNBRACKETED)))  # 单位（科目名称）
        if whole is not None:
            return whole
    return columns.get(statement_label(text), _NO_STATEMENT_WORD)


@lru_cache(maxsize=4096)
def _statement_row(text: str) -> StatementWord:
    return _statement_vocabulary()[1].get(statement_label(text), _NO_STATEMENT_WORD)


def statement_column(text: str) -> StatementWord:
    """Return what the header `text` is in a statement; role empty where it is not known."""
    return _statement_column(text) if len(text) <= _LONGEST_LABEL else _NO_STATEMENT_WORD


def statement_row(text: str) -> StatementWord:
    """Return what the row label `text` is in a statement; role empty where it is not known."""
    return _statement_row(text) if len(text) <= _LONGEST_LABEL else _NO_STATEMENT_WORD


@cache
def word_pairs() -> frozenset[str]:
    """Return the pairs of letters that stand inside words of the vocabulary: a line that ends in one is cut there."""
    words = [row["alias"] for row in taxonomy.table("concepts")]
    words += [row["cue"] for row in taxonomy.table("cues") if row["role"] in _WHOLE_WORDS]
    pairs = {word[i : i + 2] for word in map(fold, words) if len(word) < _LONGEST_WORD for i in range(len(word) - 1)}
    return frozenset(pair for pair in pairs if pair.isalpha())


_WHOLE_WORDS = frozenset(("budget", "outturn", "appropriated", "complete", "direction", "goal", "total"))
_LONGEST_WORD = 7
