"""Page links: where a search goes on, signed so that nobody can make or change one.

The link is the search itself with one more parameter, `_page`. Its signature covers the path,
the query, who asked, which wards that caller had, and 24 hours; so a link is no way to another
ward's rows, not by its maker after a transfer and not by who finds it. Keys of rows and sort
values inside are only those of a row the caller was shown.
"""

import base64
import binascii
import hmac
import re
import struct
import time
from collections.abc import Callable, Sequence
from hashlib import blake2b
from urllib.parse import quote

from ehr.access import Access
from ehr.errors import Forbidden, Gone, InvalidQuery

PAGE = "_page"
LIFETIME_SECONDS = 24 * 3600
Pairs = Sequence[tuple[str, str]]

_HEAD = struct.Struct(">I8s")
_MAC_BYTES = 16
_LONGEST_TOKEN = 8000
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/,*]*")


class Signer:
    """Signs and opens the tokens of page links, with one key of at least 32 bytes."""

    def __init__(self, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        if len(key) < 32:
            raise ValueError("the key of page links has at least 32 bytes")
        self._key = blake2b(b"page links", key=key[:64], digest_size=32).digest()
        self._clock = clock

    def sign(self, cursor: bytes, *, search: str, access: Access) -> str:
        """A token that `open` takes for 24 hours, from the same caller on the same search."""
        expires = int(self._clock()) + LIFETIME_SECONDS
        content = _HEAD.pack(expires, self._caller(access)) + cursor
        mac = self._mac(content, search)
        return base64.urlsafe_b64encode(mac + content).rstrip(b"=").decode()

    def open(self, token: str, *, search: str, access: Access) -> bytes:
        """The cursor in a token.

        Raises InvalidQuery when it was changed or is of another search, Forbidden when it is
        another caller's, Gone when its time is over.
        """
        mac, content = _split(token)
        if not hmac.compare_digest(mac, self._mac(content, search)):
            raise InvalidQuery("The page link was changed.")
        expires, caller = _HEAD.unpack_from(content)
        if not hmac.compare_digest(caller, self._caller(access)):
            raise Forbidden("The page link is another caller's, or of another time's wards.")
        if self._clock() > expires:
            raise Gone("The page link is more than a day old; search again.", code="expired")
        return content[_HEAD.size :]

    def _caller(self, access: Access) -> bytes:
        wards = "*" if access.every_ward else ",".join(map(str, sorted(access.wards)))
        text = f"{access.account}|{access.client}|{wards}|{access.grantee}|{int(access.labels)}"
        return blake2b(text.encode(), key=self._key, digest_size=8).digest()

    def _mac(self, content: bytes, search: str) -> bytes:
        asked = f"{search}\n".encode()
        return blake2b(asked + content, key=self._key, digest_size=_MAC_BYTES).digest()


def search_of(path: str, query: Pairs) -> str:
    """The search itself, below the base: `Patient?name=nguyen`. What is signed is this text."""
    return _with(path, "?", query)


def written_as(search: str, formats: Pairs) -> str:
    """The search with `_format` and `_pretty`, for who can name a format in URLs alone.

    No signature covers them: clients that add theirs to every URL add it to a link too.
    """
    return _with(search, "&" if "?" in search else "?", formats)


def _with(text: str, mark: str, query: Pairs) -> str:
    if not query:
        return text
    pairs = [f"{_written(name)}={_written(value)}" for name, value in query]
    return f"{text}{mark}{'&'.join(pairs)}"


def url_of(base: str, search: str) -> str:
    """The absolute URL of a search, which may be of the base itself."""
    return f"{base}{'' if search[:1] in ('', '?') else '/'}{search}"


def page_of(search: str, token: str) -> str:
    """The search from the row on that the token names."""
    return f"{search}{'&' if '?' in search else '?'}{PAGE}={token}"


def _written(text: str) -> str:
    """Percent-encoded, but for what may stand in a query and FHIR often writes there."""
    return text if _PLAIN.fullmatch(text) else quote(text, safe=":/,*")


def _split(token: str) -> tuple[bytes, bytes]:
    try:
        if len(token) > _LONGEST_TOKEN:
            raise ValueError
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        if len(raw) < _MAC_BYTES + _HEAD.size:
            raise ValueError
    except (ValueError, binascii.Error):
        raise InvalidQuery("The page link was changed.") from None
    return raw[:_MAC_BYTES], raw[_MAC_BYTES:]
