"""What every test may use: a real PostgreSQL and the callers who ask."""

pytest_plugins = ["fixtures.database"]
