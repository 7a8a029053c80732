"""`_list` as the ids that the Lists name, read as the caller may see them.

A List that the caller may not see is as one that is not there: it names nothing.
"""

from ehr.access import Access, Verb
from ehr.db import Database, Tx
from ehr.errors import Forbidden, TooCostly
from ehr.fhir.resource import parse
from ehr.records.running import of_row, run
from ehr.search import compile
from ehr.search.lists import LIST, MOST_LISTED, ids_in
from ehr.search.query import NOTHING, Condition, Filter, Listed
from ehr.search.registry import parameters
from ehr.search.values import TokenValue


async def named_in(source: Database | Tx, asked: Listed, access: Access) -> Condition:
    """The criterion of the ids that are named; raises Forbidden, TooCostly."""
    if not access.may("List", Verb.READ):
        raise Forbidden("You are not allowed to read List.")
    statement = compile.included([("List", id) for id in asked.ids], access)
    rows = await run(source, statement, access)
    lists = (parse(of_row(row).content) for row in rows)
    ids = dict.fromkeys(id for one in lists for id in ids_in(one, asked.resource_type))
    if len(ids) > MOST_LISTED:
        raise TooCostly(f"{LIST} names more than {MOST_LISTED:,} resources.")
    if not ids:
        return NOTHING
    values = tuple(TokenValue(None, id) for id in ids)
    return Filter(parameters(asked.resource_type)["_id"], None, values)
