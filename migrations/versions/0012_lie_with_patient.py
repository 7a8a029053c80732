"""Versions may move to the ward of the patient whom their record names."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the service and the index job place versions; the job does it (`ehr.jobs.reindex`)."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("GRANT UPDATE (ward, pat) ON resource_history TO ehr_app, ehr_job")
