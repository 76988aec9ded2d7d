"""Numbers, names, quotes and dates: what they are worth and where they stand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from smartcontent.content import Claim
from tests.real_articles import NAMES, analysis, content
from tools.find_claims import find_claims
from tools.find_dates import covers


def values(claims: tuple[Claim, ...], kind: str) -> list[tuple[str, str]]:
    return [(claim.value, claim.unit) for claim in claims if claim.kind == kind]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "1,200 and 1200 and 1.5 million", [("1200", ""), ("1200", ""), ("1500000", "")]),
        ("en", "12 percent, 12%, 12 per cent", [("12", "%")] * 3),
        ("en", "$17 billion dollars, US$3,000, €20", [
            ("17000000000", "$"), ("3000", "$"), ("20", "€"),
        ]),
        ("en", "twenty-five days, two hundred and six, a dozen", [
            ("25", "day"), ("206", ""), ("12", ""),
        ]),
        ("en", "18F, v2, COVID-19 and USWDS2 are names", []),
        ("en", "1. First\n2. Second\n(1/5)", []),
        ("en", "the 21st, 90-day, 20+ years, -5 degrees", [
            ("21", "ordinal"), ("90", "day"), ("20", "year"), ("-5", "°"),
        ]),
        ("de", "1.200,5 Euro und 1.200", [("1200.5", "€"), ("1200", "")]),
        ("fr", "1 200 personnes, 3,5 %", [("1200", ""), ("3.5", "%")]),
        ("es", "1.200, 1,200 y el 12 por ciento", [("1200", ""), ("1200", ""), ("12", "%")]),
        ("zh", "選舉前30天，3億元", [("30", "day"), ("300000000", "¥")]),
        ("ar", "قبل ۳۰ يومًا", [("30", "day")]),
        ("hi", "30 दिन, 3 लाख", [("30", "day"), ("300000", "")]),
        ("ru", "за 30 дней, 1 млн", [("30", "day"), ("1000000", "")]),
    ],
)  # fmt: skip
def test_numbers(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert values(find_claims(text, language), "number") == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "March 21, 2014, 21 March 2014, 2014-03-21 and 3/21/14", ["2014-03-21"] * 4),
        ("en", "May 22; in May we may; since 2011; the 1990s", ["--05-22", "2011", "1990s"]),
        ("en", "at 9:30 a.m., 1:30 PM or 18:00", ["T09:30", "T13:30", "T18:00"]),
        ("en", "last Friday, in December", ["weekday-5", "--12"]),
        ("en", "2003-2012", ["2003", "2012"]),
        ("es", "el 4 de julio de 2020", ["2020-07-04"]),
        ("fr", "le 1er mai 2019", ["2019-05-01"]),
        ("zh", "2014年3月21日", ["2014-03-21"]),
        ("ko", "2014년 3월 21일", ["2014-03-21"]),
        ("vi", "ngày 21 tháng 3 năm 2014", ["2014-03-21"]),
        ("ru", "21 марта 2014 г.", ["2014-03-21"]),
    ],
)  # fmt: skip
def test_dates(language: str, text: str, expected: list[str]) -> None:
    claims = find_claims(text, language)
    assert [value for value, _ in values(claims, "date")] == expected
    assert values(claims, "number") == []


@pytest.mark.parametrize(
    ("known", "said", "supported"),
    [
        ("2014-03-21", "2014", True),
        ("2014-03-21", "--03-21", True),
        ("2014-03-21", "2014-04", False),
        ("2014", "2014-03", False),
        ("T09:30", "T09:30", True),
        ("weekday-5", "weekday-4", False),
    ],
)
def test_a_date_supports_its_parts(known: str, said: str, supported: bool) -> None:
    assert covers(known, said) is supported


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Today Sarah Hyder of 18F met the U.S. Digital Service.", [
            "Sarah Hyder", "18F", "U.S. Digital Service",
        ]),
        ("en", "The Department of Justice and GSA's FBOpen team", [
            "Department of Justice", "GSA", "FBOpen",
        ]),
        ("en", "How To Write Great Posts Every Single Day", []),
        ("en", "THIS IS SHOUTED BY EVERYONE HERE", []),
        ("en", "Write to ana@example.org or @18F on data.gov.", ["@18F", "data.gov"]),
        ("en", "Nothing. However, it works. We like it.", []),
        ("de", "Der Hund und die Katze sehen Anna Schmidt.", ["Anna Schmidt"]),
        ("zh", "除 North Dakota 外，所有州都有 FPCA 表格", ["North Dakota", "FPCA"]),
        ("ko", "내용은Federal Voter Program(영어)", ["Federal Voter Program"]),
        ("ar", "تطلب جميع الولايات التسجيل", []),
    ],
)  # fmt: skip
def test_names(language: str, text: str, expected: list[str]) -> None:
    found = [claim.text for claim in find_claims(text, language) if claim.kind == "name"]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She said, “it is done,” and left.", ["it is done,"]),
        ('He said "one thing" and "another thing".', ["one thing", "another thing"]),
        ("« c’est fait » et „schon gut“", ["c’est fait", "schon gut"]),
        ("「登記投票」", ["登記投票"]),
        ("It's the 'seventies' and don’t ask", []),
        ("an unclosed “mark goes on", []),
        ("the “word” alone", []),
    ],
)
def test_quotes(text: str, expected: list[str]) -> None:
    assert [claim.text for claim in find_claims(text) if claim.kind == "quote"] == expected


def test_block_quotes_lose_their_signature() -> None:
    quote = content("18f-ninety-kids.md").model_copy(
        update={"text": "We shipped it early. - Ana Diaz, lead"}
    )
    block = (
        analysis("18f-ninety-kids.md")
        .blocks[0]
        .model_copy(update={"kind": "quote", "text": quote.text})
    )
    found = [c for c in find_claims(quote.text, "en", [block]) if c.kind == "quote"]
    assert [claim.text for claim in found] == ["We shipped it early."]


def test_code_claims_nothing() -> None:
    blocks = [block.model_copy(update={"kind": "code"}) for block in analysis(NAMES[0]).blocks]
    assert find_claims(content(NAMES[0]).text, "en", blocks) == ()


def test_a_real_article() -> None:
    claims = analysis("18f-communicart.md").claims
    numbers = values(claims, "number")
    assert {("265000", ""), ("20000000", ""), ("17000000000", "$"), ("3000", "$")} <= set(numbers)
    names = {claim.text for claim in claims if claim.kind == "name"}
    assert {"GSA Advantage", "Communicart", "Public Buildings Service"} <= names
    assert "this system is awesome" in {c.value for c in claims if c.kind == "quote"}


@pytest.mark.parametrize("name", NAMES)
def test_places_in_real_articles(name: str) -> None:
    text = content(name).text
    assert all(text[c.span.start : c.span.end] == c.text for c in analysis(name).claims)


@settings(max_examples=150, deadline=None)
@given(some.text(max_size=200), some.sampled_from(["en", "es", "zh", "ar", "xx"]))
def test_places_in_any_text(text: str, language: str) -> None:
    for claim in find_claims(text, language):
        assert text[claim.span.start : claim.span.end] == claim.text
