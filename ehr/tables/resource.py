"""What was recorded: current versions, superseded versions, and the way from an id to its row.

`rid = bucket << 48 | sequence`, so a rid (and a patient's rid, `pat`) tells its bucket. `bucket`
is placement and never changes when a resident moves; `ward` is who may read and does change.
`fmt` names how `content` is encoded: 0 is plain UTF-8 JSON.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlmodel import Field, SQLModel


def timestamp(*, nullable: bool = False) -> Column[datetime]:
    """A timestamptz column."""
    return Column(DateTime(timezone=True), nullable=nullable)


def code_text(*, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    """A text column compared byte by byte."""
    return Column(Text(collation="C"), nullable=nullable, primary_key=primary_key)


def _method() -> Column[int]:
    """`ehr.records.method`: which verb of HTTP made the version, 0 where that was not kept."""
    return Column(SmallInteger, nullable=False, server_default=text("0"))


class Resource(SQLModel, table=True):
    """The current version of each resource, deleted ones (as tombstones) included."""

    __tablename__ = "resource"
    # What is deleted is in no index: a merge finds it here.
    __table_args__ = (
        Index("resource_deleted", "pat", postgresql_where=text("deleted")),
        # Deletions by their time, for the history of a type; live records are in resource_index.
        Index(
            "resource_deleted_lu",
            "ward",
            "rtype",
            text("lu DESC"),
            postgresql_where=text("deleted"),
        ),
    )

    bucket: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    rid: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    rtype: int = Field(sa_column=Column(SmallInteger, nullable=False))
    id: str = Field(sa_column=code_text())
    version: int = Field(sa_column=Column(Integer, nullable=False))
    ward: int = Field(sa_column=Column(Integer, nullable=False))
    pat: int | None = Field(sa_column=Column(BigInteger))
    label: int = Field(sa_column=Column(Integer, nullable=False))
    lu: datetime = Field(sa_column=timestamp())
    deleted: bool = Field(nullable=False)
    fmt: int = Field(sa_column=Column(SmallInteger, nullable=False))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    method: int = Field(sa_column=_method())


class ResourceHistory(SQLModel, table=True):
    """Superseded versions; one is visible exactly when the current row is."""

    __tablename__ = "resource_history"
    __table_args__ = (Index("resource_history_lu", "ward", text("lu DESC")),)

    bucket: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    rid: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    ward: int = Field(sa_column=Column(Integer, nullable=False))
    pat: int | None = Field(sa_column=Column(BigInteger))
    label: int = Field(sa_column=Column(Integer, nullable=False))
    lu: datetime = Field(sa_column=timestamp())
    deleted: bool = Field(nullable=False)
    fmt: int = Field(sa_column=Column(SmallInteger, nullable=False))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    method: int = Field(sa_column=_method())


class ResourceDirectory(SQLModel, table=True):
    """(type, id) → rid: the one guard of ids. It holds no content and no ward."""

    __tablename__ = "resource_directory"

    rtype: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    id: str = Field(sa_column=code_text(primary_key=True))
    rid: int = Field(sa_column=Column(BigInteger, nullable=False))
