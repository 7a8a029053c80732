"""Keyed hashes: what the index holds instead of codes, identifiers and references.

BLAKE2b with the key of the installation (https://www.rfc-editor.org/rfc/rfc7693): a bare hash of
a 12-digit number is no secret. The key is the same in every process and after a restore.

Shapes, all PostgreSQL's bigint:

- a *token* is `parameter number << 48 | 48 bits of hash`, for values of low and middle
  cardinality. Its parameter can be read off it, so `:missing` needs no rows of its own;
- a *key* is 64 bits of hash, for what is nearly unique (docs/decisions/search-hashes.md);
- `self` is 64 bits of hash of a resource's own `Type/id`. A reference to it is made from it in a
  way that SQL can repeat, so that chains are joins: as a key it is `self # salt(parameter)`, as a
  token `parameter number << 48 | the low 48 bits of self` (docs/decisions/search-chains.md).
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from ehr.remembered import remembered

TOKEN_BITS = 48
TOKEN_MASK = (1 << TOKEN_BITS) - 1
_TARGET = 5
"""The number of the domain of `self`: below those of parameters (`ehr.search.numbers`)."""
_ANY_SYSTEM = "\x00"
_SYSTEM_ALONE = "\x01"
_SEPARATOR = b"\x1f"


class Hasher:
    """The hashes of one key (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._start = blake2b(digest_size=8, key=key)
        self.token = remembered(65_536)(self._token)
        self.key = self._key
        self.own = remembered(8192)(self._own)
        self.salt = lru_cache(maxsize=4096)(self._salt)

    def _digest(self, parts: tuple[str, ...]) -> bytes:
        state = self._start.copy()
        state.update(_SEPARATOR.join(part.encode("utf-8", "surrogatepass") for part in parts))
        return state.digest()

    def _token(self, number: int, system: str | None, code: str | None) -> int:
        """The token of a code; system None: in any system, "": in none; code None: the system."""
        first = _ANY_SYSTEM if system is None else system
        parts = (str(number), _SYSTEM_ALONE, first) if code is None else (str(number), first, code)
        digest = self._digest(parts)
        return number << TOKEN_BITS | int.from_bytes(digest[:6], "big")

    def _key(self, number: int, *parts: str) -> int:
        """The 64-bit key of what is nearly unique: an identifier, a reference to a record."""
        return int.from_bytes(self._digest((str(number), *parts)), "big", signed=True)

    def _own(self, name: str) -> int:
        """`self` of the resource `Type/id`, and what any other target of a reference is."""
        return self.key(_TARGET, name)

    def reference_key(self, number: int, name: str) -> int:
        """The key of a reference in parameter `number` to the target `name`."""
        return self.own(name) ^ self.salt(number)

    def reference_token(self, number: int, name: str) -> int:
        """The token of a reference in parameter `number` to the target `name`."""
        return number << TOKEN_BITS | self.own(name) & TOKEN_MASK

    def _salt(self, number: int) -> int:
        """What makes `self` the key of one parameter's references to it."""
        return self.key(_TARGET, "", str(number))


def token_range(number: int) -> tuple[int, int]:
    """The first and last token of a parameter."""
    return number << TOKEN_BITS, (number + 1 << TOKEN_BITS) - 1


@dataclass(frozen=True, slots=True)
class Installation:
    """What the index depends on beside the resource: the key and our own FHIR bases."""

    hasher: Hasher
    bases: tuple[str, ...] = ()
    """URLs of this service: an absolute reference to one of them is a relative one."""


_installed: Installation | None = None


def install(key: bytes, bases: tuple[str, ...] = ()) -> None:
    """Set the key (`ehr.secrets.load(...).hash`) and FHIR bases of this process, once at start."""
    global _installed  # noqa: PLW0603 - the one place that holds it
    _installed = Installation(Hasher(key), tuple(base.rstrip("/") for base in bases))


def installed() -> Installation:
    """What was installed; RuntimeError before `install`: no index row may be made without a key."""
    if _installed is None:
        raise RuntimeError("ehr.search.hashing.install was not called")
    return _installed
