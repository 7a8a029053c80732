"""Partners' keys: a public key set or an address, and nothing that looks like a private key."""

import json
from pathlib import Path

import pytest

from seed.keycloak.clients import _keys


def test_a_key_set_is_registered_with_its_algorithm(tmp_path: Path) -> None:
    jwks = {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}
    (tmp_path / "one.json").write_text(json.dumps(jwks))
    assert _keys("one", tmp_path) == {
        "use.jwks.string": "true",
        "jwks.string": json.dumps(jwks, sort_keys=True),
        "token.endpoint.auth.signing.alg": "RS384",
    }


def test_an_address_comes_first(tmp_path: Path) -> None:
    (tmp_path / "one.url").write_text("https://partner.example/jwks\n")
    (tmp_path / "one.json").write_text("{}")
    assert _keys("one", tmp_path)["jwks.url"] == "https://partner.example/jwks"


def test_no_file_is_no_key(tmp_path: Path) -> None:
    assert _keys("one", tmp_path) == {}
    assert _keys("one", None) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [{"kty": "oct", "k": "AQAB"}]}',
        '{"keys": [{"kty": "EC", "d": "secret"}]}',
        '{"keys": [{"kty": "EC"}, {"kty": "RSA"}]}',
    ],
)
def test_what_is_no_public_key_set_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "one.json").write_text(text)
    with pytest.raises(ValueError, match=r"one\.json"):
        _keys("one", tmp_path)
