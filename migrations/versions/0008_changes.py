"""Deletions and superseded versions by their time, for the histories of types and of the system."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two indexes of rows that are few: most writes touch neither."""
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("CREATE INDEX resource_deleted_lu ON resource (ward, rtype, lu DESC) WHERE deleted")
    op.execute("CREATE INDEX resource_history_lu ON resource_history (ward, lu DESC)")
