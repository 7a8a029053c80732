"""Runs the migrations as the owner role; `ehr db upgrade` is the way in.

Every migration gives up on a lock it cannot have in 5 s, rather than stop the clinics.
"""

from alembic import context
from sqlalchemy import create_engine, pool, text


def run() -> None:
    """Upgrade the database named by the `sqlalchemy.url` option."""
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        raise RuntimeError("ehr db upgrade names the database")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=None)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
