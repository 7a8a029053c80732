"""The values of search criteria, parsed: one frozen class per kind of search parameter.

http://hl7.org/fhir/R4/search.html#ptypes. `ehr.search.kinds` reads them and turns them to SQL.
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
Relation = Literal["co", "po"]
"""What `_filter` alone can ask of a period: whether it contains or overlaps the date asked for."""


@dataclass(frozen=True, slots=True)
class Missing:
    """`:missing=true`: the resource has no value for the parameter; false: it has one."""

    missing: bool


@dataclass(frozen=True, slots=True)
class TextValue:
    """A string, as typed; it is folded by the kind."""

    text: str


@dataclass(frozen=True, slots=True)
class PhrasedText:
    """A text that goes with codes, and the tokens of the phrases that have its words."""

    text: str
    phrases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TokenValue:
    """`system|code`. System None: any; "": none (`|code`). Code None: any of the system."""

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The codes that a value set or a place in a hierarchy stands for: any of them."""

    values: tuple[TokenValue, ...]


@dataclass(frozen=True, slots=True)
class CodesAsked:
    """A value set (`code` None), or what is above or below a code, stored or shipped.

    `ehr.records.code_sets` puts the codes in its place before the query is compiled.
    """

    relation: Literal["in", "above", "below"]
    url: str
    code: str | None
    most: int


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date with its prefix, as the UTC interval [lower, upper)."""

    prefix: Prefix | Relation
    lower: datetime
    upper: datetime


@dataclass(frozen=True, slots=True)
class NumberValue:
    """A number with its prefix; `margin` is half of its last digit: 5.4 is 5.4 ± 0.05.

    For `ap` the margin is a tenth of the number.
    """

    prefix: Prefix
    number: Fraction
    margin: Fraction


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """A number and a unit. System None: any; code None: any unit."""

    number: NumberValue
    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """A target: `type` None when a bare id was given; `url` for what is on another server.

    A canonical may carry a version: `http://…/Questionnaire/x|2`.
    """

    type: str | None
    id: str | None
    url: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class UriValue:
    """A uri, compared character by character."""

    uri: str


@dataclass(frozen=True, slots=True)
class NearValue:
    """A place on Earth in degrees, and how far around it."""

    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True, slots=True)
class CompositeValue:
    """One value for each component of a composite parameter, in the order of its definition."""

    values: tuple["Value", ...]


Value = (
    Missing
    | TextValue
    | PhrasedText
    | TokenValue
    | TokenSet
    | CodesAsked
    | DateValue
    | NumberValue
    | QuantityValue
    | ReferenceValue
    | UriValue
    | NearValue
    | CompositeValue
)
