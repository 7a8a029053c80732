"""Codes of systems without a list: what their grammar takes, and what it does not."""

import pytest

from ehr.fhir.grammars import GRAMMARS, is_language, is_mime_type, is_unit

VALUE_SET = "http://hl7.org/fhir/ValueSet/"


@pytest.mark.parametrize(
    "code",
    [
        # RFC 5646, appendix A
        *("de", "zh-Hant", "sr-Latn-RS", "zh-cmn-Hans-CN", "sl-rozaj-biske", "de-CH-1901"),
        *("es-419", "de-CH-x-phonebk", "x-whatever", "az-Arab-x-AZE-derbend", "en-US-u-islamcal"),
        *("zh-CN-a-myext-x-private", "en-a-myext-b-another", "i-enochian", "sgn-BE-FR"),
        *("vi", "vi-VN", "VI", "hmn", "tai-VN", "en-GB-oed", "hy-Latn-IT-arevela", "de-1996"),
    ],
)
def test_languages(code: str) -> None:
    assert is_language(code)


@pytest.mark.parametrize(
    "code",
    [
        *("", "v", "vie_VN", "vi_VN", "vi-", "-vi", "vi--VN", "english", "Vietnamese", "tiếng"),
        *("de-419-DE", "a-DE", "vi-VN-x", "x-", "en-u", "i-vietnam", "vi VN", "1vi", "abcd"),
        *("ar-a-", "vi-VN-VN-VN", "ｖｉ", "vi\n", "en-" + "a1234-" * 200),
    ],
)
def test_what_is_no_language(code: str) -> None:
    assert not is_language(code)


@pytest.mark.parametrize(
    "code",
    [
        *("text/plain", "application/fhir+json", "image/svg+xml", "application/vnd.a-b.c+xml"),
        *("text/plain; charset=utf-8", "text/plain;charset=utf-8", "TEXT/Plain", "chemical/x-pdb"),
        *('multipart/related; type="application/dicom"; boundary=a', "x-a/x-b", "a/1d-interleaved"),
        "application/dicom; variant=DICOM STOW-RS",
    ],
)
def test_mime_types(code: str) -> None:
    assert is_mime_type(code)


@pytest.mark.parametrize(
    "code",
    [
        *(
            "",
            "text",
            "text/",
            "/plain",
            "text/plain/x",
            "text /plain",
            "text/ plain",
            "xml",
            "json",
        ),
        *("text/plain;", "text/plain; charset", "text/plain; =x", 'text/plain; a="b', "*/*"),
        *("text/p@in", "-a/b", "a/" + "b" * 128, 'text/plain; a=b="c"', "ảnh/png", "text/plain\n"),
        "text/plain; a=" + "b" * 600,
    ],
)
def test_what_is_no_mime_type(code: str) -> None:
    assert not is_mime_type(code)


@pytest.mark.parametrize(
    ("value_set", "inside", "outside"),
    [
        ("mimetypes", ["json", "xml", "ttl", "none", "text/cql"], ["pdf", "text"]),
        ("all-languages", ["vi", "en-US"], ["Vietnamese"]),
        ("ucum-units", ["mg/dL", "{score}", "[acr_us]", "10*9/L"], ["mgs", "kilogram", "mm Hg"]),
        (
            "all-time-units",
            ["a", "mo", "wk", "d", "h", "min", "s", "ms", "a_j", "mo_s", "d{work}"],
            ["1", "m", "/min", "b", "year", "years", "{a}"],
        ),
        ("all-distance-units", ["m", "km", "[mi_i]", "[ft_us]", "Ao", "pc"], ["m2", "mile", "L"]),
    ],
)
def test_value_sets_with_a_grammar(value_set: str, inside: list[str], outside: list[str]) -> None:
    holds = GRAMMARS[VALUE_SET + value_set].holds
    assert [code for code in inside if not holds(code)] == []
    assert [code for code in outside if holds(code)] == []


def test_an_expression_is_in_a_type_of_media_and_not_in_a_word_for_one() -> None:
    holds = GRAMMARS["http://www.rfc-editor.org/bcp/bcp13.txt"].holds
    assert holds("text/fhirpath")
    assert not holds("json")


def test_units_are_written_as_ucum_has_them() -> None:
    assert is_unit("m[Hg]")
    assert not is_unit("mmHg")


@pytest.mark.parametrize(
    "hostile",
    [
        *("a" * 1_000_000, "vi" + "-a1234" * 100_000, "x" + "-a" * 200_000, "aa-" + "a-bb-" * 90),
        *("a/b" + ";" * 100_000, "a/b;" + " " * 400 + "x", "a/b; c=" + "d " * 240),
        'a/b; c="' + "\\" * 400,
    ],
)  # fmt: skip
def test_hostile_codes_are_told_at_once(hostile: str) -> None:
    assert not is_language(hostile)
    assert not is_mime_type(hostile)
    assert not is_unit(hostile)
