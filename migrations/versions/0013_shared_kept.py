"""Clients of every ward alone write the directory and definitions, also in the database."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEPT = "(ward <> -1 OR app_every_ward())"


def upgrade() -> None:
    """Two policies that narrow what the others allow."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "CREATE POLICY resource_shared_made ON resource AS RESTRICTIVE FOR INSERT TO ehr_app"
        f" WITH CHECK {_KEPT}"
    )
    op.execute(
        "CREATE POLICY resource_shared_kept ON resource AS RESTRICTIVE FOR UPDATE TO ehr_app"
        f" USING {_KEPT}"
    )
