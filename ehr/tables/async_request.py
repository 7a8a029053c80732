"""Requests that are answered later (`Prefer: respond-async`), and their answers until they expire.

Row-level security shows a row to the caller who asked, and to the worker.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from ehr.tables.resource import code_text, timestamp


class AsyncRequest(SQLModel, table=True):
    """`claims` are what the verified token said, never the token; `status` is the answer's.

    A worker has a request until `leased_until`; whoever takes it next counts `attempts` up.
    `standing` is a digest of what the caller might do and see when it was answered, `label` the
    labels of what the answer shows.
    """

    __tablename__ = "async_request"
    __table_args__ = (
        Index("async_request_caller", "account", "client"),
        Index("async_request_waiting", "asked_at", postgresql_where=text("finished_at IS NULL")),
    )

    id: str = Field(sa_column=code_text(primary_key=True))
    account: int = Field(sa_column=Column(Integer, nullable=False))
    client: str = Field(sa_column=Column(Text, nullable=False))
    claims: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    address: str | None = Field(sa_column=Column(Text))
    request: str | None = Field(sa_column=Column(Text))
    method: str = Field(sa_column=Column(Text, nullable=False))
    path: str = Field(sa_column=Column(Text, nullable=False))
    query: str = Field(sa_column=Column(Text, nullable=False))
    headers: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    asked_at: datetime = Field(sa_column=timestamp())
    expires_at: datetime = Field(sa_column=timestamp())
    attempts: int = Field(sa_column=Column(SmallInteger, nullable=False, server_default=text("0")))
    leased_until: datetime | None = Field(sa_column=timestamp(nullable=True))
    finished_at: datetime | None = Field(sa_column=timestamp(nullable=True))
    status: int | None = Field(sa_column=Column(SmallInteger))
    answer: bytes | None = Field(sa_column=Column(LargeBinary))
    patients: list[int] | None = Field(sa_column=Column(ARRAY(BigInteger)))
    standing: bytes | None = Field(sa_column=Column(LargeBinary))
    label: int | None = Field(sa_column=Column(Integer))
