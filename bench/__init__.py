"""The benchmark: ratios in one run, against a bare ASGI route that asks the same of PostgreSQL."""
