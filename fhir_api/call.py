"""What an interaction is given: one request of one known caller, and what the service has."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from auth.bearer import Authenticator
from ehr.access import Access, Verb
from ehr.audit.record import AuditLog
from ehr.db import Database, Tx
from ehr.ingest.save import IMMUTABLE
from ehr.search.query import Compartment
from fhir_api.request import Request
from fhir_api.search.links import Signer
from fhir_api.wire.preconditions import Prefer, prefer
from fhir_api.wire.responses import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What every request shares."""

    db: Database
    authenticator: Authenticator
    audit: AuditLog
    signer: Signer
    base: str
    """The FHIR base URL, without a slash at its end."""
    body_limit: int
    """Bytes of a resource; a Bundle may have `bundle_limit`."""
    bundle_limit: int
    conditional_delete_limit: int
    """Most records that one conditional delete removes."""
    has_cors: bool
    """Whether pages of other sites may call."""
    async_limit: int
    """Most requests of one caller that are kept to be answered later."""
    async_seconds: int
    """How long such a request and its answer are kept."""
    routes: tuple["Route", ...]
    match: "Match"
    answer: "Answer"
    refused: "Refused"


class Call(msgspec.Struct, frozen=True):
    """One interaction to carry out."""

    service: Service
    request: Request
    access: Access
    source: Database | Tx
    """Where to read: the pool, or the transaction that a Bundle is in."""
    resource_type: str = ""
    id: str = ""
    version: str = ""
    compartment: Compartment | None = None
    """Whose compartment is searched."""

    def header(self, name: bytes) -> bytes | None:
        """A header's value by its lower-case name."""
        return self.request.headers.get(name)

    @property
    def prefer(self) -> Prefer:
        """What the caller prefers."""
        return prefer(self.header(b"prefer"))


Interaction = Callable[[Call], Awaitable[Reply]]
_CHANGING = frozenset({Verb.UPDATE, Verb.DELETE})


@dataclass(frozen=True, slots=True)
class Route:
    """One interaction; `name` is its code in the CapabilityStatement and in the audit."""

    method: str
    shape: str
    name: str
    interaction: Interaction
    verb: Verb | None = None
    """The right on the type in the path; None: public, or decided entry by entry."""
    public: bool = False
    reads: bool = False
    """Of an operation: whether it only reads, for those who may."""

    @property
    def is_operation(self) -> bool:
        """Whether it is a `$name` and no interaction of HTTP."""
        return self.name.startswith("$")

    def serves(self, resource_type: str) -> bool:
        """Whether the type, "" for none, has it: what is never changed has nothing that does."""
        return not (resource_type in IMMUTABLE and self.verb in _CHANGING)

    @property
    def may_wait(self) -> bool:
        """Whether it can be answered later: what may find much."""
        return self.reads or self.name.startswith(("search-", "history-"))


class Target(msgspec.Struct, frozen=True):
    """What the method and path of a request name; of a compartment the type that is searched."""

    route: Route
    resource_type: str = ""
    id: str = ""
    version: str = ""
    compartment: Compartment | None = None

    @property
    def audited(self) -> tuple[str, str]:
        """(type, id) for the audit: of a search in a compartment, whose that is."""
        if self.compartment is not None:
            return self.compartment.type, self.compartment.id
        return self.resource_type, self.id

    @property
    def shows_record(self) -> bool:
        """Whether what is answered is the record that the path names, in some version."""
        return self.route.name in {"read", "vread"}


Match = Callable[[str, str], Target]
"""`routes.match`: (method, path) → target."""
Answer = Callable[[Service, Request, Access, Database | Tx], Awaitable[Reply]]
"""`handle.answer`: carries out a batch's entry, for a caller already known."""
Refused = Callable[[Service, Request, Access | None, Reply], Awaitable[Reply]]
"""`handle.refused`: puts on record what came to no interaction."""
