"""Trạm's record store: what is recorded, how it is found, guarded and counted."""
