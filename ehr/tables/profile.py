"""Profiles that clients have stored, as `ehr.fhir.profiles` reads them.

A row is never changed: what is stored anew has a new number, by which processes see that they
must read it.
"""

from sqlalchemy import BigInteger, Column, Identity, LargeBinary
from sqlmodel import Field, SQLModel

from ehr.tables.resource import code_text


class StoredProfile(SQLModel, table=True):
    """What one StructureDefinition demands; `resource` is its id."""

    __tablename__ = "profile"

    number: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=False), primary_key=True)
    )
    resource: str = Field(sa_column=Column(code_text().type, nullable=False, unique=True))
    entry: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
