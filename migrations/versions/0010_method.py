"""Which verb of HTTP made each version; 0 where that was not kept."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column with a constant default: no row is written again."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("resource", "resource_history"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN method smallint DEFAULT 0 NOT NULL")
