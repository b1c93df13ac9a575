"""What was read: documents with their coverage, figures by concept, and what a document of its kind leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import polars as pl

from fiscal_analysis import taxonomy
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._findings import require, table_of
from fiscal_analysis.metrics._inputs import Body, Source, bodies_of, facts_of
from fiscal_analysis.metrics._readings import WHOSE, table, whose

__all__ = ["concept_counts", "concept_gaps", "concept_group", "corpus_overview", "unclaimed_quantities"]

CONCEPT_GROUPS = (
    "totals", "functional", "economic", "public_expenses", "procured", "carryover", "assets_staff", "evaluation",
    "programmes", "firms", "other",
)  # fmt: skip
"""The groups of concepts in the order in which a reader looks for them."""

_COUNTS = ("characters", "quantities", "claimed", "fiscal_quantities", "fiscal_claimed")
OVERVIEW: dict[str, Any] = (
    WHOSE
    | {"file": pl.String, "kind": pl.String, "title": pl.String}
    | dict.fromkeys(_COUNTS, pl.Int64)
    | {"coverage": pl.Float64, "facts": pl.Int64, "concepts": pl.Int64, "indicators": pl.Int64}
    | dict.fromkeys(("errors", "warnings", "notes"), pl.Int64)
    | {"core": pl.Int64, "core_stated": pl.Int64, "status": pl.String, "reason": pl.String, "remedy": pl.String}
)
GAPS: dict[str, Any] = WHOSE | {
    "kind": pl.String,
    "concept": pl.String,
    "measure": pl.String,
    "basis": pl.String,
    "basis_zh": pl.String,
    "stated": pl.Int64,
    "other_measures": pl.List(pl.String),
    "others": pl.Int64,
    "others_stating": pl.Int64,
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
}


def corpus_overview(corpus: Source, documents: Source | None = None) -> pl.DataFrame:
    """Return what was read, one row per document, and one per input that could not be read.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus, or the facts table alone: what other tables would say then is null.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table.

    Returns
    -------
    polars.DataFrame
        - ``doc_id, division_code, county, issuer, fiscal_year, file, kind, title``
        - ``characters``; ``quantities``, ``claimed``: numbers found, and those that became facts or indicators;
          ``fiscal_quantities``, ``fiscal_claimed``, ``coverage``: the same in fiscal sections, and their ratio
        - ``facts``, ``concepts``, ``indicators``; ``errors``, ``warnings``, ``notes``: findings of the audit
        - ``core``, ``core_stated``: figures that documents of its kind state as a rule, and how many of them this one
          does; null for a kind without a rule
        - ``status``: ``read``, or ``failed`` with ``reason`` and ``remedy``

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have.

    Notes
    -----
    Formula: coverage = fiscal_claimed ÷ fiscal_quantities, as the documents table has it. Coverage says how much was
    understood, not whether it is right. Not comparable: numbers of facts of prose with those of statement tables.

    References
    ----------
    Terms and definitions: the tables' own descriptions, ``datapackage.json``.
    """
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    given: Any = getattr(corpus, "documents", None) if documents is None else documents
    about = {row["doc_id"]: row for row in as_polars(given).iter_rows(named=True)} if given is not None else {}
    per = facts.group_by("doc_id").agg(pl.len().alias("facts"), pl.col("concept").n_unique().alias("concepts"))
    stated = {row["doc_id"]: row for row in per.iter_rows(named=True)}
    indicators = _per_document(corpus, "indicators")
    severities = {name: _per_document(corpus, "findings", name) for name in ("error", "warning", "note")}
    core: dict[str, list[bool]] = {}
    for gap in concept_gaps(corpus, documents).iter_rows(named=True):
        if gap["status"] != "no_rule":
            core.setdefault(gap["doc_id"], []).append(gap["status"] == "stated")
    rows: list[dict[str, Any]] = []
    for doc_id, body in bodies.items():
        known = about.get(doc_id, {})
        found = core.get(doc_id)
        rows.append(
            whose(body, body.fiscal_year)
            | {name: known.get(name) for name in ("file", *_COUNTS, "coverage")}
            | {"kind": body.kind, "title": body.title, "status": "read"}
            | {"facts": stated.get(doc_id, {}).get("facts", 0), "concepts": stated.get(doc_id, {}).get("concepts", 0)}
            | {"indicators": None if indicators is None else indicators.get(doc_id, 0)}
            | {f"{name}s": None if some is None else some.get(doc_id, 0) for name, some in severities.items()}
            | {"core": None if found is None else len(found), "core_stated": None if found is None else sum(found)}
        )
    failures: Any = getattr(corpus, "failures", None)
    if failures is not None:
        failed = as_polars(failures).select("file", "reason", "remedy").iter_rows(named=True)
        rows += [row | {"status": "failed"} for row in failed]
    return table(rows, OVERVIEW)


def concept_counts(
    corpus: Source, documents: Source | None = None, *, by: Sequence[str] = ("division_code", "issuer", "concept")
) -> pl.DataFrame:
    """Return how many facts are stated, by concept and body or by other columns of the facts.

    Parameters
    ----------
    corpus, documents
        As in :func:`corpus_overview`.
    by : sequence of str
        Columns of the facts table.

    Returns
    -------
    polars.DataFrame
        `by`; ``facts``; ``documents``: that state one; ``years``: fiscal years of the figures, rising; ``measures``:
        sorted; ``fact_ids``. Sorted by `by`. Bodies without any fact are in :func:`corpus_overview`.

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have, or `by` names another column.

    Notes
    -----
    A figure that is printed twice is two facts. Not comparable: counts of documents of different kinds and lengths.

    References
    ----------
    Concepts and measures: the vocabulary, ``fiscal_analysis/taxonomy/README.md``.
    """
    facts = facts_of(corpus)
    require(facts, by, "facts")
    bodies = bodies_of(corpus, facts, documents)
    frame = pl.DataFrame(
        {
            "doc_id": list(bodies),
            "_division": [body.division_code for body in bodies.values()],
            "_issuer": [body.issuer for body in bodies.values()],
        },
        schema={"doc_id": pl.String, "_division": pl.String, "_issuer": pl.String},
    )
    facts = facts.join(frame, on="doc_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("division_code", "_division").alias("division_code"),
        pl.coalesce("issuer", "_issuer").alias("issuer"),
    )
    return (
        facts.group_by(by, maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("facts"),
            pl.col("doc_id").n_unique().cast(pl.Int64).alias("documents"),
            pl.col("fiscal_year").drop_nulls().unique().sort().alias("years"),
            pl.col("measure").drop_nulls().unique().sort().alias("measures"),
            pl.col("fact_id").drop_nulls().alias("fact_ids"),
        )
        .sort(by, maintain_order=True)
    )


def concept_gaps(corpus: Source, documents: Source | None = None) -> pl.DataFrame:
    """Return the core figures that documents of a kind state, document by document, stated or missing.

    Parameters
    ----------
    corpus, documents
        As in :func:`corpus_overview`.

    Returns
    -------
    polars.DataFrame
        One row per document and core figure.

        - ``doc_id, division_code, county, issuer, fiscal_year, kind``
        - ``concept``, ``measure``: what is expected, ``|`` between alternatives; ``basis``, ``basis_zh``: where a
          document of the kind has it
        - ``stated``: facts of the document's own year that state it; ``other_measures``: under which other measures the
          concept is stated, where it is not stated as expected
        - ``others``, ``others_stating``: the other documents of the kind in the corpus, and those that state it
        - ``status``: ``stated``, ``missing``, or ``no_rule`` (one row, for a kind without core figures)
        - ``fact_ids``

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have.

    Notes
    -----
    The core figures are a table, ``taxonomy/core_concepts.csv``, which users extend. A gap means that no fact states
    the figure: the document omits it, prints it in an annex that was not read, or was misread. Agency operating cost is
    of administrative bodies; its absence from the accounts of an institution (事业单位) is none.

    References
    ----------
    财政部：《地方预决算公开操作规程》，财预〔2016〕143号 (what departments publish).
    《项目支出绩效评价管理办法》，财预〔2020〕10号 (what evaluations state).
    """
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    rules = taxonomy.table("core_concepts")
    columns = ("doc_id", "concept", "measure", "fiscal_year", "fact_id")
    by_document: dict[str, list[dict[str, Any]]] = {doc_id: [] for doc_id in bodies}
    for row in facts.select(columns).iter_rows(named=True):
        by_document[row["doc_id"]].append(row)
    found = {
        (body.doc_id, at): _stating(body, by_document[body.doc_id], rule)
        for body in bodies.values()
        for at, rule in enumerate(rules)
        if rule["kind"] == body.kind
    }
    documents_of = Counter(body.kind for body in bodies.values())
    stating_of = Counter(at for (_, at), some in found.items() if some)
    rows: list[dict[str, Any]] = []
    for body in bodies.values():
        head = whose(body, body.fiscal_year) | {"kind": body.kind}
        own = [(at, rule) for at, rule in enumerate(rules) if rule["kind"] == body.kind]
        if not own:
            rows.append(head | {"status": "no_rule", "fact_ids": [], "other_measures": []})
        for at, rule in own:
            stating = found[body.doc_id, at]
            concepts = rule["concept"].split("|")
            elsewhere = {row["measure"] for row in by_document[body.doc_id] if row["concept"] in concepts}
            rows.append(
                head
                | {"concept": rule["concept"], "measure": rule["measure"] or None}
                | {"basis": rule["basis"], "basis_zh": rule["basis_zh"]}
                | {"stated": len(stating), "other_measures": [] if stating else sorted(elsewhere)}
                | {"others": documents_of[body.kind] - 1, "others_stating": stating_of[at] - bool(stating)}
                | {"status": "stated" if stating else "missing"}
                | {"fact_ids": [row["fact_id"] for row in stating if row["fact_id"]]}
            )
    return table(rows, GAPS)


@cache
def _groups() -> dict[str, str]:
    return {row["concept"]: row["group"] for row in taxonomy.table("concept_groups")}


def concept_group(concept: str | None) -> str:
    """Return the group that a concept is told under in tables for reading.

    Parameters
    ----------
    concept : str or None
        A value of the column ``concept`` of the facts table.

    Returns
    -------
    str
        ``totals`` (revenue, expenditure and their kinds), ``functional``, ``economic`` (the two classifications),
        ``public_expenses`` (三公经费, operating cost), ``procured`` (procurement, services bought), ``carryover`` (with
        deviation and execution rates), ``assets_staff``, ``evaluation``, ``programmes`` (money of projects and
        policies), ``firms``, or ``other`` for a concept that the table ``taxonomy/concept_groups.csv`` does not have.
    """
    return _groups().get(concept or "", "other")


def unclaimed_quantities(corpus: Source) -> pl.DataFrame:
    """Return the numbers that were found but not understood, one row per document and section.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus, or the quantities table.

    Returns
    -------
    polars.DataFrame
        One row per document, section and `fiscal` that has any, in the order of the text.

        - ``doc_id``, ``section`` (the outline path), ``fiscal``: whether the numbers stand where there is fiscal or
          performance content and count in the coverage; a section with numbers of both kinds has two rows
        - ``found``: such numbers in the section; ``unclaimed``: those that neither a fact nor an indicator has claimed
        - ``raws``: the unclaimed numbers as printed, in the order of the text

    Raises
    ------
    ContractError
        If the table lacks the columns that it must have.

    Notes
    -----
    Numbers of lists and of headings, thresholds of a scale and names of forms are no figures of the body; that such a
    number is unclaimed is right. Where it is not `fiscal` this is the rule.
    """
    frame = table_of(corpus, "quantities", ("doc_id", "section", "raw", "fact_id", "source_start"))
    unclaimed = pl.col("fact_id").is_null()
    if "indicator_id" in frame.columns:
        unclaimed &= pl.col("indicator_id").is_null()
    fiscal = pl.col("fiscal") if "fiscal" in frame.columns else pl.lit(None, dtype=pl.Boolean)
    return (
        frame.with_columns(fiscal.alias("fiscal"), unclaimed.alias("_unclaimed"))
        .sort("doc_id", "source_start", maintain_order=True)
        .group_by("doc_id", "section", "fiscal", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("found"),
            pl.col("_unclaimed").sum().cast(pl.Int64).alias("unclaimed"),
            pl.col("raw").filter("_unclaimed").alias("raws"),
        )
        .filter(pl.col("unclaimed") > 0)
    )


def _stating(body: Body, facts: Sequence[dict[str, Any]], rule: dict[str, str]) -> list[dict[str, Any]]:
    concepts, measures = rule["concept"].split("|"), [m for m in rule["measure"].split("|") if m]
    return [
        row
        for row in facts
        if row["concept"] in concepts
        and (not measures or row["measure"] in measures)
        and (body.fiscal_year is None or row["fiscal_year"] in (None, body.fiscal_year))
    ]


def _per_document(corpus: Source, name: str, severity: str | None = None) -> dict[str, int] | None:
    """Return the rows of a table by document, None where the corpus has no such table."""
    given: Any = getattr(corpus, name, None)
    if given is None:
        return None
    frame = as_polars(given)
    if severity is not None:
        frame = frame.filter(pl.col("severity") == severity)
    return dict(frame.group_by("doc_id").len().iter_rows())
