"""What a browser's login is protected with: derived, sealed and signed values.

The tokens of a session lie in the database sealed with a key made from the cookie and the
installation's session key: neither a copy of the table nor the key alone opens them. The state of
a login under way lies in a signed cookie, and PKCE's verifier is derived from it.
"""

import base64
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ehr.errors import NotKnown

STATE_SECONDS = 600
_NONCE_BYTES = 12
_RETURN_TO = re.compile(r"/(app|reports)([/?][A-Za-z0-9_.~%?=&/+-]*)?")


@dataclass(frozen=True, slots=True)
class State:
    """A login under way: `state` and `verifier` go to the issuer, `return_to` to the browser."""

    state: str
    verifier: str
    return_to: str

    @property
    def challenge(self) -> str:
        """PKCE's S256 challenge."""
        return encoded(sha256(self.verifier.encode()).digest())


class Sealer:
    """Seals and signs with one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, cookie: str, text: bytes) -> str:
        """`text`, readable only with this cookie."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return encoded(nonce + self._cipher(cookie).encrypt(nonce, text, None))

    def open(self, cookie: str, sealed: object) -> bytes:
        """What was sealed; raises NotKnown when it was not sealed here with this cookie."""
        try:
            raw = base64.urlsafe_b64decode(f"{sealed}==")
            return self._cipher(cookie).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            raise NotKnown("The session cannot be read; log in again.") from None

    def csrf(self, cookie: str) -> str:
        """The token that a page of this session must send with every write."""
        return encoded(self._derive("csrf", cookie))

    def new_state(self, return_to: str) -> tuple[State, str]:
        """A login that begins, and its cookie; an address that is not ours becomes /app/."""
        place = return_to if _RETURN_TO.fullmatch(return_to) else "/app/"
        seed = f"{secrets.token_urlsafe(32)}.{int(time.time())}"
        signed = f"{seed}.{encoded(place.encode())}"
        return self._state(seed, place), f"{signed}.{encoded(self._derive('sign', signed))}"

    def read_state(self, cookie: str) -> State:
        """The login that a cookie remembers; raises NotKnown when it is not ours or too old."""
        signed, _, signature = cookie.rpartition(".")
        good = hmac.compare_digest(
            signature.encode(), encoded(self._derive("sign", signed)).encode()
        )
        seed, _, place = signed.rpartition(".")
        if not good or time.time() - int(seed.rpartition(".")[2]) > STATE_SECONDS:
            raise NotKnown("The login took too long, or began elsewhere; begin again.")
        return self._state(seed, base64.urlsafe_b64decode(f"{place}==").decode())

    def _state(self, seed: str, place: str) -> State:
        state, verifier = (encoded(self._derive(name, seed)) for name in ("state", "verifier"))
        return State(state, verifier, place)

    def _cipher(self, cookie: str) -> AESGCM:
        return AESGCM(self._derive("seal", cookie))

    def _derive(self, purpose: str, value: str) -> bytes:
        return hmac.digest(self._key, f"{purpose} {value}".encode(), "sha256")


def encoded(value: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
