"""Who did what to whose record: one row an interaction, denials too, partitioned by month.

`patients` are rids; `entity` is "Type/id" or the search as asked, with values of identifying
parameters removed. Nothing clinical is kept here. Profile: IHE BALP AuditEvent.
"""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, Identity, Integer, SmallInteger, Text
from sqlmodel import Field, SQLModel

from ehr.tables.resource import timestamp


class AuditEvent(SQLModel, table=True):
    """`outcome`: 0 success, 4 refused, 8 failed (AuditEvent.outcome)."""

    __tablename__ = "audit_event"
    __table_args__ = ({"postgresql_partition_by": "RANGE (at)"},)

    at: datetime = Field(sa_column=Column(timestamp().type, primary_key=True, nullable=False))
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=False), primary_key=True)
    )
    account: int | None = Field(sa_column=Column(Integer))
    client: str | None = Field(sa_column=Column(Text))
    address: str | None = Field(sa_column=Column(Text))
    action: str = Field(sa_column=Column(Text, nullable=False))
    entity: str | None = Field(sa_column=Column(Text))
    patients: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    label: int = Field(sa_column=Column(Integer, nullable=False))
    outcome: int = Field(sa_column=Column(SmallInteger, nullable=False))
    reason: str | None = Field(sa_column=Column(Text))
    purpose: str | None = Field(sa_column=Column(Text))
    token_id: str | None = Field(sa_column=Column(Text))
    request: str | None = Field(sa_column=Column(Text))
