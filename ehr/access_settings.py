"""What a transaction is told before its first statement: who asks, and how to plan it."""

from enum import StrEnum

from ehr.access import SHARED, Access

SET_ACCESS = (
    "SELECT set_config('app.wards', %s, true), set_config('app.every_ward', %s, true),"
    " set_config('app.labels', %s, true), set_config('app.grantee', %s, true),"
    " set_config('plan_cache_mode', %s, true)"
)


class Plans(StrEnum):
    """Values of `plan_cache_mode`: docs/decisions/plans-once.md."""

    ONCE = "force_generic_plan"
    """One plan for all values: for statements that find rows by their keys, and that write them.
    Planning takes five times as long as such a statement itself."""
    EACH = "force_custom_plan"
    """A plan for these values: for searches, whose generic plans were measured 100 times slower."""


def settings_of(access: Access, plans: Plans = Plans.ONCE) -> tuple[str, str, str, str, str]:
    """The parameters of SET_ACCESS: the four `app.*` values of a caller, and how to plan."""
    wards = ",".join(map(str, (SHARED, *access.wards)))
    every = "on" if access.every_ward else ""
    grantee = str(access.grantee) if access.grantee is not None else ""
    return (wards, every, str(int(access.labels)), grantee, plans)
