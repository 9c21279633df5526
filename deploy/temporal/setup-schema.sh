#!/bin/sh
# Makes or updates Temporal's two databases in PostgreSQL. Safe to repeat. Needs POSTGRES_SEEDS, POSTGRES_USER and the
# secret postgres_password. The password is handed over in the environment, so that no process list shows it.
set -eu
SQL_PASSWORD="$(cat /run/secrets/postgres_password)"
export SQL_PASSWORD

schema() {
  database="$1"
  folder="$2"
  tool() {
    temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -u "$POSTGRES_USER" -p 5432 --db "$database" "$@"
  }
  # The first two fail where the database and its version table are there already; the last one tells.
  tool create || true
  tool setup-schema -v 0.0 || true
  tool update-schema -d "/etc/temporal/schema/postgresql/v12/$folder/versioned"
}

schema temporal temporal
schema temporal_visibility visibility
