"""Which two residents were made one, and what moved, so that it can be undone exactly.

It holds numbers of rows and no content. A record's version is negative where nothing was rewritten
in it: then only its place among the patients changed.
"""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, Identity, Index, Integer
from sqlmodel import Field, SQLModel

from ehr.tables.resource import timestamp


class PatientMerge(SQLModel, table=True):
    """One merge; the versions are those that it wrote."""

    __tablename__ = "patient_merge"
    __table_args__ = (Index("patient_merge_source", "source", "target"),)

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=False), primary_key=True)
    )
    source: int = Field(sa_column=Column(BigInteger, nullable=False))
    target: int = Field(sa_column=Column(BigInteger, nullable=False))
    source_version: int = Field(sa_column=Column(Integer, nullable=False))
    target_version: int = Field(sa_column=Column(Integer, nullable=False))
    rids: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    versions: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    grants: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    account: int = Field(sa_column=Column(Integer, nullable=False))
    at: datetime = Field(sa_column=timestamp())
    undone_at: datetime | None = Field(sa_column=timestamp(nullable=True))
