"""What PostgreSQL expects of a statement: EXPLAIN's JSON, in the words of FHIR.

https://www.postgresql.org/docs/current/sql-explain.html. The statement is not run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Plan = Mapping[str, Any]

INDEXES: Mapping[str, str] = {
    "resource_index_pkey": "the index row of each resource found",
    "resource_index_pat": "the records of a patient, by type and main date",
    "resource_index_ward_date": "a ward's resources of a type, by main date",
    "resource_index_ward_lu": "a ward's resources of a type, by last change",
    "resource_index_ward_long": "a ward's resources of a type that span days, by main date",
    "resource_index_long": "all resources of a type that span days, by main date",
    "resource_index_code": "a main code in a ward, by last change",
    "resource_index_date": "all resources of a type, by main date",
    "resource_index_lu": "all resources of a type, by last change",
    "resource_index_code_lu": "a main code in every ward, by last change",
    "resource_index_enc": "the records of a visit",
    "resource_index_self": "what references lead to",
    "resource_index_tok": "codes, and references to the directory",
    "index_key_pkey": "the identifiers and references of each resource found",
    "index_key_v": "identifiers, and references to records",
    "index_string_rid": "the texts of each resource found",
    "index_string_v": "texts of a ward, in their order",
    "index_string_any_ward": "texts of every ward, in their order",
    "index_date_rid": "the dates of each resource found",
    "index_date_lo": "dates of a ward, in their order",
    "index_quantity_rid": "the amounts of each resource found",
    "index_quantity_v": "amounts of a ward, in their order",
    "resource_pkey": "the resource itself",
    "resource_directory_pkey": "ids",
    "access_grant_grantee": "the patients granted to the caller",
    "index_text_pkey": "the words of each resource found",
    "index_text_words": "words of narratives and contents",
    "index_phrase_pkey": "the displayed texts of each resource found",
    "index_phrase_words": "words of displayed texts",
}
"""Index → what is read by it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One table that a plan reads: by which index (None: all of it), and the rows expected."""

    table: str
    index: str | None
    rows: int
    cost: float

    @property
    def words(self) -> str:
        """What is read."""
        if self.index is None:
            return f"every row of {self.table}"
        return INDEXES.get(self.index, self.index)


@dataclass(frozen=True, slots=True)
class Planned:
    """A statement as the planner sees it."""

    rows: int
    cost: float
    readings: tuple[Reading, ...]


def planned_rows(explained: list[Plan]) -> int:
    """The rows that the planner expects."""
    return int(explained[0]["Plan"]["Plan Rows"])


def planned(explained: list[Plan]) -> Planned:
    """What EXPLAIN (FORMAT JSON) says."""
    top = explained[0]["Plan"]
    return Planned(int(top["Plan Rows"]), float(top["Total Cost"]), tuple(_readings(top, "")))


def _readings(node: Plan, table: str) -> Iterator[Reading]:
    table = node.get("Relation Name", table)
    kind = node["Node Type"]
    if "Index Name" in node or kind == "Seq Scan":
        index = node.get("Index Name")
        yield Reading(table, index, int(node["Plan Rows"]), float(node["Total Cost"]))
    for child in node.get("Plans", ()):
        yield from _readings(child, table)
