"""The parser and writer of resources: what goes in comes out, and what FHIR forbids stays out."""

import copy
import json
import pickle
import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr.errors import InvalidJson, TooLarge
from ehr.fhir import resource
from ehr.fhir.resource import MAX_BUNDLE_VALUES, MAX_VALUES, Number, dump, parse

PATIENT = b'{"resourceType":"Patient","name":[{"family":"Nguy\xe1\xbb\x85n","given":["An"]}]}'


def test_dump_gives_back_the_bytes_that_were_parsed() -> None:
    assert dump(parse(PATIENT)) == PATIENT


@pytest.mark.proves("fidelity/numbers")
@pytest.mark.parametrize(
    "literal",
    [
        *("1.10", "1e2", "1E+2", "-0", "-0.0", "100000000000000000000.0", "0.000", "1e-7"),
        *("9223372036854775807", "9223372036854775808", "-9223372036854775808", "9" * 255),
        *("1e308", "123456789012345678901234567890.123456789012345678901234567890"),
    ],
)
def test_number_literals_are_kept(literal: str) -> None:
    body = f'{{"value":{literal}}}'.encode()
    assert dump(parse(body)) == body


def test_numbers_are_int_or_number() -> None:
    value = parse(b'{"a":1,"b":1.0,"c":-0,"d":1e0,"e":99999999999999999999}')
    assert [type(one) for one in value.values()] == [int, Number, Number, Number, Number]
    assert value["b"] == Decimal(1)


def test_a_number_survives_copies() -> None:
    number = Number("1.10")
    assert copy.deepcopy(number).literal == "1.10"
    assert pickle.loads(pickle.dumps(number)).literal == "1.10"  # noqa: S301 - our own bytes


def test_a_plain_decimal_is_written_as_a_number() -> None:
    assert dump({"value": Decimal("36.60")}) == b'{"value":36.60}'


def test_what_is_not_json_is_not_written() -> None:
    with pytest.raises(TypeError):
        dump({"value": Decimal("NaN")})
    with pytest.raises(TypeError):
        dump({"value": object()})


FAULTS = [
    (b"", "line 1, column 1", None),
    (b"[]", "an array", None),
    (b"null", "null", None),
    (b'"Patient"', "a string", None),
    (b'{"a":1,}', "line 1, column 8", None),
    (b'{"a":1}{"b":2}', "Extra data", None),
    (b"{'a':1}", "double quotes", None),
    (b'{"a":01}', "delimiter", None),
    (b'{"a":"\t"}', "control character", None),
    (b'\xef\xbb\xbf{"a":1}', "byte order mark", None),
    ('{"a":1}'.encode("utf-16"), "byte order mark", None),
    ('{"a":1}'.encode("utf-16-le"), "NUL", None),
    (b'{"a":"\xff"}', "not UTF-8 at byte 6", None),
    (b'{"a":"\xed\xa0\x80"}', "not UTF-8 at byte 6", None),
    (
        b'{"resourceType":"Patient","name":[{},{"family":"a","family":"b"}]}',
        "'family' occurs twice",
        "Patient.name[1].family",
    ),
    (b'{"resourceType":"Patient","x":NaN}', "NaN is not", "Patient.x"),
    (b'{"a":{"b":[-Infinity]}}', "-Infinity is not", "Resource.a.b[0]"),
    (b'{"a":"b\\u0000"}', "U+0000", "Resource.a"),
    (b'{"a\\u0000":"b"}', "U+0000", "Resource"),
    (b'{"a":["\\ud800"]}', "surrogate", "Resource.a[0]"),
    (b'{"\\udc00":1}', "surrogate", "Resource"),
    (b'{"a":1e400}', "power of 308", "Resource.a"),
    (b'{"a":1e-400}', "power of 308", "Resource.a"),
    (b'{"a":1e99999999999999999999}', "power of 308", "Resource.a"),
    (b'{"a":' + b"1" * 5000 + b"}", "5000 characters", "Resource.a"),
    (b'{"a":1.' + b"1" * 5000 + b"}", "5002 characters", "Resource.a"),
]


