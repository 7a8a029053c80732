"""Alembic migrations: schema in small named steps, data moves apart."""
