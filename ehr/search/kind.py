"""The kinds of search parameter that are indexed, and what the file of each offers."""

from collections.abc import Mapping
from typing import Protocol

from ehr.fhir.path import Node
from ehr.search import composite
from ehr.search.kinds import date, near, number, quantity, reference, string, text, token, uri
from ehr.search.parameter import Kind, Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.sql import Branches, Scope
from ehr.search.values import Value


class KindModule(Protocol):
    """What the file of a kind offers."""

    def modifiers(self, parameter: Parameter) -> tuple[str, ...]:
        """The modifiers that fit a parameter, `:missing` left out."""

    def index(self, parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
        """Add index rows for the values of one parameter."""

    def parse(self, parameter: Parameter, modifier: str | None, text: str) -> Value:
        """One value of a query string; raises InvalidQuery."""

    def where(self, criterion: Filter, scope: Scope) -> Branches:
        """Conditions on the row `i` of resource_index: disjoint, together what is asked."""


def kind_of(parameter: Parameter) -> KindModule:
    """The file that reads and finds the values of `parameter`."""
    return text if parameter.storage == "text" else KINDS[parameter.kind]


KINDS: Mapping[Kind, KindModule] = {
    "composite": composite,
    "date": date,
    "number": number,
    "quantity": quantity,
    "reference": reference,
    "special": near,
    "string": string,
    "token": token,
    "uri": uri,
}
