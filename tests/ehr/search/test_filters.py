"""Values of a query string: what they are read as, and what is refused."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from fixtures import callers

from ehr.db import Database
from ehr.errors import EhrError, InvalidQuery, NotSupported, TooCostly
from ehr.fhir.dates import bounds
from ehr.search import compile
from ehr.search.filters import filter_of, include_of, parameter_of, sort_of, sorts_of
from ehr.search.query import SearchQuery, UnknownParameter
from ehr.search.values import (
    DateValue,
    Missing,
    NumberValue,
    QuantityValue,
    ReferenceValue,
    TextValue,
    TokenValue,
    UriValue,
    Value,
)

HALF = Decimal("0.5")


@pytest.mark.parametrize(
    ("kind", "key", "text", "values"),
    [
        ("Patient", "name", "nguyen,tran", (TextValue("nguyen"), TextValue("tran"))),
        ("Patient", "name", r"a\,b", (TextValue("a,b"),)),
        ("Patient", "name", r"a\\,b", (TextValue("a\\"), TextValue("b"))),
        ("Patient", "name", r"a\|b\$c", (TextValue("a|b$c"),)),
        ("Patient", "name:exact", "A", (TextValue("A"),)),
        ("Patient", "gender", "male", (TokenValue(None, "male"),)),
        ("Patient", "identifier", "s|v", (TokenValue("s", "v"),)),
        ("Patient", "identifier", "|v", (TokenValue("", "v"),)),
        ("Patient", "identifier", "s|", (TokenValue("s", None),)),
        ("Patient", "identifier", r"s|a\|b", (TokenValue("s", "a|b"),)),
        ("Patient", "identifier", r"a\|b", (TokenValue(None, "a|b"),)),
        ("Patient", "identifier", "s|a|b", (TokenValue("s", "a|b"),)),
        ("Patient", "identifier:missing", "true", (Missing(True),)),
        ("Patient", "_id", "a,b", (TokenValue(None, "a"), TokenValue(None, "b"))),
        ("Patient", "birthdate", "1960", (DateValue("eq", *bounds("1960")),)),
        ("Patient", "birthdate", "ge1960-05-01", (DateValue("ge", *bounds("1960-05-01")),)),
        (
            "Patient",
            "_lastUpdated",
            "lt2026-11-01T08:30:00.5Z",
            (
                DateValue(
                    "lt",
                    datetime(2026, 11, 1, 8, 30, 0, 500_000, UTC),
                    datetime(2026, 11, 1, 8, 30, 0, 600_000, UTC),
                ),
            ),
        ),
        (
            "RiskAssessment",
            "probability",
            "gt0.50",
            (NumberValue("gt", Decimal("0.50"), Decimal("0.005")),),
        ),
        (
            "Observation",
            "value-quantity",
            "58|http://u|kg",
            (QuantityValue(NumberValue("eq", Decimal(58), HALF), "http://u", "kg"),),
        ),
        (
            "Observation",
            "value-quantity",
            "le58||kg",
            (QuantityValue(NumberValue("le", Decimal(58), HALF), None, "kg"),),
        ),
        ("Observation", "subject", "Patient/a", (ReferenceValue("Patient", "a"),)),
        ("Observation", "subject", "a", (ReferenceValue(None, "a"),)),
        ("Observation", "subject:Patient", "a", (ReferenceValue("Patient", "a"),)),
        ("Observation", "subject", "Patient/a/_history/2", (ReferenceValue("Patient", "a"),)),
        (
            "Observation",
            "subject",
            "http://127.0.0.1:8000/fhir/Patient/a",
            (ReferenceValue("Patient", "a"),),
        ),
        (
            "Observation",
            "subject",
            "http://h/Patient/a",
            (ReferenceValue("Patient", "a", "http://h"),),
        ),
        (
            "QuestionnaireResponse",
            "questionnaire",
            "http://h/q|2",
            (ReferenceValue(None, None, "http://h/q", "2"),),
        ),
        (
            "QuestionnaireResponse",
            "questionnaire",
            "http://h/Questionnaire/q",
            (ReferenceValue(None, None, "http://h/Questionnaire/q"),),
        ),
        ("ValueSet", "url", "http://v/one,http://v/two", (UriValue("http://v/one"), UriValue("http://v/two"))),
    ],
)  # fmt: skip
def test_values(kind: str, key: str, text: str, values: tuple[Value, ...]) -> None:
    criterion = filter_of(kind, key, text)
    assert criterion.values == values
    assert criterion.key == key
    assert criterion.text == text


@pytest.mark.parametrize(
    ("kind", "key", "text", "error"),
    [
        ("Patient", "colour", "red", UnknownParameter),
        ("Patients", "name", "a", InvalidQuery),
        ("Patient", "name", "", InvalidQuery),
        ("Patient", "name", " ", InvalidQuery),
        ("Patient", "name:", "a", InvalidQuery),
        ("Patient", "name", "x" * 201, InvalidQuery),
        ("Patient", "name", "x" * 1_000_000, InvalidQuery),
        ("Patient", "name", "a b c d e f g h i j k", InvalidQuery),
        ("Patient", "name", "a\x00b", InvalidQuery),
        ("Patient", "name", r"a\b", InvalidQuery),
        ("Patient", "name", "a\\", InvalidQuery),
        ("Patient", "gender", r"a\\\b", InvalidQuery),
        ("Patient", "name", "\ud800", InvalidQuery),
        ("Patient", "name", ",".join("a" * 201), TooCostly),
        ("Patient", "name:text", "a", InvalidQuery),
        ("Patient", "gender:in", "", InvalidQuery),
        ("Patient", "identifier:of-type", "a|b", InvalidQuery),
        ("Patient", "identifier", "", InvalidQuery),
        ("Patient", "identifier", "|", InvalidQuery),
        ("Patient", "gender:missing", "maybe", InvalidQuery),
        ("Patient", "_id", "../../etc/passwd", InvalidQuery),
        ("Patient", "_id", "", InvalidQuery),
        ("Patient", "_id", "x" * 65, InvalidQuery),
        ("Patient", "_id:in", "a", InvalidQuery),
        ("Patient", "birthdate", "", InvalidQuery),
        ("Patient", "birthdate", "ge", InvalidQuery),
        ("Patient", "birthdate", "zz2020", InvalidQuery),
        ("Patient", "birthdate", "9999-99-99", InvalidQuery),
        ("Patient", "birthdate", "2020-02-30", InvalidQuery),
        ("Patient", "birthdate", "100000", InvalidQuery),
        ("Patient", "birthdate", "ge0000", InvalidQuery),
        ("Patient", "_lastUpdated", "2020-01-01T00:00:00+25:00", InvalidQuery),
        ("Patient", "birthdate:exact", "2020", InvalidQuery),
        ("Observation", "value-quantity", "abc", InvalidQuery),
        ("Observation", "value-quantity", "1e999999999", InvalidQuery),
        ("Observation", "value-quantity", "NaN", InvalidQuery),
        ("Observation", "value-quantity", "1" * 5000, InvalidQuery),
        ("Observation", "value-quantity", "5|kg", InvalidQuery),
        ("Observation", "value-quantity", "5|http://u|", InvalidQuery),
        ("Observation", "value-quantity:exact", "5", InvalidQuery),
        ("RiskAssessment", "probability", "", InvalidQuery),
        ("RiskAssessment", "probability:not", "1", InvalidQuery),
        ("Observation", "subject", "", InvalidQuery),
        ("Observation", "subject", "not an id", InvalidQuery),
        ("Observation", "subject", "Nothing/a", InvalidQuery),
        ("Observation", "subject:Device", "Patient/a", InvalidQuery),
        ("Observation", "subject:identifier", "|", InvalidQuery),
        ("Patient", "_query", "a", NotSupported),
        ("Observation", "code-value-quantity", "a$b", InvalidQuery),
        ("Location", "near", "1", InvalidQuery),
        ("ValueSet", "url", "", InvalidQuery),
        ("ValueSet", "url:below", "urn:v", InvalidQuery),
    ],
)
def test_what_is_refused(kind: str, key: str, text: str, error: type[EhrError]) -> None:
    with pytest.raises(error) as caught:
        filter_of(kind, key, text)
    assert len(str(caught.value)) < 400


def test_sorting_and_including() -> None:
    assert sort_of("Observation", "-date").descending
    assert sort_of("Observation", "_lastUpdated").key == "_lastUpdated"
    assert include_of("Observation:subject:Patient").key == "Observation:subject:Patient"
    assert include_of("Observation:*").parameter is None
    for key in ("(select 1)", "colour"):
        with pytest.raises(UnknownParameter):
            sort_of("Observation", key)
    with pytest.raises(NotSupported):
        sort_of("Observation", "code-value-quantity")
    with pytest.raises(TooCostly):
        sorts_of("Observation", "date," * 5 + "code")
    for text in ("", "Observation", "Observation:code", "Nothing:subject", "Observation:subject:X"):
        with pytest.raises(InvalidQuery):
            include_of(text)
    assert parameter_of("Patient", "name").code == "name"


HOSTILE = [
    "'",
    '"',
    "';select pg_sleep(5)--",
    "%",
    "_",
    "\\",
    "%s",
    "%(name)s",
    "$1",
    "$$",
    "{{7*7}}",
    "ARRAY[1]",
    "\U0010ffff",
    "\u202e",
    "a\r\nb",
    "' OR 1=1 --",
    "nul\\x00",
    "*",
    "–",
]


async def test_hostile_values_find_nothing_and_break_nothing(db: Database) -> None:
    keys = [
        "name", "name:exact", "name:contains", "identifier", "identifier:not", "phone", "gender",
        "gender:not", "organization", "_tag", "_profile", "_source", "address", "_id",
        "birthdate", "_lastUpdated", "identifier-tail",
    ]  # fmt: skip
    asked = [("Patient", key) for key in keys] + [
        ("Observation", "code:text"), ("Observation", "_text"), ("Observation", "_content"),
        ("Observation", "subject:identifier"), ("Observation", "value-string:contains"),
        ("Observation", "_source:below"), ("Observation", "_profile:above"),
        ("Observation", "identifier:of-type"), ("Observation", "code:below"),
        ("ValueSet", "url:below"), ("Location", "near"),
    ]  # fmt: skip
    composites = ["code-value-string", "component-code-value-concept", "code-value-concept"]
    for access in (callers.clinician(1), callers.system()):
        for kind, key in [*asked, *(("Observation", one) for one in composites)]:
            for text in HOSTILE:
                value = f"{text}${text}" if key in composites else text
                try:
                    wanted = SearchQuery((kind,), (filter_of(kind, key, value),))
                except (InvalidQuery, NotSupported):
                    continue
                for statement in (compile.page(wanted, access), compile.count(wanted, access)):
                    assert "pg_sleep" not in statement.text
                    assert statement.text.count("%s") == len(statement.params)
                    await db.search(access, statement.text, statement.params)


def test_too_many_criteria_are_refused() -> None:
    many = tuple(filter_of("Patient", "name", "a") for _ in range(31))
    with pytest.raises(TooCostly):
        compile.page(SearchQuery(("Patient",), many), callers.system())
