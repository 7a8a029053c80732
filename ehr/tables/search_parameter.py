"""Search parameters that clients have defined: their numbers, and how far their index is.

A row is never deleted, so that no number is given twice: index rows of a removed parameter may
still be there.
"""

from datetime import datetime

from sqlalchemy import ARRAY, Boolean, Column, Identity, Index, SmallInteger, Text, text
from sqlmodel import Field, SQLModel

from ehr.tables.resource import timestamp


class SearchParameter(SQLModel, table=True):
    """What one SearchParameter resource says of one resource type.

    `indexed` is asked, running or done: whether all records have, or after its removal have no
    longer, rows of it. `noticed_at` is when the worker first saw it.
    """

    __tablename__ = "search_parameter"
    __table_args__ = (
        Index(
            "search_parameter_code",
            "resource_type",
            "code",
            unique=True,
            postgresql_where=text("NOT removed"),
        ),
    )

    number: int | None = Field(
        default=None,
        sa_column=Column(SmallInteger, Identity(always=False, start=16384), primary_key=True),
    )
    resource: str = Field(sa_column=Column(Text, nullable=False))
    resource_type: str = Field(sa_column=Column(Text, nullable=False))
    code: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    expression: str = Field(sa_column=Column(Text, nullable=False))
    targets: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    url: str = Field(sa_column=Column(Text, nullable=False))
    removed: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    indexed: str = Field(sa_column=Column(Text, nullable=False, server_default=text("'asked'")))
    noticed_at: datetime | None = Field(sa_column=timestamp(nullable=True))
