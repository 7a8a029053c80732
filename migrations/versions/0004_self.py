"""What references to a resource are made from, so that chains are joins.

Rows of before have 0 until they are indexed again, as their references have another form.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column without rewriting a row."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE resource_index ADD COLUMN self BIGINT NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE resource_index ALTER COLUMN self DROP DEFAULT")
