"""Keycloak's realm as a file, and the sync that makes a Keycloak match file and directory."""