@pytest.mark.parametrize(("body", "words", "expression"), FAULTS)
def test_faults_are_named_with_their_place(body: bytes, words: str, expression: str | None) -> None:
    with pytest.raises(InvalidJson) as refusal:
        parse(body)
    (issue,) = refusal.value.issues
    assert words in issue.diagnostics
    assert issue.expression == expression
    assert issue.code == "structure"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 300_000,
        b'{"a":' * 65 + b"1" + b"}" * 65,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b'{"a":' + b"[" * 70 + b"]" * 70 + b"}",
        b"{" + b",".join(b'"k%d":1' % number for number in range(60_000)) + b"}",
        b'{"a":' + b"9" * 1_000_000 + b"}",
    ],
    ids=["arrays", "objects", "65", "900", "mixed", "properties", "digits"],
)
def test_hostile_bodies_are_refused_within_a_tenth_of_a_second(body: bytes) -> None:
    spent = []
    for _ in range(5):
        start = time.process_time()
        with pytest.raises(InvalidJson):
            parse(body)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.1


def test_64_levels_are_allowed() -> None:
    body = b'{"a":' * 64 + b"1" + b"}" * 64
    assert dump(parse(body)) == body


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert len(parse(b'{"a":[' + b"{}," * 500 + b"{}]}")["a"]) == 501


def test_escapes_of_whole_characters_are_read() -> None:
    assert parse(b'{"a":"\\u0110\\ud83d\\ude00\\\\u0000"}') == {"a": "Đ😀\\u0000"}


@pytest.mark.proves("fidelity/examples")
def test_every_example_comes_back_equal_in_value_order_and_literals(
    example_bodies: dict[str, bytes],
) -> None:
    def exactly(body: bytes) -> object:
        return json.loads(body, object_pairs_hook=list, parse_float=str, parse_int=str)

    for name, body in example_bodies.items():
        assert exactly(dump(parse(body))) == exactly(body), name


_TEXTS = st.text(st.characters(codec="utf-8"))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.dictionaries(_TEXTS, _VALUES))
def test_any_json_object_without_nul_round_trips(value: dict[str, object]) -> None:
    written = json.dumps(value).encode()
    if b"\\u0000" in written.replace(b"\\\\", b""):
        with pytest.raises(InvalidJson):
            parse(written)
    else:
        assert json.loads(dump(parse(written))) == value


@pytest.mark.parametrize(
    ("kind", "values", "limit"),
    [("Patient", MAX_VALUES, True), ("Patient", MAX_VALUES + 2, False), ("Bundle", 300_000, True)],
)
def test_a_resource_of_too_many_values_is_refused(kind: str, values: int, limit: bool) -> None:
    body = b'{"resourceType":"%s","x":[%s1]}' % (kind.encode(), b"1," * (values - 1))
    if limit:
        assert len(parse(body)["x"]) == values
        return
    with pytest.raises(TooLarge):
        parse(body)


@pytest.mark.parametrize("body", [b"1.5," * 2_000_000, b'"\\,' * 2_000_000, b',"' * 2_000_000])
def test_a_body_of_too_many_values_is_refused_before_it_is_read(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "_decode", lambda _: pytest.fail("it was read"))
    with pytest.raises(TooLarge):
        parse(b'{"resourceType":"Bundle","x":[' + body + b"1]}")


def test_commas_in_texts_are_no_values() -> None:
    text = ',"\\' * MAX_BUNDLE_VALUES
    assert parse(dump({"a": text})) == {"a": text}


def test_strings_that_never_end_are_read_once() -> None:
    """Each quotation mark once began a string that was looked for to the end of the body."""
    with pytest.raises(InvalidJson):
        parse(b'{"x":[' + b"," * 100_001 + b'\\"' * 2_000_000)
