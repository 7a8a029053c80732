"""`_text` and `_content`: words of the narrative, and of all texts of a resource.

http://hl7.org/fhir/R4/search.html#text. `ehr.search.full_text` tells what is indexed,
`ehr.search.text_query` what can be asked.
"""

from ehr.errors import TooCostly
from ehr.fhir.path import Node
from ehr.search import worded
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.sql import Branches, Scope, either
from ehr.search.text_query import condition, parsed
from ehr.search.values import TextValue, Value

MOST_TEXTS = 5
"""Alternatives of one criterion: each word of each is looked for in two tables."""


def modifiers(parameter: Parameter) -> tuple[str, ...]:
    """None fits."""
    return ()


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Nothing: `ehr.search.full_text` adds the words of a whole resource."""


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The words to look for; raises InvalidQuery."""
    parsed(parameter.code, text)
    return TextValue(text)


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows whose narrative, or any of whose texts, has the words."""
    parameter = criterion.parameter
    values = [one.text for one in criterion.values if isinstance(one, TextValue)]
    if len(values) > MOST_TEXTS:
        raise TooCostly(f"{parameter.code}: at most {MOST_TEXTS} texts can be asked for.")
    is_narrative = parameter.code == "_text"
    has = worded.in_narrative if is_narrative else worded.anywhere(parameter.resource_type)
    return (either(condition(parsed(parameter.code, text), has) for text in values),)
