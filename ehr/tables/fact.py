"""The city's figures: deltas appended by writers, folded into facts in the background.

A cell names no person and no record. `grain`: 1 day, 2 week (its Monday), 3 month (its first).
Dimensions are the numbers of `ehr.visits.dimensions`; -1 where a measure does not have one.
"""

from datetime import date

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, SmallInteger
from sqlmodel import Field, SQLModel


def _dimension(*, primary_key: bool = False) -> Column[int]:
    return Column(SmallInteger, nullable=False, primary_key=primary_key, autoincrement=False)


class FactDelta(SQLModel, table=True):
    """A change of one day's cell, not yet folded."""

    __tablename__ = "fact_delta"
    __table_args__ = (Index("fact_delta_place", "place", "day"),)

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=False), primary_key=True)
    )
    place: int = Field(sa_column=Column(Integer, nullable=False))
    day: date = Field(nullable=False)
    measure: int = Field(sa_column=_dimension())
    band: int = Field(sa_column=_dimension())
    sex: int = Field(sa_column=_dimension())
    chapter: int = Field(sa_column=_dimension())
    insurance: int = Field(sa_column=_dimension())
    value: int = Field(sa_column=Column(Integer, nullable=False))


class Fact(SQLModel, table=True):
    """A folded cell."""

    __tablename__ = "fact"
    __table_args__ = (Index("fact_period", "measure", "grain", "period"),)

    place: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    grain: int = Field(sa_column=_dimension(primary_key=True))
    period: date = Field(primary_key=True)
    measure: int = Field(sa_column=_dimension(primary_key=True))
    band: int = Field(sa_column=_dimension(primary_key=True))
    sex: int = Field(sa_column=_dimension(primary_key=True))
    chapter: int = Field(sa_column=_dimension(primary_key=True))
    insurance: int = Field(sa_column=_dimension(primary_key=True))
    value: int = Field(sa_column=Column(BigInteger, nullable=False))
