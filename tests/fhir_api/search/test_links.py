"""Page links are their caller's, for one search and one day."""

from dataclasses import replace

import pytest
from fixtures import callers

from ehr.access import Access
from ehr.errors import Forbidden, Gone, InvalidQuery
from fhir_api.search.links import LIFETIME_SECONDS, Signer, page_of, search_of

SEARCH = "Patient?name=nguyen&_count=20"
NURSE = callers.clinician(1)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def signer(clock: Clock) -> Signer:
    return Signer(b"k" * 32, clock=clock)


def sign(signer: Signer) -> str:
    return signer.sign(b"cursor", search=SEARCH, access=NURSE)


def test_its_caller_goes_on(signer: Signer) -> None:
    assert signer.open(sign(signer), search=SEARCH, access=NURSE) == b"cursor"


@pytest.mark.parametrize(
    "other",
    [
        callers.clinician(2),
        callers.several(1, 2),
        replace(NURSE, wards=frozenset()),
        replace(NURSE, account=99),
        replace(NURSE, every_ward=True),
        replace(NURSE, labels=callers.system().labels),
        callers.system(),
        callers.nobody(),
    ],
)
def test_nobody_else_does(signer: Signer, other: Access) -> None:
    with pytest.raises(Forbidden):
        signer.open(sign(signer), search=SEARCH, access=other)


@pytest.mark.parametrize(
    "search",
    [
        "Observation?name=nguyen&_count=20",
        "Patient?name=nguyen&_count=20&active=true",
        "Patient?name=nguyen",
        "Patient?name=nguyen&_count=1000",
        "Patient",
    ],
)
def test_not_on_another_search(signer: Signer, search: str) -> None:
    with pytest.raises(InvalidQuery):
        signer.open(sign(signer), search=search, access=NURSE)


def test_every_changed_letter_is_noticed(signer: Signer) -> None:
    token = sign(signer)
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "Q"
        changed = token[:place] + other + token[place + 1 :]
        with pytest.raises(InvalidQuery):
            signer.open(changed, search=SEARCH, access=NURSE)


@pytest.mark.parametrize("token", ["", "A", "====", "x" * 5000, "é", "../..", "AAAA"])
def test_what_was_never_signed_is_refused(signer: Signer, token: str) -> None:
    with pytest.raises(InvalidQuery):
        signer.open(token, search=SEARCH, access=NURSE)


def test_another_installation_s_links_are_refused(signer: Signer, clock: Clock) -> None:
    with pytest.raises(InvalidQuery):
        Signer(b"j" * 32, clock=clock).open(sign(signer), search=SEARCH, access=NURSE)


def test_a_day_later_it_is_gone(signer: Signer, clock: Clock) -> None:
    token = sign(signer)
    clock.now += LIFETIME_SECONDS
    assert signer.open(token, search=SEARCH, access=NURSE) == b"cursor"
    clock.now += 1
    with pytest.raises(Gone):
        signer.open(token, search=SEARCH, access=NURSE)


def test_a_short_key_is_no_key() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Signer(b"short")


def test_a_link_keeps_what_fhir_writes_readable() -> None:
    query = [("code", "http://loinc.org|8480-6"), ("name", "Đỗ & co"), ("code:not", "a,b")]
    search = search_of("Observation", query)
    assert search == (
        "Observation?code=http://loinc.org%7C8480-6&name=%C4%90%E1%BB%97%20%26%20co&code:not=a,b"
    )
    assert page_of(search, "t") == f"{search}&_page=t"
    assert search_of("Patient", []) == "Patient"
    assert page_of("Patient", "t") == "Patient?_page=t"


def test_two_searches_are_never_one_text() -> None:
    assert search_of("Patient", [("name", "a&gender=male")]) != search_of(
        "Patient", [("name", "a"), ("gender", "male")]
    )
