"""The worker keeps on record how far it has come in making the index anew."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the job role write what the installation remembers."""
    op.execute("GRANT INSERT, UPDATE ON system_state TO ehr_job")
