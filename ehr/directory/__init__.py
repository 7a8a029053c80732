"""What decides access: wards, accounts, partners, grants, sessions, idempotency keys.

Read with the verified token alone, before any `Access` exists, so no row-level security holds
these tables; they name no resident but by row number. Design: docs/identity.md.
"""
