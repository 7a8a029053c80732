"""Which representation a caller wants and sends (http://hl7.org/fhir/R4/http.html#mime-type).

JSON is the only format. XML is refused, never read: an XML parser is a way into a server.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl

import orjson
from msgspec.structs import replace

from ehr.errors import InvalidQuery
from ehr.fhir.resource import Number, parse
from ehr.remembered import remembered
from fhir_api.wire.errors import NotAcceptable, UnsupportedMediaType
from fhir_api.wire.responses import Reply

FORM = "application/x-www-form-urlencoded"

_FHIR = b"application/fhir+json;charset=utf-8"
_NAMED = {
    "application/fhir+json": _FHIR,
    "application/json+fhir": _FHIR,
    "application/json": b"application/json;charset=utf-8",
    "text/json": b"text/json;charset=utf-8",
}
"""Media type a caller may name → the one the reply then has."""
_ANY = {"*/*": _FHIR, "application/*": _FHIR, "text/*": b"text/json;charset=utf-8"}
_FORMATS = {"json": _FHIR, **_NAMED, "application/fhir json": _FHIR}
"""Values of `_format`; in the last one a plus sign was not escaped."""
_MOST_FIELDS = 200
"""Parameters of a URL and a form together; `search.parse` allows each half of that."""
_VERSIONS = frozenset({"4.0", "4.0.1"})


@dataclass(frozen=True, slots=True)
class Format:
    """How a reply is written."""

    content_type: bytes = _FHIR
    pretty: bool = False


PLAIN = Format()


def negotiate(accept: bytes | None, query: str) -> Format:
    """The format of the reply: a `_format` counts before Accept; raises NotAcceptable."""
    if "_format" not in query and "_pretty" not in query:
        return _accepted(accept) if accept else PLAIN
    named = _fields(query)
    wanted, pretty = named.get("_format"), named.get("_pretty")
    found = _named(wanted) if wanted else _accepted(accept or b"*/*")
    return Format(found.content_type, _is_true(pretty))


def _fields(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise InvalidQuery(f"A request has at most {_MOST_FIELDS} parameters.") from None


def check_body(content_type: bytes | None, encoding: bytes | None) -> None:
    """Refuse a body that is not FHIR's JSON in UTF-8; raises UnsupportedMediaType."""
    _check_encoding(encoding)
    if content_type is None or not _is_json(content_type):
        raise UnsupportedMediaType


FHIR_JSON = frozenset(_NAMED)
"""Media types of FHIR's JSON."""


def patch_type(content_type: bytes | None, encoding: bytes | None) -> str:
    """The media type of a patch in UTF-8; raises UnsupportedMediaType for another encoding."""
    _check_encoding(encoding)
    name, parameters = _media_type((content_type or b"")[:256].decode("latin-1"))
    if not _fits(parameters):
        raise UnsupportedMediaType
    return name


def check_form(content_type: bytes | None, encoding: bytes | None) -> None:
    """Refuse a body that is not a form in UTF-8; raises UnsupportedMediaType."""
    _check_encoding(encoding)
    name, parameters = _media_type((content_type or b"").decode("latin-1"))
    if name != FORM or not _is_utf8(parameters):
        raise UnsupportedMediaType(f"A search is posted as {FORM}.")


def takes(accept: bytes | None, media_type: str) -> bool:
    """Whether Accept names a media type, `*/*` aside, and none of FHIR's JSON."""
    name = media_type.partition(";")[0].strip().lower()
    choices = [_media_type(one) for one in (accept or b"")[:2048].decode("latin-1").split(",")]
    named = {kind for kind, parameters in choices if _quality(parameters) > 0} - {"*/*"}
    return named.isdisjoint(_NAMED) and bool(named & {name, f"{name.partition('/')[0]}/*"})


def own_type(content_type: bytes | None, encoding: bytes | None) -> str | None:
    """The media type of a body that is no FHIR resource; None of FHIR's, a form's and no type.

    Raises UnsupportedMediaType for a compressed body.
    """
    _check_encoding(encoding)
    text = (content_type or b"")[:512].decode("latin-1").strip()
    name, _ = _media_type(text)
    is_own = name not in {"", FORM, *_NAMED} and not name.startswith("application/fhir+")
    return text if is_own else None


def pretty(reply: Reply) -> Reply:
    """The reply with its body indented; number literals stay as they are."""
    if not reply.body or reply.content_type is not None:
        return reply
    body = orjson.dumps(parse(reply.body), default=_literal, option=orjson.OPT_INDENT_2)
    return replace(reply, body=body)


def _literal(number: Number) -> orjson.Fragment:
    return orjson.Fragment(number.literal)


def _check_encoding(encoding: bytes | None) -> None:
    if encoding is not None and encoding.strip().lower() != b"identity":
        raise UnsupportedMediaType(
            "A compressed body is not read; send it as it is.",
            headers=((b"accept-encoding", b"identity"),),
        )


@remembered(256)
def _accepted(accept: bytes) -> Format:
    best, weight = None, 0.0
    for choice in accept[:2048].decode("latin-1").split(","):
        name, parameters = _media_type(choice)
        found = _NAMED.get(name) or _ANY.get(name)
        quality = _quality(parameters)
        if found and quality > weight and _fits(parameters):
            best, weight = found, quality
    if best is None:
        raise NotAcceptable
    return Format(best)


def _named(wanted: str) -> Format:
    name, parameters = _media_type(wanted)
    found = _FORMATS.get(name)
    if found is None or not _fits(parameters):
        raise NotAcceptable
    return Format(found)


@remembered(256)
def _is_json(content_type: bytes) -> bool:
    name, parameters = _media_type(content_type[:256].decode("latin-1"))
    return name in _NAMED and _fits(parameters)


def _media_type(text: str) -> tuple[str, dict[str, str]]:
    name, *rest = text.split(";")
    pairs = (part.partition("=") for part in rest)
    return name.strip().lower(), {k.strip().lower(): v.strip().strip('"') for k, _, v in pairs}


def _fits(parameters: dict[str, str]) -> bool:
    return _is_utf8(parameters) and parameters.get("fhirversion", "4.0") in _VERSIONS


def _is_utf8(parameters: dict[str, str]) -> bool:
    """Whether the charset is UTF-8, which many clients write without its hyphen."""
    return parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}


def _quality(parameters: dict[str, str]) -> float:
    try:
        return min(1.0, max(0.0, float(parameters.get("q", "1"))))
    except ValueError:
        return 0.0


def _is_true(pretty: str | None) -> bool:
    if pretty not in {None, "true", "false"}:
        raise InvalidQuery("_pretty is true or false.")
    return pretty == "true"
