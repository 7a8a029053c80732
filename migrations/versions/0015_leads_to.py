"""What references lead to, for chains and `_has` that begin at the other end."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index; docs/decisions/search-chains.md tells what it costs."""
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute("CREATE INDEX resource_index_self ON resource_index (self)")
