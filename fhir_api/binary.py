"""A Binary in its own format: http://hl7.org/fhir/R4/binary.html#rest.

Who names the media type of what a Binary carries is given that, and who sends another than FHIR's
JSON has it kept as it came. `*/*` is answered in FHIR's JSON like everywhere else.
"""

import base64
import re

from msgspec.structs import replace

from ehr.fhir.resource import Resource, dump, parse
from ehr.records.stored import Stored
from fhir_api.call import Call
from fhir_api.wire import content
from fhir_api.wire.responses import Header, Reply

TYPE = "Binary"
_CONTEXT = b"x-security-context"
_IN_A_HEADER = re.compile(r"[A-Za-z]+/[A-Za-z0-9\-.]+")
_HARMLESS: tuple[Header, ...] = (
    (b"content-disposition", b"attachment"),
    (b"content-security-policy", b"sandbox"),
)
"""A browser keeps what somebody stored as a file; should it show it, it runs nothing of it."""


def as_asked(call: Call, stored: Stored, reply: Reply) -> Reply:
    """The reply of a read, or what the Binary carries; raises NotAcceptable for what is neither."""
    accept = call.header(b"accept")
    binary = parse(stored.content)
    media_type = str(binary.get("contentType", ""))
    if "_format" in call.request.query or not content.takes(accept, media_type):
        content.negotiate(accept, call.request.query)
        return reply
    if not reply.body:
        return reply
    return replace(
        reply,
        body=base64.b64decode(str(binary.get("data", ""))),
        content_type=_written(media_type),
        headers=(*reply.headers, *_HARMLESS, *_context(binary)),
    )


def sent(call: Call) -> Resource | None:
    """The Binary that a body becomes, or None when the body is FHIR's JSON or said to be nothing.

    Raises UnsupportedMediaType for a compressed body, InvalidJson for what no string may hold.
    """
    media_type = content.own_type(call.header(b"content-type"), call.header(b"content-encoding"))
    if media_type is None:
        return None
    binary: Resource = {"resourceType": TYPE, "contentType": media_type}
    if call.id:
        binary["id"] = call.id
    if context := call.header(b"x-security-context"):
        binary["securityContext"] = {"reference": context.decode("latin-1")}
    binary = parse(dump(binary))
    if call.request.body:
        binary["data"] = base64.b64encode(call.request.body).decode()
    return binary


def _written(media_type: str) -> bytes:
    """As a header holds it: without parameters that have more than printable ASCII in them."""
    plain = media_type.isascii() and media_type.isprintable()
    return (media_type if plain else media_type.partition(";")[0].strip()).encode("ascii")


def _context(binary: Resource) -> tuple[Header, ...]:
    context = binary.get("securityContext", {}).get("reference", "")
    return ((_CONTEXT, context.encode()),) if _IN_A_HEADER.fullmatch(context) else ()
