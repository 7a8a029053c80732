"""Whether the application's role is bound by row-level security: API and worker do not start else.

A superuser, a role with BYPASSRLS and one that may act as the owner of a table, who can switch its
policies off, would see every ward's records as soon as one query forgot its predicate.
"""

import asyncio

from ehr.db import Database
from ehr.errors import EhrError, Unavailable

AGAIN_SECONDS = 1.0

_UNBOUND = """
SELECT current_user, r.rolsuper, r.rolbypassrls,
  EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = current_user"""


class UnboundRole(EhrError):
    """The role of EHR_DATABASE_URL is not bound by row-level security."""


async def require_bound(db: Database) -> None:
    """Raise UnboundRole, naming the role and why, unless its own policies hold for it."""
    ((name, is_superuser, bypasses, owns),) = await db.fetch_directory(_UNBOUND)
    reasons = {
        "is a superuser": is_superuser,
        "has BYPASSRLS": bypasses,
        "may act as the owner of tables": owns,
    }
    why = next((reason for reason, holds in reasons.items() if holds), None)
    if why is not None:
        raise UnboundRole(f"The role {name} of EHR_DATABASE_URL {why}: use ehr_app.")


async def require_bound_once_there(db: Database) -> None:
    """The same as soon as there is a database."""
    while True:
        try:
            return await require_bound(db)
        except Unavailable:
            await asyncio.sleep(AGAIN_SECONDS)
