"""A database made by the migrations is the one that the models describe."""

import re
import subprocess

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from ehr import migrate, tables
from ehr.embedded import Embedded

RECORD_TABLES = (
    "resource", "resource_history", "resource_index", "index_key", "index_string", "index_date",
    "index_quantity", "index_text", "visit",
)  # fmt: skip


def dump(postgres: Embedded, database: str) -> str:
    """The schema as pg_dump writes it: tables, indexes, policies, grants, storage parameters.

    Without the audit's months, which are made by the calendar.
    """
    done = subprocess.run(
        [postgres.tool("pg_dump"), "--schema-only", "--exclude-table=alembic_version",
         "--exclude-table=audit_event_2*",
         postgres.url("postgres", database)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    text = re.sub(r"^(--.*|\\(un)?restrict .*|SET .*|SELECT pg_catalog.set_config.*)$", "",
                  done.stdout, flags=re.M)  # fmt: skip
    statements = [re.sub(r"\s+", " ", part).strip() for part in text.split(";")]
    return "\n".join(sorted(part for part in statements if part and "COMMENT ON" not in part))


def create(postgres: Embedded, name: str) -> None:
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER ehr_owner")


def drop(postgres: Embedded, name: str) -> None:
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def empty(postgres: Embedded):
    create(postgres, "schema_test")
    yield "schema_test"
    drop(postgres, "schema_test")


def test_migrations_make_what_the_models_describe(postgres: Embedded, empty: str) -> None:
    url = postgres.url("ehr_owner", empty)
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    tables.metadata.create_all(engine)
    engine.dispose()
    with psycopg.connect(url) as connection:
        for file in tables.SQL_FILES:
            connection.execute(tables.sql(file))
    assert dump(postgres, empty) == dump(postgres, "tram")


def test_an_upgraded_database_equals_a_fresh_one(postgres: Embedded, empty: str) -> None:
    url = postgres.url("ehr_owner", empty)
    script = migrate.FOLDER / "versions"
    for revision in sorted(file.stem.split("_")[0] for file in script.glob("0*.py")):
        migrate.upgrade(url, revision)
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head()
    assert dump(postgres, empty) == dump(postgres, "tram")


def test_no_application_role_owns_or_bypasses(postgres: Embedded) -> None:
    with psycopg.connect(postgres.url("postgres")) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname LIKE 'ehr%'"
        ).fetchall()
        owners = connection.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert len(roles) == 5
    assert all(not any(rights) for _, *rights in roles)
    assert owners == [("ehr_owner",)]


@pytest.mark.parametrize("table", ["resource", "resource_history", "visit"])
def test_policies_are_forced(postgres: Embedded, table: str) -> None:
    with psycopg.connect(postgres.url("postgres")) as connection:
        assert connection.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s", (table,)
        ).fetchone() == (True, True)


@pytest.mark.parametrize("table", RECORD_TABLES)
def test_every_unique_key_of_a_record_table_begins_with_its_bucket(
    postgres: Embedded, table: str
) -> None:
    with psycopg.connect(postgres.url("postgres")) as connection:
        keys = connection.execute(
            "SELECT pg_get_indexdef(indexrelid, 1, true) FROM pg_index"
            " WHERE indrelid = %s::regclass AND indisunique",
            (table,),
        ).fetchall()
        columns = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", (table,)
        ).fetchall()
    assert all(key == ("bucket",) for key in keys)
    assert {("bucket",), ("rid",)} <= set(columns)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("ehr_report", "SELECT * FROM resource"),
        ("ehr_report", "SELECT * FROM visit"),
        ("ehr_report", "SELECT * FROM account"),
        ("ehr_audit", "SELECT * FROM resource"),
        ("ehr_app", "DELETE FROM resource_history"),
        ("ehr_app", "UPDATE resource_directory SET rid = 1"),
        ("ehr_app", "SELECT * FROM audit_event"),
        ("ehr_app", "SELECT * FROM fact"),
        ("ehr_app", "ALTER TABLE resource DISABLE ROW LEVEL SECURITY"),
        ("ehr_job", "DELETE FROM audit_event"),
    ],
)
def test_a_role_can_do_its_one_task_only(postgres: Embedded, role: str, statement: str) -> None:
    with (
        psycopg.connect(postgres.url(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_an_owner_without_a_policy_sees_no_record(postgres: Embedded) -> None:
    with psycopg.connect(postgres.url("ehr_owner")) as connection:
        connection.execute(
            "INSERT INTO system_state (key, value) VALUES ('x', 'y')"  # the owner may do this
        )
        assert connection.execute("SELECT count(*) FROM resource").fetchone() == (0,)
        connection.rollback()


def test_the_head_is_alembics(postgres: Embedded) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.head()]


def test_a_later_version_s_schema_is_left_alone(postgres: Embedded, empty: str) -> None:
    url = postgres.url("ehr_owner", empty)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    with pytest.raises(migrate.NewerSchema, match="at 9999, of a later version"):
        migrate.upgrade(url)
