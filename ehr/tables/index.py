"""How records are found. Personal data too: only `ehr.search.compile` names these tables,
and it adds the caller's predicate to each of them.

Hashes are keyed BLAKE2b (`ehr.search.hashing`): `tok`, `code` and `unit` are the parameter's number
<< 48 plus 48 bits of hash; `index_key.v`, `enc` and `self` are 64 bits. `self` is what references
to the resource are made from, and `enc` the `self` of its visit, of a visit its own. `comp` is the
hash of the sibling component of a composite parameter, or that of the exact text of a whole string.
"""

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from ehr.tables.resource import timestamp

IS_LONG = "({i}dhi - {i}dlo) > '1 day'::interval"
"""Whether a row's main date spans more than a day; `i` is its alias with a dot."""


def _long_dates(name: str, *first: str) -> Index:
    where = text(IS_LONG.format(i=""))
    return Index(name, *first, "rtype", text("dlo DESC"), postgresql_where=where)


class ResourceIndex(SQLModel, table=True):
    """One row a live resource: what every search starts from."""

    __tablename__ = "resource_index"
    __table_args__ = (
        Index("resource_index_pat", "pat", "rtype", text("dlo DESC")),
        Index("resource_index_ward_date", "ward", "rtype", text("dlo DESC")),
        Index("resource_index_ward_lu", "ward", "rtype", text("lu DESC")),
        Index(
            "resource_index_code",
            "code",
            "ward",
            text("lu DESC"),
            postgresql_include=["pat", "rtype", "label"],
        ),
        # For callers of every ward: a page costs the same however many wards there are.
        Index("resource_index_date", "rtype", text("dlo DESC")),
        Index("resource_index_lu", "rtype", text("lu DESC")),
        # What spans days and may reach into a later one: rows to look at beside those of a day.
        _long_dates("resource_index_ward_long", "ward"),
        _long_dates("resource_index_long"),
        Index("resource_index_code_lu", "code", text("lu DESC")),
        Index("resource_index_enc", "enc", postgresql_where=text("enc IS NOT NULL")),
        # From a reference to what it leads to, where the reference is a hash.
        Index("resource_index_self", "self"),
        Index(
            "resource_index_tok",
            "tok",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "on", "gin_pending_list_limit": "256"},
        ),
    )

    bucket: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    rid: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    rtype: int = Field(sa_column=Column(SmallInteger, nullable=False))
    ward: int = Field(sa_column=Column(Integer, nullable=False))
    pat: int | None = Field(sa_column=Column(BigInteger))
    label: int = Field(sa_column=Column(Integer, nullable=False))
    lu: datetime = Field(sa_column=timestamp())
    dlo: datetime | None = Field(sa_column=timestamp(nullable=True))
    dhi: datetime | None = Field(sa_column=timestamp(nullable=True))
    code: int | None = Field(sa_column=Column(BigInteger))
    enc: int | None = Field(sa_column=Column(BigInteger))
    tok: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    own: int = Field(sa_column=Column("self", BigInteger, nullable=False))


class IndexKey(SQLModel, table=True):
    """Keys that are nearly unique (identifiers, references to records): a btree, never the GIN."""

    __tablename__ = "index_key"
    __table_args__ = (Index("index_key_v", "v", "ward"),)

    bucket: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    rid: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    v: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    ward: int = Field(sa_column=Column(Integer, nullable=False))


class IndexText(SQLModel, table=True):
    """The words of a record's own: its narrative, its strings, and concepts without a code."""

    __tablename__ = "index_text"
    __table_args__ = (
        Index(
            "index_text_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "on", "gin_pending_list_limit": "256"},
        ),
    )

    bucket: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    rid: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    ward: int = Field(sa_column=Column(Integer, nullable=False))
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))


class IndexPhrase(SQLModel, table=True):
    """Texts that go with a code, each once for all records; `v` is the token that records have."""

    __tablename__ = "index_phrase"
    __table_args__ = (Index("index_phrase_words", "words", postgresql_using="gin"),)

    v: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))


class IndexString(SQLModel, table=True):
    """Folded words and whole values of string and uri parameters."""

    __tablename__ = "index_string"
    __table_args__ = (
        Index("index_string_rid", "bucket", "rid"),
        Index("index_string_v", "param", "ward", "v", "rid"),
        Index("index_string_any_ward", "param", "v", "rid"),
    )
    __mapper_args__ = {"primary_key": ["bucket", "rid", "param", "v"]}

    bucket: int = Field(sa_column=Column(Integer, nullable=False))
    rid: int = Field(sa_column=Column(BigInteger, nullable=False))
    param: int = Field(sa_column=Column(SmallInteger, nullable=False))
    ward: int = Field(sa_column=Column(Integer, nullable=False))
    comp: int | None = Field(sa_column=Column(BigInteger))
    v: str = Field(sa_column=Column(Text(collation="C"), nullable=False))


class IndexDate(SQLModel, table=True):
    """The range [lo, hi) of each date parameter that is not the resource's main date."""

    __tablename__ = "index_date"
    __table_args__ = (
        Index("index_date_rid", "bucket", "rid"),
        Index("index_date_lo", "param", "ward", "lo", postgresql_include=["hi", "rid"]),
    )
    __mapper_args__ = {"primary_key": ["bucket", "rid", "param", "lo"]}

    bucket: int = Field(sa_column=Column(Integer, nullable=False))
    rid: int = Field(sa_column=Column(BigInteger, nullable=False))
    param: int = Field(sa_column=Column(SmallInteger, nullable=False))
    ward: int = Field(sa_column=Column(Integer, nullable=False))
    comp: int | None = Field(sa_column=Column(BigInteger))
    lo: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    hi: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


class IndexQuantity(SQLModel, table=True):
    """Quantities and numbers; `unit` is the hash of system and code, null for a bare number.

    Under the negative number of a parameter, a value is in the representative of its UCUM unit.
    An interval has a row for each end, with the other in `far`.
    """

    __tablename__ = "index_quantity"
    __table_args__ = (
        Index("index_quantity_rid", "bucket", "rid"),
        Index("index_quantity_v", "param", "ward", "v", postgresql_include=["unit", "rid"]),
    )
    __mapper_args__ = {"primary_key": ["bucket", "rid", "param", "v"]}

    bucket: int = Field(sa_column=Column(Integer, nullable=False))
    rid: int = Field(sa_column=Column(BigInteger, nullable=False))
    param: int = Field(sa_column=Column(SmallInteger, nullable=False))
    ward: int = Field(sa_column=Column(Integer, nullable=False))
    comp: int | None = Field(sa_column=Column(BigInteger))
    unit: int | None = Field(sa_column=Column(BigInteger))
    v: float = Field(sa_column=Column(Float(precision=53), nullable=False))
    far: float | None = Field(sa_column=Column(Float(precision=53)))
