"""Wards, staff, clients and synthetic residents."""
