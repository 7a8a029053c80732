"""The running service of this folder's tests."""

from fixtures.service import service

__all__ = ["service"]
