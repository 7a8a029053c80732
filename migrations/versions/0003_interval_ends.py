"""The other end of an interval beside each of its ends: Ranges, comparators, sampled data."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column that is null for every point, so that no row is rewritten."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE index_quantity ADD COLUMN far FLOAT(53)")
