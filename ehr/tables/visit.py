"""One row a visit, projected from Encounter and what belongs to it in the same transaction.

`place` is the ward where it happened and never moves; `ward` says who may read it. `detail`
is a small JSON document (reason, vital signs, diagnoses, drugs, advice, next date, author),
so that a worklist or timeline parses no FHIR.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Text, text
from sqlmodel import Field, SQLModel

from ehr.tables.resource import timestamp


class Visit(SQLModel, table=True):
    """`band`, `sex`, `chapter`, `insurance`: the numbers of `ehr.visits.dimensions`."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("visit_ward_day", "ward", text("day DESC"), text("start DESC")),
        Index("visit_pat_day", "pat", text("day DESC"), text("start DESC")),
        Index("visit_place_day", "place", "day"),
    )

    bucket: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    rid: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    id: str = Field(sa_column=Column(Text(collation="C"), nullable=False))
    pat: int = Field(sa_column=Column(BigInteger, nullable=False))
    ward: int = Field(sa_column=Column(Integer, nullable=False))
    place: int = Field(sa_column=Column(Integer, nullable=False))
    label: int = Field(sa_column=Column(Integer, nullable=False))
    day: date = Field(nullable=False)
    start: datetime = Field(sa_column=timestamp())
    counted: bool = Field(nullable=False)
    band: int = Field(sa_column=Column(SmallInteger, nullable=False))
    sex: int = Field(sa_column=Column(SmallInteger, nullable=False))
    chapter: int = Field(sa_column=Column(SmallInteger, nullable=False))
    insurance: int = Field(sa_column=Column(SmallInteger, nullable=False))
    icd: str | None = Field(sa_column=Column(Text(collation="C")))
    kind: str | None = Field(sa_column=Column(Text(collation="C")))
    systolic: int | None = Field(sa_column=Column(SmallInteger))
    diastolic: int | None = Field(sa_column=Column(SmallInteger))
    author: int | None = None
    detail: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
