#!/bin/bash
# Run once by the postgres image on an empty volume: a database and a login for Airflow, and the same for the warehouse.
set -euo pipefail

psql -v ON_ERROR_STOP=1 -v hotline="$HOTLINE_DB_PASSWORD" -v airflow="$AIRFLOW_DB_PASSWORD" --username postgres <<'SQL'
CREATE ROLE airflow LOGIN PASSWORD :'airflow';
CREATE DATABASE airflow OWNER airflow;
-- CREATEROLE, because the migrations make the analyst's and the ops team's roles.
CREATE ROLE hotline LOGIN CREATEROLE PASSWORD :'hotline';
CREATE DATABASE hotline OWNER hotline;
\connect hotline
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
SQL
