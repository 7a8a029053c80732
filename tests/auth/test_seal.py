"""The state of a login under way, and what is sealed with a cookie."""

import time

import pytest

from auth.seal import Sealer
from ehr.errors import NotKnown

KEY = b"k" * 32


def test_what_is_sealed_opens_with_cookie_and_key_alone() -> None:
    sealed = Sealer(KEY).seal("cookie", b"tokens")
    assert Sealer(KEY).open("cookie", sealed) == b"tokens"
    for sealer, cookie, text in (
        (Sealer(KEY), "another", sealed),
        (Sealer(b"j" * 32), "cookie", sealed),
        (Sealer(KEY), "cookie", sealed[:-4] + "AAAA"),
        (Sealer(KEY), "cookie", ""),
        (Sealer(KEY), "cookie", None),
    ):
        with pytest.raises(NotKnown):
            sealer.open(cookie, text)


@pytest.mark.parametrize("cookie", ["", ".", "a.b.c.d", "é.1.L2FwcC8.x"])
def test_a_state_that_is_not_ours(cookie: str) -> None:
    with pytest.raises(NotKnown):
        Sealer(KEY).read_state(cookie)


def test_a_login_is_completed_within_ten_minutes(monkeypatch) -> None:
    sealer = Sealer(KEY)
    _, cookie = sealer.new_state("/app/")
    assert sealer.read_state(cookie)
    began = time.time()
    monkeypatch.setattr("auth.seal.time.time", lambda: began + 601)
    with pytest.raises(NotKnown, match="too long"):
        sealer.read_state(cookie)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/app/visits", "/app/visits"),
        ("/reports/visits?period=2026-11", "/reports/visits?period=2026-11"),
        ("https://evil.example", "/app/"),
        ("//evil.example", "/app/"),
        ("/app\\evil", "/app/"),
        ("/appevil", "/app/"),
        ("/app/\r\nX: y", "/app/"),
        ("", "/app/"),
    ],
)
def test_where_a_login_leads_is_here(asked: str, given: str) -> None:
    assert Sealer(KEY).read_state(Sealer(KEY).new_state(asked)[1]).return_to == given
