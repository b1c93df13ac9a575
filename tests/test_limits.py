"""Limits: named, of a type, above 0; and what a wrong one is told."""

import pytest

import fiscal_analysis as fa


def test_words_set_limits_and_leave_the_others():
    assert fa.Limits.from_words([]) == fa.Limits()
    assert fa.Limits.from_words(["seconds=1.5", "pages = 500"]) == fa.Limits(seconds=1.5, pages=500)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["page=5"], r"there is no limit 'page'.*file_bytes=200000000.*pages=2000.*seconds=120\.0"),
        (["pages"], r"NAME=VALUE is expected, such as seconds=60.*Limits and their defaults: file_bytes="),
        (["pages=many"], "limit pages: 'many' given, a whole number is expected"),
        (["pages=1.5"], "limit pages: '1.5' given, a whole number is expected"),
        (["pages=0"], "limit pages: 0 given, a whole number from 1 is expected"),
        (["seconds=soon"], "limit seconds: 'soon' given, a number of seconds is expected"),
        (["seconds=nan"], "limit seconds: nan given, a number above 0 is expected"),
        (["seconds=0"], r"limit seconds: 0\.0 given, a number above 0 is expected"),
        (["nesting=-1"], "limit nesting: -1 given, a whole number from 0 is expected"),
        (["pages=5", "pages=6"], "limit pages: is given more than once"),
    ],
)
def test_a_wrong_limit_is_told(words: list[str], message: str):
    with pytest.raises(fa.ContractError, match=message):
        fa.Limits.from_words(words)


@pytest.mark.parametrize("value", ["5", True, 5.0, None])
def test_a_limit_has_its_type(value: object):
    with pytest.raises(fa.ContractError, match="limit pages"):
        fa.Limits(pages=value)  # type: ignore[arg-type]
