#!/bin/sh
# Run once by the database container at its first start: the five roles, their passwords, the database.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -f /roles.sql
for role in owner app report audit job; do
    psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -v "password=$EHR_DB_PASSWORD" <<SQL
ALTER ROLE ehr_$role PASSWORD :'password';
SQL
done
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -c "CREATE DATABASE tram OWNER ehr_owner"
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -c "CREATE DATABASE keycloak"
