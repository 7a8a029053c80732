"""What decides access: wards, accounts, who works where, partners and grants.

Read with the verified token alone, so none of these is under row-level security.
"""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from ehr.tables.resource import code_text, timestamp


class Ward(SQLModel, table=True):
    """A ward or commune while it had this code: 96 of 126 codes named another ward before."""

    __tablename__ = "ward"
    __table_args__ = (UniqueConstraint("code", "valid_from"),)

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    code: str = Field(sa_column=code_text())
    name: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    area_km2: float = Field(nullable=False)
    tile_col: int = Field(sa_column=Column(SmallInteger, nullable=False))
    tile_row: int = Field(sa_column=Column(SmallInteger, nullable=False))
    pilot_area: str | None = Field(sa_column=Column(Text))
    organization_id: str = Field(sa_column=Column(Text(collation="C"), nullable=False, unique=True))
    valid_from: date = Field(nullable=False)
    valid_to: date | None = None


class Account(SQLModel, table=True):
    """A person, partner client or service: (issuer, external id), bound to `sub` at first use."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("issuer", "external_id"),
        UniqueConstraint("issuer", "login"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(Integer, Identity(always=False), primary_key=True)
    )
    kind: str = Field(sa_column=Column(Text, nullable=False))
    issuer: str = Field(sa_column=code_text())
    external_id: str = Field(sa_column=code_text())
    subject: str | None = Field(sa_column=code_text(nullable=True))
    login: str | None = Field(sa_column=code_text(nullable=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    practitioner: str | None = Field(sa_column=Column(Text))
    disabled_at: datetime | None = Field(sa_column=timestamp(nullable=True))
    created_at: datetime = Field(sa_column=timestamp())


class StaffAssignment(SQLModel, table=True):
    """A role in a ward (null: for the city) from a day, to a day."""

    __tablename__ = "staff_assignment"
    __table_args__ = (Index("staff_assignment_account", "account_id"),)

    id: int | None = Field(
        default=None, sa_column=Column(Integer, Identity(always=False), primary_key=True)
    )
    account_id: int = Field(foreign_key="account.id", nullable=False)
    ward_id: int | None = Field(default=None, foreign_key="ward.id")
    role: str = Field(sa_column=Column(Text, nullable=False))
    valid_from: date = Field(nullable=False)
    valid_to: date | None = None


class Partner(SQLModel, table=True):
    """What a client may do at most; every ward comes only from here, never from a claim."""

    __tablename__ = "partner"

    account_id: int = Field(primary_key=True, foreign_key="account.id")
    organization_id: str | None = Field(sa_column=Column(Text(collation="C"), unique=True))
    every_ward: bool = Field(nullable=False)
    types: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    labels: int = Field(sa_column=Column(Integer, nullable=False))
    powers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class AccessGrant(SQLModel, table=True):
    """One account may see one patient for a time: a referral, a consent, a broken glass."""

    __tablename__ = "access_grant"
    __table_args__ = (
        Index("access_grant_grantee", "grantee", "pat", "until"),
        Index("access_grant_basis", "basis", unique=True),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=False), primary_key=True)
    )
    grantee: int = Field(foreign_key="account.id", nullable=False)
    pat: int = Field(sa_column=Column(BigInteger, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    basis: str = Field(sa_column=code_text())
    valid_from: datetime = Field(sa_column=timestamp())
    until: datetime = Field(sa_column=timestamp())
    granted_by: int | None = None
    revoked_at: datetime | None = Field(sa_column=timestamp(nullable=True))


class SystemState(SQLModel, table=True):
    """What the installation must remember: the seed's last day, the fingerprint of the hash key."""

    __tablename__ = "system_state"

    key: str = Field(sa_column=code_text(primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))
    set_at: datetime = Field(
        sa_column=Column(timestamp().type, nullable=False, server_default=text("clock_timestamp()"))
    )
