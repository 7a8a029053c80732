"""Keyed hashes: the same for one key, unlike for another, and a token tells its parameter."""

import pytest

from ehr.search import hashing
from ehr.search.hashing import TOKEN_BITS, Hasher, install, installed, token_range

ONE, OTHER = Hasher(b"a" * 32), Hasher(b"b" * 32)


def test_a_key_decides_every_hash() -> None:
    assert Hasher(b"a" * 32).key(1, "099") == ONE.key(1, "099") != OTHER.key(1, "099")
    assert (
        ONE.token(1, "s", "c") == Hasher(b"a" * 32).token(1, "s", "c") != OTHER.token(1, "s", "c")
    )


def test_hashes_are_bigints() -> None:
    for number in (1, 16, 32_767):
        assert number << TOKEN_BITS <= ONE.token(number, "s", "c") <= token_range(number)[1] < 2**63
    assert all(-(2**63) <= ONE.key(16, str(n)) < 2**63 for n in range(200))
    assert any(ONE.key(16, str(n)) < 0 for n in range(200))


def test_the_forms_of_a_code_are_apart() -> None:
    forms = [(None, "c"), ("", "c"), ("s", "c"), ("s", None), (None, None), ("c", None), ("sc", "")]
    assert len({ONE.token(16, *form) for form in forms}) == len(forms)
    assert ONE.token(16, "s", "c") != ONE.token(17, "s", "c")
    assert ONE.key(16, "ab", "c") != ONE.key(16, "a", "bc")


def test_nothing_is_hashed_before_the_key_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_installed", None)
    with pytest.raises(RuntimeError):
        installed()
    install(b"c" * 32, ("http://h/fhir/",))
    assert installed().bases == ("http://h/fhir",)


def test_half_a_surrogate_has_a_hash() -> None:
    assert ONE.key(16, "\ud800") != ONE.key(16, "\udfff")
