"""A worker of this process, beside the API on a database that commits."""

from fixtures.later import sql, worker

__all__ = ["sql", "worker"]
