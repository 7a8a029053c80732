"""Browser sessions and idempotency keys: short-lived rows that any API process may read."""

from datetime import datetime

from sqlalchemy import Column, Index, Integer, LargeBinary, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from ehr.tables.resource import code_text, timestamp


class WebSession(SQLModel, table=True):
    """A browser's login; `key` is the SHA-256 of the cookie, `data` what the issuer gave."""

    __tablename__ = "web_session"
    __table_args__ = (Index("web_session_expires", "expires_at"),)

    key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    account_id: int | None = Field(default=None, foreign_key="account.id")
    data: dict[str, object] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_column=timestamp())
    seen_at: datetime = Field(sa_column=timestamp())
    expires_at: datetime = Field(sa_column=timestamp())


class IdempotencyKey(SQLModel, table=True):
    """A reply kept for 24 hours under the client's key, written in the writer's transaction."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("idempotency_key_created", "created_at"),)

    account_id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    key: str = Field(sa_column=code_text(primary_key=True))
    body_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: int = Field(sa_column=Column(SmallInteger, nullable=False))
    headers: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    reply: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_column=timestamp())
