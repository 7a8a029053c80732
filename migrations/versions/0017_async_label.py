"""The labels of an answer that is fetched later, for its audit event."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Null: answered before this version."""
    op.execute("ALTER TABLE async_request ADD COLUMN label integer")
