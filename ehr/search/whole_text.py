"""Comparing a whole text with another: the operators of `_filter` on strings and uris.

http://hl7.org/fhir/R4/search_filter.html#ops. Both are folded, or neither, before they come here;
the columns sort by code point.
"""

from collections.abc import Mapping

from ehr.search.sql import Sql

_COMPARED: Mapping[str, str] = {
    "eq": "=", "ne": "<>", "gt": ">", "lt": "<", "ge": ">=", "le": "<=",
}  # fmt: skip
_AFTER_ALL = "\U0010ffff"
OPERATORS = frozenset({*_COMPARED, "co", "sw", "ew"})


def compared(column: str, operator: str, text: str) -> Sql:
    """The condition `operator` on a column of whole texts."""
    if operator == "co":
        return Sql(f"strpos({column}, %s) > 0", (text,))
    if operator == "sw":
        return Sql(f"({column} >= %s AND {column} < %s)", (text, text + _AFTER_ALL))
    if operator == "ew":
        return Sql(f"right({column}, %s) = %s", (len(text), text))
    return Sql(f"{column} {_COMPARED[operator]} %s", (text,))
